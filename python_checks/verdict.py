"""What a run's gates and data amount to: clean, a gate breached, or too little to judge."""

from collections.abc import Sequence
from enum import IntEnum

import duckdb

from python_checks.dbt_process import NodeOutcome
from python_checks.warehouse import BUILD, columns_of

RECON_SUMMARY = ("marts", "recon_summary")


class ExitCode(IntEnum):
    """What the command hands to the shell."""

    CLEAN = 0
    GATE_BREACHED = 1
    ERROR = 2
    INSUFFICIENT_DATA = 3

    @property
    def run_status(self) -> str:
        """The name under which run_log knows it."""
        return self.name.lower()

    @property
    def meaning(self) -> str:
        """The code in words."""
        return {
            ExitCode.CLEAN: "clean: no gate is breached",
            ExitCode.GATE_BREACHED: "a gate is breached",
            ExitCode.ERROR: "an error",
            ExitCode.INSUFFICIENT_DATA: "not enough data to judge",
        }[self]


def judge(connection: duckdb.DuckDBPyConnection, gates: Sequence[NodeOutcome]) -> ExitCode:
    """The verdict over a finished build, to which `connection` is attached."""
    if any(gate.has_failed for gate in gates):
        return ExitCode.GATE_BREACHED
    if has_too_little_to_judge(connection):
        return ExitCode.INSUFFICIENT_DATA
    return ExitCode.CLEAN


def has_too_little_to_judge(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether no reconciliation could be judged: none has a row, or none has enough of them.

    A project without recon_summary makes no such claim.
    """
    columns = columns_of(connection, *RECON_SUMMARY)
    if not columns:
        return False
    judged = "is_judged" if "is_judged" in columns else "true"
    row = connection.execute(
        f"select count(*) from {BUILD}.{'.'.join(RECON_SUMMARY)} where {judged}"
    ).fetchone()
    return row is None or row[0] == 0
