"""Identifiers that several systems show of the same thing, made from the world's keys."""

import polars as pl

from python_checks.simulator import company

PREFIXES = dict(company.entities().select("entity", "prefix").iter_rows())
ACCOUNTS = {entity: f"acct_{prefix.lower()}" for entity, prefix in PREFIXES.items()}


def prefix(entity: str = "entity") -> pl.Expr:
    """The two letters of the legal entity in the column of that name."""
    return pl.col(entity).replace_strict(PREFIXES, return_dtype=pl.String)


def stripe(kind: str, key: str | pl.Expr, entity: str = "entity") -> pl.Expr:
    """A Stripe id: `in_US000042` of invoice 42. Null where the key is null."""
    number = pl.col(key) if isinstance(key, str) else key
    return pl.concat_str(pl.lit(f"{kind}_"), prefix(entity), number.cast(pl.String).str.zfill(7))


def zuora(kind: str, key: str | pl.Expr) -> pl.Expr:
    """A Zuora id: 32 hexadecimal digits that begin with two letters of the object's kind."""
    number = pl.col(key) if isinstance(key, str) else key
    digits = number.cast(pl.String).str.zfill(12)
    return pl.concat_str(pl.lit(ZUORA_STEMS[kind]), digits)


def salesforce(kind: str, key: str | pl.Expr) -> pl.Expr:
    """A Salesforce id of 18 characters, by the key prefix of its object."""
    number = pl.col(key) if isinstance(key, str) else key
    return pl.concat_str(
        pl.lit(SALESFORCE_PREFIXES[kind]), pl.lit("5f000"), number.cast(pl.String).str.zfill(10)
    )


# 20 hexadecimal digits each; the number fills the rest.
ZUORA_STEMS = {
    kind: f"8a8{position:02x}f8d8f3c1b7a018f"
    for position, kind in enumerate(
        (
            "account", "contact", "product", "product_rate_plan", "product_rate_plan_charge",
            "subscription", "rate_plan", "rate_plan_charge", "amendment", "order", "invoice",
            "invoice_item", "taxation_item", "payment", "invoice_payment", "payment_method",
            "refund", "credit_memo", "credit_memo_item", "credit_memo_application", "debit_memo",
            "debit_memo_item", "payment_application", "credit_balance_adjustment",
            "invoice_adjustment", "bill_run", "rate_plan_charge_segment", "rate_plan_charge_tier",
            "product_rate_plan_charge_tier", "discount_charge", "discount_product_charge",
            "discount_item", "external_payment", "charge_application", "payment_unapplication",
            "write_off_memo", "write_off_memo_item", "write_off_application", "refund_application",
        )
    )
}  # fmt: skip
# The key prefixes of Salesforce's standard objects.
SALESFORCE_PREFIXES = {
    "account": "001", "contact": "003", "opportunity": "006", "contract": "800", "order": "801",
    "order_item": "802", "product_2": "01t", "pricebook_entry": "01u", "user": "005",
}  # fmt: skip
