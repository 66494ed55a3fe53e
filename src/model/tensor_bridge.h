#pragma once

#include <atomic>
#include <memory>

#include "base/status.h"
#include "model/tensorflow_api.h"
#include "types/tensor.h"

namespace howdah {

struct TensorDeleter {
  const TensorFlowApi* api = nullptr;
  void operator()(TF_Tensor* tensor) const { api->TF_DeleteTensor(tensor); }
};
using TensorHandle = std::unique_ptr<TF_Tensor, TensorDeleter>;

/// Counts of CopyCounts, shared by threads.
struct CopyCounters {
  std::atomic<int64_t> zero_copy_inputs{0}, copied_inputs{0};
  std::atomic<int64_t> zero_copy_outputs{0}, copied_outputs{0};
};

/// `tensor` for TensorFlow. Fixed-width values aligned to api.alignment() are used in
/// place: the array stays alive until TensorFlow lets go, which may be after the run, on
/// another thread. Strings are copied into one block, each followed by a NUL byte, and
/// handed over as views of it. Views are copied as views by some ops: the handle must
/// outlive the reading of a run's outputs.
Result<TensorHandle> ToTensorFlow(const TensorFlowApi& api, const Tensor& tensor,
                                  CopyCounters* counters);

/// The values of `handle`, which must have the type `dtype`. Fixed width: no copy, the
/// array owns the handle. Strings become binary, bools bits. SchemaMismatch: another
/// type. ResourceExhausted: more than 2 GiB of strings in one tensor.
Result<Tensor> FromTensorFlow(const TensorFlowApi& api, TensorHandle handle, DType dtype,
                              CopyCounters* counters);

}  // namespace howdah
