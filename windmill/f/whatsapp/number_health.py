# requirements: whatsapp
"""What Meta says of a number: whether it may send, and what keeps it from that now or soon, such as an account that nobody pays for.

Meta's health_status names the number, its account, the business and the app, each with AVAILABLE, LIMITED or BLOCKED and its errors.
"""

from __future__ import annotations

from typing import Any, TypedDict

import httpx2

from f.common.http_clients import tls
from f.whatsapp.graph_reading import TIMEOUT_S, WORDS, ReadingError, address, read_object

# Meta's code for an account without a valid payment method: its messages still go out as long as they cost nothing.
NO_PAYMENT = 141006


class Trouble(TypedDict):
    """`entity`: PHONE_NUMBER, WABA, BUSINESS or APP. `problem` and `remedy` are Meta's words."""

    entity: str
    code: int
    problem: str
    remedy: str


def read_health(resource: dict[str, Any], token: str, phone_number_id: str) -> tuple[str, list[Trouble]]:
    """Whether the number can send (AVAILABLE, LIMITED or BLOCKED), and what troubles it. Raises ReadingError."""
    url = address(resource, phone_number_id)
    with httpx2.Client(timeout=TIMEOUT_S, verify=tls(url)) as client:
        answer = read_object(client, url, {"fields": "health_status"}, token, "word on a number")
    status = answer.get("health_status")
    if not isinstance(status, dict):
        raise ReadingError("Meta says nothing of the number's health")
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
