"""Ingestion's steps against a real database and an embedding endpoint that fails as real ones do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from f.common.problems import Message, Problem, english, message
from f.ingest import change_model, chunk, embed, extract, store
from f.models import embeddings
from tests.knowledge import real_files as files
from tests.knowledge.conftest import Knowledge, vector
from tests.knowledge.endpoint import Endpoint, text


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    one = Endpoint()
    yield one
    one.close()


def ingest(knowledge: Knowledge, endpoint: Endpoint, tenant: str, document: str) -> dict[str, Any]:
    read = extract.main(document, tenant, knowledge.db)
    if read["state"] != "processing":
        return read
    chunk.main(document, tenant, knowledge.db)
    embed.main(document, tenant, knowledge.db, endpoint.resource)
    return store.main(document, tenant, knowledge.db)


def test_a_run_that_died_at_80_percent_goes_on_from_there(knowledge: Knowledge, endpoint: Endpoint) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, text(200), "a.md")
    extract.main(document, tenant, knowledge.db)
    chunk.main(document, tenant, knowledge.db)
    endpoint.dies_after = 160
    with pytest.raises(embeddings.EmbeddingError):
        embed.main(document, tenant, knowledge.db, endpoint.resource)
    kept = knowledge.value("select chunks_embedded from documents where id = %s", document)
    assert 150 <= kept < 200
    endpoint.dies_after, endpoint.answers, endpoint.embedded = None, [], []
    assert (
        ingest(knowledge, endpoint, tenant, document)["chunks"] == 200
    )  # the whole flow again, from its first step
    assert len(endpoint.embedded) == 200 - kept


def test_a_process_killed_at_80_percent_costs_no_vector_twice(
    knowledge: Knowledge, endpoint: Endpoint
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, text(200), "a.md")
    extract.main(document, tenant, knowledge.db)
    chunk.main(document, tenant, knowledge.db)
    for dies in (True, False):
        step = embedding_process(knowledge, endpoint, tenant, document)
        endpoint.kills = (160, step.pid) if dies else None
        assert step.stdin
        step.stdin.write("go\n")
        step.stdin.close()
        assert step.wait(60) == (-signal.SIGKILL if dies else 0)
        state = "select count(*) from staged_chunks where document_id = %s and embedding is not null"
        assert knowledge.value(state, document) == (160 if dies else 200)
    assert len(endpoint.embedded) == len(set(endpoint.embedded)) == 200
    assert store.main(document, tenant, knowledge.db) == {"state": "ready", "chunks": 200}


def embedding_process(
    knowledge: Knowledge, endpoint: Endpoint, tenant: str, document: str
) -> subprocess.Popen[str]:
    """The step in a process of its own, as a worker runs it; it waits for a line before it begins."""
    call = f"embed.main({document!r}, {tenant!r}, {knowledge.db!r}, {endpoint.resource!r})"
    code = f"import sys\nfrom f.ingest import embed\nsys.stdin.readline()\n{call}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, text=True, env=environment)


def test_progress_is_on_the_document_and_on_the_run(
    knowledge: Knowledge, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[float] = []
    monkeypatch.setattr(embed, "set_progress", shown.append)
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, text(80), "a.md")
    ingest(knowledge, endpoint, tenant, document)
    assert shown == [40, 80, 100]
    row = knowledge.rows(
        "select state, pages, chunks, chunks_embedded from documents where id = %s", document
    )
    assert row == [{"state": "ready", "pages": 1, "chunks": 80, "chunks_embedded": 80}]


def test_a_rate_limit_is_waited_for_as_long_as_it_says(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(embeddings.time, "sleep", waited.append)
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    endpoint.answers = [(429, {"retry-after": "7"}), (503, {}), (429, {"retry-after": in_a_minute})]
    assert len(embeddings.embed(["a"], endpoint.resource, "e5-passage", 384, patience_s=600)) == 1
    assert waited[0] == 7 and 1 <= waited[1] <= 10 and 50 <= waited[2] <= 60
    endpoint.answers = [(429, {"retry-after": "3600"})]
    with pytest.raises(embeddings.EmbeddingError, match="within 20 s"):
        embeddings.embed(["a"], endpoint.resource, "e5-passage", 384)


@pytest.mark.field_failure(14)
def test_a_new_version_swaps_at_once_and_embeds_only_what_changed(
    knowledge: Knowledge, endpoint: Endpoint
) -> None:
    tenant = knowledge.tenant()
    first = knowledge.document(tenant, text(40), "a.md")
    ingest(knowledge, endpoint, tenant, first)
    endpoint.embedded = []
    second = knowledge.document(tenant, text(40, changed=7), "a.md")
    knowledge.rows("update documents set replaces = %s where id = %s", first, second)
    extract.main(second, tenant, knowledge.db)
    chunk.main(second, tenant, knowledge.db)
    embed.main(second, tenant, knowledge.db, endpoint.resource)
    assert len(endpoint.embedded) == 1 and "Changed" in endpoint.embedded[0]
    assert {
        row["document_id"]
        for row in knowledge.rows("select document_id::text from chunks where tenant_id = %s", tenant)
    } == {first}
    store.main(second, tenant, knowledge.db)
    assert knowledge.rows("select id::text as id, state from documents where tenant_id = %s", tenant) == [
        {"id": second, "state": "ready"}
    ]
    assert knowledge.value("select count(*) from chunk_embeddings where tenant_id = %s", tenant) == 40
    store.main(second, tenant, knowledge.db)  # a step that runs twice
    assert knowledge.value("select count(*) from chunks where tenant_id = %s", tenant) == 40


@pytest.mark.field_failure(14)
def test_a_nul_byte_kills_nothing_and_the_same_document_again_adds_nothing(
    knowledge: Knowledge, endpoint: Endpoint
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, b"Words\x00 with a NUL.", "a.txt")
    for _ in range(2):
        assert ingest(knowledge, endpoint, tenant, document) == {"state": "ready", "chunks": 1}
    assert knowledge.value("select count(*) from chunks where tenant_id = %s", tenant) == 1


def test_deleting_leaves_nothing(knowledge: Knowledge, endpoint: Endpoint) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, text(5), "a.md")
    ingest(knowledge, endpoint, tenant, document)
    with knowledge.as_tenant(tenant) as conn:
        conn.execute(b"delete from documents where id = %s", [document])
    for table in (
        "documents",
        "document_pages",
        "chunks",
        "chunk_embeddings",
        "staged_chunks",
        "tenant_words",
    ):
        assert knowledge.value(f"select count(*) from {table} where tenant_id = %s", tenant) == 0, table


@pytest.mark.field_failure(13)
@pytest.mark.parametrize(
    ("content", "filename", "code"),
    [
        (files.pdf("", ""), "scan.pdf", "pdf_scan"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", "file_type"),
        (b"PK\x03\x04", "a.docx", "file_damaged"),
    ],
)
def test_what_cannot_be_read_is_failed_with_a_problem(
    knowledge: Knowledge, endpoint: Endpoint, content: bytes, filename: str, code: str
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, content, filename)
    result = ingest(knowledge, endpoint, tenant, document)
    (row,) = knowledge.rows("select state, error from documents where id = %s", document)
    assert (row["state"], row["error"]["code"]) == ("failed", code)
    assert result["reason"] == english(row["error"])


@pytest.mark.field_failure(15)
def test_changing_the_model_answers_throughout(knowledge: Knowledge, endpoint: Endpoint) -> None:
    tenant = knowledge.tenant()
    ingest(knowledge, endpoint, tenant, knowledge.document(tenant, text(50), "a.md"))
    other = "text-embedding-3-small"
    endpoint.dies_after = len(endpoint.embedded) + 32
    with pytest.raises(embeddings.EmbeddingError):
        change_model.main(tenant, other, knowledge.db, endpoint.resource)
    assert len(knowledge.search(tenant, "Some words of section 3", vector(1))) == 5  # the old vectors, still
    assert (
        knowledge.value("select embedding_model from tenants where id = %s", tenant)
        == "multilingual-e5-small"
    )
    endpoint.dies_after, endpoint.answers, endpoint.embedded = None, [], []
    assert change_model.main(tenant, other, knowledge.db, endpoint.resource) == {
        "model": other,
        "embedded": 18,
        "switched": True,
    }
    assert knowledge.value("select embedding_model from tenants where id = %s", tenant) == other
    assert knowledge.rows(
        "select model_id, count(*)::int as n from chunk_embeddings where tenant_id = %s group by 1", tenant
    ) == [{"model_id": 2, "n": 50}]
    with knowledge.as_tenant(tenant) as conn:
        query = b"select * from search_chunks('section', %s::vector, 2::smallint)"
        assert len(conn.execute(query, [vector(1, dimensions=1536)]).fetchall()) == 5


def test_a_used_up_month_takes_no_document_and_changes_no_model(
    knowledge: Knowledge, endpoint: Endpoint
) -> None:
    tenant = knowledge.tenant(monthly_tokens=1)
    ingest(knowledge, endpoint, tenant, knowledge.document(tenant, text(3), "a.md"))  # its vectors count
    with knowledge.as_tenant(tenant) as conn:
        refusal = conn.execute(b"select admit_document(10) as problem").fetchone()
    assert refusal is not None and refusal["problem"]["code"] == "plan_month"
    embedded = len(endpoint.embedded)
    with pytest.raises(Problem, match="limit of your plan is used up"):
        change_model.main(tenant, "text-embedding-3-small", knowledge.db, endpoint.resource)
    assert len(endpoint.embedded) == embedded
    knowledge.rows("update tenants set limits = '{}' where id = %s", tenant)
    assert change_model.main(tenant, "text-embedding-3-small", knowledge.db, endpoint.resource)["switched"]


@pytest.mark.field_failure(15)
def test_a_document_that_was_embedded_for_the_old_model_starts_again(
    knowledge: Knowledge, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(store, "start_flow", lambda *arguments: started.append(arguments) or "run")
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, text(3), "a.md")
    extract.main(document, tenant, knowledge.db)
    chunk.main(document, tenant, knowledge.db)
    embed.main(document, tenant, knowledge.db, endpoint.resource)
    change_model.main(tenant, "text-embedding-3-small", knowledge.db, endpoint.resource)
    assert store.main(document, tenant, knowledge.db)["state"] == "processing" and len(started) == 1
    assert ingest(knowledge, endpoint, tenant, document)["chunks"] == 3


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({"documents": 1}, message("plan_documents", most=1)),
        ({"bytes": 1_000_000}, message("plan_storage", most=1, used=0.9, size=1)),
        ({"ingestions_per_day": 1}, message("plan_daily_documents", most=1)),
    ],
)
def test_a_limit_is_named_before_any_work(
    knowledge: Knowledge, limits: dict[str, int], expected: Message
) -> None:
    tenant = knowledge.tenant(**limits)
    with knowledge.as_tenant(tenant) as conn:
        admit = "select admit_document(%s) as limit"
        assert conn.execute(admit.encode(), [900_000]).fetchone() == {"limit": None}
        knowledge.rows("update documents set size_bytes = 900000 where id = %s", knowledge.document(tenant))
        assert conn.execute(admit.encode(), [900_000]).fetchone() == {"limit": expected}


def test_the_pages_of_the_plan_are_counted_before_reading(knowledge: Knowledge, endpoint: Endpoint) -> None:
    tenant = knowledge.tenant(pages=3)
    assert (
        ingest(knowledge, endpoint, tenant, knowledge.document(tenant, b"one\ftwo", "a.txt"))["state"]
        == "ready"
    )
    second = knowledge.document(tenant, b"one\ftwo", "b.txt")
    assert ingest(knowledge, endpoint, tenant, second)["state"] == "failed"
    too_many = message("too_many_pages", pages=2, most=1)
    assert error(knowledge, second) == message("plan_pages_left", problem=too_many, pages=1)
    assert (
        ingest(knowledge, endpoint, tenant, knowledge.document(tenant, b"one", "c.txt"))["state"] == "ready"
    )
    last = knowledge.document(tenant, b"one", "d.txt")
    assert ingest(knowledge, endpoint, tenant, last)["state"] == "failed"
    assert error(knowledge, last) == message("plan_pages")
    # A damaged file has nothing to do with the plan.
    knowledge.rows("update tenants set limits = '{\"pages\": 4}' where id = %s", tenant)
    damaged = knowledge.document(tenant, b"PK\x03\x04", "e.docx")
    ingest(knowledge, endpoint, tenant, damaged)
    assert error(knowledge, damaged) == message("file_damaged")


def error(knowledge: Knowledge, document: str) -> Any:
    return knowledge.value("select error from documents where id = %s", document)
