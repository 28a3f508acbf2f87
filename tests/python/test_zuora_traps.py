"""Traps of Zuora's data, from hand-made raw rows to the facts.

The rows of each trap stand above its tests and land in one extract, which is built once. Everything
is billed by US01 (New York) in dollars unless a case says otherwise.
"""
# ruff: noqa: E501 (tables of wide rows)

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from warehouse_fixture import REPOSITORY, BuiltWarehouse, built

SOURCES = REPOSITORY / "models" / "staging" / "zuora" / "_zuora.yml"
COLUMNS = {
    table["name"]: [column["name"] for column in table["columns"]]
    for table in yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"][0]["tables"]
}
# What a usual row says where a case has no opinion.
USUAL_EVERYWHERE = {
    "account_id": "acc_us",
    "currency": "USD",
    "transaction_currency": "USD",
    "created_date": "2026-01-10 12:00:00",
    "_fivetran_synced": "2026-04-01 02:00:00",
}
USUAL = {
    "account": {"batch": "Batch1", "payment_term": "Net 30"},
    "subscription": {"status": "Active", "version": "1", "invoice_owner_id": "acc_us"},
    "rate_plan_charge": {
        "charge_type": "Recurring",
        "charge_model": "Per Unit Pricing",
        "billing_period": "Month",
        "segment": "1",
        "version": "1",
    },
    "invoice": {"status": "Posted", "invoice_date": "2026-01-10"},
    "invoice_item": {"processing_type": "Charge"},
    "payment": {"type": "External", "status": "Processed", "effective_date": "2026-01-20"},
    "payment_application": {"effective_date": "2026-01-20"},
    "credit_memo": {"status": "Posted", "memo_date": "2026-01-25"},
    "credit_memo_application": {"effective_date": "2026-01-25"},
    "debit_memo": {"status": "Posted", "memo_date": "2026-01-25"},
    "refund": {"status": "Processed", "refund_date": "2026-02-02"},
}
# Raw rows by table, in the order in which they were added.
EXTRACT: dict[str, list[dict[str, str]]] = defaultdict(list)


def rows(table: str, text: str, **cells: str) -> None:
    """Adds the rows of a table drawn with `|`, its first line the names of the columns.

    A cell that is not given, or empty, is usual; `''` stands for a blank one.
    """
    columns = COLUMNS[table]
    usual = {**USUAL_EVERYWHERE, **USUAL.get(table, {}), **cells}
    header, *lines = (
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    )
    for line in lines:
        given = {
            name: cell.replace("''", "") for name, cell in zip(header, line, strict=True) if cell
        }
        unknown = given.keys() - set(columns)
        if unknown:
            raise ValueError(f"the raw table {table} has no columns {sorted(unknown)}")
        EXTRACT[table].append(
            {name: cell for name, cell in {**usual, **given}.items() if name in columns}
        )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    select = [
        "resource_type:seed",
        "path:models/staging/zuora",
        "path:models/canonical",
        "path:models/core",
    ]
    return built(tmp_path_factory, "zuora_traps", _write, ["zuora"], select)


def _write(raw_root: Path) -> None:
    for table, lines in EXTRACT.items():
        path = raw_root / "zuora" / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            # A column that nobody reads, as real extracts have many.
            writer = csv.DictWriter(handle, [*COLUMNS[table], "notes"], restval="")
            writer.writeheader()
            writer.writerows({**line, "notes": "a, b"} for line in lines)


