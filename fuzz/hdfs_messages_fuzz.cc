// What a NameNode sends: any bytes are read or refused.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hdfs/block_messages.h"
#include "hdfs/message_reader.h"
#include "hdfs/remote_exception.h"
#include "hdfs/rpc_messages.h"
#include "hdfs/status_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace hdfs = howdah::hdfs;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = [&](auto reader) {
    static_cast<void>(hdfs::Decode("the answer", "TheMessage", bytes, reader));
  };
  read(hdfs::ReadLocatedBlocks);
  read(hdfs::ReadFileStatus);
  read(hdfs::ReadDirectoryListing);
  read(hdfs::ReadContentSummary);
  read(hdfs::ReadServerDefaults);
  read(hdfs::ReadFileSystemStatus);
  const auto reply = hdfs::DecodeReply(bytes);
  if (reply.ok()) {
    static_cast<void>(
        hdfs::ExplainRemoteException(reply->exception_class, reply->exception_text));
  }
  return 0;
}
