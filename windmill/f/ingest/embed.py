# requirements: embeddings
"""Step 3 of an ingestion: makes a vector for each staged chunk. Each batch is stored, so a run that was interrupted continues from there.

In: ids. Out: the number of vectors made by this run, and of chunks. A new version of a document keeps the vectors of unchanged passages. The
run's page and the document show the progress.
"""

from __future__ import annotations

from typing import Any, cast

from pgvector import Vector

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.windmill import set_progress
from f.documents.chunking import Chunk, context
from f.models import metering
from f.models.embeddings import embed

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]
BATCH = 32
PATIENCE_S = 600  # how long the endpoint's rate limits may delay one batch
READY = (
    "select count(*) from staged_chunks where document_id = %s and embedding is not null and model_id = %s"
)


@contain_errors
def main(document_id: str, tenant_id: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            model = conn.execute(
                b"select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
                [tenant_id],
            ).fetchone()
            document = conn.execute(b"select title from documents where id = %s", [document_id]).fetchone()
            if document is None:
                return {"state": "gone", "reason": "the document was deleted"}
            one(conn, "select reuse_vectors(%s)", [document_id])
            total = one(conn, "select count(*) from staged_chunks where document_id = %s", [document_id])
        if model is None:
            raise LookupError("the tenant's embedding model is not in the table embedding_models")
        with as_tenant(conn, tenant_id):
            ready = one(conn, READY, [document_id, model["id"]])
        made = 0
        while batch := next_batch(conn, tenant_id, document_id, model["id"]):
            texts = [context(cast(Chunk, chunk), document["title"]) for chunk in batch]
            vectors = embed(
                texts,
                embeddings,
                model["passage_model"],
                model["dimensions"],
                PATIENCE_S,
            )
            metering.count_texts(conn, tenant_id, texts, model["passage_model"])
            made += len(batch)
            store_vectors(conn, tenant_id, document_id, model["id"], batch, vectors, ready + made)
            set_progress(min(100, 100 * (ready + made) / max(total, 1)))
    return {"embedded": made, "chunks": total, "model": model["name"]}


def next_batch(conn: Connection, tenant_id: str, document_id: str, model_id: int) -> list[dict[str, Any]]:
    with as_tenant(conn, tenant_id):
        return conn.execute(
            b"select ordinal, heading, text from staged_chunks"
            b" where document_id = %s and (embedding is null or model_id <> %s) order by ordinal limit %s",
            [document_id, model_id, BATCH],
        ).fetchall()


def store_vectors(
    conn: Connection,
    tenant_id: str,
    document_id: str,
    model_id: int,
    batch: list[Any],
    vectors: list[list[float]],
    ready: int,
) -> None:
    """Stores vectors, each only if its chunk still has the same text: another run may have cut the document anew meanwhile."""
    with as_tenant(conn, tenant_id):
        conn.cursor().executemany(
            b"update staged_chunks set embedding = %s::vector, model_id = %s where document_id = %s and ordinal = %s"
            b" and heading = %s and text = %s",
            [
                (
                    Vector(v).to_text(),
                    model_id,
                    document_id,
                    chunk["ordinal"],
                    chunk["heading"],
                    chunk["text"],
                )
                for chunk, v in zip(batch, vectors, strict=True)
            ],
        )
        conn.execute(
            b"update documents set updated_at = now(), chunks_embedded = %s where id = %s",
            [ready, document_id],
        )
