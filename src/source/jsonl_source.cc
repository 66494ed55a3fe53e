#include "source/jsonl_source.h"

#include <arrow/json/reader.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "source/block_reader.h"
#include "source/columns.h"
#include "source/guard.h"
#include "source/gzip_source.h"
#include "source/json_nulls.h"
#include "source/json_scan.h"
#include "source/large_doubles.h"
#include "source/text_chunks.h"
#include "source/text_units.h"

namespace howdah {
namespace {

size_t CutLines(std::string_view text) {
  const size_t newline = text.rfind('\n');
  return newline == std::string_view::npos ? 0 : newline + 1;
}

/// Parses blocks of one file.
class JsonDecoder {
 public:
  JsonDecoder(ByteSource& file, std::shared_ptr<arrow::Schema> schema)
      : file_(file),
        schema_(std::move(schema)),
        parsed_schema_(WithoutNestedNulls(schema_)),
        columns_(schema_->field_names()) {
    options_.explicit_schema = parsed_schema_;
    options_.unexpected_field_behavior = arrow::json::UnexpectedFieldBehavior::Ignore;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> operator()(const TextBlock& block) const {
    std::shared_ptr<arrow::RecordBatch> rows;
    const Status parsed = Guarded([&] {
      if (block.text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        ARROW_ASSIGN_OR_RAISE(rows, arrow::RecordBatch::MakeEmpty(schema_));
        return Status::OK();
      }
      ARROW_ASSIGN_OR_RAISE(rows, arrow::json::ParseOne(options_, block.framed));
      ARROW_RETURN_NOT_OK(rows->Validate());
      ARROW_ASSIGN_OR_RAISE(rows, SelectColumns(*rows, parsed_schema_));
      if (parsed_schema_ == schema_) return Status::OK();
      return RestoreNestedNulls(*rows, schema_).Value(&rows);
    });
    HOWDAH_RETURN_IF_ERROR(
        DecodeError(parsed, fmt::format("{}: the lines from byte {} to byte {}",
                                        file_.name(), block.first_byte, block.end_byte)));
    if (HasLargeDoubles(*rows)) HOWDAH_RETURN_IF_ERROR(CheckExact(block));
    return rows;
  }

 private:
  /// Another file can have fractions where this one has whole numbers only.
  Status CheckExact(const TextBlock& block) const {
    JsonScan scan(file_.name(), columns_);
    HOWDAH_RETURN_IF_ERROR(scan.Scan(block.text).status());
    const std::string bent = scan.shape().BentBy(*arrow::struct_(schema_->fields()));
    if (bent.empty()) return Status::OK();
    return Error(ErrorKind::kSchemaMismatch,
                 "{}: {} is a whole number that a double cannot hold, but the input's "
                 "other files have fractions in its column; write it as a string",
                 file_.name(), bent);
  }

  ByteSource& file_;
  const std::shared_ptr<arrow::Schema> schema_, parsed_schema_;
  const std::vector<std::string> columns_;
  arrow::json::ParseOptions options_ = arrow::json::ParseOptions::Defaults();
};

class JsonlSource final : public SourceFormat {
 public:
  explicit JsonlSource(const TextSourceOptions& options) : options_(options) {}

  const std::string& name() const override {
    static const std::string name = "jsonl";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {
        ".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz"};
    return extensions;
  }
  bool numbers_have_width() const override { return false; }

  Result<SourceFileInfo> Inspect(ByteSource& stored,
                                 const InspectOptions& options) const override {
    HOWDAH_ASSIGN_OR_RETURN(const auto text, Uncompressed(stored));
    ByteSource& file = *text;
    HOWDAH_ASSIGN_OR_RETURN(const int64_t start, ByteOrderMark(file));
    TextSourceOptions cut = options_;
    cut.block_bytes = std::min(cut.block_bytes, cut.unit_bytes);
    BlockReader blocks(file, start, file.size(), CutLines, cut);
    JsonScan scan(file.name(), options.columns);
    TextUnits units(UnitBytes(stored, file, options_));
    const Status read = Guarded([&]() -> Status {
      for (;;) {
        HOWDAH_ASSIGN_OR_RETURN(const TextBlock block, blocks.Next());
        if (block.framed == nullptr) return Status::OK();
        HOWDAH_ASSIGN_OR_RETURN(const int64_t rows, scan.Scan(block.text));
        units.Add(rows, block.first_byte, block.end_byte);
      }
    });
    HOWDAH_RETURN_IF_ERROR(DecodeError(read, file.name()));
    return SourceFileInfo{.schema = arrow::schema(scan.shape().type()->fields()),
                          .units = units.Take(),
                          .undivided = &file == &stored ? "" : kGzipUndivided};
  }

  std::shared_ptr<arrow::DataType> CommonType(
      const std::shared_ptr<arrow::DataType>& a,
      const std::shared_ptr<arrow::DataType>& b) const override {
    return CommonJsonType(a, b);
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    const auto open = [schema = options.schema](ByteSource& file) -> Result<TextFile> {
      return TextFile{JsonDecoder(file, schema), CutLines};
    };
    return MakeTextChunkReader(split, std::move(files), open, options_, options.pool);
  }

 private:
  const TextSourceOptions options_;
};

}  // namespace

const SourceFormat& JsonlSourceFormat() {
  static const JsonlSource format{TextSourceOptions{}};
  return format;
}

std::unique_ptr<SourceFormat> MakeJsonlSource(const TextSourceOptions& options) {
  return std::make_unique<JsonlSource>(options);
}

}  // namespace howdah
