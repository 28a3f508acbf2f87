"""The files of one warehouse folder, and how they are opened."""

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from python_checks.errors import RunError

# The name under which DuckDB knows the build file, and dbt's models refer to it.
BUILD = "billing"
STATE = "state"


@dataclass(frozen=True)
class Warehouse:
    """Where everything of one warehouse lies. All paths are absolute."""

    root: Path

    @property
    def build_file(self) -> Path:
        """What dbt builds; can be thrown away at any time."""
        return self.root / f"{BUILD}.duckdb"

    @property
    def state_file(self) -> Path:
        """What outlives a rebuild; only the runner writes to it."""
        return self.root / f"{STATE}.duckdb"

    @property
    def published_file(self) -> Path:
        """What consumers open, read-only; replaced in one step."""
        return self.root / "published.duckdb"

    @property
    def export_folder(self) -> Path:
        """The state as Parquet, written after each publish."""
        return self.root / "state_export"

    @property
    def lock_file(self) -> Path:
        """Held by the run that is building here."""
        return self.root / "run.lock"

    @property
    def last_run_file(self) -> Path:
        """The summary of the latest run as JSON."""
        return self.root / "last_run.json"

    def remove_leftovers(self) -> list[str]:
        """Deletes the temporary files of runs that died, and returns their names.

        Only for the holder of the lock: the files of a living run look the same.
        """
        removed = []
        for pattern in ("published.duckdb.*.tmp*", "state.duckdb.*.tmp*", "last_run.json.*.tmp"):
            for path in sorted(self.root.glob(pattern)):
                remove_database(path)
                removed.append(path.name)
        return removed

    def discard_unreadable_build(self) -> str | None:
        """Deletes a build file that cannot be opened, and says so.

        A kill can leave a file or write-ahead log behind that DuckDB refuses to read. Returns the
        message for the user, or None when the file is fine or not there yet. RunError when it is
        another process that keeps it from being opened.
        """
        if not self.build_file.exists():
            remove_database(
                self.build_file
            )  # A log without its file would be replayed on a new one.
            return None
        try:
            with duckdb.connect(str(self.build_file)) as connection:
                connection.execute("select count(*) from duckdb_tables()").fetchall()
        except duckdb.Error as error:
            if is_lock_conflict(error):
                raise RunError(_is_held(self.build_file, error)) from error
            remove_database(self.build_file)
            return (
                f"{self.build_file.name} could not be opened ({first_line(error)}), probably after"
                " a kill. It was deleted: the build makes a new one."
            )
        return None


def open_state(warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
    """Opens the state for writing; RunError when it is held by others or unreadable."""
    try:
        return _in_utc(duckdb.connect(str(warehouse.state_file)))
    except duckdb.Error as error:
        if is_lock_conflict(error):
            raise RunError(_is_held(warehouse.state_file, error)) from error
        raise RunError(
            f"{warehouse.state_file} cannot be opened: {first_line(error)}. It holds what no build"
            " can make again, so it is left alone; `python -m python_checks restore --force`"
            f" rebuilds it from {warehouse.export_folder}."
        ) from error


def read_build(warehouse: Warehouse) -> duckdb.DuckDBPyConnection:
    """An in-memory database with the build (and the state, which views may read) attached to it.

    dbt must have closed its handles first: DuckDB refuses a read-only handle on a file that the
    same process has open for writing.
    """
    connection = _in_utc(duckdb.connect(":memory:"))
    # Spilling to disk would otherwise happen in whatever folder the run was started from.
    spill = warehouse.root / "published.duckdb.spill.tmp"
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    connection.execute(f"attach {literal(str(warehouse.build_file))} as {BUILD} (read_only)")
    connection.execute(f"attach {literal(str(warehouse.state_file))} as {STATE} (read_only)")
    return connection


def has_relation(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    """Whether the attached build has a table or view of that name."""
    return bool(columns_of(connection, schema, name))


def columns_of(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> list[str]:
    """Names of the columns of a relation of the attached build, in order; empty when missing."""
    found = connection.execute(
        "select column_name from duckdb_columns()"
        " where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [BUILD, schema, name],
    )
    return [row[0] for row in found.fetchall()]


def remove_database(path: Path) -> None:
    """Deletes a DuckDB file, its write-ahead log and its spill folder, where they are."""
    for victim in (path, path.with_name(f"{path.name}.wal")):
        if victim.is_dir():
            for spilled in victim.iterdir():
                spilled.unlink(missing_ok=True)
            victim.rmdir()
        else:
            victim.unlink(missing_ok=True)


def flush_to_disk(path: Path) -> None:
    """Makes sure that a file, or the names in a folder, survive a power cut (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def identifier(name: str) -> str:
    """A name as SQL takes it, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it, quoted."""
    return "'" + text.replace("'", "''") + "'"


def first_line(error: BaseException) -> str:
    """The first line of an error's message: DuckDB's go on with hints and stack frames."""
    return str(error).strip().partition("\n")[0]


def is_lock_conflict(error: duckdb.Error) -> bool:
    """Whether DuckDB refused a file because another process, or this one, has it open."""
    return "Could not set lock" in str(error) or "different configuration" in str(error)


def _is_held(path: Path, error: duckdb.Error) -> str:
    return (
        f"{path} is open in another process ({first_line(error)}). Close it and run again;"
        " published.duckdb is the file to look at."
    )


def _in_utc(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute("set TimeZone = 'UTC'")
    return connection
