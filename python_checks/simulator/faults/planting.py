"""Chooses what to spoil and keeps the truth about it.

A profile says how many faults of each kind are planted. Every kind is a function that chooses its
victims among what the world knows, and gives back faults: edits of raw rows, with one line of truth
for each break that they make. What one fault has taken no other takes, but for a share of invoices
that carry two.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np
import polars as pl

from python_checks.simulator import company
from python_checks.simulator.company import LEAST_FROM_CUSTOMERS
from python_checks.simulator.faults.edits import Edit, Files, Row
from python_checks.simulator.randomness import stream
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.spool import Spool


@dataclass(frozen=True)
class Truth:
    """One break that a fault makes, as reconciliation, quarantine, checks or queue find it.

    `expected_code` is the cause of domain's taxonomy; empty where the fault must not make a break
    (an identifier that drifts is matched all the same) or is found elsewhere. `amount` is left less
    right, in major units. `natural_key` is a row of `source_system`; `counterpart_key` one of the
    other side.
    """

    found_by: str
    pair_id: str
    expected_code: str
    side: str
    source_system: str
    source_account: str
    entity: str
    natural_key: str
    counterpart_key: str
    currency: str
    amount: str
    period_month: str
    cleared_on: str = ""


@dataclass(frozen=True)
class Fault:
    """One fault: what is done to the raw rows, and what should be found."""

    kind: str
    planted_on: date
    edits: tuple[Edit, ...]
    truths: tuple[Truth, ...]
    # What is different in the extracts of the nights before it was planted.
    before: tuple[Edit, ...] = ()


@dataclass
class Ground:
    """What planters work on: the world, its clean views, and what is taken already."""

    world: World
    files: Files
    settings: Settings
    random: np.random.Generator
    taken: set[tuple[str, int]] = field(default_factory=set)
    # Numbers of the transactions that faults add to the ERP.
    taken_numbers: list[str] = field(default_factory=list)
    # How many faults of the kind there are already.
    turn: int = 0
    kept: dict[str, pl.DataFrame] = field(default_factory=dict)
    # Days of bank accounts (number, date): those of which a fault spoils an entry, and those that
    # were delivered twice or not at all. No day is both.
    entry_days: set[tuple[str, date]] = field(default_factory=set)
    whole_days: set[tuple[str, date]] = field(default_factory=set)

    def keep(self, name: str, make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """A frame that several planters ask for, made once."""
        if name not in self.kept:
            self.kept[name] = make()
        return self.kept[name]

    def choose(
        self, rows: pl.DataFrame, kind: str, key: str, count: int
    ) -> list[dict[str, object]]:
        """`count` of the rows (fewer where there are fewer), none of them taken; takes them."""
        used = [number for taken, number in self.taken if taken == kind]
        free = rows.filter(~pl.col(key).is_in(used)).sort(key)
        count = min(count, free.height)
        positions = np.sort(self.random.permutation(free.height)[:count])
        chosen = free.select(pl.all().gather(pl.Series(positions, dtype=pl.Int64))).to_dicts()
        self.taken.update((kind, int(row[key])) for row in chosen)
        return chosen

    def rows(self, path: str, where: Row) -> list[Row]:
        """The raw rows with those cells."""
        wanted = [pl.col(name) == cell for name, cell in where.items()]
        found = self.scan(path).filter(wanted) if wanted else self.scan(path)
        return found.collect().to_dicts()

    def scan(self, path: str) -> pl.LazyFrame:
        """A raw table, to be filtered: it may lie on disk."""
        return self.files.scan(path) if isinstance(self.files, Spool) else self.files[path].lazy()


CODES: dict[int, str] = dict(company.entities().select("entity", "code").iter_rows())
Planter = Callable[[Ground, int], Iterable[Fault]]
KINDS: dict[str, Planter] = {}
# Kinds that are made in the world before its views (billing_errors.py).
WORLD_KINDS = (
    "tenfold_invoice", "price_stale", "quantity_difference", "missing_invoice",
    "duplicate_invoice", "credit_burst", "approved_by_its_author",
)  # fmt: skip
# How many of each kind the profiles plant in a company of the default size.
DEFAULT_COUNT, HEAVY_COUNT = 2, 8
FEW_CUSTOMERS_COUNT = 1
PROFILES: Mapping[str, int] = {"none": 0, "default": DEFAULT_COUNT, "heavy": HEAVY_COUNT}


def kind(planter: Planter) -> Planter:
    """Makes a function known as the planter of the faults that it is named after."""
    KINDS[planter.__name__] = planter
    return planter


def all_kinds() -> list[str]:
    """Every kind there is: those of the world and those of the views."""
    return [*WORLD_KINDS, *KINDS]


def counts_of(profile: str, settings: Settings) -> dict[str, int]:
    """How many faults of each kind; a list names kinds, with `=count` where it is not the default.

    ValueError where a kind is unknown or a count is no number.
    """
    if profile in PROFILES:
        count = PROFILES[profile]
        if count and settings.customers < LEAST_FROM_CUSTOMERS:
            count = FEW_CUSTOMERS_COUNT
        return dict.fromkeys(all_kinds(), count)
    found = dict.fromkeys(all_kinds(), 0)
    for entry in profile.split(","):
        name, _, number = (word.strip() for word in entry.partition("="))
        if name not in found:
            raise ValueError(
                f"--faults {name!r}: neither a profile ({', '.join(PROFILES)}) nor a kind"
                f" ({', '.join(found)})"
            )
        if number and not number.isdecimal():
            raise ValueError(f"--faults {name}={number}: the count is no whole number")
        found[name] = int(number) if number else DEFAULT_COUNT
    return found


def plant(
    world: World, files: Files, settings: Settings, profile: str, taken: Iterable[int] = ()
) -> list[Fault]:
    """The faults of the profile in the views, in the order of their kinds; `taken` are invoices
    that are wrong in the world already."""
    counts = counts_of(profile, settings)
    ground = Ground(world, files, settings, stream(settings.seed, "faults"))
    ground.taken.update(("invoice", number) for number in taken)
    found: dict[str, list[Fault]] = {name: [] for name in KINDS}
    # One of each kind at a time: where victims are few, no kind takes them all.
    for ground.turn in range(max(counts.values())):
        for name, planter in KINDS.items():
            if counts[name] > ground.turn:
                found[name].extend(planter(ground, 1))
    return [fault for faults in found.values() for fault in faults]


def truth(faults: Iterable[Fault]) -> pl.DataFrame:
    """One row for each break: what `faults.csv` holds, all text."""
    rows = [
        {
            "fault_id": f"F{number:05d}",
            "fault_kind": fault.kind,
            **{column.name: getattr(line, column.name) for column in fields(Truth)},
            "planted_on": str(fault.planted_on),
        }
        for number, fault in enumerate(faults, start=1)
        for line in fault.truths
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(TRUTH_COLUMNS, pl.String))


TRUTH_COLUMNS = (
    "fault_id", "fault_kind", "found_by", "pair_id", "expected_code", "side", "source_system",
    "source_account", "entity", "natural_key", "counterpart_key", "currency", "amount",
    "period_month", "planted_on", "cleared_on",
)  # fmt: skip
