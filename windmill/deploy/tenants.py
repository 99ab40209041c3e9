"""Makes or removes a tenant with its chatbot, staff and tools: .venv/bin/python windmill/deploy/tenants.py --help

Works on the database as its administrator (DATABASE_URL). The tenant's WhatsApp access token comes from the environment (WHATSAPP_TOKEN),
and if the tenant has one, its own key at the language model's vendor (TENANT_LLM_API_KEY). Each is sealed with MASTER_KEY and stored
encrypted. What the environment lacks is taken from .env. Run again with the same phone number it updates what it is given.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from deploy import removal
from deploy.bootstrap import DeployError, Server
from deploy.bots import commands as bots
from deploy.changed_tools import publishing_tools
from deploy.environment import add_env_file, load, missing
from deploy.tenant_tools import TenantError, put_tool_folder

from f.common.chatbot_settings import OPERATOR, checked, definitions
from f.common.secrets import SecretError, seal, seal_all
from f.common.setting_kinds import SettingError

NEEDED = ("DATABASE_URL", "MASTER_KEY", "WHATSAPP_TOKEN")
NEEDED_TO_REMOVE = ("DATABASE_URL", "WINDMILL_URL", "WINDMILL_TOKEN", "WINDMILL_WORKSPACE", "JOB_ID_KEY")


def put_tenant(
    conn: psycopg.Connection[Any],
    master_key: str,
    phone_number_id: str,
    name: str,
    whatsapp_token: str | None,
    **settings: Any,
) -> str:
    """Makes or updates the tenant of this number; returns the tenant's id. Without a token the stored one stays. Raises SettingError."""
    values = checked(settings, OPERATOR)
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        found = conn.execute(
            "select tenant_id from chatbots where phone_number_id = %s", [phone_number_id]
        ).fetchone()
        if found:
            tenant_id = str(found["tenant_id"])
        else:
            row = conn.execute("insert into tenants (name) values (%s) returning id", [name]).fetchone()
            assert row is not None
            tenant_id = str(row["id"])
            conn.execute(
                "insert into chatbots (phone_number_id, tenant_id, name) values (%s, %s, %s)",
                [phone_number_id, tenant_id, name],
            )
        token = seal(master_key, tenant_id, "whatsapp_token", whatsapp_token) if whatsapp_token else None
        conn.execute(
            "update tenants set name = %s, whatsapp_token = coalesce(%s, whatsapp_token) where id = %s",
            [name, token, tenant_id],
        )
        for setting, value in values.items():
            conn.execute(
                f"update chatbots set {setting} = %s where phone_number_id = %s".encode(),
                [value, phone_number_id],
            )
    return tenant_id


def put_llm_key(conn: psycopg.Connection[Any], master_key: str, tenant_id: str, key: str | None) -> None:
    """Stores the tenant's own key at its language model's vendor, sealed; None takes it away: the platform's is used again."""
    sealed = seal(master_key, tenant_id, "llm_api_key", key) if key else None
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        conn.execute("update tenants set llm_api_key = %s where id = %s", [sealed, tenant_id])


def put_embedding_model(conn: psycopg.Connection[Any], tenant_id: str, name: str) -> None:
    """Which model makes the tenant's vectors. A tenant with documents keeps what answers now: their vectors are made first, by change_model."""
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        models = {
            row["name"]: row for row in conn.execute("select id, name from embedding_models order by id")
        }
        if name not in models:
            raise TenantError(
                f"there is no embedding model {name!r}: the table embedding_models has {', '.join(models)}"
            )
        now = conn.execute("select embedding_model from tenants where id = %s", [tenant_id]).fetchone()
        if now is None or now["embedding_model"] == name:
            return
        conn.execute("select set_config('app.tenant_id', %s, true)", [tenant_id])
        done = conn.execute(
            "select switch_embedding_model(%s::smallint) as done", [models[name]["id"]]
        ).fetchone()
        if done is None or not done["done"]:
            raise TenantError(
                f"its documents have vectors of {now['embedding_model']} only: run f/ingest/change_model in Windmill"
                f" with tenant_id {tenant_id} and embedding_model {name}"
            )


