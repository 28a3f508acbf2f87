"""The Stripe view of the simulated company adds up, by itself and to the world."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml

from python_checks.simulator import schema
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.views import stripe
from python_checks.simulator.world import build_world

SOURCES = Path(__file__).parents[2] / "models" / "staging" / "stripe" / "_stripe.yml"
ACCOUNTS = {0: "acct_us", 1: "acct_de", 2: "acct_jp"}
Row = dict[str, str]
Rows = list[Row]


class Extract:
    """A world and Stripe's view of it: `extract("charge")` are the rows of all accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tables = stripe.tables(world)

    def __call__(self, table: str, account: str | None = None) -> Rows:
        names = [account] if account else ACCOUNTS.values()
        return [
            row for name in names for row in self.tables[f"{name}/{table}"].iter_rows(named=True)
        ]

    def names(self) -> set[str]:
        return {path.split("/")[1] for path in self.tables}


def at(day: date) -> Extract:
    whole = build_world(Settings())
    return Extract(replace(whole.until(day), last_on=day))


@pytest.fixture(
    scope="module",
    params=[date(2026, 3, 31), date(2025, 12, 17), date(2025, 10, 2)],
    ids=["at the end", "in the middle", "on the second day"],
)
def extract(request: pytest.FixtureRequest) -> Extract:
    return at(request.param)


@pytest.fixture(scope="module")
def whole() -> Extract:
    return at(date(2026, 3, 31))


def number(row: Row, column: str) -> int:
    return int(row[column] or 0)


def sums(rows: Iterable[Row], key: str, amount: str) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if row[key]:
            found[row[key]] += number(row, amount)
    return dict(found)


def by_id(rows: Rows) -> dict[str, Row]:
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


# --- shape ----------------------------------------------------------------------------------------


def test_all_cells_are_text_and_each_account_has_every_table(extract: Extract) -> None:
    assert {kind for frame in extract.tables.values() for kind in frame.dtypes} == {pl.String}
    assert set(extract.tables) == {f"{a}/{t}" for a in ACCOUNTS.values() for t in extract.names()}
    for name in extract.names():
        assert len({tuple(extract.tables[f"{a}/{name}"].columns) for a in ACCOUNTS.values()}) == 1


def test_there_is_every_table_and_required_column_that_is_read(whole: Extract) -> None:
    (source,) = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    assert {table["name"] for table in source["tables"]} == whole.names()
    for table in source["tables"]:
        required = {
            column["name"]
            for column in table["columns"]
            if column["config"]["meta"].get("required") or column["config"]["meta"].get("filled")
        }
        assert required <= set(whole.tables[f"acct_us/{table['name']}"].columns), table["name"]


def test_ids_are_unique_in_all_accounts_and_rows_stand_in_their_order(extract: Extract) -> None:
    for name in extract.names() - {"price_tier", "payment_method_card", "price",
                                   "payout_balance_transaction", "payment_method"}:  # fmt: skip
        by_id(extract(name))
        for account in ACCOUNTS.values():
            ids = [row["id"] for row in extract(name, account)]
            assert ids == sorted(ids), name
    for name in ("price", "payment_method"):
        by_id(extract(name))


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("price", "product_id", "product"),
        ("price_tier", "price_id", "price"),
        ("subscription", "customer_id", "customer"),
        ("subscription", "latest_invoice_id", "invoice"),
        ("subscription_item", "subscription_id", "subscription"),
        ("subscription_item", "plan_id", "price"),
        ("invoice", "customer_id", "customer"),
        ("invoice", "subscription_id", "subscription"),
        ("invoice", "charge_id", "charge"),
        ("invoice", "payment_intent_id", "payment_intent"),
        ("invoice_line_item", "invoice_id", "invoice"),
        ("invoice_line_item", "price_id", "price"),
        ("invoice_line_item", "subscription_id", "subscription"),
        ("invoice_payment", "invoice_id", "invoice"),
        ("invoice_payment", "payment_intent_id", "payment_intent"),
        ("credit_note", "invoice_id", "invoice"),
        ("credit_note", "refund_id", "refund"),
        ("credit_note", "customer_balance_transaction", "customer_balance_transaction"),
        ("credit_note_line_item", "credit_note_id", "credit_note"),
        ("credit_note_line_item", "invoice_line_item_id", "invoice_line_item"),
        ("customer_balance_transaction", "customer_id", "customer"),
        ("customer_balance_transaction", "invoice_id", "invoice"),
        ("customer_balance_transaction", "credit_note_id", "credit_note"),
        ("payment_intent", "customer_id", "customer"),
        ("payment_intent", "payment_method_id", "payment_method"),
        ("charge", "customer_id", "customer"),
        ("charge", "payment_intent_id", "payment_intent"),
        ("charge", "invoice_id", "invoice"),
        ("charge", "balance_transaction_id", "balance_transaction"),
        ("charge", "payment_method_id", "payment_method"),
        ("payment_method_card", "payment_method_id", "payment_method"),
        ("refund", "charge_id", "charge"),
        ("refund", "balance_transaction_id", "balance_transaction"),
        ("refund", "failure_balance_transaction_id", "balance_transaction"),
        ("dispute", "charge_id", "charge"),
        ("dispute", "balance_transaction", "balance_transaction"),
        ("balance_transaction", "payout_id", "payout"),
        ("payout", "balance_transaction_id", "balance_transaction"),
        ("payout_balance_transaction", "balance_transaction_id", "balance_transaction"),
    ],
)
def test_what_a_row_names_is_in_its_account(
    extract: Extract, table: str, column: str, target: str
) -> None:
    for account in ACCOUNTS.values():
        there = {row["id"] for row in extract(target, account)}
        named = {row[column] for row in extract(table, account) if row[column]}
        assert named <= there


