# requirements: database
"""Forgets a person: the contact, the conversation, the stored messages, and the data of every past job that may show them.

This can't be undone. The contact's id comes from find_run. Out: how much was deleted. Refused while a turn with the person is open.
Jobs are blanked one by one, each step by its own id, because Windmill does not delete a run's steps with the run. A run that has not begun
yet brings nobody back: it ends at once, and clean_data blanks it.
"""

from __future__ import annotations

from typing import Any

from f.common.database import Database
from f.common.erasure import erase
from f.common.failures import contain_errors
from f.common.windmill import run_id

postgresql = dict[str, Any]


@contain_errors
def main(contact_id: str, db: postgresql, job_id_key: str) -> dict[str, Any]:
    with Database.open(db) as database:
        database.value("select note_jobs(array[%s::uuid], '1 minute')", run_id())
        return erase(database, contact_id, job_id_key)
