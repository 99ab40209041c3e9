"""Web sources and typed questions behind the portal: who may do what, limits in words, and what is read again."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from f.portal_api import sources as module
from tests.faults.storm import until
from tests.portal.conftest import A, Portal

OWNER, EDITOR, AGENT = "owner@alpha.example", "editor@alpha.example", "agent@alpha.example"
SOURCES, ANSWERS = "f.portal_api.sources", "f.portal_api.qa_pairs"


def add(portal: Portal, url: str = "https://shop.example", **fields: Any) -> dict[str, Any]:
    return portal.ask(EDITOR, SOURCES, "create", url=url, **{"kind": "crawl", **fields})


def sources(portal: Portal) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = portal.ask(AGENT, SOURCES, "list")["sources"]
    return listed


def test_a_source_is_read_at_once_and_shown_with_its_pages(portal: Portal) -> None:
    added = add(portal, max_pages=7, refresh_hours=12)
    assert portal.flows == [("f/ingest/read_web_source", {"source_id": added["source_id"], "tenant_id": A})]
    (one,) = sources(portal)
    assert (one["url"], one["state"], one["max_pages"], one["refresh_hours"]) == (
        "https://shop.example/",
        "new",
        7,
        12,
    )
    for state in ("ready", "failed"):
        portal.rows(
            "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, state, origin, source_id, source_url)"
            " values (%s, %s, 'page.md', %s, 1, 'x', %s, 'web', %s, 'https://shop.example/' || %s)",
            *(A, state, state.encode(), state, added["source_id"], state),
        )
    (one,) = sources(portal)
    assert (one["ready"], one["failed"]) == (1, 1)
    pages = portal.ask(AGENT, SOURCES, "list_pages", source_id=added["source_id"])["pages"]
    assert [page["state"] for page in pages] == ["failed", "ready"]
    gone = portal.ask(OWNER, SOURCES, "delete", source_id=added["source_id"])
    assert gone == {"ok": True, "deleted": "https://shop.example/", "documents": 2}
    assert portal.rows("select from documents") == []


def test_a_source_that_is_being_read_is_not_read_twice(portal: Portal) -> None:
    source_id = add(portal)["source_id"]
    assert portal.ask(EDITOR, SOURCES, "refresh", source_id=source_id)["refused"] == "source_busy"
    portal.rows(
        "update knowledge_sources set state = 'ready', read_at = now(), next_read_at = now() + interval '1 day'"
    )
    assert portal.ask(EDITOR, SOURCES, "update", source_id=source_id, refresh_hours=1)["ok"] is True
    (row,) = portal.rows(
        "select next_read_at <= now() + interval '1 hour' as soon, max_pages from knowledge_sources"
    )
    assert row == {"soon": True, "max_pages": 50}
    assert portal.ask(EDITOR, SOURCES, "refresh", source_id=source_id)["run"]
    assert len(portal.flows) == 2


def test_all_pages_that_a_source_may_have_are_shown(portal: Portal) -> None:
    source_id = add(portal, max_pages=2000)["source_id"]
    portal.rows(
        "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, origin, source_id, source_url)"
        " select %s, 'P', 'page.md', sha256(n::text::bytea), 1, 'x', 'web', %s, 'https://shop.example/' || n from generate_series(1, 2000) n",
        *(A, source_id),
    )
    assert len(portal.ask(AGENT, SOURCES, "list_pages", source_id=source_id)["pages"]) == 2000


def test_two_people_at_once_start_one_reading_and_see_it(portal: Portal) -> None:
    source_id = add(portal)["source_id"]
    portal.rows("update knowledge_sources set state = 'ready', next_read_at = now() + interval '1 day'")
    waits = "select pid from pg_locks l join pg_stat_activity a using (pid) where not granted and a.datname = current_database()"
    with ThreadPoolExecutor(2) as people, psycopg.connect(portal.url) as held:
        held.execute("select from knowledge_sources for update")
        asked = [
            people.submit(portal.ask, who, SOURCES, "refresh", source_id=source_id) for who in (OWNER, EDITOR)
        ]
        until(lambda: len(portal.rows(waits)) == 2, 60)
        held.rollback()
        answers = [one.result(60) for one in asked]
    assert sorted(answer.get("refused", "") for answer in answers) == ["", "source_busy"]
    assert len(portal.flows) == 2 and sources(portal)[0]["state"] == "reading"


def test_a_reading_that_the_schedule_has_begun_is_not_begun_again(portal: Portal) -> None:
    source_id = add(portal)["source_id"]
    portal.rows("update knowledge_sources set state = 'ready', next_read_at = now()")
    portal.rows("select claim_sources(10)")
    assert portal.ask(EDITOR, SOURCES, "refresh", source_id=source_id)["refused"] == "source_busy"


def test_a_reading_that_cannot_be_started_says_so_and_can_be_tried_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> str:
        raise RuntimeError("Windmill did not start it")

    works = module.start_flow
    monkeypatch.setattr(module, "start_flow", down)
    with pytest.raises(RuntimeError):
        add(portal)
    (one,) = sources(portal)
    assert one["state"] == "failed" and one["error"]["code"] == "source_failed"
    monkeypatch.setattr(module, "start_flow", works)
    for action in ("update", "refresh"):
        fields = {"source_id": one["id"], "refresh_hours": 1}
        assert portal.ask(EDITOR, SOURCES, action, **fields)["ok"] is True
    portal.rows("update knowledge_sources set state = 'ready'")
    monkeypatch.setattr(module, "start_flow", down)
    with pytest.raises(RuntimeError):
        portal.ask(EDITOR, SOURCES, "refresh", source_id=one["id"])
    assert sources(portal)[0]["state"] == "failed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        *(({"url": url}, "source_address") for url in ("", "shop", "ftp://a.example/", "https://u:p@a.example/", "http://[", "https://a b")),
        *(({"url": "https://b.example", "kind": kind}, "source_kind") for kind in ("", "site")),
        *(({"url": "https://b.example", "max_pages": most}, "whole_number_out_of_range") for most in (0, 2001, "5", True, 1.5)),
        ({"url": "https://shop.example/#top"}, "source_exists"),
    ],
)  # fmt: skip
def test_what_is_no_source_is_refused(portal: Portal, fields: dict[str, Any], code: str) -> None:
    add(portal)
    answer = add(portal, **fields)
    assert answer["refused"] == code and len(sources(portal)) == 1


def test_the_plan_limits_sources(portal: Portal) -> None:
    portal.rows("update tenants set limits = '{\"sources\": 1}' where id = %s", A)
    add(portal)
    refused = add(portal, url="https://b.example")
    assert (refused["refused"], refused["values"]) == ("plan_sources", {"most": 1})


@pytest.mark.field_failure(12)
def test_nobody_reaches_another_business(portal: Portal) -> None:
    source_id = add(portal)["source_id"]
    pair_id = portal.ask(EDITOR, ANSWERS, "create", question="Q?", answer="A.")["pair_id"]
    for action in ("list_pages", "refresh", "delete"):
        assert (
            portal.ask("owner@beta.example", SOURCES, action, source_id=source_id)["refused"] == "not_found"
        )
    assert portal.ask("owner@beta.example", SOURCES, "list")["sources"] == []
    seen = portal.ask("owner@beta.example", ANSWERS, "list")
    assert seen == {"ok": True, "pairs": [], "document": None, "draft": None, "version": None}
    assert portal.ask("owner@beta.example", ANSWERS, "delete", pair_id=pair_id)["refused"] == "not_found"
    for script, action in (
        (SOURCES, "create"),
        (SOURCES, "delete"),
        (ANSWERS, "create"),
        (ANSWERS, "update"),
    ):
        assert portal.ask(AGENT, script, action)["refused"] == "role"


def content(portal: Portal, document_id: str) -> list[tuple[str, str]]:
    (row,) = portal.rows("select content from documents where id = %s", document_id)
    return [(pair["question"], pair["answer"]) for pair in json.loads(row["content"])["pairs"]]


def test_typed_answers_become_a_document_and_its_next_versions(portal: Portal) -> None:
    first = portal.ask(EDITOR, ANSWERS, "create", question=" Do you \n ship? ", answer="Yes.")
    again = portal.ask(EDITOR, ANSWERS, "create", question="When?", answer="Soon.")
    assert again["document_id"] == first["document_id"], "nobody has read it yet"
    assert content(portal, first["document_id"]) == [("Do you ship?", "Yes."), ("When?", "Soon.")]
    portal.rows("update documents set state = 'ready'")
    saved = portal.ask(
        EDITOR, ANSWERS, "update", pair_id=first["pair_id"], question="Do you ship?", answer="No."
    )
    (row,) = portal.rows(
        "select replaces::text, origin, sendable from documents where id = %s", saved["document_id"]
    )
    assert row == {"replaces": first["document_id"], "origin": "qa_pairs", "sendable": False}
    listed = portal.ask(AGENT, ANSWERS, "list")
    assert [pair["question"] for pair in listed["pairs"]] == ["When?", "Do you ship?"]
    assert (listed["document"]["id"], listed["document"]["state"]) == (saved["document_id"], "received")
    for pair in listed["pairs"]:
        last = portal.ask(EDITOR, ANSWERS, "delete", pair_id=pair["id"])
    assert last["document_id"] is None and portal.rows("select from documents") == []


def test_a_list_is_taken_in_one_go(portal: Portal) -> None:
    pairs = [{"question": f"Q{n}?", "answer": f"A{n}."} for n in range(40)]
    assert portal.ask(EDITOR, ANSWERS, "import", pairs=pairs)["added"] == 40
    pairs[3]["answer"] = "Another."
    answer = portal.ask(EDITOR, ANSWERS, "import", pairs=pairs)
    assert (answer["added"], answer["changed"]) == (0, 1)
    assert portal.ask(EDITOR, ANSWERS, "import", pairs=pairs)["document_id"] is None
    incomplete = portal.ask(EDITOR, ANSWERS, "import", pairs=[*pairs, {"question": "?"}])
    assert incomplete["refused"] == "pair_incomplete"
    assert portal.ask(EDITOR, ANSWERS, "import", pairs=[])["refused"] == "pairs_count"
    known = portal.ask(EDITOR, ANSWERS, "create", question="q3?", answer="A.")
    assert known["refused"] == "question_exists"


def test_a_limit_of_the_plan_undoes_the_change(portal: Portal) -> None:
    portal.rows('update tenants set limits = \'{"ingestions_per_day": 1, "qa_pairs": 2}\' where id = %s', A)
    portal.ask(EDITOR, ANSWERS, "create", question="Q?", answer="A.")
    portal.rows("update documents set state = 'ready'")
    refused = portal.ask(EDITOR, ANSWERS, "create", question="R?", answer="A.")
    assert (refused["refused"], refused["values"]) == ("plan_daily_documents", {"most": 1})
    assert len(portal.ask(EDITOR, ANSWERS, "list")["pairs"]) == 1
    many = [{"question": f"Q{n}?", "answer": "A."} for n in range(3)]
    refused = portal.ask(EDITOR, ANSWERS, "import", pairs=many)
    assert (refused["refused"], refused["values"]) == ("plan_questions", {"most": 2})
