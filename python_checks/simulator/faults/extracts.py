"""Faults of the extracts themselves: rows sent twice, again, not at all, or so that none can read
them; and what is lost between systems that are not about money."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.clocks import day_of
from python_checks.simulator.faults.edits import Edit, Row
from python_checks.simulator.faults.ledger import decimal, in_places
from python_checks.simulator.faults.planting import CODES, Fault, Ground, Truth, kind
from python_checks.simulator.faults.settlement import (
    ENTRIES,
    STATEMENTS,
    header,
    last_month,
    month,
    stripe,
    truth,
)  # fmt: skip
from python_checks.simulator.money import EXPONENTS


def _entity_of(ground: Ground, account: str) -> int:
    numbers = dict(ground.world.bank_accounts.select("number", "entity").iter_rows())
    return int(numbers[account])


def _quarantined(
    system: str, account: str, entity: object, key: str, currency: str, amount: str, day: date
) -> Truth:
    return Truth(
        "quarantine", "", "", "L", system, account, CODES[int(str(entity))], key, "", currency,
        amount, month(day),
    )  # fmt: skip


@kind
def duplicated_row(ground: Ground, count: int) -> Iterator[Fault]:
    """A row of the processor's balance delivered twice, cell for cell."""
    world = ground.world
    lines = world.movements.filter(pl.col("kind") == "charge").join(
        world.entities.select("entity", "currency"), on="entity", how="left"
    )
    for row in ground.choose(lines, "movement", "movement", count):
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        path = f"stripe/{account}/balance_transaction"
        number = stripe("txn", row["movement"], row["entity"])
        (line,) = ground.rows(path, {"id": number})
        currency = str(row["currency"])
        amount = Decimal(int(str(row["net_minor"]))).scaleb(-EXPONENTS[currency])
        found = _quarantined("stripe", account, row["entity"], number, currency, str(amount),
                             world.last_on)  # fmt: skip
        edit = Edit(path, "add", {"id": number}, line)
        yield Fault("duplicated_row", world.last_on, (edit,), (found,))


@kind
def repeated_extract(ground: Ground, count: int) -> Iterator[Fault]:
    """All bank entries of one account and day are delivered again the next night."""
    days = _bank_days(ground)
    for row in ground.choose(days, "bank_day", "day_number", count):
        edits, truths = [], []
        day = _taken_day(ground, row)
        for entry in ground.rows(ENTRIES, _of_day(row)):
            edits.append(Edit(ENTRIES, "add", {"entry_id": entry["entry_id"]}, entry))
            truths.append(
                _quarantined(
                    "bank", "default", _entity_of(ground, str(row["account_id"])),
                    str(entry["entry_id"]), str(entry["currency"]), _signed(entry), day,
                )
            )  # fmt: skip
        again_on = min(day + timedelta(days=1), ground.world.last_on)
        yield Fault("repeated_extract", again_on, tuple(edits), tuple(truths))


@kind
def missing_extract(ground: Ground, count: int) -> Iterator[Fault]:
    """The bank entries of one account and day never came; the statement's balances did."""
    days = _bank_days(ground).filter(
        pl.col("booking_date") < str(ground.world.last_on - timedelta(days=5))
    )
    for row in ground.choose(days, "bank_day", "day_number", count):
        day = _taken_day(ground, row)
        account = str(row["account_id"])
        entity = _entity_of(ground, account)
        truths = []
        entries = ground.rows(ENTRIES, _of_day(row))
        for entry in entries:
            pair, system, key = _pair_of(ground, entry)
            place = ids.ACCOUNTS[entity] if system == "stripe" else "default"
            amount = decimal(_signed(entry))
            if pair:
                truths.append(
                    truth(pair, "extract_gap", "L", system, place, entity, key,
                          str(entry["currency"]), amount, month(day))
                )  # fmt: skip
        total = sum((decimal(_signed(entry)) for entry in entries), Decimal(0))
        statement = next(
            line
            for line in ground.rows(STATEMENTS, {"account_id": account})
            if str(line["from_date"]) <= str(day) <= str(line["to_date"])
        )
        truths.append(
            truth("R18", "extract_gap", "L", "bank", "default", entity,
                  str(statement["statement_id"]), str(row["currency"]), total, month(day))
        )  # fmt: skip
        edit = Edit(ENTRIES, "drop", _of_day(row))
        yield Fault("missing_extract", day, (edit,), tuple(truths))


