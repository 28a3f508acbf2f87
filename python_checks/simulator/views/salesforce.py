"""What Salesforce shows: all customers, what they signed, and what sales agreed afterwards.

One org for the group. An account carries the id that its biller gives it in fields of the org; a
contract has one order with all that was sold, and one more order of type Amendment for each
agreement since. An agreement about lines has an order item for each line that it changes (which
names the item that it changes) or adds; one about the contract as a whole has none. Prices are
those of one billing period: ListPrice before the discount, UnitPrice after it.
"""

from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.clocks import instant_of
from python_checks.simulator.money import (
    MICROS,
    half_up,
    in_major_units,
    units_per_major,
    with_places,
)
from python_checks.simulator.schema import World

NO_TEXT = pl.lit(None, dtype=pl.String)
# Orders and items of amendments are numbered from here on, those of sales from 0.
AMENDMENTS_FROM = 1_000_000_000
PPM = 1_000_000
AMENDMENT_KINDS = {
    "new": "Add Line", "quantity": "Change Quantity", "price": "Change Price",
    "upgrade": "Upgrade", "downgrade": "Downgrade", "suspend": "Suspend", "resume": "Resume",
    "renew": "Renew", "cancel": "Cancel",
}  # fmt: skip
# Agreements that add a line in place of another one.
EXCHANGES = ("upgrade", "downgrade", "new")
CHARGE_TYPES = {
    "recurring": "Recurring", "usage": "Usage", "drawdown": "Usage", "one_time": "One-Time",
    "prepaid": "One-Time",
}  # fmt: skip
PERIODS = {"month": "Monthly", "year": "Annual", "one_time": "One-Time"}
BILLERS = {"stripe": "Stripe", "zuora": "Zuora"}


def tables(world: World) -> dict[str, pl.DataFrame]:
    """Every raw table of the org: all text, in the order of the keys."""
    synced = datetime.combine(world.last_on + timedelta(days=1), time(2))
    sold, amended = _sold_items(world), _amended_items(world)
    items = pl.concat([sold, amended])
    found = {
        "account": _accounts(world),
        "product_2": _products(world),
        "contract": _contracts(world),
        "order": _orders(world, items),
        "order_item": _order_items(items),
    }
    return {
        name: frame.with_columns(
            is_deleted=pl.coalesce("is_deleted", pl.lit("false"))
            if "is_deleted" in frame.columns
            else pl.lit("false"),
            _fivetran_synced=pl.lit(f"{synced:%Y-%m-%d %H:%M:%S}"),
        )
        for name, frame in found.items()
    }


# --- words and numbers ---------------------------------------------------------------------------


def _at(instant: pl.Expr) -> pl.Expr:
    return instant.dt.strftime("%Y-%m-%d %H:%M:%S")


def _on(day: pl.Expr) -> pl.Expr:
    return day.dt.strftime("%Y-%m-%d")


def _last_day(before: str) -> pl.Expr:
    """The last day of an interval that ends before the day in that column."""
    return _on(pl.col(before) - pl.duration(days=1))


def _in_words(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, return_dtype=pl.String)


def _plain(decimal: pl.Expr) -> pl.Expr:
    """Decimal text with no more zeros at its end than money has."""
    return decimal.str.replace(r"(\.\d\d\d*?)0+$", "$1")


def _discounted(millionths: pl.Expr) -> pl.Expr:
    """After the discount: millionths of a unit become 10^-12 of it, exactly."""
    return millionths * (PPM - pl.col("discount_ppm"))


# --- accounts and products -----------------------------------------------------------------------


def _accounts(world: World) -> pl.DataFrame:
    entities = world.entities.select("entity", "code")
    is_stripe = pl.col("biller") == "stripe"
    merged = pl.col("merged_into").is_not_null()
    return (
        world.customers.join(entities, on="entity", how="left", maintain_order="left")
        .sort("customer")
        .select(
            id=ids.salesforce("account", "customer"),
            name="name",
            account_number=pl.format("A-{}", pl.col("customer").cast(pl.String).str.zfill(6)),
            type=pl.lit("Customer"),
            parent_id=ids.salesforce("account", "parent"),
            master_record_id=ids.salesforce("account", "merged_into"),
            bill_to_account_c=ids.salesforce("account", "bill_to"),
            billing_state_code=pl.when(pl.col("state") != "").then("state"),
            billing_country_code="country",
            website=pl.format("https://www.{}", "email_domain"),
            currency_iso_code="currency",
            legal_entity_c="code",
            billing_system_c=_in_words("biller", BILLERS),
            # Only Stripe has a tenant for each legal entity.
            billing_tenant_c=pl.when(is_stripe).then(
                pl.col("entity").replace_strict(ids.ACCOUNTS, return_dtype=pl.String)
            ),
            billing_account_id_c=pl.when(is_stripe)
            .then(ids.stripe("cus", "customer"))
            .otherwise(ids.zuora("account", "customer")),
            created_date=_at(pl.col("created_at")),
            # A merge deletes the account that loses.
            is_deleted=pl.when(merged).then(pl.lit("true")).otherwise(pl.lit("false")),
        )
    )


