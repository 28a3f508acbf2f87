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
from warehouse_fixture import BuiltWarehouse, Extract, build_once, stripe_tables

EXTRACT = Extract()
add = EXTRACT.add


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
    systems = "select distinct source_system from core.fct_raw_counts"
    assert warehouse.rows(systems) == [("stripe",)]


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
for currency, minor, _ in UNITS:
    add("charge", id=f"ch_{currency}", currency=currency, amount=minor)
    add("refund", id=f"re_{currency}", charge_id=f"ch_{currency}", currency=currency, amount=minor)
    add("balance_transaction", id=f"txn_{currency}", currency=currency, amount=minor)
    add("payout", id=f"po_{currency}", currency=currency, amount=minor)
    add("invoice", id=f"in_{currency}", currency=currency, subtotal=minor, total=minor)
    add(
        "invoice_line_item",
        id=f"il_{currency}",
        invoice_id=f"in_{currency}",
        currency=currency,
        amount=minor,
        unit_amount_excluding_tax=minor,
    )


@pytest.mark.parametrize(("currency", "_minor", "major"), UNITS, ids=[unit[0] for unit in UNITS])
def test_an_amount_keeps_its_value_in_every_currency(
    warehouse: BuiltWarehouse, currency: str, _minor: int, major: str
) -> None:
    found = {
        "payment": warehouse.cells(
            "currency, payment_amount", "core.fct_payments", source_payment_id=f"ch_{currency}"
        ),
        "refund": warehouse.cells(
            "currency, refund_amount", "core.fct_refunds", source_refund_id=f"re_{currency}"
        ),
        "payout line": warehouse.cells(
            "currency, net_amount", "core.fct_payout_lines", source_payout_line_id=f"txn_{currency}"
        ),
        "payout": warehouse.cells(
            "currency, payout_amount", "core.fct_payouts", source_payout_id=f"po_{currency}"
        ),
        "invoice": warehouse.cells(
            "currency, total_amount", "core.fct_invoices", source_invoice_id=f"in_{currency}"
        ),
        "invoice line": warehouse.cells(
            "currency, line_amount", "core.fct_invoice_lines", source_invoice_id=f"in_{currency}"
        ),
        "unit price": warehouse.cells(
            "currency, unit_price", "core.fct_invoice_lines", source_invoice_id=f"in_{currency}"
        ),
    }
    assert found == dict.fromkeys(found, [(currency.upper(), Decimal(major))])


def test_another_currency_is_converted_at_its_rate_and_never_at_one(
    warehouse: BuiltWarehouse,
) -> None:
    (in_yen,) = warehouse.cells(
        "payment_amount_reporting, payment_amount_functional, fx_rate",
        "core.fct_payments",
        source_payment_id="ch_jpy",
    )
    assert in_yen == (Decimal("32"), Decimal("32"), Decimal("0.0064"))
    without_rate = warehouse.cells(
        "payment_amount_reporting, payment_amount_functional, fx_rate",
        "core.fct_payments",
        source_payment_id="ch_mga",
    )
    assert without_rate == [(None, None, None)]


# --- partial refunds and part-payments multiply nothing -------------------------------------------

add("customer", id="cus_parts")

# One charge, two refunds, each with its credit note; paid out in one payout.
add(
    "invoice",
    id="in_refunds",
    customer_id="cus_parts",
    status="paid",
    total=10000,
    amount_paid=10000,
    amount_remaining=0,
    status_transitions_paid_at="2026-01-10 12:00:00",
)
add("invoice_line_item", id="il_1", invoice_id="in_refunds", amount=7000)
add("invoice_line_item", id="il_2", invoice_id="in_refunds", amount=3000)
add(
    "charge",
    id="ch_refunds",
    customer_id="cus_parts",
    invoice_id="in_refunds",
    amount=10000,
    amount_refunded=3500,
)
for number, amount in ((1, 2500), (2, 1000)):
    add(
        "refund",
        id=f"re_part_{number}",
        charge_id="ch_refunds",
        amount=amount,
        balance_transaction_id=f"txn_re_part_{number}",
    )
    add(
        "credit_note",
        id=f"cn_part_{number}",
        invoice_id="in_refunds",
        type="post_payment",
        refund_id=f"re_part_{number}",
        amount=amount,
        total=amount,
    )
    for line in ("a", "b"):
        add(
            "credit_note_line_item",
            id=f"cnli_{number}{line}",
            credit_note_id=f"cn_part_{number}",
            amount=amount // 2,
        )
    add(
        "balance_transaction",
        id=f"txn_re_part_{number}",
        source=f"re_part_{number}",
        payout_id="po_refunds",
        type="refund",
        amount=-amount,
    )
add(
    "balance_transaction",
    id="txn_ch_refunds",
    source="ch_refunds",
    payout_id="po_refunds",
    amount=10000,
    fee=320,
)
add("payout", id="po_refunds", amount=6180, arrival_date="2026-01-14 00:00:00")

