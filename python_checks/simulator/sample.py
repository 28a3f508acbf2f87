"""Writes the committed sample: one quarter of Lumenwerk, an invented company, in raw vendor shapes.

First one small world is built (what happened), then each system's view of it is derived (Stripe,
the bank, NetSuite), then errors are planted in the views by name: `PLANTED` lists every one. Apart
from those the books tie to the cent. There is no clock and no randomness: the same code writes the
same bytes.

In the world money is a Decimal in major units of its currency and an instant is UTC. Signs of the
NetSuite view, which its own list of columns does not state: a header's `foreigntotal` is positive
for invoices, receipts and deposits, negative for credit memos and refunds, and the sum of the
debits for journals; on lines `foreignamount`, `netamount` and `amount` are debit minus credit.

    python -m python_checks.simulator.sample --out seeds/raw
"""

import argparse
import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

D = Decimal
ZERO = Decimal(0)
Row = dict[str, object]
Tables = dict[str, list[Row]]

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 3, 31)
SYNCED = "2026-04-01 02:00:00"
EXPONENTS = {"USD": 2, "EUR": 2, "JPY": 0}
# Invented rates by month: dollars per yen as booked in the ERP, dollars per euro for consolidation.
USD_PER_JPY = {1: Decimal("0.0064"), 2: Decimal("0.0065"), 3: Decimal("0.0063")}
USD_PER_EUR = {1: Decimal("1.1650"), 2: Decimal("1.1720"), 3: Decimal("1.1590")}
# What Stripe keeps per yen when it converts a charge.
STRIPE_FX_MARGIN = Decimal("0.00005")


# --- the planted errors -------------------------------------------------------------------------


class Planted(NamedTuple):
    kind: str
    system: str
    table: str
    key: str


# fmt: off
PLANTED = (
    Planted("invoice_never_exported", "netsuite", "transaction", "LWDE-0010"),
    Planted("invoice_posted_twice", "netsuite", "transaction", "LWDE-0008"),
    Planted("invoice_amount_transposed", "netsuite", "transaction", "LWUS-0019"),
    Planted("invoice_without_billing", "netsuite", "transaction", "MAN-0001"),
    Planted("payout_in_transit", "stripe", "payout", "po_US0011"),
    Planted("payout_short_by_a_cent", "bank", "entry", "po_US0006"),
    Planted("bank_credit_without_payout", "bank", "entry", "po_DE9001"),
    Planted("balance_transaction_twice", "stripe", "balance_transaction", "txn_US0009"),
    Planted("charge_amount_unreadable", "stripe", "charge", "ch_US9001"),
    Planted("line_currency_unknown", "stripe", "invoice_line_item", "il_US9001"),
    Planted("refund_status_unknown", "stripe", "refund", "re_DE9001"),
    Planted("bank_date_impossible", "bank", "entry", "BE-DE-9001"),
    Planted("ragged_line", "stripe", "payment_intent", "pi_DE9001"),
    Planted("subscription_superseded", "stripe", "subscription", "sub_aster"),
)
# fmt: on
KEYS = {planted.kind: planted.key for planted in PLANTED}


# --- who and what -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entity:
    """A legal entity with its own Stripe account, books and bank account."""

    prefix: str
    name: str
    country: str
    currency: str
    zone: ZoneInfo
    subsidiary: int
    bank_ledger: str
    fee_rate: Decimal
    fee_fixed: Decimal
    dispute_fee: Decimal
    platform_fee: Decimal
    settle_days: int
    transit_days: int
    opening_cash: Decimal
    rent: Decimal
    payroll: Decimal

    @property
    def account(self) -> str:
        return f"acct_{self.prefix.lower()}"

    @property
    def bank_account(self) -> str:
        return f"{self.prefix}-CHK-0001"

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


@dataclass(frozen=True)
class Price:
    """A price per seat; with several tiers the tier that holds all seats prices each of them."""

    entity: Entity
    plan: str
    currency: str
    interval: str
    tiers: tuple[tuple[int | None, Decimal], ...]

    @property
    def id(self) -> str:
        return f"price_{self.entity.prefix}_{self.plan}_{self.currency.lower()}"

    def per_seat(self, seats: int) -> Decimal:
        return next(amount for up_to, amount in self.tiers if up_to is None or seats <= up_to)


@dataclass(frozen=True)
class Customer:
    """A customer and its one subscription, billed on `day` from `first_month` on."""

    key: str
    entity: Entity
    name: str
    currency: str
    country: str
    state: str
    tax_rate: Decimal
    plan: str
    seats: int
    day: int
    since: date
    pays_by: str = "card"
    first_month: int = 1
    hour: int = 14

    @property
    def id(self) -> str:
        return f"cus_{self.key}"


# fmt: off
US = Entity("US", "Lumenwerk Inc.", "US", "USD", ZoneInfo("America/New_York"), 1, "1000",
            D("0.029"), D("0.30"), D("15.00"), D("18.40"), 2, 2,
            D("250000.00"), D("6500.00"), D("38000.00"))
DE = Entity("DE", "Lumenwerk GmbH", "DE", "EUR", ZoneInfo("Europe/Berlin"), 2, "1010",
            D("0.015"), D("0.25"), D("20.00"), D("9.20"), 3, 1,
            D("180000.00"), D("4200.00"), D("21000.00"))
ENTITIES = (US, DE)

PRICES = {(price.entity, price.plan, price.currency): price for price in (
    Price(US, "team", "USD", "month", ((None, D("29.00")),)),
    Price(US, "business", "USD", "month", ((None, D("49.00")),)),
    Price(US, "enterprise", "USD", "year", ((None, D("480.00")),)),
    Price(US, "team", "JPY", "month", ((None, D(3900)),)),
    Price(US, "business", "JPY", "month", ((None, D(6800)),)),
    Price(DE, "team", "EUR", "month", ((None, D("27.00")),)),
    Price(DE, "business", "EUR", "month", ((25, D("45.00")), (None, D("40.00")))),
    Price(DE, "enterprise", "EUR", "year", ((None, D("450.00")),)),
)}

CUSTOMERS = (
    Customer("aster", US, "Aster & Pine Studio", "USD", "US", "NY", D("8.875"),
             "team", 12, 3, date(2025, 9, 3)),
    Customer("birch", US, "Birchwater Clinics, Inc.", "USD", "US", "TX", D("8.25"),
             "business", 25, 26, date(2025, 6, 26)),
    Customer("cobalt", US, "Cobalt Harbor Freight", "USD", "US", "OR", ZERO,
             "business", 60, 8, date(2025, 3, 8), pays_by="wire"),
    Customer("dune", US, "Dune Lantern Media", "USD", "US", "CA", ZERO,
             "team", 8, 10, date(2025, 11, 10)),
    Customer("ember", US, "Ember Foundry Labs", "USD", "US", "CO", ZERO,
             "enterprise", 30, 15, date(2025, 1, 15)),
    Customer("ferrous", US, "Ferrous Vale Tools", "USD", "US", "PA", D(6),
             "team", 5, 12, date(2025, 8, 12)),
    # Billed at 03:30 UTC: the evening before, and for February the month before, in New York.
    Customer("gale", US, "Gale Street Books", "USD", "US", "NH", ZERO,
             "team", 6, 1, date(2026, 2, 1), first_month=2, hour=3),
    Customer("hoshi", US, "Hoshizora Denki", "JPY", "JP", "", ZERO,
             "team", 30, 18, date(2025, 10, 18)),
    Customer("kawabe", US, "Kawabe Shokai", "JPY", "JP", "", ZERO,
             "business", 10, 20, date(2025, 7, 20)),
    Customer("granit", DE, "Granit & Söhne Metallbau", "EUR", "DE", "", D(19),
             "business", 40, 2, date(2025, 5, 2)),
    Customer("linden", DE, "Linden Apotheken Verbund", "EUR", "DE", "", D(19),
             "team", 15, 9, date(2025, 4, 9)),
    Customer("mistral", DE, "Mistral Voyages", "EUR", "FR", "", ZERO,
             "business", 12, 14, date(2025, 12, 14)),
    Customer("nordlicht", DE, "Nordlicht Verlag", "EUR", "DE", "", D(19),
             "enterprise", 20, 1, date(2025, 2, 1), pays_by="wire", first_month=2, hour=9),
)
BY_KEY = {customer.key: customer for customer in CUSTOMERS}

# Aster moves from team to business in mid-period; its March invoice carries the proration lines.
UPGRADED, UPGRADED_AT, UPGRADED_TO = "aster", datetime(2026, 2, 15, 12, 30, tzinfo=UTC), "business"

