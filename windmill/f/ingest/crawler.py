# requirements: documents
"""Reads web pages politely: one page, a sitemap, or a bounded crawl of one host.

Obeys robots.txt (RFC 9309), stays on the host of its address, waits between requests, and reaches public addresses only (f/common/ssrf.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2
from protego import Protego

from f.common.problems import Message, Problem, describe, message
from f.common.ssrf import MOST_BYTES, ForbiddenHost, guarded_client
from f.documents.child import Ask, Bounds, run_in_child
from f.documents.clean import clean
from f.documents.page import Unreadable
from f.documents.web.charset import decode_page
from f.documents.web.text import read_html
from f.documents.web.tree import parsed
from f.ingest.sitemaps import addresses
from f.models.embeddings import retry_after

AGENT = "Chatmill"
PAUSE_S, LONGEST_PAUSE_S = 1.0, 10.0
SILENCE_S = 20.0  # that a site may leave between two bytes
# For a whole answer, and for all sitemaps: a site that drips would keep the reader from everybody else's.
ANSWER_S, LIST_S = 60.0, 300.0  # the second without pauses
REDIRECTS = 5
MAX_SITEMAPS = 20
LONGEST_ROBOTS = 500_000  # characters of robots.txt; RFC 9309 asks for as many kilobytes at least
BOUNDS = Bounds(wait_s=60.0)  # of reading one page
LONGEST_RETRY_S = 60.0  # a site that asks for more is read at the next reading
# Why a request fails: no answer, or an address that can't be requested, such as a redirect to https://[your-domain]/.
_FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError)
_NO_PAGE = (
    ".pdf",
    ".jpg",
    ".jpeg",
    ".png",
    ".gif",
    ".svg",
    ".webp",
    ".zip",
    ".gz",
    ".mp3",
    ".mp4",
    ".css",
    ".js",
    ".ico",
    ".woff2",
)


class NotReadable(Problem):
    """Why nothing can be read from an address."""


class Misdirected(Problem, OSError):
    """A redirect that is not followed."""


@dataclass(frozen=True)
class WebPage:
    """A page that was requested. `warning` says why it has no text; `gone`: the server says that the page no longer exists."""

    url: str
    title: str = ""
    text: str = ""
    warning: Message | None = None
    gone: bool = False
    links: tuple[str, ...] = ()


@dataclass
class Frontier:
    """What is left to request of a source: the addresses in their order, those met so far, and how many were requested."""

    waiting: list[str]
    seen: set[str]
    count: int = 0


class Visitor:
    """Requests pages of one host, one after the other."""

    def __init__(self, client: httpx2.AsyncClient, url: str, pause_s: float) -> None:
        self._client, self._pause = client, pause_s
        self._host = _host(url)
        self._robots: Protego | None = None
        self._waits = False  # before the next request: nothing has been requested yet
        # That the site took for its answers, without our pauses and the waits that it asks for.
        self._answered_s = 0.0
        if not self._host or urlsplit(url).scheme not in ("http", "https"):
            raise NotReadable("source_address")

    async def obey_robots(self, url: str) -> None:
        """Reads robots.txt. A site without one allows everything; a server error forbids everything."""
        with _reaching(self._host):
            response = await self._get(urljoin(url, "/robots.txt"))
        if response.status_code >= 500:
            raise NotReadable("site_error", host=self._host, status=response.status_code)
        self._robots = Protego.parse(response.text[:LONGEST_ROBOTS] if response.status_code == 200 else "")
        delay = self._robots.crawl_delay(AGENT)
        if delay and self._pause:
            self._pause = min(max(self._pause, delay), LONGEST_PAUSE_S)

    def may_read(self, url: str) -> bool:
        """Whether the page is on this host and allowed by its robots.txt."""
        return _host(url) == self._host and (self._robots is None or self._robots.can_fetch(url, AGENT))

    async def page(self, url: str) -> WebPage:
        """A page, or a warning that says why there is none."""
        if not self.may_read(url):
            return WebPage(url, warning=message("page_not_allowed", url=url))
        try:
            response = await self._get(url)
        except _FAILURES as error:
            return WebPage(url, warning=message("page_unread", url=url, problem=describe(error)))
        status = response.status_code
        if status != 200:
            gone = status in (404, 410)
            return WebPage(url, warning=message("page_status", url=url, status=status), gone=gone)
        if "html" not in response.headers.get("content-type", "text/html"):
            return WebPage(url, warning=message("page_not_html", url=url))
        kind = response.headers.get("content-type", "")
        links: tuple[str, ...] = ()
        try:
            reading = run_in_child(partial(_read, response.content, kind, str(response.url)), BOUNDS)
            with closing(reading) as found:
                links = tuple(next(found))
                title, text = next(found)
        except Unreadable as error:
            unread = message("page_unread", url=url, problem=describe(error))
            return WebPage(url, warning=unread, links=links)
        warning = None if text.strip() else message("page_empty", url=url)
        return WebPage(url, title, text, warning, links=links)

    async def frontier(self, kind: str, url: str, most: int) -> Frontier:
        """Where the reading of a source begins. kind: page, sitemap or crawl."""
        with _reaching(self._host):
            addresses = await self.locations(url) if kind == "sitemap" else [urldefrag(url).url]
        waiting = list(dict.fromkeys(addresses))[: 10 * most]
        return Frontier(waiting, set(waiting))

    async def pages(self, kind: str, most: int, frontier: Frontier) -> AsyncIterator[WebPage]:
        """The pages of a source, `most` at most. `frontier` is what is left when a page is handed out."""
        while frontier.waiting and frontier.count < most:
            page = await self.page(frontier.waiting[0])
            frontier.waiting.pop(0)
            frontier.count += 1
            if kind == "crawl":
                new = [link for link in page.links if link not in frontier.seen and self.may_read(link)]
                frontier.seen.update(new)
                frontier.waiting += new
            yield page

    async def locations(self, url: str) -> list[str]:
        """The pages that a sitemap and its sub-sitemaps list. For a site's address, those of the sitemaps that its robots.txt declares."""
        pages = await self._follow([url])
        if not pages and urlsplit(url).path in ("", "/"):
            sitemaps = self._robots.sitemaps if self._robots else ()
            declared = [place for place in sitemaps if _host(place) == self._host]
            pages = await self._follow(declared or [urljoin(url, "/sitemap.xml")])
        if not pages:
            raise NotReadable("site_without_sitemap", url=url)
        return pages

    async def _follow(self, sitemaps: list[str]) -> list[str]:
        waiting, seen, pages = [*sitemaps], set(sitemaps), []
        elsewhere = ""
        for _ in range(MAX_SITEMAPS):
            if not waiting:
                break
            response = await self._get(waiting.pop(0))
            if self._answered_s > LIST_S:
                raise TimeoutError
            is_index, places = _addresses(response.content) if response.status_code == 200 else (False, [])
            if is_index:
                new = [place for place in places if place not in seen and _host(place) == self._host]
                seen.update(new)
                waiting += new
                elsewhere = elsewhere or next((_host(p) for p in places if _host(p) != self._host), "")
            else:
                pages += places
        if elsewhere and not pages:
            raise NotReadable("sitemap_elsewhere", host=elsewhere)
        return pages

    async def _get(self, url: str) -> httpx2.Response:
        """Follows redirects itself, and on this host only: the client follows none."""
        for _ in range(REDIRECTS):
            response = await self._request(url)
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers.get("location", ""))
            if _host(url) != self._host:
                raise Misdirected("redirect_elsewhere", host=_host(url))
            if not self.may_read(url):
                raise Misdirected("redirect_not_allowed")
        raise Misdirected("redirect_loop")

    async def _request(self, url: str) -> httpx2.Response:
        """One request after the pause. A site that is busy and says for how long (429 or 503 with Retry-After) is asked once more."""
        if self._waits:
            await asyncio.sleep(self._pause)
        self._waits = True
        response = await self._answer(url)
        wait = retry_after(response.headers) if response.status_code in (429, 503) else None
        if wait is None or wait > LONGEST_RETRY_S:
            return response
        await asyncio.sleep(max(wait, self._pause))
        return await self._answer(url)

    async def _answer(self, url: str) -> httpx2.Response:
        began = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._client.get(url)
        finally:
            self._answered_s += time.monotonic() - began


