"""Who the company is, what it sells and to whom."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from python_checks.simulator import schema
from python_checks.simulator.randomness import stream
from python_checks.simulator.settings import Settings, months_after

# fmt: off
ENTITIES = (
    # code, prefix, name, country, currency, zone, subsidiary, fee ppm and fixed, dispute fee,
    # platform fee, days to settle and to arrive
    (0, "US01", "US", "Lumenwerk Inc.", "US", "USD", "America/New_York", 1,
     29_000, 30, 1_500, 9_900, 2, 1),
    (1, "DE01", "DE", "Lumenwerk GmbH", "DE", "EUR", "Europe/Berlin", 2,
     15_000, 25, 2_000, 8_900, 3, 1),
    (2, "JP01", "JP", "Lumenwerk KK", "JP", "JPY", "Asia/Tokyo", 3,
     36_000, 0, 1_300, 12_000, 4, 2),
)
# entity, currency, account number, ledger account, opening balance
BANK_ACCOUNTS = (
    (0, "USD", "US-CHK-0001", "1000", 185_000_000), (0, "KWD", "US-CHK-0002", "1001", 12_000_000),
    (0, "EUR", "US-CHK-0003", "1002", 4_000_000), (1, "EUR", "DE-CHK-0001", "1010", 96_000_000),
    (1, "GBP", "DE-CHK-0002", "1011", 22_000_000), (1, "USD", "DE-CHK-0003", "1012", 3_000_000),
    (2, "JPY", "JP-CHK-0001", "1020", 41_000_000), (2, "USD", "JP-CHK-0002", "1021", 2_500_000),
)
PRODUCTS = (
    (0, "TEAM", "Team seats", "subscriptions"), (1, "BUSINESS", "Business seats", "subscriptions"),
    (2, "PLATFORM", "Platform fee", "subscriptions"), (3, "API", "API calls", "usage"),
    (4, "TRANSFER", "Data transfer", "usage"), (5, "COMMIT", "Prepaid compute", "commitments"),
    (6, "COMPUTE", "Compute minutes", "usage"), (7, "ONBOARD", "Onboarding", "services"),
)
TEAM, BUSINESS, PLATFORM, API, TRANSFER, COMMIT, COMPUTE, ONBOARD = range(8)
# The markets: entity, currency, share of the customers, price level (units of it for a dollar).
MARKETS = (
    (0, "USD", 0.42, 1.0), (0, "KWD", 0.06, 0.3), (1, "EUR", 0.29, 0.9), (1, "GBP", 0.09, 0.8),
    (2, "JPY", 0.14, 150.0),
)
# country, state or region, share, jurisdiction and rate (ppm); several rates are several taxes.
PLACES = {
    "USD": (("US", "NY", 0.22, "US-NY", 88_750), ("US", "TX", 0.20, "US-TX", 82_500),
            ("US", "CA", 0.22, "US-CA", 0), ("US", "WA", 0.14, "US-WA", 101_000),
            ("US", "PA", 0.12, "US-PA", 60_000), ("CA", "ON", 0.10, "CA-ON", 0)),
    "KWD": (("KW", "", 1.0, "KW", 0),),
    "EUR": (("DE", "", 0.55, "DE", 190_000), ("FR", "", 0.18, "FR", 0),
            ("NL", "", 0.14, "NL", 0), ("AT", "", 0.13, "AT", 0)),
    "GBP": (("GB", "", 1.0, "GB", 200_000),),
    "JPY": (("JP", "", 1.0, "JP", 100_000),),
}
# The taxes of a jurisdiction that has several: the state's and the place's.
TAX_PARTS = {
    "US-NY": (("US-NY", 40_000), ("US-NY-NYC", 48_750)),
    "US-TX": (("US-TX", 62_500), ("US-TX-HOU", 20_000)),
}
PROCESSOR_METHODS = ("card", "sepa_debit", "bacs_debit", "us_bank_account")
STRIPE_METHODS = {
    "USD": (("card", 0.80), ("us_bank_account", 0.20)), "KWD": (("card", 1.0),),
    "EUR": (("card", 0.68), ("sepa_debit", 0.32)), "GBP": (("card", 0.65), ("bacs_debit", 0.35)),
    "JPY": (("card", 1.0),),
}
ZUORA_METHODS = {
    "USD": (("card", 0.38), ("ach_credit", 0.24), ("wire", 0.23), ("cheque", 0.15)),
    "KWD": (("card", 0.30), ("wire", 0.70)),
    "EUR": (("card", 0.36), ("sepa_credit", 0.45), ("wire", 0.19)),
    "GBP": (("card", 0.38), ("wire", 0.62)), "JPY": (("card", 0.38), ("wire", 0.62)),
}
FIRST_WORDS = (
    "Alder", "Amber", "Aster", "Basalt", "Birch", "Cedar", "Cobalt", "Coral", "Dune", "Ember",
    "Fable", "Fern", "Flint", "Gale", "Garnet", "Harbor", "Hazel", "Indigo", "Juniper", "Kestrel",
    "Lantern", "Larch", "Linden", "Marble", "Meadow", "Mistral", "Nimbus", "Nordic", "Onyx",
    "Opal", "Pine", "Quartz", "Raven", "Saffron", "Slate", "Tamarind", "Umber", "Vale", "Willow",
    "Zephyr",
)
SECOND_WORDS = (
    "Analytics", "Apparel", "Bakery", "Biotech", "Books", "Capital", "Clinics", "Dental",
    "Electric", "Energy", "Farms", "Foods", "Freight", "Gallery", "Games", "Hotels", "Imaging",
    "Insurance", "Journals", "Kitchens", "Labs", "Legal", "Logistics", "Media", "Metals",
    "Mobility",
    "Optics", "Outfitters", "Partners", "Pharma", "Press", "Robotics", "Sports", "Studios",
    "Textiles", "Tools", "Travel", "Ventures", "Water", "Works",
)
FORMS = {"US": "Inc.", "CA": "Ltd.", "KW": "W.L.L.", "DE": "GmbH", "FR": "SAS", "NL": "B.V.",
         "AT": "GmbH", "GB": "Ltd", "JP": "KK"}
# fmt: on
ZUORA_SHARE = 0.35
EXISTING_SHARE = 0.78
CHILD_SHARE, MERGED_SHARE, WITHHOLDING_SHARE = 0.10, 0.03, 0.06
# A scenario occurs at least so often in a company of the default size.
LEAST = 6
LEAST_FROM_CUSTOMERS = 150


def at_least(share: float, rows: int, settings: Settings) -> int:
    """How many of `rows` take a scenario with that share: rounded, and never too few to see."""
    least = LEAST if settings.customers >= LEAST_FROM_CUSTOMERS else 1
    return min(rows, max(least, round(share * rows)))


def table(name: str, rows: tuple[tuple[object, ...], ...]) -> pl.DataFrame:
    """A small table written by hand."""
    columns = {column: schema.made(kind) for column, kind in schema.TABLES[name].items()}
    return pl.DataFrame(rows, schema=columns, orient="row")


def entities() -> pl.DataFrame:
    return table("entities", ENTITIES)


def bank_accounts() -> pl.DataFrame:
    return table("bank_accounts", tuple((n, *row) for n, row in enumerate(BANK_ACCOUNTS)))


def products() -> pl.DataFrame:
    return table("products", PRODUCTS)


# product, model, interval, kind, meter, dollars for a unit; several prices to a product.
PRICE_LIST = (
    (TEAM, "per_unit", "month", "recurring", None, 24.0),
    (TEAM, "per_unit", "year", "recurring", None, 240.0),
    (BUSINESS, "per_unit", "month", "recurring", None, 49.0),
    (BUSINESS, "per_unit", "year", "recurring", None, 490.0),
    (PLATFORM, "flat", "month", "recurring", None, 450.0),
    (PLATFORM, "flat", "year", "recurring", None, 4_900.0),
    (API, "graduated", "month", "usage", "api_calls", None),
    (TRANSFER, "volume", "month", "usage", "transfer_gb", None),
    (COMMIT, "flat", "one_time", "prepaid", None, 6_000.0),
    (COMPUTE, "per_unit", "month", "drawdown", "compute_minutes", 0.12),
    (ONBOARD, "flat", "one_time", "one_time", None, 1_500.0),
)
# product: tiers as upper bound, dollars for a unit, dollars on entering
TIERS = {
    API: ((10_000, 0.0100, 0.0), (100_000, 0.0070, 0.0), (None, 0.0045, 25.0)),
    TRANSFER: ((500, 0.1900, 5.0), (5_000, 0.1500, 0.0), (None, 0.1100, 0.0)),
}
PRICES_VALID_FROM = date(2022, 1, 1)


def price_key(product: int, interval: str, market: pl.Expr | int) -> pl.Expr | int:
    """The price of a product for an interval in a market: markets are one after the other."""
    position = next(
        n for n, row in enumerate(PRICE_LIST) if row[0] == product and row[2] == interval
    )
    return market * len(PRICE_LIST) + position


def _micros(dollars: float | None, level: float, currency: str) -> int | None:
    """A list price in a market: rounded to the market's units, which keeps small prices exact."""
    if dollars is None:
        return None
    places = {"JPY": 0, "KWD": 2}.get(currency, 2) if dollars >= 1 else 5
    return round(round(dollars * level, places) * 1_000_000)


