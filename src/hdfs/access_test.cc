// Owners, modes and access control lists: messages, and a cluster that keeps no lists.
// The expected bytes are by acl.proto of Hadoop 3.5.0.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hdfs/acl_messages.h"
#include "hdfs/hdfs_file_system.h"
#include "hdfs/message_reader.h"
#include "testing/hdfs/hex.h"
#include "testing/hdfs/null_namenode.h"
#include "testing/storage/expect_kind.h"

namespace howdah::hdfs {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;
using testing::ElementsAre;

TEST(AclMessages, AnEntryIsEncodedAsProtobufDoes) {
  EXPECT_EQ(ToHex(EncodeAclEntry({Scope::kDefault, Kind::kGroup, "ab", 5})),
            "08011001180522026162");
  EXPECT_EQ(ToHex(EncodeAclEntry({Scope::kAccess, Kind::kUser, "", 0})), "080010001800");
}

TEST(AclMessages, WhatHdfsLeavesToTheModeIsAdded) {
  // bob:staff, user:ab:r-x, group::r--, default:other::-wx, mode 0751
  const std::string bytes = FromHex(
      "0a03626f6212057374616666180022"
      "0a08001000180522026162"
      "2206080110001804"
      "2206080310011803"
      "2a0308e903");
  const Result<Acl> acl = Decode("the answer", "AclStatusProto", bytes, ReadAcl);
  ASSERT_DONE(acl) << acl.status();
  EXPECT_THAT(*acl, ElementsAre(AclEntry{Scope::kAccess, Kind::kUser, "", 7},
                                AclEntry{Scope::kAccess, Kind::kUser, "ab", 5},
                                AclEntry{Scope::kAccess, Kind::kGroup, "", 4},
                                AclEntry{Scope::kAccess, Kind::kMask, "", 5},
                                AclEntry{Scope::kAccess, Kind::kOther, "", 1},
                                AclEntry{Scope::kDefault, Kind::kOther, "", 3}));
}

TEST(AclMessages, WhatIsNoListIsCorruption) {
  for (const char* hex :
       {"", "0a0012001800", "0a0012001800220608091000180 42a0308e903",
        "0a001200180022060800100218042a0308e903", "0a0012001800220408001000"}) {
    std::string digits;
    for (const char* at = hex; *at != 0; ++at) {
      if (*at != ' ') digits += *at;
    }
    EXPECT_KIND(Decode("the answer", "AclStatusProto", FromHex(digits), ReadAcl),
                kCorruption)
        << hex;
  }
}

/// A cluster with the one file /f, without access control lists.
class NoAclNamenode final : public NullNamenode {
 public:
  Result<std::optional<FileStatus>> GetFileInfo(const std::string& path) override {
    if (path != "/f") return std::nullopt;
    return FileStatus{.mode = 0644, .owner = "bob", .group = "staff"};
  }
  Result<Acl> GetAcl(const std::string& /*path*/) override { return No(); }
  Status SetAcl(const std::string& /*path*/, const Acl& /*acl*/) override { return No(); }
  Status RemoveAcl(const std::string& /*path*/) override { return No(); }
  Status SetPermission(const std::string& /*path*/, uint32_t /*mode*/) override {
    return Error(ErrorKind::kCommitStateUnknown, "the answer was lost");
  }

 private:
  static Status No() { return Error(ErrorKind::kUnsupported, "no lists here"); }
};

TEST(HdfsAccess, AClusterWithoutListsHasNone) {
  HdfsFileSystem fs(std::make_unique<NoAclNamenode>(), ClientOptions());
  EXPECT_EQ(fs.GetAcl("/f").ValueOrDie(), Acl());
  EXPECT_KIND(fs.GetAcl("/absent"), kNotFound);
  EXPECT_DONE(fs.SetAcl("/f", {}));
  EXPECT_KIND(fs.SetAcl("/absent", {}), kNotFound);
  EXPECT_KIND(fs.SetAcl("/f", AclOfMode(0640)), kUnsupported);
  const FileInfo info = fs.Stat("/f").ValueOrDie();
  EXPECT_EQ(info.owner, "bob");
  EXPECT_EQ(info.group, "staff");
  EXPECT_FALSE(info.may_have_acl);
}

TEST(HdfsAccess, ALostAnswerOfWhatMayBeRepeatedIsTransient) {
  HdfsFileSystem fs(std::make_unique<NoAclNamenode>(), ClientOptions());
  EXPECT_KIND(fs.SetPermission("/f", 0600), kTransient);
}

}  // namespace
}  // namespace howdah::hdfs
