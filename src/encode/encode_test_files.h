#pragma once

// Sinks, sources and raw readers in memory for this room's tests.

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/properties.h>

#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "encode/encoder.h"

namespace howdah {

class MemorySink final : public ByteSink {
 public:
  Status Append(std::span<const std::byte> more) override {
    if (static_cast<int64_t>(bytes.size() + more.size()) > limit) {
      return Error(ErrorKind::kResourceExhausted, "the disk is full");
    }
    bytes.append(reinterpret_cast<const char*>(more.data()), more.size());
    return Status::OK();
  }
  std::string bytes;
  int64_t limit = int64_t{1} << 40;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
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
  const std::string name_ = "out.parquet", bytes_;
};

inline std::shared_ptr<arrow::Array> FromJson(
    const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

inline std::shared_ptr<arrow::RecordBatch> Batch(arrow::FieldVector fields,
                                                 arrow::ArrayVector arrays) {
  const int64_t rows = arrays.front()->length();
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), rows,
                                  std::move(arrays));
}

/// `batches` as one file. Fails the test when it cannot be written.
inline std::string Encode(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                          const EncoderOptions& options = {},
                          EncodedFile* encoded = nullptr) {
  MemorySink sink;
  auto encoder = FindFormat("parquet")
                     ->MakeEncoder(batches.front()->schema(), &sink, options)
                     .ValueOrDie();
  for (const auto& batch : batches) {
    const Status written = encoder->Write(*batch);
    EXPECT_TRUE(written.ok()) << written;
  }
  auto closed = encoder->Close();
  EXPECT_TRUE(closed.ok()) << closed.status();
  if (encoded != nullptr && closed.ok()) *encoded = *closed;
  return sink.bytes;
}

/// Arrow's own reader of the raw file.
inline std::unique_ptr<parquet::ParquetFileReader> OpenRaw(const std::string& bytes,
                                                           bool check_crc = false) {
  parquet::ReaderProperties properties;
  properties.set_page_checksum_verification(check_crc);
  return parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes)),
      properties);
}

inline std::shared_ptr<arrow::Table> Decode(const std::string& bytes) {
  auto reader =
      parquet::arrow::FileReader::Make(arrow::default_memory_pool(), OpenRaw(bytes, true))
          .ValueOrDie();
  return reader->ReadTable().ValueOrDie();
}

}  // namespace howdah
