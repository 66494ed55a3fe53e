#include "schema/feed_plan.h"

#include <arrow/array.h>
#include <arrow/type.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "schema/batch_shape.h"
#include "schema/dictionary.h"
#include "schema/disagreements.h"
#include "schema/example_feed.h"
#include "schema/flatten.h"
#include "schema/pad.h"
#include "schema/rounding_cast.h"

namespace howdah {
namespace {

using Form = TensorPlan::Form;

class Planner {
 public:
  Planner(const arrow::Schema& source, const Signature& signature,
          const TensorColumns& mapping, bool round_numbers)
      : source_(source),
        signature_(signature),
        mapping_(mapping),
        round_numbers_(round_numbers),
        columns_(source.field_names()) {}

  Result<std::vector<TensorPlan>> Plan() {
    CheckMappingNames();
    std::vector<TensorPlan> plans;
    for (const TensorSpec& spec : signature_.inputs) {
      if (std::optional<TensorPlan> plan = PlanInput(spec))
        plans.push_back(std::move(*plan));
    }
    HOWDAH_RETURN_IF_ERROR(disagreements_.ToStatus());
    return plans;
  }

 private:
  void CheckMappingNames() {
    std::vector<std::string> inputs;
    for (const TensorSpec& spec : signature_.inputs) inputs.push_back(spec.name);
    for (const auto& [name, input] : mapping_) {
      if (std::find(inputs.begin(), inputs.end(), name) != inputs.end()) continue;
      disagreements_.Add(
          "[input.tensors] names '{}', but the inputs of signature '{}' are {}{}", name,
          signature_.key, QuotedList(inputs), DidYouMean(name, inputs));
    }
  }

  /// nullopt after a disagreement.
  std::optional<TensorPlan> PlanInput(const TensorSpec& spec) {
    TensorPlan plan{.input = spec.name, .dtype = spec.dtype};
    const auto mapped = mapping_.find(spec.name);
    const bool has_column = source_.GetFieldIndex(spec.name) >= 0;
    if (mapped == mapping_.end() && !has_column && spec.has_default) return plan;
    const std::vector<std::string> names = mapped != mapping_.end()
                                               ? mapped->second.columns
                                               : std::vector<std::string>{spec.name};
    if (!CheckInput(spec, names)) return std::nullopt;
    if (mapped != mapping_.end() && mapped->second.as_example) {
      return PlanExamples(spec, mapped->second);
    }

    std::vector<NestedType> types;
    for (const std::string& name : names) {
      std::optional<ColumnPlan> column = PlanColumn(spec, name, mapped == mapping_.end());
      if (!column) continue;
      types.push_back(TakeApart(column->type));
      plan.columns.push_back(std::move(*column));
    }
    if (plan.columns.size() != names.size()) return std::nullopt;
    const bool fits = names.size() == 1 ? ShapeColumn(spec, types.front(), &plan)
                                        : ShapePack(spec, types, &plan);
    if (!fits) return std::nullopt;
    if (mapped != mapping_.end() && mapped->second.pad) {
      return PlanPad(std::move(plan), *mapped->second.pad);
    }
    return plan;
  }

  /// nullopt after a disagreement.
  std::optional<TensorPlan> PlanExamples(const TensorSpec& spec,
                                         const TensorInput& input) {
    TensorPlan plan{.input = spec.name, .dtype = spec.dtype, .form = Form::kExamples};
    const auto shape = BatchShape(signature_, spec);
    const bool unit = shape && shape->size() == 2 &&
                      (shape->back() == 1 || shape->back() == kUnknownDim);
    if (unit) plan.row_shape = {1};
    if (spec.dtype != DType::kString || (shape && shape->size() != 1 && !unit)) {
      disagreements_.Add(
          "tensor '{}' expects {}, which serialized tf.Example records cannot be: those "
          "are one string a row",
          spec.name, Expected(spec));
      return std::nullopt;
    }
    if (input.pad) {
      disagreements_.Add(
          "tensor '{}' is built from tf.Example, whose lists need no pad; leave pad out",
          spec.name);
      return std::nullopt;
    }
    for (const std::string& name : input.columns) {
      const auto field = source_.GetFieldByName(name);
      TensorSpec feature = spec;
      if (field != nullptr) {
        const NestedType type = TakeApart(field->type());
        if (type.lengths.size() > 1) {
          disagreements_.Add(
              "tensor '{}' is built from tf.Example, which holds no lists of lists, but "
              "column '{}' is of {}",
              spec.name, name, field->type()->ToString());
          continue;
        }
        const bool dictionary = type.element->id() == arrow::Type::DICTIONARY;
        feature.dtype = FeatureDType(
            dictionary
                ? *static_cast<const arrow::DictionaryType&>(*type.element).value_type()
                : *type.element);
      }
      auto column = PlanColumn(feature, name, /*by_default=*/false);
      if (column) plan.columns.push_back(std::move(*column));
    }
    if (plan.columns.size() != input.columns.size()) return std::nullopt;
    return plan;
  }

