"""The command `python -m python_checks simulate`."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from python_checks.simulator.faults import planting
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import Company, write_company
from python_checks.simulator.writing import Format

ERROR = 2
DEFAULTS = Settings()


def simulate(
    out: Annotated[Path, typer.Option(help="Folder for raw/, truth/ and extracts/.")],
    customers: Annotated[int, typer.Option(help="How many customers.")] = DEFAULTS.customers,
    months: Annotated[int, typer.Option(help="How many months.")] = DEFAULTS.months,
    first_month: Annotated[
        datetime, typer.Option(formats=["%Y-%m"], help="The first of them.")
    ] = datetime(DEFAULTS.first_on.year, DEFAULTS.first_on.month, 1),
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = DEFAULTS.seed,
    faults: Annotated[
        str, typer.Option(help="none, default, heavy, or a list: fault or fault=count, …")
    ] = "default",
    extracts: Annotated[
        int, typer.Option(min=1, help="Extracts of so many nights, the last one in raw/.")
    ] = 1,
    output_format: Annotated[
        str, typer.Option("--format", help="csv, or parquet in daily parts.")
    ] = "csv",
) -> None:
    """Writes the extracts of an invented company, with faults, and the truth about them.

    Exit code: 0 written, 2 an error (nothing written). The same options write the same bytes.
    """
    console = Console()
    try:
        settings = Settings(customers, months, first_month.date(), seed)
        company = write_company(
            settings, out, profile=faults, nights=extracts, output_format=_format(output_format)
        )
    except (ValueError, OSError) as error:
        console.print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR) from error
    _report(console, company, out)


def _format(name: str) -> Format:
    if name == "csv":
        return "csv"
    if name == "parquet":
        return "parquet"
    raise ValueError(f"--format {name}: it is csv or parquet")


def _report(console: Console, company: Company, out: Path) -> None:
    table = Table("system", "tables", "rows", box=None)
    for system in sorted({path.partition("/")[0] for path in company.rows}):
        heights = [n for path, n in company.rows.items() if path.partition("/")[0] == system]
        table.add_row(system, f"{len(heights)}", f"{sum(heights):,}")
    console.print(table)
    console.print(
        f"{company.world.invoices.height:,} invoices, {len(company.faults):,} faults in"
        f" {len({fault.kind for fault in company.faults})} kinds"
        f" (of {len(planting.all_kinds())}): {out}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
