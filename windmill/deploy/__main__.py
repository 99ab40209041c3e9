"""Brings a Windmill server to what this folder says: make deploy, or python windmill/deploy [--dry-run] [--update]

Creates what is missing (workspace, folders, resource types, secret variables, resources, the ingress's user and token), pushes the bundle with
the pinned wmill CLI, starts what compose runs here anew with the tokens that it made, and sends a signed test message through the ingress. On a
fresh Windmill it begins with an operator's account. Running it again changes nothing; a variable or resource that is no longer what the
environment says is named, and --update brings it. Everything that it needs comes from the environment; .env.example explains each variable.
No secret is printed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy import access, compose, first_account, message, packages, wmill
from deploy.bootstrap import DeployError, Server, bootstrap, differing
from deploy.environment import keep, load

TOKEN = "INGRESS_WINDMILL_TOKEN"
DOOR_TOKEN = "DOOR_WINDMILL_TOKEN"
PORTAL = "f/portal/documents"
NEEDED = ("WINDMILL_URL", "WINDMILL_TOKEN", "WINDMILL_WORKSPACE")


def say(line: str) -> None:
    print(line, flush=True)


def connect() -> Server:
    """The server that the environment names."""
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        raise DeployError(
            f"missing in the environment: {', '.join(missing)} (each is explained in .env.example)"
        )
    url, token, workspace = (os.environ[name] for name in NEEDED)
    if not url.startswith(("http://", "https://")):
        raise DeployError("WINDMILL_URL must start with http:// or https://")
    return Server(url, token, workspace)


def deploy(server: Server, update: bool, env_file: Path) -> list[str]:
    """Everything, in the order in which one thing needs another. The services of compose that a token was made for, which they still lack."""
    done = access.ensure_workspace(server)
    done += bootstrap(server, update=update)
    done += access.ensure_tags(server)
    done += access.ensure_workers(server)
    if days := os.environ.get("JOB_RETENTION_DAYS"):  # without it, what the operator has set stays
        done += access.retention(server, days)
    for line in done:
        say(line)
    left = [] if update else differing(server)
    changes = wmill.push(server, say)
    say(f"bundle: {changes} changes pushed, and none is left" if changes else "bundle: nothing to push")
    made = access.ensure_ingress(server)
    waiting = []
    if not access.token_works(server, os.environ.get(TOKEN)):
        if os.environ.get("CI"):
            raise DeployError(
                f"{TOKEN} is missing or no longer works: run make deploy by hand once, and keep the token it makes as a secret of CI"
            )
        keep_token(env_file, TOKEN, access.new_token(server))
        waiting.append("ingress")
        made.append(f"token for the ingress made, as {TOKEN} in {env_file}")
    if os.environ.get("PORTAL_URL"):
        made += prepare_door(server, env_file, waiting)
    for line in made:
        say(line)
    if left:
        say(f"differs from the environment, left alone: {', '.join(left)} (ARGS=--update brings it)")
    if differences := packages.differences(server):
        say(
            f"WARNING: locks on the server and windmill/worker/requirements.txt differ: {'; '.join(differences)}. These scripts start slowly, in the"
            " plain interpreter: run `make bundle`, then make deploy again, and build the workers' image"
        )
    for tag in access.tags_without_worker(server):
        say(
            f"WARNING: no worker takes jobs with the tag `{tag}`: they wait until one does. Start one with WORKER_TAGS={tag}"
            f" (docker compose up --detach windmill-worker-{tag})"
        )
    if not (done or changes or made or left):
        say("the server was as it should be: nothing was changed")
    return waiting


def prepare_door(server: Server, env_file: Path, waiting: list[str]) -> list[str]:
    """The door's user and token, which is made by hand once, like the ingress's; then its service is added to `waiting`."""
    made = access.ensure_door(server)
    if access.token_works(server, os.environ.get(DOOR_TOKEN), access.DOOR_RUNS):
        return made
    if os.environ.get("CI"):
        raise DeployError(
            f"{DOOR_TOKEN} is missing or no longer works: run make deploy by hand once, and keep the token it makes as a secret of CI"
        )
    keep_token(env_file, DOOR_TOKEN, access.new_door_token(server))
    waiting.append("portal")
    return [*made, f"token for the door made, as {DOOR_TOKEN} in {env_file}"]


def keep_token(env_file: Path, name: str, token: str) -> None:
    """In the file and in the environment, which compose believes before the file."""
    keep(env_file, name, token)
    os.environ[name] = token


def give_tokens(env_file: Path, waiting: list[str]) -> bool:
    """Starts the services anew that wait for a token, where compose runs them here. Whether the ingress has its own."""
    renewed = compose.renew(env_file, waiting) if waiting else []
    if renewed:
        say(f"started anew with the new tokens: {', '.join(renewed)}")
    if left := [name for name in waiting if name not in renewed]:
        say(
            f"start anew with the new tokens: {', '.join(left)} (docker compose up --detach, where compose runs them)"
        )
    return "ingress" not in left


def test_message(server: Server, has_token: bool) -> None:
    """A signed message from Meta's side to the finished run, where the ingress's address is known and it has its token."""
    if not os.environ.get("INGRESS_URL"):
        say("INGRESS_URL is not set: no test message was sent")
    elif not has_token:  # the ingress would store the message, and not be let in at Windmill
        say("no test message yet: start the ingress anew, then make deploy again")
    else:
        say(message.send(server, os.environ))


def portal(server: Server) -> str:
    """The portal's address in a browser, for the businesses' staff."""
    page = (os.environ.get("WINDMILL_BASE_URL") or server.url).rstrip("/")
    return f"{page}/apps_raw/get/{PORTAL}?workspace={server.workspace}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what a push would change")
    parser.add_argument(
        "--update",
        action="store_true",
        help="bring existing variables and resources to what the environment says",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        default=Path(".env"),
        help="settings that the environment lacks, and where the ingress's token is written (default %(default)s)",
    )
    arguments = parser.parse_args()
    try:
        load(arguments.env_file)
        if not arguments.dry_run:
            first_account.ensure_token(arguments.env_file, say)
        server = connect()
        if arguments.dry_run:
            say(wmill.diff(server)[1])
        else:
            waiting = deploy(server, arguments.update, arguments.env_file)
            has_token = give_tokens(arguments.env_file, waiting)
            test_message(server, has_token)
            say(f"portal: {portal(server)}")
    except DeployError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
