// Hadoop's configuration: any file is read or refused, any value expanded or refused.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hdfs/hadoop_config.h"
#include "hdfs/hadoop_values.h"
#include "hdfs/hadoop_xml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace hdfs = howdah::hdfs;
  static const std::string path = [] {
    char name[] = "/tmp/howdah-fuzz-XXXXXX";
    const int descriptor = mkstemp(name);
    if (descriptor < 0) std::abort();
    close(descriptor);
    return std::string(name);
  }();
  FILE* const file = fopen(path.c_str(), "wb");
  if (file == nullptr || fwrite(data, 1, size, file) != size) std::abort();
  fclose(file);
  const auto properties = hdfs::ReadHadoopXml(path);
  hdfs::HadoopConfig config;
  if (properties.ok()) {
    for (const auto& property : *properties) {
      config.Set(property.name, {property.value, property.is_final, property.file});
    }
  }
  for (const auto& [name, entry] : config.entries()) {
    static_cast<void>(config.Get(name));
  }
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(hdfs::ParseHadoopSize(text));
  static_cast<void>(hdfs::ParseHadoopDuration(text, std::chrono::milliseconds(1)));
  static_cast<void>(hdfs::ParseHadoopUmask(text));
  return 0;
}
