"""Faults around cash: payments, refunds, chargebacks, payouts and the bank."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.books import MOST_ORIGINS, ORIGINS
from python_checks.simulator.faults.edits import Edit, Row
from python_checks.simulator.faults.ledger import (
    HEADERS,
    LINES,
    LINKS,
    POSTINGS,
    decimal,
    document,
    in_places,
    invoices,
    major,
    removed,
    shifted,
    sides,
    told,
    with_taxes,
)  # fmt: skip
from python_checks.simulator.faults.planting import CODES, Fault, Ground, Truth, kind
from python_checks.simulator.money import EXPONENTS
from python_checks.simulator.views.netsuite import FIRST_TRANSACTION_ID

STATEMENTS, ENTRIES = "bank/statement", "bank/entry"


def transaction(origin: str, source: object) -> str:
    """The ERP's id of the document that the books make of a row of the world."""
    return str(FIRST_TRANSACTION_ID + int(str(source)) * MOST_ORIGINS + ORIGINS[origin])


def zuora(kind_of: str, key: object) -> str:
    return str(pl.select(ids.zuora(kind_of, pl.lit(int(str(key))))).item())


def stripe(kind_of: str, key: object, entity: object) -> str:
    frame = pl.DataFrame({"entity": [int(str(entity))]})
    return str(frame.select(ids.stripe(kind_of, pl.lit(int(str(key))))).item())


def scaled(row: dict[str, object], column: str, currency: str) -> Decimal:
    return Decimal(int(str(row[column]))).scaleb(-EXPONENTS[currency])


def header(ground: Ground, origin: str, source: object) -> Row:
    (found,) = ground.rows(HEADERS, {"id": transaction(origin, source)})
    return found


def line_on(ground: Ground, found: Row, account_number: str) -> Row | None:
    """The line of a document on an account, if it has one."""
    accounts = {row["acctnumber"]: row["id"] for row in ground.rows("netsuite/account", {})}
    for posting in ground.rows(POSTINGS, {"transaction": found["id"]}):
        if posting["account"] == accounts[account_number]:
            where: Row = {"transaction": found["id"], "id": posting["transactionline"]}
            (line,) = ground.rows(LINES, where)
            return line
    return None


def without_line(ground: Ground, found: Row, line: Row) -> list[Edit]:
    """A line of a document taken away, and its amount put on the main line."""
    where: Row = {"transaction": found["id"]}
    main = next(row for row in ground.rows(LINES, where) if row["mainline"] == "T")
    foreign = decimal(main["foreignamount"]) + decimal(line["foreignamount"])
    net = decimal(main["netamount"]) + decimal(line["netamount"])
    return [
        Edit(HEADERS, "replace", {"id": found["id"]}, {"foreigntotal": str(abs(foreign))}),
        Edit(LINES, "replace", where | {"id": main["id"]},
             {"foreignamount": str(foreign), "netamount": str(net)}),
        Edit(POSTINGS, "replace", where | {"transactionline": main["id"]}, sides(net)),
        Edit(LINES, "drop", where | {"id": line["id"]}),
        Edit(POSTINGS, "drop", where | {"transactionline": line["id"]}),
    ]  # fmt: skip


def bank_moved(ground: Ground, account: str, day: date, delta: Decimal) -> list[Edit]:
    """The statements of an account after an entry of that day has another amount."""
    edits = []
    for row in ground.rows(STATEMENTS, {"account_id": account}):
        assert row["to_date"] is not None
        assert row["from_date"] is not None
        if date.fromisoformat(row["to_date"]) < day:
            continue
        cells: Row = {"closing_balance": str(delta)}
        if date.fromisoformat(row["from_date"]) > day:
            cells["opening_balance"] = str(delta)
        edits.append(Edit(STATEMENTS, "shift", {"statement_id": row["statement_id"]}, cells))
    return edits


def on_free_days(ground: Ground, rows: pl.DataFrame, day: str) -> pl.DataFrame:
    """Rows (`account_number` and a column of days) whose bank entries came as they should."""
    taken = pl.DataFrame(
        sorted(ground.whole_days), schema={"account_number": pl.String, day: pl.Date}, orient="row"
    )
    return rows.join(taken, on=["account_number", day], how="anti", maintain_order="left")


