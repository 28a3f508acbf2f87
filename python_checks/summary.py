"""What a run did, for a person to read and as JSON: read from the build, never invented.

A mart that is not there, or lacks a column, leaves its part out; what did not run says so.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
from rich.console import Console

from python_checks.dbt_process import NodeOutcome
from python_checks.extracts import ExtractFile
from python_checks.verdict import ExitCode
from python_checks.warehouse import BUILD, Warehouse, columns_of

DISPOSITIONS = ("accepted", "quarantined", "duplicate", "superseded", "deleted", "test_mode")
UNREADABLE = "unreadable"
# The amount column under which row accounting counts rows alone.
ROWS = "(rows)"
MOST_NOTES_SHOWN = 8
Rows = list[dict[str, Any]]


@dataclass
class Summary:
    """Everything a run has to say; filled as it goes, shown at its end."""

    run_id: str
    warehouse: Warehouse
    systems: Mapping[str, bool] = field(default_factory=dict)
    extracts: Sequence[ExtractFile] = ()
    gates: Sequence[NodeOutcome] = ()
    warnings: Sequence[NodeOutcome] = ()
    notices: list[str] = field(default_factory=list)
    row_accounting: Rows | None = None
    breaks: Rows | None = None
    payment_success: Rows | None = None
    landed: Rows | None = None
    landing_notes: Rows | None = None
    checks_run: int = 0
    phase_seconds: Mapping[str, float] = field(default_factory=dict)
    is_published: bool = False
    exit_code: ExitCode = ExitCode.ERROR
    error: str | None = None

    def read_build(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Takes from an attached build what the run found in the data."""
        self.row_accounting = _row_accounting(connection)
        self.breaks = _breaks(connection)
        self.payment_success = _payment_success(connection)
        self.landed = _landed(connection)
        self.landing_notes = _landing_notes(connection)

    @property
    def checks(self) -> str:
        """Whether the Polars checks ran: not run differs from nothing found."""
        return f"{self.checks_run} run" if self.checks_run else "not run"

    @property
    def gate_verdict(self) -> str:
        """The gates in words."""
        if not self.gates:
            return "no gates are defined"
        breached = sum(gate.has_failed for gate in self.gates)
        warned = sum(gate.status == "warn" for gate in self.gates)
        if breached:
            return f"{breached} of {len(self.gates)} gates breached"
        if warned:
            return f"no gate breached, {warned} of {len(self.gates)} warn"
        return f"all {len(self.gates)} gates hold"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain JSON values; amounts as text, since JSON numbers are floats."""
        return {
            "run_id": self.run_id,
            "exit_code": int(self.exit_code),
            "run_status": self.exit_code.run_status,
            "error": self.error,
            "systems": [self._system(name) for name in self.systems],
            "row_accounting": self.row_accounting,
            "breaks": self.breaks,
            "payment_success": self.payment_success,
            "landing_notes": self.landing_notes,
            "checks": self.checks,
            "gates": {
                "verdict": self.gate_verdict,
                "outcomes": [_gate_as_dict(gate) for gate in self.gates],
            },
            "warnings": [str(warning) for warning in self.warnings],
            "notices": self.notices,
            "published_file": str(self.warehouse.published_file) if self.is_published else None,
            "phase_seconds": dict(self.phase_seconds),
        }

    def write(self) -> None:
        """Writes last_run.json in one step."""
        text = json.dumps(self.as_dict(), indent=2, default=_as_json)
        fresh = self.warehouse.root / f"{self.warehouse.last_run_file.name}.{self.run_id}.tmp"
        try:
            fresh.write_text(text + "\n", encoding="utf-8")
            os.replace(fresh, self.warehouse.last_run_file)
        finally:
            fresh.unlink(missing_ok=True)

    def show(self, console: Console) -> None:
        """Prints the summary."""
        console.print()
        if self.error is None:
            self._show_systems(console)
            self._show_row_accounting(console)
            self._show_breaks(console)
            self._show_payment_success(console)
            _say(console, "Checks", self.checks)
        for warning in self.warnings:
            _say(console, "Warning", str(warning))
        for note in (self.landing_notes or [])[:MOST_NOTES_SHOWN]:
            where = note["source_file"] or f"{note['source_system']}.{note['raw_table']}"
            _say(console, "Note", f"{where}: {note['note']}")
        left_out = len(self.landing_notes or []) - MOST_NOTES_SHOWN
        if left_out > 0:
            _say(console, "Note", f"… and {left_out} more (landing.landing_notes)")
        for notice in self.notices:
            _say(console, "Note", notice)
        if self.error is None:
            _say(console, "Gates", self.gate_verdict)
            for gate in self.gates:
                if gate.has_failed or gate.status == "warn":
                    _say(console, "", f"{'BREACHED' if gate.has_failed else 'warn'} {gate}")
        else:
            _say(console, "Error", self.error)
        _say(console, "Published", self._published())
        seconds = ", ".join(f"{name} {value:.1f}" for name, value in self.phase_seconds.items())
        _say(console, "Seconds", f"{seconds} = {sum(self.phase_seconds.values()):.1f}")
        _say(console, "Exit code", f"{int(self.exit_code)} ({self.exit_code.meaning})")

    def _published(self) -> str:
        file = self.warehouse.published_file
        if self.is_published:
            return str(file)
        return f"nothing; {file} is as it was" if file.exists() else "nothing"

    def _system(self, name: str) -> dict[str, Any]:
        files = [extract for extract in self.extracts if extract.source_system == name]
        landed = [row for row in self.landed or [] if row["source_system"] == name]
        return {
            "system": name,
            "is_on": self.systems[name],
            "file_count": len(files),
            "file_bytes": sum(file.file_bytes for file in files),
            "row_count": sum(row["row_count"] for row in landed) if self.landed else None,
        }

    def _show_systems(self, console: Console) -> None:
        rows = []
        for name in self.systems:
            system = self._system(name)
            counts = (
                (system["file_count"], system["row_count"]) if system["is_on"] else (None, None)
            )
            rows.append([name, "on" if system["is_on"] else "off", *map(_number, counts)])
        _print_table(console, ["System", "", ">Files", ">Rows"], rows)

    def _show_row_accounting(self, console: Console) -> None:
        """One line per raw table: rows by disposition; then the amounts, per currency."""
        accounting = self.row_accounting or []
        counted = [row for row in accounting if row["amount_column"] is None]
        shown = [
            name
            for name in DISPOSITIONS
            if any(row["row_disposition"] == name and row["row_count"] for row in counted)
        ]
        counts: dict[str, dict[str, int]] = {}
        for row in counted:
            name = f"{row['source_system']}.{row['raw_table']}"
            counts.setdefault(name, {})[row["row_disposition"]] = row["row_count"]
        _print_table(
            console,
            ["Rows of raw table", *(f">{name}" for name in shown)],
            [
                [name, *(_number(by_disposition.get(kind)) for kind in shown)]
                for name, by_disposition in counts.items()
            ],
        )

        amounts: dict[tuple[str, str], dict[str, Any]] = {}
        for row in accounting:
            if row["amount_column"] is not None and row["currency"] is not None:
                name = f"{row['source_system']}.{row['raw_table']}.{row['amount_column']}"
                cells = amounts.setdefault((name, row["currency"]), {})
                cells[row["row_disposition"]] = row["readable_amount"]
                cells[UNREADABLE] = cells.get(UNREADABLE, 0) + (row["unreadable_count"] or 0)
        _print_table(
            console,
            ["Amounts of raw column", "Currency", *(f">{name}" for name in shown), ">Unreadable"],
            [
                [
                    name,
                    currency,
                    *(_amount(cells.get(kind)) for kind in shown),
                    _number(cells[UNREADABLE] or None),
                ]
                for (name, currency), cells in amounts.items()
                if any(cells.values())
            ],
        )
        left_out = {
            (row["source_system"], row["raw_table"], row["amount_column"])
            for row in accounting
            if row["amount_column"] is not None and row["currency"] is None
        }
        if left_out:
            columns = "column" if len(left_out) == 1 else "columns"
            _say(
                console,
                "Left out",
                f"{len(left_out)} amount {columns} without a currency (marts.row_accounting)",
            )
            console.print()

    def _show_breaks(self, console: Console) -> None:
        if self.breaks is None:
            return
        if not self.breaks:
            _say(console, "Breaks", "no reconciliation has a row")
        _print_table(
            console,
            ["Reconciliation", "Currency", ">Breaks", ">Open variance"],
            [
                [
                    row["pair_id"],
                    row.get("currency") or "",
                    _number(row.get("break_count")),
                    _amount(row.get("open_variance_gross_amount")),
                ]
                for row in self.breaks
            ],
        )

    def _show_payment_success(self, console: Console) -> None:
        """The latest month; the scorecard has them all."""
        rows = self.payment_success or []
        latest = max((str(row.get("period_month") or "") for row in rows), default="")
        _print_table(
            console,
            ["KPI", "Entity", "Month", ">Numerator", ">Denominator", ">Value"],
            [
                [
                    row["kpi_id"],
                    row.get("legal_entity_code") or "",
                    latest,
                    _number(row.get("numerator")),
                    _number(row.get("denominator")),
                    "" if row.get("value") is None else f"{Decimal(str(row['value'])):.2%}",
                ]
                for row in rows
                if str(row.get("period_month") or "") == latest
            ],
        )


def _row_accounting(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """Rows, and amounts by column and currency, per disposition, summed over accounts.

    The mart counts a table's rows under the amount column `(rows)`, here None; it counts what
    landed a second time, before its disposition, which is left out here. An amount whose raw table
    does not name its currency gets None for it: such a sum may mix currencies.
    """
    columns = columns_of(connection, "marts", "row_accounting")
    needed = {
        *("source_system", "raw_table", "row_disposition", "amount_column", "currency"),
        *("row_count", "readable_amount", "unreadable_count"),
    }
    if not needed <= set(columns):
        return None
    is_counted_once = (
        "count_stage not in ('declared', 'landed')" if "count_stage" in columns else "true"
    )
    return _query(
        connection,
        f"""
        select
            source_system,
            raw_table,
            nullif(amount_column, '(rows)') as amount_column,
            nullif(currency, '(none)') as currency,
            row_disposition,
            cast(sum(row_count) as bigint) as row_count,
            sum(readable_amount) as readable_amount,
            cast(sum(unreadable_count) as bigint) as unreadable_count
        from {BUILD}.marts.row_accounting
        where {is_counted_once}
        group by all
        order by all
        """,
    )


def _breaks(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """Breaks and open variance by pair and currency, summed over entities and periods."""
    columns = columns_of(connection, "marts", "recon_summary")
    if "pair_id" not in columns:
        return None
    keys = [name for name in ("pair_id", "currency") if name in columns]
    sums = [name for name in ("break_count", "open_variance_gross_amount") if name in columns]
    # An amount without its currency would be a total that mixes them.
    if "currency" not in columns:
        sums = [name for name in sums if not name.endswith("_amount")]
    return _query(
        connection,
        f"select {', '.join([*keys, *(f'sum({name}) as {name}' for name in sums)])}"
        f" from {BUILD}.marts.recon_summary group by {', '.join(keys)} order by all",
    )


def _payment_success(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    wanted = ("kpi_id", "period_month", "legal_entity_code", "numerator", "denominator", "value")
    rows = _read(connection, "kpi", "kpi_scorecard", wanted, needed=["kpi_id"])
    if rows is None:
        return None
    # The policy's reading; the readings by intent and by attempt stand in kpi.kpi_scorecard.
    return [row for row in rows if row["kpi_id"] == "payment_success"]


def _landed(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """Rows read by system: those that could be split into cells, and those that could not."""
    counted = [
        f"select source_system, {count} as row_count from {BUILD}.landing.{table}"
        for table, count in (("landed_files", "row_count"), ("rejected_lines", "1"))
        if columns_of(connection, "landing", table)
    ]
    if not counted:
        return None
    return _query(
        connection,
        "select source_system, cast(sum(row_count) as bigint) as row_count"
        f" from ({' union all '.join(counted)}) group by all order by all",
    )


def _landing_notes(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    wanted = ("source_system", "source_account", "raw_table", "source_file", "note")
    return _read(connection, "landing", "landing_notes", wanted, needed=wanted)


def _read(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    wanted: Sequence[str],
    *,
    needed: Sequence[str],
) -> Rows | None:
    """The wanted columns that a relation has, ordered by them; None without the needed ones."""
    columns = columns_of(connection, schema, table)
    if not set(needed) <= set(columns):
        return None
    present = [name for name in wanted if name in columns]
    return _query(
        connection, f"select {', '.join(present)} from {BUILD}.{schema}.{table} order by all"
    )


def _query(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _gate_as_dict(gate: NodeOutcome) -> dict[str, Any]:
    return {"name": gate.name, "status": gate.status, "failing_rows": gate.failing_rows}


def _print_table(console: Console, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns in one line each, however narrow the screen; a header with `>` is of numbers."""
    if not rows:
        return
    lines = [[header.removeprefix(">") for header in headers], *rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headers))]
    for number, line in enumerate(lines):
        cells = [
            cell.rjust(width) if header.startswith(">") else cell.ljust(width)
            for cell, width, header in zip(line, widths, headers, strict=True)
        ]
        console.print(
            "  ".join(cells).rstrip(),
            style="bold" if number == 0 else None,
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    console.print()


def _say(console: Console, label: str, text: str) -> None:
    # Paths stay in one piece, so that they can be copied.
    console.print(f"{label:<10} {text}", markup=False, highlight=False, soft_wrap=True)


def _amount(value: Decimal | None) -> str:
    """Whole, or with at least two decimals."""
    if value is None:
        return ""
    whole, _, decimals = f"{value:,.4f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{whole}.{decimals:0<2}" if decimals else whole


def _number(value: Decimal | int | None) -> str:
    return "" if value is None else f"{value:,}"


def _as_json(value: object) -> str:
    return str(value)
