"""The portal's own door on a given Windmill server: what its user and its token may, a program's key, and last week by way of a browser."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from deploy import access
from deploy.bootstrap import Server

from f.portal_api.sealed_transport import SUITE
from local.mail import Mailbox, words_of
from local.seed import SHOP, wait_for
from portal.settings import Settings
from portal.windmill import PUBLIC_API, PUBLIC_API_RESOURCES, Script
from tests.portal_door.house import Browser
from tests.portal_door.programs import Program
from tests.windmill_server.conftest import ServerWorld
from tests.windmill_server.test_server import PATIENCE, ask, finished

OWNER = SHOP.people["owner"]
QUESTION = "How long is a gift card valid?"
PAGES = Settings.model_fields["portal_scripts"].default.glob("*.yaml")
SCRIPTS = {script.path: script.fixed for script in map(Script, PAGES)} | {PUBLIC_API: PUBLIC_API_RESOURCES}


@pytest.fixture(scope="module")
def door_token(world: ServerWorld) -> str:
    return world.stack.door_token()


@pytest.fixture(scope="module")
def mailbox(world: ServerWorld) -> Iterator[Mailbox]:
    box = Mailbox(world.stack.ports["smtp"], world.stack.host)
    yield box
    box.stop()


@pytest.fixture(scope="module")
def door(world: ServerWorld) -> Iterator[httpx2.Client]:
    """The running door, for one browser or program at a time."""
    address = world.stack.start_door()
    with httpx2.Client(base_url=address, headers={"origin": address}, timeout=90) as client:
        yield client


@pytest.fixture(scope="module")
def owner(door: httpx2.Client, mailbox: Mailbox) -> Browser:
    """Signed in with the code that came by mail."""
    browser = Browser(door)  # type: ignore[arg-type]
    assert browser.ask_code(OWNER).json() == {"ok": True}
    found = re.search(r"\b\d{6}\b", words_of(mailbox.wait_for(OWNER, seconds=PATIENCE)))
    assert found and browser.enter(found[0]).json() == {"ok": True}
    return browser


def key_of(world: ServerWorld, owner: Browser, *scopes: str) -> str:
    """A new key of the owner's, as the page opens it."""
    (row,) = world.rows(
        "select tenant_id::text from chatbots where phone_number_id = %s", SHOP.phone_number_id
    )
    page = X25519PrivateKey.generate()
    key = b64encode(page.public_key().public_bytes_raw()).decode()
    made = answer(owner, "developers", "create_key", name="CRM", days=1, scopes=scopes, page_key=key)
    info = f"portal: secret for a developer\n{row['tenant_id']}\nkey".encode()
    return SUITE.decrypt(b64decode(made["sealed"]), page, info).decode()


def answer(owner: Browser, runnable: str, action: str, **fields: Any) -> dict[str, Any]:
    response = owner.call(runnable, action, **fields)
    assert response.status_code == 200 and response.json()["ok"], response.text
    return dict(response.json())


def test_the_doors_user_may_run_every_script_behind_the_portal(world: ServerWorld, door_token: str) -> None:
    """Each imports what it needs and gets its resources, and refuses a request that no page has made."""
    server = Server(world.stack.url("runner"), door_token, world.stack.workspace)

    def refusal(path: str) -> Any:
        arguments = {**SCRIPTS[path], "request": "x"}
        job = server.call("POST", f"jobs/run/p/{path}", arguments).text.strip('"')
        return finished(world, job)["result"].get("refused")

    with ThreadPoolExecutor(4) as pool:
        assert dict(zip(SCRIPTS, pool.map(refusal, SCRIPTS), strict=True)) == dict.fromkeys(
            SCRIPTS, "bad_request"
        )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "jobs/run/f/f/ingest/ingest_document"),
        ("POST", "jobs/run/p/f/chatbot/find_run"),
        ("POST", "jobs/run_wait_result/p/f/cases/run_slice"),
        ("GET", "variables/get_value/f/chatbot/master_key"),
        ("GET", "resources/get_value/f/chatbot/database"),
    ],
)
@pytest.mark.parametrize("whose", ["door_token", "ingress_token"])
def test_the_doors_and_the_ingress_token_open_nothing_else(
    world: ServerWorld, method: str, path: str, whose: str, door_token: str
) -> None:
    token = door_token if whose == "door_token" else world.stack.ingress_token
    server = Server(world.stack.url("runner"), token, world.stack.workspace)
    refused = server.call(method, path, {} if method == "POST" else None, ok=(403,))
    assert "scope" in refused.text


def test_a_deployment_tells_a_token_that_opens_too_much_from_a_good_one(
    world: ServerWorld, door_token: str
) -> None:
    server, ingress_token = world.stack.windmill(), world.stack.ingress_token
    body = {"impersonate_email": access.DOOR_EMAIL, "label": "test", "scopes": access.DOOR_SCOPES}
    opens_all = server.call("POST", "/users/tokens/impersonate", body).text.strip('"')
    works = [access.token_works(server, each) for each in (ingress_token, door_token, opens_all, "gone", "")]
    assert works == [True, False, False, False, False]
    works = [access.token_works(server, each, access.DOOR_RUNS) for each in (ingress_token, door_token)]
    assert works == [False, True]


def test_a_program_reads_and_has_the_bots_tests_asked(
    world: ServerWorld, door: httpx2.Client, owner: Browser
) -> None:
    sent, _ = ask(world, QUESTION)
    program = Program(door, key_of(world, owner, "conversations:read", "tests:run"))  # type: ignore[arg-type]
    (contact,) = world.rows("select contact_id::text as id from inbound_messages where message_id = %s", sent)
    said = program.get(f"/conversations/{contact['id']}/messages").json()["items"]
    assert QUESTION in [message["text"] for message in said]
    assert program.refused("GET", "/contacts", 403) == "scope_missing"
    number = {"phone_number_id": SHOP.phone_number_id}
    expected = {"outcome": "answered", "must_say": ["24 months"]}
    answer(owner, "cases", "create", **number, question=QUESTION, expected=expected)
    run = program.ask("POST", "/test-runs", 202, json=number).json()["id"]
    ended = wait_for(lambda: (of := program.get(f"/test-runs/{run}").json())["ended_at"] and of, PATIENCE, 1)
    assert (ended["state"], ended["done"], ended["red"]) == ("green", 1, [])


def test_turns_are_taken_again_by_the_workers_for_what_nobody_waits_for(
    world: ServerWorld, owner: Browser
) -> None:
    ask(world, QUESTION)
    number = {"phone_number_id": SHOP.phone_number_id}
    before = len(world.sent(SHOP))
    wanted = {"days": 1, "turns": 2, "version": "live", "most_usd": 1}
    replay = answer(owner, "replays", "start", **number, **wanted)["replay"]

    def ended() -> Any:
        found = answer(owner, "replays", "get", **number)["last"]
        return found["state"] != "running" and found

    found = wait_for(ended, PATIENCE, 1)
    assert (found["state"], found["done"]) == ("done", 2), found
    rows = answer(owner, "replays", "list", replay=replay, kind="", **{"from": 0})["results"]
    assert [row["now"]["problem"] for row in rows] == [None, None] and all(row["now"]["said"] for row in rows)
    asked = world.rows("select job::text from replay_results where replay_id = %s", replay)
    for row in asked:
        run = world.job(row["job"])
        steps = [job for job in world.jobs(f"&parent_job={run['id']}") if job["parent_job"] == run["id"]]
        assert len(steps) >= 3 and {job["tag"] for job in (run, *steps)} == {"background"}
    assert len(world.sent(SHOP)) == before