# The same two part-payments three times: with Stripe's InvoicePayment rows (of intents and of
# charges), with only the charge's invoice, and with only the intent that invoice and charge share.
for way in ("by_row", "by_charge", "by_intent"):
    add(
        "invoice",
        id=f"in_{way}",
        customer_id="cus_parts",
        status="open",
        total=10000,
        amount_paid=9000,
        amount_remaining=1000,
        payment_intent_id="pi_by_intent" if way == "by_intent" else "",
    )
    for line, amount in (("a", 6000), ("b", 4000)):
        add("invoice_line_item", id=f"il_{way}_{line}", invoice_id=f"in_{way}", amount=amount)
    for number, amount in ((1, 5000), (2, 4000)):
        intent = "pi_by_intent" if way == "by_intent" else f"pi_{way}_{number}"
        add(
            "charge",
            id=f"ch_{way}_{number}",
            customer_id="cus_parts",
            amount=amount,
            invoice_id=f"in_{way}" if way == "by_charge" else "",
            payment_intent_id=intent,
        )
        if way == "by_row":
            add("payment_intent", id=intent, amount=amount)
            add(
                "invoice_payment",
                id=f"inpay_{number}",
                invoice_id=f"in_{way}",
                amount_paid=amount,
                charge_id=f"ch_{way}_2" if number == 2 else "",
                payment_intent_id=intent if number == 1 else "",
            )
# A part that was never paid is no payment.
add("invoice_payment", id="inpay_3", invoice_id="in_by_row", status="open", amount_paid=0)


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
    notes = warehouse.rows(
        """
        select source_credit_note_id, count(*), sum(line_amount), any_value(currency)
        from core.fct_credit_note_lines
        where source_credit_note_id like 'cn_part_%'
        group by 1
        order by 1
        """
    )
    assert notes == [
        ("cn_part_1", 2, Decimal(25), "USD"),
        ("cn_part_2", 2, Decimal(10), "USD"),
    ]


def test_a_payout_of_a_charge_with_two_refunds_is_bridged_once(warehouse: BuiltWarehouse) -> None:
    bridge = warehouse.cells(
        "line_count, charged_amount, refunded_amount, fee_amount, net_amount, payout_amount,"
        " unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_refunds",
    )
    assert bridge == [(3, 100, -35, Decimal("-3.2"), Decimal("61.8"), Decimal("61.8"), 0)]
    match = warehouse.cells(
        "left_count, right_count, matched_amount",
        "marts.recon_matches",
        pair_id="R05",
        clear_key="stripe acct_us po_refunds",
    )
    assert match == [(3, 1, Decimal("61.8"))]


@pytest.mark.parametrize("way", ["by_row", "by_charge", "by_intent"])
def test_two_part_payments_on_one_invoice_multiply_nothing(
    warehouse: BuiltWarehouse, way: str
) -> None:
    invoice = warehouse.cells(
        "total_amount, paid_amount, open_amount, source_paid_amount, source_due_amount",
        "core.fct_invoices",
        source_invoice_id=f"in_{way}",
    )
    assert invoice == [(100, 90, 10, 90, 10)]
    lines = warehouse.cells(
        "count(*), sum(line_amount)", "core.fct_invoice_lines", source_invoice_id=f"in_{way}"
    )
    assert lines == [(2, 100)]
    payments = warehouse.rows(
        """
        select source_payment_id, payment_amount, applied_amount
        from core.fct_payments
        where source_payment_id like ?
        order by 1
        """,
        f"ch_{way}_%",
    )
    assert payments == [(f"ch_{way}_1", 50, 50), (f"ch_{way}_2", 40, 40)]
    applications = warehouse.cells(
        "source_payment_id, application_kind, applied_amount, payment_key is not null",
        "core.fct_document_applications",
        source_invoice_id=f"in_{way}",
    )
    assert applications == [
        (f"ch_{way}_1", "payment", 50, True),
        (f"ch_{way}_2", "payment", 40, True),
    ]


# --- a failed refund gives the money back ---------------------------------------------------------

add("charge", id="ch_failed_refund", amount=10000, amount_refunded=0)
add(
    "refund",
    id="re_failed",
    charge_id="ch_failed_refund",
    amount=10000,
    status="failed",
    failure_reason="lost_or_stolen_card",
    balance_transaction_id="txn_re_failed",
    failure_balance_transaction_id="txn_re_failed_back",
)
add(
    "balance_transaction",
    id="txn_ch_failed_refund",
    source="ch_failed_refund",
    amount=10000,
    payout_id="po_failed_refund",
)
add(
    "balance_transaction",
    id="txn_re_failed",
    source="re_failed",
    type="refund",
    amount=-10000,
    payout_id="po_failed_refund",
)
add(
    "balance_transaction",
    id="txn_re_failed_back",
    source="re_failed",
    type="refund_failure",
    amount=10000,
    payout_id="po_failed_refund",
)
add("payout", id="po_failed_refund", amount=10000)

add("charge", id="ch_half_failed", amount=10000, amount_refunded=3000)
add("refund", id="re_half_1", charge_id="ch_half_failed", amount=3000)
add("refund", id="re_half_2", charge_id="ch_half_failed", amount=2000, status="failed")
add("refund", id="re_half_3", charge_id="ch_half_failed", amount=1000, status="canceled")

# Only the intent is named, which has a failed and a successful charge.
add(
    "charge",
    id="ch_intent_failed",
    payment_intent_id="pi_refund",
    amount=8000,
    status="failed",
    captured="false",
    created="2026-01-09 12:00:00",
)
add("charge", id="ch_intent", payment_intent_id="pi_refund", amount=8000)
add("refund", id="re_of_intent", payment_intent_id="pi_refund", amount=500, status="pending")


