"""The truth about the faults is true of the files that were written.

What the systems disagree about is recomputed here from the raw files in plain Python, pair by pair,
and compared with what faults.csv says, to the cent.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from python_checks.simulator.faults import planting
from python_checks.simulator.settings import Settings
from python_checks.simulator.simulate import Company, write_company

Row = dict[str, str]
Sums = dict[tuple[str, ...], Decimal]

COMPANIES = {
    "the default company": (Settings(), "default"),
    "seed 1": (Settings(seed=1), "default"),
    "seed 2": (Settings(seed=2), "default"),
    "heavy": (Settings(seed=3), "heavy"),
}
EXPONENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
ENTITIES = {"US": "US01", "DE": "DE01", "JP": "JP01"}
SUBSIDIARIES = {"1": "US01", "2": "DE01", "3": "JP01"}
ZONES = {"US01": "America/New_York", "DE01": "Europe/Berlin", "JP01": "Asia/Tokyo"}
ACCOUNTS = {"acct_us": "US01", "acct_de": "DE01", "acct_jp": "JP01"}
# Every cause of a break that a warehouse is asked to tell.
CAUSES = {
    "duplicate_posting", "reversed_and_rebooked", "void_one_side", "write_off_one_side",
    "wrong_entity", "wrong_customer", "wrong_account", "currency_mismatch", "export_failed",
    "export_delayed", "period_mismatch", "timing_cutoff", "credit_memo_not_exported",
    "refund_not_booked", "chargeback_not_booked", "refund_without_credit", "fee_netted",
    "short_paid_bank_charge", "withholding_tax", "tax_difference", "price_stale",
    "quantity_difference", "rounding", "fx", "revaluation", "manual_journal_to_control",
    "over_payment", "unapplied", "unidentified_receipt", "partial_payment", "amount_mismatch",
    "orphan_settlement", "missing_posting", "unexplained",
}  # fmt: skip
# Not a cause of a break between two documents: a day of a file is missing.
OTHER_CODES = {"extract_gap", ""}
PAIRS = {f"R{number:02d}" for number in range(1, 19) if number != 8} | {"R08a", "R08b", ""}
# The statements of the bank do not add up where these are planted, and nowhere else.
BANK_BREAKERS = {"unexplained", "missing_extract", "repeated_extract"}


@dataclass
class Written:
    """A simulated company on disk, its raw files as plain rows."""

    settings: Settings
    profile: str
    root: Path
    company: Company
    read: dict[str, list[Row]] = field(default_factory=dict)

    def raw(self, path: str) -> list[Row]:
        if path not in self.read:
            self.read[path] = _rows(self.root / "raw" / f"{path}.csv")
        return self.read[path]

    def places(self) -> Iterator[tuple[str, str, str]]:
        """System, account and path of every file, without the manifests."""
        for file in sorted((self.root / "raw").rglob("*.csv")):
            path = file.relative_to(self.root / "raw").with_suffix("").as_posix()
            system, *account, table = path.split("/")
            if not table.startswith("_"):
                yield system, account[0] if account else "default", path

    @property
    def truth(self) -> list[Row]:
        if "truth" not in self.read:
            self.read["truth"] = _rows(self.root / "truth" / "faults.csv")
        return self.read["truth"]

    def of(self, *kinds: str) -> list[Row]:
        return [line for line in self.truth if line["fault_kind"] in kinds]

    def told(self, pair: str, *, without: str = "") -> list[Row]:
        return [
            line for line in self.truth if line["pair_id"] == pair and line["fault_kind"] != without
        ]


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module", params=list(COMPANIES), ids=list(COMPANIES))
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    settings, profile = COMPANIES[request.param]
    root = tmp_path_factory.mktemp("company")
    return Written(settings, profile, root, write_company(settings, root, profile=profile))


def nonzero(sums: Sums) -> Sums:
    return {key: amount for key, amount in sums.items() if amount}


# --- the form of the truth ------------------------------------------------------------------------


def test_every_break_is_written_in_the_words_of_the_truth_file(written: Written) -> None:
    places = {(system, account) for system, account, _ in written.places()}
    for line in written.truth:
        assert re.fullmatch(r"F\d{5}", line["fault_id"])
        assert line["fault_kind"] in planting.all_kinds()
        assert line["found_by"] in {"recon", "quarantine", "check", "queue"}, line
        assert line["side"] in {"L", "R", "both"}, line
        assert line["pair_id"] in PAIRS, line
        assert line["expected_code"] in CAUSES | OTHER_CODES, line
        assert bool(line["pair_id"]) == (line["found_by"] == "recon"), line
        assert line["entity"] in SUBSIDIARIES.values(), line
        assert (line["source_system"], line["source_account"]) in places, line


def test_amounts_have_the_places_of_their_currency(written: Written) -> None:
    for line in written.truth:
        if line["fault_kind"] == "unreadable_cell":
            continue
        amount = Decimal(line["amount"])
        if line["pair_id"] == "R10":
            assert line["currency"] == "", "usage is counted, not paid"
            assert amount > 0
        else:
            places = amount.as_tuple().exponent
            assert places == -EXPONENTS[line["currency"]], line


def test_months_and_days_are_of_the_window(written: Written) -> None:
    for line in written.truth:
        assert date.fromisoformat(line["period_month"]).day == 1, line
        assert date.fromisoformat(line["planted_on"]) <= written.settings.last_on, line
        if line["cleared_on"]:
            assert date.fromisoformat(line["cleared_on"]) >= date.fromisoformat(line["planted_on"])


def test_lines_of_one_fault_have_one_number_and_no_line_is_there_twice(written: Written) -> None:
    kinds = defaultdict(set)
    for line in written.truth:
        kinds[line["fault_id"]].add((line["fault_kind"], line["planted_on"]))
    assert all(len(found) == 1 for found in kinds.values())
    assert len(kinds) == len(written.company.faults)
    twice = Counter(
        tuple(value for name, value in line.items() if name != "fault_id") for line in written.truth
    )
    assert [line for line, count in twice.items() if count > 1] == []


# --- what is planted ------------------------------------------------------------------------------


def test_every_kind_of_fault_is_planted(written: Written) -> None:
    if written.profile == "heavy":
        pytest.skip("with many faults some kinds find no victim any more")
    # Two at once are told as the two that they are.
    assert set(planting.all_kinds()) - {line["fault_kind"] for line in written.truth} == {
        "two_at_once"
    }
    counts = Counter(fault.kind for fault in written.company.faults)
    assert counts["wrong_customer"] == counts["rounding"] > planting.DEFAULT_COUNT


def test_every_cause_of_a_break_is_expected_somewhere(written: Written) -> None:
    if written.profile == "heavy":
        pytest.skip("with many faults some kinds find no victim any more")
    codes = {line["expected_code"] for line in written.truth}
    assert codes - OTHER_CODES == CAUSES


def test_some_keys_have_two_faults(written: Written) -> None:
    kinds = defaultdict(set)
    for line in written.truth:
        # Payouts and bank accounts gather what their lines have: those are not of one key.
        if line["pair_id"] in {"R01", "R02"}:
            kinds[line["natural_key"]].add((line["fault_id"], line["fault_kind"]))
    doubly = [sorted(kind for _, kind in found) for found in kinds.values() if len(found) > 1]
    assert len(doubly) >= planting.DEFAULT_COUNT
    assert all(found == ["rounding", "wrong_customer"] for found in doubly)


def test_some_faults_leave_no_number_memo_or_message_that_tells(written: Written) -> None:
    documents = written.raw("netsuite/transaction")
    silent = [
        line
        for line in written.told("R01")
        if line["fault_kind"] == "duplicate_posting"
        and line["counterpart_key"] != line["natural_key"]
    ]
    assert silent
    for line in silent:
        (copy,) = [found for found in documents if found["tranid"] == line["counterpart_key"]]
        assert (copy["externalid"], copy["memo"]) == ("", "")
    lost = {line["natural_key"] for line in written.of("missing_posting")}
    sent = {
        message["object_number"]
        for entity in SUBSIDIARIES.values()
        for message in written.raw(f"ops/{entity}/integration_message")
        if message["target_system"] == "netsuite"
    }
    assert lost
    assert lost.isdisjoint(sent)
    failed = {line["natural_key"] for line in written.of("export_failed", "export_delayed")}
    assert failed <= sent


# --- the truth points at rows ---------------------------------------------------------------------


def test_keys_are_in_the_files_that_the_truth_names(written: Written) -> None:
    cells: dict[tuple[str, str], set[str]] = defaultdict(set)
    for system, account, path in written.places():
        cells[system, account].update(cell for line in written.raw(path) for cell in line.values())
    anywhere = set().union(*cells.values())
    missing = [
        (line["fault_id"], line["fault_kind"], line["natural_key"])
        for line in written.truth
        if line["natural_key"] not in cells[line["source_system"], line["source_account"]]
        or (line["counterpart_key"] and line["counterpart_key"] not in anywhere)
    ]
    assert missing == []


# --- what stays true ------------------------------------------------------------------------------


def test_documents_of_the_erp_balance_line_by_line(written: Written) -> None:
    heads = {head["id"] for head in written.raw("netsuite/transaction")}
    lines: Sums = defaultdict(Decimal)
    net: dict[tuple[str, str], Decimal] = {}
    for line in written.raw("netsuite/transaction_line"):
        lines[line["transaction"], "functional"] += Decimal(line["netamount"])
        lines[line["transaction"], "transaction"] += Decimal(line["foreignamount"])
        net[line["transaction"], line["id"]] = Decimal(line["netamount"])
    for posting in written.raw("netsuite/transaction_accounting_line"):
        amount = Decimal(posting["amount"])
        sides = Decimal(posting["debit"] or 0) - Decimal(posting["credit"] or 0)
        assert amount == sides == net[posting["transaction"], posting["transactionline"]], posting
    assert nonzero(lines) == {}
    assert {transaction for transaction, _ in lines} == heads


def test_totals_of_the_erp_are_those_of_their_main_lines(written: Written) -> None:
    mains = {
        line["transaction"]: Decimal(line["foreignamount"])
        for line in written.raw("netsuite/transaction_line")
        if line["mainline"] == "T"
    }
    for head in written.raw("netsuite/transaction"):
        if head["type"] in {"CustInvc", "CustChrg"}:
            assert Decimal(head["foreigntotal"]) == mains[head["id"]], head["tranid"]


def signed(entry: Row) -> Decimal:
    sign = -1 if entry["credit_debit_indicator"] == "DBIT" else 1
    return sign * Decimal(entry["amount"])


def test_statements_roll_but_where_a_fault_breaks_them(written: Written) -> None:
    entries: Sums = defaultdict(Decimal)
    statement_of = {}
    for entry in written.raw("bank/entry"):
        entries[(entry["statement_id"],)] += signed(entry)
        statement_of[entry["entry_id"]] = entry["statement_id"]
    gaps: Sums = {}
    last: dict[str, Row] = {}
    for statement in sorted(written.raw("bank/statement"), key=lambda row: row["from_date"]):
        account, opening = statement["account_id"], Decimal(statement["opening_balance"])
        if account in last:
            assert Decimal(last[account]["closing_balance"]) == opening, statement["statement_id"]
        last[account] = statement
        moved = Decimal(statement["closing_balance"]) - opening
        gaps[(statement["statement_id"],)] = moved - entries[(statement["statement_id"],)]
    expected: Sums = defaultdict(Decimal)
    for line in written.of(*BANK_BREAKERS):
        amount, key = Decimal(line["amount"]), line["natural_key"]
        if line["fault_kind"] == "repeated_extract":
            expected[(statement_of[key],)] -= amount
        elif line["fault_kind"] == "unexplained":
            expected[(last[key]["statement_id"],)] += amount
        elif line["pair_id"] == "R18":
            expected[(key,)] += amount
    assert nonzero(gaps) == nonzero(expected)


def test_balances_of_zuora_are_what_is_left_of_the_totals(written: Written) -> None:
    paid: Sums = defaultdict(Decimal)
    credited: Sums = defaultdict(Decimal)
    for application in written.raw("zuora/payment_application"):
        paid[application["invoice_id"] or application["debit_memo_id"],] += Decimal(
            application["apply_amount"]
        )
    for application in written.raw("zuora/credit_memo_application"):
        credited[application["invoice_id"] or application["debit_memo_id"],] += Decimal(
            application["amount"]
        )
    for invoice in written.raw("zuora/invoice"):
        key = (invoice["id"],)
        assert Decimal(invoice["payment_amount"]) == paid.get(key, 0), invoice
        assert Decimal(invoice["credit_memo_amount"]) == credited.get(key, 0), invoice
        left = Decimal(invoice["amount"]) - paid.get(key, 0) - credited.get(key, 0)
        assert Decimal(invoice["balance"]) == (0 if invoice["status"] == "Canceled" else left), (
            invoice
        )


def test_payments_of_zuora_are_there_for_their_applications(written: Written) -> None:
    payments = {payment["id"] for payment in written.raw("zuora/payment")}
    refunds = {refund["id"] for refund in written.raw("zuora/refund")}
    assert {row["payment_id"] for row in written.raw("zuora/payment_application")} <= payments
    assert {row["refund_id"] for row in written.raw("zuora/refund_application")} <= refunds


# --- the same breaks, found again -----------------------------------------------------------------


@dataclass(frozen=True)
class Billed:
    """An invoice as billing has it: neither a draft nor void."""

    number: str
    entity: str
    currency: str
    month: str
    total: Decimal
    tax: Decimal
    left: Decimal
    is_opening: bool


def normal(reference: str) -> str:
    """A document's number without what people write differently."""
    return re.sub(r"[^a-z0-9]", "", reference.lower())


