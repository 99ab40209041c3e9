"""What the process counts and times since its start, for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

# Seconds. Meta repeats a webhook that is not answered within some 20 s; what PostgreSQL's commit takes is at the lower end.
_ACK_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
# While Windmill is down messages wait for minutes, or hours.
_DISPATCH_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a line for each counter's start, which nobody asks for


class AckHistogram(Collector):
    """A histogram without locks, since everything runs on one event loop. prometheus_client's own costs a webhook 6 % more CPU."""

    def __init__(self, name: str, help_text: str, bounds: tuple[float, ...]) -> None:
        self._name, self._help, self._bounds = name, help_text, bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self._sum += seconds

    def collect(self) -> Iterator[HistogramMetricFamily]:
        bounds = [*map(str, map(float, self._bounds)), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._counts), strict=True))
        yield HistogramMetricFamily(self._name, self._help, buckets=buckets, sum_value=self._sum)


class Metrics:
    """Counters and histograms; everything runs on one event loop."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, CPU, open files
        # Its count is the number of webhooks that were answered with 200.
        self.ack_seconds = AckHistogram(
            "ingress_ack_seconds", "From a webhook's head to the commit that its 200 stands for", _ACK_BUCKETS
        )
        self.registry.register(self.ack_seconds)
        self.dispatch_seconds = Histogram(
            "ingress_dispatch_seconds",
            "From a message's insert to its first run's start in Windmill",
            buckets=_DISPATCH_BUCKETS,
            registry=self.registry,
        )
        self.webhooks_rejected = self._counter(
            "webhooks_rejected", "Webhooks answered with anything but 200", "reason"
        )
        self.events_stored = self._counter("events_stored", "Events written to the inbox")
        self.events_duplicate = self._counter("events_duplicate", "Events that were in the inbox already")
        self.dispatched = self._counter("dispatched", "Messages that Windmill has taken")
        self.dispatch_failures = self._counter(
            "dispatch_failures", "Failed tries to dispatch a message", "reason"
        )
        self.events_applied = self._counter("events_applied", "Statuses and echoes that were applied")

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"ingress_{name}", help_text, labels, registry=self.registry)

    def add_gauge(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge whose value is asked for whenever somebody reads the page."""
        Gauge(f"ingress_{name}", help_text, registry=self.registry).set_function(read)

    def total(self, name: str) -> int:
        """What a counter, or a histogram's `_count`, has reached over all its labels."""
        samples = (sample for metric in self.registry.collect() for sample in metric.samples)
        return int(sum(sample.value for sample in samples if sample.name == f"ingress_{name}"))

    def render(self) -> bytes:
        """The whole page in Prometheus's text format."""
        return generate_latest(self.registry)
