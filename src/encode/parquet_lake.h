#pragma once

#include <memory>
#include <string>
#include <vector>

#include "encode/encoder.h"

namespace parquet {
class ArrowWriterProperties;
class WriterProperties;
}  // namespace parquet

namespace howdah {

/// What files of `profile` may be compressed with, the default first.
const std::vector<std::string>& ParquetCompressions(Profile profile);

/// SchemaMismatch: a column, at any depth, of a type that Parquet cannot hold truly or
/// that one of the profile's readers bends or refuses; says what to cast it to. Two
/// columns of one name; no columns.
Status CheckLakeSchema(const arrow::Schema& schema);

/// How Arrow must write `schema`, which has passed CheckLakeSchema:
///   V1 data pages with checksums; logical types of format 2.6; PLAIN for floating point
///   and for all that lies inside lists, a dictionary first for the rest; min/max for
///   what lies outside lists; a page index for `key_columns`. In the profile `compact`
///   floating point is BYTE_STREAM_SPLIT instead of PLAIN.
/// InvalidInput: a compression that there is not (names those there are).
/// \param sample  the first rows, or nullptr. A column of whole numbers whose values
/// hardly
///   repeat there gets no dictionary, which it would fill in vain.
Result<std::shared_ptr<parquet::WriterProperties>> LakeProperties(
    const arrow::Schema& schema, const EncoderOptions& options,
    const arrow::RecordBatch* sample, arrow::MemoryPool* pool);

/// InvalidInput: a compression that `profile` does not have (names those it has).
Status CheckParquetCompression(Profile profile, const std::string& name);

/// The Arrow side of the same: list elements are named `element`.
std::shared_ptr<parquet::ArrowWriterProperties> LakeArrowProperties();

}  // namespace howdah
