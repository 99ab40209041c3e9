"""Splitting: every kind of event, nothing lost beside something broken, no exception but BadBody."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingress.parse import _ODD_NUMBER, BadBody, _holds_odd_number
from ingress.split import Event, split
from tests.ingress.support import PHONE, change, dumps, envelope, status, text, value

MESSAGES: list[dict[str, Any]] = [
    text(),
    {
        "from": "1",
        "id": "wamid.i",
        "type": "image",
        "image": {"id": "77", "mime_type": "image/jpeg", "sha256": "x"},
    },
    {"from": "1", "id": "wamid.v", "type": "audio", "audio": {"id": "78", "voice": True}},
    {"from": "1", "id": "wamid.d", "type": "document", "document": {"id": "79", "filename": "a.pdf"}},
    {"from": "1", "id": "wamid.s", "type": "sticker", "sticker": {"id": "80"}},
    {
        "from": "1",
        "id": "wamid.l",
        "type": "location",
        "location": {"latitude": 48.137154, "longitude": -0.5},
    },
    {"from": "1", "id": "wamid.c", "type": "contacts", "contacts": [{"name": {"formatted_name": "Ann"}}]},
    {"from": "1", "id": "wamid.b", "type": "button", "button": {"payload": "yes", "text": "Yes"}},
    {
        "from": "1",
        "id": "wamid.n",
        "type": "interactive",
        "interactive": {"nfm_reply": {"response_json": "{"}},
    },
    {"from": "1", "id": "wamid.r", "type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    {"from": "1", "id": "wamid.o", "type": "order", "order": {"catalog_id": "1", "product_items": []}},
    {"from": "1", "id": "wamid.y", "type": "system", "system": {"type": "user_changed_number", "wa_id": "2"}},
    {"from": "1", "id": "wamid.u", "type": "unsupported", "errors": [{"code": 131051}]},
    {"from": "1", "id": "wamid.e", "type": "edit", "edit": {"original_message_id": "wamid.x"}},
    {"from": "1", "id": "wamid.k", "type": "revoke", "revoke": {"original_message_id": "wamid.x"}},
    {"from": "1", "id": "wamid.?", "type": "something of next year", "anything": [None]},
]


def events(body: Any) -> list[Event]:
    return split(dumps(body))


def only(body: Any) -> Event:
    found = events(body)
    assert len(found) == 1
    return found[0]


def inner(event: Event) -> dict[str, Any]:
    """The value of the only change of the only entry of a payload."""
    payload = json.loads(event.payload)
    assert payload["object"] == "whatsapp_business_account"
    [entry] = payload["entry"]
    [one] = entry["changes"]
    assert isinstance(one["value"], dict)
    return one["value"]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m["type"])
def test_every_type_of_message_is_one_event(message: dict[str, Any]) -> None:
    event = only(envelope(change(messages=[message])))
    assert event[:4] == (PHONE, message["id"], "message", message["from"])
    assert inner(event)["messages"] == [message]


@pytest.mark.field_failure(20)
def test_the_user_id_is_the_sender_with_or_without_a_phone() -> None:
    both = text(from_user_id="US.13491208655302741918")
    hidden = {key: v for key, v in both.items() if key != "from"}
    assert only(envelope(change(messages=[both]))).sender == "US.13491208655302741918"
    assert only(envelope(change(messages=[hidden]))).sender == "US.13491208655302741918"


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("5511987654321@s.whatsapp.net", "5511987654321"),
        ("5511987654321@c.us", "5511987654321"),
        (" +55 (11) 98765-4321 ", "5511987654321"),
        (5511987654321, "5511987654321"),
        (" US.13491208655302741918 ", "US.13491208655302741918"),
        ("5511987654321@elsewhere", "5511987654321@elsewhere"),
        ("+", None),
    ],
)
def test_a_phone_is_known_by_its_digits_in_whatever_form_it_comes(given: Any, sender: str | None) -> None:
    message = text() | {"from": given}
    event = only(envelope(change(messages=[message])))
    assert event.sender == sender
    assert inner(event)["messages"] == [message]


def test_a_single_message_is_kept_byte_for_byte() -> None:
    body = (
        b' {"object" : "whatsapp_business_account", "entry":['
        + dumps(envelope(change(messages=[text(body="\u00fcber")]))["entry"][0])
        + b"]}\n"
    )
    assert split(body)[0].payload == body


def test_a_status_is_keyed_by_id_state_and_recipient() -> None:
    found = events(envelope(change(statuses=[status(), status(state="read"), status(recipient_id="2")])))
    assert [e.message_id for e in found] == [
        "status:wamid.out:delivered:16505551234",
        "status:wamid.out:read:16505551234",
        "status:wamid.out:delivered:2",
    ]
    assert {e.kind for e in found} == {"status"} and {e.sender for e in found} == {None}
    no_phone = {"id": "wamid.out", "status": "sent", "recipient_user_id": "US.1"}
    assert only(envelope(change(statuses=[no_phone]))).message_id == "status:wamid.out:sent:US.1"


def test_an_echo_names_whom_the_business_wrote_to() -> None:
    echo = {
        "from": "15550783881",
        "to": "16505551234",
        "id": "wamid.echo",
        "type": "text",
        "text": {"body": "me"},
    }
    event = only(envelope(change("smb_message_echoes", message_echoes=[echo])))
    assert event[:4] == (PHONE, "wamid.echo", "echo", "16505551234")


@pytest.mark.field_failure(19)
def test_every_entry_change_message_and_status_is_read() -> None:
    body = envelope(
        change(messages=[text("a"), text("b")], statuses=[status("c")]),
        change(phone="2", messages=[text("d")]),
    )
    body["entry"] += envelope(change(messages=[text("e")]), account="7")["entry"]
    found = events(body)
    assert [(e.phone_number_id, e.message_id) for e in found] == [
        (PHONE, "a"),
        (PHONE, "b"),
        (PHONE, "status:c:delivered:16505551234"),
        ("2", "d"),
        (PHONE, "e"),
    ]
    assert [m["id"] for e in found for m in inner(e).get("messages", [])] == ["a", "b", "d", "e"]
    assert json.loads(found[4].payload)["entry"][0]["id"] == "7"


def test_a_thousand_updates_are_a_thousand_events() -> None:
    found = events(envelope(change(messages=[text(f"wamid.{i}") for i in range(1000)])))
    assert [e.message_id for e in found] == [f"wamid.{i}" for i in range(1000)]


def test_contacts_go_with_their_own_message() -> None:
    ann = {"wa_id": "1", "profile": {"name": "Ann"}}
    bob = {"user_id": "US.2", "profile": {"name": "Bob"}}
    found = events(
        envelope(change(contacts=[ann, bob], messages=[text("a", "1"), text("b", "9", from_user_id="US.2")]))
    )
    assert [inner(e)["contacts"] for e in found] == [[ann], [bob]]
    assert inner(only(envelope(change(contacts=[ann, bob], messages=[text("a", "1")]))))["contacts"] == [ann]


def test_what_a_phone_brings_along_is_of_its_own_kind() -> None:
    event = only(envelope(change("history", history=[{"threads": []}])))
    assert (event.kind, event.sender) == ("past", None)
    assert only(envelope(change("smb_app_state_sync", state_sync=[]))).kind == "past"
    assert only(envelope({"field": "history", "value": {}})).kind == "other", "of no number"


def test_errors_and_unknown_fields_are_kept_as_other() -> None:
    template = {
        "field": "message_template_status_update",
        "value": {"event": "APPROVED", "message_template_id": 12},
    }
    event = only(envelope(template))
    assert event[:2] == (
        "waba:102290129340398",
        "event:"
        + hashlib.sha256(
            b'message_template_status_update{"event":"APPROVED","message_template_id":12}'
        ).hexdigest(),
    )
    assert event.kind == "other" and inner(event) == template["value"]
    assert only(envelope(change(errors=[{"code": 130429}]))).kind == "other"
    assert [e.kind for e in events(envelope(change(messages=[text()], errors=[{"code": 1}])))] == [
        "message",
        "other",
    ]


def test_an_other_event_has_the_same_key_when_it_comes_again() -> None:
    first, again = change("calls", x={"a": 1, "b": 2}), change("calls", x={"b": 2, "a": 1})
    assert only(envelope(first)).message_id == only(envelope(again)).message_id
    assert (
        only(envelope(first)).message_id != only(envelope(change("history", x={"a": 1, "b": 2}))).message_id
    )


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        "x",
        [],
        {},
        {"id": None},
        {"id": []},
        {"id": ""},
        {"id": {"a": 1}},
        {"type": "text"},
        {"id": "i" * 900},
    ],
)
def test_a_broken_message_is_kept_and_its_siblings_too(broken: Any) -> None:
    found = events(envelope(change(messages=[text("a"), broken, text("b")], statuses=[broken, status("s")])))
    assert [e.message_id for e in found if e.kind == "message"] == ["a", "b"]
    assert sum(e.kind == "status" for e in found) == 1
    assert [inner(e)["messages"] for e in found if e.kind == "other" and "messages" in inner(e)] == [[broken]]


@pytest.mark.parametrize(
    "broken", [None, 7, "x", [], {}, {"changes": 5}, {"changes": [None]}, {"changes": {}}]
)
def test_a_broken_entry_or_change_is_kept_and_its_siblings_too(broken: Any) -> None:
    body = envelope(change(messages=[text("a")]), broken, {"field": "messages", "value": broken})
    body["entry"] += [broken, *envelope(change(messages=[text("b")]))["entry"]]
    found = events(body)
    assert [e.message_id for e in found if e.kind == "message"] == ["a", "b"]
    assert sum(e.kind == "other" for e in found) == 3


def test_a_message_without_a_phone_number_id_is_nobodys_and_kept() -> None:
    bare = {"field": "messages", "value": {"messages": [text()], "statuses": [status()]}}
    found = events(envelope(bare))
    assert [(e.phone_number_id, e.kind) for e in found] == [
        ("waba:102290129340398", "other"),
        ("waba:102290129340398", "status"),
    ]


def test_no_entries_no_events() -> None:
    assert events({"object": "whatsapp_business_account", "entry": []}) == []
    assert only({"object": "whatsapp_business_account", "entry": 5})[:3:2] == ("waba:", "other")
    assert only({"object": "whatsapp_business_account"}).kind == "other"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"object":"page","entry":[]}',
        b'{"object":null}',
        b'{"object":["whatsapp_business_account"]}',
        b'{"object":"whatsapp_business_account","entry":[NaN]}',
        b'{"object":"whatsapp_business_account","entry":["\xff"]}',
        b'\xef\xbb\xbf{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000,
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"object":"whatsapp_business_account","entry":["' + b'\\"' * 500_000,
        b'{"object":"whatsapp_business_account","entry":[1.2.3e999999999999]}',
    ],
    ids=range(16),
)
def test_what_is_no_webhook_is_a_bad_body(body: bytes) -> None:
    with pytest.raises(BadBody):
        split(body)


@pytest.mark.parametrize("depth", [200, 500, 980])
def test_deep_documents_are_kept(depth: int) -> None:
    body = b'{"object":"whatsapp_business_account","entry":[5,' + b"[" * depth + b"]" * depth + b"]}"
    assert {e.kind for e in split(body)} == {"other"}


@pytest.mark.field_failure(14)
def test_nul_and_half_surrogates_are_replaced_and_nothing_else() -> None:
    spelled = r"a\u0000b \\u0000 \ud83d\ude00 \ud83d \\\u0000 \ude00\ud83d"
    raw = dumps(envelope(change(messages=[text("w\0", "\0s")]))).replace(b"Hello", spelled.encode())
    [event] = split(raw)
    assert (event.message_id, event.sender) == ("w\ufffd", "\ufffds")
    expected = "a\ufffdb \\u0000 \U0001f600 \ufffd \\\ufffd \ufffd\ufffd"
    assert inner(event)["messages"][0]["text"]["body"] == expected


@pytest.mark.parametrize("more", [b"", b"5,"], ids=["alone", "beside another"])
def test_huge_numbers_keep_their_digits(more: bytes) -> None:
    digits = "12345678901234567890123456789"
    item = f'{{"id":"a","x":{digits},"far":1e999,"tiny":-1e-99999,"long":{"9" * 5000}}}'
    raw = dumps(envelope(change(messages=["HERE"]))).replace(b'"HERE"', more + item.encode())
    event = split(raw)[-1]
    found = inner(event)["messages"][0]
    assert event.message_id == "a"
    assert found["x"] == int(digits)
    assert (found["far"], found["tiny"], found["long"]) == ("1e999", "-1e-99999", "9" * 5000)


def test_a_body_that_would_swell_is_kept_whole() -> None:
    swelling = envelope(change(extra="x" * 500_000, messages=[text(f"wamid.{i}") for i in range(1000)]))
    assert only(swelling).kind == "other" and json.loads(only(swelling).payload) == swelling
    many = envelope(change(messages=[0] * 20_000))
    assert only(many).kind == "other"


def test_ids_that_no_index_takes_are_shortened() -> None:
    event = only(
        envelope({"field": "messages", "value": value(phone="p" * 5000, messages=[text("a", "s" * 5000)])})
    )
    assert event.phone_number_id.startswith("sha256:") and event.sender is not None
    assert len(event.sender) < 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=3),
    max_leaves=8,
)


def _spots(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside a document."""
    keys = node.keys() if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [spot for key in list(keys) for spot in [(*path, key), *_spots(node[key], (*path, key))]]


