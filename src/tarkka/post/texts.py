"""Text messages: what a gateway must do for us, and one that leaves them as files for a program of the carrier's.

The carrier is given the fields that the description names: phone number and message.
"""

import json
from typing import Protocol

from tarkka.post import files


class TextGateway(Protocol):
    """Takes text messages. `begin` is called before it is on record that the message was sent, `finish` after.

    Either may be called again with the same reference, and is then the same message, to be sent once.
    """

    def begin(self, reference: str, phone: str, text: str) -> None:
        """Take a message to a number in international form. Raises NotTaken or RefusedForGood of `post.mail`."""

    def finish(self, reference: str) -> None:
        """Let it go."""


class FileGateway:
    """Leaves each message in the outbox as `<reference>.json`."""

    def begin(self, reference: str, phone: str, text: str) -> None:
        """Write the message's file, which nobody is handed yet."""
        content = {"reference": reference, "to": phone, "text": text}
        files.begin(f"{reference}.json", json.dumps(content, ensure_ascii=False).encode())

    def finish(self, reference: str) -> None:
        """Hand the file over."""
        files.finish(f"{reference}.json")
