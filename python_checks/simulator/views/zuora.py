"""What Zuora shows: the bills of its own customers, with Invoice Settlement, in one tenant.

Amounts are in major units. The account of an invoice is the one that pays it (the invoice owner);
the legal entity is the batch of the account. A charge of a subscription is a rate plan of its own,
its segments are what it costs from when to when. A discount is a charge and an item of its own.
A write-off is a credit memo with the reason Write-off. Of an invoice withdrawn after it was posted
the status is Canceled. Card payments are Electronic, with the processor's charge as reference;
money that came to the bank is External and counts for all that it settles, with the charges that a
bank kept back and the tax that was withheld. Disputes are not known here.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.clocks import day_of, instant_of
from python_checks.simulator.money import half_up, in_major_units, with_places
from python_checks.simulator.schema import World

Tables = dict[str, pl.DataFrame]

NOTHING = pl.lit(None, dtype=pl.String)
# What a row was made at, where the world has a day only: minutes after midnight.
MORNING, AFTERNOON = 9 * 60, 16 * 60
# The world's words -> Zuora's.
CHARGE_MODELS = {
    "flat": "Flat Fee Pricing", "per_unit": "Per Unit Pricing", "graduated": "Tiered Pricing",
    "volume": "Volume Pricing",
}  # fmt: skip
CHARGE_TYPES = {
    "recurring": "Recurring", "usage": "Usage", "drawdown": "Usage", "one_time": "OneTime",
    "prepaid": "OneTime",
}  # fmt: skip
BILLING_PERIODS = {"month": "Month", "year": "Annual"}
METHODS = {
    "card": "CreditCard", "wire": "WireTransfer", "sepa_credit": "BankTransfer",
    "ach_credit": "ACH", "cheque": "Check",
}  # fmt: skip
TIERS_OF_A_KEY = 10


def tables(world: World) -> Tables:
    """Every raw table: all text, in the order of the keys."""
    known = _known(world)
    synced = datetime.combine(world.last_on + timedelta(days=1), time(2))
    found = {
        **_accounts(known), **_catalogue(known), **_subscriptions(known), **_invoices(known),
        **_memos(known), **_payments(known), **_refunds(known),
    }  # fmt: skip
    return {
        name: frame.with_columns(
            _fivetran_deleted=pl.lit("false"),
            _fivetran_synced=pl.lit(f"{synced:%Y-%m-%d %H:%M:%S}"),
        )
        for name, frame in found.items()
    }


@dataclass(frozen=True)
class _Known:
    """The world's rows of Zuora, and what several tables need to know of them.

    `documents` are invoices and debit memos with `payer`, what is `paid`, `credited` and
    `written_off` (minor units) and `balance_minor`. `prices` have the key of their `charge` in the
    catalogue: prices that differ in currency only are one charge.
    """

    world: World
    customers: pl.DataFrame
    documents: pl.DataFrame
    prices: pl.DataFrame
    charges: pl.DataFrame
    receipts: pl.DataFrame
    applications: pl.DataFrame
    write_offs: pl.DataFrame
    credit_notes: pl.DataFrame
    refunds: pl.DataFrame


def _known(world: World) -> _Known:
    customers = world.customers.filter(pl.col("biller") == "zuora").sort("customer")
    payers = customers.select("customer", payer=pl.coalesce("bill_to", "customer"))
    documents = (
        world.invoices.filter(pl.col("biller") == "zuora")
        .sort("invoice")
        .join(payers, on="customer", how="left", maintain_order="left")
    )
    owed = documents.select("invoice", "kind", "payer", "entity", "currency")
    charges = (
        world.charges.filter(pl.col("status") == "succeeded")
        .join(world.intents.select("intent", "invoice"), on="intent", maintain_order="left")
        .join(owed, on="invoice", maintain_order="left")
        .sort("charge")
    )
    applications = world.applications.join(owed, on="invoice", maintain_order="left").sort(
        "application"
    )
    write_offs = world.write_offs.join(owed, on="invoice", maintain_order="left").sort("write_off")
    credit_notes = (
        world.credit_notes.select(pl.exclude("entity", "currency", "customer"))
        .join(owed, on="invoice", maintain_order="left")
        .sort("credit_note")
    )
    refunds = world.refunds.join(
        charges.select("charge", "payer", "entity", "currency"), on="charge", maintain_order="left"
    ).sort("refund")
    is_applied = pl.col("reversed_on").is_null()
    paid = pl.concat(
        [
            charges.select("invoice", "amount_minor"),
            applications.filter(is_applied).select("invoice", "amount_minor"),
        ]
    )
    credited = credit_notes.filter(pl.col("goes_to") == "invoice").select(
        "invoice", amount_minor="total_minor"
    )
    sums = {"paid": paid, "credited": credited, "written_off": write_offs}
    for name, amounts in sums.items():
        documents = _with_sum(documents, amounts, "invoice", name)
    documents = documents.with_columns(
        balance_minor=pl.when(pl.col("voided_at").is_not_null())
        .then(0)
        .otherwise(
            pl.col("total_minor") - pl.col("paid") - pl.col("credited") - pl.col("written_off")
        )
    )
    prices = world.prices.sort("price").with_columns(
        charge=pl.col("price").min().over("product", "model", "interval", "kind", "meter")
    )
    return _Known(
        world, customers, documents, prices, charges, _external(world, customers, applications),
        applications, write_offs, credit_notes, refunds,
    )  # fmt: skip


def _external(world: World, customers: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
    """Receipts that were recorded: of an unidentified one nobody knows whose it is. `gross_minor`
    is the cash with what a bank or the tax office took of it, `applied` what of it is in use."""
    taken = applications.select(
        "receipt", amount_minor=pl.col("bank_charge_minor") + pl.col("withheld_minor")
    )
    used = applications.filter(pl.col("reversed_on").is_null())
    receipts = (
        world.receipts.filter(
            (pl.col("kind") != "unidentified") | pl.col("identified_on").is_not_null()
        )
        .join(customers.select("customer"), on="customer", how="semi")
        .sort("receipt")
    )  # fmt: skip
    receipts = _with_sum(_with_sum(receipts, taken, "receipt", "taken"), used, "receipt", "applied")
    return receipts.with_columns(gross_minor=pl.col("amount_minor") + pl.col("taken"))


def _with_sum(rows: pl.DataFrame, amounts: pl.DataFrame, key: str, name: str) -> pl.DataFrame:
    """The rows with the sum of their `amount_minor` among the amounts, 0 where there are none."""
    sums = amounts.group_by(key).agg(pl.col("amount_minor").sum().alias(name))
    return rows.join(sums, on=key, how="left", maintain_order="left").with_columns(
        pl.col(name).fill_null(0)
    )


# --- words and numbers ----------------------------------------------------------------------------


def _at(instant: str | pl.Expr) -> pl.Expr:
    when = pl.col(instant) if isinstance(instant, str) else instant
    return when.dt.strftime("%Y-%m-%d %H:%M:%S")


def _on(day: str | pl.Expr) -> pl.Expr:
    when = pl.col(day) if isinstance(day, str) else day
    return when.dt.strftime("%Y-%m-%d")


def _midnight(day: str) -> pl.Expr:
    """A date of a subscription, as the connector lands it."""
    return pl.col(day).dt.strftime("%Y-%m-%d 00:00:00")


def _word(column: str, words: dict[str, str]) -> pl.Expr:
    """Zuora's word for the world's; null for a word that is not among them."""
    return pl.col(column).replace_strict(words, default=None, return_dtype=pl.String)


def _numbered(stem: str, key: str) -> pl.Expr:
    return pl.concat_str(pl.lit(stem), pl.col(key).cast(pl.String).str.zfill(8))


def _tier_key(price: str, tier: str | int) -> pl.Expr:
    number = pl.col(tier) if isinstance(tier, str) else pl.lit(tier, dtype=pl.Int64)
    return pl.col(price) * TIERS_OF_A_KEY + number


def _price(micros: str = "unit_micros") -> pl.Expr:
    return with_places(pl.col(micros), 6)


def _document(kind: str) -> pl.Expr:
    """The id of the invoice or of the debit memo, null where the row is about the other kind."""
    return pl.when(pl.col("kind") == kind).then(ids.zuora(kind, "invoice"))


# --- who is billed for what -----------------------------------------------------------------------


def _accounts(known: _Known) -> Tables:
    customers = known.customers
    return {
        "account": customers.select(
            id=ids.zuora("account", "customer"),
            account_number=_numbered("A", "customer"),
            name="name",
            batch=pl.format("Batch{}", pl.col("entity") + 1),
            parent_account_id=ids.zuora("account", "parent"),
            bill_to_contact_id=ids.zuora("contact", "customer"),
            crm_id=ids.salesforce("account", "customer"),
            currency="currency",
            payment_term=pl.when(pl.col("terms_days") == 0)
            .then(pl.lit("Due Upon Receipt"))
            .otherwise(pl.format("Net {}", "terms_days")),
            vatid=NOTHING,
            created_date=_at("created_at"),
        ),
        "contact": customers.select(
            id=ids.zuora("contact", "customer"),
            account_id=ids.zuora("account", "customer"),
            work_email=pl.format("ap@{}", "email_domain"),
            country="country",
        ),
        "payment_method": customers.select(
            id=ids.zuora("payment_method", "customer"),
            account_id=ids.zuora("account", "customer"),
            type=_word("method", METHODS),
        ),
    }


def _catalogue(known: _Known) -> Tables:
    charges = known.prices.unique("charge", keep="first", maintain_order=True)
    made = pl.concat_str(_on("valid_from_on"), pl.lit(" 12:00:00"))
    discounts = charges.filter(pl.col("kind") == "recurring")
    tiers = known.prices.join(
        known.world.price_tiers.rename({"unit_micros": "tier_micros"}),
        on="price", how="left", maintain_order="left",
    ).sort("price", "tier")  # fmt: skip
    return {
        "product": known.world.products.sort("product").select(
            id=ids.zuora("product", "product"), name="name", category="family", sku="code",
            effective_end_date=NOTHING, created_date=NOTHING,
        ),
        "product_rate_plan": charges.select(
            id=ids.zuora("product_rate_plan", "charge"),
            product_id=ids.zuora("product", "product"),
            effective_start_date=_on("valid_from_on"),
            effective_end_date=NOTHING,
        ),
        "product_rate_plan_charge": pl.concat(
            [
                charges.select(
                    id=ids.zuora("product_rate_plan_charge", "charge"),
                    product_id=ids.zuora("product", "product"),
                    product_rate_plan_id=ids.zuora("product_rate_plan", "charge"),
                    charge_model=_word("model", CHARGE_MODELS),
                    charge_type=_word("kind", CHARGE_TYPES),
                    billing_period=_word("interval", BILLING_PERIODS),
                    specific_billing_period=NOTHING,
                    created_date=made,
                ),
                discounts.select(
                    id=ids.zuora("discount_product_charge", "charge"),
                    product_id=ids.zuora("product", "product"),
                    product_rate_plan_id=ids.zuora("product_rate_plan", "charge"),
                    charge_model=pl.lit("Discount-Percentage"),
                    charge_type=pl.lit("Recurring"),
                    billing_period=_word("interval", BILLING_PERIODS),
                    specific_billing_period=NOTHING,
                    created_date=made,
                ),
            ]
        ),
        "product_rate_plan_charge_tier": tiers.select(
            id=ids.zuora(
                "product_rate_plan_charge_tier",
                pl.coalesce(_tier_key("price", "tier"), _tier_key("price", 1)),
            ),
            product_rate_plan_charge_id=ids.zuora("product_rate_plan_charge", "charge"),
            currency="currency",
            tier=pl.col("tier").fill_null(1).cast(pl.String),
            ending_unit=pl.col("up_to").cast(pl.String),
            price=pl.coalesce(_price("tier_micros"), _price()),
            price_format=pl.lit("Per Unit"),
            flat_fee__c=in_major_units("flat_minor"),
            active=pl.lit("true"),
            created_date=made,
        ),
    }  # fmt: skip


def _subscriptions(known: _Known) -> Tables:
    last_on = pl.lit(known.world.last_on)
    payers = known.customers.select("customer", payer=pl.coalesce("bill_to", "customer"))
    changes = known.world.amendments.group_by("subscription").agg(changes=pl.len())
    subscriptions = (
        known.world.subscriptions.join(payers, on="customer", maintain_order="left")
        .join(changes, on="subscription", how="left", maintain_order="left")
        .sort("subscription")
    )
    is_paused = (pl.col("paused_from_on") <= last_on) & (
        pl.col("paused_before_on").is_null() | (pl.col("paused_before_on") > last_on)
    )
    segments = _segments(known, subscriptions)
    return {
        "subscription": subscriptions.select(
            id=ids.zuora("subscription", "subscription"),
            account_id=ids.zuora("account", "customer"),
            invoice_owner_id=ids.zuora("account", "payer"),
            name=_numbered("A-S", "subscription"),
            original_id=ids.zuora("subscription", "subscription"),
            version=(pl.col("changes").fill_null(0) + 1).cast(pl.String),
            status=pl.when(pl.col("ended_on") <= last_on)
            .then(pl.lit("Cancelled"))
            .when(is_paused)
            .then(pl.lit("Suspended"))
            .otherwise(pl.lit("Active")),
            contract_effective_date=_midnight("started_on"),
            subscription_start_date=_midnight("started_on"),
            subscription_end_date=_midnight("ended_on"),
            cancelled_date=_on(day_of(pl.col("end_known_at"))).str.replace("$", " 00:00:00"),
            sf_contract_id__c=ids.salesforce("contract", "contract"),
            created_date=_at(instant_of(pl.col("started_on"), MORNING)),
        ),
        "rate_plan_charge": pl.concat(
            [
                segments.select(
                    id="charge_id",
                    original_id=ids.zuora("rate_plan_charge", "item"),
                    charge_number=_numbered("C-", "item"),
                    segment=pl.col("place").cast(pl.String),
                    version=pl.col("place").cast(pl.String),
                    subscription_id=ids.zuora("subscription", "subscription"),
                    rate_plan_id=ids.zuora("rate_plan", "item"),
                    product_id=ids.zuora("product", "product"),
                    product_rate_plan_charge_id=ids.zuora("product_rate_plan_charge", "charge"),
                    charge_type=_word("kind", CHARGE_TYPES),
                    charge_model=_word("model", CHARGE_MODELS),
                    billing_period=_word("interval", BILLING_PERIODS),
                    specific_billing_period=NOTHING,
                    transaction_currency="currency",
                    # How much is used is not agreed.
                    quantity=pl.when(~pl.col("kind").is_in(["usage", "drawdown"])).then(
                        pl.col("quantity").cast(pl.String)
                    ),
                    effective_start_date=_on("starts_on"),
                    effective_end_date=_on("ends_before_on"),
                    sf_order_item_id__c=ids.salesforce("order_item", "item"),
                    created_date=_at(instant_of(pl.col("starts_on"), MORNING)),
                ),
                segments.filter(pl.col("discount_ppm") > 0).select(
                    id=ids.zuora("discount_charge", "segment"),
                    original_id=ids.zuora("discount_charge", "segment"),
                    charge_number=_numbered("C-D", "segment"),
                    segment=pl.lit("1"),
                    version=pl.lit("1"),
                    subscription_id=ids.zuora("subscription", "subscription"),
                    rate_plan_id=ids.zuora("rate_plan", "item"),
                    product_id=ids.zuora("product", "product"),
                    product_rate_plan_charge_id=ids.zuora("discount_product_charge", "charge"),
                    charge_type=pl.lit("Recurring"),
                    charge_model=pl.lit("Discount-Percentage"),
                    billing_period=_word("interval", BILLING_PERIODS),
                    specific_billing_period=NOTHING,
                    transaction_currency="currency",
                    quantity=NOTHING,
                    effective_start_date=_on("starts_on"),
                    effective_end_date=_on("ends_before_on"),
                    sf_order_item_id__c=NOTHING,
                    created_date=_at(instant_of(pl.col("starts_on"), MORNING)),
                ),
            ]
        ),
        "rate_plan_charge_tier": segments.join(
            known.world.price_tiers.rename({"unit_micros": "tier_micros"}),
            on="price", how="left", maintain_order="left",
        )
        .sort("segment", "tier")
        .select(
            id=ids.zuora(
                "rate_plan_charge_tier",
                pl.coalesce(_tier_key("segment", "tier"), _tier_key("segment", 1)),
            ),
            rate_plan_charge_id="charge_id",
            currency="currency",
            tier=pl.col("tier").fill_null(1).cast(pl.String),
            price=pl.coalesce(_price("tier_micros"), _price()),
        ),
    }  # fmt: skip


def _segments(known: _Known, subscriptions: pl.DataFrame) -> pl.DataFrame:
    """What each charge costs from when to when, with `place` in its charge (from 1) and the id.

    The first one has the id by which a charge is known elsewhere.
    """
    prices = known.prices.select("price", "product", "charge", "model", "interval")
    return (
        known.world.segments.join(
            known.world.items.select("item", "subscription", "price", "kind"),
            on="item", maintain_order="left",
        )
        .join(
            subscriptions.select("subscription", "entity", "currency"), on="subscription",
            maintain_order="left",
        )
        .join(prices, on="price", how="left", maintain_order="left")
        .sort("segment")
        .with_columns(
            place=pl.int_range(1, pl.len() + 1).over("item", order_by=["starts_on", "segment"])
        )
        .with_columns(
            charge_id=pl.when(pl.col("place") == 1)
            .then(ids.zuora("rate_plan_charge", "item"))
            .otherwise(ids.zuora("rate_plan_charge_segment", "segment"))
        )
    )  # fmt: skip


# --- what is billed -------------------------------------------------------------------------------


def _invoices(known: _Known) -> Tables:
    invoices = known.documents.filter(pl.col("kind") == "invoice")
    lines, shares = _taxed_lines(known, invoices)
    is_run = pl.col("run").is_not_null()
    return {
        "invoice": invoices.select(
            id=ids.zuora("invoice", "invoice"),
            invoice_number="number",
            account_id=ids.zuora("account", "payer"),
            status=pl.when("is_draft")
            .then(pl.lit("Draft"))
            .when(pl.col("voided_at").is_not_null())
            .then(pl.lit("Canceled"))
            .otherwise(pl.lit("Posted")),
            source=pl.when(is_run).then(pl.lit("BillRun")).otherwise(pl.lit("API")),
            source_type=pl.lit("Subscription"),
            source_id=ids.zuora("bill_run", "run"),
            transaction_currency="currency",
            amount=in_major_units("total_minor"),
            amount_without_tax=in_major_units("subtotal_minor"),
            tax_amount=in_major_units("tax_minor"),
            payment_amount=in_major_units("paid"),
            credit_memo_amount=in_major_units(pl.col("credited") + pl.col("written_off")),
            balance=in_major_units("balance_minor"),
            invoice_date=_on("issued_on"),
            due_date=_on("due_on"),
            created_date=_at("created_at"),
            updated_date=_at(pl.coalesce("voided_at", "issued_at", "created_at")),
        ),
        "invoice_item": pl.concat([_charged(lines), _discounted(lines)])
        .sort("line", "is_discount")
        .drop("line", "is_discount"),
        "taxation_item": shares.select(
            id=ids.zuora("taxation_item", _tier_key("line", "place")),
            invoice_id=ids.zuora("invoice", "invoice"),
            invoice_item_id=ids.zuora("invoice_item", "line"),
            jurisdiction="jurisdiction",
            tax_code="tax_code",
            tax_rate=with_places(pl.col("rate_ppm"), 6),
            tax_rate_type=pl.lit("Percentage"),
            transaction_currency="currency",
            taxable_amount=in_major_units("amount_minor"),
            tax_amount=in_major_units("share_minor"),
            created_date=_at("created_at"),
        ),
    }


def _taxed_lines(known: _Known, invoices: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of the invoices with the segment that they bill and their tax; and each tax of an
    invoice shared out over its lines, to the cent: the last line takes what rounding leaves."""
    heads = invoices.select(
        "invoice", "entity", "currency", "created_at", "subscription", whole_minor="subtotal_minor"
    )
    segments = known.world.segments.select(
        "item", "segment", "discount_ppm", segment_on="starts_on"
    ).sort("segment_on", "item")
    first = segments.group_by("item").agg(first_segment=pl.col("segment").min())
    prices = known.prices.select("price", "charge")
    lines = (
        known.world.lines.join(heads, on="invoice", maintain_order="left")
        .join(prices, on="price", how="left", maintain_order="left")
        .sort("service_from_on", "item", "line")
        # The segment in force when service begins. What is billed in arrears may begin before it.
        .join_asof(
            segments, left_on="service_from_on", right_on="segment_on", by="item",
            strategy="backward",
            check_sortedness=False,
        )
        .join(first, on="item", how="left", maintain_order="left")
        .sort("line")
        .with_columns(
            charge_id=pl.when(
                pl.col("segment").is_null() | (pl.col("segment") == pl.col("first_segment"))
            )
            .then(ids.zuora("rate_plan_charge", "item"))
            .otherwise(ids.zuora("rate_plan_charge_segment", "segment"))
        )
    )  # fmt: skip
    taxes = known.world.taxes.sort("tax").with_columns(
        place=pl.int_range(1, pl.len() + 1).over("invoice", order_by="tax")
    )
    share = half_up(
        pl.col("whole_tax_minor") * pl.col("amount_minor"),
        pl.when(pl.col("whole_minor") == 0).then(1).otherwise(pl.col("whole_minor").abs()),
    ) * pl.when(pl.col("whole_minor") < 0).then(-1).otherwise(1)
    shares = (
        lines.select(
            "line", "invoice", "entity", "currency", "created_at", "amount_minor", "whole_minor"
        )
        .join(
            taxes.select("invoice", "place", "jurisdiction", "tax_code", "rate_ppm",
                         whole_tax_minor="tax_minor"),
            on="invoice", maintain_order="left",
        )
        .sort("line", "place")
        .with_columns(share_minor=share)
        .with_columns(
            is_last=pl.col("line") == pl.col("line").max().over("invoice", "place"),
            rest_minor=pl.col("whole_tax_minor")
            - pl.col("share_minor").sum().over("invoice", "place"),
        )
        .with_columns(
            share_minor=pl.col("share_minor")
            + pl.when("is_last").then(pl.col("rest_minor")).otherwise(0)
        )
    )  # fmt: skip
    taxed = shares.select("line", amount_minor="share_minor")
    return _with_sum(lines, taxed, "line", "shared_tax_minor"), shares


