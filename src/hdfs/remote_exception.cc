#include "hdfs/remote_exception.h"

#include <algorithm>
#include <cctype>

namespace howdah::hdfs {
namespace {

constexpr size_t kLongestLine = 600;

struct Row {
  std::string_view java_class;  ///< without package
  std::string_view fragment;    ///< that Java's text holds; "" for any text
  ErrorKind kind;
  RemoteAnswer answer;
  std::string_view sentence;  ///< "": Java's own first line is clear enough
};

using enum ErrorKind;
constexpr auto kFinal = RemoteAnswer::kFinal;
constexpr auto kTryOther = RemoteAnswer::kTryOther;
constexpr auto kTryLater = RemoteAnswer::kTryLater;

constexpr std::string_view kTakenOver =
    "the file is no longer open for this writer: it was deleted, or another client has "
    "taken it over";

// The first row that fits holds. IOException is Java's name for all that has no better
// one: those rows know a cause by its words.
// Sources: FSNamesystem.java, FSDirRenameOp.java, FSDirWriteFileOp.java,
// BlockManager.java, Server.java of Hadoop 3.5.0.
constexpr Row kRows[] = {
    // Which NameNode, and when.
    {"StandbyException", "", kTransient, kTryOther, "it is a standby"},
    {"ObserverRetryOnActiveException", "", kTransient, kTryOther, "it is an observer"},
    {"RetriableException", "afe mode", kTransient, kTryLater,
     "it is in safe mode, in which nothing can be changed"},
    {"RetriableException", "", kTransient, kTryLater, "it asks to be called later"},
    {"SafeModeException", "", kTransient, kFinal,
     "the NameNode is in safe mode, in which nothing can be changed"},
    {"NotReplicatedYetException", "", kTransient, kFinal,
     "the blocks before have too few replicas yet"},
    {"ServerNotRunningYetException", "", kTransient, kTryLater, "it is still starting"},

    // Who may.
    {"AccessControlException", "SIMPLE authentication is not enabled", kPermissionDenied,
     kFinal,
     "the cluster asks for Kerberos, for which this version of howdah has no "
     "credentials"},
    {"SnapshotAccessControlException", "", kPermissionDenied, kFinal,
     "a snapshot cannot be changed"},
    {"AccessControlException", "(is not a directory)", kNotFound, kFinal,
     "the path leads through a file"},
    {"AccessControlException", "", kPermissionDenied, kFinal, ""},
    {"AuthorizationException", "", kPermissionDenied, kFinal, ""},
    {"AclException", "ACLs has been disabled", kUnsupported, kFinal,
     "the cluster keeps no access control lists (dfs.namenode.acls.enabled)"},
    {"AclException", "", kInvalidInput, kFinal, ""},
    {"InvalidToken", "", kPermissionDenied, kFinal, "the token is not valid"},

    // Names.
    {"FileNotFoundException", "", kNotFound, kFinal, ""},
    {"PathNotFoundException", "", kNotFound, kFinal, ""},
    {"FileAlreadyExistsException", "", kAlreadyExists, kFinal, ""},
    {"PathIsNotEmptyDirectoryException", "", kAlreadyExists, kFinal,
     "the directory is not empty"},
    {"AlreadyBeingCreatedException", "", kAlreadyExists, kFinal,
     "another client is writing the file"},
    {"RecoveryInProgressException", "", kAlreadyExists, kFinal,
     "the file is being recovered from another client"},
    {"ParentNotDirectoryException", "", kNotFound, kFinal,
     "the path leads through a file"},
    {"PathIsNotDirectoryException", "", kInvalidInput, kFinal, ""},
    {"InvalidPathException", "", kInvalidInput, kFinal,
     "HDFS does not take this path: a name must not be '.' or '..' nor hold ':' or '//'"},
    {"UnresolvedPathException", "", kUnsupported, kFinal,
     "the path leads through a symbolic link, which HDFS does not follow by itself"},
    {"SnapshotException", "", kInvalidInput, kFinal, ""},
    {"PathComponentTooLongException", "", kInvalidInput, kFinal, "the name is too long"},
    {"MaxDirectoryItemsExceededException", "", kResourceExhausted, kFinal,
     "the directory has all the entries it may have"},

    // Room.
    {"NSQuotaExceededException", "", kResourceExhausted, kFinal,
     "the quota of names is used up"},
    {"DSQuotaExceededException", "", kResourceExhausted, kFinal,
     "the quota of space is used up"},
    {"QuotaByStorageTypeExceededException", "", kResourceExhausted, kFinal,
     "the quota of a storage type is used up"},
    {"QuotaExceededException", "", kResourceExhausted, kFinal, "a quota is used up"},
    {"IOException", "There are 0 datanode(s) running", kTransient, kFinal,
     "no DataNode is running"},
    {"IOException", "could only be written to 0 of the", kResourceExhausted, kFinal,
     "no DataNode takes another block: all are full, excluded or busy"},
    {"IOException", "could only be written to", kResourceExhausted, kFinal,
     "too few DataNodes take another block for the cluster's least replication"},
    {"IOException", "could only be replicated to", kResourceExhausted, kFinal,
     "no DataNode takes another block: all are full, excluded or busy"},

    // Values.
    {"IOException", "min-block-size", kInvalidInput, kFinal,
     "the block size is below the cluster's minimum"},
    {"IOException", "max-blocks-per-file", kResourceExhausted, kFinal,
     "the file has all the blocks it may have; use larger blocks"},
    {"IOException", "equested replication factor", kInvalidInput, kFinal,
     "the cluster does not take this replication"},
    {"IOException", "Invalid file name", kInvalidInput, kFinal, ""},
    {"IOException", "under source", kInvalidInput, kFinal, ""},
    {"IOException", "must both be directories", kInvalidInput, kFinal, ""},
    {"IOException", "an encryption zone", kInvalidInput, kFinal, ""},
    {"IOException", "destination directory is not empty", kAlreadyExists, kFinal, ""},
    {"IllegalArgumentException", "", kInvalidInput, kFinal, ""},
    {"HadoopIllegalArgumentException", "", kInvalidInput, kFinal, ""},

    // Writing.
    {"LeaseExpiredException", "", kCommitConflict, kFinal, kTakenOver},
    // FSNamesystem.java, checkUCBlock: so it tells of a lease that was recovered when a
    // pipeline asks for a new generation stamp.
    {"IOException", "Unexpected BlockUCState", kCommitConflict, kFinal, kTakenOver},
    {"IOException", "it is not under construction", kCommitConflict, kFinal, kTakenOver},
    {"IOException", "does not exist.", kCommitConflict, kFinal, kTakenOver},
    {"UnknownCryptoProtocolVersionException", "", kUnsupported, kFinal,
     "the path is in an encryption zone, which this version of howdah does not write"},
    {"UnsupportedOperationException", "", kUnsupported, kFinal, ""},

    // The protocol itself.
    {"RpcNoSuchProtocolException", "", kInvalidInput, kFinal,
     "this is a Hadoop server, but not a NameNode"},
    {"RpcNoSuchMethodException", "", kUnsupported, kFinal,
     "this NameNode does not know the call; Hadoop 3 is needed"},
    {"RPC$VersionMismatch", "", kUnsupported, kFinal,
     "this NameNode speaks another version of Hadoop's RPC"},
    {"VersionMismatch", "", kUnsupported, kFinal,
     "this NameNode speaks another version of Hadoop's RPC"},
};

std::string_view WithoutPackage(std::string_view java_class) {
  const size_t dot = java_class.rfind('.');
  return dot == std::string_view::npos ? java_class : java_class.substr(dot + 1);
}

// At most kLongestLine bytes of the first line, cut between letters, no control bytes.
std::string FirstLine(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  if (text.size() > kLongestLine) {
    size_t end = kLongestLine;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text = text.substr(0, end);
  }
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, ' ');
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace

RemoteFailure ExplainRemoteException(std::string_view java_class, std::string_view text) {
  const std::string_view name = WithoutPackage(java_class);
  const std::string line = FirstLine(text);
  for (const Row& row : kRows) {
    if (row.java_class != name || text.find(row.fragment) == std::string_view::npos)
      continue;
    if (row.sentence.empty() && !line.empty()) {
      return {row.answer, MakeError(row.kind, line)};
    }
    const std::string_view sentence = row.sentence.empty() ? name : row.sentence;
    return {row.answer, line.empty() ? MakeError(row.kind, std::string(sentence))
                                     : Error(row.kind, "{} ({})", sentence, line)};
  }
  return {RemoteAnswer::kFinal,
          Error(kInternal, "the NameNode answered {}: {}", FirstLine(name), line)};
}

bool IsNotReplicatedYet(std::string_view java_class) {
  return WithoutPackage(java_class) == "NotReplicatedYetException";
}

}  // namespace howdah::hdfs