  bool CheckInput(const TensorSpec& spec, const std::vector<std::string>& names) {
    if (names.empty()) {
      disagreements_.Add("[input.tensors] gives no column for tensor '{}'", spec.name);
    } else if (!spec.is_dense) {
      disagreements_.Add(
          "tensor '{}' is sparse or composite; only dense inputs can be fed", spec.name);
    } else if (!IsSupported(spec.dtype)) {
      disagreements_.Add("tensor '{}' is of {}, which no column can feed", spec.name,
                         Name(spec.dtype));
    } else if (spec.shape && spec.shape->empty() && !IsPerRow(signature_)) {
      disagreements_.Add(
          "tensor '{}' takes one value for a whole batch, so column '{}' cannot feed it; "
          "leave "
          "it to its default by giving the column another name",
          spec.name, names.front());
    } else {
      return true;
    }
    return false;
  }

  std::optional<ColumnPlan> PlanColumn(const TensorSpec& spec, const std::string& name,
                                       bool by_default) {
    const std::vector<int> found = source_.GetAllFieldIndices(name);
    if (found.empty()) {
      disagreements_.Add(
          "tensor '{}' needs a column '{}', but the input's columns are {}{}{}",
          spec.name, name, QuotedList(columns_), DidYouMean(name, columns_),
          by_default ? " (name its columns under [input.tensors])" : "");
      return std::nullopt;
    }
    if (found.size() > 1) {
      disagreements_.Add(
          "tensor '{}' needs column '{}', but the input has {} of that name", spec.name,
          name, found.size());
      return std::nullopt;
    }
    ColumnPlan plan{.name = name, .type = source_.field(found.front())->type()};
    std::shared_ptr<arrow::DataType> element = TakeApart(plan.type).element;
    if (element->id() == arrow::Type::DICTIONARY) {
      const auto& values =
          static_cast<const arrow::DictionaryType&>(*element).value_type();
      if (IsDecodable(*values)) element = values;
    }
    const auto mapped = mapping_.find(spec.name);
    const bool round =
        round_numbers_ || (mapped != mapping_.end() && mapped->second.round);
    if (round) plan.cast = FindRoundingCast(*element, spec.dtype);
    if (plan.cast == nullptr) plan.cast = FindElementCast(*element, spec.dtype);
    if (plan.cast == nullptr) {
      disagreements_.Add("tensor '{}' expects {}, but column '{}' is of {} ({})",
                         spec.name, Name(spec.dtype), name, plan.type->ToString(),
                         CastAdvice(*element, spec.dtype));
      return std::nullopt;
    }
    return plan;
  }

