"""How good the people are: with truth where it is known, and without it by hiding logins and asking for them back.

Everything here counts rows or pairs of rows that share a person, from the table of how the two groupings cross; never
over all pairs, of which almost every one is two strangers (see `accuracy_over_all_pairs`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ltv.errors import UsageError, found
from ltv.identity.graph import Flags, Floats, Ints, Kinds, Links, People, stitch

if TYPE_CHECKING:
    import pandas as pd

EVERY_KIND = -1  # the label of all together in what `Answers.by` and `masked_logins` return
Hide = Literal["pairs", "logins"]
_Z95 = 1.959963984540054
_QUANTILES = (0.5, 0.9, 0.99, 0.999)


@dataclass(frozen=True)
class Agreement:
    """How far a grouping agrees with the truth; NaN where there is nothing to divide by.

    Attributes:
        precision: of what was put together, the share that belongs together.
        recall: of what belongs together, the share that was put together.
        f1: harmonic mean of both.
    """

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class Sizes:
    """How large the groups are.

    Attributes:
        groups: how many there are.
        largest_share: share of all rows in the largest one, NaN without rows.
        quantiles: rows of a group at each quantile of the groups; each is the size of some group.
    """

    groups: int
    largest_share: float
    quantiles: dict[float, int]


def pairwise(predicted: Ints, truth: Ints, weight: Ints | None = None) -> Agreement:
    """Agreement over pairs of rows: with n_ij rows of predicted group i and true group j, TP = sum of C(n_ij, 2).

    Precision = TP / sum of C(n_i., 2), recall = TP / sum of C(n_.j, 2); C. D. Manning, P. Raghavan and H. Schütze,
    *Introduction to Information Retrieval* (2008), section 16.3.

    Args:
        predicted: group of each row.
        truth: true group of each row.
        weight: how many rows each stands for.

    >>> pairwise(np.array([1, 1, 1, 2]), np.array([7, 7, 8, 8]))
    Agreement(precision=0.3333333333333333, recall=0.5, f1=0.4)
    """
    both, put, true = (_pairs_in(counts) for counts in _crossed(predicted, truth, weight).sums())
    return Agreement(_share(both, put), _share(both, true), _share(2 * both, put + true))


def bcubed(predicted: Ints, truth: Ints, weight: Ints | None = None) -> Agreement:
    """Agreement as a row sees it: the share of its predicted group that is its true group's, and the reverse.

    Precision = sum of n_ij² / n_i. over N, recall = sum of n_ij² / n_.j over N; A. Bagga and B. Baldwin, *Algorithms
    for scoring coreference chains* (1998). Unlike pairs, large groups count by their rows and not by their square.

    Args:
        predicted: group of each row.
        truth: true group of each row.
        weight: how many rows each stands for.

    >>> bcubed(np.array([1, 1, 1, 2]), np.array([7, 7, 8, 8]))
    Agreement(precision=0.6666666666666666, recall=0.75, f1=0.7058823529411765)
    """
    cross = _crossed(predicted, truth, weight)
    cells, put, true = cross.sums()
    square, rows = cells**2, float(cells.sum())
    precision = _share(float((square / put[cross.predicted]).sum()), rows)
    recall = _share(float((square / true[cross.truth]).sum()), rows)
    return Agreement(precision, recall, _share(2 * precision * recall, precision + recall))


def accuracy_over_all_pairs(predicted: Ints, truth: Ints, weight: Ints | None = None) -> float:
    """Share of all pairs of rows that are rightly together or rightly apart (W. M. Rand, 1971): says nothing here.

    Almost all pairs are two strangers. Whoever joins nobody is rightly apart nearly every time:

    >>> truth = np.repeat(np.arange(1_000), 4)
    >>> round(accuracy_over_all_pairs(np.arange(4_000), truth), 4)
    0.9992
    >>> pairwise(np.arange(4_000), truth).recall
    0.0

    Args:
        predicted: group of each row.
        truth: true group of each row.
        weight: how many rows each stands for.
    """
    cells, put, true = _crossed(predicted, truth, weight).sums()
    every = _pairs_in(np.array([cells.sum()]))
    wrong = _pairs_in(put) + _pairs_in(true) - 2 * _pairs_in(cells)
    return _share(every - wrong, every)


def sizes(person: Ints, weight: Ints | None = None) -> Sizes:
    """Share of the largest group and quantiles of the sizes.

    Args:
        person: group of each row.
        weight: how many rows each stands for.

    >>> sizes(np.array([5, 5, 5, 5, 8, 9]))
    Sizes(groups=3, largest_share=0.6666666666666666, quantiles={0.5: 1, 0.9: 4, 0.99: 4, 0.999: 4})
    """
    inverse = np.unique(person, return_inverse=True)[1]
    rows = np.bincount(inverse, weight)
    if not len(rows):
        return Sizes(0, math.nan, {})
    quantiles = np.quantile(rows, _QUANTILES, method="inverted_cdf").astype(np.int64)
    named = dict(zip(_QUANTILES, quantiles.tolist(), strict=True))
    return Sizes(len(rows), float(rows.max() / rows.sum()), named)


@dataclass(frozen=True)
class _Crossed:
    """Cells of the table of two groupings that are not empty."""

    predicted: Ints
    truth: Ints
    rows: Floats

    def sums(self) -> tuple[Floats, Floats, Floats]:
        put, true = (np.bincount(of, self.rows).astype(np.float64) for of in (self.predicted, self.truth))
        return self.rows, put, true


def _crossed(predicted: Ints, truth: Ints, weight: Ints | None) -> _Crossed:
    one = np.unique(predicted, return_inverse=True)[1].astype(np.int64)
    groups, other = np.unique(truth, return_inverse=True)
    width = np.int64(max(len(groups), 1))
    cells, inverse = np.unique(one * width + other, return_inverse=True)
    rows = np.bincount(inverse, weight).astype(np.float64)
    return _Crossed(cells // width, cells % width, rows)


def _pairs_in(rows: Floats) -> float:
    return float((rows * (rows - 1) / 2).sum())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


@dataclass(frozen=True)
class Answers:
    """Whose the identifier of each hidden login is said to be; one entry a login.

    Attributes:
        link: position of the login among the links; of one that was delivered again, the first.
        kind: kind of its identifier.
        pair: number of its identifier and account together.
        given: it was given to some account.
        right: it was given to its own.
    """

    link: Ints
    kind: Ints
    pair: Ints
    given: Flags
    right: Flags

    def by(self, label: Ints, *, name: str) -> pd.DataFrame:
        """Measure the answers of each label, and of all together.

        Args:
            label: what each answer is counted under, such as `kind`, or the source of its `link`.
            name: column in which the label stands.

        Returns:
            A row for all (`EVERY_KIND`) and one for each label: `pairs` and `hidden` observations of them, how many
            were `given` to some account and how many to the `right` one, precision = right / given and recall = right /
            hidden, each with its 95 % interval (`_low`, `_high`; NaN without rows).
        """
        import pandas as pd

        rows = [{name: EVERY_KIND} | _measured(self.pair, self.given, self.right)]
        for code in np.unique(label).tolist():
            of = label == code
            rows.append({name: code} | _measured(self.pair[of], self.given[of], self.right[of]))
        return pd.DataFrame(rows)


def masked_logins(
    kind: Ints,
    first_seen: Ints,
    links: Links,
    kinds: Kinds,
    *,
    junk: Flags,
    share: float,
    rng: np.random.Generator,
    hide: Hide = "pairs",
    public_after: int = 6,
    public_us: int = 1_800_000_000,
) -> pd.DataFrame:
    """Hide some logins and measure by kind of identifier how many are given back rightly.

    Takes what `hidden_logins` takes, raises what it raises and returns `Answers.by` of the kinds.

    >>> kinds = Kinds(np.array([2, 1]), np.array([1, 0]), np.array([99, 99]), np.array([False, False]))
    >>> shared = Links(np.array([0, 1, 0]), np.array([2, 2, 2]), np.array([10, 20, 30]))
    >>> masked = masked_logins(np.array([0, 0, 1]), np.zeros(3, np.int64), shared, kinds,
    ...                        junk=np.zeros(3, bool), share=0.5, rng=np.random.default_rng(0))
    >>> masked[["kind", "pairs", "hidden", "given", "right"]].to_dict("records")
    [{'kind': -1, 'pairs': 1, 'hidden': 1, 'given': 1, 'right': 0},
     {'kind': 1, 'pairs': 1, 'hidden': 1, 'given': 1, 'right': 0}]
    """
    options = {"public_after": public_after, "public_us": public_us}
    answers = hidden_logins(kind, first_seen, links, kinds, junk=junk, share=share, rng=rng, hide=hide, **options)
    return answers.by(answers.kind, name="kind")


def hidden_logins(
    kind: Ints,
    first_seen: Ints,
    links: Links,
    kinds: Kinds,
    *,
    junk: Flags,
    share: float,
    rng: np.random.Generator,
    hide: Hide = "pairs",
    public_after: int = 6,
    public_us: int = 1_800_000_000,
) -> Answers:
    """Hide some logins, stitch the rest, and ask whose the identifier is at the moment of each hidden one.

    A login is an observation of an identifier with an account; the two are a pair. `pairs` hides all observations of a
    pair: only the way round through other identifiers can answer rightly, and where there is none, recall is 0.
    `logins` hides single observations: what becomes of an event without a login on an identifier that has others.

    Args:
        kind: kind of each identifier; identifiers are numbered from the oldest.
        first_seen: moment each was seen first, microseconds.
        links: observations.
        kinds: what the kinds mean; an account is what a person may have only some of.
        junk: identifiers that stand for nobody.
        share: share of the pairs, or of the logins, to hide; between 0 and 1.
        rng: chooses them; the same one chooses the same for any order of the links.
        hide: whole pairs or single logins.
        public_after: see `stitch`.
        public_us: see `stitch`, microseconds.

    Raises:
        UsageError: if `share` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise UsageError(found("share of logins to hide", share, "a number between 0 and 1"))
    account = (kinds.limit > 0)[kind]
    logins = _logins(links, account, junk)
    unit = logins.pair if hide == "pairs" else logins.number
    hidden = rng.random(unit.max(initial=-1) + 1)[unit] < share
    shown = np.ones(len(links.ts), np.bool_)
    shown[logins.link[hidden]] = False
    rest = Links(links.one[shown], links.other[shown], links.ts[shown])
    people = stitch(kind, first_seen, rest, kinds, junk=junk, public_after=public_after, public_us=public_us)
    asked = logins.where(hidden)
    asked = asked.where(np.unique(asked.number, return_index=True)[1])
    return _answered(people, asked, kind, account & ~junk)


