"""docs/mappings/ says what the models do: the pages are current, complete, and right in samples."""

from pathlib import Path

import pytest
import yaml

from python_checks import mapping_docs
from python_checks.errors import RunError
from python_checks.mapping_docs import (
    FOLDER,
    Entity,
    Project,
    RawColumn,
    RawTable,
    SystemPage,
    main,
    pages,
    read_project,
    stale,
)

REPOSITORY = Path(__file__).resolve().parents[2]
SYSTEMS: list[str] = list(
    yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["systems"]
)

Cells = tuple[str, str, str]


def rows_of(page: str, section: str) -> dict[str, Cells]:
    """The table under a heading: first cell without backticks → the next three cells."""
    text = page.split(f"\n## {section}\n")[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    rows = {}
    for line in lines:
        cells = [
            cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").split("|")[1:-1]
        ]
        rows[cells[0].strip("`")] = (cells[1], cells[2], cells[3] if len(cells) > 3 else "")
    return rows


def committed(system: str, section: str) -> dict[str, Cells]:
    """A table of a page in the repository."""
    return rows_of((REPOSITORY / FOLDER / f"{system}.md").read_text("utf-8"), section)


# The pages in the repository


def test_the_committed_pages_are_what_the_models_say(monkeypatch: pytest.MonkeyPatch) -> None:
    # Neither the caller's folders nor the caller's salt may show in them.
    for name in ("WAREHOUSE_ROOT", "RAW_ROOT", "PII_SALT"):
        monkeypatch.setenv(name, "/somewhere/else")
    assert stale(pages(read_project(REPOSITORY)), REPOSITORY) == [], (
        f"run {mapping_docs.COMMAND} and commit what it writes"
    )


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_canonical_column_of_every_feed_has_its_row(system: str) -> None:
    feeds = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["feeds"]
    contract = yaml.safe_load((REPOSITORY / "models/canonical/_canonical.yml").read_text("utf-8"))[
        "models"
    ]
    columns = {model["name"]: [column["name"] for column in model["columns"]] for model in contract}
    for entity, feeding in feeds.items():
        if system in feeding:
            assert list(committed(system, entity)) == columns[f"cdm_{entity}"], entity


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_column_is_without_origin_or_reason(system: str) -> None:
    feeds = yaml.safe_load((REPOSITORY / "vars.yml").read_text("utf-8"))["vars"]["feeds"]
    for entity in (entity for entity, feeding in feeds.items() if system in feeding):
        for column, (made_from, _, rule) in committed(system, entity).items():
            is_said = made_from != "—" or "constant" in rule or "typed null" in rule
            # count(*) counts rows: it is made of no column.
            assert is_said or "count(*)" in rule, f"{entity}.{column}"


@pytest.mark.parametrize(
    ("system", "entity", "column", "made_from", "unit", "rule"),
    [
        (
            *("stripe", "payments", "payment_amount"),
            "(1) `charge.amount_captured`, `charge.amount`; decided by `charge.captured`",
            "minor units → major units",
            "then coalesce(charge.amount_captured, charge.amount) else charge.amount end`",
        ),
        (
            *("stripe", "adjustments", "adjustment_amount"),
            "(1) `customer_balance_transaction.amount`",
            "minor units → major units",
            "(1) sign flipped",
        ),
        (
            *("stripe", "invoices", "invoice_status"),
            "`invoice.status`",
            "word",
            "its word in `status_map`",
        ),
        (
            *("stripe", "customers", "email_hash"),
            "`customer.email`",
            "keyed hash",
            "keyed hash",
        ),
        (
            *("netsuite", "ledger_documents", "total_amount"),
            "`transaction.foreigntotal`; decided by `transaction.type`",
            "major units",
            "sign flipped where `word_of(transaction.type) in ('credit_memo', 'refund')`",
        ),
        (
            *("netsuite", "ledger_documents", "currency"),
            "`currency.symbol`",
            "currency code",
            "found by `transaction.currency`",
        ),
        (
            *("netsuite", "ledger_documents", "functional_currency"),
            "`currency.symbol`",
            "currency code",
            "found by `subsidiary.currency`",
        ),
        (
            *("bank", "bank_lines", "line_amount"),
            "`entry.amount`; decided by `entry.credit_debit_indicator`",
            "major units",
            "sign flipped unless `word_of(entry.credit_debit_indicator) = 'credit'`",
        ),
        (
            *("bank", "balances", "balance_amount"),
            "(1) `statement.opening_balance`<br>(2) `statement.closing_balance`",
            "major units",
            "as delivered",
        ),
        (
            *("flat", "payments", "payment_amount"),
            "`payments.payment_amount`",
            "major units",
            "as delivered",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "`" not in value else "",
)
def test_rows_checked_by_hand(
    system: str, entity: str, column: str, made_from: str, unit: str, rule: str
) -> None:
    shown = committed(system, entity)[column]
    assert made_from in shown[0]
    assert shown[1] == unit
    assert rule in shown[2]


def test_a_raw_table_shows_its_key_and_required_columns() -> None:
    shown = committed("stripe", "Raw tables")["invoice_line_item"]
    assert shown == (
        "required",
        "`invoice_id`, `id`",
        "**`id`**, **`invoice_id`**, **`currency`**, **`amount`**",
    )


def test_a_raw_column_that_is_not_mapped_says_what_for() -> None:
    assert committed("stripe", "Raw columns read but not mapped")["charge.livemode"] == (
        "true or false",
        "marks test data",
        "",
    )


# A system of one table, to see how expressions are read

TIME = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:"
STAGING = f"""
with

raw as (select * from "billing"."raw_shop"."sale"),

currencies as (
    select iso.currency, coalesce(other.minor_unit, iso.minor_unit) as minor_unit
    from "billing"."reference"."currencies" as iso
    left join "billing"."reference"."currency_exponents" as other on iso.currency = other.currency
),

typed as (
    select
        raw._source_account as source_account,
        nullif(trim(raw.id), '') as row_id,
        nullif(trim(raw.id), '') as sale_id,
        nullif(trim(raw.parent), '') as parent_id,
        cast(try_cast(trim(raw.cents) as decimal(24, 4)) * currencies.minor_unit as decimal(18, 4))
            as sale_amount,
        try_cast(trim(raw.net) as decimal(18, 4)) as net_amount,
        case
            when lower(trim(raw.is_open)) in ('true', 't') then true
            when lower(trim(raw.is_open)) in ('false', 'f') then false
        end as is_open,
        case when regexp_matches(trim(raw.sold), '{TIME}')
            then try_cast(trim(raw.sold) as timestamp) end as sold_at,
        case when regexp_matches(trim(raw.sold), '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$')
            then try_cast(trim(raw.sold) as date) end as sold_on,
        case when nullif(trim(raw.name), '') is not null
            then md5('salt' || '|' || lower(trim(raw.name))) end as name_hash
    from raw
    left join currencies on raw.currency = currencies.currency
),

judged as (
    select ranked.*, 'accepted' as row_disposition from (select typed.* from typed) as ranked
)

select
    source_account, row_id, row_disposition, sale_id, parent_id, sale_amount, net_amount, is_open,
    sold_at, sold_on, name_hash
from judged
"""
MAPPING = """
with

sales as (select * from "billing"."staging"."stg_shop__sale" where row_disposition = 'accepted'),

parents as (select * from "billing"."staging"."stg_shop__sale" where row_disposition = 'accepted'),

kinds as (select words.* from "billing"."reference"."status_map" as words)

select {expression} as {column}
from sales
left join parents on sales.parent_id = parents.sale_id
left join kinds on sales.parent_id = kinds.raw_value
"""
KINDS = {
    "id": "id",
    "parent": "id",
    "currency": "currency",
    "cents": "minor",
    "net": "major",
    "is_open": "boolean",
    "sold": "timestamp",
    "name": "text",
}


def shop(mapping: str, column: str, data_type: str) -> Project:
    """A project with one system, one raw table, and one canonical entity of one column."""
    raw = [
        RawColumn(name, kind, is_required=name == "id", is_filled=False, accounted_as=None)
        for name, kind in KINDS.items()
    ]
    return Project(
        systems={"shop": "A shop."},
        raw_tables={"shop": {"sale": RawTable("sale", is_optional=False, columns=raw)}},
        entities={"sales": Entity("sales", "one sale", {column: data_type})},
        sql={"stg_shop__sale": STAGING, "map_shop__sales": mapping},
    )


def row_of(expression: str, column: str = "thing", data_type: str = "string") -> Cells:
    """How the page shows one expression of the mapping."""
    mapping = MAPPING.format(expression=expression, column=column)
    return rows_of(SystemPage(shop(mapping, column, data_type), "shop").text(), "sales")[column]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("sales.sale_id", ("`sale.id`", "id", "as delivered")),
        ("'shop'", ("—", "word", "constant `'shop'`")),
        ("cast(null as varchar)", ("—", "—", "unknown: typed null")),
        (
            "sales.source_account",
            ("`sale._source_account`", "text", "folder of the account, else `default`"),
        ),
        ("lower(sales.parent_id)", ("`sale.parent`", "id", "in lower case")),
        ("sales.name_hash", ("`sale.name`", "keyed hash", "keyed hash")),
        ("kinds.canonical_value", ("`sale.parent`", "word", "its word in `status_map`")),
        (
            "sales.sale_id || '|' || 'total'",
            ("`sale.id`", "text", "`joined(sale.id, '|total')`"),
        ),
        (
            "case when sales.is_open then sales.sale_id else sales.parent_id end",
            (
                "`sale.id`, `sale.parent`; decided by `sale.is_open`",
                "id",
                "`case when sale.is_open then sale.id else sale.parent end`",
            ),
        ),
    ],
    ids=["plain", "constant", "null", "account", "lower", "masked", "word", "joined", "case"],
)
def test_a_text_is_shown_with_its_rule(expression: str, shown: Cells) -> None:
    assert row_of(expression) == shown


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("sales.net_amount", ("`sale.net`", "major units", "as delivered")),
        ("sales.sale_amount", ("`sale.cents`", "minor units → major units", "as delivered")),
        (
            "cast(-sales.sale_amount as decimal(18, 4))",
            ("`sale.cents`", "minor units → major units", "sign flipped"),
        ),
        (
            "sales.net_amount * case when sales.is_open then -1 else 1 end",
            (
                "`sale.net`; decided by `sale.is_open`",
                "major units",
                "sign flipped where `sale.is_open`",
            ),
        ),
        (
            "sales.net_amount * case when sales.is_open then 1 else -1 end",
            (
                "`sale.net`; decided by `sale.is_open`",
                "major units",
                "sign flipped unless `sale.is_open`",
            ),
        ),
        ("coalesce(sales.net_amount, 0)", ("`sale.net`", "major units", "blank is `0`")),
        (
            "cast(sales.net_amount - sales.sale_amount as decimal(18, 4)) * 2",
            (
                "`sale.net`, `sale.cents`",
                "major units or minor units → major units",
                "`(sale.net - sale.cents) * 2`",
            ),
        ),
    ],
    ids=["major", "minor", "negated", "where", "unless", "blank", "cast_of_a_sum"],
)
def test_an_amount_is_shown_with_its_sign(expression: str, shown: Cells) -> None:
    assert row_of(expression, "sale_amount", "decimal(18,4)") == shown