# What follows an invoice: `step days-after-finalising arguments`. Unless said: paid at once.
STORY = {
    ("birch", 1): "pay 0; refund 5 100.00; refund 12 50.00",
    ("cobalt", 1): "wire 21",
    ("cobalt", 2): "wire 23",
    ("cobalt", 3): "",
    ("dune", 1): "decline 0 insufficient_funds; decline 3 generic_decline; pay 6",
    ("dune", 2): "pay 0; dispute 14 lost 25",
    ("dune", 3): "decline 0 insufficient_funds; credit 4 32.00; pay 20",
    ("ember", 1): "pay 0 5000.00; pay 9",
    ("ferrous", 2): "decline 0 lost_card; decline 7 lost_card; write_off 30",
    ("ferrous", 3): "decline 0 lost_card; void 2",
    ("gale", 2): "pay 0; dispute 11 won 21",
    ("gale", 3): "pay 0; refund_fails 10 20.00 7",
    ("hoshi", 1): "decline 0 insufficient_funds; pay 16",
    ("kawabe", 3): "decline 0 generic_decline; decline 5 generic_decline",
    ("granit", 1): "pay 0; credit_to_balance 8 200.00",
    ("linden", 3): "decline 0 expired_card; pay 21",
    ("mistral", 2): "pay 0; refund 6 45.00",
    ("nordlicht", 2): "wire 24",
}
DRAFTS = (("birch", "900.00"), ("granit", "650.00"))
# fmt: on


# --- what happened ------------------------------------------------------------------------------


@dataclass
class Line:
    id: str
    amount: Decimal
    description: str
    quantity: int
    price: Price | None
    starts: datetime
    ends: datetime
    item_id: str | None = None
    is_proration: bool = False


@dataclass
class Invoice:
    id: str
    number: str | None
    customer: Customer
    at: datetime
    lines: list[Line]
    reason: str
    status: str = "open"
    from_balance: Decimal = ZERO
    credited_before: Decimal = ZERO
    credited_after: Decimal = ZERO
    paid: Decimal = ZERO
    attempts: int = 0
    charge_id: str | None = None
    closed_at: datetime | None = None

    @property
    def finalised_at(self) -> datetime:
        return self.at + timedelta(hours=1)

    @property
    def subtotal(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        return tax_on(self.subtotal, self.customer)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax

    @property
    def due(self) -> Decimal:
        return self.total - self.from_balance - self.credited_before

    @property
    def remaining(self) -> Decimal:
        return self.due - self.paid


@dataclass
class Intent:
    id: str
    invoice: Invoice | None
    customer: Customer
    at: datetime
    amount: Decimal
    status: str = "requires_payment_method"
    paid_at: datetime | None = None
    decline: str | None = None


@dataclass
class Charge:
    id: str
    intent: Intent
    at: datetime
    amount: Decimal
    decline: str | None = None
    captured: bool = True
    movement_id: str | None = None
    refunded: Decimal = ZERO


@dataclass
class Refund:
    id: str
    charge: Charge
    at: datetime
    amount: Decimal
    movement_id: str
    credit: "CreditNote | None" = None
    failed_at: datetime | None = None
    failure_movement_id: str | None = None


@dataclass
class CreditNote:
    id: str
    number: str
    invoice: Invoice
    at: datetime
    subtotal: Decimal
    tax: Decimal
    kind: str
    refund_id: str | None = None
    balance_change_id: str | None = None

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.tax


@dataclass
class BalanceChange:
    """A movement of a customer's credit balance: negative is credit the customer may use."""

    id: str
    customer: Customer
    at: datetime
    amount: Decimal
    ending: Decimal
    kind: str
    invoice: Invoice | None = None
    credit: CreditNote | None = None


@dataclass
class Dispute:
    id: str
    charge: Charge
    at: datetime
    outcome: str
    decided_at: datetime
    movement_id: str
    reversal_id: str | None = None


@dataclass
class Payout:
    id: str
    entity: Entity
    on: date
    amount: Decimal
    movement_id: str

    @property
    def arrives_on(self) -> date:
        return self.on + timedelta(days=self.entity.transit_days)

    @property
    def is_in_transit(self) -> bool:
        return self.arrives_on > LAST_DAY


@dataclass
class Movement:
    """A movement of the Stripe balance, in the settlement currency."""

    id: str
    entity: Entity
    kind: str
    category: str
    source: str
    at: datetime
    amount: Decimal
    fee: Decimal = ZERO
    rate: Decimal | None = None
    payout: Payout | None = None

    @property
    def available_on(self) -> date:
        wait = self.entity.settle_days if self.kind == "charge" else 0
        return self.at.date() + timedelta(days=wait)

    @property
    def net(self) -> Decimal:
        return self.amount - self.fee


@dataclass
class World:
    invoices: list[Invoice] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    credits: list[CreditNote] = field(default_factory=list)
    balance_changes: list[BalanceChange] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    wires: list[tuple[Invoice, datetime]] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)

    def new_id(self, prefix: str, entity: Entity) -> str:
        stem = f"{prefix}{entity.prefix}"
        self.numbers[stem] += 1
        return f"{stem}{self.numbers[stem]:04d}"

    def move(
        self, entity: Entity, kind: str, category: str, source: str, at: datetime, amount: Decimal,
        fee: Decimal = ZERO, rate: Decimal | None = None,
    ) -> str:  # fmt: skip
        movement_id = self.new_id("txn_", entity)
        self.movements.append(
            Movement(movement_id, entity, kind, category, source, at, amount, fee, rate)
        )
        return movement_id

    def balance_of(self, customer: Customer) -> Decimal:
        return sum((c.amount for c in self.balance_changes if c.customer is customer), ZERO)


def money(value: Decimal, currency: str) -> Decimal:
    """Rounded half up to the currency's minor unit."""
    return value.quantize(D(1).scaleb(-EXPONENTS[currency]), ROUND_HALF_UP)


def tax_on(net: Decimal, customer: Customer) -> Decimal:
    return money(net * customer.tax_rate / 100, customer.currency)


def months_after(at: datetime, months: int) -> datetime:
    """The same day and hour some months on; every billing day exists in every month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=year, month=month + 1)


def price_of(customer: Customer, at: datetime) -> Price:
    upgraded = customer.key == UPGRADED and at >= UPGRADED_AT
    plan = UPGRADED_TO if upgraded else customer.plan
    return PRICES[customer.entity, plan, customer.currency]


def period_months(price: Price) -> int:
    return 12 if price.interval == "year" else 1


def build_world() -> World:
    """The quarter, without errors: bills and what follows each, then fees and weekly payouts."""
    world = World()
    bills = sorted(
        (datetime(2026, month, customer.day, customer.hour, 30, tzinfo=UTC), customer.key)
        for customer in CUSTOMERS
        for month in (1, 2, 3)
        if month == customer.first_month
        or (month > customer.first_month and customer.plan != "enterprise")
    )
    for at, key in bills:
        invoice = bill(world, BY_KEY[key], at)
        for words in map(str.split, STORY.get((key, at.month), "pay 0").split(";")):
            if words:
                step, days, *arguments = words
                then = invoice.finalised_at + timedelta(days=int(days))
                STEPS[step](world, invoice, then, *arguments)
    for key, amount in DRAFTS:
        draft(world, BY_KEY[key], D(amount))
    authorise(world, BY_KEY["ember"], datetime(2026, 3, 18, 16, 0, tzinfo=UTC), D("250.00"))
    for entity in ENTITIES:
        for month in (2, 3):
            first = datetime(2026, month, 1, 6, 0, tzinfo=UTC)
            source = world.new_id("fee_", entity)
            world.move(entity, "stripe_fee", "fee", source, first, -entity.platform_fee)
        pay_out(world, entity)
    return world


def bill(world: World, customer: Customer, at: datetime) -> Invoice:
    entity, price = customer.entity, price_of(customer, at)
    ends = months_after(at, period_months(price))
    lines = [
        Line(
            world.new_id("il_", entity), price.per_seat(customer.seats) * customer.seats,
            f"{customer.seats} seats on {price.plan}", customer.seats, price, at, ends,
        )
    ]  # fmt: skip
    if customer.key == UPGRADED and at > UPGRADED_AT > months_after(at, -1):
        lines = proration(world, customer, at) + lines
    number = world.new_id("LW", entity).replace(entity.prefix, f"{entity.prefix}-")
    is_first = at.date() == customer.since
    reason = "subscription_create" if is_first else "subscription_cycle"
    invoice = Invoice(world.new_id("in_", entity), number, customer, at, lines, reason)
    world.invoices.append(invoice)
    credit = -world.balance_of(customer)
    if credit > 0:
        invoice.from_balance = min(credit, invoice.total)
        applied, at = invoice.from_balance, invoice.finalised_at
        change_balance(world, customer, at, applied, "applied_to_invoice", invoice)
    return invoice


def proration(world: World, customer: Customer, at: datetime) -> list[Line]:
    """Unused time on the old plan is given back, remaining time on the new plan is charged."""
    starts = months_after(at, -1)
    left, whole = (at - UPGRADED_AT) // timedelta(seconds=1), (at - starts) // timedelta(seconds=1)
    old, new = price_of(customer, starts), price_of(customer, at)

    def line(price: Price, sign: int, words: str) -> Line:
        amount = sign * price.per_seat(customer.seats) * customer.seats * left / whole
        return Line(
            world.new_id("il_", customer.entity), money(amount, customer.currency),
            f"{words} on {price.plan} after 15 Feb 2026", customer.seats, price, UPGRADED_AT, at,
            world.new_id("ii_", customer.entity), True,
        )  # fmt: skip

    return [line(old, -1, "Unused time"), line(new, 1, "Remaining time")]


def draft(world: World, customer: Customer, amount: Decimal) -> None:
    at = datetime(2026, 3, 31, 10, 0, tzinfo=UTC)
    entity = customer.entity
    line = Line(
        world.new_id("il_", entity), amount, "Onboarding workshop", 1, None, at, at,
        world.new_id("ii_", entity),
    )  # fmt: skip
    world.invoices.append(
        Invoice(world.new_id("in_", entity), None, customer, at, [line], "manual", "draft")
    )


def open_intent(world: World, invoice: Invoice, at: datetime, amount: Decimal) -> Intent:
    """The invoice's unpaid payment intent: a retry belongs to the intent that was declined."""
    for intent in world.intents:
        if intent.invoice is invoice and intent.status == "requires_payment_method":
            intent.amount = amount
            return intent
    intent_id = world.new_id("pi_", invoice.customer.entity)
    world.intents.append(Intent(intent_id, invoice, invoice.customer, at, amount))
    return world.intents[-1]


