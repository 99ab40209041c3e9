"""The operations of the API, and the OpenAPI document that is made of them: what is served and what is described can't differ."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from portal.api_schemas import NUMBER, SCHEMAS, SWITCH, TEXT, UUID, Schema, one_of, ref

PREFIX = "/api/v1"
DOCUMENT_PATH = f"{PREFIX}/openapi.json"
LIMIT = {"limit": {**NUMBER, "minimum": 1, "maximum": 100, "description": "How many, 50 without it."}}
CURSOR = {"cursor": {**TEXT, "maxLength": 80, "description": "`next` of the page before."}}
PAGE = LIMIT | CURSOR
ABOUT = """\
Send the key as `Authorization: Bearer cmk_…`, never in an address. An owner makes keys in the portal, under People, For developers, each with its
scopes and its end. Errors are problem documents (RFC 9457) with a stable `code`. The limit counts for all keys of a business together:
`RateLimit-Limit` calls a minute, `RateLimit-Remaining` are left, a new minute begins in `RateLimit-Reset` seconds."""


class Operation(NamedTuple):
    """id: the action of f/portal_api/public_api. path: below PREFIX, with {id} where a thing is named. query: parameters by name. answer, body:
    schemas by name; '': there is none. once: it takes an idempotency key."""

    id: str
    method: str
    path: str
    scope: str
    summary: str
    answer: str
    query: Mapping[str, Schema] = MappingProxyType({})
    status: int = 200
    body: str = ""
    most_bytes: int = 64 << 10
    once: bool = False


OPERATIONS = (
    Operation(
        "list_conversations",
        "GET",
        "/conversations",
        "conversations:read",
        "Conversations, the one with the newest message first",
        "ConversationPage",
        {"status": one_of("open", "snoozed", "solved"), "waiting": SWITCH, **PAGE},
    ),
    Operation(
        "get_conversation",
        "GET",
        "/conversations/{id}",
        "conversations:read",
        "A conversation",
        "Conversation",
    ),
    Operation(
        "list_messages",
        "GET",
        "/conversations/{id}/messages",
        "conversations:read",
        "The messages of a conversation, newest first",
        "MessagePage",
        PAGE,
    ),
    Operation(
        "send_message",
        "POST",
        "/conversations/{id}/messages",
        "messages:send",
        "Send a text within 24 hours of the customer's last message, or a template. The bot pauses, as when a person writes",
        "Sent",
        status=202,
        body="NewMessage",
        once=True,
    ),
    Operation(
        "open_handoff",
        "PUT",
        "/conversations/{id}/handoff",
        "handoffs:write",
        "Pass a conversation on to people: the bot is quiet, and the contact waits",
        "Conversation",
        body="NewHandoff",
    ),
    Operation(
        "close_handoff",
        "DELETE",
        "/conversations/{id}/handoff",
        "handoffs:write",
        "Give a conversation back to the bot",
        "Conversation",
    ),
    Operation(
        "list_contacts",
        "GET",
        "/contacts",
        "contacts:read",
        "Contacts, the newest first",
        "ContactPage",
        {
            "phone": {
                **TEXT,
                "maxLength": 40,
                "description": "Whoever has this number, with its country's code.",
            },
            **PAGE,
        },
    ),
    Operation("get_contact", "GET", "/contacts/{id}", "contacts:read", "A contact", "Contact"),
    Operation(
        "update_contact",
        "PATCH",
        "/contacts/{id}",
        "contacts:write",
        "Change what the staff know of a contact",
        "Contact",
        body="ContactChanges",
    ),
    Operation(
        "list_documents",
        "GET",
        "/documents",
        "knowledge:read",
        "Documents, the newest first",
        "DocumentPage",
        PAGE,
    ),
    Operation("get_document", "GET", "/documents/{id}", "knowledge:read", "A document", "Document"),
    Operation(
        "upload_document",
        "POST",
        "/documents",
        "knowledge:write",
        "Add a file to the knowledge base. The same file once more is the same document",
        "Document",
        status=201,
        body="NewDocument",
        most_bytes=72 << 20,
    ),
    Operation(
        "delete_document",
        "DELETE",
        "/documents/{id}",
        "knowledge:write",
        "Delete an uploaded file",
        "",
        status=204,
    ),
    Operation(
        "start_test_run",
        "POST",
        "/test-runs",
        "tests:run",
        "Ask a chatbot's tests, with what is live",
        "TestRun",
        status=202,
        body="NewTestRun",
    ),
    Operation("get_test_run", "GET", "/test-runs/{id}", "tests:run", "How far a run of tests is", "TestRun"),
    Operation(
        "list_events",
        "GET",
        "/events",
        "events:read",
        "What receivers of events are told, the newest first; of the last 30 days",
        "EventPage",
        {"type": one_of("message", "turn", "handoff", "status", "lead", "document"), **PAGE},
    ),
    Operation(
        "replay_event",
        "POST",
        "/events/{id}/replay",
        "events:replay",
        "Have an event delivered again, under the same id",
        "Replay",
        status=202,
    ),
    Operation(
        "get_statement",
        "GET",
        "/statement",
        "statement:read",
        "The service statement of a number and a month",
        "Statement",
        {
            "phone_number_id": {
                **TEXT,
                "maxLength": 40,
                "description": "Without it the business's first number.",
            },
            "month": {
                **TEXT,
                "pattern": r"^20\d\d-(0[1-9]|1[0-2])$",
                "description": "Without it this month.",
            },
        },
    ),
)
REFUSALS = {
    "400": "The request is not one that this document describes.",
    "401": "There is no key, or one that is unknown, expired or revoked.",
    "403": "The key lacks the scope.",
    "404": "There is no such thing in this business.",
    "411": "The length of the body is missing.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "422": "It can't be done; `code` and `detail` say why.",
    "429": "Too many calls in this minute; `Retry-After` says for how many seconds to wait.",
    "503": "Not available at the moment; `Retry-After` says when to ask again.",
}


@lru_cache(maxsize=64)
def document(server: str, name: str) -> dict[str, Any]:
    """The whole document, OpenAPI 3.1. `server`: the door's address as it was asked; `name`: the portal's there."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1", "description": ABOUT},
        "servers": [{"url": server + PREFIX}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "headers": {name: {"schema": NUMBER} for name in HEADERS},
            "responses": {
                status: {"description": words, "content": {"application/problem+json": {"schema": ref("Problem")}}}
                for status, words in REFUSALS.items()
            },
        },
    }  # fmt: skip


