"""What Stripe shows: the bills of its own customers, and all money that moves through it.

One account for each legal entity. Stripe bills the customers whose biller it is: their catalogue,
subscriptions, invoices, credit notes and credit balances are here. Whoever pays by card or debit is
a customer here too, with payment intents, charges, refunds and disputes, but without invoices where
another system bills. Amounts are whole minor units, as Stripe counts.

Lines carry what is charged after discounts, as item discounts do in Stripe; the extract has no
amounts of discounts. A price that was agreed for one subscription is a price object of its own.
Dates of service are instants of that date in the zone of the legal entity, at the minute of the day
at which the customer is billed.
"""

from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.clocks import instant_of
from python_checks.simulator.money import EXPONENTS, with_places
from python_checks.simulator.schema import World

PROCESSOR_METHODS = ("card", "sepa_debit", "bacs_debit", "us_bank_account")
Tables = dict[str, pl.DataFrame]

NO_TEXT = pl.lit(None, dtype=pl.String)
YES, NO, ZERO = pl.lit("true"), pl.lit("false"), pl.lit("0")
EMPTY_JSON = pl.lit("{}")
# Declines of cards that Stripe gives a code of their own; issuers' other reasons are one code.
OWN_CODES = ("expired_card", "incorrect_cvc", "incorrect_number", "processing_error")
MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
}
CREDIT_REASONS = ("duplicate", "fraudulent", "order_change", "product_unsatisfactory")
REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
# movement kind: type of a card's, type of a debit's, reporting category, what `source` names
MOVEMENTS = {
    "charge": ("charge", "payment", "charge"),
    "refund": ("refund", "payment_refund", "refund"),
    "refund_failure": ("refund_failure", "refund_failure", "refund_failure"),
    "dispute": ("adjustment", "adjustment", "dispute"),
    "dispute_reversal": ("adjustment", "adjustment", "dispute_reversal"),
    "fee": ("stripe_fee", "stripe_fee", "fee"),
    "payout": ("payout", "payout", "payout"),
}


def tables(world: World) -> Tables:
    """Every raw table of every account, as `acct_us/charge`: all text, in the order of the keys."""
    known = _Known(world)
    found = {
        **_catalogue(known), **_subscriptions(known), **_invoices(known), **_credits(known),
        **_payments(known), **_balance(known),
    }  # fmt: skip
    synced = f"{known.now + timedelta(hours=2):%Y-%m-%d %H:%M:%S}"
    return {
        f"{account}/{name}": frame.filter(pl.col("_entity") == entity)
        .drop("_entity")
        .with_columns(_fivetran_synced=pl.lit(synced))
        for name, frame in found.items()
        for entity, account in ids.ACCOUNTS.items()
    }


class _Known:
    """The world, and what several tables need to know of it. `now` is the midnight after it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.now = datetime.combine(world.last_on + timedelta(days=1), time())
        self.customers = _customers(world)
        self.people = self.customers.select(
            "customer", "is_billed_here", "is_card", "minute", "tax_ppm"
        )
        self.charges = _charges(world, self.people)
        self.intents = _intents(world, self.people, self.charges)
        self.invoices = _settled_invoices(self)


# --- words and numbers ---------------------------------------------------------------------------


def _at(instant: str | pl.Expr) -> pl.Expr:
    when = pl.col(instant) if isinstance(instant, str) else instant
    return when.dt.strftime("%Y-%m-%d %H:%M:%S")


def _midnight(day: str) -> pl.Expr:
    return pl.col(day).dt.strftime("%Y-%m-%d 00:00:00")


def _int(amount: str | pl.Expr) -> pl.Expr:
    number = pl.col(amount) if isinstance(amount, str) else amount
    return number.cast(pl.Int64).cast(pl.String)


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(YES).otherwise(NO)


def _lower(column: str = "currency") -> pl.Expr:
    return pl.col(column).str.to_lowercase()


def _known_word(column: str, words: tuple[str, ...], else_: str) -> pl.Expr:
    return pl.when(pl.col(column).is_in(words)).then(pl.col(column)).otherwise(pl.lit(else_))


def _plain(decimal: pl.Expr) -> pl.Expr:
    """Decimal text without zeros at its end."""
    return decimal.str.replace(r"\.?0+$", "")


def _by_currency(column: str, options: dict[str, pl.Expr]) -> pl.Expr:
    found = NO_TEXT
    for currency, expression in options.items():
        found = pl.when(pl.col(column) == currency).then(expression).otherwise(found)
    return found


def _decimal_minor(micros: str, currency: str = "currency") -> pl.Expr:
    """Millionths of a major unit as a decimal number of minor units."""
    return _by_currency(
        currency,
        {
            code: _plain(with_places(pl.col(micros), 6 - places))
            for code, places in EXPONENTS.items()
        },
    )


def _whole_minor(micros: str, currency: str = "currency") -> pl.Expr:
    """The same where it is whole, as Stripe's `unit_amount`; else null."""
    text = _decimal_minor(micros, currency)
    return pl.when(~text.str.contains(".", literal=True)).then(text)


