"""What was billed: usage, invoices with their lines and taxes, drafts, and debit memos.

Fixed charges are billed in advance on the day of billing, usage of the month before it in arrears.
A change of plan inside a paid period is prorated by days: the unused part is given back and the
rest of the period charged, each rounded by itself; monthly subscriptions see it on their next
invoice, yearly ones at once.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from python_checks.simulator import company
from python_checks.simulator.clocks import day_of, instant_of
from python_checks.simulator.company import at_least
from python_checks.simulator.money import MICROS, half_up, units_per_major
from python_checks.simulator.randomness import stream
from python_checks.simulator.selling import Sales, bill_day_from
from python_checks.simulator.settings import Settings

# Direct payers' invoices of so many months before the window may still be open when it begins.
LEAD_MONTHS = 3
EVENTS_A_MONTH = 4
LATE_SHARE = 0.02
VOID_SHARE, DEBIT_MEMO_SHARE = 0.012, 0.010
NO_KEY = pl.lit(None, dtype=pl.Int64)


@dataclass(frozen=True)
class Bills:
    """`invoices` has method, terms and payer beside the columns of its table."""

    invoices: pl.DataFrame
    lines: pl.DataFrame
    taxes: pl.DataFrame
    usage_events: pl.DataFrame
    billing_runs: pl.DataFrame


def rounded(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """A quotient in minor units, half up; dinars to ten fils, the smallest step that cards take."""
    step = pl.when(pl.col("currency") == "KWD").then(10).otherwise(1)
    return half_up(numerator, denominator * step) * step


def bill(settings: Settings, customers: pl.DataFrame, sales: Sales) -> Bills:
    """Everything billed from some months before the window to the drafts at its end."""
    cycles = _cycles(settings, sales.subscriptions)
    events = _usage_events(settings, sales, cycles)
    lines = _priced(sales, cycles, events)
    invoices, lines = _assembled(settings, customers, sales, lines)
    invoices, lines, taxes = taxed(customers, invoices, lines)
    invoices = _voided(settings, invoices)
    events = _with_lines(events, lines)
    runs = _billing_runs(invoices)
    return Bills(_with_runs(invoices, runs), lines, taxes, events, runs)


def _cycles(settings: Settings, subscriptions: pl.DataFrame) -> pl.DataFrame:
    """One row for each subscription and day of billing: the month from it on."""
    months = pl.DataFrame({"month_on": company.window_months(settings, LEAD_MONTHS + 1, 1)})
    columns = (
        "subscription",
        "customer",
        "entity",
        "currency",
        "biller",
        "interval",
        "bill_day",
        "started_on",
        "ended_on",
        "paused_from_on",
        "paused_before_on",
    )
    return (
        subscriptions.select(columns)
        .join(months, how="cross")
        .with_columns(bill_on=pl.col("month_on") + pl.duration(days=pl.col("bill_day") - 1))
        .with_columns(
            last_bill_on=pl.col("bill_on").dt.offset_by("-1mo"),
            next_bill_on=pl.col("bill_on").dt.offset_by("1mo"),
            is_paused=pl.col("paused_from_on").is_not_null()
            & (pl.col("bill_on") >= pl.col("paused_from_on"))
            & (pl.col("bill_on") < pl.col("paused_before_on")),
            is_over=pl.col("ended_on").is_not_null() & (pl.col("bill_on") >= pl.col("ended_on")),
        )
        .filter(
            (pl.col("bill_on") >= pl.col("started_on"))
            # The last invoice has only the usage of the last month.
            & (pl.col("ended_on").is_null() | (pl.col("bill_on") <= pl.col("ended_on")))
            # Of the month after the window only drafts that are made on its last day.
            & (
                (pl.col("bill_on") <= settings.last_on)
                | (
                    (pl.col("bill_on") == settings.last_on + timedelta(days=1))
                    & (pl.col("biller") == "zuora")
                )
            )
        )
        .sort("subscription", "bill_on")
    )


def _usage_events(settings: Settings, sales: Sales, cycles: pl.DataFrame) -> pl.DataFrame:
    """Metered events, with the day of billing that takes each up (`billed_on`, null: none yet)."""
    random = stream(settings.seed, "usage")
    metered = sales.items.filter(pl.col("kind").is_in(["usage", "drawdown"])).select(
        "item", "subscription", "customer", "entity", "product", "starts_on", "price"
    )
    meters = company.prices().select("price", "meter")
    months = cycles.filter(~pl.col("is_paused")).select(
        "subscription", "bill_on", "last_bill_on", "started_on"
    )
    rows = (
        metered.join(months, on="subscription", how="inner", maintain_order="left_right")
        .filter(pl.col("last_bill_on") >= pl.col("starts_on"))
        .join(meters, on="price", how="left", maintain_order="left")
        .with_columns(times=pl.lit(EVENTS_A_MONTH))
        .sort("item", "bill_on")
    )
    rows = rows.select(pl.exclude("times").repeat_by("times").explode())
    count = rows.height
    scale = rows["meter"].replace_strict(
        {"api_calls": 9_000.0, "transfer_gb": 160.0, "compute_minutes": 2_600.0},
        return_dtype=pl.Float64,
    )
    # A customer's use differs much from another's, and little from its own of other months.
    level = stream(settings.seed, "usage levels").lognormal(0.0, 0.9, sales.items.height)
    quantity = np.maximum(
        1,
        np.round(
            scale.to_numpy() * level[rows["item"].to_numpy()] * random.lognormal(0, 0.3, count)
        ),
    )
    days = (rows["bill_on"] - rows["last_bill_on"]).dt.total_days().to_numpy()
    is_late = random.random(count) < LATE_SHARE
    rows = rows.with_columns(
        quantity=pl.Series(quantity.astype(np.int64)),
        minutes=pl.Series((random.random(count) * (days * 1440 - 1)).astype(np.int64)),
        delay=pl.Series(
            np.where(is_late, random.integers(4_320, 12_960, count), random.integers(1, 90, count))
        ),
    ).with_columns(
        occurred_at=pl.col("last_bill_on").cast(pl.Datetime("us")) + pl.duration(minutes="minutes")
    )
    rows = rows.with_columns(received_at=pl.col("occurred_at") + pl.duration(minutes="delay"))
    # What comes after the bill of its month is on the next bill there is.
    bills = cycles.select("subscription", billed_on="bill_on").filter(
        pl.col("billed_on") <= settings.last_on + timedelta(days=1)
    )
    return (
        rows.with_columns(known_on=pl.col("received_at").dt.date() + pl.duration(days=1))
        .sort("known_on", "item", "received_at")
        .join_asof(
            bills.sort("billed_on", "subscription"),
            left_on="known_on",
            right_on="billed_on",
            by="subscription",
            strategy="forward",
            check_sortedness=False,
        )
        .select(
            "item",
            "subscription",
            "customer",
            "entity",
            "meter",
            "quantity",
            "occurred_at",
            "received_at",
            "billed_on",
        )
        .sort("occurred_at", "item", "quantity")
        .with_columns(event=pl.int_range(pl.len()))
    )


def _priced(sales: Sales, cycles: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Lines before tax with the day and reason of the invoice they go on."""
    parts = [
        _recurring(sales, cycles),
        _one_time(sales, cycles),
        _prorated(sales, cycles),
        _first_of_co_terms(sales),
        *_metered(sales, cycles, events),
    ]
    columns = (
        "subscription",
        "bill_on",
        "why",
        "order",
        "item",
        "price",
        "kind",
        "description",
        "quantity",
        "unit_micros",
        "list_minor",
        "discount_minor",
        "service_from_on",
        "service_before_on",
        "is_proration",
    )
    return pl.concat([part.select(columns) for part in parts]).with_columns(
        amount_minor=pl.col("list_minor") - pl.col("discount_minor")
    )


