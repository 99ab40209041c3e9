"""Messages there and back, reached as production reaches them: what the ingress stores, the functions that the steps call, and Meta's statuses."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import scalar_row

from tests.local.meta_support import NUMBER
from tests.portal.conftest import A, report
from tests.portal.test_doctor import OWNER, Setup

DOCTOR = "f.portal_api.doctor"
Steps = dict[str, tuple[str, str | None]]


def begin(setup: Setup) -> dict[str, Any]:
    test = setup.portal.ask(OWNER, DOCTOR, "begin_test", phone_number_id=NUMBER)
    assert test["ok"] is True, test
    return {"code": test["code"], "since": test["since"]}


def steps_of(setup: Setup, test: dict[str, Any]) -> list[dict[str, Any]]:
    answer = setup.portal.ask(OWNER, DOCTOR, "follow_test", phone_number_id=NUMBER, **test)
    assert answer["ok"] is True, answer
    for step in answer["steps"]:
        assert (step["at"] is not None) == (step["state"] == "done")
    return answer["steps"]


def follow(setup: Setup, test: dict[str, Any]) -> Steps:
    """Each step with its state and, where something is said of it, the code of the sentence."""
    return {s["step"]: (s["state"], s["message"] and s["message"]["code"]) for s in steps_of(setup, test)}


def why(setup: Setup, test: dict[str, Any]) -> Any:
    """What is said of the last step."""
    return steps_of(setup, test)[-1]["message"]


def written(setup: Setup, words: str, number: str = NUMBER) -> None:
    """A person's message, stored as the ingress stores it."""
    message = {
        "from": "34600000019",
        "id": f"wamid.{uuid.uuid4()}",
        "type": "text",
        "text": {"body": words},
        "timestamp": str(int(time.time())),
    }
    payload = {"entry": [{"changes": [{"field": "messages", "value": {"messages": [message]}}]}]}
    setup.portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload)"
        " values (%s, %s, 'message', '34600000019', %s) returning 1",
        *(number, message["id"], json.dumps(payload)),
    )


@contextmanager
def turn_of(setup: Setup, phone: str, words: str) -> Iterator[tuple[psycopg.Connection[Any], list[Any]]]:
    """A turn that is open, by the function that load_context calls: the tenant's connection, and the turn with its epoch."""
    value = {"messages": [{"type": "text", "text": {"body": words}}]}
    with (
        psycopg.connect(setup.portal.url, row_factory=scalar_row, autocommit=True) as conn,
        conn.transaction(),
    ):
        conn.execute("select set_config('app.tenant_id', %s, true)", [A])
        opened = (
            conn.execute(
                "select open_turn(%s, gen_random_uuid()::text, gen_random_uuid(), %s, null, 'Ana', %s)",
                [NUMBER, phone, json.dumps({"entry": [{"changes": [{"value": value}]}]})],
            ).fetchone()
            or {}
        )
        yield conn, [opened["turn_id"], opened["epoch"]]


def replied(setup: Setup, phone: str, words: str, state: str = "sent", code: int | None = None) -> str:
    """A turn whose words the steps gave to Meta, by the functions that they call. `state`, `code`: what Meta's answer made of them."""
    said = json.dumps([{"type": "text", "text": {"body": "From nine to five."}}])
    with turn_of(setup, phone, words) as (conn, at):
        conn.execute("select queue_parts(%s, %s, %s::jsonb)", [*at, said])
        taken = conn.execute("select take_part(%s, %s, 1, '30 seconds')", at).fetchone() or {}
        if taken["do"] == "send":
            wamid = f"wamid.{uuid.uuid4()}" if state == "sent" else None
            result = [state, wamid, code, code and "No."]
            conn.execute("select record_part(%s, %s, 1, %s, %s, %s, %s)", [*at, *result])
        outcome = "not_sent" if state == "failed" else "answered"
        conn.execute("select close_turn(%s, %s, 'done', %s, '{}')", [*at, outcome])
    return str(at[0])


def answered(setup: Setup, test: dict[str, Any], state: str = "sent", code: int | None = None) -> str:
    return replied(setup, "34600000019", f"Hello! Test {test['code']}", state, code)


def died(setup: Setup, test: dict[str, Any]) -> None:
    """A turn that failed, closed as the failure handler closes it where it could not tell the customer."""
    with turn_of(setup, "34600000019", f"Test {test['code']}") as (conn, at):
        error = json.dumps({"error": "ValueError: no such model"})
        conn.execute("select close_turn(%s, %s, 'failed', 'failed', %s)", [*at, error])


def reported(setup: Setup, turn: str, status: str, **more: Any) -> None:
    """Meta's status of the words of a turn."""
    (part,) = setup.portal.rows("select message_id from outbound_messages where turn_id = %s", turn)
    report(setup.portal, NUMBER, part["message_id"], status, **more)


def long_ago(test: dict[str, Any], setup: Setup) -> dict[str, Any]:
    """The same test, begun earlier: so that what does not come is late."""
    (row,) = setup.portal.rows("select now() - interval '10 minutes' as at")
    return {**test, "since": row["at"].isoformat()}
