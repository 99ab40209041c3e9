"""When links lead to a business's own address, and what the platform's shows while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import Request

from ingress.link import LinkDown
from portal.addresses import Addresses
from tests.portal_door.house import BETA, OPERATOR, OTHER, Browser, House

Make = Callable[[], Browser]


def test_links_lead_to_an_address_once_somebody_has_signed_in_there(house: House, browser: Make) -> None:
    """Until then it may be for mails alone, or its DNS is not set. Who asks with a forged Host, or for a certificate, has not been there."""
    house.rows("""update tenants set limits = '{"own_domains": 1}' where id = %s returning 1""", BETA)
    domain, other = "desk.beta.example", browser().sign_in(house, OTHER)

    def link() -> str:
        return str(other.call("people", "invite", email="guest@beta.example", role="viewer").json()["link"])

    assert other.call("branding", "add_domain", domain=domain).json()["ok"]
    verify = {"tenant": BETA, "domain": domain}
    operator = browser().sign_in(house, OPERATOR)
    assert operator.call("platform_branding", "verify_domain", **verify).json()["ok"]
    for path in ("/", "/invitation", "/looks.css"):
        assert other.client.get(path, headers={"host": domain}).status_code == 200
    assert other.client.get("/domain-allowed", params={"domain": domain}).status_code == 200
    assert link().startswith("http://testserver/invitation#")
    with house.at(domain) as client:
        there = Browser(client).sign_in(house, OTHER)
        there.get("/")
        assert link().startswith(f"http://{domain}/invitation#")
        noted = house.rows("select served_at from branding_domains where domain = %s", domain)
        there.get("/")
        assert noted == house.rows("select served_at from branding_domains where domain = %s", domain), "once"
    assert operator.call("platform_branding", "delete_domain", **verify).json()["ok"]


def test_a_page_has_the_last_looks_while_the_database_is_away(house: House) -> None:
    answers: list[dict[str, str] | LinkDown] = [{"name": "Bots & Co"}, LinkDown("away"), {"name": "Bots"}]

    class Store:
        async def branding(self, domain: str) -> dict[str, str]:
            answer = answers.pop(0)
            if isinstance(answer, LinkDown):
                raise answer
            return answer

    addresses = Addresses(house.settings, Store())  # type: ignore[arg-type]

    async def names() -> list[str]:
        request = Request({"type": "http", "state": {"address": await addresses.at("testserver")}})
        return [(await addresses.branding(request))["name"] for _ in range(3)]

    assert asyncio.run(names()) == ["Bots & Co", "Bots & Co", "Bots"]
