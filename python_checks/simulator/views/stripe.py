"""What Stripe shows: the bills of its own customers, and all money that moves through it.

One account for each legal entity. Stripe bills the customers whose biller it is: their catalogue,
subscriptions, invoices, credit notes and credit balances are here. Whoever pays by card or debit is
a customer here too, with payment intents, charges, refunds and disputes, but without invoices where
another system bills. Amounts are whole minor units, as Stripe counts.

Lines carry what is charged after discounts; the extract has no amounts of discounts. A price that
was agreed for one subscription is a price object of its own. A date of service is shown as an
instant of that date in the zone of the legal entity.
"""

from datetime import date, datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.clocks import instant_of
from python_checks.simulator.money import EXPONENTS, with_places
from python_checks.simulator.schema import World

PROCESSOR_METHODS = ("card", "sepa_debit", "bacs_debit", "us_bank_account")
PRODUCTS_MADE_ON = date(2022, 1, 1)
RETRY_DAYS = 3
Tables = dict[str, pl.DataFrame]

NOTHING = pl.lit(None, dtype=pl.String)
YES, NO, ZERO = pl.lit("true"), pl.lit("false"), pl.lit("0")
EMPTY_JSON = pl.lit("{}")
# Declines that Stripe gives a code of their own; what else an issuer says is `card_declined`.
OWN_CODES = ("expired_card", "incorrect_cvc", "incorrect_number", "processing_error")
BLOCKED_BY_RISK = ("highest_risk_level", "elevated_risk_level", "rule", "blocked")
MESSAGES = {
    "insufficient_funds": "There is not enough money for this payment.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
}
CREDIT_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
# movement: type where a card paid, type where a debit did, reporting category, kind of its source
MOVEMENT_WORDS = {
    "charge": ("charge", "payment", "charge", "ch"),
    "refund": ("refund", "payment_refund", "refund", "re"),
    "refund_failure": ("refund_failure", "refund_failure", "refund_failure", "re"),
    "dispute": ("adjustment", "adjustment", "dispute", "du"),
    "dispute_reversal": ("adjustment", "adjustment", "dispute_reversal", "du"),
    "fee": ("stripe_fee", "stripe_fee", "fee", "fee"),
    "payout": ("payout", "payout", "payout", "po"),
}


def tables(world: World) -> Tables:
    """Every raw table of every account, as `acct_us/charge`: all text, in the order of the keys."""
    known = _Known(world)
    found = {
        **_catalogue(known), **_subscriptions(known), **_invoices(known), **_credits(known),
        **_payments(known), **_balance(known),
    }  # fmt: skip
    synced = pl.lit(f"{known.now + timedelta(hours=2):%Y-%m-%d %H:%M:%S}")
    return {
        f"{account}/{name}": frame.filter(pl.col("_entity") == entity)
        .drop("_entity")
        .with_columns(_fivetran_synced=synced)
        for name, frame in found.items()
        for entity, account in ids.ACCOUNTS.items()
    }


class _Known:
    """The world, and what several tables need to know of it. `now` is the midnight after it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = datetime.combine(world.last_on + timedelta(days=1), time())
        self.customers = _customers(world)
        self.people = self.customers.select("customer", "is_billed_here", "is_card", "minute")
        self.charges = _charges(self)
        self.intents = _intents(self)
        self.invoices = _settled_invoices(self)
        self.items = _billed_items(self)


# --- words and numbers ----------------------------------------------------------------------------


def _at(instant: str | pl.Expr) -> pl.Expr:
    when = pl.col(instant) if isinstance(instant, str) else instant
    return when.dt.strftime("%Y-%m-%d %H:%M:%S")


def _midnight(day: str) -> pl.Expr:
    return pl.col(day).dt.strftime("%Y-%m-%d 00:00:00")


def _int(number: str | pl.Expr) -> pl.Expr:
    whole = pl.col(number) if isinstance(number, str) else number
    return whole.cast(pl.Int64).cast(pl.String)


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(YES).otherwise(NO)


def _lower(column: str = "currency") -> pl.Expr:
    return pl.col(column).str.to_lowercase()


def _one_of(column: str, words: tuple[str, ...], otherwise: str) -> pl.Expr:
    return pl.when(pl.col(column).is_in(words)).then(column).otherwise(pl.lit(otherwise))


def _without_zeros(decimal: pl.Expr) -> pl.Expr:
    """Decimal text without the zeros at its end."""
    return decimal.str.replace(r"\.?0+$", "")


def _decimal_minor(micros: str) -> pl.Expr:
    """Millionths of a major unit of `currency` as a decimal number of minor units."""
    found = NOTHING
    for code, places in EXPONENTS.items():
        amount = _without_zeros(with_places(pl.col(micros), 6 - places))
        found = pl.when(pl.col("currency") == code).then(amount).otherwise(found)
    return found


def _whole_minor(micros: str) -> pl.Expr:
    """The same as Stripe's `unit_amount`: null where it is not whole."""
    amount = _decimal_minor(micros)
    return pl.when(~amount.str.contains(".", literal=True)).then(amount)


def _exchange_rate() -> pl.Expr:
    """Stripe's rate turns minor units into minor units: yen have none, dollars have two."""
    exponents = {code: pl.lit(places, dtype=pl.Int64) for code, places in EXPONENTS.items()}
    settled = pl.col("currency").replace_strict(EXPONENTS, return_dtype=pl.Int64)
    paid = pl.col("paid_currency").replace_strict(EXPONENTS, return_dtype=pl.Int64)
    found = NOTHING
    for shift in range(-len(exponents), len(exponents) + 1):
        rate = _without_zeros(with_places(pl.col("rate_micros"), 6 - shift))
        found = pl.when(settled - paid == shift).then(rate).otherwise(found)
    return found


