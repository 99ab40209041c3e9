# requirements:
# psycopg[binary]==3.3.9
# openpyxl==3.1.5
# pillow==13.0.0
# python-docx==1.2.0
# python-pptx==1.0.2
# selectolax==1.0.2
# charset-normalizer==3.5.2
# httpx2==2.16.2
# pypdfium2==5.15.2
# olefile==0.47
# pillow-heif==1.8.1
# striprtf==0.0.35
# lxml==6.1.3
"""Step 1 of an ingestion: the document's text, page by page, into document_pages.

In: ids. Out: counts and the state; the text stays in the database. A document that can't be read is `failed` with a sentence for the tenant,
and the flow ends there. Pages that are images are read by the language model where its resource says that it can.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.windmill import run_id
from f.documents.formats import Limits, Unreadable, media_type, pages
from f.models.vision import image_reader

if TYPE_CHECKING:
    from f.documents.page import Page

postgresql = dict[str, Any]
c_llm = dict[str, Any]
BATCH = 100  # pages in memory at a time
GONE = {"state": "gone", "reason": "the document was deleted"}


def main(document_id: str, tenant_id: str, db: postgresql, llm: c_llm | None = None) -> dict[str, Any]:
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            document = conn.execute(
                b"update documents set state = 'processing', error = null, notes = '{}', run_id = %s, updated_at = now()"
                b" where id = %s returning content, filename",
                [run_id() if "WM_JOB_ID" in os.environ else None, document_id],
            ).fetchone()
        if document is None:
            return GONE
        limits = Limits()
        try:
            limits = plan(conn, tenant_id, document_id, llm)
            kind = media_type(document["content"], document["filename"])
            numbers: list[int] = []
            notes: list[str] = []
            for batch in batched(pages(document["content"], document["filename"], limits), BATCH):
                if not keep(conn, document_id, tenant_id, batch):
                    return GONE
                numbers += [page["number"] for page in batch]
                notes += [page["note"] for page in batch if page["note"]]
        except Unreadable as unreadable:
            problem = str(unreadable)
            if limits.max_pages < Limits().max_pages:
                problem += f" Your plan has room for {limits.max_pages:,} more pages."
            with as_tenant(conn, tenant_id):
                conn.execute(
                    b"update documents set state = 'failed', error = %s, updated_at = now() where id = %s",
                    [problem, document_id],
                )
            return {"state": "failed", "reason": problem}
        with as_tenant(conn, tenant_id):
            conn.execute(
                b"update documents set pages = %s, media_type = %s, notes = %s, updated_at = now() where id = %s",
                [len(numbers), kind, notes, document_id],
            )
            conn.execute(
                b"delete from document_pages where document_id = %s and page <> all(%s)",
                [document_id, numbers],
            )
    return {"state": "processing", "pages": len(numbers), "media_type": kind, "notes": notes}


def plan(conn: Connection, tenant_id: str, document_id: str, llm: c_llm | None) -> Limits:
    """What this document may hold: the platform's limits, or what is left of the tenant's."""
    with as_tenant(conn, tenant_id):
        left = one(conn, "select pages_left(%s)", [document_id])
    if left == 0:
        raise Unreadable("Your plan's pages are all used. Delete a document, or ask for a larger plan.")
    return Limits(max_pages=min(left, Limits().max_pages), read_image=image_reader(llm))


def batched(found: Iterable[Page], size: int) -> Iterator[list[Page]]:
    """The pages in lists of at most `size`, taken as they come."""
    stream = iter(found)
    while batch := list(islice(stream, size)):
        yield batch


def keep(conn: Connection, document_id: str, tenant_id: str, batch: list[Page]) -> bool:
    """Writes pages; False where the document was deleted meanwhile.

    Each batch is a transaction that locks the document first: another run may be writing the same pages, and who deletes the document
    waits no longer than this. Inserted, not copied: COPY does not work under row-level security.
    """
    with as_tenant(conn, tenant_id):
        if not conn.execute(b"update documents set updated_at = now() where id = %s", [document_id]).rowcount:
            return False
        conn.cursor().executemany(
            b"insert into document_pages (document_id, tenant_id, page, label, text, headings) values (%s, %s, %s, %s, %s, %s::jsonb)"
            b" on conflict (document_id, page) do update set label = excluded.label, text = excluded.text, headings = excluded.headings",
            [
                (document_id, tenant_id, p["number"], p["label"], p["text"], json.dumps(p["headings"]))
                for p in batch
            ],
        )
    return True
