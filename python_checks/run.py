"""One run, from raw files to the published file: six phases in one process (design: one run)."""

import os
import secrets
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import duckdb
from filelock import FileLock, Timeout
from rich.console import Console

from python_checks.configuration import (
    Settings,
    check_disk_space,
    check_versions,
    git_commit,
    installed_versions,
)
from python_checks.dbt_process import NO_ARTIFACTS, DbtProcess, NodeOutcome, failures_as_text
from python_checks.errors import PublishedUnmarkedError, RunError
from python_checks.extracts import (
    ExtractFile,
    extract_hash,
    read_extracts,
    refuse_changed,
    unknown_folders,
)
from python_checks.interrupts import Interrupts
from python_checks.progress import Phases
from python_checks.publish import public_tables, publish
from python_checks.state import RunRecord, export_state, recover, settle_export, utc_now
from python_checks.summary import Summary
from python_checks.verdict import ExitCode, judge
from python_checks.warehouse import BUILD, Warehouse, columns_of, first_line, read_build

# What waits for the Polars checks is built after them; what judges the data, last of all.
AFTER_CHECKS = "source:checks+"
GATE = "tag:gate"

RUN_DATES = ("core", "dim_run_dates")

# A check reads canonical and core tables of the build and writes its findings to the schema
# `checks`; it is given the build's connection and the run id. None exists yet.
Check = Callable[[duckdb.DuckDBPyConnection, str], None]
CHECKS: Sequence[Check] = ()


@dataclass
class Run:
    """What one run carries from phase to phase."""

    settings: Settings
    interrupts: Interrupts
    started_at: datetime
    summary: Summary
    dbt: DbtProcess
    phases: Phases
    extracts: list[ExtractFile]
    versions: dict[str, str]

    @property
    def warehouse(self) -> Warehouse:
        """The folder that it builds in."""
        return self.settings.warehouse


def run(settings: Settings, console: Console) -> ExitCode:
    """Builds, judges and publishes once, prints the summary and returns the exit code.

    Nothing is raised: what goes wrong is said, and the code is ExitCode.ERROR.
    """
    os.environ.update(settings.environment())
    started_at = utc_now()
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    summary = Summary(run_id, settings.warehouse, systems=settings.systems)
    phases = Phases(console)
    summary.phase_seconds = phases.seconds
    with Interrupts() as interrupts:
        current = Run(
            settings=settings,
            interrupts=interrupts,
            started_at=started_at,
            summary=summary,
            dbt=DbtProcess(settings, interrupts),
            phases=phases,
            extracts=[],
            versions={},
        )
        try:
            with lock(settings.warehouse):
                _run_phases(current)
        except KeyboardInterrupt:
            summary.error = "The run was interrupted."
        except PublishedUnmarkedError as error:
            summary.is_published = True
            summary.error = str(error)
        except (RunError, OSError, duckdb.Error) as error:
            summary.error = str(error).strip()
        except Exception as error:
            # A bug of ours: its trace is of use to whoever mends it.
            traceback.print_exc()
            summary.error = f"Unexpected {type(error).__name__}: {first_line(error)}"
        finally:
            current.dbt.close()
        if summary.error is not None:
            summary.exit_code = ExitCode.ERROR
        summary.show(console)
    return summary.exit_code


@contextmanager
def lock(warehouse: Warehouse) -> Iterator[None]:
    """Keeps other runs out of a warehouse; RunError when one is in it.

    The lock is the operating system's: it goes when its process does, however that ends.
    """
    try:
        warehouse.root.mkdir(parents=True, exist_ok=True)
        held = FileLock(warehouse.lock_file, timeout=0)
        held.acquire()
    except Timeout as error:
        raise RunError(
            f"Another run is working in {warehouse.root}. Wait for it, or give this one a"
            " warehouse of its own (--warehouse)."
        ) from error
    except OSError as error:
        raise RunError(f"{warehouse.root} cannot be written to: {error}") from error
    try:
        yield
    finally:
        held.release()


def _run_phases(run: Run) -> None:
    """All phases, and last_run.json whatever comes of them (only by the holder of the lock)."""
    try:
        _preflight(run)
        _build(run)
        _check(run)
        _finish(run)
        _judge(run)
        _publish(run)
    except KeyboardInterrupt:
        run.summary.error = "The run was interrupted."
        raise
    except Exception as error:
        run.summary.error = str(error).strip()
        run.summary.is_published = isinstance(error, PublishedUnmarkedError)
        raise
    finally:
        if run.summary.error is not None:
            run.summary.exit_code = ExitCode.ERROR
        _write_summary(run.summary)


