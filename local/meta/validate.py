"""What a send may look like. Each check raises the error that the real API answers with."""

import re
from collections.abc import Callable
from typing import Any

from local.meta.errors import GraphError

Check = Callable[[Any, str], None]


def text(longest: int, shortest: int = 1, code: int = 100) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, str):
            raise GraphError(100, f"Param {path} must be a string.")
        if not shortest <= len(value) <= longest:
            raise GraphError(
                code, f"Param {path} must be {shortest} to {longest} characters long; it has {len(value)}."
            )

    return check


def boolean(value: Any, path: str) -> None:
    if not isinstance(value, bool):
        raise GraphError(100, f"Param {path} must be a boolean.")


def number(value: Any, path: str) -> None:
    try:
        float(value)
    except (TypeError, ValueError):
        raise GraphError(100, f"Param {path} must be a number.") from None


def free(value: Any, path: str) -> None:
    if not isinstance(value, dict):
        raise GraphError(100, f"Param {path} must be a JSON object.")


def link(value: Any, path: str) -> None:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise GraphError(100, f"Param {path} must be an http or https URL.")


def one_of(*allowed: str) -> Check:
    def check(value: Any, path: str) -> None:
        if value not in allowed:
            raise GraphError(
                100, f'Param {path} must be one of {{{", ".join(allowed).upper()}}} - got "{value}".'
            )

    return check


def obj(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    fields = {**required, **(optional or {})}

    def check(value: Any, path: str) -> None:
        free(value, path)
        for key in value:
            if key not in fields:
                raise GraphError(100, f'Unexpected key "{key}" on param "{path}".')
        for key in required:
            if value.get(key) is None:
                raise GraphError(131008, f"The parameter {path}['{key}'] is required.")
        for key, inner in value.items():
            fields[key](inner, f"{path}['{key}']")

    return check


def array(item: Check, shortest: int, longest: int) -> Check:
    def check(value: Any, path: str) -> None:
        if not isinstance(value, list):
            raise GraphError(100, f"Param {path} must be an array.")
        if not shortest <= len(value) <= longest:
            raise GraphError(
                131009, f"Param {path} must have {shortest} to {longest} items; it has {len(value)}."
            )
        for position, inner in enumerate(value):
            item(inner, f"{path}[{position}]")

    return check


def media(**extra: Check) -> Check:
    known = obj({}, {"id": text(256), "link": link, **extra})

    def check(value: Any, path: str) -> None:
        known(value, path)
        if ("id" in value) == ("link" in value):
            raise GraphError(100, f"Param {path} needs exactly one of id and link.")

    return check


def unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Duplicate {what} are not allowed.")


IMAGE, VIDEO = media(caption=text(1024, 0)), media(caption=text(1024, 0))
DOCUMENT = media(caption=text(1024, 0), filename=text(240))
BUTTON = obj(
    {"type": one_of("reply"), "reply": obj({"id": text(256, code=131009), "title": text(20, code=131009)})}
)
ROW = obj(
    {"id": text(200, code=131009), "title": text(24, code=131009)}, {"description": text(72, 0, code=131009)}
)
SECTION = obj({"rows": array(ROW, 1, 10)}, {"title": text(24, 0, code=131009)})
HEADER = obj(
    {"type": one_of("text", "image", "video", "document")},
    {"text": text(60, code=131009), "image": IMAGE, "video": VIDEO, "document": DOCUMENT},
)
FOOTER = obj({"text": text(60, code=131009)})
ACTIONS: dict[str, tuple[int, Check]] = {
    "button": (1024, obj({"buttons": array(BUTTON, 1, 3)})),
    "list": (4096, obj({"button": text(20, code=131009), "sections": array(SECTION, 1, 10)})),
    "cta_url": (
        1024,
        obj({"name": one_of("cta_url"), "parameters": obj({"display_text": text(20), "url": link})}),
    ),
    "location_request_message": (1024, obj({"name": one_of("send_location")})),
}


def interactive(value: Any, path: str) -> None:
    """Buttons, lists and the like; body and action depend on the kind."""
    free(value, path)
    one_of(*ACTIONS)(value.get("type"), f"{path}['type']")
    longest, action = ACTIONS[value["type"]]
    body = obj({"text": text(longest, code=131009)})
    fields = {"type": one_of(*ACTIONS), "body": body, "action": action}
    obj(fields, {"header": HEADER, "footer": FOOTER})(value, path)
    if value["type"] == "button":
        replies = [button["reply"] for button in value["action"]["buttons"]]
        unique([reply["id"] for reply in replies], "button ids")
        unique([reply["title"] for reply in replies], "button titles")
    if value["type"] == "list":
        sections = value["action"]["sections"]
        rows = [row for section in sections for row in section["rows"]]
        if len(rows) > 10:
            raise GraphError(131009, f"A list has at most 10 rows in all; this one has {len(rows)}.")
        unique([row["id"] for row in rows], "row ids")
        if len(sections) > 1 and not all(section.get("title") for section in sections):
            raise GraphError(131009, "Section titles are required when a list has more than one section.")


TYPES: dict[str, Check] = {
    "text": obj({"body": text(4096)}, {"preview_url": boolean}),
    "image": IMAGE,
    "video": VIDEO,
    "document": DOCUMENT,
    "audio": media(voice=boolean),
    "sticker": media(),
    "interactive": interactive,
    "reaction": obj({"message_id": text(512)}, {"emoji": text(16, 0)}),
    "location": obj({"latitude": number, "longitude": number}, {"name": text(1000), "address": text(1000)}),
    "contacts": array(free, 1, 257),
    "template": obj(
        {"name": text(512), "language": obj({"code": text(16)}, {"policy": one_of("deterministic")})},
        {"components": array(free, 0, 100)},
    ),
}
COMMON: dict[str, Check] = {
    "messaging_product": one_of("whatsapp"),
    "recipient_type": one_of("individual"),
    "to": text(256),
    "recipient": text(256),
    "type": one_of(*TYPES),
    "context": obj({"message_id": text(512)}),
    "biz_opaque_callback_data": text(512, 0),
}
RECEIPT = obj(
    {"messaging_product": one_of("whatsapp"), "status": one_of("read"), "message_id": text(512)},
    {"typing_indicator": obj({"type": one_of("text")})},
)
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")


def check_send(body: Any) -> str:
    """Check a whole send and return its type."""
    if not isinstance(body, dict):
        raise GraphError(100, "The body must be a JSON object.")
    if body.get("messaging_product") is None:
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    kind = str(body.get("type", "text"))
    COMMON["type"](kind, "type")
    for key in body:
        if key not in COMMON and key != kind:
            raise GraphError(100, f'Unexpected key "{key}" on the request.')
    for key, value in body.items():
        COMMON.get(key, TYPES[kind])(value, key)
    if kind not in body:
        raise GraphError(131008, f"The parameter {kind} is required for a message of this type.")
    if ("to" in body) == ("recipient" in body):
        raise GraphError(100, "Exactly one of to and recipient is required.")
    check_recipient(body)
    return kind


def check_recipient(body: dict[str, Any]) -> None:
    """A phone in `to`, a user id in `recipient`. A user id in `to` passes: the real API loses it."""
    to = body.get("to")
    if to is None:
        if not USER_ID.fullmatch(body["recipient"]):
            raise GraphError(100, "Param recipient must be a business-scoped user id such as US.1349120.")
    elif not USER_ID.fullmatch(to) and not 7 <= len(re.sub(r"\D", "", to)) <= 15:
        raise GraphError(100, "Param to must be a phone number with its country code.")
