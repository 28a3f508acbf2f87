"""Whatever the legs, the identities of reconciliation hold: random legs through the shipped SQL.

The models behind `int_recon_legs` are compiled once by dbt and run, in the order of their edges,
over legs, causes, defects and decisions that hypothesis makes up.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 3, 31)
# What the engine is given; all other models behind the legs are the shipped ones.
GIVEN = (
    "int_recon_legs", "int_recon_causes", "int_recon_defects", "int_recon_actions",
    "dim_run_dates", "dim_dates", "dim_legal_entities", "fct_fiscal_periods",
)  # fmt: skip
PUBLISHED = (
    "recon_breaks", "recon_break_legs", "recon_matches", "recon_open_items", "recon_rollforward",
    "recon_ageing", "recon_summary", "recon_scores",
)  # fmt: skip
PAIRS = {"R01": "1:1", "R02": "1:1", "R05": "N:1", "R15": "N:1"}


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """dbt's manifest with every model compiled; made once for all workers of the session."""
    root = tmp_path_factory.getbasetemp()
    shared = (root.parent if "PYTEST_XDIST_WORKER" in os.environ else root) / "compiled"
    (shared / "warehouse").mkdir(parents=True, exist_ok=True)
    with FileLock(shared / "lock"):
        found = shared / "target" / "manifest.json"
        if not found.exists():
            environment = {
                **os.environ,
                "WAREHOUSE_ROOT": str(shared / "warehouse"),
                "DBT_TARGET_PATH": str(shared / "target"),
                "DBT_PROFILES_DIR": "profiles",
            }
            command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "compile"]
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, timeout=300)
        loaded: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return loaded


