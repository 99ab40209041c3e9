"""The API for developers: what a key opens, what it does not, and that every answer is as the document says."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from f.portal_api.developers import SCOPES
from f.portal_api.public_api import ACTIONS
from portal.api_document import OPERATIONS, PREFIX
from portal.windmill import PUBLIC_API, PUBLIC_API_RESOURCES
from tests.portal_door.house import Browser, House
from tests.portal_door.programs import EVERYTHING, Business, Program


@pytest.fixture(scope="module")
def shop(house: House, door: TestClient) -> Iterator[Business]:
    house.rows("delete from door_counts returning 1")
    yield Business(house, door)


@pytest.fixture(scope="module")
def other(house: House, door: TestClient) -> Iterator[Business]:
    house.rows("delete from door_counts returning 1")
    yield Business(house, door)


@pytest.fixture(autouse=True)
def a_new_minute(house: House) -> None:
    """What other tests have asked counts no more."""
    house.rows("delete from api_minutes returning 1")
    house.rows("delete from door_counts returning 1")


def test_a_program_reads_what_was_said(shop: Business) -> None:
    contact = shop.write("When do you open?", "We open at nine.")
    (conversation,) = shop.program.get("/conversations").json()["items"]
    assert conversation["id"] == conversation["contact"]["id"] == contact
    assert conversation["status"] == "open" and conversation["waiting"] is False
    said = shop.program.get(f"/conversations/{contact}/messages").json()["items"]
    assert [(m["sender"], m["text"]) for m in said[:2]] == [
        ("bot", "We open at nine."),
        ("customer", "When do you open?"),
    ]
    assert shop.program.get(f"/conversations/{contact}").json()["contact"]["phone"] == shop.talk.phone
    assert shop.program.get(f"/contacts/{contact}").json()["name"] == "N"
    found = shop.program.get("/contacts", params={"phone": f"+{shop.talk.phone}"}).json()["items"]
    assert [each["id"] for each in found] == [contact]
    assert shop.program.get("/contacts", params={"phone": "+34999"}).json()["items"] == []


def test_pages_follow_each_other_without_a_gap(shop: Business) -> None:
    contact = shop.write("And on Sundays?")
    for path in (f"/conversations/{contact}/messages", "/contacts", "/documents"):
        whole = shop.program.get(path, params={"limit": 100}).json()["items"]
        seen: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = shop.program.get(path, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
            seen, cursor = seen + page["items"], page["next"]
        assert seen == whole


def test_a_statement_is_that_of_the_portal(shop: Business) -> None:
    shop.write("Do you deliver?")
    statement = shop.program.get("/statement", params={"phone_number_id": shop.talk.bot}).json()
    shown = shop.browser.call("statement", "get", phone_number_id=shop.talk.bot).json()["statement"]
    in_portal = {f["name"]: f["value"] for section in shown["sections"] for f in section["figures"]}
    assert {f["name"]: f["value"] for f in statement["figures"]} == in_portal and in_portal["sent"] >= 1
    assert statement["running"] is True
    assert statement["faults"] == [fault["words"] for fault in shown["faults"]]
    assert shop.program.refused("GET", "/statement", 404, params={"phone_number_id": "1"}) == "not_found"


def test_the_document_is_served_to_everybody_and_names_every_scope(shop: Business) -> None:
    served = shop.client.get(f"{PREFIX}/openapi.json")
    assert served.status_code == 200 and served.json()["openapi"] == "3.1.0"
    described = {
        method["operationId"]: (method["description"], set(method["responses"]))
        for path in served.json()["paths"].values()
        for method in path.values()
    }
    assert described.keys() == ACTIONS.keys() | {"send_message"}, "what is described is what the script does"
    for operation in OPERATIONS:
        assert operation.id == "send_message" or ACTIONS[operation.id][0] == {operation.scope}
        assert operation.scope in SCOPES and operation.scope in described[operation.id][0]
        assert {"401", "403", "429"} <= described[operation.id][1]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_a_key_opens_what_its_scopes_say_and_nothing_else(shop: Business, operation: Any) -> None:
    others = [scope for scope in SCOPES if scope != operation.scope]
    program = Program(shop.client, shop.make_key(others, name=f"not {operation.id}"))
    path = operation.path.replace("{id}", str(uuid.uuid4()))
    jobs = len(shop.house.windmill.jobs)
    assert program.refused(operation.method, path, 403) == "scope_missing"
    assert len(shop.house.windmill.jobs) == jobs, "no job was started"


def test_the_script_looks_at_the_scopes_again(shop: Business) -> None:
    """A door that is wrong about an operation's scope gets nothing."""
    from portal.store import digest

    key = shop.make_key(["contacts:read"])
    words = json.dumps({"portal": 1, "action": "list_conversations"})
    job = str(uuid.uuid4())
    shop.house.rows("select make_key_ticket(%s, %s, %s)", digest(key), digest(job), digest(words))
    told = shop.house.windmill.run(PUBLIC_API, {"request": words, **PUBLIC_API_RESOURCES}, job)
    assert told["refused"] == "role"


