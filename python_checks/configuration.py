"""What a run is asked to do: folders, systems, vars; read and judged before anything is built."""

import json
import os
import platform
import shutil
import subprocess
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from python_checks.errors import RunError
from python_checks.warehouse import Warehouse

# Their versions decide what is computed or written; the lock holds the ones proven together.
PACKAGES_THAT_DECIDE = ("dbt-core", "dbt-duckdb", "duckdb", "polars")

# The build and the published file together take about as much as the raw text they come from.
SMALLEST_FREE_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class Settings:
    """One run's settings. Paths are absolute; `systems` says which are on after every switch."""

    project_dir: Path
    raw_root: Path
    actions_root: Path
    warehouse: Warehouse
    systems: Mapping[str, bool]
    variables: Mapping[str, Any]
    as_of_date: date | None
    full_refresh: bool

    @property
    def systems_on(self) -> list[str]:
        """Names of the systems that this run reads, in the order of vars.yml."""
        return [name for name, is_on in self.systems.items() if is_on]

    def environment(self) -> dict[str, str]:
        """What dbt and its models read from the environment: folders, and that gates decide."""
        return {
            "RAW_ROOT": str(self.raw_root),
            "WAREHOUSE_ROOT": str(self.warehouse.root),
            "ACTIONS_ROOT": str(self.actions_root),
            "DBT_PROFILES_DIR": str(
                self.project_dir / (os.environ.get("DBT_PROFILES_DIR") or "profiles")
            ),
            "DO_NOT_TRACK": "1",
            # Gates warn in a bare dbt build; here they decide the exit code.
            "GATE_SEVERITY": "error",
        }


def read_settings(
    *,
    project_dir: Path,
    raw: Path | None = None,
    warehouse: Path | None = None,
    systems: str | None = None,
    variables: str | None = None,
    as_of: str | None = None,
    full_refresh: bool = False,
) -> Settings:
    """The settings of a run, from its options, the environment and vars.yml, in that order.

    Options that are paths are relative to the current folder; paths from the environment are
    relative to the project, as they are for a bare `dbt build`. RunError when vars.yml or an
    option cannot be read, names a system that is unknown, or contradicts another option.
    """
    project_dir = project_dir.resolve()
    if not (project_dir / "dbt_project.yml").is_file():
        raise RunError(f"{project_dir} is no dbt project: it has no dbt_project.yml.")
    given = _read_variables(variables)
    configured = _read_vars_file(project_dir / "vars.yml") | given
    names = _switches(configured)

    if systems is not None:
        if "systems_on" in given or "systems_off" in given:
            raise RunError("--systems and --vars both switch systems; give one of them.")
        given |= _exactly(_names_in(systems), names)
    if as_of is not None:
        if "as_of_date" in given:
            raise RunError("--as-of and --vars both set as_of_date; give one of them.")
        given["as_of_date"] = as_of
    configured |= given

    warehouse_root = _folder(warehouse, ["WAREHOUSE_ROOT"], project_dir, "warehouse")
    return Settings(
        project_dir=project_dir,
        raw_root=_folder(raw, ["RAW_ROOT", "raw_root"], project_dir, "seeds/raw"),
        actions_root=_folder(
            None, ["ACTIONS_ROOT", "actions_root"], project_dir, str(warehouse_root / "actions")
        ),
        warehouse=Warehouse(warehouse_root),
        systems=_decide(configured, names),
        variables=given,
        as_of_date=_read_date(configured.get("as_of_date")),
        full_refresh=full_refresh,
    )


def installed_versions() -> dict[str, str]:
    """The versions that compute this run's numbers, by name."""
    return {"python": platform.python_version()} | {
        name: metadata.version(name) for name in PACKAGES_THAT_DECIDE
    }


def check_versions(project_dir: Path, installed: Mapping[str, str]) -> None:
    """RunError when an installed version is not the locked one (no uv.lock: nothing to compare)."""
    lock = project_dir / "uv.lock"
    if not lock.is_file():
        return
    locked = {
        package["name"]: package.get("version")
        for package in tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    }
    different = [
        f"{name} {installed[name]} (locked: {locked[name]})"
        for name in PACKAGES_THAT_DECIDE
        if name in locked and installed[name] != locked[name]
    ]
    if different:
        raise RunError(
            f"Installed versions differ from uv.lock: {', '.join(different)}."
            " `make setup` installs the locked ones."
        )


