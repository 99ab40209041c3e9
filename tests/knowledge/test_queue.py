"""How many documents of a tenant are read at once: a few, and the next one when one of them is done."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.common import ingestion
from f.ingest import extract, on_failure, refresh_sources, store
from tests.knowledge.conftest import Knowledge, vector
from tests.knowledge.test_web import started

__all__ = ["started"]


def documents(started: list[Any]) -> list[str]:
    return [row["document_id"] for row in started if row["path"] == ingestion.FLOW]


def start(knowledge: Knowledge, tenant: str) -> None:
    from f.common.database import connect

    with connect(knowledge.db) as conn:
        ingestion.start_ingestions(conn, tenant)


def test_one_tenants_many_files_leave_room_for_anothers(knowledge: Knowledge, started: list[Any]) -> None:
    loud, quiet = knowledge.tenant(), knowledge.tenant()
    many = [knowledge.document(loud) for _ in range(5)]
    start(knowledge, loud)
    start(knowledge, loud)
    assert documents(started) == many[:2], "by the platform's figure: two documents, and one website"
    one = knowledge.document(quiet)
    start(knowledge, quiet)
    assert documents(started) == [*many[:2], one]


def test_a_plan_may_allow_more(knowledge: Knowledge, started: list[Any]) -> None:
    tenant = knowledge.tenant(background_jobs=5)
    for _ in range(6):
        knowledge.document(tenant)
    start(knowledge, tenant)
    assert len(started) == 4


@pytest.mark.parametrize("end", ["unreadable", "deleted", "failed", "published"])
def test_whatever_ends_an_ingestion_starts_the_next(
    knowledge: Knowledge, started: list[Any], monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
    tenant = knowledge.tenant(background_jobs=2)
    first, second = knowledge.document(tenant, b"\x00\x01" * 50, "a.bin"), knowledge.document(tenant)
    start(knowledge, tenant)
    assert documents(started) == [first]
    if end == "unreadable":
        assert extract.main(first, tenant, knowledge.db)["state"] == "failed"
    elif end == "deleted":
        knowledge.rows("delete from documents where id = %s", first)
        assert extract.main(first, tenant, knowledge.db)["state"] == "gone"
    elif end == "failed":
        on_failure.main({"message": "x"}, first, tenant, knowledge.db)
    else:
        knowledge.stage(tenant, first, [("words", vector(1))])
        knowledge.rows("update documents set state = 'processing' where id = %s", first)
        store.main(first, tenant, knowledge.db)
    assert documents(started) == [first, second]


def test_what_could_not_be_started_is_started_by_the_schedule(
    knowledge: Knowledge, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> str:
        raise RuntimeError("HTTP 500")

    tenant = knowledge.tenant()
    document = knowledge.document(tenant)
    with monkeypatch.context() as patched:
        patched.setattr(ingestion, "start_flow", down)
        start(knowledge, tenant)
    assert documents(started) == []
    refresh_sources.main(knowledge.db)
    assert document in documents(started)


def test_a_document_that_waits_its_turn_has_not_stood_still(knowledge: Knowledge, started: list[Any]) -> None:
    tenant = knowledge.tenant(background_jobs=2)
    first, second = knowledge.document(tenant), knowledge.document(tenant)
    start(knowledge, tenant)
    knowledge.rows("update documents set updated_at = now() - interval '20 minutes' where id = %s", first)
    knowledge.rows("update documents set updated_at = now() - interval '2 hours' where id = %s", second)
    refresh_sources.main(knowledge.db)
    assert second not in documents(started)
    assert knowledge.value("select restarts from documents where id = %s", second) == 0
