"""Writes a simulated company: raw extracts as its systems deliver them, and the truth about them.

DIR/raw/<system>/…             every system's extract on the night after the window
DIR/extracts/<day>/<system>/…  the extracts of the nights before it, where asked for
DIR/truth/faults.csv           one row for each break that a planted fault makes
DIR/truth/totals.csv           what the world adds up to, before any system sees it
DIR/truth/scenarios.csv        how often each scenario of the catalogue occurs
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from python_checks.simulator import scenarios, totals
from python_checks.simulator.around_operations import build_operations
from python_checks.simulator.around_work import build_work
from python_checks.simulator.books import build_books
from python_checks.simulator.faults import billing_errors, edits, planting
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.views import bank, jira, netsuite, ops, salesforce, stripe, zuora
from python_checks.simulator.world import build_world
from python_checks.simulator.writing import Format, manifests, refuse_foreign, write

Files = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Company:
    """A world and, for each night asked for, what every system shows of it."""

    world: World
    files: Files
    faults: list[planting.Fault]
    truth: pl.DataFrame


def views(world: World, seed: int, until: date | None = None) -> Files:
    """Every system's raw tables, as `<system>/<account>/<table>`, known at the end of a day."""
    work, operations = build_work(world, seed), build_operations(world, seed)
    if until is not None and until < world.last_on:
        world, work, operations = world.until(until), work.until(until), operations.until(until)
    made: dict[str, Callable[[], dict[str, pl.DataFrame]]] = {
        "stripe": lambda: stripe.tables(world),
        "zuora": lambda: zuora.tables(world),
        "netsuite": lambda: netsuite.tables(world, build_books(world)),
        "bank": lambda: bank.tables(world),
        "salesforce": lambda: salesforce.tables(world),
        "jira": lambda: jira.tables(world, work),
        "ops": lambda: ops.tables(world, operations),
    }
    return {
        f"{system}/{path}": frame
        for system, tables in made.items()
        for path, frame in tables().items()
    }


def simulate(settings: Settings, profile: str = "default") -> Company:
    """The company of the settings with the faults of the profile planted in its views.

    ValueError where the profile is unknown.
    """
    counts = planting.counts_of(profile, settings)
    world, errors, taken = billing_errors.spoil(build_world(settings), settings, counts)
    clean = views(world, settings.seed)
    faults = [*errors, *planting.plant(world, clean, settings, profile, taken)]
    planted = [edit for fault in faults for edit in fault.edits]
    return Company(world, edits.apply(clean, planted), faults, planting.truth(faults))


def earlier_extracts(
    company: Company, settings: Settings, nights: int
) -> Iterator[tuple[date, Files]]:
    """The extracts of the nights before the last one, the oldest first.

    A fault is in an extract from the day on which it was planted: a row that was edited after the
    close is in the extracts before it as it was.
    """
    for back in range(nights - 1, 0, -1):
        day = company.world.last_on - timedelta(days=back)
        known = [
            edit for fault in company.faults if fault.planted_on <= day for edit in fault.edits
        ]
        yield day, edits.apply(views(company.world, settings.seed, day), known)


def write_company(
    settings: Settings, out: Path, *, profile: str = "default", nights: int = 1,
    output_format: Format = "csv",
) -> Company:  # fmt: skip
    """Simulates and writes below `out`; each of its folders is replaced as a whole.

    ValueError where a folder holds what the simulator has not written.
    """
    for name in ("raw", "extracts", "truth"):
        refuse_foreign(out / name)
    company = simulate(settings, profile)
    write(
        _delivered(company.files, company.world.last_on), out / "raw", output_format=output_format
    )
    earlier = {
        f"{day}/{path}": frame
        for day, files in earlier_extracts(company, settings, nights)
        for path, frame in _delivered(files, day).items()
    }
    if earlier:
        write(earlier, out / "extracts", output_format=output_format)
    write(truth_files(company), out / "truth")
    return company


def _delivered(files: Files, day: date) -> Files:
    """The files with what each folder declares about itself: full extracts of that night."""
    return files | manifests(files, is_full=True, extracted_at=synced_at(day))


def truth_files(company: Company) -> Files:
    return {
        "faults": company.truth,
        "totals": totals.totals(company.world),
        "scenarios": scenarios.counts(company.world).with_columns(
            pl.col("occurrences").cast(pl.String)
        ),
    }


def synced_at(day: date) -> datetime:
    """When the extract of a day is taken: the night after it, at two o'clock UTC."""
    return datetime.combine(day + timedelta(days=1), time(2))