def test_both_clocks_of_an_event_come_from_one_cell() -> None:
    assert row_of("sales.sold_at", "sold_at", "timestamp") == (
        "`sale.sold`",
        "UTC timestamp",
        "as delivered",
    )
    assert row_of("sales.sold_on", "sold_on", "date") == (
        "`sale.sold`",
        "date",
        "where the cell is a bare date",
    )


def test_a_comment_of_the_model_stands_behind_its_rule() -> None:
    shown = row_of("\n-- The shop says so.\nsales.sale_id")
    assert shown[2] == "as delivered. The shop says so."


def test_the_salt_of_the_hash_is_not_shown() -> None:
    page = SystemPage(
        shop(MAPPING.format(expression="sales.name_hash", column="thing"), "thing", "string"),
        "shop",
    ).text()
    assert "salt" not in page


def test_a_union_says_which_rows_say_what() -> None:
    mapping = """
    with sales as (
        select 'day' as kind, sale_id from "billing"."staging"."stg_shop__sale" where is_open
        union all
        select 'night', parent_id from "billing"."staging"."stg_shop__sale"
    )
    select sales.kind || ':' || sales.sale_id as thing from sales
    """
    page = SystemPage(shop(mapping, "thing", "string"), "shop").text()
    assert "1. All rows of `sale`, as staged where `sale.is_open`." in page
    assert rows_of(page, "sales")["thing"] == (
        "(1) `sale.id`<br>(2) `sale.parent`",
        "text",
        "(1) `joined('day:', sale.id)`<br>(2) `joined('night:', sale.parent)`",
    )


