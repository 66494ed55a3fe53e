#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
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

/// A loaded model with one signature. Thread-safe: Run may be called by many threads at
/// once.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// Run the model on all rows of `inputs`.
  ///
  /// How rows become runs follows from the inputs that are fed:
  ///   - a fixed batch dimension: runs of exactly that many rows. The last is padded by
  ///     repeating its last row; what the model says of the padding is cut off.
  ///   - an input of rank 0: each row is a run by itself. An input [n, d...] is fed as n
  ///     tensors [d...] (as n tensors [1, d...] if the signature writes the batch
  ///     dimension down), and the answers are stacked again.
  ///   - else: one run.
  /// Without rows the model is not run, and the outputs have no rows.
  ///
  /// \param inputs  one for each of the signature's inputs, in order, all with the same
  ///   first dimension. One with a default may be absent (values == nullptr). Fixed-width
  ///   values aligned to 64 bytes are used in place and kept until TensorFlow lets go of
  ///   them, which may be after the call.
  /// \return the wanted outputs, in the order given to LoadPredictor. Each has the rows
  ///   fed as its first dimension.
  ///
  /// SchemaMismatch: an input or output whose type or shape differs (names it).
  /// InvalidInput: the model itself failed (an op's message, in one line); an input that
  /// is absent without a default, or whose values are not what Tensor promises.
  /// ResourceExhausted: out of memory; more than 2 GiB of strings in one output.
  /// Internal: the run, or another before it, took longer than the timeout.
  virtual Result<std::vector<Tensor>> Run(const std::vector<Tensor>& inputs) = 0;
  /// As Run, on `rows` of the rows of `inputs` from `begin` on, in place.
  virtual Result<std::vector<Tensor>> RunRows(const std::vector<Tensor>& inputs,
                                              int64_t begin, int64_t rows) = 0;
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
  bool onednn = false;  ///< may TensorFlow use its oneDNN kernels?
  /// A run that takes longer is cancelled, and every later one with it; zero: never.
  std::chrono::milliseconds timeout{0};
  /// Called where a cancelled run does not end either, because an op does not look
  /// whether it shall; with a sentence that says so. Shall end the process. nullptr:
  /// wait.
  std::function<void(const std::string& why)> on_hang;
  /// Threads of TensorFlow's inter-op pool are never used: they flush denormals to zero,
  /// so that results would depend on threading. Runs execute on the caller's thread.
};

/// Load the model: opens TensorFlow on first use in this process (0.3–2 s), and sets
/// TF_CPP_MIN_LOG_LEVEL=2 in the environment unless it is set, and TF_ENABLE_ONEDNN_OPTS
/// as the options say: the first one loaded decides for the process. NotFound,
/// Corruption: model. InvalidInput: an output that the signature does not have.
/// Unsupported: an input or wanted output is sparse, composite or of a type that is not
/// carried (names it); no input; an op that this TensorFlow lacks. Internal: TensorFlow
/// cannot be opened.
Result<std::unique_ptr<Predictor>> LoadPredictor(const PredictorOptions& options);

}  // namespace howdah