def test_every_model_builds_and_every_law_holds(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output
    kinds = Counter(node.split(".")[0] for node in warehouse.statuses)
    assert kinds["model"] > 100
    assert kinds["test"] > 100
    assert set(warehouse.statuses.values()) <= {"success", "pass", "warn", "no-op"}
    laws = {node.split(".")[2] for node in warehouse.statuses if node.startswith("test.")}
    assert {"accepted_rows_arrive", "every_raw_row_is_accounted_for"} <= laws


def test_nothing_but_zuora_is_built(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("distinct source_system", "core.fct_raw_counts") == [("zuora",)]


# --- accounts -------------------------------------------------------------------------------------

rows(
    "account",
    """
    id         | batch  | currency | parent_account_id | bill_to_contact_id | payment_term
    acc_us     | Batch1 | USD      |                   | con_us             | Net 30
    acc_child  | Batch1 | USD      | acc_us            | con_child          | Due Upon Receipt
    acc_many   | Batch1 | USD      | acc_us            |                    | Net 45
    acc_kwd    | Batch1 | KWD      |                   |                    | 2% 10 Net 30
    acc_de     | Batch2 | EUR      |                   |                    | ''
    acc_new    | Batch9 | EUR      |                   |                    |
    """,
)
rows(
    "contact",
    """
    id        | work_email        | country
    con_us    | Billing@Acme.test | us
    con_child | ap@child.test     | United States
    """,
)
# Two subscriptions of acc_child are paid by its parent; those of acc_many by two accounts.
rows(
    "subscription",
    """
    id      | account_id | invoice_owner_id
    sub_c_1 | acc_child  | acc_us
    sub_c_2 | acc_child  | acc_us
    sub_m_1 | acc_many   | acc_us
    sub_m_2 | acc_many   | acc_many
    """,
)


@pytest.mark.parametrize(
    ("customer", "parent", "bill_to", "terms", "country", "domain"),
    [
        ("acc_us", None, None, 30, "US", "acme.test"),
        ("acc_child", "acc_us", "acc_us", 0, None, "child.test"),
        ("acc_many", "acc_us", None, 45, None, None),
        ("acc_kwd", None, None, None, None, None),
        ("acc_de", None, None, None, None, None),
    ],
)
def test_an_account_is_one_customer_with_its_family(
    warehouse: BuiltWarehouse,
    customer: str,
    parent: str | None,
    bill_to: str | None,
    terms: int | None,
    country: str | None,
    domain: str | None,
) -> None:
    assert warehouse.cells(
        "source_parent_customer_id, source_bill_to_customer_id, payment_terms_days, country_code,"
        " email_domain",
        "canonical.cdm_customers",
        source_customer_id=customer,
    ) == [(parent, bill_to, terms, country, domain)]


# --- several rate plans, versions and segments on one subscription --------------------------------

rows("product", "id | name | category \n prod_seats | Seats | subscriptions")
rows(
    "product_rate_plan", "id | product_id | effective_start_date \n plan | prod_seats | 2022-01-01"
)
rows(
    "product_rate_plan_charge",
    """
    id        | product_id | product_rate_plan_id | charge_model        | charge_type | billing_period
    cat_seats | prod_seats | plan                 | Per Unit Pricing    | Recurring   | Semi-Annual
    cat_api   | prod_seats | plan                 | Tiered Pricing      | Usage       | Month
    cat_setup | prod_seats | plan                 | Flat Fee Pricing    | OneTime     | ''
    cat_off   | prod_seats | plan                 | Discount-Percentage | Recurring   | Month
    """,
)
rows(
    "product_rate_plan_charge_tier",
    """
    id   | product_rate_plan_charge_id | currency | tier | ending_unit | price  | flat_fee__c
    t_1  | cat_seats                   | USD      | 1    |             | 24     |
    t_2  | cat_seats                   | EUR      | ''   |             | 22     |
    t_3  | cat_api                     | USD      | 1    | 100         | 0.01   |
    t_4  | cat_api                     | USD      | 2    | ''          | 0.0045 | 25
    t_5  | cat_setup                   | USD      | 1    |             | 1500   |
    t_6  | cat_off                     | USD      | 1    |             | ''     |
    """,
)
# Three rate plans of one subscription in three versions; the seats cost more from March on, and a
# change wrote both of their segments again.
rows(
    "subscription",
    """
    id    | original_id | version | contract_effective_date | subscription_start_date
    sub_1 | sub_1       | 1       | 2026-01-01 00:00:00     | 2026-01-01 00:00:00
    sub_2 | sub_1       | 2       | 2026-01-01 00:00:00     | 2026-01-01 00:00:00
    sub_3 | sub_1       | 10      | 2026-01-01 00:00:00     | 2026-01-01 00:00:00
    """,
    sf_contract_id__c="800_contract",
)
rows(
    "rate_plan_charge",
    """
    id    | original_id | rate_plan_id | subscription_id | segment | version | quantity | effective_start_date | effective_end_date
    rpc_1 | rpc_1       | rp_1         | sub_1           | 1       | 1       | 10       | 2026-01-01           | 2027-01-01
    rpc_2 | rpc_1       | rp_1         | sub_3           | 1       | 2       | 10       | 2026-01-01           | 2026-03-01
    rpc_3 | rpc_1       | rp_1         | sub_3           | 2       | 2       | 12       | 2026-03-01           | 2027-01-01
    """,
    product_id="prod_seats",
    product_rate_plan_charge_id="cat_seats",
    sf_order_item_id__c="802_seats",
)
rows(
    "rate_plan_charge",
    """
    id    | original_id | rate_plan_id | subscription_id | charge_type | charge_model        | product_rate_plan_charge_id
    rpc_4 | rpc_4       | rp_2         | sub_1           | Usage       | Tiered Pricing      | cat_api
    rpc_5 | rpc_5       | rp_3         | sub_1           | Recurring   | Discount-Percentage | cat_off
    """,
)
rows(
    "rate_plan_charge_tier",
    """
    id    | rate_plan_charge_id | tier | price
    rpt_1 | rpc_1               | 1    | 24
    rpt_2 | rpc_2               | 1    | 24
    rpt_3 | rpc_3               | 1    | 26
    rpt_4 | rpc_4               | 1    | 0.01
    rpt_5 | rpc_4               | 2    | 0.0045
    """,
)
# The invoice of January bills all rate plans and was made under the first version.
rows(
    "invoice",
    """
    id   | invoice_number | source      | source_id   | amount | amount_without_tax | tax_amount | payment_amount | balance
    in_1 | INV-1          | BillRun     | BR-00000007 | 300.30 | 276.00             | 24.30      | 200.30         | 100.00
    """,
)
rows(
    "invoice_item",
    """
    id   | invoice_id | subscription_id | rate_plan_charge_id | processing_type | charge_amount | applied_to_invoice_item_id | service_start_date | service_end_date
    ii_1 | in_1       | sub_1           | rpc_1               | Charge          | 240.00        |                            | 2026-01-01         | 2026-02-01
    ii_2 | in_1       | sub_1           | rpc_4               | Charge          | 60.00         |                            | 2025-12-01         | 2026-01-01
    ii_3 | in_1       | sub_1           | rpc_5               | Discount        | -24.00        | ii_1                       | 2026-01-01         | 2026-02-01
    """,
)
rows(
    "taxation_item",
    """
    id   | invoice_id | invoice_item_id | jurisdiction | tax_rate | taxable_amount | tax_amount
    ti_1 | in_1       | ii_1            | US-NY        | 0.04     | 216.00         | 8.64
    ti_2 | in_1       | ii_1            | US-NY-NYC    | 0.04875  | 216.00         | 10.53
    ti_3 | in_1       | ii_2            | US-NY        | 0.04     | 60.00          | 2.40
    ti_4 | in_1       | ii_2            | US-NY-NYC    | 0.04875  | 60.00          | 2.73
    """,
)


def test_the_versions_of_a_subscription_are_one(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_subscription_id, source_contract_id, started_at, started_on",
        "canonical.cdm_subscriptions",
        source_contract_id="800_contract",
    ) == [("sub_1", "800_contract", None, date(2026, 1, 1))]


def test_each_charge_is_one_item_as_it_is_now(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_subscription_item_id, source_contract_line_id, charge_kind, quantity, unit_price,"
        " starts_on, ends_on",
        "canonical.cdm_subscription_items",
        source_subscription_id="sub_1",
    ) == [
        ("rpc_1", "802_seats", "recurring", 12, 26, date(2026, 1, 1), date(2027, 1, 1)),
        ("rpc_4", None, "usage", None, None, None, None),
    ]


def test_rate_plans_multiply_no_line(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_invoice_line_id, source_subscription_id, source_subscription_item_id, line_kind,"
        " line_amount",
        "core.fct_invoice_lines",
        source_invoice_id="in_1",
    ) == [
        ("ii_1", "sub_1", "rpc_1", "recurring", 240),
        ("ii_2", "sub_1", "rpc_4", "usage", 60),
        # The discount is about the charge that it lowers.
        ("ii_3", "sub_1", "rpc_1", "discount", -24),
    ]
    assert warehouse.cells(
        "source_subscription_id, source_billing_run_id, subtotal_amount, discount_amount,"
        " tax_amount, total_amount",
        "core.fct_invoices",
        source_invoice_id="in_1",
    ) == [("sub_1", "BR-00000007", 300, 24, Decimal("24.30"), Decimal("300.30"))]
    taxes = warehouse.cells(
        "count(*), sum(tax_amount)", "canonical.cdm_invoice_taxes", source_invoice_id="in_1"
    )
    assert taxes == [(4, Decimal("24.30"))]


def test_a_charge_has_a_price_in_each_currency_and_a_discount_has_none(
    warehouse: BuiltWarehouse,
) -> None:
    assert warehouse.cells(
        "source_price_id, price_model, unit_price, billing_interval, billing_interval_count,"
        " usage_kind",
        "canonical.cdm_prices",
    ) == [
        ("cat_api|USD", "graduated", None, "month", 1, "metered"),
        ("cat_seats|EUR", "per_unit", 22, "month", 6, "licensed"),
        ("cat_seats|USD", "per_unit", 24, "month", 6, "licensed"),
        ("cat_setup|USD", "flat", 1500, "one_time", None, None),
    ]
    assert warehouse.cells(
        "source_price_id, tier_number, up_to_quantity, unit_price, flat_amount",
        "canonical.cdm_price_tiers",
    ) == [
        ("cat_api|USD", 1, 100, Decimal("0.01"), 0),
        ("cat_api|USD", 2, None, Decimal("0.0045"), 25),
    ]


# --- part-payments multiply nothing ---------------------------------------------------------------

rows("payment_method", "id | type \n pm_wire | WireTransfer \n pm_card | CreditCard")
rows(
    "payment",
    """
    id    | type       | payment_method_id | reference_id | amount | applied_amount | unapplied_amount
    pay_1 | External   | pm_wire           | Remit 4711   | 150.00 | 150.00         | 0
    pay_2 | Electronic | pm_card           | ch_US1       | 80.00  | 50.30          | 29.70
    """,
)
rows(
    "payment_application",
    """
    id    | payment_id | invoice_id | apply_amount | effective_date
    pap_1 | pay_1      | in_1       | 150.00       | 2026-01-20
    pap_2 | pay_2      | in_1       | 50.30        | 2026-01-31
    """,
)


def test_part_payments_multiply_nothing(warehouse: BuiltWarehouse) -> None:
    facts = "core.fct_invoices"
    assert warehouse.cells("count(*), sum(total_amount)", facts, source_invoice_id="in_1") == [
        (1, Decimal("300.30"))
    ]
    assert warehouse.cells(
        "source_payment_id, application_kind, applied_amount, applied_on, is_invoice_resolved,"
        " is_payment_resolved, legal_entity_code",
        "core.fct_document_applications",
        source_invoice_id="in_1",
    ) == [
        ("pay_1", "payment", 150, date(2026, 1, 20), True, True, "US01"),
        ("pay_2", "payment", Decimal("50.30"), date(2026, 1, 31), True, True, "US01"),
    ]
    assert warehouse.cells(
        "invoice_status, source_paid_amount, source_due_amount, paid_on",
        facts,
        source_invoice_id="in_1",
    ) == [("open", Decimal("200.30"), 100, None)]


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        ("pay_1", ("external", None, "Remit 4711", "WireTransfer", 150)),
        ("pay_2", ("processor", "ch_US1", None, "CreditCard", 80)),
    ],
)
def test_a_payment_says_how_it_came(
    warehouse: BuiltWarehouse, payment: str, expected: tuple[object, ...]
) -> None:
    assert warehouse.cells(
        "payment_channel, processor_reference, remittance_reference, payment_method_kind,"
        " payment_amount",
        "core.fct_payments",
        source_payment_id=payment,
    ) == [expected]


