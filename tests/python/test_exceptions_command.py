"""The command shows the queue as the models publish it, and writes down only what will count."""

import csv
import json
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from python_checks.cli import app
from python_checks.exceptions import (
    ACTION_COLUMNS,
    Decision,
    append_action,
    refusal,
)

REPOSITORY = Path(__file__).resolve().parents[2]
KINDS = {
    "assign": {"sets_assignee": "true", "needs_reason": "false"},
    "comment": {"needs_note": "true", "needs_reason": "false"},
    "suppress": {
        "needs_approver": "true", "needs_reason": "true", "needs_expiry": "true",
        "longest_days": "90",
    },
    "accept": {"needs_approver": "true", "needs_reason": "true", "needs_evidence": "true"},
}  # fmt: skip
SUPPRESSION = Decision(
    exception_id="aa11",
    action="suppress",
    actor="ann",
    approver="bob",
    reason_code="known",
    effective_at=datetime(2026, 3, 1, tzinfo=UTC),
    expires_at=datetime(2026, 5, 30, tzinfo=UTC),
)
ACCEPTANCE = replace(SUPPRESSION, action="accept", evidence_uri="file:a", expires_at=None)
# What only the command knows: the models take an action on what is resolved as having no effect.
OF_THE_COMMAND = {"the exception is resolved"}

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command over a published file of five exceptions, with an empty folder of actions."""
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute("create schema marts; create schema core; create schema reference")
        connection.execute("create table core.fct_things as select 'k' as thing_key, 7 as amount")
        connection.execute(
            """
            create table marts.exceptions as
            select
                exception_id, 'thing_wrong' as check_id, 'Thing' as check_name, state,
                state in ('open', 'assigned') as is_in_queue, severity,
                'ops' as owner, is_late as is_sla_breached, 3 as age_days,
                amount::decimal(38, 4) as amount_at_risk_reporting, entity as legal_entity_code,
                'evidence of ' || exception_id as evidence, drill as drill_sql
            from (values
                ('aa11', 'open', 'S2', true, 10, 'US01', 'select * from core.fct_things'),
                ('aa22', 'open', 'S1', false, null, 'US01', 'select * from core.fct_gone'),
                ('bb33', 'assigned', 'S2', false, -20, 'DE01', null),
                ('cc44', 'suppressed', 'S1', false, 500, 'US01', null),
                ('dd55', 'resolved', 'S1', false, 900, 'US01', null)
            ) as given(exception_id, state, severity, is_late, amount, entity, drill)
            """
        )
        connection.execute(
            "create table marts.exception_history as select 'aa11' as exception_id,"
            " timestamp '2026-03-01' as first_seen_at"
        )
        connection.execute(
            """
            create table reference.exception_action_kinds as
            select 'suppress' as action, true as needs_approver, true as needs_reason,
                true as needs_expiry, false as sets_assignee, 90 as longest_days
            union all select 'assign', false, false, false, true, null
            """
        )
    monkeypatch.setenv("ACTIONS_ROOT", str(tmp_path / "actions"))
    monkeypatch.delenv("EXCEPTIONS_ACTOR", raising=False)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(
            app, ["exceptions", *arguments, "--warehouse", str(tmp_path)], env={"COLUMNS": "200"}
        )

    return invoke


def listed(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    return [row["exception_id"] for row in json.loads(result.stdout)["exceptions"]]


def written(tmp_path: Path) -> list[dict[str, str]]:
    file = tmp_path / "actions" / "exception_actions.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], ["aa22", "bb33", "aa11"]),
        (["--severity", "S2"], ["bb33", "aa11"]),
        (["--entity", "DE01"], ["bb33"]),
        (["--owner", "nobody"], []),
        (["--check", "thing_wrong", "--limit", "1"], ["aa22"]),
        (["--overdue"], ["aa11"]),
        (["--state", "suppressed"], ["cc44"]),
        (["--all"], ["dd55", "cc44", "aa22", "bb33", "aa11"]),
    ],
    ids=["the queue", "severity", "entity", "owner", "limit", "overdue", "suppressed", "all"],
)
def test_the_worst_and_largest_come_first(run: Run, options: list[str], ids: list[str]) -> None:
    assert listed(run("list", "--json", *options)) == ids


def test_what_is_suppressed_stays_in_the_totals(run: Run) -> None:
    totals = json.loads(run("list", "--json", "--severity", "S1").stdout)["totals"]
    assert totals["suppressed_count"] == 1
    assert totals["hidden_amount"] == "500.0000"
    assert totals["unresolved_amount"] == "500.0000"


def test_a_person_sees_the_totals(run: Run) -> None:
    output = run("list").output
    assert "3 of 3 shown. In the queue: 3 with -10.00 at risk, 1 past their SLA (!)" in output
    assert "Hidden: 1 with 500.00, of which 1 suppressed. All that is unresolved: 4" in output


def test_the_rows_behind_an_exception_are_shown(run: Run) -> None:
    shown = json.loads(run("show", "aa1", "--json").stdout)
    assert shown["drill_down"] == [{"thing_key": "k", "amount": 7}]
    assert [row["first_seen_at"] for row in shown["episodes"]] == ["2026-03-01T00:00:00"]
    assert "thing_key=k, amount=7" in run("show", "aa1").output


def test_a_drill_down_that_fails_is_said_and_stops_nothing(run: Run) -> None:
    result = run("show", "aa22", "--json")
    assert result.exit_code == 0
    assert "fct_gone" in json.loads(result.stdout)["drill_down_problem"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("zz", "there is no such exception"),
        ("aa", "more than one exception begins with aa"),
        (" ", "the exception_id is empty"),
    ],
    ids=["unknown", "several", "empty"],
)
def test_an_id_names_one_exception(run: Run, text: str, reason: str) -> None:
    for arguments in (["show", text], ["act", text, "assign", "--actor", "ann"]):
        result = run(*arguments)
        assert result.exit_code == 2
        assert reason in result.stderr


SUPPRESS = (
    "suppress", "--actor", "ann", "--approver", "bob", "--reason", "known", "--effective",
    "2026-03-01", "--expires", "2026-03-31",
)  # fmt: skip


def test_a_decision_is_one_row_with_the_amount_of_today(run: Run, tmp_path: Path) -> None:
    assert run("act", "bb", *SUPPRESS, "--note", "two\nlines, one row").exit_code == 0
    (row,) = written(tmp_path)
    assert {name: value for name, value in row.items() if name != "action_id"} == {
        "exception_id": "bb33", "action": "suppress", "actor": "ann", "approver": "bob",
        "assignee": "", "reason_code": "known", "note": "two lines, one row",
        "evidence_uri": "", "amount_at_action": "-20.0000",
        "effective_at": "2026-03-01 00:00:00", "expires_at": "2026-03-31 00:00:00",
    }  # fmt: skip
    assert json.loads(run("show", "bb33", "--json").stdout)["actions"] == [row]


@pytest.mark.parametrize(
    ("exception", "options", "reason"),
    [
        ("aa11", ["assign", "--actor", "ann"], "the assignee is empty"),
        ("aa11", ["dance", "--actor", "ann"], "no such action: dance"),
        ("aa11", [*SUPPRESS, "--approver", "ANN"], "the approver is the actor"),
        ("aa11", [*SUPPRESS, "--expires", "2026-05-31"], "it lasts more than 90 days"),
        ("aa11", [*SUPPRESS, "--expires", "soon"], "--expires soon is no date or instant"),
        ("dd55", list(SUPPRESS), "the exception is resolved"),
    ],
    ids=["assignee", "action", "approver", "too long", "no date", "resolved"],
)
def test_what_would_not_count_is_refused_and_not_written(
    run: Run, tmp_path: Path, exception: str, options: list[str], reason: str
) -> None:
    result = run("act", exception, *options)
    assert result.exit_code == 2
    assert reason in result.stderr
    assert not (tmp_path / "actions").exists()


BAD: dict[str, tuple[Decision, str]] = {
    "no action": (replace(SUPPRESSION, action=""), "the action is empty"),
    "unknown": (replace(SUPPRESSION, action="dance"), "no such action: "),
    "no actor": (replace(SUPPRESSION, actor=None), "the actor is empty"),
    "no reason": (replace(SUPPRESSION, reason_code=None), "the reason_code is empty"),
    "no start": (replace(SUPPRESSION, effective_at=None), "the effective_at is empty"),
    "no approver": (replace(SUPPRESSION, approver=None), "the approver is empty"),
    "alone": (replace(SUPPRESSION, approver="Ann"), "the approver is the actor"),
    "no evidence": (replace(ACCEPTANCE, evidence_uri=None), "the evidence_uri is empty"),
    "no end": (replace(SUPPRESSION, expires_at=None), "the expires_at is empty"),
    "backwards": (
        replace(SUPPRESSION, expires_at=SUPPRESSION.effective_at), "it ends before it begins",
    ),
    "91 days": (
        replace(SUPPRESSION, expires_at=datetime(2026, 5, 31, tzinfo=UTC)),
        "it lasts more than 90 days",
    ),
    "no assignee": (replace(SUPPRESSION, action="assign"), "the assignee is empty"),
    "no note": (replace(SUPPRESSION, action="comment"), "the note is empty"),
}  # fmt: skip


@pytest.mark.parametrize(("decision", "reason"), BAD.values(), ids=BAD)
def test_every_rule_refuses(decision: Decision, reason: str) -> None:
    assert (refusal(decision, KINDS, state="open") or "").startswith(reason)


@pytest.mark.parametrize(
    "decision",
    [SUPPRESSION, ACCEPTANCE, replace(SUPPRESSION, action="assign", assignee="eve", approver=None)],
    ids=["90 days", "evidence", "assigned"],
)
def test_what_has_all_that_it_needs_is_taken(decision: Decision) -> None:
    assert refusal(decision, KINDS, state="open") is None


def test_every_refusal_is_a_reason_of_the_models() -> None:
    models = REPOSITORY / "models" / "marts"
    files = [
        *(REPOSITORY / "macros" / "actions").glob("*.sql"),
        *models.glob("*/actions/int_*_action_rows.sql"),
    ]
    texts = "\n".join(file.read_text(encoding="utf-8") for file in files)
    reasons = {reason.partition(" 90 ")[0] for _, reason in BAD.values()} - OF_THE_COMMAND
    if not any("exceptions" in file.parts for file in files):
        reasons -= {"the assignee is empty", "the note is empty"}
    assert {reason for reason in reasons if f"'{reason}" not in texts} == set()


def test_a_file_that_lacks_a_column_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "exception_actions.csv"
    file.write_text("action_id,exception_id\n1,aa11\n", encoding="utf-8")
    with pytest.raises(Exception, match="has no column action, actor"):
        append_action(file, dict.fromkeys(ACTION_COLUMNS, "x"))
    assert file.read_text(encoding="utf-8") == "action_id,exception_id\n1,aa11\n"


def test_a_row_goes_below_a_last_line_without_an_end_in_the_order_of_the_header(
    tmp_path: Path,
) -> None:
    file = tmp_path / "exception_actions.csv"
    header = list(reversed(ACTION_COLUMNS))
    before = ",".join(header) + "\n" + ",".join("old" for _ in header)
    file.write_text(before, encoding="utf-8")
    append_action(file, {name: name for name in ACTION_COLUMNS})
    assert file.read_text(encoding="utf-8") == before + "\n" + ",".join(header) + "\n"


def _write(task: tuple[str, int]) -> None:
    append_action(Path(task[0]), dict.fromkeys(ACTION_COLUMNS, f"{task[1]}," * 50))


def test_writers_at_one_time_lose_and_break_no_line(tmp_path: Path) -> None:
    file = tmp_path / "exception_actions.csv"
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1)) as writers:
        list(writers.map(_write, [(str(file), place) for place in range(40)]))
    with file.open(encoding="utf-8", newline="") as lines:
        rows: list[dict[str, Any]] = list(csv.DictReader(lines))
    assert sorted(int(row["note"].split(",")[0]) for row in rows) == list(range(40))
    assert all(row["expires_at"] == row["note"] for row in rows)
