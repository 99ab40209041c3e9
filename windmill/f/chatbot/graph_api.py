# requirements:
# cryptography==50.0.2
# httpx2==2.16.2
# psycopg[binary]==3.3.9
"""Meta's Graph API for one number and one contact: a send and what its outcome means.

The error table is facts of Meta's documentation (autumn 2026): which codes are worth another try, and after how long.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypedDict

import httpx2

from f.common.secrets import unseal

if TYPE_CHECKING:
    from f.common.database import Connection
    from f.common.shapes import Context

# code → seconds until each further try. What is not here is not tried again.
RETRIES: dict[int, tuple[float, ...]] = {
    131056: (1, 4, 16, 64),  # too many messages to this one person
    **dict.fromkeys((130429, 4, 80007), (1, 2, 4, 8)),  # too many from this number
    **dict.fromkeys((1, 2, 131000, 131016, 133004), (1, 3, 9)),  # Meta's own trouble
    131057: (60,),  # the number is being upgraded
}


class Outcome(TypedDict):
    """state: sent | pending (try again after retry_in_s) | failed | unknown (the request may have been accepted)."""

    state: str
    message_id: str | None
    code: int | None
    error: str | None
    retry_in_s: float


class GraphApi:
    """Sends as one business number to one contact. Holds the access token: never put it in a result or a log."""

    def __init__(
        self,
        resource: dict[str, Any],
        phone_number_id: str,
        token: str,
        phone: str | None,
        user_id: str | None,
    ) -> None:
        self._url = (
            f"{resource['graph_url'].rstrip('/')}/{resource['api_version']}/{phone_number_id}/messages"
        )
        self._headers = {"Authorization": f"Bearer {token}"}
        # A user id in `to` would be accepted and silently lost; a phone keeps its plus.
        self._addressee = {"to": f"+{phone.lstrip('+')}"} if phone else {"recipient": user_id}
        self._client = httpx2.Client(timeout=float(resource.get("timeout_s") or 15))

    def send(self, content: dict[str, Any], send_id: str, run: str, attempt: int) -> Outcome:
        """Sends one message. `send_id` comes back with every status: there is no idempotency key, so it is how an outcome is found again."""
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **self._addressee,
            **content,
            "biz_opaque_callback_data": json.dumps({"send_id": send_id, "run": run}),
        }
        try:
            response = self._client.post(self._url, json=body, headers=self._headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            return self._again(
                None, f"the Graph API can't be reached: {type(error).__name__}", attempt, (1, 3, 9)
            )
        except httpx2.TransportError as error:
            return _outcome("unknown", error=f"no answer to the request: {type(error).__name__}")
        return self._judge(response, attempt)

    def mark_read(self, message_id: str) -> None:
        """Shows the blue ticks and `typing…`. Best effort: it never fails a turn."""
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
            "typing_indicator": {"type": "text"},
        }
        try:
            self._client.post(self._url, json=body, headers=self._headers, timeout=5)
        except httpx2.TransportError as error:
            print(f"the read receipt was not sent: {type(error).__name__}")

    def _judge(self, response: httpx2.Response, attempt: int) -> Outcome:
        try:
            answer = response.json()
            if response.status_code == 200:
                return _outcome("sent", message_id=answer["messages"][0]["id"])
            problem = answer["error"]
            code, words = int(problem["code"]), str(problem.get("message", ""))[:300]
        except (ValueError, KeyError, TypeError, IndexError):
            return _outcome("unknown", error=f"HTTP {response.status_code} without a body that makes sense")
        if response.status_code >= 500:
            return _outcome("unknown", code=code, error=f"HTTP {response.status_code}, {code}: {words}")
        return self._again(code, f"{code}: {words}", attempt, RETRIES.get(code, ()))

    def _again(self, code: int | None, error: str, attempt: int, waits: tuple[float, ...]) -> Outcome:
        if attempt > len(waits):
            return _outcome("failed", code=code, error=error)
        return _outcome("pending", code=code, error=error, retry_in_s=waits[attempt - 1])


def graph_api(
    conn: Connection, context: Context, whatsapp: dict[str, Any], master_key: str
) -> GraphApi | None:
    """The Graph API as the tenant of this transaction, for this turn's contact; None where the tenant has stored no token."""
    row = conn.execute(
        b"select t.whatsapp_token, c.phone, c.user_id from tenants t join contacts c on c.tenant_id = t.id where c.id = %s",
        [context["contact_id"]],
    ).fetchone()
    if row is None or row["whatsapp_token"] is None:
        return None
    token = unseal(master_key, context["tenant_id"], "whatsapp_token", row["whatsapp_token"])
    return GraphApi(whatsapp, context["phone_number_id"], token, row["phone"], row["user_id"])


def _outcome(
    state: str,
    message_id: str | None = None,
    code: int | None = None,
    error: str | None = None,
    retry_in_s: float = 0,
) -> Outcome:
    return {"state": state, "message_id": message_id, "code": code, "error": error, "retry_in_s": retry_in_s}
