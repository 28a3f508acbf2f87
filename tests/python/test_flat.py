"""The `flat` system alone: every canonical entity is fed from its file, and bad rows say why."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml
from filelock import FileLock

from python_checks import flat_contract

REPOSITORY = Path(__file__).resolve().parents[2]
ONLY_FLAT = "{systems_on: [flat], systems_off: [stripe, netsuite, bank]}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build file of the committed flat sample, with every test of the project passed."""
    folder = tmp_path_factory.getbasetemp().parent / "flat_alone"
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


def test_wrong_rows_are_quarantined_with_their_reason(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(
            "select raw_table, source_file, source_row, disposition_reason from"
            " marts.quarantined_rows"
        ).fetchall()
    reasons = [reason for *_, reason in rows]
    assert any("is no known currency" in reason for reason in reasons), reasons
    assert any("is not a whole number of the currency's minor unit" in reason for reason in reasons)
    assert any("is no allowed word" in reason for reason in reasons), reasons
    assert all(file == f"flat/{table}.csv" and row > 0 for table, file, row, _ in rows)


def test_a_row_delivered_twice_counts_once(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        duplicates = connection.execute(
            "select sum(row_count) from marts.row_accounting"
            " where row_disposition = 'duplicate' and amount_column = '(rows)'"
        ).fetchone()
    assert duplicates is not None
    assert duplicates[0] >= 1


def test_the_flat_models_are_what_the_contract_gives() -> None:
    stale = [
        str(path)
        for path, text in flat_contract.files().items()
        if (REPOSITORY / path).read_text("utf-8") != text
    ]
    assert stale == [], "run python -m python_checks.flat_contract and commit what it writes"
