#include "schema/tensor_check.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "schema/batch_shape.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

bool HasValueType(const Array& values, DType dtype) {
  if (dtype == DType::kString && values.type_id() == arrow::Type::STRING) return true;
  return values.type()->Equals(*ValueType(dtype));
}

/// The shape that the tensor's values should have; the first dimension is `first`.
std::optional<std::vector<int64_t>> ExpectedShape(const TensorColumn& column,
                                                  int64_t first) {
  std::optional<std::vector<int64_t>> shape = column.shape;
  if (!shape) return shape;
  const size_t ragged = column.spec.row_splits.size();
  shape->erase(shape->begin(),
               shape->begin() + static_cast<int64_t>(std::min(ragged, shape->size())));
  if (!shape->empty()) shape->front() = first;
  return shape;
}

/// \return the number of flat values.
Result<int64_t> CheckSplits(const TensorColumn& column, const Tensor& tensor,
                            int64_t rows) {
  const std::string& name = column.spec.name;
  const size_t levels = column.spec.row_splits.size();
  if (tensor.row_splits.size() != levels) {
    return Error(ErrorKind::kSchemaMismatch,
                 "output '{}': expected {} levels of row splits, but the model gave {}",
                 name, levels, tensor.row_splits.size());
  }
  int64_t lists = rows;
  for (size_t level = 0; level < levels; ++level) {
    const Array* splits = tensor.row_splits[level].get();
    if (splits == nullptr || splits->type_id() != arrow::Type::INT64 ||
        splits->null_count() > 0) {
      return Error(ErrorKind::kInternal, "output '{}': row splits are not of int64",
                   name);
    }
    if (splits->length() != lists + 1) {
      return Error(ErrorKind::kSchemaMismatch,
                   "output '{}': expected row splits for {} {}, but level {} of the "
                   "model's has {} values, thus is for {}",
                   name, lists, level == 0 ? "rows" : "lists", level + 1,
                   splits->length(), splits->length() - 1);
    }
    const auto* values = splits->data()->GetValues<int64_t>(1);
    bool rises = values[0] == 0;
    for (int64_t i = 0; i < lists; ++i) rises &= values[i] <= values[i + 1];
    if (!rises) {
      return Error(ErrorKind::kSchemaMismatch,
                   "output '{}': level {} of the model's row splits does not begin at 0 "
                   "and rise from there, thus says of no value which row it is of",
                   name, level + 1);
    }
    lists = values[lists];
  }
  const int64_t flat = tensor.shape.empty() ? 0 : tensor.shape.front();
  if (lists != flat) {
    return Error(ErrorKind::kSchemaMismatch,
                 "output '{}': the model's row splits end at {}, but it gave {} values",
                 name, lists, flat);
  }
  return flat;
}

Status TooManyElements(const TensorColumn& column, int64_t elements, int64_t rows) {
  return Error(
      ErrorKind::kInvalidInput,
      "output '{}' has {} elements in a batch of {} rows, more than a list column "
      "can hold (2^31-1); lower model.batch_rows",
      column.spec.name, elements, rows);
}

constexpr int64_t kMostElements = std::numeric_limits<int32_t>::max();

Result<BufferPtr> AllocateOffsets(int64_t count) {
  return arrow::AllocateBuffer((count + 1) * static_cast<int64_t>(sizeof(int32_t)));
}

}  // namespace

Result<int64_t> CheckTensor(const TensorColumn& column, const Tensor& tensor,
                            int64_t rows) {
  int64_t first = rows;
  if (!column.spec.row_splits.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(first, CheckSplits(column, tensor, rows));
  }
  const std::optional<std::vector<int64_t>> expected = ExpectedShape(column, first);
  bool fits = tensor.dtype == column.spec.dtype && !tensor.shape.empty() &&
              tensor.shape.front() == first;
  if (fits && expected) {
    fits = tensor.shape.size() == expected->size();
    for (size_t i = 1; fits && i < tensor.shape.size(); ++i) {
      fits = (*expected)[i] == kUnknownDim || tensor.shape[i] == (*expected)[i];
    }
  }
  if (!fits) {
    const TensorSpec spec{.dtype = column.spec.dtype, .shape = expected};
    return Error(ErrorKind::kSchemaMismatch,
                 "output '{}': expected {} for {} rows, but the model gave {} {}",
                 column.spec.name, spec.ToString(), rows, Name(tensor.dtype),
                 ShapeToString(tensor.shape));
  }
  if (!column.shape && column.depth == 1 && tensor.shape.size() > 2) {
    return Error(
        ErrorKind::kSchemaMismatch,
        "output '{}' is of unknown rank, and the model gave {} {}, whose shape one "
        "list would lose; declare an array of arrays by output.schema",
        column.spec.name, Name(tensor.dtype), ShapeToString(tensor.shape));
  }
  const std::optional<int64_t> per_row =
      ElementCount({tensor.shape.begin() + 1, tensor.shape.end()});
  const std::optional<int64_t> elements = ElementCount(tensor.shape);
  const Array* values = tensor.values.get();
  if (!per_row || !elements || values == nullptr || values->length() != *elements ||
      !HasValueType(*values, tensor.dtype)) {
    return Error(ErrorKind::kInternal, "output '{}': {} values{} for {} {}",
                 column.spec.name, values == nullptr ? 0 : values->length(),
                 values == nullptr ? "" : " of " + values->type()->ToString(),
                 Name(tensor.dtype), ShapeToString(tensor.shape));
  }
  return *per_row;
}

