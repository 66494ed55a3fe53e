#include "types/tensor_rows.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/concatenate.h>

#include <algorithm>
#include <utility>

namespace howdah {
namespace {

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

int64_t ElementsPerRow(const Tensor& tensor) {
  int64_t elements = 1;
  for (size_t i = 1; i < tensor.shape.size(); ++i) elements *= tensor.shape[i];
  return elements;
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

}  // namespace howdah
