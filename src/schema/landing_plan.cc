#include "schema/landing_plan.h"

#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "schema/declared_cast.h"
#include "schema/disagreements.h"
#include "schema/landing_candidates.h"
#include "schema/names.h"

namespace howdah {
namespace {

using FieldPtr = std::shared_ptr<arrow::Field>;
using TypePtr = std::shared_ptr<arrow::DataType>;

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
  add(kFieldIdKey, candidate.field_id);
  add("doc", doc);
  return arrow::field(std::move(name), type, nullable,
                      arrow::key_value_metadata(keys, values));
}

/// `type` with the nullability of what is inside the lists and maps of `given`.
FieldPtr AsGiven(const FieldPtr& field, const arrow::Field& given);

TypePtr AsGiven(const TypePtr& type, const arrow::DataType& given) {
  const auto inner = [&](int i) {
    return AsGiven(type->field(i), *given.field(i))
        ->WithNullable(given.field(i)->nullable());
  };
  const bool lists = type->id() == arrow::Type::LIST && arrow::is_list_like(given.id());
  if (lists && given.id() != arrow::Type::MAP) return arrow::list(inner(0));
  if (type->id() == arrow::Type::MAP && given.id() == arrow::Type::MAP) {
    const auto& map = static_cast<const arrow::MapType&>(*type);
    const auto& from = static_cast<const arrow::MapType&>(given);
    return arrow::map(map.key_type(), AsGiven(map.item_field(), *from.item_field())
                                          ->WithNullable(from.item_field()->nullable()));
  }
  if (type->id() != arrow::Type::STRUCT || given.id() != arrow::Type::STRUCT) return type;
  arrow::FieldVector fields;
  for (const auto& field : type->fields()) {
    const auto other =
        static_cast<const arrow::StructType&>(given).GetFieldByName(field->name());
    fields.push_back(other == nullptr ? field : AsGiven(field, *other));
  }
  return arrow::struct_(std::move(fields));
}

FieldPtr AsGiven(const FieldPtr& field, const arrow::Field& given) {
  return field->WithType(AsGiven(field->type(), *given.type()));
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
      const FieldChecks checks = Settle(candidate, *candidate.type, {});
      const bool nulls = checks.nan == NanPolicy::kNull;
      const auto type = nulls ? WithNullableElements(candidate.type) : candidate.type;
      const bool nullable =
          candidate.nullable || (nulls && !arrow::is_nested(type->id()));
      Land(candidate.field, checks,
           MakeField(candidate, candidate.legal, type, nullable));
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
    const TypePtr type =
        field.elements_as_given ? AsGiven(field.type, *candidate->type) : field.type;
    LandedField landed = candidate->field;
    if (!candidate->type->Equals(*type, /*check_metadata=*/true)) {
      landed.cast_to = type;
    }
    landed.check_nulls = candidate->nullable && !field.nullable;
    landed.round = field.round;
    landed.declared_shape = field.shape;
    FieldChecks checks = Settle(*candidate, *type, field.checks);
    if (checks.nan == NanPolicy::kNull) CheckHoldsNulls(*candidate, type, field.nullable);
    Candidate lands = *candidate;
    if (field.field_id) lands.field_id = std::to_string(*field.field_id);
    if (field.shape) DeclareShape(*field.shape, *type, &lands, &checks);
    Land(landed, std::move(checks),
         MakeField(lands, field.name, type, field.nullable, field.doc));
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
      std::string legal = LegalName(name);
      if (std::count(names.begin(), names.end(), legal) > 0) continue;
      names.push_back(std::move(legal));
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

  /// The checks that the schema and the job ask of a column that lands as `type`.
  FieldChecks Settle(const Candidate& candidate, const arrow::DataType& type,
                     ValueChecks checks) {
    for (const auto& [name, from_job] : checks_.columns) {
      if (LegalName(name) != candidate.legal) continue;
      const std::string twice = MergeChecks(from_job, &checks);
      if (twice.empty()) continue;
      disagreements_.Add("{}: [checks.columns] and the schema ask for another '{}'",
                         candidate.what, twice);
    }
    Result<FieldChecks> settled = SettleChecks(candidate.legal, type, checks, checks_);
    if (settled.ok()) return *std::move(settled);
    disagreements_.Add("{}: {}", candidate.what, settled.status().message());
    return {};
  }

  void CheckHoldsNulls(const Candidate& candidate, const TypePtr& type, bool nullable) {
    const bool is_list = arrow::is_nested(type->id());
    if (is_list ? WithNullableElements(type)->Equals(*type) : nullable) {
      return;
    }
    disagreements_.Add(
        "{}: nan = 'null' needs a schema that allows nulls{}; declare a union with "
        "\"null\"",
        candidate.what, is_list ? " inside the list" : "");
  }

  void DeclareShape(std::vector<int64_t> shape, const arrow::DataType& type,
                    Candidate* candidate, FieldChecks* checks) {
    if (!candidate->field.is_kept) {
      candidate->shape = candidates_.SetShape(*candidate, shape);
      return;
    }
    if (type.id() != arrow::Type::LIST || arrow::is_nested(type.field(0)->type()->id())) {
      disagreements_.Add("{}: \"tensor.shape\" of a kept column needs one list, got {}",
                         candidate->what, type.ToString());
      return;
    }
    int64_t elements = 1;
    for (const int64_t dim : shape) elements *= dim;
    const bool known = std::find(shape.begin(), shape.end(), kUnknownDim) == shape.end();
    if (known) checks->list_length = elements;
    shape.insert(shape.begin(), kUnknownDim);
    candidate->shape = FlattenedShape(shape);
  }

  /// Readers that go by ids would take one column for the other.
  void CheckFieldIds() {
    std::map<std::string, std::string> columns;
    for (const FieldPtr& field : schema_) {
      const std::string id = field->metadata()->Get(kFieldIdKey).ValueOr("");
      if (id.empty()) continue;
      const auto [other, is_new] = columns.emplace(id, field->name());
      if (is_new) continue;
      disagreements_.Add("columns '{}' and '{}' both have the field id {}", other->second,
                         field->name(), id);
    }
  }

  void CheckColumnsExist() {
    std::vector<std::string> names;
    for (const FieldPtr& field : schema_) names.push_back(field->name());
    for (const auto& [name, checks] : checks_.columns) {
      if (std::find(names.begin(), names.end(), LegalName(name)) != names.end()) continue;
      disagreements_.Add("[checks.columns] has '{}', but the output's columns are {}{}",
                         name, QuotedList(names), DidYouMean(name, names));
    }
  }

  void Land(LandedField landed, FieldChecks checks, FieldPtr field) {
    fields_.push_back(std::move(landed));
    settled_.push_back(std::move(checks));
    schema_.push_back(std::move(field));
  }

  Result<LandingPlan> Finish() {
    CheckFieldIds();
    if (disagreements_.empty()) CheckColumnsExist();
    HOWDAH_RETURN_IF_ERROR(disagreements_.ToStatus());
    LandingPlan plan = candidates_.TakePlan();
    plan.kept_fields.resize(plan.kept.size());
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].is_kept) plan.kept_fields[fields_[i].index] = static_cast<int>(i);
    }
    plan.fields = std::move(fields_);
    plan.checks = std::move(settled_);
    plan.bad_rows = checks_.bad_rows;
    plan.nan = checks_.nan;
    plan.schema = arrow::schema(std::move(schema_));
    return plan;
  }

  const Signature& signature_;
  const RowChecks& checks_;
  Disagreements disagreements_;
  Candidates candidates_;
  std::vector<LandedField> fields_;
  std::vector<FieldChecks> settled_;  // per field
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
