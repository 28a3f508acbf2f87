"""docs/mappings/: which raw column becomes which canonical column, in which unit and sign.

Nobody writes these pages: the staging models are compiled with every system switched on, and the
compiled SQL is followed from each canonical column down to the raw columns it is made of.

    python -m python_checks.mapping_docs          writes the pages
    python -m python_checks.mapping_docs --check  fails where a page is not what it would write

Units come from the `kind` that the source YAML gives a raw column, signs and rules from the SQL:
what readers and casts do to a cell is left out, what is left is named (`sign flipped`) or shown.
It follows plain selects, joins, unions and subqueries in `from`; a column that it cannot follow is
shown as the SQL that was written. Needs the development dependencies (sqlglot), no raw files and
no warehouse.
"""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import sqlglot
import yaml
from dbt.contracts.graph.nodes import ModelNode
from sqlglot import exp

from python_checks.configuration import read_settings
from python_checks.dbt_process import DbtProcess, failures_as_text
from python_checks.errors import RunError
from python_checks.interrupts import Interrupts

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = Path("docs/mappings")
COMMAND = "python -m python_checks.mapping_docs"
GENERATED = f"Written by `{COMMAND}` from the compiled models; do not edit by hand."

# Row accounting and quarantine are made of every raw table, alike in all systems.
DERIVED = ("quarantined_rows", "raw_counts")
LONGEST_SQL = 200
# More alternatives than this are summed up instead of listed.
MOST_ALTERNATIVES = 8

KINDS_IN_WORDS = {
    "minor": "minor units",
    "major": "major units",
    "decimal": "number",
    "integer": "whole number",
    "timestamp": "UTC timestamp",
    "date": "date",
    "boolean": "true or false",
    "currency": "currency code",
    "id": "id",
    "status": "word",
    "word": "word",
    "text": "text",
}
# Where the canonical type alone says what is there, whatever the cell was.
TYPES_IN_WORDS = {
    "boolean": "true or false",
    "timestamp": "UTC timestamp",
    "date": "date",
    "int": "whole number",
    "bigint": "whole number",
}

# Schemas of the leaves that a column can come from. Staging's verdict on a row is one of its own.
RAW, LANDING, REFERENCE, JUDGED = "raw_", "landing", "reference", "judged"
VERDICT = ("row_disposition", "disposition_reason")

Choice = Mapping[int, int]


# What the project says


@dataclass(frozen=True)
class RawColumn:
    """One column of a raw table, as the source YAML lists it."""

    name: str
    kind: str
    is_required: bool
    is_filled: bool
    is_accounted: bool


@dataclass(frozen=True)
class RawTable:
    """One raw table of one system; columns in the order of the source YAML."""

    name: str
    is_optional: bool
    columns: list[RawColumn]


@dataclass(frozen=True)
class Entity:
    """One canonical entity: its grain in words and the type of each column."""

    name: str
    grain: str
    columns: dict[str, str]


@dataclass(frozen=True)
class Project:
    """What the pages are made of. `sql` is the compiled text of stg_ and map_ models, by name."""

    systems: dict[str, str]
    raw_tables: dict[str, dict[str, RawTable]]
    entities: dict[str, Entity]
    sql: dict[str, str]

    def feeds(self, system: str) -> list[Entity]:
        """The entities that a system feeds, in the order of the bus matrix."""
        return [
            entity for name, entity in self.entities.items() if f"map_{system}__{name}" in self.sql
        ]


