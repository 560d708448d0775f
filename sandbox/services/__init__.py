"""What an account has beside reminders, and which of it is switched on."""
