#pragma once

#include "encode/encoder.h"

namespace howdah {

/// An Avro file's own account of itself; see Format::ReadBack. Heads and markers of all
/// blocks are looked at, what is between them is not.
Result<ReadBackFile> ReadBackAvro(ByteSource& file);

}  // namespace howdah
