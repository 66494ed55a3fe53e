#pragma once

#include <memory>

#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// "jsonl": one JSON object on each line (https://jsonlines.org), in UTF-8. Blank lines
/// are passed over; lines may end with CR LF, and the last one without anything.
///
/// A column's type comes from all its values: bool, int64, uint64 (only if one is beyond
/// int64), double, string, list or struct of them; null if it has no value. Text stays
/// text whatever it looks like. Whole numbers that a double would bend are never read as
/// doubles: such a mixture is refused. A name twice in one object is refused.
/// Limits: a line of 256 MiB, 100 levels of nesting, 100,000 names in an object.
const SourceFormat& JsonlSourceFormat();

/// The same, cut in other ways: for tests.
std::unique_ptr<SourceFormat> MakeJsonlSource(const TextSourceOptions& options);

}  // namespace howdah