def attempt(
    world: World, invoice: Invoice, at: datetime, amount: Decimal, decline: str | None
) -> Charge:
    intent = open_intent(world, invoice, at, amount)
    charge = Charge(world.new_id("ch_", invoice.customer.entity), intent, at, amount, decline)
    world.charges.append(charge)
    intent.decline = decline
    invoice.attempts += 1
    invoice.charge_id = charge.id
    return charge


def decline(world: World, invoice: Invoice, at: datetime, code: str) -> None:
    attempt(world, invoice, at, invoice.remaining, code)


def pay(world: World, invoice: Invoice, at: datetime, part: str = "") -> None:
    entity, currency = invoice.customer.entity, invoice.customer.currency
    charge = attempt(world, invoice, at, D(part) if part else invoice.remaining, None)
    charge.intent.status, charge.intent.paid_at = "succeeded", at
    rate, settled = None, charge.amount
    if currency != entity.currency:
        rate = USD_PER_JPY[at.month] - STRIPE_FX_MARGIN
        settled = money(charge.amount * rate, entity.currency)
    fee = money(settled * entity.fee_rate + entity.fee_fixed, entity.currency)
    charge.movement_id = world.move(entity, "charge", "charge", charge.id, at, settled, fee, rate)
    invoice.paid += charge.amount
    close_if_paid(invoice, at)


def close_if_paid(invoice: Invoice, at: datetime) -> None:
    if invoice.remaining == 0:
        invoice.status, invoice.closed_at = "paid", at


def authorise(world: World, customer: Customer, at: datetime, amount: Decimal) -> None:
    """A deposit held on a card and not captured: money that may still come."""
    intent_id = world.new_id("pi_", customer.entity)
    intent = Intent(intent_id, None, customer, at, amount, "requires_capture")
    world.intents.append(intent)
    charge_id = world.new_id("ch_", customer.entity)
    world.charges.append(Charge(charge_id, intent, at, amount, captured=False))


def wire(world: World, invoice: Invoice, at: datetime) -> None:
    """Paid into the bank account; in Stripe the invoice is marked as paid out of band."""
    invoice.paid += invoice.remaining
    close_if_paid(invoice, at)
    world.wires.append((invoice, at))


def write_credit(
    world: World, invoice: Invoice, at: datetime, subtotal: str, kind: str
) -> CreditNote:
    entity, net = invoice.customer.entity, D(subtotal)
    count = 1 + sum(1 for credit in world.credits if credit.invoice is invoice)
    number = f"{invoice.number}-CN-{count:02d}"
    credit = CreditNote(
        world.new_id("cn_", entity), number, invoice, at, net, tax_on(net, invoice.customer), kind
    )
    world.credits.append(credit)
    if kind == "pre_payment":
        invoice.credited_before += credit.total
    else:
        invoice.credited_after += credit.total
    return credit


def credit_before_payment(world: World, invoice: Invoice, at: datetime, subtotal: str) -> None:
    write_credit(world, invoice, at, subtotal, "pre_payment")


def change_balance(
    world: World, customer: Customer, at: datetime, amount: Decimal, kind: str,
    invoice: Invoice | None = None, credit: CreditNote | None = None,
) -> str:  # fmt: skip
    change_id = world.new_id("cbtxn_", customer.entity)
    ending = world.balance_of(customer) + amount
    world.balance_changes.append(
        BalanceChange(change_id, customer, at, amount, ending, kind, invoice, credit)
    )
    return change_id


def credit_to_balance(world: World, invoice: Invoice, at: datetime, subtotal: str) -> None:
    credit = write_credit(world, invoice, at, subtotal, "post_payment")
    credit.balance_change_id = change_balance(
        world, invoice.customer, at, -credit.total, "credit_note", invoice, credit
    )


def give_back(world: World, invoice: Invoice, at: datetime, amount: Decimal) -> Refund:
    entity = invoice.customer.entity
    charge = next(c for c in world.charges if c.id == invoice.charge_id)
    refund_id = world.new_id("re_", entity)
    movement_id = world.move(entity, "refund", "refund", refund_id, at, -amount)
    refund = Refund(refund_id, charge, at, amount, movement_id)
    world.refunds.append(refund)
    return refund


def refund(world: World, invoice: Invoice, at: datetime, subtotal: str) -> None:
    credit = write_credit(world, invoice, at, subtotal, "post_payment")
    given = give_back(world, invoice, at, credit.total)
    given.credit, credit.refund_id = credit, given.id
    given.charge.refunded += given.amount


def refund_fails(world: World, invoice: Invoice, at: datetime, amount: str, days: str) -> None:
    given = give_back(world, invoice, at, D(amount))
    given.failed_at = at + timedelta(days=int(days))
    given.failure_movement_id = world.move(
        invoice.customer.entity, "refund_failure", "refund_failure", given.id, given.failed_at,
        given.amount,
    )  # fmt: skip


def dispute(world: World, invoice: Invoice, at: datetime, outcome: str, days: str) -> None:
    entity = invoice.customer.entity
    charge = next(c for c in world.charges if c.id == invoice.charge_id)
    decided_at, dispute_id = at + timedelta(days=int(days)), world.new_id("du_", entity)
    movement_id = world.move(
        entity, "adjustment", "dispute", dispute_id, at, -charge.amount, entity.dispute_fee
    )
    entry = Dispute(dispute_id, charge, at, outcome, decided_at, movement_id)
    if outcome == "won":
        entry.reversal_id = world.move(
            entity, "adjustment", "dispute_reversal", dispute_id, decided_at, charge.amount
        )
    world.disputes.append(entry)


def void(world: World, invoice: Invoice, at: datetime) -> None:
    invoice.status, invoice.closed_at = "void", at
    for intent in world.intents:
        if intent.invoice is invoice:
            intent.status = "canceled"


def write_off(world: World, invoice: Invoice, at: datetime) -> None:
    invoice.status, invoice.closed_at = "uncollectible", at


STEPS: dict[str, Callable[..., None]] = {
    "pay": pay, "decline": decline, "wire": wire, "credit": credit_before_payment,
    "credit_to_balance": credit_to_balance, "refund": refund, "refund_fails": refund_fails,
    "dispute": dispute, "void": void, "write_off": write_off,
}  # fmt: skip


def pay_out(world: World, entity: Entity) -> None:
    """Every Monday what has become available leaves together, unless it is nothing or negative."""
    monday = date(2026, 1, 5)
    while monday <= LAST_DAY:
        ready = [
            m for m in world.movements
            if m.entity is entity and m.kind != "payout" and not m.payout
            and m.available_on <= monday
        ]  # fmt: skip
        amount = sum((m.net for m in ready), ZERO)
        if amount > 0:
            payout_id = world.new_id("po_", entity)
            at = datetime(monday.year, monday.month, monday.day, 5, 0, tzinfo=UTC)
            movement_id = world.move(entity, "payout", "payout", payout_id, at, -amount)
            payout = Payout(payout_id, entity, monday, amount, movement_id)
            world.payouts.append(payout)
            for movement in ready:
                movement.payout = payout
        monday += timedelta(days=7)


# --- what Stripe shows --------------------------------------------------------------------------

DECLINES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "generic_decline": "Your card was declined.",
    "lost_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
}


def minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(EXPONENTS[currency]))


def decline_code(reason: str | None) -> str | None:
    """Stripe has a code of its own for an expired card, and one for all an issuer declines."""
    return reason if reason in (None, "expired_card") else "card_declined"


def stripe_view(world: World, entity: Entity) -> Tables:
    tables = {
        **stripe_catalogue(world, entity), **stripe_invoices(world, entity),
        **stripe_credits(world, entity), **stripe_payments(world, entity),
        **stripe_balance(world, entity),
    }  # fmt: skip
    return {
        name: [{**row, "_fivetran_synced": SYNCED} for row in rows] for name, rows in tables.items()
    }


