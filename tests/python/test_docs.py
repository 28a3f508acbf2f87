"""What the README and docs/ say is true: commands, models, columns, edges, words, numbers, links.

The queries of the pages run on a warehouse of the committed sample that is built for them, and give
the rows that the pages show.
"""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from filelock import FileLock

from python_checks.cli import app
from python_checks.simulator.faults import planting
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import simulate

REPOSITORY = Path(__file__).resolve().parents[2]
MODELS = REPOSITORY / "models"
SEEDS = REPOSITORY / "seeds" / "reference"
README = REPOSITORY / "README.md"
PAGES = [README, *sorted((REPOSITORY / "docs").rglob("*.md"))]
# Pages that people write; the others say at their top which command writes them.
WRITTEN = [page for page in PAGES if "do not edit by hand" not in page.read_text(encoding="utf-8")]

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
# A name with a prefix of ours; one that ends in `_` or goes on with `<` is a pattern, not a name.
PREFIXED = re.compile(r"\b(?:stg|map|cdm|int|bridge|dim|fct|recon|kpi)_[a-z0-9_]*[a-z0-9]\b")
REPOSITORY_PATH = re.compile(
    r"(?:models|seeds|macros|docs|tests|analyses|python_checks|examples|profiles)/[\w./-]*"
)
REFERENCE = re.compile(r"\bref\('(\w+)'\)")

# What a page that is read elsewhere must not speak of: one machine's folders, and who wrote it.
MACHINE_PATH = re.compile(r"(?<![\w./:~-])/(?:home|root|work|Users)/\w")
AUTHORING = re.compile(
    r"\b(?:this|another|helper|your|my) session\b|\bsub-?agents?\b|\blanguage models?\b|"
    r"\bhelper (?:process|brief)\b|\bbrief\.md\b|\bissues show\b",
    re.IGNORECASE,
)
TEXT_SUFFIXES = {"", ".csv", ".ini", ".md", ".py", ".sh", ".sql", ".toml", ".yaml", ".yml"}


@dataclass(frozen=True)
class Block:
    """One fenced block of a page; `line` is that of its opening fence."""

    page: Path
    line: int
    info: str
    body: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(REPOSITORY)}:{self.line}"


@dataclass(frozen=True)
class Query:
    """A query of a page, and the rows that the page shows under it (None: it shows none)."""

    block: Block
    shown: list[str] | None

    @property
    def database(self) -> str:
        """The file that it runs on: what people read, or, for ```sql build, what dbt builds."""
        return "billing.duckdb" if self.block.info == "sql build" else "published.duckdb"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@cache
def blocks(page: Path) -> list[Block]:
    text = text_of(page)
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found["info"].strip(), found["body"])
        for found in FENCE.finditer(text)
    ]


def queries() -> list[Query]:
    found = []
    for page in WRITTEN:
        listed = blocks(page)
        for number, block in enumerate(listed):
            if block.info in ("sql", "sql build"):
                following = listed[number + 1] if number + 1 < len(listed) else None
                is_result = (
                    following is not None
                    and following.info == "text"
                    and following.line == block.line + block.body.count("\n") + 2
                )
                shown = following.body.splitlines() if following and is_result else None
                found.append(Query(block, shown))
    return found


def code_of(page: Path) -> list[str]:
    """Everything that a page sets as code: blocks, and spans outside them."""
    outside = FENCE.sub("", text_of(page))
    return [block.body for block in blocks(page)] + CODE_SPAN.findall(outside)


@cache
def models() -> dict[str, Path]:
    return {file.stem: file for file in sorted(MODELS.rglob("*.sql"))}


@cache
def public_models() -> set[str]:
    """What is published: core and marts, but for the private steps."""
    return {
        name
        for name, file in models().items()
        if file.relative_to(MODELS).parts[0] in ("core", "marts") and not name.startswith("int_")
    }


@cache
def properties() -> dict[str, dict[str, Any]]:
    """The YAML of each model that has any, by name."""
    return {
        model["name"]: model
        for file in sorted(MODELS.rglob("_*.yml"))
        for model in yaml.safe_load(text_of(file)).get("models", [])
    }


def columns_of(model: str) -> set[str]:
    return {column["name"] for column in properties()[model].get("columns", [])}


