"""The one URL of Windmill that the ingress knows: starting the flow that answers a message."""

from __future__ import annotations

import hmac
import math
import uuid
from dataclasses import dataclass
from enum import Enum, auto

import httpx2

FLOW = "f/chatbot/whatsapp_message"


class Answer(Enum):
    """What became of a post."""

    TAKEN = auto()  # a run exists, from this post or an earlier one
    DOWN = auto()  # nobody there, or not able to answer: try again soon
    MISCONFIGURED = auto()  # a person has to mend something first
    REFUSED = auto()  # Windmill is well, but does not take this message


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer, and a sentence about it that an operator can act on; None when all is well."""

    answer: Answer
    error: str | None = None


class Windmill:
    """Posts payloads under job ids that stay the same: a message gets one run however often it is posted."""

    def __init__(
        self, url: str, workspace: str, token: str, job_id_key: str, *, timeout: float, connections: int
    ) -> None:
        self._workspace = workspace
        self._url = f"{url}/api/w/{workspace}/jobs/run/f/{FLOW}"
        self._key = job_id_key.encode()
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            timeout=timeout,
            limits=httpx2.Limits(
                max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=30
            ),
            trust_env=False,  # the address is given; a proxy or a password from elsewhere must not slip in
        )

    def job_id(self, phone_number_id: str, message_id: str, dispatch_no: int) -> uuid.UUID:
        """Not to be guessed without the key: who has a job's id can read the job."""
        name = f"{phone_number_id}/{message_id}/{dispatch_no}".encode()
        return uuid.UUID(bytes=hmac.digest(self._key, name, "sha256")[:16], version=4)

    async def start(self, job_id: uuid.UUID, payload: str, delay_s: float) -> Outcome:
        """Starts the flow on a payload in `delay_s` seconds; raises nothing for Windmill or the network."""
        query = f"?job_id={job_id}"
        if delay_s > 0:
            query += f"&scheduled_in_secs={math.ceil(delay_s)}"  # Windmill takes whole seconds
        try:
            response = await self._client.post(self._url + query, content=payload.encode())
        except httpx2.HTTPError as error:
            return Outcome(Answer.DOWN, f"Windmill can't be reached: {type(error).__name__}")
        return self.judge(response.status_code, response.text)

    def judge(self, status: int, text: str) -> Outcome:
        """What an answer of Windmill means for the message."""
        if 200 <= status < 300:
            return Outcome(Answer.TAKEN)
        if status == 400 and (
            "already exists" in text or ("duplicate key value" in text and "queue_pkey" in text)
        ):
            return Outcome(Answer.TAKEN)
        told = f"Windmill answered {status}"
        hints = {
            401: "WINDMILL_TOKEN is not valid",
            403: f"WINDMILL_TOKEN may not run {FLOW}",
            404: f"there is no flow {FLOW} in workspace {self._workspace}, or no such workspace",
        }
        if status in hints:
            return Outcome(Answer.MISCONFIGURED, f"{told}: {hints[status]}")
        if 300 <= status < 400:
            return Outcome(Answer.MISCONFIGURED, f"{told}: WINDMILL_URL is not Windmill's own address")
        if status >= 500 or status in (408, 425, 429):
            return Outcome(Answer.DOWN, told)
        return Outcome(Answer.REFUSED, told)

    async def close(self) -> None:
        await self._client.aclose()
