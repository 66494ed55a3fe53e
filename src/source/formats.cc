#include <algorithm>

#include "source/arrow_source.h"
#include "source/avro_source.h"
#include "source/csv_source.h"
#include "source/jsonl_source.h"
#include "source/parquet_source.h"
#include "source/source.h"
#include "source/tfrecord_source.h"

namespace howdah {

const std::vector<const SourceFormat*>& BuiltinSourceFormats() {
  static const std::vector<const SourceFormat*> formats = {
      &ParquetSourceFormat(), &CsvSourceFormat(),  &JsonlSourceFormat(),
      &ArrowSourceFormat(),   &AvroSourceFormat(), &TfRecordSourceFormat()};
  return formats;
}

const SourceFormat* FindSourceFormat(std::string_view name) {
  const auto& formats = BuiltinSourceFormats();
  const auto found =
      std::find_if(formats.begin(), formats.end(),
                   [&](const SourceFormat* format) { return format->name() == name; });
  return found == formats.end() ? nullptr : *found;
}

}  // namespace howdah
