"""Types between Arrow, Spark and DuckDB: what a table in memory becomes in Spark, and what its columns are called."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import types

_NAMES: dict[type[types.DataType], str] = {
    types.BooleanType: "BOOLEAN",
    types.ByteType: "TINYINT",
    types.ShortType: "SMALLINT",
    types.IntegerType: "INTEGER",
    types.LongType: "BIGINT",
    types.FloatType: "FLOAT",
    types.DoubleType: "DOUBLE",
    types.StringType: "VARCHAR",
    types.BinaryType: "BLOB",
    types.DateType: "DATE",
    types.TimestampNTZType: "TIMESTAMP",
    types.TimestampType: "TIMESTAMP WITH TIME ZONE",
    types.NullType: '"NULL"',
}


def duckdb_name(kind: types.DataType) -> str:
    """Return the name that DuckDB has for a type of Spark.

    >>> duckdb_name(types.TimestampNTZType()), duckdb_name(types.ArrayType(types.DecimalType(18, 6)))
    ('TIMESTAMP', 'DECIMAL(18,6)[]')
    """
    if isinstance(kind, types.DecimalType):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if isinstance(kind, types.ArrayType):
        return f"{duckdb_name(kind.elementType)}[]"
    return _NAMES.get(type(kind), kind.simpleString().upper())


def for_spark(table: pa.Table) -> pa.Table:
    """Return an Arrow table in types that Spark has, with the values unchanged.

    Raises:
        pyarrow.ArrowInvalid: a value does not fit, such as a time with nanoseconds.
    """
    return table.cast(pa.schema([pa.field(f.name, _known(f.type), f.nullable) for f in table.schema]))


_WIDER = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
}


def _known(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _known(kind.value_type)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_large_list(kind) or pa.types.is_list(kind):
        return pa.list_(_known(kind.value_type))
    if pa.types.is_date64(kind):
        return pa.date32()
    return _WIDER.get(kind, kind)