def test_an_anti_join_says_what_must_not_be_found() -> None:
    mapping = MAPPING.format(expression="sales.sale_id", column="thing")
    mapping += "where parents.sale_id is null and kinds.raw_value is null"
    page = SystemPage(shop(mapping, "thing", "string"), "shop").text()
    assert (
        "Accepted rows of `sale` where no `sale` is found by `sale.parent`"
        " and `known(sale.parent) is null`."
    ) in page


def test_a_subquery_in_an_expression_is_shown_and_not_followed() -> None:
    shown = row_of("(select max(other.id) from elsewhere as other)")
    assert shown == ("—", "word", "`(select max(other.id) from elsewhere as other)`")


def test_a_mapping_that_lacks_a_column_is_named() -> None:
    mapping = MAPPING.format(expression="sales.sale_id", column="another")
    with pytest.raises(RunError, match="map_shop__sales has no column thing"):
        SystemPage(shop(mapping, "thing", "string"), "shop").text()


# The command


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The command works on the shop, in a folder of its own."""
    mapping = MAPPING.format(expression="sales.sale_id", column="thing")
    monkeypatch.setattr(mapping_docs, "PROJECT", tmp_path)
    monkeypatch.setattr(mapping_docs, "read_project", lambda _: shop(mapping, "thing", "string"))
    return tmp_path


def test_what_was_written_is_not_stale(small: Path) -> None:
    assert main([]) == 0
    assert sorted(path.name for path in (small / FOLDER).iterdir()) == ["README.md", "shop.md"]
    assert main(["--check"]) == 0


def test_the_check_names_stale_pages_and_changes_none(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    (small / FOLDER / "shop.md").write_text("old", "utf-8")
    (small / FOLDER / "gone.md").write_text("a system that is no more", "utf-8")
    (small / FOLDER / "README.md").unlink()
    capsys.readouterr()

    assert main(["--check"]) == 1

    assert capsys.readouterr().out.splitlines() == [
        f"out of date: {FOLDER / name}" for name in ("README.md", "shop.md", "gone.md")
    ]
    assert (small / FOLDER / "shop.md").read_text("utf-8") == "old"


def test_writing_removes_the_page_of_a_system_that_is_gone(small: Path) -> None:
    (small / FOLDER).mkdir(parents=True)
    (small / FOLDER / "gone.md").write_text("a system that is no more", "utf-8")
    main([])
    assert not (small / FOLDER / "gone.md").exists()
