"""Traps of Stripe's data, from hand-made raw extracts to facts and marts.

The rows of each trap stand above its tests and land in one extract, which is built once. Everything
is in account acct_us (US01, New York) unless a case says otherwise. Amounts are in minor units.
"""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from warehouse_fixture import BuiltWarehouse, Extract, build_once

EXTRACT = Extract()
add = EXTRACT.add
rows = EXTRACT.rows


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    return build_once(tmp_path_factory, "stripe_traps", EXTRACT)


def test_every_model_builds_and_every_law_holds(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output
    kinds = Counter(node.split(".")[0] for node in warehouse.statuses)
    assert kinds["model"] > 100
    assert kinds["test"] > 100
    assert set(warehouse.statuses.values()) <= {"success", "pass", "warn", "no-op"}


def test_nothing_but_stripe_is_built(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("distinct source_system", "core.fct_raw_counts") == [("stripe",)]


def test_no_row_of_these_extracts_is_quarantined(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("*", "marts.quarantined_rows") == []


# --- minor units ----------------------------------------------------------------------------------

# (currency, minor units, major units). Stripe counts ISK and UGX in hundredths and MGA in whole
# units, against ISO 4217.
UNITS = [
    ("usd", 5000, "50"),
    ("jpy", 5000, "5000"),
    ("krw", 1, "1"),
    ("kwd", 12345, "12.345"),
    ("bhd", 1, "0.001"),
    ("tnd", 1234567890, "1234567.890"),
    ("isk", 150000, "1500"),
    ("ugx", 100, "1"),
    ("mga", 700, "700"),
]
for code, minor, _ in UNITS:
    cells: dict[str, Any] = {"currency": code, "amount": minor}
    add("charge", id=f"ch_{code}", **cells)
    add("refund", id=f"re_{code}", charge_id=f"ch_{code}", **cells)
    add("balance_transaction", id=f"txn_{code}", **cells)
    add("payout", id=f"po_{code}", **cells)
    add("invoice", id=f"in_{code}", currency=code, total=minor)
    add("price", id=f"price_{code}", currency=code, unit_amount=minor)
    add("invoice_line_item", id=f"il_{code}", invoice_id=f"in_{code}", **cells)


@pytest.mark.parametrize(
    ("table", "key", "prefix", "amount"),
    [
        ("fct_payments", "source_payment_id", "ch", "payment_amount"),
        ("fct_refunds", "source_refund_id", "re", "refund_amount"),
        ("fct_payout_lines", "source_payout_line_id", "txn", "net_amount"),
        ("fct_payouts", "source_payout_id", "po", "payout_amount"),
        ("fct_invoices", "source_invoice_id", "in", "total_amount"),
        ("fct_invoice_lines", "source_invoice_id", "in", "line_amount"),
        ("dim_prices", "source_price_id", "price", "unit_price"),
    ],
)
@pytest.mark.parametrize(("currency", "_minor", "major"), UNITS, ids=[unit[0] for unit in UNITS])
def test_an_amount_keeps_its_value_in_every_currency(
    warehouse: BuiltWarehouse,
    currency: str,
    _minor: int,
    major: str,
    table: str,
    key: str,
    prefix: str,
    amount: str,
) -> None:
    found = warehouse.cells(f"currency, {amount}", f"core.{table}", **{key: f"{prefix}_{currency}"})
    assert found == [(currency.upper(), Decimal(major))]


def test_another_currency_is_converted_at_its_rate_and_never_at_one(
    warehouse: BuiltWarehouse,
) -> None:
    columns = "payment_amount_reporting, payment_amount_functional, fx_rate"
    in_yen = warehouse.cells(columns, "core.fct_payments", source_payment_id="ch_jpy")
    assert in_yen == [(Decimal("33.74"), Decimal("33.74"), Decimal("0.006747"))]
    without_rate = warehouse.cells(columns, "core.fct_payments", source_payment_id="ch_mga")
    assert without_rate == [(None, None, None)]


# --- partial refunds and part-payments multiply nothing -------------------------------------------

# One charge, two refunds, each with a credit note of two lines; paid out in one payout.
rows("customer", "id \n cus_parts")
rows(
    "invoice",
    """
    id         | customer_id | status | total | amount_paid | amount_remaining
    in_refunds | cus_parts   | paid   | 10000 | 10000       | 0
    """,
)
rows(
    "invoice_line_item",
    """
    id   | invoice_id | amount
    il_1 | in_refunds | 7000
    il_2 | in_refunds | 3000
    """,
)
rows(
    "charge",
    """
    id         | customer_id | invoice_id | amount | amount_refunded
    ch_refunds | cus_parts   | in_refunds | 10000  | 3500
    """,
)
rows(
    "refund",
    """
    id        | charge_id  | amount | balance_transaction_id
    re_part_1 | ch_refunds | 2500   | txn_part_1
    re_part_2 | ch_refunds | 1000   | txn_part_2
    """,
)
rows(
    "credit_note",
    """
    id        | invoice_id | type         | refund_id | amount | total
    cn_part_1 | in_refunds | post_payment | re_part_1 | 2500   | 2500
    cn_part_2 | in_refunds | post_payment | re_part_2 | 1000   | 1000
    """,
)
rows(
    "credit_note_line_item",
    """
    id      | credit_note_id | amount
    cnli_1a | cn_part_1      | 2000
    cnli_1b | cn_part_1      | 500
    cnli_2a | cn_part_2      | 600
    cnli_2b | cn_part_2      | 400
    """,
)
rows(
    "balance_transaction",
    """
    id           | type   | source     | payout_id  | amount | fee
    txn_of_parts | charge | ch_refunds | po_refunds | 10000  | 320
    txn_part_1   | refund | re_part_1  | po_refunds | -2500  |
    txn_part_2   | refund | re_part_2  | po_refunds | -1000  |
    """,
)
rows("payout", "id | amount \n po_refunds | 6180")

# The same two part-payments three times: with Stripe's InvoicePayment rows (one of an intent, one
# of a charge; a third is not paid, and has no amount yet), with the invoice on the charge, and with
# the intent that invoice and charges share.
rows(
    "invoice",
    """
    id           | payment_intent_id | total | amount_paid | amount_remaining
    in_by_row    |                   | 10000 | 9000        | 1000
    in_by_charge |                   | 10000 | 9000        | 1000
    in_by_intent | pi_by_intent      | 10000 | 9000        | 1000
    """,
)
rows(
    "invoice_line_item",
    """
    id   | invoice_id   | amount
    il_1 | in_by_row    | 6000
    il_2 | in_by_row    | 4000
    il_1 | in_by_charge | 6000
    il_2 | in_by_charge | 4000
    il_1 | in_by_intent | 6000
    il_2 | in_by_intent | 4000
    """,
)
rows(
    "charge",
    """
    id             | payment_intent_id | invoice_id   | amount
    ch_by_row_1    | pi_by_row_1       |              | 5000
    ch_by_row_2    | pi_by_row_2       |              | 4000
    ch_by_charge_1 |                   | in_by_charge | 5000
    ch_by_charge_2 |                   | in_by_charge | 4000
    ch_by_intent_1 | pi_by_intent      |              | 5000
    ch_by_intent_2 | pi_by_intent      |              | 4000
    """,
)
rows(
    "invoice_payment",
    """
    id      | invoice_id | status | payment_intent_id | charge_id   | amount_paid
    inpay_1 | in_by_row  | paid   | pi_by_row_1       |             | 5000
    inpay_2 | in_by_row  | paid   |                   | ch_by_row_2 | 4000
    inpay_3 | in_by_row  | open   | pi_by_row_3       |             | ''
    """,
)


def test_two_partial_refunds_on_one_charge_multiply_nothing(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_amount, refunded_amount, applied_amount, kept_amount",
        "core.fct_payments",
        source_payment_id="ch_refunds",
    )
    assert payment == [(100, 35, 100, 65)]
    refunds = warehouse.cells(
        "count(*), sum(refund_amount), count(distinct payment_key), count(credit_note_key)",
        "core.fct_refunds",
        source_payment_id="ch_refunds",
    )
    assert refunds == [(2, 35, 1, 2)]
    attempts = warehouse.cells(
        "attempted_amount, attempt_number, attempt_status",
        "core.fct_payment_attempts",
        source_payment_attempt_id="ch_refunds",
    )
    assert attempts == [(100, 1, "succeeded")]
    invoice = warehouse.cells(
        "total_amount, paid_amount, credited_amount, open_amount",
        "core.fct_invoices",
        source_invoice_id="in_refunds",
    )
    assert invoice == [(100, 100, 0, 0)]
    lines = warehouse.cells(
        "count(*), sum(line_amount)", "core.fct_invoice_lines", source_invoice_id="in_refunds"
    )
    assert lines == [(2, 100)]
    for note, amount in (("cn_part_1", 25), ("cn_part_2", 10)):
        assert warehouse.cells(
            "count(*), sum(line_amount), any_value(currency)",
            "core.fct_credit_note_lines",
            source_credit_note_id=note,
        ) == [(2, amount, "USD")]


def test_a_payout_of_a_charge_with_two_refunds_is_bridged_once(warehouse: BuiltWarehouse) -> None:
    bridge = warehouse.cells(
        "line_count, charged_amount, refunded_amount, fee_amount, net_amount, unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_refunds",
    )
    assert bridge == [(3, 100, -35, Decimal("-3.2"), Decimal("61.8"), 0)]
    match = warehouse.cells(
        "left_count, right_count, left_amount",
        "marts.recon_matches",
        pair_id="R05",
        natural_key="po_refunds",
    )
    assert match == [(3, 1, Decimal("61.8"))]


@pytest.mark.parametrize("way", ["by_row", "by_charge", "by_intent"])
def test_two_part_payments_on_one_invoice_multiply_nothing(
    warehouse: BuiltWarehouse, way: str
) -> None:
    invoice = warehouse.cells(
        "total_amount, paid_amount, open_amount, open_amount - source_due_amount",
        "core.fct_invoices",
        source_invoice_id=f"in_{way}",
    )
    assert invoice == [(100, 90, 10, 0)]
    lines = warehouse.cells(
        "count(*), sum(line_amount)", "core.fct_invoice_lines", source_invoice_id=f"in_{way}"
    )
    assert lines == [(2, 100)]
    applications = warehouse.cells(
        "source_payment_id, application_kind, applied_amount, payment_key is not null",
        "core.fct_document_applications",
        source_invoice_id=f"in_{way}",
    )
    assert applications == [
        (f"ch_{way}_1", "payment", 50, True),
        (f"ch_{way}_2", "payment", 40, True),
    ]
    for payment, amount in ((f"ch_{way}_1", 50), (f"ch_{way}_2", 40)):
        assert warehouse.cells(
            "payment_amount, applied_amount, kept_amount",
            "core.fct_payments",
            source_payment_id=payment,
        ) == [(amount, amount, amount)]


# --- a failed refund gives the money back ---------------------------------------------------------

rows(
    "charge",
    """
    id               | payment_intent_id | status | captured | amount
    ch_failed_refund |                   |        |          | 10000
    ch_half_failed   |                   |        |          | 10000
    ch_not_this_one  | pi_refund         | failed | false    | 8000
    ch_of_intent     | pi_refund         |        |          | 8000
    """,
)
rows(
    "refund",
    """
    id           | charge_id        | payment_intent_id | status   | amount | failure_reason
    re_failed    | ch_failed_refund |                   | failed   | 10000  | expired_card
    re_half_1    | ch_half_failed   |                   |          | 3000   |
    re_half_2    | ch_half_failed   |                   | failed   | 2000   | unknown
    re_half_3    | ch_half_failed   |                   | canceled | 1000   |
    re_of_intent |                  | pi_refund         | pending  | 500    |
    """,
)
rows(
    "balance_transaction",
    """
    id              | type           | source           | payout_id        | amount
    txn_of_failed   | charge         | ch_failed_refund | po_failed_refund | 10000
    txn_failed      | refund         | re_failed        | po_failed_refund | -10000
    txn_failed_back | refund_failure | re_failed        | po_failed_refund | 10000
    """,
)
rows("payout", "id | amount \n po_failed_refund | 10000")


@pytest.mark.parametrize(
    ("payment", "amounts"),
    [
        ("ch_failed_refund", (100, 0, 100)),
        ("ch_half_failed", (100, 30, 70)),
        ("ch_of_intent", (80, 5, 75)),
    ],
    ids=["all failed", "a part failed and a part was cancelled", "known by its intent only"],
)
def test_only_refunds_that_went_out_are_taken_off(
    warehouse: BuiltWarehouse, payment: str, amounts: tuple[int, int, int]
) -> None:
    assert warehouse.cells(
        "payment_amount, refunded_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=payment,
    ) == [amounts]


def test_a_failed_refund_gives_the_money_back(warehouse: BuiltWarehouse) -> None:
    refund = warehouse.cells(
        "refund_status, refund_amount, failure_code",
        "core.fct_refunds",
        source_refund_id="re_failed",
    )
    assert refund == [("failed", 100, "expired_card")]
    lines = warehouse.cells(
        "line_kind, net_amount, refund_key is not null, source_payment_id",
        "core.fct_payout_lines",
        source_refund_id="re_failed",
    )
    assert lines == [
        ("refund", -100, True, "ch_failed_refund"),
        ("refund_failure", 100, True, "ch_failed_refund"),
    ]
    bridge = warehouse.cells(
        "charged_amount, refunded_amount, other_amount, net_amount, unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_failed_refund",
    )
    assert bridge == [(100, 0, 0, 100, 0)]


# --- a lost dispute belongs to its customer -------------------------------------------------------

rows("customer", "id \n cus_of_charge \n cus_of_intent \n cus_of_invoice")
rows("payment_intent", "id | customer_id | amount \n pi_lost | cus_of_intent | 10000")
rows(
    "invoice",
    """
    id      | customer_id    | payment_intent_id | status | total | amount_paid
    in_lost | cus_of_invoice | pi_lost_too       | paid   | 10000 | 10000
    """,
)
rows(
    "charge",
    """
    id             | customer_id   | payment_intent_id | amount
    ch_lost_charge | cus_of_charge |                   | 10000
    ch_lost_intent |               | pi_lost           | 10000
    ch_lost_bill   |               | pi_lost_too       | 10000
    ch_won         |               |                   | 10000
    ch_disputed    |               |                   | 10000
    ch_inquired    |               |                   | 10000
    """,
)
rows(
    "dispute",
    """
    id             | charge_id      | status                 | amount
    du_lost_charge | ch_lost_charge | lost                   | 4000
    du_lost_intent | ch_lost_intent | lost                   | 4000
    du_lost_bill   | ch_lost_bill   | lost                   | 4000
    du_won         | ch_won         | won                    | 10000
    du_disputed    | ch_disputed    | needs_response         | 10000
    du_inquired    | ch_inquired    | warning_needs_response | 10000
    """,
)
rows(
    "balance_transaction",
    """
    id          | type       | reporting_category | source         | amount | fee
    txn_dispute | adjustment | dispute            | du_lost_charge | -4000  | 1500
    """,
)


@pytest.mark.parametrize(
    ("case", "customer"),
    [
        ("lost_charge", "cus_of_charge"),
        ("lost_intent", "cus_of_intent"),
        ("lost_bill", "cus_of_invoice"),
    ],
    ids=["on the charge", "on its intent", "on the invoice of its intent"],
)
def test_a_lost_dispute_belongs_to_its_customer(
    warehouse: BuiltWarehouse, case: str, customer: str
) -> None:
    ((customer_key,),) = warehouse.cells(
        "customer_key", "core.bridge_customer_ids", source_customer_id=customer
    )
    dispute = warehouse.cells(
        "customer_key, source_payment_id, dispute_status, disputed_amount, is_customer_resolved",
        "core.fct_disputes",
        source_dispute_id=f"du_{case}",
    )
    assert dispute == [(customer_key, f"ch_{case}", "lost", 40, True)]
    payment = warehouse.cells(
        "customer_key, payment_amount, lost_dispute_amount, refunded_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=f"ch_{case}",
    )
    assert payment == [(customer_key, 100, 40, 0, 60)]


def test_the_fee_of_a_dispute_is_not_part_of_the_disputed_amount(
    warehouse: BuiltWarehouse,
) -> None:
    events = warehouse.cells(
        "event_kind, event_amount", "core.fct_dispute_events", source_dispute_id="du_lost_charge"
    )
    assert events == [("fee_charged", -15), ("funds_withdrawn", -40)]
    line = warehouse.cells(
        "line_kind, gross_amount, fee_amount, net_amount, dispute_key is not null",
        "core.fct_payout_lines",
        source_dispute_id="du_lost_charge",
    )
    assert line == [("dispute", -40, 15, -55, True)]


@pytest.mark.parametrize(
    ("case", "kind"),
    [("won", "chargeback"), ("disputed", "chargeback"), ("inquired", "inquiry")],
)
def test_a_dispute_that_is_not_lost_takes_nothing(
    warehouse: BuiltWarehouse, case: str, kind: str
) -> None:
    dispute = warehouse.cells(
        "dispute_kind, disputed_amount", "core.fct_disputes", source_dispute_id=f"du_{case}"
    )
    assert dispute == [(kind, 100)]
    payment = warehouse.cells(
        "lost_dispute_amount, kept_amount", "core.fct_payments", source_payment_id=f"ch_{case}"
    )
    assert payment == [(0, 100)]


# --- credit notes ---------------------------------------------------------------------------------

rows(
    "invoice",
    """
    id           | status | total | amount_paid | amount_remaining | status_transitions_paid_at
    in_pre       | open   | 10000 | 0           | 7000             |
    in_pre_paid  | paid   | 10000 | 7000        | 0                | 2026-01-20 12:00:00
    in_untyped   | open   | 10000 | 0           | 7000             |
    in_earlier   | paid   | 10000 | 7000        | 0                | 2026-01-20 12:00:00
    in_later_on  | paid   | 10000 | 10000       | 0                | 2026-01-20 12:00:00
    in_post      | paid   | 10000 | 10000       | 0                | 2026-01-20 12:00:00
    in_two_notes | open   | 10000 | 0           | 4000             |
    in_void      | open   | 10000 | 0           | 10000            |
    in_void_paid | paid   | 10000 | 10000       | 0                | 2026-01-20 12:00:00
    """,
)
rows(
    "charge",
    """
    id           | invoice_id   | amount | created
    ch_pre_paid  | in_pre_paid  | 7000   | 2026-01-20 12:00:00
    ch_earlier   | in_earlier   | 7000   | 2026-01-20 12:00:00
    ch_later_on  | in_later_on  | 10000  | 2026-01-20 12:00:00
    ch_post      | in_post      | 10000  | 2026-01-20 12:00:00
    ch_void_paid | in_void_paid | 10000  | 2026-01-20 12:00:00
    """,
)
rows(
    "credit_note",
    """
    id             | invoice_id   | status | type         | amount | total | created
    cn_pre         | in_pre       |        | pre_payment  | 3000   | 3000  | 2026-01-12 12:00:00
    cn_pre_paid    | in_pre_paid  |        | pre_payment  | 3000   | 3000  | 2026-01-12 12:00:00
    cn_untyped     | in_untyped   |        |              | 3000   | 3000  | 2026-01-12 12:00:00
    cn_earlier     | in_earlier   |        |              | 3000   | 3000  | 2026-01-12 12:00:00
    cn_later_on    | in_later_on  |        |              | 3000   | 3000  | 2026-01-25 12:00:00
    cn_post        | in_post      |        | post_payment | 3000   | 3000  | 2026-01-25 12:00:00
    cn_two_notes_1 | in_two_notes |        | pre_payment  | 3000   | 3000  | 2026-01-12 12:00:00
    cn_two_notes_2 | in_two_notes |        | pre_payment  | 3000   | 3000  | 2026-01-12 12:00:00
    cn_void        | in_void      | void   | pre_payment  | 3000   | 3000  | 2026-01-12 12:00:00
    cn_void_paid   | in_void_paid | void   | post_payment | 3000   | 3000  | 2026-01-25 12:00:00
    """,
)


@pytest.mark.parametrize(
    ("invoice", "paid", "credited", "still_open"),
    [
        ("in_pre", 0, 30, 70),
        ("in_pre_paid", 70, 30, 0),
        ("in_untyped", 0, 30, 70),
        ("in_earlier", 70, 30, 0),
        ("in_later_on", 100, 0, 0),
        ("in_post", 100, 0, 0),
        ("in_two_notes", 0, 60, 40),
        ("in_void", 0, 0, 100),
        ("in_void_paid", 100, 0, 0),
    ],
    ids=[
        "before payment",
        "before payment, then paid",
        "no type, invoice open",
        "no type, before payment",
        "no type, after payment",
        "after payment",
        "two credit notes",
        "void, invoice open",
        "void, invoice paid",
    ],
)
def test_a_credit_note_reduces_what_is_owed_and_no_more(
    warehouse: BuiltWarehouse, invoice: str, paid: int, credited: int, still_open: int
) -> None:
    assert warehouse.cells(
        "total_amount, paid_amount, credited_amount, open_amount, open_amount - source_due_amount",
        "core.fct_invoices",
        source_invoice_id=invoice,
    ) == [(100, paid, credited, still_open, 0)]


@pytest.mark.parametrize("note", ["cn_void", "cn_void_paid", "cn_post"])
def test_a_credit_note_that_reduces_nothing_is_still_a_document(
    warehouse: BuiltWarehouse, note: str
) -> None:
    assert warehouse.cells(
        "credit_note_status, total_amount, invoice_key is not null",
        "core.fct_credit_notes",
        source_credit_note_id=note,
    ) == [("issued" if note == "cn_post" else "void", 30, True)]


# --- a balance transaction that was delivered twice -----------------------------------------------

rows(
    "balance_transaction",
    """
    id           | payout_id | amount | _fivetran_synced
    txn_twice    | po_twice  | 1000   | 2026-04-01 02:00:00
    txn_twice    | po_twice  | 1000   | 2026-04-01 02:00:00
    txn_resynced | po_twice  | 2000   | 2026-04-01 02:00:00
    txn_resynced | po_twice  | 2000   | 2026-04-02 02:00:00
    """,
)
rows("payout", "id | amount \n po_twice | 3000")
for month in ("2026_01", "2026_02"):
    for line, amount in (("txn_overlap", 4000), (f"txn_{month}", 100)):
        add("balance_transaction", account="acct_parts", part=month, id=line, amount=amount)


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("txn_twice", 10),
        ("txn_resynced", 20),
        ("txn_overlap", 40),
        ("txn_2026_01", 1),
        ("txn_2026_02", 1),
    ],
    ids=["the same row", "synced again", "in two parts of a folder", "first part", "second part"],
)
def test_a_balance_transaction_delivered_twice_counts_once(
    warehouse: BuiltWarehouse, line: str, amount: int
) -> None:
    assert warehouse.cells("net_amount", "core.fct_payout_lines", source_payout_line_id=line) == [
        (amount,)
    ]


def test_what_was_delivered_twice_is_accounted_for(warehouse: BuiltWarehouse) -> None:
    table = "marts.row_accounting"
    where = {"raw_table": "balance_transaction", "row_disposition": "duplicate"}
    counted = warehouse.cells("source_account, row_count", table, amount_column="(rows)", **where)
    assert counted == [("acct_parts", 1), ("acct_us", 2)]
    summed = warehouse.cells(
        "source_account, readable_amount", table, amount_column="net_amount", **where
    )
    assert summed == [("acct_parts", 40), ("acct_us", 30)]
    bridge = warehouse.cells(
        "line_count, net_amount, unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_twice",
    )
    assert bridge == [(2, 30, 0)]


# --- an authorised charge is neither paid nor failed ----------------------------------------------

# Nothing else was tried in these months. An authorisation that was let go shows as refunded and
# never captured; of one that was captured in part the rest shows as refunded.
rows(
    "charge",
    """
    id            | status | captured | amount | amount_captured | amount_refunded | created
    ch_decided    |        | true     | 10000  |                 |       | 2025-10-10 12:00:00
    ch_declined   | failed | false    | 10000  |                 |       | 2025-10-11 12:00:00
    ch_beside     |        | false    | 10000  |                 |       | 2025-10-12 12:00:00
    ch_authorised |        | false    | 10000  |                 |       | 2025-11-10 12:00:00
    ch_let_go     |        | false    | 10000  |                 | 10000 | 2025-09-10 12:00:00
    ch_partly     |        | true     | 10000  | 6000            | 4000  | 2025-08-10 12:00:00
    """,
)
rows(
    "invoice", "id | status | total | amount_paid | charge_id \n in_partly|paid|6000|6000|ch_partly"
)
rows(
    "invoice_payment",
    "id | invoice_id | charge_id | amount_paid \n inpay_p|in_partly|ch_partly|6000",
)


def test_an_authorised_uncaptured_charge_is_neither_paid_nor_failed(
    warehouse: BuiltWarehouse,
) -> None:
    payment = warehouse.cells(
        "payment_status, is_captured, payment_amount, kept_amount, paid_at, paid_on, authorised_on",
        "core.fct_payments",
        source_payment_id="ch_authorised",
    )
    assert payment == [("authorised", False, 100, 0, None, None, date(2025, 11, 10))]
    attempt = warehouse.cells(
        "attempt_status, decline_code",
        "core.fct_payment_attempts",
        source_payment_attempt_id="ch_authorised",
    )
    assert attempt == [("authorised", None)]


@pytest.mark.parametrize(
    "kpi", ["payment_success", "payment_success_intent", "payment_success_attempt"]
)
def test_an_authorised_charge_is_in_no_rate(warehouse: BuiltWarehouse, kpi: str) -> None:
    columns = "numerator, denominator, undetermined_count, value"
    where = {"kpi_id": kpi, "legal_entity_code": "US01"}
    for table in ("kpi.kpi_observations", "kpi.kpi_scorecard"):
        alone = warehouse.cells(columns, table, period_month=date(2025, 11, 1), **where)
        assert alone == [(0, 0, 1, None)]
        beside_decided_ones = warehouse.cells(
            columns, table, period_month=date(2025, 10, 1), **where
        )
        assert beside_decided_ones == [(1, 2, 1, Decimal("0.5"))]
    status = warehouse.cells("status", "kpi.kpi_scorecard", period_month=date(2025, 11, 1), **where)
    assert status == [("nothing to count",)]


def test_an_authorisation_that_was_let_go_is_no_payment(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_status, kept_amount, paid_at", "core.fct_payments", source_payment_id="ch_let_go"
    )
    assert payment == [("cancelled", 0, None)]


def test_of_a_charge_captured_in_part_only_that_part_is_paid(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_status, payment_amount, applied_amount, kept_amount",
        "core.fct_payments",
        source_payment_id="ch_partly",
    )
    assert payment == [("succeeded", 60, 60, 60)]
    invoice = warehouse.cells(
        "paid_amount, open_amount", "core.fct_invoices", source_invoice_id="in_partly"
    )
    assert invoice == [(60, 0)]


# --- no total mixes currencies --------------------------------------------------------------------

rows(
    "balance_transaction",
    """
    id            | payout_id    | currency | amount
    txn_mixed_usd | po_mixed_usd | usd      | 5000
    txn_mixed_eur | po_mixed_eur | eur      | 7000
    """,
    account="acct_mixed",
)
rows(
    "payout",
    """
    id           | currency | amount
    po_mixed_usd | usd      | 4900
    po_mixed_eur | eur      | 6900
    """,
    account="acct_mixed",
)

# A part in another currency than what it belongs to: a cardholder's dispute, and faults.
rows("payout", "id | amount \n po_two_currencies | 1000")
rows(
    "balance_transaction",
    """
    id          | payout_id         | currency | amount
    txn_two_usd | po_two_currencies | usd      | 1000
    txn_two_eur | po_two_currencies | eur      | 900
    """,
)
rows("invoice", "id | total \n in_two_currencies | 10000")
rows(
    "charge",
    """
    id                 | invoice_id        | currency | amount
    ch_other_currency  | in_two_currencies | jpy      | 10000
    ch_foreign_dispute |                   | usd      | 10000
    ch_foreign_refund  |                   | usd      | 10000
    """,
)
rows(
    "dispute",
    """
    id         | charge_id          | currency | amount | status
    du_foreign | ch_foreign_dispute | eur      | 9000   | lost
    """,
)
rows(
    "refund",
    """
    id         | charge_id         | currency | amount
    re_foreign | ch_foreign_refund | jpy      | 1000
    """,
)


def test_every_table_with_amounts_names_their_currency(warehouse: BuiltWarehouse) -> None:
    """A row about one document has its currency; a total has the currency in its grain."""
    without: dict[str, list[str]] = {"column": [], "grain": []}
    checked = 0
    for node in warehouse.manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] not in ("core", "marts", "kpi"):
            continue
        if not any(name.endswith("_amount") for name in node["columns"]):
            continue
        checked += 1
        grain = node["config"]["meta"]["grain"]
        if "currency" not in node["columns"]:
            without["column"].append(node["name"])
        if not any(name.endswith("_key") or name == "currency" for name in grain):
            without["grain"].append(node["name"])
    assert checked > 15
    assert without == {"column": [], "grain": []}


