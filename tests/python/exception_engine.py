"""The shipped exception queue over runs that a test makes up.

The models behind what was found are compiled once by dbt and run, in the order of their edges, in a
database in memory or in the files of a warehouse.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from reconciliation_engine import REPOSITORY

# What the engine is given; all other models of the queue are the shipped ones.
GIVEN = (
    "int_exceptions_found", "int_exception_check_runs", "int_business_days",
    "dim_run_dates", "dim_dates",
)  # fmt: skip
PUBLISHED = (
    "exceptions", "exception_history", "exception_ageing", "exception_trend",
    "exception_rejected_actions",
)  # fmt: skip
FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)


@dataclass(frozen=True)
class Found:
    """One row that a check found. What is not said is usual."""

    check_id: str
    natural_key: str
    amount: Decimal | None
    severity: str = "S2"
    entity: str = "US01"
    occurred_on: date | None = None
    due_on: date | None = None
    evidence: str = "seen"


class ExceptionEngine:
    """The compiled models of the queue over one database, with the state beside it."""

    def __init__(
        self,
        manifest: dict[str, Any],
        build: str | Path = ":memory:",
        state: str | Path = ":memory:",
    ) -> None:
        self._nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self._sources = [
            source
            for source in manifest["sources"].values()
            if source["source_name"] in ("state", "checks", "actions")
        ]
        self._order: list[str] = []
        for name in PUBLISHED:
            self._visit(name)
        self.connection = duckdb.connect()
        self.connection.execute("set TimeZone = 'UTC'")
        self.connection.execute(f"attach '{build}' as billing")
        self.connection.execute(f"attach '{state}' as state")
        self.connection.execute("use billing")
        self._make_tables()

    def _visit(self, name: str) -> None:
        if name in self._order:
            return
        node = self._nodes[name]
        if name not in GIVEN and node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                if not parent.startswith("source."):
                    self._visit(parent.split(".")[-1])
        self._order.append(name)

    def where(self, name: str) -> str:
        """The relation of a model or seed."""
        return f"{self._nodes[name]['schema']}.{self._nodes[name]['alias']}"

    def _make_tables(self) -> None:
        run = self.connection.execute
        for source in self._sources:
            schema = f"{source['database']}.{source['schema']}"
            run(f"create schema if not exists {schema}")
            run(f"create table if not exists {schema}.{source['name']} ({_typed(source)})")
        for name in self._order:
            run(f"create schema if not exists {self._nodes[name]['schema']}")
            node = self._nodes[name]
            if node["resource_type"] == "seed":
                kinds = node["config"]["column_types"]
                types = {c: "varchar" if t == "string" else t for c, t in kinds.items()}
                run(
                    f"create or replace table {self.where(name)} as select * from"
                    f" read_csv(?, header = true, columns = {types})",
                    [str(REPOSITORY / node["original_file_path"])],
                )
            elif name in GIVEN:
                run(f"create or replace table {self.where(name)} ({_typed(node)})")
        run(
            f"create or replace table {self.where('dim_dates')} as"
            f" select cast(d as date) as date_on from range(date '{FIRST_DAY}', date '{LAST_DAY}',"
            " interval 1 day) t(d)"
        )

    def checks(self, names: Iterable[str], **cells: Any) -> None:
        """Replaces the checks by these, each with `cells` and what else is usual."""
        table = self.where("exception_checks")
        self.connection.execute(f"delete from {table}")
        for name in names:
            row = {
                "check_id": name, "check_name": name, "source": "recon", "severity_code": "S2",
                "owner_code": f"owner of {name}", "sla_days": 3, "sla_clock": "elapsed",
                "next_step": "look", "blocks_close": False,
            } | cells  # fmt: skip
            self._insert(table, row)

    def rename(self, old: str, new: str) -> None:
        """Gives a check another name."""
        self._insert(self.where("exception_aliases"), {"old_check_id": old, "check_id": new})

    def act(self, number: int, exception_id: str, action: str, **cells: Any) -> None:
        """Adds a row to the file of actions; what is not said is usual."""
        row = {
            "row_number": number + 1, "action_id": f"a{number}", "exception_id": exception_id,
            "action": action, "actor": "amy", "approver": "ben", "reason_code": "known",
        } | cells  # fmt: skip
        self._insert("actions.exception_actions", row)

    def observe(
        self, run_at: datetime, as_of: date, found: Iterable[Found], statuses: Mapping[str, str]
    ) -> None:
        """What one run sees: the rows that were found, and how each check ended."""
        run = self.connection.execute
        run(
            f"create or replace table {self.where('dim_run_dates')} as"
            f" select date '{as_of}' as as_of_date"
        )
        run(f"delete from {self.where('int_exceptions_found')}")
        run(f"delete from {self.where('int_exception_check_runs')}")
        for check_id, status in statuses.items():
            self._insert(
                self.where("int_exception_check_runs"),
                {
                    "check_id": check_id,
                    "check_status": status,
                    "as_of_date": as_of,
                    "run_at": run_at,
                },
            )
        for row in found:
            self._insert(
                self.where("int_exceptions_found"),
                {
                    "check_id": row.check_id, "legal_entity_code": row.entity,
                    "natural_key": row.natural_key, "source_table": "fct_things",
                    "source_key": row.natural_key, "severity_code": row.severity,
                    "evidence": row.evidence, "amount_at_risk_reporting": row.amount,
                    "occurred_on": row.occurred_on, "due_on": row.due_on,
                },
            )  # fmt: skip
        self._build("int_exception_observations")

    def append(self, run_id: str) -> None:
        """Appends what the run saw to state, as the runner does when it publishes."""
        for table in ("check_runs", "exception_observations"):
            model = "int_exception_check_runs" if table == "check_runs" else f"int_{table}"
            kept = [
                row[0]
                for row in self.rows(
                    "select column_name from duckdb_columns() where database_name = 'state'"
                    f" and table_name = '{table}' and column_name in (select column_name from"
                    f" duckdb_columns() where table_name = '{model}')"
                )
            ]
            self.connection.execute(
                f"insert into state.main.{table} by name"
                f" select '{run_id}' as run_id, {', '.join(kept)} from {self.where(model)}"
            )

    def build(self) -> None:
        """Builds everything behind the public tables."""
        for name in self._order:
            if self._nodes[name]["resource_type"] == "model" and name not in GIVEN:
                self._build(name)

    def _build(self, name: str) -> None:
        self.connection.execute(
            f"create or replace table {self.where(name)} as {self._nodes[name]['compiled_code']}"
        )

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        self.connection.execute(
            f"insert into {table} ({', '.join(row)}) values ({', '.join('?' for _ in row)})",
            list(row.values()),
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def forget_log(self) -> None:
        """Empties the state."""
        for table in ("check_runs", "exception_observations"):
            self.connection.execute(f"delete from state.main.{table}")

    def forget(self) -> None:
        """Empties the state, the file of actions and the names that checks had."""
        self.forget_log()
        for table in ("billing.actions.exception_actions", self.where("exception_aliases")):
            self.connection.execute(f"delete from {table}")


def _typed(node: Mapping[str, Any]) -> str:
    columns = node["columns"].values()
    return ", ".join(
        f"{c['name']} {'varchar' if c['data_type'] == 'string' else c['data_type']}"
        for c in columns
    )
