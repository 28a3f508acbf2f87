"""What was sold: contracts, subscriptions, their charges, and what changed about them.

Each subscription has one story. Changes of it are new segments: what a charge costs from when to
when. All days of change are days on which the subscription is billed, except those of upgrades and
downgrades, which are prorated.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from python_checks.simulator import company
from python_checks.simulator.company import (
    API,
    BUSINESS,
    COMMIT,
    COMPUTE,
    ONBOARD,
    PLATFORM,
    TEAM,
    TRANSFER,
    at_least,
    price_key,
)
from python_checks.simulator.randomness import stream
from python_checks.simulator.settings import Settings

# The share of the subscriptions with each story that is not `plain`, by the kind that can have it.
MONTHLY_STORIES = (
    ("upgrade", 0.06),
    ("downgrade", 0.04),
    ("pause", 0.04),
    ("cancel", 0.05),
    ("reactivate", 0.04),
    ("ramp", 0.04),
    ("renewal", 0.06),
)
YEARLY_STORIES = (("upgrade", 0.10), ("renewal", 0.40), ("cancel", 0.06))
YEARLY_SHARE = {"stripe": 0.12, "zuora": 0.30}
CO_TERM_SHARE, SECOND_SHARE = 0.12, 0.10
USAGE_SHARE = {"stripe": 0.25, "zuora": 0.45}
COMMIT_SHARE, ONBOARD_SHARE, DISCOUNT_SHARE = 0.14, 0.30, 0.22
FOREVER = pl.lit(None, dtype=pl.Date)


@dataclass(frozen=True)
class Sales:
    """`subscriptions` has market, size and dates of change beside the columns of its table;
    `items` has the product beside its own."""

    contracts: pl.DataFrame
    subscriptions: pl.DataFrame
    items: pl.DataFrame
    segments: pl.DataFrame
    amendments: pl.DataFrame


def bill_day_from(day: pl.Expr, bill_day: pl.Expr) -> pl.Expr:
    """The first day with that day of month (at most 28) on or after a day."""
    this = day.dt.truncate("1mo") + pl.duration(days=bill_day - 1)
    following = day.dt.truncate("1mo").dt.offset_by("1mo") + pl.duration(days=bill_day - 1)
    return pl.when(this >= day).then(this).otherwise(following)


def sell(settings: Settings, customers: pl.DataFrame) -> Sales:
    random = stream(settings.seed, "selling")
    subscriptions = _subscriptions(settings, customers, random)
    items, segments = _items(settings, subscriptions, random)
    amendments = _amendments(subscriptions, items, segments)
    contracts = _contracts(subscriptions)
    return Sales(contracts, subscriptions, items, segments, amendments)


def _subscriptions(
    settings: Settings, customers: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    main = customers.select(
        "customer",
        "entity",
        "currency",
        "biller",
        "market",
        "size",
        "merged_at",
        "is_existing",
        "created_on",
        rank=pl.lit(0),
    )
    large = main.filter((pl.col("biller") == "zuora") & pl.col("is_existing"))
    seconds = at_least(CO_TERM_SHARE + SECOND_SHARE, large.height, settings)
    second = company.picked(large, 2 * seconds, random)
    second = second.with_columns(
        rank=pl.Series(1 + (np.arange(second.height) % 2)),
        merged_at=FOREVER.cast(pl.Datetime("us")),
    )
    found = pl.concat([main, second.cast(main.schema)]).sort("customer", "rank")
    count = found.height
    biller = found["biller"].to_numpy()
    share = np.where(biller == "zuora", YEARLY_SHARE["zuora"], YEARLY_SHARE["stripe"])
    is_yearly = (random.random(count) < share) & (found["rank"].to_numpy() != 1)
    bill_day = np.where(
        biller == "zuora",
        np.where(random.random(count) < 0.6, 1, 15),
        random.integers(1, 29, count),
    )
    found = found.with_columns(
        subscription=pl.int_range(pl.len()),
        interval=pl.Series(np.where(is_yearly, "year", "month").tolist()),
        draw_day=pl.Series(bill_day),
        change_day=pl.Series(random.integers(15, max(16, settings.months * 28 - 25), count)),
        gap=pl.Series(random.integers(1, 3, count)),
        luck=pl.Series(random.permutation(count)),
        lead=pl.Series(random.integers(1, 15, count)),
    ).with_columns(
        # Both subscriptions of a customer are billed on one day.
        bill_day=pl.col("draw_day").first().over("customer", order_by="rank"),
    )
    found = found.with_columns(story=_stories(found, settings)).with_columns(
        # Early enough to see who comes back.
        change_on=pl.lit(settings.first_on)
        + pl.duration(
            days=pl.when(pl.col("story").is_in(["pause", "reactivate"]))
            .then(pl.col("change_day") * 6 // 10)
            .otherwise("change_day")
        ),
    )
    found = found.with_columns(
        started_on=pl.when(pl.col("story") == "co_term")
        # In the middle of the other subscription's period.
        .then(bill_day_from(pl.col("change_on"), pl.col("bill_day")) + pl.duration(days=9))
        .when(pl.col("rank") == 2)
        .then(bill_day_from(pl.col("created_on") + pl.duration(days=40), pl.col("bill_day")))
        .otherwise(
            bill_day_from(pl.col("created_on") + pl.duration(days="lead"), pl.col("bill_day"))
        ),
        change_bill_on=bill_day_from(pl.col("change_on"), pl.col("bill_day")),
    )
    found = found.with_columns(
        anniversary_on=_anniversary(pl.col("started_on"), settings),
        # Changes that wait for the day of billing, or fall 11 days into the period.
        mid_on=pl.col("change_bill_on") + pl.duration(days=11),
    )
    merge_on = bill_day_from(pl.col("merged_at").dt.date(), pl.col("bill_day"))
    ends = pl.col("story").is_in(["cancel", "reactivate"])
    ended_on = (
        pl.when(pl.col("merged_at").is_not_null() & (pl.col("interval") == "month"))
        .then(merge_on)
        .when(ends & (pl.col("interval") == "month"))
        .then(pl.col("change_bill_on"))
        .when(ends)
        .then(pl.col("anniversary_on"))
    )
    found = found.with_columns(ended_on=ended_on).with_columns(
        end_known_at=pl.col("ended_on").cast(pl.Datetime("us")) - pl.duration(days=6, hours=9),
        paused_from_on=pl.when(pl.col("story") == "pause").then(pl.col("change_bill_on")),
        paused_before_on=pl.when(pl.col("story") == "pause").then(
            pl.col("change_bill_on").dt.offset_by(pl.format("{}mo", pl.col("gap")))
        ),
    )
    # Who comes back gets a new subscription, one or two months later.
    back = found.filter(
        (pl.col("story") == "reactivate") & (pl.col("interval") == "month")
    ).with_columns(
        started_on=pl.col("ended_on").dt.offset_by(pl.format("{}mo", pl.col("gap"))),
        ended_on=FOREVER,
        end_known_at=FOREVER.cast(pl.Datetime("us")),
        renews_subscription=pl.col("subscription"),
        rank=pl.lit(3, dtype=found.schema["rank"]),
    )
    found = pl.concat(
        [
            found.with_columns(renews_subscription=pl.lit(None, dtype=pl.Int64)),
            back.select(*found.columns, "renews_subscription"),
        ]
    ).sort("customer", "rank", maintain_order=True)
    renumbered = found.select(
        old="subscription", is_back=pl.col("renews_subscription").is_not_null()
    ).with_columns(subscription=pl.int_range(pl.len()))
    first = renumbered.filter(~pl.col("is_back")).select(
        renews_subscription="old", renews="subscription"
    )
    return (
        found.with_columns(subscription=pl.int_range(pl.len()))
        .join(first, on="renews_subscription", how="left", maintain_order="left")
        .with_columns(contract=pl.col("subscription"))
    )


def _stories(found: pl.DataFrame, settings: Settings) -> pl.Series:
    """One story for each subscription, shared out by luck among those that can have it."""
    story = np.full(found.height, "plain", dtype=object)
    luck = found["luck"].to_numpy()
    rank = found["rank"].to_numpy()
    existing = found["is_existing"].to_numpy()
    yearly = (found["interval"] == "year").to_numpy()
    zuora = (found["biller"] == "zuora").to_numpy()
    merged = found["merged_at"].is_not_null().to_numpy()
    story[~existing & (rank == 0)] = "new"
    story[rank == 1] = "co_term"
    free = existing & (rank == 0) & ~merged
    anniversary_in = _is_anniversary_in_window(found, settings)
    for name, share in MONTHLY_STORIES:
        candidates = np.flatnonzero(free & ~yearly & (zuora if name == "ramp" else True))
        _tell(story, name, share, candidates, luck, settings)
    for name, share in YEARLY_STORIES:
        of_anniversary = anniversary_in if name != "upgrade" else True
        candidates = np.flatnonzero(free & yearly & of_anniversary)
        _tell(story, name, share, candidates, luck, settings)
    return pl.Series(story.tolist())


def _tell(
    story: np.ndarray,
    name: str,
    share: float,
    candidates: np.ndarray,
    luck: np.ndarray,
    settings: Settings,
) -> None:
    candidates = candidates[story[candidates] == "plain"]
    take = at_least(share, len(candidates), settings)
    story[
        candidates[np.argsort(luck[candidates], kind="stable")][: min(take, len(candidates) // 2)]
    ] = name


def _anniversary(started_on: pl.Expr, settings: Settings) -> pl.Expr:
    """The first anniversary in the window or after it (of a start before it)."""
    start = pl.lit(settings.first_on)
    month = started_on.dt.month() - start.dt.month()
    months_on = pl.when(month >= 0).then(month).otherwise(month + 12)
    shifted = start.dt.offset_by(pl.format("{}mo", months_on))
    return shifted + pl.duration(days=started_on.dt.day().cast(pl.Int64) - 1)


def _is_anniversary_in_window(found: pl.DataFrame, settings: Settings) -> np.ndarray:
    started = bill_day_from(pl.col("created_on") + pl.duration(days="lead"), pl.col("bill_day"))
    inside = found.select(
        _anniversary(started, settings).is_between(
            settings.first_on + timedelta(days=10), settings.last_on - timedelta(days=10)
        )
    )
    return inside.to_series().to_numpy()


def _items(
    settings: Settings, subscriptions: pl.DataFrame, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The charges of every subscription with what each costs from when to when."""
    count = subscriptions.height
    size = subscriptions["size"].to_numpy()
    zuora = (subscriptions["biller"] == "zuora").to_numpy()
    main = ~subscriptions["rank"].is_in([1, 2]).to_numpy()
    seats = np.maximum(
        2, np.round(np.where(zuora, 24, 15) * size * random.lognormal(0, 0.35, count))
    )
    usage = random.random(count) < np.where(zuora, USAGE_SHARE["zuora"], USAGE_SHARE["stripe"])
    commit = np.zeros(count, dtype=bool)
    candidates = np.flatnonzero(zuora & main & (subscriptions["story"] != "reactivate").to_numpy())
    commits = at_least(COMMIT_SHARE, len(candidates), settings)
    commit[random.permutation(candidates)[:commits]] = True
    onboard = random.random(count) < ONBOARD_SHARE
    discount = np.where(
        random.random(count) < DISCOUNT_SHARE, random.integers(1, 4, count) * 50_000, 0
    )
    base = subscriptions.with_columns(
        seats=pl.Series(seats.astype(np.int64)),
        has_usage=pl.Series(usage & main),
        has_transfer=pl.Series(random.random(count) < 0.5),
        has_commit=pl.Series(commit),
        has_onboarding=pl.Series(onboard),
        discount_ppm=pl.Series(discount.astype(np.int64)),
        discount_ends=pl.Series(random.random(count) < 0.3),
        starts_as_business=pl.Series(random.random(count) < 0.45),
    )
    story = pl.col("story")
    is_change = story.is_in(["upgrade", "downgrade"])
    plan = (
        pl.when(story == "upgrade")
        .then(TEAM)
        .when(story == "downgrade")
        .then(BUSINESS)
        .when(pl.col("starts_as_business"))
        .then(BUSINESS)
        .otherwise(TEAM)
    )
    other = pl.when(plan == TEAM).then(BUSINESS).otherwise(TEAM)
    base = base.with_columns(plan=plan, other_plan=other, change=pl.when(is_change).then("mid_on"))
    seat = base.select(
        "subscription",
        "interval",
        "market",
        "seats",
        "discount_ppm",
        "discount_ends",
        order=pl.lit(1),
        product="plan",
        starts_on="started_on",
        ends_before_on=pl.coalesce("change", "ended_on"),
        part=pl.lit("seats"),
    )
    changed = base.filter(pl.col("change").is_not_null()).select(
        "subscription",
        "interval",
        "market",
        # Half of the changes of plan also change the seats; a downgrade never by much.
        seats=pl.when((pl.col("subscription") % 2 == 0) & (story == "upgrade"))
        .then(pl.col("seats") + 3)
        .otherwise(pl.col("seats")),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(2),
        product="other_plan",
        starts_on="change",
        ends_before_on=pl.col("ended_on"),
        part=pl.lit("changed"),
    )
    platform = base.filter((pl.col("biller") == "zuora") & (pl.col("rank") != 2)).select(
        "subscription",
        "interval",
        "market",
        seats=pl.lit(1, dtype=pl.Int64),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(0),
        product=pl.lit(PLATFORM),
        starts_on="started_on",
        ends_before_on="ended_on",
        part=pl.lit("platform"),
    )
    metered = base.filter("has_usage").select(
        "subscription",
        interval=pl.lit("month"),
        market="market",
        seats=pl.lit(None, dtype=pl.Int64),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(3),
        product=pl.when("has_transfer").then(TRANSFER).otherwise(API),
        starts_on="started_on",
        ends_before_on="ended_on",
        part=pl.lit("usage"),
    )
    # Commitments are bought at the first billing inside the window.
    bought_on = bill_day_from(
        pl.max_horizontal("started_on", pl.lit(settings.first_on)), pl.col("bill_day")
    )
    commitment = base.filter("has_commit").select(
        "subscription",
        interval=pl.lit("one_time"),
        market="market",
        seats=pl.lit(1, dtype=pl.Int64),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(4),
        product=pl.lit(COMMIT),
        starts_on=bought_on,
        ends_before_on=bought_on.dt.offset_by("12mo"),
        part=pl.lit("prepaid"),
    )
    drawdown = base.filter("has_commit").select(
        "subscription",
        interval=pl.lit("month"),
        market="market",
        seats=pl.lit(None, dtype=pl.Int64),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(5),
        product=pl.lit(COMPUTE),
        starts_on=bought_on,
        ends_before_on="ended_on",
        part=pl.lit("drawdown"),
    )
    onboarding = base.filter(
        pl.col("has_onboarding") & (pl.col("biller") == "zuora") & (pl.col("rank") == 0)
    ).select(
        "subscription",
        interval=pl.lit("one_time"),
        market="market",
        seats=pl.lit(1, dtype=pl.Int64),
        discount_ppm=pl.lit(0, dtype=pl.Int64),
        discount_ends=pl.lit(False),
        order=pl.lit(6),
        product=pl.lit(ONBOARD),
        starts_on="started_on",
        ends_before_on=pl.col("started_on").dt.offset_by("1d"),
        part=pl.lit("onboarding"),
    )
    columns = seat.columns
    parts = [seat, changed, platform, metered, commitment, drawdown, onboarding]
    items = (
        pl.concat(
            [part.select(columns).cast({"product": pl.Int64, "order": pl.Int64}) for part in parts]
        )
        .sort("subscription", "order")
        .with_columns(item=pl.int_range(pl.len()), price=_price())
        .join(
            company.prices().select("price", "kind", "unit_micros"),
            on="price",
            how="left",
            maintain_order="left",
        )
        .join(
            subscriptions.select(
                "subscription",
                "contract",
                "entity",
                "customer",
                "story",
                "change_bill_on",
                "anniversary_on",
                "started_on",
                "rank",
            ),
            on="subscription",
            how="left",
            maintain_order="left",
        )
    )
    return items, _segments(settings, items)