def read_project(project_dir: Path = PROJECT) -> Project:
    """Parses the project and compiles its staging models with every system switched on.

    RunError when dbt cannot. Nothing is written outside a temporary folder, and nothing read from
    the caller's warehouse.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        every_system = ",".join(read_settings(project_dir=project_dir).systems)
        settings = read_settings(
            project_dir=project_dir, warehouse=scratch / "warehouse", systems=every_system
        )
        settings.warehouse.root.mkdir()
        environment = settings.environment() | {
            "DBT_TARGET_PATH": str(scratch / "target"),
            "DBT_LOG_PATH": str(scratch / "logs"),
        }
        with _environment(environment), Interrupts() as interrupts:
            dbt = DbtProcess(settings, interrupts)
            try:
                dbt.parse()
                outcomes = dbt.invoke(
                    ["compile", "--no-introspect", "--select", "staging,resource_type:model"]
                )
            finally:
                dbt.close()
        if any(outcome.has_failed for outcome in outcomes):
            raise RunError(failures_as_text(outcomes))
        compiled = scratch / "target" / "compiled" / str(dbt.manifest.metadata.project_name)
        return _project_of(dbt, compiled, project_dir, list(settings.systems))


def _project_of(
    dbt: DbtProcess, compiled: Path, project_dir: Path, systems: Sequence[str]
) -> Project:
    descriptions, raw_tables = {}, {}
    for system in systems:
        tables = [
            source
            for source in dbt.manifest.sources.values()
            if source.source_name == f"raw_{system}"
        ]
        if not tables:
            continue
        descriptions[system] = " ".join(tables[0].source_description.split())
        raw_tables[system] = {
            table.name: RawTable(
                name=table.name,
                is_optional=bool(table.config.meta.get("optional")),
                columns=[
                    RawColumn(
                        name=column.name,
                        kind=column.config.meta.get("kind", "text"),
                        is_required=bool(column.config.meta.get("required")),
                        is_filled=bool(column.config.meta.get("filled")),
                        is_accounted=bool(column.config.meta.get("staged_as")),
                    )
                    for column in table.columns.values()
                ],
            )
            for table in tables
        }
    models = {model.name: model for model in dbt.models}
    feeds = yaml.safe_load((project_dir / "vars.yml").read_text("utf-8"))["vars"]["feeds"]
    entities = {name: _entity_of(name, models[f"cdm_{name}"]) for name in feeds}
    sql = {
        name: (compiled / model.original_file_path).read_text("utf-8")
        for name, model in models.items()
        if name.startswith(("stg_", "map_"))
    }
    return Project(descriptions, raw_tables, entities, sql)


def _entity_of(name: str, model: ModelNode) -> Entity:
    return Entity(
        name=name,
        grain=model.description.removeprefix("Grain: "),
        columns={column.name: str(column.data_type) for column in model.columns.values()},
    )


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables for a while; a salt of the caller's is kept out of the SQL."""
    before = dict(os.environ)
    os.environ.pop("PII_SALT", None)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# Following a column through the SQL


@dataclass(eq=False)
class Relation:
    """What stands behind a name in a `from`: a query with the CTEs it sees, or a leaf.

    `schema` is set on leaves (and decides what they are); `model` is the model the query is of.
    """

    name: str
    model: str = ""
    schema: str = ""
    query: exp.Query | None = None
    ctes: dict[str, "Relation"] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """A relation under its alias in one select; `join` is None for the one in `from`."""

    alias: str
    relation: Relation
    join: exp.Join | None


@dataclass(frozen=True)
class Output:
    """One column of one alternative: its simplified expression over leaves, and why it is so."""

    value: exp.Expr
    comments: list[str]


