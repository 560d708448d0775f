"""Draws growth curves: both axes logarithmic, so that what is linear is a straight slope of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.growth import Curve

__all__ = ["draw"]

_COLUMNS = 2
_WIDTH, _HEIGHT = 4.6, 3.2  # inches of one panel


def draw(curves: Sequence[Curve], path: Path) -> None:
    """Write ``curves`` as an SVG of one panel for each benchmark; the folder is made."""
    # Half a second, and only who writes the page needs it.
    import matplotlib
    from matplotlib.figure import Figure

    benches = list(dict.fromkeys(curve.bench for curve in curves))
    rows = -(-len(benches) // _COLUMNS)
    with matplotlib.rc_context({"svg.hashsalt": "remindersd", "svg.fonttype": "none"}):
        figure = Figure(figsize=(_COLUMNS * _WIDTH, rows * _HEIGHT), layout="constrained")
        panels = figure.subplots(rows, _COLUMNS, squeeze=False).flatten()
        for panel, bench in zip(panels, benches, strict=False):
            for curve in (one for one in curves if one.bench == bench):
                sizes, costs = zip(*curve.points, strict=True)
                label = f"{curve.name} (n^{curve.exponent:.2f})"
                panel.loglog(sizes, costs, marker="o", linewidth=1.2, markersize=3, label=label)
            panel.set_title(bench, fontsize=9)
            panel.tick_params(labelsize=7)
            panel.grid(visible=True, which="major", linewidth=0.3)
            panel.legend(fontsize=6)
        for panel in panels[len(benches) :]:
            panel.remove()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, metadata={"Date": None})
