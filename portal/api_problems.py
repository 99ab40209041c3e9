"""The one form of the API's errors (RFC 9457): a status, a code for programs, and a sentence for people."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse

RETRY_S = 5
PROBLEMS = {
    "wrong_host": (421, "This address is not the one under which the API is reached."),
    "no_such_path": (404, "The API has no such address. What there is stands in /api/v1/openapi.json."),
    "wrong_method": (405, "This address takes another method: see the header Allow."),
    "key_in_address": (
        400,
        "A key was sent in an address, where proxies and logs keep it. Revoke it, make another one, and send that in the header Authorization.",
    ),
    "no_key": (401, "Send a key in the header: Authorization: Bearer cmk_…"),
    "key_unknown": (401, "There is no such key."),
    "key_expired": (401, "This key has expired. An owner can make another one in the portal."),
    "key_revoked": (401, "This key was revoked. An owner can make another one in the portal."),
    "business_suspended": (403, "This business is suspended."),
    "scope_missing": (403, "This key lacks the scope {scope}."),
    "too_many_calls": (429, "Too many calls in this minute. Try again in {seconds} seconds."),
    "too_many_at_once": (429, "Too many calls at once. Wait for the answers to some of them."),
    "no_room": (503, "Other large files are under way. Send this one again in some seconds."),
    "no_length": (411, "Send the length of the body in the header Content-Length."),
    "too_large": (413, "The body has more than {most} bytes."),
    "not_json": (415, "Send the body as application/json."),
    "bad_json": (400, "The body is no JSON object."),
    "bad_value": (400, "{words}"),
    "not_found": (404, "There is no such thing in this business."),
    "unavailable": (503, "The API is not available at the moment. Try again in some seconds."),
}


def problem(code: str, headers: Mapping[str, str] | None = None, **values: object) -> JSONResponse:
    """One of PROBLEMS."""
    status, sentence = PROBLEMS[code]
    return answer(status, code, sentence.format(**values), headers)


def answer(status: int, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
    }
    own = {"retry-after": str(RETRY_S)} if status == 503 else {}
    own |= {"www-authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse(body, status, {**own, **(headers or {})}, "application/problem+json")