class Lineage:
    """Follows columns of one system's models. Queries are parsed once and kept."""

    def __init__(self, project: Project) -> None:
        self._sql = project.sql
        self._models: dict[str, Relation] = {}
        self._sources: dict[int, list[Source]] = {}
        self._branches: dict[int, list[Relation]] = {}
        self._comments: list[str] = []

    def model(self, name: str) -> Relation:
        """The relation of a stg_ or map_ model."""
        if name not in self._models:
            query = sqlglot.parse_one(self._sql[name], dialect="duckdb")
            if not isinstance(query, exp.Query):
                raise RunError(f"{name} does not compile to a select.")
            self._models[name] = _relation_of(name, name, query, {})
        return self._models[name]

    def alternatives(self, relation: Relation) -> list[Choice]:
        """Every way to take one branch of each union that the rows of a relation pass through."""
        if relation.query is None or relation.model.startswith("stg_"):
            return [{}]
        if isinstance(relation.query, exp.SetOperation):
            return [
                {id(relation.query): number} | choice
                for number, branch in enumerate(self.branches(relation))
                for choice in self.alternatives(branch)
            ]
        choices: list[Choice] = [{}]
        for source in self.sources(relation):
            choices = [
                {**left, **right}
                for left in choices
                for right in self.alternatives(source.relation)
                # A union that is read twice takes the same branch both times.
                if all(left.get(union, branch) == branch for union, branch in right.items())
            ]
        return choices

    def output(self, relation: Relation, column: str, choice: Choice) -> Output | None:
        """A column of a relation in one alternative; None where it has no such column."""
        self._comments = []
        value = self.resolve(relation, column, choice)
        if value is None:
            return None
        return Output(simplified(value), list(dict.fromkeys(self._comments)))

    def resolve(self, relation: Relation, column: str, choice: Choice) -> exp.Expr | None:
        """The expression over leaves that a column stands for; None where there is no such."""
        query = relation.query
        if query is None:
            return exp.column(column, table=relation.name, db=relation.schema)
        if isinstance(query, exp.SetOperation):
            branches = self.branches(relation)
            branch = branches[choice.get(id(query), 0)]
            names = _names_of(branches[0])
            # Branches are one another's columns by position, whatever they call them.
            own_names = _names_of(branch)
            if column in names and "*" not in names + own_names:
                column = own_names[names.index(column)]
            return self.resolve(branch, column, choice)
        if relation.model.startswith("stg_") and relation.name == relation.model:
            if column in VERDICT:
                return exp.column(column, table=_raw_table_of(relation.model), db=JUDGED)
        if not isinstance(query, exp.Select):
            return None
        for projection in query.selects:
            if projection.alias_or_name == column and not projection.is_star:
                if relation.model.startswith("map_"):
                    self._comments += _comments_in(projection)
                return self.expand(projection.unalias(), relation, choice)
        for projection in query.selects:
            if projection.is_star:
                of_table = projection.table if isinstance(projection, exp.Column) else ""
                for source in self.sources(relation):
                    if source.alias == of_table or not of_table:
                        found = self.resolve(source.relation, column, choice)
                        if found is not None:
                            return found
        return None

    def expand(self, expression: exp.Expr, relation: Relation, choice: Choice) -> exp.Expr:
        """The expression of one select with every column replaced by what it stands for."""
        holder = exp.Paren(this=expression.copy())
        for column in list(holder.find_all(exp.Column)):
            value = self._column(column, relation, choice)
            if value is not None:
                column.replace(_wrapped(value, column.parent))
        return holder.this.pop()

    def _column(self, column: exp.Column, relation: Relation, choice: Choice) -> exp.Expr | None:
        for source in self.sources(relation):
            if column.table and source.alias != column.table:
                continue
            value = self.resolve(source.relation, column.name, choice)
            if value is None:
                continue
            if source.join is None:
                return value
            keys = self._keys_of(source, relation, choice)
            if column.name == "canonical_value" and _only_from(value, REFERENCE) and keys:
                return exp.Anonymous(this="word_of", expressions=[keys[0]])
            words = [_sql(simplified(key)) for key in keys]
            for leaf in value.find_all(exp.Column):
                leaf.meta.setdefault("found_by", words)
            return value
        return None

    def _keys_of(self, source: Source, relation: Relation, choice: Choice) -> list[exp.Expr]:
        """What a joined relation is looked up by: the other side of each equality of its `on`."""
        keys = []
        condition = source.join.args.get("on") if source.join else None
        for part in _conjuncts(condition):
            if not isinstance(part, exp.EQ):
                continue
            for own, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(own, exp.Column) and own.table == source.alias:
                    if own.name != "source_account":
                        keys.append(self.expand(other, relation, choice))
                    break
        return keys

    def sources(self, relation: Relation) -> list[Source]:
        """What a select reads, the relation in its `from` first."""
        query = relation.query
        if query is None or id(query) not in self._sources:
            found = []
            if isinstance(query, exp.Select):
                start = query.args.get("from_")
                if start is not None:
                    found.append(self._source(start.this, relation, None))
                for join in query.args.get("joins") or []:
                    found.append(self._source(join.this, relation, join))
            self._sources[id(query)] = found
        return self._sources[id(query)]

    def _source(self, item: exp.Expr, relation: Relation, join: exp.Join | None) -> Source:
        if isinstance(item, exp.Subquery):
            inner = item.unnest()
            if not isinstance(inner, exp.Query):
                raise RunError(f"{relation.model}: cannot follow {_sql(item)}.")
            return Source(
                item.alias, _relation_of(item.alias, relation.model, inner, relation.ctes), join
            )
        if not isinstance(item, exp.Table):
            raise RunError(f"{relation.model}: cannot follow {_sql(item)}.")
        name, schema = item.name, item.db
        if not schema and name in relation.ctes:
            read = relation.ctes[name]
        elif name in self._sql:
            read = self.model(name)
        else:
            is_raw = schema.startswith(RAW) or schema == LANDING
            read = Relation(name, schema=schema if is_raw else REFERENCE)
        return Source(item.alias or name, read, join)

    def branches(self, relation: Relation) -> list[Relation]:
        """The selects of a union, first to last."""
        key = id(relation.query)
        if key not in self._branches:
            found, waiting = [], [relation.query]
            while waiting:
                query = waiting.pop()
                query = query.unnest() if isinstance(query, exp.Subquery) else query
                if isinstance(query, exp.SetOperation):
                    waiting += [query.right, query.left]
                elif isinstance(query, exp.Query):
                    found.append(Relation(relation.name, relation.model, "", query, relation.ctes))
            self._branches[key] = found
        return self._branches[key]

    def base(self, relation: Relation, choice: Choice) -> Relation:
        """The raw table (or other leaf) whose rows a relation's rows are."""
        while relation.query is not None:
            if isinstance(relation.query, exp.SetOperation):
                relation = self.branches(relation)[choice.get(id(relation.query), 0)]
            else:
                relation = self.sources(relation)[0].relation
        return relation

    def conditions(self, relation: Relation, choice: Choice) -> Iterator[exp.Expr]:
        """Every `where`, `on` and `group by` of a model, over leaves."""
        seen: set[int] = set()
        waiting = [relation]
        while waiting:
            step = waiting.pop()
            if step.query is None or step.model.startswith("stg_") or id(step.query) in seen:
                continue
            seen.add(id(step.query))
            if isinstance(step.query, exp.SetOperation):
                waiting += self.branches(step)
                continue
            waiting += [source.relation for source in self.sources(step)]
            group = step.query.args.get("group")
            parts = [
                _where_of(step.query),
                *(join.args.get("on") for join in step.query.args.get("joins") or []),
                *(group.expressions if group is not None else []),
            ]
            for part in parts:
                if part is not None:
                    yield self.expand(part, step, choice)

    def rows(self, relation: Relation, choice: Choice) -> str:
        """Which raw rows feed an entity in one alternative, in words."""
        dispositions, conditions, partners, comments = ["accepted"], [], [], []
        has_verdict, base = False, self.base(relation, choice)
        while relation.query is not None and not relation.model.startswith("stg_"):
            if isinstance(relation.query, exp.SetOperation):
                relation = self.branches(relation)[choice.get(id(relation.query), 0)]
                continue
            comments += _comments_of_rows(relation.query)
            for part in _conjuncts(_where_of(relation.query)):
                condition = simplified(self.expand(part, relation, choice))
                if not _is_about_verdict(condition):
                    conditions.append(_sql(condition))
                    continue
                if any(leaf.table == base.name for leaf in condition.find_all(exp.Column)):
                    has_verdict = True
                    dispositions = [word.name for word in condition.find_all(exp.Literal)]
            sources = self.sources(relation)
            for source in sources[1:]:
                partner = self.base(source.relation, choice)
                if source.join is not None and not source.join.side:
                    if partner.schema.startswith(RAW):
                        partners.append(f"`{partner.name}`")
            relation = sources[0].relation
        taken = f"{' and '.join(dispositions)} rows" if has_verdict else "rows"
        text = f"{taken} of `{_leaf_name(base.schema, base.name)}`"
        if partners:
            text += f" that have their {' and '.join(dict.fromkeys(partners))}"
        if conditions:
            text += f" where {_code(_shortened(' and '.join(conditions)))}"
        return _with_comments(text, comments)


