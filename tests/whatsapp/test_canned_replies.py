"""The platform's words: complete in each language it offers, in the customer's language, and the chatbot's own always win."""

from __future__ import annotations

from typing import Any

import pytest

from f.agent.language import detect
from f.whatsapp.canned_replies import CANNED_REPLIES, canned_reply
from f.whatsapp.choices import BUTTON_TITLE
from f.whatsapp.media import UNUSABLE, file_outcome

LANGUAGES = ["en", "es", "de", "fr", "it", "pt", "nl", "ca"]


def context(question: str = "", language: str | None = None, languages: tuple[str, ...] = ("en",)) -> Any:
    known = dict.fromkeys(["en", "es", "de", "fr", "it", "pt"], "x")
    return {
        "question": question,
        "history": [],
        "contact": {"language": language},
        "chatbot": {"languages": list(languages), "dont_know": known},
    }


@pytest.mark.parametrize("situation", CANNED_REPLIES)
def test_each_situation_has_words_in_each_language(situation: str) -> None:
    assert list(CANNED_REPLIES[situation]) == LANGUAGES
    assert all(text.strip() == text and text for text in CANNED_REPLIES[situation].values())


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "it", "pt"])
def test_the_words_are_of_their_language(language: str) -> None:
    words = " ".join(texts[language] for key, texts in CANNED_REPLIES.items() if key != "choose")
    assert detect(words, ["en", "es", "de", "fr", "it", "pt"]) == language


def test_a_label_fits_its_button() -> None:
    assert max(map(len, CANNED_REPLIES["choose"].values())) <= BUTTON_TITLE


@pytest.mark.parametrize(
    ("question", "language", "languages", "expected"),
    [
        ("", "fr", ("en",), "Choisir"),
        ("", "pt_BR", ("en",), "Escolher"),
        ("Quando posso passare per la consegna?", None, ("en",), "Scegli"),
        ("Können Sie mir bitte sagen, wann Sie geöffnet haben?", None, ("en",), "Auswählen"),
        ("🙂", None, ("es", "en"), "Elegir"),
        ("", "ja", ("de",), "Auswählen"),
    ],
)
def test_the_customer_s_language(
    question: str, language: str | None, languages: tuple[str, ...], expected: str
) -> None:
    assert canned_reply(context(question, language, languages), {}, "choose") == expected


def test_the_chatbot_s_own_words_win() -> None:
    own = {"choose": {"es": "Tú eliges", "eo": "Elektu", "fr": ""}}
    assert canned_reply(context(language="es"), own, "choose") == "Tú eliges"
    assert canned_reply(context(language="eo"), own, "choose") == "Elektu"
    assert canned_reply(context(language="fr"), own, "choose") == "Choisir", "empty words are none"
    assert canned_reply(context(language="de"), own, "choose") == "Auswählen"
    assert canned_reply(context(language="de"), {"choose": "no table"}, "choose") == "Auswählen"


@pytest.mark.parametrize("kind", UNUSABLE)
def test_each_kind_of_file_that_can_not_be_used_is_told(kind: str) -> None:
    files = [{"message_id": "m", "kind": kind, "problem": "wrong_type"}]
    found = file_outcome(context(f"[{kind}]", "it"), {}, None, files)
    assert found == {"attachments": [], "say": CANNED_REPLIES[UNUSABLE[kind]]["it"]}


def test_beside_a_question_it_is_told_before_the_answer() -> None:
    files = [{"message_id": "m", "kind": "image", "problem": "too_large"}]
    found = file_outcome(
        context("[image] Is this lamp sold?", "en"), {"too_large": {"en": "Too big!"}}, None, files
    )
    assert found == {"attachments": [], "preface": "Too big!"}


def test_who_opts_in_again_is_welcomed_and_not_asked_about() -> None:
    alone: Any = {**context("START", "de"), "message_ids": ["m"]}
    assert file_outcome(alone, {}, "welcome_back", [])["say"] == CANNED_REPLIES["welcome_back"]["de"]
    more: Any = {**context("START\nIs this lamp sold?", "de"), "message_ids": ["m", "n"]}
    assert file_outcome(more, {}, "welcome_back", []) == {
        "attachments": [],
        "preface": CANNED_REPLIES["welcome_back"]["de"],
    }
