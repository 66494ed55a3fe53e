#include "source/csv_source.h"

#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "source/block_reader.h"
#include "source/csv_decoder.h"
#include "source/csv_header.h"
#include "source/csv_scan.h"
#include "source/guard.h"
#include "source/gzip_source.h"
#include "source/text_chunks.h"
#include "source/text_units.h"

namespace howdah {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The columns of `header` that are asked for.
std::vector<size_t> ColumnsToType(const CsvHeader& header,
                                  const InspectOptions& options) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < header.names.size(); ++i) {
    if (options.columns.empty() || Has(options.columns, header.names[i])) {
      columns.push_back(i);
    }
  }
  return columns;
}

class CsvSource final : public SourceFormat {
 public:
  explicit CsvSource(const TextSourceOptions& options) : options_(options) {}

  const std::string& name() const override {
    static const std::string name = "csv";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {".csv", ".tsv", ".csv.gz",
                                                        ".tsv.gz"};
    return extensions;
  }
  bool numbers_have_width() const override { return false; }

  Result<SourceFileInfo> Inspect(ByteSource& file,
                                 const InspectOptions& options) const override {
    SourceFileInfo info;
    const Status read = Guarded([&] { return Read(file, options, &info); });
    HOWDAH_RETURN_IF_ERROR(DecodeError(read, file.name()));
    return info;
  }

  std::shared_ptr<arrow::DataType> CommonType(
      const std::shared_ptr<arrow::DataType>& a,
      const std::shared_ptr<arrow::DataType>& b) const override {
    return CommonCsvType(a, b);
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    const auto open = [schema = options.schema, pool = options.pool,
                       cut = options_](ByteSource& file) {
      return OpenCsvDecoder(file, schema, cut, pool);
    };
    return MakeTextChunkReader(split, std::move(files), open, options_, options.pool);
  }

 private:
  Status Read(ByteSource& stored, const InspectOptions& options,
              SourceFileInfo* info) const {
    HOWDAH_ASSIGN_OR_RETURN(const auto text, Uncompressed(stored));
    ByteSource& file = *text;
    HOWDAH_ASSIGN_OR_RETURN(const CsvHeader header, ReadCsvHeader(file, options_));
    const std::vector<size_t> columns = ColumnsToType(header, options);
    CsvScan scan(file.name(), header, columns);
    TextUnits units(UnitBytes(stored, file, options_));
    TextSourceOptions cut = options_;
    cut.block_bytes = std::min(cut.block_bytes, cut.unit_bytes);
    BlockReader blocks(file, header.end_byte, file.size(), CsvCut(header.delimiter), cut);
    for (;;) {
      HOWDAH_ASSIGN_OR_RETURN(const TextBlock block, blocks.Next());
      if (block.framed == nullptr) break;
      HOWDAH_ASSIGN_OR_RETURN(const int64_t rows,
                              scan.Scan(block.text, block.first_byte));
      units.Add(rows, block.first_byte, block.end_byte);
    }
    arrow::FieldVector fields;
    for (const std::string& name : header.names) {
      fields.push_back(arrow::field(name, arrow::utf8()));
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      auto& field = fields[columns[i]];
      if (Has(options.text_columns, field->name())) continue;
      field = field->WithType(scan.types()[i].type());
    }
    info->schema = arrow::schema(std::move(fields));
    info->units = units.Take();
    if (&file != &stored) info->undivided = kGzipUndivided;
    return Status::OK();
  }

  const TextSourceOptions options_;
};

}  // namespace

const SourceFormat& CsvSourceFormat() {
  static const CsvSource format{TextSourceOptions{}};
  return format;
}

std::unique_ptr<SourceFormat> MakeCsvSource(const TextSourceOptions& options) {
  return std::make_unique<CsvSource>(options);
}

}  // namespace howdah
