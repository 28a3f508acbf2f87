"""What the bank shows: a statement for each account and month, after ISO 20022 camt.053.

What a statement opens with plus what is booked on it is what it closes with; the one of the month
that is not over ends on the last day known. An entry has one reference: the end-to-end id where the
sender gave one (a processor's payout), else the bank's own.
"""

from datetime import date

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.money import in_major_units
from python_checks.simulator.schema import World

NO_TEXT = pl.lit(None, dtype=pl.String)
NOT_PROVIDED = "NOTPROVIDED"
# Domain, family and sub-family of ISO 20022's bank transaction codes.
CODES = {
    "wire": "PMNT-RCDT-XBCT", "sepa_credit": "PMNT-RCDT-ESCT", "ach_credit": "PMNT-RCDT-DMCT",
    "cheque": "PMNT-RCHQ-CCHQ", "payout": "PMNT-RCDT-DMCT", "returned": "PMNT-RCDT-RRTN",
    "rent": "PMNT-ICDT-DMCT", "payroll": "PMNT-ICDT-SALA", "bank_fee": "ACMT-MDOP-CHRG",
    "interest": "ACMT-MCOP-INTR", "intercompany": "PMNT-ICDT-ICCT",
}  # fmt: skip
PARTIES = {
    "rent": "OFFICE RENT", "payroll": "PAYROLL", "bank_fee": "BANK CHARGES",
    "interest": "INTEREST", "intercompany": "LUMENWERK GROUP",
}  # fmt: skip
COLUMNS = ["letter", "key", "bank_account", "on", "minor", "code", "sent", "text", "party",
           "is_reversal"]  # fmt: skip


def receipt_reference(receipt: str = "receipt", entity: str = "entity") -> pl.Expr:
    """The bank's reference of a payment that it received, by the entity whose account it is."""
    return _reference("R", pl.col(receipt), entity)


def tables(world: World) -> dict[str, pl.DataFrame]:
    """`statement` and `entry`: all text, in the order of accounts and days."""
    accounts = world.bank_accounts.select("bank_account", "entity", "number", "currency")
    booked = _booked(world).join(accounts, on="bank_account", how="left", maintain_order="left")
    booked = booked.sort("bank_account", "on", "letter", "key")
    return {"statement": _statements(world, booked), "entry": _entries(booked)}


def _reference(letter: str | pl.Expr, key: pl.Expr, entity: str = "entity") -> pl.Expr:
    first = pl.lit(letter) if isinstance(letter, str) else letter
    number = key.cast(pl.String).str.zfill(7)
    return pl.concat_str(pl.lit("REF"), ids.prefix(entity), pl.lit("-"), first, number)


def _booked(world: World) -> pl.DataFrame:
    """Everything on the accounts until the last day, money in positive."""
    arrived = world.payouts.filter(pl.col("arrives_on") <= world.last_on)
    payouts = arrived.select(
        letter=pl.lit("P"), key="payout", bank_account="bank_account", on="arrives_on",
        minor="amount_minor", code=pl.lit(CODES["payout"]), sent=ids.stripe("po", "payout"),
        text=pl.lit("PAYOUT"), party=pl.lit("STRIPE"), is_reversal=pl.lit(value=False),
    )  # fmt: skip
    names = world.customers.select("customer", party=pl.col("name").str.to_uppercase())
    paid = world.receipts.join(names, on="customer", how="left", maintain_order="left")
    receipts = paid.select(
        letter=pl.lit("R"), key="receipt", bank_account="bank_account", on="received_on",
        minor="amount_minor", code=pl.col("method").replace_strict(CODES, return_dtype=pl.String),
        sent=pl.lit(NOT_PROVIDED), text="reference",
        # Nobody can see whose an unidentified payment is.
        party=pl.when(pl.col("kind") != "unidentified").then("party"),
        is_reversal=pl.lit(value=False),
    )  # fmt: skip
    returned = paid.filter(pl.col("returned_on").is_not_null()).select(
        letter=pl.lit("V"), key="receipt", bank_account="bank_account", on="returned_on",
        minor=-pl.col("amount_minor"), code=pl.lit(CODES["returned"]), sent=pl.lit(NOT_PROVIDED),
        text=pl.concat_str(pl.lit("RETURN "), receipt_reference(), pl.lit(" "), "reference"),
        party="party", is_reversal=pl.lit(value=True),
    )  # fmt: skip
    others = world.other_bank_entries.select(
        letter=pl.lit("O"), key="bank_entry", bank_account="bank_account", on="on",
        minor="amount_minor", code=pl.col("kind").replace_strict(CODES, return_dtype=pl.String),
        sent=NO_TEXT, text="reference",
        party=pl.col("kind").replace_strict(PARTIES, return_dtype=pl.String),
        is_reversal=pl.lit(value=False),
    )  # fmt: skip
    return pl.concat(part.select(COLUMNS) for part in (payouts, receipts, returned, others))


def _statement_id() -> pl.Expr:
    return pl.concat_str("number", pl.lit("-"), pl.col("on").dt.strftime("%Y-%m"))


def _entries(booked: pl.DataFrame) -> pl.DataFrame:
    reference = _reference(pl.col("letter"), pl.col("key"))
    return booked.select(
        entry_id=pl.concat_str(pl.lit("BE-"), reference.str.strip_prefix("REF")),
        statement_id=_statement_id(),
        account_id="number",
        currency="currency",
        amount=in_major_units(pl.col("minor").abs()),
        credit_debit_indicator=pl.when(pl.col("minor") > 0)
        .then(pl.lit("CRDT"))
        .otherwise(pl.lit("DBIT")),
        reversal_indicator=pl.when("is_reversal").then(pl.lit("true")).otherwise(pl.lit("false")),
        booking_date=pl.col("on").dt.strftime("%Y-%m-%d"),
        value_date=pl.col("on").dt.strftime("%Y-%m-%d"),
        bank_transaction_code="code",
        account_servicer_reference=reference,
        end_to_end_id="sent",
        remittance_information="text",
        counterparty_name="party",
    )


def _months(world: World) -> pl.DataFrame:
    firsts: list[date] = list(pl.date_range(world.first_on, world.last_on, "1mo", eager=True))
    return pl.DataFrame({"on": firsts}, schema={"on": pl.Date}).with_columns(
        to_on=pl.min_horizontal(pl.col("on").dt.month_end(), pl.lit(world.last_on))
    )


def _statements(world: World, booked: pl.DataFrame) -> pl.DataFrame:
    sums = booked.group_by("bank_account", on=pl.col("on").dt.truncate("1mo")).agg(
        sum_minor=pl.col("minor").sum()
    )
    balances = (
        world.bank_accounts.join(_months(world), how="cross")
        .join(sums, on=["bank_account", "on"], how="left")
        .sort("bank_account", "on")
        .with_columns(
            closing_minor=pl.col("opening_minor")
            + pl.col("sum_minor").fill_null(0).cum_sum().over("bank_account", order_by="on")
        )
        .with_columns(
            opening_minor=pl.col("closing_minor")
            .shift(1)
            .over("bank_account", order_by="on")
            .fill_null(pl.col("opening_minor"))
        )
    )
    return balances.select(
        statement_id=_statement_id(),
        account_id="number",
        currency="currency",
        from_date=pl.col("on").dt.strftime("%Y-%m-%d"),
        to_date=pl.col("to_on").dt.strftime("%Y-%m-%d"),
        opening_balance=in_major_units("opening_minor"),
        closing_balance=in_major_units("closing_minor"),
        created_at=pl.col("to_on").dt.strftime("%Y-%m-%d 23:00:00"),
    )
