"""Settings of a run: which systems are on, and what is refused before anything is built."""

import subprocess
from datetime import date
from pathlib import Path

import pytest
from run_fixture import VARS

from python_checks import configuration
from python_checks.configuration import (
    Settings,
    check_disk_space,
    check_versions,
    git_commit,
    installed_versions,
    read_settings,
)
from python_checks.errors import RunError
from python_checks.warehouse import Warehouse


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RAW_ROOT", "WAREHOUSE_ROOT", "ACTIONS_ROOT", "DBT_PROFILES_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "dbt_project.yml").write_text("name: small\n")
    (tmp_path / "vars.yml").write_text(VARS)
    return tmp_path.resolve()


def given(project: Path, **options: str | None) -> Settings:
    return read_settings(
        project_dir=project,
        systems=options.get("systems"),
        variables=options.get("variables"),
        as_of=options.get("as_of"),
    )


@pytest.mark.parametrize(
    ("options", "on"),
    [
        ({}, ["shop"]),
        ({"systems": "bank"}, ["bank"]),
        ({"systems": "shop, bank"}, ["shop", "bank"]),
        ({"systems": ""}, []),
        ({"variables": "{systems_on: [bank]}"}, ["shop", "bank"]),
        ({"variables": "{systems_off: [shop]}"}, []),
        ({"variables": "{systems_on: [bank], systems_off: [bank]}"}, ["shop"]),
        ({"variables": "{systems: {shop: false, bank: true}}"}, ["bank"]),
    ],
    ids=["default", "one", "both", "none", "on by name", "off by name", "off wins", "a new map"],
)
def test_systems_are_switched(project: Path, options: dict[str, str], on: list[str]) -> None:
    assert given(project, **options).systems_on == on


def test_exactly_these_systems_reach_dbt_as_vars(project: Path) -> None:
    assert given(project, systems="bank").variables == {
        "systems_on": ["bank"],
        "systems_off": ["shop"],
    }


def test_other_vars_and_the_day_are_passed_on(project: Path) -> None:
    settings = given(project, variables="{reporting_currency: EUR}", as_of="2026-03-31")
    assert settings.variables == {"reporting_currency": "EUR", "as_of_date": "2026-03-31"}
    assert settings.as_of_date == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"systems": "shpo"}, "--systems names shpo, .* Known systems: shop, bank"),
        ({"variables": "{systems_on: [stripe]}"}, "systems_on names stripe"),
        ({"variables": "{systems_off: [stripe]}"}, "systems_off names stripe"),
        ({"variables": "{systems_off: shop}"}, "must be a list of system names, not 'shop'"),
        ({"variables": "{feeds: {payments: [stripe]}}"}, "feeds of payments names stripe"),
        ({"variables": "{systems: [shop]}"}, "must map names to true or false"),
        ({"variables": "{systems: {shop: maybe}}"}, "must map names to true or false"),
        ({"variables": "{systems_on: ["}, "--vars is not YAML"),
        ({"variables": "systems_on"}, "must be a YAML mapping"),
        ({"systems": "shop", "variables": "{systems_on: []}"}, "both switch systems"),
        ({"as_of": "31.03.2026"}, "must be a date such as 2026-03-31, not '31.03.2026'"),
        ({"as_of": "2026-03-31", "variables": "{as_of_date: 2026-03-01}"}, "both set as_of_date"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    project: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        given(project, **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [("vars: [", "cannot be read"), ("systems: {}", "must hold a mapping under `vars:`")],
    ids=["no YAML", "no vars"],
)
def test_a_vars_file_that_cannot_be_read_is_named(project: Path, text: str, message: str) -> None:
    (project / "vars.yml").write_text(text)
    with pytest.raises(RunError, match=f"vars.yml {message}"):
        given(project)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no dbt project"):
        given(tmp_path)


def test_folders_come_from_options_then_the_environment_then_the_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = given(project)
    assert settings.raw_root == project / "seeds/raw"
    assert settings.warehouse.root == project / "warehouse"
    assert settings.actions_root == project / "warehouse/actions"

    monkeypatch.setenv("raw_root", "extracts")
    monkeypatch.setenv("WAREHOUSE_ROOT", "/data/wh")
    settings = given(project)
    assert settings.raw_root == project / "extracts"
    assert settings.actions_root == Path("/data/wh/actions")
    assert settings.environment()["DBT_PROFILES_DIR"] == str(project / "profiles")

    monkeypatch.chdir(project)
    settings = read_settings(project_dir=project, raw=Path("mine"), warehouse=Path("out"))
    assert settings.environment()["RAW_ROOT"] == str(project / "mine")
    assert settings.environment()["WAREHOUSE_ROOT"] == str(project / "out")


def test_versions_other_than_the_locked_ones_are_refused(tmp_path: Path) -> None:
    installed = installed_versions()
    check_versions(tmp_path, installed)
    lock = '[[package]]\nname = "duckdb"\nversion = "{}"\n'
    (tmp_path / "uv.lock").write_text(lock.format(installed["duckdb"]))
    check_versions(tmp_path, installed)
    (tmp_path / "uv.lock").write_text(lock.format("1.0.0"))
    with pytest.raises(RunError, match=r"duckdb .* \(locked: 1\.0\.0\).*make setup"):
        check_versions(tmp_path, installed)


def test_a_disk_that_cannot_hold_the_build_is_refused(tmp_path: Path) -> None:
    check_disk_space(Warehouse(tmp_path), 0)
    with pytest.raises(RunError, match="Too little space"):
        check_disk_space(Warehouse(tmp_path), 10**18)


def test_a_commit_says_when_files_differ_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_commit(tmp_path) is None
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init"], [*identity, "commit", "--allow-empty", "-m", "first"]):
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True)
    commit = git_commit(tmp_path)
    assert commit is not None and len(commit) == 40
    (tmp_path / "new").write_text("")
    assert git_commit(tmp_path) == f"{commit}-dirty"


def test_without_git_there_is_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*arguments: object) -> str:
        raise FileNotFoundError("git")

    monkeypatch.setattr(configuration, "_git", missing)
    assert git_commit(tmp_path) is None
