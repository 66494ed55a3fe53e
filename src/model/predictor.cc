#include "model/predictor.h"

#include <arrow/array/array_primitive.h>
#include <arrow/buffer.h>

#include <algorithm>

#include "base/text.h"
#include "model/batching.h"
#include "model/meta_graph.h"
#include "model/session.h"
#include "model/tensor_bridge.h"
#include "model/tensorflow_api.h"
#include "model/watchdog.h"
#include "types/tensor_rows.h"

namespace howdah {
namespace {

// The value of a default input, from the serialized TensorProto of the signature.
Result<TensorHandle> TensorFromProto(const TensorFlowApi& api, const std::string& proto) {
  if (api.TF_TensorFromProto == nullptr) {
    return Error(ErrorKind::kUnsupported,
                 "TensorFlow {} cannot read the default value; give the input a column",
                 api.TF_Version());
  }
  TensorHandle tensor(api.TF_AllocateTensor(TF_FLOAT, nullptr, 0, sizeof(float)),
                      TensorDeleter{&api});
  TF_Buffer bytes{
      .data = proto.data(), .length = proto.size(), .data_deallocator = nullptr};
  TF_Status* status = api.TF_NewStatus();
  api.TF_TensorFromProto(&bytes, tensor.get(), status);
  const bool read = api.TF_GetCode(status) == TF_OK;
  api.TF_DeleteStatus(status);
  if (!read) return Error(ErrorKind::kCorruption, "the default value is damaged");
  return tensor;
}

class TensorFlowPredictor final : public Predictor {
 public:
  TensorFlowPredictor(const TensorFlowApi& api, const PredictorOptions& options)
      : api_(api), signature_(options.signature) {}

  Status Load(const PredictorOptions& options) {
    HOWDAH_ASSIGN_OR_RETURN(session_, Session::Load(api_, options.directory, options.tags,
                                                    options.intra_op_threads));
    HOWDAH_RETURN_IF_ERROR(BindInputs(options));
    HOWDAH_RETURN_IF_ERROR(BindOutputs(options.outputs));
    StartWatchdog(options);
    return Status::OK();
  }

  Result<std::vector<Tensor>> Run(const std::vector<Tensor>& inputs) override {
    if (inputs.size() != signature_.inputs.size()) {
      return Error(ErrorKind::kInternal, "signature '{}' has {} inputs, {} were given",
                   signature_.key, signature_.inputs.size(), inputs.size());
    }
    std::vector<bool> fed;
    for (size_t i = 0; i < inputs.size(); ++i) {
      fed.push_back(inputs[i].values != nullptr);
      if (!fed[i] && defaults_[i] == nullptr) {
        return Error(ErrorKind::kInvalidInput, "input '{}' is not fed and has no default",
                     signature_.inputs[i].name);
      }
    }
    HOWDAH_ASSIGN_OR_RETURN(const Batching batching, BatchingOf(signature_, fed));
    HOWDAH_ASSIGN_OR_RETURN(const int64_t rows,
                            CheckInputs(signature_, inputs, batching));
    if (rows == 0) return EmptyOutputs(batching);
    if (batching.kind == Batching::Kind::kAnyRows) return RunOnce(inputs, rows, batching);
    return RunInPieces(inputs, rows, batching);
  }

  Result<std::vector<Tensor>> RunRows(const std::vector<Tensor>& inputs, int64_t begin,
                                      int64_t rows) override {
    std::vector<Tensor> part = inputs;
    for (Tensor& input : part) {
      if (input.values == nullptr) continue;
      HOWDAH_ASSIGN_OR_RETURN(input, SliceRows(input, begin, rows));
    }
    return Run(part);
  }

  std::string runtime_version() const override { return api_.TF_Version(); }

  CopyCounts copy_counts() const override {
    return {counters_.zero_copy_inputs, counters_.copied_inputs,
            counters_.zero_copy_outputs, counters_.copied_outputs};
  }

