"""SQL that only one engine understands stays out of models.

`unportable` reads the text of a model, singular test or analysis and names each rule it breaks;
comments and texts in quotes are not SQL, what is handed to a macro as text is. What differs
between engines belongs into dispatched macros (`duckdb__…`, `default__…`), and nowhere else in
macros/. Every rule is proven by a planted violation and by a near miss.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
import yaml
from project_manifest import REPOSITORY

# --- reading SQL with Jinja -------------------------------------------------------------------

Kind = Literal["sql", "jinja"]


@dataclass(frozen=True)
class Piece:
    """SQL (comments and texts in quotes emptied, Jinja named `jinja`), or the code of one Jinja tag
    (texts emptied). `line` is the line of the file on which it begins, from 1."""

    kind: Kind
    line: int
    code: str


_TOKEN = re.compile(
    r"""
    (?P<comment> \{\#.*?\#\} | --[^\n]* | /\*.*?\*/ )
    | (?P<jinja> \{\{.*?\}\} | \{%.*?%\} )
    | (?P<text> '(?: '' | [^'] )*' )
    | (?P<quoted> "[^"]*" )
    """,
    re.VERBOSE | re.DOTALL,
)
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_JINJA_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


def pieces(text: str, *, line: int = 1) -> Iterator[Piece]:
    """The SQL of a file, then the code of its Jinja tags and the SQL that they hand to macros."""
    code: list[str] = []
    tags: list[tuple[int, str]] = []
    end = 0
    for token in _TOKEN.finditer(text):
        code.append(text[end : token.start()])
        end, found = token.end(), token.group()
        at = line + text.count("\n", 0, token.start())
        name = {"jinja": "jinja", "text": "''", "quoted": "quoted"}.get(str(token.lastgroup), "")
        code.append(name + "\n" * found.count("\n"))
        if token.lastgroup == "jinja":
            tags.append((at, found))
        elif token.lastgroup == "text":
            tags += [
                (at + found.count("\n", 0, tag.start()), tag.group())
                for tag in _JINJA.finditer(found)
            ]
    yield Piece("sql", line, "".join(code) + text[end:])
    for at, tag in tags:
        yield Piece("jinja", at, _JINJA_TEXT.sub("''", tag))
        for argument in _JINJA_TEXT.finditer(tag):
            # A name on its own ('invoices', 'raw.id') is no SQL, nor is a pattern ('^[0-9]+$').
            if not re.fullmatch(r"[\w.]*|\^.*", argument.group()[1:-1], re.DOTALL):
                yield from pieces(
                    argument.group()[1:-1], line=at + tag.count("\n", 0, argument.start())
                )


# --- the rules --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """One thing that does not belong into a model; `instead` says what does."""

    name: str
    pattern: str
    instead: str
    kind: Kind = "sql"
    # Macros are where branches and engines' functions belong; this holds in them, too.
    in_macros: bool = True


_ONE_ENGINE = (
    r"arg_max|arg_min|argmax|argmin|array_\w+|bround|concat|contains|current_setting|first|format"
    r"|from_json|generate_series|getvariable|ifnull|json_\w+|last|len|list|list_\w+|map|nvl|quantile\w*"
    r"|range|round_even|row|sha256|starts_with|string_agg|string_split\w*|strpos|struct_\w+|to_json"
    r"|unnest"
)
_DATES = (
    r"age|date_add|date_diff|date_part|date_sub|date_trunc|dateadd|datediff|datepart|datesub|datetrunc"
    r"|dayname|dayofweek|epoch\w*|from_utc_timestamp|monthname|strftime|strptime|timezone|to_days"
    r"|to_timestamp|to_utc_timestamp|weekday"
)

RULES = (
    Rule("asof join", r"\basof\b", "a range join on valid_from and valid_before"),
    Rule("positional join", r"\bpositional\s+join\b", "a join on a key"),
    Rule("semi or anti join", r"\b(semi|anti)\s+join\b", "exists, or a left join and is null"),
    Rule(
        "union by name", r"\bunion(\s+all)?\s+by\s+name\b", "union_feeds, or columns in one order"
    ),
    Rule("qualify", r"\bqualify\b", "row_number() in a step, then where"),
    Rule("distinct on", r"\bdistinct\s+on\b", "row_number() in a step, then where"),
    Rule("pivot", r"\b(un)?pivot\b", "sum(case when …) per column"),
    Rule("group by all", r"\bgroup\s+by\s+all\b", "the columns by name"),
    Rule("order by all", r"\border\s+by\s+all\b", "the columns by name"),
    Rule(
        "star with changes",
        r"\*\s*(exclude|except|replace|rename)\b|\bcolumns\s*\(",
        "the columns by name",
    ),
    Rule("list comprehension", r"\[[^\[\]]*\bfor\b[^\[\]]*\bin\b[^\[\]]*\]", "a join"),
    Rule("list or struct", r"\[(?![^\[\]]*\bfor\b)|\{", "rows and columns, or a dispatched macro"),
    Rule("double colon cast", r"::", "cast(… as …)"),
    Rule("double slash division", r"//", "a macro of macros/money"),
    Rule("regular expression", r"\bregexp?_\w+|\brlike\b|\bsimilar\s+to\b|~", "matches_pattern"),
    Rule(
        "date function of an engine",
        rf"\b({_DATES})\s*\(|\binterval\b|\bat\s+time\s+zone\b"
        r"|\bextract\s*\(\s*(dow|isodow|dayofweek|epoch)\b",
        "dbt.dateadd, dbt.datediff, dbt.date_trunc, or a macro of macros/time",
    ),
    Rule("function of an engine", rf"\b({_ONE_ENGINE})\s*\(|->|\blambda\b", "a dispatched macro"),
    Rule("hash()", r"\bhash\s*\(|\bxxhash64\s*\(", "surrogate_key"),
    Rule("try_cast", r"\btry_cast\b", "a reader of macros/reading", in_macros=False),
    Rule(
        "floating point",
        r"\b(double|float|float4|float8|real)\b|\b\d+(\.\d+)?e[+-]?\d+\b",
        "decimal(p, s)",
    ),
    Rule(
        "clock",
        r"\b(current_date|current_timestamp|localtimestamp|sysdate|getdate|get_current_\w+)\b"
        r"|\b(now|today)\s*\(",
        "as_of_date, or run_started for recorded_at",
    ),
    Rule(
        "clock of dbt",
        r"\bcurrent_timestamp\w*\b|\brun_started_at\b|\bmodules\s*\.\s*datetime\b",
        "as_of_date, or run_started for recorded_at",
        kind="jinja",
        in_macros=False,
    ),
    Rule("division", r"/(?!/)(?<!//)|\bavg\s*\(", "macros of macros/money", in_macros=False),
    Rule("snapshot", r"\{%-?\s*snapshot\b", "state, appended by the runner", kind="jinja"),
    Rule(
        "jinja statement",
        r"\{%(?!-?\s*snapshot\b)|\{\{.*\b(if|for)\b",
        "a macro that reads as words",
        kind="jinja",
        in_macros=False,
    ),
)
# The KPI layer is the only place where anything is divided.
DIVIDES = ("models/marts/kpi/", "tests/kpi/")

ALLOWED_TYPES = re.compile(r"(string|boolean|int|bigint|date|timestamp|decimal\(\d+, ?\d+\))")


def unportable(text: str, path: str = "models/core/facts/fct_things.sql") -> list[str]:
    """What a model, singular test or analysis has that does not belong there, as `line: rule`."""
    rules = [rule for rule in RULES if rule.name != "division" or not path.startswith(DIVIDES)]
    return list(_broken(text, rules))


def unportable_macros(text: str) -> list[str]:
    """The same for a file of macros, without the dispatched ones: those are for one engine."""
    rules = [rule for rule in RULES if rule.in_macros]

    def emptied(macro: re.Match[str]) -> str:
        return "\n" * macro.group().count("\n")

    dispatched = r"\{%-?\s*macro\s+[a-z0-9]+__.*?endmacro\s*-?%\}"
    return list(_broken(re.sub(dispatched, emptied, text, flags=re.DOTALL), rules))


def _broken(text: str, rules: list[Rule]) -> Iterator[str]:
    for piece in pieces(text):
        for rule in rules:
            if rule.kind == piece.kind:
                for found in re.finditer(rule.pattern, piece.code, re.IGNORECASE | re.DOTALL):
                    line = piece.line + piece.code.count("\n", 0, found.start())
                    yield f"{line}: {rule.name} (instead: {rule.instead})"
        for at, data_type in cast_types(piece.code) if piece.kind == "sql" else ():
            # `jinja` stands for a type that a macro names, as dbt.type_string() does.
            if not (ALLOWED_TYPES.fullmatch(data_type) or "jinja" in data_type):
                line = piece.line + piece.code.count("\n", 0, at)
                yield f"{line}: cast to {data_type} (instead: a type of the contract)"


def cast_types(code: str) -> Iterator[tuple[int, str]]:
    """Where each cast of some SQL stands, and the type it names."""
    for opened in re.finditer(r"\bcast\s*\(", code, re.IGNORECASE):
        depth, named_at = 1, None
        for token in re.finditer(r"[()]|\bas\b", code[opened.end() :], re.IGNORECASE):
            depth += {"(": 1, ")": -1}.get(token.group(), 0)
            if token.group().lower() == "as" and depth == 1:
                named_at = opened.end() + token.end()
            elif depth == 0:
                if named_at is not None:
                    named = code[named_at : opened.end() + token.start()]
                    yield opened.start(), " ".join(named.split()).lower()
                break


def foreign_types(declared: Any) -> Iterator[str]:
    """Types anywhere in a YAML file (`data_type`, `column_types`) that not every engine has."""
    if isinstance(declared, list):
        for item in declared:
            yield from foreign_types(item)
    elif isinstance(declared, dict):
        for key, value in declared.items():
            if key == "data_type":
                named = [value]
            elif str(key).removeprefix("+") == "column_types":
                named = list(value.values())
            else:
                yield from foreign_types(value)
                continue
            yield from (str(name) for name in named if not ALLOWED_TYPES.fullmatch(str(name)))


def unportable_files(paths: list[str]) -> list[str]:
    """Files of a project that one engine, or the dbt hub, would be needed for."""
    return [
        path
        for path in paths
        if re.fullmatch(
            r"(models/.*\.py|snapshots/.*|(packages|dependencies|package-lock)\.yml)", path
        )
    ]


# --- the real project -------------------------------------------------------------------------


def _texts(*patterns: str) -> dict[str, str]:
    """Texts of the project's files, by path."""
    return {
        path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8")
        for pattern in patterns
        for path in sorted(REPOSITORY.glob(pattern))
    }


def test_models_tests_and_analyses_are_portable() -> None:
    texts = _texts("models/**/*.sql", "tests/**/*.sql", "analyses/**/*.sql")
    broken = [
        f"{path}:{rule}"
        for path, text in texts.items()
        if not path.startswith(("tests/python/", "tests/fixtures/"))
        for rule in unportable(text, path)
    ]
    assert texts
    assert broken == []


def test_macros_that_are_not_dispatched_are_portable() -> None:
    texts = _texts("macros/**/*.sql")
    broken = [
        f"{path}:{rule}"
        for path, text in texts.items()
        # Called by duckdb__land_sources only: the landing of files is DuckDB's own.
        if not path.startswith("macros/landing/")
        for rule in unportable_macros(text)
    ]
    assert broken == []


def test_declared_types_are_those_of_every_engine() -> None:
    texts = _texts("dbt_project.yml", "models/**/*.yml", "seeds/**/*.yml")
    broken = [
        f"{path}: {name}"
        for path, text in texts.items()
        for name in foreign_types(yaml.safe_load(text))
    ]
    assert broken == []


def test_the_project_has_no_python_models_snapshots_or_packages() -> None:
    project = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text(encoding="utf-8"))
    files = [*_texts("*.yml"), *_texts("models/**/*.py", "snapshots/**/*.*")]
    assert unportable_files(files) == []
    assert not {"snapshots", "snapshot-paths"} & project.keys()
    assert [
        path for path, text in _texts("models/**/*.yml").items() if "\nsnapshots:" in text
    ] == []