def minor(cell: str, currency: str) -> Decimal:
    return Decimal(cell).scaleb(-EXPONENTS[currency])


def billed(written: Written) -> Iterator[Billed]:
    for account, entity in ACCOUNTS.items():
        for row in written.raw(f"stripe/{account}/invoice"):
            if row["status"] in {"draft", "void"}:
                continue
            currency = row["currency"].upper()
            at = datetime.fromisoformat(row["finalized_at"]).replace(tzinfo=UTC)
            yield Billed(
                row["number"], entity, currency, f"{at.astimezone(ZoneInfo(ZONES[entity])):%Y-%m}",
                minor(row["total"], currency), minor(row["tax"], currency),
                Decimal(0) if row["status"] == "uncollectible"
                else minor(row["amount_remaining"], currency),
                is_opening=False,
            )  # fmt: skip
    first = f"{written.settings.first_on:%Y-%m}"
    for row in written.raw("zuora/invoice"):
        if row["status"] == "Posted":
            month = row["invoice_date"][:7]
            yield Billed(
                row["invoice_number"], ENTITIES[row["invoice_number"].split("-")[1]],
                row["transaction_currency"], month,
                Decimal(row["amount"]), Decimal(row["tax_amount"]), Decimal(row["balance"]),
                is_opening=month < first,
            )  # fmt: skip


