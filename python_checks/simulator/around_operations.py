"""What the company's own operations record around its bills: what the world's tables lack.

Integration messages and their attempts, what meters say they sent, what usage was rated at,
approvals, promises to pay, dunning, changes of settings, positions at cut-over, and the balance of
the processor's accounts. Shapes are written as in `schema`: keys are whole numbers that are dense
from 0, money is a whole number of minor units, `_at` is UTC, `_on` a date of the legal entity.

Without faults every message is delivered on the day on which it was made, every manifest is
complete, and nobody approves what they asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from python_checks.simulator.around_work import build_work
from python_checks.simulator.clocks import ZONES, day_of, instant_of
from python_checks.simulator.company import LEAST, LEAST_FROM_CUSTOMERS, PROCESSOR_METHODS
from python_checks.simulator.money import converted, units_per_major
from python_checks.simulator.randomness import stream
from python_checks.simulator.schema import (
    COUNT,
    DAY,
    INSTANT,
    KEY,
    MONEY,
    TEXT,
    Columns,
    World,
    made,
    refuse_other_columns,
)  # fmt: skip

# One row for each attempt to deliver a message. interface: <sender>_to_<receiver>. object: the key
# in the table of object_kind: invoice, credit_note, payment (a charge), receipt (cash that the ERP
# applied), refund, customer or contract. status: failed (tried again) or delivered.
MESSAGES: Columns = {
    "message": KEY, "attempt": COUNT, "entity": KEY, "interface": TEXT, "object_kind": TEXT,
    "object": KEY, "status": TEXT, "error": TEXT, "created_at": INSTANT, "attempted_at": INSTANT,
    "delivered_at": INSTANT,
}  # fmt: skip
# Who sent a usage event; sequence counts the events of a producer and meter in the order in which
# they occurred, from 1.
SENDINGS: Columns = {"event": KEY, "producer": TEXT, "sequence": COUNT}
# What a producer says it sent of a meter on one day; sequences are null where it sent nothing.
MANIFESTS: Columns = {
    "manifest": KEY, "entity": KEY, "producer": TEXT, "meter": TEXT, "on": DAY, "events": COUNT,
    "quantity": COUNT, "first_sequence": COUNT, "last_sequence": COUNT, "sent_at": INSTANT,
}  # fmt: skip
# One row for each event that a line bills: their amounts add up to the line's list amount.
RATINGS: Columns = {
    "rating": KEY, "event": KEY, "line": KEY, "entity": KEY, "currency": TEXT, "price": KEY,
    "quantity": COUNT, "amount_minor": MONEY, "rated_at": INSTANT,
}  # fmt: skip
# subject: the key in the table of subject_kind: credit_note, write_off or refund. limit: what the
# approver may approve alone; above it, a second approval by the highest role follows. posted_at:
# when the subject was, from when on the approval is known.
APPROVALS: Columns = {
    "approval": KEY, "entity": KEY, "subject_kind": TEXT, "subject": KEY, "requested_by": TEXT,
    "approved_by": TEXT, "role": TEXT, "currency": TEXT, "limit_minor": MONEY,
    "requested_at": INSTANT, "approved_at": INSTANT, "posted_at": INSTANT,
}  # fmt: skip
# status: open until judged_at (the morning after the promised day), then kept, partly_kept, broken
# or cancelled (nothing was owed any more, though nobody paid).
PROMISES: Columns = {
    "promise": KEY, "invoice": KEY, "entity": KEY, "currency": TEXT, "amount_minor": MONEY,
    "promised_on": DAY, "status": TEXT, "created_at": INSTANT, "judged_at": INSTANT,
}  # fmt: skip
# kind: entered, notice_sent, payment_retried, escalated, recovered, exhausted or stopped.
DUNNING_EVENTS: Columns = {
    "dunning_event": KEY, "invoice": KEY, "entity": KEY, "kind": TEXT, "step": COUNT,
    "at": INSTANT,
}  # fmt: skip
# object_name, or price: what was changed. work_change: the change ticket (of around_work) behind
# it. None changes what anybody is billed: list prices change only where nobody buys, and to what
# the price list has.
CONFIG_CHANGES: Columns = {
    "change": KEY, "entity": KEY, "object_kind": TEXT, "object_name": TEXT, "price": KEY,
    "field": TEXT, "old": TEXT, "new": TEXT, "changed_by": TEXT, "approved_by": TEXT,
    "work_change": KEY, "at": INSTANT,
}  # fmt: skip
# At the start of the window, positive: kind is invoice, ledger, bank or processor. invoice: of
# open items. account: of balances, as its own system names it.
OPENING_POSITIONS: Columns = {
    "position": KEY, "entity": KEY, "kind": TEXT, "invoice": KEY, "account": TEXT,
    "currency": TEXT, "amount_minor": MONEY, "functional_currency": TEXT,
    "functional_minor": MONEY, "document_on": DAY,
}  # fmt: skip
# The balance of a processor account on a day of the legal entity. late_minor: what of the day's
# movements comes after midnight UTC, when the extract of that day is cut.
PROCESSOR_BALANCES: Columns = {
    "balance": KEY, "entity": KEY, "currency": TEXT, "on": DAY, "opening_minor": MONEY,
    "closing_minor": MONEY, "late_minor": MONEY,
}  # fmt: skip

# Finance lists what was open some days into the window, when the month before it is closed.
OPENED_AFTER_DAYS = 2

TABLES: Mapping[str, Columns] = {
    "messages": MESSAGES,
    "sendings": SENDINGS,
    "manifests": MANIFESTS,
    "ratings": RATINGS,
    "approvals": APPROVALS,
    "promises": PROMISES,
    "dunning_events": DUNNING_EVENTS,
    "config_changes": CONFIG_CHANGES,
    "opening_positions": OPENING_POSITIONS,
    "processor_balances": PROCESSOR_BALANCES,
}


@dataclass(frozen=True)
class Operations:
    """The frames of TABLES; `first_on` is the day of the cut-over."""

    first_on: date
    messages: pl.DataFrame
    sendings: pl.DataFrame
    manifests: pl.DataFrame
    ratings: pl.DataFrame
    approvals: pl.DataFrame
    promises: pl.DataFrame
    dunning_events: pl.DataFrame
    config_changes: pl.DataFrame
    opening_positions: pl.DataFrame
    processor_balances: pl.DataFrame

    def __post_init__(self) -> None:
        for name, frame in self.frames():
            refuse_other_columns(f"operations table {name}", frame, TABLES[name])

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for name in TABLES:
            yield name, getattr(self, name)

    def until(self, day: date) -> "Operations":
        """What was known at the end of `day` (midnight UTC): as World.until."""
        midnight = datetime.combine(day + timedelta(days=1), time())

        def is_past(clock: str) -> pl.Expr:
            return pl.col(clock) < midnight

        def known(column: str, clock: str) -> pl.Expr:
            return pl.when(is_past(clock)).then(pl.col(column))

        is_last = pl.col("on") == day
        return replace(
            self,
            messages=self.messages.filter(pl.coalesce("delivered_at", "attempted_at") < midnight),
            manifests=self.manifests.filter(is_past("sent_at")),
            ratings=self.ratings.filter(is_past("rated_at")),
            approvals=self.approvals.filter(is_past("posted_at")),
            promises=self.promises.filter(is_past("created_at")).with_columns(
                known("status", "judged_at").fill_null("open"), known("judged_at", "judged_at")
            ),
            dunning_events=self.dunning_events.filter(is_past("at")),
            opening_positions=self.opening_positions.filter(
                pl.lit(day >= self.first_on + timedelta(days=OPENED_AFTER_DAYS))
            ),
            config_changes=self.config_changes.filter(is_past("at")),
            processor_balances=self.processor_balances.filter(pl.col("on") <= day).with_columns(
                closing_minor=pl.col("closing_minor")
                - pl.when(is_last).then(pl.col("late_minor")).otherwise(0),
                late_minor=pl.when(is_last).then(0).otherwise(pl.col("late_minor")),
            ),
        )


def build_operations(world: World, seed: int) -> Operations:
    """The operations of a world, as known at the end of its window."""
    random = stream(seed, "operations")
    moves = _settling(world)
    spells = _spells(world, moves)
    sendings = _sendings(world)
    frames = {
        "messages": _messages(world, random),
        "sendings": sendings,
        "manifests": _manifests(world, sendings),
        "ratings": _ratings(world),
        "approvals": _approvals(world, random),
        "promises": _promises(world, moves, spells, random),
        "dunning_events": _dunning_events(world, spells),
        "config_changes": _config_changes(world, build_work(world, seed).changes, random),
        "opening_positions": _opening_positions(world, moves),
        "processor_balances": _processor_balances(world),
    }
    operations = Operations(
        world.first_on, **{name: _table(name, frame) for name, frame in frames.items()}
    )
    return operations.until(world.last_on)


def _table(name: str, columns: pl.DataFrame) -> pl.DataFrame:
    return columns.select(pl.col(column).cast(made(kind)) for column, kind in TABLES[name].items())


def _left(frame: pl.DataFrame, other: pl.DataFrame, on: str | list[str]) -> pl.DataFrame:
    """`frame` with the one row of `other` that each row has, if any."""
    return frame.join(other, on=on, how="left", maintain_order="left", validate="m:1")


def _some(count: int, share: float, world: World) -> int:
    """How many of `count` take part in a scenario: never too few to see in a usual company."""
    least = LEAST if world.customers.height >= LEAST_FROM_CUSTOMERS else 1
    return min(count, max(least, round(share * count)))


def _chosen(random: np.random.Generator, count: int, take: int) -> pl.Series:
    """`take` of `count` rows, by chance."""
    return pl.Series(random.permutation(count) < take, dtype=pl.Boolean)


def _drawn(random: np.random.Generator, low: int, high: int, count: int) -> pl.Expr:
    """A whole number from `low` to below `high` for each of `count` rows."""
    return pl.lit(pl.Series(random.integers(low, high, count), dtype=pl.Int64))


# --- messages -------------------------------------------------------------------------------------

RETRIED_SHARE = 0.02
ERRORS = ("timeout", "rate_limited", "record_locked", "service_unavailable")


def _messages(world: World, random: np.random.Generator) -> pl.DataFrame:
    sent = _sent(world).sort("at", "interface", "object_kind", "object")
    count = sent.height
    is_retried = _chosen(random, count, _some(count, RETRIED_SHARE, world))
    sent = sent.with_columns(
        message=pl.int_range(pl.len()),
        failures=pl.when(is_retried).then(_drawn(random, 1, 4, count)).otherwise(0),
        lag=_drawn(random, 3, 90, count),
        # From some minutes to some hours between two attempts.
        pause=_drawn(random, 300, 5_400, count),
        error=_drawn(random, 0, len(ERRORS), count),
        left=_seconds_left(pl.col("at")),
    )
    attempts = sent.with_columns(
        attempt=pl.int_ranges(1, pl.col("failures") + 2)
    ).explode("attempt")  # fmt: skip
    # Delivered on the day on which it was made, however late in the evening.
    wanted = pl.col("lag") + pl.col("pause") * (pl.col("attempt") - 1)
    latest = pl.col("left") * pl.col("attempt") // (pl.col("failures") + 3)
    is_delivered = pl.col("attempt") > pl.col("failures")
    return attempts.with_columns(
        status=pl.when(is_delivered).then(pl.lit("delivered")).otherwise(pl.lit("failed")),
        error=pl.when(~is_delivered).then(
            pl.col("error").replace_strict(dict(enumerate(ERRORS)), return_dtype=pl.String)
        ),
        created_at="at",
        attempted_at=pl.col("at") + pl.duration(seconds=pl.min_horizontal(wanted, latest)),
    ).with_columns(delivered_at=pl.when(is_delivered).then("attempted_at"))


def _seconds_left(instant: pl.Expr) -> pl.Expr:
    """Seconds from a UTC instant to the next midnight, of the entity or of UTC: what is known in an
    extract, which is cut at midnight UTC, is delivered in it."""
    found = _since_midnight(instant)
    for key, zone in ZONES.items():
        local = instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        later = pl.max_horizontal(_since_midnight(local), _since_midnight(instant))
        found = pl.when(pl.col("entity") == key).then(later).otherwise(found)
    return 86_400 - found


def _since_midnight(instant: pl.Expr) -> pl.Expr:
    parts = (instant.dt.hour(), instant.dt.minute(), instant.dt.second())
    hours, minutes, seconds = (part.cast(pl.Int64) for part in parts)
    return hours * 3_600 + minutes * 60 + seconds


def _sent(world: World) -> pl.DataFrame:
    """Every object that one system sends to another in the window, with the moment it was made."""
    people = world.customers.select("customer", "biller")
    owners = world.intents.select("intent", "entity", "customer")
    to_ledger = pl.format("{}_to_netsuite", "biller")
    to_zuora = pl.lit("salesforce_to_zuora")
    charges = _left(
        _left(world.charges.filter(pl.col("status") == "succeeded"), owners, "intent"),
        people,
        "customer",
    )
    refunds = _left(
        world.refunds, charges.select("charge", "entity", "biller"), "charge"
    )  # fmt: skip
    sold = pl.col("biller") == "zuora"
    contracts = _left(world.contracts, people, "customer").filter(
        sold & (pl.col("signed_on") >= world.first_on)
    )
    applied = _left(
        world.receipts.select("receipt", entity="owed_entity"),
        world.applications.group_by("receipt").agg(applied_on=pl.col("applied_on").min()),
        "receipt",
    ).filter(pl.col("applied_on").is_not_null())
    morning = pl.lit(9 * 60, dtype=pl.Int64)
    parts = (
        (
            world.invoices.filter(~pl.col("is_draft") & ~pl.col("is_opening")),
            *("invoice", "invoice", to_ledger, pl.col("issued_at")),
        ),
        (world.credit_notes, "credit_note", "credit_note", to_ledger, pl.col("issued_at")),
        (charges, "payment", "charge", to_ledger, pl.col("at")),
        (refunds, "refund", "refund", to_ledger, pl.col("at")),
        (
            applied,
            *("receipt", "receipt", pl.lit("netsuite_to_zuora")),
            instant_of(pl.col("applied_on"), 16 * 60 + pl.col("receipt") % 90),
        ),
        (
            world.customers.filter(sold & (pl.col("created_at") >= world.first_on)),
            *("customer", "customer", to_zuora, pl.col("created_at")),
        ),
        (
            contracts,
            *("contract", "contract", to_zuora),
            instant_of(pl.col("signed_on"), morning + pl.col("contract") % 480),
        ),
    )
    return pl.concat(
        frame.select(
            "entity",
            interface=interface,
            object_kind=pl.lit(kind),
            object=key,
            at=at.dt.truncate("1s"),
        )
        for frame, kind, key, interface, at in parts
    )


# --- usage ----------------------------------------------------------------------------------------

PRODUCERS = {
    "api_calls": "edge-gateway", "transfer_gb": "transfer-meter", "compute_minutes": "scheduler",
}  # fmt: skip


def _producer() -> pl.Expr:
    names = pl.col("meter").replace_strict(PRODUCERS, default="meter", return_dtype=pl.String)
    places = {0: "us", 1: "de", 2: "jp"}
    return pl.format(
        "{}-{}", names, pl.col("entity").replace_strict(places, return_dtype=pl.String)
    )


def _sendings(world: World) -> pl.DataFrame:
    return (
        world.usage_events.sort("occurred_at", "event")
        .with_columns(
            producer=_producer(),
            sequence=pl.int_range(1, pl.len() + 1).over("entity", "meter"),
        )
        .sort("event")
    )


def _manifests(world: World, sendings: pl.DataFrame) -> pl.DataFrame:
    """A manifest for every day on which a meter runs, also of days without an event."""
    events = sendings.with_columns(on=day_of(pl.col("occurred_at")))
    counted = events.group_by("entity", "meter", "on").agg(
        events=pl.len(),
        quantity=pl.col("quantity").sum(),
        first_sequence=pl.col("sequence").min(),
        last_sequence=pl.col("sequence").max(),
    )
    meters = events.group_by("entity", "meter").agg(since_on=pl.col("on").min())
    days = meters.with_columns(
        on=pl.date_ranges(pl.col("since_on"), pl.lit(world.last_on))
    ).explode("on")  # fmt: skip
    return (
        _left(days, counted, ["entity", "meter", "on"])
        .with_columns(pl.col("events", "quantity").fill_null(0), producer=_producer())
        .with_columns(sent_at=instant_of(pl.col("on") + pl.duration(days=1), 4 * 60))
        .sort("on", "entity", "meter")
        .with_columns(manifest=pl.int_range(pl.len()))
    )


def _ratings(world: World) -> pl.DataFrame:
    """Each line's list amount by quantity: what is rounded off one event goes to the next."""
    lines = world.lines.select("line", "invoice", "price", "list_minor")
    bills = world.invoices.select("invoice", "currency", rated_at="created_at")
    rows = world.usage_events.filter(pl.col("line").is_not_null()).sort(
        "line", "occurred_at", "event"
    )
    before = pl.col("up_to") - pl.col("quantity")
    return (
        _left(_left(rows, lines, "line"), bills, "invoice")
        .with_columns(
            up_to=pl.col("quantity").cum_sum().over("line"),
            whole=pl.col("quantity").sum().over("line"),
        )
        .with_columns(
            amount_minor=pl.col("list_minor") * pl.col("up_to") // pl.col("whole")
            - pl.col("list_minor") * before // pl.col("whole")
        )
        .sort("event")
        .with_columns(rating=pl.int_range(pl.len()))
    )


