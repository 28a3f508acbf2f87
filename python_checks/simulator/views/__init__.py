"""The simulated company as each of its systems shows it."""