@dataclass(frozen=True)
class Posted:
    """An invoice of the ERP that is neither void nor deleted."""

    row: Row
    key: str
    entity: str
    currency: str
    month: str
    tax: Decimal
    applied: Decimal


def posted(written: Written) -> Iterator[Posted]:
    currencies = {row["id"]: row["symbol"] for row in written.raw("netsuite/currency")}
    subsidiaries = {}
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line in written.raw("netsuite/transaction_line"):
        if line["mainline"] == "T":
            subsidiaries[line["transaction"]] = line["subsidiary"]
        if line["taxline"] == "T":
            taxes[line["transaction"]] -= Decimal(line["foreignamount"])
    applied: dict[str, Decimal] = defaultdict(Decimal)
    for link in written.raw("netsuite/previous_transaction_line_link"):
        applied[link["previousdoc"]] += Decimal(link["foreignamount"])
    # A copy under another number is told with the number of what it copies.
    copies = {
        normal(line["counterpart_key"]): normal(line["natural_key"])
        for line in written.told("R01")
        if line["counterpart_key"]
    }
    for row in written.raw("netsuite/transaction"):
        is_gone = row["voided"] == "T" or row["_fivetran_deleted"] == "true"
        if row["type"] == "CustInvc" and not is_gone:
            key, period = normal(row["tranid"]), row["postingperiod"]
            yield Posted(
                row, copies.get(key, key), SUBSIDIARIES[subsidiaries[row["id"]]],
                currencies[row["currency"]], f"{period[:4]}-{period[4:]}",
                taxes[row["id"]], applied[row["id"]],
            )  # fmt: skip