def test_a_failed_refund_gives_the_money_back(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_amount, refunded_amount, kept_amount",
        "core.fct_payments",
        source_payment_id="ch_failed_refund",
    )
    assert payment == [(100, 0, 100)]
    refund = warehouse.cells(
        "refund_status, refund_amount, failure_code",
        "core.fct_refunds",
        source_refund_id="re_failed",
    )
    assert refund == [("failed", 100, "lost_or_stolen_card")]
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


@pytest.mark.parametrize(
    ("payment", "amounts"),
    [("ch_half_failed", (100, 30, 70)), ("ch_intent", (80, 5, 75))],
    ids=["one part failed and one cancelled", "known by its intent only"],
)
def test_only_refunds_that_went_out_are_taken_off(
    warehouse: BuiltWarehouse, payment: str, amounts: tuple[int, int, int]
) -> None:
    assert warehouse.cells(
        "payment_amount, refunded_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=payment,
    ) == [amounts]


# --- a lost dispute belongs to its customer -------------------------------------------------------

for name in ("charge", "intent", "invoice"):
    add("customer", id=f"cus_{name}")
add("charge", id="ch_lost_charge", customer_id="cus_charge", amount=10000)
add("charge", id="ch_lost_intent", payment_intent_id="pi_lost", amount=10000)
add("payment_intent", id="pi_lost", customer_id="cus_intent", amount=10000)
add("charge", id="ch_lost_invoice", payment_intent_id="pi_lost_invoice", amount=10000)
add(
    "invoice",
    id="in_lost",
    customer_id="cus_invoice",
    status="paid",
    total=10000,
    amount_paid=10000,
    payment_intent_id="pi_lost_invoice",
)
for name in ("charge", "intent", "invoice"):
    add("dispute", id=f"du_lost_{name}", charge_id=f"ch_lost_{name}", amount=4000, status="lost")
    add(
        "balance_transaction",
        id=f"txn_du_{name}",
        source=f"du_lost_{name}",
        type="adjustment",
        reporting_category="dispute",
        amount=-4000,
        fee=1500,
    )
for status in ("won", "needs_response", "under_review", "warning_needs_response"):
    add("charge", id=f"ch_{status}", amount=10000)
    add("dispute", id=f"du_{status}", charge_id=f"ch_{status}", amount=10000, status=status)
# A dispute in the cardholder's currency. Euros are not taken off dollars.
add("charge", id="ch_foreign_dispute", amount=10000)
add(
    "dispute",
    id="du_foreign",
    charge_id="ch_foreign_dispute",
    amount=9000,
    currency="eur",
    status="lost",
)


@pytest.mark.parametrize("name", ["charge", "intent", "invoice"])
def test_a_lost_dispute_belongs_to_its_customer(warehouse: BuiltWarehouse, name: str) -> None:
    ((customer_key,),) = warehouse.cells(
        "customer_key", "core.bridge_customer_ids", source_customer_id=f"cus_{name}"
    )
    dispute = warehouse.cells(
        "customer_key, source_payment_id, dispute_status, disputed_amount, is_customer_resolved",
        "core.fct_disputes",
        source_dispute_id=f"du_lost_{name}",
    )
    assert dispute == [(customer_key, f"ch_lost_{name}", "lost", 40, True)]
    payment = warehouse.cells(
        "customer_key, payment_amount, lost_dispute_amount, refunded_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=f"ch_lost_{name}",
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
    ("status", "kind"),
    [
        ("won", "chargeback"),
        ("needs_response", "chargeback"),
        ("under_review", "chargeback"),
        ("warning_needs_response", "inquiry"),
    ],
)
def test_a_dispute_that_is_not_lost_takes_nothing(
    warehouse: BuiltWarehouse, status: str, kind: str
) -> None:
    dispute = warehouse.cells(
        "dispute_kind, disputed_amount", "core.fct_disputes", source_dispute_id=f"du_{status}"
    )
    assert dispute == [(kind, 100)]
    payment = warehouse.cells(
        "lost_dispute_amount, kept_amount", "core.fct_payments", source_payment_id=f"ch_{status}"
    )
    assert payment == [(0, 100)]


# --- credit notes ---------------------------------------------------------------------------------


def add_invoice_with_credit_note(case: str, *, is_paid: bool, **note: str | int) -> None:
    """An invoice over 100 dollars, open or paid by card, with a credit note over 30 dollars."""
    due = 10000 if note.get("status") == "void" or note.get("type") == "post_payment" else 7000
    if is_paid:
        add("charge", id=f"ch_{case}", invoice_id=f"in_{case}", amount=due)
    add(
        "invoice",
        id=f"in_{case}",
        status="paid" if is_paid else "open",
        total=10000,
        amount_due=due,
        amount_paid=due if is_paid else 0,
        amount_remaining=0 if is_paid else due,
        status_transitions_paid_at="2026-01-20 12:00:00" if is_paid else "",
    )
    add("credit_note", id=f"cn_{case}", invoice_id=f"in_{case}", amount=3000, total=3000, **note)