# fmt: off
def stripe_catalogue(world: World, entity: Entity) -> Tables:
    prices = [price for price in PRICES.values() if price.entity is entity]
    opened = datetime(2025, 1, 2, 9, 0, tzinfo=UTC)
    tables: Tables = {"customer": [], "subscription": [], "subscription_item": []}
    tables["product"] = [{
        "id": f"prod_{entity.prefix}_{plan}", "name": f"Lumenwerk {plan.title()}",
        "description": f"Lumenwerk {plan.title()}, per seat", "type": "service",
        "unit_label": "seat", "active": True,
        "created": opened, "updated": opened, "livemode": True, "is_deleted": False,
    } for plan in ("team", "business", "enterprise")]
    tables["price"] = [{
        "id": price.id, "product_id": f"prod_{entity.prefix}_{price.plan}", "active": True,
        "nickname": f"{price.plan} {price.interval}ly", "currency": price.currency.lower(),
        "type": "recurring", "recurring_interval": price.interval, "recurring_interval_count": 1,
        "recurring_usage_type": "licensed",
        "billing_scheme": "tiered" if len(price.tiers) > 1 else "per_unit",
        "tiers_mode": "volume" if len(price.tiers) > 1 else None,
        "unit_amount": flat_amount(price), "unit_amount_decimal": flat_amount(price),
        "livemode": True, "is_deleted": False,
    } for price in prices]
    tables["price_tier"] = [{
        "price_id": price.id, "index": index, "up_to": up_to,
        "unit_amount_decimal": minor(amount, price.currency), "flat_amount": None,
    } for price in prices if len(price.tiers) > 1
        for index, (up_to, amount) in enumerate(price.tiers)]
    for customer in (customer for customer in CUSTOMERS if customer.entity is entity):
        billed = [i for i in world.invoices if i.customer is customer and i.reason != "manual"]
        last, started = billed[-1], datetime.combine(customer.since, billed[0].at.timetz())
        ended_at = last.closed_at if last.status == "void" else None
        price, by_wire = price_of(customer, last.at), customer.pays_by == "wire"
        period = {"current_period_start": last.at, "current_period_end": last.lines[-1].ends}
        tables["customer"].append({
            "id": customer.id, "name": customer.name, "email": f"ap@{customer.key}.example.com",
            "description": None, "currency": customer.currency.lower(), "created": started,
            "balance": minor(world.balance_of(customer), customer.currency),
            "delinquent": any(i.status in ("open", "uncollectible") and i.attempts for i in billed),
            "address_country": customer.country, "address_state": customer.state,
            "tax_exempt": "reverse" if customer.country == "FR" else "none",
            "livemode": True, "is_deleted": False, "metadata": "{}",
        })
        tables["subscription"].append({
            "id": f"sub_{customer.key}", "customer_id": customer.id,
            "status": "canceled" if ended_at else "active",
            "billing": "send_invoice" if by_wire else "charge_automatically",
            "days_until_due": 30 if by_wire else None, "quantity": customer.seats,
            "created": started, "start_date": started, "billing_cycle_anchor": started, **period,
            "cancel_at_period_end": False, "canceled_at": ended_at, "ended_at": ended_at,
            "latest_invoice_id": last.id, "livemode": True, "_fivetran_active": True,
        })
        tables["subscription_item"].append({
            "id": f"si_{customer.key}", "subscription_id": f"sub_{customer.key}",
            "plan_id": price.id, "quantity": customer.seats, "created": started, **period,
        })
    return tables


def flat_amount(price: Price) -> int | None:
    return minor(price.tiers[0][1], price.currency) if len(price.tiers) == 1 else None


def stripe_invoices(world: World, entity: Entity) -> Tables:
    mine = [invoice for invoice in world.invoices if invoice.customer.entity is entity]
    return {
        "invoice": [invoice_row(invoice) for invoice in mine],
        "invoice_line_item": [line_row(bill, line) for bill in mine for line in bill.lines],
    }


def invoice_row(invoice: Invoice) -> Row:
    customer, status = invoice.customer, invoice.status
    is_draft, by_wire = status == "draft", customer.pays_by == "wire"
    from_balance = minor(invoice.from_balance, customer.currency)
    is_cycle = invoice.reason == "subscription_cycle"
    # The period in which items were gathered, before the one that a subscription line pays for.
    period_starts = months_after(invoice.at, -1) if is_cycle else invoice.at

    def cents(amount: Decimal) -> int:
        return minor(amount, customer.currency)

    def closed(by: str) -> datetime | None:
        return invoice.closed_at if status == by else None

    return {
        "id": invoice.id, "number": invoice.number, "customer_id": customer.id, "status": status,
        "subscription_id": None if invoice.reason == "manual" else f"sub_{customer.key}",
        "billing_reason": invoice.reason, "currency": customer.currency.lower(),
        "billing": "send_invoice" if by_wire else "charge_automatically",
        "subtotal": cents(invoice.subtotal), "tax": cents(invoice.tax),
        "tax_percent": customer.tax_rate or None, "total": cents(invoice.total),
        "starting_balance": -from_balance, "ending_balance": None if is_draft else 0,
        "amount_due": cents(invoice.due), "amount_paid": cents(invoice.paid),
        "amount_remaining": cents(invoice.remaining), "paid": status == "paid",
        "pre_payment_credit_notes_amount": cents(invoice.credited_before),
        "post_payment_credit_notes_amount": cents(invoice.credited_after),
        "attempted": invoice.attempts > 0, "attempt_count": invoice.attempts,
        "auto_advance": status == "open", "charge_id": invoice.charge_id,
        "created": invoice.at, "finalized_at": None if is_draft else invoice.finalised_at,
        "period_start": period_starts, "period_end": invoice.at,
        "due_date": invoice.finalised_at + timedelta(days=30) if by_wire else None,
        "next_payment_attempt": invoice.finalised_at + timedelta(days=12)
        if status == "open" and invoice.attempts else None,
        "status_transitions_finalized_at": None if is_draft else invoice.finalised_at,
        "status_transitions_paid_at": closed("paid"),
        "status_transitions_voided_at": closed("void"),
        "status_transitions_marked_uncollectible_at": closed("uncollectible"),
        "livemode": True, "is_deleted": False, "metadata": "{}",
    }


def line_row(invoice: Invoice, line: Line) -> Row:
    customer, currency = invoice.customer, invoice.customer.currency
    is_recurring = line.price is not None
    each = None if line.is_proration else minor(line.amount, currency) // line.quantity
    return {
        "id": line.id, "invoice_id": invoice.id, "invoice_item_id": line.item_id,
        "type": "invoiceitem" if line.item_id else "subscription", "description": line.description,
        "amount": minor(line.amount, currency), "currency": currency.lower(),
        "quantity": line.quantity, "unit_amount_excluding_tax": each,
        "price_id": line.price.id if line.price else None,
        "subscription_id": f"sub_{customer.key}" if is_recurring else None,
        "subscription_item_id": f"si_{customer.key}" if is_recurring else None,
        "period_start": line.starts, "period_end": line.ends, "proration": line.is_proration,
        "discountable": not line.is_proration, "livemode": True, "metadata": "{}",
    }


def stripe_credits(world: World, entity: Entity) -> Tables:
    tables: Tables = defaultdict(list)
    for credit in (c for c in world.credits if c.invoice.customer.entity is entity):
        currency = credit.invoice.customer.currency
        net, total = minor(credit.subtotal, currency), minor(credit.total, currency)
        tables["credit_note"].append({
            "id": credit.id, "number": credit.number, "invoice_id": credit.invoice.id,
            "status": "issued", "type": credit.kind, "reason": "order_change", "memo": None,
            "currency": currency.lower(), "subtotal": net, "discount_amount": 0, "total": total,
            "amount": total, "refund_id": credit.refund_id,
            "customer_balance_transaction": credit.balance_change_id, "created": credit.at,
            "voided_at": None, "livemode": True, "metadata": "{}",
        })
        tables["credit_note_line_item"].append({
            "id": credit.id.replace("cn_", "cnli_"), "credit_note_id": credit.id, "amount": net,
            "discount_amount": 0, "description": "Goodwill", "quantity": 1, "unit_amount": net,
            "unit_amount_decimal": net, "type": "custom_line_item", "livemode": True,
        })
    tables["customer_balance_transaction"] = [{
        "id": change.id, "customer_id": change.customer.id, "type": change.kind,
        "amount": minor(change.amount, change.customer.currency),
        "ending_balance": minor(change.ending, change.customer.currency),
        "currency": change.customer.currency.lower(), "created": change.at,
        "invoice_id": change.invoice.id if change.invoice else None,
        "credit_note_id": change.credit.id if change.credit else None, "description": None,
    } for change in world.balance_changes if change.customer.entity is entity]
    return tables


def stripe_payments(world: World, entity: Entity) -> Tables:
    intents = [intent for intent in world.intents if intent.customer.entity is entity]
    return {
        "payment_intent": [intent_row(intent) for intent in intents],
        "invoice_payment": [invoice_payment_row(i, i.invoice) for i in intents if i.invoice],
        "charge": [charge_row(charge) for charge in world.charges if charge.intent in intents],
        "refund": [refund_row(r) for r in world.refunds if r.charge.intent in intents],
        "dispute": [dispute_row(d) for d in world.disputes if d.charge.intent in intents],
    }


