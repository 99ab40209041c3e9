"""A bot as a text that people read and Git compares: YAML, with everything in one order, no ids, no times and no secrets.

What stands where is in windmill/OPERATING.md, "A bot in a file"; deploy/bots/checks.py says what each part may be. Written texts are read
back as the same texts. Of what YAML can do, reading takes the plain part: true, false, null, decimal numbers and texts. So `no`, `09:00` and
`2026-12-24` are texts, as they look. It takes no tags and no references to other places, and no name twice.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

from f.common.redaction import sanitise

FORMAT = 1
HEADING = (
    "# A bot of Chatmill. How to change this file and import it: windmill/OPERATING.md, “A bot in a file”.\n"
)
MOST_BYTES = 50_000_000
DEEPEST = 60  # levels of lists and objects
RARE_BREAKS = "\x85\u2028\u2029"  # YAML's reader makes line ends of them, where they aren't written as codes
Path = tuple[str | int, ...]


class BotFileError(Exception):
    """Everything that is wrong with a file, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Source:
    """What a file says, and in which line. `name`: the file's, for sentences."""

    def __init__(self, name: str, value: Any, lines: dict[Path, int] | None = None) -> None:
        self.name, self.value, self._lines = name, value, lines or {}

    def at(self, *path: str | int) -> str:
        """Where a part of it stands: its line, or that of what it would stand in."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._lines:
                return f"{self.name}, line {self._lines[path[:end]]}"
        return self.name


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as they are, below each other; nothing is broken at a width; no references."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text_node(dumper: _Dumper, text: str) -> yaml.Node:
    rare = any(character in text for character in RARE_BREAKS)
    style = '"' if rare else "|" if "\n" in text and text[0] not in " \n" else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def written(bot: dict[str, Any]) -> str:
    """The file's text. The same bot is always the same text."""
    return HEADING + yaml.dump(
        bot, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=math.inf
    )


class _Loader(yaml.CSafeLoader):
    """Without YAML's guesses at what a text may mean."""


_Loader.yaml_implicit_resolvers = {}
# Each is narrower than what SafeDumper quotes: a text that is written without quotes is read as a text.
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", "n~\0"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*([eE][-+][0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(rf"(?:{_pattern})$"),
        [*_first.replace("\0", "")] + ([""] if "\0" in _first else []),
    )


def read(content: bytes, name: str) -> Source:
    """The value of a file with its lines. Raises BotFileError."""
    if len(content) > MOST_BYTES:
        raise BotFileError(
            [f"{name} has more than {MOST_BYTES // 1_000_000} MB: a bot's file holds no documents."]
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BotFileError([f"{name}, line {line}: this is not UTF-8. Save the file as UTF-8."]) from None
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1  # type: ignore[union-attr]
                raise BotFileError(
                    [
                        f"{name}, line {line}: write the value itself in place of the reference *{event.anchor}."
                    ]
                )
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}, line {mark.line + 1}" if mark else name
        raise BotFileError([f"{place}: this is not YAML: {error.problem or error.context}."]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BotFileError([f"{name} is not YAML: {' '.join(str(error).split())[:200]}."]) from None
    reading = _Reading(name)
    value = reading.value(node, ()) if node is not None else None
    if reading.problems:
        raise BotFileError(reading.problems)
    return Source(name, value, reading.lines)


class _Reading:
    """Makes plain values of YAML's nodes, and notes the line of each."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Path, int] = {}
        self.problems: list[str] = []

    def value(self, node: yaml.Node, path: Path) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if len(path) > DEEPEST:
            self._add(node, "this is too deep: lists and objects may stand in each other, but not so often.")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._object(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, number)) for number, item in enumerate(node.value)]
        return self._plain(node)

    def _object(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, item in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._add(key, "a name must be a text.")
                continue
            name = sanitise(key.value)
            if name in made:
                self._add(key, f"“{name}” stands here twice.")
            made[name] = self.value(item, (*path, name))
            self.lines[(*path, name)] = key.start_mark.line + 1
        return made

    def _plain(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "str":
            return sanitise(node.value)
        if kind not in ("bool", "null", "int", "float"):
            self._add(node, f"{node.tag} is not taken here: write texts, numbers, true, false or null.")
            return None
        try:
            if kind == "bool":
                return {"true": True, "false": False}[node.value]
            return None if kind == "null" else int(node.value) if kind == "int" else float(node.value)
        except (KeyError, ValueError):
            self._add(node, f"“{node.value[:50]}” is no {kind}.")
            return None

    def _add(self, node: yaml.Node, sentence: str) -> None:
        self.problems.append(f"{self.name}, line {node.start_mark.line + 1}: {sentence}")
