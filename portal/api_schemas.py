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
SENT = thing(
    "A message on its way. What becomes of it is told by events and stands in the conversation.",
    id={**UUID, "description": "The `turn_id` of the message."},
    contact_id=UUID,
    state={"type": "string", "description": "waiting, pending, sending, sent, delivered, read, …"},
)
EVENT = thing(
    "Something that happened, as receivers get it.",
    id={"type": "string", "description": "Stays the same however often it is delivered: evt_…"},
    type=one_of("message", "turn", "handoff", "status", "lead", "document"),
    created_at=TIME,
    contact_id=maybe(UUID),
    data={
        "type": "object",
        "additionalProperties": True,
        "description": "By its type: see docs/webhooks.md.",
    },
)
REPLAY = thing("An event that is delivered again.", id=TEXT, receivers=NUMBER)
TEST_RUN = thing(
    "A run of a chatbot's tests. Red ones are listed.",
    id=UUID,
    phone_number_id=TEXT,
    state=one_of("running", "green", "red", "cancelled"),
    started_at=TIME,
    ended_at=maybe(TIME),
    tests=NUMBER,
    done=NUMBER,
    red={
        "type": "array",
        "items": thing(
            "A test that failed.",
            title=TEXT,
            question=TEXT,
            said=maybe(TEXT),
            findings={"type": "array", "items": TEXT},
        ),
    },
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
TEMPLATE = thing(
    "A template that Meta has approved, with a text for each of its places.",
    ("values",),
    name={**TEXT, "maxLength": 512},
    language={**TEXT, "maxLength": 20},
    values={"type": "object", "additionalProperties": TEXT},
)
NEW_MESSAGE = thing(
    "Either `text` or `template`. `wait`: after the 24 hours the text waits until the customer writes.",
    ("text", "template", "wait"),
    text={**TEXT, "maxLength": 4096},
    template=TEMPLATE,
    wait=SWITCH,
)
NEW_HANDOFF = thing("Why.", ("reason",), reason={**TEXT, "maxLength": 500})
CONTACT_CHANGES = thing(
    "What is absent stays.",
    ("name", "language", "tags", "lead", "blocked", "opted_out"),
    name={**TEXT, "maxLength": 200, "description": "What the staff call them; empty: the profile's name."},
    language={**TEXT, "maxLength": 10},
    tags={"type": "array", "maxItems": 20, "items": {**TEXT, "maxLength": 40}, "description": "All of them."},
    lead={
        "type": "object",
        "additionalProperties": {"type": ["string", "null"]},
        "description": "Fields to change; null deletes one.",
    },
    blocked=SWITCH,
    opted_out={**SWITCH, "description": "True; only the customer takes it back."},
)
NEW_DOCUMENT = thing(
    "A file of at most 50 MB.",
    ("title", "replaces"),
    filename={**TEXT, "maxLength": 200},
    file={
        "type": "string",
        "contentEncoding": "base64",
        "maxLength": 70_000_000,
        "description": "Its bytes in base64.",
    },
    title={**TEXT, "maxLength": 200},
    replaces={**UUID, "description": "The document that goes when this one is ready."},
)
NEW_TEST_RUN = thing(
    "Which chatbot's tests; without a number the first one's.",
    ("phone_number_id",),
    phone_number_id={**TEXT, "maxLength": 40},
)
SCHEMAS: dict[str, Schema] = {
    "NewMessage": NEW_MESSAGE,
    "NewHandoff": NEW_HANDOFF,
    "ContactChanges": CONTACT_CHANGES,
    "NewDocument": NEW_DOCUMENT,
    "NewTestRun": NEW_TEST_RUN,
    "Event": EVENT,
    "EventPage": page_of("Event"),
    "Replay": REPLAY,
    "Sent": SENT,
    "TestRun": TEST_RUN,
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
