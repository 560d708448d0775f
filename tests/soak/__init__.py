"""The daemon over hours: the same work again and again, and whether anything of it grows.

``python -m tests.soak`` runs it; ``docs/reliability.md`` has what came of it.
"""
