"""Committing a plan, and writing it into the files."""
