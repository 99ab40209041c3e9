"""Splits one webhook into its events, one for each message, status, echo and anything else, so that a bad one can't make another get lost.

A pure function of the body. Valid JSON of an unknown shape becomes an event of kind `other`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ingress.parse import BadBody, Document, parse

OBJECT = "whatsapp_business_account"
# field of a change -> the lists in its value, and the kind of their items
_LISTS = {
    "messages": {"messages": "message", "statuses": "status"},
    "smb_message_echoes": {"message_echoes": "echo"},
}
# Fields of changes that bring what was said on a number's phone before it was connected.
_PAST = ("history", "smb_app_state_sync")
# Bytes. PostgreSQL's indexes accept keys of some 2,700 bytes in all, and refuse a row with a longer one.
_MAX_MESSAGE_ID = 800
_MAX_NAME = 200
# Of a phone's name: what some gateways append, and how people write numbers; as bare_phone() of sql/functions/contacts.sql.
_USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")
_GATEWAY, _PUNCTUATION = re.compile(r"@(s\.whatsapp\.net|c\.us)\Z"), re.compile(r"[ ().-]")
_MAX_EVENTS = 10_000  # Meta sends at most 1,000
_MAX_TOTAL = 32 << 20  # bytes; every event repeats its envelope, so an odd body could grow a thousandfold


class Event(NamedTuple):
    """A row of the inbox."""

    phone_number_id: str
    message_id: str
    kind: str
    sender: str | None
    payload: bytes


class _Piece(NamedTuple):
    """An event before its payload is written: `entry` is the envelope's only entry."""

    phone_number_id: str
    message_id: str | None  # None: to be derived from `field` and `hashed`
    kind: str
    sender: str | None
    entry: Any
    hashed: Any
    field: str = ""
    is_rest: bool = False  # something beside it was left out, so the body itself can't be the payload


def split(raw: bytes) -> list[Event]:
    """The events of a body, in Meta's order; BadBody when it is not the webhook of a WhatsApp business account."""
    document = parse(raw)
    if document.value.get("object") != OBJECT:
        raise BadBody("wrong object")
    try:
        events = _events(document)
    except RecursionError:
        events = None
    return [_whole(document)] if events is None else events


def _events(document: Document) -> list[Event] | None:
    """None when there are too many events, or too large ones, to split the body."""
    body = document.value
    entries = body.get("entry")
    if not isinstance(entries, list):
        return None
    pieces: list[_Piece] = []
    for entry in entries:
        for piece in _of_entry(entry):
            pieces.append(piece)
            if len(pieces) > _MAX_EVENTS:
                return None
    if len(pieces) == 1 and not pieces[0].is_rest:
        return [_event(pieces[0], document, document.text)]  # byte for byte what Meta sent
    events: list[Event] = []
    total = 0
    for piece in pieces:
        payload = document.dump({**body, "entry": [piece.entry]})
        total += len(payload)
        if total > _MAX_TOTAL:
            return None
        events.append(_event(piece, document, payload))
    return events


def _event(piece: _Piece, document: Document, payload: bytes) -> Event:
    message_id = piece.message_id
    if message_id is None:
        message_id = f"event:{hashlib.sha256(piece.field.encode() + document.dump(piece.hashed)).hexdigest()}"
    return Event(piece.phone_number_id, message_id, piece.kind, piece.sender, payload)


def _whole(document: Document) -> Event:
    return Event("waba:", f"event:{hashlib.sha256(document.text).hexdigest()}", "other", None, document.text)


def _of_entry(entry: Any) -> Iterator[_Piece]:
    changes = entry.get("changes") if isinstance(entry, dict) else None
    if not isinstance(changes, list) or not changes:
        yield _Piece(_account(entry), None, "other", None, entry, entry)
        return
    for change in changes:
        yield from _of_change(entry, change)


