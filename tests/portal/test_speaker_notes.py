"""Speakers' notes of presentations are read only for a business that wants it; else the document says that they were left out."""

from __future__ import annotations

from pathlib import Path

from tests.knowledge.endpoint import Endpoint
from tests.portal.conftest import Portal
from tests.portal.test_passages import EDITOR, endpoint, passages, put  # noqa: F401

TALK = Path(__file__).parents[1] / "knowledge" / "office" / "talk.pptx"


def test_notes_are_left_out_unless_the_business_wants_them(portal: Portal, endpoint: Endpoint) -> None:  # noqa: F811
    assert portal.ask(EDITOR, "f.portal_api.list_documents", "list")["speaker_notes"] is False
    listed = passages(portal, put(portal, TALK.read_bytes(), "talk.pptx"))
    assert "Say more about parking." not in str(listed["passages"])
    assert [warning["code"] for warning in listed["document"]["warnings"]] == ["slide_notes_left_out"]
    portal.rows("delete from documents")
    assert portal.ask(EDITOR, "f.portal_api.documents", "set_speaker_notes", speaker_notes=True)["ok"]
    listed = passages(portal, put(portal, TALK.read_bytes(), "talk.pptx"))
    assert "Say more about parking." in str(listed["passages"]) and listed["document"]["warnings"] == []
    assert portal.ask(EDITOR, "f.portal_api.list_documents", "list")["speaker_notes"] is True
