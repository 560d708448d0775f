"""Finds reminders in the mirror: which are meant, in which order, and what is told of each."""
