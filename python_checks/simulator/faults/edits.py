"""Changes of raw rows, as data: they can be applied to every extract that holds the rows.

An edit names its row by cells, never by position, so that the extract of an earlier night, where
the row is not there yet, is simply left as it is.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import polars as pl

Files = Mapping[str, pl.DataFrame]
Row = dict[str, str | None]


@dataclass(frozen=True)
class Edit:
    """One change of one table.

    `drop` takes the rows away whose cells are `where`, `replace` writes `cells` into them, `shift`
    adds the decimals in `cells` to what they hold, so that several faults can move one balance;
    `add` puts a row with those `cells` at the end (columns that are not named are empty). An added
    row may ask for another to be there: it is added only where some row has the cells `where`.
    """

    path: str
    action: Literal["drop", "replace", "shift", "add"]
    where: Row = field(default_factory=dict)
    cells: Row = field(default_factory=dict)


def apply(files: Files, edits: Iterable[Edit]) -> dict[str, pl.DataFrame]:
    """The files with the edits made, in their order; columns and types stay as they are.

    KeyError where an edit names a table or a column that is not there.
    """
    changes = by_path(edits)
    for path in changes:
        if path not in files:
            raise KeyError(f"no table {path}")
    return {
        path: edited(frame, changes[path], path) if path in changes else frame
        for path, frame in files.items()
    }


def by_path(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """The edits of each table, in their order."""
    found: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        found[edit.path].append(edit)
    return dict(found)


def edited(frame: pl.DataFrame, edits: list[Edit], path: str) -> pl.DataFrame:
    """One table with its edits made. KeyError where one names a column that is not there."""
    for edit in edits:
        for column in (*edit.where, *edit.cells):
            if column not in frame.columns:
                raise KeyError(f"{path} has no column {column}")
    # Many edits of one kind are one pass over the table.
    position = 0
    while position < len(edits):
        alike = [edits[position]]
        for following in edits[position + 1 :]:
            if _form(following) != _form(alike[0]) or _touches(following, alike):
                break
            alike.append(following)
        frame = _made(frame, alike)
        position += len(alike)
    return frame


def _form(edit: Edit) -> tuple[object, ...]:
    return edit.action, tuple(edit.where), tuple(edit.cells)


def _touches(edit: Edit, before: list[Edit]) -> bool:
    """Whether one of the edits before may decide what this one finds: then it is made first."""
    if edit.action == "shift":
        return True
    if edit.action == "replace":
        return not edit.where.keys().isdisjoint(edit.cells) or any(
            edit.where == other.where for other in before
        )
    return (
        edit.action == "add"
        and bool(edit.where)
        and any(
            edit.where == {name: other.cells.get(name) for name in edit.where} for other in before
        )
    )


def _made(frame: pl.DataFrame, edits: list[Edit]) -> pl.DataFrame:
    first = edits[0]
    if first.action == "add":
        present = [edit.cells for edit in edits if not edit.where or _is_there(frame, edit.where)]
        rows = pl.DataFrame(present, schema=dict.fromkeys(first.cells, pl.String))
        added = rows.select(
            pl.col(name) if name in first.cells else pl.lit(None, dtype=pl.String).alias(name)
            for name in frame.columns
        )
        return pl.concat([frame, added])
    if first.action == "shift":
        return _shifted(frame, first)
    keys = pl.DataFrame(
        [edit.where for edit in edits], schema=dict.fromkeys(first.where, pl.String)
    )
    if first.action == "drop":
        return frame.join(
            keys, on=list(first.where), how="anti", nulls_equal=True, maintain_order="left"
        )
    new = {f"new {name}": pl.String for name in first.cells}
    values = pl.DataFrame(
        [{f"new {name}": cell for name, cell in edit.cells.items()} for edit in edits], schema=new
    )
    changes = pl.concat([keys, values], how="horizontal").with_columns(is_changed=pl.lit(True))
    return (
        frame.join(
            changes, on=list(first.where), how="left", nulls_equal=True, maintain_order="left"
        )
        .with_columns(
            pl.when("is_changed").then(f"new {name}").otherwise(name).alias(name)
            for name in first.cells
        )
        .select(frame.columns)
    )


def _shifted(frame: pl.DataFrame, edit: Edit) -> pl.DataFrame:
    is_meant = pl.all_horizontal(*_has(edit.where))
    meant = frame.filter(is_meant)
    sums = {
        name: {old: str(Decimal(old) + Decimal(by)) for old in meant[name].drop_nulls().unique()}
        for name, by in edit.cells.items()
        if by is not None
    }
    return frame.with_columns(
        pl.when(is_meant).then(pl.col(name).replace(new)).otherwise(name).alias(name)
        for name, new in sums.items()
        if new
    )


def _has(where: Row) -> list[pl.Expr]:
    return [pl.col(name).eq_missing(cell) for name, cell in where.items()]


def _is_there(frame: pl.DataFrame, where: Row) -> bool:
    return not frame.filter(*_has(where)).is_empty()
