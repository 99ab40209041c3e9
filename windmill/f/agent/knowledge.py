# requirements:
# psycopg[binary]==3.3.9
# httpx2==2.16.2
# pgvector==0.5.1
"""The tenant's documents, searched for one turn: the nearest passages, each with its place and a mark to cite it by."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pgvector import Vector

from f.agent.grounding import MARK, words_of
from f.models.embeddings import EmbeddingError, embed

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import Citation

PASSAGES = 5  # and more while they are short: see the SQL function evidence
LONGEST_QUESTION = 1000
PATIENCE_S = 20.0  # with the embeddings endpoint
# How a message begins, or what it points with, when it leans on the one before it.
LEANS = re.compile(
    r"^\W*(?:and|but|or|also|what about|how about|what if|y|e|o|pero|también|qué pasa|und|oder|aber|auch|was ist mit"
    r"|et|ou|mais|aussi|mas|também|ma|anche)\b"
    r"|\b(?:it|that|this|those|these|they|them|there|one|ones|eso|esto|ese|esa|esos|allí|das|dort|davon|dafür|dazu|ça|cela|isso|isto|lá|questo|quello|lì)\b",
    re.IGNORECASE,
)
SHORT = 3  # a message of so few words leans on the one before it, whatever they are


class Knowledge:
    """What was found in this turn. `passages`: the evidence, by mark."""

    def __init__(self, turn: Turn) -> None:
        self._db, self._context, self._embeddings = turn.db, turn.context, turn.resources["embeddings"]
        self._sources: dict[str, Citation] = {}
        self._marks: dict[int, str] = {}
        self.passages: dict[str, str] = {}
        self.problem: str | None = None  # why a search was impossible, for the operator

    def search(self, question: str, seconds: float = PATIENCE_S) -> str:
        """The fitting passages as JSON. A question that leans on the conversation is searched with what it leans on, too.

        `seconds`: what is left of the turn.
        """
        question = question.strip()[:LONGEST_QUESTION]
        if not question:
            raise ValueError("the question is empty")
        asked = [question, *filter(None, [self._with_context(question)])]
        model = self._db.row(
            "select m.* from embedding_models m join tenants t on t.embedding_model = m.name where t.id = %s",
            self._db.tenant_id,
        )
        if model is None:
            self.problem = "the tenant's embedding model is not known: see the table embedding_models"
            raise ValueError(self.problem)
        try:
            patience = min(seconds / 2, PATIENCE_S)  # an endpoint that hangs leaves time for words
            vectors = embed(asked, self._embeddings, model["query_model"], model["dimensions"], patience)
        except EmbeddingError as problem:
            self.problem = str(problem)
            raise ValueError(self.problem) from None
        # Half of what the message says by itself, half of what it says after the one before.
        vector = [sum(parts) / len(vectors) for parts in zip(*vectors, strict=True)]
        fitting = self._fitting(question, vector, model)
        return json.dumps({"passages": [self._passage(row) for row in fitting]}, ensure_ascii=False)

    def _fitting(self, question: str, vector: list[float], model: dict[str, Any]) -> list[dict[str, Any]]:
        return self._db.rows(
            "select chunk_id, title, citation(document_id, page) as source, heading, passage, relevance"
            " from evidence(%s, %s::vector, %s, %s) where fits",
            question,
            Vector(vector).to_text(),
            model["id"],
            PASSAGES,
        )

    def _with_context(self, question: str) -> str | None:
        """The question behind the customer's last one, where the new one can't stand alone."""
        said = [u["text"] for u in self._context.get("history") or [] if u["role"] == "user"]
        earlier = said[-1] if said else None
        leans = (
            len(words_of(question)) <= SHORT
            or LEANS.search(question)
            or LEANS.search(self._context["question"])
        )
        if not earlier or not leans or earlier in question:
            return None
        return f"{earlier[:500]} {question}"[:LONGEST_QUESTION]

    def _passage(self, row: dict[str, Any]) -> dict[str, Any]:
        mark = self._marks.setdefault(row["chunk_id"], f"S{len(self._marks) + 1}")
        self._sources[mark] = row["source"]
        self.passages[mark] = f"{row['title']} {row['heading']} {row['passage']}"
        return {
            "id": mark,
            **row["source"],
            "heading": row["heading"],
            "text": row["passage"],
            "relevance": round(row["relevance"], 3),
        }

    def cited(self, reply: str) -> tuple[str, list[Citation]]:
        """The reply without its marks, and the sources that it named, once each, in order."""
        return MARK.sub("", reply).strip(), self._of(MARK.findall(reply))

    def nearest(self, reply: str) -> list[Citation]:
        """The source of a reply that names none: the passage that shares most of its words."""
        spoken = set(words_of(reply))
        best = max(
            self.passages, key=lambda mark: len(spoken & set(words_of(self.passages[mark]))), default=None
        )
        return self._of([best]) if best else []

    def _of(self, marks: list[str]) -> list[Citation]:
        named = [self._sources[mark] for mark in marks if mark in self._sources]
        return [c for i, c in enumerate(named) if c not in named[:i]]
