# requirements: documents
"""Reads a slice of a tenant's web source, and ingests the pages that have changed since the last reading; unchanged pages cost nothing.

After about a minute the reading is put down, so that others get the worker: it is due again at once, behind those that wait already, and the
next run goes on where it was. A page is a document: its address identifies it, the hash of its text tells whether it changed, and its new text
replaces the old one in one transaction. A page that vanished from the site is deleted. In: the source. Out: how many pages are new or changed,
unchanged, gone, so far.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.ingestion import start_ingestions
from f.common.problems import Message, Problem, english, message
from f.common.windmill import run_id
from f.ingest.crawler import PAUSE_S, Frontier, NotReadable, Visitor, WebPage, visitor
from f.ingest.readings import start_due

postgresql = dict[str, Any]
c_settings = dict[str, Any]
MOST_WARNINGS = 20
# Waits until a publication ends: publish_document locks the versions of a page one after the other.
PUBLICATIONS = b"select lock_publications(%s)"
# The lock of admit_document: two readings that find the same text store it once.
ADMISSIONS = b"select lock_admissions(%s)"
SLICE_S = 60  # of a run
LONGEST_S = 3000  # of all slices: a site may ask for ten seconds between pages


@dataclass
class Reading:
    """The results of one reading of a source so far."""

    new: int = 0
    unchanged: int = 0
    gone: int = 0
    warnings: list[Message] = field(default_factory=list)
    kept: dict[str, list[str]] = field(default_factory=dict)  # the addresses of each document's pages
    lost: list[str] = field(default_factory=list)  # addresses that are gone
    failed: set[str] = field(default_factory=set)  # addresses that could not be read this time
    requested: int = 0
    complete: bool = True  # False: a limit of the plan, or the time, ended the reading
    spent_s: float = 0  # in the slices before this one
    unseen: list[str] | None = (
        None  # pages of earlier readings that are still to be looked after; None: not known yet
    )
    left_alone: int = 0  # of those

    @classmethod
    def restore(cls, saved: dict[str, Any]) -> Reading:
        return cls(**{**saved, "failed": set(saved["failed"])})

    def save(self) -> dict[str, Any]:
        """As JSON, for the next slice."""
        return {**asdict(self), "failed": sorted(self.failed)}

    def warn(self, warning: Message) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(warning)

    @property
    def pages(self) -> int:
        return self.new + self.unchanged

    def result(self, state: str = "") -> dict[str, Any]:
        """The run's result, for operators."""
        return {
            "state": state or ("ready" if self.pages else "failed"),
            "new": self.new,
            "unchanged": self.unchanged,
            "gone": self.gone,
            "warnings": [english(warning) for warning in self.warnings],
        }


@contain_errors
def main(
    source_id: str, tenant_id: str, db: postgresql, settings: c_settings | None = None
) -> dict[str, Any]:
    """Reads the source and records the result on it."""
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            source = conn.execute(
                b"update knowledge_sources set state = 'reading', error = null, run_id = %(run)s,"
                b" next_read_at = now() + interval '2 hours' where id = %(source)s"
                b" and (run_id is null or run_id = %(run)s or state not in ('new', 'reading'))"
                b" returning id, tenant_id::text, kind, url, max_pages, progress, run_id",
                {"source": source_id, "run": run_id() if "WM_JOB_ID" in os.environ else None},
            ).fetchone()
        if source is None:
            return {"state": "gone", "reason": "the source was deleted, or another run reads it"}
        try:
            reading, rest = asyncio.run(read(conn, source, settings or {}))
            if rest:
                put_down(conn, source, reading, rest)
                start_due(conn)
                return reading.result("reading")
        except psycopg.errors.ForeignKeyViolation:  # the source of a new page is gone
            return {"state": "gone", "reason": "the source was deleted while it was read"}
        except NotReadable as problem:
            record_result(conn, source, problem, Reading())
            start_due(conn)
            return {"state": "failed", "reason": str(problem)}
        record_result(conn, source, None if reading.pages else NotReadable("site_without_text"), reading)
        start_due(conn)
    return reading.result()


