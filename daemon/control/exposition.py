"""Writes measurements in Prometheus' text format. Pure.

By hand and not by Prometheus' own client: what is measured stands on the board, in the tally and in
the mirror already, and a registry would be a second home for it, with locks of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["CONTENT_TYPE", "Metric", "Sample", "exposed", "summary"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Sample:
    """One value; ``suffix`` goes behind the metric's name."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A name with its meaning, its kind (``gauge``, ``counter``, ``summary``) and its values."""

    name: str
    help: str
    kind: str
    samples: Sequence[Sample]


def summary(name: str, help: str, sorted_s: Sequence[float], count: int, total: float) -> Metric:
    """A summary with quantiles of the latest values, and count and sum of all."""
    quantiles = [
        Sample(_quantile(sorted_s, quantile), {"quantile": str(quantile)})
        for quantile in _QUANTILES
    ]
    return Metric(
        name,
        help,
        "summary",
        [*quantiles, Sample(total, suffix="_sum"), Sample(count, suffix="_count")],
    )


def exposed(metrics: Sequence[Metric]) -> bytes:
    """All of them; one without a value is left out."""
    return "".join(line for one in metrics if one.samples for line in _lines(one)).encode()


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}\n"
    yield f"# TYPE {metric.name} {metric.kind}\n"
    for one in metric.samples:
        labels = ",".join(f'{name}="{_escaped(value)}"' for name, value in one.labels.items())
        shown = f"{{{labels}}}" if labels else ""
        yield f"{metric.name}{one.suffix}{shown} {_number(one.value)}\n"


def _quantile(values: Sequence[float], quantile: float) -> float:
    """The least value that so many of all do not exceed; not a number where there are none."""
    return values[max(0, math.ceil(quantile * len(values)) - 1)] if values else math.nan


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
