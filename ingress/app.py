"""The application: its routes, and the tasks that live as long as it does."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
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
from ingress.metrics import Metrics
from ingress.settings import Settings
from ingress.signature import Signature
from ingress.webhook import Webhook
from ingress.windmill import Windmill

log = logging.getLogger(__name__)

_SUMMARY_S = 60.0


class Ingress:
    """Everything that one process holds. Made inside the running event loop."""

    def __init__(self, settings: Settings) -> None:
        self.metrics = Metrics()
        self.is_broken = False
        url, timeout = settings.database_url, settings.database_timeout_s
        self._write, self._hand, self._apply, self._check = (
            Link(url, name, timeout) for name in ("inbox", "dispatch", "events", "check")
        )
        dispatch = settings.dispatch
        self._windmill = Windmill(
            settings.windmill_url,
            settings.workspace,
            settings.windmill_token,
            settings.job_id_key,
            timeout=dispatch.timeout_s,
            connections=dispatch.concurrency,
        )
        self._dispatcher = Dispatcher(self._hand, self._windmill, dispatch, self.metrics)
        self._events = EventApplier(self._apply, dispatch.poll_s, self.metrics)
        bounds = Bounds(settings.queue_events, settings.queue_bytes, settings.group_delay_s)
        self._inbox = Inbox(self._write, bounds, self.metrics, self._stored)
        self._ready: tuple[float, bool] = (float("-inf"), False)
        reader = BodyReader(settings.max_body, settings.body_timeout_s, settings.body_memory)
        self.webhook = Webhook(
            Signature(settings.app_secrets), settings.verify_token, reader, self._inbox, self.metrics
        )

    def _stored(self, kinds: set[str]) -> None:
        if "message" in kinds:
            self._dispatcher.wake()
        if "status" in kinds or "echo" in kinds:
            self._events.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Runs the tasks; at the end what waits is written, and what is on its way gets a moment."""
        try:
            await self._write.open()
        except LinkDown:
            log.warning("Starting without the database: webhooks are answered with 503 until it is back.")
        workers = (self._inbox, self._dispatcher, self._events)
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
            for link in (self._write, self._hand, self._apply, self._check):
                await link.close()
            await self._windmill.close()
            log.info("Stopped.", extra=self._figures())

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            # Without one of its tasks the process would only look alive; a new process is the remedy.
            log.critical("A task broke, so the process ends.", exc_info=task.exception())
            self.is_broken = True
            signal.raise_signal(signal.SIGTERM)

    async def is_ready(self) -> bool:
        """Whether the database answers; asked at most once a second, however often somebody wants to know."""
        now = asyncio.get_running_loop().time()
        if now - self._ready[0] >= 1.0:
            self._ready = (now, self._ready[1])
            try:
                await self._check.execute(b"select 1")
                self._ready = (now, True)
            except (LinkDown, psycopg.Error):
                self._ready = (now, False)
        return self._ready[1]

    def gauges(self) -> dict[str, float]:
        return {
            "queue_events": self._inbox.events,
            "queue_bytes": self._inbox.bytes,
            "dispatches_in_flight": self._dispatcher.in_flight,
            "windmill_down": int(self._dispatcher.is_open),
        }

    def _figures(self) -> dict[str, int]:
        metrics = self.metrics
        return {
            "accepted": metrics.webhooks_accepted,
            "rejected": metrics.webhooks_rejected.total(),
            "stored": metrics.events_stored,
            "duplicates": metrics.events_duplicate,
            "dispatched": metrics.dispatched,
        }

    async def _summarise(self) -> None:
        """One line a minute in place of one a message, and none when nothing happened."""
        last = self._figures()
        while True:
            await asyncio.sleep(_SUMMARY_S)
            if (now := self._figures()) != last:
                log.info("So far.", extra=now | {"waiting": self._inbox.events})
                last = now


class App:
    """Starlette's application, with a short way to the one endpoint where every microsecond counts."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ingress: Ingress | None = None
        routes = [
            Route("/healthz", self._health),
            Route("/readyz", self._readiness),
            Route("/metrics", self._metrics),
        ]
        self._site = Starlette(routes=routes, lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/webhook" and self._ingress is not None:
            await self._ingress.webhook(scope, receive, send)
        else:
            await self._site(scope, receive, send)

    @property
    def is_broken(self) -> bool:
        """Whether it ends because of an error of its own."""
        return self._ingress is not None and self._ingress.is_broken

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._ingress = Ingress(self._settings)
        async with self._ingress.running():
            yield

    async def _health(self, _: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def _readiness(self, _: Request) -> Response:
        assert self._ingress is not None
        ready = await self._ingress.is_ready()
        return JSONResponse({"ready": ready, **self._ingress.gauges()}, 200 if ready else 503)

    async def _metrics(self, _: Request) -> Response:
        assert self._ingress is not None
        return PlainTextResponse(self._ingress.metrics.render(self._ingress.gauges()))