def _price() -> pl.Expr:
    """The price of product and interval in the market of each row."""
    found = pl.lit(None, dtype=pl.Int64)
    for product, _, interval, *_ in company.PRICE_LIST:
        here = (pl.col("product") == product) & (pl.col("interval") == interval)
        found = pl.when(here).then(price_key(product, interval, pl.col("market"))).otherwise(found)
    return found


def _segments(settings: Settings, items: pl.DataFrame) -> pl.DataFrame:
    """Cuts the life of each charge at the days on which its price, number or discount changes."""
    seats = items.filter(
        (pl.col("part").is_in(["seats", "platform"])) & (pl.col("kind") == "recurring")
    )
    first = items.select(
        "item",
        cut_on="starts_on",
        reason=pl.lit("start"),
        order=pl.lit(0),
        quantity=pl.col("seats"),
        times_ppm=pl.lit(1_000_000),
        keeps_discount=pl.lit(True),
    )
    uplift = seats.filter(pl.col("story") == "renewal").select(
        "item",
        cut_on=pl.when(pl.col("interval") == "year")
        .then("anniversary_on")
        .otherwise("change_bill_on"),
        reason=pl.lit("uplift"),
        order=pl.lit(1),
        quantity=pl.col("seats"),
        times_ppm=1_000_000 + (3 + pl.col("item") % 5) * 10_000,
        keeps_discount=pl.lit(True),
    )
    ramping = seats.filter((pl.col("story") == "ramp") & (pl.col("part") == "seats"))
    ramps = [
        ramping.select(
            "item",
            cut_on=pl.col("change_bill_on").dt.offset_by(f"{step - 1}mo"),
            reason=pl.lit("ramp"),
            order=pl.lit(1 + step),
            quantity=pl.col("seats") + step * (pl.col("seats") // 4 + 1),
            times_ppm=pl.lit(1_000_000 - 30_000 * step),
            keeps_discount=pl.lit(True),
        )
        for step in (1, 2)
    ]
    ending = seats.filter(
        pl.col("discount_ends")
        & (pl.col("discount_ppm") > 0)
        & (pl.col("story") == "plain")
        & (pl.col("interval") == "month")
    ).select(
        "item",
        cut_on="change_bill_on",
        reason=pl.lit("discount_end"),
        order=pl.lit(5),
        quantity=pl.col("seats"),
        times_ppm=pl.lit(1_000_000),
        keeps_discount=pl.lit(False),
    )
    types = pl.Schema(
        {
            **first.schema,
            "order": pl.Int64(),
            "quantity": pl.Int64(),
            "times_ppm": pl.Int64(),
        }
    )
    cuts = (
        pl.concat([cut.cast(types) for cut in (first, uplift, *ramps, ending)])
        .join(
            items.select(
                "item", "starts_on", "ends_before_on", "unit_micros", "discount_ppm", "market"
            ),
            on="item",
            how="left",
            maintain_order="left",
        )
        # A change on the first day is the price from the start; one after the end never comes.
        .filter(
            (pl.col("order") == 0)
            | (
                (pl.col("cut_on") > pl.col("starts_on"))
                & (
                    pl.col("ends_before_on").is_null()
                    | (pl.col("cut_on") < pl.col("ends_before_on"))
                )
            )
        )
        .sort("item", "cut_on", "order")
    )
    step = pl.when(pl.col("market") == 4).then(1_000_000).otherwise(10_000)
    return cuts.with_columns(
        segment=pl.int_range(pl.len()),
        unit_micros=pl.when(pl.col("times_ppm") == 1_000_000)
        .then(pl.col("unit_micros"))
        .otherwise((pl.col("unit_micros") * pl.col("times_ppm") // 1_000_000) // step * step),
        discount_ppm=pl.when("keeps_discount").then("discount_ppm").otherwise(0),
        starts_on=pl.col("cut_on"),
        ends_before_on=pl.coalesce(
            pl.col("cut_on").shift(-1).over("item", order_by=["cut_on", "order"]), "ends_before_on"
        ),
    )


def _amendments(
    subscriptions: pl.DataFrame, items: pl.DataFrame, segments: pl.DataFrame
) -> pl.DataFrame:
    """What sales agreed after the signature, in the words of the CRM."""
    changes = (
        segments.filter(pl.col("reason").is_in(["uplift", "ramp"]))
        .join(items.select("item", "subscription", "contract"), on="item", maintain_order="left")
        .select(
            "contract",
            "subscription",
            "item",
            kind=pl.col("reason").replace_strict(
                {"uplift": "renew", "ramp": "quantity"}, return_dtype=pl.String
            ),
            effective_on="starts_on",
            quantity="quantity",
            unit_micros="unit_micros",
        )
    )
    plans = items.filter(pl.col("part") == "changed").select(
        "contract",
        "subscription",
        "item",
        kind="story",
        effective_on="starts_on",
        quantity="seats",
        unit_micros="unit_micros",
    )
    none = {
        "item": pl.lit(None, dtype=pl.Int64),
        "quantity": pl.lit(None, dtype=pl.Int64),
        "unit_micros": pl.lit(None, dtype=pl.Int64),
    }
    ends = subscriptions.filter(pl.col("ended_on").is_not_null()).select(
        "contract", "subscription", kind=pl.lit("cancel"), effective_on="ended_on", **none
    )
    pauses = subscriptions.filter(pl.col("story") == "pause")
    suspended = pauses.select(
        "contract", "subscription", kind=pl.lit("suspend"), effective_on="paused_from_on", **none
    )
    resumed = pauses.select(
        "contract", "subscription", kind=pl.lit("resume"), effective_on="paused_before_on", **none
    )
    columns = changes.columns
    parts = [part.select(columns) for part in (changes, plans, ends, suspended, resumed)]
    return (
        pl.concat(parts)
        .sort("effective_on", "subscription", "item", "kind")
        .with_columns(
            amendment=pl.int_range(pl.len()),
            recorded_at=pl.col("effective_on").cast(pl.Datetime("us"))
            - pl.duration(days=6, hours=9),
        )
    )


def _contracts(subscriptions: pl.DataFrame) -> pl.DataFrame:
    """One contract for each subscription: twelve months, renewed by itself."""
    return subscriptions.select(
        "contract",
        "customer",
        "entity",
        "currency",
        "renews",
        number=pl.format("LWC-{}", pl.col("contract").cast(pl.String).str.zfill(6)),
        signed_on=pl.col("started_on") - pl.duration(days=1 + pl.col("contract") % 10),
        starts_on="started_on",
        ends_before_on=pl.col("started_on").dt.offset_by("12mo"),
        term_months=pl.lit(12, dtype=pl.Int64),
        terminated_on="ended_on",
    )