def intent_row(intent: Intent) -> Row:
    customer, status = intent.customer, intent.status
    amount = minor(intent.amount, customer.currency)
    error = None if status == "succeeded" else intent.decline
    canceled_at = intent.invoice.closed_at if intent.invoice and status == "canceled" else None
    return {
        "id": intent.id, "customer_id": customer.id, "status": status, "amount": amount,
        "amount_received": amount if status == "succeeded" else 0,
        "amount_capturable": amount if status == "requires_capture" else 0,
        "currency": customer.currency.lower(), "created": intent.at,
        "capture_method": "automatic" if intent.invoice else "manual",
        "payment_method_id": f"pm_{customer.key}", "canceled_at": canceled_at,
        "cancellation_reason": "void_invoice" if canceled_at else None,
        "last_payment_error_code": decline_code(error), "last_payment_error_decline_code": error,
        "last_payment_error_message": DECLINES.get(error or ""),
        "livemode": True, "metadata": "{}",
    }


def invoice_payment_row(intent: Intent, invoice: Invoice) -> Row:
    amount = minor(intent.amount, intent.customer.currency)
    status = {"succeeded": "paid", "canceled": "canceled"}.get(intent.status, "open")
    return {
        "id": intent.id.replace("pi_", "inpay_"), "invoice_id": invoice.id, "status": status,
        "amount_requested": amount, "amount_paid": amount if status == "paid" else None,
        "currency": intent.customer.currency.lower(), "created": intent.at,
        "is_default": intent.amount == invoice.due,
        "payment_type": "payment_intent", "payment_intent_id": intent.id, "charge_id": None,
        "status_transitions_paid_at": intent.paid_at,
        "status_transitions_canceled_at": invoice.closed_at if status == "canceled" else None,
        "livemode": True,
    }


def charge_row(charge: Charge) -> Row:
    customer, invoice, declined = charge.intent.customer, charge.intent.invoice, charge.decline
    return {
        "id": charge.id, "customer_id": customer.id, "payment_intent_id": charge.intent.id,
        "invoice_id": invoice.id if invoice else None, "currency": customer.currency.lower(),
        "amount": minor(charge.amount, customer.currency),
        "amount_refunded": minor(charge.refunded, customer.currency),
        "status": "failed" if declined else "succeeded", "paid": not declined,
        "captured": charge.captured and not declined, "refunded": charge.refunded == charge.amount,
        "balance_transaction_id": charge.movement_id, "created": charge.at,
        "failure_code": decline_code(declined), "failure_message": DECLINES.get(declined or ""),
        "outcome_type": "issuer_declined" if declined else "authorized",
        "outcome_network_status": f"{'declined' if declined else 'approved'}_by_network",
        "outcome_reason": declined, "outcome_risk_level": "normal",
        "payment_method_id": f"pm_{customer.key}", "livemode": True, "metadata": "{}",
        "description": f"Invoice {invoice.number}" if invoice else "Deposit, held on the card",
    }


def refund_row(refund: Refund) -> Row:
    intent, failed = refund.charge.intent, refund.failed_at is not None
    return {
        "id": refund.id, "charge_id": refund.charge.id, "payment_intent_id": intent.id,
        "amount": minor(refund.amount, intent.customer.currency),
        "currency": intent.customer.currency.lower(), "created": refund.at,
        "status": "failed" if failed else "succeeded", "reason": "requested_by_customer",
        "balance_transaction_id": refund.movement_id,
        "failure_balance_transaction_id": refund.failure_movement_id,
        "failure_reason": "expired_or_canceled_card" if failed else None,
        "description": None, "metadata": "{}",
    }


def dispute_row(dispute: Dispute) -> Row:
    currency = dispute.charge.intent.customer.currency
    return {
        "id": dispute.id, "charge_id": dispute.charge.id, "currency": currency.lower(),
        "amount": minor(dispute.charge.amount, currency), "status": dispute.outcome,
        "reason": "product_not_received" if dispute.outcome == "won" else "fraudulent",
        "balance_transaction": dispute.movement_id, "created": dispute.at,
        "evidence_details_due_by": dispute.at + timedelta(days=9),
        "evidence_details_has_evidence": dispute.outcome == "won",
        "is_charge_refundable": False, "livemode": True, "metadata": "{}",
    }


def stripe_balance(world: World, entity: Entity) -> Tables:
    currency = entity.currency
    return {
        "balance_transaction": [{
            "id": move.id, "type": move.kind, "reporting_category": move.category,
            "source": move.source, "currency": currency.lower(),
            "amount": minor(move.amount, currency), "fee": minor(move.fee, currency),
            "net": minor(move.net, currency),
            # Stripe's rate turns minor units into minor units: yen have none, dollars have two.
            "exchange_rate": move.rate.scaleb(2) if move.rate else None,
            "status": "available" if move.available_on <= LAST_DAY else "pending",
            "created": move.at, "available_on": midnight(move.available_on),
            # Set on what a payout pays out; the payout's own line names it in `source`.
            "payout_id": move.payout.id if move.payout else None, "description": None,
        } for move in world.movements if move.entity is entity],
        "payout": [{
            "id": payout.id, "amount": minor(payout.amount, currency), "currency": currency.lower(),
            "status": "in_transit" if payout.is_in_transit else "paid", "automatic": True,
            "arrival_date": midnight(payout.arrives_on),
            "created": midnight(payout.on) + timedelta(hours=5),
            "balance_transaction_id": payout.movement_id, "method": "standard",
            "type": "bank_account", "source_type": "card", "description": "STRIPE PAYOUT",
            "failure_code": None, "failure_balance_transaction_id": None,
            "livemode": True, "metadata": "{}",
        } for payout in world.payouts if payout.entity is entity],
    }
# fmt: on


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


# --- what the bank shows ------------------------------------------------------------------------


@dataclass
class BankEntry:
    """A booked line of a bank statement; money in is positive here, camt.053 splits the sign."""

    entity: Entity
    on: date
    amount: Decimal
    code: str
    party: str
    text: str
    end_to_end_id: str | None = None
    id: str = ""


def bank_view(world: World) -> list[BankEntry]:
    entries = [
        BankEntry(p.entity, p.arrives_on, p.amount, "PMNT-RCDT-ESCT", "STRIPE", "PAYOUT", p.id)
        for p in world.payouts
        if not p.is_in_transit
    ]
    for invoice, at in world.wires:
        entity, text = invoice.customer.entity, f"INVOICE {invoice.number}"
        party = invoice.customer.name.upper()
        entries.append(
            BankEntry(entity, entity.day(at), invoice.paid, "PMNT-RCDT-DMCT", party, text)
        )
    for entity in ENTITIES:
        for month in (1, 2, 3):
            entries += [
                BankEntry(
                    entity, date(2026, month, 2), -entity.rent, "PMNT-ICDT-DMCT",
                    "OFFICE RENT", f"RENT 2026-{month:02d}",
                ),
                BankEntry(
                    entity, date(2026, month, 27), -entity.payroll, "PMNT-ICDT-SALA",
                    "PAYROLL", f"SALARIES 2026-{month:02d}",
                ),
            ]  # fmt: skip
    entries.sort(key=lambda entry: (entry.entity.subsidiary, entry.on))
    for entity in ENTITIES:
        own = [entry for entry in entries if entry.entity is entity]
        for number, entry in enumerate(own, start=1):
            entry.id = f"BE-{entity.prefix}-{number:04d}"
    return entries


def bank_tables(entries: Sequence[BankEntry]) -> Tables:
    """Monthly statements: what opens, plus what is booked, is what closes."""
    tables: Tables = {"statement": [], "entry": []}
    for entity in ENTITIES:
        balance = entity.opening_cash
        for month in (1, 2, 3):
            first = date(2026, month, 1)
            last = date(2026, month + 1, 1) - timedelta(days=1)
            booked = [e for e in entries if e.entity is entity and first <= e.on <= last]
            booked.sort(key=lambda entry: entry.on)
            opening, balance = balance, balance + sum((e.amount for e in booked), ZERO)
            account = {"account_id": entity.bank_account, "currency": entity.currency}
            statement = {"statement_id": f"{entity.bank_account}-2026-{month:02d}", **account}
            tables["statement"].append({
                **statement, "from_date": first, "to_date": last, "opening_balance": opening,
                "closing_balance": balance, "created_at": midnight(last) + timedelta(hours=23),
            })  # fmt: skip
            tables["entry"] += [{
                "entry_id": entry.id, **statement, "amount": abs(entry.amount),
                "credit_debit_indicator": "CRDT" if entry.amount > 0 else "DBIT",
                "reversal_indicator": False, "booking_date": entry.on, "value_date": entry.on,
                "bank_transaction_code": entry.code,
                "account_servicer_reference": entry.id.replace("BE-", "REF2026"),
                "end_to_end_id": entry.end_to_end_id, "remittance_information": entry.text,
                "counterparty_name": entry.party,
            } for entry in booked]  # fmt: skip
    return tables


# --- what NetSuite shows ------------------------------------------------------------------------

