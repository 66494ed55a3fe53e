// What only a real disk has: links, pipes, owners, mounts, limits. What every file system
// must do is in testing/storage/file_system_conformance.cc.
#include "storage/local_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "testing/storage/expect_kind.h"
#include "testing/storage/temp_directory.h"

namespace howdah {
namespace {

using testing::HasSubstr;

/// Runs `body` in a process of its own, whose user, limits and mounts it may change.
template <typename Body>
void InChild(Body body) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    body();
    std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "in the child process";
}

constexpr uid_t kNobody = 65534;

void BecomeNobody() {
  if (::geteuid() != 0) return;  // has no special rights to give up
  ASSERT_EQ(::setgid(kNobody), 0);
  ASSERT_EQ(::setuid(kNobody), 0);
}

/// From here on mounts of this process are seen by it alone.
void LeaveMountNamespace() {
  const int user_namespace = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  ASSERT_EQ(::unshare(CLONE_NEWNS | user_namespace), 0) << std::strerror(errno);
  ASSERT_EQ(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
}

void MountTmpfs(const std::string& directory, const char* options,
                unsigned long flags = 0) {
  ASSERT_EQ(::mount("tmpfs", directory.c_str(), "tmpfs", flags, options), 0)
      << std::strerror(errno);
}

/// From here on every system call of this number fails with `error` and does nothing.
void FailSystemCall(uint32_t number, uint32_t error) {
  sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{.len = std::size(rules), .filter = rules};
  ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0)
      << std::strerror(errno);
}

/// As on a file system that does not have it.
void ForbidRenameat2() { FailSystemCall(SYS_renameat2, EINVAL); }

class LocalFileSystemTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) {
    return name.empty() ? directory_.path() : JoinPath(directory_.path(), name);
  }
  void MakeFile(const std::string& name, std::string_view text = "text") {
    ASSERT_DONE(WriteFile(*fs_, Path(name), text, IfExists::kFail));
  }
  void MakeDirectory(const std::string& name) {
    ASSERT_DONE(fs_->CreateDirectory(Path(name)));
  }
  void MakeLink(const std::string& target, const std::string& name) {
    ASSERT_EQ(::symlink(target.c_str(), Path(name).c_str()), 0);
  }
  void SetMode(const std::string& name, mode_t mode) {
    ASSERT_EQ(::chmod(Path(name).c_str(), mode), 0);
  }
  size_t CountEntries(const std::string& name) {
    return fs_->List(Path(name)).ValueOrDie().size();
  }

  TempDirectory directory_;
  std::unique_ptr<FileSystem> fs_ = MakeLocalFileSystem();
};

// ---- Links

TEST_F(LocalFileSystemTest, StatFollowsALinkAndSaysThatItIsOne) {
  MakeFile("f", "12345");
  MakeDirectory("d");
  MakeLink("f", "to_file");
  MakeLink("d", "to_directory");
  const FileInfo file = fs_->Stat(Path("to_file")).ValueOrDie();
  EXPECT_EQ(file.path, Path("to_file"));
  EXPECT_EQ(file.type, FileType::kFile);
  EXPECT_EQ(file.size, 5);
  EXPECT_TRUE(file.is_symlink);
  const FileInfo directory = fs_->Stat(Path("to_directory")).ValueOrDie();
  EXPECT_EQ(directory.type, FileType::kDirectory);
  EXPECT_TRUE(directory.is_symlink);
}

TEST_F(LocalFileSystemTest, ALinkThatLeadsNowhereExistsAndIsNeitherFileNorDirectory) {
  MakeLink("absent", "dangling");
  MakeLink("loop", "loop");
  for (const char* name : {"dangling", "loop"}) {
    const FileInfo info = fs_->Stat(Path(name)).ValueOrDie();
    EXPECT_EQ(info.type, FileType::kOther);
    EXPECT_TRUE(info.is_symlink);
    EXPECT_EQ(info.size, 0);
  }
  EXPECT_EQ(CountEntries(""), 2u);
  EXPECT_KIND(fs_->OpenInput(Path("dangling")), kNotFound);
  EXPECT_KIND(fs_->OpenInput(Path("loop")), kInvalidInput);
  EXPECT_KIND(fs_->CreateDirectory(Path("dangling")), kAlreadyExists);
  EXPECT_KIND(WriteFile(*fs_, Path("dangling"), "x", IfExists::kFail), kAlreadyExists);
}

