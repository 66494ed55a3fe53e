#include "source/csv_decoder.h"

#include <arrow/csv/reader.h>
#include <arrow/io/memory.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "source/columns.h"
#include "source/csv_header.h"
#include "source/csv_records.h"
#include "source/csv_scan.h"
#include "source/guard.h"
#include "source/large_doubles.h"

namespace howdah {
namespace {

class CsvDecoder {
 public:
  CsvDecoder(ByteSource& file, CsvHeader header, std::shared_ptr<arrow::Schema> schema,
             arrow::MemoryPool* pool)
      : file_(file),
        header_(std::move(header)),
        schema_(std::move(schema)),
        pool_(pool != nullptr ? pool : arrow::default_memory_pool()) {
    read_.use_threads = false;
    read_.column_names = header_.names;
    parse_.delimiter = header_.delimiter;
    parse_.newlines_in_values = true;
    for (const auto& field : schema_->fields()) {
      convert_.column_types[field->name()] = field->type();
      convert_.include_columns.push_back(field->name());
    }
    convert_.null_values = {""};
    convert_.true_values = {"true"};
    convert_.false_values = {"false"};
    convert_.strings_can_be_null = true;
    convert_.quoted_strings_can_be_null = false;
  }

  Result<std::shared_ptr<arrow::RecordBatch>> operator()(const TextBlock& block) const {
    std::shared_ptr<arrow::RecordBatch> rows;
    const Status parsed = Guarded([&] {
      ARROW_ASSIGN_OR_RAISE(rows, Convert(block));
      return Status::OK();
    });
    HOWDAH_RETURN_IF_ERROR(
        DecodeError(parsed, fmt::format("{}: the records from byte {} to byte {}",
                                        file_.name(), block.first_byte, block.end_byte)));
    if (HasLargeDoubles(*rows)) HOWDAH_RETURN_IF_ERROR(CheckExact(block));
    return rows;
  }

 private:
  Result<std::shared_ptr<arrow::RecordBatch>> Convert(const TextBlock& block) const {
    if (block.text.find_first_not_of("\r\n") == std::string_view::npos) {
      return arrow::RecordBatch::MakeEmpty(schema_, pool_);
    }
    arrow::csv::ReadOptions read = read_;
    // All of it is one block, so that Arrow cuts nothing.
    read.block_size = static_cast<int32_t>(block.framed->size());
    ARROW_ASSIGN_OR_RAISE(const auto reader,
                          arrow::csv::TableReader::Make(
                              arrow::io::IOContext(pool_),
                              std::make_shared<arrow::io::BufferReader>(block.framed),
                              read, parse_, convert_));
    ARROW_ASSIGN_OR_RAISE(const auto table, reader->Read());
    ARROW_ASSIGN_OR_RAISE(const auto rows, table->CombineChunksToBatch(pool_));
    return SelectColumns(*rows, schema_);
  }

  /// Another file can have fractions where this one has whole numbers only.
  Status CheckExact(const TextBlock& block) const {
    std::vector<size_t> columns;
    for (size_t i = 0; i < header_.names.size(); ++i) {
      const auto field = schema_->GetFieldByName(header_.names[i]);
      if (field != nullptr && field->type()->id() == arrow::Type::DOUBLE) {
        columns.push_back(i);
      }
    }
    CsvScan scan(file_.name(), header_, columns);
    HOWDAH_RETURN_IF_ERROR(scan.Scan(block.text, block.first_byte).status());
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string& bent = scan.types()[i].beyond_double();
      if (bent.empty()) continue;
      return Error(ErrorKind::kSchemaMismatch,
                   "{}: column '{}' holds {}, a whole number that a double cannot hold, "
                   "but the input's other files have fractions there; read the column as "
                   "text",
                   file_.name(), header_.names[columns[i]], bent);
    }
    return Status::OK();
  }

  ByteSource& file_;
  const CsvHeader header_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* const pool_;
  arrow::csv::ReadOptions read_ = arrow::csv::ReadOptions::Defaults();
  arrow::csv::ParseOptions parse_ = arrow::csv::ParseOptions::Defaults();
  arrow::csv::ConvertOptions convert_ = arrow::csv::ConvertOptions::Defaults();
};

}  // namespace

CutRecords CsvCut(char delimiter) {
  return [delimiter](std::string_view text) { return CutCsvRecords(text, delimiter); };
}

Result<TextFile> OpenCsvDecoder(ByteSource& file, std::shared_ptr<arrow::Schema> schema,
                                const TextSourceOptions& options,
                                arrow::MemoryPool* pool) {
  HOWDAH_ASSIGN_OR_RETURN(CsvHeader header, ReadCsvHeader(file, options));
  for (const std::string& name : schema->field_names()) {
    if (std::find(header.names.begin(), header.names.end(), name) == header.names.end()) {
      return Error(ErrorKind::kSchemaMismatch, "{}: no column '{}'{}", file.name(), name,
                   DidYouMean(name, header.names));
    }
  }
  CutRecords cut = CsvCut(header.delimiter);
  return TextFile{CsvDecoder(file, std::move(header), std::move(schema), pool),
                  std::move(cut)};
}

}  // namespace howdah