# A payment that the bank took back: put on the invoice, taken off again, cancelled. The second one
# says by its status alone that it was taken off.
rows("invoice", "id | amount | balance \n in_back | 70 | 70")
rows("payment", "id | status | amount \n pay_back | Canceled | 70")
rows(
    "payment_application",
    """
    id     | payment_id | invoice_id | apply_amount | payment_application_status | effective_date
    pap_3  | pay_back   | in_back    | 40           |                            | 2026-01-20
    pap_4  | pay_back   | in_back    | -40          |                            | 2026-02-03
    pap_5  | pay_back   | in_back    | 30           | Applied                    | 2026-01-20
    pap_6  | pay_back   | in_back    | 30           | Unapplied                  | 2026-02-03
    """,
)


def test_a_payment_taken_back_leaves_the_invoice_open(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_document_application_id, is_reversal, applied_amount",
        "core.fct_document_applications",
        source_invoice_id="in_back",
    ) == [("pap_3", False, 40), ("pap_4", True, -40), ("pap_5", False, 30), ("pap_6", True, -30)]
    assert warehouse.cells(
        "payment_status, is_captured, paid_on", "core.fct_payments", source_payment_id="pay_back"
    ) == [("cancelled", False, None)]
    assert warehouse.cells(
        "invoice_status, source_due_amount", "core.fct_invoices", source_invoice_id="in_back"
    ) == [("open", 70)]


