#include "pipeline/landed_rows.h"

#include <arrow/record_batch.h>

#include <utility>

#include "source/source.h"

namespace howdah {
namespace {

class NoRows final : public RowReader {
 public:
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override { return nullptr; }
};

/// Rows of a file that says its types.
class SourceRows final : public RowReader {
 public:
  explicit SourceRows(std::unique_ptr<SplitReader> reader) : reader_(std::move(reader)) {}
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    HOWDAH_ASSIGN_OR_RETURN(SourceBatch batch, reader_->Next(1));
    return std::move(batch.rows);
  }

 private:
  const std::unique_ptr<SplitReader> reader_;
};

Result<std::unique_ptr<RowReader>> ReadSource(std::shared_ptr<ByteSource> file,
                                              const SourceFormat& format) {
  HOWDAH_ASSIGN_OR_RETURN(const SourceFileInfo info, format.Inspect(*file, {}));
  int64_t rows = 0;
  for (const SourceUnit& unit : info.units) rows += unit.rows;
  if (rows == 0) return std::make_unique<NoRows>();
  Split split;
  split.parts.push_back({.file = 0,
                         .first_row_group = 0,
                         .end_row_group = static_cast<int64_t>(info.units.size()),
                         .first_byte = info.units.front().first_byte,
                         .end_byte = info.units.back().end_byte,
                         .first_row = 0,
                         .rows = rows});
  constexpr int64_t kBatchRows = 4096;
  SplitReadOptions options;
  options.schema = info.schema;
  options.batch_rows = kBatchRows;
  HOWDAH_ASSIGN_OR_RETURN(auto reader,
                          OpenSplit(format, split, {std::move(file)}, options));
  return std::make_unique<SourceRows>(std::move(reader));
}

}  // namespace

const Format* FormatOfDataFile(const std::string& path) {
  if (path.ends_with(".quarantine")) return FindFormat("parquet");
  for (const Format* format : BuiltinFormats()) {
    for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
      for (const std::string& compression : format->compressions(profile)) {
        const std::string extension = format->extension(compression);
        if (path.size() > extension.size() && path.ends_with(extension)) return format;
      }
    }
  }
  return nullptr;
}

Result<std::unique_ptr<RowReader>> ReadLandedRows(std::shared_ptr<ByteSource> file,
                                                  const std::string& path,
                                                  const StoredAs& stored) {
  const Format* format = FormatOfDataFile(path);
  if (format == nullptr) {
    return Error(ErrorKind::kUnsupported, "no format reads a file of the name '{}'",
                 path);
  }
  if (format->says_types()) {
    return ReadSource(std::move(file), *FindSourceFormat(format->name()));
  }
  if (stored.schema == nullptr) {
    return Error(ErrorKind::kCorruption, "the ledger's plan does not say its types");
  }
  return format->ReadRows(std::move(file), stored.schema, stored.encoder);
}

}  // namespace howdah
