"""Pages that are pictures, read by a model over HTTP: the embedded models' process, and a server that fails as real ones do."""

from __future__ import annotations

import base64
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from f.common.problems import english, message
from f.documents.formats import Limits, pages
from f.ingest import extract
from f.models import vision
from tests.knowledge import real_files as files
from tests.knowledge.conftest import Knowledge

KEY = "key-of-the-tests"


def picture(words: str = "") -> bytes:
    """A PNG that tells the embedded model, which can't see, what to read."""
    tag = PngImagePlugin.PngInfo()
    tag.add_text("Description", words)
    target = io.BytesIO()
    Image.new("L", (60, 80), 250).save(target, "PNG", pnginfo=tag)
    return target.getvalue()


@pytest.fixture(scope="module")
def models() -> Iterator[str]:
    """The embedded models in their own process."""
    command = [sys.executable, "-m", "local.models", "--port", "0"]
    environment = {**os.environ, "LOCAL_MODELS_KEY": KEY}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    yield process.stdout.readline().split()[-1]
    process.send_signal(signal.SIGINT)
    process.wait(20)


def reader(base_url: str, key: str = KEY) -> Any:
    read = vision.image_reader(
        {"reads_images": True, "base_url": base_url, "model": "offline-rule-based", "api_key": key}
    )
    assert read is not None
    return read


def test_the_embedded_models_read_a_picture(models: str) -> None:
    assert (
        reader(models)(picture("# Opening hours\n\nMonday to Saturday"))
        == "# Opening hours\n\nMonday to Saturday"
    )
    assert reader(models)(picture()) == ""


def test_a_scanned_page_goes_over_the_wire_and_a_wrong_key_is_a_warning(models: str) -> None:
    scan = files.pdf("Text.", "")
    _, second = pages(scan, "a.pdf", Limits(read_image=reader(models)))
    assert second["warning"] == message("page_is_image", page=2)
    _, second = pages(scan, "a.pdf", Limits(read_image=reader(models, "wrong-key")))
    assert second["warning"] == message(
        "page_image_unread", page=2, problem=message("vision_status", status=401)
    )


class Seeing:
    """A model that sees what `answers` say: a status with a text."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: list[tuple[int, str]] = []
        seeing = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                seeing.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                status, said = seeing.answers.pop(0)
                usage = {"prompt_tokens": 1_000, "completion_tokens": 20}
                answer = (
                    {"choices": [{"message": {"content": said}}], "usage": usage}
                    if said != "nonsense"
                    else {}
                )
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("retry-after", "0")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def seeing() -> Iterator[Seeing]:
    one = Seeing()
    yield one
    one.server.shutdown()
    one.server.server_close()


def test_a_scan_becomes_a_document(knowledge: Knowledge, seeing: Seeing) -> None:
    seeing.answers = [
        (200, "# Opening hours\n\nMonday to Saturday"),
        (429, ""),
        (503, ""),
        (200, "Closed on Sundays"),
    ]
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, files.pdf("", ""), "scan.pdf")
    llm = {"reads_images": True, "base_url": seeing.url, "model": "m", "api_key": KEY}
    assert extract.main(document, tenant, knowledge.db, llm)["pages"] == 2
    rows = knowledge.rows("select text from document_pages where document_id = %s order by page", document)
    assert [row["text"] for row in rows] == ["# Opening hours\n\nMonday to Saturday", "Closed on Sundays"]
    sent = seeing.asked[0]["messages"][0]["content"][1]["image_url"]["url"]
    image = Image.open(io.BytesIO(base64.b64decode(sent.removeprefix("data:image/png;base64,"))))
    assert max(image.size) > 1000, "sharp enough to be read"


@pytest.mark.parametrize("answers", [[(500, "")] * 3, [(400, "")], [(200, "nonsense")]])
def test_a_model_that_fails_costs_its_page_only(
    knowledge: Knowledge, seeing: Seeing, answers: list[tuple[int, str]]
) -> None:
    seeing.answers = list(answers)
    tenant = knowledge.tenant()
    document = knowledge.document(tenant, files.pdf("", "Text."), "mixed.pdf")
    llm = {"reads_images": True, "base_url": seeing.url, "model": "m", "api_key": KEY}
    (sentence,) = extract.main(document, tenant, knowledge.db, llm)["warnings"]
    (warning,) = knowledge.value("select warnings from documents where id = %s", document)
    assert (warning["code"], english(warning)) == ("page_image_unread", sentence) and KEY not in sentence
    assert warning["values"]["problem"]["code"] in ("vision_status", "vision_no_answer")
    assert len(seeing.asked) == len(answers)


def test_a_scan_stops_at_the_months_budget(knowledge: Knowledge, seeing: Seeing) -> None:
    """What a picture costs counts, and the next one is not sent once the month is used up; the pages with letters are read."""
    seeing.answers = [(200, "Soup 4.50"), (200, "Cake 3.20")]
    tenant = knowledge.tenant(monthly_tokens=1_020)
    document = knowledge.document(tenant, files.pdf("", "", "Text."), "scan.pdf")
    llm = {"reads_images": True, "base_url": seeing.url, "model": "m", "api_key": KEY}
    extract.main(document, tenant, knowledge.db, llm)
    rows = knowledge.rows("select text from document_pages where document_id = %s order by page", document)
    assert [row["text"] for row in rows] == ["Soup 4.50", "", "Text."]
    (warning,) = knowledge.value("select warnings from documents where id = %s", document)
    assert warning["values"]["problem"]["code"] == "plan_month"
    assert len(seeing.asked) == 1
