# requirements: documents
"""Reads data that programs export: JSON, a JSON object a line, and XML with product feeds (Google Merchant, RSS).

A list of things that have the same fields is a table; what a thing holds beside its list are labels and values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from f.documents.office.workbook_xml import WORKBOOK, workbook_pages
from f.documents.page import Heading, Limits, Page, Unreadable
from f.documents.parts import Part, paged
from f.documents.tables.cells import cell_text
from f.documents.tables.rows import Row, lines

_MOST_MARKS = 3_000_000  # tags or values: each costs a hundred bytes and more
_MOST_ATTRIBUTES = 1_000  # of a tag: a parser compares each with all the others
_DEEPEST = 60
_LONGEST_TITLE = 80
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>", re.IGNORECASE)
_NAMES = ("title", "name", "nom", "nombre", "nome", "naam", "titel", "label", "bezeichnung", "question")


def json_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The values under the names of what they belong to."""
    text = (
        content.decode("utf-8-sig", "replace")
        if not content.startswith((b"\xff\xfe", b"\xfe\xff"))
        else content.decode("utf-16")
    )
    if text.count(",") + text.count("[") + text.count("{") > _MOST_MARKS:
        raise _too_many()
    yield from paged(_parts(_parsed(text), ()), limits)


def _parsed(text: str) -> Any:
    """The text's one value, or a list of those of its lines."""
    try:
        return json.loads(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        return _parsed_by_line(text)


def _parsed_by_line(text: str) -> list[Any]:
    try:
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        raise Unreadable("data_unreadable", format="JSON") from None


def xml_pages(content: bytes, limits: Limits) -> Iterator[Page]:
    """The elements' text under their names."""
    if b"<!ENTITY" in content:
        raise Unreadable("xml_entities")
    if content.count(b"<") + content.count(b"=") > _MOST_MARKS:
        raise _too_many()
    if any(tag.partition(b">")[0].count(b"=") > _MOST_ATTRIBUTES for tag in content.split(b"<")):
        raise _too_many()
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("data_unreadable", format="XML") from None
    if root.tag == WORKBOOK:
        yield from workbook_pages(root, limits)
    else:
        yield from paged(_parts(_value(root), ()), limits)


def _value(one: Any) -> Any:
    """An element as a text, or its fields by name; what comes several times as a list."""
    fields: dict[str, Any] = {}
    for name, value in one.attrib.items():
        if not name.startswith("{"):
            _add(fields, name, value)
    children = [child for child in one if isinstance(child.tag, str)]
    text = " ".join((one.text or "").split())
    if any((child.tail or "").strip() for child in children):
        text, children = " ".join("".join(one.itertext()).split()), []
    for child in children:
        _add(fields, child.tag.rpartition("}")[2], _value(child))
    if not fields:
        return text
    if text:
        fields = {"": text, **fields}
    return fields


def _add(fields: dict[str, Any], name: str, value: Any) -> None:
    if name not in fields:
        fields[name] = value
    elif isinstance(fields[name], list):
        fields[name].append(value)
    else:
        fields[name] = [fields[name], value]


def _parts(value: Any, path: tuple[str, ...]) -> Iterator[Part]:
    """Lines for what has a value, then what lies deeper under its name."""
    if len(path) > _DEEPEST:
        raise _too_deep()
    if isinstance(value, dict):
        yield from _fields(value, path)
    elif isinstance(value, list):
        things = [one for one in value if isinstance(one, dict) and one]
        if things and all(_is_flat(one) for one in things) and len(things) == len(value):
            yield from (("text", line) for line in lines(_rows(things)))
            return
        if _is_grid(value):
            yield from (("text", line) for line in lines([_said(cell) for cell in one] for one in value))
            return
        for one in value:
            if isinstance(one, dict | list):
                yield from _parts(one, (*path, ""))
            elif said := _said(one):
                yield "text", f"- {said}"
    elif said := _said(value):
        yield "text", said


def _fields(value: dict[str, Any], path: tuple[str, ...]) -> Iterator[Part]:
    if _are_alike(list(value.values())):
        things = [{"": name, **one} for name, one in value.items()]
        yield from (("text", line) for line in lines(_rows(things)))
        return
    if named := _named_columns(value):
        columns, grid = named
        rows = [Row(map(_said, value[columns]), "header"), *(Row(map(_said, one)) for one in value[grid])]
        yield from (("text", line) for line in lines(rows))
        value = {name: one for name, one in value.items() if name not in named}
    flat = {name: one for name, one in value.items() if _is_field(one)}
    name = next((name for name in flat if name.casefold() in _NAMES), None)
    title = _said(flat[name]) if name is not None and len(flat) < len(value) else ""
    if path and 0 < len(title) <= _LONGEST_TITLE:  # its list stands below the thing's own name
        yield "heading", Heading(level=min(len(path), 8), title=title)
        flat = {one: flat[one] for one in flat if one != name or len(flat) > 1}
    # One after the other they are labels and values; a thing with a name of its own is a row.
    if name in flat and len(flat) > 1:
        yield from (("text", line) for line in lines(_rows([flat])))
    else:
        for name, one in flat.items():
            if said := _said(one):
                yield "text", f"| {cell_text(name)}: {said} |" if name else said
    for name, one in value.items():
        if not _is_field(one):
            title = cell_text(name)
            level = min(1 + len(path), 8)
            if title and not (isinstance(one, dict) and len(value) == 1):
                yield "heading", Heading(level=level, title=title)
            yield from _parts(one, (*path, name))


def _rows(things: list[dict[str, Any]]) -> Iterator[Row]:
    """A header of all fields' names, the one that names the thing first, and a row for each thing."""
    names = dict.fromkeys(name for one in things for name in _flattened(one))
    first = next((name for name in names if name.casefold() in _NAMES), None)
    order = [name for name in names if name == first] + [name for name in names if name != first]
    if len(order) > 1 or len(things) == 1:
        yield Row(order, "header")
    for one in things:
        values = _flattened(one)
        yield Row([values.get(name, "") for name in order])


def _flattened(one: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in one.items():
        if isinstance(value, dict):
            found |= {cell_text(f"{name} {inner}"): _said(text) for inner, text in value.items()}
        else:
            found[cell_text(name)] = _said(value)
    return found


def _is_flat(one: dict[str, Any]) -> bool:
    """True for a thing that fits a row: values, lists of values, and things that have nothing but values."""
    return all(
        _is_simple(value) or (isinstance(value, dict) and all(map(_is_simple, value.values())))
        for value in one.values()
    )


def _is_grid(value: Any) -> bool:
    """True for rows as lists of values."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(one, list) and one and _is_simple(one) for one in value)
    )


def _are_alike(values: list[Any]) -> bool:
    """True for things that have most of their fields in common, each under a key of its own."""
    if len(values) < 2 or not all(isinstance(one, dict) and one and _is_flat(one) for one in values):
        return False
    shared = set(values[0]).intersection(*values[1:])
    return len(shared) > 1 and len(shared) * 2 >= max(map(len, values))


def _named_columns(value: dict[str, Any]) -> tuple[str, str] | None:
    """The names of the two fields that hold a table's columns and its rows."""
    for grid in (name for name, one in value.items() if _is_grid(one)):
        width = {len(row) for row in value[grid]}
        for columns, one in value.items():
            if isinstance(one, list) and len(one) > 1 and _is_simple(one) and width == {len(one)}:
                return columns, grid
    return None


def _is_field(value: Any) -> bool:
    return not isinstance(value, dict | list) or _is_simple(value)


def _is_simple(value: Any) -> bool:
    return not isinstance(value, dict) and not (
        isinstance(value, list) and any(isinstance(one, dict | list) for one in value)
    )


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(filter(None, map(_said, value)))
    text = str(value) if isinstance(value, str) else "" if value is None else cell_text(value)
    return cell_text(_TAG.sub(" ", text) if "<" in text else text)


def _too_many() -> Unreadable:
    return Unreadable("data_too_many", most=_MOST_MARKS)


def _too_deep() -> Unreadable:
    return Unreadable("data_too_deep", most=_DEEPEST)