def _taken_day(ground: Ground, row: dict[str, object]) -> date:
    """The day, which no fault of a single entry takes any more."""
    day = date.fromisoformat(str(row["booking_date"]))
    ground.whole_days.add((str(row["account_id"]), day))
    return day


def _bank_days(ground: Ground) -> pl.DataFrame:
    """Days with bank entries, by account, of which no fault has spoilt an entry."""
    spoilt = pl.DataFrame(
        [(account, str(day)) for account, day in sorted(ground.entry_days)],
        schema={"account_id": pl.String, "booking_date": pl.String},
        orient="row",
    )
    return _all_bank_days(ground).join(
        spoilt, on=["account_id", "booking_date"], how="anti", maintain_order="left"
    )


def _all_bank_days(ground: Ground) -> pl.DataFrame:
    """Days with bank entries, by account, numbered."""
    return (
        ground.scan(ENTRIES)
        .select("account_id", "booking_date", "currency")
        .unique()
        .sort("account_id", "booking_date")
        .with_columns(day_number=pl.int_range(pl.len()))
        .collect()
    )


def _of_day(row: dict[str, object]) -> Row:
    return {"account_id": str(row["account_id"]), "booking_date": str(row["booking_date"])}


def _signed(entry: Row) -> str:
    sign = -1 if entry["credit_debit_indicator"] == "DBIT" else 1
    return str(sign * decimal(entry["amount"]))


def _pair_of(ground: Ground, entry: Row) -> tuple[str, str, str]:
    """The pair that misses a bank line, and what stands alone in it with its system: the payout,
    or the receipt in the ERP that carries the bank's reference, or the journal that took a payment
    back when the bank did."""
    reference = str(entry["end_to_end_id"] or "")
    if reference.startswith("po_"):
        return "R06", "stripe", reference
    if "-R" in str(entry["account_servicer_reference"]):
        return "R15", "netsuite", str(entry["account_servicer_reference"])
    if "-V" in str(entry["account_servicer_reference"]):
        receipt = int(str(entry["account_servicer_reference"]).rpartition("-V")[2])
        journal = header(ground, "receipt_returned", receipt)
        return "R15", "netsuite", str(journal["tranid"])
    return "", "", ""


@kind
def unreadable_cell(ground: Ground, count: int) -> Iterator[Fault]:
    """Cells that nobody can read, in rows that nothing else hangs on: failed charges, promises."""
    world = ground.world
    failed = (
        world.charges.filter(pl.col("status") == "failed")
        .join(world.intents.select("intent", "entity", "currency"), on="intent", how="left")
    )  # fmt: skip
    for row in ground.choose(failed, "charge", "charge", count):
        account = ids.ACCOUNTS[int(str(row["entity"]))]
        number = stripe("ch", row["charge"], row["entity"])
        at = row["at"]
        assert isinstance(at, date)
        column, cell, amount = (
            ("amount", "twelve", ""),
            ("currency", "xxq", ""),
            ("created", "yesterday", ""),
        )[ground.turn % 3]
        edit = Edit(f"stripe/{account}/charge", "replace", {"id": number}, {column: cell})
        found = _quarantined("stripe", account, row["entity"], number, str(row["currency"]),
                             amount, at)  # fmt: skip
        yield Fault("unreadable_cell", at.date(), (edit,), (found,))  # type: ignore[attr-defined]


@kind
def unknown_word(ground: Ground, count: int) -> Iterator[Fault]:
    """A status that no list has."""
    rows = pl.concat(
        [
            frame.select("promise_id", "currency", "amount", "created_at").with_columns(
                entity=pl.lit(entity)
            )
            for entity, code in CODES.items()
            for frame in (ground.scan(f"ops/{code}/promise_to_pay").collect(),)
        ]
    ).sort("promise_id").with_columns(number=pl.int_range(pl.len()))  # fmt: skip
    for row in ground.choose(rows, "promise", "number", count):
        code = CODES[int(str(row["entity"]))]
        day = date.fromisoformat(str(row["created_at"])[:10])
        edit = Edit(f"ops/{code}/promise_to_pay", "replace", {"promise_id": str(row["promise_id"])},
                    {"status": "perhaps"})  # fmt: skip
        found = _quarantined("ops", code, row["entity"], str(row["promise_id"]),
                             str(row["currency"]), str(row["amount"]), day)  # fmt: skip
        yield Fault("unknown_word", day, (edit,), (found,))


