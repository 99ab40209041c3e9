# requirements: documents
"""Reads e-mails (.eml, and Outlook's .msg): subject, text, and what is attached."""

# Words of many scripts are what a mail's quotes are known by.
# ruff: noqa: RUF001

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple

from f.common.problems import Message, describe, message
from f.documents.clean import clean
from f.documents.office import archive
from f.documents.page import Heading, Limits, Page, Unreadable, combined, page

_MOST_ATTACHED = 50
_DEEPEST = 3  # mails attached to mails
_MOST_PARTS = 1_000  # each costs Python's parser a millisecond
_WROTE = (
    r"wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev|napisał(?:\(a\)|a)?|napsala?|написала?|пишет|yazdı|kirjoitti|írta"
    r"|έγραψε|כתב|كتب"
)
_ORIGINAL = (
    "original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht"
    "|oryginalna wiadomość|wiadomość oryginalna|původní zpráva|исходное сообщение"
)
# The line above what a reply quotes; Outlook has the older mail's sender and time there.
_QUOTES = re.compile(
    rf"^(?:.{{8,200}}\b(?:{_WROTE})\b.{{0,100}}:|-{{3,}} ?(?:{_ORIGINAL}) ?-{{3,}})$", re.IGNORECASE
)
_SENDER_LINE = re.compile(r"^\**(?:from|von|de|da|van|od|från|fra|от|kimden)\** ?:", re.IGNORECASE)
_SENT_LINE = re.compile(
    r"^\**(?:sent|gesendet|envoyé|enviad[oa]|inviato|verzonden|wysłano|skickat|sendt|date|datum|fecha|data|odesláno|отправлено)\** ?:",
    re.IGNORECASE,
)
_HEADERS = ("from", "to", "date")
_PART = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
# Outlook's numbers of its properties, each a stream of the file.
_PROPERTY = "__substg1.0_"
_SUBJECT, _SENDER, _BODY, _HTML, _NAME, _LONG_NAME, _DATA = (
    "0037",
    "0C1A",
    "1000",
    "1013",
    "3704",
    "3707",
    "3701",
)


class _Mail(NamedTuple):
    subject: str
    about: str
    body: bytes
    kind: str  # html or txt
    attached: list[tuple[str, bytes]]


def eml_pages(content: bytes, limits: Limits, depth: int = 0) -> Iterator[Page]:
    """The mail's own text as a page, then the pages of what is attached."""
    if len(_PART.findall(content)) > _MOST_PARTS:
        raise Unreadable("mail_parts", most=_MOST_PARTS)

    def read() -> _Mail:
        return _eml(message_from_bytes(content, policy=policy.default))

    yield from _pages(archive.opened(read), limits, depth)


def msg_pages(content: bytes, limits: Limits, depth: int = 0) -> Iterator[Page]:
    """The same for a mail that Outlook saved."""
    import olefile

    def read() -> _Mail:
        with olefile.OleFileIO(io.BytesIO(content)) as opened:
            return _msg(opened)

    yield from _pages(archive.opened(read), limits, depth)


def _eml(message: Any) -> _Mail:
    body = message.get_body(preferencelist=("html", "plain")) if isinstance(message, EmailMessage) else None
    about = [f"{name.capitalize()}: {clean(str(message[name]))}" for name in _HEADERS if message[name]]
    attached = []
    for part in list(message.iter_attachments() if body is not message else [])[:_MOST_ATTACHED]:
        name = part.get_filename() or ""
        if part.get_content_type() == "message/rfc822":
            attached.append((name or "mail.eml", bytes(part.get_payload(0))))
        elif name:
            attached.append((name, part.get_payload(decode=True) or b""))
    text = _text_of(body) if body is not None else ""
    kind = "html" if body is not None and body.get_content_subtype() == "html" else "txt"
    return _Mail(
        clean(str(message["subject"] or "")),
        "\n".join(about),
        text.encode("utf-8", "replace"),
        kind,
        attached,
    )


def _text_of(part: Any) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that nobody knows
        from f.documents.web.charset import decode_page

        return decode_page(part.get_payload(decode=True) or b"") or ""


