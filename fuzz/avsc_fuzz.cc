// Declared schemas: any text is a schema or refused in one line; and a schema, written as
// `howdah check --print-schema` writes one, says the same when it is parsed again.

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz_input.h"
#include "schema/declaration.h"
#include "schema/declared_schema.h"
#include "schema/landing_plan.h"

namespace {

using namespace howdah;

/// A plan that lands what `schema` declares.
LandingPlan PlanOf(const DeclaredSchema& schema) {
  LandingPlan plan;
  arrow::FieldVector fields;
  for (const DeclaredField& field : schema.fields) {
    auto metadata = arrow::key_value_metadata({"doc"}, {field.doc});
    fields.push_back(arrow::field(field.name, field.type, field.nullable, metadata));
    plan.fields.push_back({.is_kept = !field.tensor_source.has_value(),
                           .index = plan.columns.size(),
                           .round = field.round,
                           .declared_shape = field.shape});
    TensorColumn column;
    column.spec.name = field.tensor_source.value_or("");
    plan.columns.push_back(column);
    const ValueChecks& checks = field.checks;
    plan.checks.push_back(
        {.name = field.name,
         .has_floats = true,
         .nan = checks.nan.value_or(NanPolicy::kAllow),
         .min = checks.min,
         .max = checks.max,
         .sum = checks.sum,
         .sum_tolerance = checks.sum_tolerance.value_or(kSumTolerance)});
  }
  plan.schema = arrow::schema(fields);
  return plan;
}

bool SameChecks(const ValueChecks& a, const ValueChecks& b) {
  return a.nan.value_or(NanPolicy::kAllow) == b.nan.value_or(NanPolicy::kAllow) &&
         a.min == b.min && a.max == b.max && a.sum == b.sum &&
         (!a.sum || a.sum_tolerance.value_or(kSumTolerance) ==
                        b.sum_tolerance.value_or(kSumTolerance));
}

bool Same(const DeclaredField& a, const DeclaredField& b) {
  return a.name == b.name && a.type->Equals(*b.type) && a.nullable == b.nullable &&
         a.tensor_source == b.tensor_source && a.round == b.round && a.doc == b.doc &&
         a.shape == b.shape && SameChecks(a.checks, b.checks);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto schema = ParseAvroSchema(text, "fuzz");
  if (!schema.ok()) {
    if (schema.status().message().find('\n') != std::string::npos) {
      Broken(schema.status().message());
    }
    return 0;
  }
  const auto printed = DeclarationOf(PlanOf(*schema));
  if (!printed.ok()) Broken(printed.status().message());
  const auto again = ParseAvroSchema(*printed, "again");
  if (!again.ok()) Broken(*printed + again.status().message());
  if (again->fields.size() != schema->fields.size()) Broken(*printed);
  for (size_t i = 0; i < schema->fields.size(); ++i) {
    if (!Same(schema->fields[i], again->fields[i])) {
      Broken(*printed + "field " + schema->fields[i].name);
    }
  }
  return 0;
}
