#include "schema/declaration.h"

#include <arrow/type.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "avro/schema_text.h"
#include "schema/declared_cast.h"
#include "schema/declared_schema.h"

namespace howdah {
namespace {

using Json = nlohmann::ordered_json;

/// The schema of `plan` with the types that its declaration would have. What Avro has no
/// type for takes the next wider one, and declared timestamps are of microseconds.
Result<std::shared_ptr<arrow::Schema>> DeclarableSchema(const LandingPlan& plan) {
  HOWDAH_ASSIGN_OR_RETURN(const AvroSchemaText avro, ToAvroSchema(*plan.schema));
  HOWDAH_ASSIGN_OR_RETURN(const DeclaredSchema declared,
                          ParseAvroSchema(avro.json, "the schema that lands"));
  arrow::FieldVector fields;
  for (size_t i = 0; i < declared.fields.size(); ++i) {
    const auto& field = plan.schema->field(static_cast<int>(i));
    const auto& type = declared.fields[i].type;
    const Status castable = CheckDeclaredCast(*field->type(), *type, /*round=*/false);
    if (!castable.ok()) {
      return Error(ErrorKind::kSchemaMismatch,
                   "column '{}' cannot be declared: {}; leave it out, or land it without "
                   "a declared schema",
                   field->name(), castable.message());
    }
    fields.push_back(field->WithType(type));
  }
  return arrow::schema(std::move(fields));
}

void AddChecks(const FieldChecks& checks, NanPolicy of_all, Json* field) {
  const auto add = [&](const char* name, const auto& value) {
    (*field)[fmt::format("check.{}", name)] = value;
  };
  // A policy that only the format asks for is not the schema's.
  const NanPolicy nan = checks.unheld.empty() ? checks.nan : NanPolicy::kAllow;
  const bool says_nan = nan != NanPolicy::kAllow || of_all != NanPolicy::kAllow;
  if (checks.has_floats && says_nan) add("nan", Name(nan));
  if (checks.min) add("min", *checks.min);
  if (checks.max) add("max", *checks.max);
  if (!checks.sum) return;
  add("sum", *checks.sum);
  if (checks.sum_tolerance != kSumTolerance) add("sum_tolerance", checks.sum_tolerance);
}

/// `field`, a field of ToAvroSchema, with the properties that ParseAvroSchema reads.
void Describe(const LandingPlan& plan, size_t index, Json* field) {
  const LandedField& landed = plan.fields[index];
  const Json shape = field->value("tensor.shape", Json());
  field->erase("howdah.source");
  field->erase("tensor.shape");
  if (!landed.is_kept) {
    (*field)["tensor.source"] = plan.columns[landed.index].spec.name;
    if (!shape.is_null()) (*field)["tensor.shape"] = shape;
  }
  // A shape that a kept column has from its file is not asked of its values.
  if (landed.declared_shape) (*field)["tensor.shape"] = *landed.declared_shape;
  if (landed.round) (*field)["tensor.round"] = true;
  AddChecks(plan.checks[index], plan.nan, field);
}

}  // namespace

Result<std::string> DeclarationOf(const LandingPlan& plan) {
  HOWDAH_ASSIGN_OR_RETURN(const auto schema, DeclarableSchema(plan));
  HOWDAH_ASSIGN_OR_RETURN(const AvroSchemaText avro, ToAvroSchema(*schema));
  Json record = Json::parse(avro.json);
  for (size_t i = 0; i < plan.fields.size(); ++i) {
    Describe(plan, i, &record["fields"][i]);
  }
  // An output's name may be bytes that are not UTF-8.
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace howdah