def test_reconciliation_totals_are_per_currency(warehouse: BuiltWarehouse) -> None:
    legs = warehouse.cells(
        "currency, left_count, right_count, left_amount, right_amount, residual_amount",
        "marts.recon_breaks",
        pair_id="R05",
        legal_entity_code="unassigned",
    )
    assert legs == [("EUR", 1, 1, 70, 69, 1), ("USD", 1, 1, 50, 49, 1)]
    summary = warehouse.cells(
        "currency, break_count, tie_out_amount, open_variance_gross_amount",
        "marts.recon_summary",
        pair_id="R05",
        legal_entity_code="unassigned",
    )
    assert [row for row in summary if row[1]] == [("EUR", 1, 1, 1), ("USD", 1, 1, 1)]


def test_bridges_and_row_accounting_are_per_currency(warehouse: BuiltWarehouse) -> None:
    for currency, paid_out, lines in (("usd", 49, 50), ("eur", 69, 70)):
        assert warehouse.cells(
            "currency, charged_amount, net_amount, payout_amount",
            "marts.payout_bridge",
            source_payout_id=f"po_mixed_{currency}",
        ) == [(currency.upper(), lines, lines, paid_out)]
    for stage in ("landed", "staged"):
        accounted = warehouse.cells(
            "currency, row_count, readable_amount",
            "marts.row_accounting",
            source_account="acct_mixed",
            count_stage=stage,
            amount_column="payout_amount",
        )
        assert accounted == [("EUR", 1, 69), ("USD", 1, 49)]


