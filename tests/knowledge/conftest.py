"""A database with the schema, and short ways to put documents into it as ingestion does."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from local.postgres import Postgres
from sql import apply
from tests.administrator import administrator

DIMENSIONS = 384
MODEL = 1


def vector(*hot: int, dimensions: int = DIMENSIONS) -> str:
    """A vector with ones at these places: two texts are as near as their places are shared."""
    values = [0.001] * dimensions
    for place in hot:
        values[place] = 1.0
    return json.dumps(values)


class Knowledge:
    """The database as its administrator and as a tenant's steps see it."""

    def __init__(self, url: str, db: dict[str, Any]) -> None:
        self.url, self.db = url, db

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        return administrator(self.url).rows(query, *parameters)

    def value(self, query: str, *parameters: Any) -> Any:
        return next(iter(self.rows(query, *parameters)[0].values()))

    def tenant(self, **limits: int) -> str:
        return str(
            self.value(
                "insert into tenants (name, limits, embedding_model) values ('T', %s, 'multilingual-e5-small') returning id",
                json.dumps(limits),
            )
        )

    def as_tenant(self, tenant: str) -> psycopg.Connection[dict[str, Any]]:
        """The steps' role, bound to a tenant."""
        conn = psycopg.connect(self.url, row_factory=dict_row, autocommit=True)
        conn.execute(b"set role chatbot_app")
        conn.execute(b"select set_config('app.tenant_id', %s, false)", [tenant])
        return conn

    def document(self, tenant: str, content: bytes = b"", filename: str = "a.txt", title: str = "T") -> str:
        return str(
            self.value(
                "insert into documents (tenant_id, title, filename, sha256, size_bytes, content) values (%s, %s, %s, %s, %s, %s) returning id",
                *(tenant, title, filename, uuid.uuid4().bytes, len(content), content),
            )
        )

    def stage(self, tenant: str, document: str, passages: Sequence[tuple[str, str | None]]) -> None:
        with self.as_tenant(tenant) as conn:
            conn.cursor().executemany(
                b"insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens, text,"
                b" model_id, embedding) values (%s, %s, %s, 1, 0, 1, 1, '', 1, %s, %s, %s::vector)",
                [(document, n, tenant, text, MODEL, v) for n, (text, v) in enumerate(passages)],
            )

    def publish(self, tenant: str, document: str) -> int:
        with self.as_tenant(tenant) as conn:
            row = conn.execute(b"select publish_document(%s) as n", [document]).fetchone()
            assert row
            return int(row["n"])

    def put(self, tenant: str, passages: Sequence[tuple[str, str | None]], title: str = "T") -> str:
        document = self.document(tenant, title=title)
        self.stage(tenant, document, passages)
        self.publish(tenant, document)
        return document

    def search(self, tenant: str, question: str, near: str, limit: int = 5) -> list[dict[str, Any]]:
        with self.as_tenant(tenant) as conn:
            return conn.execute(
                b"select * from search_chunks(%s, %s::vector, %s::smallint, %s)",
                [question, near, MODEL, limit],
            ).fetchall()


@pytest.fixture(scope="module")
def knowledge(new_product_database: Callable[[], str], cluster: Postgres) -> Iterator[Knowledge]:
    url = new_product_database()
    password = f"only-{uuid.uuid4().hex}"
    apply.apply(url, {"chatbot_app": password})
    db = {
        "host": "127.0.0.1",
        "port": cluster.port,
        "user": "chatbot_app",
        "password": password,
        "dbname": url.rsplit("/", 1)[1],
        "sslmode": "disable",
    }
    os.environ.pop("WM_JOB_ID", None)
    yield Knowledge(url, db)
