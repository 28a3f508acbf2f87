"""State that outlives a rebuild: appended to by a run as part of publishing, and by nothing else.

Three moments make a run count: its rows are appended in one transaction (`published_at` null), its
file is renamed into place, and the marker `published_at` is set. A run that dies between two of
them is settled by the next one: if the published file carries its run id, the marker was all that
lacked; if not, its rows are removed and nothing of it is left.

The tables are made by dbt (macro ensure_state_tables, from models/_sources.yml); nothing here
repeats their shape.
"""

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from python_checks.errors import RunError
from python_checks.extracts import ExtractFile
from python_checks.warehouse import (
    BUILD,
    Warehouse,
    columns_of,
    first_line,
    flush_to_disk,
    identifier,
    literal,
    open_state,
    remove_database,
)

RECORD_VERSIONS = ("core_private", "int_record_versions")
# Which raw tables deliver a record (`raw_table`: names, RAW_TABLES_BETWEEN them). A model without
# them says nothing about deletions.
RAW_TABLES_BETWEEN = ", "
RECORD_ORIGIN = ("source_system", "source_account", "raw_table")
# What a run adds to the log of exceptions as its models made it: table of state, model, key.
EXCEPTION_LOG = (
    ("check_runs", ("marts_private", "int_exception_check_runs"), "check_id"),
    ("exception_observations", ("marts_private", "int_exception_observations"), "exception_id"),
)


@dataclass(frozen=True)
class RunRecord:
    """One row of run_log before its marker is set. Times are naive UTC."""

    run_id: str
    started_at: datetime
    finished_at: datetime
    run_status: str
    exit_code: int
    as_of_date: date | None
    extract_sha256: str
    git_commit: str | None
    versions: Mapping[str, str]
    phase_seconds: Mapping[str, float]
    row_counts: Mapping[str, int]

    def as_row(self) -> dict[str, object]:
        """The record as run_log holds it: mappings as JSON text."""
        return {
            **vars(self),
            "versions": json.dumps(dict(self.versions), sort_keys=True),
            "phase_seconds": json.dumps(dict(self.phase_seconds)),
            "row_counts": json.dumps(dict(self.row_counts), sort_keys=True),
        }


def utc_now() -> datetime:
    """Now, as a naive UTC timestamp."""
    return datetime.now(UTC).replace(tzinfo=None)


def append_run(warehouse: Warehouse, record: RunRecord, extracts: Iterable[ExtractFile]) -> None:
    """Appends everything one run adds to state, in one transaction, without its marker.

    Appending the same run again changes nothing. The build must not be open in this process.
    """
    with open_state(warehouse) as connection:
        connection.execute(f"attach {literal(str(warehouse.build_file))} as {BUILD} (read_only)")
        connection.begin()
        try:
            _forget(connection, record.run_id)
            _insert(connection, "run_log", [record.as_row()])
            _insert(
                connection,
                "extract_files",
                [{"run_id": record.run_id, **vars(extract)} for extract in extracts],
            )
            _append_record_versions(connection, record)
            for table, model, key in EXCEPTION_LOG:
                _append_model(connection, record, table=table, model=model, key=key)
        except BaseException:
            connection.rollback()
            raise
        connection.commit()


def mark_published(warehouse: Warehouse, run_id: str) -> None:
    """Sets the marker by which a run counts."""
    with open_state(warehouse) as connection:
        _mark(connection, run_id)


def forget_run(warehouse: Warehouse, run_id: str) -> None:
    """Removes every row of a run, and gives back what it had superseded."""
    with open_state(warehouse) as connection:
        connection.begin()
        _forget(connection, run_id)
        connection.commit()


