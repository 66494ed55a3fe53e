#pragma once

#include <string>

#include "base/status.h"
#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"

namespace howdah {

/// Functions of TensorFlow's C API that must be there.
#define HOWDAH_TENSORFLOW_FUNCTIONS(X) \
  X(TF_Version)                        \
  X(TF_NewStatus)                      \
  X(TF_DeleteStatus)                   \
  X(TF_GetCode)                        \
  X(TF_Message)                        \
  X(TF_NewSessionOptions)              \
  X(TF_DeleteSessionOptions)           \
  X(TF_SetConfig)                      \
  X(TF_NewGraph)                       \
  X(TF_DeleteGraph)                    \
  X(TF_GraphOperationByName)           \
  X(TF_GraphNextOperation)             \
  X(TF_OperationOpType)                \
  X(TF_OperationNumOutputs)            \
  X(TF_LoadSessionFromSavedModel)      \
  X(TF_CloseSession)                   \
  X(TF_DeleteSession)                  \
  X(TF_SessionRun)                     \
  X(TF_AllocateTensor)                 \
  X(TF_NewTensor)                      \
  X(TF_DeleteTensor)                   \
  X(TF_TensorType)                     \
  X(TF_NumDims)                        \
  X(TF_Dim)                            \
  X(TF_TensorData)                     \
  X(TF_TensorElementCount)             \
  X(TF_DataTypeSize)

/// Functions that some 2.x lack: nullptr there.
#define HOWDAH_TENSORFLOW_OPTIONAL_FUNCTIONS(X) \
  X(TF_ExtendSession)                           \
  X(TF_TensorDefaultAlignment)                  \
  X(TF_TensorFromProto)

/// TensorFlow's C API, opened at run time. Immutable, never closed: its memory may be
/// alive in Arrow buffers until the process ends.
struct TensorFlowApi {
#define HOWDAH_DECLARE(function) decltype(&::function) function = nullptr;
  HOWDAH_TENSORFLOW_FUNCTIONS(HOWDAH_DECLARE)
  HOWDAH_TENSORFLOW_OPTIONAL_FUNCTIONS(HOWDAH_DECLARE)
#undef HOWDAH_DECLARE
  std::string library;

  /// Pointers so aligned are used in place; others are copied by TensorFlow.
  size_t alignment() const {
    constexpr size_t kUsual = 64;
    return TF_TensorDefaultAlignment != nullptr ? TF_TensorDefaultAlignment() : kUsual;
  }
};

/// Open `library` (from FindTensorFlow) on the first call in this process; later calls
/// must name the same file. Thread-safe. The symbols stay local to the library.
///
/// Two variables of the environment are set before: TF_CPP_MIN_LOG_LEVEL=2 unless it is
/// there, and TF_ENABLE_ONEDNN_OPTS by `onednn`, which TensorFlow otherwise decides by
/// the CPU's model, so that two hosts would differ in the last bits of their answers.
/// Internal: cannot be opened. Unsupported: lacks a function, or is not version 2.
Result<const TensorFlowApi*> OpenTensorFlow(const std::string& library, bool onednn);

}  // namespace howdah
