"""The service under systemd: its units, what it tells of itself, and the watchdog."""