# --- approvals ------------------------------------------------------------------------------------

# Whole dollars that a role may approve alone.
LIMITS = {"finance_manager": 25_000, "controller": 100_000, "chief_financial_officer": 1_000_000}
ROLES = {"m.ferrari": "finance_manager", "n.adeyemi": "controller", "o.schmidt": "controller"}
LAST_APPROVER, LAST_ROLE = "p.hansen", "chief_financial_officer"
# What stands for a dollar in the delegation of authority, in hundredths.
LIMIT_LEVELS = {"USD": 100, "EUR": 100, "GBP": 100, "JPY": 15_000, "KWD": 30}


def _approvals(world: World, random: np.random.Generator) -> pl.DataFrame:
    owners = world.invoices.select("invoice", "entity", "currency")
    notes = world.credit_notes.select(
        "entity", "currency", "created_by", "approved_by", "credit_note",
        subject_kind=pl.lit("credit_note"), subject="credit_note", amount_minor="total_minor",
        at="issued_at",
    )  # fmt: skip
    refunds = _left(
        world.refunds.select("refund", "credit_note", "amount_minor", "at"),
        notes.select("credit_note", "entity", "currency", "created_by", "approved_by"),
        "credit_note",
    ).with_columns(subject_kind=pl.lit("refund"), subject="refund")
    write_offs = _left(world.write_offs, owners, "invoice").with_columns(
        subject_kind=pl.lit("write_off"), subject="write_off"
    )
    columns = [
        "entity", "currency", "created_by", "approved_by", "subject_kind", "subject",
        "amount_minor", "at",
    ]  # fmt: skip
    asked = pl.concat(frame.select(columns) for frame in (notes, refunds, write_offs)).sort(
        "at", "subject_kind", "subject"
    )
    count = asked.height
    asked = asked.with_columns(
        requested_by="created_by",
        posted_at="at",
        role=pl.col("approved_by").replace_strict(
            ROLES, default="finance_manager", return_dtype=pl.String
        ),
        requested_at=pl.col("at") - pl.duration(minutes=_drawn(random, 300, 2_000, count)),
        approved_at=pl.col("at") - pl.duration(minutes=_drawn(random, 5, 240, count)),
    ).with_columns(limit_minor=_limit())
    higher = asked.filter(pl.col("amount_minor") > pl.col("limit_minor")).with_columns(
        approved_by=pl.lit(LAST_APPROVER),
        role=pl.lit(LAST_ROLE),
        approved_at=pl.col("approved_at") + pl.duration(minutes=4),
    )
    higher = higher.with_columns(limit_minor=_limit())
    return (
        pl.concat([asked, higher])
        .sort("approved_at", "subject_kind", "subject", "role")
        .with_columns(approval=pl.int_range(pl.len()))
    )


