"""Turns a small Markdown dialect into a PDF with headings, lists, tables, a running header and page numbers.

The dialect: `key: value` lines first, then `# heading`, `## heading`, `- item`, `| cell | cell |` and
paragraphs; `---` starts a page.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF, XPos, YPos
from fpdf.fonts import FontFace

SOURCES = Path(__file__).with_name("sources")
# A fixed date keeps the bytes the same from one day to the next.
CREATED = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
FONT = "Helvetica"
LINE = 5.6
INK = (34, 40, 49)
ACCENT = (0, 92, 87)
GREY = (110, 118, 129)


@dataclass(frozen=True)
class Source:
    """A document before it is set: what is known about it, and its lines."""

    title: str
    author: str
    subject: str
    lines: list[str]


def read_source(name: str) -> Source:
    """Read a source by its document's name without the ending."""
    head, _, body = (SOURCES / f"{name}.md").read_text(encoding="utf-8").partition("\n\n")
    facts = dict(line.split(": ", 1) for line in head.splitlines())
    return Source(facts["title"], facts["author"], facts["subject"], body.splitlines())


class _Page(FPDF):
    """A4 pages that repeat the document's title and number themselves."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._running_title = f"{source.author} - {source.title}"
        self.set_creation_date(CREATED)
        self.set_title(source.title)
        self.set_author(source.author)
        self.set_subject(source.subject)
        self.set_lang("en")
        self.set_margins(22, 24, 22)
        self.set_auto_page_break(True, 24)
        self.alias_nb_pages()

    def header(self) -> None:
        """The running header."""
        self._small()
        self.set_y(12)
        self.cell(0, 5, self._running_title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.line(22, 18, 188, 18)
        self.set_y(24)

    def footer(self) -> None:
        """The page's number."""
        self._small()
        self.set_y(-16)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="C")

    def _small(self) -> None:
        self.set_font(FONT, size=8.5)
        self.set_text_color(*GREY)
        self.set_draw_color(*GREY)

    def block(self, text: str, indent: float = 0) -> None:
        """Text that is broken into lines, left-aligned."""
        self.set_x(self.l_margin + indent)
        self.multi_cell(0, LINE, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def heading(self, text: str, level: int) -> None:
        """A heading, which is also an entry of the outline."""
        self.ln(3 if level else 0)
        if self.will_page_break(4 * LINE):
            self.add_page()
        self.start_section(text, level)
        self.set_font(FONT, "B", 17 if level == 0 else 12)
        self.set_text_color(*ACCENT)
        self.block(text)
        self.ln(1.5)
        self.body()

    def body(self) -> None:
        """The look of running text."""
        self.set_font(FONT, size=10.5)
        self.set_text_color(*INK)

    def rows(self, lines: list[str]) -> None:
        """A table, whose first row names the columns."""
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        widths = (2.2, *([1.3] * (len(cells[0]) - 1)))
        look = FontFace(emphasis="BOLD", fill_color=(230, 240, 239))
        self.set_draw_color(*GREY)
        with self.table(
            cells, col_widths=widths, headings_style=look, line_height=LINE + 0.8, text_align="LEFT"
        ):
            pass
        self.ln(3)


def render(name: str) -> bytes:
    """The PDF of one source."""
    source = read_source(name)
    page = _Page(source)
    page.add_page()
    page.body()
    table: list[str] = []
    for line in [*source.lines, ""]:
        if table and not line.startswith("|"):
            page.rows(table)
            table = []
        if line.startswith("|"):
            table.append(line)
        elif line == "---":
            page.add_page()
        elif line.startswith("#"):
            page.heading(line.lstrip("# "), 0 if line.startswith("# ") else 1)
        elif line.startswith("- "):
            page.block(line, indent=4)
        elif line:
            page.block(line)
            page.ln(1.5)
    return bytes(page.output())
