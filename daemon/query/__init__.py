"""Reads the mirror: which reminders are meant, and the documents of all that can be asked of it."""
