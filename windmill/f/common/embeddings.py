# requirements:
# httpx2==2.16.2
"""Vectors from an OpenAI-compatible embeddings endpoint, for passages at ingestion and for questions in a chat.

Asked for over plain HTTP: a chat's question needs one request, and the `openai` SDK costs half a second of import in every job.
"""

from __future__ import annotations

import time
from typing import Any

import httpx2

RETRYABLE = {408, 409, 425, 429, 500, 502, 503, 504}
TRIES = 4


class EmbeddingError(Exception):
    """A sentence for the operator."""


def embed(texts: list[str], resource: dict[str, Any], model: str, dimensions: int) -> list[list[float]]:
    """One vector of `dimensions` floats for each text, in order. `resource`: base_url, api_key. Waits and tries again on rate limits."""
    url = f"{resource['base_url'].rstrip('/')}/embeddings"
    headers = {"Authorization": f"Bearer {resource.get('api_key') or 'none'}"}
    body = {"model": model, "input": texts, "encoding_format": "float"}
    for attempt in range(1, TRIES + 1):
        try:
            response = httpx2.post(url, json=body, headers=headers, timeout=120)
        except httpx2.TransportError as error:
            problem, wait = f"{type(error).__name__}: {error}", 2.0**attempt
        else:
            if response.status_code == 200:
                return _checked(response.json(), len(texts), model, dimensions)
            problem = f"HTTP {response.status_code} {response.text[:300]}"
            if response.status_code not in RETRYABLE:
                raise EmbeddingError(f"the embedding model {model!r} refused: {problem}")
            wait = float(response.headers.get("retry-after") or 2.0**attempt)
        if attempt < TRIES:
            time.sleep(min(wait, 60))
    raise EmbeddingError(f"the embedding model {model!r} did not answer after {TRIES} tries: {problem}")


def _checked(answer: dict[str, Any], count: int, model: str, dimensions: int) -> list[list[float]]:
    vectors = [item["embedding"] for item in sorted(answer["data"], key=lambda item: item["index"])]
    if len(vectors) != count or any(len(vector) != dimensions for vector in vectors):
        raise EmbeddingError(
            f"the embedding model {model!r} did not return {count} vectors of {dimensions} dimensions"
        )
    return vectors
