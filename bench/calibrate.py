"""Finds an embedding model's floors: the relevance below which the answer is "I don't know".

    python -m bench.calibrate [--questions-from FOLDER …] [--apply]

There are three: question and passage in one language, in two languages, in two scripts. Sets with the same passages in several languages
(XQuAD's, or the ones shipped here) are asked in each language on each. Every question is asked three times: as it is, with its passage
taken away (a near miss), and without the whole article (an unrelated question). A floor refuses at most --wrongly of the answerable ones,
on average over the sets, so that a large set does not outvote a small one. What passes is still judged by the model and by the code
behind it. --apply writes the floors to the database at DATABASE_URL; without it nothing is changed. Vectors come from the demo's model,
or from --base-url with EMBEDDINGS_API_KEY.
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
from numpy.typing import NDArray
from pgvector import Vector

from bench.retrieval_database import MODEL, Connection, asking, database, load_passages, new_tenant
from bench.retrieval_sets import SHIPPED, Encode, NoSet, QuestionSet, encoder, load, vectors

CANDIDATES = 60
SHOWN = 5  # passages that the chatbot looks at
COLUMN = {"same": "floor", "language": "floor_other_language", "script": "floor_other_script"}
Scores = dict[str, NDArray[np.float64]]


def relevances(conn: Connection, ids: list[int], asked: QuestionSet, encode: Encode) -> Scores:
    """The best shown passage's relevance for each question: as it is, without its passage, without its article."""
    place = {chunk: i for i, chunk in enumerate(ids)}
    found: dict[str, list[float]] = {"answerable": [], "near miss": [], "unrelated": []}
    for question, vector, gold in zip(
        asked.questions, vectors(asked.questions, True, encode), asked.gold, strict=True
    ):
        rows = conn.execute(
            b"select chunk_id, relevance from search_chunks(%s, %s::vector, %s::smallint, %s)",
            [question, Vector(vector).to_text(), MODEL, CANDIDATES],
        ).fetchall()
        scored = [(place[row["chunk_id"]], float(row["relevance"])) for row in rows]
        article = asked.articles[gold]
        for kind, left in (
            ("answerable", scored),
            ("near miss", [s for s in scored if s[0] != gold]),
            ("unrelated", [s for s in scored if asked.articles[s[0]] != article]),
        ):
            found[kind].append(max((r for _, r in left[:SHOWN]), default=0))
    return {kind: np.array(values) for kind, values in found.items()}


def distance(conn: Connection, asked: QuestionSet, documents: QuestionSet) -> str:
    """Which floor a pair of sets speaks for: two sets of one language, of two, or of two scripts."""
    if asked.language == documents.language:
        return "same"
    row = conn.execute(
        b"select script_of(%s) = script_of(%s) as one", [asked.questions[0], documents.passages[0]]
    ).fetchone()
    return "language" if row and row["one"] else "script"


def measured(url: str, app_url: str, sets: list[QuestionSet], encode: Encode) -> dict[str, list[Scores]]:
    """The scores of every pair of sets with the same passages, by the distance of their languages."""
    found: dict[str, list[Scores]] = {kind: [] for kind in COLUMN}
    for documents in sets:
        tenant = new_tenant(url, documents.language)
        ids = load_passages(app_url, tenant, documents, vectors(documents.passages, False, encode))
        with asking(app_url, tenant) as conn:
            for asked in sets:
                if asked.gold == documents.gold and asked.articles == documents.articles:
                    kind = distance(conn, asked, documents)
                    found[kind].append(relevances(conn, ids, asked, encode))
    return found


def floor_of(answerable: list[NDArray[np.float64]], wrongly: float) -> float:
    """The highest floor that refuses at most this share of the answerable questions, on average over the sets."""
    steps = [step / 1000 for step in range(1, 1500)]
    return max(t for t in steps if np.mean([(scores < t).mean() for scores in answerable]) <= wrongly)


def remote(base_url: str, model: dict[str, Any]) -> Encode:
    """Vectors from an OpenAI-compatible endpoint, as the steps ask for them."""
    from f.models.embeddings import embed

    resource = {"base_url": base_url, "api_key": os.environ.get("EMBEDDINGS_API_KEY")}

    def encode(texts: list[str], is_query: bool) -> Any:
        name = model["query_model" if is_query else "passage_model"]
        return np.array(embed(texts, resource, name, model["dimensions"]), dtype=np.float32)

    return encode


def calibrated(arguments: argparse.Namespace) -> dict[str, Any]:
    """The floors, and what each would refuse. Raises NoSet or psycopg.Error."""
    folders = arguments.questions_from or [SHIPPED, *filter(None, [os.environ.get("XQUAD")])]
    sets = [one for folder in folders for one in load(Path(folder), arguments.questions)]
    with database() as (url, app_url):
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as conn:
            model = conn.execute(
                "select * from embedding_models where name = %s", [arguments.model]
            ).fetchone()
        if model is None:
            raise NoSet(f"there is no embedding model {arguments.model!r}")
        encode = remote(arguments.base_url, model) if arguments.base_url else encoder()
        found = measured(url, app_url, sets, encode)
    floors: dict[str, Any] = {}
    for kind, pairs in found.items():
        if not pairs:
            continue
        floor = floor_of([scores["answerable"] for scores in pairs], arguments.wrongly)
        refused = {
            name: round(float(np.mean([(scores[name] < floor).mean() for scores in pairs])), 3)
            for name in pairs[0]
        }
        floors[COLUMN[kind]] = {"floor": floor, "pairs": len(pairs), "refused": refused}
    return floors


def store(model: str, floors: dict[str, Any]) -> None:
    """Writes the floors to the database at DATABASE_URL."""
    names = ", ".join(f"{column} = %s" for column in floors)
    with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
        conn.execute(
            f"update embedding_models set {names} where name = %s".encode(),
            [*(f["floor"] for f in floors.values()), model],
        )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--questions-from",
        nargs="+",
        metavar="FOLDER",
        help="sets of XQuAD's form (default: the ones shipped here, and the folder XQUAD where it is set)",
    )
    parser.add_argument("--model", default="multilingual-e5-small", help="its name in embedding_models")
    parser.add_argument(
        "--base-url",
        help="ask this endpoint instead of the demo's model (384 dimensions only without --base-url)",
    )
    parser.add_argument(
        "--wrongly", type=float, default=0.1, help="share of answerable questions that may be refused"
    )
    parser.add_argument("--questions", type=int, default=300, help="questions of each set")
    parser.add_argument(
        "--apply", action="store_true", help="write the floors to the database at DATABASE_URL"
    )
    return parser.parse_args()


def main() -> int:
    arguments = options()
    if arguments.apply and not os.environ.get("DATABASE_URL"):
        print(
            "DATABASE_URL is missing: the database whose floors are to be set, as its administrator",
            file=sys.stderr,
        )
        return 2
    try:
        floors = calibrated(arguments)
        if arguments.apply:
            store(arguments.model, floors)
    except (NoSet, psycopg.Error) as problem:
        print(f"Nothing was calibrated: {problem}", file=sys.stderr)
        return 1
    print(f"{'':22}{'floor':>7}{'pairs':>7}{'answerable':>12}{'near miss':>11}{'unrelated':>11}  refused")
    for column, found in floors.items():
        shares = found["refused"]
        print(
            f"{column:22}{found['floor']:7.3f}{found['pairs']:7}{shares['answerable']:12.1%}"
            f"{shares['near miss']:11.1%}{shares['unrelated']:11.1%}"
        )
    print(json.dumps({"bench": "calibrate", "model": arguments.model, "floors": floors}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