def _mutate(document: Any, path: tuple[Any, ...], how: str, new: Any) -> None:
    *to, last = path
    parent = document
    for key in to:
        parent = parent[key]
    if how == "drop":
        del parent[last]
    elif how == "extra" and isinstance(parent, dict):
        parent[str(new)] = new
    else:
        parent[last] = None if how == "null" else new


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mutated_part_never_loses_another_part(data: st.DataObject) -> None:
    victim = {
        "id": "7",
        "changes": [
            change(
                contacts=[{"wa_id": "1", "user_id": "US.1", "profile": {"name": "A"}}],
                messages=[data.draw(st.sampled_from(MESSAGES)), text("x")],
                statuses=[status()],
            )
        ],
    }
    victim = copy.deepcopy(victim)
    for _ in range(data.draw(st.integers(1, 3))):
        spots = _spots(victim)
        if spots:
            how = data.draw(st.sampled_from(["drop", "null", "wrong", "extra"]))
            _mutate(victim, data.draw(st.sampled_from(spots)), how, data.draw(JSON))
    sibling = envelope(change(phone="2", messages=[text("sibling 1")]))["entry"][0]
    body = {"object": "whatsapp_business_account", "entry": [sibling, victim, copy.deepcopy(sibling)]}
    body["entry"][2]["changes"][0]["value"]["messages"][0]["id"] = "sibling 2"
    found = events(body)
    kept = [e.message_id for e in found if e.kind == "message" and e.phone_number_id == "2"]
    assert kept[0] == "sibling 1" and kept[-1] == "sibling 2" and len(found) >= 3
    for event in found:
        assert len(json.loads(event.payload)["entry"]) == 1
        assert "\0" not in event.phone_number_id + event.message_id + (event.sender or "")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()))
def test_no_body_raises_anything_but_bad_body(body: bytes) -> None:
    for raw in (body, b'{"object":"whatsapp_business_account","entry":[' + body + b"]}"):
        try:
            found = split(raw)
        except BadBody:
            continue
        assert all(json.loads(event.payload) for event in found)


ODD = st.from_regex(re.compile(rb"[:,\[\s]-?(?:[0-9.]{16}|[0-9.]+[eE][-+]?[0-9]{3})"))


@given(body=ODD | st.binary(max_size=60) | st.text("0123456789.eE+-:,[ x", max_size=60).map(str.encode))
def test_the_cheap_look_for_odd_numbers_finds_what_the_exact_one_finds(body: bytes) -> None:
    assert _holds_odd_number(body) == bool(_ODD_NUMBER.search(body))


def test_of_two_equal_keys_the_last_counts_and_nothing_breaks() -> None:
    body = dumps(envelope(change(messages=[text("wamid.2")]))).replace(
        b'"id": "wamid.2"', b'"id": "wamid.1", "id": "wamid.2"'
    )
    assert [event.message_id for event in split(body)] == ["wamid.2"]
