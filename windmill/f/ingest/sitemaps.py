"""What a sitemap says: the addresses of pages, or of further sitemaps. Plain or packed with gzip, as sites serve them."""

from __future__ import annotations

import html
import re
import zlib

MOST_BYTES = 20_000_000  # unpacked; a kilobyte can hold a gigabyte
# Each part ends where the next one begins: no text can be parted in two ways.
_LOCATION = re.compile(r"<loc>([^<]*)(?:<!\[CDATA\[([^<\]]*)\]\]>[^<]*)?</loc>")


def addresses(content: bytes) -> tuple[bool, list[str]]:
    """Whether these are further sitemaps, and the addresses; none where the bytes are no sitemap."""
    if content.startswith(b"\x1f\x8b"):
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, MOST_BYTES)
        except zlib.error:
            return False, []
    text = content.decode("utf-8", "replace")
    places = (html.unescape((plain + marked).strip()) for plain, marked in _LOCATION.findall(text))
    return "<sitemapindex" in text, [place for place in places if place]
