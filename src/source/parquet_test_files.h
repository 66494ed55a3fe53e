#pragma once

// Parquet files in memory for this room's tests, written by Arrow's own writer.

#include <arrow/io/memory.h>
#include <arrow/table.h>
#include <parquet/arrow/writer.h>
#include <parquet/properties.h>

#include <memory>
#include <string>

#include "source/source_test_support.h"

namespace howdah {

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

}  // namespace howdah