def prices() -> pl.DataFrame:
    rows = [
        (product, entity, currency, model, interval, kind, meter,
         _micros(dollars, level, currency), PRICES_VALID_FROM)
        for entity, currency, _, level in MARKETS
        for product, model, interval, kind, meter, dollars in PRICE_LIST
    ]  # fmt: skip
    return table("prices", tuple((n, *row) for n, row in enumerate(rows)))


def price_tiers() -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for market, (_, currency, _, level) in enumerate(MARKETS):
        for product, tiers in TIERS.items():
            units = {"JPY": 1, "KWD": 1000}.get(currency, 100)
            # Fees on entering in whole tens of the minor unit: Stripe counts dinars so.
            rows.extend(
                (price_key(product, "month", market), tier, up_to, _micros(unit, level, currency),
                 round(flat * level * units / 10) * 10)
                for tier, (up_to, unit, flat) in enumerate(tiers, start=1)
            )  # fmt: skip
    return table("price_tiers", tuple(rows))


def picked(rows: pl.DataFrame, take: int, random: np.random.Generator) -> pl.DataFrame:
    """`take` of the rows, by chance, in their own order."""
    positions = np.sort(random.permutation(rows.height)[:take])
    return rows.select(pl.all().gather(pl.Series(positions)))


def choose(
    random: np.random.Generator, options: tuple[tuple[str, float], ...], size: int
) -> list[str]:
    """`size` options, each about as often as its share says, in random order."""
    shares = np.cumsum([share for _, share in options])
    ranks = (random.permutation(size) + 0.5) / max(size, 1) * shares[-1]
    return [options[position][0] for position in np.searchsorted(shares, ranks)]