def _price_id(price: str = "price", custom: str = "custom_micros") -> pl.Expr:
    own = pl.format("_{}", pl.col(custom))
    return pl.concat_str(
        ids.stripe("price", price),
        pl.when(pl.col(custom).is_not_null()).then(own).otherwise(pl.lit("")),
    )


def _left(frame: pl.DataFrame, other: pl.DataFrame, on: str) -> pl.DataFrame:
    """`frame` with the one row of `other` that each row has, if any."""
    return frame.join(other, on=on, how="left", maintain_order="left", validate="m:1")


# --- who and what ---------------------------------------------------------------------------------


def _customers(world: World) -> pl.DataFrame:
    is_here = (
        (pl.col("biller") == "stripe")
        | pl.col("method").is_in(PROCESSOR_METHODS)
        | pl.col("customer").is_in(world.intents["customer"].unique().to_list())
    )
    created = pl.col("created_at")
    return world.customers.filter(is_here).with_columns(
        is_billed_here=pl.col("biller") == "stripe",
        is_card=~pl.col("method").is_in(PROCESSOR_METHODS[1:]),
        # From 3:00 to 23:00, so that no change of the clocks can hit it.
        minute=180 + (created.dt.hour().cast(pl.Int64) * 60 + created.dt.minute()) % 1_200,
    )


def _customer_table(known: _Known) -> pl.DataFrame:
    balances = known.world.credit_balances.group_by("customer").agg(
        balance_minor=-pl.col("amount_minor").sum()
    )
    late = (
        known.invoices.filter(
            pl.col("status").is_in(["open", "uncollectible"]) & (pl.col("tries") > 0)
        )
        .select("customer", is_late=pl.lit(True))
        .unique()
    )
    frame = _left(_left(known.customers, balances, "customer"), late, "customer")
    is_billed = pl.col("is_billed_here")
    return frame.sort("customer").select(
        _entity="entity",
        id=ids.stripe("cus", "customer"),
        name="name",
        email=pl.format("ap@{}", "email_domain"),
        description=NO_TEXT,
        currency=_lower(),
        created=_at("created_at"),
        balance=_int(pl.when(is_billed).then(pl.col("balance_minor")).fill_null(0)),
        delinquent=_flag(pl.col("is_late").fill_null(value=False)),
        address_country="country",
        address_state=pl.when(pl.col("state") != "").then("state"),
        tax_exempt=pl.col("tax_code").replace_strict(
            {"reverse_charge": "reverse", "exempt": "exempt"}, default="none", return_dtype=pl.String
        ),
        livemode=YES,
        # Stripe cannot merge: the one that is given up is deleted, its documents remain.
        is_deleted=_flag(pl.col("merged_into").is_not_null()),
        metadata=pl.when(is_billed)
        .then(EMPTY_JSON)
        .otherwise(pl.format('{"zuora_account": "{}"}'.replace("{", "{{").replace("}", "}}"))
                   if False else pl.concat_str(
                       pl.lit('{"zuora_account": "'), ids.zuora("account", "customer"), pl.lit('"}'))),
    )  # fmt: skip


