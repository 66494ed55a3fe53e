#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/row_fault.h"
#include "types/split.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow

namespace howdah {

/// Where on its way a row failed.
enum class RowStage {
  kInput,      ///< its values do not make tensors
  kModel,      ///< the model fails on it
  kOutput,     ///< a value of it cannot land, or breaks a check
  kPartition,  ///< a value of it names no directory
};

/// A row that does not land.
struct BadRow {
  RowStage stage = RowStage::kInput;
  RowFault fault;  ///< its row counts from the first row that was read with it
};

/// The columns of quarantined rows, the same for every job (docs/formats/quarantine.md).
const std::shared_ptr<arrow::Schema>& QuarantineSchema();

/// A batch of QuarantineSchema from rows that were read together.
/// \param rows  the rows as they were read, whose first one is row `first_row` of
///   inputs[file]; they may go on in the files of the split's next parts.
Result<std::shared_ptr<arrow::RecordBatch>> MakeQuarantineBatch(
    const std::vector<BadRow>& bad, const arrow::RecordBatch& rows, int64_t file,
    int64_t first_row, const Split& split, const std::vector<InputFile>& inputs);

/// How many rows of a job may be bad, and how many are. Thread-safe.
class BadRowLimit {
 public:
  /// \param text  'checks.max_bad_rows': "1000", or "0.1%" of `input_rows`, rounded down.
  BadRowLimit(std::string text, int64_t input_rows);

  /// `rows` more. \return whether too many are bad now.
  bool Add(int64_t rows) { return (bad_ += rows) > most_; }
  /// TooManyBadRows. \param quarantine  where they are, for people.
  Status Refusal(const std::string& quarantine) const;

 private:
  const std::string text_;
  const int64_t input_rows_;
  const int64_t most_;
  std::atomic<int64_t> bad_{0};
};

}  // namespace howdah