def take_entry(ground: Ground, row: dict[str, object], day: str) -> None:
    """Keeps the day of a bank entry from being delivered twice or not at all."""
    on = row[day]
    assert isinstance(on, date)
    ground.entry_days.add((str(row["account_number"]), on))


def month(day: object) -> str:
    assert isinstance(day, date)
    return f"{day:%Y-%m}-01"


def last_month(ground: Ground) -> str:
    return month(ground.world.last_on)


def truth(
    pair: str, code: str, side: str, system: str, account: str, entity: object, key: str,
    currency: str, amount: Decimal, period: str, *, other: str = "", found_by: str = "recon",
) -> Truth:  # fmt: skip
    return Truth(
        found_by, pair, code, side, system, account, CODES[int(str(entity))], key, other, currency,
        str(in_places(amount, currency)), period,
    )  # fmt: skip


# --- credits, voids and write-offs in one system --------------------------------------------------


def _noted(ground: Ground, note: dict[str, object]) -> dict[str, object]:
    """The invoice of a credit note."""
    found = ground.world.invoices.filter(pl.col("invoice") == note["invoice"])
    return found.to_dicts()[0]


@kind
def credit_memo_not_exported(ground: Ground, count: int) -> Iterator[Fault]:
    """The ERP does not know of a credit memo: its invoice is open by more."""
    notes = ground.world.credit_notes.filter(pl.col("goes_to") == "invoice")
    for note in ground.choose(notes, "invoice", "invoice", count):
        row = _noted(ground, note)
        found = document(ground, str(note["number"]), "CustCred")
        amount = scaled(note, "total_minor", str(note["currency"]))
        code = "credit_memo_not_exported"
        truths = (
            truth("R03", code, "L", "zuora", "default", note["entity"], str(note["number"]),
                  str(note["currency"]), amount, month(note["issued_on"])),
            told(row, "R08a", code, "both", -amount),
        )  # fmt: skip
        day = note["issued_on"]
        assert isinstance(day, date)
        yield Fault(code, day, tuple(removed(str(found["id"]))), truths)


@kind
def void_one_side(ground: Ground, count: int) -> Iterator[Fault]:
    """Void in billing, open in the ERP."""
    world = ground.world
    voided = world.invoices.filter(
        pl.col("voided_at").is_not_null() & (pl.col("kind") == "invoice")
    )
    for row in ground.choose(voided, "invoice", "invoice", count):
        found = document(ground, str(row["number"]))
        edits = [
            *removed(transaction("void", row["invoice"])),
            Edit(HEADERS, "replace", {"id": found["id"]},
                 {"voided": "F", "status": "A", "closedate": None}),
        ]  # fmt: skip
        truths = [told(row, pair, "void_one_side", "R", -major(row)) for pair in ("R01", "R08a")]
        truths = with_taxes(row, truths, "void_one_side", "R")
        day = row["issued_on"]
        assert isinstance(day, date)
        yield Fault("void_one_side", day + timedelta(days=3), tuple(edits), tuple(truths))


@kind
def write_off_one_side(ground: Ground, count: int) -> Iterator[Fault]:
    """Written off in billing, open in the ERP."""
    world = ground.world
    rows = world.write_offs.rename({"amount_minor": "off_minor"}).join(
        world.invoices.filter(~pl.col("is_opening") & (pl.col("kind") == "invoice")),
        on="invoice",
        how="inner",
    )
    for row in ground.choose(rows, "invoice", "invoice", count):
        amount = scaled(row, "off_minor", str(row["currency"]))
        found = document(ground, str(row["number"]))
        edits = [
            *removed(transaction("write_off", row["write_off"])),
            Edit(HEADERS, "replace", {"id": found["id"]}, {"status": "A", "closedate": None}),
        ]
        day = row["on"]
        assert isinstance(day, date)
        told_off = told(row, "R08a", "write_off_one_side", "R", -amount)
        yield Fault("write_off_one_side", day, tuple(edits), (told_off,))


# --- the processor's side -------------------------------------------------------------------------


