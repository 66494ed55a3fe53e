#include "schema/landing.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "schema/batch_column.h"
#include "schema/canonical.h"
#include "schema/declaration.h"
#include "schema/declared_cast.h"
#include "schema/landing_plan.h"
#include "types/tensor_rows.h"

namespace howdah {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;
using Fault = std::optional<RowFault>;

/// What it means that a value is no `type`: of text, that it is not UTF-8.
FaultCode CodeOf(const arrow::DataType& type) {
  if (arrow::is_string(type.id())) return FaultCode::kUtf8;
  return arrow::is_list_like(type.id()) ? CodeOf(*type.field(0)->type())
                                        : FaultCode::kCast;
}

/// \param what  "column" or "kept column".
Status Refuse(RowFault refused, const char* what, Fault* fault) {
  *fault = std::move(refused);
  return Error(ErrorKind::kInvalidInput, "{} '{}', row {}: {}", what, (*fault)->column,
               (*fault)->row, (*fault)->message);
}

int64_t FirstNull(const arrow::Array& array) {
  int64_t row = 0;
  while (!array.IsNull(row)) ++row;
  return row;
}

Result<std::shared_ptr<arrow::Array>> Keep(const KeptColumn& column,
                                           const arrow::RecordBatch& batch,
                                           Fault* fault) {
  constexpr char kWhat[] = "kept column";
  HOWDAH_ASSIGN_OR_RETURN(const std::shared_ptr<arrow::Array> array,
                          FindColumn(batch, column.name, *column.type));
  int64_t bad_row = -1;
  Result<std::shared_ptr<arrow::Array>> landed =
      ToCanonical(array, column.lands_as, &bad_row);
  if (!landed.ok()) {
    const std::string message = landed.status().message();
    if (bad_row >= 0) {
      return Refuse({bad_row, column.name, CodeOf(*column.lands_as), message}, kWhat,
                    fault);
    }
    return WithContext(landed.status(), fmt::format("{} '{}'", kWhat, column.name));
  }
  if (!column.nullable && (*landed)->null_count() > 0) {
    return Refuse({FirstNull(**landed), column.name, FaultCode::kNull,
                   "a null, but the input declares the column not nullable"},
                  kWhat, fault);
  }
  return landed;
}

/// `array` as the schema declares column `name`.
Result<std::shared_ptr<arrow::Array>> Declare(const LandedField& field,
                                              const std::string& name,
                                              const std::shared_ptr<arrow::Array>& array,
                                              Fault* fault) {
  constexpr char kWhat[] = "column";
  if (field.check_nulls && array->null_count() > 0) {
    return Refuse({FirstNull(*array), name, FaultCode::kNull,
                   "a null, but the schema declares the column not nullable; declare its "
                   "type as a union with \"null\""},
                  kWhat, fault);
  }
  if (field.cast_to == nullptr) return array;
  int64_t bad_row = -1;
  auto cast = CastToDeclared(array, field.cast_to, &bad_row);
  if (cast.ok()) return cast;
  const std::string message = cast.status().message();
  if (bad_row >= 0) {
    return Refuse({bad_row, name, CodeOf(*field.cast_to), message}, kWhat, fault);
  }
  return WithContext(cast.status(), fmt::format("{} '{}'", kWhat, name));
}

/// All rows of `source` as columns of the plan's schema. `*fault` is set when it is one
/// row's value that cannot land.
Result<BatchPtr> LandAll(const LandingPlan& plan, const arrow::RecordBatch& source,
                         const std::vector<Tensor>& outputs, Fault* fault) {
  // Tensors first: that they have the rows of `source` is what a row is cut out by.
  std::vector<Arrays> made;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    HOWDAH_ASSIGN_OR_RETURN(made.emplace_back(),
                            MakeTensorColumns(plan.columns[i], outputs[plan.output_of[i]],
                                              source.num_rows(), fault));
  }
  Arrays kept;
  for (const KeptColumn& column : plan.kept) {
    HOWDAH_ASSIGN_OR_RETURN(kept.emplace_back(), Keep(column, source, fault));
  }
  Arrays arrays;
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    const LandedField& field = plan.fields[i];
    arrays.push_back(field.is_kept ? kept[field.index] : made[field.index][field.part]);
    if (field.cast_to == nullptr && !field.check_nulls) continue;
    HOWDAH_ASSIGN_OR_RETURN(
        arrays.back(), Declare(field, plan.schema->field(static_cast<int>(i))->name(),
                               arrays.back(), fault));
  }
  return arrow::RecordBatch::Make(plan.schema, source.num_rows(), std::move(arrays));
}