def expected(written: Written, pair: str, *, by_month: bool = True, without: str = "") -> Sums:
    """What the truth says about a pair, by key, entity, currency and month."""
    sums: Sums = defaultdict(Decimal)
    for line in written.told(pair, without=without):
        month = line["period_month"][:7] if by_month else ""
        sums[normal(line["natural_key"]), line["entity"], line["currency"], month] += Decimal(
            line["amount"]
        )
    return nonzero(sums)


def test_invoices_and_the_erp_disagree_where_the_truth_says(written: Written) -> None:
    opening = f"{written.settings.first_on.replace(month=9):%Y-%m}"
    sums: Sums = defaultdict(Decimal)
    for left in billed(written):
        month = opening if left.is_opening else left.month
        sums[normal(left.number), left.entity, left.currency, month] += left.total
    for right in posted(written):
        key = (right.key, right.entity, right.currency, right.month)
        sums[key] -= Decimal(right.row["foreigntotal"])
    # A rate of another day leaves the amounts of the transaction as they are.
    assert nonzero(sums) == expected(written, "R01", without="fx")


def test_an_invoice_is_missing_or_there_twice_only_where_the_truth_says(written: Written) -> None:
    left = Counter(normal(row.number) for row in billed(written))
    right = Counter(row.key for row in posted(written))
    assert set(left.values()) == {1}
    found = {
        key: right[key] - left[key] for key in left | right if right[key] != left[key]
    }  # fmt: skip
    missing = ("missing_posting", "export_failed", "export_delayed", "deleted_after_close")
    legs = dict.fromkeys(missing, -1) | {
        "duplicate_posting": 1, "void_one_side": 1, "reversed_and_rebooked": 2
    }  # fmt: skip
    assert found == {
        normal(line["natural_key"]): legs[line["fault_kind"]]
        for line in written.told("R01")
        if line["fault_kind"] in legs
    }


