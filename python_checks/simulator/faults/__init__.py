"""Faults planted in the views of the simulated company, and the truth about them."""
