"""The simulator's files are whole, alike for alike frames, and read back as they were."""

import hashlib
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from python_checks.simulator.writing import (
    MARKER,
    Format,
    creation_column,
    manifests,
    refuse_foreign,
    write,
)

CELLS = ("plain", "a,b", 'say "so"', "two\nlines", " led", "Söhne", None)


def table(**columns: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


CHARGES = table(
    id=["ch_1", "ch_2", "ch_3", "ch_4"],
    created=["2026-01-02 10:00:00", "2026-01-01 09:00:00", "2026-01-02 08:00:00", None],
)


def files_below(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def hashes(root: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in files_below(root)
    }


# --- the files ------------------------------------------------------------------------------------


def test_csv_has_a_header_commas_quotes_where_needed_and_empty_nulls(tmp_path: Path) -> None:
    write({"bank/entry": table(id=list("1234567"), text=list(CELLS))}, tmp_path / "raw")
    text = (tmp_path / "raw" / "bank" / "entry.csv").read_bytes().decode()
    assert text == (
        'id,text\n1,plain\n2,"a,b"\n3,"say ""so"""\n4,"two\nlines"\n5, led\n6,Söhne\n7,\n'
    )


def test_a_table_without_rows_is_a_header_or_a_part_without_rows(tmp_path: Path) -> None:
    empty = {"stripe/acct_us/charge": CHARGES.clear()}
    write(empty, tmp_path / "csv")
    write(empty, tmp_path / "parquet", output_format="parquet")
    assert (tmp_path / "csv/stripe/acct_us/charge.csv").read_bytes() == b"id,created\n"
    part = pl.read_parquet(tmp_path / "parquet/stripe/acct_us/charge/part-0.parquet")
    assert part.equals(CHARGES.clear())


def test_parquet_has_a_part_for_each_day_of_creation(tmp_path: Path) -> None:
    write({"stripe/acct_us/charge": CHARGES}, tmp_path / "raw", output_format="parquet")
    folder = tmp_path / "raw" / "stripe" / "acct_us" / "charge"
    assert {path.name: pl.read_parquet(path)["id"].to_list() for path in folder.iterdir()} == {
        "part-2026-01-01.parquet": ["ch_2"],
        "part-2026-01-02.parquet": ["ch_1", "ch_3"],
        "part-0.parquet": ["ch_4"],
    }
    parts = [pl.read_parquet(path) for path in sorted(folder.iterdir())]
    assert pl.concat(parts).sort("id").equals(CHARGES)


def test_what_was_created_long_ago_is_one_part(tmp_path: Path) -> None:
    days = pl.date_range(pl.date(2025, 1, 1), pl.date(2025, 12, 31), eager=True)
    frame = pl.DataFrame({"id": days.cast(pl.String), "created": days.cast(pl.String)})
    write({"stripe/acct_us/customer": frame}, tmp_path / "raw", output_format="parquet")
    parts = sorted((tmp_path / "raw/stripe/acct_us/customer").iterdir())
    assert [path.name for path in parts[:2]] == ["part-0.parquet", "part-2025-06-15.parquet"]
    assert [pl.read_parquet(path).height for path in parts] == [165] + [1] * 200


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["id", "created", "updated"], "created"),
        (["id", "createddate", "trandate"], "createddate"),
        (["id", "datecreated"], "datecreated"),
        (["entry_id", "booking_date"], "booking_date"),
        (["price_id", "index"], None),
    ],
    ids=["stripe", "netsuite", "netsuite customer", "bank", "none"],
)
def test_each_vendor_says_its_own_way_when_a_row_was_made(
    columns: list[str], found: str | None
) -> None:
    assert creation_column(columns) == found


@pytest.mark.parametrize("output_format", ["csv", "parquet"])
def test_duckdb_reads_back_what_was_written(tmp_path: Path, output_format: Format) -> None:
    frame = table(id=list("1234567"), text=list(CELLS))
    write({"bank/entry": frame}, tmp_path / "raw", output_format=output_format)
    source = {
        "csv": f"read_csv('{tmp_path}/raw/bank/entry.csv', auto_detect=false, header=true,"
        " delim=',', quote='\"', escape='\"', nullstr='',"
        " columns={'id': 'VARCHAR', 'text': 'VARCHAR'})",
        "parquet": f"read_parquet('{tmp_path}/raw/bank/entry/*.parquet')",
    }[output_format]
    with duckdb.connect() as connection:
        rows = connection.execute(f"select id, text from {source} order by id").fetchall()
    assert rows == frame.rows()


# --- the folder -----------------------------------------------------------------------------------


