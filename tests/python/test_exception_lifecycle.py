"""The life of exceptions: what the log of runs says, replayed run by run by hand.

The replay knows nothing of numbers of runs or islands: it walks through the runs in their order and
keeps a book of what is open.
"""

import hashlib
import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from exception_engine import ExceptionEngine, Found
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reconciliation_engine import compiled_manifest

CHECKS = ("first", "second")
DAY = date(2026, 1, 31)
NIGHT = datetime(2026, 2, 1, 2)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return compiled_manifest(tmp_path_factory)


@pytest.fixture(scope="module")
def shared_engine(manifest: dict[str, Any]) -> ExceptionEngine:
    made = ExceptionEngine(manifest)
    made.checks((*CHECKS, "former"))
    return made


@pytest.fixture
def engine(shared_engine: ExceptionEngine) -> ExceptionEngine:
    shared_engine.forget()
    return shared_engine


@dataclass(frozen=True)
class Run:
    """One run: how many days after the one before it looks from, what it finds, what ran."""

    days_on: int
    found: tuple[Found, ...]
    statuses: dict[str, str]


@dataclass
class Episode:
    """A stretch in which an exception was seen; each time is (instant, day)."""

    first: tuple[datetime, date]
    last: tuple[datetime, date]
    first_amount: Decimal
    last_amount: Decimal
    count: int = 1
    resolved: tuple[datetime, date] | None = None


@dataclass
class Life:
    """All that is known of one exception."""

    episodes: list[Episode] = field(default_factory=list)
    severity: str = ""
    amount: Decimal | None = None
    occurrences: int = 0


def exception_id(check: str, key: str, entity: str = "US01") -> str:
    return hashlib.md5(f"{check}|{entity}|{key}".encode()).hexdigest()


def replay(runs: list[tuple[datetime, date, Run]]) -> tuple[dict[str, Life], dict[str, Any]]:
    """The book after these runs: each life by id, and what moved by (day, check, severity)."""
    lives: dict[str, Life] = {}
    check_of: dict[str, str] = {}
    moves: list[tuple[date, str, str, Decimal]] = []
    balance_at: dict[date, dict[str, Decimal]] = {}
    for at, on, run in runs:
        for check, status in run.statuses.items():
            if status != "ran":
                continue
            seen: dict[str, list[Found]] = defaultdict(list)
            for row in run.found:
                if row.check_id == check:
                    seen[exception_id(check, row.natural_key)].append(row)
            for key, life in lives.items():
                latest = life.episodes[-1]
                if check_of[key] == check and latest.resolved is None and key not in seen:
                    latest.resolved = (at, on)
                    moves.append((on, key, "resolved", latest.last_amount))
            for key, rows in seen.items():
                known = [row.amount for row in rows if row.amount is not None]
                total = sum(known, Decimal(0))
                life = lives.setdefault(key, Life())
                check_of[key] = check
                if life.episodes and life.episodes[-1].resolved is None:
                    latest = life.episodes[-1]
                    moves.append((on, key, "changed", total - latest.last_amount))
                    latest.last, latest.last_amount = (at, on), total
                    latest.count += 1
                else:
                    moves.append((on, key, "reopened" if life.episodes else "new", total))
                    life.episodes.append(Episode((at, on), (at, on), total, total))
                life.severity = min(row.severity for row in rows)
                life.amount = total if known else None
                life.occurrences = len(rows)
        balance_at[on] = {
            key: life.episodes[-1].last_amount
            for key, life in lives.items()
            if life.episodes[-1].resolved is None
        }
    return lives, {"moves": moves, "balances": balance_at, "check_of": check_of}


def trend_of(lives: dict[str, Life], book: dict[str, Any], until: date) -> set[tuple[Any, ...]]:
    """Each day of each check and severity: opening, new, resolved, reopened, closing; amounts."""
    group_of = {key: (book["check_of"][key], life.severity) for key, life in lives.items()}
    began: dict[tuple[str, str], date] = {}
    for on, key, _, _ in book["moves"]:
        began[group_of[key]] = min(on, began.get(group_of[key], on))
    rows = set()
    for group, begins_on in began.items():
        closing_count, closing = 0, Decimal(0)
        held: dict[str, Decimal] = {}
        for on in (begins_on + timedelta(days=n) for n in range((until - begins_on).days + 1)):
            held = book["balances"].get(on, held)
            mine = [amount for key, amount in held.items() if group_of[key] == group]
            count_of = dict.fromkeys(("new", "resolved", "reopened", "changed"), 0)
            amount_of = dict.fromkeys(count_of, Decimal(0))
            for moved_on, key, name, amount in book["moves"]:
                if moved_on == on and group_of[key] == group:
                    count_of[name] += 1
                    amount_of[name] += amount
            opening_count, opening = closing_count, closing
            closing_count, closing = len(mine), sum(mine, Decimal(0))
            rows.add(
                (
                    on, *group, opening_count,
                    *(count_of[name] for name in ("new", "resolved", "reopened")), closing_count,
                    opening, *amount_of.values(),
                    closing,
                )
            )  # fmt: skip
    return rows


