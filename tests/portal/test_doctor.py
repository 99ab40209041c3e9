"""The doctor of a number, through its script: a healthy set-up is green, and each broken one is named by one sentence and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from f.chatbot import check_numbers
from f.whatsapp.findings import VITAL
from tests.agent.vendors import Raw, Vendor, openai_shape
from tests.knowledge.endpoint import Endpoint
from tests.local.meta_support import NUMBER, OTHER_TOKEN, TOKEN, Recorder
from tests.local.meta_support import Meta as StandIn
from tests.portal.conftest import A, B, Portal, report, talked
from tests.portal.test_number_health import told

OWNER, OPERATOR = "owner@alpha.example", "op@platform.example"
WABA = "102290129340398"
REFUSED = "Error validating access token: Session has expired on Sunday, 01-Nov-26 00:00:00 PST."
OF_TOKEN = {"scopes", "number", "registration", "name", "quality", "limit", "pin", "payment", "callback"}
OF_TOKEN |= {"subscription", "templates"}
TEMPLATE = {"name": "hello", "language": "en", "parameters": []}


class Setup:
    """A number of Alpha's for which all is well, and what may be broken of it."""

    def __init__(
        self, portal: Portal, meta: StandIn, webhook: Recorder, vendor: Vendor, vectors: Endpoint
    ) -> None:
        self.portal, self.meta, self.webhook, self.vendor, self.vectors = (
            portal,
            meta,
            webhook,
            vendor,
            vectors,
        )

    def account(self, **broken: Any) -> None:
        self.meta.control("account", phone_number_id=NUMBER, **broken)

    def sql(self, statement: str) -> None:
        self.portal.rows(f"{statement} returning 1")

    def examine(self) -> dict[str, Any]:
        answer = self.portal.ask(OWNER, "f.portal_api.doctor", "examine", phone_number_id=NUMBER)
        assert answer["ok"] is True, answer
        assert TOKEN not in json.dumps(answer)
        return answer

    def reds(self) -> dict[str, tuple[str, dict[str, Any]]]:
        found = self.examine()["findings"]
        return {
            f["check"]: (f["message"]["code"], f["message"]["values"]) for f in found if f["state"] == "red"
        }


@pytest.fixture
def setup(stand_in: StandIn, meta_process: tuple[StandIn, Recorder], portal: Portal) -> Iterator[Setup]:
    _, webhook = meta_process
    vendor, vectors = Vendor(openai_shape), Endpoint()
    webhook.status = 403  # as the ingress answers a handshake without its token
    vendor.script = ["OK"]
    portal.values |= {
        "settings": {"webhook_url": webhook.url + "/webhook"},
        "embeddings": vectors.resource,
        "llm": {"provider": "openai", "base_url": f"{vendor.url}/v1", "model": "m", "api_key": "k"},
    }
    portal.store_whatsapp_token(A, TOKEN)
    portal.rows("delete from chatbots where tenant_id = %s returning 1", A)
    portal.rows(
        "insert into chatbots (phone_number_id, tenant_id, name, notify_phone, window_template)"
        " values (%s, %s, 'Alpha shop', '34600111222', %s) returning 1",
        NUMBER,
        A,
        json.dumps(TEMPLATE),
    )
    portal.rows(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state)"
        " values (%s, 'wamid.doctor', 'message', '{}', 'ended') returning 1",
        NUMBER,
    )
    learn(portal, vectors)
    brought(portal, talked(portal, A, NUMBER, "34600000018", "Are you open today?", seconds=4000)["turn"])
    yield Setup(portal, stand_in, webhook, vendor, vectors)
    webhook.status = 200
    for server in (vendor.close, vectors.close):
        server()


def learn(portal: Portal, vectors: Endpoint) -> None:
    """A document with one passage, published by the product's own function."""
    from f.models.embeddings import embed

    text = "The shop is open from nine to five."
    (vector,) = embed([text], vectors.resource, "passage", 384)
    portal.rows(
        "with d as (insert into documents (tenant_id, title, filename, sha256, size_bytes, content, state)"
        " values (%s, 'Hours', 'a.txt', sha256('x'), 1, 'x', 'processing') returning id, tenant_id)"
        " insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens, text,"
        " model_id, embedding) select d.id, 0, d.tenant_id, 1, 0, 1, 35, 'Hours', 20, %s, m.id, %s::vector from d, embedding_models m"
        " where m.name = 'multilingual-e5-small' returning 1",
        *(A, text, json.dumps(vector)),
    )
    publish = "select set_config('app.tenant_id', %s, true), publish_document(id) from documents where tenant_id = %s"
    portal.rows(publish, A, A)


