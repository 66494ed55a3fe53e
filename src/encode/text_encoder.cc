#include "encode/text_encoder.h"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "encode/text_gzip.h"

namespace howdah {
namespace {

// What is formatted between two looks at the room, and given to the sink at once: it
// stays in a core's cache.
constexpr int64_t kChunkRows = 1024;
constexpr int64_t kBufferBytes = int64_t{256} << 10;

/// A few bytes that are copied by whole words; what follows them is overwritten.
class Lead {
 public:
  explicit Lead(std::string text) : bytes_(std::move(text)), size_(bytes_.size()) {
    bytes_.resize((size_ + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t));
  }
  int64_t size() const { return static_cast<int64_t>(bytes_.size()); }
  char* Write(char* out) const {
    for (size_t i = 0; i < bytes_.size(); i += sizeof(uint64_t)) {
      std::memcpy(out + i, bytes_.data() + i, sizeof(uint64_t));
    }
    return out + size_;
  }

 private:
  std::string bytes_;
  size_t size_;
};

class TextEncoder final : public Encoder {
 public:
  TextEncoder(std::shared_ptr<arrow::Schema> schema,
              std::vector<std::unique_ptr<TextColumn>> columns, TextLayout layout,
              std::unique_ptr<TextOutput> output,
              std::unique_ptr<arrow::ResizableBuffer> buffer)
      : schema_(std::move(schema)),
        columns_(std::move(columns)),
        header_(std::move(layout.header)),
        row_end_(std::move(layout.row_end)),
        output_(std::move(output)),
        buffer_(std::move(buffer)) {
    row_frame_ = row_end_.size();
    for (std::string& lead : layout.leads) {
      leads_.emplace_back(std::move(lead));
      row_frame_ += leads_.back().size();
    }
    for (const auto& field : schema_->fields()) {
      stats_.push_back({.name = field->name(),
                        .compressed_bytes = {},
                        .uncompressed_bytes = {},
                        .null_count = 0});
    }
  }

  Status Write(const arrow::RecordBatch& batch) override {
    if (batch.schema() != schema_ && !batch.schema()->Equals(*schema_, false)) {
      return Error(ErrorKind::kInternal, "a batch with columns {} came to a file of {}",
                   batch.schema()->ToString(), schema_->ToString());
    }
    HOWDAH_RETURN_IF_ERROR(WriteHeader());
    const arrow::ArrayVector arrays = batch.columns();
    for (size_t c = 0; c < columns_.size(); ++c) {
      HOWDAH_RETURN_IF_ERROR(columns_[c]->Bind(*arrays[c]));
      *stats_[c].null_count += arrays[c]->null_count();
    }
    for (int64_t row = 0; row < batch.num_rows();) {
      HOWDAH_ASSIGN_OR_RETURN(const int64_t rows, MakeRoom(row, batch.num_rows() - row));
      WriteRows(row, rows);
      row += rows;
      rows_ += rows;
    }
    return Status::OK();
  }

  int64_t EstimatedBytes() const override { return output_->EstimatedBytes(used_); }
  int64_t BufferedBytes() const override {
    return buffer_->size() + output_->BufferedBytes();
  }

  Status Flush() override {
    HOWDAH_RETURN_IF_ERROR(GiveText());
    return buffer_->Resize(0, /*shrink_to_fit=*/true);
  }

  Result<EncodedFile> Close() override {
    HOWDAH_RETURN_IF_ERROR(WriteHeader());
    HOWDAH_RETURN_IF_ERROR(GiveText());
    HOWDAH_RETURN_IF_ERROR(output_->Close());
    return EncodedFile{.rows = rows_, .row_groups = 0, .columns = stats_};
  }

 private:
  char* begin() { return reinterpret_cast<char*>(buffer_->mutable_data()); }

  Status WriteHeader() {
    if (header_written_) return Status::OK();
    header_written_ = true;
    return output_->Append(header_);
  }

  Status GiveText() {
    const std::string_view text(begin(), static_cast<size_t>(used_));
    used_ = 0;
    return output_->Append(text);
  }

