"""Exact money in whole minor units, as columns of Polars frames."""

import polars as pl

EXPONENTS = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0, "KWD": 3}
MICROS = 1_000_000


def half_up(numerator: pl.Expr, denominator: pl.Expr | int) -> pl.Expr:
    """The quotient of two whole numbers, rounded half away from zero; the denominator is > 0."""
    below = pl.lit(denominator) if isinstance(denominator, int) else denominator
    return numerator.sign() * ((2 * numerator.abs() + below) // (2 * below))


def units_per_major(currency: str = "currency") -> pl.Expr:
    """How many minor units make a major one, by the currency in the column of that name."""
    return pl.col(currency).replace_strict(
        {code: 10**exponent for code, exponent in EXPONENTS.items()}, return_dtype=pl.Int64
    )


def converted(
    minor: pl.Expr, rate_micros: pl.Expr, from_units: pl.Expr, to_units: pl.Expr
) -> pl.Expr:
    """An amount in another currency: `rate_micros` millionths of a major unit for a major one."""
    return half_up(minor * rate_micros * to_units, MICROS * from_units)


def in_major_units(minor: str | pl.Expr, currency: str = "currency") -> pl.Expr:
    """Minor units as decimal text with all the places of the currency: -12050 USD is -120.50."""
    amount = pl.col(minor) if isinstance(minor, str) else minor
    text = pl.lit(None, dtype=pl.String)
    for exponent in sorted(set(EXPONENTS.values())):
        codes = [code for code, places in EXPONENTS.items() if places == exponent]
        text = (
            pl.when(pl.col(currency).is_in(codes))
            .then(with_places(amount, exponent))
            .otherwise(text)
        )
    return text


def with_places(amount: pl.Expr, places: int) -> pl.Expr:
    """A whole number of 10^-places as decimal text."""
    if places == 0:
        return amount.cast(pl.String)
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    whole = (amount.abs() // 10**places).cast(pl.String)
    part = (amount.abs() % 10**places).cast(pl.String).str.zfill(places)
    return pl.when(amount.is_not_null()).then(pl.concat_str(sign, whole, pl.lit("."), part))
