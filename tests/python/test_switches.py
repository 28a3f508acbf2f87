"""With a system switched off, in vars.yml or by name, the project builds and tests green."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = ("models", "seeds", "macros", "tests", "analyses", "profiles", "dbt_project.yml")
SYSTEMS = ("stripe", "zuora", "netsuite", "bank", "salesforce", "jira", "ops")


def build(project: Path, folder: Path, variables: str = "{}", *, unit_tests: bool = True) -> Path:
    """Runs `dbt build` with every data test (and unit test) and returns the build file; fails with
    dbt's own words."""
    warehouse = folder / "warehouse"
    warehouse.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in ("raw_root", "actions_root", "gate_severity")
    } | {
        "WAREHOUSE_ROOT": str(warehouse),
        "DBT_PROFILES_DIR": "profiles",
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    done = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--quiet", "build", "--vars", variables),
            *([] if unit_tests else ["--exclude-resource-type", "unit_test"]),
        ],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return warehouse / "billing.duckdb"


def systems_in(build_file: Path, table: str) -> set[str]:
    with duckdb.connect(str(build_file), read_only=True) as connection:
        rows = connection.execute(f"select distinct source_system from {table}").fetchall()
    return {name for (name,) in rows}


# Each system is off once, beside others that do not ask for the same of the warehouse.
@pytest.mark.parametrize(
    "off",
    [("stripe",), ("zuora", "bank"), ("netsuite", "jira"), ("salesforce", "ops")],
    ids=lambda off: "+".join(off),
)
def test_systems_that_are_off_by_name_are_not_built(off: tuple[str, ...], tmp_path: Path) -> None:
    # Unit tests read no data: they are run with every system on and with none.
    built = build(REPOSITORY, tmp_path, f"{{systems_off: [{', '.join(off)}]}}", unit_tests=False)
    assert systems_in(built, "marts.row_accounting") == set(SYSTEMS) - set(off)
    with duckdb.connect(str(built), read_only=True) as connection:
        views = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'staging'"
        ).fetchall()
    assert not [name for (name,) in views for system in off if f"_{system}__" in name]


def test_with_every_system_off_all_tables_are_there_and_empty(tmp_path: Path) -> None:
    built = build(REPOSITORY, tmp_path, f"{{systems_off: [{', '.join(SYSTEMS)}]}}")
    with duckdb.connect(str(built), read_only=True) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('canonical', 'core', 'marts', 'kpi')"
            " and table_name not like 'dim_%'"
        ).fetchall()
        assert len(tables) > 80
        for (table,) in tables:
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,), table


def test_a_system_that_is_off_in_vars_yml_is_not_built(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for name in PROJECT:
        (project / name).symlink_to(REPOSITORY / name)
    settings = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))
    settings["vars"]["systems"]["netsuite"] = False
    (project / "vars.yml").write_text(yaml.safe_dump(settings), "utf-8")
    shutil.rmtree(tmp_path / "target", ignore_errors=True)
    built = build(project, tmp_path)
    assert systems_in(built, "marts.row_accounting") == set(SYSTEMS) - {"netsuite"}
