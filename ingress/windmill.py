"""The one URL of Windmill that the ingress knows: it starts the flow that answers a message."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from enum import Enum, auto

import httpx2

FLOW = "f/chatbot/whatsapp_message"


class StartOutcome(Enum):
    """What became of a request to start a run."""

    STARTED = auto()  # the run exists, from this request or an earlier one
    DOWN = auto()  # Windmill can't be reached or can't answer: try again soon
    MISCONFIGURED = auto()  # a person has to correct a setting first
    REFUSED = auto()  # Windmill works, but does not accept this message


@dataclass(frozen=True, slots=True)
class StartResult:
    """An outcome, and a sentence about it that an operator can act on; None when the run was started."""

    outcome: StartOutcome
    error: str | None = None


class Windmill:
    """Starts runs under job ids that are derived from the message: however often a message is posted, it gets one run."""

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
            trust_env=False,  # the address is given: no proxy or password from the environment
        )

    def job_id(self, phone_number_id: str, message_id: str, dispatch_no: int) -> uuid.UUID:
        """Unguessable without the key: anyone who knows a job id can read the job. As f/common/windmill.py derives it."""
        name = f"{phone_number_id}/{message_id}/{dispatch_no}".encode()
        return uuid.UUID(bytes=hmac.digest(self._key, name, "sha256")[:16], version=4)

    async def start(self, job_id: uuid.UUID, payload: str) -> StartResult:
        """Starts the flow on a payload. Never raises for Windmill or the network."""
        try:
            response = await self._client.post(f"{self._url}?job_id={job_id}", content=payload.encode())
        except httpx2.HTTPError as error:
            return StartResult(StartOutcome.DOWN, f"Windmill can't be reached: {type(error).__name__}")
        return self.read_response(response.status_code, response.text)

    def read_response(self, status: int, text: str) -> StartResult:
        """What Windmill's response means for the message."""
        if 200 <= status < 300:
            return StartResult(StartOutcome.STARTED)
        if status == 400 and (
            "already exists" in text or ("duplicate key value" in text and "queue_pkey" in text)
        ):
            return StartResult(StartOutcome.STARTED)
        answered = f"Windmill answered {status}"
        hints = {
            401: "WINDMILL_TOKEN is not valid",
            403: f"WINDMILL_TOKEN may not run {FLOW}",
            404: f"there is no flow {FLOW} in workspace {self._workspace}, or no such workspace",
        }
        if status in hints:
            return StartResult(StartOutcome.MISCONFIGURED, f"{answered}: {hints[status]}")
        if 300 <= status < 400:
            return StartResult(
                StartOutcome.MISCONFIGURED, f"{answered}: WINDMILL_URL is not Windmill's own address"
            )
        if status >= 500 or status in (408, 425, 429):
            return StartResult(StartOutcome.DOWN, answered)
        return StartResult(StartOutcome.REFUSED, answered)

    async def close(self) -> None:
        await self._client.aclose()
