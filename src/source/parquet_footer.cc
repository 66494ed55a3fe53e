#include "source/parquet_footer.h"

#include <arrow/type.h>
#include <parquet/arrow/schema.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <new>

#include "base/arrow_io.h"
#include "source/columns.h"

namespace howdah {
namespace {

// Parquet format, "File Format": magic, data, footer, 4 bytes of footer length, magic.
constexpr int64_t kMagicBytes = 4;
constexpr int64_t kTailBytes = 8;
constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kEncryptedMagic = "PARE";
// Far above any real file, low enough that sums over a job's files cannot overflow.
constexpr int64_t kMostRows = int64_t{1} << 42;

Result<std::string> ReadText(ByteSource& file, int64_t offset, int64_t bytes) {
  std::string text(static_cast<size_t>(std::min(bytes, file.size() - offset)), '\0');
  HOWDAH_ASSIGN_OR_RETURN(int64_t read,
                          file.ReadAt(offset, std::as_writable_bytes(std::span(text))));
  text.resize(static_cast<size_t>(read));
  return text;
}

std::string Printable(std::string_view bytes) {
  if (std::all_of(bytes.begin(), bytes.end(), [](char c) {
        return std::isprint(static_cast<unsigned char>(c)) != 0;
      })) {
    return fmt::format("'{}'", bytes);
  }
  std::string hex = "bytes";
  for (char c : bytes) hex += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  return hex;
}

/// Why Arrow, which says `reason`, cannot open `file`; looked at only after it has
/// failed, so that good files cost no extra reads.
Status Diagnose(ByteSource& file, const Status& reason) {
  const std::string& name = file.name();
  if (file.size() == 0) {
    return Error(ErrorKind::kCorruption, "{}: not a Parquet file: it is empty", name);
  }
  HOWDAH_ASSIGN_OR_RETURN(const std::string head, ReadText(file, 0, kMagicBytes));
  if (!kMagic.starts_with(head) && !kEncryptedMagic.starts_with(head)) {
    return Error(ErrorKind::kCorruption,
                 "{}: not a Parquet file: it begins with {}, a Parquet file with '{}'",
                 name, Printable(head), kMagic);
  }
  std::string tail;
  if (file.size() >= kMagicBytes + kTailBytes) {
    HOWDAH_ASSIGN_OR_RETURN(tail, ReadText(file, file.size() - kTailBytes, kTailBytes));
  }
  if (!tail.ends_with(kMagic) && !tail.ends_with(kEncryptedMagic)) {
    return Error(ErrorKind::kCorruption,
                 "{}: cut Parquet file: its end is missing (after {} bytes there is no "
                 "footer)",
                 name, file.size());
  }
  if (tail.ends_with(kEncryptedMagic)) {
    return Error(ErrorKind::kUnsupported,
                 "{}: encrypted Parquet file: write it without encryption", name);
  }
  return Error(ErrorKind::kCorruption, "{}: corrupt Parquet footer: {}", name,
               reason.message());
}

/// Every column chunk lies between the magic and the footer; else bytes were lost or
/// added.
Status CheckPlaces(const ByteSource& file, const parquet::FileMetaData& footer) {
  const int64_t end = file.size() - kTailBytes - footer.size();
  for (int i = 0; i < footer.num_row_groups(); ++i) {
    if (footer.RowGroup(i)->num_rows() == 0)
      continue;  // is not read; its places mean nothing
    for (int j = 0; j < footer.num_columns(); ++j) {
      const auto chunk = footer.RowGroup(i)->ColumnChunk(j);
      const int64_t start =
          chunk->has_dictionary_page()
              ? std::min(chunk->dictionary_page_offset(), chunk->data_page_offset())
              : chunk->data_page_offset();
      const int64_t bytes = chunk->total_compressed_size();
      if (bytes < 0 || start < kMagicBytes || start > end || bytes > end - start) {
        return Error(
            ErrorKind::kCorruption,
            "{}: damaged Parquet file: by its footer, column {} of row group {} has "
            "{} bytes from byte {} on, but the data end at byte {}",
            file.name(), j, i, bytes, start, end);
      }
    }
  }
  return Status::OK();
}

Status CheckCounts(const ByteSource& file, const parquet::FileMetaData& footer) {
  int64_t sum = 0;
  for (int i = 0; i < footer.num_row_groups(); ++i) {
    const auto group = footer.RowGroup(i);
    const int64_t rows = group->num_rows();
    if (rows < 0 || rows > kMostRows - sum) {
      return Error(ErrorKind::kCorruption,
                   "{}: corrupt Parquet footer: row group {} claims {} rows", file.name(),
                   i, rows);
    }
    if (group->num_columns() != footer.num_columns()) {
      return Error(ErrorKind::kCorruption,
                   "{}: corrupt Parquet footer: row group {} has {} columns, the schema "
                   "has {}",
                   file.name(), i, group->num_columns(), footer.num_columns());
    }
    sum += rows;
  }
  if (sum != footer.num_rows()) {
    return Error(ErrorKind::kCorruption,
                 "{}: corrupt Parquet footer: it claims {} rows, its row groups hold {}",
                 file.name(), footer.num_rows(), sum);
  }
  return Status::OK();
}

}  // namespace

Status CatchParquet(const std::function<Status()>& body) {
  try {
    return body();
  } catch (const parquet::ParquetStatusException& e) {
    return e.status();
  } catch (const std::bad_alloc&) {
    return Status::OutOfMemory("not enough memory");
  } catch (const std::exception& e) {
    return Status::IOError(e.what());
  }
}

Result<std::shared_ptr<parquet::FileMetaData>> ReadParquetFooter(ByteSource& file) {
  std::shared_ptr<parquet::FileMetaData> footer;
  const Status opened = CatchParquet([&] {
    footer = parquet::ParquetFileReader::Open(AsArrowFile(file))->metadata();
    return Status::OK();
  });
  // A status with a detail comes from the storage, not from Arrow: the file may be fine.
  if (!opened.ok() && opened.detail() != nullptr) return opened;
  if (!opened.ok()) return Diagnose(file, opened);
  if (footer->is_encryption_algorithm_set()) {
    return Error(ErrorKind::kUnsupported,
                 "{}: Parquet file with encrypted columns: write it without encryption",
                 file.name());
  }
  Status counts;
  const Status thrown = CatchParquet([&] {
    counts = CheckCounts(file, *footer);
    if (counts.ok()) counts = CheckPlaces(file, *footer);
    return Status::OK();
  });
  if (!thrown.ok()) return Diagnose(file, thrown);
  HOWDAH_RETURN_IF_ERROR(counts);
  return footer;
}

Result<std::shared_ptr<arrow::Schema>> ParquetArrowSchema(
    const ByteSource& file, const parquet::FileMetaData& footer) {
  std::shared_ptr<arrow::Schema> schema;
  const Status converted = CatchParquet([&] {
    return parquet::arrow::FromParquetSchema(footer.schema(),
                                             parquet::default_arrow_reader_properties(),
                                             footer.key_value_metadata(), &schema);
  });
  if (!converted.ok()) {
    const bool unknown = KindOf(converted) == ErrorKind::kUnsupported;
    return Error(unknown ? ErrorKind::kUnsupported : ErrorKind::kCorruption,
                 "{}: {} Parquet schema: {}", file.name(),
                 unknown ? "unsupported" : "corrupt", converted.message());
  }
  HOWDAH_RETURN_IF_ERROR(CheckNames(file.name(), *schema));
  return schema;
}

std::vector<int> ParquetLeaves(const parquet::FileMetaData& footer,
                               std::span<const std::string> columns) {
  std::vector<int> leaves;
  for (int i = 0; i < footer.num_columns(); ++i) {
    const std::string& root = footer.schema()->GetColumnRoot(i)->name();
    if (std::find(columns.begin(), columns.end(), root) != columns.end()) {
      leaves.push_back(i);
    }
  }
  return leaves;
}

}  // namespace howdah
