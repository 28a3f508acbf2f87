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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
# Stands for a raw table, where the same is said of all.
EVERY_TABLE = "every_table"
# Expressions longer than this are not repeated in columns that build on them.
WORTH_A_NAME = 60

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

RULES_IN_WORDS = {
    "word_of": "its word in `status_map`",
    "masked": "keyed hash",
    "bare_date": "where the cell is a bare date",
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
    accounted_as: str | None


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


def read_project(project_dir: Path) -> Project:
    """Parses the project and compiles its staging models with every system switched on.

    RunError when dbt cannot. Nothing is written outside a temporary folder, and nothing read from
    the caller's warehouse.
    """
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        every_system = ",".join(read_settings(project_dir=project_dir).systems)
        settings = read_settings(
            project_dir=project_dir,
            warehouse=scratch / "warehouse",
            systems=every_system,
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
                    [
                        "compile",
                        "--no-introspect",
                        "--select",
                        "staging,resource_type:model",
                    ]
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
                        accounted_as=column.config.meta.get("staged_as"),
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
        # What was resolved in the alternative that is being looked at, with its comments.
        self._choice: Choice = {}
        self._resolved: dict[tuple[int, str], tuple[exp.Expr | None, list[str]]] = {}
        self._comments: list[str] = []

    def model(self, name: str) -> Relation:
        """The relation of a stg_ or map_ model."""
        if name not in self._models:
            query = sqlglot.parse_one(self._sql[name], dialect="duckdb")
            self._models[name] = _relation_of(name, name, _query_in(query, name), {})
        return self._models[name]

    def alternatives(self, relation: Relation) -> list[Choice]:
        """Every way to take one branch of each union that the rows of a relation pass through."""
        if relation.query is None or relation.model.startswith("stg_"):
            return [{}]
        if isinstance(relation.query, exp.SetOperation):
            return [
                {id(relation.query): number, **choice}
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
        """The expression over leaves that a column stands for; None where there is no such.

        It is kept and must not be changed by who asks.
        """
        query = relation.query
        if query is None:
            return exp.column(column, table=relation.name, db=relation.schema)
        if choice is not self._choice:
            self._choice, self._resolved = choice, {}
        known = self._resolved.get((id(query), column))
        if known is None:
            outer, self._comments = self._comments, []
            value = self._resolve(relation, query, column, choice)
            known = self._resolved[id(query), column] = (value, self._comments)
            self._comments = outer
        self._comments = [*self._comments, *known[1]]
        return known[0]

    def _resolve(
        self, relation: Relation, query: exp.Query, column: str, choice: Choice
    ) -> exp.Expr | None:
        if isinstance(query, exp.SetOperation):
            branches = self.branches(relation)
            branch = branches[choice.get(id(query), 0)]
            names = _names_of(branches[0])
            # Branches are one another's columns by position, whatever they call them.
            own_names = _names_of(branch)
            if column in names and "*" not in names + own_names:
                column = own_names[names.index(column)]
            return self.resolve(branch, column, choice)
        is_staging_model = relation.name == relation.model and relation.name.startswith("stg_")
        if is_staging_model and column in VERDICT:
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
            # A subquery inside an expression has a scope of its own, which is not followed.
            if column.find_ancestor(exp.Select) is not None:
                continue
            value = self._column(column, relation, choice)
            if value is not None:
                column.replace(_wrapped(value, column.parent))
        expanded: exp.Expr = holder.this.pop()
        return expanded

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
            if _only_from(value, REFERENCE) and keys and column.name != "minor_unit":
                return _looked_up(column.name, keys)
            value = value.copy()
            for leaf in value.find_all(exp.Column):
                leaf.meta.setdefault("found_by", [_sql(key) for key in keys.values()])
                leaf.meta.setdefault("is_sought", column.name in keys)
            return value
        return None

    def _keys_of(self, source: Source, relation: Relation, choice: Choice) -> dict[str, exp.Expr]:
        """What each column is compared with by which a joined relation is looked up."""
        keys = {}
        for part in _conjuncts(source.join.args.get("on") if source.join else None):
            if not isinstance(part, exp.EQ):
                continue
            for own, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(own, exp.Column) and own.table == source.alias:
                    # Everything is looked up within its account.
                    if own.name != "source_account":
                        keys[own.name] = simplified(self.expand(other, relation, choice))
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
                joins: list[exp.Join] = query.args.get("joins") or []
                found += [self._source(join.this, relation, join) for join in joins]
            self._sources[id(query)] = found
        return self._sources[id(query)]

    def _source(self, item: exp.Expr, relation: Relation, join: exp.Join | None) -> Source:
        if isinstance(item, exp.Subquery):
            inner = _query_in(item, relation.model)
            read = _relation_of(item.alias, relation.model, inner, relation.ctes)
            return Source(item.alias, read, join)
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
            found: list[Relation] = []
            waiting: list[exp.Expr | None] = [relation.query]
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
                sources = self.sources(relation)
                # A list of literals reads from nothing: it is its own base.
                if not sources:
                    break
                relation = sources[0].relation
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
        base = self.base(relation, choice)
        dispositions: list[str] = []
        conditions: list[str] = []
        partners: list[str] = []
        comments: list[str] = []
        while relation.query is not None and not relation.model.startswith("stg_"):
            if isinstance(relation.query, exp.SetOperation):
                relation = self.branches(relation)[choice.get(id(relation.query), 0)]
                continue
            comments += _comments_of_rows(relation.query)
            for part in _conjuncts(_where_of(relation.query)):
                condition = simplified(self.expand(part, relation, choice))
                if not _only_from(condition, JUDGED):
                    conditions.append(_condition_of_rows(condition))
                elif all(leaf.table == base.name for leaf in condition.find_all(exp.Column)):
                    dispositions = [word.name for word in condition.find_all(exp.Literal)]
            sources = self.sources(relation)
            for source in sources[1:]:
                partner = self.base(source.relation, choice)
                is_sought_raw = partner.schema.startswith(RAW) and partner.name != base.name
                if source.join is not None and not source.join.side and is_sought_raw:
                    partners.append(_code(partner.name))
            relation = sources[0].relation
        text = f"rows of {_code(_leaf_name(base.schema, base.name))}"
        if dispositions:
            text = f"{' and '.join(dispositions)} {text}"
        elif base.schema.startswith(RAW):
            text = f"all {text}, as {'landed' if relation.query is None else 'staged'}"
        if partners:
            text += f" that have their {' and '.join(dict.fromkeys(partners))}"
        if conditions:
            text += f" where {' and '.join(conditions)}"
        return _with_comments(text, comments)


def _relation_of(name: str, model: str, query: exp.Query, seen: Mapping[str, Relation]) -> Relation:
    ctes = dict(seen)
    for cte in query.ctes:
        ctes[cte.alias] = _relation_of(cte.alias, model, _query_in(cte.this, model), ctes)
    return Relation(name, model, "", query, ctes)


def _query_in(item: exp.Expr, model: str) -> exp.Query:
    """A query without the parentheses around it."""
    query = item.unnest() if isinstance(item, exp.Subquery) else item
    if not isinstance(query, exp.Query):
        raise RunError(f"{model}: cannot follow {_sql(query)}.")
    return query


def _names_of(relation: Relation) -> list[str]:
    return relation.query.named_selects if relation.query is not None else []


def _raw_table_of(staging_model: str) -> str:
    return staging_model.partition("__")[2]


def _looked_up(column: str, keys: Mapping[str, exp.Expr]) -> exp.Expr:
    """A column of a seed as a word over what it is looked up by."""
    if column in keys:
        return exp.Anonymous(this="known", expressions=[keys[column].copy()])
    if column != "canonical_value":
        return exp.Anonymous(this=f"{column}_of", expressions=[k.copy() for k in keys.values()])
    # Words are compared in lower case everywhere: nothing to say about it.
    word = next(iter(keys.values()))
    word = _inner(word) if isinstance(word, exp.Lower) else word
    return exp.Anonymous(this="word_of", expressions=[word.copy()])


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
    parts = [
        " ".join(c.strip() for c in place.comments) for place in places if place and place.comments
    ]
    return [part for part in parts if part]


def _condition_of_rows(condition: exp.Expr) -> str:
    """A condition in words where it asks that nothing was found, else as SQL."""
    match condition:
        case exp.Is(this=exp.Column() as leaf, expression=exp.Null()) if leaf.meta.get("is_sought"):
            keys = " and ".join(_code(key) for key in leaf.meta["found_by"])
            return f"no {_code(leaf.table)} is found by {keys}"
    shown = _shortened(_sql(condition))
    return _code(f"({shown})" if isinstance(condition, exp.Or) else shown)


def _only_from(value: exp.Expr, schema: str) -> bool:
    leaves = list(value.find_all(exp.Column))
    return bool(leaves) and all(leaf.db == schema for leaf in leaves)


def _wrapped(value: exp.Expr, parent: exp.Expr | None) -> exp.Expr:
    """In parentheses where the parent's operator could bind tighter."""
    value = value.copy()
    is_operator = isinstance(value, (exp.Binary, exp.Not, exp.Neg))
    if is_operator and isinstance(parent, (exp.Binary, exp.Not, exp.Neg, exp.In)):
        return exp.Paren(this=value)
    return value


def _inner(node: exp.Expr) -> exp.Expr:
    """What a node with one operand is about."""
    inner: exp.Expr = node.this
    return inner


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
            node.replace(_wrapped(simpler, node.parent))
    result: exp.Expr = holder.expressions[0].pop()
    return _inner(result) if isinstance(result, exp.Paren) else result


def _simpler(node: exp.Expr) -> exp.Expr:
    """The node one step simpler, its children being simple already; itself where it is."""
    match node:
        case exp.Cast() | exp.TryCast() | exp.Trim():
            return _inner(node)
        case exp.Nullif() if _is_text(node.expression, ""):
            return _inner(node)
        case exp.Paren() if not isinstance(node.this, (exp.Binary, exp.Not, exp.Neg)):
            return _inner(node)
        case exp.Anonymous(name="timezone") if len(node.expressions) == 2:
            return _operand(node, 1)
        case exp.MD5(this=exp.Anonymous(name="joined") as salted) if len(salted.expressions) == 2:
            return exp.Anonymous(this="masked", expressions=_distinct_leaves([salted]))
        case exp.Coalesce():
            return _without_nulls(node)
        case exp.DPipe():
            return exp.Anonymous(this="joined", expressions=_joined_parts(node))
        case exp.EQ(this=exp.Literal(), expression=exp.Literal()):
            return exp.Boolean(this=node.this == node.expression)
        case exp.Mul() if _is_minor_unit(node.expression):
            for leaf in node.this.find_all(exp.Column):
                leaf.meta["is_minor"] = True
            return _inner(node)
        case exp.Mul(this=exp.Literal(), expression=exp.Interval(name="1") as one):
            return exp.Interval(this=exp.Literal.string(node.this.name), unit=one.args["unit"])
        case exp.Case():
            return _simpler_case(node)
        case exp.And(this=exp.Not(this=exp.Is(expression=exp.Null()) as blank)):
            # Without its reader, a filled cell that reads as nothing looks like a contradiction.
            for test in list(node.expression.find_all(exp.Is)):
                if test == blank:
                    test.replace(exp.Anonymous(this="is_unreadable", expressions=[test.this]))
    return node


def _simpler_case(case: exp.Case) -> exp.Expr:
    """A reader's `case` as what it reads; other cases as they are."""
    branches: list[exp.If] = case.args["ifs"]
    condition, value = _inner(branches[0]), _result(branches[0])
    # In one branch of a union a condition can be known.
    if isinstance(condition, exp.Boolean) and condition.this:
        return value
    if case.this is not None or case.args.get("default") is not None:
        return case
    # True and false from the spellings of connectors.
    if isinstance(condition, exp.In) and all(isinstance(_result(b), exp.Boolean) for b in branches):
        cell = _inner(condition)
        if isinstance(cell, exp.Lower) and any(_is_text(e, "true") for e in condition.expressions):
            return _inner(cell)
    if len(branches) > 1:
        return case
    match condition, value:
        case exp.RegexpLike(), _:
            cell = _inner(value) if isinstance(value, exp.Substring) else value
            if _takes_bare_dates_only(condition.expression.name):
                return exp.Anonymous(this="bare_date", expressions=[cell])
            return cell
        case exp.GT(this=exp.StrPosition() as position), exp.Substring():
            mark = position.args["substr"]
            return exp.Anonymous(this="text_after", expressions=[position.this, mark])
        case _, exp.Anonymous(name="masked"):
            return value
    return case


def _result(branch: exp.If) -> exp.Expr:
    value: exp.Expr = branch.args["true"]
    return value


def _operand(call: exp.Anonymous, number: int) -> exp.Expr:
    operand: exp.Expr = call.expressions[number]
    return operand


def _takes_bare_dates_only(pattern: str) -> bool:
    return bool(re.search(pattern, "2026-01-31")) and not re.search(pattern, "2026-01-31 00:00:00")


def _is_minor_unit(factor: exp.Expr) -> bool:
    leaves = list(factor.find_all(exp.Column))
    return bool(leaves) and all(
        leaf.db == REFERENCE and leaf.name == "minor_unit" for leaf in leaves
    )


def _without_nulls(coalesce: exp.Coalesce) -> exp.Expr:
    every_part: list[exp.Expr] = [coalesce.this, *coalesce.expressions]
    parts = [part for part in every_part if not isinstance(part, exp.Null)]
    if len(parts) == 1 + len(coalesce.expressions):
        return coalesce
    if len(parts) <= 1:
        return parts[0] if parts else exp.null()
    return exp.Coalesce(this=parts[0], expressions=parts[1:])


def _joined_parts(joined: exp.DPipe) -> list[exp.Expr]:
    """What is strung together, left to right, neighbouring constants made one."""
    parts: list[exp.Expr] = []
    for side in (joined.this, joined.expression):
        is_joined = isinstance(side, exp.Anonymous) and side.name == "joined"
        for part in side.expressions if is_joined else [side]:
            if parts and isinstance(part, exp.Literal) and isinstance(parts[-1], exp.Literal):
                parts[-1] = exp.Literal.string(parts[-1].name + part.name)
            else:
                parts.append(part)
    return parts


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


def _distinct_leaves(
    expressions: Sequence[exp.Expr] | Iterator[exp.Expr],
) -> list[exp.Column]:
    found: dict[tuple[str, str, str], exp.Column] = {}
    for expression in expressions:
        for leaf in expression.find_all(exp.Column, bfs=False):
            if leaf.db not in ("", REFERENCE):
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
        peeled = _peeled(rest)
        if peeled is None:
            words.insert(0, _code(_shortened(_sql(rest))))
            break
        rest, word = peeled
        words.append(word)
    if rest.name == "_source_account":
        return "folder of the account, else `default`"
    if isinstance(rest, exp.Column) and not rest.table:
        words.insert(0, f"as {_code(rest.name)} above")
    return ", ".join([*(words or ["as delivered"]), *_found_by(value_leaves_of(rest), base)])


def _found_by(leaves: Sequence[exp.Column], base: str) -> list[str]:
    """How the row is found that all leaves are of, where it is not the row of the base table."""
    ways = {
        " and ".join(_code(key) for key in leaf.meta.get("found_by", []))
        for leaf in leaves
        if leaf.db.startswith(RAW) and leaf.table != base
    }
    tables = {leaf.table for leaf in leaves}
    return [f"found by {way}" for way in ways if way] if len(ways) == len(tables) == 1 else []


def _peeled(expression: exp.Expr) -> tuple[exp.Expr, str] | None:
    """An expression without its outermost rule, and that rule in words; None where it has none."""
    match expression:
        case exp.Neg():
            return _inner(expression), "sign flipped"
        case exp.Lower():
            return _inner(expression), "in lower case"
        case exp.Upper():
            return _inner(expression), "in upper case"
        case exp.Anonymous() if expression.name in RULES_IN_WORDS:
            return _operand(expression, 0), RULES_IN_WORDS[expression.name]
        case exp.Coalesce(this=exp.Column(), expressions=[exp.Literal() | exp.Boolean() as blank]):
            return _inner(expression), f"blank is {_code(_sql(blank))}"
        case (
            exp.Mul(this=exp.Case() as case, expression=amount)
            | exp.Mul(this=amount, expression=exp.Case() as case)
        ):
            branch, default = case.args["ifs"][0], case.args.get("default")
            signs = (_sql(_result(branch)), _sql(default) if default else "")
            word = {("1", "-1"): "unless", ("-1", "1"): "where"}.get(signs)
            if word and len(case.args["ifs"]) == 1:
                return amount, f"sign flipped {word} {_code(_sql(branch.this))}"
    return None


def unit_of(
    expression: exp.Expr, column: str, data_type: str, tables: Mapping[str, RawTable]
) -> str:
    """The unit of a canonical column, from the kinds of the raw columns it takes its value from."""
    if isinstance(expression, exp.Null):
        return "—"
    if data_type in TYPES_IN_WORDS:
        return TYPES_IN_WORDS[data_type]
    calls = {call.name for call in expression.find_all(exp.Anonymous)}
    if "masked" in calls:
        return "keyed hash"
    if "joined" in calls:
        return "id" if column.endswith("_id") else "text"
    is_money = "_amount" in column
    units = []
    for leaf in value_leaves_of(expression):
        kind = _kind_of(leaf, tables)
        unit = KINDS_IN_WORDS.get(kind, kind)
        call = leaf.find_ancestor(exp.Anonymous)
        if call is not None and call.name == "word_of":
            unit = KINDS_IN_WORDS["word"]
        elif leaf.meta.get("is_minor"):
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
    for negation in list(shown.find_all(exp.Not)):
        test = negation.this
        if isinstance(test, exp.Is) and isinstance(test.expression, exp.Null):
            negation.replace(exp.Is(this=test.this, expression=exp.Not(this=exp.null())))
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


# Pages


@dataclass(frozen=True)
class Row:
    """One canonical column in one alternative, as the page shows it."""

    made_from: str
    unit: str
    rule: str


@dataclass(frozen=True)
class Alternative:
    """One kind of rows of an entity: where they come from, and the row of each column."""

    origin: str
    rows: dict[str, Row]


class SystemPage:
    """The page of one system."""

    def __init__(self, project: Project, system: str) -> None:
        self._project = project
        self._system = system
        self._tables = project.raw_tables[system]
        self._lineage = Lineage(project)
        self._mapped: set[tuple[str, str]] = set()
        self._deciding: set[tuple[str, str]] = set()

    def text(self) -> str:
        """The page in Markdown."""
        feeds = self._project.feeds(self._system)
        entities = [self._entity(entity) for entity in feeds]
        names = ", ".join(f"[{entity.name}](#{entity.name})" for entity in feeds)
        parts = [
            f"# `{self._system}`: raw column → canonical column",
            GENERATED + " [How to read it](README.md).",
            self._project.systems[self._system],
            f"Feeds {names}.",
            "## Raw tables",
            self._raw_tables(),
            "## Raw columns read but not mapped",
            self._unmapped(),
            *entities,
        ]
        return "\n\n".join(parts) + "\n"

    def _raw_tables(self) -> str:
        lines = [
            [
                _code(table.name),
                "optional" if table.is_optional else "required",
                _listed(self._staged_from(table.name, "row_id")),
                ", ".join(
                    f"**{_code(column.name)}**" if column.is_filled else _code(column.name)
                    for column in table.columns
                    if column.is_required or column.is_filled
                ),
            ]
            for table in self._tables.values()
        ]
        heads = ["raw table", "file", "key", "required columns (**bold**: filled in every row)"]
        return _table(heads, lines)

    def _entity(self, entity: Entity) -> str:
        relation = self._lineage.model(f"map_{self._system}__{entity.name}")
        alternatives = [
            self._alternative(entity, relation, choice)
            for choice in self._lineage.alternatives(relation)
        ]
        if entity.name in DERIVED:
            # Every raw table in the same way: said once.
            alternatives = list({repr(each): each for each in alternatives}.values())
        origin = "\n".join(
            f"{number}. {each.origin}" if len(alternatives) > 1 else each.origin
            for number, each in enumerate(alternatives, 1)
        )
        lines = [
            [
                _code(column),
                *(
                    _numbered([getattr(each.rows[column], part) for each in alternatives])
                    for part in ("made_from", "unit", "rule")
                ),
            ]
            for column in entity.columns
        ]
        heads = ["canonical column", "from raw", "unit", "sign or rule"]
        return "\n\n".join(
            [f"## {entity.name}", _sentence(entity.grain), origin, _table(heads, lines)]
        )

    def _alternative(self, entity: Entity, relation: Relation, choice: Choice) -> Alternative:
        base = self._lineage.base(relation, choice)
        is_derived = entity.name in DERIVED
        table = self._tables.get(base.name) if is_derived else None
        origin = _sentence(self._lineage.rows(relation, choice))
        rows: dict[str, Row] = {}
        named: list[tuple[str, exp.Expr]] = []
        for column, data_type in entity.columns.items():
            output = self._lineage.output(relation, column, choice)
            if output is None:
                raise RunError(f"{relation.model} has no column {column}.")
            value = output.value
            unit = unit_of(value, column, data_type, self._tables)
            if not is_derived:
                self._mapped |= _places_of(value)
            elif table is not None:
                value = _of_every_table(value, table)
            rule = rule_of(_with_names(value, named), base.name)
            rows[column] = Row(from_of(value), unit, _with_comments(rule, output.comments))
            if len(_sql(value)) > WORTH_A_NAME:
                named.append((column, value))
        if table is not None:
            origin = origin.replace(_code(table.name), _code(EVERY_TABLE))
        if not is_derived:
            for condition in self._lineage.conditions(relation, choice):
                self._deciding |= _places_of(condition)
        return Alternative(origin, rows)

    def _unmapped(self) -> str:
        lines = [
            [
                _code(f"{table.name}.{column.name}"),
                KINDS_IN_WORDS.get(column.kind, column.kind),
                ", ".join(self._uses(table, column)),
            ]
            for table in self._tables.values()
            for column in table.columns
            if (table.name, column.name) not in self._mapped
        ]
        if not lines:
            return "None: every raw column is mapped."
        return _table(["raw column", "unit", "what for"], lines)

    def _uses(self, table: RawTable, column: RawColumn) -> list[str]:
        """What a raw column is read for that becomes no canonical column."""
        uses = {
            "joins or filters rows": (table.name, column.name) in self._deciding,
            "part of the key": column.name in self._staged_from(table.name, "row_id"),
            "marks deleted rows": column.name in self._staged_from(table.name, "is_marked_deleted"),
            "marks test data": column.name in self._staged_from(table.name, "is_test_mode"),
            "tells the newest version": column.name in self._staged_from(table.name, "row_version"),
            "counted in row accounting": column.accounted_as is not None,
        }
        found = [use for use, is_so in uses.items() if is_so]
        # Every listed column is: a cell that does not read as its kind quarantines the row.
        return found or ["checked, and compared between deliveries"]

    def _staged_from(self, table: str, column: str) -> list[str]:
        """The raw columns that a column of a staging model's judging is made of."""
        staging = self._lineage.model(f"stg_{self._system}__{table}")
        output = self._lineage.output(staging.ctes.get("judged", staging), column, {})
        return [leaf.name for leaf in leaves_of(output.value)] if output else []


def _places_of(value: exp.Expr) -> set[tuple[str, str]]:
    return {(leaf.table, leaf.name) for leaf in leaves_of(value)}


def _of_every_table(value: exp.Expr, table: RawTable) -> exp.Expr:
    """What row accounting says of one raw table, in words that hold for all of them."""
    columns = {column.name: column for column in table.columns}
    holder = exp.Tuple(expressions=[value.copy()])
    for leaf in leaves_of(holder):
        column = columns.get(leaf.name)
        name = leaf.name
        if column is not None:
            is_currency = column.kind == "currency"
            name = "amount" if column.accounted_as else "currency" if is_currency else "key"
        for place in list(holder.find_all(exp.Column)):
            if place == leaf:
                place.replace(exp.column(name, table=EVERY_TABLE, db=leaf.db))
    for call in list(holder.find_all(exp.Anonymous)):
        if call.name == "joined":
            call.replace(exp.column("key", table=EVERY_TABLE, db=RAW))
    amounts = {column.accounted_as for column in table.columns}
    for literal in list(holder.find_all(exp.Literal)):
        if literal.is_string and literal.name == table.name:
            literal.replace(exp.Literal.string(EVERY_TABLE))
        elif literal.is_string and literal.name in amounts:
            literal.replace(exp.Literal.string("amount"))
    result: exp.Expr = holder.expressions[0].pop()
    return result


def _with_names(value: exp.Expr, named: Sequence[tuple[str, exp.Expr]]) -> exp.Expr:
    """The expression with what an earlier column says already replaced by that column's name."""
    holder = exp.Tuple(expressions=[value.copy()])
    for name, said in sorted(named, key=lambda pair: -len(_sql(pair[1]))):
        for node in list(holder.find_all(type(said))):
            if node is not holder and node == said:
                node.replace(exp.column(name))
    result: exp.Expr = holder.expressions[0].pop()
    return result


def _numbered(texts: Sequence[str]) -> str:
    """One text where all alternatives say the same, else each with the numbers it holds for."""
    said: dict[str, list[str]] = {}
    for number, text in enumerate(texts, 1):
        said.setdefault(text, []).append(str(number))
    if len(said) == 1:
        return texts[0]
    return "<br>".join(f"({', '.join(numbers)}) {text}" for text, numbers in said.items())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(_code(name) for name in names) or "—"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    # Markdown ends a cell at a bar, also inside code.
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [list(heads), ["---"] * len(heads), *cells]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


INTRODUCTION = """\
# Mappings

{generated} `--check` fails where a page is out of date.

One page per system: every canonical column that the system feeds, the raw columns it is made of,
their unit, and the sign or rule.

- **from raw**: `table.column` of the raw files. After "decided by" stand columns that choose
  between values without being one. `_source_account`, `_source_file` and `_source_row` say where a
  row lies; `landing.` are the notes of the reader of the files.
- **unit**: what the raw cell holds, from the `kind` in the source YAML. Canonical amounts are in
  major units of `currency` always, instants in UTC.
- **sign or rule**: "as delivered" is the cell, read as its kind and otherwise untouched. "unknown:
  typed null" means that the system does not say. SQL is shown where there is more to it, without
  casts and shortened; the text after it is the comment that stands in the model.
- One raw cell can feed both clocks of an event: `_at` is filled where the cell is an instant, `_on`
  where it is a bare date.
- (1), (2) are the numbered kinds of rows above a table, where an entity has several.
- A name without a table is a canonical column further up. `every_table`, with its `key`, `amount`
  and `currency`, stands for each raw table of the system: quarantine and row accounting treat all
  alike, and each amount column with `staged_as` in the source YAML.

Words in the SQL that are ours:

| word | meaning |
| --- | --- |
| `word_of(x)` | the canonical word that `seeds/reference/status_map.csv` has for x |
| `known(x)` | x where the seed that it is looked up in knows it, else null |
| `masked(x)` | hash of x under the key `PII_SALT`: equal for equal values |
| `bare_date(x)` | x where the cell is a date without a time, else null |
| `text_after(x, '@')` | what stands behind the mark |
| `is_unreadable(x)` | the cell is filled and does not read as its kind |
| `joined(a, '\\|', b)` | the texts one after another; null where one of them is |
"""


def index(project: Project) -> str:
    """The page that explains the others and shows which system feeds what."""
    systems = list(project.systems)
    rows = [
        [
            _code(entity.name),
            *(
                f"[yes]({system}.md#{entity.name})" if entity in project.feeds(system) else ""
                for system in systems
            ),
        ]
        for entity in project.entities.values()
    ]
    heads = ["entity", *(f"[{system}]({system}.md)" for system in systems)]
    return INTRODUCTION.format(generated=GENERATED) + "\n" + _table(heads, rows) + "\n"


def pages(project: Project) -> dict[Path, str]:
    """Every page with its text, by path relative to the project."""
    written = {FOLDER / "README.md": index(project)}
    for system in project.systems:
        written[FOLDER / f"{system}.md"] = SystemPage(project, system).text()
    return written


def stale(written: Mapping[Path, str], project_dir: Path) -> list[Path]:
    """The pages that are missing, differ, or belong to no system any more."""
    found = [
        path
        for path, text in written.items()
        if not (project_dir / path).is_file() or (project_dir / path).read_text("utf-8") != text
    ]
    there = sorted((project_dir / FOLDER).glob("*.md"))
    return found + [FOLDER / path.name for path in there if FOLDER / path.name not in written]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the pages or, with --check, names the stale ones; 2 when the project is not sound."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where a page is out of date")
    only_check = parser.parse_args(arguments).check
    try:
        written = pages(read_project(PROJECT))
    except RunError as error:
        print(error, file=sys.stderr)
        return 2
    out_of_date = stale(written, PROJECT)
    for path in out_of_date:
        if only_check:
            print(f"out of date: {path}")
        elif path in written:
            (PROJECT / path).parent.mkdir(parents=True, exist_ok=True)
            (PROJECT / path).write_text(written[path], "utf-8")
            print(f"written: {path}")
        else:
            (PROJECT / path).unlink()
            print(f"removed: {path}")
    return 1 if only_check and out_of_date else 0


if __name__ == "__main__":
    sys.exit(main())
