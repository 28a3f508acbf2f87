"""What Jira shows: tickets of the billing desk, incidents and changes.

One site with three projects. What an issue is now stands on the issue; what it was, and everything
in the fields of the site's own, comes as rows of `issue_field_history`, one each time a field got a
value: ids where a field is a list, text where it is not. Numbers of invoices are as people type
them, and customers go by the id of their biller.
"""

from datetime import datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.around_work import OTHER_CAUSES, REASONS, SYSTEM_CAUSES, Work
from python_checks.simulator.money import EXPONENTS, in_major_units
from python_checks.simulator.schema import World

NO_TEXT = pl.lit(None, dtype=pl.String)
# Of each kind of item: project, the offset of its issue ids, of three that take turns.
PROJECTS = {"ticket": ("BILL", 0), "incident": ("OPS", 1), "change": ("CHG", 2)}
FIRST_ISSUE = 10_001
ISSUE_TYPES = {"Billing Question": 10_101, "Billing Dispute": 10_102, "Incident": 10_103,
               "Change": 10_104}  # fmt: skip
# Name, id and category: 2 to do, 4 in progress, 3 done.
STATUSES = {
    "Open": (1, 2), "In Progress": (3, 4), "Reopened": (4, 2), "Resolved": (5, 3),
    "Closed": (6, 3), "Waiting for customer": (10_201, 4), "Investigating": (10_202, 4),
    "Requested": (10_203, 2), "Approved": (10_204, 4), "Declined": (10_205, 3),
    "Deployed": (10_206, 3), "Rolled Back": (10_207, 3),
}  # fmt: skip
PRIORITIES = {"P1": 1, "P2": 2, "P3": 3, "P4": 4}
RESOLUTIONS = {"Done": 10_000, "Credit Issued": 10_001, "Refund Issued": 10_002,
               "No Change": 10_003, "Duplicate": 10_004}  # fmt: skip
OUTCOMES = {"credit": "Credit Issued", "refund": "Refund Issued", "no_change": "No Change",
            "duplicate": "Duplicate", "answered": "Done"}  # fmt: skip
SYSTEM_FIELDS = {"status": "Status", "priority": "Priority", "resolution": "Resolution"}
CUSTOM_FIELDS = (
    "Billing Account", "Invoice Number", "Legal Entity", "Root Cause", "Severity", "Detected At",
    "Triaged By", "Triaged At", "Disputed Amount", "Dispute Currency", "Dispute Reason",
    "Approved By", "Deployed At",
)  # fmt: skip
FIELD_IDS = {name: f"customfield_{10_101 + place}" for place, name in enumerate(CUSTOM_FIELDS)}
OPTIONS = (*PRIORITIES, *EXPONENTS, *SYSTEM_CAUSES, *OTHER_CAUSES, *REASONS)
FIRST_OPTION = 10_301
OPTION_IDS = {name: str(FIRST_OPTION + place) for place, name in enumerate(OPTIONS)}
FIRST_ENTITY_OPTION = 10_901
ENDS = ("Resolved", "Closed", "Declined", "Deployed", "Rolled Back")


def tables(world: World, work: Work) -> dict[str, pl.DataFrame]:
    """Every raw table of the site: all text, in the order of the ids."""
    synced = datetime.combine(world.last_on + timedelta(days=1), time(2))
    steps = _steps(work)
    items = _items(work)
    history = _history(world, work, steps, items)
    found = {
        "issue": _issues(items, steps),
        "issue_type": _listed(ISSUE_TYPES),
        "status": pl.DataFrame(
            {
                "id": [str(number) for number, _ in STATUSES.values()],
                "name": list(STATUSES),
                "status_category_id": [str(category) for _, category in STATUSES.values()],
            }
        ),
        "priority": _listed(PRIORITIES),
        "resolution": _listed(RESOLUTIONS),
        "field": pl.DataFrame(
            {
                "id": [*SYSTEM_FIELDS, *FIELD_IDS.values()],
                "name": [*SYSTEM_FIELDS.values(), *FIELD_IDS],
                "is_array": ["false"] * (len(SYSTEM_FIELDS) + len(FIELD_IDS)),
                "is_custom": ["false"] * len(SYSTEM_FIELDS) + ["true"] * len(FIELD_IDS),
            }
        ),
        "field_option": _options(world),
        "issue_field_history": history,
        "issue_link": _links(work),
    }
    return {
        name: frame.with_columns(_fivetran_synced=pl.lit(f"{synced:%Y-%m-%d %H:%M:%S}"))
        for name, frame in found.items()
    }


