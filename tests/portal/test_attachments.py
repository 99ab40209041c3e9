"""Files of a conversation in the portal: sealed on their way, of one's own tenant only, and sent once."""

from __future__ import annotations

import contextlib
import io
import json
import os
import uuid
import zipfile
from base64 import b64decode, b64encode
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from f.portal_api.attachments import info_of_piece, info_of_upload
from f.portal_api.sealed_transport import SUITE, sealing_key
from f.whatsapp import graph_api
from f.whatsapp.outgoing_files import LIMITS, outgoing_kind
from tests.portal.conftest import MASTER_KEY, A, Portal
from tests.portal.test_work import SENT, UNREACHED, later
from tests.problems import raises_problem

VIEWER, AGENT, STRANGER = "viewer@alpha.example", "agent@alpha.example", "owner@beta.example"
ATTACHMENTS, CONVERSATIONS = "f.portal_api.attachments", "f.portal_api.conversations"
JPEG, PDF = b"\xff\xd8\xff\xe0" + b"picture " * 10, b"%PDF-1.7 words"
VOICE = b"OggS" + b"\0" * 24 + b"OpusHead" + b"sound" * 10


class Page:
    """The page of one person: it makes a key pair and opens what comes back."""

    def __init__(self, portal: Portal, who: str = VIEWER) -> None:
        self.portal, self.who, self.private = portal, who, X25519PrivateKey.generate()

    @property
    def key(self) -> str:
        return b64encode(self.private.public_key().public_bytes_raw()).decode()

    def piece(self, file_id: str, first: int = 0) -> dict[str, Any]:
        return self.portal.ask(self.who, ATTACHMENTS, "get", file_id=file_id, first=first, page_key=self.key)

    def opened(self, file_id: str, answer: dict[str, Any]) -> bytes:
        info = info_of_piece(A, file_id, answer["first"])
        return SUITE.decrypt(b64decode(answer["sealed"]), self.private, info)


def photo(portal: Portal, contact: str, content: bytes | None = JPEG) -> str:
    """A photo that came with the contact's first message; its id."""
    portal.rows(
        "insert into media (phone_number_id, message_id, tenant_id, contact_id, kind, mime_type, filename, content, size_bytes)"
        " select '1001', message_id, %s, %s, 'image', 'image/jpeg', '', %s, %s from conversation_logs where direction = 'in' limit 1",
        *(A, contact, content, len(content or b"")),
    )
    (row,) = portal.rows("select id::text from media")
    return str(row["id"])


def test_a_file_comes_sealed_to_the_page_in_pieces(portal: Portal, conversation: dict[str, str]) -> None:
    content = JPEG + bytes(range(256)) * 8000
    file_id = photo(portal, conversation["contact"], content)
    thread = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=conversation["contact"])
    assert thread["messages"][0]["file"] == {
        **{"id": file_id, "kind": "image", "name": None, "mime": "image/jpeg", "size": len(content)},
        **{"transcript": None, "state": "here", "problem": None},
    }
    assert thread["messages"][1]["file"] is None
    page, first, whole = Page(portal), 0, b""
    while first is not None:
        answer = page.piece(file_id, first)
        assert b64decode(answer["sealed"])[32:60] not in content and JPEG not in b64decode(answer["sealed"])
        whole += page.opened(file_id, answer)
        first = answer["next"]
    assert whole == content
    answer = page.piece(file_id, 5)
    with pytest.raises(InvalidTag):
        SUITE.decrypt(b64decode(answer["sealed"]), page.private, info_of_piece(A, file_id, 0))
    with pytest.raises(InvalidTag):
        Page(portal).opened(file_id, answer)


def test_a_file_is_there_for_its_own_tenant_only(portal: Portal, conversation: dict[str, str]) -> None:
    file_id = photo(portal, conversation["contact"])
    assert Page(portal, STRANGER).piece(file_id)["refused"] == "not_found"
    assert Page(portal).piece(file_id)["size"] == len(JPEG)
    portal.rows("update media set content = null")
    assert Page(portal).piece(file_id)["refused"] == "attachment_gone"
    assert Page(portal).piece(str(uuid.uuid4()))["refused"] == "not_found"
    for key in ("", "a", b64encode(b"short").decode()):
        asked = {"file_id": photo_again(portal), "page_key": key}
        assert portal.ask(VIEWER, ATTACHMENTS, "get", **asked)["refused"] == "bad_request"


