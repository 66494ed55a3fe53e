#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/predictor.h"
#include "model/saved_model.h"

namespace howdah {

/// Folder of the zoo's model `name`, as testing/models/make_models.py wrote it.
std::string ZooModel(const std::string& name);

/// Options that load `signature_key` ("": the default one) of the zoo's model with the
/// outputs `outputs` (none: all).
PredictorOptions ZooOptions(const std::string& name,
                            const std::string& signature_key = "",
                            const std::vector<std::string>& outputs = {});

/// A tensor of `dtype` whose values are given as a JSON array, flat.
Tensor MakeTensor(DType dtype, std::vector<int64_t> shape, const std::string& json);
Tensor Floats(std::vector<int64_t> shape, const std::string& json);

using Tensors = std::map<std::string, Tensor>;

/// A predictor whose tensors go by their names.
class NamedPredictor {
 public:
  explicit NamedPredictor(const PredictorOptions& options);
  /// An input that is not in `inputs` is not fed.
  Result<Tensors> Run(const Tensors& inputs) const;
  /// Run, which must not fail.
  Tensors Answer(const Tensors& inputs) const;
  CopyCounts copy_counts() const { return predictor_->copy_counts(); }
  const Predictor& predictor() const { return *predictor_; }

 private:
  PredictorOptions options_;
  std::unique_ptr<Predictor> predictor_;
};

NamedPredictor LoadZoo(const std::string& name, const std::string& signature_key = "",
                       const std::vector<std::string>& outputs = {});

/// Both have the same dtype, shape and values; strings are compared as bytes.
void ExpectEqual(const Tensor& got, const Tensor& expected);

}  // namespace howdah
