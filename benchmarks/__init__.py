"""How fast, and in how few steps: ``python -m benchmarks [--small] [--json FILE]``.

Every ratio compares two ways of doing the same work in one run, in turns, the best of several,
in CPU time of the process; every count is counted from outside of what is measured.
"""
