"""What a browser may do for another site, and what it is told about every answer."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from local.portal.wire import request
from tests.local.meta_support import eventually
from tests.portal_door.house import ORIGIN, OWNER, Browser, House

Make = Callable[[], Browser]
CALL = {"runnable": "me", "args": {"request": request("get")}}
PATHS = ["/api/code", "/api/enter", "/api/leave", "/api/call"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elsewhere.example"}, 403), ({"origin": "null"}, 403), ({"origin": ""}, 403),
        ({"origin": "http://testserver.elsewhere.example"}, 403), ({"origin": "https://testserver"}, 403),
        ({"content-type": "text/plain"}, 415), ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"host": "elsewhere.example"}, 421), ({"content-length": "99999999999"}, 413),
    ],
)  # fmt: skip
def test_another_sites_page_can_do_nothing_here(
    house: House, browser: Make, path: str, headers: dict[str, str], status: int
) -> None:
    here = browser().sign_in(house, OWNER)
    before = len(house.windmill.jobs)
    assert here.post(path, CALL, headers=headers).status_code == status
    assert len(house.windmill.jobs) == before
    assert here.call("me", "get").status_code == 200, "and it is still signed in"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_changes_by_get(browser: Make, path: str) -> None:
    assert browser().get(path).status_code == 405


def test_every_answer_says_what_a_browser_may_do_with_it(house: House, browser: Make) -> None:
    here = browser().sign_in(house, OWNER)
    answers = [
        here.get("/"),
        here.post("/api/call", CALL),
        here.get("/nowhere"),
        here.post("/api/code"),
        browser().get("/"),
    ]
    answers.append(here.client.post("/api/call", json=CALL, headers={"origin": "https://elsewhere.example"}))
    for answer in answers:
        told = answer.headers
        assert told["cache-control"] == "no-store" and told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "no-referrer" and told["x-frame-options"] == "DENY"
        policy = told["content-security-policy"]
        assert (
            "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        )
        assert "strict-transport-security" not in told, "it is http here"
    assert here.get("/static/portal.js").status_code == here.get("/static/sign_in.css").status_code == 200
    for name in ("..%2Fapp.py", "sources.sha256", "portal.html"):
        assert here.get(f"/static/{name}").status_code == 404


def test_a_browser_loads_a_file_compressed_and_once(house: House, browser: Make) -> None:
    here = browser().sign_in(house, OWNER)
    named = re.findall(r'"(/static/(?:pages/\w+\.js|portal\.\w+\?\w+))"', here.get("/").text)
    assert len(named) > 3 and any("portal.css?" in path for path in named)
    another = [("/static/portal.css", "no-cache"), ("/static/portal.js?another", "no-cache")]
    for path, kept in [*another, *((path, "immutable") for path in named)]:
        first = here.get(path)
        assert first.headers["content-encoding"] == "gzip" and kept in first.headers["cache-control"]
        again = here.client.get(path, headers={"if-none-match": first.headers["etag"]})
        assert again.status_code == 304 and not again.content
        plain = here.client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers and plain.content == first.content


@pytest.mark.parametrize(
    ("url", "https"), [("https://portal.example.com", True), ("http://testserver", False)]
)
def test_cookies_are_out_of_reach_of_scripts_and_other_sites(house: House, url: str, https: bool) -> None:
    with house.open(portal_url=url) as client:
        answer = client.post("/api/code", json={"person": OWNER})
        assert answer.status_code == 200
        (cookie,) = answer.headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= parts and not any(p.startswith("domain") for p in parts)
    assert ("secure" in parts) is cookie.startswith("__Host-portal-attempt=") is https
    assert ("strict-transport-security" in answer.headers) is https


def test_a_new_session_has_a_cookie_that_the_browser_did_not_choose(house: House, browser: Make) -> None:
    here = browser()
    here.cookies = {"portal": "chosen-by-somebody-else"}
    here.sign_in(house, OWNER)
    assert here.cookies["portal"] != "chosen-by-somebody-else"


def test_what_a_proxy_says_counts_only_where_there_is_one(house: House, browser: Make) -> None:
    """Else whoever types another address each time would ask without a bound."""
    house.rows("delete from door_counts returning 1")
    for proxies, expected in ((0, {429}), (1, {200})):
        with house.open(portal_proxies=proxies) as client:
            for number in range(31):
                spoken = {"x-forwarded-for": f"203.0.113.9, 198.51.100.{number}"}
                answer = client.post(
                    "/api/code", json={"person": f"n{number}@elsewhere.example"}, headers=spoken
                )
        assert answer.status_code in expected


def test_of_several_lines_about_proxies_the_last_counts(house: House, browser: Make) -> None:
    """Some proxies write a line of their own below the one that the client made up."""
    with house.open(portal_proxies=1) as client:
        for number in range(31):
            made_up = ("x-forwarded-for", f"203.0.113.{number}")
            lines = [made_up, ("x-forwarded-for", "198.51.100.7"), ("origin", ORIGIN)]
            answer = client.post("/api/code", json={"person": f"m{number}@elsewhere.example"}, headers=lines)
    assert answer.status_code == 429


@pytest.mark.parametrize("person", ["a\0@b.example", "a\ud800@b.example"])
def test_what_no_database_can_store_is_nobody(browser: Make, person: str) -> None:
    content = json.dumps({"person": person}).encode()
    answer = browser().client.post("/api/code", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"refused": "person"})


@pytest.mark.parametrize("path", ["/api/code", "/api/enter", "/api/call"])
def test_json_without_a_bottom_is_refused(house: House, browser: Make, path: str) -> None:
    here = browser().sign_in(house, OWNER)
    headers = {"content-type": "application/json", "cookie": f"portal={here.cookies['portal']}"}
    assert 400 <= here.client.post(path, content=b"[" * 9_000, headers=headers).status_code < 500


def test_one_browser_leaves_the_workers_to_others(house: House, browser: Make, door: TestClient) -> None:
    """Of its calls eight are under way at most, however many it makes."""
    here = browser().sign_in(house, OWNER)
    cookies: dict[str, Any] = dict(here.cookies)
    house.windmill.hold.clear()
    said: list[int] = []

    def call() -> None:
        said.append(
            door.post("/api/call", json=CALL, headers={"cookie": f"portal={cookies['portal']}"}).status_code
        )

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    eventually(lambda: said.count(429) == 4)
    house.windmill.hold.set()
    for thread in threads:
        thread.join()
    assert sorted(said) == [200] * 8 + [429] * 4


def test_without_its_database_or_windmill_it_says_so_and_tells_nothing(house: House, browser: Make) -> None:
    here = browser().sign_in(house, OWNER)
    with house.open(windmill_url="http://127.0.0.1:9") as client:
        answer = client.post("/api/call", json=CALL, headers={"cookie": f"portal={here.cookies['portal']}"})
        assert (answer.status_code, answer.json()) == (502, {"error": "the script did not answer"})
    with house.open(database_url="postgresql://chatbot_door:secret@127.0.0.1:9/none") as client:
        answer = client.post("/api/call", json=CALL, headers={"cookie": "portal=x"})
        assert (answer.status_code, answer.json()) == (503, {"error": "unavailable"})
        assert client.get("/healthz", headers={"host": "10.0.0.1"}).status_code == 200
        page = client.get("/")
        assert page.status_code == 200 and "sign_in.js" in page.text and "Chatmill" not in page.text
