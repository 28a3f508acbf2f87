"""The committed sample is what the script writes, its books tie, and its errors are all there."""

import ast
import csv
import sys
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest

from python_checks.simulator import sample

ROOT = Path(__file__).parents[2]
RAW = ROOT / "seeds" / "raw"
ACCOUNTS = ("acct_us", "acct_de")
SYSTEMS = ("stripe", "netsuite", "bank")
Rows = list[dict[str, str]]


class Extract:
    """All files of one sample: `extract("stripe/acct_us/charge")` is a table as text cells."""

    def __init__(self, *, planted: bool) -> None:
        self.files = sample.build_files(planted=planted)

    def __call__(self, table: str) -> Rows:
        rows = csv.DictReader(StringIO(self.files[f"{table}.csv"]))
        # A ragged line lacks cells: the reader fills them with None.
        return [row for row in rows if None not in row.values()]

    def stripe(self, table: str) -> Rows:
        return [row for account in ACCOUNTS for row in self(f"stripe/{account}/{table}")]


@pytest.fixture(scope="module")
def clean() -> Extract:
    return Extract(planted=False)


@pytest.fixture(scope="module")
def faulty() -> Extract:
    return Extract(planted=True)


def ledger_balance(extract: Extract, account_number: str) -> dict[str, Decimal]:
    """Σ amount in base currency by subsidiary."""
    account = next(
        row["id"] for row in extract("netsuite/account") if row["acctnumber"] == account_number
    )
    subsidiary = {
        (row["transaction"], row["id"]): row["subsidiary"]
        for row in extract("netsuite/transaction_line")
    }
    balances: dict[str, Decimal] = defaultdict(Decimal)
    for row in extract("netsuite/transaction_accounting_line"):
        if row["account"] == account:
            balances[subsidiary[row["transaction"], row["transactionline"]]] += Decimal(
                row["amount"]
            )
    return dict(balances)


def test_regenerating_gives_the_committed_bytes() -> None:
    committed = {
        path.relative_to(RAW).as_posix(): path.read_bytes()
        for system in SYSTEMS
        for path in (RAW / system).rglob("*")
        if path.is_file()
    }
    assert committed == {
        name: text.encode() for name, text in sample.build_files(planted=True).items()
    }
    assert sum(map(len, committed.values())) < 400_000


def test_the_script_needs_only_the_standard_library() -> None:
    tree = ast.parse(Path(sample.__file__).read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
        )
    }
    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("planted", [False, True], ids=["without errors", "with errors"])
def test_every_ledger_transaction_sums_to_zero_in_each_book(planted: bool) -> None:
    extract = Extract(planted=planted)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in extract("netsuite/transaction_accounting_line"):
        assert Decimal(row["amount"]) == Decimal(row["debit"] or 0) - Decimal(row["credit"] or 0)
        sums[row["transaction"], row["accountingbook"]] += Decimal(row["amount"])
    foreign: dict[str, Decimal] = defaultdict(Decimal)
    for row in extract("netsuite/transaction_line"):
        foreign[row["transaction"]] += Decimal(row["foreignamount"])
    assert set(foreign) == {row["id"] for row in extract("netsuite/transaction")}
    assert set(sums.values()) == set(foreign.values()) == {Decimal(0)}


def test_invoice_amounts_follow_the_rules_of_stripe(clean: Extract) -> None:
    lines: dict[str, int] = defaultdict(int)
    for line in clean.stripe("invoice_line_item"):
        lines[line["invoice_id"]] += int(line["amount"])
    for row in clean.stripe("invoice"):
        amount = {key: int(value) for key, value in row.items() if is_whole(value)}
        assert row["livemode"] == "false" or amount["subtotal"] == lines[row["id"]]
        assert amount["total"] == amount["subtotal"] + amount["tax"]
        assert amount["amount_remaining"] == amount["amount_due"] - amount["amount_paid"]
        assert amount["amount_due"] == (
            amount["total"]
            + amount["starting_balance"]
            - amount.get("ending_balance", 0)
            - amount["pre_payment_credit_notes_amount"]
        )
        assert (row["status"] == "paid") == (amount["amount_remaining"] == 0)


def is_whole(text: str) -> bool:
    return text.removeprefix("-").isdigit()


