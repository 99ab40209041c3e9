# no_postinstall
# requirements: traces
"""Sends the traces of closed turns to a collector of OpenTelemetry's, from what PostgreSQL and Windmill have noted anyway.

A turn pays nothing for its trace, and a collector that is slow or down delays nobody: recovery sends, after the turn. The ingress sends its own
spans itself (ingress/tracing.py). Ids are derived from the turn's first message, so both write into one trace, and a trace that is sent twice is
the same. No text, phone number, secret or job id is in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from f.common.windmill import call_api

if TYPE_CHECKING:
    from f.common.database import Database

MOST_TURNS = 200  # a minute; the traces of more are left out
TIMEOUT_S = 5.0  # for the collector, with its repeats
NO_HEADERS = "none"  # placeholder: Windmill variables can't be empty
# The model writes the names of the calls that it makes: one that is no name of a tool is not passed on.
TOOL = re.compile(r"(?!.*\d{6})[A-Za-z][\w.-]{0,63}")


def send_traces(database: Database, settings: dict[str, Any], deadline: float) -> int:
    """Sends the traces of the turns that were closed since the last time; returns how many. Never raises for the collector."""
    turns = database.rows("select * from turns_to_trace(%s)", MOST_TURNS)
    if not turns:
        return 0
    traces = Traces(float(settings.get("traces_share", 1)))
    for turn in turns:
        if time.monotonic() > deadline:
            break
        traces.add(turn, steps_of(str(turn["run_id"])))
    exporter = OTLPSpanExporter(
        endpoint=f"{settings['otlp_endpoint'].rstrip('/')}/v1/traces",
        headers=read_headers(settings.get("otlp_headers_secret")),
        timeout=TIMEOUT_S,
    )
    spans = traces.memory.get_finished_spans()
    if spans and exporter.export(spans) is not SpanExportResult.SUCCESS:
        print("the collector did not take the traces: they are sent again, for ten minutes")
        return 0
    # Where there were more turns than that, the traces of the others are left out.
    database.value("select record_traces(%s)", turns[-1]["closed_at"])
    return traces.turns


def read_headers(text: str | None) -> dict[str, str]:
    """`name=value` with commas between, as OTEL_EXPORTER_OTLP_HEADERS has them."""
    pairs = [pair.partition("=") for pair in (text or NO_HEADERS).split(",") if "=" in pair]
    return {name.strip(): value.strip() for name, _, value in pairs}


def steps_of(run: str) -> list[dict[str, Any]]:
    """The steps of a run that are over, as Windmill lists them, oldest first. None where it does not know them any more."""
    try:
        listed = json.loads(call_api("GET", f"jobs/list?parent_job={run}&per_page=50"))
    except OSError as problem:
        print(f"the steps of a run are not known: {problem}")
        return []
    over = [job for job in listed if job.get("started_at") and job.get("duration_ms") is not None]
    return sorted(over, key=lambda job: job["started_at"])


class DerivedIds(IdGenerator):
    """The ids of one trace after the other, derived from the trace of the turn's first message (message_trace in SQL)."""

    def __init__(self) -> None:
        self._root, self._number = "", 0

    def begin(self, root: str) -> None:
        self._root, self._number = root, 0

    def generate_trace_id(self) -> int:
        return int(self._root[:32], 16)

    def generate_span_id(self) -> int:
        self._number += 1
        if self._number == 1:
            return int(self._root[32:], 16)
        name = f"{self._root}/{self._number}".encode()
        return int.from_bytes(hashlib.sha256(name).digest()[:8], "big")