def brought(portal: Portal, turn: str) -> None:
    """Meta has taken the words of a turn, and reports that it delivered them."""
    (part,) = portal.rows(
        "update outbound_messages set state = 'sent', message_id = 'wamid.' || left(send_id::text, 8), sent_at = now()"
        " where turn_id = %s returning message_id",
        turn,
    )
    report(portal, NUMBER, part["message_id"], "delivered")


def refuse_key(setup: Setup) -> None:
    setup.vendor.script = [
        Raw(401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}})
    ]


Break = Callable[[Setup], Any]
BROKEN: dict[str, tuple[Break, str, str, dict[str, Any], set[str]]] = {
    "expired token": (lambda s: s.account(token_expired=True), "token", "doctor_token_refused", {"problem": REFUSED}, OF_TOKEN),
    "no token": (lambda s: s.sql("update tenants set whatsapp_token = null"), "token", "doctor_no_token", {}, OF_TOKEN | {"clock"}),
    "token without messaging": (
        lambda s: s.account(scopes=["whatsapp_business_management"]),
        *("scopes", "doctor_scopes", {"scopes": "whatsapp_business_messaging"}, set()),
    ),
    "token of another account": (
        lambda s: s.portal.store_whatsapp_token(A, OTHER_TOKEN),
        *("number", "doctor_foreign_number", {"number": NUMBER}, OF_TOKEN - {"scopes", "number"}),
    ),
    "app not subscribed": (lambda s: s.account(subscribed=False), "subscription", "doctor_not_subscribed", {"account": WABA}, set()),
    "number not registered": (
        lambda s: s.account(number={"status": "PENDING", "platform_type": "NOT_APPLICABLE"}),
        *("registration", "doctor_number_state", {"state": "PENDING"}, set()),
    ),
    "no PIN": (lambda s: s.account(number={"is_pin_enabled": False}), "pin", "doctor_pin", {}, set()),
    "display name declined": (
        lambda s: s.account(number={"name_status": "DECLINED"}),
        *("name", "doctor_name", {"name": "Lumen Bikes", "state": "DECLINED"}, set()),
    ),
    "quality red": (lambda s: s.account(number={"quality_rating": "RED"}), "quality", "doctor_quality", {}, set()),
    "limit lowered": (
        lambda s: s.account(number={"messaging_limit_tier": "TIER_50"}),
        *("limit", "doctor_limit", {"limit": "TIER_50"}, set()),
    ),
    "no payment method": (
        lambda s: s.meta.control("payment", phone_number_id=NUMBER, valid=False),
        *("payment", "doctor_payment", {}, set()),
    ),
    "template paused": (
        lambda s: s.meta.control("review", waba_id=WABA, name="hello", language="en", event="PAUSED"),
        *("templates", "doctor_template", {"name": "hello", "state": "PAUSED"}, set()),
    ),
    "model key refused": (refuse_key, "model", "doctor_model_key", {"model": "m"}, set()),
    "no knowledge": (lambda s: s.sql("delete from documents"), "knowledge", "doctor_no_knowledge", {}, set()),
    "nobody told": (
        lambda s: s.sql("update chatbots set notify_phone = null"),
        *("handoff", "doctor_nobody_told", {}, set()),
    ),
    "clock off": (lambda s: s.meta.control("clock", advance_s=300), "clock", "doctor_clock_worker", {"minutes": 5}, set()),
    "bot off": (lambda s: s.sql("update chatbots set enabled = false"), "bot", "doctor_bot_off", {}, set()),
}  # fmt: skip


def states(answer: dict[str, Any], state: str) -> set[str]:
    return {f["check"] for f in answer["findings"] if f["state"] == state}


def test_a_healthy_number_is_green_and_ready(setup: Setup) -> None:
    before = setup.portal.ask(OWNER, "f.portal_api.doctor", "get", phone_number_id=NUMBER)
    assert (before["findings"], before["examined_at"], before["verdict"]) == ([], None, "unknown")
    answer = setup.examine()
    assert [f for f in answer["findings"] if f["state"] != "green"] == []
    assert answer["verdict"] == "ready"
    assert setup.portal.ask(OWNER, "f.portal_api.doctor", "get", phone_number_id=NUMBER) == answer


