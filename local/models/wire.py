"""JSON in and out, and errors in the shape of OpenAI's API, so that its SDK raises what it would raise there."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY = 24_000_000  # a picture or a voice note may be in the body


class ApiError(Exception):
    """A request that is answered with an error body."""

    def __init__(
        self, message: str, param: str | None = None, *, status: int = 400, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.param, self.status, self.code = message, param, status, code

    def response(self) -> JSONResponse:
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        body = {"message": self.message, "type": kind, "param": self.param, "code": self.code}
        return JSONResponse({"error": body}, self.status)


async def on_api_error(request: Request, error: Exception) -> JSONResponse:
    """Starlette's exception handler for ApiError."""
    assert isinstance(error, ApiError)
    return error.response()


def unknown_model(name: object) -> ApiError:
    """What OpenAI answers for a model that it doesn't have."""
    message = f"The model {name!r} does not exist here. GET /v1/models lists what does."
    return ApiError(message, "model", status=404, code="model_not_found")


async def read_json(request: Request) -> dict[str, Any]:
    """The request's body as a JSON object."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise ApiError(f"The request is larger than {MAX_BODY} bytes.", status=413)
    try:
        value = orjson.loads(bytes(body))
    except orjson.JSONDecodeError as error:
        raise ApiError(f"We could not parse the JSON body of your request: {error}.") from error
    if not isinstance(value, dict):
        raise ApiError("The body of the request must be a JSON object.")
    return value


def json_response(value: Any) -> Response:
    """A JSON answer; orjson, because a batch of vectors is a lot of numbers."""
    return Response(orjson.dumps(value), media_type="application/json")
