"""The shipped reconciliation over legs that a test makes up.

The models behind the legs of the pairs are compiled once by dbt and run, in the order of their
edges, in a database in memory. The made-up legs of all pairs stand in the model of one of them.
"""

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 3, 31)
# What the engine is given; all other models behind the legs are the shipped ones.
GIVEN = (
    "int_recon_causes", "int_recon_defects", "int_recon_actions",
    "dim_run_dates", "dim_dates", "dim_legal_entities", "fct_fiscal_periods",
)  # fmt: skip
LEGS_OF_PAIRS = "int_recon_legs_"
GIVEN_LEGS = "int_recon_legs_invoices"
PUBLISHED = (
    "recon_breaks", "recon_break_legs", "recon_matches", "recon_open_items", "recon_rollforward",
    "recon_ageing", "recon_summary", "recon_scores",
)  # fmt: skip
PAIRS = {"R01": "1:1", "R02": "1:1", "R05": "N:1", "R15": "N:1"}


def compiled_manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest with every model compiled; made once for all workers of the session."""
    root = tmp_path_factory.getbasetemp()
    shared = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "compiled"
    (shared / "warehouse").mkdir(parents=True, exist_ok=True)
    with FileLock(shared / "lock"):
        found = shared / "target" / "manifest.json"
        if not found.exists():
            environment = {
                **os.environ,
                "WAREHOUSE_ROOT": str(shared / "warehouse"),
                "DBT_TARGET_PATH": str(shared / "target"),
                "DBT_PROFILES_DIR": "profiles",
            }
            command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile"]
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, timeout=300)
        loaded: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return loaded


def _is_given(name: str) -> bool:
    return name in GIVEN or name.startswith(LEGS_OF_PAIRS)


class Engine:
    """The compiled models behind the legs over one database in memory."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self._order: list[str] = []
        for name in PUBLISHED:
            self._visit(name)
        self.connection = duckdb.connect()
        database = self._nodes["recon_breaks"]["database"]
        self.connection.execute(f"attach ':memory:' as {database}")
        self.connection.execute(f"use {database}")
        for schema in {node["schema"] for node in self._nodes.values()}:
            self.connection.execute(f"create schema if not exists {schema}")
        self._load_reference()

    def _visit(self, name: str) -> None:
        if name in self._order:
            return
        node = self._nodes[name]
        if not _is_given(name) and node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                self._visit(parent.split(".")[-1])
        self._order.append(name)

    def _where(self, name: str) -> str:
        return f"{self._nodes[name]['schema']}.{self._nodes[name]['alias']}"

    def _typed(self, name: str) -> str:
        columns = self._nodes[name]["columns"].values()
        return ", ".join(
            f"{c['name']} {'varchar' if c['data_type'] == 'string' else c['data_type']}"
            for c in columns
        )

    def _load_reference(self) -> None:
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] == "seed":
                types = {
                    column: "varchar" if kind == "string" else kind
                    for column, kind in node["config"].get("column_types", {}).items()
                }
                self.connection.execute(
                    f"create table {self._where(name)} as select * from"
                    f" read_csv(?, header = true, types = {types or '{}'})"
                    if types
                    else f"create table {self._where(name)} as"
                    " select * from read_csv(?, header = true)",
                    [str(REPOSITORY / node["original_file_path"])],
                )
        self.connection.execute(
            f"create table {self._where('dim_run_dates')} as select date '{AS_OF}' as as_of_date"
        )
        self.connection.execute(
            f"create table {self._where('dim_dates')} as"
            " select d::date as date_on, date_trunc('month', d)::date as calendar_month"
            " from range(date '2025-06-01', date '2026-12-31', interval 1 day) t(d)"
        )
        self.connection.execute(
            f"create table {self._where('dim_legal_entities')} as select * from"
            " (values ('US01', 'US'), ('DE01', 'DE')) t(legal_entity_code, country_code)"
        )
        columns = self._typed("fct_fiscal_periods")
        self.connection.execute(f"create table {self._where('fct_fiscal_periods')} ({columns})")

    def run(self, legs: list[dict[str, Any]], accepted: list[str] | None = None) -> None:
        """Builds everything behind the given legs, and accepted proposals."""
        legs_of_pairs = [name for name in self._order if name.startswith(LEGS_OF_PAIRS)]
        for name in (*legs_of_pairs, "int_recon_causes", "int_recon_defects"):
            self.connection.execute(f"create or replace table {self._where(name)}"
                                    f" ({self._typed(name)})")  # fmt: skip
        names = list(self._nodes[GIVEN_LEGS]["columns"])
        if legs:
            marks = ", ".join("?" for _ in names)
            self.connection.executemany(
                f"insert into {self._where(GIVEN_LEGS)} values ({marks})",
                [[leg.get(name) for name in names] for leg in legs],
            )
        self.connection.execute(
            f"create or replace table {self._where('int_recon_actions')} as"
            " select unnest(cast(? as varchar[])) as subject_key, 'accept_match' as action",
            [accepted or []],
        )
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] == "model" and not _is_given(name):
                self.connection.execute(
                    f"create or replace table {self._where(name)} as {node['compiled_code']}"
                )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


def leg(number: int, **cells: Any) -> dict[str, Any]:
    """A leg; what is not said is usual."""
    side = cells.get("side", "L")
    amount = Decimal(cells.get("signed_amount", 10))
    on = cells.get("occurred_on", date(2026, 1, 15))
    made = {
        "pair_id": "R01",
        "side": side,
        "leg_key": f"leg {number}",
        "clear_key": f"key {number}",
        "natural_key": f"N-{number}",
        "legal_entity_code": "US01",
        "source_table": "fct_things",
        "source_key": str(number),
        "document_kind": "thing",
        "currency": "USD",
        "functional_currency": "USD",
        "rounded_item_count": 0,
        "signed_amount": amount,
        "signed_amount_functional": amount,
        "occurred_on": on,
        "period_month": on.replace(day=1),
        "due_on": on,
    } | cells
    made["residual_amount"] = amount if side == "L" else -amount
    return made