def test_paid_invoice_payments_are_what_cards_paid(clean: Extract) -> None:
    charged: dict[str, int] = defaultdict(int)
    for charge in clean.stripe("charge"):
        if charge["status"] == "succeeded" and charge["captured"] == "true":
            charged[charge["payment_intent_id"]] += int(charge["amount"])
    charged.pop("")  # the charge of the test mode
    assert charged == {
        row["payment_intent_id"]: int(row["amount_paid"])
        for row in clean.stripe("invoice_payment")
        if row["status"] == "paid"
    }


def test_every_payout_is_the_sum_of_what_it_pays_out(clean: Extract) -> None:
    net: dict[str, int] = defaultdict(int)
    for row in clean.stripe("balance_transaction"):
        assert int(row["net"]) == int(row["amount"]) - int(row["fee"])
        if row["payout_id"]:
            net[row["payout_id"]] += int(row["net"])
    assert net == {row["id"]: int(row["amount"]) for row in clean.stripe("payout")}


@pytest.mark.parametrize("planted", [False, True], ids=["without errors", "with errors"])
def test_what_opens_plus_what_is_booked_is_what_closes(planted: bool) -> None:
    extract = Extract(planted=planted)
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for entry in extract("bank/entry"):
        sign = 1 if entry["credit_debit_indicator"] == "CRDT" else -1
        if entry["entry_id"] != sample.KEYS["bank_date_impossible"]:
            booked[entry["statement_id"]] += sign * Decimal(entry["amount"])
    closing: dict[str, Decimal] = {}
    for row in extract("bank/statement"):
        opening = Decimal(row["opening_balance"])
        assert opening == closing.get(row["account_id"], opening)
        closing[row["account_id"]] = Decimal(row["closing_balance"])
        assert opening + booked[row["statement_id"]] == closing[row["account_id"]]


def test_cash_in_the_ledger_is_cash_at_the_bank(clean: Extract) -> None:
    closing = {row["account_id"]: row["closing_balance"] for row in clean("bank/statement")}
    assert ledger_balance(clean, "1000") == {"1": Decimal(closing["US-CHK-0001"])}
    assert ledger_balance(clean, "1010") == {"2": Decimal(closing["DE-CHK-0001"])}


def test_clearing_in_the_ledger_is_what_stripe_has_not_brought_to_the_bank(clean: Extract) -> None:
    in_transit = {row["id"] for row in clean.stripe("payout") if row["status"] == "in_transit"}
    held: dict[str, Decimal] = defaultdict(Decimal)
    for number, account in enumerate(ACCOUNTS, start=1):
        for row in clean(f"stripe/{account}/balance_transaction"):
            is_open = not row["payout_id"] or row["payout_id"] in in_transit
            if is_open and row["type"] not in ("payout", "stripe_fee"):
                held[str(number)] += Decimal(row["amount"]).scaleb(-2)
    assert ledger_balance(clean, "1050") == held


def test_receivables_in_the_ledger_are_the_open_invoices(clean: Extract) -> None:
    owed = {"1": Decimal(0), "2": Decimal(0)}
    for number, account in enumerate(ACCOUNTS, start=1):
        for row in clean(f"stripe/{account}/invoice"):
            if row["status"] == "open":
                yen = row["currency"] == "jpy"
                rate = sample.USD_PER_JPY[int(row["created"][5:7])] if yen else Decimal("0.01")
                owed[str(number)] += int(row["amount_remaining"]) * rate
    assert ledger_balance(clean, "1100") == owed


def test_without_errors_the_erp_has_every_document_at_its_amount(clean: Extract) -> None:
    billed = {
        row["number"]: 0 if row["status"] == "void" else int(row["total"])
        for row in clean.stripe("invoice")
        if row["number"] and row["livemode"] == "true"
    }
    credited = {row["number"]: -int(row["total"]) for row in clean.stripe("credit_note")}
    yen = {row["number"] for row in clean.stripe("invoice") if row["currency"] == "jpy"}
    booked = {
        row["externalid"]: int(
            Decimal(row["foreigntotal"]).scaleb(0 if row["externalid"] in yen else 2)
        )
        for row in clean("netsuite/transaction")
        if row["type"] in ("CustInvc", "CustCred")
    }
    assert booked == billed | credited


def test_an_invoice_of_the_evening_belongs_to_the_month_before(clean: Extract) -> None:
    billed = next(row for row in clean.stripe("invoice") if row["customer_id"] == "cus_gale")
    booked = next(
        row for row in clean("netsuite/transaction") if row["externalid"] == billed["number"]
    )
    assert billed["created"] == "2026-02-01 03:30:00"
    assert (booked["trandate"], booked["postingperiod"]) == ("2026-01-31 00:00:00", "311")