# --- words and numbers ---------------------------------------------------------------------------


def _at(instant: str) -> pl.Expr:
    return pl.col(instant).dt.strftime("%Y-%m-%d %H:%M:%S")


def _typed_at(instant: str) -> pl.Expr:
    """How Jira writes the value of a field that is a time."""
    return pl.col(instant).dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _issue(item: str, key: str) -> pl.Expr:
    return FIRST_ISSUE + 3 * pl.col(key) + PROJECTS[item][1]


def _person(column: str) -> pl.Expr:
    """An account id: it names nobody."""
    return pl.format("557058:{}", pl.col(column))


def _named(column: str, words: dict[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(words, return_dtype=pl.String)


def _ids(numbers: dict[str, int]) -> dict[str, str]:
    return {name: str(number) for name, number in numbers.items()}


STATUS_IDS = {name: str(number) for name, (number, _) in STATUSES.items()}
CATEGORIES = {name: category for name, (_, category) in STATUSES.items()}


def _listed(numbers: dict[str, int]) -> pl.DataFrame:
    return pl.DataFrame({"id": [str(number) for number in numbers.values()], "name": list(numbers)})


def _entity_options(world: World) -> pl.DataFrame:
    return world.entities.sort("entity").select(
        "entity", "code", option=(FIRST_ENTITY_OPTION + pl.col("entity")).cast(pl.String)
    )


def _options(world: World) -> pl.DataFrame:
    known = pl.DataFrame({"id": list(OPTION_IDS.values()), "name": list(OPTION_IDS)})
    entities = _entity_options(world).select(id="option", name="code")
    return pl.concat([known, entities]).with_columns(parent_id=NO_TEXT)


# --- issues --------------------------------------------------------------------------------------


def _steps(work: Work) -> pl.DataFrame:
    """The steps with their issue and the category of their status, in the order of time."""
    offsets = {item: offset for item, (_, offset) in PROJECTS.items()}
    return (
        work.steps.with_columns(
            issue=FIRST_ISSUE
            + 3 * pl.col("item_key")
            + pl.col("item").replace_strict(offsets, return_dtype=pl.Int64),
            category=pl.col("status").replace_strict(CATEGORIES, return_dtype=pl.Int64),
        )
        .sort("issue", "position")
        .with_columns(
            category_before=pl.col("category").shift(1).over("issue", order_by="position")
        )
    )


def _items(work: Work) -> pl.DataFrame:
    """All items with what an issue says of itself: issue, item, number, type, priority, outcome."""
    is_dispute = pl.col("kind") == "dispute"
    severity = pl.when(pl.col("kind") == "emergency").then(pl.lit("P2")).otherwise(pl.lit("P4"))
    parts = [
        work.tickets.select(
            issue=_issue("ticket", "ticket"),
            number=pl.format("BILL-{}", pl.col("ticket") + 1),
            type=pl.when(is_dispute)
            .then(pl.lit("Billing Dispute"))
            .otherwise(pl.lit("Billing Question")),
            priority="priority",
            outcome=_named("outcome", OUTCOMES),
        ),
        work.incidents.select(
            issue=_issue("incident", "incident"),
            number=pl.format("OPS-{}", pl.col("incident") + 1),
            type=pl.lit("Incident"),
            priority="severity",
            outcome=pl.lit("Done"),
        ),
        work.changes.select(
            issue=_issue("change", "change"),
            number=pl.format("CHG-{}", pl.col("change") + 1),
            type=pl.lit("Change"),
            priority=severity,
            outcome=pl.lit("Done"),
        ),
    ]
    return pl.concat(parts).sort("issue")


def _issues(items: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    is_end = pl.col("status").is_in(ENDS)
    was_end = pl.col("category_before") == CATEGORIES["Resolved"]
    now = steps.group_by("issue").agg(
        status=pl.col("status").sort_by("position").last(),
        created_at=pl.col("at").min(),
        updated_at=pl.col("at").max(),
        # A resolution is set when an issue comes to an end, not again when it is closed.
        ended_at=pl.col("at").filter(is_end & ~was_end.fill_null(False)).max(),
        category_at=pl.col("at")
        .filter(pl.col("category") != pl.col("category_before").fill_null(0))
        .max(),
        reporter=pl.col("by").sort_by("position").first(),
        assignee=pl.col("by").sort_by("position").last(),
    )
    is_over = pl.col("status").is_in(ENDS)
    return (
        items.join(now, on="issue", how="inner", maintain_order="left")
        .sort("issue")
        .select(
            id=pl.col("issue").cast(pl.String),
            key="number",
            project=pl.col("number").str.extract(r"^(\w+)-", 1),
            issue_type=_named("type", _ids(ISSUE_TYPES)),
            status=_named("status", STATUS_IDS),
            priority=_named("priority", _ids(PRIORITIES)),
            resolution=pl.when(is_over).then(
                _named("outcome", _ids(RESOLUTIONS)).fill_null(str(RESOLUTIONS["Done"]))
            ),
            summary=pl.format("{} {}", "type", "number"),
            reporter=_person("reporter"),
            assignee=_person("assignee"),
            created=_at("created_at"),
            updated=_at("updated_at"),
            resolved=pl.when(is_over).then(_at("ended_at")),
            status_category_changed=_at("category_at"),
            _fivetran_deleted=pl.lit("false"),
        )
    )


def _links(work: Work) -> pl.DataFrame:
    """Causes, each told from both of its ends, as Jira does."""
    causes = pl.concat(
        [
            work.incidents.filter(pl.col("change").is_not_null()).select(
                issue=_issue("incident", "incident"), cause=_issue("change", "change")
            ),
            work.tickets.filter(pl.col("incident").is_not_null()).select(
                issue=_issue("ticket", "ticket"), cause=_issue("incident", "incident")
            ),
        ]
    )
    return (
        pl.concat(
            [
                causes.with_columns(relationship=pl.lit("is caused by")),
                causes.select(issue="cause", cause="issue", relationship=pl.lit("causes")),
            ]
        )
        .sort("issue", "cause")
        .select(
            issue_id=pl.col("issue").cast(pl.String),
            related_issue_id=pl.col("cause").cast(pl.String),
            relationship="relationship",
        )
    )


# --- the history of fields -----------------------------------------------------------------------


def _history(world: World, work: Work, steps: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """One row for each value that a field got; the last one of a field stands."""
    rows = pl.concat(
        [
            *_of_steps(steps, items),
            *_of_tickets(world, work),
            *_of_incidents(work),
            *_of_changes(work),
        ]
    )
    return (
        rows.sort("issue", "field", "at", "turn")
        .with_columns(turns=pl.len().over("issue", "field"))
        .with_columns(place=pl.int_range(pl.len()).over("issue", "field", order_by=["at", "turn"]))
        .select(
            issue_id=pl.col("issue").cast(pl.String),
            field_id="field",
            time=_at("at"),
            value="value",
            is_active=pl.when(pl.col("place") == pl.col("turns") - 1)
            .then(pl.lit("true"))
            .otherwise(pl.lit("false")),
            author_id=_person("author"),
        )
    )


def _rows(
    frame: pl.DataFrame, field: str, value: pl.Expr, at: str, author: str | pl.Expr, turn: int = 0
) -> pl.DataFrame:
    """The rows of one field: `frame` has the issue; `turn` orders values of one instant."""
    return frame.select(
        pl.col("issue").cast(pl.Int64),
        field=pl.lit(field),
        at=pl.col(at),
        value=value.cast(pl.String),
        author=pl.col(author) if isinstance(author, str) else author,
        turn=pl.lit(turn),
    )


def _of_steps(steps: pl.DataFrame, items: pl.DataFrame) -> list[pl.DataFrame]:
    is_end, was_end = pl.col("status").is_in(ENDS), pl.col("category_before") == 3
    opened = steps.filter(pl.col("position") == 0).join(
        items, on="issue", how="inner", maintain_order="left"
    )
    resolved = (
        steps.with_columns(is_end=is_end, was_end=was_end.fill_null(False))
        .filter(pl.col("is_end") != pl.col("was_end"))
        .join(items.select("issue", "outcome"), on="issue", how="inner", maintain_order="left")
        .with_columns(
            resolution=pl.when("is_end").then(
                _named("outcome", _ids(RESOLUTIONS)).fill_null(str(RESOLUTIONS["Done"]))
            )
        )
    )
    return [
        _rows(steps, "status", _named("status", STATUS_IDS), "at", "by"),
        _rows(opened, "priority", _named("priority", _ids(PRIORITIES)), "at", "by"),
        # Taken away again when an issue is reopened.
        _rows(resolved, "resolution", pl.col("resolution"), "at", "by"),
    ]


def _of_tickets(world: World, work: Work) -> list[pl.DataFrame]:
    customers = world.customers.select("customer", "biller")
    invoices = world.invoices.select("invoice", "number")
    entities = _entity_options(world).select("entity", "option")
    opener = work.steps.filter((pl.col("item") == "ticket") & (pl.col("position") == 0)).select(
        ticket="item_key", by="by"
    )
    taken_up = work.steps.filter((pl.col("item") == "ticket") & (pl.col("position") == 1)).select(
        ticket="item_key", taken_up_at="at"
    )
    tickets = (
        work.tickets.join(customers, on="customer", how="left", maintain_order="left")
        .join(invoices, on="invoice", how="left", maintain_order="left")
        .join(entities, on="entity", how="left", maintain_order="left")
        .join(opener, on="ticket", how="left", maintain_order="left")
        .join(taken_up, on="ticket", how="left", maintain_order="left")
        .with_columns(
            issue=_issue("ticket", "ticket"),
            account=pl.when(pl.col("biller") == "stripe")
            .then(ids.stripe("cus", "customer"))
            .otherwise(ids.zuora("account", "customer")),
            # Some customers write without a number: the desk looks it up.
            number_at=pl.when(pl.col("ticket") % 5 == 0).then("taken_up_at").otherwise("opened_at"),
        )
    )
    billed = tickets.filter(pl.col("number").is_not_null() & pl.col("number_at").is_not_null())
    disputes = tickets.filter(pl.col("kind") == "dispute")
    triaged = tickets.filter(pl.col("triaged_at").is_not_null())
    # Of some a first guess was noted, which the finding replaced.
    guessed = triaged.filter(pl.col("ticket") % 6 == 0).with_columns(guess=pl.lit("customer_error"))
    field = FIELD_IDS
    amount = in_major_units("disputed_minor")
    return [
        _rows(tickets, field["Billing Account"], pl.col("account"), "opened_at", "by"),
        _rows(tickets, field["Legal Entity"], pl.col("option"), "opened_at", "by"),
        _rows(billed, field["Invoice Number"], pl.col("number"), "number_at", "by"),
        _rows(disputes, field["Disputed Amount"], amount, "opened_at", "by"),
        _rows(
            disputes, field["Dispute Currency"], _named("currency", OPTION_IDS), "opened_at", "by"
        ),
        _rows(disputes, field["Dispute Reason"], _named("reason", OPTION_IDS), "opened_at", "by"),
        _rows(guessed, field["Root Cause"], _named("guess", OPTION_IDS), "opened_at", "by"),
        *_of_findings(triaged),
    ]


def _of_incidents(work: Work) -> list[pl.DataFrame]:
    opener = work.steps.filter((pl.col("item") == "incident") & (pl.col("position") == 0)).select(
        incident="item_key", by="by"
    )
    incidents = work.incidents.join(
        opener, on="incident", how="left", maintain_order="left"
    ).with_columns(issue=_issue("incident", "incident"))
    triaged = incidents.filter(pl.col("triaged_at").is_not_null())
    field = FIELD_IDS
    return [
        _rows(incidents, field["Severity"], _named("severity", OPTION_IDS), "opened_at", "by"),
        _rows(incidents, field["Detected At"], _typed_at("detected_at"), "opened_at", "by"),
        *_of_findings(triaged),
    ]


def _of_findings(triaged: pl.DataFrame) -> list[pl.DataFrame]:
    lead = "triaged_by"
    return [
        _rows(triaged, FIELD_IDS["Root Cause"], _named("cause", OPTION_IDS), "triaged_at", lead, 1),
        _rows(triaged, FIELD_IDS["Triaged By"], _person(lead), "triaged_at", lead),
        _rows(triaged, FIELD_IDS["Triaged At"], _typed_at("triaged_at"), "triaged_at", lead),
    ]


def _of_changes(work: Work) -> list[pl.DataFrame]:
    changes = work.changes.with_columns(issue=_issue("change", "change"))
    approved = changes.filter(pl.col("approved_at").is_not_null())
    deployed = changes.filter(pl.col("deployed_at").is_not_null())
    field = FIELD_IDS
    return [
        _rows(approved, field["Approved By"], _person("approved_by"), "approved_at", "approved_by"),
        _rows(
            deployed, field["Deployed At"], _typed_at("deployed_at"), "deployed_at", "requested_by"
        ),
    ]