def test_an_earlier_output_is_replaced_as_a_whole(tmp_path: Path) -> None:
    root = tmp_path / "raw"
    write({"bank/entry": CHARGES, "bank/statement": CHARGES}, root)
    write({"bank/entry": CHARGES.head(1)}, root)
    assert files_below(tmp_path) == [f"raw/{MARKER}", "raw/bank/entry.csv"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    write({"bank/entry": CHARGES}, tmp_path / "raw")
    assert files_below(tmp_path) == [f"raw/{MARKER}", "raw/bank/entry.csv"]


def test_what_the_simulator_did_not_write_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine")
    with pytest.raises(ValueError, match="did not write"):
        write({"bank/entry": CHARGES}, tmp_path)
    with pytest.raises(ValueError, match="is a file"):
        refuse_foreign(tmp_path / "mine.csv")
    assert files_below(tmp_path) == ["mine.csv"]


def test_a_write_that_fails_leaves_the_earlier_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "raw"
    write({"bank/entry": CHARGES}, root)
    before = hashes(root)

    def fail(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(OSError, match="no space"):
        write({"bank/entry": CHARGES.head(1)}, root)
    monkeypatch.undo()
    assert hashes(root) == before
    # What the failed one left behind is no hindrance.
    write({"bank/entry": CHARGES.head(1)}, root)
    assert files_below(tmp_path) == [f"raw/{MARKER}", "raw/bank/entry.csv"]


def test_what_a_killed_run_left_behind_is_cleared_away(tmp_path: Path) -> None:
    write({"bank/entry": CHARGES}, tmp_path / "raw")
    (tmp_path / "raw").rename(tmp_path / ".raw.old")
    (tmp_path / ".raw.new").mkdir()
    write({"bank/entry": CHARGES}, tmp_path / "raw")
    assert files_below(tmp_path) == [f"raw/{MARKER}", "raw/bank/entry.csv"]
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


@pytest.mark.parametrize("path", ["../out", "/tmp/out", ""], ids=["above", "elsewhere", "nothing"])
def test_paths_stay_below_the_folder(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="no path below"):
        write({path: CHARGES}, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


def test_cells_are_text(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not text: amount"):
        write({"bank/entry": CHARGES.with_columns(amount=pl.lit(1))}, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()


# --- manifests ------------------------------------------------------------------------------------


def test_a_manifest_lies_in_each_folder_of_tables_and_counts_rows(tmp_path: Path) -> None:
    files = {"stripe/acct_us/charge": CHARGES, "stripe/acct_us/refund": CHARGES.clear(),
             "bank/entry": CHARGES}  # fmt: skip
    rows = {path: frame.height for path, frame in files.items()}
    sent = manifests(rows, is_full=True, extracted_at=datetime(2026, 4, 1, 2))
    write({**files, **sent}, tmp_path / "raw", output_format="parquet")
    assert (tmp_path / "raw/stripe/acct_us/_manifest.csv").read_text() == (
        "table,rows,is_full,extracted_at\n"
        "charge,4,true,2026-04-01 02:00:00\n"
        "refund,0,true,2026-04-01 02:00:00\n"
    )
    assert (tmp_path / "raw/bank/_manifest.csv").is_file()


# --- same bytes -----------------------------------------------------------------------------------

WRITE_MANY = """
import sys
from pathlib import Path
import polars as pl
from python_checks.simulator.writing import write

number = pl.int_range(200_000, eager=True)
frame = (
    pl.DataFrame({"n": number})
    .with_columns(key=pl.col("n") * 7919 % 200_003)
    .sort("key")
    .select(
        id=pl.format("ch_{}", "n"),
        created=(pl.datetime(2026, 1, 1) + pl.duration(minutes=pl.col("key") % 20_000))
        .dt.strftime("%Y-%m-%d %H:%M:%S"),
        text=pl.when(pl.col("key") % 3 > 0).then(pl.format("t, {}", pl.col("key") % 50)),
    )
)
files = {"stripe/acct_us/charge": frame}
write(files, Path(sys.argv[1]) / "csv")
write(files, Path(sys.argv[1]) / "parquet", output_format="parquet")
"""


def test_the_number_of_threads_does_not_change_a_byte(tmp_path: Path) -> None:
    for threads in ("1", "4"):
        subprocess.run(
            [sys.executable, "-c", WRITE_MANY, str(tmp_path / threads)],
            check=True,
            env={**os.environ, "POLARS_MAX_THREADS": threads},
            cwd=Path(__file__).parents[2],
        )
    assert hashes(tmp_path / "1") == hashes(tmp_path / "4")
    assert len(hashes(tmp_path / "1")) == 1 + 1 + 1 + 14
