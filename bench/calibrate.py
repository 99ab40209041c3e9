"""Finds an embedding model's floors: when no passage reaches its floor, the question is plainly about something else, and the model gets none.

    python -m bench.calibrate [--questions-from FOLDER …] [--apply]

There are three floors: question and passage in one language, in two languages, in two scripts. They are found on one half of the questions
of tests/eval, typed as customers type, asked of the function that the chatbot's search runs: evidence(). Each holds back at most --wrongly of
the questions that have an answer. The table shows for each kind of question the share that the floors hold back: on both halves; follow-ups;
questions that the documents do not answer; messages that are about no business (tests/eval/unrelated.yaml); and, with sets of XQuAD's
form, questions as they are, with their passage taken away, and without its article. --apply writes the floors to the database at DATABASE_URL;
without it nothing is changed. Vectors come from the demo's model, or from --base-url with EMBEDDINGS_API_KEY.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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
COLUMNS = ("floor", "floor_other_language", "floor_other_script")


@dataclass(frozen=True)
class Asked:
    """A question after search: the best relevance among its passages of each distance, by the column of the floor that applies to them."""

    kind: str
    best: dict[str, float]
    nearest: str  # the column of the nearest passage

    def held_back(self, floors: dict[str, float]) -> bool:
        return all(relevance < floors.get(column, 0) for column, relevance in self.best.items())


Model = dict[str, Any]
Embed = Callable[[list[str], bool], Vectors]


def mark_floors(url: str, model_id: int) -> None:
    """Gives the three floors of the throw-away database values that tell which of them evidence() applies to a passage."""
    with psycopg.connect(url) as conn:
        conn.execute(
            b"update embedding_models set floor = 1, floor_other_language = 2, floor_other_script = 3 where id = %s",
            [model_id],
        )


def search(
    conn: Connection, model_id: int, text: str, vector: Any, most: int
) -> list[tuple[int, float, str]]:
    """For each passage: its chunk, its relevance, and the column of its floor."""
    rows = conn.execute(
        b"select chunk_id, relevance, floor from evidence(%s, %s::vector, %s::smallint, %s)",
        [text, Vector(vector).to_text(), model_id, most],
    ).fetchall()
    return [(row["chunk_id"], float(row["relevance"]), COLUMNS[int(row["floor"]) - 1]) for row in rows]


def asked(kind: str, found: list[tuple[int, float, str]]) -> Asked:
    best: dict[str, float] = {}
    for _, relevance, column in found:
        best[column] = max(relevance, best.get(column, 0))
    return Asked(kind, best, found[0][2] if found else COLUMNS[0])


def typed(url: str, app_url: str, model: Model, embed: Embed) -> Iterable[Asked]:
    """The questions of tests/eval and the messages about no business, each asked of each business's documents."""
    unrelated = [text for texts in yaml.safe_load(UNRELATED.read_text()).values() for text in texts]
    for business in question_set.load():
        tenant = new_tenant(url, business.name, model["id"])
        questions = [q for q in business.everything if q.kind != "talk"]
        with asking(app_url, tenant) as conn:
            store_passages(conn, tenant, model["id"], business.passages, lambda texts: embed(texts, False))
            conn.execute(b"select set_config('app.tenant_id', %s, false)", [tenant])
            for q, vector in zip(questions, embed([q.text for q in questions], True), strict=True):
                kind = {"unknown": "without an answer", "follow_up": "follow-ups"}.get(
                    q.kind, f"typed, {q.half}"
                )
                yield asked(kind, search(conn, model["id"], q.text, vector, SHOWN))
            for text, vector in zip(unrelated, embed(unrelated, True), strict=True):
                yield asked("about no business", search(conn, model["id"], text, vector, SHOWN))


