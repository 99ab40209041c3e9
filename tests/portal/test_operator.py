"""What an operator looks up and tries: people and runs across businesses, and a message from a business's number."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.whatsapp import graph_api
from tests.portal.conftest import A, B, Portal, talked

OPERATOR = "op@platform.example"


def operate(portal: Portal, action: str, **fields: Any) -> dict[str, Any]:
    return portal.ask(OPERATOR, "f.portal_api.operator", action, **fields)


def test_a_number_leads_to_the_person_and_the_runs_in_every_business(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WM_BASE_URL", "https://ops.example")
    monkeypatch.setenv("WM_WORKSPACE", "chatmill")
    ours = talked(portal, A, "1001", "34600111222", "Open?")
    talked(portal, B, "1002", "34600111222", "Closed?")
    talked(portal, B, "1002", "34600999888", "Late?")
    found = operate(portal, "find", words="+34 600 111 222")
    assert [(one["tenant"], one["phone"]) for one in found["people"]] == [
        ("Beta", "34600111222"),
        ("Alpha", "34600111222"),
    ]
    assert len(operate(portal, "find", words="ana")["people"]) == 3
    # The search shows the run's person, too; from there it is one step to all runs of that person.
    (person,) = operate(portal, "find", words=ours["contact"])["people"]
    assert (person["tenant"], person["name"]) == ("Alpha", "Ana")
    assert found["run_link"] == "https://ops.example/run/{id}?workspace=chatmill"
    assert operate(portal, "find", words=" a ")["refused"] == "search_short"


@pytest.fixture
def sent(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """What went to Meta: to whom, and what."""
    taken: list[tuple[Any, Any]] = []

    def send(api: Any, content: dict[str, Any], *_: Any) -> dict[str, Any]:
        taken.append((api._addressee["to"], content["text"]["body"]))
        return {"state": "sent", "message_id": "wamid.1", "code": None, "error": None}

    monkeypatch.setattr(graph_api.GraphApi, "send", send)
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    return taken


def test_a_test_message_goes_out_from_the_business_s_number(portal: Portal, sent: list[Any]) -> None:
    ask = {"tenant": A, "phone_number_id": "1001", "to": "+34 600-111-222"}
    assert operate(portal, "send_test", **ask)["refused"] == "no_token"
    portal.store_whatsapp_token(A)
    assert operate(portal, "send_test", **ask) == {"ok": True, "sent": "wamid.1"}
    assert sent == [("+34600111222", "test")]
    assert operate(portal, "send_test", **ask | {"to": "600"})["refused"] == "phone_number"
    assert operate(portal, "send_test", **ask | {"phone_number_id": "1002"})["refused"] == "not_found"
    assert operate(portal, "send_test", **ask | {"tenant": B})["refused"] == "not_found"
    assert len(sent) == 1
    tried = [c for c in operate(portal, "list_changes")["changes"] if c["action"] == "chatbots.try"]
    assert [(c["subject"], c["person"]) for c in tried][:1] == [("1001", OPERATOR)]


@pytest.mark.parametrize(
    ("code", "meaning"), [(131047, "send_window"), (190, "send_token_expired"), (99, "send_unknown")]
)
def test_what_meta_refuses_becomes_a_sentence(
    portal: Portal, sent: list[Any], monkeypatch: pytest.MonkeyPatch, code: int, meaning: str
) -> None:
    refusal = {"state": "refused", "message_id": None, "code": code, "error": f"{code}: Re-engagement"}
    monkeypatch.setattr(graph_api.GraphApi, "send", lambda *_: refusal)
    portal.store_whatsapp_token(A)
    answer = operate(portal, "send_test", tenant=A, phone_number_id="1001", to="+34600111222")
    assert answer["refused"] == "not_sent_code"
    assert answer["values"] == {
        "problem": {"code": meaning, "values": {}},
        "words": f"{code}: Re-engagement",
    }


def test_the_page_knows_the_webhook_s_address_where_the_deployment_says_it(portal: Portal) -> None:
    assert operate(portal, "get")["webhook_url"] is None
    portal.values["settings"] = {"webhook_url": "https://bot.example.com/webhook"}
    assert operate(portal, "get")["webhook_url"] == "https://bot.example.com/webhook"
