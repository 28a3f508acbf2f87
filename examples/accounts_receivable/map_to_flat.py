"""IBM's sample of accounts receivable to the `flat` contract.

    python examples/accounts_receivable/map_to_flat.py ibm_accounts_receivable.csv OUT_DIR

Written are OUT_DIR/flat/accounts_receivable/<entity>.csv: every line of the source is one invoice,
the payment that settled it, the application of the one to the other and, where it was disputed, a
dispute. README.md says what the file does not tell, and what is assumed instead.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

CURRENCY = "USD"
DATE_COLUMNS = ("InvoiceDate", "DueDate", "SettledDate")
SOURCE_COLUMNS = (
    "customerID",
    "invoiceNumber",
    *DATE_COLUMNS,
    "InvoiceAmount",
    "Disputed",
    "DaysToSettle",
    "DaysLate",
)


class SourceError(Exception):
    """The source is not what this mapping reads. Names the column and the first row at fault."""


def read_cells(path: Path) -> pl.DataFrame:
    """The columns that are used, as text: ids keep their zeros in front, amounts every digit."""
    found = pl.read_csv(path, infer_schema=False)
    missing = [name for name in SOURCE_COLUMNS if name not in found.columns]
    if missing:
        raise SourceError(f"no column {', '.join(missing)}; it has {', '.join(found.columns)}")
    return found.select(pl.col(SOURCE_COLUMNS).str.strip_chars())


def typed_receivables(cells: pl.DataFrame) -> pl.LazyFrame:
    """The cells as dates, amounts and truth. Dates are American: 4/6/2013 is the sixth of April.

    Raises SourceError where a cell does not read as what its column holds or is blank, and where
    a row's own day counts contradict its dates: with day and month exchanged they would.
    """
    readings = {
        "customerID": pl.col("customerID").replace("", None),
        "invoiceNumber": pl.col("invoiceNumber").replace("", None),
        **{
            name: pl.col(name).str.to_date("%m/%d/%Y", strict=False).alias(name)
            for name in DATE_COLUMNS
        },
        "InvoiceAmount": pl.col("InvoiceAmount")
        .str.extract(r"^(\d+(\.\d{1,4})?)$")
        .cast(pl.Decimal(18, 4)),
        "Disputed": pl.col("Disputed").replace_strict(
            {"Yes": True, "No": False}, default=None, return_dtype=pl.Boolean
        ),
        "DaysToSettle": pl.col("DaysToSettle").cast(pl.Int64, strict=False),
        "DaysLate": pl.col("DaysLate").cast(pl.Int64, strict=False),
    }
    typed = cells.with_columns(**readings)
    settled = pl.col("SettledDate")
    checks = {name: pl.col(name).is_null() for name in SOURCE_COLUMNS} | {
        "DaysToSettle": (settled - pl.col("InvoiceDate")).dt.total_days() != pl.col("DaysToSettle"),
        "DaysLate": (settled - pl.col("DueDate")).dt.total_days().clip(0) != pl.col("DaysLate"),
    }
    for column, fails in checks.items():
        is_bad = typed.select(fails.fill_null(True)).to_series()
        if is_bad.any():
            row = is_bad.arg_max() or 0
            raise SourceError(
                f"{column} of row {row + 1} is blank, does not read or contradicts the dates:"
                f" {cells[column][row]!r} ({is_bad.sum():,} such rows)"
            )
    return typed.lazy().select(
        source_customer_id="customerID",
        source_invoice_id="invoiceNumber",
        invoiced_on="InvoiceDate",
        due_on="DueDate",
        settled_on="SettledDate",
        amount="InvoiceAmount",
        is_disputed="Disputed",
        # The file numbers neither settlements nor disputes; there is one of each to an invoice.
        source_payment_id=pl.format("settlement-{}", "invoiceNumber"),
        source_dispute_id=pl.format("dispute-{}", "invoiceNumber"),
    )


def invoices(receivables: pl.LazyFrame) -> pl.LazyFrame:
    """One row an invoice. All are settled."""
    return receivables.select(
        "source_invoice_id",
        "source_customer_id",
        invoice_number="source_invoice_id",
        invoice_status=pl.lit("paid"),
        currency=pl.lit(CURRENCY),
        total_amount="amount",
        source_paid_amount="amount",
        source_due_amount=pl.lit(0),
        issued_on="invoiced_on",
        due_on="due_on",
        paid_on="settled_on",
    )


def payments(receivables: pl.LazyFrame) -> pl.LazyFrame:
    """One row a settlement, of the whole invoice, by means that the file does not tell."""
    return receivables.select(
        "source_payment_id",
        "source_customer_id",
        payment_channel=pl.lit("external"),
        remittance_reference="source_invoice_id",
        payment_status=pl.lit("succeeded"),
        is_captured=pl.lit(True),
        currency=pl.lit(CURRENCY),
        payment_amount="amount",
        paid_on="settled_on",
    )


def document_applications(receivables: pl.LazyFrame) -> pl.LazyFrame:
    """One row a settlement, applied to its invoice on the same day."""
    return receivables.select(
        source_document_application_id="source_payment_id",
        source_invoice_id="source_invoice_id",
        source_payment_id="source_payment_id",
        application_kind=pl.lit("payment"),
        currency=pl.lit(CURRENCY),
        applied_amount="amount",
        applied_on="settled_on",
    )


def disputes(receivables: pl.LazyFrame) -> pl.LazyFrame:
    """One row a disputed invoice, over when it was settled; when it began is not told."""
    return receivables.filter("is_disputed").select(
        "source_dispute_id",
        "source_customer_id",
        "source_invoice_id",
        dispute_kind=pl.lit("receivable"),
        dispute_status=pl.lit("closed"),
        currency=pl.lit(CURRENCY),
        disputed_amount="amount",
        closed_on="settled_on",
    )


def customers(receivables: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer. The file's country numbers are no ISO codes and stay behind."""
    # A customer has many invoices.
    return receivables.select("source_customer_id").unique().sort("source_customer_id")


def flat_files(cells: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every flat file by entity, from the source's text cells."""
    receivables = typed_receivables(cells)
    made = {
        "customers": customers(receivables),
        "invoices": invoices(receivables),
        "payments": payments(receivables),
        "document_applications": document_applications(receivables),
        "disputes": disputes(receivables),
    }
    return dict(zip(made, pl.collect_all(list(made.values())), strict=True))


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="the sample as .csv")
    parser.add_argument("out_dir", type=Path, help="the RAW_ROOT to write flat/… in")
    given = parser.parse_args()
    try:
        files = flat_files(read_cells(given.source))
    except (SourceError, OSError, pl.exceptions.PolarsError) as error:
        print(f"{given.source}: {error}", file=sys.stderr)
        return 2
    folder = given.out_dir / "flat" / "accounts_receivable"
    folder.mkdir(parents=True, exist_ok=True)
    for entity, frame in files.items():
        frame.write_csv(folder / f"{entity}.csv")
        print(f"{folder / entity}.csv: {frame.height:,} rows")
    for name, entity, column in [
        ("invoiced", "invoices", "total_amount"),
        ("settled", "document_applications", "applied_amount"),
        ("disputed", "disputes", "disputed_amount"),
    ]:
        print(f"{name:<10}{files[entity].height:>8,}{files[entity][column].sum():>18,.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
