"""Traps of our own operational extracts, from hand-made raw rows to the canonical tables.

The rows of each trap stand above its tests and land in one extract, which is built once. They are
of US01 (New York) unless a case says otherwise. Only what ops feeds is built.
"""

import csv
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from warehouse_fixture import REPOSITORY, BuiltWarehouse, built

SOURCES = REPOSITORY / "models" / "staging" / "ops" / "_ops.yml"
COLUMNS = {
    table["name"]: [column["name"] for column in table["columns"]]
    for table in yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"][0]["tables"]
}
# Raw rows by account and table, in the order in which they were added.
EXTRACT: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)


def rows(table: str, text: str, *, account: str = "US01", **cells: str) -> None:
    """Adds the rows of a table drawn with `|`, its first line the names of the columns.

    `cells` are of all rows; a cell that is not given is blank, and so is an empty one.
    """
    header, *lines = (
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    )
    for line in lines:
        row = {**cells, **dict(zip(header, line, strict=True))}
        unknown = row.keys() - set(COLUMNS[table])
        if unknown:
            raise ValueError(f"the raw table {table} has no columns {sorted(unknown)}")
        EXTRACT[account, table].append(row)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> BuiltWarehouse:
    select = ["resource_type:seed", "path:models/staging/ops", "path:models/canonical"]
    return built(tmp_path_factory, "ops_traps", _write, ["ops"], select)


def _write(raw_root: Path) -> None:
    for (account, table), lines in EXTRACT.items():
        path = raw_root / "ops" / account / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as handle:
            # A column that nobody reads, as real extracts have many.
            writer = csv.DictWriter(handle, [*COLUMNS[table], "comment"], restval="")
            writer.writeheader()
            writer.writerows({**line, "comment": "a, b"} for line in lines)


def quarantined(warehouse: BuiltWarehouse, table: str) -> dict[str, str]:
    """Reasons by row id (null ids by their row number) of the rows of one raw table."""
    found = warehouse.cells(
        "coalesce(source_row_id, '#' || source_row), disposition_reason",
        "canonical.cdm_quarantined_rows",
        raw_table=table,
    )
    return dict(found)


def test_every_model_builds_and_every_law_holds(warehouse: BuiltWarehouse) -> None:
    assert warehouse.exit_code == 0, warehouse.output
    kinds = Counter(node.split(".")[0] for node in warehouse.statuses)
    assert kinds["model"] > 50
    assert kinds["test"] > 50
    assert set(warehouse.statuses.values()) <= {"success", "pass", "no-op"}


