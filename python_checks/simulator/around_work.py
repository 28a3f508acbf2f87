"""Tickets, incidents and changes: what people did around the bills of the simulated company.

Kinds and units of columns are those of schema.py. A ticket is a question or a dispute of a
customer, most about an invoice; an incident is a disturbance of the billing systems, some caused by
a change; a change is planned work on them. What an item went through stands in `steps`, and only
there: an item is where its last step left it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from python_checks.simulator.randomness import stream
from python_checks.simulator.schema import (
    COUNT,
    INSTANT,
    KEY,
    MONEY,
    TEXT,
    Columns,
    Known,
    World,
    known_rows,
    made,
    refuse_other_columns,
)

# kind: question or dispute (a dispute has an amount that the customer contests). reason: what the
# customer says. cause, triaged_by and triaged_at: the finding, null where nobody found one.
# outcome: credit, refund, no_change, duplicate or answered; known once the last resolution is.
# credit_note and dispute: what else comes of the same trouble (dispute: the processor's; the credit
# note may still be to come). incident: what caused it.
TICKETS: Columns = {
    "ticket": KEY, "kind": TEXT, "entity": KEY, "customer": KEY, "invoice": KEY,
    "credit_note": KEY, "dispute": KEY, "incident": KEY, "priority": TEXT, "reason": TEXT,
    "currency": TEXT, "disputed_minor": MONEY, "opened_at": INSTANT, "cause": TEXT,
    "triaged_by": TEXT, "triaged_at": INSTANT, "outcome": TEXT, "resolved_at": INSTANT,
}  # fmt: skip
# severity: P1 (worst) to P3. detected_at: the earlier of alert and report, before anybody opened
# the incident. change: the one that caused it.
INCIDENTS: Columns = {
    "incident": KEY, "severity": TEXT, "detected_at": INSTANT, "opened_at": INSTANT,
    "change": KEY, "cause": TEXT, "triaged_by": TEXT, "triaged_at": INSTANT,
    "resolved_at": INSTANT,
}  # fmt: skip
# kind: standard, normal or emergency. Never approved: approved_by is null. Declined: never
# deployed.
CHANGES: Columns = {
    "change": KEY, "kind": TEXT, "requested_by": TEXT, "requested_at": INSTANT,
    "approved_by": TEXT, "approved_at": INSTANT, "deployed_at": INSTANT,
    "rolled_back_at": INSTANT,
}  # fmt: skip
# Where an item went, when and by whom; the first step of each is its opening. item: ticket,
# incident or change; item_key: its key. position: counts the steps of one item from 0.
STEPS: Columns = {
    "step": KEY, "item": TEXT, "item_key": KEY, "position": COUNT, "status": TEXT, "at": INSTANT,
    "by": TEXT,
}  # fmt: skip
TABLES: Mapping[str, Columns] = {
    "tickets": TICKETS, "incidents": INCIDENTS, "changes": CHANGES, "steps": STEPS,
}  # fmt: skip


_FINDING = {"cause": "triaged_at", "triaged_by": "triaged_at", "triaged_at": "triaged_at"}
KNOWN: Mapping[str, Known] = {
    "tickets": Known(
        "opened_at", later={**_FINDING, "outcome": "resolved_at", "resolved_at": "resolved_at"}
    ),
    "incidents": Known("opened_at", later={**_FINDING, "resolved_at": "resolved_at"}),
    "changes": Known(
        "requested_at",
        later={
            "approved_by": "approved_at",
            "approved_at": "approved_at",
            "deployed_at": "deployed_at",
            "rolled_back_at": "rolled_back_at",
        },
    ),
    "steps": Known("at"),
}


@dataclass(frozen=True)
class Work:
    """The frames of TABLES. ValueError where one has other columns."""

    tickets: pl.DataFrame
    incidents: pl.DataFrame
    changes: pl.DataFrame
    steps: pl.DataFrame

    def __post_init__(self) -> None:
        for name, frame in self.frames():
            refuse_other_columns(f"work table {name}", frame, TABLES[name])

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for name in TABLES:
            yield name, getattr(self, name)

    def until(self, day: date) -> "Work":
        """The work as it was known at the end of `day` (midnight UTC)."""
        known = {name: known_rows(frame, KNOWN[name], day) for name, frame in self.frames()}
        return replace(self, **known)


# --- how much, how often, how long ---------------------------------------------------------------

INVOICE_SHARE, LOOSE_SHARE = 0.03, 0.008
# Credit notes that a ticket led to, by their reason.
ERROR_REASONS = ("billing_error", "duplicate")
CHARGEBACK_SHARE = 0.35
DISPUTE_SHARE = 0.55
REOPENED_SHARE, STUCK_SHARE, WAITING_SHARE = 0.08, 0.05, 0.35
UNTRIAGED_SHARE = 0.15
CAUSED_BY_INCIDENT_SHARE = 0.35
INCIDENTS_A_MONTH, CHANGES_A_MONTH = 4, 10
P1_SHARE, P2_SHARE = 0.22, 0.35
BY_CHANGE_SHARE = 0.27
STANDARD_SHARE, EMERGENCY_SHARE = 0.42, 0.18
UNAPPROVED_SHARE = 0.55
ROLLED_BACK_SHARE, DECLINED_SHARE = 0.11, 0.06
# So many of a scenario, where there are enough rows for it to be believable (a third of them).
LEAST = 6
# Hours in which half of the items are resolved.
HALF_LIFE_HOURS = {"ticket": 62.0, "P1": 2.4, "P2": 9.0, "P3": 34.0}

SYSTEM_CAUSES = (
    "billing_config", "rating", "proration", "tax_config", "integration", "data_sync",
    "duplicate_run", "template", "migration",
)  # fmt: skip
OTHER_CAUSES = ("upstream_order_entry", "pricing_disagreement", "customer_error", "goodwill")
REASONS = (
    "wrong_quantity", "wrong_price", "charged_twice", "not_ordered", "wrong_tax", "wrong_address",
)  # fmt: skip
PRIORITIES = ("P2", "P3", "P4")
DESK = tuple(f"desk-{number}" for number in range(1, 7))
ENGINEERS = tuple(f"engineer-{number}" for number in range(1, 6))
APPROVERS = ("release-lead", "billing-lead", "controller")

HOUR, DAY = 3_600, 86_400
NEVER = np.iinfo(np.int64).max
Seconds = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def build_work(world: World, seed: int) -> Work:
    """The work around a world, as known at the end of its window. The same world and seed give the
    same work; as much of it as the world has invoices and months."""
    random = stream(seed, "work")
    window = _window(world)
    changes, change_steps = _changes(window, random)
    incidents, incident_steps = _incidents(window, changes, random)
    tickets, ticket_steps = _tickets(world, window, incidents, random)
    steps = (
        pl.concat([ticket_steps, incident_steps, change_steps])
        .filter(pl.col("at").is_not_null())
        .sort("item", "item_key", "at", "order", descending=[True, False, False, False])
        .with_columns(
            step=pl.int_range(pl.len()),
            position=pl.int_range(pl.len()).over("item", "item_key", order_by="at"),
        )
    )
    frames = {"tickets": tickets, "incidents": incidents, "changes": changes, "steps": steps}
    return Work(
        **{
            name: frames[name].select(
                pl.col(column).cast(made(kind)) for column, kind in TABLES[name].items()
            )
            for name in TABLES
        }
    ).until(world.last_on)


def scenarios(work: Work) -> dict[str, int]:
    """How often each scenario of the work occurs."""
    steps, tickets, changes = work.steps, work.tickets, work.changes
    last = steps.group_by("item", "item_key").agg(pl.col("status").sort_by("position").last())
    is_over = pl.col("status").is_in(["Resolved", "Closed"])
    reopened = steps.filter(pl.col("status") == "Reopened").unique(["item", "item_key"])
    is_error = pl.col("cause").is_in(SYSTEM_CAUSES)
    emergency = changes.filter(
        (pl.col("kind") == "emergency") & pl.col("deployed_at").is_not_null()
    )
    return {
        "ticket": tickets.height,
        "reopened ticket": reopened.filter(pl.col("item") == "ticket").height,
        "open ticket": last.filter((pl.col("item") == "ticket") & ~is_over).height,
        "ticket without invoice": tickets.filter(pl.col("invoice").is_null()).height,
        "ticket that the system caused": tickets.filter(is_error).height,
        "ticket without a finding": tickets.filter(pl.col("cause").is_null()).height,
        "ticket behind a credit note": tickets.filter(pl.col("credit_note").is_not_null()).height,
        "ticket beside a chargeback": tickets.filter(pl.col("dispute").is_not_null()).height,
        "ticket caused by an incident": tickets.filter(pl.col("incident").is_not_null()).height,
        "billing dispute": tickets.filter(pl.col("kind") == "dispute").height,
        "incident": work.incidents.height,
        "P1 incident": work.incidents.filter(pl.col("severity") == "P1").height,
        "incident caused by a change": work.incidents.filter(pl.col("change").is_not_null()).height,
        "change": changes.height,
        "rolled-back change": changes.filter(pl.col("rolled_back_at").is_not_null()).height,
        "emergency change without approval": emergency.filter(
            pl.col("approved_at").is_null()
        ).height,
    }


# --- shared --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Window:
    """First and last second of the window, in seconds since 1970, and its months."""

    first: int
    last: int
    months: int


def _window(world: World) -> _Window:
    first, last = world.first_on, world.last_on
    start = int(datetime.combine(first, time(), UTC).timestamp())
    end = int(datetime.combine(last + timedelta(days=1), time(), UTC).timestamp()) - 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return _Window(start, end, months)


def _seconds(frame: pl.DataFrame, column: str) -> Seconds:
    """An instant as seconds since 1970; NEVER where it is null."""
    found = frame[column].dt.epoch("s").fill_null(NEVER).to_numpy()
    return np.asarray(found, dtype=np.int64)


def _instants(seconds: Seconds) -> pl.Series:
    """The other way round."""
    values = pl.Series(seconds, dtype=pl.Int64)
    known = values.set(values == NEVER, None)
    return (known * 1_000_000).cast(pl.Datetime("us"))


def _after(start: Seconds, wait: Floats) -> Seconds:
    """So many seconds later, in whole minutes and at least one; NEVER after NEVER."""
    minutes = np.maximum(1, np.round(wait / 60)).astype(np.int64)
    # NEVER plus anything would overflow.
    return np.where(start == NEVER, NEVER, np.where(start == NEVER, 0, start) + 60 * minutes)


def _uniform(random: np.random.Generator, low: float, high: float, count: int) -> Floats:
    return random.uniform(low, high, count)


def _only(where: Mask, seconds: Seconds) -> Seconds:
    return np.where(where, seconds, NEVER)


def _some(random: np.random.Generator, share: float, among: Mask) -> Mask:
    """A share of the rows that qualify: at least LEAST, but no more than a third of them."""
    rows = np.flatnonzero(among)
    wanted = max(round(share * len(rows)), min(LEAST, len(rows) // 3))
    taken = np.zeros(len(among), dtype=bool)
    taken[random.permutation(rows)[:wanted]] = True
    return taken


def _words(random: np.random.Generator, words: tuple[str, ...], count: int) -> npt.NDArray[np.str_]:
    return np.array(words)[random.integers(0, len(words), count)]


def _texts(words: npt.NDArray[np.str_], where: Mask) -> pl.Series:
    found = pl.Series(words.tolist(), dtype=pl.String)
    return found.set(~pl.Series(where), None)


def _steps(item: str, told: list[tuple[str, Seconds, npt.NDArray[np.str_]]]) -> pl.DataFrame:
    """The steps of all items of a kind: of each status when each item came to it, and by whom."""
    parts = [
        pl.DataFrame(
            {
                "item": pl.Series([item] * len(at), dtype=pl.String),
                "item_key": pl.Series(np.arange(len(at)), dtype=pl.Int64),
                "status": pl.Series([status] * len(at), dtype=pl.String),
                "at": _instants(at),
                "by": pl.Series(by.tolist(), dtype=pl.String),
                "order": pl.Series([order] * len(at), dtype=pl.Int64),
            }
        )
        for order, (status, at, by) in enumerate(told)
    ]
    return pl.concat(parts)


# --- changes -------------------------------------------------------------------------------------


def _changes(window: _Window, random: np.random.Generator) -> tuple[pl.DataFrame, pl.DataFrame]:
    count = CHANGES_A_MONTH * window.months
    # Evenly over the window, in the order of their keys; the last ones still run when it ends.
    requested = np.sort(random.integers(window.first, window.last - 2 * DAY, count)) // 60 * 60
    draw = random.random(count)
    emergency = _some(random, EMERGENCY_SHARE * 1.4, draw >= STANDARD_SHARE)
    # Emergencies without approval are a third of the scenario at least: enough emergencies.
    kind = np.where(emergency, "emergency", np.where(draw < STANDARD_SHARE, "standard", "normal"))
    early = requested < window.last - 20 * DAY
    unapproved = _some(random, UNAPPROVED_SHARE, emergency & early)
    if unapproved.sum() < LEAST and (emergency & early).sum() >= LEAST:
        unapproved = emergency & early
    declined = _some(random, DECLINED_SHARE, kind == "normal")
    wait = np.where(
        kind == "emergency",
        _uniform(random, 0.1 * HOUR, HOUR, count),
        _uniform(random, 3 * HOUR, 3 * DAY, count),
    )
    decided = _after(requested, wait)
    approved = _only(~unapproved & ~declined, decided)
    ready = np.where(unapproved, requested, decided)
    deploy_wait = np.where(
        kind == "emergency",
        _uniform(random, 0.2 * HOUR, 3 * HOUR, count),
        _uniform(random, 0.5 * DAY, 9 * DAY, count),
    )
    deployed = _only(~declined, _after(ready, deploy_wait))
    rolled_back = _only(
        _some(random, ROLLED_BACK_SHARE, ~declined & early),
        _after(deployed, _uniform(random, 0.5 * HOUR, 26 * HOUR, count)),
    )
    settled = np.where(rolled_back != NEVER, rolled_back, np.where(declined, decided, deployed))
    closed = _after(settled, _uniform(random, 1 * DAY, 5 * DAY, count))
    engineer, approver = _words(random, ENGINEERS, count), _words(random, APPROVERS, count)
    changes = pl.DataFrame(
        {
            "change": pl.Series(np.arange(count), dtype=pl.Int64),
            "kind": pl.Series(kind.tolist(), dtype=pl.String),
            "requested_by": pl.Series(engineer.tolist(), dtype=pl.String),
            "requested_at": _instants(requested),
            "approved_by": _texts(approver, approved != NEVER),
            "approved_at": _instants(approved),
            "deployed_at": _instants(deployed),
            "rolled_back_at": _instants(rolled_back),
        }
    )
    steps = _steps(
        "change",
        [
            ("Requested", requested, engineer),
            ("Approved", approved, approver),
            ("Declined", _only(declined, decided), approver),
            ("Deployed", deployed, engineer),
            ("Rolled Back", rolled_back, engineer),
            ("Closed", _only(~declined, closed), engineer),
        ],
    )
    return changes, steps


# --- incidents -----------------------------------------------------------------------------------


def _incidents(
    window: _Window, changes: pl.DataFrame, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    count = INCIDENTS_A_MONTH * window.months
    detected = random.integers(window.first, window.last - DAY, count)
    by_change = _some(random, BY_CHANGE_SHARE, np.ones(count, dtype=bool))
    deployed = _seconds(changes, "deployed_at")
    # Rolled-back changes first: most were rolled back because something broke.
    culprits = np.flatnonzero(deployed < window.last - 5 * DAY)
    is_quiet = (_seconds(changes, "rolled_back_at") == NEVER)[culprits]
    culprits = culprits[np.lexsort((random.random(len(culprits)), is_quiet))][: by_change.sum()]
    by_change[np.flatnonzero(by_change)[len(culprits) :]] = False
    change = np.full(count, -1, dtype=np.int64)
    change[by_change] = culprits
    delay = _uniform(random, 0.1 * HOUR, 0.45 * HOUR, count)
    detected = np.where(
        by_change, _after(np.where(by_change, deployed[change], 0), delay), detected // 60 * 60
    )
    # Keys in the order of time.
    order = np.argsort(detected, kind="stable")
    detected, change, by_change = detected[order], change[order], by_change[order]

    p1 = _some(random, P1_SHARE, np.ones(count, dtype=bool))
    p2 = ~p1 & (random.random(count) < P2_SHARE / (1 - P1_SHARE))
    severity = np.where(p1, "P1", np.where(p2, "P2", "P3"))
    half = np.vectorize(HALF_LIFE_HOURS.__getitem__, otypes=[float])(severity)
    opened = _after(detected, _uniform(random, 2 * 60, 80 * 60, count))
    investigated = _after(opened, half * HOUR * random.uniform(0.02, 0.2, count))
    resolved = _after(investigated, half * HOUR * random.lognormal(0, 0.8, count))
    found_at = _after(investigated, (resolved - investigated) * random.uniform(0.2, 0.9, count))
    untriaged = _some(random, UNTRIAGED_SHARE, np.ones(count, dtype=bool))
    reopened = _some(random, REOPENED_SHARE, detected < window.last - 20 * DAY)
    again = _only(reopened, _after(resolved, _uniform(random, 3 * HOUR, 40 * HOUR, count)))
    finally_resolved = _after(again, half * HOUR * random.uniform(0.5, 2, count))
    settled = np.where(reopened, finally_resolved, resolved)
    closed = _after(settled, _uniform(random, 1 * DAY, 4 * DAY, count))
    engineer, lead = _words(random, ENGINEERS, count), _words(random, APPROVERS, count)
    incidents = pl.DataFrame(
        {
            "incident": pl.Series(np.arange(count), dtype=pl.Int64),
            "severity": pl.Series(severity.tolist(), dtype=pl.String),
            "detected_at": _instants(detected),
            "opened_at": _instants(opened),
            "change": pl.Series(change, dtype=pl.Int64).set(pl.Series(change < 0), None),
            "cause": _texts(_words(random, SYSTEM_CAUSES, count), ~untriaged),
            "triaged_by": _texts(lead, ~untriaged),
            "triaged_at": _instants(_only(~untriaged, found_at)),
            "resolved_at": _instants(settled),
        }
    )
    steps = _steps(
        "incident",
        [
            ("Open", opened, engineer),
            ("Investigating", investigated, engineer),
            ("Resolved", resolved, engineer),
            ("Reopened", again, lead),
            ("Resolved", finally_resolved, engineer),
            ("Closed", closed, lead),
        ],
    )
    return incidents, steps


# --- tickets -------------------------------------------------------------------------------------


def _tickets(
    world: World, window: _Window, incidents: pl.DataFrame, random: np.random.Generator
) -> tuple[pl.DataFrame, pl.DataFrame]:
    found = _subjects(world, window, random)
    count = found.height
    opened = _seconds(found, "opened_at")
    credited = _seconds(found, "credited_at")
    has_credit = credited != NEVER

    taken_up = _after(opened, _uniform(random, 0.3 * HOUR, 30 * HOUR, count))
    # The desk had looked at it before a credit note was written.
    taken_up = np.where(
        has_credit, np.minimum(taken_up, opened + (credited - opened) // 180 * 60), taken_up
    )
    length = HALF_LIFE_HOURS["ticket"] * HOUR * random.lognormal(0, 0.9, count)
    resolved = np.where(
        has_credit, _after(credited, np.full(count, 2.0 * HOUR)), _after(taken_up, length)
    )
    old = opened < window.last - 35 * DAY
    stuck = _some(random, STUCK_SHARE, ~has_credit & old)
    resolved = _only(~stuck, resolved)
    waits = random.random(count) < WAITING_SHARE
    spread = np.where(resolved == NEVER, 4 * DAY, resolved - taken_up)
    asked = _only(waits, _after(taken_up, spread * random.uniform(0.2, 0.5, count)))
    # A stuck ticket that waits for the customer waits for ever.
    answered = _only(waits & ~stuck, _after(asked, spread * random.uniform(0.1, 0.4, count)))
    answered = _only(answered < resolved, answered)

    untriaged = _some(random, UNTRIAGED_SHARE, ~has_credit)
    found_at = _only(
        ~untriaged & ~stuck, _after(taken_up, spread * random.uniform(0.3, 0.95, count))
    )
    found_at = np.where(found_at == NEVER, NEVER, np.minimum(found_at, resolved - 60))
    reopened = _some(random, REOPENED_SHARE, ~stuck & old)
    again = _only(reopened, _after(resolved, _uniform(random, 5 * HOUR, 60 * HOUR, count)))
    finally_resolved = _after(again, _uniform(random, 4 * HOUR, 6 * DAY, count))
    settled = np.where(reopened, finally_resolved, resolved)
    closed = _after(settled, _uniform(random, 2 * DAY, 6 * DAY, count))

    # Tickets of the time after an incident may be its doing, and then have its cause.
    detected = _seconds(incidents, "detected_at")
    latest = np.searchsorted(detected, opened, side="right") - 1
    is_near = (latest >= 0) & (opened - detected[np.maximum(latest, 0)] < 10 * DAY)
    by_incident = _some(
        random,
        CAUSED_BY_INCIDENT_SHARE,
        is_near & (has_credit | found["is_of_invoice"].to_numpy()) & ~untriaged & ~stuck,
    )
    incident = np.where(by_incident, latest, -1)
    is_system = has_credit | (random.random(count) < 0.55)
    own_cause = np.where(
        is_system, _words(random, SYSTEM_CAUSES, count), _words(random, OTHER_CAUSES, count)
    )
    causes = incidents["cause"].fill_null("").to_numpy().astype(str)
    cause = np.where(by_incident & (causes[incident] != ""), causes[incident], own_cause)
    outcome = np.where(
        found["goes_to"].is_not_null().to_numpy(),
        np.where((found["goes_to"] == "refund").fill_null(False).to_numpy(), "refund", "credit"),
        np.where(
            (found["kind"] == "question").to_numpy(),
            "answered",
            np.where(random.random(count) < 0.85, "no_change", "duplicate"),
        ),
    )
    agent, lead = _words(random, DESK, count), _words(random, APPROVERS, count)
    reason = _words(random, REASONS, count)
    tickets = found.with_columns(
        incident=pl.Series(incident, dtype=pl.Int64).set(pl.Series(incident < 0), None),
        priority=pl.Series(_words(random, PRIORITIES, count).tolist(), dtype=pl.String),
        reason=pl.Series(reason.tolist(), dtype=pl.String),
        cause=_texts(cause, found_at != NEVER),
        triaged_by=_texts(lead, found_at != NEVER),
        triaged_at=_instants(found_at),
        outcome=_texts(outcome, settled != NEVER),
        resolved_at=_instants(settled),
    )
    steps = _steps(
        "ticket",
        [
            ("Open", opened, agent),
            ("In Progress", taken_up, agent),
            ("Waiting for customer", asked, agent),
            ("In Progress", answered, agent),
            ("Resolved", resolved, agent),
            ("Reopened", again, lead),
            ("Resolved", finally_resolved, agent),
            ("Closed", closed, agent),
        ],
    )
    return tickets, steps


def _subjects(world: World, window: _Window, random: np.random.Generator) -> pl.DataFrame:
    """What tickets are about, in the order in which they were opened."""
    invoices = world.invoices.filter(
        ~pl.col("is_draft") & pl.col("issued_at").is_not_null() & (pl.col("total_minor") > 0)
    ).sort("invoice")
    errors = (
        world.credit_notes.filter(pl.col("reason").is_in(ERROR_REASONS))
        .select(
            "credit_note",
            "invoice",
            "goes_to",
            credited_at="issued_at",
            contested_minor="total_minor",
        )
        .join(invoices, on="invoice", how="inner")
        .sort("credit_note")
    )
    disputes = (
        world.disputes.filter(~pl.col("is_inquiry"))
        .join(world.charges.select("charge", "intent"), on="charge", how="inner")
        .join(world.intents.select("intent", "invoice"), on="intent", how="inner")
        .join(errors.select("invoice"), on="invoice", how="anti")
        .select("dispute", "invoice", contested_at="opened_at", contested_minor="amount_minor")
        .join(invoices, on="invoice", how="inner")
        .sort("dispute")
    )
    chosen = _some(random, CHARGEBACK_SHARE, np.ones(disputes.height, dtype=bool))
    disputes = disputes.filter(pl.Series(chosen, dtype=pl.Boolean))
    others = invoices.join(
        errors.select("invoice"), on="invoice", how="anti", maintain_order="left"
    )
    others = others.join(
        disputes.select("invoice"), on="invoice", how="anti", maintain_order="left"
    )
    taken = _some(random, INVOICE_SHARE, np.ones(others.height, dtype=bool))
    others = others.filter(pl.Series(taken, dtype=pl.Boolean))
    loose_count = max(round(LOOSE_SHARE * invoices.height), min(LEAST, world.customers.height))
    customers = world.customers.sort("customer")[
        np.sort(random.integers(0, world.customers.height, loose_count))
    ]

    asked = random.uniform(0.2, 1.0, others.height)
    is_dispute = random.random(others.height) < DISPUTE_SHARE
    issued = _seconds(errors, "issued_at")
    gap = _seconds(errors, "credited_at") - issued
    share = random.uniform(0.3, 0.9, errors.height)
    # The ticket comes between the invoice and the credit note, at most six days before this.
    before = issued + np.maximum((gap * share).astype(np.int64), gap - 6 * DAY)
    parts = [
        errors.with_columns(
            opened_at=_instants(before // 60 * 60),
            kind=pl.lit("dispute"),
            disputed_minor="contested_minor",
        ),
        disputes.with_columns(
            opened_at=_instants(
                _after(
                    _seconds(disputes, "contested_at"),
                    _uniform(random, 2 * HOUR, 3 * DAY, disputes.height),
                )
            ),
            kind=pl.lit("dispute"),
            disputed_minor="contested_minor",
        ),
        others.with_columns(
            opened_at=_instants(
                _after(
                    _seconds(others, "issued_at"),
                    _uniform(random, 0.3 * DAY, 19 * DAY, others.height),
                )
            ),
            kind=pl.Series(np.where(is_dispute, "dispute", "question").tolist(), dtype=pl.String),
            disputed_minor=pl.Series(
                np.where(
                    is_dispute, np.maximum(1, others["total_minor"].to_numpy() * asked), 0
                ).astype(np.int64)
            ),
        ),
        customers.with_columns(
            opened_at=_instants(random.integers(window.first, window.last, loose_count) // 60 * 60),
            kind=pl.lit("question"),
        ),
    ]
    kinds: dict[str, pl.DataType | type[pl.DataType]] = {
        "kind": TEXT, "entity": KEY, "customer": KEY, "invoice": KEY, "credit_note": KEY,
        "dispute": KEY, "currency": TEXT, "disputed_minor": MONEY, "opened_at": INSTANT,
        "credited_at": INSTANT, "goes_to": TEXT,
    }  # fmt: skip
    found = pl.concat(
        [
            part.select(
                (pl.col(name) if name in part.columns else pl.lit(None))
                .cast(made(kind))
                .alias(name)
                for name, kind in kinds.items()
            )
            for part in parts
        ]
    )
    in_window = _seconds(found, "opened_at")
    found = found.filter(pl.Series((in_window >= window.first) & (in_window <= window.last)))
    is_dispute_now = pl.col("kind") == "dispute"
    return found.sort(
        "opened_at", "customer", "invoice", nulls_last=True, maintain_order=True
    ).with_columns(
        ticket=pl.int_range(pl.len()),
        is_of_invoice=pl.col("invoice").is_not_null(),
        currency=pl.when(is_dispute_now).then(pl.col("currency")),
        disputed_minor=pl.when(is_dispute_now).then(pl.col("disputed_minor")),
    )
