"""Why a sign-in is refused. The reason is for the log and the tests; it tells nothing of the person."""

from enum import StrEnum


class Reason(StrEnum):
    """One way in which an answer of a provider can be wrong, in alphabetical order."""

    ALGORITHM = "algorithm"
    AUDIENCE = "audience"
    CANCELLED = "cancelled"
    CODE = "code"
    ENCRYPTION = "encryption"
    EXPIRED = "expired"
    FUTURE = "future"
    IDENTITY = "identity"
    ISSUER = "issuer"
    KEYS = "keys"
    LEVEL = "level"
    METHOD = "method"
    NONCE = "nonce"
    NOT_FRESH = "not_fresh"
    PROVIDER = "provider"
    REPLAYED = "replayed"
    SIGNATURE = "signature"
    STATE = "state"
    TEST_IDENTITY = "test_identity"
    TOKEN = "token"  # noqa: S105  # the name of a reason
    UNREACHABLE = "unreachable"


class SignInRefused(Exception):
    """Nobody is signed in, and this is why."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
