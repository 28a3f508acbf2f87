"""Describes the default simulated company: docs/simulated_company.md, written and never edited.

python -m python_checks.simulator.describe
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl

from python_checks.simulator import company, scenarios
from python_checks.simulator.money import EXPONENTS
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.world import build_world

PAGE = Path("docs/simulated_company.md")
COMMAND = "python -m python_checks.simulator.describe"
BAR = 30

HEAD = f"""# The simulated company

<!-- Written by `{COMMAND}`; do not edit by hand. -->

`python -m python_checks simulate --out DIR` invents a subscription company, lets it live for some
months and writes what its systems would have delivered about it. This page shows the company of the
default settings: the committed sample is made of it. Amounts of several currencies are put together
in dollars at the rates of the month, for this page alone.
"""

SIMPLER = """## Deliberately simpler than life

- Exchange rates move once a month: the rate of the month is booked, that of its last day closes it.
  They are invented, smooth, and the same for every seed.
- Every subscription lasts twelve months and renews itself; it is billed monthly or yearly in
  advance, its usage monthly in arrears. There are no trials and no instalments.
- A customer pays in one way for ever, in one currency, to one legal entity (but for payments that
  go astray).
- Quantities are whole numbers. Prices change only when a subscription renews or ramps.
- A refund never exceeds a part of one line, and a charge that is refunded is never disputed.
- The processor's balance is empty when the window begins, and all payouts arrive.
- Who merges with another customer stops being billed; the survivor's own bills do not change.
- Taxes are one or two rates of the customer's place on the whole invoice; a customer who withholds
  tax withholds a tenth of the net amount.
