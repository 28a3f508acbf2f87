"""The company's books: every event of the world as documents in double entry.

Each document balances to zero in the functional currency of its entity, and in its own currency.
A document in another currency is booked at the rate of the month of its date. What a payment or
memo settles is relieved at the rate of the invoice; the difference is realised there and then, or,
where the application comes later, in a journal of that day. Other journals gather what one day (or
month) of an entity brings: the processor's fees and conversions, recognition, revaluation.

What the processor owes is three things: `CLEARING` has the gross of all that moved, `FEES_DUE` what
it keeps for itself, and both are settled by the deposit that carries the payout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from python_checks.simulator.clocks import day_of
from python_checks.simulator.money import EXPONENTS, MICROS, half_up, units_per_major
from python_checks.simulator.schema import (
    COUNT,
    DAY,
    FLAG,
    INSTANT,
    KEY,
    MONEY,
    TEXT,
    Columns,
    World,
    made,
    refuse_other_columns,
)  # fmt: skip

CLEARING, FEES_DUE, RECEIVABLE, DISPUTED, WITHHELD = 1050, 1055, 1100, 1150, 1300
DUE_FROM, TAX, UNIDENTIFIED, DEFERRED, PREPAID, DUE_TO = 1600, 2200, 2300, 2400, 2450, 2600
EQUITY, MIGRATION = 3000, 3900
SUBSCRIPTION_REVENUE, USAGE_REVENUE, SERVICE_REVENUE = 4000, 4100, 4200
RENT, PAYROLL, PROCESSOR_FEES, DISPUTE_FEES = 6000, 6010, 6100, 6110
BAD_DEBT, DISPUTE_LOSS, BANK_CHARGES = 6200, 6210, 6300
REALISED, UNREALISED, INTEREST = 7000, 7100, 7200
# The accounts beside those of the bank, which the world names: number, NetSuite's type, name.
ACCOUNTS = (
    (CLEARING, "OthCurrAsset", "Processor Clearing"),
    (FEES_DUE, "OthCurrLiab", "Processor Fees To Be Settled"),
    (RECEIVABLE, "AcctRec", "Accounts Receivable"),
    (DISPUTED, "OthCurrAsset", "Disputed Funds"),
    (WITHHELD, "OthCurrAsset", "Withholding Tax Receivable"),
    (DUE_FROM, "OthCurrAsset", "Due From Affiliates"),
    (TAX, "OthCurrLiab", "Sales Tax Payable"),
    (UNIDENTIFIED, "OthCurrLiab", "Unidentified Receipts"),
    (DEFERRED, "DeferRevenue", "Deferred Revenue"),
    (PREPAID, "DeferRevenue", "Customer Prepayments"),
    (DUE_TO, "OthCurrLiab", "Due To Affiliates"),
    (EQUITY, "Equity", "Opening Balance"),
    (MIGRATION, "Equity", "Migrated Receivables and Deferrals"),
    (SUBSCRIPTION_REVENUE, "Income", "Subscription Revenue"),
    (USAGE_REVENUE, "Income", "Usage Revenue"),
    (SERVICE_REVENUE, "Income", "Service Revenue"),
    (RENT, "Expense", "Rent"),
    (PAYROLL, "Expense", "Payroll"),
    (PROCESSOR_FEES, "Expense", "Processor Fees"),
    (DISPUTE_FEES, "Expense", "Dispute Fees"),
    (BAD_DEBT, "Expense", "Bad Debt"),
    (DISPUTE_LOSS, "Expense", "Lost Disputes"),
    (BANK_CHARGES, "Expense", "Bank Charges"),
    (REALISED, "OthIncome", "Realised Exchange Gain or Loss"),
    (UNREALISED, "OthIncome", "Unrealised Exchange Gain or Loss"),
    (INTEREST, "OthIncome", "Interest"),
)
# What a line of an invoice is credited to when it is billed.
LINE_ACCOUNTS = {
    "recurring": DEFERRED, "proration": DEFERRED, "usage": USAGE_REVENUE,
    "one_time": SERVICE_REVENUE, "prepaid": PREPAID, "drawdown": PREPAID,
}  # fmt: skip
ENTRY_ACCOUNTS = {
    "rent": RENT, "payroll": PAYROLL, "bank_fee": BANK_CHARGES, "interest": INTEREST,
}  # fmt: skip
# The days after its end on which a period is closed.
CLOSED_AFTER_DAYS = 5

# Where documents come from; the number is part of their key.
ORIGINS = {
    "invoice": 0, "credit_note": 1, "charge": 2, "receipt": 3, "refund": 4, "refund_failure": 5,
    "dispute_opened": 6, "dispute_closed": 7, "payout": 8, "write_off": 9, "void": 10,
    "receipt_unidentified": 11, "receipt_of_affiliate": 12, "receipt_returned": 13,
    "bank_entry": 14, "opening_bank": 15, "opening_deferrals": 16, "processor_fees": 17,
    "processor_conversion": 18, "recognition": 19, "exchange_difference": 20, "revaluation": 21,
    "revaluation_reversal": 22,
}  # fmt: skip
MOST_ORIGINS = 32
CLEARED_ORIGINS = ("charge", "refund", "refund_failure", "dispute_opened", "dispute_closed")
DEFERRED_KINDS = [kind for kind, account in LINE_ACCOUNTS.items() if account == DEFERRED]

# One ERP document. document = source x 32 + the number of its origin, so that a document keeps its
# key whatever else is known; source: the key in the world's table, or a number made of day (or
# month), entity and currency. kind: invoice, debit_memo, credit_memo, payment, refund, deposit or
# journal. dated_on: the date on it; posting_on: the date that decides its period (another one only
# for migrated invoices). total: positive but for journals, where it is the sum of the debits.
# rate_micros: null in the functional currency. reverses: the document that it takes back.
DOCUMENTS: Columns = {
    "document": KEY, "origin": pl.Enum(list(ORIGINS)), "source": KEY, "kind": TEXT, "entity": KEY,
    "customer": KEY, "currency": TEXT, "dated_on": DAY, "posting_on": DAY, "at": INSTANT,
    "total_minor": MONEY, "rate_micros": MONEY, "reverses": KEY, "is_void": FLAG,
}  # fmt: skip
# A line of a document, debit positive: amount in the document's currency, functional in that of
# the entity. position: from 0, the main line. source: the invoice line, tax or movement behind it.
POSTINGS: Columns = {
    "document": KEY, "position": COUNT, "account": pl.Int32, "amount_minor": MONEY,
    "functional_minor": MONEY, "source": KEY,
}  # fmt: skip
# What a document takes off another one's open amount; negative where that is taken back.
APPLICATIONS: Columns = {
    "application": KEY, "from_document": KEY, "to_document": KEY, "amount_minor": MONEY, "on": DAY,
}  # fmt: skip
# Months. closed_on: null while it is open.
PERIODS: Columns = {"month_on": DAY, "last_on": DAY, "closed_on": DAY}
TABLES = {
    "documents": DOCUMENTS, "postings": POSTINGS, "applications": APPLICATIONS, "periods": PERIODS,
}  # fmt: skip

NO_KEY = pl.lit(None, dtype=pl.Int64)
ZERO = pl.lit(0, dtype=pl.Int64)
# The provisional positions of what comes after the lines of an invoice.
TAXES_FROM, LAST = 1_000_000, 2**40
ROW = ["document", "entity", "currency", "customer", "posting_on", "at", "total_minor"]


@dataclass(frozen=True)
class Books:
    """The documents of all entities, with their lines and what settles what."""

    documents: pl.DataFrame
    postings: pl.DataFrame
    applications: pl.DataFrame
    periods: pl.DataFrame

    def __post_init__(self) -> None:
        for name, columns in TABLES.items():
            refuse_other_columns(f"table {name} of the books", getattr(self, name), columns)


@dataclass(frozen=True)
class Part:
    """Documents of one origin and their lines."""

    documents: pl.DataFrame
    postings: pl.DataFrame


def _column(name: str | pl.Expr) -> pl.Expr:
    return pl.col(name) if isinstance(name, str) else name


def document(origin: str, source: str | pl.Expr) -> pl.Expr:
    """The key of the document of an origin; null where `source` is."""
    return _column(source) * MOST_ORIGINS + ORIGINS[origin]


def build_books(world: World) -> Books:
    """The books at the end of the world's last day. ValueError where a rate is missing."""
    rates = _rates(world)
    items = _open_items(world, rates)
    applications = _applications(world, items)
    differences = _differences(applications, items)
    at_once = differences.filter("is_at_once").select("document", "difference_minor")
    items = {
        origin: rows.join(at_once, on="document", how="left", maintain_order="left").with_columns(
            pl.col("difference_minor").fill_null(0)
        )
        for origin, rows in items.items()
    }
    parts = [
        *_receivables(world, items),
        *_disputes(world, rates),
        *_unidentified(world, rates),
        _other_entries(world, rates),
        _opening_banks(world, rates),
        _later_differences(rates, differences.filter(~pl.col("is_at_once"))),
        *_revalued(world, rates, items, applications),
        _fees(world),
        _deposits(world),
    ]
    parts += [*_recognised(world, items, parts), _converted_by_processor(world, parts)]
    return Books(
        documents=pl.concat([part.documents for part in parts]).sort("document"),
        postings=_numbered(pl.concat([part.postings for part in parts])),
        applications=applications.select(list(APPLICATIONS)),
        periods=_periods(world),
    )