def test_a_payout_line_in_another_currency_is_not_added_to_the_payout(
    warehouse: BuiltWarehouse,
) -> None:
    bridge = warehouse.cells(
        "currency, charged_amount, net_amount, unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_two_currencies",
    )
    assert bridge == [("USD", 10, 10, 0)]


def test_a_payment_in_another_currency_is_not_taken_off_the_invoice(
    warehouse: BuiltWarehouse,
) -> None:
    invoice = warehouse.cells(
        "currency, paid_amount, open_amount",
        "core.fct_invoices",
        source_invoice_id="in_two_currencies",
    )
    assert invoice == [("USD", 0, 100)]


@pytest.mark.parametrize("payment", ["ch_foreign_dispute", "ch_foreign_refund"])
def test_what_went_back_in_another_currency_is_not_taken_off_the_payment(
    warehouse: BuiltWarehouse, payment: str
) -> None:
    ((currency, refunded, lost, kept),) = warehouse.cells(
        "currency, refunded_amount, lost_dispute_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=payment,
    )
    assert (currency, refunded, lost) == ("USD", 0, 0)
    # What is left is the whole, or not known.
    assert kept in (100, None)


# --- two accounts with clashing ids ---------------------------------------------------------------

# Every amount of acct_b is twice that of acct_a, and its charge is of the next month.
TWO_ACCOUNTS = {"acct_a": 1, "acct_b": 2}
for owner, times in TWO_ACCOUNTS.items():
    one, ten, hundred, net = times, 10 * times, 100 * times, 90 * times
    rows(
        "customer",
        """
        id    | name  | email
        cus_1 | Aster | ap@aster.example.com
        """,
        account=owner,
    )
    rows(
        "invoice",
        f"""
        id   | number | customer_id | status | total     | amount_paid
        in_1 | {owner}-1 | cus_1    | paid   | {hundred} | {hundred}
        """,
        account=owner,
    )
    rows("invoice_line_item", f"id|invoice_id|amount \n il_1|in_1|{hundred}", account=owner)
    rows("payment_intent", f"id|customer_id|amount \n pi_1|cus_1|{hundred}", account=owner)
    rows(
        "charge",
        f"""
        id   | customer_id | invoice_id | payment_intent_id | amount    | created
        ch_1 | cus_1       | in_1       | pi_1              | {hundred} | 2026-0{times}-10 12:00:00
        """,
        account=owner,
    )
    rows("refund", f"id|charge_id|amount \n re_1|ch_1|{ten}", account=owner)
    rows("dispute", f"id|charge_id|status|amount \n du_1|ch_1|lost|{one}", account=owner)
    rows(
        "credit_note",
        f"""
        id   | invoice_id | refund_id | type         | amount | total
        cn_1 | in_1       | re_1      | post_payment | {ten}  | {ten}
        """,
        account=owner,
    )
    rows(
        "balance_transaction",
        f"""
        id    | type   | source | payout_id | amount
        txn_1 | charge | ch_1   | po_1      | {hundred}
        txn_2 | refund | re_1   | po_1      | -{ten}
        """,
        account=owner,
    )
    rows("payout", f"id|amount \n po_1|{net}", account=owner)


