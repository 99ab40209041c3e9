# requirements:
# psycopg[binary]==3.3.9
"""Authenticates a request of the portal's page and dispatches it to an action: every script behind the portal begins here.

The person is known by the server-set identity and the memberships, by nothing else. The request is one argument, a JSON text with the mark
below. A worker replaces arguments that start with `$var:`, `$jsonvar:` or `$res:` by the secret of that name, also where a browser wrote
them; a JSON text starts with a brace, so nothing in it is ever replaced. Anything else is refused unread.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from typing import Any, TypedDict

import psycopg

from f.common.database import Connection, connect, one
from f.common.redaction import sanitise

MARK = "chatmill"
ANYONE = frozenset({"owner", "editor", "agent", "viewer"})
EDITORS = frozenset({"owner", "editor"})
AGENTS = frozenset({"owner", "editor", "agent"})
OWNERS = frozenset({"owner"})


class Refused(Exception):
    """A sentence for the person; `code` lets the page say it in the person's language."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class NotAllowed(Refused):
    """The person may not do this."""


class Member(TypedDict):
    """A person of a tenant's staff. role: owner, editor, agent or viewer."""

    tenant_id: str
    email: str
    role: str


Ask = dict[str, Any]
Action = tuple[frozenset[str], Callable[[Connection, Member, Ask], dict[str, Any]]]


def serve(request: Any, db: dict[str, Any], actions: dict[str, Action]) -> dict[str, Any]:
    """Does what the request's `action` names, if its sender's role is among the action's; a refusal is an answer, too."""
    try:
        ask = read(request)
        if ask.get("action") not in actions:
            raise Refused("bad_request", "There is no such action.")
        roles, act = actions[ask["action"]]
        with connect(db) as conn:
            member = member_of(conn, text(ask, "tenant_id"), set(roles))
            return {"ok": True, **again_after_deadlock(lambda: act(conn, member, ask))}
    except Refused as refusal:
        return answer_to(refusal)


def again_after_deadlock(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A person and an ingestion may write the same documents at the same time. PostgreSQL then undoes one of the two, which does it again."""
    for _ in range(2):
        try:
            return act()
        except psycopg.errors.DeadlockDetected:
            print("a deadlock with another transaction: this is done again")
    return act()


def serve_operators(
    request: Any, db: dict[str, Any], actions: dict[str, Callable[[Connection, str, Ask], dict[str, Any]]]
) -> dict[str, Any]:
    """The same for the platform's operators; each action is given the operator's e-mail."""
    try:
        ask = read(request)
        if ask.get("action") not in actions:
            raise Refused("bad_request", "There is no such action.")
        with connect(db) as conn:
            email = identity()
            if not one(conn, "select is_operator(%s)", [email]):
                raise NotAllowed("role", "This is for the platform's operators.")
            return {"ok": True, **actions[ask["action"]](conn, email, ask)}
    except Refused as refusal:
        return answer_to(refusal)


def answer_to(refusal: Refused) -> dict[str, Any]:
    """A refusal in the form of an answer."""
    return {"ok": False, "refused": refusal.code, "message": str(refusal)}


def read(request: Any) -> Ask:
    """The request as a dict. Whatever is not a JSON object with the mark is refused, and never repeated: it may be a secret."""
    try:
        ask = json.loads(request) if isinstance(request, str) and request.startswith("{") else None
    except ValueError:
        ask = None  # refused below, in the same words as everything else that does not fit
    if not isinstance(ask, dict) or ask.pop(MARK, None) != 1:
        raise Refused("bad_request", "This was not sent by the portal's page.")
    return ask


def text(ask: Ask, name: str, longest: int = 4000) -> str:
    """A text of the request, '' where it is absent. No zero characters and no half emoji: PostgreSQL can't store them."""
    value = ask.get(name) or ""
    if not isinstance(value, str) or len(value) > longest:
        raise Refused("bad_request", f"“{name}” must be a text of at most {longest} characters.")
    return sanitise(value)


def an_id(ask: Ask, name: str) -> str:
    """An id of the request. One that can't exist is answered like one that doesn't."""
    try:
        return str(uuid.UUID(text(ask, name)))
    except ValueError:
        raise not_found() from None


def not_found() -> Refused:
    return Refused("not_found", "This is not here (any more).")


def identity() -> str:
    """The e-mail of who is using the app, set by the server. Raises NotAllowed if there is no authenticated user."""
    email = os.environ.get("WM_END_USER_EMAIL", "").lower()
    if not email:
        raise NotAllowed(
            "no_identity",
            "Open the portal and sign in: this can't be run directly, because then nobody vouches for who you are.",
        )
    return email


def member_of(conn: Connection, tenant_id: str, roles: set[str]) -> Member:
    """The caller as a member with one of the roles; `tenant_id` chooses where a person belongs to several. Raises NotAllowed."""
    email = identity()
    found = conn.execute(b"select tenant_id::text, role from memberships(%s)", [email]).fetchall()
    mine = [m for m in found if not tenant_id or m["tenant_id"] == tenant_id]
    if not mine:
        raise NotAllowed(
            "not_a_member",
            "You are not a member of this business. Ask its owner to add you."
            if tenant_id
            else "You are not a member of any business here. Ask your business's owner to add you.",
        )
    if len(mine) > 1:
        raise NotAllowed("choose", "You are a member of several businesses: choose one.")
    if mine[0]["role"] not in roles:
        raise NotAllowed("role", f"Your role is {mine[0]['role']}; this needs {' or '.join(sorted(roles))}.")
    return {"tenant_id": mine[0]["tenant_id"], "email": email, "role": mine[0]["role"]}
