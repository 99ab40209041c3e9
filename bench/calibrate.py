"""Finds an embedding model's floor: when no passage reaches it, the question is plainly about something else, and the chat model gets none.

    python -m bench.calibrate [--questions-from FOLDER …] [--apply]

The floor is found on one half of the questions of tests/eval, typed as customers type, asked of the function that the chatbot's search runs:
find_passages(). It holds back at most --wrongly of those that have an answer, less a margin, because other questions are not the same. The table
shows for each kind of question the share that the floor holds back, and the share that it lets through: both halves; follow-ups, without
what was said before; questions that the documents do not answer; messages that are about no business (tests/eval/unrelated.yaml); and, with
sets of XQuAD's form, questions as they are, with their passage taken away, and without its article. --apply writes the floor to the database
at DATABASE_URL; without it nothing is changed. Vectors come from the demo's model, or from --base-url with EMBEDDINGS_API_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import yaml
from pgvector import Vector

from bench.retrieval_database import Connection, asking, database, load_passages, new_tenant
from bench.retrieval_sets import Encode, NoSet, QuestionSet, Vectors, encoder, load, vectors
from tests.eval import question_set
from tests.eval.store import store_passages

UNRELATED = Path(question_set.__file__).with_name("unrelated.yaml")
SHOWN = 5  # what the chatbot's search asks for
DEEP = 60  # enough to have five left when an article is taken away
MARGIN = 0.01
Model = dict[str, Any]
Embed = Callable[[list[str], bool], Vectors]
Best = tuple[
    str, float
]  # the kind of a question, and the relevance of the best passage that search finds for it


def search(conn: Connection, model_id: int, text: str, vector: Any, most: int) -> dict[int, float]:
    """The relevance of each passage found, by its chunk, best score first."""
    rows = conn.execute(
        b"select chunk_id, relevance from find_passages(%s, %s::vector, %s::smallint, %s)",
        [text, Vector(vector).to_text(), model_id, most],
    ).fetchall()
    return {row["chunk_id"]: float(row["relevance"]) for row in rows}


def typed(url: str, app_url: str, model: Model, embed: Embed) -> Iterable[Best]:
    """The questions of tests/eval and the messages about no business, asked of each business's documents."""
    unrelated = [text for texts in yaml.safe_load(UNRELATED.read_text()).values() for text in texts]
    for business in question_set.load():
        tenant = new_tenant(url, business.name, model["id"])
        questions = [q for q in business.everything if q.kind != "talk"]
        kinds = {"unknown": "without an answer", "follow_up": "follow-ups"}
        asked = [(kinds.get(q.kind, f"typed, {q.half}"), q.text) for q in questions]
        asked += [("about no business", text) for text in unrelated]
        with asking(app_url, tenant) as conn:
            store_passages(conn, tenant, model["id"], business.passages, lambda texts: embed(texts, False))
            conn.execute(b"select set_config('app.tenant_id', %s, false)", [tenant])
            made = embed([text for _, text in asked], True)
            for (kind, text), vector in zip(asked, made, strict=True):
                yield kind, max(search(conn, model["id"], text, vector, SHOWN).values())


def from_sets(url: str, app_url: str, model: Model, sets: list[QuestionSet], embed: Embed) -> Iterable[Best]:
    """Sets with the same passages in several languages, each language asked on each."""
    for documents in sets:
        tenant = new_tenant(url, documents.language, model["id"])
        ids = load_passages(app_url, tenant, documents, embed(documents.passages, False), model["id"])
        article = dict(zip(ids, documents.articles, strict=True))
        with asking(app_url, tenant) as conn:
            for one in sets:
                if one.gold != documents.gold or one.articles != documents.articles:
                    continue
                made = embed(one.questions, True)
                for text, vector, gold in zip(one.questions, made, one.gold, strict=True):
                    found = search(conn, model["id"], text, vector, DEEP)
                    left = [r for chunk, r in found.items() if chunk != ids[gold]]
                    far = [r for chunk, r in found.items() if article[chunk] != documents.articles[gold]]
                    yield "set: answerable", max([*found.values()][:SHOWN])
                    yield "set: passage taken away", max(left[:SHOWN])
                    yield "set: article taken away", max(far[:SHOWN])


