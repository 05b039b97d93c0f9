"""Response curves: through today's point, rising, bent as touches leave less to do."""

import numpy as np
import pytest
from support_lifts import learned, shop

from ltv.attribution import credit
from ltv.attribution.response import KEEPS, PRESSURES, Curves, _shape, curves, likely_keeps, saturation


def test_likely_bends_are_those_of_the_rates() -> None:
    for q in (0.2, 0.5, 0.8):
        excess = 0.4 * (1 - q ** np.arange(1, 4))
        sharp = likely_keeps(excess, np.eye(3) * 1e-6, 1)
        assert sharp[0] @ KEEPS == pytest.approx(q, abs=0.03)
        assert sharp[0].sum() == pytest.approx(1)
    flat = likely_keeps(np.array([0.1, 0.1, 0.1]), np.eye(3) * 100, 1)
    assert np.ptp(flat) < 0.01


def test_the_shape_is_what_thinning_and_more_touches_make() -> None:
    rng = np.random.default_rng(1)
    count = rng.poisson(1.5, 4000).astype(float)
    base = rng.gamma(2, 1, 4000)
    found = _shape(0.6, count, np.full(4000, 1.5), base)
    today = base @ (1 - 0.6**count)
    for p, one in zip(PRESSURES, found, strict=True):
        thinned = (
            rng.binomial(count.astype(int), p, (200, 4000))
            if p <= 1
            else count + rng.poisson((p - 1) * 1.5, (60, 4000))
        )
        assert one == pytest.approx((1 - 0.6**thinned).mean(axis=0) @ base / today, rel=0.01, abs=1e-9)
    assert (np.diff(found) > 0).all()
    assert not _shape(0.6, np.zeros(3), np.ones(3), np.ones(3)).any()


def test_curves_between_their_points_are_straight() -> None:
    told = Curves(PRESSURES, np.broadcast_to(PRESSURES**2, (2, 1, len(PRESSURES))), np.ones((2, 1)))
    assert told.at(np.array([0.125])).tolist() == [[0.03125]] * 2
    assert told.at(np.array([3.0])).tolist() == [[9.0]] * 2


def test_a_shop_that_saturates_is_told_from_one_that_does_not_know() -> None:
    made = shop(5000, (1.5, 0.8), keeps=0.5, seed=8, orders=5)
    ground, told = learned(made)
    what = ground.exposure[0]
    parts, doses = credit.parts_of(told, seed=0, draws=50), credit.doses_of(ground, what)
    assert told.doses is not None
    likely = saturation(told.doses, len(ground.channels))
    assert likely[0] @ KEEPS == pytest.approx(0.5, abs=0.2)
    found = curves(ground, told, parts, doses, likely, is_exposure=what, seed=0)
    mean = found.value.mean(axis=0)
    assert not mean[:, 0].any()
    assert (np.diff(mean, axis=1) > 0).all()
    slope = np.diff(mean, axis=1) / np.diff(PRESSURES)
    assert (slope[:, -1] < slope[:, 0]).all()
    today = mean[:, PRESSURES == 1.0].ravel()
    assert today == pytest.approx(made.added * 50, rel=0.25)
    ground.drop()
