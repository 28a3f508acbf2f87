"""The tables of the simulated world: one true company, before any system sees it.

Every table is a Polars frame with the columns below. Keys are whole numbers, unique in their table
and dense from 0; a key that points elsewhere has the name of the table's key. Money is a whole
number of the minor unit of the row's currency (`_minor`); unit prices are millionths of a major
unit (`_micros`); shares are parts per million (`_ppm`). `_at` is a UTC instant, `_on` a date in the
zone of the legal entity, `_before_on` the first day after.

A world knows the future of its window: `until()` gives what was known at the end of a day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import polars as pl

KEY, MONEY, COUNT = pl.Int64, pl.Int64, pl.Int64
TEXT, DAY, FLAG = pl.String, pl.Date, pl.Boolean
INSTANT = pl.Datetime("us")

Columns = Mapping[str, pl.DataType | type[pl.DataType]]

# Who bills, who is billed, for what.
ENTITIES: Columns = {
    "entity": KEY, "code": TEXT, "prefix": TEXT, "name": TEXT, "country": TEXT,
    "currency": TEXT, "zone": TEXT, "subsidiary": KEY,
    "fee_ppm": COUNT, "fee_fixed_minor": MONEY, "dispute_fee_minor": MONEY,
    "platform_fee_minor": MONEY, "settle_days": COUNT, "transit_days": COUNT,
}  # fmt: skip
# ledger_account: the ERP's account number; opening_minor: on the day before the window.
BANK_ACCOUNTS: Columns = {
    "bank_account": KEY, "entity": KEY, "currency": TEXT, "number": TEXT, "ledger_account": TEXT,
    "opening_minor": MONEY,
}  # fmt: skip
# Months of rates: `rate_micros` millionths of a major unit of `to` for one of `from`, as booked in
# the month and as at its last day.
RATES: Columns = {
    "from_currency": TEXT, "to_currency": TEXT, "month_on": DAY, "booked_micros": MONEY,
    "closing_micros": MONEY,
}  # fmt: skip
PRODUCTS: Columns = {"product": KEY, "code": TEXT, "name": TEXT, "family": TEXT}
# model: flat, per_unit, graduated or volume (the last two price by price_tiers).
# interval: month, year or one_time. meter: of metered prices. kind: recurring, usage, one_time,
# prepaid (a commitment that is bought) or drawdown (usage taken out of it).
PRICES: Columns = {
    "price": KEY, "product": KEY, "entity": KEY, "currency": TEXT, "model": TEXT, "interval": TEXT,
    "kind": TEXT, "meter": TEXT, "unit_micros": MONEY, "valid_from_on": DAY,
}  # fmt: skip
PRICE_TIERS: Columns = {
    "price": KEY, "tier": COUNT, "up_to": COUNT, "unit_micros": MONEY, "flat_minor": MONEY,
}  # fmt: skip
# biller: stripe or zuora. method: card, sepa_debit, bacs_debit and us_bank_account go through the
# processor; wire, sepa_credit, ach_credit and cheque come to the bank. parent, bill_to and
# merged_into are customers of the same biller and entity.
CUSTOMERS: Columns = {
    "customer": KEY, "entity": KEY, "currency": TEXT, "name": TEXT, "email_domain": TEXT,
    "country": TEXT, "state": TEXT, "biller": TEXT, "method": TEXT, "terms_days": COUNT,
    "jurisdiction": TEXT, "tax_code": TEXT, "tax_ppm": COUNT, "withheld_ppm": COUNT,
    "parent": KEY, "bill_to": KEY, "merged_into": KEY, "merged_at": INSTANT, "created_at": INSTANT,
}  # fmt: skip

# What was sold. One contract and one subscription are the same deal in the CRM and in billing.
CONTRACTS: Columns = {
    "contract": KEY, "customer": KEY, "entity": KEY, "currency": TEXT, "number": TEXT,
    "signed_on": DAY, "starts_on": DAY, "ends_before_on": DAY, "term_months": COUNT,
    "renews": KEY, "terminated_on": DAY,
}  # fmt: skip
# story: plain, new, upgrade, downgrade, co_term, ramp, pause, renewal, cancel or reactivate.
# interval: month or year, in advance; usage is billed each month in arrears.
SUBSCRIPTIONS: Columns = {
    "subscription": KEY, "customer": KEY, "contract": KEY, "entity": KEY, "currency": TEXT,
    "biller": TEXT, "interval": TEXT, "bill_day": COUNT, "started_on": DAY, "ended_on": DAY,
    "end_known_at": INSTANT, "paused_from_on": DAY, "paused_before_on": DAY, "story": TEXT,
}  # fmt: skip
# One charge of a subscription; also the contract line (same number).
ITEMS: Columns = {
    "item": KEY, "subscription": KEY, "contract": KEY, "price": KEY, "kind": TEXT,
    "starts_on": DAY, "ends_before_on": DAY,
}  # fmt: skip
# What an item costs from when to when. reason: start, ramp, quantity, uplift.
SEGMENTS: Columns = {
    "segment": KEY, "item": KEY, "starts_on": DAY, "ends_before_on": DAY, "quantity": COUNT,
    "unit_micros": MONEY, "discount_ppm": COUNT, "reason": TEXT,
}  # fmt: skip
# kind: new, upgrade, downgrade, quantity, price, suspend, resume, renew, cancel.
AMENDMENTS: Columns = {
    "amendment": KEY, "contract": KEY, "subscription": KEY, "item": KEY, "kind": TEXT,
    "effective_on": DAY, "recorded_at": INSTANT, "quantity": COUNT, "unit_micros": MONEY,
}  # fmt: skip
# line: the invoice line that bills the event, null where none does yet.
USAGE_EVENTS: Columns = {
    "event": KEY, "item": KEY, "customer": KEY, "entity": KEY, "meter": TEXT, "quantity": COUNT,
    "occurred_at": INSTANT, "received_at": INSTANT, "line": KEY,
}  # fmt: skip

# What was billed.
# status: posted, or draft for the run of the next cycle that is not posted yet.
BILLING_RUNS: Columns = {
    "run": KEY, "entity": KEY, "target_on": DAY, "deadline_at": INSTANT, "started_at": INSTANT,
    "completed_at": INSTANT, "posted_at": INSTANT, "status": TEXT, "expected": COUNT,
    "processed": COUNT, "failed": COUNT,
}  # fmt: skip
# kind: invoice or debit_memo (Zuora's customers only). reason: subscription_create,
# subscription_cycle, subscription_update or manual. subtotal = sum of the lines' amounts, after
# discounts; total = subtotal + tax >= 0. is_opening: issued before the window and open when it
# began. A draft has no number, issue or due date.
INVOICES: Columns = {
    "invoice": KEY, "kind": TEXT, "customer": KEY, "entity": KEY, "currency": TEXT, "biller": TEXT,
    "subscription": KEY, "run": KEY, "number": TEXT, "reason": TEXT, "created_at": INSTANT,
    "issued_at": INSTANT, "issued_on": DAY, "due_on": DAY, "subtotal_minor": MONEY,
    "discount_minor": MONEY, "tax_minor": MONEY, "total_minor": MONEY, "voided_at": INSTANT,
    "is_draft": FLAG, "is_opening": FLAG,
}  # fmt: skip
# kind: recurring, usage, one_time, prepaid, drawdown, proration. amount = list - discount, signed;
# list = quantity x unit price but for tiers (unit_micros null) and prorations.
LINES: Columns = {
    "line": KEY, "invoice": KEY, "position": COUNT, "item": KEY, "price": KEY, "product": KEY,
    "kind": TEXT, "description": TEXT, "quantity": COUNT, "unit_micros": MONEY,
    "list_minor": MONEY, "discount_minor": MONEY, "amount_minor": MONEY, "tax_minor": MONEY,
    "service_from_on": DAY, "service_before_on": DAY, "is_proration": FLAG,
}  # fmt: skip
TAXES: Columns = {
    "tax": KEY, "invoice": KEY, "jurisdiction": TEXT, "tax_code": TEXT, "rate_ppm": COUNT,
    "taxable_minor": MONEY, "tax_minor": MONEY,
}  # fmt: skip
# goes_to: invoice (lowers what is open), refund (money back) or balance (credit of the customer).
CREDIT_NOTES: Columns = {
    "credit_note": KEY, "invoice": KEY, "customer": KEY, "entity": KEY, "currency": TEXT,
    "biller": TEXT, "number": TEXT, "reason": TEXT, "goes_to": TEXT, "created_by": TEXT,
    "approved_by": TEXT, "issued_at": INSTANT, "issued_on": DAY, "subtotal_minor": MONEY,
    "tax_minor": MONEY, "total_minor": MONEY,
}  # fmt: skip
CREDIT_NOTE_LINES: Columns = {
    "credit_note_line": KEY, "credit_note": KEY, "line": KEY, "amount_minor": MONEY,
    "tax_minor": MONEY,
}  # fmt: skip
# Movements of a customer's credit: + granted by a credit note, - used on an invoice.
CREDIT_BALANCES: Columns = {
    "movement": KEY, "customer": KEY, "entity": KEY, "currency": TEXT, "at": INSTANT,
    "amount_minor": MONEY, "credit_note": KEY, "invoice": KEY,
}  # fmt: skip
WRITE_OFFS: Columns = {
    "write_off": KEY, "invoice": KEY, "amount_minor": MONEY, "at": INSTANT, "on": DAY,
    "reason": TEXT, "created_by": TEXT, "approved_by": TEXT,
}  # fmt: skip

# Cash through the processor: amounts of payments are in the customer's currency, what settles
# (`settled_`, movements, payouts) in that of the entity.
INTENTS: Columns = {
    "intent": KEY, "invoice": KEY, "customer": KEY, "entity": KEY, "currency": TEXT,
    "amount_minor": MONEY, "created_at": INSTANT,
}  # fmt: skip
# status: succeeded or failed. The last charge of an intent may succeed; all before it failed.
CHARGES: Columns = {
    "charge": KEY, "intent": KEY, "attempt": COUNT, "at": INSTANT, "amount_minor": MONEY,
    "status": TEXT, "decline_code": TEXT, "brand": TEXT,
}  # fmt: skip
# credit_note: what lies behind the refund (never null here). failed_at: the money came back.
REFUNDS: Columns = {
    "refund": KEY, "charge": KEY, "credit_note": KEY, "amount_minor": MONEY, "at": INSTANT,
    "failed_at": INSTANT, "reason": TEXT,
}  # fmt: skip
# outcome: won, lost, or null while it is open. An inquiry moves no money.
DISPUTES: Columns = {
    "dispute": KEY, "charge": KEY, "amount_minor": MONEY, "reason": TEXT, "is_inquiry": FLAG,
    "opened_at": INSTANT, "due_at": INSTANT, "outcome": TEXT, "closed_at": INSTANT,
}  # fmt: skip
# The processor's balance, in the entity's currency: net = gross - fee. kind: charge, refund,
# refund_failure, dispute, dispute_reversal, fee, payout. payout: the one that settles it, null
# while it waits; rate_micros: where the payment was in another currency.
MOVEMENTS: Columns = {
    "movement": KEY, "entity": KEY, "kind": TEXT, "charge": KEY, "refund": KEY, "dispute": KEY,
    "at": INSTANT, "available_on": DAY, "gross_minor": MONEY, "fee_minor": MONEY,
    "net_minor": MONEY, "rate_micros": MONEY, "payout": KEY,
}  # fmt: skip
PAYOUTS: Columns = {
    "payout": KEY, "entity": KEY, "bank_account": KEY, "created_at": INSTANT, "arrives_on": DAY,
    "amount_minor": MONEY,
}  # fmt: skip

# Cash straight to the bank, in the customer's currency.
# kind: ordinary, unidentified (no payer and no document on the bank line until identified_on) or
# wrong_entity (came to `entity` though `owed_entity` billed it). returned_on: a payment taken back
# by the bank, with all its applications. reference: what the bank line says.
RECEIPTS: Columns = {
    "receipt": KEY, "customer": KEY, "entity": KEY, "owed_entity": KEY, "bank_account": KEY,
    "currency": TEXT, "amount_minor": MONEY, "method": TEXT, "kind": TEXT, "reference": TEXT,
    "received_on": DAY, "booked_at": INSTANT, "identified_on": DAY, "returned_on": DAY,
}  # fmt: skip
# What the receipt settles: amount = cash + bank_charge + withheld. Cash of a receipt that no
# application takes is unapplied.
APPLICATIONS: Columns = {
    "application": KEY, "receipt": KEY, "invoice": KEY, "amount_minor": MONEY, "cash_minor": MONEY,
    "bank_charge_minor": MONEY, "withheld_minor": MONEY, "applied_on": DAY, "reversed_on": DAY,
}  # fmt: skip
# All else on the bank accounts. kind: rent, payroll, bank_fee, interest, intercompany.
OTHER_BANK_ENTRIES: Columns = {
    "bank_entry": KEY, "bank_account": KEY, "on": DAY, "amount_minor": MONEY, "kind": TEXT,
    "reference": TEXT, "receipt": KEY,
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """The frames of one company; `first_on` and `last_on` are the days of its window."""

    first_on: date
    last_on: date
    entities: pl.DataFrame
    bank_accounts: pl.DataFrame
    rates: pl.DataFrame
    products: pl.DataFrame
    prices: pl.DataFrame
    price_tiers: pl.DataFrame
    customers: pl.DataFrame
    contracts: pl.DataFrame
    subscriptions: pl.DataFrame
    items: pl.DataFrame
    segments: pl.DataFrame
    amendments: pl.DataFrame
    usage_events: pl.DataFrame
    billing_runs: pl.DataFrame
    invoices: pl.DataFrame
    lines: pl.DataFrame
    taxes: pl.DataFrame
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

    def __post_init__(self) -> None:
        for name, frame in self.frames():
            refuse_other_columns(f"world table {name}", frame, TABLES[name])

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        for name in TABLES:
            yield name, getattr(self, name)

    def until(self, day: date) -> "World":
        """The world as it was known at the end of `day` (midnight UTC): what had not happened is
        not there, and what was not known of a row yet is null."""
        known: dict[str, pl.DataFrame] = {}
        for name, frame in self.frames():
            rule = KNOWN.get(name)
            if rule is None:
                known[name] = frame
                continue
            frame = known_rows(frame, rule, day)
            for parent, key in rule.parents.items():
                frame = frame.join(known[parent].select(key), on=key, how="semi")
            for column, (table, key) in rule.pointers.items():
                there = known[table].select(pl.col(key).alias(column), is_there=pl.lit(True))
                frame = (
                    frame.join(there, on=column, how="left", maintain_order="left")
                    .with_columns(pl.when(pl.col("is_there")).then(pl.col(column)).alias(column))
                    .drop("is_there")
                )
            if name == "invoices":
                frame = frame.with_columns(is_draft=pl.col("issued_at").is_null())
            known[name] = frame
        return replace(self, last_on=day, **known)  # type: ignore[arg-type]


def made(kind: pl.DataType | type[pl.DataType]) -> pl.DataType:
    return kind if isinstance(kind, pl.DataType) else kind()


def refuse_other_columns(what: str, frame: pl.DataFrame, columns: Columns) -> None:
    """ValueError where a frame has not just these columns, in their order, with their types."""
    wanted = {column: made(kind) for column, kind in columns.items()}
    if list(frame.schema.items()) != list(wanted.items()):
        raise ValueError(f"{what}: columns {dict(frame.schema)}, not {wanted}")


def known_rows(frame: pl.DataFrame, rule: "Known", day: date) -> pl.DataFrame:
    """The rows known at the end of a day, what was not known of them yet null: `since` and `later`
    of the rule, not what depends on other tables."""
    if rule.since is not None:
        frame = frame.filter(_is_known(frame, rule.since, day))
    return frame.with_columns(
        pl.when(_is_known(frame, clock, day)).then(pl.col(column)).alias(column)
        for column, clock in rule.later.items()
    )


def _is_known(frame: pl.DataFrame, clock: str, day: date) -> pl.Expr:
    if frame.schema[clock] == pl.Date:
        return pl.col(clock) <= day
    return pl.col(clock) < datetime.combine(day + timedelta(days=1), time())


@dataclass(frozen=True)
class Known:
    """When a row is known: `since` a time of its own, and once the rows of `parents` are.

    `later`: columns that are null until the time in another column. `pointers`: columns that are
    null until the row that they point to is known, as column -> (table, key).
    """

    since: str | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)
    pointers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


# In an order in which every table comes after those that it asks for (that of TABLES).
KNOWN: Mapping[str, Known] = {
    "customers": Known("created_at", later={"merged_into": "merged_at", "merged_at": "merged_at"}),
    "contracts": Known("signed_on", {"customers": "customer"}, {"terminated_on": "terminated_on"}),
    "subscriptions": Known(
        "started_on",
        {"contracts": "contract"},
        {
            "ended_on": "end_known_at",
            "paused_from_on": "paused_from_on",
            "paused_before_on": "paused_from_on",
            "end_known_at": "end_known_at",
        },
    ),
    "items": Known("starts_on", {"subscriptions": "subscription"}),
    "segments": Known("starts_on", {"items": "item"}),
    "amendments": Known("recorded_at", {"contracts": "contract"}),
    "billing_runs": Known(
        "started_at",
        later={"completed_at": "completed_at", "posted_at": "posted_at"},
    ),
    # Between its making and its issue an invoice is a draft.
    "invoices": Known(
        "created_at",
        later={"voided_at": "voided_at"}
        | dict.fromkeys(("number", "issued_at", "issued_on", "due_on"), "issued_at"),
    ),
    "lines": Known(parents={"invoices": "invoice"}),
    "usage_events": Known("received_at", pointers={"line": ("lines", "line")}),
    "taxes": Known(parents={"invoices": "invoice"}),
    "credit_notes": Known("issued_at", {"invoices": "invoice"}),
    "credit_note_lines": Known(parents={"credit_notes": "credit_note"}),
    "credit_balances": Known("at"),
    "write_offs": Known("at", {"invoices": "invoice"}),
    "intents": Known("created_at", {"invoices": "invoice"}),
    "charges": Known("at", {"intents": "intent"}),
    "refunds": Known("at", {"charges": "charge"}, {"failed_at": "failed_at"}),
    "disputes": Known(
        "opened_at", {"charges": "charge"}, {"outcome": "closed_at", "closed_at": "closed_at"}
    ),
    "payouts": Known("created_at"),
    "movements": Known("at", pointers={"payout": ("payouts", "payout")}),
    "receipts": Known(
        "received_on",
        later={"identified_on": "identified_on", "returned_on": "returned_on"},
    ),
    "applications": Known(
        "applied_on", {"invoices": "invoice", "receipts": "receipt"}, {"reversed_on": "reversed_on"}
    ),
    "other_bank_entries": Known("on"),
}

TABLES: Mapping[str, Columns] = {
    "entities": ENTITIES,
    "bank_accounts": BANK_ACCOUNTS,
    "rates": RATES,
    "products": PRODUCTS,
    "prices": PRICES,
    "price_tiers": PRICE_TIERS,
    "customers": CUSTOMERS,
    "contracts": CONTRACTS,
    "subscriptions": SUBSCRIPTIONS,
    "items": ITEMS,
    "segments": SEGMENTS,
    "amendments": AMENDMENTS,
    "billing_runs": BILLING_RUNS,
    "invoices": INVOICES,
    "lines": LINES,
    "usage_events": USAGE_EVENTS,
    "taxes": TAXES,
    "credit_notes": CREDIT_NOTES,
    "credit_note_lines": CREDIT_NOTE_LINES,
    "credit_balances": CREDIT_BALANCES,
    "write_offs": WRITE_OFFS,
    "intents": INTENTS,
    "charges": CHARGES,
    "refunds": REFUNDS,
    "disputes": DISPUTES,
    "payouts": PAYOUTS,
    "movements": MOVEMENTS,
    "receipts": RECEIPTS,
    "applications": APPLICATIONS,
    "other_bank_entries": OTHER_BANK_ENTRIES,
}
KEYS = {
    "entities": "entity", "bank_accounts": "bank_account", "products": "product",
    "prices": "price", "customers": "customer", "contracts": "contract",
    "subscriptions": "subscription", "items": "item", "segments": "segment",
    "amendments": "amendment", "billing_runs": "run", "invoices": "invoice", "lines": "line",
    "usage_events": "event", "taxes": "tax", "credit_notes": "credit_note",
    "credit_note_lines": "credit_note_line", "credit_balances": "movement",
    "write_offs": "write_off", "intents": "intent", "charges": "charge", "refunds": "refund",
    "disputes": "dispute", "payouts": "payout", "movements": "movement", "receipts": "receipt",
    "applications": "application", "other_bank_entries": "bank_entry",
}  # fmt: skip


def frame(table: str, columns: pl.DataFrame) -> pl.DataFrame:
    """`columns` as the table: in its order, with its types; surplus columns are left out."""
    return columns.select(pl.col(name).cast(made(kind)) for name, kind in TABLES[table].items())
