"""What of a bot that Typebot exported (its JSON, versions 3 to 6) has a counterpart, and a line for each block that has none.

Typebot walks its customer from group to group; Chatmill's model answers what it is asked. So a button that leads to texts becomes a question
with its answer, an input a detail of the customer to collect, an HTTP request an action, a system message instructions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from deploy.bots.file import BotFileError
from deploy.bots.no_counterpart import TYPEBOT, TYPEBOT_SETTINGS
from deploy.bots.requests import NoCounterpart, Variables, action_of
from deploy.bots.taken_over import TakenOver

VARIABLE = r"\{\{([^{}]{1,100})\}\}"
CHOICES = ("choice input", "picture choice input", "cards")
INPUTS = (
    "text input",
    "number input",
    "email input",
    "url input",
    "date input",
    "time input",
    "phone number input",
)
MODELS = ("openai", "OpenAI")  # newer and older exports


class Place(NamedTuple):
    """A block and where it stands."""

    group: dict[str, Any]
    number: int  # from 1, within its group
    block: dict[str, Any]

    def __str__(self) -> str:
        return f"group “{self.group.get('title') or 'without a title'}”, block {self.number} ({self.block.get('type')})"


def read_typebot(content: bytes, name: str) -> TakenOver:
    """Raises BotFileError."""
    try:
        given = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BotFileError([f"{name} is no JSON: {error}"]) from None
    if isinstance(given, dict) and isinstance(given.get("typebot"), dict):
        given = given["typebot"]
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("groups"), list)
        or not isinstance(given.get("edges"), list)
    ):
        raise BotFileError(
            [f"{name} is no bot of Typebot: in Typebot choose Export flow, and take that file."]
        )
    try:
        return _Typebot(given).made()
    except (AttributeError, TypeError, KeyError) as error:
        raise BotFileError(
            [f"{name} has not the form in which Typebot exports a bot ({type(error).__name__}: {error})."]
        ) from None


class _Typebot:
    def __init__(self, given: dict[str, Any]) -> None:
        self.given = given
        self.groups: list[dict[str, Any]] = given["groups"]
        self.by_id = {group["id"]: group for group in self.groups}
        self.edges = {edge["id"]: edge for edge in given["edges"]}
        self.names = {variable["id"]: variable["name"] for variable in given.get("variables") or []}
        self.variables = Variables(VARIABLE)
        self.result = TakenOver()
        self.used: set[str] = set()  # blocks that became something
        self.order = self._walk()

    def made(self) -> TakenOver:
        blocks = list(self._places())
        version = self.given.get("version") or "of an old kind"
        self.result.recognised.append(
            f"Typebot “{self.given.get('name') or 'without a name'}”, version {version}: {len(self.groups)} groups, {len(blocks)} blocks."
        )
        self._opening()
        for place in blocks:
            self._block(place)
        for place in blocks:
            if place.block["id"] not in self.used:
                self._miss(place)
        self._settings()
        result = self.result
        result.recognised.append(
            f"Taken over: {len(result.pairs)} Q&A pairs, {len(result.actions)} HTTP actions, {len(result.fields)} details to collect,"
            f" {len(result.prompts)} pieces of instructions."
        )
        if result.actions:
            result.to_do.append(
                "HTTP actions are switched off: describe what each does, enter its keys, try it, and switch it on"
            )
        return result

    def _places(self) -> Iterator[Place]:
        for group in self.groups:
            for number, block in enumerate(group.get("blocks") or group.get("steps") or [], 1):
                if block.get("type") != "start":
                    yield Place(group, number, block)

    def _start(self) -> tuple[str, str | None] | None:
        """The group and the block where it begins."""
        starts = [*(self.given.get("events") or []), *(b for g in self.groups for b in g.get("blocks") or [])]
        edge = next((one.get("outgoingEdgeId") for one in starts if one.get("type") == "start"), None)
        return self._target(edge)

    def _target(self, edge_id: Any) -> tuple[str, str | None] | None:
        to = (self.edges.get(edge_id) or {}).get("to") or {}
        return (to["groupId"], to.get("blockId")) if to.get("groupId") in self.by_id else None

    def _texts(self, target: tuple[str, str | None] | None) -> list[dict[str, Any]]:
        """The text blocks from there on, up to the first block that is something else."""
        texts: list[dict[str, Any]] = []
        been: set[tuple[str, str | None]] = set()
        while target is not None and target not in been:
            been.add(target)
            group, begin = target
            blocks = self.by_id[group].get("blocks") or []
            first = next((n for n, block in enumerate(blocks) if block["id"] == begin), 0)
            target = None
            for block in blocks[first:]:
                if block.get("type") != "text":
                    return texts
                texts.append(block)
                target = self._target(block.get("outgoingEdgeId"))
        return texts

    def _opening(self) -> None:
        texts = self._texts(self._start())
        self.result.add_opening(self._joined(texts))
        self.used |= {block["id"] for block in texts}

    def _joined(self, texts: list[dict[str, Any]]) -> str:
        return "\n".join(filter(None, (text_of(block.get("content")) for block in texts)))

    def _block(self, place: Place) -> None:
        kind = place.block.get("type")
        if kind in CHOICES:
            self._choice(place)
        elif kind in INPUTS:
            self._input(place)
        elif kind == "Webhook":
            self._request(place)
        elif kind in MODELS:
            self._model(place)

    def _choice(self, place: Place) -> None:
        """Each button that leads to texts is a question. One that leads back only says that somebody has read on."""
        self.used.add(place.block["id"])
        for item in place.block.get("items") or []:
            label = item.get("content") or item.get("title") or ""
            target = self._target(item.get("outgoingEdgeId"))
            texts = self._texts(target)
            where = f"{place}, button “{label}”"
            if target is None or not texts:
                self.result.missing.append(f"{where}: it leads to no text")
            elif self.order.get(target[0], 0) <= self.order.get(place.group["id"], 0):
                self.result.missing.append(f"{where}: it leads back")
            else:
                self.result.add_pair(label, self._joined(texts), where)
                self.used |= {block["id"] for block in texts}

    def _walk(self) -> dict[str, int]:
        """How soon each group is reached from the start."""
        start = self._start()
        order: dict[str, int] = {}
        waiting = [start[0]] if start else []
        while waiting:
            group = waiting.pop(0)
            if group in order:
                continue
            order[group] = len(order)
            for block in self.by_id[group].get("blocks") or []:
                for part in (*(block.get("items") or []), block):
                    if target := self._target(part.get("outgoingEdgeId")):
                        waiting.append(target[0])
        return order

    def _input(self, place: Place) -> None:
        name = self.names.get((place.block.get("options") or {}).get("variableId"))
        if name:
            self.result.add_field(name)
            self.used.add(place.block["id"])
        elif place.block.get("type") == "text input":
            self.used.add(place.block["id"])  # a question put to the bot: what it is for

    def _request(self, place: Place) -> None:
        webhook = (place.block.get("options") or {}).get("webhook") or {}
        url = webhook.get("url") or ""
        query = {
            row["key"]: row.get("value") or "" for row in webhook.get("queryParams") or [] if row.get("key")
        }
        if query:
            url += ("&" if "?" in url else "?") + "&".join(f"{name}={value}" for name, value in query.items())
        headers = {
            row["key"]: row.get("value") or "" for row in webhook.get("headers") or [] if row.get("key")
        }
        title = place.group.get("title") or "a request"
        about = f"{title} (from Typebot; say here what it does and when it is asked)"
        try:
            name, action = action_of(
                webhook.get("method") or "POST", url, headers, webhook.get("body"), about, self.variables
            )
        except NoCounterpart as why:
            self.result.missing.append(f"{place}: {why}")
            self.used.add(place.block["id"])
            return
        self.used.add(place.block["id"])
        add_action(self.result, name, action)

    def _model(self, place: Place) -> None:
        options = place.block.get("options") or {}
        self.used.add(place.block["id"])
        if "chat completion" not in (options.get("action") or options.get("task") or "").lower():
            self.result.missing.append(
                f"{place}: {options.get('action') or options.get('task') or 'what it does'} is not a chat"
            )
            return
        model = options.get("model")
        if isinstance(model, str) and model and "model" not in self.result.settings:
            self.result.settings |= {"provider": "openai", "model": model}
        for message in options.get("messages") or []:
            if message.get("role") == "system" and isinstance(message.get("content"), str):
                self.result.add_prompt(message["content"])
                if self.variables.within(message["content"]):
                    self.result.missing.append(
                        f"{place}: its instructions name variables in {{{{ }}}}, which nobody fills: reword them"
                    )
        if options.get("tools"):
            self.result.missing.append(
                f"{place}: its tools are code: put them behind HTTP actions or an MCP server"
            )

    def _miss(self, place: Place) -> None:
        kind = str(place.block.get("type"))
        if kind == "text":
            words = text_of(place.block.get("content"))
            why = f"a text between two steps: “{words[:80]}”"
        elif kind in INPUTS:
            why = "its answer is stored in no variable"
        else:
            why = TYPEBOT.get(kind, "nothing here does this")
        self.result.missing.append(f"{place}: {why}")

    def _settings(self) -> None:
        for part, why in TYPEBOT_SETTINGS.items():
            if self.given.get(part):
                self.result.missing.append(f"{part}: {why}")


def add_action(result: TakenOver, name: str, action: dict[str, Any]) -> None:
    """Under a name that no other action has."""
    free, number = name, 2
    while free in result.actions:
        free, number = f"{name[:56]}_{number}", number + 1
    result.actions[free] = action


def text_of(content: Any) -> str:
    """A bubble's text: rich text by its lines, else what older exports have."""
    if not isinstance(content, dict):
        return ""
    if isinstance(content.get("richText"), list):
        return "\n".join(_line(element) for element in content["richText"]).strip()
    return str(content.get("plainText") or "").strip()


def _line(element: Any) -> str:
    if not isinstance(element, dict):
        return ""
    if isinstance(element.get("text"), str):
        return element["text"]
    kind = element.get("type")
    parts = [_line(child) for child in element.get("children") or []]
    if kind in ("ul", "ol"):
        return "\n".join(f"- {part.strip()}" for part in parts)
    words = "".join(parts)
    if kind == "a" and element.get("url") and element["url"] != words:
        return f"{words} ({element['url']})"
    return words
