#include "storage/scratch_file.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "testing/storage/expect_kind.h"
#include "testing/storage/temp_directory.h"

namespace howdah {
namespace {

using testing::HasSubstr;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

std::string Read(const ScratchFile& file, int64_t offset, size_t length) {
  std::string text(length, '\0');
  EXPECT_TRUE(file.ReadAt(offset, std::as_writable_bytes(std::span(text))).ok());
  return text;
}

TEST(ScratchFile, GivesBackWhatWasAppendedAndHasNoName) {
  const TempDirectory directory;
  const auto file = ScratchFile::Create(directory.path()).ValueOrDie();
  EXPECT_EQ(file->Append(Bytes("one")).ValueOrDie(), 0);
  EXPECT_EQ(file->Append(Bytes("")).ValueOrDie(), 3);
  EXPECT_EQ(file->Append(Bytes("three")).ValueOrDie(), 3);
  EXPECT_EQ(file->size(), 8);
  EXPECT_EQ(Read(*file, 3, 5), "three");
  EXPECT_EQ(Read(*file, 0, 3), "one");
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ScratchFile, MoreThanWasWrittenIsCorruption) {
  const TempDirectory directory;
  const auto file = ScratchFile::Create(directory.path()).ValueOrDie();
  ASSERT_TRUE(file->Append(Bytes("abc")).ok());
  std::string text(4, '\0');
  const Status status = file->ReadAt(0, std::as_writable_bytes(std::span(text)));
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
}

TEST(ScratchFile, ADirectoryThatIsNotThereIsNamed) {
  const Status status = ScratchFile::Create("/no/such/directory").status();
  EXPECT_TRUE(Is(status, ErrorKind::kNotFound)) << status;
  EXPECT_EQ(status.message(),
            "no temporary file can be made in '/no/such/directory': No such file or "
            "directory; set TMPDIR to a directory of a local disk");
}

TEST(ScratchFile, AFullDiskIsOneSentenceThatNamesTheDirectory) {
  const TempDirectory directory;
  const auto file = ScratchFile::Create(directory.path()).ValueOrDie();
  ASSERT_TRUE(file->Append(Bytes(std::string(4096, 'x'))).ok());
  // A limit of this process stands for a disk without room.
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const Status status = file->Append(Bytes("y")).status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(Is(status, ErrorKind::kResourceExhausted)) << status;
  EXPECT_THAT(status.message(), HasSubstr("'" + directory.path() + "'"));
  EXPECT_THAT(status.message(), HasSubstr("after 4.0 KiB; free space there"));
}

TEST(ScratchFile, TheDefaultDirectoryIsThatOfTheEnvironment) {
  const char* const before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  ASSERT_EQ(setenv("TMPDIR", "/scratch", 1), 0);
  EXPECT_EQ(ScratchFile::DefaultDirectory(), "/scratch");
  ASSERT_EQ(setenv("TMPDIR", "", 1), 0);
  EXPECT_EQ(ScratchFile::DefaultDirectory(), "/var/tmp");
  ASSERT_EQ(before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1),
            0);
}

}  // namespace
}  // namespace howdah
