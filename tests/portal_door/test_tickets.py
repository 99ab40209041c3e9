"""Who asks: nothing that a browser can make, or that stands in a job's arguments, lets anybody act as somebody else."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.portal.wire import request
from portal.store import digest
from tests.portal_door.house import AGENT, ALPHA, BETA, OTHER, OWNER, Browser, House

Make = Callable[[], Browser]
REQUEST = request("get")


def test_a_script_that_is_run_by_hand_is_refused(house: House) -> None:
    """With whatever arguments: no job of that id was announced."""
    for words in (REQUEST, request("get", email=OWNER, person=OWNER, ticket="x")):
        told = house.windmill.run("f/portal_api/me", {"request": words, "db": house.db}, str(uuid.uuid4()))
        assert told["refused"] == "no_identity"


def test_the_arguments_of_a_job_are_worth_nothing_to_another_job(house: House, browser: Make) -> None:
    here = browser().sign_in(house, OWNER)
    here.call("people", "list")
    job, (path, arguments) = list(house.windmill.jobs.items())[-1]
    assert set(arguments) == {"request", "db", "settings"}, (
        "the first is the page's, the others are references"
    )
    assert house.windmill.run(path, arguments, str(uuid.uuid4()))["refused"] == "no_identity"
    assert house.windmill.run(path, arguments, job)["you"] == OWNER, "the same job, which Windmill runs again"
    other = arguments | {"request": request("delete", email=AGENT)}
    assert house.windmill.run(path, other, job)["refused"] == "no_identity", (
        "the same job with another request"
    )
    here.post("/api/leave")
    assert house.windmill.run(path, arguments, job)["refused"] == "no_identity", "the session has ended"


def test_a_ticket_is_good_for_a_minute_and_once_redeemed_for_a_quarter_of_an_hour(
    house: House, browser: Make
) -> None:
    here = browser().sign_in(house, OWNER)
    here.call("me", "get")
    job, (path, arguments) = list(house.windmill.jobs.items())[-1]
    for field, minutes, redeemed, is_good in (
        ("redeemed_at", 14, True, True), ("redeemed_at", 16, True, False), ("made_at", 0.9, False, True), ("made_at", 1.1, False, False),
    ):  # fmt: skip
        kept = "now()" if redeemed else "null"
        set_age = (
            f"update door_tickets set redeemed_at = {kept}, made_at = now() where job_digest = %s returning 1"
        )
        house.rows(set_age, digest(job))
        house.rows(
            f"update door_tickets set {field} = now() - %s * interval '1 minute' where job_digest = %s returning 1",
            minutes,
            digest(job),
        )
        assert house.windmill.run(path, arguments, job)["ok"] is is_good, (field, minutes)


def test_a_member_of_another_business_gets_nothing_of_this_one(house: House, browser: Make) -> None:
    other = browser().sign_in(house, OTHER)
    assert other.call("people", "list", tenant_id=ALPHA).json()["refused"] == "not_a_member"
    assert [p["email"] for p in other.call("people", "list", tenant_id=BETA).json()["people"]] == [OTHER]
    assert other.call("operator", "get").json()["refused"] == "operators_only"


def test_a_person_who_is_removed_is_signed_out_everywhere(house: House, browser: Make) -> None:
    gone = house.member("gone@alpha.example")
    phone, desk = browser().sign_in(house, gone), browser().sign_in(house, gone)
    owner = browser().sign_in(house, OWNER)
    assert owner.call("people", "delete", email=gone).json()["ok"] is True
    assert [each.call("me", "get").status_code for each in (phone, desk, owner)] == [401, 401, 200]


@pytest.mark.parametrize(
    "passes", ["expires_at = now() - interval '1 second'", "seen_at = now() - interval '25 hours'"]
)
def test_a_session_ends_unused_after_a_day_and_after_two_weeks_anyway(
    house: House, browser: Make, passes: str
) -> None:
    here = browser().sign_in(house, house.member(f"{uuid.uuid4()}@alpha.example"))
    assert here.call("me", "get").status_code == 200
    token = here.cookies["portal"]
    house.rows(f"update door_sessions set {passes} where token_digest = %s returning 1", digest(token))
    assert here.call("me", "get").status_code == 401


@pytest.fixture(scope="module")
def two_sessions(house: House) -> dict[str, Any]:
    """A session of each of two tenants' owners, straight in the database, and one ticket of each."""
    made: dict[str, Any] = {}
    with psycopg.connect(house.url, autocommit=True) as conn:
        for person in (OWNER, OTHER):
            token, job = str(uuid.uuid4()), str(uuid.uuid4())
            conn.execute("select open_session(%s, 'email', %s, 'test')", [person, digest(token)])
            conn.execute("select make_ticket(%s, %s, %s)", [digest(token), digest(job), digest(REQUEST)])
            made[person] = {"token": token, "job": job}
    return made


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_made_up_ticket_is_redeemed(
    house: House, two_sessions: dict[str, Any], data: st.DataObject
) -> None:
    """From the genuine parts of two tenants in any order, and whatever else: only a job with its own request gets its own person."""
    jobs = [two_sessions[p]["job"] for p in (OWNER, OTHER)]
    tokens = [two_sessions[p]["token"] for p in (OWNER, OTHER)]
    texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
    changed = st.sampled_from([*jobs, *tokens]).flatmap(
        lambda word: st.sampled_from(
            [word.upper(), word + " ", word[:-1], word.replace("-", ""), digest(word).hex()]
        )
    )
    job = data.draw(st.one_of(st.sampled_from([*jobs, *tokens]), changed, texts))
    near = st.sampled_from(
        [
            REQUEST + " ",
            REQUEST[:-1],
            REQUEST.replace("get", "Get"),
            hashlib.sha256(REQUEST.encode()).hexdigest(),
        ]
    )
    words = data.draw(st.one_of(st.just(REQUEST), near, texts))
    with psycopg.connect(house.url, autocommit=True) as conn:
        conn.execute("set role chatbot_app")
        found = conn.execute(
            "select person from redeem_ticket(%s, %s)", [digest(job), digest(words)]
        ).fetchone()
    person = found[0] if found else None
    mine = {two_sessions[p]["job"]: p for p in (OWNER, OTHER)}
    assert person == (mine.get(job) if words == REQUEST else None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cookie=st.text(
        st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."), max_size=60
    )
)
def test_no_made_up_cookie_opens_the_portal(house: House, browser: Make, cookie: str) -> None:
    here = browser()
    here.cookies = {"portal": cookie}
    assert here.call("me", "get").status_code == 401
    assert "sign_in.js" in here.get("/").text


@pytest.mark.parametrize(
    "body",
    [
        {}, {"runnable": "me"}, {"runnable": "send_code", "args": {"request": REQUEST}}, {"runnable": "me", "args": {"request": 5}},
        {"runnable": "../chatbot/recover", "args": {"request": REQUEST}}, {"runnable": ["me"], "args": {"request": REQUEST}}, [], None, "me",
    ],
)  # fmt: skip
def test_only_what_the_page_calls_can_be_called(house: House, browser: Make, body: Any) -> None:
    here, before = browser().sign_in(house, OWNER), len(house.windmill.jobs)
    answer = here.client.post(
        "/api/call", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400 and len(house.windmill.jobs) == before


def test_further_arguments_of_a_browser_reach_no_script(house: House, browser: Make) -> None:
    here = browser().sign_in(house, OWNER)
    args = {"request": REQUEST, "db": "$res:f/elsewhere", "email": OTHER}
    assert here.post("/api/call", {"runnable": "me", "args": args}).json()["email"] == OWNER
    assert list(house.windmill.jobs.values())[-1][1] == {"request": REQUEST, "db": "$res:f/chatbot/database"}