def _numbered(postings: pl.DataFrame) -> pl.DataFrame:
    """Lines in the order of their document, numbered from 0 in each."""
    postings = postings.sort("document", "position", "source", "account", nulls_last=False)
    row = pl.int_range(pl.len())
    is_first = (pl.col("document") != pl.col("document").shift(1)).fill_null(value=True)
    return postings.with_columns(position=row - pl.when(is_first).then(row).forward_fill())


def _periods(world: World) -> pl.DataFrame:
    """The months from the one of the opening to the one after the window."""
    first = (world.first_on - timedelta(days=1)).replace(day=1)
    last = (world.last_on.replace(day=1) + timedelta(days=32)).replace(day=1)
    months = pl.date_range(first, last, "1mo", eager=True)
    closed_on = pl.col("last_on") + pl.duration(days=CLOSED_AFTER_DAYS)
    return (
        pl.DataFrame({"month_on": months})
        .with_columns(last_on=pl.col("month_on").dt.month_end())
        .with_columns(closed_on=pl.when(closed_on <= world.last_on).then(closed_on))
    )


def _opening_on(world: World) -> date:
    return world.first_on - timedelta(days=1)


def _month_ends(world: World) -> list[date]:
    months = pl.date_range(world.first_on, world.last_on, "1mo", eager=True).dt.month_end()
    return [day for day in months if day <= world.last_on]


# --- rates --------------------------------------------------------------------------------------


def _rates(world: World) -> pl.DataFrame:
    """For each entity, foreign currency and month: the rate, and `times` and `per`: a minor unit
    of the currency is times / per minor units of the functional one; closing_times at its end."""
    homes = world.entities.select("entity", to_currency="currency")
    to_units = units_per_major("to_currency")
    return world.rates.join(homes, on="to_currency", how="inner").select(
        "entity",
        "month_on",
        currency="from_currency",
        rate_micros="booked_micros",
        times=pl.col("booked_micros") * to_units,
        closing_micros="closing_micros",
        closing_times=pl.col("closing_micros") * to_units,
        per=MICROS * units_per_major("from_currency"),
    )


def _rated(rows: pl.DataFrame, rates: pl.DataFrame, on: str = "posting_on") -> pl.DataFrame:
    """`rows` with rate_micros, times and per of a date's month: null in functional currency."""
    homes = rates.select("entity", "currency").unique().with_columns(is_foreign=pl.lit(True))
    found = (
        rows.with_columns(month_on=pl.col(on).dt.truncate("1mo"))
        .join(
            rates.select("entity", "currency", "month_on", "rate_micros", "times", "per"),
            on=["entity", "currency", "month_on"], how="left", maintain_order="left",
        )
        .drop("month_on")
    )  # fmt: skip
    lost = found.filter(pl.col("times").is_null()).join(
        homes, on=["entity", "currency"], how="semi"
    )
    if lost.height:
        raise ValueError(f"no rate for {lost.row(0, named=True)}")
    return found


def booked(amount: str | pl.Expr, times: str = "times", per: str = "per") -> pl.Expr:
    """An amount of the row's currency in functional currency."""
    minor = _column(amount)
    abroad = half_up(minor * pl.col(times), pl.col(per))
    return pl.when(pl.col(times).is_null()).then(minor).otherwise(abroad)


# --- documents and lines ------------------------------------------------------------------------


def _documents(
    rows: pl.DataFrame, origin: str, kind: str | pl.Expr, **more: pl.Expr | str
) -> pl.DataFrame:
    """Headers: `rows` has ROW and rate_micros; `more` gives other columns than the usual ones."""
    usual = {
        "origin": pl.lit(origin),
        "source": pl.col("document") // MOST_ORIGINS,
        "kind": pl.lit(kind) if isinstance(kind, str) else kind,
        "dated_on": pl.col("posting_on"),
        "reverses": NO_KEY,
        "is_void": pl.lit(False),
    }
    made_of = {**usual, **more}
    return rows.with_columns(**made_of).select(
        pl.col(name).cast(made(kind)) for name, kind in DOCUMENTS.items()
    )