- Nobody pays early for a discount, and nobody pays interest on what is late.
- Growth and seasons are missing: one month is much like the next, but for the days of billing.
"""


def dollars(world: World, rows: pl.DataFrame, amount: str, day: str) -> pl.DataFrame:
    """`rows` with `dollars` beside the amount: at the rate of the month of the day."""
    to_dollars = world.rates.filter(pl.col("to_currency") == "USD").select(
        currency="from_currency", month="month_on", rate="booked_micros"
    )
    units = {code: float(10**places) for code, places in EXPONENTS.items()}
    return (
        rows.with_columns(month=pl.col(day).cast(pl.Date).dt.truncate("1mo"))
        .join(to_dollars, on=["currency", "month"], how="left", maintain_order="left")
        .with_columns(
            dollars=pl.col(amount)
            / pl.col("currency").replace_strict(units, return_dtype=pl.Float64)
            * pl.col("rate").fill_null(1_000_000)
            / 1_000_000
        )
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown: the first column to the left, the others to the right."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    lines = [head, marks, *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def histogram(values: pl.Series, edges: Sequence[int], label: str, unit: str) -> str:
    """How many of the values lie between two edges, as a table with bars."""
    limits = [*edges, None]
    counted = []
    below: int | None = None
    for limit in limits:
        inside = values
        if below is not None:
            inside = inside.filter(inside >= below)
        if limit is not None:
            inside = inside.filter(inside < limit)
        words = (
            f"below {limit:,}" if below is None
            else f"{below:,} and more" if limit is None
            else f"{below:,} to {limit:,}"
        )  # fmt: skip
        counted.append((words, inside.len()))
        below = limit
    most = max(count for _, count in counted)
    rows = [(words, count, "█" * round(BAR * count / most)) for words, count in counted]
    lines = [f"| {label}, {unit} | count | |", "| --- | ---: | :--- |"]
    return "\n".join([*lines, *(f"| {words} | {count:,} | {bar} |" for words, count, bar in rows)])


def share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _amounts(world: World) -> str:
    issued = dollars(
        world, world.invoices.filter(~pl.col("is_draft")), "total_minor", "issued_on"
    ).join(world.customers.select("customer", "method"), on="customer", how="left")
    edges = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000)
    rows = []
    total = float(issued["dollars"].sum())
    for biller, is_processor, words in (
        ("stripe", True, "Stripe, card and debit"),
        ("zuora", True, "Zuora, card"),
        ("zuora", False, "Zuora, to the bank"),
    ):
        of_these = issued.filter(
            (pl.col("biller") == biller)
            & (pl.col("method").is_in(company.PROCESSOR_METHODS) == is_processor)
        )
        value = float(of_these["dollars"].sum())
        median = float(of_these.select(pl.col("dollars").median().fill_null(0)).item())
        rows.append((words, f"{of_these.height:,}", f"{value:,.0f}", share(value, total),
                     f"{median:,.0f}"))  # fmt: skip
    return "\n\n".join(
        [
            "## Invoices",
            table(("billed and paid through", "invoices", "USD", "share", "median"), rows),
            histogram(issued["dollars"], edges, "invoice total", "USD"),
        ]
    )


def _delays(world: World) -> str:
    applied = (
        world.applications.filter(pl.col("reversed_on").is_null())
        .join(world.invoices.select("invoice", "due_on"), on="invoice", how="left")
        .join(world.receipts.select("receipt", "received_on"), on="receipt", how="left")
    )
    days = (applied["received_on"] - applied["due_on"]).dt.total_days()
    return "\n\n".join(
        [
            "## Payments to the bank",
            "Days from the due date to the receipt; negative is early. Part-payments count each.",
            histogram(days, (-5, 0, 5, 10, 20, 30, 60), "days late", "days"),
        ]
    )


def _attempts(world: World) -> str:
    attempts = world.charges.join(
        world.intents.select("intent", "customer"), on="intent", how="left"
    ).join(world.customers.select("customer", "method"), on="customer", how="left")
    rows = []
    for method in company.PROCESSOR_METHODS:
        for attempt in range(1, 5):
            of_these = attempts.filter(
                (pl.col("method") == method) & (pl.col("attempt") == attempt)
            )
            if of_these.height:
                paid = of_these.filter(pl.col("status") == "succeeded").height
                rows.append((f"{method}, attempt {attempt}", of_these.height, paid,
                             share(paid, of_these.height)))  # fmt: skip
    declines = (
        attempts.filter(pl.col("decline_code").is_not_null())
        .group_by("decline_code").len().sort("len", "decline_code", descending=[True, False])
    )  # fmt: skip
    whole = int(declines["len"].sum())
    return "\n\n".join(
        [
            "## Payments through the processor",
            table(("attempts", "tried", "succeeded", "rate"), rows),
            table(
                ("decline code", "count", "share"),
                [(code, count, share(count, whole)) for code, count in declines.iter_rows()],
            ),
        ]
    )


def _afterwards(world: World) -> str:
    card = world.charges.filter(
        (pl.col("status") == "succeeded") & pl.col("brand").is_not_null()
    ).height
    invoices = world.invoices.filter(~pl.col("is_draft")).height
    chargebacks = world.disputes.filter(~pl.col("is_inquiry"))
    decided = chargebacks.filter(pl.col("outcome").is_not_null())
    won = decided.filter(pl.col("outcome") == "won").height
    rows = [
        ("chargebacks per card payment", f"{chargebacks.height} of {card}",
         share(chargebacks.height, card)),
        ("inquiries per card payment", f"{world.disputes.height - chargebacks.height} of {card}",
         share(world.disputes.height - chargebacks.height, card)),
        ("chargebacks won of those decided", f"{won} of {decided.height}",
         share(won, decided.height)),
        ("refunds per card payment", f"{world.refunds.height} of {card}",
         share(world.refunds.height, card)),
        ("credit notes per invoice", f"{world.credit_notes.height} of {invoices}",
         share(world.credit_notes.height, invoices)),
        ("write-offs per invoice", f"{world.write_offs.height} of {invoices}",
         share(world.write_offs.height, invoices)),
    ]  # fmt: skip
    note = (
        "Disputes, refunds and write-offs are more frequent than in life: the default company is"
        " small, and each of their ends has to be seen a few times. With more customers the rates"
        " fall to what companies report."
    )
    return "\n\n".join(["## After the payment", table(("what", "count", "rate"), rows), note])


def _ageing(world: World) -> str:
    noted = world.credit_notes.filter(pl.col("goes_to") == "invoice").select(
        "invoice", amount="total_minor"
    )
    applied = world.applications.filter(pl.col("reversed_on").is_null()).select(
        "invoice", amount="amount_minor"
    )
    charged = (
        world.charges.filter(pl.col("status") == "succeeded")
        .join(world.intents.select("intent", "invoice"), on="intent", how="left")
        .select("invoice", amount="amount_minor")
    )
    used = world.credit_balances.filter(pl.col("invoice").is_not_null()).select(
        "invoice", amount=-pl.col("amount_minor")
    )
    given_up = world.write_offs.select("invoice", amount="amount_minor")
    settled = (
        pl.concat([noted, applied, charged, used, given_up])
        .group_by("invoice").agg(settled=pl.col("amount").sum())
    )  # fmt: skip
    last = pl.lit(world.last_on)
    still = (
        world.invoices.filter(~pl.col("is_draft") & pl.col("voided_at").is_null())
        .join(settled, on="invoice", how="left")
        .with_columns(open_minor=pl.col("total_minor") - pl.col("settled").fill_null(0))
        .filter(pl.col("open_minor") > 0)
        .with_columns(days=(last - pl.col("due_on")).dt.total_days(), as_of=last)
    )  # fmt: skip
    still = dollars(world, still, "open_minor", "as_of")
    whole = float(still["dollars"].sum())
    rows = []
    buckets = (("not due", None, 0), ("1 to 30 days", 1, 30), ("31 to 60", 31, 60),
               ("61 to 90", 61, 90), ("91 and more", 91, None))  # fmt: skip
    for words, low, high in buckets:
        inside = still
        if low is not None:
            inside = inside.filter(pl.col("days") >= low)
        if high is not None:
            inside = inside.filter(pl.col("days") <= high)
        value = float(inside["dollars"].sum())
        rows.append((words, inside.height, f"{value:,.0f}", share(value, whole)))
    return "\n\n".join(
        [
            "## What is open at the end",
            table(("past due", "invoices", "USD", "share"), rows),
        ]
    )


def _catalogue(world: World) -> str:
    found = scenarios.counts(world)
    rows = [(scenario, area, f"{count:,}") for area, scenario, count in found.iter_rows()]
    absent = [(scenario, "absent", reason) for scenario, reason in scenarios.ABSENT.items()]
    return "\n\n".join(
        [
            "## Scenarios",
            table(("scenario", "area", "occurrences"), rows),
            "Life has more. Not here:",
            table(("scenario", "", "why"), absent),
        ]
    )


SECTIONS: tuple[Callable[[World], str], ...] = (
    _amounts, _delays, _attempts, _afterwards, _ageing, _catalogue,
)  # fmt: skip


def page() -> str:
    """The whole page, of the company of the default settings."""
    settings = Settings()
    world = build_world(settings)
    size = (
        f"{settings.customers} customers, {settings.first_on} to {settings.last_on}, seed"
        f" {settings.seed}."
    )
    return "\n\n".join([HEAD.rstrip(), size, *(section(world) for section in SECTIONS), SIMPLER])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"written: {PAGE}")
