"""Cases and clocks of disputes, worked out anew in Python and compared with the shipped SQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dispute_engine import DisputeEngine, as_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reconciliation_engine import compiled_manifest

TODAY = date(2026, 3, 31)
SAME_DOCUMENT_DAYS = 120
SAME_CUSTOMER_DAYS = 30
MANY = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Days before today, such that windows end on the day, a day before and a day after.
AGES = [0, 1, 30, 31, 32, 120, 121, 150, 151, 152, 271, 272, 273, 400]

Row = dict[str, Any]


@pytest.fixture(scope="module")
def grouping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DisputeEngine]:
    """From sources and applications to cases."""
    made = DisputeEngine(
        compiled_manifest(tmp_path_factory),
        given=(
            "int_dispute_sources", "fct_document_applications", "dim_legal_entities",
            "dim_run_dates",
        ),
        wanted=("int_dispute_cases",),
    )  # fmt: skip
    yield made
    made.connection.close()


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DisputeEngine]:
    """From turns of cases to states with minutes, and to episodes with what is due."""
    made = DisputeEngine(
        compiled_manifest(tmp_path_factory),
        given=(
            "int_dispute_case_states", "int_dispute_case_places", "dim_legal_entities",
            "dim_dates", "dim_run_dates",
        ),
        wanted=("int_dispute_episodes",),
    )  # fmt: skip
    yield made
    made.connection.close()


@st.composite
def many_sources(draw: st.DrawFn) -> tuple[list[Row], list[tuple[str, str]]]:
    """Sources, and which payment was put on which invoice; few of each, so that they meet."""
    applications = draw(
        st.lists(
            st.tuples(st.sampled_from("PQRS"), st.sampled_from("ABCD")), max_size=6, unique=True
        )
    )
    sources = []
    for number in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from(["ticket", "ticket", "receivable", "chargeback", "inquiry"]))
        card = kind in ("chargeback", "inquiry")
        opened_on = TODAY - timedelta(days=draw(st.sampled_from(AGES)))
        lasted = draw(st.sampled_from([None, 0, 1, 30]))
        closed_on = None if lasted is None else min(opened_on + timedelta(days=lasted), TODAY)
        sources.append(
            {
                "dispute_source_key": f"s{draw(st.integers(0, 10**6)):07}-{number}",
                "source_kind": kind,
                "issue_key": None
                if card
                else draw(st.sampled_from([None, None, f"i{number // 2}"])),
                "customer_key": draw(st.sampled_from([None, "ann", "ann", "bob"])),
                "legal_entity_code": "US01",
                "payment_key": draw(st.sampled_from("PQRS")) if card else None,
                "invoice_key": None if card else draw(st.sampled_from([None, None, *"ABCD"])),
                "root_cause_code": (
                    None if card else draw(st.sampled_from([None, None, "rating", "template"]))
                ),
                "is_open": closed_on is None,
                "opened_on": opened_on,
                "opened_at": datetime(opened_on.year, opened_on.month, opened_on.day, 12),
                "closed_on": closed_on,
            }
        )
    return sources, applications


def expected_cases(
    sources: list[Row], applications: list[tuple[str, str]]
) -> tuple[set[frozenset[str]], set[str]]:
    """The sets of source keys that are one case, and the keys that are ambiguous."""
    order = sorted(sources, key=lambda row: (row["opened_at"], row["dispute_source_key"]))
    head = {row["dispute_source_key"]: row["dispute_source_key"] for row in order}

    def find(key: str) -> str:
        while head[key] != key:
            key = head[key]
        return key

    def join(one: Row, other: Row) -> None:
        head[find(one["dispute_source_key"])] = find(other["dispute_source_key"])

    def documents(row: Row) -> set[tuple[str, str]]:
        found = {("invoice", row["invoice_key"])} if row["invoice_key"] else set()
        if row["payment_key"]:
            found.add(("payment", row["payment_key"]))
            found |= {("invoice", i) for p, i in applications if p == row["payment_key"]}
        return found

    ambiguous: set[str] = set()
    for document in sorted({found for row in order for found in documents(row)}):
        contests: list[list[Row]] = []
        reach = date.min
        for row in (row for row in order if document in documents(row)):
            if not contests or row["opened_on"] > reach:
                contests.append([])
                reach = date.min
            contests[-1].append(row)
            end = (row["closed_on"] or TODAY) + timedelta(days=SAME_DOCUMENT_DAYS)
            reach = max(reach, end)
        for contest in contests:
            causes = {row["root_cause_code"] for row in contest} - {None}
            if len(causes) < 2:
                topics = [contest]
            else:
                topics = [[r for r in contest if r["root_cause_code"] == c] for c in causes]
                ambiguous |= {
                    row["dispute_source_key"] for row in contest if row["root_cause_code"] is None
                }
            for topic in topics:
                for one, other in pairwise(topic):
                    join(one, other)
    for one in order:
        for other in order:
            if one["issue_key"] and one["issue_key"] == other["issue_key"]:
                join(one, other)

    groups: dict[str, list[Row]] = {}
    for row in order:
        groups.setdefault(find(row["dispute_source_key"]), []).append(row)

    def told(key: str, column: str) -> list[str]:
        return sorted({row[column] for row in groups[key]} - {None})

    anchored = sorted(key for key, rows in groups.items() if any(map(documents, rows)))
    for key, rows in groups.items():
        customers, found = told(key, "customer_key"), told(key, "root_cause_code")
        if key in anchored or not customers:
            continue
        candidates = []
        for candidate in anchored:
            theirs = told(candidate, "root_cause_code")
            apart = abs((rows[0]["opened_on"] - groups[candidate][0]["opened_on"]).days)
            fits = not found or not theirs or found[0] in (theirs[0], theirs[-1])
            same = told(candidate, "customer_key")[:1] == customers[:1]
            if same and apart <= SAME_CUSTOMER_DAYS and fits:
                candidates.append(candidate)
        if len(candidates) == 1:
            join(rows[0], groups[candidates[0]][0])
        if len(candidates) > 1:
            ambiguous |= {row["dispute_source_key"] for row in rows}
    cases: dict[str, set[str]] = {}
    for row in order:
        cases.setdefault(find(row["dispute_source_key"]), set()).add(row["dispute_source_key"])
    return {frozenset(keys) for keys in cases.values()}, ambiguous


def grouped(
    engine: DisputeEngine, sources: list[Row], applications: list[tuple[str, str]]
) -> dict[str, tuple[str, bool, bool]]:
    """Source key to case key, whether it names the case, and whether it is ambiguous."""
    engine.run(
        {
            "int_dispute_sources": sources,
            "fct_document_applications": [
                {"payment_key": payment, "invoice_key": invoice}
                for payment, invoice in applications
            ],
            "dim_legal_entities": [{"legal_entity_code": "US01"}],
            "dim_run_dates": as_of(TODAY),
        }
    )
    found = engine.rows(
        "select dispute_source_key, dispute_case_key, is_first_source, is_link_ambiguous"
        f" from {engine.where('int_dispute_cases')}"
    )
    assert len(found) == len(sources)
    return {row[0]: (row[1], row[2], row[3]) for row in found}


@MANY
@given(drawn=many_sources())
def test_sources_are_grouped_as_python_groups_them(
    grouping: DisputeEngine, drawn: tuple[list[Row], list[tuple[str, str]]]
) -> None:
    sources, applications = drawn
    found = grouped(grouping, sources, applications)
    cases: dict[str, set[str]] = {}
    for key, (case, _, _) in found.items():
        cases.setdefault(case, set()).add(key)
    expected, ambiguous = expected_cases(sources, applications)
    assert {frozenset(keys) for keys in cases.values()} == expected
    assert {key for key, row in found.items() if row[2]} == ambiguous


@MANY
@given(drawn=many_sources())
def test_a_case_keeps_its_key_when_a_later_source_joins(
    grouping: DisputeEngine, drawn: tuple[list[Row], list[tuple[str, str]]]
) -> None:
    sources, applications = drawn
    if not sources:
        return
    latest = max(sources, key=lambda row: (row["opened_at"], row["dispute_source_key"]))
    # One with a finding may split a case in two; that is not joining.
    latest["root_cause_code"] = None
    before = grouped(grouping, [row for row in sources if row is not latest], applications)
    after = grouped(grouping, sources, applications)
    cases_before = {row[0] for row in before.values()}
    joined = after[latest["dispute_source_key"]][0]
    merged = {before[key][0] for key, row in after.items() if key in before and row[0] == joined}
    # Where it ties cases together, the oldest keeps its key; all others keep theirs.
    assert {row[0] for row in after.values()} - {joined} == cases_before - merged
    assert joined in cases_before or after[latest["dispute_source_key"]][1]


ZONES = {"US01": "America/New_York", "DE01": "Europe/Berlin", "JP01": "Asia/Tokyo"}
COUNTRIES = {"US01": "US", "DE01": "DE", "JP01": "JP"}
FIRST_DAY = date(2026, 2, 20)
LAST_DAY = date(2026, 4, 25)
STATES = {
    "opened": (True, False), "investigating": (True, False),
    "awaiting_customer": (True, True), "closed": (False, True),
}  # fmt: skip


def is_working_minute(instant: datetime, entity: str, holidays: set[tuple[str, date]]) -> bool:
    """Whether the entity works in the minute that begins at a UTC instant."""
    wall = instant.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONES[entity]))
    return (
        wall.weekday() < 5
        and (COUNTRIES[entity], wall.date()) not in holidays
        and 540 <= wall.hour * 60 + wall.minute < 1020
    )


@st.composite
def many_turns(draw: st.DrawFn) -> tuple[str, int, list[tuple[datetime, str]]]:
    """An entity, the minutes allowed, and the states of one case with their beginnings (UTC)."""
    entity = draw(st.sampled_from(sorted(ZONES)))
    walls = st.builds(
        lambda day, minute: datetime(2026, 2, 23) + timedelta(days=day, minutes=minute),
        st.integers(0, 39),
        st.sampled_from([0, 539, 540, 541, 780, 1019, 1020, 1021, 1439]),
    )
    turns: list[tuple[datetime, str]] = []
    for wall in sorted(draw(st.sets(walls, min_size=1, max_size=5))):
        instant = wall.replace(tzinfo=ZoneInfo(ZONES[entity])).astimezone(UTC).replace(tzinfo=None)
        others = [state for state in STATES if not turns or state != turns[-1][1]]
        state = draw(st.sampled_from(others)) if turns else "opened"
        turns.append((instant, state))
    return entity, draw(st.sampled_from([1, 239, 240, 241, 480, 481, 960, 1440])), turns


# The time runs out with the very minute in which the clock stops.
@example(
    drawn=(
        "US01", 240,
        [(datetime(2026, 2, 23, 14), "opened"), (datetime(2026, 2, 23, 18), "awaiting_customer")],
    )
)  # fmt: skip
@MANY
@given(drawn=many_turns())
def test_working_time_is_what_python_counts_minute_by_minute(
    clock: DisputeEngine, drawn: tuple[str, int, list[tuple[datetime, str]]]
) -> None:
    entity, allowed, turns = drawn
    now_at = (
        datetime(2026, 4, 5, tzinfo=ZoneInfo(ZONES[entity])).astimezone(UTC).replace(tzinfo=None)
    )
    days = [FIRST_DAY + timedelta(days=number) for number in range((LAST_DAY - FIRST_DAY).days)]
    rows: list[Row] = []
    for number, (instant, state) in enumerate(turns):
        is_open, pauses = STATES[state]
        was_open = STATES[turns[number - 1][1]][0] if number else None
        rows.append(
            {
                "dispute_case_key": "case", "dispute_state": state, "is_open": is_open,
                "pauses_clock": pauses, "is_opening": number == 0,
                "is_reopening": number > 0 and is_open and not was_open,
                "is_resolution": number > 0 and not is_open and bool(was_open),
                "is_time_estimated": False, "entered_at": instant,
            }
        )  # fmt: skip
    clock.run(
        {
            "int_dispute_case_states": rows,
            "int_dispute_case_places": [
                {
                    "dispute_case_key": "case", "legal_entity_code": entity, "now_at": now_at,
                    "sla_business_minutes": allowed, "time_zone": ZONES[entity],
                    "opened_at": turns[0][0],
                }
            ],
            "dim_legal_entities": [
                {"legal_entity_code": code, "country_code": COUNTRIES[code]} for code in ZONES
            ],
            "dim_dates": [{"date_on": day} for day in days],
            "dim_run_dates": as_of(date(2026, 4, 4)),
        }
    )  # fmt: skip
    holidays = set(
        clock.rows(f"select calendar_code, holiday_on from {clock.where('business_holidays')}")
    )
    found = clock.rows(
        "select state_number, episode_number, elapsed_minutes, business_minutes, clock_minutes"
        f" from {clock.where('dispute_states')} order by state_number"
    )
    ends = [instant for instant, _ in turns[1:]] + [now_at]
    expected = []
    due: dict[int, datetime | None] = {}
    used: dict[int, int] = {}
    episode = 0
    for number, ((begun, state), end) in enumerate(zip(turns, ends, strict=True), 1):
        if rows[number - 1]["is_opening"] or rows[number - 1]["is_reopening"]:
            episode += 1
            due[episode], used[episode] = None, 0
        worked = 0
        minute = begun
        runs = not STATES[state][1]
        # A clock that still runs is followed to the minute at which it will run out.
        last = datetime(2026, 4, 24) if number == len(turns) and runs else end
        while minute < last and (minute < end or due[episode] is None):
            if is_working_minute(minute, entity, holidays):
                if minute < end:
                    worked += 1
                if runs:
                    used[episode] += 1 if minute < end or due[episode] is None else 0
                    if used[episode] == allowed:
                        due[episode] = minute + timedelta(minutes=1)
            minute += timedelta(minutes=1)
        elapsed = int((end - begun).total_seconds() // 60)
        expected.append((number, episode, elapsed, worked, worked if runs else 0))
    assert found == expected
    counted = {
        row[0]: row[1:]
        for row in clock.rows(
            "select episode_number, sla_due_at, is_sla_breached, clock_minutes"
            f" from {clock.where('int_dispute_episodes')}"
        )
    }
    for number, due_at in due.items():
        clocked = sum(row[4] for row in expected if row[1] == number)
        if due_at is not None and due_at < datetime(2026, 4, 23):
            assert counted[number][0] == due_at
        assert counted[number][1] == (clocked > allowed)
        assert counted[number][2] == clocked
