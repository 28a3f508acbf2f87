"""Compares the breaks that were found with the breaks that are there.

A truth row with a code is hit by a break with the same pair, legal entity, natural key, period and
amount. Each break hits one row at most, each row is hit by one break at most; where several could,
first those whose code is right, then those whose currency is the same; a break may also be the sum
of several rows of one document and period. Whatever hits nothing is a false alarm, but for what is
under way where that is normal, and for a fault that the truth leaves to a check: a reconciliation
that sees it too is not wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

# What stands for the currency where a pair has none: quantities, rows, attributes.
NO_CURRENCY = "XXX"
CUT_OFF = "timing_cutoff"
MISSED = "(missed)"
NOT_THERE = "(not there)"

LEAST_RECALL = 0.99
LEAST_PRECISION = 0.95
LEAST_OF_A_CODE = 0.90
# Fewer say nothing about a code of its own.
INSTANCES_OF_A_JUDGED_CODE = 20

Key = tuple[str, str, str, str, Decimal]


@dataclass(frozen=True)
class Difference:
    """One break, as found or as true. `code` is empty where there must be none."""

    pair_id: str
    entity: str
    natural_key: str
    period_month: str
    amount: Decimal
    currency: str = NO_CURRENCY
    code: str = ""
    # Which fault, or which break and how it stands: for the person who reads the lists.
    origin: str = ""
    run: str = ""

    @property
    def key(self) -> Key:
        """What must be equal."""
        return (self.pair_id, self.entity, self.natural_key, self.period_month, self.amount)

    def agrees_in_currency(self, other: "Difference") -> bool:
        """Whether the currency is the same, or one of both has none."""
        return self.currency == other.currency or NO_CURRENCY in (self.currency, other.currency)


@dataclass
class Comparison:
    """Which row was hit by which break, and what is left over on both sides."""

    hits: list[tuple[Difference, Difference]] = field(default_factory=list)
    misses: list[Difference] = field(default_factory=list)
    false_alarms: list[Difference] = field(default_factory=list)
    # Cut-off items of pairs in which documents under way are normal.
    in_transit: list[Difference] = field(default_factory=list)
    # What the truth says that a check, a queue or the quarantine finds.
    known_otherwise: list[Difference] = field(default_factory=list)

    def add(self, other: "Comparison") -> None:
        """Takes in what another company's comparison found."""
        self.hits += other.hits
        self.misses += other.misses
        self.false_alarms += other.false_alarms
        self.in_transit += other.in_transit
        self.known_otherwise += other.known_otherwise


@dataclass(frozen=True)
class CodeScore:
    """How one code does. `found` are breaks with the code, `right` those whose truth says so."""

    instances: int
    hits: int
    right: int
    found: int

    @property
    def recall(self) -> float | None:
        """Of the rows that have the code, those that were hit, by whatever code."""
        return _share(self.hits, self.instances)

    @property
    def code_recall(self) -> float | None:
        """Of the rows that have the code, those that were hit by a break with it."""
        return _share(self.right, self.instances)

    @property
    def precision(self) -> float | None:
        """Of the breaks with the code, those whose truth says so."""
        return _share(self.right, self.found)

    @property
    def is_judged(self) -> bool:
        """Whether there are enough of it."""
        return self.instances >= INSTANCES_OF_A_JUDGED_CODE

    @property
    def is_good_enough(self) -> bool:
        """Whether a judged code is right often enough, both ways."""
        shares = (self.recall, self.code_recall, self.precision)
        return not self.is_judged or all((share or 0) >= LEAST_OF_A_CODE for share in shares)


@dataclass(frozen=True)
class Score:
    """What a comparison comes to."""

    instances: int
    hits: int
    right: int
    false_alarms: int
    by_code: dict[str, CodeScore]

    @property
    def recall(self) -> float | None:
        """Of the rows with a code, those that were hit."""
        return _share(self.hits, self.instances)

    @property
    def code_precision(self) -> float | None:
        """Of the hits, those whose code is right."""
        return _share(self.right, self.hits)

    @property
    def precision(self) -> float | None:
        """Of the hits and false alarms, those that are right: row, amount and code."""
        return _share(self.right, self.hits + self.false_alarms)

    @property
    def is_good_enough(self) -> bool:
        """Whether the measure of the project is met. What has nothing to find is not missed."""
        return (
            (self.recall is None or self.recall >= LEAST_RECALL)
            and (self.code_precision is None or self.code_precision >= LEAST_PRECISION)
            and all(code.is_good_enough for code in self.by_code.values())
            and self.false_alarms == 0
        )


