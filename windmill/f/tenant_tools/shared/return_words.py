"""Why the returns desk can't do what a customer wants, as the chatbot hears it."""

from __future__ import annotations

from functools import partial

from f.tenant_tools.shared.refusals import unless_refused

REFUSED = {
    "not_found": "this customer has no such order",
    "too_late": "the time for returns of this order is over",
    "nothing_left": "everything of this order is on its way back already",
    "not_in_order": "not all of these items are in the order and may go back: check_return names those that may",
}
accepted = partial(unless_refused, REFUSED)