def _limit() -> pl.Expr:
    levels = pl.col("currency").replace_strict(LIMIT_LEVELS, return_dtype=pl.Int64)
    dollars = pl.col("role").replace_strict(LIMITS, return_dtype=pl.Int64)
    return dollars * levels * units_per_major() // 100


# --- what settles an invoice ----------------------------------------------------------------------


def _settling(world: World) -> pl.DataFrame:
    """What lowers (+) or raises (-) the open amount of an invoice, by date of its entity.

    `invoice, on, minor, cash_minor`: the last is the part of it that somebody paid.
    """
    bills = world.invoices.select("invoice", "entity", "total_minor")
    charges = world.charges.filter(pl.col("status") == "succeeded").join(
        world.intents.select("intent", "invoice"), on="intent", how="left"
    )
    notes = world.credit_notes.filter(pl.col("goes_to") == "invoice")
    used = world.credit_balances.filter(pl.col("invoice").is_not_null())
    reversed_ = world.applications.filter(pl.col("reversed_on").is_not_null())
    voided = world.invoices.filter(pl.col("voided_at").is_not_null())

    def of(frame: pl.DataFrame, minor: pl.Expr, on: pl.Expr, *, is_cash: bool) -> pl.DataFrame:
        rows = frame.select("invoice", at=on, minor=minor).with_columns(
            cash_minor=pl.col("minor") if is_cash else pl.lit(0, dtype=pl.Int64)
        )
        dated = _left(rows, bills.select("invoice", "entity"), "invoice")
        day = pl.col("at") if dated.schema["at"] == pl.Date else day_of(pl.col("at"))
        return dated.select("invoice", "minor", "cash_minor", on=day)

    amount, at = pl.col("amount_minor"), pl.col("at")
    return (
        pl.concat(
            [
                of(charges, amount, at, is_cash=True),
                of(world.applications, amount, pl.col("applied_on"), is_cash=True),
                of(reversed_, -amount, pl.col("reversed_on"), is_cash=True),
                of(notes, pl.col("total_minor"), pl.col("issued_at"), is_cash=False),
                of(used, -amount, at, is_cash=False),
                of(world.write_offs, amount, at, is_cash=False),
                of(voided, pl.col("total_minor"), pl.col("voided_at"), is_cash=False),
            ]
        )
        .group_by("invoice", "on")
        .agg(pl.col("minor", "cash_minor").sum())
        .sort("invoice", "on")
    )


