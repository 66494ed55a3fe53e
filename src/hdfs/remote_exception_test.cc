// The texts are what Hadoop 3.5.0 answers with.
#include "hdfs/remote_exception.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using testing::HasSubstr;

Status Explain(std::string_view java_class, std::string_view text) {
  return ExplainRemoteException(java_class, text).error;
}
RemoteAnswer AnswerOf(std::string_view java_class, std::string_view text) {
  return ExplainRemoteException(java_class, text).answer;
}

TEST(RemoteException, OnlyTheFirstLineOfJavasTextIsTold) {
  const Status status =
      Explain("org.apache.hadoop.security.AccessControlException",
              "Permission denied: user=bob, access=WRITE, "
              "inode=\"/\":root:supergroup:drwxr-xr-x\n\tat org.apache.hadoop.hdfs.X(X)");
  EXPECT_KIND(status, kPermissionDenied);
  EXPECT_EQ(status.message(),
            "Permission denied: user=bob, access=WRITE, "
            "inode=\"/\":root:supergroup:drwxr-xr-x");
}

TEST(RemoteException, AStandbyLeadsToTheOtherNamenodeAndABusyOneToPatience) {
  EXPECT_EQ(AnswerOf("org.apache.hadoop.ipc.StandbyException",
                     "Operation category READ is not supported in state standby."),
            RemoteAnswer::kTryOther);
  EXPECT_EQ(AnswerOf("org.apache.hadoop.ipc.RetriableException", "Server too busy"),
            RemoteAnswer::kTryLater);
  EXPECT_EQ(AnswerOf("java.io.FileNotFoundException", "x"), RemoteAnswer::kFinal);
}

TEST(RemoteException, SafeModeIsNamed) {
  const std::string_view text =
      "org.apache.hadoop.hdfs.server.namenode.SafeModeException: Cannot delete /x. Name "
      "node is in safe mode.";
  const Status patient = Explain("org.apache.hadoop.ipc.RetriableException", text);
  EXPECT_KIND(patient, kTransient);
  EXPECT_THAT(patient.message(), HasSubstr("safe mode, in which nothing can be changed"));
  EXPECT_KIND(Explain("org.apache.hadoop.hdfs.server.namenode.SafeModeException",
                      "Cannot delete /x. Name node is in safe mode."),
              kTransient);
}

TEST(RemoteException, NamesAndRightsHaveTheirKinds) {
  EXPECT_KIND(Explain("java.io.FileNotFoundException", "File does not exist: /x"),
              kNotFound);
  EXPECT_KIND(Explain("org.apache.hadoop.fs.ParentNotDirectoryException",
                      "/p/g (is not a directory)"),
              kNotFound);
  EXPECT_KIND(Explain("org.apache.hadoop.security.AccessControlException",
                      "/p/g (is not a directory)"),
              kNotFound);
  EXPECT_KIND(Explain("org.apache.hadoop.fs.FileAlreadyExistsException", "/x exists"),
              kAlreadyExists);
  EXPECT_KIND(
      Explain("org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException", "…"),
      kAlreadyExists);
  EXPECT_KIND(Explain("org.apache.hadoop.fs.PathIsNotEmptyDirectoryException",
                      "`/p is non empty': Directory is not empty"),
              kAlreadyExists);
  EXPECT_KIND(
      Explain("org.apache.hadoop.fs.InvalidPathException", "Invalid path name /p/a:b"),
      kInvalidInput);
  EXPECT_KIND(Explain("org.apache.hadoop.hdfs.protocol.SnapshotAccessControlException",
                      "Modification on a read-only snapshot is disallowed"),
              kPermissionDenied);
}

