"""A reply before it is let through: its text, what it claims, and where it says that it has it from."""

from __future__ import annotations

from typing import NamedTuple


class Claim(NamedTuple):
    """Words of a reply that state a fact, and the words of a source that carry them."""

    says: str
    source: str
    quote: str


class Draft(NamedTuple):
    """A reply before it is let through. `sentences`: each with the passages it names. `kind`: what the model says it is; None: it said nothing."""

    kind: str | None
    text: str
    claims: tuple[Claim, ...]
    sentences: tuple[tuple[str, tuple[str, ...]], ...]


class Finding(NamedTuple):
    """Why a reply is not let through: a code, the words of the reply, and what is wrong with them, for the model and the trace."""

    code: str
    says: str
    detail: str
