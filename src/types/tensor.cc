#include "types/tensor.h"

#include <arrow/type.h>
#include <fmt/format.h>

namespace howdah {
namespace {

struct DTypeRow {
  DType dtype;
  const char* name;
  std::shared_ptr<arrow::DataType> (*value_type)();
};

std::shared_ptr<arrow::DataType> Of(const std::shared_ptr<arrow::DataType>& type) {
  return type;
}

const DTypeRow* Find(DType dtype) {
  static const DTypeRow kRows[] = {
      {DType::kFloat, "float32", [] { return Of(arrow::float32()); }},
      {DType::kDouble, "float64", [] { return Of(arrow::float64()); }},
      {DType::kInt32, "int32", [] { return Of(arrow::int32()); }},
      {DType::kUint8, "uint8", [] { return Of(arrow::uint8()); }},
      {DType::kInt16, "int16", [] { return Of(arrow::int16()); }},
      {DType::kInt8, "int8", [] { return Of(arrow::int8()); }},
      {DType::kString, "string", [] { return Of(arrow::binary()); }},
      {DType::kInt64, "int64", [] { return Of(arrow::int64()); }},
      {DType::kBool, "bool", [] { return Of(arrow::boolean()); }},
      {DType::kBfloat16, "bfloat16", [] { return Of(arrow::uint16()); }},
      {DType::kUint16, "uint16", [] { return Of(arrow::uint16()); }},
      {DType::kHalf, "float16", [] { return Of(arrow::float16()); }},
      {DType::kUint32, "uint32", [] { return Of(arrow::uint32()); }},
      {DType::kUint64, "uint64", [] { return Of(arrow::uint64()); }},
  };
  for (const DTypeRow& row : kRows) {
    if (row.dtype == dtype) return &row;
  }
  return nullptr;
}

}  // namespace

std::string Name(DType dtype) {
  const DTypeRow* row = Find(dtype);
  if (row != nullptr) return row->name;
  switch (static_cast<int>(dtype)) {  // not carried, but known by name
    case 8:
      return "complex64";
    case 11:
      return "qint8";
    case 12:
      return "quint8";
    case 13:
      return "qint32";
    case 18:
      return "complex128";
    case 20:
      return "resource";
    case 21:
      return "variant";
    default:
      return fmt::format("dtype {}", static_cast<int>(dtype));
  }
}

bool IsSupported(DType dtype) { return Find(dtype) != nullptr; }

std::shared_ptr<arrow::DataType> ValueType(DType dtype) {
  const DTypeRow* row = Find(dtype);
  return row != nullptr ? row->value_type() : nullptr;
}

std::string ShapeToString(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] == kUnknownDim ? "?" : fmt::format("{}", shape[i]);
  }
  return text + "]";
}

std::string TensorSpec::ToString() const {
  return Name(dtype) + " " + (shape ? ShapeToString(*shape) : "[unknown rank]");
}

}  // namespace howdah