def test_taxes_and_the_erp_disagree_where_the_truth_says(written: Written) -> None:
    # What was open at the start was brought into the ERP without its taxes.
    openings = {normal(row.number) for row in billed(written) if row.is_opening}
    sums: Sums = defaultdict(Decimal)
    for left in billed(written):
        if not left.is_opening:
            sums[normal(left.number), left.entity, left.currency, left.month] += left.tax
    for right in posted(written):
        if right.key not in openings:
            sums[right.key, right.entity, right.currency, right.month] -= right.tax
    assert nonzero(sums) == expected(written, "R02")


def test_open_items_disagree_where_the_truth_says(written: Written) -> None:
    sums: Sums = defaultdict(Decimal)
    for left in billed(written):
        sums[normal(left.number), left.entity, left.currency, ""] += left.left
    for right in posted(written):
        is_open = Decimal(right.row["foreigntotal"]) - right.applied
        sums[right.key, right.entity, right.currency, ""] -= is_open
    assert nonzero(sums) == expected(written, "R08a", by_month=False)


def test_rates_are_of_another_day_where_the_truth_says(written: Written) -> None:
    homes = {"US01": "USD", "DE01": "EUR", "JP01": "JPY"}
    rates: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    mains = {
        line["transaction"]: Decimal(line["netamount"])
        for line in written.raw("netsuite/transaction_line")
        if line["mainline"] == "T"
    }
    documents = [row for row in posted(written) if row.currency != homes[row.entity]]
    for row in documents:
        month = row.row["trandate"][:7]
        rates[row.entity, row.currency, month][row.row["exchangerate"]] += 1
    # Documents with the wrong currency or entity have their own rate: they are no fx.
    others = {
        normal(line["natural_key"])
        for line in written.of("currency_mismatch", "wrong_entity", "timing_cutoff")
    }
    found: Sums = {}
    for row in documents:
        usual, _ = rates[row.entity, row.currency, row.row["trandate"][:7]].most_common(1)[0]
        is_off = Decimal(row.row["exchangerate"]) != Decimal(usual)
        if is_off and row.key not in others:
            at_usual = Decimal(row.row["foreigntotal"]) * Decimal(usual)
            places = Decimal(1).scaleb(-EXPONENTS[homes[row.entity]])
            found[(row.key,)] = at_usual.quantize(places) - mains[row.row["id"]]
    told = {
        (normal(line["natural_key"]),): Decimal(line["amount"]) for line in written.of("fx")
    }  # fmt: skip
    assert found.keys() == told.keys()
    # The main line takes what the roundings of the other lines leave.
    assert all(abs(found[key] - told[key]) <= Decimal("0.05").max(1) for key in told)


def test_credit_memos_and_the_erp_disagree_where_the_truth_says(written: Written) -> None:
    sums: Sums = defaultdict(Decimal)
    for account in ACCOUNTS:
        for row in written.raw(f"stripe/{account}/credit_note"):
            sums[row["number"],] += minor(row["total"], row["currency"].upper())
    # Zuora writes off with memos, the ERP with journals.
    written_off = re.compile(r"-WO-")
    for row in written.raw("zuora/credit_memo"):
        if row["status"] == "Posted" and not written_off.search(row["memo_number"]):
            sums[row["memo_number"],] += Decimal(row["total_amount"])
    for row in written.raw("netsuite/transaction"):
        if row["type"] == "CustCred":
            sums[row["tranid"],] -= abs(Decimal(row["foreigntotal"]))
    told = {(line["natural_key"],): Decimal(line["amount"]) for line in written.told("R03")}
    assert nonzero(sums) == told


