# requirements:
# psycopg[binary]==3.3.9
# httpx2==2.16.2
# selectolax==1.0.2
# charset-normalizer==3.5.2
"""Reads a tenant's source of web pages, and ingests what has changed since the last time; what has not costs nothing.

A page is a document: known by its address, compared by the hash of its text, replaced in one transaction when its new text is whole. A page
that vanished from the site is deleted. In: the source. Out: how many pages were read, are new or changed, unchanged, gone.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, connect, one
from f.common.windmill import run_id, start_flow
from f.ingest.crawler import PAUSE_S, NotReadable, Visitor, WebPage, visitor

postgresql = dict[str, Any]
c_settings = dict[str, Any]
MOST_NOTES = 20
# Waits for a publication to end: publish_document locks the versions of a page one after the other.
PUBLICATIONS = b"select lock_publications(%s)"
# As admit_document: two readings that meet the same words store them once.
ADMISSIONS = b"select lock_admissions(%s)"
LONGEST_S = 3000  # less than the step's time-out: a site may ask for ten seconds between pages


@dataclass
class Reading:
    """What one reading of a source has found so far."""

    new: int = 0
    unchanged: int = 0
    gone: int = 0
    notes: list[str] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)  # documents, by the addresses of their pages
    lost: list[str] = field(default_factory=list)  # addresses that are gone
    failed: set[str] = field(default_factory=set)  # addresses that gave no answer this time
    asked: int = 0
    whole: bool = True  # False: a limit of the plan, or the time, ended it

    def note(self, sentence: str) -> None:
        if len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)

    @property
    def pages(self) -> int:
        return self.new + self.unchanged

    def result(self) -> dict[str, Any]:
        """What an operator wants to see of it."""
        counts = {"new": self.new, "unchanged": self.unchanged, "gone": self.gone}
        return {"state": "ready" if self.pages else "failed", **counts, "notes": self.notes}


def main(
    source_id: str, tenant_id: str, db: postgresql, settings: c_settings | None = None
) -> dict[str, Any]:
    """Reads the source, and says on it what came of it."""
    wishes = settings or {}
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            source = conn.execute(
                b"update knowledge_sources set state = 'reading', error = null, run_id = %(run)s,"
                b" next_read_at = now() + interval '2 hours' where id = %(source)s"
                b" and (run_id is null or run_id = %(run)s or state not in ('new', 'reading'))"
                b" returning id, tenant_id::text, kind, url, max_pages",
                {"source": source_id, "run": run_id() if "WM_JOB_ID" in os.environ else None},
            ).fetchone()
        if source is None:
            return {"state": "gone", "reason": "the source was deleted, or another run reads it"}
        try:
            found = asyncio.run(read(conn, source, wishes))
        except psycopg.errors.ForeignKeyViolation:  # a page that was to be stored has no source any more
            return {"state": "gone", "reason": "the source was deleted while it was read"}
        except NotReadable as problem:
            settle(conn, source, str(problem), Reading())
            return {"state": "failed", "reason": str(problem)}
        settle(conn, source, None if found.pages else "No page with text was found there.", found)
    return found.result()


async def read(conn: Connection, source: dict[str, Any], wishes: dict[str, Any]) -> Reading:
    """All pages of the source, then those that it had before and that were not seen this time."""
    found = Reading()
    deadline = time.monotonic() + LONGEST_S
    allowed = wishes.get("allowed_private_hosts") or []
    async with visitor(source["url"], allowed, wishes.get("crawl_pause_s", PAUSE_S)) as site:
        async for page in site.pages(source["kind"], source["url"], source["max_pages"]):
            found.asked += 1
            take(conn, source, page, found)
            if time.monotonic() > deadline:
                found.note(f"Reading took too long: only the first {found.asked} pages were read.")
                found.whole = False
            if not found.whole:
                break
        found.gone += forget(conn, source, found, found.lost)
        if found.whole and found.pages:
            await drop_unseen(conn, source, site, found)
            move(conn, source, found)
    return found


def take(conn: Connection, source: dict[str, Any], page: WebPage, found: Reading) -> None:
    """Notes a page without text; stores one that is new or has changed and starts its ingestion."""
    if page.note:
        found.note(page.note)
    if page.gone:
        found.lost.append(page.url)
    elif page.note:
        found.failed.add(page.url)
    else:
        document_id, is_new, refusal = keep(conn, source, page)
        if refusal:
            found.note(refusal)
            found.whole = False
            return
        found.kept.setdefault(document_id, []).append(page.url)
        found.new += is_new
        found.unchanged += not is_new
        if is_new:
            ids = {"document_id": document_id, "tenant_id": source["tenant_id"]}
            start_flow("f/ingest/ingest_document", ids)


def keep(conn: Connection, source: dict[str, Any], page: WebPage) -> tuple[str, bool, str]:
    """The document that stands for the page, whether it is to be ingested, and the limit of the plan that keeps it out, if any.

    One whose reading failed is taken again, as the page at which its words stand now.
    """
    title = (page.title or page.url)[:200]
    content = f"# {title}\n\n{page.text}".encode()
    digest = hashlib.sha256(content).digest()
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(ADMISSIONS, [source["tenant_id"]])
        same = conn.execute(
            b"select id::text from documents where sha256 = %s and state <> 'failed'", [digest]
        ).fetchone()
        if same:
            return same["id"], False, ""
        before = conn.execute(
            b"select id from documents d where source_id = %s and source_url = %s"
            b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1 for update",
            [source["id"], page.url],
        ).fetchone()
        replaces = before["id"] if before else None
        if refusal := one(conn, "select admit_document(%s, %s)", [len(content), replaces]):
            return "", False, refusal
        document_id = one(
            conn,
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, source_id, source_url, origin,"
            " sendable) values (%s, %s, 'page.md', %s, %s, %s, %s, %s, %s, 'web', false) on conflict (tenant_id, sha256) do update"
            " set state = 'received', error = null, notes = '{}', replaces = nullif(excluded.replaces, documents.id),"
            " source_id = excluded.source_id, source_url = excluded.source_url, updated_at = now() returning id::text",
            [
                *(source["tenant_id"], title, digest, len(content), content, replaces),
                *(source["id"], page.url),
            ],
        )
    return document_id, True, ""


async def drop_unseen(conn: Connection, source: dict[str, Any], site: Visitor, found: Reading) -> None:
    """Deletes the pages that the site no longer leads to.

    What lies beyond the most pages that the source may have goes, too. Where it is not certain that the site was seen whole (a page gave no
    answer, so what it links to was not found; or most pages are missing, as on a day of maintenance), each of them is asked for, and only
    what the server says is gone is deleted.
    """
    with as_tenant(conn, source["tenant_id"]):
        rows = conn.execute(
            b"select id::text, source_url from documents where source_id = %s", [source["id"]]
        ).fetchall()
    seen = {row["source_url"] for row in rows if row["id"] in found.kept} | found.failed
    unseen = sorted({row["source_url"] for row in rows if row["id"] not in found.kept} - seen)
    if not unseen:
        return
    listed = source["kind"] == "sitemap" or not found.failed
    if found.asked >= source["max_pages"] or (listed and len(unseen) <= found.pages):
        found.gone += forget(conn, source, found, unseen)
        return
    stay = 0
    for url in unseen:
        if (await site.page(url)).gone:
            found.gone += forget(conn, source, found, [url])
        else:
            stay += 1
    if stay:
        found.note(
            f"{stay} pages were not found this time and are kept, because the site did not answer as usual."
        )


def forget(conn: Connection, source: dict[str, Any], found: Reading, urls: list[str]) -> int:
    """Deletes the documents of these pages, but for one that was seen at another address; how many pages had one."""
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(PUBLICATIONS, [source["tenant_id"]])
        gone = conn.execute(
            b"delete from documents where source_id = %s and source_url = any(%s) and id <> all(%s::uuid[]) returning source_url",
            [source["id"], urls, list(found.kept)],
        ).fetchall()
    return len({row["source_url"] for row in gone})


def move(conn: Connection, source: dict[str, Any], found: Reading) -> None:
    """Gives the documents whose page has moved its new address: customers are sent it, and the page's next version is found by it."""
    query = b"update documents set source_url = %s where id = %s and source_id = %s and source_url <> all(%s)"
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(PUBLICATIONS, [source["tenant_id"]])
        for document_id, urls in found.kept.items():
            conn.execute(query, [urls[0], document_id, source["id"], [*urls, *found.failed]])


def settle(conn: Connection, source: dict[str, Any], error: str | None, found: Reading) -> None:
    """Says on the source what its reading has found, and when the next one is."""
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(
            b"update knowledge_sources set state = %s, error = %s, notes = %s, pages = %s, read_at = now(),"
            b" next_read_at = now() + make_interval(hours => refresh_hours) where id = %s",
            ["failed" if error else "ready", error, found.notes, found.pages, source["id"]],
        )
