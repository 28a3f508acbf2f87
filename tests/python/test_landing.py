"""What `land_sources()` makes of raw files: views, rejected lines, notes, and clear errors.

A small dbt project of its own points at the real macros; every test writes its files as bytes and
lands them into a warehouse of its own. `shop` has the table `orders` (columns id and amount
required, memo optional) and the optional table `extras`; `till` has the table `receipts`
(columns id required, net and net_cents optional).
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

MACROS = Path(__file__).parents[2] / "macros" / "landing"
LONG_AGO = 1_700_000_000

DBT_PROJECT = """
name: landing_project
version: "0.1.0"
profile: landing_project
macro-paths: [macros]
model-paths: [models]
on-run-start: ["{{ land_sources() }}"]
flags: {send_anonymous_usage_stats: false}
"""
PROFILES = """
landing_project:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: "{{ env_var('LANDING_WAREHOUSE') }}"
      threads: 1
      settings: {TimeZone: UTC}
"""
SOURCES = """
sources:
  - name: raw_shop
    schema: raw_shop
    config: {enabled: "{{ 'shop' in var('systems', ['shop']) }}"}
    tables:
      - name: orders
        columns:
          - name: id
            data_type: string
            config: {meta: {required: true}}
            data_tests: [not_null]
          - {name: amount, data_type: string, config: {meta: {required: true}}}
          - {name: memo, data_type: string, config: {meta: {kind: text}}}
      - name: extras
        config: {meta: {optional: true}}
        columns:
          - {name: id, data_type: string, config: {meta: {required: true}}}
  - name: raw_till
    schema: raw_till
    config: {enabled: "{{ 'till' in var('systems', ['shop']) }}"}
    tables:
      - name: receipts
        columns:
          - {name: id, data_type: string, config: {meta: {required: true}}}
          - {name: net, data_type: string}
          - {name: net_cents, data_type: string}
  - name: other
    schema: other
    tables: [{name: not_ours}]
"""
MODEL = """
{{ config(enabled='shop' in var('systems', ['shop'])) }}
select id, amount from {{ source('raw_shop', 'orders') }}
"""


@dataclass(frozen=True)
class Landed:
    """A warehouse after one landing. `message` is what a failed landing said, else empty."""

    warehouse: Path
    message: str

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query; fails with the landing's own message when it has failed."""
        assert not self.message, self.message
        with duckdb.connect(str(self.warehouse)) as connection:
            return connection.execute(query).fetchall()


Files = dict[str, bytes]
Land = Callable[..., Landed]


def write(root: Path, files: Files, *, changed_at: int = LONG_AGO) -> None:
    """Write each file below `root`, as last changed at `changed_at` (seconds since 1970)."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (changed_at, changed_at))


def parquet(query: str, tmp_path: Path) -> bytes:
    """The bytes of a Parquet file with the rows of a DuckDB query."""
    target = tmp_path / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{target}' (format parquet)")
    return target.read_bytes()


def make_project(folder: Path) -> Path:
    """A dbt project with the real landing macros."""
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(DBT_PROJECT)
    (folder / "profiles.yml").write_text(PROFILES)
    (folder / "models" / "sources.yml").write_text(SOURCES)
    (folder / "models" / "orders.sql").write_text(MODEL)
    shutil.copytree(MACROS, folder / "macros")
    return folder


def dbt(project: Path, *command: str, manifest: Manifest | None = None) -> Any:
    """The result of one dbt command. The warehouse file is closed afterwards."""
    folders = ["--project-dir", str(project), "--profiles-dir", str(project)]
    result = dbtRunner(manifest=manifest).invoke(["--quiet", *command, *folders])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    return result


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("landing") / "project")


@pytest.fixture(scope="session")
def big_file_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with every file taken for one that is too big to be held in memory."""
    folder = make_project(tmp_path_factory.mktemp("landing_big") / "project")
    macro = folder / "macros" / "scan_files.sql"
    changed = macro.read_text().replace("return(64 * 1024 * 1024)", "return(0)")
    assert changed != macro.read_text()
    macro.write_text(changed)
    return folder


@pytest.fixture(scope="session")
def parsed() -> dict[tuple[Path, tuple[str, ...]], Manifest]:
    """Each project is parsed once for each choice of systems."""
    return {}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: Path) -> Path:
    monkeypatch.setenv("RAW_ROOT", str(raw))
    monkeypatch.setenv("LANDING_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def land(
    project: Path,
    warehouse: Path,
    raw: Path,
    parsed: dict[tuple[Path, tuple[str, ...]], Manifest],
) -> Land:
    """`land(files, systems=…)`: write the files below RAW_ROOT and land them."""

    def landed(
        files: Files | None = None,
        *,
        systems: tuple[str, ...] = ("shop",),
        project: Path = project,
    ) -> Landed:
        write(raw, files or {})
        if (project, systems) not in parsed:
            choice = f"{{systems: [{', '.join(systems)}]}}"
            parsed[project, systems] = dbt(project, "parse", "--vars", choice).result
        manifest = parsed[project, systems]
        result = dbt(project, "run-operation", "land_sources", manifest=manifest)
        message = "" if result.success else str(result.result.results[0].message)
        return Landed(warehouse, message)

    return landed


ORDERS = "shop/orders.csv"
CONTENT = "select id, amount, memo from raw_shop.orders order by _source_file, _source_row"


