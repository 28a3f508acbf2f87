"""The world of the simulated company adds up before any system sees it.

Recomputed here in plain Python from the world's rows, without the simulator's own arithmetic.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from python_checks.simulator import company, scenarios
from python_checks.simulator.money import converted, half_up, in_major_units
from python_checks.simulator.schema import KEYS, KNOWN, World
from python_checks.simulator.settings import Settings
from python_checks.simulator.world import build_world

Row = dict[str, Any]
SEEDS = (7, 1, 2)


@dataclass(frozen=True)
class Tables:
    """A world as plain rows."""

    world: World

    def __getattr__(self, name: str) -> list[Row]:
        frame = getattr(self.world, name)
        assert isinstance(frame, pl.DataFrame)
        return frame.to_dicts()

    def by_key(self, name: str) -> dict[int, Row]:
        return {row[KEYS[name]]: row for row in getattr(self, name)}


@pytest.fixture(scope="module", params=SEEDS)
def tables(request: pytest.FixtureRequest) -> Tables:
    return Tables(build_world(Settings(seed=request.param)))


def sums(rows: list[Row], key: str, amount: str) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for row in rows:
        found[row[key]] += row[amount]
    return found


def test_keys_are_unique_and_pointers_point(tables: Tables) -> None:
    world = tables.world
    keys = {name: set(getattr(world, name)[key].to_list()) for name, key in KEYS.items()}
    table_of = {key: name for name, key in KEYS.items() if name != "credit_balances"}
    for name, frame in world.frames():
        if name in KEYS:
            assert len(keys[name]) == frame.height, name
        for column in set(frame.columns) & table_of.keys():
            if KEYS.get(name) != column and name != "movements":
                assert set(frame[column].drop_nulls().to_list()) <= keys[table_of[column]], (
                    f"{name}.{column} points at rows that are not there"
                )


def test_an_invoice_is_the_sum_of_its_lines_and_taxes(tables: Tables) -> None:
    amounts = sums(tables.lines, "invoice", "amount_minor")
    discounts = sums(tables.lines, "invoice", "discount_minor")
    line_taxes = sums(tables.lines, "invoice", "tax_minor")
    taxes = sums(tables.taxes, "invoice", "tax_minor")
    for invoice in tables.invoices:
        key = invoice["invoice"]
        assert invoice["subtotal_minor"] == amounts[key]
        assert invoice["discount_minor"] == discounts[key]
        assert invoice["tax_minor"] == line_taxes[key] == taxes[key]
        assert invoice["total_minor"] == invoice["subtotal_minor"] + invoice["tax_minor"] >= 0
    for line in tables.lines:
        assert line["amount_minor"] == line["list_minor"] - line["discount_minor"]


def test_flat_and_per_unit_lines_are_quantity_times_price(tables: Tables) -> None:
    units = {"USD": 100, "EUR": 100, "GBP": 100, "JPY": 1, "KWD": 1000}
    invoices = tables.by_key("invoices")
    checked = 0
    for line in tables.lines:
        if line["unit_micros"] is None:
            continue
        currency = invoices[line["invoice"]]["currency"]
        # Dinars are billed in steps of ten fils.
        step = 10 if currency == "KWD" else 1
        exact = line["quantity"] * line["unit_micros"] * units[currency]
        below = 1_000_000 * step
        assert line["list_minor"] == (2 * exact + below) // (2 * below) * step
        checked += 1
    assert checked > 500


def test_tiered_lines_are_priced_tier_by_tier(tables: Tables) -> None:
    units = {"USD": 100, "EUR": 100, "GBP": 100, "JPY": 1, "KWD": 1000}
    prices = tables.by_key("prices")
    tiers: dict[int, list[Row]] = defaultdict(list)
    for tier in tables.price_tiers:
        tiers[tier["price"]].append(tier)
    checked: Counter[str] = Counter()
    for line in tables.lines:
        if line["kind"] != "usage" or line["unit_micros"] is not None:
            continue
        price = prices[line["price"]]
        step = 10 if price["currency"] == "KWD" else 1
        below, expected, quantity = 0, 0, line["quantity"]
        for tier in sorted(tiers[line["price"]], key=lambda row: row["tier"]):
            top = tier["up_to"] if tier["up_to"] is not None else quantity
            if price["model"] == "graduated":
                inside = max(0, min(quantity, top) - below)
            else:
                inside = quantity if below < quantity <= max(top, below) else 0
            if inside:
                exact = inside * tier["unit_micros"] * units[price["currency"]]
                under = 1_000_000 * step
                expected += (2 * exact + under) // (2 * under) * step + tier["flat_minor"]
            below = top
        assert line["list_minor"] == expected, line
        checked[price["model"]] += 1
    assert min(checked["graduated"], checked["volume"]) >= 5


def settled(tables: Tables) -> tuple[Counter[int], Counter[int]]:
    """What settles each invoice, and what each customer has beside: cash and credit not used."""
    invoices = tables.by_key("invoices")
    intents = tables.by_key("intents")
    invoice_of_charge = {c["charge"]: intents[c["intent"]]["invoice"] for c in tables.charges}
    by_invoice: Counter[int] = Counter()
    beside: Counter[int] = Counter()
    for charge in tables.charges:
        if charge["status"] == "succeeded":
            by_invoice[invoice_of_charge[charge["charge"]]] += charge["amount_minor"]
    for application in tables.applications:
        assert application["amount_minor"] == (
            application["cash_minor"]
            + application["bank_charge_minor"]
            + application["withheld_minor"]
        )
        if application["reversed_on"] is None:
            by_invoice[application["invoice"]] += application["amount_minor"]
    for note in tables.credit_notes:
        if note["goes_to"] == "invoice":
            by_invoice[note["invoice"]] += note["total_minor"]
    for movement in tables.credit_balances:
        if movement["invoice"] is not None:
            by_invoice[movement["invoice"]] -= movement["amount_minor"]
        beside[movement["customer"]] += movement["amount_minor"]
    for write_off in tables.write_offs:
        by_invoice[write_off["invoice"]] += write_off["amount_minor"]
    for key, invoice in invoices.items():
        if invoice["voided_at"] is not None:
            assert by_invoice[key] == 0, "a void invoice was settled"
    return by_invoice, beside


def test_no_invoice_is_settled_twice_and_no_credit_overdrawn(tables: Tables) -> None:
    by_invoice, beside = settled(tables)
    for key, invoice in tables.by_key("invoices").items():
        assert 0 <= by_invoice[key] <= invoice["total_minor"]
        assert not (invoice["is_draft"] and by_invoice[key])
    assert all(amount >= 0 for amount in beside.values())


def test_a_customers_balance_is_invoices_less_credits_less_cash_and_adjustments(
    tables: Tables,
) -> None:
    by_invoice, beside = settled(tables)
    invoices = tables.by_key("invoices")
    intents, charges = tables.by_key("intents"), tables.by_key("charges")
    balance: Counter[tuple[int, str]] = Counter()
    open_items: Counter[tuple[int, str]] = Counter()
    for key, invoice in invoices.items():
        if invoice["is_draft"] or invoice["voided_at"] is not None:
            continue
        place = invoice["entity"], invoice["currency"]
        balance[place] += invoice["total_minor"]
        open_items[place] += invoice["total_minor"] - by_invoice[key]
    for note in tables.credit_notes:
        balance[note["entity"], note["currency"]] -= note["total_minor"]
    for write_off in tables.write_offs:
        invoice = invoices[write_off["invoice"]]
        balance[invoice["entity"], invoice["currency"]] -= write_off["amount_minor"]
    for charge in charges.values():
        if charge["status"] == "succeeded":
            intent = intents[charge["intent"]]
            balance[intent["entity"], intent["currency"]] -= charge["amount_minor"]
    for refund in tables.refunds:
        intent = intents[charges[refund["charge"]]["intent"]]
        place = intent["entity"], intent["currency"]
        if refund["failed_at"] is None:
            balance[place] += refund["amount_minor"]
        else:
            # The note stands, the money came back: the customer has it to their credit.
            open_items[place] -= refund["amount_minor"]
    for movement in tables.credit_balances:
        open_items[movement["entity"], movement["currency"]] -= movement["amount_minor"]
    kept = sums(
        [row for row in tables.applications if row["reversed_on"] is None], "receipt", "cash_minor"
    )
    for receipt in tables.receipts:
        if receipt["returned_on"] is None:
            place = receipt["owed_entity"], receipt["currency"]
            balance[place] -= receipt["amount_minor"]
            open_items[place] -= receipt["amount_minor"] - kept[receipt["receipt"]]
    for application in tables.applications:
        if application["reversed_on"] is None:
            invoice = invoices[application["invoice"]]
            balance[invoice["entity"], invoice["currency"]] -= (
                application["bank_charge_minor"] + application["withheld_minor"]
            )
    # A credit to the balance lowers what the customer owes when it is granted, not when it is used.
    assert balance == open_items
    assert beside


def test_a_receipt_covers_what_it_settles(tables: Tables) -> None:
    used = sums(tables.applications, "receipt", "cash_minor")
    for receipt in tables.receipts:
        assert used[receipt["receipt"]] <= receipt["amount_minor"]
        for application in tables.applications:
            if application["receipt"] == receipt["receipt"]:
                assert application["applied_on"] >= receipt["received_on"]


def test_refunds_and_disputes_stay_within_their_charge(tables: Tables) -> None:
    charges = tables.by_key("charges")
    refunded = sums(tables.refunds, "charge", "amount_minor")
    for charge, amount in refunded.items():
        assert charges[charge]["status"] == "succeeded"
        assert amount <= charges[charge]["amount_minor"]
    for dispute in tables.disputes:
        assert dispute["amount_minor"] == charges[dispute["charge"]]["amount_minor"]
        assert dispute["charge"] not in refunded


def test_an_intent_ends_with_its_only_success(tables: Tables) -> None:
    attempts: dict[int, list[Row]] = defaultdict(list)
    for charge in tables.charges:
        attempts[charge["intent"]].append(charge)
    for tries in attempts.values():
        tries.sort(key=lambda charge: charge["attempt"])
        assert [charge["attempt"] for charge in tries] == list(range(1, len(tries) + 1))
        assert all(charge["status"] == "failed" for charge in tries[:-1])
        assert all((c["decline_code"] is None) == (c["status"] == "succeeded") for c in tries)


def test_a_payout_is_the_sum_of_its_movements(tables: Tables) -> None:
    settled_by = sums(
        [row for row in tables.movements if row["kind"] != "payout" and row["payout"] is not None],
        "payout",
        "net_minor",
    )
    assert settled_by == {row["payout"]: row["amount_minor"] for row in tables.payouts}
    for movement in tables.movements:
        assert movement["net_minor"] == movement["gross_minor"] - movement["fee_minor"]


def test_numbers_have_no_gaps_and_follow_the_dates(tables: Tables) -> None:
    series: dict[str, list[Row]] = defaultdict(list)
    for invoice in tables.invoices:
        if invoice["is_draft"]:
            assert invoice["number"] is None
        else:
            series[invoice["number"].rpartition("-")[0]].append(invoice)
    for stem, invoices in series.items():
        invoices.sort(key=lambda invoice: invoice["number"])
        numbers = [int(invoice["number"].rpartition("-")[2]) for invoice in invoices]
        assert numbers == list(range(1, len(numbers) + 1)), stem
        assert sorted(i["issued_at"] for i in invoices) == [i["issued_at"] for i in invoices]


def test_metered_quantities_are_the_sum_of_their_events(tables: Tables) -> None:
    events = sums(
        [row for row in tables.usage_events if row["line"] is not None], "line", "quantity"
    )
    billed = {line["line"]: line["quantity"] for line in tables.lines if line["kind"] == "usage"}
    assert events == billed


def test_a_commitment_is_never_overdrawn(tables: Tables) -> None:
    items = tables.by_key("items")
    left: Counter[int] = Counter()
    for line in sorted(tables.lines, key=lambda row: (row["service_from_on"], row["line"])):
        if line["kind"] in ("prepaid", "drawdown"):
            left[items[line["item"]]["subscription"]] += line["amount_minor"]
    assert left
    assert all(amount >= 0 for amount in left.values())


def test_every_scenario_occurs_five_times_in_the_default_company(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = scenarios.counts(build_world(Settings()))
    with capsys.disabled():
        print()
        for area, scenario, occurrences in found.iter_rows():
            print(f"{area:<14} {scenario:<38} {occurrences:>6}")
        for scenario, reason in scenarios.ABSENT.items():
            print(f"{'absent':<14} {scenario:<38} {reason}")
    assert found.filter(pl.col("occurrences") < 5).rows() == []


def test_a_world_knows_no_later_day(tables: Tables) -> None:
    day = date(2025, 12, 15)
    midnight = datetime(2025, 12, 16)
    before = tables.world.until(day)
    for name, frame in before.frames():
        rule = KNOWN.get(name)
        if rule is None:
            continue
        for clock in {rule.since, *rule.later.values()} - {None}:
            assert clock is not None
            limit = day if frame.schema[clock] == pl.Date else midnight
            assert all(value <= limit for value in frame[clock].drop_nulls()), (name, clock)
    assert before.invoices.height < tables.world.invoices.height
    assert before.until(day).invoices.equals(before.invoices)


def test_small_and_short_companies_are_possible() -> None:
    for settings in (Settings(customers=30, months=1), Settings(customers=60, months=14, seed=3)):
        world = build_world(settings)
        assert world.invoices.height > 10
        assert world.invoices["issued_on"].drop_nulls().max() <= settings.last_on  # type: ignore[operator]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customers": 3}, "fewer than"),
        ({"months": 0}, "not between"),
        ({"first_on": date(2025, 10, 2)}, "not the first of a month"),
    ],
)
def test_settings_that_make_no_company_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Settings(**wrong)


@given(numerator=st.integers(-(10**12), 10**12), denominator=st.integers(1, 10**6))
def test_halves_are_rounded_away_from_zero(numerator: int, denominator: int) -> None:
    found = pl.select(half_up(pl.lit(numerator, dtype=pl.Int64), denominator)).item()
    sign = -1 if numerator < 0 else 1
    assert found == sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(-12050, "USD", "-120.50"), (5, "KWD", "0.005"), (-7, "EUR", "-0.07"), (1234, "JPY", "1234")],
)
def test_minor_units_are_written_with_all_places(minor: int, currency: str, text: str) -> None:
    frame = pl.DataFrame({"amount": [minor], "currency": [currency]})
    assert frame.select(in_major_units("amount")).item() == text


def test_amounts_are_converted_from_one_unit_to_another() -> None:
    # 10.000 dinars at 3.25 dollars are 32.50 dollars; half a cent goes up.
    frame = pl.DataFrame({"minor": [10_000, 2], "rate": [3_250_000, 2_500_000]})
    found = frame.select(
        converted(pl.col("minor"), pl.col("rate"), pl.lit(1_000), pl.lit(100))
    ).to_series()
    assert found.to_list() == [3_250, 1]


def test_lead_invoices_belong_to_direct_payers(tables: Tables) -> None:
    methods = {row["customer"]: row["method"] for row in tables.customers}
    opening = [row for row in tables.invoices if row["is_opening"]]
    assert opening
    for invoice in opening:
        assert methods[invoice["customer"]] not in company.PROCESSOR_METHODS
        assert invoice["issued_on"] < tables.world.first_on
        assert invoice["issued_on"] > tables.world.first_on - timedelta(days=130)
