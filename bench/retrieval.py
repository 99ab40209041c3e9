"""How well and how fast passages are found: quality against BM25 and plain vectors, speed against one index for all tenants.

    make bench-retrieval                    all parts, 300 questions a language, 100 tenants and 30,000 chunks
    make bench-retrieval QUICK=1            a look of under a minute
    make bench-retrieval XQUAD=…/xquad      quality on files of XQuAD's form, named *.<language>.json
    make bench-retrieval SIZE=full          scale with 1,000 tenants and 1,000,000 chunks (an hour on two cores; SIZE=300000 is a third)

Beside both, `reaches_model`: the share of the questions of tests/eval, typed as customers type, whose right passage is among those that the
chatbot's search tool hands to the model. The last line is one JSON object. Exits non-zero only when it could not measure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import regex
from pgvector import Vector

from bench import retrieval_typed
from bench.retrieval_database import MODEL, asking, database, load_passages, new_tenant
from bench.retrieval_scale import build, fill, measure, sizes
from bench.retrieval_sets import SHIPPED, Encode, NoSet, QuestionSet, encoder, load, vectors
from local.postgres import PostgresError

_RUN = re.compile(r"([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")
# A vowel sign or virama of Hindi, Bengali or Tamil is a mark and no letter: with \w+ "की" would be "क".
_WORD = regex.compile(r"[\p{L}\p{N}_][\p{L}\p{M}\p{N}_\u200c\u200d]*")
MEMORY = {"shared_buffers": "2GB", "maintenance_work_mem": "2GB", "max_wal_size": "20GB"}


def words(text: str) -> list[str]:
    """What BM25 is given: lower-case words; pairs of characters where there are no spaces, as we have."""
    found: list[str] = []
    for part in _RUN.split(text.lower()):
        if _RUN.fullmatch(part):
            found += [part[i : i + 2] for i in range(len(part) - 1)] or [part]
        else:
            found += _WORD.findall(part)
    return found


def figures(ranks: list[int]) -> dict[str, float]:
    """recall@1, recall@5 and MRR@10 of ranks that count from 0."""
    at = np.array(ranks)
    return {
        "recall@1": round(float((at < 1).mean()), 3),
        "recall@5": round(float((at < 5).mean()), 3),
        "mrr@10": round(float(np.where(at < 10, 1 / (at + 1.0), 0).mean()), 3),
    }


def quality(url: str, app_url: str, one: QuestionSet, encode: Encode) -> dict[str, dict[str, float]]:
    """The three ways on the same passages and questions."""
    passages, questions = vectors(one.passages, False, encode), vectors(one.questions, True, encode)
    bm25 = bm25s.BM25()
    bm25.index([words(text) for text in one.passages], show_progress=False)
    by_words = [bm25.get_scores(words(question)) for question in one.questions]
    by_vector = questions @ passages.T

    def rank(scores: Any, gold: int) -> int:
        return int((scores > scores[gold]).sum())

    tenant = new_tenant(url, one.language)
    ids = load_passages(app_url, tenant, one, passages)
    ours = []
    with asking(app_url, tenant) as conn:
        for question, vector, gold in zip(one.questions, questions, one.gold, strict=True):
            rows = conn.execute(
                b"select chunk_id from search_chunks(%s, %s::vector, %s::smallint, 10)",
                [question, Vector(vector).to_text(), MODEL],
            ).fetchall()
            found = [row["chunk_id"] for row in rows]
            ours.append(found.index(ids[gold]) if ids[gold] in found else 10)
    return {
        "BM25": figures([rank(s, g) for s, g in zip(by_words, one.gold, strict=True)]),
        "vectors": figures([rank(s, g) for s, g in zip(by_vector, one.gold, strict=True)]),
        "ours": figures(ours),
    }


def run_quality(folder: Path, sample: int, passages: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    encode = encoder()
    print(f"{'language':10}{'passages':>9}{'questions':>10}  {'way':9}recall@1  recall@5  MRR@10")
    with database() as (url, app_url):
        for one in load(folder, sample, passages):
            result = found[one.language] = quality(url, app_url, one, encode)
            for way, row in result.items():
                print(
                    f"{one.language:10}{len(one.passages):9}{len(one.questions):10}  {way:9}"
                    f"{row['recall@1']:8.3f}{row['recall@5']:10.3f}{row['mrr@10']:8.3f}",
                    flush=True,
                )
    return found


def run_typed(quick: bool) -> dict[str, Any]:
    """The questions of tests/eval; see bench/retrieval_typed.py."""
    with (
        tempfile.TemporaryDirectory() as logs,
        retrieval_typed.embeddings(Path(logs)) as resource,
        database() as (url, app_url),
    ):
        found = retrieval_typed.search_all(url, app_url, encoder(), resource, quick)
    retrieval_typed.show(found)
    return retrieval_typed.summary(found)


def run_scale(tenants: int, chunks: int, questions: int, at_once: int) -> dict[str, Any]:
    memory = MEMORY if chunks > 100_000 else {"maintenance_work_mem": "512MB"}
    with database(memory) as (url, app_url):
        made = fill(url, sizes(tenants, chunks))
        total = sum(t.size for t in made)
        print(f"\n{tenants:,} tenants, {total:,} chunks; {at_once} askers at once; ours is the whole search")
        built = build(url)
        print("  ".join(f"{name} {value}" for name, value in built.items()), flush=True)
        classes = measure(url, app_url, made, questions, at_once)
    print(
        f"{'p50/p95 ms':18}{'ours':>14}{'ours, vectors only':>20}{'recall@10':>11}{'rival':>14}{'recall@10':>11}"
    )
    for row in classes:
        times = {
            way: f"{row[f'{way}_p50_ms']}/{row[f'{way}_p95_ms']}" for way in ("ours", "ours_vectors", "rival")
        }
        print(
            f"{row['chunks']:18}{times['ours']:>14}{times['ours_vectors']:>20}{row['ours_recall']:>11}"
            f"{times['rival']:>14}{row['rival_recall']:>11}"
        )
    return {"tenants": tenants, "chunks": total, **built, "sizes": classes}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--questions-from",
        type=Path,
        default=Path(os.environ.get("XQUAD") or SHIPPED),
        help="a folder of *.<language>.json of XQuAD's form; default: XQUAD, or the shop's questions shipped here",
    )
    parser.add_argument(
        "--size",
        default=os.environ.get("SIZE") or "30000",
        help="chunks of the scale part, 'full', or 0 for none",
    )
    parser.add_argument("--no-quality", action="store_true", help="without the files of XQuAD's form")
    parser.add_argument(
        "--no-typed", action="store_true", help="without the questions as customers type them"
    )
    arguments = parser.parse_args()
    quick = bool(os.environ.get("QUICK"))
    try:
        chunks = 1_000_000 if arguments.size == "full" else int(arguments.size)
        chunks = min(chunks, 10_000) if quick else chunks
        sample, passages = (40, 24) if quick else (300, 0)
        found: dict[str, Any] = {"bench": "retrieval", "questions_from": arguments.questions_from.name}
        if not arguments.no_quality:
            found["quality"] = run_quality(arguments.questions_from, sample, passages)
        if not arguments.no_typed:
            found |= run_typed(quick)
        if chunks:
            found["scale"] = run_scale(
                1_000 if chunks >= 300_000 else 100, chunks, 40 if quick else 240, at_once=2
            )
    except (NoSet, PostgresError, ValueError) as problem:
        print(f"Nothing was measured: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
