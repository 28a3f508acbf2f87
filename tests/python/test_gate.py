"""The command shows what the models decided, and its exit code says it to a script."""

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from python_checks.cli import app
from python_checks.gate import as_json, read_gate
from python_checks.warehouse import Warehouse

RUN = """
    '{key}' as billing_run_key, '{entity}' as legal_entity_code, '{key}' as source_billing_run_id,
    'scheduled' as run_kind, 'completed' as billing_run_status, {latest} as is_latest_run,
    '{verdict}' as gate_verdict, 10::bigint as expected_account_count, 8::bigint as drafted_count,
    2::bigint as missing_count, 0::bigint as not_accounted_for_count, 1::bigint as not_posted_count,
    1::bigint as held_invoice_count, date '2026-04-01' as target_on
"""


def filled(file: Path, **verdicts: str) -> None:
    """A file with one run for each verdict, named after its legal entity."""
    runs = " union all ".join(
        "select " + RUN.format(key=f"run_{entity}", entity=entity, latest="true", verdict=verdict)
        for entity, verdict in verdicts.items()
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"create table marts.billing_run_gate as {runs}")
        connection.execute(
            """
            create table marts.billing_run_gate_items as
            select
                billing_run_key, check_code, subject as gate_subject_key, invoice_key,
                item_verdict, 'because' as evidence, 'USD' as currency,
                amount::decimal(18, 4) as gate_amount
            from marts.billing_run_gate, (values
                ('missing', 'sub-1', null, 'hold', null), ('jump', 'INV-9', 'k9', 'hold', 90),
                ('duplicate', 'INV-9', 'k9', 'hold', 90), ('not_posted', 'INV-1', 'k1', 'inform', 1)
            ) as found(check_code, subject, invoice_key, item_verdict, amount)
            """
        )
        connection.execute(
            """
            create table marts.billing_run_gate_totals as
            select
                billing_run_key, 'USD' as currency, true as is_total_judged, false as is_far_off,
                8::bigint as drafted_invoice_count, 100.5::decimal(38, 4) as drafted_total_amount,
                3::bigint as prior_cycle_count, 90::decimal(38, 4) as prior_smallest_amount,
                110::decimal(38, 4) as prior_largest_amount
            from marts.billing_run_gate
            """
        )


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ({"US01": "release"}, 0),
        ({"US01": "release", "DE01": "hold"}, 1),
        ({"US01": "stop", "DE01": "hold"}, 3),
    ],
)
def test_the_exit_code_is_the_worst_verdict(
    tmp_path: Path, verdicts: dict[str, str], code: int
) -> None:
    filled(tmp_path / "published.duckdb", **verdicts)
    ended = CliRunner().invoke(app, ["gate", "--warehouse", str(tmp_path)])
    assert ended.exit_code == code, ended.output
    for entity, verdict in verdicts.items():
        assert f"{entity}, run run_{entity} of 2026-04-01" in ended.stdout
        assert verdict.upper() in ended.stdout
    assert "hold: INV-9" in ended.stdout


def test_one_run_is_asked_for_by_its_id(tmp_path: Path) -> None:
    filled(tmp_path / "published.duckdb", US01="release", DE01="stop")
    arguments = ["gate", "--warehouse", str(tmp_path), "--run", "run_US01"]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 0, ended.output
    assert "DE01" not in ended.stdout


def test_the_json_object_names_what_to_hold(tmp_path: Path) -> None:
    filled(tmp_path / "published.duckdb", US01="hold")
    arguments = ["gate", "--warehouse", str(tmp_path), "--format", "json"]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 1
    read = json.loads(ended.stdout)
    assert read["verdict"] == "hold"
    (run,) = read["runs"]
    assert run["held_invoices"] == ["INV-9"]
    assert [found["check_code"] for found in run["findings"] if found["invoice_key"] is None] == [
        "missing"
    ]
    assert run["totals"][0]["drafted_total_amount"] == "100.5000"


def test_what_is_published_counts_and_else_what_is_built(tmp_path: Path) -> None:
    filled(tmp_path / "billing.duckdb", US01="stop")
    assert read_gate(Warehouse(tmp_path), "latest").verdict == "stop"
    filled(tmp_path / "published.duckdb", US01="release")
    assert json.loads(as_json(read_gate(Warehouse(tmp_path), "latest")))["verdict"] == "release"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--run", "nobody"], "The run nobody does not wait to be posted. These wait: run_US01"),
        (["--format", "xml"], "--format xml"),
        (["--warehouse", "nowhere"], "holds neither a published file nor a build"),
    ],
)
def test_what_cannot_be_said_is_an_error(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    filled(tmp_path / "published.duckdb", US01="release")
    ended = CliRunner().invoke(app, ["gate", "--warehouse", str(tmp_path), *arguments])
    assert ended.exit_code == 2, ended.output
    assert message in ended.stderr
    assert ended.stdout == ""


def test_a_file_without_the_gate_is_an_error(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "published.duckdb")) as connection:
        connection.execute("create table t (a int)")
    ended = CliRunner().invoke(app, ["gate", "--warehouse", str(tmp_path)])
    assert ended.exit_code == 2
    assert "published.duckdb cannot be read" in ended.stderr
