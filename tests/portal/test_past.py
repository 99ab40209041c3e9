"""A number whose phone goes on with its app brings its contacts and conversations along: from the connection to the inbox."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingress.split import split
from tests.local.meta_support import NUMBER, Recorder, configuration, eventually
from tests.local.meta_support import Meta as StandIn
from tests.portal.conftest import A, Portal

OWNER, TOKEN = "owner@alpha.example", "EAA" + "p" * 40
MARTA, NUNO = "34611000001", "34611000002"


def said(person: str, n: int, words: str, by: str = "", **content: Any) -> dict[str, Any]:
    """A message of the thread with `person`, of the n-th minute."""
    content = content or {"type": "text", "text": {"body": words}}
    mine = {"to": person} if by else {}
    return {
        "from": by or person,
        **mine,
        "id": f"wamid.past-{person}-{n}",
        "timestamp": str(1780000000 + 60 * n),
        "history_context": {"status": "READ"},
        **content,
    }


THREADS = [
    {
        "id": MARTA,
        "messages": [
            said(MARTA, 2, "", type="media_placeholder"),
            said(MARTA, 1, "Of course, until eight.", by="15550783881"),
            said(MARTA, 0, "Are you open on Friday?"),
        ],
    },
    {"id": NUNO, "messages": [said(NUNO, n, f"Order {n}") for n in range(130)]},
]
BOOK = [{"phone_number": MARTA, "full_name": "Marta from the bakery", "first_name": "Marta"}]


class Phone:
    """Alpha's number at the stand-in for Meta, and what its webhook got, brought to the inbox as the ingress brings it."""

    def __init__(self, portal: Portal, meta: StandIn, webhook: Recorder) -> None:
        self.portal, self.meta, self.webhook = portal, meta, webhook

    def account(self, threads: list[dict[str, Any]] | None = THREADS, **state: Any) -> None:
        number = {"is_on_biz_app": True, "is_pin_enabled": False}
        self.meta.control("account", phone_number_id=NUMBER, number=number, threads=threads, **state)

    def connect(self) -> dict[str, Any]:
        key = self.portal.typed(A, "whatsapp_token", TOKEN)
        return self.portal.ask(
            OWNER, "f.portal_api.connect", "connect", phone_number_id=NUMBER, sealed_key=key
        )

    def arrive(self, events: int) -> None:
        """Waits for as many webhooks, and stores and applies what they hold."""
        eventually(lambda: len(self.webhook.requests) >= events)
        bodies = [body for _, _, body in self.webhook.requests]
        self.webhook.requests.clear()
        for body in bodies:
            self.event(body)

    def event(self, body: bytes) -> None:
        for event in split(body):
            self.portal.rows(
                "insert into inbound_messages (phone_number_id, message_id, kind, sender, payload) values (%s, %s, %s, %s, %s)"
                " on conflict do nothing returning 1",
                *event[:4],
                event.payload.decode(),
            )
        while self.portal.rows("select apply_past_event() as one")[0]["one"]:
            pass

    def change(self, field: str, **value: Any) -> None:
        value |= {"metadata": {"phone_number_id": NUMBER}}
        entry = {"id": "102290129340398", "changes": [{"field": field, "value": value}]}
        self.event(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())

    def listed(self, view: str = "solved") -> dict[str, dict[str, Any]]:
        listed = self.portal.ask(OWNER, "f.portal_api.conversations", "list", view=view)["contacts"]
        return {contact["phone"]: contact for contact in listed}

    def ask(self, action: str, phone: str, **fields: Any) -> dict[str, Any]:
        contact = self.listed("")[phone]["id"]
        return self.portal.ask(OWNER, "f.portal_api.conversations", action, contact_id=contact, **fields)

    def told(self) -> list[str]:
        return [
            n["kind"] for n in self.portal.ask(OWNER, "f.portal_api.notifications", "list")["notifications"]
        ]


@pytest.fixture
def phone(tmp_path: Path, portal: Portal) -> Iterator[Phone]:
    webhook = Recorder()
    with StandIn(tmp_path, configuration(f"{webhook.url}/webhook"), tokens={NUMBER: TOKEN}) as meta:
        portal.values |= {
            "whatsapp": {"graph_url": f"{meta.url}/graph", "api_version": "v26.0"},
            "settings": {"webhook_url": "https://bots.example/webhook"},
            "meta_app": {"app_id": "", "app_secret": "none"},
        }
        portal.rows("delete from chatbots where tenant_id = %s returning 1", A)
        yield Phone(portal, meta, webhook)
    webhook.stop()


