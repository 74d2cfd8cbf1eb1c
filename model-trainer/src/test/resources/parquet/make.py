#!/usr/bin/env python3
"""Writes the Parquet files of the tests, by another implementation than the one that reads them (needs pyarrow)."""
import datetime
import decimal
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
rows = range(60)
day = datetime.date(2026, 3, 4)
noon = datetime.datetime(2026, 3, 4, 12)


def missing_at_seven(values):
    return [None if i % 10 == 7 else value for i, value in enumerate(values)]


table = pa.table({
    "speed": pa.array(missing_at_seven([i / 4 for i in rows]), pa.float64()),
    "load [kN]": pa.array([i * 0.5 for i in rows], pa.float32()),
    "count": pa.array([3 * i for i in rows], pa.int32()),
    "total": pa.array([2**40 + i for i in rows], pa.int64()),
    "port": pa.array([4_000_000_000 + i for i in rows], pa.uint32()),
    "mass": pa.array([2**63 + 4096 * i for i in rows], pa.uint64()),
    "mode": pa.array(missing_at_seven(["idle" if i % 3 else "running" for i in rows]), pa.string()),
    "kind": pa.array(["a" if i % 2 else "b" for i in rows]).dictionary_encode(),
    "good": pa.array([i % 2 == 0 for i in rows], pa.bool_()),
    "text": pa.array([f"{i}.5" for i in rows], pa.string()),
    "price": pa.array([decimal.Decimal(i * 25) / 100 for i in rows], pa.decimal128(9, 2)),
    "wide": pa.array([decimal.Decimal(-i * 125) / 1000 for i in rows], pa.decimal128(30, 3)),
    "day": pa.array([day + datetime.timedelta(i) for i in rows], pa.date32()),
    "clock": pa.array([datetime.time(i % 24, 30) for i in rows], pa.time64("us")),
    "seen": pa.array([noon + datetime.timedelta(minutes=i) for i in rows], pa.timestamp("us", tz="UTC")),
    "local": pa.array([noon + datetime.timedelta(minutes=i) for i in rows], pa.timestamp("ms")),
    "fine": pa.array([noon + datetime.timedelta(minutes=i) for i in rows], pa.timestamp("ns", tz="UTC")),
    "motor": pa.array([None if i % 10 == 3 else {"heat": 20.0 + i, "at": {"rpm": i}} for i in rows],
                      pa.struct([("heat", pa.float64()), ("at", pa.struct([("rpm", pa.int64())]))])),
    "tags": pa.array([["x"] * (i % 3) for i in rows], pa.list_(pa.string())),
    "extra": pa.array([[("k", 1.0)] for _ in rows], pa.map_(pa.string(), pa.float64())),
    "raw": pa.array([bytes([i]) for i in rows], pa.binary()),
    "a.b": pa.array([i for i in rows], pa.int32()),
})
for codec in ("none", "snappy", "gzip", "zstd", "lz4", "brotli"):
    pq.write_table(table, here / f"{codec}.parquet", compression=codec, row_group_size=25, write_page_checksum=True)
pq.write_table(table.select(["speed", "mode"]), here / "pages2.parquet", compression="snappy", data_page_version="2.0")
pq.write_table(table.select(["speed", "seen"]), here / "int96.parquet", use_deprecated_int96_timestamps=True)
pq.write_table(table.select(["speed"]).slice(0, 0), here / "empty.parquet")
