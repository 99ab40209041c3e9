"""Finds an embedding model's floor: the relevance below which the answer is "I don't know".

    DATABASE_URL=… python -m bench.calibrate --questions-from FOLDER [--apply]

Every question is asked twice: with its passage among the others, and with it taken away: first only the passage (a near miss), then the
whole article (an unrelated question). The floor refuses at most --wrongly of the answerable ones. --apply writes it to embedding_models;
without it nothing is changed. Vectors come from the demo's model, or from --base-url with EMBEDDINGS_API_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from pgvector import Vector

from bench.retrieval_database import MODEL, asking, database, load_passages, new_tenant
from bench.retrieval_sets import SHIPPED, Encode, NoSet, QuestionSet, encoder, load, vectors

CANDIDATES = 60


def relevances(url: str, app_url: str, one: QuestionSet, encode: Encode) -> dict[str, list[float]]:
    """The best passage's relevance for each question: as it is, without its passage, without its article."""
    passages, questions = vectors(one.passages, False, encode), vectors(one.questions, True, encode)
    tenant = new_tenant(url, one.language)
    ids = load_passages(app_url, tenant, one, passages)
    place = {chunk: i for i, chunk in enumerate(ids)}
    found: dict[str, list[float]] = {"answerable": [], "near miss": [], "unrelated": []}
    with asking(app_url, tenant) as conn:
        for question, vector, gold in zip(one.questions, questions, one.gold, strict=True):
            rows = conn.execute(
                b"select chunk_id, relevance from search_chunks(%s, %s::vector, %s::smallint, %s)",
                [question, Vector(vector).to_text(), MODEL, CANDIDATES],
            ).fetchall()
            scored = [(place[row["chunk_id"]], float(row["relevance"])) for row in rows]
            article = one.articles[gold]
            found["answerable"].append(max((r for _, r in scored), default=0))
            found["near miss"].append(max((r for i, r in scored if i != gold), default=0))
            found["unrelated"].append(max((r for i, r in scored if one.articles[i] != article), default=0))
    return found


def remote(base_url: str, model: dict[str, Any]) -> Encode:
    """Vectors from an OpenAI-compatible endpoint, as the steps ask for them."""
    from f.common.embeddings import embed

    resource = {"base_url": base_url, "api_key": os.environ.get("EMBEDDINGS_API_KEY")}

    def encode(texts: list[str], is_query: bool) -> Any:
        name = model["query_model" if is_query else "passage_model"]
        return np.array(embed(texts, resource, name, model["dimensions"]), dtype=np.float32)

    return encode


def floor_of(answerable: list[float], wrongly: float) -> float:
    """The floor that refuses this share of the answerable questions."""
    return round(float(np.quantile(np.array(answerable), wrongly)), 3)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions-from", type=Path, default=Path(os.environ.get("XQUAD") or SHIPPED))
    parser.add_argument("--model", default="multilingual-e5-small", help="its name in embedding_models")
    parser.add_argument(
        "--base-url",
        help="ask this endpoint instead of the demo's model (384 dimensions only without --base-url)",
    )
    parser.add_argument(
        "--wrongly", type=float, default=0.03, help="share of answerable questions that may be refused"
    )
    parser.add_argument("--questions", type=int, default=300, help="questions of each language")
    parser.add_argument(
        "--apply", action="store_true", help="write the floor to the database at DATABASE_URL"
    )
    arguments = parser.parse_args()
    if arguments.apply and not os.environ.get("DATABASE_URL"):
        print(
            "DATABASE_URL is missing: the database whose floor is to be set, as its administrator",
            file=sys.stderr,
        )
        return 2
    every: dict[str, list[float]] = {"answerable": [], "near miss": [], "unrelated": []}
    try:
        with database() as (url, app_url):
            with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as conn:
                model = conn.execute(
                    "select * from embedding_models where name = %s", [arguments.model]
                ).fetchone()
            if model is None:
                raise NoSet(f"there is no embedding model {arguments.model!r}")
            encode = remote(arguments.base_url, model) if arguments.base_url else encoder()
            for one in load(arguments.questions_from, arguments.questions):
                for kind, values in relevances(url, app_url, one, encode).items():
                    every[kind] += values
        floor = floor_of(every["answerable"], arguments.wrongly)
        if arguments.apply:
            with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
                conn.execute(
                    "update embedding_models set floor = %s where name = %s", [floor, arguments.model]
                )
    except (NoSet, psycopg.Error) as problem:
        print(f"Nothing was calibrated: {problem}", file=sys.stderr)
        return 1
    refused = {kind: round(float((np.array(values) < floor).mean()), 3) for kind, values in every.items()}
    for kind, share in refused.items():
        print(f"{kind:12}{len(every[kind]):6} questions, {share:.1%} refused below {floor}")
    print(json.dumps({"bench": "calibrate", "model": arguments.model, "floor": floor, "refused": refused}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