def _item(lines: pl.DataFrame, **columns: pl.Expr | str) -> pl.DataFrame:
    """Items of invoices: what is not given is that of the line."""
    usual: dict[str, pl.Expr | str] = {
        "id": ids.zuora("invoice_item", "line"),
        "invoice_id": ids.zuora("invoice", "invoice"),
        "subscription_id": ids.zuora("subscription", "subscription"),
        "rate_plan_charge_id": "charge_id",
        "product_id": ids.zuora("product", "product"),
        "product_rate_plan_charge_id": ids.zuora("product_rate_plan_charge", "charge"),
        "applied_to_invoice_item_id": NOTHING,
        # What a commitment pays for is taken off the usage above it.
        "processing_type": pl.when(pl.col("kind") == "drawdown")
        .then(pl.lit("Prepayment"))
        .otherwise(pl.lit("Charge")),
        "charge_name": "description",
        "transaction_currency": "currency",
        "quantity": pl.col("quantity").cast(pl.String),
        "unit_price": _price(),
        "charge_amount": in_major_units("list_minor"),
        "tax_amount": in_major_units("shared_tax_minor"),
        "service_start_date": _on("service_from_on"),
        "service_end_date": _on("service_before_on"),
        "created_date": _at("created_at"),
    }
    return lines.select(
        "line",
        **{
            name: pl.col(value) if isinstance(value, str) else value
            for name, value in {**usual, **columns}.items()
        },
    )


