# requirements:
# httpx2==2.16.2
# charset-normalizer==3.5.2
# selectolax==1.0.2
"""Web pages as a polite visitor reads them: one page, a sitemap, or a bounded crawl of one host.

Obeys robots.txt, stays on the host it was given, waits between requests, and reaches public addresses only (f/common/ssrf.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpx2

from f.common.ssrf import MOST_BYTES, ForbiddenHost, guarded_client
from f.documents.clean import clean
from f.documents.page import Unreadable
from f.documents.web_charset import decode_page
from f.documents.web_text import parsed, read_html
from f.ingest.sitemaps import addresses

AGENT = "Chatmill"
PAUSE_S, LONGEST_PAUSE_S = 1.0, 10.0
REDIRECTS = 5
MAX_SITEMAPS = 20
MOST_RULES = 5_000  # lines of robots.txt
# What an address may end in: no answer, or none that can be asked for, as a redirect to https://[your-domain]/.
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


class NotReadable(Exception):
    """Why nothing can be read from an address, as a sentence for the tenant."""


@dataclass(frozen=True)
class WebPage:
    """A page that was asked for. `note` says why it has no text; `gone`: the server says that it is no longer there."""

    url: str
    title: str = ""
    text: str = ""
    note: str = ""
    gone: bool = False
    links: tuple[str, ...] = ()


class Visitor:
    """Asks one host, one request after the other."""

    def __init__(self, client: httpx2.AsyncClient, url: str, pause_s: float) -> None:
        self._client, self._pause = client, pause_s
        self._host = _host(url)
        self._robots = RobotFileParser()
        self._asked = False
        if not self._host or urlsplit(url).scheme not in ("http", "https"):
            raise NotReadable("This is not the address of a web page; it begins with https://.")

    async def obey_robots(self, url: str) -> None:
        """Reads robots.txt. Without one everything is allowed; a server that fails to say is left alone."""
        with _reaching(self._host):
            answer = await self._get(urljoin(url, "/robots.txt"))
        if answer.status_code >= 500:
            raise NotReadable(
                f"{self._host} does not answer (HTTP {answer.status_code}); it is read again later."
            )
        self._robots.parse(_rules(answer.text) if answer.status_code == 200 else [])
        asked = self._robots.crawl_delay(AGENT)
        if asked and self._pause:
            self._pause = min(max(self._pause, float(asked)), LONGEST_PAUSE_S)

    def may_read(self, url: str) -> bool:
        """On this host, and allowed by its robots.txt."""
        return _host(url) == self._host and self._robots.can_fetch(AGENT, url)

    async def page(self, url: str) -> WebPage:
        """A page, or a note that says why there is none."""
        if not self.may_read(url):
            return WebPage(
                url, note=f"{url} is not to be read: the site's robots.txt says so, or it is another site"
            )
        try:
            answer = await self._get(url)
        except _FAILURES as error:
            return WebPage(url, note=f"{url} could not be read: {str(error) or type(error).__name__}"[:300])
        if answer.status_code != 200:
            gone = answer.status_code in (404, 410)
            return WebPage(url, note=f"{url} answered HTTP {answer.status_code}", gone=gone)
        if "html" not in answer.headers.get("content-type", "text/html"):
            return WebPage(url, note=f"{url} is not a web page; upload it as a file")
        source = decode_page(answer.content, answer.headers.get("content-type", "")) or ""
        links: tuple[str, ...] = ()
        try:
            links = tuple(dict.fromkeys(_links(source, str(answer.url))))
            title, text = read_html(source, MOST_BYTES, str(answer.url))
        except Unreadable as problem:
            return WebPage(url, note=f"{url} could not be read: {problem}", links=links)
        return WebPage(url, title, text, "" if text.strip() else f"{url} has no text", links=links)

    async def pages(self, kind: str, url: str, most: int) -> AsyncIterator[WebPage]:
        """The pages of a source, `most` at most. kind: page, sitemap or crawl."""
        if kind == "sitemap":
            waiting = await self.locations(url)
        else:
            waiting = [urldefrag(url).url]
        waiting = list(dict.fromkeys(waiting))[: 10 * most]
        known, read = set(waiting), 0
        while waiting and read < most:
            found = await self.page(waiting.pop(0))
            read += 1
            yield found
            if kind == "crawl":
                fresh = [link for link in found.links if link not in known and self.may_read(link)]
                known.update(fresh)
                waiting += fresh

    async def locations(self, url: str) -> list[str]:
        """The pages that a sitemap names, and those of the sitemaps that it names. For a site's address, the sitemaps that the site declares."""
        found = await self._follow([url])
        if not found and urlsplit(url).path in ("", "/"):
            declared = [place for place in self._robots.site_maps() or [] if _host(place) == self._host]
            found = await self._follow(declared or [urljoin(url, "/sitemap.xml")])
        if not found:
            raise NotReadable(f"There is no sitemap at {url}.")
        return found

    async def _follow(self, sitemaps: list[str]) -> list[str]:
        waiting, known, found = [*sitemaps], set(sitemaps), []
        for _ in range(MAX_SITEMAPS):
            if not waiting:
                break
            with _reaching(self._host):
                answer = await self._get(waiting.pop(0))
            is_index, places = addresses(answer.content) if answer.status_code == 200 else (False, [])
            if is_index:
                fresh = [place for place in places if place not in known and _host(place) == self._host]
                known.update(fresh)
                waiting += fresh
            else:
                found += places
        return found

    async def _get(self, url: str) -> httpx2.Response:
        """Follows redirects itself, and on this host only: the client follows none."""
        for _ in range(REDIRECTS):
            if self._asked:
                await asyncio.sleep(self._pause)
            self._asked = True
            answer = await self._client.get(url)
            if not answer.is_redirect:
                return answer
            url = urljoin(url, answer.headers.get("location", ""))
            if _host(url) != self._host:
                raise OSError(f"it leads to another site, {_host(url)}")
            if self._robots.mtime() and not self.may_read(url):
                raise OSError("it leads to a page that the site's robots.txt keeps to people")
        raise OSError("it leads from one address to another without end")