# --- what is read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"id,amount,memo\n1,2,x\n", [("1", "2", "x")]),
        (b"memo,amount,id\nx,2,1\n", [("1", "2", "x")]),
        (b"ID, Amount ,mEMO\n1,2,x\n", [("1", "2", "x")]),
        (b'"id","amount" , "memo"\n1,2,x\n', [("1", "2", "x")]),
        (b"\xef\xbb\xbfid,amount,memo\n1,2,x\n", [("1", "2", "x")]),
        (b'\xef\xbb\xbf"id",amount,memo\n1,2,x\n', [("1", "2", "x")]),
        (b"id,amount,memo\r\n1,2,x\r\n3,4,\r\n", [("1", "2", "x"), ("3", "4", None)]),
        (b"id,amount,memo\r1,2,x\r3,4,\r", [("1", "2", "x"), ("3", "4", None)]),
        (b"id,amount\n1,2\n", [("1", "2", None)]),
        (b'id,surplus,amount,"a, ""b"""\n1,x,2,y\n', [("1", "2", None)]),
        (b"id,amount,,\n1,2,,\n", [("1", "2", None)]),
        (b"id,amount,memo\n,,\n", [(None, None, None)]),
        (b'id,amount,memo\n"","",""\n', [(None, None, None)]),
        (b'id,amount,memo\n 1 ,"  ",x y\n', [(" 1 ", "  ", "x y")]),
        (b'id,amount,memo\n1,2,"a, ""b""\nc"\n', [("1", "2", 'a, "b"\nc')]),
        (
            b'id,amount,memo\r\n1,2,"a\nb"\r\n3,4,"c\r\nd"\r\n',
            [("1", "2", "a\nb"), ("3", "4", "c\r\nd")],
        ),
        (b'id,amount,memo\n1,2,"a\r\nb"\n', [("1", "2", "a\r\nb")]),
        (b'id,amount,memo\n1,2,5" pipe\n', [("1", "2", '5" pipe')]),
        ("id,amount,memo\n1,2,Zoë 東京\n".encode(), [("1", "2", "Zoë 東京")]),
        (b"id,amount,memo\n007,1e3,2024-01-02\n", [("007", "1e3", "2024-01-02")]),
        (b"id,amount,memo\n\n1,2,x\n\n\n", [("1", "2", "x")]),
        (b"id,amount,memo\n1,2,# x\n#1,2,\n", [("1", "2", "# x"), ("#1", "2", None)]),
    ],
    ids=[
        "plain",
        "columns in another order",
        "header in other case and padded",
        "quoted header cells",
        "byte order mark",
        "byte order mark and quoted header",
        "windows line ends",
        "old mac line ends",
        "optional column absent",
        "surplus columns",
        "unnamed surplus columns",
        "nothing is null",
        "quoted nothing is null",
        "blanks are kept",
        "comma, quote and line end in a cell",
        "line ends of another kind in cells of a windows file",
        "windows line end in a cell of a unix file",
        "lone quote inside a cell",
        "utf-8",
        "everything is text",
        "blank lines are no rows",
        "nothing is a comment",
    ],
)
def test_a_csv_file_is_read_as_it_is_meant(
    land: Land, content: bytes, rows: list[tuple[str | None, ...]]
) -> None:
    assert land({ORDERS: content}).rows(CONTENT) == rows


def test_a_view_has_the_listed_columns_as_text_and_where_the_row_came_from(land: Land) -> None:
    landed = land({ORDERS: b"surplus,amount,id\nx,2,1\n"})
    columns = landed.rows("select column_name, column_type from (describe raw_shop.orders)")
    assert columns == [
        ("id", "VARCHAR"),
        ("amount", "VARCHAR"),
        ("memo", "VARCHAR"),
        ("_source_account", "VARCHAR"),
        ("_source_file", "VARCHAR"),
        ("_source_row", "BIGINT"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"id,amount\n", b"id,amount", b"id,amount\r\n", b"id,amount\n\n"],
    ids=["with a line end", "without", "windows", "and a blank line"],
)
def test_a_file_of_a_header_only_is_an_empty_table(land: Land, content: bytes) -> None:
    landed = land({ORDERS: content})
    assert landed.rows("from raw_shop.orders") == []
    assert landed.rows("select source_file, row_count from landing.landed_files") == [(ORDERS, 0)]


@pytest.mark.parametrize(
    ("files", "origins"),
    [
        ({ORDERS: b"id,amount\na,1\n"}, [("a", "default", ORDERS, 1)]),
        (
            {
                "shop/us/orders.csv": b"id,amount\na,1\n",
                "shop/de/orders.csv": b"amount,id\n1,a\n1,b\n",
            },
            [
                ("a", "de", "shop/de/orders.csv", 1),
                ("b", "de", "shop/de/orders.csv", 2),
                ("a", "us", "shop/us/orders.csv", 1),
            ],
        ),
        (
            {ORDERS: b"id,amount\na,1\n", "shop/us/orders.csv": b"id,amount\na,1\n"},
            [("a", "default", ORDERS, 1), ("a", "us", "shop/us/orders.csv", 1)],
        ),
        (
            {
                "shop/orders/2.csv": b"id,amount\nc,1\n",
                "shop/orders/1.csv": b"id,amount\na,1\nb,1\n",
            },
            [
                ("a", "default", "shop/orders/1.csv", 1),
                ("b", "default", "shop/orders/1.csv", 2),
                ("c", "default", "shop/orders/2.csv", 1),
            ],
        ),
        (
            {
                "shop/us/orders/1.csv": b"id,amount\na,1\n",
                "shop/us/orders/2.csv": b"id,memo,amount\nb,x,1\n",
                "shop/us/orders/3.csv": b"id,amount\nc,1\nd,1\n",
            },
            [
                ("a", "us", "shop/us/orders/1.csv", 1),
                ("b", "us", "shop/us/orders/2.csv", 1),
                ("c", "us", "shop/us/orders/3.csv", 1),
                ("d", "us", "shop/us/orders/3.csv", 2),
            ],
        ),
        (
            {"shop/orders/orders.csv": b"id,amount\na,1\n"},
            [("a", "default", "shop/orders/orders.csv", 1)],
        ),
        (
            {"shop/c1=eu/orders.csv": b"id,amount\na,1\n"},
            [("a", "c1=eu", "shop/c1=eu/orders.csv", 1)],
        ),
        (
            {"shop/it's [b]*/orders.csv": b"id,amount\na,1\n"},
            [("a", "it's [b]*", "shop/it's [b]*/orders.csv", 1)],
        ),
    ],
    ids=[
        "a file",
        "a file an account",
        "no account and an account",
        "parts",
        "parts of an account, with different headers",
        "a part with the table's name",
        "an account that looks like a partition",
        "an account of special characters",
    ],
)
def test_each_row_says_where_it_came_from(
    land: Land, files: Files, origins: list[tuple[str, str, str, int]]
) -> None:
    query = "select id, _source_account, _source_file, _source_row from raw_shop.orders"
    assert sorted(land(files).rows(query)) == sorted(origins)


