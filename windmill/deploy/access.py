"""The workspace, and the users and tokens of the ingress, which may start the chat flow, and of the door, which may run what is behind the portal."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from deploy.bootstrap import DeployError, Server

from f.common.windmill import FLOW, TAGS, WORKERS_OF_TAGS, idle_tags

INGRESS = "ingress"  # the group that the folders' files name; its user's name is the server's choice
EMAIL = "ingress@chatmill.invalid"  # of a name that nobody can have, so that nobody can sign in as it
LISTED_S = 60
LEARNT_S = 60.0  # workers tell their tags with their sign of life
DEFAULT_GROUP = "default"
SCOPE = f"jobs:run:flows:{FLOW}"
DOOR = "door"
DOOR_EMAIL = "door@chatmill.invalid"
LIVES = timedelta(minutes=10)  # of a token that makes another one, should it not be deleted
PREFIX = 10  # characters by which a token is named
DOOR_RUNS = "p/f/portal_api/me"
DOOR_SCOPES = ["jobs:run:scripts:f/portal_api/*", "jobs:run:scripts:f/ingest/upload_document"]


def ensure_workspace(server: Server) -> list[str]:
    """Makes the workspace where it is missing and the token may."""
    if server.call("POST", "/workspaces/exists", {"id": server.workspace}).json():
        return []
    try:
        server.call("POST", "/workspaces/create", {"id": server.workspace, "name": server.workspace})
    except DeployError as refused:
        raise DeployError(
            f"the workspace {server.workspace} does not exist, and this token may not create it: {refused}"
        ) from None
    return [f"workspace {server.workspace} created"]


def ensure_user(server: Server, email: str) -> list[str]:
    """Makes an account-less member, who can only run."""
    if name_of(server, email):
        return []
    server.call("POST", "workspaces/add_user", {"email": email, "is_admin": False, "operator": True})
    return [f"user {email} added"]


def ensure_ingress(server: Server) -> list[str]:
    """The ingress's user, in the group that may read what the chat flow runs."""
    return _ensure_in_group(server, EMAIL, INGRESS, "May start the chat flow")


def ensure_door(server: Server) -> list[str]:
    """The door's user, in the group that may read what the scripts behind the portal use."""
    return _ensure_in_group(server, DOOR_EMAIL, DOOR, "May run the scripts behind the portal")


def _ensure_in_group(server: Server, email: str, group: str, summary: str) -> list[str]:
    made = ensure_user(server, email)
    if group not in server.call("GET", "groups/listnames").json():
        server.call("POST", "groups/create", {"name": group, "summary": summary})
        made.append(f"group {group} created")
    username = name_of(server, email)
    if username not in server.call("GET", f"groups/get/{group}").json()["members"]:
        server.call("POST", f"groups/adduser/{group}", {"username": username})
        made.append(f"user {username} is in the group {group}")
    return made


def name_of(server: Server, email: str) -> str | None:
    """A member's user name."""
    users = server.call("GET", "users/list").json()
    return next((str(user["username"]) for user in users if user["email"] == email), None)


def token_works(server: Server, token: str | None, run: str = f"f/{FLOW}") -> bool:
    """Whether a token opens in this workspace what it is for, to run this, and not everything that its user may."""
    if not token:
        return False
    as_user = Server(server.url, token, server.workspace)
    # One with scopes may not even ask whose it is.
    if as_user.call("GET", "users/whoami", ok=(200, 401, 403, 404)).status_code != 403:
        return False
    asked = as_user.call("POST", f"jobs/run/{run}?job_id=none", {}, ok=(400, 401, 403, 404))
    return asked.status_code == 400  # it was let in, to be told that this is no id


def new_token(server: Server) -> str:
    """A token of the ingress's user that may only start the chat flow. Needs a superadmin."""
    return _new_token(server, EMAIL, INGRESS, [SCOPE])


def new_door_token(server: Server) -> str:
    """A token of the door's user that may only run the scripts behind the portal. Needs a superadmin."""
    return _new_token(server, DOOR_EMAIL, DOOR, DOOR_SCOPES)


