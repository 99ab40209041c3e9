"""What the chat page reads from Windmill: the run behind an answer, and why a message got none."""

import asyncio
import base64
import json
import re
from typing import Any

import httpx

from local.meta.config import Portal, Secrets

FLOW = "f/chatbot/whatsapp_message"
HUMAN_REPLY = "f/portal_api/conversations"
RUN_ID = re.compile(r"[0-9a-fA-F-]{36}")


class RunError(Exception):
    """Why something is not shown, in words for the page."""


class RunReader:
    """A few calls to Windmill's API."""

    def __init__(self, portal: Portal | None, secrets: Secrets) -> None:
        self.portal, self.secrets = portal, secrets
        self.client = httpx.AsyncClient(trust_env=False, timeout=60)

    async def close(self) -> None:
        await self.client.aclose()

    @property
    def readable(self) -> bool:
        return self.portal is not None and bool(self.secrets.runner_token)

    async def get(self, path: str, **query: str) -> Any:
        if self.portal is None or not self.readable:
            raise RunError("Runs can't be read here: no Windmill or no token for it.")
        url = f"{self.portal.windmill_url.rstrip('/')}/api/w/{self.portal.workspace}/{path}"
        headers = {"Authorization": f"Bearer {self.secrets.runner_token}"}
        try:
            answer = await self.client.get(url, params=query, headers=headers)
        except httpx.HTTPError as error:
            raise RunError(f"Windmill can't be reached ({type(error).__name__}).") from None
        if answer.is_error:
            raise RunError(f"Windmill answered {answer.status_code}: {answer.text[:300]}")
        try:
            return answer.json()
        except ValueError:
            raise RunError("Windmill answered what is not JSON.") from None

    async def job(self, job_id: str) -> dict[str, Any]:
        if not RUN_ID.fullmatch(job_id):
            raise RunError("This is not the id of a run.")
        found = await self.get(f"jobs_u/get/{job_id}")
        return found if isinstance(found, dict) else {}

    async def finished(self, run: str) -> bool:
        job = await self.job(run)
        return job.get("type") == "CompletedJob" or "success" in job

    async def why_silent(self, wamid: str) -> str | None:
        """Why the run of a customer's message ended without an answer; None where it did not (yet)."""
        message = {"entry": [{"changes": [{"value": {"messages": [{"id": wamid}]}}]}]}
        wanted = base64.b64encode(json.dumps(message).encode()).decode()
        for listed in await self.get("jobs/list", script_path_exact=FLOW, args=wanted, success="true"):
            result = (await self.job(listed["id"])).get("result")
            if isinstance(result, dict) and result.get("status") == "ended":
                return str(result.get("reason"))
        return None

    def link(self, run: str) -> str | None:
        portal = self.portal
        return f"{portal.windmill_url.rstrip('/')}/run/{run}?workspace={portal.workspace}" if portal else None

    def open_link(self, run: str) -> str | None:
        """The link as the page opens it: it signs the visitor in at the local runner."""
        link = self.link(run)
        token = f"&token={self.secrets.runner_token}" if self.portal and self.portal.sign_in else ""
        return f"{link}{token}" if link else None

    async def sources(self, run: str) -> list[dict[str, Any]]:
        """Where a run's reply comes from: its citations."""
        modules = ((await self.job(run)).get("flow_status") or {}).get("modules", [])
        step = next((m for m in modules if isinstance(m, dict) and m.get("id") == "agent_loop"), None)
        found = (await self.job(step["job"])).get("result") if step and step.get("job") else None
        return found.get("citations") or [] if isinstance(found, dict) else []

    async def source_link(self, run: str, place: int) -> str | None:
        """Where the passages of a citation are shown: in the portal, or the web page itself."""
        found = (await self.sources(run))[place : place + 1]
        if not found or found[0].get("url") or not self.portal:
            return found[0].get("url") if found else None
        cited, page = found[0], self.portal.page_url.partition("#")[0]
        if not page or not cited.get("id"):
            return None
        marks = ",".join(cited.get("passages") or [])
        return f"{page}#knowledge/document/{cited['id']}/{cited.get('page', '')}:{marks}"

    async def what_happened(self, run: str) -> dict[str, Any]:
        """A run in short: its steps, the tools that were called, the passages that were used."""
        flow = await self.job(run)
        modules = [m for m in (flow.get("flow_status") or {}).get("modules", []) if isinstance(m, dict)]
        jobs = await asyncio.gather(*(self.step(module) for module in modules))
        agent = next((job.get("result") for step, job in jobs if step["id"] == "agent_loop"), None)
        agent = agent if isinstance(agent, dict) else {}
        result = flow.get("result")
        return {
            "run": run,
            "link": self.link(run),
            "finished": "success" in flow,
            "success": flow.get("success"),
            "ms": flow.get("duration_ms"),
            "steps": [step for step, _ in jobs],
            "tools": agent.get("trace") or [],
            "citations": agent.get("citations") or [],
            "usage": agent.get("usage") or {},
            "answered": agent.get("answered"),
            "model": agent.get("model"),
            "error": agent.get("error"),
            "trace_id": result.get("trace_id") if isinstance(result, dict) else None,
            "by_human": flow.get("script_path") == HUMAN_REPLY,
        }

    async def step(self, module: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        job = await self.job(module["job"]) if module.get("job") else {}
        return {"id": module.get("id"), "state": module.get("type"), "ms": job.get("duration_ms")}, job
