"""Writes a simulated company: raw extracts as its systems deliver them, and the truth about them.

DIR/raw/<system>/…             every system's extract on the night after the window
DIR/extracts/<day>/<system>/…  the extracts of the nights before it, where asked for
DIR/truth/faults.csv           one row for each break that a planted fault makes
DIR/truth/totals.csv           what the world adds up to, before any system sees it
DIR/truth/scenarios.csv        how often each scenario of the catalogue occurs
"""

import shutil
import tempfile
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from python_checks.simulator.spool import Spool
from python_checks.simulator.views import bank, jira, netsuite, ops, salesforce, stripe, zuora
from python_checks.simulator.world import build_world
from python_checks.simulator.writing import Format, manifests, refuse_foreign, write

Files = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Company:
    """A world, the faults in it and in its views, and the raw tables of the last night."""

    world: World
    files: Mapping[str, pl.DataFrame]
    rows: Mapping[str, int]
    faults: list[planting.Fault]
    truth: pl.DataFrame


def views(world: World, seed: int, until: date | None = None) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every system's raw tables with their paths, `<system>/<account>/<table>`, known at the end
    of a day; one system after the other."""
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
    for system, make in made.items():
        tables = make()
        # Handed over one by one: none is kept here while the next ones are used.
        for path in list(tables):
            yield f"{system}/{path}", tables.pop(path)


def simulate(settings: Settings, profile: str = "default") -> Company:
    """The company of the settings with the faults of the profile planted in its views, all in
    memory.

    ValueError where the profile is unknown.
    """
    counts = planting.counts_of(profile, settings)
    world, errors, taken = billing_errors.spoil(build_world(settings), settings, counts)
    clean = dict(views(world, settings.seed))
    faults = [*errors, *planting.plant(world, clean, settings, profile, taken)]
    files = edits.apply(clean, _edits(faults))
    rows = {path: frame.height for path, frame in files.items()}
    return Company(world, files, rows, faults, planting.truth(faults))


def _edits(faults: Iterable[planting.Fault], until: date | None = None) -> list[edits.Edit]:
    """The edits of all faults; or those that are in the extract of a day."""
    return [
        edit
        for fault in faults
        for edit in (fault.edits if until is None or fault.planted_on <= until else fault.before)
    ]


def _spooled(
    world: World, settings: Settings, profile: str, taken: Iterable[int], spool: Spool
) -> list[planting.Fault]:
    """The last night's tables put into the spool, with the faults that are returned."""
    for path, frame in views(world, settings.seed):
        spool.put(path, frame)
        del frame
    faults = planting.plant(world, spool, settings, profile, taken)
    for path, changes in edits.by_path(_edits(faults)).items():
        spool.put(path, edits.edited(spool[path], changes, path))
    return faults


def write_company(
    settings: Settings, out: Path, *, profile: str = "default", nights: int = 1,
    output_format: Format = "csv",
) -> Company:  # fmt: skip
    """Simulates and writes below `out`; each of its folders is replaced as a whole.

    The files of the company that is returned are not in it: they are on disk. ValueError where the
    profile is unknown or a folder holds what the simulator has not written.
    """
    for name in ("raw", "extracts", "truth"):
        refuse_foreign(out / name)
    counts = planting.counts_of(profile, settings)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".spool-") as folder:
        world, errors, taken = billing_errors.spoil(build_world(settings), settings, counts)
        spool = Spool(Path(folder))
        faults = [*errors, *_spooled(world, settings, profile, taken, spool)]
        company = Company(world, {}, spool.rows, faults, planting.truth(faults))
        delivered = ChainMap(_declared(spool.rows, world.last_on), spool)  # type: ignore[arg-type]
        write(delivered, out / "raw", output_format=output_format)
    _remove_earlier(out / "extracts")
    if nights > 1:
        earlier = {
            f"{day}/{path}": frame
            for day, files in earlier_extracts(company, settings, nights)
            for path, frame in files.items()
        }
        write(earlier, out / "extracts", output_format=output_format)
    write(truth_files(company), out / "truth")
    return company


def _remove_earlier(folder: Path) -> None:
    """What an earlier call wrote there is of another company, or of other nights."""
    if folder.exists():
        shutil.rmtree(folder)


def earlier_extracts(
    company: Company, settings: Settings, nights: int
) -> Iterator[tuple[date, Files]]:
    """The extracts of the nights before the last one, the oldest first.

    A fault is in an extract from the day on which it was planted: a row that was edited after the
    close is in the extracts before it as it was.
    """
    for back in range(nights - 1, 0, -1):
        day = company.world.last_on - timedelta(days=back)
        known = _edits(company.faults, day)
        files = edits.apply(dict(views(company.world, settings.seed, day)), known)
        rows = {path: frame.height for path, frame in files.items()}
        yield day, files | _declared(rows, day)


def _declared(rows: Mapping[str, int], day: date) -> Files:
    """What each folder declares about itself: full extracts, taken in the night after a day."""
    return manifests(rows, is_full=True, extracted_at=synced_at(day))


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
