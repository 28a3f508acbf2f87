"""What the world adds up to, for whoever wants to check a warehouse against it."""

import polars as pl

from python_checks.simulator.money import in_major_units
from python_checks.simulator.schema import World


def totals(world: World) -> pl.DataFrame:
    """One row for each measure, entity and currency: `measure, entity, currency, documents,
    amount`, the amount in major units, all text."""
    entities = world.entities.select("entity", "code", home="currency")
    invoices = world.invoices.filter(~pl.col("is_draft"))
    invoiced = invoices.select("invoice", "entity", "currency")

    def of_invoices(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.join(invoiced, on="invoice", how="inner")

    def at_home(rows: pl.DataFrame) -> pl.DataFrame:
        return rows.join(entities.select("entity", currency="home"), on="entity", how="left")

    paid = world.charges.filter(pl.col("status") == "succeeded").join(
        world.intents.select("intent", "invoice"), on="intent", how="left"
    )
    accounts = world.bank_accounts.select("bank_account", "currency")
    by_charge = paid.select("charge", "invoice")
    measures = {
        "invoices issued": (invoices.filter(pl.col("kind") == "invoice"), "total_minor"),
        "debit memos issued": (invoices.filter(pl.col("kind") == "debit_memo"), "total_minor"),
        "invoices voided": (invoices.filter(pl.col("voided_at").is_not_null()), "total_minor"),
        "drafts": (world.invoices.filter("is_draft"), "total_minor"),
        "tax on invoices": (invoices, "tax_minor"),
        "credit notes issued": (world.credit_notes, "total_minor"),
        "credit balance granted": (
            world.credit_balances.filter(pl.col("amount_minor") > 0), "amount_minor"),
        "credit balance used": (
            world.credit_balances.filter(pl.col("amount_minor") < 0), "amount_minor"),
        "written off": (of_invoices(world.write_offs), "amount_minor"),
        "paid through the processor": (of_invoices(paid), "amount_minor"),
        "refunded": (
            of_invoices(world.refunds.join(by_charge, on="charge", how="left")), "amount_minor"),
        "paid to the bank": (world.receipts.with_columns(entity="owed_entity"), "amount_minor"),
        "applied": (of_invoices(world.applications), "amount_minor"),
        "applications reversed": (
            of_invoices(world.applications.filter(pl.col("reversed_on").is_not_null())),
            "amount_minor"),
        "processor, net": (at_home(world.movements), "net_minor"),
        "payouts": (at_home(world.payouts), "amount_minor"),
        "bank, other entries": (
            world.other_bank_entries.join(accounts, on="bank_account", how="left").join(
                world.bank_accounts.select("bank_account", "entity"), on="bank_account", how="left"
            ), "amount_minor"),
    }  # fmt: skip
    parts = [
        rows.group_by("entity", "currency")
        .agg(documents=pl.len(), amount=pl.col(column).sum())
        .with_columns(measure=pl.lit(measure), order=pl.lit(number))
        for number, (measure, (rows, column)) in enumerate(measures.items())
    ]
    return (
        pl.concat([part.select(parts[0].columns) for part in parts])
        .join(entities, on="entity", how="left")
        .sort("order", "entity", "currency")
        .select(
            "measure",
            pl.col("code").alias("entity"),
            "currency",
            pl.col("documents").cast(pl.String),
            in_major_units("amount").alias("amount"),
        )
    )
