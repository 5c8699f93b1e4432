"""The tree is RFC 9162's (and so RFC 6962's): known answers of Certificate Transparency, and its laws at every size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tarkka.trail.tree import (
    STEP,
    Growing,
    consistency,
    fold,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_by_inclusion,
)

# Inputs and answers of the reference implementation's own test.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUDED = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CONSISTENT = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
KNOWN = [leaf_hash(bytes.fromhex(each)) for each in INPUTS]
MANY = [leaf_hash(b"%d" % number) for number in range(700)]


def reader(leaves: list[bytes]):
    """Stored hashes as the database holds them: the leaves, and complete tiles' hashes above."""
    levels = {0: leaves}
    for level in (STEP, 2 * STEP):
        below = levels[level - STEP]
        levels[level] = [fold(below[at << STEP : at + 1 << STEP]) for at in range(len(below) >> STEP)]

    def read(level: int, start: int, stop: int) -> list[bytes]:
        found = levels[level][start:stop]
        assert len(found) == stop - start
        assert start >> STEP == stop - 1 >> STEP
        return found

    return read


def plain_root(leaves: list[bytes]) -> bytes:
    """The RFC's definition, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(plain_root(leaves[:split]), plain_root(leaves[split:]))


@pytest.mark.parametrize("size", range(9))
def test_root_is_the_known_one(size: int) -> None:
    assert root(reader(KNOWN), size).hex() == ROOTS[size]
    growing = Growing()
    for leaf in KNOWN[:size]:
        growing.add(leaf)
    assert growing.root().hex() == ROOTS[size]


def test_proofs_are_the_known_ones() -> None:
    assert [each.hex() for each in inclusion(reader(KNOWN), 0, 8)] == INCLUDED
    assert [each.hex() for each in consistency(reader(KNOWN), 6, 8)] == CONSISTENT
    assert consistency(reader(KNOWN), 8, 8) == []


@given(st.integers(1, len(MANY)), st.data())
def test_every_leaf_is_proven_to_be_where_it_is_and_nowhere_else(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    read, top = reader(MANY), plain_root(MANY[:size])
    path = inclusion(read, index, size)
    assert root(read, size) == top
    assert root_by_inclusion(MANY[index], index, size, path) == top
    assert root_by_inclusion(leaf_hash(b"another"), index, size, path) != top
    assert root_by_inclusion(MANY[index], index, size, [*path, top]) is None
    other = data.draw(st.integers(-1, size))
    if other != index:
        assert root_by_inclusion(MANY[index], other, size, path) != top


@given(st.integers(1, len(MANY)), st.data())
def test_old_tree_is_proven_to_begin_the_new_one(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    path = consistency(reader(MANY), old, size)
    assert roots_by_consistency(old, size, plain_root(MANY[:old]), path) == (
        plain_root(MANY[:old]),
        plain_root(MANY[:size]),
    )


def roots_by_consistency(old: int, size: int, old_root: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """RFC 9162, section 2.1.4.2: what a witness does."""
    if old == size:
        assert path == []
        return old_root, old_root
    path = list(path)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for each in path[1:]:
        assert last
        if place & 1 or place == last:
            first, second = node_hash(each, first), node_hash(each, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, each)
        place, last = place >> 1, last >> 1
    assert last == 0
    return first, second


def test_growing_tree_tells_each_stored_node_once_as_it_is_complete() -> None:
    growing, read, found = Growing(), reader(MANY), []
    for leaf in MANY:
        found += growing.add(leaf)
    assert found == [(STEP, at, read(STEP, at, at + 1)[0]) for at in range(len(MANY) >> STEP)]
    assert growing.root() == root(read, len(MANY))
