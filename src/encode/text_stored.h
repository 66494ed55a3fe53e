#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class RecordBatch;
}

namespace howdah {

/// `batch` as text gives it back: every NaN is the same one, and with `decimals` the
/// floats of columns other than `exact` are what so many digits say. `batch` itself where
/// nothing changes.
Result<std::shared_ptr<arrow::RecordBatch>> AsTextStores(
    std::shared_ptr<arrow::RecordBatch> batch, std::optional<int> decimals,
    const std::vector<std::string>& exact);

}  // namespace howdah
