#include <algorithm>

#include "encode/encoder.h"
#include "encode/parquet_format.h"

namespace howdah {

const std::vector<const Format*>& BuiltinFormats() {
  static const std::vector<const Format*> formats = {&ParquetFormat()};
  return formats;
}

const Format* FindFormat(std::string_view name) {
  const auto& formats = BuiltinFormats();
  const auto found =
      std::find_if(formats.begin(), formats.end(),
                   [&](const Format* format) { return format->name() == name; });
  return found == formats.end() ? nullptr : *found;
}

}  // namespace howdah