TEST_F(LocalFileSystemTest, RenameMovesALinkItself) {
  MakeDirectory("d");
  MakeLink("d", "link");
  EXPECT_DONE(fs_->Rename(Path("link"), Path("moved"), IfExists::kFail));
  EXPECT_TRUE(fs_->Stat(Path("moved"))->is_symlink);
  EXPECT_FALSE(fs_->Stat(Path("d"))->is_symlink);
}

TEST_F(LocalFileSystemTest, DeletingALinkLeavesItsTarget) {
  MakeDirectory("d");
  MakeFile("d/f");
  MakeLink("d", "link1");
  MakeLink("d", "link2");
  MakeDirectory("tree");
  MakeLink("../d", "tree/link");
  EXPECT_KIND(fs_->DeleteDirectory(Path("link1")), kInvalidInput);
  EXPECT_DONE(fs_->DeleteFile(Path("link1")));
  EXPECT_DONE(fs_->DeleteTree(Path("link2")));
  EXPECT_DONE(fs_->DeleteTree(Path("tree")));
  EXPECT_EQ(ReadFile(*fs_, Path("d/f")).ValueOrDie(), "text");
  EXPECT_EQ(CountEntries(""), 1u);
}

// ---- What is no file

TEST_F(LocalFileSystemTest, OpenInputRefusesPipesSocketsAndDevicesWithoutWaiting) {
  ASSERT_EQ(::mkfifo(Path("fifo").c_str(), 0600), 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(Path("socket").size(), sizeof address.sun_path);
  std::strcpy(address.sun_path, Path("socket").c_str());
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(socket);
  for (const std::string& path :
       {Path("fifo"), Path("socket"), std::string("/dev/null")}) {
    EXPECT_KIND(fs_->OpenInput(path), kInvalidInput) << path;
    EXPECT_EQ(fs_->Stat(path)->type, FileType::kOther) << path;
  }
}

TEST_F(LocalFileSystemTest, AFileThatIsCutWhileItIsReadIsCorrupt) {
  MakeFile("f", "0123456789");
  const auto source = fs_->OpenInput(Path("f")).ValueOrDie();
  ASSERT_EQ(::truncate(Path("f").c_str(), 4), 0);
  std::byte out[10];
  const auto got = source->ReadAt(0, out);
  EXPECT_KIND(got, kCorruption);
  EXPECT_THAT(got.status().message(), HasSubstr("became shorter"));
}

TEST_F(LocalFileSystemTest, BytesAddedToAnOpenFileAreNotSeen) {
  MakeFile("f", "0123");
  const auto source = fs_->OpenInput(Path("f")).ValueOrDie();
  ASSERT_EQ(::truncate(Path("f").c_str(), 100), 0);
  std::byte out[10];
  EXPECT_EQ(source->ReadAt(0, out).ValueOrDie(), 4);
}

TEST_F(LocalFileSystemTest, APathLongerThanTheSystemTakesIsRefused) {
  std::string path = directory_.path();
  while (path.size() < 4200) path += "/directory";
  EXPECT_KIND(fs_->Stat(path), kInvalidInput);
  EXPECT_KIND(fs_->CreateFile(path), kInvalidInput);
  EXPECT_KIND(fs_->CreateDirectory(path), kInvalidInput);
  MakeFile("f");
  EXPECT_KIND(fs_->Rename(Path("f"), path, IfExists::kFail), kInvalidInput);
}

// ---- Owners and modes

TEST_F(LocalFileSystemTest, NewEntriesFollowTheUmask) {
  InChild([&] {
    ::umask(027);
    MakeFile("f");
    MakeDirectory("d");
    EXPECT_EQ(fs_->Stat(Path("f"))->mode, 0640u);
    EXPECT_EQ(fs_->Stat(Path("d"))->mode, 0750u);
  });
}

TEST_F(LocalFileSystemTest, ADirectoryWithoutWritePermissionRefusesEveryChange) {
  MakeFile("f");
  MakeDirectory("d");
  SetMode("", 0555);
  InChild([&] {
    BecomeNobody();
    EXPECT_KIND(fs_->CreateFile(Path("x")), kPermissionDenied);
    EXPECT_KIND(fs_->CreateDirectory(Path("x")), kPermissionDenied);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("x"), IfExists::kFail), kPermissionDenied);
    EXPECT_KIND(fs_->Rename(Path("d"), Path("x"), IfExists::kReplace), kPermissionDenied);
    EXPECT_KIND(fs_->DeleteFile(Path("f")), kPermissionDenied);
    EXPECT_KIND(fs_->DeleteDirectory(Path("d")), kPermissionDenied);
    EXPECT_KIND(fs_->DeleteTree(Path("d")), kPermissionDenied);
    EXPECT_KIND(fs_->CheckWritable(Path("")), kPermissionDenied);
  });
  SetMode("", 0755);
  EXPECT_EQ(CountEntries(""), 2u);
}

