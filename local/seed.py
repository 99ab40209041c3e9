"""The demo's two tenants: a shop with an order system, and a clinic. Numbers, customers, staff, documents."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from deploy import tenants

from local.documents.writer import render
from local.portal.calls import ended, start
from local.seed_tools import seed_orders, seed_scripts, was_deleted
from local.shop_window import AT_META, SETTINGS
from local.stack import Stack  # puts windmill/ on the path

CUSTOMERS = [
    {"name": "Lucía Ferrer", "phone": "34600111222", "user_id": "ES.13491208655302741918"},
    {"name": "Jonas Weber", "phone": "4915112345678", "user_id": "DE.20559017734410026635"},
    {"name": "Amelia Clarke", "user_id": "GB.77812093355120416608", "username": "amelia.c"},
]
EMBEDDING_MODEL = "multilingual-e5-small"  # what local/models serves


@dataclass(frozen=True)
class DemoTenant:
    """A tenant of the demo."""

    slug: str
    name: str
    about: str
    phone_number_id: str
    display_phone_number: str
    staff: str
    document: str
    title: str
    settings: dict[str, Any]
    examples: tuple[str, ...]
    at_meta: dict[str, Any] = field(default_factory=dict)

    @property
    def people(self) -> dict[str, str]:
        """An e-mail for each role of the tenant's staff."""
        domain = self.staff.partition("@")[2]
        return {"owner": self.staff} | {role: f"{role}@{domain}" for role in ("editor", "agent", "viewer")}


SHOP = DemoTenant(
    slug="shop",
    name="Casa Lumen",
    about="Home goods, Valencia",
    phone_number_id="106540352242922",
    display_phone_number="+34 960 000 101",
    staff="staff@casa-lumen.example",
    document="returns-and-delivery",
    title="Returns and delivery",
    settings={
        "persona": "You help customers of a home goods shop in Valencia. You are warm and brief.",
        "languages": ["en", "es", "de"],
        "dont_know": {
            "en": "I'm sorry, I couldn't find that in our documents. Shall I ask a colleague to write to you?",
            "es": "Lo siento, no lo encuentro en nuestros documentos. ¿Quiere que le escriba un compañero?",
            "de": "Das finde ich leider nicht in unseren Unterlagen. Soll sich jemand aus dem Team melden?",
        },
        "send_documents": True,
        **SETTINGS,
    },
    examples=(
        "How long do I have to return an item?",
        "Where is my order CL-1042?",
        "I want to return order CL-1017",
        "How much does express delivery cost?",
        "Do you offer piano lessons?",
        "Please send me the document on returns",
        "Where can I book a workshop online?",
    ),
    at_meta=AT_META,
)
CLINIC = DemoTenant(
    slug="clinic",
    name="Clínica Ribera",
    about="Family clinic",
    phone_number_id="106540352242923",
    display_phone_number="+34 960 000 202",
    staff="staff@clinica-ribera.example",
    document="patient-guide",
    title="Patient guide",
    settings={
        "persona": "You help patients of a family clinic. You are calm and clear, and never give a diagnosis.",
        "languages": ["en", "es", "de"],
        "dont_know": {
            "en": "I'm sorry, our patient guide doesn't say. Reception can help you.",
            "es": "Lo siento, nuestra guía del paciente no lo dice. En recepción pueden ayudarle.",
            "de": "Das steht leider nicht in unserem Patientenleitfaden. Der Empfang hilft gern weiter.",
        },
        "voice_answers": "to_voice",
    },
    examples=(
        "How long must I fast before a blood test?",
        "Which appointments are free tomorrow?",
        "How do I cancel an appointment?",
        "Is there parking?",
        "Do you do cosmetic surgery?",
    ),
)
TENANTS = (SHOP, CLINIC)


# What the accounts have at Meta, as its API lists templates.
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "we_are_back",
        "language": "en",
        "components": [{"type": "BODY", "text": "We have an answer for you. Write to us, and we send it."}],
    },
    {
        "name": "order_news",
        "language": "en",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Your order {{1}}"},
            {"type": "BODY", "text": "Hello {{1}}, there is news of your order: {{2}}. Shall we go on?"},
            {"type": "FOOTER", "text": "You can answer here."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Yes, please"}]},
        ],
    },
    {
        "name": "order_news",
        "language": "es",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Su pedido {{1}}"},
            {"type": "BODY", "text": "Hola {{1}}, hay novedades de su pedido: {{2}}. ¿Seguimos?"},
            {"type": "FOOTER", "text": "Puede contestar aquí."},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí, por favor"}]},
        ],
    },
    {
        "name": "spring_offers",
        "language": "en",
        "category": "MARKETING",
        "status": "PAUSED",
        "components": [{"type": "BODY", "text": "Our offers of this spring are here."}],
    },
)


