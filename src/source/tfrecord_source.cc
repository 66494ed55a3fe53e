#include "source/tfrecord_source.h"

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <utility>

#include "source/columns.h"
#include "source/guard.h"
#include "source/gzip_source.h"
#include "source/range_chunks.h"
#include "source/text_units.h"
#include "source/tf_columns.h"
#include "source/tf_record.h"
#include "source/tf_shapes.h"

namespace howdah {
namespace {

constexpr int64_t kMostChunkRows = int64_t{1} << 16;

/// `added`, which has no place yet, with the record's.
Status Placed(const Status& added, const ByteSource& file, const TfRecord& record) {
  if (added.ok()) return added;
  const bool ours = added.detail() != nullptr;
  const std::string place =
      fmt::format("{}: the record at byte {}", file.name(), record.first_byte);
  if (!ours) return DecodeError(added, place + " is no tf.Example");
  return MakeError(KindOf(added), place + " " + added.message());
}

/// What is stored in `file`: its own bytes, or those of a gzip file. A record's length
/// can look like the beginning of a gzip file, but for its checksum.
Result<std::shared_ptr<ByteSource>> RecordsOf(std::shared_ptr<ByteSource> file,
                                              std::optional<int64_t> size) {
  HOWDAH_ASSIGN_OR_RETURN(const bool plain, BeginsWithTfRecord(*file));
  return plain ? file : Uncompressed(std::move(file), size);
}

/// The rows of one byte range.
class TfRange {
 public:
  TfRange(std::shared_ptr<ByteSource> file, int64_t first_byte, int64_t end_byte,
          std::unique_ptr<TfColumns> columns, const TextSourceOptions& options)
      : file_(std::move(file)),
        records_(*file_, first_byte, end_byte, /*want_data=*/true),
        columns_(std::move(columns)),
        chunk_bytes_(options.block_bytes) {}

  Result<std::shared_ptr<arrow::RecordBatch>> Next() {
    for (int64_t bytes = 0; bytes < chunk_bytes_ && columns_->rows() < kMostChunkRows;) {
      HOWDAH_ASSIGN_OR_RETURN(const TfRecord record, records_.Next());
      if (record.end_byte == 0) break;
      bytes += record.end_byte - record.first_byte;
      const Status added = Guarded([&] { return columns_->Add(record.data); });
      HOWDAH_RETURN_IF_ERROR(Placed(added, *file_, record));
    }
    if (columns_->rows() == 0) return nullptr;
    return columns_->Finish();
  }

 private:
  const std::shared_ptr<ByteSource> file_;
  TfRecordReader records_;
  const std::unique_ptr<TfColumns> columns_;
  const int64_t chunk_bytes_;
};

class TfRecordSource final : public SourceFormat {
 public:
  explicit TfRecordSource(const TextSourceOptions& options) : options_(options) {}

  const std::string& name() const override {
    static const std::string name = "tfrecord";
    return name;
  }
  const std::vector<std::string>& extensions() const override {
    static const std::vector<std::string> extensions = {".tfrecord", ".tfrecords",
                                                        ".tfrecord.gz", ".tfrecords.gz"};
    return extensions;
  }

  Result<SourceFileInfo> Inspect(ByteSource& stored,
                                 const InspectOptions& options) const override {
    const std::shared_ptr<ByteSource> borrowed(std::shared_ptr<void>(), &stored);
    HOWDAH_ASSIGN_OR_RETURN(const auto file, RecordsOf(borrowed, std::nullopt));
    const bool only_records =
        options.columns.size() == 1 && options.columns.front() == kExampleColumn;
    TfShapes shapes(options.columns);
    TextUnits units(UnitBytes(stored, *file, options_));
    TfRecordReader records(*file, 0, file->size(), /*want_data=*/!only_records);
    for (;;) {
      HOWDAH_ASSIGN_OR_RETURN(const TfRecord record, records.Next());
      if (record.end_byte == 0) break;
      if (!only_records) {
        const Status added = Guarded([&] { return shapes.Add(record.data); });
        HOWDAH_RETURN_IF_ERROR(Placed(added, stored, record));
      }
      units.Add(1, record.first_byte, record.end_byte);
    }
    return SourceFileInfo{.schema = shapes.schema(),
                          .units = units.Take(),
                          .undivided = file.get() == &stored ? "" : kGzipUndivided};
  }

  std::shared_ptr<arrow::DataType> CommonType(
      const std::shared_ptr<arrow::DataType>& a,
      const std::shared_ptr<arrow::DataType>& b) const override {
    return CommonTfType(a, b);
  }

  Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const override {
    const auto open = [this, schema = options.schema, pool = options.pool](
                          std::shared_ptr<ByteSource> file, int64_t first_byte,
                          int64_t end_byte) -> Result<NextRows> {
      HOWDAH_ASSIGN_OR_RETURN(file, RecordsOf(std::move(file), end_byte));
      HOWDAH_RETURN_IF_ERROR(CheckRange(*file, first_byte, end_byte));
      HOWDAH_ASSIGN_OR_RETURN(
          auto columns,
          TfColumns::Make(schema, pool != nullptr ? pool : arrow::default_memory_pool()));
      const auto range = std::make_shared<TfRange>(std::move(file), first_byte, end_byte,
                                                   std::move(columns), options_);
      return [range] { return range->Next(); };
    };
    return MakeRangeChunkReader(split, std::move(files), open);
  }

 private:
  const TextSourceOptions options_;
};

}  // namespace

const SourceFormat& TfRecordSourceFormat() {
  static const TfRecordSource format{TextSourceOptions{}};
  return format;
}

std::unique_ptr<SourceFormat> MakeTfRecordSource(const TextSourceOptions& options) {
  return std::make_unique<TfRecordSource>(options);
}

}  // namespace howdah
