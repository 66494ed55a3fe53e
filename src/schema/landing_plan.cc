#include "schema/landing_plan.h"

#include <arrow/extension/fixed_shape_tensor.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "schema/batch_shape.h"
#include "schema/canonical.h"
#include "schema/disagreements.h"
#include "schema/names.h"

namespace howdah {
namespace {

constexpr char kSourceKey[] = "howdah.source";
constexpr char kShapeKey[] = "tensor.shape";

/// What a kept column says of the shape of its lists, or "".
std::string KeptShape(const arrow::Field& field) {
  if (field.HasMetadata() && field.metadata()->Contains(kShapeKey)) {
    return field.metadata()->Get(kShapeKey).ValueOr("");
  }
  if (field.type()->id() != arrow::Type::EXTENSION) return "";
  const auto* tensor =
      dynamic_cast<const arrow::extension::FixedShapeTensorType*>(field.type().get());
  if (tensor == nullptr ||
      !std::is_sorted(tensor->permutation().begin(), tensor->permutation().end())) {
    return "";  // not row-major
  }
  std::vector<int64_t> shape = tensor->shape();
  shape.insert(shape.begin(), kUnknownDim);
  return FlattenedShape(shape);
}

class Planner {
 public:
  Planner(const arrow::Schema& source, const Signature& signature)
      : source_(source), signature_(signature), source_names_(source.field_names()) {
    for (const TensorSpec& output : signature.outputs) {
      output_names_.push_back(output.name);
    }
  }

  Result<LandingPlan> Plan(const std::vector<std::string>& keep,
                           std::vector<OutputColumn> columns) {
    for (const std::string& name : keep) PlanKept(name);
    if (columns.empty()) {
      for (const std::string& name : output_names_) {
        columns.push_back({.name = name, .from = name});
      }
    }
    for (const OutputColumn& column : columns) PlanColumn(column);
    if (columns.empty()) {
      disagreements_.Add("signature '{}' has no outputs to land", signature_.key);
    }
    HOWDAH_RETURN_IF_ERROR(disagreements_.ToStatus());
    plan_.schema = arrow::schema(std::move(fields_));
    return std::move(plan_);
  }

 private:
  void PlanKept(const std::string& name) {
    const std::vector<int> found = source_.GetAllFieldIndices(name);
    if (found.empty()) {
      disagreements_.Add("there is no column '{}' to keep; the input's columns are {}{}",
                         name, QuotedList(source_names_),
                         DidYouMean(name, source_names_));
      return;
    }
    if (found.size() > 1) {
      disagreements_.Add("the input has {} columns '{}', so that none can be kept",
                         found.size(), name);
      return;
    }
    const arrow::Field& field = *source_.field(found.front());
    const auto lands_as = CanonicalType(field.type());
    if (!lands_as.ok()) {
      disagreements_.Add("column '{}' cannot be kept: {}", name,
                         lands_as.status().message());
      return;
    }
    plan_.kept.push_back({name, field.type(), *lands_as, field.nullable()});
    AddField(fmt::format("kept column '{}'", name), name, *lands_as, field.nullable(),
             KeptShape(field));
  }

  void PlanColumn(const OutputColumn& column) {
    const auto found = std::find(output_names_.begin(), output_names_.end(), column.from);
    if (found == output_names_.end()) {
      disagreements_.Add(
          "column '{}' is from output '{}', but the outputs of signature '{}' are {}{}",
          column.name, column.from, signature_.key, QuotedList(output_names_),
          DidYouMean(column.from, output_names_));
      return;
    }
    const TensorSpec& spec =
        signature_.outputs[static_cast<size_t>(found - output_names_.begin())];
    TensorColumn tensor{column.name, spec, BatchShape(signature_, spec)};
    if (!CheckOutput(column, tensor)) return;
    tensor.type = TensorColumnType(spec.dtype, tensor.shape, column.binary);
    AddField(fmt::format("output column '{}'", column.name), column.name, tensor.type,
             /*nullable=*/false, FlattenedShape(tensor.shape));
    plan_.columns.push_back(std::move(tensor));
    plan_.output_of.push_back(OutputIndex(spec.name));
  }

  bool CheckOutput(const OutputColumn& column, const TensorColumn& tensor) {
    constexpr char kLeaveOut[] =
        "name the outputs to land under [output.columns], without it";
    const TensorSpec& spec = tensor.spec;
    if (!spec.is_dense) {
      disagreements_.Add(
          "output '{}' is sparse or composite, which cannot be landed ({})", spec.name,
          kLeaveOut);
    } else if (!IsSupported(spec.dtype)) {
      disagreements_.Add("output '{}' is of {}, which cannot be landed ({})", spec.name,
                         Name(spec.dtype), kLeaveOut);
    } else if (tensor.shape && tensor.shape->empty()) {
      disagreements_.Add(
          "output '{}' has no batch dimension, thus no value for each row ({})",
          spec.name, kLeaveOut);
    } else if (column.binary && spec.dtype != DType::kString) {
      disagreements_.Add("column '{}' says as = \"binary\", but output '{}' is of {}",
                         column.name, spec.name, Name(spec.dtype));
    } else {
      return true;
    }
    return false;
  }

  /// \param what  the column, for messages. \param name  before the name rule.
  void AddField(std::string what, const std::string& name,
                const std::shared_ptr<arrow::DataType>& type, bool nullable,
                const std::string& shape) {
    std::string legal = LegalName(name);
    const auto [taken, is_new] = taken_.emplace(legal, what);
    if (!is_new && taken->second == what) {
      disagreements_.Add("{} is given twice", what);
    } else if (!is_new) {
      disagreements_.Add(
          "{} and {} would both be named '{}'; give the output another name under "
          "[output.columns], or keep one of them only",
          taken->second, what, legal);
    }
    std::vector<std::string> keys{kSourceKey}, values{name};
    if (!shape.empty()) {
      keys.push_back(kShapeKey);
      values.push_back(shape);
    }
    fields_.push_back(arrow::field(std::move(legal), type, nullable,
                                   arrow::key_value_metadata(keys, values)));
  }

  size_t OutputIndex(const std::string& name) {
    std::vector<std::string>& outputs = plan_.outputs;
    const auto found = std::find(outputs.begin(), outputs.end(), name);
    const auto index = static_cast<size_t>(found - outputs.begin());
    if (found == outputs.end()) outputs.push_back(name);
    return index;
  }

  const arrow::Schema& source_;
  const Signature& signature_;
  const std::vector<std::string> source_names_;
  std::vector<std::string> output_names_;
  Disagreements disagreements_;
  std::map<std::string, std::string> taken_;  // legal name -> what has it
  std::vector<std::shared_ptr<arrow::Field>> fields_;
  LandingPlan plan_;
};

}  // namespace

Result<LandingPlan> PlanLanding(const arrow::Schema& source,
                                const std::vector<std::string>& keep,
                                const Signature& signature,
                                const std::vector<OutputColumn>& columns) {
  return Planner(source, signature).Plan(keep, columns);
}

}  // namespace howdah
