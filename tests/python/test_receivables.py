"""Receivables on any past day, as known on any later night.

Three nightly extracts of a tiny company are built and their versions appended to state: one
January row comes late, one is edited, one is deleted. What each night knew is written down by hand
here, and must be found again after the last one.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from filelock import FileLock
from typer.testing import CliRunner

from python_checks.ageing import (
    NO_DATE,
    Bucket,
    aged,
    bucket_of,
    read_buckets,
    read_instant,
    read_positions,
)
from python_checks.cli import app
from python_checks.errors import RunError
from python_checks.extracts import read_extracts
from python_checks.state import RunRecord, append_run, mark_published, utc_now
from python_checks.warehouse import Warehouse

REPOSITORY = Path(__file__).resolve().parents[2]
SYSTEMS = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["systems"]
OTHERS = ", ".join(system for system in SYSTEMS if system != "flat")
ONLY_FLAT = f"{{systems_on: [flat], systems_off: [{OTHERS}]}}"
BUILT = "+fct_receivable_events +receivables_open_items"
MONTH_END = date(2026, 1, 31)

Tables = dict[str, list[dict[str, str]]]
Row = dict[str, Any]


# The nights


def invoice(name: str, total: str, issued: str, due: str, **cells: str) -> dict[str, str]:
    return {
        "source_invoice_id": name, "invoice_number": name, "source_customer_id": "c1",
        "invoice_status": "open", "currency": "USD", "total_amount": total,
        "issued_on": f"2026-01-{issued}", "due_on": due,
        "recorded_at": f"2026-01-{issued} 12:00:00",
    } | cells  # fmt: skip


def application(name: str, invoice_id: str, amount: str, **cells: str) -> dict[str, str]:
    return {
        "source_document_application_id": name, "source_invoice_id": invoice_id,
        "source_payment_id": "p1", "application_kind": "payment", "is_reversal": "false",
        "currency": "USD", "applied_amount": amount, "applied_on": "2026-01-20",
        "recorded_at": "2026-01-20 12:00:00",
    } | cells  # fmt: skip


def extract_of(night: int) -> Tables:
    """What the company's billing system delivers on a night, in full."""
    total, due = ("95.10", "2026-01-15") if night >= 2 else ("80.00", "2026-01-31")
    invoices = [
        invoice("partly_paid", "100.00", "05", "2026-02-04"),
        invoice("overdue", "250.50", "10", "2026-01-25"),
        # Edited on the second night: amount and due date.
        invoice("edited", total, "12", due),
        invoice("deleted", "60.00", "15", "2026-02-14"),
        # Voided on the third night, as of February.
        invoice("voided", "70.00", "16", "2026-02-15"),
        # Its source knew it in January, but it is not in the first night's extract.
        invoice("late", "40.00", "18", "2026-02-17"),
    ]
    if night < 2:
        invoices.pop()
    if night >= 3:
        invoices[4] |= {"invoice_status": "void", "voided_on": "2026-02-10"}
        del invoices[3]
    payment = {
        "source_payment_id": "p1", "source_customer_id": "c1", "payment_channel": "external",
        "payment_status": "succeeded", "currency": "USD", "payment_amount": "160.00",
        "paid_on": "2026-01-20", "recorded_at": "2026-01-20 12:00:00",
    }  # fmt: skip
    # One payment on two invoices, with a rest; the third night takes one of the two back.
    applications = [
        application("a1", "overdue", "100.00"),
        application("a2", "partly_paid", "50.25"),
    ]
    if night >= 3:
        applications.append(
            application(
                "a3",
                "overdue",
                "-100.00",
                is_reversal="true",
                applied_on="2026-01-30",
                reverses_source_document_application_id="a1",
            )
        )
    return {
        "customers": [{"source_customer_id": "c1"}],
        "invoices": invoices,
        "payments": [payment],
        "document_applications": applications,
    }


# Open at the end of January by invoice, and cash on no invoice, as each night knew it.
KNOWN = {
    1: {
        "partly_paid": "49.75", "overdue": "150.50", "edited": "80.00", "deleted": "60.00",
        "voided": "70.00", "cash": "-9.75",
    },
    2: {
        "partly_paid": "49.75", "overdue": "150.50", "edited": "95.10", "deleted": "60.00",
        "voided": "70.00", "late": "40.00", "cash": "-9.75",
    },
    3: {
        "partly_paid": "49.75", "overdue": "250.50", "edited": "95.10", "voided": "70.00",
        "late": "40.00", "cash": "-109.75",
    },
}  # fmt: skip
BUCKETS_KNOWN = {
    # Due on the last of January is not overdue on that day.
    1: {"current": "259.75", "1-30": "150.50"},
    # The new due date is 16 days before, and the old one is forgotten by those who know the new.
    2: {"current": "219.75", "1-30": "245.60"},
    3: {"current": "159.75", "1-30": "345.60"},
}


