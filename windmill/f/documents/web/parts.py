"""Takes out of a web page what a reader does not see or does not read: scripts, menus, what asks for consent, hidden text.

What is folded up is no hidden text: a reader opens it with a click.
"""

from __future__ import annotations

import re
from typing import Any

from f.documents.tables.headers import says_price

_NEVER = "script, style, noscript, template, svg, canvas, object, embed, input, textarea, datalist, button[type=submit], button[type=reset]"
_MENUS = "nav, [role=navigation], [role=menu], [role=menubar], [role=search], [role=toolbar]"
_STRUCK = "del, s, strike, [style*='line-through' i]"
_ASKS = "dialog, [role=dialog], [role=alertdialog]"
_HIDDEN = "[hidden], [aria-hidden=true], [style*='display' i], [style*='visibility' i]"
_UNSEEN_STYLE = re.compile(r"(?:^|;|\s)(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
# What asks for consent: by the name that its author gave it, or by the tool that many sites use for it.
_CONSENT = re.compile(
    r"(cookie|gdpr|privacy).{0,3}(banner|consent|notice|bar|popup|modal|dialog|overlay|law|message|settings)|consent.{0,3}(banner|manager)"
    r"|cookiebot|onetrust|cky-consent|cookieyes|osano|trustarc|truste|quantcast|qc-cmp|klaro|axeptio|tarteaucitron|complianz|usercentrics|borlabs|didomi|cmplz|termly|iubenda-cs",
    re.IGNORECASE,
)
_FOLDED = re.compile(
    r"accordion|collaps|panel|tab-?(?:content|pane|body)|toggle|faq|answer|expand|foldable|spoiler|read-?more|dropdown-content",
    re.IGNORECASE,
)
_MENU_NAME = re.compile(
    r"\b(?:navbar|nav|main-?menu|site-?menu|menu-?toggle|breadcrumbs?|skip-?link|sub-?nav|mobile-?menu)\b",
    re.IGNORECASE,
)
_SKIPS = re.compile(r"\bskip\b|skip-?(?:link|nav|to)", re.IGNORECASE)
_BRACE = re.compile(r"[{}]")
_PLAIN = re.compile(r"[.#][\w-]{1,80}")
_LONGEST_STYLE = 300_000
_MENU_LINKS = 3
_MOST_OPTIONS = 100
_MOST_ABOVE = 12  # elements between a struck-out word and its row
STRUCK_ROW = "chatmill-struck"  # an attribute: all words of the row were struck out
_SIGNS = frozenset({"script", "style", "svg", "i", "span", "use", "path", "img"})


def take_out(tree: Any) -> list[str]:
    """Takes these parts out of the tree; returns what they were, for the page's note."""
    out: dict[int, str] = {}
    hidden = _hidden_by_sheet(tree)
    controls = _controlled(tree)
    for selector, what in (
        (_NEVER, ""),
        (_MENUS, "menus"),
        (_ASKS, "dialogs"),
        ("iframe", "frames"),
        ("form label", ""),
        (_STRUCK, "hidden text"),
    ):
        out |= {node.mem_id: what for node in tree.css(selector)}
    for node in tree.css(f"{_HIDDEN}, {', '.join(hidden)}" if hidden else _HIDDEN):
        if node.mem_id not in out and _is_hidden(node, hidden) and not _is_folded(node, controls):
            out[node.mem_id] = "hidden text" if node.tag not in _SIGNS else ""
    for node in tree.css("[id], [class]"):
        names = f"{node.attributes.get('id') or ''} {node.attributes.get('class') or ''}"
        if node.tag in ("html", "body", "main", "article"):
            continue
        if _CONSENT.search(names):
            out[node.mem_id] = "a cookie banner"
        elif _MENU_NAME.search(names) and _is_menu(node):
            out[node.mem_id] = "menus"
    for link in tree.css("a[href^='#']"):
        if _SKIPS.search(link.attributes.get("class") or ""):
            out[link.mem_id] = ""
    for node in tree.css("header ul, header ol, footer ul, footer ol"):
        if _is_menu(node):
            out[node.mem_id] = "menus"
    out |= {node.mem_id: "" for node in tree.css("select") if not _has_prices(node)}
    out |= {node.mem_id: "" for node in tree.css("option:first-child") if _asks_to_choose(node)}
    for row in _rows_with_strikes(tree):
        if _is_struck(row):
            row.attrs[STRUCK_ROW] = ""
    return _removed(tree, out)


def _removed(tree: Any, out: dict[int, str]) -> list[str]:
    """Removes the outermost of these nodes: what lies inside a removed one is not there any more."""
    stack, nodes = [tree.root], []
    while stack:
        node = stack.pop()
        if node.mem_id in out:
            nodes.append(node)
        else:
            stack += node.iter()
    said = [
        out[node.mem_id]
        for node in nodes
        if out[node.mem_id] and (out[node.mem_id] == "frames" or node.text().strip())
    ]
    for node in nodes:
        node.decompose()
    return sorted(set(said))


def _has_prices(choice: Any) -> bool:
    """True for a list to choose from that says what its sizes or kinds cost."""
    options = [option.text() for option in choice.css("option")][:_MOST_OPTIONS]
    return sum(says_price(option) for option in options) * 2 > len(options)


def _is_menu(node: Any) -> bool:
    """True for links to other pages and hardly anything else."""
    links = node.css("a[href]")
    if len(links) < _MENU_LINKS or node.css_first("a[href^='tel:'], a[href^='mailto:']") is not None:
        return False
    linked = sum(len("".join(link.text().split())) for link in links)
    return linked >= 0.85 * len("".join(node.text().split()))


def _controlled(tree: Any) -> frozenset[str]:
    """The ids of what a button or a link opens."""
    names: set[str] = set()
    for node in tree.css("[aria-controls], [data-target], [data-bs-target], [href^='#']"):
        values = (
            node.attributes.get(name) or ""
            for name in ("aria-controls", "data-target", "data-bs-target", "href")
        )
        names.update(one.lstrip("#") for value in values for one in value.split()[:10])
    return frozenset(names - {""})


def _hidden_by_sheet(tree: Any) -> list[str]:
    """Classes and ids that the page's own style sheet hides at every width: rules within @media and the like are passed over."""
    text = " ".join(node.text() for node in tree.css("style"))[:_LONGEST_STYLE]
    found: list[str] = []
    depth = start = 0
    selectors = ""
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            selectors = text[start : brace.start()] if depth == 0 else selectors
            depth += 1
        else:
            depth = max(depth - 1, 0)
            if depth == 0 and "@" not in selectors and _UNSEEN_STYLE.search(text[start : brace.start()]):
                found += [one.strip() for one in selectors.split(",") if _PLAIN.fullmatch(one.strip())]
        start = brace.end()
    return found[:200]


def _rows_with_strikes(tree: Any) -> list[Any]:
    """The rows of tables in which something is struck out."""
    found: dict[int, Any] = {}
    for node in tree.css(_STRUCK):
        above = node.parent
        for _ in range(_MOST_ABOVE):
            if above is None or above.tag == "tr":
                break
            above = above.parent
        if above is not None and above.tag == "tr":
            found[above.mem_id] = above
    return list(found.values())


def _is_struck(row: Any) -> bool:
    """Whether a row has words, none of them outside of what is struck out."""
    if row.css_first("table") is not None:
        return False
    struck = {node.mem_id for node in row.css(_STRUCK)}
    stack, said = [row], False
    while stack:
        for one in stack.pop().iter(include_text=True):
            tag = one.tag or "-"
            if tag == "-text" and (one.text_content or "").strip():
                return False
            if one.mem_id in struck:
                said = said or bool(one.text().strip())
            elif not tag.startswith("-"):
                stack.append(one)
    return said


def _asks_to_choose(option: Any) -> bool:
    """True for what stands first in a list and is no choice: "Please choose"."""
    attributes = option.attributes
    none = attributes.get("value", "-") == "" or ("disabled" in attributes and "selected" in attributes)
    return none and not any(map(str.isdigit, option.text()))


def _is_hidden(node: Any, hidden: list[str]) -> bool:
    attributes = node.attributes
    if (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or _UNSEEN_STYLE.search(attributes.get("style") or "")
    ):
        return True
    names = {f".{name}" for name in (attributes.get("class") or "").split()} | {f"#{attributes.get('id')}"}
    return not names.isdisjoint(hidden)


def _is_folded(node: Any, controls: frozenset[str]) -> bool:
    """True for what opens with a click: a panel by its role or name, or what stands behind a button."""
    attributes = node.attributes
    if attributes.get("hidden") == "until-found" or attributes.get("role") in ("tabpanel", "region"):
        return True
    if attributes.get("id") in controls or attributes.get("aria-labelledby"):
        return True
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    if _CONSENT.search(names) or node.tag in _SIGNS:
        return False
    if _FOLDED.search(names):
        return True
    before = node.prev
    while before is not None and before.tag == "-text" and not before.text().strip():
        before = before.prev
    if before is None:
        return False
    if before.tag in ("button", "summary") or "aria-expanded" in before.attributes:
        return True
    button = (
        before.css_first("button, [aria-expanded], [role=button]") if not before.tag.startswith("-") else None
    )
    return button is not None and len(button.text().strip()) >= 0.8 * len(before.text().strip())
