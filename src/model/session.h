#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/tensor_bridge.h"
#include "model/tensorflow_api.h"
#include "types/tensor.h"

namespace howdah {

/// A SavedModel's graph in memory, its variables restored and its init op run.
/// Thread-safe.
class Session {
 public:
  /// NotFound, Corruption, Unsupported (an op that this TensorFlow lacks): the model,
  /// with `directory` in the message.
  static Result<std::unique_ptr<Session>> Load(const TensorFlowApi& api,
                                               const std::string& directory,
                                               const std::vector<std::string>& tags,
                                               int intra_op_threads);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  /// The tensor "op:index" that `spec` names. Corruption: the graph has no such tensor.
  Result<TF_Output> Find(const TensorSpec& spec) const;

  /// Make runs under way end as soon as their ops look, and every later one fail, with
  /// Cancelled. May repeat; thread-safe.
  void Cancel() const;

  /// One run on the caller's thread. InvalidInput: an op failed; ResourceExhausted: out
  /// of memory; Cancelled: the session was closed.
  Result<std::vector<TensorHandle>> Run(std::span<const TF_Output> feeds,
                                        std::span<TF_Tensor* const> values,
                                        std::span<const TF_Output> fetches) const;

 private:
  explicit Session(const TensorFlowApi& api) : api_(api) {}

  const TensorFlowApi& api_;
  std::string directory_;
  TF_Graph* graph_ = nullptr;
  TF_Session* session_ = nullptr;
};

}  // namespace howdah