@pytest.mark.parametrize(
    ("table", "key", "source_id", "amount", "cents"),
    [
        ("fct_invoices", "source_invoice_id", "in_1", "total_amount", 100),
        ("fct_invoices", "source_invoice_id", "in_1", "paid_amount", 100),
        ("fct_invoice_lines", "source_invoice_line_id", "in_1|il_1", "line_amount", 100),
        ("fct_payments", "source_payment_id", "ch_1", "payment_amount", 100),
        ("fct_payments", "source_payment_id", "ch_1", "refunded_amount", 10),
        ("fct_payments", "source_payment_id", "ch_1", "kept_amount", 89),
        ("fct_payment_attempts", "source_payment_attempt_id", "ch_1", "attempted_amount", 100),
        ("fct_document_applications", "source_payment_id", "ch_1", "applied_amount", 100),
        ("fct_refunds", "source_refund_id", "re_1", "refund_amount", 10),
        ("fct_disputes", "source_dispute_id", "du_1", "disputed_amount", 1),
        ("fct_credit_notes", "source_credit_note_id", "cn_1", "total_amount", 10),
        ("fct_payout_lines", "source_payout_line_id", "txn_1", "net_amount", 100),
        ("fct_payouts", "source_payout_id", "po_1", "payout_amount", 90),
    ],
)
def test_two_accounts_with_clashing_ids_stay_apart(
    warehouse: BuiltWarehouse, table: str, key: str, source_id: str, amount: str, cents: int
) -> None:
    found = warehouse.cells(f"source_account, {amount}", f"core.{table}", **{key: source_id})
    assert found == [
        (account, Decimal(cents * times) / 100) for account, times in TWO_ACCOUNTS.items()
    ]
    # What a row points to is of its own account, so all keys differ too.
    keys = warehouse.rows(
        "select column_name from duckdb_columns() where schema_name = 'core' and table_name = ?"
        " and ends_with(column_name, '_key')",
        table,
    )
    counts = ", ".join(f"count(distinct {name})" for (name,) in keys)
    (counted,) = warehouse.cells(counts, f"core.{table}", **{key: source_id})
    assert counted[0] == 2
    assert set(counted) <= {0, 2}


