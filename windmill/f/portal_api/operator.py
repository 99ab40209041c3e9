# requirements: database
"""The platform's operator: tenants with their numbers, keys and staff; turns that are stuck, documents that failed, dead letters.

In: a request of the portal's page (f/common/portal_request.py). Out: the overview, or what was done. For people in the table operators only: the
database asks again in every function, so that a slip here opens nothing. Keys go in and never come out.
"""

from __future__ import annotations

import json
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from f.common.database import Connection, one
from f.common.portal_request import ANYONE, Ask, Refused, an_id, answer_to, not_found, serve_operators, text
from f.common.secrets import seal
from f.common.windmill import deployed_pins

postgresql = dict[str, Any]
LIMITS = frozenset(
    {
        *("monthly_turns", "monthly_tokens", "monthly_cost_usd", "replies_per_hour"),
        *("documents", "pages", "bytes", "ingestions_per_day", "sources", "qa_pairs"),
    }
)
FRACTIONS = ("monthly_cost_usd",)
MOST_FALLBACKS = 5
SLOWEST, FASTEST = 0.1, 1000  # as the table chatbots has it
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def main(request: str, db: postgresql, master_key: str) -> dict[str, Any]:
    actions: dict[str, Callable[[Connection, str, Ask], dict[str, Any]]] = {
        "overview": overview,
        "put_tenant": put_tenant,
        "put_number": put_number,
        "put_key": lambda conn, email, ask: put_key(conn, email, ask, master_key),
        "put_limits": put_limits,
        "put_model": put_model,
        "put_member": put_member,
        "put_operator": put_operator,
        "dispatch_again": dispatch_again,
    }
    try:
        return serve_operators(request, db, actions)
    except psycopg.errors.ForeignKeyViolation:
        return answer_to(not_found())


def overview(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    found: dict[str, Any] = one(conn, "select operator_overview(%s)", [email])
    return {**found, "packages_differ": packages_differ()}


def packages_differ() -> list[dict[str, str]]:
    """Packages of which the deployment pins another version than the image of this worker has: the steps that use them start slowly, in the
    plain interpreter. Empty where the image has none of its own, or Windmill does not answer."""
    folders = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    pairs = [folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in folders]
    held = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pairs}
    try:
        pins = deployed_pins()
    except (OSError, KeyError) as error:
        print(f"the deployed versions can't be compared with the worker's: {error}")
        return []
    return [
        {"package": name, "deployed": version, "worker": held[name]}
        for name, version in sorted(pins.items())
        if held.get(name, version) != version
    ]