def _charged(lines: pl.DataFrame) -> pl.DataFrame:
    return _item(lines).with_columns(is_discount=pl.lit(value=False))


def _discounted(lines: pl.DataFrame) -> pl.DataFrame:
    """The discounts of the lines that have one: items of their own that name the one they lower."""
    return _item(
        lines.filter(pl.col("discount_minor") != 0),
        id=ids.zuora("discount_item", "line"),
        rate_plan_charge_id=ids.zuora("discount_charge", pl.coalesce("segment", "first_segment")),
        product_rate_plan_charge_id=ids.zuora("discount_product_charge", "charge"),
        applied_to_invoice_item_id=ids.zuora("invoice_item", "line"),
        processing_type=pl.lit("Discount"),
        charge_name=pl.format("Discount on {}", "description"),
        quantity=pl.lit("1"),
        unit_price=NOTHING,
        charge_amount=in_major_units(-pl.col("discount_minor")),
        tax_amount=in_major_units(pl.lit(0, dtype=pl.Int64)),
    ).with_columns(is_discount=pl.lit(value=True))


def _memos(known: _Known) -> Tables:
    repaid = known.refunds.filter(pl.col("failed_at").is_null()).select(
        "credit_note", "amount_minor"
    )
    notes = _with_sum(known.credit_notes, repaid, "credit_note", "refunded").with_columns(
        applied=pl.when(pl.col("goes_to") == "invoice").then(pl.col("total_minor")).otherwise(0)
    )
    debits = known.documents.filter(pl.col("kind") == "debit_memo")
    return {
        "debit_memo": debits.select(
            id=ids.zuora("debit_memo", "invoice"),
            memo_number="number",
            account_id=ids.zuora("account", "payer"),
            invoice_id=NOTHING,
            status=pl.when("is_draft").then(pl.lit("Draft")).otherwise(pl.lit("Posted")),
            reason_code=pl.lit("Correcting Invoice Error"),
            currency="currency",
            total_amount=in_major_units("total_minor"),
            tax_amount=in_major_units("tax_minor"),
            balance=in_major_units("balance_minor"),
            memo_date=_on("issued_on"),
            due_date=_on("due_on"),
            created_by_id=NOTHING,
            created_date=_at("created_at"),
        ),
        "credit_memo": pl.concat([_credits(notes), _written_off(known)]),
        **_credit_items(known, notes),
        "credit_memo_application": pl.concat(
            [
                notes.filter(pl.col("goes_to") == "invoice").select(
                    id=ids.zuora("credit_memo_application", "credit_note"),
                    credit_memo_id=ids.zuora("credit_memo", "credit_note"),
                    invoice_id=_document("invoice"),
                    debit_memo_id=_document("debit_memo"),
                    account_id=ids.zuora("account", "payer"),
                    amount=in_major_units("total_minor"),
                    effective_date=_on("issued_on"),
                    created_date=_at("issued_at"),
                ),
                known.write_offs.select(
                    id=ids.zuora("write_off_application", "write_off"),
                    credit_memo_id=ids.zuora("write_off_memo", "write_off"),
                    invoice_id=_document("invoice"),
                    debit_memo_id=_document("debit_memo"),
                    account_id=ids.zuora("account", "payer"),
                    amount=in_major_units("amount_minor"),
                    effective_date=_on("on"),
                    created_date=_at("at"),
                ),
            ]
        ),
    }