def _left(frame: pl.DataFrame, other: pl.DataFrame, on: str) -> pl.DataFrame:
    """`frame` with the one row of `other` that each row has, if any."""
    return frame.join(other, on=on, how="left", maintain_order="left", validate="m:1")


# --- customers ------------------------------------------------------------------------------------


def _customers(world: World) -> pl.DataFrame:
    payers = world.intents.select("customer").unique().with_columns(is_payer=pl.lit(True))
    is_processed = pl.col("method").is_in(PROCESSOR_METHODS)
    minutes = pl.col("created_at").dt.hour().cast(pl.Int64) * 60 + pl.col("created_at").dt.minute()
    return (
        _left(world.customers, payers, "customer")
        .filter((pl.col("biller") == "stripe") | is_processed | pl.col("is_payer"))
        .with_columns(
            is_billed_here=pl.col("biller") == "stripe",
            is_card=~pl.col("method").is_in(PROCESSOR_METHODS[1:]),
            is_processed=is_processed,
            # The minute of the day of its periods: from 3:00 on, so that no clock change hits it.
            minute=180 + minutes % 1_200,
        )
        .sort("customer")
    )


def _customer_table(known: _Known) -> pl.DataFrame:
    balances = known.world.credit_balances.group_by("customer").agg(
        balance_minor=-pl.col("amount_minor").sum()
    )
    is_late = pl.col("status").is_in(["open", "uncollectible"]) & (pl.col("tries") > 0)
    late = known.invoices.group_by("customer").agg(is_late=is_late.any())
    is_billed = pl.col("is_billed_here")
    zuora = pl.concat_str(
        pl.lit('{"zuora_account": "'), ids.zuora("account", "customer"), pl.lit('"}')
    )
    return _left(_left(known.customers, balances, "customer"), late, "customer").select(
        _entity="entity",
        id=ids.stripe("cus", "customer"),
        name="name",
        email=pl.format("ap@{}", "email_domain"),
        description=NOTHING,
        currency=_lower(),
        created=_at("created_at"),
        balance=_int(pl.when(is_billed).then("balance_minor").fill_null(0)),
        delinquent=_flag(pl.col("is_late")),
        address_country="country",
        address_state=pl.when(pl.col("state") != "").then("state"),
        tax_exempt=pl.col("tax_code").replace_strict(
            {"reverse_charge": "reverse", "exempt": "exempt"},
            default="none",
            return_dtype=pl.String,
        ),
        livemode=YES,
        # Stripe cannot merge: the one that is given up is deleted, and its documents remain.
        is_deleted=_flag(pl.col("merged_into").is_not_null()),
        metadata=pl.when(is_billed).then(EMPTY_JSON).otherwise(zuora),
    )


# --- catalogue and subscriptions ------------------------------------------------------------------


def _billed_items(known: _Known) -> pl.DataFrame:
    """The charges of Stripe's own subscriptions, with their price."""
    subscriptions = known.world.subscriptions.filter(pl.col("biller") == "stripe").select(
        "subscription", "customer", "entity", "ended_on"
    )
    prices = known.world.prices.select(
        "price", "product", "currency", "interval", "meter", listed_micros="unit_micros"
    )
    items = known.world.items.join(
        subscriptions, on="subscription", how="inner", maintain_order="left"
    )
    return _left(_left(items, prices, "price"), known.people, "customer").sort("item")


def _custom_micros() -> pl.Expr:
    """The unit price where it is not the one of the price list."""
    return pl.when(pl.col("unit_micros") != pl.col("listed_micros")).then("unit_micros")


def _price_id() -> pl.Expr:
    agreed = pl.format("_{}", "custom_micros")
    return pl.concat_str(ids.stripe("price", "price"), agreed.fill_null(""))


def _prices(known: _Known) -> pl.DataFrame:
    """Prices of the list that Stripe bills by, and each that was agreed for somebody."""
    items = known.items.select("item", "price", "listed_micros")
    agreed = (
        known.world.segments.join(items, on="item", how="inner")
        .with_columns(custom_micros=_custom_micros())
        .filter(pl.col("custom_micros").is_not_null())
        .group_by("price", "custom_micros")
        .agg(made_on=pl.col("starts_on").min())
    )
    listed = items.select("price").unique()
    used = pl.concat([listed, agreed], how="diagonal")
    products = known.world.products.select("product", product_name="name")
    return _left(_left(used, known.world.prices, "price"), products, "product").sort(
        "price", "custom_micros", nulls_last=False
    )


