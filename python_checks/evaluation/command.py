"""The command `python -m python_checks evaluate reconciliation`."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from python_checks.errors import RunError
from python_checks.evaluation.building import build, read_breaks
from python_checks.evaluation.comparison import Comparison, compare, score
from python_checks.evaluation.report import as_json, pooled, show
from python_checks.evaluation.truth import read_truth
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import write_company

PROJECT_DIR = Path(__file__).resolve().parents[2]
NOT_GOOD_ENOUGH = 1
ERROR = 2
CUSTOMERS = 300
FORMATS = ("table", "json")

app = typer.Typer(help="Measures findings against a known truth.", no_args_is_help=True)


@app.callback()
def main() -> None:
    """Measures findings against a known truth."""


@app.command()
def reconciliation(
    seed: Annotated[
        list[int] | None, typer.Option(help="Simulates this company; may be given again.")
    ] = None,
    customers: Annotated[int, typer.Option(help="How many customers of each seed.")] = CUSTOMERS,
    months: Annotated[int, typer.Option(help="How many months of each seed.")] = 6,
    faults: Annotated[str, typer.Option(help="none, default, heavy, or a list.")] = "heavy",
    raw: Annotated[Path | None, typer.Option(help="Or: a folder of raw files …")] = None,
    truth: Annotated[
        Path | None, typer.Option(help="… and the truth about them, as docs/simulator.md has it.")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    warehouse: Annotated[
        Path | None, typer.Option(help="Folder to work in (else a temporary one).")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leaves what was built.")] = False,
    project_dir: Annotated[
        Path, typer.Option("--project-dir", help="The dbt project.", show_default=False)
    ] = PROJECT_DIR,
) -> None:
    """Builds reconciliation over data whose faults are known, and counts what it found.

    Exit code: 0 good enough (recall 99 %, code precision 95 %, each code with 20 instances 90 %,
    no false alarm), 1 not, 2 an error.
    """
    # The object alone goes to stdout.
    console, errors = Console(), Console(stderr=True)
    try:
        _refuse_contradictions(seed, raw, truth, output_format)
        runs: dict[str, Comparison] = {}
        with _folder(warehouse, keep=keep, console=errors) as folder:
            if raw is not None and truth is not None:
                # What is wrong with the truth is said before anything is built.
                read_truth(truth)
                runs["given"] = _measured(project_dir, raw, truth, folder / "given", "")
            for number in dict.fromkeys(seed or ()):
                place = folder / f"seed_{number}"
                write_company(Settings(customers, months, seed=number), place, profile=faults)
                runs[f"seed {number}"] = _measured(
                    project_dir, place / "raw", place / "truth" / "faults.csv",
                    place / "warehouse", f"seed {number}",
                )  # fmt: skip
                if not keep:
                    shutil.rmtree(place)
    except (RunError, ValueError, OSError) as error:
        errors.print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR) from error
    if output_format == "json":
        typer.echo(as_json(runs))
    else:
        show(runs, console)
    raise typer.Exit(0 if score(pooled(runs)).is_good_enough else NOT_GOOD_ENOUGH)


def _measured(project_dir: Path, raw: Path, truth: Path, folder: Path, run: str) -> Comparison:
    """Builds over the raw files and compares."""
    rows = read_truth(truth, run=run)
    breaks, pairs_in_transit = read_breaks(build(project_dir, raw, folder), run=run)
    others = read_truth(truth, run=run, found_by=("check", "queue"))
    return compare(breaks, rows, pairs_in_transit=pairs_in_transit, others=others)


def _refuse_contradictions(
    seed: list[int] | None, raw: Path | None, truth: Path | None, output_format: str
) -> None:
    if (raw is None) != (truth is None):
        raise RunError("--raw and --truth go together.")
    if bool(seed) == (raw is not None):
        raise RunError("Give either --seed, or --raw and --truth.")
    if output_format not in FORMATS:
        raise RunError(f"--format {output_format}: it is {' or '.join(FORMATS)}.")


@contextmanager
def _folder(given: Path | None, *, keep: bool, console: Console) -> Iterator[Path]:
    """A folder to work in; a temporary one is gone afterwards, unless it is kept."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    made = Path(tempfile.mkdtemp(prefix="evaluate-"))
    try:
        yield made
    finally:
        if keep:
            console.print(f"Left in {made}", markup=False, highlight=False, soft_wrap=True)
        else:
            shutil.rmtree(made, ignore_errors=True)
