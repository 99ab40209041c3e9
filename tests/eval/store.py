"""Puts a business's documents into a database as ingestion does, in this process: cut, embedded, published."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import psycopg
from pgvector import Vector

from tests.eval.question_set import Passage

Encode = Callable[[list[str]], Iterable[Any]]  # passages to vectors


def store_passages(
    conn: psycopg.Connection[Any], tenant_id: str, model_id: int, passages: list[Passage], encode: Encode
) -> None:
    """`conn`: of the steps' role or the administrator's; `model_id`: the tenant's embedding model."""
    vectors = iter(encode([passage.embedded for passage in passages]))
    for title, of in groupby(passages, key=lambda passage: passage.document):
        with conn.transaction():
            conn.execute(b"select set_config('app.tenant_id', %s, true)", [tenant_id])
            document = uuid.uuid4()
            conn.execute(
                b"insert into documents (id, tenant_id, title, filename, sha256, size_bytes, content) values (%s, %s, %s, %s, %s, 0, '')",
                [document, tenant_id, title, title, document.bytes],
            )
            rows = [
                {
                    **passage.chunk,
                    "document": document,
                    "tenant": tenant_id,
                    "model": model_id,
                    "vector": Vector(vector).to_text(),
                }
                for passage, vector in zip(of, vectors, strict=False)
            ]
            conn.cursor().executemany(
                b"insert into staged_chunks (document_id, tenant_id, ordinal, page, char_start, page_end, char_end, heading, tokens, text,"
                b" model_id, embedding) values (%(document)s, %(tenant)s, %(ordinal)s, %(page)s, %(char_start)s, %(page_end)s, %(char_end)s,"
                b" %(heading)s, %(tokens)s, %(text)s, %(model)s, %(vector)s::vector)",
                rows,
            )
            conn.execute(b"select publish_document(%s)", [document])
