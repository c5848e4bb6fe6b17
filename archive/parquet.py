"""Parquet, by a package that is not always installed: it is larger than all else in the archive."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from psycopg import Column
from psycopg.postgres import types
from psycopg.rows import TupleRow

from archive.errors import KnownError

_GROUP = 5000
"""Rows that are in memory and in one row group."""
_TYPES = {
    "bool": "bool", "int2": "int16", "int4": "int32", "int8": "int64", "float4": "float32",
    "float8": "float64", "date": "date32",
}  # fmt: skip
"""Arrow's names of Postgres's types; any other is text."""


class MissingPackage(KnownError):
    """Parquet cannot be written here."""

    def __init__(self) -> None:
        super().__init__(
            "Parquet needs the package pyarrow, which is not installed; run:"
            " .venv/bin/uv pip install pyarrow, or export as jsonl"
        )


def write(columns: Sequence[Column], rows: Iterator[TupleRow], out: BinaryIO) -> None:
    """Write rows with the types of their columns, compressed. Raises MissingPackage."""
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise MissingPackage from None
    schema = pyarrow.schema([(column.name, _type(pyarrow, column.type_code)) for column in columns])
    with ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(rows, _GROUP)):
            arrays = [
                pyarrow.array(values, type=kind)
                for values, kind in zip(zip(*group, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


def _type(pyarrow: Any, oid: int) -> Any:
    found = types.get(oid)
    name = found.name if found else "text"
    if name == "timestamptz":
        kind = pyarrow.timestamp("us", tz="UTC")
    else:
        kind = pyarrow.type_for_alias(_TYPES.get(name, "string"))
    return pyarrow.list_(kind) if found and oid == found.array_oid else kind
