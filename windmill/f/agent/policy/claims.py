"""A reply before it is let through: its text, what it claims, and where it says that it has it from."""

from __future__ import annotations

from typing import NamedTuple

# What the model reads of a reply that was not sent, by the finding's code.
REASONS = {
    "quote": "the quote “{detail}” does not stand in the source that you name",
    "figure": "“{detail}” stands in nothing that you looked up, nor can it be reckoned from it",
    "misplaced": "“{detail}” stands in your sources, but there it belongs to something else than you say",
    "confirmed": "“{detail}” is the customer's own figure, and no source confirms it: say what the source says",
    "deed": "you say that something was done ({detail}), but no tool has done it in this turn",
    "awaited": "you say that something was done, but a colleague must agree to {detail} first, and nothing is done yet: say that you are checking",
    "unsourced": "it states something and names no passage: put the passage's id after each fact, or quote it as a claim",
    "exchanged": "your source has “{detail}” the other way round, or it is not clear which belongs to what: quote each of them for itself",
    "polarity": "“{says}” says no, and “{detail}” denies nothing: where the sources are silent, say that you do not know",
    "unquoted": "“{says}” has a quote that speaks of something else: “{detail}”. Quote words that say it, or leave it out",
    "denied": "“{says}” says yes, and its source says no or sets a limit: “{detail}”. Say that, too",
    "limit": "“{says}” turns the limit {detail} of its source round: from is not up to",
    "expired": "“{says}” speaks of something that ended ({detail}): say that it is over",
    "promise": "you promise something ({detail}), and no source does: say what the source says, and no more",
    "priced": "“{says}” calls it included or free, and its source has a price: “{detail}”",
    "unmentioned": "nothing that you looked up speaks of “{detail}”: search again in other words, or say that you do not know",
    "leak": "it would give away {detail}",
    "language": "the customer writes another language ({detail}): reply in that one",
    "judge": "“{says}” does not follow from what you quote for it",
}


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
