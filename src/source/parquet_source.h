#pragma once

#include "source/source.h"

namespace howdah {

/// Parquet files as inputs; their units are row groups. Read by Arrow, on the caller's
/// thread. Never destroyed.
const SourceFormat& ParquetSourceFormat();

}  // namespace howdah
