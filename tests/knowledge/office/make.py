"""Makes the documents of this folder, with the programs that people make such documents with: LibreOffice, Chromium, and a turned PDF.

    python -m tests.knowledge.office.make        # needs soffice, its python3-uno, and chromium; the files are committed

Each file is a small business document with what readers stumble over: nested lists, merged cells, footnotes, text boxes, deleted text that
is still in the file, two columns, a page on its side, form fields, several scripts.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.knowledge.office.bodies import (
    COLUMNS,
    GUIDE,
    LANDSCAPE,
    MASTERS,
    PRINTED,
    RIGHT_TO_LEFT,
    WEB,
    flat,
    form,
    sheets,
    slides,
)

HERE = Path(__file__).parent
PASSWORD = "closed"
# source, its name in LibreOffice, what is made of it: file -> filter and its options
SOURCES: tuple[tuple[str, str, dict[str, tuple[str, str]]], ...] = (
    (
        flat("text", GUIDE),
        "guide.fodt",
        {
            "guide.docx": ("MS Word 2007 XML", ""),
            "guide.pdf": ("writer_pdf_Export", ""),
            "guide.doc": ("MS Word 97", ""),
            "guide.rtf": ("Rich Text Format", ""),
            "guide.odt": ("writer8", ""),
            "locked.docx": ("MS Word 2007 XML", PASSWORD),
        },
    ),
    (
        flat("text", COLUMNS),
        "columns.fodt",
        {"columns.pdf": ("writer_pdf_Export", ""), "columns.docx": ("MS Word 2007 XML", "")},
    ),
    (flat("text", LANDSCAPE), "landscape.fodt", {"landscape.pdf": ("writer_pdf_Export", "")}),
    (
        flat("text", form()),
        "form.fodt",
        {"form.pdf": ("writer_pdf_Export", ""), "form.docx": ("MS Word 2007 XML", "")},
    ),
    (
        flat("spreadsheet", sheets()),
        "prices.fods",
        {
            "prices.xlsx": ("Calc MS Excel 2007 XML", ""),
            "prices.csv": ("Text - txt - csv (StarCalc)", ""),
            "prices.pdf": ("calc_pdf_Export", ""),
            "locked.xlsx": ("Calc MS Excel 2007 XML", PASSWORD),
        },
    ),
    (
        flat("presentation", slides(), MASTERS),
        "talk.fodp",
        {"talk.pptx": ("Impress MS PowerPoint 2007 XML", ""), "talk.pdf": ("impress_pdf_Export", "")},
    ),
)
# Runs in the Python that LibreOffice's packages belong to.
OFFICE = """
import json, sys, threading, uno
from com.sun.star.beans import NamedValue, PropertyValue
def wish(name, value):
    made = PropertyValue(); made.Name = name; made.Value = value; return made
resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
for _ in range(150):
    try:
        context = resolver.resolve("uno:pipe,name=" + sys.argv[1] + ";urp;StarOffice.ComponentContext"); break
    except Exception:
        threading.Event().wait(0.2)  # it is still starting
desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
for source, targets in json.load(sys.stdin):
    document = desktop.loadComponentFromURL(source, "_blank", 0, (wish("Hidden", True),))
    for target, (name, password) in targets.items():
        named = [NamedValue("OOXPassword", password), NamedValue("CryptoType", "Standard")]
        extra = (wish("EncryptionData", uno.Any("[]com.sun.star.beans.NamedValue", named)),) if password else ()
        document.storeToURL(target, (wish("FilterName", name), *extra))
    document.close(True)
desktop.terminate()
"""


def office(folder: Path) -> None:
    """Everything that LibreOffice makes."""
    jobs = []
    for text, name, targets in SOURCES:
        (folder / name).write_text(text)
        jobs.append(
            ((folder / name).as_uri(), {(HERE / target).as_uri(): how for target, how in targets.items()})
        )
    accept = f"--accept=pipe,name={folder.name};urp;"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    server = subprocess.Popen(["soffice", profile, "--headless", "--norestore", accept])
    try:
        subprocess.run(
            ["/usr/bin/python3", "-c", OFFICE, folder.name],
            input=json.dumps(jobs),
            text=True,
            check=True,
            timeout=180,
        )
        server.wait(60)
    finally:
        server.kill()


def browser(folder: Path) -> None:
    """Web pages as a browser prints them: one without, one with the lines that it puts above and below each page."""
    columns = "".join(f"<p>Column sentence {n} of the page.</p>" for n in range(1, 31))
    for name, body, flag in (
        ("web.pdf", WEB.format(columns=columns), "--no-pdf-header-footer"),
        ("printed.pdf", PRINTED, "--hide-scrollbars"),
        ("right-to-left.pdf", RIGHT_TO_LEFT, "--no-pdf-header-footer"),
    ):
        page = folder / "page.html"
        page.write_text(body)
        flags = ("--headless", "--no-sandbox", "--disable-gpu", flag)
        subprocess.run(
            ["chromium", *flags, f"--print-to-pdf={HERE / name}", page.as_uri()],
            check=True,
            capture_output=True,
            timeout=60,
        )


def turned() -> None:
    """The guide as scanners and printer drivers turn pages: a quarter turn noted on the page, the content turned back or not."""
    from pypdf import PdfWriter

    for name, upright in (("turned.pdf", True), ("sideways.pdf", False)):
        writer = PdfWriter(clone_from=HERE / "guide.pdf")
        for number, page in enumerate(writer.pages):
            angle = (90, 180, 270)[number % 3]
            if upright:
                page.rotate(360 - angle)
                page.transfer_rotation_to_content()
            page.rotate(angle)
        with (HERE / name).open("wb") as target:
            writer.write(target)


def main() -> int:
    missing = [program for program in ("soffice", "chromium") if not shutil.which(program)]
    if missing:
        print(f"not found: {', '.join(missing)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="office-") as folder:
        office(Path(folder))
        browser(Path(folder))
    turned()
    for file in sorted(HERE.iterdir()):
        print(f"{file.stat().st_size:>8}  {file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
