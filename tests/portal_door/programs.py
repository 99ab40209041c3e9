"""A business with a customer, an owner who makes keys in the portal, and the programs that call the API with them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import jsonschema
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from starlette.testclient import TestClient

from f.portal_api.sealed_transport import SUITE
from portal.api_document import OPERATIONS, PREFIX, document
from tests.portal_door.house import Browser, House
from tests.sql.conversation import NUMBERS, Conversation

DOCUMENT = document("http://testserver", "Chatmill")
ANSWERS = {(each.method, each.path): each for each in OPERATIONS}
EVERYTHING = sorted({each.scope for each in OPERATIONS})


class Business:
    """One of its own, with an owner who is signed in at the door."""

    def __init__(self, house: House, client: TestClient) -> None:
        self.house, self.client = house, client
        self.talk = Conversation(house.url)
        self.owner = house.member(f"owner@{self.talk.bot}.example", self.talk.tenant, "owner")
        self.browser = Browser(client).sign_in(house, self.owner)
        self.key = self.make_key(EVERYTHING)
        self.program = Program(client, self.key)

    def make_key(self, scopes: list[str], days: int = 30, name: str = "CRM") -> str:
        return self.unsealed("create_key", "key", name=name, days=days, scopes=scopes)

    def unsealed(self, action: str, what: str, **fields: Any) -> str:
        """What the owner's page shows of a secret that a script seals to it."""
        page = X25519PrivateKey.generate()
        fields["page_key"] = b64encode(page.public_key().public_bytes_raw()).decode()
        made = self.browser.call("developers", action, **fields).json()
        info = f"portal: secret for a developer\n{self.talk.tenant}\n{what}".encode()
        return SUITE.decrypt(b64decode(made["sealed"]), page, info).decode()

    def listed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.browser.call("developers", "list").json()["keys"]
        return found

    def write(self, words: str, answer: str = "At nine.") -> str:
        """A new customer writes, and the bot answers; returns the contact's id."""
        self.talk.phone = str(next(NUMBERS))
        run = self.talk.one("select gen_random_uuid()::text")
        turn = self.talk.open(self.talk.write(words), run)["turn_id"]
        epoch = self.talk.begin(turn, run, 2)
        self.talk.queue(turn, epoch, answer)
        self.talk.claim(turn, epoch)
        self.talk.record(turn, epoch, wamid=f"out.{turn}")
        self.talk.call("close_turn", turn, epoch, "done", "answered", "{}")
        return str(self.talk.one("select contact_id::text from turns where id = %s", turn))


class Program:
    """Calls the API, and holds each answer against the document."""

    def __init__(self, client: TestClient, key: str) -> None:
        self.client, self.key = client, key

    def ask(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        headers = {"authorization": f"Bearer {self.key}"} | options.pop("headers", {})
        self.client.cookies.clear()
        answer = self.client.request(method, PREFIX + path, headers=headers, **options)
        assert answer.status_code == status, answer.text
        if status == 204:
            return answer
        kind = "application/json" if status < 400 else "application/problem+json"
        assert answer.headers["content-type"] == kind
        check(ANSWERS[method, template_of(path)].answer if status < 400 else "Problem", answer.json())
        return answer

    def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return self.ask("GET", path, status, **options)

    def refused(self, method: str, path: str, status: int, **options: Any) -> str:
        """The code of the refusal, whose sentence names no secret."""
        problem = self.ask(method, path, status, **options).json()
        assert problem["status"] == status and problem["detail"].endswith((".", "…", "json"))
        assert self.key not in str(problem)
        return str(problem["code"])


def template_of(path: str) -> str:
    """The path as the document has it."""
    parts = path.partition("?")[0].split("/")
    return "/".join("{id}" if n == 2 and part else part for n, part in enumerate(parts))


def check(name: str, value: Any) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(value)