def _catalogue(known: _Known) -> Tables:
    prices = _prices(known).with_columns(
        micros=pl.coalesce("custom_micros", "unit_micros"),
        is_agreed=pl.col("custom_micros").is_not_null(),
        is_tiered=pl.col("model").is_in(["graduated", "volume"]),
        is_metered=pl.col("meter").is_not_null(),
        is_recurring=pl.col("interval") != "one_time",
        made_at=instant_of(pl.coalesce("made_on", "valid_from_on"), 9 * 60),
    )
    products = (
        _left(prices.select("product", "entity").unique(), known.world.products, "product")
        .with_columns(made_at=instant_of(pl.lit(PRODUCTS_MADE_ON), 9 * 60))
        .sort("product", "entity")
    )
    tiered = prices.filter(pl.col("is_tiered")).select("price", "entity", "currency").unique()
    tiers = known.world.price_tiers.join(tiered, on="price", how="inner").sort("price", "tier")
    recurring = pl.col("is_recurring")
    return {
        "customer": _customer_table(known),
        "product": products.select(
            _entity="entity",
            id=ids.stripe("prod", "product"),
            name="name",
            description=pl.format("Lumenwerk {}", "name"),
            type=pl.lit("service"),
            unit_label=pl.when(pl.col("name").str.ends_with("seats")).then(pl.lit("seat")),
            active=YES,
            created=_at("made_at"),
            updated=_at("made_at"),
            livemode=YES,
            is_deleted=NO,
        ),
        "price": prices.select(
            _entity="entity",
            id=_price_id(),
            product_id=ids.stripe("prod", "product"),
            active=YES,
            nickname=pl.concat_str(
                "product_name",
                pl.when(recurring).then(pl.format(" each {}", "interval")).otherwise(pl.lit("")),
                pl.when("is_agreed").then(pl.lit(" as agreed")).otherwise(pl.lit("")),
            ),
            currency=_lower(),
            type=pl.when(recurring).then(pl.lit("recurring")).otherwise(pl.lit("one_time")),
            recurring_interval=pl.when(recurring).then("interval"),
            recurring_interval_count=pl.when(recurring).then(pl.lit("1")),
            recurring_usage_type=pl.when(recurring).then(
                pl.when("is_metered").then(pl.lit("metered")).otherwise(pl.lit("licensed"))
            ),
            recurring_aggregate_usage=pl.when("is_metered").then(pl.lit("sum")),
            billing_scheme=pl.when("is_tiered")
            .then(pl.lit("tiered"))
            .otherwise(pl.lit("per_unit")),
            tiers_mode=pl.when("is_tiered").then("model"),
            unit_amount=_whole_minor("micros"),
            unit_amount_decimal=_decimal_minor("micros"),
            created=_at("made_at"),
            livemode=YES,
            is_deleted=NO,
        ),
        "price_tier": tiers.select(
            _entity="entity",
            price_id=ids.stripe("price", "price"),
            index=_int(pl.col("tier") - pl.col("tier").min().over("price")),
            up_to=_int("up_to"),
            unit_amount=_whole_minor("unit_micros"),
            unit_amount_decimal=_decimal_minor("unit_micros"),
            flat_amount=_int(pl.when(pl.col("flat_minor") != 0).then("flat_minor")),
        ),
    }


def _current_items(known: _Known) -> pl.DataFrame:
    """The charges that a subscription has now (had when it ended), with number and price."""
    today = pl.min_horizontal(pl.lit(known.world.last_on), pl.col("ended_on") - pl.duration(days=1))
    now = known.world.segments.join(
        known.items.drop("starts_on", "ends_before_on"), on="item", how="inner"
    )
    return (
        now.with_columns(today=today)
        .filter(
            (pl.col("starts_on") <= pl.col("today"))
            & (pl.col("ends_before_on").is_null() | (pl.col("ends_before_on") > pl.col("today")))
        )
        .group_by("item")
        .agg(pl.all().sort_by("starts_on", "segment").last())
        .with_columns(custom_micros=_custom_micros())
        .drop("starts_on")
        .pipe(_left, known.world.items.select("item", "starts_on"), "item")
        .sort("item")
    )


def _subscriptions(known: _Known) -> Tables:
    last_on, now = pl.lit(known.world.last_on), pl.lit(known.now)
    items = _current_items(known)
    seats = (
        items.filter(pl.col("quantity").is_not_null())
        .group_by("subscription")
        .agg(quantity=pl.when(pl.len() == 1).then(pl.col("quantity").first()))
    )
    latest = (
        known.invoices.group_by("subscription")
        .agg(pl.col("invoice", "status", "tries").sort_by("created_at", "invoice").last())
        .rename({"status": "invoice_status"})
    )
    terms = known.customers.select("customer", "terms_days", "is_processed")
    # The day in whose period the subscription is: its last one, where it is over.
    day = pl.min_horizontal(last_on, pl.col("ended_on") - pl.duration(days=1))
    month = (
        pl.when(pl.col("interval") == "year")
        .then(pl.col("started_on").dt.month())
        .otherwise(pl.col("day").dt.month())
    )
    step = pl.when(pl.col("interval") == "year").then(pl.lit("12mo")).otherwise(pl.lit("1mo"))
    back = pl.when(pl.col("interval") == "year").then(pl.lit("-12mo")).otherwise(pl.lit("-1mo"))
    found = known.world.subscriptions.filter(pl.col("biller") == "stripe")
    for other, key in ((known.people, "customer"), (terms, "customer"), (seats, "subscription"),
                       (latest, "subscription")):  # fmt: skip
        found = _left(found, other, key)
    found = (
        found.with_columns(day=day)
        .with_columns(anchor_on=pl.date(pl.col("day").dt.year(), month, pl.col("bill_day")))
        .with_columns(
            period_on=pl.when(pl.col("anchor_on") <= pl.col("day"))
            .then("anchor_on")
            .otherwise(pl.col("anchor_on").dt.offset_by(back))
        )
        .with_columns(next_on=pl.col("period_on").dt.offset_by(step))
        .with_columns(
            started_at=instant_of(pl.col("started_on"), pl.col("minute")),
            period_at=instant_of(pl.max_horizontal("period_on", "started_on"), pl.col("minute")),
            next_at=instant_of(pl.col("next_on"), pl.col("minute")),
            ended_at=instant_of(pl.col("ended_on"), pl.col("minute")),
            is_over=(pl.col("ended_on") <= last_on).fill_null(value=False),
            is_paused=(
                (pl.col("paused_from_on") <= last_on) & (pl.col("paused_before_on") > last_on)
            ).fill_null(value=False),
        )
        .sort("subscription")
    )
    status = (
        pl.when("is_over")
        .then(pl.lit("canceled"))
        .when("is_paused")
        .then(pl.lit("paused"))
        .when(pl.col("invoice_status") == "uncollectible")
        .then(pl.lit("unpaid"))
        .when((pl.col("invoice_status") == "open") & (pl.col("tries") > 0))
        .then(pl.lit("past_due"))
        .otherwise(pl.lit("active"))
    )
    periods = found.select("subscription", "period_at", "next_at")
    created_at = pl.min_horizontal("started_at", pl.col("started_on").cast(pl.Datetime("us")))
    return {
        "subscription": found.select(
            _entity="entity",
            id=ids.stripe("sub", "subscription"),
            customer_id=ids.stripe("cus", "customer"),
            status=status,
            billing=_billing(),
            days_until_due=pl.when(~pl.col("is_processed")).then(_int("terms_days")),
            quantity=_int("quantity"),
            created=_at(created_at),
            start_date=_at("started_at"),
            billing_cycle_anchor=_at("started_at"),
            current_period_start=_at("period_at"),
            current_period_end=_at("next_at"),
            cancel_at_period_end=_flag(pl.col("ended_on").is_not_null() & ~pl.col("is_over")),
            # Only of those that end: min_horizontal leaves nulls out.
            canceled_at=pl.when(pl.col("ended_on").is_not_null()).then(
                _at(pl.min_horizontal("end_known_at", "ended_at", now))
            ),
            ended_at=pl.when("is_over").then(_at("ended_at")),
            latest_invoice_id=ids.stripe("in", "invoice"),
            livemode=YES,
            _fivetran_active=YES,
        ),
        "subscription_item": _left(items, periods, "subscription").select(
            _entity="entity",
            id=ids.stripe("si", "item"),
            subscription_id=ids.stripe("sub", "subscription"),
            plan_id=_price_id(),
            quantity=_int("quantity"),
            created=_at(instant_of(pl.col("starts_on"), pl.col("minute"))),
            current_period_start=_at("period_at"),
            current_period_end=_at("next_at"),
        ),
    }


