"""Search at scale: many tenants of very different sizes in one database, against one HNSW index for all of them with a filter."""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from pgvector import Vector

from bench.retrieval_database import MODEL, Connection, asking, connect
from bench.retrieval_sets import Vectors

DIMENSIONS = 384
TOPICS = 400  # what businesses write about: a tenant has some of them, several tenants share each
CLASSES = (200, 1_000, 2_500, 10_000, 10**9)
_ROW = np.dtype(
    [
        *(("fields", ">i2"), ("l1", ">i4"), ("model", ">i2"), ("l2", ">i4"), ("chunk", ">i8"), ("l3", ">i4")),
        *(("tenant", "V16"), ("l4", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("values", ">f4", DIMENSIONS)),
    ]
)


@dataclass
class Tenant:
    """A tenant of the benchmark; its chunks' ids are first, first + 1, … ."""

    id: uuid.UUID
    size: int
    first: int


def sizes(tenants: int, chunks: int) -> list[int]:
    """Skewed as in life: the largest has a tenth of everything, most have next to nothing."""
    weights = 1 / np.arange(1, tenants + 1) ** 1.1
    shares = np.minimum(weights / weights.sum(), 0.1)
    counts = np.maximum((shares / shares.sum() * chunks).astype(int), 10)
    return [int(n) for n in counts]


def tenant_vectors(tenant: int, size: int) -> Vectors:
    """Random, but clustered: topics that tenants share, documents within a topic, passages around a document."""
    topics = np.random.default_rng(1).standard_normal((TOPICS, DIMENSIONS), dtype=np.float32)
    random = np.random.default_rng(1000 + tenant)
    own = random.choice(TOPICS, min(40, max(3, size // 50)), replace=False)
    documents = topics[random.choice(own, max(1, size // 20))]
    documents = documents + 0.7 * random.standard_normal(documents.shape, dtype=np.float32)
    picked = documents[random.integers(len(documents), size=size)]
    found = picked + 0.6 * random.standard_normal((size, DIMENSIONS), dtype=np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def fill(url: str, counts: list[int]) -> list[Tenant]:
    """Tenants, documents, chunks with words, vectors: ours and the rival's table, both without their vector index."""
    made, first = [], 1
    with connect(url) as conn:
        conn.execute(b"drop index chunk_embeddings_model_1")
        conn.execute(
            b"create table rival (model smallint, chunk_id bigint, tenant_id uuid, embedding vector(384))"
        )
        conn.execute(b"alter table chunks disable trigger user")
        for n in counts:
            made.append(Tenant(uuid.uuid4(), n, first))
            first += n
        conn.cursor().executemany(
            b"insert into tenants (id, name, embedding_model) values (%s, 'bench', 'multilingual-e5-small')",
            [[t.id] for t in made],
        )
        conn.execute(
            b"insert into documents (id, tenant_id, title, filename, sha256, size_bytes, content)"
            b" select id, id, 'Document', '', '', 0, '' from tenants"
        )
        conn.cursor().executemany(
            b"insert into chunks (id, tenant_id, document_id, version, ordinal, page, char_start, char_end, page_end, tokens, text, language,"
            b" words)"
            b" overriding system value select i, %(t)s, %(t)s, 1, i, 1, 0, 1, 1, 1, said, 'english', to_tsvector('words_simple', said)"
            b" from generate_series(%(first)s::int, %(last)s::int) i, lateral ("
            b"select string_agg('w' || (power(random(), 3) * 20000)::int, ' ') as said"
            b" from generate_series(1, 12 + 0 * i)) w",
            [{"t": t.id, "first": t.first, "last": t.first + t.size - 1} for t in made],
        )
        conn.execute(
            b"insert into tenant_languages select tenant_id, language, count(*) from chunks group by 1, 2"
        )
        conn.execute(
            b"insert into tenant_words select tenant_id, lexeme, count(*) from chunks, unnest(tsvector_to_array(words)) lexeme group by 1, 2"
        )
        for table, columns in (
            ("chunk_embeddings", "model_id, chunk_id, tenant_id, embedding"),
            ("rival", "model, chunk_id, tenant_id, embedding"),
        ):
            with conn.cursor().copy(f"copy {table} ({columns}) from stdin (format binary)".encode()) as copy:
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
                for number, t in enumerate(made):
                    copy.write(_rows(t, tenant_vectors(number, t.size)))
                copy.write(b"\xff\xff")
    return made


def _rows(tenant: Tenant, vectors: Vectors) -> bytes:
    rows = np.zeros(len(vectors), dtype=_ROW)
    rows["fields"], rows["l1"], rows["l2"], rows["l3"], rows["l4"] = 4, 2, 8, 16, 4 + 4 * DIMENSIONS
    rows["model"], rows["dim"] = MODEL, DIMENSIONS
    rows["chunk"] = np.arange(tenant.first, tenant.first + tenant.size)
    rows["tenant"] = np.frombuffer(tenant.id.bytes, dtype="V16")
    rows["values"] = vectors
    return rows.tobytes()


def build(url: str) -> dict[str, float]:
    """Builds ours and the rival's index; seconds and megabytes of each."""
    with connect(url) as conn:
        started = time.monotonic()
        conn.execute(b"select index_embedding_model(1::smallint)")
        ours = time.monotonic() - started
        started = time.monotonic()
        conn.execute(b"create index rival_vectors on rival using hnsw (embedding vector_cosine_ops)")
        theirs = time.monotonic() - started
        conn.execute(b"create index on rival (tenant_id)")
        conn.execute(b"vacuum analyze")
        size: Any = conn.execute(
            b"select (select sum(pg_relation_size(indexrelid)) from pg_index where indrelid::regclass::text like 'chunk_embeddings_%'"
            b" and pg_get_indexdef(indexrelid) like '%hnsw%') / 1e6 as ours, pg_relation_size('rival_vectors') / 1e6 as rival"
        ).fetchone()
    return {
        "ours_build_s": round(ours, 1),
        "rival_build_s": round(theirs, 1),
        "ours_index_mb": round(float(size["ours"])),
        "rival_index_mb": round(float(size["rival"])),
    }


def measure(
    url: str, app_url: str, tenants: list[Tenant], questions: int, at_once: int
) -> list[dict[str, Any]]:
    """For each class of sizes: recall of the ten nearest, and the latency of whole searches by several askers at once."""
    found, below = [], 0
    for most in CLASSES:
        members = [(number, t) for number, t in enumerate(tenants) if below < t.size <= most]
        below = most
        if not members:
            continue
        random = np.random.default_rng(most % 1000)
        chosen = [members[i] for i in random.choice(len(members), min(12, len(members)), replace=False)]
        each = max(1, questions // len(chosen))
        asked = [(t, v) for number, t in chosen for v in _questions(number, t.size, each, random)]
        figures: dict[str, Any] = {
            "chunks": f"{min(t.size for _, t in members)}-{max(t.size for _, t in members)}",
            "tenants": len(members),
        }
        figures |= _recalls(url, app_url, asked)
        for name in ("ours", "ours_vectors", "rival"):
            ms = _latencies(app_url if name != "rival" else url, name, asked, at_once)
            figures[f"{name}_p50_ms"], figures[f"{name}_p95_ms"] = (
                round(float(np.percentile(ms, p)), 1) for p in (50, 95)
            )
        found.append(figures)
    return found


def _questions(number: int, size: int, count: int, random: np.random.Generator) -> Vectors:
    vectors = tenant_vectors(number, size)
    picked = vectors[random.integers(size, size=count)]
    near = picked + 0.03 * random.standard_normal(picked.shape, dtype=np.float32)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def _recalls(url: str, app_url: str, asked: list[tuple[Tenant, Any]]) -> dict[str, float]:
    """Shares of the ten truly nearest that each way finds."""
    hits, theirs, wanted = 0, 0, 0
    with connect(url) as rival:
        for tenant, vector in asked:
            text = Vector(vector).to_text()
            with asking(app_url, str(tenant.id)) as conn:
                right = _ids(conn, "select chunk_id from nearest_exact(1::smallint, %s::vector, 10)", [text])
                ours = _ids(
                    conn,
                    "select chunk_id from nearest_chunks(1::smallint, %s::vector, 40) order by cosine desc limit 10",
                    [text],
                )
            other = _ids(rival, _RIVAL, [tenant.id, text])
            wanted += len(right)
            hits += len(right & ours)
            theirs += len(right & other)
    return {"ours_recall": round(hits / wanted, 4), "rival_recall": round(theirs / wanted, 4)}


_RIVAL = "select chunk_id from rival where tenant_id = %s order by embedding <=> %s::vector limit 10"
_OURS = "select chunk_id from search_chunks(%s, %s::vector, 1::smallint, 5)"
_OURS_VECTORS = "select chunk_id from nearest_chunks(1::smallint, %s::vector, 10)"


def _ids(conn: Connection, query: str, parameters: list[Any]) -> set[int]:
    return {row["chunk_id"] for row in conn.execute(query.encode(), parameters).fetchall()}


def _latencies(url: str, way: str, asked: list[tuple[Tenant, Any]], at_once: int) -> list[float]:
    """Milliseconds of each search; `at_once` connections share the questions. way: ours is the whole search (words, vectors, passages),
    ours_vectors and rival find the nearest vectors only."""
    found: list[float] = []

    def query(n: int, tenant: Tenant, vector: Any) -> tuple[str, list[Any]]:
        text = Vector(vector).to_text()
        if way == "ours":
            return _OURS, [f"what about w{n * 37 % 20000} and w{n % 50} w{n * 7 % 3000}", text]
        return (_OURS_VECTORS, [text]) if way == "ours_vectors" else (_RIVAL, [tenant.id, text])

    def work(mine: list[tuple[Tenant, Any]]) -> None:
        with connect(url) as conn:
            for warm in (True, False):
                for n, (tenant, vector) in enumerate(mine):
                    conn.execute(b"select set_config('app.tenant_id', %s, false)", [str(tenant.id)])
                    asking_for = query(n, tenant, vector)
                    started = time.perf_counter()
                    _ids(conn, *asking_for)
                    if not warm:
                        found.append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=work, args=[asked[i::at_once]]) for i in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