class Traces:
    """The spans of turns. `share`: of how many of all turns, 0 to 1; the trace's id decides, in the ingress alike."""

    def __init__(self, share: float) -> None:
        self.memory, self.turns, self._ids = InMemorySpanExporter(), 0, DerivedIds()
        provider = TracerProvider(
            sampler=TraceIdRatioBased(share),
            resource=Resource.create({"service.name": "chatmill"}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(SimpleSpanProcessor(self.memory))
        self._tracer = provider.get_tracer("chatmill")

    def add(self, turn: dict[str, Any], steps: list[dict[str, Any]]) -> None:
        """A turn (a row of turns_to_trace) with its steps, the calls of models and tools, and what was sent."""
        first, *others = turn["messages"]
        self._ids.begin(first["trace"])
        root = self._tracer.start_span(
            "turn",
            context=Context(),
            start_time=nanoseconds(first["received"]),
            links=[Link(of_message(other["trace"])) for other in others],
            attributes={
                "chatmill.turn_id": str(turn["turn_id"]),
                "chatmill.tenant_id": str(turn["tenant_id"]),
                "chatmill.outcome": turn["outcome"],
                "chatmill.messages": len(turn["messages"]),
                "chatmill.takeovers": turn["takeovers"],
                **{f"chatmill.{name}": turn[name] for name in ("version", "pairs_version") if turn[name]},
            },
        )
        if not root.is_recording():  # not of the share
            return
        self.turns += 1
        ends = [nanoseconds(turn["closed"])]
        parents = {"": root}
        for step in steps:
            name = step["script_path"].rpartition("/")[2]
            begun = int(datetime.fromisoformat(step["started_at"]).timestamp() * 1e9)
            ends.append(begun + int(step["duration_ms"]) * 1_000_000)
            parents[name] = self._child(root, name, begun, ends[-1], {}, not step.get("success", True))
        for name, begun, ended, attributes, failed in calls_of(turn):
            parent = parents.get("agent_loop", root)
            self._child(parent, name, begun, ended, attributes, failed, SpanKind.CLIENT)
        for part in turn["parts"] or []:
            parent = parents.get("send_reply") or parents.get("on_failure") or root
            attributes = {f"chatmill.send.{key}": part[key] for key in ("part", "state", "attempts")}
            if part["code"] is not None:
                attributes["chatmill.send.error_code"] = part["code"]
            begun, ended = nanoseconds(part["since"]), nanoseconds(part["until"])
            failed = part["state"] in ("failed", "unknown")
            self._child(parent, "send", begun, ended, attributes, failed, SpanKind.CLIENT)
        if turn["outcome"] in ("failed", "lost"):
            root.set_status(StatusCode.ERROR)
        root.end(max(ends))

    def _child(
        self,
        parent: Span,
        name: str,
        begun: int,
        ended: int,
        attributes: dict[str, Any],
        failed: bool,
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Span:
        context = set_span_in_context(parent)
        span = self._tracer.start_span(name, context, kind, attributes, start_time=begun)
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(max(begun, ended))
        return span


def calls_of(turn: dict[str, Any]) -> Iterator[tuple[str, int, int, dict[str, Any], bool]]:
    """The calls of models and tools: name, begin, end, attributes, whether it failed."""
    for call in turn["model_calls"] or []:
        begun = nanoseconds(call["at"])
        yield (
            f"chat {call['model']}",
            begun,
            begun + call["ms"] * 1_000_000,
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": call["provider"],
                "gen_ai.request.model": call["model"],
                "gen_ai.usage.input_tokens": call["input_tokens"],
                "gen_ai.usage.output_tokens": call["output_tokens"],
            },
            call["failed"],
        )
    for call in turn["tool_calls"] or []:
        begun = nanoseconds(call["at"])
        tool = call["tool"] if TOOL.fullmatch(call["tool"]) else "unnamed"
        attributes = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
        yield f"execute_tool {tool}", begun, begun + call["ms"] * 1_000_000, attributes, bool(call["failed"])


def of_message(trace: str) -> SpanContext:
    """The first span of a message's own trace, which the ingress has written into."""
    return SpanContext(
        int(trace[:32], 16), int(trace[32:], 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED)
    )


def nanoseconds(seconds: float) -> int:
    return int(float(seconds) * 1e9)