def meta_config() -> dict[str, Any]:
    """Numbers and customers for the stand-in for Meta."""
    numbers = [
        {
            "phone_number_id": t.phone_number_id,
            "display_phone_number": t.display_phone_number,
            "waba_id": f"10229012934{t.phone_number_id[-4:]}",
            "name": t.name,
            "about": t.about,
            "examples": list(t.examples),
            **t.at_meta,
        }
        for t in TENANTS
    ]
    accounts = [number["waba_id"] for number in numbers]
    templates = [{"waba_id": account, **template} for account in accounts for template in TEMPLATES]
    return {"numbers": numbers, "templates": templates, "customers": CUSTOMERS}


def seed(stack: Stack, **settings: Any) -> dict[str, str]:
    """Makes the two tenants; returns their ids by slug. Addresses and tokens change from start to start, so it always runs: whatever else a
    tenant has set since it was made stays. `settings`: chatbot settings of tenants that are new, for tests."""
    with stack.connect() as conn:
        ids = {tenant.slug: seed_tenant(conn, stack, tenant, settings) for tenant in TENANTS}
        seed_orders(conn, stack, ids["shop"])
        seed_scripts(conn, stack, ids, CUSTOMERS[0]["phone"])
    return ids


def seed_tenant(conn: Any, stack: Stack, tenant: DemoTenant, settings: dict[str, Any]) -> str:
    """Settings and staff of a new tenant; of one that is there only the access token."""
    query = b"select t.name from tenants t join chatbots c on c.tenant_id = t.id where c.phone_number_id = %s"
    known = conn.execute(query, [tenant.phone_number_id]).fetchone()
    tenant_id = tenants.put_tenant(
        conn,
        stack.secrets.master_key,
        phone_number_id=tenant.phone_number_id,
        name=known["name"] if known else tenant.name,
        whatsapp_token=stack.whatsapp_token(tenant.phone_number_id),
        **({} if known else tenant.settings | settings),
    )
    if not known:
        tenants.put_embedding_model(conn, tenant_id, EMBEDDING_MODEL)
        for role, email in tenant.people.items():
            tenants.put_member(conn, tenant_id, email, role)
    return tenant_id


def upload(
    stack: Stack, tenant: DemoTenant, content: bytes, filename: str, title: str = ""
) -> dict[str, Any]:
    """Uploads as the tenant's staff does in the portal; returns the portal's answer."""
    file = base64.b64encode(content).decode()
    about = {"file": file, "filename": filename, "title": title}
    return ask(stack, tenant, "upload", "f/ingest/upload_document", "upload", **about)


def may_be_sent(stack: Stack, tenant: DemoTenant, document_id: str) -> None:
    """Allows the chatbot to send a file to customers, as the tenant's staff does in the portal."""
    ask(
        stack, tenant, "documents", "f/portal_api/documents", "update", document_id=document_id, sendable=True
    )


def ask(
    stack: Stack, tenant: DemoTenant, component: str, script: str, action: str, **fields: Any
) -> dict[str, Any]:
    """What a script behind the portal answers to the tenant's staff. RuntimeError where it failed."""
    server = stack.as_person(tenant.staff)
    job = start(server, component, script, action, **fields)
    done = wait_for(lambda: ended(server, job), 240)
    if done.get("success") is False:
        raise RuntimeError(f"{component} failed: {done.get('result')}")
    result: dict[str, Any] = done["result"]
    return result


def seed_documents(stack: Stack) -> None:
    """Uploads each tenant's document and waits until all of them answer. Known documents are recognised and cost nothing; what somebody has
    deleted or replaced stays away."""
    ids = []
    with stack.connect() as conn:
        query = b"select c.phone_number_id, c.tenant_id::text from chatbots c"
        owners = {row["phone_number_id"]: row["tenant_id"] for row in conn.execute(query).fetchall()}
        wanted = [
            t for t in TENANTS if not was_deleted(conn, owners[t.phone_number_id], "documents", t.title)
        ]
    for tenant in wanted:
        taken = upload(stack, tenant, render(tenant.document), f"{tenant.document}.pdf", tenant.title)
        document_id = taken["document_id"]
        if tenant.settings.get("send_documents") and "known" not in taken:
            may_be_sent(stack, tenant, document_id)
        ids.append(document_id)
    for document_id in ids:
        if wait_for(partial(_settled, stack, document_id), 300) != "ready":
            raise RuntimeError(f"a document could not be read; its run is at {stack.url('runner')}")


def document_state(stack: Stack, document_id: str) -> str:
    """received, processing, ready or failed."""
    with stack.connect() as conn:
        row = conn.execute("select state from documents where id = %s", [document_id]).fetchone()
    return row["state"] if row else "gone"


def wait_for(condition: Callable[[], Any], seconds: float, every_s: float = 0.05) -> Any:
    """Polls until the condition gives something true and returns it; TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(every_s)
    raise TimeoutError(f"waited {seconds:.0f} s in vain")


def _settled(stack: Stack, document_id: str) -> str | None:
    state = document_state(stack, document_id)
    return state if state in ("ready", "failed", "gone") else None
