"""A small dbt project with everything that a run touches, for tests of the runner.

One system (`shop`) with one raw table, public and private models, a law, a gate, a warning, and a
model that waits for the checks. State macros and sources are the repository's own.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import duckdb
import yaml

from python_checks.extracts import ExtractFile
from python_checks.state import RunRecord
from python_checks.warehouse import Warehouse

REPOSITORY = Path(__file__).resolve().parents[2]

PROJECT = """
name: small
version: "1.0.0"
profile: billing
model-paths: [models]
test-paths: [tests]
macro-paths: [macros]
flags: {send_anonymous_usage_stats: false}
on-run-start:
  - "{{ ensure_state_tables() }}"
  - "{{ ensure_check_tables() }}"
  - "{{ land_payments() }}"
models:
  small:
    +materialized: table
    core: {+schema: core, +access: public}
    core_private: {+schema: core_private}
    marts: {+schema: marts, +access: public}
    kpi: {+schema: kpi, +access: public}
"""

VARS = """
vars:
  systems: {shop: true, bank: false}
  systems_on: []
  systems_off: []
  as_of_date: ""
  feeds: {payments: [shop, bank]}
  is_slow: false
  is_judged: true
"""

FILES = {
    "dbt_project.yml": PROJECT,
    "vars.yml": VARS,
    "macros/land.sql": """
        {% macro generate_schema_name(custom_schema_name, node) -%}
            {{ custom_schema_name or target.schema }}
        {%- endmacro %}

        {% macro land_payments() %}
            {% if execute %}
                {% set file = env_var('RAW_ROOT') ~ '/shop/payments.csv' %}
                {% set found = run_query("select file from glob('" ~ file ~ "')") %}
                {% if found | length == 0 and 'shop' not in var('systems_off') %}
                    {% do exceptions.raise_compiler_error(
                        'system shop: required table payments was not delivered'
                    ) %}
                {% endif %}
                {% do run_query('create schema if not exists raw_shop') %}
                {% do run_query('create schema if not exists landing') %}
                {% do run_query(
                    "create or replace table landing.landed_files as"
                    ~ " select 'shop' as source_system, count(*) as row_count"
                    ~ " from read_csv('" ~ file ~ "', all_varchar = true)"
                ) %}
                {% do run_query(
                    "create or replace view raw_shop.payments as select * from read_csv('"
                    ~ file ~ "', all_varchar = true)"
                ) %}
            {% endif %}
        {% endmacro %}
    """,
    "models/_models.yml": """
        sources:
          - name: raw_shop
            schema: raw_shop
            tables: [{name: payments}, {name: charges}]
        models:
          - name: fct_payments
            description: One payment, in the customer's words.
            columns:
              - {name: payment_id, description: Key.}
              - {name: email, config: {meta: {pii: true}}}
              - {name: amount}
              - {name: currency}
              - {name: status}
    """,
    "models/core/fct_payments.sql": """
        select payment_id, email, cast(amount as decimal(18, 4)) as amount, currency, status
        from {{ source('raw_shop', 'payments') }}
    """,
    # Public by its folder, and still not published: the prefix says that it is a step.
    "models/core/int_payments_counted.sql": """
        select count(*) as payment_count from {{ ref('fct_payments') }}
    """,
    "models/core_private/int_record_versions.sql": """
        select
            'payments' as entity,
            payment_id as record_key,
            status || ' ' || amount as payload,
            md5(status || ' ' || amount) as payload_hash,
            cast(null as timestamp) as recorded_at,
            'shop' as source_system,
            'default' as source_account,
            'payments' as raw_table
        from {{ ref('fct_payments') }}
    """,
    "models/core_private/int_slow.sql": """
        select count(*) as pair_count
        from range({{ 3000000 if var('is_slow') else 1 }}) as a
        inner join range({{ 3000000 if var('is_slow') else 1 }}) as b
            on (a.range * b.range) % 7 = 3
    """,
    "models/marts/recon_summary.sql": """
        select
            'R05' as pair_id,
            currency,
            count(*) filter (status = 'failed') as break_count,
            {{ var('is_judged') }} as is_judged
        from {{ ref('fct_payments') }}
        group by currency
    """,
    "models/marts/row_accounting.sql": """
        select
            'shop' as source_system,
            source_account,
            'payments' as raw_table,
            count_stage,
            if(count_stage = 'landed', '(all)', 'accepted') as row_disposition,
            amount_column,
            case
                when amount_column = '(rows)' or amount_column = 'fee' then '(none)'
                else fct_payments.currency
            end as currency,
            count(*) as row_count,
            sum(if(amount_column = '(rows)', null, amount)) as readable_amount,
            0 as unreadable_count
        from {{ ref('fct_payments') }}
        -- As if two accounts had delivered the same.
        cross join (values ('de'), ('us')) as accounts (source_account)
        cross join (values ('landed'), ('staged')) as stages (count_stage)
        cross join (values ('(rows)'), ('amount'), ('fee')) as counted (amount_column)
        group by all
    """,
    "models/kpi/kpi_scorecard.sql": """
        select
            'payment_success' as kpi_id,
            count(*) filter (status = 'paid') as numerator,
            count(*) as denominator,
            (select count(*) from {{ source('checks', 'check_runs') }}) as check_run_count
        from {{ ref('fct_payments') }}
    """,
    "tests/payments_are_never_negative.sql": """
        select * from {{ ref('fct_payments') }} where amount < 0
    """,
    "tests/payments_have_a_currency.sql": """
        {{ config(severity='warn') }}
        select * from {{ ref('fct_payments') }} where currency is null
    """,
    "tests/no_payment_fails.sql": """
        {{ config(tags=['gate']) }}
        select * from {{ ref('fct_payments') }} where status = 'failed'
    """,
    "tests/few_payments_are_refunded.sql": """
        {{ config(tags=['gate'], severity='warn') }}
        select * from {{ ref('fct_payments') }} where status = 'refunded'
    """,
}

HEADER = "payment_id,email,amount,currency,status\n"
CLEAN = HEADER + "p1,ada@example.org,10.00,EUR,paid\np2,bob@example.org,500,JPY,paid\n"


def make_project(folder: Path) -> Path:
    """Writes the project into a folder and returns it."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    shutil.copytree(REPOSITORY / "macros" / "state", folder / "macros" / "state")
    shutil.copytree(REPOSITORY / "profiles", folder / "profiles")
    shutil.copy(REPOSITORY / "models" / "_sources.yml", folder / "models")
    return folder


