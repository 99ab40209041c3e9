# no_postinstall
# requirements: media
"""A doctor for a number: looks at everything without which its customers get no answer, and says of each in one sentence what is wrong.

No secret is in a finding. The worker has no app secret, so whether Meta's signature is right is told by what has come through the webhook lately.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import httpx2

from f.common.chatbot_settings import ChatbotSettings, read_settings
from f.common.http_clients import tls
from f.common.problems import english, message
from f.common.secrets import SecretError, unseal
from f.models import metering
from f.models.embeddings import EmbeddingError, embed
from f.models.types import ModelError
from f.whatsapp.doctor_meta import OF_NUMBER, MetaDoctor
from f.whatsapp.findings import Finding, green, in_order, judged, red, unknown
from f.whatsapp.graph_api import access_token
from f.whatsapp.graph_reading import TIMEOUT_S, address, call
from f.whatsapp.round_trip import lately

if TYPE_CHECKING:
    from f.common.database import TenantDatabase
    from f.common.shapes import Resources

PATIENCE_S = 20.0  # with the model, with the embeddings, and with our own webhook
HEARD_H = 72
MOST_DRIFT_S = 60
ALL_OF_META = ("scopes", "number", *OF_NUMBER, "subscription", "templates")
HANDSHAKE_REFUSED = (
    403  # what the ingress says to a handshake without the verify token; another server would hardly
)
ANY_PASSAGE = (
    "select c.text from chunks c join documents d on d.id = c.document_id where d.state = 'ready' limit 1"
)
# Messages that Meta has accepted within the week and of which it has said nothing since; and whether anything came lately.
REPORTS = (
    "select exists (select from inbound_messages i where i.phone_number_id = %s and i.received_at > now() - make_interval(hours => %s)) as heard,"
    " (select count(*)::int from outbound_messages o join turns t on t.id = o.turn_id where t.phone_number_id = %s and o.state = 'sent'"
    " and o.sent_at between now() - interval '7 days' and now() - interval '15 minutes' and not exists (select from inbound_messages i"
    " where i.phone_number_id = t.phone_number_id and i.kind = 'status' and i.received_at > o.sent_at)) as unreported"
)


def examine(tenant: TenantDatabase, phone_number_id: str, resources: Resources) -> list[Finding]:
    """A finding for each check. `resources`: llm, embeddings, settings, whatsapp, master_key. Raises LookupError where the number is gone."""
    settings, surroundings = read_settings(tenant, phone_number_id)
    webhook = str(resources["settings"].get("webhook_url") or "") or None
    sealed = surroundings.llm_api_key
    return in_order(
        [
            judged("bot", None if settings.enabled else message("doctor_bot_off")),
            *_at_meta(tenant, phone_number_id, settings, resources, webhook),
            _webhook(webhook),
            _reports(tenant, phone_number_id),
            lately(tenant, phone_number_id),
            _model(tenant, phone_number_id, settings, resources, sealed),
            *_knowledge(tenant, resources),
            judged("handoff", None if _is_told(settings) else message("doctor_nobody_told")),
        ]
    )


def examine_and_keep(tenant: TenantDatabase, phone_number_id: str, resources: Resources) -> list[Finding]:
    """The same, kept for the portal; the bell tells what is newly red, and that it is over."""
    findings = examine(tenant, phone_number_id, resources)
    kept = [{**f, "words": english(f["message"]) if f["message"] else ""} for f in findings]
    tenant.value("select keep_findings(%s, %s::jsonb)", phone_number_id, json.dumps(kept))
    return findings


def display_of(tenant: TenantDatabase, phone_number_id: str, resources: Resources) -> str | None:
    """The telephone number by which people reach a chatbot, as Meta writes it; None where it does not say."""
    try:
        token = access_token(tenant, resources)
    except SecretError:
        return None
    if token is None:
        return None
    where = address(resources["whatsapp"], phone_number_id)
    with httpx2.Client(timeout=TIMEOUT_S, verify=tls(where)) as client:
        answer = call(client, "GET", where, token, {"fields": "display_phone_number"})
    return str((answer.data or {}).get("display_phone_number") or "") or None


def _is_told(settings: ChatbotSettings) -> bool:
    return bool(settings.notify_webhook_url or settings.notify_phone or settings.notify_email)


def _at_meta(
    tenant: TenantDatabase,
    phone_number_id: str,
    settings: ChatbotSettings,
    resources: Resources,
    webhook: str | None,
) -> list[Finding]:
    """The token, what Meta says with it, and the clocks, by the time of Meta's answers."""
    waiting = [unknown(check, message("doctor_needs_token")) for check in (*ALL_OF_META, "clock")]
    try:
        token = access_token(tenant, resources)
    except SecretError:
        return [red("token", message("token_sealed")), *waiting]
    if token is None:
        return [red("token", message("doctor_no_token")), *waiting]
    account = tenant.value("select waba_id from chatbots where phone_number_id = %s", phone_number_id)
    named = [
        {"name": str(t["name"]), "language": str(t["language"])}
        for t in (settings.window_template, settings.notify_template)
        if t
    ]
    meta = MetaDoctor(resources["whatsapp"], token, phone_number_id)
    return [*meta.examine(account, webhook, named), _clock(tenant, meta.behind_s)]


