"""The shipped models of disputes over rows that a test makes up, in a database in memory."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

REPOSITORY = Path(__file__).resolve().parents[2]


class DisputeEngine:
    """The models between the `given` tables and the `wanted` ones, as dbt compiled them.

    `given` tables are made of the rows of each `run`; seeds are the shipped ones; a table that
    nobody gives rows is empty. Raises KeyError for a model that the manifest does not have.
    """

    def __init__(
        self, manifest: dict[str, Any], *, given: tuple[str, ...], wanted: tuple[str, ...]
    ) -> None:
        self._nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self._given = given
        self._order: list[str] = []
        self._filled: dict[str, list[dict[str, Any]]] = {}
        for name in wanted:
            self._visit(name)
        self.connection = duckdb.connect()
        database = self._nodes[wanted[0]]["database"]
        self.connection.execute(f"attach ':memory:' as {database}")
        self.connection.execute(f"use {database}")
        for schema in {self._nodes[name]["schema"] for name in self._order}:
            self.connection.execute(f"create schema if not exists {schema}")
        self._load_seeds()

    def _visit(self, name: str) -> None:
        if name in self._order:
            return
        node = self._nodes[name]
        if name not in self._given and node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                self._visit(parent.split(".")[-1])
        self._order.append(name)

    def where(self, name: str) -> str:
        """Schema and table of a model, for a query."""
        return f"{self._nodes[name]['schema']}.{self._nodes[name]['alias']}"

    def _load_seeds(self) -> None:
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] != "seed":
                continue
            types = {
                column: "varchar" if kind == "string" else kind
                for column, kind in node["config"].get("column_types", {}).items()
            }
            typed = f", types = {types}" if types else ""
            self.connection.execute(
                f"create table {self.where(name)} as"
                f" select * from read_csv(?, header = true{typed})",
                [str(REPOSITORY / node["original_file_path"])],
            )

    def run(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Fills the given tables with `rows` (table to rows by column name) and builds the rest."""
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] == "seed":
                continue
            if name not in self._given:
                self.connection.execute(
                    f"create or replace table {self.where(name)} as {node['compiled_code']}"
                )
                continue
            if self._filled.get(name) == rows.get(name, []):
                continue
            columns = {
                column["name"]: "varchar"
                if column["data_type"] == "string"
                else column["data_type"]
                for column in node["columns"].values()
            }
            typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            self.connection.execute(f"create or replace table {self.where(name)} ({typed})")
            given = rows.get(name, [])
            if given:
                marks = "(" + ", ".join("?" for _ in columns) + ")"
                self.connection.execute(
                    f"insert into {self.where(name)} values {', '.join(marks for _ in given)}",
                    [row.get(column) for row in given for column in columns],
                )
            self._filled[name] = given

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The answer to a query."""
        return self.connection.execute(query).fetchall()


def as_of(day: date) -> list[dict[str, Any]]:
    """The one row of dim_run_dates."""
    return [{"as_of_date": day}]
