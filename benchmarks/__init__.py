"""How fast, and in how few steps: ``python -m benchmarks [--only NAME] [--sizes N,N]``.

Every ratio compares two ways of doing the same work in one run, in turns, the median of several
rounds, in CPU time of the process; every count is counted from outside of what is measured.
"""