def _card_payments(ground: Ground) -> pl.DataFrame:
    return ground.keep("card payments", lambda: _made_by_card(ground))


def _made_by_card(ground: Ground) -> pl.DataFrame:
    """Succeeded charges of Zuora's customers in the entity's own currency, nothing else on them."""
    world = ground.world
    settled = world.movements.filter((pl.col("kind") == "charge") & pl.col("rate_micros").is_null())
    able = invoices(ground).filter(
        (pl.col("biller") == "zuora") & ~pl.col("is_direct") & pl.col("is_old")
    )
    paid = (
        world.charges.filter(pl.col("status") == "succeeded")
        .rename({"amount_minor": "paid_minor"})
        .join(world.intents.select("intent", "invoice"), on="intent", how="left")
        .join(able, on="invoice", how="inner")
        .join(settled.select("charge", "movement", "payout"), on="charge", how="inner")
    )
    for other in (world.refunds, world.disputes):
        paid = paid.join(other.select("charge"), on="charge", how="anti")
    alone = paid.group_by("invoice").len().filter(pl.col("len") == 1).select("invoice")
    return paid.join(alone, on="invoice", how="semi").join(
        world.credit_notes.select("invoice"), on="invoice", how="anti"
    )


def _unpaid_in_zuora(row: dict[str, object], payment: str) -> list[Edit]:
    """A payment gone from Zuora: the invoice, which it paid alone, is open again."""
    currency = str(row["currency"])
    cells: Row = {
        "payment_amount": str(in_places(Decimal(0), currency)),
        "balance": str(major(row)),
    }
    return [
        Edit("zuora/payment_application", "drop", {"payment_id": payment}),
        Edit("zuora/payment", "drop", {"id": payment}),
        Edit("zuora/invoice", "replace", {"id": zuora("invoice", row["invoice"])}, cells),
    ]


@kind
def orphan_settlement(ground: Ground, count: int) -> Iterator[Fault]:
    """A charge that neither billing nor the ERP has heard of."""
    for row in ground.choose(_card_payments(ground), "invoice", "invoice", count):
        charge = stripe("ch", row["charge"], row["entity"])
        currency = str(row["currency"])
        amount = scaled(row, "paid_minor", currency)
        (payment,) = ground.rows("zuora/payment", {"reference_id": charge})
        found = document(ground, str(row["number"]))
        edits = [
            *_unpaid_in_zuora(row, str(payment["id"])),
            *removed(transaction("charge", row["charge"])),
            Edit(HEADERS, "replace", {"id": found["id"]}, {"status": "A", "closedate": None}),
        ]
        at = row["at"]
        assert isinstance(at, date)
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        truths = tuple(
            truth(pair, "orphan_settlement", side, "stripe", account, row["entity"], charge,
                  currency, sign * amount, period)
            for pair, side, sign, period in (
                ("R04", "R", -1, month(at)), ("R17", "both", 1, last_month(ground)),
            )
        )  # fmt: skip
        yield Fault("orphan_settlement", at.date(), tuple(edits), truths)  # type: ignore[attr-defined]


@kind
def lost_payout_line(ground: Ground, count: int) -> Iterator[Fault]:
    """A line of a payout is missing from the processor's extract."""
    world = ground.world
    # A payout of one line would be left with nothing to compare.
    several = (
        world.movements.filter((pl.col("kind") != "payout") & pl.col("payout").is_not_null())
        .group_by("payout")
        .len()
        .filter(pl.col("len") > 2)
    )
    lines = (
        world.movements.filter(pl.col("kind") == "charge")
        .join(several, on="payout", how="semi")
        .join(world.entities.select("entity", "currency"), on="entity", how="left")
        .join(world.payouts.select("payout", "arrives_on"), on="payout", how="left")
    )
    for row in ground.choose(lines, "movement", "movement", count):
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        line = stripe("txn", row["movement"], row["entity"])
        payout = stripe("po", row["payout"], row["entity"])
        edits = (
            Edit(f"stripe/{account}/balance_transaction", "drop", {"id": line}),
            Edit(f"stripe/{account}/payout_balance_transaction", "drop",
                 {"balance_transaction_id": line}),
        )  # fmt: skip
        at = row["at"]
        assert isinstance(at, date)
        currency = str(row["currency"])
        amount = scaled(row, "net_minor", currency)
        found = truth("R05", "amount_mismatch", "both", "stripe", account, row["entity"], payout,
                      currency, -amount, month(row["arrives_on"]))  # fmt: skip
        yield Fault("lost_payout_line", at.date(), edits, (found,))  # type: ignore[attr-defined]


