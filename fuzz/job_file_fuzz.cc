// Job files: any text is a list of settings or an error, and so is what they make.

#include <cstddef>
#include <cstdint>
#include <string>

#include "pipeline/job_spec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto settings = howdah::ParseJobFile(text, "job.toml");
  if (settings.ok()) static_cast<void>(howdah::MakeJobSpec(*settings));
  static_cast<void>(howdah::ParseAssignment(text));
  return 0;
}
