"""Web pages as a source: a polite visitor, public addresses only, and nothing is embedded twice."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

import pytest

from f.common import ingestion
from f.common.problems import english, message
from f.ingest import read_source, readings, refresh_sources
from tests.knowledge.conftest import Knowledge
from tests.knowledge.website import Site

RUN, GONE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def site() -> Iterator[Site]:
    one = Site()
    yield one
    one.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    for module in (ingestion, readings, refresh_sources):
        monkeypatch.setattr(
            module,
            "start_flow",
            lambda path, arguments, job=None: runs.append({"path": path, **arguments}) or job or "run",
        )
    return runs


def source(knowledge: Knowledge, tenant: str, kind: str, url: str, most: int = 50) -> str:
    query = (
        "insert into knowledge_sources (tenant_id, kind, url, max_pages) values (%s, %s, %s, %s) returning id"
    )
    return str(knowledge.value(query, tenant, kind, url, most))


def read(knowledge: Knowledge, site: Site, tenant: str, of: str, allowed: bool = True) -> dict[str, Any]:
    settings = {"allowed_private_hosts": [site.host] if allowed else [], "crawl_pause_s": 0}
    return read_source.main(of, tenant, knowledge.db, settings)


def warnings(knowledge: Knowledge, of: str) -> list[Any]:
    found: list[Any] = knowledge.value("select warnings from knowledge_sources where id = %s", of)
    return found


def problem(knowledge: Knowledge, of: str) -> Any:
    return knowledge.value("select error from knowledge_sources where id = %s", of)


def urls(knowledge: Knowledge, tenant: str) -> list[str]:
    rows = knowledge.rows("select distinct source_url from documents where tenant_id = %s order by 1", tenant)
    return [row["source_url"].partition("/")[2].partition("/")[2].partition("/")[2] for row in rows]


def test_a_crawl_stays_on_its_host_obeys_robots_and_ends(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.pages["/robots.txt"] = (200, "text/plain", "User-agent: *\nDisallow: /private\n")
    site.put(
        "/", "Start here.", "/a /b?x=1#part /private/c https://elsewhere.example/ /photo.jpg mailto:a@b.c"
    )
    site.put("/a", "Page A.", "/ /d")
    site.put("/b?x=1", "Page B.")
    site.put("/d", "Page D.", "/e")
    site.put("/e", "Never reached.")
    site.put("/private/c", "Not for robots.")
    tenant = knowledge.tenant()
    result = read(knowledge, site, tenant, source(knowledge, tenant, "crawl", site.url + "/", 4))
    assert result["new"] == 4 and urls(knowledge, tenant) == ["", "a", "b?x=1", "d"]
    assert not any(path.startswith(("/private", "/photo")) for path in site.asked) and site.agents == {
        "Chatmill"
    }
    assert len(started) == 2 and started[0]["path"] == "f/ingest/ingest_document"
    waiting = (
        "select count(*) from documents where tenant_id = %s and state = 'received' and started_at is null"
    )
    assert knowledge.value(waiting, tenant) == 2, "the others are read when these are done"


def test_a_refresh_takes_what_changed_and_nothing_else(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.pages["/sitemap.xml"] = (
        200,
        "text/xml",
        f"<urlset>{''.join(f'<url><loc> {site.url}/p{n} </loc></url>' for n in range(4))}</urlset>",
    )
    for n in range(4):
        site.put(f"/p{n}", f"Words of page {n}.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "sitemap", site.url + "/sitemap.xml")
    assert read(knowledge, site, tenant, of)["new"] == 4
    knowledge.rows("update documents set state = 'ready' where tenant_id = %s", tenant)
    started.clear()
    site.put("/p1", "Other words.")
    site.put("/p2", "gone", status=410)
    result = read(knowledge, site, tenant, of)
    assert (result["new"], result["unchanged"], result["gone"], len(started)) == (1, 2, 1, 1)
    changed = knowledge.rows(
        "select replaces, source_url from documents where id = %s", started[0]["document_id"]
    )[0]
    assert changed["source_url"].endswith("/p1") and changed["replaces"] is not None
    row = knowledge.rows(
        "select state, pages, next_read_at > now() + interval '23 hours' as later from knowledge_sources where id = %s",
        of,
    )
    assert row == [{"state": "ready", "pages": 3, "later": True}]


def test_what_a_site_no_longer_leads_to_is_deleted(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.put("/", "Start.", "/a /b /c")
    for name in "abc":
        site.put(f"/{name}", f"Words of page {name}.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 4
    site.put("/", "Start.", "/a /b")  # /c is still served, but nothing leads there
    assert read(knowledge, site, tenant, of)["gone"] == 1
    assert urls(knowledge, tenant) == ["", "a", "b"]


def test_a_day_of_maintenance_deletes_nothing_but_what_is_gone(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.put("/", "Start.", "/a /b")
    site.put("/a", "Page A.", "/c /d")
    for name in "bcd":
        site.put(f"/{name}", f"Words of page {name}.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 5
    site.put("/a", "", status=500)  # what it leads to can't be found today
    site.put("/d", "", status=404)
    result = read(knowledge, site, tenant, of)
    assert (result["gone"], urls(knowledge, tenant)) == (1, ["", "a", "b", "c"])
    assert warnings(knowledge, of)[-1] == message("site_pages_kept", pages=1)
    site.put("/", "We are back soon.")
    assert read(knowledge, site, tenant, of)["gone"] == 0 and len(urls(knowledge, tenant)) == 4


def test_pages_beyond_the_most_that_a_source_may_have_go(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.put("/", "Start.", "/a /b /c")
    for name in "abc":
        site.put(f"/{name}", f"Words of page {name}.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    read(knowledge, site, tenant, of)
    knowledge.rows("update knowledge_sources set max_pages = 2 where id = %s", of)
    assert read(knowledge, site, tenant, of)["gone"] == 2 and urls(knowledge, tenant) == ["", "a"]


def test_the_same_text_under_another_address_keeps_its_document(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.put("/", "Start.", "/a")
    body = (200, "text/html", "<title>A</title><p>The same words.</p>")
    site.pages["/a"] = body
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    read(knowledge, site, tenant, of)
    site.put("/", "Start.", "/a-new")
    del site.pages["/a"]
    site.pages["/a-new"] = body
    result = read(knowledge, site, tenant, of)
    assert (result["unchanged"], result["gone"], len(urls(knowledge, tenant))) == (2, 0, 2)


@pytest.mark.parametrize("links", ["/help /faq", "/faq /help", "/help"])
def test_a_page_that_moved_keeps_its_document_and_is_known_by_its_new_address(
    knowledge: Knowledge, site: Site, started: list[Any], links: str
) -> None:
    site.put("/", "Start.", "/faq")
    site.put("/faq", "Answers to questions.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    read(knowledge, site, tenant, of)
    query = "select id from documents where tenant_id = %s and source_url = %s order by created_at"
    before = knowledge.rows(query, tenant, site.url + "/faq")
    site.put("/", "Start.", links)
    site.pages["/help"] = site.pages.pop("/faq")
    read(knowledge, site, tenant, of)
    assert knowledge.rows(query, tenant, site.url + "/help") == before and urls(knowledge, tenant) == [
        "",
        "help",
    ]
    site.put("/help", "Other answers.")
    read(knowledge, site, tenant, of)
    after = knowledge.rows(query, tenant, site.url + "/help")
    assert after[:1] == before and len(after) == 2 and urls(knowledge, tenant) == ["", "help"]
    query = "select replaces from documents where id = %s"
    assert knowledge.value(query, after[1]["id"]) == before[0]["id"]


def test_a_redirect_does_not_lead_around_robots(knowledge: Knowledge, site: Site, started: list[Any]) -> None:
    site.pages["/robots.txt"] = (200, "text/plain", "User-agent: *\nDisallow: /private\n")
    site.pages["/"] = (302, "text/html", "/private/")
    site.put("/private/", "Not for robots.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", site.url + "/")
    assert read(knowledge, site, tenant, of)["state"] == "failed" and "/private/" not in site.asked
    (warning,) = warnings(knowledge, of)
    assert warning["values"]["problem"] == message("redirect_not_allowed")


def test_a_page_that_says_too_much_is_left_out_with_a_warning(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.put("/", "Start.", "/deep /long")
    site.put("/deep", "<div>" * 6_000)
    rows = "<tr><td rowspan=100>" + "long " * 10_000 + "<tr><td>x" * 99
    site.pages["/long"] = (200, "text/html", f"<html><a href=/b>b</a><table>{rows}</table></html>")
    site.put("/b", "Page B.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 2
    found = [
        (one["code"], one["values"]["url"], one["values"]["problem"]["code"])
        for one in warnings(knowledge, of)
    ]
    assert found == [
        ("page_unread", f"{site.url}/deep", "web_page_too_deep"),
        ("page_unread", f"{site.url}/long", "too_many_characters"),
    ]


@pytest.mark.parametrize("link", ["https://[your-domain]/terms", "http://[", "https://℀.example/", "//[x"])
def test_a_link_that_is_no_address_is_passed_over(
    knowledge: Knowledge, site: Site, started: list[Any], link: str
) -> None:
    site.put("/", "Start.", f"{link} /a /moved")
    site.put("/a", "Page A.")
    site.pages["/moved"] = (302, "text/html", link.encode("ascii", "replace"))
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 2
    (warning,) = warnings(knowledge, of)
    assert (warning["code"], warning["values"]["url"]) == ("page_unread", f"{site.url}/moved")


def test_a_sitemap_whose_addresses_cannot_be_asked_for_is_read_as_far_as_it_goes(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    places = (f"{site.url}/a\n b", f"{site.url}/{'a' * 70_000}", "http://[", f"{site.url}/a")
    listed = "".join(f"<url><loc>{place}</loc></url>" for place in places)
    site.pages["/sitemap.xml"] = (200, "text/xml", f"<urlset>{listed}</urlset>")
    site.put("/a", "Page A.")
    tenant = knowledge.tenant()
    result = read(knowledge, site, tenant, source(knowledge, tenant, "sitemap", site.url + "/sitemap.xml"))
    assert result["new"] == 1 and len(result["warnings"]) == 3


def test_a_line_of_robots_txt_that_says_nothing_is_passed_over(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    rules = "User-agent: *\nCrawl-delay: ²\nDisallow: //[\nDisallow: /private\n"
    site.pages["/robots.txt"] = (200, "text/plain; charset=utf-8", rules)
    site.put("/", "Start.", "/private /open")
    site.put("/private", "Not for robots.")
    site.put("/open", "Open.")
    tenant = knowledge.tenant()
    result = read(knowledge, site, tenant, source(knowledge, tenant, "crawl", site.url + "/"))
    assert result["new"] == 2 and "/private" not in site.asked


def test_a_busy_site_is_asked_once_more(
    knowledge: Knowledge, site: Site, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that is busy says for how long: the page is requested again after that time, once."""
    site.put("/", "Start.", "/busy /tired /later")
    site.put("/busy", "Words.")
    site.put("/later", "Words.")
    site.busy = {"/busy": [(429, "0")], "/tired": [(503, "0")] * 2, "/later": [(429, "3600")]}
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 2
    assert [(one["code"], one["values"]["status"]) for one in warnings(knowledge, of)] == [
        ("page_status", 503),
        ("page_status", 429),
    ]
    assert [site.asked.count(path) for path in ("/busy", "/tired", "/later")] == [2, 2, 1]