 private:
  void StartWatchdog(const PredictorOptions& options) {
    constexpr auto kGrace = std::chrono::seconds(10);
    overdue_ = fmt::format(
        "the model '{}' did not answer within {} s, so that its run was cancelled: an op "
        "hangs or is that slow; for a slow one raise 'model.timeout' or lower "
        "'model.batch_rows'",
        options.directory, std::chrono::duration<double>(options.timeout).count());
    Watchdog::Options watch{.limit = options.timeout,
                            .grace = kGrace,
                            .cancel = [this] { session_->Cancel(); },
                            .give_up = nullptr};
    if (options.on_hang)
      watch.give_up = [this, on_hang = options.on_hang] { on_hang(overdue_); };
    watchdog_ = std::make_unique<Watchdog>(std::move(watch));
  }

  Status BindInputs(const PredictorOptions& options) {
    std::map<std::string, std::string> default_protos;
    if (std::any_of(signature_.inputs.begin(), signature_.inputs.end(),
                    [](const TensorSpec& spec) { return spec.has_default; })) {
      HOWDAH_ASSIGN_OR_RETURN(default_protos, ReadDefaults(options));
    }
    std::vector<bool> required;
    for (const TensorSpec& spec : signature_.inputs) {
      HOWDAH_RETURN_IF_ERROR(CheckCarried("input", spec));
      HOWDAH_ASSIGN_OR_RETURN(const TF_Output feed, session_->Find(spec));
      feeds_.push_back(feed);
      TensorHandle value;
      if (const auto it = default_protos.find(spec.name); it != default_protos.end()) {
        auto tensor = TensorFromProto(api_, it->second);
        HOWDAH_RETURN_IF_ERROR(
            WithContext(tensor.status(), fmt::format("input '{}'", spec.name)));
        value = std::move(*tensor);
      }
      required.push_back(value == nullptr);
      defaults_.push_back(std::move(value));
    }
    if (std::find(required.begin(), required.end(), true) == required.end()) {
      required.assign(required.size(),
                      true);  // then at least one of the optional ones is fed
    }
    return BatchingOf(signature_, required).status();
  }

  static Result<std::map<std::string, std::string>> ReadDefaults(
      const PredictorOptions& options) {
    HOWDAH_ASSIGN_OR_RETURN(auto meta_graphs,
                            ReadMetaGraphs(options.directory + "/saved_model.pb"));
    std::vector<std::string> tags = options.tags;
    std::sort(tags.begin(), tags.end());
    for (MetaGraphEntry& meta_graph : meta_graphs) {
      if (meta_graph.tags == tags) {
        return std::move(meta_graph.signatures[options.signature.key].defaults);
      }
    }
    return std::map<std::string, std::string>();
  }

  Status BindOutputs(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      const auto spec = std::find_if(signature_.outputs.begin(), signature_.outputs.end(),
                                     [&](const TensorSpec& s) { return s.name == name; });
      if (spec == signature_.outputs.end()) {
        std::vector<std::string> known;
        for (const TensorSpec& s : signature_.outputs) known.push_back(s.name);
        return Error(ErrorKind::kInvalidInput,
                     "signature '{}' has no output '{}'; it has {}", signature_.key, name,
                     QuotedList(known));
      }
      HOWDAH_RETURN_IF_ERROR(CheckCarried("output", *spec));
      HOWDAH_RETURN_IF_ERROR(BindFetch(*spec));
      for (const std::string& splits : spec->row_splits) {
        HOWDAH_RETURN_IF_ERROR(BindFetch({.name = name, .tensor_name = splits}));
      }
      outputs_.push_back(*spec);
    }
    return Status::OK();
  }

  Status BindFetch(const TensorSpec& spec) {
    HOWDAH_ASSIGN_OR_RETURN(const TF_Output fetch, session_->Find(spec));
    for (size_t i = 0; i < feeds_.size(); ++i) {
      if (feeds_[i].oper != fetch.oper || feeds_[i].index != fetch.index) continue;
      return Error(ErrorKind::kUnsupported,
                   "output '{}' is the input '{}' itself, which TensorFlow cannot fetch; "
                   "keep the input's column instead",
                   spec.name, signature_.inputs[i].name);
    }
    fetches_.push_back(fetch);
    return Status::OK();
  }

