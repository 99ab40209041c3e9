# no_postinstall
# requirements: agent
"""The operators' page: tenants with their numbers, keys and staff; stuck turns, failed documents, dead letters; people and their runs.

In: a request of the portal's page (f/common/portal_request.py). Out: the overview, or what was done. Only for people in the table operators:
every SQL function checks that again, so a mistake here opens nothing. Keys are stored and never returned.
"""

from __future__ import annotations

import json
import os
import re
import sysconfig
from pathlib import Path
from typing import Any

import psycopg

from f.common.database import Connection, one
from f.common.portal_request import (
    ANYONE,
    Fields,
    Member,
    OperatorAction,
    Refused,
    answer_page,
    handle_operator_request,
    id_field,
    not_found,
    text_field,
    whole_number_field,
)
from f.common.problems import Problem
from f.common.secrets import seal
from f.common.setting_kinds import EMAIL
from f.common.windmill import deployed_pins, tags_without_worker
from f.portal_api import number_connection, number_doctor, number_trial
from f.portal_api.typed_keys import sealing_key, typed_key
from f.tools.script_jobs import own_folder

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_settings = dict[str, Any]
c_whatsapp = dict[str, Any]
c_meta_app = dict[str, Any]
LIMITS = {
    "monthly_turns",
    "monthly_tokens",
    "monthly_cost_usd",
    "replies_per_hour",
    "documents",
    "pages",
    "bytes",
    "ingestions_per_day",
    "sources",
    "qa_pairs",
    "previews_per_hour",
    "turns_at_once",
    "turn_weight",
    "background_jobs",
    "api_calls_per_minute",
    "own_domains",
    "keep_words_days",
    "keep_media_days",
    "keep_traces_days",
    "keep_jobs_days",
}
FRACTIONS = ("monthly_cost_usd",)
MOST_FALLBACKS = 5
PAGE = 50
SHORTEST = 2  # characters to look for
SLOWEST, FASTEST = 0.1, 1000  # messages a second; the table chatbots has the same bounds
PUT_TENANT = "select operator_put_tenant(%s, %s, %s, %s)"
PUT_MEMBER = "select operator_put_member(%s, %s, %s, %s)"
PUT_OPERATOR = "select operator_put_operator(%s, %s, %s)"


@answer_page
def main(
    request: str,
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    master_key: str,
    whatsapp: c_whatsapp,
    meta_app: c_meta_app,
    settings: c_settings,
) -> dict[str, Any]:
    resources = number_doctor.resources_of(llm, embeddings, settings, whatsapp, master_key)
    platform = number_connection.Platform(whatsapp, meta_app, settings, master_key)
    actions: dict[str, OperatorAction] = {
        "get": lambda conn, email, fields: {
            **get(conn, email, fields),
            "sealing_key": sealing_key(master_key),
            "webhook_url": settings.get("webhook_url") or None,
        },
        "find": find,
        "send_test": lambda conn, email, fields: number_trial.send(conn, email, fields, whatsapp, master_key),
        "get_findings": number_doctor.get_of_any,
        "examine": lambda conn, email, fields: number_doctor.examine_any(conn, email, fields, resources),
        "begin_test": lambda conn, email, fields: number_doctor.begin_test_of_any(
            conn, email, fields, resources
        ),
        "follow_test": lambda conn, email, fields: number_doctor.follow_test_of_any(
            conn, email, fields, resources
        ),
        "list_numbers": lambda conn, email, fields: number_connection.list_numbers(
            conn, for_tenant(email, fields), fields, platform
        ),
        "connect_number": lambda conn, email, fields: number_connection.connect(
            conn, for_tenant(email, fields), fields, platform
        ),
        "create_tenant": create_tenant,
        "update_tenant": update_tenant,
        "upsert_number": upsert_number,
        "set_key": lambda conn, email, fields: set_key(conn, email, fields, master_key),
        "set_tool_folder": set_tool_folder,
        "update_limits": update_limits,
        "update_model": update_model,
        "create_member": create_member,
        "delete_member": delete_member,
        "create_operator": create_operator,
        "delete_operator": delete_operator,
        "dispatch_again": dispatch_again,
        "list_changes": list_changes,
    }
    try:
        return handle_operator_request(request, db, actions)
    except psycopg.errors.ForeignKeyViolation:
        raise not_found() from None


