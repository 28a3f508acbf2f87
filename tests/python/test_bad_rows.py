"""What becomes of rows that cannot be used, must not count, or are there more than once.

All rows of the first part land in one extract, each with the fate that it should meet, and tables
and marts are compared with these. The second part runs compiled staging over random cells.
"""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from warehouse_fixture import BuiltWarehouse, Extract, Place, build_once, stripe_tables

EXTRACT = Extract()
FATES: dict[Place, tuple[str, str, str]] = {}

NEWER = "2026-04-02 02:00:00"
OLDER = "2026-03-01 02:00:00"


def deliver(fate: str, table: str, *, account: str = "acct_us", **cells: Any) -> Place:
    """Adds a row that should end as `fate`, a row_disposition."""
    place = EXTRACT.add(table, account=account, **cells)
    FATES[place] = (account, table, fate)
    return place


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    return build_once(tmp_path_factory, "bad_rows", EXTRACT)


def test_bad_rows_fail_no_law(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output
    assert set(warehouse.statuses.values()) <= {"success", "pass", "warn", "no-op"}


# --- cells that cannot be read --------------------------------------------------------------------

# A row of each table as it should be: the cells without which it would be no row.
SOUND: dict[str, dict[str, Any]] = {
    "charge": {"amount": 1000, "customer_id": "cus_sound"},
    "refund": {"amount": 1000, "charge_id": "sound"},
    "dispute": {"amount": 1000, "charge_id": "sound"},
    "balance_transaction": {"amount": 1000, "fee": 30, "net": 970},
    "payout": {"amount": 1000},
    "invoice": {"total": 1000},
    "invoice_line_item": {"amount": 1000, "invoice_id": "sound"},
    "invoice_payment": {"amount_paid": 1000, "invoice_id": "sound", "charge_id": "sound"},
    "credit_note": {"amount": 1000, "total": 1000, "invoice_id": "sound"},
    "credit_note_line_item": {"amount": 1000, "credit_note_id": "sound"},
    "customer": {},
    "customer_balance_transaction": {"amount": 1000, "customer_id": "sound"},
    "payment_intent": {"amount": 1000},
    "price": {"unit_amount": 1000, "product_id": "sound"},
    "product": {},
    "subscription": {"customer_id": "sound", "status": "active"},
    "subscription_item": {"subscription_id": "sound", "price_id": "sound"},
}
# Where a row would be seen if it counted. (An intent is only a link.)
SEEN = {
    "charge": ("core.fct_payment_attempts", "source_payment_attempt_id"),
    "refund": ("core.fct_refunds", "source_refund_id"),
    "dispute": ("core.fct_disputes", "source_dispute_id"),
    "balance_transaction": ("core.fct_payout_lines", "source_payout_line_id"),
    "payout": ("core.fct_payouts", "source_payout_id"),
    "invoice": ("core.fct_invoices", "source_invoice_id"),
    "invoice_line_item": ("core.fct_invoice_lines", "split_part(source_invoice_line_id, '|', 2)"),
    "invoice_payment": (
        "core.fct_document_applications",
        "replace(source_document_application_id, 'invoice_payment:', '')",
    ),
    "credit_note": ("core.fct_credit_notes", "source_credit_note_id"),
    "credit_note_line_item": ("core.fct_credit_note_lines", "source_credit_note_line_id"),
    "customer": ("core.bridge_customer_ids", "source_customer_id"),
    "customer_balance_transaction": ("core.fct_adjustments", "source_adjustment_id"),
    "price": ("core.dim_prices", "source_price_id"),
    "product": ("core.dim_products", "source_product_id"),
    "subscription": ("core.fct_subscriptions", "source_subscription_id"),
    "subscription_item": ("canonical.cdm_subscription_items", "source_subscription_item_id"),
}
for name, cells in SOUND.items():
    deliver("accepted", name, id="sound", **cells)

UNREADABLE_AMOUNTS = [
    "12,50",
    "1_000",
    "1 000",
    "$12",
    "NaN",
    "Infinity",
    "0x1F",
    "1e99",
    "--5",
    "-",
    "1.2.3",
    "twelve",
    "\uff11\uff12",
    "10.5",
    # Several, because each is off by less than the four places of an amount can show.
    "10.004",
    "20.004",
    "30.004",
    "99999999999999999",
    "99999999999999999999999999999999999999999999",
    "",
    "   ",
]
UNREADABLE_TIMES = [
    "2026-02-30",
    "2026-02-30 10:00:00",
    "2026-13-01 10:00:00",
    "0000-00-00 00:00:00",
    "31/01/2026",
    "2026-1-5 10:00:00",
    "2026-01-05 25:00:00",
    "2026-01-05 10:61:00",
    "1767225600",
    "yesterday",
]
# (raw table, column, cell[, other cells of the row])
UNREADABLE: list[tuple[str, str, str, dict[str, str]]] = [
    *(("charge", "amount", amount, {}) for amount in UNREADABLE_AMOUNTS),
    *(("charge", "created", time, {}) for time in UNREADABLE_TIMES),
    ("charge", "created", "", {}),
    ("charge", "currency", "zzz", {}),
    ("charge", "currency", "dollars", {}),
    ("charge", "currency", "", {}),
    ("charge", "status", "refunded", {}),
    ("charge", "status", "", {}),
    ("charge", "captured", "maybe", {}),
    ("charge", "captured", "", {}),
    ("charge", "livemode", "2", {}),
    ("charge", "amount_refunded", "1_000", {}),
    ("charge", "amount", "150050", {"currency": "isk"}),
    ("charge", "amount", "150", {"currency": "ugx"}),
    ("charge", "amount", "10.4", {"currency": "kwd"}),
    ("charge", "amount", "10.04", {"currency": "kwd"}),
    ("charge", "amount", "10.5", {"currency": "clf"}),
    ("charge", "amount", "0.5", {"currency": "jpy"}),
    ("refund", "amount", "12,50", {}),
    ("refund", "status", "reversed", {}),
    ("refund", "created", "2026-02-30", {}),
    ("refund", "currency", "usdollar", {}),
    ("dispute", "amount", "NaN", {}),
    ("dispute", "status", "maybe", {}),
    ("dispute", "evidence_details_due_by", "soon", {}),
    ("balance_transaction", "amount", "12,50", {}),
    ("balance_transaction", "fee", "", {}),
    ("balance_transaction", "net", "1_000", {}),
    ("balance_transaction", "net", "1000", {}),
    ("balance_transaction", "exchange_rate", "1,1", {}),
    ("balance_transaction", "currency", "zzz", {}),
    ("balance_transaction", "available_on", "2026-02-30", {}),
    ("balance_transaction", "created", "", {}),
    ("payout", "amount", "ten", {}),
    ("payout", "status", "sent", {}),
    ("payout", "arrival_date", "2026-02-30", {}),
    ("payout", "automatic", "maybe", {}),
    ("invoice", "total", "12,50", {}),
    ("invoice", "total", "", {}),
    ("invoice", "tax", "1_0", {}),
    ("invoice", "amount_paid", "10.5", {}),
    ("invoice", "due_date", "30 days", {}),
    ("invoice", "finalized_at", "2026-02-30 10:00:00", {}),
    ("invoice", "status", "past_due", {}),
    ("invoice", "currency", "us", {}),
    ("invoice", "is_deleted", "perhaps", {}),
    ("invoice", "created", "", {}),
    ("invoice_line_item", "amount", "12,50", {}),
    ("invoice_line_item", "quantity", "many", {}),
    ("invoice_line_item", "quantity", "1234567890123456", {}),
    ("invoice_line_item", "unit_amount_excluding_tax", "n/a", {}),
    ("invoice_line_item", "period_end", "2026-02-30", {}),
    ("invoice_line_item", "invoice_id", "", {}),
    ("invoice_payment", "amount_paid", "12,50", {}),
    ("invoice_payment", "amount_paid", "", {}),
    ("invoice_payment", "status", "settled", {}),
    ("credit_note", "amount", "12,50", {}),
    ("credit_note", "status", "open", {}),
    ("credit_note", "status", "", {}),
    ("credit_note_line_item", "amount", "12,50", {}),
    ("credit_note_line_item", "amount", "", {}),
    ("customer", "balance", "ten", {}),
    ("customer", "currency", "zz", {}),
    ("customer", "created", "never", {}),
    ("customer_balance_transaction", "amount", "12,50", {}),
    ("payment_intent", "status", "done", {}),
    ("payment_intent", "amount", "12,50", {}),
    ("price", "unit_amount_decimal", "1..2", {}),
    ("price", "billing_scheme", "magic", {}),
    ("price", "currency", "zzz", {}),
    ("product", "active", "maybe", {}),
    ("subscription", "status", "zombie", {}),
    ("subscription", "canceled_at", "2026-02-30", {}),
    ("subscription_item", "quantity", "x", {}),
]
PLACES = [
    deliver("quarantined", table, **{"id": f"bad_{number}", **SOUND[table], **others, column: cell})
    for number, (table, column, cell, others) in enumerate(UNREADABLE)
]


@pytest.mark.parametrize(
    ("number", "table", "column"),
    [(number, table, column) for number, (table, column, _, _) in enumerate(UNREADABLE)],
    ids=[f"{table}.{column} {cell!a}" for table, column, cell, _ in UNREADABLE],
)
def test_a_cell_that_cannot_be_read_quarantines_its_row(
    warehouse: BuiltWarehouse, number: int, table: str, column: str
) -> None:
    place = PLACES[number]
    ((reason, row_id),) = warehouse.cells(
        "disposition_reason, source_row_id",
        "marts.quarantined_rows",
        raw_table=table,
        source_file=place.source_file,
        source_row=place.source_row,
    )
    assert re.search(rf"\b{column}\b", reason), reason
    if column != "invoice_id":
        assert row_id.endswith(f"bad_{number}")
    if table in SEEN:
        fact, key = SEEN[table]
        assert warehouse.rows(f"select * from {fact} where {key} = ?", f"bad_{number}") == []
        assert len(warehouse.rows(f"select * from {fact} where {key} = 'sound'")) == 1


# --- rows without an id, of test mode, deleted ----------------------------------------------------

NO_ID = [deliver("quarantined", "charge", id=cell, amount=1000) for cell in ("", "  ")]
deliver("test_mode", "charge", id="ch_test", amount=1000, livemode="false")
deliver("test_mode", "invoice", id="in_test", total=1000, livemode="FALSE")
deliver("test_mode", "customer", id="cus_test", livemode="f")
deliver("accepted", "charge", id="ch_unsaid", amount=1000, livemode="")
deliver("deleted", "invoice", id="in_deleted", total=1000, is_deleted="true")
deliver("accepted", "invoice_line_item", id="il_1", invoice_id="in_deleted", amount=1000)
deliver("deleted", "price", id="price_deleted", unit_amount=1000, is_deleted="1")
deliver("deleted", "customer", id="cus_deleted", is_deleted="true")
deliver("accepted", "invoice", id="in_kept", total=1000, customer_id="cus_deleted")


@pytest.mark.parametrize("place", NO_ID, ids=["nothing", "blanks"])
def test_a_row_without_an_id_is_quarantined(warehouse: BuiltWarehouse, place: Place) -> None:
    assert warehouse.cells(
        "disposition_reason, source_row_id",
        "marts.quarantined_rows",
        source_file=place.source_file,
        source_row=place.source_row,
    ) == [("id is blank", None)]


@pytest.mark.parametrize(
    ("fact", "key", "source_id", "count"),
    [
        ("fct_payment_attempts", "source_payment_attempt_id", "ch_test", 0),
        ("fct_payments", "source_payment_id", "ch_test", 0),
        ("fct_invoices", "source_invoice_id", "in_test", 0),
        ("bridge_customer_ids", "source_customer_id", "cus_test", 0),
        ("fct_payments", "source_payment_id", "ch_unsaid", 1),
        ("fct_invoices", "source_invoice_id", "in_deleted", 0),
        ("dim_prices", "source_price_id", "price_deleted", 0),
        ("bridge_customer_ids", "source_customer_id", "cus_deleted", 1),
    ],
)
def test_test_data_and_deleted_rows_do_not_count(
    warehouse: BuiltWarehouse, fact: str, key: str, source_id: str, count: int
) -> None:
    assert len(warehouse.cells("*", f"core.{fact}", **{key: source_id})) == count


def test_a_line_of_a_deleted_invoice_says_so(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "invoice_key, is_invoice_resolved, line_amount",
        "core.fct_invoice_lines",
        source_invoice_id="in_deleted",
    ) == [(None, False, 10)]


def test_documents_of_a_deleted_customer_stay_theirs(warehouse: BuiltWarehouse) -> None:
    assert warehouse.rows(
        """
        select customers.source_customer_id, customers.is_deleted, invoices.is_customer_resolved
        from core.fct_invoices as invoices
        inner join core.dim_customers as customers
            on invoices.customer_key = customers.customer_key
        where invoices.source_invoice_id = 'in_kept'
        """
    ) == [("cus_deleted", True, True)]


# --- the same record more than once ---------------------------------------------------------------

# In the order of the file the newest is first, in the middle or last.
deliver("accepted", "charge", id="ch_first", amount=3000, _fivetran_synced=NEWER)
deliver("superseded", "charge", id="ch_first", amount=1000, _fivetran_synced=OLDER)
deliver("superseded", "charge", id="ch_first", amount=2000)
deliver("superseded", "charge", id="ch_last", amount=1000, _fivetran_synced=OLDER)
deliver("superseded", "charge", id="ch_last", amount=2000)
deliver("accepted", "charge", id="ch_last", amount=3000, _fivetran_synced=NEWER)
# A version that is known to be synced beats one of which nothing is known.
deliver("superseded", "charge", id="ch_unknown", amount=1000, _fivetran_synced="")
deliver("accepted", "charge", id="ch_unknown", amount=3000, _fivetran_synced=OLDER)
# One that cannot be read does not push out one that can.
deliver("accepted", "charge", id="ch_readable", amount=3000, _fivetran_synced=OLDER)
deliver("quarantined", "charge", id="ch_readable", amount="3,000", _fivetran_synced=NEWER)
# Deleted in the end.
deliver("superseded", "invoice", id="in_gone", total=1000, _fivetran_synced=OLDER)
deliver("deleted", "invoice", id="in_gone", total=1000, is_deleted="true", _fivetran_synced=NEWER)
# The same in another account is another record.
deliver("accepted", "charge", account="acct_de", id="ch_first", amount=500, _fivetran_synced=OLDER)
# Delivered again: the same but for when.
deliver("accepted", "refund", id="re_again", charge_id="sound", amount=100, _fivetran_synced=NEWER)
deliver("duplicate", "refund", id="re_again", charge_id="sound", amount=100)
deliver("duplicate", "refund", id="re_again", charge_id="sound", amount=100)
# Two contents of one moment: nobody can say which is right.
CONFLICTS = [
    deliver("quarantined", "charge", id="ch_conflict", amount=1000),
    deliver("quarantined", "charge", id="ch_conflict", amount=2000),
    deliver("quarantined", "charge", id="ch_no_time", amount=1000, _fivetran_synced=""),
    deliver("quarantined", "charge", id="ch_no_time", amount=2000, _fivetran_synced=""),
    deliver("quarantined", "charge", id="ch_after", amount=1000, _fivetran_synced=NEWER),
    deliver("quarantined", "charge", id="ch_after", amount=2000, _fivetran_synced=NEWER),
]
deliver("superseded", "charge", id="ch_after", amount=3000, _fivetran_synced=OLDER)


@pytest.mark.parametrize(
    ("account", "charge", "amounts"),
    [
        ("acct_us", "ch_first", [30]),
        ("acct_us", "ch_last", [30]),
        ("acct_us", "ch_unknown", [30]),
        ("acct_us", "ch_readable", [30]),
        ("acct_de", "ch_first", [5]),
        ("acct_us", "ch_conflict", []),
        ("acct_us", "ch_no_time", []),
        ("acct_us", "ch_after", []),
    ],
)
def test_of_several_versions_the_newest_counts(
    warehouse: BuiltWarehouse, account: str, charge: str, amounts: list[int]
) -> None:
    for fact, key, amount in (
        ("core.fct_payments", "source_payment_id", "payment_amount"),
        ("core.fct_payment_attempts", "source_payment_attempt_id", "attempted_amount"),
    ):
        found = warehouse.cells(amount, fact, source_account=account, **{key: charge})
        assert found == [(amount,) for amount in amounts]


@pytest.mark.parametrize("number", range(len(CONFLICTS)))
def test_two_contents_of_one_moment_are_both_quarantined(
    warehouse: BuiltWarehouse, number: int
) -> None:
    ((reason, row_id),) = warehouse.cells(
        "disposition_reason, source_row_id",
        "marts.quarantined_rows",
        source_file=CONFLICTS[number].source_file,
        source_row=CONFLICTS[number].source_row,
    )
    assert reason == f"the id {row_id} was delivered with different contents and one sync time"


def test_an_invoice_deleted_in_a_later_version_is_gone(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("*", "core.fct_invoices", source_invoice_id="in_gone") == []


def test_a_refund_delivered_three_times_counts_once(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("refund_amount", "core.fct_refunds", source_refund_id="re_again") == [
        (1,)
    ]


# --- ids that differ only in case or padding ------------------------------------------------------

deliver("accepted", "charge", id="ch_padded", amount=1000)
deliver("accepted", "charge", id="ch_resent", amount=1000, _fivetran_synced=OLDER)
deliver("accepted", "charge", id="CH_CASE", amount=1000)
deliver("accepted", "charge", id="CH_AGED", amount=1000, _fivetran_synced=OLDER)
deliver("accepted", "charge", id=" ch_alone ", amount=1000)
deliver("accepted", "charge", id="ch_case", account="acct_de", amount=1000)
# (the row, the id that it takes after)
LOOK_ALIKES = [
    (deliver("quarantined", "charge", id=" ch_padded ", amount=1000), "ch_padded"),
    (deliver("quarantined", "charge", id="ch_padded\t", amount=1000), "ch_padded"),
    (deliver("quarantined", "charge", id="ch_padded\u00a0", amount=1000), "ch_padded"),
    (
        deliver("quarantined", "charge", id="ch_resent ", amount=1000, _fivetran_synced=NEWER),
        "ch_resent",
    ),
    (deliver("quarantined", "charge", id="ch_case", amount=1000), "CH_CASE"),
    (
        deliver("quarantined", "charge", id="ch_aged", amount=2000, _fivetran_synced=NEWER),
        "CH_AGED",
    ),
]


@pytest.mark.parametrize(
    ("place", "other"),
    LOOK_ALIKES,
    ids=["blanks", "a tab", "a no-break space", "newer, padded", "case", "newer, case"],
)
def test_an_id_that_differs_only_in_case_or_padding_is_quarantined(
    warehouse: BuiltWarehouse, place: Place, other: str
) -> None:
    ((reason,),) = warehouse.cells(
        "disposition_reason",
        "marts.quarantined_rows",
        source_file=place.source_file,
        source_row=place.source_row,
    )
    assert f'differs from "{other}" only in case or padding' in reason


@pytest.mark.parametrize("charge", ["ch_padded", "ch_resent", "CH_CASE", "CH_AGED", "ch_alone"])
def test_one_of_the_look_alikes_counts(warehouse: BuiltWarehouse, charge: str) -> None:
    found = warehouse.rows(
        """
        select source_payment_id, payment_amount from core.fct_payments
        where lower(regexp_replace(source_payment_id, '[\\s\\x{a0}]', '', 'g')) = lower(?)
            and source_account = 'acct_us'
        """,
        charge,
    )
    assert found == [(charge, 10)]


# --- what hangs on a row that is quarantined ------------------------------------------------------

deliver("quarantined", "charge", id="ch_broken", amount="1,000", invoice_id="in_of_broken")
deliver("accepted", "refund", id="re_of_broken", charge_id="ch_broken", amount=100)
deliver("accepted", "dispute", id="du_of_broken", charge_id="ch_broken", amount=100)
deliver("accepted", "invoice", id="in_of_broken", status="paid", total=1000, amount_paid=1000)
deliver("quarantined", "invoice", id="in_broken", total="1,000")
deliver("accepted", "invoice_line_item", id="il_1", invoice_id="in_broken", amount=1000)
deliver("accepted", "charge", id="ch_of_broken", invoice_id="in_broken", amount=1000)
deliver("accepted", "invoice", id="in_by_charge", status="paid", total=1000, amount_paid=1000)
deliver("accepted", "charge", id="ch_in_full", invoice_id="in_by_charge", amount=1000)
deliver("quarantined", "invoice_payment", id="inpay", invoice_id="in_by_charge", amount_paid="1k")


@pytest.mark.parametrize(
    ("fact", "key", "source_id", "is_resolved"),
    [
        ("fct_refunds", "source_refund_id", "re_of_broken", "is_payment_resolved"),
        ("fct_disputes", "source_dispute_id", "du_of_broken", "is_payment_resolved"),
        ("fct_invoice_lines", "source_invoice_id", "in_broken", "is_invoice_resolved"),
        ("fct_payment_attempts", "source_invoice_id", "in_broken", "is_invoice_resolved"),
        ("fct_document_applications", "source_invoice_id", "in_broken", "is_invoice_resolved"),
    ],
)
def test_what_points_to_a_quarantined_row_stays_and_says_so(
    warehouse: BuiltWarehouse, fact: str, key: str, source_id: str, is_resolved: str
) -> None:
    assert warehouse.cells(is_resolved, f"core.{fact}", **{key: source_id}) == [(False,)]


def test_a_quarantined_charge_is_no_payment_by_wire(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("*", "core.fct_payments", payment_channel="external") == []


def test_a_quarantined_invoice_payment_leaves_the_charge_to_say_what_was_paid(
    warehouse: BuiltWarehouse,
) -> None:
    assert warehouse.cells(
        "paid_amount, open_amount", "core.fct_invoices", source_invoice_id="in_by_charge"
    ) == [(10, 0)]


# --- every row is accounted for -------------------------------------------------------------------


def test_the_quarantine_lists_these_rows_and_no_others(warehouse: BuiltWarehouse) -> None:
    listed = warehouse.rows(
        "select source_account, raw_table, source_file, source_row from marts.quarantined_rows"
    )
    assert Counter(listed) == Counter(
        (account, table, place.source_file, place.source_row)
        for place, (account, table, fate) in FATES.items()
        if fate == "quarantined"
    )


def test_row_accounting_has_every_row_by_its_fate(warehouse: BuiltWarehouse) -> None:
    counted = warehouse.cells(
        "source_account, raw_table, row_disposition, row_count",
        "marts.row_accounting",
        count_stage="staged",
        amount_column="(rows)",
    )
    assert {tuple(row[:3]): row[3] for row in counted} == Counter(FATES.values())
    landed = warehouse.cells(
        "source_account, raw_table, row_count",
        "marts.row_accounting",
        count_stage="landed",
        amount_column="(rows)",
    )
    delivered = Counter((account, table) for account, table, _ in FATES.values())
    assert {tuple(row[:2]): row[2] for row in landed if row[2]} == delivered


def test_the_amounts_of_quarantined_rows_are_accounted_for(warehouse: BuiltWarehouse) -> None:
    """Of the invoices, which are few: what could be read of each, whatever became of the row."""
    readable = [
        (fate, Decimal(str(EXTRACT.files[place.source_file][place.source_row - 1]["total"])))
        for place, (_, table, fate) in FATES.items()
        if table == "invoice"
        and EXTRACT.files[place.source_file][place.source_row - 1]["currency"] == "usd"
        and EXTRACT.files[place.source_file][place.source_row - 1]["total"].isdecimal()
    ]
    expected: dict[str, Decimal] = {}
    for fate, minor in readable:
        expected[fate] = expected.get(fate, Decimal(0)) + minor / 100
    accounted = warehouse.cells(
        "row_disposition, readable_amount",
        "marts.row_accounting",
        raw_table="invoice",
        count_stage="staged",
        amount_column="total_amount",
        currency="USD",
    )
    assert dict(accounted) == expected
    landed = warehouse.cells(
        "row_count, readable_amount, unreadable_count",
        "marts.row_accounting",
        raw_table="invoice",
        count_stage="landed",
        amount_column="total_amount",
        currency="USD",
    )
    # Of the unreadable totals "12,50" and "1,000" stand in the cell; the third is blank.
    assert landed == [(len(readable) + 2, sum(expected.values()), 2)]


# --- whatever the cells say: random rows through compiled staging ---------------------------------

# A cell with what it should do to its row: true = fine, false = quarantine, none = nobody says.
Cell = tuple[str | None, bool | None]


def cells_of(fine: list[str], bad: list[str | None]) -> st.SearchStrategy[Cell]:
    return st.one_of(
        st.sampled_from([(text, True) for text in fine]),
        st.sampled_from([(text, True) for text in fine]),
        st.sampled_from([(text, False) for text in bad]),
        st.text(max_size=12).map(lambda text: (text, None)),
    )


# At most 14 digits before the point are kept of an amount.
WHOLE = st.integers(-(10**14), 10**14).flatmap(
    lambda number: st.sampled_from(
        [
            str(number),
            f" {number} ",
            f"{number}.0",
            f"{number}.",
            f"{number}e0",
            f"{number:+}",
            f"{number:+020}",
        ]
    )
)
AMOUNT_CELLS: st.SearchStrategy[Cell] = st.one_of(
    WHOLE.map(lambda text: (text, True)),
    st.sampled_from([(text, False) for text in UNREADABLE_AMOUNTS]),
    st.decimals(-(10**6), 10**6, places=3)
    .filter(lambda number: number % 1 != 0)
    .map(lambda number: (f"{number:f}", False)),
    st.integers(10**17, 10**60).map(lambda number: (str(number), False)),
    st.text(alphabet="0123456789+-.eE_, ", max_size=12).map(lambda text: (text, None)),
    st.text(max_size=12).map(lambda text: (text, None)),
)
# Of the currencies only those in which Stripe's unit is ISO's: else a whole amount may be none.
CURRENCY_UNITS = {"usd": 100, "EUR": 100, " gbp ": 100, "jpy": 1, "Kwd": 1000, "clf": 10000}
CURRENCY_CELLS = cells_of([*CURRENCY_UNITS], ["zzz", "us", "usdd", "$", "", "  ", None])
TIME_CELLS = cells_of(
    [
        "2026-01-05 10:00:00",
        "2026-01-05T10:00:00Z",
        "2026-01-05 10:00:00.123456+05:30",
        "2024-02-29",
        " 2026-01-05 ",
        "2026-01-05 10:00",
    ],
    [*UNREADABLE_TIMES, "", None],
)
STATUS_CELLS = cells_of(
    ["succeeded", "pending", "failed", "Succeeded", " failed "], ["paid", "ok", "", " ", None]
)
BOOLEAN_CELLS = cells_of(["true", "false", "T", "0", " yes "], ["maybe", "2", "-1", "", None])
ID_CELLS = st.one_of(
    st.none(), st.sampled_from(["ch_1", "CH_1", " ch_1", "ch_2", "ch_2 ", "", "|", "é"])
)


@dataclass(frozen=True)
class Generated:
    """A random charge. `id` none stands for one of its own."""

    id: str | None
    amount: Cell
    currency: Cell
    created: Cell
    status: Cell
    captured: Cell
    synced: str | None
    account: str

    def expected(self) -> str | None:
        """What must become of the row, if anybody can say."""
        verdicts = [
            cell[1]
            for cell in (self.amount, self.currency, self.created, self.status, self.captured)
        ]
        if False in verdicts:
            return "quarantined"
        return "accepted" if self.id is None and None not in verdicts else None


GENERATED = st.builds(
    Generated,
    id=ID_CELLS,
    amount=AMOUNT_CELLS,
    currency=CURRENCY_CELLS,
    created=TIME_CELLS,
    status=STATUS_CELLS,
    captured=BOOLEAN_CELLS,
    synced=st.sampled_from([None, "", OLDER, NEWER, "never"]),
    account=st.sampled_from(["acct_a", "acct_b"]),
)


def _branches(query: exp.Expr) -> list[exp.Expr]:
    """The selects that a query unites, outermost unions only."""
    if isinstance(query, exp.SetOperation):
        return _branches(query.left) + _branches(query.right)
    return [query]


class StagedCharges:
    """The built warehouse with its raw charges replaced by others."""

    def __init__(self, warehouse: BuiltWarehouse, folder: Path) -> None:
        # The views name their database, which is named after its file.
        file = shutil.copy(warehouse.file, folder / "billing.duckdb")
        self.connection = duckdb.connect(str(file))
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute("create table replaced as from raw_stripe.charge limit 0")
        self.connection.execute("create or replace view raw_stripe.charge as from replaced")
        compiled = warehouse.root / "target"
        # The build keeps judged rows as a table; here they follow what is delivered.
        (judged,) = compiled.rglob("compiled/**/stg_stripe__charge.sql")
        self.connection.execute("drop table staging.stg_stripe__charge")
        self.connection.execute(
            f"create view staging.stg_stripe__charge as {judged.read_text('utf-8')}"
        )
        (counts,) = compiled.rglob("compiled/**/map_stripe__raw_counts.sql")
        # Only the counts of charges: all of them take a second.
        self.counts = " union all ".join(
            branch.sql("duckdb")
            for branch in _branches(sqlglot.parse_one(counts.read_text("utf-8"), read="duckdb"))
            if "'charge' AS raw_table" in branch.sql("duckdb")
        )

    def replace(self, rows: list[Generated]) -> None:
        """Makes `rows` the only charges that were delivered, in one file for each account."""
        columns = [*stripe_tables()["charge"], "_source_account", "_source_file", "_source_row"]
        frame = pl.DataFrame(
            [
                {
                    "id": f"ch_of_its_own_{number}" if row.id is None else row.id,
                    "amount": row.amount[0],
                    "currency": row.currency[0],
                    "created": row.created[0],
                    "status": row.status[0],
                    "captured": row.captured[0],
                    # Only a sync time that is one: what else it may be is not this test's business.
                    "_fivetran_synced": None if row.synced == "never" else row.synced,
                    "_source_account": row.account,
                    "_source_file": f"stripe/{row.account}/charge.csv",
                    "_source_row": number,
                }
                for number, row in enumerate(rows)
            ],
            schema={name: pl.Int64 if name == "_source_row" else pl.String for name in columns},
        )
        self.connection.execute("delete from replaced")
        self.connection.register("frame", frame)
        self.connection.execute("insert into replaced from frame")
        self.connection.unregister("frame")

    def query(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def staged(warehouse: BuiltWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    charges = StagedCharges(warehouse, tmp_path_factory.mktemp("staged"))
    yield charges
    charges.connection.close()


def check_laws(staged: StagedCharges, rows: list[Generated]) -> None:
    """Every row has one fate, the right one; what could be read is the sum over all fates."""
    staged.replace(rows)
    fates = dict(
        staged.query(
            """
            select
                source_row,
                list([row_disposition, disposition_reason, cast(charge_amount as text)])
            from staging.stg_stripe__charge
            group by source_row
            """
        )
    )
    assert fates.keys() == set(range(len(rows)))
    for number, row in enumerate(rows):
        ((fate, reason, amount),) = fates[number]
        assert (fate == "accepted") == (reason is None)
        assert row.expected() in (fate, None), (row, reason)
        if row.expected() == "accepted":
            assert row.amount[0] is not None
            assert row.currency[0] is not None
            units = CURRENCY_UNITS[row.currency[0]]
            assert Decimal(amount) == Decimal(row.amount[0].strip()) / units

    counted: dict[tuple[str, str, str, str], Counter[str]] = {}
    for account, stage, column, currency, count, readable, unreadable in staged.query(
        f"""
        select source_account, count_stage, amount_column, currency,
            row_count, readable_amount, unreadable_count
        from ({staged.counts})
        where amount_column <> '(rows)' and currency <> '(unknown)'
        """
    ):
        found = counted.setdefault((account, column, currency, stage), Counter())
        found["readable"] += readable
        found["rows"] += count - unreadable
    for account, column, currency, _ in counted:
        of_files = counted.get((account, column, currency, "landed"), Counter())
        of_fates = counted.get((account, column, currency, "staged"), Counter())
        assert of_files == of_fates, (account, column, currency)

    counted_once = staged.query(
        """
        select source_account, lower(row_id) from staging.stg_stripe__charge
        where row_disposition in ('accepted', 'deleted', 'test_mode')
        group by all
        having count(*) > 1
        """
    )
    assert counted_once == []


@settings(
    max_examples=40,
    deadline=None,
    # The same rows on every machine; the warehouse is only read, so that sharing it is sound.
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(GENERATED, min_size=1, max_size=25))
def test_rows_and_readable_amounts_are_the_sum_of_their_fates(
    staged: StagedCharges, rows: list[Generated]
) -> None:
    check_laws(staged, rows)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("10.004", "usd"), ("10.123", "usd"), ("10.04", "Kwd"), ("10.4", "clf"), ("0.5", "jpy")],
)
def test_fractions_of_a_unit_are_quarantined_and_still_add_up(
    staged: StagedCharges, amount: str, currency: str
) -> None:
    row = Generated(
        id=None,
        amount=(amount, False),
        currency=(currency, True),
        created=("2026-01-05", True),
        status=("succeeded", True),
        captured=("true", True),
        synced=None,
        account="acct_a",
    )
    check_laws(staged, [row] * 7)


@pytest.mark.parametrize(
    ("amount", "is_whole"),
    [("0e0", True), ("5e0", True), ("-12.0e+2", True), ("1.5e3", False), ("12e-1", False)],
)
def test_whole_amounts_may_be_written_with_an_exponent(
    staged: StagedCharges, amount: str, is_whole: bool
) -> None:
    row = Generated(
        id=None,
        amount=(amount, is_whole),
        currency=("usd", True),
        created=("2026-01-05", True),
        status=("succeeded", True),
        captured=("true", True),
        synced=None,
        account="acct_a",
    )
    check_laws(staged, [row])


@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(row=GENERATED, copies=st.integers(2, 5))
def test_a_row_delivered_several_times_counts_once(
    staged: StagedCharges, row: Generated, copies: int
) -> None:
    same = Generated(**{**row.__dict__, "id": "ch_same"})
    staged.replace([same] * copies)
    fates = Counter(
        fate for (fate,) in staged.query("select row_disposition from staging.stg_stripe__charge")
    )
    assert fates in (
        Counter(accepted=1, duplicate=copies - 1),
        Counter(quarantined=copies),
    )
