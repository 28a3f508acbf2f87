"""The `flat` system, written from the canonical contract, and the page that describes it.

`flat` is the door for systems without a folder of their own: one file per canonical entity, in
canonical column names. Its source YAML, staging and mapping models say the same thing as
models/canonical/_canonical.yml, so they are written from it and never by hand:

    python -m python_checks.flat_contract          writes them
    python -m python_checks.flat_contract --check  fails where a file is not what it would write

A column is required in the header, and filled in every row, where the contract's meta says
`filled`; the allowed words of a column come from seeds/reference/canonical_values.csv.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = Path("models/staging/flat")
PAGE = Path("docs/flat_contract.md")

SWITCH = (
    "\"{{ 'flat' not in var('systems_off')"
    " and ('flat' in var('systems_on') or var('systems').get('flat', false)) }}\""
)
# The one column of the files that no entity has: it decides what becomes of the row.
MARK = "is_test_mode"
# Fed from the other staged tables, not from files.
DERIVED = ("quarantined_rows", "raw_counts")
KINDS = {
    "string": "text",
    "boolean": "boolean",
    "int": "integer",
    "bigint": "integer",
    "decimal(18,4)": "major",
    "decimal(24,12)": "decimal",
    "decimal(20,6)": "decimal",
    "date": "date",
    "timestamp": "timestamp",
}
READERS = {
    "text": "{{{{ to_text('raw.{name}') }}}}",
    "word": "lower({{{{ to_text('raw.{name}') }}}})",
    "currency": "{{{{ to_currency('raw.{name}') }}}}",
    "boolean": "coalesce({{{{ to_boolean('raw.{name}') }}}}, false)",
    "integer": "{{{{ to_integer('raw.{name}') }}}}",
    "major": "{{{{ to_decimal('raw.{name}') }}}}",
    "timestamp": "{{{{ to_utc('raw.{name}') }}}}",
    "date": "{{{{ to_date('raw.{name}') }}}}",
}
UNITS = {
    "text": "text",
    "word": "one of the words below",
    "currency": "ISO 4217 code, such as USD",
    "boolean": "true or false; blank is false",
    "integer": "whole number",
    "major": "amount in major units (12.50), a whole number of the currency's minor unit",
    "decimal": "number",
    "timestamp": "2026-01-31 23:30:00, UTC unless it carries an offset",
    "date": "2026-01-31, a date in the legal entity's zone",
}


class Column:
    """One column of one entity's file."""

    def __init__(self, entity: str, raw: dict[str, Any], allowed: list[str]) -> None:
        self.name: str = raw["name"]
        self.data_type: str = raw["data_type"]
        self.is_filled = bool(raw.get("config", {}).get("meta", {}).get("filled"))
        self.allowed = allowed
        self.kind = KINDS[self.data_type]
        if allowed:
            self.kind = "word"
        elif self.name == "currency" or self.name in ("from_currency", "to_currency"):
            self.kind = "currency"
        # Amounts in the books' own currency are not in `currency`: their unit is checked in core.
        elif self.kind == "major" and self.name.endswith("_functional"):
            self.kind = "decimal"

    @property
    def is_amount(self) -> bool:
        """Whether row accounting sums this column."""
        return self.kind in ("major", "decimal") and "_amount" in self.name

    @property
    def reader(self) -> str:
        if self.kind == "decimal":
            precision, scale = re.findall(r"\d+", self.data_type)
            return f"{{{{ to_decimal('raw.{self.name}', {precision}, {scale}) }}}}"
        return READERS[self.kind].format(name=self.name)


