"""Faults planted in the views of the simulated company, and the truth about them."""

from python_checks.simulator.faults import extracts, ledger, settlement

__all__ = ["extracts", "ledger", "settlement"]
