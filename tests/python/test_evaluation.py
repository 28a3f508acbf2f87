"""What was found is compared with what is there: one break for one row, nothing counted twice."""

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from python_checks.cli import app
from python_checks.errors import RunError
from python_checks.evaluation.comparison import (
    Comparison,
    Difference,
    compare,
    confusion,
    score,
)
from python_checks.evaluation.report import as_json
from python_checks.evaluation.truth import read_truth


def difference(
    natural_key: str = "INV-1",
    code: str = "missing_posting",
    amount: str = "10",
    *,
    pair: str = "R01",
    entity: str = "US01",
    month: str = "2026-03-01",
    currency: str = "USD",
) -> Difference:
    return Difference(pair, entity, natural_key, month, Decimal(amount), currency, code)


def counts(compared: Comparison) -> tuple[int, int, int]:
    return len(compared.hits), len(compared.misses), len(compared.false_alarms)


@pytest.mark.parametrize(
    ("found", "hits"),
    [
        (difference(), 1),
        (difference(amount="10.0000"), 1),
        (difference(code="amount_mismatch"), 1),
        (difference(currency="XXX"), 1),
        (difference(amount="10.01"), 0),
        (difference(amount="-10"), 0),
        (difference("INV-2"), 0),
        (difference(pair="R02"), 0),
        (difference(entity="DE01"), 0),
        (difference(month="2026-02-01"), 0),
        (difference(currency="EUR"), 1),
    ],
    ids=[
        "the same", "an amount with more zeros", "another code", "no currency", "a cent off",
        "the other sign", "another document", "another pair", "another entity", "another period",
        "another currency",
    ],
)  # fmt: skip
def test_a_row_is_hit_by_a_break_that_is_equal_in_all_but_its_code(
    found: Difference, hits: int
) -> None:
    assert counts(compare([found], [difference()])) == (hits, 1 - hits, 1 - hits)


def test_a_fault_that_a_check_finds_is_no_false_alarm() -> None:
    compared = compare([difference()], [], others=[difference(pair="", code="")])
    assert (len(compared.false_alarms), len(compared.known_otherwise)) == (0, 1)
    compared = compare([difference(amount="3")], [], others=[difference(pair="", code="")])
    assert (len(compared.false_alarms), len(compared.known_otherwise)) == (1, 0)


def test_two_faults_of_one_document_are_hit_by_their_sum() -> None:
    truth = [difference(amount="3"), difference(amount="4")]
    compared = compare([difference(amount="7")], truth)
    assert counts(compared) == (2, 0, 0)
    compared = compare([difference(amount="8")], truth)
    assert counts(compared) == (0, 2, 1)


def test_two_breaks_of_one_key_hit_two_rows_and_a_third_is_a_false_alarm() -> None:
    compared = compare([difference()] * 3, [difference()] * 2)
    assert counts(compared) == (2, 0, 1)


def test_of_several_breaks_the_one_with_the_right_code_is_the_hit() -> None:
    found = [difference(code="amount_mismatch"), difference(code="export_failed")]
    compared = compare(found, [difference(code="export_failed"), difference(code="fx")])
    assert {(row.code, one.code) for row, one in compared.hits} == {
        ("export_failed", "export_failed"),
        ("fx", "amount_mismatch"),
    }


def test_a_row_without_a_code_must_be_no_break() -> None:
    none = difference(code="")
    assert counts(compare([], [none])) == (0, 0, 0)
    assert counts(compare([difference()], [none])) == (0, 0, 1)


@pytest.mark.parametrize(
    ("found", "truth", "alarms"),
    [
        (difference(code="timing_cutoff", pair="R06"), [], 0),
        (difference(code="timing_cutoff", pair="R01"), [], 1),
        (difference(code="missing_posting", pair="R06"), [], 1),
        (difference(code="timing_cutoff", pair="R06"), [difference(code="", pair="R06")], 1),
    ],
    ids=["under way", "a pair without", "another code", "must be no break"],
)
def test_only_cut_off_of_a_pair_with_documents_under_way_is_no_false_alarm(
    found: Difference, truth: list[Difference], alarms: int
) -> None:
    compared = compare([found], truth, pairs_in_transit=["R06"])
    assert (len(compared.false_alarms), len(compared.in_transit)) == (alarms, 1 - alarms)