def test_identity_does_not_merge_customers_of_two_accounts(warehouse: BuiltWarehouse) -> None:
    customers = warehouse.cells(
        "source_account, customer_key = customer_id_key, evidence_count",
        "core.bridge_customer_ids",
        source_customer_id="cus_1",
    )
    assert customers == [("acct_a", True, 0), ("acct_b", True, 0)]
    assert warehouse.cells(
        "source_account, source_id_count", "core.dim_customers", source_customer_id="cus_1"
    ) == [("acct_a", 1), ("acct_b", 1)]


def test_payouts_of_two_accounts_are_reconciled_apart(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "left_count, right_count, left_amount",
        "marts.recon_matches",
        pair_id="R05",
        natural_key="po_1",
    ) == [(2, 1, Decimal("0.9")), (2, 1, Decimal("1.8"))]
    assert warehouse.cells(
        "payout_amount, net_amount, line_count", "marts.payout_bridge", source_payout_id="po_1"
    ) == [(Decimal("0.9"), Decimal("0.9"), 2), (Decimal("1.8"), Decimal("1.8"), 2)]


def test_intents_of_two_accounts_are_two_intents(warehouse: BuiltWarehouse) -> None:
    intents = warehouse.cells(
        "period_month, numerator, denominator",
        "kpi.kpi_observations",
        kpi_id="payment_success",
        legal_entity_code="unassigned",
    )
    assert intents == [(date(2026, 1, 1), 1, 1), (date(2026, 2, 1), 1, 1)]


