"""The examples map real files to `flat` without losing a line or a fraction of a penny.

The mappings are tested on tiny literal frames, everywhere. Where the real files are at hand, both
are mapped, built as a warehouse, and compared with totals that are computed here from the files
alone, row by row in Python's own Decimal.
"""

import csv
import importlib.util
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
RETAIL_FILE = DATA / "online_retail_2009_2010.parquet"
RECEIVABLES_FILE = DATA / "ibm_accounts_receivable.csv"
PENNY = Decimal("0.01")

needs_data = pytest.mark.skipif(
    not (RETAIL_FILE.exists() and RECEIVABLES_FILE.exists()),
    reason=f"the real files of the examples are not in {DATA}",
)


def load(example: str) -> Any:
    """The mapping script of one example as a module; both have the same file name."""
    path = REPOSITORY / "examples" / example / "map_to_flat.py"
    spec = importlib.util.spec_from_file_location(f"map_{example}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


retail = load("online_retail")
receivables = load("accounts_receivable")


# The online retailer, on tiny frames


def sale(
    invoice: str = "489434", *, customer: str | None = "13085.0", **cells: str | None
) -> dict[str, str | None]:
    """One line of the retailer's file as text cells."""
    line: dict[str, str | None] = {
        "Invoice": invoice,
        "StockCode": "85048",
        "Description": "GLASS BALL LIGHTS",
        "Quantity": "2",
        "InvoiceDate": "2009-12-01 07:45:00",
        "Price": "6.95",
        "Customer ID": customer,
        "Country": "United Kingdom",
    }
    return line | cells


def cells_of(*lines: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(lines, schema=dict.fromkeys(retail.SOURCE_COLUMNS, pl.String))


def flat_of(*lines: dict[str, str | None]) -> dict[str, pl.DataFrame]:
    files: dict[str, pl.DataFrame] = retail.flat_files(cells_of(*lines))
    return files


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "residual"),
    [
        ("2", "6.95", "13.90", "0"),
        ("3", "0.001", "0.00", "0.003"),
        ("1", "0.005", "0.01", "-0.005"),
        ("5", "0.001", "0.01", "-0.005"),
        ("19152", "25111.09", "480927595.68", "0"),
        ("-4", "0", "0.00", "0"),
        ("12", "0.123456789012", "1.48", "0.001481468144"),
    ],
    ids=["pennies", "below half", "half goes up", "five times", "large", "zero", "twelve places"],
)
def test_a_line_is_rounded_to_pennies_and_keeps_the_rest(
    quantity: str, price: str, amount: str, residual: str
) -> None:
    line = flat_of(sale(Quantity=quantity, Price=price))["invoice_lines"].row(0, named=True)
    assert line["line_amount"] == Decimal(amount)
    assert line["rounding_residual_amount"] == Decimal(residual)
    assert line["unit_price"] == Decimal(price)


def test_a_float_price_is_the_price_that_was_typed(tmp_path: Path) -> None:
    prices = [2.1, 0.001, 25111.09, -53594.36, 1.0]
    path = tmp_path / "sheet.parquet"
    cells_of(*[sale() for _ in prices]).with_columns(Price=pl.Series(prices)).write_parquet(path)
    lines = retail.typed_lines(retail.read_cells(path)).collect()
    typed = ["2.1", "0.001", "25111.09", "-53594.36", "1"]
    assert lines["unit_price"].to_list() == [Decimal(price) for price in typed]


def test_a_sheet_reads_the_same_as_parquet_and_as_csv(tmp_path: Path) -> None:
    text = cells_of(sale(), sale(Description=None, customer=None))
    typed = text.with_columns(
        pl.col("Quantity").cast(pl.Int64),
        pl.col("Price", "Customer ID").cast(pl.Float64),
        pl.col("InvoiceDate").str.to_datetime(time_unit="ns"),
        pl.col("Description").fill_null("nan"),
    )
    text.write_csv(tmp_path / "sheet.csv")
    typed.write_parquet(tmp_path / "sheet.parquet")
    read = [
        retail.typed_lines(retail.read_cells(tmp_path / name)).collect()
        for name in ("sheet.csv", "sheet.parquet")
    ]
    assert_frame_equal(read[0], read[1])
    assert read[0]["source_customer_id"].to_list() == ["13085", None]
    assert read[0]["line_description"].to_list() == ["GLASS BALL LIGHTS", None]


