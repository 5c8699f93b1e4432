"""The Finnish personal identity code (HETU): checked, found by a keyed hash, kept encrypted.

Decree 690/2022 gives the separators.
"""

import hmac
from datetime import date
from hashlib import sha256

from tarkka.database.keys import key
from tarkka.database.sealing import open_sealed, seal

_CENTURIES = {"+": 1800} | dict.fromkeys("-UVWXY", 1900) | dict.fromkeys("ABCDEF", 2000)
_WHAT = "identity_code"
_CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def checked(identity_code: str) -> str:
    """Return the code in capitals. Raises ValueError if its date, individual number or check character is wrong."""
    code = identity_code.strip().upper()
    digits = code[:6] + code[7:10]
    if len(code) != 11 or code[6] not in _CENTURIES or not (code.isascii() and digits.isdigit()):
        raise ValueError("a personal identity code is six digits, a separator, three digits and a check character")
    try:
        date(_CENTURIES[code[6]] + int(code[4:6]), int(code[2:4]), int(code[:2]))
    except ValueError:
        raise ValueError("the personal identity code does not begin with a date") from None
    if int(code[7:10]) < 2:
        raise ValueError("the personal identity code's individual number is not 002 or more")
    if _CHECK_CHARACTERS[int(digits) % 31] != code[10]:
        raise ValueError("the personal identity code's check character is wrong")
    return code


def identity_hash(identity_code: str) -> bytes:
    """Return the keyed hash (HMAC-SHA-256) by which a person is found. Raises ValueError as `checked`."""
    return hmac.digest(key("identity"), checked(identity_code).encode(), sha256)


def seal_identity(identity_code: str) -> bytes:
    """Return the code encrypted. Raises ValueError as `checked`."""
    return seal(checked(identity_code), _WHAT)


def open_identity(sealed: bytes) -> str:
    """Return the code that `seal_identity` encrypted. Raises as `open_sealed`."""
    return open_sealed(sealed, _WHAT)
