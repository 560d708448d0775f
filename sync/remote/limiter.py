"""Decides when the next request may be sent: a steady pace, and patience when told to wait.

Rules:

1. Requests draw from a bucket of ``burst`` that refills at ``per_second``.
2. After a refusal no request is sent before the time that the service named; without one, before
   a delay that doubles with every refusal in a row. Both end at one hour, both get jitter on top
   (never below what the service asked).
3. After a connection that failed, nobody has to be spared: the delay doubles too, but stays short.
4. A wait of up to ``patience_s`` is slept; a longer one is an error, so that a schedule, not a
   sleeping thread, decides.

All that one process sends shares one limiter, whatever thread sends it and to which service: what
one was told holds for all. Time is monotonic seconds, but for dates in ``Retry-After``; all clocks,
sleep and randomness are passed in.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from sync.errors import Throttled

__all__ = ["LONGEST_WAIT_S", "Limiter", "parse_retry_after"]

LONGEST_WAIT_S = 3600.0
_FIRST_WAIT_S = 1.0
_JITTER = 0.25  # of the wait, at most


class Limiter:
    """The one gate that every request of this programme passes; any thread may use it.

    ``clock`` gives monotonic seconds, ``sleep`` takes seconds, ``random`` gives [0, 1), ``now``
    aware dates; ``passed`` is called for each request that may be sent, in its thread.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        random: Callable[[], float],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        passed: Callable[[], None] = lambda: None,
        per_second: float = 10.0,
        burst: int = 200,
        patience_s: float = 5.0,
    ) -> None:
        self.now = now
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._passed = passed
        self._per_second = per_second
        self._burst = float(burst)
        self._patience_s = patience_s
        self._drops = float(burst)
        self._filled_at = clock()
        self._not_before = -math.inf
        self._refusals = 0
        self._lock = threading.Lock()  # never held in a sleep

    @property
    def waiting_s(self) -> float:
        """Seconds until a request may be sent again; 0 when one may be sent now."""
        return max(0.0, self._not_before - self._clock())

    def wait(self) -> None:
        """Return when a request may be sent, sleeping if it is soon; else raise Throttled."""
        delay_s = self.waiting_s
        if delay_s > self._patience_s:
            raise Throttled("iCloud is left alone for a while, after it refused", "", delay_s)
        if delay_s > 0:
            self._sleep(delay_s)
        behind_s = self._draw()
        if behind_s > 0:
            self._sleep(behind_s)
        self._passed()

    def succeeded(self) -> None:
        """Take note that the service answers normally.

        A wait goes on: another request may have been refused while this one was on its way.
        """
        with self._lock:
            self._refusals = 0

    def refused(self, retry_after_s: float | None = None) -> float:
        """Take note of a refusal; returns the seconds until the next request may be sent."""
        doubled_s = self._doubled_s()
        delay_s = doubled_s if retry_after_s is None else max(0.0, retry_after_s)
        return self._hold(delay_s, LONGEST_WAIT_S)

    def unreached(self) -> None:
        """Take note that no connection could be made; the next try waits, but within patience."""
        self._hold(self._doubled_s(), self._patience_s)

    def _doubled_s(self) -> float:
        with self._lock:
            self._refusals += 1
            # 2 ** 12 s is over the cap; a larger exponent would only overflow in the end.
            return _FIRST_WAIT_S * 2.0 ** min(self._refusals - 1, 12)

    def _hold(self, delay_s: float, longest_s: float) -> float:
        """Let nothing pass for a while; returns for how long."""
        delay_s = min(delay_s * (1 + _JITTER * self._random()), longest_s)
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + delay_s)
            return self.waiting_s

    def _draw(self) -> float:
        """Take a drop, on credit if there is none; for how many seconds that has to be waited."""
        with self._lock:
            now = self._clock()
            refill = (now - self._filled_at) * self._per_second
            self._drops = min(self._burst, self._drops + refill)
            self._filled_at = now
            self._drops -= 1
            return max(0.0, -self._drops / self._per_second)


def parse_retry_after(value: object, now: datetime) -> float | None:
    """Read a ``Retry-After`` header or a JSON ``retryAfter``: seconds from now, 0 to one hour.

    Takes a number, a number as text, or an HTTP date, seen from ``now`` (aware). ``None`` for
    nothing or nonsense; what is past is 0, what is absurdly far is one hour.
    """
    seconds = _seconds(value, now)
    if seconds is None or math.isnan(seconds):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT_S)


def _seconds(value: object, now: datetime) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        # An integer beyond any float is as far away as infinity.
        return float(max(-1, min(value, 10**9))) if isinstance(value, int) else value
    if not isinstance(value, str):
        return None
    try:
        return float(value)
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    # "-0000" gives a naive date; HTTP dates are UTC.
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return (aware - now).total_seconds()