def _relation_of(
    name: str, model: str, query: exp.Query, seen: Mapping[str, Relation]
) -> Relation:
    ctes = dict(seen)
    for cte in query.ctes:
        inner = cte.this.unnest() if isinstance(cte.this, exp.Subquery) else cte.this
        ctes[cte.alias] = _relation_of(cte.alias, model, inner, ctes)
    return Relation(name, model, "", query, ctes)


def _names_of(relation: Relation) -> list[str]:
    return relation.query.named_selects if relation.query is not None else []


def _raw_table_of(staging_model: str) -> str:
    return staging_model.partition("__")[2]


def _where_of(query: exp.Query) -> exp.Expr | None:
    where = query.args.get("where")
    return where.this if where is not None else None


def _conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """The parts of a condition that all must hold."""
    if condition is None:
        return []
    if isinstance(condition, exp.And):
        return [*_conjuncts(condition.left), *_conjuncts(condition.right)]
    return [condition]


def _comments_in(expression: exp.Expr) -> list[str]:
    parts = [
        " ".join(comment.strip() for comment in node.comments)
        for node in expression.walk()
        if node.comments
    ]
    return [part for part in parts if part]


def _comments_of_rows(query: exp.Query) -> list[str]:
    """Comments over a select, its `from` or its `where`: they say why these rows."""
    places = [query, query.args.get("from_"), query.args.get("where")]
    parts = [" ".join(c.strip() for c in place.comments) for place in places if place and place.comments]
    return [part for part in parts if part]


