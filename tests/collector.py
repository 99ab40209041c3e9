"""A collector of OpenTelemetry's: takes traces over HTTP, and reads them with the protocol's own messages."""

from __future__ import annotations

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from local.ports import free_port


class Collector:
    """`fail()` makes it one that does not do what it should."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        self._how = ""
        self._over = threading.Event()
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if collector._how == "hanging":
                    collector._over.wait(60)
                    return
                status = 503 if collector._how == "refusing" or self.path != "/v1/traces" else 200
                if status == 200:
                    compressed = self.headers.get("Content-Encoding") == "gzip"
                    collector._bodies.append(gzip.decompress(body) if compressed else body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet: the bodies are the record."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, how: str) -> str:
        """`gone`: nobody listens; `hanging`: it never answers; `refusing`: 503. Returns the URL to use from now on."""
        self._how = how
        return f"http://127.0.0.1:{free_port()}" if how == "gone" else self.url

    def bytes(self) -> bytes:
        """All that it took, as it came."""
        return b"\n".join(self._bodies)

    def spans(self) -> list[Span]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self._bodies)]
        return [
            span
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
