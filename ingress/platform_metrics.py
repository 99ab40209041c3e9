"""The platform's figures, which PostgreSQL knows: what waits, how long customers wait, what fails. Each replica prints the same ones.

PostgreSQL is asked when somebody reads /metrics, and again after some seconds at the earliest, however many read it. When it does not
answer in time, the page has everything else, and ingress_platform_figures_up is 0.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import psycopg
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ingress.link import Link, LinkDown
from ingress.logs import LogRateLimiter, describe

log = logging.getLogger(__name__)

QUERY = b"select platform_figures()"
TIMEOUT_S = 2.0  # for PostgreSQL; a scrape usually has ten
FRESH_S = 10.0
_UP = "ingress_platform_figures_up"
_WAITING = (
    ("oldest_unanswered_seconds", "oldest_unanswered_s", "Age of the oldest message without an answer"),
    ("messages_waiting", "messages", "Messages that wait for a run, 10,000 at most"),
    ("messages_dispatched", "dispatched", "Messages whose run has not opened its turn yet"),
    ("turns_in_flight", "turns_in_flight", "Runs that Windmill has of our messages"),
    ("turns_in_flight_bound", "turns_bound", "How many there may be (TURNS_IN_FLIGHT)"),
    ("turns_stuck", "turns_stuck", "Turns whose lease ended over a minute ago"),
    ("dead_letters", "dead_letters", "Messages that were given up, 10,000 at most"),
    ("handoffs_waiting", "handoffs", "Conversations handed to a human within a day that no human has answered"),
    ("oldest_handoff_seconds", "oldest_handoff_s", "Age of the oldest of these handoffs"),
)  # fmt: skip
_TURNS = (
    ("reply_seconds_p50", "reply_p50_s", "Median of the time to reply, last 5 minutes"),
    ("reply_seconds_p95", "reply_p95_s", "95th percentile of the time to reply, last 5 minutes"),
    ("replies", "replies", "Replies that these percentiles are of, 5,000 at most"),
)
_LABELLED = (
    ("waiting", "oldest_unanswered_by_tenant_seconds", "oldest_unanswered_by_tenant", "tenant",
     "The same of the ten tenants that wait longest"),
    ("turns", "turns_closed", "closed", "outcome", "Turns that ended in the last 5 minutes"),
    ("turns", "model_calls", "model_calls", "vendor", "Calls of models by the turns that ended in the last 5 minutes"),
    ("turns", "model_errors", "model_errors", "vendor", "Those of them that failed"),
    ("sends", "sends_failed", "failed", "code", "Parts of the last hour that Meta refused, by its code"),
)  # fmt: skip


class PlatformFigures(Collector):
    """What platform_figures() (sql/functions/metrics.sql) returned last, as gauges."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._asking = asyncio.Lock()
        self._asked_at = float("-inf")
        self._gauges: list[GaugeMetricFamily] | None = None
        self._log_limit = LogRateLimiter(60.0)

    async def refresh(self) -> None:
        """Asks PostgreSQL, unless somebody has done so within the last seconds. Never raises."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._asked_at < FRESH_S:
                return
            self._asked_at = now
            try:
                row = await (await self._link.execute(QUERY)).fetchone()
                self._gauges = list(_families(row[0] if row else {}))
            # The others: the schema is of another version, and gives other figures.
            except (LinkDown, psycopg.Error, LookupError, TypeError, ValueError, AttributeError) as error:
                self._gauges = None
                if self._log_limit.allow("figures"):
                    log.error("PostgreSQL gave no figures for /metrics.", extra={"error": describe(error)})

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = "1 when PostgreSQL gave the figures chatmill_…, which are absent otherwise"
        yield GaugeMetricFamily(_UP, up, value=float(self._gauges is not None))
        yield from self._gauges or ()

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: so that the registry does not collect for it."""
        return iter(())


def _families(figures: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    for part, gauges in (("waiting", _WAITING), ("turns", _TURNS)):
        for name, key, help_text in gauges:
            yield _gauge(name, help_text, figures[part][key])
    for part, name, key, label, help_text in _LABELLED:
        yield _labelled(name, help_text, label, figures[part][key])
    sends = figures["sends"]
    unknown = "Parts of the last hour whose outcome was lost"
    yield _gauge("sends_unknown", unknown, sends["unknown"])
    stopped = "Tenants for which nothing is sent, because Meta refuses their token, account or payment"
    yield _gauge("stopped_tenants", stopped, sends["stopped_tenants"])
    stops = GaugeMetricFamily(
        "chatmill_send_stop", "1 for each of them, twenty at most", labels=("tenant", "code")
    )
    for tenant, code in sends["stops"].items():
        stops.add_metric((tenant, str(code)), 1.0)
    yield stops
    yield from _of_recovery(figures)


def _of_recovery(figures: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    """What recovery notes each minute: it may ask Windmill for its workers, which the token of the ingress may not."""
    for name, key, help_text in (
        ("recovery_age_seconds", "recovery_age_s", "How long ago recovery ended a run"),
        ("tags_age_seconds", "tags_age_s", "How long ago Windmill told recovery of its workers"),
    ):
        yield _gauge(name, help_text, figures[key])
    tags: dict[str, dict[str, Any]] = figures["tags"]
    has_worker = {tag: float(seen["has_worker"]) for tag, seen in tags.items()}
    yield _labelled("tag_has_worker", "1 when a living worker takes jobs with this tag", "tag", has_worker)
    queued = {tag: seen["queued"] for tag, seen in tags.items() if seen["queued"] is not None}
    yield _labelled(
        "jobs_queued", "Jobs of Windmill that wait for a worker for over 3 seconds", "tag", queued
    )


def _gauge(name: str, help_text: str, figure: float | None) -> GaugeMetricFamily:
    """Without a sample where there is no figure."""
    family = GaugeMetricFamily(f"chatmill_{name}", help_text)
    if figure is not None:
        family.add_metric((), float(figure))
    return family


def _labelled(name: str, help_text: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"chatmill_{name}", help_text, labels=(label,))
    for value, figure in values.items():
        family.add_metric((value,), float(figure))
    return family
