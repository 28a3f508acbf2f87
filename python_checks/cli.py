"""The commands of `python -m python_checks`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from python_checks.ageing import ageing
from python_checks.configuration import read_settings
from python_checks.errors import RunError
from python_checks.evaluation.command import app as evaluation
from python_checks.exceptions import app as exceptions
from python_checks.gate import gate
from python_checks.run import lock
from python_checks.run import run as run_once
from python_checks.simulator.command import simulate
from python_checks.state import restore_state
from python_checks.verdict import ExitCode

PROJECT_DIR = Path(__file__).resolve().parents[1]

app = typer.Typer(
    help="Builds, judges and publishes the billing warehouse.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ProjectOption = Annotated[
    Path, typer.Option("--project-dir", help="The dbt project.", show_default=False)
]
WarehouseOption = Annotated[
    Path | None, typer.Option(help="Folder for outputs and state (else WAREHOUSE_ROOT).")
]


app.command()(simulate)
app.add_typer(evaluation, name="evaluate")
app.add_typer(exceptions, name="exceptions")
app.command()(gate)
app.command()(ageing)


@app.callback()
def main() -> None:
    """Builds, judges and publishes the billing warehouse."""


@app.command()
def run(
    raw: Annotated[Path | None, typer.Option(help="Folder of raw files (else RAW_ROOT).")] = None,
    warehouse: WarehouseOption = None,
    systems: Annotated[
        str | None, typer.Option(help="Exactly these systems, such as stripe,bank.")
    ] = None,
    variables: Annotated[
        str | None, typer.Option("--vars", help="dbt vars as YAML, over vars.yml.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="The day to look from: 2026-03-31.")] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Rebuild incremental tables from scratch.")
    ] = False,
    project_dir: ProjectOption = PROJECT_DIR,
) -> None:
    """Runs once, from raw files to the published file.

    Exit code: 0 clean, 1 a gate is breached, 2 an error (nothing published), 3 not enough data.
    """
    console = Console()
    try:
        settings = read_settings(
            project_dir=project_dir,
            raw=raw,
            warehouse=warehouse,
            systems=systems,
            variables=variables,
            as_of=as_of,
            full_refresh=full_refresh,
        )
    except RunError as error:
        raise _stopped(console, error) from error
    raise typer.Exit(run_once(settings, console))


@app.command()
def restore(
    warehouse: WarehouseOption = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a state that is there.")] = False,
    project_dir: ProjectOption = PROJECT_DIR,
) -> None:
    """Rebuilds state.duckdb from the Parquet files that each published run leaves."""
    console = Console()
    try:
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        with lock(settings.warehouse):
            counts = restore_state(settings.warehouse, force=force)
    except RunError as error:
        raise _stopped(console, error) from error
    for table, rows in counts.items():
        console.print(f"{table:<24} {rows:>12,} rows", highlight=False)


def _stopped(console: Console, error: RunError) -> typer.Exit:
    console.print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(ExitCode.ERROR)
