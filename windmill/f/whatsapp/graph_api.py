# requirements: whatsapp
"""Meta's Graph API for one number and one contact: a send, a read receipt, a customer's file.

The table send_errors in PostgreSQL says what to do about an error: statuses that come hours later are judged by it, too.
"""

from __future__ import annotations

import hashlib
import json
import time
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

import httpx2

from f.common.http_clients import tls
from f.common.redaction import redact
from f.common.secrets import unseal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from f.common.database import TenantDatabase
    from f.common.shapes import Resources

# Hosts that may be sent the access token, beside the Graph API itself.
META_HOSTS = (".fbsbx.com", ".facebook.com", ".whatsapp.net", ".fbcdn.net")
TYPING_S = 20.0  # the indicator goes out after 25 s


class MediaError(Exception):
    """Why a file can't be used or sent. problem: too_large, wrong_type, unreachable, no_words. code: Meta's, where it gave one."""

    def __init__(self, problem: str, words: str, code: int | None = None) -> None:
        super().__init__(words)
        self.problem, self.code = problem, code


class Outcome(TypedDict):
    """state: sent | refused (code says why; None: never reached Meta) | unknown (the request may have been accepted)."""

    state: str
    message_id: str | None
    code: int | None
    error: str | None


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
        self._base = f"{resource['graph_url'].rstrip('/')}/{resource['api_version']}"
        self._number = phone_number_id
        self._url = f"{self._base}/{phone_number_id}/messages"
        self._token, self._headers = token, {"Authorization": f"Bearer {token}"}
        # A user id in `to` would be accepted and silently lost; a phone keeps its plus.
        self._addressee = {"to": f"+{phone.lstrip('+')}"} if phone else {"recipient": user_id}
        self._client = httpx2.Client(timeout=float(resource.get("timeout_s") or 15), verify=tls(self._base))

    def send(self, content: dict[str, Any], send_id: str, run: str) -> Outcome:
        """Sends one message. Meta has no idempotency key; `send_id` comes back with every status, so statuses are matched to sends by it."""
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
            return _outcome("refused", error=f"the Graph API can't be reached: {type(error).__name__}")
        except httpx2.TransportError as error:
            return _outcome("unknown", error=f"no answer to the request: {type(error).__name__}")
        return self._judged(response)

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
        except (httpx2.TransportError, RuntimeError) as error:
            print(f"the read receipt was not sent: {type(error).__name__}")

    def keep_typing(self, message_id: str, most_s: float = 300.0) -> Event:
        """Marks as read and types, renewed until the returned event is set; at the latest for `most_s`."""
        done = Event()

        def renew() -> None:
            end = time.monotonic() + most_s
            while not done.is_set() and time.monotonic() < end:
                self.mark_read(message_id)
                done.wait(TYPING_S)

        Thread(target=renew, daemon=True).start()
        return done

    def fetch_media(self, media_id: str, limit: int, seconds: float) -> bytes:
        """A customer's file: an id gives an address that lives for minutes, the address gives the bytes. Raises MediaError."""
        deadline = time.monotonic() + seconds
        if not media_id.isalnum():
            raise MediaError("unreachable", "the message names no file")
        for attempt in (1, 2):
            try:
                about = self._read(
                    self._client.get(
                        f"{self._base}/{media_id}", headers=self._headers, timeout=_left(deadline)
                    )
                )
                if "error" in about:
                    raise MediaError(
                        "unreachable", f"Meta does not give the file: {about['error'].get('code')}"
                    )
                if int(about.get("file_size") or 0) > limit:
                    raise MediaError(
                        "too_large", f"the file has {about['file_size']} bytes; {limit} are taken"
                    )
                content = self._download(str(about["url"]), limit, deadline)
            except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
                raise MediaError(
                    "unreachable", f"the file could not be fetched: {type(error).__name__}"
                ) from None
            if content is not None:
                expected = str(about.get("sha256") or "")
                if len(expected) == 64 and hashlib.sha256(content).hexdigest() != expected:
                    raise MediaError("unreachable", "the file is not the one that Meta described")
                return content
            print(f"the file's address has expired (attempt {attempt})")
        raise MediaError("unreachable", "the file's address had expired twice")

    def _download(self, url: str, limit: int, deadline: float) -> bytes | None:
        """The bytes; None: the address has expired."""
        address, graph = urlsplit(url), urlsplit(self._base)
        if address.netloc != graph.netloc and not (
            address.scheme == "https" and (address.hostname or "").endswith(META_HOSTS)
        ):
            raise MediaError("unreachable", "the file lies at an address that is not Meta's")
        content = bytearray()
        with self._client.stream("GET", url, headers=self._headers, timeout=_left(deadline)) as response:
            if response.status_code == 404:
                return None
            response.raise_for_status()
            for piece in response.iter_bytes():
                content += piece
                if len(content) > limit:
                    raise MediaError("too_large", f"the file has more than {limit} bytes")
                _left(deadline)
        return bytes(content)

    def upload(self, filename: str, mime_type: str, content: bytes) -> str:
        """Brings a file to Meta; returns the id that a message sends it by. Raises MediaError."""
        try:
            answer = self._read(
                self._client.post(
                    f"{self._base}/{self._number}/media",
                    data={"messaging_product": "whatsapp", "type": mime_type},
                    files={"file": (filename, content, mime_type)},
                    headers=self._headers,
                    timeout=60,
                )
            )
            if "error" in answer:
                code, words = int(answer["error"]["code"]), str(answer["error"].get("message"))[:200]
                raise MediaError("unreachable", f"Meta does not take the file: {code}: {words}", code)
            return str(answer["id"])
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            raise MediaError(
                "unreachable", f"the file could not be uploaded: {type(error).__name__}"
            ) from None

    def _read(self, response: httpx2.Response) -> Any:
        """Meta's answer. An error may quote the token."""
        return redact(response.json(), [self._token])

    def _judged(self, response: httpx2.Response) -> Outcome:
        """What Meta's answer says. After a 5xx the message may be on its way all the same."""
        try:
            answer = self._read(response)
            if response.status_code == 200:
                return _outcome("sent", message_id=answer["messages"][0]["id"])
            problem = answer["error"]
            details = (problem.get("error_data") or {}).get("details") or ""
            code, words = int(problem["code"]), f"{problem.get('message', '')} {details}".strip()[:300]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return _outcome("unknown", error=f"HTTP {response.status_code} without a body that makes sense")
        if response.status_code >= 500:
            return _outcome("unknown", code=code, error=f"HTTP {response.status_code}, {code}: {words}")
        return _outcome("refused", code=code, error=f"{code}: {words}")


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise MediaError("unreachable", "the file did not come in time")
    return left