@asynccontextmanager
async def visitor(
    url: str, allowed_hosts: Iterable[str] = (), pause_s: float = PAUSE_S
) -> AsyncIterator[Visitor]:
    """A visitor who has read the robots.txt of the address's host. Raises NotReadable where it can't be reached."""
    async with guarded_client(allowed_hosts, {"user-agent": AGENT}, 20) as client:
        site = Visitor(client, url, pause_s)
        await site.obey_robots(url)
        yield site


@contextmanager
def _reaching(host: str) -> Iterator[None]:
    """What the tenant is told when a host can't be reached."""
    try:
        yield
    except ForbiddenHost:
        raise NotReadable(f"{host} is not a public address.") from None
    except _FAILURES as error:
        problem = str(error) or type(error).__name__
        raise NotReadable(f"{host} can't be reached: {problem}"[:300] + ".") from None


def _links(source: str, base: str) -> Iterator[str]:
    """Where a page leads to, but for files."""
    for anchor in parsed(source).css("a[href]"):
        try:
            url = urldefrag(urljoin(base, clean(anchor.attributes["href"] or "").strip())).url
            path = urlsplit(url).path.lower()
        except ValueError:  # no address, as a template's https://[your-domain]/
            continue
        if url.startswith(("http://", "https://")) and not path.endswith(_NO_PAGE):
            yield url.replace(" ", "%20")


def _rules(text: str) -> Iterator[str]:
    """The lines of robots.txt but for those that its parser fails at, as "Crawl-delay: ²" or "Disallow: //["."""
    for line in text.splitlines()[:MOST_RULES]:
        try:
            RobotFileParser().parse(["User-agent: *", line])
        except ValueError:
            continue
        yield line


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.lower().removeprefix("www.")
    except ValueError:
        return ""