def test_rows_are_numbered_in_files_bigger_than_one_buffer_of_the_reader(land: Land) -> None:
    lines = b"id,amount,memo\n" + b"".join(
        b"%d,1,%s\n" % (number, b"m" * 300) for number in range(1, 120_001)
    )
    landed = land({"shop/orders/1.csv": lines, "shop/orders/2.csv": lines})
    wrong = "select count(*) from raw_shop.orders where id != _source_row::varchar"
    assert landed.rows(wrong) == [(0,)]
    assert landed.rows("select sum(row_count) from landing.landed_files") == [(240_000,)]


@pytest.mark.parametrize(
    "name",
    ["_orders.csv", ".orders.csv", "_old/orders.csv", ".old/orders.csv", "orders/_part.csv"],
)
def test_names_that_begin_with_a_dot_or_an_underscore_are_not_read(land: Land, name: str) -> None:
    files = {"shop/orders/1.csv": b"id,amount\na,1\n", f"shop/{name}": b"not a table"}
    landed = land(files)
    assert landed.rows("select source_file from landing.landed_files") == [("shop/orders/1.csv",)]
    assert landed.rows("select note from landing.landing_notes where source_file != ''") == []


def test_an_account_folder_may_be_a_link(land: Land, raw: Path, tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere/orders.csv": b"id,amount\na,1\n"})
    (raw / "shop").mkdir()
    (raw / "shop" / "us").symlink_to(tmp_path / "elsewhere")
    assert land().rows("select _source_account from raw_shop.orders") == [("us",)]


def test_raw_root_may_have_any_name(
    land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"Bob's [new] raw*/shop/orders.csv": b"id,amount\na,1\n"})
    monkeypatch.setenv("RAW_ROOT", f"{tmp_path}//Bob's [new] raw*/")
    assert land().rows("select id, _source_file from raw_shop.orders") == [("a", ORDERS)]


@pytest.mark.parametrize("raw_root", ["raw", "./raw/", "raw/../raw", "raw/."])
def test_a_relative_raw_root_gives_views_that_can_be_read_from_any_folder(
    land: Land, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, raw_root: str
) -> None:
    write(tmp_path, {"raw/shop/orders.csv": b"id,amount\na,1\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAW_ROOT", raw_root)
    monkeypatch.setenv("LANDING_WAREHOUSE", "warehouse.duckdb")
    landed = land()
    monkeypatch.chdir("/")
    assert landed.rows("select id, _source_file from raw_shop.orders") == [("a", ORDERS)]


def test_a_relative_raw_root_beside_an_absolute_warehouse_is_read_where_dbt_works(
    land: Land, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, {"elsewhere/shop/orders.csv": b"id,amount\na,1\n"})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAW_ROOT", "elsewhere")
    assert land().rows("select id, _source_file from raw_shop.orders") == [("a", ORDERS)]


# --- Parquet --------------------------------------------------------------------------------------


def test_parquet_columns_arrive_as_text(land: Land, tmp_path: Path) -> None:
    content = parquet(
        "select 1.50::decimal(10, 2) as Amount, 'a' as \" ID \", '' as memo, 7 as filename"
        " union all select null, 'b', ' x ', 8",
        tmp_path,
    )
    landed = land({"shop/orders.parquet": content})
    assert landed.rows(CONTENT) == [("a", "1.50", None), ("b", None, " x ")]
    origins = "select _source_account, _source_file, _source_row from raw_shop.orders order by id"
    assert landed.rows(origins) == [
        ("default", "shop/orders.parquet", 1),
        ("default", "shop/orders.parquet", 2),
    ]
    assert landed.rows("select row_count from landing.landed_files") == [(2,)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", "true"),
        ("12345678901234567890::hugeint::decimal(38, 0)", "12345678901234567890"),
        ("timestamp '2024-01-02 03:04:05'", "2024-01-02 03:04:05"),
        ("timestamptz '2024-01-02 03:04:05+02'", "2024-01-02 01:04:05+00"),
        ("date '2024-01-02'", "2024-01-02"),
        ("encode('Zoë')", "Zoë"),
        ("[1, 2]", "[1, 2]"),
    ],
    ids=["boolean", "big number", "timestamp", "instant", "date", "unmarked text", "list"],
)
def test_a_parquet_value_has_one_text(land: Land, tmp_path: Path, value: str, text: str) -> None:
    content = parquet(f"select 1 as id, 2 as amount, {value} as memo", tmp_path)
    assert land({"shop/orders.parquet": content}).rows(CONTENT) == [("1", "2", text)]


