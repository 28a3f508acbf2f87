"""The work around the simulated company, and its views in Salesforce and Jira, tie to the world."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from python_checks.simulator import money
from python_checks.simulator.around_work import LEAST, Work, build_work, scenarios
from python_checks.simulator.schema import World
from python_checks.simulator.settings import Settings
from python_checks.simulator.views import jira, salesforce
from python_checks.simulator.world import build_world

CUT_ON = date(2025, 12, 20)


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(Settings())


@pytest.fixture(scope="module")
def work(world: World) -> Work:
    return build_work(world, 7)


@pytest.fixture(scope="module")
def desk(world: World, work: Work) -> dict[str, pl.DataFrame]:
    return jira.tables(world, work)


@pytest.fixture(scope="module")
def crm(world: World) -> dict[str, pl.DataFrame]:
    return salesforce.tables(world)


def text(frame: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return frame.rows()


# --- the work ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [7, 1, 2])
def test_every_scenario_occurs_at_least_five_times(seed: int) -> None:
    found = scenarios(build_work(build_world(Settings(seed=seed)), seed))
    assert {name: count for name, count in found.items() if count < LEAST - 1} == {}


def test_the_same_seed_gives_the_same_work(world: World, work: Work) -> None:
    again = build_work(world, 7)
    assert all(frame.equals(getattr(again, name)) for name, frame in work.frames())
    assert not work.tickets.equals(build_work(world, 8).tickets)


def test_a_billing_error_that_was_credited_had_a_ticket_before(world: World, work: Work) -> None:
    errors = world.credit_notes.filter(pl.col("reason").is_in(["billing_error", "duplicate"]))
    joined = errors.join(work.tickets, on="credit_note", how="left", suffix="_of_ticket")
    assert joined["ticket"].null_count() <= errors.height // 10
    told = joined.drop_nulls("ticket")
    assert told.height == told["ticket"].n_unique()
    assert told.filter(pl.col("opened_at") >= pl.col("issued_at")).is_empty()
    assert told["invoice"].equals(told["invoice_of_ticket"])
    assert told["total_minor"].equals(told["disputed_minor"])


def test_an_item_begins_with_its_opening_and_never_stands_still(work: Work) -> None:
    steps = work.steps.sort("item", "item_key", "position")
    first = steps.filter(pl.col("position") == 0)
    assert set(first["status"]) == {"Open", "Requested"}
    assert first.height == work.tickets.height + work.incidents.height + work.changes.height
    gaps = steps.select(pl.col("at").diff().over("item", "item_key")).drop_nulls().to_series()
    assert gaps.min() is not None and gaps.min() > timedelta(0)  # type: ignore[operator]


def test_a_finding_comes_before_the_end(work: Work) -> None:
    for frame in (work.tickets, work.incidents):
        late = pl.col("triaged_at") >= pl.col("resolved_at")
        assert frame.filter(late).is_empty()
        assert frame.filter(pl.col("cause").is_null() != pl.col("triaged_at").is_null()).is_empty()


def test_a_cause_comes_before_what_it_caused(work: Work) -> None:
    incidents = work.incidents.join(work.changes, on="change", how="inner")
    assert incidents.filter(pl.col("deployed_at") >= pl.col("detected_at")).is_empty()
    tickets = work.tickets.join(work.incidents, on="incident", how="inner", suffix="_of_incident")
    assert tickets.filter(pl.col("detected_at") > pl.col("opened_at")).is_empty()


def test_an_earlier_day_knows_nothing_of_a_later_one(work: Work) -> None:
    then = work.until(CUT_ON)
    end = datetime(2025, 12, 21)
    for name, frame in then.frames():
        assert 0 < frame.height < getattr(work, name).height
        for column, kind in frame.schema.items():
            if kind == pl.Datetime("us"):
                assert frame.filter(pl.col(column) >= end).is_empty(), (name, column)


# --- both views ----------------------------------------------------------------------------------


def test_all_cells_are_text_and_keys_are_unique(
    desk: dict[str, pl.DataFrame], crm: dict[str, pl.DataFrame]
) -> None:
    keys = {
        "issue_field_history": ["issue_id", "field_id", "time"],
        "issue_link": ["issue_id", "related_issue_id", "relationship"],
    }
    for name, frame in {**desk, **crm}.items():
        assert set(frame.schema.values()) == {pl.String()}, name
        assert not frame.is_empty(), name
        assert frame.select(keys.get(name, ["id"])).is_duplicated().sum() == 0, name
        assert frame.select(keys.get(name, ["id"])).null_count().sum_horizontal().item() == 0


def test_views_of_an_earlier_day_show_nothing_of_a_later_one(world: World, work: Work) -> None:
    then = world.until(CUT_ON)
    for name, frame in {
        **jira.tables(then, work.until(CUT_ON)),
        **salesforce.tables(then),
    }.items():
        for column in ("created", "created_date", "time", "resolved", "updated"):
            if column in frame.columns:
                assert frame.filter(pl.col(column) >= "2025-12-21").is_empty(), (name, column)


# --- salesforce ----------------------------------------------------------------------------------


def test_an_item_of_an_order_is_there_for_each_line_and_change(
    world: World, crm: dict[str, pl.DataFrame]
) -> None:
    items = crm["order_item"]
    lines = items.filter(pl.col("amended_order_item_c").is_null())
    assert lines.height == world.items.height
    changes = world.amendments.filter(pl.col("kind").is_in(["renew", "quantity"]))
    assert items.height - lines.height == changes.height
    assert items.join(crm["order"], left_on="order_id", right_on="id", how="anti").is_empty()


def test_orders_add_up(crm: dict[str, pl.DataFrame]) -> None:
    exact = pl.Decimal(38, 4)
    sums = (
        crm["order_item"]
        .group_by("order_id")
        .agg(items=pl.col("total_price").cast(exact).sum().fill_null(Decimal(0)))
    )
    joined = crm["order"].join(sums, left_on="id", right_on="order_id", how="inner")
    assert joined.filter(pl.col("total_amount").cast(exact) != pl.col("items")).is_empty()


def test_a_discount_is_the_way_from_the_list_price_to_the_unit_price(
    crm: dict[str, pl.DataFrame],
) -> None:
    priced = crm["order_item"].drop_nulls("list_price")
    discounted = priced.filter(pl.col("discount_c") != "0.00")
    assert discounted.height >= LEAST
    for row in priced.select("list_price", "discount_c", "unit_price").iter_rows():
        list_price, percent, unit_price = (Decimal(cell) for cell in row)
        assert list_price * (100 - percent) == 100 * unit_price


def test_accounts_carry_the_id_of_their_biller(world: World, crm: dict[str, pl.DataFrame]) -> None:
    found = crm["account"]["billing_system_c"].value_counts().sort("billing_system_c").rows()
    billers = world.customers["biller"].value_counts().sort("biller").rows()
    assert [count for _, count in found] == [count for _, count in billers]
    zuora = crm["account"].filter(pl.col("billing_system_c") == "Zuora")
    assert zuora["billing_account_id_c"].str.len_chars().unique().to_list() == [32]
    assert zuora["billing_tenant_c"].null_count() == zuora.height
    merged = crm["account"].filter(pl.col("is_deleted") == "true")
    assert merged["master_record_id"].null_count() == 0


# --- jira ----------------------------------------------------------------------------------------


def test_the_value_that_stands_is_the_last_one(desk: dict[str, pl.DataFrame]) -> None:
    history = desk["issue_field_history"]
    last = history.filter(pl.col("time") == pl.col("time").max().over("issue_id", "field_id")).sort(
        "issue_id", "field_id"
    )
    standing = history.filter(pl.col("is_active") == "true").sort("issue_id", "field_id")
    assert standing.equals(last)
    assert standing.select("issue_id", "field_id").is_duplicated().sum() == 0


@pytest.mark.parametrize("field", ["status", "priority", "resolution"])
def test_an_issue_says_what_its_history_says(desk: dict[str, pl.DataFrame], field: str) -> None:
    standing = desk["issue_field_history"].filter(
        (pl.col("field_id") == field) & (pl.col("is_active") == "true")
    )
    joined = desk["issue"].join(
        standing.select("issue_id", "value"), left_on="id", right_on="issue_id", how="left"
    )
    assert joined.height == desk["issue"].height
    assert joined.filter(pl.col(field).ne_missing(pl.col("value"))).is_empty()


def test_an_issue_has_a_resolution_if_and_only_if_it_is_over(
    desk: dict[str, pl.DataFrame],
) -> None:
    issues = desk["issue"].join(
        desk["status"].select(status="id", category="status_category_id"), on="status", how="left"
    )
    is_over = pl.col("category") == "3"
    assert issues.filter(
        is_over & pl.any_horizontal(pl.col("resolution", "resolved").is_null())
    ).is_empty()
    assert issues.filter(
        ~is_over & pl.any_horizontal(pl.col("resolution", "resolved").is_not_null())
    ).is_empty()


def test_disputed_amounts_are_those_of_the_tickets(
    world: World, work: Work, desk: dict[str, pl.DataFrame]
) -> None:
    field = jira.FIELD_IDS["Disputed Amount"]
    shown = desk["issue_field_history"].filter(pl.col("field_id") == field)
    told = work.tickets.drop_nulls("disputed_minor").select(
        value=money.in_major_units("disputed_minor")
    )
    assert sorted(shown["value"]) == sorted(told["value"])
    capped = work.tickets.drop_nulls("disputed_minor").join(world.invoices, on="invoice")
    beyond = capped.filter(
        (pl.col("disputed_minor") > pl.col("total_minor")) & pl.col("dispute").is_null()
    )
    assert beyond.is_empty()


def test_a_cause_is_told_from_both_ends(work: Work, desk: dict[str, pl.DataFrame]) -> None:
    links = desk["issue_link"]
    causes = links.filter(pl.col("relationship") == "is caused by")
    others = links.filter(pl.col("relationship") == "causes")
    assert causes.height == others.height
    assert set(text(causes.select("issue_id", "related_issue_id"))) == set(
        text(others.select("related_issue_id", "issue_id"))
    )
    assert causes.height == (work.incidents["change"].count() + work.tickets["incident"].count())
