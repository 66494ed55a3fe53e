#pragma once

#include <memory>

#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// "avro": object container files whose schema is a record, of codec null, deflate,
/// snappy or zstandard. A unit is a run of blocks.
///
/// Types: as ColumnTypeOf with nanos. A column is a field of its name, else one that has
/// the name as an alias. Fields whose type no column can have (recursion, unions other
/// than with null) are refused if they are asked for by name; where all are, they are
/// columns of type null. In files that differ int goes with long, int and float with
/// double, text with bytes.
/// Limits: a block of 512 MiB, before and after decompression.
const SourceFormat& AvroSourceFormat();

/// The same, cut in other ways: for tests.
std::unique_ptr<SourceFormat> MakeAvroSource(const TextSourceOptions& options);

}  // namespace howdah