def _per_unit() -> pl.Expr:
    return rounded(pl.col("quantity") * pl.col("unit_micros") * units_per_major(), MICROS)


def _discount() -> pl.Expr:
    return rounded(pl.col("list_minor") * pl.col("discount_ppm"), 1_000_000)


def _words(items: pl.DataFrame) -> pl.DataFrame:
    names = company.products().select("product", product_name="name")
    return items.join(names, on="product", how="left", maintain_order="left")


def _charged(sales: Sales) -> pl.DataFrame:
    """Every segment with what is needed of its item."""
    items = _words(sales.items).select(
        "item",
        "subscription",
        "price",
        "kind",
        "interval",
        "order",
        "product_name",
        "part",
        item_starts_on="starts_on",
        item_ends_before_on="ends_before_on",
    )
    subscriptions = sales.subscriptions.select(
        "subscription", "currency", "bill_day", "story", "biller", sub_started_on="started_on"
    )
    return sales.segments.join(items, on="item", how="left", maintain_order="left").join(
        subscriptions, on="subscription", how="left", maintain_order="left"
    )


def _recurring(sales: Sales, cycles: pl.DataFrame) -> pl.DataFrame:
    charged = _charged(sales).filter(pl.col("kind") == "recurring")
    days = cycles.filter(~pl.col("is_paused") & ~pl.col("is_over")).select(
        "subscription", "bill_on", "next_bill_on"
    )
    due = charged.join(days, on="subscription", how="inner").filter(
        (pl.col("bill_on") >= pl.col("starts_on"))
        & (pl.col("ends_before_on").is_null() | (pl.col("bill_on") < pl.col("ends_before_on")))
        & (
            (pl.col("interval") == "month")
            | _is_anniversary(pl.col("bill_on"), pl.col("sub_started_on"))
        )
    )
    return due.with_columns(
        why=pl.lit("cycle"),
        service_from_on="bill_on",
        service_before_on=pl.when(pl.col("interval") == "year")
        .then(pl.col("bill_on").dt.offset_by("12mo"))
        .otherwise("next_bill_on"),
        list_minor=_per_unit(),
        description=pl.format("{} x {}", "quantity", "product_name"),
        is_proration=pl.lit(False),
    ).with_columns(discount_minor=_discount())