def _billing() -> pl.Expr:
    return (
        pl.when("is_processed")
        .then(pl.lit("charge_automatically"))
        .otherwise(pl.lit("send_invoice"))
    )


# --- invoices -------------------------------------------------------------------------------------


def _settled_invoices(known: _Known) -> pl.DataFrame:
    """Stripe's own invoices with what lowered them, what is left, and the status that follows."""
    world = known.world
    is_paid = pl.col("status") == "succeeded"
    tried = (
        known.charges.filter(pl.col("invoice").is_not_null())
        .group_by("invoice")
        .agg(
            tries=pl.len(),
            paid_minor=pl.col("amount_minor").filter(is_paid).sum(),
            last_paid_at=pl.col("at").filter(is_paid).max(),
            last_tried_at=pl.col("at").max(),
            charge=pl.col("charge").sort_by("at", "charge").last(),
        )
    )
    intents = known.intents.group_by("invoice").agg(intent=pl.col("intent").min())
    lowers = pl.col("goes_to") == "invoice"
    credited = world.credit_notes.group_by("invoice").agg(
        credited_before_minor=pl.col("total_minor").filter(lowers).sum(),
        credited_after_minor=pl.col("total_minor").filter(~lowers).sum(),
        last_credited_at=pl.col("issued_at").filter(lowers).max(),
    )
    used = (
        world.credit_balances.sort("at", "movement")
        .with_columns(credit_minor=pl.col("amount_minor").cum_sum().over("customer"))
        .filter(pl.col("amount_minor") < 0)
        .group_by("invoice")
        .agg(
            used_minor=-pl.col("amount_minor").sum(),
            credit_left_minor=pl.col("credit_minor").last(),
        )
    )
    written_off = world.write_offs.group_by("invoice").agg(written_off_at=pl.col("at").max())
    found = world.invoices.filter(pl.col("biller") == "stripe")
    for other in (tried, intents, credited, used, written_off):
        found = _left(found, other.filter(pl.col("invoice").is_not_null()), "invoice")
    amounts = ("paid_minor", "credited_before_minor", "credited_after_minor", "used_minor",
               "credit_left_minor", "tries")  # fmt: skip
    is_draft = (
        pl.col("is_draft") | pl.col("issued_at").is_null() | (pl.col("issued_at") >= known.now)
    )
    return (
        found.with_columns(pl.col(amounts).fill_null(0).cast(pl.Int64), is_draft=is_draft)
        .with_columns(
            due_minor=pl.col("total_minor") - pl.col("used_minor") - pl.col("credited_before_minor")
        )
        .with_columns(remaining_minor=pl.col("due_minor") - pl.col("paid_minor"))
        .with_columns(
            status=pl.when("is_draft")
            .then(pl.lit("draft"))
            .when(pl.col("voided_at").is_not_null())
            .then(pl.lit("void"))
            .when(pl.col("written_off_at").is_not_null())
            .then(pl.lit("uncollectible"))
            .when(pl.col("remaining_minor") == 0)
            .then(pl.lit("paid"))
            .otherwise(pl.lit("open")),
            settled_at=pl.max_horizontal("issued_at", "last_paid_at", "last_credited_at"),
        )
        .sort("invoice")
    )