# --- what Posted means ----------------------------------------------------------------------------

rows(
    "invoice",
    """
    id           | status   | amount | balance | updated_date        | invoice_date
    in_draft     | Draft    | 10     | 10      |                     | 2026-04-01
    in_void      | Canceled | 10     | 0       | 2026-01-12 04:00:00 |
    in_nothing   | Posted   | 0      | 0       |                     |
    in_paid      | Posted   | 90     | 0       |                     |
    in_given_up  | Posted   | 100    | 0       |                     |
    in_given_off | Posted   | 100    | 60      |                     |
    """,
)
rows("payment", "id | amount \n pay_3 | 60 \n pay_4 | 40")
rows(
    "payment_application",
    """
    id    | payment_id | invoice_id  | apply_amount | effective_date
    pap_7 | pay_3      | in_paid     | 60           | 2026-01-20
    pap_8 | pay_4      | in_given_up | 40           | 2026-01-20
    """,
)
rows(
    "credit_memo",
    """
    id     | invoice_id   | reason_code          | total_amount | status   | created_by_id
    cm_1   | in_paid      | Unsatisfactory Service | 30           | Posted   | user_1
    cm_off | in_given_up  | Write-off            | 60           | Posted   | user_2
    cm_try | in_given_off | Write-off            | 60           | Canceled | user_2
    """,
)
rows(
    "credit_memo_item",
    """
    id     | credit_memo_id | amount | amount_without_tax | tax_amount | product_rate_plan_charge_id
    cmi_1  | cm_1           | 22     | 20                 | 2          | cat_seats
    cmi_2  | cm_1           | 8      | ''                 | ''         |
    cmi_3  | cm_off         | 60     | 60                 | ''         |
    """,
)
rows(
    "credit_memo_application",
    """
    id    | credit_memo_id | invoice_id  | amount | effective_date
    cma_1 | cm_1           | in_paid     | 30     | 2026-01-25
    cma_2 | cm_off         | in_given_up | 60     | 2026-03-15
    """,
)