def _spells(world: World, moves: pl.DataFrame) -> pl.DataFrame:
    """The times in which direct payers' invoices are open: `invoice, entity, currency, from_on`
    (the due date, or the day on which a payment was taken back), `end_on` (null: still open) and
    `is_paid` (it ended by cash). An invoice that was paid before it was due has none."""
    methods = world.customers.select("customer", "method")
    bills = _left(
        world.invoices.filter(~pl.col("is_draft") & (pl.col("total_minor") > 0)),
        methods,
        "customer",
    ).filter(~pl.col("method").is_in(PROCESSOR_METHODS))
    bills = bills.select("invoice", "entity", "currency", "total_minor", "due_on")
    left = (
        bills.join(moves, on="invoice", how="inner")
        .sort("invoice", "on")
        .with_columns(after=pl.col("total_minor") - pl.col("minor").cum_sum().over("invoice"))
        .with_columns(before=pl.col("after") + pl.col("minor"))
    )
    ends = left.filter((pl.col("before") > 0) & (pl.col("after") <= 0)).select(
        "invoice", end_on="on", is_paid=pl.col("cash_minor") > 0, from_key="on"
    )
    again = left.filter((pl.col("before") <= 0) & (pl.col("after") > 0)).select(
        *("invoice", "entity", "currency"), from_on="on", from_key="on"
    )
    first = bills.select(
        *("invoice", "entity", "currency"),
        from_on="due_on",
        # Whatever ends it, be it before the due date.
        from_key=pl.lit(date(1970, 1, 1)),
    )
    starts = pl.concat([first, again]).sort("from_key", "invoice")
    return (
        starts.join_asof(
            ends.sort("from_key", "invoice"),
            on="from_key",
            by="invoice",
            strategy="forward",
            check_sortedness=False,
        )
        .with_columns(pl.col("is_paid").fill_null(value=False))
        .filter(pl.col("end_on").is_null() | (pl.col("end_on") > pl.col("from_on")))
        .drop("from_key")
        .sort("invoice", "from_on")
    )


