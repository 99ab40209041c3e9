"""What a send may look like, as JSON Schema. A refusal has the code that the real API gives for its kind, by the schema's keyword."""

import re
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from local.meta.errors import GraphError

Schema = dict[str, Any]
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")
CODES = {
    "required": 131008,
    "minItems": 131009,
    "maxItems": 131009,
}  # by keyword; a schema's own `code` comes first


def text(longest: int, shortest: int = 1, code: int = 100) -> Schema:
    return {"type": "string", "minLength": shortest, "maxLength": longest, "code": code}


def one_of(*allowed: str) -> Schema:
    return {"enum": list(allowed)}


def obj(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    properties = {**required, **(optional or {})}
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def array(items: Schema, shortest: int, longest: int) -> Schema:
    return {"type": "array", "items": items, "minItems": shortest, "maxItems": longest}


def media(**extra: Schema) -> Schema:
    return obj({}, {"id": text(256), "link": LINK, **extra}) | {
        "oneOf": [{"required": ["id"]}, {"required": ["link"]}]
    }


LINK, FREE = {"type": "string", "pattern": "^https?://"}, {"type": "object"}
NUMBER = {"type": ["number", "string"], "pattern": r"^-?\d+(\.\d+)?$"}
IMAGE = VIDEO = media(caption=text(1024, 0))
DOCUMENT = media(caption=text(1024, 0), filename=text(240))
REPLY = obj({"id": text(256, code=131009), "title": text(20, code=131009)})
ROW = obj(
    {"id": text(200, code=131009), "title": text(24, code=131009)}, {"description": text(72, 0, code=131009)}
)
SECTION = obj({"rows": array(ROW, 1, 10)}, {"title": text(24, 0, code=131009)})
HEADER = obj(
    {"type": one_of("text", "image", "video", "document")},
    {"text": text(60, code=131009), "image": IMAGE, "video": VIDEO, "document": DOCUMENT},
)
ACTIONS: dict[str, tuple[int, Schema]] = {
    "button": (1024, obj({"buttons": array(obj({"type": one_of("reply"), "reply": REPLY}), 1, 3)})),
    "list": (4096, obj({"button": text(20, code=131009), "sections": array(SECTION, 1, 10)})),
    "cta_url": (
        1024,
        obj({"name": one_of("cta_url"), "parameters": obj({"display_text": text(20), "url": LINK})}),
    ),
    "location_request_message": (1024, obj({"name": one_of("send_location")})),
}


def interactive(kind: str) -> Schema:
    """Buttons, lists and the like: how long the body may be and what the action holds depends on the kind."""
    longest, action = ACTIONS[kind]
    fields = {"type": one_of(kind), "body": obj({"text": text(longest, code=131009)}), "action": action}
    return obj(fields, {"header": HEADER, "footer": obj({"text": text(60, code=131009)})})


TYPES: dict[str, Schema] = {
    "text": obj({"body": text(4096)}, {"preview_url": {"type": "boolean"}}),
    "image": IMAGE,
    "video": VIDEO,
    "document": DOCUMENT,
    "audio": media(voice={"type": "boolean"}),
    "sticker": media(),
    "interactive": {"type": "object", "required": ["type"], "properties": {"type": one_of(*ACTIONS)}},
    "reaction": obj({"message_id": text(512)}, {"emoji": text(16, 0)}),
    "location": obj({"latitude": NUMBER, "longitude": NUMBER}, {"name": text(1000), "address": text(1000)}),
    "contacts": array(FREE, 1, 257),
    "template": obj(
        {"name": text(512), "language": obj({"code": text(16)}, {"policy": one_of("deterministic")})},
        {"components": array(FREE, 0, 100)},
    ),
}
COMMON = {
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


def check(value: Any, schema: Schema, path: str) -> None:
    """Raises GraphError for the first thing that is wrong: an unknown key before a missing one, as the real API does."""
    errors = Draft202012Validator(schema).iter_errors(value)
    error = min(errors, key=lambda e: (e.validator != "additionalProperties", len(e.path)), default=None)
    if error is not None:
        raise refusal(error, path)


def refusal(error: ValidationError, path: str) -> GraphError:
    where = path + "".join(f"[{part!r}]" for part in error.absolute_path)
    schema = error.schema if isinstance(error.schema, dict) else {}
    own = schema.get("code") if error.validator in ("minLength", "maxLength") else None
    unknown = error.validator == "additionalProperties" and isinstance(error.instance, dict)
    extra = next((key for key in error.instance if key not in schema["properties"]), "") if unknown else ""
    words = (
        f'Unexpected key "{extra}" on {"the request" if where == "request" else f"param {where!r}"}.'
        if unknown
        else ""
    )
    return GraphError(
        own or CODES.get(str(error.validator), 100), words or f"Param {where}: {error.message[:300]}."
    )


def unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Duplicate {what} are not allowed.")


def check_choices(value: dict[str, Any]) -> None:
    """Rules that no schema can state: ids and titles are unique, a list has 10 rows in all, several sections have titles."""
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


def check_send(body: Any) -> str:
    """Checks a whole send and returns its type."""
    if not isinstance(body, dict):
        raise GraphError(100, "The body must be a JSON object.")
    if body.get("messaging_product") is None:
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    kind = str(body.get("type", "text"))
    check(kind, COMMON["type"], "type")
    check(body, obj({kind: TYPES[kind]}, COMMON), "request")
    if kind == "interactive":
        check(body[kind], interactive(body[kind]["type"]), kind)
        check_choices(body[kind])
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
