#pragma once

#include <memory>

#include "base/byte_io.h"

namespace arrow {
class MemoryPool;
namespace io {
class OutputStream;
class RandomAccessFile;
}  // namespace io
}  // namespace arrow

namespace howdah {

/// `source` as Arrow's readers want it; it must outlive the result. Reads are cut at the
/// file's end before memory is taken from `pool` (nullptr: Arrow's default), however much
/// a hostile file makes Arrow ask for. Errors of the source pass through unchanged.
/// Thread-safe.
std::shared_ptr<arrow::io::RandomAccessFile> AsArrowFile(
    ByteSource& source, arrow::MemoryPool* pool = nullptr);

/// `sink` as Arrow's writers want it; it must outlive the result. Errors of the sink pass
/// through unchanged. After the first of them, and after the stream's Close, nothing more
/// reaches the sink. Thread-confined.
std::shared_ptr<arrow::io::OutputStream> AsArrowStream(ByteSink& sink);

}  // namespace howdah
