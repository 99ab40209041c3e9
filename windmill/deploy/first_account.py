"""A fresh Windmill: an operator's account in the place of its own one, whose password everybody knows, and a token for make deploy.

The same requests as those of Windmill's own setup (*Quick setup*, *Root login*).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from deploy.bootstrap import DeployError, Server
from deploy.environment import keep

FIRST, KNOWN_TO_ALL = "admin@windmill.dev", "changeme"
TOKEN, PASSWORD, OPERATORS = "WINDMILL_TOKEN", "WINDMILL_PASSWORD", "OPERATOR_EMAILS"
BY_HAND = "make a token there (Account settings, Tokens) and keep it as WINDMILL_TOKEN"


def ensure_token(env_file: Path, say: Callable[[str], None]) -> None:
    """Makes WINDMILL_TOKEN where there is none, and keeps it in the file. Does nothing where something else is missing: that is told later."""
    url, password = os.environ.get("WINDMILL_URL"), os.environ.get(PASSWORD)
    operator = os.environ.get(OPERATORS, "").partition(",")[0].strip().lower()
    if os.environ.get(TOKEN) or os.environ.get("CI") or not (url and password and operator):
        return
    nobody = Server(url, "", "")
    if session := _signed_in(nobody, operator, password):  # made the last time, which was cut off
        account = operator
    elif session := _signed_in(nobody, FIRST, KNOWN_TO_ALL):
        account, session = _moved_in(nobody, session, operator, password, say)
    else:
        raise DeployError(
            f"{TOKEN} is empty, and neither {operator} with {PASSWORD} nor Windmill's first account with its first password"
            f" is let in at {url}: {BY_HAND}"
        )
    body = {"label": "make deploy"}
    token = Server(url, session, "").call("POST", "/users/tokens/create", body).text.strip().strip('"')
    keep(env_file, TOKEN, token)
    os.environ[TOKEN] = token
    say(f"token of {account} at Windmill made, as {TOKEN} in {env_file}")


def _moved_in(
    nobody: Server, session: str, operator: str, password: str, say: Callable[[str], None]
) -> tuple[str, str]:
    """The operator's account with its session, and the first one deleted; the first one's where this Windmill makes no account."""
    first = Server(nobody.url, session, "")
    account = {"email": operator, "password": password, "super_admin": True}
    try:
        first.call("POST", "/users/create", account)
    except DeployError as refused:
        say(
            f"WARNING: Windmill made no account for {operator} ({refused}). {FIRST} stays, whose password everybody knows: give it another one"
            " in Windmill before anybody else reaches the server"
        )
        return FIRST, session
    own = _signed_in(nobody, operator, password)
    if not own:
        raise DeployError(f"{operator} is not let in at {nobody.url} with the password it was made with")
    Server(nobody.url, own, "").call("DELETE", f"/users/delete/{quote(FIRST)}")
    say(f"account {operator} at Windmill made, its password is {PASSWORD}; {FIRST} deleted")
    return operator, own


def _signed_in(nobody: Server, email: str, password: str) -> str:
    """A session's token; '' where the password is not that one."""
    answer = nobody.call(
        "POST", "/auth/login", {"email": email, "password": password}, ok=(200, 201, 400, 401)
    )
    return answer.text.strip().strip('"') if answer.status_code in (200, 201) else ""
