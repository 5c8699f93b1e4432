"""What a till would read off a screen: barcodes of a screenshot, by a decoder that knows nothing of their making."""

import struct
import zlib

import zxingcpp


def barcodes(png: bytes) -> list[tuple[str, str]]:
    """Return symbology and text of each barcode of a picture; not of an inverted one, which many tills cannot read."""
    found = zxingcpp.read_barcodes(greys(png), try_invert=False)
    return [(str(each.format), each.text) for each in found]


def greys(png: bytes) -> memoryview:
    """Return the picture's brightness by row and column. Raises AssertionError unless it is 8-bit, not interlaced."""
    at, data, width, height, channels = 8, b"", 0, 0, 0
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        chunk = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", chunk)
            channels = {2: 3, 6: 4}[colour]
            assert (depth, interlace) == (8, 0)
        elif kind == b"IDAT":
            data += chunk
        at += length + 12
    raw, stride = zlib.decompress(data), width * channels
    grey, above = bytearray(width * height), bytearray(stride)
    for row in range(height):
        start = row * (stride + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, channels)
        grey[row * width : (row + 1) * width] = line[1::channels]
        above = line
    return memoryview(bytes(grey)).cast("B", (height, width))


def _unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    for at in range(len(line)) if kind else ():
        left = line[at - step] if at >= step else 0
        up = above[at]
        corner = above[at - step] if at >= step else 0
        line[at] = (line[at] + (0, left, up, (left + up) // 2, _paeth(left, up, corner))[kind]) & 0xFF
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))
