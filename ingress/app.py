"""The application: its routes, and the tasks that run as long as it does."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psycopg
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ingress.body import BodyReader
from ingress.dispatch import Dispatcher
from ingress.events import EventApplier
from ingress.inbox import Bounds, Inbox
from ingress.link import Link, LinkDown
from ingress.listener import Listener
from ingress.metrics import Metrics
from ingress.platform_metrics import TIMEOUT_S, PlatformFigures
from ingress.settings import Settings
from ingress.sign_ins import PATH, SignIns
from ingress.signature import Signature
from ingress.webhook import Webhook
from ingress.windmill import Windmill

if TYPE_CHECKING:
    from ingress.tracing import Tracing

log = logging.getLogger(__name__)

_SUMMARY_S = 60.0


class Ingress:
    """The parts of one process and what they share. Made inside the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self.is_broken = False
        url, timeout = settings.database_url, settings.ingress_database_timeout_s
        self._write, self._dispatch, self._apply, self._check, self._hear = (
            Link(url, name, timeout) for name in ("inbox", "dispatch", "events", "check", "listener")
        )
        self.sign_ins = SignIns(self._check)
        self._ask = Link(url, "metrics", TIMEOUT_S, server_ends=True)
        self._platform = PlatformFigures(self._ask)
        self.metrics.registry.register(self._platform)
        self._windmill = Windmill(
            settings.windmill_url,
            settings.windmill_workspace,
            settings.windmill_token,
            settings.job_id_key,
            timeout=settings.dispatch_timeout_s,
            connections=settings.dispatch_concurrency,
        )
        self._tracing = _tracing(settings)
        self._dispatcher = Dispatcher(self._dispatch, self._windmill, settings, self.metrics, self._tracing)
        self._listener = Listener(self._hear, self._dispatcher.wake)
        self._events = EventApplier(self._apply, settings.dispatch_poll_s, self.metrics)
        bounds = Bounds(
            settings.ingress_queue_events,
            settings.ingress_queue_bytes,
            settings.ingress_group_delay_ms / 1000,
        )
        self._inbox = Inbox(self._write, bounds, self.metrics, self._stored)
        self._ready: tuple[float, bool] = (float("-inf"), False)
        reader = BodyReader(
            settings.ingress_max_body_bytes,
            settings.ingress_body_timeout_s,
            settings.ingress_body_memory_bytes,
        )
        self.webhook = Webhook(
            Signature(settings.app_secrets), settings.meta_verify_token, reader, self._inbox, self.metrics
        )
        self.webhook.tracing = self._tracing
        self._gauges: dict[str, tuple[str, Callable[[], int]]] = {
            "queue_events": ("Events that wait to be stored", lambda: self._inbox.events),
            "queue_bytes": ("Their size", lambda: self._inbox.bytes),
            "dispatches_in_flight": ("Posts to Windmill under way", lambda: self._dispatcher.in_flight),
            "windmill_down": ("1 while Windmill seems to be down", lambda: int(self._dispatcher.is_open)),
        }
        for name, (help_text, read) in self._gauges.items():
            self.metrics.add_gauge(name, help_text, read)

    def _stored(self, kinds: set[str]) -> None:
        if "message" in kinds:
            self._dispatcher.wake()
        if "status" in kinds or "echo" in kinds:
            self._events.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the tasks. At the end, waiting events are written and posts under way get a moment to finish."""
        try:
            await self._write.open()
        except LinkDown:
            log.warning(
                "Starting without the database: webhooks are answered with 503 until it can be reached."
            )
        workers = (self._inbox, self._dispatcher, self._events, self._listener)
        tasks = [asyncio.create_task(worker.run()) for worker in workers]
        summary = asyncio.create_task(self._summarise())
        for task in tasks:
            task.add_done_callback(self._ended)
        try:
            yield
        finally:
            for worker in workers:
                worker.close()
            _, left = await asyncio.wait(tasks, timeout=15)
            for task in (*left, summary):
                task.cancel()
            await asyncio.gather(*left, summary, return_exceptions=True)
            for link in (self._write, self._dispatch, self._apply, self._check, self._hear, self._ask):
                await link.close()
            await self._windmill.close()
            if self._tracing is not None:
                await asyncio.to_thread(self._tracing.close)
            log.info("Stopped.", extra=self._figures())

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            # Without one of its tasks the process would only seem to work: it ends, so that a new one is started.
            log.critical("A task failed, so the process ends.", exc_info=task.exception())
            self.is_broken = True
            signal.raise_signal(signal.SIGTERM)

    async def is_ready(self) -> bool:
        """Whether the database answers. It is asked at most once a second, however often somebody calls this."""
        now = asyncio.get_running_loop().time()
        if now - self._ready[0] >= 1.0:
            self._ready = (now, self._ready[1])
            try:
                await self._check.execute(b"select 1")
                self._ready = (now, True)
            except (LinkDown, psycopg.Error):
                self._ready = (now, False)
        return self._ready[1]

    async def page(self) -> bytes:
        """/metrics, with PostgreSQL's figures where it gives them in time."""
        await self._platform.refresh()
        return self.metrics.render()

    def gauges(self) -> dict[str, int]:
        return {name: read() for name, (_, read) in self._gauges.items()}

    def _figures(self) -> dict[str, int]:
        total = self.metrics.total
        return {
            "accepted": total("ack_seconds_count"),
            "rejected": total("webhooks_rejected_total"),
            "stored": total("events_stored_total"),
            "duplicates": total("events_duplicate_total"),
            "dispatched": total("dispatched_total"),
        }

    async def _summarise(self) -> None:
        """Logs one line a minute instead of one a message, and none when nothing has happened."""
        last = self._figures()
        while True:
            await asyncio.sleep(_SUMMARY_S)
            if (now := self._figures()) != last:
                log.info("So far.", extra=now | {"waiting": self._inbox.events})
                last = now