def _is_anniversary(day: pl.Expr, started_on: pl.Expr) -> pl.Expr:
    return day.dt.month() == started_on.dt.month()


def _one_time(sales: Sales, cycles: pl.DataFrame) -> pl.DataFrame:
    charged = _charged(sales).filter(pl.col("kind").is_in(["prepaid", "one_time"]))
    days = cycles.filter(~pl.col("is_over")).select("subscription", "bill_on")
    return charged.join(
        days,
        left_on=["subscription", "starts_on"],
        right_on=["subscription", "bill_on"],
        how="inner",
    ).with_columns(
        bill_on="starts_on",
        why=pl.lit("cycle"),
        list_minor=_per_unit(),
        discount_minor=pl.lit(0, dtype=pl.Int64),
        description="product_name",
        service_from_on="starts_on",
        service_before_on="item_ends_before_on",
        is_proration=pl.lit(False),
    )


def _prorated(sales: Sales, cycles: pl.DataFrame) -> pl.DataFrame:
    """Both lines of every change of plan inside a period that is paid."""
    charged = _charged(sales).filter(
        (pl.col("kind") == "recurring") & pl.col("story").is_in(["upgrade", "downgrade"])
    )
    old = charged.filter(
        (pl.col("part") == "seats") & pl.col("ends_before_on").is_not_null()
    ).with_columns(changed_on="ends_before_on", sign=pl.lit(-1), words=pl.lit("Unused time on"))
    new = charged.filter(pl.col("part") == "changed").with_columns(
        changed_on="starts_on", sign=pl.lit(1), words=pl.lit("Remaining time on")
    )
    both = pl.concat([old, new])
    month_start = bill_day_from(
        pl.col("changed_on").dt.offset_by("-1mo") + pl.duration(days=1), pl.col("bill_day")
    )
    year = pl.col("changed_on").dt.year()
    anniversary = pl.date(year, pl.col("sub_started_on").dt.month(), pl.col("bill_day"))
    year_start = (
        pl.when(anniversary <= pl.col("changed_on"))
        .then(anniversary)
        .otherwise(anniversary.dt.offset_by("-12mo"))
    )
    is_yearly = pl.col("interval") == "year"
    billed = cycles.filter(~pl.col("is_paused")).select("subscription", "bill_on").unique()
    return (
        both.with_columns(period_on=pl.when(is_yearly).then(year_start).otherwise(month_start))
        .with_columns(
            period_before_on=pl.when(is_yearly)
            .then(pl.col("period_on").dt.offset_by("12mo"))
            .otherwise(pl.col("period_on").dt.offset_by("1mo")),
        )
        .with_columns(
            left=(pl.col("period_before_on") - pl.col("changed_on")).dt.total_days(),
            days=(pl.col("period_before_on") - pl.col("period_on")).dt.total_days(),
            whole_minor=_per_unit(),
        )
        .with_columns(
            whole_minor=pl.col("whole_minor")
            - rounded(pl.col("whole_minor") * pl.col("discount_ppm"), 1_000_000)
        )
        .with_columns(
            bill_on=pl.when(is_yearly).then("changed_on").otherwise("period_before_on"),
            why=pl.when(is_yearly).then(pl.lit("update")).otherwise(pl.lit("cycle")),
            kind=pl.lit("proration"),
            list_minor=rounded(
                pl.col("sign") * pl.col("whole_minor") * pl.col("left"), pl.col("days")
            ),
            discount_minor=pl.lit(0, dtype=pl.Int64),
            description=pl.format("{} {} from {}", "words", "product_name", "changed_on"),
            service_from_on="changed_on",
            service_before_on="period_before_on",
            is_proration=pl.lit(True),
            unit_micros=NO_KEY,
            order=pl.col("order") - 10,
        )
        # What is not billed any more in the window has no invoice to go on.
        .join(
            billed.with_columns(is_billed=pl.lit(True)), on=["subscription", "bill_on"], how="left"
        )
        .filter(is_yearly | pl.col("is_billed"))
    )