INTEGRATION_USER, CLERK = 5, 12
CURRENCY_IDS = {"USD": 1, "EUR": 4, "JPY": 5}
CUSTOMER_IDS = {customer.key: 501 + place for place, customer in enumerate(CUSTOMERS)}
CLOSED_CUSTOMER_ID, LINDEN_GROUP_ID = 531, 541
# fmt: off
ACCOUNTS = {
    "1000": (101, "Bank", "Checking US"), "1010": (102, "Bank", "Checking DE"),
    "1050": (103, "OthCurrAsset", "Undeposited Funds (Stripe)"),
    "1100": (104, "AcctRec", "Accounts Receivable"),
    "2200": (105, "OthCurrLiab", "Sales Tax Payable"),
    "2400": (106, "DeferRevenue", "Deferred Revenue"),
    "3000": (107, "Equity", "Opening Balance"), "4000": (108, "Income", "Subscription Revenue"),
    "6000": (109, "Expense", "Rent and Payroll"), "6100": (110, "Expense", "Payment Fees"),
    "6200": (111, "Expense", "Bad Debt and Lost Disputes"),
    "7000": (112, "OthIncome", "FX Gain or Loss"),
}
# id, name, first day, last day, parent, is quarter, is year, is closed, is receivable locked
PERIODS = (
    (300, "FY 2026", date(2026, 1, 1), date(2026, 12, 31), None, False, True, False, False),
    (310, "Q1 2026", date(2026, 1, 1), date(2026, 3, 31), 300, True, False, False, False),
    (311, "Jan 2026", date(2026, 1, 1), date(2026, 1, 31), 310, False, False, True, True),
    (312, "Feb 2026", date(2026, 2, 1), date(2026, 2, 28), 310, False, False, False, True),
    (313, "Mar 2026", date(2026, 3, 1), date(2026, 3, 31), 310, False, False, False, False),
)
# fmt: on


@dataclass
class Entry:
    """A line of a document: foreign amount and base amount, both debit minus credit."""

    account: str
    amount: Decimal
    base: Decimal
    memo: str


@dataclass
class Doc:
    kind: str
    entity: Entity
    at: datetime
    on: date
    customer: Customer | None = None
    number: str | None = None
    external: str | None = None
    memo: str = ""
    sign: int = 1
    entries: list[Entry] = field(default_factory=list)
    applied_to: list[tuple["Doc", Decimal]] = field(default_factory=list)
    created_by: int = INTEGRATION_USER
    status: str = ""
    is_void: bool = False
    currency: str = ""
    id: int = 0

    @property
    def rate(self) -> Decimal:
        is_base = self.currency == self.entity.currency
        return D(1) if is_base else USD_PER_JPY[self.on.month]

    @property
    def total(self) -> Decimal:
        if self.kind == "Journal":
            return sum((e.amount for e in self.entries if e.amount > 0), ZERO)
        return self.sign * abs(self.entries[0].amount)

    def post(
        self, account: str, amount: Decimal, memo: str = "", rate: Decimal | None = None
    ) -> Decimal:
        """Adds a line and answers its base amount; a zero amount still is a line."""
        base = money(amount * (rate or self.rate), self.entity.currency)
        self.entries.append(Entry(account, amount, base, memo or self.memo))
        return base

    def balance(self) -> None:
        """What is left over in base currency is an exchange difference."""
        foreign = sum((e.amount for e in self.entries), ZERO)
        base = sum((e.base for e in self.entries), ZERO)
        if base:
            self.entries.append(Entry("7000", -foreign, -base, "Exchange difference"))


@dataclass
class Ledger:
    """The documents, with what later ones need to know about earlier ones."""

    docs: list[Doc] = field(default_factory=list)
    invoices: dict[str, Doc] = field(default_factory=dict)
    credits: dict[str, Doc] = field(default_factory=dict)
    cleared: dict[str, Decimal] = field(default_factory=dict)

    def add(
        self, kind: str, entity: Entity, at: datetime, customer: Customer | None = None,
        **more: object,
    ) -> Doc:  # fmt: skip
        currency = customer.currency if customer else entity.currency
        doc = Doc(kind, entity, at, entity.day(at), customer, currency=currency)
        for name, value in more.items():
            setattr(doc, name, value)
        self.docs.append(doc)
        return doc


def ledger_view(world: World, entries: Sequence[BankEntry]) -> list[Doc]:
    ledger = Ledger()
    for invoice in world.invoices:
        if invoice.number:
            book_invoice(ledger, invoice)
    for credit in world.credits:
        book_credit(ledger, credit)
    for change in world.balance_changes:
        if change.kind == "applied_to_invoice" and change.invoice:
            source = next(c for c in world.credits if c.invoice.customer is change.customer)
            ledger.credits[source.id].applied_to.append(
                (ledger.invoices[change.invoice.id], change.amount)
            )
    for charge in world.charges:
        if charge.movement_id:
            book_receipt(ledger, charge)
    for refund in world.refunds:
        book_refund(ledger, refund)
    for dispute in world.disputes:
        book_dispute(ledger, dispute)
    book_wires(ledger, world, entries)
    for payout in world.payouts:
        if not payout.is_in_transit:
            book_deposit(ledger, world, payout)
    book_other_cash(ledger, entries)
    book_releases(ledger, world)
    for doc in ledger.docs:
        doc.balance()
    return ledger.docs


def book_invoice(ledger: Ledger, invoice: Invoice) -> None:
    customer = invoice.customer
    doc = ledger.add(
        "CustInvc", customer.entity, invoice.finalised_at, customer, number=invoice.number,
        external=invoice.number, is_void=invoice.status == "void",
    )  # fmt: skip
    # NetSuite sets every amount of a voided document to zero.
    kept = 0 if doc.is_void else 1
    doc.memo = "VOID" if doc.is_void else f"Invoice {invoice.number}"
    doc.post("1100", kept * invoice.total)
    for line in invoice.lines:
        account = "2400" if line.price and line.price.interval == "year" else "4000"
        doc.post(account, -kept * line.amount, line.description)
    if invoice.tax:
        doc.post("2200", -kept * invoice.tax, "Tax")
    ledger.invoices[invoice.id] = doc
    if invoice.status == "uncollectible" and invoice.closed_at:
        write_off = ledger.add("Journal", customer.entity, invoice.closed_at, customer)
        write_off.memo = f"Write-off {invoice.number}"
        write_off.post("6200", invoice.remaining)
        write_off.post("1100", -invoice.remaining)
        write_off.applied_to.append((doc, invoice.remaining))


def book_credit(ledger: Ledger, credit: CreditNote) -> None:
    customer = credit.invoice.customer
    doc = ledger.add(
        "CustCred", customer.entity, credit.at, customer, number=credit.number,
        external=credit.number, memo=f"Credit note {credit.number}", sign=-1,
    )  # fmt: skip
    doc.post("1100", -credit.total)
    doc.post("4000", credit.subtotal)
    if credit.tax:
        doc.post("2200", credit.tax, "Tax")
    if credit.kind == "pre_payment":
        doc.applied_to.append((ledger.invoices[credit.invoice.id], credit.total))
    ledger.credits[credit.id] = doc


def book_receipt(ledger: Ledger, charge: Charge) -> None:
    """Dr clearing at the day's rate, Cr receivable at the invoice's."""
    customer, invoice = charge.intent.customer, charge.intent.invoice
    if invoice is None or charge.movement_id is None:
        return
    billed = ledger.invoices[invoice.id]
    doc = ledger.add(
        "CustPymt", customer.entity, charge.at, customer, external=charge.id,
        memo=f"Payment of {invoice.number}",
    )  # fmt: skip
    ledger.cleared[charge.movement_id] = doc.post("1050", charge.amount)
    doc.post("1100", -charge.amount, rate=billed.rate)
    doc.applied_to.append((billed, charge.amount))


def reverse_cash(
    ledger: Ledger, kind: str, movement_id: str, customer: Customer, at: datetime,
    amount: Decimal, memo: str, external: str | None = None,
) -> Doc:  # fmt: skip
    """Money that leaves the Stripe balance is owed by the customer again, and the reverse."""
    doc = ledger.add(kind, customer.entity, at, customer, memo=memo, external=external, sign=-1)
    doc.post("1100", amount)
    ledger.cleared[movement_id] = doc.post("1050", -amount)
    return doc


def book_refund(ledger: Ledger, refund: Refund) -> None:
    customer, memo = refund.charge.intent.customer, f"Refund {refund.id}"
    doc = reverse_cash(
        ledger, "CustRfnd", refund.movement_id, customer, refund.at, refund.amount, memo, refund.id
    )
    if refund.credit:
        doc.applied_to.append((ledger.credits[refund.credit.id], refund.amount))
    if refund.failed_at and refund.failure_movement_id:
        memo = f"Refund {refund.id} came back"
        reverse_cash(
            ledger, "Journal", refund.failure_movement_id, customer, refund.failed_at,
            -refund.amount, memo,
        )  # fmt: skip