def put_member(conn: psycopg.Connection[Any], tenant_id: str, email: str, role: str = "owner") -> None:
    """Lets a person upload and configure for the tenant."""
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        conn.execute(
            "insert into tenant_members (tenant_id, email, role) values (%s, lower(%s), %s)"
            " on conflict (tenant_id, email) do update set role = excluded.role",
            [tenant_id, email, role],
        )


def put_tool(
    conn: psycopg.Connection[Any],
    master_key: str,
    tenant_id: str,
    name: str,
    url: str,
    authorization: str,
    allowed_tools: list[str],
) -> None:
    """Registers an MCP server of the tenant; `authorization` is the header's value and is stored sealed."""
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        with publishing_tools(conn, tenant_id):
            conn.execute(
                "insert into tenant_tools (tenant_id, name, url, headers, sealed_headers, allowed_tools)"
                """ values (%s, %s, %s, '{"Authorization": null}', %s, %s) on conflict (tenant_id, name) do update set url = excluded.url,"""
                " headers = excluded.headers, sealed_headers = excluded.sealed_headers, allowed_tools = excluded.allowed_tools,"
                " discovered = null, discovered_at = null, warnings = '[]'",
                [
                    tenant_id,
                    name,
                    url,
                    seal_all(master_key, tenant_id, f"tool:{name}", {"Authorization": authorization}),
                    allowed_tools,
                ],
            )


def put_action(
    conn: psycopg.Connection[Any],
    master_key: str,
    tenant_id: str,
    action: dict[str, Any],
    secrets: dict[str, str],
) -> None:
    """Registers an HTTP action of the tenant (sql/schema/tools.sql says what it holds); the `secrets`, by parameter, are stored sealed."""
    from f.tools.action_fields import checked_action, write_action

    checked = checked_action(action)
    with conn.transaction():
        conn.execute("set local role chatbot_owner")
        sealed = seal_all(master_key, tenant_id, f"action:{checked['name']}", secrets)
        with publishing_tools(conn, tenant_id):
            write_action(conn, tenant_id, checked, sealed)


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    listed = (f"  {name}: {d.metadata['help']}" for name, d in definitions().items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="\n".join([bots.HELP, "settings of a chatbot, for --set:", *listed]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--phone-number-id", help="Meta's id of the business number")
    parser.add_argument("--name", help="the business's name, as its customers know it")
    parser.add_argument("--owner", metavar="EMAIL", help="who may upload documents and configure the chatbot")
    parser.add_argument("--persona", help="how the chatbot speaks")
    parser.add_argument(
        "--embedding-model",
        metavar="NAME",
        help="what its vectors are made by, a row of the table embedding_models: as shipped text-embedding-3-small, which a new tenant has,"
        " and multilingual-e5-small, for an endpoint that serves e5-passage and e5-query; .env.example shows how to add one",
    )
    parser.add_argument(
        "--tool-folder",
        metavar="NAME",
        help="its chatbots may call the scripts and flows of f/tenant_tools/NAME, beside those of f/tenant_tools/shared; - takes that back",
    )
    parser.add_argument("--language", action="append", help="a language code; the first is the default")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help='any setting of the chatbot, as JSON or plain text: --set max_rounds=4 --set \'offer_human={"en": "Shall I ask a colleague?"}\'',
    )
    parser.add_argument(
        "--remove",
        metavar="PHONE_NUMBER_ID",
        help="forget this number for ever: its settings, conversations, customers who wrote to no other number of the tenant, its messages"
        " in the inbox, and the data of its past jobs in Windmill. With its last number the whole tenant goes, with documents, staff, keys and"
        " usage; a tenant that has other numbers keeps all of that, and they go on answering. What staff looked at in the portal stays in"
        " Windmill's jobs until those are deleted by age, and so do Windmill accounts. At Meta, unsubscribe the number first: what is"
        " delivered for it later is stored for 30 days. Needs WINDMILL_URL, WINDMILL_TOKEN, WINDMILL_WORKSPACE and JOB_ID_KEY, too",
    )
    parser.add_argument("--yes", action="store_true", help="remove without asking; for scripts")
    bots.add_options(parser)
    add_env_file(parser)
    return parser


def main() -> int:
    parser = options()
    arguments = parser.parse_args()
    if arguments.remove and (arguments.phone_number_id or arguments.name):
        parser.error("--remove takes the number itself, without --phone-number-id and --name")
    if problem := bots.problem_of(arguments):
        parser.error(problem)
    is_complete = bots.chosen(arguments) or arguments.remove or (arguments.phone_number_id and arguments.name)
    if not is_complete:
        parser.error("--phone-number-id and --name are needed, or one of --remove, --export and --import")
    load(arguments.env_file)
    needed = NEEDED_TO_REMOVE if arguments.remove else bots.needed(arguments, NEEDED)
    if problem := missing(needed, arguments.env_file):
        print(problem, file=sys.stderr)
        return 2
    try:
        if bots.chosen(arguments):
            return bots.run(arguments)
        return remove(arguments.remove, arguments.yes) if arguments.remove else put(arguments)
    except KeyboardInterrupt:
        return 130


def put(arguments: argparse.Namespace) -> int:
    """Makes or updates the tenant, all of it or nothing."""
    try:
        settings = settings_of(arguments)
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row) as conn, conn.transaction():
            tenant_id = put_tenant(
                conn,
                os.environ["MASTER_KEY"],
                arguments.phone_number_id,
                arguments.name,
                os.environ["WHATSAPP_TOKEN"],
                **settings,
            )
            if arguments.embedding_model:
                put_embedding_model(conn, tenant_id, arguments.embedding_model)
            if arguments.tool_folder:
                folder = None if arguments.tool_folder == "-" else arguments.tool_folder
                put_tool_folder(conn, tenant_id, folder)
            if arguments.owner:
                put_member(conn, tenant_id, arguments.owner)
            if os.environ.get("TENANT_LLM_API_KEY"):
                put_llm_key(conn, os.environ["MASTER_KEY"], tenant_id, os.environ["TENANT_LLM_API_KEY"])
    except (psycopg.Error, SecretError, SettingError, TenantError) as error:
        print(f"nothing was changed: {error}", file=sys.stderr)
        return 1
    print(f"tenant {tenant_id} answers on {arguments.phone_number_id}")
    return 0


