"""The messages that `frames` and the decoding process send each other through a pipe.

A message is two lengths (uint32, uint64, little-endian), a header of JSON and a body of raw bytes.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTHS = struct.Struct("<IQ")

Header = dict[str, Any]


def send(stream: IO[bytes], header: Header, body: bytes | memoryview = b"") -> None:
    """Write one message; OSError if nobody listens any more."""
    words = json.dumps(header).encode()
    stream.write(_LENGTHS.pack(len(words), len(body)) + words)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Header, bytes]:
    """Read one message, header and body.

    Raises:
        EOFError: the other side has ended.
    """
    header, body_bytes = _receive_header(stream)
    return header, _exactly(stream, body_bytes)


def receive_into(stream: IO[bytes], body: memoryview) -> Header:
    """Read one message, its body into `body`, which it fills; one without a body leaves it alone.

    Raises:
        EOFError: the other side has ended.
    """
    header, body_bytes = _receive_header(stream)
    assert body_bytes in {0, len(body)}
    filled = 0
    while filled < body_bytes:
        count = stream.readinto(body[filled:])  # pyright: ignore[reportAttributeAccessIssue]
        if not count:
            raise EOFError("the other side has ended")
        filled += count
    return header


def _receive_header(stream: IO[bytes]) -> tuple[Header, int]:
    header_bytes, body_bytes = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    return json.loads(_exactly(stream, header_bytes)), body_bytes


def _exactly(stream: IO[bytes], count: int) -> bytes:
    content = stream.read(count)
    if len(content) < count:
        raise EOFError("the other side has ended")
    return content
