"""Whatever the legs, the identities of reconciliation hold: random legs through the shipped SQL."""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reconciliation_engine import PAIRS, Engine, compiled_manifest, leg


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(compiled_manifest(tmp_path_factory))
    yield made
    made.connection.close()


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
        (select coalesce(sum(abs(open_amount)), 0) as o from marts.recon_open_items)
        where a <> o""",
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
