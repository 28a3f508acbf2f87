"""Receivables once more, in plain Python from the canonical rows, without SQL of the receivables.

Every document is replayed event by event up to a day, with its own rules for what counts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from csv import DictReader
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Key = tuple[str, str, str]

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "reference"
WRITE_OFFS = {"write_off": -1, "write_off_reversal": 1}


def zones() -> dict[tuple[str, str, str], ZoneInfo]:
    """Time zone by system, account and entity id."""
    with (SEEDS / "legal_entities.csv").open(encoding="utf-8") as file:
        by_code = {row["legal_entity_code"]: row["time_zone"] for row in DictReader(file)}
    with (SEEDS / "legal_entity_map.csv").open(encoding="utf-8") as file:
        return {
            (row["source_system"], row["source_account"], row["source_entity_id"]): ZoneInfo(
                by_code[row["legal_entity_code"]]
            )
            for row in DictReader(file)
        }


def key_of(row: Row, thing: str) -> Key:
    return row["source_system"], row["source_account"], row[f"source_{thing}_id"]


def day_of(row: Row, event: str, zone: ZoneInfo) -> date | None:
    """The source's date, else the day of its instant in the entity's zone."""
    on: date | None = row[f"{event}_on"]
    at: datetime | None = row[f"{event}_at"]
    if on is None and at is not None:
        on = at.replace(tzinfo=UTC).astimezone(zone).date()
    return on


def open_invoices(rows_of: Callable[[str], Iterable[Row]], on: date) -> dict[str, Row]:
    """What is open at the end of a day by source invoice id: `open_amount` and `due_on`."""
    zone_of = zones()
    applied: dict[tuple[Key, str], list[Row]] = defaultdict(list)
    for row in rows_of("document_applications"):
        applied[key_of(row, "invoice"), row["currency"]].append(row)
    adjusted: dict[tuple[Key, str], list[Row]] = defaultdict(list)
    for row in rows_of("adjustments"):
        if row["adjustment_kind"] in WRITE_OFFS and row["source_invoice_id"]:
            adjusted[key_of(row, "invoice"), row["currency"]].append(row)

    found: dict[str, Row] = {}
    for invoice in rows_of("invoices"):
        if invoice["invoice_status"] == "draft":
            continue
        place = invoice["source_system"], invoice["source_account"]
        zone = zone_of.get((*place, invoice["source_entity_id"] or "default"), ZoneInfo("UTC"))
        issued = day_of(invoice, "issued", zone) or day_of(invoice, "created", zone)
        voided = day_of(invoice, "voided", zone) or issued
        if issued is not None and issued > on:
            balance = Decimal(0)
        else:
            balance = Decimal(invoice["total_amount"])
        document = key_of(invoice, "invoice"), invoice["currency"]
        for application in applied[document]:
            if application["application_kind"] == "write_off" and adjusted[document]:
                continue
            happened = day_of(application, "applied", zone)
            if happened is None or happened <= on:
                balance -= application["applied_amount"]
        for adjustment in adjusted[document]:
            happened = day_of(adjustment, "adjusted", zone)
            if happened is None or happened <= on:
                balance += (
                    WRITE_OFFS[adjustment["adjustment_kind"]] * adjustment["adjustment_amount"]
                )
        if invoice["invoice_status"] == "void" and voided is not None and voided <= on:
            balance = Decimal(0)
        if balance:
            found[invoice["source_invoice_id"]] = {
                "open_amount": balance,
                "due_on": day_of(invoice, "due", zone),
                "issued_on": issued,
                "currency": invoice["currency"],
            }
    return found


def unapplied_cash(rows_of: Callable[[str], Iterable[Row]], on: date) -> dict[str, Decimal]:
    """Payments that are on no invoice at the end of a day, less refunds, by currency; negative."""
    zone_of = zones()
    payments = list(rows_of("payments"))
    told_elsewhere: dict[str, set[str]] = defaultdict(set)
    for payment in payments:
        if payment["processor_reference"]:
            told_elsewhere[payment["processor_reference"]].add(payment["source_system"])
    applied: dict[tuple[Key, str], list[Row]] = defaultdict(list)
    for row in rows_of("document_applications"):
        if row["source_payment_id"]:
            applied[key_of(row, "payment"), row["currency"]].append(row)
    refunded: dict[tuple[Key, str], list[Row]] = defaultdict(list)
    credit_notes = {key_of(row, "credit_note") for row in rows_of("credit_notes")}
    for row in rows_of("refunds"):
        of_credit = row["source_credit_note_id"] and key_of(row, "credit_note") in credit_notes
        if row["refund_status"] in ("succeeded", "pending") and not of_credit:
            refunded[key_of(row, "payment"), row["currency"]].append(row)

    totals: dict[str, Decimal] = defaultdict(Decimal)
    for payment in payments:
        others = told_elsewhere[payment["source_payment_id"]] - {payment["source_system"]}
        if payment["payment_status"] != "succeeded" or others:
            continue
        place = payment["source_system"], payment["source_account"]
        zone = zone_of.get((*place, payment["source_entity_id"] or "default"), ZoneInfo("UTC"))
        document = key_of(payment, "payment"), payment["currency"]
        uses = [(row["applied_amount"], day_of(row, "applied", zone)) for row in applied[document]]
        uses += [(row["refund_amount"], day_of(row, "created", zone)) for row in refunded[document]]
        paid = day_of(payment, "paid", zone)
        moves = [(-payment["payment_amount"], paid)]
        moves += [(amount, happened or paid) for amount, happened in uses]
        totals[payment["currency"]] += sum(
            (amount for amount, happened in moves if happened is None or happened <= on),
            Decimal(0),
        )
    return {currency: total for currency, total in totals.items() if total}
