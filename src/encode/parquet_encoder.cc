#include "encode/parquet_encoder.h"

#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/file_writer.h>
#include <parquet/schema.h>

#include <algorithm>
#include <utility>

#include "base/arrow_io.h"
#include "encode/parquet_lake.h"
#include "encode/parquet_read_back.h"

namespace howdah {
namespace {

// Rows that are written between two looks at the size of a row group.
constexpr int64_t kSliceRows = 8192;

/// Arrow's file writer hides the row group that it has open, and with it how large the
/// group has become. This passes every call on and remembers the group.
class WatchedWriter final : public parquet::ParquetFileWriter::Contents {
 public:
  explicit WatchedWriter(std::unique_ptr<parquet::ParquetFileWriter> writer)
      : Contents(std::static_pointer_cast<parquet::schema::GroupNode>(
                     writer->schema()->schema_root()),
                 writer->key_value_metadata()),
        writer_(std::move(writer)) {}

  void Close() override {
    group_ = nullptr;
    writer_->Close();
    file_metadata_ = writer_->metadata();
  }
  parquet::RowGroupWriter* AppendRowGroup() override {
    return group_ = writer_->AppendRowGroup();
  }
  parquet::RowGroupWriter* AppendBufferedRowGroup() override {
    return group_ = writer_->AppendBufferedRowGroup();
  }
  int64_t num_rows() const override { return writer_->num_rows(); }
  int num_columns() const override { return writer_->num_columns(); }
  int num_row_groups() const override { return writer_->num_row_groups(); }
  const std::shared_ptr<parquet::WriterProperties>& properties() const override {
    return writer_->properties();
  }
  void AddKeyValueMetadata(
      const std::shared_ptr<const arrow::KeyValueMetadata>& pairs) override {
    writer_->AddKeyValueMetadata(pairs);
  }

  /// Encoded bytes of the open row group. What is not in a page yet is an estimate:
  /// values count as they are, a level, which waits as 16 bits, as the one bit that it
  /// mostly becomes.
  int64_t group_bytes() const {
    if (group_ == nullptr) return 0;
    const auto loose = group_->estimated_buffered_stats();
    return group_->total_compressed_bytes() + group_->total_compressed_bytes_written() +
           (loose.def_level_bytes + loose.rep_level_bytes) / 16 + loose.value_bytes +
           loose.dict_bytes;
  }

 private:
  const std::unique_ptr<parquet::ParquetFileWriter> writer_;
  parquet::RowGroupWriter* group_ = nullptr;  // owned by writer_
};

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
        pool_(options.pool != nullptr ? options.pool : arrow::default_memory_pool()),
        stream_(AsArrowStream(*sink)) {}

  ~ParquetEncoder() override {
    // Arrow's writer finishes the file when it is destroyed; nothing of that may reach
    // the sink.
    static_cast<void>(stream_->Close());
  }

  /// \param sample  the first rows, by which columns without repeated values are known.
  Status Open(const arrow::RecordBatch* sample) {
    HOWDAH_ASSIGN_OR_RETURN(const auto properties,
                            LakeProperties(*schema_, options_, sample, &pool_));
    std::shared_ptr<parquet::SchemaDescriptor> leaves;
    HOWDAH_RETURN_IF_ERROR(parquet::arrow::ToParquetSchema(
        schema_.get(), *properties, *LakeArrowProperties(), &leaves));
    HOWDAH_ASSIGN_OR_RETURN(auto pairs, FileMetadata(*schema_, options_));
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    auto watched = std::make_unique<WatchedWriter>(parquet::ParquetFileWriter::Open(
        stream_,
        std::static_pointer_cast<parquet::schema::GroupNode>(leaves->schema_root()),
        properties, std::move(pairs)));
    watched_ = watched.get();
    auto file = std::make_unique<parquet::ParquetFileWriter>();
    file->Open(std::move(watched));
    return parquet::arrow::FileWriter::Make(&pool_, std::move(file), schema_,
                                            LakeArrowProperties(), &writer_);
    END_PARQUET_CATCH_EXCEPTIONS
  }

  Status Write(const arrow::RecordBatch& batch) override {
    if (batch.schema() != schema_ && !batch.schema()->Equals(*schema_, false)) {
      return Error(ErrorKind::kInternal, "a batch with columns {} came to a file of {}",
                   batch.schema()->ToString(), schema_->ToString());
    }
    if (batch.num_rows() > 0 && writer_ == nullptr) {
      HOWDAH_RETURN_IF_ERROR(Open(&batch));
    }
    for (int64_t row = 0; row < batch.num_rows(); row += kSliceRows) {
      HOWDAH_RETURN_IF_ERROR(WriteSlice(*batch.Slice(row, kSliceRows)));
    }
    return Status::OK();
  }

  int64_t EstimatedBytes() const override {
    if (watched_ == nullptr) return 0;
    return stream_->Tell().ValueOr(0) + watched_->group_bytes();
  }
  int64_t BufferedBytes() const override { return pool_.bytes_allocated(); }

  Result<EncodedFile> Close() override {
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
  Status WriteSlice(const arrow::RecordBatch& slice) {
    BEGIN_PARQUET_CATCH_EXCEPTIONS
    if (watched_->group_bytes() >= options_.row_group_bytes) {
      HOWDAH_RETURN_IF_ERROR(writer_->NewBufferedRowGroup());
    }
    return writer_->WriteRecordBatch(slice);
    END_PARQUET_CATCH_EXCEPTIONS
  }

  const std::shared_ptr<arrow::Schema> schema_;
  const EncoderOptions options_;
  arrow::ProxyMemoryPool pool_;  // counts what this encoder holds
  const std::shared_ptr<arrow::io::OutputStream> stream_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  WatchedWriter* watched_ = nullptr;  // owned by writer_
};

}  // namespace

Result<std::unique_ptr<Encoder>> MakeParquetEncoder(std::shared_ptr<arrow::Schema> schema,
                                                    ByteSink* sink,
                                                    const EncoderOptions& options) {
  HOWDAH_RETURN_IF_ERROR(CheckLakeSchema(*schema));
  HOWDAH_RETURN_IF_ERROR(CheckLakeCompression(options.compression));
  return std::make_unique<ParquetEncoder>(std::move(schema), sink, options);
}

}  // namespace howdah
