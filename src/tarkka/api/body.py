"""The body of a request: read in pieces, unpacked, and cut into receipts, all within bounds that no sender can pass."""

import io
import zlib
from collections.abc import Iterator

import msgspec
from django.http import HttpRequest

MEGABYTE = 1024 * 1024
BODY_BYTES = 64 * MEGABYTE
"""The most that a body may hold, unpacked."""

BODY_RECEIPTS = 100_000
"""The most receipts in a body, since each is answered."""

_PIECE = 256 * 1024


class Refused(Exception):
    """The whole request is refused for a reason of `answers.ERRORS`; `place` tells where in the body, if anywhere."""

    def __init__(self, error: str, place: str | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.place = place


def read_receipts(request: HttpRequest) -> list[tuple[int, bytes]]:
    """Return each receipt's JSON text with where it stood, from 1. Raises Refused. Memory is bounded."""
    is_array = _is_array(request)
    body = _read(request)
    receipts = _elements(body) if is_array else _lines(body)
    if len(receipts) > BODY_RECEIPTS:
        raise Refused("too_many_receipts")
    return receipts


def _is_array(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    if charset.lower() != "utf-8" or request.content_type not in ("application/json", "application/x-ndjson"):
        raise Refused("unsupported_type")
    return request.content_type == "application/json"


def _read(request: HttpRequest) -> bytes:
    packing = request.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("gzip", "identity"):
        raise Refused("unsupported_encoding")
    pieces = _pieces(request)
    body = bytearray()
    for piece in _unpacked(pieces) if packing == "gzip" else pieces:
        body += piece
        if len(body) > BODY_BYTES:
            raise Refused("body_too_large")
    return bytes(body)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    length = request.META.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdecimal()):
        # Without a length Django reads nothing, and a feed would be lost without a word.
        raise Refused("length_required")
    left = int(length)
    if left > BODY_BYTES:
        raise Refused("body_too_large")
    while left:
        piece = request.read(min(left, _PIECE))
        if not piece:
            raise Refused("cut_off")
        left -= len(piece)
        yield piece


def _unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip, one member after another, never more than a piece at a time."""
    member = zlib.decompressobj(wbits=31)
    is_inside = False
    try:
        for packed in pieces:
            while packed:
                is_inside = True
                yield member.decompress(packed, _PIECE)
                packed = member.unconsumed_tail
                if member.eof:
                    packed, is_inside = member.unused_data, False
                    member = zlib.decompressobj(wbits=31)
    except zlib.error:
        raise Refused("bad_gzip") from None
    if is_inside:
        raise Refused("bad_gzip")


def _lines(body: bytes) -> list[tuple[int, bytes]]:
    if body.count(b"\n") > BODY_RECEIPTS:
        raise Refused("too_many_receipts")
    return [(at, line) for at, line in enumerate(io.BytesIO(body), start=1) if not line.isspace()]


def _elements(body: bytes) -> list[tuple[int, bytes]]:
    try:
        elements = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("bad_array", _byte(str(error))) from None
    return [(at, bytes(element)) for at, element in enumerate(elements, start=1)]


def _byte(message: str) -> str | None:
    """The place that msgspec names, `byte 17`; nothing of what the body says there."""
    _, _, place = message.rpartition("(byte ")
    number = place.rstrip(")")
    return f"byte {number}" if number.isdecimal() else None
