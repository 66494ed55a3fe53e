#include "encode/parquet_read_back.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <exception>

#include "base/arrow_io.h"

namespace howdah {
namespace {

constexpr std::string_view kArrowSchemaKey = "ARROW:schema";

/// May throw.
Result<ReadBackFile> Read(ByteSource& file) {
  const auto footer = parquet::ParquetFileReader::Open(AsArrowFile(file))->metadata();
  ReadBackFile account{
      .rows = footer->num_rows(),
      .row_groups = footer->num_row_groups(),
      .created_by = footer->created_by(),
  };
  HOWDAH_RETURN_IF_ERROR(parquet::arrow::FromParquetSchema(
      footer->schema(), parquet::default_arrow_reader_properties(),
      footer->key_value_metadata(), &account.schema));
  int64_t rows = 0;
  for (int i = 0; i < footer->num_row_groups(); ++i) {
    const int64_t group_rows = footer->RowGroup(i)->num_rows();
    if (group_rows < 0 || __builtin_add_overflow(rows, group_rows, &rows)) {
      return Status::Invalid("row group ", i, " claims ", group_rows, " rows");
    }
  }
  if (rows != account.rows) {
    return Status::Invalid("the footer claims ", account.rows,
                           " rows, its row groups hold ", rows);
  }
  account.columns = AccountColumns(*footer);
  if (const auto& pairs = footer->key_value_metadata(); pairs != nullptr) {
    for (int64_t i = 0; i < pairs->size(); ++i) {
      if (pairs->key(i) == kArrowSchemaKey) continue;  // it is in `schema`
      account.metadata.emplace_back(pairs->key(i), pairs->value(i));
    }
  }
  return account;
}

Result<ReadBackFile> ReadWithoutThrowing(ByteSource& file) {
  try {
    return Read(file);
  } catch (const parquet::ParquetStatusException& e) {
    return e.status();
  } catch (const std::exception& e) {
    return Status::IOError(e.what());
  }
}

}  // namespace

std::vector<ColumnStats> AccountColumns(const parquet::FileMetaData& footer) {
  std::vector<ColumnStats> columns;
  for (int c = 0; c < footer.num_columns(); ++c) {
    ColumnStats stats{.name = footer.schema()->Column(c)->path()->ToDotString(),
                      .compressed_bytes = 0,
                      .uncompressed_bytes = 0,
                      .null_count = 0};
    for (int g = 0; g < footer.num_row_groups(); ++g) {
      const auto chunk = footer.RowGroup(g)->ColumnChunk(c);
      *stats.compressed_bytes += chunk->total_compressed_size();
      *stats.uncompressed_bytes += chunk->total_uncompressed_size();
      const auto values = chunk->is_stats_set() ? chunk->statistics() : nullptr;
      if (values == nullptr || !values->HasNullCount()) {
        stats.null_count.reset();
      } else if (stats.null_count.has_value()) {
        *stats.null_count += values->null_count();
      }
    }
    columns.push_back(std::move(stats));
  }
  return columns;
}

Result<ReadBackFile> ReadBackParquet(ByteSource& file) {
  const Result<ReadBackFile> account = ReadWithoutThrowing(file);
  // A status with a detail comes from the storage, not from Arrow: the file may be whole.
  if (account.ok() || account.status().detail() != nullptr) return account;
  return Error(ErrorKind::kCorruption, "{}: not a whole Parquet file: {}", file.name(),
               account.status().message());
}

}  // namespace howdah
