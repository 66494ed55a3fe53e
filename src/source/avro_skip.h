#pragma once

#include <cstdint>

#include "avro/schema.h"
#include "source/avro_cursor.h"

namespace howdah {

/// Pass over a value of `node`, which may hold itself: at most 1,000 values in each
/// other.
bool SkipAvro(const AvroNode& node, AvroCursor* cursor);

/// The bytes that a value of `node` takes at least; 0 if it takes none ever: nulls, and
/// records of nothing else.
int64_t LeastAvroBytes(const AvroNode& node);

}  // namespace howdah