def placed(runs: list[Run]) -> list[tuple[datetime, date, Run]]:
    """The runs at their instants, one a night, and on their days."""
    made: list[tuple[datetime, date, Run]] = []
    on, at = DAY, datetime.min
    for run in runs:
        on += timedelta(days=run.days_on)
        # In the night after its day; one that looks back, or the second of a day, an hour later.
        at = max(at + timedelta(hours=1), datetime.combine(on, time(2)) + timedelta(days=1))
        made.append((at, on, run))
    return made


def those_that_count(runs: list[tuple[datetime, date, Run]]) -> list[tuple[datetime, date, Run]]:
    """Seen from the last run: no run of a later day, and none that looked back when it ran."""
    *before, current = runs
    kept, latest = [], date.min
    for at, on, run in before:
        if on >= latest:
            latest = on
            if on <= current[1]:
                kept.append((at, on, run))
    return [*kept, current]


AMOUNTS = st.one_of(st.none(), st.integers(0, 50).map(Decimal))
ROWS = st.builds(
    Found,
    check_id=st.sampled_from(CHECKS),
    natural_key=st.sampled_from("abc"),
    amount=AMOUNTS,
    severity=st.sampled_from(["S1", "S2", "S3"]),
)
STATUSES = st.sampled_from(["ran", "ran", "ran", "failed", "skipped"])
RUNS = st.lists(
    st.builds(
        Run,
        days_on=st.sampled_from([1, 1, 1, 0, 4, -2]),
        found=st.lists(ROWS, max_size=6).map(tuple),
        statuses=st.fixed_dictionaries(dict.fromkeys(CHECKS, STATUSES)),
    ),
    min_size=1,
    max_size=7,
)


def observe(engine: ExceptionEngine, runs: list[tuple[datetime, date, Run]], seed: int = 0) -> None:
    """Makes all runs, each with its rows in some other order; the last one is not published yet."""
    shuffle = random.Random(seed)
    for number, (at, on, run) in enumerate(runs):
        engine.observe(at, on, shuffle.sample(run.found, len(run.found)), run.statuses)
        if number < len(runs) - 1:
            engine.append(f"r{number}")
    engine.build()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(runs=RUNS, seed=st.integers(0, 9))
def test_the_life_of_every_exception_is_what_a_replay_of_the_runs_says(
    engine: ExceptionEngine, runs: list[Run], seed: int
) -> None:
    engine.forget()
    made = placed(runs)
    observe(engine, made, seed)
    lives, book = replay(those_that_count(made))
    until = made[-1][1]

    assert set(
        engine.rows(
            "select exception_id, state, severity, amount_at_risk_reporting, occurrence_count,"
            " reopen_count, first_seen_at, first_seen_on, last_seen_at, last_seen_on,"
            " resolved_at, resolved_on from marts.exceptions"
        )
    ) == {
        (
            key, "open" if life.episodes[-1].resolved is None else "resolved", life.severity,
            life.amount, life.occurrences, len(life.episodes) - 1, *life.episodes[0].first,
            *life.episodes[-1].last, *(life.episodes[-1].resolved or (None, None)),
        )
        for key, life in lives.items()
    }  # fmt: skip

    assert set(
        engine.rows(
            "select exception_id, episode_number, observation_count, first_amount_reporting,"
            " last_amount_reporting, first_seen_at, last_seen_on, resolved_at"
            " from marts.exception_history"
        )
    ) == {
        (
            key, number, episode.count, episode.first_amount, episode.last_amount,
            episode.first[0], episode.last[1], episode.resolved[0] if episode.resolved else None,
        )
        for key, life in lives.items()
        for number, episode in enumerate(life.episodes, 1)
    }  # fmt: skip

    trend = engine.rows(
        "select queue_on, check_id, severity, opening_count, new_count, resolved_count,"
        " reopened_count, closing_count, opening_amount_reporting, new_amount_reporting,"
        " resolved_amount_reporting, reopened_amount_reporting, amount_changed_reporting,"
        " closing_amount_reporting from marts.exception_trend"
    )
    assert len(trend) == len(set(trend))
    assert without_unmoved(set(trend)) == without_unmoved(trend_of(lives, book, until))
    assert_it_adds_up(engine)


