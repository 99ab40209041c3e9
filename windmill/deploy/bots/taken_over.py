"""What an importer makes of another system's file: a bot's file with the sections that it could fill, and a list of what has no counterpart."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deploy.bots.file import FORMAT

from f.common.problems import Problem
from f.common.redaction import KEY
from f.portal_api.qa_pairs import pair_fields

LONGEST_PROMPT = 8000  # of the setting system_prompt


@dataclass
class TakenOver:
    """`recognised`: what was read, a line each; `missing`: what was not taken over and why, a line each; `to_do`: what a person has to do."""

    recognised: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    pairs: dict[str, tuple[str, str]] = field(default_factory=dict)
    actions: dict[str, dict[str, Any]] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)

    def add_pair(self, question: str, answer: str, where: str) -> bool:
        """False, with a line, where it is no pair, or another one has the same question."""
        try:
            question, answer = pair_fields({"question": question, "answer": answer})
        except Problem as problem:
            self.missing.append(f"{where}: {problem}")
            return False
        key = question.lower()
        if key in self.pairs:
            if self.pairs[key][1] != answer:
                self.missing.append(
                    f"{where}: the question “{question[:80]}” has another answer before; the first counts"
                )
            return False
        self.pairs[key] = (question, answer)
        return True

    def add_field(self, name: str) -> None:
        """A detail of the customer that the bot is to collect."""
        short = " ".join(name.split())[:40]
        if short and short not in self.fields:
            self.fields.append(short)

    def add_prompt(self, text: str) -> None:
        """Instructions for the model; what looks like a key is taken out."""
        text = KEY.sub("[key]", text)
        if text.strip() and text.strip() not in self.prompts:
            self.prompts.append(text.strip())

    def add_opening(self, text: str) -> None:
        """The customer writes first on WhatsApp, so opening words answer a greeting."""
        if text.strip():
            self.add_prompt(f"When a customer only greets you, answer in words like these:\n{text.strip()}")
            self.to_do.append(
                "the opening words became a part of system_prompt: on WhatsApp the customer writes first"
            )

    @property
    def bot(self) -> dict[str, Any]:
        """As a bot's file says it: only the sections that have something."""
        settings = dict(self.settings)
        if self.prompts:
            settings["system_prompt"] = "\n\n".join(self.prompts)
        if self.fields:
            settings["lead_fields"] = self.fields
        made: dict[str, Any] = {"format": FORMAT, "settings": settings, "http_actions": self.actions}
        made["qa_pairs"] = [
            {"question": question, "answer": answer} for question, answer in self.pairs.values()
        ]
        return {name: value for name, value in made.items() if value}

    def report(self) -> str:
        parts = [*self.recognised]
        if len("\n\n".join(self.prompts)) > LONGEST_PROMPT:
            self.to_do.append(
                f"the instructions are longer than {LONGEST_PROMPT:,} characters: shorten system_prompt in the file that --to writes"
            )
        for heading, rest in (("No counterpart", self.missing), ("To do", self.to_do)):
            if rest:
                parts += [f"{heading}:", *(f"  {line}" for line in dict.fromkeys(rest))]
        return "\n".join(parts)
