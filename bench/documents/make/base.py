"""What the generators share: the truth beside a file, and the programs that turn one format into another."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from content import DEV, HELDOUT, Business

ROOT = Path(os.environ.get("TRUTH_SET", Path(__file__).resolve().parents[1]))
BY = {
    "dev": {b.lang if i < 9 else "en2": b for i, b in enumerate(DEV)},
    "heldout": {b.lang: b for b in HELDOUT},
}
Rows = list[list[str]]


class Truth:
    """The facts of one file, as the README describes them."""

    def __init__(self) -> None:
        self.facts: list[dict[str, Any]] = []
        self.forbidden: list[dict[str, Any]] = []
        self.tables: list[dict[str, Any]] = []

    def fact(self, *strings: str, **options: Any) -> Truth:
        self.facts.append({"id": f"fact {len(self.facts) + 1}", "all": list(strings), **options})
        return self

    def forbid(self, *strings: str, **options: Any) -> Truth:
        self.forbidden.append({"id": f"wrong {len(self.forbidden) + 1}", "all": list(strings), **options})
        return self

    def table(self, rows: Rows, under: str = "", columns: bool = True) -> Truth:
        """`columns`: a value counts only beside its column's header. Without: its row's label is enough, and rows[0] is the header."""
        self.tables.append({"id": f"table {len(self.tables) + 1}", "header": rows[0], "columns": columns, "rows": rows[1:]})
        if under:
            self.tables[-1]["under"] = under
        return self

    def pairs(self, rows: Any, under: str = "") -> Truth:
        """Labels with values, no header."""
        return self.table([["", ""], *[list(r) for r in rows]], under, columns=False)

    def questions(self, faq: list[tuple[str, str]]) -> Truth:
        return self.pairs(faq)

    def prose(self, b: Business) -> Truth:
        for sentence in b.prose:
            self.fact(sentence)
        return self


def save(half: str, name: str, content: bytes, kind: str, made_with: str, lang: str, truth: Truth) -> None:
    for folder in ("files", "truth"):
        (ROOT / folder / half).mkdir(parents=True, exist_ok=True)
    (ROOT / "files" / half / name).write_bytes(content)
    record: dict[str, Any] = {"kind": kind, "made_with": made_with, "language": lang[:2]}
    for part in ("facts", "tables", "forbidden"):
        if getattr(truth, part):
            record[part] = getattr(truth, part)
    text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=150)
    (ROOT / "truth" / half / f"{name}.yaml").write_text(text, encoding="utf-8")


def convert(content: bytes, source: str, target: str, filter_name: str = "") -> bytes:
    """By LibreOffice; `filter_name` where the suffix is not enough."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"in.{source}"
        path.write_bytes(content)
        wanted = f"{target}:{filter_name}" if filter_name else target
        subprocess.run(
            [
                "soffice",
                "-env:UserInstallation=file:///tmp/truth/lo",
                "--headless",
                "--convert-to",
                wanted,
                "--outdir",
                f"{folder}/out",
                str(path),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return next((Path(folder) / "out").iterdir()).read_bytes()


def chrome(html: str, *options: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                *options,
                f"--print-to-pdf={folder}/out.pdf",
                f"file://{path}",
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (Path(folder) / "out.pdf").read_bytes()


def screenshot(html: str, size: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--window-size={size}",
                f"--screenshot={folder}/out.png",
                f"file://{path}",
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return (Path(folder) / "out.png").read_bytes()


def latex(source: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "doc.tex").write_text(source, encoding="utf-8")
        for _ in range(2):
            ran = subprocess.run(
                ["pdflatex", "-interaction=nonstopmode", "doc.tex"],
                cwd=folder,
                capture_output=True,
                timeout=120,
            )
        pdf = Path(folder) / "doc.pdf"
        if not pdf.exists():
            raise RuntimeError(ran.stdout.decode(errors="replace")[-2000:])
        return pdf.read_bytes()


def pandoc(source: str, reader: str, writer: str, *options: str) -> bytes:
    return subprocess.run(
        ["pandoc", "-f", reader, "-t", writer, *options, "-o", "-"],
        input=source.encode(),
        capture_output=True,
        check=True,
    ).stdout


def pages_as_images(pdf: bytes, dpi: int, *options: str) -> list[Any]:
    """Pages of a PDF as pictures of PIL."""
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.pdf").write_bytes(pdf)
        subprocess.run(["pdftoppm", "-r", str(dpi), *options, "-png", f"{folder}/in.pdf", f"{folder}/p"], check=True)
        return [Image.open(io.BytesIO(p.read_bytes())).convert("L") for p in sorted(Path(folder).glob("p*.png"))]


def html_table(rows: Rows, *, head: bool = True, caption: str = "", attributes: str = "") -> str:
    cells = lambda row, tag: "".join(f"<{tag}>{c}</{tag}>" for c in row)  # noqa: E731
    body = rows[1:] if head else rows
    top = f"<thead><tr>{cells(rows[0], 'th')}</tr></thead>" if head else ""
    title = f"<caption>{caption}</caption>" if caption else ""
    return f"<table {attributes}>{title}{top}<tbody>{''.join(f'<tr>{cells(r, chr(116) + chr(100))}</tr>' for r in body)}</tbody></table>"


def half_of(name: str) -> str:
    """By a hash of the name, so that nobody chooses which files are held back."""
    return ("dev", "heldout")[hashlib.sha256(name.encode()).digest()[0] % 2]


def put(name: str, content: bytes, kind: str, made_with: str, lang: str, truth: Truth) -> None:
    """A file whose half its name decides."""
    save(half_of(name), name, content, kind, made_with, lang, truth)


def run(makers: list[Callable[[], None]]) -> None:
    """All makers, or those that the command line names; one that fails does not stop the others."""
    for make in makers:
        if not sys.argv[1:] or make.__name__ in sys.argv[1:]:
            try:
                make()
            except Exception:
                print("FAILED", make.__name__)
                traceback.print_exc()