int64_t ListLevels::RowOf(int64_t element) const {
  for (size_t level = offsets.size(); level > 0; --level) {
    const arrow::Buffer& buffer = *offsets[level - 1];
    const auto* starts = reinterpret_cast<const int32_t*>(buffer.data());
    const auto* end = starts + (buffer.size() / static_cast<int64_t>(sizeof(int32_t)));
    element = std::upper_bound(starts, end, element) - starts - 1;
  }
  return element;
}

ArrayPtr ListLevels::Nest(const std::shared_ptr<arrow::DataType>& type,
                          ArrayPtr elements) const {
  std::vector<std::shared_ptr<arrow::DataType>> types = {type};
  while (types.size() < offsets.size()) {
    types.push_back(types.back()->field(0)->type());
  }
  for (size_t level = offsets.size(); level > 0; --level) {
    const BufferPtr& buffer = offsets[level - 1];
    const int64_t lists = (buffer->size() / static_cast<int64_t>(sizeof(int32_t))) - 1;
    elements = std::make_shared<arrow::ListArray>(types[level - 1], lists, buffer,
                                                  std::move(elements));
  }
  return elements;
}

Result<BufferPtr> EqualLists(const TensorColumn& column, int64_t count, int64_t length) {
  int64_t elements = 0;
  if (__builtin_mul_overflow(count, length, &elements) || elements > kMostElements) {
    return TooManyElements(column, elements, count);
  }
  HOWDAH_ASSIGN_OR_RETURN(BufferPtr offsets, AllocateOffsets(count));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  const auto step = static_cast<int32_t>(length);
  for (int32_t i = 0; i <= static_cast<int32_t>(count); ++i) out[i] = i * step;
  return offsets;
}

Result<ListLevels> MakeLevels(const TensorColumn& column, const Tensor& tensor,
                              int64_t per_row, int64_t rows) {
  ListLevels levels;
  const size_t ragged = tensor.row_splits.size();
  const auto depth = static_cast<size_t>(column.depth);
  const std::vector<int64_t> inner(tensor.shape.begin() + 1, tensor.shape.end());
  const bool is_flat = depth == std::max(ragged, size_t{1});  // inner ones row by row
  const bool is_nested = depth == ragged + inner.size();
  const bool is_scalar = depth == 0 && per_row == 1;
  if (!is_flat && !is_nested && !is_scalar) {
    return Error(
        ErrorKind::kSchemaMismatch,
        "column '{}' is declared with {} levels of arrays, but the model gave {} "
        "for output '{}'",
        column.name, depth, ShapeToString(tensor.shape), column.spec.name);
  }
  int64_t lists = rows;
  for (size_t level = 0; level < ragged; ++level) {
    const bool is_last = level + 1 == ragged;
    const int64_t width = is_last && !is_nested ? per_row : 1;
    const auto* splits = tensor.row_splits[level]->data()->GetValues<int64_t>(1);
    int64_t elements = 0;
    if (__builtin_mul_overflow(splits[lists], width, &elements) ||
        elements > kMostElements) {
      return TooManyElements(column, elements, rows);
    }
    HOWDAH_ASSIGN_OR_RETURN(BufferPtr offsets, AllocateOffsets(lists));
    auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
    for (int64_t i = 0; i <= lists; ++i) out[i] = static_cast<int32_t>(splits[i] * width);
    levels.offsets.push_back(std::move(offsets));
    lists = splits[lists];
  }
  if (is_scalar) return levels;
  if (is_nested) {
    for (const int64_t dim : inner) {
      HOWDAH_ASSIGN_OR_RETURN(levels.offsets.emplace_back(),
                              EqualLists(column, lists, dim));
      lists *= dim;
    }
  } else if (ragged == 0) {
    HOWDAH_ASSIGN_OR_RETURN(levels.offsets.emplace_back(),
                            EqualLists(column, rows, per_row));
  }
  return levels;
}

}  // namespace howdah
