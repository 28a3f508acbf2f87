"""The command `python -m python_checks gate`: may this billing run be posted?

What is looked at, and from when it holds an invoice or stops the run, is decided in the models
(`billing_run_gate`, `billing_run_gate_items`, `billing_run_gate_totals`); this only shows it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from python_checks.configuration import read_settings
from python_checks.errors import RunError
from python_checks.warehouse import Warehouse, first_line

PROJECT_DIR = Path(__file__).resolve().parents[1]
LATEST = "latest"
EXIT_CODES = {"release": 0, "hold": 1, "stop": 3}
ERROR = 2
FORMATS = ("table", "json")
# Findings that only inform are counted beyond this.
MOST_SHOWN = 20

Row = dict[str, Any]


@dataclass(frozen=True)
class Gate:
    """The runs that were asked for, what was found about them, and their totals."""

    runs: list[Row]
    items: list[Row]
    totals: list[Row]

    @property
    def verdict(self) -> str:
        """The worst of all runs."""
        return max((str(run["gate_verdict"]) for run in self.runs), key=lambda v: EXIT_CODES[v])

    def held(self, run: Row) -> list[str]:
        """The invoices of a run that must not go out."""
        return sorted(
            {
                str(item["gate_subject_key"])
                for item in self.items
                if item["billing_run_key"] == run["billing_run_key"]
                and item["item_verdict"] == "hold"
                and item["invoice_key"] is not None
            }
        )


def gate(
    run: Annotated[
        str, typer.Option(help="The run's id in billing, or latest: of each legal entity.")
    ] = LATEST,
    warehouse: Annotated[
        Path | None, typer.Option(help="Folder of the warehouse (else WAREHOUSE_ROOT).")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    project_dir: Annotated[
        Path, typer.Option("--project-dir", help="The dbt project.", show_default=False)
    ] = PROJECT_DIR,
) -> None:
    """Says whether a billing run that waits may be posted, and what to hold.

    Exit code: 0 release, 1 hold what is listed, 2 an error, 3 stop.
    """
    console, errors = Console(), Console(stderr=True)
    try:
        if output_format not in FORMATS:
            raise RunError(f"--format {output_format}: it is {' or '.join(FORMATS)}.")
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        found = read_gate(settings.warehouse, run)
    except RunError as error:
        errors.print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR) from error
    if output_format == "json":
        typer.echo(as_json(found))
    else:
        show(found, console)
    raise typer.Exit(EXIT_CODES[found.verdict])


def read_gate(warehouse: Warehouse, run: str) -> Gate:
    """The gate of one run, or of each legal entity's latest; RunError where there is none.

    Reads what is published, or where nothing is yet, what is built.
    """
    file = next(
        (file for file in (warehouse.published_file, warehouse.build_file) if file.is_file()), None
    )
    if file is None:
        raise RunError(f"{warehouse.root} holds neither a published file nor a build.")
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            runs = _rows(
                connection,
                "select * from marts.billing_run_gate"
                " where source_billing_run_id = $run or ($run = 'latest' and is_latest_run)"
                " order by legal_entity_code, source_billing_run_id",
                {"run": run},
            )
            keys = {"keys": [row["billing_run_key"] for row in runs]}
            waiting = [
                f"{row['source_billing_run_id']} ({row['legal_entity_code']})"
                for row in _rows(connection, "select * from marts.billing_run_gate order by all")
            ]
            items = _rows(
                connection,
                "select * from marts.billing_run_gate_items where billing_run_key in $keys"
                " order by billing_run_key, item_verdict, check_code, gate_subject_key",
                keys,
            )
            totals = _rows(
                connection,
                "select * from marts.billing_run_gate_totals where billing_run_key in $keys"
                " order by billing_run_key, currency",
                keys,
            )
    except duckdb.Error as error:
        raise RunError(f"{file} cannot be read: {first_line(error)}") from error
    if not runs:
        named = "No run waits" if run == LATEST else f"The run {run} does not wait"
        others = f" These wait: {', '.join(waiting)}." if waiting else ""
        raise RunError(f"{named} to be posted.{others}")
    return Gate(runs, items, totals)


def _rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> list[Row]:
    found = connection.execute(query, parameters) if parameters else connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def as_json(found: Gate) -> str:
    """One object: the verdict of all, and each run with its findings and totals."""
    content = {
        "verdict": found.verdict,
        "runs": [
            _readable(run)
            | {
                "held_invoices": found.held(run),
                "findings": [_readable(item) for item in _of(found.items, run)],
                "totals": [_readable(total) for total in _of(found.totals, run)],
            }
            for run in found.runs
        ],
    }
    return json.dumps(content, indent=2)


def show(found: Gate, console: Console) -> None:
    """Each run with what was counted, its totals and what is to be held or looked at."""
    for run in found.runs:
        _say(
            console,
            f"{run['legal_entity_code']}, run {run['source_billing_run_id']} of"
            f" {run['target_on']} ({run['run_kind']}, {run['billing_run_status']}):"
            f" {str(run['gate_verdict']).upper()}",
        )
        expected = run["expected_account_count"]
        _say(
            console,
            f"  expected {'unknown' if expected is None else expected}, drafted"
            f" {run['drafted_count']}, missing {run['missing_count']}, not accounted for"
            f" {run['not_accounted_for_count']}; invoices held {run['held_invoice_count']},"
            f" issued and not posted {run['not_posted_count']}",
        )
        _show_totals(_of(found.totals, run), console)
        _show_items(_of(found.items, run), console)
        if held := found.held(run):
            _say(console, f"  hold: {', '.join(held)}")


def _show_totals(totals: Sequence[Row], console: Console) -> None:
    table = Table("", "drafts", "total", "cycles before", "", box=None, padding=(0, 2))
    for total in totals:
        before = (
            f"{total['prior_smallest_amount']:,} to {total['prior_largest_amount']:,}"
            if total["prior_cycle_count"]
            else "none"
        )
        note = "far off" if total["is_far_off"] else "" if total["is_total_judged"] else "too few"
        table.add_row(
            str(total["currency"]), f"{total['drafted_invoice_count']:,}",
            f"{total['drafted_total_amount']:,}", before, note,
        )  # fmt: skip
    console.print(table)


def _show_items(items: Sequence[Row], console: Console) -> None:
    for verdict in ("stop", "hold", "inform"):
        some = [item for item in items if item["item_verdict"] == verdict]
        shown = some if verdict != "inform" else some[:MOST_SHOWN]
        for item in shown:
            amount = "" if item["gate_amount"] is None else f" {item['gate_amount']:,}"
            currency = f" {item['currency']}" if amount else ""
            _say(
                console,
                f"  {verdict}: {item['check_code']} {item['gate_subject_key']}{amount}{currency}"
                f" ({item['evidence']})",
            )
        if len(some) > len(shown):
            _say(console, f"  … and {len(some) - len(shown)} more")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _of(rows: Sequence[Row], run: Row) -> list[Row]:
    return [row for row in rows if row["billing_run_key"] == run["billing_run_key"]]


def _readable(row: Row) -> Row:
    return {
        name: str(value) if isinstance(value, Decimal | date | datetime) else value
        for name, value in row.items()
    }
