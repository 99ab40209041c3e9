# requirements: whatsapp
"""One answer of the Graph API, to a question such as a number's health or to a change such as a subscription."""

from __future__ import annotations

from typing import Any, NamedTuple

import httpx2

from f.common.redaction import redact

TIMEOUT_S = 20.0
WORDS = 300  # characters of a reason


class ReadingError(Exception):
    """Why Meta's answer could not be read, in words."""


def address(resource: dict[str, Any], path: str) -> str:
    """Of an object of the Graph API. `resource`: f/chatbot/whatsapp."""
    return f"{resource['graph_url'].rstrip('/')}/{resource['api_version']}/{path}"


class Answer(NamedTuple):
    """data: what Meta says; None where it does not: then `code` is its error's, or None where nothing came. `date`: by Meta's clock."""

    data: dict[str, Any] | None
    code: int | None
    words: str
    date: str | None = None


def call(
    client: httpx2.Client,
    method: str,
    url: str,
    token: str,
    query: dict[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> Answer:
    """Asks Meta for something, or to change it; the answer is without the token. Raises nothing for what Meta says, or does not say."""
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = client.request(method, url, params=query, json=body, headers=headers)
        answer = redact(response.json(), [token])
    except (httpx2.HTTPError, ValueError) as error:
        return Answer(None, None, type(error).__name__)
    date = response.headers.get("date")
    problem = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(answer, dict) and problem is None:
        return Answer(answer, None, "", date)
    if not isinstance(problem, dict):
        return Answer(None, None, f"HTTP {response.status_code}", date)
    code = problem.get("code")
    words = str(problem.get("message") or "")[:WORDS]
    return Answer(None, code if isinstance(code, int) else None, words, date)


def read_object(
    client: httpx2.Client, url: str, query: dict[str, str], token: str, what: str
) -> dict[str, Any]:
    """The answer, without the token. `what`: the name of what is read, for the reason. Raises ReadingError."""
    try:
        response = client.get(url, params=query, headers={"Authorization": f"Bearer {token}"})
        answer: dict[str, Any] = redact(response.json(), [token])
    except (httpx2.HTTPError, ValueError) as error:
        raise ReadingError(f"Meta's {what} could not be read: {type(error).__name__}") from None
    if not isinstance(answer, dict) or "error" in answer:
        problem = answer.get("error") if isinstance(answer, dict) else None
        words = problem.get("message") if isinstance(problem, dict) else ""
        raise ReadingError(f"Meta refuses its {what}: HTTP {response.status_code} {words}"[:WORDS])
    return answer
