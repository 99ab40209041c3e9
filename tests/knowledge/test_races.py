"""Two runs of one document, a document that is deleted while it is read, a model that changes at the same time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from f.common.database import connect
from f.documents import sandbox
from f.ingest import change_model, chunk, embed, extract, on_failure, read_source, store
from f.ingest.crawler import WebPage
from tests.faults.storm import until
from tests.knowledge.conftest import Knowledge, vector
from tests.knowledge.test_ingestion import endpoint

__all__ = ["endpoint"]
RUN, OTHER = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"


def waiting(knowledge: Knowledge) -> int:
    return int(
        knowledge.value(
            "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
            " where not l.granted and a.datname = current_database() and a.backend_type = 'client backend'"
        )
    )


class Held:
    """A document's pages, the second of which is handed out to the first reader only when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go, self.readers, self.all = threading.Event(), 0, sandbox.read
        monkeypatch.setattr(sandbox, "read", self.read)
        monkeypatch.setattr(extract, "BATCH", 1)

    def read(self, *arguments: Any) -> tuple[str, Iterator[Any]]:
        self.readers += 1
        kind, found = self.all(*arguments)
        return kind, self.pages(found, self.readers == 1)

    def pages(self, found: Iterator[Any], first: bool) -> Iterator[Any]:
        for number, page in enumerate(found):
            if first and number == 1:
                assert self.go.wait(60)
            yield page


def pages(knowledge: Knowledge, document: str) -> list[tuple[int, str]]:
    rows = knowledge.rows("select page, text from document_pages where document_id = %s order by 1", document)
    return [(row["page"], row["text"]) for row in rows]


def test_two_runs_read_one_document_at_once(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, b"one\ftwo\fthree")
    knowledge.rows(
        "insert into document_pages values (%s, %s, 9, '', 'of an earlier try', '[]')", document, tenant
    )
    held = Held(monkeypatch)
    try:
        with ThreadPoolExecutor(2) as runs:
            first = runs.submit(extract.main, document, tenant, knowledge.db)
            until(lambda: held.readers, 60)
            second = runs.submit(extract.main, document, tenant, knowledge.db)
            until(lambda: second.done() or waiting(knowledge), 60)
            held.go.set()
            assert [run.result(60)["pages"] for run in (first, second)] == [3, 3]
    finally:
        held.go.set()
    assert pages(knowledge, document) == [(1, "one"), (2, "two"), (3, "three")]


def test_deleting_does_not_wait_for_a_reading_and_ends_it(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, b"one\ftwo")
    held = Held(monkeypatch)
    try:
        with ThreadPoolExecutor(1) as runs, knowledge.as_tenant(tenant) as person:
            run = runs.submit(extract.main, document, tenant, knowledge.db)
            until(lambda: pages(knowledge, document) or run.done() or idle_in_transaction(knowledge), 60)
            person.execute(b"select from documents where id = %s for update nowait", [document])
            person.execute(b"delete from documents where id = %s", [document])
            held.go.set()
            assert run.result(60)["state"] == "gone"
    finally:
        held.go.set()


def idle_in_transaction(knowledge: Knowledge) -> bool:
    """A step that keeps its locks while it waits for something else."""
    return bool(
        knowledge.value(
            "select count(*) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()"
        )
    )


def test_each_step_ends_where_the_document_was_deleted(knowledge: Knowledge, endpoint: Any) -> None:
    tenant, gone = knowledge.tenant(), str(uuid.uuid4())
    for step in (extract, chunk, store):
        assert step.main(gone, tenant, knowledge.db)["state"] == "gone", step
    assert embed.main(gone, tenant, knowledge.db, endpoint.resource)["state"] == "gone"


@pytest.mark.parametrize(
    ("state", "run", "then"),
    [("processing", RUN, "failed"), ("received", None, "failed"), ("processing", OTHER, "processing"), ("ready", RUN, "ready")],
)  # fmt: skip
def test_a_run_that_fails_says_so_unless_another_has_the_document_or_it_is_whole(
    knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, state: str, run: str | None, then: str
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant)
    knowledge.rows("update documents set state = %s, run_id = %s where id = %s", state, run, document)
    monkeypatch.setenv("WM_JOB_ID", RUN)
    on_failure.main({}, document, tenant, knowledge.db)
    assert knowledge.value("select state from documents where id = %s", document) == then