@pytest.mark.parametrize(
    ("invoice", "expected"),
    [
        ("in_draft", ("draft", None, None, None, None)),
        ("in_void", ("void", date(2026, 1, 10), None, datetime(2026, 1, 12, 4), None)),
        ("in_nothing", ("paid", date(2026, 1, 10), None, None, None)),
        ("in_paid", ("paid", date(2026, 1, 10), date(2026, 1, 25), None, None)),
        ("in_given_up", ("uncollectible", date(2026, 1, 10), None, None, date(2026, 3, 15))),
        ("in_given_off", ("open", date(2026, 1, 10), None, None, None)),
    ],
)
def test_balance_and_credits_tell_what_a_posted_invoice_is(
    warehouse: BuiltWarehouse, invoice: str, expected: tuple[object, ...]
) -> None:
    assert warehouse.cells(
        "invoice_status, issued_on, paid_on, voided_at, written_off_on",
        "canonical.cdm_invoices",
        source_invoice_id=invoice,
    ) == [expected]


def test_writing_off_is_an_adjustment_and_no_credit_note(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_credit_note_id, source_invoice_id, credit_note_status, total_amount, created_by",
        "core.fct_credit_notes",
    ) == [("cm_1", "in_paid", "issued", 30, "user_1")]
    assert warehouse.cells(
        "source_credit_note_line_id, source_product_id, line_amount, tax_amount",
        "core.fct_credit_note_lines",
    ) == [("cmi_1", "prod_seats", 20, 2), ("cmi_2", None, 8, None)]
    assert warehouse.cells(
        "source_adjustment_id, source_invoice_id, adjustment_amount, adjusted_on, created_by",
        "core.fct_adjustments",
        adjustment_kind="write_off",
    ) == [("cm_off", "in_given_up", 60, date(2026, 1, 25), "user_2")]
    assert warehouse.cells(
        "application_kind, source_credit_note_id, applied_amount",
        "core.fct_document_applications",
        source_payment_id=None,
    ) == [("credit_note", "cm_1", 30), ("write_off", None, 60)]


# --- debit memos and refunds ----------------------------------------------------------------------

