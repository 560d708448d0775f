"""What a person wants of reminders, in words or requests, and how it comes into the files."""
