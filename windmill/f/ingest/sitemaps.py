"""What a sitemap says: the addresses of pages, or of further sitemaps. Plain or packed with gzip, as sites serve them."""

from __future__ import annotations

import html
import re
import zlib

MOST_BYTES = 20_000_000  # unpacked; a kilobyte can hold a gigabyte
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*(.*?)\s*(?:\]\]>)?\s*</loc>", re.DOTALL)


def addresses(content: bytes) -> tuple[bool, list[str]]:
    """Whether these are further sitemaps, and the addresses; none where the bytes are no sitemap."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES)
        except zlib.error:
            return False, []
    text = content.decode("utf-8", "replace")
    return "<sitemapindex" in text, [html.unescape(place) for place in _LOCATION.findall(text)]
