"""A database of one's own for the retrieval benchmark: filled through the same functions that ingestion uses, read as the role of the steps."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from pgvector import Vector
from psycopg.rows import dict_row

from bench.retrieval_sets import QuestionSet, Vectors
from local import postgres
from sql import apply

APP_PASSWORD = "only-for-this-run"
MODEL = 1  # multilingual-e5-small, the first row of embedding_models
Connection = psycopg.Connection[dict[str, Any]]


@contextmanager
def database(settings: dict[str, str] | None = None) -> Iterator[tuple[str, str]]:
    """A throw-away PostgreSQL with the schema: its administrator's URL, and that of chatbot_app."""
    with tempfile.TemporaryDirectory(prefix="chatmill-bench-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        postgres.SETTINGS.update(settings or {})
        cluster = postgres.start(Path(folder), password=APP_PASSWORD, durable=False)
        try:
            url = cluster.create_database("bench")
            apply.apply(url, {"chatbot_app": APP_PASSWORD})
            yield url, cluster.url("bench", "chatbot_app", APP_PASSWORD)
        finally:
            cluster.stop("immediate")


def connect(url: str) -> Connection:
    return psycopg.connect(url, autocommit=True, row_factory=dict_row)


def new_tenant(url: str, name: str, model_id: int = MODEL) -> str:
    """A tenant without a chatbot; returns its id."""
    tenant = str(uuid.uuid4())
    with connect(url) as conn:
        conn.execute(
            b"insert into tenants (id, name, embedding_model) select %s, %s, name from embedding_models where id = %s",
            [tenant, name, model_id],
        )
    return tenant


def load_passages(
    app_url: str, tenant: str, sets: QuestionSet, vectors: Vectors, model_id: int = MODEL
) -> list[int]:
    """The set as the tenant's documents, one an article; returns the chunks' ids in the order of the passages."""
    ids: list[int] = []
    with connect(app_url) as conn:
        for article in dict.fromkeys(sets.articles):
            members = [i for i, of in enumerate(sets.articles) if of == article]
            with conn.transaction():
                conn.execute(b"select set_config('app.tenant_id', %s, true)", [tenant])
                document = str(uuid.uuid4())
                conn.execute(
                    b"insert into documents (id, tenant_id, title, filename, sha256, size_bytes, content)"
                    b" values (%s, %s, '', 'article', %s, 0, '')",
                    [document, tenant, uuid.UUID(document).bytes],
                )
                conn.cursor().executemany(
                    b"insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens,"
                    b" text, model_id, embedding) values (%s, %s, %s, 1, 0, 1, 1, '', 1, %s, %s, %s::vector)",
                    [
                        (document, n, tenant, sets.passages[i], model_id, Vector(vectors[i]).to_text())
                        for n, i in enumerate(members)
                    ],
                )
                conn.execute(b"select publish_document(%s)", [document])
                rows = conn.execute(
                    b"select id from chunks where document_id = %s order by ordinal", [document]
                )
                ids += [row["id"] for row in rows.fetchall()]
    return ids


@contextmanager
def asking(app_url: str, tenant: str) -> Iterator[Connection]:
    """A connection of the steps' role, bound to the tenant for its whole life."""
    with connect(app_url) as conn:
        conn.execute(b"select set_config('app.tenant_id', %s, false)", [tenant])
        yield conn
