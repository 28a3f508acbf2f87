"""The currency seed is what ISO 4217's list gives."""

import csv

import pytest

from python_checks.currency_seed import SEED, currencies_csv


def test_the_committed_seed_is_what_the_standards_list_gives() -> None:
    assert SEED.read_text("utf-8") == currencies_csv()


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("JPY", 0), ("CLP", 0), ("USD", 2), ("KWD", 3), ("TND", 3), ("CLF", 4), ("UYW", 4)],
)
def test_exponents_of_domain_d4(currency: str, exponent: int) -> None:
    rows = {row["currency"]: row for row in csv.DictReader(SEED.open(encoding="utf-8"))}
    assert int(rows[currency]["exponent"]) == exponent
    assert int(rows[currency]["units_per_major"]) == 10**exponent
