"""Documents that customers send: read in bounds, whatever they say of themselves, and never twice by a step that one of them ended."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import docx
import pytest

from f.agent.turn import Turn
from f.common.database import Database
from f.documents import sandbox
from f.documents.child import Bounds
from f.documents.page import Limits, Page, page
from f.documents.sandbox import text_of
from f.whatsapp import media
from f.whatsapp.canned_replies import canned_reply
from tests.knowledge.real_files import saved
from tests.problems import raises_problem
from tests.whatsapp.conftest import NUMBER, Bot

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def letter(words: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(words)
    return saved(document)


def test_a_document_is_read_apart() -> None:
    assert text_of(letter("It came with a crack."), "a.docx") == "[page 1]\nIt came with a crack."
    with raises_problem("file_empty"):
        text_of(b"", "a.docx")


def spin() -> None:
    while True:
        pass


ENDS: dict[str, Callable[[], object]] = {
    "takes memory": lambda: bytearray(4_000_000_000),
    "takes time": spin,
    "waits": threading.Event().wait,
    "crashes": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "raises": lambda: int("a"),
    "leaves": lambda: os._exit(0),
}


@pytest.mark.parametrize("what", ENDS)
def test_a_document_that_ends_its_reader_is_unreadable(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def pages(content: bytes, filename: str, limits: Limits) -> Iterator[Page]:
        yield page(1, "Begun.")
        ENDS[what]()

    monkeypatch.setattr(sandbox, "pages", pages)
    bounds = Bounds(cpu_s=1, wait_s=2 if what == "waits" else 60)
    monkeypatch.setattr(sandbox, "CUSTOMERS_BOUNDS", bounds)
    with raises_problem("file_reading_failed" if what == "raises" else "file_reading_cut"):
        text_of(b"a file", "a.txt")


class Api:
    """Meta, that has one file."""

    def __init__(self) -> None:
        self.asked = 0

    def fetch_media(self, media_id: str, most: int, seconds: float) -> bytes:
        self.asked += 1
        return letter("It came with a crack.")


def taken_in(bot: Bot, api: Any) -> list[dict[str, Any]]:
    context: Any = {"tenant_id": bot.tenant, "phone_number_id": NUMBER, "contact_id": None}
    part = {"id": "1", "mime_type": DOCX, "filename": "a.docx"}
    messages = [{"message_id": "wamid.file", "message": {"type": "document", "document": part}}]
    turn = Turn(Database(bot.conn), context, {"llm": {"provider": "openai", "model": "m"}, "master_key": ""})
    return media.take_in(turn, messages, api)


def test_a_document_is_stored_as_words(bot: Bot) -> None:
    assert taken_in(bot, Api()) == [{"message_id": "wamid.file", "kind": "document", "problem": None}]
    (row,) = bot.rows("select words, problem, mime_type, filename, content is not null as content from media")
    assert row == {
        "words": "[page 1]\nIt came with a crack.",
        "problem": None,
        "mime_type": DOCX,
        "filename": "a.docx",
        "content": True,
    }, "and as a file for the staff"


class Killed(BaseException):
    """What ends a step from outside."""


def test_a_document_that_ended_a_step_is_not_read_again(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(content: bytes, filename: str) -> str:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(media, "read", read)
        taken_in(bot, Api())
    api = Api()
    (known,) = taken_in(bot, api)
    assert (known["problem"], api.asked) == (media.UNFINISHED, 0)
    context: Any = {
        "question": "[document] a.docx",
        "message_ids": ["wamid.file"],
        "contact": {"language": "en"},
        "chatbot": {"languages": ["en"]},
    }
    told = media.file_outcome(context, {}, None, [known])
    assert told == {"attachments": [], "say": canned_reply(context, {}, "cannot_open")}