def _line(
    rows: pl.DataFrame,
    position: int | pl.Expr,
    account: int | str | pl.Expr,
    amount: str | pl.Expr,
    functional: pl.Expr | None = None,
    source: pl.Expr = NO_KEY,
) -> pl.DataFrame:
    """One line for each row, at the row's rate where `functional` does not say otherwise."""
    minor = _column(amount)
    found = {
        "document": pl.col("document"),
        "position": pl.lit(position) if isinstance(position, int) else position,
        "account": pl.lit(account) if isinstance(account, int) else _column(account),
        "amount_minor": minor,
        "functional_minor": booked(minor) if functional is None else functional,
        "source": source,
    }
    return rows.select(found[name].cast(made(kind)).alias(name) for name, kind in POSTINGS.items())


def _is_of(origins: Sequence[str]) -> pl.Expr:
    return (pl.col("document") % MOST_ORIGINS).is_in([ORIGINS[origin] for origin in origins])


def _balanced(rows: pl.DataFrame, *lines: pl.DataFrame) -> pl.DataFrame:
    """The lines of the documents, and what is left of those at a rate as exchange difference."""
    found = pl.concat(lines)
    foreign = rows.filter(pl.col("times").is_not_null()).select("document")
    rest = (
        found.join(foreign, on="document", how="semi")
        .group_by("document")
        .agg(rest_minor=pl.col("functional_minor").sum())
        .filter(pl.col("rest_minor") != 0)
    )
    return pl.concat([found, _line(rest, LAST, REALISED, ZERO, -pl.col("rest_minor"))])


# --- open items ---------------------------------------------------------------------------------


