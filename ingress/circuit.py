"""Limits the posts to Windmill that are under way: many while it answers, one probe at a time while it doesn't."""

from __future__ import annotations

import random
from collections.abc import Callable

_PATIENCE = 3  # failures in a row before the circuit opens: one lost request is not an outage


class Circuit:
    """Opens after several failures in a row; then one probe at a time goes out, at growing intervals.

    When a probe succeeds, the limit starts at 2 and doubles with every success, up to the ceiling.
    """

    def __init__(self, ceiling: int, first_s: float, longest_s: float, clock: Callable[[], float]) -> None:
        self._ceiling = ceiling
        self._first_s = first_s
        self._longest_s = longest_s
        self._clock = clock
        self._limit = ceiling
        self._failures = 0
        self._probes = 0
        self._next_probe = 0.0

    @property
    def is_open(self) -> bool:
        return self._probes > 0

    def room(self, in_flight: int) -> int:
        """How many more posts may go out now."""
        if self.is_open:
            return 1 if in_flight == 0 and self._clock() >= self._next_probe else 0
        return max(0, self._limit - in_flight)

    def pause_s(self) -> float:
        """How long until the next probe; 0 while the circuit is closed."""
        return max(0.0, self._next_probe - self._clock()) if self.is_open else 0.0

    def succeeded(self) -> None:
        self._failures = 0
        if self.is_open:
            self._probes, self._limit = 0, 1
        self._limit = min(self._ceiling, self._limit * 2)

    def failed(self, for_long: bool = False) -> None:
        """`for_long`: only a person can repair it, so the longest interval between probes applies at once."""
        self._failures += 1
        if self.is_open and self._clock() < self._next_probe:
            return  # this post went out before the circuit opened, so it tells nothing new
        if self.is_open or self._failures >= _PATIENCE or for_long:
            self._probes += 1
            wait = self._longest_s if for_long else backoff_s(self._probes, self._first_s, self._longest_s)
            self._next_probe = self._clock() + wait


def backoff_s(failures: int, first_s: float, longest_s: float) -> float:
    """Doubles with every failure up to the longest; the jitter keeps many from coming back at once."""
    return min(longest_s, first_s * 2.0 ** min(failures - 1, 20)) * random.uniform(0.5, 1.0)