def photo_again(portal: Portal) -> str:
    (row,) = portal.rows("update media set content = 'bytes' returning id::text")
    return str(row["id"])


class Meta:
    """What stands in for WhatsApp: takes uploads, and answers sends by the next outcome."""

    def __init__(self, portal: Portal, monkeypatch: pytest.MonkeyPatch, *outcomes: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, str, bytes]] = {}
        self.outcomes = list(outcomes)
        monkeypatch.setattr(graph_api.GraphApi, "upload", lambda _, *file: self.keep(*file))
        monkeypatch.setattr(graph_api.GraphApi, "send", lambda _, content, *__: self.take(content))
        monkeypatch.setenv("WM_JOB_ID", str(uuid.uuid4()))
        portal.store_whatsapp_token(A)

    def keep(self, name: str, mime_type: str, content: bytes) -> str:
        self.files[media_id := str(len(self.files))] = (name, mime_type, bytes(content))
        return media_id

    def take(self, content: dict[str, Any]) -> dict[str, Any]:
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome["state"] == "sent":
            self.sent.append(content)
        return {"message_id": None, "code": None, "error": None, **outcome}


def sealed(content: bytes, contact: str, reply: str, to: str = MASTER_KEY) -> str:
    """A file as the page seals it."""
    public = X25519PublicKey.from_public_bytes(b64decode(sealing_key(to)))
    return b64encode(SUITE.encrypt(content, public, info_of_upload(A, contact, reply))).decode()


def asked(contact: str, content: bytes, **more: Any) -> dict[str, Any]:
    reply = str(uuid.uuid4())
    return {
        **{"contact_id": contact, "reply_id": reply, "sealed_file": sealed(content, contact, reply)},
        **more,
    }


@pytest.mark.parametrize(
    ("content", "more", "mime_type", "message"),
    [
        (JPEG, {"filename": "a.jpg", "caption": " The lamp. "}, "image/jpeg", {"caption": "The lamp."}),
        (PDF, {"filename": "C:\\tmp\\offer.pdf"}, "application/pdf", {"filename": "offer.pdf"}),
        (
            VOICE,
            {"filename": "v.ogg", "voice": True, "caption": "x"},
            "audio/ogg; codecs=opus",
            {"voice": True},
        ),
        (b"\0\0\0\x20ftypisom" + b"v" * 9, {"filename": "v.mp4"}, "video/mp4", {}),
    ],
    ids=["picture", "document", "voice note", "video"],
)
def test_a_file_of_the_staff_goes_out_once_and_stands_in_the_thread(
    portal: Portal,
    conversation: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    more: dict[str, Any],
    mime_type: str,
    message: dict[str, Any],
) -> None:
    meta, contact = Meta(portal, monkeypatch, SENT), conversation["contact"]
    assert portal.ask(AGENT, ATTACHMENTS, "get_key")["sealing_key"] == sealing_key(MASTER_KEY)
    request = asked(contact, content, **more)
    for _ in range(2):
        assert portal.ask(AGENT, ATTACHMENTS, "send", **request) == {"ok": True, "state": "sent"}
    (sent,) = meta.sent
    assert sent[sent["type"]] == {"id": "0", **message}
    assert meta.files["0"][1:] == (mime_type, content)
    last = portal.ask(VIEWER, CONVERSATIONS, "get", contact_id=contact)["messages"][-1]
    assert (last["model"], last["status"], last["file"]["state"]) == ("human", "sent", "here")
    page = Page(portal)
    assert page.opened(last["file"]["id"], page.piece(last["file"]["id"])) == content
    job = portal.rows(
        "select due_at < now() + interval '2 minutes' as soon from job_data where job_id = %s",
        os.environ["WM_JOB_ID"],
    )
    assert job == [{"soon": True}], "the job with the sealed file is blanked"


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), UNREACHED], ids=["its worker dies", "no network"])
def test_a_file_that_could_not_be_sent_at_once_is_sent_once_by_recovery(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch, trouble: Any
) -> None:
    meta = Meta(portal, monkeypatch, trouble, SENT)
    request = asked(conversation["contact"], PDF, filename="offer.pdf")
    with contextlib.suppress(KeyboardInterrupt):
        assert portal.ask(AGENT, ATTACHMENTS, "send", **request) == {"ok": True, "state": "pending"}
    assert meta.sent == []
    later(portal)
    later(portal)
    (sent,) = meta.sent
    assert meta.files[sent["document"]["id"]] == ("offer.pdf", "application/pdf", PDF)