def test_cut_off_that_the_truth_expects_is_a_hit() -> None:
    row = difference(code="timing_cutoff", pair="R06")
    assert counts(compare([row], [row], pairs_in_transit=["R06"])) == (1, 0, 0)


DIFFERENCES = st.lists(
    st.builds(
        difference,
        natural_key=st.sampled_from(["a", "b"]),
        code=st.sampled_from(["fx", "rounding", "timing_cutoff"]),
        amount=st.sampled_from(["0", "1", "1.0"]),
        currency=st.sampled_from(["USD", "EUR", "XXX"]),
    ),
    max_size=12,
)


@given(found=DIFFERENCES, truth=DIFFERENCES)
def test_matching_is_one_to_one(found: list[Difference], truth: list[Difference]) -> None:
    compared = compare(found, truth, pairs_in_transit=["R01"])
    rows = Counter(row for row, _ in compared.hits) + Counter(compared.misses)
    breaks = Counter(one for _, one in compared.hits)
    breaks += Counter(compared.false_alarms) + Counter(compared.in_transit)
    assert rows == Counter(truth)
    assert breaks == Counter(found)
    assert all(row.key == one.key for row, one in compared.hits)
    # No row and break are left over that could have met.
    left = compared.false_alarms + compared.in_transit
    assert not any(row.key == one.key for row in compared.misses for one in left)
    assert confusion(compared).total() == len(truth) + len(compared.false_alarms)


@given(truth=DIFFERENCES)
def test_the_truth_itself_is_found_whole(truth: list[Difference]) -> None:
    total = score(compare(reversed(truth), truth))
    assert total.is_good_enough
    assert total.hits == total.right == len(truth)


def test_wrong_codes_and_false_alarms_are_both_in_the_score() -> None:
    truth = [difference(str(number), code="fx") for number in range(4)]
    found = [
        difference("0", code="fx"),
        difference("1", code="fx"),
        difference("2", code="rounding"),
        difference("9", code="fx"),
    ]
    total = score(compare(found, truth))
    assert (total.recall, total.code_precision, total.precision) == (3 / 4, 2 / 3, 2 / 4)
    fx, rounding = total.by_code["fx"], total.by_code["rounding"]
    assert (fx.instances, fx.hits, fx.right, fx.found) == (4, 3, 2, 3)
    assert (fx.recall, fx.code_recall, fx.precision) == (3 / 4, 2 / 4, 2 / 3)
    assert (rounding.instances, rounding.recall, rounding.precision) == (0, None, 0)


@pytest.mark.parametrize(
    ("right", "wrong", "missed", "alarms", "passed"),
    [
        (200, 0, 0, 0, True),
        (199, 0, 1, 0, True),
        (197, 0, 3, 0, False),
        (200, 0, 0, 1, False),
        (191, 9, 0, 0, True),
        (188, 12, 0, 0, False),
        (0, 0, 0, 0, True),
        (0, 0, 0, 1, False),
    ],
    ids=[
        "all", "one in 200 missed", "three missed", "a false alarm", "few wrong codes",
        "many wrong codes", "nothing there", "nothing there, something found",
    ],
)  # fmt: skip
def test_what_is_good_enough(
    right: int, wrong: int, missed: int, alarms: int, passed: bool
) -> None:
    truth = [difference(str(number), code="fx") for number in range(right + wrong + missed)]
    found = [
        *(difference(str(number), code="fx") for number in range(right)),
        *(difference(str(number), code="x") for number in range(right, right + wrong)),
        *(difference(f"alarm {number}", code="x") for number in range(alarms)),
    ]
    assert score(compare(found, truth)).is_good_enough is passed


@pytest.mark.parametrize(("instances", "passed"), [(20, False), (19, True)])
def test_a_code_is_judged_from_twenty_instances(instances: int, passed: bool) -> None:
    rare = [difference(f"rare {number}", code="rare") for number in range(instances)]
    others = [difference(f"other {number}", code="other") for number in range(2000)]
    found = [*others, *rare[3:], *(difference(row.natural_key, code="other") for row in rare[:3])]
    assert score(compare(found, [*others, *rare])).is_good_enough is passed


