// CSV inputs: what is inspected can be read, row for row, wherever it is cut.

#include "source/csv_source.h"
#include "source_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto csv = howdah::MakeCsvSource({.unit_bytes = 48, .block_bytes = 48});
  if (!howdah::InspectAndRead(*csv, data, size)) __builtin_trap();
  return 0;
}
