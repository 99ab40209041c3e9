"""One small shop, and a way to give it a message and a reply without writing a case: for tests that name what they show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.agent.policy import harness
from tests.agent.policy.harness import Outcome

SEARCH = "search_knowledge_base"
PASSAGES = {
    "returns": "You can return any lamp within 30 days of receipt. Return postage is EUR 6.",
    "desk": "Article: Arno desk lamp | Price: EUR 39 | Stock: 4",
    "wall": "Article: Pino wall lamp | Price: EUR 45 | Stock: 7",
    "rates": "Belgium: EUR 4.95, 1-2 working days. France: EUR 9.80, 3-5 working days. Orders from EUR 60 are delivered free of charge.",
    "express": "Express delivery costs EUR 11.90 and arrives the next working day.",
    "where": "We do not ship to Switzerland, because of customs formalities.",
    "gift": "Gift cards are valid for 24 months. The activation code is valid for 72 hours.",
    "repair": "We repair lamps at EUR 55 for the first lamp and EUR 25 for each further one.",
    "shops": "Our shops: Ghent, Veldstraat 88; Bruges, Langestraat 14; Antwerp, Nationalestraat 51; Leuven, Bondgenotenlaan 120.",
    "barcelona": "Valencia: Monday to Sunday 10:00-21:00. Barcelona: Monday to Saturday 10:00-20:00, closed on Sunday.",
    "fasting": "Don't eat for 8 hours before a blood test. Children under 6 years fast for 4 hours only.",
    "weight": "The Tessa floor lamp weighs 15 kg.",
}
TOOLS = [
    {"name": name, "description": name, "changes_something": changes, "parameters": {"type": "object", "properties": {"id": {"type": "string"}}}}
    for name, changes in (("get_order", False), ("book_visit", True), ("cancel_order", True))
]  # fmt: skip
SHOP: dict[str, Any] = {
    "name": "Casa Lumen",
    "languages": ["en", "es"],
    "persona": "You are Lumi, the assistant of Casa Lumen, a lamp shop.",
    "opening_hours": "",
    "today": "2026-11-26 (Thursday) 10:42",
    "passages": [{"id": key, "title": "Terms", "page": 1, "heading": key, "text": text} for key, text in PASSAGES.items()],
    "tools": TOOLS,
}  # fmt: skip


def restaurant(passages: dict[str, str], **more: Any) -> dict[str, Any]:
    """Another business, of these passages. `more`: its languages, and what else is not as here."""
    found = [
        {"id": key, "title": "Terms", "page": 1, "heading": None, "text": text}
        for key, text in passages.items()
    ]
    return {
        "name": "Casa Verde",
        "languages": ["en"],
        "persona": "You are the assistant of Casa Verde.",
        "opening_hours": "",
        "today": "2026-11-26 (Thursday) 10:42",
        "passages": found,
        "tools": [],
        **more,
    }


def search(*passages: str) -> dict[str, Any]:
    """A search that finds these passages, as S1, S2 and so on."""
    return {"tool": SEARCH, "arguments": {"question": " ".join(passages)}, "passages": list(passages)}


def tool(name: str, result: Any, error: bool = False) -> dict[str, Any]:
    return {"tool": name, "arguments": {"id": "CL-1042"}, "result": result, "error": error}


def marked_with(rows: dict[str, tuple[str, ...]]) -> list[Any]:
    """The examples of a table as parameters, each with the mark of its row of tests/README.md."""
    return [
        pytest.param(name, marks=pytest.mark.field_reply(row), id=name)
        for row, names in rows.items()
        for name in names
    ]


def case(
    message: str, reply: str, *calls: dict[str, Any], said: tuple[str, ...] = (), **of_reply: Any
) -> dict[str, Any]:
    """`said`: the conversation before, the customer first. `of_reply`: kind and claims of the function `reply`."""
    history: list[dict[str, Any]] = [
        {"from": "customer" if n % 2 == 0 else "bot", "text": text, "sources": []}
        for n, text in enumerate(said)
    ]
    text = harness.plain(reply)
    return {
        "id": "here",
        "message": message,
        "history": history,
        "calls": list(calls),
        "reply": {"kind": "answer", "claims": [], "text": text, "marked": reply, **of_reply},
    }


def passes(
    house: dict[str, Any],
    message: str,
    text: str,
    source: str,
    *quotes: str,
    calls: tuple[dict[str, Any], ...] = (),
    structured: bool = True,
) -> bool:
    """Whether a reply goes out whose whole text is claimed with each of these quotes of a source, which a search has found where `calls` says nothing
    else: with the function `reply`, or as text with a mark."""
    claims = [{"says": text, "source": source, "quote": quote} for quote in quotes]
    given = case(
        message, text if structured else f"{text} [S1]", *(calls or (search(source),)), claims=claims
    )
    return harness.run(given, house, structured).passed


def sent(name: str, row: tuple[str, ...], of: int) -> bool:
    """Whether the reply of a table's row goes out with the figure at this place. `row`: the message, the reply with a gap, its figures, the source.

    The row's name begins with its language.
    """
    message, text, *figures, passage = row
    house = restaurant({"p": passage}, languages=["en", *({name[:2]} - {"en"})])
    return passes(house, message, text.format(figures[of]), "p", passage)


def marked(message: str, reply: str, *calls: dict[str, Any], said: tuple[str, ...] = ()) -> Outcome:
    """What becomes of a reply in plain text with marks."""
    return harness.run(case(message, reply, *calls, said=said), SHOP, False)


def structured(
    message: str,
    text: str,
    *calls: dict[str, Any],
    kind: str = "answer",
    claims: tuple[tuple[str, str], ...] = (),
    said: tuple[str, ...] = (),
) -> Outcome:
    """What becomes of a call of `reply`. `claims`: source and quote of each."""
    listed = [{"says": text, "source": source, "quote": quote} for source, quote in claims]
    return harness.run(case(message, text, *calls, said=said, kind=kind, claims=listed), SHOP, True)