def test_a_credit_note_is_positive_and_its_lines_are() -> None:
    files = flat_of(
        sale("C489449", Quantity="-12", Price="2.95"),
        sale("C489449", Quantity="-1", Price="0.005"),
    )
    assert files["credit_notes"]["total_amount"].to_list() == [Decimal("35.41")]
    assert files["credit_note_lines"].select(
        "source_credit_note_line_id", "quantity", "line_amount", "rounding_residual_amount"
    ).rows() == [
        ("C489449-1", 12, Decimal("35.40"), Decimal(0)),
        ("C489449-2", 1, Decimal("0.01"), Decimal("-0.005")),
    ]
    assert files["invoices"].is_empty()


@pytest.mark.parametrize(
    ("document", "code", "price", "kind", "reason"),
    [
        ("A506401", "B", "-53594.36", "write_off", "bad_debt"),
        ("A563185", "B", "11062.06", "write_off_reversal", "bad_debt"),
        ("C496350", "M", "373.57", "debit_memo", "manual"),
    ],
    ids=["bad debt", "bad debt taken back", "a credit that charges"],
)
def test_what_is_no_invoice_and_no_credit_is_an_adjustment(
    document: str, code: str, price: str, kind: str, reason: str
) -> None:
    files = flat_of(sale(document, StockCode=code, Quantity="1", Price=price))
    (adjustment,) = files["adjustments"].iter_rows(named=True)
    assert (adjustment["adjustment_kind"], adjustment["reason_code"]) == (kind, reason)
    assert adjustment["adjustment_amount"] == abs(Decimal(price))
    assert files["credit_notes"].is_empty() and files["invoices"].is_empty()


def test_lines_that_are_alike_stay_apart() -> None:
    files = flat_of(sale(), sale("489435"), sale())
    ids = files["invoice_lines"]["source_invoice_line_id"].to_list()
    assert ids == ["489434-1", "489435-1", "489434-2"]
    totals = dict(files["invoices"].select("source_invoice_id", "total_amount").iter_rows())
    assert totals == {"489434": Decimal("27.80"), "489435": Decimal("13.90")}


def test_only_a_document_of_nothing_but_test_products_is_a_test() -> None:
    files = flat_of(
        sale("1", StockCode="TEST001"),
        sale("2", StockCode="TEST001"),
        sale("2"),
        sale("C3", StockCode="TEST002", Quantity="-1"),
    )
    marks = {
        entity: files[entity]["is_test_mode"].to_list()
        for entity in ("invoice_lines", "invoices", "credit_note_lines", "credit_notes")
    }
    assert marks == {
        "invoice_lines": [True, False, False],
        "invoices": [True, False],
        "credit_note_lines": [True],
        "credit_notes": [True],
    }


def test_stock_that_moved_is_a_line_of_nothing_on_a_settled_invoice() -> None:
    lost = sale(Quantity="-9", Price="0.0", Description="damages", customer=None)
    files = flat_of(lost, sale("489435", Price="0"), sale("489436"))
    assert files["invoice_lines"].select("line_kind", "quantity", "line_amount").rows() == [
        ("adjustment", -9, Decimal(0)),
        ("one_time", 2, Decimal(0)),
        ("one_time", 2, Decimal("13.90")),
    ]
    assert files["invoices"].select("billing_reason", "invoice_status").rows() == [
        ("stock_movement", "paid"),
        ("sale", "paid"),
        ("sale", "open"),
    ]


def test_a_missing_customer_stays_missing() -> None:
    files = flat_of(sale(customer=None), sale("489435"))
    assert files["invoices"]["source_customer_id"].to_list() == [None, "13085"]
    assert files["customers"]["source_customer_id"].to_list() == ["13085"]


@pytest.mark.parametrize(
    ("code", "family", "line_kind"),
    [
        ("85048", "merchandise", "one_time"),
        ("PADS", "merchandise", "one_time"),
        ("POST", "postage", "one_time"),
        ("gift_0001_30", "gift_voucher", "one_time"),
        ("D", "discount", "discount"),
        ("m", "manual", "adjustment"),
        ("BANK CHARGES", "fee", "adjustment"),
        ("S", "sample", "adjustment"),
    ],
)
def test_codes_that_are_no_merchandise_say_so(code: str, family: str, line_kind: str) -> None:
    files = flat_of(sale(StockCode=code))
    assert files["products"]["product_family"].to_list() == [family]
    assert files["invoice_lines"]["line_kind"].to_list() == [line_kind]


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (["85048", "22041"], "return"),
        (["D"], "discount"),
        (["AMAZONFEE", "BANK CHARGES"], "fee"),
        (["85048", "POST"], "mixed"),
    ],
    ids=["goods", "discount", "fees", "goods and postage"],
)
def test_a_credit_note_tells_what_it_was_for(codes: list[str], reason: str) -> None:
    files = flat_of(*[sale("C1", StockCode=code, Quantity="-1") for code in codes])
    assert files["credit_notes"]["reason_code"].to_list() == [reason]


