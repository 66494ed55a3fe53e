#include <arrow/record_batch.h>

#include <algorithm>
#include <utility>

#include "encode/avro_format.h"
#include "encode/csv_format.h"
#include "encode/encoder.h"
#include "encode/json_format.h"
#include "encode/parquet_format.h"

namespace howdah {
namespace {

constexpr std::pair<std::string_view, Profile> kProfiles[] = {
    {"lake", Profile::kLake}, {"compact", Profile::kCompact}};

}  // namespace

Result<std::vector<ProfileFinding>> Format::Lint(ByteSource& file, Profile) const {
  return Error(ErrorKind::kUnsupported,
               "{}: profiles are of Parquet and Avro files; {} has none", file.name(),
               name());
}

Result<Profile> ProfileNamed(std::string_view name) {
  for (const auto& [known, profile] : kProfiles) {
    if (known == name) return profile;
  }
  return Error(ErrorKind::kInvalidInput, "no profile '{}'; there are 'lake', 'compact'",
               name);
}

std::string_view Name(Profile profile) {
  for (const auto& [name, known] : kProfiles) {
    if (known == profile) return name;
  }
  return "";
}

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
  static const std::vector<const Format*> formats = {&ParquetFormat(), &AvroFormat(),
                                                     &CsvFormat(), &JsonFormat()};
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