class Engine:
    """The compiled models behind the legs over one database in memory."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self._nodes = {
            node["name"]: node
            for node in manifest["nodes"].values()
            if node["resource_type"] in ("model", "seed")
        }
        self._order: list[str] = []
        for name in PUBLISHED:
            self._visit(name)
        self.connection = duckdb.connect()
        database = self._nodes["recon_breaks"]["database"]
        self.connection.execute(f"attach ':memory:' as {database}")
        self.connection.execute(f"use {database}")
        for schema in {node["schema"] for node in self._nodes.values()}:
            self.connection.execute(f"create schema if not exists {schema}")
        self._load_reference()

    def _visit(self, name: str) -> None:
        if name in self._order:
            return
        node = self._nodes[name]
        if name not in GIVEN and node["resource_type"] == "model":
            for parent in node["depends_on"]["nodes"]:
                self._visit(parent.split(".")[-1])
        self._order.append(name)

    def _where(self, name: str) -> str:
        return f"{self._nodes[name]['schema']}.{self._nodes[name]['alias']}"

    def _typed(self, name: str) -> str:
        columns = self._nodes[name]["columns"].values()
        return ", ".join(
            f"{c['name']} {'varchar' if c['data_type'] == 'string' else c['data_type']}"
            for c in columns
        )

    def _load_reference(self) -> None:
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] == "seed":
                types = {
                    column: "varchar" if kind == "string" else kind
                    for column, kind in node["config"].get("column_types", {}).items()
                }
                self.connection.execute(
                    f"create table {self._where(name)} as select * from"
                    f" read_csv(?, header = true, types = {types or '{}'})"
                    if types
                    else f"create table {self._where(name)} as"
                    " select * from read_csv(?, header = true)",
                    [str(REPOSITORY / node["original_file_path"])],
                )
        self.connection.execute(
            f"create table {self._where('dim_run_dates')} as select date '{AS_OF}' as as_of_date"
        )
        self.connection.execute(
            f"create table {self._where('dim_dates')} as"
            " select d::date as date_on, date_trunc('month', d)::date as calendar_month"
            " from range(date '2025-06-01', date '2026-12-31', interval 1 day) t(d)"
        )
        self.connection.execute(
            f"create table {self._where('dim_legal_entities')} as select * from"
            " (values ('US01', 'US'), ('DE01', 'DE')) t(legal_entity_code, country_code)"
        )
        columns = self._typed("fct_fiscal_periods")
        self.connection.execute(f"create table {self._where('fct_fiscal_periods')} ({columns})")

    def run(self, legs: list[dict[str, Any]], accepted: list[str] | None = None) -> None:
        """Builds everything behind the given legs, and accepted proposals."""
        for name in ("int_recon_legs", "int_recon_causes", "int_recon_defects"):
            self.connection.execute(f"create or replace table {self._where(name)}"
                                    f" ({self._typed(name)})")  # fmt: skip
        names = list(self._nodes["int_recon_legs"]["columns"])
        if legs:
            marks = ", ".join("?" for _ in names)
            self.connection.executemany(
                f"insert into {self._where('int_recon_legs')} values ({marks})",
                [[leg.get(name) for name in names] for leg in legs],
            )
        self.connection.execute(
            f"create or replace table {self._where('int_recon_actions')} as"
            " select unnest(cast(? as varchar[])) as subject_key, 'accept_match' as action",
            [accepted or []],
        )
        for name in self._order:
            node = self._nodes[name]
            if node["resource_type"] == "model" and name not in GIVEN:
                self.connection.execute(
                    f"create or replace table {self._where(name)} as {node['compiled_code']}"
                )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def engine(manifest: dict[str, Any]) -> Iterator[Engine]:
    made = Engine(manifest)
    yield made
    made.connection.close()


def leg(number: int, **cells: Any) -> dict[str, Any]:
    """A leg; what is not said is usual."""
    side = cells.get("side", "L")
    amount = Decimal(cells.get("signed_amount", 10))
    on = cells.get("occurred_on", date(2026, 1, 15))
    made = {
        "pair_id": "R01",
        "side": side,
        "leg_key": f"leg {number}",
        "clear_key": f"key {number}",
        "natural_key": f"N-{number}",
        "legal_entity_code": "US01",
        "source_table": "fct_things",
        "source_key": str(number),
        "document_kind": "thing",
        "currency": "USD",
        "functional_currency": "USD",
        "rounded_item_count": 0,
        "signed_amount": amount,
        "signed_amount_functional": amount,
        "occurred_on": on,
        "period_month": on.replace(day=1),
        "due_on": on,
    } | cells
    made["residual_amount"] = amount if side == "L" else -amount
    return made


MONTHS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


@st.composite
def many_legs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Few keys, amounts, references and parties, so that they meet in every way."""
    count = draw(st.integers(0, 28))
    legs = []
    for number in range(count):
        on = date(2025, 12, 20) + timedelta(days=draw(st.integers(0, 75)))
        reference = draw(st.sampled_from([None, "INV-001", "inv 1", "INV-002", "INV-0021"]))
        key = draw(st.sampled_from(["a", "b", "c", f"own {number}", f"own {number}"]))
        legs.append(
            leg(
                number,
                pair_id=draw(st.sampled_from(sorted(PAIRS))),
                side=draw(st.sampled_from("LR")),
                clear_key=key,
                natural_key=reference or f"N-{number}",
                legal_entity_code=draw(st.sampled_from(["US01", "US01", "DE01"])),
                currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
                customer_key=draw(st.sampled_from([None, "ann", "bob"])),
                compared_value=draw(st.sampled_from([None, "x", "x", "y"])),
                reference_raw=reference,
                signed_amount=Decimal(draw(st.sampled_from(
                    ["-10", "0", "3", "4.50", "5.50", "7", "10", "10", "10.01"]
                ))),
                rounded_item_count=draw(st.sampled_from([0, 0, 1, 3])),
                occurred_on=on,
                period_month=draw(st.sampled_from([on.replace(day=1), *MONTHS])),
                due_on=on,
                part_amount=draw(st.sampled_from([None, Decimal(1), Decimal("0.99")])),
            )
        )  # fmt: skip
    return legs


