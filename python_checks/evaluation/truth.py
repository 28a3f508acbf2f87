"""Reads a truth file: CSV with a header, one row for each break, columns by name."""

import csv
import re
from collections.abc import Container, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from python_checks.errors import RunError
from python_checks.evaluation.comparison import NO_CURRENCY, Difference

REQUIRED = (
    "found_by", "pair_id", "expected_code", "entity", "natural_key", "currency", "amount",
    "period_month",
)  # fmt: skip
# Of the rows that reconciliation finds; the code may be empty, and the currency.
FILLED = ("pair_id", "entity", "natural_key", "amount", "period_month")
FINDERS = ("recon", "quarantine", "check", "queue")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])-01")
CURRENCY = re.compile(r"[A-Z]{3}")


def read_truth(
    file: Path, *, run: str = "", found_by: Container[str] = ("recon",)
) -> list[Difference]:
    """The rows that a reconciliation has to find, or must not; or those that something else finds.

    RunError, with file, line and column, where the file is none of this format.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            header = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = header
            if missing := [name for name in REQUIRED if name not in header]:
                raise RunError(f"{file}, line 1: the column {', '.join(missing)} is missing.")
            rows = []
            for cells in reader:
                place = f"{file}, line {reader.line_num}"
                if None in cells or None in cells.values():
                    raise RunError(f"{place}: the line has not {len(header)} cells.")
                row = {name: (value or "").strip() for name, value in cells.items()}
                if row["found_by"] not in FINDERS:
                    raise RunError(
                        f"{place}, column found_by: {row['found_by']!r} is none of"
                        f" {', '.join(FINDERS)}."
                    )
                if row["found_by"] not in found_by:
                    continue
                if row["found_by"] == "recon" or row["amount"]:
                    rows.append(_difference(row, place, run))
            return rows
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{file} cannot be read: {error}") from error
    except csv.Error as error:
        raise RunError(f"{file}, line {reader.line_num}: {error}.") from error


def _difference(row: Mapping[str, str], place: str, run: str) -> Difference:
    for name in FILLED:
        if not row[name] and row["found_by"] == "recon":
            raise RunError(f"{place}, column {name}: it is empty.")
    if not MONTH.fullmatch(row["period_month"]) and row["found_by"] == "recon":
        raise RunError(
            f"{place}, column period_month: {row['period_month']!r} is no first day of a month,"
            " such as 2026-03-01."
        )
    if row["currency"] and not CURRENCY.fullmatch(row["currency"]):
        raise RunError(f"{place}, column currency: {row['currency']!r} is no ISO code.")
    return Difference(
        pair_id=row["pair_id"],
        entity=row["entity"],
        natural_key=row["natural_key"],
        period_month=row["period_month"],
        amount=_amount(row["amount"], place),
        currency=row["currency"] or NO_CURRENCY,
        code=row["expected_code"],
        origin=" ".join(row.get(name, "") for name in ("fault_id", "fault_kind")).strip(),
        run=run,
    )


def _amount(text: str, place: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise RunError(f"{place}, column amount: {text!r} is no number.") from error
    if not amount.is_finite():
        raise RunError(f"{place}, column amount: {text!r} is no number.")
    return amount