def _is_about_verdict(condition: exp.Expr) -> bool:
    leaves = list(condition.find_all(exp.Column))
    return bool(leaves) and all(leaf.db == JUDGED for leaf in leaves)


def _only_from(value: exp.Expr, schema: str) -> bool:
    leaves = list(value.find_all(exp.Column))
    return bool(leaves) and all(leaf.db == schema for leaf in leaves)


def _wrapped(value: exp.Expr, parent: exp.Expr | None) -> exp.Expr:
    """In parentheses where the parent's operator could bind tighter."""
    value = value.copy()
    if isinstance(value, (exp.Binary, exp.Not, exp.Neg)) and isinstance(
        parent, (exp.Binary, exp.Unary, exp.In)
    ):
        if not isinstance(parent, exp.Paren):
            return exp.Paren(this=value)
    return value


# Leaving out how cells are read


def simplified(expression: exp.Expr) -> exp.Expr:
    """The expression without casts, trimming and the readers of macros/reading.

    What a reader means beyond that stays as a word: lower(x), masked(x), bare_date(x), word_of(x).
    Leaves that are converted from minor units carry `is_minor` in their meta.
    """
    holder = exp.Tuple(expressions=[expression.copy()])
    for node in reversed(list(holder.dfs())):
        if node is holder or node.parent is None:
            continue
        simpler = _simpler(node)
        if simpler is not node:
            node.replace(simpler.copy())
    result = holder.expressions[0].pop()
    return result.this if isinstance(result, exp.Paren) else result


def _simpler(node: exp.Expr) -> exp.Expr:
    """The node one step simpler, its children being simple already; itself where it is."""
    if isinstance(node, (exp.Cast, exp.TryCast, exp.Trim)):
        return node.this
    if isinstance(node, exp.Nullif) and _is_text(node.expression, ""):
        return node.this
    if isinstance(node, exp.Anonymous) and node.name == "timezone" and len(node.expressions) == 2:
        return node.expressions[1]
    if isinstance(node, exp.Paren) and not isinstance(node.this, (exp.Binary, exp.Not, exp.Neg)):
        return node.this
    if isinstance(node, exp.MD5):
        return exp.Anonymous(this="masked", expressions=_distinct_leaves([node]))
    if isinstance(node, exp.Coalesce):
        return _without_nulls(node)
    if isinstance(node, exp.Mul) and _is_minor_unit(node.expression):
        for leaf in node.this.find_all(exp.Column):
            leaf.meta["is_minor"] = True
        return node.this
    if isinstance(node, exp.Case):
        return _simpler_case(node)
    return node


def _simpler_case(case: exp.Case) -> exp.Expr:
    """A reader's `case` as what it reads; other cases as they are."""
    branches, default = case.args["ifs"], case.args.get("default")
    if case.this is not None or default is not None:
        return case
    # true/false from the spellings of connectors
    if all(
        isinstance(branch.this, exp.In) and isinstance(branch.args["true"], exp.Boolean)
        for branch in branches
    ):
        cell = branches[0].this.this
        return cell.this if isinstance(cell, exp.Lower) else cell
    if len(branches) > 1:
        return case
    condition, value = branches[0].this, branches[0].args["true"]
    if isinstance(condition, exp.RegexpLike):
        if isinstance(value, exp.Substring):
            value = value.this
        return exp.Anonymous(this="bare_date", expressions=[value]) if _takes_bare_dates_only(
            condition.expression.name
        ) else value
    if isinstance(condition, exp.GT) and isinstance(condition.this, exp.StrPosition):
        position = condition.this
        return exp.Anonymous(this="text_after", expressions=[position.this, position.args["substr"]])
    if isinstance(value, exp.Anonymous) and value.name == "masked":
        return value
    return case


