#include <arrow/array.h>
#include <arrow/util/float16.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "schema/pad.h"
#include "schema/rounding_cast.h"

namespace howdah {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

Status NotAnElement(const std::string& text, DType dtype, const char* expected) {
  return Error(ErrorKind::kSchemaMismatch, "pad = '{}' is not {} of {}", text, expected,
               Name(dtype));
}

template <typename T>
ArrayPtr ArrayOfOne(T value, const std::shared_ptr<arrow::DataType>& type) {
  return arrow::MakeArray(arrow::ArrayData::Make(
      type, 1,
      {nullptr, arrow::Buffer::FromString(
                    std::string(reinterpret_cast<const char*>(&value), sizeof(T)))},
      0));
}

template <typename T>
bool Parse(const std::string& text, T* value) {
  const char* end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, *value);
  return error == std::errc() && parsed_to == end;
}

template <typename T>
Result<ArrayPtr> ParseInteger(const std::string& text, DType dtype) {
  T value{};
  if (!Parse(text, &value))
    return NotAnElement(text, dtype, "a whole number in the range");
  return ArrayOfOne(value, ValueType(dtype));
}

Result<ArrayPtr> ParseFloating(const std::string& text, DType dtype) {
  double value = 0;
  if (!Parse(text, &value)) return NotAnElement(text, dtype, "a number");
  ArrayPtr exact = ArrayOfOne(value, arrow::float64());
  if (dtype == DType::kDouble) return exact;
  Misfit misfit;
  HOWDAH_ASSIGN_OR_RETURN(ArrayPtr rounded, FindRoundingCast(*arrow::float64(), dtype)(
                                                exact, dtype, &misfit));
  if (rounded == nullptr) return NotAnElement(text, dtype, "a number in the range");
  return rounded;
}

}  // namespace

Result<ArrayPtr> ParsePad(const std::string& text, DType dtype) {
  switch (dtype) {
    case DType::kString:
      return std::make_shared<arrow::BinaryArray>(
          1,
          arrow::Buffer::FromVector(
              std::vector<int32_t>{0, static_cast<int32_t>(text.size())}),
          arrow::Buffer::FromString(text));
    case DType::kBool:
      if (text != "true" && text != "false") {
        return NotAnElement(text, dtype, "'true' or 'false', an element");
      }
      return std::make_shared<arrow::BooleanArray>(
          1, arrow::Buffer::FromString(text == "true" ? "\x01" : std::string(1, '\0')));
    case DType::kInt8:
      return ParseInteger<int8_t>(text, dtype);
    case DType::kUint8:
      return ParseInteger<uint8_t>(text, dtype);
    case DType::kInt16:
      return ParseInteger<int16_t>(text, dtype);
    case DType::kUint16:
      return ParseInteger<uint16_t>(text, dtype);
    case DType::kInt32:
      return ParseInteger<int32_t>(text, dtype);
    case DType::kUint32:
      return ParseInteger<uint32_t>(text, dtype);
    case DType::kInt64:
      return ParseInteger<int64_t>(text, dtype);
    case DType::kUint64:
      return ParseInteger<uint64_t>(text, dtype);
    default:
      return ParseFloating(text, dtype);
  }
}

}  // namespace howdah
