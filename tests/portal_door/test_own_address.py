"""What is made at a business's own address is good there only: whoever owns it could read its cookies, and knows what they open."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from f.portal_api import sessions
from local.portal.wire import request
from tests.portal_door.authenticator import Authenticator
from tests.portal_door.house import ALPHA, BETA, DOMAIN, ORIGIN, OWN_ORIGIN, OWNER, SITE, Browser, House

Make = Callable[[], Browser]


def test_a_session_is_good_where_it_was_opened_and_for_that_business(
    house: House, at_own: Make, browser: Make
) -> None:
    """Whoever owns an address may read its cookies: they open nothing of other businesses, nor the platform."""
    person = house.member(f"{uuid.uuid4().hex}@both.example", ALPHA, "owner")
    house.member(person, BETA, "owner")
    house.rows("insert into operators values (%s) returning 1", person)
    here, elsewhere = at_own().sign_in(house, person), browser()
    me = here.call("me", "get").json()
    assert [b["name"] for b in me["businesses"]] == ["Alpha"] and me["operator"] is False
    assert here.call("home", "get").json()["ok"], "without a word of which business"
    assert here.call("home", "get", tenant_id=BETA).json()["refused"] == "not_a_member"
    assert here.call("operator", "get").json()["refused"] == "operators_only"
    elsewhere.cookies = dict(here.cookies)
    assert elsewhere.call("me", "get").status_code == 401
    assert elsewhere.post("/api/passkey/begin").status_code == 401
    there = browser().sign_in(house, person)
    assert len(there.call("me", "get").json()["businesses"]) == 2
    back = at_own()
    back.cookies = dict(there.cookies)
    assert back.call("me", "get").status_code == 401
    house.rows("delete from operators where email = %s returning 1", person)
    house.rows("delete from tenant_members where email = %s returning 1", person)


def add_passkey(here: Browser, key: Authenticator) -> None:
    options = here.post("/api/passkey/begin").json()["options"]
    assert here.post("/api/passkey/add", {"credential": key.make(options)}).json() == {"ok": True}


def enter_by(here: Browser, key: Authenticator) -> int:
    options = here.post("/api/passkey/ask").json()["options"]
    status: int = here.post("/api/passkey/enter", {"credential": key.sign(options)}).status_code
    return status


def test_a_passkey_is_of_the_address_where_it_was_made(house: House, at_own: Make, browser: Make) -> None:
    """Also where its authenticator is a program that says any address: whoever owns one can have made it with a cookie."""
    person = house.member(f"{uuid.uuid4().hex}@alpha.example")
    key, here = Authenticator(OWN_ORIGIN, DOMAIN), at_own().sign_in(house, person)
    options = here.post("/api/passkey/begin").json()["options"]
    assert options["rp"] == {"name": 'Acme "Chat" <b>', "id": DOMAIN}
    add_passkey(here, key)
    again = at_own()
    assert enter_by(again, key) == 200
    assert [b["name"] for b in again.call("me", "get").json()["businesses"]] == ["Alpha"]
    assert enter_by(browser(), key) == 403
    key.origin, key.site = ORIGIN, SITE
    assert enter_by(browser(), key) == 403, "it lies about where it was made"
    of_platform = Authenticator(ORIGIN, SITE)
    add_passkey(browser().sign_in(house, person), of_platform)
    assert enter_by(browser(), of_platform) == 200
    of_platform.origin, of_platform.site = OWN_ORIGIN, DOMAIN
    assert enter_by(at_own(), of_platform) == 403


def test_who_leaves_a_business_leaves_its_passkeys(house: House, at_own: Make, label: Browser) -> None:
    person, key = house.member(f"{uuid.uuid4().hex}@both.example"), Authenticator(OWN_ORIGIN, DOMAIN)
    house.member(person, BETA)
    add_passkey(at_own().sign_in(house, person), key)
    assert label.call("people", "delete", email=person).json()["ok"]
    house.member(person)
    assert enter_by(at_own(), key) == 403, "who comes back adds one anew"
    house.rows("delete from tenant_members where email = %s returning 1", person)


def test_a_session_at_an_own_address_neither_sees_nor_ends_what_is_elsewhere(
    house: House, at_own: Make, browser: Make
) -> None:
    person = house.member(f"{uuid.uuid4().hex}@alpha.example")
    here, other, there = (make().sign_in(house, person) for make in (at_own, at_own, browser))
    key, key_there = Authenticator(OWN_ORIGIN, DOMAIN), Authenticator(ORIGIN, SITE)
    add_passkey(here, key)
    add_passkey(there, key_there)
    seen, all_seen = (who.call("sessions", "list").json() for who in (here, there))
    counts = [(len(answer["sessions"]), len(answer["passkeys"])) for answer in (seen, all_seen)]
    assert counts == [(2, 1), (3, 2)]
    (session,) = [s["id"] for s in all_seen["sessions"] if s["here"]]
    (passkey,) = {k["id"] for k in all_seen["passkeys"]} - {k["id"] for k in seen["passkeys"]}
    assert here.call("sessions", "end", session_id=session).json()["refused"] == "not_found"
    assert here.call("sessions", "delete_passkey", passkey_id=passkey).json()["refused"] == "not_found"
    assert here.call("sessions", "end_others").json()["ended"] == 1
    assert [each.call("me", "get").status_code for each in (here, other, there)] == [200, 401, 200]
    assert [enter_by(at_own(), key) for _ in range(20)] == [200] * 20, "the oldest of these end"
    assert there.call("me", "get").status_code == 200 and enter_by(browser(), key_there) == 200
    (own_key,) = seen["passkeys"]
    assert there.call("sessions", "delete_passkey", passkey_id=own_key["id"]).json()["ok"]
    assert there.call("sessions", "end_others").json()["ended"] == 21 and enter_by(at_own(), key) == 403


def test_an_account_of_windmill_ends_its_persons_sessions_at_every_address(
    house: House, at_own: Make, browser: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = house.member(f"{uuid.uuid4().hex}@alpha.example")
    here, there = at_own().sign_in(house, person), browser().sign_in(house, person)
    monkeypatch.setenv("WM_END_USER_EMAIL", person)
    assert sessions.main(request("end_others"), house.db)["ended"] == 2
    assert [each.call("me", "get").status_code for each in (here, there)] == [401, 401]


def test_who_gives_up_an_address_that_was_never_theirs_signs_nobody_out(
    house: House, label: Browser, at_own: Make
) -> None:
    here = at_own().sign_in(house, OWNER)
    assert label.call("branding", "add_domain", domain="bank.example").json()["ok"]
    assert label.call("branding", "delete_domain", domain="bank.example").json()["ok"]
    assert here.call("me", "get").status_code == 200
