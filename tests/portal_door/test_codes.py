"""Signing in with a code: who gets in, who is told what, and what a guess is worth."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from tests.local.meta_support import Recorder, eventually
from tests.portal_door.house import (
    AGENT,
    OPERATOR,
    OWNER,
    PHONE,
    STRANGER,
    Browser,
    House,
    house_code,
)

Make = Callable[[], Browser]


def test_a_code_by_mail_opens_the_portal(house: House, browser: Make) -> None:
    here = browser()
    assert "sign_in.js" in here.get("/").text
    here.sign_in(house, OWNER)
    assert "portal.js" in here.get("/").text
    me = here.call("me", "get").json()
    assert me["email"] == OWNER and [b["name"] for b in me["businesses"]] == ["Alpha"]
    assert here.call("people", "list").json()["you"] == OWNER
    operator = browser().sign_in(house, OPERATOR)
    assert operator.call("me", "get").json()["operator"] is True
    here.post("/api/leave")
    assert here.call("me", "get").status_code == 401 and "sign_in.js" in here.get("/").text


def test_a_code_on_whatsapp_is_a_template_with_a_button_that_copies_it(house: House, browser: Make) -> None:
    meta = Recorder()
    meta.answers["/v26.0/555/messages"] = {"messages": [{"id": "wamid.code"}]}
    values = house.windmill.values
    settings, whatsapp = values["$res:f/chatbot/settings"], values["$res:f/chatbot/whatsapp"]
    values["$res:f/chatbot/settings"] = {**settings, "code_number": "555", "code_token": "EAA-platform"}
    values["$res:f/chatbot/whatsapp"] = {**whatsapp, "graph_url": meta.url}
    try:
        here = browser()
        assert here.ask_code("0034 600 111-222").json() == {"ok": True}
        (sent,) = eventually(meta.bodies)
        assert sent["to"] == PHONE and sent["template"]["name"] == "sign_in_code"
        body, button = sent["template"]["components"]
        assert body["parameters"] == button["parameters"] and button["sub_type"] == "url"
        assert here.enter(body["parameters"][0]["text"]).json() == {"ok": True}
        assert here.call("me", "get").json()["email"] == PHONE
    finally:
        values["$res:f/chatbot/settings"], values["$res:f/chatbot/whatsapp"] = settings, whatsapp
        meta.stop()


def test_a_code_is_good_once_in_its_own_browser_for_ten_minutes(house: House, browser: Make) -> None:
    here, other, before = browser(), browser(), len(house.mailbox.mails)
    here.ask_code(OWNER)
    code = house_code(house, OWNER, before)
    assert other.enter(code).json() == {"refused": "gone"}, "a browser that has asked for nothing"
    other.ask_code(OWNER)
    assert other.enter(code).json() == {"refused": "wrong"}, "the code of another browser"
    attempt = dict(here.cookies)
    assert here.enter(f" {code[:3]} {code[3:]} ").json() == {"ok": True}
    again = browser()
    again.cookies = attempt
    assert again.enter(code).json() == {"refused": "gone"}, "used"
    late, before = browser(), len(house.mailbox.mails)
    late.ask_code(AGENT)
    code = house_code(house, AGENT, before)
    house.rows("update door_codes set expires_at = expires_at - interval '10 minutes' returning 1")
    assert late.enter(code).json() == {"refused": "gone"}, "too old"


@pytest.mark.parametrize("person", [AGENT, STRANGER])
def test_five_wrong_codes_lock_the_account_and_say_the_same_of_a_stranger(
    house: House, browser: Make, person: str
) -> None:
    """Over several attempts and browsers; then even the right code is refused, and after the time it is not."""
    said = []
    here, before = browser(), len(house.mailbox.mails)
    here.ask_code(person)
    code = house_code(house, person, before) if person == AGENT else "000000"
    for guess in range(6):
        other = browser()
        other.ask_code(person)
        said.append(other.enter("12345" if guess % 2 else "").json()["refused"])
    assert said == ["wrong", "wrong", "wrong", "wrong", "locked", "locked"]
    assert here.enter(code).json() == {"refused": "locked"}
    house.rows(
        "update door_counts set locked_until = now() - interval '1 second' where locked_until is not null returning 1"
    )
    outcome = here.enter(code).json()
    assert outcome == ({"ok": True} if person == AGENT else {"refused": "wrong"})


def test_nobody_learns_who_has_an_account(house: House, browser: Make) -> None:
    """The same answer, but for what is random in it, and before anything is sent: here nothing can be sent, and both come at once."""
    house.windmill.hold.clear()
    try:
        answers = []
        for person in (OWNER, STRANGER):
            answer = browser().ask_code(person)
            cookie = re.sub(r"portal-attempt=[^;]+", "portal-attempt=…", answer.headers["set-cookie"])
            headers = {**answer.headers, "set-cookie": re.sub(r"expires=[^;]+;", "", cookie)}
            answers.append((answer.status_code, answer.text, headers))
    finally:
        house.windmill.hold.set()
    assert answers[0] == answers[1]
    assert STRANGER not in [to for to, _ in house.mailbox.mails]


def test_a_stranger_who_guesses_a_code_gets_no_session(house: House, browser: Make) -> None:
    """Nobody was sent it; whoever finds it by luck is still not known here."""
    here = browser()
    here.ask_code(STRANGER)
    attempt = next(iter(here.cookies.values()))
    house.rows(
        "update door_codes set code_digest = sha256(convert_to(%s, 'UTF8')) where person = %s returning 1",
        f"{attempt}123456",
        STRANGER,
    )
    assert here.enter("123456").json() == {"refused": "gone"}
    assert house.rows("select from door_sessions where person = %s", STRANGER) == []


def test_few_codes_an_account_and_an_address(house: House, browser: Make) -> None:
    impatient, before = house.member("impatient@alpha.example"), len(house.mailbox.mails)
    for _ in range(8):
        assert browser().ask_code(impatient).json() == {"ok": True}, "who asks learns nothing of it"
    for number in range(22):
        assert browser().ask_code(f"p{number}@elsewhere.example").status_code == 200
    assert browser().ask_code("p22@elsewhere.example").json() == {"refused": "slow"}
    house.rows("delete from door_counts returning 1")
    browser().sign_in(
        house, house.member("patient@alpha.example")
    )  # who comes later is sent theirs, so the others have left
    assert eventually(lambda: [to for to, _ in house.mailbox.mails[before:]].count(impatient) == 5)


def test_no_job_log_or_answer_holds_a_code_or_a_token(
    house: House, browser: Make, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "portal")
    here, before = browser(), len(house.mailbox.mails)
    here.ask_code(OWNER)
    attempt = next(iter(here.cookies.values()))
    code = house_code(house, OWNER, before)
    here.enter(code)
    token = next(iter(here.cookies.values()))
    here.call("me", "get")
    seen = (
        caplog.text + "".join(capsys.readouterr()) + repr(house.windmill.jobs) + repr(house.windmill.results)
    )
    stored = repr(house.rows("select to_jsonb(s) from door_sessions s")) + repr(
        house.rows("select to_jsonb(c) from door_codes c")
    )
    for secret in (attempt, code, token):
        assert secret not in seen and secret not in stored
    assert OWNER not in caplog.text


@pytest.mark.parametrize(
    "typed",
    ["", "nobody", "12", "+0 600 111 222", None, 5, ["a@b.example"], "a@b", "a b@c.example", "x" * 300],
)
def test_what_is_no_person_is_said_at_once(browser: Make, typed: object) -> None:
    assert browser().post("/api/code", {"person": typed}).json() == {"refused": "person"}
