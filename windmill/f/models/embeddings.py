# requirements: whatsapp
"""Vectors from an OpenAI-compatible embeddings endpoint, for passages at ingestion and for questions in a chat.

Asked for over plain HTTP: a chat's question needs one request, and the `openai` SDK costs half a second of import in every job.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from f.common.deadline import run_with_deadline
from f.common.http_clients import tls
from f.common.redaction import redact_keys

RETRYABLE = {408, 409, 425, 429, 500, 502, 503, 504}
LONGEST_WAIT_S = 60.0
LONGEST_REQUEST_S, SHORTEST_REQUEST_S = 120.0, 0.1


class EmbeddingError(Exception):
    """A sentence for the operator."""


def embed(
    texts: list[str], resource: dict[str, Any], model: str, dimensions: int, patience_s: float = 20
) -> list[list[float]]:
    """One vector of `dimensions` floats for each text, in order. `resource`: base_url, api_key.

    Waits and tries again on rate limits and faults, as long as the endpoint asks for, in all no longer than `patience_s`.
    """
    url = f"{resource['base_url'].rstrip('/')}/embeddings"
    key = str(resource.get("api_key") or "none").strip()
    headers = {"Authorization": f"Bearer {key}"}
    body = {"model": model, "input": texts, "encoding_format": "float"}
    deadline = time.monotonic() + patience_s
    wait = 1.0
    with httpx2.Client(headers=headers, timeout=LONGEST_REQUEST_S, verify=tls(url)) as client:
        while True:
            left = min(max(deadline - time.monotonic(), SHORTEST_REQUEST_S), LONGEST_REQUEST_S)
            try:
                response = run_with_deadline(left, lambda: client.post(url, json=body))
            except (httpx2.TransportError, TimeoutError) as error:
                words = f"{type(error).__name__}: {error}".rstrip(": ")
                problem, asked = redact_keys(words, [key]), None
            else:
                if response.status_code == 200:
                    return _checked(response, len(texts), model, dimensions)
                problem, asked = (
                    f"HTTP {response.status_code} {redact_keys(response.text, [key])[:300]}",
                    retry_after(response.headers),
                )
                if response.status_code not in RETRYABLE:
                    raise EmbeddingError(f"the embedding model {model!r} refused: {problem}")
            wait = min(wait * 2, LONGEST_WAIT_S)
            pause = wait if asked is None else asked
            if time.monotonic() + pause > deadline:
                raise EmbeddingError(
                    f"the embedding model {model!r} did not answer within {patience_s:.0f} s: {problem}"
                )
            time.sleep(pause)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an endpoint asks to wait for: a number, or a date."""
    value = headers.get("retry-after", "").strip().removesuffix("s")
    try:
        if value.replace(".", "", 1).isdecimal():
            return float(value)
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None  # nothing was asked for, or nothing that can be understood


def _checked(response: httpx2.Response, count: int, model: str, dimensions: int) -> list[list[float]]:
    try:
        # Gemini leaves out an index that is 0.
        items = sorted(response.json()["data"], key=lambda item: item.get("index") or 0)
        vectors = [[float(number) for number in item["embedding"]] for item in items]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise EmbeddingError(
            f"the embedding model {model!r} answered with something else than vectors"
        ) from None
    if len(vectors) != count or any(len(vector) != dimensions for vector in vectors):
        raise EmbeddingError(
            f"the embedding model {model!r} did not return {count} vectors of {dimensions} dimensions"
        )
    return vectors
