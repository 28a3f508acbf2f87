"""The commands `python -m python_checks exceptions list|show|act`: the queue, from a terminal.

What is an exception, in which state, and whose it is are decided in the models (`exceptions`,
`exception_history`); this shows them, runs their drill-down, and appends what a person decides to
`<ACTIONS_ROOT>/exception_actions.csv`. What a decision needs stands in the seed
exception_action_kinds. What the next run would reject is refused here, in the same words.
"""

import csv
import io
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from filelock import FileLock
from rich.console import Console
from rich.table import Table

from python_checks.configuration import Settings, read_settings
from python_checks.errors import RunError
from python_checks.warehouse import Warehouse, first_line, flush_to_disk, identifier

PROJECT_DIR = Path(__file__).resolve().parents[1]
REFUSED = 2
ACTIONS_FILE = "exception_actions.csv"
ACTION_COLUMNS = (
    "action_id", "exception_id", "action", "actor", "approver", "assignee", "reason_code", "note",
    "evidence_uri", "amount_at_action", "effective_at", "expires_at",
)  # fmt: skip
KINDS = "exception_action_kinds"
# Ids may be given by how they begin; eight hexadecimal digits are one of four billion.
SHORT_ID = 8
WIDE = 130
TRUE = frozenset({"true", "t", "1", "yes"})

Row = dict[str, Any]
Kinds = Mapping[str, Mapping[str, str]]

app = typer.Typer(
    help="Works the queue of exceptions: lists it, shows one, writes down a decision.",
    no_args_is_help=True,
    add_completion=False,
)

