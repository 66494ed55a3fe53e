#include "encode/parquet_encoder.h"

#include <arrow/chunked_array.h>
#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/properties.h>
#include <parquet/schema.h>
#include <parquet/types.h>

#include <algorithm>
#include <utility>

#include "base/arrow_io.h"
#include "encode/parquet_file.h"
#include "encode/parquet_lake.h"
#include "encode/parquet_number_column.h"
#include "encode/parquet_read_back.h"
#include "types/array_bytes.h"

namespace howdah {
namespace {

// Rows between two looks at the size of a row group.
constexpr int64_t kSliceRows = 8192;

Result<std::shared_ptr<arrow::KeyValueMetadata>> FileMetadata(
    const arrow::Schema& schema, const EncoderOptions& options) {
  auto pairs = std::make_shared<arrow::KeyValueMetadata>();
  for (const auto& [key, value] : options.metadata) pairs->Append(key, value);
  // Arrow's readers take exact types and field metadata from here.
  HOWDAH_ASSIGN_OR_RETURN(const auto serialized, arrow::ipc::SerializeSchema(schema));
  pairs->Append("ARROW:schema",
                arrow::util::base64_encode(std::string_view(*serialized)));
  return pairs;
}

class ParquetEncoder final : public Encoder {
 public:
  ParquetEncoder(std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
                 const EncoderOptions& options)
      : schema_(std::move(schema)),
        options_(options),
        rows_pool_(options.pool != nullptr ? options.pool : arrow::default_memory_pool()),
        pool_(rows_pool_),
        stream_(AsArrowStream(*sink)),
        numbers_(static_cast<size_t>(schema_->num_fields())) {}

  /// To be called before anything else.
  Status Begin() {
    HOWDAH_ASSIGN_OR_RETURN(const auto properties,
                            LakeProperties(*schema_, options_, nullptr, &pool_));
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    for (int i = 0; i < schema_->num_fields(); ++i) {
      const arrow::Field& field = *schema_->field(i);
      // Page indexes, which keys have, are Arrow's.
      const bool is_key = std::ranges::count(options_.key_columns, field.name()) > 0;
      if (options_.profile == Profile::kLake && !is_key && NumberColumn::Fits(field)) {
        numbers_[static_cast<size_t>(i)] = MakeNumberColumn(*properties, field);
      } else {
        other_columns_.push_back(i);
      }
    }
    END_PARQUET_CATCH_EXCEPTIONS
    return Status::OK();
  }

  ~ParquetEncoder() override {
    // Arrow's writer finishes the file when it is destroyed; nothing of that may reach
    // the sink.
    static_cast<void>(stream_->Close());
  }

  Status Write(const arrow::RecordBatch& batch) override {
    if (batch.schema() != schema_ && !batch.schema()->Equals(*schema_, false)) {
      return Error(ErrorKind::kInternal, "a batch with columns {} came to a file of {}",
                   batch.schema()->ToString(), schema_->ToString());
    }
    for (int64_t row = 0; row < batch.num_rows(); row += kSliceRows) {
      HOWDAH_RETURN_IF_ERROR(Take(*batch.Slice(row, kSliceRows)));
      // Rows that encode to very little must not fill the memory either.
      constexpr int64_t kMostTimes = 2;
      if (EncodedBytes(waiting_bytes_) >= options_.row_group_bytes ||
          waiting_bytes_ >= kMostTimes * options_.row_group_bytes) {
        HOWDAH_RETURN_IF_ERROR(WriteRowGroup());
      }
    }
    return Status::OK();
  }

  int64_t EstimatedBytes() const override {
    return stream_->Tell().ValueOr(0) + EncodedBytes(waiting_bytes_);
  }
  int64_t BufferedBytes() const override {
    return rows_bytes_ + PieceBytes(small_.size() + waiting_.size()) +
           pool_.bytes_allocated();
  }
  Status Flush() override { return WriteRowGroup(); }

  Result<EncodedFile> Close() override {
    HOWDAH_RETURN_IF_ERROR(WriteRowGroup());
    if (writer_ == nullptr) HOWDAH_RETURN_IF_ERROR(Open(nullptr));
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    HOWDAH_RETURN_IF_ERROR(writer_->Close());
    const auto footer = writer_->metadata();
    return EncodedFile{.rows = footer->num_rows(),
                       .row_groups = footer->num_row_groups(),
                       .columns = AccountColumns(*footer)};
    END_PARQUET_CATCH_EXCEPTIONS
  }