def test_parquet_parts_may_have_different_types(land: Land, tmp_path: Path) -> None:
    files = {
        "shop/orders/1.parquet": parquet("select 1 as id, 2 as amount", tmp_path),
        "shop/orders/2.parquet": parquet("select 'x' as id, '2.5' as amount", tmp_path),
    }
    assert land(files).rows(CONTENT) == [("1", "2", None), ("x", "2.5", None)]


def test_an_account_may_deliver_parquet_and_another_csv(land: Land, tmp_path: Path) -> None:
    files = {
        "shop/de/orders.parquet": parquet("select 1 as id, 2 as amount", tmp_path),
        "shop/us/orders.csv": b"id,amount\n3,4\n",
    }
    assert land(files).rows(CONTENT) == [("1", "2", None), ("3", "4", None)]


def test_a_field_inside_a_nested_parquet_column_is_no_column(land: Land, tmp_path: Path) -> None:
    content = parquet("select 1 as id, {'amount': 2, 'of': [{'memo': 1}]} as nested", tmp_path)
    landed = land({"shop/orders.parquet": content})
    assert "required column amount is missing" in landed.message


def test_an_empty_parquet_file_is_an_empty_table(land: Land, tmp_path: Path) -> None:
    content = parquet("select 1 as id, 2 as amount where false", tmp_path)
    assert land({"shop/orders.parquet": content}).rows(CONTENT) == []


# --- lines that are no rows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rejected", "ids"),
    [
        (
            b"id,amount,memo\na,1,x\nb,1\nc,1,x,y\nd,1,x\n",
            [
                (3, "too few cells: 2 instead of 3", "b,1"),
                (4, "too many cells: 4 instead of 3", "c,1,x,y"),
            ],
            ["a", "d"],
        ),
        (
            b'id,amount,memo\r\na,1,"x\r\ny\nz"\r\n\r\nb\r\nc,1,x\r\n',
            [(6, "too few cells: 1 instead of 3", "b")],
            ["a", "c"],
        ),
        (
            b'\xef\xbb\xbfid,amount,memo\na,1,"x\n\ny"\nb,"1,\n2"\nc,1,x,y,z\nd,1,x\n',
            [
                (5, "too few cells: 2 instead of 3", 'b,"1,\n2"'),
                (7, "too many cells: 5 instead of 3", "c,1,x,y,z"),
            ],
            ["a", "d"],
        ),
        (
            b"id,amount,memo\na,1,x\nb,1,x,y",
            [(3, "too many cells: 4 instead of 3", "b,1,x,y")],
            ["a"],
        ),
    ],
    ids=[
        "too few and too many cells",
        "windows line ends, a blank line, cells of several lines",
        "byte order mark, cells of several lines",
        "too many cells at the end",
    ],
)
def test_lines_with_a_wrong_number_of_cells_are_rejected_with_number_and_text(
    land: Land, content: bytes, rejected: list[tuple[int, str, str]], ids: list[str]
) -> None:
    landed = land({ORDERS: content})
    lines = landed.rows("select line_number, reason, line_text from landing.rejected_lines")
    assert lines == rejected
    assert [row[0] for row in landed.rows(CONTENT)] == ids
    counted = landed.rows("select row_count from landing.landed_files")
    assert counted == [(len(ids),)]


def test_a_rejected_line_names_system_account_table_and_file(land: Land) -> None:
    landed = land({"shop/us/orders/1.csv": b"id,amount\na,1\nb\n"})
    query = "select source_system, source_account, raw_table, source_file from landing.{}"
    expected = [("shop", "us", "orders", "shop/us/orders/1.csv")]
    assert landed.rows(query.format("rejected_lines")) == expected
    assert landed.rows(query.format("landed_files")) == expected


def test_rejected_lines_are_the_same_whatever_columns_a_query_reads(land: Land) -> None:
    landed = land({ORDERS: b"id,amount,memo\na,1,x\nb,1\nc,1,x,y\nd,1,x\n"})
    counts = (
        "select (select count(*) from raw_shop.orders), (select count(id) from raw_shop.orders)"
    )
    assert landed.rows(counts) == [(2, 2)]


def test_many_rejected_lines_are_all_kept(land: Land) -> None:
    lines = b"id,amount\n" + b"".join(b"%d\n%d,1\n" % (n, n) for n in range(30_000))
    landed = land({ORDERS: lines})
    query = "select count(*), min(line_number), max(line_number) from landing.rejected_lines"
    assert landed.rows(query) == [(30_000, 2, 60_000)]
    assert landed.rows("select count(*) from raw_shop.orders") == [(30_000,)]


# --- the end of a file ----------------------------------------------------------------------------

NUMBER = "last line has no line end and ends in a number: it may be cut short"
NOTHING = "last line has no line end and ends in an empty cell: it may be cut short"


