# requirements: documents
"""Decodes a web page as browsers do: by its byte order mark, what the server says, what the page says of itself, and else by its bytes."""

from __future__ import annotations

import codecs
import re

from f.documents.plain_text import decode

_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_META = re.compile(rb"""<meta\b[^>]{0,500}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_XML = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_SAMPLE = 4096
# Where a browser takes a name for a larger set than the name says.
_LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "big5": "big5hkscs", "iso8859-11": "cp874", "tis-620": "cp874", "utf-16": "utf-8", "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}  # fmt: skip
_NAMES = {
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso8859-8",
    "x-gbk": "gb18030",
    "windows-874": "cp874",
}


def decode_page(content: bytes, content_type: str = "") -> str | None:
    """The page's text; None where its bytes are no text. content_type: the server's header."""
    if content.startswith(_MARKS):
        return decode(content)
    header = _HEADER.search(content_type)
    start = _COMMENT.sub(b"", content[:_SAMPLE])
    itself = _META.search(start) or _XML.match(start)
    encoding = _known(header[1] if header else "") or _known(itself[1].decode("ascii") if itself else "")
    if not encoding:
        return decode(content)
    try:
        return content.decode("utf-8")  # no other encoding looks like it by chance
    except UnicodeDecodeError:
        return decode(content) if encoding == "utf-8" else content.decode(encoding, "replace")


def _known(name: str) -> str:
    """Python's name of an encoding of text; "" where there is none."""
    name = _NAMES.get(name.lower(), name)
    try:
        found = codecs.lookup(name)
    except LookupError:
        return ""
    return _LARGER.get(found.name, found.name) if found._is_text_encoding else ""
