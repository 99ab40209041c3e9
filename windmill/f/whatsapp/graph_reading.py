# requirements: whatsapp
"""One answer of the Graph API to a question, such as a page of templates or a number's health."""

from __future__ import annotations

from typing import Any

import httpx2

from f.common.redaction import redact

TIMEOUT_S = 20.0
WORDS = 300  # characters of a reason


class ReadingError(Exception):
    """Why Meta's answer could not be read, in words."""


def address(resource: dict[str, Any], path: str) -> str:
    """Of an object of the Graph API. `resource`: f/chatbot/whatsapp."""
    return f"{resource['graph_url'].rstrip('/')}/{resource['api_version']}/{path}"


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
