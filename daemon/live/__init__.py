"""What `doctor --live` tries in a person's real account, with consent, in a list of its own."""
