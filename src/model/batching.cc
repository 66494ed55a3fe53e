#include "model/batching.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/util.h>

#include "types/tensor_rows.h"

namespace howdah {
namespace {

bool IsStringArray(const arrow::Array& values) {
  switch (values.type_id()) {
    case arrow::Type::BINARY:
    case arrow::Type::STRING:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::LARGE_STRING:
      return true;
    default:
      return false;
  }
}

// Does `values` keep what Tensor promises for its dtype and shape?
Status CheckValues(const std::string& name, const Tensor& tensor) {
  const auto type = ValueType(tensor.dtype);
  const bool right_type = tensor.dtype == DType::kString
                              ? IsStringArray(*tensor.values)
                              : type != nullptr && tensor.values->type()->Equals(*type);
  if (!right_type) {
    return Error(ErrorKind::kInvalidInput, "input '{}': {} values cannot be fed as {}",
                 name, tensor.values->type()->ToString(), Name(tensor.dtype));
  }
  const int64_t elements =
      tensor.shape.empty() ? 1 : tensor.shape[0] * ElementsPerRow(tensor);
  if (elements != tensor.values->length()) {
    return Error(ErrorKind::kInvalidInput,
                 "input '{}': {} values do not make the shape {}", name,
                 tensor.values->length(), ShapeToString(tensor.shape));
  }
  if (tensor.values->null_count() > 0) {
    return Error(ErrorKind::kInvalidInput, "input '{}': a tensor cannot hold nulls",
                 name);
  }
  return Status::OK();
}

// Does the row's shape fit the signature? A row of a kRowByRow input may come with or
// without the batch dimension that the signature writes down.
bool ShapeFits(const std::vector<int64_t>& expected, const std::vector<int64_t>& shape,
               const Batching& batching) {
  const bool by_row = batching.kind == Batching::Kind::kRowByRow;
  const bool whole = shape.size() == expected.size();
  if (!whole && !(by_row && shape.size() == expected.size() + 1)) return false;
  const size_t shift = whole ? 0 : 1;
  for (size_t i = whole ? 1 : 0; i < expected.size(); ++i) {
    if (expected[i] != kUnknownDim && expected[i] != shape[i + shift]) return false;
  }
  return true;
}

}  // namespace

Result<Batching> BatchingOf(const Signature& signature, const std::vector<bool>& fed) {
  const TensorSpec* fixed = nullptr;
  bool any_fed = false, by_row = false;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const TensorSpec& spec = signature.inputs[i];
    if (!fed[i]) continue;
    any_fed = true;
    if (!spec.shape) continue;
    if (spec.shape->empty()) {
      by_row = true;
    } else if (spec.shape->front() > 0) {
      if (fixed != nullptr && fixed->shape->front() != spec.shape->front()) {
        return Error(ErrorKind::kUnsupported,
                     "inputs '{}' {} and '{}' {} have different fixed batch dimensions",
                     fixed->name, fixed->ToString(), spec.name, spec.ToString());
      }
      fixed = &spec;
    }
  }
  if (!any_fed) {
    return Error(ErrorKind::kUnsupported,
                 "signature '{}' is given no input, so that it has no rows to score",
                 signature.key);
  }
  if (by_row) return Batching{Batching::Kind::kRowByRow, 1};
  if (fixed != nullptr)
    return Batching{Batching::Kind::kFixedRows, fixed->shape->front()};
  return Batching{};
}

Result<int64_t> CheckInputs(const Signature& signature, const std::vector<Tensor>& inputs,
                            const Batching& batching) {
  const TensorSpec* first = nullptr;
  int64_t rows = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& tensor = inputs[i];
    const TensorSpec& spec = signature.inputs[i];
    if (tensor.values == nullptr) continue;
    const bool fits = tensor.dtype == spec.dtype && !tensor.shape.empty() &&
                      (!spec.shape || ShapeFits(*spec.shape, tensor.shape, batching));
    if (!fits) {
      return Error(ErrorKind::kSchemaMismatch, "input '{}': expected {}, got {} {}",
                   spec.name, spec.ToString(), Name(tensor.dtype),
                   ShapeToString(tensor.shape));
    }
    HOWDAH_RETURN_IF_ERROR(CheckValues(spec.name, tensor));
    if (first != nullptr && tensor.shape[0] != rows) {
      return Error(ErrorKind::kSchemaMismatch,
                   "input '{}' has {} rows, input '{}' has {}", first->name, rows,
                   spec.name, tensor.shape[0]);
    }
    first = &spec;
    rows = tensor.shape[0];
  }
  return rows;
}

Result<Tensor> EmptyTensor(const TensorSpec& spec, const Batching& batching) {
  Tensor tensor{.dtype = spec.dtype, .shape = {0}};
  const size_t batch_dims = batching.kind == Batching::Kind::kRowByRow ? 0 : 1;
  if (spec.shape) {
    for (size_t i = batch_dims; i < spec.shape->size(); ++i) {
      tensor.shape.push_back(std::max<int64_t>((*spec.shape)[i], 0));
    }
  }
  HOWDAH_ASSIGN_OR_RETURN(tensor.values, arrow::MakeEmptyArray(ValueType(spec.dtype)));
  if (!spec.row_splits.empty()) {
    tensor.shape.erase(
        tensor.shape.begin() + 1,
        tensor.shape.begin() + 1 + static_cast<std::ptrdiff_t>(spec.row_splits.size()));
    const auto no_rows =
        std::make_shared<arrow::Int64Array>(1, arrow::Buffer::FromVector<int64_t>({0}));
    tensor.row_splits.assign(spec.row_splits.size(), no_rows);
  }
  return tensor;
}

}  // namespace howdah