# --- planted violations and near misses -------------------------------------------------------

# Rule -> what breaks it, and what comes close and does not.
PLANTED: dict[str, tuple[str, str]] = {
    "asof join": ("from a asof join b on a.day >= b.day", "select 'asof join' as asof_join"),
    "positional join": ("from a positional join b", "select positional, joined from a"),
    "semi or anti join": ("from a anti join b on a.id = b.id", "select semi from a left join b"),
    "union by name": ("select 1 union all by name select 2", "select 1 union all select by_name"),
    "qualify": ("from a qualify row_number() over () = 1", "select a.qualified, a.qualify_count"),
    "distinct on": ("select distinct on (a) a, b from c", "select distinct on_hold from c"),
    "pivot": ("pivot a on b using sum(c)", "select pivot_day from a -- the pivot"),
    "group by all": ("select a from b group by all", "select a from b group by all_accounts"),
    "order by all": ("select a from b order by all", "select a from b order by allowance"),
    "star with changes": (
        "select * exclude (email) from a",
        "select a.quantity * excluded_rate as amount, count(*) from a",
    ),
    "list comprehension": ("select [x + 1 for x in ids] as ids", "{#- [one for each in all] -#}"),
    "list or struct": ("select {'a': 1} as a", "{{ source_key(['a', 'b'], {'c': 1}) }}"),
    "double colon cast": ("select a::int as a", "select 'map::int' as a -- not a::int"),
    "double slash division": ("select 7 // 2 as a", "-- see https://example.org\nselect 1 as a"),
    "regular expression": (
        "where regexp_matches(a, '^x')",
        "where a like '%regexp_matches(a)%' and {{ matches_pattern('a', '^~[0-9]') }}",
    ),
    "date function of an engine": (
        "select strftime(a, '%Y') as year",
        "select {{ dbt.date_trunc('month', 'a') }} as a, extract(year from b) as y, epoch_on, age",
    ),
    "function of an engine": (
        "select list_contains(a, 1) from b",
        "select list_price, first_value(a) over (order by b), md5(a), concat_ws('|', a) from b",
    ),
    "hash()": ("select hash(a) as a_key", "select payload_hash, md5(a) as a_key"),
    "try_cast": ("select try_cast(a as int) as a", "select cast(a as int) as try_cast_count"),
    "floating point": ("select cast(a as decimal(18, 4)) * 1e3 as a", "select 1.5 as real_amount"),
    "clock": ("where a < current_date", "where a < {{ as_of_date() }} and current_date_on = b"),
    "clock of dbt": (
        "where a < cast({{ dbt.current_timestamp() }} as date)",
        "select {{ run_started() }} as recorded_at",
    ),
    "division": (
        "select gross_amount / quantity as unit_price",
        "select 'gross_amount / quantity' as how -- gross_amount / quantity\n, average_days",
    ),
    "snapshot": ("{% snapshot invoices %}", "select * from {{ source('state', 'snapshots') }}"),
    "jinja statement": (
        "{% if target.type == 'duckdb' %}",
        "{#- if not, then for all -#} {{ convert_amount(\"'if' || a\", 'rate') }}",
    ),
    "cast to varchar": ("select cast(a as varchar) as a", "select cast(a as string) as varchar_a"),
}


