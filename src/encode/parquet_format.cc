#include "encode/parquet_format.h"

#include <utility>

#include "encode/parquet_encoder.h"
#include "encode/parquet_lake.h"
#include "encode/parquet_profile.h"
#include "encode/parquet_read_back.h"

namespace howdah {
namespace {

class Parquet final : public Format {
 public:
  const std::string& name() const override {
    static const std::string name = "parquet";
    return name;
  }
  std::string extension(const std::string&) const override { return ".parquet"; }
  const std::vector<std::string>& compressions(Profile profile) const override {
    return ParquetCompressions(profile);
  }
  Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema,
      const EncoderOptions&) const override {
    HOWDAH_RETURN_IF_ERROR(CheckLakeSchema(*schema));
    return schema;  // the file has Arrow's schema in its metadata
  }
  Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const override {
    return MakeParquetEncoder(std::move(schema), sink, options);
  }
  Result<ReadBackFile> ReadBack(ByteSource& file, const EncoderOptions&) const override {
    return ReadBackParquet(file);
  }
  Result<std::vector<ProfileFinding>> Lint(ByteSource& file,
                                           Profile profile) const override {
    return LintParquet(file, profile);
  }
};

}  // namespace

const Format& ParquetFormat() {
  static const Parquet format;
  return format;
}

}  // namespace howdah