def from_sets(url: str, app_url: str, model: Model, sets: list[QuestionSet], embed: Embed) -> Iterable[Asked]:
    """Sets with the same passages in several languages, each language asked on each."""
    for documents in sets:
        tenant = new_tenant(url, documents.language, model["id"])
        ids = load_passages(app_url, tenant, documents, embed(documents.passages, False), model["id"])
        article = dict(zip(ids, documents.articles, strict=True))
        with asking(app_url, tenant) as conn:
            for one in sets:
                if one.gold != documents.gold or one.articles != documents.articles:
                    continue
                for text, vector, gold in zip(
                    one.questions, embed(one.questions, True), one.gold, strict=True
                ):
                    found = search(conn, model["id"], text, vector, DEEP)
                    without = [f for f in found if f[0] != ids[gold]]
                    strange = [f for f in found if article[f[0]] != documents.articles[gold]]
                    yield asked("set: answerable", found[:SHOWN])
                    yield asked("set: passage taken away", without[:SHOWN])
                    yield asked("set: article taken away", strange[:SHOWN])


def floors_of(questions: list[Asked], wrongly: float) -> dict[str, float]:
    """For each distance the highest floor under which at most this share of the questions whose nearest passage is that far would fall."""
    found = {}
    for column in COLUMNS:
        best = sorted(one.best[column] for one in questions if one.nearest == column)
        if best:
            found[column] = round(best[int(wrongly * len(best))] - 0.0005, 3)
    return found


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
    """The floors, and what share of each kind of question they would hold back. Raises NoSet or psycopg.Error."""
    folders = arguments.questions_from or list(filter(None, [os.environ.get("XQUAD")]))
    sets = [one for folder in folders for one in load(Path(folder), arguments.questions)]
    with database() as (url, app_url):
        with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as conn:
            model = conn.execute(
                "select * from embedding_models where name = %s", [arguments.model]
            ).fetchone()
        if model is None:
            raise NoSet(f"there is no embedding model {arguments.model!r}")
        mark_floors(url, model["id"])
        embed = remote(arguments.base_url, model) if arguments.base_url else local()
        questions = list(typed(url, app_url, model, embed))
        questions += from_sets(url, app_url, model, sets, embed)
    floors = floors_of([one for one in questions if one.kind == "typed, dev"], arguments.wrongly)
    return {
        "floors": floors,
        "held_back": shares(questions, floors),
        "held_back_as_shipped": shares(questions, {column: model[column] or 0 for column in COLUMNS}),
    }


def shares(questions: list[Asked], floors: dict[str, float]) -> dict[str, Any]:
    """By kind of question: how many there are, and the share that the floors hold back."""
    found = {}
    for kind in dict.fromkeys(one.kind for one in questions):
        of = [one.held_back(floors) for one in questions if one.kind == kind]
        found[kind] = {"questions": len(of), "share": round(float(np.mean(of)), 3)}
    return found


def store(model: str, floors: dict[str, float]) -> None:
    """Writes the floors to the database at DATABASE_URL."""
    names = ", ".join(f"{column} = %s" for column in floors)
    with psycopg.connect(os.environ["DATABASE_URL"]) as conn:
        conn.execute(
            f"update embedding_models set {names} where name = %s".encode(), [*floors.values(), model]
        )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--questions-from",
        nargs="+",
        metavar="FOLDER",
        help="also show what the floors do to sets of XQuAD's form (default: the folder XQUAD where it is set)",
    )
    parser.add_argument("--model", default="multilingual-e5-small", help="its name in embedding_models")
    parser.add_argument("--base-url", help="ask this endpoint instead of the demo's model")
    parser.add_argument(
        "--wrongly", type=float, default=0.01, help="share of typed questions that may be held back"
    )
    parser.add_argument("--questions", type=int, default=300, help="questions of each set of XQuAD's form")
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
        found = calibrated(arguments)
        if arguments.apply:
            store(arguments.model, found["floors"])
    except (NoSet, psycopg.Error) as problem:
        print(f"Nothing was calibrated: {problem}", file=sys.stderr)
        return 1
    print(
        f"{arguments.model}: "
        + ", ".join(f"{column} {floor:.3f}" for column, floor in found["floors"].items())
    )
    print(f"{'held back':28}{'questions':>10}{'these floors':>14}{'as shipped':>12}")
    for kind, row in found["held_back"].items():
        shipped = found["held_back_as_shipped"][kind]["share"]
        print(f"{kind:28}{row['questions']:10}{row['share']:14.1%}{shipped:12.1%}")
    print(json.dumps({"bench": "calibrate", "model": arguments.model, **found}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
