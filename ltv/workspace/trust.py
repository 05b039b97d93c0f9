"""How far people can be trusted without a truth: hidden logins, sizes of people, and what "accuracy" would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ltv import sql
from ltv.identity.graph import Links
from ltv.identity.quality import EVERY_KIND, Answers, accuracy_over_all_pairs, hidden_logins, pairwise, sizes
from ltv.workspace.evidence import all_links
from ltv.workspace.people import known_identifiers

if TYPE_CHECKING:
    import pandas as pd

    from ltv.identity.graph import Ints
    from ltv.identity.people import Known
    from ltv.workspace.workspace import Workspace

HIDDEN_SHARE = 0.1
ALL = "all"
STORY = 0.947  # the "94.7 % accurate" that such systems are sold with
_SEED = 20260630  # which logins are hidden must not change from day to day


@dataclass(frozen=True)
class Trust:
    """What hidden logins and plain counting say of the people.

    Attributes:
        by_kind: hidden logins by `kind` of identifier, all together first.
        by_source: the same by `source` of the login, with the `links` that the source saw.
        accuracies: what "accuracy" over all pairs, precision and recall say of several ways to join identifiers.
    """

    by_kind: pd.DataFrame
    by_source: pd.DataFrame
    accuracies: pd.DataFrame


def trust(ws: Workspace, user_ids: pd.DataFrame) -> Trust:
    """Hide a tenth of the logins, ask for them back, and compare ways to join identifiers.

    Args:
        ws: an opened workspace.
        user_ids: its result table, with the column `node`.
    """
    import numpy as np
    import pandas as pd

    there = {n: p for n, p in ws.prepared.items() if p.unified is not None and n not in ws.blocked}
    known = known_identifiers(ws.settings, there, ws.as_of)
    links, source, systems = _sourced(ws, known)
    answers = _hidden(ws, known, links)
    by_kind = _named(answers.by(answers.kind, name="kind"), "kind", known.names)
    by_source = _named(answers.by(source[answers.link], name="source"), "source", systems)
    seen = dict(zip(systems, np.bincount(source, minlength=len(systems)).tolist(), strict=True)) | {ALL: len(source)}
    by_source = by_source.merge(pd.DataFrame(seen.items(), columns=["source", "links"]), how="outer")
    return Trust(by_kind, by_source, _accuracies(user_ids, known, by_kind))


def _sourced(ws: Workspace, known: Known) -> tuple[Links, Ints, tuple[str, ...]]:
    """Return the links once more, with the system that saw each, and the names of these."""
    import numpy as np

    tree = sql.load("ltv.workspace", "sourced_links", tables={"links": all_links(ws)})
    rows = ws.engine.arrow(tree, {"as_of": ws.as_of})
    coded = rows["source"].combine_chunks().dictionary_encode()
    one, other = (np.searchsorted(known.node, rows[name].to_numpy()) for name in ("one", "other"))
    links = Links(one, other, rows["ts"].to_numpy())
    return links, coded.indices.to_numpy().astype(np.int64), tuple(coded.dictionary.to_pylist())


def _hidden(ws: Workspace, known: Known, links: Links) -> Answers:
    import numpy as np

    identity = ws.settings.identity
    return hidden_logins(
        known.kind,
        known.first_seen,
        links,
        known.kinds,
        junk=known.junk,
        share=HIDDEN_SHARE,
        rng=np.random.default_rng(_SEED),
        hide="logins",
        public_after=identity.public_after,
        public_us=identity.public_us,
    )


def _named(rows: pd.DataFrame, column: str, names: tuple[str, ...]) -> pd.DataFrame:
    return rows.assign(**{column: rows[column].map({EVERY_KIND: ALL} | dict(enumerate(names)))})


def _accuracies(user_ids: pd.DataFrame, known: Known, by_kind: pd.DataFrame) -> pd.DataFrame:
    """Three ways to join identifiers, were our people the truth; and what hidden logins say of ours.

    Rows are identifiers; one that several people use in turn is a row of each.
    """
    import numpy as np
    import pandas as pd

    rows = user_ids.drop_duplicates(["node", "user_id"])
    place, truth = np.searchsorted(known.node, rows["node"].to_numpy()), rows["user_id"].to_numpy()
    ways = {"nobody": np.arange(len(rows)), "whoever_met": _components(known)[place]}
    total = by_kind.iloc[0]
    measured = [
        {"way": way, "accuracy": accuracy_over_all_pairs(put, truth)} | _agreement(put, truth)
        for way, put in ways.items()
    ]
    ours = {"way": "ours", "accuracy": None, "precision": total["precision"], "recall": total["recall"]}
    story = {"way": "story", "accuracy": STORY, "precision": None, "recall": None}
    return pd.DataFrame([story, *measured, ours])


def _agreement(put: Ints, truth: Ints) -> dict[str, float]:
    found = pairwise(put, truth)
    return {"precision": found.precision, "recall": found.recall}


def _components(known: Known) -> Ints:
    """Everything that ever met is one, without any guard: junk, hubs and shared devices join strangers."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(known.node)
    ones = np.ones(len(known.links.one), np.int8)
    matrix = coo_matrix((ones, (known.links.one, known.links.other)), shape=(n, n)).tocsr()
    label: Ints = connected_components(matrix, directed=False)[1].astype(np.int64)
    return label


def tails(user_ids: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """How large people are: quantiles and the largest one.

    Args:
        user_ids: the result table, with the column `node`.
        rows: rows of each `user_id`, in `n`.

    Returns:
        A row a `size` (a quantile such as `0.99`, and `largest`): `identifiers` and `rows` of a person.
    """
    import pandas as pd

    each = user_ids.drop_duplicates(["user_id", "node"]).groupby("user_id").size()
    known = rows.dropna(subset=["user_id"])
    counts = {"identifiers": each, "rows": known.set_index("user_id")["n"]}
    columns = {name: _tail(values) for name, values in counts.items()}
    return pd.DataFrame(columns).rename_axis("size").reset_index()


def _tail(values: pd.Series[int]) -> dict[str, float]:
    found = sizes(values.index.to_numpy(), values.to_numpy().astype("int64"))
    quantiles = {str(q): float(n) for q, n in found.quantiles.items()}
    return quantiles | {"largest": float(values.max()) if len(values) else 0.0}
