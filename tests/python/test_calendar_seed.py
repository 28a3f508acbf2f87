"""The seed of business holidays is what the published calendars give."""

import csv

import pytest

from python_checks.calendar_seed import SEED, holidays_csv


def test_the_committed_seed_is_what_the_published_calendars_give() -> None:
    assert SEED.read_text("utf-8") == holidays_csv()


@pytest.mark.parametrize(
    ("calendar_code", "day", "is_holiday"),
    [
        ("US", "2026-11-26", True),
        ("US", "2026-07-03", False),
        ("US", "2027-07-05", True),
        ("DE", "2026-04-06", True),
        ("DE", "2025-10-03", False),
        ("GB", "2026-08-31", True),
        ("JP", "2026-12-31", True),
    ],
    ids=[
        "Thanksgiving",
        "banks are open on the Friday before a holiday on Saturday",
        "banks are closed on the Monday after a holiday on Sunday",
        "Easter Monday",
        "TARGET is open on German Unity Day",
        "the late summer bank holiday",
        "banks are closed on the last day of the year",
    ],
)
def test_days_on_which_banks_are_closed(calendar_code: str, day: str, is_holiday: bool) -> None:
    rows = csv.DictReader(SEED.open(encoding="utf-8"))
    closed = {(row["calendar_code"], row["holiday_on"]) for row in rows}
    assert ((calendar_code, day) in closed) == is_holiday
