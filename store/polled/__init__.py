"""What the account has besides reminders, as polls found it; every room is a part of ``Store``."""
