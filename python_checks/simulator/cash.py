"""What was paid, and what was credited, refunded, disputed or given up instead.

Card and direct-debit payments go through the processor of the legal entity: attempts, refunds,
disputes, its balance and its payouts. All other payers send money to the bank, where a receipt
may settle several invoices, a part of one, or none that anybody knows.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from python_checks.simulator import company, ids
from python_checks.simulator.billing import NO_KEY, Bills, rounded
from python_checks.simulator.clocks import business_day, day_of, instant_of
from python_checks.simulator.company import at_least
from python_checks.simulator.money import converted, half_up, units_per_major
from python_checks.simulator.randomness import stream
from python_checks.simulator.settings import Settings

# The chance that an attempt succeeds, after so many days from the first.
CARD_ATTEMPTS = ((0, 0.90), (3, 0.40), (8, 0.30), (15, 0.25))
DEBIT_ATTEMPTS = ((3, 0.965), (9, 0.60))
DECLINES = (
    ("insufficient_funds", 0.42),
    ("generic_decline", 0.22),
    ("do_not_honor", 0.12),
    ("expired_card", 0.10),
    ("card_velocity_exceeded", 0.05),
    ("lost_card", 0.04),
    ("fraudulent", 0.03),
    ("authentication_required", 0.02),
)
SPLIT_SHARE = 0.012
CREDIT_SHARE, TWICE_SHARE = 0.045, 0.15
CREDIT_REASONS = (
    ("billing_error", 0.30),
    ("goodwill", 0.25),
    ("service_issue", 0.20),
    ("duplicate", 0.10),
    ("contract_change", 0.15),
)
AUTHORS = ("a.keller", "b.osei", "c.tanaka", "d.moreau", "e.lindqvist", "f.novak")
APPROVERS = ("m.ferrari", "n.adeyemi", "o.schmidt")
REFUND_FAILS_SHARE, REFUND_FAILS_AFTER_DAYS = 0.12, 5
DISPUTE_SHARE, INQUIRY_SHARE = 0.014, 0.25
DISPUTE_REASONS = (
    ("fraudulent", 0.45),
    ("product_not_received", 0.15),
    ("subscription_canceled", 0.2),
    ("duplicate", 0.1),
    ("unrecognized", 0.1),
)
# The processor's rate is a little worse than the one in the books.
PROCESSOR_MARGIN_PPM = 995_000
PAYOUT_WEEKDAYS = (2, 5)
# How the invoices of direct payers end; the rest is paid in full, some days off the due date.
DIRECT_ENDS = (
    ("part", 0.05),
    ("short", 0.04),
    ("unidentified", 0.025),
    ("wrong_entity", 0.02),
    ("returned", 0.025),
    ("over", 0.022),
    ("unpaid", 0.05),
)
BATCH_PAYERS_SHARE = 0.22
ZERO = pl.lit(0, dtype=pl.Int64)


@dataclass(frozen=True)
class Cash:
    """Every table has the columns of the world's, and some beside them."""

    credit_notes: pl.DataFrame
    credit_note_lines: pl.DataFrame
    credit_balances: pl.DataFrame
    write_offs: pl.DataFrame
    intents: pl.DataFrame
    charges: pl.DataFrame
    refunds: pl.DataFrame
    disputes: pl.DataFrame
    movements: pl.DataFrame
    payouts: pl.DataFrame
    receipts: pl.DataFrame
    applications: pl.DataFrame
    other_bank_entries: pl.DataFrame


def collect(settings: Settings, bills: Bills, rates: pl.DataFrame) -> Cash:
    """Settles every invoice in its way; what lies after the window is cut off by the world."""
    due = bills.invoices.filter(~pl.col("is_draft")).with_columns(
        is_direct=~pl.col("method").is_in(company.PROCESSOR_METHODS)
    )
    ends = _card_ends(settings, due.filter(~pl.col("is_direct")))
    credits, credit_lines = _credit_notes(settings, due, ends, bills.lines)
    balances = _credit_balances(due, credits)
    intents, charges = _charges(settings, due, ends, balances)
    refunds = _refunds(settings, credits, charges)
    disputes = _disputes(settings, intents, charges, refunds)
    movements, payouts = _processor(settings, rates, intents, charges, refunds, disputes)
    receipts, applications = _receipts(settings, due, credits)
    write_offs = _write_offs(settings, due, ends, credits, intents, charges, applications)
    others = _other_bank_entries(settings, receipts)
    return Cash(
        credits,
        credit_lines,
        balances,
        write_offs,
        intents,
        charges,
        refunds,
        disputes,
        movements,
        payouts,
        receipts,
        applications,
        others,
    )


def _some(
    rows: pl.DataFrame, share: float, settings: Settings, random: np.random.Generator
) -> pl.DataFrame:
    take = at_least(share, rows.height, settings)
    return company.picked(rows, take, random)


# --- through the processor ------------------------------------------------------------------------


