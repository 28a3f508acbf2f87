"""seeds/reference/business_holidays.csv, written from published calendars (package holidays).

    python -m python_checks.calendar_seed          writes it
    python -m python_checks.calendar_seed --check  fails where it is not what it would write

One calendar for each country in which a legal entity has its bank: the days on which banks there
do not settle. Days that fall on a weekend are left out: they are no business days anyway.
"""

import argparse
import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import holidays

SEED = Path(__file__).resolve().parent.parent / "seeds/reference/business_holidays.csv"
COLUMNS = ("calendar_code", "holiday_on", "holiday_name")
YEARS = range(2024, 2029)
FRIDAY = 4

Calendar = Mapping[date, str]


def _united_states(years: Iterable[int]) -> Calendar:
    # Where a holiday falls on a Saturday, offices close on Friday; the Federal Reserve's banks are
    # open: https://www.frbservices.org/about/holiday-schedules
    return {
        day: name
        for day, name in holidays.country_holidays("US", years=years, language="en_US").items()
        if not (day.weekday() == FRIDAY and name.endswith("(observed)"))
    }


# Germany: euro payments settle when TARGET is open, whatever holidays the German states keep.
# Great Britain: the bank holidays of England, where its payment systems are.
CALENDARS: dict[str, Callable[[Iterable[int]], Calendar]] = {
    "DE": lambda years: holidays.financial_holidays("XECB", years=years, language="en_US"),
    "GB": lambda years: holidays.country_holidays(
        "GB", subdiv="ENG", years=years, language="en_GB"
    ),
    "JP": lambda years: holidays.country_holidays(
        "JP", years=years, categories=("bank", "public"), language="en_US"
    ),
    "US": _united_states,
}


def holidays_csv() -> str:
    """The seed's text: one row per calendar and working day on which its banks are closed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for calendar_code, calendar in sorted(CALENDARS.items()):
        for day, name in sorted(calendar(YEARS).items()):
            if day.weekday() <= FRIDAY:
                writer.writerow([calendar_code, day.isoformat(), name])
    return text.getvalue()


def main() -> int:
    """Writes or checks the seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail where the seed is out of date")
    only_check = parser.parse_args().check
    text = holidays_csv()
    is_current = SEED.exists() and SEED.read_text("utf-8") == text
    if not is_current and not only_check:
        SEED.write_text(text, "utf-8")
    print(f"{SEED.name}: {'current' if is_current else 'out of date' if only_check else 'written'}")
    return int(only_check and not is_current)


if __name__ == "__main__":
    sys.exit(main())
