// Declared schemas: any text is a schema or refused.

#include <cstddef>
#include <cstdint>
#include <string>

#include "schema/declared_schema.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto schema = howdah::ParseAvroSchema(text, "fuzz");
  if (!schema.ok() && schema.status().message().find('\n') != std::string::npos) {
    __builtin_trap();
  }
  return 0;
}
