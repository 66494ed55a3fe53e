#pragma once

#include "hdfs/protocol.h"

namespace howdah::hdfs {

class MessageReader;

/// What the NameNode tells about files, directories and itself. All throw as
/// MessageReader does. Source: hdfs.proto, ClientNamenodeProtocol.proto of Hadoop 3.5.0.

FileStatus ReadFileStatus(MessageReader reader);
DirectoryListing ReadDirectoryListing(MessageReader reader);
ContentSummary ReadContentSummary(MessageReader reader);
ServerDefaults ReadServerDefaults(MessageReader reader);
FileSystemStatus ReadFileSystemStatus(MessageReader reader);

}  // namespace howdah::hdfs