def test_an_index_of_sitemaps_is_followed(knowledge: Knowledge, site: Site, started: list[Any]) -> None:
    site.pages["/s.xml"] = (
        200,
        "text/xml",
        f"<sitemapindex><sitemap><loc>{site.url}/t.xml</loc></sitemap></sitemapindex>",
    )
    site.pages["/t.xml"] = (
        200,
        "text/xml",
        f"<urlset><url><loc>{site.url}/a?b=1&amp;c=2</loc></url></urlset>",
    )
    site.put("/a?b=1&c=2", "Words.")
    tenant = knowledge.tenant()
    assert (
        read(knowledge, site, tenant, source(knowledge, tenant, "sitemap", site.url + "/s.xml"))["new"] == 1
    )


def test_a_sites_address_leads_to_the_sitemaps_that_it_declares(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.pages["/robots.txt"] = (200, "text/plain", f"Sitemap: {site.url}/packed.xml.gz\n")
    listed = f"<urlset><url><loc><![CDATA[{site.url}/a]]></loc></url></urlset>"
    site.pages["/packed.xml.gz"] = (200, "application/gzip", gzip.compress(listed.encode()))
    site.put("/", "A shop.")
    site.put("/a", "Words.")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "sitemap", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 1 and urls(knowledge, tenant) == ["a"]


def test_a_site_without_a_sitemap_is_a_problem(knowledge: Knowledge, site: Site) -> None:
    site.put("/", "A shop.")
    site.pages["/broken.xml.gz"] = (200, "application/gzip", b"\x1f\x8bnonsense")
    tenant = knowledge.tenant()
    for path in ("/", "/broken.xml.gz", "/none.xml"):
        of = source(knowledge, tenant, "sitemap", site.url + path)
        assert read(knowledge, site, tenant, of)["state"] == "failed"
        assert problem(knowledge, of) == message("site_without_sitemap", url=site.url + path)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/", "http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/"]
)
def test_private_addresses_are_refused(
    knowledge: Knowledge, site: Site, started: list[Any], address: str
) -> None:
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", address)
    assert read(knowledge, site, tenant, of, allowed=False)["state"] == "failed" and not started
    assert problem(knowledge, of)["code"] == "site_private"


