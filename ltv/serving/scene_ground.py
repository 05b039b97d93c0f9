"""Acts, articles and scenes as arrays: when a recommendation could be shown, what was known by then, what was taken after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Collection

Ints = NDArray[np.int64]
SCENES = ("home", "search", "detail")
TAKEN = "add_to_cart"
NEAREST = 200  # articles that are kept as like another
MOST_OF_ONE = 500  # articles of one person
_AT_ONCE = 500  # articles that are compared with all others at a time
_HOUR_US = 3_600_000_000
_LOOKED_BACK = 20  # acts of a person before the scene
_FADES = 0.85  # weight of an act against the one after it


@dataclass(frozen=True, eq=False)
class Ground:
    """Acts in the order of people and time.

    Attributes:
        acts: user_id, us, event, session, sku, category, dwell_ms, letters; ordered by user_id and us.
        split_us: test scenes are from here on, and everything learned is from before.
    """

    acts: pd.DataFrame
    split_us: int

    @cached_property
    def articles(self) -> pd.Index:
        """Articles that were seen before the split: no other can be recommended."""
        names: list[str] = sorted(self._early["sku"].unique().tolist())
        return pd.Index(names)

    @cached_property
    def _early(self) -> pd.DataFrame:
        return self.acts[(self.acts["us"] < self.split_us) & self.acts["sku"].notna()]

    @cached_property
    def with_articles(self) -> pd.DataFrame:
        """Acts with an article that can be recommended, and its number."""
        acts = self.acts[self.acts["sku"].notna()]
        number = self.articles.get_indexer(pd.Index(acts["sku"]))
        return acts.assign(article=number)[number >= 0].reset_index(drop=True)

    @cached_property
    def popularity(self) -> NDArray[np.float64]:
        """How often each article was taken before the split."""
        rows = self.with_articles
        taken = rows["article"][(rows["us"] < self.split_us) & (rows["event"] == TAKEN)]
        return np.bincount(taken, minlength=len(self.articles)).astype(np.float64)

    @cached_property
    def category(self) -> Ints:
        """The category of each article, as a number; −1 where none is told."""
        told = self._early.dropna(subset=["category"]).drop_duplicates("sku", keep="last").set_index("sku")["category"]
        codes, _ = pd.factorize(told.reindex(self.articles))
        return codes.astype(np.int64)

    @cached_property
    def likeness(self) -> Any:  # noqa: ANN401  a sparse matrix
        """Cosine of articles by the people who did something with them before the split: the nearest of each, never itself.

        Of a person with very many articles the last ones count: pairs grow with their square, and whoever is busy with everything tells little.
        """
        rows = self.with_articles[self.with_articles["us"] < self.split_us]
        pairs = rows[["user_id", "article"]].drop_duplicates(keep="last")
        pairs = pairs[pairs.groupby("user_id").cumcount(ascending=False) < MOST_OF_ONE]
        people, _ = pd.factorize(pairs["user_id"])
        shape = (int(people.max(initial=-1)) + 1, len(self.articles))
        by = sparse.csr_matrix((np.ones(len(pairs)), (people, pairs["article"])), shape=shape)
        size = np.sqrt(np.maximum(np.asarray(by.sum(axis=0)).ravel(), 1))
        each = (by @ sparse.diags(1 / size)).tocsc()
        across = each.T.tocsr()
        parts = [_nearest(across[at : at + _AT_ONCE] @ each, at, NEAREST) for at in range(0, shape[1], _AT_ONCE)]
        return sparse.vstack(parts, format="csr") if parts else sparse.csr_matrix((0, 0))

    def scenes(self, *, home_seconds: float, search_letters: int, categories: Collection[str]) -> pd.DataFrame:
        """Occasions to recommend something, one of a kind a session: scene, user_id, us, session.

        Args:
            home_seconds: a first page that is looked at longer calls for one.
            search_letters: search words of at least so many letters do.
            categories: pages of these do; none: of any.
        """
        late = self.acts[self.acts["us"] >= self.split_us]
        first = ~late.duplicated(["user_id", "session"])
        is_view = (late["event"] == "view") & late["sku"].notna()
        which = {
            "home": first & (late["event"] == "visit") & (late["dwell_ms"] > home_seconds * 1000),
            "search": (late["event"] == "search") & (late["letters"] >= search_letters),
            "detail": is_view & (late["category"].isin(list(categories)) if categories else True),
        }
        parts = [late.loc[which[s], ["user_id", "us", "session"]].assign(scene=s) for s in SCENES]
        return pd.concat(parts).drop_duplicates(["scene", "user_id", "session"], ignore_index=True)

    def known(self, scenes: pd.DataFrame) -> tuple[Any, Any, Ints]:
        """What was known of each scene when it came: what its person did lately, what was seen in its session, the last article.

        Args:
            scenes: of `scenes`.

        Returns:
            weights of articles, articles of the session, the last article or −1; a row a scene.
        """
        rows = self.with_articles
        begin, end = self._span(rows, scenes, -1, 0)
        shape = (len(scenes), len(self.articles))
        number = np.arange(len(scenes))
        article, session = rows["article"].to_numpy(), rows["session"].to_numpy()
        weights, seen = [], []
        for back in range(1, _LOOKED_BACK + 1):
            there = end - back >= begin
            at = (end - back)[there]
            weights.append((number[there], article[at], np.full(len(at), _FADES ** (back - 1))))
            same = session[at] == scenes["session"].to_numpy()[there]
            seen.append((number[there][same], article[at][same], np.ones(int(same.sum()))))
        last = np.where(end > begin, article[np.maximum(end - 1, 0)] if len(article) else -1, -1)
        return _summed(weights, shape), _summed(seen, shape), last.astype(np.int64)

    def taken(self, scenes: pd.DataFrame, hours: float) -> Any:  # noqa: ANN401  a sparse matrix
        """Articles that the person of each scene put into the cart within so many hours after it; a row a scene.

        Args:
            scenes: of `scenes`.
            hours: how long after the scene counts.
        """
        rows = self.with_articles[self.with_articles["event"] == TAKEN].reset_index(drop=True)
        begin, end = self._span(rows, scenes, 0, int(hours * _HOUR_US))
        many = np.maximum(end - begin, 0)
        number = np.repeat(np.arange(len(scenes)), many)
        at = np.arange(len(number)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(begin, many)
        of = rows["article"].to_numpy()[at]
        return _summed([(number, of, np.ones(len(of)))], (len(scenes), len(self.articles)))

    def _span(self, rows: pd.DataFrame, scenes: pd.DataFrame, start_us: int, end_us: int) -> tuple[Ints, Ints]:
        """Places of the rows of each scene's person from its moment (or, −1, the first) to so much after it."""
        key = rows["user_id"].to_numpy(np.int64), rows["us"].to_numpy(np.int64)
        user, us = scenes["user_id"].to_numpy(np.int64), scenes["us"].to_numpy(np.int64)
        begin = _place(key, user, us if start_us >= 0 else np.full(len(us), -(2**62)))
        return begin, _place(key, user, us + end_us)


