// Avro inputs: any bytes are inspected and read, or refused.

#include "source/avro_source.h"
#include "source_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto avro = howdah::MakeAvroSource({.unit_bytes = 64, .block_bytes = 64});
  howdah::InspectAndRead(*avro, data, size);
  return 0;
}
