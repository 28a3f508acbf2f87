"""The `flat` system alone: every canonical entity is fed from its file, and bad rows say why."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from filelock import FileLock

from python_checks import flat_contract

REPOSITORY = Path(__file__).resolve().parents[2]
SYSTEMS = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["systems"]
OTHERS = ", ".join(system for system in SYSTEMS if system != "flat")
ONLY_FLAT = f"{{systems_on: [flat], systems_off: [{OTHERS}]}}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build file of the committed flat sample, with every test of the project passed."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "flat_alone"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            folder.mkdir()
            environment = {
                name: value
                for name, value in os.environ.items()
                if name.lower() not in ("raw_root", "actions_root", "gate_severity")
            } | {
                "WAREHOUSE_ROOT": str(folder),
                "DBT_PROFILES_DIR": "profiles",
                "DBT_TARGET_PATH": str(folder / "target"),
                "DBT_LOG_PATH": str(folder / "logs"),
            }
            done = subprocess.run(
                [Path(sys.executable).with_name("dbt"), "--quiet", "build", "--vars", ONLY_FLAT],
                cwd=REPOSITORY,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            (folder / "output.txt").write_text(f"{done.returncode}\n{done.stdout}{done.stderr}")
    code, _, output = (folder / "output.txt").read_text("utf-8").partition("\n")
    assert code == "0", output[-4000:]
    return folder / "billing.duckdb"


def entities() -> list[str]:
    feeds = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["feeds"]
    return [entity for entity, systems in feeds.items() if "flat" in systems]


def test_flat_feeds_every_canonical_entity() -> None:
    models = (REPOSITORY / "models/canonical").glob("cdm_*.sql")
    assert sorted(entities()) == sorted(model.stem.removeprefix("cdm_") for model in models)


@pytest.mark.parametrize("entity", entities())
def test_each_entity_has_rows_of_the_committed_sample(built: Path, entity: str) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(
            f"select count(*) from canonical.cdm_{entity} where source_system = 'flat'"
        ).fetchone()
    assert rows is not None
    assert rows[0] > 0


def rows_of(built: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(built), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_wrong_rows_are_quarantined_with_their_reason(built: Path) -> None:
    assert rows_of(
        built,
        """
        select source_file, source_row, source_row_id, disposition_reason
        from marts.quarantined_rows
        order by source_file
        """,
    ) == [
        ("flat/invoices.csv", 7, "BLI-7", "currency is no known currency: EURO"),
        (
            "flat/payments.csv",
            5,
            "BLPAY-5",
            "payment_amount is not a whole number of the currency's minor unit: 49.995",
        ),
        ("flat/work_items.csv", 4, "BLW-4", "work_item_kind is no allowed word: wish"),
    ]


def test_a_row_delivered_twice_counts_once(built: Path) -> None:
    assert rows_of(
        built,
        """
        select raw_table, amount_column, row_count, readable_amount
        from marts.row_accounting
        where row_disposition = 'duplicate' and row_count > 0
        order by amount_column
        """,
    ) == [("bank_lines", "(rows)", 1, None), ("bank_lines", "line_amount", 1, 200)]
    assert rows_of(
        built,
        "select line_amount from core.fct_bank_lines where source_bank_line_id = 'BLB-DE-1'",
    ) == [(200,)]


def test_a_date_in_the_column_of_an_instant_stays_a_date(built: Path) -> None:
    assert rows_of(
        built,
        """
        select issued_at, issued_on
        from core.fct_credit_notes
        where source_credit_note_id = 'BLCN-1'
        """,
    ) == [(None, date(2026, 2, 10))]


def test_every_document_of_the_ledger_balances(built: Path) -> None:
    assert (
        rows_of(
            built,
            """
            select source_ledger_document_id
            from core.fct_journal_lines
            group by source_ledger_document_id
            having sum(line_amount) <> 0 or sum(line_amount_functional) <> 0
            """,
        )
        == []
    )


def test_the_flat_models_are_what_the_contract_gives() -> None:
    stale = [
        str(path)
        for path, text in flat_contract.files().items()
        if (REPOSITORY / path).read_text("utf-8") != text
    ]
    assert stale == [], "run python -m python_checks.flat_contract and commit what it writes"
