# requirements: documents
"""Step 1 of an ingestion: writes the document's text, page by page, to document_pages.

In: ids. Out: counts and the state; the text stays in the database. A document that can't be read becomes `failed` with a problem for the
tenant, and the flow ends there. A child process reads it (f/documents/child.py). The language model reads pages that are images, if its
resource says that it can.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.ingestion import start_ingestions
from f.common.problems import Message, english
from f.common.windmill import run_id
from f.documents import sandbox
from f.documents.page import Limits, Unreadable
from f.models.metering import is_budget_spent, meter
from f.models.vision import VisionError, image_reader

if TYPE_CHECKING:
    from f.documents.page import Page

postgresql = dict[str, Any]
c_llm = dict[str, Any]
BATCH = 100  # pages in memory at a time
GONE = {"state": "gone", "reason": "the document was deleted"}
# A smaller plan may be the reason for these.
PAGE_LIMITS = {
    "too_many_pages",
    "more_pages_than",
    "too_many_slides",
    "too_many_rows",
    "too_many_questions",
}


@contain_errors
def main(document_id: str, tenant_id: str, db: postgresql, llm: c_llm | None = None) -> dict[str, Any]:
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            document = conn.execute(
                b"update documents set state = 'processing', error = null, warnings = '[]', run_id = %s, updated_at = now(),"
                b" started_at = coalesce(started_at, now()) where id = %s returning content, filename",
                [run_id() if "WM_JOB_ID" in os.environ else None, document_id],
            ).fetchone()
        if document is None:
            start_ingestions(conn, tenant_id)
            return GONE
        limits = Limits()
        try:
            limits = limits_of(conn, tenant_id, document_id, llm)
            kind, found = sandbox.read(document["content"], document["filename"], limits)
            numbers: list[int] = []
            warnings: list[Message] = []
            for batch in batched(found, BATCH):
                if not store_pages(conn, document_id, tenant_id, batch):
                    return GONE
                numbers += [page["number"] for page in batch]
                warnings += [page["warning"] for page in batch if page["warning"]]
        except Unreadable as problem:
            if problem.code in PAGE_LIMITS and limits.max_pages < Limits().max_pages:
                problem = Unreadable("plan_pages_left", problem=problem.message, pages=limits.max_pages)
            with as_tenant(conn, tenant_id):
                conn.execute(
                    b"update documents set state = 'failed', error = %s, updated_at = now() where id = %s",
                    [json.dumps(problem.message), document_id],
                )
            start_ingestions(conn, tenant_id)
            return {"state": "failed", "reason": str(problem)}
        with as_tenant(conn, tenant_id):
            conn.execute(
                b"update documents set pages = %s, media_type = %s, warnings = %s, updated_at = now() where id = %s",
                [len(numbers), kind, json.dumps(warnings), document_id],
            )
            conn.execute(
                b"delete from document_pages where document_id = %s and page <> all(%s)",
                [document_id, numbers],
            )
    return {
        "state": "processing",
        "pages": len(numbers),
        "media_type": kind,
        "warnings": [english(warning) for warning in warnings],
    }


def limits_of(conn: Connection, tenant_id: str, document_id: str, llm: c_llm | None) -> Limits:
    """How much this document may contain: the platform's limits, or what is left of the tenant's plan."""
    with as_tenant(conn, tenant_id):
        left = one(conn, "select pages_left(%s)", [document_id])
        notes = one(conn, "select speaker_notes from tenants where id = %s", [tenant_id])
    if left == 0:
        raise Unreadable("plan_pages")
    return Limits(
        max_pages=min(left, Limits().max_pages),
        read_image=within_the_budget(conn, tenant_id, image_reader(llm, meter(conn, tenant_id, "pictures"))),
        speaker_notes=notes,
    )


def within_the_budget(
    conn: Connection, tenant_id: str, read: Callable[[bytes], str] | None
) -> Callable[[bytes], str] | None:
    """The same reader, which refuses a picture once the tenant's month is used up: a scan may have a thousand."""
    if read is None:
        return None

    def read_within_the_budget(image: bytes) -> str:
        if is_budget_spent(conn, tenant_id):
            raise VisionError("plan_month")
        return read(image)

    return read_within_the_budget


def batched(found: Iterable[Page], size: int) -> Iterator[list[Page]]:
    """The pages in lists of at most `size`, as they are read."""
    stream = iter(found)
    while batch := list(islice(stream, size)):
        yield batch


def store_pages(conn: Connection, document_id: str, tenant_id: str, batch: list[Page]) -> bool:
    """Writes pages; False if the document was deleted meanwhile.

    Each batch is a transaction that locks the document first: another run may be writing the same pages, and a concurrent delete never waits
    longer than one batch. INSERT, because COPY does not work under row-level security.
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