def _first_of_co_terms(sales: Sales) -> pl.DataFrame:
    """A second subscription begins inside the period of the first: only the rest is charged."""
    charged = _charged(sales).filter(
        (pl.col("kind") == "recurring")
        & (pl.col("story") == "co_term")
        & (pl.col("starts_on") == pl.col("sub_started_on"))
    )
    ends = bill_day_from(pl.col("starts_on"), pl.col("bill_day"))
    return (
        charged.with_columns(period_before_on=ends)
        .filter(pl.col("period_before_on") > pl.col("starts_on"))
        .with_columns(
            left=(pl.col("period_before_on") - pl.col("starts_on")).dt.total_days(),
            days=(
                pl.col("period_before_on") - pl.col("period_before_on").dt.offset_by("-1mo")
            ).dt.total_days(),
            whole_minor=_per_unit(),
        )
        .with_columns(
            bill_on="starts_on",
            why=pl.lit("create"),
            kind=pl.lit("proration"),
            list_minor=rounded(pl.col("whole_minor") * pl.col("left"), pl.col("days")),
            discount_minor=pl.lit(0, dtype=pl.Int64),
            description=pl.format("{} until {}", "product_name", "period_before_on"),
            service_from_on="starts_on",
            service_before_on="period_before_on",
            is_proration=pl.lit(True),
            unit_micros=NO_KEY,
        )
    )


def _metered(sales: Sales, cycles: pl.DataFrame, events: pl.DataFrame) -> list[pl.DataFrame]:
    """Usage lines, and under each of a commitment what is drawn from it."""
    used = (
        events.filter(pl.col("billed_on").is_not_null())
        .group_by("item", bill_on="billed_on")
        .agg(quantity=pl.col("quantity").sum())
        .sort("item", "bill_on")
    )
    charged = _charged(sales).filter(pl.col("kind").is_in(["usage", "drawdown"])).drop("quantity")
    used = (
        used.join(charged, on="item", how="left", maintain_order="left")
        .with_columns(
            why=pl.lit("cycle"),
            service_from_on=pl.col("bill_on").dt.offset_by("-1mo"),
            service_before_on="bill_on",
            is_proration=pl.lit(False),
            discount_minor=pl.lit(0, dtype=pl.Int64),
            description=pl.format("{} x {}", "quantity", "product_name"),
        )
        .with_row_index("row")
    )
    tiered = _tiered(used.filter(pl.col("unit_micros").is_null()))
    flat = used.filter(pl.col("unit_micros").is_not_null()).with_columns(list_minor=_per_unit())
    used = pl.concat([tiered.select(flat.columns), flat]).with_columns(kind=pl.lit("usage"))
    bought = (
        _charged(sales)
        .filter(pl.col("kind") == "prepaid")
        .with_columns(bought_minor=_per_unit())
        .select("subscription", "bought_minor")
    )
    drawn = (
        used.filter(pl.col("part") == "drawdown")
        .join(bought, on="subscription", how="inner")
        .sort("item", "bill_on")
        .with_columns(sum_minor=pl.col("list_minor").cum_sum().over("item", order_by="bill_on"))
        .with_columns(
            before_minor=pl.min_horizontal(
                pl.col("sum_minor") - pl.col("list_minor"), pl.col("bought_minor")
            ),
            after_minor=pl.min_horizontal("sum_minor", "bought_minor"),
        )
        .filter(pl.col("after_minor") > pl.col("before_minor"))
        .with_columns(
            list_minor=pl.col("before_minor") - pl.col("after_minor"),
            kind=pl.lit("drawdown"),
            description=pl.lit("Drawn from prepaid compute"),
            unit_micros=NO_KEY,
            order=pl.col("order") + 1,
        )
    )
    return [used, drawn]