def _invoices(known: _Known) -> Tables:
    people = known.customers.select("customer", "is_processed", "tax_ppm", "terms_days", "minute")
    invoices = _left(known.invoices, people, "customer")
    status, is_draft = pl.col("status"), pl.col("is_draft")
    issued = pl.when(~is_draft)
    open_and_tried = (status == "open") & (pl.col("tries") > 0)
    # The period in which items were gathered, before the one that a subscription line pays for.
    from_at = (
        pl.when(pl.col("reason") == "subscription_cycle")
        .then(pl.col("created_at").dt.offset_by("-1mo"))
        .otherwise("created_at")
    )
    due_at = pl.col("issued_at") + pl.duration(days="terms_days")
    retry_at = pl.col("last_tried_at") + pl.duration(days=RETRY_DAYS)
    return {
        "invoice": invoices.select(
            _entity="entity",
            id=ids.stripe("in", "invoice"),
            number=issued.then("number"),
            customer_id=ids.stripe("cus", "customer"),
            status=status,
            subscription_id=ids.stripe("sub", "subscription"),
            billing_reason="reason",
            currency=_lower(),
            billing=_billing(),
            subtotal=_int("subtotal_minor"),
            tax=_int("tax_minor"),
            tax_percent=pl.when(pl.col("tax_ppm") > 0).then(
                _without_zeros(with_places(pl.col("tax_ppm"), 4))
            ),
            total=_int("total_minor"),
            # Negative is credit of the customer; a draft has not used any yet.
            starting_balance=_int(
                issued.then(-pl.col("credit_left_minor") - pl.col("used_minor")).otherwise(0)
            ),
            ending_balance=_int(issued.then(-pl.col("credit_left_minor"))),
            amount_due=_int("due_minor"),
            amount_paid=_int("paid_minor"),
            amount_remaining=_int("remaining_minor"),
            paid=_flag(status == "paid"),
            pre_payment_credit_notes_amount=_int("credited_before_minor"),
            post_payment_credit_notes_amount=_int("credited_after_minor"),
            attempted=_flag(pl.col("tries") > 0),
            attempt_count=_int("tries"),
            auto_advance=_flag(status == "open"),
            charge_id=ids.stripe("ch", "charge"),
            payment_intent_id=ids.stripe("pi", "intent"),
            created=_at("created_at"),
            finalized_at=issued.then(_at("issued_at")),
            period_start=_at(from_at),
            period_end=_at("created_at"),
            due_date=issued.then(pl.when(~pl.col("is_processed")).then(_at(due_at))),
            next_payment_attempt=pl.when(open_and_tried).then(_at(retry_at)),
            status_transitions_finalized_at=issued.then(_at("issued_at")),
            status_transitions_paid_at=pl.when(status == "paid").then(_at("settled_at")),
            status_transitions_voided_at=pl.when(status == "void").then(_at("voided_at")),
            status_transitions_marked_uncollectible_at=pl.when(status == "uncollectible").then(
                _at("written_off_at")
            ),
            livemode=YES,
            is_deleted=NO,
            metadata=EMPTY_JSON,
        ),
        "invoice_line_item": _lines(known, invoices),
    }


def _lines(known: _Known, invoices: pl.DataFrame) -> pl.DataFrame:
    bills = invoices.select("invoice", "entity", "currency", "subscription", "minute")
    listed = known.world.prices.select("price", listed_micros="unit_micros")
    lines = known.world.lines.join(bills, on="invoice", how="inner", maintain_order="left")
    lines = _left(lines, listed, "price").with_columns(custom_micros=_custom_micros()).sort("line")
    is_apart = pl.col("is_proration") | pl.col("kind").is_in(["one_time", "prepaid"])
    # A one-off item stands on the invoice without its subscription.
    is_recurring = ~pl.col("kind").is_in(["one_time", "prepaid"])
    return lines.select(
        _entity="entity",
        id=ids.stripe("il", "line"),
        invoice_id=ids.stripe("in", "invoice"),
        invoice_item_id=pl.when(is_apart).then(ids.stripe("ii", "line")),
        type=pl.when(is_apart).then(pl.lit("invoiceitem")).otherwise(pl.lit("subscription")),
        description="description",
        amount=_int("amount_minor"),
        currency=_lower(),
        quantity=_int("quantity"),
        unit_amount_excluding_tax=_decimal_minor("unit_micros"),
        price_id=_price_id(),
        subscription_id=pl.when(is_recurring).then(ids.stripe("sub", "subscription")),
        subscription_item_id=pl.when(is_recurring).then(ids.stripe("si", "item")),
        period_start=_at(instant_of(pl.col("service_from_on"), pl.col("minute"))),
        period_end=_at(instant_of(pl.col("service_before_on"), pl.col("minute"))),
        proration=_flag(pl.col("is_proration")),
        discountable=_flag(~pl.col("is_proration")),
        livemode=YES,
        metadata=EMPTY_JSON,
    )


