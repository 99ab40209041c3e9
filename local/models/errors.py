"""Errors in the shape that OpenAI's API uses, so that its SDK raises what it would raise there."""

from starlette.requests import Request
from starlette.responses import JSONResponse


class ApiError(Exception):
    """A request that is answered with an error body."""

    def __init__(
        self, message: str, param: str | None = None, *, status: int = 400, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message, self.param, self.status, self.code = message, param, status, code

    @property
    def kind(self) -> str:
        """OpenAI's `type` for this status."""
        return "server_error" if self.status >= 500 else "invalid_request_error"


def error_response(error: ApiError) -> JSONResponse:
    """The JSON body for an error."""
    body = {"message": error.message, "type": error.kind, "param": error.param, "code": error.code}
    return JSONResponse({"error": body}, error.status)


async def on_api_error(request: Request, error: Exception) -> JSONResponse:
    """Starlette's exception handler for ApiError."""
    assert isinstance(error, ApiError)
    return error_response(error)


def unknown_model(name: object) -> ApiError:
    """What OpenAI answers for a model that it doesn't have."""
    return ApiError(
        f"The model {name!r} does not exist here. GET /v1/models lists what does.",
        "model",
        status=404,
        code="model_not_found",
    )
