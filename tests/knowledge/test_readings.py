"""One reader for each source: who has the claim reads, and a reading whose run is gone is not shown for ever."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.ingest import on_source_failure, read_source, refresh_sources
from tests.knowledge.conftest import Knowledge
from tests.knowledge.test_web import read, site, source, started
from tests.knowledge.website import Site

__all__ = ["site", "started"]
LOST, WORKS = str(uuid.uuid4()), str(uuid.uuid4())


def claimed(knowledge: Knowledge, tenant: str, run: str | None, minutes: int, state: str = "reading") -> str:
    """A source that a run was to read, so many minutes ago."""
    of = source(knowledge, tenant, "page", f"https://{uuid.uuid4()}.example/")
    knowledge.rows(
        "update knowledge_sources set state = %s, run_id = %s, next_read_at = now() + interval '2 hours' - make_interval(mins => %s)"
        " where id = %s",
        *(state, run, minutes, of),
    )
    return of


def state(knowledge: Knowledge, of: str) -> str:
    return str(knowledge.value("select state from knowledge_sources where id = %s", of))


def test_a_reading_whose_run_is_gone_says_so(
    knowledge: Knowledge, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge.rows("delete from knowledge_sources")
    monkeypatch.setattr(refresh_sources, "job_state", {LOST: "completed", WORKS: "queued"}.__getitem__)
    tenant = knowledge.tenant()
    gone = {claimed(knowledge, tenant, run, 11, was) for run, was in ((LOST, "reading"), (None, "new"))}
    kept = {claimed(knowledge, tenant, WORKS, 11), claimed(knowledge, tenant, LOST, 9)}
    assert set(refresh_sources.main(knowledge.db)["failed"]) == gone and not started
    assert {state(knowledge, of) for of in gone} == {"failed"}
    assert {state(knowledge, of) for of in kept} == {"reading"}
    soon = "select count(*) from knowledge_sources where error ->> 'code' = 'source_failed' and next_read_at < now() + interval '3 hours'"
    assert knowledge.value(soon) == 2
    assert refresh_sources.main(knowledge.db)["failed"] == []


def test_two_sites_are_read_at_once_and_the_workers_stay_free_for_customers(
    knowledge: Knowledge, started: list[Any]
) -> None:
    knowledge.rows("delete from knowledge_sources")
    of = [source(knowledge, knowledge.tenant(), "page", f"https://{n}.example/") for n in range(5)]
    assert len(refresh_sources.main(knowledge.db)["started"]) == 2
    assert refresh_sources.main(knowledge.db)["started"] == []
    done = "update knowledge_sources set state = 'ready', next_read_at = now() + interval '1 day' where id = any (%s::uuid[]) and run_id is not null"
    knowledge.rows(done + " returning 1", of)
    assert len(refresh_sources.main(knowledge.db)["started"]) == 2
    assert len({row["source_id"] for row in started}) == 4


def test_one_source_that_cannot_be_started_holds_up_no_other(
    knowledge: Knowledge, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge.rows("delete from knowledge_sources")
    tenant = knowledge.tenant()
    first, second = (source(knowledge, tenant, "page", f"https://{n}.example/") for n in "ab")
    works = refresh_sources.start_flow

    def start(path: str, ids: dict[str, str], job: str) -> str:
        if ids["source_id"] == first:
            raise RuntimeError("HTTP 500")
        return works(path, ids, job=job)

    monkeypatch.setattr(refresh_sources, "start_flow", start)
    (run,) = refresh_sources.main(knowledge.db)["started"]
    assert run == str(knowledge.value("select run_id from knowledge_sources where id = %s", second))
    assert [row["source_id"] for row in started] == [second]
    assert (state(knowledge, first), state(knowledge, second)) == ("failed", "new")


def test_only_the_run_that_has_the_claim_reads(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/", "Words.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", site.url + "/")
    query = "update knowledge_sources set state = 'reading', run_id = %s, next_read_at = now() + interval '1 hour' where id = %s"
    knowledge.rows(query, WORKS, of)
    monkeypatch.setenv("WM_JOB_ID", LOST)
    assert read(knowledge, site, tenant, of)["state"] == "gone" and not site.asked
    on_source_failure.main({}, of, tenant, knowledge.db)
    assert state(knowledge, of) == "reading"
    monkeypatch.setenv("WM_JOB_ID", WORKS)
    assert read(knowledge, site, tenant, of)["state"] == "ready"
    monkeypatch.setenv("WM_JOB_ID", LOST)  # one that a person starts while nobody reads
    assert read(knowledge, site, tenant, of)["state"] == "ready"


def test_a_source_that_is_deleted_while_it_is_read_ends_its_reading(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/", "Words.", "/a")
    site.put("/a", "More words.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    add_page = read_source.add_page

    def taken(*arguments: Any) -> None:
        add_page(*arguments)
        knowledge.rows("delete from knowledge_sources where id = %s", of)

    monkeypatch.setattr(read_source, "add_page", taken)
    assert "deleted while it was read" in read(knowledge, site, tenant, of)["reason"]
