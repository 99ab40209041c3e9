"""What a tenant's staff uploads: it answers as soon as it is read, and what can't be read says why."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from deploy.bootstrap import DeployError

from local.documents.writer import render
from local.portal.calls import APP
from local.portal.wire import request
from local.seed import CLINIC, SHOP, document_state, upload, wait_for
from tests import bad_files
from tests.e2e.conftest import World


def settled(world: World, document_id: str) -> dict[str, Any]:
    """Waits until the document is ready or failed."""
    wait_for(lambda: document_state(world.stack, document_id) in ("ready", "failed"), 60)
    (row,) = world.rows("select state, error, chunks, pages from documents where id = %s", document_id)
    return row


def test_a_new_document_answers_soon(world: World) -> None:
    question = "When does the winter sale begin?"
    told = upload(world.stack, SHOP, render("winter-sale"), "winter-sale.pdf", "Winter sale")
    document = settled(world, told["document_id"])
    assert document["state"] == "ready"
    assert document["pages"] == 2
    assert "Winter sale, p. " in world.ask(SHOP, question)


@pytest.mark.field_failure(14)
def test_the_same_file_again_is_recognised(world: World) -> None:
    again = upload(world.stack, CLINIC, render(CLINIC.document), "copy.pdf")
    assert again["known"]
    rows = world.rows(
        "select count(*) from documents d join chatbots c using (tenant_id) where c.phone_number_id = %s",
        CLINIC.phone_number_id,
    )
    assert rows[0]["count"] == 1


BAD = {
    "scan": (bad_files.scanned, "pdf_scan"),
    "encrypted": (lambda: bad_files.encrypted(secrets.token_hex(8)), "file_password"),
    "truncated": (bad_files.truncated, "pdf_damaged"),
    "no text": (bad_files.blank, "document_empty"),
    "not a PDF": (bad_files.not_a_pdf, "file_type"),
}


@pytest.mark.field_failure(13)
@pytest.mark.parametrize("kind", BAD)
def test_what_can_not_be_read_says_why_and_the_chat_goes_on(world: World, kind: str) -> None:
    made, code = BAD[kind]
    told = upload(world.stack, CLINIC, made(), f"{kind}.pdf")
    document = settled(world, told["document_id"])
    assert (document["state"], document["error"]["code"]) == ("failed", code)
    assert "8 hours" in world.ask(CLINIC, "How long must I fast before a blood test?")


def test_an_empty_file_is_refused(world: World) -> None:
    assert upload(world.stack, CLINIC, b"", "nothing.pdf")["refused"] == "file_empty"


@pytest.mark.field_failure(12)
def test_nobody_uploads_without_signing_in_as_a_member(world: World) -> None:
    stranger = world.stack.as_person("somebody@elsewhere.example")
    args = {"request": request("upload", file="JVBERi0=", filename="x.pdf")}
    before = world.rows("select count(*) from documents")
    try:
        stranger.call(
            "POST",
            APP,
            {"component": "upload", "path": "script/f/ingest/upload_document", "args": args},
        )
    except DeployError as refused:
        assert "403" in str(refused) or "401" in str(refused)
    args["db"] = "$res:f/chatbot/database"  # as somebody who may run the script would fill in its form
    direct = world.stack.windmill().call("POST", "jobs/run/p/f/ingest/upload_document", args).text
    job = wait_for(lambda: _completed(world, direct), 90)
    assert job["result"]["ok"] is False
    assert world.rows("select count(*) from documents") == before


def _completed(world: World, job: str) -> dict[str, object] | None:
    found: dict[str, object] = world.stack.windmill().call("GET", f"jobs_u/get/{job}").json()
    return found if found["type"] == "CompletedJob" else None
