"""What the mall sells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ltv.sources.mall import assumptions as a
from ltv.sources.mall.window import pick

_STEEP = 1.7  # makes the logistic curve lie close to the normal distribution


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


def draw_catalogue(rng: np.random.Generator) -> Catalogue:
    """Draw the articles of a mall."""
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
    article: a.Ints = category * a.SKUS_PER_CATEGORY + _place(price_level + a.CHOICE_SIGMA * rng.normal(size=len(kind)))
    return article


def _place(level: a.Floats) -> a.Ints:
    """Place in the price list of a category for a level in standard deviations."""
    share = 1 / (1 + np.exp(-_STEEP * level / np.sqrt(1 + a.LEVEL_SIGMA**2)))
    place: a.Ints = (share * a.SKUS_PER_CATEGORY).astype(np.int64).clip(max=a.SKUS_PER_CATEGORY - 1)
    return place


def expected_price(goods: Catalogue, kind: a.Ints, price_level: a.Floats) -> a.Floats:
    """Return the mean list price (fen) of what each one chooses, by the exact distribution of `choose`."""
    share = np.arange(1, a.SKUS_PER_CATEGORY) / a.SKUS_PER_CATEGORY
    bound = np.log(share / (1 - share)) / _STEEP * np.sqrt(1 + a.LEVEL_SIGMA**2)
    below = ndtr((bound - price_level[:, None]) / a.CHOICE_SIGMA)
    chance = np.diff(below, axis=1, prepend=0.0, append=1.0)
    tastes = a.of_types("tastes")[kind]
    by_place = tastes @ goods.price_fen.reshape(len(a.CATEGORIES), -1) / tastes.sum(axis=1, keepdims=True)
    mean: a.Floats = (chance * by_place).sum(axis=1)
    return mean