def test_contacts_and_conversations_of_the_phone_are_in_the_inbox(phone: Phone) -> None:
    phone.account(phone_book=BOOK)
    done = phone.connect()
    assert (done["ok"], done["past"]) == (True, ""), "no PIN is asked for: the phone has the number"
    phone.arrive(3)
    assert phone.listed("all") == {}, "nobody waits for an answer to what was said on the phone"
    solved = phone.listed()
    assert {number: (c["name"], c["unread"]) for number, c in solved.items()} == {
        MARTA: ("Marta from the bakery", 0),
        NUNO: (None, 0),
    }
    assert solved[MARTA]["body"] == "[file]"
    opened = phone.ask("get", MARTA)
    assert (opened["messages"], opened["more"], opened["past"]) == ([], False, True)
    past = phone.ask("past", MARTA)
    assert [(m["direction"], m["body"]) for m in past["messages"]] == [
        ("in", "Are you open on Friday?"),
        ("out", "Of course, until eight."),
        ("in", "[file]"),
    ]
    assert past["messages"][1]["model"] == "human" and past["past"] is False
    phone.change("history", messages=[said(MARTA, 2, "", type="image", image={"caption": "This one"})])
    assert phone.ask("past", MARTA)["messages"][-1]["body"] == "[image] This one"
    assert phone.told() == ["past_taken"]


def test_a_long_past_is_read_page_by_page(phone: Phone) -> None:
    phone.account()
    phone.connect()
    phone.arrive(2)
    newest = phone.ask("past", NUNO)
    oldest = phone.ask("past", NUNO, before=-newest["messages"][0]["id"])
    assert (newest["past"], oldest["past"]) == (True, False)
    bodies = [m["body"] for m in oldest["messages"] + newest["messages"]]
    assert bodies == [f"Order {n}" for n in range(130)]


def test_the_same_again_changes_nothing(phone: Phone) -> None:
    phone.account()
    phone.connect()
    eventually(lambda: len(phone.webhook.requests) >= 2)
    bodies = [body for _, _, body in phone.webhook.requests]
    phone.arrive(2)
    before = phone.ask("past", MARTA)
    for body in bodies:  # in other bytes, so that the inbox takes it for another event
        phone.event(body.replace(b'"phase":0', b'"phase":1'))
    assert phone.ask("past", MARTA) == before
    again = phone.connect()
    assert again["ok"] is True and "already" in again["past"], "Meta sends it once"


def test_conversations_are_asked_for_though_the_contacts_came_before(phone: Phone) -> None:
    phone.account(synchronized=["smb_app_state_sync"])
    assert phone.connect()["past"] != "", "Meta's words: the contacts were sent before"
    phone.arrive(2)
    assert set(phone.listed()) == {MARTA, NUNO}


def test_of_one_second_the_order_is_the_phone_s(phone: Phone) -> None:
    phone.account(threads=[])
    phone.connect()
    album = [
        said(MARTA, 0, words) | {"id": f"wamid.{n}"} for n, words in enumerate(("third", "second", "first"))
    ]
    phone.change("history", history=[{"threads": [{"id": MARTA, "messages": album}]}])
    assert [m["body"] for m in phone.ask("past", MARTA)["messages"]] == ["first", "second", "third"]


def test_what_the_plan_does_not_keep_is_not_taken_in(phone: Phone) -> None:
    phone.account(threads=[])
    phone.connect()
    phone.portal.rows(
        "update tenants set limits = limits || '{\"keep_words_days\": 30}' where id = %s returning 1", A
    )
    now = str(int(time.time()) - 86400)
    recent = said(MARTA, 500, "Yesterday") | {"timestamp": now}
    threads = [{"id": MARTA, "messages": [recent, *THREADS[0]["messages"]]}, THREADS[1]]
    phone.change("history", history=[{"threads": threads}])
    assert set(phone.listed()) == {MARTA}
    assert [m["body"] for m in phone.ask("past", MARTA)["messages"]] == ["Yesterday"]


