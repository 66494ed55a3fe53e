#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/status.h"
#include "model/predictor.h"
#include "pipeline/prepare.h"
#include "pipeline/quarantine.h"

namespace howdah {

/// What rows became.
struct ScoredRows {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;  ///< of those that land
  std::vector<uint64_t> key_hashes;   ///< of each batch's kept columns
  std::vector<NonFinite> non_finite;  ///< in all of them, by field of the landing
  std::vector<BadRow> bad;            ///< the others, ascending
};

/// Takes rows through feed, model and landing. With `bad_rows = "quarantine"` a batch
/// that fails is taken apart until only the rows are out that fail by themselves: those
/// that feed and landing name at once, those on which the model fails by halving the
/// batch. What a row becomes then depends on its batch only, not on how many batches are
/// scored together. Thread-safe.
class RowScorer {
 public:
  /// Both must outlive it.
  RowScorer(const PreparedJob& prepared, Predictor& predictor);

  /// Told before something is done with `rows` rows from `begin` on: where a crash or an
  /// error is.
  using Place = std::function<void(int64_t begin, int64_t rows)>;
  /// \param rows  a whole number of the job's batches, unless they are its split's last.
  Result<ScoredRows> Score(const arrow::RecordBatch& rows, const Place& place) const;

 private:
  Status ScoreBatch(const std::vector<Tensor>& inputs, int64_t tensor_begin,
                    const arrow::RecordBatch& rows, int64_t begin,
                    ScoredRows* scored) const;
  Status ScoreApart(const arrow::RecordBatch& rows, int64_t begin,
                    ScoredRows* scored) const;
  Status Land(const arrow::RecordBatch& rows, const std::vector<Tensor>& outputs,
              int64_t begin, ScoredRows* scored) const;

  const PreparedJob& prepared_;
  Predictor& predictor_;
  const bool quarantine_;
  const std::vector<int> kept_;  // fields of the landing's schema
};

}  // namespace howdah
