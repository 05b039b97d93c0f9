"""Which addresses may be called: a name is resolved once, every address is checked, and one of these is connected to.

A name that means a public machine when it is checked and this network when it is called gains nothing that way.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from ltv.errors import LtvError
from ltv.settings.endpoints import is_loopback

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Services of cloud machines that stand at addresses which count as public.
_METADATA = {ipaddress.ip_address("168.63.129.16")}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class ForbiddenAddressError(LtvError):
    """A name leads to an address that nothing is sent to."""


def resolve(
    host: str, port: int, *, private: bool = False, lookup: Callable[..., Any] = socket.getaddrinfo
) -> list[tuple[int, str]]:
    """The addresses of a host, each as family and text, all of them checked.

    Args:
        host: a name or address; one that is this machine by name may only be this machine.
        port: where to.
        private: whether addresses of a private network are allowed.
        lookup: resolves names.

    Raises:
        ForbiddenAddressError: one of the addresses is not allowed.
        OSError: there is no such name.
    """
    found = {(entry[0], str(entry[4][0])) for entry in lookup(host, port, type=socket.SOCK_STREAM)}
    for _, text in sorted(found):
        why = refused(text, loopback=is_loopback(host), private=private)
        if why:
            raise ForbiddenAddressError(f"{host} is {text}: {why}, nothing is sent there")
    return sorted(found, key=lambda one: (one[0] != socket.AF_INET, one[1]))


def refused(text: str, *, loopback: bool, private: bool = False) -> str:
    """Why an address may not be called, or nothing.

    Args:
        text: the address.
        loopback: whether this machine was asked for by name.
        private: whether addresses of a private network are allowed.

    >>> refused("169.254.169.254", loopback=False), refused("93.184.216.34", loopback=False)
    ('a link-local address', '')
    >>> refused("::ffff:10.0.0.1", loopback=False), refused("127.0.0.1", loopback=True)
    ('no public address', '')
    """
    inner = _innermost(ipaddress.ip_address(text.partition("%")[0]))
    if loopback:
        return "" if inner.is_loopback else "not this machine"
    if inner.is_link_local:
        return "a link-local address"
    if inner in _METADATA:
        return "a metadata service"
    if inner.is_multicast:
        return "a multicast address"
    if private and inner.is_private and not (inner.is_loopback or inner.is_unspecified or inner.is_reserved):
        return ""
    return "" if inner.is_global else "no public address"


def _innermost(address: Address) -> Address:
    """The address that is meant by one that holds another."""
    if isinstance(address, ipaddress.IPv6Address):
        held = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if held is None and address in _NAT64:
            held = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        return held or address
    return address