def test_a_redirect_to_another_site_is_not_followed(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    site.pages["/"] = (302, "text/html", "http://169.254.169.254/latest")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", site.url + "/")
    assert read(knowledge, site, tenant, of)["state"] == "failed"
    (warning,) = warnings(knowledge, of)
    assert problem(knowledge, of) == message("site_without_text")
    assert warning["values"]["problem"] == message("redirect_elsewhere", host="169.254.169.254")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://a.example/", "source_address"),
        ("nonsense", "source_address"),
        ("https://[my-shop]/", "source_address"),
        ("https://shop.example:port/", "site_unreachable"),
    ],
)
def test_what_is_no_address_is_a_problem(knowledge: Knowledge, site: Site, url: str, code: str) -> None:
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", url)
    result = read(knowledge, site, tenant, of)
    assert problem(knowledge, of)["code"] == code and result["reason"] == english(problem(knowledge, of))


def test_the_plan_ends_a_reading_with_a_warning(knowledge: Knowledge, site: Site, started: list[Any]) -> None:
    site.put("/", "Start.", "/a /b")
    site.put("/a", "A.")
    site.put("/b", "B.")
    tenant = knowledge.tenant(documents=2)
    of = source(knowledge, tenant, "crawl", site.url + "/")
    assert read(knowledge, site, tenant, of)["new"] == 2
    assert warnings(knowledge, of)[-1] == message("plan_documents", most=2)


