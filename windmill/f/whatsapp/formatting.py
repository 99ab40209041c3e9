# requirements: whatsapp
"""From the Markdown that language models write to WhatsApp's few marks: *bold*, _italic_, ~strike~, `code`.

Plain text passes unchanged, so what may not be Markdown is left alone: indented code, HTML, entities;
`>5 kg` is no quote, a bare URL never emphasis, `2*3*4` a product. WhatsApp sees a mark only beside a space or
punctuation: inside a word it is dropped. `*x*` is Markdown's italics and WhatsApp's bold. It stays bold where
it is a whole line or a label (`*Hours:* 9-5`) in a text without anything that only Markdown has (`**`, `~~`,
headings, links, images, tables); everywhere else it becomes italics.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

NESTING = 100  # containers in containers; a text that goes deeper is no Markdown that anyone meant
NARROW = 34  # characters that fit on one line of a small phone
INNER_FENCE = "'''"  # WhatsApp can't show three backticks within code
MARKS = {"strong_open": "*", "em_open": "_", "s_open": "~"}
ONLY_MARKDOWN = {"heading_open", "table_open", "strong_open", "s_open", "link_open", "image"}
SCHEME = re.compile(r"(?:^|[^A-Za-z])https?$")
URL_REST = re.compile(r"""://[^\s<>\[\]*`|\\"]*[^\s<>\[\]*`|\\"_~.,;:!?)']""")
BREAK_TAG = re.compile(r"\s*<br\s*/?>\s*")
SITE = re.compile(r"^(https?://)?(www\.)?")
PRODUCT = re.compile(r"[0-9][0-9A-Za-z]|[A-Za-z][0-9]")  # the neighbours of a star in 2*3*4, a**2 + b**2
COLONS = (":", "\N{FULLWIDTH COLON}")


def to_whatsapp(markdown: str) -> str:
    """The text as WhatsApp shows it best. Never fails: what can't be read as Markdown stays as it is."""
    source = markdown.replace("\r\n", "\n").replace("\r", "\n")
    tokens = _parser().parse(source)
    if any(token.level >= NESTING - 1 for token in tokens):
        return source.strip()
    each = [*tokens, *(child for token in tokens for child in token.children or ())]
    only_markdown = any(token.type in ONLY_MARKDOWN and token.info != "auto" for token in each)
    return "\n".join(_Page(source.split("\n"), only_markdown).blocks(tokens))


@cache
def _parser() -> MarkdownIt:
    """Imported at first use: whoever imports this module for another reason does not pay for it."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": NESTING, "tasklists": True})
    for method in ("normalizeLink", "normalizeLinkText", "validateLink"):
        setattr(parser, method, str)  # URLs are shown as written, all of them: no percent signs, no punycode
    parser.enable(["table", "strikethrough"])
    parser.disable(["code", "lheading", "reference", "html_block", "html_inline", "entity"])
    parser.block.ruler.at("blockquote", _quote, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.before("emphasis", "bare_url", _bare_url)
    return parser


def _quote(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A quote needs a space after its mark: `>5 kg` is text."""
    from markdown_it.rules_block import blockquote

    rest = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].lstrip(">")
    return (not rest or rest[0] in " \t") and blockquote(state, start, end, silent)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """CommonMark leaves stars between punctuation and a letter unread; Chinese has no spaces there."""
    from markdown_it.rules_inline import emphasis

    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    if state.src[start : state.pos] == "**":
        for delimiter in state.delimiters[known:]:
            delimiter.open |= bool(state.src[state.pos : min(state.pos + 1, state.posMax)].strip())
            delimiter.close |= bool(state.src[start - 1 : start].strip())
    return True


def _bare_url(state: StateInline, silent: bool) -> bool:
    """`https://x.example/__a__/b` is an address, not bold."""
    if state.src[state.pos] != ":" or not SCHEME.search(state.src[max(0, state.pos - 6) : state.pos]):
        return False
    if found := URL_REST.match(state.src, state.pos, state.posMax):
        state.append_pending("" if silent else found[0])
        state.pos = found.end()
    return bool(found)


class _Piece(NamedTuple):
    """A bit of a line. Marks are settled at the end, by their neighbours; `text` is how they were written."""

    kind: Literal["text", "code", "open", "close"]
    text: str
    mark: str = ""


