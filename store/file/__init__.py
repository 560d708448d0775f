"""The database file itself: opened, judged, kept aside, and what comes along from an old one."""
