"""Measures what the warehouse finds against the truth about what was planted."""
