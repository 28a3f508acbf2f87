"""Writes the simulated extracts as files, where and how the landing reads them.

A path without an ending (`stripe/acct_us/charge`) becomes `stripe/acct_us/charge.csv`, or a folder
`stripe/acct_us/charge/` of Parquet parts, one for each day on which its rows were created. All
cells are text, a null is an empty cell. The same frames give the same bytes, whatever the number of
threads.

Everything is written beside its place and moved there in one step: who reads the folder sees the
earlier output or the new one, never a half. Only a folder that is empty, or that holds an earlier
output (`.simulated` says so), is replaced.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Literal

import polars as pl

Format = Literal["csv", "parquet"]

MARKER = ".simulated"
MARKER_TEXT = "Written by the simulator, which replaces this folder as a whole.\n"
MANIFEST = "_manifest"
# Where each vendor says when a row was made; the first that a table has splits it into days.
CREATION_COLUMNS = (
    "created", "createddate", "created_date", "CreatedDate", "datecreated", "created_at",
    "booking_date", "received_at", "started_at", "occurred_at",
)  # fmt: skip
FIRST_PART = "part-0"
# What is older was there before the extracts began: a first load brings it in one piece.
DAYS_APART = 200
NO_TEXT = pl.lit(None, dtype=pl.String)
ROWS_IN_GROUP = 122_880


def write(files: Mapping[str, pl.DataFrame], root: Path, *, output_format: Format = "csv") -> None:
    """Writes the frames below `root`, which then holds nothing else.

    Columns are text. ValueError where they are not, where a path leaves `root`, or where `root`
    holds what the simulator has not written.
    """
    _refuse_paths(files)
    root = root.resolve()
    refuse_foreign(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    fresh, stale = (root.parent / f".{root.name}.{word}" for word in ("new", "old"))
    _remove(fresh)
    fresh.mkdir()
    (fresh / MARKER).write_text(MARKER_TEXT, encoding="utf-8", newline="\n")
    for path in sorted(files):
        # One at a time: a mapping may read each table only now.
        frame = files[path]
        try:
            _refuse_columns(path, frame)
        except ValueError:
            _remove(fresh)
            raise
        _write_table(frame, fresh / path, output_format)
    _remove(stale)
    if root.exists():
        root.rename(stale)
    fresh.rename(root)
    _remove(stale)


def refuse_foreign(root: Path) -> None:
    """ValueError where `root` exists, and neither is empty nor holds an earlier output."""
    if not root.exists():
        return
    if not root.is_dir():
        raise ValueError(f"{root} is a file, not a folder to write into")
    if any(root.iterdir()) and not (root / MARKER).is_file():
        raise ValueError(
            f"{root} holds files that the simulator did not write (there is no {MARKER} in it):"
            " give it an empty folder"
        )


def creation_column(columns: Iterable[str]) -> str | None:
    """The column that says when a row was created; None where the table has none."""
    known = set(columns)
    return next((name for name in CREATION_COLUMNS if name in known), None)


def manifests(
    rows: Mapping[str, int], *, is_full: bool, extracted_at: datetime
) -> dict[str, pl.DataFrame]:
    """The `_manifest` of every folder of tables, to be written with them: how many rows of each
    table were sent (`rows`, by path), and whether they are all that there are. `extracted_at` is
    UTC."""
    tables: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for path, height in sorted(rows.items()):
        place = PurePosixPath(path)
        tables[place.parent.as_posix()].append((place.name, height))
    return {
        f"{folder}/{MANIFEST}": pl.DataFrame(
            {
                "table": [name for name, _ in sent],
                "rows": [str(height) for _, height in sent],
                "is_full": [str(is_full).lower()] * len(sent),
                "extracted_at": [f"{extracted_at:%Y-%m-%d %H:%M:%S}"] * len(sent),
            }
        )
        for folder, sent in tables.items()
    }


def _refuse_paths(files: Iterable[str]) -> None:
    for path in files:
        place = PurePosixPath(path)
        if place.is_absolute() or ".." in place.parts or not place.parts:
            raise ValueError(f"{path!r} is no path below the output folder")


def _refuse_columns(path: str, frame: pl.DataFrame) -> None:
    other = [name for name, kind in frame.schema.items() if kind != pl.String]
    if other or not frame.columns:
        raise ValueError(f"{path}: not text: {', '.join(other) or 'no columns at all'}")


def _write_table(frame: pl.DataFrame, place: Path, output_format: Format) -> None:
    # What is in one piece is written alike, however many threads made the pieces.
    frame = frame.rechunk()
    if output_format == "csv" or place.name == MANIFEST:
        place.parent.mkdir(parents=True, exist_ok=True)
        frame.write_csv(place.with_name(f"{place.name}.csv"), line_terminator="\n")
        return
    place.mkdir(parents=True, exist_ok=True)
    for name, part in _parts(frame):
        part.write_parquet(
            place / f"{name}.parquet",
            compression="zstd", compression_level=3, row_group_size=ROWS_IN_GROUP, statistics=True,
        )  # fmt: skip


def _parts(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each of the last days, and before them those that are older or have no day; each
    part in the order of the table."""
    column = creation_column(frame.columns)
    if column is None or frame.is_empty():
        yield FIRST_PART, frame
        return
    day = pl.col(column).str.extract(r"^(\d{4}-\d{2}-\d{2})", 1)
    days = frame.select(day.alias("day")).drop_nulls().unique().sort("day")["day"].tail(DAYS_APART)
    recent = pl.when(day >= days.min()).then(day) if len(days) else NO_TEXT
    dated = frame.with_columns(_day=recent).sort("_day", maintain_order=True)
    for part in dated.partition_by("_day", maintain_order=True):
        found = part["_day"][0]
        yield FIRST_PART if found is None else f"part-{found}", part.drop("_day").rechunk()


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
