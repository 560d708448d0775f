"""Doing: one cycle, from what was left behind to what was acknowledged."""
