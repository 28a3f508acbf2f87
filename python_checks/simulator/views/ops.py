"""The company's own operational extracts, in the shapes of docs/ops_contract.md.

One folder for each legal entity, named by its code. Documents, customers and charges have the ids
that the billing system of the customer shows. Amounts are in major units, instants in UTC.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.around_operations import OPENED_AFTER_DAYS, Operations
from python_checks.simulator.books import document
from python_checks.simulator.clocks import instant_of
from python_checks.simulator.money import in_major_units
from python_checks.simulator.schema import World
from python_checks.simulator.views.bank import receipt_reference
from python_checks.simulator.views.jira import FIRST_ISSUE, PROJECTS
from python_checks.simulator.views.netsuite import FIRST_TRANSACTION_ID

Tables = dict[str, pl.DataFrame]

NO_TEXT = pl.lit(None, dtype=pl.String)
# The names of what a message or an approval is about: in Stripe, Zuora and Salesforce.
STRIPE_KINDS = {"invoice": "in", "credit_note": "cn", "payment": "ch", "refund": "re"}
ZUORA_KINDS = {
    "invoice": "invoice", "debit_memo": "debit_memo", "credit_note": "credit_memo",
    "payment": "payment", "refund": "refund", "write_off": "write_off_memo",
}  # fmt: skip
SALESFORCE_KINDS = {"customer": "account", "contract": "contract"}
# A receipt of the ERP is an external payment where it arrives.
OBJECT_WORDS = {"receipt": "payment"}


def tables(world: World, operations: Operations) -> Tables:
    """Every raw table of every entity, as `US01/approval`: all text, in the order of the keys."""
    parts: tuple[tuple[str, Callable[[World, Operations], pl.DataFrame]], ...] = (
        ("billing_run", _billing_runs),
        ("integration_message", _messages),
        ("usage_event", _usage_events),
        ("rated_usage", _rated_usage),
        ("usage_manifest", _manifests),
        ("approval", _approvals),
        ("promise_to_pay", _promises),
        ("dunning_event", _dunning_events),
        ("opening_position", _opening_positions),
        ("config_change", _config_changes),
        ("processor_balance", _processor_balances),
    )
    codes = world.entities.sort("entity").select("entity", "code").rows()
    found = {name: part(world, operations) for name, part in parts}
    return {
        f"{code}/{name}": frame.filter(pl.col("_entity") == entity).drop("_entity")
        for name, frame in found.items()
        for entity, code in codes
    }


# --- words ----------------------------------------------------------------------------------------


def _at(instant: str | pl.Expr) -> pl.Expr:
    when = pl.col(instant) if isinstance(instant, str) else instant
    return when.dt.strftime("%Y-%m-%d %H:%M:%S")


def _on(day: str | pl.Expr) -> pl.Expr:
    when = pl.col(day) if isinstance(day, str) else day
    return when.dt.strftime("%Y-%m-%d")


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)


def _left(frame: pl.DataFrame, other: pl.DataFrame, on: str) -> pl.DataFrame:
    """`frame` with the one row of `other` that each row has, if any."""
    return frame.join(other, on=on, how="left", maintain_order="left", validate="m:1")


def _own(prefix: str, key: str) -> pl.Expr:
    """An id of ops itself: `apr-000042`."""
    return pl.concat_str(pl.lit(f"{prefix}-"), pl.col(key).cast(pl.String).str.zfill(6))


def _billed(stripe: str, zuora: str, key: str) -> pl.Expr:
    """The id in the billing system of the row's `biller`; null where the key is null."""
    return (
        pl.when(pl.col("biller") == "stripe")
        .then(ids.stripe(stripe, key))
        .otherwise(ids.zuora(zuora, key))
    )


def _document(kind: str, key: str) -> pl.Expr:
    """The id of the object of the kind in column `kind`, in the system in column `holder`."""
    systems: dict[str, dict[str, pl.Expr]] = {
        "stripe": {word: ids.stripe(name, key) for word, name in STRIPE_KINDS.items()},
        "zuora": {word: ids.zuora(name, key) for word, name in ZUORA_KINDS.items()},
        "salesforce": {word: ids.salesforce(name, key) for word, name in SALESFORCE_KINDS.items()},
        "netsuite": {"receipt": _receipt_id(key)},
    }
    found = NO_TEXT
    for system, kinds in systems.items():
        for word, named in kinds.items():
            is_it = (pl.col("holder") == system) & (pl.col(kind) == word)
            found = pl.when(is_it).then(named).otherwise(found)
    return found


