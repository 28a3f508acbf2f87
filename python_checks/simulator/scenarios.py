"""The scenario catalogue: what a subscription company lives through, and how often it does here."""

import polars as pl

from python_checks.simulator import company
from python_checks.simulator.schema import World

# Usage that comes so many hours after it happened is late.
LATE_HOURS = 72
# Scenarios that life has and the simulated company does not.
ABSENT = {
    "trial periods": "every subscription is paid from its first day",
    "multi-year prepayment": "terms are twelve months, billed monthly or yearly",
    "instalment plans": "an invoice has one due date",
    "marketplace payouts": "all money of a legal entity is its own",
    "multi-book accounting": "the ERP keeps the primary book only",
}


def counts(world: World) -> pl.DataFrame:
    """One row for each scenario: `area`, `scenario`, `occurrences` in the world as given."""
    found: list[tuple[str, str, int]] = []
    for area, scenarios in (
        ("customers", _customers(world)),
        ("subscriptions", _subscriptions(world)),
        ("billing", _billing(world)),
        ("processor", _processor(world)),
        ("bank", _bank(world)),
    ):
        found.extend((area, scenario, rows.height) for scenario, rows in scenarios.items())
    return pl.DataFrame(
        found,
        schema={"area": pl.String, "scenario": pl.String, "occurrences": pl.Int64},
        orient="row",
    )


def _customers(world: World) -> dict[str, pl.DataFrame]:
    customers = world.customers
    found = {
        f"billed in {currency}": customers.filter(pl.col("currency") == currency)
        for currency in ("USD", "EUR", "JPY", "GBP", "KWD")
    }
    return found | {
        "billed by Stripe": customers.filter(pl.col("biller") == "stripe"),
        "billed by Zuora": customers.filter(pl.col("biller") == "zuora"),
        "parent account": customers.filter(pl.col("parent").is_not_null()),
        "bill-to account": customers.filter(pl.col("bill_to").is_not_null()),
        "merged": customers.filter(pl.col("merged_into").is_not_null()),
        "withholds tax": customers.filter(pl.col("withheld_ppm") > 0),
    }


def _subscriptions(world: World) -> dict[str, pl.DataFrame]:
    subscriptions, segments = world.subscriptions, world.segments
    inside = pl.col("started_on") >= world.first_on
    amendments = world.amendments
    discounts = segments.filter(pl.col("discount_ppm") > 0)
    return {
        "new": subscriptions.filter(inside & pl.col("story").is_in(["new", "plain", "pause"])),
        "upgraded": amendments.filter(pl.col("kind") == "upgrade"),
        "downgraded": amendments.filter(pl.col("kind") == "downgrade"),
        "co-termed": subscriptions.filter(pl.col("story") == "co_term"),
        "ramped": segments.filter(pl.col("reason") == "ramp"),
        "paused": amendments.filter(pl.col("kind") == "suspend"),
        "resumed": amendments.filter(pl.col("kind") == "resume"),
        "renewed with uplift": segments.filter(pl.col("reason") == "uplift"),
        "cancelled": subscriptions.filter(pl.col("ended_on").is_not_null()),
        "reactivated": world.contracts.filter(pl.col("renews").is_not_null()),
        "monthly plan": subscriptions.filter(pl.col("interval") == "month"),
        "annual plan": subscriptions.filter(pl.col("interval") == "year"),
        "discount": discounts,
        "discount that ends": segments.filter(pl.col("reason") == "discount_end"),
    }