def _takes_bare_dates_only(pattern: str) -> bool:
    return bool(re.search(pattern, "2026-01-31")) and not re.search(pattern, "2026-01-31 00:00:00")


def _is_minor_unit(factor: exp.Expr) -> bool:
    leaves = list(factor.find_all(exp.Column))
    return bool(leaves) and all(
        leaf.db == REFERENCE and leaf.name == "minor_unit" for leaf in leaves
    )


def _without_nulls(coalesce: exp.Coalesce) -> exp.Expr:
    parts = [
        part
        for part in (coalesce.this, *coalesce.expressions)
        if not isinstance(part, exp.Null)
    ]
    if len(parts) == 1 + len(coalesce.expressions):
        return coalesce
    if len(parts) <= 1:
        return parts[0] if parts else exp.null()
    return exp.Coalesce(this=parts[0], expressions=parts[1:])


def _is_text(node: exp.Expr, text: str) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and node.name == text


# What is left, in words


def leaves_of(expression: exp.Expr) -> list[exp.Column]:
    """The distinct leaves of an expression, in the order they are written."""
    return _distinct_leaves([expression])


def value_leaves_of(expression: exp.Expr) -> list[exp.Column]:
    """The leaves whose value can be the result; not those that only decide between others."""
    return _distinct_leaves(_values_of(expression))


