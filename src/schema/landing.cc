#include "schema/landing.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "schema/batch_column.h"
#include "schema/canonical.h"
#include "schema/landing_plan.h"

namespace howdah {
namespace {

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

}  // namespace

struct Landing::Impl {
  LandingPlan plan;
};

Result<Landing> Landing::Compile(const arrow::Schema& source,
                                 const std::vector<std::string>& keep,
                                 const Signature& signature,
                                 const std::vector<OutputColumn>& columns) {
  auto impl = std::make_unique<Impl>();
  HOWDAH_ASSIGN_OR_RETURN(impl->plan, PlanLanding(source, keep, signature, columns));
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

int Landing::kept() const { return static_cast<int>(impl_->plan.kept.size()); }

Result<std::shared_ptr<arrow::RecordBatch>> Landing::Convert(
    const arrow::RecordBatch& source, const std::vector<Tensor>& outputs) const {
  const LandingPlan& plan = impl_->plan;
  if (outputs.size() != plan.outputs.size()) {
    return Error(ErrorKind::kInternal, "the model gave {} outputs, expected {}",
                 outputs.size(), plan.outputs.size());
  }
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (const KeptColumn& column : plan.kept) {
    HOWDAH_ASSIGN_OR_RETURN(arrays.emplace_back(), Keep(column, source));
  }
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(
        arrays.emplace_back(),
        MakeTensorColumn(plan.columns[i], outputs[plan.output_of[i]], source.num_rows()));
  }
  return arrow::RecordBatch::Make(plan.schema, source.num_rows(), std::move(arrays));
}

}  // namespace howdah
