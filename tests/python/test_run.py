"""A whole run over a small project: exit codes, what is published, what a person reads."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from rich.console import Console
from run_fixture import (
    CLEAN,
    HEADER,
    REPOSITORY,
    deliver,
    make_project,
    rows_of,
    state_content,
    temporary_files,
)

from python_checks import run as running
from python_checks.configuration import read_settings
from python_checks.extracts import ExtractFile, read_extracts
from python_checks.run import run
from python_checks.verdict import ExitCode
from python_checks.warehouse import Warehouse

FAILED = "p3,eve@example.org,5.00,EUR,failed\n"
NEGATIVE = "p4,eve@example.org,-1.00,EUR,paid\n"

RunOnce = Callable[..., tuple[ExitCode, str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("run").resolve() / "project")


@pytest.fixture
def warehouse(project: Path) -> Warehouse:
    # The same path each time: dbt then needs not parse the project again for each test.
    shutil.rmtree(project.with_name("warehouse"), ignore_errors=True)
    return Warehouse(project.with_name("warehouse"))


@pytest.fixture
def raw(project: Path) -> Path:
    shutil.rmtree(project.with_name("raw"), ignore_errors=True)
    return deliver(project.with_name("raw"))


@pytest.fixture
def run_once(
    project: Path, warehouse: Warehouse, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> RunOnce:
    """Runs in this process; gives the exit code and what was printed."""
    # A run sets these for dbt; this takes them away again afterwards.
    for name in ("RAW_ROOT", "WAREHOUSE_ROOT", "ACTIONS_ROOT", "DBT_PROFILES_DIR", "DO_NOT_TRACK"):
        monkeypatch.setenv(name, "")

    def once(**options: str) -> tuple[ExitCode, str]:
        os.environ["DBT_PROFILES_DIR"] = ""
        settings = read_settings(
            project_dir=project,
            raw=raw,
            warehouse=warehouse.root,
            systems=options.get("systems"),
            variables=options.get("variables"),
            as_of=options.get("as_of"),
        )
        screen = StringIO()
        code = run(settings, Console(file=screen, width=120))
        return code, screen.getvalue()

    return once


def last_run(warehouse: Warehouse) -> dict[str, object]:
    content: dict[str, object] = json.loads(warehouse.last_run_file.read_text())
    return content


def are_on(warehouse: Warehouse) -> list[bool]:
    systems = last_run(warehouse)["systems"]
    assert isinstance(systems, list)
    return [system["is_on"] for system in systems]


def test_a_clean_run_publishes_and_says_what_it_did(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    code, screen = run_once()
    assert code == ExitCode.CLEAN, screen
    for line in (
        "1/6 preflight",
        "6/6 publish",
        "Checks     not run",
        "Gates      all 2 gates hold",
        f"Published  {warehouse.published_file}",
        "Exit code  0 (clean: no gate is breached)",
    ):
        assert line in screen
    assert temporary_files(warehouse) == []
    summary = last_run(warehouse)
    assert summary["checks"] == "not run"
    assert summary["published_file"] == str(warehouse.published_file)
    assert summary["systems"] == [
        {"system": "shop", "is_on": True, "file_count": 1, "file_bytes": 106, "row_count": 2},
        {"system": "bank", "is_on": False, "file_count": 0, "file_bytes": 0, "row_count": 0},
    ]


def test_public_models_are_published_and_nothing_else(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    run_once()
    tables = """
        select schema_name || '.' || table_name from duckdb_tables()
        where not internal order by all
    """
    assert [name for (name,) in rows_of(warehouse.published_file, tables)] == [
        "core.fct_payments",
        "kpi.kpi_scorecard",
        "marts.recon_summary",
        "marts.row_accounting",
        "marts.run_log",
    ]
    columns = "select column_name from duckdb_columns() where table_name = 'fct_payments'"
    assert ("email",) not in rows_of(warehouse.published_file, columns)


def test_amounts_are_shown_by_currency_and_as_exact_text(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    deliver(raw, CLEAN + "p9,z@example.org,90071992547409.9301,EUR,paid\n")
    _, screen = run_once()
    assert "shop.payments.amount   EUR       180,143,985,094,839.8602" in screen
    assert "shop.payments.amount   JPY                          1,000" in screen
    accounting = last_run(warehouse)["row_accounting"]
    assert isinstance(accounting, list)
    # A fee without a currency may mix several: it is not shown as if it were an amount.
    assert "shop.payments.fee" not in screen
    assert "1 amount column without a currency" in screen
    amounts = [
        (row["currency"], row["row_count"], row["readable_amount"])
        for row in accounting
        if row["amount_column"] == "amount"
    ]
    assert amounts == [("EUR", 4, "180143985094839.8602"), ("JPY", 2, "1000.0000")]


def test_rows_are_counted_once_over_accounts_stages_and_amounts(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    _, screen = run_once()
    assert "Rows of raw table  accepted\nshop.payments             4\n" in screen


def test_a_breached_gate_is_published_with_its_status(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    deliver(raw, CLEAN + FAILED)
    code, screen = run_once()
    assert code == ExitCode.GATE_BREACHED
    assert "1 of 2 gates breached" in screen
    assert "no_payment_fails (tests/no_payment_fails.sql): 1 failing row\n" in screen
    log = "select run_status, exit_code from marts.run_log"
    assert rows_of(warehouse.published_file, log) == [("gate_breached", 1)]
    assert rows_of(warehouse.published_file, "select count(*) from core.fct_payments") == [(3,)]


def test_a_gate_that_only_warns_breaches_nothing(run_once: RunOnce, raw: Path) -> None:
    deliver(raw, CLEAN + "p5,eve@example.org,5.00,EUR,refunded\n")
    code, screen = run_once()
    assert code == ExitCode.CLEAN
    assert "no gate breached, 1 of 2 warn" in screen
    assert "few_payments_are_refunded" in screen


@pytest.mark.parametrize(
    ("text", "variables"),
    [(HEADER, None), (CLEAN, "{is_judged: false}")],
    ids=["no reconciliation has a row", "none is judged"],
)
def test_too_little_data_is_published_and_said(
    run_once: RunOnce, warehouse: Warehouse, raw: Path, text: str, variables: str | None
) -> None:
    deliver(raw, text)
    code, screen = run_once(**({"variables": variables} if variables else {}))
    assert code == ExitCode.INSUFFICIENT_DATA, screen
    assert rows_of(warehouse.published_file, "select run_status from marts.run_log") == [
        ("insufficient_data",)
    ]


def test_a_breached_gate_weighs_more_than_too_little_data(run_once: RunOnce, raw: Path) -> None:
    deliver(raw, CLEAN + FAILED)
    assert run_once(variables="{is_judged: false}")[0] == ExitCode.GATE_BREACHED


def test_a_broken_law_publishes_nothing(run_once: RunOnce, warehouse: Warehouse, raw: Path) -> None:
    run_once()
    before = warehouse.published_file.read_bytes(), state_content(warehouse)
    deliver(raw, CLEAN + NEGATIVE + NEGATIVE.replace("p4", "p5"))
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "test payments_are_never_negative" in screen
    assert "2 failing rows" in screen
    assert f"Published  nothing; {warehouse.published_file} is as it was" in screen
    assert (warehouse.published_file.read_bytes(), state_content(warehouse)) == before
    assert (last_run(warehouse)["exit_code"], last_run(warehouse)["published_file"]) == (2, None)


def test_a_model_that_fails_is_named_with_its_message(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    deliver(raw, CLEAN.replace("10.00", "ten"))
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "model fct_payments (models/core/fct_payments.sql)" in screen
    assert "Could not convert string" in screen
    assert "nodes that depend on them were skipped" in screen
    assert "Traceback" not in screen
    assert not warehouse.published_file.exists()


def test_what_the_landing_refuses_is_said_without_a_trace(
    run_once: RunOnce, raw: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (raw / "shop" / "payments.csv").unlink()
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "system shop: required table payments was not delivered" in screen
    assert "> in macro" not in screen
    assert "Traceback" not in screen + capfd.readouterr().err


def test_a_manifest_that_does_not_fit_stops_the_run_before_the_build(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    deliver(raw, manifest="table,rows\npayments,3\n")
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "expected 3 rows, found 2" in screen
    assert not warehouse.build_file.exists()


def test_a_missing_raw_root_is_an_error(run_once: RunOnce, raw: Path) -> None:
    shutil.rmtree(raw)
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert f"The raw root {raw} is no folder" in screen


def test_a_file_that_changes_during_the_build_publishes_nothing(
    run_once: RunOnce, warehouse: Warehouse, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_then_change(*arguments: object) -> list[ExtractFile]:
        extracts = read_extracts(*arguments)  # type: ignore[arg-type]
        deliver(raw, CLEAN + FAILED)
        return extracts

    monkeypatch.setattr(running, "read_extracts", read_then_change)
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "payments.csv changed while the run read it" in screen
    assert not warehouse.published_file.exists()


def test_runs_add_up_in_state_and_in_the_run_log(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    run_once()
    deliver(raw, CLEAN.replace("500,JPY,paid", "500,JPY,refunded"))
    run_once(as_of="2026-03-31")
    log = "select run_status, as_of_date is null from marts.run_log order by started_at"
    assert rows_of(warehouse.published_file, log) == [("clean", True), ("clean", False)]
    versions = "select record_key, superseded_at is null from record_versions order by all"
    assert rows_of(warehouse.state_file, versions) == [("p1", True), ("p2", False), ("p2", True)]
    exported = str(warehouse.export_folder / "record_versions.parquet")
    with duckdb.connect() as connection:
        assert connection.execute(
            "select count(*) from read_parquet(?)", [exported]
        ).fetchone() == (3,)


def test_a_system_that_is_off_is_not_read(
    run_once: RunOnce, warehouse: Warehouse, raw: Path
) -> None:
    run_once(systems="shop,bank")
    assert are_on(warehouse) == [True, True]
    deliver(raw, manifest="table,rows\npayments,3\n")
    run_once(systems="bank")
    assert are_on(warehouse) == [False, True]
    assert last_run(warehouse)["error"] is None


def test_a_warehouse_in_which_a_run_works_is_left_alone(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    warehouse.root.mkdir(parents=True)
    with FileLock(warehouse.lock_file):
        code, screen = run_once()
    assert code == ExitCode.ERROR
    assert f"Another run is working in {warehouse.root}" in screen
    assert not warehouse.last_run_file.exists()


def test_a_build_file_that_cannot_be_opened_is_made_anew(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    run_once()
    warehouse.build_file.write_bytes(b"cut short by a kill")
    code, screen = run_once()
    assert code == ExitCode.CLEAN
    assert "billing.duckdb could not be opened" in screen
    assert "It was deleted" in screen


def test_a_build_file_that_others_hold_open_is_not_deleted(
    run_once: RunOnce, warehouse: Warehouse
) -> None:
    run_once()
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb; held = duckdb.connect({str(warehouse.build_file)!r});"
            "print(1, flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdin is not None and holder.stdout is not None
    try:
        holder.stdout.readline()
        code, screen = run_once()
        assert code == ExitCode.ERROR
        assert "billing.duckdb is open in another process" in screen
        assert warehouse.build_file.exists()
    finally:
        holder.stdin.close()
        holder.wait(timeout=30)


def test_an_unreadable_state_is_left_alone(run_once: RunOnce, warehouse: Warehouse) -> None:
    run_once()
    warehouse.state_file.write_bytes(b"cut short")
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "restore --force" in screen
    assert warehouse.state_file.read_bytes() == b"cut short"


def test_leftovers_of_a_dead_run_are_removed(run_once: RunOnce, warehouse: Warehouse) -> None:
    warehouse.root.mkdir(parents=True)
    (warehouse.root / "published.duckdb.20260101T000000Z-abcdef.tmp").write_bytes(b"half")
    _, screen = run_once()
    assert "Left by a run that died, removed" in screen
    assert temporary_files(warehouse) == []


def test_a_bug_shows_its_trace_and_publishes_nothing(
    run_once: RunOnce,
    warehouse: Warehouse,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(running, "judge", fail)
    code, screen = run_once()
    assert code == ExitCode.ERROR
    assert "Unexpected ZeroDivisionError: of ours" in screen
    assert "Traceback" in capfd.readouterr().err
    assert not warehouse.published_file.exists()


def test_an_export_that_fails_is_said_and_the_run_counts(
    run_once: RunOnce, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(running, "export_state", fail)
    code, screen = run_once()
    assert code == ExitCode.CLEAN
    assert "its state could not be exported" in screen
    assert warehouse.published_file.exists()


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "python_checks", *map(str, arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_passes_its_code_on_and_restores_state(
    project: Path, warehouse: Warehouse, raw: Path
) -> None:
    deliver(raw, CLEAN + FAILED)
    folders = ("--project-dir", project, "--warehouse", warehouse.root)
    ended = command("run", *folders, "--raw", raw)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert ended.stderr == ""

    before = state_content(warehouse)
    assert command("restore", *folders).returncode == 2
    warehouse.state_file.unlink()
    restored = command("restore", *folders)
    assert (restored.returncode, restored.stderr) == (0, "")
    assert state_content(warehouse) == before

    unknown = command("run", *folders, "--systems", "shpo")
    assert unknown.returncode == 2
    assert "Known systems: shop, bank" in unknown.stdout


def test_a_bare_dbt_build_makes_the_state_and_check_tables(
    project: Path, raw: Path, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "RAW_ROOT": str(raw),
        "WAREHOUSE_ROOT": str(tmp_path),
        "DBT_PROFILES_DIR": str(project / "profiles"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    build = [str(Path(sys.executable).with_name("dbt")), "build", "--project-dir", str(project)]
    for _ in range(2):
        ended = subprocess.run(build, env=environment, capture_output=True, text=True, timeout=120)
        assert ended.returncode == 0, ended.stdout
        # A column that an older version did not have is added; what is in the table stays.
        with duckdb.connect(str(tmp_path / "state.duckdb")) as connection:
            columns = connection.execute("describe feedback").fetchall()
            assert [column[0] for column in columns][-1] == "note"
            connection.execute("alter table feedback drop column note")
            connection.execute("insert into feedback (feedback_id) values ('f')")
    assert rows_of(tmp_path / "billing.duckdb", "select count(*) from checks.check_runs") == [(0,)]
    assert rows_of(tmp_path / "state.duckdb", "select count(*) from feedback") == [(2,)]
