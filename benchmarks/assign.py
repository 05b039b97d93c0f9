"""Assignment of a column of ids: seconds, and the ratio to a loop in plain Python.

    python benchmarks/assign.py [IDS] [IDS_OF_THE_LOOP]

Two cases: buckets alone; and the table of ids, variants and buckets of an experiment with a layer and traffic, which hashes three times.
"""

import json
import sys

from _measure import best, measured


def ids(n: int):
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array(np.random.default_rng(7).permutation(n) + 10**9).cast(pa.string())
    return pc.binary_join_element_wise("member-", numbers, "")


def experiment():
    from ltv.settings import Experiment

    halves = {"control": 0.5, "coupon": 0.5}
    return Experiment("coupon", "foc-2026", halves, "control", layer="checkout", layer_range=(0, 5000), traffic=0.5)


def hashed(n: int) -> dict[str, float]:
    from ltv.experiments.batch import buckets

    column = ids(n)
    return measured(lambda: buckets("foc-2026", column), lambda: buckets("foc-2026", column[:10]))


def table(n: int) -> dict[str, float]:
    from ltv.experiments.assign import assign

    column, declared = ids(n), experiment()
    return measured(lambda: assign(declared, column), lambda: assign(declared, column[:10]))


def loop(n: int) -> dict[str, float]:
    from ltv.experiments.assign import assigned

    texts, declared = ids(n).to_pylist(), experiment()
    return measured(lambda: [assigned(declared, text) for text in texts])


def main() -> None:
    many, few = (int(x) for x in (sys.argv[1:3] if len(sys.argv) > 2 else ("1000000", "50000")))
    buckets, whole = (best(__file__, name, str(many), times=3) for name in ("hashed", "table"))
    plain = best(__file__, "loop", str(few))
    print(f"buckets of {many:,} ids: {buckets['wall_s']:.3f} s, {buckets['mb']:.0f} MB over the base")
    print(f"variants of {many:,} ids, layer and traffic: {whole['wall_s']:.3f} s, {whole['mb']:.0f} MB (goal 0.3 s)")
    ratio = plain["cpu_s"] / few / (whole["cpu_s"] / many)
    print(f"ratio plain Python / ltv, an id: {ratio:.0f} in CPU ({few:,} ids in {plain['cpu_s']:.2f} s)")


if __name__ == "__main__":
    cases = {"hashed": hashed, "table": table, "loop": loop}
    if len(sys.argv) > 2 and sys.argv[1] in cases:
        print(json.dumps(cases[sys.argv[1]](int(sys.argv[2]))))
    else:
        main()