def _tiered(used: pl.DataFrame) -> pl.DataFrame:
    """Graduated: each tier prices what falls into it. Volume: one tier prices all."""
    models = company.prices().select("price", "model")
    tiers = (
        company.price_tiers()
        .sort("price", "tier")
        .with_columns(above=pl.col("up_to").shift(1, fill_value=0).over("price", order_by="tier"))
        .rename({"unit_micros": "tier_micros"})
    )
    quantity, above = pl.col("quantity"), pl.col("above")
    up_to = pl.col("up_to").fill_null(2**62)
    inside = (
        pl.when(pl.col("model") == "graduated")
        .then(pl.min_horizontal(quantity, up_to) - above)
        .otherwise(quantity)
    )
    amounts = (
        used.select("row", "price", "quantity", "currency")
        .join(models, on="price", how="left")
        .join(tiers, on="price", how="inner")
        .filter((quantity > above) & ((pl.col("model") == "graduated") | (quantity <= up_to)))
        .with_columns(
            part_minor=rounded(inside * pl.col("tier_micros") * units_per_major(), MICROS)
            + pl.col("flat_minor")
        )
        .group_by("row")
        .agg(list_minor=pl.col("part_minor").sum())
    )
    return used.join(amounts, on="row", how="left", maintain_order="left")