@cache
def known_names() -> set[str]:
    """Models, seeds, columns, and what is read beside the raw files."""
    columns = {name for model in properties() for name in columns_of(model)}
    described = yaml.safe_load((MODELS / "_sources.yml").read_text("utf-8"))
    sources = {table["name"] for source in described["sources"] for table in source["tables"]}
    return {*models(), *(file.stem for file in SEEDS.glob("*.csv")), *columns, *sources}


def seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def table_rows(page: Path) -> Iterator[list[str]]:
    """The cells of every table row of a page; a pipe in a cell is written `\\|`."""
    for line in FENCE.sub("", text_of(page)).splitlines():
        if line.startswith("|"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def in_words(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


# --- commands and names ---------------------------------------------------------------------------


def test_make_commands_are_targets() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(REPOSITORY / "Makefile"), re.MULTILINE))
    named = {
        target
        for page in WRITTEN
        for code in code_of(page)
        for target in re.findall(r"(?<![\w-])make ([a-z]+)", code)
    }
    assert {"run", "test"} <= named <= targets


def test_the_readme_starts_with_the_two_commands() -> None:
    first = blocks(README)[0]
    assert [line.split("#")[0].strip() for line in first.body.splitlines()] == [
        "make run",
        "make test",
    ]
    assert first.line < 15


def test_commands_of_the_package_are_there() -> None:
    commands = {
        command.name or getattr(command.callback, "__name__", "")
        for command in app.registered_commands
    } | {group.name for group in app.registered_groups}
    for page in WRITTEN:
        for code in code_of(page):
            for module, command in re.findall(r"python_checks((?:\.\w+)*)(?: ([a-z]+))?", code):
                if module and module != ".py":
                    file = REPOSITORY / "python_checks" / f"{module[1:].replace('.', '/')}.py"
                    assert file.is_file(), f"{in_words(page)}: {code}"
                elif command:
                    assert command in commands, f"{in_words(page)}: {code}"


@pytest.mark.parametrize("page", PAGES, ids=in_words)
def test_models_that_a_page_names_are_there(page: Path) -> None:
    unknown = {
        name
        for code in code_of(page)
        for name in PREFIXED.findall(code)
        if name not in known_names() and f"{name}_<" not in code
    }
    assert not unknown, f"{in_words(page)} names what is not in the project"


@pytest.mark.parametrize("page", WRITTEN, ids=in_words)
def test_paths_that_a_page_names_are_there(page: Path) -> None:
    missing = [
        code
        for code in CODE_SPAN.findall(FENCE.sub("", text_of(page)))
        if REPOSITORY_PATH.fullmatch(code) and not (REPOSITORY / code).exists()
    ]
    assert not missing


def test_every_model_can_be_found_from_the_readme() -> None:
    spans = set(CODE_SPAN.findall(FENCE.sub("", text_of(README))))
    patterns = [
        re.compile("".join("[a-z0-9_]+" if part.startswith("<") else re.escape(part) for part in
                           re.split(r"(<[a-z]+>)", span)))
        for span in spans
        if "<" in span and PREFIXED.match(span.split("<")[0] + "x")
    ]  # fmt: skip
    lost = [
        name
        for name in models()
        if name not in spans and not any(pattern.fullmatch(name) for pattern in patterns)
    ]
    assert not lost, "neither named in the README nor matched by a pattern there"
    unnamed = public_models() - spans
    assert not unnamed, "published, but not in the README's list"


# --- links ----------------------------------------------------------------------------------------


def slugs(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=in_words)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for target in LINK.findall(FENCE.sub("", text_of(page))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in slugs(file)):
            dead.append(target)
    assert not dead


# --- pictures -------------------------------------------------------------------------------------


def mermaid(kind: str) -> list[Block]:
    return [
        block
        for page in WRITTEN
        for block in blocks(page)
        if block.info == "mermaid" and block.body.startswith(kind)
    ]


@cache
def models_read_by(name: str) -> set[str]:
    """The models that a model reads: what it refers to, and the feeds of a canonical one."""
    read = set(REFERENCE.findall(text_of(models()[name])))
    if name.startswith("cdm_"):
        feeds = yaml.safe_load(text_of(REPOSITORY / "vars.yml"))["vars"]["feeds"]
        entity = name.removeprefix("cdm_")
        read |= {f"map_{system}__{entity}" for system in feeds[entity]}
    return read


@pytest.mark.parametrize("block", mermaid("flowchart"), ids=str)
def test_arrows_between_models_are_references(block: Block) -> None:
    wrong = []
    for line in block.body.splitlines():
        steps = [step.strip() for step in line.split("-->")]
        for left, right in pairwise(steps):
            if {left, right} <= set(models()) and left not in models_read_by(right):
                wrong.append(f"{left} --> {right}")
    assert not wrong


