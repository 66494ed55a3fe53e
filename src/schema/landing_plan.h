#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "schema/field_checks.h"
#include "schema/landing.h"
#include "schema/tensor_column.h"
#include "types/tensor.h"

namespace howdah {

/// An input column that is carried to the output.
struct KeptColumn {
  std::string name;                           ///< in the input
  std::shared_ptr<arrow::DataType> type;      ///< in the input
  std::shared_ptr<arrow::DataType> lands_as;  ///< CanonicalType of it
  bool nullable = true;
};

/// Where a field of the output schema comes from.
struct LandedField {
  bool is_kept = false;
  size_t index = 0;  ///< into `kept` or `columns`
  size_t part = 0;   ///< of the columns that are made from one tensor
  /// What it is cast to, as the schema declares; nullptr: nothing to cast.
  std::shared_ptr<arrow::DataType> cast_to;
  bool check_nulls = false;  ///< declared not nullable, but the input may have nulls
  bool round = false;        ///< DeclaredField::round
  std::optional<std::vector<int64_t>> declared_shape;  ///< DeclaredField::shape
};

struct LandingPlan {
  std::vector<KeptColumn> kept;
  std::vector<TensorColumn> columns;
  std::vector<std::string> outputs;  ///< needed outputs of the signature, each once
  std::vector<size_t> output_of;     ///< per column: index into `outputs`
  std::vector<LandedField> fields;   ///< as in `schema`
  std::vector<int> kept_fields;      ///< per kept column: its field
  std::shared_ptr<arrow::Schema> schema;
  std::vector<FieldChecks> checks;  ///< per field
  BadRows bad_rows = BadRows::kFail;
  NanPolicy nan = NanPolicy::kAllow;  ///< of all columns that have no other
};

/// SchemaMismatch: as Landing::Compile.
Result<LandingPlan> PlanLanding(const arrow::Schema& source,
                                const std::vector<std::string>& keep,
                                const Signature& signature,
                                const std::vector<OutputColumn>& columns,
                                const DeclaredSchema* declared, const RowChecks& checks);

}  // namespace howdah
