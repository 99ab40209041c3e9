"""A company's own sign-in: who gets in by it, and that a provider which lies gets nobody in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient

from portal.settings import Provider
from tests.portal_door.house import OTHER, OWNER, STRANGER, Browser, House
from tests.portal_door.provider import CLIENT, SECRET, SYMMETRIC, Company

NOW = int(time.time())


@pytest.fixture
def company() -> Iterator[Company]:
    company = Company()
    yield company
    company.stop()


@pytest.fixture
def door(house: House, company: Company) -> Iterator[TestClient]:
    given = {"client_id": CLIENT, "client_secret": SECRET, "issuer": company.url}
    alpha = Provider.model_validate({"id": "alpha", "name": "Alpha", "domains": ["alpha.example"], **given})
    with house.open(portal_providers=(alpha,)) as client:
        client.follow_redirects = False
        yield client


def begin(browser: Browser) -> str:
    answer = browser.get("/provider/alpha")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def come(browser: Browser, company: Company, email: str) -> str:
    """Where the browser is sent in the end."""
    return str(browser.get(company.consent(begin(browser), email)).headers["location"])


def test_a_person_of_the_companys_domain_gets_in(house: House, door: TestClient, company: Company) -> None:
    assert door.get("/ways").json() == {"providers": [{"id": "alpha", "name": "Alpha"}]}
    here = Browser(door)
    assert come(here, company, OWNER.upper()) == "/"
    assert here.call("me", "get").json()["email"] == OWNER
    assert here.call("sessions", "list").json()["sessions"][0]["how"] == "provider"


@pytest.mark.parametrize(
    "email",
    [STRANGER, OTHER, "nobody@alpha.example", "owner@beta.example@alpha.example", "owner@sub.alpha.example"],
)
def test_of_another_domain_or_unknown_here_nobody_gets_in(
    door: TestClient, company: Company, email: str
) -> None:
    here = Browser(door)
    assert come(here, company, email) == "/?refused=provider"
    assert "portal" not in here.cookies


LIES: dict[str, dict[str, Any]] = {
    "an address that it has not verified": {"claims": {"email_verified": False}},
    "verified, but as a word": {"claims": {"email_verified": "true"}},
    "it does not say whether": {"claims": {"email_verified": None}},
    "no address": {"claims": {"email": None}},
    "no text": {"claims": {"email": [OWNER]}},
    "an address of another business": {"claims": {"email": OTHER}},
    "for another client": {"claims": {"aud": "somebody-else"}},
    "in another's name": {"claims": {"iss": "https://accounts.example"}},
    "of another sign-in": {"claims": {"nonce": "another"}},
    "without a nonce": {"claims": {"nonce": None}},
    "over": {"claims": {"exp": NOW - 3600}},
    "of the future": {"claims": {"iat": NOW + 7200, "nbf": NOW + 7200}},
    "signed by nobody": {"header": {"alg": "none"}},
    "signed with the client's secret": {"header": {"alg": "HS256"}, "signs": SYMMETRIC},
    "signed with another key": {"signs": RSAKey.generate_key(2048, {"kid": "1"})},
    "it names another issuer": {"names": "https://accounts.example"},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_gets_nobody_in(
    house: House, door: TestClient, company: Company, lie: str
) -> None:
    for name, value in LIES[lie].items():
        setattr(company, name, value)
    here, before = Browser(door), house.rows("select count(*) as n from door_sessions")
    answer = here.get("/provider/alpha")
    if answer.headers["location"].startswith(company.url):
        answer = here.get(company.consent(answer.headers["location"], OWNER))
    assert answer.headers["location"] == "/?refused=provider"
    assert house.rows("select count(*) as n from door_sessions") == before and "portal" not in here.cookies


def test_what_comes_back_counts_once_and_in_the_browser_that_began(
    door: TestClient, company: Company
) -> None:
    here, victim = Browser(door), Browser(door)
    back = company.consent(begin(here), OWNER)
    assert victim.get(back).headers["location"] == "/?refused=provider", "a browser that has begun nothing"
    begin(victim)
    assert victim.get(back).headers["location"] == "/?refused=provider", "one that has begun its own"
    kept = dict(here.cookies)
    assert here.get(back).headers["location"] == "/"
    again = Browser(door)
    again.cookies = kept
    assert again.get(back).headers["location"] == "/?refused=provider"


@pytest.mark.parametrize("back", ["", "?state=x", "?code=x", "?error=access_denied&state=x"])
def test_a_callback_without_a_sign_in_is_refused(door: TestClient, back: str) -> None:
    here = Browser(door)
    begin(here)
    assert here.get(f"/provider/callback{back}").headers["location"] == "/?refused=provider"
    assert here.get("/provider/unknown").headers["location"] == "/?refused=provider"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "http://accounts.example"),
        ("domains", []),
        ("domains", ["@alpha"]),
        ("domains", ["Alpha.Example"]),
    ],
)
def test_a_provider_is_bound_to_domains_and_reached_by_https(field: str, value: Any) -> None:
    right = {
        "id": "a",
        "name": "A",
        "issuer": "https://a.example",
        "client_id": "c",
        "client_secret": "s",
        "domains": ["a.example"],
    }
    assert Provider.model_validate(right)
    with pytest.raises(ValueError):
        Provider.model_validate(right | {field: value})
