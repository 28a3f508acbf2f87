"""A company without faults builds without a break, and its facts are what the world adds up to."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from receivables_replay import open_invoices, unapplied_cash
from warehouse_fixture import REPOSITORY, SYSTEMS, BuiltWarehouse, built

from python_checks.ageing import aged, bucket_of, read_buckets, read_positions
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import write_company
from python_checks.warehouse import Warehouse

SETTINGS = Settings(customers=60, months=3, seed=21)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    """All systems over the company's extracts, in daily parts of Parquet."""

    def write(raw_root: Path) -> None:
        write_company(SETTINGS, raw_root.parent, profile="none", output_format="parquet")

    systems = [system for system in SYSTEMS if system != "flat"]
    return built(tmp_path_factory, "without_faults", write, systems)


def test_every_law_and_every_gate_holds(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output[-4000:]
    gates = [name for name in warehouse.statuses if "open_variance_is_within" in name]
    assert gates
    assert {warehouse.statuses[name] for name in gates} == {"pass"}


def test_no_row_is_quarantined(warehouse: BuiltWarehouse) -> None:
    assert warehouse.rows("select * from marts.quarantined_rows") == []


def test_the_only_breaks_are_cut_off(warehouse: BuiltWarehouse) -> None:
    codes = Counter(code for (code,) in warehouse.rows("select break_code from marts.recon_breaks"))
    assert codes.keys() <= {"timing_cutoff"}
    judged = warehouse.rows("select distinct pair_id from marts.recon_summary where is_judged")
    assert {"R01", "R05", "R06"} <= {pair for (pair,) in judged}


# The world's measure, and the same from the facts: entity, currency, documents, amount.
FACTS = {
    "invoices issued": """
        select legal_entity_code, currency, count(*), sum(total_amount) from core.fct_invoices
        where invoice_status <> 'draft' group by all
    """,
    "invoices voided": """
        select legal_entity_code, currency, count(*), sum(total_amount) from core.fct_invoices
        where invoice_status = 'void' group by all
    """,
    "drafts": """
        select legal_entity_code, currency, count(*), sum(total_amount) from core.fct_invoices
        where invoice_status = 'draft' group by all
    """,
    "credit notes issued": """
        select legal_entity_code, currency, count(*), sum(total_amount) from core.fct_credit_notes
        group by all
    """,
    "payouts": """
        select legal_entity_code, currency, count(*), sum(payout_amount) from core.fct_payouts
        group by all
    """,
    "processor, net": """
        select legal_entity_code, currency, count(*), sum(net_amount) from core.fct_payout_lines
        group by all
    """,
    "debit memos issued": """
        select legal_entity_code, currency, count(*), sum(total_amount)
        from core.fct_ledger_documents where document_kind = 'debit_memo' group by all
    """,
    "refunded": """
        select legal_entity_code, currency, count(*), sum(refund_amount) from core.fct_refunds
        where source_system = 'stripe' group by all
    """,
    "paid through the processor": """
        select legal_entity_code, currency, count(*), sum(payment_amount) from core.fct_payments
        where source_system = 'stripe' and payment_status = 'succeeded' group by all
    """,
}


@pytest.mark.parametrize("measure", FACTS)
def test_facts_are_what_the_world_adds_up_to(warehouse: BuiltWarehouse, measure: str) -> None:
    with (warehouse.root / "truth" / "totals.csv").open(encoding="utf-8") as handle:
        told = {
            (row["entity"], row["currency"]): (int(row["documents"]), Decimal(row["amount"]))
            for row in csv.DictReader(handle)
            if row["measure"] == measure
        }
    found = {
        (entity, currency): (count, amount)
        for entity, currency, count, amount in warehouse.rows(FACTS[measure])
    }
    assert told
    assert found == told


def test_the_ledger_balances(warehouse: BuiltWarehouse) -> None:
    unbalanced = warehouse.rows(
        """
        select legal_entity_code, sum(line_amount_functional)
        from core.fct_journal_lines
        where is_posting and is_primary_book
        group by all having sum(line_amount_functional) <> 0
        """
    )
    assert unbalanced == []


def test_open_items_less_what_is_unapplied_are_the_control_account(
    warehouse: BuiltWarehouse,
) -> None:
    bridged = warehouse.rows(
        """
        select count(*), count(*) filter (where control_account_amount <> 0)
        from marts.recon_receivables_bridge
        """
    )
    assert bridged[0][0] > 2
    assert bridged[0][1] > 2
    apart = warehouse.rows(
        """
        select * from marts.recon_receivables_bridge
        where
            billing_open_amount - unapplied_cash_amount - unapplied_credits_amount
            + debit_memos_amount + refunds_amount + journals_amount <> control_account_amount
            or unexplained_amount <> 0
            or open_item_breaks_amount <> 0
            or control_breaks_amount <> 0
            or voided_amount <> 0
            or applied_elsewhere_amount <> 0
            or overdue_revaluations_amount <> 0
        """
    )
    assert apart == []


def test_every_balance_of_bank_and_processor_adds_up(warehouse: BuiltWarehouse) -> None:
    moved = warehouse.rows(
        """
        select balance_kind, count(*) > 0
        from marts.recon_balances
        where activity_amount <> 0
        group by balance_kind
        order by balance_kind
        """
    )
    assert moved == [("bank", True), ("processor", True)]
    apart = warehouse.rows(
        """
        select * from marts.recon_balances
        where unmoved_difference_amount <> 0 or carried_difference_amount <> 0
        """
    )
    assert apart == []


def test_rate_plans_and_part_payments_multiply_nothing(warehouse: BuiltWarehouse) -> None:
    """Zuora's subscriptions have several charges, some of its invoices several payments."""
    several = warehouse.rows(
        """
        select count(*) from (
            select source_subscription_id from canonical.cdm_subscription_items
            where source_system = 'zuora' group by all having count(*) > 1
        )
        """
    )
    assert several[0][0] > 5
    paid_in_parts = warehouse.rows(
        """
        select count(*) from (
            select source_invoice_id from canonical.cdm_document_applications
            where source_system = 'zuora' and application_kind = 'payment' and not is_reversal
            group by all having count(*) > 1
        )
        """
    )
    assert paid_in_parts[0][0] > 0
    for table, raw in (
        ("core.fct_invoices", "invoice"),
        ("core.fct_payments", "payment"),
        ("core.fct_document_applications", "application"),
    ):
        grain = warehouse.rows(
            f"select count(*) - count(distinct source_system || source_account || source_{raw}_id)"
            f" from {table}"
            if raw != "application"
            else f"select count(*) - count(distinct document_application_key) from {table}"
        )
        assert grain == [(0,)]


@pytest.mark.parametrize("on", [date(2026, 1, 17), date(2026, 2, 14), date(2026, 2, 28)])
def test_ageing_is_what_a_replay_of_the_events_gives(warehouse: BuiltWarehouse, on: date) -> None:
    """Every open invoice and the cash on none, to the cent, against plain Python over canonical."""

    def rows_of(entity: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(warehouse.file), read_only=True) as connection:
            found = connection.execute(f"select * from canonical.cdm_{entity}")
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    ids = dict(warehouse.rows("select invoice_key, source_invoice_id from core.fct_invoices"))
    positions = read_positions(Warehouse(warehouse.file.parent), on, None)
    buckets = read_buckets(REPOSITORY)
    found, cash = {}, dict[str, Decimal]()
    for position in positions:
        currency = position["currency"]
        if position["receivable_kind"] == "open_items":
            bucket = bucket_of(position["due_on"], on, buckets)
            found[ids[position["document_key"]]] = (position["open_amount"], currency, bucket)
        elif position["receivable_kind"] == "unapplied_cash":
            cash[currency] = cash.get(currency, Decimal(0)) + position["open_amount"]
    replayed = {
        name: (row["open_amount"], row["currency"], bucket_by_hand(row["due_on"], on))
        for name, row in open_invoices(rows_of, on).items()
    }
    assert replayed
    assert found == replayed
    assert {currency: total for currency, total in cash.items() if total} == unapplied_cash(
        rows_of, on
    )


def bucket_by_hand(due_on: date | None, on: date) -> str:
    if due_on is None:
        return "no date"
    late = (on - due_on).days
    names = {0: "current", 30: "1-30", 60: "31-60", 90: "61-90", 120: "91-120"}
    return next((name for last, name in names.items() if late <= last), ">120")


def test_the_mart_is_the_ageing_of_its_days(warehouse: BuiltWarehouse) -> None:
    query = "select distinct aged_on from marts.receivables_ageing"
    days = [day for (day,) in warehouse.rows(query)]
    assert days
    for on in days:
        positions = read_positions(Warehouse(warehouse.file.parent), on, None)
        rows = aged(positions, read_buckets(REPOSITORY), on=on, by="entity", basis="due_date")
        commanded = {(row["legal_entity_code"], row["currency"]): row["total"] for row in rows}
        mart = warehouse.rows(
            f"""
            select legal_entity_code, currency, sum(
                open_amount + negative_items_amount + unapplied_cash_amount
                + unapplied_credits_amount
            )
            from marts.receivables_ageing
            where age_basis = 'due_date' and aged_on = date '{on}'
            group by all
            """
        )
        assert {(entity, currency): total for entity, currency, total in mart} == commanded