def _credits(notes: pl.DataFrame) -> pl.DataFrame:
    return notes.select(
        id=ids.zuora("credit_memo", "credit_note"),
        memo_number="number",
        account_id=ids.zuora("account", "payer"),
        invoice_id=_document("invoice"),
        status=pl.lit("Posted"),
        reason_code="reason",
        currency="currency",
        total_amount=in_major_units("total_minor"),
        total_amount_without_tax=in_major_units("subtotal_minor"),
        tax_amount=in_major_units("tax_minor"),
        discount_amount=in_major_units(pl.lit(0, dtype=pl.Int64)),
        applied_amount=in_major_units("applied"),
        refund_amount=in_major_units("refunded"),
        balance=in_major_units(pl.col("total_minor") - pl.col("applied") - pl.col("refunded")),
        memo_date=_on("issued_on"),
        created_by_id="created_by",
        cancelled_on=NOTHING,
        created_date=_at("issued_at"),
    )


def _written_off(known: _Known) -> pl.DataFrame:
    nothing = in_major_units(pl.lit(0, dtype=pl.Int64))
    return known.write_offs.select(
        id=ids.zuora("write_off_memo", "write_off"),
        memo_number=pl.concat_str(pl.lit("CM-"), ids.prefix(), _numbered("-WO-", "write_off")),
        account_id=ids.zuora("account", "payer"),
        invoice_id=_document("invoice"),
        status=pl.lit("Posted"),
        reason_code=pl.lit("Write-off"),
        currency="currency",
        total_amount=in_major_units("amount_minor"),
        total_amount_without_tax=in_major_units("amount_minor"),
        tax_amount=nothing,
        discount_amount=nothing,
        applied_amount=in_major_units("amount_minor"),
        refund_amount=nothing,
        balance=nothing,
        memo_date=_on("on"),
        created_by_id="created_by",
        cancelled_on=NOTHING,
        created_date=_at("at"),
    )  # fmt: skip


