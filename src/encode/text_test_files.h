#pragma once

// Text files in memory for this room's tests.

#include <string>
#include <vector>

#include "encode/encode_test_files.h"

namespace howdah {

using Batches = std::vector<std::shared_ptr<arrow::RecordBatch>>;

/// What `batches` look like as a file of `format`, or why they do not.
inline Result<std::string> TryEncodeText(const char* format, const Batches& batches,
                                         const EncoderOptions& options) {
  MemorySink sink;
  HOWDAH_ASSIGN_OR_RETURN(auto encoder, FindFormat(format)->MakeEncoder(
                                            batches.front()->schema(), &sink, options));
  for (const auto& batch : batches) HOWDAH_RETURN_IF_ERROR(encoder->Write(*batch));
  HOWDAH_ASSIGN_OR_RETURN(const EncodedFile file, encoder->Close());
  EXPECT_EQ(encoder->EstimatedBytes(), static_cast<int64_t>(sink.bytes.size()));
  int64_t rows = 0;
  for (const auto& batch : batches) rows += batch->num_rows();
  EXPECT_EQ(file.rows, rows);
  return sink.bytes;
}

inline EncoderOptions PlainText(TextOptions text = {}) {
  EncoderOptions options;
  options.compression = "none";
  options.text = std::move(text);
  return options;
}

/// One column, "c", of `type`, as a file.
inline Result<std::string> TextOf(const char* format,
                                  const std::shared_ptr<arrow::DataType>& type,
                                  const std::string& json, TextOptions text = {}) {
  const auto batch = Batch({arrow::field("c", type)}, {FromJson(type, json)});
  return TryEncodeText(format, {batch}, PlainText(std::move(text)));
}

/// The rows of `bytes`, a file of `batches`, are they; bits of floats count.
inline void ExpectReadsBack(const char* format, const std::string& bytes,
                            const Batches& batches, const EncoderOptions& options) {
  auto source = std::make_shared<MemorySource>(bytes);
  const auto found = FindFormat(format)->ReadBack(*source, options);
  ASSERT_TRUE(found.ok()) << found.status();
  auto reader = FindFormat(format)->ReadRows(source, batches.front()->schema(), options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  Batches read;
  for (;;) {
    auto next = (*reader)->Next();
    ASSERT_TRUE(next.ok()) << next.status() << "\n" << bytes.substr(0, 2000);
    if (*next == nullptr) break;
    ASSERT_TRUE((*next)->ValidateFull().ok());
    read.push_back(*next);
  }
  const auto schema = batches.front()->schema();
  const auto expected = arrow::Table::FromRecordBatches(schema, batches).ValueOrDie();
  const auto got = arrow::Table::FromRecordBatches(schema, read).ValueOrDie();
  EXPECT_EQ(found->rows, expected->num_rows());
  EXPECT_TRUE(got->Equals(
      *expected,
      arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false)))
      << bytes.substr(0, 2000) << got->ToString();
}

/// Write `batches`, and read them back.
inline void ExpectRoundTrip(const char* format, const Batches& batches,
                            const EncoderOptions& options) {
  const auto bytes = TryEncodeText(format, batches, options);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  ExpectReadsBack(format, *bytes, batches, options);
}

}  // namespace howdah