@kind
def refund_not_booked(ground: Ground, count: int) -> Iterator[Fault]:
    """The processor refunded, billing has no refund."""
    world = ground.world
    rows = (
        world.refunds.filter(pl.col("failed_at").is_null())
        .join(
            world.charges.join(
                world.intents.select("intent", "customer", "entity", "currency"), on="intent"
            ).select("charge", "customer", "entity", "currency"),
            on="charge",
            how="left",
        )
        .join(world.customers.select("customer", "biller"), on="customer", how="left")
        .filter(pl.col("biller") == "zuora")
    )
    for row in ground.choose(rows, "refund", "refund", count):
        number = stripe("re", row["refund"], row["entity"])
        (refund,) = ground.rows("zuora/refund", {"reference_id": number})
        currency = str(row["currency"])
        amount = scaled(row, "amount_minor", currency)
        edits = (
            Edit("zuora/refund_application", "drop", {"refund_id": refund["id"]}),
            Edit("zuora/refund", "drop", {"id": refund["id"]}),
        )
        at = row["at"]
        assert isinstance(at, date)
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        found = truth("R04", "refund_not_booked", "R", "stripe", account, row["entity"], number,
                      currency, amount, month(at))  # fmt: skip
        yield Fault("refund_not_booked", at.date(), edits, (found,))  # type: ignore[attr-defined]


@kind
def chargeback_not_booked(ground: Ground, count: int) -> Iterator[Fault]:
    """The processor took the money of a dispute, the ERP has no entry for it."""
    world = ground.world
    # In another currency the books' conversion of the day would be wrong as well.
    moved = world.movements.filter(
        (pl.col("kind") == "dispute") & pl.col("rate_micros").is_null()
    ).select("dispute", "gross_minor", "fee_minor", "entity")
    rows = (
        world.disputes.filter(~pl.col("is_inquiry") & pl.col("outcome").is_null())
        .join(moved, on="dispute", how="inner")
        .join(world.entities.select("entity", "currency"), on="entity", how="left")
    )
    for row in ground.choose(rows, "dispute", "dispute", count):
        number = stripe("du", row["dispute"], row["entity"])
        currency = str(row["currency"])
        amount = scaled(row, "gross_minor", currency)
        edits = tuple(removed(transaction("dispute_opened", row["dispute"])))
        at = row["opened_at"]
        assert isinstance(at, date)
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        truths = (
            truth("R04", "chargeback_not_booked", "R", "stripe", account, row["entity"], number,
                  currency, -amount, month(at)),
            truth("R17", "chargeback_not_booked", "both", "stripe", account, row["entity"], number,
                  currency, amount, last_month(ground)),
        )  # fmt: skip
        yield Fault("chargeback_not_booked", at.date(), edits, truths)  # type: ignore[attr-defined]


@kind
def refund_without_credit(ground: Ground, count: int) -> Iterator[Fault]:
    """A refund with no credit note behind it, in billing or in the ERP."""
    world = ground.world
    notes = world.credit_notes.filter(
        (pl.col("goes_to") == "refund") & (pl.col("biller") == "stripe")
    )
    alone = notes.group_by("invoice").len().filter(pl.col("len") == 1).select("invoice")
    rows = notes.join(alone, on="invoice", how="semi").join(
        world.refunds.filter(pl.col("failed_at").is_null()).select("credit_note", "refund"),
        on="credit_note",
        how="inner",
    )
    for row in ground.choose(rows, "invoice", "invoice", count):
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        note = stripe("cn", row["credit_note"], row["entity"])
        invoice = stripe("in", row["invoice"], row["entity"])
        found = document(ground, str(row["number"]), "CustCred")
        refund = stripe("re", row["refund"], row["entity"])
        currency = str(row["currency"])
        edits = [
            Edit(f"stripe/{account}/credit_note_line_item", "drop", {"credit_note_id": note}),
            Edit(f"stripe/{account}/credit_note", "drop", {"id": note}),
            Edit(f"stripe/{account}/invoice", "replace", {"id": invoice},
                 {"post_payment_credit_notes_amount": "0"}),
            *removed(str(found["id"])),
        ]  # fmt: skip
        day = row["issued_on"]
        assert isinstance(day, date)
        told_of = truth(
            "R04", "refund_without_credit", "both", "stripe", account, row["entity"], refund,
            currency, scaled(row, "total_minor", currency), month(day),
        )  # fmt: skip
        yield Fault("refund_without_credit", day, tuple(edits), (told_of,))


