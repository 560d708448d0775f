"""The outbox to iCloud: what is sent, when, and what each answer means."""
