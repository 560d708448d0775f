"""Polls: what the account has besides reminders, read into the mirror and answered as items."""