def test_a_code_in_two_spellings_is_one_product_named_by_its_priced_lines() -> None:
    files = flat_of(
        sale(StockCode="15056BL", Description="BLACK PARASOL"),
        sale(StockCode="15056bl", Description="damaged", Price="0"),
        sale(StockCode="15056bl", Description="damaged", Price="0"),
    )
    assert files["products"].select("source_product_id", "product_name").rows() == [
        ("15056BL", "BLACK PARASOL")
    ]
    assert set(files["invoice_lines"]["source_product_id"]) == {"15056BL"}


def test_a_customer_who_moved_has_the_last_country() -> None:
    files = flat_of(
        sale("2", InvoiceDate="2010-03-01 09:00:00", Country="EIRE"),
        sale("1", InvoiceDate="2009-12-01 09:00:00", Country="Spain"),
        sale("3", Country="Channel Islands", customer="12345"),
    )
    assert files["customers"].rows() == [("12345", None), ("13085", "IE")]


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2009-12-01 07:45:00", datetime(2009, 12, 1, 7, 45)),
        ("2010-07-19 11:24:00", datetime(2010, 7, 19, 10, 24)),
        ("2010-07-01 00:30:00", datetime(2010, 6, 30, 23, 30)),
    ],
    ids=["in winter", "in summer", "after midnight"],
)
def test_local_time_becomes_an_instant_and_keeps_its_date(local: str, utc: datetime) -> None:
    (invoice,) = flat_of(sale(InvoiceDate=local))["invoices"].iter_rows(named=True)
    assert invoice["issued_at"] == utc
    assert invoice["issued_on"] == date.fromisoformat(local[:10])


def test_an_invoice_is_issued_with_its_first_line() -> None:
    files = flat_of(
        sale(InvoiceDate="2009-12-01 07:46:00"), sale(InvoiceDate="2009-12-01 07:45:00")
    )
    assert files["invoices"]["issued_at"].to_list() == [datetime(2009, 12, 1, 7, 45)]
    assert files["invoice_lines"]["recorded_at"].dt.minute().to_list() == [46, 45]


