"""One connection to a host that a plan names, and never to an address under which clouds hand out credentials."""

import contextlib
import errno
import socket
import ssl
from datetime import timedelta

from changectl.contracts.probe import CannotAsk
from changectl.probes.http import keeps_credentials


def connected(host: str, port: int, timeout: timedelta, held: list[socket.socket]) -> socket.socket:
    """A TCP connection, put into `held` so that it can be hung up. Raises OSError, or CannotAsk if it is our fault.

    The name is looked up once: the address that was examined is the address that is called.
    """
    failure: OSError = OSError("has no address")
    for address in _addresses(host, port):
        try:
            held.append(socket.create_connection((address, port), timeout.total_seconds()))
        except OSError as error:
            failure = error
        else:
            return held[-1]
    if failure.errno in _OURS or (failure.errno in _NO_WAY and not _has_network()):
        raise CannotAsk(f"no connection can be made from here: {failure.strerror}") from failure
    raise failure


def secured(plain: socket.socket, host: str, held: list[socket.socket]) -> ssl.SSLSocket:
    """The same with TLS and a certificate that is proven to be the host's. Raises ssl.SSLError."""
    context = ssl.create_default_context()
    sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    held.append(sock)
    sock.do_handshake()
    return sock


_NO_WAY = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTUNREACH})
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM, errno.ENOBUFS})


def _addresses(host: str, port: int) -> list[str]:
    if not host:
        raise OSError("has no host")
    _refuse_credentials(host, host)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if not _has_network():
            raise CannotAsk("there is no network here") from error
        raise OSError("has a host name that cannot be looked up") from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        _refuse_credentials(host, address)
    return addresses


def _refuse_credentials(host: str, address: str) -> None:
    if keeps_credentials(address):
        raise CannotAsk(f"{host} leads to where clouds hand out credentials, and is not asked")


def _has_network() -> bool:
    # Connecting a datagram socket sends nothing; it fails where no route leads outside (RFC 5737, RFC 3849 addresses).
    for family, address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return True
    return False