def compare(
    found: Iterable[Difference],
    truth: Iterable[Difference],
    *,
    pairs_in_transit: Sequence[str] = (),
    others: Iterable[Difference] = (),
) -> Comparison:
    """Who hits whom. `truth` are the rows of reconciliation, those without a code among them;
    `others` are rows that something else finds."""
    known = {(row.entity, row.natural_key, row.amount) for row in others}
    rows: dict[Key, list[Difference]] = defaultdict(list)
    breaks: dict[Key, list[Difference]] = defaultdict(list)
    must_not_be = set()
    for row in truth:
        if row.code:
            rows[row.key].append(row)
        else:
            must_not_be.add((row.pair_id, row.natural_key))
    for found_break in found:
        breaks[found_break.key].append(found_break)

    compared = Comparison()
    for key in {**rows, **breaks}:
        _match(rows.get(key, []), breaks.get(key, []), compared)
    _match_sums(compared)
    alarms, compared.false_alarms = compared.false_alarms, []
    for alarm in alarms:
        is_under_way = (
            alarm.code == CUT_OFF
            and alarm.pair_id in pairs_in_transit
            and (alarm.pair_id, alarm.natural_key) not in must_not_be
        )
        if is_under_way:
            compared.in_transit.append(alarm)
        elif (alarm.entity, alarm.natural_key, alarm.amount) in known:
            compared.known_otherwise.append(alarm)
        else:
            compared.false_alarms.append(alarm)
    return compared


def _match(rows: list[Difference], breaks: list[Difference], compared: Comparison) -> None:
    """Breaks and rows of one key, the best fits first."""
    fits: tuple[Callable[[Difference, Difference], bool], ...] = (
        lambda row, one: row.code == one.code and row.currency == one.currency,
        lambda row, one: row.code == one.code and row.agrees_in_currency(one),
        lambda row, one: row.code == one.code,
        lambda row, one: row.currency == one.currency,
        lambda row, one: row.agrees_in_currency(one),
        lambda row, one: True,
    )
    rows, breaks = list(rows), list(breaks)
    for fit in fits:
        for row in list(rows):
            hit = next((one for one in breaks if fit(row, one)), None)
            if hit is not None:
                compared.hits.append((row, hit))
                rows.remove(row)
                breaks.remove(hit)
    compared.misses += rows
    compared.false_alarms += breaks


def _match_sums(compared: Comparison) -> None:
    """Several rows of one document and period that no break hits alone, and one that is their sum:
    two lines of a payout that are both lost differ by one amount."""
    together: dict[tuple[str, str, str, str], list[Difference]] = defaultdict(list)
    for row in compared.misses:
        together[row.pair_id, row.entity, row.natural_key, row.period_month].append(row)
    for place, rows in together.items():
        total = sum((row.amount for row in rows), Decimal(0))
        hit = next((one for one in compared.false_alarms if one.key == (*place, total)), None)
        if len(rows) > 1 and hit is not None:
            compared.false_alarms.remove(hit)
            for row in rows:
                compared.misses.remove(row)
                compared.hits.append((row, hit))


def score(compared: Comparison) -> Score:
    """Counts what was found, overall and by code."""
    instances = Counter(row.code for row, _ in compared.hits)
    instances.update(row.code for row in compared.misses)
    hits = Counter(row.code for row, _ in compared.hits)
    right = Counter(row.code for row, one in compared.hits if row.code == one.code)
    found = Counter(one.code for _, one in compared.hits)
    found.update(one.code for one in compared.false_alarms)
    return Score(
        instances=instances.total(),
        hits=hits.total(),
        right=right.total(),
        false_alarms=len(compared.false_alarms),
        by_code={
            code: CodeScore(instances[code], hits[code], right[code], found[code])
            for code in sorted({*instances, *found})
        },
    )


def confusion(compared: Comparison) -> Counter[tuple[str, str]]:
    """How often an expected code was found as which, with what was missed or is not there."""
    table = Counter((row.code, one.code) for row, one in compared.hits)
    table.update((row.code, MISSED) for row in compared.misses)
    table.update((NOT_THERE, one.code) for one in compared.false_alarms)
    return table


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
