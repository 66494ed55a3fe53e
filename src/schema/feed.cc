#include "schema/feed.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "schema/batch_column.h"
#include "schema/feed_plan.h"
#include "schema/flatten.h"
#include "schema/pack.h"

namespace howdah {
namespace {

using Form = TensorPlan::Form;

Result<Elements> ReadColumn(const TensorPlan& plan, const ColumnPlan& column,
                            const arrow::RecordBatch& batch) {
  HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Array> array,
                          FindColumn(batch, column.name, *column.type));
  Result<Elements> elements = Flatten(array, column.lengths);
  if (!elements.ok()) {
    return WithContext(elements.status(), fmt::format("column '{}'", column.name));
  }
  Misfit misfit;
  auto cast = column.cast(elements->values, plan.dtype, &misfit);
  if (!cast.ok()) {
    return WithContext(cast.status(), fmt::format("column '{}'", column.name));
  }
  if (misfit.index >= 0) {
    return Error(ErrorKind::kInvalidInput,
                 "column '{}': {} in row {} cannot be held exactly by tensor '{}' of {}",
                 column.name, misfit.value, misfit.index / elements->per_row, plan.input,
                 Name(plan.dtype));
  }
  elements->values = std::move(*cast);
  return elements;
}

Result<Tensor> MakeTensor(const TensorPlan& plan, const arrow::RecordBatch& batch) {
  Tensor tensor{.dtype = plan.dtype};
  if (plan.form == Form::kDefault) return tensor;
  tensor.shape = {batch.num_rows()};
  if (plan.form == Form::kPacked) {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const ColumnPlan& column : plan.columns) {
      HOWDAH_ASSIGN_OR_RETURN(const Elements elements, ReadColumn(plan, column, batch));
      columns.push_back(elements.values);
    }
    tensor.shape.push_back(static_cast<int64_t>(columns.size()));
    Result<std::shared_ptr<arrow::Array>> packed = PackColumns(columns, plan.dtype);
    if (!packed.ok()) {
      return WithContext(packed.status(), fmt::format("tensor '{}'", plan.input));
    }
    tensor.values = std::move(*packed);
    return tensor;
  }
  HOWDAH_ASSIGN_OR_RETURN(const Elements elements,
                          ReadColumn(plan, plan.columns.front(), batch));
  std::vector<int64_t> row_shape = elements.lengths;
  if (plan.form == Form::kUnitDim) row_shape = {1};
  if (plan.form == Form::kReshaped) row_shape = plan.row_shape;
  tensor.shape.insert(tensor.shape.end(), row_shape.begin(), row_shape.end());
  tensor.values = elements.values;
  return tensor;
}

}  // namespace

struct Feed::Impl {
  std::vector<TensorPlan> plans;
  std::vector<std::string> columns;
};

Result<Feed> Feed::Compile(const arrow::Schema& source, const Signature& signature,
                           const TensorColumns& mapping) {
  auto impl = std::make_unique<Impl>();
  HOWDAH_ASSIGN_OR_RETURN(impl->plans, PlanFeed(source, signature, mapping));
  for (const TensorPlan& plan : impl->plans) {
    for (const ColumnPlan& column : plan.columns) {
      std::vector<std::string>& columns = impl->columns;
      if (std::find(columns.begin(), columns.end(), column.name) == columns.end()) {
        columns.push_back(column.name);
      }
    }
  }
  return Feed(std::move(impl));
}

Feed::Feed(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Feed::Feed(Feed&&) noexcept = default;
Feed& Feed::operator=(Feed&&) noexcept = default;
Feed::~Feed() = default;

const std::vector<std::string>& Feed::columns() const { return impl_->columns; }

Result<std::vector<Tensor>> Feed::Tensors(const arrow::RecordBatch& batch) const {
  std::vector<Tensor> tensors;
  for (const TensorPlan& plan : impl_->plans) {
    HOWDAH_ASSIGN_OR_RETURN(Tensor tensor, MakeTensor(plan, batch));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace howdah
