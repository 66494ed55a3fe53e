// Arrow IPC inputs, files and streams: any bytes are inspected and read, or refused.

#include "source_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  howdah::InspectAndRead(*howdah::FindSourceFormat("arrow"), data, size);
  return 0;
}
