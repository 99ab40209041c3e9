"""A mail server for one machine: it takes every message and shows it on a page. The demo and the tests send to it.

python -m local.mail --port P --smtp-port S     P: the page with the last messages, S: SMTP without encryption, as far as smtplib speaks it
"""

from __future__ import annotations

import argparse
import html
import socketserver
import sys
import threading
import time
from email import message_from_string
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

from local.ports import port_number

SHOWN = 50
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="3">
<title>Mails of the demo</title>
<style>
body {{ font: 1rem/1.5 system-ui; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }}
article {{ border: 1px solid #8884; border-radius: 0.5rem; padding: 0.5rem 1rem; margin: 1rem 0; }}
pre {{ white-space: pre-wrap; font: inherit; }}
</style>
<main><h1>Mails of the demo</h1>{mails}</main>
</html>
"""


class Mailbox:
    """`mails`: (addressee, message), oldest first. `refuses`: a line of SMTP that it does not take, by its beginning. `refuses_late`: a sender
    whose recipients it does not take, as Postfix does."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.mails: list[tuple[str, Message]] = []
        self.refuses = self.refuses_late = ""
        self._came = threading.Condition()
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 here")
                sender = to = ""
                while line := self.rfile.readline().decode():
                    verb = line[:4].upper().strip()
                    if box.refuses and line.upper().startswith(box.refuses.upper()):
                        self.say("550 no")
                    elif verb == "EHLO":
                        self.say("250-here\r\n250 AUTH PLAIN")
                    elif verb == "AUTH":
                        self.say("235 ok")
                    elif verb == "MAIL":
                        sender = line.partition("<")[2].partition(">")[0]
                        self.say("250 ok")
                    elif verb == "RCPT" and sender and sender == box.refuses_late:
                        self.say("553 no such sender")
                    elif verb == "RCPT":
                        to = line.partition("<")[2].partition(">")[0]
                        self.say("250 ok")
                    elif verb == "DATA":
                        self.say("354 go on")
                        box.take(to, message_from_string(self.body()))
                        self.say("250 taken")
                    elif verb == "QUIT":
                        return self.say("221 bye")
                    else:
                        self.say("250 ok")

            def say(self, words: str) -> None:
                self.wfile.write(f"{words}\r\n".encode())

            def body(self) -> str:
                lines = []
                while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
                    lines.append(line)
                return "".join(lines)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server((host, port), Session)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def take(self, to: str, message: Message) -> None:
        with self._came:
            self.mails.append((to, message))
            self._came.notify_all()

    def wait_for(self, to: str, since: int = 0, seconds: float = 20) -> Message:
        """The first mail to somebody after so many mails."""
        end = time.monotonic() + seconds
        with self._came:
            while True:
                for addressee, message in self.mails[since:]:
                    if addressee == to:
                        return message
                if not self._came.wait(end - time.monotonic()):
                    raise TimeoutError(f"no mail came within {seconds:.0f} s")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def settings(self) -> dict[str, Any]:
        """What f/chatbot/settings says of it."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.server.server_address[1],
            "smtp_security": "none",
            "smtp_from": "bot@platform.example",
        }

    def page(self) -> str:
        mails = "".join(
            f"<article><h2>{html.escape(str(make_header(decode_header(message['Subject']))))}</h2><p>to {html.escape(to)}</p>"
            f"<pre>{html.escape(words_of(message))}</pre></article>"
            for to, message in reversed(self.mails[-SHOWN:])
        )
        return PAGE.format(mails=mails or "<p>Nothing yet.</p>")


def words_of(message: Message) -> str:
    """A mail's plain text."""
    content = message.get_payload(decode=True)
    return content.decode() if isinstance(content, bytes) else ""


def main() -> int:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("--port", "--smtp-port"):
        parser.add_argument(name, type=port_number, required=True)
    given = parser.parse_args()
    box = Mailbox(given.smtp_port)

    async def page(_: Request) -> Response:
        return HTMLResponse(box.page())

    app = Starlette(routes=[Route("/", page)])
    uvicorn.run(app, host="127.0.0.1", port=given.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
