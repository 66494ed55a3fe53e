#include "schema/tensor_column.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <limits>
#include <utility>

#include "schema/canonical.h"
#include "schema/largest.h"
#include "schema/pack.h"
#include "schema/tensor_check.h"
#include "schema/utf8_check.h"
#include "schema/validity.h"

namespace howdah {
namespace {

using As = OutputColumn::As;
using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using Arrays = std::vector<ArrayPtr>;
using TypePtr = std::shared_ptr<arrow::DataType>;

Result<ArrayPtr> WidenBfloat16(const Array& array) {
  const auto* in = array.data()->GetValues<uint16_t>(1);
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(array.length() * static_cast<int64_t>(sizeof(float))));
  auto* out = reinterpret_cast<uint32_t*>(values->mutable_data());
  for (int64_t i = 0; i < array.length(); ++i) out[i] = uint32_t{in[i]} << 16;
  return std::make_shared<arrow::FloatArray>(array.length(), std::move(values));
}

/// `fault` as an error, and kept.
Status Refuse(RowFault refused, std::optional<RowFault>* fault) {
  *fault = std::move(refused);
  return ToStatus(**fault);
}

/// `values`, elements of the tensor, as they land: of `type`.
/// \param row_of  the row that has an element.
template <typename RowOf>
Result<ArrayPtr> LandElements(const TensorColumn& column, const ArrayPtr& values,
                              const TypePtr& type, RowOf row_of,
                              std::optional<RowFault>* fault) {
  const TensorSpec& spec = column.spec;
  if (spec.dtype == DType::kBfloat16) return WidenBfloat16(*values);
  if (spec.dtype == DType::kString) {
    if (type->id() == arrow::Type::STRING) {
      const int64_t bad = FirstInvalidUtf8(*values);
      if (bad >= 0) {
        return Refuse({row_of(bad), column.name, FaultCode::kUtf8,
                       fmt::format("output '{}' has text that is not UTF-8; to land it "
                                   "as bytes, say as = \"binary\" under "
                                   "[output.columns]",
                                   spec.name)},
                      fault);
      }
    }
    return WithType(*values, type);
  }
  int64_t bad = -1;
  Result<ArrayPtr> landed = ToCanonical(values, type, &bad);
  if (!landed.ok() && bad >= 0) {
    return Refuse({row_of(bad), column.name, FaultCode::kCast,
                   fmt::format("output '{}': {}", spec.name, landed.status().message())},
                  fault);
  }
  return landed;
}

Result<Arrays> MakeValues(const TensorColumn& column, const Tensor& tensor,
                          int64_t per_row, int64_t rows, std::optional<RowFault>* fault) {
  const TypePtr& type = column.types.front();
  TypePtr element = type;
  for (int level = 0; level < column.depth; ++level) element = element->field(0)->type();
  HOWDAH_ASSIGN_OR_RETURN(const ListLevels levels,
                          MakeLevels(column, tensor, per_row, rows));
  HOWDAH_ASSIGN_OR_RETURN(ArrayPtr elements,
                          LandElements(
                              column, tensor.values, element,
                              [&](int64_t bad) { return levels.RowOf(bad); }, fault));
  return Arrays{levels.Nest(type, std::move(elements))};
}

Result<Arrays> MakeTopK(const TensorColumn& column, const Tensor& tensor, int64_t per_row,
                        int64_t rows, std::optional<RowFault>* fault) {
  const int64_t k = column.top_k;
  HOWDAH_ASSIGN_OR_RETURN(const auto offsets, EqualLists(column, rows, k));
  const ListLevels levels{{offsets}};
  HOWDAH_ASSIGN_OR_RETURN(TopValues top, TopK(tensor, rows, per_row, k));
  HOWDAH_ASSIGN_OR_RETURN(top.values,
                          LandElements(
                              column, top.values, column.types.front()->field(0)->type(),
                              [&](int64_t bad) { return bad / k; }, fault));
  return Arrays{levels.Nest(column.types[0], std::move(top.values)),
                levels.Nest(column.types[1], std::move(top.indices))};
}

}  // namespace

Result<Arrays> MakeTensorColumns(const TensorColumn& column, const Tensor& tensor,
                                 int64_t rows, std::optional<RowFault>* fault) {
  HOWDAH_ASSIGN_OR_RETURN(const int64_t per_row, CheckTensor(column, tensor, rows));
  if (column.as == As::kTensor || column.as == As::kBinary) {
    return MakeValues(column, tensor, per_row, rows, fault);
  }
  const int64_t least = column.as == As::kTopK ? column.top_k : 1;
  if (tensor.shape.size() != 2 || (rows > 0 && per_row < least)) {
    return Error(ErrorKind::kSchemaMismatch,
                 "column '{}': output '{}': expected at least {} values in each row, but "
                 "the model gave {} {}",
                 column.name, column.spec.name, least, Name(tensor.dtype),
                 ShapeToString(tensor.shape));
  }
  if (column.as == As::kTopK) return MakeTopK(column, tensor, per_row, rows, fault);
  if (column.as == As::kArgmax) {
    HOWDAH_ASSIGN_OR_RETURN(ArrayPtr indices, ArgMax(tensor, rows, per_row));
    return Arrays{std::move(indices)};
  }
  HOWDAH_ASSIGN_OR_RETURN(const ArrayPtr elements,
                          LandElements(
                              column, tensor.values, column.types.front(),
                              [&](int64_t bad) { return bad / per_row; }, fault));
  return UnpackColumns(*elements, rows, per_row);
}

}  // namespace howdah
