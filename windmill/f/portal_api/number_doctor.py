# no_postinstall
# requirements: media
"""What the doctor of a number last found, the doctor on demand, and a message there and back: for the operators any number, for an owner the
business's own."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from f.common.database import Connection, Database, as_tenant, one
from f.common.portal_request import Fields, Member, Refused, id_field, not_found, text_field
from f.whatsapp.findings import verdict
from f.whatsapp.round_trip import follow, is_code, new_code

if TYPE_CHECKING:
    from f.common.shapes import Resources

OWN = (
    "select jsonb_build_object('findings', coalesce(h.findings, '[]'), 'examined_at', h.examined_at) from chatbots b"
    " left join number_health h using (phone_number_id) where b.phone_number_id = %s"
)

DISPLAY = "select jsonb_build_object('display', display_phone_number, 'now', clock_timestamp()) from chatbots where phone_number_id = %s"


def resources_of(
    llm: dict[str, Any],
    embeddings: dict[str, Any],
    settings: dict[str, Any],
    whatsapp: dict[str, Any],
    master_key: str,
) -> Resources:
    return {
        "llm": llm,
        "embeddings": embeddings,
        "settings": settings,
        "whatsapp": whatsapp,
        "master_key": master_key,
    }


def get_of_any(conn: Connection, email: str, fields: Fields) -> dict[str, Any]:
    """What was last found of `phone_number_id` of `tenant`: {findings, examined_at, verdict}."""
    try:
        said = one(
            conn, "select operator_findings(%s, %s, %s)", [email, id_field(fields, "tenant"), _number(fields)]
        )
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    return _shown(said)


def examine_any(conn: Connection, email: str, fields: Fields, resources: Resources) -> dict[str, Any]:
    """Lets the doctor look now. Writes into the audit log that an operator has used the business's token."""
    tenant, number = id_field(fields, "tenant"), _number(fields)
    try:
        one(conn, "select operator_token(%s, %s, %s)", [email, tenant, number])
    except psycopg.errors.NoDataFound:
        raise not_found() from None
    _examine(conn, tenant, number, resources)
    return get_of_any(conn, email, fields)


def get_own(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """What was last found of a number of the member's business."""
    with as_tenant(conn, member["tenant_id"]):
        try:
            said = one(conn, OWN, [_number(fields)])
        except LookupError:
            raise not_found() from None
    return _shown(said)


def examine_own(conn: Connection, member: Member, fields: Fields, resources: Resources) -> dict[str, Any]:
    """Lets the doctor look now."""
    _examine(conn, member["tenant_id"], _number(fields), resources)
    return get_own(conn, member, fields)


def begin_test_of_any(conn: Connection, email: str, fields: Fields, resources: Resources) -> dict[str, Any]:
    """A new code for somebody to write to `phone_number_id` of `tenant`: {code, display, since}. display: the number's digits, or None."""
    tenant, number = id_field(fields, "tenant"), _number(fields)
    get_of_any(conn, email, fields)
    return _begin_test(conn, tenant, number, resources, email)


def begin_own_test(conn: Connection, member: Member, fields: Fields, resources: Resources) -> dict[str, Any]:
    """The same for a number of the member's business."""
    return _begin_test(conn, member["tenant_id"], _number(fields), resources)


def follow_test_of_any(conn: Connection, email: str, fields: Fields, resources: Resources) -> dict[str, Any]:
    """How far the message with `code` has come that was written since `since`, and its answer: {steps}; f/whatsapp/round_trip says what they are."""
    get_of_any(conn, email, fields)
    return _follow_test(conn, id_field(fields, "tenant"), fields, resources)


def follow_own_test(conn: Connection, member: Member, fields: Fields, resources: Resources) -> dict[str, Any]:
    """The same for a number of the member's business."""
    return _follow_test(conn, member["tenant_id"], fields, resources)


def _begin_test(
    conn: Connection, tenant: str, number: str, resources: Resources, operator: str | None = None
) -> dict[str, Any]:
    """`operator`: who asks, where it is not the business itself: that its token is used stands in the audit log."""
    from f.whatsapp.doctor import display_of

    try:
        with as_tenant(conn, tenant):
            said = one(conn, DISPLAY, [number])
    except LookupError:
        raise not_found() from None
    # Until the first message has come only Meta knows by which number people reach it.
    if operator and not said["display"]:
        one(conn, "select operator_token(%s, %s, %s)", [operator, tenant, number])
    display = said["display"] or display_of(Database(conn).of_tenant(tenant), number, resources)
    return {"code": new_code(), "display": re.sub(r"\D", "", display or "") or None, "since": said["now"]}


def _follow_test(conn: Connection, tenant: str, fields: Fields, resources: Resources) -> dict[str, Any]:
    code = text_field(fields, "code", 40)
    try:
        since = datetime.fromisoformat(text_field(fields, "since", 40))
    except ValueError:
        raise Refused("bad_request") from None
    if not is_code(code) or since.tzinfo is None:
        raise Refused("bad_request")
    webhook = str(resources["settings"].get("webhook_url") or "") or None
    try:
        return {"steps": follow(Database(conn).of_tenant(tenant), _number(fields), code, since, webhook)}
    except LookupError:
        raise not_found() from None


def _examine(conn: Connection, tenant: str, number: str, resources: Resources) -> None:
    from f.whatsapp.doctor import examine_and_keep

    try:
        examine_and_keep(Database(conn).of_tenant(tenant), number, resources)
    except LookupError:
        raise not_found() from None


def _number(fields: Fields) -> str:
    return text_field(fields, "phone_number_id", 40).strip()


def _shown(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "verdict": verdict(said["findings"])}
