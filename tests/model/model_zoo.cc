#include "model_zoo.h"

#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>

#include <cstdlib>

namespace howdah {
namespace {

std::string RequiredVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) {
    ADD_FAILURE() << "the variable " << name << " is not set; run this test with ctest";
    return "";
  }
  return value;
}

}  // namespace

std::string ZooModel(const std::string& name) {
  return RequiredVariable("HOWDAH_TEST_MODELS") + "/" + name;
}

PredictorOptions ZooOptions(const std::string& name, const std::string& signature_key,
                            const std::vector<std::string>& outputs) {
  PredictorOptions options{.library = RequiredVariable("HOWDAH_TEST_TENSORFLOW"),
                           .directory = ZooModel(name),
                           .tags = {"serve"},
                           .outputs = outputs};
  const auto model = ReadSavedModel(options.directory).ValueOrDie();
  const auto* meta_graph = FindMetaGraph(model, options.tags).ValueOrDie();
  options.signature = *FindSignature(*meta_graph, signature_key).ValueOrDie();
  if (outputs.empty()) {
    for (const TensorSpec& spec : options.signature.outputs) {
      options.outputs.push_back(spec.name);
    }
  }
  return options;
}

Tensor MakeTensor(DType dtype, std::vector<int64_t> shape, const std::string& json) {
  return {dtype, std::move(shape),
          arrow::json::ArrayFromJSONString(ValueType(dtype), json).ValueOrDie()};
}

Tensor Floats(std::vector<int64_t> shape, const std::string& json) {
  return MakeTensor(DType::kFloat, std::move(shape), json);
}

NamedPredictor::NamedPredictor(const PredictorOptions& options)
    : options_(options), predictor_(LoadPredictor(options).ValueOrDie()) {}

Result<Tensors> NamedPredictor::Run(const Tensors& inputs) const {
  std::vector<Tensor> in_order;
  for (const TensorSpec& spec : options_.signature.inputs) {
    const auto it = inputs.find(spec.name);
    in_order.push_back(it != inputs.end() ? it->second : Tensor{});
  }
  HOWDAH_ASSIGN_OR_RETURN(const auto outputs, predictor_->Run(in_order));
  Tensors named;
  for (size_t i = 0; i < outputs.size(); ++i) named[options_.outputs[i]] = outputs[i];
  return named;
}

Tensors NamedPredictor::Answer(const Tensors& inputs) const {
  auto outputs = Run(inputs);
  if (!outputs.ok()) {
    ADD_FAILURE() << outputs.status().ToString();
    return {};
  }
  return *outputs;
}

NamedPredictor LoadZoo(const std::string& name, const std::string& signature_key,
                       const std::vector<std::string>& outputs) {
  return NamedPredictor(ZooOptions(name, signature_key, outputs));
}

void ExpectEqual(const Tensor& got, const Tensor& expected) {
  EXPECT_EQ(Name(got.dtype), Name(expected.dtype));
  EXPECT_EQ(got.shape, expected.shape);
  ASSERT_NE(got.values, nullptr);
  EXPECT_TRUE(got.values->ValidateFull().ok());
  EXPECT_TRUE(got.values->Equals(expected.values))
      << "got " << got.values->ToString() << "\nexpected " << expected.values->ToString();
}

}  // namespace howdah
