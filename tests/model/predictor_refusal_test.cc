// Models and tensors that are refused, and with which sentence.
#include <arrow/array.h>
#include <arrow/json/from_string.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "model/predictor.h"
#include "model_zoo.h"

namespace howdah {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

// A copy of a zoo model, to be damaged.
class ModelCopy {
 public:
  explicit ModelCopy(const std::string& name)
      : path_(fs::path(testing::TempDir()) /
              ("howdah_" + name + std::to_string(getpid()))) {
    fs::remove_all(path_);
    fs::copy(ZooModel(name), path_, fs::copy_options::recursive);
  }
  ~ModelCopy() { fs::remove_all(path_); }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Status LoadStatus(const PredictorOptions& options) {
  return LoadPredictor(options).status();
}

void ExpectRefused(const Status& status, ErrorKind kind, const std::string& text) {
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(Name(KindOf(status)), Name(kind)) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(text));
  EXPECT_THAT(status.message(), Not(HasSubstr("\n")));
}

TEST(PredictorRefusal, AFailingOpIsOneSentence) {
  const auto model = LoadZoo("failing");
  ExpectEqual(model.Answer({{"x", Floats({2}, "[1, 99]")}})["y"], Floats({2}, "[1, 99]"));
  const auto status = model.Run({{"x", Floats({2}, "[1, 100]")}}).status();
  ExpectRefused(status, ErrorKind::kInvalidInput, "the model failed: ");
  EXPECT_THAT(status.message(), AllOf(HasSubstr("planned failure"), Not(HasSubstr("[[")),
                                      Not(HasSubstr("root error"))));
  // The model goes on working.
  ExpectEqual(model.Answer({{"x", Floats({1}, "[5]")}})["y"], Floats({1}, "[5]"));
}

TEST(PredictorRefusal, TagsThatAreNotThere) {
  auto options = ZooOptions("linear");
  options.tags = {"gpu"};
  ExpectRefused(LoadStatus(options), ErrorKind::kNotFound,
                "/linear: the model cannot be loaded");
}

TEST(PredictorRefusal, ADamagedGraph) {
  auto options = ZooOptions("linear");
  ModelCopy cut("linear");
  options.directory = cut.path().string();
  const fs::path file = cut.path() / "saved_model.pb";
  fs::resize_file(file, fs::file_size(file) / 2);
  ExpectRefused(LoadStatus(options), ErrorKind::kCorruption, cut.path().string());
}

TEST(PredictorRefusal, WeightsThatAreMissingOrCut) {
  auto options = ZooOptions("keras_dense");
  ModelCopy missing("keras_dense");
  for (const auto& entry : fs::directory_iterator(missing.path() / "variables")) {
    fs::remove(entry.path());
  }
  options.directory = missing.path().string();
  ExpectRefused(LoadStatus(options), ErrorKind::kNotFound,
                "variables.index: the model has variables, but their file is missing");

  ModelCopy cut("keras_dense");
  for (const auto& entry : fs::directory_iterator(cut.path() / "variables")) {
    if (entry.path().string().find(".data-") != std::string::npos) {
      fs::resize_file(entry.path(), 4);
    }
  }
  options.directory = cut.path().string();
  ExpectRefused(LoadStatus(options), ErrorKind::kCorruption, cut.path().string());
}

TEST(PredictorRefusal, ASignatureThatNamesTensorsTheGraphLacks) {
  for (const char* name :
       {"nothing:0", "serving_default_x:7", "serving_default_x:-1",
        "serving_default_x:99999999999", "serving_default_x:", ":0", ""}) {
    auto options = ZooOptions("linear");
    options.signature.inputs[0].tensor_name = name;
    ExpectRefused(LoadStatus(options), ErrorKind::kCorruption,
                  fmt::format("'x' names the tensor '{}'", name));
  }
}

TEST(PredictorRefusal, SparseInputs) {
  ExpectRefused(LoadStatus(ZooOptions("sparse")), ErrorKind::kUnsupported,
                "input 's' is a sparse or composite tensor");
}

TEST(PredictorRefusal, OutputsOfATypeThatIsNotCarriedUnlessTheyAreNotWanted) {
  ExpectRefused(LoadStatus(ZooOptions("complex_output")), ErrorKind::kUnsupported,
                "output 'z' has the type complex64");
  ExpectEqual(
      LoadZoo("complex_output", "", {"y"}).Answer({{"x", Floats({1}, "[2]")}})["y"],
      Floats({1}, "[4]"));
}

TEST(PredictorRefusal, AnOutputThatIsAnInput) {
  ExpectRefused(LoadStatus(ZooOptions("pass_through")), ErrorKind::kUnsupported,
                "output 'echo' is the input 'x' itself");
  ExpectEqual(LoadZoo("pass_through", "", {"y"}).Answer({{"x", Floats({1}, "[2]")}})["y"],
              Floats({1}, "[4]"));
}

TEST(PredictorRefusal, AnOutputThatDoesNotExist) {
  ExpectRefused(LoadStatus(ZooOptions("linear", "", {"z"})), ErrorKind::kInvalidInput,
                "signature 'serving_default' has no output 'z'");
}

TEST(PredictorRefusal, ASignatureWithoutInputs) {
  ExpectRefused(LoadStatus(ZooOptions("no_inputs")), ErrorKind::kUnsupported,
                "signature 'serving_default' is given no input");
}

TEST(PredictorRefusal, ALibraryThatIsNotTensorFlowAfterOneIsOpen) {
  LoadZoo("linear");
  auto options = ZooOptions("linear");
  options.library = "/elsewhere/libtensorflow_cc.so.2";
  ExpectRefused(LoadStatus(options), ErrorKind::kInternal, "already open from");
}

TEST(PredictorRefusal, InputsThatAreMissing) {
  ExpectRefused(LoadZoo("two_inputs").Run({{"a", Floats({1}, "[1]")}}).status(),
                ErrorKind::kInvalidInput, "input 'b' is not fed and has no default");
}

TEST(PredictorRefusal, TensorsThatAreNotWhatTheSignatureSays) {
  const auto matrix = LoadZoo("matrix");
  const auto refuse = [&](Tensor x, ErrorKind kind, const std::string& text) {
    ExpectRefused(matrix.Run({{"features", std::move(x)}}).status(), kind, text);
  };
  refuse(Floats({3}, "[1, 2, 3]"), ErrorKind::kSchemaMismatch,
         "input 'features': expected float32 [?, 3], got float32 [3]");
  refuse(Floats({1, 2}, "[1, 2]"), ErrorKind::kSchemaMismatch, "got float32 [1, 2]");
  refuse(MakeTensor(DType::kInt32, {1, 3}, "[1, 2, 3]"), ErrorKind::kSchemaMismatch,
         "got int32 [1, 3]");
  refuse(Floats({2, 3}, "[1, 2, 3]"), ErrorKind::kInvalidInput,
         "3 values do not make the shape [2, 3]");
  refuse(Floats({1, 3}, "[1, null, 3]"), ErrorKind::kInvalidInput, "nulls");
  Tensor wrong = Floats({1, 3}, "[1, 2, 3]");
  wrong.values = *arrow::json::ArrayFromJSONString(arrow::int8(), "[1, 2, 3]");
  refuse(wrong, ErrorKind::kInvalidInput, "int8 values cannot be fed as float32");
  ExpectRefused(LoadZoo("two_inputs")
                    .Run({{"a", Floats({1}, "[1]")},
                          {"b", MakeTensor(DType::kInt64, {2}, "[1, 2]")}})
                    .status(),
                ErrorKind::kSchemaMismatch, "input 'a' has 1 rows, input 'b' has 2");
}

TEST(PredictorRefusal, CancelsARunThatDoesNotEnd) {
  PredictorOptions options = ZooOptions("endless");
  options.timeout = std::chrono::milliseconds(50);
  const NamedPredictor model(options);
  ExpectRefused(model.Run({{"x", Floats({1}, "[1]")}}).status(), ErrorKind::kInternal,
                "did not answer within 0.05 s");
  // The session is closed for good.
  ExpectRefused(model.Run({{"x", Floats({1}, "[-1]")}}).status(), ErrorKind::kInternal,
                "did not answer within 0.05 s");
}

}  // namespace
}  // namespace howdah