def _credits(known: _Known) -> Tables:
    world = known.world
    notes = world.credit_notes.filter(pl.col("biller") == "stripe").sort("credit_note")
    refunds = world.refunds.group_by("credit_note").agg(refund=pl.col("refund").min())
    granted = world.credit_balances.filter(pl.col("amount_minor") > 0)
    granted = granted.group_by("credit_note").agg(movement=pl.col("movement").min())
    for other in (refunds, granted):
        notes = _left(notes, other.filter(pl.col("credit_note").is_not_null()), "credit_note")
    lines = world.credit_note_lines.join(
        notes.select("credit_note", "entity"), on="credit_note", how="inner"
    )
    described = world.lines.join(lines.select("line"), on="line", how="semi")
    lines = _left(lines, described.select("line", "description"), "line").sort("credit_note_line")
    here = known.people.filter(pl.col("is_billed_here")).select("customer")
    billed = world.credit_notes.select("credit_note", credited_invoice="invoice")
    balances = (
        world.credit_balances.join(here, on="customer", how="semi")
        .sort("at", "movement")
        .with_columns(credit_minor=pl.col("amount_minor").cum_sum().over("customer"))
        .sort("movement")
    )
    balances = _left(balances, billed, "credit_note")
    kind = (
        pl.when(pl.col("amount_minor") < 0)
        .then(pl.lit("applied_to_invoice"))
        .when(pl.col("credit_note").is_not_null())
        .then(pl.lit("credit_note"))
        .otherwise(pl.lit("adjustment"))
    )
    return {
        "credit_note": notes.select(
            _entity="entity",
            id=ids.stripe("cn", "credit_note"),
            number="number",
            invoice_id=ids.stripe("in", "invoice"),
            status=pl.lit("issued"),
            type=pl.when(pl.col("goes_to") == "invoice")
            .then(pl.lit("pre_payment"))
            .otherwise(pl.lit("post_payment")),
            reason=_one_of("reason", CREDIT_REASONS, "order_change"),
            memo="reason",
            currency=_lower(),
            subtotal=_int("subtotal_minor"),
            discount_amount=ZERO,
            total=_int("total_minor"),
            amount=_int("total_minor"),
            refund_id=ids.stripe("re", "refund"),
            customer_balance_transaction=ids.stripe("cbtxn", "movement"),
            created=_at("issued_at"),
            voided_at=NOTHING,
            livemode=YES,
            metadata=EMPTY_JSON,
        ),
        "credit_note_line_item": lines.select(
            _entity="entity",
            id=ids.stripe("cnli", "credit_note_line"),
            credit_note_id=ids.stripe("cn", "credit_note"),
            invoice_line_item_id=ids.stripe("il", "line"),
            amount=_int("amount_minor"),
            discount_amount=ZERO,
            description="description",
            quantity=pl.lit("1"),
            unit_amount=_int("amount_minor"),
            unit_amount_decimal=_int("amount_minor"),
            type=pl.when(pl.col("line").is_null())
            .then(pl.lit("custom_line_item"))
            .otherwise(pl.lit("invoice_line_item")),
            livemode=YES,
        ),
        "customer_balance_transaction": balances.select(
            _entity="entity",
            id=ids.stripe("cbtxn", "movement"),
            customer_id=ids.stripe("cus", "customer"),
            type=kind,
            amount=_int(-pl.col("amount_minor")),
            ending_balance=_int(-pl.col("credit_minor")),
            currency=_lower(),
            created=_at("at"),
            invoice_id=ids.stripe("in", pl.coalesce("invoice", "credited_invoice")),
            credit_note_id=ids.stripe("cn", "credit_note"),
            description=NOTHING,
        ),
    }


# --- payments -------------------------------------------------------------------------------------


def _charges(known: _Known) -> pl.DataFrame:
    """Every attempt with its customer, and the invoice where it is one of Stripe's own."""
    world = known.world
    billed = world.invoices.select("invoice", "biller", "number", "voided_at")
    intents = _left(
        world.intents.select("intent", "invoice", "customer", "entity", "currency"),
        billed,
        "invoice",
    )
    refunds = (
        world.refunds.filter(pl.col("failed_at").is_null())
        .group_by("charge")
        .agg(refunded_minor=pl.col("amount_minor").sum())
    )
    brand = pl.format("_{}", pl.col("brand").str.to_lowercase()).fill_null("")
    is_own = pl.col("biller") == "stripe"
    found = _left(world.charges, intents, "intent")
    found = _left(_left(found, refunds, "charge"), known.people, "customer")
    return found.with_columns(
        pl.col("refunded_minor").fill_null(0),
        invoice=pl.when(is_own).then("invoice"),
        is_paid=pl.col("status") == "succeeded",
        # A customer has one method of payment for each brand that it paid with.
        method_id=pl.concat_str(
            ids.stripe("pm", "customer"), pl.when("is_card").then(brand).otherwise(pl.lit(""))
        ),
    ).sort("charge")


def _intents(known: _Known) -> pl.DataFrame:
    """Payment intents with what became of them, and the invoice where it is one of Stripe's own."""
    world = known.world
    is_paid = pl.col("is_paid")
    last = ("method_id", "decline_code", "is_card")
    tried = known.charges.group_by("intent").agg(
        pl.col(last).sort_by("at", "charge").last(),
        received_minor=pl.col("amount_minor").filter(is_paid).sum(),
        paid_at=pl.col("at").filter(is_paid).max(),
        is_paid=is_paid.any(),
        is_tried=pl.lit(True),
    )
    billed = world.invoices.select("invoice", "biller", "voided_at")
    found = _left(_left(world.intents, billed, "invoice"), tried, "intent")
    return found.with_columns(
        pl.col("received_minor").fill_null(0),
        pl.col("is_paid", "is_tried").fill_null(value=False),
        invoice=pl.when(pl.col("biller") == "stripe").then("invoice"),
        status=pl.when("is_paid")
        .then(pl.lit("succeeded"))
        .when(pl.col("voided_at").is_not_null())
        .then(pl.lit("canceled"))
        .when("is_tried")
        .then(pl.lit("requires_payment_method"))
        .otherwise(pl.lit("processing")),
    ).sort("intent")


def _failure_code(decline: str = "decline_code") -> pl.Expr:
    """Stripe's code for a decline: cards have one for all that issuers say, debits do not."""
    is_general = pl.col("is_card") & ~pl.col(decline).is_in(OWN_CODES)
    return pl.when(pl.col(decline).is_not_null()).then(
        pl.when(is_general).then(pl.lit("card_declined")).otherwise(pl.col(decline))
    )


def _failure_message(decline: str = "decline_code") -> pl.Expr:
    return pl.when(pl.col(decline).is_not_null()).then(
        pl.col(decline).replace_strict(
            MESSAGES, default="The payment was declined.", return_dtype=pl.String
        )
    )


def _payments(known: _Known) -> Tables:
    return {
        "payment_intent": _intent_table(known),
        "invoice_payment": _invoice_payments(known),
        "charge": _charge_table(known),
        **_payment_methods(known),
        "refund": _refund_table(known),
        "dispute": _dispute_table(known),
    }