IDEMPOTENCY = "Idempotency-Key"
IDEMPOTENCY_KEY = {
    **TEXT,
    "minLength": 1,
    "maxLength": 200,
    "description": "New for each message; the same when it is sent again.",
}
HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def described(operation: Operation) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "query", "schema": without(schema, "description"), **only(schema, "description")}
        for name, schema in operation.query.items()
    ]
    if "{id}" in operation.path:
        schema = TEXT if operation.id == "replay_event" else UUID
        parameters.insert(0, {"name": "id", "in": "path", "required": True, "schema": schema})
    if operation.once:
        parameters.append({"name": IDEMPOTENCY, "in": "header", "required": True, "schema": IDEMPOTENCY_KEY})
    answer: dict[str, Any] = {
        "description": operation.summary,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS},
    }
    if operation.answer:
        answer["content"] = {"application/json": {"schema": ref(operation.answer)}}
    taken = {"required": True, "content": {"application/json": {"schema": ref(operation.body)}}}
    return {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.scope}`.",
        "parameters": parameters,
        **({"requestBody": taken} if operation.body else {}),
        "responses": {str(operation.status): answer}
        | {status: {"$ref": f"#/components/responses/{status}"} for status in REFUSALS},
    }


def only(schema: Schema, name: str) -> Schema:
    return {name: schema[name]} if name in schema else {}


def without(schema: Schema, name: str) -> Schema:
    return {each: value for each, value in schema.items() if each != name}
