"""The layer law: arrows go right only, and a name says where a model stands.

`broken_laws` reads dbt's manifest and says each violation in one line. The real project has none.
Every law is proven by planting one violation in a copy of the real manifest and asking for exactly
that one back; what is allowed is planted, too, and must stay silent.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from project_manifest import Manifest, manifest_with_every_system

Node = dict[str, Any]
NewsOf = Callable[[Manifest], list[str]]

# --- the law ----------------------------------------------------------------------------------

SHARED_CORE = frozenset({"bridge", "dim", "fct"})
CORE = SHARED_CORE | {"int"}

# Marts may read the marts of earlier stages, and their own folder. Control findings
# (marts/controls/findings) feed the exceptions; the other controls report on them.
MART_STAGES = (
    ("reconciliation",),
    ("receivables", "disputes", "revenue", "findings"),
    ("exceptions",),
    ("controls",),
    ("kpi",),
)
# Who may read what the Polars checks wrote: everything else is built before they run.
READERS_OF_CHECKS = frozenset({"findings", "exceptions", "controls", "kpi"})


def _marts_may_read() -> dict[str, frozenset[str]]:
    allowed: dict[str, frozenset[str]] = {}
    earlier = SHARED_CORE | {"seed"}
    for stage in MART_STAGES:
        for mart in stage:
            allowed[mart] = earlier | {mart}
            allowed[mart] |= {"checks"} if mart in READERS_OF_CHECKS else set()
            allowed[mart] |= set() if mart == "kpi" else {"state", "actions"}
        earlier |= set(stage)
    return allowed


MAY_READ: dict[str, frozenset[str]] = {
    "stg": frozenset({"raw", "seed"}),
    "map": frozenset({"stg", "landing", "seed"}),
    "cdm": frozenset({"map"}),
    "int": CORE | {"cdm", "seed", "state"},
    "bridge": CORE | {"cdm", "seed"},
    "dim": CORE | {"cdm", "seed"},
    "fct": CORE | {"cdm", "seed"},
    **_marts_may_read(),
}

# Row accounting counts at both ends: this mapping reads its system's raw tables beside staging.
COUNTS_RAW_ROWS = "raw_counts"

# How far right each layer stands, for tests: they touch their own layer or what is left of it.
POSITIONS = {
    layer: position
    for position, layers in enumerate(
        (
            {"seed"},
            {"raw", "landing", "actions"},
            {"stg"},
            {"map"},
            {"cdm"},
            CORE | {"state"},
            *map(set, MART_STAGES[:2]),
            {"checks", *MART_STAGES[2]},
            *map(set, MART_STAGES[3:]),
        )
    )
    for layer in layers
}
# Folders of singular tests: the layer furthest right that they may touch, and their dbt group.
TEST_FOLDERS: dict[str, tuple[str, str | None]] = {
    "reference": ("seed", None),
    "staging": ("map", "ingestion"),
    "canonical": ("cdm", "ingestion"),
    "core": ("fct", "core"),
    **{mart: (mart, "marts") for stage in MART_STAGES for mart in stage},
    "marts": ("controls", "marts"),
    "kpi": ("kpi", "kpi"),
    "gates": ("kpi", "marts"),
}

# Folder of models -> what its models are called. `int_` models are steps of their folder.
PREFIXES = {
    "canonical": ("cdm_",),
    "identity": ("int_", "bridge_"),
    "dimensions": ("int_", "dim_"),
    "facts": ("int_", "fct_"),
}
# In marts, which otherwise have plain nouns: a prefix that belongs to another folder.
TAKEN_PREFIXES = {
    **dict.fromkeys(("stg_", "map_", "cdm_", "bridge_", "dim_", "fct_"), ""),
    "recon_": "reconciliation",
    "kpi_": "kpi",
}

# Systems whose names are words of the field as well: their names alone say nothing.
ORDINARY_WORDS = frozenset({"bank", "flat", "ops"})


def layer_of(node: Node) -> str | None:
    """The layer that a model, seed or source stands in; None where its place is no layer's."""
    kind, name = node["resource_type"], node["name"]
    if kind == "seed":
        return "seed"
    if kind == "source":
        source = node["source_name"]
        if source.startswith("raw_"):
            return "raw"
        return source if source in ("landing", "state", "checks", "actions") else None
    folder = node["fqn"][1:-1]
    prefix: str = name.partition("_")[0]
    match folder:
        case ["staging", _] if prefix in ("stg", "map"):
            return prefix
        case ["canonical"]:
            return "cdm"
        case ["core", _] if prefix in CORE:
            return prefix
        case ["marts", "controls", "findings"]:
            return "findings"
        # A mart of many steps has a folder for each stretch of them.
        case ["marts", mart, *steps] if len(steps) < 2 and any(mart in s for s in MART_STAGES):
            return str(mart)
    return None


