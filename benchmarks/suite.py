"""All benchmarks, each with the size at which its targets hold."""

from __future__ import annotations

from benchmarks import cycles, markdown, memory, pull, resting, startup, wire

__all__ = ["SUITE"]

SUITE = (
    *pull.BENCHES,
    *wire.BENCHES,
    *memory.BENCHES,
    *cycles.BENCHES,
    *markdown.BENCHES,
    *startup.BENCHES,
    *resting.BENCHES,
)
