"""The ASGI app: routes, the bearer key, and errors in OpenAI's shape."""

import hmac

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.models.chat import MODELS as CHAT_MODELS
from local.models.chat import create_completion
from local.models.embeddings import MODELS as EMBEDDING_MODELS
from local.models.embeddings import create_embeddings
from local.models.encoder import Encoder
from local.models.gemini import error_body, generate_content
from local.models.media import create_speech, create_transcription
from local.models.wire import ApiError, on_api_error


async def list_models(request: Request) -> Response:
    """GET /v1/models."""
    described = CHAT_MODELS | dict.fromkeys(EMBEDDING_MODELS, "multilingual-e5-small, 384 dimensions")
    cards = [
        {"id": name, "object": "model", "created": 0, "owned_by": "local", "description": words}
        for name, words in described.items()
    ]
    return JSONResponse({"object": "list", "data": cards})


async def healthz(request: Request) -> Response:
    """Answers while the models work, because they work in other threads."""
    return JSONResponse({"status": "ok"})


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"Unknown request URL: {request.method} {request.url.path} ({error.detail})."
    return ApiError(message, status=error.status_code).response()


class BearerKey:
    """Refuses calls below /v1 without the key, when there is one."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self.app, self.expected = app, f"Bearer {key}".encode() if key else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.expected and scope["type"] == "http" and scope["path"].startswith("/v1"):
            headers = dict(scope["headers"])
            by_google = scope["path"].endswith(":generateContent")
            key = headers.get(b"x-goog-api-key", b"")
            given = b"Bearer " + key if by_google else headers.get(b"authorization", b"")
            if not hmac.compare_digest(given, self.expected):
                refusal = ApiError("Incorrect API key provided.", status=401, code="invalid_api_key")
                of_google = error_body(400, "API key not valid. Please pass a valid API key.")
                await (of_google if by_google else refusal.response())(scope, receive, send)
                return
        await self.app(scope, receive, send)


def build_app(encoder: Encoder, key: str) -> Starlette:
    """The app around one encoder."""
    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/v1/models", list_models),
            Route("/v1/embeddings", create_embeddings, methods=["POST"]),
            Route("/v1/chat/completions", create_completion, methods=["POST"]),
            Route("/v1/audio/speech", create_speech, methods=["POST"]),
            Route("/v1/audio/transcriptions", create_transcription, methods=["POST"]),
            # Google's SDK asks for v1 today, and for v1beta where a caller says so.
            Route("/v1/models/{call}", generate_content, methods=["POST"]),
            Route("/v1beta/models/{call}", generate_content, methods=["POST"]),
        ],
        exception_handlers={ApiError: on_api_error, HTTPException: _on_http_error},
        middleware=[Middleware(BearerKey, key=key)],
    )
    app.state.encoder = encoder
    return app
