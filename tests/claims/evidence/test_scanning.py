"""The client of clamd against a small server that speaks its protocol over a real socket."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from claims.evidence.models import Evidence, EvidenceThreat
from claims.evidence.scanning import VirusFound, scan
from claims.evidence.services import hand_in
from relief.errors import RuleBroken
from tests.claims.evidence.conftest import as_file, png

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def _exactly(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = connection.recv(size - len(content))
        if not part:
            break
        content += part
    return content


def _answer(connection: socket.socket, fixed: bytes | None) -> None:
    assert _exactly(connection, 10) == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack("!I", _exactly(connection, 4))[0]:
        content += _exactly(connection, size)
    found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
    connection.sendall(found if fixed is None else fixed)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Callable[..., None]]:
    """Start a scanner that the site uses; `fixed` is what it says whatever it gets."""
    servers = []

    def start(fixed: bytes | None = None) -> None:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        settings.EVIDENCE_CLAMD = f"127.0.0.1:{server.getsockname()[1]}"

        def serve() -> None:
            while True:
                try:
                    connection, _peer = server.accept()
                except OSError:
                    return
                with connection:
                    _answer(connection, fixed)

        threading.Thread(target=serve, daemon=True).start()

    yield start
    for server in servers:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def test_clean_file_passes_and_stands_at_its_beginning(clamd: Callable[..., None]) -> None:
    clamd()
    file = as_file(b"clean" * 100_000)
    scan(file)
    assert file.tell() == 0


def test_virus_is_found_and_named(clamd: Callable[..., None]) -> None:
    clamd()
    with pytest.raises(VirusFound) as refusal:
        scan(as_file(b"before" + EICAR))
    assert (refusal.value.code, refusal.value.found) == ("virus_found", "Eicar-Test-Signature")


@pytest.mark.parametrize("fixed", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK FOR NOW\0"])
def test_unclear_answer_refuses_the_file(clamd: Callable[..., None], fixed: bytes) -> None:
    clamd(fixed)
    with pytest.raises(RuleBroken) as refusal:
        scan(as_file(b"clean"))
    assert refusal.value.code == "scanner_unreachable"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock"])
def test_scanner_that_is_down_refuses_the_file(settings: Any, address: str) -> None:
    settings.EVIDENCE_CLAMD = address
    with pytest.raises(RuleBroken) as refusal:
        scan(as_file(b"clean"))
    assert refusal.value.code == "scanner_unreachable"


def test_virus_is_recorded_and_nothing_kept(clamd: Callable[..., None], clerk: Any, claim: Any) -> None:
    clamd()
    with pytest.raises(VirusFound):
        hand_in(by=clerk, claim=claim, file=as_file(png() + EICAR), name="bad.png", kind="other")
    threat = EvidenceThreat.objects.get()
    assert (threat.claim, threat.name, threat.found, threat.by) == (claim, "bad.png", "Eicar-Test-Signature", clerk)
    assert not Evidence.objects.exists()