def _credit_items(known: _Known, notes: pl.DataFrame) -> Tables:
    lines = known.world.lines.select("line", "price", "description").join(
        known.prices.select("price", "charge"), on="price", how="left", maintain_order="left"
    )
    credited = (
        known.world.credit_note_lines.join(
            notes.select("credit_note", "currency", "kind"), on="credit_note", maintain_order="left"
        )
        .join(lines, on="line", how="left", maintain_order="left")
        .sort("credit_note_line")
    )
    return {
        "credit_memo_item": pl.concat(
            [
                credited.select(
                    id=ids.zuora("credit_memo_item", "credit_note_line"),
                    credit_memo_id=ids.zuora("credit_memo", "credit_note"),
                    invoice_item_id=pl.when(pl.col("kind") == "invoice").then(
                        ids.zuora("invoice_item", "line")
                    ),
                    product_rate_plan_charge_id=ids.zuora("product_rate_plan_charge", "charge"),
                    charge_name="description",
                    quantity=NOTHING,
                    unit_price=NOTHING,
                    amount=in_major_units("amount_minor"),
                    amount_without_tax=in_major_units("amount_minor"),
                    tax_amount=in_major_units("tax_minor"),
                ),
                known.write_offs.select(
                    id=ids.zuora("write_off_memo_item", "write_off"),
                    credit_memo_id=ids.zuora("write_off_memo", "write_off"),
                    invoice_item_id=NOTHING,
                    product_rate_plan_charge_id=NOTHING,
                    charge_name=pl.lit("Write-off"),
                    quantity=NOTHING,
                    unit_price=NOTHING,
                    amount=in_major_units("amount_minor"),
                    amount_without_tax=in_major_units("amount_minor"),
                    tax_amount=in_major_units(pl.lit(0, dtype=pl.Int64)),
                ),
            ]
        )
    }


