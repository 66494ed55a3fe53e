#pragma once

#include "encode/encoder.h"

namespace howdah {

/// Avro object container files.
const Format& AvroFormat();

}  // namespace howdah
