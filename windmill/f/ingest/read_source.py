# requirements:
# psycopg[binary]==3.3.9
# httpx2==2.16.2
# selectolax==1.0.2
# charset-normalizer==3.5.2
"""Reads a tenant's source of web pages, and ingests what has changed since the last time; what has not costs nothing.

A page is a document: known by its address, compared by the hash of its text, replaced in one transaction when its new text is whole. A page
that its server says is gone is deleted. In: the source. Out: how many pages were read, are new or changed, unchanged, gone.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.windmill import start_flow
from f.ingest.web_pages import PAUSE_S, NotReadable, WebPage, visit

postgresql = dict[str, Any]
c_settings = dict[str, Any]
MOST_NOTES = 20


def main(
    source_id: str, tenant_id: str, db: postgresql, settings: c_settings | None = None
) -> dict[str, Any]:
    allowed = (settings or {}).get("allowed_private_hosts") or []
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            source = conn.execute(
                b"update knowledge_sources set state = 'reading', error = null where id = %s returning *",
                [source_id],
            ).fetchone()
        if source is None:
            return {"state": "gone", "reason": "the source was deleted"}
        try:
            found = asyncio.run(
                _read(conn, tenant_id, source, allowed, (settings or {}).get("crawl_pause_s", PAUSE_S))
            )
        except NotReadable as problem:
            settle(conn, tenant_id, source, "failed", str(problem), [], 0)
            return {"state": "failed", "reason": str(problem)}
        pages = found["new"] + found["unchanged"]
        error = None if pages else "No page with text was found there."
        settle(conn, tenant_id, source, "ready" if pages else "failed", error, found["notes"], pages)
    return {"state": "ready" if pages else "failed", **found}


async def _read(
    conn: Connection, tenant_id: str, source: dict[str, Any], allowed: list[str], pause_s: float
) -> dict[str, Any]:
    found: dict[str, Any] = {"new": 0, "unchanged": 0, "gone": 0, "notes": []}
    async for page in visit(source["kind"], source["url"], source["max_pages"], allowed, pause_s):
        if page.note:
            found["notes"] = [*found["notes"], page.note][:MOST_NOTES]
        if page.gone:
            found["gone"] += forget(conn, tenant_id, source["id"], page.url)
        elif not page.note:
            outcome, note = take(conn, tenant_id, source["id"], page)
            found[outcome] = found.get(outcome, 0) + 1
            if note:
                found["notes"] = [*found["notes"], note][:MOST_NOTES]
                break
    return found


def take(conn: Connection, tenant_id: str, source_id: Any, page: WebPage) -> tuple[str, str]:
    """Stores a page that is new or has changed and starts its ingestion; says which it was, and the limit that was met, if any."""
    title = (page.title or page.url)[:200]
    content = f"# {title}\n\n{page.text}".encode()
    digest = hashlib.sha256(content).digest()
    with as_tenant(conn, tenant_id):
        before = conn.execute(
            b"select id, sha256, state from documents where source_id = %s and source_url = %s order by created_at desc limit 1 for update",
            [source_id, page.url],
        ).fetchone()
        if conn.execute(b"select from documents where sha256 = %s and state <> 'failed'", [digest]).rowcount:
            return "unchanged", ""
        replaces = before["id"] if before else None
        if refusal := one(conn, "select admit_document(%s, %s)", [len(content), replaces]):
            return "refused", refusal
        document_id = one(
            conn,
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, source_id, source_url)"
            " values (%s, %s, 'page.md', %s, %s, %s, %s, %s, %s) on conflict (tenant_id, sha256) do update"
            " set state = 'received', error = null, updated_at = now() returning id::text",
            [tenant_id, title, digest, len(content), content, replaces, source_id, page.url],
        )
    start_flow("f/ingest/ingest_document", {"document_id": document_id, "tenant_id": tenant_id})
    return "new", ""


def forget(conn: Connection, tenant_id: str, source_id: Any, url: str) -> int:
    with as_tenant(conn, tenant_id):
        return conn.execute(
            b"delete from documents where source_id = %s and source_url = %s", [source_id, url]
        ).rowcount


def settle(
    conn: Connection,
    tenant_id: str,
    source: dict[str, Any],
    state: str,
    error: str | None,
    notes: list[str],
    pages: int,
) -> None:
    with as_tenant(conn, tenant_id):
        conn.execute(
            b"update knowledge_sources set state = %s, error = %s, notes = %s, pages = %s, read_at = now(),"
            b" next_read_at = now() + make_interval(hours => refresh_hours) where id = %s",
            [state, error, notes, pages, source["id"]],
        )