/// `source` and `outputs` without the rows that cannot land: these go to `faults`.
Result<BatchPtr> LandSome(const LandingPlan& plan, const arrow::RecordBatch& source,
                          const std::vector<Tensor>& outputs,
                          std::vector<RowFault>* faults) {
  std::vector<BatchPtr> landed;
  std::vector<RowRun> waiting{{0, source.num_rows()}};  // the next one last
  while (!waiting.empty()) {
    const RowRun run = waiting.back();
    waiting.pop_back();
    std::vector<Tensor> cut;
    for (const Tensor& output : outputs) {
      HOWDAH_ASSIGN_OR_RETURN(cut.emplace_back(), SliceRows(output, run.begin, run.rows));
    }
    Fault fault;
    auto batch = LandAll(plan, *source.Slice(run.begin, run.rows), cut, &fault);
    if (batch.ok()) {
      landed.push_back(std::move(*batch));
      continue;
    }
    if (!fault) return batch.status();
    const int64_t before = fault->row;
    const int64_t after = run.rows - before - 1;
    fault->row += run.begin;
    if (after > 0 || landed.empty()) waiting.push_back({run.begin + before + 1, after});
    if (before > 0) waiting.push_back({run.begin, before});
    faults->push_back(std::move(*fault));
  }
  if (landed.size() == 1) return landed.front();
  return arrow::ConcatenateRecordBatches(landed);
}

/// `faults` ascending by row, of each row the first.
void SortByRow(std::vector<RowFault>* faults) {
  std::stable_sort(faults->begin(), faults->end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  const auto same = [](const auto& a, const auto& b) { return a.row == b.row; };
  faults->erase(std::unique(faults->begin(), faults->end(), same), faults->end());
}

/// Look through the columns of `batch`. \return the rows that do not land.
Result<std::vector<RowFault>> CheckValues(const LandingPlan& plan,
                                          const arrow::RecordBatch& batch,
                                          std::vector<NonFinite>* non_finite) {
  std::vector<RowFault> faults;
  non_finite->assign(plan.checks.size(), {});
  for (size_t i = 0; i < plan.checks.size(); ++i) {
    if (!plan.checks[i].any()) continue;
    HOWDAH_RETURN_IF_ERROR(FindFaults(plan.checks[i], *batch.column(static_cast<int>(i)),
                                      &faults, &(*non_finite)[i]));
  }
  SortByRow(&faults);
  return faults;
}

/// `batch` without the rows of `faults`, which come ascending.
Result<BatchPtr> Without(const std::vector<RowFault>& faults,
                         const arrow::RecordBatch& batch) {
  std::vector<BatchPtr> runs;
  for (const RowRun& run : RowsWithout(faults, batch.num_rows())) {
    runs.push_back(batch.Slice(run.begin, run.rows));
  }
  if (runs.empty()) return batch.Slice(0, 0);
  return runs.size() == 1 ? runs.front() : arrow::ConcatenateRecordBatches(runs);
}

/// Count the rows of `faults` in `source_rows` rows, not among those of them that are
/// there without the rows of `gone`.
void CountInSource(const std::vector<RowFault>& gone, int64_t source_rows,
                   std::vector<RowFault>* faults) {
  const std::vector<RowRun> runs = RowsWithout(gone, source_rows);
  auto run = runs.begin();
  int64_t before = 0;  // rows of the runs before this one
  for (RowFault& fault : *faults) {
    for (; fault.row - before >= run->rows; ++run) before += run->rows;
    fault.row = run->begin + fault.row - before;
  }
}

/// Nulls where the policies of columns put them.
Result<BatchPtr> PutNulls(const LandingPlan& plan, const BatchPtr& batch) {
  BatchPtr nulled = batch;
  for (int i = 0; i < batch->num_columns(); ++i) {
    if (plan.checks[static_cast<size_t>(i)].nan != NanPolicy::kNull) continue;
    const auto& field = plan.schema->field(i);
    HOWDAH_ASSIGN_OR_RETURN(const auto column,
                            NonFiniteToNull(batch->column(i), field->type()));
    Arrays columns = nulled->columns();
    columns[static_cast<size_t>(i)] = column;
    nulled = arrow::RecordBatch::Make(plan.schema, batch->num_rows(), std::move(columns));
  }
  return nulled;
}

}  // namespace

