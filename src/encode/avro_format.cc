#include "encode/avro_format.h"

#include <utility>

#include "avro/schema_text.h"
#include "encode/avro_encoder.h"
#include "encode/avro_profile.h"
#include "encode/avro_read_back.h"

namespace howdah {
namespace {

class Avro final : public Format {
 public:
  const std::string& name() const override {
    static const std::string name = "avro";
    return name;
  }
  std::string extension(const std::string&) const override { return ".avro"; }
  const std::vector<std::string>& compressions(Profile profile) const override {
    static const std::vector<std::string> lake = {"snappy", "deflate", "none"};
    static const std::vector<std::string> compact = {"zstandard"};
    return profile == Profile::kLake ? lake : compact;
  }
  Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema,
      const EncoderOptions&) const override {
    HOWDAH_ASSIGN_OR_RETURN(AvroSchemaText text, ToAvroSchema(*schema));
    return std::move(text.stored);
  }
  Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const override {
    return MakeAvroEncoder(std::move(schema), sink, options);
  }
  Result<ReadBackFile> ReadBack(ByteSource& file, const EncoderOptions&) const override {
    return ReadBackAvro(file);
  }
  Result<std::vector<ProfileFinding>> Lint(ByteSource& file,
                                           Profile profile) const override {
    return LintAvro(file, profile);
  }
};

}  // namespace

const Format& AvroFormat() {
  static const Avro format;
  return format;
}

}  // namespace howdah