def _new_token(server: Server, email: str, label: str, scopes: list[str]) -> str:
    """A token that a superadmin makes for somebody opens all that they may, whatever scopes are asked for. With such a one, which is deleted at once,
    the user makes one of their own, whose scopes count."""
    until = (datetime.now(UTC) + LIVES).isoformat()
    body: dict[str, object] = {
        "impersonate_email": email,
        "label": f"{label}: makes another",
        "expiration": until,
    }
    opens_all = _text(server, "impersonate", body)
    as_user = Server(server.url, opens_all, server.workspace)
    try:
        body = {"label": label, "scopes": scopes, "workspace_id": server.workspace}
        return _text(as_user, "create", body)
    finally:
        as_user.call("DELETE", f"/users/tokens/delete/{opens_all[:PREFIX]}", ok=(200, 401, 404))


def _text(server: Server, action: str, body: dict[str, object]) -> str:
    return server.call("POST", f"/users/tokens/{action}", body).text.strip().strip('"')


def ensure_tags(server: Server) -> list[str]:
    """Lets the workspace's members run jobs with our tags. An instance's setting: only a superadmin may change it.

    A script with another tag can be deployed, and fails when a member's run reaches it; a schedule of one is refused. So before the push.
    """
    path = "/settings/global/custom_tags"
    answer = server.call("GET", path, ok=(200, 401, 403))
    if answer.status_code != 200:
        return ["the workers' tags were left as they are: only a superadmin may set them"]
    known = answer.json() or []
    if missing := [tag for tag in TAGS if tag not in known]:
        server.call("POST", path, {"value": [*known, *missing]})
        wait_until_listed(server, missing)
        return [f"tags of the workers added: {', '.join(missing)}"]
    return []


def wait_until_listed(server: Server, tags: list[str]) -> None:
    """The server learns of new tags after some seconds."""
    deadline = time.monotonic() + LISTED_S
    while not set(tags) <= set(server.call("GET", "/workers/custom_tags").json()):
        if time.monotonic() > deadline:
            raise DeployError(
                f"the server does not list the tags {', '.join(tags)} after {LISTED_S} s: make deploy again"
            )
        time.sleep(1)


def tags_without_worker(server: Server) -> list[str]:
    """Our tags that no living worker takes: their jobs wait for ever, without a word."""
    return idle_tags(server.call("GET", WORKERS_OF_TAGS).json())


def ensure_workers(server: Server) -> list[str]:
    """Where no living worker takes any of our tags, gives them to the workers of the group `default`: a server that knew nothing of us."""
    return give_tags(server) if len(tags_without_worker(server)) == len(TAGS) else []


def give_tags(server: Server) -> list[str]:
    """Gives the tags that no living worker takes to the workers of the group `default`, where there are any.

    An instance's setting. The open-source edition lets a superadmin change which tags a group takes; workers learn of it within seconds.
    """
    idle = tags_without_worker(server)
    alive = server.call("GET", "/workers/list?per_page=100&ping_since=60", ok=(200, 401, 403))
    found = alive.json() if alive.status_code == 200 else []
    taken = {
        tag for w in found if w.get("worker_group") == DEFAULT_GROUP for tag in w.get("custom_tags") or []
    }
    if not taken:
        return []
    config = server.call("GET", f"/configs/get/worker__{DEFAULT_GROUP}").json() or {}
    tags = dict.fromkeys([*(config.get("worker_tags") or []), *sorted(taken), *TAGS])
    server.call("POST", f"/configs/update/worker__{DEFAULT_GROUP}", {**config, "worker_tags": list(tags)})
    deadline = time.monotonic() + LEARNT_S
    while tags_without_worker(server) and time.monotonic() < deadline:
        time.sleep(1)
    return [
        f"the workers of the group `{DEFAULT_GROUP}` take {', '.join(idle)}, too: no worker took them. Workers of their own keep these apart"
        " (docker-compose.yml)"
    ]


def retention(server: Server, given: str) -> list[str]:
    """How many days finished jobs are kept. An instance's setting: only a superadmin may change it."""
    if not given.isdecimal() or int(given) < 1:
        raise DeployError("JOB_RETENTION_DAYS must be a whole number of days, 1 or more")
    days = int(given)
    path, seconds = "/settings/global/retention_period_secs", days * 86400
    answer = server.call("GET", path, ok=(200, 401, 403))
    if answer.status_code != 200:
        return ["job retention left as it is: only a superadmin may set it"]
    if answer.json() == seconds:
        return []
    server.call("POST", path, {"value": seconds})
    return [f"finished jobs are kept for {days} days"]
