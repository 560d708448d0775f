"""The sign-in side of the pretend iCloud: passwords, codes, keys, consent, set-up."""
