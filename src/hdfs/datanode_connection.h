#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"
#include "hdfs/client_options.h"
#include "hdfs/protocol.h"
#include "hdfs/socket.h"
#include "hdfs/transfer_messages.h"

namespace howdah::hdfs {

/// How long Java waits for one that answers for `nodes` nodes, and for one that takes
/// bytes. Source: DFSClient.java, getDatanodeReadTimeout and getDatanodeWriteTimeout.
std::chrono::milliseconds ReadLimit(const ClientOptions& options, size_t nodes);
std::chrono::milliseconds WriteLimit(const ClientOptions& options, size_t nodes);

/// A connection to the data-transfer port of `node`; reads wait for ReadLimit of one
/// node. Transient.
Result<Socket> ConnectDatanode(const ClientOptions& options, const DatanodeInfo& node);

/// Send a request of transfer_messages.h.
Status SendRequest(Socket& socket, std::string_view request);

/// One message with its length before it, and no byte more. Transient; Corruption: longer
/// than any that a DataNode sends.
Result<std::string> ReadDelimited(Socket& socket);

/// Read the answer to an operation. An answer with another status than SUCCESS is not an
/// error here.
Result<BlockOpResponse> ReadResponse(Socket& socket);

/// The same, with TransferError for any other status. `doing` as there.
Result<BlockOpResponse> ReadSuccess(Socket& socket, std::string_view doing);

}  // namespace howdah::hdfs
