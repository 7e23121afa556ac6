"""Refuses every connection to another machine: for the tests, and for what they start."""

from __future__ import annotations

import ipaddress


class NetworkRefusedError(RuntimeError):
    """Something reached for another machine."""


def refuse_network(event: str, arguments: tuple[object, ...]) -> None:
    """Raise NetworkRefusedError for socket events that leave this machine; see `sys.audit`."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_loopback(host):
        raise NetworkRefusedError(f"{event} to {host!r}: tests stay on this machine")


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False