def test_what_is_of_another_business_does_not_exist(shop: Business, other: Business) -> None:
    contact = shop.write("Hello")
    assert other.program.get("/contacts").json()["items"] == []
    for path in (f"/contacts/{contact}", f"/conversations/{contact}", f"/conversations/{contact}/messages"):
        assert other.program.refused("GET", path, 404) == "not_found"
    mine = {"phone_number_id": shop.talk.bot}
    assert other.program.refused("GET", "/statement", 404, params=mine) == "not_found"


def test_a_key_is_shown_once_and_stands_nowhere(shop: Business, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = set(shop.house.windmill.jobs)
    key = shop.make_key(["contacts:read"], name="Shown once")
    Program(shop.client, key).get("/contacts")
    Program(shop.client, key).refused("GET", "/contacts", 400, params={"key": key})
    Program(shop.client, key).refused("GET", f"/contacts/{key}", 400)
    for job in set(shop.house.windmill.jobs) - before:
        assert key not in str(shop.house.windmill.jobs[job]) + str(shop.house.windmill.results.get(job))
    stored = shop.house.rows("select * from api_keys where name = 'Shown once'")
    assert key not in str(stored) and key.encode() not in bytes(stored[0]["digest"])
    logged = str([vars(record) for record in caplog.records if record.name.startswith(("portal", "ingress"))])
    assert key not in logged and "key_in_address" in logged
    (listed,) = [each for each in shop.listed() if each["name"] == "Shown once"]
    assert key.startswith(listed["start"]) and len(listed["start"]) == 12 and listed["used_at"]
    changes = shop.browser.call("people", "list_changes").json()["changes"]
    made = next(
        each for each in changes if each["action"] == "api_keys.insert" and each["subject"] == "Shown once"
    )
    assert made["person"] == shop.owner and made["after"]["scopes"] == ["contacts:read"]
    assert key not in str(changes)


@pytest.mark.parametrize("key", ["", "x", "cmk_short", f"cmk_{'A' * 43}", "cmk_" + "é" * 43])
def test_no_key_and_a_forged_one_are_refused(shop: Business, key: str) -> None:
    code = Program(shop.client, key or "-").refused(
        "GET", "/contacts", 401, headers={"authorization": f"Bearer {key}".encode()}
    )
    assert code in ("no_key", "key_unknown")
    told = shop.client.get(f"{PREFIX}/contacts")
    assert told.status_code == 401 and told.headers["www-authenticate"] == "Bearer"


def test_whoever_tries_keys_is_stopped(shop: Business) -> None:
    program = Program(shop.client, f"cmk_{'B' * 43}")
    assert [program.refused("GET", "/contacts", 401) for _ in range(60)] == ["key_unknown"] * 60
    told = program.ask("GET", "/contacts", 429)
    assert int(told.headers["retry-after"]) > 0
    shop.program.get("/contacts")


def test_a_key_ends_when_it_is_revoked_or_its_time_is_over(shop: Business) -> None:
    key = shop.make_key(["contacts:read"], days=1, name="Short")
    program = Program(shop.client, key)
    program.get("/contacts")
    shop.house.rows(
        "update api_keys set expires_at = expires_at - interval '1 day' where name = 'Short' returning 1"
    )
    assert program.refused("GET", "/contacts", 401) == "key_expired"
    (listed,) = [each for each in shop.listed() if each["name"] == "Short"]
    assert listed["expired"] is True
    gone = Program(shop.client, shop.make_key(["contacts:read"], name="Gone"))
    gone.get("/contacts")
    (listed,) = [each for each in shop.listed() if each["name"] == "Gone"]
    assert shop.browser.call("developers", "revoke_key", key_id=listed["id"]).json()["ok"] is True
    assert gone.refused("GET", "/contacts", 401) == "key_revoked"
    assert "Gone" not in [each["name"] for each in shop.listed()]


def test_a_job_that_waited_while_its_key_was_revoked_does_nothing(shop: Business) -> None:
    program = Program(shop.client, shop.make_key(["contacts:read"], name="Waiting"))
    program.get("/contacts")
    job, (path, arguments) = list(shop.house.windmill.jobs.items())[-1]
    assert shop.house.windmill.run(path, arguments, job)["ok"] is True, "Windmill runs it again"
    (listed,) = [each for each in shop.listed() if each["name"] == "Waiting"]
    shop.browser.call("developers", "revoke_key", key_id=listed["id"])
    assert shop.house.windmill.run(path, arguments, job)["refused"] == "no_identity"
    assert shop.house.windmill.run(path, arguments, str(uuid.uuid4()))["refused"] == "no_identity"


def test_the_limit_is_the_businesss_and_stands_in_the_headers(shop: Business, other: Business) -> None:
    shop.house.rows(
        """update tenants set limits = '{"api_calls_per_minute": 3}' where id = %s returning 1""",
        shop.talk.tenant,
    )
    second = Program(shop.client, shop.make_key(["contacts:read"]))
    try:
        left = [
            each.get("/contacts").headers["ratelimit-remaining"]
            for each in (shop.program, second, shop.program)
        ]
        assert left == ["2", "1", "0"]
        told = second.ask("GET", "/contacts", 429)
        assert told.headers["ratelimit-limit"] == "3" and told.headers["ratelimit-remaining"] == "0"
        assert 0 < int(told.headers["retry-after"]) == int(told.headers["ratelimit-reset"]) <= 60
        assert other.program.get("/contacts").headers["ratelimit-limit"] == "120"
        shop.house.rows("update api_minutes set minute = minute - interval '1 minute' returning 1")
        second.get("/contacts")
    finally:
        shop.house.rows("update tenants set limits = '{}' where id = %s returning 1", shop.talk.tenant)


def test_a_suspended_business_is_closed(shop: Business) -> None:
    shop.house.rows("update tenants set status = 'suspended' where id = %s returning 1", shop.talk.tenant)
    try:
        assert shop.program.refused("GET", "/contacts", 403) == "business_suspended"
    finally:
        shop.house.rows("update tenants set status = 'active' where id = %s returning 1", shop.talk.tenant)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/contacts?limit=0", 400, "bad_value"),
        ("/contacts?limit=many", 400, "bad_value"),
        ("/contacts?limit=1&limit=2", 400, "bad_value"),
        ("/contacts?tenant_id=x", 400, "bad_value"),
        ("/contacts?action=list_messages", 400, "bad_value"),
        ("/conversations?waiting=perhaps", 400, "bad_value"),
        ("/conversations?status=all", 400, "bad_value"),
        ("/statement?month=2026-13", 400, "bad_value"),
        ("/contacts?cursor=yesterday", 404, "not_found"),
        ("/contacts?cursor=2026-01-01~x", 404, "not_found"),
        ("/contacts/%00", 404, "not_found"),
        ("/contacts/$var:master_key", 404, "not_found"),
        ("/contacts/a/b", 404, "no_such_path"),
        ("/contacts/00000000-0000-4000-8000-000000000042", 404, "not_found"),
        ("/nothing", 404, "no_such_path"),
    ],
)
def test_what_is_not_described_is_refused_in_a_sentence(
    shop: Business, path: str, status: int, code: str
) -> None:
    assert shop.program.refused("GET", path, status) == code
    assert shop.program.refused("TRACE", path, 404 if code == "no_such_path" else 405)