@dataclass(frozen=True)
class Nights:
    """The warehouse after the third night, and what each night saw and when it was over."""

    warehouse: Warehouse
    seen: dict[int, list[Row]]
    ended_at: dict[int, datetime]


def write_extract(folder: Path, tables: Tables) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in tables.items():
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            names = list(dict.fromkeys(name for row in rows for name in row))
            writer = csv.DictWriter(file, names, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    manifest = "table,is_full\n" + "".join(f"{table},true\n" for table in tables)
    (folder / "_manifest.csv").write_text(manifest, encoding="utf-8")


def run_night(folder: Path, night: int) -> None:
    """Builds what receivables need over the night's extract and appends its versions to state."""
    write_extract(folder / "raw" / "flat", extract_of(night))
    started_at = utc_now()
    environment = os.environ | {
        "RAW_ROOT": str(folder / "raw"),
        "WAREHOUSE_ROOT": str(folder),
        "DBT_PROFILES_DIR": str(REPOSITORY / "profiles"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--vars", ONLY_FLAT]
    command += ["--select", *BUILT.split(), "--exclude-resource-type", "test", "unit_test"]
    built = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-2000:]
    record = RunRecord(
        run_id=f"night {night}", started_at=started_at, finished_at=utc_now(),
        run_status="clean", exit_code=0, as_of_date=None, extract_sha256="", git_commit=None,
        versions={}, phase_seconds={}, row_counts={},
    )  # fmt: skip
    tables = {"flat": list(extract_of(night))}
    append_run(Warehouse(folder), record, read_extracts(folder / "raw", ["flat"], tables))
    mark_published(Warehouse(folder), record.run_id)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Three nights, run once whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "three_nights"
    folder.mkdir(exist_ok=True)
    warehouse, notes = Warehouse(folder), folder / "ended.json"
    with FileLock(f"{folder}.lock"):
        if not notes.exists():
            ended = {}
            for night in KNOWN:
                run_night(folder, night)
                ended[night] = utc_now().isoformat()
                (folder / f"billing.duckdb.{night}").write_bytes(warehouse.build_file.read_bytes())
            notes.write_text(json.dumps(ended), encoding="utf-8")
    ended_at = {int(n): datetime.fromisoformat(t) for n, t in json.loads(notes.read_text()).items()}
    seen = {}
    for night in KNOWN:
        copy = folder / f"night_{night}"
        copy.mkdir(exist_ok=True)
        if not (copy / "billing.duckdb").exists():
            (copy / "billing.duckdb").write_bytes((folder / f"billing.duckdb.{night}").read_bytes())
        seen[night] = read_positions(Warehouse(copy), MONTH_END, None)
    return Nights(warehouse, seen, ended_at)


def by_name(positions: list[Row]) -> dict[str, Decimal]:
    return {
        row["invoice_number"] or row["receivable_kind"].removeprefix("unapplied_"): row[
            "open_amount"
        ]
        for row in positions
    }


@pytest.mark.parametrize("night", KNOWN)
def test_a_night_sees_what_was_delivered_by_then(nights: Nights, night: int) -> None:
    expected = {name: Decimal(amount) for name, amount in KNOWN[night].items()}
    assert by_name(nights.seen[night]) == expected


@pytest.mark.parametrize("night", KNOWN)
def test_what_a_night_knew_is_reproduced_after_the_last(nights: Nights, night: int) -> None:
    again = read_positions(nights.warehouse, MONTH_END, nights.ended_at[night])
    assert again == nights.seen[night]


@pytest.mark.parametrize("night", KNOWN)
def test_the_buckets_of_each_night(nights: Nights, night: int) -> None:
    ended = CliRunner().invoke(
        app,
        [
            "ageing", "--warehouse", str(nights.warehouse.root), "--on", str(MONTH_END),
            "--known-on", nights.ended_at[night].isoformat(), "--format", "json",
        ],
    )  # fmt: skip
    assert ended.exit_code == 0, ended.output
    (row,) = json.loads(ended.stdout)["rows"]
    buckets = {name: row[name] for name in ("current", "1-30")}
    assert {name: Decimal(amount) for name, amount in buckets.items()} == {
        name: Decimal(amount) for name, amount in BUCKETS_KNOWN[night].items()
    }
    assert Decimal(row["total"]) == sum(map(Decimal, KNOWN[night].values()))


def test_a_void_takes_off_what_is_open_from_its_day(nights: Nights) -> None:
    before = by_name(read_positions(nights.warehouse, date(2026, 2, 9), None))
    after = by_name(read_positions(nights.warehouse, date(2026, 2, 10), None))
    assert before["voided"] == Decimal(70)
    assert "voided" not in after
    known_then = read_positions(nights.warehouse, date(2026, 2, 10), nights.ended_at[2])
    assert by_name(known_then)["voided"] == Decimal(70)


def test_state_has_the_deleted_row_and_only_it(nights: Nights) -> None:
    with duckdb.connect(str(nights.warehouse.state_file), read_only=True) as connection:
        deleted = connection.execute(
            "select entity, payload ->> 'source_invoice_id', run_id, raw_table from record_versions"
            " where deleted_in_extract"
        ).fetchall()
    assert deleted == [("invoices", "deleted", "night 3", "invoices")]


def test_the_late_row_is_known_from_the_night_that_saw_it(nights: Nights) -> None:
    with duckdb.connect(str(nights.warehouse.build_file), read_only=True) as connection:
        known = dict(
            connection.execute(
                "select invoice_number, min(known_from_at) from core.fct_receivable_events"
                " where movement = 'invoices' group by all"
            ).fetchall()
        )
    assert nights.ended_at[1] < known["late"] < nights.ended_at[2]
    # Before the first run there is only the source's own word.
    assert known["overdue"] == datetime(2026, 1, 10, 12)


# Buckets

BUCKETS = read_buckets(REPOSITORY)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60"), (60, "31-60"),
        (61, "61-90"), (90, "61-90"), (91, "91-120"), (120, "91-120"), (121, ">120"),
    ],
)  # fmt: skip
def test_the_last_day_of_a_bucket_is_in_it(days: int, bucket: str) -> None:
    start = date.fromordinal(MONTH_END.toordinal() - days)
    assert bucket_of(start, MONTH_END, BUCKETS) == bucket