def _receipt_id(key: str) -> pl.Expr:
    """The ERP's id of the receipt."""
    return (document("receipt", key) + FIRST_TRANSACTION_ID).cast(pl.String)


def _people(world: World) -> pl.DataFrame:
    return world.customers.select("customer", "biller")


def _invoice_owners(world: World) -> pl.DataFrame:
    """Who is to pay each invoice, and what kind of document it is."""
    payers = world.customers.select("customer", payer=pl.coalesce("bill_to", "customer"))
    bills = world.invoices.select("invoice", "customer", "biller", paper="kind")
    return _left(bills, payers, "customer").drop("customer")


def _prices(world: World) -> pl.DataFrame:
    """Each price with its ids: in Zuora one charge of the catalogue has prices in currencies."""
    charge = pl.col("price").min().over("product", "model", "interval", "kind", "meter")
    listed = ids.zuora("product_rate_plan_charge", charge)
    return world.prices.sort("price").select(
        "price",
        stripe_price_id=ids.stripe("price", "price"),
        zuora_price_id=pl.concat_str(listed, pl.lit("|"), "currency"),
    )


# --- tables ---------------------------------------------------------------------------------------


def _billing_runs(world: World, _: Operations) -> pl.DataFrame:
    """A run whose drafts wait to be posted is completed."""
    is_done = pl.col("completed_at").is_not_null()
    status = (
        pl.when(pl.col("posted_at").is_not_null())
        .then(pl.lit("posted"))
        .when(is_done)
        .then(pl.lit("completed"))
        .otherwise(pl.lit("running"))
    )
    return world.billing_runs.sort("run").select(
        _entity="entity",
        run_id=ids.zuora("bill_run", "run"),
        kind=pl.lit("scheduled"),
        status=status,
        target_date=_on("target_on"),
        deadline_at=_at("deadline_at"),
        expected_accounts=_text("expected"),
        processed_accounts=pl.when(is_done).then(_text("processed")),
        failed_accounts=pl.when(is_done).then(_text("failed")),
        excused_accounts=pl.lit("0"),
        started_at=_at("started_at"),
        completed_at=_at("completed_at"),
        posted_at=_at("posted_at"),
        recorded_at=_at(pl.coalesce("posted_at", "completed_at", "started_at")),
    )


def _messages(world: World, operations: Operations) -> pl.DataFrame:
    names = {
        "invoice": (world.invoices, "invoice", pl.col("number")),
        "credit_note": (world.credit_notes, "credit_note", pl.col("number")),
        "contract": (world.contracts, "contract", pl.col("number")),
        "receipt": (world.receipts, "receipt", receipt_reference()),
    }
    numbers = pl.concat(
        frame.select(object_kind=pl.lit(kind), object=key, number=number)
        for kind, (frame, key, number) in names.items()
    )
    memos = world.invoices.filter(pl.col("kind") == "debit_memo").select(
        object_kind=pl.lit("invoice"), object="invoice", paper=pl.lit("debit_memo")
    )
    on = ["object_kind", "object"]
    ends = pl.col("interface").str.split("_to_").list
    rows = (
        operations.messages.sort("message", "attempt")
        .join(numbers, on=on, how="left", maintain_order="left", validate="m:1")
        .join(memos, on=on, how="left", maintain_order="left", validate="m:1")
        .with_columns(holder=ends.first(), target=ends.last())
        # Debit memos travel as invoices do, under ids of their own.
        .with_columns(paper=pl.coalesce("paper", "object_kind"))
        .with_columns(object_id=_document("paper", "object"))
    )
    return rows.select(
        _entity="entity",
        message_key=pl.concat_str("interface", pl.lit(":"), "object_id"),
        interface="interface",
        source_system="holder",
        target_system="target",
        object_kind=pl.col("paper").replace(OBJECT_WORDS),
        object_id="object_id",
        object_number="number",
        attempt=_text("attempt"),
        status="status",
        error_code="error",
        created_at=_at("created_at"),
        attempted_at=_at("attempted_at"),
        delivered_at=_at("delivered_at"),
        recorded_at=_at(pl.coalesce("delivered_at", "attempted_at")),
    )


