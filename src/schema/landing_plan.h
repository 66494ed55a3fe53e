#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
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

struct LandingPlan {
  std::vector<KeptColumn> kept;
  std::vector<TensorColumn> columns;
  std::vector<std::string> outputs;  ///< needed outputs of the signature, each once
  std::vector<size_t> output_of;     ///< per column: index into `outputs`
  std::shared_ptr<arrow::Schema> schema;
};

/// SchemaMismatch: as Landing::Compile.
Result<LandingPlan> PlanLanding(const arrow::Schema& source,
                                const std::vector<std::string>& keep,
                                const Signature& signature,
                                const std::vector<OutputColumn>& columns);

}  // namespace howdah