# (case, is it paid, cells of the credit note, paid, credited, open)
CREDIT_NOTES: list[tuple[str, bool, dict[str, str], int, int, int]] = [
    ("before_payment", False, {"type": "pre_payment"}, 0, 30, 70),
    ("before_payment_then_paid", True, {"type": "pre_payment"}, 70, 30, 0),
    ("untyped_and_open", False, {}, 0, 30, 70),
    ("untyped_and_earlier", True, {"created": "2026-01-12 12:00:00"}, 70, 30, 0),
    ("after_payment", True, {"type": "post_payment", "created": "2026-01-25 12:00:00"}, 100, 0, 0),
    ("void_and_open", False, {"type": "pre_payment", "status": "void"}, 0, 0, 100),
    ("void_and_paid", True, {"type": "post_payment", "status": "void"}, 100, 0, 0),
]
for case, is_paid, note, *_ in CREDIT_NOTES:
    add_invoice_with_credit_note(case, is_paid=is_paid, **note)


@pytest.mark.parametrize(
    ("case", "paid", "credited", "still_open"),
    [(case, *amounts) for case, _, _, *amounts in CREDIT_NOTES],
    ids=[case for case, *_ in CREDIT_NOTES],
)
def test_a_credit_note_reduces_what_is_owed_and_no_more(
    warehouse: BuiltWarehouse, case: str, paid: int, credited: int, still_open: int
) -> None:
    invoice = warehouse.cells(
        "total_amount, paid_amount, credited_amount, open_amount, open_amount = source_due_amount",
        "core.fct_invoices",
        source_invoice_id=f"in_{case}",
    )
    assert invoice == [(100, paid, credited, still_open, True)]
    note = warehouse.cells(
        "total_amount, invoice_key is not null",
        "core.fct_credit_notes",
        source_credit_note_id=f"cn_{case}",
    )
    assert note == [(30, True)]


# --- a balance transaction that was delivered twice -----------------------------------------------

for _ in range(2):
    add("balance_transaction", id="txn_twice", amount=1000, payout_id="po_twice")
add("balance_transaction", id="txn_resynced", amount=2000, payout_id="po_twice")
add(
    "balance_transaction",
    id="txn_resynced",
    amount=2000,
    payout_id="po_twice",
    _fivetran_synced="2026-04-02 02:00:00",
)
add("payout", id="po_twice", amount=3000)
for part in ("2026_01", "2026_02"):
    add(
        "balance_transaction",
        account="acct_de",
        part=part,
        id="txn_overlap",
        amount=4000,
        currency="eur",
    )
    add(
        "balance_transaction",
        account="acct_de",
        part=part,
        id=f"txn_{part}",
        amount=100,
        currency="eur",
    )


def test_a_balance_transaction_delivered_twice_counts_once(warehouse: BuiltWarehouse) -> None:
    lines = warehouse.rows(
        """
        select source_payout_line_id, count(*), sum(net_amount)
        from core.fct_payout_lines
        where source_payout_line_id in ('txn_twice', 'txn_resynced', 'txn_overlap')
            or source_payout_line_id like 'txn_2026%'
        group by 1
        order by 1
        """
    )
    assert lines == [
        ("txn_2026_01", 1, 1),
        ("txn_2026_02", 1, 1),
        ("txn_overlap", 1, 40),
        ("txn_resynced", 1, 20),
        ("txn_twice", 1, 10),
    ]
    bridge = warehouse.cells(
        "line_count, net_amount, unsettled_amount",
        "marts.payout_bridge",
        source_payout_id="po_twice",
    )
    assert bridge == [(2, 30, 0)]


def test_what_was_delivered_twice_is_accounted_for(warehouse: BuiltWarehouse) -> None:
    counted = {
        account: warehouse.cells(
            "sum(row_count)",
            "marts.row_accounting",
            raw_table="balance_transaction",
            count_stage="staged",
            row_disposition="duplicate",
            amount_column="(rows)",
            source_account=account,
        )
        for account in ("acct_us", "acct_de")
    }
    assert counted == {"acct_us": [(2,)], "acct_de": [(1,)]}
    amounts = warehouse.cells(
        "row_count, readable_amount",
        "marts.row_accounting",
        raw_table="balance_transaction",
        count_stage="staged",
        row_disposition="duplicate",
        amount_column="net_amount",
        source_account="acct_us",
        currency="USD",
    )
    assert amounts == [(2, 30)]
    landed = warehouse.cells(
        "row_count",
        "marts.row_accounting",
        raw_table="balance_transaction",
        source_account="acct_de",
        count_stage="landed",
        amount_column="(rows)",
    )
    assert landed == [(4,)]


# --- an authorised charge is neither paid nor failed ----------------------------------------------

# Nothing else was tried in these months.
add("charge", id="ch_authorised", amount=10000, captured="false", created="2025-11-10 12:00:00")
add("charge", id="ch_decided", amount=10000, created="2025-10-10 12:00:00")
add(
    "charge",
    id="ch_declined",
    amount=10000,
    status="failed",
    captured="false",
    paid="false",
    failure_code="card_declined",
    outcome_type="issuer_declined",
    outcome_reason="insufficient_funds",
    created="2025-10-11 12:00:00",
)
add("charge", id="ch_beside", amount=10000, captured="false", created="2025-10-12 12:00:00")
# Let go: Stripe shows an authorisation that was cancelled as refunded and never captured.
add(
    "charge",
    id="ch_let_go",
    amount=10000,
    amount_refunded=10000,
    captured="false",
    created="2025-10-13 12:00:00",
)
# Captured in part: only that is paid.
add(
    "charge",
    id="ch_captured_in_part",
    amount=10000,
    amount_captured=6000,
    amount_refunded=4000,
    invoice_id="in_captured_in_part",
    created="2025-09-10 12:00:00",
)
add("invoice", id="in_captured_in_part", total=6000, status="paid", amount_paid=6000)


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
    columns = "numerator, denominator, undetermined_count, value, value_strict"
    month = {"kpi_id": kpi, "legal_entity_code": "US01", "period_month": date(2025, 11, 1)}
    for table in ("kpi.kpi_observations", "kpi.kpi_scorecard"):
        assert warehouse.cells(columns, table, **month) == [(0, 0, 1, None, 0)]
    assert warehouse.cells("status", "kpi.kpi_scorecard", **month) == [("nothing to count",)]