@dataclass(frozen=True)
class _Logins:
    """Observations of an identifier with an account: their positions, and numbers of their pair and of themselves.

    What was delivered again has the same number.
    """

    link: Ints
    node: Ints
    account: Ints
    ts: Ints
    pair: Ints
    number: Ints

    def where(self, kept: Flags | Ints) -> _Logins:
        link, node, account, ts = self.link[kept], self.node[kept], self.account[kept], self.ts[kept]
        return _Logins(link, node, account, ts, self.pair[kept], self.number[kept])


def _logins(links: Links, account: Flags, junk: Flags) -> _Logins:
    row = np.flatnonzero((account[links.one] != account[links.other]) & ~junk[links.one] & ~junk[links.other])
    one, other, ts = links.one[row], links.other[row], links.ts[row]
    node, who = np.where(account[one], other, one), np.where(account[one], one, other)
    pair = np.unique(node * np.int64(len(account)) + who, return_inverse=True)[1].astype(np.int64)
    order = np.lexsort((ts, pair))
    new = (np.diff(pair[order], prepend=-1) != 0) | (np.diff(ts[order], prepend=0) != 0)
    number = np.empty(len(pair), np.int64)
    number[order] = np.cumsum(new) - 1
    return _Logins(row, node, who, ts, pair, number)