def _preflight(run: Run) -> None:
    """Versions, disk, what an earlier run left behind, the project, and the raw files."""
    settings, warehouse, summary = run.settings, run.warehouse, run.summary
    with run.phases.run("preflight") as (_, say):
        run.versions = installed_versions()
        check_versions(settings.project_dir, run.versions)
        if removed := warehouse.remove_leftovers():
            summary.notices.append(f"Left by a run that died, removed: {', '.join(removed)}.")
        settle_export(warehouse)
        if notice := warehouse.discard_unreadable_build():
            summary.notices.append(notice)
        summary.notices += recover(warehouse)

        run.dbt.parse()
        if not settings.raw_root.is_dir():
            raise RunError(f"The raw root {settings.raw_root} is no folder (RAW_ROOT, --raw).")
        run.extracts = read_extracts(settings.raw_root, settings.systems_on, run.dbt.raw_tables())
        summary.extracts = run.extracts
        summary.notices += [
            f"{settings.raw_root / name} is not read: {name} is no system of vars.yml."
            for name in unknown_folders(settings.raw_root, settings.systems)
        ]
        raw_bytes = sum(extract.file_bytes for extract in run.extracts)
        check_disk_space(warehouse, raw_bytes)
        say(f"raw files: {len(run.extracts)}, {raw_bytes / 1e6:,.1f} MB")


def _build(run: Run) -> None:
    with run.phases.run("build") as (advance, say):
        outcomes = run.dbt.invoke(["build", "--exclude", AFTER_CHECKS, GATE], advance)
        _refuse_failures(run, outcomes)
        say(_counted(outcomes))


def _check(run: Run) -> None:
    with run.phases.run("checks") as (_, say):
        if CHECKS:
            run.dbt.close()
            with duckdb.connect(str(run.warehouse.build_file)) as connection:
                for check in CHECKS:
                    check(connection, run.summary.run_id)
                    run.summary.checks_run += 1
        say(run.summary.checks)


def _finish(run: Run) -> None:
    with run.phases.run("finish") as (advance, say):
        outcomes = run.dbt.invoke(
            ["build", "--select", AFTER_CHECKS, "--exclude", GATE, NO_ARTIFACTS], advance
        )
        _refuse_failures(run, outcomes)
        say(_counted(outcomes))


def _judge(run: Run) -> None:
    with run.phases.run("gates") as (advance, say):
        outcomes = run.dbt.invoke(["test", "--select", GATE, NO_ARTIFACTS], advance)
        run.summary.gates = [outcome for outcome in outcomes if outcome.kind != "operation"]
        # A gate that could not be evaluated says nothing about the data.
        broken = [gate for gate in run.summary.gates if gate.has_failed and gate.status != "fail"]
        if broken:
            raise RunError(f"A gate could not be evaluated:\n{failures_as_text(broken)}")
        run.dbt.close()
        with read_build(run.warehouse) as connection:
            run.summary.exit_code = judge(connection, run.summary.gates)
            run.summary.read_build(connection)
        say(run.summary.gate_verdict)


def _publish(run: Run) -> None:
    summary, settings = run.summary, run.settings
    with run.phases.run("publish") as (_, say):
        refuse_changed(settings.raw_root, run.extracts)
        with read_build(run.warehouse) as connection:
            as_of_date = settings.as_of_date or _latest_day(connection)
        record = publish(
            run.warehouse,
            public_tables(run.dbt.models),
            RunRecord(
                run_id=summary.run_id,
                started_at=run.started_at,
                finished_at=utc_now(),
                run_status=summary.exit_code.run_status,
                exit_code=int(summary.exit_code),
                as_of_date=as_of_date,
                extract_sha256=extract_hash(run.extracts),
                git_commit=git_commit(settings.project_dir),
                versions=run.versions,
                phase_seconds=dict(run.phases.seconds),
                row_counts={},
            ),
            run.extracts,
            run.interrupts,
        )
        summary.is_published = True
        # The run counts, whatever happens to the copy of its state.
        summary.notices += _export(run.warehouse)
        say(f"tables: {len(record.row_counts)}, rows: {sum(record.row_counts.values()):,}")


def _export(warehouse: Warehouse) -> list[str]:
    try:
        export_state(warehouse)
    except (RunError, OSError, duckdb.Error) as error:
        return [
            f"The run is published, but its state could not be exported to"
            f" {warehouse.export_folder}: {first_line(error)}"
        ]
    return []


def _refuse_failures(run: Run, outcomes: Sequence[NodeOutcome]) -> None:
    run.summary.warnings = [
        *run.summary.warnings,
        *(outcome for outcome in outcomes if outcome.status == "warn"),
    ]
    if any(outcome.has_failed for outcome in outcomes):
        raise RunError(f"The build failed:\n{failures_as_text(outcomes)}")


def _counted(outcomes: Sequence[NodeOutcome]) -> str:
    nodes = [outcome for outcome in outcomes if outcome.kind != "operation"]
    tests = sum(outcome.kind in ("test", "unit_test") for outcome in nodes)
    return f"tables and views: {len(nodes) - tests}, tests: {tests}" if nodes else "nothing to do"


def _latest_day(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The day that the build looked from when none was given; None where it does not say."""
    if "as_of_date" not in columns_of(connection, *RUN_DATES):
        return None
    row = connection.execute(
        f"select max(as_of_date) from {BUILD}.{'.'.join(RUN_DATES)}"
    ).fetchone()
    return row[0] if row else None


def _write_summary(summary: Summary) -> None:
    try:
        summary.write()
    except OSError as error:
        summary.notices.append(f"{summary.warehouse.last_run_file} was not written: {error}")