rows(
    "debit_memo",
    """
    id      | invoice_id | reason_code     | total_amount | status
    dm_1    | in_paid    | Incorrect Charge | 55          | Posted
    dm_open | in_paid    | Incorrect Charge | 5           | Draft
    """,
)
rows("payment", "id | amount \n pay_5 | 55")
rows(
    "payment_application",
    "id | payment_id | debit_memo_id | apply_amount \n pap_9 | pay_5 | dm_1 | 55",
)
# One refund of two payments, and one that failed.
rows(
    "refund",
    """
    id    | amount | status    | reason_code     | updated_date        | gateway_response_code
    ref_1 | 25     | Processed | Standard Refund |                     |
    ref_2 | 7      | Error     | Chargeback      | 2026-02-09 08:00:00 | expired_or_canceled_card
    """,
)
rows(
    "refund_application",
    """
    id   | refund_id | payment_id | credit_memo_id | apply_amount
    ra_1 | ref_1     | pay_1      | cm_1           | 15
    ra_2 | ref_1     | pay_2      | cm_1           | 10
    ra_3 | ref_2     | pay_2      |                | 7
    """,
)


def test_a_posted_debit_memo_is_an_adjustment_and_can_be_paid(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_adjustment_id, adjustment_amount, legal_entity_code",
        "core.fct_adjustments",
        adjustment_kind="debit_memo",
    ) == [("dm_1", 55, "US01")]
    assert warehouse.cells(
        "source_invoice_id, applied_amount",
        "core.fct_document_applications",
        source_payment_id="pay_5",
    ) == [("dm_1", 55)]


def test_a_refund_of_two_payments_is_one_refund(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells(
        "source_refund_id, source_payment_id, source_credit_note_id, refund_status, refund_amount,"
        " failure_code, failed_at",
        "core.fct_refunds",
    ) == [
        ("ref_1", None, "cm_1", "succeeded", 25, None, None),
        (
            *("ref_2", "pay_2", None, "failed", 7, "expired_or_canceled_card"),
            datetime(2026, 2, 9, 8),
        ),
    ]


# --- entities, currencies, rows that cannot be used -----------------------------------------------

rows(
    "invoice",
    """
    id       | account_id | transaction_currency | amount   | balance
    in_de    | acc_de     | EUR                  | 1200.50  | 1200.50
    in_kwd   | acc_kwd    | KWD                  | 1234.567 | 1234.567
    in_jpy   | acc_us     | JPY                  | 150000.0 | 150000
    in_lost  | acc_gone   | EUR                  | 5        | 5
    in_new   | acc_new    | EUR                  | 5        | 5
    in_cent  | acc_us     | JPY                  | 150.5    | 150.5
    in_odd   | acc_us     | USD                  | 150.5    | 150.5
    """,
)
EXTRACT["invoice"][-1]["status"] = "Reversing"
rows("payment", "id | currency | amount \n pay_6 | JPY | 100")
rows(
    "payment_application",
    """
    id     | payment_id | invoice_id | apply_amount
    pap_10 | pay_6      | in_jpy     | 99.5
    pap_11 | pay_6      |            | 1
    pap_12 | pay_none   | in_jpy     | 1
    """,
)


@pytest.mark.parametrize(
    ("invoice", "entity", "amount"),
    [
        ("in_de", "DE01", "1200.50"),
        ("in_kwd", "US01", "1234.567"),
        ("in_jpy", "US01", "150000"),
        ("in_lost", "unassigned", "5"),
        ("in_new", "unassigned", "5"),
    ],
)
def test_the_batch_of_the_account_is_the_legal_entity(
    warehouse: BuiltWarehouse, invoice: str, entity: str, amount: str
) -> None:
    assert warehouse.cells(
        "legal_entity_code, total_amount", "core.fct_invoices", source_invoice_id=invoice
    ) == [(entity, Decimal(amount))]


def test_what_cannot_be_used_is_quarantined(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "raw_table, source_row_id, disposition_reason", "canonical.cdm_quarantined_rows"
    )
    assert found == [
        ("invoice", "in_cent", "amount is not a whole number of the currency's minor unit: 150.5"),
        ("invoice", "in_odd", "status has no meaning in status_map: Reversing"),
        (
            *("payment_application", "pap_10"),
            "apply_amount is not a whole number of the currency's minor unit: 99.5",
        ),
        ("payment_application", "pap_11", "it names neither an invoice nor a debit memo"),
        ("payment_application", "pap_12", "apply_amount has no currency"),
    ]
