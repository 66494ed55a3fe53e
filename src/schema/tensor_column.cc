#include "schema/tensor_column.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <limits>
#include <utility>

#include "schema/batch_shape.h"
#include "schema/canonical.h"
#include "schema/utf8_check.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

std::shared_ptr<arrow::DataType> ElementType(DType dtype, bool binary) {
  switch (dtype) {
    case DType::kString:
      return binary ? arrow::binary() : arrow::utf8();
    case DType::kBfloat16:
      return arrow::float32();
    default:
      return CanonicalType(ValueType(dtype)).ValueOrDie();  // scalar types always land
  }
}

bool HasValueType(const Array& values, DType dtype) {
  if (dtype == DType::kString && values.type_id() == arrow::Type::STRING) return true;
  return values.type()->Equals(*ValueType(dtype));
}

/// `tensor` against the signature. \return elements per row.
Result<int64_t> CheckTensor(const TensorColumn& column, const Tensor& tensor,
                            int64_t rows) {
  bool fits = tensor.dtype == column.spec.dtype && !tensor.shape.empty() &&
              tensor.shape.front() == rows;
  if (fits && column.shape) {
    fits = tensor.shape.size() == column.shape->size();
    for (size_t i = 1; fits && i < tensor.shape.size(); ++i) {
      const int64_t expected = (*column.shape)[i];
      fits = expected == kUnknownDim || tensor.shape[i] == expected;
    }
  }
  if (!fits) {
    std::optional<std::vector<int64_t>> expected = column.shape;
    if (expected) expected->front() = rows;
    const TensorSpec spec{.dtype = column.spec.dtype, .shape = expected};
    return Error(ErrorKind::kSchemaMismatch,
                 "output '{}': expected {} for {} rows, but the model gave {} {}",
                 column.spec.name, spec.ToString(), rows, Name(tensor.dtype),
                 ShapeToString(tensor.shape));
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

ArrayPtr WithType(const Array& array, const std::shared_ptr<arrow::DataType>& type) {
  std::shared_ptr<arrow::ArrayData> data = array.data()->Copy();
  data->type = type;
  return arrow::MakeArray(std::move(data));
}

Result<ArrayPtr> WidenBfloat16(const Array& array) {
  const uint16_t* in = array.data()->GetValues<uint16_t>(1);
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(float))));
  auto* out = reinterpret_cast<uint32_t*>(values->mutable_data());
  for (int64_t i = 0; i < array.length(); ++i) out[i] = uint32_t{in[i]} << 16;
  return std::make_shared<arrow::FloatArray>(array.length(), std::move(values));
}

/// The elements as they land.
Result<ArrayPtr> LandElements(const TensorColumn& column, const Tensor& tensor,
                              int64_t per_row) {
  const bool is_list = column.type->id() == arrow::Type::LIST;
  const std::shared_ptr<arrow::DataType> type =
      is_list ? column.type->field(0)->type() : column.type;
  if (tensor.dtype == DType::kBfloat16) return WidenBfloat16(*tensor.values);
  if (tensor.dtype == DType::kString) {
    if (type->id() == arrow::Type::STRING) {
      const int64_t bad = FirstInvalidUtf8(*tensor.values);
      if (bad >= 0) {
        return Error(
            ErrorKind::kInvalidInput,
            "column '{}': output '{}' has text that is not UTF-8 in row {}; to land "
            "it as bytes, say as = \"binary\" under [output.columns]",
            column.name, column.spec.name, bad / per_row);
      }
    }
    return WithType(*tensor.values, type);
  }
  int64_t bad = -1;
  Result<ArrayPtr> landed = ToCanonical(tensor.values, type, &bad);
  if (!landed.ok() && bad >= 0) {
    return Error(KindOf(landed.status()), "column '{}': output '{}', row {}: {}",
                 column.name, column.spec.name, bad / per_row, landed.status().message());
  }
  return landed;
}

}  // namespace

std::shared_ptr<arrow::DataType> TensorColumnType(
    DType dtype, const std::optional<std::vector<int64_t>>& shape, bool binary) {
  std::shared_ptr<arrow::DataType> element = ElementType(dtype, binary);
  const bool is_scalar =
      shape && (shape->size() == 1 || (shape->size() == 2 && shape->back() == 1));
  if (is_scalar) return element;
  return arrow::list(arrow::field("element", std::move(element), /*nullable=*/false));
}

std::string FlattenedShape(const std::optional<std::vector<int64_t>>& shape) {
  std::string text;
  if (!shape || shape->size() < 3) return text;
  for (size_t i = 1; i < shape->size(); ++i) {
    if ((*shape)[i] == kUnknownDim) return "";
    text += fmt::format("{}{}", i == 1 ? "" : ",", (*shape)[i]);
  }
  return text;
}

Result<ArrayPtr> MakeTensorColumn(const TensorColumn& column, const Tensor& tensor,
                                  int64_t rows) {
  HOWDAH_ASSIGN_OR_RETURN(const int64_t per_row, CheckTensor(column, tensor, rows));
  HOWDAH_ASSIGN_OR_RETURN(ArrayPtr elements, LandElements(column, tensor, per_row));
  if (column.type->id() != arrow::Type::LIST) return elements;
  if (elements->length() > std::numeric_limits<int32_t>::max()) {
    return Error(
        ErrorKind::kInvalidInput,
        "output '{}' has {} elements in a batch of {} rows, more than a list column "
        "can hold (2^31-1); lower model.batch_rows",
        column.spec.name, elements->length(), rows);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> offsets,
      arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  const auto step = static_cast<int32_t>(per_row);
  for (int32_t i = 0; i <= static_cast<int32_t>(rows); ++i) out[i] = i * step;
  return std::make_shared<arrow::ListArray>(column.type, rows, std::move(offsets),
                                            std::move(elements));
}

}  // namespace howdah