@pytest.mark.parametrize(
    ("last_line", "reason"),
    [
        (b"b,1,12", NUMBER),
        (b"b,1,-0.5", NUMBER),
        (b"b,1,12.", NUMBER),
        (b"b,1,-", NUMBER),
        (b"b,1, 12 ", NUMBER),
        (b"b,1,2024-01-1", NUMBER),
        (b"b,1,2024-01-02T03:04:0", NUMBER),
        (b"b,1,", NOTHING),
        (b'b,"1,\n2",3', NUMBER),
        (b"b,1,paid", None),
        (b'b,1,"12"', None),
        (b'b,1,""', None),
        (b'b,1,"1,2"', None),
        (b"b,1,usd 12x", None),
    ],
    ids=[
        "a number",
        "a negative number",
        "a number cut at its point",
        "a sign",
        "a padded number",
        "a date",
        "an instant",
        "nothing",
        "a number after a cell of several lines",
        "a word",
        "a quoted number",
        "quoted nothing",
        "a quoted comma",
        "digits in words",
    ],
)
def test_a_last_line_without_line_end_is_kept_unless_it_may_be_cut_short(
    land: Land, last_line: bytes, reason: str | None
) -> None:
    landed = land({ORDERS: b"id,amount,memo\na,1,x\n" + last_line})
    ids = [row[0] for row in landed.rows(CONTENT)]
    rejected = landed.rows("select reason from landing.rejected_lines")
    assert (ids, rejected) == ((["a"], [(reason,)]) if reason else (["a", "b"], []))
    counted = landed.rows("select row_count from landing.landed_files")
    assert counted == [(len(ids),)]


def test_a_line_that_may_be_cut_short_is_shown_with_number_and_text(land: Land) -> None:
    landed = land({ORDERS: b'id,amount,memo\r\na,1,"x\ny"\r\nb,2,30'})
    lines = landed.rows("select line_number, line_text from landing.rejected_lines")
    assert lines == [(4, "b,2,30")]


def test_a_line_that_may_be_cut_short_is_left_out_of_its_own_file_only(land: Land) -> None:
    files = {
        "shop/orders/1.csv": b"id,amount\na,1\nb,2\n",
        "shop/orders/2.csv": b"id,amount\nc,1\nd,2",
        "shop/orders/3.csv": b"id,amount\ne,1\nf,2\n",
    }
    landed = land(files)
    assert "".join(row[0] for row in landed.rows(CONTENT)) == "abcef"
    counts = landed.rows("select row_count from landing.landed_files order by source_file")
    assert counts == [(2,), (1,), (2,)]


def test_a_missing_final_line_end_is_noted(land: Land) -> None:
    notes = "select note from landing.landing_notes where source_file is not null"
    assert land({ORDERS: b"id,amount,memo\na,1,x"}).rows(notes) == [
        ("no line end after the last line, which is read as complete",)
    ]


# --- notes ----------------------------------------------------------------------------------------


def test_an_optional_table_may_be_absent_and_is_then_empty_with_a_note(land: Land) -> None:
    landed = land({ORDERS: b"id,amount\n"})
    columns = landed.rows("select column_name, column_type from (describe raw_shop.extras)")
    assert columns == [
        ("id", "VARCHAR"),
        ("_source_account", "VARCHAR"),
        ("_source_file", "VARCHAR"),
        ("_source_row", "BIGINT"),
    ]
    assert landed.rows("from raw_shop.extras") == []
    assert landed.rows("from landing.landing_notes") == [
        ("shop", None, "extras", None, "no file of this optional table: it is empty")
    ]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("shop/exras.csv", "not read: no table of this name"),
        ("shop/us/exras.csv", "not read: no table of this name"),
        ("shop/exras/1.csv", "not read: no table of this name"),
        ("shop/readme.txt", "not read: no table of this name"),
        ("shop/a/b/c/d/extras.csv", "not read: no table of this name"),
        ("shop/extras.csv.gz", "not read: only .csv and .parquet files are"),
        ("shop/extras/readme.txt", "not read: only .csv and .parquet files are"),
    ],
)
def test_a_file_that_is_not_read_is_noted(land: Land, name: str, note: str) -> None:
    landed = land({ORDERS: b"id,amount\n", name: b"id\n1\n"})
    notes = landed.rows("select source_file, note from landing.landing_notes")
    assert (name, note) in notes


def test_an_optional_column_under_a_similar_name_is_noted(land: Land) -> None:
    landed = land({ORDERS: b"id,amount,memos\na,1,x\n"})
    notes = landed.rows("select note from landing.landing_notes where raw_table = 'orders'")
    assert notes == [("the optional column memo is missing; is it memos?",)]


def test_a_listed_column_is_never_taken_for_a_missing_one(land: Land) -> None:
    files = {ORDERS: b"id,amount\n", "till/receipts.csv": b"id,net\nx,1\n"}
    landed = land(files, systems=("shop", "till"))
    assert landed.rows("from landing.landing_notes where source_system = 'till'") == []


# --- what cannot be landed ------------------------------------------------------------------------

GOOD = b"id,amount\na,1\n"


