// Spark DDL: any text is a schema or an error.

#include <cstddef>
#include <cstdint>
#include <string>

#include "schema/spark_ddl.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(howdah::ParseSparkDdl(text, "schema.ddl"));
  return 0;
}
