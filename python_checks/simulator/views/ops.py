"""The company's own operational extracts, in the shapes of docs/ops_contract.md.

One folder for each legal entity, named by its code. Documents, customers and charges have the ids
that the billing system of the customer shows. Amounts are in major units, instants in UTC.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.around_operations import Operations
from python_checks.simulator.clocks import instant_of
from python_checks.simulator.money import in_major_units
from python_checks.simulator.schema import World

Tables = dict[str, pl.DataFrame]

NO_TEXT = pl.lit(None, dtype=pl.String)
# The billing system's names of what a message or an approval is about: in Stripe, in Zuora.
STRIPE_KINDS = {"invoice": "in", "credit_note": "cn", "payment": "ch", "refund": "re"}
ZUORA_KINDS = {
    "invoice": "invoice", "debit_memo": "debit_memo", "credit_note": "credit_memo",
    "payment": "payment", "refund": "refund", "receipt_application": "payment_application",
}  # fmt: skip
SALESFORCE_KINDS = {"customer": "account", "contract": "contract"}
# What ops calls the objects of messages: the warehouse's words, in the singular.
OBJECT_WORDS = {"receipt_application": "ledger_application"}


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
    """The id of the object of the kind in column `kind`, in the system in column `biller`."""
    found = NO_TEXT
    for word, name in ZUORA_KINDS.items():
        found = pl.when(pl.col(kind) == word).then(ids.zuora(name, key)).otherwise(found)
    is_stripe = pl.col("biller") == "stripe"
    for word, name in STRIPE_KINDS.items():
        is_it = is_stripe & (pl.col(kind) == word)
        found = pl.when(is_it).then(ids.stripe(name, key)).otherwise(found)
    return found


def _people(world: World) -> pl.DataFrame:
    return world.customers.select("customer", "biller")


def _invoice_owners(world: World) -> pl.DataFrame:
    return world.invoices.select("invoice", "customer", "biller", document_kind="kind")


# --- tables ---------------------------------------------------------------------------------------


def _billing_runs(world: World, _: Operations) -> pl.DataFrame:
    """Drafts wait to be posted: their run is completed, and posted later."""
    words = {"draft": "completed", "posted": "posted"}
    is_done = pl.col("completed_at").is_not_null()
    status = (
        pl.when(pl.col("posted_at").is_not_null())
        .then(pl.lit("posted"))
        .when(is_done)
        .then(pl.col("status").replace_strict(words, return_dtype=pl.String))
        .otherwise(pl.lit("running"))
    )
    # A run that is completed and not posted yet was not known to be posted.
    status = pl.when(is_done & pl.col("posted_at").is_null()).then(pl.lit("completed")).otherwise(
        status
    )  # fmt: skip
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
    key = {"key": pl.Int64}
    numbers = [
        world.invoices.select(key="invoice", number="number", part="kind", word=pl.lit("invoice")),
        world.credit_notes.select(
            key="credit_note", number="number", part=NO_TEXT, word=pl.lit("credit_note")
        ),
        world.contracts.select(
            key="contract", number="number", part=NO_TEXT, word=pl.lit("contract")
        ),
        _left(
            world.applications.select("application", "receipt"),
            world.receipts.select("receipt", "reference"),
            "receipt",
        ).select(
            key="application", number="reference", part=NO_TEXT, word=pl.lit("receipt_application")
        ),
    ]
    named = pl.concat(frame.cast(key) for frame in numbers).rename(
        {"key": "object", "word": "object_kind"}
    )
    sender = pl.col("interface").str.split("_to_").list.first()
    rows = (
        operations.messages.sort("message", "attempt")
        .join(
            named,
            on=["object_kind", "object"],
            how="left",
            maintain_order="left",
            validate="m:1",
        )
        .with_columns(
            source_system=sender,
            target_system=pl.col("interface").str.split("_to_").list.last(),
            biller=pl.when(sender == "stripe").then(pl.lit("stripe")).otherwise(pl.lit("zuora")),
            # Debit memos travel as invoices do, under ids of their own.
            document_kind=pl.when(pl.col("part") == "debit_memo")
            .then(pl.lit("debit_memo"))
            .otherwise("object_kind"),
        )
    )
    object_id = _document("document_kind", "object")
    for word, name in SALESFORCE_KINDS.items():
        is_it = pl.col("object_kind") == word
        object_id = pl.when(is_it).then(ids.salesforce(name, "object")).otherwise(object_id)
    return rows.select(
        _entity="entity",
        message_key=pl.concat_str("interface", pl.lit(":"), object_id),
        interface="interface",
        source_system="source_system",
        target_system="target_system",
        object_kind=pl.col("object_kind").replace(OBJECT_WORDS),
        object_id=object_id,
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
    return _left(rows, _people(world), "customer").select(
        _entity="entity",
        rating_id=_own("rat", "rating"),
        event_id=_own("use", "event"),
        meter="meter",
        customer_id=_billed("cus", "account", "customer"),
        subscription_item_id=_billed("si", "rate_plan_charge", "item"),
        price_id=_billed("price", "product_rate_plan_charge", "price"),
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
    """The subjects are the billing system's documents; a write-off is named by its invoice there."""
    notes = _left(
        world.credit_notes.select("credit_note", "customer"), _people(world), "customer"
    ).select("credit_note", "biller")
    refunds = _left(world.refunds.select("refund", "credit_note"), notes, "credit_note")
    write_offs = _left(
        world.write_offs.select("write_off", "invoice"), _invoice_owners(world), "invoice"
    )
    subjects = pl.concat(
        [
            notes.select(
                subject="credit_note", subject_kind=pl.lit("credit_note"), **_id("credit_note")
            ),
            refunds.select(subject="refund", subject_kind=pl.lit("refund"), **_id("refund")),
            write_offs.select(
                subject="write_off", subject_kind=pl.lit("write_off"), **_id("write_off")
            ),
        ]
    )
    return subjects
