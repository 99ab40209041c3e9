"""What a sitemap says: the addresses of pages, or of further sitemaps.

In each of the forms that the protocol allows: XML in any encoding, a text file with an address a line, RSS and Atom; plain or packed with gzip.
"""

from __future__ import annotations

import html
import re
import zlib

MOST_BYTES = 20_000_000  # unpacked; a kilobyte can hold a gigabyte
# Each part ends where the next one begins: no text can be parted in two ways.
_LOCATION = re.compile(
    r"<(?:\w{1,20}:)?loc(?:\s[^<>]*)?>([^<]*)(?:<!\[CDATA\[([^<\]]*)\]\]>[^<]*)?</(?:\w{1,20}:)?loc\s*>"
)
_INDEX = re.compile(r"<(?:\w{1,20}:)?sitemapindex[\s>]")
_FEED_LINK = re.compile(r"<link(?:\s[^<>]*)?>([^<]*)</link>|<link\s[^<>]*href=[\"']([^\"'<>]*)[\"']")
_FEED = re.compile(r"<(?:rss|feed)[\s>]")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")


def addresses(content: bytes) -> tuple[bool, list[str]]:
    """Whether these are further sitemaps, and the addresses; none where the bytes are no sitemap."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES)
        except zlib.error:
            return False, []
    text = _decoded(content)
    start = text[:2_000].lstrip("\ufeff \r\n\t")
    if start.startswith(("http://", "https://")):
        lines = (line.strip() for line in text.lstrip("\ufeff").splitlines())
        return False, [line for line in lines if line.startswith(("http://", "https://"))]
    found = _LOCATION.findall(text)
    if not found and _FEED.search(start):
        found = _FEED_LINK.findall(text)
    places = (html.unescape((plain + marked).strip()) for plain, marked in found)
    return bool(_INDEX.search(text)), [place for place in places if place]


def _decoded(content: bytes) -> str:
    """By its mark, by the zero bytes of UTF-16, or as the XML itself says."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[:2] in (b"<\x00", b"h\x00"):
        return content.decode("utf-16-le", "replace")
    if content[:2] in (b"\x00<", b"\x00h"):
        return content.decode("utf-16-be", "replace")
    declared = _ENCODING.match(content)
    try:
        return content.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")
