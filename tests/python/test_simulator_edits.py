"""Edits of raw rows do what a loop over plain rows does, and leave everything else alone."""

from decimal import Decimal
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from python_checks.simulator.faults.edits import Edit, Row, apply

Action = Literal["drop", "replace", "shift", "add"]
Rows = list[Row]
COLUMNS = ("id", "kind", "amount")
TABLE = "erp/document"


def table(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String))


def made(rows: Rows, *edits: Edit) -> Rows:
    return apply({TABLE: table(rows)}, edits)[TABLE].to_dicts()


def row(number: str | None, kind: str | None = "invoice", amount: str | None = "1.00") -> Row:
    return {"id": number, "kind": kind, "amount": amount}


TWO = [row("1"), row("2")]


# --- one edit -------------------------------------------------------------------------------------


def test_a_row_is_dropped_by_its_cells() -> None:
    assert made(TWO, Edit(TABLE, "drop", {"id": "1"})) == [row("2")]


def test_cells_are_written_into_a_row_and_the_others_stay() -> None:
    edit = Edit(TABLE, "replace", {"id": "2"}, {"amount": "9.00", "kind": None})
    assert made(TWO, edit) == [row("1"), row("2", None, "9.00")]


def test_an_added_row_comes_last_and_is_empty_where_nothing_is_said() -> None:
    edit = Edit(TABLE, "add", {}, {"id": "3"})
    assert made(TWO, edit) == [*TWO, row("3", None, None)]


def test_a_row_is_added_only_where_the_row_it_asks_for_is() -> None:
    there = Edit(TABLE, "add", {"id": "2"}, row("3"))
    not_there = Edit(TABLE, "add", {"id": "7"}, row("4"))
    assert made(TWO, there, not_there) == [*TWO, row("3")]


def test_amounts_are_shifted_with_their_places() -> None:
    rows = [row("1", amount="10.05"), row("2", amount="3"), row("3", amount=None)]
    edits = [Edit(TABLE, "shift", {"id": key}, {"amount": "-0.10"}) for key in ("1", "2", "3")]
    assert [found["amount"] for found in made(rows, *edits)] == ["9.95", "2.90", None]


def test_a_row_that_is_not_there_is_no_error() -> None:
    edits = [
        Edit(TABLE, "drop", {"id": "7"}),
        Edit(TABLE, "replace", {"id": "7"}, {"amount": "9.00"}),
        Edit(TABLE, "shift", {"id": "7"}, {"amount": "9.00"}),
    ]
    assert made(TWO, *edits) == TWO


def test_all_rows_with_the_cells_are_meant() -> None:
    rows = [row("1", "memo"), row("1", "invoice"), row("1", "memo"), row("2", "memo")]
    edit = Edit(TABLE, "replace", {"id": "1", "kind": "memo"}, {"amount": "9.00"})
    assert [found["amount"] for found in made(rows, edit)] == ["9.00", "1.00", "9.00", "1.00"]


@pytest.mark.parametrize("action", ["drop", "replace", "shift"])
def test_an_empty_cell_is_found_by_none_and_by_nothing_else(action: Action) -> None:
    rows = [row(None), row(""), row("None")]
    left = made(rows, Edit(TABLE, action, {"id": None}, {"amount": "9.00"}))
    assert left[-2:] == rows[1:]
    assert left[:-2] == {
        "drop": [], "replace": [row(None, amount="9.00")], "shift": [row(None, amount="10.00")]
    }[action]  # fmt: skip


# --- several edits --------------------------------------------------------------------------------


def test_edits_of_one_row_are_made_in_their_order() -> None:
    edits = [
        Edit(TABLE, "replace", {"id": "1"}, {"amount": "2.00"}),
        Edit(TABLE, "replace", {"id": "1"}, {"amount": "3.00"}),
        Edit(TABLE, "shift", {"id": "1"}, {"amount": "0.50"}),
        Edit(TABLE, "shift", {"id": "1"}, {"amount": "0.25"}),
        Edit(TABLE, "replace", {"id": "1", "amount": "3.75"}, {"kind": "memo"}),
    ]
    assert made(TWO, *edits) == [row("1", "memo", "3.75"), row("2")]


def test_a_key_that_is_replaced_is_the_new_one_for_what_follows() -> None:
    edits = [
        Edit(TABLE, "replace", {"id": "1"}, {"id": "2"}),
        Edit(TABLE, "replace", {"id": "2"}, {"id": "3"}),
    ]
    assert made(TWO, *edits) == [row("3"), row("3")]


def test_a_row_that_was_added_can_be_asked_for() -> None:
    edits = [
        Edit(TABLE, "add", {"id": "2"}, row("3")),
        Edit(TABLE, "add", {"id": "3"}, row("4")),
        Edit(TABLE, "replace", {"id": "4"}, {"amount": "9.00"}),
    ]
    assert made(TWO, *edits) == [*TWO, row("3"), row("4", amount="9.00")]


def test_a_row_that_was_dropped_cannot_be_asked_for() -> None:
    edits = [Edit(TABLE, "drop", {"id": "2"}), Edit(TABLE, "add", {"id": "2"}, row("3"))]
    assert made(TWO, *edits) == [row("1")]


