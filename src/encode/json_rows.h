#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace arrow {
class ArrayBuilder;
class Schema;
}  // namespace arrow

namespace howdah {

/// Append the object of one line to the builders of `schema`. Corruption: a clause.
Status ParseJson(std::string_view line, const arrow::Schema& schema,
                 const std::vector<std::unique_ptr<arrow::ArrayBuilder>>& builders);

}  // namespace howdah
