#pragma once

#include <parquet/file_writer.h>

#include <memory>

#include "encode/parquet_number_column.h"

namespace parquet {
class PageIndexBuilder;
}  // namespace parquet

namespace howdah {

/// A Parquet file whose column chunks are written by Arrow's column writers or by ours,
/// column by column. Arrow's ParquetFileWriter owns and drives it; errors are thrown, as
/// Arrow's are. Thread-confined.
class ParquetFile final : public parquet::ParquetFileWriter::Contents {
 public:
  ParquetFile(std::shared_ptr<arrow::io::OutputStream> sink,
              std::shared_ptr<parquet::schema::GroupNode> schema,
              std::shared_ptr<parquet::WriterProperties> properties,
              std::shared_ptr<const arrow::KeyValueMetadata> metadata);
  ~ParquetFile() override;

  /// The next column chunk of the row group that was begun last, from `column`.
  void WriteNextColumn(NumberColumn& column);

  void Close() override;
  parquet::RowGroupWriter* AppendRowGroup() override;
  parquet::RowGroupWriter* AppendBufferedRowGroup() override;
  int64_t num_rows() const override;
  int num_columns() const override;
  int num_row_groups() const override { return row_groups_; }
  const std::shared_ptr<parquet::WriterProperties>& properties() const override {
    return properties_;
  }
  void AddKeyValueMetadata(
      const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) override;

 private:
  class RowGroup;

  void EndRowGroup();

  const std::shared_ptr<arrow::io::OutputStream> sink_;
  const std::shared_ptr<parquet::WriterProperties> properties_;
  const std::unique_ptr<parquet::FileMetaDataBuilder> footer_;
  const std::unique_ptr<parquet::PageIndexBuilder> page_index_;
  int row_groups_ = 0;
  int64_t rows_ = 0;               // of the row groups that have ended
  RowGroup* row_group_ = nullptr;  // owned by writer_
  std::unique_ptr<parquet::RowGroupWriter> writer_;
  bool closed_ = false;
};

}  // namespace howdah
