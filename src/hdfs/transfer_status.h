#pragma once

#include <cstdint>
#include <string_view>

#include "base/status.h"

namespace howdah::hdfs {

/// What a DataNode says of an operation or a packet. Values that are not named here are
/// carried as they are, and are errors. Source: datatransfer.proto, Status.
enum class TransferStatus : int32_t {
  kSuccess = 0,
  kError = 1,
  kErrorChecksum = 2,
  kErrorInvalid = 3,
  kErrorExists = 4,
  kErrorAccessToken = 5,
  kChecksumOk = 6,
  kErrorUnsupported = 7,
  kRestarting = 8,  ///< OOB_RESTART: the node goes down and will be back soon
  kInProgress = 12,
  kErrorBlockPinned = 13,
};

/// "ERROR_CHECKSUM", as Hadoop writes it; "status 77" for one that has no name.
std::string StatusName(TransferStatus status);

/// What a DataNode that answered an operation with `status` failed at, as one sentence.
/// Corruption: the bytes it got do not match their checksums. PermissionDenied: the block
/// token is refused. Unsupported. Transient: everything else, another node may do better.
/// \param doing  "reading block 17 from 10.0.0.7:9866".
/// \param message  the node's own words; may be empty.
Status TransferError(TransferStatus status, std::string_view doing,
                     std::string_view message);

}  // namespace howdah::hdfs
