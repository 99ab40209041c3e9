"""Are passages found as well where the weights were not chosen? Ranking with weights chosen on other questions than those that are asked.

    make bench-blind XQUAD=…/xquad          each half of each language with weights chosen on the other halves, and on the other languages

search_chunks() ranks by cosine + WEIGHT x coverage^EXPONENT; the two were chosen by looking at such sets. Here they are chosen anew on a part
of the questions and judged on another: by articles (the halves share no article), and by languages. Beside them the shipped weights, BM25 and
plain vectors on the very questions, and questions about the clinic of the demo, which nobody chose weights on. The last line is JSON.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
from pgvector import Vector

from bench.retrieval import figures, words
from bench.retrieval_database import MODEL, asking, database, load_passages, new_tenant
from bench.retrieval_sets import Encode, NoSet, QuestionSet, encoder, load, vectors
from local.postgres import PostgresError

SHIPPED = (0.12, 1.5)
GRID = list(itertools.product((0.0, 0.04, 0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3), (0.5, 1.0, 1.5, 2.0, 3.0)))
CANDIDATES = 80
BEYOND = 10  # a rank that counts as not found


@dataclass(frozen=True)
class Asked:
    """A question after search: for each candidate its cosine, its coverage and whether it answers; and the ranks of the two rivals."""

    language: str
    half: int
    candidates: list[tuple[float, float, bool]]
    by_words: int
    by_vector: int

    def rank(self, weights: tuple[float, float]) -> int:
        """The place of the best passage that answers, from 0, under these weights."""
        weight, exponent = weights
        ranked = sorted(self.candidates, key=lambda c: -(c[0] + weight * c[1] ** exponent))
        return next((place for place, found in enumerate(ranked) if found[2]), BEYOND)


def ask(url: str, app_url: str, one: QuestionSet, gold: list[set[int]], encode: Encode) -> list[Asked]:
    """All questions of a set through search_chunks(), which is asked for all that it considers."""
    passages, questions = vectors(one.passages, False, encode), vectors(one.questions, True, encode)
    bm25 = bm25s.BM25()
    bm25.index([words(text) for text in one.passages], show_progress=False)
    tenant = new_tenant(url, one.language)
    ids = load_passages(app_url, tenant, one, passages)
    found = []
    with asking(app_url, tenant) as conn:
        for question, vector, right in zip(one.questions, questions, gold, strict=True):
            rows = conn.execute(
                b"select chunk_id, cosine, coverage from search_chunks(%s, %s::vector, %s::smallint, %s)",
                [question, Vector(vector).to_text(), MODEL, CANDIDATES],
            ).fetchall()
            answers = {ids[number] for number in right}
            by_words, by_vector = bm25.get_scores(words(question)), passages @ vector
            found.append(
                Asked(
                    one.language,
                    one.articles[min(right)] % 2,
                    [(row["cosine"], row["coverage"], row["chunk_id"] in answers) for row in rows],
                    *(int((s > max(s[n] for n in right)).sum()) for s in (by_words, by_vector)),
                )
            )
    return found


def chosen(asked: Iterable[Asked]) -> tuple[float, float]:
    """The weights with the best MRR@10 on these questions."""
    questions = list(asked)
    return max(GRID, key=lambda weights: figures([one.rank(weights) for one in questions])["mrr@10"])


def row(asked: list[Asked], weights: tuple[float, float]) -> dict[str, Any]:
    """What the ways reach on these questions; `blind` with the weights given, `shipped` with those of search_chunks()."""
    return {
        "questions": len(asked),
        "weights": weights,
        "BM25": figures([one.by_words for one in asked]),
        "vectors": figures([one.by_vector for one in asked]),
        "blind": figures([one.rank(weights) for one in asked]),
        "shipped": figures([one.rank(SHIPPED) for one in asked]),
    }


def clinic() -> tuple[QuestionSet, list[set[int]]]:
    """The patient guide of the demo as ingestion cuts it, and the questions about it, in several languages; their answers' passages."""
    from f.documents.chunking import chunks, context
    from f.documents.formats import pages
    from local.documents.writer import render
    from tests.facts import FACTS, GUIDE

    cut = list(chunks(pages(render(GUIDE.removesuffix(".pdf")), GUIDE), title="Patient guide"))
    texts = [context(one, "Patient guide") for one in cut]
    questions, gold = [], []
    for fact in FACTS:
        plain = " ".join(fact.answer.split())
        right = {
            number
            for number, one in enumerate(cut)
            if one["page"] <= fact.page <= one["page_end"] and plain in " ".join(one["text"].split())
        }
        if fact.document == GUIDE and right:
            questions.append(fact.question)
            gold.append(right)
    return QuestionSet("clinic", texts, [0] * len(texts), questions, [min(one) for one in gold]), gold


def measured(folder: Path, sample: int) -> dict[str, Any]:
    """A row for each part that is judged."""
    encode = encoder()
    asked: list[Asked] = []
    with database() as (url, app_url):
        for one in load(folder, sample):
            asked += ask(url, app_url, one, [{number} for number in one.gold], encode)
        guide, gold = clinic()
        unseen = ask(url, app_url, guide, gold, encode)
    found: dict[str, Any] = {}
    for language in dict.fromkeys(one.language for one in asked):
        mine = [one for one in asked if one.language == language]
        for half in (0, 1):
            weights = chosen(one for one in asked if one.half != half)
            found[f"{language}, half {half + 1}"] = row([one for one in mine if one.half == half], weights)
        weights = chosen(one for one in asked if one.language != language)
        found[f"{language}, other languages"] = row(mine, weights)
    found["the demo's clinic"] = row(unseen, chosen(asked))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--questions-from", type=Path, default=os.environ.get("XQUAD"), help="as for bench-retrieval"
    )
    arguments = parser.parse_args()
    if not arguments.questions_from:
        parser.error("name a folder of files of XQuAD's form: XQUAD=…")
    try:
        found = measured(arguments.questions_from, 60 if os.environ.get("QUICK") else 10**9)
    except (NoSet, PostgresError) as problem:
        print(f"Nothing was measured: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(
        f"{'recall@1 / MRR@10':22}{'questions':>10}  weights     {'BM25':14}{'vectors':14}{'ours, blind':14}ours, shipped"
    )
    for name, result in found.items():
        cells = (
            f"{result[way]['recall@1']:.3f} / {result[way]['mrr@10']:.3f} "
            for way in ("BM25", "vectors", "blind", "shipped")
        )
        weight, exponent = result["weights"]
        print(f"{name:22}{result['questions']:>10}  {weight:.2f}, {exponent:<4}  {'  '.join(cells)}")
    print(json.dumps({"bench": "blind", "shipped": SHIPPED, "sets": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
