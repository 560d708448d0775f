"""Bugs planted into the product, to show that the simulator sees what it is there to see.

A clean result says as much as the bugs that would have spoiled it. Each ``Bug`` is a name, a
sentence, and the places of the product that it swaps for something worse; the simulator lives
through histories with it until one ends badly. How many that takes on average is in ``records``,
and a bug that lives ten times as long says that the simulator has gone blind.

    python -m tests.simulation.planted                          every bug, and its record
    python -m tests.simulation.planted NAME... --hunts 8        how long each lives now
    python -m tests.simulation.planted NAME --seed 17           one history with it, told

    bug        what a planted bug is         hunt       how long one lives
    decisions  merging, matching             effects    files, receipts, the base
    cloud      what is pulled and sent       formats    bytes of files
    guards     what holds deletions back     records    how long each lived when it was measured
"""