TEST_F(LocalFileSystemTest, WhatMayNotBeLookedAtIsNeverCalledAbsent) {
  MakeDirectory("closed");
  MakeFile("closed/f");
  MakeFile("secret");
  SetMode("", 0755);
  SetMode("closed", 0000);
  SetMode("secret", 0000);
  InChild([&] {
    BecomeNobody();
    for (const char* name : {"closed/f", "closed/absent"}) {
      EXPECT_KIND(fs_->Stat(Path(name)), kPermissionDenied);
      EXPECT_KIND(Exists(*fs_, Path(name)), kPermissionDenied);
      EXPECT_KIND(fs_->OpenInput(Path(name)), kPermissionDenied);
      EXPECT_KIND(fs_->Checksum(Path(name)), kPermissionDenied);
      EXPECT_KIND(fs_->CreateFile(Path(name)), kPermissionDenied);
      EXPECT_KIND(fs_->Rename(Path(name), Path("x"), IfExists::kFail), kPermissionDenied);
      EXPECT_KIND(fs_->DeleteTree(Path(name)), kPermissionDenied);
    }
    EXPECT_KIND(fs_->List(Path("closed")), kPermissionDenied);
    EXPECT_KIND(fs_->OpenInput(Path("secret")), kPermissionDenied);
  });
  SetMode("closed", 0700);
}

TEST_F(LocalFileSystemTest, ADirectoryThatMayBeWrittenButNotReadTakesFiles) {
  MakeDirectory("drop");
  SetMode("", 0755);
  SetMode("drop", 0733);
  InChild([&] {
    BecomeNobody();
    EXPECT_DONE(fs_->CheckWritable(Path("drop")));
    EXPECT_DONE(WriteFile(*fs_, Path("drop/f"), "text", IfExists::kFail));
    EXPECT_DONE(fs_->Rename(Path("drop/f"), Path("drop/g"), IfExists::kFail));
  });
  EXPECT_EQ(ReadFile(*fs_, Path("drop/g")).ValueOrDie(), "text");
}

// ---- Full disks, limits, mounts

