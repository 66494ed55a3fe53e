// Paths, Stat, List, OpenInput, Checksum, CheckWritable.
#include <gmock/gmock.h>

#include <array>
#include <span>
#include <vector>

#include "testing/storage/expect_kind.h"
#include "testing/storage/file_system_conformance.h"

namespace howdah {

// ---- Paths

TEST_P(FileSystemConformance, EveryCallRefusesAPathOfAnotherForm) {
  MakeFile("f");
  MakeDirectory("d");
  const std::vector<std::string> bad = {
      "",
      "relative",
      "d/relative",
      Path("d") + "/",
      Path("d") + "//x",
      "/" + Path("d"),
      Path("./d"),
      Path("d/."),
      Path("d/../f"),
      Path(".."),
      "//",
      Path("d") + std::string(1, '\0'),
      Path(std::string("d\0x", 3)),
      Path(std::string(256, 'n')),
  };
  for (const std::string& path : bad) {
    SCOPED_TRACE(testing::PrintToString(path));
    EXPECT_KIND(fs().Stat(path), kInvalidInput);
    EXPECT_KIND(fs().List(path), kInvalidInput);
    EXPECT_KIND(fs().OpenInput(path), kInvalidInput);
    EXPECT_KIND(fs().CreateFile(path), kInvalidInput);
    EXPECT_KIND(fs().CreateDirectory(path), kInvalidInput);
    EXPECT_KIND(fs().Rename(path, Path("new"), IfExists::kFail), kInvalidInput);
    EXPECT_KIND(fs().Rename(Path("f"), path, IfExists::kReplace), kInvalidInput);
    EXPECT_KIND(fs().DeleteFile(path), kInvalidInput);
    EXPECT_KIND(fs().DeleteDirectory(path), kInvalidInput);
    EXPECT_KIND(fs().DeleteTree(path), kInvalidInput);
    EXPECT_KIND(fs().Checksum(path), kInvalidInput);
    EXPECT_KIND(fs().CheckWritable(path), kInvalidInput);
  }
  EXPECT_EQ(VisibleNames(""), "d f");
}

TEST_P(FileSystemConformance, TheRootIsADirectoryThatCannotBeMadeMovedOrRemoved) {
  const Result<FileInfo> info = fs().Stat("/");
  ASSERT_DONE(info);
  EXPECT_EQ(info->type, FileType::kDirectory);
  EXPECT_EQ(info->path, "/");
  EXPECT_FALSE(info->is_mount_point);
  EXPECT_DONE(fs().List("/"));
  EXPECT_KIND(fs().CreateDirectory("/"), kAlreadyExists);
  EXPECT_KIND(fs().CreateFile("/"), kInvalidInput);
  EXPECT_KIND(fs().Rename("/", Path("x"), IfExists::kFail), kInvalidInput);
  EXPECT_KIND(fs().Rename(Path("x"), "/", IfExists::kReplace), kInvalidInput);
  EXPECT_KIND(fs().DeleteFile("/"), kInvalidInput);
  EXPECT_KIND(fs().DeleteDirectory("/"), kInvalidInput);
  EXPECT_KIND(fs().DeleteTree("/"), kInvalidInput);
}

TEST_P(FileSystemConformance, NamesMayHoldSpacesSignsAndAnyLetters) {
  for (const char* name : {"a b", "dt=2026-11-22", "50%", "größe-数据", "*", "a\\b",
                           "'q'\"", "-rf", "#", "...", "~"}) {
    SCOPED_TRACE(name);
    MakeDirectory(name);
    const std::string file = fmt::format("{}/{}", name, name);
    MakeFile(file, name);
    EXPECT_EQ(Text(file), name);
    EXPECT_EQ(fs().List(Path(name)).ValueOrDie().at(0).name(), name);
    EXPECT_DONE(fs().Rename(Path(file), Path("moved"), IfExists::kFail));
    EXPECT_DONE(fs().DeleteFile(Path("moved")));
  }
}

TEST_P(FileSystemConformance, ANameMayHave255Bytes) {
  const std::string name(255, 'n');
  MakeDirectory(name);
  MakeFile(name + "/" + name, "long");
  EXPECT_EQ(Text(name + "/" + name), "long");
}

// ---- Stat, List, Exists

TEST_P(FileSystemConformance, StatDescribesAFile) {
  MakeFile("f", "12345");
  const FileInfo info = fs().Stat(Path("f")).ValueOrDie();
  EXPECT_EQ(info.path, Path("f"));
  EXPECT_EQ(info.name(), "f");
  EXPECT_EQ(info.type, FileType::kFile);
  EXPECT_EQ(info.size, 5);
  EXPECT_GT(info.mtime_us, 0);
  EXPECT_NE(info.mode & 0600, 0u);
  EXPECT_FALSE(info.is_symlink);
  EXPECT_FALSE(info.is_mount_point);
}

TEST_P(FileSystemConformance, StatDescribesADirectory) {
  MakeDirectory("d");
  const FileInfo info = fs().Stat(Path("d")).ValueOrDie();
  EXPECT_EQ(info.type, FileType::kDirectory);
  EXPECT_EQ(info.size, 0);
  EXPECT_FALSE(info.is_symlink);
  EXPECT_FALSE(info.is_mount_point);
}

TEST_P(FileSystemConformance, WhatIsNotThereIsNotFoundByEveryCallThatLooks) {
  MakeFile("f");
  for (const char* name : {"absent", "absent/x", "f/x", "f/x/y"}) {
    SCOPED_TRACE(name);
    EXPECT_KIND(fs().Stat(Path(name)), kNotFound);
    EXPECT_KIND(fs().List(Path(name)), kNotFound);
    EXPECT_KIND(fs().OpenInput(Path(name)), kNotFound);
    EXPECT_KIND(fs().Rename(Path(name), Path("new"), IfExists::kFail), kNotFound);
    EXPECT_KIND(fs().Rename(Path(name), Path("new"), IfExists::kReplace), kNotFound);
    EXPECT_KIND(fs().DeleteFile(Path(name)), kNotFound);
    EXPECT_KIND(fs().DeleteDirectory(Path(name)), kNotFound);
    EXPECT_KIND(fs().DeleteTree(Path(name)), kNotFound);
    EXPECT_KIND(fs().Checksum(Path(name)), kNotFound);
    EXPECT_KIND(fs().CheckWritable(Path(name)), kNotFound);
    EXPECT_FALSE(Has(name));
  }
  EXPECT_EQ(VisibleNames(""), "f");
}

TEST_P(FileSystemConformance, ListIsSortedByBytesAndAgreesWithStat) {
  MakeDirectory("d");
  for (const char* name : {"d/b", "d/B", "d/a", "d/ä", "d/10", "d/9", "d/_x"})
    MakeFile(name);
  MakeDirectory("d/c");
  MakeFile("d/c/below");
  const auto entries = fs().List(Path("d")).ValueOrDie();
  std::vector<std::string> names;
  for (const FileInfo& entry : entries) {
    names.emplace_back(entry.name());
    const FileInfo info = fs().Stat(entry.path).ValueOrDie();
    EXPECT_EQ(info.path, entry.path);
    EXPECT_EQ(info.type, entry.type);
    EXPECT_EQ(info.size, entry.size);
    EXPECT_EQ(info.mtime_us, entry.mtime_us);
    EXPECT_EQ(info.mode, entry.mode);
  }
  EXPECT_THAT(names, testing::ElementsAre("10", "9", "B", "_x", "a", "b", "c", "ä"));
}

TEST_P(FileSystemConformance, ListOfAnEmptyDirectoryIsEmptyAndOfAFileIsRefused) {
  MakeDirectory("d");
  MakeFile("f");
  EXPECT_TRUE(fs().List(Path("d")).ValueOrDie().empty());
  EXPECT_KIND(fs().List(Path("f")), kInvalidInput);
}

TEST_P(FileSystemConformance, ListShowsEveryEntryOfALargeDirectory) {
  // Long names, so that few of them exceed what one system call or reply returns.
  constexpr size_t kMany = 200;
  const std::string padding(200, 'n');
  for (size_t i = 0; i < kMany; ++i) MakeDirectory(fmt::format("{:04}{}", i, padding));
  const auto entries = fs().List(Path(""));
  ASSERT_DONE(entries);
  ASSERT_EQ(entries->size(), kMany);
  for (size_t i = 0; i < kMany; ++i) {
    EXPECT_EQ((*entries)[i].name(), fmt::format("{:04}{}", i, padding));
  }
}

// ---- OpenInput

TEST_P(FileSystemConformance, ReadAtReadsAnyRangeAndStopsAtTheEnd) {
  MakeFile("f", "0123456789");
  const auto source = fs().OpenInput(Path("f")).ValueOrDie();
  EXPECT_EQ(source->size(), 10);
  EXPECT_EQ(source->name(), Path("f"));
  const auto read = [&](int64_t offset, size_t length) {
    std::string text(length, '?');
    const auto got = source->ReadAt(offset, std::as_writable_bytes(std::span(text)));
    EXPECT_DONE(got);
    return text.substr(0, static_cast<size_t>(got.ValueOr(0)));
  };
  EXPECT_EQ(read(0, 10), "0123456789");
  EXPECT_EQ(read(3, 4), "3456");
  EXPECT_EQ(read(8, 10), "89");
  EXPECT_EQ(read(9, 1), "9");
  EXPECT_EQ(read(10, 5), "");
  EXPECT_EQ(read(1'000'000, 5), "");
  EXPECT_EQ(read(5, 0), "");
}

TEST_P(FileSystemConformance, ReadAtRefusesANegativeOffset) {
  MakeFile("f", "0123456789");
  const auto source = fs().OpenInput(Path("f")).ValueOrDie();
  std::array<std::byte, 4> out{};
  EXPECT_KIND(source->ReadAt(-1, out), kInvalidInput);
}

TEST_P(FileSystemConformance, OpenInputRefusesADirectory) {
  MakeDirectory("d");
  EXPECT_KIND(fs().OpenInput(Path("d")), kInvalidInput);
  EXPECT_KIND(fs().OpenInput("/"), kInvalidInput);
}

TEST_P(FileSystemConformance, AnEmptyFileIsReadAsEmpty) {
  MakeFile("f", "");
  EXPECT_EQ(Text("f"), "");
  EXPECT_EQ(fs().OpenInput(Path("f")).ValueOrDie()->size(), 0);
}

TEST_P(FileSystemConformance, ASourceIsReadByManyThreadsAtOnce) {
  constexpr int kThreads = 4, kLength = 4096;
  std::string text;
  for (int i = 0; i < kLength; ++i) text += static_cast<char>(i * 31 % 251);
  MakeFile("f", text);
  const auto source = fs().OpenInput(Path("f")).ValueOrDie();
  const int good = CountSuccesses(kThreads, [&](int thread) -> Status {
    for (int offset = thread; offset < kLength; offset += kThreads) {
      char byte = 0;
      HOWDAH_ASSIGN_OR_RETURN(
          const int64_t got,
          source->ReadAt(offset, std::as_writable_bytes(std::span(&byte, 1))));
      if (got != 1 || byte != text[static_cast<size_t>(offset)]) {
        return MakeError(ErrorKind::kCorruption, "wrong byte");
      }
    }
    return Status::OK();
  });
  EXPECT_EQ(good, kThreads);
}

// ---- Checksum, CheckWritable

TEST_P(FileSystemConformance, ChecksumIsTheCrc32cOfTheBytes) {
  MakeFile("f", "123456789");
  MakeFile("empty", "");
  MakeDirectory("d");
  EXPECT_EQ(fs().Checksum(Path("f")).ValueOrDie(), 0xE3069283u);
  EXPECT_EQ(fs().Checksum(Path("empty")).ValueOrDie(), 0u);
  EXPECT_KIND(fs().Checksum(Path("d")), kInvalidInput);
}

TEST_P(FileSystemConformance, CheckWritableTakesDirectoriesOnlyAndWritesNothing) {
  MakeFile("f");
  MakeDirectory("d");
  EXPECT_DONE(fs().CheckWritable(Path("d")));
  EXPECT_KIND(fs().CheckWritable(Path("f")), kInvalidInput);
  EXPECT_TRUE(fs().List(Path("d")).ValueOrDie().empty());
}

// ---- The functions built on the contract

TEST_P(FileSystemConformance, ReadFileRefusesMoreThanItsLimit) {
  MakeFile("f", "12345");
  EXPECT_EQ(ReadFile(fs(), Path("f"), 5).ValueOrDie(), "12345");
  EXPECT_KIND(ReadFile(fs(), Path("f"), 4), kCorruption);
  EXPECT_KIND(ReadFile(fs(), Path("absent")), kNotFound);
}

TEST_P(FileSystemConformance, CreateDirectoriesMakesWhatIsMissingAndMayBeRepeated) {
  EXPECT_DONE(CreateDirectories(fs(), Path("a/b/c")));
  EXPECT_DONE(CreateDirectories(fs(), Path("a/b/c")));
  EXPECT_DONE(CreateDirectories(fs(), Path("a/b/d")));
  EXPECT_DONE(CreateDirectories(fs(), "/"));
  EXPECT_EQ(VisibleNames("a/b"), "c d");
}

TEST_P(FileSystemConformance, CreateDirectoriesMakesNothingThroughAFile) {
  MakeFile("f");
  EXPECT_KIND(CreateDirectories(fs(), Path("f")), kInvalidInput);
  EXPECT_KIND(CreateDirectories(fs(), Path("f/a/b")), kInvalidInput);
  EXPECT_KIND(CreateDirectories(fs(), "relative/a"), kInvalidInput);
}

TEST_P(FileSystemConformance, CreateDirectoriesWorksForManyAtOnce) {
  EXPECT_EQ(
      CountSuccesses(8, [&](int) { return CreateDirectories(fs(), Path("a/b/c/d")); }),
      8);
}

}  // namespace howdah
