"""No model compares every row of one large table with every row of another.

A left join with a condition on its left side alone, or with an `or`, has no hash join in DuckDB: it
becomes a loop within a loop, which nobody sees over a sample and nobody can wait for over a million
invoices. What is looped over may be a policy: a few rows.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from jinja2 import Environment
from reconciliation_engine import REPOSITORY, compiled_manifest
from test_docs import warehouse

__all__ = ["warehouse"]

# Rows of a policy. The tables of the sample have more.
FEW_ROWS = 100


def looped_over(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The condition of each loop within a loop of a plan, and the rows of its inner side."""
    children = plan.get("children", [])
    if plan["name"] == "BLOCKWISE_NL_JOIN":
        yield plan["extra_info"].get("Condition", ""), min(map(rows, children))
    for child in children:
        yield from looped_over(child)


def rows(plan: dict[str, Any]) -> int:
    """How many rows a step is expected to give; of one that does not say, what its steps give."""
    estimate = plan.get("extra_info", {}).get("Estimated Cardinality")
    if estimate is not None:
        return int(str(estimate).replace(",", "").lstrip("~"))
    return max(map(rows, plan.get("children", [])), default=0)


def test_no_model_loops_over_two_large_tables(
    tmp_path_factory: pytest.TempPathFactory, warehouse: Path
) -> None:
    nodes = compiled_manifest(tmp_path_factory)["nodes"].values()
    found = []
    with duckdb.connect(str(warehouse / "billing.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{warehouse / 'state.duckdb'}' as state (read_only)")
        for node in nodes:
            if node["resource_type"] != "model" or not node["config"]["enabled"]:
                continue
            [(_, plan)] = connection.execute(
                f"explain (format json) {node['compiled_code']}"
            ).fetchall()
            found += [
                f"{node['name']}: {condition}"
                for step in json.loads(plan)
                for condition, inner_rows in looped_over(step)
                if inner_rows > FEW_ROWS
            ]
    assert found == []


@pytest.mark.parametrize(
    ("step", "is_import"),
    [
        ('things as (\n\n    select * from "b"."core"."fct_things"\n\n)', True),
        ("things as (\n\n    select * from core.fct_things where kind = 'a'\n\n)", True),
        ("things as (\n\n    select thing_key from core.fct_things\n\n)", False),
        ("things as (\n\n    select * from core.fct_things group by all\n\n)", False),
    ],
    ids=["a table", "some of its rows", "some of its columns", "grouped"],
)
def test_only_imports_are_read_in_place(step: str, is_import: bool) -> None:
    macros = (REPOSITORY / "macros/project/imports.sql").read_text(encoding="utf-8")
    template = Environment().from_string(macros + "{{ duckdb__imports_in_place(code) }}")
    modules = SimpleNamespace(re=re)
    rendered = template.render(code=step, modules=modules, **{"return": lambda value: value})
    assert rendered.endswith(step.replace("as (", "as not materialized (") if is_import else step)


def test_a_join_with_a_condition_on_one_side_is_seen() -> None:
    query = """
        explain (format json)
        select * from range(500) as left_rows(number)
        left join range(500) as right_rows(number)
            on left_rows.number = right_rows.number and left_rows.number % 2 = 0
    """
    [(_, plan)] = duckdb.execute(query).fetchall()
    assert [inner_rows for step in json.loads(plan) for _, inner_rows in looped_over(step)] == [500]