# --- usage and contracts --------------------------------------------------------------------------


def _billed_events(ground: Ground) -> pl.DataFrame:
    return ground.world.usage_events.filter(pl.col("line").is_not_null())


def _of_event(ground: Ground, row: dict[str, object]) -> tuple[str, str, Row]:
    """Entity code, id and row of an event, as ops shows it."""
    code = CODES[int(str(row["entity"]))]
    number = f"use-{int(str(row['event'])):06d}"
    (event,) = ground.rows(f"ops/{code}/usage_event", {"event_id": number})
    return code, number, event


def _lost(pair_code: str, code: str, number: str, row: dict[str, object], entity: object) -> Truth:
    # The month of the entity's own day, as in its manifests.
    at = pl.DataFrame([row]).select(day_of(pl.col("occurred_at"))).item()
    assert isinstance(at, date)
    return Truth(
        "recon", "R10", pair_code, "L", "ops", code, CODES[int(str(entity))], number, "", "",
        str(row["quantity"]), month(at),
    )  # fmt: skip


@kind
def unrated_usage(ground: Ground, count: int) -> Iterator[Fault]:
    """An event that came and was never rated."""
    for row in ground.choose(_billed_events(ground), "event", "event", count):
        code, number, _ = _of_event(ground, row)
        edit = Edit(f"ops/{code}/rated_usage", "drop", {"event_id": number})
        at = row["received_at"]
        assert isinstance(at, date)
        found = _lost("missing_posting", code, number, row, row["entity"])
        yield Fault("unrated_usage", at.date(), (edit,), (found,))  # type: ignore[attr-defined]


@kind
def lost_usage(ground: Ground, count: int) -> Iterator[Fault]:
    """An event that the meter counted and that never came; what it was rated at did."""
    for row in ground.choose(_billed_events(ground), "event", "event", count):
        code, number, _ = _of_event(ground, row)
        edit = Edit(f"ops/{code}/usage_event", "drop", {"event_id": number})
        at = row["received_at"]
        assert isinstance(at, date)
        found = _lost("missing_posting", code, number, row, row["entity"])
        yield Fault("lost_usage", at.date(), (edit,), (found,))  # type: ignore[attr-defined]


@kind
def contract_quantity(ground: Ground, count: int) -> Iterator[Fault]:
    """The CRM has another number of seats than billing."""
    world = ground.world
    items = world.items.filter(
        (pl.col("kind") == "recurring") & pl.col("ends_before_on").is_null()
    ).join(world.subscriptions.select("subscription", "entity", "currency", "biller"),
           on="subscription", how="left").filter(pl.col("biller") == "zuora")  # fmt: skip
    several = world.segments.group_by("item").len().filter(pl.col("len") > 1).select("item")
    seats = items.join(several, on="item", how="anti").join(
        world.segments.filter(pl.col("quantity") > 1).select("item", "quantity"), on="item"
    )
    for row in ground.choose(seats, "item", "item", count):
        number = str(pl.select(ids.salesforce("order_item", pl.lit(int(str(row["item"]))))).item())
        quantity = int(str(row["quantity"])) + 2
        edit = Edit("salesforce/order_item", "replace", {"id": number}, {"quantity": str(quantity)})
        charge = str(pl.select(ids.zuora("rate_plan_charge", pl.lit(int(str(row["item"]))))).item())
        found = Truth(
            "recon", "R09", "quantity_difference", "both", "salesforce", "default",
            CODES[int(str(row["entity"]))], number, charge, str(row["currency"]),
            str(in_places(Decimal(0), str(row["currency"]))), last_month(ground),
        )  # fmt: skip
        starts = row["starts_on"]
        assert isinstance(starts, date)
        yield Fault("contract_quantity", starts, (edit,), (found,))