  static Status CheckCarried(const char* what, const TensorSpec& spec) {
    if (!spec.is_dense) {
      return Error(
          ErrorKind::kUnsupported,
          "{} '{}' is a sparse or composite tensor; only dense ones are supported", what,
          spec.name);
    }
    if (!IsSupported(spec.dtype)) {
      return Error(ErrorKind::kUnsupported,
                   "{} '{}' has the type {}, which is not supported", what, spec.name,
                   Name(spec.dtype));
    }
    return Status::OK();
  }

  // One run of the model. In kRowByRow, `inputs` is one row.
  Result<std::vector<Tensor>> RunOnce(const std::vector<Tensor>& inputs, int64_t rows,
                                      const Batching& batching) {
    bool outputs_have_batch = batching.kind != Batching::Kind::kRowByRow;
    std::vector<TensorHandle>
        owned;  // outlives the outputs' conversion: views into inputs
    std::vector<TF_Tensor*> values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].values == nullptr) {
        values.push_back(defaults_[i].get());
        continue;
      }
      Tensor input = inputs[i];
      const auto& shape = signature_.inputs[i].shape;
      if (shape && input.shape.size() > shape->size()) {
        input.shape.erase(input.shape.begin());
      } else {
        outputs_have_batch = true;
      }
      HOWDAH_ASSIGN_OR_RETURN(TensorHandle handle, ToTensorFlow(api_, input, &counters_));
      values.push_back(handle.get());
      owned.push_back(std::move(handle));
    }
    HOWDAH_ASSIGN_OR_RETURN(auto fetched, RunSession(values));
    std::vector<Tensor> outputs;
    auto next = fetched.begin();
    for (size_t i = 0; i < outputs_.size(); ++i) {
      auto output = TakeOutput(outputs_[i], &next);
      HOWDAH_RETURN_IF_ERROR(OutputContext(output.status(), i));
      if (!output->row_splits.empty()) {
        HOWDAH_RETURN_IF_ERROR(OutputContext(CheckRagged(*output, rows), i));
        outputs.push_back(*std::move(output));
        continue;
      }
      if (!outputs_have_batch) output->shape.insert(output->shape.begin(), 1);
      if (output->shape.empty() || output->shape[0] != rows) {
        return Error(
            ErrorKind::kSchemaMismatch,
            "output '{}' has the shape {}; its first dimension must be the {} rows fed",
            outputs_[i].name, ShapeToString(output->shape), rows);
      }
      outputs.push_back(*std::move(output));
    }
    return outputs;
  }

  Result<std::vector<TensorHandle>> RunSession(const std::vector<TF_Tensor*>& values) {
    Result<std::vector<TensorHandle>> fetched = [&] {
      const Watchdog::Watched watched(*watchdog_);
      return session_->Run(feeds_, values, fetches_);
    }();
    if (Is(fetched.status(), ErrorKind::kCancelled) && watchdog_->has_fired()) {
      return MakeError(ErrorKind::kInternal, overdue_);
    }
    return fetched;
  }

  /// The output `spec`, from one of the fetched tensors, or several if it is ragged.
  Result<Tensor> TakeOutput(const TensorSpec& spec,
                            std::vector<TensorHandle>::iterator* next) {
    HOWDAH_ASSIGN_OR_RETURN(Tensor output, FromTensorFlow(api_, std::move(*(*next)++),
                                                          spec.dtype, &counters_));
    for (size_t level = 0; level < spec.row_splits.size(); ++level) {
      HOWDAH_ASSIGN_OR_RETURN(auto splits, TakeSplits(std::move(*(*next)++)));
      output.row_splits.push_back(std::move(splits));
    }
    return output;
  }

  /// Row splits, which may be of int32, as int64.
  Result<std::shared_ptr<arrow::Array>> TakeSplits(TensorHandle handle) {
    const auto dtype = static_cast<DType>(api_.TF_TensorType(handle.get()));
    if (dtype != DType::kInt32 && dtype != DType::kInt64) {
      return Error(ErrorKind::kSchemaMismatch, "its row splits are of {}", Name(dtype));
    }
    CopyCounters uncounted;
    HOWDAH_ASSIGN_OR_RETURN(Tensor splits,
                            FromTensorFlow(api_, std::move(handle), dtype, &uncounted));
    if (splits.shape.size() != 1) {
      return Error(ErrorKind::kSchemaMismatch, "its row splits have the shape {}",
                   ShapeToString(splits.shape));
    }
    if (dtype == DType::kInt64) return splits.values;
    const auto& narrow = static_cast<const arrow::Int32Array&>(*splits.values);
    std::vector<int64_t> wide(narrow.raw_values(), narrow.raw_values() + narrow.length());
    const int64_t length = narrow.length();
    return std::make_shared<arrow::Int64Array>(
        length, arrow::Buffer::FromVector(std::move(wide)));
  }

  static Status CheckRagged(const Tensor& output, int64_t rows) {
    if (output.shape.empty()) {
      return Error(ErrorKind::kSchemaMismatch, "its flat values have no dimension");
    }
    HOWDAH_RETURN_IF_ERROR(CheckRowSplits(output));
    if (RowsOf(output) == rows) return Status::OK();
    return Error(ErrorKind::kSchemaMismatch,
                 "its row splits make {} rows; they must be the {} rows fed",
                 RowsOf(output), rows);
  }

  // Runs of batching.rows_per_run rows; the rows of the last are made up and cut off
  // again.
  Result<std::vector<Tensor>> RunInPieces(const std::vector<Tensor>& inputs, int64_t rows,
                                          const Batching& batching) {
    const int64_t per_run = batching.rows_per_run;
    std::vector<std::vector<Tensor>> pieces(outputs_.size());
    for (int64_t begin = 0; begin < rows; begin += per_run) {
      const int64_t present = std::min(per_run, rows - begin);
      std::vector<Tensor> piece = inputs;
      for (Tensor& input : piece) {
        if (input.values == nullptr) continue;
        HOWDAH_ASSIGN_OR_RETURN(const Tensor slice, SliceRows(input, begin, present));
        HOWDAH_ASSIGN_OR_RETURN(input, PadRows(slice, per_run));
      }
      HOWDAH_ASSIGN_OR_RETURN(const auto outputs, RunOnce(piece, per_run, batching));
      for (size_t i = 0; i < outputs.size(); ++i) {
        HOWDAH_ASSIGN_OR_RETURN(Tensor cut, SliceRows(outputs[i], 0, present));
        pieces[i].push_back(std::move(cut));
      }
    }
    std::vector<Tensor> joined;
    for (size_t i = 0; i < pieces.size(); ++i) {
      auto output = JoinRows(pieces[i]);
      HOWDAH_RETURN_IF_ERROR(OutputContext(output.status(), i));
      joined.push_back(*std::move(output));
    }
    return joined;
  }

  Result<std::vector<Tensor>> EmptyOutputs(const Batching& batching) const {
    std::vector<Tensor> outputs;
    for (const TensorSpec& spec : outputs_) {
      HOWDAH_ASSIGN_OR_RETURN(Tensor output, EmptyTensor(spec, batching));
      outputs.push_back(std::move(output));
    }
    return outputs;
  }

  Status OutputContext(const Status& status, size_t output) const {
    return WithContext(status, fmt::format("output '{}'", outputs_[output].name));
  }

  const TensorFlowApi& api_;
  const Signature signature_;
  std::unique_ptr<Session> session_;
  std::vector<TF_Output> feeds_;        // by input
  std::vector<TensorHandle> defaults_;  // by input; nullptr: must be fed
  std::vector<TF_Output> fetches_;      // by wanted output, with its row splits
  std::vector<TensorSpec> outputs_;
  CopyCounters counters_;
  std::string overdue_;                 // what is said of a run that hangs
  std::unique_ptr<Watchdog> watchdog_;  // last: it cancels the session
};

}  // namespace

Result<std::unique_ptr<Predictor>> LoadPredictor(const PredictorOptions& options) {
  HOWDAH_ASSIGN_OR_RETURN(const TensorFlowApi* api,
                          OpenTensorFlow(options.library, options.onednn));
  auto predictor = std::make_unique<TensorFlowPredictor>(*api, options);
  HOWDAH_RETURN_IF_ERROR(predictor->Load(options));
  return predictor;
}

}  // namespace howdah