def test_every_movement_has_a_source_in_its_account(extract: Extract) -> None:
    for account in ACCOUNTS.values():
        there = {
            row["id"]
            for table in ("charge", "refund", "dispute", "payout")
            for row in extract(table, account)
        }
        named = {
            row["source"]
            for row in extract("balance_transaction", account)
            if row["type"] != "stripe_fee"
        }
        assert named <= there


# --- invoices -------------------------------------------------------------------------------------


def test_lines_and_tax_are_the_invoice(extract: Extract) -> None:
    lines = sums(extract("invoice_line_item"), "invoice_id", "amount")
    for row in extract("invoice"):
        assert number(row, "subtotal") == lines[row["id"]]
        assert number(row, "total") == number(row, "subtotal") + number(row, "tax") >= 0


def test_what_is_left_of_an_invoice_is_what_nothing_has_lowered(extract: Extract) -> None:
    for row in extract("invoice"):
        used = number(row, "ending_balance") - number(row, "starting_balance")
        due = number(row, "total") - used - number(row, "pre_payment_credit_notes_amount")
        assert used >= 0
        assert number(row, "amount_due") == due
        assert number(row, "amount_remaining") == due - number(row, "amount_paid") >= 0
        if row["status"] not in ("draft", "void", "uncollectible"):
            assert (row["status"] == "paid") == (number(row, "amount_remaining") == 0)
        assert (row["status"] == "paid") == bool(row["status_transitions_paid_at"])
        assert (
            (row["status"] == "draft") == (row["number"] is None) == (row["finalized_at"] is None)
        )


def test_paid_is_what_its_payments_say_and_credited_what_its_credit_notes_say(
    extract: Extract,
) -> None:
    paid = sums(extract("invoice_payment"), "invoice_id", "amount_paid")
    notes = extract("credit_note")
    before = sums([n for n in notes if n["type"] == "pre_payment"], "invoice_id", "total")
    after = sums([n for n in notes if n["type"] == "post_payment"], "invoice_id", "total")
    for row in extract("invoice"):
        assert number(row, "amount_paid") == paid.get(row["id"], 0)
        assert number(row, "pre_payment_credit_notes_amount") == before.get(row["id"], 0)
        assert number(row, "post_payment_credit_notes_amount") == after.get(row["id"], 0)


def test_a_credit_note_is_its_lines_and_its_tax(extract: Extract) -> None:
    lines = sums(extract("credit_note_line_item"), "credit_note_id", "amount")
    for note in extract("credit_note"):
        assert number(note, "subtotal") == lines[note["id"]]
        assert number(note, "total") >= number(note, "subtotal") > 0


def test_credit_after_payment_goes_back_or_to_the_balance(extract: Extract) -> None:
    last = f"{extract.world.last_on} 00:00:00"
    for note in extract("credit_note"):
        goes = [note["refund_id"], note["customer_balance_transaction"]]
        # A refund may be made later on the day of the note, or on the day after.
        assert sum(map(bool, goes)) == (note["type"] == "post_payment") or note["created"] > last