def _assembled(
    settings: Settings, customers: pl.DataFrame, sales: Sales, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One invoice for each subscription, day and reason, and debit memos of their own."""
    random = stream(settings.seed, "invoices")
    people = customers.select(
        "withheld_ppm",
        "customer",
        "method",
        "terms_days",
        "minute",
        payer=pl.coalesce("bill_to", "customer"),
    )
    subscriptions = sales.subscriptions.select(
        "subscription", "customer", "entity", "currency", "biller", "started_on"
    )
    heads = (
        lines.group_by("subscription", "bill_on", "why")
        .agg(
            subtotal_minor=pl.col("amount_minor").sum(),
            discount_minor=pl.col("discount_minor").sum(),
        )
        .join(subscriptions, on="subscription", how="left")
        .join(people, on="customer", how="left")
        .with_columns(kind=pl.lit("invoice"))
        .sort("bill_on", "subscription", "why")
    )
    is_first = pl.col("bill_on") == pl.col("started_on")
    heads = heads.with_columns(
        reason=pl.when(pl.col("why") == "update")
        .then(pl.lit("subscription_update"))
        .when(is_first | (pl.col("why") == "create"))
        .then(pl.lit("subscription_create"))
        .otherwise(pl.lit("subscription_cycle"))
    )
    memos, memo_lines = _debit_memos(settings, heads, random)
    heads = pl.concat([heads, memos.select(heads.columns)])
    lines = pl.concat([lines, memo_lines.select(lines.columns)])
    # Direct payers' old invoices may be open; what others owed is settled long before.
    is_direct = ~pl.col("method").is_in(company.PROCESSOR_METHODS)
    heads = heads.filter((pl.col("bill_on") >= settings.first_on) | is_direct)
    is_draft = pl.col("bill_on") > settings.last_on
    is_zuora = pl.col("biller") == "zuora"
    # Stripe bills at the minute of the subscription, Zuora's run begins at three and is posted at
    # noon; the drafts of the next run are made in the evening before.
    created_at = (
        pl.when(is_draft)
        .then(instant_of(pl.lit(settings.last_on), 18 * 60))
        .when(is_zuora)
        .then(instant_of(pl.col("bill_on"), 190))
        .otherwise(pl.col("bill_on").cast(pl.Datetime("us")) + pl.duration(minutes="minute"))
    )
    issued_at = (
        pl.when(is_draft)
        .then(None)
        .when(is_zuora)
        .then(instant_of(pl.col("bill_on"), 12 * 60))
        .otherwise(
            pl.col("bill_on").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute") + 60)
        )
    )
    heads = (
        heads.with_columns(is_draft=is_draft, created_at=created_at, issued_at=issued_at)
        .with_columns(issued_on=day_of(pl.col("issued_at")))
        .with_columns(
            due_on=pl.col("issued_on") + pl.duration(days="terms_days"),
            is_opening=pl.col("issued_on") < settings.first_on,
        )
        .with_columns(is_opening=pl.col("is_opening").fill_null(value=False))
        # The window is one of the entity's own days: a bill of 0:30 UTC may be the day before.
        .filter(
            is_draft
            | (pl.col("issued_on").is_between(settings.first_on, settings.last_on))
            | (pl.col("is_opening") & is_direct)
        )
        .sort(pl.coalesce("issued_at", "created_at"), "subscription", "why")
        .with_columns(invoice=pl.int_range(pl.len()))
    )
    numbered = (
        lines.join(
            heads.select("subscription", "bill_on", "why", "invoice", "currency"),
            on=["subscription", "bill_on", "why"],
            how="inner",
        )
        .sort("invoice", "order", "item", "kind", nulls_last=True)
        .with_columns(
            line=pl.int_range(pl.len()),
            position=pl.int_range(1, pl.len() + 1).over(
                "invoice", order_by=["order", "item", "kind"]
            ),
        )
        .join(
            company.prices().select("price", "product"),
            on="price",
            how="left",
            maintain_order="left",
        )
    )
    return heads, numbered


def _debit_memos(
    settings: Settings, heads: pl.DataFrame, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Charges by hand, to direct payers of Zuora, some days after an invoice of theirs."""
    is_direct = ~pl.col("method").is_in(company.PROCESSOR_METHODS)
    rows = heads.filter(
        (pl.col("biller") == "zuora")
        & is_direct
        & pl.col("bill_on").is_between(settings.first_on, settings.last_on - timedelta(days=20))
    ).sort("subscription", "bill_on", "why")
    take = at_least(DEBIT_MEMO_SHARE, rows.height, settings)
    rows = company.picked(rows, take, random)
    tens = pl.Series(random.integers(5, 60, rows.height))
    step = units_per_major() * pl.when(pl.col("currency") == "JPY").then(100).otherwise(1)
    memos = rows.with_columns(
        kind=pl.lit("debit_memo"),
        reason=pl.lit("manual"),
        why=pl.lit("memo"),
        bill_on=pl.col("bill_on") + pl.duration(days=8),
        subtotal_minor=tens * 10 * step,
        discount_minor=pl.lit(0, dtype=pl.Int64),
    )
    lines = memos.select(
        "subscription",
        "bill_on",
        "why",
        order=pl.lit(0, dtype=pl.Int64),
        item=NO_KEY,
        price=NO_KEY,
        kind=pl.lit("one_time"),
        description=pl.lit("Correction of an earlier bill"),
        quantity=pl.lit(1, dtype=pl.Int64),
        unit_micros=NO_KEY,
        list_minor="subtotal_minor",
        discount_minor=pl.lit(0, dtype=pl.Int64),
        service_from_on="bill_on",
        service_before_on=pl.col("bill_on") + pl.duration(days=1),
        is_proration=pl.lit(False),
        amount_minor="subtotal_minor",
    )
    return memos, lines


def taxed(
    customers: pl.DataFrame, invoices: pl.DataFrame, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Each jurisdiction's tax on the invoice, rounded, then shared out over the lines."""
    parts = pl.DataFrame(
        [(whole, part, ppm) for whole, rows in company.TAX_PARTS.items() for part, ppm in rows],
        schema={"jurisdiction": pl.String, "part": pl.String, "part_ppm": pl.Int64},
        orient="row",
    )
    places = customers.select("customer", "jurisdiction", "tax_code", "tax_ppm")
    taxes = (
        invoices.select("invoice", "customer", "currency", "subtotal_minor")
        .join(places, on="customer", how="left", maintain_order="left")
        .filter((pl.col("tax_ppm") > 0) | (pl.col("tax_code") == "reverse_charge"))
        .join(parts, on="jurisdiction", how="left", maintain_order="left")
        .with_columns(
            jurisdiction=pl.coalesce("part", "jurisdiction"),
            rate_ppm=pl.coalesce("part_ppm", "tax_ppm"),
            taxable_minor=pl.col("subtotal_minor"),
        )
        .with_columns(tax_minor=rounded(pl.col("taxable_minor") * pl.col("rate_ppm"), 1_000_000))
        .sort("invoice", "jurisdiction")
        .with_columns(tax=pl.int_range(pl.len()))
    )
    sums = taxes.group_by("invoice").agg(tax_minor=pl.col("tax_minor").sum())
    invoices = (
        invoices.join(sums, on="invoice", how="left", maintain_order="left")
        .with_columns(pl.col("tax_minor").fill_null(0))
        .with_columns(total_minor=pl.col("subtotal_minor") + pl.col("tax_minor"))
    )
    whole = invoices.select("invoice", "subtotal_minor", sum_minor="tax_minor")
    share = rounded(
        pl.col("sum_minor") * pl.col("amount_minor"),
        pl.when(pl.col("subtotal_minor") == 0).then(1).otherwise(pl.col("subtotal_minor")),
    )
    lines = (
        lines.join(whole, on="invoice", how="left", maintain_order="left")
        .with_columns(share_minor=share)
        .with_columns(
            is_last=pl.col("position") == pl.col("position").max().over("invoice"),
            rest_minor=pl.col("sum_minor") - pl.col("share_minor").sum().over("invoice"),
        )
        .with_columns(
            tax_minor=pl.col("share_minor")
            + pl.when("is_last").then(pl.col("rest_minor")).otherwise(0)
        )
        .sort("line")
    )
    return invoices, lines, taxes


def _voided(settings: Settings, invoices: pl.DataFrame) -> pl.DataFrame:
    random = stream(settings.seed, "voids")
    can = invoices.filter(
        ~pl.col("is_draft")
        & ~pl.col("is_opening")
        & (pl.col("total_minor") > 0)
        & (pl.col("kind") == "invoice")
        & (pl.col("issued_on") <= settings.last_on - timedelta(days=6))
    ).select("invoice")
    take = at_least(VOID_SHARE, can.height, settings)
    chosen = company.picked(can, take, random).with_columns(
        wait=pl.Series(random.integers(2, 50, take))
    )
    return (
        invoices.join(chosen, on="invoice", how="left", maintain_order="left")
        .with_columns(voided_at=pl.col("issued_at") + pl.duration(hours="wait"))
        .drop("wait")
    )


def _with_lines(events: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    usage = lines.filter(pl.col("kind") == "usage").select("item", "line", billed_on="bill_on")
    return events.join(usage, on=["item", "billed_on"], how="left", maintain_order="left")


def _billing_runs(invoices: pl.DataFrame) -> pl.DataFrame:
    """Zuora's runs: one for each entity and day on which it bills."""
    is_run = (
        (pl.col("biller") == "zuora")
        & (pl.col("kind") == "invoice")
        & (pl.col("why") == "cycle")
        & ~pl.col("is_opening")
    )
    runs = (
        invoices.filter(is_run)
        .group_by("entity", target_on="bill_on")
        .agg(
            expected=pl.len().cast(pl.Int64),
            is_draft=pl.col("is_draft").any(),
            created_at=pl.col("created_at").min(),
            posted_at=pl.col("issued_at").max(),
        )
        .sort("target_on", "entity")
        .with_columns(run=pl.int_range(pl.len()))
    )
    return runs.with_columns(
        processed="expected",
        failed=pl.lit(0, dtype=pl.Int64),
        deadline_at=instant_of(pl.col("target_on"), 18 * 60),
        started_at=pl.col("created_at") - pl.duration(minutes=10),
        completed_at=pl.col("created_at") + pl.duration(minutes=45 + 7 * (pl.col("run") % 9)),
        status=pl.when("is_draft").then(pl.lit("draft")).otherwise(pl.lit("posted")),
    )


def _with_runs(invoices: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    keys = runs.select(
        "entity",
        "run",
        bill_on="target_on",
        biller=pl.lit("zuora"),
        why=pl.lit("cycle"),
        kind=pl.lit("invoice"),
        is_opening=pl.lit(False),
    )
    return invoices.join(
        keys,
        on=["entity", "bill_on", "biller", "why", "kind", "is_opening"],
        how="left",
        maintain_order="left",
    )