def recover(warehouse: Warehouse) -> list[str]:
    """Settles the runs that died while publishing, and says what was done, for the user.

    RunError when the published file, which decides, cannot be opened.
    """
    if not warehouse.state_file.exists():
        return []
    messages = []
    with open_state(warehouse) as connection:
        if "run_log" not in _tables(connection):
            return []
        pending = connection.execute(
            "select run_id from run_log where published_at is null order by run_id"
        ).fetchall()
        published = _published_run_ids(warehouse) if pending else set()
        for (run_id,) in pending:
            if run_id in published:
                _mark(connection, run_id)
                messages.append(f"Run {run_id} had been published; its marker was set.")
            else:
                connection.begin()
                _forget(connection, run_id)
                connection.commit()
                messages.append(f"Run {run_id} died before it published; its rows were removed.")
    return messages


def export_state(warehouse: Warehouse) -> None:
    """Writes every state table as Parquet beside the state, and swaps the folders."""
    settle_export(warehouse)
    fresh, former = _beside(warehouse, "tmp"), _beside(warehouse, "former")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        with open_state(warehouse) as connection:
            for table in _tables(connection):
                target = fresh / f"{table}.parquet"
                connection.execute(
                    f"copy {identifier(table)} to {literal(str(target))}"
                    " (format parquet, compression zstd)"
                )
                flush_to_disk(target)
        if warehouse.export_folder.exists():
            warehouse.export_folder.rename(former)
        fresh.rename(warehouse.export_folder)
        flush_to_disk(warehouse.root)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def settle_export(warehouse: Warehouse) -> None:
    """Finishes a swap of the export folders that was killed half way."""
    former = _beside(warehouse, "former")
    if former.exists():
        if warehouse.export_folder.exists():
            shutil.rmtree(former)
        else:
            former.rename(warehouse.export_folder)


def restore_state(warehouse: Warehouse, *, force: bool = False) -> dict[str, int]:
    """Rebuilds the state from its Parquet export, in one step; returns the rows by table.

    RunError when there is no export, when it cannot be read, or when a state is there already and
    `force` is not given. The caller holds the warehouse's lock.
    """
    settle_export(warehouse)
    files = sorted(warehouse.export_folder.glob("*.parquet"))
    if not files:
        raise RunError(f"{warehouse.export_folder} holds no exported state.")
    if warehouse.state_file.exists() and not force:
        raise RunError(f"{warehouse.state_file} is there already; --force replaces it.")

    fresh = warehouse.root / "state.duckdb.restore.tmp"
    remove_database(fresh)
    try:
        with duckdb.connect(str(fresh)) as connection:
            for file in files:
                connection.execute(
                    f"create table {identifier(file.stem)} as"
                    f" select * from read_parquet({literal(str(file))})"
                )
            counts = {file.stem: _count(connection, file.stem) for file in files}
            connection.execute("checkpoint")
        flush_to_disk(fresh)
        # The log of the old file would be replayed on the new one.
        warehouse.state_file.with_name(f"{warehouse.state_file.name}.wal").unlink(missing_ok=True)
        fresh.replace(warehouse.state_file)
        flush_to_disk(warehouse.root)
    except duckdb.Error as error:
        raise RunError(f"The exported state cannot be read: {first_line(error)}.") from error
    finally:
        remove_database(fresh)
    return counts


