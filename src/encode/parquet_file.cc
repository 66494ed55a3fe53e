#include "encode/parquet_file.h"

#include <arrow/io/interfaces.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/column_writer.h>
#include <parquet/exception.h>
#include <parquet/metadata.h>
#include <parquet/page_index.h>
#include <parquet/properties.h>
#include <parquet/size_statistics.h>
#include <parquet/statistics.h>

#include <map>
#include <utility>

namespace howdah {

using parquet::ParquetException;

/// Column chunks one behind the other. At the end of each its metadata is kept, and
/// nothing else.
class ParquetFile::RowGroup final : public parquet::RowGroupWriter::Contents {
 public:
  RowGroup(ParquetFile& file, parquet::RowGroupMetaDataBuilder* metadata, int ordinal)
      : file_(file), metadata_(metadata), ordinal_(static_cast<int16_t>(ordinal)) {}

  void WriteNextColumn(NumberColumn& column) {
    EndColumn();
    ++column_;
    parquet::ColumnChunkMetaDataBuilder* metadata = metadata_->NextColumnChunk();
    ColumnChunk chunk;
    PARQUET_ASSIGN_OR_THROW(chunk, column.WriteChunk(*file_.sink_));
    if (metadata->descr()->max_repetition_level() > 0) {
      // How often each level was written: an empty list is a place without an element,
      // and each list has one place that does not repeat another.
      metadata->SetSizeStatistics(
          {.definition_level_histogram = {chunk.levels - chunk.elements, chunk.elements},
           .repetition_level_histogram = {chunk.rows, chunk.levels - chunk.rows},
           .unencoded_byte_array_data_bytes = {}});
    } else {
      parquet::EncodedStatistics statistics;
      statistics.set_is_signed(true);
      statistics.set_null_count(0);
      if (chunk.min_max) {
        statistics.set_min(chunk.min_max->min).set_max(chunk.min_max->max);
      }
      metadata->SetStatistics(statistics);
    }
    metadata->Finish(chunk.levels, /*dictionary_page_offset=*/0, /*index_page_offset=*/-1,
                     chunk.first_page, chunk.compressed_bytes, chunk.uncompressed_bytes,
                     /*has_dictionary=*/false, /*dictionary_fallback=*/false, {},
                     {{parquet::Encoding::PLAIN, chunk.pages}});
    Account(chunk.rows, chunk.compressed_bytes);
  }

  int num_columns() const override { return metadata_->num_columns(); }
  int64_t num_rows() const override { return rows_; }
  int current_column() const override { return column_; }
  bool buffered() const override { return false; }
  int64_t total_bytes_written() const override { return bytes_; }
  int64_t total_compressed_bytes() const override { return 0; }
  int64_t total_compressed_bytes_written() const override { return bytes_; }
  parquet::RowGroupWriter::BufferedStats EstimatedBufferedStats() const override {
    return {};
  }

  parquet::ColumnWriter* column(int /*i*/) override {
    throw ParquetException("columns are written in their order only");
  }

  /// Of Arrow's column writers, as its own row group makes them.
  parquet::ColumnWriter* NextColumn() override {
    EndColumn();
    ++column_;
    parquet::ColumnChunkMetaDataBuilder* metadata = metadata_->NextColumnChunk();
    const parquet::WriterProperties& properties = *file_.properties_;
    const auto path = metadata->descr()->path();
    const bool has_index = properties.page_index_enabled(path);
    parquet::ColumnIndexBuilder* column_index =
        has_index && properties.statistics_enabled(path)
            ? file_.page_index_->GetColumnIndexBuilder(column_)
            : nullptr;
    parquet::OffsetIndexBuilder* offset_index =
        has_index ? file_.page_index_->GetOffsetIndexBuilder(column_) : nullptr;
    const auto& codec_options = properties.codec_options(path);
    auto pages = parquet::PageWriter::Open(
        file_.sink_, properties.compression(path), metadata, ordinal_,
        static_cast<int16_t>(column_), properties.memory_pool(),
        /*buffered_row_group=*/false, /*header_encryptor=*/nullptr,
        /*data_encryptor=*/nullptr, properties.page_checksum_enabled(), column_index,
        offset_index,
        codec_options != nullptr ? *codec_options : arrow::util::CodecOptions());
    writer_ = parquet::ColumnWriter::Make(metadata, std::move(pages), &properties);
    return writer_.get();
  }

