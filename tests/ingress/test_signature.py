"""The signature: over raw bytes, with SHA-256 only, closed when there is no secret."""

from __future__ import annotations

import pytest

from ingress.signature import Signature
from tests.ingress.support import SECRET, signature

BODY = b'{"object":"whatsapp_business_account","entry":[]}'
KNOWN = b"sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"


def test_known_vector() -> None:
    assert Signature([SECRET]).fits(KNOWN, BODY)


@pytest.mark.field_failure(9)
def test_one_changed_byte_is_refused() -> None:
    check = Signature([SECRET])
    assert not check.fits(KNOWN, BODY.replace(b":[", b": ["))  # the same document, other bytes
    assert not check.fits(KNOWN, BODY[:-1])


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"sha256=",
        KNOWN[7:],
        KNOWN[:-1],
        KNOWN + b"0",
        b"sha1=" + KNOWN[7:47],
        b"SHA256=" + KNOWN[7:],
        b"sha256=" + b"\xff" * 64,
        b" " + KNOWN[:-1],
    ],
)
def test_malformed_headers_are_refused(header: bytes) -> None:
    assert not Signature([SECRET]).fits(header, BODY)


def test_both_secrets_count_during_a_rotation() -> None:
    check = Signature(["new", SECRET])
    assert check.fits(KNOWN, BODY)
    assert check.fits(signature(BODY, "new").encode(), BODY)
    assert not check.fits(signature(BODY, "third").encode(), BODY)


@pytest.mark.field_failure(9)
@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_there_is_no_check_to_pass(secrets: list[str]) -> None:
    with pytest.raises(ValueError):
        Signature(secrets)


def test_upper_case_digits_are_the_same_digits() -> None:
    assert Signature([SECRET]).fits(b"sha256=" + KNOWN[7:].upper(), BODY)