def _products(world: World) -> pl.DataFrame:
    return world.products.sort("product").select(
        id=ids.salesforce("product_2", "product"),
        name="name",
        product_code="code",
        family="family",
        is_active=pl.lit("true"),
        created_date=pl.lit(f"{world.first_on - timedelta(days=700):%Y-%m-%d} 12:00:00"),
    )


# --- contracts and orders ------------------------------------------------------------------------


def _signed_at() -> pl.Expr:
    """In the afternoon of the entity's day of signature."""
    return instant_of(pl.col("signed_on"), 780 + pl.col("contract") % 240)


def _contracts(world: World) -> pl.DataFrame:
    entities = world.entities.select("entity", "code")
    return (
        world.contracts.join(entities, on="entity", how="left", maintain_order="left")
        .sort("contract")
        .select(
            id=ids.salesforce("contract", "contract"),
            account_id=ids.salesforce("account", "customer"),
            contract_number="number",
            status=pl.when(pl.col("terminated_on").is_not_null())
            .then(pl.lit("Terminated"))
            .otherwise(pl.lit("Activated")),
            start_date=_on(pl.col("starts_on")),
            end_date=_last_day("ends_before_on"),
            contract_term=pl.col("term_months").cast(pl.String),
            customer_signed_date=_on(pl.col("signed_on")),
            legal_entity_c="code",
            renewed_from_contract_c=ids.salesforce("contract", "renews"),
            currency_iso_code="currency",
            created_date=_at(_signed_at()),
        )
    )


def _amendments(world: World) -> pl.DataFrame:
    """The agreements with the order that each is part of: all of one contract, kind and day are
    one order."""
    contracts = world.contracts.select("contract", "customer", "entity", "currency")
    return (
        world.amendments.join(contracts, on="contract", how="inner", maintain_order="left")
        .sort("amendment")
        .with_columns(
            order=AMENDMENTS_FROM
            + pl.col("amendment").min().over("contract", "kind", "effective_on")
        )
    )


def _orders(world: World, items: pl.DataFrame) -> pl.DataFrame:
    columns = (
        "order", "contract", "customer", "currency", "type", "kind", "effective_on", "made_at",
    )  # fmt: skip
    sales = world.contracts.select(
        "contract", "customer", "currency", "renews",
        order="contract", kind=NO_TEXT, effective_on="starts_on", made_at=_signed_at(),
    ).with_columns(
        type=pl.when(pl.col("renews").is_not_null())
        .then(pl.lit("Renewal"))
        .otherwise(pl.lit("New"))
    )  # fmt: skip
    amendments = (
        _amendments(world)
        .unique("order", keep="first", maintain_order=True)
        .with_columns(
            type=pl.lit("Amendment"),
            made_at="recorded_at",
            kind=_in_words("kind", AMENDMENT_KINDS),
        )
    )
    totals = items.group_by("order").agg(pl.col("total_minor").sum())
    is_amendment = pl.col("type") == "Amendment"
    return (
        pl.concat([sales.select(columns), amendments.select(columns)])
        .join(totals, on="order", how="left", maintain_order="left")
        .sort("order")
        .select(
            id=ids.salesforce("order", "order"),
            account_id=ids.salesforce("account", "customer"),
            contract_id=ids.salesforce("contract", "contract"),
            order_number=pl.col("order").cast(pl.String).str.zfill(10),
            original_order_id=pl.when(is_amendment).then(ids.salesforce("order", "contract")),
            status=pl.lit("Activated"),
            type="type",
            amendment_kind_c="kind",
            effective_date=_on(pl.col("effective_on")),
            # Orders renew with their contract.
            end_date=NO_TEXT,
            activated_date=_at(pl.col("made_at")),
            total_amount=in_major_units(pl.col("total_minor").fill_null(0)),
            currency_iso_code="currency",
            created_date=_at(pl.col("made_at")),
        )
    )


# --- order items ---------------------------------------------------------------------------------


def _priced(items: pl.DataFrame, world: World) -> pl.DataFrame:
    """Items with what the catalogue says of their price."""
    prices = world.prices.select("price", "product", "interval")
    contracts = world.contracts.select(
        "contract", "customer", "entity", "currency", made_at=_signed_at()
    )
    subscriptions = world.subscriptions.select("subscription", "biller")
    return (
        items.join(prices, on="price", how="left", maintain_order="left")
        .join(contracts, on="contract", how="inner", maintain_order="left")
        .join(subscriptions, on="subscription", how="left", maintain_order="left")
    )


ITEM_COLUMNS = (
    "order_item", "order", "item", "amended", "entity", "currency", "biller", "product", "price",
    "interval", "kind", "quantity", "unit_micros", "discount_ppm", "total_minor", "starts_on",
    "ends_before_on", "made_at",
)  # fmt: skip


