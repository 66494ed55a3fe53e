#include "hdfs/transfer_status.h"

#include <fmt/format.h>

namespace howdah::hdfs {

std::string StatusName(TransferStatus status) {
  switch (status) {
    case TransferStatus::kSuccess:
      return "SUCCESS";
    case TransferStatus::kError:
      return "ERROR";
    case TransferStatus::kErrorChecksum:
      return "ERROR_CHECKSUM";
    case TransferStatus::kErrorInvalid:
      return "ERROR_INVALID";
    case TransferStatus::kErrorExists:
      return "ERROR_EXISTS";
    case TransferStatus::kErrorAccessToken:
      return "ERROR_ACCESS_TOKEN";
    case TransferStatus::kChecksumOk:
      return "CHECKSUM_OK";
    case TransferStatus::kErrorUnsupported:
      return "ERROR_UNSUPPORTED";
    case TransferStatus::kRestarting:
      return "OOB_RESTART";
    case TransferStatus::kInProgress:
      return "IN_PROGRESS";
    case TransferStatus::kErrorBlockPinned:
      return "ERROR_BLOCK_PINNED";
  }
  return fmt::format("status {}", static_cast<int32_t>(status));
}

Status TransferError(TransferStatus status, std::string_view doing,
                     std::string_view message) {
  ErrorKind kind = ErrorKind::kTransient;
  std::string_view said;
  switch (status) {
    case TransferStatus::kErrorChecksum:
      kind = ErrorKind::kCorruption;
      said = "the bytes do not match their checksums";
      break;
    case TransferStatus::kErrorAccessToken:
      kind = ErrorKind::kPermissionDenied;
      said = "the DataNode refuses the block token";
      break;
    case TransferStatus::kErrorUnsupported:
      kind = ErrorKind::kUnsupported;
      said = "the DataNode does not know the operation";
      break;
    case TransferStatus::kRestarting:
      said = "the DataNode is restarting";
      break;
    default:
      said = "the DataNode failed";
      break;
  }
  return Error(kind, "{}: {} ({}){}{}", doing, said, StatusName(status),
               message.empty() ? "" : ": ", message);
}

}  // namespace howdah::hdfs
