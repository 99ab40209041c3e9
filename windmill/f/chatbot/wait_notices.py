"""Tells customers whose question waits because many write at once: once in each wait, in the chatbot's words for it, or not at all.

The words are in the outbox before they are sent (f/whatsapp/retries.py). PostgreSQL decides whom to tell, and takes back what the answer overtakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from f.agent.language import in_language
from f.common.windmill import run_id

if TYPE_CHECKING:
    from f.common.database import Database

WAIT = "30 seconds"  # a wait that is shorter is no matter of words
MOST = 100  # conversations in one run of recovery: each takes a request to Meta


def queue_wait_notices(database: Database) -> int:
    """Writes the words for the conversations that have waited too long; how many there were."""
    count = 0
    for wait in database.rows("select * from waits_to_tell(%s::interval, %s)", WAIT, MOST):
        words = in_language(wait["context"], wait["words"])
        key = wait["phone_number_id"], wait["message_id"]
        if words and database.value("select queue_wait_notice(%s, %s, %s, %s)", *key, words, run_id()):
            count += 1
    return count
