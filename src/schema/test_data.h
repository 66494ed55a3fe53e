#pragma once

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "types/tensor.h"

namespace howdah {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using Shape = std::vector<int64_t>;

/// Array of `type` from JSON text, e.g. "[1, null]".
inline ArrayPtr ArrayOf(const TypePtr& type, std::string_view json) {
  auto array = arrow::json::ArrayFromJSONString(type, json);
  if (array.ok() || type->id() != arrow::Type::DICTIONARY) return array.ValueOrDie();
  // A dictionary that the JSON reader cannot build: one entry for each row.
  const auto& dictionary = static_cast<const arrow::DictionaryType&>(*type);
  const ArrayPtr values = ArrayOf(dictionary.value_type(), json);
  std::string indices;
  for (int64_t i = 0; i < values->length(); ++i) {
    indices += (i == 0 ? "" : ",") + (values->IsNull(i) ? "null" : std::to_string(i));
  }
  return std::make_shared<arrow::DictionaryArray>(
      type, ArrayOf(dictionary.index_type(), "[" + indices + "]"), values);
}

/// The values of `json` as a slice of an array that has other values on both sides.
inline ArrayPtr Sliced(const TypePtr& type, std::string_view before,
                       std::string_view json, std::string_view after) {
  const std::vector<ArrayPtr> parts = {ArrayOf(type, before), ArrayOf(type, json),
                                       ArrayOf(type, after)};
  return arrow::Concatenate(parts).ValueOrDie()->Slice(parts[0]->length(),
                                                       parts[1]->length());
}

inline std::shared_ptr<arrow::RecordBatch> BatchOf(
    const std::vector<std::pair<std::string, ArrayPtr>>& columns) {
  std::vector<std::shared_ptr<arrow::Field>> fields;
  std::vector<ArrayPtr> arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  const int64_t rows = arrays.empty() ? 0 : arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(fields), rows, arrays);
}

inline TensorSpec Spec(std::string name, DType dtype, std::optional<Shape> shape) {
  return {.name = std::move(name), .dtype = dtype, .shape = std::move(shape)};
}

inline Signature SignatureOf(std::vector<TensorSpec> inputs,
                             std::vector<TensorSpec> outputs = {}) {
  return {.key = "serving_default",
          .inputs = std::move(inputs),
          .outputs = std::move(outputs)};
}

inline Tensor TensorOf(DType dtype, Shape shape, std::string_view json) {
  return {.dtype = dtype,
          .shape = std::move(shape),
          .values = ArrayOf(ValueType(dtype), json)};
}

inline TypePtr ListOf(const TypePtr& element) {
  return arrow::list(arrow::field("element", element, /*nullable=*/false));
}

/// Rows without columns, for outputs alone.
inline std::shared_ptr<arrow::RecordBatch> Rows(int64_t rows) {
  return arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector{}), rows,
                                  std::vector<ArrayPtr>{});
}

inline std::string Metadata(const arrow::Field& field, const char* key) {
  if (!field.HasMetadata()) return "no metadata";
  return field.metadata()->Get(key).ValueOr("none");
}

/// An array of the bits of `values`, without nulls.
template <typename T>
ArrayPtr Buffered(const TypePtr& type, const std::vector<T>& values) {
  return arrow::MakeArray(
      arrow::ArrayData::Make(type, static_cast<int64_t>(values.size()),
                             {nullptr, arrow::Buffer::FromVector(values)}, 0));
}

/// Matches a failed Status or Result of `kind` whose message has all of `parts`.
template <typename ResultOrStatus>
void ExpectError(const ResultOrStatus& result, ErrorKind kind,
                 const std::vector<std::string>& parts) {
  ASSERT_FALSE(result.ok());
  const Status status = [&] {
    if constexpr (std::is_same_v<ResultOrStatus, Status>) {
      return result;
    } else {
      return result.status();
    }
  }();
  EXPECT_EQ(KindOf(status), kind) << status.message();
  for (const std::string& part : parts) {
    EXPECT_THAT(status.message(), testing::HasSubstr(part));
  }
}

inline void ExpectArray(const arrow::Array& actual, const arrow::Array& expected) {
  EXPECT_TRUE(actual.ValidateFull().ok()) << actual.ValidateFull().message();
  EXPECT_TRUE(actual.Equals(expected, arrow::EqualOptions().nans_equal(true)))
      << "actual " << actual.type()->ToString() << " " << actual.ToString()
      << "\nexpected " << expected.type()->ToString() << " " << expected.ToString();
}

inline void ExpectTensor(const Result<Tensor>& tensor, const Shape& shape,
                         const ArrayPtr& values) {
  ASSERT_TRUE(tensor.ok()) << tensor.status().message();
  EXPECT_EQ(tensor->shape, shape);
  ExpectArray(*tensor->values, *values);
}

}  // namespace howdah