  void Close() override {
    if (ended_) return;
    ended_ = true;
    EndColumn();
    metadata_->set_num_rows(std::max<int64_t>(rows_, 0));
    metadata_->Finish(bytes_, ordinal_);
  }

 private:
  void EndColumn() {
    if (writer_ == nullptr) return;
    writer_->Close();
    const int64_t rows = writer_->rows_written();
    const int64_t bytes = writer_->total_bytes_written();
    writer_.reset();
    Account(rows, bytes);
  }

  void Account(int64_t rows, int64_t bytes) {
    if (rows_ >= 0 && rows != rows_) {
      throw ParquetException("column ", column_, " has ", rows,
                             " rows, those before it have ", rows_);
    }
    rows_ = rows;
    bytes_ += bytes;
  }

  ParquetFile& file_;
  parquet::RowGroupMetaDataBuilder* const metadata_;
  const int16_t ordinal_;
  int column_ = -1;
  int64_t rows_ = -1;  // as the columns so far have
  int64_t bytes_ = 0;
  std::shared_ptr<parquet::ColumnWriter> writer_;  // of the column at hand, if Arrow's
  bool ended_ = false;
};

ParquetFile::ParquetFile(std::shared_ptr<arrow::io::OutputStream> sink,
                         std::shared_ptr<parquet::schema::GroupNode> schema,
                         std::shared_ptr<parquet::WriterProperties> properties,
                         std::shared_ptr<const arrow::KeyValueMetadata> metadata)
    : Contents(std::move(schema), std::move(metadata)),
      sink_(std::move(sink)),
      properties_(std::move(properties)),
      footer_(parquet::FileMetaDataBuilder::Make(&schema_, properties_)),
      page_index_(parquet::PageIndexBuilder::Make(&schema_)) {
  PARQUET_THROW_NOT_OK(
      sink_->Write(parquet::kParquetMagic, sizeof parquet::kParquetMagic));
}

ParquetFile::~ParquetFile() = default;

void ParquetFile::WriteNextColumn(NumberColumn& column) {
  row_group_->WriteNextColumn(column);
}

parquet::RowGroupWriter* ParquetFile::AppendRowGroup() {
  EndRowGroup();
  page_index_->AppendRowGroup();
  auto row_group =
      std::make_unique<RowGroup>(*this, footer_->AppendRowGroup(), row_groups_);
  ++row_groups_;
  row_group_ = row_group.get();
  writer_ = std::make_unique<parquet::RowGroupWriter>(std::move(row_group));
  return writer_.get();
}

parquet::RowGroupWriter* ParquetFile::AppendBufferedRowGroup() {
  throw ParquetException("row groups are written column by column only");
}

void ParquetFile::EndRowGroup() {
  if (row_group_ == nullptr) return;
  row_group_->Close();
  rows_ += row_group_->num_rows();
  row_group_ = nullptr;
  writer_.reset();
}

int64_t ParquetFile::num_rows() const { return rows_; }

int ParquetFile::num_columns() const { return schema_.num_columns(); }

void ParquetFile::AddKeyValueMetadata(
    const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) {
  key_value_metadata_ =
      key_value_metadata_ == nullptr ? metadata : key_value_metadata_->Merge(*metadata);
}

void ParquetFile::Close() {
  if (closed_) return;
  closed_ = true;
  EndRowGroup();
  page_index_->Finish();
  const auto locations = page_index_->WriteTo(sink_.get());
  footer_->SetIndexLocations(parquet::IndexKind::kColumnIndex,
                             locations.column_index_locations);
  footer_->SetIndexLocations(parquet::IndexKind::kOffsetIndex,
                             locations.offset_index_locations);
  file_metadata_ = footer_->Finish(key_value_metadata_);
  parquet::WriteFileMetaData(*file_metadata_, sink_.get());
}

}  // namespace howdah