def entities() -> dict[str, list[Column]]:
    """Every entity that has a file: its columns in the contract's order, without source_system
    and source_account, which the folder gives."""
    allowed: dict[tuple[str, str], list[str]] = defaultdict(list)
    with (PROJECT / "seeds/reference/canonical_values.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            allowed[row["entity"], row["column_name"]].append(row["value"])
    contract = yaml.safe_load((PROJECT / "models/canonical/_canonical.yml").read_text("utf-8"))
    found = {}
    for model in contract["models"]:
        entity = model["name"].removeprefix("cdm_")
        if entity not in DERIVED:
            found[entity] = [
                Column(entity, column, allowed[entity, column["name"]])
                for column in model["columns"]
                if column["name"] not in ("source_system", "source_account")
            ]
    return found


def key_of(columns: list[Column]) -> str:
    """The entity's own id: the first column of its file."""
    return columns[0].name


def source_yaml(tables: dict[str, list[Column]]) -> str:
    """The source YAML of `flat` with one line per column, and its staging models' tests."""
    lines = [
        "version: 2",
        "",
        "# Written by python -m python_checks.flat_contract from the canonical contract.",
        "sources:",
        "  - name: raw_flat",
        "    description: Canonical entities as flat files, in canonical column names.",
        "    schema: raw_flat",
        "    config:",
        f"      enabled: {SWITCH}",
        "    tables:",
    ]
    for entity, columns in tables.items():
        lines += [
            f"      - name: {entity}",
            "        config: {meta: {optional: true}}",
            "        columns:",
        ]
        for column in columns:
            meta = [f"kind: {column.kind}"]
            if column.is_filled or column.name == key_of(columns):
                meta += ["required: true", "filled: true"]
            if column.is_amount:
                meta.append(f"staged_as: {column.name}")
            if column.allowed:
                meta.append(f"allowed: [{', '.join(column.allowed)}]")
            lines.append(
                f"          - {{name: {column.name}, data_type: string,"
                f" config: {{meta: {{{', '.join(meta)}}}}}}}"
            )
        lines.append(
            f"          - {{name: {MARK}, data_type: string, config: {{meta: {{kind: boolean}}}}}}"
        )
    lines += ["", "models:"]
    for entity in tables:
        lines += [
            f"  - name: stg_flat__{entity}",
            f"    description: One delivered row of the flat file {entity}, typed and judged.",
            "    data_tests: [accepted_once]",
        ]
    return "\n".join(lines) + "\n"


def staging_sql(entity: str, columns: list[Column]) -> str:
    """The staging model of one entity: every row kept, typed and judged."""
    key = key_of(columns)
    names = {column.name for column in columns}
    currency = next((c.name for c in columns if c.kind == "currency"), None)
    steps = [
        f"{{#- Grain: one delivered row of the flat file {entity}. -#}}",
        "with",
        "",
        "raw as (",
        "",
        f"    select * from {{{{ source('raw_flat', '{entity}') }}}}",
        "",
        "),",
        "",
    ]
    if currency:
        steps += ["currencies as (", "", "    {{ currency_units('flat') }}", "", "),", ""]
    typed = [
        "        {{ raw_location() }},",
        f"        {{{{ row_id(['raw.{key}']) }}}} as row_id,",
        f"        {{{{ delivered_id(['raw.{key}']) }}}} as delivered_id,",
        "        {{ to_utc('raw.recorded_at') }} as row_version,",
        f"        {{{{ payload_hash('flat', '{entity}') }}}} as payload_hash,",
        f"        {{{{ row_problem('flat', '{entity}') }}}} as problem,",
        "        false as is_marked_deleted,",
        f"        {READERS['boolean'].format(name=MARK)} as is_test_mode,",
    ]
    for column in columns:
        read = column.reader
        if column.kind == "date" and column.name.removesuffix("_on") + "_at" in names:
            # A bare date in the instant's column is that event's date, never midnight UTC.
            instant = column.name.removesuffix("_on") + "_at"
            read = f"coalesce({read}, {{{{ to_bare_date('raw.{instant}') }}}})"
        line = f"        {read} as {column.name},"
        if len(line) > 100:
            line = f"        {read}\n            as {column.name},"
        typed.append(line)
    typed[-1] = typed[-1].rstrip(",")
    steps += ["typed as (", "", "    select", *typed, "", "    from raw"]
    if currency:
        steps += [
            "",
            "    left join currencies",
            f"        on {{{{ to_currency('raw.{currency}') }}}} = currencies.currency",
        ]
    steps += ["", "),", "", "judged as (", "", "    {{ judge_rows('typed') }}", "", ")", ""]
    outputs = [f"    {column.name}," for column in columns]
    outputs[-1] = outputs[-1].rstrip(",")
    steps += [
        "select",
        "    -- place and fate",
        "    source_account,",
        "    source_file,",
        "    source_row,",
        "    row_id,",
        "    row_disposition,",
        "    disposition_reason,",
        "",
        "    -- the record",
        *outputs,
        "",
        "from judged",
    ]
    return "\n".join(steps) + "\n"


def mapping_sql(entity: str, columns: list[Column]) -> str:
    """The mapping of one entity: `flat` speaks canonical words already."""
    outputs = [f"    rows_taken.{column.name}," for column in columns]
    outputs[-1] = outputs[-1].rstrip(",")
    if entity == "invoices":
        outputs = [
            "    rows_taken.is_negative_document or rows_taken.total_amount < 0"
            " as is_negative_document,"
            if "is_negative_document" in line
            else line
            for line in outputs
        ]
    return "\n".join(
        [
            f"{{#- Grain: one accepted row of the flat file {entity}. -#}}",
            "with",
            "",
            "rows_taken as (",
            "",
            f"    select * from {{{{ ref('stg_flat__{entity}') }}}} where row_disposition = 'accepted'",
            "",
            ")",
            "",
            "select",
            "    'flat' as source_system,",
            "    rows_taken.source_account,",
            *outputs,
            "",
            "from rows_taken",
            "",
        ]
    )


def derived_sql(tables: dict[str, list[Column]]) -> dict[str, str]:
    """Quarantine and row accounting of all flat files."""
    names = ",\n    ".join(f"'{entity}'" for entity in tables)
    return {
        "quarantined_rows": (
            "{#- Grain: one quarantined row of a flat file. -#}\n"
            f"{{{{ quarantined_rows_of('flat', [\n    {names}\n]) }}}}\n"
        ),
        "raw_counts": (
            "{#- Grain: one count of flat rows by table, stage, disposition, amount column and"
            " currency. -#}\n"
            f"{{{{ raw_counts_of('flat', [\n    {names}\n]) }}}}\n"
        ),
    }


def page(tables: dict[str, list[Column]]) -> str:
    """The contract for people, in Markdown."""
    lines = [
        "# The `flat` contract",
        "",
        "Written by `python -m python_checks.flat_contract`; do not edit by hand.",
        "",
        "Put one file per entity at `<RAW_ROOT>/flat/<entity>.csv` (or `.parquet`, or a folder"
        " `<entity>/` of parts), or at `<RAW_ROOT>/flat/<account>/<entity>.csv` where there are"
        " several accounts. All files are optional. Columns are bound by name, in any order. CSV is"
        " UTF-8 with a header, commas and double quotes. Switch the system on in `vars.yml`, or by"
        " name: `--vars '{systems_on: [flat]}'`.",
        "",
        "A row that breaks a rule below is quarantined with its reason, and counted. Where an event"
        " has both `_at` (instant, UTC) and `_on` (date in the legal entity's zone), fill what you"
        " have. The legal entity of a row is looked up in `seeds/reference/legal_entity_map.csv` by"
        " (`flat`, account, `source_entity_id`), where a blank entity id counts as `default`.",
        "",
        f"Every file may have a column `{MARK}` (true or false; blank is false): a row that it marks"
        " is test data. It is counted, as `test_mode`, and goes no further.",
        "",
    ]
    for entity, columns in tables.items():
        lines += [
            f"## {entity}",
            "",
            "| column | must be filled | what it holds |",
            "|---|---|---|",
        ]
        for column in columns:
            filled = "yes" if column.is_filled or column.name == key_of(columns) else ""
            unit = UNITS[column.kind]
            if column.allowed:
                unit = "one of " + ", ".join(f"`{word}`" for word in column.allowed)
            lines.append(f"| `{column.name}` | {filled} | {unit} |")
        lines.append("")
    return "\n".join(lines)


def files() -> dict[Path, str]:
    """Every file this module owns with its text, by path relative to the project."""
    tables = entities()
    written = {FOLDER / "_flat.yml": source_yaml(tables), PAGE: page(tables)}
    for entity, columns in tables.items():
        written[FOLDER / f"stg_flat__{entity}.sql"] = staging_sql(entity, columns)
        written[FOLDER / f"map_flat__{entity}.sql"] = mapping_sql(entity, columns)
    for entity, text in derived_sql(tables).items():
        written[FOLDER / f"map_flat__{entity}.sql"] = text
    return written


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where a file is out of date")
    only_check = parser.parse_args().check
    stale = []
    for path, text in files().items():
        target = PROJECT / path
        if not target.exists() or target.read_text("utf-8") != text:
            stale.append(str(path))
            if not only_check:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
    for name in stale:
        print(("out of date: " if only_check else "written: ") + name)
    return 1 if only_check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
