"""A virus scan of each file where the site has a clamd: its INSTREAM command over a socket, bounded in time."""

from __future__ import annotations

import socket
import struct
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from relief.errors import RuleBroken

_BLOCK = 256 * 1024
_ANSWER = 4096
_TIMEOUT = 30.0


class VirusFound(RuleBroken):
    """The scanner knows something in the file; `found` is what it calls it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            _("The virus scanner refused the file (%(found)s). Nothing was kept. Ask the claimant for a clean file.")
            % {"found": found},
            code="virus_found",
        )
        self.found = found


def scan(file: IO[bytes]) -> None:
    """Let clamd look at the file and leave it at its beginning; without the setting RELIEF_CLAMD nothing happens.

    Raises VirusFound, RuleBroken(scanner_unreachable) where no clear answer came.
    """
    address = settings.EVIDENCE_CLAMD
    if not address:
        return
    try:
        answer = _ask(address, file)
    except OSError as error:
        raise _unreachable() from error
    finally:
        file.seek(0)
    # "stream: OK", "stream: Eicar-Test-Signature FOUND", or an error such as a size limit.
    if answer.endswith(" FOUND"):
        raise VirusFound(answer.removeprefix("stream:").removesuffix("FOUND").strip()[:120])
    if answer != "stream: OK":
        raise _unreachable()


def _ask(address: str, file: IO[bytes]) -> str:
    file.seek(0)
    with _connected(address) as connection:
        connection.sendall(b"zINSTREAM\0")
        while block := file.read(_BLOCK):
            connection.sendall(struct.pack("!I", len(block)) + block)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while len(answer) < _ANSWER and not answer.endswith(b"\0"):
            part = connection.recv(_ANSWER)
            if not part:
                break
            answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_TIMEOUT)
        try:
            connection.connect(address)
        except OSError:
            connection.close()
            raise
        return connection
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_TIMEOUT)


def _unreachable() -> RuleBroken:
    return RuleBroken(
        _("The virus scanner gives no answer, so the file was not taken. Try again later, or tell an administrator."),
        code="scanner_unreachable",
    )
