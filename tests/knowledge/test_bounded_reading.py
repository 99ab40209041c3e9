"""Files that were made to eat a worker: each ends in a sentence, in bounds of time and memory, and the step goes on to read the next one."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest

from f.common.problems import ENGLISH, describe, message
from f.documents.child import Ask, Bounds, run_in_child
from f.ingest import crawler, extract
from f.models.vision import VisionError
from tests.knowledge import real_files as files
from tests.knowledge.conftest import Knowledge
from tests.problems import raises_problem

WINDMILL = Path(extract.__file__).parents[2]
SPANISH = WINDMILL / "f/portal/documents__raw_app/text/es/messages.ts"
MOST_S, MOST_MB = 20, 512
NO_ROBOTS = b"HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
# A step that reads one document after the other; after each: its result, the processor's seconds, and the reader's memory beyond the step's own.
STEP = """
import json, resource, sys
from f.ingest import extract
def seconds():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
tenant, db, *documents = json.loads(sys.argv[1])
for document in documents:
    began, held = seconds(), int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
    result = extract.main(document, tenant, db)
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    print(json.dumps({**result, "seconds": seconds() - began, "mb": (most - held) / 1e6}))
"""


def pdf_of_operators() -> bytes:
    """One page that shows two letters four million times: a quarter of a megabyte."""
    packed = zlib.compress(b"BT /F1 9 Tf\n" + b"1 0 0 1 9 9 Tm (ab) Tj\n" * 4_000_000 + b"ET", 9)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, one) for number, one in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R/Size 6>>"


def sheet_of_empty_rows() -> bytes:
    """As openpyxl writes it for as many empty rows, which takes it several seconds."""
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet().append([])
    one, rows = '<row r="1"></row>', "".join(f'<row r="{number}"></row>' for number in range(1, 1_048_577))
    written, target = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in source.namelist():
            packed.writestr(name, source.read(name).replace(one.encode(), rows.encode()))
    return target.getvalue()


HOSTILE: dict[str, tuple[str, str, Callable[[], bytes]]] = {  # its name, its problem's code if certain
    "millions of operators": ("a.pdf", "", pdf_of_operators),
    "attributes": (
        "a.html",
        "web_page_attributes",
        lambda: b"<html><body><p %s>x" % b" ".join(b"a%d=1" % n for n in range(100_000)),
    ),
    "spans": (
        "a.html",
        "table_too_large",
        lambda: b"<html><body><table>" + b"<tr><td colspan=1000 rowspan=1000>x" * 4_000,
    ),
    "misnested": ("a.html", "", lambda: b"<html><body>" + b"<a><font><p>x</a>" * 50_000),
    "commas": ("a.csv", "table_too_large", lambda: b"a,b\n" + b"," * 49_000_000),
    "empty lines": ("a.csv", "table_too_large", lambda: b"a,b\n1,2\n" + b"\n" * 49_000_000),
    "empty rows": ("a.xlsx", "", sheet_of_empty_rows),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_eats_a_worker_ends_in_a_sentence(knowledge: Knowledge, what: str) -> None:
    name, expected, make = HOSTILE[what]
    tenant = knowledge.tenant()
    documents = [
        knowledge.document(tenant, make(), name),
        knowledge.document(tenant, files.pdf("Returns take 30 days."), "b.pdf"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", STEP, json.dumps([tenant, knowledge.db, *documents])],
        env={"PYTHONPATH": str(WINDMILL)},
        capture_output=True,
        text=True,
        check=True,
    )
    # Beside the results stand lines of its log: there is no Windmill that could start the next document.
    hostile, good = (json.loads(line) for line in done.stdout.splitlines() if line.startswith(("[", "{")))
    print(what, {key: hostile.get(key) for key in ("state", "reason", "seconds", "mb")})
    assert hostile["seconds"] <= MOST_S
    assert hostile["mb"] <= MOST_MB
    assert good["state"] == "processing" and good["pages"] == 1
    (row,) = knowledge.rows("select state, error from documents where id = %s", documents[0])
    assert row["state"] == "failed"
    code = row["error"]["code"]
    assert code == (expected or code)
    assert code in ENGLISH and f"\n  {code}: " in SPANISH.read_text()


def spin(seconds: float) -> None:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_a_crawled_page_that_eats_its_reader_is_a_warning_and_its_links_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(crawler, "read_html", lambda *_: spin(60))
    monkeypatch.setattr(crawler, "BOUNDS", Bounds(cpu_s=1))

    async def page() -> crawler.WebPage:
        answer = httpx2.Response(200, html="<html><a href='/b'>B</a>")
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(lambda _: answer)) as client:
            return await crawler.Visitor(client, "https://shop.example/", 0).page("https://shop.example/a")

    found = asyncio.run(page())
    assert found.warning is not None and found.warning["values"]["problem"]["code"] == "file_reading_cut"
    assert found.links == ("https://shop.example/b",)


def test_a_page_arrives_while_the_next_one_is_read() -> None:
    arrived: list[int] = []

    def work(ask: Ask) -> Iterator[int]:
        yield 1
        ask(b"a picture")
        yield 2

    def answer(asked: bytes) -> str:
        assert (asked, arrived) == (b"a picture", [1])
        return "its words"

    for number in run_in_child(work, Bounds(), answer):
        arrived.append(number)
    assert arrived == [1, 2]


def test_the_step_answers_for_its_child_and_its_refusals_are_known_there() -> None:
    parent = os.getpid()
    replies: list[str | OSError] = ["seen", VisionError("vision_status", status=401), OSError("no route")]

    def work(ask: Ask) -> Iterator[object]:
        assert os.getpid() != parent
        for _ in range(3):
            try:
                yield ask(b"\x89PNG")
            except OSError as problem:
                yield describe(problem)

    def answer(_: bytes) -> str:
        assert os.getpid() == parent
        if isinstance(reply := replies.pop(0), OSError):
            raise reply
        return reply

    found = list(run_in_child(work, Bounds(), answer))
    assert found == ["seen", message("vision_status", status=401), "no route"]


def test_the_child_holds_none_of_the_steps_connections() -> None:
    ours, theirs = socket.socketpair()

    def work(_: Ask) -> Iterator[list[int]]:
        yield [number for number in (ours.fileno(), theirs.fileno()) if os.path.exists(f"/dev/fd/{number}")]

    with ours, theirs:
        assert list(run_in_child(work, Bounds())) == [[]]


def test_a_child_that_says_too_much_is_ended() -> None:
    with raises_problem("file_reading_cut"):
        list(run_in_child(lambda _: iter(lambda: "a" * 1_000, ""), Bounds(output=1_000_000)))
    with raises_problem("file_reading_cut"):
        list(run_in_child(lambda _: ["a" * 2_000_000], Bounds(item=1_000_000)))


def test_what_a_long_document_gives_earns_it_time() -> None:
    def work(_: Ask) -> Iterator[int]:
        for number in range(4):
            spin(0.7)
            yield number

    assert list(run_in_child(work, Bounds(cpu_s=1, cpu_s_an_item=1))) == [0, 1, 2, 3]
    with raises_problem("file_reading_cut"):
        list(run_in_child(work, Bounds(cpu_s=1, cpu_s_an_item=0)))


@pytest.mark.parametrize("text", ["\ud800 half a pair", "a\nb\u2028c", "日本"])
def test_words_come_through_as_they_are(text: str) -> None:
    assert list(run_in_child(lambda _: [text], Bounds())) == [text]


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A site that is never silent for long, and never done: twenty bytes a second."""
    asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
    if asked == b"/robots.txt":
        writer.write(NO_ROBOTS)
        writer.close()
        return
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 1000000\r\n\r\n")
    with suppress(asyncio.CancelledError):
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.05)