class _Page(NamedTuple):
    """Renders tokens to lines; `source` tells where the writer left blank lines."""

    source: list[str]
    only_markdown: bool

    def blocks(self, tokens: list[Token]) -> list[str]:
        """One blank line where the writer left some, and around what needs room."""
        lines: list[str] = []
        roomy_before = False
        for group in _siblings(tokens):
            if block := self.block(group):
                roomy = group[0].type == "table_open" and "" in block
                apart = roomy or roomy_before or self.after_blank(group[0])
                lines += ["", *block] if lines and apart else block
                roomy_before = roomy
        return lines

    def block(self, group: list[Token]) -> list[str]:
        kind, inner = group[0].type, group[1:-1]
        if kind == "paragraph_open":
            return text.split("\n") if (text := self.inline(inner[0].children)) else []
        if kind == "heading_open":
            return [title] if (title := _bold(self.inline(inner[0].children, within="*"))) else []
        if kind in ("bullet_list_open", "ordered_list_open"):
            return self.items(inner)
        if kind == "blockquote_open":
            return [f"> {line}" for line in self.blocks(inner) if line]
        if kind == "table_open":
            return self.table(inner)
        if kind == "hr":
            return ["———"]
        code = group[0].content.removesuffix("\n").replace("```", INNER_FENCE)
        return ["```", *code.split("\n"), "```"] if code.strip() else []

    def items(self, tokens: list[Token]) -> list[str]:
        lines: list[str] = []
        last = -1
        for item in _siblings(tokens):
            marker = "+" if item[0].markup == "+" else "-"  # `+ 5 EUR` must not turn into a minus
            if number := item[0].info:
                last = int(number) if int(number) > last else last + 1  # Models number 1. 1. 1. as well.
                marker = (number if int(number) == last else str(last)) + item[0].markup
            marker += {None: "", True: " ☑", False: " ☐"}[item[0].meta.get("checked")]
            own = self.blocks(item[1:-1])
            flush = 0  # how many lines stay at the margin, as their writer did not indent them
            if item[1].type == "paragraph_open" and (nr := (item[1].map or [0])[0] + 1) < len(self.source):
                flush = 0 if self.source[nr][:1].isspace() else item[2].content.count("\n") + 1
            lines += [""] * bool(lines and self.after_blank(item[0]))
            lines.append(f"{marker} {own[0]}" if own and own[0] else marker)
            lines += [line if not line or nr < flush else f"  {line}" for nr, line in enumerate(own[1:], 1)]
        return lines

    def table(self, tokens: list[Token]) -> list[str]:
        """Two narrow columns stay side by side; otherwise each row becomes a small card."""
        rows: list[list[Token]] = []
        for token in tokens:
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                for child in token.children or ():
                    child.content = BREAK_TAG.sub(", ", child.content)
                rows[-1].append(token)
        header = [self.inline(cell.children, within="*_~") for cell in rows[0]]
        body = [[self.inline(cell.children) for cell in row] for row in rows[1:]]
        joined = [" | ".join(filter(None, row)) for row in (header, *body)]
        if len(header) == 1 or not body or (len(header) == 2 and max(map(len, joined)) <= NARROW):
            return [line for line in (_bold(joined[0]), *joined[1:]) if line]
        lines: list[str] = []
        for row in rows[1:]:
            card: list[str] = []
            for name, cell in zip(header, row, strict=True):
                if text := self.inline(cell.children, within="" if card else "*_~"):
                    text = f"{name.rstrip(': ')}: {text}" if name else text
                    card.append(text if card else _bold(text))
            lines += ["", *card] if lines and card else card
        return lines

    def after_blank(self, token: Token) -> bool:
        line = token.map[0] if token.map else 0
        return line > 0 and not self.source[line - 1].strip(" \t>")

    def inline(self, tokens: list[Token] | None, within: str = "") -> str:
        """`within`: marks that hold around this text already and must not be doubled."""
        tokens = tokens or []
        pieces: list[_Piece] = []
        held: list[tuple[str, bool]] = [(mark, False) for mark in within]  # (mark, whether it is shown)
        links: list[tuple[str, int]] = []  # (address, where its label starts)
        for nr, token in enumerate(tokens):
            if token.type in MARKS:
                mark = "*" if self.stays_bold(tokens, nr, pieces) else MARKS[token.type]
                shown = all(mark != other for other, _ in held)
                held.append((mark, shown))
                pieces += [_Piece("open", token.markup, mark)] * shown
            elif token.type.replace("close", "open") in MARKS:
                mark, shown = held.pop()
                pieces += [_Piece("close", token.markup, mark)] * shown
            elif token.type in ("softbreak", "hardbreak"):
                shown_marks = [mark for mark, shown in held if shown]  # WhatsApp's marks end with the line.
                pieces += [_Piece("close", "", mark) for mark in reversed(shown_marks)]
                pieces += [_Piece("text", "\n"), *(_Piece("open", "", mark) for mark in shown_marks)]
            elif token.type == "link_open":
                links.append((_address(token), len(pieces)))
            elif token.type == "link_close":
                address, start = links.pop()
                pieces[start:] = _link(pieces[start:], address, automatic=token.info == "auto")
            elif token.type == "image":
                label = [_Piece("text", "".join(child.content or " " for child in token.children or ()))]
                pieces += label if links else _link(label, _address(token))
            else:
                pieces.append(_code(token) if token.type == "code_inline" else _Piece("text", token.content))
        return _settle(pieces)

    def stays_bold(self, tokens: list[Token], nr: int, before: list[_Piece]) -> bool:
        """See the module's docstring: a whole line or a label, in a text without other Markdown."""
        last = next((piece.text for piece in reversed(before) if piece.kind in ("text", "code")), "\n")
        if tokens[nr].markup != "*" or self.only_markdown or last != "\n":
            return False
        level = tokens[nr].level
        close = next(i for i in range(nr, len(tokens)) if tokens[i].level == level and tokens[i].nesting < 0)
        after = tokens[close + 1] if close + 1 < len(tokens) else None
        if after is None or after.nesting < 0 or after.type.endswith("break"):
            return True
        return tokens[close - 1].content.endswith(COLONS) or after.content.startswith(COLONS)


