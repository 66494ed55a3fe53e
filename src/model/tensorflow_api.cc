#include "model/tensorflow_api.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string_view>

namespace howdah {
namespace {

namespace fs = std::filesystem;

// Another copy of TensorFlow may already be in the process (a Python that has imported
// it): the symbols must come from the folder that was asked for, or two halves of two
// versions meet.
Status CheckOrigin(const std::string& library, const char* name, void* symbol) {
  Dl_info info{};
  const bool known = dladdr(symbol, &info) != 0 && info.dli_fname != nullptr;
  const fs::path origin = known ? info.dli_fname : "?";
  std::error_code error;
  if (origin.filename().string().starts_with("libtensorflow") &&
      fs::equivalent(origin.parent_path(), fs::path(library).parent_path(), error)) {
    return Status::OK();
  }
  return Error(
      ErrorKind::kInternal,
      "{}: its function {} comes from '{}'; is another TensorFlow loaded in this "
      "process?",
      library, name, origin.string());
}

Result<void*> Find(void* handle, const std::string& library, const char* name,
                   bool required) {
  void* symbol = dlsym(handle, name);
  if (symbol == nullptr) {
    if (!required) return nullptr;
    return Error(ErrorKind::kUnsupported,
                 "{}: lacks the function {}; TensorFlow 2.x with its C API is needed",
                 library, name);
  }
  HOWDAH_RETURN_IF_ERROR(CheckOrigin(library, name, symbol));
  return symbol;
}

Status Load(const std::string& library, bool onednn, TensorFlowApi* api) {
  constexpr int kKeepTheirs = 0, kReplace = 1;
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", kKeepTheirs);
  setenv("TF_ENABLE_ONEDNN_OPTS", onednn ? "1" : "0", kReplace);
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    return Error(ErrorKind::kInternal, "TensorFlow cannot be opened: {}", dlerror());
  }
#define HOWDAH_RESOLVE(function, required)                                             \
  {                                                                                    \
    HOWDAH_ASSIGN_OR_RETURN(void* symbol, Find(handle, library, #function, required)); \
    api->function = reinterpret_cast<decltype(api->function)>(symbol);                 \
  }
#define HOWDAH_REQUIRED(function) HOWDAH_RESOLVE(function, true)
#define HOWDAH_OPTIONAL(function) HOWDAH_RESOLVE(function, false)
  HOWDAH_TENSORFLOW_FUNCTIONS(HOWDAH_REQUIRED)
  HOWDAH_TENSORFLOW_OPTIONAL_FUNCTIONS(HOWDAH_OPTIONAL)
#undef HOWDAH_OPTIONAL
#undef HOWDAH_REQUIRED
#undef HOWDAH_RESOLVE
  if (!std::string_view(api->TF_Version()).starts_with("2.")) {
    return Error(ErrorKind::kUnsupported, "{}: TensorFlow 2.x is needed, this is {}",
                 library, api->TF_Version());
  }
  api->library = library;
  return Status::OK();
}

}  // namespace

Result<const TensorFlowApi*> OpenTensorFlow(const std::string& library, bool onednn) {
  static std::mutex mutex;
  static const TensorFlowApi* opened = nullptr;
  std::lock_guard lock(mutex);
  if (opened == nullptr) {
    auto api = std::make_unique<TensorFlowApi>();
    HOWDAH_RETURN_IF_ERROR(Load(library, onednn, api.get()));
    opened = api.release();
  }
  if (opened->library != library) {
    return Error(ErrorKind::kInternal,
                 "TensorFlow is already open from '{}', not from '{}'", opened->library,
                 library);
  }
  return opened;
}

}  // namespace howdah
