"""The SQL that means the same on both engines, as queries over a small table with everything unpleasant in it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

MONEY = pa.decimal128(18, 6)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


# Nulls in every column, ties, negative amounts, decimals that floats cannot hold, both edges of London's and New York's
# clock changes, days before 1970, text that is empty, Chinese, outside the BMP or full of SQL.
ROWS: list[dict[str, Any]] = [
    {"k": 1, "g": "a", "i": 7, "j": 2, "x": 0.5, "m": Decimal("19.99"), "b": True, "s": "Visit", "d": date(2024, 3, 31)},
    {"k": 2, "g": "a", "i": -7, "j": 2, "x": -0.5, "m": Decimal("-19.99"), "b": False, "s": "", "d": date(2024, 2, 29)},
    {"k": 3, "g": "a", "i": 7, "j": 0, "x": 2.5, "m": Decimal("0.1"), "b": None, "s": "a,b,,c", "d": date(1969, 12, 28)},
    {"k": 4, "g": "b", "i": None, "j": 3, "x": None, "m": None, "b": True, "s": None, "d": None},
    {"k": 5, "g": "b", "i": 0, "j": -3, "x": 1e15, "m": Decimal("0.000001"), "b": False, "s": "中文é😀", "d": date(2024, 12, 31)},
    {"k": 6, "g": "b", "i": 1 << 53, "j": None, "x": 0.1, "m": Decimal("123456.654321"), "b": False, "s": "it's", "d": date(1969, 12, 31)},
    {"k": 7, "g": None, "i": 12, "j": 5, "x": 3.0, "m": Decimal("2.5"), "b": None, "s": "100%_\\x", "d": date(2023, 1, 1)},
    {"k": 8, "g": "c", "i": None, "j": None, "x": None, "m": None, "b": None, "s": None, "d": None},
    {"k": 9, "g": "中", "i": 62, "j": 1, "x": 1.5, "m": Decimal(5), "b": True, "s": "'; DROP TABLE t; --", "d": date(2024, 10, 27)},
    {"k": 10, "g": "中", "i": 62, "j": 1, "x": 1.5, "m": Decimal(5), "b": True, "s": " visit ", "d": date(2024, 10, 27)},
]  # fmt: skip
MOMENTS = [
    "2024-03-31 00:59:59.999999", "2024-03-31 01:00:00", "2024-10-27 00:59:59", None, "2024-10-27 01:00:00",
    "2024-03-10 06:59:59", "2024-03-10 07:00:00.000001", None, "1969-12-31 23:59:59.5", "2024-12-31 16:00:00",
]  # fmt: skip
LISTS = [[1, 2, 3], [2, None], [], None, [7], [7, 7], [None], None, [62], [1]]

SCHEMA = pa.schema(
    {
        "k": pa.int64(), "g": pa.string(), "i": pa.int64(), "j": pa.int32(), "x": pa.float64(), "m": MONEY, "b": pa.bool_(),
        "s": pa.string(), "d": pa.date32(), "t": pa.timestamp("us"), "l": pa.list_(pa.int64()),
    }
)  # fmt: skip
T = pa.Table.from_pylist(
    [row | {"t": text and _moment(text), "l": values} for row, text, values in zip(ROWS, MOMENTS, LISTS, strict=True)],
    schema=SCHEMA,
)
U = pa.Table.from_pylist(
    [{"g": "a", "v": 1, "n": "one"}, {"g": "a", "v": 2, "n": None}, {"g": "z", "v": 3, "n": "three"}, {"g": None, "v": 4, "n": "four"}],
    schema=pa.schema({"g": pa.string(), "v": pa.int64(), "n": pa.string()}),
)  # fmt: skip
TABLES = {"t": T, "u": U, "no rows": T.slice(0, 0)}


@dataclass(frozen=True)
class Snippet:
    """A query over `t` and `u` that both engines must answer alike."""

    name: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)


def _snippet(name: str, text: str, **params: Any) -> Snippet:
    return Snippet(name, text, params)


SNIPPETS = [
    # ---- numbers
    _snippet("a division gives floats and of zero NULL", "SELECT k, i / j AS a, m / j AS b, m / 3 AS c, x / j AS d, 1 / j AS e, i / 7 AS f FROM t"),
    _snippet("a guarded division", "SELECT k, m / NULLIF(j, 0) AS a, i / CAST(k AS DOUBLE) AS b, -i / -2 AS c FROM t"),
    _snippet("a division of sums", "SELECT g, SUM(m) / COUNT(*) AS a, SUM(x) / SUM(j) AS b, COUNT(j) / CAST(COUNT(*) AS DOUBLE) AS c FROM t GROUP BY g"),
    _snippet("a division by a window", "SELECT k, x / SUM(x) OVER (PARTITION BY g) AS share, m / SUM(m) OVER () AS part FROM t"),
    _snippet("a whole division cuts towards zero", "SELECT k, i // 2 AS a, i // j AS b, -i // 7 AS c, (i + j) // (j - 1) AS d FROM t"),
    _snippet("a remainder has the sign of the dividend", "SELECT k, i % 5 AS a, i % j AS b, (i - 3) % (j + 0) AS c, MOD(k, 3) AS d FROM t"),
    _snippet("bits", "SELECT k, CAST(1 AS BIGINT) << CAST(k AS INT) AS a, i >> 1 AS b, i & 6 AS c, i | 8 AS d, XOR(i, k) AS e FROM t"),
    _snippet("the highest bit that is used", "SELECT CAST(1 AS BIGINT) << 61 AS a, (CAST(4611686018427387903 AS BIGINT) >> 3) << 3 AS b"),
    _snippet("decimals", "SELECT k, m + 1 AS a, m * 2 AS b, m * CAST(1.25 AS DECIMAL(8, 2)) AS c, -m AS d, m - x AS e FROM t"),
    _snippet("rounding", "SELECT k, ROUND(x) AS a, ROUND(CAST(m AS DECIMAL(18, 6)), 2) AS b, FLOOR(x) AS c, CEIL(x) AS d, FLOOR(m) AS e, CAST(FLOOR(x) AS BIGINT) AS f, CAST(ROUND(x / 2) AS INT) AS h, CAST(CAST(i AS HUGEINT) AS BIGINT) AS n FROM t WHERE x IS NULL OR x < 1e9"),
    _snippet("functions of numbers", "SELECT k, ABS(i) AS a, SIGN(x) AS b, EXP(j) AS c, POWER(x, 2) AS d, SQRT(ABS(x)) AS e, CASE WHEN x > 0 THEN LN(x) END AS f, LOG10(k) AS h, ROUND(LOG2(i & -i)) AS n FROM t WHERE i IS NULL OR i <> 0"),
    _snippet("greatest and least pass over NULL", "SELECT k, GREATEST(i, j) AS a, LEAST(x, 1.0, j) AS b FROM t"),
    _snippet("a literal beyond 2^53 is exact", "SELECT k FROM t WHERE i = 9007199254740992 OR i = 9007199254740993"),
    # ---- conditions
    _snippet("logic of three values", "SELECT k, b AND i > 0 AS a, b OR i > 0 AS b1, NOT b AS c, i BETWEEN 0 AND 12 AS d, i IN (7, 62) AS e, i NOT IN (7, 62) AS f FROM t"),
    _snippet("comparison with NULL", "SELECT k, i IS NOT DISTINCT FROM j AS a, i IS DISTINCT FROM 7 AS b, i IS NULL AS c, b IS NOT NULL AS d, i = j AS e, i <> j AS f FROM t"),
    _snippet("case", "SELECT k, CASE WHEN i > 0 THEN 'up' WHEN i < 0 THEN 'down' END AS a, CASE g WHEN 'a' THEN 1 ELSE 0 END AS b, IF(b, 1, 2) AS c, COALESCE(i, j, -1) AS d, IFNULL(s, '-') AS e, NULLIF(i, 7) AS f FROM t"),
    _snippet("booleans", "SELECT k, CAST(b AS INT) AS a, b = TRUE AS c, (i > 0) = b AS d FROM t WHERE b IS NULL OR b"),
    # ---- types
    _snippet("casts", "SELECT k, CAST(i AS INT) AS a, CAST(j AS BIGINT) AS b, CAST(m AS DECIMAL(28, 6)) AS c, CAST(m AS DOUBLE) AS d, CAST(i AS DECIMAL(18, 2)) AS e, CAST(i AS HUGEINT) AS f, CAST(k AS VARCHAR) AS h FROM t WHERE i IS NULL OR i < 100"),
    _snippet("casts of text", "SELECT CAST('42' AS INT) AS a, CAST('-1.5' AS DOUBLE) AS b, CAST('12.345678' AS DECIMAL(18, 6)) AS c, CAST('2024-02-29' AS DATE) AS d, CAST('2024-02-29 12:34:56.789012' AS TIMESTAMP) AS e, CAST('true' AS BOOLEAN) AS f"),
    _snippet("a cast that is tried", "SELECT k, TRY_CAST(s AS INT) AS a, TRY_CAST(s AS DATE) AS b, TRY_CAST(CAST(k AS VARCHAR) AS INT) AS c FROM t"),
    _snippet("what is written of a value", "SELECT k, CAST(i AS VARCHAR) AS a, CAST(d AS VARCHAR) AS b, CAST(b AS VARCHAR) AS c, CAST(m AS VARCHAR) AS e FROM t"),
    _snippet("untyped NULLs", "SELECT CAST(NULL AS VARCHAR) AS a, CAST(NULL AS TIMESTAMP) AS b, CAST(NULL AS DECIMAL(18, 6)) AS c, NULL AS d"),
    _snippet("literals", r"SELECT 'it''s' AS a, 'back\slash \n' AS b, '${env:HOME}' AS c, '中文😀' AS d, '' AS e, DATE '2024-02-29' AS f, TIMESTAMP '2024-03-31 01:30:00' AS h, 1.50 AS m, 1e3 AS n, TRUE AS o, ':x {y} %s' AS p"),
    # ---- time
    _snippet("parts of a time", "SELECT k, EXTRACT(YEAR FROM d) AS a, EXTRACT(MONTH FROM d) AS b, EXTRACT(DAY FROM t) AS c, EXTRACT(HOUR FROM t) AS e, EXTRACT(MINUTE FROM t) AS f, EXTRACT(QUARTER FROM d) AS h, EXTRACT(DOY FROM d) AS i FROM t"),
    _snippet("parts by function", "SELECT k, YEAR(d) AS a, MONTH(d) AS b, DAY(d) AS c, QUARTER(d) AS e, HOUR(t) AS f, MINUTE(t) AS h FROM t"),
    _snippet("elapsed time", "SELECT k, EPOCH(t) AS a, EPOCH_US(t) AS b, EXTRACT(EPOCH FROM t) AS c, EPOCH(d) AS e, EPOCH(t) - EPOCH(LAG(t) OVER (ORDER BY k)) AS f FROM t"),
    _snippet("days between dates", "SELECT k, DATE_DIFF('day', DATE '1970-01-01', d) AS a, DATE_DIFF('DAY', d, DATE '2024-03-01') AS b, DATE_DIFF('day', t, TIMESTAMP '2024-10-27 00:30:00') AS c FROM t"),
    _snippet("months and years between dates", "SELECT k, DATE_DIFF('month', d, DATE '2024-03-01') AS a, DATE_DIFF('year', DATE '2024-12-31', d) AS b FROM t"),
    _snippet("a day is cut off a time", "SELECT k, CAST(t AS DATE) AS a, CAST(d AS TIMESTAMP) AS b, CAST(t + INTERVAL '28800' SECOND AS DATE) AS c, CAST(t - INTERVAL 5 HOUR AS DATE) AS e FROM t"),
    _snippet("truncated times", "SELECT k, DATE_TRUNC('month', t) AS a, DATE_TRUNC('week', t) AS b, DATE_TRUNC('hour', t) AS c, DATE_TRUNC('day', t) AS e, DATE_TRUNC('quarter', d) AS f, CAST(DATE_TRUNC('week', d) AS DATE) AS h, DATE_TRUNC('year', t) AS i FROM t"),
    _snippet("intervals", "SELECT k, t + INTERVAL 1 DAY AS a, t - INTERVAL 90 MINUTE AS b, CAST(d + INTERVAL 1 MONTH AS DATE) AS c, CAST(d - INTERVAL 1 YEAR AS DATE) AS e, d + 1 AS f, d - 1 AS h, t + INTERVAL 1 WEEK AS i FROM t"),
    _snippet("dates that are made", "SELECT k, MAKE_DATE(2024, 2, 29) AS a, LAST_DAY(d) AS b, MAKE_DATE(CAST(YEAR(d) AS INT), 1, 1) AS c FROM t"),
    _snippet("times are compared as they are", "SELECT k FROM t WHERE t < TIMESTAMP '2024-03-31 01:00:00' AND d >= DATE '1969-12-31'"),
    _snippet("an instant with its zone", "SELECT CAST('2024-03-31 01:30:00+08:00' AS TIMESTAMPTZ) AS a, CAST(t AS TIMESTAMPTZ) AS b FROM t"),
    # ---- text
    _snippet("cut and changed text", "SELECT k, LOWER(s) AS a, UPPER(s) AS b, LENGTH(s) AS c, LEFT(s, 2) AS d, RIGHT(s, 2) AS e, SUBSTRING(s, 2, 3) AS f, TRIM(s) AS h, LTRIM(s) AS i, RTRIM(s) AS j, REPLACE(s, 'i', 'y') AS l FROM t"),
    _snippet("text that is made", "SELECT k, g || s AS a, CONCAT(g, '/', s) AS b, CONCAT(g, i, d) AS c, LPAD(CAST(k AS VARCHAR), 4, '0') AS e, RPAD(g, 3, '.') AS f, REPEAT(g, 2) AS h, 'n' || k AS l FROM t"),
    _snippet("text that is searched", "SELECT k, STARTS_WITH(s, 'V') AS a, ENDS_WITH(s, 'i') AS f, CONTAINS(s, 'i') AS b, STRPOS(s, 'i') AS c, SPLIT_PART(s, ',', 2) AS d, SPLIT_PART(s, ',', 9) AS e FROM t"),
    _snippet("patterns", r"SELECT k, s LIKE '%i%' AS a, s LIKE '_isit' AS b, s ILIKE 'VISIT' AS c, s LIKE '%\x' AS d, s ILIKE '%\X' AS h, s LIKE '100!%!_%' ESCAPE '!' AS e, s NOT LIKE '%,%' AS f FROM t"),
    _snippet("a pattern that is bound", "SELECT k FROM t WHERE s LIKE $pattern", pattern=r"%\x"),
    _snippet("regular expressions", r"SELECT k, REGEXP_MATCHES(s, '^[A-Z]') AS a, REGEXP_EXTRACT(s, 'i(s)') AS b, REGEXP_EXTRACT(s, '([a-z]),([a-z])', 2) AS c, REGEXP_REPLACE(s, '[aeiou]', '*', 'g') AS d, REGEXP_MATCHES(s, '\d+') AS e FROM t"),
    _snippet("digests", "SELECT k, MD5(s) AS a, SHA256(s) AS b FROM t"),
    _snippet("text is ordered by its bytes", "SELECT k, s FROM t WHERE s IS NOT NULL ORDER BY s"),
    # ---- lists
    _snippet("lists", "SELECT k, LIST_CONTAINS(l, 2) AS a, ARRAY_LENGTH(l) AS b, LIST_CONTAINS(l, i) AS c, NOT LIST_CONTAINS(l, 9) AS d FROM t"),
    _snippet("a list literal", "SELECT k FROM t WHERE LIST_CONTAINS([1, 62], i) OR LIST_CONTAINS(['b', 'c'], g)"),
    _snippet("a list that is bound", "SELECT k FROM t WHERE LIST_CONTAINS($some, g) OR k IN (SELECT UNNEST($keys))", some=["b", "c"], keys=[1, 2]),
    _snippet("an unnested list", "SELECT k, UNNEST(l) AS v FROM t"),
    _snippet("an unnested list beside its row", "SELECT k, v FROM t, UNNEST(l) AS n(v) WHERE v > 1"),
    # ---- aggregates
    _snippet("counts", "SELECT g, COUNT(*) AS a, COUNT(i) AS b, COUNT(DISTINCT i) AS c, COUNT(DISTINCT (g, i)) AS d FROM t GROUP BY g"),
    _snippet("sums", "SELECT g, CAST(SUM(i) AS BIGINT) AS a, SUM(x) AS b, SUM(m) AS c, CAST(SUM(j) AS BIGINT) AS d, SUM(DISTINCT j) AS e FROM t GROUP BY g"),
    _snippet("extremes and means", "SELECT g, MIN(s) AS a, MAX(t) AS b, MIN(d) AS c, AVG(i) AS e, AVG(m) AS f, AVG(x) AS h, MIN(m) AS n, AVG(DISTINCT j) AS o, AVG(CAST(m AS DECIMAL(12, 2))) AS p FROM t GROUP BY g"),
    _snippet("spread", "SELECT g, STDDEV_SAMP(x) AS a, STDDEV_POP(x) AS b, VAR_SAMP(i) AS c, VAR_POP(j) AS d, STDDEV(m) AS e, VARIANCE(x) AS f FROM t WHERE k <> 5 AND k <> 6 GROUP BY g"),
    _snippet("quantiles", "SELECT g, MEDIAN(CAST(x AS DOUBLE)) AS a, QUANTILE_CONT(CAST(x AS DOUBLE), 0.25) AS b, QUANTILE_CONT(CAST(m AS DOUBLE), 0.9) AS c, MEDIAN(CAST(i AS DOUBLE)) AS d FROM t GROUP BY g"),
    _snippet("logic over rows", "SELECT g, BOOL_OR(b) AS a, BOOL_AND(b) AS b1, BIT_OR(i) AS c, BIT_AND(i) AS d, MAX(b) AS e FROM t GROUP BY g"),
    _snippet("any value is one that is there", "SELECT g, ANY_VALUE(j) AS a FROM t WHERE g IN ('中', 'c') GROUP BY g"),
    _snippet("the value at an extreme", "SELECT g, ARG_MAX(i, x) AS a, ARG_MIN(s, k) AS b, ARG_MAX(i, -k) AS c, ARG_MAX(i, k) FILTER (WHERE b) AS d FROM t GROUP BY g"),
    _snippet("filtered aggregates", "SELECT g, COUNT(*) FILTER (WHERE b) AS a, SUM(m) FILTER (WHERE m < 0) AS b1, MEDIAN(CAST(x AS DOUBLE)) FILTER (WHERE x > 0) AS c, COUNT(DISTINCT i) FILTER (WHERE i > 0) AS d FROM t GROUP BY g"),
    _snippet("joined text", "SELECT g, STRING_AGG(s, '>' ORDER BY k) AS a, STRING_AGG(CAST(i AS VARCHAR), ',' ORDER BY i DESC) AS b FROM t GROUP BY g"),
    _snippet("an aggregate of nothing", 'SELECT COUNT(*) AS a, SUM(i) AS b, MAX(t) AS c, AVG(m) AS d, BIT_OR(i) AS e, BOOL_OR(b) AS f, STRING_AGG(s, \',\' ORDER BY k) AS h, MEDIAN(CAST(x AS DOUBLE)) AS n FROM "no rows"'),
    _snippet("groups of nothing", 'SELECT g, COUNT(*) AS n FROM "no rows" GROUP BY g'),
    _snippet("having", "SELECT g, COUNT(*) AS n FROM t GROUP BY g HAVING COUNT(*) > 1 ORDER BY n DESC, g"),
    _snippet("group by all", "SELECT g, b, COUNT(*) AS n FROM t GROUP BY ALL"),
    _snippet("group by an expression and its alias", "SELECT i % 2 AS odd, CAST(COUNT(*) AS BIGINT) AS n FROM t GROUP BY i % 2"),
    _snippet("group by a position", "SELECT COALESCE(g, '-') AS g1, MAX(k) AS n FROM t GROUP BY 1"),
    _snippet("subtotals", "SELECT g, b, COUNT(*) AS n FROM t GROUP BY ROLLUP (g, b)"),
    # ---- windows
    _snippet("ranks", "SELECT k, ROW_NUMBER() OVER (PARTITION BY g ORDER BY k) AS a, RANK() OVER (ORDER BY i) AS b, DENSE_RANK() OVER (ORDER BY i DESC) AS c, NTILE(3) OVER (ORDER BY k) AS d, PERCENT_RANK() OVER (ORDER BY k) AS e, CUME_DIST() OVER (ORDER BY i) AS f FROM t"),
    _snippet("neighbours", "SELECT k, LAG(i) OVER w AS a, LEAD(i, 2, -1) OVER w AS b, FIRST_VALUE(s) OVER w AS c, LAST_VALUE(i) OVER w AS d FROM t WINDOW w AS (PARTITION BY g ORDER BY k)"),
    _snippet("the last value that is there", "SELECT k, LAST_VALUE(i IGNORE NULLS) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS a FROM t"),
    _snippet("running sums", "SELECT k, SUM(m) OVER (PARTITION BY g ORDER BY k) AS a, COUNT(*) OVER (ORDER BY k ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS b, MAX(i) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS c, COUNT(*) OVER () AS d FROM t"),
    _snippet("a running sum with ties", "SELECT k, COUNT(*) OVER (ORDER BY i) AS a FROM t WHERE i IS NOT NULL"),
    _snippet("a window of seven days", "SELECT k, COUNT(*) OVER (ORDER BY t RANGE BETWEEN INTERVAL 7 DAY PRECEDING AND CURRENT ROW) AS n FROM t WHERE t IS NOT NULL"),
    _snippet("qualify", "SELECT k, g FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY g ORDER BY k DESC) = 1"),
    _snippet("qualify of all columns", "SELECT * EXCLUDE (l) FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY g ORDER BY t DESC, k) = 1"),
    _snippet("a window over groups", "SELECT g, SUM(x) AS a, RANK() OVER (ORDER BY COUNT(*) DESC, g) AS b FROM t GROUP BY g"),
    # ---- relations
    _snippet("inner and left joins", "SELECT t.k, u.v, u.n FROM t LEFT JOIN u ON u.g = t.g AND u.v > 1 JOIN u AS w ON w.v = t.k"),
    _snippet("a full join", "SELECT COALESCE(t.g, u.g) AS g, t.k, u.v FROM t FULL OUTER JOIN u ON u.g = t.g"),
    _snippet("a join by using", "SELECT g, COUNT(*) AS n FROM t JOIN u USING (g) GROUP BY g"),
    _snippet("a join that knows NULL", "SELECT t.k, u.v FROM t JOIN u ON u.g IS NOT DISTINCT FROM t.g"),
    _snippet("a cross join", "SELECT t.k, u.v FROM t CROSS JOIN u WHERE t.k + u.v < 5"),
    _snippet("semi and anti joins", "SELECT k, 'semi' AS kind FROM t SEMI JOIN u ON u.g = t.g UNION ALL SELECT k, 'anti' FROM t ANTI JOIN u ON u.g = t.g"),
    _snippet("exists", "SELECT k FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.g = t.g) OR NOT EXISTS (SELECT 1 FROM u WHERE u.v = t.k)"),
    _snippet("in a query", "SELECT k FROM t WHERE k IN (SELECT v FROM u WHERE n IS NOT NULL) AND g NOT IN (SELECT g FROM u WHERE g IS NOT NULL)"),
    _snippet("a scalar of a query", "SELECT k, (SELECT MAX(v) FROM u) AS a, (SELECT MAX(v) FROM u WHERE u.g = t.g) AS b FROM t"),
    _snippet("sets", "(SELECT g FROM t UNION SELECT g FROM u) EXCEPT SELECT 'a' UNION ALL SELECT g FROM (SELECT g FROM t INTERSECT SELECT g FROM u)"),
    _snippet("distinct", "SELECT DISTINCT g, j FROM t"),
    _snippet("common tables", "WITH a AS (SELECT g, MAX(k) AS top FROM t GROUP BY g), b AS (SELECT * FROM a WHERE top > 3) SELECT b.g, a.top FROM b JOIN a ON a.top = b.top"),
    _snippet("all columns but some", "SELECT * EXCLUDE (l, t, x) FROM t"),
    _snippet("values", "SELECT v.n, v.s FROM (VALUES (1, 'a'), (2, NULL)) AS v(n, s)"),
    _snippet("no row", "SELECT CAST(0 AS BIGINT) AS a, '' AS b WHERE FALSE"),
    _snippet("hard words as names", 'SELECT k AS "order", g AS "group by", i AS "a""b", j AS "a`b", x AS "中 文", b AS "select" FROM t'),
    # ---- order
    _snippet("nulls come last", "SELECT k, i FROM t ORDER BY i, k"),
    _snippet("nulls come last downwards as well", "SELECT k, i FROM t ORDER BY i DESC, k"),
    _snippet("nulls come first when asked", "SELECT k, g FROM t ORDER BY g NULLS FIRST, k DESC"),
    _snippet("order by all", "SELECT g, k FROM t ORDER BY ALL"),
    _snippet("limit and offset", "SELECT k FROM t ORDER BY k DESC LIMIT 3 OFFSET 2"),
    # ---- parameters
    _snippet("bound numbers", "SELECT k, i + $n AS a, x * $f AS b, m - $m AS c, $big AS d FROM t WHERE i < $big", n=3, f=0.25, m=Decimal("0.01"), big=1 << 60),
    _snippet("bound text is never SQL", "SELECT k, $s AS a FROM t WHERE s = $s", s="'; DROP TABLE t; --"),
    _snippet("bound text is kept to the letter", "SELECT $s AS a", s="${env:HOME} \\ \n \" ` :x $y 中😀"),
    _snippet("bound times", "SELECT k, $now AS a, $day AS b FROM t WHERE t < $now AND d <= $day", now=_moment("2024-03-31 01:00:00.000001"), day=date(2024, 6, 30)),
    _snippet("a bound NULL", "SELECT k, COALESCE(i, CAST($nothing AS BIGINT), -1) AS a FROM t WHERE CAST($nothing AS VARCHAR) IS NULL", nothing=None),
    _snippet("a bound truth", "SELECT k FROM t WHERE b = $yes", yes=True),
    _snippet("a bound limit", "SELECT k FROM t ORDER BY k LIMIT $n", n=2),
    _snippet("a value bound twice, one not wanted", "SELECT $a + $a AS twice", a=21, unused=object()),
]  # fmt: skip

# Both engines must refuse to go on, rather than go on with a wrong or missing value.
ERRORS = {
    "a whole number that is too large": "SELECT i + CAST(9223372036854775807 AS BIGINT) AS a FROM t WHERE i = 7",
    "a product that is too large": "SELECT CAST(SUM(i) AS BIGINT) * i * i * i * i * i AS a FROM t WHERE i > 100 GROUP BY i",
    "a number that its type cannot hold": "SELECT CAST(i AS INT) AS a FROM t",
    "a decimal that its type cannot hold": "SELECT CAST(i AS DECIMAL(8, 2)) AS a FROM t",
    "text that is no number": "SELECT CAST(s AS INT) AS a FROM t WHERE k = 1",
    "text that is no date": "SELECT CAST(s AS DATE) AS a FROM t WHERE k = 1",
    "a date that is none": "SELECT MAKE_DATE(2023, 2, CAST(k AS INT) + 27) AS a FROM t",
    "more than one row where one is wanted": "SELECT (SELECT v FROM u) AS a",
    "an unknown column": "SELECT nowhere FROM t",
    "an unknown table": "SELECT 1 AS a FROM nowhere",
}

# Spark must not be given these: it would answer something else, or they are no business of an analysis.
REFUSED = [
    "SELECT LOG(x) FROM t", "SELECT ROUND(x, 2) FROM t", "SELECT CAST(i / j AS BIGINT) FROM t", "SELECT CAST(AVG(i) AS INT) FROM t",
    "SELECT CAST(CAST(i AS DOUBLE) AS BIGINT) FROM t", "SELECT CAST(m / 3 AS VARCHAR) FROM t",
    "SELECT CAST(x / 2 * 3 AS INT) FROM t", "SELECT CAST(i * 0.5 AS BIGINT) FROM t", "SELECT CAST(EPOCH(t) AS BIGINT) FROM t", "SELECT CAST(SUM(1.5 - i) AS INT) FROM t",
    "SELECT CAST(QUANTILE_CONT(CAST(x AS DOUBLE), 0.5) AS INT) FROM t", "SELECT CAST(COALESCE(CAST(m AS DECIMAL(18, 2)), 0) AS INT) FROM t", "SELECT EPOCH_MS(t) FROM t",
    "SELECT EXTRACT(DOW FROM d) FROM t", "SELECT EXTRACT(SECOND FROM t) FROM t", "SELECT DAYOFWEEK(d) FROM t", "SELECT WEEK(d) FROM t",
    "SELECT DATE_DIFF('hour', t, t) FROM t", "SELECT DATE_DIFF('week', d, d) FROM t", "SELECT DATE_TRUNC('decade', t) FROM t",
    "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x) FROM t", "SELECT QUANTILE_DISC(x, 0.5) FROM t", "SELECT MEDIAN(m) FROM t", "SELECT QUANTILE_CONT(m, 0.5) FROM t", "SELECT APPROX_QUANTILE(x, 0.5) FROM t",
    "SELECT MODE(i) FROM t", "SELECT COUNT_IF(b) FROM t", "SELECT FIRST(i) FROM t", "SELECT CORR(x, i) FROM t", "SELECT LIST(i ORDER BY k) FROM t", "SELECT STRING_AGG(s, ',') FROM t",
    "SELECT ARG_MAX(i, x, 2) FROM t", "SELECT REGEXP_REPLACE(s, 'a', 'b') FROM t", r"SELECT REGEXP_REPLACE(s, '(a)', '\1', 'g') FROM t",
    "SELECT s SIMILAR TO 'a' FROM t", "SELECT l[1] FROM t", "SELECT l[1:2] FROM t", "SELECT LIST_TRANSFORM(l, v -> v + 1) FROM t",
    "SELECT HASH(s) FROM t", "SELECT RANDOM() FROM t", "SELECT NOW() FROM t", "SELECT CURRENT_DATE FROM t", "SELECT UUID() FROM t",
    "SELECT DISTINCT ON (g) g, k FROM t", "SELECT * REPLACE (i + 1 AS i) FROM t", "SELECT t.k FROM t ASOF JOIN u ON t.k >= u.v",
    "SELECT * FROM t POSITIONAL JOIN u", "SELECT * FROM GENERATE_SERIES(1, 5)", "SELECT * FROM t USING SAMPLE 10 PERCENT",
    "PIVOT t ON g USING SUM(i)", "SELECT REFLECT('java.lang.System', 'getenv', 'HOME')", "SELECT JAVA_METHOD('java.lang.System', 'exit', 0)",
    "SELECT * FROM READ_CSV('/etc/passwd')", "SELECT * FROM READ_PARQUET('x.parquet')",
]  # fmt: skip