def test_the_balance_of_a_customer_is_the_sum_of_its_movements(extract: Extract) -> None:
    moved = sums(extract("customer_balance_transaction"), "customer_id", "amount")
    for row in extract("customer"):
        assert number(row, "balance") == moved.get(row["id"], 0) <= 0
    used = sums(
        [r for r in extract("customer_balance_transaction") if number(r, "amount") > 0],
        "invoice_id",
        "amount",
    )
    for row in extract("invoice"):
        taken = number(row, "ending_balance") - number(row, "starting_balance")
        assert taken == used.get(row["id"], 0) or row["status"] == "draft"


def test_a_line_is_its_quantity_at_its_price_where_it_has_one(whole: Extract) -> None:
    discounted = {
        f"il_{ACCOUNTS[entity][-2:].upper()}{line:07d}": discount
        for line, discount, entity in whole.world.lines.join(
            whole.world.invoices.select("invoice", "entity"), on="invoice"
        )
        .select("line", "discount_minor", "entity")
        .iter_rows()
    }
    checked = 0
    for row in whole("invoice_line_item"):
        if row["unit_amount_excluding_tax"]:
            listed = number(row, "quantity") * float(row["unit_amount_excluding_tax"])
            assert abs(listed - number(row, "amount") - discounted[row["id"]]) <= 5, row
            checked += 1
    assert checked > 300


# --- payments -------------------------------------------------------------------------------------


def test_the_last_charge_of_an_intent_decides_and_all_before_it_failed(extract: Extract) -> None:
    tries: dict[str, Rows] = defaultdict(list)
    for charge in extract("charge"):
        tries[charge["payment_intent_id"]].append(charge)
    for intent in extract("payment_intent"):
        charges = sorted(tries.get(intent["id"], []), key=lambda row: (row["created"], row["id"]))
        assert all(charge["status"] == "failed" for charge in charges[:-1])
        is_paid = bool(charges) and charges[-1]["status"] == "succeeded"
        assert (intent["status"] == "succeeded") == is_paid
        assert number(intent, "amount_received") == (number(intent, "amount") if is_paid else 0)
        assert all(number(charge, "amount") == number(intent, "amount") for charge in charges)
        assert all(charge["created"] >= intent["created"] for charge in charges)


def test_refunds_stay_within_their_charge(extract: Extract) -> None:
    given = sums([r for r in extract("refund") if r["status"] != "failed"], "charge_id", "amount")
    for charge in extract("charge"):
        assert number(charge, "amount_refunded") == given.get(charge["id"], 0)
        assert number(charge, "amount_refunded") <= number(charge, "amount_captured")
        assert (charge["balance_transaction_id"] is None) == (charge["status"] == "failed")


def test_a_dispute_is_at_most_its_charge_and_an_inquiry_moves_no_money(extract: Extract) -> None:
    charges = by_id(extract("charge"))
    for dispute in extract("dispute"):
        charge = charges[dispute["charge_id"]]
        assert number(dispute, "amount") <= number(charge, "amount")
        assert dispute["status"].startswith("warning") == (dispute["balance_transaction"] is None)


def test_customers_of_another_biller_pay_here_without_an_invoice(whole: Extract) -> None:
    others = {row["id"] for row in whole("customer") if "zuora_account" in row["metadata"]}
    assert others
    assert not others & {row["customer_id"] for row in whole("invoice")}
    charges = [row for row in whole("charge") if row["customer_id"] in others]
    assert charges
    assert all(row["invoice_id"] is None and row["description"] for row in charges)
    own = [row for row in whole("charge") if row["customer_id"] not in others]
    assert all(row["invoice_id"] for row in own)


def test_dinars_are_multiples_of_ten_fils(whole: Extract) -> None:
    amounts = {
        "invoice": ("subtotal", "tax", "total", "amount_due", "amount_paid", "amount_remaining"),
        "invoice_line_item": ("amount",), "charge": ("amount",), "refund": ("amount",),
        "payment_intent": ("amount",), "credit_note": ("subtotal", "total"),
    }  # fmt: skip
    dinars = [
        number(row, column)
        for table, columns in amounts.items()
        for row in whole(table)
        if row["currency"] == "kwd"
        for column in columns
    ]
    assert any(dinars)
    assert all(amount % 10 == 0 for amount in dinars)


# --- the processor's balance ----------------------------------------------------------------------