def _usage_events(world: World, operations: Operations) -> pl.DataFrame:
    rows = _left(world.usage_events.sort("event"), operations.sendings, "event")
    return _left(rows, _people(world), "customer").select(
        _entity="entity",
        event_id=_own("use", "event"),
        idempotency_key=pl.format("{}:{}:{}", "producer", "meter", "sequence"),
        producer="producer",
        sequence_number=_text("sequence"),
        meter="meter",
        customer_id=_billed("cus", "account", "customer"),
        subscription_item_id=_billed("si", "rate_plan_charge", "item"),
        quantity=_text("quantity"),
        occurred_at=_at("occurred_at"),
        received_at=_at("received_at"),
        recorded_at=_at("received_at"),
    )


def _rated_usage(world: World, operations: Operations) -> pl.DataFrame:
    events = world.usage_events.select("event", "item", "customer", "meter", "occurred_at")
    rows = _left(operations.ratings.sort("rating"), events, "event")
    rows = _left(rows, _prices(world), "price")
    return _left(rows, _people(world), "customer").select(
        _entity="entity",
        rating_id=_own("rat", "rating"),
        event_id=_own("use", "event"),
        meter="meter",
        customer_id=_billed("cus", "account", "customer"),
        subscription_item_id=_billed("si", "rate_plan_charge", "item"),
        price_id=pl.when(pl.col("biller") == "stripe")
        .then("stripe_price_id")
        .otherwise("zuora_price_id"),
        invoice_line_id=_billed("il", "invoice_item", "line"),
        currency="currency",
        quantity=_text("quantity"),
        amount=in_major_units("amount_minor"),
        usage_start=_at("occurred_at"),
        usage_end=_at(pl.col("occurred_at") + pl.duration(seconds=1)),
        rated_at=_at("rated_at"),
        recorded_at=_at("rated_at"),
    )


def _manifests(_: World, operations: Operations) -> pl.DataFrame:
    return operations.manifests.sort("manifest").select(
        _entity="entity",
        producer="producer",
        meter="meter",
        window_start=_on("on"),
        window_end=_on(pl.col("on") + pl.duration(days=1)),
        event_count=_text("events"),
        quantity=_text("quantity"),
        first_sequence=_text("first_sequence"),
        last_sequence=_text("last_sequence"),
        recorded_at=_at("sent_at"),
    )


def _approvals(world: World, operations: Operations) -> pl.DataFrame:
    """A write-off goes by the credit memo that carries it, or, in Stripe, by its invoice."""
    notes = world.credit_notes.select("credit_note", holder="biller")
    refunds = _left(world.refunds.select("refund", "credit_note"), notes, "credit_note")
    write_offs = _left(
        world.write_offs.select("write_off", "invoice"), _invoice_owners(world), "invoice"
    )
    is_stripe = pl.col("biller") == "stripe"
    subjects = pl.concat(
        [
            notes.select("holder", subject_kind=pl.lit("credit_note"), subject="credit_note",
                         key="credit_note", paper=pl.lit("credit_note")),
            refunds.select("holder", subject_kind=pl.lit("refund"), subject="refund",
                           key="refund", paper=pl.lit("refund")),
            write_offs.select(
                holder="biller", subject_kind=pl.lit("write_off"), subject="write_off",
                key=pl.when(is_stripe).then("invoice").otherwise("write_off"),
                paper=pl.when(is_stripe).then(pl.lit("invoice")).otherwise(pl.lit("write_off")),
            ),
        ]
    )  # fmt: skip
    rows = operations.approvals.sort("approval").join(
        subjects, on=["subject_kind", "subject"], how="left", maintain_order="left", validate="m:1"
    )
    return rows.select(
        _entity="entity",
        approval_id=_own("apr", "approval"),
        subject_kind="subject_kind",
        subject_id=_document("paper", "key"),
        status=pl.lit("approved"),
        requested_by="requested_by",
        decided_by="approved_by",
        decider_role="role",
        currency="currency",
        limit_amount=in_major_units("limit_minor"),
        requested_at=_at("requested_at"),
        decided_at=_at("approved_at"),
        recorded_at=_at("posted_at"),
    )


