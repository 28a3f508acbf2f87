"""The command `python -m python_checks ageing`: who owes what since when, on any past day.

The day is seen as it was known at any later instant.

An open balance is the sum of the events of its document (`fct_receivable_events`) that had happened
by the day and were known at the instant. Days count from the due date, else from the issue date and
the customer's payment terms, or with `--basis invoice_date` from the issue date.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from python_checks.configuration import read_settings
from python_checks.errors import RunError
from python_checks.warehouse import Warehouse, first_line

PROJECT_DIR = Path(__file__).resolve().parents[1]
BUCKETS_SEED = Path("seeds/reference/receivables_age_buckets.csv")
ERROR = 2
# Columns in a file or pipe, where nobody has a window to fit.
NO_TERMINAL_WIDTH = 240
FORMATS = ("table", "json", "csv")
BASES = ("due_date", "invoice_date")
# What a row is of, and the columns that say so.
GRAINS: dict[str, tuple[str, ...]] = {
    "entity": ("legal_entity_code", "currency"),
    "customer": ("legal_entity_code", "customer_key", "parent_customer_key", "currency"),
    "invoice": (
        "legal_entity_code", "customer_key", "parent_customer_key", "invoice_key",
        "invoice_number", "issued_on", "due_on", "currency",
    ),
}  # fmt: skip
NO_DATE = "no date"
# What the customer has with us: beside the buckets, never in them.
BESIDE = ("negative_items", "unapplied_cash", "unapplied_credits")

POSITIONS = """
    select
        events.receivable_kind,
        events.document_key,
        max(events.invoice_number) as invoice_number,
        max(events.customer_key) as customer_key,
        max(customers.parent_customer_key) as parent_customer_key,
        max(events.legal_entity_code) as legal_entity_code,
        max(events.currency) as currency,
        max(events.issued_on) as issued_on,
        max(coalesce(
            events.due_on, events.issued_on + customers.payment_terms_days
        )) as due_on,
        sum(events.event_amount) as open_amount
    from core.fct_receivable_events as events
    left join core.dim_customers as customers
        on events.customer_key = customers.customer_key
    where (events.occurred_on is null or events.occurred_on <= $on)
        and case
            when $known_on is null then events.known_before_at is null
            else events.known_from_at <= $known_on
                and (events.known_before_at is null or events.known_before_at > $known_on)
        end
    group by events.receivable_kind, events.document_key
    having sum(events.event_amount) <> 0
    order by events.receivable_kind, events.document_key
