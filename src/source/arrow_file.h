#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "source/source.h"

namespace arrow::ipc {
struct IpcReadOptions;
}

namespace howdah {

enum class ArrowLayout { kFile, kStream };

/// Which of Arrow's two formats a file has, by its first bytes
/// (https://arrow.apache.org/docs/format/Columnar.html, "IPC"): files begin and end with
/// ARROW1, streams begin with a message. Corruption: neither; a file whose end is
/// missing. Unsupported: Feather, version 1.
Result<ArrowLayout> ArrowLayoutOf(ByteSource& file);

/// The record batches of `file`, from their metadata: data are not read. The batches of a
/// stream are one unit. Bytes are those of `columns` as they are stored (compressed, if
/// they are). Corruption: metadata that cannot be; a stream without its end mark, or with
/// bytes behind it.
Result<SourceFileInfo> InspectArrow(ByteSource& file, ArrowLayout layout,
                                    const std::vector<std::string>& columns);

/// The options with which all of this room reads Arrow's formats.
arrow::ipc::IpcReadOptions ArrowReadOptions(arrow::MemoryPool* pool);

}  // namespace howdah
