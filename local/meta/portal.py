"""What the chat page asks of Windmill: upload a document, list documents, read a run."""

import asyncio
import base64
import re
from typing import Any

import httpx

from f.common.problems import english, message
from local.meta.config import Portal, Secrets
from local.portal.wire import request

APP = "f/portal/documents"
# The app's runnables, as its backend/*.yaml names them.
RUNNABLES = {"upload": "script/f/ingest/upload_document", "list": "script/f/portal_api/list_documents"}
RUN_ID = re.compile(r"[0-9a-fA-F-]{36}")


class PortalError(Exception):
    """Why something is not shown, in words for the page."""


class PortalClient:
    """A few calls to Windmill's API."""

    def __init__(self, portal: Portal | None, secrets: Secrets) -> None:
        self.portal, self.secrets = portal, secrets
        self.client = httpx.AsyncClient(trust_env=False, timeout=60)

    async def close(self) -> None:
        await self.client.aclose()

    async def call(self, method: str, path: str, token: str, body: Any = None) -> httpx.Response:
        if self.portal is None:
            raise PortalError("No Windmill is configured.")
        url = f"{self.portal.windmill_url.rstrip('/')}/api/w/{self.portal.workspace}/{path}"
        try:
            answer = await self.client.request(
                method, url, json=body, headers={"Authorization": f"Bearer {token}"}
            )
        except httpx.HTTPError as error:
            raise PortalError(f"Windmill can't be reached ({type(error).__name__}).") from None
        if answer.is_error:
            raise PortalError(f"Windmill answered {answer.status_code}: {answer.text[:300]}")
        return answer

    async def app(self, tenant: str, runnable: str, fields: dict[str, Any], seconds: float = 60) -> Any:
        """Call a runnable of the documents app as the tenant's staff, and wait for its result."""
        token = self.secrets.upload_tokens.get(tenant)
        if not token:
            raise PortalError("This business has no staff login here, so nothing can be uploaded.")
        args = {"request": request(runnable, **fields)}
        body = {"component": runnable, "path": RUNNABLES[runnable], "args": args}
        started = await self.call("POST", f"apps_u/execute_component/{APP}", token, body)
        job = started.text.strip().strip('"')
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            done = (await self.call("GET", f"jobs_u/completed/get_result_maybe/{job}", token)).json()
            if done.get("completed"):
                if done.get("success") is False:
                    raise PortalError(reason(done.get("result")))
                result = done.get("result")
                if isinstance(result, dict) and result.get("ok") is False:
                    raise PortalError(english(message(result["refused"], **result["values"])))
                return result
            await asyncio.sleep(0.15)
        raise PortalError("Windmill did not finish in time.")

    async def upload(self, tenant: str, content: bytes, filename: str, title: str) -> Any:
        file = base64.b64encode(content).decode()
        return await self.app(tenant, "upload", {"file": file, "filename": filename, "title": title})

    async def documents(self, tenant: str) -> list[dict[str, Any]]:
        """The tenant's documents with their state: received, processing, ready or failed."""
        result = await self.app(tenant, "list", {})
        rows = result.get("documents", []) if isinstance(result, dict) else result
        return [
            row | {"error": english(row["error"]) if row.get("error") else None}
            for row in rows or []
            if isinstance(row, dict)
        ]

    async def job(self, job_id: str) -> dict[str, Any]:
        if not RUN_ID.fullmatch(job_id):
            raise PortalError("This is not the id of a run.")
        found = (await self.call("GET", f"jobs_u/get/{job_id}", self.secrets.runner_token)).json()
        return found if isinstance(found, dict) else {}

    @property
    def readable(self) -> bool:
        return self.portal is not None and bool(self.secrets.runner_token)

    async def finished(self, run: str) -> bool:
        job = await self.job(run)
        return job.get("type") == "CompletedJob" or "success" in job

    def link(self, run: str) -> str | None:
        portal = self.portal
        return f"{portal.windmill_url.rstrip('/')}/run/{run}?workspace={portal.workspace}" if portal else None

    def open_link(self, run: str) -> str | None:
        """The link as the page opens it: at the local runner the visitor is signed in by it."""
        link = self.link(run)
        token = f"&token={self.secrets.runner_token}" if self.portal and self.portal.sign_in else ""
        return f"{link}{token}" if link else None

    async def what_happened(self, run: str) -> dict[str, Any]:
        """A run in short: its steps, the tools that were called, the passages that were used."""
        flow = await self.job(run)
        modules = [m for m in (flow.get("flow_status") or {}).get("modules", []) if isinstance(m, dict)]
        jobs = await asyncio.gather(*(self.step(module) for module in modules))
        agent = next((job.get("result") for step, job in jobs if step["id"] == "agent_loop"), None)
        agent = agent if isinstance(agent, dict) else {}
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
        }

    async def step(self, module: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        job = await self.job(module["job"]) if module.get("job") else {}
        step = {"id": module.get("id"), "state": module.get("type"), "ms": job.get("duration_ms")}
        return step, job


def reason(result: Any) -> str:
    """The words of a failed job."""
    error = result.get("error", result) if isinstance(result, dict) else result
    if isinstance(error, dict):
        error = error.get("message", error)
    return str(error)[:500]
