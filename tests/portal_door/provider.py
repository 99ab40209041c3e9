"""A company's provider of OpenID Connect, which keeps to the rules or breaks the one that a test names."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "the-door", "a secret of the client, thirty-two bytes long"
BASIC = "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


class Company:
    """`claims`: what its tokens say beside what they must; `lie`: changes a token's claims before it is signed. `signs`: with another key.
    `person`: who is signed in at its own page, which sends a browser back at once."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.signs: Any = self.key
        self.header = {"alg": "RS256", "kid": "1"}
        self.claims: dict[str, Any] = {}
        self.person = ""
        self.names: str | None = None  # the issuer that it publishes, where that is another one
        self.codes: dict[str, dict[str, str]] = {}
        company = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path.startswith("/authorize"):
                    self.send_response(303)
                    self.send_header("location", company.back(self.path))
                    self.end_headers()
                else:
                    self.say(200, company.publish(self.path))

            def do_POST(self) -> None:
                given = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                token = company.token(
                    {name: values[0] for name, values in given.items()}, self.headers["authorization"]
                )
                self.say(200 if token else 400, token or {"error": "invalid_grant"})

            def say(self, status: int, answer: Any) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                """Nothing: the tests see what the door does."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def publish(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False)]}
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        return {"issuer": self.names or self.url} | {name: self.url + place for name, place in places.items()}

    def consent(self, place: str, email: str) -> str:
        """Somebody signs in there and comes back: path and query at the door."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert (
            asked["code_challenge_method"] == "S256"
            and asked["client_id"] == CLIENT
            and "openid" in asked["scope"]
        )
        code = hashlib.sha256(place.encode()).hexdigest()
        self.codes[code] = asked | {"email": email}
        return f"{urlsplit(asked['redirect_uri']).path}?code={code}&state={asked['state']}"

    def back(self, place: str) -> str:
        """Where its own page sends a browser in which `person` is signed in."""
        (door,) = parse_qs(urlsplit(place).query)["redirect_uri"]
        return urljoin(door, self.consent(place, self.person))

    def token(self, given: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(given.get("code", ""), None)
        proof = (
            urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if (
            not asked
            or asked["code_challenge"] != proof
            or asked["redirect_uri"] != given["redirect_uri"]
            or authorization != BASIC
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "7",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims |= {"email": asked["email"], "email_verified": True} | self.claims
        told = {name: value for name, value in claims.items() if value is not None}
        if self.header["alg"] == "none":
            parts = (
                urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                for part in (self.header, told)
            )
            signed = ".".join(parts) + "."
        else:
            signed = jwt.encode(self.header, told, self.signs, algorithms=["RS256", "HS256"])
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


SYMMETRIC = OctKey.import_key(SECRET)
