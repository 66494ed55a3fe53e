#pragma once

#include <cstdint>

namespace arrow {
class RecordBatch;
}  // namespace arrow

namespace howdah {

/// About how many bytes of memory the rows of `batch` take, without the parts of shared
/// buffers that belong to other rows. Cheap: looks at no value but the ends of offsets.
int64_t ApproximateBytes(const arrow::RecordBatch& batch);

}  // namespace howdah
