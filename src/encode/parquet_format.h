#pragma once

#include "encode/encoder.h"

namespace howdah {

/// Parquet as the profile `lake` wants it: read without a surprise by Hive 4, Spark 3.5,
/// Trino, Impala, DuckDB and pyarrow. Written by Arrow. Never destroyed.
const Format& ParquetFormat();

}  // namespace howdah