def without_unmoved(trend: set[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    """The days on which there is something. (A change that is taken back is no movement.)"""
    return {row for row in trend if any(row[3:])}


def assert_it_adds_up(engine: ExceptionEngine) -> None:
    """The trend closes, and closes with what the ageing has."""
    assert (
        engine.rows(
            "from marts.exception_trend where"
            " opening_count + new_count - resolved_count + reopened_count <> closing_count"
            " or opening_amount_reporting + new_amount_reporting - resolved_amount_reporting"
            " + reopened_amount_reporting + amount_changed_reporting <> closing_amount_reporting"
        )
        == []
    )
    aged = (
        "select queue_on, check_id, severity, owner, cause_code, legal_entity_code,"
        " sum(open_count + hidden_count), sum(open_amount_reporting + hidden_amount_reporting)"
        " from marts.exception_ageing group by all"
    )
    closed = (
        "select queue_on, check_id, severity, owner, cause_code, legal_entity_code,"
        " closing_count, closing_amount_reporting from marts.exception_trend"
        " where closing_count <> 0"
    )
    assert set(engine.rows(aged)) == set(engine.rows(closed))


def night(days_on: int, *found: Found, **statuses: str) -> Run:
    """A run in which both checks ran, where nothing else is said."""
    return Run(days_on, found, dict.fromkeys(CHECKS, "ran") | statuses)


A = Found("first", "a", Decimal(100))
A_ID = exception_id("first", "a")


def test_a_check_that_did_not_run_resolves_nothing(engine: ExceptionEngine) -> None:
    observe(engine, placed([night(1, A), night(1, first="failed"), night(1, first="skipped")]))
    assert engine.rows(
        "select state, check_status, last_seen_on, reopen_count from marts.exceptions"
    ) == [("open", "skipped", date(2026, 2, 1), 0)]


def test_what_a_check_found_before_it_failed_does_not_count(engine: ExceptionEngine) -> None:
    observe(engine, placed([night(1, A, first="failed")]))
    assert engine.rows("from marts.exceptions") == []


def test_a_renamed_check_keeps_ids_history_and_actions(engine: ExceptionEngine) -> None:
    before = replace(A, check_id="former")
    engine.act(
        1,
        exception_id("former", "a"),
        "suppress",
        effective_at="2026-02-01",
        expires_at="2026-03-01",
    )
    engine.rename("former", "first")
    runs = [
        Run(1, (before,), {"former": "ran"}),
        Run(1, (before,), {"former": "ran"}),
        night(1, A),
    ]
    observe(engine, placed(runs))
    assert engine.rows(
        "select exception_id, check_id, state, reopen_count, first_seen_on, episode_count"
        " from marts.exceptions"
    ) == [(A_ID, "first", "suppressed", 0, date(2026, 2, 1), 1)]
    assert engine.rows("from marts.exception_rejected_actions") == []


def test_two_checks_that_became_one_resolve_only_when_both_ran(engine: ExceptionEngine) -> None:
    engine.rename("former", "first")
    runs = [
        Run(1, (A, replace(A, check_id="former")), {"first": "ran", "former": "ran"}),
        Run(1, (), {"first": "ran", "former": "failed"}),
    ]
    observe(engine, [*placed(runs), (datetime(2026, 2, 4, 2), date(2026, 2, 3), night(1, A))])
    assert engine.rows(
        "select first_amount_reporting, last_amount_reporting, observation_count"
        " from marts.exception_history"
    ) == [(Decimal(200), Decimal(100), 2)]


def test_a_look_back_sees_its_own_day_and_leaves_no_mark(engine: ExceptionEngine) -> None:
    history = [night(1, A), night(10, A)]
    observe(engine, placed([*history, night(-5)]))
    assert engine.rows("select state, last_seen_on, resolved_on from marts.exceptions") == [
        ("resolved", date(2026, 2, 1), date(2026, 2, 6))
    ]
    engine.forget()
    observe(engine, placed([*history, night(-5), night(6, A)]))
    assert engine.rows("select state, reopen_count from marts.exceptions") == [("open", 0)]


@pytest.mark.parametrize(
    ("now", "written_amount", "state"),
    [
        (Decimal("110"), None, "suppressed"),
        (Decimal("110.0001"), None, "open"),
        (Decimal("90"), None, "suppressed"),
        (None, None, "suppressed"),
        (Decimal("110.0001"), "105", "suppressed"),
        (Decimal("110"), "99.99", "open"),
    ],
    ids=["a tenth", "more than a tenth", "less", "unknown now", "more was written", "less was"],
)
@pytest.mark.parametrize("action", ["suppress", "accept"])
def test_an_amount_that_grew_by_more_than_a_tenth_comes_back(
    engine: ExceptionEngine,
    action: str,
    now: Decimal | None,
    written_amount: str | None,
    state: str,
) -> None:
    engine.act(
        1,
        A_ID,
        action,
        effective_at="2026-05-02 10:00:00",
        expires_at="2026-06-01",
        amount_at_action=written_amount,
    )
    days = [night(90, A), night(1, replace(A, amount=now))]
    observe(engine, placed(days))
    expected = state if action == "suppress" or state == "open" else "accepted"
    assert engine.rows("select state, is_in_queue, has_outgrown_action from marts.exceptions") == [
        (expected, state == "open", state == "open")
    ]
    [(hidden, total)] = engine.rows(
        "select sum(hidden_count), sum(open_amount_reporting + hidden_amount_reporting)"
        " from marts.exception_ageing where queue_on = (select as_of_date from core.dim_run_dates)"
    )
    assert (hidden, total) == (int(state != "open"), now or 0)
    assert_it_adds_up(engine)


def test_a_suppression_hides_from_its_day_to_the_day_before_its_end(
    engine: ExceptionEngine,
) -> None:
    engine.act(1, A_ID, "suppress", effective_at="2026-02-03 10:00:00", expires_at="2026-02-06")
    observe(engine, placed([night(1, A), night(6, A)]))
    assert engine.rows(
        "select queue_on, open_count, hidden_count from marts.exception_ageing order by 1"
    ) == [
        (date(2026, 2, day), int(day not in (3, 4, 5)), int(day in (3, 4, 5)))
        for day in range(1, 8)
    ]
    assert engine.rows("select state, is_in_queue from marts.exceptions") == [("open", True)]


def test_an_action_is_over_when_the_exception_was_resolved(engine: ExceptionEngine) -> None:
    engine.act(1, A_ID, "assign", assignee="cyd", effective_at="2026-02-01")
    engine.act(2, A_ID, "accept", effective_at="2026-02-01 10:00:00", expires_at="2026-03-01")
    runs = [night(1, A), night(1), night(1, A)]
    observe(engine, placed(runs[:1]))
    assert engine.rows("select state, assignee from marts.exceptions") == [("accepted", "cyd")]
    engine.forget_log()
    observe(engine, placed(runs))
    assert engine.rows("select state, assignee, reopen_count from marts.exceptions") == [
        ("open", None, 1)
    ]


@pytest.mark.parametrize(
    ("actions", "state", "assignee"),
    [
        (["acknowledge"], "acknowledged", None),
        (["acknowledge", "assign"], "assigned", "cyd"),
        (["assign", "escalate"], "escalated", "cyd"),
        (["assign", "suppress"], "suppressed", "cyd"),
        (["suppress", "assign"], "assigned", "cyd"),
        (["assign", "suppress", "reopen"], "open", None),
        (["suppress", "comment"], "suppressed", None),
    ],
    ids=lambda value: " then ".join(value) if isinstance(value, list) else str(value),
)
def test_the_last_action_says_the_state(
    engine: ExceptionEngine, actions: list[str], state: str, assignee: str | None
) -> None:
    for number, action in enumerate(actions, 1):
        cells: dict[str, Any] = {"effective_at": "2026-02-01", "expires_at": "2026-03-01"}
        if action == "assign":
            cells |= {"assignee": "cyd"}
        if action == "comment":
            cells |= {"note": "seen before"}
        engine.act(number, A_ID, action, **cells)
    observe(engine, placed([night(1, A)]))
    assert engine.rows("from marts.exception_rejected_actions") == []
    assert engine.rows("select state, assignee from marts.exceptions") == [(state, assignee)]


@pytest.mark.parametrize(
    ("effective_at", "states"),
    [
        ("2026-06-02 10:00:00", ["open", "suppressed", "suppressed"]),
        ("2026-06-03 10:00:00", ["open", "open", "suppressed"]),
        ("2026-06-09", ["open", "open", "open"]),
    ],
    ids=["after the first run", "after the second", "after the last"],
)
def test_where_data_lags_an_action_counts_in_the_run_after_it(
    engine: ExceptionEngine, effective_at: str, states: list[str]
) -> None:
    engine.act(1, A_ID, "suppress", effective_at=effective_at, expires_at="2026-08-01")
    for number, state in enumerate(states):
        # Months behind, and always from the same day.
        engine.observe(datetime(2026, 6, 2 + number, 2), DAY, [A], dict.fromkeys(CHECKS, "ran"))
        engine.build()
        assert engine.rows("select state from marts.exceptions") == [(state,)]
        engine.append(f"r{number}")
