"""The iCloud side: sign-in, transport, CloudKit endpoints. Speaks records, never reminders."""
