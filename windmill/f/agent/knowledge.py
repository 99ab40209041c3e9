# requirements: embeddings
"""The tenant's documents, searched for one turn: the nearest passages, each with its place and a mark to cite it by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pgvector import Vector

from f.common.figures.segments import Source
from f.models import metering
from f.models.embeddings import EmbeddingError, embed

if TYPE_CHECKING:
    from f.agent.turn import Turn
    from f.common.shapes import Citation

PASSAGES = 5  # and more while they are short: see the SQL function find_passages
LONGEST_QUESTION = 1000
PATIENCE_S = 20.0  # with the embeddings endpoint
SHORT = 8  # a message of so few words may lean on the one before it
LONG = 25  # one of more words would drown the message that leans on it
AGAIN = (
    "No passage is near to these words. Search once more in other words: what the business would call it, or in the language of its documents."
    " If that returns nothing either, the documents do not say it."
)


class Knowledge:
    """What this turn's searches returned. `sources`: the passages, by mark. `pairs_version`: of the Q&A pairs that the last one has searched."""

    def __init__(self, turn: Turn) -> None:
        self._db, self._context, self._embeddings = turn.db, turn.context, turn.resources["embeddings"]
        self._number = turn.phone_number_id
        self._places: dict[str, Citation] = {}
        # By mark: the document's id, and what tells the passage from others.
        self._used: dict[str, tuple[str, str]] = {}
        self._marks: dict[int, str] = {}
        self.sources: dict[str, Source] = {}
        self.pairs_version: str | int | None = None
        self.problem: str | None = None  # why a search was impossible, for the operator

    def search(self, question: str, seconds: float = PATIENCE_S) -> str:
        """The nearest passages as JSON, with how near they are. A short question is searched with the message before it, too.

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
        if not self._db.read_only:  # a dry run writes nothing; its words are few beside the model's
            counted = metering.of_texts(asked, model["query_model"], self._number)
            self._db.value(metering.COUNT, *counted)
        # Half of what the message says by itself, half of what it says after the one before.
        vector = [sum(parts) / len(vectors) for parts in zip(*vectors, strict=True)]
        rows = self._near(question, vector, model)
        if not rows:
            return json.dumps({"passages": [], "note": AGAIN})
        return json.dumps({"passages": [self._passage(row) for row in rows]}, ensure_ascii=False)

    def _near(self, question: str, vector: list[float], model: dict[str, Any]) -> list[dict[str, Any]]:
        version = self._context.get("version", "")
        # In one statement: what it finds is of that version of the pairs, whatever is published meanwhile.
        rows = self._db.rows(
            "select pairs_version, found.* from searched_pairs(%s) pairs_version left join ("
            "select chunk_id, document_id::text as id, title, citation(document_id, page) as source, heading, passage,"
            " passage_mark(passage) as mark, relevance"
            " from find_passages(%s, %s::vector, %s, %s, %s) where fits) found on true",
            version,
            question,
            Vector(vector).to_text(),
            model["id"],
            PASSAGES,
            version,
        )
        self.pairs_version = rows[0]["pairs_version"]
        return [row for row in rows if row["chunk_id"] is not None]

    def _with_context(self, question: str) -> str | None:
        """The customer's message before with the question, where the question is too short to stand alone."""
        said = [u["text"] for u in self._context.get("history") or [] if u["role"] == "user"]
        earlier = said[-1] if said else None
        if not earlier or earlier in question:
            return None
        if len(question.split()) > SHORT or len(earlier.split()) > LONG:
            return None
        return f"{earlier} {question}"[:LONGEST_QUESTION]

    def _passage(self, row: dict[str, Any]) -> dict[str, Any]:
        mark = self._marks.setdefault(row["chunk_id"], f"S{len(self._marks) + 1}")
        self._places[mark] = row["source"]
        self._used[mark] = (row["id"], row["mark"])
        self.sources[mark] = Source(mark, row["passage"], f"{row['title']} {row['heading']}")
        return {
            "id": mark,
            **row["source"],
            "heading": row["heading"],
            "text": row["passage"],
            "relevance": round(row["relevance"], 3),
        }

    @property
    def addresses(self) -> list[str]:
        """The web pages on which passages were found."""
        return [place["url"] for place in self._places.values() if "url" in place]

    def cited(self, marks: list[str]) -> list[Citation]:
        """The places of the passages that a reply names, once each, in order; with the passages that it names there."""
        found: dict[str, Citation] = {}
        for mark in dict.fromkeys(mark for mark in marks if mark in self._places):
            place, (document, passage) = self._places[mark], self._used[mark]
            key = json.dumps(place, sort_keys=True)
            cited = found.setdefault(key, {**place, "id": document, "passages": []})
            if passage not in cited["passages"]:
                cited["passages"].append(passage)
        return list(found.values())
