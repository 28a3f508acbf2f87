"""Killing a run: the published file stays readable, state has no trace, the next run succeeds."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_fixture import (
    CLEAN,
    REPOSITORY,
    deliver,
    make_project,
    rows_of,
    state_content,
    temporary_files,
)

from python_checks.warehouse import Warehouse

# The program, where DuckDB forgets the first cancels, as it does those between two queries.
FORGETFUL = """
from dbt.adapters.duckdb.environments.local import LocalEnvironment
cancel, forgotten = LocalEnvironment.cancel, []
def forget_three(connection):
    forgotten.append(connection) if len(forgotten) < 3 else cancel(connection)
LocalEnvironment.cancel = staticmethod(forget_three)
from python_checks.cli import app
app()
"""
MORE = CLEAN + "p3,eve@example.org,7.00,EUR,paid\n"


class Workplace:
    """A project, its raw files and its warehouse, with runs in processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.project = make_project(folder / "project")
        self.raw = deliver(folder / "raw")
        self.logs = folder / "logs"
        self.program = ["-m", "python_checks"]
        self.processes: list[subprocess.Popen[str]] = []
        self.warehouse = Warehouse(folder.resolve() / "warehouse")

    def start(self, *options: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [
                *(sys.executable, "-u", *self.program, "run"),
                *("--project-dir", str(self.project)),
                *("--raw", str(self.raw)),
                *("--warehouse", str(self.warehouse.root)),
                *options,
            ],
            cwd=REPOSITORY,
            env={**os.environ, "DBT_PROFILES_DIR": "", "DBT_LOG_PATH": str(self.logs)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def start_slow(self) -> subprocess.Popen[str]:
        """A run in the middle of a model that takes for ever, as dbt's log tells."""
        log = self.logs / "dbt.log"
        log.unlink(missing_ok=True)
        process = self.start("--vars", "{is_slow: true}")
        deadline = time.monotonic() + 120
        while not (log.exists() and "range(3000000)" in log.read_text()):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return process

    def run(self, *options: str) -> str:
        """A run to its end, which must be a clean one."""
        process = self.start(*options)
        screen, _ = process.communicate(timeout=120)
        assert process.returncode == 0, screen
        return screen

    def published_rows(self) -> int:
        [(rows,)] = rows_of(self.warehouse.published_file, "select count(*) from core.fct_payments")
        return int(rows)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = Workplace(tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.communicate(timeout=30)


def test_a_kill_during_the_build_leaves_everything_as_it_was(workplace: Workplace) -> None:
    workplace.run()
    warehouse = workplace.warehouse
    before = warehouse.published_file.read_bytes(), state_content(warehouse)
    deliver(workplace.raw, MORE)

    process = workplace.start_slow()
    process.kill()
    process.communicate(timeout=30)

    assert (warehouse.published_file.read_bytes(), state_content(warehouse)) == before
    workplace.run()
    assert workplace.published_rows() == 3
    assert len(rows_of(warehouse.state_file, "select * from run_log")) == 2


def assert_it_ends_and_cleans_up(workplace: Workplace, process: subprocess.Popen[str]) -> None:
    screen, _ = process.communicate(timeout=120)
    assert process.returncode == 2, screen
    assert "The run was interrupted." in screen
    assert "Published  nothing" in screen
    assert "Traceback" not in screen
    assert temporary_files(workplace.warehouse) == []
    assert rows_of(workplace.warehouse.state_file, "select * from run_log") == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_an_interrupt_says_so_and_cleans_up(workplace: Workplace, number: signal.Signals) -> None:
    process = workplace.start_slow()
    process.send_signal(number)
    assert_it_ends_and_cleans_up(workplace, process)


def test_a_query_that_misses_the_first_cancel_is_cancelled_again(workplace: Workplace) -> None:
    workplace.program = ["-c", FORGETFUL]
    process = workplace.start_slow()
    process.send_signal(signal.SIGINT)
    assert_it_ends_and_cleans_up(workplace, process)


def test_a_second_run_is_refused_while_the_first_one_works(workplace: Workplace) -> None:
    process = workplace.start_slow()
    second = workplace.start()
    screen, _ = second.communicate(timeout=120)
    assert second.returncode == 2
    assert "Another run is working in" in screen
    assert process.poll() is None


def test_a_kill_at_any_moment_leaves_a_whole_file_and_the_next_run_succeeds(
    workplace: Workplace,
) -> None:
    started = time.monotonic()
    workplace.run()
    duration = time.monotonic() - started
    rows_delivered = 2
    # From the first dbt invocation to just before the end: that is where files are written.
    for share in (0.6, 0.8, 0.9, 0.97):
        rows_before = workplace.published_rows()
        rows_delivered += 1
        extra = "".join(f"x{n},a@example.org,1.00,EUR,paid\n" for n in range(rows_delivered - 2))
        deliver(workplace.raw, CLEAN + extra)
        process = workplace.start()
        time.sleep(duration * share)
        process.kill()
        process.communicate(timeout=30)
        assert workplace.published_rows() in (rows_before, rows_delivered), share
        in_file = rows_of(workplace.warehouse.published_file, "select run_id from marts.run_log")
        marked = "select run_id from run_log where published_at is not null"
        assert set(rows_of(workplace.warehouse.state_file, marked)) <= set(in_file)

    workplace.run()
    warehouse = workplace.warehouse
    assert workplace.published_rows() == rows_delivered
    ids = "select run_id from {} order by 1"
    assert rows_of(warehouse.state_file, ids.format("run_log")) == rows_of(
        warehouse.published_file, ids.format("marts.run_log")
    )
    assert temporary_files(warehouse) == []
