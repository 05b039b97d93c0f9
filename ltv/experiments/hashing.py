"""From an id to a bucket, in plain Python: the definition that the compiled kernels and other languages are held to.

FNV-1a alone couples experiments: its lowest bit is the exclusive or of the lowest bits of all bytes, so that with two
buckets every salt gives the same halves or the same halves swapped. A finalizer after it makes every bit of the bucket
hang on every bit of the hash.
"""

from __future__ import annotations

from ltv.errors import UsageError, found
from ltv.settings.experiment import BUCKETS

_MASK = (1 << 64) - 1
_OFFSET, _PRIME = 0xCBF29CE484222325, 0x100000001B3


def fnv1a64(data: bytes, start: int = _OFFSET) -> int:
    """FNV-1a of 64 bits (G. Fowler, L. C. Noll, K.-P. Vo).

    Args:
        data: what is hashed.
        start: the hash of what stands before it.

    >>> f"{fnv1a64(b''):016x} {fnv1a64(b'foobar'):016x} {fnv1a64('用户42'.encode()):016x}"
    'cbf29ce484222325 85944171f73967e8 c777c5a51fce32df'
    """
    h = start
    for byte in data:
        h = (h ^ byte) * _PRIME & _MASK
    return h


def fmix64(h: int) -> int:
    """The finalizer of MurmurHash3 (A. Appleby), a permutation of the 64-bit numbers.

    >>> fmix64(0), f"{fmix64(1):016x}"
    (0, 'b456bcfc34c2cb2c')
    """
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & _MASK
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return h ^ h >> 33


def bucket(salt: str, unit_id: str, of: int = BUCKETS) -> int:
    """The bucket of an id: `fmix64(fnv1a64(salt + ":" + id)) mod of`, over UTF-8.

    Args:
        salt: of the experiment.
        unit_id: the id as a text, as it is: capitals, spaces and leading zeros count.
        of: how many buckets there are.

    Raises:
        UsageError: the text has no UTF-8.

    >>> bucket("foc-2026", "M1"), bucket("foc-2026", "用户42"), bucket("foc-2026", "")
    (8677, 1525, 1343)
    """
    return fmix64(fnv1a64(encoded(unit_id), fnv1a64(encoded(f"{salt}:")))) % of


def encoded(text: str) -> bytes:
    """UTF-8 of a text.

    Raises:
        UsageError: half of a surrogate pair stands in it, or a byte of a command line that was no UTF-8.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError(found("id", text, "a text that can be written in UTF-8")) from None