def test_an_account_without_a_legal_entity_is_unassigned(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "distinct legal_entity_code, is_legal_entity_resolved, functional_currency, time_zone",
        "core.fct_payments",
        source_payment_id="ch_1",
    ) == [("unassigned", False, None, "UTC")]


# --- what was not paid by card --------------------------------------------------------------------

# A wire; wires after the card was declined, of which Stripe keeps the latest charge on the invoice,
# or an InvoicePayment that came to nothing; a wire as newer versions of Stripe's API record it (an
# InvoicePayment of the kind payment_record); a card that was declined at first; and nothing to pay.
rows("customer", "id \n cus_wire \n cus_balance")
rows(
    "invoice",
    """
    id          | customer_id | payment_intent_id | charge_id   | total | amount_paid
    in_wire     | cus_wire    |                   |             | 10000 | 10000
    in_resent   | cus_wire    |                   | ch_resent_2 | 10000 | 10000
    in_canceled | cus_wire    | pi_canceled       |             | 10000 | 10000
    in_record   | cus_wire    |                   |             | 10000 | 10000
    in_at_last  | cus_wire    | pi_at_last        | ch_at_last  | 10000 | 10000
    in_nothing  | cus_wire    |                   |             | 0     | 0
    """,
    status_transitions_paid_at="2026-01-29 15:30:00",
    status="paid",
)
rows(
    "invoice_line_item",
    """
    id   | invoice_id | amount
    il_1 | in_wire    | 4000
    il_2 | in_wire    | 6000
    """,
)
rows(
    "charge",
    """
    id          | invoice_id | payment_intent_id | status    | captured | amount
    ch_resent_1 | in_resent  |                   | failed    | false    | 10000
    ch_resent_2 | in_resent  |                   | failed    | false    | 10000
    ch_canceled |            | pi_canceled       | failed    | false    | 10000
    ch_at_first |            | pi_at_last        | failed    | false    | 10000
    ch_at_last  |            | pi_at_last        | succeeded | true     | 10000
    """,
)
rows(
    "invoice_payment",
    """
    id          | invoice_id  | status   | payment_type   | payment_intent_id | amount_paid
    inpay_none  | in_canceled | canceled | payment_intent | pi_canceled       | ''
    inpay_wired | in_record   | paid     | payment_record |                   | 10000
    """,
    status_transitions_paid_at="2026-01-29 15:30:00",
)

# 100 dollars, of which 30 came from credit; and a negative invoice, which becomes credit.
rows(
    "invoice",
    """
    id          | customer_id | total | amount_paid | starting_balance | ending_balance
    in_balance  | cus_balance | 10000 | 7000        | -4000            | -1000
    in_negative | cus_balance | -2000 | 0           | -1000            | -3000
    """,
    status="paid",
)
rows("charge", "id|invoice_id|amount \n ch_balance|in_balance|7000")
rows(
    "customer_balance_transaction",
    """
    id            | customer_id | type               | invoice_id | amount
    cbtxn_given   | cus_balance | adjustment         |            | -4000
    cbtxn_applied | cus_balance | applied_to_invoice | in_balance | 3000
    """,
)