TEST_F(LocalFileSystemTest, AFullDiskIsResourceExhaustedAndLeavesNothing) {
  InChild([&] {
    LeaveMountNamespace();
    MountTmpfs(Path(""), "size=1m");
    auto file = fs_->CreateFile(Path("f")).ValueOrDie();
    const std::vector<std::byte> chunk(300'000);
    Status status;
    for (int i = 0; i < 10 && status.ok(); ++i) status = file->Append(chunk);
    EXPECT_KIND(status, kResourceExhausted);
    EXPECT_THAT(status.message(), HasSubstr(Path("f")));
    EXPECT_THAT(status.message(), HasSubstr("No space left on device; free space"));
    EXPECT_KIND(file->Commit(IfExists::kFail), kResourceExhausted);
    EXPECT_EQ(CountEntries(""), 0u);
    EXPECT_DONE(WriteFile(*fs_, Path("g"), std::string(700'000, 'x'), IfExists::kFail));
  });
}

TEST_F(LocalFileSystemTest, ADiskThatIsFullOnlyAtTheEndFailsTheCommit) {
  InChild([&] {
    LeaveMountNamespace();
    MountTmpfs(Path(""), "size=64k");
    // Small enough to be held back until the commit.
    const std::string text(100'000, 'x');
    EXPECT_KIND(WriteFile(*fs_, Path("f"), text, IfExists::kFail), kResourceExhausted);
    EXPECT_EQ(CountEntries(""), 0u);
  });
}

TEST_F(LocalFileSystemTest, ADiskThatHasNoPlaceForMoreNamesIsResourceExhausted) {
  InChild([&] {
    LeaveMountNamespace();
    MountTmpfs(Path(""), "nr_inodes=2");
    EXPECT_DONE(fs_->CreateDirectory(Path("d")));
    EXPECT_KIND(fs_->CreateDirectory(Path("e")), kResourceExhausted);
    EXPECT_KIND(fs_->CreateFile(Path("f")), kResourceExhausted);
  });
}

TEST_F(LocalFileSystemTest, ALimitOfFileSizeIsResourceExhausted) {
  InChild([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{.rlim_cur = 100'000, .rlim_max = 100'000};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    const std::string text(1'000'000, 'x');
    EXPECT_KIND(WriteFile(*fs_, Path("f"), text, IfExists::kFail), kResourceExhausted);
    EXPECT_EQ(CountEntries(""), 0u);
  });
}

TEST_F(LocalFileSystemTest, ALimitOfOpenFilesIsResourceExhausted) {
  MakeFile("f");
  InChild([&] {
    const rlimit limit{.rlim_cur = 3, .rlim_max = 3};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_KIND(fs_->OpenInput(Path("f")), kResourceExhausted);
    EXPECT_KIND(fs_->CreateFile(Path("g")), kResourceExhausted);
    EXPECT_KIND(fs_->List(Path("")), kResourceExhausted);
    EXPECT_KIND(fs_->CreateDirectory(Path("d")), kResourceExhausted);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("g"), IfExists::kFail), kResourceExhausted);
    EXPECT_DONE(fs_->Stat(Path("f")));
  });
  EXPECT_EQ(CountEntries(""), 1u);
}

TEST_F(LocalFileSystemTest, AReadOnlyDiskRefusesEveryChange) {
  InChild([&] {
    LeaveMountNamespace();
    MountTmpfs(Path(""), "size=64k");
    MakeFile("f");
    MountTmpfs(Path(""), nullptr, MS_REMOUNT | MS_RDONLY);
    EXPECT_KIND(fs_->CheckWritable(Path("")), kPermissionDenied);
    EXPECT_KIND(fs_->CreateFile(Path("g")), kPermissionDenied);
    EXPECT_KIND(fs_->CreateDirectory(Path("d")), kPermissionDenied);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("g"), IfExists::kFail), kPermissionDenied);
    EXPECT_KIND(fs_->DeleteFile(Path("f")), kPermissionDenied);
    EXPECT_EQ(ReadFile(*fs_, Path("f")).ValueOrDie(), "text");
  });
}

TEST_F(LocalFileSystemTest, AnotherUsersLinkDoesNotLeadToWhoseAccessIsChanged) {
  if (::geteuid() != 0) return;  // only root can make another user's link
  constexpr uid_t kOther = 54321;
  MakeDirectory("target");
  MakeFile("target/f");
  MakeLink("target", "ours");
  MakeLink("target", "theirs");
  ASSERT_EQ(::lchown(Path("theirs").c_str(), kOther, kOther), 0);

  EXPECT_TRUE(fs_->SetPermission(Path("ours"), 0700).ok());
  EXPECT_TRUE(fs_->SetPermission(Path("ours/f"), 0600).ok());
  EXPECT_TRUE(fs_->SetOwner(Path("ours/f"), "54321", "").ok());
  EXPECT_EQ(fs_->Stat(Path("target"))->mode, 0700u);
  EXPECT_EQ(fs_->Stat(Path("target/f"))->owner, "54321");
  for (const char* const name : {"theirs", "theirs/f"}) {
    SCOPED_TRACE(name);
    const Acl list = {{AclEntry::Scope::kAccess, AclEntry::Kind::kUser, "54321", 7}};
    EXPECT_TRUE(Is(fs_->SetPermission(Path(name), 0777), ErrorKind::kPermissionDenied));
    EXPECT_TRUE(Is(fs_->SetOwner(Path(name), "0", "0"), ErrorKind::kPermissionDenied));
    EXPECT_TRUE(Is(fs_->SetAcl(Path(name), list), ErrorKind::kPermissionDenied));
  }
  EXPECT_EQ(fs_->Stat(Path("target"))->mode, 0700u);
  EXPECT_EQ(fs_->Stat(Path("target/f"))->mode, 0600u);
  EXPECT_EQ(fs_->Stat(Path("target/f"))->owner, "54321");
}

TEST_F(LocalFileSystemTest, AMountPointIsToldAndCannotBeMovedReplacedOrLeft) {
  MakeDirectory("mount");
  MakeDirectory("plain");
  InChild([&] {
    LeaveMountNamespace();
    MountTmpfs(Path("mount"), "size=64k");
    EXPECT_TRUE(fs_->Stat(Path("mount"))->is_mount_point);
    EXPECT_FALSE(fs_->Stat(Path("plain"))->is_mount_point);
    const auto entries = fs_->List(Path("")).ValueOrDie();
    EXPECT_TRUE(entries.at(0).is_mount_point);
    EXPECT_FALSE(entries.at(1).is_mount_point);
    MakeFile("f");
    MakeDirectory("mount/d");
    EXPECT_FALSE(fs_->Stat(Path("mount/d"))->is_mount_point);
    for (const IfExists if_exists : {IfExists::kFail, IfExists::kReplace}) {
      EXPECT_KIND(fs_->Rename(Path("mount"), Path("x"), if_exists), kUnsupported);
      EXPECT_KIND(fs_->Rename(Path("f"), Path("mount/f"), if_exists), kUnsupported);
      EXPECT_KIND(fs_->Rename(Path("mount/d"), Path("x"), if_exists), kUnsupported);
    }
    EXPECT_KIND(fs_->Rename(Path("plain"), Path("mount"), IfExists::kReplace),
                kUnsupported);
    EXPECT_THAT(fs_->Rename(Path("f"), Path("mount/f"), IfExists::kFail).message(),
                HasSubstr("both paths must be on one file system"));
  });
}

// ---- What is left and what is lacking

TEST_F(LocalFileSystemTest, ADiskThatCannotKeepTheBytesFailsTheCommit) {
  InChild([&] {
    FailSystemCall(SYS_fsync, EIO);
    EXPECT_KIND(WriteFile(*fs_, Path("f"), "text", IfExists::kFail), kInternal);
  });
  EXPECT_EQ(CountEntries(""), 0u);
}

TEST_F(LocalFileSystemTest, ANameThatTheDiskMayForgetIsCommitStateUnknown) {
  MakeFile("f");
  InChild([&] {
    FailSystemCall(SYS_fsync, EIO);
    EXPECT_KIND(fs_->CreateDirectory(Path("d")), kCommitStateUnknown);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("g"), IfExists::kFail), kCommitStateUnknown);
  });
  EXPECT_EQ(fs_->Stat(Path("d"))->type, FileType::kDirectory);
  EXPECT_EQ(ReadFile(*fs_, Path("g")).ValueOrDie(), "text");
}