@pytest.mark.parametrize("block", mermaid("erDiagram"), ids=str)
def test_entities_have_the_columns_and_keys_that_the_picture_shows(block: Block) -> None:
    drawn = {
        name: re.findall(r"^\s+string (\w+)(?: (PK|FK))?$", body, re.MULTILINE)
        for name, body in re.findall(r"^ +(\w+) \{\n(.*?)^ +\}", block.body, re.MULTILINE | re.S)
    }
    assert drawn
    for name, listed in drawn.items():
        assert {column for column, _ in listed} <= columns_of(name), name
        keys = [column for column, mark in listed if mark == "PK"]
        assert ["source_system", "source_account", *keys] == properties()[name]["config"]["meta"][
            "grain"
        ]

    relations = re.findall(r"^ +(\w+) \|o--o\{ (\w+) : (\w+)$", block.body, re.MULTILINE)
    assert len(relations) == block.body.count("--o{")
    for parent, child, column in relations:
        assert {parent, child} <= set(drawn), (parent, child)
        assert (column, "FK") in drawn[child], (child, column)
        (key,) = (name for name, mark in drawn[parent] if mark == "PK")
        assert column.endswith(key.removeprefix("source_")), (parent, child, column)


# --- words ----------------------------------------------------------------------------------------


def test_the_break_codes_are_those_of_the_seed() -> None:
    documented = {
        cells[0].strip("`"): cells[1:4]
        for cells in table_rows(REPOSITORY / "docs" / "break_codes.md")
        if len(cells) == 5 and cells[0].startswith("`")
    }
    expected = {
        row["break_code"]: [
            row["meaning"],
            f"{row['owner']}, {row['sla_days']} day{'' if row['sla_days'] == '1' else 's'}",
            row["next_step"],
        ]
        for row in seed("recon_break_codes")
    }
    assert {
        code: [re.sub(r",(?= and )", "", cell) for cell in cells]
        for code, cells in documented.items()
    } == expected


def test_the_kpis_are_those_of_the_seed() -> None:
    page = text_of(REPOSITORY / "docs" / "kpis.md")
    missing = [row["kpi_id"] for row in seed("kpi_definitions") if f"`{row['kpi_id']}`" not in page]
    assert not missing


def test_the_faults_are_those_that_the_simulator_plants() -> None:
    documented = {
        cells[0].strip("`"): (
            set(re.findall(r"\bR\d\d[ab]?\b", cells[2])),
            set(re.findall(r"\b(?:check|queue|quarantine)\b", cells[2])),
            {cells[3].strip("`")},
        )
        for cells in table_rows(REPOSITORY / "docs" / "simulator.md")
        if len(cells) == 4 and cells[0].startswith("`")
    }
    assert set(documented) == set(planting.all_kinds())
    # It plants faults of two other kinds.
    del documented["two_at_once"]
    planted: dict[str, tuple[set[str], set[str], set[str]]] = {}
    # Large enough that every kind hits an invoice with tax, and a day with a payout.
    for line in simulate(Settings(customers=600), "heavy").truth.iter_rows(named=True):
        pairs, finders, codes = planted.setdefault(line["fault_kind"], (set(), set(), set()))
        pairs |= {line["pair_id"]} - {""}
        finders |= {line["found_by"]} - {"recon"}
        codes |= {line["expected_code"]}
    for _, _, codes in planted.values():
        # What a check finds has no code; a reconciliation that finds it too gives it one.
        if len(codes) > 1:
            codes.discard("")
    assert documented == planted


@cache
def messages_in_code() -> str:
    """All texts of the code, in one line each: pieces that are joined there are joined here."""
    sources = [
        *(REPOSITORY / "macros" / "landing").glob("*.sql"),
        *(REPOSITORY / "macros" / "staging").glob("*.sql"),
        *(REPOSITORY / "python_checks").glob("*.py"),
    ]
    text = "\n".join(text_of(source) for source in sorted(sources))
    text = re.sub(r"'\s*\|\|\s*'", "", text)
    text = re.sub(r"\"\s*\n\s*f?\"", "", text)
    return text.replace("''", "'")


