"""What NetSuite shows: the books of all entities as transactions with lines and links.

Signs: a header's `foreigntotal` is positive for invoices, charges, payments and deposits, negative
for credit memos and refunds, and the sum of the debits for journals; on lines `foreignamount`,
`netamount` and `amount` are debit minus credit. A link's `foreignamount` is what the later document
takes off the earlier one's open amount, on `nextdate`; what takes that back is a link of a negative
amount from the document that reverses it. A voided document keeps its amounts: a journal takes them
back. Ids are made of the books' keys, so that they never change from one extract to the next.
"""

from datetime import date, datetime, time, timedelta

import polars as pl

from python_checks.simulator import ids
from python_checks.simulator.books import ACCOUNTS, MOST_ORIGINS, ORIGINS, TAX, Books, document
from python_checks.simulator.money import EXPONENTS, in_major_units, with_places
from python_checks.simulator.schema import World
from python_checks.simulator.views.bank import receipt_reference

Tables = dict[str, pl.DataFrame]

NO_TEXT = pl.lit(None, dtype=pl.String)
YES, NO = pl.lit("T"), pl.lit("F")
INTEGRATION, CASH_CLERK, ACCOUNTANT = "5", "11", "12"
CURRENCY_IDS = {"USD": 1, "GBP": 2, "EUR": 4, "JPY": 5, "KWD": 6}
BASE_CURRENCY, BASE_SUBSIDIARY = "USD", 1
FIRST_ACCOUNT_ID, FIRST_CUSTOMER_ID, FIRST_TRANSACTION_ID = 100, 501, 1001
TYPES = {
    "invoice": "CustInvc", "debit_memo": "CustChrg", "credit_memo": "CustCred",
    "payment": "CustPymt", "refund": "CustRfnd", "deposit": "Deposit", "journal": "Journal",
}  # fmt: skip
REVALUATIONS = ("revaluation", "revaluation_reversal")
BY_CASH_CLERK = ("receipt", "receipt_unidentified", "receipt_of_affiliate", "receipt_returned")
BY_ACCOUNTANT = (
    "write_off", "bank_entry", "opening_bank", "opening_deferrals", "recognition", *REVALUATIONS,
)  # fmt: skip
# What journals say they are; other documents name what they are about.
MEMOS = {
    "receipt_unidentified": "Payment to be placed", "receipt_of_affiliate": "Payment for affiliate",
    "receipt_returned": "Payment returned by the bank", "bank_entry": "Bank entry",
    "opening_bank": "Opening balance", "opening_deferrals": "Opening deferred revenue",
    "processor_fees": "Processor fees of the day", "recognition": "Revenue recognition",
    "processor_conversion": "Processor conversion of the day",
    "exchange_difference": "Exchange differences of the day",
    "revaluation": "Revaluation of receivables",
    "revaluation_reversal": "Reversal of revaluation", "write_off": "Write-off",
    "void": "Void", "dispute_opened": "Dispute", "dispute_closed": "Dispute decided",
    "refund_failure": "Refund came back", "invoice": "Invoice", "credit_note": "Credit memo",
    "charge": "Processor payment", "receipt": "Payment", "refund": "Refund",
    "payout": "Processor payout",
}  # fmt: skip


def tables(world: World, books: Books) -> Tables:
    """Every raw table: all text, in the order of the ids."""
    synced = f"{datetime.combine(world.last_on + timedelta(days=1), time(2)):%Y-%m-%d %H:%M:%S}"
    documents = _documents(world, books)
    lines, accounting_lines = _lines(world, books, documents)
    found = {
        **_reference(world, books),
        "transaction": _transactions(documents),
        "transaction_line": lines,
        "transaction_accounting_line": accounting_lines,
        "previous_transaction_line_link": _links(books, documents),
    }
    return {
        name: frame.with_columns(_fivetran_synced=pl.lit(synced)) for name, frame in found.items()
    }


# --- words --------------------------------------------------------------------------------------


