"""Traps of the CRM's and of the desk's data, from hand-made raw rows to the canonical tables.

The rows of each trap stand above its tests and land in one extract, which is built once. Only what
salesforce and jira feed is built.
"""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from warehouse_fixture import REPOSITORY, BuiltWarehouse, built

SYSTEMS = ("salesforce", "jira")
SYNCED = "2026-04-01 02:00:00"


def _columns(system: str) -> dict[str, list[str]]:
    """Names of the columns that are read, by raw table, as the source YAML lists them."""
    path = REPOSITORY / "models" / "staging" / system / f"_{system}.yml"
    tables = yaml.safe_load(path.read_text(encoding="utf-8"))["sources"][0]["tables"]
    return {table["name"]: [column["name"] for column in table["columns"]] for table in tables}


COLUMNS = {system: _columns(system) for system in SYSTEMS}
SYSTEM_OF = {table: system for system, tables in COLUMNS.items() for table in tables}
# What a usual row says where a case has no opinion.
USUAL: dict[str, dict[str, str]] = {
    "account": {"name": "Alder Labs", "currency_iso_code": "USD", "legal_entity_c": "US01"},
    "product_2": {"name": "Team seats", "is_active": "true"},
    "contract": {
        "account_id": "001A",
        "status": "Activated",
        "start_date": "2026-01-01",
        "end_date": "2026-12-31",
        "currency_iso_code": "USD",
    },
    "order": {
        "contract_id": "800A",
        "status": "Activated",
        "type": "New",
        "effective_date": "2026-01-01",
        "end_date": "2026-12-31",
        "currency_iso_code": "USD",
    },
    "order_item": {
        "quantity": "10",
        "unit_price": "49.00",
        "charge_type_c": "Recurring",
        "billing_period_c": "Monthly",
        "billing_timing_c": "In Advance",
    },
    "issue": {"issue_type": "11", "status": "1", "priority": "3", "created": "2026-02-02 09:00:00"},
    "issue_field_history": {"is_active": "true", "author_id": "5570:desk"},
}
# Raw rows by table, in the order in which they were added.
EXTRACT: dict[str, list[dict[str, str]]] = defaultdict(list)


def rows(table: str, text: str) -> None:
    """Adds the rows of a table drawn with `|`, its first line the names of the columns.

    An empty cell is usual, `''` is a blank one.
    """
    usual = {"_fivetran_synced": SYNCED, **USUAL.get(table, {})}
    columns = COLUMNS[SYSTEM_OF[table]][table]
    if "is_deleted" in columns:
        usual["is_deleted"] = "false"
    header, *lines = (
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    )
    if unknown := set(header) - set(columns):
        raise ValueError(f"the raw table {table} has no columns {sorted(unknown)}")
    for line in lines:
        row = dict(zip(header, line, strict=True))
        given = {name: cell.replace("''", "") for name, cell in row.items() if cell}
        EXTRACT[table].append({**usual, **given})


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    select = [
        "resource_type:seed",
        "path:models/canonical",
        "path:tests/canonical",
        *(f"path:models/staging/{system}" for system in SYSTEMS),
    ]
    return built(tmp_path_factory, "salesforce_jira_traps", _write, SYSTEMS, select)


def _write(raw_root: Path) -> None:
    for table, system in SYSTEM_OF.items():
        path = raw_root / system / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            # A column that nobody reads, as real extracts have many.
            writer = csv.DictWriter(
                handle, [*COLUMNS[system][table], "unread"], restval="", extrasaction="ignore"
            )
            writer.writeheader()
            writer.writerows({**line, "unread": "a, b"} for line in EXTRACT[table])


