"""The runs and a run as web pages, in the place of Windmill's own: plain HTML, everything in it escaped."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from local.runner.api.call import COOKIE, Call, parse_uuid, token_of
from local.runner.errors import ApiError, NotAuthorized, NotFound
from local.runner.jobs import Request as RunRequest
from local.runner.models import Job

PAGE = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
SHOWN_RUNS = 100
SHOWN_CHARS = 20_000
LIST_SQL = """
select id, kind, path, args, status, email, username, schedule_path, created_at, started_at, completed_at
from jobs where flow_step_id is null and (%(schedules)s or schedule_path is null)
order by seq desc limit %(limit)s
"""


def _page(call: Call, title: str, body: str, live: bool, status: int = 200) -> Response:
    html = PAGE.substitute(
        title=escape(title),
        workspace=escape(call.runner.settings.workspace),
        body=body,
        live="yes" if live else "no",
    )
    return HTMLResponse(html, status)


def _time(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _duration(job: Job) -> str:
    if not job.started_at:
        return ""
    seconds = ((job.completed_at or datetime.now(UTC)) - job.started_at).total_seconds()
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _state(status: str) -> str:
    return f'<span class="state {escape(status)}">{escape(status)}</span>'


def _json(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    more = f"\n… {len(text) - SHOWN_CHARS} more characters" if len(text) > SHOWN_CHARS else ""
    return f"<pre>{escape(text[:SHOWN_CHARS] + more)}</pre>"


def message_id(args: Any) -> str:
    """The id of the WhatsApp message that a run is about, if it is about one."""
    try:
        value = args["entry"][0]["changes"][0]["value"]
        return str((value.get("messages") or value.get("statuses"))[0]["id"])
    except (KeyError, IndexError, TypeError, AttributeError):
        return ""


def _row(job: Job) -> str:
    link = f"/run/{job.id}"
    note = message_id(job.args) or (f"schedule {job.schedule_path}" if job.schedule_path else "")
    return (
        f'<tr><td>{_time(job.created_at)}</td><td><a href="{link}">{escape(job.path)}</a></td>'
        f"<td>{_state(job.status)}</td><td class=num>{_duration(job)}</td>"
        f"<td class=soft>{escape(note)}</td></tr>"
    )


async def list_runs(call: Call) -> Response:
    schedules = call.query("schedules") == "1"
    rows = await call.runner.store.rows(LIST_SQL, {"schedules": schedules, "limit": SHOWN_RUNS})
    jobs = [Job.from_row(row) for row in rows]
    other = (
        '<a href="/">hide scheduled runs</a>'
        if schedules
        else '<a href="/?schedules=1">show scheduled runs</a>'
    )
    if jobs:
        head = (
            "<tr><th>started (UTC)</th><th>path</th><th>state</th><th class=num>time</th><th>about</th></tr>"
        )
        table = f'<div class="card scroll"><table>{head}{"".join(map(_row, jobs))}</table></div>'
    else:
        table = '<div class="card soft">No runs yet. The first message or document shows up here.</div>'
    return _page(call, "Runs", f"<h1>Runs</h1>{table}<p>{other}</p>", live=True)


def _facts(job: Job) -> str:
    facts = {
        "state": _state(job.status),
        "id": escape(str(job.id)),
        "asked for": _time(job.created_at) + " UTC",
        "started": f"{_time(job.started_at)} UTC" if job.started_at else "not yet",
        "took": _duration(job) or "-",
        "by": escape(job.email),
    }
    if job.parent_job:
        facts["part of"] = f'<a href="/run/{job.parent_job}">{job.parent_job}</a>'
    if job.schedule_path:
        facts["schedule"] = escape(job.schedule_path)
    if job.canceled_reason:
        facts["canceled"] = escape(f"by {job.canceled_by}: {job.canceled_reason}")
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts.items()) + "</dl>"


def _error(result: Any) -> str:
    error = result.get("error") if isinstance(result, dict) else None
    if not isinstance(error, dict):
        return ""
    stack = _json(error["stack"]) if error.get("stack") else ""
    head = escape(f"{error.get('name', 'Error')}: {error.get('message', '')}")
    return f'<div class="card error"><strong>{head}</strong>{stack}</div>'


def _parts(job: Job) -> str:
    if job.deleted:
        return "<p class=soft>Arguments, result and log were deleted.</p>"
    parts = [f"<h2>Arguments</h2>{_json(job.args)}"]
    if not job.is_open:
        parts.append(
            f"{_error(job.result) if job.status != 'success' else ''}<h2>Result</h2>{_json(job.result)}"
        )
    if job.logs.strip():
        parts.append(f"<h2>Log</h2>{_json(job.logs)}")
    return "".join(parts)


def _step(job: Job, number: int, attempt: int, tries: int) -> str:
    notes = [f"try {attempt} of {tries}"] if tries > 1 else []
    if job.starts > 1:
        notes.append(f"started {job.starts} times: the runner was lost in between")
    if job.kind == "identity":
        notes.append("skipped")
    if job.progress is not None and job.is_open:
        notes.append(f"{job.progress} %")
    opened = " open" if job.status == "failure" else ""
    name = escape(job.flow_step_id or "")
    return (
        f'<details class=card id="step-{job.id}"{opened}><summary>{number}. <strong>{name}</strong> '
        f"<span class=soft>{escape(job.path)}</span>{_state(job.status)} <span class=note>"
        f'{escape(", ".join(notes))}</span><span class="right soft">{_duration(job)}</span></summary>'
        f'<p><a href="/run/{job.id}">{job.id}</a></p>{_parts(job)}</details>'
    )


def _steps(steps: list[Job], job: Job) -> str:
    tries: dict[str, int] = {}
    for step in steps:
        tries[step.flow_step_id or ""] = tries.get(step.flow_step_id or "", 0) + 1
    seen: dict[str, int] = {}
    html = []
    for step in steps:
        name = step.flow_step_id or ""
        seen[name] = seen.get(name, 0) + 1
        html.append(_step(step, len(seen), seen[name], tries[name]))
    modules = (job.flow_status or {}).get("modules", [])
    waiting = [m["id"] for m in modules if m["type"] == "WaitingForPriorSteps" and m["id"] not in tries]
    if waiting:
        word = "Still to come" if job.is_open else "Not reached"
        html.append(f"<p class=soft>{word}: {escape(', '.join(waiting))}</p>")
    return "<h2>Steps</h2>" + "".join(html)


async def show_run(call: Call) -> Response:
    job = await call.runner.store.job(parse_uuid(call.text("id")))
    if not job:
        raise NotFound(f"there is no run {call.text('id')}")
    action = "cancel" if job.is_open else "again"
    label = "Cancel" if job.is_open else "Run again"
    button = f'<form method=post action="/run/{job.id}/{action}"><button>{label}</button></form>'
    if job.deleted or job.flow_step_id:
        button = ""
    body = f"<h1>{escape(job.path)}</h1><div class=card>{_facts(job)}</div><p>{button}</p>"
    if job.kind == "flow":
        rows = await call.runner.store.rows(
            "select * from jobs where parent_job = %s and flow_step_id is not null order by seq", (job.id,)
        )
        body += _steps([Job.from_row(row) for row in rows], job)
    return _page(call, f"{job.path} {job.status}", body + _parts(job), live=job.is_open)


async def cancel_run(call: Call) -> Response:
    job_id = parse_uuid(call.text("id"))
    await call.runner.jobs.cancel(job_id, call.identity.username, "canceled on the run's page")
    return RedirectResponse(f"/run/{job_id}", 303)


async def run_again(call: Call) -> Response:
    job = await call.runner.store.job(parse_uuid(call.text("id")))
    if not job or job.args is None:
        raise NotFound("this run's arguments are not there any more")
    request = RunRequest(job.path, job.kind == "flow", job.args)
    return RedirectResponse(f"/run/{await call.runner.jobs.submit(request, call.identity)}", 303)


def page(handler: Callable[[Call], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Lets the admin in by a link with the token, which moves into a cookie; says in words what is wrong."""

    async def answer(request: Request) -> Response:
        runner = request.app.state.runner
        nobody = Call(request, runner, runner.publisher)
        try:
            token = token_of(request) or request.cookies.get(COOKIE)
            if not token:
                raise NotAuthorized("open this page with the link that has the token in it (?token=…)")
            identity = await runner.tokens.identify(token)
            if not identity.is_admin or identity.scopes is not None:
                raise NotAuthorized("these pages are the admin's")
            if "token" not in request.query_params:
                return await handler(Call(request, runner, identity))
            response = RedirectResponse(str(request.url.remove_query_params("token")), 303)
            response.set_cookie(COOKIE, token, httponly=True, samesite="strict")
            return response
        except ApiError as error:
            return _page(
                nobody, "Runs", f'<div class="card error">{escape(str(error))}</div>', False, error.status
            )

    return answer


def routes() -> list[BaseRoute]:
    return [
        Route("/", page(list_runs), methods=["GET"]),
        Route("/runs", page(list_runs), methods=["GET"]),
        Route("/run/{id}", page(show_run), methods=["GET"]),
        Route("/run/{id}/cancel", page(cancel_run), methods=["POST"]),
        Route("/run/{id}/again", page(run_again), methods=["POST"]),
    ]
