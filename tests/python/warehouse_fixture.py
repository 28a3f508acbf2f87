"""Hand-made raw extracts in Stripe's shape, and the warehouse that the project builds of them.

A build takes half a minute, so a test module puts all its cases into one `Extract` (other accounts
or ids for each), builds it once for all workers of the session, and only reads from then on.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[2]
STRIPE_SOURCES = REPOSITORY / "models" / "staging" / "stripe" / "_stripe.yml"
SYSTEMS = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["systems"]

# What a usual row says where a case has no opinion. Times are in UTC, amounts in minor units.
CREATED = "2026-01-10 12:00:00"
SYNCED = "2026-04-01 02:00:00"
USUAL: dict[str, dict[str, str]] = {
    "charge": {"status": "succeeded", "paid": "true", "captured": "true"},
    "refund": {"status": "succeeded"},
    "invoice": {"status": "open", "billing_reason": "manual"},
    "invoice_line_item": {"type": "invoiceitem", "quantity": "1"},
    "invoice_payment": {"status": "paid", "payment_type": "payment_intent"},
    "credit_note": {"status": "issued"},
    "payment_intent": {"status": "succeeded"},
    "payout": {
        "status": "paid",
        "automatic": "true",
        "method": "standard",
        "arrival_date": "2026-01-14 00:00:00",
    },
    "balance_transaction": {"type": "charge", "status": "available", "fee": "0"},
    "dispute": {"status": "needs_response", "reason": "fraudulent"},
    "customer_balance_transaction": {"type": "applied_to_invoice"},
}
USUAL_EVERYWHERE = {
    "currency": "usd",
    "created": CREATED,
    "livemode": "true",
    "_fivetran_synced": SYNCED,
}


@cache
def stripe_tables() -> dict[str, list[str]]:
    """Names of the columns that are read, by raw table, as the source YAML lists them."""
    sources = yaml.safe_load(STRIPE_SOURCES.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: [column["name"] for column in table["columns"]]
        for table in sources[0]["tables"]
    }


@cache
def required_tables() -> list[str]:
    """The raw tables without which nothing is built."""
    sources = yaml.safe_load(STRIPE_SOURCES.read_text(encoding="utf-8"))["sources"]
    return [
        table["name"]
        for table in sources[0]["tables"]
        if not table.get("config", {}).get("meta", {}).get("optional")
    ]


@dataclass(frozen=True)
class Place:
    """Where a raw row lies: the file below the raw root, and its row (1 = under the header)."""

    source_file: str
    source_row: int


class Extract:
    """Raw rows of Stripe by file, in the order in which they were added.

    Accounts are named acct_…, but for `default`, whose files lie in the folder of the system.
    """

    def __init__(self) -> None:
        self.files: dict[str, list[dict[str, str]]] = {}
        self._table_of: dict[str, str] = {}

    def add(self, table: str, *, account: str = "acct_us", part: str = "", **cells: Any) -> Place:
        """Adds one row; cells that are not given are usual, and a cell given as "" is blank.

        With `part` the row lies in that file of the folder of the table. The net of a balance
        transaction is its amount less its fee where nothing else is said.
        """
        columns = stripe_tables()[table]
        unknown = cells.keys() - set(columns)
        if unknown:
            raise ValueError(f"the raw table {table} has no columns {sorted(unknown)}")
        usual = {**USUAL_EVERYWHERE, **USUAL.get(table, {})}
        row = {name: value for name, value in usual.items() if name in columns}
        row |= {name: str(value) for name, value in cells.items()}
        if table == "balance_transaction" and "net" not in row:
            row["net"] = str(int(row["amount"]) - int(row["fee"]))

        file = _file(account, table, part)
        self._table_of[file] = table
        self.files.setdefault(file, []).append(row)
        return Place(file, len(self.files[file]))

    def rows(self, table: str, text: str, *, account: str = "acct_us", **cells: str) -> None:
        """Adds the rows of a table drawn with `|`, its first line the names of the columns.

        An empty cell is usual, as in `add`; `''` stands for a blank one. `cells` are of all rows.
        """
        header, *lines = (
            [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
        )
        for line in lines:
            row = dict(zip(header, line, strict=True))
            given = {name: cell.replace("''", "") for name, cell in row.items() if cell}
            self.add(table, account=account, **{**cells, **given})

    def write(self, raw_root: Path) -> None:
        """Writes the files below `raw_root`.

        An account must deliver every required table: one without a row is a header only.
        """
        for account in {_account_of(file) for file in self.files}:
            for table in required_tables():
                if not any(
                    _account_of(file) == account and self._table_of[file] == table
                    for file in self.files
                ):
                    file = _file(account, table)
                    self._table_of[file] = table
                    self.files[file] = []
        for file, rows in self.files.items():
            path = raw_root / file
            path.parent.mkdir(parents=True, exist_ok=True)
            # A column that nobody reads, as real extracts have many.
            header = [*stripe_tables()[self._table_of[file]], "metadata"]
            with path.open("w", encoding="utf-8", newline="") as handle:
                writer = csv.DictWriter(handle, header, restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows({**row, "metadata": '{"a": 1, "b": 2}'} for row in rows)


@dataclass(frozen=True)
class BuiltWarehouse:
    """What one `dbt build` left behind. `statuses` has the fate of each node by its dbt id."""

    root: Path
    exit_code: int
    output: str
    statuses: dict[str, str]

    @property
    def file(self) -> Path:
        """The built database, for readers of their own."""
        return self.root / "billing.duckdb"

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect(str(self.file), read_only=True)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest of the build."""
        path = self.root / "target" / "manifest.json"
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return manifest

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows of a query with its `?` filled in order."""
        return self.connection.execute(query, list(parameters)).fetchall()

    def cells(self, columns: str, table: str, **where: object) -> list[tuple[Any, ...]]:
        """`columns` (SQL) of the rows of a table that equal `where`, sorted by all of them."""
        conditions = " and ".join(f"{name} is not distinct from ?" for name in where) or "true"
        return self.rows(
            f"select {columns} from {table} where {conditions} order by all", *where.values()
        )


def _file(account: str, table: str, part: str = "") -> str:
    folder = "stripe" if account == "default" else f"stripe/{account}"
    return f"{folder}/{table}/{part}.csv" if part else f"{folder}/{table}.csv"


def _account_of(file: str) -> str:
    folder = file.split("/")[1]
    return folder if folder.startswith("acct_") else "default"


def build_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, extract: Extract
) -> BuiltWarehouse:
    """The warehouse of an extract in Stripe's shape, all models of it."""
    return built(tmp_path_factory, name, extract.write, ["stripe"])


