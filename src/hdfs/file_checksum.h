#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/namenode.h"

namespace howdah::hdfs {

/// A file's length and the CRC of its bytes, as its DataNodes have it.
struct FileChecksum {
  uint64_t length = 0;
  uint32_t crc32c = 0;
};

/// COMPOSITE_CRC of a file: each block's CRC by OP_BLOCK_CHECKSUM of one of its
/// DataNodes, put together. The DataNodes read their checksum files only, no data moves.
/// Replicas are tried in turn; a node that stops answering costs seconds
/// (datanode_probe.h). NotFound. Unsupported: the file has no CRC32C, or is encrypted or
/// erasure coded. Transient: no replica of a block could answer, or the file is being
/// written. Source: FileChecksumHelper.java, dfs.checksum.combine.mode.
Result<FileChecksum> ChecksumOfFile(Namenode& namenode, const ClientOptions& options,
                                    const std::string& path,
                                    std::set<std::string> avoid = {});

}  // namespace howdah::hdfs
