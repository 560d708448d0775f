"""The service under systemd: its units, what they let it do, and how it tells of itself."""