NEVER = "select 'broken' where false"
LAWS = {
    "tie-out": """
        select coalesce(l.pair_id, b.pair_id), l.r, b.r from (
            select pair_id, legal_entity_code, currency, period_month, sum(residual_amount) as r
            from marts_private.int_recon_legs group by all
        ) as l full join (
            select pair_id, legal_entity_code, currency, period_month, sum(residual_amount) as r
            from marts.recon_breaks group by all
        ) as b using (pair_id, legal_entity_code, currency, period_month)
        where coalesce(l.r, 0) <> coalesce(b.r, 0)""",
    "every leg is in one group, once": """
        select leg_key, count(*) from (
            select l.pair_id, l.leg_key from marts_private.int_recon_legs as l
            join marts_private.int_recon_keys as k
            using (pair_id, legal_entity_code, currency, clear_key) where k.is_plain
            union all select pair_id, leg_key from marts_private.int_recon_grouped_legs
        ) group by all having count(*) <> 1
        union all
        select leg_key, 0 from marts_private.int_recon_legs where leg_key not in (
            select l.leg_key from marts_private.int_recon_legs as l
            join marts_private.int_recon_keys as k
            using (pair_id, legal_entity_code, currency, clear_key) where k.is_plain
            union all select leg_key from marts_private.int_recon_grouped_legs)""",
    "a group is one pair, entity and currency": """
        select recon_group_key from marts_private.int_recon_grouped_legs
        group by 1 having count(distinct (pair_id, legal_entity_code, currency)) > 1""",
    "a key is matched by one later rule, to one other": """
        select left_recon_key from marts_private.int_recon_links where link_status = 'matched'
        group by 1 having count(*) > 1
        union all
        select right_recon_key from marts_private.int_recon_links
        where link_status = 'matched' and match_rule <> 'M8' group by 1 having count(*) > 1""",
    "proposals clear nothing": """
        select * from marts_private.int_recon_links
        where link_status = 'matched' and match_rule in ('M7', 'M8', 'M9')
        and proposal_key not in (select subject_key from marts_private.int_recon_actions)""",
    "closing = legs up to then of groups not at zero": """
        select r.pair_id, r.period_month, r.closing_amount, g.open_amount
        from marts.recon_rollforward as r join (
            select p.pair_id, p.legal_entity_code, p.currency, p.period_month,
                coalesce(sum(o.open_amount) filter (o.match_status <> 'matched_tolerance'), 0)
                as open_amount
            from marts.recon_rollforward as p left join (
                select g.*, l.residual_amount as open_amount, l.period_month as leg_month
                from marts_private.int_recon_loose_groups as g
                join marts_private.int_recon_grouped_legs as l using (recon_group_key)
            ) as o on p.pair_id = o.pair_id and p.legal_entity_code = o.legal_entity_code
                and p.currency = o.currency and p.period_month >= o.leg_month
            group by all
        ) as g using (pair_id, legal_entity_code, currency, period_month)
        where r.period_month <= date '2026-03-01' and r.closing_amount <> g.open_amount""",
    "the roll-forward closes": """
        select * from marts.recon_rollforward
        where opening_amount + new_amount + changed_amount - cleared_amount <> closing_amount
        or opening_count + new_count - cleared_count <> closing_count""",
    "a drill-down adds up": """
        select b.break_key from marts.recon_breaks as b
        left join marts.recon_break_legs as l using (break_key)
        group by b.break_key, b.residual_amount
        having coalesce(sum(l.residual_amount), -1) <> b.residual_amount""",
    "ageing is the open items": """
        select 1 from (select coalesce(sum(open_amount_gross), 0) as a from marts.recon_ageing),
        (select coalesce(sum(abs(open_amount)), 0) as o from marts.recon_open_items) where a <> o""",
    "a break has one code of the registry": """
        select break_key from marts.recon_breaks where break_code not in
        (select break_code from reference.recon_break_codes)
        union all select break_key from marts.recon_breaks group by 1 having count(*) > 1""",
    "zero tolerance where both sides are posted": """
        select pair_id from marts.recon_breaks where break_status = 'tolerated'
        and pair_id not in (select pair_id from reference.recon_pairs
        where ' ' || match_rules || ' ' like '% M2 %')""",
    "scores are shares": """
        select * from marts.recon_scores where quality_score not between 0 and 1
        or quality_score > least(clearing_score, timeliness_score, explained_score)""",
}  # fmt: skip


@settings(
    max_examples=int(os.environ.get("RECONCILIATION_EXAMPLES", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(legs=many_legs())
def test_the_identities_hold_whatever_the_legs(engine: Engine, legs: list[dict[str, Any]]) -> None:
    engine.run(legs)
    for law, query in LAWS.items():
        assert engine.rows(query) == [], law
    proposals = engine.rows(
        "select distinct proposal_key from marts_private.int_recon_links"
        " where link_status = 'proposed'"
    )
    if proposals:
        before = engine.rows("select sum(residual_amount) from marts_private.int_recon_legs")
        engine.run(legs, [key for (key,) in proposals])
        for law, query in LAWS.items():
            assert engine.rows(query) == [], f"{law}, with all proposals accepted"
        assert engine.rows("select sum(residual_amount) from marts.recon_breaks") == before
