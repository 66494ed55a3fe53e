#include "schema/landing_plan.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "schema/declared_cast.h"
#include "schema/disagreements.h"
#include "schema/landing_candidates.h"
#include "schema/names.h"

namespace howdah {
namespace {

using FieldPtr = std::shared_ptr<arrow::Field>;

FieldPtr MakeField(const Candidate& candidate, std::string name,
                   const std::shared_ptr<arrow::DataType>& type, bool nullable,
                   const std::string& doc = "") {
  std::vector<std::string> keys{"howdah.source"}, values{candidate.source};
  const auto add = [&](const char* key, const std::string& value) {
    if (value.empty()) return;
    keys.emplace_back(key);
    values.push_back(value);
  };
  add("tensor.shape", candidate.shape);
  add("doc", doc);
  return arrow::field(std::move(name), type, nullable,
                      arrow::key_value_metadata(keys, values));
}

class Planner {
 public:
  Planner(const arrow::Schema& source, const Signature& signature,
          const RowChecks& checks)
      : signature_(signature),
        checks_(checks),
        candidates_(source, signature, &disagreements_) {}

  /// All kept columns and outputs, in that order.
  Result<LandingPlan> Plan(const std::vector<std::string>& keep,
                           std::vector<OutputColumn> columns) {
    for (const std::string& name : keep) candidates_.AddKept(name);
    if (columns.empty()) {
      for (const std::string& name : candidates_.output_names()) {
        columns.push_back({.name = name, .from = name});
      }
    }
    for (const OutputColumn& column : columns) candidates_.AddColumn(column);
    if (columns.empty()) {
      disagreements_.Add("signature '{}' has no outputs to land", signature_.key);
    }
    for (const Candidate& candidate : candidates_.all()) {
      Land(candidate.field,
           MakeField(candidate, candidate.legal, candidate.type, candidate.nullable));
    }
    return Finish();
  }

  /// The declared columns, in the declared order.
  Result<LandingPlan> Plan(const std::vector<std::string>& keep,
                           const std::vector<OutputColumn>& columns,
                           const DeclaredSchema& declared) {
    for (const std::string& name : keep) candidates_.AddKept(name);
    for (const OutputColumn& column : columns) {
      candidates_.AddColumn(column, DeclaredType(declared, LegalName(column.name)));
    }
    const std::vector<Candidate> given = candidates_.all();
    for (const DeclaredField& field : declared.fields) PlanField(field);
    for (const Candidate& candidate : given) {
      if (DeclaredType(declared, candidate.legal) != nullptr) continue;
      disagreements_.Add(
          "{} lands as '{}', which the declared schema does not have; declare it, or "
          "leave "
          "the column out",
          candidate.what, candidate.legal);
    }
    const bool has_output =
        std::any_of(fields_.begin(), fields_.end(),
                    [](const LandedField& field) { return !field.is_kept; });
    if (!has_output && disagreements_.empty()) {
      disagreements_.Add(
          "the declared schema has no column that an output of signature '{}' gives",
          signature_.key);
    }
    return Finish();
  }

 private:
  static const arrow::DataType* DeclaredType(const DeclaredSchema& declared,
                                             const std::string& legal) {
    for (const DeclaredField& field : declared.fields) {
      if (field.name == legal) return field.type.get();
    }
    return nullptr;
  }

  void PlanField(const DeclaredField& field) {
    const Candidate* candidate = candidates_.Find(field.name);
    if (field.tensor_source) {
      candidate = FromTensorSource(field, candidate);
    } else if (candidate == nullptr) {
      candidate = FromOutputOfThatName(field);
    }
    if (candidate == nullptr) return;
    const Status castable = CheckDeclaredCast(*candidate->type, *field.type, field.round);
    if (!castable.ok()) {
      disagreements_.Add("{}: {}", candidate->what, castable.message());
      return;
    }
    LandedField landed = candidate->field;
    if (!candidate->type->Equals(*field.type, /*check_metadata=*/true)) {
      landed.cast_to = field.type;
    }
    landed.check_nulls = candidate->nullable && !field.nullable;
    Land(landed,
         MakeField(*candidate, field.name, field.type, field.nullable, field.doc));
  }

  /// \param given  what has the field's name already, or nullptr.
  const Candidate* FromTensorSource(const DeclaredField& field, const Candidate* given) {
    const std::string& from = *field.tensor_source;
    if (given == nullptr) {
      return AddOutput(field, from);
    }
    if (given->field.is_kept) {
      disagreements_.Add(
          "the declared column '{}' has \"tensor.source\": \"{}\", but {} has that name; "
          "leave one of them out",
          field.name, from, given->what);
      return nullptr;
    }
    if (candidates_.OutputOf(*given) == from) return given;
    disagreements_.Add(
        "the declared column '{}' has \"tensor.source\": \"{}\", but [output.columns] "
        "makes "
        "it from output '{}'",
        field.name, from, candidates_.OutputOf(*given));
    return nullptr;
  }

  const Candidate* FromOutputOfThatName(const DeclaredField& field) {
    std::vector<std::string> found;
    for (const std::string& name : candidates_.output_names()) {
      if (name == field.name) return AddOutput(field, name);
      if (LegalName(name) == field.name) found.push_back(name);
    }
    if (found.size() == 1) return AddOutput(field, found.front());
    if (found.size() > 1) {
      disagreements_.Add(
          "outputs {} could all be the declared column '{}'; say which by "
          "\"tensor.source\" in the schema",
          QuotedList(found), field.name);
      return nullptr;
    }
    std::vector<std::string> names;
    for (const Candidate& candidate : candidates_.all()) names.push_back(candidate.legal);
    for (const std::string& name : candidates_.output_names()) {
      names.push_back(LegalName(name));
    }
    disagreements_.Add(
        "nothing gives the declared column '{}': it is no kept column and no output "
        "(there "
        "are {}){}",
        field.name, QuotedList(names), DidYouMean(field.name, names));
    return nullptr;
  }

  const Candidate* AddOutput(const DeclaredField& field, const std::string& from) {
    const size_t before = candidates_.all().size();
    candidates_.AddColumn({.name = field.name, .from = from}, field.type.get(), from);
    return candidates_.all().size() > before ? &candidates_.all().back() : nullptr;
  }

  void Land(LandedField landed, FieldPtr field) {
    fields_.push_back(std::move(landed));
    schema_.push_back(std::move(field));
  }

  Result<LandingPlan> Finish() {
    HOWDAH_RETURN_IF_ERROR(disagreements_.ToStatus());
    LandingPlan plan = candidates_.TakePlan();
    plan.kept_fields.resize(plan.kept.size());
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].is_kept) plan.kept_fields[fields_[i].index] = static_cast<int>(i);
    }
    plan.fields = std::move(fields_);
    plan.bad_rows = checks_.bad_rows;
    plan.schema = arrow::schema(std::move(schema_));
    return plan;
  }

  const Signature& signature_;
  const RowChecks& checks_;
  Disagreements disagreements_;
  Candidates candidates_;
  std::vector<LandedField> fields_;
  std::vector<FieldPtr> schema_;
};

}  // namespace

Result<LandingPlan> PlanLanding(const arrow::Schema& source,
                                const std::vector<std::string>& keep,
                                const Signature& signature,
                                const std::vector<OutputColumn>& columns,
                                const DeclaredSchema* declared, const RowChecks& checks) {
  Planner planner(source, signature, checks);
  return declared == nullptr ? planner.Plan(keep, columns)
                             : planner.Plan(keep, columns, *declared);
}

}  // namespace howdah
