"""What Meta says of a number: a missing payment method is told before anything is refused, once, and settled when it is there."""

from __future__ import annotations

from typing import Any

import pytest

from f.chatbot import check_numbers
from f.whatsapp.number_health import troubles_of
from tests.local.meta_support import NUMBER, TOKEN
from tests.local.meta_support import Meta as StandIn
from tests.portal.conftest import A, Portal

OWNER = "owner@alpha.example"


@pytest.fixture
def meta(stand_in: StandIn, portal: Portal) -> StandIn:
    """The stand-in with a number of Alpha's."""
    portal.store_whatsapp_token(A, TOKEN)
    portal.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, 'Alpha shop') returning 1",
        NUMBER,
        A,
    )
    portal.rows("delete from chatbots where tenant_id = %s and phone_number_id <> %s returning 1", A, NUMBER)
    return stand_in


def check(portal: Portal, hours: int = 0) -> dict[str, int]:
    portal.rows("update number_health set due_at = due_at - make_interval(hours => %s) returning 1", hours)
    names = ("llm", "embeddings", "settings", "whatsapp", "master_key")
    done = dict(check_numbers.main(portal.db, *(portal.values[name] for name in names)))
    done.pop("examined")  # test_doctor.py
    return done


def told(portal: Portal, but_findings: bool = False) -> list[tuple[str, str, bool]]:
    listed = portal.ask(OWNER, "f.portal_api.notifications", "list")["notifications"]
    told_here = [n for n in listed if n["kind"] != "number_finding" or not but_findings]
    return [(n["kind"], n["severity"], n["settled_at"] is not None) for n in told_here]


def test_a_missing_payment_method_is_told_once_and_settled(portal: Portal, meta: StandIn) -> None:
    assert check(portal) == {"numbers": 1, "unanswered": 0, "troubled": 0}
    assert check(portal)["numbers"] == 0, "it was asked about just now"
    meta.control("payment", phone_number_id=NUMBER, valid=False)
    assert check(portal, 6) == {"numbers": 1, "unanswered": 0, "troubled": 1}
    assert told(portal, True) == [("payment_missing", "critical", False)]
    check(portal, 6)
    assert told(portal, True) == [("payment_missing", "critical", False)], "not each time"
    meta.control("payment", phone_number_id=NUMBER, valid=True)
    check(portal, 6)
    assert told(portal, True) == [("payment_missing", "critical", True)]


def test_without_an_answer_nothing_changes_and_it_is_asked_again_soon(portal: Portal, meta: StandIn) -> None:
    portal.store_whatsapp_token(A, "EAA of somebody else")
    assert check(portal) == {"numbers": 1, "unanswered": 1, "troubled": 0}
    portal.store_whatsapp_token(A, TOKEN)
    assert check(portal, 1)["numbers"] == 1
    portal.values["whatsapp"] = {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"}
    assert check(portal, 6)["unanswered"] == 1
    assert told(portal, True) == []


@pytest.mark.parametrize(
    "entities",
    [None, "x", [None], ["x"], [{"errors": "x"}], [{"errors": [None, {}, {"error_code": "141006"}]}]],
    ids=str,
)
def test_what_is_no_health_status_is_no_trouble(entities: Any) -> None:
    assert troubles_of({"entities": entities}) == []
