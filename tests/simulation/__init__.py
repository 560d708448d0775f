"""A deterministic simulator of everything between a person's editor and iCloud.

The real engine (reader, planner, store on a real SQLite file, writer on real files, CloudKit client
and limiter) runs in one thread against the sandbox's database, called in process. Clock, randomness
and network are virtual, and a seed decides all: what people type into files and on phones, and what
goes wrong at every seam (an effect of the engine, a request, the time between two cycles).

A history is a ``Story`` (settings and a list of events, chosen ahead) lived through by a
``History``. When its events are over, faults end, people put down what they hold, and an
``Oracle`` judges: both sides say the same, a further cycle does nothing, each word that was typed
is live, was taken back by somebody who saw it, or is kept (conflicts, history, receipts); nothing
is there twice, no id is lost, what nobody touched has its bytes.

    python -m tests.simulation 17                       one seed: told, and if it fails shrunk
    python -m tests.simulation --histories 1-2000 --jobs 2
    python -m tests.simulation 17 --two                 the same told of two machines; many, too
    python -m tests.simulation --story story.json       one that was saved
    python -m tests.simulation --sweep conflicts        a fixed story, with a crash at each effect

    chance     time, names, death            story      what happens, chosen ahead from a seed
    catalogue  which events there are        history    living through it
    machine    folder, state, engine         network    requests, and how they fail
    trouble    faults that last              oracle     what has to be true in the end
    typist     somebody with an editor       caller     somebody with a phone
    tale       what was said, and taken back reading    what both sides say, read independently
    shrink     the shortest bad story        runner     many histories, in processes, counted
    trace      hashes of all that is left    scenarios  fixed stories, told in full
    stage      playing one of them           sweep      a crash at each effect of one
    witness    what is deleted on the way    planted    bugs that all this has to find

    keeping    what a cycle leaves as it is
    clerk      somebody at a terminal        ledger     what each run carried

    pair       two machines, in turns        carrier    a sync tool between their folders
    living     one machine or two

Several machines may stand on one cloud: a ``Machine`` is a folder, a state directory and a
``Network`` on a ``World``; each ``Typist`` works in one folder, each ``Caller`` on one phone.
"""