def _billed_items(known: _Known) -> pl.DataFrame:
    """The items of Stripe's own subscriptions, with their price."""
    subscriptions = known.world.subscriptions.filter(pl.col("biller") == "stripe").select(
        "subscription", "customer", "entity", "currency", "started_on", "ended_on", "end_known_at"
    )
    prices = known.world.prices.select(
        "price", "product", listed_micros="unit_micros", price_kind="kind"
    )
    items = known.world.items.join(
        subscriptions, on="subscription", how="inner", maintain_order="left"
    )
    return _left(_left(items, prices, "price"), known.people, "customer")


def _custom_micros() -> pl.Expr:
    """The unit price where it is not the one of the price list."""
    return pl.when(pl.col("unit_micros") != pl.col("listed_micros")).then(pl.col("unit_micros"))


def _used_prices(known: _Known) -> pl.DataFrame:
    """Price list entries that Stripe bills by, and each price that was agreed for somebody."""
    agreed = (
        known.world.segments.join(
            _billed_items(known).select("item", "price", "listed_micros"), on="item", how="inner"
        )
        .with_columns(custom_micros=_custom_micros())
        .group_by("price", "custom_micros")
        .agg(since_on=pl.col("starts_on").min())
    )
    listed = (
        agreed.select("price")
        .unique()
        .with_columns(
            custom_micros=pl.lit(None, dtype=pl.Int64), since_on=pl.lit(None, dtype=pl.Date)
        )
    )
    both = pl.concat([listed, agreed.filter(pl.col("custom_micros").is_not_null())])
    return _left(both, known.world.prices, "price").sort("price", "custom_micros")


def _catalogue(known: _Known) -> Tables:
    prices = _left(
        _used_prices(known), known.world.products.select("product", product_name="name"), "product"
    ).with_columns(
        micros=pl.coalesce("custom_micros", "unit_micros"),
        is_tiered=pl.col("model").is_in(["graduated", "volume"]),
        is_metered=pl.col("meter").is_not_null(),
        is_recurring=pl.col("interval") != "one_time",
        made_at=instant_of(pl.coalesce("since_on", "valid_from_on"), 9 * 60),
    )
    products = (
        prices.select("product", "entity").unique().sort("product", "entity")
        .pipe(_left, known.world.products, "product")
        .with_columns(made_at=instant_of(pl.lit(PRODUCTS_MADE_ON), 9 * 60))
    )  # fmt: skip
    tiers = known.world.price_tiers.join(
        prices.filter(pl.col("is_tiered")).select("price", "entity", "currency"),
        on="price", how="inner", maintain_order="left",
    ).sort("price", "tier")  # fmt: skip
    metered = pl.col("is_metered")
    return {
        "customer": _customer_table(known),
        "product": products.select(
            _entity="entity",
            id=ids.stripe("prod", "product"),
            name="name",
            description=pl.format("Lumenwerk {}", "name"),
            type=pl.lit("service"),
            unit_label=pl.when(pl.col("name").str.contains("seats")).then(pl.lit("seat")),
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
                pl.when(pl.col("is_recurring"))
                .then(pl.format(", each {}", "interval"))
                .otherwise(pl.lit("")),
                pl.when(pl.col("custom_micros").is_not_null())
                .then(pl.lit(", as agreed"))
                .otherwise(pl.lit("")),
            ),
            currency=_lower(),
            type=pl.when("is_recurring").then(pl.lit("recurring")).otherwise(pl.lit("one_time")),
            recurring_interval=pl.when("is_recurring").then("interval"),
            recurring_interval_count=pl.when("is_recurring").then(pl.lit("1")),
            recurring_usage_type=pl.when("is_recurring").then(
                pl.when(metered).then(pl.lit("metered")).otherwise(pl.lit("licensed"))
            ),
            recurring_aggregate_usage=pl.when(pl.col("is_recurring") & metered).then(pl.lit("sum")),
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
            price_id=_price_id(custom="no_micros") if False else ids.stripe("price", "price"),
            index=_int(pl.col("tier") - pl.col("tier").min().over("price")),
            up_to=_int("up_to"),
            unit_amount=_whole_minor("unit_micros"),
            unit_amount_decimal=_decimal_minor("unit_micros"),
            flat_amount=pl.when(pl.col("flat_minor") != 0).then(_int("flat_minor")),
        ),
    }
