"""Errors of the company itself: bills that all systems agree about, and that are wrong.

They are made in the world, before any view of it: on drafts, and on invoices that nothing has
settled yet, so that everything that follows from them stays true.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from python_checks.simulator import ids, schema
from python_checks.simulator.billing import rounded, taxed
from python_checks.simulator.company import PROCESSOR_METHODS
from python_checks.simulator.faults.planting import CODES, Fault, Truth
from python_checks.simulator.money import EXPONENTS, MICROS, units_per_major
from python_checks.simulator.randomness import stream
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings

TENFOLD = 10
BURST_AUTHOR = "g.petrov"
CLOCKS = ("created_at", "issued_at", "issued_on", "due_on")


@dataclass
class Errors:
    """A world that gets wrong, and the faults so far; `taken` are invoices with one."""

    world: World
    settings: Settings
    random: np.random.Generator
    taken: list[int]
    faults: list[Fault]

    def choose(self, rows: pl.DataFrame, count: int) -> pl.DataFrame:
        free = rows.filter(~pl.col("invoice").is_in(self.taken)).sort("invoice")
        count = min(count, free.height)
        positions = np.sort(self.random.permutation(free.height)[:count])
        chosen = free.select(pl.all().gather(pl.Series(positions, dtype=pl.Int64)))
        self.taken.extend(chosen["invoice"].to_list())
        return chosen


def spoil(
    world: World, settings: Settings, counts: dict[str, int]
) -> tuple[World, list[Fault], list[int]]:
    """The world with so many of each error in it, the truth about them, and their invoices."""
    errors = Errors(world, settings, stream(settings.seed, "billing errors"), [], [])
    for name, planter in PLANTERS.items():
        if counts.get(name, 0):
            planter(errors, counts[name])
    return errors.world, errors.faults, errors.taken


def _major(minor: int, currency: str) -> str:
    places = EXPONENTS[currency]
    sign, digits = ("-" if minor < 0 else ""), f"{abs(minor):0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _zuora_id(key: int) -> str:
    return str(pl.select(ids.zuora("invoice", pl.lit(key))).item())


def _unsettled(world: World) -> pl.DataFrame:
    """Posted invoices of the window that nothing settles: no payment, credit or write-off."""
    is_direct = ~pl.col("method").is_in(PROCESSOR_METHODS)
    found = world.invoices.join(
        world.customers.select("customer", "method"), on="customer", how="left"
    ).filter(
        is_direct
        & (pl.col("kind") == "invoice")
        & (pl.col("biller") == "zuora")
        & ~pl.col("is_draft")
        & ~pl.col("is_opening")
        & pl.col("voided_at").is_null()
    )
    for table in (world.applications, world.credit_notes, world.write_offs):
        found = found.join(table.select("invoice"), on="invoice", how="anti")
    return found


def _drafts(world: World) -> pl.DataFrame:
    return world.invoices.filter("is_draft")


def _main_lines(world: World, invoices: pl.DataFrame) -> pl.DataFrame:
    """The largest line of each invoice that is quantity times price."""
    return (
        world.lines.filter(
            (pl.col("kind") == "recurring")
            & pl.col("unit_micros").is_not_null()
            & (pl.col("quantity") > 1)
        )
        .join(
            invoices.select("invoice", "entity", "currency", "number", "created_at", "issued_on"),
            on="invoice",
            how="inner",
        )
        .sort("invoice", "amount_minor", "line", descending=[False, True, False])
        .unique("invoice", keep="first", maintain_order=True)
    )


def _rebilled(world: World, changed: pl.DataFrame) -> World:
    """The world with `quantity` and `unit_micros` of some lines (by `line`) billed anew."""
    new = changed.select("line", new_quantity="quantity", new_micros="unit_micros")
    currencies = world.invoices.select("invoice", "currency")
    lines = (
        world.lines.join(new, on="line", how="left", maintain_order="left")
        .join(currencies, on="invoice", how="left", maintain_order="left")
        .with_columns(is_new=pl.col("new_quantity").is_not_null())
        .with_columns(
            quantity=pl.coalesce("new_quantity", "quantity"),
            unit_micros=pl.coalesce("new_micros", "unit_micros"),
            share=pl.col("discount_minor"),
            whole=pl.col("list_minor"),
        )
        .with_columns(
            list_minor=pl.when("is_new")
            .then(rounded(pl.col("quantity") * pl.col("unit_micros") * units_per_major(), MICROS))
            .otherwise("list_minor")
        )
        .with_columns(
            discount_minor=pl.when(pl.col("is_new") & (pl.col("whole") != 0))
            .then(rounded(pl.col("list_minor") * pl.col("share"), pl.max_horizontal("whole", 1)))
            .otherwise("discount_minor")
        )
        .with_columns(amount_minor=pl.col("list_minor") - pl.col("discount_minor"))
    )
    return _totalled(world, lines.select(*schema.LINES))


def _totalled(world: World, lines: pl.DataFrame) -> World:
    """The world with invoices and taxes that follow from the lines."""
    sums = lines.group_by("invoice").agg(
        new_subtotal=pl.col("amount_minor").sum(), new_discount=pl.col("discount_minor").sum()
    )
    invoices = (
        world.invoices.join(sums, on="invoice", how="left", maintain_order="left")
        .with_columns(
            subtotal_minor=pl.col("new_subtotal").fill_null(0),
            discount_minor=pl.col("new_discount").fill_null(0),
        )
        .drop("tax_minor", "total_minor")
    )
    currencies = world.invoices.select("invoice", "currency")
    lines = lines.drop("tax_minor").join(
        currencies, on="invoice", how="left", maintain_order="left"
    )
    invoices, lines, taxes = taxed(world.customers, invoices, lines)
    return replace(
        world,
        invoices=schema.frame("invoices", invoices),
        lines=schema.frame("lines", lines),
        taxes=schema.frame("taxes", taxes),
    )


def _key(row: dict[str, object]) -> str:
    """How the billing system shows an invoice: by its number, a draft by its id."""
    return str(row["number"] or _zuora_id(int(str(row["invoice"]))))


def _told(errors: Errors, kind: str, row: dict[str, object], *truth: Truth) -> None:
    created = row["created_at"]
    assert isinstance(created, datetime)
    errors.faults.append(Fault(kind, created.date(), (), truth))


def _truth(
    row: dict[str, object], found_by: str, pair: str, code: str, side: str, minor: int
) -> Truth:
    """The truth about an invoice of Zuora's; `minor` is the left side less the right."""
    on = row["issued_on"] or row["created_at"]
    assert isinstance(on, date)
    return Truth(
        found_by, pair, code, side, "zuora", "default", CODES[int(str(row["entity"]))], _key(row),
        "", str(row["currency"]), _major(minor, str(row["currency"])), f"{on:%Y-%m}-01",
    )  # fmt: skip


