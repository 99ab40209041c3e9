"""A Python client, generated from the API's own document by a maintained generator, calls every operation of the running door over HTTP.

`make api-client` names this file: the generator has an environment of its own, which `make test` does not need.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from f.cases import runs
from f.common import ingestion
from f.common.secrets import seal
from local.ports import free_port
from portal.api_document import OPERATIONS, PREFIX
from portal.app import make_app
from tests.portal_door.house import MASTER_KEY, House
from tests.portal_door.programs import Business
from tests.portal_door.test_api_writes import Meta

ROOT = Path(__file__).resolve().parents[3]
GENERATOR = ROOT / ".venv/client-maker/bin/openapi-python-client"
PACKAGE = "chatmill_client"


@pytest.fixture
def door_url(house: House) -> Iterator[str]:
    """The door over HTTP, as programs reach it."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    settings = house.settings.model_copy(update={"portal_url": origin})
    server = uvicorn.Server(uvicorn.Config(make_app(settings), "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield origin
    server.should_exit = True
    thread.join()


class Client:
    """The generated package. `called`: the operations that it was asked for."""

    def __init__(self, origin: str, key: str, folder: Path) -> None:
        document = folder / "openapi.json"
        with urllib.request.urlopen(f"{origin}{PREFIX}/openapi.json") as answer:
            document.write_bytes(answer.read())
        made = subprocess.run(
            [GENERATOR, "generate", "--path", document, "--output-path", folder / PACKAGE, "--meta", "none"],
            capture_output=True,
            text=True,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        assert "WARNING" not in made.stdout + made.stderr, "a part of the document was not understood"
        sys.path.insert(0, str(folder))
        self.models: Any = importlib.import_module(f"{PACKAGE}.models")
        address = json.loads(document.read_text())["servers"][0]["url"]
        self._client = importlib.import_module(PACKAGE).AuthenticatedClient(base_url=address, token=key)
        self.called: set[str] = set()

    def call(self, operation: str, *path: Any, expected: int = 200, **given: Any) -> Any:
        module = importlib.import_module(f"{PACKAGE}.api.default.{operation}")
        answer = module.sync_detailed(*path, client=self._client, **given)
        assert int(answer.status_code) == expected, answer.content
        assert int(answer.headers["ratelimit-remaining"]) >= 0
        self.called.add(operation)
        return answer.parsed


def test_a_generated_client_calls_every_operation(
    house: House, door: Any, door_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.rows("delete from door_counts returning 1")
    shop = Business(house, door)
    token = seal(MASTER_KEY, shop.talk.tenant, "whatsapp_token", "EAA")
    house.rows("update tenants set whatsapp_token = %s where id = %s returning 1", token, shop.talk.tenant)
    for module, name in ((ingestion, "start_flow"), (runs, "start_script")):
        monkeypatch.setattr(module, name, lambda *_, **__: str(uuid.uuid4()))
    meta = Meta(monkeypatch)
    shop.browser.call(
        "developers", "create_endpoint", url="https://example.com/", kinds=["message", "document"]
    )
    shop.browser.call(
        "cases", "create", phone_number_id=shop.talk.bot, question="When?", expected={"outcome": "answered"}
    )
    contact = uuid.UUID(shop.write("When do you open?"))
    client = Client(door_url, shop.key, tmp_path)
    models = client.models

    (conversation,) = client.call(
        "list_conversations", status=models.ListConversationsStatus("open"), limit=5
    ).items
    assert conversation.id == contact and conversation.contact.phone == shop.talk.phone
    assert client.call("get_conversation", contact).contact.id == contact
    assert [m.text for m in client.call("list_messages", contact).items] == ["At nine.", "When do you open?"]
    changed = client.call("update_contact", contact, body=models.ContactChanges(tags=["vip"]))
    assert changed.tags == ["vip"] == client.call("get_contact", contact).tags
    assert [each.id for each in client.call("list_contacts", phone=shop.talk.phone).items] == [contact]
    words = models.NewMessage(text="We are open.")
    sent = [
        client.call("send_message", contact, body=words, idempotency_key="open-1", expected=202)
        for _ in range(2)
    ]
    assert sent[0] == sent[1] and len(meta.sent) == 1
    assert client.call("open_handoff", contact, body=models.NewHandoff(reason="A person")).waiting is True
    assert client.call("close_handoff", contact).waiting is False
    file = models.NewDocument(filename="hours.md", file=b64encode(b"# Hours\n\nFrom nine.").decode())
    document = client.call("upload_document", body=file, expected=201)
    assert [each.id for each in client.call("list_documents").items] == [document.id]
    assert client.call("get_document", document.id).title == "hours"
    client.call("delete_document", document.id, expected=204)
    run = client.call("start_test_run", body=models.NewTestRun(phone_number_id=shop.talk.bot), expected=202)
    assert client.call("get_test_run", run.id).tests == 1
    events = client.call("list_events").items
    assert {event.type_ for event in events} == {"message", "document"}
    assert client.call("replay_event", events[0].id, expected=202).receivers == 1
    assert client.call("get_statement", phone_number_id=shop.talk.bot).running is True
    missing = client.call("get_contact", uuid.uuid4(), expected=404)
    assert missing.code == "not_found" and missing.detail
    assert client.called == {operation.id for operation in OPERATIONS}
