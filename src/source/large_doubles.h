#pragma once

namespace arrow {
class RecordBatch;
}

namespace howdah {

/// Whether a double in `rows`, at any depth, is 2^53 or more, or -2^53 or less: there a
/// double no longer holds every whole number, and the text must be looked at. Infinities
/// count too.
bool HasLargeDoubles(const arrow::RecordBatch& rows);

}  // namespace howdah