def broken_laws(manifest: Manifest) -> list[str]:
    """Every violation in a manifest in which all systems are on, sorted."""
    return sorted(
        [
            *forbidden_arrows(manifest),
            *wrong_names(manifest),
            *vendors_after_mapping(manifest),
            *wrong_access(manifest),
            *out_of_place_tests(manifest),
            *private_readers(manifest),
        ]
    )


def forbidden_arrows(manifest: Manifest) -> Iterator[str]:
    """Models that read a layer, a system or an entity that they may not."""
    nodes = _nodes(manifest)
    for reader in _models(manifest):
        layer = layer_of(reader)
        if layer is None:
            continue
        may_read = MAY_READ[layer]
        if layer == "map" and _thing(reader) == COUNTS_RAW_ROWS:
            may_read |= {"raw"}
        for read in (nodes[unique_id] for unique_id in reader["depends_on"]["nodes"]):
            if layer_of(read) not in may_read:
                yield f"{reader['name']} ({layer}) reads {_label(read)} ({layer_of(read)})"
            elif layer in ("stg", "map") and _system(read) not in (None, _system(reader)):
                yield f"{reader['name']} reads {_label(read)} of another system"
            elif layer == "cdm" and _thing(read) != _thing(reader):
                yield f"{reader['name']} reads {_label(read)} of another entity"


def wrong_names(manifest: Manifest) -> Iterator[str]:
    """Models whose folder is no layer's, or whose name belongs to another folder."""
    for model in _models(manifest):
        name, folder = model["name"], model["fqn"][1:-1]
        if re.search(r"_v\d+$", name):
            yield f"{name}: a version is no part of a name"
        if folder[:1] == ["staging"] and len(folder) == 2:
            if not re.fullmatch(rf"(stg|map)_{folder[1]}__[a-z0-9_]+", name):
                yield f"{name} is not named as folder staging/{folder[1]} wants"
        elif folder[:1] == ["marts"] and layer_of(model):
            for prefix, home in TAKEN_PREFIXES.items():
                if name.startswith(prefix) and home not in folder:
                    yield f"{name} is not named as folder marts/{folder[1]} wants"
        elif folder == ["canonical"] or (folder[:1] == ["core"] and folder[-1] in PREFIXES):
            if not name.startswith(PREFIXES[folder[-1]]):
                yield f"{name} is not named as folder {'/'.join(folder)} wants"
        else:
            yield f"{name}: folder {'/'.join(folder)} is no layer's"


def vendors_after_mapping(manifest: Manifest) -> Iterator[str]:
    """Models after mapping that name a vendor, or compare source_system with a literal."""
    vendors = sorted(_systems(manifest) - ORDINARY_WORDS)
    vendor = re.compile(rf"(?<![a-z])({'|'.join(map(re.escape, vendors))})(?![a-z])", re.I)
    literal = re.compile(r"\bsource_system\s*(=|<>|!=|(not\s+)?in\b)\s*\(?\s*'", re.I)
    for model in _models(manifest):
        if layer_of(model) in (None, "stg", "map"):
            continue
        for found in vendor.findall(f"{model['name']} {model['raw_code']}")[:1]:
            yield f"{model['name']} names the vendor {found.lower()}"
        if literal.search(model["raw_code"]):
            yield f"{model['name']} compares source_system with a literal"


def wrong_access(manifest: Manifest) -> Iterator[str]:
    """Models that are more or less public than their layer, or in another group or schema."""
    for model in _models(manifest):
        layer, name = layer_of(model), model["name"]
        if layer is None:
            continue
        is_private = layer in ("stg", "map") or name.startswith("int_")
        access = "private" if is_private else "protected" if layer == "cdm" else "public"
        if model["access"] != access:
            yield f"{name} is {model['access']} and should be {access}"

        if layer in ("stg", "map", "cdm"):
            group, schema = "ingestion", "canonical" if layer == "cdm" else "staging"
        else:
            group = schema = "core" if layer in CORE else "kpi" if layer == "kpi" else "marts"
            schema += "_private" if is_private else ""
        if model["group"] != group:
            yield f"{name} is in group {model['group']} and should be in {group}"
        if model["schema"] != schema:
            yield f"{name} is in schema {model['schema']} and should be in {schema}"