"""

Row = dict[str, Any]


@dataclass(frozen=True)
class Bucket:
    """A bucket of ages: days from `from_days` (inclusive) to `before_days` (exclusive)."""

    name: str
    from_days: int
    before_days: int


def ageing(
    on: Annotated[str, typer.Option("--on", help="The day, at its end: 2026-01-31.")],
    known_on: Annotated[
        str | None,
        typer.Option(
            "--known-on",
            help="As known at this instant (UTC) or at the end of this day; else as known now.",
        ),
    ] = None,
    by: Annotated[str, typer.Option(help="entity, customer or invoice.")] = "entity",
    basis: Annotated[str, typer.Option(help="due_date or invoice_date.")] = "due_date",
    warehouse: Annotated[
        Path | None, typer.Option(help="Folder of the warehouse (else WAREHOUSE_ROOT).")
    ] = None,
    output_format: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    project_dir: Annotated[
        Path, typer.Option("--project-dir", help="The dbt project.", show_default=False)
    ] = PROJECT_DIR,
) -> None:
    """Ages the receivables to any past day, as they were known at any later instant.

    Exit code: 0, or 2 an error.
    """
    console, errors = Console(), Console(stderr=True)
    if not console.is_terminal:
        console = Console(width=NO_TERMINAL_WIDTH)
    try:
        _refuse_other("--by", by, tuple(GRAINS))
        _refuse_other("--basis", basis, BASES)
        _refuse_other("--format", output_format, FORMATS)
        day = _read_day(on)
        instant = None if known_on is None else read_instant(known_on)
        settings = read_settings(project_dir=project_dir, warehouse=warehouse)
        buckets = read_buckets(project_dir)
        positions = read_positions(settings.warehouse, day, instant)
    except RunError as error:
        errors.print(f"Error: {error}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(ERROR) from error
    names = [*(bucket.name for bucket in buckets), NO_DATE, *BESIDE, "total"]
    rows = aged(positions, buckets, on=day, by=by, basis=basis)
    if output_format == "json":
        report = {
            "on": day, "known_on": instant, "by": by, "basis": basis, "rows": rows,
        }  # fmt: skip
        typer.echo(json.dumps(report, indent=2, default=str))
    elif output_format == "csv":
        typer.echo(_as_csv(rows, [*GRAINS[by], *names]), nl=False)
    else:
        _show(rows, GRAINS[by], names, day, instant, console)


def read_buckets(project_dir: Path) -> list[Bucket]:
    """The buckets of days of the seed, in their order; RunError where it cannot be read."""
    file = project_dir / BUCKETS_SEED
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            seed = sorted(csv.DictReader(lines), key=lambda row: int(row["bucket_order"]))
        return [
            Bucket(row["age_bucket"], int(row["from_days"]), int(row["before_days"]))
            for row in seed
            if row["from_days"]
        ]
    except (OSError, KeyError, ValueError) as error:
        raise RunError(f"{file} cannot be read: {error}.") from error


def read_positions(warehouse: Warehouse, on: date, known_on: datetime | None) -> list[Row]:
    """Every document with an open balance on a day, as known at an instant (UTC; None is now).

    Reads what is published, or where nothing is yet, what is built. RunError where there is
    neither, or nothing was known at the instant.
    """
    file = next(
        (file for file in (warehouse.published_file, warehouse.build_file) if file.is_file()), None
    )
    if file is None:
        raise RunError(f"{warehouse.root} holds neither a published file nor a build.")
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            first = connection.execute(
                "select min(occurred_on), min(known_from_at) from core.fct_receivable_events"
            ).fetchone()
            assert first is not None
            if first[0] is None or on < first[0]:
                raise RunError(f"There is no receivable before {first[0]}; --on is {on}.")
            if known_on is not None and known_on < first[1]:
                raise RunError(
                    f"Nothing was known before {first[1]} UTC; --known-on is {known_on}."
                )
            found = connection.execute(POSITIONS, {"on": on, "known_on": known_on})
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        raise RunError(f"{file} cannot be read: {first_line(error)}.") from error


def aged(
    positions: Sequence[Row], buckets: Sequence[Bucket], *, on: date, by: str, basis: str
) -> list[Row]:
    """Positions summed by what `by` names, with a column for each bucket; sorted by their keys.

    `total` is all of a row: the buckets and what stands beside them.
    """
    keys = GRAINS[by]
    zeros = dict.fromkeys([*(bucket.name for bucket in buckets), NO_DATE, *BESIDE], Decimal(0))
    rows: dict[tuple[Any, ...], Row] = {}
    for position in positions:
        is_invoice = position["receivable_kind"] == "open_items"
        position = position | {"invoice_key": position["document_key"]}
        if by == "invoice" and not is_invoice:
            position |= dict.fromkeys(("invoice_key", "issued_on", "due_on"))
        key = tuple(position[name] for name in keys)
        row = rows.setdefault(key, dict(zip(keys, key, strict=True)) | zeros)
        if not is_invoice:
            place = str(position["receivable_kind"])
        elif position["open_amount"] < 0:
            place = "negative_items"
        else:
            start = position["due_on"] if basis == "due_date" else position["issued_on"]
            place = bucket_of(start, on, buckets)
        row[place] += position["open_amount"]
    ordered = sorted(rows.values(), key=lambda row: tuple(str(row[name]) for name in keys))
    return [row | {"total": sum((row[name] for name in zeros), Decimal(0))} for row in ordered]


def bucket_of(start: date | None, on: date, buckets: Sequence[Bucket]) -> str:
    """The bucket of what counts from a day; a day that is today is no day old."""
    if start is None:
        return NO_DATE
    days = (on - start).days
    return next(
        (bucket.name for bucket in buckets if bucket.from_days <= days < bucket.before_days),
        NO_DATE,
    )


def read_instant(text: str) -> datetime:
    """An instant as naive UTC; a day alone is its end. RunError where it is neither."""
    try:
        if len(text) <= len("2026-01-31"):
            end = datetime.combine(date.fromisoformat(text), datetime.min.time())
            return end + timedelta(days=1) - timedelta(microseconds=1)
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RunError(
            f"--known-on {text}: it is a day (2026-01-31) or an instant (2026-01-31T06:00:00)."
        ) from error
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RunError(f"--on {text}: it is a day, such as 2026-01-31.") from error


def _refuse_other(option: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise RunError(f"{option} {value}: it is {', '.join(allowed[:-1])} or {allowed[-1]}.")


def _as_csv(rows: Sequence[Row], names: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _show(
    rows: Sequence[Row],
    keys: Sequence[str],
    names: Sequence[str],
    on: date,
    known_on: datetime | None,
    console: Console,
) -> None:
    known = "as known now" if known_on is None else f"as known at {known_on:%Y-%m-%d %H:%M:%S} UTC"
    # Columns in which nothing stands say nothing.
    filled = [name for name in names if any(row[name] for row in rows)]
    shown = [name for name in keys if any(row[name] is not None for row in rows)]
    table = Table(title=f"Receivables at the end of {on}, {known}")
    for name in shown:
        table.add_column(name.removesuffix("_code").replace("_", " "), no_wrap=True)
    for name in filled:
        # A number is wrapped rather than cut: half of one is another number.
        table.add_column(name.replace("_", " "), justify="right", overflow="fold")
    for row in rows:
        cells = [str(row[name] or "") for name in shown]
        table.add_row(*cells, *(_amount(row[name]) for name in filled))
    console.print(table)


def _amount(amount: Decimal) -> str:
    text = f"{amount.normalize():,f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"
