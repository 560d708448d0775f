"""Tells a person what is due and what is news: notices, buttons, hooks, and a file of today."""