def test_beside_decided_charges_it_is_shown_apart(warehouse: BuiltWarehouse) -> None:
    observed = warehouse.cells(
        "numerator, denominator, excluded_count, value",
        "kpi.kpi_observations",
        kpi_id="payment_success",
        legal_entity_code="US01",
        period_month=date(2025, 10, 1),
    )
    assert observed == [(1, 2, 0, Decimal("0.5"))]


def test_an_authorisation_that_was_let_go_is_no_payment(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_status, kept_amount, paid_at", "core.fct_payments", source_payment_id="ch_let_go"
    )
    assert payment == [("cancelled", 0, None)]


def test_of_a_charge_captured_in_part_only_that_part_is_paid(warehouse: BuiltWarehouse) -> None:
    payment = warehouse.cells(
        "payment_status, payment_amount, applied_amount, kept_amount",
        "core.fct_payments",
        source_payment_id="ch_captured_in_part",
    )
    assert payment == [("succeeded", 60, 60, 60)]
    invoice = warehouse.cells(
        "paid_amount, open_amount", "core.fct_invoices", source_invoice_id="in_captured_in_part"
    )
    assert invoice == [(60, 0)]


# --- no total mixes currencies --------------------------------------------------------------------

for currency, amount in (("usd", 5000), ("eur", 7000)):
    account = "acct_mixed"
    add(
        "balance_transaction",
        account=account,
        id=f"txn_mixed_{currency}",
        currency=currency,
        amount=amount,
        payout_id=f"po_mixed_{currency}",
    )
    add(
        "payout",
        account=account,
        id=f"po_mixed_{currency}",
        currency=currency,
        amount=amount - 100,
        arrival_date="2026-01-20 00:00:00",
    )

# Faulty data: a line, an invoice's payment and a refund in another currency than what they belong to.
add("payout", id="po_two_currencies", amount=1000)
add("balance_transaction", id="txn_two_usd", amount=1000, payout_id="po_two_currencies")
add(
    "balance_transaction",
    id="txn_two_eur",
    amount=900,
    currency="eur",
    payout_id="po_two_currencies",
)
add("invoice", id="in_two_currencies", total=10000, amount_paid=0, amount_remaining=10000)
add("charge", id="ch_other_currency", invoice_id="in_two_currencies", amount=10000, currency="jpy")
add("charge", id="ch_foreign_refund", amount=10000)
add("refund", id="re_foreign", charge_id="ch_foreign_refund", amount=1000, currency="jpy")


def test_every_table_with_amounts_names_their_currency(warehouse: BuiltWarehouse) -> None:
    """A row about one document has its currency; a total has the currency in its grain."""
    without: dict[str, list[str]] = {"column": [], "grain": []}
    checked = 0
    for node in warehouse.manifest["nodes"].values():
        if node["resource_type"] != "model" or node["schema"] not in ("core", "marts", "kpi"):
            continue
        columns = set(node["columns"])
        in_one_currency = ("_amount_reporting", "_amount_functional")
        if not any(name.endswith(("_amount", *in_one_currency)) for name in columns):
            continue
        checked += 1
        if not columns & {"currency", "functional_currency"}:
            without["column"].append(node["name"])
        grain = node["config"]["meta"]["grain"]
        if not any(name.endswith("_key") or name == "currency" for name in grain):
            without["grain"].append(node["name"])
    assert checked > 15
    assert without == {"column": [], "grain": []}


def test_reconciliation_totals_are_per_currency(warehouse: BuiltWarehouse) -> None:
    summary = warehouse.rows(
        """
        select currency, left_count, right_count, left_amount, right_amount, tie_out_amount
        from marts.recon_summary
        where pair_id = 'R05' and legal_entity_code = 'unassigned' and currency in ('USD', 'EUR')
            and period_month = date '2026-01-01'
        order by 1
        """
    )
    assert summary == [("EUR", 1, 1, 70, 69, 1), ("USD", 1, 1, 50, 49, 1)]


def test_bridges_and_row_accounting_are_per_currency(warehouse: BuiltWarehouse) -> None:
    bridge = warehouse.rows(
        """
        select currency, charged_amount, net_amount, payout_amount
        from marts.payout_bridge
        where source_payout_id like 'po_mixed_%'
        order by 1
        """
    )
    assert bridge == [("EUR", 70, 70, 69), ("USD", 50, 50, 49)]
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
    assert warehouse.cells(
        "currency, refunded_amount, lost_dispute_amount, kept_amount",
        "core.fct_payments",
        source_payment_id=payment,
    ) == [("USD", 0, 0, 100)]


# --- two accounts with clashing ids ---------------------------------------------------------------

