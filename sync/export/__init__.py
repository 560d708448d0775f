"""Carrying everything out of the mirror and back in: documents, calendars, and what they say."""