def _place(key: tuple[Ints, Ints], user: Ints, us: Ints) -> Ints:
    """How many rows stand at or before a person's moment; rows are in that order: each is looked for by halves, all at once."""
    low, high = (np.searchsorted(key[0], user, side=side) for side in ("left", "right"))
    while (open_ := low < high).any():
        middle = (low + high) // 2
        is_later = key[1][np.where(open_, middle, 0)] > us
        high = np.where(open_ & is_later, middle, high)
        low = np.where(open_ & ~is_later, middle + 1, low)
    return low


def _summed(parts: list[tuple[Ints, Ints, NDArray[np.float64]]], shape: tuple[int, int]) -> Any:  # noqa: ANN401
    row, column, value = (np.concatenate(p) for p in zip(*parts, strict=True))
    return sparse.csr_matrix((value, (row, column)), shape=shape)


def _nearest(rows: Any, first: int, n: int) -> Any:  # noqa: ANN401  sparse matrices
    """The largest values of each row, of equal ones those that come first; row 0 is that of article `first`, which is not near itself."""
    told = rows.tocoo()
    other = told.col != told.row + first
    row, column, value = told.row[other], told.col[other], told.data[other]
    order = np.lexsort((column, -value, row))
    row, column, value = row[order], column[order], value[order]
    begin = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=rows.shape[0]))])
    kept = np.arange(len(row)) - begin[row] < n
    return sparse.csr_matrix((value[kept], (row[kept], column[kept])), shape=rows.shape)
