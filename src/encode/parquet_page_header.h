#pragma once

#include <cstdint>
#include <string>

namespace howdah {

/// A data page of version 1 with PLAIN values and RLE levels.
struct PageHeader {
  int32_t uncompressed_bytes = 0;
  int32_t compressed_bytes = 0;  ///< as they follow the header
  uint32_t crc32 = 0;            ///< of those bytes
  int32_t levels = 0;            ///< pairs of levels: values, and places without a value
};

/// The header as it stands before its page, in Thrift's compact protocol.
/// Source: parquet.thrift (PageHeader, DataPageHeader); thrift-compact-protocol.md.
std::string Serialize(const PageHeader& header);

}  // namespace howdah