def _card_ends(settings: Settings, due: pl.DataFrame) -> pl.DataFrame:
    """For each invoice of a payer by card or debit: `tries`, and whether the last one succeeds."""
    random = stream(settings.seed, "attempts")
    count = due.height
    is_card = (due["method"] == "card").to_numpy()
    draws = random.random((count, len(CARD_ATTEMPTS)))
    chances = np.zeros((count, len(CARD_ATTEMPTS)))
    chances[:] = np.where(
        is_card[:, None],
        [chance for _, chance in CARD_ATTEMPTS],
        [chance for _, chance in DEBIT_ATTEMPTS] + [0.0, 0.0],
    )
    wins = draws < chances
    most = np.where(is_card, len(CARD_ATTEMPTS), len(DEBIT_ATTEMPTS))
    is_paid = wins.any(axis=1)
    tries = np.where(is_paid, wins.argmax(axis=1) + 1, most)
    return due.select(
        "invoice", tries=pl.Series(tries.astype(np.int64)), is_paid=pl.Series(is_paid)
    )


def _first_success_days() -> pl.Expr:
    """Days from the issue to the last try."""
    card = {n: days for n, (days, _) in enumerate(CARD_ATTEMPTS, start=1)}
    debit = {n: days for n, (days, _) in enumerate(DEBIT_ATTEMPTS, start=1)}
    return (
        pl.when(pl.col("method") == "card")
        .then(pl.col("tries").replace_strict(card, return_dtype=pl.Int64))
        .otherwise(pl.col("tries").replace_strict(debit, default=9, return_dtype=pl.Int64))
    )


