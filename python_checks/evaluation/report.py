"""Shows a score to a person, or writes it as one JSON object."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from python_checks.evaluation.comparison import (
    Comparison,
    Difference,
    Score,
    confusion,
    score,
)

# More misses or false alarms are counted, not listed.
MOST_LISTED = 200
MOST_SHOWN = 20


def as_json(runs: Mapping[str, Comparison], *, most: int = MOST_LISTED) -> str:
    """All companies together, and the numbers of each."""
    together = pooled(runs)
    total = score(together)
    near = neighbours(together)
    crossed: dict[str, dict[str, int]] = defaultdict(dict)
    for (expected, found), times in sorted(confusion(together).items()):
        crossed[expected][found] = times
    content: dict[str, Any] = {
        "passed": total.is_good_enough,
        **_numbers(total),
        "in_transit": len(together.in_transit),
        "known_otherwise": len(together.known_otherwise),
        "by_code": {
            code: {
                "instances": of_code.instances,
                "hits": of_code.hits,
                "right": of_code.right,
                "found": of_code.found,
                "recall": of_code.recall,
                "code_recall": of_code.code_recall,
                "precision": of_code.precision,
                "is_judged": of_code.is_judged,
                "is_good_enough": of_code.is_good_enough,
            }
            for code, of_code in total.by_code.items()
        },
        "by_pair": by_pair(together),
        "confusion": crossed,
        "runs": {run: _numbers(score(compared)) for run, compared in runs.items()},
        "misses": [
            _listed(row) | {"near": near.get((row.run, row.pair_id, row.natural_key), [])}
            for row in together.misses[:most]
        ],
        "wrong_codes": [
            _listed(row) | {"found_code": one.code}
            for row, one in together.hits
            if row.code != one.code
        ][:most],
        "false_alarm_list": [_listed(one) for one in together.false_alarms[:most]],
    }
    return json.dumps(content, indent=2)


def show(runs: Mapping[str, Comparison], console: Console) -> None:
    """The confusion table, the score by code, and the first of what went wrong."""
    together = pooled(runs)
    total = score(together)
    crossed = confusion(together)
    table = Table("expected", "found", "times", box=None, title="Expected and found codes")
    for (expected, found), times in sorted(crossed.items()):
        style = "" if expected == found else "red"
        table.add_row(expected, found, f"{times:,}", style=style)
    console.print(table)

    pairs = Table(
        "pair", "instances", "hit", "right code", "false alarms", box=None, title="By pair"
    )
    for pair, counts in by_pair(together).items():
        pairs.add_row(pair, *(f"{number:,}" for number in counts.values()))
    console.print(pairs)

    codes = Table(
        Column("code", no_wrap=True), "instances", "hit", "right", "found", "recall",
        "right code", "precision", "",
        box=None, title="By code",
    )  # fmt: skip
    for code, of_code in total.by_code.items():
        codes.add_row(
            code, f"{of_code.instances:,}", f"{of_code.hits:,}", f"{of_code.right:,}",
            f"{of_code.found:,}", _percent(of_code.recall), _percent(of_code.code_recall),
            _percent(of_code.precision),
            "few" if not of_code.is_judged
            else "" if of_code.is_good_enough else "[red]below[/red]",
        )  # fmt: skip
    console.print(codes)

    near = neighbours(together)
    for title, rows in (("Missed", together.misses), ("False alarms", together.false_alarms)):
        if rows:
            console.print(f"{title}: {len(rows):,}")
        for row in rows[:MOST_SHOWN]:
            others = near.get((row.run, row.pair_id, row.natural_key), [])
            hint = f"  found there: {'; '.join(others)}" if title == "Missed" and others else ""
            console.print(f"  {_line(row)}{hint}", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"recall {_percent(total.recall)} of {total.instances:,}, code precision"
        f" {_percent(total.code_precision)}, false alarms {total.false_alarms:,}"
        f" (and {len(together.in_transit):,} under way):"
        f" {'good enough' if total.is_good_enough else 'not good enough'}",
        highlight=False,
    )


def pooled(runs: Mapping[str, Comparison]) -> Comparison:
    """All companies as one."""
    together = Comparison()
    for compared in runs.values():
        together.add(compared)
    return together


def by_pair(compared: Comparison) -> dict[str, dict[str, int]]:
    """How much each pair has to find, found, found with the right code, and found for nothing."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for row, one in compared.hits:
        counted[row.pair_id].update(instances=1, hits=1, right=int(row.code == one.code))
    for row in compared.misses:
        counted[row.pair_id].update(instances=1)
    for one in compared.false_alarms:
        counted[one.pair_id].update(false_alarms=1)
    kinds = ("instances", "hits", "right", "false_alarms")
    return {pair: {kind: counted[pair][kind] for kind in kinds} for pair in sorted(counted)}


def neighbours(compared: Comparison) -> dict[tuple[str, str, str], list[str]]:
    """False alarms by run, pair and natural key: most misses were found, and something is off."""
    near: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in compared.false_alarms + compared.in_transit:
        near[one.run, one.pair_id, one.natural_key].append(_line(one))
    return near


def _numbers(total: Score) -> dict[str, Any]:
    return {
        "recall": total.recall,
        "code_precision": total.code_precision,
        "precision": total.precision,
        "false_alarms": total.false_alarms,
        "instances": total.instances,
        "hits": total.hits,
        "right": total.right,
    }


def _listed(row: Difference) -> dict[str, str]:
    return {
        "run": row.run,
        "pair_id": row.pair_id,
        "entity": row.entity,
        "natural_key": row.natural_key,
        "period_month": row.period_month,
        "amount": f"{row.amount:f}",
        "currency": row.currency,
        "code": row.code,
        "origin": row.origin,
    }


def _line(row: Difference) -> str:
    cells: Iterable[str] = (
        row.run, row.pair_id, row.entity, row.natural_key, row.period_month[:7],
        f"{row.amount.normalize():f}", row.currency, row.code, row.origin,
    )  # fmt: skip
    return " ".join(cell for cell in cells if cell)


def _percent(share: float | None) -> str:
    return "n/a" if share is None else f"{100 * share:.2f} %"
