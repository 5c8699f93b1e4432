"""Checkpoints as signed notes: C2SP's signed-note, tlog-checkpoint and tlog-cosignature, which witnesses can cosign.

A checkpoint tells a log's name, size and root. The log's own key signs it twice: as the log (Ed25519), and as a
cosigner, which tells the time by the standard's own means.
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_LOG, _COSIGNER = 1, 4  # signature types


class NotGenuine(ValueError):
    """A note that is malformed or not signed by the key. The message tells which."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a signed checkpoint says: the log's name, how many leaves, their root, and when (UTC, whole seconds)."""

    origin: str
    size: int
    root: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Verifier:
    """A log's name and public key (32 bytes)."""

    name: str
    public: bytes

    @classmethod
    def parsed(cls, vkey: str) -> "Verifier":
        """Return the verifier that a C2SP verifier key (name+id+key) stands for. Raises NotGenuine."""
        name, _, rest = vkey.strip().partition("+")
        id_, _, key = rest.partition("+")
        material = _decoded(key)
        found = cls(name, material[1:])
        if not name or len(material) != 33 or material[0] != _LOG or found._id(_LOG).hex() != id_:
            raise NotGenuine("this is no verifier key of an Ed25519 log: name+id+key")
        return found

    def vkey(self) -> str:
        """Return the C2SP verifier key, by which witnesses and auditors know the log."""
        return f"{self.name}+{self._id(_LOG).hex()}+{b64encode(bytes([_LOG]) + self.public).decode()}"

    def text(self, note: str) -> str:
        """Return the text of a note that is signed with this key. Raises NotGenuine."""
        text, signatures = parsed(note)
        self._verify(text, self._signature(signatures, _LOG))
        return text

    def read(self, note: str) -> Checkpoint:
        """Return what a checkpoint of this log says, if it is signed as log and as cosigner. Raises NotGenuine."""
        text = self.text(note)
        origin, size, root, *_ = [*text.split("\n"), "", ""]
        if origin != self.name:
            raise NotGenuine("the checkpoint is of another log")
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size) or len(_decoded(root)) != 32:
            raise NotGenuine("the note is no checkpoint")
        cosignature = self._signature(parsed(note)[1], _COSIGNER)
        at = int.from_bytes(cosignature[:8])
        self._verify(_stamped(text, at), cosignature[8:])
        return Checkpoint(origin, int(size), _decoded(root), datetime.fromtimestamp(at, UTC))

    def _id(self, type_: int) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([type_]) + self.public).digest()[:4]

    def _signature(self, signatures: list[tuple[str, bytes]], type_: int) -> bytes:
        for name, signature in signatures:
            if name == self.name and signature[:4] == self._id(type_):
                return signature[4:]
        raise NotGenuine("the note lacks a signature of the log's key")

    def _verify(self, text: str, signature: bytes) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            raise NotGenuine("a signature of the note is wrong") from None


class Signer:
    """The log's key. Its name is made from the public key, so that it is the log's alone and stays."""

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes_raw()
        self.verifier = Verifier(f"tarkka-trail/{sha256(public).hexdigest()[:16]}", public)

    def sign(self, size: int, root: bytes, at: datetime) -> str:
        """Return a signed checkpoint."""
        name, seconds = self.verifier.name, int(at.timestamp())
        text = f"{name}\n{size}\n{b64encode(root).decode()}\n"
        as_log = self._private.sign(text.encode())
        as_cosigner = seconds.to_bytes(8) + self._private.sign(_stamped(text, seconds).encode())
        lines = (
            f"— {name} {b64encode(self.verifier._id(type_) + signature).decode()}\n"
            for type_, signature in ((_LOG, as_log), (_COSIGNER, as_cosigner))
        )
        return f"{text}\n{''.join(lines)}"


def parsed(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """Return a signed note's text and its signatures, each the signer's name with key id and signature.

    By the rules of signed-note; nothing is verified. Raises NotGenuine for what is no note.
    """
    text, blank, signed = note.rpartition("\n\n")
    if not blank or not signed.endswith("\n") or any(character < " " and character != "\n" for character in note):
        raise NotGenuine("this is no signed note")
    signatures = []
    for line in signed.removesuffix("\n").split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        signature = _decoded(match[2]) if match else b""
        if match is None or len(signature) < 5:
            raise NotGenuine("a line of the note is no signature")
        signatures.append((match[1], signature))
    return text + "\n", signatures


def _stamped(text: str, seconds: int) -> str:
    return f"cosignature/v1\ntime {seconds}\n{text}"


def _decoded(text: str) -> bytes:
    """Return what base64 in its one canonical form stands for; nothing for anything else."""
    try:
        found = b64decode(text, validate=True)
    except ValueError:
        return b""
    return found if b64encode(found).decode() == text else b""
