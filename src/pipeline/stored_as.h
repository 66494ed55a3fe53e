#pragma once

#include <memory>
#include <string>

#include "commit/ledger.h"
#include "encode/encoder.h"

namespace arrow {
class Schema;
}

namespace howdah {

/// What readers of a dataset must know beside its files, of formats that do not say their
/// types: how they were written, and the exact types.
struct StoredAs {
  EncoderOptions encoder;
  std::shared_ptr<arrow::Schema> schema;  ///< of each file; nullptr: the files say it
};

/// A JSON object for the plan, of rows of `schema`, partition columns too.
Result<std::string> PlanOfText(const TextOptions& text, const arrow::Schema& schema);

/// The same from a plan. Corruption: it is not what PlanOfText wrote.
Result<StoredAs> StoredAsOf(const JobPlan& plan);

}  // namespace howdah
