# requirements:
# psycopg[binary]==3.3.9
"""A tenant's web sources: pages, sitemaps and crawls that are read again and again, for its staff.

In: a request of the portal's page (f/common/portal_request.py). Out: the sources with what became of their last reading, or what was done.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag, urlsplit

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import ANYONE, EDITORS, Ask, Member, Refused, an_id, not_found, serve, text
from f.common.windmill import start_flow

postgresql = dict[str, Any]
KINDS = ("page", "sitemap", "crawl")
BOUNDS = {"max_pages": (1, 2000), "refresh_hours": (1, 8760)}
DEFAULTS = {"max_pages": 50, "refresh_hours": 24}
BEGIN = "select begin_reading(%s)::text"  # the id that the reading's run is to have; null: the source is being read


def main(request: str, db: postgresql) -> dict[str, Any]:
    return serve(
        request,
        db,
        {
            "list": (ANYONE, listed),
            "pages": (ANYONE, pages),
            "add": (EDITORS, add),
            "save": (EDITORS, save),
            "refresh": (EDITORS, refresh),
            "delete": (EDITORS, delete),
        },
    )


def listed(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """The sources, newest first, with how many of their pages answer."""
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select s.id::text, s.kind, s.url, s.max_pages, s.refresh_hours, s.state, s.error, s.notes, s.pages, s.read_at::text,"
            b" s.next_read_at::text, s.created_at::text, count(d.id) filter (where d.state = 'ready') as ready,"
            b" count(d.id) filter (where d.state = 'failed') as failed"
            b" from knowledge_sources s left join documents d on d.source_id = s.id group by s.id order by s.created_at desc, s.id"
        ).fetchall()
    return {"sources": rows}


def pages(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """All pages of one source, those that failed first: as many as a source may have."""
    with as_tenant(conn, member["tenant_id"]):
        source_id = known(conn, ask)["id"]
        rows = conn.execute(
            b"select id::text as document_id, title, source_url as url, state, error, chunks, updated_at::text from documents"
            b" where source_id = %s order by state <> 'failed', source_url, created_at desc",
            [source_id],
        ).fetchall()
    return {"pages": rows}


def add(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Keeps an address and begins to read it."""
    url, kind = address(ask), text(ask, "kind", 20)
    if kind not in KINDS:
        raise Refused("bad_request", "Choose one page, a sitemap, or a whole site.")
    wanted = DEFAULTS | numbers(ask)
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select lock_sources(%s)", [member["tenant_id"]])
        if conn.execute(b"select from knowledge_sources where url = %s", [url]).rowcount:
            raise Refused("known", "This address is among your sources already.")
        most = one(conn, "select plan_limit('sources')", [])
        if one(conn, "select count(*) from knowledge_sources", []) >= most:
            raise Refused("limit", f"Your plan holds {most} sources. Delete one, or ask for a larger plan.")
        source_id = one(
            conn,
            "insert into knowledge_sources (tenant_id, kind, url, max_pages, refresh_hours)"
            " values (%s, %s, %s, %s, %s) returning id::text",
            [
                *(member["tenant_id"], kind, url, 1 if kind == "page" else wanted["max_pages"]),
                wanted["refresh_hours"],
            ],
        )
        run = one(conn, BEGIN, [source_id])
    return {"source_id": source_id, "run": read(conn, member, source_id, run)}


def save(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Changes how much is read and how often; the next reading is moved accordingly."""
    wanted = numbers(ask)
    if not wanted:
        raise Refused("bad_request", "There is nothing to save.")
    with as_tenant(conn, member["tenant_id"]):
        source = known(conn, ask)
        conn.execute(
            b"update knowledge_sources set max_pages = case when kind = 'page' then 1 else %s end, refresh_hours = %s,"
            b" next_read_at = case when state in ('ready', 'failed') then coalesce(read_at, now()) + make_interval(hours => %s) else next_read_at end"
            b" where id = %s",
            [
                wanted.get("max_pages", source["max_pages"]),
                *(wanted.get("refresh_hours", source["refresh_hours"]),) * 2,
                source["id"],
            ],
        )
    return {"saved": str(source["id"])}


def refresh(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Reads a source now, unless somebody is reading it."""
    with as_tenant(conn, member["tenant_id"]):
        source_id = str(known(conn, ask)["id"])
        run = one(conn, BEGIN, [source_id])
    if run is None:
        raise Refused("busy", "This source is being read at the moment.")
    return {"run": read(conn, member, source_id, run)}


def delete(conn: Connection, member: Member, ask: Ask) -> dict[str, Any]:
    """Deletes a source with all its pages."""
    with as_tenant(conn, member["tenant_id"]):
        source = known(conn, ask)
        count = one(conn, "select count(*) from documents where source_id = %s", [source["id"]])
        conn.execute(b"delete from knowledge_sources where id = %s", [source["id"]])
    return {"deleted": source["url"], "documents": count}


def read(conn: Connection, member: Member, source_id: str, run: str) -> str:
    """Starts the reading that is begun. Where it can't be started the source says so, and can be read again."""
    ids = {"source_id": source_id, "tenant_id": member["tenant_id"]}
    try:
        return start_flow("f/ingest/read_web_source", ids, job=run)
    except (OSError, RuntimeError):
        with as_tenant(conn, member["tenant_id"]):
            one(conn, "select lose_reading(%s, %s)", [source_id, run])
        raise


def known(conn: Connection, ask: Ask) -> dict[str, Any]:
    """The source that is asked for, locked."""
    found = conn.execute(
        b"select id, url, max_pages, refresh_hours from knowledge_sources where id = %s for update",
        [an_id(ask, "source_id")],
    ).fetchone()
    if found is None:
        raise not_found()
    return found


def address(ask: Ask) -> str:
    """The address as it is kept. Whether it may be reached is found out when it is read."""
    url = urldefrag(text(ask, "url", 1000).strip()).url
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        fits = False
    if not fits or any(character.isspace() for character in url):
        raise Refused("bad_request", "This is not the address of a web page; it begins with https://.")
    return url if parts.path else f"{url}/"


def numbers(ask: Ask) -> dict[str, int]:
    """The numbers that are given, each within its bounds."""
    found = {}
    for name, (least, most) in BOUNDS.items():
        value = ask.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Refused("bad_request", f"“{name}” must be a whole number from {least} to {most}.")
        found[name] = value
    return found
