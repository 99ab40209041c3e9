"""Two contacts become one while a turn is at work with the context of before: whoever is looked up by it is the person of now."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import Any

import pytest

from f.chatbot import persist
from f.common.database import Database
from f.whatsapp.graph_api import graph_api
from tests.agent.conftest import MASTER_KEY, SHOP, Bench
from tests.agent.odd import Odd, register
from tests.agent.vendors import Raw, call

SENT = Raw(body={"messaging_product": "whatsapp", "messages": [{"id": "wamid.1"}]})


class Merged:
    """A turn with a person of whom only the phone was known; by now they are the one with the user id."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.phone = bench, f"34{secrets.randbelow(10**9):09d}"
        gone = bench.contact(phone=self.phone, name="Ana")
        self.kept = str(bench.rows(KEEP, bench.tenants[SHOP], f"ES.{uuid.uuid4().hex}")[0]["id"])
        self.turn, self.epoch = bench.turn(gone)
        self.context = bench.context("hello", contact_id=gone, turn_id=self.turn, mode="live")
        self.ids = {"contact_id": gone, "turn_id": self.turn, "mode": "live"}
        assert bench.rows("select merge_contacts(%s, %s) as done", self.kept, gone)[0]["done"]


KEEP = "insert into contacts (tenant_id, user_id) values (%s, %s) returning id"


@pytest.fixture
def merged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Merged:
    made = Merged(bench)
    run = bench.rows("select run_id::text as id from turns where id = %s", made.turn)[0]["id"]
    monkeypatch.setenv("WM_JOB_ID", run)
    return made


def test_the_reply_goes_to_them(merged: Merged) -> None:
    vendor = merged.bench.gemini
    vendor.says(SENT)
    with Database.open(merged.bench.db) as database:
        resource = {"graph_url": vendor.url, "api_version": "v26.0"}
        db = database.of_tenant(merged.context["tenant_id"])
        api = graph_api(db, merged.context, {"whatsapp": resource, "master_key": MASTER_KEY})
    assert api is not None
    assert api.send({"type": "text", "text": {"body": "hi"}}, "s", "r")["state"] == "sent"
    assert vendor.asked[0]["to"] == f"+{merged.phone}"


def test_a_tool_is_told_who_they_are(merged: Merged, odd: Odd) -> None:
    phone = {"type": "object", "properties": {"phone": {"type": "string"}}}
    odd.lists({"name": "get_points", "parameters": phone, "echo": True})
    register(merged.bench, odd)
    result = merged.bench.ask("hello", call("get_points", {}), "NO_ANSWER", epoch=merged.epoch, **merged.ids)
    assert json.loads(result["trace"][0]["outcome"]) == {"phone": merged.phone}


def test_the_staff_is_told_who_they_are(merged: Merged) -> None:
    bench = merged.bench
    bench.set(notify_webhook_url=f"{bench.gemini.url}/hook")
    bench.settings["allowed_private_hosts"].append(bench.gemini.url.removeprefix("http://"))
    bench.gemini.says(SENT)
    bench.ask("hello", call("hand_off", {"reason": "x"}), "Passed on.", epoch=merged.epoch, **merged.ids)
    told = bench.gemini.asked[0]["contact"]
    assert (told["id"], told["phone"], told["name"]) == (merged.kept, merged.phone, "Ana")


@pytest.mark.parametrize("again", [False, True], ids=["first", "again"])
def test_what_they_wrote_meanwhile_gets_its_run(
    merged: Merged, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(persist, "dispatch", lambda *_, contact_id: asked.append(contact_id) or [])
    usage = {"input_tokens": 0, "output_tokens": 0, "cost_usd": 0}
    answer: dict[str, Any] = {
        "citations": [],
        "model": "m",
        "trace": [],
        "usage": usage,
        "error": None,
        "answered": True,
    }
    for _ in range(1 + again):
        done = persist.main(merged.context, answer, {"parts": []}, merged.bench.db, "key")  # type: ignore[arg-type, typeddict-item]
        assert done["outcome"] == "answered"
    assert asked == [merged.kept] * (1 + again)