def book_dispute(ledger: Ledger, dispute: Dispute) -> None:
    customer, amount = dispute.charge.intent.customer, dispute.charge.amount
    memo = f"Dispute {dispute.id}"
    reverse_cash(ledger, "Journal", dispute.movement_id, customer, dispute.at, amount, memo)
    if dispute.reversal_id:
        reverse_cash(
            ledger, "Journal", dispute.reversal_id, customer, dispute.decided_at, -amount,
            f"{memo} won",
        )  # fmt: skip
    else:
        loss = ledger.add("Journal", customer.entity, dispute.decided_at, customer)
        loss.memo = f"{memo} lost"
        loss.post("6200", amount)
        loss.post("1100", -amount)


def book_wires(ledger: Ledger, world: World, entries: Sequence[BankEntry]) -> None:
    for invoice, at in world.wires:
        entry = next(e for e in entries if e.text == f"INVOICE {invoice.number}")
        entity, billed = entry.entity, ledger.invoices[invoice.id]
        doc = ledger.add("CustPymt", entity, at, invoice.customer, external=entry.id)
        doc.memo = f"Wire for {invoice.number}"
        doc.post(entity.bank_ledger, invoice.paid)
        doc.post("1100", -invoice.paid)
        doc.applied_to.append((billed, invoice.paid))


def book_deposit(ledger: Ledger, world: World, payout: Payout) -> None:
    """Clears line by line what the payout pays out; what fees took never reaches the bank."""
    entity = payout.entity
    at = midnight(payout.arrives_on) + timedelta(hours=15)
    doc = ledger.add(
        "Deposit", entity, at, external=payout.id, memo=f"Stripe payout {payout.id}"
    )  # fmt: skip
    doc.post(entity.bank_ledger, payout.amount)
    paid_out = [movement for movement in world.movements if movement.payout is payout]
    fees = ZERO
    for movement in paid_out:
        fees += movement.fee
        if movement.kind == "stripe_fee":
            fees -= movement.amount
        else:
            doc.post("1050", -ledger.cleared[movement.id], f"{movement.category} {movement.source}")
    if fees:
        doc.post("6100", fees, "Fees")


def book_other_cash(ledger: Ledger, entries: Sequence[BankEntry]) -> None:
    for entity in ENTITIES:
        at = midnight(FIRST_DAY) + timedelta(hours=12)
        opening = ledger.add("Journal", entity, at, memo="Opening balance", created_by=CLERK)
        opening.post(entity.bank_ledger, entity.opening_cash)
        opening.post("3000", -entity.opening_cash)
    for entry in entries:
        if entry.amount < 0:
            at = midnight(entry.on) + timedelta(hours=12)
            paid = ledger.add("Journal", entry.entity, at, memo=entry.text, created_by=CLERK)
            paid.post("6000", -entry.amount)
            paid.post(entry.entity.bank_ledger, entry.amount)


def book_releases(ledger: Ledger, world: World) -> None:
    """A twelfth of every annual line becomes revenue at the end of each month it has begun in."""
    for invoice in world.invoices:
        for line in invoice.lines:
            if line.price is None or line.price.interval != "year":
                continue
            customer, entity = invoice.customer, invoice.customer.entity
            for month in range(line.starts.month, LAST_DAY.month + 1):
                at = midnight(date(2026, month + 1, 1)) - timedelta(hours=10)
                release = ledger.add("Journal", entity, at, created_by=CLERK)
                release.memo = f"Release {invoice.number} of {customer.key}"
                share = money(line.amount / 12, entity.currency)
                release.post("2400", share)
                release.post("4000", -share)


def status_of(doc: Doc, open_amount: Decimal, deposited: set[str]) -> str:
    """NetSuite's one-letter codes; deposits and refunds that are not void have none."""
    if doc.is_void:
        return "V"
    if doc.kind in ("CustInvc", "CustCred"):
        return "A" if open_amount else "B"
    if doc.kind == "CustPymt":
        return "B" if doc.entries[0].account == "1050" and doc.external not in deposited else "C"
    return "B" if doc.kind == "Journal" else ""


def ledger_tables(docs: list[Doc]) -> Tables:
    docs.sort(key=lambda doc: doc.at)
    applied: dict[int, Decimal] = defaultdict(Decimal)
    closed_on: dict[int, date] = {}
    deposited = {
        e.memo.removeprefix("charge ") for d in docs if d.kind == "Deposit" for e in d.entries
    }
    for number, doc in enumerate(docs, start=1):
        doc.id = 1000 + number
    for doc in docs:
        for previous, amount in doc.applied_to:
            for end in (previous, doc):
                applied[end.id] += amount
                closed_on[end.id] = max(closed_on.get(end.id, doc.on), doc.on, previous.on)
    tables: Tables = defaultdict(list)
    for doc in docs:
        doc.status = status_of(doc, abs(doc.total) - applied[doc.id], deposited)
        is_closed = doc.kind in ("CustInvc", "CustCred") and doc.status == "B"
        tables["transaction"].append(header_row(doc, closed_on[doc.id] if is_closed else None))
        for place, entry in enumerate(doc.entries):
            tables["transaction_line"].append(ledger_line_row(doc, place, entry))
            tables["transaction_accounting_line"].append(accounting_row(doc, place, entry))
        tables["previous_transaction_line_link"] += [{
            "previousdoc": previous.id, "previousline": 0, "previousdate": midnight(previous.on),
            "nextdoc": doc.id, "nextline": 0, "nexttype": doc.kind, "nextdate": midnight(doc.on),
            "linktype": "Payment", "foreignamount": amount,
        } for previous, amount in doc.applied_to]  # fmt: skip
    return dict(tables)


# fmt: off
def header_row(doc: Doc, closed_on: date | None) -> Row:
    is_wire_invoice = doc.kind == "CustInvc" and doc.customer and doc.customer.pays_by == "wire"
    due_on = doc.on + timedelta(days=30) if is_wire_invoice else doc.on
    number = doc.number or f"{doc.kind.upper()}{doc.id}"
    return {
        "id": doc.id, "transactionnumber": f"{doc.kind.upper()}{doc.id}", "tranid": number,
        "externalid": doc.external, "type": doc.kind, "memo": doc.memo,
        "trandate": midnight(doc.on), "status": doc.status, "createdby": doc.created_by,
        "createddate": doc.at + timedelta(minutes=5),
        "lastmodifieddate": max(doc.at, midnight(closed_on or doc.on)) + timedelta(minutes=5),
        "duedate": midnight(due_on) if doc.kind == "CustInvc" else None,
        "closedate": midnight(closed_on) if closed_on else None,
        "currency": CURRENCY_IDS[doc.currency],
        "entity": CUSTOMER_IDS[doc.customer.key] if doc.customer else None,
        "postingperiod": 310 + doc.on.month, "posting": "T", "foreigntotal": doc.total,
        "exchangerate": doc.rate, "isreversal": "F", "reversal": None,
        "voided": flag(doc.is_void), "_fivetran_deleted": False,
    }


def ledger_line_row(doc: Doc, place: int, entry: Entry) -> Row:
    return {
        "id": place, "transaction": doc.id, "linesequencenumber": place, "memo": entry.memo,
        "entity": CUSTOMER_IDS[doc.customer.key] if doc.customer else None, "item": None,
        "subsidiary": doc.entity.subsidiary, "mainline": flag(place == 0),
        "taxline": flag(entry.account == "2200"), "netamount": entry.base,
        "foreignamount": entry.amount, "eliminate": "F", "_fivetran_deleted": False,
    }


def accounting_row(doc: Doc, place: int, entry: Entry) -> Row:
    return {
        "transaction": doc.id, "transactionline": place, "accountingbook": 1,
        "account": ACCOUNTS[entry.account][0], "amount": entry.base,
        "debit": entry.base if entry.base > 0 else None,
        "credit": -entry.base if entry.base < 0 else None,
        "exchangerate": doc.rate, "posting": "T", "_fivetran_deleted": False,
    }


