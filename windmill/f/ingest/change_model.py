# requirements: embeddings
"""Moves a tenant to another embedding model: makes new vectors beside the old ones, which answer until all new ones exist, and then switches.

In: the tenant and the model's name in the table embedding_models. Out: the number of vectors made. After a failure, or where the tenant's
month is used up, another run continues where this one stopped.
"""

from __future__ import annotations

from typing import Any, cast

from pgvector import Vector

from f.common.database import Connection, as_tenant, connect, one
from f.common.failures import contain_errors
from f.common.problems import Problem
from f.common.windmill import set_progress
from f.documents.chunking import Chunk, context
from f.models import metering
from f.models.embeddings import embed

postgresql = dict[str, Any]
c_embeddings = dict[str, Any]
BATCH = 32
PATIENCE_S = 600
MISSING = (
    b"select c.id, c.heading, c.text, d.title from chunks c join documents d on d.id = c.document_id where not exists"
    b" (select from chunk_embeddings e where e.tenant_id = c.tenant_id and e.model_id = %s and e.chunk_id = c.id) order by c.id limit %s"
)


@contain_errors
def main(tenant_id: str, embedding_model: str, db: postgresql, embeddings: c_embeddings) -> dict[str, Any]:
    made, switched = 0, False
    with connect(db) as conn:
        with as_tenant(conn, tenant_id):
            model = conn.execute(
                b"select * from embedding_models where name = %s", [embedding_model]
            ).fetchone()
            total = one(conn, "select count(*) from chunks", [])
        if model is None:
            raise LookupError(
                f"there is no embedding model {embedding_model!r} in the table embedding_models"
            )
        while not switched:
            while batch := chunks_without_vector(conn, tenant_id, model["id"]):
                if metering.is_budget_spent(conn, tenant_id):
                    raise Problem("plan_month")
                texts = [context(cast(Chunk, row), row["title"]) for row in batch]
                vectors = embed(texts, embeddings, model["passage_model"], model["dimensions"], PATIENCE_S)
                metering.count_texts(conn, tenant_id, texts, model["passage_model"])
                store_vectors(conn, tenant_id, model["id"], batch, vectors)
                made += len(batch)
                set_progress(min(99, 100 * made / max(total, 1)))
            with as_tenant(conn, tenant_id):
                # False if a document was published meanwhile: its vectors are made first.
                switched = one(conn, "select switch_embedding_model(%s::smallint)", [model["id"]])
    return {"model": embedding_model, "embedded": made, "switched": switched}


def chunks_without_vector(conn: Connection, tenant_id: str, model_id: int) -> list[dict[str, Any]]:
    with as_tenant(conn, tenant_id):
        return conn.execute(MISSING, [model_id, BATCH]).fetchall()


def store_vectors(
    conn: Connection, tenant_id: str, model_id: int, batch: list[dict[str, Any]], vectors: list[list[float]]
) -> None:
    """Leaves out chunks that were deleted meanwhile."""
    with as_tenant(conn, tenant_id):
        conn.execute(
            b"select add_vectors(%s::smallint, %s, %s::vector[])",
            [model_id, [row["id"] for row in batch], [Vector(v).to_text() for v in vectors]],
        )