def _msg(opened: Any) -> _Mail:
    def stream(number: str, folder: str = "") -> bytes:
        for kind in ("001F", "001E", "0102"):
            name = f"{folder}{_PROPERTY}{number}{kind}"
            if opened.exists(name):
                found: bytes = opened.openstream(name).read()
                return found.decode("utf-16-le", "replace").encode() if kind == "001F" else found
        return b""

    attached = []
    folders = sorted({entry[0] for entry in opened.listdir() if entry[0].startswith("__attach_version1.0")})
    for folder in folders[:_MOST_ATTACHED]:
        name = (stream(_LONG_NAME, f"{folder}/") or stream(_NAME, f"{folder}/")).decode("utf-8", "replace")
        if name and (data := stream(_DATA, f"{folder}/")):
            attached.append((name.rstrip("\x00"), data))
    html = stream(_HTML)
    sender = stream(_SENDER).decode("utf-8", "replace")
    return _Mail(
        clean(stream(_SUBJECT).decode("utf-8", "replace")),
        f"From: {clean(sender)}" if sender else "",
        html or stream(_BODY),
        "html" if html else "txt",
        attached,
    )


def _pages(mail: _Mail, limits: Limits, depth: int) -> Iterator[Page]:
    text, older = _with_history(_body(mail, limits))
    found = "\n\n".join(filter(None, [mail.about, text.strip()]))
    if not text.strip() and not mail.attached:
        raise Unreadable("document_empty")
    number = 1
    head = page(
        1,
        f"{mail.subject}\n\n{found}" if mail.subject else found,
        headings=[*([Heading(level=1, title=mail.subject)] if mail.subject else []), *older],
    )
    warnings: list[Message] = []
    parts = []
    for name, content in mail.attached:
        try:
            parts += _attachment(name, content, limits, depth)
        except Unreadable as problem:
            warnings.append(message("attachment_unread", name=clean(name), problem=describe(problem)))
    head["warning"] = combined(warnings)
    yield head
    for one in parts:
        number += 1
        if number > limits.max_pages:
            raise Unreadable("more_pages_than", most=limits.max_pages)
        one["number"] = number
        yield one


def _with_history(text: str) -> tuple[str, list[Heading]]:
    """A mail's text with the line above each older mail that it quotes as a heading: what that one says held at its own time."""
    lines = text.split("\n")
    headings: list[Heading] = []
    for place, line in enumerate(lines):
        lines[place] = line = re.sub(r"^(?:> ?)+", "", line) if headings or line.startswith(">") else line
        near = range(place + 1, min(place + 3, len(lines))) if _SENDER_LINE.match(line) else ()
        if below := next((n for n in near if _SENT_LINE.match(lines[n].lstrip("> "))), 0):
            line = ", ".join(lines[n].lstrip("> ").strip() for n in range(place, below + 1))
            lines[place : below + 1] = [line, *[""] * (below - place)]
        elif not _QUOTES.match(line.strip()):
            continue
        headings.append(Heading(level=2, title=line.strip()))
    return "\n".join(lines), headings


def _attachment(name: str, content: bytes, limits: Limits, depth: int) -> list[Page]:
    """The pages of an attachment under its name. A picture is a signature's logo more often than not."""
    from f.documents.formats import pages
    from f.documents.media_types import EMAIL, OUTLOOK, PICTURES, media_type

    kind = media_type(content, name)
    if kind in PICTURES:
        return []
    if kind in (EMAIL, OUTLOOK):
        if depth >= _DEEPEST:
            raise Unreadable("mail_too_deep", most=_DEEPEST)
        found = list((eml_pages if kind == EMAIL else msg_pages)(content, limits, depth + 1))
    else:
        found = list(pages(content, name, limits))
    for one in found:
        one["headings"] = [Heading(level=1, title=clean(name)), *one["headings"]]
    return found


def _body(mail: _Mail, limits: Limits) -> str:
    from f.documents.web.charset import decode_page
    from f.documents.web.text import read_page

    if mail.kind == "html":
        return read_page(decode_page(mail.body) or "", limits.max_characters).text
    from f.documents.plain_text import decode

    return clean(decode(mail.body) or "")