def ledger_reference() -> Tables:
    """What the documents point to."""
    def customer_row(key: int, stripe_id: str | None, name: str, email: str, currency: str,
                     since: date, parent: int | None = None, *, is_inactive: bool = False) -> Row:
        return {
            "id": key, "entityid": f"CUST-{key:04d}", "externalid": stripe_id, "parent": parent,
            "companyname": name, "altname": name, "email": email, "isperson": "F",
            "currency": CURRENCY_IDS[currency], "datecreated": midnight(since),
            "isinactive": flag(is_inactive), "_fivetran_deleted": False,
        }

    group = {"linden": LINDEN_GROUP_ID}
    return {
        "customer": [
            *(customer_row(CUSTOMER_IDS[c.key], c.id, c.name, f"ap@{c.key}.example.com", c.currency,
                           c.since, group.get(c.key)) for c in CUSTOMERS),
            customer_row(CLOSED_CUSTOMER_ID, "cus_quill", "Quillfeather Press",
                         "ap@quill.example.net", "USD", date(2025, 2, 11), is_inactive=True),
            customer_row(LINDEN_GROUP_ID, None, "Linden Gruppe", "ap@linden.example.org", "EUR",
                         date(2025, 4, 1)),
        ],
        "customer_subsidiary_relationship": [{
            "id": CUSTOMER_IDS[c.key], "entity": CUSTOMER_IDS[c.key],
            "subsidiary": c.entity.subsidiary, "isprimarysub": "T",
            "primarycurrency": CURRENCY_IDS[c.currency], "_fivetran_deleted": False,
        } for c in CUSTOMERS],
        "subsidiary": [{
            "id": e.subsidiary, "name": e.name, "fullname": e.name, "country": e.country,
            "parent": None if e is US else US.subsidiary, "currency": CURRENCY_IDS[e.currency],
            "iselimination": "F", "_fivetran_deleted": False,
        } for e in ENTITIES],
        "currency": [{
            "id": key, "symbol": code, "name": code, "currencyprecision": EXPONENTS[code],
            "exchangerate": rate, "isbasecurrency": flag(code == "USD"), "isinactive": "F",
            "_fivetran_deleted": False,
        } for (code, key), rate in zip(CURRENCY_IDS.items(), (D(1), USD_PER_EUR[3], USD_PER_JPY[3]),
                                       strict=True)],
        "account": [{
            "id": key, "acctnumber": number, "accttype": kind, "fullname": name,
            "accountsearchdisplaynamecopy": name, "parent": None, "isinactive": "F",
            "issummary": "F", "eliminate": "F", "_fivetran_deleted": False,
        } for number, (key, kind, name) in ACCOUNTS.items()],
        "accounting_period": [{
            "id": key, "periodname": name, "startdate": midnight(first), "enddate": midnight(last),
            "parent": parent, "isquarter": flag(is_quarter), "isyear": flag(is_year),
            "isadjust": "F", "isposting": flag(not is_quarter and not is_year),
            "closed": flag(is_closed), "alllocked": flag(is_closed), "arlocked": flag(is_locked),
            "aplocked": flag(is_closed), "isinactive": "F", "_fivetran_deleted": False,
        } for key, name, first, last, parent, is_quarter, is_year, is_closed, is_locked in PERIODS],
        "accounting_book": [{
            "id": 1, "name": "Primary Accounting Book", "isprimary": "T", "isconsolidated": "F",
            "isadjustmentonly": "F", "_fivetran_deleted": False,
        }],
        "consolidated_exchange_rate": [{
            "id": 700 + 10 * month + e.subsidiary, "postingperiod": 310 + month,
            "accountingbook": 1,
            "fromsubsidiary": e.subsidiary, "tosubsidiary": US.subsidiary,
            "fromcurrency": CURRENCY_IDS[e.currency], "tocurrency": CURRENCY_IDS["USD"],
            **dict.fromkeys(("averagerate", "currentrate", "historicalrate"),
                            D(1) if e is US else rate),
            "_fivetran_deleted": False,
        } for month, rate in USD_PER_EUR.items() for e in ENTITIES],
    }
# fmt: on


def flag(is_true: bool) -> str:
    return "T" if is_true else "F"


# --- rows that are no errors, but are not to be counted -----------------------------------------


def add_rows_outside_the_business(stripe: Tables) -> None:
    """A deleted customer, and a customer, an invoice and a charge of Stripe's test mode."""

    def add(table: str, like: int, **changes: object) -> None:
        stripe[table].append({**stripe[table][like], **changes})

    test = {"livemode": False, "created": "2026-01-09 09:00:00"}
    add("customer", 0, id="cus_quill", name="Quillfeather Press", email="ap@quill.example.net",
        address_state="VT", created="2025-02-11 10:00:00", is_deleted=True)  # fmt: skip
    add("customer", 0, id="cus_test", name="Test", email="test@example.com", **test)
    add("invoice", 0, id="in_test", number="TEST-0001", customer_id="cus_test",
        subscription_id=None, charge_id="ch_test", **test)  # fmt: skip
    add("charge", 0, id="ch_test", customer_id="cus_test", invoice_id="in_test",
        payment_intent_id=None, balance_transaction_id=None, **test)  # fmt: skip


# --- planting -----------------------------------------------------------------------------------


def plant_in_ledger(docs: list[Doc]) -> None:
    by_number = {doc.number: doc for doc in docs if doc.kind == "CustInvc"}
    missing = by_number[KEYS["invoice_never_exported"]]
    docs.remove(missing)
    for doc in docs:
        doc.applied_to = [pair for pair in doc.applied_to if pair[0] is not missing]
    # Typed in by a clerk after the integration had posted it: NetSuite lets no two records share
    # an external id, so only the document number is the same.
    again = deepcopy(by_number[KEYS["invoice_posted_twice"]])
    again.at, again.external, again.created_by = again.at + timedelta(hours=3), None, CLERK
    docs.append(again)
    for entry in by_number[KEYS["invoice_amount_transposed"]].entries:
        entry.amount = entry.base = D("2490.00").copy_sign(entry.amount)  # is 2940.00
    at = datetime(2026, 2, 19, 17, 0, tzinfo=UTC)
    manual = Doc("CustInvc", US, at, US.day(at), BY_KEY["ember"], currency="USD", created_by=CLERK)
    manual.number, manual.memo = KEYS["invoice_without_billing"], "Consulting day"
    manual.post("1100", D("1200.00"))
    manual.post("4000", D("-1200.00"))
    docs.append(manual)


def plant_in_bank(entries: list[BankEntry]) -> None:
    """Both are on the bank's own statement, so that its balances still add up."""
    for entry in entries:
        if entry.end_to_end_id == KEYS["payout_short_by_a_cent"]:
            entry.amount -= D("0.01")
    key = KEYS["bank_credit_without_payout"]
    entries.append(
        BankEntry(
            DE, date(2026, 3, 12), D("512.34"), "PMNT-RCDT-ESCT", "STRIPE", "PAYOUT", key,
            "BE-DE-9002",
        )
    )  # fmt: skip


def plant_rows(files: Tables) -> None:
    """Extra rows: what has to be quarantined takes nothing away from the sums of its table."""

    def add(path: str, like: str, id_column: str = "id", **changes: object) -> None:
        model = next(row for row in files[path] if row[id_column] == like)
        files[path].append({**model, **changes})

    us, de = "stripe/acct_us", "stripe/acct_de"
    add(f"{us}/balance_transaction", KEYS["balance_transaction_twice"])
    add(f"{us}/charge", "ch_US0001", id=KEYS["charge_amount_unreadable"], amount="12,50",
        balance_transaction_id=None, payment_intent_id=None, invoice_id=None)  # fmt: skip
    add(f"{us}/invoice_line_item", "il_US0001", id=KEYS["line_currency_unknown"], currency="xxx")
    add(f"{de}/refund", "re_DE0001", id=KEYS["refund_status_unknown"],
        status="reversed_by_scheme", balance_transaction_id=None)  # fmt: skip
    add("bank/entry", "BE-DE-0001", "entry_id", entry_id=KEYS["bank_date_impossible"],
        statement_id="DE-CHK-0001-2026-02", booking_date="2026-02-30",
        account_servicer_reference="REF2026DE-9001")  # fmt: skip
    add(f"{us}/subscription", KEYS["subscription_superseded"], latest_invoice_id="in_US0010",
        current_period_start="2026-02-03 14:30:00", current_period_end="2026-03-03 14:30:00",
        _fivetran_active=False, _fivetran_synced="2026-02-14 02:00:00")  # fmt: skip


# A line that a broken transfer cut off after its second cell.
RAGGED_LINES = {"stripe/acct_de/payment_intent": f"{KEYS['ragged_line']},cus_granit\n"}


# --- files --------------------------------------------------------------------------------------


def build_tables(*, planted: bool = True) -> Tables:
    """Every table by its path below the raw folder, without the ending."""
    world = build_world()
    entries = bank_view(world)
    docs = ledger_view(world, entries)
    if planted:
        plant_in_bank(entries)
        plant_in_ledger(docs)
    stripe = {entity.account: stripe_view(world, entity) for entity in ENTITIES}
    add_rows_outside_the_business(stripe[US.account])
    netsuite = {**ledger_reference(), **ledger_tables(docs)}
    files: Tables = {f"bank/{name}": rows for name, rows in bank_tables(entries).items()}
    for name, rows in netsuite.items():
        files[f"netsuite/{name}"] = [{**row, "_fivetran_synced": SYNCED} for row in rows]
    for account, tables in stripe.items():
        files |= {f"stripe/{account}/{name}": rows for name, rows in tables.items()}
    if planted:
        plant_rows(files)
    return files


def build_files(*, planted: bool = True) -> dict[str, str]:
    """The text of every file by its path below the raw folder."""
    tables = build_tables(planted=planted)
    ragged = RAGGED_LINES if planted else {}
    # A table that is empty in one account has the columns of the other account.
    columns = {table_of(path): list(rows[0]) for path, rows in tables.items() if rows}
    return {
        f"{path}.csv": to_csv(columns[table_of(path)], rows) + ragged.get(path, "")
        for path, rows in tables.items()
    }


def table_of(path: str) -> tuple[str, str]:
    system, *_, table = path.split("/")
    return system, table


def to_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write the sample extracts.")
    parser.add_argument("--out", type=Path, default=Path("seeds/raw"))
    out: Path = parser.parse_args(arguments).out
    for name, text in build_files().items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