def _names(found: list[str]) -> list[str]:
    """Only the rules of what was found."""
    return [news.partition(": ")[2].partition(" (")[0] for news in found]


def test_every_rule_is_planted() -> None:
    assert [rule.name for rule in RULES] == list(PLANTED)[: len(RULES)]


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_violation_is_reported(rule: str) -> None:
    assert _names(unportable(PLANTED[rule][0])) == [rule]


@pytest.mark.parametrize("rule", PLANTED)
def test_a_near_miss_is_not_reported(rule: str) -> None:
    assert unportable(PLANTED[rule][1]) == []


@pytest.mark.parametrize(
    ("sql", "rules"),
    [
        ("select a,\n    b::date\nfrom c", ["2: double colon cast"]),
        ("{#- a\n b -#}\nselect a // b", ["3: double slash division"]),
        ("select {{ sum_amount(\n'a / b') }}", ["2: division"]),
        (
            "select {{ sum_amount(\"case when a = '/' then b::int end\") }}",
            ["1: double colon cast"],
        ),
        ("select '{{ var(\"a\") if b else c }}'", ["1: jinja statement"]),
        ("select avg(a)", ["1: division"]),
        ("select * replace (a as b) from c", ["1: star with changes"]),
        ("select columns('a_.*') from c", ["1: star with changes"]),
        ("select [1, 2] as a", ["1: list or struct"]),
        ("select a[1] as a", ["1: list or struct"]),
        ("select a + interval '1 day'", ["1: date function of an engine"]),
        ("select extract(epoch from a)", ["1: date function of an engine"]),
        ("select cast(a as double)", ["1: floating point", "1: cast to double"]),
        ("select cast(coalesce(cast(a as int), 0) as hugeint)", ["1: cast to hugeint"]),
        ("select cast(a as decimal)", ["1: cast to decimal"]),
        ("select now()", ["1: clock"]),
        ("{% set a = 1 %}{% for b in c %}", ["1: jinja statement", "1: jinja statement"]),
    ],
)
def test_a_violation_is_found_where_it_stands(sql: str, rules: list[str]) -> None:
    assert [news.partition(" (")[0] for news in unportable(sql)] == rules


