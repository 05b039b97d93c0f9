"""Models as files and numbers, and back: boosters in XGBoost's own UBJ, everything else as JSON; nothing is executed to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ltv.errors import CorruptError, found
from ltv.lifetime.backbone import Backbone
from ltv.lifetime.bg_nbd import BgNbd
from ltv.lifetime.blend import Blend
from ltv.lifetime.boosters import Tweedie, ZilnTrees
from ltv.lifetime.btyd import Btyd
from ltv.lifetime.credibility import Credibility
from ltv.lifetime.gamma_gamma import GammaGamma
from ltv.lifetime.horizon import Group, HorizonModel
from ltv.lifetime.intervals import Conformal
from ltv.lifetime.maximum import Floats, Maximum
from ltv.lifetime.prospects import Curve, Prospects
from ltv.lifetime.tenths import Tenths
from ltv.lifetime.totals import Sureness
from ltv.workspace.model_files import Stored

if TYPE_CHECKING:
    import xgboost as xgb

Numbers = Mapping[str, Any]


def pack(models: Mapping[int, HorizonModel], more: Numbers | None = None) -> Stored:
    """Models of several horizons as one thing to store.

    Args:
        models: horizon in days → its model.
        more: numbers to keep beside them, as JSON has them.
    """
    blobs: dict[str, bytes] = {}
    numbers = {str(days): _numbers(model, f"h{days}", blobs) for days, model in models.items()}
    return Stored(blobs, {"horizons": numbers, "more": dict(more or {})})


def unpack(stored: Stored) -> dict[int, HorizonModel]:
    """The models again.

    Raises:
        CorruptError: something is missing, or is not what this version stores.
    """
    try:
        horizons: Numbers = stored.numbers["horizons"]
        return {int(days): _model(int(days), given, stored.blobs) for days, given in horizons.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CorruptError(
            found("model", f"numbers that cannot be read ({error!r})", "what this version stores")
        ) from None


def _numbers(of: HorizonModel, prefix: str, blobs: dict[str, bytes]) -> dict[str, Any]:
    return {
        "day": of.day,
        "why": of.why,
        "fitted": _of_btyd(of.fitted),
        "blend": None if of.blend is None else _of_blend(of.blend, prefix, blobs),
        "prospects": None if of.prospects is None else _of_prospects(of.prospects, prefix, blobs),
        "customers": _of_group(of.customers),
        "others": _of_group(of.others),
        "sureness": [of.sureness.level_sd, of.sureness.season_sd, of.sureness.degrees, of.sureness.spread],
    }


def _model(days: int, given: Numbers, blobs: Mapping[str, bytes]) -> HorizonModel:
    prefix = f"h{days}"
    return HorizonModel(
        horizon_days=days,
        day=int(given["day"]),
        fitted=_btyd(given["fitted"]),
        blend=None if given["blend"] is None else _blend(given["blend"], prefix, blobs),
        prospects=None if given["prospects"] is None else _prospects(given["prospects"], prefix, blobs),
        customers=_group(given["customers"]),
        others=_group(given["others"]),
        sureness=Sureness(*(float(v) for v in given["sureness"])),
        why=given["why"],
    )


def _of_btyd(of: Btyd) -> dict[str, Any]:
    purchases, money = of.purchases, of.money
    out: dict[str, Any] = {"reason": of.reason, "money_reason": of.money_reason, "correlation": of.correlation}
    out["purchases"] = None
    if isinstance(purchases, BgNbd):  # the only one that the model is built on
        out["purchases"] = [purchases.r, purchases.alpha, purchases.a, purchases.b]
    out["money"] = None
    if isinstance(money, GammaGamma):
        out["money"] = {"gamma_gamma": [money.p, money.q, money.scale]}
    elif isinstance(money, Credibility):
        out["money"] = {"credibility": [*money.means.tolist(), money.k]}
    return out


def _btyd(given: Numbers) -> Btyd:
    purchases: BgNbd | None = None
    if given["purchases"] is not None:
        r, alpha, a, b = (float(v) for v in given["purchases"])
        purchases = BgNbd(r, alpha, a, b, _known([r, alpha, a, b]))
    money: GammaGamma | Credibility | None = None
    if given["money"] is not None and "gamma_gamma" in given["money"]:
        p, q, scale = (float(v) for v in given["money"]["gamma_gamma"])
        money = GammaGamma(p, q, scale, _known([p, q, scale]))
    elif given["money"] is not None:
        *means, k = given["money"]["credibility"]
        money = Credibility(_array(means), float(k))
    return Btyd(purchases, money, given["reason"], given["money_reason"], float(given["correlation"]))


def _known(parameters: list[float]) -> Maximum:
    """Of parameters that are trusted: a fit that is not is never stored."""
    return Maximum(_array(parameters), float("nan"), converged=True, at_edge=False)


def _of_blend(of: Blend, prefix: str, blobs: dict[str, bytes]) -> dict[str, Any]:
    _keep(blobs, f"{prefix}_tweedie", of.tweedie.boosters)
    lines = [
        {
            "centre": b.centre.tolist(),
            "spread": b.spread.tolist(),
            "weights": b.weights.tolist(),
            "constant": b.constant,
        }
        for b in of.backbones
    ]
    trees = {name: _of_ziln(getattr(of, name), f"{prefix}_{name}", blobs) for name in ("ziln", "anchored")}
    return {"names": list(of.names), "backbones": lines, **trees}


def _blend(given: Numbers, prefix: str, blobs: Mapping[str, bytes]) -> Blend:
    lines = tuple(
        Backbone(_array(b["centre"]), _array(b["spread"]), _array(b["weights"]), float(b["constant"]))
        for b in given["backbones"]
    )
    return Blend(
        backbones=lines,
        tweedie=Tweedie(_boosters(blobs, f"{prefix}_tweedie", len(lines))),
        ziln=_ziln(given["ziln"], f"{prefix}_ziln", blobs),
        anchored=_ziln(given["anchored"], f"{prefix}_anchored", blobs),
        names=tuple(given["names"]),
    )


def _of_ziln(of: ZilnTrees, prefix: str, blobs: dict[str, bytes]) -> dict[str, Any]:
    _keep(blobs, prefix, of.boosters)
    return {"start": of.start.tolist(), "highest": of.highest, "parts": len(of.boosters)}


def _ziln(given: Numbers, prefix: str, blobs: Mapping[str, bytes]) -> ZilnTrees:
    return ZilnTrees(_boosters(blobs, prefix, int(given["parts"])), _array(given["start"]), float(given["highest"]))


def _of_prospects(of: Prospects, prefix: str, blobs: dict[str, bytes]) -> dict[str, Any]:
    curve = {name: getattr(of.curve, name).tolist() for name in ("value", "windows", "shares")}
    trees = None if of.trees is None else _of_ziln(of.trees, f"{prefix}_prospects", blobs)
    return {"names": list(of.names), "trees": trees, "scale": of.scale, "curve": curve}


def _prospects(given: Numbers, prefix: str, blobs: Mapping[str, bytes]) -> Prospects:
    trees = None if given["trees"] is None else _ziln(given["trees"], f"{prefix}_prospects", blobs)
    curve = Curve(*(_array(given["curve"][name]) for name in ("value", "windows", "shares")))
    return Prospects(tuple(given["names"]), trees, float(given["scale"]), curve)


def _of_group(of: Group) -> dict[str, Any]:
    edges, places = of.conformal.edges.tolist(), of.conformal.places.tolist()
    tenths = [of.tenths.told.tolist(), of.tenths.meant.tolist()]
    return {"tenths": tenths, "shift": of.shift, "stretch": of.stretch, "edges": edges, "places": places}


def _group(given: Numbers) -> Group:
    conformal = Conformal(_array(given["edges"]), _array(given["places"]))
    tenths = Tenths(*(_array(v) for v in given["tenths"]))
    return Group(tenths, float(given["shift"]), float(given["stretch"]), conformal)


def _keep(blobs: dict[str, bytes], prefix: str, boosters: tuple[xgb.Booster, ...]) -> None:
    for k, booster in enumerate(boosters):
        blobs[f"{prefix}_{k}.ubj"] = bytes(booster.save_raw("ubj"))


def _boosters(blobs: Mapping[str, bytes], prefix: str, count: int) -> tuple[xgb.Booster, ...]:
    import xgboost as xgb

    try:
        return tuple(xgb.Booster(model_file=bytearray(blobs[f"{prefix}_{k}.ubj"])) for k in range(count))
    except xgb.core.XGBoostError as error:
        line = str(error).splitlines()[0]
        raise CorruptError(found(f"model {prefix}", line, "boosters as XGBoost stores them")) from None


def _array(values: object) -> Floats:
    return np.asarray(values, np.float64)