def test_the_json_object_has_what_others_read() -> None:
    compared = compare(
        [difference(code="fx"), difference("INV-9")], [difference(), difference("x")]
    )
    read = json.loads(as_json({"seed 1": compared}))
    assert {"recall", "code_precision", "false_alarms", "by_code", "by_pair", "runs"} <= read.keys()
    assert (read["recall"], read["code_precision"], read["false_alarms"]) == (0.5, 0.0, 1)
    assert read["by_code"]["missing_posting"]["instances"] == 2
    assert read["by_pair"]["R01"] == {"instances": 2, "hits": 1, "right": 0, "false_alarms": 1}
    assert [row["natural_key"] for row in read["misses"]] == ["x"]
    assert [row["natural_key"] for row in read["false_alarm_list"]] == ["INV-9"]
    assert [row["found_code"] for row in read["wrong_codes"]] == ["fx"]


def test_lists_in_the_json_object_are_bounded() -> None:
    truth = [difference(str(number)) for number in range(9)]
    read = json.loads(as_json({"": compare([], truth)}, most=4))
    assert len(read["misses"]) == 4
    assert read["instances"] == 9


# --- the truth file ---------------------------------------------------------------------------

HEADER = "found_by,pair_id,expected_code,entity,natural_key,currency,amount,period_month"
ROW = "recon,R01,fx,US01,INV-1,USD,10.5,2026-03-01"


def truth_file(folder: Path, *lines: str) -> Path:
    file = folder / "faults.csv"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def test_rows_of_reconciliation_are_read_and_others_are_not(tmp_path: Path) -> None:
    file = truth_file(
        tmp_path, HEADER, ROW, "queue,,,US01,CM-1,USD,1,2026-03-01",
        'recon,R10,"",US01,ev-1,"",2.000001,2026-03-01',
    )  # fmt: skip
    first, second = read_truth(file)
    assert first == difference(code="fx", amount="10.5")
    assert (second.code, second.currency, second.amount) == ("", "XXX", Decimal("2.000001"))


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ([HEADER.replace(",amount", ",sum")], "line 1: the column amount is missing"),
        ([], "line 1: the column found_by"),
        ([HEADER, ROW, ROW.replace("10.5", "ten")], "line 3, column amount: 'ten' is no number"),
        ([HEADER, ROW.replace("10.5", "NaN")], "line 2, column amount: 'NaN'"),
        ([HEADER, ROW.replace("2026-03-01", "2026-03")], "line 2, column period_month: '2026-03'"),
        ([HEADER, ROW.replace("2026-03-01", "2026-03-02")], "line 2, column period_month"),
        ([HEADER, ROW.replace("USD", "usd")], "line 2, column currency: 'usd'"),
        ([HEADER, ROW.replace("recon", "recn")], "line 2, column found_by: 'recn'"),
        ([HEADER, ROW.replace("INV-1", "")], "line 2, column natural_key: it is empty"),
        ([HEADER, ROW + ",more"], "line 2: the line has not 8 cells"),
        ([HEADER, "recon,R01"], "line 2: the line has not 8 cells"),
    ],
)
def test_a_bad_truth_file_is_refused_with_its_place(
    tmp_path: Path, lines: list[str], place: str
) -> None:
    file = truth_file(tmp_path, *lines)
    with pytest.raises(RunError) as refused:
        read_truth(file)
    assert str(file) in str(refused.value)
    assert place in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Give either --seed, or --raw and --truth"),
        (["--raw", "a"], "--raw and --truth go together"),
        (["--seed", "1", "--raw", "a", "--truth", "b"], "Give either"),
        (["--seed", "1", "--format", "xml"], "--format xml"),
        (["--raw", "a", "--truth", "nowhere.csv"], "nowhere.csv cannot be read"),
        (["--seed", "1", "--customers", "2"], "customers"),
        (["--seed", "1", "--faults", "many"], "many"),
    ],
)
def test_what_cannot_be_measured_is_an_error(arguments: list[str], message: str) -> None:
    ended = CliRunner().invoke(app, ["evaluate", "reconciliation", *arguments])
    assert ended.exit_code == 2, ended.output
    assert message in ended.stderr
    assert ended.stdout == ""
