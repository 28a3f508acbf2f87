"""One folder is one system, and a switch takes all of it away.

Adding a system touches six places: its folder under models/staging, its switch in vars.yml, the
same switch in its source YAML and twice in dbt_project.yml, a raw sample under seeds/raw, and the
rows of the bus matrix (`feeds`) that it feeds, each with a mapping that has exactly the columns of
the canonical contract. `differences` compares them, so that none is forgotten.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from project_manifest import (
    REPOSITORY,
    Manifest,
    manifest_with_every_system,
    manifest_without_systems,
    staged_columns,
    systems_of_vars,
)

# --- the law ----------------------------------------------------------------------------------

# The one expression that decides whether a system is on. The macro is_system_on has it as well;
# where dbt reads a switch before macros exist, it is written out with the system's name in it.
SWITCH = "name not in var('systems_off') and (name in var('systems_on') or var('systems').get(name, false))"  # noqa: E501


@dataclass(frozen=True)
class Places:
    """What each place says about the systems. Expressions are those of `enabled`, by system."""

    folders: frozenset[str]
    switches: frozenset[str]
    samples: frozenset[str]
    source_switches: Mapping[str, str]
    model_switches: Mapping[str, str]
    test_switches: Mapping[str, str]
    macro: str
    # Entity -> the systems that feed it, and entity -> the columns of its contract.
    feeds: Mapping[str, frozenset[str]]
    contracts: Mapping[str, tuple[str, ...]]
    # (system, entity) -> the columns that its mapping delivers.
    mappings: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)


def differences(places: Places) -> list[str]:
    """Every system, switch, feed or column that one place has and another one lacks, sorted."""
    return sorted([*_places_apart(places), *_switches_apart(places), *_feeds_apart(places)])


def _places_apart(places: Places) -> list[str]:
    named = {
        "folder under models/staging": places.folders,
        "switch in vars.yml": places.switches,
        "sample under seeds/raw": places.samples,
        "source": frozenset(places.source_switches),
        "entry under models in dbt_project.yml": frozenset(places.model_switches),
        "entry under data_tests in dbt_project.yml": frozenset(places.test_switches),
    }
    systems = frozenset[str]().union(*named.values())
    return [
        f"{system} has no {place}" for place, found in named.items() for system in systems - found
    ]


def _switches_apart(places: Places) -> list[str]:
    written = {
        "its source": places.source_switches,
        "models in dbt_project.yml": places.model_switches,
        "data_tests in dbt_project.yml": places.test_switches,
    }
    apart = [
        f"{system}: the switch of {place} is another expression"
        for place, switches in written.items()
        for system, expression in switches.items()
        if not _is_switch_of(system, expression)
    ]
    if SWITCH not in " ".join(places.macro.split()):
        apart.append("the macro is_system_on is another expression")
    return apart


def _is_switch_of(system: str, expression: str) -> bool:
    """Whether an `enabled` is the switch of a system, however it is laid out."""
    in_braces = re.fullmatch(r"\{\{(.*)\}\}", expression.strip(), re.DOTALL)
    written = in_braces.group(1) if in_braces else ""
    return " ".join(written.split()) == SWITCH.replace("name", repr(system))


def _feeds_apart(places: Places) -> list[str]:
    apart = [
        f"{entity} is fed and has no cdm_ model"
        for entity in places.feeds.keys() - places.contracts.keys()
    ]
    apart += [
        f"{entity} has no row in feeds" for entity in places.contracts.keys() - places.feeds.keys()
    ]

    fed = {(system, entity) for entity, systems in places.feeds.items() for system in systems}
    apart += [
        f"{system} feeds {entity} and has no map_ model"
        for system, entity in fed - places.mappings.keys()
    ]
    apart += [
        f"map_{system}__{entity} is in no row of feeds"
        for system, entity in places.mappings.keys() - fed
    ]

    for (system, entity), delivered in places.mappings.items():
        contract = places.contracts.get(entity)
        if contract is not None:
            apart += [
                f"map_{system}__{entity} lacks {name}" for name in set(contract) - set(delivered)
            ]
            apart += [
                f"map_{system}__{entity} has {name}, no column of the contract"
                for name in set(delivered) - set(contract)
            ]
    return apart


# --- the real project -------------------------------------------------------------------------


def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def _folders(parent: Path) -> frozenset[str]:
    """Folders that hold at least one file; git knows no empty ones."""
    return frozenset(
        folder.name
        for folder in parent.iterdir()
        if folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
    )


def _source_switches() -> dict[str, str]:
    """Of every raw source: its `enabled`, as text; empty where it has none."""
    return {
        source["name"].removeprefix("raw_"): str(source.get("config", {}).get("enabled", ""))
        for file in sorted((REPOSITORY / "models" / "staging").glob("*/_*.yml"))
        for source in _yaml(file).get("sources", [])
    }


def _project_switches(section: dict[str, Any]) -> dict[str, str]:
    """Of every entry that is no configuration (+…) itself: its `+enabled`, as text."""
    return {
        name: str(entry.get("+enabled", ""))
        for name, entry in section.items()
        if not name.startswith("+")
    }


@pytest.fixture(scope="module")
def every_system(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return manifest_with_every_system(tmp_path_factory)


@pytest.fixture(scope="module")
def real(every_system: Manifest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    project = _yaml(REPOSITORY / "dbt_project.yml")
    variables = _yaml(REPOSITORY / "vars.yml")["vars"]
    views = staged_columns(tmp_path_factory)
    models = [node for node in every_system["nodes"].values() if node["resource_type"] == "model"]
    mappings = [model["name"] for model in models if model["name"].startswith("map_")]
    return Places(
        folders=_folders(REPOSITORY / "models" / "staging"),
        switches=frozenset(variables["systems"]),
        samples=_folders(REPOSITORY / "seeds" / "raw"),
        source_switches=_source_switches(),
        model_switches=_project_switches(project["models"]["billing"]["staging"]),
        test_switches=_project_switches(project["data_tests"]["billing"]),
        macro=(REPOSITORY / "macros" / "systems" / "is_system_on.sql").read_text(encoding="utf-8"),
        feeds={entity: frozenset(systems) for entity, systems in variables["feeds"].items()},
        contracts={
            model["name"].removeprefix("cdm_"): tuple(model["columns"])
            for model in models
            if model["name"].startswith("cdm_")
        },
        mappings={_system_and_entity(mapping): tuple(views[mapping]) for mapping in mappings},
    )


def _system_and_entity(mapping: str) -> tuple[str, str]:
    system, _, entity = mapping.removeprefix("map_").partition("__")
    return system, entity


def test_the_places_of_the_project_agree(real: Places) -> None:
    assert differences(real) == []


def test_a_system_that_is_on_leaves_nothing_out(every_system: Manifest) -> None:
    disabled = [node for nodes in every_system["disabled"].values() for node in nodes]
    assert [node["unique_id"] for node in disabled if _is_of_a_system(node)] == []


def test_a_system_that_is_off_leaves_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    manifest = manifest_without_systems(tmp_path_factory)
    left = [
        node["unique_id"]
        for section in ("nodes", "sources", "unit_tests")
        for node in manifest[section].values()
        # dbt lists generic tests of disabled models among the nodes, disabled.
        if _is_of_a_system(node) and node["config"]["enabled"]
    ]
    assert left == []


def _is_of_a_system(node: dict[str, Any]) -> bool:
    """Whether a node lies in the folder of a system, of models or of singular tests."""
    return str(node["original_file_path"]).startswith(
        tuple(
            f"{folder}/{system}/"
            for folder in ("models/staging", "tests")
            for system in systems_of_vars()
        )
    )


def test_a_canonical_table_without_feeds_is_still_built(
    every_system: Manifest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    manifest = manifest_without_systems(tmp_path_factory)
    kept = {name for name in every_system["nodes"] if name.startswith("model.billing.cdm_")}
    assert kept
    assert kept <= manifest["nodes"].keys()


# --- planted differences ----------------------------------------------------------------------


def _switch(system: str) -> str:
    return f"{{{{ {SWITCH.replace('name', repr(system))} }}}}"


AGREED = Places(
    folders=frozenset({"shop", "till"}),
    switches=frozenset({"shop", "till"}),
    samples=frozenset({"shop", "till"}),
    source_switches={"shop": _switch("shop"), "till": _switch("till")},
    model_switches={"shop": _switch("shop"), "till": _switch("till")},
    test_switches={"shop": _switch("shop"), "till": _switch("till")},
    macro=f"{{{{ return({SWITCH}) }}}}",
    feeds={"orders": frozenset({"shop", "till"}), "returns": frozenset({"shop"})},
    contracts={"orders": ("order_id", "total_amount"), "returns": ("return_id",)},
    mappings={
        ("shop", "orders"): ("order_id", "total_amount"),
        ("till", "orders"): ("total_amount", "order_id"),
        ("shop", "returns"): ("return_id",),
    },
)
OTHER = _switch("shop").replace("false", "true")


def _without(mapping: Mapping[str, str], system: str) -> dict[str, str]:
    return {name: value for name, value in mapping.items() if name != system}


def _mapped(system: str, entity: str, *columns: str) -> Places:
    return replace(AGREED, mappings={**AGREED.mappings, (system, entity): columns})


DIFFERENCES: dict[str, tuple[Places, list[str]]] = {
    "no folder": (
        replace(AGREED, folders=frozenset({"shop"})),
        ["till has no folder under models/staging"],
    ),
    "no switch": (
        replace(AGREED, switches=frozenset({"till"})),
        ["shop has no switch in vars.yml"],
    ),
    "no sample": (
        replace(AGREED, samples=frozenset({"shop"})),
        ["till has no sample under seeds/raw"],
    ),
    "no source": (
        replace(AGREED, source_switches=_without(AGREED.source_switches, "till")),
        ["till has no source"],
    ),
    "no entry under models": (
        replace(AGREED, model_switches=_without(AGREED.model_switches, "shop")),
        ["shop has no entry under models in dbt_project.yml"],
    ),
    "no entry under data_tests": (
        replace(AGREED, test_switches=_without(AGREED.test_switches, "shop")),
        ["shop has no entry under data_tests in dbt_project.yml"],
    ),
    "a folder without anything else": (
        replace(AGREED, folders=AGREED.folders | {"desk"}),
        [
            "desk has no entry under data_tests in dbt_project.yml",
            "desk has no entry under models in dbt_project.yml",
            "desk has no sample under seeds/raw",
            "desk has no source",
            "desk has no switch in vars.yml",
        ],
    ),
    "a source that another expression switches": (
        replace(AGREED, source_switches={**AGREED.source_switches, "shop": OTHER}),
        ["shop: the switch of its source is another expression"],
    ),
    "a source that is always on": (
        replace(AGREED, source_switches={**AGREED.source_switches, "shop": ""}),
        ["shop: the switch of its source is another expression"],
    ),
    "a source whose switch is no expression": (
        replace(AGREED, source_switches={**AGREED.source_switches, "shop": _switch("shop")[2:-2]}),
        ["shop: the switch of its source is another expression"],
    ),
    "models that the switch of another system decides": (
        replace(AGREED, model_switches={**AGREED.model_switches, "till": _switch("shop")}),
        ["till: the switch of models in dbt_project.yml is another expression"],
    ),
    "tests that another expression switches": (
        replace(AGREED, test_switches={**AGREED.test_switches, "shop": OTHER}),
        ["shop: the switch of data_tests in dbt_project.yml is another expression"],
    ),
    "a macro with another expression": (
        replace(AGREED, macro="{{ return(name in var('systems_on')) }}"),
        ["the macro is_system_on is another expression"],
    ),
    "a feed without a mapping": (
        replace(AGREED, feeds={**AGREED.feeds, "returns": frozenset({"shop", "till"})}),
        ["till feeds returns and has no map_ model"],
    ),
    "a mapping that feeds nothing": (
        _mapped("till", "returns", "return_id"),
        ["map_till__returns is in no row of feeds"],
    ),
    "a feed without a canonical table": (
        replace(AGREED, feeds={**AGREED.feeds, "visits": frozenset()}),
        ["visits is fed and has no cdm_ model"],
    ),
    "a canonical table without a row in feeds": (
        replace(AGREED, contracts={**AGREED.contracts, "visits": ("visit_id",)}),
        ["visits has no row in feeds"],
    ),
    "a mapping that lacks a column": (
        _mapped("shop", "orders", "order_id"),
        ["map_shop__orders lacks total_amount"],
    ),
    "a mapping with a surplus column": (
        _mapped("shop", "orders", "order_id", "total_amount", "shop_code"),
        ["map_shop__orders has shop_code, no column of the contract"],
    ),
    "a mapping that misspells a column": (
        _mapped("shop", "orders", "order_id", "total_amuont"),
        [
            "map_shop__orders has total_amuont, no column of the contract",
            "map_shop__orders lacks total_amount",
        ],
    ),
}


def test_places_that_agree_have_no_differences() -> None:
    assert differences(AGREED) == []


@pytest.mark.parametrize(("places", "news"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_a_planted_difference_is_reported(places: Places, news: list[str]) -> None:
    assert differences(places) == news


@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.replace(" and ", "\n    and "),
        lambda text: text.replace("{{ ", "{{").replace(" }}", "}}"),
    ],
    ids=["over two lines", "without blanks in the braces"],
)
def test_the_layout_of_a_switch_is_free(write: Callable[[str], str]) -> None:
    switches = {system: write(text) for system, text in AGREED.source_switches.items()}
    assert differences(replace(AGREED, source_switches=switches)) == []
