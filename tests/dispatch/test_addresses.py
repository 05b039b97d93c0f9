"""Nothing is sent to this network, to the cloud's own services, or to an address nobody checked."""

import socket

import pytest

from ltv.dispatch.addresses import ForbiddenAddressError, refused, resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200", "168.63.129.16",
        "0.0.0.0", "224.0.0.1", "239.1.1.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a9fe:a9fe::", "64:ff9b::a9fe:a9fe", "64:ff9b::7f00:1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address):
    assert refused(address, loopback=False)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_called(address):
    assert refused(address, loopback=False) == ""


def test_this_machine_is_only_called_by_its_own_name_and_nothing_else_then():
    assert refused("127.0.0.1", loopback=True) == refused("::1", loopback=True) == ""
    assert refused("8.8.8.8", loopback=True) == "not this machine"
    assert resolve("127.0.0.1", 80) == [(socket.AF_INET, "127.0.0.1")]


@pytest.mark.parametrize(
    ("address", "fine"),
    [("10.0.0.5", True), ("fd12::1", True), ("127.0.0.1", False), ("169.254.169.254", False), ("0.0.0.0", False)],
)
def test_a_mail_server_may_be_private_where_that_is_said(address, fine):
    assert (refused(address, loopback=False, private=True) == "") == fine


def answering(*addresses):
    return lambda *_, **__: [(socket.AF_INET6 if ":" in a else socket.AF_INET, 1, 6, "", (a, 443)) for a in addresses]


def test_one_bad_address_of_several_refuses_the_name():
    with pytest.raises(ForbiddenAddressError, match=r"crm\.example\.com is 10\.0\.0\.1: no public address"):
        resolve("crm.example.com", 443, lookup=answering("93.184.216.34", "10.0.0.1"))


def test_addresses_come_each_once_the_older_kind_first():
    found = resolve("crm.example.com", 443, lookup=answering("2606:4700::1111", "93.184.216.34", "93.184.216.34"))
    assert [address for _, address in found] == ["93.184.216.34", "2606:4700::1111"]