def test_rows_keep_their_order_in_a_large_table() -> None:
    frame = table([row(str(number)) for number in range(20_000)])
    edits = [
        *(Edit(TABLE, "drop", {"id": str(number)}) for number in range(0, 20_000, 400)),
        *(
            Edit(TABLE, "replace", {"id": str(number)}, {"kind": "memo"})
            for number in range(1, 20_000, 400)
        ),
    ]
    found = apply({TABLE: frame}, edits)[TABLE]
    assert found["id"].to_list() == [str(n) for n in range(20_000) if n % 400]
    memos = found.filter(pl.col("kind") == "memo")["id"].to_list()
    assert memos == [str(n) for n in range(1, 20_000, 400)]


# --- tables and columns ---------------------------------------------------------------------------


def test_other_tables_are_the_same_frames() -> None:
    files = {TABLE: table(TWO), "erp/other": table(TWO)}
    found = apply(files, [Edit(TABLE, "drop", {"id": "1"})])
    assert list(found) == list(files)
    assert found["erp/other"] is files["erp/other"]
    assert files[TABLE].equals(table(TWO)), "what was given is as it was"


def test_no_edit_is_no_change() -> None:
    files = {TABLE: table(TWO)}
    assert apply(files, [])[TABLE] is files[TABLE]


@pytest.mark.parametrize("action", ["drop", "replace", "shift", "add"])
@pytest.mark.parametrize(
    "rows", [TWO, []], ids=["a table with rows", "a table without rows"]
)  # fmt: skip
def test_columns_and_types_stay(action: Action, rows: Rows) -> None:
    files = {TABLE: table(rows)}
    found = apply(files, [Edit(TABLE, action, {"id": "1"}, {"amount": "4.00"})])
    assert found[TABLE].schema == files[TABLE].schema


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (Edit("erp/nothing", "drop", {"id": "1"}), "erp/nothing"),
        (Edit(TABLE, "drop", {"colour": "1"}), "colour"),
        (Edit(TABLE, "replace", {"id": "1"}, {"colour": "red"}), "colour"),
        (Edit(TABLE, "shift", {"id": "1"}, {"colour": "1"}), "colour"),
        (Edit(TABLE, "add", {}, {"id": "3", "colour": "red"}), "colour"),
    ],
    ids=["table", "column asked for", "column written", "column shifted", "column added"],
)
def test_what_is_not_there_is_named(edit: Edit, named: str) -> None:
    with pytest.raises(KeyError, match=named):
        apply({TABLE: table(TWO)}, [edit])


# --- any edits ------------------------------------------------------------------------------------


def naive(rows: Rows, edits: list[Edit]) -> Rows:
    """The same, row by row and edit by edit."""
    rows = [dict(found) for found in rows]
    for edit in edits:
        meant = [found for found in rows if edit.where.items() <= found.items()]
        if edit.action == "drop":
            rows = [found for found in rows if not edit.where.items() <= found.items()]
        elif edit.action == "add" and (meant or not edit.where):
            rows = [*rows, {name: edit.cells.get(name) for name in COLUMNS}]
        for found in meant:
            if edit.action == "replace":
                found.update(edit.cells)
            elif edit.action == "shift":
                for name, by in edit.cells.items():
                    old = found[name]
                    if old is not None:
                        found[name] = str(Decimal(old) + Decimal(by or 0))
    return rows


KEYS = st.sampled_from(["1", "2", "3", None])
KINDS = st.sampled_from(["invoice", "memo", None])
AMOUNTS = st.sampled_from(["1.00", "2.50", "-3", None])
CELLS = {"id": KEYS, "kind": KINDS, "amount": AMOUNTS}
WHERE = st.one_of(
    st.fixed_dictionaries({"id": KEYS}),
    st.fixed_dictionaries({"id": KEYS, "kind": KINDS}),
    st.fixed_dictionaries({"kind": KINDS, "id": KEYS}),
)
EDITS = st.one_of(
    st.builds(Edit, st.just(TABLE), st.just("drop"), WHERE),
    st.builds(
        Edit, st.just(TABLE), st.just("replace"), WHERE,
        st.one_of(
            st.fixed_dictionaries({"amount": AMOUNTS}),
            st.fixed_dictionaries({"id": KEYS}),
            st.fixed_dictionaries({"kind": KINDS, "amount": AMOUNTS}),
        ),
    ),
    st.builds(
        Edit, st.just(TABLE), st.just("shift"), WHERE,
        st.fixed_dictionaries({"amount": st.sampled_from(["0.01", "-2", "10.500"])}),
    ),
    st.builds(
        Edit, st.just(TABLE), st.just("add"), st.one_of(st.just({}), WHERE),
        st.fixed_dictionaries({"id": KEYS}, optional={"kind": KINDS, "amount": AMOUNTS}),
    ),
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    rows=st.lists(st.fixed_dictionaries(CELLS), max_size=6), edits=st.lists(EDITS, max_size=8)
)  # fmt: skip
def test_edits_do_what_a_loop_over_rows_does(rows: Rows, edits: list[Edit]) -> None:
    assert made(rows, *edits) == naive(rows, edits)
