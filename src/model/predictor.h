#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

/// How often tensors crossed the border without a copy.
struct CopyCounts {
  int64_t zero_copy_inputs = 0, copied_inputs = 0;
  int64_t zero_copy_outputs = 0, copied_outputs = 0;
};

/// A loaded model with one signature. Thread-safe: Run may be called by many threads at once.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Run the model once.
  /// \param inputs  one for each of the signature's inputs in order (a default one may be absent:
  ///   values == nullptr); all with the same first dimension.
  /// \return the wanted outputs, in the order given to Load; each with its first dimension equal
  ///   to the rows fed.
  ///   SchemaMismatch: an output's first dimension differs, or a dtype is not supported (names it).
  ///   InvalidInput: the model itself failed (an op's message, in one line).
  virtual Result<std::vector<Tensor>> Run(const std::vector<Tensor>& inputs) = 0;
  /// "2.21.0".
  virtual std::string runtime_version() const = 0;
  virtual CopyCounts copy_counts() const = 0;
};

struct PredictorOptions {
  std::string library;    ///< from FindTensorFlow
  std::string directory;  ///< SavedModel, local
  std::vector<std::string> tags;
  Signature signature;               ///< from ReadSavedModel
  std::vector<std::string> outputs;  ///< names of the outputs wanted, non-empty
  int intra_op_threads = 1;
  /// Threads of TensorFlow's inter-op pool are never used: they flush denormals to zero, so that
  /// results would depend on threading. Runs execute on the caller's thread.
};

/// Load the model: opens TensorFlow on first use in this process (0.3–2 s).
/// NotFound, Corruption: model; Internal: TensorFlow cannot be opened (says why).
Result<std::unique_ptr<Predictor>> LoadPredictor(const PredictorOptions& options);

}  // namespace howdah