def out_of_place_tests(manifest: Manifest) -> Iterator[str]:
    """Tests that touch what lies right of their layer, or a vendor's that touch other models."""
    nodes = _nodes(manifest)
    systems = _systems(manifest)
    for test in manifest["nodes"].values():
        if test["resource_type"] != "test":
            continue
        touched = [nodes[unique_id] for unique_id in test["depends_on"]["nodes"]]
        if "test_metadata" in test:
            # A generic test stands where the model or source it is attached to stands.
            home = nodes[test["attached_node"]] if test["attached_node"] else touched[0]
            limit, system = layer_of(home), _system(home)
        else:
            folder = test["original_file_path"].split("/")[1]
            system = folder if folder in systems else None
            limit, group = ("map", "ingestion") if system else TEST_FOLDERS.get(folder, ("", None))
            if not limit:
                yield f"{test['name']}: tests/{folder} is neither a layer nor a system"
            elif test["group"] != group:
                yield f"{test['name']} is in group {test['group']} and should be in {group}"
        if limit not in POSITIONS:
            continue
        for node in touched:
            layer = layer_of(node)
            if layer is not None and POSITIONS[layer] > POSITIONS[limit]:
                yield f"{test['name']} touches {_label(node)}, right of its layer"
            elif system and _system(node) != system and layer not in ("seed", "landing"):
                yield f"{test['name']} touches {_label(node)}, not of its system"
    for test in manifest["unit_tests"].values():
        model = nodes[test["depends_on"]["nodes"][0]]
        if layer_of(model) == "cdm":
            yield f"{test['name']}: the canonical model has no logic to test"
        if (
            test["original_file_path"].split("/")[:-1]
            != model["original_file_path"].split("/")[:-1]
        ):
            yield f"{test['name']} does not lie in the folder of {model['name']}"


def private_readers(manifest: Manifest) -> Iterator[str]:
    """Exposures, analyses and semantic models that name anything but cdm_ and public models."""
    nodes = _nodes(manifest)
    analyses = [node for node in manifest["nodes"].values() if node["resource_type"] == "analysis"]
    for reader in [
        *analyses,
        *manifest["exposures"].values(),
        *manifest["semantic_models"].values(),
    ]:
        for node in (nodes[unique_id] for unique_id in reader["depends_on"]["nodes"]):
            layer = layer_of(node)
            if layer not in ("seed", "cdm") and node.get("access") != "public":
                yield f"{reader['resource_type']} {reader['name']} names {_label(node)} ({layer})"


def _nodes(manifest: Manifest) -> dict[str, Node]:
    return {**manifest["nodes"], **manifest["sources"]}