# --- what is paid ---------------------------------------------------------------------------------


def _payments(known: _Known) -> Tables:
    nothing = in_major_units(pl.lit(0, dtype=pl.Int64))
    is_back = pl.col("returned_on").is_not_null()
    unapplied = pl.when(is_back).then(0).otherwise(pl.col("gross_minor") - pl.col("applied"))
    # Booked when it came, or when somebody found out whose it is.
    recorded_at = pl.coalesce(instant_of(pl.col("identified_on"), AFTERNOON), "booked_at")
    applications = known.applications.join(
        known.receipts.select("receipt"), on="receipt", how="semi", maintain_order="left"
    )
    taken_off = applications.filter(pl.col("reversed_on").is_not_null())
    return {
        "payment": pl.concat(
            [
                known.charges.select(
                    id=ids.zuora("payment", "charge"),
                    payment_number=_numbered("P-", "charge"),
                    account_id=ids.zuora("account", "payer"),
                    type=pl.lit("Electronic"),
                    status=pl.lit("Processed"),
                    payment_method_id=ids.zuora("payment_method", "payer"),
                    reference_id=ids.stripe("ch", "charge"),
                    currency="currency",
                    amount=in_major_units("amount_minor"),
                    applied_amount=in_major_units("amount_minor"),
                    unapplied_amount=nothing,
                    refund_amount=nothing,
                    effective_date=_on(day_of(pl.col("at"))),
                    created_date=_at("at"),
                ),
                known.receipts.select(
                    id=ids.zuora("external_payment", "receipt"),
                    payment_number=_numbered("P-E", "receipt"),
                    account_id=ids.zuora("account", "customer"),
                    type=pl.lit("External"),
                    status=pl.when(is_back)
                    .then(pl.lit("Canceled"))
                    .otherwise(pl.lit("Processed")),
                    payment_method_id=ids.zuora("payment_method", "customer"),
                    reference_id="reference",
                    currency="currency",
                    amount=in_major_units("gross_minor"),
                    applied_amount=in_major_units("applied"),
                    unapplied_amount=in_major_units(unapplied),
                    refund_amount=nothing,
                    effective_date=_on("received_on"),
                    created_date=_at(recorded_at),
                ),
            ]
        ),
        "payment_application": pl.concat(
            [
                _applied(
                    known.charges, ids.zuora("charge_application", "charge"),
                    ids.zuora("payment", "charge"), day_of(pl.col("at")), _at("at"),
                ),
                _applied(
                    applications, ids.zuora("payment_application", "application"),
                    ids.zuora("external_payment", "receipt"), pl.col("applied_on"),
                    _at(instant_of(pl.col("applied_on"), AFTERNOON)),
                ),
                _applied(
                    taken_off.with_columns(amount_minor=-pl.col("amount_minor")),
                    ids.zuora("payment_unapplication", "application"),
                    ids.zuora("external_payment", "receipt"), pl.col("reversed_on"),
                    _at(instant_of(pl.col("reversed_on"), AFTERNOON)),
                ),
            ]
        ),
    }  # fmt: skip