@kind
def fee_netted(ground: Ground, count: int) -> Iterator[Fault]:
    """A deposit that books its charges net of fees instead of gross."""
    world = ground.world
    rows = world.payouts.filter(pl.col("arrives_on") <= world.last_on).join(
        world.entities.select("entity", "currency"), on="entity", how="left"
    )
    for row in ground.choose(rows, "payout", "payout", count):
        found = header(ground, "payout", row["payout"])
        fee = line_on(ground, found, "1055")
        gross = [
            line
            for line in ground.rows(LINES, {"transaction": found["id"]})
            if (line["memo"] or "").startswith("charge ")
        ]
        if fee is None or not gross:
            continue
        largest = min(gross, key=lambda line: decimal(line["foreignamount"]))
        amount = decimal(largest["foreignamount"]) + decimal(fee["foreignamount"])
        where: Row = {"transaction": found["id"]}
        edits = (
            Edit(LINES, "replace", where | {"id": largest["id"]},
                 {"foreignamount": str(amount), "netamount": str(amount)}),
            Edit(POSTINGS, "replace", where | {"transactionline": largest["id"]}, sides(amount)),
            Edit(LINES, "drop", where | {"id": fee["id"]}),
            Edit(POSTINGS, "drop", where | {"transactionline": fee["id"]}),
        )  # fmt: skip
        day = row["arrives_on"]
        assert isinstance(day, date)
        number = stripe("po", row["payout"], row["entity"])
        told_of = truth(
            "R07", "fee_netted", "both", "stripe", ids.ACCOUNTS[int(str(row["entity"]))],
            row["entity"], number, str(row["currency"]), -decimal(fee["foreignamount"]), month(day),
        )  # fmt: skip
        yield Fault("fee_netted", day, edits, (told_of,))


# --- receipts -------------------------------------------------------------------------------------


def _receipts(ground: Ground) -> pl.DataFrame:
    return ground.keep("receipts", lambda: _simple_receipts(ground))


def _simple_receipts(ground: Ground) -> pl.DataFrame:
    """Receipts that pay one invoice of the window and nothing has happened to since."""
    world = ground.world
    applied = world.applications.join(
        world.applications.group_by("receipt").len().filter(pl.col("len") == 1),
        on="receipt",
        how="semi",
    )
    one = world.applications.group_by("invoice").len().filter(pl.col("len") == 1)
    return (
        world.receipts.filter((pl.col("kind") == "ordinary") & pl.col("returned_on").is_null())
        .rename({"amount_minor": "received_minor", "kind": "receipt_kind", "customer": "payer",
                 "method": "payment_method"})
        .drop("currency", "entity")
        .join(applied, on="receipt", how="inner")
        .join(one.select("invoice"), on="invoice", how="semi")
        .join(invoices(ground), on="invoice", how="inner")
        .join(world.credit_notes.select("invoice"), on="invoice", how="anti")
        .join(world.bank_accounts.select("bank_account", account_number="number"),
              on="bank_account", how="left")
        .filter(pl.col("currency") == pl.col("home"))
    )  # fmt: skip


def _entry(ground: Ground, row: dict[str, object]) -> Row:
    """The bank line of a receipt."""
    found = header(ground, "receipt", row["receipt"])
    (entry,) = ground.rows(ENTRIES, {"account_servicer_reference": found["externalid"]})
    return entry