TEST(RemoteException, RoomThatIsUsedUpIsResourceExhausted) {
  EXPECT_KIND(
      Explain("org.apache.hadoop.hdfs.protocol.DSQuotaExceededException",
              "The DiskSpace quota of /q is exceeded: quota = 1024 B = 1 KB but …"),
      kResourceExhausted);
  const Status names =
      Explain("org.apache.hadoop.hdfs.protocol.NSQuotaExceededException",
              "The NameSpace quota (directories and files) of directory /q is exceeded: "
              "quota=3 file count=4");
  EXPECT_KIND(names, kResourceExhausted);
  EXPECT_THAT(names.message(), HasSubstr("the quota of names is used up"));
  EXPECT_KIND(Explain("java.io.IOException",
                      "File /p/w could only be written to 0 of the 1 minReplication "
                      "nodes. There are 3 datanode(s) running and 3 node(s) are excluded "
                      "in this operation."),
              kResourceExhausted);
}

TEST(RemoteException, WithoutAnyDatanodeItMayWorkLater) {
  const Status status =
      Explain("java.io.IOException",
              "File /p/w could only be written to 0 of the 1 minReplication nodes. There "
              "are 0 datanode(s) running and 0 node(s) are excluded in this operation.");
  EXPECT_KIND(status, kTransient);
  EXPECT_THAT(status.message(), HasSubstr("no DataNode is running"));
}

TEST(RemoteException, AFileThatAnotherClientHasTakenOverIsAConflict) {
  for (const char* text :
       {"BP-1-127.0.0.1-1:blk_1073741825_1001 does not exist.",
        "Unexpected BlockUCState: BP-1-127.0.0.1-1:blk_1_1 is COMPLETE but not "
        "UNDER_CONSTRUCTION",
        "The file blk_1_1 belonged to does not exist or it is not under construction."}) {
    const Status status = Explain("java.io.IOException", text);
    EXPECT_KIND(status, kCommitConflict);
    EXPECT_THAT(status.message(), HasSubstr("another client has taken it over"));
  }
}

TEST(RemoteException, AValueThatTheClusterRefusesIsInvalidInput) {
  const Status small =
      Explain("java.io.IOException",
              "Specified block size is less than configured minimum value "
              "(dfs.namenode.fs-limits.min-block-size): 1024 < 1048576");
  EXPECT_KIND(small, kInvalidInput);
  EXPECT_THAT(small.message(), HasSubstr("block size is below the cluster's minimum"));
  EXPECT_KIND(Explain("java.io.IOException",
                      "Requested replication factor of 2000 exceeds maximum of 512 for "
                      "/p/g"),
              kInvalidInput);
}

TEST(RemoteException, ARenameIntoAnEncryptionZoneIsBadInput) {
  const Status status =
      Explain("java.io.IOException", "/a can't be moved into an encryption zone.");
  EXPECT_KIND(status, kInvalidInput);
  EXPECT_EQ(status.message(), "/a can't be moved into an encryption zone.");
}

TEST(RemoteException, ASecureClusterIsNamed) {
  const Status status =
      Explain("org.apache.hadoop.security.AccessControlException",
              "SIMPLE authentication is not enabled.  Available:[TOKEN, KERBEROS]");
  EXPECT_KIND(status, kPermissionDenied);
  EXPECT_THAT(status.message(), HasSubstr("the cluster asks for Kerberos"));
}

TEST(RemoteException, AnotherHadoopServerIsNoNamenode) {
  EXPECT_THAT(Explain("org.apache.hadoop.ipc.RpcNoSuchProtocolException",
                      "Unknown protocol: org.apache.hadoop.hdfs.protocol.ClientProtocol")
                  .message(),
              HasSubstr("not a NameNode"));
}

TEST(RemoteException, AnUnknownExceptionIsToldByNameAndIsInternal) {
  const Status status = Explain("java.lang.NullPointerException", "");
  EXPECT_KIND(status, kInternal);
  EXPECT_EQ(status.message(), "the NameNode answered NullPointerException: ");
}

TEST(RemoteException, HostileTextStaysShortAndWithoutControlBytes) {
  const Status status = Explain("x", "a\x1b[31m" + std::string(1 << 20, 'y'));
  EXPECT_LT(status.message().size(), 1000u);
  EXPECT_EQ(status.message().find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace howdah::hdfs
