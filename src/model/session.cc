#include "model/session.h"

#include <charconv>
#include <filesystem>
#include <protozero/pbf_writer.hpp>
#include <string_view>
#include <system_error>

#include "model/model_failure.h"

namespace howdah {
namespace {

struct StatusDeleter {
  const TensorFlowApi* api;
  void operator()(TF_Status* status) const { api->TF_DeleteStatus(status); }
};
using StatusHandle = std::unique_ptr<TF_Status, StatusDeleter>;

StatusHandle NewStatus(const TensorFlowApi& api) {
  return StatusHandle(api.TF_NewStatus(), StatusDeleter{&api});
}

// A serialized ConfigProto. Source: tensorflow/core/protobuf/config.proto.
std::string SessionConfig(int intra_op_threads) {
  constexpr int kCallersThread = -1;  // the pool's threads would flush denormals to zero
  std::string bytes;
  protozero::pbf_writer config(bytes);
  config.add_int32(2, intra_op_threads);  // intra_op_parallelism_threads
  config.add_int32(5, kCallersThread);    // inter_op_parallelism_threads
  protozero::pbf_writer experimental(config, 16);
  experimental.add_bool(9, true);   // disable_thread_spinning
  experimental.add_bool(12, true);  // optimize_for_static_graph
  experimental.add_bool(14, true);  // disable_output_partition_graphs
  return bytes;
}

Status LoadError(const TensorFlowApi& api, const std::string& directory,
                 TF_Status* status) {
  const std::string message = OneLineFailure(api.TF_Message(status));
  constexpr std::string_view kNoOp = "Op type not registered '";
  if (const size_t at = message.find(kNoOp); at != message.npos) {
    const size_t begin = at + kNoOp.size();
    return Error(
        ErrorKind::kUnsupported,
        "{}: the model needs the op '{}', which TensorFlow {} does not have; custom ops "
        "are not supported",
        directory, message.substr(begin, message.find('\'', begin) - begin),
        api.TF_Version());
  }
  ErrorKind kind = ErrorKind::kCorruption;
  if (api.TF_GetCode(status) == TF_NOT_FOUND) kind = ErrorKind::kNotFound;
  if (api.TF_GetCode(status) == TF_RESOURCE_EXHAUSTED)
    kind = ErrorKind::kResourceExhausted;
  return Error(kind, "{}: the model cannot be loaded: {}", directory, message);
}

// TensorFlow takes a model without a checkpoint for one without variables, and loads it;
// then each run fails. So a model directory that was not copied whole must be found out
// here.
Status CheckVariablesAreThere(const TensorFlowApi& api, const std::string& directory,
                              TF_Graph* graph) {
  std::error_code error;
  const auto index = std::filesystem::path(directory) / "variables" / "variables.index";
  if (std::filesystem::exists(index, error)) return Status::OK();
  size_t position = 0;
  while (TF_Operation* op = api.TF_GraphNextOperation(graph, &position)) {
    const std::string_view type = api.TF_OperationOpType(op);
    if (type == "VarHandleOp" || type == "VariableV2" || type == "Variable") {
      return Error(
          ErrorKind::kNotFound,
          "{}: the model has variables, but their file is missing; was the whole model "
          "directory copied?",
          index.string());
    }
  }
  return Status::OK();
}

Status RunError(const TensorFlowApi& api, TF_Status* status) {
  ErrorKind kind = ErrorKind::kInvalidInput;
  if (api.TF_GetCode(status) == TF_RESOURCE_EXHAUSTED)
    kind = ErrorKind::kResourceExhausted;
  if (api.TF_GetCode(status) == TF_CANCELLED) kind = ErrorKind::kCancelled;
  return Error(kind, "the model failed: {}", OneLineFailure(api.TF_Message(status)));
}

}  // namespace

Result<std::unique_ptr<Session>> Session::Load(const TensorFlowApi& api,
                                               const std::string& directory,
                                               const std::vector<std::string>& tags,
                                               int intra_op_threads) {
  std::unique_ptr<Session> session(new Session(api));
  session->directory_ = directory;
  session->graph_ = api.TF_NewGraph();
  std::vector<const char*> tag_pointers;
  for (const std::string& tag : tags) tag_pointers.push_back(tag.c_str());
  const StatusHandle status = NewStatus(api);
  TF_SessionOptions* options = api.TF_NewSessionOptions();
  const std::string config = SessionConfig(intra_op_threads);
  api.TF_SetConfig(options, config.data(), config.size(), status.get());
  if (api.TF_GetCode(status.get()) == TF_OK) {
    session->session_ = api.TF_LoadSessionFromSavedModel(
        options, nullptr, directory.c_str(), tag_pointers.data(),
        static_cast<int>(tag_pointers.size()), session->graph_, nullptr, status.get());
  }
  api.TF_DeleteSessionOptions(options);
  if (api.TF_GetCode(status.get()) != TF_OK)
    return LoadError(api, directory, status.get());
  HOWDAH_RETURN_IF_ERROR(CheckVariablesAreThere(api, directory, session->graph_));
  if (api.TF_ExtendSession != nullptr) {
    // The graph will not change any more: without this, each run takes locks to look.
    api.TF_ExtendSession(session->session_, status.get());
    if (api.TF_GetCode(status.get()) != TF_OK)
      return LoadError(api, directory, status.get());
  }
  return session;
}

Session::~Session() {
  if (session_ != nullptr) {
    const StatusHandle ignored = NewStatus(api_);
    api_.TF_CloseSession(session_, ignored.get());
    api_.TF_DeleteSession(session_, ignored.get());
  }
  api_.TF_DeleteGraph(graph_);
}

void Session::Cancel() const {
  const StatusHandle ignored = NewStatus(api_);
  api_.TF_CloseSession(session_, ignored.get());
}

Result<TF_Output> Session::Find(const TensorSpec& spec) const {
  const std::string_view name = spec.tensor_name;
  const size_t colon = name.rfind(':');
  const std::string op_name(name.substr(0, colon));
  int index = 0;
  bool valid = !op_name.empty();
  if (colon != name.npos) {
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + colon + 1, end, index);
    valid = valid && parsed.ec == std::errc() && parsed.ptr == end;
  }
  TF_Operation* op =
      valid ? api_.TF_GraphOperationByName(graph_, op_name.c_str()) : nullptr;
  if (op == nullptr || index < 0 || index >= api_.TF_OperationNumOutputs(op)) {
    return Error(
        ErrorKind::kCorruption,
        "{}: the signature's '{}' names the tensor '{}', which the model's graph does "
        "not have",
        directory_, spec.name, spec.tensor_name);
  }
  return TF_Output{op, index};
}

Result<std::vector<TensorHandle>> Session::Run(std::span<const TF_Output> feeds,
                                               std::span<TF_Tensor* const> values,
                                               std::span<const TF_Output> fetches) const {
  const StatusHandle status = NewStatus(api_);
  std::vector<TF_Tensor*> fetched(fetches.size(), nullptr);
  api_.TF_SessionRun(session_, nullptr, feeds.data(), values.data(),
                     static_cast<int>(feeds.size()), fetches.data(), fetched.data(),
                     static_cast<int>(fetches.size()), nullptr, 0, nullptr, status.get());
  if (api_.TF_GetCode(status.get()) != TF_OK) return RunError(api_, status.get());
  std::vector<TensorHandle> outputs;
  for (TF_Tensor* tensor : fetched) outputs.emplace_back(tensor, TensorDeleter{&api_});
  return outputs;
}

}  // namespace howdah