def built(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    write: Callable[[Path], None],
    systems: Sequence[str],
    select: Sequence[str] = (),
) -> BuiltWarehouse:
    """The warehouse of what `write` puts into a raw folder, with only some systems on; of all
    models, or those that are selected. Built by the first worker that asks; the others wait."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"warehouse_{name}"
    report = folder / "built.json"
    with FileLock(f"{folder}.lock"):
        if not report.exists():
            write(folder / "raw")
            exit_code, output = _build(folder, systems, select)
            report.write_text(json.dumps([exit_code, output]), encoding="utf-8")
    exit_code, output = json.loads(report.read_text(encoding="utf-8"))
    results = folder / "target" / "run_results.json"
    statuses = {}
    if results.exists():
        nodes = json.loads(results.read_text(encoding="utf-8"))["results"]
        statuses = {node["unique_id"]: node["status"] for node in nodes}
    return BuiltWarehouse(folder, exit_code, output, statuses)


def _build(folder: Path, systems: Sequence[str], select: Sequence[str]) -> tuple[int, str]:
    """Exit code and output of `dbt build` over `folder`/raw. Unit tests read no data."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DBT_") and name not in ("ACTIONS_ROOT", "GATE_SEVERITY")
    }
    others = [system for system in SYSTEMS if system not in systems]
    selection = ["--indirect-selection", "cautious", "--select", *select] if select else []
    finished = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--no-use-colors", "--quiet", "build", "--exclude-resource-type", "unit_test"),
            *selection,
            *("--vars", json.dumps({"systems_on": list(systems), "systems_off": others})),
        ],
        cwd=REPOSITORY,
        env={
            **inherited,
            "RAW_ROOT": str(folder / "raw"),
            "WAREHOUSE_ROOT": str(folder),
            "PII_SALT": "a salt of the tests",
            "DBT_PROFILES_DIR": "profiles",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout + finished.stderr
