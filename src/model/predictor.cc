#include "model/predictor.h"

#include <algorithm>

#include "base/text.h"
#include "model/batching.h"
#include "model/meta_graph.h"
#include "model/session.h"
#include "model/tensor_bridge.h"
#include "model/tensorflow_api.h"

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
    return BindOutputs(options.outputs);
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

  std::string runtime_version() const override { return api_.TF_Version(); }

  CopyCounts copy_counts() const override {
    return {counters_.zero_copy_inputs, counters_.copied_inputs,
            counters_.zero_copy_outputs, counters_.copied_outputs};
  }

 private:
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
      HOWDAH_ASSIGN_OR_RETURN(const TF_Output fetch, session_->Find(*spec));
      for (size_t i = 0; i < feeds_.size(); ++i) {
        if (feeds_[i].oper == fetch.oper && feeds_[i].index == fetch.index) {
          return Error(
              ErrorKind::kUnsupported,
              "output '{}' is the input '{}' itself, which TensorFlow cannot fetch; "
              "keep the input's column instead",
              name, signature_.inputs[i].name);
        }
      }
      fetches_.push_back(fetch);
      outputs_.push_back(*spec);
    }
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
    HOWDAH_ASSIGN_OR_RETURN(auto fetched, session_->Run(feeds_, values, fetches_));
    std::vector<Tensor> outputs;
    for (size_t i = 0; i < fetched.size(); ++i) {
      auto output =
          FromTensorFlow(api_, std::move(fetched[i]), outputs_[i].dtype, &counters_);
      HOWDAH_RETURN_IF_ERROR(OutputContext(output.status(), i));
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
        HOWDAH_ASSIGN_OR_RETURN(input,
                                PadRows(SliceRows(input, begin, present), per_run));
      }
      HOWDAH_ASSIGN_OR_RETURN(const auto outputs, RunOnce(piece, per_run, batching));
      for (size_t i = 0; i < outputs.size(); ++i) {
        pieces[i].push_back(SliceRows(outputs[i], 0, present));
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
  std::vector<TF_Output> fetches_;      // by wanted output
  std::vector<TensorSpec> outputs_;
  CopyCounters counters_;
};

}  // namespace

Result<std::unique_ptr<Predictor>> LoadPredictor(const PredictorOptions& options) {
  HOWDAH_ASSIGN_OR_RETURN(const TensorFlowApi* api, OpenTensorFlow(options.library));
  auto predictor = std::make_unique<TensorFlowPredictor>(*api, options);
  HOWDAH_RETURN_IF_ERROR(predictor->Load(options));
  return predictor;
}

}  // namespace howdah
