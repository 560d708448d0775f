"""Comparing files, mirror and iCloud completely."""
