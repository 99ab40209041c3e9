"""All routes in one application."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from local.runner import pages
from local.runner.api import jobs, run, vault, workspace
from local.runner.runtime import Runner


async def unknown(request: Request, error: Exception) -> Response:
    return PlainTextResponse(
        f"Not found: {request.method} {request.url.path} is not part of the local runner", 404
    )


def make_app(runner: Runner) -> Starlette:
    routes = [*run.routes(), *jobs.routes(), *vault.routes(), *workspace.routes(), *pages.routes()]
    app = Starlette(routes=routes, exception_handlers={404: unknown})
    app.state.runner = runner
    return app