ADDRESSEE = (
    "select t.whatsapp_token, c.phone, c.user_id from tenants t join contacts c on c.tenant_id = t.id"
    " where c.id = coalesce((select contact_id from turns where id = %s), %s)"
)


def graph_api(db: TenantDatabase, about: Mapping[str, Any], resources: Resources) -> GraphApi | None:
    """The Graph API for one conversation; None where the tenant has stored no token.

    `about`: a Context or a part of a reply, with turn_id, contact_id and phone_number_id. The turn knows its contact: the one that `about`
    names may have become another one meanwhile.
    """
    return _opened(db, about, resources, db.rows(ADDRESSEE, *_names(about)))


def value_with_api(
    db: TenantDatabase, about: Mapping[str, Any], resources: Resources, sql: str, *parameters: Any
) -> tuple[Any, GraphApi | None]:
    """The only column of a statement's first row, and the Graph API, in one round trip."""
    (first, *_), rows = db.batch((sql, list(parameters)), (ADDRESSEE, _names(about)))
    return next(iter(first.values())), _opened(db, about, resources, rows)


def _names(about: Mapping[str, Any]) -> list[str | None]:
    return [about.get("turn_id"), about["contact_id"]]


def _opened(
    db: TenantDatabase, about: Mapping[str, Any], resources: Resources, rows: list[dict[str, Any]]
) -> GraphApi | None:
    if not rows or rows[0]["whatsapp_token"] is None:
        return None
    (row,) = rows
    token = unseal(resources["master_key"], db.tenant_id, "whatsapp_token", row["whatsapp_token"])
    return GraphApi(resources["whatsapp"], about["phone_number_id"], token, row["phone"], row["user_id"])


def access_token(db: TenantDatabase, resources: Resources) -> str | None:
    """The tenant's token, None where it has stored none. Raises SecretError when it does not open."""
    sealed = db.value("select whatsapp_token from tenants where id = %s", db.tenant_id)
    return unseal(resources["master_key"], db.tenant_id, "whatsapp_token", sealed) if sealed else None


def _outcome(
    state: str, message_id: str | None = None, code: int | None = None, error: str | None = None
) -> Outcome:
    return {"state": state, "message_id": message_id, "code": code, "error": error}
