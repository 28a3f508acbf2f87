"""The books of the simulated company balance, and come to what the world's rows come to.

What the books should say is recomputed here in plain Python from the world, without their code.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from python_checks.simulator import books as ledger
from python_checks.simulator.books import Books, build_books
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.views import bank, netsuite
from python_checks.simulator.world import build_world

Row = dict[str, Any]
EXPONENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
COMPANIES = {
    "at the end": (Settings(), None),
    "in the middle of a month": (Settings(), date(2026, 2, 11)),
    "another company": (Settings(customers=80, months=4, seed=3), None),
}
REVALUED = {"revaluation", "revaluation_reversal"}


@dataclass(frozen=True)
class Company:
    """A world and its books, with what the recomputation needs of the world as plain rows."""

    world: World
    books: Books

    def rows(self, name: str) -> list[Row]:
        frame = getattr(self.world, name)
        assert isinstance(frame, pl.DataFrame)
        return frame.to_dicts()

    def by_key(self, name: str, key: str) -> dict[int, Row]:
        return {row[key]: row for row in self.rows(name)}

    def posted(self) -> dict[int, Row]:
        """Invoices and debit memos that are issued, by key."""
        return {
            row["invoice"]: row
            for row in self.rows("invoices")
            if not row["is_draft"] and row["issued_at"].date() <= self.world.last_on
        }

    def zone(self, entity: int) -> ZoneInfo:
        return ZoneInfo(self.world.entities["zone"][entity])

    def home(self, entity: int) -> str:
        return str(self.world.entities["currency"][entity])

    def day(self, at: datetime, entity: int) -> date:
        return at.replace(tzinfo=UTC).astimezone(self.zone(entity)).date()

    def month_ends(self) -> list[date]:
        """The last days of the months that are over, and the world's last day."""
        days = [self.world.first_on + timedelta(days=n) for n in range(-1, 800)]
        ends = [d for d in days if (d + timedelta(days=1)).day == 1 and d <= self.world.last_on]
        return sorted({*ends, self.world.last_on})

    def balance(
        self,
        *accounts: int,
        until: date = date(2100, 1, 1),
        of: str = "functional_minor",
        without: Collection[str] = (),
        by: Sequence[str] = ("entity",),
    ) -> Counter[Any]:
        """Sums of the postings to accounts, by entity (and currency or account)."""
        found = _posted(self).filter(
            pl.col("account").is_in(accounts)
            & (pl.col("posting_on") <= until)
            & ~pl.col("origin").is_in(list(without))
        )
        sums: Counter[Any] = Counter()
        for *key, amount in found.select(*by, of).iter_rows():
            sums[tuple(key) if len(by) > 1 else key[0]] += amount
        return drop_zeros(sums)


def _posted(company: Company) -> pl.DataFrame:
    heads = company.books.documents.select(
        "document", pl.col("origin").cast(pl.String), "entity", "currency", "posting_on"
    )
    return company.books.postings.join(heads, on="document", how="inner")


def drop_zeros(sums: Counter[Any]) -> Counter[Any]:
    return Counter({key: value for key, value in sums.items() if value})


@pytest.fixture(scope="module", params=list(COMPANIES), ids=list(COMPANIES))
def company(request: pytest.FixtureRequest) -> Company:
    settings, day = COMPANIES[request.param]
    world = build_world(settings)
    if day is not None:
        world = world.until(day)
    return Company(world, build_books(world))


def half_up(numerator: int, denominator: int) -> int:
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