TEST_F(LocalFileSystemTest,
       AWriterThatIsKilledLeavesOneHiddenFileAndNothingUnderTheName) {
  InChild([&] {
    auto file = fs_->CreateFile(Path("f.parquet")).ValueOrDie();
    ASSERT_DONE(file->Append(std::vector<std::byte>(1'000'000)));
    ::_exit(0);
  });
  const auto entries = fs_->List(Path("")).ValueOrDie();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_THAT(std::string(entries[0].name()),
              testing::MatchesRegex("\\.f\\.parquet\\.[0-9a-f]{16}\\.pending"));
}

TEST_F(LocalFileSystemTest, AFailedCommitInAMovedDirectoryLeavesNothingThere) {
  MakeDirectory("d");
  auto file = fs_->CreateFile(Path("d/f")).ValueOrDie();
  ASSERT_DONE(fs_->Rename(Path("d"), Path("moved"), IfExists::kFail));
  EXPECT_KIND(file->Commit(IfExists::kFail), kNotFound);
  EXPECT_EQ(CountEntries("moved"), 0u);
}

TEST_F(LocalFileSystemTest, WithoutRenameat2FilesAreStillMovedExclusively) {
  MakeFile("f", "f");
  MakeFile("g", "g");
  MakeDirectory("d");
  InChild([&] {
    ForbidRenameat2();
    EXPECT_KIND(fs_->Rename(Path("f"), Path("g"), IfExists::kFail), kAlreadyExists);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("d"), IfExists::kFail), kAlreadyExists);
    EXPECT_KIND(fs_->Rename(Path("absent"), Path("x"), IfExists::kFail), kNotFound);
    EXPECT_KIND(fs_->Rename(Path("f"), Path("absent/x"), IfExists::kFail), kNotFound);
    EXPECT_DONE(fs_->Rename(Path("f"), Path("d/f"), IfExists::kFail));
    EXPECT_DONE(WriteFile(*fs_, Path("new"), "new", IfExists::kFail));
    EXPECT_KIND(WriteFile(*fs_, Path("new"), "other", IfExists::kFail), kAlreadyExists);
  });
  EXPECT_EQ(ReadFile(*fs_, Path("d/f")).ValueOrDie(), "f");
  EXPECT_EQ(ReadFile(*fs_, Path("g")).ValueOrDie(), "g");
  EXPECT_EQ(ReadFile(*fs_, Path("new")).ValueOrDie(), "new");
  EXPECT_EQ(CountEntries(""), 3u);
}

