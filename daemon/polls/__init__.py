"""Polls what the account has besides reminders, with a daemon or without one."""