def settings_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that the command names. A value that is no JSON is a text. Raises TenantError and SettingError."""
    settings: dict[str, Any] = {"persona": arguments.persona, "languages": arguments.language}
    settings = {name: value for name, value in settings.items() if value}
    for given in arguments.set:
        name, equals, value = given.partition("=")
        if not equals:
            raise TenantError(f"write NAME=VALUE in place of {given!r}")
        if name == "name":
            raise TenantError("the name is given by --name")
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
    return settings


def remove(number: str, sure: bool) -> int:
    """Forgets a number, and with a tenant's last one the tenant, once the person has typed the number again."""
    server = Server(*(os.environ[name] for name in ("WINDMILL_URL", "WINDMILL_TOKEN", "WINDMILL_WORKSPACE")))
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, autocommit=True) as conn:
            conn.execute("set role chatbot_owner")
            found = removal.find(conn, number)
            if found is None:
                print(f"there is no chatbot with the number {number}", file=sys.stderr)
                return 1
            if not sure and not confirmed(found):
                print("nothing was removed", file=sys.stderr)
                return 1
            print(removal.remove(conn, server, os.environ["JOB_ID_KEY"], found))
    except (psycopg.Error, DeployError) as error:
        print(f"not removed: {str(error).strip()}. Run it again to go on", file=sys.stderr)
        return 1
    return 0


def confirmed(found: removal.Found) -> bool:
    """Whether the person types the number once more."""
    print(f"This removes {found}. It can't be undone.")
    try:
        return input("Type the number again to go on: ").strip() == found.number
    except EOFError:
        print()
        return False


if __name__ == "__main__":
    sys.exit(main())
