"""The scripts behind the portal, in Windmill. Each call is a job under an id that nobody could guess, and nobody learns before it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import yaml

from portal.settings import Settings

SEND_CODE = "f/portal_api/send_code"
SENDING = {
    "db": "$res:f/chatbot/database",
    "settings": "$res:f/chatbot/settings",
    "whatsapp": "$res:f/chatbot/whatsapp",
}
PUBLIC_API = "f/portal_api/public_api"
PUBLIC_API_RESOURCES = {
    "db": "$res:f/chatbot/database",
    "master_key": "$var:f/chatbot/master_key",
    "whatsapp": "$res:f/chatbot/whatsapp",
}


class ScriptFailed(Exception):
    """The script did not give a result; its message is for the log, and holds nothing of the request."""


class Script:
    """One that the page may call, with the arguments that are not the page's."""

    def __init__(self, file: Path) -> None:
        about: dict[str, Any] = yaml.safe_load(file.read_text())
        self.path: str = about["path"]
        self.fixed: dict[str, Any] = {
            name: field["value"] for name, field in (about.get("fields") or {}).items()
        }


class Windmill:
    """The one use that the door makes of Windmill: it runs a script under a given job id, and waits for the result."""

    def __init__(self, settings: Settings) -> None:
        self.scripts = {file.stem: Script(file) for file in settings.portal_scripts.glob("*.yaml")}
        place = f"{settings.windmill_url}/api/w/{settings.windmill_workspace}"
        self._url = f"{place}/jobs/run_wait_result/p"
        self._client = httpx2.AsyncClient(
            headers={"Authorization": f"Bearer {settings.windmill_token}"},
            timeout=settings.portal_script_timeout_s,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            trust_env=False,  # the address is given: no proxy or password from the environment
        )

    async def run(self, path: str, arguments: dict[str, Any], job: str) -> bytes:
        """The script's result, as JSON. Raises ScriptFailed."""
        try:
            answer = await self._client.post(f"{self._url}/{path}", params={"job_id": job}, json=arguments)
        except httpx2.HTTPError as error:
            raise ScriptFailed(f"Windmill can't be reached: {type(error).__name__}") from None
        if answer.status_code != 200:
            raise ScriptFailed(f"Windmill answered {answer.status_code}")
        return answer.content

    async def close(self) -> None:
        await self._client.aclose()