@pytest.mark.parametrize(
    "invoice",
    ["in_wire", "in_resent", "in_canceled", "in_record"],
    ids=["a wire", "after declined charges", "after a cancelled intent", "with a payment record"],
)
def test_an_invoice_paid_by_wire_is_one_external_payment(
    warehouse: BuiltWarehouse, invoice: str
) -> None:
    applications = warehouse.cells(
        "application_kind, applied_amount, applied_on, payment_key is not null",
        "core.fct_document_applications",
        source_invoice_id=invoice,
    )
    assert applications == [("payment", 100, date(2026, 1, 29), True)]
    ((payment_key,),) = warehouse.cells(
        "payment_key", "core.fct_document_applications", source_invoice_id=invoice
    )
    payment = warehouse.cells(
        "payment_channel, payment_status, payment_amount, applied_amount, paid_on,"
        " customer_key is not null",
        "core.fct_payments",
        payment_key=payment_key,
    )
    assert payment == [("external", "succeeded", 100, 100, date(2026, 1, 29), True)]
    assert warehouse.cells(
        "total_amount, paid_amount, open_amount", "core.fct_invoices", source_invoice_id=invoice
    ) == [(100, 100, 0)]


def test_an_invoice_paid_by_card_in_the_end_is_no_external_payment(
    warehouse: BuiltWarehouse,
) -> None:
    applications = warehouse.cells(
        "source_payment_id, applied_amount",
        "core.fct_document_applications",
        source_invoice_id="in_at_last",
    )
    assert applications == [("ch_at_last", 100)]


def test_there_are_no_other_external_payments(warehouse: BuiltWarehouse) -> None:
    counted = warehouse.cells(
        "count(*), sum(payment_amount)", "core.fct_payments", payment_channel="external"
    )
    assert counted == [(4, 400)]


def test_a_customer_balance_settles_its_part_of_an_invoice(warehouse: BuiltWarehouse) -> None:
    invoice = warehouse.cells(
        "total_amount, paid_amount, otherwise_settled_amount, open_amount",
        "core.fct_invoices",
        source_invoice_id="in_balance",
    )
    assert invoice == [(100, 70, 30, 0)]
    applications = warehouse.cells(
        "application_kind, applied_amount",
        "core.fct_document_applications",
        source_invoice_id="in_balance",
    )
    assert applications == [("credit_balance", 30), ("payment", 70)]
    # What we owe the customer: 40 were given, of which 30 are used.
    adjustments = warehouse.cells(
        "source_adjustment_id, adjustment_kind, adjustment_amount",
        "core.fct_adjustments",
        source_customer_id="cus_balance",
    )
    assert adjustments == [
        ("cbtxn_applied", "credit_balance", -30),
        ("cbtxn_given", "credit_balance", 40),
    ]


def test_a_negative_invoice_goes_to_the_balance(warehouse: BuiltWarehouse) -> None:
    invoice = warehouse.cells(
        "is_negative_document, total_amount, paid_amount, otherwise_settled_amount, open_amount",
        "core.fct_invoices",
        source_invoice_id="in_negative",
    )
    assert invoice == [(True, -20, 0, -20, 0)]


# --- instants and dates ---------------------------------------------------------------------------

ZONES = {"default": "US01", "acct_us": "US01", "acct_de": "DE01"}
# One instant in the spellings that connectors write, and a date. Not used by any other case: the
# month of the entity is counted below.
CLOCKS = {
    "instant": "2026-02-01 03:00:00",
    "zulu": "2026-02-01T03:00:00Z",
    "offset": "2026-01-31T22:00:00-05:00",
    "fraction": "2026-02-01 03:00:00.123 UTC",
    "date": "2026-02-01",
}
for owner in ZONES:
    for clock, text in CLOCKS.items():
        at: dict[str, Any] = {"account": owner, "created": text}
        add("charge", id=f"ch_{clock}", amount=1000, **at)
        add("refund", id=f"re_{clock}", charge_id=f"ch_{clock}", amount=100, **at)
        add("dispute", id=f"du_{clock}", charge_id=f"ch_{clock}", amount=100, **at)
        add("balance_transaction", id=f"txn_{clock}", amount=1000, **at)
        add("invoice", id=f"in_{clock}", total=1000, **at)
        add("credit_note", id=f"cn_{clock}", invoice_id=f"in_{clock}", amount=1, total=1, **at)
    day = "2026-02-01 00:00:00"
    add("payout", account=owner, id="po_day", amount=1000, arrival_date=day)
    add("balance_transaction", account=owner, id="txn_day", amount=1000, available_on=day)
    # Finalised on a later day than created: that is the day of issue.
    rows(
        "invoice",
        """
        id             | total | created             | status_transitions_finalized_at
        in_later       | 1000  | 2026-01-31 12:00:00 | 2026-02-02 12:00:00
        in_later_dated | 1000  | 2026-01-31          | 2026-02-02
        in_later_mixed | 1000  | 2026-01-31          | 2026-02-02 12:00:00
        """,
        account=owner,
    )

rows("payout", "id|amount|arrival_date \n po_undated|1000|''")

DATED_FACTS = [
    ("fct_payments", "source_payment_id", "ch", "authorised"),
    ("fct_payments", "source_payment_id", "ch", "paid"),
    ("fct_payment_attempts", "source_payment_attempt_id", "ch", "attempted"),
    ("fct_refunds", "source_refund_id", "re", "created"),
    ("fct_disputes", "source_dispute_id", "du", "opened"),
    ("fct_payout_lines", "source_payout_line_id", "txn", "created"),
    ("fct_invoices", "source_invoice_id", "in", "issued"),
    ("fct_credit_notes", "source_credit_note_id", "cn", "issued"),
]


@pytest.mark.parametrize(
    ("table", "key", "prefix", "event"),
    DATED_FACTS,
    ids=[f"{table} {event}" for table, _, _, event in DATED_FACTS],
)
@pytest.mark.parametrize("account", list(ZONES))
@pytest.mark.parametrize("clock", list(CLOCKS))
def test_an_instant_falls_on_the_day_of_the_entity_and_a_date_is_never_shifted(
    warehouse: BuiltWarehouse,
    table: str,
    key: str,
    prefix: str,
    event: str,
    account: str,
    clock: str,
) -> None:
    found = warehouse.cells(
        f"legal_entity_code, {event}_at, {event}_on, period_month",
        f"core.{table}",
        source_account=account,
        **{key: f"{prefix}_{clock}"},
    )
    day = date(2026, 1, 31) if clock != "date" and account != "acct_de" else date(2026, 2, 1)
    instant = datetime(2026, 2, 1, 3, 0, 0, 123_000 if clock == "fraction" else 0)
    expected = (ZONES[account], None if clock == "date" else instant, day, day.replace(day=1))
    assert found == [expected]


