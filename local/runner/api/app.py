"""All routes in one application, and the page of runs."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.runner.api import definitions, jobs, run, tokens, vault, workers
from local.runner.runtime import Runner

STATIC = Path(__file__).parents[1] / "static"


async def page(request: Request) -> Response:
    """The page of runs; it asks the API with the token that the link brings along."""
    return FileResponse(STATIC / "runs.html", headers={"Cache-Control": "no-cache"})


async def unknown(request: Request, error: Exception) -> Response:
    return PlainTextResponse(
        f"Not found: {request.method} {request.url.path} is not part of the local runner", 404
    )


def api_routes() -> list[Route]:
    themes = (run, jobs, definitions, vault, workers, tokens)
    return [route for theme in themes for route in theme.routes()]


def make_app(runner: Runner) -> Starlette:
    pages = [Route("/", page), Route("/run/{id}", page), Mount("/static", StaticFiles(directory=STATIC))]
    app = Starlette(routes=[*api_routes(), *pages], exception_handlers={404: unknown})
    app.state.runner = runner
    return app
