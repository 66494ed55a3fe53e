#pragma once

#include <memory>

#include "encode/encoder.h"

namespace howdah {

/// An encoder that writes `schema` by the profile `lake`; see Format::MakeEncoder.
Result<std::unique_ptr<Encoder>> MakeParquetEncoder(std::shared_ptr<arrow::Schema> schema,
                                                    ByteSink* sink,
                                                    const EncoderOptions& options);

}  // namespace howdah
