#include "encode/json_format.h"

#include <arrow/type.h>

#include <utility>

#include "encode/text_encoder.h"
#include "encode/text_gzip.h"
#include "encode/text_records.h"
#include "encode/text_rows.h"
#include "encode/text_stored.h"

namespace howdah {
namespace {

TextStyle StyleOf(const EncoderOptions& options) {
  return {.dialect = TextDialect::kJson,
          .null = "null",
          .decimals = {},
          .nan_as_string = options.text.nan_as_string};
}

Result<std::vector<std::unique_ptr<TextColumn>>> MakeColumns(
    const arrow::Schema& schema, const EncoderOptions& options) {
  return MakeTextColumns(schema, options, StyleOf(options), StyleOf(options));
}

class Json final : public Format {
 public:
  const std::string& name() const override {
    static const std::string name = "json";
    return name;
  }
  std::string extension(const std::string& compression) const override {
    return ".json" + TextCompressionExtension(compression);
  }
  const std::vector<std::string>& compressions(Profile) const override {
    return TextCompressions();
  }
  bool says_types() const override { return false; }

  /// No columns: they are in each row, and in none of a file without rows.
  Result<std::shared_ptr<arrow::Schema>> StoredSchema(
      const std::shared_ptr<arrow::Schema>& schema,
      const EncoderOptions& options) const override {
    HOWDAH_RETURN_IF_ERROR(MakeColumns(*schema, options).status());
    return arrow::schema({});
  }

  Result<std::shared_ptr<arrow::RecordBatch>> AsStored(
      std::shared_ptr<arrow::RecordBatch> batch, const EncoderOptions&) const override {
    return AsTextStores(std::move(batch), {}, {});
  }

  Result<std::unique_ptr<Encoder>> MakeEncoder(
      std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
      const EncoderOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(auto columns, MakeColumns(*schema, options));
    TextLayout layout{.header = "", .leads = {}, .row_end = "}\n"};
    for (const std::string& column : schema->field_names()) {
      layout.leads.push_back((layout.leads.empty() ? "{" : ",") + JsonKey(column));
    }
    return MakeTextEncoder(std::move(schema), sink, std::move(columns), std::move(layout),
                           options);
  }

  Result<ReadBackFile> ReadBack(ByteSource& file,
                                const EncoderOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(
        TextRecords records,
        TextRecords::Open(file, options.compression, RecordEnd::kLine));
    ReadBackFile found;
    found.schema = arrow::schema({});
    std::string_view record;
    for (;;) {
      HOWDAH_ASSIGN_OR_RETURN(const bool more, records.Next(&record));
      if (!more) return found;
      if (!record.starts_with('{') || !record.ends_with('}')) {
        return Error(ErrorKind::kCorruption, "{}: line {} is no JSON object", file.name(),
                     found.rows);
      }
      ++found.rows;
    }
  }

  Result<std::unique_ptr<RowReader>> ReadRows(
      std::shared_ptr<ByteSource> file, std::shared_ptr<arrow::Schema> schema,
      const EncoderOptions& options) const override {
    return ReadTextRows(
        std::move(file), std::move(schema),
        {.text = StyleOf(options), .header = false, .compression = options.compression});
  }
};

}  // namespace

const Format& JsonFormat() {
  static const Json format;
  return format;
}

}  // namespace howdah
