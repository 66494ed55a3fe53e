#pragma once

#include <string>

#include "storage/acl.h"

namespace howdah::hdfs {

class MessageReader;

/// Access control lists as the NameNode takes and tells them. Source: acl.proto,
/// AclStorage.java of Hadoop 3.5.0.

std::string EncodeAclEntry(const AclEntry& entry);
/// AclStatusProto, normalized: what HDFS leaves to the mode is added. Throws as
/// MessageReader does.
Acl ReadAcl(MessageReader reader);

}  // namespace howdah::hdfs