def _siblings(tokens: list[Token]) -> Iterator[list[Token]]:
    """Each block with all that it holds."""
    start = depth = 0
    for nr, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[start : nr + 1]
            start = nr + 1


def _address(token: Token) -> str:
    """What is worth showing of a link's target: neither a place within a page nor data."""
    url = str(token.attrs.get("href") or token.attrs.get("src") or "").replace(" ", "%20").replace("\n", "")
    return "" if url.startswith(("#", "data:")) else re.sub(r"^(mailto|tel):", "", url) or url


def _link(label: list[_Piece], address: str, automatic: bool = False) -> list[_Piece]:
    text = "".join(piece.text for piece in label if piece.kind in ("text", "code"))
    if automatic and "@" not in text and not text.startswith(("http:", "https:", "tel:")):
        return [_Piece("text", f"<{text}>")]  # `<note:x>` is no address
    if automatic or not address:
        return label
    if not text.strip() or SITE.sub("", text.strip().rstrip("/")) == SITE.sub("", address.rstrip("/")):
        return [_Piece("text", address)]
    return [*label, _Piece("text", f" ({address})")]


def _code(token: Token) -> _Piece:
    content = token.content.replace("```", INNER_FENCE)
    marks = "```" if token.markup == "```" else "`"
    return _Piece("text", content) if "`" in content else _Piece("code", marks + content + marks)


def _bold(text: str) -> str:
    return text if re.fullmatch("`[^`]*`|", text) else f"*{text}*"


def _settle(pieces: list[_Piece]) -> str:
    """Shows the marks that WhatsApp will read as marks, and drops the others."""
    shown = [piece.text if piece.kind in ("text", "code") else "" for piece in pieces]
    before, after = [""] * len(shown), [""] * len(shown)  # the visible characters next to each piece
    for nr in range(1, len(shown)):
        before[nr] = shown[nr - 1][-1:] or before[nr - 1]
        after[-nr - 1] = shown[-nr][:1] or after[-nr]
    result = shown.copy()
    opened: list[int] = []
    for nr, piece in enumerate(pieces):
        if piece.kind == "open":
            opened.append(nr)
        elif piece.kind == "close":
            start = opened.pop()
            outside, edges = before[start] + after[nr], after[start] + before[nr]
            raw = pieces[start].text
            product = raw[:1] == "*" and PRODUCT.fullmatch(before[start] + after[start])
            form = raw[:1] == "_" and not any(map(str.isalnum, "".join(shown[start:nr])))  # __/__/____
            if product or form:
                result[start], result[nr] = raw, piece.text
            elif any(map(_in_word, outside)) or len(edges) < 2 or any(map(str.isspace, edges)):
                continue
            elif any(p.text for p in pieces[start:nr] if p.kind == "text"):  # not only code
                result[start] = result[nr] = piece.mark
    return "".join(result)


def _in_word(character: str) -> bool:
    """Letters, digits, the signs that combine with them; but not the one that makes an emoji colourful."""
    return character == "_" or (unicodedata.category(character)[0] in "LNM" and character != "\ufe0f")
