"""Checkpoints are what C2SP's specifications say, so that witnesses that exist can read and cosign them."""

from base64 import b64decode, b64encode
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tarkka.trail.note import NotGenuine, Signer, Verifier, parsed

# The example of Go's sumdb/note, from which C2SP's signed notes come.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_SIGNATURE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The examples of C2SP's signed-note and tlog-cosignature.
QUASIMODO = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3Z"
    "ekRwNtIc=\n"
)
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeM"
    "cTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+"
    "mbIUBkBIfZ+qnA==\n"
)
AT = datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
SIGNER = Signer(bytes(range(32)))
ROOT = sha256(b"root").digest()


def test_note_of_the_reference_implementation_is_read() -> None:
    verifier = Verifier.parsed(GO_KEY)
    assert verifier.text(f"{GO_TEXT}\n{GO_SIGNATURE}") == GO_TEXT
    assert verifier.vkey() == GO_KEY
    with pytest.raises(NotGenuine, match="wrong"):
        verifier.text(f"{GO_TEXT.replace('think', 'thank')}\n{GO_SIGNATURE}")


def test_examples_of_the_specifications_are_read() -> None:
    text, [(name, signature)] = parsed(QUASIMODO)
    assert text.endswith("sole:\n\ned è subito sera.\n")
    assert (name, len(signature)) == ("quasimodo.example/salvatore", 68)
    _, [_, (name, signature)] = parsed(COSIGNED)
    assert (name, len(signature)) == ("witness.example.com/w1", 76)
    assert int.from_bytes(signature[4:12]) == 1679315147


def test_checkpoint_is_signed_as_the_specifications_say() -> None:
    """Built and verified here from the specifications alone."""
    note, key = SIGNER.sign(7, ROOT, AT), SIGNER.verifier.public
    name = f"tarkka-trail/{sha256(key).hexdigest()[:16]}"
    text = f"{name}\n7\n{b64encode(ROOT).decode()}\n"
    body, blank, *lines = note.removesuffix("\n").split("\n\n")[0] + "\n", "", *note.split("\n\n")[1].splitlines()
    assert (body, blank) == (text, "")
    [as_log, as_cosigner] = [line.split(" ") for line in lines]
    for type_, (dash, signer, encoded) in ((b"\x01", as_log), (b"\x04", as_cosigner)):
        assert (dash, signer) == ("—", name)
        assert b64decode(encoded)[:4] == sha256(name.encode() + b"\n" + type_ + key).digest()[:4]
    public = Ed25519PublicKey.from_public_bytes(key)
    public.verify(b64decode(as_log[2])[4:], text.encode())
    stamped = b64decode(as_cosigner[2])[4:]
    assert int.from_bytes(stamped[:8]) == AT.timestamp()
    public.verify(stamped[8:], f"cosignature/v1\ntime {int(AT.timestamp())}\n{text}".encode())


def test_checkpoint_that_witnesses_cosigned_is_read() -> None:
    note = SIGNER.sign(7, ROOT, AT) + COSIGNED.splitlines(keepends=True)[-1]
    found = SIGNER.verifier.read(note)
    assert (found.size, found.root, found.at) == (7, ROOT, AT)
    assert Verifier.parsed(SIGNER.verifier.vkey()) == SIGNER.verifier


def test_any_changed_character_is_noticed() -> None:
    note = SIGNER.sign(7, ROOT, AT)
    for place, character in enumerate(note):
        changed = note[:place] + ("x" if character != "x" else "y") + note[place + 1 :]
        with pytest.raises(NotGenuine):
            SIGNER.verifier.read(changed)


@pytest.mark.parametrize(
    "note",
    ["", "text\n", "text\n\n", "text\n\nno signature\n", "text\n\n— name =\n", "text\n\n— a name AAAAAAA=\n", "a\tb\n\n— name AAAAAAA=\n",
     "text\n\n— na+me AAAAAAA=\n", "text\n\n— name AAAAAAA=", "text\n\n— name AAAAAAB=\n"],
)  # fmt: skip
def test_what_is_no_note_is_told(note: str) -> None:
    with pytest.raises(NotGenuine):
        parsed(note)


@pytest.mark.parametrize(
    "vkey", ["", "name", "name+c74f20a3", GO_KEY[:-2], GO_KEY.replace("c7", "c8"), GO_KEY.replace("Peter", "Paul")]
)
def test_what_is_no_key_is_told(vkey: str) -> None:
    with pytest.raises(NotGenuine):
        Verifier.parsed(vkey)


@pytest.mark.parametrize(("size", "root"), [(-1, ROOT), (7, ROOT[:31])])
def test_note_that_is_no_checkpoint_is_told(size: int, root: bytes) -> None:
    with pytest.raises(NotGenuine, match="no checkpoint"):
        SIGNER.verifier.read(SIGNER.sign(size, root, AT))
