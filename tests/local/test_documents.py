"""The demo's documents: real PDFs that hold what the table of facts says, and bad files that are bad."""

import io
import subprocess
import sys
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader

from local.documents.__main__ import DOCUMENTS, write_all
from local.documents.writer import render
from tests import bad_files
from tests.facts import FACTS, UNANSWERED, Fact


@cache
def pages(document: str) -> tuple[str, ...]:
    """The text of each page with its white space made single."""
    pdf = pypdfium2.PdfDocument(render(document.removesuffix(".pdf")))
    return tuple(" ".join(page.get_textpage().get_text_range().split()) for page in pdf)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.question)
def test_every_fact_is_on_its_page(fact: Fact) -> None:
    assert fact.answer in pages(fact.document)[fact.page - 1]


def test_the_table_of_facts_is_complete() -> None:
    for tenant in ("shop", "clinic"):
        count = {
            lang: sum(f.tenant == tenant and f.language == lang for f in FACTS) for lang in ("en", "es", "de")
        }
        assert count == {"en": 12, "es": 4, "de": 4}
        assert sum(question.tenant == tenant for question in UNANSWERED) == 4


@pytest.mark.parametrize(
    ("name", "least"), [("returns-and-delivery", 5), ("patient-guide", 5), ("winter-sale", 2)]
)
def test_documents_have_pages_headings_and_metadata(name: str, least: int) -> None:
    texts = pages(f"{name}.pdf")
    reader = PdfReader(io.BytesIO(render(name)))
    assert len(texts) == len(reader.pages) >= least
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
        assert reader.metadata and str(reader.metadata.title) in text
        assert len(text.split()) > 100
    assert len(reader.outline) >= 2


def test_the_command_writes_the_same_bytes_each_time(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.documents", "--out", str(tmp_path / "new" / "folder")]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    here = write_all(tmp_path)
    assert (
        [Path(line).name for line in told] == [path.name for path in here] == [f"{n}.pdf" for n in DOCUMENTS]
    )
    for line, path in zip(told, here, strict=True):
        assert Path(line).read_bytes() == path.read_bytes()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("in the way")
    command = [sys.executable, "-m", "local.documents", "--out", str(blocker / "folder")]
    failed = subprocess.run(command, capture_output=True, text=True)
    assert failed.returncode == 1 and failed.stderr.count("\n") == 1
    missing = subprocess.run(command[:-2], capture_output=True, text=True)
    assert missing.returncode == 2 and "--out" in missing.stderr


@pytest.mark.parametrize("content", [bad_files.scanned(), bad_files.blank()], ids=["scanned", "blank"])
def test_scanned_and_blank_pages_hold_no_text(content: bytes) -> None:
    pdf = pypdfium2.PdfDocument(content)
    assert len(pdf) == 2
    assert not any(page.get_textpage().get_text_range().strip() for page in pdf)


@pytest.mark.parametrize(
    "content",
    [bad_files.truncated(), bad_files.cut_in_half(), bad_files.not_a_pdf()],
    ids=["truncated", "half", "not a PDF"],
)
def test_damaged_files_do_not_open(content: bytes) -> None:
    with pytest.raises(pypdfium2.PdfiumError, match="format"):
        pypdfium2.PdfDocument(content)


def test_the_encrypted_file_opens_with_its_password_only() -> None:
    content = bad_files.encrypted("right")
    with pytest.raises(pypdfium2.PdfiumError, match="password"):
        pypdfium2.PdfDocument(content)
    assert len(pypdfium2.PdfDocument(content, password="right")) == 2