def test_no_name_of_staff_is_passed_on() -> None:
    files = flat_of(sale(Description="Adjustment by john on 26/01/2010 16"))
    assert files["invoice_lines"]["line_description"].to_list() == ["Adjustment on 26/01/2010 16"]


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("Price", "6,95"),
        ("Price", None),
        ("Price", "1e-7"),
        ("Quantity", "2.5"),
        ("InvoiceDate", "01/12/2009 07:45"),
        ("InvoiceDate", "2010-03-28 01:30:00"),
        ("Invoice", "X489434"),
        ("Invoice", None),
        ("StockCode", None),
        ("Customer ID", "13085.5"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(column: str, cell: str | None) -> None:
    with pytest.raises(retail.SourceError, match=f"{column} of row 2 .*{cell}"):
        flat_of(sale(), sale() | {column: cell})


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    cells_of(sale()).drop("Price").write_csv(tmp_path / "sheet.csv")
    with pytest.raises(retail.SourceError, match="no column Price"):
        retail.read_cells(tmp_path / "sheet.csv")


any_line = st.builds(
    sale,
    st.sampled_from(["1", "2", "C3", "C4", "A5"]),
    StockCode=st.sampled_from(["85048", "TEST001", "M"]),
    Quantity=st.integers(-20_000, 20_000).map(str),
    Price=st.decimals(-60_000, 60_000, places=2).map("{:f}".format),
)
any_fine_line = st.builds(
    sale,
    st.sampled_from(["1", "2"]),
    Quantity=st.integers(-20_000, 20_000).map(str),
    Price=st.decimals(0, 60_000, places=12).map("{:f}".format),
)


# No deadline: the first of the examples pays for what Polars loads.
@settings(deadline=None)
@given(st.lists(any_line | any_fine_line, min_size=1, max_size=20))
def test_no_line_and_no_fraction_is_lost(lines: list[dict[str, str | None]]) -> None:
    accounts = retail.line_accounts(flat_of(*lines))
    exact = sum(
        (Decimal(line["Quantity"] or "") * Decimal(line["Price"] or "") for line in lines),
        Decimal(),
    )
    assert accounts["line_count"].sum() == len(lines)
    assert accounts["exact_amount"].sum() == exact
    assert accounts["posted_amount"].sum() + accounts["rounding_residual_amount"].sum() == exact


# The receivables, on tiny frames


def receivable(**cells: str) -> dict[str, str]:
    """One line of the receivables as text cells."""
    line = {
        "customerID": "0379-NEVHP",
        "invoiceNumber": "0000611365",
        "InvoiceDate": "1/2/2013",
        "DueDate": "2/1/2013",
        "SettledDate": "2/15/2013",
        "InvoiceAmount": "55.94",
        "Disputed": "No",
        "DaysToSettle": "44",
        "DaysLate": "14",
    }
    return line | cells


def test_a_settled_invoice_is_paid_in_full_on_the_american_date() -> None:
    files = receivables.flat_files(pl.DataFrame([receivable(InvoiceAmount="38")]))
    (invoice,) = files["invoices"].iter_rows(named=True)
    (payment,) = files["payments"].iter_rows(named=True)
    (application,) = files["document_applications"].iter_rows(named=True)
    assert (invoice["issued_on"], invoice["due_on"]) == (date(2013, 1, 2), date(2013, 2, 1))
    assert invoice["paid_on"] == payment["paid_on"] == application["applied_on"]
    assert payment["paid_on"] == date(2013, 2, 15)
    assert invoice["total_amount"] == payment["payment_amount"] == Decimal(38)
    assert application["applied_amount"] == Decimal(38)
    assert application["source_invoice_id"] == invoice["source_invoice_id"] == "0000611365"
    assert application["source_payment_id"] == payment["source_payment_id"]
    assert files["disputes"].is_empty()


def test_a_disputed_invoice_has_a_dispute_that_ended_with_its_settlement() -> None:
    lines = [receivable(), receivable(invoiceNumber="0007900770", Disputed="Yes")]
    (dispute,) = receivables.flat_files(pl.DataFrame(lines))["disputes"].iter_rows(named=True)
    assert dispute["source_invoice_id"] == "0007900770"
    assert (dispute["dispute_kind"], dispute["dispute_status"]) == ("receivable", "closed")
    assert dispute["closed_on"] == date(2013, 2, 15)
    assert dispute["disputed_amount"] == Decimal("55.94")


def test_a_repeated_invoice_number_is_passed_on_for_the_warehouse_to_judge() -> None:
    files = receivables.flat_files(pl.DataFrame([receivable(), receivable()]))
    assert files["invoices"].height == files["payments"].height == 2
    assert files["customers"].height == 1


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("InvoiceDate", "13/2/2013"),
        ("SettledDate", ""),
        ("InvoiceAmount", "55,94"),
        ("Disputed", "Maybe"),
        ("invoiceNumber", ""),
        ("DaysToSettle", "43"),
        ("DaysLate", "-1"),
    ],
)
def test_a_receivable_that_cannot_be_read_is_named(column: str, cell: str) -> None:
    with pytest.raises(receivables.SourceError, match=f"{column} of row 2 .*'{cell}'"):
        receivables.flat_files(pl.DataFrame([receivable(), receivable(**{column: cell})]))


# The real files, through the warehouse


@dataclass
class Expected:
    """What the retailer's file says, added up row by row without Polars."""

    lines: Counter[str] = field(default_factory=Counter)
    exact: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    posted: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    documents: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, kind: str, document: str, exact: Decimal) -> None:
        posted = exact.quantize(PENNY, ROUND_HALF_UP)
        self.lines[kind] += 1
        self.exact[kind] += exact
        self.posted[kind] += posted
        totals = self.documents[kind]
        totals[document] = totals.get(document, Decimal()) + posted


