# requirements: embeddings
"""Step 2 of an ingestion: cuts the pages into chunks and writes them to staged_chunks.

In: ids. Out: the number of chunks. The same pages always give the same chunks, so running the step twice changes nothing: the vectors of
unchanged passages stay. A passage that the staff has corrected gets its corrected text.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from f.common.database import Connection, as_tenant, connect
from f.common.failures import contain_errors
from f.documents.chunking import Chunk, chunks

postgresql = dict[str, Any]
BATCH = 500


@contain_errors
def main(document_id: str, tenant_id: str, db: postgresql) -> dict[str, Any]:
    with connect(db) as conn, as_tenant(conn, tenant_id):
        document = conn.execute(
            b"select title from documents where id = %s for update", [document_id]
        ).fetchone()
        if document is None:
            return {"state": "gone", "reason": "the document was deleted"}
        count = 0
        with conn.cursor(name="pages") as pages:
            pages.itersize = 50
            pages.execute(
                b"select page as number, label, text, headings, null as warning from document_pages where document_id = %s order by page",
                [document_id],
            )
            stream = chunks(pages, title=document["title"])  # type: ignore[arg-type]
            while batch := list(islice(stream, BATCH)):
                store_chunks(conn, document_id, tenant_id, batch)
                count += len(batch)
        conn.execute(
            b"delete from staged_chunks where document_id = %s and ordinal >= %s", [document_id, count]
        )
        conn.execute(b"select correct_staged(%s)", [document_id])
        conn.execute(
            b"update documents set chunks = %s, chunks_embedded = 0, updated_at = now() where id = %s",
            [count, document_id],
        )
    return {"chunks": count}


def store_chunks(conn: Connection, document_id: str, tenant_id: str, batch: list[Chunk]) -> None:
    conn.cursor().executemany(
        b"insert into staged_chunks (document_id, tenant_id, ordinal, page, char_start, page_end, char_end, heading, tokens, text)"
        b" values (%(document_id)s, %(tenant_id)s, %(ordinal)s, %(page)s, %(char_start)s, %(page_end)s, %(char_end)s, %(heading)s,"
        b" %(tokens)s, %(text)s) on conflict (document_id, ordinal) do update set page = excluded.page, char_start = excluded.char_start,"
        b" page_end = excluded.page_end, char_end = excluded.char_end, heading = excluded.heading, tokens = excluded.tokens,"
        b" text = excluded.text, source_text = null, embedding = case when staged_chunks.text = excluded.text"
        b" and staged_chunks.heading = excluded.heading then staged_chunks.embedding end",
        [{"document_id": document_id, "tenant_id": tenant_id, **chunk} for chunk in batch],
    )
