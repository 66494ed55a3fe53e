#pragma once

#include "encode/encoder.h"

namespace howdah {

/// A new Avro file of `schema`; see Format::MakeEncoder.
Result<std::unique_ptr<Encoder>> MakeAvroEncoder(std::shared_ptr<arrow::Schema> schema,
                                                 ByteSink* sink,
                                                 const EncoderOptions& options);

}  // namespace howdah
