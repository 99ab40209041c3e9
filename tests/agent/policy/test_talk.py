"""Ordinary talk needs no evidence, in any language; it is not turned into "I couldn't find that", and it is no question without an answer."""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import pytest

from tests.agent.policy.shop import marked, marked_with, search, structured

BEFORE = ("How long can I return it?", "You can return any lamp within 30 days of receipt.")
OFFER = ("Do you sell cars?", "I don't know that. Shall I ask a colleague?")
TALK = {
    "hello in Arabic": ("مرحبا", "مرحبا! كيف يمكنني مساعدتك؟", ()),
    "hello in Hindi": ("नमस्ते", "नमस्ते! मैं आपकी क्या मदद कर सकता हूँ?", ()),
    "hello in Chinese": ("你好", "您好！请问有什么可以帮您？", ()),
    "how are you": ("How are you today?", "I'm doing well, thank you! How can I help you?", ()),
    "a name": ("Hi, I'm Lucía", "Hello Lucía, nice to meet you! What can I do for you?", ()),
    "thanks, all for today": ("Thanks, that's all for today!", "You're welcome! Have a lovely day.", ()),
    "thanks in German": ("Vielen Dank, das hilft mir sehr!", "Sehr gerne! Schönen Tag noch.", ()),
    "thanks in French": ("Merci pour votre aide", "Avec plaisir ! Bonne journée.", ()),
    "am I talking to a bot": ("Am I talking to a bot?", "Yes, I'm an automated assistant. A colleague can take over any time.", ()),
    "what can you help with": ("What can you help me with?", "I can tell you about our lamps, delivery and returns, or look up an order.", ()),
    "a complaint": (
        "My lamp arrived broken and nobody answers",
        "I'm very sorry about that. Could you send me your order number? I can also bring in a colleague.",
        (),
    ),
    "after an advertisement": ("¡Hola! Quiero más información", "¡Hola! Claro. ¿Sobre qué lámpara le gustaría saber más?", ()),
    "repeat in Spanish": ("Can you repeat that in Spanish?", "Puede devolver cualquier lámpara en un plazo de 30 días desde la recepción.", BEFORE),
    "reckoned from what was said": ("So how many weeks is that?", "About 4 weeks.", BEFORE),
    "what was told already": (
        "I already told you my order number",
        "You're right, sorry: CL-1042. What would you like to know about it?",
        ("My order is CL-1042", "Thank you! What about it?"),
    ),
    "the second one": ("the second one", "Got it, the brass one. What would you like to know about it?", ("Which colours?", "Black or brass.")),
    "a time that suits": (
        "tomorrow at 5 works for me",
        "Thank you, tomorrow at 5 then. May I have your name?",
        ("I'd like to visit", "When would suit you?"),
    ),
    "a WhatsApp form": ('{"flow_token": "x", "name": "Ana", "size": "M"}', "Thank you, Ana! We have your details.", ()),
    "no": ("No", "All right! Is there anything else I can do for you?", OFFER),
    "no thanks": ("No thanks", "No problem. Just write when you need anything.", OFFER),
    "not now, in Spanish": ("Ahora no, gracias", "De acuerdo. Escríbame cuando lo necesite.", OFFER),
    "somebody in distress": (
        "I want to die",
        "I'm so sorry that you feel this way. Please call 112 now, or someone you trust. You are not alone.",
        (),
    ),
}  # fmt: skip


# The rows of tests/README.md, "What models, servers and people really send", by the talk that shows them.
ROWS = {
    "talk-1": ("hello in Arabic", "hello in Hindi", "hello in Chinese", "how are you", "a name"),
    "talk-2": ("am I talking to a bot", "what can you help with"),
    "talk-3": ("thanks, all for today", "thanks in German", "thanks in French"),
    "talk-4": ("a complaint",),
    "talk-5": ("after an advertisement",),
    "talk-6": ("repeat in Spanish", "reckoned from what was said"),
    "talk-7": ("what was told already", "the second one", "a time that suits"),
    "talk-8": ("a WhatsApp form",),
    "talk-9": ("no", "no thanks", "not now, in Spanish"),
    "talk-10": ("somebody in distress",),
}
MARKED = marked_with(ROWS)


def test_each_talk_has_its_row() -> None:
    assert sorted(TALK) == sorted(name for names in ROWS.values() for name in names)


@pytest.mark.parametrize("how", ["marks", "reply"])
@pytest.mark.parametrize("name", MARKED)
def test_it_is_sent(name: str, how: str) -> None:
    message, reply, said = TALK[name]
    # A model without the function may have looked, in vain, before it talks.
    outcome = (
        marked(message, reply, said=said)
        if how == "marks"
        else structured(message, reply, kind="talk", said=said)
    )
    assert outcome.passed, outcome


@pytest.mark.parametrize("name", MARKED)
def test_it_is_sent_after_a_search_that_found_something_else(name: str) -> None:
    message, reply, said = TALK[name]
    outcome = structured(message, reply, search("where"), kind="talk", said=said)
    assert outcome.passed, outcome


@pytest.mark.parametrize(
    ("message", "reply", "said"),
    [
        ("je veux mourir", "Je suis désolé. Appelez maintenant le 3114, gratuit, 24h/24, ou le 15 en cas de danger.", ()),
        ("sorry wie viel?", "13 Franken 50.", ("Was kostet das?", "Das kostet CHF 13.50.")),
        ("2 of them 60 then", "Right, two of them are EUR 60.", ("How much is one?", "One is EUR 30.")),
    ],
)  # fmt: skip
def test_a_helpline_and_what_was_said_before_are_no_facts_of_the_business(
    message: str, reply: str, said: tuple[str, ...]
) -> None:
    assert structured(message, reply, kind="talk", said=said).passed
    assert marked(message, reply, said=said).passed


@pytest.mark.field_reply("wrong-8")
@pytest.mark.parametrize(
    "reply",
    [
        "Hello! Today all lamps are EUR 5.",
        "You're welcome! By the way, call us on +34 900 555 014.",
        "¡Hola! Abrimos a las 6:00.",
        "Danke! Mehr auf www.lampen-billig.de.",
        "مرحبا! السعر ٣٠ يورو.",
        "Thank you! And the next lamp is half price for you.",
        "¡De nada! Esta semana el envío es gratis. Hasta pronto.",
        "どういたしまして。次回は割引になります。",
    ],
)
@pytest.mark.parametrize("kind", ["talk", "clarify"])
def test_a_fact_of_the_business_makes_it_more_than_talk(reply: str, kind: str) -> None:
    assert not structured("Hello", reply, kind=kind).passed
    assert not marked("Hello", reply).passed
