#include "schema/feed.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "schema/batch_column.h"
#include "schema/example_feed.h"
#include "schema/feed_plan.h"
#include "schema/flatten.h"
#include "schema/pack.h"
#include "schema/pad.h"

namespace howdah {
namespace {

using Form = TensorPlan::Form;

/// \param row_of  the row that has an element.
template <typename RowOf>
Result<std::shared_ptr<arrow::Array>> Cast(const TensorPlan& plan,
                                           const ColumnPlan& column,
                                           const std::shared_ptr<arrow::Array>& elements,
                                           RowOf row_of, RowFault* fault) {
  Misfit misfit;
  auto cast = column.cast(elements, plan.dtype, &misfit);
  if (cast.ok() && misfit.index >= 0) {
    return Blame(row_of(misfit.index), FaultCode::kCast,
                 fmt::format("{} {} tensor '{}' of {}", misfit.value, misfit.verb,
                             plan.input, Name(plan.dtype)),
                 fault);
  }
  return cast;
}

Result<Elements> ReadPadded(const TensorPlan& plan, const ColumnPlan& column,
                            const std::shared_ptr<arrow::Array>& array, RowFault* fault) {
  HOWDAH_ASSIGN_OR_RETURN(RaggedElements ragged,
                          TakeRaggedApart(array, column.lengths.size(), fault));
  HOWDAH_ASSIGN_OR_RETURN(
      ragged.values, Cast(
                         plan, column, ragged.values,
                         [&](int64_t element) { return ragged.RowOf(element); }, fault));
  return PadLists(ragged, column.lengths, plan.dtype, *plan.pad, fault);
}

Result<Elements> ReadEqual(const TensorPlan& plan, const ColumnPlan& column,
                           const std::shared_ptr<arrow::Array>& array, RowFault* fault) {
  HOWDAH_ASSIGN_OR_RETURN(Elements elements,
                          Flatten(array, column.lengths, column.pad_advice, fault));
  HOWDAH_ASSIGN_OR_RETURN(
      elements.values,
      Cast(
          plan, column, elements.values,
          [&](int64_t element) { return element / elements.per_row; }, fault));
  return elements;
}

Result<Elements> ReadColumn(const TensorPlan& plan, const ColumnPlan& column,
                            const arrow::RecordBatch& batch, RowFault* fault) {
  HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Array> array,
                          FindColumn(batch, column.name, *column.type));
  Result<Elements> elements = plan.pad != nullptr ? ReadPadded(plan, column, array, fault)
                                                  : ReadEqual(plan, column, array, fault);
  if (elements.ok()) return elements;
  if (fault->row >= 0) {
    fault->column = column.name;
    return ToStatus(*fault);
  }
  return WithContext(elements.status(), fmt::format("column '{}'", column.name));
}

Result<Tensor> MakeTensor(const TensorPlan& plan, const arrow::RecordBatch& batch,
                          RowFault* fault) {
  Tensor tensor{.dtype = plan.dtype};
  if (plan.form == Form::kDefault) return tensor;
  tensor.shape = {batch.num_rows()};
  if (plan.form == Form::kExamples) {
    tensor.shape.insert(tensor.shape.end(), plan.row_shape.begin(), plan.row_shape.end());
    HOWDAH_ASSIGN_OR_RETURN(tensor.values, MakeExamples(plan, batch, fault));
    return tensor;
  }
  if (plan.form == Form::kPacked) {
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (const ColumnPlan& column : plan.columns) {
      HOWDAH_ASSIGN_OR_RETURN(const Elements elements,
                              ReadColumn(plan, column, batch, fault));
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
                          ReadColumn(plan, plan.columns.front(), batch, fault));
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
                           const TensorColumns& mapping, bool round_numbers) {
  auto impl = std::make_unique<Impl>();
  HOWDAH_ASSIGN_OR_RETURN(impl->plans,
                          PlanFeed(source, signature, mapping, round_numbers));
  for (TensorPlan& plan : impl->plans) {
    for (ColumnPlan& column : plan.columns) {
      column.pad_advice = fmt::format(
          "to fill up shorter lists say pad, as in input.tensors.{} = {{ from = \"{}\", "
          "pad = {} }}",
          plan.input, column.name, plan.dtype == DType::kString ? "\"\"" : "0");
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

bool Feed::depends_on_batch() const {
  return std::any_of(impl_->plans.begin(), impl_->plans.end(), [](const auto& plan) {
    return plan.pad != nullptr ||
           std::any_of(plan.columns.begin(), plan.columns.end(), [](const auto& column) {
             return std::count(column.lengths.begin(), column.lengths.end(),
                               kUnknownDim) > 0;
           });
  });
}

Result<std::vector<Tensor>> Feed::Tensors(const arrow::RecordBatch& batch,
                                          std::optional<RowFault>* fault) const {
  std::vector<Tensor> tensors;
  RowFault found;
  for (const TensorPlan& plan : impl_->plans) {
    Result<Tensor> tensor = MakeTensor(plan, batch, &found);
    if (!tensor.ok()) {
      if (fault != nullptr && found.row >= 0) *fault = std::move(found);
      return tensor.status();
    }
    tensors.push_back(*std::move(tensor));
  }
  return tensors;
}

}  // namespace howdah
