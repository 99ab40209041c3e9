"""Reads questions with their answers, as a tenant typed them: {"pairs": [{"question": …, "answer": …}]}. Each pair becomes a passage of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator

from f.documents.clean import clean
from f.documents.page import Heading, Limits, Page, Unreadable, page

MEDIA_TYPE = "application/x-qa+json"


def parsed(content: bytes) -> list[tuple[str, str]] | None:
    """The pairs, or None if these bytes are something else."""
    try:
        value = json.loads(content)
        return [(str(pair["question"]), str(pair["answer"])) for pair in value["pairs"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def qa_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """A page for each pair: the question is its heading."""
    pairs = [(" ".join(clean(q).split()), clean(a).strip()) for q, a in parsed(content) or []]
    pairs = [(question, answer) for question, answer in pairs if question and answer]
    if not pairs:
        raise Unreadable("questions_empty")
    if len(pairs) > limits.max_pages:
        raise Unreadable("too_many_questions", questions=len(pairs), most=limits.max_pages)
    for number, (question, answer) in enumerate(pairs, 1):
        yield page(number, f"{question}\n{answer}", headings=[Heading(level=1, title=question)])