def position(amount: str, **cells: Any) -> Row:
    return {
        "receivable_kind": "open_items", "document_key": "k", "invoice_number": "n",
        "customer_key": "c", "parent_customer_key": None, "legal_entity_code": "US01",
        "currency": "USD", "issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 31),
        "open_amount": Decimal(amount),
    } | cells  # fmt: skip


def test_what_the_customer_has_with_us_is_in_no_bucket() -> None:
    positions = [
        position("10"),
        position("-3"),
        position("5", due_on=None),
        position("-4", receivable_kind="unapplied_cash"),
        position("-2", receivable_kind="unapplied_credits"),
    ]
    (row,) = aged(positions, BUCKETS, on=MONTH_END, by="customer", basis="due_date")
    assert {name: row[name] for name in row if row[name] and isinstance(row[name], Decimal)} == {
        "current": 10, NO_DATE: 5, "negative_items": -3, "unapplied_cash": -4,
        "unapplied_credits": -2, "total": 6,
    }  # fmt: skip


def test_the_other_basis_counts_from_the_invoice_date() -> None:
    (row,) = aged([position("10")], BUCKETS, on=MONTH_END, by="invoice", basis="invoice_date")
    assert row["1-30"] == 10


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-31T06:00:00", datetime(2026, 1, 31, 6)),
        ("2026-01-31T06:00:00+02:00", datetime(2026, 1, 31, 4)),
        ("2026-01-31", datetime(2026, 1, 31, 23, 59, 59, 999999)),
    ],
    ids=["an instant is UTC", "an offset counts", "a day is its end"],
)
def test_an_instant_of_knowledge(text: str, instant: datetime) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--on", "January"], "it is a day, such as"),
        (["--on", "2026-01-31", "--known-on", "then"], "it is a day (2026-01-31) or an instant"),
        (["--on", "2026-01-31", "--by", "month"], "it is entity, customer or invoice"),
        (["--on", "2026-01-31", "--format", "xml"], "it is table, json or csv"),
        (["--on", "2026-01-31"], "holds neither a published file nor a build"),
    ],
)
def test_a_wrong_question_is_refused(tmp_path: Path, arguments: list[str], message: str) -> None:
    ended = CliRunner().invoke(app, ["ageing", "--warehouse", str(tmp_path), *arguments])
    assert ended.exit_code == 2
    assert message in ended.stderr


def test_a_day_or_an_instant_before_everything_is_refused(nights: Nights) -> None:
    with pytest.raises(RunError, match="no receivable before"):
        read_positions(nights.warehouse, date(2025, 12, 31), None)
    with pytest.raises(RunError, match="Nothing was known before"):
        read_positions(nights.warehouse, MONTH_END, datetime(2025, 12, 31))


@pytest.mark.parametrize(
    ("output_format", "holds"),
    [
        ("table", lambda text: "350.50" not in text and "US01" in text and "1-30" in text),
        ("csv", lambda text: text.startswith("legal_entity_code,currency,current,1-30")),
    ],
)
def test_the_other_formats(
    nights: Nights, output_format: str, holds: Callable[[str], bool]
) -> None:
    arguments = ["ageing", "--warehouse", str(nights.warehouse.root), "--on", "2026-01-31"]
    ended = CliRunner().invoke(app, [*arguments, "--format", output_format])
    assert ended.exit_code == 0, ended.output
    assert holds(ended.stdout)


def test_a_seed_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"age_buckets\.csv cannot be read"):
        read_buckets(tmp_path)
    assert Bucket("current", -100000, 1) in BUCKETS