def _append_record_versions(connection: duckdb.DuckDBPyConnection, record: RunRecord) -> None:
    """Appends the versions of records that are new, changed, back again, or deleted.

    The model holds every record of this run once: entity, record_key, payload, payload_hash,
    recorded_at, and, where deletions are to be seen, source_system, source_account, raw_table.
    """
    columns = columns_of(connection, *RECORD_VERSIONS)
    if not columns:
        return
    origin = RECORD_ORIGIN if set(RECORD_ORIGIN) <= set(columns) else ()
    model = f"{BUILD}.{'.'.join(map(identifier, RECORD_VERSIONS))}"
    repeated = connection.execute(
        f"select entity, record_key from {model} group by all having count(*) > 1"
        " order by all limit 1"
    ).fetchone()
    if repeated:
        raise RunError(
            f"{RECORD_VERSIONS[1]} holds record {repeated[1]} of {repeated[0]} more than once."
        )

    origin_system = "records.source_system" if origin else "cast(null as varchar)"
    # Straight into the table: on a first run these are the canonical tables once more, as text.
    connection.execute(
        f"""
        insert into record_versions by name
        select
            $run_id as run_id,
            records.entity,
            records.record_key,
            records.payload,
            records.payload_hash,
            -- Only the first version can be older than the run: a vendor's creation time says
            -- nothing about when a change was made. Nothing is known after the run that saw it,
            -- and what the run before should have seen and did not is late: known from this run.
            case
                when latest.record_key is null
                    and (earlier.last_run_at is null or records.recorded_at > earlier.last_run_at)
                    then least(coalesce(records.recorded_at, $run_at), $run_at)
                else $run_at
            end as first_recorded_at,
            false as deleted_in_extract,
            {
            ", ".join(
                f"records.{name}" if origin else f"cast(null as varchar) as {name}"
                for name in RECORD_ORIGIN
            )
        }
        from {model} as records
        left join record_versions as latest
            on records.entity = latest.entity
            and records.record_key = latest.record_key
            and latest.superseded_at is null
        left join ({_last_runs(bool(origin))}) as earlier
            on {origin_system} = earlier.source_system
        where latest.record_key is null
            or latest.payload_hash is distinct from records.payload_hash
            or latest.deleted_in_extract
        """,
        {"run_at": record.started_at, "run_id": record.run_id},
    )
    if origin and _may_be_deleted(connection, record.run_id):
        connection.execute(
            f"""
            insert into record_versions by name
            select
                $run_id as run_id,
                latest.entity,
                latest.record_key,
                latest.payload,
                latest.payload_hash,
                $run_at as first_recorded_at,
                true as deleted_in_extract,
                latest.source_system,
                latest.source_account,
                latest.raw_table
            from record_versions as latest
            left join {model} as records
                on latest.entity = records.entity
                and latest.record_key = records.record_key
            where latest.superseded_at is null
                and latest.run_id <> $run_id
                and not latest.deleted_in_extract
                and records.record_key is null
                and (latest.source_system, latest.source_account, latest.raw_table) in (
                    select (origins.source_system, origins.source_account, origins.raw_table)
                    from (
                        select distinct source_system, source_account, raw_table
                        from record_versions
                        where raw_table is not null and superseded_at is null
                    ) as origins
                    inner join (
                        select source_system, source_account, list(raw_table) as raw_tables
                        from (
                            select source_system, source_account, raw_table
                            from extract_files
                            where run_id = $run_id
                            group by source_system, source_account, raw_table
                            having bool_and(is_full)
                        )
                        group by source_system, source_account
                    ) as full_extracts
                        on origins.source_system = full_extracts.source_system
                        and origins.source_account = full_extracts.source_account
                        -- An entity of several raw tables may lie in any of them.
                        and list_has_all(
                            full_extracts.raw_tables,
                            string_split(origins.raw_table, $between)
                        )
                )
            """,
            {
                "run_at": record.started_at,
                "run_id": record.run_id,
                "between": RAW_TABLES_BETWEEN,
            },
        )
    connection.execute(
        """
        update record_versions
        set superseded_at = $run_at
        from record_versions as newer
        where newer.run_id = $run_id
            and record_versions.run_id <> $run_id
            and record_versions.entity = newer.entity
            and record_versions.record_key = newer.record_key
            and record_versions.superseded_at is null
        """,
        {"run_at": record.started_at, "run_id": record.run_id},
    )


def _may_be_deleted(connection: duckdb.DuckDBPyConnection, run_id: str) -> bool:
    """Whether an earlier run knew a record and this one has a full extract: else none is missing.

    Asked first, because a first run would compare all its records with themselves.
    """
    found = connection.execute(
        """
        select
            exists (select 1 from record_versions where run_id <> $run_id)
            and exists (select 1 from extract_files where run_id = $run_id and is_full)
        """,
        {"run_id": run_id},
    ).fetchone()
    return bool(found and found[0])