def test_a_phone_that_shares_nothing_is_connected_and_says_so(phone: Phone) -> None:
    phone.account(threads=None)
    assert phone.connect()["past"] == ""
    phone.arrive(1)
    assert phone.told() == ["past_not_shared"] and phone.listed() == {}


def test_a_name_of_the_phone_book_is_given_changed_and_taken_away(phone: Phone) -> None:
    def entry(action: str, at: int, **contact: Any) -> None:
        about = {
            "type": "contact",
            "action": action,
            "contact": {"phone_number": f"+{MARTA}", **contact},
            "metadata": {"timestamp": str(1790000000 + at)},
        }
        phone.change("smb_app_state_sync", state_sync=[about])

    def name() -> Any:
        return phone.listed()[MARTA]["name"]

    phone.account(threads=[])
    phone.connect()
    entry("add", 1, full_name="Marta P.")
    assert phone.listed("") == {}, "who only stands in the phone book is no contact"
    phone.change("history", history=[{"metadata": {"progress": 50}, "threads": THREADS[:1]}])
    assert name() == "Marta P."
    entry("add", 3, full_name="Marta Pires")
    entry("add", 2, full_name="late and old")
    assert name() == "Marta Pires"
    entry("remove", 4)
    assert name() is None
    entry("add", 5, full_name="Marta Pires")
    contact = phone.listed()[MARTA]["id"]
    inbox = "f.portal_api.inbox"
    assert phone.portal.ask(OWNER, inbox, "update_contact", contact_id=contact, name="Boss of the bakery")[
        "ok"
    ]
    entry("add", 6, full_name="Marta")
    assert name() == "Boss of the bakery", "the staff's own name stays"


def test_what_cannot_be_understood_holds_up_nothing(phone: Phone) -> None:
    phone.account(threads=[])
    phone.connect()
    odd: list[Any] = [
        None,
        "x",
        7,
        [],
        {},
        {"threads": "x"},
        {"threads": [None, {"id": MARTA, "messages": 3}]},
    ]
    odd += [
        {"threads": [{"id": "x" * 300, "messages": [said(MARTA, 0, "hi")]}]},
        {"errors": {}, "metadata": 3},
    ]
    odd += [
        {
            "threads": [
                {"id": MARTA, "messages": [{"id": "a", "timestamp": "9" * 40}, {"id": 5}, {"from": {}}]}
            ]
        }
    ]
    for history in odd:
        phone.change("history", history=[history])
        phone.change("smb_app_state_sync", state_sync=[history])
    for whole in ("x", 3, {"a": 1}):
        phone.change("history", history=whole, messages=whole)
        phone.change("smb_app_state_sync", state_sync=whole)
    phone.change("history", history=[{"threads": THREADS[:1]}])
    assert len(phone.ask("past", MARTA)["messages"]) == 3
    states = phone.portal.rows(
        "select distinct state from inbound_messages where phone_number_id = %s", NUMBER
    )
    assert {row["state"] for row in states} <= {"answered", "ended"}


def test_who_is_forgotten_is_forgotten_with_the_past(phone: Phone) -> None:
    phone.account(phone_book=BOOK)
    phone.connect()
    phone.arrive(3)
    contact = phone.listed()[MARTA]["id"]
    exported = phone.portal.ask(OWNER, "f.portal_api.privacy", "export", contact_id=contact)
    assert "Are you open on Friday?" in json.dumps(exported)
    phone.portal.rows("select erase_contact(%s)", contact)
    left = phone.portal.rows(
        "select (select count(*) from past_messages where message_id like %s) + (select count(*) from phone_book) as n",
        f"%{MARTA}%",
    )
    assert left == [{"n": 0}]
    unknown = {"id": MARTA, "messages": [said(MARTA, 7, "Of another chunk")]}
    phone.change("history", history=[{"threads": [*THREADS[:1], unknown]}])
    phone.change("smb_app_state_sync", state_sync=[{"type": "contact", "action": "add", "contact": BOOK[0]}])
    assert MARTA not in phone.listed(), "what Meta sends later does not bring the person back"
    assert phone.portal.rows("select count(*) as n from phone_book") == [{"n": 0}]
    assert NUNO in phone.listed()
