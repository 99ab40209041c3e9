"""What a send may look like, as JSON Schema. A refusal has the code that the real API gives for its kind, by the schema's keyword."""

from typing import Any

import regex
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from local.meta.errors import GraphError

Schema = dict[str, Any]
USER_ID = regex.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")
CODES = {
    "required": 131008,
    "minItems": 131009,
    "maxItems": 131009,
    "minProperties": 131008,
}  # by keyword; a schema's own `code` comes first


EMOJI = regex.compile(r"(?=\X$)(?:\p{Extended_Pictographic}|\p{RI}{2}|[#*0-9]\ufe0f?\u20e3).*")


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
TEXT_HEADER = obj({"type": one_of("text"), "text": text(60, code=131009)})
FOOTER = obj({"text": text(60, code=131009)})
PRODUCT = obj({"product_retailer_id": text(100, code=131009)})
PRODUCTS = obj({"product_items": array(PRODUCT, 1, 30)}, {"title": text(24, code=131009)})
FLOW = obj(
    {
        "flow_message_version": one_of("3"),
        "flow_cta": text(20, code=131009),
    },
    {
        "flow_id": text(64),
        "flow_name": text(200),
        "flow_token": text(200),
        "mode": one_of("draft", "published"),
        "flow_action": one_of("navigate", "data_exchange"),
        "flow_action_payload": obj({"screen": text(60)}, {"data": {"type": "object", "minProperties": 1}}),
    },
) | {"oneOf": [{"required": ["flow_id"]}, {"required": ["flow_name"]}]}
ACTIONS: dict[str, tuple[int, Schema]] = {
    "button": (1024, obj({"buttons": array(obj({"type": one_of("reply"), "reply": REPLY}), 1, 3)})),
    "list": (4096, obj({"button": text(20, code=131009), "sections": array(SECTION, 1, 10)})),
    "cta_url": (
        1024,
        obj({"name": one_of("cta_url"), "parameters": obj({"display_text": text(20), "url": LINK})}),
    ),
    "location_request_message": (1024, obj({"name": one_of("send_location")})),
    "product": (1024, obj({"catalog_id": text(64), "product_retailer_id": text(100, code=131009)})),
    "product_list": (1024, obj({"catalog_id": text(64), "sections": array(PRODUCTS, 1, 10)})),
    "flow": (1024, obj({"name": one_of("flow"), "parameters": FLOW})),
}
# What may stand around the body. A list of products needs a header, one product and a request for a place have none.
AROUND: dict[str, tuple[dict[str, Schema], dict[str, Schema]]] = {
    "product": ({}, {"footer": FOOTER}),
    "location_request_message": ({}, {}),
    "product_list": ({"header": TEXT_HEADER}, {"footer": FOOTER}),
}
ONLY_OPTIONAL = {"product"}  # kinds that need no body


def interactive(kind: str) -> Schema:
    """Buttons, lists and the like: how long the body may be and what the action holds depends on the kind."""
    longest, action = ACTIONS[kind]
    required, optional = AROUND.get(kind, ({}, {"header": HEADER, "footer": FOOTER}))
    body = {"body": obj({"text": text(longest, code=131009)})}
    fields = {"type": one_of(kind), "action": action, **required}
    return obj(fields, optional | body) if kind in ONLY_OPTIONAL else obj(fields | body, optional)


KIND = {"type": text(20)}
NAMES = ("first_name", "last_name", "middle_name", "suffix", "prefix")
CONTACT = obj(
    # Beside the formatted name one of the others is needed.
    {"name": obj({"formatted_name": text(1000)}, dict.fromkeys(NAMES, text(1000))) | {"minProperties": 2}},
    {
        "phones": array(obj({"phone": text(100)}, {**KIND, "wa_id": text(20)}), 0, 20),
        "emails": array(obj({"email": text(320)}, KIND), 0, 20),
        "urls": array(obj({"url": LINK}, KIND), 0, 20),
        "org": obj({}, dict.fromkeys(("company", "department", "title"), text(1000))),
        "birthday": text(10),
        "addresses": array(FREE, 0, 20),
    },
)
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
    "contacts": array(CONTACT, 1, 257),
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
    if value["type"] == "product_list":
        sections = value["action"]["sections"]
        if sum(len(section["product_items"]) for section in sections) > 30:
            raise GraphError(131009, "A list of products has at most 30 products in all.")
        if len(sections) > 1 and not all(section.get("title") for section in sections):
            raise GraphError(131009, "Section titles are required when there is more than one section.")
    if value["type"] == "flow":
        check_flow(value["action"]["parameters"])


def check_flow(parameters: dict[str, Any]) -> None:
    """The button takes no emoji; a form that opens at a screen names it, and one that asks an endpoint first does not."""
    if regex.search(r"\p{Emoji_Presentation}|\ufe0f", parameters["flow_cta"]):
        raise GraphError(131009, "flow_cta must not contain emoji.")
    navigates = parameters.get("flow_action", "navigate") == "navigate"
    if navigates != ("flow_action_payload" in parameters):
        needed = "required" if navigates else "not allowed"
        raise GraphError(131009, f"flow_action_payload is {needed} with this flow_action.")


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
    if kind == "reaction" and body[kind].get("emoji") and not EMOJI.fullmatch(body[kind]["emoji"]):
        raise GraphError(100, "Param reaction['emoji'] must be one emoji.")
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
    elif not USER_ID.fullmatch(to) and not 7 <= len(regex.sub(r"\D", "", to)) <= 15:
        raise GraphError(100, "Param to must be a phone number with its country code.")