def clauses(message: str) -> Iterator[tuple[str, str]]:
    """The clauses of a message, each with the pattern that finds it in the code.

    Clause by clause, because the code puts optional ones between the others. A clause that begins
    or ends the message, or stands beside a placeholder, does so in the code's text too.
    """
    parts = re.split(r"(<[a-z ]+>|[.:?)]+(?: |$)|\()", message)
    for number, part in enumerate(parts):
        before, after = "".join(parts[:number]).rstrip(" .:?("), "".join(parts[number + 1 :])
        clause = part.strip()
        if number % 2 == 0 and len(clause) > 3:
            is_first = before == "" or (before.endswith(">") and number > 0)
            is_last = after.strip(" .:?)") == "" or after.startswith("<")
            yield (
                clause,
                (r"['\"}][\s.:?(]*" if is_first else "")
                + re.escape(clause)
                + (r"[\s.:?)]*['\"{]" if is_last else ""),
            )


def test_messages_for_bad_input_are_those_of_the_code() -> None:
    page = REPOSITORY / "docs" / "bad_input.md"
    messages = [
        span.replace(r"\|", "|")
        for cells in table_rows(page)
        if len(cells) == 2
        for span in CODE_SPAN.findall(cells[1])
    ]
    assert len(messages) > 30
    unknown = {
        message: clause
        for message in messages
        for clause, pattern in clauses(message)
        if not re.search(pattern, messages_in_code())
    }
    assert not unknown


# --- exposures ------------------------------------------------------------------------------------


def exposures() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = yaml.safe_load(text_of(MODELS / "_exposures.yml"))["exposures"]
    return listed


def test_exposures_name_canonical_and_public_models_only() -> None:
    allowed = public_models() | {name for name in models() if name.startswith("cdm_")}
    for exposure in exposures():
        named = {name for text in exposure["depends_on"] for name in REFERENCE.findall(text)}
        assert len(named) == len(exposure["depends_on"]), exposure["name"]
        assert named <= allowed, exposure["name"]
        assert exposure["owner"]["name"] and exposure["description"], exposure["name"]


def test_every_public_model_has_a_consumer() -> None:
    named = {
        name
        for exposure in exposures()
        for text in exposure["depends_on"]
        for name in REFERENCE.findall(text)
    }
    assert public_models() <= named


# --- queries --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over the committed sample.

    That of `make test` (SAMPLE_WAREHOUSE), else one made by the first worker that asks.
    """
    if made := os.environ.get("SAMPLE_WAREHOUSE"):
        return Path(made)
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "docs_warehouse"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            inherited = {
                name: value
                for name, value in os.environ.items()
                if not name.startswith("DBT_")
                and name not in ("RAW_ROOT", "WAREHOUSE_ROOT", "ACTIONS_ROOT", "GATE_SEVERITY")
            }
            done = subprocess.run(
                [sys.executable, "-m", "python_checks", "run", "--warehouse", str(folder)],
                cwd=REPOSITORY,
                env=inherited,
                capture_output=True,
                text=True,
                check=False,
            )
            # 1: a gate is breached, by the errors that the sample holds.
            assert done.returncode in (0, 1), done.stdout[-4000:] + done.stderr[-4000:]
    return folder


@pytest.mark.parametrize("query", queries(), ids=lambda query: str(query.block))
def test_queries_run_and_give_what_the_page_shows(query: Query, warehouse: Path) -> None:
    with duckdb.connect(str(warehouse / query.database), read_only=True) as connection:
        found = connection.execute(query.block.body)
        names = [column[0] for column in found.description or []]
        rows = found.fetchall()
    if query.shown is not None:
        assert [
            " | ".join(names),
            *(" | ".join("null" if cell is None else str(cell) for cell in row) for row in rows),
        ] == query.shown, "a run over the committed sample gives other rows than the page"


def test_the_readme_shows_rows_for_every_query() -> None:
    assert all(query.shown for query in queries() if query.block.page == README)


# --- the repository as a whole --------------------------------------------------------------------


def text_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(REPOSITORY), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("no git repository: which files belong to the project is not known")
    return [
        file
        for name in listed.stdout.splitlines()
        if (file := REPOSITORY / name).suffix in TEXT_SUFFIXES and file.is_file()
    ]


def test_files_speak_of_no_machine_and_no_author() -> None:
    found = [
        f"{in_words(file)}:{number}: {line.strip()[:100]}"
        for file in text_files()
        if file != Path(__file__).resolve()
        for number, line in enumerate(text_of(file).splitlines(), start=1)
        if MACHINE_PATH.search(line) or AUTHORING.search(line)
    ]
    assert not found
