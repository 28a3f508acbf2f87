"""The extract manifest: what was delivered, and what is refused before anything is built."""

import hashlib
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from python_checks.errors import RunError
from python_checks.extracts import (
    ExtractFile,
    count_rows,
    count_rows_of,
    extract_hash,
    read_extracts,
    refuse_changed,
    unknown_folders,
)

TABLES = {"shop": ["payments", "refunds"]}
TWO_ROWS = "id,note\n1,a\n2,b\n"


def put(root: Path, file: str, text: str = TWO_ROWS) -> Path:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read(root: Path) -> list[ExtractFile]:
    return read_extracts(root, ["shop"], TABLES)


def sha256(text: str = TWO_ROWS) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_files_are_found_by_system_account_and_table(tmp_path: Path) -> None:
    put(tmp_path, "shop/payments.csv", "id\n0\n")
    put(tmp_path, "shop/refunds/part-1.csv", "id\n1\n")
    put(tmp_path, "shop/de/payments.csv", "id\n2\n")
    put(tmp_path, "shop/de/refunds/part-1.csv", "id\n3\n")
    put(tmp_path, "shop/.hidden.csv")
    put(tmp_path, "shop/readme.txt")
    put(tmp_path, "bank/lines.csv")
    assert [(f.source_file, f.source_account, f.raw_table) for f in read(tmp_path)] == [
        ("shop/de/payments.csv", "de", "payments"),
        ("shop/de/refunds/part-1.csv", "de", "refunds"),
        ("shop/payments.csv", "default", "payments"),
        ("shop/refunds/part-1.csv", "default", "refunds"),
    ]


def test_a_file_is_described_by_size_and_hash(tmp_path: Path) -> None:
    put(tmp_path, "shop/payments.csv")
    [extract] = read(tmp_path)
    assert (extract.file_bytes, extract.sha256) == (len(TWO_ROWS), sha256())
    assert (extract.is_full, extract.extracted_at) == (False, None)


def test_the_hash_of_an_extract_depends_on_its_bytes_alone(tmp_path: Path) -> None:
    path = put(tmp_path, "shop/payments.csv")
    before = extract_hash(read(tmp_path))
    path.touch()
    assert extract_hash(read(tmp_path)) == before
    put(tmp_path, "shop/payments.csv", TWO_ROWS + "3,c\n")
    assert extract_hash(read(tmp_path)) != before


def test_a_system_without_a_folder_delivers_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == []


def test_a_folder_that_is_no_system_is_named(tmp_path: Path) -> None:
    put(tmp_path, "shpo/payments.csv")
    put(tmp_path, "shop/payments.csv")
    assert unknown_folders(tmp_path, ["shop", "bank"]) == ["shpo"]
    assert unknown_folders(tmp_path / "missing", ["shop"]) == []


def test_one_accounts_extract_delivered_as_anothers_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "shop/de/payments.csv")
    put(tmp_path, "shop/us/payments.csv")
    with pytest.raises(
        RunError, match="de and us of shop deliver the same bytes as table payments"
    ):
        read(tmp_path)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("shop/de/payments.csv", "shop/us/payments.csv", "id,note\n"),
        ("shop/de/payments.csv", "shop/us/payments.csv", "id,note\n\n"),
        ("shop/de/payments.csv", "shop/us/refunds.csv", TWO_ROWS),
        ("shop/de/payments/1.csv", "shop/de/payments/2.csv", TWO_ROWS),
    ],
    ids=["header only", "header and an empty line", "another table", "the same account"],
)
def test_files_that_may_be_alike_are_taken(
    tmp_path: Path, first: str, second: str, text: str
) -> None:
    put(tmp_path, first, text)
    put(tmp_path, second, text)
    assert len(read(tmp_path)) == 2


