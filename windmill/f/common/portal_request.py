# requirements: database
"""Requests of the portal's page: authenticates the person, parses the request, and calls the action that it names.

Windmill sets the identity of a person who has signed in to it. Whoever comes through the door (portal/) has a ticket, which the door writes
into the database for the one job and the one request: the job's id, which Windmill gives to no second job, redeems it. Memberships say what the
person may do; nothing else counts. A program that calls the API (portal/api.py) has such a ticket, too; its key's scopes say what it may do.

The request is one argument, a JSON text with the mark below. A worker replaces arguments that start with `$var:`, `$jsonvar:` or `$res:` by the
secret of that name, even if a browser wrote them. A JSON text starts with a brace, so nothing in it is ever replaced; anything else is refused
and never repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
import traceback
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypedDict

import psycopg

from f.common.database import Connection, connect, one
from f.common.failures import bare, contain_errors
from f.common.problems import Problem
from f.common.redaction import sanitise

MARK = "portal"
ANYONE = frozenset({"owner", "editor", "agent", "viewer"})
EDITORS = frozenset({"owner", "editor"})
AGENTS = frozenset({"owner", "editor", "agent"})
OWNERS = frozenset({"owner"})
KEY = "key"


class Refused(Problem):
    """Why a request is refused."""


class NotAllowed(Refused):
    """The person may not do this."""


class Member(TypedDict):
    """A person of a tenant's staff. role: owner, editor, agent or viewer. Or a key of the API: then the role is KEY, and the name is in `email`."""

    tenant_id: str
    email: str
    role: str


P = ParamSpec("P")
Fields = dict[str, Any]
Action = tuple[frozenset[str], Callable[[Connection, Member, Fields], dict[str, Any]]]
OperatorAction = Callable[[Connection, str, Fields], dict[str, Any]]


