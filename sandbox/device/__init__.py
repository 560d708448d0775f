"""A simulated iPhone: keeps its own merged copy of the account and shows it."""