def owner_at(people: People, node: Ints, ts: Ints) -> Ints:
    """Whose each identifier is at a moment, or -1 where nobody knows: junk, or before it was first seen.

    Args:
        people: what `stitch` found.
        node: identifiers asked for.
        ts: moment of each, microseconds.

    >>> two = People(np.array([0, 0]), np.array([5, 9]), np.array([9, 20]), np.array([3, 4]), np.ones(2), np.zeros(2))
    >>> owner_at(two, np.array([0, 0, 0, 0, 1]), np.array([4, 5, 9, 20, 9])).tolist()
    [-1, 3, 4, -1, -1]
    """
    spans = len(people.node)
    asked = np.arange(spans + len(node)) >= spans
    order = np.lexsort((asked, np.concatenate([people.since, ts]), np.concatenate([people.node, node])))
    last = np.maximum.accumulate(np.where(asked[order], -1, order))  # the span that began last, in order of both
    at = np.empty(len(node), np.int64)
    at[order[asked[order]] - spans] = last[asked[order]]
    if not spans:
        return np.full(len(node), -1)
    known = (at >= 0) & (people.node[at] == node) & (ts < people.until[at])
    return np.where(known, people.person[at], -1)


def _answered(people: People, asked: _Logins, kind: Ints, account: Flags) -> Answers:
    whose = owner_at(people, asked.node, asked.ts)
    accounts = np.flatnonzero(account)
    owner = np.full(len(kind) + 1, -1)  # the last one is that of nobody, -1
    owner[accounts] = people.person[np.searchsorted(people.node, accounts)]
    has_account = np.zeros(len(kind) + 1, np.bool_)
    has_account[owner[accounts]] = True
    right = (whose == owner[asked.account]) & (whose >= 0)
    return Answers(asked.link, kind[asked.node], asked.pair, has_account[whose], right)