def _wrong_lines(
    errors: Errors, kind: str, chosen: pl.DataFrame, changed: pl.DataFrame,
    *, code: str, is_checked: bool = False,
) -> None:  # fmt: skip
    """Bills the changed lines and tells what they differ by; a check may find them as well."""
    errors.world = _rebilled(errors.world, changed)
    billed = dict(errors.world.lines.select("line", "amount_minor").iter_rows())
    for row in chosen.iter_rows(named=True):
        minor = row["amount_minor"] - billed[row["line"]]
        checked = [_truth(row, "check", "", "", "both", minor)] if is_checked else []
        _told(errors, kind, row, *checked, _truth(row, "recon", "R11", code, "both", minor))


def tenfold_invoice(errors: Errors, count: int) -> None:
    """A quantity with one zero too many, half of them on drafts: far from what is usual, and from
    what was agreed."""
    world = errors.world
    on_drafts = errors.choose(_main_lines(world, _drafts(world)), (count + 1) // 2)
    posted = errors.choose(_main_lines(world, _unsettled(world)), count // 2)
    chosen = pl.concat([on_drafts, posted])
    changed = chosen.with_columns(quantity=pl.col("quantity") * TENFOLD)
    _wrong_lines(
        errors, "tenfold_invoice", chosen, changed, code="quantity_difference", is_checked=True
    )


def quantity_difference(errors: Errors, count: int) -> None:
    """More seats billed than the subscription has."""
    chosen = errors.choose(_main_lines(errors.world, _unsettled(errors.world)), count)
    changed = chosen.with_columns(quantity=pl.col("quantity") + 2 + pl.col("line") % 3)
    _wrong_lines(errors, "quantity_difference", chosen, changed, code="quantity_difference")


def price_stale(errors: Errors, count: int) -> None:
    """A price that was in force before, on an invoice of a time when another one is."""
    world = errors.world
    old = (
        world.segments.sort("item", "starts_on")
        .with_columns(old_micros=pl.col("unit_micros").shift(1).over("item", order_by="starts_on"))
        .filter(
            pl.col("old_micros").is_not_null() & (pl.col("old_micros") != pl.col("unit_micros"))
        )
        .select("item", "old_micros", new_from_on="starts_on")
    )
    both = pl.concat([_unsettled(world), _drafts(world).with_columns(method=pl.lit(""))])
    lines = (
        _main_lines(world, both)
        .join(old, on="item", how="inner")
        .filter(
            (pl.col("service_from_on") >= pl.col("new_from_on"))
            & (pl.col("unit_micros") != pl.col("old_micros"))
        )
        .unique("invoice", keep="first", maintain_order=True)
    )
    chosen = errors.choose(lines, count)
    changed = chosen.with_columns(unit_micros="old_micros")
    _wrong_lines(errors, "price_stale", chosen, changed, code="price_stale")


def missing_invoice(errors: Errors, count: int) -> None:
    """A subscription that the latest run left out: no draft for it."""
    chosen = errors.choose(_drafts(errors.world), count)
    keys = chosen.select("invoice")
    for row in chosen.iter_rows(named=True):
        number = pl.select(ids.zuora("subscription", pl.lit(row["subscription"]))).item()
        truth = replace(
            _truth(row, "check", "", "", "L", row["subtotal_minor"]), natural_key=str(number)
        )
        _told(errors, "missing_invoice", row, truth)
    world = errors.world
    gone = world.lines.join(keys, on="invoice", how="semi").select("line")
    events = world.usage_events.join(
        gone.with_columns(is_gone=pl.lit(True)), on="line", how="left", maintain_order="left"
    ).with_columns(line=pl.when(pl.col("is_gone").is_null()).then("line"))
    errors.world = replace(
        world,
        invoices=world.invoices.join(keys, on="invoice", how="anti", maintain_order="left"),
        lines=world.lines.join(keys, on="invoice", how="anti", maintain_order="left"),
        taxes=world.taxes.join(keys, on="invoice", how="anti", maintain_order="left"),
        usage_events=schema.frame("usage_events", events),
    )


def duplicate_invoice(errors: Errors, count: int) -> None:
    """The same charges billed again under a number of their own, a day later."""
    world = errors.world
    last = errors.settings.last_on - timedelta(days=3)
    chosen = errors.choose(_unsettled(world).filter(pl.col("issued_on") <= last), count)
    first_key = int(world.invoices.select(pl.col("invoice").max()).item()) + 1
    series = (
        world.invoices.filter((pl.col("kind") == "invoice") & pl.col("number").is_not_null())
        .group_by("entity", "biller")
        .agg(last_number=pl.col("number").max())
    )
    day = pl.duration(days=1)
    copies = (
        chosen.join(series, on=["entity", "biller"], how="left", maintain_order="left")
        .with_columns(
            original="invoice",
            invoice=first_key + pl.int_range(pl.len()),
            place=pl.int_range(1, pl.len() + 1).over("entity"),
            **{name: pl.col(name) + day for name in CLOCKS},
        )
        .with_columns(
            number=pl.concat_str(
                pl.col("last_number").str.replace(r"\d+$", ""),
                (
                    pl.col("last_number").str.extract(r"(\d+)$").cast(pl.Int64) + pl.col("place")
                ).cast(pl.String).str.zfill(6),
            ),
            run=pl.lit(None, dtype=pl.Int64),
        )
    )  # fmt: skip
    pairs = copies.select(invoice="original", new="invoice")
    next_line = int(world.lines.select(pl.col("line").max()).item()) + 1
    next_tax = int(world.taxes.select(pl.col("tax").max()).item()) + 1
    lines = (
        world.lines.join(pairs, on="invoice", how="inner", maintain_order="left")
        .with_columns(invoice="new", line=next_line + pl.int_range(pl.len()))
    )  # fmt: skip
    taxes = (
        world.taxes.join(pairs, on="invoice", how="inner", maintain_order="left")
        .with_columns(invoice="new", tax=next_tax + pl.int_range(pl.len()))
    )  # fmt: skip
    errors.world = replace(
        world,
        invoices=pl.concat([world.invoices, schema.frame("invoices", copies)]),
        lines=pl.concat([world.lines, schema.frame("lines", lines)]),
        taxes=pl.concat([world.taxes, schema.frame("taxes", taxes)]),
    )
    errors.taken.extend(copies["invoice"].to_list())
    numbers = dict(chosen.select("invoice", "number").iter_rows())
    for row in copies.iter_rows(named=True):
        truth = replace(
            _truth(row, "check", "", "", "L", -row["total_minor"]),
            counterpart_key=numbers[row["original"]],
        )
        _told(errors, "duplicate_invoice", row, truth)


def credit_burst(errors: Errors, count: int) -> None:
    """One user credits many customers on one afternoon and approves it all; `count` is a size:
    four credit notes for each of two or three, so that open invoices are left for other faults."""
    world = errors.world
    take = 4 * min(max(count, 2), 3)
    day = errors.settings.last_on - timedelta(days=12)
    fresh = _unsettled(world).filter(pl.col("issued_on") < day)
    lines = _main_lines(world, fresh)
    chosen = errors.choose(lines, take)
    heads = chosen.select("invoice", "line", "amount_minor", "tax_minor", "number").join(
        world.invoices.select("invoice", "customer", "entity", "currency", "biller"),
        on="invoice", how="left", maintain_order="left",
    )  # fmt: skip
    first = int(world.credit_notes.select(pl.col("credit_note").max().fill_null(-1)).item()) + 1
    places = (
        world.credit_notes.filter(pl.col("biller") == "zuora")
        .group_by("entity").agg(so_many=pl.len().cast(pl.Int64))
    )  # fmt: skip
    start = datetime(day.year, day.month, day.day, 14)
    notes = (
        heads.join(places, on="entity", how="left", maintain_order="left")
        .with_columns(
            credit_note=first + pl.int_range(pl.len()),
            place=pl.int_range(1, pl.len() + 1).over("entity"),
            invoice_number="number",
            subtotal_minor=rounded(pl.col("amount_minor") * 3, 10),
            tax_minor=rounded(pl.col("tax_minor") * 3, 10),
            reason=pl.lit("goodwill"), goes_to=pl.lit("invoice"),
            created_by=pl.lit(BURST_AUTHOR), approved_by=pl.lit(BURST_AUTHOR),
            issued_at=pl.lit(start) + pl.duration(minutes=4 * pl.int_range(pl.len())),
            issued_on=pl.lit(day),
        )
        .with_columns(
            number=pl.concat_str(
                pl.lit("CM-"),
                pl.col("entity").replace_strict(ids.PREFIXES, return_dtype=pl.String),
                pl.lit("-CN-"),
                (pl.col("so_many").fill_null(0) + pl.col("place")).cast(pl.String).str.zfill(6),
            ),
            total_minor=pl.col("subtotal_minor") + pl.col("tax_minor"),
        )
    )  # fmt: skip
    last_line = world.credit_note_lines.select(pl.col("credit_note_line").max().fill_null(-1))
    next_line = int(last_line.item()) + 1
    note_lines = notes.select(
        "credit_note", "line", "tax_minor", amount_minor="subtotal_minor",
        credit_note_line=next_line + pl.int_range(pl.len()),
    )  # fmt: skip
    errors.world = replace(
        world,
        credit_notes=pl.concat([world.credit_notes, schema.frame("credit_notes", notes)]),
        credit_note_lines=pl.concat(
            [world.credit_note_lines, schema.frame("credit_note_lines", note_lines)]
        ),
    )
    truths = tuple(
        Truth(
            "check", "", "", "L", "zuora", "default", CODES[row["entity"]], row["number"],
            row["invoice_number"], row["currency"], _major(row["total_minor"], row["currency"]),
            f"{day:%Y-%m}-01",
        )
        for row in notes.iter_rows(named=True)
    )  # fmt: skip
    if truths:
        errors.faults.append(Fault("credit_burst", day, (), truths))


def approved_by_its_author(errors: Errors, count: int) -> None:
    """A credit note whose author approved it; every third one nobody approved."""
    world = errors.world
    notes = world.credit_notes.filter(
        (pl.col("created_by") != BURST_AUTHOR) & ~pl.col("invoice").is_in(errors.taken)
    )
    chosen = notes.select(
        pl.all().gather(
            pl.Series(np.sort(errors.random.permutation(notes.height)[:count]), dtype=pl.Int64)
        )
    )
    errors.taken.extend(chosen["invoice"].to_list())
    marks = chosen.select(
        "credit_note", place=pl.int_range(pl.len())
    )  # fmt: skip
    marked = world.credit_notes.join(marks, on="credit_note", how="left", maintain_order="left")
    changed = marked.with_columns(
        approved_by=pl.when(pl.col("place").is_null()).then("approved_by")
        .when(pl.col("place") % 3 == 2).then(None)
        .otherwise("created_by")
    )  # fmt: skip
    errors.world = replace(world, credit_notes=schema.frame("credit_notes", changed))
    for row in chosen.iter_rows(named=True):
        system = row["biller"]
        account = "default" if system == "zuora" else ids.ACCOUNTS[row["entity"]]
        truth = Truth(
            "queue", "", "", "L", system, account, CODES[row["entity"]], row["number"], "",
            row["currency"], _major(row["total_minor"], row["currency"]),
            f"{row['issued_on']:%Y-%m}-01",
        )  # fmt: skip
        errors.faults.append(Fault("approved_by_its_author", row["issued_on"], (), (truth,)))


PLANTERS: dict[str, Callable[[Errors, int], None]] = {
    planter.__name__: planter
    for planter in (
        tenfold_invoice, price_stale, quantity_difference, missing_invoice, duplicate_invoice,
        credit_burst, approved_by_its_author,
    )
}  # fmt: skip
