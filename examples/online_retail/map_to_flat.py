"""UCI Online Retail II to the `flat` contract.

    python examples/online_retail/map_to_flat.py SOURCE OUT_DIR

SOURCE is one sheet of the workbook as Parquet, or as CSV with ISO times. Written are
OUT_DIR/flat/online_retail/<entity>.parquet. Every line of the source becomes exactly one row of
invoice_lines, credit_note_lines or adjustments; headers, customers and products are gathered from
the lines. Nothing is left out: what should not count is marked, and the warehouse sets it apart.

Money is exact from the first cell to the last: decimals of twelve places, never floats. README.md
says how each kind of dirt is treated, and why.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

CURRENCY = "GBP"
TIME_ZONE = "Europe/London"
SOURCE_COLUMNS = (
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "Price",
    "Customer ID",
    "Country",
)
# Twelve places hold any price; 38 digits hold any product of it and any sum of products.
PRICE = pl.Decimal(24, 12)
EXACT = pl.Decimal(38, 12)
MONEY = pl.Decimal(18, 2)

# Codes that name no merchandise. Every other code is a product, whatever it looks like (DCGS0058
# is chewing gum, PADS are cushions).
FAMILY_OF_CODE = {
    "POST": "postage",
    "DOT": "postage",
    "C2": "postage",
    "C3": "postage",
    "D": "discount",
    "M": "manual",
    "ADJUST": "manual",
    "ADJUST2": "manual",
    "S": "sample",
    "BANK CHARGES": "fee",
    "AMAZONFEE": "fee",
    "CRUK": "fee",
    "B": "bad_debt",
}
LINE_KIND_OF_FAMILY = {
    "discount": "discount",
    "manual": "adjustment",
    "sample": "adjustment",
    "fee": "adjustment",
    "bad_debt": "adjustment",
}
# "Channel Islands", "European Community", "West Indies" and "Unspecified" are no country.
COUNTRY_CODES = {
    "Australia": "AU",
    "Austria": "AT",
    "Bahrain": "BH",
    "Belgium": "BE",
    "Bermuda": "BM",
    "Brazil": "BR",
    "Canada": "CA",
    "Cyprus": "CY",
    "Czech Republic": "CZ",
    "Denmark": "DK",
    "EIRE": "IE",
    "Finland": "FI",
    "France": "FR",
    "Germany": "DE",
    "Greece": "GR",
    "Hong Kong": "HK",
    "Iceland": "IS",
    "Israel": "IL",
    "Italy": "IT",
    "Japan": "JP",
    "Korea": "KR",
    "Lebanon": "LB",
    "Lithuania": "LT",
    "Malta": "MT",
    "Netherlands": "NL",
    "Nigeria": "NG",
    "Norway": "NO",
    "Poland": "PL",
    "Portugal": "PT",
    "RSA": "ZA",
    "Saudi Arabia": "SA",
    "Singapore": "SG",
    "Spain": "ES",
    "Sweden": "SE",
    "Switzerland": "CH",
    "Thailand": "TH",
    "USA": "US",
    "United Arab Emirates": "AE",
    "United Kingdom": "GB",
}


class SourceError(Exception):
    """The source is not what this mapping reads. Names the column and the first row at fault."""


def read_cells(path: Path) -> pl.DataFrame:
    """The source as text cells, one row a line in the order of the file, blanks as null.

    A float column becomes text first: the shortest decimal that reads back as the same float is
    the price as it was typed (2.1, not 2.100000000000000088), and text reads as an exact decimal.
    """
    is_csv = path.suffix.lower() == ".csv"
    found = pl.read_csv(path, infer_schema=False) if is_csv else pl.read_parquet(path)
    missing = [name for name in SOURCE_COLUMNS if name not in found.columns]
    if missing:
        raise SourceError(f"no column {', '.join(missing)}; it has {', '.join(found.columns)}")
    cells = found.select(pl.col(SOURCE_COLUMNS).cast(pl.String).str.strip_chars())
    # What wrote the Parquet file turned an empty description into the text of a float NaN.
    is_blank = pl.all().is_in(["", "nan", "NaN"])
    return cells.select(pl.when(~is_blank).then(pl.all()))


def typed_lines(cells: pl.DataFrame) -> pl.LazyFrame:
    """The cells as numbers, times and clean ids, with `source_row` from 1.

    Raises SourceError where a cell does not read as what its column holds, or is blank and may
    not be. The file gives local time: clocks that show an hour twice mean the first.
    """
    readings = {
        "Invoice": pl.col("Invoice").str.extract(r"^([AC]?\d+)$"),
        "StockCode": pl.col("StockCode").str.to_uppercase(),
        "Quantity": pl.col("Quantity").str.extract(r"^(-?\d+)(\.0*)?$").cast(pl.Int64),
        "InvoiceDate": pl.col("InvoiceDate")
        .str.slice(0, 19)
        .str.replace("T", " ")
        .str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False)
        .dt.replace_time_zone(TIME_ZONE, ambiguous="earliest", non_existent="null"),
        "Price": pl.col("Price").str.extract(r"^(-?\d+(\.\d{1,12})?)$").cast(PRICE),
        "Customer ID": pl.col("Customer ID").str.extract(r"^(\d+)(\.0*)?$"),
    }
    typed = cells.with_columns(**readings).with_row_index("source_row", offset=1)
    for column in readings:
        must_be_filled = column != "Customer ID"
        is_bad = typed[column].is_null() & (cells[column].is_not_null() | must_be_filled)
        if is_bad.any():
            row = is_bad.arg_max() or 0
            raise SourceError(
                f"{column} of row {row + 1} is blank or does not read: {cells[column][row]!r}"
                f" ({is_bad.sum():,} such rows)"
            )
    return typed.lazy().select(
        "source_row",
        source_document="Invoice",
        source_product_id="StockCode",
        # Two first names of staff stand in descriptions; they have no business in a warehouse.
        line_description=pl.col("Description").str.replace(r"^Adjustment by \w+ ", "Adjustment "),
        quantity="Quantity",
        unit_price="Price",
        happened_at=pl.col("InvoiceDate").dt.convert_time_zone("UTC").dt.replace_time_zone(None),
        happened_on=pl.col("InvoiceDate").dt.date(),
        source_customer_id="Customer ID",
        country="Country",
    )


def judged_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Adds amounts, the line's number in its document, and what becomes of it.

    `exact_amount` is quantity times unit price: `line_amount` (in whole pennies, half away from
    zero) + `rounding_residual_amount`. `entity` is the file that the line goes to.
    """
    exact = pl.col("quantity").cast(EXACT) * pl.col("unit_price")
    document_total = pl.col("exact_amount").sum().over("source_document")
    code = pl.col("source_product_id")
    return (
        lines.with_columns(
            exact_amount=exact.cast(EXACT),
            line_amount=exact.round(2, mode="half_away_from_zero").cast(EXACT),
            # The source numbers no lines. The order of the file is all there is, and it keeps
            # apart two lines of a document that are alike in every column.
            line_number=pl.col("source_row").rank("ordinal").over("source_document"),
            product_family=pl.when(code.str.starts_with("TEST"))
            .then(pl.lit("test"))
            .when(code.str.starts_with("GIFT"))
            .then(pl.lit("gift_voucher"))
            .otherwise(code.replace_strict(FAMILY_OF_CODE, default="merchandise")),
        )
        .with_columns(
            source_line_id=pl.format("{}-{}", "source_document", "line_number"),
            rounding_residual_amount=pl.col("exact_amount") - pl.col("line_amount"),
            # Only a document with nothing but test products is a test.
            is_test_mode=(pl.col("product_family") == "test").all().over("source_document"),
            entity=pl.when(pl.col("source_document").str.starts_with("A"))
            .then(pl.lit("adjustments"))
            .when(~pl.col("source_document").str.starts_with("C"))
            .then(pl.lit("invoice_lines"))
            # One document of the credit series charges instead of crediting: a debit memo.
            .when(document_total > 0)
            .then(pl.lit("adjustments"))
            .otherwise(pl.lit("credit_note_lines")),
        )
        .sort("source_row")
    )