def _measured(pair: Ints, given: Flags, right: Flags) -> dict[str, float]:
    counts = {"pairs": len(np.unique(pair)), "hidden": len(pair), "given": int(given.sum()), "right": int(right.sum())}
    precision = _with_interval("precision", right[given], pair[given])
    return counts | precision | _with_interval("recall", right, pair)


def _with_interval(name: str, right: Flags, pair: Ints) -> dict[str, float]:
    """A share with its interval; observations of a pair are right or wrong together, so they are not independent.

    What counts as their number is Kish's effective sample size over the pairs, (sum of w)² / sum of w² with w
    observations a pair (L. Kish, *Survey Sampling*, 1965): the number of pairs where all have as many.
    """
    weight = np.unique(pair, return_counts=True)[1].astype(np.float64)
    if not len(weight):
        return {name: math.nan, f"{name}_low": math.nan, f"{name}_high": math.nan}
    share = float(right.mean())
    low, high = wilson(share, float(weight.sum() ** 2 / (weight**2).sum()))
    return {name: share, f"{name}_low": low, f"{name}_high": high}


def wilson(share: float, n: float) -> tuple[float, float]:
    """95 % score interval of a share of n, (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n); E. B. Wilson, 1927.

    Args:
        share: what was seen, from 0 to 1.
        n: how many observations that is worth, above 0.

    >>> [round(end, 4) for end in wilson(0.25, 40)]
    [0.1419, 0.4019]
    """
    centre = share + _Z95**2 / (2 * n)
    half = _Z95 * math.sqrt(share * (1 - share) / n + _Z95**2 / (4 * n**2))
    scale = 1 + _Z95**2 / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