def test_a_refusal_of_the_host_or_the_database_has_the_same_form(shop: Business, house: House) -> None:
    told = shop.client.get(f"{PREFIX}/contacts", headers={"host": "elsewhere.example"})
    assert told.status_code == 421 and told.json()["code"] == "wrong_host"
    with house.open(database_url="postgresql://nobody@127.0.0.1:9/none") as closed:
        told = Program(closed, shop.key).ask("GET", "/contacts", 503)
        assert told.json()["code"] == "unavailable" and int(told.headers["retry-after"]) > 0


def test_one_program_leaves_workers_to_the_others(shop: Business) -> None:
    from concurrent.futures import ThreadPoolExecutor

    shop.house.windmill.hold.clear()
    try:
        with ThreadPoolExecutor(10) as pool:
            asked = [
                pool.submit(
                    shop.client.get,
                    f"{PREFIX}/contacts",
                    headers={"authorization": f"Bearer {shop.key}"},
                )
                for _ in range(10)
            ]
            while sum(each.done() for each in asked) < 2:
                pass
            shop.house.windmill.hold.set()
            statuses = sorted(each.result().status_code for each in asked)
    finally:
        shop.house.windmill.hold.set()
    assert statuses == [200] * 8 + [429] * 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": " "}, "key_nameless"),
        ({"days": 0}, "whole_number_out_of_range"),
        ({"days": 731}, "whole_number_out_of_range"),
        ({"scopes": []}, "key_scopes"),
        ({"scopes": ["everything"]}, "key_scopes"),
        ({"scopes": "contacts:read"}, "key_scopes"),
        ({"page_key": "x"}, "bad_request"),
    ],
)
def test_a_key_that_can_not_be_is_not_made(shop: Business, fields: dict[str, Any], code: str) -> None:
    count = len(shop.listed())
    given = {"name": "CRM", "days": 30, "scopes": ["contacts:read"], "page_key": "A" * 44} | fields
    assert shop.browser.call("developers", "create_key", **given).json()["refused"] == code
    assert len(shop.listed()) == count


def test_an_agent_makes_no_key(shop: Business, browser: Callable[[], Browser]) -> None:
    agent = shop.house.member(f"agent@{shop.talk.bot}.example", shop.talk.tenant)
    here = browser().sign_in(shop.house, agent)
    for action in ("list", "create_key", "revoke_key"):
        assert here.call("developers", action).json()["refused"] == "role"


def test_a_session_is_no_key_and_a_key_no_session(shop: Business) -> None:
    told = shop.browser.get(f"{PREFIX}/contacts")
    assert told.status_code == 401
    shop.client.cookies.clear()
    headers = {"authorization": f"Bearer {shop.key}"}
    told = shop.client.post(
        "/api/call", json={"runnable": "people", "args": {"request": "{}"}}, headers=headers
    )
    assert told.status_code == 401


def test_every_scope_opens_something() -> None:
    assert set(EVERYTHING) <= set(SCOPES)
