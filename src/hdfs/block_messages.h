#pragma once

#include <string>
#include <string_view>

#include "base/status.h"
#include "hdfs/protocol.h"

namespace howdah::hdfs {

class MessageReader;

/// Blocks and DataNodes as protobuf messages: what both protocols are made of.
/// Source: hdfs.proto and Security.proto of Hadoop 3.5.0.

std::string EncodeExtendedBlock(const ExtendedBlock& block);
std::string EncodeToken(const Token& token);
/// LocatedBlockProto, for reportBadBlocks.
std::string EncodeLocatedBlock(const LocatedBlock& block);
/// The DatanodeIDProto inside a DatanodeInfoProto, verbatim. Corruption.
Result<std::string> DatanodeIdOf(const DatanodeInfo& node);

/// As parts of other messages; throw as MessageReader does.
ExtendedBlock ReadExtendedBlock(MessageReader reader);
Token ReadToken(MessageReader reader);
DatanodeInfo ReadDatanodeInfo(MessageReader reader, std::string_view bytes);
LocatedBlock ReadLocatedBlock(MessageReader reader);
LocatedBlocks ReadLocatedBlocks(MessageReader reader);
/// The policy's name; empty for plain replication.
std::string ReadErasureCodingPolicy(MessageReader reader);

}  // namespace howdah::hdfs
