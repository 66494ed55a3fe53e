// JSON lines: what is inspected can be read, row for row, wherever it is cut.

#include "source/jsonl_source.h"
#include "source_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto jsonl =
      howdah::MakeJsonlSource({.unit_bytes = 16, .block_bytes = 16});
  if (!howdah::InspectAndRead(*jsonl, data, size)) __builtin_trap();
  return 0;
}