def _netted_in_bank(
    ground: Ground, count: int, column: str, account: str, code: str
) -> Iterator[Fault]:
    rows = on_free_days(ground, _receipts(ground), "received_on").filter(pl.col(column) > 0)
    for row in ground.choose(rows, "invoice", "invoice", count):
        take_entry(ground, row, "received_on")
        found = header(ground, "receipt", row["receipt"])
        line = line_on(ground, found, account)
        assert line is not None
        entry = _entry(ground, row)
        currency = str(row["currency"])
        amount = scaled(row, column, currency)
        received = row["received_on"]
        assert isinstance(received, date)
        truths = (
            truth("R15", code, "both", "bank", "default", row["entity"], str(entry["entry_id"]),
                  currency, amount, month(received), other=str(found["tranid"])),
            truth("R18", code, "R", "bank", "default", row["entity"], str(row["account_number"]),
                  currency, -amount, last_month(ground)),
        )  # fmt: skip
        yield Fault(code, received, tuple(without_line(ground, found, line)), truths)


@kind
def short_paid_bank_charge(ground: Ground, count: int) -> Iterator[Fault]:
    """The ERP booked the invoice's amount, the bank paid it less its charge."""
    yield from _netted_in_bank(ground, count, "bank_charge_minor", "6300", "short_paid_bank_charge")


@kind
def withholding_tax(ground: Ground, count: int) -> Iterator[Fault]:
    """The ERP booked the invoice's amount, the customer withheld tax."""
    yield from _netted_in_bank(ground, count, "withheld_minor", "1300", "withholding_tax")


@kind
def over_payment(ground: Ground, count: int) -> Iterator[Fault]:
    """More came than the ERP booked."""
    rows = on_free_days(ground, _receipts(ground), "received_on").filter(
        (pl.col("received_minor") > pl.col("cash_minor")) & (pl.col("withheld_minor") == 0)
    )
    for row in ground.choose(rows, "invoice", "invoice", count):
        take_entry(ground, row, "received_on")
        found = header(ground, "receipt", row["receipt"])
        entry = _entry(ground, row)
        currency = str(row["currency"])
        over = scaled(row, "received_minor", currency) - scaled(row, "cash_minor", currency)
        line = line_on(ground, found, "1100")
        assert line is not None
        received = row["received_on"]
        assert isinstance(received, date)
        edits = tuple(shifted(ground, found, -over, str(row["home"]), against=line["id"]))
        truths = (
            truth("R15", "over_payment", "both", "bank", "default", row["entity"],
                  str(entry["entry_id"]), currency, -over, month(received),
                  other=str(found["tranid"])),
            truth("R18", "over_payment", "L", "bank", "default", row["entity"],
                  str(row["account_number"]), currency, over, last_month(ground)),
        )  # fmt: skip
        yield Fault("over_payment", received, edits, truths)


@kind
def unapplied(ground: Ground, count: int) -> Iterator[Fault]:
    """Billing applied a payment, the ERP has it lying unapplied."""
    for row in ground.choose(_receipts(ground), "invoice", "invoice", count):
        found = header(ground, "receipt", row["receipt"])
        target = document(ground, str(row["number"]))
        where: Row = {"previousdoc": target["id"], "nextdoc": found["id"]}
        edits = (
            Edit(LINKS, "drop", where),
            Edit(HEADERS, "replace", {"id": target["id"]}, {"status": "A", "closedate": None}),
        )
        amount = scaled(row, "amount_minor", str(row["currency"]))
        applied = row["applied_on"]
        assert isinstance(applied, date)
        truths = (
            told(row, "R16", "unapplied", "L", amount, period_month=month(applied)),
            told(row, "R08a", "unapplied", "both", -amount),
        )
        yield Fault("unapplied", applied, edits, truths)