def invoice_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a line of an invoice, those of no price included."""
    is_stock_movement = (pl.col("unit_price") == 0) & (pl.col("quantity") < 0)
    return lines.filter(entity="invoice_lines").select(
        source_invoice_line_id="source_line_id",
        source_invoice_id="source_document",
        line_number="line_number",
        source_product_id="source_product_id",
        line_kind=pl.when(is_stock_movement)
        .then(pl.lit("adjustment"))
        .otherwise(
            pl.col("product_family").replace_strict(LINE_KIND_OF_FAMILY, default="one_time")
        ),
        line_description="line_description",
        currency=pl.lit(CURRENCY),
        quantity="quantity",
        unit_price="unit_price",
        line_amount=pl.col("line_amount").cast(MONEY),
        rounding_residual_amount=pl.col("rounding_residual_amount").cast(PRICE),
        recorded_at="happened_at",
        is_test_mode="is_test_mode",
    )


def credit_note_lines(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a line of a credit note. What is given back is positive, as its total is."""
    return lines.filter(entity="credit_note_lines").select(
        source_credit_note_line_id="source_line_id",
        source_credit_note_id="source_document",
        source_product_id="source_product_id",
        line_number="line_number",
        line_description="line_description",
        currency=pl.lit(CURRENCY),
        quantity=-pl.col("quantity"),
        unit_price="unit_price",
        line_amount=-pl.col("line_amount").cast(MONEY),
        rounding_residual_amount=-pl.col("rounding_residual_amount").cast(PRICE),
        recorded_at="happened_at",
        is_test_mode="is_test_mode",
    )