def test_a_file_that_does_not_open_or_does_not_fit_is_refused_in_words(
    portal: Portal, conversation: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meta, contact = Meta(portal, monkeypatch, SENT), conversation["contact"]
    good = asked(contact, PDF, filename="offer.pdf")
    other = {**good, "reply_id": str(uuid.uuid4())}
    assert portal.ask(AGENT, ATTACHMENTS, "send", **other)["refused"] == "attachment_seal"
    plain = {**good, "sealed_file": b64encode(PDF).decode()}
    assert portal.ask(AGENT, ATTACHMENTS, "send", **plain)["refused"] == "attachment_seal"
    webm = asked(contact, b"\x1aE\xdf\xa3 webm", filename="v.webm")
    assert portal.ask(AGENT, ATTACHMENTS, "send", **webm)["refused"] == "attachment_type"
    large = asked(contact, JPEG + b"x" * LIMITS["image"], filename="a.jpg")
    refused = portal.ask(AGENT, ATTACHMENTS, "send", **large)
    assert (refused["refused"], refused["values"]) == ("attachment_image_size", {"size": 5.0, "most": 5})
    portal.rows("update conversation_logs set created_at = now() - interval '25 hours'")
    late = asked(contact, PDF, filename="offer.pdf")
    assert portal.ask(AGENT, ATTACHMENTS, "send", **late)["refused"] == "window_closed"
    assert meta.sent == [] and portal.rows("select id from staff_files") == []


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "photo", "image image/png"),
        (b"\0\0\0\x18ftyp3gp4", "v", "video video/3gpp"),
        (b"\0\0\0\x18ftypM4A ", "v", "audio audio/mp4"),
        (b"\0\0\0\x18ftypisom", "voice.m4a", "audio audio/mp4"),
        (b"ID3 sound", "s.mp3", "audio audio/mpeg"),
        (b"\xff\xfb\x90", "s", "audio audio/mpeg"),
        (b"\xff\xf1\x50", "s", "audio audio/aac"),
        (b"#!AMR\n", "s", "audio audio/amr"),
        (b"\xd0\xcf\x11\xe0", "old.DOC", "document application/msword"),
        ("Año nuevo".encode(), "a.txt", "document text/plain"),
        (office("word/document.xml"), "offer.docx", "document application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says(content: bytes, name: str, kind: str) -> None:
    assert " ".join(outgoing_kind(content, name)) == kind


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90\0", "photo.jpg"),
        (b"RIFF\0\0\0\0WEBP", "a.webp"),
        (b"OggS" + b"\0" * 24 + b"\x01vorbis", "a.ogg"),
        (office("a.txt"), "a.docx"),
        (b"PK\x03\x04 broken", "a.docx"),
        (b"\xd0\xcf\x11\xe0", "mail.msg"),
        (b"\xff\xfe\x00text", "a.txt"),
    ],
)
def test_what_whatsapp_does_not_take_is_refused(content: bytes, name: str) -> None:
    with raises_problem("attachment_type"):
        outgoing_kind(content, name)
    with raises_problem("file_empty"):
        outgoing_kind(b"", name)


def test_nothing_plain_stands_in_an_answer(portal: Portal, conversation: dict[str, str]) -> None:
    file_id = photo(portal, conversation["contact"], b"\xff\xd8\xff planted words")
    answer = json.dumps(Page(portal).piece(file_id))
    assert "planted" not in answer and b64encode(b"planted words").decode()[:12] not in answer
