#pragma once

// Parquet files in memory for this room's tests, written by Arrow's own writer.

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/json/from_string.h>
#include <arrow/table.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/byte_io.h"

namespace howdah {

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::string name, std::string bytes)
      : name_(std::move(name)), bytes_(std::move(bytes)) {}
  const std::string& name() const override { return name_; }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  Result<int64_t> ReadAt(int64_t offset, std::span<std::byte> out) override {
    if (offset < 0 || offset > size()) return Status::Invalid("offset out of range");
    const size_t from = static_cast<size_t>(offset);
    const size_t n = std::min(out.size(), bytes_.size() - from);
    if (n > 0) std::memcpy(out.data(), bytes_.data() + from, n);
    return static_cast<int64_t>(n);
  }

 private:
  const std::string name_, bytes_;
};

inline std::shared_ptr<arrow::Array> FromJson(
    const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// [first, first + rows) as int64.
inline std::shared_ptr<arrow::Array> Range(int64_t first, int64_t rows) {
  arrow::Int64Builder builder;
  for (int64_t i = first; i < first + rows; ++i) EXPECT_TRUE(builder.Append(i).ok());
  return builder.Finish().ValueOrDie();
}

inline std::shared_ptr<parquet::WriterProperties> PlainProperties() {
  return parquet::WriterProperties::Builder()
      .disable_dictionary()
      ->compression(parquet::Compression::UNCOMPRESSED)
      ->enable_page_checksum()
      ->build();
}

/// `table` as a Parquet file with row groups of `group_rows`.
inline std::string ParquetBytes(
    const arrow::Table& table, int64_t group_rows,
    const std::shared_ptr<parquet::WriterProperties>& properties = PlainProperties()) {
  auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto arrow_properties =
      parquet::ArrowWriterProperties::Builder().store_schema()->build();
  EXPECT_TRUE(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), out,
                                         group_rows, properties, arrow_properties)
                  .ok());
  return out->Finish().ValueOrDie()->ToString();
}

/// Columns "id" = 0, 1, 2, … and "twice" = 0, 2, 4, ….
inline std::shared_ptr<arrow::Table> CountingTable(int64_t first, int64_t rows) {
  arrow::Int64Builder twice;
  for (int64_t i = first; i < first + rows; ++i) {
    EXPECT_TRUE(twice.Append(2 * i).ok());
  }
  return arrow::Table::Make(arrow::schema({arrow::field("id", arrow::int64()),
                                           arrow::field("twice", arrow::int64())}),
                            {Range(first, rows), twice.Finish().ValueOrDie()});
}

inline std::shared_ptr<ByteSource> Source(std::string name, std::string bytes) {
  return std::make_shared<MemorySource>(std::move(name), std::move(bytes));
}

}  // namespace howdah