 private:
  /// \param sample  the first rows, by which columns without repeated values are known.
  Status Open(const arrow::RecordBatch* sample) {
    HOWDAH_ASSIGN_OR_RETURN(const auto properties,
                            LakeProperties(*schema_, options_, sample, &pool_));
    HOWDAH_ASSIGN_OR_RETURN(auto pairs, FileMetadata(*schema_, options_));
    std::shared_ptr<parquet::SchemaDescriptor> leaves;
    HOWDAH_RETURN_IF_ERROR(parquet::arrow::ToParquetSchema(
        schema_.get(), *properties, *LakeArrowProperties(), &leaves));
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    auto file = std::make_unique<ParquetFile>(
        stream_,
        std::static_pointer_cast<parquet::schema::GroupNode>(leaves->schema_root()),
        properties, std::move(pairs));
    file_ = file.get();
    auto writer = std::make_unique<parquet::ParquetFileWriter>();
    writer->Open(std::move(file));
    return parquet::arrow::FileWriter::Make(&pool_, std::move(writer), schema_,
                                            LakeArrowProperties(), &writer_);
    END_PARQUET_CATCH_EXCEPTIONS
  }

  std::unique_ptr<NumberColumn> MakeNumberColumn(
      const parquet::WriterProperties& properties, const arrow::Field& field) {
    std::vector<std::string> names = {field.name()};
    if (field.type()->id() == arrow::Type::LIST) {
      names.insert(names.end(), {"list", field.type()->field(0)->name()});
    }
    const auto path = std::make_shared<parquet::schema::ColumnPath>(std::move(names));
    const auto compression = properties.compression(path);
    const auto& options = properties.codec_options(path);
    return std::make_unique<NumberColumn>(
        field,
        options != nullptr ? parquet::GetCodec(compression, *options)
                           : parquet::GetCodec(compression),
        compression == arrow::Compression::SNAPPY, PageBytes(), &pool_);
  }

  /// Less where many columns, of many files, have a page at hand.
  int64_t PageBytes() const {
    constexpr int64_t kLeast = int64_t{64} << 10, kMost = int64_t{1} << 20;
    constexpr int64_t kLeastOfMany = int64_t{4} << 10;
    constexpr int64_t kPages = 4;  // of a column in a row group
    const bool many = options_.memory_bytes > 0;
    const int64_t room = many ? std::min(options_.memory_bytes, options_.row_group_bytes)
                              : options_.row_group_bytes;
    const int64_t bytes = room / (kPages * std::max(1, schema_->num_fields()));
    return std::clamp(bytes / 8 * 8, many ? kLeastOfMany : kLeast, kMost);
  }

  /// What `pieces` batches of the other columns take beside their values: objects, and
  /// memory that is handed out in multiples of 64 bytes.
  int64_t PieceBytes(size_t pieces) const {
    constexpr size_t kColumnBytes = 512;
    return static_cast<int64_t>(pieces * other_columns_.size() * kColumnBytes);
  }

  /// Take rows for the next row group. Numbers become pages at once; rows of other
  /// columns wait. Small batches of those are put together, so that the many small pieces
  /// of memory that they are in, TensorFlow's, are free at once.
  Status Take(const arrow::RecordBatch& rows) {
    for (int i = 0; i < rows.num_columns(); ++i) {
      NumberColumn* const numbers = numbers_[static_cast<size_t>(i)].get();
      if (numbers == nullptr) continue;
      HOWDAH_RETURN_IF_ERROR(
          WithContext(numbers->Append(*rows.column(i)),
                      fmt::format("column '{}'", schema_->field(i)->name())));
    }
    waiting_bytes_ += ApproximateBytes(rows);
    waiting_rows_ += rows.num_rows();
    if (other_columns_.empty()) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(auto others, rows.SelectColumns(other_columns_));

    constexpr int64_t kSmall = int64_t{256} << 10, kTogether = int64_t{1} << 20;
    constexpr int64_t kMostPieceBytes = int64_t{128} << 10;  // not their values
    const int64_t bytes = ApproximateBytes(*others);
    rows_bytes_ += bytes;
    if (bytes >= kSmall) {
      HOWDAH_RETURN_IF_ERROR(PutTogether());  // they come before it
      waiting_.push_back(std::move(others));
      return Status::OK();
    }
    small_bytes_ += bytes;
    small_.push_back(std::move(others));
    const bool enough =
        small_bytes_ >= kTogether || PieceBytes(small_.size()) >= kMostPieceBytes;
    return enough ? PutTogether() : Status::OK();
  }