def answer_page(main: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """Decorates the `main` of a script behind the portal: a refusal is a result, so is a database that can't be reached. Another failure is
    bare, and its stack is in the job's log only: the page of whoever asked gets the error."""

    @contain_errors
    @wraps(main)
    def answered(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        try:
            return main(*args, **kwargs)
        except Refused as refusal:
            return refusal_result(refusal)
        except psycopg.OperationalError as error:
            print(f"the database is not available: {bare(error)}")
            return refusal_result(Refused("unavailable"))
        except Exception as error:
            print("".join(traceback.format_tb(error.__traceback__)))
            failure = bare(error)
        raise failure

    return answered


def handle_request(request: Any, db: dict[str, Any], actions: dict[str, Action]) -> dict[str, Any]:
    """Calls the action that the request names, if the person's role, or one of the key's scopes, is among the action's roles. Raises Refused."""
    fields = parse_request(request)
    roles, act = actions[action_name(fields, actions)]
    with connect(db) as conn:
        note_job(conn)
        member = authorize_member(conn, request, text_field(fields, "tenant_id"), roles)
        return {"ok": True, **retry_after_deadlock(lambda: act(conn, member, fields))}


def handle_operator_request(
    request: Any, db: dict[str, Any], actions: dict[str, OperatorAction]
) -> dict[str, Any]:
    """The same for the platform's operators. Each action gets the operator's e-mail address."""
    fields = parse_request(request)
    act = actions[action_name(fields, actions)]
    with connect(db) as conn:
        note_job(conn)
        email, only = signed_in(conn, request)
        if only or not one(conn, "select is_operator(%s)", [email]):
            raise NotAllowed("operators_only")
        name_person(conn, email)
        return {"ok": True, **act(conn, email, fields)}


def retry_after_deadlock(act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """A person and an ingestion may change the same documents at once. PostgreSQL then undoes one of the two, which simply starts again."""
    for _ in range(2):
        try:
            return act()
        except psycopg.errors.DeadlockDetected:
            print("deadlock with another transaction; trying again")
    return act()


def refusal_result(refusal: Refused) -> dict[str, Any]:
    return {"ok": False, "refused": refusal.code, "values": refusal.message["values"]}


def parse_request(request: Any) -> Fields:
    """The request's fields. Refuses whatever is not a JSON object with the mark, without repeating it: it may be a secret."""
    try:
        fields = json.loads(request) if isinstance(request, str) and request.startswith("{") else None
    except ValueError:
        fields = None
    # True equals 1, but the page never sends it.
    if not isinstance(fields, dict) or type(fields.get(MARK)) is not int or fields.pop(MARK) != 1:
        raise Refused("bad_request")
    return fields


def action_name(fields: Fields, actions: dict[str, Any]) -> str:
    name = fields.get("action")
    if not isinstance(name, str) or name not in actions:
        raise Refused("bad_request")
    return name


def text_field(fields: Fields, name: str, most: int = 4000) -> str:
    """A text of the request, '' if it is absent. Takes out NUL characters and half surrogate pairs, which PostgreSQL can't store."""
    value = fields.get(name) or ""
    if not isinstance(value, str) or len(value) > most:
        raise Refused("text_too_long", field=name, most=most)
    return sanitise(value)


def id_field(fields: Fields, name: str) -> str:
    """An ID of the request. An impossible ID gets the same answer as one that does not exist."""
    try:
        return str(uuid.UUID(text_field(fields, name)))
    except ValueError:
        raise not_found() from None


def not_found() -> Refused:
    return Refused("not_found")


def signed_in(conn: Connection, request: str) -> tuple[str, str]:
    """The e-mail address of the app's user, set by the server, or of the person (who may be a telephone number with its plus) to whom the door's
    ticket for this job and request belongs; and the only business that they act for where they signed in at its own address, '' elsewhere.
    Raises NotAllowed if there is nobody."""
    email, only = person_who_asks(conn, request)
    if not email:
        raise NotAllowed("no_identity")
    return email, only


def person_who_asks(conn: Connection, request: str) -> tuple[str, str]:
    """As signed_in(); twice '' where nobody does."""
    email = os.environ.get("WM_END_USER_EMAIL", "").lower()
    job = os.environ.get("WM_JOB_ID", "")
    if email or not job:
        return email, ""
    query = b"select person, coalesce(tenant_id::text, '') as only from redeem_ticket(%s, %s)"
    found = conn.execute(query, [digest(job), digest(request)]).fetchone()
    return (found["person"], found["only"]) if found else ("", "")


def digest(text: str) -> bytes:
    """As portal/store.py has it."""
    return hashlib.sha256(text.encode()).digest()


def authorize_member(conn: Connection, request: str, tenant_id: str, roles: frozenset[str]) -> Member:
    """The person who asks as a member with one of the roles. Raises NotAllowed.

    `tenant_id` chooses among several businesses; '' is enough for a member of one.
    """
    email, only = person_who_asks(conn, request)
    if not email:
        return authorize_key(conn, request, roles)
    rows = conn.execute(b"select tenant_id::text, role from memberships(%s)", [email]).fetchall()
    wanted = {tenant_id, only} - {""}
    memberships = [row for row in rows if wanted <= {row["tenant_id"]}]
    if not memberships:
        raise NotAllowed("not_a_member")
    if len(memberships) > 1:
        raise NotAllowed("choose_business")
    if memberships[0]["role"] not in roles:
        raise NotAllowed("role")
    name_person(conn, email)
    return {"tenant_id": memberships[0]["tenant_id"], "email": email, "role": memberships[0]["role"]}


def authorize_key(conn: Connection, request: str, scopes: frozenset[str]) -> Member:
    """The key of the API that asks, if it has one of the scopes. Raises NotAllowed."""
    job = os.environ.get("WM_JOB_ID", "")
    query = b"select tenant_id::text, name, scopes from redeem_key_ticket(%s, %s)"
    key = conn.execute(query, [digest(job), digest(request)]).fetchone() if job else None
    if key is None:
        raise NotAllowed("no_identity")
    if not scopes.intersection(key["scopes"]):
        raise NotAllowed("role")
    name = f"API: {key['name']}"
    name_person(conn, name)
    return {"tenant_id": key["tenant_id"], "email": name, "role": KEY}


def name_person(conn: Connection, email: str) -> None:
    """Names the person to the audit log (sql/functions/audit.sql), for as long as the connection lives: each request has its own."""
    conn.execute(b"select set_config('app.person', %s, false)", [email])


def note_job(conn: Connection, minutes: float = 5) -> None:
    """Notes that this job's arguments and result hold words of people: clean_data blanks them once the page has its answer."""
    if job := os.environ.get("WM_JOB_ID"):
        conn.execute(b"select note_jobs(array[%s::uuid], make_interval(secs => %s))", [job, minutes * 60])


def audit(conn: Connection, action: str, contact_id: str | None = None, **what: Any) -> None:
    """Writes down what the person does beside changing a table. Call it in a transaction of the tenant."""
    conn.execute(
        b"select record_audit(%s, null, %s, %s::jsonb)",
        [action, contact_id, json.dumps(what) if what else None],
    )


def whole_number_field(fields: Fields, name: str, most: int = 2**53 - 1) -> int:
    """A whole number of the request, 0 where it is absent."""
    value = fields.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Refused("not_a_whole_number", field=name)
    return value


def phone_field(fields: Fields, name: str) -> str:
    """The digits of a telephone number with its country's code. Raises Refused."""
    digits = "".join(c for c in text_field(fields, name, 40) if c in "0123456789").removeprefix("00")
    if not 8 <= len(digits) <= 15 or digits.startswith("0"):
        raise Refused("phone_number")
    return digits