def get(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    overview: dict[str, Any] = one(conn, "select operator_overview(%s)", [email])
    return {
        **overview,
        "packages_differ": packages_differ(),
        "tags_without_worker": idle_tags(),
        "run_link": run_link(),
    }


def run_link() -> str:
    """The page of a run, with {id} for its ID."""
    return f"{os.environ.get('WM_BASE_URL', '')}/run/{{id}}?workspace={os.environ.get('WM_WORKSPACE', '')}"


def find(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """The people and the runs that `words` mean: a telephone number in any form, a name, the id of a message, a run or a contact."""
    words = text_field(fields, "words", 200).strip()
    if len(words) < SHORTEST:
        raise Refused("search_short", least=SHORTEST)
    return {**one(conn, "select operator_find(%s, %s)", [email, words]), "run_link": run_link()}


def idle_tags() -> list[str]:
    """The kinds of work that nobody does; none where Windmill does not say."""
    try:
        return tags_without_worker()
    except (OSError, KeyError) as error:
        print(f"it is not known which workers there are: {error}")
        return []


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


def create_tenant(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    name = text_field(fields, "name", 200).strip()
    if not name:
        raise Refused("tenant_name_missing")
    return {"tenant": str(one(conn, PUT_TENANT, [email, None, name, None]))}


def update_tenant(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Renames, suspends or activates a tenant."""
    name, status = text_field(fields, "name", 200).strip() or None, text_field(fields, "status", 20) or None
    if status not in (None, "active", "suspended"):
        raise Refused("bad_request")
    tenant = one(conn, PUT_TENANT, [email, id_field(fields, "tenant"), name, status])
    if tenant is None:
        raise not_found()
    return {"tenant": str(tenant)}


def upsert_number(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    number, name = text_field(fields, "phone_number_id", 40).strip(), text_field(fields, "name", 200).strip()
    if not re.fullmatch(r"[0-9]{5,40}", number) or not name:
        raise Refused("number_invalid")
    if not one(
        conn, "select operator_put_number(%s, %s, %s, %s)", [email, id_field(fields, "tenant"), number, name]
    ):
        raise Refused("number_taken")
    return {"updated": number}


def set_tool_folder(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Gives a business a folder of f/tenant_tools whose scripts its chatbots may call, beside the shared ones; '' takes it away."""
    try:
        folder = own_folder(text_field(fields, "folder", 100))
    except Problem as problem:
        raise Refused.of(problem.message) from None
    done = one(
        conn, "select operator_put_tool_folder(%s, %s, %s)", [email, id_field(fields, "tenant"), folder]
    )
    if done is None:
        raise not_found()
    if "taken_by" in done:
        raise Refused("tool_folder_taken", folder=folder, name=done["taken_by"])
    return {"tool_folder": folder}


def update_limits(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Changes the given limits of a business's plan; null sets the platform's default again."""
    wanted = fields.get("limits")
    if not isinstance(wanted, dict) or not wanted or not wanted.keys() <= LIMITS:
        raise Refused("limit_unknown")
    for value in wanted.values():
        if value is not None and (type(value) not in (int, float) or not 0 < value < 10**12):
            raise Refused("limit_invalid")
    whole = {name: v if v is None or name in FRACTIONS else int(v) for name, v in wanted.items()}
    limits = one(
        conn, "select operator_put_limits(%s, %s, %s)", [email, id_field(fields, "tenant"), json.dumps(whole)]
    )
    if limits is None:
        raise not_found()
    return {"limits": limits}


def update_model(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Sets a number's model, the models that are asked when it fails, and how many messages a second the number sends."""
    number = text_field(fields, "phone_number_id", 40).strip()
    first = model_fields(fields) if fields.get("provider") else {"provider": None, "model": None}
    given, rate = fields.get("fallbacks"), fields.get("sends_per_s")
    if not isinstance(given, list) or len(given) > MOST_FALLBACKS:
        raise Refused("too_many_models", most=MOST_FALLBACKS)
    others = [model_fields(other if isinstance(other, dict) else {}) for other in given]
    if len({tuple(model.values()) for model in (first, *others)}) <= len(others):
        raise Refused("model_twice")
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not SLOWEST <= rate <= FASTEST:
        raise Refused("send_rate", least=SLOWEST, most=FASTEST)
    values = [email, number, first["provider"], first["model"], json.dumps(others), rate]
    if not one(conn, "select operator_put_model(%s, %s, %s, %s, %s, %s)", values):
        raise not_found()
    return {"updated": number}


def model_fields(fields: Fields) -> dict[str, str]:
    model = {
        "provider": text_field(fields, "provider", 20),
        "model": text_field(fields, "model", 100).strip(),
    }
    if model["provider"] not in ("openai", "gemini") or not model["model"]:
        raise Refused("model_invalid")
    return model


def set_key(conn: Connection, email: str, fields: Fields, master_key: str) -> dict[str, Any]:
    kind, tenant = text_field(fields, "kind", 20), id_field(fields, "tenant")
    key = typed_key(fields, master_key, tenant, kind)
    if kind not in ("whatsapp_token", "llm_api_key") or not key:
        raise Refused("key_missing")
    one(
        conn,
        "select operator_put_key(%s, %s, %s, %s)",
        [email, tenant, kind, seal(master_key, tenant, kind, key)],
    )
    return {"updated": kind}


def create_member(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Adds a person to a business. Refuses one who is a member already, so that nobody's role changes unseen."""
    member, role = email_field(fields), text_field(fields, "role", 20)
    if not EMAIL.fullmatch(member) or role not in ANYONE:
        raise Refused("email_or_role_invalid")
    if not one(conn, PUT_MEMBER, [email, id_field(fields, "tenant"), member, role]):
        raise Refused("member_exists", email=member)
    return {"created": member}


def delete_member(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    member = email_field(fields)
    one(conn, PUT_MEMBER, [email, id_field(fields, "tenant"), member, None])
    return {"deleted": member}


def create_operator(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    operator = email_field(fields)
    if not EMAIL.fullmatch(operator):
        raise Refused("email_invalid")
    one(conn, PUT_OPERATOR, [email, operator, True])
    return {"created": operator}


def delete_operator(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Removes an operator, but never the last one."""
    operator = email_field(fields)
    outcome = one(conn, PUT_OPERATOR, [email, operator, False])
    if outcome == "last_operator":
        raise Refused("last_operator")
    if outcome == "not_found":
        raise not_found()
    return {"deleted": operator}


def for_tenant(email: str, fields: Fields) -> Member:
    """An operator who acts for a business."""
    return {"tenant_id": id_field(fields, "tenant"), "email": email, "role": "operator"}


def email_field(fields: Fields) -> str:
    return text_field(fields, "email", 200).strip().lower()


def dispatch_again(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    number, message = text_field(fields, "phone_number_id", 100), text_field(fields, "message_id", 300)
    if not one(conn, "select operator_dispatch_again(%s, %s, %s)", [email, number, message]):
        raise not_found()
    return {"dispatched": message}


def list_changes(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """Who changed what in any business and on the platform, newest first; `before`, a row's ID, gives older ones."""
    before = whole_number_field(fields, "before")
    rows = one(conn, "select operator_audit(%s, %s, %s)", [email, before, PAGE + 1])
    return {"changes": rows[:PAGE], "more": len(rows) > PAGE}