def customers(settings: Settings) -> pl.DataFrame:
    """The customers, with `market` and `size` (1 is usual) beside the columns of the table."""
    random = stream(settings.seed, "customers")
    count = settings.customers
    market = np.array(
        [
            int(m)
            for m in choose(random, tuple((str(n), row[2]) for n, row in enumerate(MARKETS)), count)
        ]
    )
    size = random.lognormal(0.0, 0.7, count)
    score = size * random.lognormal(0.0, 0.25, count)
    is_zuora = np.zeros(count, dtype=bool)
    method = np.empty(count, dtype=object)
    place = np.zeros(count, dtype=np.int64)
    for number, (_, currency, _, _) in enumerate(MARKETS):
        # In every market the larger ones are Zuora's.
        there = np.flatnonzero(market == number)
        largest = there[np.argsort(-score[there], kind="stable")]
        large = np.sort(largest[: max(1, round(ZUORA_SHARE * len(there)))])
        small = np.setdiff1d(there, large)
        is_zuora[large] = True
        method[large] = choose(random, ZUORA_METHODS[currency], len(large))
        method[small] = choose(random, STRIPE_METHODS[currency], len(small))
        options = tuple((str(n), row[2]) for n, row in enumerate(PLACES[currency]))
        place[there] = [int(p) for p in choose(random, options, len(there))]
    found = pl.DataFrame(
        {
            "customer": np.arange(count),
            "market": market,
            "place": place,
            "size": size,
            "biller": np.where(is_zuora, "zuora", "stripe").tolist(),
            "method": method.tolist(),
            "first_word": random.integers(0, len(FIRST_WORDS), count),
            "second_word": random.integers(0, len(SECOND_WORDS), count),
            "terms": random.integers(0, 4, count),
            "age_days": random.integers(30, 1_000, count),
            "is_existing": random.permutation(count) < EXISTING_SHARE * count,
            "new_day": random.integers(0, max(1, settings.months - 1) * 28, count),
            "minute": random.integers(0, 24 * 60, count),
        }
    )
    places = pl.DataFrame(
        [
            (market_number, place_number, row[0], row[1], row[3], row[4])
            for market_number, (_, currency, _, _) in enumerate(MARKETS)
            for place_number, row in enumerate(PLACES[currency])
        ],
        schema=["market", "place", "country", "state", "jurisdiction", "tax_ppm"],
        orient="row",
    )
    markets = pl.DataFrame(
        [(n, row[0], row[1], row[3]) for n, row in enumerate(MARKETS)],
        schema=["market", "entity", "currency", "level"],
        orient="row",
    )
    first = pl.Series(FIRST_WORDS)
    second = pl.Series(SECOND_WORDS)
    is_direct = ~pl.col("method").is_in(PROCESSOR_METHODS)
    start = pl.lit(settings.first_on)
    found = (
        found.join(places, on=["market", "place"], how="left", maintain_order="left")
        .join(markets, on="market", how="left", maintain_order="left")
        .with_columns(
            stem=pl.concat_str(
                first.gather(found["first_word"]), pl.lit(" "), second.gather(found["second_word"])
            ),
            terms_days=pl.when(is_direct)
            .then(pl.col("terms").replace_strict({0: 14, 1: 30, 2: 45, 3: 60}))
            .otherwise(0),
            created_on=pl.when(pl.col("is_existing"))
            .then(start - pl.duration(days="age_days"))
            .otherwise(start + pl.duration(days=pl.col("new_day") + 3)),
            tax_code=pl.when(pl.col("tax_ppm") > 0)
            .then(pl.lit("standard"))
            .when(pl.col("country").is_in(["FR", "NL", "AT"]))
            .then(pl.lit("reverse_charge"))
            .otherwise(pl.lit("exempt")),
        )
        .with_columns(
            # The same two words may name many companies: the second of them is "Aster Labs 2".
            twin=pl.col("customer").rank("ordinal").over("stem", "country"),
        )
        .with_columns(
            name=pl.concat_str(
                pl.col("stem"),
                pl.when(pl.col("twin") > 1)
                .then(pl.concat_str(pl.lit(" "), pl.col("twin").cast(pl.String)))
                .otherwise(pl.lit("")),
                pl.lit(" "),
                pl.col("country").replace_strict(FORMS, return_dtype=pl.String),
            ),
            email_domain=pl.concat_str(
                pl.col("stem").str.to_lowercase().str.replace(" ", "-"),
                pl.lit("-"),
                pl.col("customer").cast(pl.String),
                pl.lit(".example"),
            ),
            created_at=pl.col("created_on").cast(pl.Datetime("us")) + pl.duration(minutes="minute"),
        )
    )
    found = _with_families(found, random, settings)
    return found