  /// One column: fix plan->form and the lengths of its lists.
  bool ShapeColumn(const TensorSpec& spec, const NestedType& type, TensorPlan* plan) {
    ColumnPlan& column = plan->columns.front();
    column.lengths = type.lengths;
    plan->form = Form::kAsColumn;
    const std::optional<std::vector<int64_t>> shape = BatchShape(signature_, spec);
    if (!shape) return true;
    const std::vector<int64_t> row_shape(shape->begin() + 1, shape->end());
    const size_t levels = type.lengths.size();
    if (levels == row_shape.size()) {
      for (size_t i = 0; i < levels; ++i) {
        if (!ShapeLevel(spec, row_shape[i], column, &column.lengths[i])) return false;
      }
      return true;
    }
    if (levels == 0 && row_shape.size() == 1) {
      plan->form = Form::kUnitDim;
      if (row_shape[0] == kUnknownDim || row_shape[0] == 1) return true;
      disagreements_.Add(
          "tensor '{}' expects {} values in a row ({}), but column '{}' has one (name {} "
          "columns "
          "under [input.tensors])",
          spec.name, row_shape[0], Expected(spec), column.name, row_shape[0]);
      return false;
    }
    if (const auto count = ElementCount(row_shape);
        levels == 1 && row_shape.size() > 1 && count) {
      plan->form = Form::kReshaped;
      plan->row_shape = row_shape;
      return ShapeLevel(spec, *count, column, column.lengths.data());
    }
    disagreements_.Add(
        "tensor '{}' expects {}, of rank {}, but column '{}' is of {}, of rank {}",
        spec.name, Expected(spec), shape->size(), column.name, column.type->ToString(),
        levels + 1);
    return false;
  }

  /// Reconcile the tensor's dimension with the size of the lists, kUnknownDim in either.
  bool ShapeLevel(const TensorSpec& spec, int64_t expected, const ColumnPlan& column,
                  int64_t* length) {
    if (expected == kUnknownDim || *length == expected) return true;
    const auto mapped = mapping_.find(spec.name);
    const bool may_be_shorter = mapped != mapping_.end() && mapped->second.pad;
    if (*length != kUnknownDim && (!may_be_shorter || *length > expected)) {
      disagreements_.Add(
          "tensor '{}' expects {}, thus lists of {} elements, but column '{}' is of {}",
          spec.name, Expected(spec), expected, column.name, column.type->ToString());
      return false;
    }
    *length = expected;
    return true;
  }

  /// Several scalar columns.
  bool ShapePack(const TensorSpec& spec, const std::vector<NestedType>& types,
                 TensorPlan* plan) {
    plan->form = Form::kPacked;
    const size_t k = types.size();
    bool fits = true;
    for (size_t i = 0; i < k; ++i) {
      if (types[i].lengths.empty()) continue;
      fits = false;
      disagreements_.Add(
          "tensor '{}' is packed from {} columns, each of which must be a scalar, but "
          "column "
          "'{}' is of {}",
          spec.name, k, plan->columns[i].name, plan->columns[i].type->ToString());
    }
    const std::optional<std::vector<int64_t>> shape = BatchShape(signature_, spec);
    if (!shape) return fits;
    const bool size_fits =
        shape->size() == 2 &&
        (shape->back() == kUnknownDim || shape->back() == static_cast<int64_t>(k));
    if (size_fits) return fits;
    disagreements_.Add("tensor '{}' expects {}, but its {} columns make [?, {}]",
                       spec.name, Expected(spec), k, k);
    return false;
  }

  /// nullopt after a disagreement.
  std::optional<TensorPlan> PlanPad(TensorPlan plan, const std::string& pad) {
    if (plan.form == Form::kPacked || plan.form == Form::kUnitDim ||
        plan.columns.front().lengths.empty()) {
      disagreements_.Add(
          "[input.tensors] gives tensor '{}' a pad, which fills up lists, but column "
          "'{}' "
          "is of {}; leave pad out",
          plan.input, plan.columns.front().name, plan.columns.front().type->ToString());
      return std::nullopt;
    }
    auto value = ParsePad(pad, plan.dtype);
    if (!value.ok()) {
      disagreements_.Add("tensor '{}' in [input.tensors]: {}", plan.input,
                         value.status().message());
      return std::nullopt;
    }
    plan.pad = std::move(*value);
    return plan;
  }

  std::string Expected(const TensorSpec& spec) const {
    return spec.ToString() + (IsPerRow(signature_) ? " for each row" : "");
  }

  const arrow::Schema& source_;
  const Signature& signature_;
  const TensorColumns& mapping_;
  const bool round_numbers_;
  const std::vector<std::string> columns_;
  Disagreements disagreements_;
};

}  // namespace

Result<std::vector<TensorPlan>> PlanFeed(const arrow::Schema& source,
                                         const Signature& signature,
                                         const TensorColumns& mapping,
                                         bool round_numbers) {
  return Planner(source, signature, mapping, round_numbers).Plan();
}

}  // namespace howdah
