"""A turn's trace at a collector of OpenTelemetry's: from the webhook to each send, in one tree, and without a word of anybody."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from local import seed
from tests.collector import Collector
from tests.e2e.conftest import World

QUESTION = "Where is my order CL-1042? My secret word is PLUMBAGO."


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made


@pytest.fixture
def traced(world: World) -> Iterator[Callable[[str], None]]:
    """Names a collector to the steps and the ingress, until the end of the test."""
    server = world.stack.windmill()
    before = server.call("GET", "resources/get_value/f/chatbot/settings").json()

    def restart_ingress(**environment: str) -> None:
        world.stack.processes.stop("ingress")
        world.stack.start_ingress(environment)
        world.stack.processes.wait_until_answers("ingress", world.stack.url("ingress") + "/healthz")

    def name(url: str) -> None:
        restart_ingress(OTEL_EXPORTER_OTLP_ENDPOINT=url)
        server.call(
            "POST", "resources/update/f/chatbot/settings", {"value": {**before, "otlp_endpoint": url}}
        )

    yield name
    server.call("POST", "resources/update/f/chatbot/settings", {"value": before})
    restart_ingress()


def recover(world: World) -> dict[str, Any]:
    """The schedule's script, now; its result."""
    server = world.stack.windmill()
    arguments = server.call("GET", "schedules/get/f/chatbot/recover").json()["args"]
    job = server.call("POST", "jobs/run/p/f/chatbot/recover", arguments).text.strip('"')
    return wait_for(lambda: server.call("GET", f"jobs_u/get/{job}").json().get("result"), 60)


def wait_for(look: Callable[[], Any], seconds: float) -> Any:
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"still {found!r}"
        time.sleep(0.2)
    return found


def turn_of(world: World, words: str) -> dict[str, Any]:
    query = "select id::text, run_id::text, contact_id from turns where question = %s and state = 'done'"
    rows = wait_for(lambda: world.rows(query, words), 30)
    return dict(rows[-1])


def spans_of(collector: Collector, trace_id: str) -> list[Span]:
    return [span for span in collector.spans() if span.trace_id.hex() == trace_id]


def test_a_turn_is_one_tree_of_spans_without_a_word_of_it(
    world: World, traced: Callable[[str], None], collector: Collector
) -> None:
    traced(collector.url)
    assert "SE40815162342ES" in world.ask(seed.SHOP, QUESTION)
    turn = turn_of(world, QUESTION)
    flow = wait_for(
        lambda: world.stack.windmill().call("GET", f"jobs_u/get/{turn['run_id']}").json().get("result"), 30
    )
    trace_id = flow["trace_id"]  # on the run's page
    wait_for(lambda: recover(world) and "turn" in {s.name for s in spans_of(collector, trace_id)}, 60)
    spans = wait_for(lambda: (found := spans_of(collector, trace_id)) and len(found) > 8 and found, 20)

    by_id = {span.span_id: span for span in spans}
    assert len(by_id) == len(spans)
    parents = {span.name: getattr(by_id.get(span.parent_span_id), "name", "") for span in spans}
    models = [name for name in parents if name.startswith("chat ")]
    tools = [name for name in parents if name.startswith("execute_tool ")]
    assert models and tools
    steps = ["load_context", "agent_loop", "send_reply", "persist"]
    assert {name: parents[name] for name in ("turn", "ingress receive", "dispatch", *steps)} == {
        "turn": "",
        **dict.fromkeys(("ingress receive", "dispatch", *steps), "turn"),
    }
    assert {parents[name] for name in models + tools} == {"agent_loop"}
    assert parents["send"] == "send_reply"

    root = next(span for span in spans if span.name == "turn")
    begins = [next(s.start_time_unix_nano for s in spans if s.name == name) for name in steps]
    assert begins == sorted(begins), "the steps one after the other"
    assert all(
        root.start_time_unix_nano <= span.end_time_unix_nano <= root.end_time_unix_nano
        for span in spans
        if span.parent_span_id
    )
    assert {span.status.code for span in spans} == {Status.STATUS_CODE_UNSET}

    taken = collector.bytes()
    jobs = [turn["run_id"], *(job["id"] for job in world.jobs() if job.get("parent_job") == turn["run_id"])]
    (person,) = world.rows("select phone, name from contacts where id = %s", turn["contact_id"])
    sent = world.rows(
        "select content::text as content, message_id from outbound_messages where turn_id = %s", turn["id"]
    )
    words = [*QUESTION.split(), "SE40815162342ES", person["phone"], *person["name"].split(), *jobs]
    words += [part["message_id"] for part in sent] + [seed.SHOP.phone_number_id]
    assert [word for word in words if len(word) > 4 and word.encode() in taken and word != "order"] == []
    assert world.secrets_in(taken.decode("latin-1")) == []

    assert recover(world)["traced"] == 0, "once"


@pytest.mark.parametrize("how", ["gone", "hanging", "refusing"])
def test_a_collector_that_takes_nothing_costs_no_turn_anything(
    world: World, traced: Callable[[str], None], collector: Collector, how: str
) -> None:
    traced(collector.fail(how))
    question = f"How long is a gift card valid? ({how})"
    assert "24 months" in world.ask(seed.SHOP, question, timeout_s=30)
    turn = turn_of(world, question)
    wait_for(
        lambda: world.rows(
            "select from turns where id = %s and closed_at < now() - interval '5 s'", turn["id"]
        ),
        20,
    )
    began = time.monotonic()
    done = recover(world)
    assert done["traced"] == 0 and time.monotonic() - began < 25, "it goes on with its other work"
    assert json.dumps(done["tags_without_worker"]) == "[]"
    (report,) = world.rows("select ran_at > now() - interval '1 minute' as ran, tags from recovery_report")
    assert report["ran"] and report["tags"]["chat"] == {"has_worker": True, "queued": 0}
