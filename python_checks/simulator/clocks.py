"""Instants and the dates that legal entities see them on."""

import polars as pl

from python_checks.simulator import company

ZONES = dict(company.entities().select("entity", "zone").iter_rows())


def instant_of(day: pl.Expr, minutes: pl.Expr | int, entity: str = "entity") -> pl.Expr:
    """The UTC instant of a time of day (minutes after midnight, from 3:00 on, so that no change of
    the clocks can hit it) in the zone of the entity in the column of that name."""
    after = minutes if isinstance(minutes, pl.Expr) else pl.lit(minutes, dtype=pl.Int64)
    local = day.cast(pl.Datetime("us")) + pl.duration(minutes=after)
    found = pl.lit(None, dtype=pl.Datetime("us"))
    for key, zone in ZONES.items():
        utc = (
            local.dt.replace_time_zone(zone).dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        )
        found = pl.when(pl.col(entity) == key).then(utc).otherwise(found)
    return found


def day_of(instant: pl.Expr, entity: str = "entity") -> pl.Expr:
    """The date of a UTC instant in the zone of the entity in the column of that name."""
    found = pl.lit(None, dtype=pl.Date)
    for key, zone in ZONES.items():
        local = instant.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.date()
        found = pl.when(pl.col(entity) == key).then(local).otherwise(found)
    return found


def business_day(day: pl.Expr) -> pl.Expr:
    """The day itself, or the Monday after it where it is a Saturday or a Sunday."""
    weekday = day.dt.weekday()
    wait = pl.when(weekday == 6).then(2).when(weekday == 7).then(1).otherwise(0)
    return day + pl.duration(days=wait)