@kind
def partial_payment(ground: Ground, count: int) -> Iterator[Fault]:
    """Billing applied the whole payment, the ERP a part of it."""
    for row in ground.choose(_receipts(ground), "invoice", "invoice", count):
        found = header(ground, "receipt", row["receipt"])
        target = document(ground, str(row["number"]))
        where: Row = {"previousdoc": target["id"], "nextdoc": found["id"]}
        currency = str(row["currency"])
        amount = scaled(row, "amount_minor", currency)
        part = in_places(amount / 3, currency)
        edits = (
            Edit(LINKS, "replace", where, {"foreignamount": str(part)}),
            Edit(HEADERS, "replace", {"id": target["id"]}, {"status": "A", "closedate": None}),
        )
        applied = row["applied_on"]
        assert isinstance(applied, date)
        rest = amount - part
        truths = (
            told(row, "R16", "partial_payment", "both", rest, period_month=month(applied)),
            told(row, "R08a", "partial_payment", "both", -rest),
        )
        yield Fault("partial_payment", applied, edits, truths)


@kind
def unidentified_receipt(ground: Ground, count: int) -> Iterator[Fault]:
    """Money on the bank account without payer or document; nobody has booked it."""
    rows = on_free_days(ground, _receipts(ground), "received_on")
    for row in ground.choose(rows, "invoice", "invoice", count):
        take_entry(ground, row, "received_on")
        found = header(ground, "receipt", row["receipt"])
        target = document(ground, str(row["number"]))
        entry = _entry(ground, row)
        applications = ground.rows(
            "zuora/payment_application", {"invoice_id": zuora("invoice", row["invoice"])}
        )
        payments = {str(application["payment_id"]) for application in applications}
        currency = str(row["currency"])
        received = scaled(row, "received_minor", currency)
        journals = [
            str(line["id"])
            for line in ground.rows(HEADERS, {"memo": f"Exchange difference {found['tranid']}"})
        ]
        edits = [
            *(edit for payment in sorted(payments) for edit in _unpaid_in_zuora(row, payment)),
            *removed(str(found["id"])),
            *(edit for journal in journals for edit in removed(journal)),
            Edit(HEADERS, "replace", {"id": target["id"]}, {"status": "A", "closedate": None}),
            Edit(ENTRIES, "replace", {"entry_id": entry["entry_id"]},
                 {"remittance_information": "CREDIT", "counterparty_name": None,
                  "end_to_end_id": "NOTPROVIDED"}),
        ]  # fmt: skip
        day = row["received_on"]
        assert isinstance(day, date)
        truths = (
            truth("R15", "unidentified_receipt", "R", "bank", "default", row["entity"],
                  str(entry["entry_id"]), currency, -received, month(day)),
            truth("R18", "unidentified_receipt", "L", "bank", "default", row["entity"],
                  str(row["account_number"]), currency, received, last_month(ground)),
        )  # fmt: skip
        yield Fault("unidentified_receipt", day, tuple(edits), truths)


# --- payouts and the bank -------------------------------------------------------------------------


def _arrived(ground: Ground) -> pl.DataFrame:
    world = ground.world
    return (
        world.payouts.filter(pl.col("arrives_on") <= world.last_on)
        .join(world.entities.select("entity", "currency"), on="entity", how="left")
        .join(
            world.bank_accounts.select("bank_account", account_number="number"),
            on="bank_account", how="left",
        )
    )  # fmt: skip


@kind
def payout_short(ground: Ground, count: int) -> Iterator[Fault]:
    """The bank received a little less than the payout."""
    rows = on_free_days(ground, _arrived(ground), "arrives_on")
    for row in ground.choose(rows, "payout", "payout", count):
        take_entry(ground, row, "arrives_on")
        number = stripe("po", row["payout"], row["entity"])
        (entry,) = ground.rows(ENTRIES, {"end_to_end_id": number})
        currency = str(row["currency"])
        delta = Decimal(1 + int(str(row["payout"])) % 40).scaleb(-EXPONENTS[currency])
        day = row["arrives_on"]
        assert isinstance(day, date)
        edits = [
            Edit(ENTRIES, "replace", {"entry_id": entry["entry_id"]},
                 {"amount": str(decimal(entry["amount"]) - delta)}),
            *bank_moved(ground, str(row["account_number"]), day, -delta),
        ]  # fmt: skip
        truths = (
            truth("R06", "amount_mismatch", "both", "stripe",
                  ids.ACCOUNTS[int(str(row["entity"]))], row["entity"], number, currency, delta,
                  month(day), other=str(entry["entry_id"])),
            truth("R18", "amount_mismatch", "R", "bank", "default", row["entity"],
                  str(row["account_number"]), currency, -delta, last_month(ground)),
        )  # fmt: skip
        yield Fault("payout_short", day, tuple(edits), truths)