@pytest.mark.parametrize("folder", DIVIDES)
def test_kpis_divide(folder: str) -> None:
    assert unportable("select paid_count / tried_count", f"{folder}kpi_rates.sql") == []


@pytest.mark.parametrize(
    "data_type",
    ["string", "boolean", "int", "bigint", "date", "timestamp", "decimal(18,4)", "decimal(38, 4)"],
)
def test_types_of_every_engine_pass(data_type: str) -> None:
    declared = {"models": [{"columns": [{"name": "a", "data_type": data_type}]}]}
    assert list(foreign_types(declared)) == []
    assert unportable(f"select cast(a as {data_type}) as a") == []


@pytest.mark.parametrize(
    "data_type",
    ["double", "varchar", "decimal", "hugeint", "timestamptz", "float", "int[]", "decimal(18)"],
)
def test_a_type_of_one_engine_is_reported(data_type: str) -> None:
    contract = {"models": [{"columns": [{"name": "a", "data_type": data_type}]}]}
    seeds = {"seeds": {"billing": {"rates": {"+column_types": {"a": data_type}}}}}
    assert list(foreign_types(contract)) == list(foreign_types(seeds)) == [data_type]


def test_files_of_one_engine_are_reported() -> None:
    planted = ["models/core/facts/fct_things.py", "snapshots/things.sql", "packages.yml"]
    near_misses = ["models/_groups.yml", "python_checks/cli.py", "docs/packages.yml", "vars.yml"]
    assert unportable_files([*near_misses, *planted]) == planted


@pytest.mark.parametrize("engine", ["duckdb", "default", "spark"])
def test_a_dispatched_macro_may_use_what_its_engine_understands(engine: str) -> None:
    macro = "{% macro day(a) -%} strftime({{ a }}, '%d') {%- endmacro %}"
    dispatched = macro.replace("day(", f"{engine}__day(")
    assert unportable_macros(dispatched) == []
    assert _names(unportable_macros(f"{dispatched}\n{macro}")) == ["date function of an engine"]