def test_sources_that_are_due_are_started_once(knowledge: Knowledge, started: list[Any]) -> None:
    knowledge.rows("delete from knowledge_sources")
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "page", "https://shop.example/")
    refresh_sources.main(knowledge.db)
    refresh_sources.main(knowledge.db)
    assert started == [{"path": "f/ingest/read_web_source", "source_id": of, "tenant_id": tenant}]


def test_documents_that_stood_still_go_on(
    knowledge: Knowledge, started: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    knowledge.rows("delete from knowledge_sources")
    monkeypatch.setattr(refresh_sources, "job_state", {RUN: "running", GONE: "completed"}.__getitem__)
    tenant = knowledge.tenant(background_jobs=10)
    waits, works, lost, new = (knowledge.document(tenant) for _ in range(4))
    query = "update documents set state = %s, run_id = %s, updated_at = now() - %s::interval where id = %s"
    knowledge.rows(query, "received", None, "31 minutes", waits)
    knowledge.rows(query, "processing", RUN, "31 minutes", works)
    knowledge.rows(query, "processing", GONE, "31 minutes", lost)
    knowledge.rows(query, "processing", GONE, "29 minutes", new)
    refresh_sources.main(knowledge.db)
    refresh_sources.main(knowledge.db)
    assert {run["document_id"] for run in started} == {waits, lost} and len(started) == 2
    for _ in range(5):
        knowledge.rows("update documents set updated_at = now() - interval '1 hour' where id = %s", lost)
        refresh_sources.main(knowledge.db)
    row = knowledge.rows("select state, error from documents where id = %s", lost)[0]
    assert row["state"] == "failed" and row["error"] == message("reading_stalled")
    assert sum(run["document_id"] == lost for run in started) == 5


def test_an_index_that_leads_to_another_host_is_refused_with_its_reason(
    knowledge: Knowledge, site: Site, started: list[Any]
) -> None:
    listed = "<sitemapindex><sitemap><loc>https://cdn.example/s.xml</loc></sitemap></sitemapindex>"
    site.pages["/s.xml"] = (200, "text/xml", listed)
    tenant = knowledge.tenant()
    of = source(knowledge, tenant, "sitemap", site.url + "/s.xml")
    assert "another host, cdn.example" in read(knowledge, site, tenant, of)["reason"]