def _credit_notes(
    settings: Settings, due: pl.DataFrame, ends: pl.DataFrame, lines: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Credit for a part of one line, before the payment (direct payers) or after it (cards)."""
    random = stream(settings.seed, "credits")
    charged = lines.filter((pl.col("kind") == "recurring") & (pl.col("amount_minor") > 0))
    first = charged.filter(pl.col("position") == pl.col("position").min().over("invoice")).select(
        "invoice", "line", "amount_minor", line_tax_minor="tax_minor"
    )
    can = (
        due.join(ends, on="invoice", how="left", maintain_order="left")
        .join(first, on="invoice", how="inner", maintain_order="left")
        .filter(
            (pl.col("kind") == "invoice")
            & ~pl.col("is_opening")
            & pl.col("voided_at").is_null()
            & (pl.col("total_minor") > 0)
            & (pl.col("is_direct") | pl.col("is_paid"))
            # The rest of the invoice stays above the credit, whatever else is on it.
            & (pl.col("amount_minor") <= pl.col("subtotal_minor"))
            & (pl.col("issued_on") <= settings.last_on - timedelta(days=5))
        )
        .with_columns(days=_first_success_days().fill_null(0))
    )
    chosen = _some(can, CREDIT_SHARE, settings, random)
    count = chosen.height
    whole = random.choice([100_000, 200_000, 250_000, 300_000, 400_000], count)
    again_by = random.random(count)
    chosen = chosen.with_columns(
        share_ppm=pl.Series(whole.astype(np.int64)),
        again_by=pl.Series(again_by),
        reason=pl.Series(company.choose(random, CREDIT_REASONS, count)),
        author=pl.Series(random.integers(0, len(AUTHORS), count)),
        approver=pl.Series(random.integers(0, len(APPROVERS), count)),
        wait=pl.Series(random.integers(2, 11, count)),
        minute=pl.Series(random.integers(8 * 60, 17 * 60, count)),
        to_balance=pl.Series(random.random(count) < 0.35),
    )
    # Once a customer at most: what is granted is used on the next invoice.
    chosen = chosen.with_columns(
        to_balance=pl.col("to_balance")
        & (pl.col("biller") == "stripe")
        & (pl.col("invoice") == pl.col("invoice").min().over("customer"))
    ).with_columns(
        goes_to=pl.when("is_direct")
        .then(pl.lit("invoice"))
        .when("to_balance")
        .then(pl.lit("balance"))
        .otherwise(pl.lit("refund"))
    )
    refunded = chosen.filter(pl.col("goes_to") == "refund").sort("again_by")
    again = refunded.head(at_least(TWICE_SHARE, refunded.height, settings) + 2).with_columns(
        wait=pl.col("wait") + 6, share_ppm=pl.lit(150_000, dtype=pl.Int64)
    )
    notes = pl.concat([chosen, again]).with_columns(
        created_by=pl.col("author").replace_strict(
            dict(enumerate(AUTHORS)), return_dtype=pl.String
        ),
        approved_by=pl.col("approver").replace_strict(
            dict(enumerate(APPROVERS)), return_dtype=pl.String
        ),
        subtotal_minor=rounded(pl.col("amount_minor") * pl.col("share_ppm"), 1_000_000),
        tax_minor=rounded(pl.col("line_tax_minor") * pl.col("share_ppm"), 1_000_000),
        issued_at=instant_of(
            pl.col("issued_on") + pl.duration(days=pl.col("wait") + pl.col("days")),
            pl.col("minute"),
        ),
    )
    notes = (
        notes.with_columns(
            issued_on=day_of(pl.col("issued_at")),
            total_minor=pl.col("subtotal_minor") + pl.col("tax_minor"),
        )
        .filter((pl.col("issued_on") <= settings.last_on) & (pl.col("total_minor") > 0))
        .sort("issued_at", "invoice", "share_ppm")
        .with_columns(
            credit_note=pl.int_range(pl.len()),
            sequence=pl.int_range(1, pl.len() + 1).over("entity", "biller", order_by="issued_at"),
        )
        .with_columns(
            number=pl.concat_str(
                pl.when(pl.col("biller") == "stripe").then(pl.lit("LW")).otherwise(pl.lit("CM-")),
                ids.prefix(),
                pl.lit("-CN-"),
                pl.col("sequence").cast(pl.String).str.zfill(6),
            )
        )
    )
    note_lines = notes.select(
        "credit_note",
        "line",
        credit_note_line="credit_note",
        amount_minor="subtotal_minor",
        tax_minor="tax_minor",
    )
    return notes, note_lines


def _credit_balances(due: pl.DataFrame, credits: pl.DataFrame) -> pl.DataFrame:
    """Credit is granted by a note and used on the customer's next invoice, as far as it goes."""
    granted = credits.filter(pl.col("goes_to") == "balance").select(
        "customer",
        "entity",
        "currency",
        "credit_note",
        at="issued_at",
        amount_minor="total_minor",
        invoice=NO_KEY,
    )
    following = due.filter(pl.col("voided_at").is_null() & (pl.col("total_minor") > 0)).select(
        "customer", "issued_at", next_invoice="invoice", next_minor="total_minor"
    )
    used = (
        granted.sort("at", "credit_note")
        .join_asof(
            following.sort("issued_at", "next_invoice"),
            left_on="at",
            right_on="issued_at",
            by="customer",
            strategy="forward",
            check_sortedness=False,
        )
        .filter(pl.col("next_invoice").is_not_null())
        .select(
            "customer",
            "entity",
            "currency",
            credit_note=NO_KEY,
            at="issued_at",
            amount_minor=-pl.min_horizontal("amount_minor", "next_minor"),
            invoice="next_invoice",
        )
    )
    return (
        pl.concat([granted, used])
        .sort("at", "customer", "amount_minor")
        .with_columns(movement=pl.int_range(pl.len()))
    )


def _charges(
    settings: Settings, due: pl.DataFrame, ends: pl.DataFrame, balances: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """An intent for each invoice that a card or debit pays (two for some), and its attempts."""
    random = stream(settings.seed, "charges")
    used = (
        balances.filter(pl.col("invoice").is_not_null())
        .group_by("invoice")
        .agg(used_minor=-pl.col("amount_minor").sum())
    )
    rows = (
        due.join(ends, on="invoice", how="inner", maintain_order="left")
        .join(used, on="invoice", how="left", maintain_order="left")
        .with_columns(amount_minor=pl.col("total_minor") - pl.col("used_minor").fill_null(0))
        .filter((pl.col("amount_minor") > 0) & ~(pl.col("voided_at").is_not_null()))
        .sort("invoice")
    )
    split = _some(
        rows.filter(pl.col("is_paid") & (pl.col("method") == "card")), SPLIT_SHARE, settings, random
    ).select("invoice", is_split=pl.lit(True))
    rows = rows.join(split, on="invoice", how="left", maintain_order="left").with_columns(
        pl.col("is_split").fill_null(value=False), part=ZERO
    )
    first_minor = rounded(pl.col("amount_minor"), 3)
    halves = rows.filter("is_split").with_columns(
        part=pl.lit(1, dtype=pl.Int64), amount_minor=pl.col("amount_minor") - first_minor
    )
    rows = rows.with_columns(
        amount_minor=pl.when("is_split").then(first_minor).otherwise("amount_minor")
    )
    intents = (
        pl.concat([rows, halves])
        .sort("invoice", "part")
        .with_columns(
            intent=pl.int_range(pl.len()),
            created_at=pl.col("issued_at") + pl.duration(minutes=2, hours=26 * pl.col("part")),
        )
    )
    days = {
        1: {n: d for n, (d, _) in enumerate(CARD_ATTEMPTS, start=1)},
        0: {n: d for n, (d, _) in enumerate(DEBIT_ATTEMPTS, start=1)},
    }
    count = int(intents["tries"].sum())
    charges = (
        intents.with_columns(attempt=pl.int_ranges(1, pl.col("tries") + 1))
        .explode("attempt")
        .with_columns(
            wait=pl.when(pl.col("method") == "card")
            .then(pl.col("attempt").replace_strict(days[1], return_dtype=pl.Int64))
            .otherwise(pl.col("attempt").replace_strict(days[0], default=9, return_dtype=pl.Int64)),
            status=pl.when((pl.col("attempt") == pl.col("tries")) & pl.col("is_paid"))
            .then(pl.lit("succeeded"))
            .otherwise(pl.lit("failed")),
            declined=pl.Series(company.choose(random, DECLINES, count)),
            brand_of=pl.col("customer") % 100,
        )
        .with_columns(
            at=pl.col("created_at") + pl.duration(days="wait", minutes=1),
            decline_code=pl.when(pl.col("status") == "failed").then(
                pl.when(pl.col("method") == "card")
                .then("declined")
                .otherwise(pl.lit("insufficient_funds"))
            ),
            brand=pl.when(pl.col("method") == "card").then(
                pl.when(pl.col("brand_of") < 52)
                .then(pl.lit("visa"))
                .when(pl.col("brand_of") < 85)
                .then(pl.lit("mastercard"))
                .otherwise(pl.lit("amex"))
            ),
        )
        .sort("at", "intent", "attempt")
        .with_columns(charge=pl.int_range(pl.len()))
    )
    return intents, charges


def _refunds(settings: Settings, credits: pl.DataFrame, charges: pl.DataFrame) -> pl.DataFrame:
    random = stream(settings.seed, "refunds")
    paid = charges.filter(pl.col("status") == "succeeded").select(
        "invoice", "charge", charge_minor="amount_minor", charged_at="at", settles="entity"
    )
    # Of two payments the larger one can bear the refund.
    paid = paid.filter(
        pl.col("charge_minor") == pl.col("charge_minor").max().over("invoice")
    ).unique("invoice", keep="first", maintain_order=True)
    rows = (
        credits.filter(pl.col("goes_to") == "refund")
        .join(paid, on="invoice", how="inner", maintain_order="left")
        .with_columns(
            at=pl.max_horizontal("issued_at", pl.col("charged_at") + pl.duration(hours=30))
            + pl.duration(minutes=20),
            amount_minor="total_minor",
        )
        .sort("credit_note")
    )
    fails = _some(rows, REFUND_FAILS_SHARE, settings, random).select(
        "credit_note", fails=pl.lit(True)
    )
    return rows.join(fails, on="credit_note", how="left", maintain_order="left").with_columns(
        refund=pl.int_range(pl.len()),
        failed_at=pl.when("fails").then(
            pl.col("at") + pl.duration(days=REFUND_FAILS_AFTER_DAYS, hours=3)
        ),
    )


def _disputes(
    settings: Settings, intents: pl.DataFrame, charges: pl.DataFrame, refunds: pl.DataFrame
) -> pl.DataFrame:
    random = stream(settings.seed, "disputes")
    can = (
        charges.filter(
            (pl.col("status") == "succeeded")
            & (pl.col("method") == "card")
            & (pl.col("at").dt.date() <= settings.last_on - timedelta(days=30))
        )
        .join(refunds.select("charge"), on="charge", how="anti")
        .sort("charge")
    )
    # Enough of them to see every end of one.
    least = 4 * company.LEAST if settings.customers >= company.LEAST_FROM_CUSTOMERS else 4
    take = min(can.height, max(least, round(DISPUTE_SHARE * can.height)))
    rows = company.picked(can, take, random)
    count = rows.height
    # A quarter are inquiries; of the rest a third each is won, lost and open.
    place = random.permutation(count)
    inquiries = round(INQUIRY_SHARE * count)
    decided = (place - inquiries) % 3
    outcome = np.where(decided == 0, "won", np.where(decided == 1, "lost", ""))
    outcome = np.where(place < inquiries, "", outcome)
    return (
        rows.with_columns(
            is_inquiry=pl.Series(place < inquiries),
            outcome=pl.Series(outcome.tolist(), dtype=pl.String).replace("", None),
            reason=pl.Series(company.choose(random, DISPUTE_REASONS, count)),
            wait=pl.Series(random.integers(4 * 24, 28 * 24, count)),
            decides=pl.Series(random.integers(18 * 24, 45 * 24, count)),
        )
        .with_columns(opened_at=pl.col("at") + pl.duration(hours="wait", minutes=13))
        .with_columns(
            due_at=pl.col("opened_at") + pl.duration(days=14),
            closed_at=pl.when(pl.col("outcome").is_not_null()).then(
                pl.col("opened_at") + pl.duration(hours="decides")
            ),
        )
        .sort("opened_at", "charge")
        .with_columns(dispute=pl.int_range(pl.len()))
    )


def _processor(
    settings: Settings,
    rates: pl.DataFrame,
    intents: pl.DataFrame,
    charges: pl.DataFrame,
    refunds: pl.DataFrame,
    disputes: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every movement of the processor's balances, and the payouts that empty them."""
    entities = company.entities().select(
        "entity",
        home="currency",
        fee_ppm="fee_ppm",
        fee_fixed="fee_fixed_minor",
        dispute_fee="dispute_fee_minor",
        settle_days="settle_days",
        transit_days="transit_days",
    )
    booked = rates.select(
        currency="from_currency", home="to_currency", month_on="month_on", booked="booked_micros"
    )
    paid = (
        charges.filter(pl.col("status") == "succeeded")
        .join(entities, on="entity", how="left", maintain_order="left")
        .with_columns(month_on=pl.col("at").dt.date().dt.truncate("1mo"))
        .join(booked, on=["currency", "home", "month_on"], how="left", maintain_order="left")
        .with_columns(
            rate_micros=pl.when(pl.col("currency") != pl.col("home")).then(
                pl.col("booked") * PROCESSOR_MARGIN_PPM // 1_000_000
            )
        )
    )

    def settled(amount: pl.Expr) -> pl.Expr:
        rate = pl.col("rate_micros").fill_null(1_000_000)
        return converted(amount, rate, units_per_major(), units_per_major("home"))

    facts = paid.select("charge", "home", "rate_micros", "dispute_fee", "settle_days")
    none = {"refund": NO_KEY, "dispute": NO_KEY}
    charged = paid.select(
        "entity",
        "charge",
        "at",
        "rate_micros",
        **none,
        kind=pl.lit("charge"),
        available_on=pl.col("at").dt.date() + pl.duration(days="settle_days"),
        gross_minor=settled(pl.col("amount_minor")),
        fee_minor=half_up(settled(pl.col("amount_minor")) * pl.col("fee_ppm"), 1_000_000)
        + pl.col("fee_fixed"),
    )
    columns = charged.columns
    back = refunds.drop("home", strict=False).join(
        facts, on="charge", how="left", maintain_order="left"
    )
    refunded = back.with_columns(
        dispute=NO_KEY,
        kind=pl.lit("refund"),
        available_on=pl.col("at").dt.date(),
        gross_minor=-settled(pl.col("amount_minor")),
        fee_minor=ZERO,
    ).select(columns)
    failed = (
        back.filter(pl.col("failed_at").is_not_null())
        .with_columns(
            dispute=NO_KEY,
            kind=pl.lit("refund_failure"),
            at="failed_at",
            available_on=pl.col("failed_at").dt.date(),
            gross_minor=settled(pl.col("amount_minor")),
            fee_minor=ZERO,
        )
        .select(columns)
    )
    taken = disputes.filter(~pl.col("is_inquiry")).join(
        facts, on="charge", how="left", maintain_order="left"
    )
    disputed = taken.with_columns(
        refund=NO_KEY,
        kind=pl.lit("dispute"),
        at="opened_at",
        available_on=pl.col("opened_at").dt.date(),
        gross_minor=-settled(pl.col("amount_minor")),
        fee_minor="dispute_fee",
    ).select(columns)
    won = (
        taken.filter(pl.col("outcome") == "won")
        .with_columns(
            refund=NO_KEY,
            kind=pl.lit("dispute_reversal"),
            at="closed_at",
            available_on=pl.col("closed_at").dt.date(),
            gross_minor=settled(pl.col("amount_minor")),
            fee_minor=ZERO,
        )
        .select(columns)
    )
    months = company.window_months(settings, -1, 1)
    fees = (
        company.entities()
        .join(pl.DataFrame({"month_on": months}, schema={"month_on": pl.Date}), how="cross")
        .with_columns(
            charge=NO_KEY,
            **none,
            rate_micros=NO_KEY,
            kind=pl.lit("fee"),
            at=pl.col("month_on").cast(pl.Datetime("us")) + pl.duration(hours=6),
            available_on="month_on",
            gross_minor=-pl.col("platform_fee_minor"),
            fee_minor=ZERO,
        )
        .select(columns)
    )
    moves = (
        pl.concat([charged, refunded, failed, disputed, won, fees.cast(charged.schema)])
        .with_columns(net_minor=pl.col("gross_minor") - pl.col("fee_minor"))
        .with_columns(ready_on=_payout_day(pl.col("available_on")))
    )
    payouts, days = _payouts(settings, moves)
    moves = moves.join(days, on=["entity", "ready_on"], how="left", maintain_order="left")
    paid_out = payouts.with_columns(
        charge=NO_KEY,
        **none,
        kind=pl.lit("payout"),
        rate_micros=NO_KEY,
        at="created_at",
        available_on=pl.col("created_at").dt.date(),
        gross_minor=-pl.col("amount_minor"),
        fee_minor=ZERO,
        net_minor=-pl.col("amount_minor"),
    )
    wanted = [*columns, "net_minor", "payout"]
    moves = (
        pl.concat([moves.select(wanted), paid_out.select(wanted).cast(moves.select(wanted).schema)])
        .sort("at", "entity", "kind", "charge", "refund", "dispute", nulls_last=True)
        .with_columns(movement=pl.int_range(pl.len()))
    )
    return moves, payouts


def _payout_day(day: pl.Expr) -> pl.Expr:
    """The first day after a day on which payouts are made."""
    after = day + pl.duration(days=1)
    weekday = after.dt.weekday().cast(pl.Int64)
    wait = {
        number: min((payout_day - number) % 7 for payout_day in PAYOUT_WEEKDAYS)
        for number in range(1, 8)
    }
    return after + pl.duration(days=weekday.replace_strict(wait, return_dtype=pl.Int64))


def _payouts(settings: Settings, moves: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Payouts, and which of them takes what was ready on a day.

    A day on which less than nothing is ready pays nothing out: the next one does, or a later one.
    There are few days, so that plain Python counts them.
    """
    ready = (
        moves.group_by("entity", "ready_on")
        .agg(net=pl.col("net_minor").sum())
        .sort("entity", "ready_on")
    )
    transit = dict(company.entities().select("entity", "transit_days").iter_rows())
    accounts = {row[0]: n for n, row in reversed(list(enumerate(company.BANK_ACCOUNTS)))}
    paid: list[tuple[object, ...]] = []
    days: list[tuple[object, ...]] = []
    waiting: list[tuple[int, object]] = []
    carried, entity_before = 0, None
    for entity, ready_on, net in ready.iter_rows():
        if entity != entity_before:
            waiting, carried, entity_before = [], 0, entity
        waiting.append((entity, ready_on))
        carried += net
        if carried > 0:
            days.extend((*day, len(paid)) for day in waiting)
            paid.append((len(paid), entity, accounts[entity], ready_on, transit[entity], carried))
            waiting, carried = [], 0
    payouts = pl.DataFrame(
        paid,
        schema={
            "payout": pl.Int64,
            "entity": pl.Int64,
            "bank_account": pl.Int64,
            "ready_on": pl.Date,
            "transit": pl.Int64,
            "amount_minor": pl.Int64,
        },
        orient="row",
    ).with_columns(
        created_at=pl.col("ready_on").cast(pl.Datetime("us")) + pl.duration(hours=7),
        arrives_on=business_day(pl.col("ready_on") + pl.duration(days="transit")),
    )
    taken = pl.DataFrame(
        days, schema={"entity": pl.Int64, "ready_on": pl.Date, "payout": pl.Int64}, orient="row"
    )
    return payouts, taken


# --- straight to the bank -------------------------------------------------------------------------


def _receipts(
    settings: Settings, due: pl.DataFrame, credits: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Receipts of direct payers and what each settles."""
    random = stream(settings.seed, "receipts")
    credited = (
        credits.filter(pl.col("goes_to") == "invoice")
        .group_by("invoice")
        .agg(credited_minor=pl.col("total_minor").sum())
    )
    owed = (
        due.filter(
            pl.col("is_direct") & pl.col("voided_at").is_null() & (pl.col("total_minor") > 0)
        )
        .join(credited, on="invoice", how="left", maintain_order="left")
        .with_columns(owed_minor=pl.col("total_minor") - pl.col("credited_minor").fill_null(0))
        .filter(pl.col("owed_minor") > 0)
        .sort("invoice")
    )
    count = owed.height
    end = np.full(count, "full", dtype=object)
    order = random.permutation(count)
    can_cross = ~owed["currency"].is_in(["JPY", "KWD", "GBP"]).to_numpy()
    is_wire = owed["method"].is_in(["wire"]).to_numpy()
    # Those that must be seen whole in the window.
    in_time = (owed["due_on"] <= settings.last_on - timedelta(days=35)).to_numpy()
    for name, share in DIRECT_ENDS:
        allowed = in_time & (end == "full")
        if name == "wrong_entity":
            allowed &= can_cross
        if name == "short":
            allowed &= is_wire
        candidates = order[allowed[order]]
        take = at_least(share, count, settings)
        end[candidates[: min(take, len(candidates) // 2)]] = name
    # Habits belong to the payer: some pay on the day, some weeks late, some every second month.
    habits = stream(settings.seed, "habits")
    people = int(due["payer"].to_numpy().max()) + 1
    lateness = np.round(habits.normal(4, 9, people)).astype(np.int64)
    is_batch = habits.random(people) < BATCH_PAYERS_SHARE
    payer = owed["payer"].to_numpy()
    delay = lateness[payer] + np.round(random.exponential(4.0, count)).astype(np.int64) - 3
    owed = owed.with_columns(
        end=pl.Series(end.tolist()),
        is_batch=pl.Series(is_batch[payer]),
        delay=pl.Series(np.clip(delay, -10, 75)),
        part_ppm=pl.Series(random.integers(400, 700, count) * 1_000),
        later=pl.Series(random.integers(9, 24, count)),
        over=pl.Series(random.integers(1, 9, count) * 100),
    )
    first_day = pl.max_horizontal(
        pl.col("issued_on") + pl.duration(days=2), pl.col("due_on") + pl.duration(days="delay")
    )
    # Every second month all that is due then, in one payment.
    monthly = (
        pl.when(first_day.dt.month() % 2 == 0)
        .then(first_day.dt.month_end())
        .otherwise(first_day.dt.offset_by("1mo").dt.month_end())
    )
    pay_on = business_day(
        pl.when(pl.col("is_batch") & (pl.col("end") == "full")).then(monthly).otherwise(first_day)
    )
    step = pl.when(pl.col("currency") == "KWD").then(10).otherwise(1)
    owed = owed.filter(pl.col("end") != "unpaid").with_columns(
        pay_on=pay_on,
        withheld_minor=pl.when(pl.col("end") == "full")
        .then(half_up(pl.col("subtotal_minor") * pl.col("withheld_ppm"), 1_000_000 * step) * step)
        .otherwise(0),
        bank_charge_minor=pl.when(pl.col("end") == "short")
        .then(
            (15 + pl.col("invoice") % 3 * 5)
            * units_per_major()
            * pl.when(pl.col("currency") == "JPY").then(100).otherwise(1)
        )
        .otherwise(0),
    )
    # Never withholds more than is owed after a credit; bank charges stay below the invoice.
    owed = owed.with_columns(
        withheld_minor=pl.min_horizontal("withheld_minor", pl.col("owed_minor") // 2),
        bank_charge_minor=pl.min_horizontal("bank_charge_minor", pl.col("owed_minor") // 4),
    )
    first_part = half_up(pl.col("owed_minor") * pl.col("part_ppm"), 1_000_000)
    is_part = pl.col("end") == "part"
    first = owed.with_columns(
        part=ZERO, amount_minor=pl.when(is_part).then(first_part).otherwise("owed_minor")
    )
    rest = owed.filter(is_part).with_columns(
        part=pl.lit(1, dtype=pl.Int64),
        amount_minor=pl.col("owed_minor") - first_part,
        pay_on=business_day(pl.col("pay_on") + pl.duration(days="later")),
    )
    # Most payments that a bank takes back are made again.
    again = owed.filter((pl.col("end") == "returned") & (pl.col("invoice") % 4 != 0)).with_columns(
        part=pl.lit(1, dtype=pl.Int64),
        amount_minor="owed_minor",
        end=pl.lit("full"),
        is_batch=pl.lit(False),
        pay_on=business_day(pl.col("pay_on") + pl.duration(days=14)),
    )
    rows = (
        pl.concat([first, rest, again])
        .with_columns(
            cash_minor=pl.col("amount_minor")
            - pl.col("bank_charge_minor")
            - pl.col("withheld_minor"),
            is_grouped=pl.col("is_batch") & (pl.col("end") == "full"),
        )
        .sort("pay_on", "payer", "invoice", "part")
        .with_columns(alone=pl.when("is_grouped").then(-1).otherwise(pl.int_range(pl.len())))
    )
    key = ["pay_on", "payer", "entity", "currency", "alone"]
    heads = (
        rows.group_by(key, maintain_order=True)
        .agg(
            cash_minor=pl.col("cash_minor").sum(),
            end=pl.col("end").first(),
            method=pl.col("method").first(),
            over=pl.col("over").first(),
            invoices=pl.col("invoice").sort(),
            first_invoice=pl.col("invoice").min(),
        )
        .with_columns(receipt=pl.int_range(pl.len()))
    )
    kinds = {"unidentified": "unidentified", "wrong_entity": "wrong_entity"}
    heads = heads.with_columns(
        kind=pl.col("end").replace_strict(kinds, default="ordinary", return_dtype=pl.String),
        owed_entity="entity",
        amount_minor=pl.col("cash_minor")
        + pl.when(pl.col("end") == "over")
        .then(
            pl.col("over")
            * units_per_major()
            * pl.when(pl.col("currency") == "JPY").then(100).otherwise(1)
            // 10
            * 10
        )
        .otherwise(0),
    ).with_columns(
        # Dollars that US01 bills go to DE01's account and euros of DE01 to US01's.
        entity=pl.when(pl.col("kind") == "wrong_entity")
        .then(1 - pl.col("owed_entity"))
        .otherwise("owed_entity")
    )
    accounts = company.bank_accounts().select("bank_account", "entity", "currency")
    heads = heads.join(accounts, on=["entity", "currency"], how="left", maintain_order="left")
    heads = heads.with_columns(
        customer="payer",
        received_on="pay_on",
        booked_at=instant_of(pl.col("pay_on"), 9 * 60 + pl.col("receipt") % 360),
        identified_on=pl.when(pl.col("kind") != "ordinary").then(
            business_day(pl.col("pay_on") + pl.duration(days=6 + pl.col("receipt") % 8))
        ),
        returned_on=pl.when(pl.col("end") == "returned").then(
            business_day(pl.col("pay_on") + pl.duration(days=4))
        ),
    )
    applications = rows.join(
        heads.select(*_OWED_KEY, "receipt", "identified_on", "returned_on"),
        left_on=key,
        right_on=_OWED_KEY,
        how="left",
        maintain_order="left",
    ).with_columns(
        application=pl.int_range(pl.len()),
        applied_on=pl.coalesce(
            "identified_on",
            business_day(pl.col("pay_on") + pl.duration(days=pl.col("receipt") % 2)),
        ),
        reversed_on="returned_on",
    )
    return heads, applications


_OWED_KEY = ["pay_on", "payer", "owed_entity", "currency", "alone"]


def _write_offs(
    settings: Settings,
    due: pl.DataFrame,
    ends: pl.DataFrame,
    credits: pl.DataFrame,
    intents: pl.DataFrame,
    charges: pl.DataFrame,
    applications: pl.DataFrame,
) -> pl.DataFrame:
    """What nobody expects any more: cards that failed to the last, direct payers after 75 days."""
    lost_cards = intents.filter(~pl.col("is_paid") & (pl.col("invoice") % 5 < 3)).select(
        "invoice",
        "entity",
        "amount_minor",
        on=pl.col("issued_on") + pl.duration(days=42),
        reason=pl.lit("dunning_exhausted"),
    )
    credited = (
        credits.filter(pl.col("goes_to") == "invoice")
        .group_by("invoice")
        .agg(credited_minor=pl.col("total_minor").sum())
    )
    lost = (
        due.filter(
            pl.col("is_direct") & pl.col("voided_at").is_null() & (pl.col("total_minor") > 0)
        )
        .join(applications.select("invoice"), on="invoice", how="anti")
        .join(credited, on="invoice", how="left", maintain_order="left")
        .filter(pl.col("invoice") % 2 == 0)
        .select(
            "invoice",
            "entity",
            amount_minor=pl.col("total_minor") - pl.col("credited_minor").fill_null(0),
            on=pl.col("due_on") + pl.duration(days=75),
            reason=pl.lit("uncollectible"),
        )
    )
    return (
        pl.concat([lost_cards, lost])
        .filter((pl.col("amount_minor") > 0) & (pl.col("on") >= settings.first_on))
        .sort("on", "invoice")
        .with_columns(
            write_off=pl.int_range(pl.len()),
            at=instant_of(pl.col("on"), 15 * 60),
            created_by=(pl.col("invoice") % len(AUTHORS)).replace_strict(
                dict(enumerate(AUTHORS)), return_dtype=pl.String
            ),
            approved_by=(pl.col("invoice") % len(APPROVERS)).replace_strict(
                dict(enumerate(APPROVERS)), return_dtype=pl.String
            ),
        )
    )


def _other_bank_entries(settings: Settings, receipts: pl.DataFrame) -> pl.DataFrame:
    """Rent, pay, fees and interest, and what the entities owe one another for money gone astray."""
    months = pl.DataFrame({"month_on": company.window_months(settings, 0, 0)})
    # kind, day of the month, share of the opening balance (ppm)
    monthly = pl.DataFrame(
        [
            ("rent", 2, -30_000),
            ("payroll", 25, -160_000),
            ("bank_fee", 28, -120),
            ("interest", 28, 400),
        ],
        schema=["kind", "day", "share_ppm"],
        orient="row",
    )
    main = company.bank_accounts().unique("entity", keep="first", maintain_order=True)
    usual = (
        main.join(months, how="cross")
        .join(monthly, how="cross")
        .select(
            "bank_account",
            "kind",
            receipt=NO_KEY,
            on=business_day(pl.col("month_on") + pl.duration(days=pl.col("day") - 1)),
            amount_minor=half_up(pl.col("opening_minor") * pl.col("share_ppm"), 1_000_000),
        )
    )
    astray = receipts.filter(pl.col("kind") == "wrong_entity")
    accounts = company.bank_accounts().select(
        owed_account="bank_account", owed_entity="entity", currency="currency"
    )
    back_on = business_day(pl.col("identified_on") + pl.duration(days=9))
    out = astray.select(
        "bank_account",
        "receipt",
        kind=pl.lit("intercompany"),
        on=back_on,
        amount_minor=-pl.col("amount_minor"),
    )
    into = astray.join(
        accounts, on=["owed_entity", "currency"], how="left", maintain_order="left"
    ).select(
        "receipt",
        "amount_minor",
        bank_account="owed_account",
        kind=pl.lit("intercompany"),
        on=back_on,
    )
    columns = ["bank_account", "receipt", "kind", "on", "amount_minor"]
    return (
        pl.concat([part.select(columns) for part in (usual, out, into)])
        .sort("on", "bank_account", "kind", "receipt", nulls_last=True)
        .with_columns(bank_entry=pl.int_range(pl.len()))
        .with_columns(
            reference=pl.concat_str(
                pl.col("kind").str.to_uppercase(),
                pl.lit(" "),
                pl.col("on").dt.strftime("%Y%m"),
                pl.when(pl.col("receipt").is_not_null())
                .then(pl.concat_str(pl.lit(" R"), pl.col("receipt").cast(pl.String)))
                .otherwise(pl.lit("")),
            )
        )
    )
