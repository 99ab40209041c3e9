"""Which addresses are on the public internet, and whether an address that a tenant typed leads there. Standard library only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from f.common.problems import Problem

NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What Python's tables call global although a cloud, a network or nobody answers there.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's wire server
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata is at 192.0.0.192
        "192.88.99.0/24",  # relays from IPv6, withdrawn
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata is at 100.100.100.200
        "::/96",  # IPv4 in IPv6, withdrawn
        "64:ff9b:1::/48",  # an operator's own translation to IPv4
        "100::/64",  # thrown away
        "2001::/23",  # protocol assignments
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, withdrawn
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, withdrawn
    )
]
LOCAL_NAMES = ("localhost", "local", "internal", "home", "lan", "intranet")  # the last label


class ForbiddenHost(Problem, OSError):
    """The host is private, local or a metadata address, and the operator has not allowed it."""


def is_public(address: str) -> bool:
    """Whether an address is on the public internet, in whatever form it is written: IPv4 inside IPv6 counts as what it carries."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or (ipaddress.IPv4Address(ip.packed[12:]) if ip in NAT64 else None)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in NOT_PUBLIC if network.version == ip.version):
        return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    )


def is_allowed(host: str, port: int | None, allowed: Iterable[str]) -> bool:
    """Whether the operator lets tenants name this host (`name` or `name:port`) although it is not public."""
    name = host.lower().rstrip(".").strip("[]")
    return bool({name, f"{name}:{port}"} & {entry.lower() for entry in allowed})


def require_public(url: str, allowed: Iterable[str]) -> None:
    """Raises ForbiddenHost where an address leads into a private network. One whose host is not known (yet) passes: what matters is checked
    again at each connection (f/common/ssrf.py)."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise ForbiddenHost("host_private", host=url[:100]) from None
    if is_allowed(host, port, allowed):
        return
    if not host or host.rpartition(".")[2] in LOCAL_NAMES or host.endswith(".home.arpa"):
        raise ForbiddenHost("host_private", host=host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    if not all(is_public(str(info[4][0])) for info in found):
        raise ForbiddenHost("host_private", host=host)
