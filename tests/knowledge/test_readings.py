"""One reader for each source: who has the claim reads, and a reading whose run is gone is not shown for ever."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from f.ingest import on_source_failure, read_source, readings, refresh_sources
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
    first, second = (source(knowledge, knowledge.tenant(), "page", f"https://{n}.example/") for n in "ab")
    works = readings.start_flow

    def start(path: str, ids: dict[str, str], job: str) -> str:
        if ids["source_id"] == first:
            raise RuntimeError("HTTP 500")
        return works(path, ids, job=job)

    monkeypatch.setattr(readings, "start_flow", start)
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


@pytest.fixture
def slices(knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run reads one page."""
    knowledge.rows("delete from knowledge_sources")
    monkeypatch.setattr(read_source, "SLICE_S", 0)


def readings_started(started: list[Any]) -> list[str]:
    return [row["source_id"] for row in started if row["path"] == "f/ingest/read_web_source"]


def run_next(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """The run that was started last."""
    row = next(row for row in reversed(started) if row["path"] == "f/ingest/read_web_source")
    run = knowledge.value("select run_id::text from knowledge_sources where id = %s", row["source_id"])
    monkeypatch.setenv("WM_JOB_ID", run)
    return read(knowledge, site, row["tenant_id"], row["source_id"])


@pytest.mark.usefixtures("slices")
def test_a_reading_goes_on_in_slices_and_comes_to_the_same(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/", "Start.", "/a /b")
    site.put("/a", "Page A.", "/c")
    site.put("/b", "Page B.")
    site.put("/c", "Page C.", "/lost")
    site.put("/gone", "Page that goes.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    refresh_sources.main(knowledge.db)
    results = [run_next(knowledge, site, started, monkeypatch) for _ in range(5)]
    while results[-1]["state"] == "reading":
        results.append(run_next(knowledge, site, started, monkeypatch))
    assert [result["new"] for result in results[:4]] == [1, 2, 3, 4]
    assert results[-1]["state"] == "ready" and results[-1]["new"] == 4
    assert "/lost" in str(results[-1]["warnings"])
    assert site.asked.count("/a") == 1, "no page is requested twice"
    (row,) = knowledge.rows("select state, pages, progress, losses from knowledge_sources where id = %s", of)
    assert row == {"state": "ready", "pages": 4, "progress": None, "losses": 0}
    assert readings_started(started) == [of] * len(results), "nothing is due any more"


@pytest.mark.usefixtures("slices")
def test_readings_take_turns(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one tenant one at a time, and each slice goes behind those that wait."""
    monkeypatch.setattr(readings, "READINGS", 1)
    site.put("/", "Start.", "/a /b /c")
    for path in "abc":
        site.put(f"/{path}", f"Page {path}.")
    tenant = knowledge.tenant()
    of = [source(knowledge, tenant, "crawl", site.url + f"/?{n}") for n in range(2)]
    other = source(knowledge, knowledge.tenant(), "crawl", site.url + "/?3")
    for number, one in enumerate([of[0], other, of[1]]):
        knowledge.rows(
            "update knowledge_sources set next_read_at = now() - make_interval(mins => %s) where id = %s returning 1",
            *(9 - number, one),
        )
    refresh_sources.main(knowledge.db)
    for _ in range(6):
        run_next(knowledge, site, started, monkeypatch)
    assert readings_started(started)[:6] == [of[0], other, of[1]] * 2


@pytest.mark.usefixtures("slices")
def test_a_lost_slice_is_read_again_and_the_reading_goes_on(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/", "Start.", "/a /b")
    site.put("/a", "Page A.")
    site.put("/b", "Page B.")
    of = source(knowledge, knowledge.tenant(), "crawl", site.url + "/")
    refresh_sources.main(knowledge.db)
    assert run_next(knowledge, site, started, monkeypatch)["state"] == "reading"
    monkeypatch.setattr(refresh_sources, "job_state", lambda run: "unknown")
    knowledge.rows(
        "update knowledge_sources set next_read_at = next_read_at - interval '15 minutes' returning 1"
    )
    assert refresh_sources.main(knowledge.db)["failed"] == [], "the next run of the schedule starts it"
    assert refresh_sources.main(knowledge.db)["started"] != []
    results = [run_next(knowledge, site, started, monkeypatch) for _ in range(2)]
    assert results[-1]["new"] == 3 and site.asked.count("/") == 1
    assert state(knowledge, of) == "reading"
    for _ in range(3):
        knowledge.rows("update knowledge_sources set next_read_at = now() + interval '1 hour' returning 1")
        refresh_sources.main(knowledge.db)
        refresh_sources.main(knowledge.db)
    assert state(knowledge, of) == "failed", "a reading whose runs are lost again and again ends"


@pytest.mark.usefixtures("slices")
def test_a_slice_that_fails_after_it_was_put_down_does_not_end_the_reading(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.put("/", "Start.", "/a")
    site.put("/a", "Page A.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    refresh_sources.main(knowledge.db)

    def down(*_: Any) -> list[str]:
        raise OSError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(read_source, "start_due", down)
        with pytest.raises(Exception, match="went away"):
            run_next(knowledge, site, started, monkeypatch)
        on_source_failure.main({}, of, tenant, knowledge.db)
    assert state(knowledge, of) == "reading" and len(refresh_sources.main(knowledge.db)["started"]) == 1
    assert run_next(knowledge, site, started, monkeypatch)["new"] == 2