WarehouseOption = Annotated[
    Path | None, typer.Option(help="Folder of the warehouse (else WAREHOUSE_ROOT).")
]
ProjectOption = Annotated[
    Path, typer.Option("--project-dir", help="The dbt project.", show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object for scripts.")]
LimitOption = Annotated[int, typer.Option(min=1, help="Most rows to show.")]


class RefusedError(RunError):
    """A decision that would not count; the message is the reason that the models give."""


@dataclass(frozen=True)
class Decision:
    """What a person wants to do about one exception. Times are UTC; empty texts are None."""

    exception_id: str
    action: str
    actor: str | None = None
    approver: str | None = None
    assignee: str | None = None
    reason_code: str | None = None
    note: str | None = None
    evidence_uri: str | None = None
    amount_at_action: Decimal | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Filters:
    """Which exceptions to list: those in the queue, unless a state or everything is asked for."""

    state: str | None = None
    severity: str | None = None
    owner: str | None = None
    check: str | None = None
    entity: str | None = None
    overdue: bool = False
    everything: bool = False


# --- the commands ---------------------------------------------------------------------------------


@app.command("list")
def list_exceptions(
    state: Annotated[str | None, typer.Option(help="Such as open or suppressed.")] = None,
    severity: Annotated[str | None, typer.Option(help="S1 to S4.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who has to act.")] = None,
    check: Annotated[str | None, typer.Option(help="Id of the check.")] = None,
    entity: Annotated[str | None, typer.Option(help="Legal entity.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only past their SLA.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is suppressed, accepted or resolved.")
    ] = False,
    limit: LimitOption = 50,
    as_json: JsonOption = False,
    warehouse: WarehouseOption = None,
    project_dir: ProjectOption = PROJECT_DIR,
) -> None:
    """Lists the queue, worst severity first, then the largest amount at risk.

    Exit code: 0, or 2 where there is nothing to read.
    """
    filters = Filters(state, severity, owner, check, entity, overdue, everything)
    with _told() as console:
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        with open_queue(settings.warehouse) as connection:
            rows, totals = read_list(connection, filters, limit)
        if as_json:
            typer.echo(_json({"exceptions": rows, "totals": totals}))
        else:
            _show_list(console, rows, totals)


@app.command("show")
def show_exception(
    exception_id: Annotated[str, typer.Argument(help="Id of the exception, or how it begins.")],
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    warehouse: WarehouseOption = None,
    project_dir: ProjectOption = PROJECT_DIR,
) -> None:
    """Shows the evidence and history of one exception, and the rows behind it.

    Exit code: 0, or 2 where no or more than one exception has such an id.
    """
    with _told() as console:
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        with open_queue(settings.warehouse) as connection:
            found = find_exception(connection, exception_id)
            key = str(found["exception_id"])
            episodes = _rows(
                connection,
                "select * from marts.exception_history where exception_id = $key"
                " order by first_seen_at",
                {"key": key},
            )
            rows, problem = drill_down(connection, found["drill_sql"], limit)
        actions = actions_about(settings.actions_root / ACTIONS_FILE, key)
        if as_json:
            content = {
                "exception": found, "episodes": episodes, "actions": actions,
                "drill_down": rows, "drill_down_problem": problem,
            }  # fmt: skip
            typer.echo(_json(content))
        else:
            _show_one(console, found, episodes, actions, rows, problem)


@app.command("act")
def act_on_exception(
    exception_id: Annotated[str, typer.Argument(help="Id of the exception, or how it begins.")],
    action: Annotated[str, typer.Argument(help="Such as assign, suppress or accept.")],
    actor: Annotated[
        str, typer.Option(envvar="EXCEPTIONS_ACTOR", help="Id of the user who decides.")
    ] = "",
    approver: Annotated[str, typer.Option(help="Id of another user who agreed.")] = "",
    assignee: Annotated[str, typer.Option(help="Who works on it.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Code of the reason.")] = "",
    note: Annotated[str, typer.Option(help="In your words.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="Where the proof lies.")] = "",
    expires: Annotated[str, typer.Option(help="Until when: 2026-04-30, or a UTC instant.")] = "",
    effective: Annotated[str, typer.Option(help="From when (UTC); else now.")] = "",
    as_json: JsonOption = False,
    warehouse: WarehouseOption = None,
    project_dir: ProjectOption = PROJECT_DIR,
) -> None:
    """Writes down a decision about one exception; the next run reads it.

    Exit code: 0 written, 2 refused (nothing is written).
    """
    with _told() as console:
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        with open_queue(settings.warehouse) as connection:
            found = find_exception(connection, exception_id)
        decision = Decision(
            exception_id=str(found["exception_id"]),
            action=action.strip(),
            actor=_filled(actor),
            approver=_filled(approver),
            assignee=_filled(assignee),
            reason_code=_filled(reason),
            note=_filled(note),
            evidence_uri=_filled(evidence),
            amount_at_action=found["amount_at_risk_reporting"],
            effective_at=_instant(effective, "--effective") or datetime.now(UTC),
            expires_at=_instant(expires, "--expires"),
        )
        if problem := refusal(decision, read_kinds(settings), state=str(found["state"])):
            raise RefusedError(problem)
        row = as_row(decision)
        file = settings.actions_root / ACTIONS_FILE
        append_action(file, row)
        if as_json:
            typer.echo(_json(row))
        else:
            _say(
                console,
                f"{row['action_id']}: {decision.action} {found['check_id']}"
                f" {decision.exception_id}, written to {file}. The next run reads it.",
            )


# --- reading --------------------------------------------------------------------------------------


@contextmanager
def open_queue(warehouse: Warehouse) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, or where nothing is published yet, the build; nothing can be written.

    Queries stored in it are run: they reach nothing outside of it. RunError where there is no file,
    or where it cannot be read or has no queue.
    """
    file = next(
        (file for file in (warehouse.published_file, warehouse.build_file) if file.is_file()), None
    )
    if file is None:
        raise RunError(f"{warehouse.root} holds neither a published file nor a build.")
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set enable_external_access = false")
            yield connection
    except duckdb.Error as error:
        raise RunError(f"{file} cannot be read: {first_line(error)}") from error


def read_list(
    connection: duckdb.DuckDBPyConnection, filters: Filters, limit: int
) -> tuple[list[Row], Row]:
    """The exceptions asked for, at most `limit`, and the totals of all that fit the filters.

    What is suppressed or accepted is in the totals, whether it is listed or not.
    """
    wanted = {
        "severity": filters.severity, "owner": filters.owner, "check_id": filters.check,
        "legal_entity_code": filters.entity, "state": filters.state,
    }  # fmt: skip
    asked = {column: value for column, value in wanted.items() if value is not None}
    conditions = [f"{column} = ${column}" for column in asked]
    conditions += ["is_sla_breached"] if filters.overdue else []
    fits = " and ".join(conditions) or "true"
    shown = "true" if filters.everything or filters.state is not None else "is_in_queue"
    rows = _rows(
        connection,
        f"select * from marts.exceptions where {fits} and {shown}"
        " order by severity, abs(amount_at_risk_reporting) desc nulls last,"
        f" exception_id limit {int(limit)}",
        asked,
    )
    counted = _rows(
        connection,
        f"""
        select
            count(*) filter (where {shown}) as fitting_count,
            count(*) filter (where is_in_queue) as queue_count,
            sum(amount_at_risk_reporting) filter (where is_in_queue) as queue_amount,
            count(*) filter (where is_in_queue and is_sla_breached) as overdue_count,
            count(*) filter (where not is_in_queue and state <> 'resolved') as hidden_count,
            sum(amount_at_risk_reporting) filter (where not is_in_queue and state <> 'resolved')
                as hidden_amount,
            count(*) filter (where state = 'suppressed') as suppressed_count,
            count(*) filter (where state <> 'resolved') as unresolved_count,
            sum(amount_at_risk_reporting) filter (where state <> 'resolved') as unresolved_amount,
            count(*) filter (where state = 'resolved') as resolved_count
        from marts.exceptions where {fits}
        """,
        asked,
    )
    return rows, counted[0]


def find_exception(connection: duckdb.DuckDBPyConnection, beginning: str) -> Row:
    """The one exception whose id is, or begins with, the text; RefusedError otherwise."""
    beginning = beginning.strip().lower()
    if not beginning:
        raise RefusedError("the exception_id is empty")
    rows = _rows(
        connection,
        "select * from marts.exceptions where starts_with(exception_id, $beginning)"
        " order by exception_id limit 6",
        {"beginning": beginning},
    )
    exact = [row for row in rows if row["exception_id"] == beginning]
    if not rows:
        raise RefusedError(f"there is no such exception: {beginning}")
    if len(rows) > 1 and not exact:
        some = ", ".join(str(row["exception_id"]) for row in rows[:5])
        raise RefusedError(f"more than one exception begins with {beginning}: {some}")
    return (exact or rows)[0]


def drill_down(
    connection: duckdb.DuckDBPyConnection, query: str | None, limit: int
) -> tuple[list[Row], str | None]:
    """The first rows behind an exception, or why they cannot be shown."""
    if not query:
        return [], "The exception has no drill-down."
    try:
        return _rows(connection, f"select * from ({query}) limit {int(limit)}"), None
    except duckdb.Error as error:
        return [], first_line(error)


def actions_about(file: Path, exception_id: str) -> list[Row]:
    """The rows of the file of actions about one exception, in the order they were written."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [
            dict(row) for row in csv.DictReader(lines) if row.get("exception_id") == exception_id
        ]


def read_kinds(settings: Settings) -> Kinds:
    """What each action needs, by its name: the rows of the seed exception_action_kinds.

    They come from the published file or the build where they hold the seed, else from the project.
    """
    with open_queue(settings.warehouse) as connection:
        schemas = _rows(
            connection,
            "select schema_name from duckdb_tables() where table_name = $name",
            {"name": KINDS},
        )
        if schemas:
            table = f"{identifier(schemas[0]['schema_name'])}.{identifier(KINDS)}"
            return {
                str(row["action"]): {name: _text(cell) for name, cell in row.items()}
                for row in _rows(connection, f"select * from {table}")
            }
    seed = settings.project_dir / "seeds" / "reference" / f"{KINDS}.csv"
    if not seed.is_file():
        raise RunError(f"Neither the warehouse nor {seed} says what an action needs.")
    with seed.open(encoding="utf-8", newline="") as lines:
        return {row["action"]: row for row in csv.DictReader(lines)}


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Row | None = None
) -> list[Row]:
    found = connection.execute(query, parameters) if parameters else connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


# --- deciding and writing -------------------------------------------------------------------------


def refusal(decision: Decision, kinds: Kinds, *, state: str) -> str | None:
    """Why a decision would not count, in the words of the models; None where it would.

    `state` is the exception's: what is resolved cannot be hidden.
    """
    if not decision.action:
        return "the action is empty"
    kind = kinds.get(decision.action)
    if kind is None:
        return f"no such action: {decision.action} (there are {', '.join(sorted(kinds))})"

    def needs(thing: str, *, unless_told: bool = False) -> bool:
        return kind.get(thing, str(unless_told)).strip().lower() in TRUE

    if decision.actor is None:
        return "the actor is empty"
    if needs("needs_reason") and decision.reason_code is None:
        return "the reason_code is empty"
    if decision.effective_at is None:
        return "the effective_at is empty"
    if needs("needs_approver") and decision.approver is None:
        return "the approver is empty"
    if decision.approver is not None and decision.approver.lower() == decision.actor.lower():
        return "the approver is the actor"
    if needs("needs_evidence") and decision.evidence_uri is None:
        return "the evidence_uri is empty"
    if needs("needs_note") and decision.note is None:
        return "the note is empty"
    if (needs("sets_assignee") or needs("needs_assignee")) and decision.assignee is None:
        return "the assignee is empty"
    if needs("needs_expiry") and decision.expires_at is None:
        return "the expires_at is empty"
    return _wrong_end(decision, kind) or (
        "the exception is resolved" if state == "resolved" and needs("needs_expiry") else None
    )


def _wrong_end(decision: Decision, kind: Mapping[str, str]) -> str | None:
    starts, ends = decision.effective_at, decision.expires_at
    if starts is None or ends is None:
        return None
    if ends <= starts:
        return "it ends before it begins"
    longest = (kind.get("longest_days") or "").strip()
    if longest and ends > starts + timedelta(days=int(longest)):
        return f"it lasts more than {longest} days"
    return None


def as_row(decision: Decision) -> dict[str, str]:
    """The decision as a row of the file, with a new id; every value on one line."""
    values: Row = {
        **vars(decision),
        "action_id": uuid.uuid4().hex,
        "effective_at": _written(decision.effective_at),
        "expires_at": _written(decision.expires_at),
    }
    return {name: " ".join(_text(values[name]).split()) for name in ACTION_COLUMNS}


def append_action(file: Path, row: Mapping[str, str]) -> None:
    """Adds one whole line to the file of actions, which it creates with its header.

    Writers wait for each other; a line is on the disk before this returns, and no line that is
    there is touched. RunError where the header lacks a column or the file cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(file.with_name(f"{file.name}.lock")):
            is_new = not file.is_file() or file.stat().st_size == 0
            header = list(ACTION_COLUMNS) if is_new else _header(file)
            lines = io.StringIO()
            writer = csv.DictWriter(lines, header, lineterminator="\n", extrasaction="ignore")
            if is_new:
                writer.writeheader()
            elif not file.read_bytes().endswith(b"\n"):
                lines.write("\n")
            writer.writerow(row)
            _append(file, lines.getvalue().encode())
            flush_to_disk(file.parent)
    except OSError as error:
        raise RunError(f"{file} cannot be written: {error}") from error


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header = [name.strip().lower() for name in next(csv.reader(lines), [])]
    if missing := [name for name in ACTION_COLUMNS if name not in header]:
        raise RunError(f"{file} has no column {', '.join(missing)}; nothing was written.")
    return header


def _append(file: Path, content: bytes) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    before = os.fstat(handle).st_size
    try:
        if os.write(handle, content) != len(content):
            os.ftruncate(handle, before)
            raise OSError(f"only part of the line fits on the disk: {file}")
        os.fsync(handle)
    finally:
        os.close(handle)


def _instant(text: str, option: str) -> datetime | None:
    """A day (its first instant) or an instant in UTC; RunError where it is neither."""
    if not text.strip():
        return None
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise RefusedError(f"{option} {text} is no date or instant, such as 2026-04-30") from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.strftime("%Y-%m-%d %H:%M:%S")


def _filled(text: str) -> str | None:
    return text.strip() or None


def _text(value: object) -> str:
    return "" if value is None else str(value)


# --- showing --------------------------------------------------------------------------------------


def _show_list(console: Console, rows: Sequence[Row], totals: Row) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("id", "sev", "state", "check", "entity", "owner"):
        table.add_column(name, overflow="fold")
    table.add_column("at risk", justify="right", no_wrap=True)
    table.add_column("age", justify="right", no_wrap=True)
    # What is cut helps nobody: on a narrow terminal `show` has the evidence.
    is_wide = console.width >= WIDE
    if is_wide:
        table.add_column("evidence", overflow="fold")
    for row in rows:
        cells = [
            str(row["exception_id"])[:SHORT_ID], _text(row["severity"]), _text(row["state"]),
            _text(row["check_id"]), _text(row["legal_entity_code"]), _text(row["owner"]),
            _amount(row["amount_at_risk_reporting"]),
            f"{row['age_days']}{'!' if row['is_sla_breached'] else ' '}",
        ]  # fmt: skip
        table.add_row(*cells, *([_text(row["evidence"])] if is_wide else []))
    console.print(table, highlight=False, markup=False)
    _say(
        console,
        f"{len(rows):,} of {totals['fitting_count']:,} shown. In the queue:"
        f" {totals['queue_count']:,} with {_total(totals, 'queue')} at risk,"
        f" {totals['overdue_count']:,} past their SLA (!). Hidden: {totals['hidden_count']:,} with"
        f" {_total(totals, 'hidden')}, of which {totals['suppressed_count']:,} suppressed."
        f" All that is unresolved: {totals['unresolved_count']:,} with"
        f" {_total(totals, 'unresolved')}.",
    )


def _show_one(
    console: Console,
    found: Row,
    episodes: Sequence[Row],
    actions: Sequence[Row],
    rows: Sequence[Row],
    problem: str | None,
) -> None:
    for name, value in found.items():
        if value is not None:
            _say(console, f"{name:<26} {value}")
    for title, some in (("Episodes", episodes), ("Actions", actions)):
        _say(console, f"\n{title}: {'none' if not some else ''}")
        _show_rows(console, some)
    _say(console, f"\nDrill-down: {problem or ('no row' if not rows else '')}")
    _show_rows(console, rows)


def _show_rows(console: Console, rows: Sequence[Row]) -> None:
    """One block a row: a table of forty columns fits no terminal. Empty cells are left out."""
    for place, row in enumerate(rows, start=1):
        cells = [f"{name}={value}" for name, value in row.items() if value not in (None, "")]
        _say(console, f"  {place}. {', '.join(cells)}")


def _total(totals: Row, part: str) -> str:
    """The amount of a part of the queue; of nothing it is zero, not unknown."""
    return _amount(totals[f"{part}_amount"] if totals[f"{part}_count"] else Decimal(0))


def _amount(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:,.2f}"


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _json(content: Mapping[str, Any]) -> str:
    def readable(value: object) -> str:
        return value.isoformat() if isinstance(value, date | datetime) else str(value)

    return json.dumps(content, indent=2, default=readable)


@contextmanager
def _told() -> Iterator[Console]:
    """A console; what stops the command is told on the error stream, with exit code 2."""
    try:
        yield Console()
    except RunError as error:
        word = "Refused" if isinstance(error, RefusedError) else "Error"
        Console(stderr=True).print(
            f"{word}: {error}", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(REFUSED) from error