async def read(
    conn: Connection, source: dict[str, Any], settings: dict[str, Any]
) -> tuple[Reading, Frontier | None]:
    """Reads pages until all are read or the slice ends; then what is left of them is the second part of the result. When all are read, it looks
    after those of earlier readings that this one has not met."""
    saved = source["progress"]
    reading = Reading.restore(saved["reading"]) if saved else Reading()
    begun = time.monotonic()
    allowed = settings.get("allowed_private_hosts") or []
    async with visitor(source["url"], allowed, settings.get("crawl_pause_s", PAUSE_S)) as site:
        if saved:
            frontier = Frontier(**{**saved["frontier"], "seen": set(saved["frontier"]["seen"])})
        else:
            frontier = await site.frontier(source["kind"], source["url"], source["max_pages"])
        async for page in site.pages(source["kind"], source["max_pages"], frontier):
            reading.requested += 1
            add_page(conn, source, page, reading)
            spent = time.monotonic() - begun
            if reading.spent_s + spent > LONGEST_S:
                reading.warn(message("site_too_slow", pages=reading.requested))
                reading.complete = False
            if not reading.complete:
                break
            if spent > SLICE_S:
                reading.spent_s += spent
                return reading, frontier
        if reading.unseen is None:
            reading.gone += delete_pages(conn, source, reading, reading.lost)
        if reading.complete and reading.pages:
            if not await delete_unseen(conn, source, site, reading, begun + SLICE_S):
                return reading, Frontier([], set(), frontier.count)
            update_addresses(conn, source, reading)
    return reading, None


def put_down(conn: Connection, source: dict[str, Any], reading: Reading, rest: Frontier) -> None:
    """Keeps what the next slice needs, unless another run has the source by now. It is due at once, behind those that are due already."""
    progress = {"reading": reading.save(), "frontier": {**asdict(rest), "seen": sorted(rest.seen)}}
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(
            b"update knowledge_sources set progress = %s, run_id = null, next_read_at = clock_timestamp()"
            b" where id = %s and run_id is not distinct from %s",
            [json.dumps(progress), source["id"], source["run_id"]],
        )


def add_page(conn: Connection, source: dict[str, Any], page: WebPage, reading: Reading) -> None:
    """Stores a page that is new or has changed, and starts its ingestion; records a warning about one without text."""
    if page.warning:
        reading.warn(page.warning)
    if page.gone:
        reading.lost.append(page.url)
    elif page.warning:
        reading.failed.add(page.url)
    else:
        document_id, is_new, limit = store_page(conn, source, page)
        if limit:
            reading.warn(limit)
            reading.complete = False
            return
        reading.kept.setdefault(document_id, []).append(page.url)
        reading.new += is_new
        reading.unchanged += not is_new
        if is_new:
            start_ingestions(conn, source["tenant_id"])


