"""Committing a plan, and carrying it out on the files."""
