"""Question-passage sets of XQuAD's form for the retrieval benchmark, and their vectors, made once and kept in a temporary file."""

from __future__ import annotations

import hashlib
import json
import os
import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "questions"
Vectors = NDArray[np.float32]
Encode = Callable[[list[str], bool], Vectors]


@dataclass(frozen=True)
class QuestionSet:
    """Passages in order, the article of each, and questions with the number of the passage that answers each."""

    language: str
    passages: list[str]
    articles: list[int]
    questions: list[str]
    gold: list[int]


class NoSet(Exception):
    """A sentence: why the questions can't be had."""


def load(folder: Path, sample: int, passages: int = 0, seed: int = 7) -> list[QuestionSet]:
    """Every `*.<language>.json` of a folder; `sample` questions of each; only the first `passages` paragraphs if that is not 0."""
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise NoSet(f"{folder} has no .json files of XQuAD's form")
    return [_read(path, sample, passages, seed) for path in paths]


def _read(path: Path, sample: int, most: int, seed: int) -> QuestionSet:
    try:
        articles = json.loads(path.read_text())["data"]
        texts: list[str] = []
        of_article: list[int] = []
        pairs: list[Any] = []
        for number, article in enumerate(articles):
            for paragraph in article["paragraphs"]:
                pairs += [(qa["question"], len(texts)) for qa in paragraph["qas"]]
                texts.append(paragraph["context"])
                of_article.append(number)
    except (ValueError, KeyError, TypeError) as error:
        raise NoSet(f"{path} is not of XQuAD's form: {type(error).__name__} {error}") from error
    if most:
        texts, of_article = texts[:most], of_article[:most]
        pairs = [pair for pair in pairs if pair[1] < most]
    chosen = sorted(random.Random(seed).sample(range(len(pairs)), min(sample, len(pairs))))
    language = path.name.removesuffix(".json").split(".")[-1]
    return QuestionSet(
        language, texts, of_article, [pairs[i][0] for i in chosen], [pairs[i][1] for i in chosen]
    )


def encoder() -> Encode:
    """The demo's embedding model, in this process."""
    from local.models.encoder import Encoder

    model = Encoder()
    return lambda texts, is_query: model.encode(texts, is_query)


def vectors(texts: list[str], is_query: bool, encode: Encode) -> Vectors:
    """A vector for each text, from the cache where it is there."""
    folder = Path(tempfile.gettempdir()) / f"chatmill-vectors-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    known: dict[str, Vectors] = {}
    names = [hashlib.sha256(f"{is_query}\0{text}".encode()).hexdigest() for text in texts]
    cache = folder / f"{'questions' if is_query else 'passages'}.npz"
    if cache.exists():
        with np.load(cache) as stored:
            known = {name: stored[name] for name in set(names) & set(stored.files)}
    missing = [i for i, name in enumerate(names) if name not in known]
    for start in range(0, len(missing), 16):
        batch = missing[start : start + 16]
        for i, vector in zip(batch, encode([texts[i] for i in batch], is_query), strict=True):
            known[names[i]] = vector
    if missing:
        others: dict[str, Vectors] = {}
        if cache.exists():
            with np.load(cache) as stored:
                others = {name: stored[name] for name in stored.files}
        partial = cache.with_suffix(".partial.npz")
        np.savez(partial, **(others | known))  # type: ignore[arg-type]
        partial.replace(cache)
    return np.stack([known[name] for name in names])
