"""Deciding: pure functions of what both sides say."""