def deliver(raw_root: Path, text: str = CLEAN, *, manifest: str | None = None) -> Path:
    """Writes the shop's payments (and manifest) as raw files and returns the raw root."""
    folder = raw_root / "shop"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "payments.csv").write_text(text, encoding="utf-8")
    if manifest is not None:
        (folder / "_manifest.csv").write_text(manifest, encoding="utf-8")
    return raw_root


def make_state(warehouse: Warehouse) -> None:
    """Makes the empty state tables as the macro does: from the sources' YAML."""
    text = (REPOSITORY / "models" / "_sources.yml").read_text(encoding="utf-8")
    sources = {source["name"]: source for source in yaml.safe_load(text)["sources"]}
    with duckdb.connect(str(warehouse.state_file)) as connection:
        for table in sources["state"]["tables"]:
            columns = ", ".join(f"{c['name']} {c['data_type']}" for c in table["columns"])
            connection.execute(f"create table {table['name']} ({columns})")


def make_build(warehouse: Warehouse, *statements: str) -> None:
    """Writes a build file anew with SQL, as if dbt had."""
    warehouse.build_file.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse.build_file)) as connection:
        for schema in ("core", "core_private", "marts"):
            connection.execute(f"create schema {schema}")
        for statement in statements:
            connection.execute(statement)


def a_record(run_id: str = "run_1", *, started_at: datetime | None = None) -> RunRecord:
    """A run's record with nothing remarkable in it."""
    started_at = started_at or datetime(2026, 1, 31, 12)
    return RunRecord(
        run_id=run_id,
        started_at=started_at,
        finished_at=started_at + timedelta(minutes=1),
        run_status="clean",
        exit_code=0,
        as_of_date=None,
        extract_sha256="0" * 64,
        git_commit=None,
        versions={"python": "3.11"},
        phase_seconds={"build": 1.0},
        row_counts={},
    )


def an_extract(*, is_full: bool = False, account: str = "default") -> ExtractFile:
    """A delivered file of the shop's payments."""
    return ExtractFile(
        source_system="shop",
        source_account=account,
        raw_table="payments",
        source_file=f"shop/{account}/payments.csv",
        file_bytes=1,
        sha256="0" * 64,
        modified_at=datetime(2026, 1, 31),
        is_full=is_full,
    )


def rows_of(file: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a query over a database file, opened read-only."""
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def state_content(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every state table, in one order."""
    names = rows_of(warehouse.state_file, "select table_name from duckdb_tables() order by 1")
    return {
        name: rows_of(warehouse.state_file, f"select * from {name} order by all")
        for (name,) in names
    }


def temporary_files(warehouse: Warehouse) -> list[str]:
    """Names of what a run must not leave behind."""
    return [path.name for path in warehouse.root.iterdir() if ".tmp" in path.name]
