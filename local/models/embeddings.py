"""POST /v1/embeddings: checks the request as OpenAI's API would, and answers in its shape."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from local.models.encoder import DIMENSIONS, PASSAGES_AT_ONCE, Encoder, Vectors
from local.models.wire import ApiError, json_response, read_json, unknown_model

# Name -> whether its texts are questions. The model wants to know: it was trained with different prefixes.
MODELS = {"e5-query": True, "e5-passage": False, "multilingual-e5-small": True}
INPUT_TYPES = {"query": True, "passage": False, "document": False}

MAX_INPUTS = 256
MAX_CHARS_EACH = 16_000
MAX_CHARS_TOTAL = 400_000


@dataclass(frozen=True)
class EmbeddingRequest:
    """A checked request."""

    model: str
    texts: list[str]
    is_query: bool
    base64: bool


def parse(body: dict[str, Any]) -> EmbeddingRequest:
    """Check a request body; raises ApiError with what to change."""
    model = body.get("model")
    if not isinstance(model, str):
        raise ApiError("you must provide a model parameter", "model")
    if model not in MODELS:
        raise unknown_model(model)
    input_type = body.get("input_type")
    if input_type is not None and input_type not in INPUT_TYPES:
        raise ApiError(f"'input_type' must be one of {', '.join(INPUT_TYPES)}.", "input_type")
    if body.get("dimensions") not in (None, DIMENSIONS):
        raise ApiError(f"This model has {DIMENSIONS} dimensions; it can't be shortened.", "dimensions")
    encoding = body.get("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise ApiError("'encoding_format' must be 'float' or 'base64'.", "encoding_format")
    is_query = MODELS[model] if input_type is None else INPUT_TYPES[input_type]
    return EmbeddingRequest(model, _texts(body.get("input")), is_query, encoding == "base64")


def _texts(value: object) -> list[str]:
    """The input as a list of texts within the caps."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise ApiError("'input' must be a string or a list of strings that isn't empty.", "input")
    if all(isinstance(text, int | list) for text in texts):
        raise ApiError("Token arrays can't be embedded: this model has its own tokens. Send text.", "input")
    if not all(isinstance(text, str) for text in texts):
        raise ApiError("'input' must be a string or a list of strings.", "input")
    if len(texts) > MAX_INPUTS:
        raise ApiError(f"'input' has {len(texts)} texts; at most {MAX_INPUTS} fit in a request.", "input")
    for number, text in enumerate(texts):
        if not text.strip():
            raise ApiError(f"'input[{number}]' is empty.", "input")
        if len(text) > MAX_CHARS_EACH:
            raise ApiError(
                f"'input[{number}]' is {len(text)} characters long; at most {MAX_CHARS_EACH} go.", "input"
            )
    total = sum(map(len, texts))
    if total > MAX_CHARS_TOTAL:
        raise ApiError(f"'input' has {total} characters; at most {MAX_CHARS_TOTAL} go in a request.", "input")
    return texts


def _payload(vector: Vectors, as_base64: bool) -> str | list[float]:
    """One vector as OpenAI sends it: little-endian float32 in base64, or plain numbers."""
    if as_base64:
        return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
    numbers: list[float] = vector.astype(np.float64).tolist()
    return numbers


async def create_embeddings(request: Request) -> Response:
    """The endpoint."""
    wanted = parse(await read_json(request))
    encoder: Encoder = request.app.state.encoder
    data: list[dict[str, Any]] = []
    tokens = 0
    for start in range(0, len(wanted.texts), PASSAGES_AT_ONCE):
        if start and await request.is_disconnected():
            return Response(status_code=499)  # the caller has hung up
        vectors, count = await encoder.embed(wanted.texts[start : start + PASSAGES_AT_ONCE], wanted.is_query)
        tokens += count
        for vector in vectors:
            payload = _payload(vector, wanted.base64)
            data.append({"object": "embedding", "index": len(data), "embedding": payload})
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return json_response({"object": "list", "data": data, "model": wanted.model, "usage": usage})