struct Landing::Impl {
  LandingPlan plan;
};

Result<Landing> Landing::Compile(const arrow::Schema& source,
                                 const std::vector<std::string>& keep,
                                 const Signature& signature,
                                 const std::vector<OutputColumn>& columns,
                                 const DeclaredSchema* declared,
                                 const RowChecks& checks) {
  auto impl = std::make_unique<Impl>();
  HOWDAH_ASSIGN_OR_RETURN(
      impl->plan, PlanLanding(source, keep, signature, columns, declared, checks));
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

std::map<std::string, std::string> Landing::checks() const {
  std::map<std::string, std::string> texts;
  for (const FieldChecks& checks : impl_->plan.checks) {
    std::string text = checks.ToString();
    if (!text.empty()) texts.emplace(checks.name, std::move(text));
  }
  return texts;
}

Result<std::string> Landing::Declaration() const { return DeclarationOf(impl_->plan); }

std::vector<int> Landing::kept_fields() const { return impl_->plan.kept_fields; }

Result<Landed> Landing::Land(const arrow::RecordBatch& source,
                             const std::vector<Tensor>& outputs) const {
  const LandingPlan& plan = impl_->plan;
  if (outputs.size() != plan.outputs.size()) {
    return Error(ErrorKind::kInternal, "the model gave {} outputs, expected {}",
                 outputs.size(), plan.outputs.size());
  }
  Landed landed;
  Fault fault;
  auto batch = LandAll(plan, source, outputs, &fault);
  if (!batch.ok() && fault && plan.bad_rows == BadRows::kQuarantine) {
    batch = LandSome(plan, source, outputs, &landed.faults);
    SortByRow(&landed.faults);
  }
  HOWDAH_RETURN_IF_ERROR(std::move(batch).Value(&landed.rows));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<RowFault> broken,
                          CheckValues(plan, *landed.rows, &landed.non_finite));
  if (!broken.empty()) {
    HOWDAH_ASSIGN_OR_RETURN(landed.rows, Without(broken, *landed.rows));
    HOWDAH_RETURN_IF_ERROR(CheckValues(plan, *landed.rows, &landed.non_finite).status());
    CountInSource(landed.faults, source.num_rows(), &broken);
    std::move(broken.begin(), broken.end(), std::back_inserter(landed.faults));
    SortByRow(&landed.faults);
  }
  HOWDAH_ASSIGN_OR_RETURN(landed.rows, PutNulls(plan, landed.rows));
  return landed;
}

Result<std::shared_ptr<arrow::RecordBatch>> Landing::Convert(
    const arrow::RecordBatch& source, const std::vector<Tensor>& outputs) const {
  HOWDAH_ASSIGN_OR_RETURN(const Landed landed, Land(source, outputs));
  if (!landed.faults.empty()) return ToStatus(landed.faults.front());
  return landed.rows;
}

}  // namespace howdah
