"""The command writes a whole company or nothing, the same one for the same options, on any machine;
and the simulator stands apart from the checks that are tried on it."""

import ast
import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from python_checks.cli import app
from python_checks.simulator import simulate as simulation
from python_checks.simulator.faults import planting
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import simulate, write_company
from python_checks.simulator.writing import CREATION_COLUMNS, MANIFEST, MARKER

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = Settings(customers=60, months=2)
SMALLEST = Settings(customers=30, months=1)
OPTIONS = ("--customers", "60", "--months", "2")
COLUMNS = (
    "fault_id,fault_kind,found_by,pair_id,expected_code,side,source_system,source_account,entity,"
    "natural_key,counterpart_key,currency,amount,period_month,planted_on,cleared_on"
)
Row = dict[str, str]


def rows_of(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def hashes(root: Path) -> dict[str, str]:
    return {
        file.relative_to(root).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    }


def command(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["simulate", *arguments])
    return result.exit_code, result.output


# --- the same options, the same bytes -------------------------------------------------------------

MACHINES = {
    "here": {"POLARS_MAX_THREADS": "1", "TZ": "UTC", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"},
    "elsewhere": {
        "POLARS_MAX_THREADS": "4", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "2", "LC_ALL": "de_DE",
    },
}  # fmt: skip


def simulated_on(machine: str, out: Path, *options: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "python_checks", "simulate", "--out", str(out), *OPTIONS, *options],
        cwd=REPOSITORY, env=os.environ | MACHINES[machine], stdout=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize("output_format", ["csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes_on_every_machine(
    tmp_path: Path, output_format: str
) -> None:
    options = ("--format", output_format, *(("--extracts", "2") if output_format == "csv" else ()))
    running = [simulated_on(machine, tmp_path / machine, *options) for machine in MACHINES]
    assert [process.wait(timeout=300) for process in running] == [0, 0]
    here, elsewhere = (hashes(tmp_path / machine) for machine in MACHINES)
    assert len(here) > 100
    assert here == elsewhere


def test_the_same_seed_gives_the_same_bytes_again_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("once", 7), ("again", 7), ("other", 8)):
        write_company(replace(SMALLEST, seed=seed), tmp_path / name)
    once, again, other = (hashes(tmp_path / name) for name in ("once", "again", "other"))
    assert once == again
    assert once.keys() == other.keys()
    for path in (
        "raw/zuora/invoice.csv", "raw/stripe/acct_us/charge.csv", "raw/bank/entry.csv",
        "raw/netsuite/transaction.csv", "truth/faults.csv", "truth/totals.csv",
    ):  # fmt: skip
        assert once[path] != other[path], path


# What would make a company depend on the day, the machine or the process.
CLOCKS = {
    "now", "utcnow", "today", "time", "time_ns", "perf_counter", "getenv", "environ", "hash",
    "uuid1", "uuid4", "urandom", "default_rng",
}  # fmt: skip
CLOCK_MODULES = {"random", "time", "secrets", "uuid", "os", "socket", "platform"}


def clocks_in(source: str) -> list[str]:
    """What a module asks the machine for: calls of clocks, and modules that have them."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            owner = called.value if isinstance(called, ast.Attribute) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            # time() of the standard library takes nothing but from datetime.
            is_class = isinstance(owner, ast.Name) and owner.id in {"datetime", "date"}
            if name in CLOCKS - {"time"} or (name == "time" and owner is not None and is_class):
                found.append(name)
    found.extend(name for name in imported(tree, "python_checks.x") if name in CLOCK_MODULES)
    return sorted(found)


def test_no_module_of_the_simulator_asks_what_day_it_is() -> None:
    asked = {file.name: clocks_in(file.read_text(encoding="utf-8")) for file in modules()}
    assert {name: found for name, found in asked.items() if found} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "from datetime import date\nday = date.today()",
        "from datetime import datetime\nat = datetime.now()",
        "import random\nnumber = random.random()",
        "import numpy as np\nrandom = np.random.default_rng()",
        "key = hash('a')",
    ],
    ids=["today", "now", "random", "an unseeded generator", "a hash of this process"],
)
def test_asking_would_be_found(planted: str) -> None:
    assert clocks_in(planted) != []


def test_the_company_on_disk_is_the_one_in_memory(tmp_path: Path) -> None:
    company = simulate(SMALLEST)
    written = write_company(SMALLEST, tmp_path)
    assert written.truth.equals(company.truth)
    assert dict(written.rows) == {path: frame.height for path, frame in company.files.items()}
    for path, frame in company.files.items():
        expected = [
            {name: cell or "" for name, cell in row.items()} for row in frame.iter_rows(named=True)
        ]
        assert rows_of(tmp_path / "raw" / f"{path}.csv") == expected, path


def test_both_formats_hold_the_same_rows(tmp_path: Path) -> None:
    write_company(SMALLEST, tmp_path / "csv")
    write_company(SMALLEST, tmp_path / "parquet", output_format="parquet")
    for path in ("stripe/acct_us/charge", "zuora/invoice", "netsuite/transaction", "bank/entry"):
        parts = sorted((tmp_path / "parquet" / "raw" / path).glob("*.parquet"))
        read = pl.concat([pl.read_parquet(part) for part in parts])
        assert set(read.schema.values()) == {pl.String()}
        in_parts = Counter(tuple(cell or "" for cell in row) for row in read.iter_rows())
        in_csv = Counter(
            tuple(row.values()) for row in rows_of(tmp_path / "csv" / "raw" / f"{path}.csv")
        )
        assert in_parts == in_csv, path


@pytest.mark.parametrize("seed", range(10, 20))
def test_ten_companies_are_made_without_an_error(seed: int) -> None:
    company = simulate(Settings(customers=60, months=2, seed=seed))
    assert company.world.invoices.height > 50
    assert len({fault.kind for fault in company.faults}) > 30


@pytest.mark.parametrize(
    ("customers", "months"), [(30, 1), (30, 14)], ids=["the smallest", "few for long"]
)
def test_small_companies_are_made_with_as_many_faults_as_they_can_take(
    customers: int, months: int
) -> None:
    company = simulate(Settings(customers=customers, months=months, seed=2), "heavy")
    assert company.faults != []


# --- which faults ---------------------------------------------------------------------------------


def test_without_faults_the_truth_is_a_header(tmp_path: Path) -> None:
    code, _ = command("--out", str(tmp_path), *OPTIONS, "--faults", "none")
    assert code == 0
    assert (tmp_path / "truth" / "faults.csv").read_text(encoding="utf-8") == f"{COLUMNS}\n"
    assert rows_of(tmp_path / "truth" / "totals.csv") != []
    assert rows_of(tmp_path / "truth" / "scenarios.csv") != []


@pytest.mark.parametrize(
    ("listed", "planted"),
    [
        ("fx=3,wrong_entity", {"fx": 3, "wrong_entity": planting.DEFAULT_COUNT}),
        (" rounding = 1 , tenfold_invoice=2", {"rounding": 1, "tenfold_invoice": 2}),
        ("two_at_once=1", {"rounding": 1, "wrong_customer": 1}),
        ("fx=0,rounding=1", {"rounding": 1}),
    ],
    ids=["a count and none", "spaces", "one that is two", "none of one"],
)
def test_a_list_plants_what_it_lists(listed: str, planted: Mapping[str, int]) -> None:
    company = simulate(Settings(months=4), listed)
    assert Counter(fault.kind for fault in company.faults) == planted


def test_faults_change_nothing_but_what_they_say() -> None:
    settings = Settings(months=3)
    without, fault = simulate(settings, "none"), simulate(settings, "amount_mismatch=1")
    changed = {
        path for path, frame in fault.files.items() if not frame.equals(without.files[path])
    }  # fmt: skip
    assert changed == {
        "netsuite/transaction", "netsuite/transaction_line",
        "netsuite/transaction_accounting_line",
    }  # fmt: skip


# --- all or nothing -------------------------------------------------------------------------------

MISTAKES = {
    "an unknown kind": (("--faults", "gremlins"), "gremlins"),
    "an unknown kind in a list": (("--faults", "fx=1,gremlins=2"), "gremlins"),
    "a profile in a list": (("--faults", "none,fx"), "none"),
    "an empty list": (("--faults", ""), "--faults"),
    "a count that is a word": (("--faults", "fx=many"), "fx=many"),
    "a count below zero": (("--faults", "fx=-1"), "fx=-1"),
    "a count with a point": (("--faults", "fx=1.5"), "fx=1.5"),
    "an unknown format": (("--format", "xml"), "xml"),
    "too few customers": (("--customers", "29"), "29 is fewer than 30"),
    "no months": (("--months", "0"), "months: 0"),
    "too many months": (("--months", "25"), "months: 25"),
    "a seed below zero": (("--seed", "-1"), "seed: -1"),
    "no extract": (("--extracts", "0"), "extracts"),
    "a month that is none": (("--first-month", "2025-13"), "2025-13"),
    "a number that is none": (("--customers", "many"), "--customers"),
}


@pytest.mark.parametrize(("options", "named"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named_and_nothing_is_written(
    tmp_path: Path, options: tuple[str, ...], named: str
) -> None:
    out = tmp_path / "out"
    code, output = command("--out", str(out), *OPTIONS, *options)
    assert code == 2
    assert named in output
    assert "Traceback" not in output
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.parametrize("folder", ["raw", "truth", "extracts"])
def test_a_folder_with_other_files_is_left_alone(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "mine.csv").write_text("id\n1\n", encoding="utf-8")
    before = hashes(tmp_path)
    code, output = command("--out", str(tmp_path), *OPTIONS)
    assert code == 2
    assert str(tmp_path / folder) in output
    assert hashes(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    code, output = command("--out", str(tmp_path / "out"), *OPTIONS)
    assert code == 2
    assert str(tmp_path / "out") in output
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_what_fails_on_the_way_leaves_the_earlier_company_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_company(SMALLEST, tmp_path)
    before = hashes(tmp_path)

    def fails(*_: object) -> list[planting.Fault]:
        raise ValueError("no victim")

    monkeypatch.setattr(planting, "plant", fails)
    code, output = command("--out", str(tmp_path), *OPTIONS, "--seed", "8")
    assert (code, "no victim" in output) == (2, True)
    assert hashes(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "truth"]


def test_another_company_replaces_the_earlier_one_wholly(tmp_path: Path) -> None:
    write_company(SMALLEST, tmp_path / "twice", nights=2)
    write_company(replace(SMALLEST, seed=8), tmp_path / "twice")
    write_company(replace(SMALLEST, seed=8), tmp_path / "once")
    assert hashes(tmp_path / "twice") == hashes(tmp_path / "once")


def test_what_was_written_says_so_and_counts_its_rows(tmp_path: Path) -> None:
    code, output = command("--out", str(tmp_path), *OPTIONS)
    assert code == 0
    assert f"(of {len(planting.all_kinds())})" in output
    assert (tmp_path / "raw" / MARKER).is_file()
    assert not list((tmp_path / "raw").rglob("*truth*"))
    night = f"{SMALL.last_on + timedelta(days=1)} 02:00:00"
    counted = 0
    for file in (tmp_path / "raw").rglob(f"{MANIFEST}.csv"):
        for line in rows_of(file):
            assert (line["is_full"], line["extracted_at"]) == ("true", night)
            assert len(rows_of(file.with_name(f"{line['table']}.csv"))) == int(line["rows"])
            counted += 1
        assert len(list(file.parent.glob("*.csv"))) == len(rows_of(file)) + 1
    assert counted > 100


# --- the extracts of earlier nights ---------------------------------------------------------------

NIGHTS = 4
CLOSED = ("late_after_close", "edited_after_close", "deleted_after_close")
BANK = ("payout_short", "payout_of_nobody", "unidentified_receipt")


@dataclass(frozen=True)
class Extracts:
    """The extracts of successive nights: folders of raw files by the day that they are of."""

    last_on: date
    folders: Mapping[date, Path]
    truth: list[Row]

    def rows(self, day: date, path: str) -> list[Row]:
        return rows_of(self.folders[day] / f"{path}.csv")

    def documents(self, day: date, number: str) -> list[Row]:
        return [row for row in self.rows(day, "netsuite/transaction") if row["tranid"] == number]

    def number(self, kind: str) -> str:
        return next(line["natural_key"] for line in self.truth if line["fault_kind"] == kind)


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    root = tmp_path_factory.mktemp("extracts")
    settings = Settings(customers=100, months=3)
    counts = [f"{kind}=1" for kind in CLOSED] + [f"{kind}=3" for kind in BANK]
    write_company(settings, root, profile=",".join(counts), nights=NIGHTS)
    folders = {
        date.fromisoformat(folder.name): folder
        for folder in sorted((root / "extracts").iterdir())
        if folder.is_dir()
    }
    truth = rows_of(root / "truth" / "faults.csv")
    return Extracts(settings.last_on, folders | {settings.last_on: root / "raw"}, truth)


def test_there_is_an_extract_of_every_night_asked_for(extracts: Extracts) -> None:
    days = [extracts.last_on - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]
    assert list(extracts.folders) == days
    tables = [
        {file.relative_to(folder).as_posix() for file in folder.rglob("*.csv")}
        for folder in extracts.folders.values()
    ]
    assert all(found == tables[0] for found in tables)
    for day, folder in extracts.folders.items():
        night = f"{day + timedelta(days=1)} 02:00:00"
        assert {row["extracted_at"] for row in rows_of(folder / "bank" / "_manifest.csv")} == {
            night
        }


def test_no_row_is_of_a_later_night(extracts: Extracts) -> None:
    # Calendars reach ahead, and a balance is taken when the account's day is over.
    ahead = {"processor_balance"}
    for day, folder in extracts.folders.items():
        for file in sorted(folder.rglob("*.csv")):
            rows = rows_of(file)
            column = next((name for name in CREATION_COLUMNS if rows and name in rows[0]), None)
            if column and file.stem not in ahead:
                latest = max(row[column][:10] for row in rows)
                assert latest <= str(day), file.relative_to(folder)


def test_rows_are_added_from_night_to_night(extracts: Extracts) -> None:
    sizes = defaultdict(list)
    for folder in extracts.folders.values():
        for file in sorted(folder.rglob("*.csv")):
            if file.stem != MANIFEST:
                sizes[file.relative_to(folder).as_posix()].append(len(rows_of(file)))
    falling = {path for path, found in sizes.items() if found != sorted(found)}
    growing = {path for path, found in sizes.items() if found[0] < found[-1]}
    assert falling <= {"zuora/payment_application.csv", "zuora/payment.csv"}
    assert {"netsuite/transaction.csv", "ops/US01/integration_message.csv"} <= growing


def test_what_happened_after_the_close_is_in_the_extracts_from_then_on(extracts: Extracts) -> None:
    late, edited, deleted = (extracts.number(kind) for kind in CLOSED)
    happened = extracts.last_on - timedelta(days=1)
    (planted,) = {line["planted_on"] for line in extracts.truth if line["fault_kind"] in CLOSED}
    assert planted == str(happened)
    (changed,) = extracts.documents(extracts.last_on, edited)
    (difference,) = [
        Decimal(line["amount"])
        for line in extracts.truth
        if line["natural_key"] == edited and line["pair_id"] == "R01"
    ]
    for day in extracts.folders:
        is_after = day >= happened
        found = extracts.documents(day, late)
        assert len(found) == is_after, "a late row is not there before it was entered"
        assert all(row["createddate"][:10] == str(happened) for row in found)
        (row,) = extracts.documents(day, edited)
        was = Decimal(changed["foreigntotal"]) + (0 if is_after else difference)
        assert Decimal(row["foreigntotal"]) == was
        assert (row["lastmodifieddate"][:10] == str(happened)) == is_after
        (row,) = extracts.documents(day, deleted)
        assert row["_fivetran_deleted"] == str(is_after).lower()
        lines = [
            line
            for line in extracts.rows(day, "netsuite/transaction_line")
            if line["transaction"] == row["id"]
        ]
        assert {line["_fivetran_deleted"] for line in lines} == {str(is_after).lower()}


def test_the_books_balance_every_night(extracts: Extracts) -> None:
    for day in extracts.folders:
        heads = {row["id"] for row in extracts.rows(day, "netsuite/transaction")}
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in extracts.rows(day, "netsuite/transaction_accounting_line"):
            sums[row["transaction"]] += Decimal(row["amount"])
        assert sums.keys() == heads
        assert not any(sums.values())


def test_statements_roll_every_night(extracts: Extracts) -> None:
    for day in extracts.folders:
        entries: dict[str, Decimal] = defaultdict(Decimal)
        for row in extracts.rows(day, "bank/entry"):
            sign = -1 if row["credit_debit_indicator"] == "DBIT" else 1
            entries[row["statement_id"]] += sign * Decimal(row["amount"])
        closing: dict[str, Decimal] = {}
        for row in sorted(extracts.rows(day, "bank/statement"), key=lambda row: row["from_date"]):
            opening = Decimal(row["opening_balance"])
            assert closing.get(row["account_id"], opening) == opening, (day, row["statement_id"])
            closing[row["account_id"]] = Decimal(row["closing_balance"])
            moved = closing[row["account_id"]] - opening
            assert moved == entries[row["statement_id"]], (day, row["statement_id"])


def test_a_document_that_was_late_in_the_next_month_is_not_there_before_it() -> None:
    settings = Settings(customers=40, months=2)
    company = simulate(settings, "timing_cutoff=1")
    (fault,) = company.faults
    key = fault.truths[0].natural_key
    nights = (settings.last_on - fault.planted_on).days + 2
    first_two = islice(simulation.earlier_extracts(company, settings, nights), 2)
    found = {
        day: files["netsuite/transaction"].filter(pl.col("tranid") == key).height
        for day, files in first_two
    }
    assert found == {fault.planted_on - timedelta(days=1): 0, fault.planted_on: 1}


# --- apart from the checks ------------------------------------------------------------------------

SIMULATOR = "python_checks.simulator"
# What offers the simulator to people, and what measures it.
MAY_USE_IT = {"python_checks.cli", "python_checks.benchmark", "python_checks.evaluation.command"}


def modules() -> list[Path]:
    return sorted((REPOSITORY / "python_checks" / "simulator").rglob("*.py"))


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST, module: str) -> Iterator[str]:
    """The modules that a module imports, wherever in it; `from x import y` is x and x.y."""
    package = module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            for _ in range(node.level - 1):
                package = package.rpartition(".")[0]
            if node.level:
                base = f"{package}.{base}".rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def crossings(module: str, source: str) -> list[str]:
    """Imports that lead out of the simulator, or into it."""
    names = [name for name in imported(ast.parse(source), module) if name != "python_checks"]
    ours = [name for name in names if is_within(name, "python_checks")]
    if is_within(module, SIMULATOR):
        return [name for name in ours if not is_within(name, SIMULATOR)]
    if module in MAY_USE_IT:
        return []
    return [name for name in ours if is_within(name, SIMULATOR)]


def test_the_simulator_and_the_checks_import_nothing_of_each_other() -> None:
    files = sorted((REPOSITORY / "python_checks").rglob("*.py"))
    assert len(files) > 40
    found = {
        name_of(file): crossings(name_of(file), file.read_text(encoding="utf-8")) for file in files
    }
    assert {name: crossing for name, crossing in found.items() if crossing} == {}


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("python_checks.simulator.books", "from python_checks.state import RunRecord"),
        ("python_checks.simulator.books", "import python_checks.warehouse"),
        ("python_checks.simulator.books", "from python_checks import warehouse"),
        ("python_checks.simulator.books", "def late():\n    from ..state import RunRecord"),
        ("python_checks.simulator.faults.ledger", "from ...state import RunRecord"),
        ("python_checks.state", "from python_checks.simulator.money import EXPONENTS"),
        ("python_checks.state", "from python_checks import simulator"),
        ("python_checks.checks.spikes", "from ..simulator import money"),
    ],
)
def test_an_import_across_would_be_found(module: str, planted: str) -> None:
    assert crossings(module, planted) != []


def test_an_import_within_is_none_across() -> None:
    assert crossings("python_checks.simulator.books", "from . import money\nimport polars") == []
    assert crossings("python_checks.state", "from python_checks.errors import RunError") == []


def test_the_night_is_two_o_clock_after_the_last_day() -> None:
    assert simulation.synced_at(date(2026, 3, 31)) == datetime(2026, 4, 1, 2)