@pytest.mark.parametrize(
    ("files", "fragments"),
    [
        ({}, ["shop: the system is switched on", "systems_off: [shop]", "vars.yml"]),
        ({"shop/order.csv": GOOD}, ["no file of its tables", "(only shop/order.csv)"]),
        (
            {"shop/extras.csv": b"id\n"},
            ["no file of the table orders", "shop/orders.csv, shop/orders.parquet or a folder"],
        ),
        (
            {"shop/extras.csv": b"id\n", "shop/ordres.csv": GOOD},
            ["no file of the table orders", "Is it shop/ordres.csv?"],
        ),
        (
            {"shop/de/orders.csv": GOOD, "shop/us/extras.csv": b"id\n"},
            ["no file of the table orders: expected shop/us/orders.csv"],
        ),
        ({ORDERS: b""}, ["shop/orders.csv: the file is empty: it has 0 bytes"]),
        ({"shop/orders.parquet": b""}, ["shop/orders.parquet: the file is empty"]),
        ({ORDERS: b"\n1,2\n"}, ["shop/orders.csv: line 1: the header line is empty"]),
        ({ORDERS: b"\xef\xbb\xbf\n"}, ["shop/orders.csv: line 1: the header line is empty"]),
        ({ORDERS: b'id,"amount\n1,2\n'}, ["shop/orders.csv: line 1", "quote that is not closed"]),
        ({ORDERS: b"id," + b"x" * 70_000}, ["shop/orders.csv: line 1", "over-long"]),
        (
            {ORDERS: b"id,amount,memo\na,1,x\nb,1,caf\xe9\nc,1,\xff\n"},
            ["shop/orders.csv, line 3 (and 1 more)", "cannot be decoded as UTF-8", "b,1,caf"],
        ),
        (
            {ORDERS: b"id,amount,surplus\na,1,x\nb,1,caf\xe9\n"},
            ["shop/orders.csv, line 3", "cannot be decoded as UTF-8"],
        ),
        (
            {ORDERS: b"id,amount,caf\xe9\na,1,x\n"},
            ["shop/orders.csv: line 1: the file cannot be decoded as UTF-8"],
        ),
        (
            {ORDERS: "id,amount\na,1\n".encode("utf-16")},
            ["shop/orders.csv: line 1: the file cannot be decoded as UTF-8", "UTF-16"],
        ),
        (
            {ORDERS: "id,amount\na,1\n".encode("utf-16-le")},
            ["shop/orders.csv: line 1: the file cannot be decoded as UTF-8", "UTF-16"],
        ),
        (
            {ORDERS: b"id,amout\na,1\n"},
            [
                "shop/orders.csv: the required column amount is missing (is it amout?)",
                "The header line is: id,amout",
            ],
        ),
        (
            {ORDERS: b"id;amount\na;1\n"},
            ["required column id is missing", "amount is missing", "separated by commas"],
        ),
        ({ORDERS: b"a,1\nb,2\n"}, ["required column id is missing", "The header line is: a,1"]),
        (
            {"shop/orders/1.csv": b"id\n", "shop/orders/2.csv": b"id\n"},
            ["shop/orders/1.csv (and 1 more): the required column amount is missing"],
        ),
        ({ORDERS: b"id,amount,ID\n"}, ["shop/orders.csv: the column id is in the header 2 times"]),
        (
            {ORDERS: GOOD, "shop/orders.parquet": GOOD},
            ["orders is delivered more than once: shop/orders.csv, shop/orders.parquet"],
        ),
        (
            {ORDERS: GOOD, "shop/orders/1.csv": GOOD},
            ["orders is delivered more than once: shop/orders.csv, shop/orders/*.csv"],
        ),
        (
            {"shop/us/orders.csv": GOOD, "shop/us/orders/1.csv": GOOD},
            ["orders of the account us is delivered more than once"],
        ),
        (
            {ORDERS: GOOD, "shop/default/orders.csv": GOOD},
            ["delivered more than once: shop/default/orders.csv, shop/orders.csv"],
        ),
        (
            {"shop/orders/1.csv": GOOD, "shop/orders/1.parquet": GOOD},
            ["delivered more than once: shop/orders/*.csv, shop/orders/*.parquet"],
        ),
        (
            {"shop/orders/1.csv": GOOD, "shop/orders/2024/2.csv": GOOD},
            [
                "shop/orders/2024/2.csv: a part of the table orders",
                "Put all parts into shop/orders/",
            ],
        ),
        (
            {ORDERS: b'id,amount\na,1\nb,"1\nc,1\nd,1\n'},
            ["shop/orders.csv, line 3: a quote is not closed", 'The line is: b,"1'],
        ),
        (
            {ORDERS: b'id,amount\na,1\nb,"1"2\nc,1\n'},
            ["shop/orders.csv, line 3", "text follows a closing quote"],
        ),
        (
            {ORDERS: b"id,amount\na,1\nb,1" + b"0" * 2_100_000 + b"\nc,1\n"},
            ["shop/orders.csv, line 3: the line is over-long"],
        ),
        (
            {ORDERS: b"id,amount,memo\na,1,x\nb,1"},
            ["shop/orders.csv, line 3: the file is truncated", "The line is: b,1"],
        ),
        (
            {ORDERS: b"id,amount,memo\r\na,1,x\r\nb,1"},
            ["shop/orders.csv, line 3: the file is truncated", "The line is: b,1"],
        ),
        ({ORDERS: b"id,amount\r\na,1\nb,1\r\n"}, ["shop/orders.csv: the line ends are mixed"]),
        ({ORDERS: b"id,amount\na,1\r\nb,1\n"}, ["shop/orders.csv: the line ends are mixed"]),
        ({ORDERS: b"id,amount\na,1\rb,1\n"}, ["shop/orders.csv: the line ends are mixed"]),
        (
            {"shop/orders.parquet": b"id,amount\na,1\n"},
            ["shop/orders.parquet: the file cannot be read as Parquet"],
        ),
    ],
    ids=[
        "a system without a file",
        "a system with unknown files only",
        "no file of a required table",
        "a misspelled file",
        "no file of an account",
        "zero bytes",
        "zero bytes of parquet",
        "an empty header line",
        "an empty header line with a byte order mark",
        "an open quote in the header",
        "an endless header",
        "latin-1",
        "latin-1 in a column that is not read",
        "latin-1 in the header",
        "utf-16",
        "utf-16 without a byte order mark",
        "a misspelled column",
        "semicolons",
        "no header",
        "a missing column in parts",
        "a doubled column",
        "csv and parquet",
        "a file and parts",
        "a file and parts of an account",
        "the account default and no account",
        "parts of both kinds",
        "parts in folders",
        "an open quote",
        "text after a quote",
        "an over-long line",
        "truncated",
        "truncated with windows line ends",
        "a unix line in a windows file",
        "a windows line in a unix file",
        "an old mac line in a unix file",
        "no parquet",
    ],
)
def test_what_cannot_be_landed_is_said_clearly(
    land: Land, files: Files, fragments: list[str]
) -> None:
    message = land(files).message
    assert [fragment for fragment in fragments if fragment not in message] == [], message


