"""Inputs from outside, bent and broken by the hundred thousand, and what must hold for each.

``python -m tests.fuzz`` runs any number of them; ``make test`` a few, by ``test_fuzz.py``.
"""
