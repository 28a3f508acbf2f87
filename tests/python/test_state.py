"""State: a run that counts is appended once; a run that does not leaves no trace."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_fixture import (
    a_record,
    an_extract,
    make_build,
    make_state,
    rows_of,
    state_content,
)

from python_checks.errors import RunError
from python_checks.state import (
    append_run,
    export_state,
    forget_run,
    mark_published,
    recover,
    restore_state,
)
from python_checks.warehouse import Warehouse

VERSIONS = """
    select record_key, payload_hash, first_recorded_at, superseded_at, deleted_in_extract
    from record_versions order by record_key, first_recorded_at
"""
FIRST, SECOND, THIRD = (datetime(2026, 1, day) for day in (1, 2, 3))


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path)
    make_state(made)
    return made


def build_with(warehouse: Warehouse, records: Mapping[str, str], *, recorded: str = "null") -> None:
    """A build whose int_record_versions holds these keys and hashes."""
    rows = [
        f"('payments', '{key}', '{value}', '{value}', cast({recorded} as timestamp),"
        " 'shop', 'default', 'payments')"
        for key, value in records.items()
    ]
    make_build(
        warehouse,
        """create table core_private.int_record_versions (
            entity text, record_key text, payload text, payload_hash text, recorded_at timestamp,
            source_system text, source_account text, raw_table text)""",
        *(f"insert into core_private.int_record_versions values {row}" for row in rows),
    )


def one_run(
    warehouse: Warehouse,
    run_id: str,
    records: Mapping[str, str],
    *,
    at: datetime,
    is_full: bool = False,
    recorded: str = "null",
) -> None:
    build_with(warehouse, records, recorded=recorded)
    append_run(warehouse, a_record(run_id, started_at=at), [an_extract(is_full=is_full)])


def publish_file(warehouse: Warehouse, run_id: str) -> None:
    """A published file that carries the run."""
    warehouse.published_file.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse.published_file)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.run_log as select '{run_id}' as run_id")


def test_a_changed_record_supersedes_its_older_version(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1", "b": "1"}, at=FIRST)
    one_run(warehouse, "r2", {"a": "2", "b": "1"}, at=SECOND)
    assert rows_of(warehouse.state_file, VERSIONS) == [
        ("a", "1", FIRST, SECOND, False),
        ("a", "2", SECOND, None, False),
        ("b", "1", FIRST, None, False),
    ]


def test_a_first_version_is_as_old_as_the_vendor_says_but_never_newer_than_the_run(
    warehouse: Warehouse,
) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=SECOND, recorded="'2025-06-01'")
    one_run(warehouse, "r2", {"a": "2", "b": "1"}, at=THIRD, recorded="'2027-06-01'")
    assert rows_of(warehouse.state_file, VERSIONS) == [
        ("a", "1", datetime(2025, 6, 1), THIRD, False),
        ("a", "2", THIRD, None, False),
        ("b", "1", THIRD, None, False),
    ]


@pytest.mark.parametrize(
    ("is_full", "latest"),
    [(True, ("b", "1", SECOND, None, True)), (False, ("b", "1", FIRST, None, False))],
    ids=["full extract: deleted", "partial extract: nothing known"],
)
def test_a_missing_record_is_deleted_only_where_the_extract_is_full(
    warehouse: Warehouse, is_full: bool, latest: tuple[Any, ...]
) -> None:
    one_run(warehouse, "r1", {"a": "1", "b": "1"}, at=FIRST)
    one_run(warehouse, "r2", {"a": "1"}, at=SECOND, is_full=is_full)
    assert rows_of(warehouse.state_file, VERSIONS)[-1] == latest


@pytest.mark.parametrize(
    ("full", "is_deleted"),
    [(["charges", "payments"], True), (["payments"], False)],
    ids=["both tables are full", "one table is full"],
)
def test_a_record_of_several_raw_tables_is_deleted_only_where_all_are_full(
    warehouse: Warehouse, full: list[str], is_deleted: bool
) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    with duckdb.connect(str(warehouse.state_file)) as connection:
        connection.execute("update record_versions set raw_table = 'charges, payments'")
    build_with(warehouse, {})
    extracts = [
        replace(an_extract(is_full=table in full), raw_table=table, source_file=f"{table}.csv")
        for table in ("charges", "payments")
    ]
    append_run(warehouse, a_record("r2", started_at=SECOND), extracts)
    assert rows_of(warehouse.state_file, VERSIONS)[-1][-1] is is_deleted


def test_a_record_that_the_run_before_missed_is_late(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=SECOND, recorded="'2025-06-01'")
    one_run(warehouse, "r2", {"a": "1", "b": "1"}, at=THIRD, recorded="'2025-06-01'")
    assert rows_of(warehouse.state_file, VERSIONS) == [
        ("a", "1", datetime(2025, 6, 1), None, False),
        ("b", "1", THIRD, None, False),
    ]


def test_a_record_of_an_account_that_was_not_delivered_is_not_deleted(
    warehouse: Warehouse,
) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    build_with(warehouse, {})
    append_run(
        warehouse, a_record("r2", started_at=SECOND), [an_extract(is_full=True, account="other")]
    )
    assert rows_of(warehouse.state_file, VERSIONS) == [("a", "1", FIRST, None, False)]


def test_a_deleted_record_that_is_back_gets_a_version_of_its_own(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    one_run(warehouse, "r2", {}, at=SECOND, is_full=True)
    one_run(warehouse, "r3", {"a": "1"}, at=THIRD, is_full=True)
    assert rows_of(warehouse.state_file, VERSIONS) == [
        ("a", "1", FIRST, SECOND, False),
        ("a", "1", SECOND, THIRD, True),
        ("a", "1", THIRD, None, False),
    ]


def test_a_model_that_does_not_name_raw_tables_says_nothing_about_deletions(
    warehouse: Warehouse,
) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    make_build(
        warehouse,
        """create table core_private.int_record_versions as
        select 'payments' as entity, 'b' as record_key, '1' as payload, '1' as payload_hash,
            cast(null as timestamp) as recorded_at""",
    )
    append_run(warehouse, a_record("r2", started_at=SECOND), [an_extract(is_full=True)])
    assert rows_of(warehouse.state_file, VERSIONS) == [
        ("a", "1", FIRST, None, False),
        ("b", "1", SECOND, None, False),
    ]


def test_a_record_that_comes_twice_in_one_run_stops_it(warehouse: Warehouse) -> None:
    before = state_content(warehouse)
    build_with(warehouse, {"a": "1"})
    with duckdb.connect(str(warehouse.build_file)) as connection:
        connection.execute(
            "insert into core_private.int_record_versions from core_private.int_record_versions"
        )
    with pytest.raises(RunError, match="record a of payments more than once"):
        append_run(warehouse, a_record(), [])
    assert state_content(warehouse) == before


def test_a_build_without_record_versions_is_appended_all_the_same(warehouse: Warehouse) -> None:
    make_build(warehouse)
    append_run(warehouse, a_record("r1"), [an_extract()])
    assert rows_of(warehouse.state_file, "select run_id, published_at from run_log") == [
        ("r1", None)
    ]
    assert rows_of(warehouse.state_file, "select run_id from extract_files") == [("r1",)]


def test_feedback_outlives_a_forgotten_run(warehouse: Warehouse) -> None:
    with duckdb.connect(str(warehouse.state_file)) as connection:
        connection.execute("insert into feedback (feedback_id, verdict) values ('f1', 'no')")
    make_build(warehouse)
    append_run(warehouse, a_record("r1"), [])
    forget_run(warehouse, "r1")
    assert rows_of(warehouse.state_file, "select feedback_id from feedback") == [("f1",)]


def test_a_run_killed_before_the_rename_leaves_nothing(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1", "b": "1"}, at=FIRST)
    mark_published(warehouse, "r1")
    publish_file(warehouse, "r1")
    before = state_content(warehouse)
    one_run(warehouse, "r2", {"a": "2"}, at=SECOND, is_full=True)
    assert recover(warehouse) == ["Run r2 died before it published; its rows were removed."]
    assert state_content(warehouse) == before


def test_a_run_killed_between_rename_and_marker_counts(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    publish_file(warehouse, "r1")
    assert recover(warehouse) == ["Run r1 had been published; its marker was set."]
    assert recover(warehouse) == []
    assert rows_of(warehouse.state_file, "select published_at is not null from run_log") == [
        (True,)
    ]


def test_an_unreadable_published_file_is_not_guessed_about(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    warehouse.published_file.write_bytes(b"no database")
    with pytest.raises(RunError, match="not known whether the last run was published"):
        recover(warehouse)


def test_a_warehouse_without_state_has_nothing_to_recover(tmp_path: Path) -> None:
    assert recover(Warehouse(tmp_path)) == []


def test_restore_gives_back_every_row_and_type(warehouse: Warehouse) -> None:
    one_run(warehouse, "r1", {"a": "1", "b": "1"}, at=FIRST)
    mark_published(warehouse, "r1")
    one_run(warehouse, "r2", {"a": "2"}, at=SECOND, is_full=True)
    mark_published(warehouse, "r2")
    export_state(warehouse)
    types = "select table_name, column_name, data_type from duckdb_columns() where not internal"
    before = state_content(warehouse), rows_of(warehouse.state_file, types)

    warehouse.state_file.unlink()
    counts = restore_state(warehouse)
    assert (state_content(warehouse), rows_of(warehouse.state_file, types)) == before
    assert (counts["run_log"], counts["record_versions"]) == (2, 4)


def test_restore_does_not_replace_a_state_unless_forced(warehouse: Warehouse) -> None:
    export_state(warehouse)
    one_run(warehouse, "r1", {"a": "1"}, at=FIRST)
    with pytest.raises(RunError, match="--force"):
        restore_state(warehouse)
    assert rows_of(warehouse.state_file, "select run_id from run_log") == [("r1",)]
    restore_state(warehouse, force=True)
    assert rows_of(warehouse.state_file, "select run_id from run_log") == []


def test_a_broken_export_restores_nothing(warehouse: Warehouse) -> None:
    export_state(warehouse)
    (warehouse.export_folder / "run_log.parquet").write_bytes(b"PAR1 cut short")
    before = warehouse.state_file.read_bytes()
    with pytest.raises(RunError, match="cannot be read"):
        restore_state(warehouse, force=True)
    assert warehouse.state_file.read_bytes() == before
    assert not list(warehouse.root.glob("*.tmp"))


def test_without_an_export_there_is_nothing_to_restore(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no exported state"):
        restore_state(Warehouse(tmp_path))


def test_an_export_swap_killed_half_way_is_finished(warehouse: Warehouse) -> None:
    export_state(warehouse)
    warehouse.export_folder.rename(warehouse.root / "state_export.former")
    warehouse.state_file.unlink()
    assert restore_state(warehouse)["run_log"] == 0
    assert warehouse.export_folder.is_dir()


@dataclass(frozen=True)
class Step:
    """One run of a made-up history and how it ended."""

    records: Mapping[str, str]
    is_full: bool
    end: str


STEPS = st.lists(
    st.builds(
        Step,
        records=st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=3),
        is_full=st.booleans(),
        end=st.sampled_from(["published", "killed before rename", "killed before marker"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, is_appended_twice=st.booleans())
def test_state_is_what_the_runs_that_count_would_have_made(
    steps: list[Step], is_appended_twice: bool
) -> None:
    with TemporaryDirectory() as folder, TemporaryDirectory() as undisturbed:
        real, ideal = Warehouse(Path(folder)), Warehouse(Path(undisturbed))
        make_state(real)
        make_state(ideal)
        for number, step in enumerate(steps):
            run_id, at = f"r{number}", FIRST + timedelta(days=number)
            for _ in range(2 if is_appended_twice else 1):
                one_run(real, run_id, step.records, at=at, is_full=step.is_full)
            if step.end != "killed before rename":
                publish_file(real, run_id)
                one_run(ideal, run_id, step.records, at=at, is_full=step.is_full)
            if step.end == "published":
                mark_published(real, run_id)
            recover(real)
        assert without_marker(state_content(real)) == without_marker(state_content(ideal))
        assert_versions_are_chains(real)


def without_marker(content: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The content without published_at, run_log's last column, which is the clock's."""
    return content | {"run_log": [row[:-1] for row in content["run_log"]]}


def assert_versions_are_chains(warehouse: Warehouse) -> None:
    """Each version ends when the next one starts, and only the last one is open."""
    broken = rows_of(
        warehouse.state_file,
        """
        from (
            select superseded_at, lead(first_recorded_at) over (
                partition by entity, record_key order by first_recorded_at
            ) as next_recorded_at
            from record_versions
        )
        where superseded_at is distinct from next_recorded_at
        """,
    )
    assert broken == []