TWO_ACCOUNTS = {"acct_a": 1, "acct_b": 2}
for account, times in TWO_ACCOUNTS.items():
    add("customer", account=account, id="cus_1", name="Aster", email="ap@aster.example.com")
    add(
        "invoice",
        account=account,
        id="in_1",
        number=f"{account}-1",
        customer_id="cus_1",
        status="paid",
        total=1000 * times,
        amount_paid=1000 * times,
    )
    add("invoice_line_item", account=account, id="il_1", invoice_id="in_1", amount=1000 * times)
    add(
        "charge",
        account=account,
        id="ch_1",
        customer_id="cus_1",
        invoice_id="in_1",
        payment_intent_id="pi_1",
        amount=1000 * times,
        created=f"2026-0{times}-10 12:00:00",
    )
    add("payment_intent", account=account, id="pi_1", customer_id="cus_1", amount=1000 * times)
    add("refund", account=account, id="re_1", charge_id="ch_1", amount=100 * times)
    add("dispute", account=account, id="du_1", charge_id="ch_1", amount=10 * times, status="lost")
    add(
        "credit_note",
        account=account,
        id="cn_1",
        invoice_id="in_1",
        refund_id="re_1",
        type="post_payment",
        amount=100 * times,
        total=100 * times,
    )
    add(
        "balance_transaction",
        account=account,
        id="txn_1",
        source="ch_1",
        payout_id="po_1",
        amount=1000 * times,
    )
    add(
        "balance_transaction",
        account=account,
        id="txn_2",
        source="re_1",
        payout_id="po_1",
        type="refund",
        amount=-100 * times,
    )
    add("payout", account=account, id="po_1", amount=900 * times)


@pytest.mark.parametrize(
    ("table", "key", "amount", "cents"),
    [
        ("fct_invoices", "source_invoice_id = 'in_1'", "total_amount", 1000),
        ("fct_invoices", "source_invoice_id = 'in_1'", "paid_amount", 1000),
        ("fct_invoice_lines", "source_invoice_line_id = 'in_1|il_1'", "line_amount", 1000),
        ("fct_payments", "source_payment_id = 'ch_1'", "payment_amount", 1000),
        ("fct_payments", "source_payment_id = 'ch_1'", "kept_amount", 890),
        ("fct_payment_attempts", "source_payment_attempt_id = 'ch_1'", "attempted_amount", 1000),
        ("fct_document_applications", "source_payment_id = 'ch_1'", "applied_amount", 1000),
        ("fct_refunds", "source_refund_id = 're_1'", "refund_amount", 100),
        ("fct_disputes", "source_dispute_id = 'du_1'", "disputed_amount", 10),
        ("fct_credit_notes", "source_credit_note_id = 'cn_1'", "total_amount", 100),
        ("fct_payout_lines", "source_payout_line_id = 'txn_1'", "net_amount", 1000),
        ("fct_payouts", "source_payout_id = 'po_1'", "payout_amount", 900),
    ],
    ids=lambda value: value if isinstance(value, str) and "=" not in value else "",
)
def test_two_accounts_with_clashing_ids_stay_apart(
    warehouse: BuiltWarehouse, table: str, key: str, amount: str, cents: int
) -> None:
    # The keys of all other tables that a row points to are its own account's, so all differ.
    (columns,) = warehouse.rows(
        """
        select list(column_name) from duckdb_columns()
        where schema_name = 'core' and table_name = ? and column_name like '%\\_key' escape '\\'
        """,
        table,
    )
    keys = ", ".join(f"count(distinct {name}) as {name}" for name in columns[0])
    (counts,) = warehouse.rows(f"select {keys} from core.{table} where {key}")
    assert set(counts) <= {0, 2}
    assert counts[0] == 2
    per_account = warehouse.rows(
        f"select source_account, {amount} from core.{table} where {key} order by 1"
    )
    assert per_account == [
        (account, Decimal(cents * times) / 100) for account, times in TWO_ACCOUNTS.items()
    ]


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
    matches = warehouse.rows(
        """
        select clear_key, left_count, right_count, matched_amount
        from marts.recon_matches
        where pair_id = 'R05' and clear_key like '%po_1'
        order by 1
        """
    )
    assert matches == [("stripe acct_a po_1", 2, 1, 9), ("stripe acct_b po_1", 2, 1, 18)]
    bridges = warehouse.cells(
        "payout_amount, net_amount, line_count, refunded_amount",
        "marts.payout_bridge",
        source_payout_id="po_1",
    )
    assert bridges == [(9, 9, 2, -1), (18, 18, 2, -2)]


def test_intents_of_two_accounts_are_two_intents(warehouse: BuiltWarehouse) -> None:
    for month in (1, 2):
        intents = warehouse.cells(
            "numerator, denominator",
            "kpi.kpi_observations",
            kpi_id="payment_success",
            legal_entity_code="unassigned",
            period_month=date(2026, month, 1),
        )
        assert intents == [(1, 1)]


def test_an_account_without_a_legal_entity_is_unassigned(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "distinct legal_entity_code, is_legal_entity_resolved, functional_currency, time_zone",
        "core.fct_payments",
        source_payment_id="ch_1",
    ) == [("unassigned", False, None, "UTC")]


# --- what was not paid by card --------------------------------------------------------------------

