"""Whether a statement only says again what the customer wrote."""

from __future__ import annotations

import re

from f.agent.policy.claims import Draft
from f.common.figures.amounts import Figure, money
from f.common.figures.polarity import asks

WORDS = re.compile(r"[^\W_]+")
RUN = 6  # words in a row that a reply has from the customer
ACCOUNT = 15  # letters and digits of a bank account's number, and of no order's


def parroted(draft: Draft, sentence: str, figure: Figure, customer: str, grounded: bool) -> bool:
    """Whether a statement only repeats a price, an address or an account of the customer's words that nothing confirms.

    A customer may write words that the model takes for its own. An account's number is never said again.
    `grounded`: the reply names a source, or other figures of it are known to hold.
    """
    if figure.unit == "code" and len(figure.text) >= ACCOUNT:
        return True
    named = money(figure.unit) or figure.unit in ("link", "mail", "phone", "%", "clock", "date")
    if asks(sentence) or not named:
        return False
    if draft.kind is None and not grounded:
        return money(figure.unit) or figure.unit == "link"
    said, theirs = (WORDS.findall(text.casefold()) for text in (sentence, customer))
    runs = {tuple(theirs[i : i + RUN]) for i in range(len(theirs) - RUN + 1)}
    return any(tuple(said[i : i + RUN]) in runs for i in range(len(said) - RUN + 1))