def check_disk_space(warehouse: Warehouse, raw_bytes: int) -> None:
    """RunError when the disk cannot hold a build and a published file of such an extract."""
    needed = SMALLEST_FREE_BYTES + 2 * raw_bytes
    free = shutil.disk_usage(warehouse.root).free
    if free < needed:
        raise RunError(
            f"Too little space for {warehouse.root}: {free / 1e9:.2f} GB are free,"
            f" {needed / 1e9:.2f} GB are needed for {raw_bytes / 1e9:.2f} GB of raw files."
        )


def git_commit(project_dir: Path) -> str | None:
    """The project's commit, with `-dirty` where files were changed since; None outside git."""
    try:
        commit = _git(project_dir, "rev-parse", "HEAD")
        changed = _git(project_dir, "status", "--porcelain")
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}-dirty" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=10,
    )
    return finished.stdout.strip()


def _read_variables(text: str | None) -> dict[str, Any]:
    if not text:
        return {}
    try:
        variables = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RunError(f"--vars is not YAML: {error}") from error
    if not isinstance(variables, dict):
        raise RunError(f"--vars must be a YAML mapping such as '{{systems_on: [flat]}}': {text!r}.")
    return variables


def _read_vars_file(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RunError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("vars"), dict):
        raise RunError(f"{path} must hold a mapping under `vars:`.")
    variables: dict[str, Any] = content["vars"]
    return variables


def _switches(variables: Mapping[str, Any]) -> dict[str, bool]:
    switches = variables.get("systems")
    if not isinstance(switches, dict) or not all(
        isinstance(name, str) and isinstance(is_on, bool) for name, is_on in switches.items()
    ):
        raise RunError(f"vars: `systems` must map names to true or false, not {switches!r}.")
    return switches


def _names_in(systems: str) -> list[str]:
    return [name.strip() for name in systems.split(",") if name.strip()]


def _exactly(wanted: Sequence[str], switches: Mapping[str, bool]) -> dict[str, list[str]]:
    """The vars under which exactly the wanted systems are on."""
    _refuse_unknown(wanted, switches, "--systems")
    return {
        "systems_on": list(wanted),
        "systems_off": [name for name in switches if name not in wanted],
    }


def _decide(variables: Mapping[str, Any], switches: Mapping[str, bool]) -> dict[str, bool]:
    """Which systems are on, by the one expression that dbt uses too."""
    on, off = (_names_of(variables, key) for key in ("systems_on", "systems_off"))
    _refuse_unknown(on, switches, "systems_on")
    _refuse_unknown(off, switches, "systems_off")
    feeds = variables.get("feeds") or {}
    if not isinstance(feeds, dict):
        raise RunError(f"vars: `feeds` must map entities to lists of systems, not {feeds!r}.")
    for entity in feeds:
        _refuse_unknown(_names_of(feeds, entity), switches, f"feeds of {entity}")
    return {
        name: name not in off and (name in on or is_on_by_default)
        for name, is_on_by_default in switches.items()
    }


def _names_of(variables: Mapping[str, Any], key: str) -> list[str]:
    names = variables.get(key) or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise RunError(f"vars: `{key}` must be a list of system names, not {names!r}.")
    return names


def _refuse_unknown(names: Sequence[str], known: Mapping[str, bool], where: str) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise RunError(
            f"{where} names {', '.join(unknown)}, which is no system of vars.yml."
            f" Known systems: {', '.join(known)}."
        )


def _read_date(value: object) -> date | None:
    if value is None or value == "":
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise RunError(f"as_of_date must be a date such as 2026-03-31, not {value!r}.") from error


def _folder(option: Path | None, variables: Sequence[str], project: Path, default: str) -> Path:
    if option is not None:
        return option.resolve()
    for name in variables:
        if os.environ.get(name):
            return (project / os.environ[name]).resolve()
    return (project / default).resolve()


def variables_as_text(variables: Mapping[str, Any]) -> str:
    """Vars as dbt's --vars takes them."""
    return json.dumps(variables, default=str)