def test_every_model_builds_and_every_law_holds(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output
    kinds = Counter(node.split(".")[0] for node in warehouse.statuses)
    assert kinds["model"] > 50
    assert kinds["test"] > 50
    assert "test.billing.accepted_rows_arrive" in warehouse.statuses
    assert set(warehouse.statuses.values()) <= {"success", "pass", "no-op"}


def test_only_the_bad_rows_are_quarantined(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "raw_table, source_row_id, disposition_reason", "canonical.cdm_quarantined_rows"
    )
    assert found == [
        ("contract", "800bad", "status has no meaning in status_map: Haggling"),
        ("issue_type", "19", "name has no meaning in status_map: Unheard Of"),
        ("order_item", "802bad", "unit_price does not read as a number: 49,00"),
        ("order_item", "802per", "billing_period_c is no allowed word: Weekly"),
    ]


# --- salesforce: accounts -------------------------------------------------------------------------

# A merge deletes the loser. Only accounts with a known biller link.
rows(
    "account",
    """
    id     | parent_id | master_record_id | bill_to_account_c | billing_system_c | billing_tenant_c | billing_account_id_c | is_deleted
    001A   |           |                  |                   | Zuora            |                  | zuora_1              |
    001B   | 001A      |                  | 001A              | Stripe           | acct_us          | cus_1                |
    001C   |           | 001A             |                   | Zuora            |                  | zuora_2              | true
    001D   |           |                  |                   | Stripe           |                  |                      |
    001E   |           |                  |                   | Abacus           |                  | 77                   |
    001F   |           |                  |                   |                  |                  | cus_9                |
    """,  # noqa: E501
)
rows("product_2", "id | product_code | is_deleted \n 01tA | TEAM | \n 01tB | GONE | true")


def test_a_merged_account_stays_and_names_the_one_that_is_left(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "source_customer_id, merged_into_source_customer_id, is_deleted",
        "canonical.cdm_customers",
    )
    assert [row for row in found if row[1]] == [("001C", "001A", True)]
    assert len(found) == 6


def test_parents_and_bill_to_accounts_are_kept(warehouse: BuiltWarehouse) -> None:
    columns = "source_parent_customer_id, source_bill_to_customer_id, source_entity_id"
    found = warehouse.cells(columns, "canonical.cdm_customers", source_customer_id="001B")
    assert found == [("001A", "001A", "US01")]


def test_names_of_customers_leave_staging_as_hashes(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells("distinct customer_name_hash", "canonical.cdm_customers")
    assert len(found) == 1 and len(found[0][0]) == 32


def test_an_account_links_to_the_billing_system_whose_id_it_carries(
    warehouse: BuiltWarehouse,
) -> None:
    columns = """left_source_customer_id, right_source_system, right_source_account,
        right_source_customer_id, evidence_rule"""
    assert warehouse.cells(columns, "canonical.cdm_customer_links") == [
        ("001A", "zuora", "default", "zuora_1", "external_id"),
        ("001B", "stripe", "acct_us", "cus_1", "external_id"),
        ("001C", "zuora", "default", "zuora_2", "external_id"),
    ]


def test_the_evidence_can_be_read(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "evidence", "canonical.cdm_customer_links", left_source_customer_id="001B"
    )
    assert found == [("salesforce account 001B carries stripe id cus_1 in Billing_Account_Id__c",)]


def test_deleted_products_are_left_out(warehouse: BuiltWarehouse) -> None:
    assert warehouse.cells("source_product_id", "canonical.cdm_products") == [("01tA",)]


# --- salesforce: contracts, their lines and what changes them -------------------------------------

rows(
    "contract",
    """
    id     | status              | end_date   | renewed_from_contract_c | customer_signed_date
    800A   |                     |            |                         | 2025-12-20
    800B   | In Approval Process | ''         | 800A                    |
    800C   | Terminated          | 2026-02-28 |                         |
    800bad | Haggling            |            |                         |
    """,
)
# 801N sells; 801M changes one line and adds another; 801P pauses the whole contract.
rows(
    "order",
    """
    id   | contract_id | type      | status    | amendment_kind_c | effective_date | end_date
    801N |             |           |           |                  |                |
    801M |             | Amendment |           | Change Quantity  | 2026-02-01     |
    801P |             | Amendment |           | Suspend          | 2026-03-01     |
    801Q |             | Amendment |           | Rework Footer    | 2026-03-05     |
    801D |             |           | Draft     |                  |                |
    801E |             | Amendment | Draft     | Cancel           |                |
    801O | ''          |           |           |                  |                |
    801X | ''          | Amendment |           | Suspend          |                |
    """,
)
rows(
    "order_item",
    """
    id     | order_id | amended_order_item_c | original_order_item_id | quantity | list_price | unit_price | discount_c | total_price | service_date | end_date   | charge_type_c | billing_period_c | billing_timing_c
    802A   | 801N     |                      |                        |          | 49.00      | 44.10      | 10         | 441.00      | 2026-01-15   | 2026-06-30 |               |                  |
    802B   | 801N     |                      |                        | 1        | 1200.00    | 1200.00    |            | 1200.00     |              |            | One-Time      | One-Time         |
    802C   | 801N     |                      |                        | ''       |            | 0.000700   |            |             |              | ''         | Usage         | Quarterly        | In Arrears
    802M   | 801M     | 802A                 |                        | 12       | 47.00      |            |            |             |              |            |               |                  |
    802N   | 801M     |                      |                        | 3        |            |            |            |             |              |            |               |                  |
    802R   | 801M     |                      | 802A                   | -2       |            |            |            |             |              |            |               |                  |
    802D   | 801D     |                      |                        |          |            |            |            |             |              |            |               |                  |
    802O   | 801O     |                      |                        |          |            |            |            |             |              |            |               |                  |
    802Z   | 801gone  |                      |                        |          |            |            |            |             |              |            |               |                  |
    802bad | 801N     |                      |                        |          |            | 49,00      |            |             |              |            |               |                  |
    802per | 801N     |                      |                        |          |            |            |            |             |              |            |               | Weekly           |
    """,  # noqa: E501
)


def test_an_inclusive_last_day_becomes_the_first_day_after(warehouse: BuiltWarehouse) -> None:
    columns = "source_contract_id, ends_before_on"
    assert warehouse.cells(columns, "canonical.cdm_contracts") == [
        ("800A", date(2027, 1, 1)),
        ("800B", None),
        ("800C", date(2026, 3, 1)),
    ]


def test_a_contract_has_its_status_and_the_one_it_renews(warehouse: BuiltWarehouse) -> None:
    columns = "source_contract_id, contract_status, renewed_from_source_contract_id, signed_on"
    assert warehouse.cells(columns, "canonical.cdm_contracts") == [
        ("800A", "active", None, date(2025, 12, 20)),
        ("800B", "in_approval", "800A", None),
        ("800C", "terminated", None, None),
    ]


def test_only_activated_orders_of_contracts_make_lines(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells("source_contract_line_id", "canonical.cdm_contract_lines")
    assert found == [("802A",), ("802B",), ("802C",), ("802N",)]


def test_a_line_has_the_price_before_its_discount(warehouse: BuiltWarehouse) -> None:
    columns = "source_contract_line_id, unit_price, discount_percent"
    found = warehouse.cells(columns, "canonical.cdm_contract_lines")
    assert found == [
        ("802A", Decimal("49.00"), 10),
        ("802B", 1200, 0),
        ("802C", Decimal("0.0007"), 0),
        ("802N", 49, 0),
    ]


def test_only_a_price_paid_once_is_the_amount_of_the_term(warehouse: BuiltWarehouse) -> None:
    columns = "source_contract_line_id, charge_kind, line_amount"
    found = warehouse.cells(columns, "canonical.cdm_contract_lines")
    assert found == [
        ("802A", "recurring", None),
        ("802B", "one_time", 1200),
        ("802C", "usage", None),
        ("802N", "recurring", None),
    ]


def test_a_line_says_how_it_is_billed_and_from_when_to_when(warehouse: BuiltWarehouse) -> None:
    columns = """source_contract_line_id, billing_interval, billing_interval_count, billing_timing,
        starts_on, ends_before_on"""
    assert warehouse.cells(columns, "canonical.cdm_contract_lines")[:3] == [
        ("802A", "month", 1, "advance", date(2026, 1, 15), date(2026, 7, 1)),
        # Dates that the item leaves are the order's.
        ("802B", "one_time", None, "advance", date(2026, 1, 1), date(2027, 1, 1)),
        ("802C", "month", 3, "arrears", date(2026, 1, 1), date(2027, 1, 1)),
    ]


def test_each_item_of_an_amendment_is_one_change(warehouse: BuiltWarehouse) -> None:
    columns = """source_contract_amendment_id, source_contract_line_id, amendment_kind, quantity,
        unit_price, effective_on"""
    assert warehouse.cells(columns, "canonical.cdm_contract_amendments") == [
        # A pause has no item; a kind that nobody knows is still a change.
        ("801P", None, "suspend", None, None, date(2026, 3, 1)),
        ("801Q", None, "other", None, None, date(2026, 3, 5)),
        ("802M", "802A", "quantity", 12, 47, date(2026, 2, 1)),
        ("802N", "802N", "quantity", 3, 49, date(2026, 2, 1)),
    ]


# --- jira: the site -------------------------------------------------------------------------------

rows(
    "issue_type",
    """
    id | name
    11 | Billing Question
    12 | Billing Dispute
    13 | Incident
    14 | Change
    15 | Story
    19 | Unheard Of
    """,
)
rows(
    "status",
    """
    id | name                 | status_category_id
    1  | Open                 | 2
    2  | Waiting for customer | 4
    3  | Resolved             | 3
    4  | Closed               | 3
    5  | Simmering            | 4
    """,
)
rows("priority", "id | name \n 3 | P3")
rows("resolution", "id | name \n 1 | Credit Issued \n 2 | No Change \n 3 | Duplicate")
# Two fields are called Severity: sites do that.
rows(
    "field",
    """
    id                | name
    status            | Status
    summary           | Summary
    customfield_10001 | Billing Account
    customfield_10002 | Invoice Number
    customfield_10003 | Root Cause
    customfield_10004 | Severity
    customfield_10005 | severity
    customfield_10006 | Detected At
    customfield_10007 | Triaged By
    customfield_10008 | Triaged At
    customfield_10009 | Disputed Amount
    customfield_10010 | Dispute Currency
    customfield_10011 | Dispute Reason
    customfield_10012 | Legal Entity
    customfield_10013 | Favourite Colour
    """,
)
rows(
    "field_option",
    """
    id    | name
    10050 | rating
    10051 | SEV1
    10052 | SEV2
    10053 | EUR
    10054 | JPY
    10055 | DE01
    10056 | wrong_quantity
    """,
)

# --- jira: a field never multiplies an issue ------------------------------------------------------

# 1: every field twice, the older value no longer active. 2: two fields of one name. 3: a value that
# was taken away. 4: triaged by nobody. 5: a story. 6: deleted. 7: of a type that nobody knows.
rows(
    "issue",
    """
    id | key    | issue_type | status | created             | resolved            | status_category_changed | _fivetran_deleted
    1  | BILL-1 |            | 4      |                     | 2026-02-05 10:00:00 | 2026-02-05 10:00:00     |
    2  | BILL-2 | 13         | 4      |                     | 2026-02-05 10:00:00 | 2026-02-05 10:00:00     |
    3  | BILL-3 | 13         | 3      |                     | 2026-02-05 10:00:00 | 2026-02-05 10:00:00     |
    4  | BILL-4 | 13         | 5      |                     |                     |                         |
    5  | BILL-5 | 15         |        |                     |                     |                         |
    6  | BILL-6 |            |        |                     |                     |                         | true
    7  | BILL-7 | 19         |        |                     |                     |                         |
    """,  # noqa: E501
)
rows(
    "issue_field_history",
    """
    issue_id | field_id          | time                | value                        | is_active
    1        | status            | 2026-02-02 09:00:00 | 1                            | false
    1        | status            | 2026-02-05 10:00:00 | 3                            | false
    1        | status            | 2026-02-07 08:00:00 | 4                            |
    1        | summary           | 2026-02-02 09:00:00 | Ada Lovelace was billed      |
    1        | customfield_10001 | 2026-02-02 09:00:00 | cus_1                        | false
    1        | customfield_10001 | 2026-02-03 09:00:00 | cus_2                        |
    1        | customfield_10002 | 2026-02-02 09:00:00 | INV-1                        | false
    1        | customfield_10002 | 2026-02-03 09:00:00 | 10050                        |
    1        | customfield_10003 | 2026-02-03 09:00:00 | 10050                        |
    1        | customfield_10007 | 2026-02-03 09:00:00 | 5570:lead                    |
    1        | customfield_10008 | 2026-02-03 09:00:00 | 2026-02-03T10:00:00.000+0100 |
    1        | customfield_10013 | 2026-02-03 09:00:00 | purple                       |
    2        | customfield_10004 | 2026-02-02 09:00:00 | 10051                        |
    2        | customfield_10005 | 2026-02-03 09:00:00 | 10052                        |
    2        | customfield_10006 | 2026-02-02 09:00:00 | 2026-02-02T08:55:00.000+0000 |
    2        | customfield_10003 | 2026-02-02 09:00:00 | 10050                        |
    2        | customfield_10007 | 2026-02-02 09:00:00 | 5570:lead                    |
    2        | customfield_10008 | 2026-02-02 09:00:00 | 2026-02-02                   |
    3        | customfield_10004 | 2026-02-02 09:00:00 | 10051                        | false
    3        | customfield_10004 | 2026-02-03 09:00:00 | ''                           |
    4        | customfield_10003 | 2026-02-03 09:00:00 | 10050                        |
    4        | customfield_10008 | 2026-02-03 09:00:00 | 2026-02-03T10:00:00.000+0000 |
    5        | customfield_10001 | 2026-02-02 09:00:00 | cus_1                        |
    6        | customfield_10001 | 2026-02-02 09:00:00 | cus_1                        |
    """,
)


def items(warehouse: BuiltWarehouse, columns: str) -> dict[str, tuple[object, ...]]:
    """Columns of the work items by id; each id once."""
    found = warehouse.cells(f"source_work_item_id, {columns}", "canonical.cdm_work_items")
    by_id = {row[0]: row[1:] for row in found}
    assert len(by_id) == len(found)
    return by_id


def test_tickets_incidents_and_changes_are_work_items(warehouse: BuiltWarehouse) -> None:
    kinds = items(warehouse, "work_item_kind")
    assert kinds == {
        **{str(number): ("incident",) for number in (2, 3, 4, 22, 23)},
        **{str(number): ("change",) for number in (20, 21)},
        **{str(number): ("ticket",) for number in (1, 30, 31, 32, 33, 34)},
    }


def test_the_value_that_stands_counts(warehouse: BuiltWarehouse) -> None:
    found = items(warehouse, "source_customer_id, source_invoice_id, severity_code")
    # A typed invoice number that equals the id of an option stays what was typed.
    assert found["1"] == ("cus_2", "10050", None)
    # Of two fields of one name the one written last.
    assert found["2"] == (None, None, "SEV2")
    assert found["3"] == (None, None, None)


def test_a_cause_counts_once_somebody_signed_and_dated_it(warehouse: BuiltWarehouse) -> None:
    found = items(warehouse, "root_cause_code, triaged_by, triaged_at, triaged_on")
    assert found["1"] == ("rating", "5570:lead", datetime(2026, 2, 3, 9), None)
    assert found["2"] == ("rating", "5570:lead", None, date(2026, 2, 2))
    assert found["4"] == (None, None, datetime(2026, 2, 3, 10), None)


def test_an_issue_is_closed_when_it_got_its_last_status(warehouse: BuiltWarehouse) -> None:
    found = items(warehouse, "work_item_status, resolved_at, closed_at")
    resolved = datetime(2026, 2, 5, 10)
    assert found["1"] == ("Closed", resolved, datetime(2026, 2, 7, 8))
    # Without a history: when Jira saw the category of the status change.
    assert found["2"] == ("Closed", resolved, resolved)
    assert found["3"] == ("Resolved", resolved, None)
    # A status that nobody has mapped ends nothing.
    assert found["4"] == ("Simmering", None, None)


def test_events_have_words_for_ids_and_the_value_before(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "occurred_at, from_value, to_value, actor",
        "canonical.cdm_work_item_events",
        source_work_item_id="1",
        field_name="Status",
    )
    assert [row[1:] for row in found] == [
        (None, "Open", "5570:desk"),
        ("Open", "Resolved", "5570:desk"),
        ("Resolved", "Closed", "5570:desk"),
    ]


def test_fields_that_nobody_knows_give_no_events(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells("distinct field_name", "canonical.cdm_work_item_events")
    names = {row[0] for row in found}
    assert {"Status", "Billing Account", "Root Cause"} <= names
    assert not {"Summary", "Favourite Colour"} & names


def test_what_people_typed_is_nowhere(warehouse: BuiltWarehouse) -> None:
    staged = warehouse.cells(
        "field_value", "staging.stg_jira__issue_field_history", field_id="summary"
    )
    assert staged == [(None,)]


# --- jira: causes ---------------------------------------------------------------------------------

# 22 is told from both ends, and names an incident beside the change; 23 only from the other end.
rows(
    "issue",
    """
    id | key   | issue_type | created
    20 | OPS-1 | 14         | 2026-02-01 09:00:00
    21 | OPS-2 | 14         | 2026-02-02 09:00:00
    22 | OPS-3 | 13         | 2026-02-03 09:00:00
    23 | OPS-4 | 13         | 2026-02-04 09:00:00
    """,
)
rows(
    "issue_link",
    """
    issue_id | related_issue_id | relationship
    22       | 2                | is caused by
    22       | 21               | is caused by
    22       | 20               | is caused by
    20       | 22               | causes
    21       | 23               | causes
    23       | 22               | relates to
    1        | 2                | blocks
    """,
)


def test_an_incident_has_one_cause_and_a_change_before_anything_else(
    warehouse: BuiltWarehouse,
) -> None:
    causes = items(warehouse, "caused_by_source_work_item_id")
    assert {item: cause for item, (cause,) in causes.items() if cause} == {"22": "20", "23": "21"}


# --- jira: disputes -------------------------------------------------------------------------------

# 30 won back, 31 given up and taken up again, 32 without an amount that can be one, 33 in yen with
# a half, 34 in yen.
rows(
    "issue",
    """
    id | key     | issue_type | status | resolution | resolved
    30 | BILL-30 | 12         | 4      | 1          | 2026-02-05 10:00:00
    31 | BILL-31 | 12         | 2      |            |
    32 | BILL-32 | 12         | 1      |            |
    33 | BILL-33 | 12         | 1      |            |
    34 | BILL-34 | 12         | 3      | 3          | 2026-02-05 10:00:00
    """,
)
rows(
    "issue_field_history",
    """
    issue_id | field_id          | time                | value    | is_active
    30       | status            | 2026-02-02 09:00:00 | 1        | false
    30       | status            | 2026-02-05 10:00:00 | 3        | false
    30       | status            | 2026-02-09 10:00:00 | 4        |
    30       | customfield_10001 | 2026-02-02 09:00:00 | zuora_1  |
    30       | customfield_10002 | 2026-02-02 09:00:00 | INV-9    |
    30       | customfield_10009 | 2026-02-02 09:00:00 | 99.0     | false
    30       | customfield_10009 | 2026-02-03 09:00:00 | 10052.0  |
    30       | customfield_10010 | 2026-02-02 09:00:00 | 10053    |
    30       | customfield_10011 | 2026-02-02 09:00:00 | 10056    |
    30       | customfield_10012 | 2026-02-02 09:00:00 | 10055    |
    31       | status            | 2026-02-02 09:00:00 | 1        | false
    31       | status            | 2026-02-03 09:00:00 | 3        | false
    31       | status            | 2026-02-04 09:00:00 | 1        | false
    31       | status            | 2026-02-05 09:00:00 | 2        |
    31       | customfield_10009 | 2026-02-02 09:00:00 | 12.50    |
    31       | customfield_10010 | 2026-02-02 09:00:00 | 10053    |
    32       | customfield_10009 | 2026-02-02 09:00:00 | a lot    |
    32       | customfield_10010 | 2026-02-02 09:00:00 | 10053    |
    33       | customfield_10009 | 2026-02-02 09:00:00 | 1000.5   |
    33       | customfield_10010 | 2026-02-02 09:00:00 | 10054    |
    34       | customfield_10009 | 2026-02-02 09:00:00 | 12000.0  |
    34       | customfield_10010 | 2026-02-02 09:00:00 | 10054    |
    """,
)


def test_a_billing_dispute_has_amount_outcome_and_entity(warehouse: BuiltWarehouse) -> None:
    columns = """source_dispute_id, dispute_kind, dispute_status, currency, disputed_amount,
        source_entity_id, source_customer_id, source_invoice_id, reason_code"""
    assert warehouse.cells(columns, "canonical.cdm_disputes") == [
        ("30", "receivable", "lost", "EUR", 10052, "DE01", "zuora_1", "INV-9", "wrong_quantity"),
        ("31", "receivable", "under_review", "EUR", Decimal("12.50"), None, None, None, None),
        ("34", "receivable", "closed", "JPY", 12000, None, None, None, None),
    ]


def test_a_dispute_is_closed_when_it_is_resolved(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells("source_dispute_id, closed_at", "canonical.cdm_disputes")
    resolved = datetime(2026, 2, 5, 10)
    assert found == [("30", resolved), ("31", None), ("34", resolved)]


def test_a_dispute_opens_closes_and_reopens(warehouse: BuiltWarehouse) -> None:
    columns = "source_dispute_id, occurred_at, event_kind, dispute_status"
    found = warehouse.cells(columns, "canonical.cdm_dispute_events")
    assert [(dispute, kind, status) for dispute, _, kind, status in found] == [
        ("30", "opened", "needs_response"),
        ("30", "closed", "closed"),
        ("30", "status_changed", "lost"),
        ("31", "opened", "needs_response"),
        ("31", "closed", "closed"),
        ("31", "reopened", "needs_response"),
        ("31", "status_changed", "under_review"),
    ]