def test_a_vector_is_kept_only_with_the_text_that_it_was_made_for(
    knowledge: Knowledge, endpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = knowledge.tenant()
    document = knowledge.document(tenant)
    knowledge.stage(tenant, document, [("old words", None)])
    made, asked = embed.embed, []

    def cut_anew(texts: list[str], *rest: Any) -> list[list[float]]:
        asked.append(texts)
        knowledge.rows("update staged_chunks set text = 'new words' where document_id = %s", document)
        return made(texts, *rest)

    monkeypatch.setattr(embed, "embed", cut_anew)
    embed.main(document, tenant, knowledge.db, endpoint.resource)
    assert ["old" in texts[0] for texts in asked] == [True, False]


def test_a_model_changes_while_a_document_is_deleted(knowledge: Knowledge, endpoint: Any) -> None:
    tenant = knowledge.tenant()
    stays, goes = (knowledge.put(tenant, [(words, vector(1))]) for words in ("stays", "goes"))
    with ThreadPoolExecutor(1) as runs, knowledge.as_tenant(tenant) as person:
        with person.transaction():
            person.execute(b"delete from documents where id = %s", [goes])
            change = runs.submit(
                change_model.main, tenant, "text-embedding-3-small", knowledge.db, endpoint.resource
            )
            until(lambda: waiting(knowledge) or change.done(), 60)
        assert change.result(60)["switched"] is True
    rows = knowledge.rows(
        "select c.document_id::text, e.model_id from chunk_embeddings e join chunks c on c.id = e.chunk_id where c.tenant_id = %s",
        tenant,
    )
    assert rows == [{"document_id": stays, "model_id": 2}]


def web(url: str) -> WebPage:
    return WebPage(url=url, title="T", text="words")


def a_source(knowledge: Knowledge, tenant: str) -> dict[str, Any]:
    query = "insert into knowledge_sources (tenant_id, kind, url) values (%s, 'page', %s) returning id::text"
    return {"id": knowledge.value(query, tenant, f"https://{uuid.uuid4()}.example/"), "tenant_id": tenant}


def test_two_readings_that_meet_the_same_words_store_them_once(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    of = [a_source(knowledge, tenant) for _ in range(2)]

    def kept(source: dict[str, Any]) -> tuple[str, bool, Any]:
        with connect(knowledge.db) as reader:
            return read_source.store_page(reader, source, web(f"https://{source['id']}.example/"))

    with ThreadPoolExecutor(2) as runs, knowledge.as_tenant(tenant) as held:
        with held.transaction():
            held.execute(b"select lock_admissions(%s)", [tenant])
            readings = [runs.submit(kept, source) for source in of]
            until(lambda: waiting(knowledge) == 2, 60)
        first, second = sorted((run.result(60) for run in readings), key=lambda found: not found[1])
    assert (first[0], first[1], second[1]) == (second[0], True, False)


def test_a_page_that_failed_belongs_to_where_its_words_stand_now(knowledge: Knowledge) -> None:
    tenant = knowledge.tenant()
    old, new = (a_source(knowledge, tenant) for _ in range(2))
    with connect(knowledge.db) as reader:
        document, _, _ = read_source.store_page(reader, old, web("https://a.example/old"))
        knowledge.rows("update documents set state = 'failed' where id = %s", document)
        assert read_source.store_page(reader, new, web("https://a.example/new")) == (document, True, None)
    (row,) = knowledge.rows(
        "select source_id::text, source_url, replaces from documents where id = %s", document
    )
    assert row == {"source_id": new["id"], "source_url": "https://a.example/new", "replaces": None}


def test_pages_are_forgotten_in_the_order_of_a_publication(knowledge: Knowledge) -> None:
    """What a publication has begun it can end: nobody holds a document and waits for it."""
    tenant = knowledge.tenant()
    of = a_source(knowledge, tenant)
    document = knowledge.put(tenant, [("words", vector(1))])
    query = (
        "update documents set origin = 'web', source_id = %s, source_url = 'https://a.example/' where id = %s"
    )
    knowledge.rows(query, of["id"], document)
    with (
        ThreadPoolExecutor(1) as runs,
        connect(knowledge.db) as reader,
        knowledge.as_tenant(tenant) as publication,
    ):
        with publication.transaction():
            publication.execute(b"select lock_publications(%s)", [tenant])
            forgotten = runs.submit(
                read_source.delete_pages, reader, of, read_source.Reading(), ["https://a.example/"]
            )
            until(lambda: waiting(knowledge), 60)
            publication.execute(b"select from documents where id = %s for update nowait", [document])
        assert forgotten.result(60) == 1