def _intent_table(known: _Known) -> pl.DataFrame:
    status = pl.col("status")
    canceled = pl.when(status == "canceled")
    error = pl.when(status != "succeeded").then("decline_code")
    return known.intents.with_columns(error=error).select(
        _entity="entity",
        id=ids.stripe("pi", "intent"),
        customer_id=ids.stripe("cus", "customer"),
        status=status,
        amount=_int("amount_minor"),
        amount_received=_int("received_minor"),
        amount_capturable=ZERO,
        currency=_lower(),
        created=_at("created_at"),
        capture_method=pl.lit("automatic"),
        payment_method_id="method_id",
        canceled_at=canceled.then(_at("voided_at")),
        cancellation_reason=canceled.then(
            pl.when(pl.col("invoice").is_not_null())
            .then(pl.lit("void_invoice"))
            .otherwise(pl.lit("abandoned"))
        ),
        last_payment_error_code=_failure_code("error"),
        last_payment_error_decline_code="error",
        last_payment_error_message=_failure_message("error"),
        livemode=YES,
        metadata=EMPTY_JSON,
    )


def _invoice_payments(known: _Known) -> pl.DataFrame:
    due = known.invoices.select("invoice", "due_minor")
    shares = _left(known.intents.filter(pl.col("invoice").is_not_null()), due, "invoice")
    words = {"succeeded": "paid", "canceled": "canceled"}
    is_paid = pl.col("status") == "succeeded"
    return shares.select(
        _entity="entity",
        id=ids.stripe("inpay", "intent"),
        invoice_id=ids.stripe("in", "invoice"),
        status=pl.col("status").replace_strict(words, default="open", return_dtype=pl.String),
        amount_requested=_int("amount_minor"),
        amount_paid=pl.when(is_paid).then(_int("received_minor")),
        currency=_lower(),
        created=_at("created_at"),
        is_default=_flag(pl.col("amount_minor") == pl.col("due_minor")),
        payment_type=pl.lit("payment_intent"),
        payment_intent_id=ids.stripe("pi", "intent"),
        charge_id=NOTHING,
        status_transitions_paid_at=pl.when(is_paid).then(_at("paid_at")),
        status_transitions_canceled_at=pl.when(pl.col("status") == "canceled").then(
            _at("voided_at")
        ),
        livemode=YES,
    )


def _charge_table(known: _Known) -> pl.DataFrame:
    moved = known.world.movements.filter(pl.col("kind") == "charge").select("charge", "movement")
    is_paid, decline = pl.col("is_paid"), pl.col("decline_code")
    is_blocked = decline.is_in(BLOCKED_BY_RISK)
    return _left(known.charges, moved, "charge").select(
        _entity="entity",
        id=ids.stripe("ch", "charge"),
        customer_id=ids.stripe("cus", "customer"),
        payment_intent_id=ids.stripe("pi", "intent"),
        invoice_id=ids.stripe("in", "invoice"),
        currency=_lower(),
        amount=_int("amount_minor"),
        amount_captured=_int(pl.when(is_paid).then("amount_minor").otherwise(0)),
        amount_refunded=_int("refunded_minor"),
        status="status",
        paid=_flag(is_paid),
        captured=_flag(is_paid),
        refunded=_flag(pl.col("refunded_minor") == pl.col("amount_minor")),
        balance_transaction_id=ids.stripe("txn", "movement"),
        created=_at("at"),
        failure_code=_failure_code(),
        failure_message=_failure_message(),
        outcome_type=pl.when(is_paid)
        .then(pl.lit("authorized"))
        .when(is_blocked)
        .then(pl.lit("blocked"))
        .otherwise(pl.lit("issuer_declined")),
        outcome_network_status=pl.when(is_paid)
        .then(pl.lit("approved_by_network"))
        .when(is_blocked)
        .then(pl.lit("not_sent_to_network"))
        .otherwise(pl.lit("declined_by_network")),
        outcome_reason=decline,
        outcome_risk_level=pl.when(is_blocked).then(pl.lit("highest")).otherwise(pl.lit("normal")),
        payment_method_id="method_id",
        livemode=YES,
        metadata=EMPTY_JSON,
        description=pl.format("Invoice {}", "number"),
    )


def _payment_methods(known: _Known) -> Tables:
    people = known.customers.select("customer", "entity", "method", "email_domain", "created_at")
    used = known.charges.group_by("method_id").agg(pl.col("customer", "is_card", "brand").first())
    methods = _left(used, people, "customer").sort("customer", "method_id")
    return {
        "payment_method": methods.select(
            _entity="entity",
            id="method_id",
            customer_id=ids.stripe("cus", "customer"),
            type=pl.when("is_card").then(pl.lit("card")).otherwise("method"),
            billing_detail_email=pl.format("ap@{}", "email_domain"),
            created=_at("created_at"),
            livemode=YES,
            metadata=EMPTY_JSON,
        ),
        "payment_method_card": methods.filter(pl.col("is_card")).select(
            _entity="entity",
            payment_method_id="method_id",
            brand=pl.col("brand").str.to_lowercase(),
            funding=pl.when(pl.col("customer") % 3 == 0)
            .then(pl.lit("debit"))
            .otherwise(pl.lit("credit")),
            type=pl.lit("card"),
        ),
    }