@kind
def payout_of_nobody(ground: Ground, count: int) -> Iterator[Fault]:
    """A credit that looks like a payout, of which the processor knows nothing."""
    rows = on_free_days(ground, _arrived(ground), "arrives_on").filter(
        pl.col("arrives_on") < ground.world.last_on - timedelta(days=3)
    )
    for row in ground.choose(rows, "payout", "payout", count):
        take_entry(ground, row, "arrives_on")
        number = stripe("po", row["payout"], row["entity"])
        (entry,) = ground.rows(ENTRIES, {"end_to_end_id": number})
        currency = str(row["currency"])
        amount = in_places(decimal(entry["amount"]) / 7, currency)
        day = row["arrives_on"]
        assert isinstance(day, date)
        unknown = f"po_{CODES[int(str(row['entity']))][:2]}9{row['payout']:06d}"
        added = entry | {
            "entry_id": f"{entry['entry_id']}-X", "amount": str(amount), "end_to_end_id": unknown,
            "account_servicer_reference": f"{entry['account_servicer_reference']}X",
        }  # fmt: skip
        edits = [
            Edit(ENTRIES, "add", {"entry_id": entry["entry_id"]}, added),
            *bank_moved(ground, str(row["account_number"]), day, amount),
        ]
        truths = (
            truth("R06", "orphan_settlement", "R", "bank", "default", row["entity"],
                  str(added["entry_id"]), currency, -amount, month(day)),
            truth("R18", "orphan_settlement", "L", "bank", "default", row["entity"],
                  str(row["account_number"]), currency, amount, last_month(ground)),
        )  # fmt: skip
        yield Fault("payout_of_nobody", day, tuple(edits), truths)


@kind
def unexplained(ground: Ground, count: int) -> Iterator[Fault]:
    """The bank's last statement closes with a balance that no entry explains."""
    world = ground.world
    accounts = world.bank_accounts.filter(pl.col("bank_account").is_in([0, 3, 6]))
    for row in ground.choose(accounts, "bank_account", "bank_account", count):
        currency = str(row["currency"])
        amount = in_places(Decimal("173.00") + int(str(row["bank_account"])), currency)
        statement = max(
            ground.rows(STATEMENTS, {"account_id": str(row["number"])}),
            key=lambda line: str(line["to_date"]),
        )
        edit = Edit(
            STATEMENTS, "shift", {"statement_id": statement["statement_id"]},
            {"closing_balance": str(amount)},
        )  # fmt: skip
        found = truth("R18", "unexplained", "L", "bank", "default", row["entity"],
                      str(row["number"]), currency, amount, last_month(ground))  # fmt: skip
        yield Fault("unexplained", world.last_on, (edit,), (found,))


@kind
def revaluation(ground: Ground, count: int) -> Iterator[Fault]:
    """The reversal of a month's revaluation is missing."""
    world = ground.world
    back = ground.scan(HEADERS).filter(
        (pl.col("type") == "FxReval") & (pl.col("isreversal") == "T")
    )
    homes = dict(world.entities.select("entity", "currency").iter_rows())
    rows = back.with_columns(number=pl.col("id").cast(pl.Int64)).collect()
    for row in ground.choose(rows, "revaluation", "number", count):
        where: Row = {"transaction": str(row["id"])}
        lines = ground.rows(LINES, where)
        entity = int(str(lines[0]["subsidiary"])) - 1
        on_control = line_on(ground, {"id": str(row["id"])}, "1100")
        assert on_control is not None
        amount = decimal(on_control["netamount"])
        day = date.fromisoformat(str(row["trandate"])[:10])
        found = truth("R08b", "revaluation", "R", "netsuite", "default", entity,
                      str(row["reversal"]), homes[entity], amount, month(day))  # fmt: skip
        yield Fault("revaluation", day, tuple(removed(str(row["id"]))), (found,))
