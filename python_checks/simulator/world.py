"""Builds the one true world of a simulated company."""

from dataclasses import replace
from datetime import timedelta

import polars as pl

from python_checks.simulator import billing, cash, company, ids, rates, schema, selling
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings


def build_world(settings: Settings) -> World:
    """The company of the settings, as known at the end of its window (and of no later day).

    ValueError where a table has not the columns of the schema.
    """
    customers = company.customers(settings)
    sales = selling.sell(settings, customers)
    bills = billing.bill(settings, customers, sales)
    booked = rates.rates(settings)
    money = cash.collect(settings, bills, booked)
    invoices, kept = _numbered(settings, bills, money)
    receipts, applications = _of_the_window(settings, money, kept)
    receipts = _with_references(receipts, applications, invoices)
    made = {
        "entities": company.entities(),
        "bank_accounts": company.bank_accounts(),
        "rates": booked,
        "products": company.products(),
        "prices": company.prices(),
        "price_tiers": company.price_tiers(),
        "customers": customers,
        "contracts": sales.contracts,
        "subscriptions": sales.subscriptions,
        "items": sales.items,
        "segments": sales.segments,
        "amendments": sales.amendments,
        "billing_runs": bills.billing_runs,
        "invoices": invoices,
        "lines": bills.lines.join(kept, on="invoice", how="semi"),
        "usage_events": bills.usage_events,
        "taxes": bills.taxes.join(kept, on="invoice", how="semi"),
        "credit_notes": money.credit_notes,
        "credit_note_lines": money.credit_note_lines,
        "credit_balances": money.credit_balances,
        "write_offs": money.write_offs.join(kept, on="invoice", how="semi"),
        "intents": money.intents,
        "charges": money.charges,
        "refunds": money.refunds,
        "disputes": money.disputes,
        "payouts": money.payouts,
        "movements": money.movements,
        "receipts": receipts,
        "applications": applications,
        "other_bank_entries": money.other_bank_entries.filter(
            pl.col("receipt").is_null() | pl.col("receipt").is_in(receipts["receipt"].implode())
        ),
    }
    world = World(
        settings.first_on,
        settings.last_on,
        **{name: schema.frame(name, columns) for name, columns in made.items()},
    )
    return _without_old_usage(world.until(settings.last_on))


def _numbered(
    settings: Settings, bills: billing.Bills, money: cash.Cash
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Numbers in the order of issue, one series for each entity, biller and kind; of the invoices
    before the window only those that are wholly open when it begins."""
    settled = money.applications.filter(pl.col("pay_on") < settings.first_on).select("invoice")
    invoices = bills.invoices.join(settled, on="invoice", how="anti")
    is_numbered = ~pl.col("is_draft")
    series = ["entity", "biller", "kind"]
    stems = {"invoice": "INV-", "debit_memo": "DM-"}
    invoices = invoices.sort("invoice").with_columns(
        sequence=pl.when(is_numbered).then(
            is_numbered.cast(pl.Int64).cum_sum().over(series, order_by="invoice")
        )
    )
    stem = (
        pl.when(pl.col("biller") == "stripe")
        .then(pl.lit("LW"))
        .otherwise(pl.col("kind").replace_strict(stems, return_dtype=pl.String))
    )
    invoices = invoices.with_columns(
        number=pl.when(is_numbered).then(
            pl.concat_str(
                stem, ids.prefix(), pl.lit("-"), pl.col("sequence").cast(pl.String).str.zfill(6)
            )
        )
    )
    return invoices, invoices.select("invoice")


def _of_the_window(
    settings: Settings, money: cash.Cash, kept: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    applications = money.applications.join(kept, on="invoice", how="semi")
    receipts = money.receipts.filter(pl.col("received_on") >= settings.first_on).join(
        applications.select("receipt").unique(), on="receipt", how="semi"
    )
    return receipts, applications.join(receipts.select("receipt"), on="receipt", how="semi")


def _with_references(
    receipts: pl.DataFrame, applications: pl.DataFrame, invoices: pl.DataFrame
) -> pl.DataFrame:
    """What payers write: the numbers of what they pay, or, unidentified, something of their own."""
    numbers = (
        applications.select("receipt", "invoice")
        .join(invoices.select("invoice", "number"), on="invoice", how="left", maintain_order="left")
        .sort("receipt", "invoice")
        .group_by("receipt", maintain_order=True)
        .agg(numbers=pl.col("number").str.join(" "))
    )
    return receipts.join(numbers, on="receipt", how="left", maintain_order="left").with_columns(
        reference=pl.when(pl.col("kind") == "unidentified")
        .then(pl.format("PAYMENT REF {}", 70_000_000 + 137 * pl.col("receipt")))
        .otherwise(pl.col("numbers"))
    )


def _without_old_usage(world: World) -> World:
    """Events that an invoice outside the world bills belong to no one's view of it."""
    day_before = pl.lit(world.first_on - timedelta(days=40)).cast(pl.Datetime("us"))
    events = world.usage_events.filter(
        pl.col("line").is_not_null() | (pl.col("received_at") >= day_before)
    )
    return replace(world, usage_events=events)
