"""Parses sitemaps: the addresses of pages, or of further sitemaps. Plain or compressed with gzip, as sites serve them."""

from __future__ import annotations

import html
import re
import zlib

MOST_BYTES = 20_000_000  # unpacked; a kilobyte can unpack to a gigabyte
# Each part ends where the next one begins, so the expression never backtracks.
_LOCATION = re.compile(r"<loc>([^<]*)(?:<!\[CDATA\[([^<\]]*)\]\]>[^<]*)?</loc>")


def addresses(content: bytes) -> tuple[bool, list[str]]:
    """Returns whether these are further sitemaps, and the addresses; none if the bytes are not a sitemap."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES)
        except zlib.error:
            return False, []
    text = content.decode("utf-8", "replace")
    places = (html.unescape((plain + marked).strip()) for plain, marked in _LOCATION.findall(text))
    return "<sitemapindex" in text, [place for place in places if place]