def _last_runs(is_origin_known: bool) -> str:
    """SQL: when the last run before this one read each system; nothing without origins."""
    return f"""
        select extract_files.source_system, max(run_log.started_at) as last_run_at
        from extract_files
        inner join run_log on extract_files.run_id = run_log.run_id
        where run_log.run_id <> $run_id and {"true" if is_origin_known else "false"}
        group by extract_files.source_system
    """


def _append_model(
    connection: duckdb.DuckDBPyConnection,
    record: RunRecord,
    *,
    table: str,
    model: tuple[str, str],
    key: str,
) -> None:
    """Appends a model's rows under the run's id: those of its columns that the table has.

    A build without the model adds nothing. RunError when two rows have one `key`: the log would
    count them as two runs.
    """
    kept = set(_columns(connection, table))
    columns = [name for name in columns_of(connection, *model) if name in kept]
    if not columns:
        return
    relation = f"{BUILD}.{'.'.join(map(identifier, model))}"
    repeated = connection.execute(
        f"select {identifier(key)} from {relation} group by all having count(*) > 1"
        " order by all limit 1"
    ).fetchone()
    if repeated:
        raise RunError(f"{model[1]} holds {key} {repeated[0]} more than once.")
    names = ", ".join(map(identifier, columns))
    connection.execute(
        f"insert into {identifier(table)} by name select $run_id as run_id, {names}"
        f" from {relation}",
        {"run_id": record.run_id},
    )


def _forget(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    """Removes a run's rows. Only the latest run can be forgotten: nothing was built on it yet."""
    tables = _tables(connection)
    if "record_versions" in tables and "run_log" in tables:
        connection.execute(
            """
            update record_versions
            set superseded_at = null
            from run_log, record_versions as newer
            where run_log.run_id = $run_id
                and newer.run_id = $run_id
                and record_versions.run_id <> $run_id
                and record_versions.entity = newer.entity
                and record_versions.record_key = newer.record_key
                and record_versions.superseded_at = run_log.started_at
            """,
            {"run_id": run_id},
        )
    for table in tables:
        if "run_id" in _columns(connection, table):
            connection.execute(f"delete from {identifier(table)} where run_id = ?", [run_id])


def _mark(connection: duckdb.DuckDBPyConnection, run_id: str) -> None:
    connection.execute("update run_log set published_at = ? where run_id = ?", [utc_now(), run_id])


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, object]]
) -> None:
    """Inserts rows that have the same columns; the table's types read the values.

    All rows are one parameter: an extract may be thousands of files, and the binding of a value
    takes longer than writing it.
    """
    records = list(rows)
    if not records:
        return
    names = ", ".join(map(identifier, records[0]))
    values = ", ".join(f"record ->> {literal(name)}" for name in records[0])
    connection.execute(
        f"insert into {identifier(table)} ({names})"
        f" select {values} from (select unnest(cast(? as json[])) as record)",
        [json.dumps(records, default=str)],
    )


def _published_run_ids(warehouse: Warehouse) -> set[str]:
    if not warehouse.published_file.exists():
        return set()
    try:
        with duckdb.connect(str(warehouse.published_file), read_only=True) as published:
            rows = published.execute("select run_id from marts.run_log").fetchall()
    except duckdb.Error as error:
        raise RunError(
            f"{warehouse.published_file} cannot be opened, so it is not known whether the last run"
            f" was published: {first_line(error)}. Close the program that holds it, or move the"
            " file away."
        ) from error
    return {row[0] for row in rows}


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = connection.execute(
        "select table_name from duckdb_tables()"
        " where database_name = 'state' and schema_name = 'main' and not temporary order by 1"
    )
    return [row[0] for row in found.fetchall()]


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    found = connection.execute(
        "select column_name from duckdb_columns()"
        " where database_name = 'state' and schema_name = 'main' and table_name = ?",
        [table],
    )
    return [row[0] for row in found.fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {identifier(table)}").fetchone()
    return int(row[0]) if row else 0


def _beside(warehouse: Warehouse, suffix: str) -> Path:
    return warehouse.export_folder.with_name(f"{warehouse.export_folder.name}.{suffix}")