@pytest.mark.parametrize("invoice", ["in_later", "in_later_dated", "in_later_mixed"])
@pytest.mark.parametrize("account", list(ZONES))
def test_an_invoice_is_issued_when_it_was_finalised(
    warehouse: BuiltWarehouse, account: str, invoice: str
) -> None:
    assert warehouse.cells(
        "created_on, issued_on, period_month",
        "core.fct_invoices",
        source_account=account,
        source_invoice_id=invoice,
    ) == [(date(2026, 1, 31), date(2026, 2, 2), date(2026, 2, 1))]


@pytest.mark.parametrize("account", list(ZONES))
def test_the_day_on_which_money_arrives_or_is_available_is_a_date(
    warehouse: BuiltWarehouse, account: str
) -> None:
    """Stripe writes these days as midnight UTC, which is the day before in New York."""
    assert warehouse.cells(
        "arrives_at, arrives_on, period_month",
        "core.fct_payouts",
        source_account=account,
        source_payout_id="po_day",
    ) == [(None, date(2026, 2, 1), date(2026, 2, 1))]
    assert warehouse.cells(
        "available_at, available_on",
        "core.fct_payout_lines",
        source_account=account,
        source_payout_line_id="txn_day",
    ) == [(None, date(2026, 2, 1))]


def test_a_payout_without_an_arrival_day_is_of_the_month_it_was_made_in(
    warehouse: BuiltWarehouse,
) -> None:
    assert warehouse.cells("arrives_on", "core.fct_payouts", source_payout_id="po_undated") == [
        (None,)
    ]
    assert warehouse.cells(
        "pair_id, period_month", "marts.recon_breaks", natural_key="po_undated", pair_id="R06"
    ) == [("R06", date(2026, 1, 1))]


def test_a_rate_counts_an_intent_in_the_month_of_the_entity(warehouse: BuiltWarehouse) -> None:
    intents = warehouse.cells(
        "period_month, denominator",
        "kpi.kpi_observations",
        kpi_id="payment_success",
        legal_entity_code="DE01",
    )
    assert intents == [(date(2026, 2, 1), len(CLOCKS))]
    # In New York only the bare dates are of February: one of each account.
    in_february = warehouse.cells(
        "denominator",
        "kpi.kpi_observations",
        kpi_id="payment_success",
        legal_entity_code="US01",
        period_month=date(2026, 2, 1),
    )
    assert in_february == [(2,)]


# --- the same totals, computed another way --------------------------------------------------------

# How many of Stripe's units make one, after Stripe's list of currencies; 100 for all others.
UNITS_OF_STRIPE = {"jpy": 1, "krw": 1, "mga": 1, "kwd": 1000, "bhd": 1000, "tnd": 1000}

Totals = dict[tuple[str, str], tuple[int, Decimal]]


def totals_of_files(warehouse: BuiltWarehouse, table: str, column: str, **where: str) -> Totals:
    """Count and exact sum by account and currency, of one row for each account and id."""
    root = warehouse.root / "raw" / "stripe"
    newest: dict[tuple[str, str], dict[str, str]] = {}
    for file in sorted(root.rglob("*.csv")):
        names = file.relative_to(root).with_suffix("").parts
        if table in names:
            account = names[0] if names[0] != table else "default"
            with file.open(encoding="utf-8", newline="") as handle:
                newest |= {(account, row["id"]): row for row in csv.DictReader(handle)}
    amounts: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for (account, _), row in newest.items():
        if all(row[name] == value for name, value in where.items()):
            units = UNITS_OF_STRIPE.get(row["currency"], 100)
            amounts[account, row["currency"].upper()].append(Decimal(row[column]) / units)
    return {key: (len(values), sum(values, Decimal(0))) for key, values in amounts.items()}


def totals_of_fact(warehouse: BuiltWarehouse, fact: str, amount: str, condition: str) -> Totals:
    """The same of a fact."""
    found = warehouse.rows(
        f"select source_account, currency, count(*), sum({amount}) from core.{fact}"
        f" where {condition} group by all"
    )
    return {(account, currency): (count, total) for account, currency, count, total in found}


@pytest.mark.parametrize(
    ("raw", "column", "where", "fact", "amount", "condition"),
    [
        ("charge", "amount", {}, "fct_payment_attempts", "attempted_amount", "true"),
        (
            "charge",
            "amount",
            {"status": "succeeded", "captured": "true", "amount_captured": ""},
            "fct_payments",
            "payment_amount",
            "payment_channel = 'processor' and payment_status = 'succeeded'"
            " and source_payment_id <> 'ch_partly'",
        ),
        ("refund", "amount", {}, "fct_refunds", "refund_amount", "true"),
        (
            "refund",
            "amount",
            {"status": "failed"},
            "fct_refunds",
            "refund_amount",
            "refund_status = 'failed'",
        ),
        ("balance_transaction", "amount", {}, "fct_payout_lines", "gross_amount", "true"),
        ("balance_transaction", "fee", {}, "fct_payout_lines", "fee_amount", "true"),
        ("balance_transaction", "net", {}, "fct_payout_lines", "net_amount", "true"),
        ("payout", "amount", {}, "fct_payouts", "payout_amount", "true"),
        ("dispute", "amount", {}, "fct_disputes", "disputed_amount", "true"),
        ("invoice", "total", {}, "fct_invoices", "total_amount", "true"),
        ("credit_note", "total", {}, "fct_credit_notes", "total_amount", "true"),
    ],
    ids=[
        "charges are attempts",
        "captured charges are payments",
        "refunds",
        "failed refunds",
        "gross of the balance",
        "fees of the balance",
        "net of the balance",
        "payouts",
        "disputes",
        "invoices",
        "credit notes",
    ],
)
def test_totals_per_currency_equal_those_of_the_files(
    warehouse: BuiltWarehouse,
    raw: str,
    column: str,
    where: dict[str, str],
    fact: str,
    amount: str,
    condition: str,
) -> None:
    of_files = totals_of_files(warehouse, raw, column, **where)
    assert len(of_files) >= (1 if where.get("status") == "failed" else 5)
    assert totals_of_fact(warehouse, fact, amount, condition) == of_files


def test_invoice_lines_total_those_of_the_files(warehouse: BuiltWarehouse) -> None:
    """A line id is unique only inside its invoice: all rows of the files count."""
    written = [
        Decimal(row["amount"]) / UNITS_OF_STRIPE.get(row["currency"], 100)
        for file in (warehouse.root / "raw").rglob("invoice_line_item.csv")
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    ]
    # Compared over all currencies, as a checksum only.
    (found,) = warehouse.cells("count(*), sum(line_amount)", "core.fct_invoice_lines")
    assert found == (len(written), sum(written))