def test_a_payout_is_the_sum_of_what_it_pays_out(extract: Extract) -> None:
    moves = extract("balance_transaction")
    for row in moves:
        assert number(row, "net") == number(row, "amount") - number(row, "fee")
    paid = sums(moves, "payout_id", "net")
    own = {row["source"]: number(row, "net") for row in moves if row["type"] == "payout"}
    for payout in extract("payout"):
        assert number(payout, "amount") == paid[payout["id"]] == -own[payout["id"]] > 0
    assert {(row["payout_id"], row["id"]) for row in moves if row["payout_id"]} == {
        (row["payout_id"], row["balance_transaction_id"])
        for row in extract("payout_balance_transaction")
    }


def test_what_is_not_paid_out_is_the_closing_balance(extract: Extract) -> None:
    for account in ACCOUNTS.values():
        moves = extract("balance_transaction", account)
        waiting = sum(
            number(row, "net") for row in moves if not row["payout_id"] and row["type"] != "payout"
        )
        assert waiting == sum(number(row, "net") for row in moves)


def test_a_converted_charge_is_its_amount_at_its_rate(whole: Extract) -> None:
    charges = by_id(whole("charge"))
    converted = [
        row
        for row in whole("balance_transaction")
        if row["exchange_rate"] and row["source"] in charges
    ]
    assert converted
    for row in converted:
        paid = charges[row["source"]]
        assert paid["currency"] != row["currency"]
        exact = number(paid, "amount") * float(row["exchange_rate"])
        assert abs(exact - number(row, "amount")) <= 1
    same = {row["source"] for row in whole("balance_transaction") if not row["exchange_rate"]}
    assert not [
        c
        for c in charges.values()
        if c["id"] in same and c["currency"] not in ("usd", "eur", "jpy")
    ]


# --- the world ------------------------------------------------------------------------------------


def of_world(rows: pl.DataFrame, amount: str) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (ACCOUNTS[row["entity"]], row["currency"].lower()): (row["count"], row["amount"])
        for row in rows.group_by("entity", "currency")
        .agg(count=pl.len(), amount=pl.col(amount).sum())
        .iter_rows(named=True)
    }


def of_view(extract: Extract, table: str, amount: str) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for account in ACCOUNTS.values():
        for row in extract(table, account):
            count, total = found[account, row["currency"]]
            found[account, row["currency"]] = (count + 1, total + number(row, amount))
    return dict(found)


def _charges(world: World) -> pl.DataFrame:
    return world.charges.join(world.intents.select("intent", "entity", "currency"), on="intent")


