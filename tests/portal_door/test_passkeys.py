"""A passkey: made by whoever is signed in, good for its own person, on this site, while it counts on."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.portal_door.authenticator import PRESENT, Authenticator
from tests.portal_door.house import ORIGIN, OWNER, SITE, Browser, House

Make = Callable[[], Browser]


def add(browser: Browser, key: Authenticator) -> Any:
    options = browser.post("/api/passkey/begin").json()["options"]
    return browser.post("/api/passkey/add", {"credential": key.make(options)})


def enter(browser: Browser, key: Authenticator) -> Any:
    options = browser.post("/api/passkey/ask").json()["options"]
    return browser.post("/api/passkey/enter", {"credential": key.sign(options)})


@pytest.fixture
def person(house: House) -> str:
    return house.member(f"{uuid.uuid4().hex}@alpha.example")


@pytest.fixture
def key(house: House, browser: Make, person: str) -> Authenticator:
    """Of somebody who has added it."""
    key = Authenticator(ORIGIN, SITE)
    assert add(browser().sign_in(house, person), key).json() == {"ok": True}
    return key


def test_a_passkey_signs_its_person_in_without_naming_anybody(
    browser: Make, person: str, key: Authenticator
) -> None:
    here = browser()
    assert here.post("/api/passkey/ask").json()["options"].get("allowCredentials", []) == []
    assert enter(here, key).json() == {"ok": True}
    assert here.call("me", "get").json()["email"] == person
    listed = here.call("sessions", "list").json()
    assert listed["sessions"][0]["how"] == "passkey" and len(listed["passkeys"]) == 1
    assert (
        here.call("sessions", "delete_passkey", passkey_id=listed["passkeys"][0]["id"]).json()["ok"] is True
    )
    assert enter(browser(), key).json() == {"refused": "passkey"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://elsewhere.example"}, {"site": "elsewhere.example"}, {"flags": PRESENT}, {"flags": 0}, {"id": b"x" * 32},
        {"key": ec.generate_private_key(ec.SECP256R1())}, {"count": -1},
    ],
    ids=["another page", "another site", "nobody verified", "nobody there", "unknown", "another key", "a copy that counts less"],
)  # fmt: skip
def test_what_another_site_person_or_copy_signs_is_refused(
    house: House, browser: Make, key: Authenticator, wrong: dict[str, Any]
) -> None:
    assert enter(browser(), key).json() == {"ok": True}
    for name, value in wrong.items():
        setattr(key, name, value)
    before = house.rows("select count(*) as n from door_sessions")
    assert enter(browser(), key).json() == {"refused": "passkey"}
    assert house.rows("select count(*) as n from door_sessions") == before


def test_a_challenge_is_answered_once_in_the_browser_that_got_it(browser: Make, key: Authenticator) -> None:
    here, other = browser(), browser()
    signed = {"credential": key.sign(here.post("/api/passkey/ask").json()["options"])}
    other.post("/api/passkey/ask")
    assert other.post("/api/passkey/enter", signed).json() == {"refused": "passkey"}
    kept = dict(here.cookies)
    assert here.post("/api/passkey/enter", signed).json() == {"ok": True}
    again = browser()
    again.cookies = kept
    assert again.post("/api/passkey/enter", signed).json() == {"refused": "passkey"}


def test_nobody_adds_a_passkey_for_somebody_else(house: House, browser: Make, person: str) -> None:
    """Signed in as nobody; or as somebody else than who began; nor is another's credential taken over."""
    assert browser().post("/api/passkey/begin").status_code == 401
    here, key = browser().sign_in(house, person), Authenticator(ORIGIN, SITE)
    options = here.post("/api/passkey/begin").json()["options"]
    other = browser().sign_in(house, OWNER)
    other.cookies["portal-challenge"] = here.cookies["portal-challenge"]
    assert other.post("/api/passkey/add", {"credential": key.make(options)}).json() == {"refused": "passkey"}
    assert add(here, key).json() == {"ok": True}
    assert add(other, key).json() == {"refused": "passkey"}
    assert house.rows("select person from door_passkeys where credential = %s", key.id) == [
        {"person": person}
    ]


def test_a_removed_persons_passkey_opens_nothing(
    house: House, browser: Make, person: str, key: Authenticator
) -> None:
    owner = browser().sign_in(house, OWNER)
    assert owner.call("people", "delete", email=person).json()["ok"] is True
    assert enter(browser(), key).json() == {"refused": "passkey"}
    house.member(person)
    assert enter(browser(), key).json() == {"refused": "passkey"}, "who comes back adds one anew"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"credential": 5},
        {"credential": {"rawId": "***"}},
        {"credential": {"rawId": 7}},
        {"credential": None},
    ],
)
def test_what_is_no_credential_is_refused(browser: Make, given: dict[str, Any]) -> None:
    here = browser()
    here.post("/api/passkey/ask")
    assert here.post("/api/passkey/enter", given).json() == {"refused": "passkey"}