def _open_items(world: World, rates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The documents of the receivable account by origin. side: 1 where they add to it, -1 where
    they take from it; what reverses one stands on its side with a negative `item_minor`."""
    invoices = _invoices(world, rates)
    receipts = _receipts(world, rates)
    notes = world.credit_notes.with_columns(
        document=document("credit_note", "credit_note"), posting_on="issued_on", at="issued_at"
    )
    charged = (
        world.charges.filter(pl.col("status") == "succeeded")
        .join(
            world.intents.select("intent", "invoice", "customer", "entity", "currency"),
            on="intent", how="left", maintain_order="left",
        )
        .with_columns(
            document=document("charge", "charge"), posting_on=day_of(pl.col("at")),
            total_minor="amount_minor",
        )
    )  # fmt: skip
    payers = charged.select("charge", "customer", "entity", "currency")
    refunds = world.refunds.join(payers, on="charge", how="left", maintain_order="left")
    back = refunds.filter(pl.col("failed_at").is_not_null()).with_columns(at="failed_at")
    refunds, back = (
        rows.with_columns(
            document=document(origin, "refund"), posting_on=day_of(pl.col("at")),
            total_minor="amount_minor",
        )
        for origin, rows in (("refund", refunds), ("refund_failure", back))
    )  # fmt: skip
    billed = invoices.select(
        "invoice", "entity", "currency", "customer", "rate_micros", "times", "per"
    )
    written_off = world.write_offs.join(
        billed, on="invoice", how="inner", maintain_order="left"
    ).with_columns(
        document=document("write_off", "write_off"), posting_on="on", total_minor="amount_minor"
    )
    voids = invoices.filter(pl.col("voided_at").is_not_null()).with_columns(
        document=document("void", "invoice"), at="voided_at", posting_on=day_of(pl.col("voided_at"))
    )
    returns = receipts.filter(
        pl.col("returned_on").is_not_null() & (pl.col("returned_on") >= pl.col("posting_on"))
    ).with_columns(
        document=document("receipt_returned", "receipt"), posting_on="returned_on",
        at=pl.col("returned_on").cast(INSTANT) + pl.duration(hours=10),
    )  # fmt: skip
    found = {
        "invoice": (1, 1, invoices),
        "credit_note": (-1, 1, _rated(notes, rates)),
        "charge": (-1, 1, _rated(charged, rates)),
        "receipt": (-1, 1, receipts),
        "refund": (1, 1, _rated(refunds, rates)),
        "refund_failure": (1, -1, _rated(back, rates)),
        # At the rate of the invoice, so that nothing is left of it.
        "write_off": (-1, 1, written_off),
        "void": (-1, 1, voids),
        "receipt_returned": (-1, -1, returns),
    }
    return {
        origin: rows.with_columns(
            side=pl.lit(side, dtype=pl.Int64), item_minor=sign * pl.col("total_minor")
        )
        for origin, (side, sign, rows) in found.items()
    }


def _invoices(world: World, rates: pl.DataFrame) -> pl.DataFrame:
    """Posted invoices and debit memos; what was open before the window is posted on its eve."""
    rows = world.invoices.filter(
        ~pl.col("is_draft") & (pl.col("issued_at").dt.date() <= world.last_on)
    ).with_columns(
        document=document("invoice", "invoice"),
        at=pl.col("issued_at"),
        posting_on=pl.when("is_opening").then(pl.lit(_opening_on(world))).otherwise("issued_on"),
    )
    return _rated(rows, rates, "issued_on")


def _receipts(world: World, rates: pl.DataFrame) -> pl.DataFrame:
    """Payments to the bank, once somebody knows whose they are, in the books of who is owed.

    total: cash and what was kept back from it; ledger: the account of the bank that it came to;
    debit_account: where the cash is in the books.
    """
    kept_back = world.applications.group_by("receipt").agg(
        bank_charge_minor=pl.col("bank_charge_minor").sum(),
        withheld_minor=pl.col("withheld_minor").sum(),
    )
    rows = (
        world.receipts.filter(
            (pl.col("kind") == "ordinary") | pl.col("identified_on").is_not_null()
        )
        .join(kept_back, on="receipt", how="left", maintain_order="left")
        .join(_bank_ledger(world), on="bank_account", how="left", maintain_order="left")
        .with_columns(pl.col("bank_charge_minor", "withheld_minor").fill_null(0))
        .with_columns(
            document=document("receipt", "receipt"),
            entity="owed_entity",
            posting_on=pl.coalesce("identified_on", "received_on"),
            at=pl.when(pl.col("identified_on").is_null())
            .then("booked_at")
            .otherwise(pl.col("identified_on").cast(INSTANT) + pl.duration(hours=11)),
            total_minor=pl.sum_horizontal("amount_minor", "bank_charge_minor", "withheld_minor"),
            debit_account=pl.when(pl.col("kind") == "ordinary").then("ledger")
            .when(pl.col("kind") == "unidentified").then(pl.lit(UNIDENTIFIED, dtype=pl.Int32))
            .otherwise(pl.lit(DUE_FROM, dtype=pl.Int32)),
            # The liability that it pays off was booked when the money came.
            rate_on=pl.when(pl.col("kind") == "unidentified").then("received_on")
            .otherwise(pl.coalesce("identified_on", "received_on")),
        )
    )  # fmt: skip
    return _rated(rows, rates, "rate_on")


def _bank_ledger(world: World) -> pl.DataFrame:
    return world.bank_accounts.select(
        "bank_account", ledger=pl.col("ledger_account").cast(pl.Int32)
    )


def _applications(world: World, items: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What settles what; `from_minor` is what it takes off the document that settles."""
    on = {"on": pl.col("posting_on")}
    to_invoice = {"to_document": document("invoice", "invoice")}
    charged = items["charge"].select("document", "amount_minor", **to_invoice, **on)
    written_off = items["write_off"].select("document", "amount_minor", **to_invoice, **on)
    voided = items["void"].select("document", amount_minor="total_minor", **to_invoice, **on)
    noted = (
        items["credit_note"]
        .filter(pl.col("goes_to") == "invoice")
        .select("document", amount_minor="total_minor", **to_invoice, **on)
    )
    to_note = {"to_document": document("credit_note", "credit_note")}
    refunded = items["refund"].select("document", "amount_minor", **to_note, **on)
    failed = items["refund_failure"].select(
        "document", amount_minor=-pl.col("amount_minor"), **to_note, **on
    )
    posted = items["receipt"].select("receipt", "document", "posting_on")
    applied = world.applications.join(posted, on="receipt", how="inner", maintain_order="left")
    from_cash = applied.select(
        "document", "amount_minor", **to_invoice, on=pl.max_horizontal("applied_on", "posting_on")
    )
    returned = items["receipt_returned"].select("receipt", returned="document")
    reversed_cash = (
        applied.filter(pl.col("reversed_on").is_not_null())
        .join(returned, on="receipt", how="left", maintain_order="left")
        .select(
            document=pl.coalesce("returned", "document"), amount_minor=-pl.col("amount_minor"),
            **to_invoice, on="reversed_on",
        )
    )  # fmt: skip
    in_use = applied.group_by("receipt").agg(used_minor=pl.col("amount_minor").sum())
    # A returned payment also loses the part that was never applied.
    unused = (
        items["receipt_returned"]
        .join(in_use, on="receipt", how="left", maintain_order="left")
        .with_columns(rest=pl.col("total_minor") - pl.col("used_minor").fill_null(0))
        .filter(pl.col("rest") > 0)
        .select(
            "document", amount_minor="rest", to_document=document("receipt", "receipt"), **on,
            from_minor=-pl.col("rest"),
        )
    )  # fmt: skip
    columns = ["document", "to_document", "amount_minor", "on"]
    parts = [charged, noted, refunded, failed, from_cash, reversed_cash, written_off, voided]
    parts.append(_credit_used(world))
    both = [part.select(*columns, from_minor="amount_minor") for part in parts]
    return (
        pl.concat([*both, unused.select(*columns, "from_minor")])
        .rename({"document": "from_document"})
        .sort("on", "from_document", "to_document", "amount_minor")
        .with_columns(application=pl.int_range(pl.len()))
    )


def _credit_used(world: World) -> pl.DataFrame:
    """Which credit notes the credit used on invoices comes from: the oldest first."""
    moved = world.credit_balances.sort("at", "movement").with_columns(
        size=pl.col("amount_minor").abs(), is_grant=pl.col("amount_minor") > 0
    )
    moved = moved.with_columns(
        below=pl.col("size").cum_sum().over("customer", "currency", "is_grant")
    ).with_columns(above=pl.col("below") - pl.col("size"))
    granted = moved.filter("is_grant").select(
        "customer", "currency", "credit_note", "above", "below"
    )
    used = moved.filter(~pl.col("is_grant")).with_columns(on=day_of(pl.col("at")))
    common = pl.min_horizontal("below", "below_right") - pl.max_horizontal("above", "above_right")
    return (
        used.drop("credit_note")
        .join(granted, on=["customer", "currency"], how="inner", maintain_order="left_right")
        .with_columns(amount_minor=common)
        .filter(pl.col("amount_minor") > 0)
        .select(
            "amount_minor", "on", document=document("credit_note", "credit_note"),
            to_document=document("invoice", "invoice"),
        )
    )  # fmt: skip


def _differences(applications: pl.DataFrame, items: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """What applications between documents at different rates add to the receivable account.

    One row for each document that settles and day: `is_at_once` where it is the document's own day.
    """
    columns = ["document", "entity", "currency", "side", "times", "per", "posting_on"]
    foreign = pl.concat(
        [rows.filter(pl.col("times").is_not_null()).select(columns) for rows in items.values()]
    )
    ends = pl.concat(
        [
            applications.select("application", "on", document="from_document", minor="from_minor"),
            applications.select("application", "on", document="to_document", minor="amount_minor"),
        ]
    )
    relieved = (
        ends.join(foreign, on="document", how="inner")
        .sort("document", "on", "application")
        .with_columns(after=pl.col("minor").cum_sum().over("document", order_by="application"))
        .with_columns(
            adds=-pl.col("side") * (booked("after") - booked(pl.col("after") - pl.col("minor")))
        )
    )
    found = relieved.group_by("application").agg(difference_minor=pl.col("adds").sum())
    heads = foreign.select("document", "entity", "currency", "posting_on")
    return (
        found.filter(pl.col("difference_minor") != 0)
        .join(applications, on="application", how="left")
        .join(heads, left_on="from_document", right_on="document", how="left")
        .with_columns(document="from_document", is_at_once=pl.col("on") == pl.col("posting_on"))
        .group_by("document", "entity", "currency", "on", "is_at_once")
        .agg(difference_minor=pl.col("difference_minor").sum())
        .sort("document", "on")
    )


def _day_key(on: str = "posting_on") -> pl.Expr:
    """A number for a day, entity and currency."""
    codes = {code: number for number, code in enumerate(EXPONENTS)}
    days = (pl.col(on) - date(2000, 1, 1)).dt.total_days()
    currency = pl.col("currency").replace_strict(codes, return_dtype=pl.Int64)
    return (days * 8 + pl.col("entity")) * 8 + currency


def _daily(rows: pl.DataFrame, origin: str) -> pl.DataFrame:
    """Rows with entity, currency and posting_on as rows of documents of the evening of the day."""
    return rows.with_columns(
        document=document(origin, _day_key()),
        customer=NO_KEY,
        at=pl.col("posting_on").cast(INSTANT) + pl.duration(hours=22),
    )


def _later_differences(rates: pl.DataFrame, differences: pl.DataFrame) -> Part:
    summed = (
        differences.group_by("entity", "currency", posting_on="on")
        .agg(difference_minor=pl.col("difference_minor").sum())
        .filter(pl.col("difference_minor") != 0)
        .sort("posting_on", "entity", "currency")
    )
    rows = _daily(summed, "exchange_difference").with_columns(total_minor=ZERO)
    rows = _rated(rows, rates)
    return Part(
        _documents(rows, "exchange_difference", "journal"),
        _balanced(rows, _line(rows, 0, RECEIVABLE, ZERO, pl.col("difference_minor"))),
    )


# --- receivables --------------------------------------------------------------------------------


def _receivables(world: World, items: dict[str, pl.DataFrame]) -> Iterator[Part]:
    total = pl.col("total_minor")
    # What the receivable account gets for a document, in the document's sense.
    item = pl.col("side") * pl.col("item_minor")
    valued = booked(item) + pl.col("difference_minor")
    billed = items["invoice"]
    is_void = pl.col("voided_at").is_not_null()
    lines = _invoice_lines(world, billed)
    yield Part(
        _documents(
            billed, "invoice", pl.col("kind"), dated_on=pl.col("issued_on"), is_void=is_void
        ),
        lines,
    )
    rows = items["credit_note"]
    yield Part(_documents(rows, "credit_note", "credit_memo"), _note_lines(world, rows, valued))
    rows = items["charge"]
    yield Part(
        _documents(rows, "charge", "payment"),
        _balanced(
            rows, _line(rows, 0, CLEARING, total), _line(rows, 1, RECEIVABLE, item, valued)
        ),
    )  # fmt: skip
    for origin, sign, account in (
        ("receipt", 1, "debit_account"),
        ("receipt_returned", -1, "ledger"),
    ):
        rows = items[origin]
        kept_back = [
            _line(rows.filter(pl.col(amount) != 0), position, kept_in, sign * pl.col(amount))
            for position, kept_in, amount in (
                (1, BANK_CHARGES, "bank_charge_minor"), (2, WITHHELD, "withheld_minor")
            )
        ]  # fmt: skip
        cash = _line(rows, 0, account, sign * pl.col("amount_minor"))
        yield Part(
            _documents(
                rows, origin, "payment" if sign > 0 else "journal",
                reverses=document("receipt", "receipt") if sign < 0 else NO_KEY,
            ),
            _balanced(rows, cash, *kept_back, _line(rows, 3, RECEIVABLE, item, valued)),
        )  # fmt: skip
    for origin, sign in (("refund", 1), ("refund_failure", -1)):
        rows = items[origin]
        yield Part(
            _documents(
                rows, origin, "refund" if sign > 0 else "journal",
                reverses=document("refund", "refund") if sign < 0 else NO_KEY,
            ),
            _balanced(
                rows, _line(rows, 0, RECEIVABLE, item, valued),
                _line(rows, 1, CLEARING, -sign * total),
            ),
        )  # fmt: skip
    rows = items["write_off"]
    yield Part(
        _documents(rows, "write_off", "journal"),
        _balanced(
            rows, _line(rows, 0, BAD_DEBT, total), _line(rows, 1, RECEIVABLE, item, valued)
        ),
    )  # fmt: skip
    rows = items["void"]
    taken_back = lines.join(
        rows.select(document=document("invoice", "invoice"), void="document"),
        on="document", how="inner", maintain_order="left",
    ).with_columns(
        -pl.col("amount_minor", "functional_minor"), document="void"
    ).drop("void")  # fmt: skip
    debits = taken_back.group_by("document").agg(
        debits_minor=pl.col("amount_minor").filter(pl.col("amount_minor") > 0).sum()
    )
    rows = rows.join(debits, on="document", how="left", maintain_order="left")
    yield Part(
        _documents(
            rows, "void", "journal", reverses=document("invoice", "invoice"),
            total_minor=pl.col("debits_minor"),
        ),
        taken_back,
    )  # fmt: skip


def _line_account(kind: str = "line_kind") -> pl.Expr:
    return pl.col(kind).replace_strict(LINE_ACCOUNTS, return_dtype=pl.Int32)


def _billed_lines(world: World, invoices: pl.DataFrame) -> pl.DataFrame:
    """The lines of posted invoices, with the rate of the invoice."""
    heads = invoices.select(
        "invoice", "document", "entity", "currency", "posting_on", "is_opening", "times", "per"
    )
    return world.lines.select(
        "line", "invoice", "position", "amount_minor", "service_from_on", "service_before_on",
        line_kind="kind",
    ).join(heads, on="invoice", how="inner", maintain_order="left")  # fmt: skip


def _invoice_lines(world: World, invoices: pl.DataFrame) -> pl.DataFrame:
    """Receivable against deferred revenue, revenue, prepayments and tax. What was open before the
    window is against the account of the migration."""
    opening, billed = invoices.filter("is_opening"), invoices.filter(~pl.col("is_opening"))
    lines = _billed_lines(world, billed)
    taxes = world.taxes.filter(pl.col("tax_minor") != 0).join(
        billed.select("invoice", "document", "times", "per"), on="invoice", how="inner"
    )
    receivable = _line(invoices, 0, RECEIVABLE, "total_minor")
    migrated = _line(opening, 1, MIGRATION, -pl.col("total_minor"))
    charged = _line(
        lines, pl.col("position"), _line_account(), -pl.col("amount_minor"), source=pl.col("line")
    )
    taxed = _line(
        taxes, TAXES_FROM + pl.col("tax"), TAX, -pl.col("tax_minor"), source=pl.col("tax")
    )
    return _rounded(billed, receivable, migrated, charged, taxed)


def _rounded(rows: pl.DataFrame, *lines: pl.DataFrame) -> pl.DataFrame:
    """The lines, of documents at a rate with what rounding leaves on the last one before tax."""
    found = pl.concat(lines)
    foreign = rows.filter(pl.col("times").is_not_null()).select("document")
    own = found.join(foreign, on="document", how="semi")
    rest = own.group_by("document").agg(
        rest_minor=pl.col("functional_minor").sum(),
        position=pl.col("position").filter(pl.col("position") < TAXES_FROM).max(),
    ).filter(pl.col("rest_minor") != 0)  # fmt: skip
    return (
        found.join(rest, on=["document", "position"], how="left", maintain_order="left")
        .with_columns(
            functional_minor=pl.col("functional_minor") - pl.col("rest_minor").fill_null(0)
        )
        .drop("rest_minor")
    )


def _noted_lines(world: World, notes: pl.DataFrame) -> pl.DataFrame:
    """The lines of credit notes, with the line of the invoice that each takes back."""
    heads = notes.select(
        "credit_note", "document", "entity", "currency", "posting_on", "times", "per"
    )
    billed = world.lines.select("line", "service_from_on", "service_before_on", line_kind="kind")
    return world.credit_note_lines.join(
        heads, on="credit_note", how="inner", maintain_order="left"
    ).join(billed, on="line", how="left", maintain_order="left")


def _note_lines(world: World, notes: pl.DataFrame, valued: pl.Expr) -> pl.DataFrame:
    lines = _noted_lines(world, notes)
    taxed = lines.group_by("document").agg(
        pl.col("tax_minor").sum(), pl.col("times", "per").first()
    ).filter(pl.col("tax_minor") != 0)  # fmt: skip
    position = 1 + pl.col("credit_note_line") - pl.col("credit_note_line").min().over("document")
    # Valued as a memo of its month; what the invoice was booked at is an exchange difference.
    body = _rounded(
        notes,
        _line(notes, 0, RECEIVABLE, -pl.col("total_minor")),
        _line(lines, position, _line_account(), "amount_minor", source=pl.col("line")),
        _line(taxed, TAXES_FROM, TAX, "tax_minor"),
    )
    settled = notes.select("document", position=ZERO, settled=valued)
    body = body.join(settled, on=["document", "position"], how="left", maintain_order="left")
    functional = pl.coalesce("settled", "functional_minor")
    return _balanced(notes, body.with_columns(functional_minor=functional).drop("settled"))


# --- disputes and the bank ----------------------------------------------------------------------


def _disputes(world: World, rates: pl.DataFrame) -> Iterator[Part]:
    """What the processor holds back is an asset until the bank of the payer decides."""
    payers = world.charges.select("charge", "intent").join(
        world.intents.select("intent", "customer", "entity", "currency"), on="intent", how="left"
    )
    held = (
        world.disputes.filter(~pl.col("is_inquiry"))
        .join(payers, on="charge", how="left", maintain_order="left")
        .with_columns(total_minor="amount_minor", opened_on=day_of(pl.col("opened_at")))
    )
    total = pl.col("total_minor")
    opened = _rated(
        held.with_columns(
            document=document("dispute_opened", "dispute"), posting_on="opened_on", at="opened_at"
        ),
        rates,
    )
    yield Part(
        _documents(opened, "dispute_opened", "journal"),
        _balanced(opened, _line(opened, 0, DISPUTED, total), _line(opened, 1, CLEARING, -total)),
    )
    then = opened.select("dispute", opened_times="times", opened_per="per")
    closed = _rated(
        held.filter(pl.col("closed_at").is_not_null()).with_columns(
            document=document("dispute_closed", "dispute"), posting_on=day_of(pl.col("closed_at")),
            at="closed_at",
        ),
        rates,
    ).join(then, on="dispute", how="left", maintain_order="left")  # fmt: skip
    as_opened = booked(total, "opened_times", "opened_per")
    is_won = pl.col("outcome") == "won"
    yield Part(
        _documents(closed, "dispute_closed", "journal"),
        _balanced(
            closed,
            _line(
                closed, 0,
                pl.when(is_won).then(pl.lit(CLEARING)).otherwise(pl.lit(DISPUTE_LOSS)), total,
                pl.when(is_won).then(booked(total)).otherwise(as_opened),
            ),
            _line(closed, 1, DISPUTED, -total, -as_opened),
        ),
    )  # fmt: skip


def _unidentified(world: World, rates: pl.DataFrame) -> Iterator[Part]:
    """Money that nobody can place is a liability; once it is an affiliate's, it is due to it."""
    rows = (
        world.receipts.filter(pl.col("kind") != "ordinary")
        .join(_bank_ledger(world), on="bank_account", how="left", maintain_order="left")
        .with_columns(
            document=document("receipt_unidentified", "receipt"), posting_on="received_on",
            at="booked_at", total_minor="amount_minor", customer=NO_KEY,
        )
    )  # fmt: skip
    rows = _rated(rows, rates, "received_on")
    total = pl.col("total_minor")
    yield Part(
        _documents(rows, "receipt_unidentified", "journal"),
        _balanced(rows, _line(rows, 0, "ledger", total), _line(rows, 1, UNIDENTIFIED, -total)),
    )
    rows = rows.filter(
        (pl.col("kind") == "wrong_entity") & pl.col("identified_on").is_not_null()
    ).with_columns(
        document=document("receipt_of_affiliate", "receipt"), posting_on="identified_on",
        at=pl.col("identified_on").cast(INSTANT) + pl.duration(hours=11),
    )  # fmt: skip
    yield Part(
        _documents(rows, "receipt_of_affiliate", "journal"),
        _balanced(rows, _line(rows, 0, UNIDENTIFIED, total), _line(rows, 1, DUE_TO, -total)),
    )


def _other_entries(world: World, rates: pl.DataFrame) -> Part:
    """Rent, pay, fees and interest; between affiliates what one received for another."""
    accounts = world.bank_accounts.select(
        "bank_account", "entity", "currency", ledger=pl.col("ledger_account").cast(pl.Int32)
    )
    astray = world.receipts.select(
        "receipt", "identified_on", "received_on", received_by="entity"
    )  # fmt: skip
    rows = (
        world.other_bank_entries.join(
            accounts, on="bank_account", how="left", maintain_order="left"
        )
        .join(astray, on="receipt", how="left", maintain_order="left")
        .with_columns(
            document=document("bank_entry", "bank_entry"), posting_on="on", customer=NO_KEY,
            at=pl.col("on").cast(INSTANT) + pl.duration(hours=12),
            total_minor=pl.col("amount_minor").abs(),
            is_owed=pl.col("entity") == pl.col("received_by"),
        )
        # What affiliates owe each other was booked on the day of the receipt, or when it was known.
        .with_columns(
            owed_on=pl.when("is_owed").then("received_on").when(pl.col("is_owed").is_null())
            .then("on").otherwise("identified_on"),
            account=pl.when("is_owed").then(pl.lit(DUE_TO)).otherwise(
                pl.col("kind").replace_strict(
                    ENTRY_ACCOUNTS, default=DUE_FROM, return_dtype=pl.Int32
                )
            ),
        )
    )  # fmt: skip
    owed = _rated(rows, rates, "owed_on").select(
        "document", owed_times="times", owed_per="per"
    )  # fmt: skip
    rows = _rated(rows, rates).join(owed, on="document", how="left", maintain_order="left")
    amount = pl.col("amount_minor")
    against = -booked(amount, "owed_times", "owed_per")
    return Part(
        _documents(rows, "bank_entry", "journal"),
        _balanced(
            rows, _line(rows, 0, "ledger", amount), _line(rows, 1, "account", -amount, against)
        ),
    )


def _opening_banks(world: World, rates: pl.DataFrame) -> Part:
    rows = world.bank_accounts.filter(pl.col("opening_minor") != 0).with_columns(
        document=document("opening_bank", "bank_account"), posting_on=pl.lit(_opening_on(world)),
        customer=NO_KEY, total_minor=pl.col("opening_minor").abs(),
        at=pl.lit(_opening_on(world)).cast(INSTANT) + pl.duration(hours=12),
        ledger=pl.col("ledger_account").cast(pl.Int32),
    )  # fmt: skip
    rows = _rated(rows, rates)
    amount = pl.col("opening_minor")
    return Part(
        _documents(rows, "opening_bank", "journal"),
        _balanced(rows, _line(rows, 0, "ledger", amount), _line(rows, 1, EQUITY, -amount)),
    )


# --- the processor ------------------------------------------------------------------------------


def _movements(world: World) -> pl.DataFrame:
    """All but payouts, with the day on which they happened."""
    return world.movements.filter(pl.col("kind") != "payout").with_columns(
        posting_on=day_of(pl.col("at")),
        # A fee of its own takes all that it moves.
        kept_minor=pl.when(pl.col("kind") == "fee")
        .then(pl.col("fee_minor") - pl.col("gross_minor"))
        .otherwise("fee_minor"),
    )


def _home(world: World) -> pl.DataFrame:
    return world.entities.select("entity", "currency")


def _fees(world: World) -> Part:
    """What the processor keeps is an expense of the day."""
    is_dispute = pl.col("kind").is_in(["dispute", "dispute_reversal"])
    summed = (
        _movements(world)
        .group_by("entity", "posting_on")
        .agg(
            total_minor=pl.col("kept_minor").sum(),
            disputed_minor=pl.col("kept_minor").filter(is_dispute).sum(),
        )
        .filter(pl.col("total_minor") != 0)
        .sort("posting_on", "entity")
        .join(_home(world), on="entity", how="left", maintain_order="left")
    )
    rows = _daily(summed, "processor_fees").with_columns(
        rate_micros=NO_KEY, times=NO_KEY, per=NO_KEY,
        usual_minor=pl.col("total_minor") - pl.col("disputed_minor"),
    )  # fmt: skip
    usual, disputed = (
        rows.filter(pl.col(amount) != 0) for amount in ("usual_minor", "disputed_minor")
    )
    return Part(
        _documents(rows, "processor_fees", "journal"),
        _balanced(
            rows, _line(usual, 0, PROCESSOR_FEES, "usual_minor"),
            _line(disputed, 1, DISPUTE_FEES, "disputed_minor"),
            _line(rows, 2, FEES_DUE, -pl.col("total_minor")),
        ),
    )  # fmt: skip


def _converted_by_processor(world: World, parts: Sequence[Part]) -> Part:
    """Payments in another currency are worth what the processor made of them, not what the books
    made: the difference of a day is realised on it."""
    settled = _movements(world).filter(pl.col("rate_micros").is_not_null()).select(
        "entity", "posting_on", minor="gross_minor"
    )  # fmt: skip
    foreign = pl.concat(
        [
            part.documents.filter(
                pl.col("rate_micros").is_not_null() & _is_of(CLEARED_ORIGINS)
            ).select("document", "entity", "posting_on")
            for part in parts
        ]
    )
    cleared = pl.concat(
        [part.postings.filter(pl.col("account") == CLEARING) for part in parts]
    ).join(foreign, on="document", how="inner")
    booked_before = cleared.select("entity", "posting_on", minor=-pl.col("functional_minor"))
    summed = (
        pl.concat([settled, booked_before])
        .group_by("entity", "posting_on")
        .agg(pl.col("minor").sum())
        .filter(pl.col("minor") != 0)
        .sort("posting_on", "entity")
        .join(_home(world), on="entity", how="left", maintain_order="left")
    )  # fmt: skip
    rows = _daily(summed, "processor_conversion").with_columns(
        total_minor=pl.col("minor").abs(), rate_micros=NO_KEY, times=NO_KEY, per=NO_KEY
    )
    return Part(
        _documents(rows, "processor_conversion", "journal"),
        _balanced(
            rows, _line(rows, 0, CLEARING, "minor"), _line(rows, 1, REALISED, -pl.col("minor"))
        ),
    )


def _deposits(world: World) -> Part:
    """A payout that has arrived: each movement that it pays, and what the processor kept."""
    arrived = (
        world.payouts.filter(pl.col("arrives_on") <= world.last_on)
        .join(_bank_ledger(world), on="bank_account", how="left", maintain_order="left")
        .join(_home(world), on="entity", how="left", maintain_order="left")
        .with_columns(
            document=document("payout", "payout"), posting_on="arrives_on", customer=NO_KEY,
            total_minor=pl.col("amount_minor").abs(), rate_micros=NO_KEY, times=NO_KEY, per=NO_KEY,
            at=pl.col("arrives_on").cast(INSTANT) + pl.duration(hours=15),
        )
    )  # fmt: skip
    paid = (
        _movements(world)
        .select("movement", "payout", "kind", "gross_minor", "kept_minor", times=NO_KEY, per=NO_KEY)
        .join(arrived.select("payout", "document"), on="payout", how="inner", maintain_order="left")
    )
    kept = (
        paid.group_by("document")
        .agg(pl.col("kept_minor").sum())
        .filter(pl.col("kept_minor") != 0)
        .with_columns(times=NO_KEY, per=NO_KEY)
    )
    moved = paid.filter(pl.col("kind") != "fee")
    return Part(
        _documents(arrived, "payout", "deposit"),
        pl.concat(
            [
                _line(arrived, 0, "ledger", "amount_minor"),
                _line(
                    moved, 1 + pl.col("movement"), CLEARING, -pl.col("gross_minor"),
                    source=pl.col("movement"),
                ),
                _line(kept, LAST, FEES_DUE, "kept_minor"),
            ]
        ),
    )  # fmt: skip


# --- at the end of a month ----------------------------------------------------------------------


def _deferrals(world: World, items: dict[str, pl.DataFrame], parts: Sequence[Part]) -> pl.DataFrame:
    """What was deferred, and (negative) what credit notes and voids took back of it, with the days
    of service that it is earned by. Of invoices from before the window all that they deferred."""
    service = ["service_from_on", "service_before_on"]
    columns = ["entity", "currency", "posting_on", "amount_minor", "functional_minor", *service]
    heads = pl.concat(
        [
            items[origin].select("document", "entity", "currency", "posting_on")
            for origin in ("invoice", "credit_note", "void")
        ]
    )
    posted = [part.postings.filter(pl.col("account") == DEFERRED) for part in parts]
    served = (
        pl.concat(posted)
        .with_columns(-pl.col("amount_minor", "functional_minor"))
        .join(world.lines.select("line", *service), left_on="source", right_on="line", how="inner")
        .join(heads, on="document", how="inner")
    )
    opening = _billed_lines(world, items["invoice"].filter("is_opening")).filter(
        pl.col("line_kind").is_in(DEFERRED_KINDS)
    )
    opening = opening.with_columns(functional_minor=booked("amount_minor"))
    return pl.concat([served.select(columns), opening.select(columns)])


def _earned(amount: str, on: date) -> pl.Expr:
    """The part of an amount that the days of service until (and with) a day have earned."""
    starts, ends = pl.col("service_from_on"), pl.col("service_before_on")
    days = (ends - starts).dt.total_days()
    past = (pl.lit(on + timedelta(days=1)) - starts).dt.total_days().clip(0, days)
    earned = half_up(pl.col(amount) * past, days.clip(1))
    return pl.when(days.fill_null(0) > 0).then(earned).otherwise(pl.col(amount)).alias(amount)


def _recognised(
    world: World, items: dict[str, pl.DataFrame], parts: Sequence[Part]
) -> Iterator[Part]:
    """Deferred revenue is earned day by day and recognised at the end of each month; what nothing
    is left of has been recognised to the last unit."""
    deferrals = _deferrals(world, items, parts)
    opening_on = _opening_on(world)
    both = ["amount_minor", "functional_minor"]
    keys = ["entity", "currency"]

    def earned_until(day: date) -> pl.DataFrame:
        return (
            deferrals.lazy()
            .filter(pl.col("posting_on") <= day)
            .select(*keys, *(_earned(amount, day) for amount in both))
            .group_by(keys)
            .sum()
            .collect()
        )

    held = (
        deferrals.filter(pl.col("posting_on") <= opening_on).group_by(keys).agg(pl.col(both).sum())
    )
    before = earned_until(opening_on)
    carried = _less(held, before).with_columns(posting_on=pl.lit(opening_on))
    yield _journals(world, carried, "opening_deferrals", MIGRATION, DEFERRED)
    found = []
    for day in _month_ends(world):
        until = earned_until(day)
        found.append(_less(until, before).with_columns(posting_on=pl.lit(day)))
        before = until
    earned = pl.concat(found) if found else carried.clear()
    yield _journals(world, earned, "recognition", DEFERRED, SUBSCRIPTION_REVENUE)


def _less(more: pl.DataFrame, less: pl.DataFrame) -> pl.DataFrame:
    """Sums by entity and currency less others."""
    both = ["amount_minor", "functional_minor"]
    taken = less.with_columns(-pl.col(both))
    return (
        pl.concat(
            [more.select("entity", "currency", *both), taken.select("entity", "currency", *both)]
        )
        .group_by("entity", "currency")
        .sum()
        .filter((pl.col("amount_minor") != 0) | (pl.col("functional_minor") != 0))
        .sort("entity", "currency")
    )


def _journals(world: World, sums: pl.DataFrame, origin: str, debit: int, credit: int) -> Part:
    """A journal for each row; in a foreign currency its rate is what its amounts come to."""
    home = world.entities.select("entity", home="currency")
    amount, functional = pl.col("amount_minor"), pl.col("functional_minor")
    major, home_major = amount / units_per_major(), functional / units_per_major("home")
    rate = (home_major / major * MICROS).round().cast(pl.Int64, strict=False)
    rows = (
        _daily(sums, origin)
        .join(home, on="entity", how="left", maintain_order="left")
        .with_columns(
            total_minor=amount.abs(),
            rate_micros=pl.when((pl.col("currency") != pl.col("home")) & (amount != 0)).then(rate),
        )
    )
    return Part(
        _documents(rows, origin, "journal"),
        pl.concat(
            [
                _line(rows, 0, debit, amount, functional),
                _line(rows, 1, credit, -amount, -functional),
            ]
        ),
    )


def _revalued(
    world: World,
    rates: pl.DataFrame,
    items: dict[str, pl.DataFrame],
    applications: pl.DataFrame,
) -> Iterator[Part]:
    """What is open in another currency is valued at the rate of the month's last day; the first
    day of the next month takes that back."""
    columns = ["document", "entity", "currency", "side", "item_minor", "posting_on", "times", "per"]
    foreign = pl.concat(
        [rows.filter(pl.col("times").is_not_null()).select(columns) for rows in items.values()]
    )
    ends = pl.concat(
        [
            applications.select("on", document="from_document", minor="from_minor"),
            applications.select("on", document="to_document", minor="amount_minor"),
        ]
    ).join(foreign, on="document", how="semi")
    found = [_revalued_on(day, foreign, ends, rates) for day in _month_ends(world)]
    valued = (
        pl.concat(found) if found else _revalued_on(world.first_on, foreign, ends, rates).clear()
    )
    posted = _daily(valued, "revaluation")
    back = posted.with_columns(posting_on=pl.col("posting_on") + pl.duration(days=1)).filter(
        pl.col("posting_on") <= world.last_on
    )
    back = back.with_columns(
        # The source of the document that it takes back.
        document=document("revaluation_reversal", pl.col("document") // MOST_ORIGINS),
        at=pl.col("posting_on").cast(INSTANT) + pl.duration(hours=4),
    )
    reversed_document = document("revaluation", pl.col("document") // MOST_ORIGINS)
    for origin, rows, sign, reverses in (
        ("revaluation", posted, 1, NO_KEY), ("revaluation_reversal", back, -1, reversed_document),
    ):  # fmt: skip
        gain = sign * pl.col("gain_minor")
        yield Part(
            _documents(rows, origin, "journal", reverses=reverses),
            pl.concat(
                [
                    _line(rows, 0, RECEIVABLE, ZERO, gain),
                    _line(rows, 1, UNREALISED, ZERO, -gain),
                ]
            ),
        )


def _revalued_on(
    day: date, foreign: pl.DataFrame, ends: pl.DataFrame, rates: pl.DataFrame
) -> pl.DataFrame:
    """What each entity's open items in a currency gain (or lose) by the closing rate of a day."""
    taken = (
        ends.filter(pl.col("on") <= day).group_by("document").agg(taken_minor=pl.col("minor").sum())
    )
    closing = rates.filter(pl.col("month_on") == day.replace(day=1)).select(
        "entity", "currency", rate_micros="closing_micros", closing_times="closing_times",
        closing_per="per",
    )  # fmt: skip
    item, taken_minor = pl.col("item_minor"), pl.col("taken_minor").fill_null(0)
    carried = booked(item) - booked(taken_minor)
    worth = booked(item - taken_minor, "closing_times", "closing_per")
    return (
        foreign.filter(pl.col("posting_on") <= day)
        .join(taken, on="document", how="left")
        .join(closing, on=["entity", "currency"], how="left")
        .with_columns(gain_minor=pl.col("side") * (worth - carried))
        .group_by("entity", "currency")
        .agg(pl.col("gain_minor").sum(), pl.col("rate_micros").first())
        .filter(pl.col("gain_minor") != 0)
        .with_columns(posting_on=pl.lit(day), total_minor=ZERO)
        .sort("entity", "currency")
    )