def _of_change(entry: dict[str, Any], change: Any) -> Iterator[_Piece]:
    field = _text(change.get("field")) if isinstance(change, dict) else ""
    value = change.get("value") if isinstance(change, dict) else change
    phone = _phone(entry, value)
    lists = _LISTS.get(field)
    if lists is None or not isinstance(value, dict):
        kind = "past" if field in _PAST and not phone.startswith("waba:") else "other"
        yield _Piece(phone, None, kind, None, {**entry, "changes": [change]}, value, field)
        return
    found = False
    for name, kind in lists.items():
        items = value.get(name)
        if items is None or items == []:
            continue
        found = True
        if not isinstance(items, list):
            alone = _reduced(value, name, items)
            yield _Piece(phone, None, "other", None, _enveloped(entry, change, alone), alone, field)
            continue
        for item in items:
            yield _of_item(entry, change, phone, name, item, kind)
    if not found:
        yield _Piece(phone, None, "other", None, {**entry, "changes": [change]}, value, field)
    elif value.get("errors"):
        alone = _reduced(value, "errors", value["errors"])
        yield _Piece(phone, None, "other", None, _enveloped(entry, change, alone), alone, field)


def _of_item(
    entry: dict[str, Any], change: dict[str, Any], phone: str, name: str, item: Any, kind: str
) -> _Piece:
    value = change["value"]
    message_id, sender = _identify(item, kind) if isinstance(item, dict) else (None, None)
    # Without a phone_number_id no reply is possible; a status finds its message without one.
    if message_id is not None and kind != "status" and phone.startswith("waba:"):
        message_id = None
    if message_id is None:
        kind, sender = "other", None
    contacts, left_out = _contacts_of(item, value.get("contacts"))
    alone = _reduced(value, name, [item])
    if left_out:
        alone["contacts"] = contacts
    return _Piece(
        phone, message_id, kind, sender, _enveloped(entry, change, alone), alone, change["field"], left_out
    )


def _identify(item: dict[str, Any], kind: str) -> tuple[str | None, str | None]:
    """The message id and the sender of an item; without an id, the item's shape is unknown."""
    message_id = _text(item.get("id"))
    sender = None
    if kind == "message":
        sender = _text(item.get("from_user_id")).strip(" ") or _person(item.get("from"))
    elif kind == "echo":
        sender = _person(item.get("to")) or _text(item.get("to_user_id")).strip(" ")
    elif message_id and (status := _text(item.get("status"))):
        recipient = _text(item.get("recipient_id")) or _text(item.get("recipient_user_id"))
        message_id = f"status:{message_id}:{status}:{recipient}"
    else:
        message_id = ""
    known = 0 < len(message_id.encode()) <= _MAX_MESSAGE_ID
    return (message_id if known else None), (_bounded(sender) if sender else None)


def _contacts_of(item: Any, contacts: Any) -> tuple[Any, bool]:
    """The contacts that the item names, and whether others were left out."""
    if not isinstance(contacts, list) or len(contacts) < 2:
        return contacts, False
    names = ("from_user_id", "from", "recipient_user_id", "recipient_id", "to", "to_user_id")
    people = {_text(item.get(name)) for name in names} - {""} if isinstance(item, dict) else set()
    kept = [
        c
        for c in contacts
        if isinstance(c, dict) and people & {_text(c.get("user_id")), _text(c.get("wa_id"))}
    ]
    return kept, len(kept) < len(contacts)


def _reduced(value: dict[str, Any], name: str, content: Any) -> dict[str, Any]:
    """The value with only this list of events; everything else in it is kept."""
    kept = {
        key: v for key, v in value.items() if key not in ("messages", "statuses", "message_echoes", "errors")
    }
    kept[name] = content
    return kept


def _enveloped(entry: dict[str, Any], change: dict[str, Any], value: Any) -> dict[str, Any]:
    return {**entry, "changes": [{**change, "value": value}]}


def _phone(entry: Any, value: Any) -> str:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    phone = _text(metadata.get("phone_number_id")) if isinstance(metadata, dict) else ""
    return _bounded(phone) or _account(entry)


def _account(entry: Any) -> str:
    return f"waba:{_bounded(_text(entry.get('id')))}" if isinstance(entry, dict) else "waba:"


def _person(value: Any) -> str:
    """A phone in the one form by which the inbox and the contacts know it: its digits. A user id stays as it is."""
    name = _text(value)
    if name.isdecimal() or _USER_ID.fullmatch(name := name.strip(" ")):
        return name
    return _PUNCTUATION.sub("", _GATEWAY.sub("", name)).lstrip("+")


def _text(value: Any) -> str:
    """An id as text: a number becomes its digits, anything else an empty text."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _bounded(name: str) -> str:
    return name if len(name.encode()) <= _MAX_NAME else f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