def test_payouts_disagree_with_their_lines_and_with_the_bank_where_the_truth_says(
    written: Written,
) -> None:
    lines: Sums = defaultdict(Decimal)
    bank: Sums = defaultdict(Decimal)
    for account in ACCOUNTS:
        payouts = {
            row["balance_transaction_id"]: row["payout_id"]
            for row in written.raw(f"stripe/{account}/payout_balance_transaction")
        }
        once = {row["id"]: row for row in written.raw(f"stripe/{account}/balance_transaction")}
        for key, row in once.items():
            if key in payouts and row["type"] != "payout":
                lines[payouts[key],] += minor(row["net"], row["currency"].upper())
        for row in written.raw(f"stripe/{account}/payout"):
            amount = minor(row["amount"], row["currency"].upper())
            lines[row["id"],] -= amount
            if row["status"] == "paid":
                bank[row["id"],] += amount
    entries = {row["entry_id"]: row for row in written.raw("bank/entry")}
    for row in entries.values():
        if row["end_to_end_id"].startswith("po_"):
            bank[row["end_to_end_id"],] -= signed(row)
    assert nonzero(lines) == {
        (line["natural_key"],): Decimal(line["amount"]) for line in written.told("R05")
    }
    told: Sums = {}
    for line in written.told("R06"):
        entry = entries.get(line["natural_key"])
        told[entry["end_to_end_id"] if entry else line["natural_key"],] = Decimal(line["amount"])
    assert nonzero(bank) == told


def test_receipts_and_the_bank_disagree_where_the_truth_says(written: Written) -> None:
    mains = {
        line["transaction"]: Decimal(line["foreignamount"])
        for line in written.raw("netsuite/transaction_line")
        if line["mainline"] == "T"
    }
    # Money that nobody has identified or passed on yet is on the bank alone, and is no fault.
    receipts = written.company.world.receipts
    waiting = set(
        receipts.filter(receipts["kind"] != "ordinary")
        .join(written.company.world.applications, on="receipt", how="anti")["receipt"]
        .to_list()
    )
    sums: Sums = defaultdict(Decimal)
    for row in written.raw("netsuite/transaction"):
        if row["type"] == "CustPymt" and row["externalid"].startswith("REF"):
            sums[row["externalid"],] += mains[row["id"]]
    entries = {row["entry_id"]: row for row in written.raw("bank/entry")}
    for row in entries.values():
        receipt = re.fullmatch(r"REF[A-Z]{2}-R(\d+)", row["account_servicer_reference"])
        if receipt and int(receipt[1]) not in waiting:
            sums[receipt[0],] -= signed(row)
    told: Sums = {}
    for line in written.told("R15"):
        entry = entries.get(line["natural_key"])
        key = entry["account_servicer_reference"] if entry else line["natural_key"]
        told[key,] = Decimal(line["amount"])
    assert nonzero(sums) == told


def test_rows_that_cannot_be_taken_are_where_the_truth_says(written: Written) -> None:
    told = {(line["fault_kind"], line["natural_key"]) for line in written.truth
            if line["found_by"] == "quarantine"}  # fmt: skip
    found = set()
    for account in ACCOUNTS:
        for row in written.raw(f"stripe/{account}/charge"):
            is_read = (
                row["amount"].lstrip("-").isdecimal()
                and row["currency"].upper() in EXPONENTS
                and re.match(r"\d{4}-\d{2}-\d{2} ", row["created"])
            )
            if not is_read:
                found.add(("unreadable_cell", row["id"]))
        counts = Counter(row["id"] for row in written.raw(f"stripe/{account}/balance_transaction"))
        found |= {("duplicated_row", key) for key, count in counts.items() if count > 1}
    counts = Counter(row["entry_id"] for row in written.raw("bank/entry"))
    found |= {("repeated_extract", key) for key, count in counts.items() if count > 1}
    for entity in SUBSIDIARIES.values():
        for row in written.raw(f"ops/{entity}/promise_to_pay"):
            if row["status"] == "perhaps":
                found.add(("unknown_word", row["promise_id"]))
    assert found == told


def test_a_row_that_comes_twice_comes_cell_for_cell(written: Written) -> None:
    paths = ["bank/entry", *(f"stripe/{account}/balance_transaction" for account in ACCOUNTS)]
    for path in paths:
        rows = written.raw(path)
        key = next(iter(rows[0]))
        assert len({row[key] for row in rows}) == len({tuple(row.values()) for row in rows}), path
