"""What a simulation is asked for."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Settings:
    """Size, window and seed of a simulated company.

    `customers`: how many customers there are, at least 30. `months`: whole months in the window,
    which begins on `first_on`, the first of a month. `seed`: another seed, another company.
    """

    customers: int = 200
    months: int = 6
    first_on: date = date(2025, 10, 1)
    seed: int = 7

    def __post_init__(self) -> None:
        if self.customers < MIN_CUSTOMERS:
            raise ValueError(f"customers: {self.customers} is fewer than {MIN_CUSTOMERS}")
        if not 1 <= self.months <= MAX_MONTHS:
            raise ValueError(f"months: {self.months} is not between 1 and {MAX_MONTHS}")
        if self.first_on.day != 1:
            raise ValueError(f"first day: {self.first_on} is not the first of a month")
        if self.seed < 0:
            raise ValueError(f"seed: {self.seed} is negative")

    @property
    def last_on(self) -> date:
        return months_after(self.first_on, self.months) - timedelta(days=1)


MIN_CUSTOMERS = 30
MAX_MONTHS = 24


def months_after(first: date, months: int) -> date:
    """The first of the month that many months after (before, where negative) a first of month."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)
