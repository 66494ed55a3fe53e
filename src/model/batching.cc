#include "model/batching.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>

namespace howdah {
namespace {

int64_t ElementsPerRow(const Tensor& tensor) {
  int64_t elements = 1;
  for (size_t i = 1; i < tensor.shape.size(); ++i) elements *= tensor.shape[i];
  return elements;
}

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

const int64_t* Splits(const arrow::Array& splits) {
  return static_cast<const arrow::Int64Array&>(splits).raw_values();
}

Result<std::shared_ptr<arrow::Array>> ToArray(std::vector<int64_t> splits) {
  const auto length = static_cast<int64_t>(splits.size());
  return std::make_shared<arrow::Int64Array>(
      length, arrow::Buffer::FromVector(std::move(splits)));
}

/// The splits of rows [begin, begin + rows), moved so that the first value is `base`.
Result<std::vector<int64_t>> MoveSplits(const arrow::Array& splits, int64_t begin,
                                        int64_t rows, int64_t base) {
  if (begin < 0 || rows < 0 || begin + rows >= splits.length()) {
    return Error(ErrorKind::kInternal, "rows {} to {} of a ragged tensor of {} rows",
                 begin, begin + rows, splits.length() - 1);
  }
  const int64_t* first = Splits(splits) + begin;
  std::vector<int64_t> moved(first, first + rows + 1);
  const int64_t by = base - moved.front();
  for (int64_t& split : moved) split += by;
  return moved;
}

Status JoinRowSplits(std::span<const Tensor> pieces, Tensor* joined) {
  for (size_t level = 0; level < joined->row_splits.size(); ++level) {
    std::vector<int64_t> all = {0};
    for (const Tensor& piece : pieces) {
      const arrow::Array& splits = *piece.row_splits[level];
      HOWDAH_ASSIGN_OR_RETURN(const auto moved,
                              MoveSplits(splits, 0, splits.length() - 1, all.back()));
      all.insert(all.end(), moved.begin() + 1, moved.end());
    }
    HOWDAH_ASSIGN_OR_RETURN(joined->row_splits[level], ToArray(std::move(all)));
  }
  return Status::OK();
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

int64_t RowsOf(const Tensor& tensor) {
  if (tensor.row_splits.empty()) return tensor.shape[0];
  return tensor.row_splits.front()->length() - 1;
}

Result<Tensor> SliceRows(const Tensor& tensor, int64_t begin, int64_t rows) {
  Tensor slice = tensor;
  for (std::shared_ptr<arrow::Array>& splits : slice.row_splits) {
    HOWDAH_ASSIGN_OR_RETURN(auto moved, MoveSplits(*splits, begin, rows, 0));
    begin = Splits(*splits)[begin];
    rows = moved.back();
    HOWDAH_ASSIGN_OR_RETURN(splits, ToArray(std::move(moved)));
  }
  const int64_t stride = ElementsPerRow(tensor);
  slice.shape[0] = rows;
  slice.values = tensor.values->Slice(begin * stride, rows * stride);
  return slice;
}

Status CheckRowSplits(const Tensor& tensor) {
  for (size_t level = 0; level < tensor.row_splits.size(); ++level) {
    const arrow::Array& array = *tensor.row_splits[level];
    const bool last = level + 1 == tensor.row_splits.size();
    const int64_t below =
        last ? tensor.shape[0] : tensor.row_splits[level + 1]->length() - 1;
    const int64_t* splits = Splits(array);
    bool right = array.length() > 0 && splits[0] == 0;
    for (int64_t i = 1; right && i < array.length(); ++i) {
      right = splits[i] >= splits[i - 1];
    }
    if (!right || splits[array.length() - 1] != below) {
      return Error(ErrorKind::kSchemaMismatch,
                   "its row splits (level {}) do not cut {} values into rows", level,
                   below);
    }
  }
  return Status::OK();
}

Result<Tensor> PadRows(const Tensor& tensor, int64_t rows) {
  const int64_t present = tensor.shape[0];
  if (present == rows) return tensor;
  HOWDAH_ASSIGN_OR_RETURN(const Tensor last, SliceRows(tensor, present - 1, 1));
  std::vector<Tensor> pieces(static_cast<size_t>(rows - present) + 1, last);
  pieces.front() = tensor;
  return JoinRows(pieces);
}

Result<Tensor> JoinRows(std::span<const Tensor> pieces) {
  Tensor joined = pieces.front();
  if (pieces.size() == 1) return joined;
  arrow::ArrayVector arrays;
  joined.shape[0] = 0;
  for (const Tensor& piece : pieces) {
    const bool same =
        piece.shape.size() == joined.shape.size() &&
        std::equal(piece.shape.begin() + 1, piece.shape.end(), joined.shape.begin() + 1);
    if (!same) {
      return Error(ErrorKind::kSchemaMismatch,
                   "one run gave the shape {}, another {}; all rows must have one shape",
                   ShapeToString(pieces.front().shape), ShapeToString(piece.shape));
    }
    joined.shape[0] += piece.shape[0];
    arrays.push_back(piece.values);
  }
  auto values = arrow::Concatenate(arrays);
  HOWDAH_RETURN_IF_ERROR(
      Translate(values.status(), ErrorKind::kResourceExhausted, "joining runs"));
  joined.values = *values;
  HOWDAH_RETURN_IF_ERROR(JoinRowSplits(pieces, &joined));
  return joined;
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
    HOWDAH_ASSIGN_OR_RETURN(const auto no_rows, ToArray({0}));
    tensor.row_splits.assign(spec.row_splits.size(), no_rows);
  }
  return tensor;
}

}  // namespace howdah
