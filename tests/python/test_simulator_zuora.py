"""What Zuora shows of the simulated world ties to the world, on the last night and before."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

import polars as pl
import pytest

from python_checks.simulator import ids
from python_checks.simulator.money import EXPONENTS
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.views import zuora
from python_checks.simulator.world import build_world

Amounts = dict[str, Decimal]
NIGHTS = (date(2026, 3, 31), date(2026, 2, 14), date(2025, 12, 31))


@cache
def the_world() -> World:
    return build_world(Settings())


@cache
def world_of(night: date) -> World:
    return the_world() if night == the_world().last_on else the_world().until(night)


@cache
def shown(night: date = NIGHTS[0]) -> zuora.Tables:
    return zuora.tables(world_of(night))


def sums(frame: pl.DataFrame, key: str, *amounts: str) -> Amounts:
    """The sum of text amounts by a key, without rows whose key is null."""
    found: Amounts = defaultdict(Decimal)
    for row in frame.select(key, *amounts).iter_rows():
        if row[0] is not None:
            found[row[0]] += sum(Decimal(cell) for cell in row[1:])
    return found


def in_world(frame: pl.DataFrame, key: pl.Expr, minor: str) -> Amounts:
    """The sum of minor units by a key, as major ones. The frame has a column `currency`."""
    found: Amounts = defaultdict(Decimal)
    for name, currency, amount in frame.select(key.alias("key"), "currency", minor).iter_rows():
        found[name] += Decimal(amount).scaleb(-EXPONENTS[currency])
    return found


def bills(night: date, kind: str = "invoice") -> pl.DataFrame:
    return world_of(night).invoices.filter((pl.col("biller") == "zuora") & (pl.col("kind") == kind))


def not_zero(amounts: Amounts) -> Amounts:
    return {key: amount for key, amount in amounts.items() if amount}


at_night = pytest.mark.parametrize("night", NIGHTS, ids=str)


def test_the_same_world_looks_the_same_twice() -> None:
    again = zuora.tables(the_world())
    assert all(again[name].equals(frame) for name, frame in shown().items())


@at_night
def test_every_cell_is_text_and_every_row_has_an_id_of_its_own(night: date) -> None:
    for name, frame in shown(night).items():
        assert set(frame.dtypes) == {pl.String}, name
        assert frame["id"].null_count() == 0, name
        assert frame["id"].n_unique() == frame.height, name


@pytest.mark.parametrize(
    ("table", "column", "of"),
    [
        ("account", "parent_account_id", "account"),
        ("account", "bill_to_contact_id", "contact"),
        ("product_rate_plan_charge", "product_rate_plan_id", "product_rate_plan"),
        (
            "product_rate_plan_charge_tier",
            "product_rate_plan_charge_id",
            "product_rate_plan_charge",
        ),
        ("subscription", "invoice_owner_id", "account"),
        ("rate_plan_charge", "subscription_id", "subscription"),
        ("rate_plan_charge", "original_id", "rate_plan_charge"),
        ("rate_plan_charge", "product_rate_plan_charge_id", "product_rate_plan_charge"),
        ("rate_plan_charge_tier", "rate_plan_charge_id", "rate_plan_charge"),
        ("invoice", "account_id", "account"),
        ("invoice_item", "invoice_id", "invoice"),
        ("invoice_item", "rate_plan_charge_id", "rate_plan_charge"),
        ("invoice_item", "subscription_id", "subscription"),
        ("invoice_item", "product_rate_plan_charge_id", "product_rate_plan_charge"),
        ("invoice_item", "applied_to_invoice_item_id", "invoice_item"),
        ("taxation_item", "invoice_item_id", "invoice_item"),
        ("credit_memo", "invoice_id", "invoice"),
        ("credit_memo_item", "credit_memo_id", "credit_memo"),
        ("credit_memo_item", "invoice_item_id", "invoice_item"),
        ("credit_memo_application", "credit_memo_id", "credit_memo"),
        ("credit_memo_application", "invoice_id", "invoice"),
        ("payment", "account_id", "account"),
        ("payment", "payment_method_id", "payment_method"),
        ("payment_application", "payment_id", "payment"),
        ("payment_application", "invoice_id", "invoice"),
        ("payment_application", "debit_memo_id", "debit_memo"),
        ("refund_application", "refund_id", "refund"),
        ("refund_application", "payment_id", "payment"),
        ("refund_application", "credit_memo_id", "credit_memo"),
    ],
)
@at_night
def test_what_a_row_refers_to_is_there(night: date, table: str, column: str, of: str) -> None:
    there = set(shown(night)[of]["id"])
    assert set(shown(night)[table][column].drop_nulls()) <= there


@at_night
def test_invoices_are_those_of_the_world_with_their_items_and_taxes(night: date) -> None:
    tables, world = shown(night), world_of(night)
    invoices, key = bills(night), ids.zuora("invoice", "invoice")
    assert sums(tables["invoice"], "id", "amount") == in_world(invoices, key, "total_minor")
    items = sums(tables["invoice_item"], "invoice_id", "charge_amount", "tax_amount")
    assert items == in_world(invoices, key, "total_minor")
    discounts = tables["invoice_item"].filter(pl.col("processing_type") == "Discount")
    assert not_zero(
        {name: -amount for name, amount in sums(discounts, "invoice_id", "charge_amount").items()}
    ) == not_zero(in_world(invoices, key, "discount_minor"))

    part = [pl.col("invoice_id"), pl.lit("|"), pl.col("jurisdiction")]
    shares = tables["taxation_item"].with_columns(part=pl.concat_str(part))
    taxes = world.taxes.join(invoices.select("invoice", "currency"), on="invoice")
    by_part = pl.concat_str(key, pl.lit("|"), "jurisdiction")
    assert not_zero(sums(shares, "part", "tax_amount")) == not_zero(
        in_world(taxes, by_part, "tax_minor")
    )
    assert sums(tables["taxation_item"], "invoice_item_id", "tax_amount") == {
        item: amount
        for item, amount in sums(tables["invoice_item"], "id", "tax_amount").items()
        if item in set(tables["taxation_item"]["invoice_item_id"])
    }


@at_night
@pytest.mark.parametrize("kind", ["invoice", "debit_memo"])
def test_a_balance_is_the_total_less_what_was_put_on_it(night: date, kind: str) -> None:
    tables, world = shown(night), world_of(night)
    total = {"invoice": "amount", "debit_memo": "total_amount"}[kind]
    applied = sums(tables["payment_application"], f"{kind}_id", "apply_amount")
    credited = sums(tables["credit_memo_application"], f"{kind}_id", "amount")
    documents = tables[kind].filter(pl.col("status") != "Canceled")
    for name, amount, balance in documents.select("id", total, "balance").iter_rows():
        rest = Decimal(amount) - applied.get(name, Decimal(0)) - credited.get(name, Decimal(0))
        assert Decimal(balance) == rest >= 0, name

    # The same from the world: what was paid, credited and given up.
    owed = bills(night, kind).select("invoice", "currency")
    charged = world.charges.filter(pl.col("status") == "succeeded").join(
        world.intents.select("intent", "invoice"), on="intent"
    )
    taken: Iterable[tuple[pl.DataFrame, str]] = (
        (charged, "amount_minor"),
        (world.applications.filter(pl.col("reversed_on").is_null()), "amount_minor"),
        (world.credit_notes.filter(pl.col("goes_to") == "invoice").drop("currency"), "total_minor"),
        (world.write_offs, "amount_minor"),
    )
    settled: Amounts = defaultdict(Decimal)
    for frame, minor in taken:
        parts = frame.join(owed, on="invoice")
        for name, amount in in_world(parts, ids.zuora(kind, "invoice"), minor).items():
            settled[name] += amount
    shown_settled = defaultdict(Decimal, applied)
    for name, amount in credited.items():
        shown_settled[name] += amount
    assert not_zero(shown_settled) == not_zero(settled)


@at_night
def test_a_payment_is_applied_unapplied_or_taken_back(night: date) -> None:
    tables, world = shown(night), world_of(night)
    applied = sums(tables["payment_application"], "payment_id", "apply_amount")
    for row in tables["payment"].iter_rows(named=True):
        assert Decimal(row["applied_amount"]) == applied.get(row["id"], Decimal(0)), row
        rest = Decimal(row["amount"]) - Decimal(row["applied_amount"])
        if row["status"] == "Canceled":
            assert applied[row["id"]] == 0, row
            rest = Decimal(0)
        assert Decimal(row["unapplied_amount"]) == rest >= 0, row

    own = bills(night).select("invoice").vstack(bills(night, "debit_memo").select("invoice"))
    charges = (
        world.charges.filter(pl.col("status") == "succeeded")
        .join(world.intents.select("intent", "invoice", "entity"), on="intent")
        .join(own, on="invoice", how="semi")
    )
    electronic = tables["payment"].filter(pl.col("type") == "Electronic")
    assert set(electronic["reference_id"]) == set(
        charges.select(reference=ids.stripe("ch", "charge"))["reference"]
    )
    back = world.receipts.filter(pl.col("returned_on").is_not_null()).height
    assert (tables["payment"]["status"] == "Canceled").sum() == back


def test_cash_and_what_was_kept_of_it_make_an_external_payment() -> None:
    world = the_world()
    kept = world.applications.group_by("receipt").agg(
        kept=(pl.col("bank_charge_minor") + pl.col("withheld_minor")).sum()
    )
    receipts = (
        world.receipts.filter(
            (pl.col("kind") != "unidentified") | pl.col("identified_on").is_not_null()
        )
        .join(kept, on="receipt", how="left")
        .with_columns(gross=pl.col("amount_minor") + pl.col("kept").fill_null(0))
    )
    external = shown()["payment"].filter(pl.col("type") == "External")
    assert sums(external, "id", "amount") == in_world(
        receipts, ids.zuora("external_payment", "receipt"), "gross"
    )


@at_night
def test_a_credit_memo_is_applied_refunded_or_open(night: date) -> None:
    tables = shown(night)
    memos = tables["credit_memo"]
    items = sums(tables["credit_memo_item"], "credit_memo_id", "amount", "tax_amount")
    assert items == sums(memos, "id", "total_amount")
    applied = sums(tables["credit_memo_application"], "credit_memo_id", "amount")
    assert not_zero(applied) == not_zero(sums(memos, "id", "applied_amount"))
    rest = {
        row["id"]: Decimal(row["total_amount"])
        - Decimal(row["applied_amount"])
        - Decimal(row["refund_amount"])
        for row in memos.iter_rows(named=True)
    }
    assert rest == sums(memos, "id", "balance")
    done = tables["refund"].filter(pl.col("status") == "Processed")
    paid_back = tables["refund_application"].filter(pl.col("refund_id").is_in(done["id"].implode()))
    assert not_zero(sums(paid_back, "credit_memo_id", "apply_amount")) == not_zero(
        sums(memos, "id", "refund_amount")
    )


def test_the_traps_of_zuora_occur() -> None:
    tables = shown()
    plans = (
        tables["rate_plan_charge"]
        .group_by("subscription_id")
        .agg(plans=pl.col("rate_plan_id").n_unique())
    )
    assert plans.filter(pl.col("plans") > 1).height >= 5
    parts = (
        tables["payment_application"]
        .filter(pl.col("invoice_id").is_not_null() & ~pl.col("apply_amount").str.starts_with("-"))
        .group_by("invoice_id")
        .len()
    )
    assert parts.filter(pl.col("len") > 1).height >= 5
    segments = tables["rate_plan_charge"].filter(pl.col("segment") != "1")
    assert segments.height >= 5


def test_later_changes_are_not_known_on_an_earlier_night() -> None:
    night = NIGHTS[1]
    for name, frame in shown(night).items():
        for column in set(frame.columns) & {"created_date", "effective_date"}:
            late = frame.filter(pl.col(column).str.slice(0, 10) > str(night))
            assert late.height == 0, (name, column)