TEST_F(LocalFileSystemTest, WithoutRenameat2AFileThatCannotLeaveItsPlaceIsNotMoved) {
  MakeDirectory("from");
  MakeDirectory("to");
  MakeFile("from/f");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(Path("from/f").c_str(), kNobody, kNobody), 0);
  }
  SetMode("", 0755);
  SetMode("from", 0555);
  SetMode("to", 0777);
  InChild([&] {
    BecomeNobody();
    ForbidRenameat2();
    EXPECT_KIND(fs_->Rename(Path("from/f"), Path("to/f"), IfExists::kFail),
                kPermissionDenied);
  });
  SetMode("from", 0755);
  EXPECT_EQ(CountEntries("from"), 1u);
  EXPECT_EQ(CountEntries("to"), 0u);
}

TEST_F(LocalFileSystemTest, WithoutRenameat2DirectoriesMoveOnlyWhereReplacingIsAllowed) {
  MakeDirectory("a");
  MakeFile("a/x");
  InChild([&] {
    ForbidRenameat2();
    const Status status = fs_->Rename(Path("a"), Path("b"), IfExists::kFail);
    EXPECT_KIND(status, kUnsupported);
    EXPECT_THAT(status.message(), HasSubstr("no way to move a directory"));
    EXPECT_DONE(fs_->Rename(Path("a"), Path("b"), IfExists::kReplace));
  });
  EXPECT_EQ(ReadFile(*fs_, Path("b/x")).ValueOrDie(), "text");
}

}  // namespace
}  // namespace howdah
