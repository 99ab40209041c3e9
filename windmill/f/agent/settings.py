# requirements: whatsapp
"""The settings of a chatbot that only the agent needs, its tenant's own key, and its tenant's monthly limits with their warning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from f.common.database import Connection, as_tenant, ask
from f.common.secrets import unseal

if TYPE_CHECKING:
    from f.common.shapes import Context

WARN_AT = 0.8


class AgentSettings(TypedDict):
    """What stands with the chatbot. It is read here and not handed on between steps: a webhook's address may hold a secret."""

    fallbacks: list[dict[str, Any]]
    max_tokens: int
    max_cost_usd: float
    offer_human: dict[str, str]
    handoff_message: dict[str, str]
    limit_message: dict[str, str]
    handoff_keywords: list[str]
    handoff_on_failure: bool
    notify_webhook_url: str | None
    notify_phone: str | None
    notify_template: dict[str, Any] | None
    lead_fields: list[str]
    send_documents: bool
    opening_hours: dict[str, list[list[str]]]
    closed_on: list[str]
    time_zone: str
    local_time: str
    open_now: bool
    llm_api_key: bytes | None
    usage: dict[str, Any]


def read_settings(conn: Connection, context: Context) -> AgentSettings:
    """The agent's settings of the chatbot that is written to."""
    query = (
        "select b.fallbacks, b.max_tokens, b.max_cost_usd::float, b.offer_human, b.handoff_message, b.limit_message,"
        " b.handoff_keywords, b.handoff_on_failure, b.notify_webhook_url, b.notify_phone, b.notify_template, b.lead_fields, b.send_documents,"
        " b.opening_hours, b.time_zone, to_char(now() at time zone b.time_zone, 'FMDay, YYYY-MM-DD, HH24:MI') as local_time,"
        " is_open(b.opening_hours, b.time_zone, b.closed_on) as open_now, array(select day::text from unnest(b.closed_on) day"
        " where day >= (now() at time zone b.time_zone)::date order by day limit 20) as closed_on,"
        " t.llm_api_key, tenant_usage() as usage from chatbots b join tenants t on t.id = b.tenant_id"
        " where b.phone_number_id = %s"
    )
    rows: Any
    (rows,) = ask(conn, context["tenant_id"], (query, [context["phone_number_id"]]))
    if not rows:
        raise LookupError("the chatbot is gone")
    found: AgentSettings = rows[0]
    return found


def own_key(own: AgentSettings, tenant_id: str, master_key: str) -> str | None:
    """The tenant's own key at its model's vendor, where it has stored one. Raises SecretError when it does not open."""
    sealed = own["llm_api_key"]
    return unseal(master_key, tenant_id, "llm_api_key", bytes(sealed)) if sealed else None


def warn(conn: Connection, context: Context, own: AgentSettings, settings: dict[str, Any]) -> None:
    """Tells the tenant's webhook once a month that most of a limit is used."""
    usage, url = own["usage"], own["notify_webhook_url"]
    if context["mode"] != "live" or usage["warned"] or usage["share"] < WARN_AT:
        return
    with as_tenant(conn, context["tenant_id"]):
        row = conn.execute(b"select claim_usage_warning() as mine").fetchone()
    if not (row and row["mine"]) or not url:
        return
    from f.common.ssrf import post_json

    words = f"{usage['share']:.0%} of this month's {usage['limit'].removeprefix('monthly_')} are used"
    try:
        status = post_json(
            url,
            {"event": "usage_warning", "text": words, "usage": usage},
            settings.get("allowed_private_hosts") or [],
        )
        print(f"usage warning: HTTP {status}")
    except Exception as problem:  # a warning never fails a turn
        print(f"the usage warning could not be delivered: {type(problem).__name__}: {problem}")
