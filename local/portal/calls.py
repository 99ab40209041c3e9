"""What a person asks of the running portal: each request is a job of the app, as the page starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.portal.wire import request

if TYPE_CHECKING:
    from deploy.bootstrap import Server

APP = "apps_u/execute_component/f/portal/documents"


def start(server: Server, component: str, script: str, action: str, /, **fields: Any) -> str:
    """Asks a script behind the page, as the person whose `server` it is; returns the job's id."""
    args = {"request": request(action, **fields)}
    body = {"component": component, "path": f"script/{script}", "args": args}
    return str(server.call("POST", APP, body).text.strip('"'))


def ended(server: Server, job: str) -> dict[str, Any] | None:
    """What became of any job, with `success` and `result`; None while it is under way."""
    found: dict[str, Any] = server.call("GET", f"jobs_u/completed/get_result_maybe/{job}").json()
    return found if found.get("completed") else None