def _values_of(expression: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(expression, exp.Column):
        yield expression
    elif isinstance(expression, exp.Case):
        for branch in expression.args["ifs"]:
            yield from _values_of(branch.args["true"])
        if expression.args.get("default") is not None:
            yield from _values_of(expression.args["default"])
    else:
        for child in expression.iter_expressions():
            yield from _values_of(child)


def _distinct_leaves(expressions: Sequence[exp.Expr] | Iterator[exp.Expr]) -> list[exp.Column]:
    found: dict[tuple[str, str, str], exp.Column] = {}
    for expression in expressions:
        for leaf in expression.find_all(exp.Column, bfs=False):
            if leaf.db != REFERENCE and leaf.table:
                found.setdefault((leaf.db, leaf.table, leaf.name), leaf)
    return list(found.values())


def rule_of(expression: exp.Expr, base: str) -> str:
    """The sign or rule of a simplified expression; `base` is the raw table its row is of."""
    if isinstance(expression, exp.Null):
        return "unknown: typed null"
    if isinstance(expression, (exp.Literal, exp.Boolean)):
        return f"constant {_code(_sql(expression))}"
    words: list[str] = []
    rest: exp.Expr = expression
    while not isinstance(rest, exp.Column):
        sign = _sign_of(rest)
        if isinstance(rest, exp.Paren):
            rest = rest.this
        elif isinstance(rest, exp.Neg):
            words.append("sign flipped")
            rest = rest.this
        elif sign is not None:
            words.append(sign[1])
            rest = sign[0]
        elif isinstance(rest, exp.Lower):
            words.append("in lower case")
            rest = rest.this
        elif isinstance(rest, exp.Upper):
            words.append("in upper case")
            rest = rest.this
        elif isinstance(rest, exp.Anonymous) and rest.name in ("word_of", "masked", "bare_date"):
            words.append(
                {
                    "word_of": "its word in `status_map`",
                    "masked": "keyed hash",
                    "bare_date": "where the cell is a bare date",
                }[rest.name]
            )
            rest = rest.expressions[0]
            # Every status is compared in lower case: nothing to say about it.
            rest = rest.this if isinstance(rest, exp.Lower) else rest
        elif (
            isinstance(rest, exp.Coalesce)
            and len(rest.expressions) == 1
            and isinstance(rest.expressions[0], (exp.Literal, exp.Boolean))
            and isinstance(rest.this, exp.Column)
        ):
            words.append(f"blank is {_code(_sql(rest.expressions[0]))}")
            rest = rest.this
        else:
            shown = _code(_shortened(_sql(rest)))
            return ", ".join([shown, *words])
    if rest.name == "_source_account":
        return "folder of the account, else `default`"
    if "sign flipped" not in " ".join(words) and not words:
        words = ["as delivered"]
    found_by = rest.meta.get("found_by")
    if found_by and rest.table != base and rest.db.startswith(RAW):
        words.append(f"found by {' and '.join(_code(key) for key in found_by)}")
    return ", ".join(words)


def _sign_of(expression: exp.Expr) -> tuple[exp.Expr, str] | None:
    """What is multiplied by a `case` of 1 and -1, and when that flips the sign."""
    if not isinstance(expression, exp.Mul):
        return None
    for factor, other in (
        (expression.expression, expression.this),
        (expression.this, expression.expression),
    ):
        if isinstance(factor, exp.Case) and len(factor.args["ifs"]) == 1:
            branch = factor.args["ifs"][0]
            values = (_sql(branch.args["true"]), _sql(factor.args.get("default") or exp.null()))
            word = {("1", "-1"): "unless", ("-1", "1"): "where"}.get(values)
            if word:
                return other, f"sign flipped {word} {_code(_sql(branch.this))}"
    return None


def unit_of(expression: exp.Expr, column: str, data_type: str, tables: Mapping[str, RawTable]) -> str:
    """The unit of a canonical column, from the kinds of the raw columns it takes its value from."""
    if isinstance(expression, exp.Null):
        return "—"
    if data_type in TYPES_IN_WORDS:
        return TYPES_IN_WORDS[data_type]
    if any(call.name == "masked" for call in expression.find_all(exp.Anonymous)):
        return "keyed hash"
    is_money = "_amount" in column
    units = []
    for leaf in value_leaves_of(expression):
        kind = _kind_of(leaf, tables)
        unit = KINDS_IN_WORDS[kind]
        if leaf.meta.get("is_minor"):
            unit = "minor units → major units"
        elif is_money and kind == "decimal":
            unit = "major units"
        units.append(unit)
    if units:
        return " or ".join(dict.fromkeys(units))
    return "word" if data_type == "string" else "major units" if is_money else "number"


def _kind_of(leaf: exp.Column, tables: Mapping[str, RawTable]) -> str:
    if leaf.db.startswith(RAW) and leaf.table in tables:
        for column in tables[leaf.table].columns:
            if column.name == leaf.name:
                return column.kind
    return "text"


def _leaf_name(schema: str, *names: str) -> str:
    return ".".join([LANDING, *names] if schema == LANDING else names)


def from_of(expression: exp.Expr) -> str:
    """The raw columns of a simplified expression: its values, then what decides between them."""
    values = value_leaves_of(expression)
    names = [_code(_leaf_name(leaf.db, leaf.table, leaf.name)) for leaf in values]
    taken = set(names)
    deciders = [
        name
        for leaf in leaves_of(expression)
        if (name := _code(_leaf_name(leaf.db, leaf.table, leaf.name))) not in taken
    ]
    if not deciders:
        return ", ".join(names) or "—"
    decided = f"decided by {', '.join(deciders)}"
    return f"{', '.join(names)}; {decided}" if names else decided


def _sql(expression: exp.Expr) -> str:
    """The expression as SQL in lower case, leaves as table.column."""
    shown = exp.Tuple(expressions=[expression.copy()])
    for leaf in list(shown.find_all(exp.Column)):
        leaf.replace(exp.column(leaf.name, table=leaf.table or None))
    text = shown.expressions[0].sql(dialect="duckdb", comments=False, normalize_functions="lower")
    parts = re.split(r"('(?:[^']|'')*')", text)
    return "".join(part if part.startswith("'") else part.lower() for part in parts)


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_SQL:
        return text
    return text[:LONGEST_SQL].rsplit(" ", 1)[0] + " …"


def _code(text: str) -> str:
    return f"`{text}`"


def _with_comments(text: str, comments: Sequence[str]) -> str:
    return " ".join([text.rstrip(".") + ".", *dict.fromkeys(comments)]) if comments else text