class Rates:
    """What an amount is worth in the books of an entity, by the rate of a date's month."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.rates = {
            (row["from_currency"], row["to_currency"], row["month_on"]): row
            for row in company.rows("rates")
        }

    def worth(self, amount: int, currency: str, entity: int, on: date, kind: str = "booked") -> int:
        home = self.company.home(entity)
        if currency == home:
            return amount
        rate = self.rates[currency, home, on.replace(day=1)][f"{kind}_micros"]
        return half_up(amount * rate * 10 ** EXPONENTS[home], 1_000_000 * 10 ** EXPONENTS[currency])


# --- balance ------------------------------------------------------------------------------------


def test_every_document_balances(company: Company) -> None:
    sums = company.books.postings.group_by("document").agg(
        pl.col("amount_minor", "functional_minor").sum(), pl.len()
    )
    assert sums.height == company.books.documents.height
    assert sums.filter((pl.col("amount_minor") != 0) | (pl.col("functional_minor") != 0)).is_empty()
    assert sums.filter(pl.col("len") < 2).is_empty()


def test_a_document_in_the_functional_currency_has_one_amount(company: Company) -> None:
    homes = company.world.entities.select("entity", home="currency")
    at_home = _posted(company).join(homes, on="entity").filter(pl.col("currency") == pl.col("home"))
    assert at_home.filter(pl.col("amount_minor") != pl.col("functional_minor")).is_empty()


def test_keys_are_unique_and_lines_are_numbered_from_the_main_line(company: Company) -> None:
    documents, postings = company.books.documents, company.books.postings
    assert documents["document"].is_unique().all()
    assert company.books.applications["application"].is_unique().all()
    places = postings.group_by("document").agg(
        pl.col("position").n_unique().alias("places"), pl.col("position").max().alias("last"),
        pl.len().alias("lines"),
    )  # fmt: skip
    assert places.filter(
        (pl.col("places") != pl.col("lines")) | (pl.col("last") != pl.col("lines") - 1)
    ).is_empty()
    known = set(documents["document"])
    for end in ("from_document", "to_document"):
        assert set(company.books.applications[end]) <= known


def test_a_total_is_the_sum_of_the_debits(company: Company) -> None:
    debits = (
        company.books.postings.filter(pl.col("amount_minor") > 0)
        .group_by("document")
        .agg(debits=pl.col("amount_minor").sum())
    )
    journals = company.books.documents.filter(pl.col("kind") == "journal").join(
        debits, on="document", how="left"
    )
    assert journals.filter(pl.col("total_minor") != pl.col("debits").fill_null(0)).is_empty()


# --- receivables --------------------------------------------------------------------------------


@dataclass
class Item:
    """A document of the receivable account in the recomputation; `sign`: 1 is owed to us."""

    sign: int
    entity: int
    currency: str
    total: int
    on: date
    rated_on: date


def items_of(company: Company) -> tuple[dict[tuple[str, int], Item], list[tuple[Any, ...]]]:
    """Every open item by kind and key, and what takes how much off which of them on what day."""
    world = company.world
    eve = world.first_on - timedelta(days=1)
    items: dict[tuple[str, int], Item] = {}
    taken: list[tuple[Any, ...]] = []
    intents, charges = company.by_key("intents", "intent"), company.by_key("charges", "charge")

    def item(
        kind: str, key: int, sign: int, row: Row, total: int, on: date, rated: date | None = None
    ) -> None:
        rated_on = rated or on
        items[kind, key] = Item(sign, row["entity"], row["currency"], total, on, rated_on)

    def take(amount: int, on: date, *ends: tuple[str, int]) -> None:
        taken.extend((end, amount, on) for end in ends)

    invoices = company.posted()
    for key, row in invoices.items():
        on = eve if row["is_opening"] else row["issued_on"]
        item("invoice", key, 1, row, row["total_minor"], on, row["issued_on"])
        if row["voided_at"]:
            void_on = company.day(row["voided_at"], row["entity"])
            item("void", key, -1, row, row["total_minor"], void_on, row["issued_on"])
            take(row["total_minor"], void_on, ("void", key), ("invoice", key))
    granted: dict[int, list[list[int]]] = defaultdict(list)
    for row in company.rows("credit_notes"):
        note = ("credit_note", row["credit_note"])
        item(*note, -1, row, row["total_minor"], row["issued_on"])
        if row["goes_to"] == "invoice":
            take(row["total_minor"], row["issued_on"], note, ("invoice", row["invoice"]))
    for row in sorted(company.rows("credit_balances"), key=lambda row: row["at"]):
        left = -row["amount_minor"]
        if left < 0:
            granted[row["customer"]].append([row["credit_note"], -left])
        while left > 0:
            oldest = granted[row["customer"]][0]
            used = min(left, oldest[1])
            on = company.day(row["at"], row["entity"])
            take(used, on, ("credit_note", oldest[0]), ("invoice", row["invoice"]))
            left, oldest[1] = left - used, oldest[1] - used
            if not oldest[1]:
                granted[row["customer"]].pop(0)
    for row in charges.values():
        intent = intents[row["intent"]]
        if row["status"] == "succeeded":
            on = company.day(row["at"], intent["entity"])
            item("charge", row["charge"], -1, intent, row["amount_minor"], on)
            take(row["amount_minor"], on, ("charge", row["charge"]), ("invoice", intent["invoice"]))
    for row in company.rows("refunds"):
        intent = intents[charges[row["charge"]]["intent"]]
        note, paid = ("credit_note", row["credit_note"]), ("refund", row["refund"])
        on = company.day(row["at"], intent["entity"])
        item(*paid, 1, intent, row["amount_minor"], on)
        take(row["amount_minor"], on, note, paid)
        if row["failed_at"]:
            on, back = company.day(row["failed_at"], intent["entity"]), ("back", row["refund"])
            item(*back, 1, intent, -row["amount_minor"], on)
            take(-row["amount_minor"], on, note, back)
    for row in company.rows("write_offs"):
        billed, lost = invoices[row["invoice"]], ("write_off", row["write_off"])
        item(*lost, -1, billed, row["amount_minor"], row["on"], billed["issued_on"])
        take(row["amount_minor"], row["on"], lost, ("invoice", row["invoice"]))
    applied: dict[int, list[Row]] = defaultdict(list)
    for row in company.rows("applications"):
        applied[row["receipt"]].append(row)
    for row in company.rows("receipts"):
        if row["kind"] != "ordinary" and row["identified_on"] is None:
            continue
        parts, paid = applied[row["receipt"]], ("receipt", row["receipt"])
        kept = sum(part["bank_charge_minor"] + part["withheld_minor"] for part in parts)
        total = row["amount_minor"] + kept
        on = row["identified_on"] or row["received_on"]
        rated_on = row["received_on"] if row["kind"] == "unidentified" else on
        item(*paid, -1, {**row, "entity": row["owed_entity"]}, total, on, rated_on)
        for part in parts:
            take(part["amount_minor"], max(part["applied_on"], on), paid,
                 ("invoice", part["invoice"]))  # fmt: skip
        if row["returned_on"]:
            back = ("returned", row["receipt"])
            item(*back, -1, row, -total, row["returned_on"], rated_on)
            used = sum(part["amount_minor"] for part in parts)
            take(total - used, row["returned_on"], paid)
            take(used - total, row["returned_on"], back)
            for part in parts:
                take(-part["amount_minor"], row["returned_on"], back, ("invoice", part["invoice"]))
    return items, taken


def open_at(
    company: Company, day: date
) -> tuple[Counter[Any], Counter[Any], dict[tuple[str, int], int]]:
    """What is open at the end of a day: by entity and currency, its value by entity, by item."""
    items, taken = items_of(company)
    rates = Rates(company)
    reduced: Counter[Any] = Counter()
    for end, amount, on in taken:
        if on <= day:
            reduced[end] += amount
    amounts: Counter[Any] = Counter()
    values: Counter[Any] = Counter()
    left: dict[tuple[str, int], int] = {}
    for key, item in items.items():
        if item.on > day:
            assert not reduced[key], f"{key} is settled before it is there"
            continue
        left[key] = item.total - reduced[key]
        amounts[item.entity, item.currency] += item.sign * left[key]
        where = (item.currency, item.entity, item.rated_on)
        value = rates.worth(item.total, *where) - rates.worth(reduced[key], *where)
        values[item.entity] += item.sign * value
    return drop_zeros(amounts), drop_zeros(values), left


def test_the_receivable_account_is_what_is_open(company: Company) -> None:
    for day in company.month_ends():
        amounts, values, _ = open_at(company, day)
        booked = company.balance(
            ledger.RECEIVABLE, until=day, of="amount_minor", by=("entity", "currency")
        )
        assert booked == amounts, day
        assert company.balance(ledger.RECEIVABLE, until=day, without=REVALUED) == values, day


def test_nothing_is_settled_twice(company: Company) -> None:
    _, _, left = open_at(company, date(2100, 1, 1))
    assert [key for key, amount in left.items() if key[0] == "invoice" and amount < 0] == []
    done = {"charge", "write_off", "void", "refund", "back", "returned"}
    assert [key for key, amount in left.items() if key[0] in done and amount != 0] == []
    assert all(amount >= 0 for key, amount in left.items() if key[0] in ("receipt", "credit_note"))


def test_open_documents_of_the_view_are_the_open_items(company: Company) -> None:
    _, _, left = open_at(company, date(2100, 1, 1))
    shown = netsuite.tables(company.world, company.books)
    status = dict(
        shown["transaction"]
        .filter(pl.col("type").is_in(["CustInvc", "CustChrg", "CustCred"]))
        .select("tranid", "status")
        .iter_rows()
    )
    numbers = {("invoice", row["invoice"]): row for row in company.rows("invoices")}
    numbers |= {("credit_note", row["credit_note"]): row for row in company.rows("credit_notes")}
    items = {key: amount for key, amount in left.items() if key[0] in ("invoice", "credit_note")}
    assert len(status) == len(items)
    for key, amount in items.items():
        row = numbers[key]
        expected = "V" if row.get("voided_at") else "A" if amount else "B"
        assert status[row["number"]] == expected


def test_revaluation_brings_what_is_open_to_the_closing_rate(company: Company) -> None:
    rates = Rates(company)
    items, taken = items_of(company)
    for day in company.month_ends()[1:]:
        if (day + timedelta(days=1)).day != 1:
            continue
        reduced: Counter[Any] = Counter()
        for end, amount, on in taken:
            if on <= day:
                reduced[end] += amount
        worth: Counter[Any] = Counter()
        for key, item in items.items():
            if item.on <= day:
                left = item.total - reduced[key]
                at_closing = rates.worth(left, item.currency, item.entity, day, "closing")
                worth[item.entity] += item.sign * at_closing
        assert company.balance(ledger.RECEIVABLE, until=day) == drop_zeros(worth), day


# --- cash ---------------------------------------------------------------------------------------


def bank_lines(company: Company) -> list[tuple[int, date, int]]:
    last_on = company.world.last_on
    found = [
        (row["bank_account"], row["arrives_on"], row["amount_minor"])
        for row in company.rows("payouts")
        if row["arrives_on"] <= last_on
    ]
    for row in company.rows("receipts"):
        found.append((row["bank_account"], row["received_on"], row["amount_minor"]))
        if row["returned_on"]:
            found.append((row["bank_account"], row["returned_on"], -row["amount_minor"]))
    for row in company.rows("other_bank_entries"):
        found.append((row["bank_account"], row["on"], row["amount_minor"]))
    return found


def test_the_bank_accounts_are_what_the_bank_says(company: Company) -> None:
    statements = bank.tables(company.world)["statement"].to_dicts()
    closing = {(row["account_id"], row["to_date"]): row["closing_balance"] for row in statements}
    lines = bank_lines(company)
    for account in company.rows("bank_accounts"):
        number, places = account["number"], EXPONENTS[account["currency"]]
        for day in company.month_ends():
            expected = account["opening_minor"] + sum(
                amount for key, on, amount in lines if key == account["bank_account"] and on <= day
            )
            booked = company.balance(int(account["ledger_account"]), until=day, of="amount_minor")
            assert booked[account["entity"]] == expected, (number, day)
            if day >= company.world.first_on:
                shown = closing[number, f"{day:%Y-%m-%d}"]
                assert int(shown.replace(".", "")) == expected
                assert len(shown.partition(".")[2]) == places


def test_every_statement_opens_where_the_last_one_closed(company: Company) -> None:
    shown = bank.tables(company.world)
    moved: Counter[str] = Counter()
    for entry in shown["entry"].to_dicts():
        sign = 1 if entry["credit_debit_indicator"] == "CRDT" else -1
        moved[entry["statement_id"]] += sign * int(entry["amount"].replace(".", ""))
    closed: dict[str, str] = {}
    for row in shown["statement"].to_dicts():
        opening, closing = (
            int(row[f"{end}_balance"].replace(".", "")) for end in ("opening", "closing")
        )
        assert opening + moved[row["statement_id"]] == closing
        assert closed.get(row["account_id"], row["opening_balance"]) == row["opening_balance"]
        closed[row["account_id"]] = row["closing_balance"]
    assert set(moved) <= set(shown["statement"]["statement_id"])
    references = [
        entry["account_servicer_reference"]
        if entry["end_to_end_id"] in (None, "NOTPROVIDED")
        else entry["end_to_end_id"]
        for entry in shown["entry"].to_dicts()
    ]
    assert len(set(references)) == len(references)


def test_the_clearing_account_is_what_the_processor_owes(company: Company) -> None:
    for day in company.month_ends():
        owed: Counter[int] = Counter()
        for row in company.rows("movements"):
            is_past = company.day(row["at"], row["entity"]) <= day
            if row["kind"] != "payout" and is_past:
                owed[row["entity"]] += row["net_minor"]
        for row in company.rows("payouts"):
            if row["arrives_on"] <= day:
                owed[row["entity"]] -= row["amount_minor"]
        booked = company.balance(ledger.CLEARING, ledger.FEES_DUE, until=day)
        assert booked == drop_zeros(owed), day


def test_what_affiliates_owe_each_other_is_settled(company: Company) -> None:
    owed: Counter[str] = Counter()
    for row in company.rows("receipts"):
        if row["kind"] == "wrong_entity" and row["identified_on"]:
            owed[row["currency"]] += row["amount_minor"]
    for row in company.rows("other_bank_entries"):
        if row["kind"] == "intercompany" and row["amount_minor"] > 0:
            account = company.by_key("bank_accounts", "bank_account")[row["bank_account"]]
            owed[account["currency"]] -= row["amount_minor"]
    for number, sign in ((ledger.DUE_FROM, 1), (ledger.DUE_TO, -1)):
        booked = company.balance(number, of="amount_minor", by=("entity", "currency"))
        by_currency: Counter[str] = Counter()
        for (_, currency), amount in booked.items():
            by_currency[currency] += sign * amount
        assert drop_zeros(by_currency) == drop_zeros(owed)
    if not drop_zeros(owed):
        assert not company.balance(ledger.DUE_FROM, ledger.DUE_TO)


def test_unidentified_receipts_are_those_nobody_placed(company: Company) -> None:
    for day in company.month_ends():
        waiting: Counter[Any] = Counter()
        for row in company.rows("receipts"):
            is_placed = row["identified_on"] is not None and row["identified_on"] <= day
            if row["kind"] != "ordinary" and row["received_on"] <= day and not is_placed:
                waiting[row["entity"], row["currency"]] -= row["amount_minor"]
        booked = company.balance(
            ledger.UNIDENTIFIED, until=day, of="amount_minor", by=("entity", "currency")
        )
        assert booked == drop_zeros(waiting), day


# --- revenue, tax and the rest ------------------------------------------------------------------


def test_deferred_revenue_is_the_service_to_come(company: Company) -> None:
    world = company.world
    eve = world.first_on - timedelta(days=1)
    invoices = company.posted()
    lines = company.by_key("lines", "line")
    deferred: list[tuple[Row, Row, int, date]] = []
    for line in lines.values():
        invoice = invoices.get(line["invoice"])
        if invoice is None or line["kind"] not in ("recurring", "proration"):
            continue
        on = eve if invoice["is_opening"] else invoice["issued_on"]
        deferred.append((invoice, line, line["amount_minor"], on))
        if invoice["voided_at"] and not invoice["is_opening"]:
            void_on = company.day(invoice["voided_at"], invoice["entity"])
            deferred.append((invoice, line, -line["amount_minor"], void_on))
    notes = company.by_key("credit_notes", "credit_note")
    for part in company.rows("credit_note_lines"):
        line, note = lines[part["line"]], notes[part["credit_note"]]
        if line["kind"] in ("recurring", "proration"):
            deferred.append((invoices[line["invoice"]], line, -part["amount_minor"],
                             note["issued_on"]))  # fmt: skip
    for day in company.month_ends():
        if (day + timedelta(days=1)).day != 1:
            continue
        to_come: Counter[Any] = Counter()
        for invoice, line, amount, on in deferred:
            if on > day:
                continue
            whole = (line["service_before_on"] - line["service_from_on"]).days
            past = (day + timedelta(days=1) - line["service_from_on"]).days
            earned = half_up(amount * min(max(past, 0), whole), whole)
            to_come[invoice["entity"], invoice["currency"]] -= amount - earned
        booked = company.balance(
            ledger.DEFERRED, until=day, of="amount_minor", by=("entity", "currency")
        )
        assert booked == drop_zeros(to_come), day


def test_tax_is_what_was_billed_less_what_was_credited(company: Company) -> None:
    owed: Counter[Any] = Counter()
    for row in company.posted().values():
        if not row["is_opening"] and not row["voided_at"]:
            owed[row["entity"], row["currency"]] -= row["tax_minor"]
    for row in company.rows("credit_notes"):
        owed[row["entity"], row["currency"]] += row["tax_minor"]
    booked = company.balance(ledger.TAX, of="amount_minor", by=("entity", "currency"))
    assert booked == drop_zeros(owed)


def test_prepayments_are_what_is_not_drawn_yet(company: Company) -> None:
    invoices = company.posted()
    left: Counter[Any] = Counter()
    for line in company.rows("lines"):
        invoice = invoices.get(line["invoice"])
        if invoice is None or invoice["is_opening"] or invoice["voided_at"]:
            continue
        if line["kind"] in ("prepaid", "drawdown"):
            left[invoice["entity"], invoice["currency"]] -= line["amount_minor"]
    booked = company.balance(ledger.PREPAID, of="amount_minor", by=("entity", "currency"))
    assert booked == drop_zeros(left)


def test_disputed_funds_are_of_open_disputes(company: Company) -> None:
    intents, charges = company.by_key("intents", "intent"), company.by_key("charges", "charge")
    held: Counter[Any] = Counter()
    lost: Counter[Any] = Counter()
    for row in company.rows("disputes"):
        intent = intents[charges[row["charge"]]["intent"]]
        if not row["is_inquiry"]:
            place = intent["entity"], intent["currency"]
            held[place] += 0 if row["closed_at"] else row["amount_minor"]
            lost[place] += row["amount_minor"] if row["outcome"] == "lost" else 0
    by = ("entity", "currency")
    assert company.balance(ledger.DISPUTED, of="amount_minor", by=by) == drop_zeros(held)
    assert company.balance(ledger.DISPUTE_LOSS, of="amount_minor", by=by) == drop_zeros(lost)


def test_months_are_closed_but_for_the_last(company: Company) -> None:
    periods = company.books.periods.to_dicts()
    used = set(company.books.documents["posting_on"].dt.truncate("1mo"))
    assert used <= {row["month_on"] for row in periods}
    last_on = company.world.last_on
    for row in periods:
        is_over = row["last_on"] + timedelta(days=ledger.CLOSED_AFTER_DAYS) <= last_on
        assert (row["closed_on"] is not None) == is_over


def test_a_document_keeps_its_key_and_date_from_night_to_night() -> None:
    world = build_world(Settings())
    before = build_books(world.until(date(2026, 1, 20))).documents
    after = build_books(world).documents
    same = before.join(
        after.select("document", later_on="posting_on", later_minor="total_minor"),
        on="document", how="left",
    )  # fmt: skip
    assert same.filter(pl.col("later_on") != pl.col("posting_on")).is_empty()
    assert same.filter(pl.col("later_on").is_null()).is_empty()
    # Only what gathers the events of a day that is not over everywhere is still changing.
    changed = same.filter(pl.col("later_minor") != pl.col("total_minor"))
    assert set(changed["posting_on"]) <= {date(2026, 1, 19), date(2026, 1, 20), date(2026, 1, 21)}