def adjustments(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a bad-debt line, and a line of a debit memo.

    The kind tells the direction, the amount is positive. It goes out unrounded: this entity has no
    room for a residual, so the warehouse quarantines an amount that is not whole.
    """
    is_bad_debt = pl.col("source_document").str.starts_with("A")
    amount = pl.col("exact_amount")
    return lines.filter(entity="adjustments").select(
        source_adjustment_id="source_line_id",
        source_customer_id="source_customer_id",
        adjustment_kind=pl.when(~is_bad_debt)
        .then(pl.lit("debit_memo"))
        .when(amount > 0)
        .then(pl.lit("write_off_reversal"))
        .otherwise(pl.lit("write_off")),
        reason_code=pl.when(is_bad_debt).then(pl.lit("bad_debt")).otherwise("product_family"),
        currency=pl.lit(CURRENCY),
        adjustment_amount=pl.when(is_bad_debt & (amount <= 0)).then(-amount).otherwise(amount),
        adjusted_at="happened_at",
        adjusted_on="happened_on",
        recorded_at="happened_at",
        is_test_mode="is_test_mode",
    )


def documents(lines: pl.LazyFrame, entity: str) -> pl.LazyFrame:
    """The lines of one entity gathered by document; a document is issued with its first line."""
    has_price = pl.col("unit_price") != 0
    has_customer = pl.col("source_customer_id").is_not_null()
    return (
        lines.filter(entity=entity)
        .sort("happened_at", "source_row")
        .group_by("source_document", maintain_order=True)
        .agg(
            pl.col("source_customer_id", "happened_at", "happened_on", "is_test_mode").first(),
            total_amount=pl.col("line_amount").sum().cast(MONEY),
            families=pl.col("product_family").unique().sort(),
            # Stock that was found, lost or broken is written as an invoice of nothing to nobody.
            is_stock_movement=~(has_price | has_customer).any(),
        )
    )


def invoices(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row an invoice. The file knows no payments, so what has a total is open."""
    return documents(lines, "invoice_lines").select(
        source_invoice_id="source_document",
        source_customer_id="source_customer_id",
        invoice_number="source_document",
        invoice_status=pl.when(pl.col("total_amount") == 0)
        .then(pl.lit("paid"))
        .otherwise(pl.lit("open")),
        billing_reason=pl.when("is_stock_movement")
        .then(pl.lit("stock_movement"))
        .otherwise(pl.lit("sale")),
        currency=pl.lit(CURRENCY),
        total_amount="total_amount",
        issued_at="happened_at",
        issued_on="happened_on",
        recorded_at="happened_at",
        is_test_mode="is_test_mode",
    )


def credit_notes(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a credit note, with what was credited as its reason. It names no invoice."""
    family = pl.col("families").list.first()
    return documents(lines, "credit_note_lines").select(
        source_credit_note_id="source_document",
        source_customer_id="source_customer_id",
        credit_note_number="source_document",
        credit_note_status=pl.lit("issued"),
        reason_code=pl.when(pl.col("families").list.len() > 1)
        .then(pl.lit("mixed"))
        .when(family == "merchandise")
        .then(pl.lit("return"))
        .otherwise(family),
        currency=pl.lit(CURRENCY),
        total_amount=-pl.col("total_amount"),
        issued_at="happened_at",
        issued_on="happened_on",
        recorded_at="happened_at",
        is_test_mode="is_test_mode",
    )


def customers(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a customer; where a customer has moved, the country of the last line."""
    return (
        lines.filter(pl.col("source_customer_id").is_not_null())
        .group_by("source_customer_id")
        .agg(country=pl.col("country").sort_by("happened_at", "source_row").last())
        .select(
            "source_customer_id",
            country_code=pl.col("country").replace_strict(
                COUNTRY_CODES, default=None, return_dtype=pl.String
            ),
        )
        .sort("source_customer_id")
    )


def products(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row a product code, named as its priced lines name it most often.

    Lines without a price say what happened to the stock ("damages", "?"), not what it is.
    """
    names = (
        lines.filter(pl.col("unit_price") != 0, pl.col("line_description").is_not_null())
        .group_by("source_product_id", product_name="line_description")
        .agg(line_count=pl.len())
        .sort("line_count", "product_name", descending=[True, False])
        .group_by("source_product_id", maintain_order=True)
        .agg(pl.col("product_name").first())
    )
    return (
        lines.select("source_product_id", "product_family")
        # A code stands on many lines.
        .unique()
        .join(names, on="source_product_id", how="left", validate="1:1")
        .select("source_product_id", "product_name", "product_family", is_active=pl.lit(True))
        .sort("source_product_id")
    )


def flat_files(cells: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every flat file by entity, from the source's text cells."""
    lines = judged_lines(typed_lines(cells)).collect().lazy()
    made = {
        "invoices": invoices(lines),
        "invoice_lines": invoice_lines(lines),
        "credit_notes": credit_notes(lines),
        "credit_note_lines": credit_note_lines(lines),
        "adjustments": adjustments(lines),
        "customers": customers(lines),
        "products": products(lines),
    }
    return dict(zip(made, pl.collect_all(list(made.values())), strict=True))


def line_accounts(files: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Lines and money by the file they went to, with the source's sign: what was charged is +.

    `exact_amount` = `posted_amount` + `rounding_residual_amount`.
    """
    is_given = pl.col("adjustment_kind") == "write_off"
    sides = [
        ("invoice_lines", pl.col("line_amount"), pl.col("rounding_residual_amount")),
        ("credit_note_lines", -pl.col("line_amount"), -pl.col("rounding_residual_amount")),
        (
            "adjustments",
            pl.when(is_given)
            .then(-pl.col("adjustment_amount"))
            .otherwise(pl.col("adjustment_amount")),
            pl.lit(0),
        ),
    ]
    counted = pl.concat(
        files[entity].select(
            entity=pl.lit(entity),
            is_test_mode="is_test_mode",
            posted_amount=posted.cast(EXACT),
            rounding_residual_amount=residual.cast(EXACT),
        )
        for entity, posted, residual in sides
    )
    return (
        counted.group_by("entity", "is_test_mode", maintain_order=True)
        .agg(
            line_count=pl.len(),
            posted_amount=pl.col("posted_amount").sum(),
            rounding_residual_amount=pl.col("rounding_residual_amount").sum(),
        )
        .with_columns(
            exact_amount=pl.col("posted_amount") + pl.col("rounding_residual_amount"),
        )
    )


def print_accounts(accounts: pl.DataFrame) -> None:
    """The accounts as a table for people, with their total."""
    print(f"{'':<32}{'lines':>10}{'posted':>18}{'residual':>12}{'quantity x price':>20}")
    total = accounts.sum().with_columns(entity=pl.lit("all lines"), is_test_mode=False)
    columns = ["entity", "is_test_mode", "line_count", "posted_amount"]
    columns += ["rounding_residual_amount", "exact_amount"]
    for entity, is_test, count, posted, residual, exact in pl.concat(
        [accounts.select(columns), total.select(columns).cast(accounts.select(columns).schema)]
    ).iter_rows():
        name = f"{entity} (test data)" if is_test else entity
        print(f"{name:<32}{count:>10,}{posted:>18,.2f}{residual:>12,.3f}{exact:>20,.3f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="one sheet as .parquet, or as .csv")
    parser.add_argument("out_dir", type=Path, help="the RAW_ROOT to write flat/online_retail/ in")
    given = parser.parse_args()
    try:
        cells = read_cells(given.source)
        files = flat_files(cells)
    except (SourceError, OSError, pl.exceptions.PolarsError) as error:
        print(f"{given.source}: {error}", file=sys.stderr)
        return 2
    accounts = line_accounts(files)
    if accounts["line_count"].sum() != cells.height:
        print(f"{cells.height:,} lines came in, another number goes out", file=sys.stderr)
        return 2
    folder = given.out_dir / "flat" / "online_retail"
    folder.mkdir(parents=True, exist_ok=True)
    for entity, frame in files.items():
        frame.write_parquet(folder / f"{entity}.parquet")
        print(f"{folder / entity}.parquet: {frame.height:,} rows")
    print_accounts(accounts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