@pytest.mark.parametrize("name", BROKEN)
def test_each_broken_set_up_is_named_in_one_sentence(setup: Setup, name: str) -> None:
    act, check, code, values, dark = BROKEN[name]
    act(setup)
    answer = setup.examine()
    (finding,) = [f for f in answer["findings"] if f["state"] == "red"]
    assert (finding["check"], finding["message"]) == (check, {"code": code, "values": values})
    assert states(answer, "unknown") == dark
    assert answer["verdict"] == ("not_ready" if check in VITAL else "ready")
    assert finding["words"] and "{" not in finding["words"], "a whole sentence for whoever reads it in a log"


def test_where_vectors_are_not_had_the_search_is_not_known(setup: Setup) -> None:
    setup.vectors.answers = [(401, {})]
    answer = setup.examine()
    (finding,) = [f for f in answer["findings"] if f["state"] == "red"]
    assert (finding["check"], finding["message"]["code"]) == ("embeddings", "doctor_embeddings")
    assert states(answer, "unknown") == {"knowledge"}


def test_messages_that_go_elsewhere_and_a_webhook_that_is_not_ours_are_named(setup: Setup) -> None:
    elsewhere = "https://other.example/webhook"
    setup.account(callback=elsewhere)
    ours = setup.webhook.url + "/webhook"
    assert setup.reds() == {"callback": ("doctor_callback", {"address": elsewhere, "wanted": ours})}
    setup.account()
    setup.webhook.status = 502
    assert setup.reds() == {"webhook": ("doctor_webhook_down", {"address": ours, "problem": "HTTP 502"})}
    setup.portal.values["settings"] = {}
    answer = setup.examine()
    assert states(answer, "red") == {"webhook"}
    assert states(answer, "unknown") == {"callback"}


def test_messages_of_which_meta_reports_nothing_are_a_missing_field(setup: Setup) -> None:
    setup.sql("delete from inbound_messages where kind = 'status'")
    said = talked(setup.portal, A, NUMBER, "34600000017", "Are you open?", seconds=8000)
    setup.portal.rows(
        "update outbound_messages set state = 'sent', message_id = 'wamid.out', sent_at = now() - interval '2 hours'"
        " where turn_id = %s returning 1",
        said["turn"],
    )
    assert setup.reds() == {"reports": ("doctor_unreported", {"n": 1})}
    setup.sql(
        "insert into inbound_messages (phone_number_id, message_id, kind, payload, state)"
        f" values ('{NUMBER}', 'status:wamid.out:sent:1', 'status', '{{}}', 'ended')"
    )
    assert setup.reds() == {}


def test_without_a_word_of_meta_nothing_of_it_is_green(setup: Setup) -> None:
    setup.portal.values["whatsapp"] = {"graph_url": "http://127.0.0.1:9", "api_version": "v26.0"}
    setup.sql("delete from inbound_messages")
    answer = setup.examine()
    assert states(answer, "red") == set()
    assert states(answer, "unknown") == OF_TOKEN | {"token", "clock", "reports"}
    assert answer["verdict"] == "unknown"


def test_the_bell_tells_a_new_red_once_and_that_it_is_over(setup: Setup) -> None:
    def nightly() -> dict[str, int]:
        setup.sql("update number_health set due_at = now(), examined_at = now() - interval '1 day'")
        names = ("llm", "embeddings", "settings", "whatsapp", "master_key")
        values = [setup.portal.values[name] for name in names]
        return dict(check_numbers.main(setup.portal.db, *values))

    setup.examine()
    setup.account(number={"is_pin_enabled": False})
    assert nightly() == {"numbers": 1, "unanswered": 0, "troubled": 0, "examined": 1}
    nightly()
    assert told(setup.portal) == [("number_finding", "warning", False)]
    setup.account()
    nightly()
    assert told(setup.portal) == [("number_finding", "warning", True)]


def test_an_operator_sees_and_examines_any_number_and_it_is_written_down(setup: Setup) -> None:
    names = {"tenant": A, "phone_number_id": NUMBER}
    ask = setup.portal.ask
    done = ask(OPERATOR, "f.portal_api.operator", "examine", **names)
    assert done["verdict"] == "ready"
    assert ask(OPERATOR, "f.portal_api.operator", "get_findings", **names) == done
    assert setup.portal.rows(
        "select 1 from audit_log where action = 'chatbots.try' and person = %s", OPERATOR
    )
    for action in ("examine", "get_findings"):
        other = ask(OPERATOR, "f.portal_api.operator", action, **{**names, "tenant": B})
        assert other["refused"] == "not_found"
    assert (
        ask("owner@beta.example", "f.portal_api.doctor", "get", phone_number_id=NUMBER)["refused"]
        == "not_found"
    )
