"""Small worlds of identifiers, in which everything that can go wrong does."""

from hypothesis import strategies as st

MEMBER, OPENID, PHONE, DEVICE = range(4)


@st.composite
def worlds(draw):
    """Draw a few identifiers of all kinds, some junk, some hubs, links in any order with clocks that are off."""
    n = draw(st.integers(1, 12))
    some = st.lists(
        st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(-5, 60).map(lambda x: x * 10**9)),
        max_size=30,
    )
    return {
        "kind": draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)),
        "rows": draw(some),
        "first_seen": sorted(draw(st.lists(st.integers(0, 50 * 10**9), min_size=n, max_size=n))),
        "junk": draw(st.sets(st.integers(0, n - 1), max_size=2)),
        "caps": draw(st.sampled_from([(99, 99, 99, 99), (9, 9, 3, 4)])),
        "public_after": draw(st.sampled_from([2, 6])),
    }
