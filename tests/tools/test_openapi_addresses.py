"""OpenAPI documents at an address: what servers answer there, and what an answer may not make a worker do."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from typing import Any

import pytest

from f.tools.action_drafts import ImportProblem
from f.tools.openapi import Document
from f.tools.openapi_fetch import fetch_document
from tests.site import Site

DOCUMENT = {
    "openapi": "3.1.0",
    "servers": [{"url": "/v1"}],
    "paths": {"/orders/{id}": {"get": {"operationId": "getOrder", "summary": "Looks an order up"}}},
}
MB = 1_000_000


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def fetched(site: Site, path: str) -> str:
    return fetch_document(site.url + path, [site.host])


def refusal(site: Site, path: str) -> ImportProblem:
    with pytest.raises(ImportProblem) as refused:
        fetched(site, path)
    return refused.value


def test_a_document_and_its_server_beside_it(site: Site) -> None:
    site.pages["/docs/openapi.json"] = (200, {}, DOCUMENT)
    url = f"{site.url}/docs/openapi.json"
    document = Document(fetched(site, "/docs/openapi.json"), url)
    assert document.draft("GET", "/orders/{id}").action["url"] == f"{site.url}/v1/orders/{{id}}"
    nameless = Document(json.dumps({**DOCUMENT, "servers": []}), url)
    assert nameless.draft("GET", "/orders/{id}").action["url"].startswith(site.url)


def test_a_redirect_within_the_server_is_followed(site: Site) -> None:
    site.pages["/latest"] = (302, {"location": "/v3.json"}, b"")
    site.pages["/v3.json"] = (200, {}, DOCUMENT)
    assert json.loads(fetched(site, "/latest")) == DOCUMENT


def test_a_redirect_to_another_server_is_not_followed(site: Site) -> None:
    other = Site()
    try:
        other.pages["/openapi.json"] = (200, {}, DOCUMENT)
        site.pages["/a"] = (302, {"location": f"{other.url}/openapi.json"}, b"")
        refused = refusal(site, "/a")
        assert refused.code == "openapi_redirect" and other.url in str(refused) and other.asked == []
    finally:
        other.close()


def test_a_private_address_is_not_asked(site: Site) -> None:
    """Nor does a redirect within the server's name lead there: what counts is where the connection goes."""
    with pytest.raises(ImportProblem) as refused:
        fetch_document(f"{site.url}/openapi.json", [])
    assert "127.0.0.1" in str(refused.value) and site.asked == []


def test_fifty_mb_are_not_read(site: Site) -> None:
    """The reading stops where a document would be too large; neither the worker's memory nor its time goes on."""
    site.pages["/huge"] = (200, {}, 50 * MB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    refused = refusal(site, "/huge")
    assert refused.code == "openapi_too_large" and "6 MB" in str(refused)
    assert site.sent < 30 * MB
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000  # kB


def test_five_mb_are_read(site: Site) -> None:
    words = "x" * 5 * MB
    site.pages["/large"] = (200, {}, {**DOCUMENT, "info": {"description": words}})
    assert len(Document(fetched(site, "/large")).operations()) == 1


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ((200, {"content-type": "text/html; charset=utf-8"}, b"<html>Docs</html>"), "openapi_page"),
        ((204, {}, b""), "openapi_status"),
        ((401, {}, b"{}"), "openapi_status"),
        ((500, {}, b"{}"), "openapi_status"),
        ((200, {"content-encoding": "gzip"}, b"\x1f\x8b"), "openapi_fetch"),
    ],
    ids=["a page", "nothing", "a door", "broken", "compressed"],
)
def test_what_is_no_document_is_said(site: Site, page: Any, code: str) -> None:
    site.pages["/openapi.json"] = page
    assert refusal(site, "/openapi.json").code == code


def test_nobody_answers(site: Site) -> None:
    site.close()
    assert refusal(site, "/openapi.json").code == "openapi_fetch"


@pytest.mark.parametrize(
    "reference", ["https://evil.example/a.json#/B", "./schemas.yaml#/B", "//evil.example/a"]
)
def test_a_reference_out_of_the_document_is_not_followed(site: Site, reference: str) -> None:
    body = {"content": {"application/json": {"schema": {"$ref": reference}}}}
    site.pages["/o"] = (200, {}, {**DOCUMENT, "paths": {"/a": {"post": {"requestBody": body}}}})
    with pytest.raises(ImportProblem) as refused:
        Document(fetched(site, "/o"), f"{site.url}/o").draft("POST", "/a")
    assert refused.value.code == "openapi_reference" and site.asked == ["/o"]