def slow_sitemap(answer_s: float) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    """A site whose list is in three sitemaps, each of which takes that long."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split()
        where = "http://" + next(b for a, b in itertools.pairwise(asked) if a.lower() == b"host:").decode()
        if asked[1] == b"/robots.txt":
            writer.write(NO_ROBOTS)
        else:
            await asyncio.sleep(answer_s)
            parts = "".join(f"<sitemap><loc>{where}/{n}.xml</loc></sitemap>" for n in (1, 2))
            text = f"<sitemapindex>{parts}</sitemapindex>"
            if asked[1] != b"/":
                text = f"<urlset><url><loc>{where}/page{asked[1].decode()[1]}</loc></url></urlset>"
            writer.write(
                f"HTTP/1.1 200 OK\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}".encode()
            )
        writer.close()

    return answer


@pytest.mark.parametrize(("answer_s", "pause_s", "read"), [(0.0, 0.3, True), (0.3, 0.0, False)])
def test_our_own_pauses_are_not_counted_among_a_sites_delays(
    answer_s: float, pause_s: float, read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawler, "LIST_S", 0.5)

    async def frontier() -> int:
        server = await asyncio.start_server(slow_sitemap(answer_s), "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            async with crawler.visitor(f"http://{host}/", [host], pause_s) as site:
                return len((await site.frontier("sitemap", f"http://{host}/", 5)).waiting)
        finally:
            server.close()

    if read:
        assert asyncio.run(asyncio.wait_for(frontier(), 20)) == 2
    else:
        with pytest.raises(crawler.NotReadable, match="can't be reached"):
            asyncio.run(asyncio.wait_for(frontier(), 20))


@pytest.mark.parametrize("kind", ["page", "sitemap"])
def test_a_site_that_drips_gives_the_reader_back(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawler, "ANSWER_S", 0.5)
    monkeypatch.setattr(crawler, "LIST_S", 0.3)

    async def read() -> list[crawler.WebPage]:
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            async with crawler.visitor(f"http://{host}/", [host], 0) as site:
                frontier = await site.frontier(kind, f"http://{host}/", 5)
                return [page async for page in site.pages(kind, 5, frontier)]
        finally:
            server.close()

    if kind == "sitemap":
        with pytest.raises(crawler.NotReadable, match="can't be reached"):
            asyncio.run(asyncio.wait_for(read(), 20))
    else:
        (page,) = asyncio.run(asyncio.wait_for(read(), 20))
        assert page.warning and page.warning["code"] == "page_unread"
