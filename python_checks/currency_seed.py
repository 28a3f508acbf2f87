"""seeds/reference/currencies.csv, written from ISO 4217's own list (package iso4217).

    python -m python_checks.currency_seed          writes it
    python -m python_checks.currency_seed --check  fails where it is not what it would write

Codes without a minor unit (gold, test codes, bond units) are no money that can be posted and are
left out: a row in such a currency is quarantined as unknown.
"""

import argparse
import csv
import io
import sys
from decimal import Decimal
from pathlib import Path

from iso4217 import Currency

SEED = Path(__file__).resolve().parent.parent / "seeds/reference/currencies.csv"
COLUMNS = ("currency", "currency_name", "exponent", "minor_unit", "units_per_major")


def currencies_csv() -> str:
    """The seed's text: one row per currency with its exponent, the value of its minor unit in
    major units (0.01 for USD) and the minor units in one major unit (100 for USD)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for currency in sorted(Currency, key=lambda each: str(each.code)):
        if currency.exponent is None:
            continue
        minor_unit = Decimal(1).scaleb(-currency.exponent)
        writer.writerow(
            [
                currency.code,
                currency.currency_name,
                currency.exponent,
                f"{minor_unit:.4f}",
                10**currency.exponent,
            ]
        )
    return text.getvalue()


def main() -> int:
    """Writes or checks the seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where the seed is out of date")
    only_check = parser.parse_args().check
    text = currencies_csv()
    is_current = SEED.exists() and SEED.read_text("utf-8") == text
    if not is_current and not only_check:
        SEED.write_text(text, "utf-8")
    print(f"{SEED.name}: {'current' if is_current else 'out of date' if only_check else 'written'}")
    return int(only_check and not is_current)


if __name__ == "__main__":
    sys.exit(main())
