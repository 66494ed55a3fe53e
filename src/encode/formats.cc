#include <arrow/record_batch.h>

#include <algorithm>

#include "encode/csv_format.h"
#include "encode/encoder.h"
#include "encode/json_format.h"
#include "encode/parquet_format.h"

namespace howdah {

Result<std::shared_ptr<arrow::RecordBatch>> Format::AsStored(
    std::shared_ptr<arrow::RecordBatch> batch, const EncoderOptions&) const {
  return batch;
}

Result<std::unique_ptr<RowReader>> Format::ReadRows(std::shared_ptr<ByteSource> file,
                                                    std::shared_ptr<arrow::Schema>,
                                                    const EncoderOptions&) const {
  return Error(ErrorKind::kUnsupported, "{}: {} files say their types themselves",
               file->name(), name());
}

const std::vector<const Format*>& BuiltinFormats() {
  static const std::vector<const Format*> formats = {&ParquetFormat(), &CsvFormat(),
                                                     &JsonFormat()};
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