def _tracing(settings: Settings) -> Tracing | None:
    """None, and nothing is imported, where no collector is named."""
    if not settings.otel_exporter_otlp_endpoint:
        return None
    from ingress.tracing import Tracing

    return Tracing(settings.otel_exporter_otlp_endpoint, settings.otel_traces_sampler_arg)


class App:
    """Starlette's routes on two ports, and a short cut to the one endpoint where every microsecond counts."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ingress: Ingress | None = None
        health = Route("/healthz", self._health)
        sign_in = Route(PATH, self._sign_in, methods=["GET", "POST"])
        self._public = Starlette(routes=[health, sign_in], lifespan=self._lifespan)
        self._admin = Starlette(
            routes=[health, Route("/readyz", self._readiness), Route("/metrics", self._metrics)]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/webhook" and self._ingress is not None:
            await self._ingress.webhook(scope, receive, send)
        elif scope["type"] == "http" and scope["server"][1] == self._settings.ingress_admin_port:
            await self._admin(scope, receive, send)
        else:
            await self._public(scope, receive, send)

    @property
    def is_broken(self) -> bool:
        """Whether the process ends because one of its tasks failed."""
        return self._ingress is not None and self._ingress.is_broken

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._ingress = Ingress(self._settings)
        async with self._ingress.running():
            yield

    async def _health(self, _: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _sign_in(self, request: Request) -> Response:
        assert self._ingress is not None
        return await self._ingress.sign_ins.answer(request)

    async def _readiness(self, _: Request) -> Response:
        assert self._ingress is not None
        ready = await self._ingress.is_ready()
        return JSONResponse({"ready": ready, **self._ingress.gauges()}, 200 if ready else 503)

    async def _metrics(self, _: Request) -> Response:
        assert self._ingress is not None
        return Response(await self._ingress.page(), media_type=CONTENT_TYPE_LATEST)
