"""What consumers read: one file, written anew, verified, and renamed over the old one in one step.

Readers keep the file that they have open; whoever opens it next sees the new one. Until the rename
nothing of a run can be seen, and after it everything can.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from dbt.contracts.graph.nodes import ModelNode

from python_checks.errors import PublishedUnmarkedError, RunError
from python_checks.extracts import ExtractFile
from python_checks.interrupts import Interrupts
from python_checks.state import (
    RunRecord,
    append_run,
    forget_run,
    mark_published,
)
from python_checks.warehouse import (
    BUILD,
    STATE,
    Warehouse,
    columns_of,
    first_line,
    flush_to_disk,
    identifier,
    literal,
    read_build,
    remove_database,
)

PUBLISHED = "published"
PRIVATE_PREFIX = "int_"
RUN_LOG = ("marts", "run_log")
RUN_LOG_DESCRIPTION = "One published run, this one included."
# Null until the file that would show it is in place.
MARKER = "published_at"


@dataclass(frozen=True)
class PublishedTable:
    """One public model as it is published. `columns` maps each to its description.

    `withheld` are the columns with personal data, which stay in the build.
    """

    schema: str
    name: str
    description: str
    columns: Mapping[str, str]
    withheld: frozenset[str]

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}"


def public_tables(models: Iterable[ModelNode]) -> list[PublishedTable]:
    """The models that consumers may read: access public, and no int_ model."""
    tables = [
        PublishedTable(
            schema=model.schema,
            name=model.alias,
            description=model.description,
            columns={name: column.description for name, column in model.columns.items()},
            withheld=frozenset(
                name
                for name, column in model.columns.items()
                if (column.config.meta | column.meta).get("pii")
            ),
        )
        for model in models
        if model.config.access == "public" and not model.name.startswith(PRIVATE_PREFIX)
    ]
    return [table for table in tables if (table.schema, table.name) != RUN_LOG]


def publish(
    warehouse: Warehouse,
    tables: Sequence[PublishedTable],
    record: RunRecord,
    extracts: Sequence[ExtractFile],
    interrupts: Interrupts,
) -> RunRecord:
    """Publishes one run and returns its record with the rows of each published table.

    dbt's handles must be closed. RunError, DuckDB's and the system's errors mean that nothing was
    published: the old file, and the state without this run, stay as they were.
    """
    fresh = warehouse.root / f"{warehouse.published_file.name}.{record.run_id}.tmp"
    try:
        record = _write(warehouse, fresh, tables, record)
        _verify(fresh, record.row_counts)
        flush_to_disk(fresh)
        # From the first appended row on, a signal waits: soon after, the run counts.
        interrupts.hold()
        _commit(warehouse, fresh, record, extracts)
    finally:
        remove_database(fresh)
    return record


def _commit(
    warehouse: Warehouse, fresh: Path, record: RunRecord, extracts: Sequence[ExtractFile]
) -> None:
    append_run(warehouse, record, extracts)
    try:
        os.replace(fresh, warehouse.published_file)
    except OSError:
        forget_run(warehouse, record.run_id)
        raise
    try:
        flush_to_disk(warehouse.root)
        mark_published(warehouse, record.run_id)
    except (OSError, duckdb.Error, RunError) as error:
        raise PublishedUnmarkedError(
            f"The new {warehouse.published_file.name} is in place, but state could not be told:"
            f" {first_line(error)}. The next run sets the marker."
        ) from error


def _write(
    warehouse: Warehouse, fresh: Path, tables: Sequence[PublishedTable], record: RunRecord
) -> RunRecord:
    """Writes the file; `record` comes back with the rows that each table has in the build."""
    with read_build(warehouse) as connection:
        connection.execute(f"attach {literal(str(fresh))} as {PUBLISHED}")
        for schema in sorted({table.schema for table in tables} | {RUN_LOG[0]}):
            connection.execute(f"create schema {PUBLISHED}.{identifier(schema)}")
        counts = {str(table): _copy(connection, table) for table in tables}
        record = replace(record, row_counts=counts)
        _write_run_log(connection, record)
        connection.execute(f"checkpoint {PUBLISHED}")
        connection.execute(f"detach {PUBLISHED}")
    return record


def _copy(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> int:
    """Copies one table with its comments, and returns how many rows the build has of it."""
    built = columns_of(connection, table.schema, table.name)
    columns = [column for column in built if column not in table.withheld]
    if not columns:
        raise RunError(f"{table} is public, but the build has no table with a column to publish.")
    name = f"{identifier(table.schema)}.{identifier(table.name)}"
    connection.execute(
        f"create table {PUBLISHED}.{name} as"
        f" select {', '.join(map(identifier, columns))} from {BUILD}.{name}"
    )
    _comment(connection, f"table {PUBLISHED}.{name}", table.description)
    for column in columns:
        _comment(
            connection,
            f"column {PUBLISHED}.{name}.{identifier(column)}",
            table.columns.get(column, ""),
        )
    return _count(connection, f"{BUILD}.{name}")


def _comment(connection: duckdb.DuckDBPyConnection, target: str, text: str) -> None:
    if text.strip():
        connection.execute(f"comment on {target} is {literal(text.strip())}")


def _write_run_log(connection: duckdb.DuckDBPyConnection, record: RunRecord) -> None:
    """The runs that count before this one, and this one, without the marker."""
    name = f"{PUBLISHED}.{'.'.join(map(identifier, RUN_LOG))}"
    connection.execute(
        f"create table {name} as select * exclude ({MARKER}) from {STATE}.main.run_log"
        f" where {MARKER} is not null order by started_at"
    )
    row = record.as_row()
    connection.execute(
        f"insert into {name} ({', '.join(map(identifier, row))})"
        f" values ({', '.join('?' for _ in row)})",
        list(row.values()),
    )
    _comment(connection, f"table {name}", RUN_LOG_DESCRIPTION)


def _verify(fresh: Path, expected: Mapping[str, int]) -> None:
    """Opens the written file as a consumer does and compares its rows with the build's."""
    try:
        with duckdb.connect(str(fresh), read_only=True) as published:
            found = {name: _count(published, _quoted(name)) for name in expected}
    except duckdb.Error as error:
        raise RunError(f"The published file cannot be read back: {first_line(error)}") from error
    different = [
        f"{name} ({found[name]} of {rows} rows)"
        for name, rows in expected.items()
        if found[name] != rows
    ]
    if different:
        raise RunError(f"The published file differs from the build: {', '.join(different)}.")


def _quoted(name: str) -> str:
    return ".".join(map(identifier, name.split(".")))


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"select count(*) from {name}").fetchone()
    return int(row[0]) if row else 0