def _of_charges(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.join(_charges(world).select("charge", "entity", "currency"), on="charge")


def _own_invoices(world: World) -> pl.DataFrame:
    return world.invoices.filter(pl.col("biller") == "stripe")


def _at_home(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.join(world.entities.select("entity", "currency"), on="entity")


@pytest.mark.parametrize(
    ("table", "amount", "column", "rows"),
    [
        ("invoice", "total", "total_minor", _own_invoices),
        ("invoice", "tax", "tax_minor", _own_invoices),
        (
            "invoice_line_item", "amount", "amount_minor",
            lambda w: w.lines.join(
                _own_invoices(w).select("invoice", "entity", "currency"), on="invoice"
            ),
        ),
        (
            "credit_note", "total", "total_minor",
            lambda w: w.credit_notes.filter(pl.col("biller") == "stripe"),
        ),
        ("payment_intent", "amount", "amount_minor", lambda w: w.intents),
        ("charge", "amount", "amount_minor", _charges),
        ("refund", "amount", "amount_minor", lambda w: _of_charges(w, w.refunds)),
        ("dispute", "amount", "amount_minor", lambda w: _of_charges(w, w.disputes)),
        ("balance_transaction", "net", "net_minor", lambda w: _at_home(w, w.movements)),
        ("payout", "amount", "amount_minor", lambda w: _at_home(w, w.payouts)),
    ],
    ids=["invoices", "taxes", "lines", "credit notes", "intents", "charges", "refunds", "disputes",
         "movements", "payouts"],
)  # fmt: skip
def test_documents_and_sums_are_the_worlds(
    extract: Extract,
    table: str,
    amount: str,
    column: str,
    rows: Callable[[World], pl.DataFrame],
) -> None:
    assert of_view(extract, table, amount) == of_world(rows(extract.world), column)


def test_uncollectible_is_what_was_written_off_and_void_what_was_voided(extract: Extract) -> None:
    world = extract.world
    bills = _own_invoices(world)
    lost = world.write_offs.join(bills.select("invoice"), on="invoice", how="semi")
    invoices = extract("invoice")
    assert sorted(
        number(r, "amount_remaining") for r in invoices if r["status"] == "uncollectible"
    ) == (sorted(lost["amount_minor"].to_list()))
    assert sum(row["status"] == "void" for row in invoices) == bills["voided_at"].count()


# --- a world by hand ------------------------------------------------------------------------------


def by_hand(**tables: list[dict[str, object]]) -> World:
    """A world of the given rows: columns that a row leaves out are null."""
    frames = {
        name: pl.DataFrame(
            [{column: row.get(column) for column in columns} for row in tables.get(name, [])],
            schema={column: schema.made(kind) for column, kind in columns.items()},
        )
        for name, columns in schema.TABLES.items()
    }
    return World(date(2026, 1, 1), date(2026, 1, 31), **frames)


def test_without_any_row_each_table_is_its_header() -> None:
    tables = stripe.tables(by_hand())
    assert len(tables) == 63
    assert all(frame.is_empty() and frame.width >= 3 for frame in tables.values())


@pytest.mark.parametrize(
    ("currency", "micros", "decimal", "whole_amount"),
    [
        ("USD", 24_000_000, "2400", "2400"),
        ("USD", 4_500, "0.45", None),
        ("JPY", 3_600_000_000, "3600", "3600"),
        ("JPY", 1_500_000, "1.5", None),
        ("KWD", 7_200_000, "7200", "7200"),
        ("KWD", 3_000, "3", "3"),
    ],
)
def test_a_price_is_a_decimal_number_of_minor_units(
    currency: str, micros: int, decimal: str, whole_amount: str | None
) -> None:
    tables = stripe.tables(
        by_hand(
            products=[{"product": 0, "name": "Team seats"}],
            customers=[{"customer": 0, "entity": 0, "biller": "stripe", "method": "card",
                        "created_at": datetime(2025, 8, 1, 16, 10)}],
            prices=[{"price": 0, "product": 0, "entity": 0, "currency": currency,
                     "model": "per_unit", "interval": "month", "unit_micros": micros,
                     "valid_from_on": date(2022, 1, 1)}],
            subscriptions=[{"subscription": 0, "customer": 0, "entity": 0, "biller": "stripe",
                            "interval": "month", "bill_day": 5, "started_on": date(2025, 9, 5)}],
            items=[{"item": 0, "subscription": 0, "price": 0, "starts_on": date(2025, 9, 5)}],
        )
    )  # fmt: skip
    (row,) = tables["acct_us/price"].iter_rows(named=True)
    assert (row["unit_amount_decimal"], row["unit_amount"]) == (decimal, whole_amount)
    (subscription,) = tables["acct_us/subscription"].iter_rows(named=True)
    assert subscription["status"] == "active"
    # 19:10 in New York.
    assert subscription["current_period_start"] == "2026-01-06 00:10:00"
    assert subscription["current_period_end"] == "2026-02-06 00:10:00"


@pytest.mark.parametrize(
    ("paid", "settled", "rate_micros", "rate"),
    [
        ("KWD", 0, 3_250_000, "0.325"),
        ("GBP", 1, 1_170_000, "1.17"),
        ("JPY", 0, 6_500, "0.65"),
        ("USD", 2, 150_000_000, "1.5"),
    ],
    ids=["fils to cents", "pence to cents", "yen to cents", "cents to yen"],
)
def test_the_rate_turns_minor_units_into_minor_units(
    paid: str, settled: int, rate_micros: int, rate: str
) -> None:
    tables = stripe.tables(
        by_hand(
            entities=[
                {"entity": n, "currency": code} for n, code in enumerate(("USD", "EUR", "JPY"))
            ],
            intents=[{"intent": 0, "customer": 0, "entity": settled, "currency": paid}],
            charges=[{"charge": 0, "intent": 0, "status": "succeeded"}],
            movements=[{"movement": 0, "entity": settled, "kind": "charge", "charge": 0,
                        "rate_micros": rate_micros}],
        )
    )  # fmt: skip
    (row,) = tables[f"{ACCOUNTS[settled]}/balance_transaction"].iter_rows(named=True)
    assert row["exchange_rate"] == rate