def erp_invoices(extract: Extract, number: str) -> Rows:
    return [
        row
        for row in extract("netsuite/transaction")
        if row["type"] == "CustInvc" and row["tranid"] == number
    ]


def total_in_stripe(extract: Extract, number: str) -> Decimal:
    row = next(row for row in extract.stripe("invoice") if row["number"] == number)
    return Decimal(row["total"]).scaleb(-2)


def with_id(rows: Rows, key: str) -> Rows:
    return [row for row in rows if row["id"] == key]


def payout_entry(extract: Extract, key: str) -> Rows:
    return [row for row in extract("bank/entry") if row["end_to_end_id"] == key]


def is_transposed(extract: Extract, number: str) -> bool:
    (booked,) = erp_invoices(extract, number)
    there, here = booked["foreigntotal"], str(total_in_stripe(extract, number))
    return there != here and sorted(there) == sorted(here)


def is_short_by_a_cent(extract: Extract, key: str) -> bool:
    (payout,), (entry,) = with_id(extract.stripe("payout"), key), payout_entry(extract, key)
    return Decimal(payout["amount"]).scaleb(-2) - Decimal(entry["amount"]) == Decimal("0.01")


def is_twice_and_identical(extract: Extract, key: str) -> bool:
    first, second = with_id(extract.stripe("balance_transaction"), key)
    return first == second


def is_superseded(extract: Extract, key: str) -> bool:
    newer, older = with_id(extract.stripe("subscription"), key)
    return older["_fivetran_synced"] < newer["_fivetran_synced"] and older != newer


EXISTS: dict[str, Callable[[Extract, str], bool]] = {
    "invoice_never_exported": lambda extract, key: (
        total_in_stripe(extract, key) > 0 and not erp_invoices(extract, key)
    ),
    "invoice_posted_twice": lambda extract, key: (
        [row["externalid"] for row in erp_invoices(extract, key)] == [key, ""]
    ),
    "invoice_amount_transposed": is_transposed,
    "invoice_without_billing": lambda extract, key: (
        len(erp_invoices(extract, key)) == 1
        and key not in {row["number"] for row in extract.stripe("invoice")}
    ),
    "payout_in_transit": lambda extract, key: (
        with_id(extract.stripe("payout"), key)[0]["status"] == "in_transit"
        and not payout_entry(extract, key)
    ),
    "payout_short_by_a_cent": is_short_by_a_cent,
    "bank_credit_without_payout": lambda extract, key: (
        payout_entry(extract, key)[0]["credit_debit_indicator"] == "CRDT"
        and not with_id(extract.stripe("payout"), key)
    ),
    "balance_transaction_twice": is_twice_and_identical,
    "charge_amount_unreadable": lambda extract, key: (
        with_id(extract.stripe("charge"), key)[0]["amount"] == "12,50"
    ),
    "line_currency_unknown": lambda extract, key: (
        with_id(extract.stripe("invoice_line_item"), key)[0]["currency"] == "xxx"
    ),
    "refund_status_unknown": lambda extract, key: (
        with_id(extract.stripe("refund"), key)[0]["status"] == "reversed_by_scheme"
    ),
    "bank_date_impossible": lambda extract, key: (
        "2026-02-30"
        in {row["booking_date"] for row in extract("bank/entry") if row["entry_id"] == key}
    ),
    "ragged_line": lambda extract, key: extract.files["stripe/acct_de/payment_intent.csv"].endswith(
        f"\n{key},cus_granit\n"
    ),
    "subscription_superseded": is_superseded,
}


def test_every_planted_error_has_a_check() -> None:
    assert set(EXISTS) == {planted.kind for planted in sample.PLANTED}


@pytest.mark.parametrize("planted", sample.PLANTED, ids=lambda planted: planted.kind)
def test_a_planted_error_is_there(planted: sample.Planted, faulty: Extract) -> None:
    assert EXISTS[planted.kind](faulty, planted.key)


@pytest.mark.parametrize(
    "planted",
    # Transit at the end of the quarter is no error: it is there without planting.
    [planted for planted in sample.PLANTED if planted.kind != "payout_in_transit"],
    ids=lambda planted: planted.kind,
)
def test_without_planting_it_is_not_there(planted: sample.Planted, clean: Extract) -> None:
    try:
        is_there = EXISTS[planted.kind](clean, planted.key)
    except (IndexError, ValueError, StopIteration):
        is_there = False
    assert not is_there