# --- promises and dunning -------------------------------------------------------------------------

PROMISE_SHARE, MEANT_SHARE, PART_SHARE = 0.30, 0.60, 0.15


def _promises(
    world: World, moves: pl.DataFrame, spells: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    """Payers of overdue invoices name a day: some keep it, some pay a part, some do not."""
    late = spells.filter(
        (pl.col("from_on") == pl.col("from_on").min().over("invoice"))
        & (pl.col("from_on") >= world.first_on - timedelta(days=20))
    )
    count = late.height
    late = late.with_columns(
        made_on=pl.max_horizontal(
            pl.col("from_on") + pl.duration(days=_drawn(random, 3, 8, count)),
            pl.lit(world.first_on + timedelta(days=2)),
        )
    ).filter(
        (pl.col("made_on") <= world.last_on)
        & (pl.col("end_on").is_null() | (pl.col("end_on") > pl.col("made_on")))
    )
    late = _left(late, _first_parts(late, moves), "invoice")
    count = late.height
    take = _some(count, PROMISE_SHARE, world)
    # Who pays in parts is asked for a promise first.
    late = late.with_columns(
        rank=pl.lit(pl.Series(random.random(count))) - pl.col("part_on").is_not_null().cast(pl.Int8)
    ).filter(pl.col("rank").rank("ordinal") <= take)
    count = late.height
    # Who means it pays a day or two before the day named, wholly or in part.
    is_meant = _chosen(random, count, round(MEANT_SHARE * count))
    slack, wait = _drawn(random, 0, 3, count), _drawn(random, 4, 11, count)
    is_part = _chosen(random, count, round(PART_SHARE * count))
    in_time = (pl.col("end_on") - pl.col("made_on")).dt.total_days() <= 45
    rows = late.with_columns(
        promised_on=pl.when(pl.col("part_on").is_not_null())
        .then(pl.col("part_on"))
        .when(is_meant & in_time)
        .then(pl.col("end_on") + pl.duration(days=slack))
        .otherwise(pl.col("made_on") + pl.duration(days=wait)),
        is_part=is_part,
        minute=_drawn(random, 9 * 60, 17 * 60, count),
    )
    before = _moved(rows, moves, pl.col("on") <= pl.col("made_on"))
    after = _moved(
        rows, moves, (pl.col("on") > pl.col("made_on")) & (pl.col("on") <= pl.col("promised_on"))
    )
    rows = _left(rows, before.select("invoice", before_minor="minor"), "invoice")
    rows = _left(rows, after, "invoice")
    totals = world.invoices.select("invoice", "total_minor")
    rows = _left(rows, totals, "invoice").with_columns(
        pl.col("before_minor", "minor", "cash_minor").fill_null(0)
    )
    open_minor = pl.col("total_minor") - pl.col("before_minor")
    # A part is promised in whole tens of the minor unit.
    amount = pl.when(pl.col("is_part")).then(open_minor // 20 * 10).otherwise(open_minor)
    return (
        rows.with_columns(amount_minor=amount, open_minor=open_minor)
        .filter(pl.col("amount_minor") > 0)
        .with_columns(
            status=pl.when(pl.col("cash_minor") >= pl.col("amount_minor"))
            .then(pl.lit("kept"))
            .when(pl.col("minor") >= pl.col("open_minor"))
            .then(pl.lit("cancelled"))
            .when(pl.col("cash_minor") > 0)
            .then(pl.lit("partly_kept"))
            .otherwise(pl.lit("broken")),
            created_at=instant_of(pl.col("made_on"), pl.col("minute")),
            judged_at=instant_of(pl.col("promised_on") + pl.duration(days=1), 8 * 60),
        )
        .sort("created_at", "invoice")
        .with_columns(promise=pl.int_range(pl.len()))
    )


def _first_parts(late: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """The first day after the promise on which a part was paid: `invoice, part_on`."""
    parts = late.select("invoice", "made_on", "end_on").join(moves, on="invoice", how="inner")
    is_before_end = pl.col("end_on").is_null() | (pl.col("on") < pl.col("end_on"))
    return (
        parts.filter(
            (pl.col("on") > pl.col("made_on")) & is_before_end & (pl.col("cash_minor") > 0)
        )
        .group_by("invoice")
        .agg(part_on=pl.col("on").min())
    )


def _moved(rows: pl.DataFrame, moves: pl.DataFrame, when: pl.Expr) -> pl.DataFrame:
    """What settled each invoice of `rows` on the days that `when` names."""
    return (
        rows.select("invoice", "made_on", "promised_on")
        .join(moves, on="invoice", how="inner")
        .filter(when)
        .group_by("invoice")
        .agg(pl.col("minor", "cash_minor").sum())
    )


# Days after the due date: kind, step.
DIRECT_PLAN = (
    (4, "entered", None), (4, "notice_sent", 1), (11, "notice_sent", 2), (21, "notice_sent", 3),
    (30, "escalated", 4), (45, "exhausted", None),
)  # fmt: skip
# Longer than any pause between two attempts: nobody tries again.
GIVEN_UP_AFTER_DAYS = 8


def _dunning_events(world: World, spells: pl.DataFrame) -> pl.DataFrame:
    parts = [*_direct_dunning(world, spells), *_processor_dunning(world)]
    columns = ["invoice", "entity", "kind", "step", "at"]
    order = {kind: place for place, kind in enumerate(DUNNING_ORDER)}
    return (
        pl.concat(part.select(columns) for part in parts)
        .with_columns(place=pl.col("kind").replace_strict(order, return_dtype=pl.Int64))
        .sort("at", "invoice", "place", "step")
        .with_columns(dunning_event=pl.int_range(pl.len()))
    )


DUNNING_ORDER = (
    "entered", "payment_retried", "notice_sent", "escalated", "recovered", "exhausted", "stopped",
)  # fmt: skip
NO_STEP = pl.lit(None, dtype=pl.Int64)


def _direct_dunning(world: World, spells: pl.DataFrame) -> list[pl.DataFrame]:
    """By the days overdue; what was overdue before the window enters at its beginning."""
    clock = spells.with_columns(
        clock_on=pl.max_horizontal("from_on", pl.lit(world.first_on - timedelta(days=4)))
    )
    plan = pl.DataFrame(
        DIRECT_PLAN,
        schema={"days": pl.Int64, "kind": pl.String, "step": pl.Int64},
        orient="row",
    )
    steps = (
        clock.join(plan, how="cross")
        .with_columns(on=pl.col("clock_on") + pl.duration(days="days"))
        .filter(pl.col("end_on").is_null() | (pl.col("on") < pl.col("end_on")))
        .with_columns(at=instant_of(pl.col("on"), 6 * 60))
    )
    days = (pl.col("end_on") - pl.col("clock_on")).dt.total_days()
    ended = clock.filter(days.is_between(5, 45)).with_columns(
        kind=pl.when("is_paid").then(pl.lit("recovered")).otherwise(pl.lit("stopped")),
        step=NO_STEP,
        at=instant_of(pl.col("end_on"), 18 * 60),
    )
    return [steps, ended]


def _processor_dunning(world: World) -> list[pl.DataFrame]:
    """By the attempts: a failed one enters, each further one is a step. Of two payments of one
    invoice the first one speaks for both."""
    intents = world.intents.filter(
        pl.col("intent") == pl.col("intent").min().over("invoice")
    ).select("intent", "invoice", "entity")
    tries = _left(
        world.charges.select("intent", "attempt", "at", "status"), intents, "intent"
    ).filter(pl.col("invoice").is_not_null())
    last = tries.filter(pl.col("attempt") == pl.col("attempt").max().over("intent"))
    failed = tries.filter(pl.col("status") == "failed")
    stops = pl.concat(
        [
            world.write_offs.select("invoice", "at"),
            world.invoices.filter(pl.col("voided_at").is_not_null()).select(
                "invoice", at="voided_at"
            ),
        ]
    )
    stops = stops.group_by("invoice").agg(stopped_at=pl.col("at").min())

    def of(rows: pl.DataFrame, kind: str, step: pl.Expr, minutes: int) -> pl.DataFrame:
        return rows.with_columns(
            kind=pl.lit(kind), step=step, at=pl.col("at") + pl.duration(minutes=minutes)
        )

    attempt = pl.col("attempt")
    given_up = _left(
        last.filter(pl.col("status") == "failed").with_columns(
            at=pl.col("at") + pl.duration(days=GIVEN_UP_AFTER_DAYS)
        ),
        stops,
        "invoice",
    )
    is_stopped = pl.col("stopped_at").is_not_null() & (pl.col("stopped_at") < pl.col("at"))
    return [
        of(failed.filter(attempt == 1), "entered", NO_STEP, 2),
        of(tries.filter(attempt > 1), "payment_retried", attempt - 1, 0),
        of(failed, "notice_sent", attempt, 5),
        of(last.filter((pl.col("status") == "succeeded") & (attempt > 1)), "recovered", NO_STEP, 2),
        of(given_up.filter(~is_stopped.fill_null(value=False)), "exhausted", NO_STEP, 0),
        of(
            given_up.filter(is_stopped.fill_null(value=False)).with_columns(at="stopped_at"),
            *("stopped", NO_STEP, 1),
        ),
    ]


# --- settings -------------------------------------------------------------------------------------

# object kind, name, field, from, to
SETTINGS = (
    ("tax_rate", "standard", "filing_frequency", "quarterly", "monthly"),
    ("dunning_plan", "cards", "notice_template", "friendly-2", "friendly-3"),
    ("invoice_template", "default", "footer", "rev 11", "rev 12"),
    ("payment_gateway", "stripe", "statement_descriptor", "LUMENWERK", "LUMENWERK CLOUD"),
    ("tax_rate", "reverse_charge", "invoice_note", "", "Reverse charge"),
    ("dunning_plan", "direct", "sender", "billing@lumenwerk.example", "ar@lumenwerk.example"),
)
OLD_PRICE_PPM = 950_000


def _config_changes(
    world: World, changes: pl.DataFrame, random: np.random.Generator
) -> pl.DataFrame:
    """A setting changes when a change that somebody approved is deployed to stay."""
    kept = changes.filter(
        pl.col("deployed_at").is_not_null()
        & pl.col("rolled_back_at").is_null()
        & pl.col("approved_by").is_not_null()
        & (pl.col("approved_by") != pl.col("requested_by"))
    ).sort("deployed_at", "change")
    count = kept.height
    slots = kept.select(
        at="deployed_at",
        work_change="change",
        changed_by="requested_by",
        approved_by="approved_by",
        entity=pl.int_range(pl.len()) % world.entities.height,
        setting=_drawn(random, 0, len(SETTINGS), count),
    ).with_columns(turn=pl.int_range(pl.len()).over("entity"))
    # Every other one brings the price list of what nobody buys to what it says.
    unsold = (
        world.prices.filter(pl.col("unit_micros").is_not_null())
        .join(world.items, on="price", how="anti")
        .sort("price")
        .with_columns(turn=2 * pl.int_range(pl.len()).over("entity"))
        .select("entity", "turn", "price", "unit_micros")
    )
    settings = pl.DataFrame(
        [(number, *row) for number, row in enumerate(SETTINGS)],
        schema=["setting", "object_kind", "object_name", "field", "old", "new"],
        orient="row",
    )
    rows = _left(_left(slots, unsold, ["entity", "turn"]), settings, "setting")
    is_price = pl.col("price").is_not_null()
    micros = pl.col("unit_micros")
    return (
        rows.with_columns(
            object_kind=pl.when(is_price).then(pl.lit("price")).otherwise("object_kind"),
            object_name=pl.when(~is_price).then("object_name"),
            field=pl.when(is_price).then(pl.lit("unit_price")).otherwise("field"),
            old=pl.when(is_price)
            .then(_decimal(micros * OLD_PRICE_PPM // 1_000_000))
            .otherwise("old"),
            new=pl.when(is_price).then(_decimal(micros)).otherwise("new"),
        )
        .sort("at", "work_change")
        .with_columns(change=pl.int_range(pl.len()))
    )


def _decimal(micros: pl.Expr) -> pl.Expr:
    """Millionths of a major unit as decimal text."""
    part = (micros % 1_000_000).cast(pl.String).str.zfill(6)
    return pl.format("{}.{}", micros // 1_000_000, part).str.replace(r"\.?0+$", "")


# --- balances -------------------------------------------------------------------------------------

RECEIVABLE, CLEARING = "1100", "1050"


def _opening_positions(world: World, moves: pl.DataFrame) -> pl.DataFrame:
    """Open invoices one by one, the receivable and bank accounts of the ledger, the statements'
    balances, and the processor's, which is settled. Functional amounts are at the rates of the
    month of the document, or of the one that ends."""
    homes = world.entities.select("entity", functional_currency="currency")
    rates = world.rates.select(
        "month_on",
        currency="from_currency",
        functional_currency="to_currency",
        rate="booked_micros",
    )
    day_before = pl.lit(world.first_on - timedelta(days=1))
    paid = (
        moves.filter(pl.col("on") < world.first_on)
        .group_by("invoice")
        .agg(paid_minor=pl.col("minor").sum())
    )
    no_key, no_day = pl.lit(None, dtype=pl.Int64), pl.lit(None, dtype=pl.Date)
    items = _left(world.invoices.filter("is_opening"), paid, "invoice").select(
        "entity", "invoice", "currency",
        kind=pl.when(pl.col("kind") == "invoice").then(pl.lit("invoice")).otherwise(
            pl.lit("debit_memo")
        ),
        account=pl.lit(None, dtype=pl.String),
        amount_minor=pl.col("total_minor") - pl.col("paid_minor").fill_null(0),
        document_on="issued_on",
    )  # fmt: skip
    banks = world.bank_accounts.select(
        "entity", "currency", "number", "ledger_account", amount_minor="opening_minor",
        invoice=no_key, document_on=no_day,
    )  # fmt: skip
    columns = ["entity", "kind", "invoice", "account", "currency", "amount_minor", "document_on"]
    whole = pl.concat(
        frame.select(columns)
        for frame in (
            items,
            banks.with_columns(kind=pl.lit("bank"), account="number"),
            banks.with_columns(kind=pl.lit("ledger"), account="ledger_account"),
            *(
                homes.with_columns(
                    kind=pl.lit(kind), account=account, currency="functional_currency",
                    amount_minor=pl.lit(0, dtype=pl.Int64), invoice=no_key, document_on=no_day,
                )
                for kind, account in (
                    ("processor", pl.lit("stripe")), ("ledger", pl.lit(CLEARING)),
                )
            ),
        )
    )  # fmt: skip
    rated = _left(
        _left(whole, homes, "entity").with_columns(
            month_on=pl.coalesce("document_on", day_before).dt.truncate("1mo")
        ),
        rates,
        ["currency", "functional_currency", "month_on"],
    ).with_columns(
        functional_minor=pl.when(pl.col("currency") == pl.col("functional_currency"))
        .then(pl.col("amount_minor"))
        .otherwise(
            converted(
                pl.col("amount_minor"),
                pl.col("rate"),
                units_per_major(),
                units_per_major("functional_currency"),
            )
        )
    )
    owed = (
        rated.filter(pl.col("invoice").is_not_null())
        .group_by("entity", "currency", "functional_currency")
        .agg(pl.col("amount_minor", "functional_minor").sum())
        .with_columns(
            kind=pl.lit("ledger"), account=pl.lit(RECEIVABLE), invoice=no_key, document_on=no_day
        )
    )
    columns += ["functional_currency", "functional_minor"]
    return (
        pl.concat([rated.select(columns), owed.select(columns)])
        .sort("entity", "kind", "invoice", "account", "currency")
        .with_columns(position=pl.int_range(pl.len()))
    )


def _processor_balances(world: World) -> pl.DataFrame:
    """Every day of every account, from nothing at the start of the window."""
    days = pl.date_range(world.first_on, world.last_on, eager=True)
    moved = world.movements.with_columns(on=day_of(pl.col("at"))).with_columns(
        is_late=pl.col("at").dt.date() > pl.col("on")
    )
    net = pl.col("net_minor")
    daily = moved.group_by("entity", "on").agg(
        net_minor=net.sum(), late_minor=net.filter(pl.col("is_late")).sum()
    )
    return (
        _left(
            world.entities.select("entity", "currency").join(
                pl.DataFrame({"on": days}), how="cross"
            ),
            daily,
            ["entity", "on"],
        )
        .with_columns(pl.col("net_minor", "late_minor").fill_null(0))
        .sort("entity", "on")
        .with_columns(closing_minor=pl.col("net_minor").cum_sum().over("entity"))
        .with_columns(opening_minor=pl.col("closing_minor") - pl.col("net_minor"))
        .sort("on", "entity")
        .with_columns(balance=pl.int_range(pl.len()))
    )