@pytest.mark.parametrize("kept_bytes", [3, 100, -1, -20], ids=str)
def test_a_truncated_parquet_file_is_named(land: Land, tmp_path: Path, kept_bytes: int) -> None:
    content = parquet("select 1 as id, 2 as amount", tmp_path)
    message = land({"shop/orders.parquet": content[:kept_bytes]}).message
    assert "shop/orders.parquet: the file cannot be read as Parquet: it is truncated" in message


def test_a_parquet_file_with_a_damaged_footer_is_named(land: Land, tmp_path: Path) -> None:
    content = parquet("select 1 as id, 2 as amount", tmp_path)
    damaged = content[:-8] + b"\xff\xff\xff\x00PAR1"
    assert "shop/orders.parquet" in land({"shop/orders.parquet": damaged}).message


def test_all_problems_of_all_systems_are_in_one_message(land: Land) -> None:
    files = {
        ORDERS: b"id,amout\na\n1,2,3\nb",
        "shop/extras.csv": b"",
        "till/receipts.csv": b"id\n\xff\n",
    }
    message = land(files, systems=("shop", "till")).message
    assert "4 problems" in message
    for place in ["amount is missing", "line 4", "shop/extras.csv", "till: till/receipts.csv"]:
        assert place in message


def test_of_very_many_problems_the_rest_is_counted(land: Land) -> None:
    files = {f"shop/orders/{number}.csv": b"" for number in range(150)}
    message = land(files).message
    assert "150 problems" in message
    assert "and 50 more" in message


def test_nothing_is_landed_when_something_cannot_be(land: Land, warehouse: Path) -> None:
    land({ORDERS: b"id,amount\na,1\n", "till/receipts.csv": b""}, systems=("shop", "till"))
    views = "select view_name from duckdb_views() where not internal"
    assert Landed(warehouse, "").rows(views) == []


def test_a_failed_landing_leaves_the_views_of_the_last_one(land: Land, warehouse: Path) -> None:
    land({ORDERS: b"id,amount\na,1\n"})
    assert land({"shop/extras.csv": b""}).message
    assert Landed(warehouse, "").rows(CONTENT) == [("a", "1", None)]


# --- runs -----------------------------------------------------------------------------------------


def test_two_systems_stay_apart(land: Land) -> None:
    files = {ORDERS: b"id,amount\na,1\n", "till/receipts.csv": b"id\nb\n"}
    landed = land(files, systems=("shop", "till"))
    assert landed.rows("select id from raw_till.receipts") == [("b",)]
    assert landed.rows("select id from raw_shop.orders") == [("a",)]


def test_the_files_of_a_system_that_is_off_are_not_looked_at(land: Land) -> None:
    landed = land({ORDERS: b"id,amount\n", "till/receipts.csv": b""})
    assert landed.rows("select source_system from landing.landed_files") == [("shop",)]


def test_with_every_system_off_the_landing_tables_are_there_and_empty(land: Land) -> None:
    landed = land(systems=())
    columns = landed.rows(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where table_name in ('landed_files', 'rejected_lines', 'landing_notes')"
        " order by table_name, column_index"
    )
    place = [("source_system", "VARCHAR"), ("source_account", "VARCHAR"), ("raw_table", "VARCHAR")]
    place = [*place, ("source_file", "VARCHAR")]
    others = {
        "landed_files": [("file_bytes", "BIGINT"), ("row_count", "BIGINT")],
        "landing_notes": [("note", "VARCHAR")],
        "rejected_lines": [
            ("line_number", "BIGINT"),
            ("reason", "VARCHAR"),
            ("line_text", "VARCHAR"),
        ],
    }
    assert columns == [(table, *column) for table in others for column in [*place, *others[table]]]
    for table in others:
        assert landed.rows(f"from landing.{table}") == []


def test_an_unchanged_file_is_not_scanned_again_and_a_changed_one_is(land: Land) -> None:
    scans = "select scanned_at from landing.scanned_files order by path"
    files = {"shop/orders/1.csv": b"id,amount\na,1\nb\n", "shop/orders/2.csv": b"id,amount\nc,1\n"}
    first = land(files).rows(scans)
    landed = land({"shop/orders/2.csv": b"id,amount\nc,1\nd,2\n"})
    second = landed.rows(scans)
    assert [before == after for before, after in zip(first, second, strict=True)] == [True, False]
    assert landed.rows("select line_text from landing.rejected_lines") == [("b",)]
    counts = landed.rows("select row_count from landing.landed_files order by source_file")
    assert counts == [(1,), (2,)]


