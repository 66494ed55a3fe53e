#include <arrow/array.h>
#include <arrow/type.h>

#include "schema/canonical.h"
#include "schema/tensor_column.h"

namespace howdah {
namespace {

using As = OutputColumn::As;
using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr int64_t kMostColumns = 1000;  // that one output is expanded to

TypePtr ElementType(DType dtype, bool binary) {
  switch (dtype) {
    case DType::kString:
      return binary ? arrow::binary() : arrow::utf8();
    case DType::kBfloat16:
      return arrow::float32();
    default:
      return CanonicalType(ValueType(dtype)).ValueOrDie();  // scalar types always land
  }
}

TypePtr ListOf(TypePtr element) {
  return arrow::list(arrow::field("element", std::move(element), /*nullable=*/false));
}

std::string OptionName(const TensorColumn& column) {
  switch (column.as) {
    case As::kBinary:
      return "binary";
    case As::kArgmax:
      return "argmax";
    case As::kTopK:
      return fmt::format("topk:{}", column.top_k);
    default:
      return "expand";
  }
}

/// k of [n, k], or kUnknownDim.
int64_t Width(const TensorColumn& column) {
  return column.shape ? column.shape->back() : kUnknownDim;
}

/// Of the options that need [n, k]: why `column` cannot have its.
std::string CheckMatrix(const TensorColumn& column) {
  const TensorSpec& spec = column.spec;
  const bool is_number = spec.dtype != DType::kString && spec.dtype != DType::kBool;
  const std::string asks = fmt::format("column '{}' says as = \"{}\", but output '{}'",
                                       column.name, OptionName(column), spec.name);
  if (!spec.row_splits.empty()) {
    return asks + " is ragged; its rows have no common length";
  }
  if (column.shape && column.shape->size() != 2) {
    return fmt::format("{} is of {}; expected rows of one dimension, [n, k]", asks,
                       spec.ToString());
  }
  const int64_t k = Width(column);
  if (column.as == As::kExpand) {
    if (k == kUnknownDim) {
      return fmt::format(
          "{} is of {}: how many columns it makes must stand in the signature; leave "
          "`as` "
          "out to land a list",
          asks, spec.ToString());
    }
    if (k > kMostColumns) {
      return fmt::format(
          "{} is of {}: more than {} columns; leave `as` out to land a list", asks,
          spec.ToString(), kMostColumns);
    }
    return k > 0 ? "" : asks + " has no values in a row";
  }
  if (!is_number) {
    return fmt::format("{} is of {}, which has no largest value; expected numbers", asks,
                       Name(spec.dtype));
  }
  if (k == 0) return asks + " has no values in a row";
  if (column.as == As::kTopK && column.top_k < 1) {
    return asks + " has at least one value to land; say topk:1 or more";
  }
  if (column.as == As::kTopK && k != kUnknownDim && column.top_k > k) {
    return fmt::format("{} is of {}, thus has {} values in a row", asks, spec.ToString(),
                       k);
  }
  return "";
}

}  // namespace

int NaturalDepth(const TensorSpec& spec,
                 const std::optional<std::vector<int64_t>>& shape) {
  if (shape && spec.row_splits.empty() &&
      std::count(shape->begin() + 1, shape->end(), kUnknownDim) > 1) {
    return static_cast<int>(shape->size()) - 1;  // a flat list could not tell the shape
  }
  if (!spec.row_splits.empty()) return static_cast<int>(spec.row_splits.size());
  const bool is_scalar =
      shape && (shape->size() == 1 || (shape->size() == 2 && shape->back() == 1));
  return is_scalar ? 0 : 1;
}

void NameParts(TensorColumn* column) {
  TypePtr type = ElementType(column->spec.dtype, column->as == As::kBinary);
  switch (column->as) {
    case As::kTensor:
    case As::kBinary:
      for (int level = 0; level < column->depth; ++level) type = ListOf(std::move(type));
      column->names = {column->name};
      column->types = {std::move(type)};
      break;
    case As::kArgmax:
      column->names = {column->name};
      column->types = {arrow::int64()};
      break;
    case As::kTopK:
      column->names = {column->name + "_values", column->name + "_indices"};
      column->types = {ListOf(std::move(type)), ListOf(arrow::int64())};
      break;
    case As::kExpand:
      for (int64_t i = 1; i <= Width(*column); ++i) {
        column->names.push_back(fmt::format("{}_{}", column->name, i));
        column->types.push_back(type);
      }
      break;
  }
}

std::string CheckOption(const TensorColumn& column) {
  switch (column.as) {
    case As::kTensor:
      return "";
    case As::kBinary:
      if (column.spec.dtype == DType::kString) return "";
      return fmt::format("column '{}' says as = \"binary\", but output '{}' is of {}",
                         column.name, column.spec.name, Name(column.spec.dtype));
    default:
      return CheckMatrix(column);
  }
}

std::string FlattenedShape(const std::optional<std::vector<int64_t>>& shape) {
  std::string text;
  if (!shape || shape->size() < 3) return text;
  for (size_t i = 1; i < shape->size(); ++i) {
    text += fmt::format("{}{}", i == 1 ? "" : ",", (*shape)[i]);
  }
  return text;
}

}  // namespace howdah
