"""Check a proof that an access event is in the trail, offline: python verify_proof.py PROOF.json PERSON [VKEY].

PERSON is your number in the register, as your own extract tells it. VKEY is the log's public key, from where you trust
it (the register's owner publishes it); without it the key in the proof is used, which says nothing about whose it is.
Needs Python 3.11 and the package `cryptography`. docs/trail.md explains each step.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def check(proof: dict, person: str, vkey: str) -> list[dict]:
    """Return the entries that are proven; end the program if anything does not fit."""
    # The checkpoint: text, blank line, signatures. The key's id tells which signature is the log's.
    text, _, signed = proof["checkpoint"].rpartition("\n\n")
    text += "\n"
    name, id_, key = vkey.split("+", 2)
    for line in signed.splitlines():
        dash, signer, signature = line.split(" ")
        if dash == "—" and signer == name and b64decode(signature)[:4].hex() == id_:
            try:
                Ed25519PublicKey.from_public_bytes(b64decode(key)[1:]).verify(b64decode(signature)[4:], text.encode())
            except InvalidSignature:
                sys.exit("The checkpoint's signature is wrong.")
            break
    else:
        sys.exit("The checkpoint is not signed with this key.")
    origin, size, root = text.splitlines()[:3]
    if origin != name:
        sys.exit("The checkpoint is of another log.")
    entries, is_mine = [], False
    for leaf in proof["leaves"]:
        # The leaf is in the tree (RFC 9162, section 2.1.3.2).
        index, last, found = leaf["index"], int(size) - 1, sha256(b"\x00" + leaf["entry"].encode()).digest()
        if index > last:
            sys.exit("A leaf is not in the tree.")
        for sibling in map(bytes.fromhex, leaf["path"]):
            if last == 0:
                sys.exit("A leaf is not in the tree.")
            if index & 1 or index == last:
                found = sha256(b"\x01" + sibling + found).digest()
                while index and not index & 1:
                    index, last = index >> 1, last >> 1
            else:
                found = sha256(b"\x01" + found + sibling).digest()
            index, last = index >> 1, last >> 1
        if last != 0 or found != b64decode(root):
            sys.exit("A leaf is not in the tree.")
        # The entry is of this event, and where it names a person by a commitment, of you.
        entry = json.loads(leaf["entry"])
        if entry["id" if entry["table"] == "access_event" else "event_id"] != proof["event"]:
            sys.exit("An entry is of another event.")
        if "key" in leaf:
            if sha256(bytes.fromhex(leaf["key"]) + person.encode()).hexdigest() != entry[leaf["opened"]]:
                sys.exit("An entry is of another person.")
            is_mine = True
        entries.append(entry)
    if not is_mine:
        print("The event names nobody: it is shown to everyone.")
    return entries


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for proven in check(given, sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else given["vkey"]):
        print(json.dumps(proven, indent=2))
    print("Proven: this stands in the log, and the checkpoint is signed.")
