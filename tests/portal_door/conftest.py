"""One door for the tests of this folder. Each test signs in people of its own, or ends what it has begun."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.portal_door.house import ALPHA, DOMAIN, OPERATOR, OWN_ORIGIN, OWNER, SEED, Browser, House


@pytest.fixture(scope="package")
def house(new_product_database: Callable[[], str]) -> Iterator[House]:
    house = House(new_product_database())
    house.rows(SEED + "select 1")
    yield house
    house.stop()


@pytest.fixture(scope="package")
def door(house: House) -> Iterator[TestClient]:
    with house.open() as client:
        yield client


@pytest.fixture
def browser(house: House, door: TestClient) -> Callable[[], Browser]:
    """Makes browsers. Before the test, what other tests were counted for is forgotten."""
    house.rows("delete from door_counts returning 1")
    return lambda: Browser(door)


@pytest.fixture(scope="module")
def label(house: House, door: TestClient) -> Iterator[Browser]:
    """Alpha has looks and an address of its own. Yields its owner, at the platform's address."""
    house.rows("delete from door_counts returning 1")
    house.rows("""update tenants set limits = '{"own_domains": 3}' returning 1""")
    house.rows(
        "insert into chatbots (phone_number_id, tenant_id, name) values ('7001', %s, 'Alpha') returning 1",
        ALPHA,
    )
    owner, operator = Browser(door).sign_in(house, OWNER), Browser(door).sign_in(house, OPERATOR)
    picture = io.BytesIO()
    Image.new("RGB", (300, 90), "#ffd400").save(picture, "WEBP")
    changes = {
        **{"name": 'Acme "Chat" <b>', "short_name": "Acme", "accent": "#ffd400", "names_product": False},
        **{"logo": b64encode(picture.getvalue()).decode(), "icon": b64encode(picture.getvalue()).decode()},
        **{"support": "help@alpha.example", "privacy_url": "https://alpha.example/privacy?a=1&b=2"},
    }
    assert owner.call("branding", "update", changes=changes).json()["ok"]
    for domain in (DOMAIN, "alpha.example"):
        assert owner.call("branding", "add_domain", domain=domain).json()["ok"]
        confirmed = operator.call("platform_branding", "verify_domain", tenant=ALPHA, domain=domain)
        assert confirmed.json()["ok"]
    assert owner.call("branding", "update", changes={"sender_address": "team@alpha.example"}).json()["ok"]
    with house.at(DOMAIN) as client:
        assert Browser(client).sign_in(house, OWNER).get("/").status_code == 200
    yield owner
    house.rows("delete from brandings returning 1")
    house.rows("delete from branding_domains returning 1")
    house.rows("delete from chatbots where phone_number_id = '7001' returning 1")


@pytest.fixture
def at_own(house: House, label: Browser) -> Iterator[Callable[[], Browser]]:
    """Makes browsers at Alpha's own address."""
    house.rows("delete from door_counts returning 1")
    with house.open() as client:
        client.base_url, client.headers["origin"] = OWN_ORIGIN, OWN_ORIGIN  # type: ignore[assignment]
        yield lambda: Browser(client)
