#include "schema/landing.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "schema/batch_column.h"
#include "schema/canonical.h"
#include "schema/declared_cast.h"
#include "schema/landing_plan.h"

namespace howdah {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

Result<std::shared_ptr<arrow::Array>> Keep(const KeptColumn& column,
                                           const arrow::RecordBatch& batch) {
  HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Array> array,
                          FindColumn(batch, column.name, *column.type));
  int64_t bad_row = -1;
  Result<std::shared_ptr<arrow::Array>> landed =
      ToCanonical(array, column.lands_as, &bad_row);
  if (!landed.ok()) {
    const std::string place =
        bad_row >= 0 ? fmt::format("kept column '{}', row {}", column.name, bad_row)
                     : fmt::format("kept column '{}'", column.name);
    return WithContext(landed.status(), place);
  }
  if (!column.nullable && (*landed)->null_count() > 0) {
    int64_t row = 0;
    while (!(*landed)->IsNull(row)) ++row;
    return Error(
        ErrorKind::kInvalidInput,
        "kept column '{}', row {}: a null, but the input declares the column not "
        "nullable",
        column.name, row);
  }
  return landed;
}

/// `array` as the schema declares column `name`.
Result<std::shared_ptr<arrow::Array>> Declare(
    const LandedField& field, const std::string& name,
    const std::shared_ptr<arrow::Array>& array) {
  if (field.check_nulls && array->null_count() > 0) {
    int64_t row = 0;
    while (!array->IsNull(row)) ++row;
    return Error(ErrorKind::kInvalidInput,
                 "column '{}', row {}: a null, but the schema declares the column not "
                 "nullable; declare its type as a union with \"null\"",
                 name, row);
  }
  if (field.cast_to == nullptr) return array;
  int64_t bad_row = -1;
  auto cast = CastToDeclared(array, field.cast_to, &bad_row);
  if (cast.ok()) return cast;
  return WithContext(cast.status(),
                     bad_row >= 0 ? fmt::format("column '{}', row {}", name, bad_row)
                                  : fmt::format("column '{}'", name));
}

}  // namespace

struct Landing::Impl {
  LandingPlan plan;
};

Result<Landing> Landing::Compile(const arrow::Schema& source,
                                 const std::vector<std::string>& keep,
                                 const Signature& signature,
                                 const std::vector<OutputColumn>& columns,
                                 const DeclaredSchema* declared) {
  auto impl = std::make_unique<Impl>();
  HOWDAH_ASSIGN_OR_RETURN(impl->plan,
                          PlanLanding(source, keep, signature, columns, declared));
  return Landing(std::move(impl));
}

Landing::Landing(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Landing::Landing(Landing&&) noexcept = default;
Landing& Landing::operator=(Landing&&) noexcept = default;
Landing::~Landing() = default;

const std::shared_ptr<arrow::Schema>& Landing::schema() const {
  return impl_->plan.schema;
}

const std::vector<std::string>& Landing::outputs() const { return impl_->plan.outputs; }

std::vector<int> Landing::kept_fields() const { return impl_->plan.kept_fields; }

Result<std::shared_ptr<arrow::RecordBatch>> Landing::Convert(
    const arrow::RecordBatch& source, const std::vector<Tensor>& outputs) const {
  const LandingPlan& plan = impl_->plan;
  if (outputs.size() != plan.outputs.size()) {
    return Error(ErrorKind::kInternal, "the model gave {} outputs, expected {}",
                 outputs.size(), plan.outputs.size());
  }
  Arrays kept;
  for (const KeptColumn& column : plan.kept) {
    HOWDAH_ASSIGN_OR_RETURN(kept.emplace_back(), Keep(column, source));
  }
  std::vector<Arrays> made;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(made.emplace_back(),
                            MakeTensorColumns(plan.columns[i], outputs[plan.output_of[i]],
                                              source.num_rows()));
  }
  Arrays arrays;
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const LandedField& field = plan.fields[i];
    arrays.push_back(field.is_kept ? kept[field.index] : made[field.index][field.part]);
    if (field.cast_to == nullptr && !field.check_nulls) continue;
    HOWDAH_ASSIGN_OR_RETURN(
        arrays.back(),
        Declare(field, plan.schema->field(static_cast<int>(i))->name(), arrays.back()));
  }
  return arrow::RecordBatch::Make(plan.schema, source.num_rows(), std::move(arrays));
}

}  // namespace howdah
