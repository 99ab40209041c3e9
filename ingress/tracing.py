"""Spans of what the ingress does for a message, for a collector of OpenTelemetry's. Imported only where OTEL_EXPORTER_OTLP_ENDPOINT is set.

The trace's id and that of its first span are derived from the message, so that the spans of its turn, which recovery sends later
(f/chatbot/traces.py), are in the same trace. A thread of the SDK's sends in the background; what a slow or absent collector does not take is dropped.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from ingress.split import Event

_TIMEOUT_S = 5.0
_QUEUE = 4096  # spans that wait for the collector; more are dropped
_DELAY_MS = 1000
_CLOSE_S = 3.0


class Tracing:
    """`share`: of how many of all messages, 0 to 1; the trace's id decides, in recovery alike."""

    def __init__(self, endpoint: str, share: float) -> None:
        exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=_TIMEOUT_S)
        self._provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource.create({"service.name": "chatmill-ingress"}),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter, max_queue_size=_QUEUE, schedule_delay_millis=_DELAY_MS)
        )
        self._tracer = self._provider.get_tracer("chatmill.ingress")

    def received(self, events: Iterable[Event], begun_ns: int, ended_ns: int) -> None:
        """A webhook, from its head to the commit: one span in the trace of each of its messages."""
        for event in events:
            if event.kind == "message":
                span = self._tracer.start_span(
                    "ingress receive",
                    _of_message(event.phone_number_id, event.message_id),
                    SpanKind.SERVER,
                    {"chatmill.payload_bytes": len(event.payload)},
                    start_time=begun_ns,
                )
                span.end(ended_ns)

    def dispatched(
        self, phone_number_id: str, message_id: str, begun_ns: int, ended_ns: int, outcome: str
    ) -> None:
        """A post to Windmill that was to start a message's run."""
        span = self._tracer.start_span(
            "dispatch",
            _of_message(phone_number_id, message_id),
            SpanKind.CLIENT,
            {"chatmill.dispatch.outcome": outcome},
            start_time=begun_ns,
        )
        if outcome != "started":
            span.set_status(StatusCode.ERROR)
        span.end(ended_ns)

    def close(self) -> None:
        """Sends what waits, for a few seconds at most."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE_S)


def message_trace(phone_number_id: str, message_id: str) -> str:
    """The id of a message's trace and that of its first span, 32 and 16 hexadecimal digits. As message_trace() in SQL."""
    return hashlib.sha256(f"trace/{phone_number_id}/{message_id}".encode()).hexdigest()[:48]


def _of_message(phone_number_id: str, message_id: str) -> Context:
    ids = message_trace(phone_number_id, message_id)
    flags = TraceFlags(TraceFlags.SAMPLED)
    parent = SpanContext(int(ids[:32], 16), int(ids[32:], 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(parent), Context())