@asynccontextmanager
async def visitor(
    url: str, allowed_hosts: Iterable[str] = (), pause_s: float = PAUSE_S
) -> AsyncIterator[Visitor]:
    """A visitor that has read the host's robots.txt. Raises NotReadable if the host can't be reached."""
    async with guarded_client(allowed_hosts, {"user-agent": AGENT}, SILENCE_S) as client:
        site = Visitor(client, url, pause_s)
        await site.obey_robots(url)
        yield site


@contextmanager
def _reaching(host: str) -> Iterator[None]:
    """Turns a failed connection into NotReadable."""
    try:
        yield
    except ForbiddenHost:
        raise NotReadable("site_private", host=host) from None
    except _FAILURES as error:
        raise NotReadable("site_unreachable", host=host, problem=describe(error)) from None


def _read(content: bytes, kind: str, url: str, _: Ask) -> Iterator[Any]:
    """A page's links, then its title and text."""
    source = decode_page(content, kind) or ""
    yield list(dict.fromkeys(_links(source, url)))
    yield read_html(source, MOST_BYTES, url)


def _addresses(content: bytes) -> tuple[bool, list[str]]:
    """Those of a sitemap; none where it can't be read."""
    try:
        ((is_index, places),) = run_in_child(lambda _: [addresses(content)], BOUNDS)
    except Unreadable:
        return False, []
    return is_index, places


def _links(source: str, base: str) -> Iterator[str]:
    """The addresses that a page links to, without files such as images."""
    for anchor in parsed(source).css("a[href]"):
        try:
            url = urldefrag(urljoin(base, clean(anchor.attributes["href"] or "").strip())).url
            path = urlsplit(url).path.lower()
        except ValueError:  # not an address, such as a template's https://[your-domain]/
            continue
        if url.startswith(("http://", "https://")) and not path.endswith(_NO_PAGE):
            yield url.replace(" ", "%20")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""
