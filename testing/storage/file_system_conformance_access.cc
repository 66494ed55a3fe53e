// GetAcl, SetAcl, SetPermission, SetOwner.
#include <gmock/gmock.h>

#include "testing/storage/expect_kind.h"
#include "testing/storage/file_system_conformance.h"

namespace howdah {
namespace {

using Scope = AclEntry::Scope;
using Kind = AclEntry::Kind;

/// A whole list that gives something to `name`.
Acl ListFor(Scope scope, const std::string& name) {
  return {{scope, Kind::kUser, "", 7},  {scope, Kind::kUser, name, 6},
          {scope, Kind::kGroup, "", 5}, {scope, Kind::kGroup, name, 3},
          {scope, Kind::kMask, "", 7},  {scope, Kind::kOther, "", 1}};
}

Acl operator+(Acl left, const Acl& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

TEST_P(FileSystemConformance, AModeIsAsItWasSet) {
  MakeFile("f");
  MakeDirectory("d");
  for (const uint32_t mode : {0600u, 0644u, 0777u, 0640u}) {
    for (const char* name : {"f", "d"}) {
      EXPECT_DONE(fs().SetPermission(Path(name), mode | 0700));
      EXPECT_EQ(fs().Stat(Path(name))->mode, mode | 0700);
      EXPECT_FALSE(HasScope(fs().GetAcl(Path(name)).ValueOrDie(), Scope::kAccess));
    }
  }
  EXPECT_DONE(fs().SetPermission(Path("d"), 01777));
  EXPECT_EQ(fs().Stat(Path("d"))->mode, 01777u);
  EXPECT_EQ(fs().List(Path(""))->at(0).mode, 01777u);
}

TEST_P(FileSystemConformance, OwnerAndGroupAreAsTheyWereSet) {
  MakeFile("f");
  const FileInfo before = fs().Stat(Path("f")).ValueOrDie();
  EXPECT_NE(before.owner, "");
  EXPECT_NE(before.group, "");
  const std::string somebody = GetParam().somebody;
  EXPECT_DONE(fs().SetOwner(Path("f"), "", ""));
  EXPECT_DONE(fs().SetOwner(Path("f"), "", somebody));
  EXPECT_EQ(fs().Stat(Path("f"))->owner, before.owner);
  EXPECT_EQ(fs().Stat(Path("f"))->group, somebody);
  EXPECT_DONE(fs().SetOwner(Path("f"), somebody, ""));
  EXPECT_EQ(fs().List(Path(""))->at(0).owner, somebody);
  EXPECT_EQ(fs().List(Path(""))->at(0).group, somebody);
  EXPECT_DONE(fs().SetOwner(Path("f"), before.owner, before.group));
  EXPECT_EQ(fs().Stat(Path("f"))->owner, before.owner);
}

TEST_P(FileSystemConformance, AnAccessControlListIsAsItWasSet) {
  MakeFile("f");
  MakeDirectory("d");
  const std::string somebody = GetParam().somebody;
  EXPECT_EQ(fs().GetAcl(Path("f")).ValueOrDie(), Acl());
  const Acl access = ListFor(Scope::kAccess, somebody);
  EXPECT_DONE(fs().SetAcl(Path("f"), access));
  EXPECT_EQ(fs().GetAcl(Path("f")).ValueOrDie(), access);
  EXPECT_TRUE(fs().Stat(Path("f"))->may_have_acl);
  EXPECT_EQ(fs().Stat(Path("f"))->mode, 0771u) << "the mask stands for the group";

  const Acl defaults = ListFor(Scope::kDefault, somebody);
  for (const Acl& acl : {access + defaults, defaults, access, Acl(), defaults, Acl()}) {
    EXPECT_DONE(fs().SetAcl(Path("d"), acl));
    EXPECT_EQ(fs().GetAcl(Path("d")).ValueOrDie(), acl);
  }
  EXPECT_DONE(fs().SetAcl(Path("d"), AclOfMode(0750)));
  EXPECT_EQ(fs().GetAcl(Path("d")).ValueOrDie(), Acl()) << "no more than a mode says";
  EXPECT_EQ(fs().Stat(Path("d"))->mode & 0777, 0750u);
}

TEST_P(FileSystemConformance, AModeChangesTheMaskOfAnAccessList) {
  MakeFile("f");
  const std::string somebody = GetParam().somebody;
  Acl acl = ListFor(Scope::kAccess, somebody);
  EXPECT_DONE(fs().SetAcl(Path("f"), acl));
  EXPECT_DONE(fs().SetPermission(Path("f"), 0640));
  ChangeMode(acl, 0640);
  EXPECT_EQ(fs().GetAcl(Path("f")).ValueOrDie(), acl);
  EXPECT_EQ(fs().Stat(Path("f"))->mode, 0640u);
  EXPECT_DONE(fs().SetAcl(Path("f"), {}));
  EXPECT_DONE(fs().SetPermission(Path("f"), 0604));
  EXPECT_EQ(fs().GetAcl(Path("f")).ValueOrDie(), Acl());
  EXPECT_EQ(fs().Stat(Path("f"))->mode, 0604u);
}

TEST_P(FileSystemConformance, ListsThatCannotBeAreRefused) {
  MakeFile("f");
  MakeDirectory("d");
  const std::string somebody = GetParam().somebody;
  EXPECT_KIND(fs().SetAcl(Path("f"), ListFor(Scope::kDefault, somebody)), kInvalidInput);
  EXPECT_KIND(fs().SetAcl(Path("d"), {{Scope::kAccess, Kind::kUser, "", 7},
                                      {Scope::kAccess, Kind::kUser, somebody, 7}}),
              kInvalidInput);
}

TEST_P(FileSystemConformance, WhoMayDoWhatIsSetOnlyOfWhatIsThere) {
  MakeFile("f");
  const Acl acl = ListFor(Scope::kAccess, GetParam().somebody);
  for (const char* name : {"absent", "absent/x", "f/x"}) {
    SCOPED_TRACE(name);
    EXPECT_KIND(fs().GetAcl(Path(name)), kNotFound);
    EXPECT_KIND(fs().SetAcl(Path(name), acl), kNotFound);
    EXPECT_KIND(fs().SetAcl(Path(name), {}), kNotFound);
    EXPECT_KIND(fs().SetPermission(Path(name), 0644), kNotFound);
    EXPECT_KIND(fs().SetOwner(Path(name), "", GetParam().somebody), kNotFound);
  }
  for (const char* path : {"", "relative", "/a/../b"}) {
    EXPECT_KIND(fs().GetAcl(path), kInvalidInput);
    EXPECT_KIND(fs().SetAcl(path, {}), kInvalidInput);
    EXPECT_KIND(fs().SetPermission(path, 0644), kInvalidInput);
    EXPECT_KIND(fs().SetOwner(path, "", GetParam().somebody), kInvalidInput);
  }
}

}  // namespace howdah
