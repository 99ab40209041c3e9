# no_postinstall
# requirements: media
"""Every minute: fetches the files of messages that no turn took in, as far as their own runs have left any.

A customer's photo, voice note, video, document or sticker is fetched and a voice note is written down also while a person has the
conversation: load_context does so at once. What it could not fetch, or left when its worker was lost, is fetched here, five times at most.
In: nothing. Out: how many files, by what became of them. No bytes and no words.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from f.agent.missed_files import fetch_missed
from f.common.database import Database
from f.common.failures import contain_errors

if TYPE_CHECKING:
    from f.common.shapes import Resources

postgresql = dict[str, Any]
c_whatsapp = dict[str, Any]
c_llm = dict[str, Any]
BATCH = 5
SECONDS = 40  # the next run begins after a minute


@contain_errors
def main(db: postgresql, whatsapp: c_whatsapp, llm: c_llm, master_key: str) -> dict[str, int]:
    deadline = time.monotonic() + SECONDS
    resources: Resources = {"whatsapp": whatsapp, "llm": llm, "master_key": master_key}
    done: dict[str, int] = {}
    with Database.open(db) as database:
        while time.monotonic() < deadline:
            now = fetch_missed(database, resources, most=BATCH)
            for outcome, count in now.items():
                done[outcome] = done.get(outcome, 0) + count
            if sum(now.values()) < BATCH:
                break
    return done
