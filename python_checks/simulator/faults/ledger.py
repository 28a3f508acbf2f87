"""Faults in the ERP's view: what was posted wrongly, twice, late or not at all."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.company import PROCESSOR_METHODS
from python_checks.simulator.faults.edits import Edit, Row
from python_checks.simulator.faults.planting import CODES, Fault, Ground, Truth, kind
from python_checks.simulator.money import EXPONENTS

HEADERS, LINES, POSTINGS, LINKS = (
    "netsuite/transaction", "netsuite/transaction_line", "netsuite/transaction_accounting_line",
    "netsuite/previous_transaction_line_link",
)  # fmt: skip
# Transactions that a fault adds have numbers of their own.
FIRST_ADDED = 90_000_001
EARLY_DAYS = 12


# --- the parts of a document ----------------------------------------------------------------------


def decimal(cell: str | None) -> Decimal:
    assert cell is not None
    return Decimal(cell)


def in_places(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)


def document(ground: Ground, number: str, transaction_type: str = "CustInvc") -> Row:
    """The header that carries a number."""
    (found,) = ground.rows(HEADERS, {"tranid": number, "type": transaction_type})
    return found


def removed(transaction: str) -> list[Edit]:
    """Every trace of a document in the ERP is gone; what was applied to it is not applied."""
    return [
        Edit(HEADERS, "drop", {"id": transaction}),
        Edit(LINES, "drop", {"transaction": transaction}),
        Edit(POSTINGS, "drop", {"transaction": transaction}),
        Edit(LINKS, "drop", {"previousdoc": transaction}),
        Edit(LINKS, "drop", {"nextdoc": transaction}),
    ]


def copied(ground: Ground, header: Row, cells: Row, *, sign: int = 1) -> list[Edit]:
    """The document once more under a number of its own, with other cells in the header.

    A sign of -1 makes it the exact reversal. Open: nothing is applied to it.
    """
    transaction = str(FIRST_ADDED + len(ground.taken_numbers))
    ground.taken_numbers.append(transaction)
    old = {"transaction": header["id"]}
    made = header | {"id": transaction, "transactionnumber": f"TXN{transaction}"} | cells
    if sign < 0:
        made |= {"foreigntotal": str(-decimal(header["foreigntotal"]))}
    edits = [Edit(HEADERS, "add", {"id": header["id"]}, made)]
    for path, amounts in ((LINES, ("foreignamount", "netamount")), (POSTINGS, ("amount",))):
        for row in ground.rows(path, old):
            copy = row | {"transaction": transaction}
            if sign < 0:
                copy |= {name: str(-decimal(row[name])) for name in amounts}
                if path == POSTINGS:
                    copy |= {"debit": row["credit"], "credit": row["debit"]}
            edits.append(Edit(path, "add", {"transaction": header["id"]}, copy))
    return edits


def shifted(
    ground: Ground, header: Row, delta: Decimal, home: str, *, main: bool = True,
    against: str | None = None,
) -> list[Edit]:  # fmt: skip
    """The document's amount moved by `delta` (in its currency), against a line of it.

    `against` is the id of that line (else the first one below the main line). With `main` false
    the delta moves between the two lines `against` and the first one, and the total stays.
    """
    where = {"transaction": header["id"]}
    lines = {row["id"]: row for row in ground.rows(LINES, where)}
    below = [name for name, row in lines.items() if row["mainline"] == "F"]
    other = against if against is not None else below[0]
    first = next(name for name, row in lines.items() if row["mainline"] == "T")
    counter = first if main else next(name for name in below if name != other)
    booked = in_places(delta * decimal(header["exchangerate"]), home)
    edits = []
    if main:
        total = decimal(header["foreigntotal"]) + delta
        edits.append(Edit(HEADERS, "replace", {"id": header["id"]}, {"foreigntotal": str(total)}))
    for name, sign in ((counter, 1), (other, -1)):
        row = lines[name]
        assert name is not None
        net = decimal(row["netamount"]) + sign * booked
        edits.append(
            Edit(LINES, "replace", where | {"id": name}, {
                "foreignamount": str(decimal(row["foreignamount"]) + sign * delta),
                "netamount": str(net),
            })
        )  # fmt: skip
        edits.append(Edit(POSTINGS, "replace", where | {"transactionline": name}, sides(net)))
    return edits


def sides(amount: Decimal) -> Row:
    """The amount of an accounting line as debit or credit."""
    return {
        "amount": str(amount),
        "debit": str(amount) if amount > 0 else None,
        "credit": str(-amount) if amount < 0 else None,
    }


# --- what can be spoiled --------------------------------------------------------------------------


def invoices(ground: Ground) -> pl.DataFrame:
    """What _invoices gives, made once."""
    return ground.keep("invoices", lambda: _invoices(ground))


def _invoices(ground: Ground) -> pl.DataFrame:
    """Posted invoices of the window with `method`, `home` (the entity's currency), `is_touched`
    (anything settles or credits it) and `is_old` (long enough to be missed)."""
    world = ground.world
    paid = world.charges.filter(pl.col("status") == "succeeded").join(
        world.intents.select("intent", "invoice"), on="intent", how="left"
    )
    touching = pl.concat(
        [
            frame.select("invoice")
            for frame in (world.applications, world.credit_notes, world.write_offs, paid)
        ]
        + [world.credit_balances.filter(pl.col("invoice").is_not_null()).select("invoice")]
    ).unique()
    return (
        world.invoices.filter(
            ~pl.col("is_draft")
            & ~pl.col("is_opening")
            & pl.col("voided_at").is_null()
            & (pl.col("kind") == "invoice")
            & (pl.col("total_minor") > 0)
        )
        .join(world.customers.select("customer", "method"), on="customer", how="left")
        .join(world.entities.select("entity", home="currency"), on="entity", how="left")
        .join(
            touching.with_columns(is_touched=pl.lit(True)), on="invoice", how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("is_touched").fill_null(value=False),
            is_direct=~pl.col("method").is_in(PROCESSOR_METHODS),
            is_old=pl.col("issued_on") <= world.last_on - timedelta(days=EARLY_DAYS),
        )
        .sort("invoice")
    )  # fmt: skip


def untouched(ground: Ground) -> pl.DataFrame:
    """Old enough invoices of direct payers that are wholly open in both systems."""
    return invoices(ground).filter(pl.col("is_direct") & ~pl.col("is_touched") & pl.col("is_old"))


def settled_or_not(ground: Ground) -> pl.DataFrame:
    """Old enough invoices of all payers: for faults that leave every open amount as it is."""
    return invoices(ground).filter(pl.col("is_old"))


def place(row: Row | dict[str, object]) -> tuple[str, str]:
    """System and account of an invoice's biller."""
    biller = str(row["biller"])
    return biller, "default" if biller == "zuora" else ids.ACCOUNTS[int(str(row["entity"]))]


def major(row: dict[str, object], column: str = "total_minor") -> Decimal:
    return Decimal(int(str(row[column]))).scaleb(-EXPONENTS[str(row["currency"])])


def told(
    row: dict[str, object], pair: str, code: str, side: str, amount: Decimal, **other: str
) -> Truth:
    """The truth about a break of an invoice, seen from billing."""
    system, account = place(row)
    issued = row["issued_on"]
    assert isinstance(issued, date)
    currency = str(row["currency"])
    truth = Truth(
        "recon", pair, code, side, system, account, CODES[int(str(row["entity"]))],
        str(row["number"]), "", currency, str(in_places(amount, currency)), f"{issued:%Y-%m}-01",
    )  # fmt: skip
    return replace(truth, **other)


def with_taxes(row: dict[str, object], truths: list[Truth], code: str, side: str) -> list[Truth]:
    """The same break in the taxes, where there are any."""
    if int(str(row["tax_minor"])) == 0:
        return truths
    sign = -1 if side == "R" else 1
    return [*truths, told(row, "R02", code, side, sign * major(row, "tax_minor"))]


def planted_on(row: dict[str, object], days: int = 1) -> date:
    issued = row["issued_on"]
    assert isinstance(issued, date)
    return issued + timedelta(days=days)


def messages(row: dict[str, object]) -> str:
    """The table of the messages of the invoice's entity."""
    return f"ops/{CODES[int(str(row['entity']))]}/integration_message"


def messages_of(ground: Ground, row: dict[str, object]) -> list[Row]:
    """The attempts to hand an invoice to the ERP."""
    return [
        message
        for message in ground.rows(messages(row), {"object_number": str(row["number"])})
        if message["target_system"] == "netsuite"
    ]


# --- the faults -----------------------------------------------------------------------------------


def _not_exported(ground: Ground, row: dict[str, object], code: str, messages: list[Edit]) -> Fault:
    header = document(ground, str(row["number"]))
    edits = [*removed(str(header["id"])), *messages]
    truths = [told(row, "R01", code, "L", major(row)), told(row, "R08a", code, "L", major(row))]
    return Fault(code, planted_on(row, 0), tuple(edits), tuple(with_taxes(row, truths, code, "L")))


@kind
def missing_posting(ground: Ground, count: int) -> Iterator[Fault]:
    """Never came to the ERP, and no message says that anybody tried."""
    for row in ground.choose(untouched(ground), "invoice", "invoice", count):
        silenced = [
            Edit(messages(row), "drop", {"message_key": message["message_key"]})
            for message in messages_of(ground, row)[:1]
        ]
        yield _not_exported(ground, row, "missing_posting", silenced)


@kind
def export_failed(ground: Ground, count: int) -> Iterator[Fault]:
    """Never came to the ERP; the last attempt ended in the dead-letter queue."""
    for row in ground.choose(untouched(ground), "invoice", "invoice", count):
        dead = [
            Edit(
                messages(row),
                "replace",
                {"message_key": message["message_key"], "attempt": message["attempt"]},
                {"status": "dead_lettered", "error_code": "INVALID_REF", "delivered_at": None},
            )
            for message in messages_of(ground, row)
        ]
        yield _not_exported(ground, row, "export_failed", dead)


@kind
def export_delayed(ground: Ground, count: int) -> Iterator[Fault]:
    """Billed on the last days and still on its way."""
    fresh = invoices(ground).filter(
        ~pl.col("is_touched") & (pl.col("issued_on") >= ground.world.last_on - timedelta(days=9))
    )
    late = fresh.sort("issued_on", "invoice", descending=True).head(3 * count)
    for row in ground.choose(late, "invoice", "invoice", count):
        pending = [
            Edit(
                messages(row),
                "replace",
                {"message_key": message["message_key"], "attempt": message["attempt"]},
                {"status": "pending", "delivered_at": None},
            )
            for message in messages_of(ground, row)
        ]
        yield _not_exported(ground, row, "export_delayed", pending)


@kind
def duplicate_posting(ground: Ground, count: int) -> Iterator[Fault]:
    """Posted twice; every other time without the number that would give it away."""
    for row in ground.choose(untouched(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        cells: Row = {}
        if ground.turn % 2:
            cells = {"tranid": f"{header['tranid']}-1", "externalid": None, "memo": None}
        added = str(cells.get("tranid") or row["number"])
        amount = -major(row)
        truths = [
            told(row, pair, "duplicate_posting", "R", amount, counterpart_key=added)
            for pair in ("R01", "R08a")
        ]
        edits = copied(ground, header, cells)
        truths = with_taxes(row, truths, "duplicate_posting", "R")
        yield Fault("duplicate_posting", planted_on(row), tuple(edits), tuple(truths))


@kind
def reversed_and_rebooked(ground: Ground, count: int) -> Iterator[Fault]:
    """Taken back and posted again in the same period: three legs that come to one."""
    for row in ground.choose(settled_or_not(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        back = copied(
            ground,
            header,
            {"isreversal": "T", "reversal": header["id"], "externalid": None},
            sign=-1,
        )
        again = copied(ground, header, {"externalid": None})
        truth = told(row, "R01", "reversed_and_rebooked", "R", Decimal(0))
        yield Fault("reversed_and_rebooked", planted_on(row), (*back, *again), (truth,))


@kind
def amount_mismatch(ground: Ground, count: int) -> Iterator[Fault]:
    """Two digits of the amount changed places."""
    for row in ground.choose(untouched(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        step = 9 * (1 + int(str(row["invoice"])) % 7)
        delta = in_places(Decimal(step), str(row["currency"]))
        edits = shifted(ground, header, delta, str(row["home"]))
        truths = tuple(
            told(row, pair, "amount_mismatch", "both", -delta) for pair in ("R01", "R08a")
        )
        yield Fault("amount_mismatch", planted_on(row), tuple(edits), truths)


def _tax_line(ground: Ground, header: Row) -> str:
    return str(
        next(
            row["id"]
            for row in ground.rows(LINES, {"transaction": header["id"]})
            if row["taxline"] == "T"
        )
    )


def _taxed(ground: Ground) -> pl.DataFrame:
    return untouched(ground).filter(pl.col("tax_minor") > 0)


@kind
def tax_difference(ground: Ground, count: int) -> Iterator[Fault]:
    """The ERP computed another tax: the whole document differs by it."""
    for row in ground.choose(_taxed(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        places = EXPONENTS[str(row["currency"])]
        delta = Decimal(20 + int(str(row["invoice"])) % 60).scaleb(-places)
        edits = shifted(ground, header, delta, str(row["home"]), against=_tax_line(ground, header))
        truths = tuple(
            told(row, pair, "tax_difference", "both", -delta) for pair in ("R01", "R02", "R08a")
        )
        yield Fault("tax_difference", planted_on(row), tuple(edits), truths)


@kind
def rounding(ground: Ground, count: int) -> Iterator[Fault]:
    """The ERP rounds the tax one minor unit away and keeps the total."""
    able = settled_or_not(ground).filter(pl.col("tax_minor") > 0)
    for row in ground.choose(able, "invoice", "invoice", count):
        yield _rounded(ground, row)


def _rounded(ground: Ground, row: dict[str, object]) -> Fault:
    header = document(ground, str(row["number"]))
    delta = Decimal(1).scaleb(-EXPONENTS[str(row["currency"])])
    edits = shifted(
        ground, header, delta, str(row["home"]), main=False, against=_tax_line(ground, header)
    )
    truth = told(row, "R02", "rounding", "both", -delta)
    return Fault("rounding", planted_on(row), tuple(edits), (truth,))


def _other_customer(ground: Ground, row: dict[str, object]) -> str:
    """The ERP's id of another customer of the same entity and currency."""
    world = ground.world
    alike = world.customers.filter(
        (pl.col("entity") == row["entity"])
        & (pl.col("currency") == row["currency"])
        & (pl.col("customer") != row["customer"])
        & (pl.col("biller") == row["biller"])
    )
    number = alike["customer"][int(str(row["invoice"])) % alike.height]
    other = world.invoices.filter(
        (pl.col("customer") == number)
        & pl.col("number").is_not_null()
        & (pl.col("kind") == "invoice")
    )
    if other.is_empty():
        other = world.invoices.filter(
            pl.col("customer").is_in(alike["customer"].implode())
            & pl.col("number").is_not_null()
            & (pl.col("kind") == "invoice")
        )
    return str(document(ground, other["number"][0])["entity"])


def _of_another(ground: Ground, row: dict[str, object]) -> Fault:
    header = document(ground, str(row["number"]))
    cells: Row = {"entity": _other_customer(ground, row)}
    edits = (
        Edit(HEADERS, "replace", {"id": header["id"]}, cells),
        Edit(LINES, "replace", {"transaction": header["id"]}, cells),
    )
    truth = told(row, "R01", "wrong_customer", "both", Decimal(0))
    return Fault("wrong_customer", planted_on(row), edits, (truth,))


def _has_others(ground: Ground) -> pl.DataFrame:
    """Invoices of entities and currencies with several customers of the biller."""
    several = (
        ground.world.invoices.filter(pl.col("number").is_not_null() & (pl.col("kind") == "invoice"))
        .group_by("entity", "currency", "biller")
        .agg(customers=pl.col("customer").n_unique())
        .filter(pl.col("customers") > 2)
    )
    return settled_or_not(ground).join(
        several, on=["entity", "currency", "biller"], how="semi", maintain_order="left"
    )


@kind
def wrong_customer(ground: Ground, count: int) -> Iterator[Fault]:
    """Right amount, another customer."""
    for row in ground.choose(_has_others(ground), "invoice", "invoice", count):
        yield _of_another(ground, row)


@kind
def two_at_once(ground: Ground, count: int) -> Iterator[Fault]:
    """One invoice with another customer in the ERP and another rounding of its tax."""
    both = _has_others(ground).filter(pl.col("tax_minor") > 0)
    for row in ground.choose(both, "invoice", "invoice", count):
        yield _of_another(ground, row)
        yield _rounded(ground, row)


@kind
def wrong_account(ground: Ground, count: int) -> Iterator[Fault]:
    """The receivable was posted to an account that is none."""
    accounts = {row["acctnumber"]: row["id"] for row in ground.rows("netsuite/account", {})}
    for row in ground.choose(settled_or_not(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        main = next(
            line["id"]
            for line in ground.rows(LINES, {"transaction": header["id"]})
            if line["mainline"] == "T"
        )
        edit = Edit(
            POSTINGS,
            "replace",
            {"transaction": header["id"], "transactionline": main},
            {"account": accounts["1150"]},
        )
        truths = (
            told(row, "R01", "wrong_account", "both", Decimal(0)),
            told(row, "R08b", "wrong_account", "L", major(row)),
        )
        yield Fault("wrong_account", planted_on(row), (edit,), truths)


@kind
def wrong_entity(ground: Ground, count: int) -> Iterator[Fault]:
    """Posted in the books of another legal entity."""
    # Books in whose currency the amounts are written alike: dollars and euros have cents.
    able = untouched(ground).filter(
        pl.col("entity").is_in([0, 1]) & (pl.col("currency") == pl.col("home"))
    )
    for row in ground.choose(able, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        other = 1 - int(str(row["entity"]))
        edit = Edit(LINES, "replace", {"transaction": header["id"]}, {"subsidiary": str(other + 1)})
        truths = [
            told(row, pair, "wrong_entity", side, sign * major(row), entity=CODES[entity])
            for pair in ("R01", "R08a")
            for side, sign, entity in (("L", 1, int(str(row["entity"]))), ("R", -1, other))
        ]
        if int(str(row["tax_minor"])):
            truths += [
                told(row, "R02", "wrong_entity", side, sign * major(row, "tax_minor"),
                     entity=CODES[entity])
                for side, sign, entity in (("L", 1, int(str(row["entity"]))), ("R", -1, other))
            ]  # fmt: skip
        yield Fault("wrong_entity", planted_on(row), (edit,), tuple(truths))


@kind
def currency_mismatch(ground: Ground, count: int) -> Iterator[Fault]:
    """The same figures in another currency."""
    symbols = {row["symbol"]: row["id"] for row in ground.rows("netsuite/currency", {})}
    cents = ("USD", "EUR", "GBP")
    able = untouched(ground).filter(pl.col("currency").is_in(cents))
    for row in ground.choose(able, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        other = "GBP" if row["currency"] != "GBP" else "EUR"
        edit = Edit(HEADERS, "replace", {"id": header["id"]}, {"currency": symbols[other]})
        truths = [
            told(row, pair, "currency_mismatch", side, sign * major(row), currency=currency)
            for pair in ("R01", "R08a")
            for side, sign, currency in (("L", 1, str(row["currency"])), ("R", -1, other))
        ]
        if int(str(row["tax_minor"])):
            truths += [
                told(row, "R02", "currency_mismatch", side, sign * major(row, "tax_minor"),
                     currency=currency)
                for side, sign, currency in (("L", 1, str(row["currency"])), ("R", -1, other))
            ]  # fmt: skip
        yield Fault("currency_mismatch", planted_on(row), (edit,), tuple(truths))


@kind
def fx(ground: Ground, count: int) -> Iterator[Fault]:
    """Booked at a rate of another day: the functional amounts differ, the others agree."""
    foreign = untouched(ground).filter(pl.col("currency") != pl.col("home"))
    for row in ground.choose(foreign, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        where = {"transaction": header["id"]}
        home = str(row["home"])
        old = decimal(header["exchangerate"])
        rate = (old * Decimal("1.013")).quantize(Decimal("0.000001"))
        edits = [Edit(HEADERS, "replace", {"id": header["id"]}, {"exchangerate": str(rate)})]
        lines = ground.rows(LINES, where)
        nets = {
            line["id"]: in_places(decimal(line["foreignamount"]) * rate, home) for line in lines
        }
        # The main line bears what the others' roundings leave.
        main = next(line["id"] for line in lines if line["mainline"] == "T")
        nets[main] = -sum((net for name, net in nets.items() if name != main), Decimal(0))
        before = next(decimal(line["netamount"]) for line in lines if line["id"] == main)
        for name, net in nets.items():
            edits.append(Edit(LINES, "replace", where | {"id": name}, {"netamount": str(net)}))
            edits.append(
                Edit(POSTINGS, "replace", where | {"transactionline": name},
                     sides(net) | {"exchangerate": str(rate)})
            )  # fmt: skip
        truth = told(row, "R01", "fx", "both", Decimal(0), currency=home)
        truth = replace(truth, amount=str(before - nets[main]))
        yield Fault("fx", planted_on(row), tuple(edits), (truth,))


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _in_two_periods(
    ground: Ground, row: dict[str, object], code: str, header: Row, cells: Row
) -> Fault:
    issued = row["issued_on"]
    assert isinstance(issued, date)
    following = f"{_next_month(issued.replace(day=1)):%Y-%m}-01"
    edit = Edit(HEADERS, "replace", {"id": header["id"]}, cells)
    truths = [
        told(row, "R01", code, "both", major(row), cleared_on=following),
        told(row, "R01", code, "both", -major(row), period_month=following, cleared_on=following),
    ]
    if int(str(row["tax_minor"])):
        truths += [
            told(row, "R02", code, "both", major(row, "tax_minor"), cleared_on=following),
            told(row, "R02", code, "both", -major(row, "tax_minor"), period_month=following,
                 cleared_on=following),
        ]  # fmt: skip
    return Fault(code, planted_on(row), (edit,), tuple(truths))


@kind
def period_mismatch(ground: Ground, count: int) -> Iterator[Fault]:
    """The right date, posted into the next period, in the middle of a month."""
    world = ground.world
    able = settled_or_not(ground).filter(
        (pl.col("issued_on") < world.last_on.replace(day=1))
        & pl.col("issued_on").dt.day().is_between(5, 24)
    )
    for row in ground.choose(able, "invoice", "invoice", count):
        issued = row["issued_on"]
        assert isinstance(issued, date)
        header = document(ground, str(row["number"]))
        period = f"{_next_month(issued.replace(day=1)):%Y%m}"
        yield _in_two_periods(ground, row, "period_mismatch", header, {"postingperiod": period})


@kind
def timing_cutoff(ground: Ground, count: int) -> Iterator[Fault]:
    """Billed on the last days of a month, posted on the first day of the next."""
    world = ground.world
    able = invoices(ground).filter(
        (pl.col("issued_on") < world.last_on.replace(day=1)) & (pl.col("issued_on").dt.day() >= 26)
    )
    for row in ground.choose(able, "invoice", "invoice", count):
        issued = row["issued_on"]
        assert isinstance(issued, date)
        header = document(ground, str(row["number"]))
        following = _next_month(issued.replace(day=1))
        cells: Row = {
            "trandate": f"{following} 00:00:00",
            "createddate": f"{datetime(following.year, following.month, 1, 9)}",
            "postingperiod": f"{following:%Y%m}",
        }
        late = _in_two_periods(ground, row, "timing_cutoff", header, cells)
        yield replace(late, planted_on=following, before=tuple(removed(str(header["id"]))))


@kind
def id_drift(ground: Ground, count: int) -> Iterator[Fault]:
    """The number is written in another way: no break, once references are read as people do."""
    for row in ground.choose(settled_or_not(ground), "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        written = str(row["number"]).lower().replace("-", " ")
        cells: Row = {"tranid": written, "externalid": None}
        edit = Edit(HEADERS, "replace", {"id": header["id"]}, cells)
        truth = told(row, "R01", "", "both", Decimal(0), counterpart_key=written)
        yield Fault("id_drift", planted_on(row), (edit,), (truth,))


@kind
def deleted_after_close(ground: Ground, count: int) -> Iterator[Fault]:
    """Posted, closed, and then deleted in the ERP: the row says so, and stays."""
    able = untouched(ground).filter(pl.col("issued_on") < ground.world.last_on.replace(day=1))
    for row in ground.choose(able, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        gone: Row = {"_fivetran_deleted": "true"}
        edits = (
            Edit(HEADERS, "replace", {"id": header["id"]}, gone),
            Edit(LINES, "replace", {"transaction": header["id"]}, gone),
            Edit(POSTINGS, "replace", {"transaction": header["id"]}, gone),
        )
        truths = [told(row, pair, "missing_posting", "L", major(row)) for pair in ("R01", "R08a")]
        truths = with_taxes(row, truths, "missing_posting", "L")
        day = ground.world.last_on - timedelta(days=1)
        yield Fault("deleted_after_close", day, edits, tuple(truths))


@kind
def edited_after_close(ground: Ground, count: int) -> Iterator[Fault]:
    """The amount of a posted invoice was changed in the ERP after the close."""
    able = untouched(ground).filter(pl.col("issued_on") < ground.world.last_on.replace(day=1))
    for row in ground.choose(able, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        delta = in_places(Decimal(-(11 + int(str(row["invoice"])) % 5)), str(row["currency"]))
        day = ground.world.last_on - timedelta(days=1)
        edits = [
            *shifted(ground, header, delta, str(row["home"])),
            Edit(HEADERS, "replace", {"id": header["id"], "type": "CustInvc"},
                 {"lastmodifieddate": f"{day} 16:40:00"}),
        ]  # fmt: skip
        truths = tuple(
            told(row, pair, "amount_mismatch", "both", -delta) for pair in ("R01", "R08a")
        )
        yield Fault("edited_after_close", day, tuple(edits), truths)


@kind
def late_after_close(ground: Ground, count: int) -> Iterator[Fault]:
    """Entered into the ERP weeks after its period was closed, with the old date and period."""
    able = untouched(ground).filter(pl.col("issued_on") < ground.world.last_on.replace(day=1))
    for row in ground.choose(able, "invoice", "invoice", count):
        header = document(ground, str(row["number"]))
        day = ground.world.last_on - timedelta(days=1)
        stamp = f"{day} 15:20:00"
        edit = Edit(
            HEADERS, "replace", {"id": header["id"]},
            {"createddate": stamp, "lastmodifieddate": stamp},
        )  # fmt: skip
        truth = told(row, "R01", "", "both", Decimal(0))
        unknown = tuple(removed(str(header["id"])))
        yield Fault("late_after_close", day, (edit,), (truth,), before=unknown)


@kind
def manual_journal_to_control(ground: Ground, count: int) -> Iterator[Fault]:
    """A journal by hand on the receivables account, that no document stands behind."""
    accounts = {row["acctnumber"]: row["id"] for row in ground.rows("netsuite/account", {})}
    journals = ground.scan(HEADERS).filter(
        (pl.col("type") == "Journal") & (pl.col("exchangerate") == "1")
    )
    world = ground.world
    for position in range(ground.turn, ground.turn + count):
        entity = position % 3
        lines = ground.scan(LINES).filter(pl.col("subsidiary") == str(entity + 1))
        alike = journals.join(lines.select(id="transaction"), on="id", how="semi").sort("id")
        like = alike.head(1).collect()
        if like.is_empty():
            continue
        header = like.row(0, named=True)
        transaction = str(FIRST_ADDED + len(ground.taken_numbers))
        ground.taken_numbers.append(transaction)
        currency = str(world.entities["currency"][entity])
        amount = in_places(Decimal(150 + 35 * position), currency)
        day = world.last_on - timedelta(days=9 + position)
        number = f"JE-{CODES[entity]}-{position + 1}"
        made = header | {
            "id": transaction, "transactionnumber": number, "tranid": number, "externalid": None,
            "memo": "Correction", "trandate": f"{day} 00:00:00", "createddate": f"{day} 10:00:00",
            "lastmodifieddate": f"{day} 10:00:00", "postingperiod": f"{day:%Y%m}",
            "foreigntotal": str(amount), "isreversal": "F", "reversal": None, "voided": "F",
            "entity": None,
        }  # fmt: skip
        line = lines.head(1).collect().row(0, named=True)
        edits = [Edit(HEADERS, "add", {}, made)]
        for number_of, (account, value) in enumerate((("1100", amount), ("4200", -amount))):
            name = str(number_of)
            edits.append(
                Edit(LINES, "add", {}, line | {
                    "id": name, "transaction": transaction, "linesequencenumber": name,
                    "memo": "Correction", "entity": None, "mainline": "F" if number_of else "T",
                    "taxline": "F", "netamount": str(value), "foreignamount": str(value),
                })
            )  # fmt: skip
            posting = ground.scan(POSTINGS).head(1).collect().row(0, named=True)
            edits.append(
                Edit(POSTINGS, "add", {}, posting | {
                    "transaction": transaction, "transactionline": name,
                    "account": accounts[account], "exchangerate": "1", **sides(value),
                })
            )  # fmt: skip
        truth = Truth(
            "recon", "R08b", "manual_journal_to_control", "R", "netsuite", "default",
            CODES[entity], number, "", currency, str(-amount), f"{day:%Y-%m}-01",
        )  # fmt: skip
        yield Fault("manual_journal_to_control", day, tuple(edits), (truth,))