def floor_of(best: list[float], wrongly: float) -> float:
    """The highest floor below which at most this share lies, less the margin."""
    return round(float(np.quantile(best, wrongly, method="lower")) - MARGIN, 3)


def remote(base_url: str, model: Model) -> Embed:
    """Vectors from an OpenAI-compatible endpoint, as the steps ask for them."""
    from f.models.embeddings import embed

    resource = {"base_url": base_url, "api_key": os.environ.get("EMBEDDINGS_API_KEY")}

    def encode(texts: list[str], is_query: bool) -> Vectors:
        name = model["query_model" if is_query else "passage_model"]
        batches = [texts[i : i + 64] for i in range(0, len(texts), 64)]
        found = [v for batch in batches for v in embed(batch, resource, name, model["dimensions"], 120)]
        return np.array(found, dtype=np.float32)

    return encode


def local() -> Embed:
    """The demo's model, with the cache of the benchmarks."""
    encode: Encode = encoder()
    return lambda texts, is_query: vectors(texts, is_query, encode)


def calibrated(arguments: argparse.Namespace) -> dict[str, Any]:
    """The floor, and what share of each kind of question it would hold back. Raises NoSet or psycopg.Error."""
    folders = arguments.questions_from or list(filter(None, [os.environ.get("XQUAD")]))
    sets = [one for folder in folders for one in load(Path(folder), arguments.questions)]
    with database() as (url, app_url):
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as conn:
            model = conn.execute(
                "select * from embedding_models where name = %s", [arguments.model]
            ).fetchone()
        if model is None:
            raise NoSet(f"there is no embedding model {arguments.model!r}")
        embed = remote(arguments.base_url, model) if arguments.base_url else local()
        questions = list(typed(url, app_url, model, embed))
        questions += from_sets(url, app_url, model, sets, embed)
    floor = floor_of([best for kind, best in questions if kind == "typed, dev"], arguments.wrongly)
    return {
        "floor": floor,
        "shipped": model["floor"],
        "held_back": shares(questions, floor),
        "held_back_as_shipped": shares(questions, model["floor"] or 0),
    }


def shares(questions: list[Best], floor: float) -> dict[str, Any]:
    """By kind of question: how many there are, and the share that the floor holds back."""
    found = {}
    for kind in dict.fromkeys(kind for kind, _ in questions):
        of = [best < floor for one, best in questions if one == kind]
        found[kind] = {"questions": len(of), "share": round(float(np.mean(of)), 3)}
    return found


def store(model: str, floor: float) -> None:
    """Writes the floor to the database at DATABASE_URL."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
        conn.execute(b"update embedding_models set floor = %s where name = %s", [floor, model])


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--questions-from",
        nargs="+",
        metavar="FOLDER",
        help="also show what the floor does to sets of XQuAD's form (default: the folder XQUAD where it is set)",
    )
    parser.add_argument("--model", default="multilingual-e5-small", help="its name in embedding_models")
    parser.add_argument("--base-url", help="ask this endpoint instead of the demo's model")
    parser.add_argument(
        "--wrongly", type=float, default=0.01, help="share of typed questions that may be held back"
    )
    parser.add_argument("--questions", type=int, default=300, help="questions of each set of XQuAD's form")
    parser.add_argument(
        "--apply", action="store_true", help="write the floor to the database at DATABASE_URL"
    )
    return parser.parse_args()


def main() -> int:
    arguments = options()
    if arguments.apply and not os.environ.get("DATABASE_URL"):
        print(
            "DATABASE_URL is missing: the database whose floor is to be set, as its administrator",
            file=sys.stderr,
        )
        return 2
    try:
        found = calibrated(arguments)
        if arguments.apply:
            store(arguments.model, found["floor"])
    except (NoSet, psycopg.Error) as problem:
        print(f"Nothing was calibrated: {problem}", file=sys.stderr)
        return 1
    print(f"{arguments.model}: floor {found['floor']}, shipped {found['shipped'] or 'none'}")
    print(f"{'':26}{'questions':>10}{'held back':>11}{'let through':>13}{'held back as shipped':>22}")
    for kind, row in found["held_back"].items():
        shipped = found["held_back_as_shipped"][kind]["share"]
        print(f"{kind:26}{row['questions']:10}{row['share']:11.1%}{1 - row['share']:13.1%}{shipped:22.1%}")
    print(json.dumps({"bench": "calibrate", "model": arguments.model, **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