def _refund_table(known: _Known) -> pl.DataFrame:
    moves = known.world.movements
    out = moves.filter(pl.col("kind") == "refund").select("refund", "movement")
    back = moves.filter(pl.col("kind") == "refund_failure").select("refund", back="movement")
    payments = known.charges.select("charge", "intent", "entity", "currency")
    found = _left(
        _left(_left(known.world.refunds, payments, "charge"), out, "refund"), back, "refund"
    )
    has_failed = pl.col("failed_at").is_not_null()
    return found.sort("refund").select(
        _entity="entity",
        id=ids.stripe("re", "refund"),
        charge_id=ids.stripe("ch", "charge"),
        payment_intent_id=ids.stripe("pi", "intent"),
        amount=_int("amount_minor"),
        currency=_lower(),
        created=_at("at"),
        status=pl.when(has_failed).then(pl.lit("failed")).otherwise(pl.lit("succeeded")),
        reason=_one_of("reason", REFUND_REASONS, "requested_by_customer"),
        balance_transaction_id=ids.stripe("txn", "movement"),
        failure_balance_transaction_id=ids.stripe("txn", "back"),
        failure_reason=pl.when(has_failed).then(pl.lit("expired_or_canceled_card")),
        description=NOTHING,
        metadata=EMPTY_JSON,
    )


def _dispute_table(known: _Known) -> pl.DataFrame:
    moved = known.world.movements.filter(pl.col("kind") == "dispute").select("dispute", "movement")
    payments = known.charges.select("charge", "entity", "currency")
    found = _left(_left(known.world.disputes, payments, "charge"), moved, "dispute")
    is_inquiry, outcome = pl.col("is_inquiry"), pl.col("outcome")
    is_answered = pl.col("due_at") < pl.lit(known.now)
    waiting = pl.when(is_answered).then(pl.lit("under_review")).otherwise(pl.lit("needs_response"))
    status = (
        pl.when(is_inquiry & pl.col("closed_at").is_not_null())
        .then(pl.lit("warning_closed"))
        .when(is_inquiry)
        .then(pl.format("warning_{}", waiting))
        .otherwise(pl.coalesce(outcome, waiting))
    )
    return found.sort("dispute").select(
        _entity="entity",
        id=ids.stripe("du", "dispute"),
        charge_id=ids.stripe("ch", "charge"),
        currency=_lower(),
        amount=_int("amount_minor"),
        status=status,
        reason="reason",
        balance_transaction=ids.stripe("txn", "movement"),
        created=_at("opened_at"),
        evidence_details_due_by=_at("due_at"),
        evidence_details_has_evidence=_flag(pl.coalesce(outcome == "won", is_answered)),
        is_charge_refundable=_flag(is_inquiry & pl.col("closed_at").is_null()),
        livemode=YES,
        metadata=EMPTY_JSON,
    )


# --- the processor's balance ----------------------------------------------------------------------


def _balance(known: _Known) -> Tables:
    world = known.world
    last_on = pl.lit(world.last_on)
    currencies = world.entities.select("entity", "currency")
    of_refund = world.refunds.select("refund", refunded_charge="charge")
    of_dispute = world.disputes.select("dispute", disputed_charge="charge")
    paid = known.charges.select("charge", "is_card", paid_currency="currency")
    moves = _left(_left(world.movements, currencies, "entity"), of_refund, "refund")
    moves = _left(moves, of_dispute, "dispute").with_columns(
        charge=pl.coalesce("charge", "refunded_charge", "disputed_charge")
    )
    moves = _left(moves, paid, "charge").sort("movement")
    kind, is_payout = pl.col("kind"), pl.col("kind") == "payout"

    def word(place: int) -> pl.Expr:
        words = {name: row[place] for name, row in MOVEMENT_WORDS.items()}
        return kind.replace_strict(words, return_dtype=pl.String)

    source = NOTHING
    for name, (*_, stem) in MOVEMENT_WORDS.items():
        key = {"ch": "charge", "re": "refund", "du": "dispute", "po": "payout"}.get(
            stem, "movement"
        )
        source = pl.when(kind == name).then(ids.stripe(stem, key)).otherwise(source)
    batch = moves.filter(~is_payout & pl.col("payout").is_not_null()).sort("payout", "movement")
    own = moves.filter(is_payout).select("payout", "movement")
    payouts = _left(_left(world.payouts, currencies, "entity"), own, "payout").sort("payout")
    return {
        "balance_transaction": moves.select(
            _entity="entity",
            id=ids.stripe("txn", "movement"),
            type=pl.when(pl.col("is_card").fill_null(value=True)).then(word(0)).otherwise(word(1)),
            reporting_category=word(2),
            source=source,
            currency=_lower(),
            amount=_int("gross_minor"),
            fee=_int("fee_minor"),
            net=_int("net_minor"),
            exchange_rate=_exchange_rate(),
            status=pl.when(pl.col("available_on") <= last_on)
            .then(pl.lit("available"))
            .otherwise(pl.lit("pending")),
            created=_at("at"),
            available_on=_midnight("available_on"),
            # On what a payout pays out; the payout's own line names it as its source.
            payout_id=pl.when(~is_payout).then(ids.stripe("po", "payout")),
            description=NOTHING,
        ),
        "payout": payouts.select(
            _entity="entity",
            id=ids.stripe("po", "payout"),
            amount=_int("amount_minor"),
            currency=_lower(),
            status=pl.when(pl.col("arrives_on") > last_on)
            .then(pl.lit("in_transit"))
            .otherwise(pl.lit("paid")),
            automatic=YES,
            arrival_date=_midnight("arrives_on"),
            created=_at("created_at"),
            balance_transaction_id=ids.stripe("txn", "movement"),
            destination_bank_account_id=ids.stripe("ba", "bank_account"),
            method=pl.lit("standard"),
            type=pl.lit("bank_account"),
            source_type=pl.lit("card"),
            description=pl.lit("STRIPE PAYOUT"),
            failure_code=NOTHING,
            failure_balance_transaction_id=NOTHING,
            livemode=YES,
            metadata=EMPTY_JSON,
        ),
        "payout_balance_transaction": batch.select(
            _entity="entity",
            payout_id=ids.stripe("po", "payout"),
            balance_transaction_id=ids.stripe("txn", "movement"),
        ),
    }
