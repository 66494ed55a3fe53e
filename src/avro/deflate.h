#pragma once

#include <memory>

#include "avro/block_codec.h"

namespace howdah {

/// Raw deflate by ISA-L, some twenty times as fast as zlib at the same ratio.
std::unique_ptr<BlockCompressor> MakeDeflate(arrow::MemoryPool* pool);
std::unique_ptr<BlockDecompressor> MakeInflate(arrow::MemoryPool* pool);

}  // namespace howdah
