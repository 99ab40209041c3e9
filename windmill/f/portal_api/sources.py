# requirements: database
"""A tenant's web sources: pages, sitemaps and crawls that are read at regular intervals.

In: a request of the portal's page (f/common/portal_request.py). Out: the sources with the results of their last reading, or what was done.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urldefrag, urlsplit

from f.common.database import Connection, as_tenant, one
from f.common.portal_request import (
    ANYONE,
    EDITORS,
    Fields,
    Member,
    Refused,
    answer_page,
    handle_request,
    id_field,
    not_found,
    text_field,
)
from f.common.windmill import start_flow

postgresql = dict[str, Any]
KINDS = ("page", "sitemap", "crawl")
BOUNDS = {"max_pages": (1, 2000), "refresh_hours": (1, 8760)}
DEFAULTS = {"max_pages": 50, "refresh_hours": 24}
BEGIN = "select begin_reading(%s)"  # the ID for the reading's run; '' if it waits for another source; null if it is being read


@answer_page
def main(request: str, db: postgresql) -> dict[str, Any]:
    return handle_request(
        request,
        db,
        {
            "list": (ANYONE, list_sources),
            "list_pages": (ANYONE, list_pages),
            "create": (EDITORS, create),
            "update": (EDITORS, update),
            "refresh": (EDITORS, refresh),
            "delete": (EDITORS, delete),
        },
    )


def list_sources(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """The sources, newest first, with the numbers of their ready and failed pages."""
    with as_tenant(conn, member["tenant_id"]):
        rows = conn.execute(
            b"select s.id::text, s.kind, s.url, s.max_pages, s.refresh_hours, s.state, s.error, s.warnings, s.pages, s.read_at::text,"
            b" s.next_read_at::text, s.created_at::text, count(d.id) filter (where d.state = 'ready') as ready,"
            b" count(d.id) filter (where d.state = 'failed') as failed"
            b" from knowledge_sources s left join documents d on d.source_id = s.id group by s.id order by s.created_at desc, s.id"
        ).fetchall()
    return {"sources": rows}


def list_pages(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """All pages of one source, failed ones first."""
    with as_tenant(conn, member["tenant_id"]):
        source_id = find_source(conn, fields)["id"]
        rows = conn.execute(
            b"select id::text as document_id, title, source_url as url, state, error, chunks, updated_at::text from documents"
            b" where source_id = %s order by state <> 'failed', source_url, created_at desc",
            [source_id],
        ).fetchall()
    return {"pages": rows}


def create(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Stores an address and starts to read it."""
    url, kind = address_field(fields), text_field(fields, "kind", 20)
    if kind not in KINDS:
        raise Refused("source_kind")
    bounds = DEFAULTS | bound_fields(fields)
    with as_tenant(conn, member["tenant_id"]):
        conn.execute(b"select lock_sources(%s)", [member["tenant_id"]])
        if conn.execute(b"select from knowledge_sources where url = %s", [url]).rowcount:
            raise Refused("source_exists")
        most = one(conn, "select plan_limit('sources')", [])
        if one(conn, "select count(*) from knowledge_sources", []) >= most:
            raise Refused("plan_sources", most=most)
        source_id = one(
            conn,
            "insert into knowledge_sources (tenant_id, kind, url, max_pages, refresh_hours)"
            " values (%s, %s, %s, %s, %s) returning id::text",
            [
                member["tenant_id"],
                kind,
                url,
                1 if kind == "page" else bounds["max_pages"],
                bounds["refresh_hours"],
            ],
        )
        run = one(conn, BEGIN, [source_id])
    return {"source_id": source_id, "run": start_reading(conn, member, source_id, run)}


def update(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Changes how many pages are read and how often; this moves the next reading."""
    bounds = bound_fields(fields)
    if not bounds:
        raise Refused("nothing_to_save")
    with as_tenant(conn, member["tenant_id"]):
        source = find_source(conn, fields)
        hours = bounds.get("refresh_hours", source["refresh_hours"])
        conn.execute(
            b"update knowledge_sources set max_pages = case when kind = 'page' then 1 else %s end, refresh_hours = %s,"
            b" next_read_at = case when state in ('ready', 'failed') then coalesce(read_at, now()) + make_interval(hours => %s) else next_read_at end"
            b" where id = %s",
            [bounds.get("max_pages", source["max_pages"]), hours, hours, source["id"]],
        )
    return {"updated": str(source["id"])}


def refresh(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Reads a source now, unless it is being read already."""
    with as_tenant(conn, member["tenant_id"]):
        source_id = str(find_source(conn, fields)["id"])
        run = one(conn, BEGIN, [source_id])
    if run is None:
        raise Refused("source_busy")
    return {"run": start_reading(conn, member, source_id, run)}


def delete(conn: Connection, member: Member, fields: Fields) -> dict[str, Any]:
    """Deletes a source with all its pages."""
    with as_tenant(conn, member["tenant_id"]):
        source = find_source(conn, fields)
        count = one(conn, "select count(*) from documents where source_id = %s", [source["id"]])
        conn.execute(b"delete from knowledge_sources where id = %s", [source["id"]])
    return {"deleted": source["url"], "documents": count}


def start_reading(conn: Connection, member: Member, source_id: str, run: str) -> str | None:
    """Starts the run of a reading; None where it waits for its turn. If that fails, the source becomes `failed` and can be read again."""
    if not run:
        return None
    ids = {"source_id": source_id, "tenant_id": member["tenant_id"]}
    try:
        return start_flow("f/ingest/read_web_source", ids, job=run)
    except (OSError, RuntimeError):
        with as_tenant(conn, member["tenant_id"]):
            one(conn, "select lose_reading(%s, %s)", [source_id, run])
        raise


def find_source(conn: Connection, fields: Fields) -> dict[str, Any]:
    """The source of the request, locked."""
    source = conn.execute(
        b"select id, url, max_pages, refresh_hours from knowledge_sources where id = %s for update",
        [id_field(fields, "source_id")],
    ).fetchone()
    if source is None:
        raise not_found()
    return source


def address_field(fields: Fields) -> str:
    """The address as it is stored. The reading finds out whether it can be reached."""
    url = urldefrag(text_field(fields, "url", 1000).strip()).url
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    except ValueError:
        fits = False
    if not fits or any(character.isspace() for character in url):
        raise Refused("source_address")
    return url if parts.path else f"{url}/"


def bound_fields(fields: Fields) -> dict[str, int]:
    """The given numbers of BOUNDS."""
    found = {}
    for name, (least, most) in BOUNDS.items():
        value = fields.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Refused("whole_number_out_of_range", field=name, least=least, most=most)
        found[name] = value
    return found