def _with_families(
    found: pl.DataFrame, random: np.random.Generator, settings: Settings
) -> pl.DataFrame:
    """Parents that may pay, mergers, and customers that withhold tax: nobody is two of them."""
    count = found.height
    group = found["market"].to_numpy()
    is_zuora = (found["biller"] == "zuora").to_numpy()
    is_direct = ~found["method"].is_in(PROCESSOR_METHODS).to_numpy()
    existing = found["is_existing"].to_numpy()
    parent = np.full(count, -1)
    bill_to = np.full(count, -1)
    merged = np.full(count, -1)
    withheld = np.zeros(count, dtype=np.int64)
    is_taken = np.zeros(count, dtype=bool)
    children = at_least(CHILD_SHARE, int((is_zuora & is_direct).sum()), settings)
    losers = at_least(MERGED_SHARE, int((~is_zuora & existing).sum()), settings)
    withholding = at_least(WITHHOLDING_SHARE, int((is_zuora & is_direct).sum()), settings)
    for number in range(len(MARKETS)):
        there = random.permutation(np.flatnonzero((group == number) & is_zuora & is_direct))
        take = min(
            len(there) // 3,
            round(children * len(there) / max(1, (is_zuora & is_direct).sum()) + 0.5),
        )
        kids, elders = there[:take], there[take : take + max(1, take // 2)]
        if take and len(elders):
            parent[kids] = elders[np.arange(take) % len(elders)]
            bill_to[kids[::2]] = parent[kids[::2]]
            is_taken[kids] = is_taken[elders] = True
        there = random.permutation(np.flatnonzero((group == number) & ~is_zuora & existing))
        take = min(
            len(there) // 3, round(losers * len(there) / max(1, (~is_zuora & existing).sum()) + 0.5)
        )
        lost, kept = there[:take], there[take : 2 * take]
        merged[lost] = kept
        is_taken[lost] = is_taken[kept] = True
    free = random.permutation(np.flatnonzero(is_zuora & is_direct & ~is_taken))
    withheld[free[:withholding]] = 100_000
    merge_day = random.integers(20, max(21, settings.months * 28 - 20), count)

    def pointer(values: np.ndarray) -> pl.Series:
        return pl.Series(np.where(values >= 0, values, 0)).set(pl.Series(values < 0), None)

    return found.with_columns(
        parent=pointer(parent),
        bill_to=pointer(bill_to),
        merged_into=pointer(merged),
        withheld_ppm=pl.Series(withheld),
        merged_at=pl.when(pl.Series(merged >= 0)).then(
            pl.lit(settings.first_on).cast(pl.Datetime("us"))
            + pl.duration(days=pl.lit(pl.Series(merge_day)), hours=14)
        ),
    )


def window_months(settings: Settings, before: int, after: int) -> list[date]:
    """The firsts of the window's months, with some before it and after it."""
    return [months_after(settings.first_on, n) for n in range(-before, settings.months + after)]


def plus(day: date, days: int) -> date:
    return day + timedelta(days=days)