add("customer", id="cus_wire")
PAID = {
    "status": "paid",
    "total": 10000,
    "amount_paid": 10000,
    "amount_remaining": 0,
    "customer_id": "cus_wire",
    "status_transitions_paid_at": "2026-01-29 15:30:00",
}
add("invoice", id="in_wire", **PAID)
add("invoice_line_item", id="il_wire_1", invoice_id="in_wire", amount=4000)
add("invoice_line_item", id="il_wire_2", invoice_id="in_wire", amount=6000)
# The card was declined, and then the customer sent a wire.
add("invoice", id="in_declined_then_wire", **PAID)
for number in (1, 2):
    add(
        "charge",
        id=f"ch_declined_{number}",
        invoice_id="in_declined_then_wire",
        customer_id="cus_wire",
        amount=10000,
        status="failed",
        captured="false",
        outcome_reason="insufficient_funds",
    )
# Newer versions of Stripe's API record a wire as an InvoicePayment of kind payment_record.
add("invoice", id="in_payment_record", **PAID)
add(
    "invoice_payment",
    id="inpay_record",
    invoice_id="in_payment_record",
    amount_paid=10000,
    payment_type="payment_record",
    status_transitions_paid_at="2026-01-29 15:30:00",
)
# The card was charged in the end: no wire.
add("invoice", id="in_card_in_the_end", **{**PAID, "payment_intent_id": "pi_in_the_end"})
add(
    "charge",
    id="ch_at_first",
    payment_intent_id="pi_in_the_end",
    amount=10000,
    status="failed",
    captured="false",
    customer_id="cus_wire",
)
add(
    "charge",
    id="ch_in_the_end",
    payment_intent_id="pi_in_the_end",
    amount=10000,
    customer_id="cus_wire",
    created="2026-01-12 12:00:00",
)
# Nothing was to be paid.
add("invoice", id="in_nothing", status="paid", total=0, amount_paid=0, customer_id="cus_wire")

# 100 dollars, of which 30 came from credit that the customer had left; and a refund to the balance.
add("customer", id="cus_balance", balance=-1000)
add(
    "invoice",
    id="in_balance",
    customer_id="cus_balance",
    status="paid",
    total=10000,
    amount_due=7000,
    amount_paid=7000,
    amount_remaining=0,
    starting_balance=-4000,
    ending_balance=-1000,
)
add("charge", id="ch_balance", customer_id="cus_balance", invoice_id="in_balance", amount=7000)
add(
    "customer_balance_transaction",
    id="cbtxn_applied",
    customer_id="cus_balance",
    invoice_id="in_balance",
    amount=3000,
)
add(
    "customer_balance_transaction",
    id="cbtxn_given",
    customer_id="cus_balance",
    type="adjustment",
    amount=-4000,
    created="2026-01-02 12:00:00",
)
# A negative invoice goes to the balance.
add(
    "invoice",
    id="in_negative",
    customer_id="cus_balance",
    status="paid",
    total=-2000,
    amount_due=0,
    amount_paid=0,
    amount_remaining=0,
    starting_balance=0,
    ending_balance=-2000,
)


@pytest.mark.parametrize("case", ["wire", "declined_then_wire", "payment_record"])
def test_an_invoice_paid_by_wire_is_one_external_payment(
    warehouse: BuiltWarehouse, case: str
) -> None:
    applications = warehouse.cells(
        "application_kind, applied_amount, applied_on, payment_key is not null",
        "core.fct_document_applications",
        source_invoice_id=f"in_{case}",
    )
    assert applications == [("payment", 100, date(2026, 1, 29), True)]
    payments = warehouse.rows(
        """
        select payments.payment_channel, payments.payment_status, payments.payment_amount,
            payments.applied_amount, payments.paid_on, payments.customer_key is not null
        from core.fct_payments as payments
        inner join core.fct_document_applications as applications
            on payments.payment_key = applications.payment_key
        where applications.source_invoice_id = ?
        """,
        f"in_{case}",
    )
    assert payments == [("external", "succeeded", 100, 100, date(2026, 1, 29), True)]
    invoice = warehouse.cells(
        "paid_amount, open_amount", "core.fct_invoices", source_invoice_id=f"in_{case}"
    )
    assert invoice == [(100, 0)]


def test_an_invoice_paid_by_card_in_the_end_is_no_external_payment(
    warehouse: BuiltWarehouse,
) -> None:
    applications = warehouse.cells(
        "source_payment_id, applied_amount",
        "core.fct_document_applications",
        source_invoice_id="in_card_in_the_end",
    )
    assert applications == [("ch_in_the_end", 100)]