def store_page(conn: Connection, source: dict[str, Any], page: WebPage) -> tuple[str, bool, Message | None]:
    """Returns the page's document, whether it must be ingested, and the limit of the plan that keeps it out, if any.

    A document whose reading failed is read again, under the address where its text is now.
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
            return same["id"], False, None
        before = conn.execute(
            b"select id from documents d where source_id = %s and source_url = %s"
            b" and not exists (select from documents n where n.replaces = d.id) order by created_at desc limit 1 for update",
            [source["id"], page.url],
        ).fetchone()
        replaces = before["id"] if before else None
        if limit := one(conn, "select admit_document(%s, %s)", [len(content), replaces]):
            return "", False, limit
        document_id = one(
            conn,
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, replaces, source_id, source_url, origin,"
            " sendable) values (%s, %s, 'page.md', %s, %s, %s, %s, %s, %s, 'web', false) on conflict (tenant_id, sha256) do update"
            " set state = 'received', error = null, warnings = '[]', started_at = null, replaces = nullif(excluded.replaces, documents.id),"
            " source_id = excluded.source_id, source_url = excluded.source_url, updated_at = now() returning id::text",
            [
                source["tenant_id"],
                title,
                digest,
                len(content),
                content,
                replaces,
                source["id"],
                page.url,
            ],
        )
    return document_id, True, None


async def delete_unseen(
    conn: Connection, source: dict[str, Any], site: Visitor, reading: Reading, until: float
) -> bool:
    """Deletes the pages that the site no longer links to, and those beyond the source's page limit. False: the slice has ended (`until`, by the
    monotonic clock), and some are left for the next one.

    The reading may have missed part of the site: a page failed, so its links are unknown; or most pages are missing, as on a day of
    maintenance. Then each page is requested, and only those are deleted that the server says are gone.
    """
    if reading.unseen is None:
        reading.unseen = unseen_pages(conn, source, reading)
        links_complete = source["kind"] == "sitemap" or not reading.failed
        at_limit = reading.requested >= source["max_pages"]
        if at_limit or (links_complete and len(reading.unseen) <= reading.pages):
            reading.gone += delete_pages(conn, source, reading, reading.unseen)
            return True
    while reading.unseen:
        if time.monotonic() > until:
            return False
        url = reading.unseen.pop(0)
        if (await site.page(url)).gone:
            reading.gone += delete_pages(conn, source, reading, [url])
        else:
            reading.left_alone += 1
    if reading.left_alone:
        reading.warn(message("site_pages_kept", pages=reading.left_alone))
    return True


def unseen_pages(conn: Connection, source: dict[str, Any], reading: Reading) -> list[str]:
    """The addresses of the source's documents that this reading has not met."""
    with as_tenant(conn, source["tenant_id"]):
        rows = conn.execute(
            b"select id::text, source_url from documents where source_id = %s", [source["id"]]
        ).fetchall()
    seen = {row["source_url"] for row in rows if row["id"] in reading.kept} | reading.failed
    return sorted({row["source_url"] for row in rows if row["id"] not in reading.kept} - seen)


def delete_pages(conn: Connection, source: dict[str, Any], reading: Reading, urls: list[str]) -> int:
    """Deletes the documents of these pages, except one that was read at another address; returns how many pages had one."""
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(PUBLICATIONS, [source["tenant_id"]])
        gone = conn.execute(
            b"delete from documents where source_id = %s and source_url = any(%s) and id <> all(%s::uuid[]) returning source_url",
            [source["id"], urls, list(reading.kept)],
        ).fetchall()
    return len({row["source_url"] for row in gone})


def update_addresses(conn: Connection, source: dict[str, Any], reading: Reading) -> None:
    """Gives documents whose page has moved its new address: customers get it, and the page's next version is matched by it."""
    query = b"update documents set source_url = %s where id = %s and source_id = %s and source_url <> all(%s)"
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(PUBLICATIONS, [source["tenant_id"]])
        for document_id, urls in reading.kept.items():
            conn.execute(query, [urls[0], document_id, source["id"], [*urls, *reading.failed]])


def record_result(
    conn: Connection, source: dict[str, Any], problem: Problem | None, reading: Reading
) -> None:
    """Records on the source what its reading found, and when the next one is due."""
    with as_tenant(conn, source["tenant_id"]):
        conn.execute(
            b"update knowledge_sources set state = %s, error = %s, warnings = %s, pages = %s, read_at = now(), progress = null, losses = 0,"
            b" next_read_at = now() + make_interval(hours => refresh_hours) where id = %s",
            [
                "failed" if problem else "ready",
                json.dumps(problem.message) if problem else None,
                json.dumps(reading.warnings),
                reading.pages,
                source["id"],
            ],
        )
