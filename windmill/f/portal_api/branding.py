# requirements: documents
"""How a business's portal looks, by what name, and at which addresses of its own. Owners change it.

In: a request of the portal's page (f/common/portal_request.py). Out: what the business says of its looks beside what it inherits, what a colour
would look like, or what was done.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from base64 import b64encode
from typing import Any

import httpx2

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    OWNERS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    not_found,
    text_field,
)
from f.common.ssrf import guarded_client
from f.portal_api.branding_fields import changes_of, domain_of, look_of, refuse_domain
from f.whatsapp import mail

postgresql = dict[str, Any]
c_settings = dict[str, Any]
PROOF_PATH = "/.well-known/portal-domain.txt"
TIMEOUT_S = 8.0


@answer_page
def main(request: str, db: postgresql, settings: c_settings) -> dict[str, Any]:
    def with_settings(act: Any) -> Any:
        return lambda conn, member, fields: act(conn, member, fields, settings)

    return handle_request(
        request,
        db,
        {
            "get": (OWNERS, with_settings(get)),
            "look": (OWNERS, lambda conn, member, fields: look_of(text_field(fields, "accent", 40))),
            "update": (OWNERS, with_settings(update)),
            "add_domain": (OWNERS, with_settings(add_domain)),
            "check_domain": (OWNERS, with_settings(check_domain)),
            "delete_domain": (OWNERS, delete_domain),
        },
    )


def get(conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    """`own`: what the business says itself; `inherited`: what counts where it says nothing; `shown`: what counts. `most_domains`: of its plan."""
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(
            b"select name, short_name, accent, logo, icon, sender_name, sender_address, support, privacy_url, names_product from brandings"
        ).fetchone()
        domains = conn.execute(
            b"select domain, proof, added_at::text, verified_at::text from branding_domains order by added_at, domain"
        ).fetchall()
        shown = one(conn, "select branding_of(current_tenant())", [])
        inherited = one(conn, "select branding_of(null)", [])
        most = one(conn, "select plan_limit('own_domains')", [])
    own = {name: value for name, value in (row or {}).items() if name not in ("logo", "icon")}
    return {
        "own": own,
        "pictures": {name: as_picture(row[name]) if row else None for name in ("logo", "icon")},
        "shown": shown,
        "inherited": inherited,
        "contrasts": look_of(shown["accent"] or "")["contrasts"],
        "domains": domains,
        "most_domains": most,
        "proof_path": PROOF_PATH,
        "can_mail": mail.can_mail(settings),
    }


def as_picture(content: bytes | None) -> str | None:
    """For the page of whoever changes it: also inside Windmill, where no door serves it."""
    return f"data:image/png;base64,{b64encode(content).decode()}" if content else None


def update(conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    """Changes what `changes` names, all of it or nothing; an empty value is inherited again."""
    changes = changes_of(fields)
    if address := changes.get("sender_address"):
        with as_tenant(conn, member["tenant_id"]):
            if not one(conn, "select may_send_as(current_tenant(), %s)", [address]):
                raise Refused("sender_domain", domain=address.partition("@")[2])
        mail.check_sender(settings, address, member["email"])
    with as_tenant(conn, member["tenant_id"]):
        one(conn, "select put_own_branding(%s, %s)", [member["email"], json.dumps(changes)])
        shown = one(conn, "select branding_of(current_tenant())", [])
    return {"shown": shown}


def add_domain(conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]) -> dict[str, Any]:
    """Asks for an address. It counts when a file on it was found, or an operator has confirmed it."""
    domain = domain_of(text_field(fields, "domain", 300), settings.get("portal_url") or "")
    with as_tenant(conn, member["tenant_id"]):
        most = one(conn, "select plan_limit('own_domains')", [])
        said = one(
            conn, "select add_domain(%s, %s, %s)", [member["email"], domain, secrets.token_urlsafe(24)]
        )
    if said == "full":
        raise Refused("domains_count", most=most) if most else Refused("domains_none")
    refuse_domain(said, domain)
    return {"added": domain}


def check_domain(
    conn: Connection, member: Member, fields: Fields, settings: dict[str, Any]
) -> dict[str, Any]:
    """Looks for the file on the host of the address; the address is the business's from then on."""
    domain = text_field(fields, "domain", 300)
    with as_tenant(conn, member["tenant_id"]):
        row = conn.execute(b"select proof from branding_domains where domain = %s", [domain]).fetchone()
    if row is None:
        raise not_found()
    found = fetch_proof(domain, settings.get("allowed_private_hosts") or [])
    if not secrets.compare_digest(found.encode(), row["proof"].encode()):
        raise Refused("domain_unproved", domain=domain, path=PROOF_PATH)
    with as_tenant(conn, member["tenant_id"]):
        said = one(conn, "select verify_own_domain(%s, %s)", [member["email"], domain])
    refuse_domain(said, domain)
    return {"verified": domain}


def delete_domain(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Gives an address up; whoever signed in there is signed out."""
    domain = text_field(fields, "domain", 300)
    with as_tenant(conn, member["tenant_id"]):
        if not one(conn, "select delete_own_domain(%s, %s)", [member["email"], domain]):
            raise not_found()
    return {"deleted": domain}


def fetch_proof(domain: str, allowed: list[str]) -> str:
    """What the file on that host holds; '' where there is none, or the host can't be reached. No address in the operator's network is asked."""

    async def read(url: str) -> str:
        async with guarded_client(allowed, {}, TIMEOUT_S, most_bytes=1000) as client:
            answer = await client.get(url)
            return answer.text.strip() if answer.status_code == 200 else ""

    for scheme in ("https", "http"):
        try:
            if found := asyncio.run(asyncio.wait_for(read(f"{scheme}://{domain}{PROOF_PATH}"), TIMEOUT_S)):
                return found
        except (httpx2.HTTPError, OSError, ValueError) as problem:
            print(f"the file at {domain} was not read: {type(problem).__name__}")
    return ""
