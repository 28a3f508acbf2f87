"""Builds what reconciliation needs over a raw folder, and reads its breaks."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from python_checks.configuration import Settings, read_settings
from python_checks.dbt_process import DbtProcess, failures_as_text
from python_checks.errors import RunError
from python_checks.evaluation.comparison import NO_CURRENCY, Difference
from python_checks.interrupts import Interrupts
from python_checks.run import lock
from python_checks.warehouse import BUILD, Warehouse, columns_of, first_line, read_build

BREAKS = ("marts", "recon_breaks")
# With everything that it is made of, and the seed that says where cut-off is normal.
SELECTED = ("+recon_breaks", "recon_pairs")
NEEDED = (
    "pair_id", "legal_entity_code", "currency", "natural_key", "period_month", "residual_amount",
    "variance_amount_functional", "functional_currency", "break_code", "break_status",
)  # fmt: skip


def build(project_dir: Path, raw: Path, warehouse: Path) -> Warehouse:
    """Builds `recon_breaks` in the warehouse, without tests. RunError when that fails.

    What people accepted elsewhere has no part in it: the actions are those of this warehouse.
    """
    settings = read_settings(project_dir=project_dir, raw=raw, warehouse=warehouse)
    settings = replace(settings, actions_root=settings.warehouse.root / "actions")
    if not settings.raw_root.is_dir():
        raise RunError(f"The raw root {settings.raw_root} is no folder.")
    with _environment(settings.environment()), lock(settings.warehouse), Interrupts() as interrupts:
        _build(settings, interrupts)
    return settings.warehouse


def _build(settings: Settings, interrupts: Interrupts) -> None:
    dbt = DbtProcess(settings, interrupts)
    try:
        dbt.parse()
        outcomes = dbt.invoke(
            [
                *("build", "--select", *SELECTED),
                *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
                "--no-write-json",
            ]
        )
    finally:
        dbt.close()
    if any(outcome.has_failed for outcome in outcomes):
        raise RunError(f"The build failed:\n{failures_as_text(outcomes)}")


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Sets environment variables, and sets them back."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def read_breaks(warehouse: Warehouse, *, run: str = "") -> tuple[list[Difference], list[str]]:
    """The breaks of a build, and the pairs in which documents under way are normal."""
    try:
        with read_build(warehouse) as connection:
            has = columns_of(connection, *BREAKS)
            if missing := [name for name in NEEDED if name not in has]:
                raise RunError(f"{'.'.join(BREAKS)} lacks {', '.join(missing)}.")
            rows = connection.execute(
                f"""
                select
                    pair_id, legal_entity_code, natural_key, strftime(period_month, '%Y-%m-%d'),
                    case
                        when is_functional then variance_amount_functional else residual_amount
                    end,
                    case when is_functional then functional_currency else currency end,
                    break_code, break_status
                from (
                    select
                        *,
                        residual_amount = 0 and variance_amount_functional is not null
                            as is_functional
                    from {BUILD}.{".".join(BREAKS)}
                )
                order by all
                """
            ).fetchall()
            pairs = connection.execute(
                f"select pair_id from {BUILD}.reference.recon_pairs where in_transit_is_normal"
            ).fetchall()
    except duckdb.Error as error:
        raise RunError(f"The breaks cannot be read: {first_line(error)}") from error
    return (
        [
            Difference(
                pair_id=pair,
                entity=entity or "",
                natural_key=natural_key or "",
                period_month=period or "",
                amount=amount,
                currency=currency or NO_CURRENCY,
                code=code or "",
                origin=status or "",
                run=run,
            )
            for pair, entity, natural_key, period, amount, currency, code, status in rows
        ],
        [pair for (pair,) in pairs],
    )