def test_there_are_no_other_external_payments(warehouse: BuiltWarehouse) -> None:
    assert warehouse.rows(
        """
        select invoices.source_invoice_id
        from core.fct_payments as payments
        left join core.fct_document_applications as applications
            on payments.payment_key = applications.payment_key
        left join core.fct_invoices as invoices on applications.invoice_key = invoices.invoice_key
        where payments.payment_channel = 'external'
        order by 1
        """
    ) == [("in_declined_then_wire",), ("in_payment_record",), ("in_wire",)]


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
    # What we owe the customer: 40 were given, 30 are used.
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
# The same instant in the spellings that connectors write, and the date that it is not.
CLOCKS = {
    "instant": "2026-02-01 03:00:00",
    "zulu": "2026-02-01T03:00:00Z",
    "offset": "2026-01-31T22:00:00-05:00",
    "fraction": "2026-02-01 03:00:00.123 UTC",
    "date": "2026-02-01",
}
for account in ZONES:
    for clock, text in CLOCKS.items():
        part = "times" if account == "acct_de" else ""
        add("charge", account=account, id=f"ch_{clock}", amount=1000, created=text)
        add(
            "refund",
            account=account,
            id=f"re_{clock}",
            charge_id=f"ch_{clock}",
            amount=100,
            created=text,
        )
        add(
            "dispute",
            account=account,
            id=f"du_{clock}",
            charge_id=f"ch_{clock}",
            amount=100,
            created=text,
        )
        add(
            "balance_transaction",
            account=account,
            part=part,
            id=f"txn_{clock}",
            amount=1000,
            created=text,
            available_on=text,
        )
        add("invoice", account=account, id=f"in_{clock}", total=1000, created=text)
        add(
            "credit_note",
            account=account,
            id=f"cn_{clock}",
            invoice_id=f"in_{clock}",
            amount=1,
            total=1,
            created=text,
        )
    # Finalised on a later day than created: that is the day of issue.
    add(
        "invoice",
        account=account,
        id="in_later",
        total=1000,
        created="2026-01-31 12:00:00",
        finalized_at="2026-02-02 12:00:00",
    )
    add(
        "invoice",
        account=account,
        id="in_later_date",
        total=1000,
        created="2026-01-31",
        finalized_at="2026-02-02",
        status_transitions_finalized_at="2026-02-02",
    )
    add("payout", account=account, id="po_arrives", amount=1000, arrival_date="2026-02-01 00:00:00")

DATED_FACTS = [
    ("fct_payments", "source_payment_id", "ch", "authorised"),
    ("fct_payments", "source_payment_id", "ch", "paid"),
    ("fct_payment_attempts", "source_payment_attempt_id", "ch", "attempted"),
    ("fct_refunds", "source_refund_id", "re", "created"),
    ("fct_disputes", "source_dispute_id", "du", "opened"),
    ("fct_payout_lines", "source_payout_line_id", "txn", "created"),
    ("fct_payout_lines", "source_payout_line_id", "txn", "available"),
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
    instant = datetime(2026, 2, 1, 3, microsecond=123_000 if clock == "fraction" else 0)
    expected = (ZONES[account], None if clock == "date" else instant, day, day.replace(day=1))
    assert found == [expected]


@pytest.mark.parametrize("invoice", ["in_later", "in_later_date"])
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
def test_the_arrival_day_of_a_payout_is_a_date(warehouse: BuiltWarehouse, account: str) -> None:
    assert warehouse.cells(
        "arrives_at, arrives_on, period_month",
        "core.fct_payouts",
        source_account=account,
        source_payout_id="po_arrives",
    ) == [(None, date(2026, 2, 1), date(2026, 2, 1))]


def test_a_rate_counts_an_intent_in_the_month_of_the_entity(warehouse: BuiltWarehouse) -> None:
    intents = warehouse.rows(
        """
        select period_month, denominator from kpi.kpi_observations
        where kpi_id = 'payment_success' and legal_entity_code = 'DE01'
        order by 1
        """
    )
    assert intents == [(date(2026, 2, 1), len(CLOCKS))]


# --- the same totals, computed another way --------------------------------------------------------

# How many of Stripe's units make one, as Stripe's documentation lists it; 100 where it says nothing.
UNITS_OF_STRIPE = {"jpy": 1, "krw": 1, "mga": 1, "kwd": 1000, "bhd": 1000, "tnd": 1000}

Totals = dict[tuple[str, str], tuple[int, Decimal]]


def recomputed(warehouse: BuiltWarehouse, table: str, column: str, **where: str) -> Totals:
    """Count and exact sum by account and currency, from the files: one row per account and id."""
    newest: dict[tuple[str, str], dict[str, str]] = {}
    files = (warehouse.root / "raw" / "stripe").rglob("*.csv")
    for file in sorted(files):
        names = file.relative_to(warehouse.root / "raw" / "stripe").with_suffix("").parts
        if table not in names:
            continue
        account = names[0] if names[0] != table else "default"
        with file.open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                newest[account, row["id"]] = row
    totals: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for (account, _), row in newest.items():
        if all(row[name] == value for name, value in where.items()):
            units = UNITS_OF_STRIPE.get(row["currency"], 100)
            totals[account, row["currency"].upper()].append(Decimal(row[column]) / units)
    return {key: (len(amounts), sum(amounts, Decimal(0))) for key, amounts in totals.items()}


def of_fact(warehouse: BuiltWarehouse, table: str, amount: str, condition: str = "true") -> Totals:
    rows: list[tuple[Any, ...]] = warehouse.rows(
        f"""
        select source_account, currency, count(*), sum({amount})
        from core.{table}
        where {condition}
        group by all
        """
    )
    return {(account, currency): (count, total) for account, currency, count, total in rows}


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
            " and source_payment_id <> 'ch_captured_in_part'",
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
    from_files = recomputed(warehouse, raw, column, **where)
    assert len(from_files) > (0 if where else 3)
    assert of_fact(warehouse, fact, amount, condition) == from_files


def test_nothing_of_these_extracts_is_quarantined(warehouse: BuiltWarehouse) -> None:
    assert warehouse.rows("from marts.quarantined_rows") == []
    assert set(stripe_tables()) >= {
        table for (table,) in warehouse.rows("select distinct raw_table from marts.row_accounting")
    }
