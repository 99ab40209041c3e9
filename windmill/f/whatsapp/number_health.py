# requirements: whatsapp
"""What Meta says of a number: whether it may send, and what keeps it from that now or soon, such as an account that nobody pays for.

Meta's health_status names the number, its account, the business and the app, each with AVAILABLE, LIMITED or BLOCKED and its errors.
"""

from __future__ import annotations

from typing import Any, TypedDict

import httpx2

from f.common.http_clients import tls
from f.common.redaction import redact

TIMEOUT_S = 20.0
WORDS = 300  # characters of Meta's own sentences
# Meta's code for an account without a valid payment method: its messages still go out as long as they cost nothing.
NO_PAYMENT = 141006


class Trouble(TypedDict):
    """`entity`: PHONE_NUMBER, WABA, BUSINESS or APP. `problem` and `remedy` are Meta's words."""

    entity: str
    code: int
    problem: str
    remedy: str


class HealthError(Exception):
    """Why Meta's word could not be read."""


def read_health(resource: dict[str, Any], token: str, phone_number_id: str) -> tuple[str, list[Trouble]]:
    """Whether the number can send (AVAILABLE, LIMITED or BLOCKED), and what troubles it. Raises HealthError."""
    url = f"{resource['graph_url'].rstrip('/')}/{resource['api_version']}/{phone_number_id}"
    try:
        with httpx2.Client(timeout=TIMEOUT_S, verify=tls(url)) as client:
            headers = {"Authorization": f"Bearer {token}"}
            response = client.get(url, params={"fields": "health_status"}, headers=headers)
        answer = redact(response.json(), [token])
    except (httpx2.HTTPError, ValueError) as error:
        raise HealthError(f"Meta gave no answer: {type(error).__name__}") from None
    status = answer.get("health_status") if isinstance(answer, dict) else None
    if not isinstance(status, dict):
        problem = answer.get("error") if isinstance(answer, dict) else None
        words = problem.get("message") if isinstance(problem, dict) else ""
        raise HealthError(f"Meta refuses: HTTP {response.status_code} {words}"[:WORDS])
    return str(status.get("can_send_message") or "AVAILABLE"), troubles_of(status)


def troubles_of(status: dict[str, Any]) -> list[Trouble]:
    """The errors of each part that a health status names."""
    entities = status.get("entities")
    found: list[Trouble] = []
    for entity in entities if isinstance(entities, list) else []:
        errors = entity.get("errors") if isinstance(entity, dict) else None
        for error in errors if isinstance(errors, list) else []:
            if isinstance(error, dict) and isinstance(error.get("error_code"), int):
                found.append(
                    {
                        "entity": str(entity.get("entity_type")),
                        "code": error["error_code"],
                        "problem": str(error.get("error_description") or "")[:WORDS],
                        "remedy": str(error.get("possible_solution") or "")[:WORDS],
                    }
                )
    return found