def put_tenant(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    """Makes a tenant, renames it, suspends it, lets it go on."""
    tenant = an_id(ask, "tenant") if ask.get("tenant") else None
    name, status = text(ask, "name", 200).strip() or None, text(ask, "status", 20) or None
    if (tenant is None and not name) or status not in (None, "active", "suspended"):
        raise Refused("bad_request", "A business needs a name.")
    made = one(conn, "select operator_put_tenant(%s, %s, %s, %s)", [email, tenant, name, status])
    if made is None:
        raise not_found()
    return {"tenant": str(made)}


def put_number(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    number, name = text(ask, "phone_number_id", 40).strip(), text(ask, "name", 200).strip()
    if not re.fullmatch(r"[0-9]{5,40}", number) or not name:
        raise Refused("bad_request", "A number needs Meta's phone number id (digits) and a name.")
    if not one(
        conn, "select operator_put_number(%s, %s, %s, %s)", [email, an_id(ask, "tenant"), number, name]
    ):
        raise Refused("taken", "Another business has this number.")
    return {"saved": number}


def put_limits(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    """Changes the limits of a business's plan that are named; one without a number has the platform's figure again."""
    wanted = ask.get("limits")
    if not isinstance(wanted, dict) or not wanted or not wanted.keys() <= LIMITS:
        raise Refused("bad_request", "There is no such limit.")
    for value in wanted.values():
        if value is not None and (type(value) not in (int, float) or not 0 < value < 10**12):
            raise Refused("bad_request", "A limit is a number above 0, or empty.")
    whole = {name: v if v is None or name in FRACTIONS else int(v) for name, v in wanted.items()}
    limits = one(
        conn, "select operator_put_limits(%s, %s, %s)", [email, an_id(ask, "tenant"), json.dumps(whole)]
    )
    if limits is None:
        raise not_found()
    return {"limits": limits}


def put_model(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    """Which model answers on a number, which others are asked when it fails, and how many messages a second the number sends."""
    number = text(ask, "phone_number_id", 40).strip()
    first = a_model(ask) if ask.get("provider") else {"provider": None, "model": None}
    given, rate = ask.get("fallbacks"), ask.get("sends_per_s")
    if not isinstance(given, list) or len(given) > MOST_FALLBACKS:
        raise Refused("bad_request", f"At most {MOST_FALLBACKS} models can stand in for the first one.")
    others = [a_model(other if isinstance(other, dict) else {}) for other in given]
    if len({tuple(model.values()) for model in (first, *others)}) <= len(others):
        raise Refused("bad_request", "Name each model once: one that has failed is not asked again.")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not SLOWEST <= rate <= FASTEST:
        raise Refused("bad_request", f"A number sends from {SLOWEST} to {FASTEST} messages a second.")
    values = [email, number, first["provider"], first["model"], json.dumps(others), rate]
    if not one(conn, "select operator_put_model(%s, %s, %s, %s, %s, %s)", values):
        raise not_found()
    return {"saved": number}


def a_model(ask: Ask) -> dict[str, str]:
    found = {"provider": text(ask, "provider", 20), "model": text(ask, "model", 100).strip()}
    if found["provider"] not in ("openai", "gemini") or not found["model"]:
        raise Refused("bad_request", "Choose OpenAI or Gemini and name the model.")
    return found


def put_key(conn: Connection, email: str, ask: Ask, master_key: str) -> dict[str, Any]:
    kind, key, tenant = text(ask, "kind", 20), text(ask, "key").strip(), an_id(ask, "tenant")
    if kind not in ("whatsapp_token", "llm_api_key") or not key:
        raise Refused("bad_request", "Paste the key first.")
    one(
        conn,
        "select operator_put_key(%s, %s, %s, %s)",
        [email, tenant, kind, seal(master_key, tenant, kind, key)],
    )
    return {"saved": kind}


def put_member(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    """Lets a person in with a role; without a role the person is out."""
    member, role = text(ask, "email", 200).strip().lower(), text(ask, "role", 20) or None
    if not EMAIL.fullmatch(member) or (role is not None and role not in ANYONE):
        raise Refused("bad_request", "Write an e-mail address and choose a role.")
    one(conn, "select operator_put_member(%s, %s, %s, %s)", [email, an_id(ask, "tenant"), member, role])
    return {"saved": member}


def put_operator(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    """Lets another person operate the platform, or, with `stays` false, no longer. One operator always stays."""
    operator, stays = text(ask, "email", 200).strip().lower(), ask.get("stays") is not False
    if not EMAIL.fullmatch(operator):
        raise Refused("bad_request", "Write an e-mail address.")
    done = one(conn, "select operator_put_operator(%s, %s, %s)", [email, operator, stays])
    if done == "last_operator":
        raise Refused("last_operator", "The platform needs an operator: let somebody else in first.")
    if done == "not_found":
        raise not_found()
    return {"saved": operator}


def dispatch_again(conn: Connection, email: str, ask: Ask) -> dict[str, Any]:
    number, message = text(ask, "phone_number_id", 100), text(ask, "message_id", 300)
    if not one(conn, "select operator_dispatch_again(%s, %s, %s)", [email, number, message]):
        raise not_found()
    return {"dispatched": message}