def _models(manifest: Manifest) -> Iterable[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _system(node: Node) -> str | None:
    """The system whose folder or raw source it is."""
    if node["resource_type"] == "source":
        name = str(node["source_name"])
        return name.removeprefix("raw_") if name.startswith("raw_") else None
    folder = node["fqn"][1:-1]
    return str(folder[1]) if node["resource_type"] == "model" and folder[0] == "staging" else None


def _systems(manifest: Manifest) -> set[str]:
    """The systems that have a folder of staging models."""
    return {system for model in _models(manifest) if (system := _system(model))}


def _thing(model: Node) -> str:
    """The entity of a map_ or cdm_ model."""
    return str(model["name"]).removeprefix("cdm_").rpartition("__")[2]


def _label(node: Node) -> str:
    source = f"{node['source_name']}." if node["resource_type"] == "source" else ""
    return f"{source}{node['name']}"


# --- the real project -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return manifest_with_every_system(tmp_path_factory)


def test_the_project_breaks_no_law(real: Manifest) -> None:
    assert broken_laws(real) == []


# --- planted violations -----------------------------------------------------------------------

VENDOR, OTHER_VENDOR = "stripe", "netsuite"

# One lawful reader and one more model for it to read, per layer.
FOLDERS = {
    "stg": f"staging/{VENDOR}",
    "map": f"staging/{VENDOR}",
    "cdm": "canonical",
    "int": "core/identity",
    "bridge": "core/identity",
    "dim": "core/dimensions",
    "fct": "core/facts",
    "reconciliation": "marts/reconciliation",
    "receivables": "marts/receivables",
    "disputes": "marts/disputes",
    "revenue": "marts/revenue",
    "findings": "marts/controls/findings",
    "exceptions": "marts/exceptions",
    "controls": "marts/controls",
    "kpi": "marts/kpi",
}
READERS = {
    "stg": f"stg_{VENDOR}__reading",
    "map": f"map_{VENDOR}__readings",
    "cdm": "cdm_things",
    "int": "int_things_read",
    "bridge": "bridge_readings",
    "dim": "dim_readings",
    "fct": "fct_readings",
    "reconciliation": "recon_readings",
    "receivables": "receivables_readings",
    "disputes": "disputes_readings",
    "revenue": "revenue_readings",
    "findings": "findings_readings",
    "exceptions": "exceptions_readings",
    "controls": "controls_readings",
    "kpi": "kpi_readings",
}
READ = {
    "stg": f"stg_{VENDOR}__thing",
    # The entity of the reader cdm_things: a canonical entity reads its own feeds only.
    "map": f"map_{VENDOR}__things",
    "cdm": "cdm_other_things",
    "int": "int_other_things_read",
    "bridge": "bridge_things",
    "dim": "dim_things",
    "fct": "fct_things",
    "reconciliation": "recon_things",
    "receivables": "receivables_things",
    "disputes": "disputes_things",
    "revenue": "revenue_things",
    "findings": "findings_things",
    "exceptions": "exceptions_things",
    "controls": "controls_things",
    "kpi": "kpi_things",
}
SOURCES = {
    "raw": (f"raw_{VENDOR}", "thing"),
    "landing": ("landing", "things"),
    "state": ("state", "things"),
    "actions": ("actions", "things"),
    "checks": ("checks", "things"),
}

# The law once more, written out by hand: + is allowed, . is not. Columns: what is read.
ARROWS = """
                seed raw landing actions stg map cdm state int bridge dim fct reconciliation receivables disputes revenue findings checks exceptions controls kpi
stg             +    +   .       .       .   .   .   .     .   .      .   .   .              .           .        .       .        .      .          .        .
map             +    .   +       .       +   .   .   .     .   .      .   .   .              .           .        .       .        .      .          .        .
cdm             .    .   .       .       .   +   .   .     .   .      .   .   .              .           .        .       .        .      .          .        .
int             +    .   .       .       .   .   +   +     +   +      +   +   .              .           .        .       .        .      .          .        .
bridge          +    .   .       .       .   .   +   .     +   +      +   +   .              .           .        .       .        .      .          .        .
dim             +    .   .       .       .   .   +   .     +   +      +   +   .              .           .        .       .        .      .          .        .
fct             +    .   .       .       .   .   +   .     +   +      +   +   .              .           .        .       .        .      .          .        .
reconciliation  +    .   .       +       .   .   .   +     .   +      +   +   +              .           .        .       .        .      .          .        .
receivables     +    .   .       +       .   .   .   +     .   +      +   +   +              +           .        .       .        .      .          .        .
disputes        +    .   .       +       .   .   .   +     .   +      +   +   +              .           +        .       .        .      .          .        .
revenue         +    .   .       +       .   .   .   +     .   +      +   +   +              .           .        +       .        .      .          .        .
findings        +    .   .       +       .   .   .   +     .   +      +   +   +              .           .        .       +        +      .          .        .
exceptions      +    .   .       +       .   .   .   +     .   +      +   +   +              +           +        +       +        +      +          .        .
controls        +    .   .       +       .   .   .   +     .   +      +   +   +              +           +        +       +        +      +          +        .
kpi             +    .   .       .       .   .   .   .     .   +      +   +   +              +           +        +       +        +      +          +        +
"""  # noqa: E501


def _arrows() -> Iterator[tuple[str, str, bool]]:
    """Reader, what it reads, and whether it may."""
    header, *rows = (line.split() for line in ARROWS.strip().splitlines())
    for reader, *cells in rows:
        for read, cell in zip(header, cells, strict=True):
            yield reader, read, cell == "+"


def test_every_pair_of_layers_is_ruled() -> None:
    ruled = {(reader, read) for reader, read, _ in _arrows()}
    assert ruled == {(reader, read) for reader in MAY_READ for read in POSITIONS}


@pytest.fixture(scope="module")
def news_of(lawful: Manifest) -> NewsOf:
    """What the law says about a planted manifest and not about the lawful one."""
    known = broken_laws(lawful)
    return lambda planted: [news for news in broken_laws(planted) if news not in known]


@pytest.fixture(scope="module")
def lawful(real: Manifest) -> Manifest:
    """The real manifest with one reader and one more model in every layer."""
    manifest = {**real, "nodes": dict(real["nodes"]), "sources": dict(real["sources"])}
    template = next(iter(_models(real)))
    for names in (READERS, READ):
        for layer, name in names.items():
            node = _model(template, name, FOLDERS[layer])
            manifest["nodes"][node["unique_id"]] = node
    seed = next(node for node in real["nodes"].values() if node["resource_type"] == "seed")
    manifest["nodes"]["seed.billing.things"] = {
        **deepcopy(seed),
        "unique_id": "seed.billing.things",
        "name": "things",
    }
    source = next(iter(real["sources"].values()))
    for source_name, name in [*SOURCES.values(), (f"raw_{OTHER_VENDOR}", "thing")]:
        unique_id = f"source.billing.{source_name}.{name}"
        manifest["sources"][unique_id] = {
            **deepcopy(source),
            "unique_id": unique_id,
            "source_name": source_name,
            "name": name,
        }
    return manifest


def _model(template: Node, name: str, folder: str) -> Node:
    """A model like `template` in another place, with the access, group and schema of the place."""
    steps = folder.split("/")
    is_private = steps[0] == "staging" or name.startswith("int_")
    group = {"staging": "ingestion", "canonical": "ingestion"}.get(steps[0], steps[0])
    group = "kpi" if steps[-1] == "kpi" else group
    schema = steps[0] if group == "ingestion" else f"{group}_private" if is_private else group
    access = "private" if is_private else "protected" if steps[0] == "canonical" else "public"
    return {
        **deepcopy(template),
        "unique_id": f"model.billing.{name}",
        "name": name,
        "fqn": ["billing", *steps, name],
        "original_file_path": f"models/{folder}/{name}.sql",
        "access": access,
        "group": group,
        "schema": schema,
        "raw_code": "select 1 as thing",
        "depends_on": {"macros": [], "nodes": []},
    }


def _id(layer: str) -> str:
    """The dbt id of what is read in a layer."""
    if layer == "seed":
        return "seed.billing.things"
    if layer in SOURCES:
        return "source.billing." + ".".join(SOURCES[layer])
    return f"model.billing.{READ[layer]}"


def _changed(lawful: Manifest, unique_id: str, **changes: object) -> Manifest:
    """A copy in which one node differs."""
    node = {**lawful["nodes"][unique_id], **changes}
    return {**lawful, "nodes": {**lawful["nodes"], unique_id: node}}


def _reading(lawful: Manifest, reader: str, *read: str) -> Manifest:
    """A copy in which one model reads the nodes with these ids."""
    return _changed(lawful, f"model.billing.{reader}", depends_on={"macros": [], "nodes": read})


def test_the_models_to_plant_in_break_no_law(real: Manifest, lawful: Manifest) -> None:
    assert broken_laws(lawful) == broken_laws(real)


@pytest.mark.parametrize(
    ("reader", "read"),
    [(reader, read) for reader, read, is_allowed in _arrows() if not is_allowed],
    ids=[f"{reader} reads {read}" for reader, read, is_allowed in _arrows() if not is_allowed],
)
def test_a_forbidden_arrow_is_reported(
    lawful: Manifest, news_of: NewsOf, reader: str, read: str
) -> None:
    target = _id(read)
    label = target.split(".", 2)[2]
    news = news_of(_reading(lawful, READERS[reader], target))
    assert news == [f"{READERS[reader]} ({reader}) reads {label} ({read})"]


@pytest.mark.parametrize("reader", READERS)
def test_allowed_arrows_are_silent(lawful: Manifest, news_of: NewsOf, reader: str) -> None:
    allowed = [_id(read) for name, read, is_allowed in _arrows() if is_allowed and name == reader]
    assert news_of(_reading(lawful, READERS[reader], *allowed)) == []


# Each plants one violation in a lawful manifest; the text is what the law has to say about it.
Plant = Callable[[Manifest], Manifest]


def _with_model(name: str, folder: str, *read: str, **changes: object) -> Plant:
    """Adds a model, lawful in its folder but for the changes."""

    def plant(lawful: Manifest) -> Manifest:
        template = lawful["nodes"][_id("fct")]
        depends_on = {"macros": [], "nodes": list(read)}
        node = {**_model(template, name, folder), "depends_on": depends_on, **changes}
        return {**lawful, "nodes": {**lawful["nodes"], node["unique_id"]: node}}

    return plant


def _with_test(path: str, group: str | None, *touched: str) -> Plant:
    """Adds a singular test at tests/<path>.sql."""

    def plant(lawful: Manifest) -> Manifest:
        test = {
            "resource_type": "test",
            "name": path.rpartition("/")[2],
            "original_file_path": f"tests/{path}.sql",
            "group": group,
            "depends_on": {"macros": [], "nodes": list(touched)},
        }
        return {**lawful, "nodes": {**lawful["nodes"], "test.billing.planted": test}}

    return plant


def _with_generic_test(attached_to: str, *touched: str) -> Plant:
    """Adds a generic test to a model, as `relationships` is one."""

    def plant(lawful: Manifest) -> Manifest:
        test = {
            "resource_type": "test",
            "name": "relationships_things",
            "test_metadata": {"name": "relationships"},
            "attached_node": attached_to,
            "depends_on": {"macros": [], "nodes": [*touched, attached_to]},
        }
        return {**lawful, "nodes": {**lawful["nodes"], "test.billing.planted": test}}

    return plant


def _with_unit_test(model: str, folder: str) -> Plant:
    def plant(lawful: Manifest) -> Manifest:
        test = {
            "name": "a_thing_is_read",
            "original_file_path": f"models/{folder}/_things.yml",
            "depends_on": {"macros": [], "nodes": [model]},
        }
        return {**lawful, "unit_tests": {**lawful["unit_tests"], "unit_test.planted": test}}

    return plant


def _with_reader(section: str, kind: str, *read: str) -> Plant:
    """Adds an exposure, an analysis or a semantic model."""

    def plant(lawful: Manifest) -> Manifest:
        reader = {
            "resource_type": kind,
            "name": "things_shown",
            "depends_on": {"macros": [], "nodes": list(read)},
        }
        return {**lawful, section: {**lawful[section], f"{kind}.billing.planted": reader}}

    return plant


STRAY_TABLE = f"source.billing.raw_{OTHER_VENDOR}.thing"

VIOLATIONS: dict[str, tuple[Plant, str]] = {
    # whose rows a layer reads
    "staging reads a raw table of another system": (
        _with_model(f"stg_{VENDOR}__planted", FOLDERS["stg"], STRAY_TABLE),
        f"stg_{VENDOR}__planted reads raw_{OTHER_VENDOR}.thing of another system",
    ),
    "a mapping reads staging of another system": (
        _with_model(f"map_{OTHER_VENDOR}__things", f"staging/{OTHER_VENDOR}", _id("stg")),
        f"map_{OTHER_VENDOR}__things reads {READ['stg']} of another system",
    ),
    "row accounting reads a raw table of another system": (
        _with_model(f"map_{VENDOR}__raw_counts", FOLDERS["map"], STRAY_TABLE),
        f"map_{VENDOR}__raw_counts reads raw_{OTHER_VENDOR}.thing of another system",
    ),
    "a canonical entity reads the feed of another": (
        _with_model("cdm_planted", "canonical", _id("map")),
        f"cdm_planted reads {READ['map']} of another entity",
    ),
    # names
    "a folder that is no layer's": (
        _with_model("planted", "marts/reports"),
        "planted: folder marts/reports is no layer's",
    ),
    "a folder below a system's": (
        _with_model(f"stg_{VENDOR}__planted", f"staging/{VENDOR}/deeper"),
        f"stg_{VENDOR}__planted: folder staging/{VENDOR}/deeper is no layer's",
    ),
    "a staging model under the name of another system": (
        _with_model(f"stg_{OTHER_VENDOR}__planted", FOLDERS["stg"]),
        f"stg_{OTHER_VENDOR}__planted is not named as folder staging/{VENDOR} wants",
    ),
    "a staging model without the two underscores": (
        _with_model(f"stg_{VENDOR}_planted", FOLDERS["stg"]),
        f"stg_{VENDOR}_planted is not named as folder staging/{VENDOR} wants",
    ),
    "a fact among the dimensions": (
        _with_model("fct_planted", "core/dimensions"),
        "fct_planted is not named as folder core/dimensions wants",
    ),
    "a bridge among the facts": (
        _with_model("bridge_planted", "core/facts"),
        "bridge_planted is not named as folder core/facts wants",
    ),
    "a fact among the canonical entities": (
        _with_model("fct_planted", "canonical"),
        "fct_planted is not named as folder canonical wants",
    ),
    "a fact among the marts": (
        _with_model("fct_planted", "marts/receivables"),
        "fct_planted is not named as folder marts/receivables wants",
    ),
    "a KPI outside its folder": (
        _with_model("kpi_planted", "marts/receivables"),
        "kpi_planted is not named as folder marts/receivables wants",
    ),
    "a reconciliation outside its folder": (
        _with_model("recon_planted", "marts/controls"),
        "recon_planted is not named as folder marts/controls wants",
    ),
    "a version in a name": (
        _with_model("dim_planted_v2", "core/dimensions"),
        "dim_planted_v2: a version is no part of a name",
    ),
    # vendors
    "a vendor in a name after mapping": (
        _with_model(f"fct_{VENDOR}_planted", "core/facts"),
        f"fct_{VENDOR}_planted names the vendor {VENDOR}",
    ),
    "a vendor in the SQL after mapping": (
        _with_model("planted", "marts/revenue", raw_code=f"select '{VENDOR.title()}' as thing"),
        f"planted names the vendor {VENDOR}",
    ),
    "a vendor in the SQL of a canonical entity": (
        _with_model("cdm_planted", "canonical", raw_code=f"select {VENDOR}_id from things"),
        f"cdm_planted names the vendor {VENDOR}",
    ),
    "a system picked by its name after mapping": (
        _with_model("fct_planted", "core/facts", raw_code="where source_system = 'bank'"),
        "fct_planted compares source_system with a literal",
    ),
    "systems picked from a list after mapping": (
        _with_model("fct_planted", "core/facts", raw_code="where source_system not in ('flat')"),
        "fct_planted compares source_system with a literal",
    ),
    # access, groups and schemas
    "a public staging model": (
        _with_model(f"stg_{VENDOR}__planted", FOLDERS["stg"], access="public"),
        f"stg_{VENDOR}__planted is public and should be private",
    ),
    "a protected mapping": (
        _with_model(f"map_{VENDOR}__planted", FOLDERS["map"], access="protected"),
        f"map_{VENDOR}__planted is protected and should be private",
    ),
    "a public canonical entity": (
        _with_model("cdm_planted", "canonical", access="public"),
        "cdm_planted is public and should be protected",
    ),
    "a public step of core": (
        _with_model("int_planted", "core/identity", access="public"),
        "int_planted is public and should be private",
    ),
    "a public step of a mart": (
        _with_model("int_planted", "marts/receivables", access="public"),
        "int_planted is public and should be private",
    ),
    "a private bridge": (
        _with_model("bridge_planted", "core/identity", access="private"),
        "bridge_planted is private and should be public",
    ),
    "a protected mart": (
        _with_model("planted", "marts/disputes", access="protected"),
        "planted is protected and should be public",
    ),
    "a fact in no group": (
        _with_model("fct_planted", "core/facts", group=None),
        "fct_planted is in group None and should be in core",
    ),
    "a KPI in the group of the marts": (
        _with_model("kpi_planted", "marts/kpi", group="marts"),
        "kpi_planted is in group marts and should be in kpi",
    ),
    "a step in a published schema": (
        _with_model("int_planted", "marts/receivables", schema="marts"),
        "int_planted is in schema marts and should be in marts_private",
    ),
    # tests
    "a core test touches a mart": (
        _with_test("core/things_are_read", "core", _id("fct"), _id("reconciliation")),
        f"things_are_read touches {READ['reconciliation']}, right of its layer",
    ),
    "a canonical test touches a fact": (
        _with_test("canonical/things_are_read", "ingestion", _id("fct")),
        f"things_are_read touches {READ['fct']}, right of its layer",
    ),
    "a reconciliation test touches receivables": (
        _with_test("reconciliation/things_are_read", "marts", _id("receivables")),
        f"things_are_read touches {READ['receivables']}, right of its layer",
    ),
    "a test of the marts touches a KPI": (
        _with_test("marts/things_are_read", "marts", _id("kpi")),
        f"things_are_read touches {READ['kpi']}, right of its layer",
    ),
    "a test of a seed touches a model": (
        _with_test("reference/things_are_read", None, _id("seed"), _id("stg")),
        f"things_are_read touches {READ['stg']}, right of its layer",
    ),
    "a vendor's test touches another vendor": (
        _with_test(f"{VENDOR}/things_are_read", "ingestion", STRAY_TABLE),
        f"things_are_read touches raw_{OTHER_VENDOR}.thing, not of its system",
    ),
    "a vendor's test touches a canonical entity": (
        _with_test(f"{VENDOR}/things_are_read", "ingestion", _id("cdm")),
        f"things_are_read touches {READ['cdm']}, right of its layer",
    ),
    "a test in a folder of its own": (
        _with_test("things/things_are_read", "core", _id("seed")),
        "things_are_read: tests/things is neither a layer nor a system",
    ),
    "a test in the group of another layer": (
        _with_test("core/things_are_read", "marts", _id("fct")),
        "things_are_read is in group marts and should be in core",
    ),
    "a fact's foreign key points at a mart": (
        _with_generic_test(_id("fct"), _id("controls")),
        f"relationships_things touches {READ['controls']}, right of its layer",
    ),
    "a staging model is compared with one of another system": (
        _with_generic_test(_id("stg"), STRAY_TABLE),
        f"relationships_things touches raw_{OTHER_VENDOR}.thing, not of its system",
    ),
    "a unit test of a canonical entity": (
        _with_unit_test(_id("cdm"), "canonical"),
        "a_thing_is_read: the canonical model has no logic to test",
    ),
    "a unit test far from its model": (
        _with_unit_test(_id("map"), "core"),
        f"a_thing_is_read does not lie in the folder of {READ['map']}",
    ),
    # what is built on the project
    "an exposure of staging": (
        _with_reader("exposures", "exposure", _id("fct"), _id("stg")),
        f"exposure things_shown names {READ['stg']} (stg)",
    ),
    "an exposure of a step": (
        _with_reader("exposures", "exposure", _id("int")),
        f"exposure things_shown names {READ['int']} (int)",
    ),
    "an exposure of a source": (
        _with_reader("exposures", "exposure", _id("state")),
        "exposure things_shown names state.things (state)",
    ),
    "an analysis of a mapping": (
        _with_reader("nodes", "analysis", _id("map")),
        f"analysis things_shown names {READ['map']} (map)",
    ),
    "a metric of a canonical step": (
        _with_reader("semantic_models", "semantic_model", _id("int")),
        f"semantic_model things_shown names {READ['int']} (int)",
    ),
}


@pytest.mark.parametrize(("plant", "news"), VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_a_planted_violation_is_reported(
    lawful: Manifest, news_of: NewsOf, plant: Plant, news: str
) -> None:
    assert news_of(plant(lawful)) == [news]


NEAR_MISSES: dict[str, Plant] = {
    "row accounting reads the raw tables of its system": _with_model(
        f"map_{VENDOR}__raw_counts", FOLDERS["map"], _id("raw"), _id("stg"), _id("landing")
    ),
    "a plain noun among the marts": _with_model("planted", "marts/receivables"),
    "a plain noun among the KPIs": _with_model("planted_health", "marts/kpi"),
    "a step of a mart": _with_model("int_planted", "marts/receivables", _id("fct")),
    "a step of the facts": _with_model("int_planted", "core/facts", _id("cdm")),
    "a vendor's name in a longer word": _with_model(
        "fct_planted", "core/facts", raw_code=f"select {VENDOR}d as thing"
    ),
    "a system whose name is a word": _with_model(
        "fct_bank_planted", "core/facts", raw_code="select 'bank' as balance_kind"
    ),
    "systems compared with one another": _with_model(
        "fct_planted", "core/facts", raw_code="on things.source_system = others.source_system"
    ),
    "a vendor in its own mapping": _with_model(
        f"map_{VENDOR}__planted", FOLDERS["map"], raw_code=f"select '{VENDOR}' as source_system"
    ),
    "a core test touches what is left of it": _with_test(
        "core/things_are_read", "core", _id("int"), _id("cdm"), _id("seed")
    ),
    "a gate touches a KPI": _with_test("gates/things_are_read", "marts", _id("kpi")),
    "a vendor's test touches its own": _with_test(
        f"{VENDOR}/things_are_read", "ingestion", _id("map"), _id("raw"), _id("seed")
    ),
    "a fact's foreign key points at a dimension": _with_generic_test(_id("fct"), _id("dim")),
    "a generic test of a source": _with_generic_test(_id("checks")),
    "a unit test beside its mapping": _with_unit_test(_id("map"), FOLDERS["map"]),
    "an exposure of what is public": _with_reader(
        "exposures", "exposure", _id("cdm"), _id("fct"), _id("kpi")
    ),
}


@pytest.mark.parametrize("plant", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_what_is_allowed_is_not_reported(lawful: Manifest, news_of: NewsOf, plant: Plant) -> None:
    assert news_of(plant(lawful)) == []