  Status PutTogether() {
    if (small_.empty()) return Status::OK();
    HOWDAH_ASSIGN_OR_RETURN(std::shared_ptr<arrow::RecordBatch> whole,
                            arrow::ConcatenateRecordBatches(small_, rows_pool_));
    waiting_.push_back(std::move(whole));
    small_.clear();
    small_bytes_ = 0;
    return Status::OK();
  }

  /// The rows that wait, column by column, so that pages go to the sink as they are made:
  /// a row group that is written row by row must be held in memory encoded, too.
  Status WriteRowGroup() {
    if (waiting_rows_ == 0) return Status::OK();
    HOWDAH_RETURN_IF_ERROR(PutTogether());
    if (writer_ == nullptr) {
      HOWDAH_RETURN_IF_ERROR(Open(waiting_.empty() ? nullptr : waiting_.front().get()));
    }
    const int64_t before = stream_->Tell().ValueOr(0);
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    HOWDAH_RETURN_IF_ERROR(writer_->NewRowGroup());
    for (int i = 0, other = 0; i < schema_->num_fields(); ++i) {
      if (NumberColumn* const numbers = numbers_[static_cast<size_t>(i)].get()) {
        file_->WriteNextColumn(*numbers);
        continue;
      }
      arrow::ArrayVector pieces;
      for (const auto& batch : waiting_) pieces.push_back(batch->column(other));
      ++other;
      HOWDAH_RETURN_IF_ERROR(
          writer_->WriteColumnChunk(std::make_shared<arrow::ChunkedArray>(
              std::move(pieces), schema_->field(i)->type())));
    }
    END_PARQUET_CATCH_EXCEPTIONS
    encoded_bytes_ += stream_->Tell().ValueOr(0) - before;
    given_bytes_ += waiting_bytes_;
    waiting_.clear();
    waiting_bytes_ = waiting_rows_ = rows_bytes_ = 0;
    return Status::OK();
  }

  /// What `bytes` of columns in memory come to in the file, by the row groups so far.
  int64_t EncodedBytes(int64_t bytes) const {
    if (given_bytes_ == 0) return bytes;
    return static_cast<int64_t>(static_cast<double>(bytes) *
                                static_cast<double>(encoded_bytes_) /
                                static_cast<double>(given_bytes_));
  }

  const std::shared_ptr<arrow::Schema> schema_;
  const EncoderOptions options_;
  arrow::MemoryPool* const rows_pool_;
  arrow::ProxyMemoryPool pool_;  // counts what this encoder holds beside the rows
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  ParquetFile* file_ = nullptr;  // owned by writer_
  // By field; nullptr: Arrow writes it.
  std::vector<std::unique_ptr<NumberColumn>> numbers_;
  std::vector<int> other_columns_;                // those that Arrow writes
  arrow::RecordBatchVector waiting_, small_;      // rows of these for the next row group
  int64_t rows_bytes_ = 0, small_bytes_ = 0;      // of both; of small_
  int64_t waiting_bytes_ = 0, waiting_rows_ = 0;  // of all columns
  int64_t given_bytes_ = 0, encoded_bytes_ = 0;   // of the row groups written
};

}  // namespace

Result<std::unique_ptr<Encoder>> MakeParquetEncoder(std::shared_ptr<arrow::Schema> schema,
                                                    ByteSink* sink,
                                                    const EncoderOptions& options) {
  HOWDAH_RETURN_IF_ERROR(CheckLakeSchema(*schema));
  HOWDAH_RETURN_IF_ERROR(CheckParquetCompression(options.profile, options.compression));
  auto encoder = std::make_unique<ParquetEncoder>(std::move(schema), sink, options);
  HOWDAH_RETURN_IF_ERROR(encoder->Begin());
  return encoder;
}

}  // namespace howdah
