"""The rivals' Markdown, read in an interpreter that has them: file names on standard input, one JSON object a file on standard output.

python -m bench.documents.rivals markitdown < names
"""

from __future__ import annotations

import json
import mimetypes
import sys
from collections.abc import Callable
from pathlib import Path

from bench.documents.apart import each


def markitdown(path: str) -> str:
    from markitdown import MarkItDown

    return MarkItDown().convert(path).text_content


def kreuzberg(path: str) -> str:
    from kreuzberg import ExtractionConfig, extract_file_sync

    return extract_file_sync(path, config=ExtractionConfig(output_format="markdown", use_cache=False)).content


def pdfplumber_text(path: str) -> str:
    import pdfplumber

    _only(path, ".pdf")
    with pdfplumber.open(path) as pdf:
        return "\n\n".join(page.extract_text() or "" for page in pdf.pages)


def pdfplumber_tables(path: str) -> str:
    """Its text outside the tables that it finds, and these as Markdown."""
    import pdfplumber

    _only(path, ".pdf")
    parts: list[str] = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            rest = page
            found = page.find_tables()
            for table in found:
                rest = rest.outside_bbox(table.bbox, strict=False)
            parts.append(rest.extract_text() or "")
            for table in found:
                rows = [
                    [" ".join((c or "").split()).replace("|", "/") for c in row] for row in table.extract()
                ]
                if rows:
                    lines = [f"| {' | '.join(r)} |" for r in rows]
                    parts.append("\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]))
    return "\n\n".join(parts)


def _only(path: str, suffix: str) -> None:
    if Path(path).suffix != suffix:
        raise ValueError(f"reads {suffix} only")


TOOLS: dict[str, Callable[[str], str]] = {
    "markitdown": markitdown,
    "kreuzberg": kreuzberg,
    "pdfplumber": pdfplumber_text,
    "pdfplumber, tables": pdfplumber_tables,
}


def main() -> None:
    mimetypes.add_type("text/tab-separated-values", ".tsv")
    tool = TOOLS[sys.argv[1]]
    names = sys.stdin.read().split("\n")
    if "pdfplumber" in sys.argv[1]:
        import pdfplumber  # noqa: F401 (once, for all that are forked)
    elif sys.argv[1] == "markitdown":
        import markitdown as _  # noqa: F401
    for name, (markdown, error, seconds) in each(tool, [n for n in names if n], seconds=60):
        print(
            json.dumps({"file": name, "markdown": markdown or "", "error": error, "seconds": seconds}),
            flush=True,
        )


if __name__ == "__main__":
    main()
