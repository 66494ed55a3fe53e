// CreateFile and Commit.
#include <atomic>
#include <span>
#include <thread>

#include "base/digest.h"
#include "testing/storage/expect_kind.h"
#include "testing/storage/file_system_conformance.h"

namespace howdah {
namespace {

constexpr IfExists kBothChoices[] = {IfExists::kFail, IfExists::kReplace};

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

// ---- CreateFile and Commit

TEST_P(FileSystemConformance, AFileIsInvisibleUntilItsCommitAndThenWhole) {
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  EXPECT_EQ(VisibleNames(""), "");
  ASSERT_DONE(file->Append(Bytes("123456")));
  ASSERT_DONE(file->Append({}));
  ASSERT_DONE(file->Append(Bytes("789")));
  EXPECT_FALSE(Has("f"));
  EXPECT_EQ(VisibleNames(""), "");
  const Result<ClosedFile> closed = file->Commit(IfExists::kFail);
  ASSERT_DONE(closed);
  EXPECT_EQ(closed->size, 9);
  EXPECT_EQ(closed->crc32c, 0xE3069283u);  // the catalogue's check value of CRC-32C
  EXPECT_EQ(Text("f"), "123456789");
  EXPECT_EQ(VisibleNames(""), "f");
}

TEST_P(FileSystemConformance, ACommittedFileLeavesNothingElseBehind) {
  MakeFile("f");
  EXPECT_EQ(fs().List(Path("")).ValueOrDie().size(), 1u);
}

TEST_P(FileSystemConformance, PiecesOfAnySizeArriveInOrder) {
  // From single bytes to more than any sensible buffer, on both sides of its likely
  // limits.
  std::string all;
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  for (const size_t length :
       {1, 7, 4096, 65'535, 262'143, 1, 262'144, 262'145, 3'000'000, 5}) {
    std::string piece(length, '\0');
    for (size_t i = 0; i < length; ++i) {
      piece[i] = static_cast<char>((all.size() + i) * 2654435761u >> 13);
    }
    ASSERT_DONE(file->Append(Bytes(piece)));
    all += piece;
  }
  const ClosedFile closed = file->Commit(IfExists::kFail).ValueOrDie();
  EXPECT_EQ(closed.size, static_cast<int64_t>(all.size()));
  EXPECT_EQ(closed.crc32c, Crc32c(0, Bytes(all)));
  EXPECT_EQ(fs().Stat(Path("f"))->size, closed.size);
  EXPECT_EQ(fs().Checksum(Path("f")).ValueOrDie(), closed.crc32c);
  EXPECT_TRUE(Text("f") == all);
}

TEST_P(FileSystemConformance, AnAppendedBufferMayBeReusedAtOnce) {
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  std::string buffer = "first";
  ASSERT_DONE(file->Append(Bytes(buffer)));
  buffer = "other";
  ASSERT_DONE(file->Append(Bytes(buffer)));
  ASSERT_DONE(file->Commit(IfExists::kFail));
  EXPECT_EQ(Text("f"), "firstother");
}

TEST_P(FileSystemConformance, PartsOfASourceAreAppendedAsFarAsItGoes) {
  std::string all(3'000'001, '\0');
  for (size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<char>(i * 2654435761u >> 13);
  MakeFile("source", all);
  const auto source = fs().OpenInput(Path("source")).ValueOrDie();
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  ASSERT_DONE(file->Append(Bytes("head")));
  EXPECT_EQ(file->AppendFrom(*source, 10, 2'000'000).ValueOrDie(), 2'000'000);
  EXPECT_EQ(file->AppendFrom(*source, 2'000'010, 5'000'000).ValueOrDie(), 999'991);
  EXPECT_EQ(file->AppendFrom(*source, source->size(), 1).ValueOrDie(), 0);
  ASSERT_DONE(file->Append(Bytes("tail")));
  const ClosedFile closed = file->Commit(IfExists::kFail).ValueOrDie();
  const std::string expected = "head" + all.substr(10) + "tail";
  EXPECT_EQ(closed.crc32c, Crc32c(0, Bytes(expected)));
  EXPECT_TRUE(Text("f") == expected);
}

TEST_P(FileSystemConformance, AFileWithoutBytesCanBeCommitted) {
  const auto closed = fs().CreateFile(Path("f")).ValueOrDie()->Commit(IfExists::kFail);
  ASSERT_DONE(closed);
  EXPECT_EQ(closed->size, 0);
  EXPECT_EQ(closed->crc32c, 0u);
  EXPECT_EQ(Text("f"), "");
}

TEST_P(FileSystemConformance, CreateFileMakesNoDirectories) {
  EXPECT_KIND(fs().CreateFile(Path("absent/f")), kNotFound);
  EXPECT_KIND(fs().CreateFile(Path("absent/deeper/f")), kNotFound);
  EXPECT_FALSE(Has("absent"));
}

TEST_P(FileSystemConformance, NothingIsMadeBelowAFile) {
  MakeFile("f");
  MakeFile("other");
  for (const char* name : {"f/x", "f/x/y"}) {
    SCOPED_TRACE(name);
    EXPECT_KIND(fs().CreateFile(Path(name)), kInvalidInput);
    EXPECT_KIND(fs().CreateDirectory(Path(name)), kInvalidInput);
    for (const IfExists if_exists : kBothChoices) {
      EXPECT_KIND(fs().Rename(Path("other"), Path(name), if_exists), kInvalidInput);
    }
  }
  EXPECT_EQ(Text("f"), "text");
}

TEST_P(FileSystemConformance, CommitWithoutReplaceLeavesWhatIsThere) {
  MakeFile("f", "old");
  MakeDirectory("d");
  EXPECT_KIND(WriteFile(fs(), Path("f"), "new", IfExists::kFail), kAlreadyExists);
  EXPECT_KIND(WriteFile(fs(), Path("d"), "new", IfExists::kFail), kAlreadyExists);
  EXPECT_EQ(Text("f"), "old");
  EXPECT_EQ(fs().Stat(Path("d"))->type, FileType::kDirectory);
  EXPECT_EQ(VisibleNames(""), "d f");
}

TEST_P(FileSystemConformance, OnlyCommitLooksAtWhatHasTheName) {
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  MakeFile("f", "faster");
  EXPECT_KIND(file->Commit(IfExists::kFail), kAlreadyExists);
  auto again = fs().CreateFile(Path("f")).ValueOrDie();
  ASSERT_DONE(again->Append(Bytes("slower")));
  ASSERT_DONE(fs().DeleteFile(Path("f")));
  ASSERT_DONE(again->Commit(IfExists::kFail));
  EXPECT_EQ(Text("f"), "slower");
}

TEST_P(FileSystemConformance, CommitWithReplaceReplacesAFileAndNoDirectory) {
  MakeFile("f", "old");
  MakeDirectory("d");
  EXPECT_DONE(WriteFile(fs(), Path("f"), "new", IfExists::kReplace));
  EXPECT_DONE(WriteFile(fs(), Path("g"), "new", IfExists::kReplace));
  EXPECT_KIND(WriteFile(fs(), Path("d"), "new", IfExists::kReplace), kInvalidInput);
  EXPECT_EQ(Text("f"), "new");
  EXPECT_EQ(Text("g"), "new");
  EXPECT_EQ(fs().Stat(Path("d"))->type, FileType::kDirectory);
}

TEST_P(FileSystemConformance, AnOpenSourceStillReadsTheReplacedFile) {
  MakeFile("f", "old");
  const auto source = fs().OpenInput(Path("f")).ValueOrDie();
  ASSERT_DONE(WriteFile(fs(), Path("f"), "newer", IfExists::kReplace));
  std::string text(10, '?');
  EXPECT_EQ(source->ReadAt(0, std::as_writable_bytes(std::span(text))).ValueOrDie(), 3);
  EXPECT_EQ(text.substr(0, 3), "old");
}

TEST_P(FileSystemConformance, AbortLeavesNothingAndMayBeRepeated) {
  MakeDirectory("d");
  auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
  ASSERT_DONE(file->Append(Bytes(std::string(1'000'000, 'x'))));
  file->Abort();
  file->Abort();
  EXPECT_FALSE(file->Append(Bytes("x")).ok());
  EXPECT_FALSE(file->Commit(IfExists::kFail).ok());
  EXPECT_TRUE(fs().List(Path("d")).ValueOrDie().empty());
}

TEST_P(FileSystemConformance, TheDestructorAborts) {
  MakeDirectory("d");
  {
    auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
    ASSERT_DONE(file->Append(Bytes("text")));
  }
  EXPECT_TRUE(fs().List(Path("d")).ValueOrDie().empty());
}

TEST_P(FileSystemConformance, AFailedCommitLeavesNothingBehind) {
  MakeDirectory("d");
  MakeFile("d/f", "old");
  auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
  ASSERT_DONE(file->Append(Bytes("new")));
  ASSERT_KIND(file->Commit(IfExists::kFail), kAlreadyExists);
  EXPECT_EQ(fs().List(Path("d")).ValueOrDie().size(), 1u);
  EXPECT_FALSE(file->Append(Bytes("x")).ok());
  EXPECT_FALSE(file->Commit(IfExists::kReplace).ok());
  EXPECT_EQ(Text("d/f"), "old");
}

TEST_P(FileSystemConformance, AfterItsCommitAFileTakesNothingMore) {
  auto file = fs().CreateFile(Path("f")).ValueOrDie();
  ASSERT_DONE(file->Append(Bytes("text")));
  ASSERT_DONE(file->Commit(IfExists::kFail));
  EXPECT_FALSE(file->Append(Bytes("more")).ok());
  EXPECT_FALSE(file->Commit(IfExists::kReplace).ok());
  file->Abort();
  file.reset();
  EXPECT_EQ(Text("f"), "text");
}

TEST_P(FileSystemConformance, CommitFailsWhenItsDirectoryIsGone) {
  MakeDirectory("d");
  auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
  ASSERT_DONE(fs().DeleteTree(Path("d")));
  EXPECT_KIND(file->Commit(IfExists::kFail), kNotFound);
  EXPECT_FALSE(Has("d"));
}

TEST_P(FileSystemConformance, CommitFailsWhenItsDirectoryWasMovedAway) {
  for (const IfExists if_exists : kBothChoices) {
    MakeDirectory("d");
    auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
    ASSERT_DONE(file->Append(Bytes("text")));
    ASSERT_DONE(fs().Rename(Path("d"), Path("moved"), IfExists::kFail));
    EXPECT_KIND(file->Commit(if_exists), kNotFound);
    EXPECT_FALSE(Has("d"));
    EXPECT_EQ(VisibleNames("moved"), "");
    ASSERT_DONE(fs().DeleteTree(Path("moved")));
  }
}

TEST_P(FileSystemConformance, CommitFailsWhenAnotherDirectoryTookThePlaceOfItsOwn) {
  MakeDirectory("d");
  auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
  ASSERT_DONE(fs().Rename(Path("d"), Path("moved"), IfExists::kFail));
  MakeDirectory("d");
  EXPECT_KIND(file->Commit(IfExists::kFail), kNotFound);
  EXPECT_EQ(VisibleNames("d"), "");
  EXPECT_EQ(VisibleNames("moved"), "");
}

TEST_P(FileSystemConformance, OfManyCommitsToOneNameExactlyOneWins) {
  constexpr int kThreads = 8;
  std::atomic<int> winner{-1};
  const int wins = CountSuccesses(kThreads, [&](int thread) -> Status {
    const std::string text(100'000, static_cast<char>('a' + thread));
    const Status status = WriteFile(fs(), Path("f"), text, IfExists::kFail).status();
    if (status.ok()) {
      winner = thread;
    } else {
      EXPECT_KIND(status, kAlreadyExists);
    }
    return status;
  });
  EXPECT_EQ(wins, 1);
  EXPECT_EQ(Text("f"), std::string(100'000, static_cast<char>('a' + winner)));
}

TEST_P(FileSystemConformance, ReadersOfAFileThatIsReplacedSeeOneOrTheOtherWhole) {
  constexpr int kRounds = 50;
  const std::string a(50'000, 'a'), b(50'000, 'b');
  MakeFile("f", a);
  std::jthread writer([&] {
    for (int i = 0; i < kRounds; ++i) {
      EXPECT_DONE(WriteFile(fs(), Path("f"), i % 2 == 0 ? b : a, IfExists::kReplace));
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = Text("f");
    EXPECT_TRUE(text == a || text == b);
  }
}

TEST_P(FileSystemConformance, AFileBeingWrittenMayFillItsDirectory) {
  MakeDirectory("d");
  auto file = fs().CreateFile(Path("d/f")).ValueOrDie();
  EXPECT_EQ(KindName(fs().DeleteDirectory(Path("d"))),
            GetParam().pending_file_fills_directory ? "AlreadyExists" : "OK");
}

}  // namespace howdah