def test_a_file_that_changes_within_a_second_of_its_scan_is_scanned_again(
    land: Land, raw: Path
) -> None:
    now = int(time.time())
    write(raw, {ORDERS: b"id,amount\na,1\nb,2\n"}, changed_at=now)
    assert land().rows("select row_count from landing.landed_files") == [(2,)]
    write(raw, {ORDERS: b"id,amount\na,1\nb 2\n"}, changed_at=now)
    assert land().rows("select row_count from landing.landed_files") == [(1,)]


def test_a_file_that_is_gone_is_forgotten(land: Land, raw: Path) -> None:
    land({"shop/orders/1.csv": GOOD, "shop/orders/2.csv": b"id,amount\nb\n"})
    (raw / "shop/orders/2.csv").unlink()
    landed = land()
    assert landed.rows("select source_file from landing.landed_files") == [("shop/orders/1.csv",)]
    assert landed.rows("from landing.rejected_lines") == []
    assert landed.rows("select count(*) from landing.scanned_files") == [(1,)]


def test_a_repaired_file_is_landed(land: Land) -> None:
    assert land({ORDERS: b"id,amout\na,1\n"}).message
    assert land({ORDERS: b"id,amount\na,1\n"}).rows(CONTENT) == [("a", "1", None)]


def test_an_unchanged_broken_file_is_refused_again(land: Land) -> None:
    first = land({ORDERS: b'id,amount\na,1\nb,"1\n'}).message
    assert first
    assert land().message == first


def test_scans_of_an_older_form_are_thrown_away(land: Land, warehouse: Path) -> None:
    land({ORDERS: b"id,amount\na,1\nb\n"})
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create or replace table landing.scanned_files as select 1 as other")
    assert land().rows("select count(*) from landing.rejected_lines") == [(1,)]


@pytest.mark.parametrize("command", ["build", "run", "test"])
def test_the_hook_lands_before_anything_is_built(
    project: Path, raw: Path, warehouse: Path, command: str
) -> None:
    write(raw, {ORDERS: b"id,amount\na,1\n"})
    assert dbt(project, command).success
    assert Landed(warehouse, "").rows(CONTENT) == [("a", "1", None)]


def test_nothing_is_built_when_the_hook_cannot_land(
    project: Path, raw: Path, warehouse: Path
) -> None:
    write(raw, {ORDERS: b"id,amout\na,1\n"})
    assert not dbt(project, "build").success
    built = "select view_name from duckdb_views() where schema_name = 'main' and not internal"
    assert Landed(warehouse, "").rows(built) == []


def test_parsing_touches_neither_files_nor_warehouse(project: Path, warehouse: Path) -> None:
    assert dbt(project, "parse", "--no-partial-parse").success
    assert not warehouse.exists()


def test_thousands_of_small_parts_land_in_seconds(land: Land, raw: Path) -> None:
    write(raw, {f"shop/orders/{n:05}.csv": b"id,amount\n%d,1\n" % n for n in range(4_000)})
    started_at = time.monotonic()
    landed = land()
    assert time.monotonic() - started_at < 20
    assert landed.rows("select count(distinct id), max(_source_row) from raw_shop.orders") == [
        (4_000, 1)
    ]


# --- files too big to be held in memory -----------------------------------------------------------

LINES = [f"{number},1,note" for number in range(200)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "marked"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize(
    ("last_line", "rejected", "note_count"),
    [("", 0, 0), ("x,1,12", 1, 1), ("x,1,y", 0, 1)],
    ids=["complete", "a number at the end", "a word at the end"],
)
def test_the_end_of_a_big_file_is_looked_at(
    land: Land,
    big_file_project: Path,
    mark: bytes,
    line_end: str,
    last_line: str,
    rejected: int,
    note_count: int,
) -> None:
    text = line_end.join(["id,amount,memo", *LINES, last_line])
    landed = land({ORDERS: mark + text.encode()}, project=big_file_project)
    assert len(landed.rows("from landing.rejected_lines")) == rejected
    notes = landed.rows("from landing.landing_notes where source_file is not null")
    assert len(notes) == note_count
    assert len(landed.rows(CONTENT)) == 200 + bool(last_line) - rejected


def test_a_big_file_whose_end_cannot_be_seen_is_noted(land: Land, big_file_project: Path) -> None:
    lines = "\r\n".join(["id,amount,memo", *LINES, 'x,1,"a\nb"', ""])
    landed = land({ORDERS: lines.encode()}, project=big_file_project)
    notes = landed.rows("select note from landing.landing_notes where source_file is not null")
    assert len(notes) == 1
    assert notes[0][0].startswith("too big to see whether its last line is complete")


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"id,amount,memo\na,1,x\nb,1", "line 3: the file is truncated"),
        (b"id,amout\na,1\n", "required column amount is missing"),
        (b"id,amount\na,\xff\n", "line 2: the file cannot be decoded"),
        ("id,amount\na,1\n".encode("utf-16-le"), "line 1: the file cannot be decoded"),
        (b"\nid,amount\na,1\n", "header line is empty"),
        (b"", "the file is empty"),
    ],
    ids=["truncated", "misspelled column", "latin-1", "utf-16", "empty header", "zero bytes"],
)
def test_a_broken_big_file_is_refused(
    land: Land, big_file_project: Path, content: bytes, fragment: str
) -> None:
    assert fragment in land({ORDERS: content}, project=big_file_project).message


def test_a_big_parquet_file_is_read(land: Land, big_file_project: Path, tmp_path: Path) -> None:
    files = {"shop/orders.parquet": parquet("select 1 as id, 2 as amount", tmp_path)}
    assert land(files, project=big_file_project).rows(CONTENT) == [("1", "2", None)]
