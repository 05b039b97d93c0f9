"""What the mall sells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.window import pick, stream

_WHOLE_MALL = (1 << 32) - 1  # a community number that no community has


@dataclass(frozen=True)
class Catalogue:
    """The articles, category by category, each category from cheap to dear.

    Attributes:
        price_fen: list price.
        margin_rate: share of the list price.
        names: article numbers.
    """

    price_fen: a.Ints
    margin_rate: a.Floats
    names: list[str]


def draw_catalogue(seed: int) -> Catalogue:
    """Draw the articles of a mall."""
    rng = stream(seed, _WHOLE_MALL, "catalogue")
    shape = (len(a.CATEGORIES), a.SKUS_PER_CATEGORY)
    price = np.array(a.CATEGORY_PRICE)[:, None] * np.exp(a.PRICE_SIGMA * np.sort(rng.normal(size=shape), axis=1))
    margin = np.array(a.CATEGORY_MARGIN)[:, None] + rng.uniform(-a.MARGIN_SPREAD, a.MARGIN_SPREAD, shape)
    return Catalogue(
        price_fen=np.maximum(np.floor(price), 2).astype(np.int64).ravel() * 100 - 10,
        margin_rate=margin.ravel(),
        names=[f"{c}-{k:03d}" for c in a.CATEGORIES for k in range(a.SKUS_PER_CATEGORY)],
    )


def choose(kind: a.Ints, price_level: a.Floats, rng: np.random.Generator) -> a.Ints:
    """Draw an article for each: a category by taste, in it a place in the price list near the person's level."""
    category = pick(np.cumsum(a.of_types("tastes"), axis=1)[kind], rng, len(kind))
    z = (price_level + a.CHOICE_SIGMA * rng.normal(size=len(kind))) / np.sqrt(1 + a.LEVEL_SIGMA**2)
    share = 1 / (1 + np.exp(-1.7 * z))  # the logistic curve that lies closest to the normal distribution
    place = (share * a.SKUS_PER_CATEGORY).astype(np.int64).clip(max=a.SKUS_PER_CATEGORY - 1)
    article: a.Ints = category * a.SKUS_PER_CATEGORY + place
    return article
