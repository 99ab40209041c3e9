"""Questions as customers type them: does the right passage reach the model? The function asked is the one that the chatbot's search tool runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgvector import Vector

from bench.retrieval_database import MODEL, Connection, asking, new_tenant
from bench.retrieval_sets import Encode, vectors
from local.ports import free_port
from local.processes import Processes
from tests.eval.question_set import ANSWERABLE, HALVES, Question, holds_phrase, load
from tests.eval.store import store_passages

QUICK = ("guesthouse", "gym")
DEEP = 40  # so many passages are looked through for the rank of one that did not reach the model


@dataclass(frozen=True)
class Searched:
    """A question after the search. `rank`: the place of the farthest passage that is needed, from 0, before anything is held back;
    `best`: the relevance of the nearest passage, whatever it is."""

    question: Question
    reached: bool
    rank: int
    best: float

    @property
    def why(self) -> str:
        return "floor" if self.rank < 5 else f"rank {self.rank + 1}" if self.rank < DEEP else "not found"


@contextmanager
def embeddings(folder: Path) -> Iterator[dict[str, Any]]:
    """The demo's embedding endpoint as a process, as the resource c_embeddings names it."""
    processes, port = Processes(folder), free_port()
    try:
        processes.start("models", "local.models", "--port", str(port))
        processes.wait_until_answers("models", f"http://127.0.0.1:{port}/healthz")
        yield {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": "none"}
    finally:
        processes.stop_all()


def search_all(
    url: str, app_url: str, encode: Encode, resource: dict[str, Any], quick: bool = False
) -> list[Searched]:
    """Every answerable question, asked in its business's documents. `quick`: only two businesses, bilingual ones."""
    found = []
    for business in load():
        if quick and business.slug not in QUICK:
            continue
        questions = [q for q in business.everything if q.kind in ANSWERABLE]
        tenant = new_tenant(url, business.name)
        with asking(app_url, tenant) as conn:
            store_passages(
                conn, tenant, MODEL, business.passages, lambda texts: vectors(texts, False, encode)
            )
            conn.execute(b"select set_config('app.tenant_id', %s, false)", [tenant])
            asked = vectors([q.text for q in questions], True, encode)
            for question, vector in zip(questions, asked, strict=True):
                found.append(_search(conn, tenant, question, vector, resource))
    return found


def _search(
    conn: Connection, tenant: str, question: Question, vector: Any, resource: dict[str, Any]
) -> Searched:
    rows = conn.execute(
        b"select title, heading, passage, relevance from find_passages(%s, %s::vector, %s::smallint, %s)",
        [question.text, Vector(vector).to_text(), MODEL, DEEP],
    ).fetchall()
    shown = [f"{row['title']}\n{row['heading']}\n{row['passage']}" for row in rows]
    ranks = [
        next((place for place, text in enumerate(shown) if holds_phrase(phrase, text)), DEEP)
        for phrase in question.source
    ]
    handed = hand_to_model(conn, tenant, question, resource)
    reached = all(holds_phrase(phrase, handed) for phrase in question.source)
    return Searched(
        question, reached, max(ranks, default=DEEP), float(max((r["relevance"] for r in rows), default=0))
    )


def hand_to_model(conn: Connection, tenant: str, question: Question, resource: dict[str, Any]) -> str:
    """What the search tool returns to the model for this message, after the customer's earlier ones."""
    from f.agent.knowledge import Knowledge
    from f.agent.turn import Turn
    from f.common.database import Database

    context: Any = {
        "mode": "dry_run",
        "tenant_id": tenant,
        "phone_number_id": "",
        "question": question.text,
        "history": [{"role": "user", "text": text} for text in question.earlier],
    }
    return Knowledge(Turn(Database(conn), context, {"embeddings": resource})).search(question.text)


def share(of: Iterable[Searched]) -> float | None:
    listed = list(of)
    return round(sum(one.reached for one in listed) / len(listed), 3) if listed else None


def summary(found: list[Searched]) -> dict[str, Any]:
    """The shares that reach the model: of the questions that stand alone, of follow-ups, of both by language and half; and why the others don't."""
    alone = [one for one in found if one.question.kind != "follow_up"]
    missed = [one for one in found if not one.reached]
    return {
        "questions": len(alone),
        "reaches_model": share(alone),
        "halves": {half: share(one for one in alone if one.question.half == half) for half in HALVES},
        "follow_ups": len(found) - len(alone),
        "follow_ups_reach_model": share(one for one in found if one.question.kind == "follow_up"),
        "by_language": {
            language: share(one for one in alone if one.question.language == language)
            for language in sorted({one.question.language for one in alone})
        },
        "missed": dict(Counter(one.why.split()[0] for one in missed)),
    }


def show(found: list[Searched]) -> None:
    """The table for people, and every question whose passage did not reach the model."""
    result = summary(found)
    print(
        f"\nas typed: the right passage reaches the model for {result['reaches_model']:.1%} of {result['questions']} questions",
        end="",
    )
    print(
        f" ({', '.join(f'{half} {value:.1%}' for half, value in result['halves'].items() if value is not None)})"
    )
    if result["follow_ups"]:
        print(
            f"follow-ups in a conversation: {result['follow_ups_reach_model']:.1%} of {result['follow_ups']}"
        )
    counts = {
        lang: sum(o.question.language == lang and o.question.kind != "follow_up" for o in found)
        for lang in result["by_language"]
    }
    print(
        "by language: "
        + ", ".join(f"{lang} {value:.0%} of {counts[lang]}" for lang, value in result["by_language"].items())
    )
    for one in found:
        if not one.reached:
            q = one.question
            print(f"  {one.why:10} {q.half:8} {q.business:10} {q.language:8} {q.kind:10} {q.text[:90]!r}")
