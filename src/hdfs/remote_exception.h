#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace howdah::hdfs {

/// What a Java exception that a NameNode answered with means for the call.
enum class RemoteAnswer {
  kFinal,     ///< the call failed, and would fail again
  kTryOther,  ///< this NameNode is not the active one
  kTryLater,  ///< the same NameNode will answer later: it starts, or has too much to do
};

struct RemoteFailure {
  RemoteAnswer answer = RemoteAnswer::kFinal;
  /// One sentence with the kind that callers decide by, without Java's stack trace.
  Status error;
};

/// The one table from Java's exceptions to our errors.
///
/// \param java_class  with or without its package: "java.io.FileNotFoundException".
/// \param text  Java's message, perhaps with a stack trace; only its first line is used.
RemoteFailure ExplainRemoteException(std::string_view java_class, std::string_view text);

/// Java's name for "the last block has too few replicas yet", which addBlock and complete
/// answer with: wait and ask again.
bool IsNotReplicatedYet(std::string_view java_class);

}  // namespace howdah::hdfs
