"""The company's books: every event of the world as documents in double entry.

Each document balances to zero in the functional currency of its entity, and in its own currency.
A document in another currency is booked at the rate of the month of its date. What a payment or
memo settles is relieved at the rate of the invoice; the difference is realised there and then, or,
where the application comes later, in a journal of that day. Other journals gather what one day (or
month) of an entity brings: the processor's fees and conversions, recognition, revaluation.

What the processor owes is three things: `CLEARING` has the gross of all that moved, `FEES_DUE` what
it keeps for itself, and both are settled by the deposit that carries the payout.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from python_checks.simulator.clocks import day_of
from python_checks.simulator.money import EXPONENTS, MICROS, half_up, units_per_major
from python_checks.simulator.schema import (
    COUNT, DAY, FLAG, INSTANT, KEY, MONEY, TEXT, Columns, World, made,
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
            found = dict(getattr(self, name).schema)
            wanted = {column: made(kind) for column, kind in columns.items()}
            if list(found.items()) != list(wanted.items()):
                raise ValueError(f"table {name} of the books: columns {found}, not {wanted}")


@dataclass(frozen=True)
class Part:
    """Documents of one origin and their lines."""

    documents: pl.DataFrame
    postings: pl.DataFrame


def document(origin: str, source: str | pl.Expr) -> pl.Expr:
    """The key of the document of an origin; null where `source` is."""
    key = pl.col(source) if isinstance(source, str) else source
    return key * MOST_ORIGINS + ORIGINS[origin]


def build_books(world: World) -> Books:
    """The books at the end of the world's last day. ValueError where a rate is missing."""
    rates = _rates(world)
    items = _open_items(world, rates)
    applications = _applications(world, items)
    differences = _differences(applications, items)
    at_once = differences.filter("is_at_once").select("document", "difference_minor")
    parts = [
        *_receivables(world, rates, items, at_once),
        *_disputes(world, rates),
        *_unidentified(world, rates),
        _other_entries(world, rates),
        _opening_banks(world, rates),
        _later_differences(world, differences.filter(~pl.col("is_at_once"))),
        *_recognised(world, items),
        *_revalued(world, rates, items, applications),
    ]
    parts += [_fees(world), _converted_by_processor(world, parts), _deposits(world)]
    return Books(
        documents=pl.concat([part.documents for part in parts]).sort("document"),
        postings=_numbered(pl.concat([part.postings for part in parts])),
        applications=applications.select(APPLICATIONS),
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
    months = pl.date_range(first, world.last_on + timedelta(days=31), "1mo", eager=True)
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
    minor = pl.col(amount) if isinstance(amount, str) else amount
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
    minor = pl.col(amount) if isinstance(amount, str) else amount
    number = pl.col(account) if isinstance(account, str) else pl.lit(account)
    found = {
        "document": pl.col("document"),
        "position": pl.lit(position) if isinstance(position, int) else position,
        "account": account if isinstance(account, pl.Expr) else number,
        "amount_minor": minor,
        "functional_minor": booked(minor) if functional is None else functional,
        "source": source,
    }
    return rows.select(
        found[name].cast(made(kind)).alias(name) for name, kind in POSTINGS.items()
    )


def _lines(*frames: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(frames)


def _with_differences(rows: pl.DataFrame, at_once: pl.DataFrame) -> pl.DataFrame:
    """`rows` with what their own applications add to the receivable account, 0 for none."""
    return rows.join(at_once, on="document", how="left", maintain_order="left").with_columns(
        pl.col("difference_minor").fill_null(0)
    )


def _difference_line(rows: pl.DataFrame) -> pl.DataFrame:
    differing = rows.filter(pl.col("difference_minor") != 0)
    return _line(differing, 900_000, REALISED, ZERO, -pl.col("difference_minor"))


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

    total: cash and what was kept back from it; debit_account: where the cash is.
    """
    kept_back = world.applications.group_by("receipt").agg(
        bank_charge_minor=pl.col("bank_charge_minor").sum(),
        withheld_minor=pl.col("withheld_minor").sum(),
    )
    accounts = world.bank_accounts.select(
        "bank_account", debit_account=pl.col("ledger_account").cast(pl.Int32)
    )
    rows = (
        world.receipts.filter((pl.col("kind") == "ordinary") | pl.col("identified_on").is_not_null())
        .join(kept_back, on="receipt", how="left", maintain_order="left")
        .join(accounts, on="bank_account", how="left", maintain_order="left")
        .with_columns(pl.col("bank_charge_minor", "withheld_minor").fill_null(0))
        .with_columns(
            document=document("receipt", "receipt"),
            entity="owed_entity",
            posting_on=pl.coalesce("identified_on", "received_on"),
            at=pl.when(pl.col("identified_on").is_null())
            .then("booked_at")
            .otherwise(pl.col("identified_on").cast(INSTANT) + pl.duration(hours=11)),
            total_minor=pl.sum_horizontal("amount_minor", "bank_charge_minor", "withheld_minor"),
            debit_account=pl.when(pl.col("kind") == "ordinary").then("debit_account")
            .when(pl.col("kind") == "unidentified").then(pl.lit(UNIDENTIFIED, dtype=pl.Int32))
            .otherwise(pl.lit(DUE_FROM, dtype=pl.Int32)),
            # The liability that it pays off was booked when the money came.
            rate_on=pl.when(pl.col("kind") == "unidentified").then("received_on")
            .otherwise(pl.coalesce("identified_on", "received_on")),
        )
    )  # fmt: skip
    return _rated(rows, rates, "rate_on")


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
    granted = moved.filter("is_grant").select("customer", "currency", "credit_note", "above", "below")
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


def _later_differences(world: World, differences: pl.DataFrame) -> Part:
    summed = (
        differences.group_by("entity", "currency", posting_on="on")
        .agg(difference_minor=pl.col("difference_minor").sum())
        .filter(pl.col("difference_minor") != 0)
        .sort("posting_on", "entity", "currency")
    )
    rows = _daily(summed, "exchange_difference").with_columns(total_minor=ZERO)
    rows = _rated(rows, _rates(world))
    difference = pl.col("difference_minor")
    return Part(
        _documents(rows, "exchange_difference", "journal"),
        _lines(
            _line(rows, 0, RECEIVABLE, ZERO, difference), _line(rows, 1, REALISED, ZERO, -difference)
        ),
    )


# --- receivables --------------------------------------------------------------------------------


def _receivables(
    world: World, rates: pl.DataFrame, items: dict[str, pl.DataFrame], at_once: pl.DataFrame
) -> Iterable[Part]:
    invoices = items["invoice"]
    postings = _invoice_lines(world, invoices)
    yield Part(
        _documents(
            invoices, "invoice", pl.col("kind"), dated_on="issued_on",
            is_void=pl.col("voided_at").is_not_null(),
        ),
        postings,
    )  # fmt: skip
    notes = _with_differences(items["credit_note"], at_once)
    yield Part(_documents(notes, "credit_note", "credit_memo"), _note_lines(world, notes))
    total, difference = pl.col("total_minor"), pl.col("difference_minor")
    for origin in ("charge", "receipt"):
        rows = _with_differences(items[origin], at_once)
        account: int | str = CLEARING if origin == "charge" else "debit_account"
        lines = [_line(rows, 0, account, "amount_minor")]
        if origin == "receipt":
            lines += _kept_back(rows, 1)
            # Rounded each by itself, the parts make up the whole.
            parts = ("amount_minor", "bank_charge_minor", "withheld_minor")
            functional = pl.sum_horizontal(booked(part) for part in parts)
            rows = rows.with_columns(odd=functional - booked(total))
            difference = pl.col("difference_minor") - pl.col("odd")
            rows = rows.with_columns(difference_minor=difference)
        settled = -booked(total) + pl.col("difference_minor")
        if origin == "receipt":
            settled = -booked(total) + pl.col("difference_minor") + pl.col("odd")
            # The receivable account takes no rounding: the exchange difference does.
        lines.append(_line(rows, 8, RECEIVABLE, -total, settled))
        yield Part(
            _documents(rows, origin, "payment"), _lines(*lines, _difference_line(rows))
        )
    for origin, sign, kind in (("refund", 1, "refund"), ("refund_failure", -1, "journal")):
        rows = _with_differences(items[origin], at_once)
        reverses = document("refund", "refund") if sign < 0 else NO_KEY
        yield Part(
            _documents(rows, origin, kind, reverses=reverses),
            _lines(
                _line(rows, 0, RECEIVABLE, sign * total, sign * booked(total)
                      + pl.col("difference_minor")),
                _line(rows, 1, CLEARING, -sign * total),
                _difference_line(rows),
            ),
        )  # fmt: skip
