"""The ingress's spans at a collector: where they belong, what is in them, and what a collector can't do to Meta."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingress.tracing import message_trace
from tests.collector import Collector
from tests.ingress.support import (
    PHONE,
    SECRET,
    TOKEN,
    Database,
    FakeWindmill,
    Ingress,
    change,
    status,
    text,
    wait_until,
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made


def running(database: Database, windmill: FakeWindmill, log: Path, **settings: str) -> Ingress:
    database.clear()
    return Ingress(database.ingress_url, log, windmill.url, **settings).wait()


def test_the_id_of_a_trace_is_the_same_in_sql(database: Database) -> None:
    for key in ((PHONE, "wamid.HBgL"), ("1", "ü/'")):
        assert database.rows("select message_trace(%s, %s)", *key) == [(message_trace(*key),)]


def test_a_message_has_two_spans_below_its_turns(
    database: Database, windmill: FakeWindmill, collector: Collector, tmp_path: Path
) -> None:
    ingress = running(database, windmill, tmp_path / "log", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    before = time.time_ns()
    ingress.send(change(messages=[text("wamid.seen", body="my secret question")], statuses=[status()]))
    wait_until(lambda: len(collector.spans()) == 2)
    ingress.stop()
    ids = message_trace(PHONE, "wamid.seen")
    spans = {span.name: span for span in collector.spans()}
    assert set(spans) == {"ingress receive", "dispatch"}
    for span in spans.values():
        assert (span.trace_id.hex(), span.parent_span_id.hex()) == (ids[:32], ids[32:])
        assert before <= span.start_time_unix_nano <= span.end_time_unix_nano <= time.time_ns()
    assert spans["ingress receive"].end_time_unix_nano <= spans["dispatch"].end_time_unix_nano
    for word in ("secret question", "16505551234", PHONE, "wamid.seen", SECRET, TOKEN):
        assert word.encode() not in collector.bytes()


def test_a_share_of_nothing_sends_nothing(
    database: Database, windmill: FakeWindmill, collector: Collector, tmp_path: Path
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_TRACES_SAMPLER_ARG": "0"}
    ingress = running(database, windmill, tmp_path / "log", **settings)
    ingress.send(change(messages=[text("wamid.unseen")]))
    wait_until(lambda: windmill.message_ids() == ["wamid.unseen"])
    assert ingress.stop() == 0, "what waits is sent at the end"
    assert collector.spans() == []


@pytest.mark.parametrize("how", ["gone", "hanging", "refusing"])
def test_a_collector_that_does_not_take_them_costs_meta_nothing(
    database: Database, windmill: FakeWindmill, collector: Collector, tmp_path: Path, how: str
) -> None:
    url = collector.fail(how)
    ingress = running(database, windmill, tmp_path / "log", OTEL_EXPORTER_OTLP_ENDPOINT=url)
    slowest = 0.0
    for number in range(50):
        began = time.monotonic()
        assert ingress.send(change(messages=[text(f"wamid.{number}")])).status_code == 200
        slowest = max(slowest, time.monotonic() - began)
    wait_until(lambda: len(set(windmill.message_ids())) >= 1)
    began = time.monotonic()
    assert ingress.stop() == 0
    assert slowest < 1 and time.monotonic() - began < 15
    assert len(database.ids()) == 50


def test_without_a_collector_nothing_of_it_is_imported() -> None:
    code = "import sys, ingress.app; print([m for m in sys.modules if m.startswith(('opentelemetry', 'google'))])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
