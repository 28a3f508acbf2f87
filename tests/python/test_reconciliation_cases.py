"""The cases of the cascade and of the classifier, one each, through the shipped SQL."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from reconciliation_engine import Engine, compiled_manifest, leg

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
Legs = list[dict[str, Any]]
# natural key, period, residual, code
Break = tuple[str, date, str, str]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = Engine(compiled_manifest(tmp_path_factory))
    yield made
    made.connection.close()


def both(number: int, *, left: dict[str, Any] | None = None, **right: Any) -> Legs:
    """A document on both sides under one number."""
    name = {"clear_key": f"INV-{number}", "natural_key": f"INV-{number}",
            "reference_raw": f"INV-{number}", "customer_key": "ann"}  # fmt: skip
    common = {key: value for key, value in right.items() if key in ("pair_id",)}
    return [
        leg(number * 10, side="L", **name | common | (left or {})),
        leg(number * 10 + 1, side="R", **name | right),
    ]


def alone(number: int, side: str, **cells: Any) -> Legs:
    name = {"clear_key": f"INV-{number}", "natural_key": f"INV-{number}",
            "reference_raw": f"INV-{number}", "customer_key": "ann"}  # fmt: skip
    return [leg(number * 10 + (side == "R"), side=side, **name | cells)]


def other(number: int, side: str, name: str, **cells: Any) -> dict[str, Any]:
    """One more document, under a number of its own."""
    named = {"clear_key": name, "natural_key": name, "reference_raw": name, "customer_key": "ann"}
    return leg(number, side=side, **named | cells)


def cash(number: int, side: str, amount: str, **cells: Any) -> Legs:
    """A leg of R15 without a reference."""
    name = {"pair_id": "R15", "clear_key": f"own {side}{number}", "natural_key": f"{side}{number}"}
    return [leg(number * 10 + (side == "R"), side=side, signed_amount=amount, **name | cells)]


LATE = {"occurred_on": date(2026, 1, 30), "period_month": JANUARY}
BREAKS: dict[str, tuple[Legs, list[Break]]] = {
    "both agree": (both(1), []),
    "a document of zero on both sides": (both(1, left={"signed_amount": 0}, signed_amount=0), []),
    "a negative document on both sides": (
        both(1, left={"signed_amount": -5}, signed_amount=-5), []),
    "one cent of a posted pair is a break": (
        both(1, signed_amount="10.01"), [("INV-1", JANUARY, "-0.01", "amount_mismatch")]),
    "nothing on the right": (alone(1, "L"), [("INV-1", JANUARY, "10", "missing_posting")]),
    "nothing on the left": (alone(1, "R"), [("INV-1", JANUARY, "-10", "orphan_settlement")]),
    "posted twice on one number": (
        [*both(1), other(99, "R", "INV-1")],
        [("INV-1", JANUARY, "-10", "duplicate_posting")]),
    "posted twice under a number of its own": (
        [*both(1), other(99, "R", "INV-1-1", occurred_on=date(2026, 1, 16))],
        [("INV-1", JANUARY, "-10", "duplicate_posting")]),
    "the same amount of the same customer under another number is no copy": (
        both(1) + alone(7, "R"), [("INV-7", JANUARY, "-10", "orphan_settlement")]),
    "taken back and posted again": (
        [*both(1), other(98, "R", "INV-1", signed_amount=-10), other(99, "R", "INV-1")],
        [("INV-1", JANUARY, "0", "reversed_and_rebooked")]),
    "taken back and not posted again": (
        [*both(1), other(98, "R", "INV-1", signed_amount=-10)],
        [("INV-1", JANUARY, "10", "amount_mismatch")]),
    "in the books of another entity": (
        alone(1, "L") + alone(1, "R", legal_entity_code="DE01"),
        [("INV-1", JANUARY, "-10", "wrong_entity"), ("INV-1", JANUARY, "10", "wrong_entity")]),
    "in another currency": (
        alone(1, "L") + alone(1, "R", currency="EUR"),
        [("INV-1", JANUARY, "-10", "currency_mismatch"),
         ("INV-1", JANUARY, "10", "currency_mismatch")]),
    "another customer, and another amount: two breaks of one key": (
        both(1, left={"compared_value": "ann"}, compared_value="bob", signed_amount=11),
        [("INV-1", JANUARY, "-1", "amount_mismatch"), ("INV-1", JANUARY, "0", "wrong_customer")]),
    "the difference is the tax": (
        both(1, left={"part_amount": Decimal(2)}, part_amount=Decimal("1.5"),
             signed_amount="9.5"),
        [("INV-1", JANUARY, "0.5", "tax_difference")]),
    "booked net of fees": (
        both(1, left={"pair_id": "R07", "signed_amount": "9.7", "part_amount": Decimal(0)},
             pair_id="R07", signed_amount=10, part_amount=Decimal("0.3")),
        [("INV-1", JANUARY, "-0.3", "fee_netted")]),
    "the number in another spelling": (
        [*alone(21, "L"), other(22, "R", "inv 00021")], []),
    "the number in another spelling, and another amount": (
        [*alone(21, "L"), other(22, "R", "inv 00021", signed_amount=8)],
        [("INV-21", JANUARY, "2", "amount_mismatch")]),
    "billed on the last day, posted in the next period": (
        both(1, left=LATE, occurred_on=date(2026, 2, 2), period_month=FEBRUARY),
        [("INV-1", JANUARY, "10", "timing_cutoff"), ("INV-1", FEBRUARY, "-10", "timing_cutoff")]),
    "equal dates on the last day, and the next posting period": (
        both(1, left=LATE, occurred_on=date(2026, 1, 30), period_month=FEBRUARY),
        [("INV-1", JANUARY, "10", "timing_cutoff"), ("INV-1", FEBRUARY, "-10", "timing_cutoff")]),
    "equal dates in the middle of a month, and the next posting period": (
        both(1, occurred_on=date(2026, 1, 15), period_month=FEBRUARY),
        [("INV-1", JANUARY, "10", "period_mismatch"),
         ("INV-1", FEBRUARY, "-10", "period_mismatch")]),
    "posted a month late": (
        both(1, left=LATE, occurred_on=date(2026, 3, 2), period_month=MARCH),
        [("INV-1", JANUARY, "10", "period_mismatch"), ("INV-1", MARCH, "-10", "period_mismatch")]),
    "within the bound of rounding": (
        both(1, left={"pair_id": "R02", "rounded_item_count": 1}, pair_id="R02",
             signed_amount="10.01"),
        [("INV-1", JANUARY, "-0.01", "rounding")]),
    "above the bound of rounding": (
        both(1, left={"pair_id": "R02", "rounded_item_count": 1}, pair_id="R02",
             signed_amount="10.02"),
        [("INV-1", JANUARY, "-0.02", "tax_difference")]),
    "the bound is capped": (
        both(1, left={"pair_id": "R02", "rounded_item_count": 500}, pair_id="R02",
             signed_amount="10.06"),
        [("INV-1", JANUARY, "-0.06", "tax_difference")]),
    "a payout that is not due yet": (
        [leg(1, pair_id="R06", natural_key="po_1", reference_raw="po_1",
             occurred_on=date(2026, 4, 1))],
        [("po_1", date(2026, 4, 1), "10", "timing_cutoff")]),
    "a payout within the bank's window": (
        [leg(1, pair_id="R06", natural_key="po_1", reference_raw="po_1",
             occurred_on=date(2026, 3, 27))],
        [("po_1", MARCH, "10", "timing_cutoff")]),
    "a payout past the bank's window": (
        [leg(1, pair_id="R06", natural_key="po_1", reference_raw="po_1",
             occurred_on=date(2026, 3, 25))],
        [("po_1", MARCH, "10", "missing_posting")]),
    "one cent off a payout of many lines": (
        [leg(n, pair_id="R05", side="L", clear_key="po_1", natural_key="po_1",
             signed_amount="0.03") for n in range(2000)]
        + [leg(9999, pair_id="R05", side="R", clear_key="po_1", natural_key="po_1",
               signed_amount="59.99")],
        [("po_1", JANUARY, "0.01", "amount_mismatch")]),
}  # fmt: skip


@pytest.mark.parametrize(("legs", "expected"), BREAKS.values(), ids=BREAKS.keys())
def test_a_break_has_the_code_of_its_cause(
    engine: Engine, legs: Legs, expected: list[Break]
) -> None:
    engine.run(legs)
    found = engine.rows(
        "select natural_key, period_month, residual_amount, break_code from marts.recon_breaks"
    )
    wanted = [(key, month, Decimal(amount), code) for key, month, amount, code in expected]
    assert sorted(found) == sorted(wanted)


ANN, BOB = {"customer_key": "ann"}, {"customer_key": "bob"}
# Rule and status of what comes of it, with the count of the left side.
MATCHES: dict[str, tuple[Legs, list[tuple[str, str, int]]]] = {
    "same amount and customer within the window": (
        cash(1, "L", "7", **ANN)
        + cash(2, "R", "7", **ANN, occurred_on=date(2026, 1, 19)), [("M6", "matched", 1)]),
    "outside the window": (
        cash(1, "L", "7", **ANN) + cash(2, "R", "7", **ANN, occurred_on=date(2026, 1, 27)), []),
    "a weekend and a holiday are not counted": (
        cash(1, "L", "7", **ANN, occurred_on=date(2026, 1, 15))
        + cash(2, "R", "7", **ANN, occurred_on=date(2026, 1, 21)), [("M6", "matched", 1)]),
    "two equal candidates are flagged, not guessed": (
        cash(1, "L", "7", **ANN) + cash(2, "L", "7", **ANN) + cash(3, "R", "7", **ANN),
        [("M6", "ambiguous", 2)]),
    "no party: a proposal": (
        cash(1, "L", "7", **ANN) + cash(2, "R", "7"), [("M7", "proposed", 1)]),
    "another currency is no candidate": (
        cash(1, "L", "7", **ANN) + cash(2, "R", "7", **ANN, currency="EUR"), []),
    "references that contradict each other": (
        cash(1, "L", "7", **ANN, reference_raw="A-1")
        + cash(2, "R", "7", **ANN, reference_raw="Z-9"), []),
    "the only sum": (
        cash(1, "L", "700", **ANN) + cash(2, "L", "300", **ANN) + cash(3, "R", "1000"),
        [("M8", "proposed", 2)]),
    "a sum with two answers": (
        cash(1, "L", "700", **ANN) + cash(2, "L", "300", **ANN) + cash(3, "L", "450", **ANN)
        + cash(4, "L", "250", **ANN) + cash(5, "R", "1000"), [("M8", "ambiguous", 4)]),
    "a sum over two customers is none": (
        cash(1, "L", "700", **ANN) + cash(2, "L", "300", **BOB) + cash(3, "R", "1000"), []),
    "references that are nearly the same": (
        cash(1, "L", "7", **ANN, reference_raw="REF-US-R0000123")
        + cash(2, "R", "7", **BOB, reference_raw="REF-US-R0000124"), [("M9", "proposed", 1)]),
    "children of a declared batch": (
        [leg(1, pair_id="R05", clear_key="po_1", signed_amount=4),
         leg(2, pair_id="R05", clear_key="po_1", signed_amount=6),
         leg(3, pair_id="R05", side="R", clear_key="po_1")], [("M5", "matched", 2)]),
}  # fmt: skip


@pytest.mark.parametrize(("legs", "expected"), MATCHES.values(), ids=MATCHES.keys())
def test_the_first_rule_that_fits_matches(
    engine: Engine, legs: Legs, expected: list[tuple[str, str, int]]
) -> None:
    engine.run(legs)
    found = engine.rows(
        "select match_rule, match_status, left_count from marts.recon_matches order by all"
    )
    assert found == expected


def test_a_batch_that_comes_in_two_extracts_is_open_until_the_second(engine: Engine) -> None:
    first = [
        leg(1, pair_id="R05", clear_key="po_1", natural_key="po_1", signed_amount=4),
        leg(3, pair_id="R05", side="R", clear_key="po_1", natural_key="po_1"),
    ]
    engine.run(first)
    assert engine.rows("select open_amount from marts.recon_open_items") == [(Decimal(-6),)]
    engine.run([*first, leg(2, pair_id="R05", clear_key="po_1", signed_amount=6)])
    assert engine.rows("select open_amount from marts.recon_open_items") == []
    assert engine.rows("select match_status from marts.recon_matches") == [("matched",)]


def test_an_accepted_proposal_clears_and_changes_no_total(engine: Engine) -> None:
    legs = cash(1, "L", "7", **ANN) + cash(2, "R", "7")
    engine.run(legs)
    [(key,)] = engine.rows("select recon_match_key from marts.recon_matches")
    totals = "select sum(left_amount), sum(right_amount), sum(tie_out_amount) from {}"
    before = engine.rows(totals.format("marts.recon_summary"))
    assert engine.rows("select count(*) from marts.recon_open_items") == [(2,)]
    engine.run(legs, [key])
    assert engine.rows("select match_rule, match_status from marts.recon_matches") == [
        ("M7", "matched")
    ]
    assert engine.rows("select count(*) from marts.recon_open_items") == [(0,)]
    assert engine.rows(totals.format("marts.recon_summary")) == before


def test_a_gate_counts_gross(engine: Engine) -> None:
    engine.run(both(1, signed_amount=11) + both(2, signed_amount=9) + both(3))
    [january, _, march] = engine.rows(
        "select gate_status, breached_scopes, open_variance_net_amount, open_variance_gross_amount"
        " from marts.recon_summary order by period_month"
    )
    assert january == ("block", "total", Decimal(0), Decimal(2))
    assert march == ("not judged", "age, total", Decimal(0), Decimal(2))
