# no_postinstall
# requirements: agent
"""An OpenAPI document from its address: fetched under the guard against private addresses, and only as far as a document may be large."""

from __future__ import annotations

from collections.abc import Iterable

from f.tools.action_drafts import ImportProblem
from f.tools.http_requests import NoAnswer, Request, send
from f.tools.openapi import LARGEST

SECONDS = 20.0
ACCEPT = "application/json, application/yaml, text/yaml, text/*;q=0.9, */*;q=0.5"


def fetch_document(url: str, hosts: Iterable[str]) -> str:
    """The document's text. `hosts`: private ones that the operator allows. Raises ImportProblem."""
    try:
        answer = send(Request("GET", url, {"accept": ACCEPT}), hosts, SECONDS, LARGEST)
    except (NoAnswer, ValueError) as problem:  # ValueError: an address with a port that is none
        raise ImportProblem("openapi_fetch", problem=str(problem)[:300]) from None
    if 300 <= answer.status < 400:
        raise ImportProblem("openapi_redirect", address=answer.location[:300])
    if answer.status != 200:
        raise ImportProblem("openapi_status", status=answer.status)
    if answer.cut:
        raise ImportProblem("openapi_too_large", most=LARGEST // 1_000_000)
    if answer.unreadable:
        raise ImportProblem("openapi_fetch", problem=answer.unreadable)
    if "html" in answer.content_type.lower():
        raise ImportProblem("openapi_page")
    return answer.body.decode("utf-8-sig", "replace")
