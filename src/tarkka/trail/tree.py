"""The Merkle tree of RFC 9162 (section 2.1): hashes, root, inclusion and consistency proofs, over stored hashes.

Stored are the leaves' hashes and, of the tree above them, each eighth level: what the tiles of C2SP's tlog-tiles hold.
Every other hash is made from at most 128 of those.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

STEP = 8
"""Every so many levels are stored."""

Read = Callable[[int, int, int], Sequence[bytes]]
"""Stored hashes of a level (0: the leaves), from one index to before another; all exist, and lie in one tile."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node of two children."""
    return sha256(b"\x01" + left + right).digest()


def root(read: Read, size: int) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return _hash(read, 0, size) if size else sha256().digest()


def inclusion(read: Read, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree of the first `size` leaves, from the leaf's sibling up."""
    path: list[bytes] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_hash(read, middle, stop))
            stop = middle
        else:
            path.append(_hash(read, start, middle))
            start = middle
    return path[::-1]


def consistency(read: Read, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of the first `old` leaves (of one at least) begins that of the first `size`."""
    path: list[bytes] = []
    start, stop = 0, size
    while stop != old:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_hash(read, middle, stop))
            stop = middle
        else:
            path.append(_hash(read, start, middle))
            start = middle
    return (path if start == 0 else [*path, _hash(read, start, stop)])[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to (section 2.1.3.2); None if it has not the proof's shape."""
    if not 0 <= index < size:
        return None
    found, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = node_hash(sibling, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two that is smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def _hash(read: Read, start: int, stop: int) -> bytes:
    """Return the hash over leaves `start` to before `stop`; the power of two that holds so many divides `start`."""
    size = stop - start
    if size & size - 1:
        middle = start + _split(size)
        return node_hash(_hash(read, start, middle), _hash(read, middle, stop))
    level = size.bit_length() - 1
    stored, above = level - level % STEP, level % STEP
    return fold(read(stored, start >> stored, (start >> stored) + (1 << above)))


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over a power of two of neighbours on one level."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[place], hashes[place + 1]) for place in range(0, len(hashes), 2)]
    return hashes[0]


class Growing:
    """A tree that is given leaf after leaf and keeps no more than one hash a level."""

    def __init__(self) -> None:
        self.size = 0
        self._left: list[bytes] = []

    def add(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf; return level, index and hash of what is stored of the tree above it and is now complete."""
        complete = []
        found, index, level = leaf, self.size, 0
        while index & 1:
            found = sha256(b"\x01" + self._left.pop() + found).digest()
            index >>= 1
            level += 1
            if level % STEP == 0:
                complete.append((level, index, found))
        self._left.append(found)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """Return the root over what was added."""
        if not self._left:
            return sha256().digest()
        *left, found = self._left
        for each in reversed(left):
            found = node_hash(each, found)
        return found
