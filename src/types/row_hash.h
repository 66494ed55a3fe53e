#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"

namespace arrow {
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// The sum mod 2^64 of one 64-bit hash for each row of `batch`, over the columns
/// `columns` in this order: the same for the same rows in any order, batches and files.
/// Floats count by their bits, integers by their value, strings and binary by their
/// bytes, decimals by their value, milliseconds as microseconds; a null differs from
/// every value. Columns are of types in which values land (others, and dictionaries:
/// Unsupported). Hash: XXH3 of libxxhash; which is no protection against somebody who
/// wants two datasets to look the same.
Result<uint64_t> HashRows(const arrow::RecordBatch& batch,
                          const std::vector<int>& columns);

/// All columns of `batch`.
Result<uint64_t> HashRows(const arrow::RecordBatch& batch);

}  // namespace howdah
