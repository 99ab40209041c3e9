"""Reading and writing JSON bodies, with a cap on what a caller may send."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from local.models.errors import ApiError

MAX_BODY = 4_000_000
MEDIA_BODY = 24_000_000  # where a picture or a voice note may be in the body


async def read_json(request: Request, most: int = MAX_BODY) -> dict[str, Any]:
    """The request's body as a JSON object."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise ApiError(f"The request is larger than {most} bytes.", status=413)
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