@pytest.fixture(scope="module")
def expected() -> Expected:
    found = Expected()
    columns = ["Invoice", "StockCode", "Quantity", "Price"]
    rows = pl.read_parquet(RETAIL_FILE, columns=columns).iter_rows()
    for document, code, quantity, price in rows:
        # Python writes a float as the shortest decimal that reads back the same, as Polars does.
        exact = quantity * Decimal(repr(price))
        if code.startswith("TEST"):
            kind = "test credit" if document.startswith("C") else "test sale"
        elif document.startswith("A"):
            kind = "bad debt"
        elif document.startswith("C"):
            kind = "charge" if exact > 0 else "credit"
        else:
            kind = "sale"
        found.add(kind, document, exact)
    return found


def build_examples(folder: Path) -> None:
    """Maps both real files and builds the warehouse over them, everything below `folder`."""
    raw_root = folder / "raw"
    for example, source in [
        ("online_retail", RETAIL_FILE),
        ("accounts_receivable", RECEIVABLES_FILE),
    ]:
        script = REPOSITORY / "examples" / example / "map_to_flat.py"
        mapped = subprocess.run(
            [sys.executable, script, source, raw_root], capture_output=True, text=True, check=False
        )
        assert mapped.returncode == 0, mapped.stderr
    systems = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["systems"]
    variables = {
        "systems_on": ["flat"],
        "systems_off": [name for name in systems if name != "flat"],
    }
    environment = os.environ | {
        "RAW_ROOT": str(raw_root),
        "WAREHOUSE_ROOT": str(folder),
        "DBT_PROFILES_DIR": str(REPOSITORY / "profiles"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
    # Core may not be there: its tests of a canonical table are not run.
    command += ["--select", "staging", "canonical", "resource_type:seed", "+fct_receivable_events"]
    command += ["--indirect-selection", "buildable", "--vars", yaml.safe_dump(variables)]
    built = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout[-4000:] + built.stderr[-2000:]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of both examples, built once a test run, whichever worker comes first."""
    folder = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    folder = folder / "examples"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / "lock"):
        if not (folder / "built").exists():
            build_examples(folder)
            (folder / "built").touch()
    with duckdb.connect(str(folder / "billing.duckdb"), read_only=True) as connection:
        yield connection


def staged(
    connection: duckdb.DuckDBPyConnection, raw_table: str, column: str
) -> dict[str, tuple[int, Decimal]]:
    """Rows and amount of one raw table of the retailer by disposition, as row accounting has it."""
    return {
        disposition: (count, amount)
        for disposition, count, amount in connection.execute(
            """
            select
                row_disposition,
                max(case when amount_column = '(rows)' then row_count end),
                coalesce(max(case when amount_column = ? then readable_amount end), 0)
            from canonical.cdm_raw_counts
            where source_account = 'online_retail' and count_stage = 'staged' and raw_table = ?
                and (amount_column <> ? or currency <> '(unknown)')
            group by row_disposition
            """,
            [column, raw_table, column],
        ).fetchall()
    }


def totals_of(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Decimal]:
    return dict(connection.execute(query).fetchall())


@needs_data
def test_the_retailers_file_is_what_its_readme_says(expected: Expected) -> None:
    assert expected.lines.total() == 525_461
    assert sum(expected.exact.values()) == Decimal("9539484.634")
    assert expected.lines == {
        "sale": 515_239,
        "credit": 10_201,
        "bad debt": 3,
        "charge": 1,
        "test sale": 13,
        "test credit": 4,
    }


@needs_data
def test_the_readme_counts_the_dirt_as_it_is() -> None:
    cells = retail.read_cells(RETAIL_FILE)
    lines = retail.judged_lines(retail.typed_lines(cells)).collect()
    files = retail.flat_files(cells)
    again = lines.filter(cells.select(pl.int_range(pl.len()).over(cells.columns)).to_series() > 0)
    unpriced = lines.filter(pl.col("unit_price") == 0)
    nobody = lines.filter(pl.col("source_customer_id").is_null())
    families = dict(lines["product_family"].value_counts().iter_rows())
    countries = files["customers"]["country_code"].null_count()
    spellings = cells.select(code="StockCode").unique().group_by(pl.col("code").str.to_uppercase())
    times = lines.group_by("source_document").agg(pl.col("happened_at").n_unique())
    homes = (
        cells.drop_nulls("Customer ID").group_by("Customer ID").agg(pl.col("Country").n_unique())
    )
    told = (REPOSITORY / "examples/online_retail/README.md").read_text("utf-8")
    for row in [
        f"| {again.height:,} more than once |",
        f"£{again['exact_amount'].sum():,.2f} from invoices",
        f"| {nobody.height:,} lines of {nobody['source_document'].n_unique():,} documents |",
        f"| {unpriced.height:,} lines | kept, amount 0 |",
        f"| {files['invoices'].filter(billing_reason='stock_movement').height:,} invoices |",
        f"the {unpriced.filter(pl.col('quantity') < 0).height:,} lines of negative quantity",
        f"| {lines['line_description'].null_count():,} lines | blank |",
        f"| {families['postage']:,} lines | posted, family `postage` |",
        f"| {families['manual']:,} lines | posted, family `manual`",
        f"| {families['discount']:,} lines | posted, family `discount`;",
        f"| {families['fee']:,} lines | posted, family `fee`",
        f"| {families['gift_voucher']:,} lines | posted, family `gift_voucher` |",
        f"| {families['sample']:,} lines | posted, family `sample`",
        f"| {spellings.len().filter(pl.col('len') > 1).height:,} codes |",
        f"| {times.filter(pl.col('happened_at') > 1).height:,} documents |",
        f"| {homes.filter(pl.col('Country') > 1).height:,} customers | the country of",
        f"| {countries:,} customers | blank |",
        f"| {cells['Description'].str.starts_with('Adjustment by ').sum():,} lines | taken out",
    ]:
        assert row in told


@needs_data
def test_every_line_has_one_disposition(
    expected: Expected, warehouse: duckdb.DuckDBPyConnection
) -> None:
    lines = staged(warehouse, "invoice_lines", "line_amount")
    credits_given = staged(warehouse, "credit_note_lines", "line_amount")
    adjusted = staged(warehouse, "adjustments", "adjustment_amount")
    assert lines == {
        "accepted": (expected.lines["sale"], expected.posted["sale"]),
        "test_mode": (expected.lines["test sale"], expected.posted["test sale"]),
    }
    assert credits_given == {
        "accepted": (expected.lines["credit"], -expected.posted["credit"]),
        "test_mode": (expected.lines["test credit"], -expected.posted["test credit"]),
    }
    assert adjusted == {"accepted": (4, expected.posted["charge"] - expected.posted["bad debt"])}
    assert sum(count for one in (lines, credits_given, adjusted) for count, _ in one.values()) == (
        525_461
    )


@needs_data
def test_quantity_times_price_is_what_is_posted_set_aside_and_rounded_away(
    expected: Expected, warehouse: duckdb.DuckDBPyConnection
) -> None:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for sign, entity in [(1, "invoice_lines"), (-1, "credit_note_lines")]:
        for disposition, (_, amount) in staged(warehouse, entity, "line_amount").items():
            amounts[disposition] += sign * amount
        residuals = staged(warehouse, entity, "rounding_residual_amount")
        amounts["residual"] += sign * sum(amount for _, amount in residuals.values())
    directions = {"write_off": -1, "write_off_reversal": 1, "debit_memo": 1}
    for disposition, kind, amount in warehouse.execute(
        "select row_disposition, adjustment_kind, adjustment_amount"
        " from staging.stg_flat__adjustments where source_account = 'online_retail'"
    ).fetchall():
        amounts[disposition] += directions[kind] * amount
    assert dict(amounts) == {
        "accepted": Decimal("9539281.12"),
        "test_mode": Decimal("203.50"),
        "residual": Decimal("0.014"),
    }
    assert sum(amounts.values()) == sum(expected.exact.values())


@needs_data
def test_the_fourteen_prices_below_a_penny_show_their_residual(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select count(*), sum(rounding_residual_amount), sum(line_amount)"
        " from canonical.cdm_invoice_lines"
        " where source_account = 'online_retail' and rounding_residual_amount <> 0"
    ).fetchall() == [(14, Decimal("0.014"), Decimal(0))]


@needs_data
def test_documents_are_the_sum_of_their_lines(
    expected: Expected, warehouse: duckdb.DuckDBPyConnection
) -> None:
    account = "where source_account = 'online_retail'"
    invoiced = totals_of(
        warehouse, f"select source_invoice_id, total_amount from canonical.cdm_invoices {account}"
    )
    credited = totals_of(
        warehouse,
        f"select source_credit_note_id, total_amount from canonical.cdm_credit_notes {account}",
    )
    assert invoiced == expected.documents["sale"]
    assert credited == {key: -total for key, total in expected.documents["credit"].items()}
    assert len(invoiced) == 24_208
    assert len(credited) == 4_587
    assert min(credited.values()) > 0
    assert sum(credited.values()) == Decimal("630206.44")


@needs_data
def test_bad_debt_is_written_off_and_a_charging_credit_is_a_debit_memo(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert warehouse.execute(
        "select source_adjustment_id, adjustment_kind, adjustment_amount"
        " from canonical.cdm_adjustments where source_account = 'online_retail' order by 1"
    ).fetchall() == [
        ("A506401-1", "write_off", Decimal("53594.36")),
        ("A516228-1", "write_off", Decimal("44031.79")),
        ("A528059-1", "write_off", Decimal("38925.87")),
        ("C496350-1", "debit_memo", Decimal("373.57")),
    ]


@needs_data
def test_no_row_of_either_example_is_quarantined(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert (
        warehouse.execute(
            "select raw_table, disposition_reason, count(*)"
            " from canonical.cdm_quarantined_rows group by all"
        ).fetchall()
        == []
    )


@needs_data
def test_every_receivable_is_invoiced_settled_and_disputed_as_the_file_says(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    with RECEIVABLES_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    amounts = {row["invoiceNumber"]: Decimal(row["InvoiceAmount"]) for row in rows}
    disputed = {row["invoiceNumber"] for row in rows if row["Disputed"] == "Yes"}
    account = "where source_account = 'accounts_receivable'"
    assert len(rows) == len(amounts) == 2_466
    assert sum(amounts.values()) == Decimal("147703.18")
    for query in [
        f"select source_invoice_id, total_amount from canonical.cdm_invoices {account}",
        f"select source_invoice_id, applied_amount from canonical.cdm_document_applications"
        f" {account}",
        f"select remittance_reference, payment_amount from canonical.cdm_payments {account}",
    ]:
        assert totals_of(warehouse, query) == amounts
    assert totals_of(
        warehouse,
        f"select source_invoice_id, disputed_amount from canonical.cdm_disputes {account}",
    ) == {number: amounts[number] for number in disputed}
    assert len(disputed) == 561
    assert warehouse.execute(
        f"select count(*) from canonical.cdm_customers {account}"
    ).fetchall() == [(len({row["customerID"] for row in rows}),)]


@needs_data
def test_days_to_settle_and_days_late_come_out_as_the_file_has_them(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    with RECEIVABLES_FILE.open(encoding="utf-8", newline="") as file:
        days = {
            row["invoiceNumber"]: (int(row["DaysToSettle"]), int(row["DaysLate"]))
            for row in csv.DictReader(file)
        }
    found = warehouse.execute(
        """
        select
            invoices.source_invoice_id,
            datediff('day', invoices.issued_on, applications.applied_on),
            greatest(datediff('day', invoices.due_on, applications.applied_on), 0)
        from canonical.cdm_document_applications as applications
        inner join canonical.cdm_invoices as invoices
            on applications.source_account = invoices.source_account
            and applications.source_invoice_id = invoices.source_invoice_id
        where applications.source_account = 'accounts_receivable'
        """
    ).fetchall()
    assert {number: (to_settle, late) for number, to_settle, late in found} == days


@needs_data
def test_days_to_settle_and_days_late_follow_from_the_events(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """The file's own two columns, of each of its invoices, from the events on it alone."""
    derived = {
        number: (settled, max(late, 0))
        for number, settled, late in warehouse.execute(
            """
            with

            moved as (
                select
                    invoice_key,
                    invoice_number,
                    issued_on,
                    due_on,
                    occurred_on,
                    sum(event_amount) over (
                        partition by invoice_key order by occurred_on
                    ) as left_open
                from core.fct_receivable_events
                where receivable_kind = 'open_items' and known_before_at is null
            )

            select
                invoice_number,
                min(occurred_on) - any_value(issued_on),
                min(occurred_on) - any_value(due_on)
            from moved
            -- The retailer's invoices have no due date.
            where left_open = 0 and due_on is not null
            group by invoice_key, invoice_number
            """
        ).fetchall()
    }
    with RECEIVABLES_FILE.open(encoding="utf-8", newline="") as file:
        told = {
            row["invoiceNumber"]: (int(row["DaysToSettle"]), int(row["DaysLate"]))
            for row in csv.DictReader(file)
        }
    assert len(told) == 2_466
    assert {number: derived.get(number) for number in told} == told
