"""The things of the API, as OpenAPI 3.1 describes them."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
SWITCH = {"type": "boolean"}


def maybe(schema: Schema, **more: Any) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"], **more}


def one_of(*values: str, **more: Any) -> Schema:
    return {"type": "string", "enum": list(values), **more}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def thing(about: str, /, optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object of ours: every property is there, but for the optional ones."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "description": about, "properties": properties, "required": required}


def page_of(name: str) -> Schema:
    following = maybe(TEXT, description="The `cursor` of the next page; null: this is the last.")
    return thing(f"A page of {name}s.", items={"type": "array", "items": ref(name)}, next=following)


PROBLEM = thing(
    "Why nothing was done (RFC 9457).",
    type=TEXT,
    title=TEXT,
    status=NUMBER,
    detail={"type": "string", "description": "A sentence for people."},
    code={"type": "string", "description": "The same for programs. It stays as it is."},
)
CONTACT = thing(
    "Somebody who has written to the business.",
    id=UUID,
    name=maybe(TEXT, description="What the staff call them, else the profile's name."),
    profile_name=maybe(TEXT),
    phone=maybe(TEXT, description="Digits with the country's code; null for people who hide it."),
    user_id=maybe(TEXT, description="WhatsApp's own id of them, for this business."),
    username=maybe(TEXT),
    language=maybe(TEXT),
    lead={
        "type": "object",
        "additionalProperties": True,
        "description": "What was collected, by the field's name.",
    },
    tags={"type": "array", "items": TEXT},
    blocked=SWITCH,
    opted_out_at=maybe(TIME),
    created_at=TIME,
    last_message_at=maybe(TIME, description="Free words can be sent for 24 hours from then."),
)
CONVERSATION = thing(
    "What a contact and the business say to each other. Its id is the contact's.",
    id=UUID,
    status=one_of("open", "snoozed", "solved"),
    assignee=maybe(TEXT),
    bot_paused=SWITCH,
    bot_paused_until=maybe(TIME, description="Null while the bot is paused: until somebody resumes it."),
    waiting={"type": "boolean", "description": "Whether the contact waits for a person."},
    active_at=TIME,
    contact=ref("Contact"),
)
MESSAGE = thing(
    "One message, of either side.",
    id=NUMBER,
    contact_id=UUID,
    phone_number_id={"type": "string", "description": "Meta's id of the business's number."},
    direction=one_of("in", "out"),
    sender=one_of("customer", "bot", "person"),
    text=TEXT,
    status=maybe(TEXT, description="Of an outgoing one: waiting, sending, sent, delivered, read, failed, …"),
    turn_id=maybe(UUID),
    whatsapp_id=maybe(TEXT),
    created_at=TIME,
)
DOCUMENT = thing(
    "A document of the knowledge base.",
    id=UUID,
    title=TEXT,
    filename=TEXT,
    origin=one_of("upload", "web", "qa_pairs"),
    source_url=maybe(TEXT),
    state=one_of("received", "processing", "ready", "failed"),
    problem=maybe(TEXT, description="Why it could not be read."),
    pages=maybe(NUMBER),
    size_bytes=NUMBER,
    created_at=TIME,
    replaces=maybe(UUID, description="The older document that answers until this one is ready."),
)
STATEMENT = thing(
    "A number's month: what came, what became of it, what Meta charged and what models cost.",
    phone_number_id=TEXT,
    name=TEXT,
    month={"type": "string", "description": "Such as 2026-11, in UTC."},
    running={"type": "boolean", "description": "Whether the month is not over."},
    figures={
        "type": "array",
        "items": thing(
            "One figure.",
            section=TEXT,
            name=TEXT,
            value={"type": "number"},
            unit=one_of("count", "seconds", "usd"),
        ),
    },
    faults={"type": "array", "items": TEXT, "description": "What contradicts it; empty: nothing does."},
    chain={
        **thing("Where the chain of its records ends.", records=maybe(NUMBER), hash=maybe(TEXT)),
        "type": ["object", "null"],
    },
)
SCHEMAS: dict[str, Schema] = {
    "Problem": PROBLEM,
    "Contact": CONTACT,
    "ContactPage": page_of("Contact"),
    "Conversation": CONVERSATION,
    "ConversationPage": page_of("Conversation"),
    "Message": MESSAGE,
    "MessagePage": page_of("Message"),
    "Document": DOCUMENT,
    "DocumentPage": page_of("Document"),
    "Statement": STATEMENT,
}
