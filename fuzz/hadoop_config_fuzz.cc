// Hadoop's configuration: any two files (core-site.xml, a zero byte, hdfs-site.xml) are
// read or refused, any value is expanded or refused, and so are the client's options.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/log.h"
#include "fuzz_input.h"
#include "hdfs/client_settings.h"
#include "hdfs/hadoop_config.h"
#include "hdfs/hadoop_values.h"

namespace {

using namespace howdah;
using namespace howdah::hdfs;

/// In memory, where there is such a place.
const std::string& Directory() {
  static const auto* directory = [] {
    std::string name = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    name += "/howdah-fuzz-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    return new std::string(name);
  }();
  return *directory;
}

void RemoveFiles() {
  for (const char* name : {"/core-site.xml", "/hdfs-site.xml"}) {
    unlink((Directory() + name).c_str());
  }
  rmdir(Directory().c_str());
}

void WriteFile(const char* name, std::string_view text) {
  FILE* const file = fopen((Directory() + name).c_str(), "wb");
  if (file == nullptr || fwrite(text.data(), 1, text.size(), file) != text.size()) {
    std::abort();
  }
  fclose(file);
}

const char* Environment(const char* name) {
  if (std::strcmp(name, "HADOOP_CONF_DIR") == 0) return Directory().c_str();
  return std::strcmp(name, "HADOOP_USER_NAME") == 0 ? "somebody" : nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  InitLog(LogFormat::kText, LogLevel::kError);
  std::atexit(RemoveFiles);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t cut = std::min(text.find('\0'), size);
  WriteFile("/core-site.xml", text.substr(0, cut));
  WriteFile("/hdfs-site.xml", cut < size ? text.substr(cut + 1) : "<configuration/>");
  const auto config = HadoopConfig::Load(Environment);
  if (config.ok()) {
    for (const auto& [name, entry] : config->entries()) {
      const auto value = config->Get(name);
      if (value.ok() && !value->has_value()) Broken(name + " is set and has no value");
    }
    static_cast<void>(DescribeSettings(*config));
    for (const char* authority : {"", "ns", "host:8020"}) {
      static_cast<void>(OptionsFor(*config, authority, Environment));
    }
  }
  const std::string_view value = text.substr(0, 64);
  static_cast<void>(ParseHadoopInt(value));
  static_cast<void>(ParseHadoopSize(value));
  static_cast<void>(ParseHadoopDuration(value, std::chrono::milliseconds(1)));
  static_cast<void>(ParseHadoopDuration(value, std::chrono::seconds(1)));
  static_cast<void>(ParseHadoopBool(value));
  static_cast<void>(ParseHadoopUmask(value));
  static_cast<void>(SplitHadoopList(value));
  return 0;
}