def _clock(tenant: TenantDatabase, behind_s: float | None) -> Finding:
    """The workers' clock and PostgreSQL's against Meta's: the 24 hours and every lease are reckoned by them."""
    if behind_s is None:
        return unknown("clock", message("doctor_meta_silent", problem="Date"))
    ours = time.time()
    theirs = float(tenant.value("select extract(epoch from clock_timestamp())::float8"))
    if abs(behind_s) > MOST_DRIFT_S:
        return red("clock", message("doctor_clock_worker", minutes=round(abs(behind_s) / 60)))
    drift = abs(ours + behind_s - theirs)
    late = message("doctor_clock_database", minutes=round(drift / 60))
    return judged("clock", late if drift > MOST_DRIFT_S else None)


def _webhook(webhook: str | None) -> Finding:
    """Whether our ingress answers at the public address. A handshake without the verify token, which the worker does not have, is refused by
    the ingress in its own way."""
    if webhook is None:
        return red("webhook", message("doctor_webhook_unset"))
    try:
        with httpx2.Client(timeout=PATIENCE_S, verify=tls(webhook)) as client:
            status = client.get(webhook, params={"hub.mode": "subscribe", "hub.challenge": "1"}).status_code
            problem = None if status == HANDSHAKE_REFUSED else f"HTTP {status}"
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        problem = type(error).__name__
    down = message("doctor_webhook_down", address=webhook, problem=problem)
    return judged("webhook", down if problem else None)


def _reports(tenant: TenantDatabase, phone_number_id: str) -> Finding:
    """Whether what Meta signs comes through: its field is subscribed, and its signature fits."""
    row = tenant.row(REPORTS, phone_number_id, HEARD_H, phone_number_id)
    assert row is not None
    if row["unreported"]:
        return red("reports", message("doctor_unreported", n=row["unreported"]))
    return green("reports") if row["heard"] else unknown("reports", message("doctor_unheard", hours=HEARD_H))


def _model(
    tenant: TenantDatabase,
    phone_number_id: str,
    settings: ChatbotSettings,
    resources: Resources,
    sealed: bytes | None,
) -> Finding:
    """Asks the chatbot's first model for a word: its key, its name and its server in one."""
    from f.models.providers import Models, candidates_of

    try:
        key = unseal(resources["master_key"], tenant.tenant_id, "llm_api_key", sealed) if sealed else None
    except SecretError as problem:
        return red("model", message("doctor_model", model=settings.model or "", problem=str(problem)))
    first = candidates_of(resources["llm"], settings, key)[0]
    try:
        said = Models([first]).complete([{"role": "user", "content": "Say OK."}], [], PATIENCE_S)
    except ModelError as problem:
        if problem.kind == "key":
            return red("model", message("doctor_model_key", model=first["model"]))
        return red("model", message("doctor_model", model=first["model"], problem=str(problem)))
    used = said["input_tokens"], said["output_tokens"]
    tenant.value(metering.COUNT, *metering.of_tokens(first["model"], *used, "model", phone_number_id))
    return green("model")


def _knowledge(tenant: TenantDatabase, resources: Resources) -> list[Finding]:
    """Whether the embedding model answers, and a search for the words of a passage finds something."""
    model = tenant.row(
        "select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
        tenant.tenant_id,
    )
    assert model is not None, "tenants.embedding_model names a row of embedding_models"
    passage = tenant.row(ANY_PASSAGE)
    nothing = message("doctor_no_knowledge")
    words = str(passage["text"])[:300] if passage else "OK"
    try:
        (vector,) = embed(
            [words], resources["embeddings"], model["query_model"], model["dimensions"], PATIENCE_S
        )
    except EmbeddingError as problem:
        blind = unknown("knowledge", message("doctor_needs_embeddings"))
        return [
            red("embeddings", message("doctor_embeddings", problem=str(problem))),
            blind if passage else red("knowledge", nothing),
        ]
    tenant.value(metering.COUNT, *metering.of_texts([words], model["query_model"]))
    if not passage:
        return [green("embeddings"), red("knowledge", nothing)]
    found = tenant.rows(
        "select 1 from find_passages(%s, %s::vector, %s, 1) where fits",
        words,
        json.dumps(vector),
        model["id"],
    )
    return [
        green("embeddings"),
        judged("knowledge", None if found else message("doctor_silent_knowledge")),
    ]