def test_a_manifest_that_fits_says_what_is_full_and_when(tmp_path: Path) -> None:
    put(tmp_path, "shop/de/payments.csv")
    put(tmp_path, "shop/de/refunds.csv", "id\n9\n")
    put(
        tmp_path,
        "shop/de/_manifest.csv",
        "table,file,rows,sha256,is_full,extracted_at\n"
        f"payments,payments.csv,2,{sha256().upper()},TRUE,2026-01-31T23:30:00-05:00\n"
        "refunds,,1,,,\n",
    )
    payments, refunds = read(tmp_path)
    assert (payments.is_full, payments.extracted_at) == (True, datetime(2026, 2, 1, 4, 30))
    assert (refunds.is_full, refunds.extracted_at) == (False, None)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("table,rows\npayments,3\n", r"payments\.csv .*line 2.*expected 3 rows, found 2"),
        (f"table,sha256\npayments,{'0' * 64}\n", r"payments\.csv .*expected sha256 000.*, found"),
        ("table,file\npayments,part-2.csv\n", r"no file part-2\.csv was delivered"),
        ("table\nrefunds\n", "no file of this table was delivered"),
        ("table,rows\npayments,many\n", "line 2: rows must be a whole number, not 'many'"),
        ("table,is_full\npayments,perhaps\n", "is_full must be true or false, not 'perhaps'"),
        ("table,extracted_at\npayments,noon\n", "extracted_at must be an ISO 8601 time"),
        ("table,rows\npayments,2,3\n", "no more cells than the header has"),
        ("table,rows\n,2\n", "a row needs a table"),
        ("file,rows\npayments.csv,2\n", "must have the columns"),
        ("table,row_count\npayments,2\n", "must have the columns"),
        ("", "must have the columns"),
    ],
    ids=[
        "rows differ",
        "hash differs",
        "file missing",
        "table missing",
        "rows unreadable",
        "is_full unreadable",
        "time unreadable",
        "too many cells",
        "no table in a row",
        "no table column",
        "unknown column",
        "empty file",
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    tmp_path: Path, manifest: str, message: str
) -> None:
    put(tmp_path, "shop/payments.csv")
    put(tmp_path, "shop/_manifest.csv", manifest)
    with pytest.raises(RunError, match=message):
        read(tmp_path)


def test_the_rows_of_a_table_are_those_of_all_its_parts(tmp_path: Path) -> None:
    put(tmp_path, "shop/payments/1.csv")
    put(tmp_path, "shop/payments/2.csv", "id,note\n3,c\n")
    put(tmp_path, "shop/_manifest.csv", "table,rows,is_full\npayments,3,true\n")
    assert [extract.is_full for extract in read(tmp_path)] == [True, True]
    put(tmp_path, "shop/_manifest.csv", f"table,sha256\npayments,{sha256()}\n")
    with pytest.raises(RunError, match="each sha256 needs its file name"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,note\n", 0),
        ("", 0),
        ("id,note\n1,a\n2,b", 2),
        ('id,note\n1,"two\nlines"\n', 1),
        ("id,note\r\n1,a\r\n\r\n2,b\r\n", 2),
        ("id,note\n1\n2,b,c\n", 2),
        (f'id,note\n1,"{"x" * 200_000}"\n', 1),
    ],
    ids=[
        "header only",
        "empty",
        "no final newline",
        "a line break inside quotes",
        "an empty line",
        "ragged lines",
        "a very long cell",
    ],
)
def test_rows_are_physical_records(tmp_path: Path, text: str, rows: int) -> None:
    path = tmp_path / "payments.csv"
    path.write_bytes(text.encode())
    assert count_rows(path) == rows


def test_rows_of_a_file_that_cannot_be_decoded_still_count(tmp_path: Path) -> None:
    path = tmp_path / "payments.csv"
    path.write_bytes(b"id,note\n1,\xff\xfe\0\n")
    assert count_rows(path) == 1


def test_rows_of_parquet_come_from_its_metadata(tmp_path: Path) -> None:
    path = tmp_path / "payments.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select * from range(7)) to '{path}'")
    assert count_rows(path) == 7
    path.write_bytes(b"PAR1")
    with pytest.raises(RunError, match="no readable Parquet file"):
        count_rows(path)


def test_rows_of_many_files_are_counted_together_and_a_damaged_one_is_named(tmp_path: Path) -> None:
    parts = [tmp_path / f"part-{number}.parquet" for number in range(3)]
    with duckdb.connect() as connection:
        for number, part in enumerate(parts):
            connection.execute(f"copy (select * from range({number + 2})) to '{part}'")
    text = put(tmp_path, "shop/payments.csv")
    assert count_rows_of([*parts, text]) == 2 + 3 + 4 + 2
    assert count_rows_of([]) == 0
    parts[1].write_bytes(b"PAR1")
    with pytest.raises(RunError, match=r"part-1\.parquet is no readable Parquet file"):
        count_rows_of(parts)


@pytest.mark.parametrize("change", ["rewritten", "removed"])
def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path, change: str) -> None:
    path = put(tmp_path, "shop/payments.csv")
    extracts = read(tmp_path)
    refuse_changed(tmp_path, extracts)
    if change == "removed":
        path.unlink()
    else:
        put(tmp_path, "shop/payments.csv", TWO_ROWS + "3,c\n")
    with pytest.raises(RunError, match=r"payments\.csv changed while the run read it"):
        refuse_changed(tmp_path, extracts)