  /// Make room for rows from `row` on, so that cells need not look for it.
  /// \return for how many, at most `rows`.
  Result<int64_t> MakeRoom(int64_t row, int64_t rows) {
    // About as many as fitted the last time: a bound may look at every value.
    rows = std::min({rows, kChunkRows, 2 * fitting_rows_});
    HOWDAH_ASSIGN_OR_RETURN(int64_t bytes, Bound(row, rows));
    while (rows > 1 && bytes > kBufferBytes) {
      rows = (rows + 1) / 2;
      HOWDAH_ASSIGN_OR_RETURN(bytes, Bound(row, rows));
    }
    fitting_rows_ = rows;
    if (used_ + bytes <= buffer_->size()) return rows;
    HOWDAH_RETURN_IF_ERROR(GiveText());
    if (bytes > buffer_->size() || buffer_->size() > kMostKept * kBufferBytes) {
      HOWDAH_RETURN_IF_ERROR(
          buffer_->Resize(std::max(bytes, kBufferBytes), /*shrink_to_fit=*/true));
    }
    return rows;
  }

  Result<int64_t> Bound(int64_t row, int64_t rows) {
    int64_t bytes = rows * row_frame_ + kTextSlack;
    for (size_t c = 0; c < columns_.size(); ++c) {
      int64_t bad = row;
      const Result<int64_t> cells = columns_[c]->Bound(row, rows, &bad);
      if (!cells.ok()) {
        return Error(KindOf(cells.status()), "column '{}', row {} of the file: it {}",
                     schema_->field(static_cast<int>(c))->name(), rows_ + bad - row,
                     cells.status().message());
      }
      bytes += *cells;
    }
    return bytes;
  }

  void WriteRows(int64_t first, int64_t rows) {
    char* out = begin() + used_;
    for (int64_t row = first; row < first + rows; ++row) {
      for (size_t c = 0; c < columns_.size(); ++c) {
        out = columns_[c]->Write(row, leads_[c].Write(out));
      }
      out = row_end_.Write(out);
    }
    used_ = out - begin();
  }

  static constexpr int64_t kMostKept = 4;  // times kBufferBytes

  const std::shared_ptr<arrow::Schema> schema_;
  const std::vector<std::unique_ptr<TextColumn>> columns_;
  const std::string header_;
  std::vector<Lead> leads_;
  const Lead row_end_;
  const std::unique_ptr<TextOutput> output_;
  const std::unique_ptr<arrow::ResizableBuffer> buffer_;
  std::vector<ColumnStats> stats_;
  int64_t row_frame_ = 0;              // bytes of a row beside its cells
  int64_t used_ = 0;                   // of the buffer
  int64_t fitting_rows_ = kChunkRows;  // of the last bound
  int64_t rows_ = 0;
  bool header_written_ = false;
};

Status CheckNames(const arrow::Schema& schema) {
  if (schema.num_fields() == 0) {
    return Error(ErrorKind::kSchemaMismatch, "there are no columns to write");
  }
  std::set<std::string_view> names;
  for (const auto& field : schema.fields()) {
    if (names.insert(field->name()).second) continue;
    return Error(ErrorKind::kSchemaMismatch, "two columns are named '{}'", field->name());
  }
  return Status::OK();
}

}  // namespace

Result<std::vector<std::unique_ptr<TextColumn>>> MakeTextColumns(
    const arrow::Schema& schema, const EncoderOptions& options, const TextStyle& style,
    const TextStyle& key_style) {
  HOWDAH_RETURN_IF_ERROR(CheckNames(schema));
  std::vector<std::unique_ptr<TextColumn>> columns;
  const auto& keys = options.key_columns;
  for (const auto& field : schema.fields()) {
    const bool is_key = std::find(keys.begin(), keys.end(), field->name()) != keys.end();
    auto column = MakeTextColumn(*field, is_key ? key_style : style);
    if (!column.ok()) {
      return Error(KindOf(column.status()), "column '{}' {}", field->name(),
                   column.status().message());
    }
    columns.push_back(*std::move(column));
  }
  return columns;
}

Result<std::unique_ptr<Encoder>> MakeTextEncoder(
    std::shared_ptr<arrow::Schema> schema, ByteSink* sink,
    std::vector<std::unique_ptr<TextColumn>> columns, TextLayout layout,
    const EncoderOptions& options) {
  auto* const pool =
      options.pool != nullptr ? options.pool : arrow::default_memory_pool();
  HOWDAH_ASSIGN_OR_RETURN(auto buffer,
                          arrow::AllocateResizableBuffer(kBufferBytes, pool));
  HOWDAH_ASSIGN_OR_RETURN(auto output, MakeTextOutput(sink, options.compression));
  return std::make_unique<TextEncoder>(std::move(schema), std::move(columns),
                                       std::move(layout), std::move(output),
                                       std::move(buffer));
}

}  // namespace howdah
