"""Nightly runs that publish, die and are restored: the log is that of the runs that count.

Each night builds the shipped models in files, as dbt does, and appends with the runner's own
functions; a night that dies is run again, as an operator does.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from exception_engine import ExceptionEngine, Found
from reconciliation_engine import compiled_manifest
from run_fixture import a_record, make_state, rows_of
from test_exception_lifecycle import CHECKS, DAY, NIGHT, Run, exception_id, night, replay
from test_state import publish_file

from python_checks.errors import RunError
from python_checks.state import (
    append_run,
    export_state,
    mark_published,
    recover,
    restore_state,
)
from python_checks.warehouse import Warehouse

LOG = "select * from {} order by all"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return compiled_manifest(tmp_path_factory)


class Nights:
    """A warehouse with its nightly runs, one a day."""

    def __init__(self, manifest: dict[str, Any], root: Path) -> None:
        self._manifest = manifest
        root.mkdir()
        self.warehouse = Warehouse(root)
        make_state(self.warehouse)

    def build(self, number: int, run: Run, *, minutes: int = 0) -> datetime:
        """Builds what a run sees, from a build file that was thrown away, and closes it."""
        self.warehouse.build_file.unlink(missing_ok=True)
        engine = ExceptionEngine(
            self._manifest, self.warehouse.build_file, self.warehouse.state_file
        )
        engine.checks(CHECKS)
        at = NIGHT + timedelta(days=number, minutes=minutes)
        engine.observe(at, DAY + timedelta(days=number), run.found, run.statuses)
        engine.build()
        engine.connection.close()
        return at

    def publish(self, number: int, run: Run, **when: int) -> None:
        """A whole run: built, appended, renamed into place and marked."""
        self.append(number, self.build(number, run, **when), f"r{number}")
        publish_file(self.warehouse, f"r{number}")
        mark_published(self.warehouse, f"r{number}")

    def append(self, number: int, at: datetime, run_id: str) -> None:
        append_run(self.warehouse, a_record(run_id, started_at=at), [])

    def log(self) -> tuple[list[tuple[Any, ...]], ...]:
        """What state holds of exceptions."""
        return tuple(
            rows_of(self.warehouse.state_file, LOG.format(table))
            for table in ("check_runs", "exception_observations")
        )

    def history(self) -> set[tuple[Any, ...]]:
        return set(
            rows_of(
                self.warehouse.build_file,
                "select exception_id, episode_number, observation_count, last_amount_reporting,"
                " first_seen_on, last_seen_on, resolved_on from marts.exception_history",
            )
        )


@pytest.fixture
def nights(manifest: dict[str, Any], tmp_path: Path) -> Nights:
    return Nights(manifest, tmp_path / "warehouse")


def found(key: str, amount: int = 10, check: str = "first") -> Found:
    return Found(check, key, Decimal(amount))


# a comes, goes and comes back; b grows; c is of a check that fails and is skipped; d is late.
TEN = [
    night(0, found("a"), found("b"), found("c", check="second")),
    night(1, found("b", 11), found("a"), found("c", check="second")),
    night(1, found("b", 12), second="failed"),
    night(1, found("b", 12), second="skipped"),
    night(1, found("a", 20), found("b", 13), found("c", check="second")),
    night(1, found("a", 20), found("b", 13)),
    night(1, first="failed"),
    night(1, found("d"), found("a", 20), found("c", check="second")),
    night(1, found("d"), found("d", 5)),
    night(1, found("d"), found("a"), found("b"), found("c", check="second")),
]


def test_ten_nights_give_the_lives_that_a_replay_gives(nights: Nights) -> None:
    for number, run in enumerate(TEN):
        nights.publish(number, run)
    placed = [
        (NIGHT + timedelta(days=n), DAY + timedelta(days=n), run) for n, run in enumerate(TEN)
    ]
    lives, _ = replay(placed)
    assert nights.history() == {
        (
            key, number, episode.count, episode.last_amount, episode.first[1], episode.last[1],
            episode.resolved[1] if episode.resolved else None,
        )
        for key, life in lives.items()
        for number, episode in enumerate(life.episodes, 1)
    }  # fmt: skip
    assert {key: len(life.episodes) for key, life in lives.items()} == {
        exception_id("first", "a"): 3,
        exception_id("first", "b"): 2,
        exception_id("second", "c"): 3,
        exception_id("first", "d"): 1,
    }


@pytest.mark.parametrize("death", ["before its exceptions", "while it published", "unmarked"])
def test_a_run_that_dies_and_is_run_again_loses_and_doubles_nothing(
    nights: Nights, manifest: dict[str, Any], tmp_path: Path, death: str
) -> None:
    undisturbed = Nights(manifest, tmp_path / "undisturbed")
    for number, run in enumerate(TEN[:4]):
        if number == 2:
            before = nights.log()
            # Killed between the checks and the exceptions: the build is there, state is not told.
            at = nights.build(number, run)
            if death != "before its exceptions":
                nights.append(number, at, "dead")
            if death == "unmarked":
                publish_file(nights.warehouse, "dead")
            recover(nights.warehouse)
            if death == "unmarked":
                # It counts: what is run again is another run.
                nights.append(number, at, "dead")
                mark_published(nights.warehouse, "dead")
                assert len(nights.log()[0]) == len(before[0]) + len(CHECKS)
            else:
                assert nights.log() == before
        nights.publish(number, run)
        undisturbed.publish(number, run)
    if death != "unmarked":
        assert nights.log() == undisturbed.log()
        assert nights.history() == undisturbed.history()


def test_the_log_is_exported_and_restored(nights: Nights) -> None:
    nights.publish(0, TEN[0])
    nights.publish(1, TEN[1])
    export_state(nights.warehouse)
    before = nights.log()
    nights.warehouse.state_file.unlink()
    restore_state(nights.warehouse)
    assert nights.log() == before
    nights.publish(2, TEN[2])
    grown = exception_id("first", "b")
    assert [row[1:4] for row in nights.history() if row[0] == grown] == [(1, 3, Decimal(12))]


def test_a_rebuild_after_the_build_file_is_gone_gives_the_same(nights: Nights) -> None:
    for number, run in enumerate(TEN[:5]):
        nights.publish(number, run)
    once = nights.history()
    # The same night again, not published: state has it already, so it is one more sighting.
    nights.build(4, TEN[4], minutes=1)
    again = nights.history()
    assert {row[:2] + row[3:] for row in again} == {row[:2] + row[3:] for row in once}


def test_an_exception_that_stands_twice_in_a_run_stops_it(nights: Nights) -> None:
    at = nights.build(0, TEN[0])
    with nights_build(nights) as connection:
        connection.execute(
            "insert into marts_private.int_exception_observations"
            " from marts_private.int_exception_observations limit 1"
        )
    with pytest.raises(RunError, match=r"exception_id .* more than once"):
        nights.append(0, at, "r0")
    assert nights.log() == ([], [])


def nights_build(nights: Nights) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(nights.warehouse.build_file))
