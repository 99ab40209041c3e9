"""Uploads that meet: one file twice at once, a failed one again as something else, two new versions of one document; the list of all of them."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from tests.faults.storm import until
from tests.knowledge.conftest import MODEL, vector
from tests.portal.conftest import A, Portal

EDITOR = "editor@alpha.example"


def upload(portal: Portal, content: str, **fields: Any) -> dict[str, Any]:
    asked = {"file": b64encode(content.encode()).decode(), "filename": f"{content}.txt", **fields}
    return portal.ask(EDITOR, "f.ingest.upload_document", "upload", **asked)


def publish(portal: Portal, document_id: str) -> None:
    """What an ingestion of one passage ends with."""
    with psycopg.connect(portal.url, autocommit=True) as conn:
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        conn.execute(
            "insert into staged_chunks (document_id, ordinal, tenant_id, page, char_start, page_end, char_end, heading, tokens, text,"
            " model_id, embedding) values (%s, 0, %s, 1, 0, 1, 1, '', 1, 'words', %s, %s::vector)",
            [document_id, A, MODEL, vector(1)],
        )
        conn.execute("select publish_document(%s)", [document_id])


def fail(portal: Portal, document_id: str) -> None:
    portal.rows(
        "update documents set state = 'failed', error = problem('pdf_damaged') where id = %s", document_id
    )


def titles(portal: Portal) -> list[str]:
    return [row["title"] for row in portal.rows("select title from documents order by title")]


def waiting(portal: Portal) -> int:
    (row,) = portal.rows(
        "select count(*) as n from pg_locks l join pg_stat_activity a using (pid)"
        " where not l.granted and a.datname = current_database() and a.backend_type = 'client backend'"
    )
    return int(row["n"])


def test_the_same_file_at_once_is_taken_once(portal: Portal) -> None:
    with ThreadPoolExecutor(4) as people, psycopg.connect(portal.url) as held:
        held.execute("select lock_admissions(%s)", [A])
        uploads = [people.submit(upload, portal, "prices", filename=f"{n}.txt") for n in range(4)]
        until(lambda: waiting(portal) == 4, 60)
        held.rollback()
        answers = [one.result(60) for one in uploads]
    assert sorted("known" in answer for answer in answers) == [False, True, True, True]
    assert len({answer["document_id"] for answer in answers}) == len(portal.flows) == 1
    assert portal.rows("select ingestions from tenant_ingestions") == [{"ingestions": 1}]


@pytest.mark.parametrize("as_a_version", [True, False])
def test_a_failed_file_is_taken_again_as_what_it_is_uploaded_as_now(
    portal: Portal, as_a_version: bool
) -> None:
    old = upload(portal, "old")["document_id"]
    publish(portal, old)
    failed = upload(portal, "new", **({} if as_a_version else {"replaces": old}))["document_id"]
    fail(portal, failed)
    fields = {"replaces": old} if as_a_version else {}
    again = portal.ask(
        "owner@alpha.example",
        "f.ingest.upload_document",
        "upload",
        **{"file": b64encode(b"new").decode(), "filename": "Second.txt", "title": "Prices", **fields},
    )
    assert (again["document_id"], again["state"]) == (failed, "received")
    (row,) = portal.rows("select title, filename, uploaded_by, error from documents where id = %s", failed)
    assert row == {
        "title": "Prices",
        "filename": "Second.txt",
        "uploaded_by": "owner@alpha.example",
        "error": None,
    }
    publish(portal, failed)
    assert titles(portal) == (["Prices"] if as_a_version else ["Prices", "old"])


@pytest.mark.parametrize("first_to_be_whole", ["second", "third"])
def test_of_two_new_versions_the_later_one_answers_in_the_end(portal: Portal, first_to_be_whole: str) -> None:
    old = upload(portal, "first")["document_id"]
    publish(portal, old)
    ids = {name: upload(portal, name, replaces=old)["document_id"] for name in ("second", "third")}
    publish(portal, ids.pop(first_to_be_whole))
    assert titles(portal) == (["second", "third"] if first_to_be_whole == "second" else ["third"])
    if first_to_be_whole == "second":
        publish(portal, ids["third"])
    assert titles(portal) == ["third"]


def test_a_failed_version_that_comes_again_is_the_latest(portal: Portal) -> None:
    old = upload(portal, "first")["document_id"]
    publish(portal, old)
    second = upload(portal, "second", replaces=old)["document_id"]
    fail(portal, second)
    third = upload(portal, "third", replaces=old)["document_id"]
    assert upload(portal, "second", replaces=old)["document_id"] == second
    publish(portal, third)
    assert titles(portal) == ["second", "third"]
    publish(portal, second)
    assert titles(portal) == ["second"]


def may_go_out(portal: Portal) -> list[str]:
    """The titles of the files that a chatbot that sends documents may send."""
    with psycopg.connect(portal.url) as conn:  # rolled back
        conn.execute("select set_config('app.tenant_id', %s, false)", [A])
        conn.execute("update documents set media_type = 'text/plain'")
        conn.execute("update chatbots set send_documents = true where phone_number_id = '1001'")
        titles = [title for (title,) in conn.execute("select title from sendable_documents('1001')")]
        conn.rollback()
    return titles


@pytest.mark.parametrize("taken_again", [False, True])
def test_no_file_goes_to_customers_before_somebody_says_so_and_its_next_version_goes_too(
    portal: Portal, taken_again: bool
) -> None:
    old = upload(portal, "old")["document_id"]
    publish(portal, old)
    (shown,) = portal.ask(EDITOR, "f.portal_api.list_documents", "list")["documents"]
    assert shown["sendable"] is False and may_go_out(portal) == []
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=old, sendable=True)
    assert may_go_out(portal) == ["old"]
    if taken_again:
        fail(portal, upload(portal, "new")["document_id"])
    new = upload(portal, "new", replaces=old)["document_id"]
    publish(portal, new)
    assert may_go_out(portal) == ["new"]
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=new, sendable=False)
    publish(portal, upload(portal, "newest", replaces=new)["document_id"])
    assert may_go_out(portal) == []


def test_what_may_no_longer_go_out_does_not_come_back_with_a_version_that_is_being_read(
    portal: Portal,
) -> None:
    old = upload(portal, "old")["document_id"]
    publish(portal, old)
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=old, sendable=True)
    new = upload(portal, "new", replaces=old)["document_id"]
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=old, sendable=False)
    publish(portal, new)
    assert may_go_out(portal) == []


def test_a_failed_file_that_is_taken_again_may_go_out_as_before(portal: Portal) -> None:
    only = upload(portal, "only")["document_id"]
    portal.ask(EDITOR, "f.portal_api.documents", "update", document_id=only, sendable=True)
    fail(portal, only)
    upload(portal, "only")
    publish(portal, only)
    assert may_go_out(portal) == ["only"]


def test_a_failed_file_as_a_version_of_itself_stays(portal: Portal) -> None:
    failed = upload(portal, "only")["document_id"]
    fail(portal, failed)
    upload(portal, "only", replaces=failed)
    publish(portal, failed)
    assert titles(portal) == ["only"]


def test_a_full_plan_has_room_for_new_versions_and_a_refusal_changes_nothing(portal: Portal) -> None:
    portal.rows("update tenants set limits = '{\"documents\": 1}' where id = %s", A)
    old = upload(portal, "first")["document_id"]
    publish(portal, old)
    second = upload(portal, "second", replaces=old)["document_id"]
    assert upload(portal, "third", replaces=old)["state"] == "received"
    fail(portal, second)
    before = portal.rows("select id, replaces, state from documents order by id")
    refused = upload(portal, "second")
    assert refused == {"ok": False, "refused": "plan_documents", "values": {"most": 1}}
    assert portal.rows("select id, replaces, state from documents order by id") == before


def test_every_document_can_be_seen(portal: Portal) -> None:
    portal.rows(
        "insert into documents (tenant_id, title, filename, sha256, size_bytes, content, created_at)"
        " select %s, n::text, 'a.txt', sha256(n::text::bytea), 1, 'x', now() - (n / 2) * interval '1 second'"
        " from generate_series(1, 2001) n",
        A,
    )
    first = portal.ask(EDITOR, "f.portal_api.list_documents", "list")
    assert (len(first["documents"]), first["more"]) == (2000, True)
    rest = portal.ask(EDITOR, "f.portal_api.list_documents", "list", before=first["documents"][-1]["id"])
    assert (len(rest["documents"]), rest["more"]) == (1, False)
    seen = {row["title"] for row in first["documents"] + rest["documents"]}
    assert seen == {str(n) for n in range(1, 2002)}
    stranger = portal.ask(
        "owner@beta.example", "f.portal_api.list_documents", "list", before=rest["documents"][0]["id"]
    )
    assert stranger["refused"] == "not_found"