def _billing(world: World) -> dict[str, pl.DataFrame]:
    prices = world.prices.select("price", "model")
    lines = world.lines.join(prices, on="price", how="left", maintain_order="left")
    invoices, events = world.invoices, world.usage_events

    def usage(model: str) -> pl.DataFrame:
        return lines.filter((pl.col("kind") == "usage") & (pl.col("model") == model))

    late = events.filter(
        (pl.col("received_at") - pl.col("occurred_at")).dt.total_hours() >= LATE_HOURS
    )
    credits = world.credit_notes
    return {
        "seats": lines.filter((pl.col("kind") == "recurring") & (pl.col("model") == "per_unit")),
        "metered, graduated tiers": usage("graduated"),
        "metered, volume tiers": usage("volume"),
        "prepaid commitment": lines.filter(pl.col("kind") == "prepaid"),
        "drawdown": lines.filter(pl.col("kind") == "drawdown"),
        "one-time charge": lines.filter(pl.col("kind") == "one_time"),
        "proration, credit": lines.filter(pl.col("is_proration") & (pl.col("amount_minor") < 0)),
        "proration, charge": lines.filter(pl.col("is_proration") & (pl.col("amount_minor") > 0)),
        "discounted line": lines.filter(pl.col("discount_minor") > 0),
        "late usage": late,
        "usage not billed yet": events.filter(pl.col("line").is_null()),
        "taxed by one jurisdiction": world.taxes.group_by("invoice")
        .len()
        .filter(pl.col("len") == 1),
        "taxed by two jurisdictions": world.taxes.group_by("invoice")
        .len()
        .filter(pl.col("len") == 2),
        "reverse charge": world.taxes.filter(pl.col("tax_code") == "reverse_charge"),
        "credit note on an open invoice": credits.filter(pl.col("goes_to") == "invoice"),
        "credit note with a refund": credits.filter(pl.col("goes_to") == "refund"),
        "credit note to the balance": credits.filter(pl.col("goes_to") == "balance"),
        "credit balance used": world.credit_balances.filter(pl.col("amount_minor") < 0),
        "void": invoices.filter(pl.col("voided_at").is_not_null()),
        "debit memo": invoices.filter(pl.col("kind") == "debit_memo"),
        "write-off": world.write_offs,
        "draft of the latest run": invoices.filter("is_draft"),
        "open when the window began": invoices.filter("is_opening"),
    }


def _processor(world: World) -> dict[str, pl.DataFrame]:
    intents = world.intents.join(
        world.customers.select("customer", "method"), on="customer", how="left"
    )
    charges = world.charges
    paid = charges.filter(pl.col("status") == "succeeded")
    exhausted = world.write_offs.filter(pl.col("reason") == "dunning_exhausted")
    several = world.refunds.group_by("charge").len().filter(pl.col("len") > 1)
    halves = (
        intents.join(paid, on="intent", how="semi")
        .group_by("invoice")
        .len()
        .filter(pl.col("len") > 1)
    )
    disputes = world.disputes
    chargebacks = disputes.filter(~pl.col("is_inquiry"))
    converted = world.movements.filter(pl.col("rate_micros").is_not_null())
    return {
        "paid by card": intents.filter(pl.col("method") == "card"),
        "paid by direct debit": intents.filter(
            pl.col("method").is_in([m for m in company.PROCESSOR_METHODS if m != "card"])
        ),
        "failed attempt with a decline code": charges.filter(pl.col("decline_code").is_not_null()),
        "paid by a retry": paid.filter(pl.col("attempt") > 1),
        "dunning exhausted": exhausted,
        "two payments on one invoice": halves,
        "partial refund": world.refunds,
        "several refunds of one charge": several,
        "failed refund": world.refunds.filter(pl.col("failed_at").is_not_null()),
        "dispute won": chargebacks.filter(pl.col("outcome") == "won"),
        "dispute lost": chargebacks.filter(pl.col("outcome") == "lost"),
        "dispute open": chargebacks.filter(pl.col("outcome").is_null()),
        "inquiry": disputes.filter("is_inquiry"),
        "settled in another currency": converted,
        "payout with fees": world.payouts,
    }


def _bank(world: World) -> dict[str, pl.DataFrame]:
    receipts, applications = world.receipts, world.applications
    several = applications.group_by("receipt").len().filter(pl.col("len") > 1)
    parts = (
        applications.filter(pl.col("reversed_on").is_null())
        .group_by("invoice")
        .len()
        .filter(pl.col("len") > 1)
    )
    taken = applications.group_by("receipt").agg(taken_minor=pl.col("cash_minor").sum())
    over = (
        receipts.filter(pl.col("kind") == "ordinary")
        .join(taken, on="receipt", how="inner")
        .filter(pl.col("amount_minor") > pl.col("taken_minor"))
    )
    found = {
        f"paid by {method.replace('_', ' ')}": receipts.filter(pl.col("method") == method)
        for method in ("wire", "sepa_credit", "ach_credit", "cheque")
    }
    return found | {
        "one remittance over several invoices": several,
        "part-payments": parts,
        "short payment with bank charges": applications.filter(pl.col("bank_charge_minor") > 0),
        "withholding tax": applications.filter(pl.col("withheld_minor") > 0),
        "over-payment": over,
        "unidentified receipt": receipts.filter(pl.col("kind") == "unidentified"),
        "paid to the wrong entity": receipts.filter(pl.col("kind") == "wrong_entity"),
        "returned by the bank": receipts.filter(pl.col("returned_on").is_not_null()),
        "settled between entities": world.other_bank_entries.filter(
            pl.col("kind") == "intercompany"
        ),
    }
