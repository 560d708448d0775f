"""Remembering: the SQLite mirror, the base, the outbox, the journal."""
