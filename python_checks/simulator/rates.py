"""Exchange rates of the simulated company, by month.

Invented, smooth and the same for every seed, so that a company's policy rates can be kept in a
file: a rate wanders by a few per cent around its level. In millionths of a major unit of one
currency for a major unit of the other.
"""

import math
from datetime import date

import polars as pl

from python_checks.simulator import schema
from python_checks.simulator.settings import Settings, months_after

# Dollars for one unit, and how fast and far the rate wanders.
DOLLARS = {"EUR": 1.16, "GBP": 1.33, "JPY": 0.0066, "KWD": 3.25}
PACE = {"EUR": 0.55, "GBP": 0.40, "JPY": 0.70, "KWD": 0.25}
SWING = {"EUR": 0.02, "GBP": 0.018, "JPY": 0.03, "KWD": 0.006}
# What the entities need: the currencies that they bill or hold, in their own; and all in dollars.
PAIRS = (
    ("KWD", "USD"), ("EUR", "USD"), ("GBP", "USD"), ("JPY", "USD"),
    ("GBP", "EUR"), ("USD", "EUR"), ("USD", "JPY"),
)  # fmt: skip


def dollars(currency: str, month: date, *, at_end: bool) -> float:
    """Dollars for one major unit in the month, or on its last day."""
    if currency == "USD":
        return 1.0
    position = (month.year - 2020) * 12 + month.month + (0.5 if at_end else 0.0)
    return DOLLARS[currency] * (1 + SWING[currency] * math.sin(position * PACE[currency]))


def rate_micros(from_currency: str, to_currency: str, month: date, *, at_end: bool = False) -> int:
    """The rate of a month, or of its last day, to six decimals."""
    above = dollars(from_currency, month, at_end=at_end)
    return round(above / dollars(to_currency, month, at_end=at_end) * 1_000_000)


def rates(settings: Settings) -> pl.DataFrame:
    """The world's table: a year before the window to a month after it."""
    months = [months_after(settings.first_on, n) for n in range(-12, settings.months + 1)]
    return pl.DataFrame(
        [
            (above, below, month, rate_micros(above, below, month),
             rate_micros(above, below, month, at_end=True))
            for above, below in PAIRS
            for month in months
        ],
        schema={name: schema.made(kind) for name, kind in schema.RATES.items()},
        orient="row",
    )  # fmt: skip


# What a policy has for each pair of currencies of the company: months from and before, and the
# word for where a rate comes from.
POLICY_MONTHS = (date(2024, 10, 1), date(2028, 1, 1))
POLICY_PAIRS = tuple(
    (above, below)
    for below in ("USD", "EUR", "JPY")
    for above in ("EUR", "GBP", "JPY", "KWD", "USD")
    if above != below
)
POLICY_SOURCE = "invented rate of the simulated company"


def policy_rates() -> pl.DataFrame:
    """The rates as a policy file has them: `rate_type, from_currency, to_currency, valid_from_on,
    valid_before_on, exchange_rate, rate_source`, all text.

    The rate of the day and the average are the month's booked rate, the closing rate is that of its
    last day.
    """
    rows = []
    month = POLICY_MONTHS[0]
    while month < POLICY_MONTHS[1]:
        following = months_after(month, 1)
        for rate_type in ("spot", "average", "closing"):
            for above, below in POLICY_PAIRS:
                micros = rate_micros(above, below, month, at_end=rate_type == "closing")
                text = f"{micros // 1_000_000}.{micros % 1_000_000:06d}0000"
                rows.append(
                    (rate_type, above, below, str(month), str(following), text, POLICY_SOURCE)
                )
        month = following
    names = ("rate_type", "from_currency", "to_currency", "valid_from_on", "valid_before_on",
             "exchange_rate", "rate_source")  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


if __name__ == "__main__":
    # python -m python_checks.simulator.rates > seeds/reference/fx_rates.csv
    print(policy_rates().write_csv(), end="")