def _with_totals(items: pl.DataFrame) -> pl.DataFrame:
    """`total_minor`: quantity times the price after the discount; null where tiers set it."""
    # The discount first: 10^6 for a share, then 10^6 for the millionths of the price.
    price = half_up(_discounted(pl.col("unit_micros")) * units_per_major(), PPM)
    return items.with_columns(total_minor=half_up(pl.col("quantity") * price, MICROS)).select(
        ITEM_COLUMNS
    )


def _sold_items(world: World) -> pl.DataFrame:
    """What was sold: the items of the first orders, and those that an agreement added."""
    first = (
        world.segments.sort("item", "starts_on", "segment")
        .unique("item", keep="first", maintain_order=True)
        .select("item", "quantity", "unit_micros", "discount_ppm")
    )
    added = _amendments(world).filter(
        pl.col("item").is_not_null() & pl.col("kind").is_in(EXCHANGES)
    )
    # Ends that somebody has told: those of a line's own, and those of a later agreement.
    told = (
        world.amendments.filter(pl.col("kind").is_in([*EXCHANGES, "cancel"]))
        .select("subscription", ends_before_on="effective_on")
        .unique()
        .with_columns(is_told=pl.lit(True))
    )
    is_bought_once = pl.col("kind").is_in(["one_time", "prepaid"])
    items = (
        _priced(world.items, world)
        .join(first, on="item", how="left", maintain_order="left")
        .join(
            added.select("item", added_by="order", added_at="recorded_at").unique(
                "item", keep="first", maintain_order=True
            ),
            on="item",
            how="left",
            maintain_order="left",
        )
        .join(told, on=["subscription", "ends_before_on"], how="left", maintain_order="left")
        .sort("item")
        .with_columns(
            order_item="item",
            order=pl.coalesce("added_by", "contract"),
            amended=pl.lit(None, dtype=pl.Int64),
            made_at=pl.coalesce("added_at", "made_at"),
            ends_before_on=pl.when(is_bought_once | pl.col("is_told")).then("ends_before_on"),
        )
    )
    return _with_totals(items)


def _amended_items(world: World) -> pl.DataFrame:
    """What agreements changed: the state of the line from then on."""
    changes = _amendments(world).filter(
        pl.col("item").is_not_null() & ~pl.col("kind").is_in(EXCHANGES)
    )
    segments = world.segments.select("item", "discount_ppm", effective_on="starts_on")
    items = (
        changes.select(
            "item", "order", "quantity", "unit_micros", "effective_on", "amendment", "recorded_at"
        )
        .join(
            _priced(world.items, world).drop("starts_on", "made_at"),
            on="item",
            how="inner",
            maintain_order="left",
        )
        .join(segments, on=["item", "effective_on"], how="left", maintain_order="left")
        .sort("amendment")
        .with_columns(
            order_item=AMENDMENTS_FROM + pl.col("amendment"),
            amended="item",
            starts_on="effective_on",
            ends_before_on=pl.lit(None, dtype=pl.Date),
            discount_ppm=pl.col("discount_ppm").fill_null(0),
            made_at="recorded_at",
        )
    )
    return _with_totals(items)


def _order_items(items: pl.DataFrame) -> pl.DataFrame:
    is_usage = pl.col("kind").is_in(["usage", "drawdown"])
    is_stripe = pl.col("biller") == "stripe"
    is_amended = pl.col("amended").is_not_null()
    return items.sort("order_item").select(
        id=ids.salesforce("order_item", "order_item"),
        order_id=ids.salesforce("order", "order"),
        product_2_id=ids.salesforce("product_2", "product"),
        pricebook_entry_id=ids.salesforce("pricebook_entry", "price"),
        original_order_item_id=NO_TEXT,
        amended_order_item_c=pl.when(is_amended).then(ids.salesforce("order_item", "amended")),
        quantity=pl.col("quantity").cast(pl.String),
        list_price=_plain(with_places(pl.col("unit_micros"), 6)),
        unit_price=_plain(with_places(_discounted(pl.col("unit_micros")), 12)),
        discount_c=_plain(with_places(pl.col("discount_ppm"), 4)),
        total_price=in_major_units("total_minor"),
        service_date=_on(pl.col("starts_on")),
        end_date=_last_day("ends_before_on"),
        charge_type_c=_in_words("kind", CHARGE_TYPES),
        billing_period_c=_in_words("interval", PERIODS),
        billing_timing_c=pl.when(is_usage)
        .then(pl.lit("In Arrears"))
        .otherwise(pl.lit("In Advance")),
        billing_charge_id_c=pl.when(is_stripe)
        .then(ids.stripe("si", "item"))
        .otherwise(ids.zuora("rate_plan_charge", "item")),
        currency_iso_code="currency",
        created_date=_at(pl.col("made_at")),
    )