def test_rows_are_apart_by_the_folder_of_their_legal_entity(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells("source_account, run_kind", "canonical.cdm_billing_runs")
    assert found == [("DE01", "rerun"), ("US01", "ad_hoc"), ("US01", "scheduled")]


# --- billing runs ---------------------------------------------------------------------------------

rows(
    "billing_run",
    """
    run_id | kind      | status    | target_date | deadline_at          | recorded_at
    run_1  | scheduled | running   | 2026-01-31  | 2026-02-01T04:00:00Z | 2026-02-01 01:00:00
    run_1  | scheduled | Posted    | 2026-01-31  | 2026-02-01T04:00:00Z | 2026-02-01 06:00:00
    run_2  | ad_hoc    | failed    | 2026-02-03  | 2026-02-04           | 2026-02-03 12:00:00
    run_3  | nightly   | posted    |             |                      |
    run_4  | trial     | completed | 31.01.2026  |                      |
    run_5  | trial     | done      |             |                      |
    """,
)
rows(
    "billing_run",
    "run_id | kind | status | target_date \n run_1 | rerun | posted | 2026-01-31",
    account="DE01",
)


def test_of_a_run_the_newest_row_counts(warehouse: BuiltWarehouse) -> None:
    found = warehouse.cells(
        "billing_run_status, committed_deadline_at",
        "canonical.cdm_billing_runs",
        source_account="US01",
        source_billing_run_id="run_1",
    )
    assert found == [("posted", datetime(2026, 2, 1, 4))]


def test_a_deadline_without_a_time_stays_a_date(warehouse: BuiltWarehouse) -> None:
    columns = "committed_deadline_at, committed_deadline_on"
    found = warehouse.cells(columns, "canonical.cdm_billing_runs", source_billing_run_id="run_2")
    assert found == [(None, date(2026, 2, 4))]


def test_words_and_dates_that_nobody_knows_are_set_aside(warehouse: BuiltWarehouse) -> None:
    assert quarantined(warehouse, "billing_run") == {
        "run_3": "kind is no allowed word: nightly",
        "run_4": "target_date does not read as a date: 31.01.2026",
        "run_5": "status has no meaning in status_map: done",
    }


# --- messages -------------------------------------------------------------------------------------

rows(
    "integration_message",
    """
    message_key | attempt | status        | error_code | delivered_at        | recorded_at
    invoice-7   | 1       | failed        | timeout    |                     | 2026-01-10 10:00:00
    invoice-7   | 2       | delivered     |            | 2026-01-10 10:05:01 | 2026-01-10 10:05:01
    invoice-7   | 2       | delivered     |            | 2026-01-10 10:05:01 | 2026-01-10 10:05:01
    invoice-8   | 1       | dead_lettered | unmapped   |                     |
    invoice-9   |         | failed        |            |                     |
    """,
    interface="stripe_to_netsuite",
    target_system="netsuite",
    object_kind="invoice",
)


def test_every_attempt_counts_once(warehouse: BuiltWarehouse) -> None:
    columns = "source_sync_message_id, message_status, error_code, delivered_at is not null"
    assert warehouse.cells(columns, "canonical.cdm_sync_messages") == [
        ("invoice-7|1", "failed", "timeout", False),
        ("invoice-7|2", "delivered", None, True),
        ("invoice-8|1", "dead_lettered", "unmapped", False),
    ]
    assert quarantined(warehouse, "integration_message") == {"#5": "attempt is blank"}


# --- usage ----------------------------------------------------------------------------------------

rows(
    "usage_event",
    """
    event_id | idempotency_key | quantity | occurred_at               | received_at
    evt_1    | k-1             | 12.5     | 2026-01-31T23:30:00-05:00 | 2026-02-01T05:00:00Z
    evt_2    | k-1             | 12.5     | 2026-01-31T23:30:00-05:00 | 2026-02-01T05:00:02Z
    evt_3    | k-3             | a lot    | 2026-01-31T23:30:00-05:00 |
    evt_4    | k-4             | 1        | 2026-01-31T23:30:00-05:00 |
    EVT_4    | k-5             | 1        | 2026-01-31T23:30:00-05:00 |
    """,
    meter="api_calls",
)
rows(
    "rated_usage",
    """
    rating_id | event_id | currency | quantity | amount  | usage_start         | usage_end
    rate_1    | evt_1    | USD      | 12.5     | 0.13    | 2026-02-01 04:30:00 | 2026-02-01 04:30:00
    rate_2    | evt_9    | KWD      | 3        | 0.125   | 2026-01-31          | 2026-02-01
    rate_3    | evt_9    | JPY      | 3        | 0.5     |                     |
    rate_4    | evt_9    | XXY      | 3        | 5       |                     |
    """,
)
rows(
    "usage_manifest",
    """
    window_start        | window_end          | event_count | quantity
    2026-01-31T10:00:00 | 2026-01-31T11:00:00 | 3           | 30
    2026-01-31T11:00:00 | 2026-01-31T12:00:00 | 0           | 0
    2026-01-31          | 2026-02-01          | 3           | 30
    """,
    producer="gateway",
    meter="api_calls",
)


def test_two_events_with_one_idempotency_key_both_arrive(warehouse: BuiltWarehouse) -> None:
    # What a repeat means is for the models after this to decide: here no row is lost.
    columns = "source_usage_event_id, quantity, occurred_at"
    occurred = datetime(2026, 2, 1, 4, 30)
    found = warehouse.cells(columns, "canonical.cdm_usage_events", idempotency_key="k-1")
    assert found == [("evt_1", Decimal("12.5"), occurred), ("evt_2", Decimal("12.5"), occurred)]


def test_ids_that_differ_only_in_case_do_not_multiply(warehouse: BuiltWarehouse) -> None:
    assert quarantined(warehouse, "usage_event") == {
        "evt_3": "quantity does not read as a number: a lot",
        "evt_4": 'the id "evt_4" differs from "EVT_4" only in case or padding',
    }


def test_a_rated_amount_is_whole_in_its_currency(warehouse: BuiltWarehouse) -> None:
    columns = "source_rated_usage_id, rated_amount, usage_starts_at, usage_starts_on"
    assert warehouse.cells(columns, "canonical.cdm_rated_usage") == [
        ("rate_1", Decimal("0.13"), datetime(2026, 2, 1, 4, 30), None),
        ("rate_2", Decimal("0.125"), None, date(2026, 1, 31)),
    ]
    assert set(quarantined(warehouse, "rated_usage")) == {"rate_3", "rate_4"}


def test_hours_and_days_of_one_meter_stay_apart(warehouse: BuiltWarehouse) -> None:
    columns = "event_count, window_starts_at, window_starts_on"
    found = warehouse.cells(columns, "canonical.cdm_usage_manifests")
    assert Counter(found) == {
        (3, datetime(2026, 1, 31, 10), None): 1,
        (0, datetime(2026, 1, 31, 11), None): 1,
        (3, None, date(2026, 1, 31)): 1,
    }


# --- people ---------------------------------------------------------------------------------------

rows(
    "approval",
    """
    approval_id | subject_kind | status   | decided_by | currency | limit_amount
    apr_1       | credit_note  | approved | bob        | USD      | 500.00
    apr_2       | Write_Off    | approved | ann        | USD      | 500.00
    apr_3       | refund       | rejected | bob        | USD      | 500.00
    apr_4       | adjustment   | pending  |            |          |
    apr_5       | discount     | pending  |            |          |
    apr_6       | refund       | approved | bob        |          | 500.00
    """,
    subject_id="cn_1",
    requested_by="ann",
    decider_role="controller",
)
rows(
    "promise_to_pay",
    """
    promise_id | customer_id | status      | currency | amount | recorded_at
    ptp_1      | cus_1       | open        | EUR      | 100.00 | 2026-02-01 09:00:00
    ptp_1      | cus_1       | partly_kept | EUR      | 100.00 | 2026-02-11 09:00:00
    ptp_2      | cus_1       | broken      |          |        |
    ptp_3      |             | kept        |          |        |
    """,
    invoice_id="in_1",
    promised_date="2026-02-10",
)
rows(
    "dunning_event",
    """
    event_id | customer_id | invoice_id | event       | step | occurred_at
    dun_1    | cus_1       | in_1       | entered     |      | 2026-02-04 06:00:00
    dun_2    | cus_1       | in_1       | notice_sent | 1    | 2026-02-04
    dun_3    | cus_1       | in_1       | shouted     | 2    | 2026-02-04 06:00:00
    dun_4    | cus_1       |            | recovered   |      | 2026-02-04 06:00:00
    """,
)


def test_who_refused_has_not_approved(warehouse: BuiltWarehouse) -> None:
    columns = (
        "source_approval_id, subject_kind, approval_status, requested_by, approved_by,"
        " approver_limit_amount"
    )
    assert warehouse.cells(columns, "canonical.cdm_approvals") == [
        ("apr_1", "credit_note", "approved", "ann", "bob", 500),
        # One person on both sides is a finding, not a bad row.
        ("apr_2", "adjustment", "approved", "ann", "ann", 500),
        ("apr_3", "refund", "rejected", "ann", None, None),
        ("apr_4", "adjustment", "pending", "ann", None, None),
    ]
    assert quarantined(warehouse, "approval") == {
        "apr_5": "subject_kind is no allowed word: discount",
        "apr_6": "limit_amount has no currency",
    }


def test_a_promise_is_as_it_was_last_judged(warehouse: BuiltWarehouse) -> None:
    columns = "source_promise_to_pay_id, promise_status, promised_amount"
    assert warehouse.cells(columns, "canonical.cdm_promises_to_pay") == [
        ("ptp_1", "partly_kept", 100),
        ("ptp_2", "broken", None),
    ]
    assert quarantined(warehouse, "promise_to_pay") == {"ptp_3": "customer_id is blank"}


def test_a_step_of_dunning_is_a_known_event_of_an_invoice(warehouse: BuiltWarehouse) -> None:
    columns = "source_dunning_event_id, event_kind, dunning_step, occurred_at, occurred_on"
    assert warehouse.cells(columns, "canonical.cdm_dunning_events") == [
        ("dun_1", "entered", None, datetime(2026, 2, 4, 6), None),
        ("dun_2", "notice_sent", 1, None, date(2026, 2, 4)),
    ]
    assert set(quarantined(warehouse, "dunning_event")) == {"dun_3", "dun_4"}


# --- finance --------------------------------------------------------------------------------------

rows(
    "opening_position",
    """
    position_id | kind        | currency | amount  | functional_currency | functional_amount
    open_1      | invoice     | KWD      | 100.125 | usd                 | 330.41
    open_2      | credit_memo | USD      | 30.00   |                     |
    open_3      | ledger      | USD      | -5.00   | USD                 | -5.00
    open_4      | deposit     | USD      | 1.00    |                     |
    """,
    cut_over_date="2026-01-01",
)
rows(
    "processor_balance",
    """
    processor | account_id | currency | balance_date | opening_balance | closing_balance
    stripe    | acct_us    | USD      | 2026-01-01   | 0.00            | 120.50
    stripe    | acct_us    | USD      | 2026-01-02   | 120.50          | -3.00
    stripe    | acct_us    | JPY      | 2026-01-02   | 0               | 0.5
    """,
)
rows(
    "config_change",
    """
    change_id | field      | old_value | new_value | approved_by | changed_at
    cfg_1     | unit_price | 10        | 12        | bob         | 2026-01-03 10:00:00
    cfg_2     | rate       |           | 0.08875   |             | 2026-01-03
    """,
)


def test_what_we_owe_at_cut_over_is_negative(warehouse: BuiltWarehouse) -> None:
    columns = "source_opening_position_id, open_amount, functional_currency, open_amount_functional"
    assert warehouse.cells(columns, "canonical.cdm_opening_positions") == [
        ("open_1", Decimal("100.125"), "USD", Decimal("330.41")),
        ("open_2", -30, None, None),
        ("open_3", -5, "USD", -5),
    ]
    assert set(quarantined(warehouse, "opening_position")) == {"open_4"}


def test_a_day_at_the_processor_opens_and_closes(warehouse: BuiltWarehouse) -> None:
    columns = "balance_on, balance_position, balance_amount, balance_kind"
    assert warehouse.cells(columns, "canonical.cdm_balances") == [
        (date(2026, 1, 1), "closing", Decimal("120.5"), "processor"),
        (date(2026, 1, 1), "opening", 0, "processor"),
        (date(2026, 1, 2), "closing", -3, "processor"),
        (date(2026, 1, 2), "opening", Decimal("120.5"), "processor"),
    ]
    assert set(quarantined(warehouse, "processor_balance")) == {"stripe|acct_us|JPY|2026-01-02"}


def test_a_change_without_approver_arrives(warehouse: BuiltWarehouse) -> None:
    columns = "source_config_change_id, from_value, to_value, approved_by, changed_at, changed_on"
    assert warehouse.cells(columns, "canonical.cdm_config_changes") == [
        ("cfg_1", "10", "12", "bob", datetime(2026, 1, 3, 10), None),
        ("cfg_2", None, "0.08875", None, None, date(2026, 1, 3)),
    ]