def _flag(condition: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(YES).otherwise(NO)


def _midnight(day: str | pl.Expr) -> pl.Expr:
    on = pl.col(day) if isinstance(day, str) else day
    return on.dt.strftime("%Y-%m-%d 00:00:00")


def _at(instant: pl.Expr) -> pl.Expr:
    return instant.dt.strftime("%Y-%m-%d %H:%M:%S")


def _text(number: str | pl.Expr) -> pl.Expr:
    value = pl.col(number) if isinstance(number, str) else number
    return value.cast(pl.Int64).cast(pl.String)


def _transaction_id(key: str = "document") -> pl.Expr:
    return _text(pl.col(key) + FIRST_TRANSACTION_ID)


def _customer_id(key: str = "customer") -> pl.Expr:
    return _text(pl.col(key) + FIRST_CUSTOMER_ID)


def _currency_id(column: str = "currency") -> pl.Expr:
    return _text(pl.col(column).replace_strict(CURRENCY_IDS, return_dtype=pl.Int64))


def _rate(micros: str | pl.Expr) -> pl.Expr:
    value = pl.col(micros) if isinstance(micros, str) else micros
    return pl.when(value.is_null()).then(pl.lit("1")).otherwise(with_places(value, 6))


def _period_id(day: str) -> pl.Expr:
    return pl.col(day).dt.strftime("%Y%m")


def _is_of(*origins: str) -> pl.Expr:
    return (pl.col("document") % MOST_ORIGINS).is_in([ORIGINS[origin] for origin in origins])


def _by_origin(words: dict[str, str]) -> pl.Expr:
    numbers = {ORIGINS[origin]: word for origin, word in words.items()}
    return (pl.col("document") % MOST_ORIGINS).replace_strict(numbers, return_dtype=pl.String)


# --- transactions -------------------------------------------------------------------------------


def _documents(world: World, books: Books) -> pl.DataFrame:
    """The documents with their numbers and what has become of them."""
    numbered = pl.concat(
        [
            world.invoices.select("number", "due_on", document=document("invoice", "invoice")),
            world.credit_notes.select(
                "number", document=document("credit_note", "credit_note"),
                due_on=pl.lit(None, dtype=pl.Date),
            ),
        ],
        how="diagonal",
    )  # fmt: skip
    taken = (
        pl.concat(
            [
                books.applications.select("on", "amount_minor", document=end)
                for end in ("from_document", "to_document")
            ]
        )
        .group_by("document")
        .agg(taken_minor=pl.col("amount_minor").sum(), taken_on=pl.col("on").max())
    )
    arrived = world.payouts.filter(pl.col("arrives_on") <= world.last_on).select("payout")
    deposited = (
        world.movements.filter(pl.col("kind") == "charge")
        .join(arrived, on="payout", how="semi")
        .select(document=document("charge", "charge"), is_deposited=pl.lit(value=True))
    )
    # The bank's reference names the entity whose account the money came to.
    received = world.receipts.select(
        document=document("receipt", "receipt"), bank_reference=receipt_reference()
    )
    kind, source = pl.col("kind"), pl.col("source")
    is_item = kind.is_in(["invoice", "debit_memo", "credit_memo"])
    is_settled = pl.col("taken_minor").fill_null(0) == pl.col("total_minor")
    type_name = (
        pl.when(_is_of(*REVALUATIONS)).then(pl.lit("FxReval"))
        .otherwise(kind.replace_strict(TYPES, return_dtype=pl.String))
    )  # fmt: skip
    external = (
        pl.when(_is_of("charge")).then(ids.stripe("ch", source))
        .when(_is_of("refund")).then(ids.stripe("re", source))
        .when(_is_of("payout")).then(ids.stripe("po", source))
        .otherwise(pl.coalesce("number", "bank_reference"))
    )  # fmt: skip
    status = (
        pl.when("is_void").then(pl.lit("V"))
        .when(is_item & is_settled).then(pl.lit("B"))
        .when(is_item).then(pl.lit("A"))
        .when(_is_of("charge") & pl.col("is_deposited").is_null()).then(pl.lit("B"))
        .when(kind == "payment").then(pl.lit("C"))
        .when(kind == "journal").then(pl.lit("B"))
    )  # fmt: skip
    found = (
        books.documents.join(numbered, on="document", how="left", maintain_order="left")
        .join(taken, on="document", how="left", maintain_order="left")
        .join(deposited, on="document", how="left", maintain_order="left")
        .join(received, on="document", how="left", maintain_order="left")
        .with_columns(
            id=_transaction_id(),
            type=type_name,
            external=external,
            status=status,
            closed_on=pl.when(is_item & is_settled & ~pl.col("is_void")).then(
                pl.max_horizontal("taken_on", "dated_on")
            ),
        )
        .with_columns(
            number=pl.coalesce(
                "number", pl.concat_str(pl.col("type").str.to_uppercase(), pl.col("id"))
            )
        )
    )
    about = pl.when(_is_of("invoice", "credit_note")).then("number").otherwise("external")
    words = _by_origin(MEMOS)
    return found.with_columns(
        memo=pl.when(about.is_null())
        .then(words)
        .otherwise(pl.concat_str(words, pl.lit(" "), about))
    ).drop("bank_reference", "taken_minor", "taken_on", "is_deposited")


def _transactions(documents: pl.DataFrame) -> pl.DataFrame:
    is_negative = pl.col("kind").is_in(["credit_memo", "refund"])
    total = pl.when(is_negative).then(-pl.col("total_minor")).otherwise("total_minor")
    changed_at = pl.max_horizontal("at", pl.col("closed_on").cast(pl.Datetime("us")))
    author = (
        pl.when(_is_of(*BY_ACCOUNTANT)).then(pl.lit(ACCOUNTANT))
        .when(_is_of(*BY_CASH_CLERK)).then(pl.lit(CASH_CLERK))
        .otherwise(pl.lit(INTEGRATION))
    )  # fmt: skip
    soon = pl.duration(minutes=5)
    return documents.select(
        id="id",
        transactionnumber=pl.concat_str(pl.col("type").str.to_uppercase(), pl.col("id")),
        tranid="number",
        externalid="external",
        type="type",
        memo="memo",
        trandate=_midnight("dated_on"),
        status="status",
        createdby=author,
        createddate=_at(pl.col("at") + soon),
        lastmodifieddate=_at(changed_at + soon),
        duedate=_midnight("due_on"),
        closedate=_midnight("closed_on"),
        currency=_currency_id(),
        entity=_customer_id(),
        postingperiod=_period_id("posting_on"),
        posting=YES,
        foreigntotal=in_major_units(total),
        exchangerate=_rate("rate_micros"),
        isreversal=_flag(pl.col("reverses").is_not_null()),
        reversal=_transaction_id("reverses"),
        voided=_flag(pl.col("is_void")),
        _fivetran_deleted=pl.lit("false"),
    )


def _lines(
    world: World, books: Books, documents: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines of the transactions, and what they post to the one accounting book."""
    homes = world.entities.select("entity", home="currency", subsidiary=_text("subsidiary"))
    heads = documents.join(homes, on="entity", how="left", maintain_order="left").select(
        "document", "home", "subsidiary", "currency", "memo", transaction="id",
        customer=_customer_id(), rate=_rate("rate_micros"),
        is_abroad=pl.col("currency") != pl.col("home"),
    )  # fmt: skip
    keys = {number: key for number, (key, *_) in _accounts(world).items()}
    posted = (
        books.postings.join(heads, on="document", how="left", maintain_order="left")
        .join(_line_memos(world), on=["document", "source"], how="left", maintain_order="left")
        .with_columns(
            place=_text("position"),
            account_id=_text(pl.col("account").replace_strict(keys, return_dtype=pl.Int64)),
            foreign=in_major_units("amount_minor"),
            base=in_major_units("functional_minor", "home"),
            memo=pl.coalesce("line_memo", "memo"),
        )
    )
    lines = posted.select(
        id="place",
        transaction="transaction",
        linesequencenumber="place",
        memo="memo",
        entity="customer",
        item=NO_TEXT,
        subsidiary="subsidiary",
        mainline=_flag(pl.col("position") == 0),
        taxline=_flag(pl.col("account") == TAX),
        netamount="base",
        foreignamount="foreign",
        eliminate=NO,
        _fivetran_deleted=pl.lit("false"),
    )
    value = pl.col("functional_minor")
    accounting_lines = posted.select(
        transaction="transaction",
        transactionline="place",
        accountingbook=pl.lit("1"),
        account="account_id",
        amount="base",
        debit=pl.when(value > 0).then("base"),
        credit=pl.when(value < 0).then(pl.col("base").str.strip_prefix("-")),
        exchangerate="rate",
        posting=YES,
        _fivetran_deleted=pl.lit("false"),
    )
    return lines, accounting_lines


def _line_memos(world: World) -> pl.DataFrame:
    """What is billed, and what a deposit carries."""
    billed = world.lines.select(
        document=document("invoice", "invoice"), source="line", line_memo="description"
    )
    about = pl.coalesce(
        ids.stripe("re", "refund"), ids.stripe("du", "dispute"), ids.stripe("ch", "charge")
    )
    carried = world.movements.filter(
        pl.col("payout").is_not_null() & ~pl.col("kind").is_in(["payout", "fee"])
    ).select(
        document=document("payout", "payout"), source="movement",
        line_memo=pl.concat_str(pl.col("kind"), pl.lit(" "), about),
    )  # fmt: skip
    return pl.concat([billed, carried])


def _links(books: Books, documents: pl.DataFrame) -> pl.DataFrame:
    ends = documents.select("document", "currency", "type", "dated_on", id="id")
    links = (
        books.applications.join(
            ends.select("document", "currency", previousdoc="id", previous_on="dated_on"),
            left_on="to_document", right_on="document", how="left", maintain_order="left",
        )
        .join(
            ends.select("document", nextdoc="id", nexttype="type"),
            left_on="from_document", right_on="document", how="left", maintain_order="left",
        )
        .sort("from_document", "to_document", "application")
    )  # fmt: skip
    # Two links between the same documents (one that takes back the other) are of two lines.
    again = pl.int_range(pl.len()).over("from_document", "to_document", order_by="application")
    return links.select(
        previousdoc="previousdoc",
        previousline=pl.lit("0"),
        previousdate=_midnight("previous_on"),
        nextdoc="nextdoc",
        nextline=_text(again),
        nexttype="nexttype",
        nextdate=_midnight("on"),
        linktype=pl.lit("Payment"),
        foreignamount=in_major_units("amount_minor"),
    )


# --- what transactions point to -----------------------------------------------------------------


def _accounts(world: World) -> dict[int, tuple[int, str, str]]:
    """Id, type and name of each account by its number."""
    banks = [
        (int(ledger), "Bank", f"Checking {number}")
        for ledger, number in world.bank_accounts.select("ledger_account", "number").iter_rows()
    ]
    rows = sorted([*banks, *ACCOUNTS])
    return {
        number: (FIRST_ACCOUNT_ID + place, kind, name)
        for place, (number, kind, name) in enumerate(rows, start=1)
    }


def _reference(world: World, books: Books) -> Tables:
    kept = pl.lit("false")
    account = pl.DataFrame(
        [
            (str(key), str(number), kind, name, name)
            for number, (key, kind, name) in _accounts(world).items()
        ],
        schema=["id", "acctnumber", "accttype", "fullname", "accountsearchdisplaynamecopy"],
        orient="row",
    ).with_columns(
        parent=NO_TEXT, isinactive=NO, issummary=NO, eliminate=NO, _fivetran_deleted=kept
    )
    book = pl.DataFrame({"id": ["1"], "name": ["Primary Accounting Book"]}).with_columns(
        isprimary=YES, isconsolidated=NO, isadjustmentonly=NO, _fivetran_deleted=kept
    )
    subsidiary = world.entities.select(
        id=_text("subsidiary"), name="name", fullname="name", country="country",
        parent=pl.when(pl.col("subsidiary") != BASE_SUBSIDIARY).then(pl.lit(str(BASE_SUBSIDIARY))),
        currency=_currency_id(), iselimination=NO, _fivetran_deleted=kept,
    )  # fmt: skip
    return {
        "account": account,
        "accounting_book": book,
        "accounting_period": _periods(books),
        "consolidated_exchange_rate": _consolidation_rates(world, books),
        "currency": _currencies(world),
        "customer": _customers(world),
        "subsidiary": subsidiary,
    }


def _customers(world: World) -> pl.DataFrame:
    external = (
        pl.when(pl.col("biller") == "stripe").then(ids.stripe("cus", "customer"))
        .otherwise(ids.zuora("account", "customer"))
    )  # fmt: skip
    return world.customers.sort("customer").select(
        id=_customer_id(),
        entityid=pl.concat_str(pl.lit("CUST-"), _customer_id().str.zfill(6)),
        externalid=external,
        parent=_customer_id("parent"),
        companyname="name",
        altname="name",
        email=pl.concat_str(pl.lit("ap@"), "email_domain"),
        isperson=NO,
        currency=_currency_id(),
        datecreated=_midnight("created_at"),
        isinactive=_flag(pl.col("merged_into").is_not_null()),
        _fivetran_deleted=pl.lit("false"),
    )


def _periods(books: Books) -> pl.DataFrame:
    """Years, quarters and months; a month is closed and locked as a whole."""
    first, last = books.periods["month_on"].min(), books.periods["month_on"].max()
    assert isinstance(first, date) and isinstance(last, date)
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    rows: list[tuple[str, str, date, date, str | None, str, str]] = []
    for year_on in years:
        year = f"{year_on.year}"
        rows.append((year, f"FY {year}", year_on, date(year_on.year, 12, 31), None, "F", "T"))
        for quarter in range(4):
            starts_on = date(year_on.year, 3 * quarter + 1, 1)
            ends_on = date(
                year_on.year + (quarter == 3), (3 * quarter + 4 - 1) % 12 + 1, 1
            ) - timedelta(days=1)
            key = f"{year}{quarter + 1}"
            rows.append((key, f"Q{quarter + 1} {year}", starts_on, ends_on, year, "T", "F"))
    longer = pl.DataFrame(
        rows,
        schema=["id", "periodname", "starts_on", "ends_on", "parent", "isquarter", "isyear"],
        orient="row",
    ).with_columns(closed_on=pl.lit(None, dtype=pl.Date))
    month = pl.col("month_on")
    months = books.periods.select(
        id=_period_id("month_on"),
        periodname=month.dt.strftime("%b %Y"),
        starts_on="month_on",
        ends_on="last_on",
        parent=pl.concat_str(_text(month.dt.year()), _text(month.dt.quarter())),
        isquarter=NO,
        isyear=NO,
        closed_on="closed_on",
    )
    is_longer = (pl.col("isquarter") == "T") | (pl.col("isyear") == "T")
    is_closed = _flag(pl.col("closed_on").is_not_null())
    return (
        pl.concat([longer, months])
        .with_columns(pl.col("id").cast(pl.Int64).alias("order"))
        .sort("order")
        .select(
            "id",
            "periodname",
            startdate=_midnight("starts_on"),
            enddate=_midnight("ends_on"),
            parent="parent",
            isquarter="isquarter",
            isyear="isyear",
            isadjust=NO,
            isposting=_flag(~is_longer),
            closed=is_closed,
            alllocked=is_closed,
            arlocked=is_closed,
            aplocked=is_closed,
            isinactive=NO,
            closedondate=pl.col("closed_on").dt.strftime("%Y-%m-%d 18:00:00"),
            _fivetran_deleted=pl.lit("false"),
        )
    )


def _currencies(world: World) -> pl.DataFrame:
    """The currencies with the latest closing rate to the base currency."""
    latest = (
        world.rates.filter(
            (pl.col("to_currency") == BASE_CURRENCY)
            & (pl.col("month_on") == world.last_on.replace(day=1))
        )
        .select(symbol="from_currency", rate_micros="closing_micros")
    )  # fmt: skip
    return (
        pl.DataFrame(
            [(str(key), code, code, str(EXPONENTS[code])) for code, key in CURRENCY_IDS.items()],
            schema=["id", "symbol", "name", "currencyprecision"],
            orient="row",
        )
        .join(latest, on="symbol", how="left", maintain_order="left")
        .select(
            "id", "symbol", "name", "currencyprecision",
            exchangerate=_rate("rate_micros"),
            isbasecurrency=_flag(pl.col("symbol") == BASE_CURRENCY),
            isinactive=NO,
            _fivetran_deleted=pl.lit("false"),
        )
    )  # fmt: skip


def _consolidation_rates(world: World, books: Books) -> pl.DataFrame:
    """The rates of each subsidiary to the group's currency, in the months known."""
    months = books.periods.filter(pl.col("month_on") <= world.last_on).select("month_on")
    booked = world.rates.filter(pl.col("to_currency") == BASE_CURRENCY).select(
        "month_on", "booked_micros", "closing_micros", currency="from_currency"
    )
    average, closing = _rate("booked_micros"), _rate("closing_micros")
    return (
        months.join(world.entities.select("entity", "subsidiary", "currency"), how="cross")
        .join(booked, on=["month_on", "currency"], how="left")
        .sort("month_on", "subsidiary")
        .select(
            id=pl.concat_str(_period_id("month_on"), _text("subsidiary")),
            postingperiod=_period_id("month_on"),
            accountingbook=pl.lit("1"),
            fromsubsidiary=_text("subsidiary"),
            tosubsidiary=pl.lit(str(BASE_SUBSIDIARY)),
            fromcurrency=_currency_id(),
            tocurrency=pl.lit(str(CURRENCY_IDS[BASE_CURRENCY])),
            averagerate=average,
            currentrate=closing,
            historicalrate=average,
            _fivetran_deleted=pl.lit("false"),
        )
    )