def _applied(
    rows: pl.DataFrame, key: pl.Expr, payment: pl.Expr, day: pl.Expr, made: pl.Expr
) -> pl.DataFrame:
    return rows.select(
        id=key,
        payment_id=payment,
        invoice_id=_document("invoice"),
        debit_memo_id=_document("debit_memo"),
        account_id=ids.zuora("account", "payer"),
        payment_application_status=pl.when(pl.col("amount_minor") < 0)
        .then(pl.lit("Unapplied"))
        .otherwise(pl.lit("Applied")),
        apply_amount=in_major_units("amount_minor"),
        effective_date=_on(day),
        created_date=made,
    )


def _refunds(known: _Known) -> Tables:
    """A refund pays back the credit memo behind it, over the payment that the customer made."""
    refunds = known.refunds
    is_failed = pl.col("failed_at").is_not_null()
    return {
        "refund": refunds.select(
            id=ids.zuora("refund", "refund"),
            refund_number=_numbered("R-", "refund"),
            account_id=ids.zuora("account", "payer"),
            status=pl.when(is_failed).then(pl.lit("Error")).otherwise(pl.lit("Processed")),
            reason_code="reason",
            reference_id=ids.stripe("re", "refund"),
            gateway_response_code=pl.when(is_failed).then(pl.lit("expired_or_canceled_card")),
            currency="currency",
            amount=in_major_units("amount_minor"),
            refund_date=_on(day_of(pl.col("at"))),
            created_date=_at("at"),
            updated_date=_at(pl.coalesce("failed_at", "at")),
        ),
        "refund_application": refunds.select(
            id=ids.zuora("refund_application", "refund"),
            refund_id=ids.zuora("refund", "refund"),
            payment_id=ids.zuora("payment", "charge"),
            credit_memo_id=ids.zuora("credit_memo", "credit_note"),
            apply_amount=in_major_units("amount_minor"),
        ),
    }