def _promises(world: World, operations: Operations) -> pl.DataFrame:
    rows = _left(operations.promises.sort("promise"), _invoice_owners(world), "invoice")
    return rows.select(
        _entity="entity",
        promise_id=_own("ptp", "promise"),
        customer_id=_billed("cus", "account", "payer"),
        invoice_id=_bill(),
        status="status",
        currency="currency",
        amount=in_major_units("amount_minor"),
        promised_date=_on("promised_on"),
        created_at=_at("created_at"),
        recorded_at=_at(pl.coalesce("judged_at", "created_at")),
    )


def _dunning_events(world: World, operations: Operations) -> pl.DataFrame:
    rows = _left(operations.dunning_events.sort("dunning_event"), _invoice_owners(world), "invoice")
    return rows.select(
        _entity="entity",
        event_id=_own("dun", "dunning_event"),
        customer_id=_billed("cus", "account", "payer"),
        invoice_id=_bill(),
        event="kind",
        step=_text("step"),
        occurred_at=_at("at"),
        recorded_at=_at("at"),
    )


def _opening_positions(world: World, operations: Operations) -> pl.DataFrame:
    """What finance lists in the first days of the window."""
    made_on = operations.first_on + timedelta(days=OPENED_AFTER_DAYS)
    made_at = datetime.combine(made_on, time(15))
    rows = _left(operations.opening_positions.sort("position"), _invoice_owners(world), "invoice")
    home = in_major_units("functional_minor", "functional_currency")
    account = pl.when(pl.col("kind") == "processor").then(
        pl.col("entity").replace_strict(ids.ACCOUNTS, return_dtype=pl.String)
    )
    return rows.select(
        _entity="entity",
        position_id=_own("open", "position"),
        kind="kind",
        document_id=_bill(),
        customer_id=_billed("cus", "account", "payer"),
        account_code=account.otherwise("account"),
        currency="currency",
        amount=in_major_units("amount_minor"),
        functional_currency="functional_currency",
        functional_amount=home,
        document_date=_on("document_on"),
        cut_over_date=pl.lit(f"{operations.first_on}"),
        recorded_at=pl.lit(f"{made_at:%Y-%m-%d %H:%M:%S}"),
    )


def _config_changes(world: World, operations: Operations) -> pl.DataFrame:
    """Prices are those of Zuora's catalogue, which has the whole price list; tickets are Jira's."""
    rows = _left(operations.config_changes.sort("change"), _prices(world), "price")
    return rows.select(
        _entity="entity",
        change_id=_own("cfg", "change"),
        object_kind="object_kind",
        object_id=pl.coalesce("zuora_price_id", "object_name"),
        field="field",
        old_value="old",
        new_value="new",
        changed_by="changed_by",
        approved_by="approved_by",
        ticket_id=(FIRST_ISSUE + 3 * pl.col("work_change") + PROJECTS["change"][1]).cast(pl.String),
        changed_at=_at("at"),
        recorded_at=_at("at"),
    )


def _processor_balances(_: World, operations: Operations) -> pl.DataFrame:
    made_at = instant_of(pl.col("on") + pl.duration(days=1), 3 * 60)
    return operations.processor_balances.sort("balance").select(
        _entity="entity",
        processor=pl.lit("stripe"),
        account_id=pl.col("entity").replace_strict(ids.ACCOUNTS, return_dtype=pl.String),
        currency="currency",
        balance_date=_on("on"),
        opening_balance=in_major_units("opening_minor"),
        closing_balance=in_major_units("closing_minor"),
        recorded_at=_at(made_at),
    )


def _bill() -> pl.Expr:
    """The id of the invoice (or debit memo) in column `invoice`; null where there is none."""
    return (
        pl.when(pl.col("biller") == "stripe")
        .then(ids.stripe("in", "invoice"))
        .when(pl.col("paper") == "debit_memo")
        .then(ids.zuora("debit_memo", "invoice"))
        .otherwise(ids.zuora("invoice", "invoice"))
    )
