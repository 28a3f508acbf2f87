"""Publishing: the old file or the new one, whole, whatever happens; and nothing private in it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest
from run_fixture import (
    a_record,
    an_extract,
    make_build,
    make_state,
    rows_of,
    state_content,
    temporary_files,
)

from python_checks import publish as publishing
from python_checks.errors import PublishedUnmarkedError, RunError
from python_checks.interrupts import Interrupts
from python_checks.publish import PublishedTable, publish
from python_checks.state import RunRecord, append_run, recover
from python_checks.warehouse import Warehouse

PAYMENTS = PublishedTable(
    schema="core",
    name="fct_payments",
    description="One payment of a customer's.",
    columns={"payment_id": "Key.", "email": "Whose.", "amount": ""},
    withheld=frozenset({"email"}),
)
ROWS = "select payment_id, amount from core.fct_payments order by 1"
HERE = Path(__file__).parent


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path)
    make_state(made)
    build_payments(made, 1)
    return made


def build_payments(warehouse: Warehouse, rows: int) -> None:
    make_build(
        warehouse,
        f"""create table core.fct_payments as
        select 'p' || range as payment_id, 'ada@example.org' as email,
            cast(range as decimal(18, 4)) as amount
        from range({rows})""",
    )


def publish_run(warehouse: Warehouse, run_id: str = "run_1") -> RunRecord:
    with Interrupts() as interrupts:
        return publish(warehouse, [PAYMENTS], a_record(run_id), [an_extract()], interrupts)


def in_another_process(warehouse: Warehouse, script: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in which `publish_run` and `warehouse` are at hand."""
    preamble = f"""
        import os, signal, resource
        from python_checks import publish as publishing
        from test_publish import Warehouse, Path, publish_run
        warehouse = Warehouse(Path({str(warehouse.root)!r}))
    """
    return subprocess.run(
        [sys.executable, "-c", dedent(preamble) + dedent(script)],
        env={**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[1]}"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_public_columns_are_published_with_types_and_comments(warehouse: Warehouse) -> None:
    publish_run(warehouse)
    columns = """
        select column_name, data_type, comment from duckdb_columns()
        where table_name = 'fct_payments' order by column_index
    """
    assert rows_of(warehouse.published_file, columns) == [
        ("payment_id", "VARCHAR", "Key."),
        ("amount", "DECIMAL(18,4)", None),
    ]
    comment = "select comment from duckdb_tables() where table_name = 'fct_payments'"
    assert rows_of(warehouse.published_file, comment) == [("One payment of a customer's.",)]


def test_the_run_log_shows_the_runs_that_count_and_this_one(warehouse: Warehouse) -> None:
    publish_run(warehouse, "run_1")
    record = publish_run(warehouse, "run_2")
    log = "select run_id, run_status, row_counts from marts.run_log order by run_id"
    assert rows_of(warehouse.published_file, log) == [
        ("run_1", "clean", '{"core.fct_payments": 1}'),
        ("run_2", "clean", '{"core.fct_payments": 1}'),
    ]
    assert record.row_counts == {"core.fct_payments": 1}
    marked = "select run_id from run_log where published_at is not null order by 1"
    assert rows_of(warehouse.state_file, marked) == [("run_1",), ("run_2",)]


def test_the_run_log_does_not_show_a_run_that_has_no_marker(warehouse: Warehouse) -> None:
    append_run(warehouse, a_record("run_0"), [])
    publish_run(warehouse, "run_1")
    log = "select run_id from marts.run_log"
    assert rows_of(warehouse.published_file, log) == [("run_1",)]


def test_a_reader_keeps_the_old_file_and_the_next_one_sees_the_new(warehouse: Warehouse) -> None:
    publish_run(warehouse, "run_1")
    reader = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys\n"
            f"open_file = duckdb.connect({str(warehouse.published_file)!r}, read_only=True)\n"
            "for _ in sys.stdin:\n"
            "    print(open_file.sql('select count(*) from core.fct_payments').fetchone()[0],"
            " flush=True)\n",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert reader.stdin is not None and reader.stdout is not None
    try:
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "1\n"
        build_payments(warehouse, 5000)
        publish_run(warehouse, "run_2")
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "1\n"
        assert rows_of(warehouse.published_file, "select count(*) from core.fct_payments") == [
            (5000,)
        ]
    finally:
        reader.stdin.close()
        reader.wait(timeout=30)


@pytest.mark.parametrize("step", ["_verify", "append_run", "flush_to_disk"])
def test_a_step_that_fails_leaves_file_and_state_as_they_were(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    publish_run(warehouse, "run_1")
    before = warehouse.published_file.read_bytes(), state_content(warehouse)

    def fail(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(publishing, step, fail)
    build_payments(warehouse, 3)
    with pytest.raises(OSError, match="No space left"):
        publish_run(warehouse, "run_2")
    assert (warehouse.published_file.read_bytes(), state_content(warehouse)) == before
    assert temporary_files(warehouse) == []


def test_a_rename_that_fails_takes_the_run_out_of_state_again(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_run(warehouse, "run_1")
    before = warehouse.published_file.read_bytes(), state_content(warehouse)

    def refuse(*arguments: object) -> None:
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        publish_run(warehouse, "run_2")
    assert (warehouse.published_file.read_bytes(), state_content(warehouse)) == before
    assert temporary_files(warehouse) == []


def test_a_full_disk_leaves_file_and_state_as_they_were(warehouse: Warehouse) -> None:
    publish_run(warehouse, "run_1")
    before = warehouse.published_file.read_bytes(), state_content(warehouse)
    build_payments(warehouse, 2_000_000)
    ended = in_another_process(
        warehouse,
        """
        limit = 4 * 1024**2  # bytes that a file may grow to: the copy needs more
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            publish_run(warehouse, "run_2")
        except Exception as error:
            print(type(error).__name__)
        """,
    )
    assert ended.stdout.strip() == "IOException", ended.stderr
    assert (warehouse.published_file.read_bytes(), state_content(warehouse)) == before
    assert temporary_files(warehouse) == []


@pytest.mark.parametrize(
    ("moment", "published"),
    [
        ("publishing._verify", [("p0",)]),
        ("publishing.append_run", [("p0",)]),
        ("os.replace", [("p0",)]),
        ("publishing.mark_published", [("p0",), ("p1",), ("p2",)]),
    ],
    ids=["written", "before the append", "before the rename", "before the marker"],
)
def test_a_kill_leaves_a_whole_file_and_the_next_start_settles_state(
    warehouse: Warehouse, moment: str, published: list[tuple[str]]
) -> None:
    publish_run(warehouse, "run_1")
    build_payments(warehouse, 3)
    killed = in_another_process(
        warehouse,
        f"{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "publish_run(warehouse, 'run_2')",
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    ids = "select payment_id from core.fct_payments order by 1"
    assert rows_of(warehouse.published_file, ids) == published

    recover(warehouse)
    warehouse.remove_leftovers()
    counted = rows_of(warehouse.state_file, "select run_id from run_log order by 1")
    assert counted == rows_of(
        warehouse.published_file, "select run_id from marts.run_log order by 1"
    )
    assert len(counted) == (2 if len(published) == 3 else 1)
    assert temporary_files(warehouse) == []


def test_a_marker_that_cannot_be_set_is_said_and_set_by_the_next_run(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(publishing, "mark_published", fail)
    with pytest.raises(PublishedUnmarkedError, match="The next run sets the marker"):
        publish_run(warehouse, "run_1")
    assert len(rows_of(warehouse.published_file, ROWS)) == 1
    assert recover(warehouse) == ["Run run_1 had been published; its marker was set."]


def test_a_signal_before_the_commit_stops_it_and_one_during_it_waits(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def after(step: str) -> None:
        original = getattr(publishing, step)

        def interrupted(*arguments: object) -> object:
            outcome = original(*arguments)
            os.kill(os.getpid(), signal.SIGTERM)
            return outcome

        monkeypatch.setattr(publishing, step, interrupted)

    after("append_run")
    publish_run(warehouse, "run_1")
    assert rows_of(warehouse.published_file, "select run_id from marts.run_log") == [("run_1",)]

    after("_write")
    with pytest.raises(KeyboardInterrupt):
        publish_run(warehouse, "run_2")
    assert rows_of(warehouse.published_file, "select run_id from marts.run_log") == [("run_1",)]
    assert rows_of(warehouse.state_file, "select run_id from run_log") == [("run_1",)]
    assert temporary_files(warehouse) == []


def test_a_file_that_differs_from_the_build_is_refused(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_copy", lambda connection, table: lose_a_row(connection))
    with pytest.raises(RunError, match=r"differs from the build: core\.fct_payments \(0 of 1"):
        publish_run(warehouse)
    assert not warehouse.published_file.exists()


def lose_a_row(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute(
        "create table published.core.fct_payments as from billing.core.fct_payments limit 0"
    )
    return 1


def test_a_public_table_that_was_not_built_is_an_error_by_name(warehouse: Warehouse) -> None:
    make_build(warehouse)
    with pytest.raises(RunError, match=r"core\.fct_payments is public, but the build has no"):
        publish_run(warehouse)
    assert temporary_files(warehouse) == []
