"""What dbt makes of the real project: its manifest, and the columns of its staging models.

Both are made once for all workers of a test session, in its temporary folder; nothing of the
project's own warehouse or target is read or written.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from filelock import FileLock

REPOSITORY = Path(__file__).resolve().parents[2]
STAGING = REPOSITORY / "models" / "staging"

Manifest = dict[str, Any]


def systems_of_vars() -> dict[str, bool]:
    """The switches of vars.yml: whether each system is on by default."""
    settings = yaml.safe_load((REPOSITORY / "vars.yml").read_text(encoding="utf-8"))
    switches: dict[str, bool] = settings["vars"]["systems"]
    return switches


def manifest_with_every_system(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The project's manifest with every system switched on."""
    return _manifest(tmp_path_factory, "every_system", {"systems_on": list(systems_of_vars())})


def manifest_without_systems(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """The project's manifest with every system switched off."""
    return _manifest(tmp_path_factory, "no_system", {"systems_off": list(systems_of_vars())})


def staged_columns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Column names of every stg_ and map_ model, in order, as the engine describes them.

    Every system is on, and every raw table is a header without rows.
    """
    folder = _shared_folder(tmp_path_factory) / "staging"
    is_built = folder / "is_built"
    with FileLock(f"{folder}.lock"):
        if not is_built.exists():
            _write_headers(folder / "raw")
            _dbt(
                folder,
                {"systems_on": list(systems_of_vars())},
                *("build", "--select", "resource_type:seed", "path:models/staging"),
                *("--resource-type", "seed", "--resource-type", "model"),
            )
            is_built.touch()
    with duckdb.connect(str(folder / "billing.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """
            select table_name, list(column_name order by column_index)
            from duckdb_columns()
            where schema_name = 'staging'
            group by table_name
            """
        ).fetchall()
    return dict(rows)


def _manifest(
    tmp_path_factory: pytest.TempPathFactory, name: str, variables: dict[str, list[str]]
) -> Manifest:
    folder = _shared_folder(tmp_path_factory) / f"manifest_{name}"
    file = folder / "target" / "manifest.json"
    with FileLock(f"{folder}.lock"):
        if not file.exists():
            _dbt(folder, variables, "parse")
    manifest: Manifest = json.loads(file.read_text(encoding="utf-8"))
    return manifest


def _shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session's temporary folder, the same one in every xdist worker."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


def _write_headers(raw_root: Path) -> None:
    """Writes every raw table of every source YAML as a CSV file with a header only."""
    for system, table in _raw_tables():
        path = raw_root / system / f"{table['name']}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            csv.writer(handle).writerow(column["name"] for column in table["columns"])


def _raw_tables() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in sorted(STAGING.glob("*/_*.yml")):
        for source in yaml.safe_load(file.read_text(encoding="utf-8")).get("sources", []):
            for table in source["tables"]:
                yield file.parent.name, table


def _dbt(folder: Path, variables: dict[str, list[str]], *command: str) -> None:
    """Runs dbt on the project, its outputs in `folder`; raises AssertionError where it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    finished = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--no-use-colors", "--quiet"),
            *command,
            *("--vars", json.dumps({"systems_on": [], "systems_off": [], **variables})),
        ],
        cwd=REPOSITORY,
        env={
            **inherited,
            "RAW_ROOT": str(folder / "raw"),
            "WAREHOUSE_ROOT": str(folder),
            "DBT_PROFILES_DIR": "profiles",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
