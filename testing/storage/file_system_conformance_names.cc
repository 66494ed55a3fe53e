// CreateDirectory, Rename and the deletes.
#include <atomic>

#include "testing/storage/expect_kind.h"
#include "testing/storage/file_system_conformance.h"

namespace howdah {
namespace {

constexpr IfExists kBothChoices[] = {IfExists::kFail, IfExists::kReplace};

}  // namespace

// ---- CreateDirectory

TEST_P(FileSystemConformance, CreateDirectoryMakesOneLevel) {
  EXPECT_KIND(fs().CreateDirectory(Path("a/b")), kNotFound);
  EXPECT_FALSE(Has("a"));
  EXPECT_DONE(fs().CreateDirectory(Path("a")));
  EXPECT_DONE(fs().CreateDirectory(Path("a/b")));
  EXPECT_TRUE(fs().List(Path("a/b")).ValueOrDie().empty());
}

TEST_P(FileSystemConformance, CreateDirectoryIsExclusive) {
  MakeDirectory("d");
  MakeFile("f");
  EXPECT_KIND(fs().CreateDirectory(Path("d")), kAlreadyExists);
  EXPECT_KIND(fs().CreateDirectory(Path("f")), kAlreadyExists);
  EXPECT_EQ(CountSuccesses(8, [&](int) { return fs().CreateDirectory(Path("new")); }), 1);
}

TEST_P(FileSystemConformance, CreateDirectoryTakesAMode) {
  ASSERT_DONE(fs().CreateDirectory(Path("private"), 0700));
  EXPECT_EQ(fs().Stat(Path("private"))->mode, 0700u);
}

// ---- Rename

TEST_P(FileSystemConformance, RenameMovesAFile) {
  for (const IfExists if_exists : kBothChoices) {
    MakeFile("a", "text");
    EXPECT_DONE(fs().Rename(Path("a"), Path("b"), if_exists));
    EXPECT_FALSE(Has("a"));
    EXPECT_EQ(Text("b"), "text");
    ASSERT_DONE(fs().DeleteFile(Path("b")));
  }
}

TEST_P(FileSystemConformance, RenameMovesAWholeTree) {
  for (const IfExists if_exists : kBothChoices) {
    MakeDirectory("a");
    MakeDirectory("a/sub");
    MakeFile("a/sub/f", "text");
    MakeDirectory("p");
    EXPECT_DONE(fs().Rename(Path("a"), Path("p/b"), if_exists));
    EXPECT_FALSE(Has("a"));
    EXPECT_EQ(Text("p/b/sub/f"), "text");
    ASSERT_DONE(fs().DeleteTree(Path("p")));
  }
}

TEST_P(FileSystemConformance, RenameMakesNoParents) {
  MakeFile("f");
  MakeDirectory("d");
  for (const IfExists if_exists : kBothChoices) {
    EXPECT_KIND(fs().Rename(Path("f"), Path("absent/f"), if_exists), kNotFound);
    EXPECT_KIND(fs().Rename(Path("d"), Path("absent/d"), if_exists), kNotFound);
  }
  EXPECT_EQ(VisibleNames(""), "d f");
}

TEST_P(FileSystemConformance, AMissingSourceIsNotFoundWhateverTheTargetIs) {
  MakeFile("f");
  MakeDirectory("d");
  MakeFile("d/x");
  for (const IfExists if_exists : kBothChoices) {
    for (const char* target : {"f", "d", "absent", "absent/x", "f/x"}) {
      SCOPED_TRACE(target);
      EXPECT_KIND(fs().Rename(Path("gone"), Path(target), if_exists), kNotFound);
      EXPECT_KIND(fs().Rename(Path("gone/x"), Path(target), if_exists), kNotFound);
    }
  }
}

TEST_P(FileSystemConformance, RenameWithoutReplaceFailsWhateverTheTargetIs) {
  MakeFile("f", "f");
  MakeFile("g", "g");
  MakeDirectory("d");
  MakeDirectory("empty");
  MakeDirectory("full");
  MakeFile("full/x");
  MakeFile("d/y");
  for (const char* from : {"f", "d"}) {
    for (const char* to : {"g", "empty", "full"}) {
      SCOPED_TRACE(fmt::format("{} -> {}", from, to));
      EXPECT_KIND(fs().Rename(Path(from), Path(to), IfExists::kFail), kAlreadyExists);
    }
  }
  EXPECT_EQ(Text("f"), "f");
  EXPECT_EQ(Text("g"), "g");
  EXPECT_EQ(VisibleNames("d"), "y");
  EXPECT_EQ(VisibleNames("empty"), "");
  EXPECT_EQ(VisibleNames("full"), "x");
}

TEST_P(FileSystemConformance, RenameWithReplaceReplacesAFileByAFile) {
  MakeFile("a", "new");
  MakeFile("b", "old");
  EXPECT_DONE(fs().Rename(Path("a"), Path("b"), IfExists::kReplace));
  EXPECT_EQ(Text("b"), "new");
  EXPECT_EQ(VisibleNames(""), "b");
}

TEST_P(FileSystemConformance, RenameWithReplaceReplacesAnEmptyDirectoryAndNeverNests) {
  MakeDirectory("a");
  MakeFile("a/x");
  MakeDirectory("b");
  EXPECT_DONE(fs().Rename(Path("a"), Path("b"), IfExists::kReplace));
  EXPECT_EQ(VisibleNames(""), "b");
  EXPECT_EQ(VisibleNames("b"), "x");
}

TEST_P(FileSystemConformance, RenameWithReplaceSparesADirectoryThatIsNotEmpty) {
  MakeDirectory("a");
  MakeFile("a/x");
  MakeDirectory("b");
  MakeFile("b/.hidden");
  EXPECT_KIND(fs().Rename(Path("a"), Path("b"), IfExists::kReplace), kAlreadyExists);
  EXPECT_EQ(Text("b/.hidden"), "text");
  EXPECT_EQ(Text("a/x"), "text");
}

TEST_P(FileSystemConformance, RenameWithReplaceKeepsFilesAndDirectoriesApart) {
  MakeFile("f");
  MakeDirectory("empty");
  MakeDirectory("full");
  MakeFile("full/x");
  EXPECT_KIND(fs().Rename(Path("f"), Path("empty"), IfExists::kReplace), kInvalidInput);
  EXPECT_KIND(fs().Rename(Path("f"), Path("full"), IfExists::kReplace), kInvalidInput);
  EXPECT_KIND(fs().Rename(Path("empty"), Path("f"), IfExists::kReplace), kInvalidInput);
  EXPECT_KIND(fs().Rename(Path("full"), Path("f"), IfExists::kReplace), kInvalidInput);
  EXPECT_KIND(fs().Rename(Path("full/x"), Path("full"), IfExists::kReplace),
              kInvalidInput);
  EXPECT_EQ(VisibleNames(""), "empty f full");
  EXPECT_EQ(VisibleNames("full"), "x");
}

TEST_P(FileSystemConformance, ADirectoryCannotBeMovedIntoItself) {
  MakeDirectory("d");
  MakeDirectory("d/sub");
  for (const IfExists if_exists : kBothChoices) {
    EXPECT_KIND(fs().Rename(Path("d"), Path("d/new"), if_exists), kInvalidInput);
    EXPECT_KIND(fs().Rename(Path("d"), Path("d/sub/new"), if_exists), kInvalidInput);
    EXPECT_KIND(fs().Rename(Path("d"), Path("d/sub"), if_exists), kInvalidInput);
  }
  EXPECT_TRUE(Has("d/sub"));
}

TEST_P(FileSystemConformance, ADirectoryCannotReplaceTheOneItIsIn) {
  MakeDirectory("d");
  MakeDirectory("d/sub");
  for (const IfExists if_exists : kBothChoices) {
    EXPECT_KIND(fs().Rename(Path("d/sub"), Path("d"), if_exists), kAlreadyExists);
  }
  EXPECT_TRUE(Has("d/sub"));
}

TEST_P(FileSystemConformance, ANameThatOnlyBeginsLikeTheSourceIsNotInsideIt) {
  MakeDirectory("d");
  EXPECT_DONE(fs().Rename(Path("d"), Path("d2"), IfExists::kFail));
  EXPECT_EQ(VisibleNames(""), "d2");
}

TEST_P(FileSystemConformance, RenameToItselfFindsItsTargetTakenOrChangesNothing) {
  MakeFile("f");
  MakeDirectory("d");
  MakeFile("d/x");
  for (const char* name : {"f", "d"}) {
    EXPECT_KIND(fs().Rename(Path(name), Path(name), IfExists::kFail), kAlreadyExists);
    EXPECT_DONE(fs().Rename(Path(name), Path(name), IfExists::kReplace));
  }
  EXPECT_EQ(Text("f"), "text");
  EXPECT_EQ(Text("d/x"), "text");
}

TEST_P(FileSystemConformance, OfManyRenamesToOneNameExactlyOneWins) {
  constexpr int kThreads = 8;
  for (const bool trees : {false, true}) {
    for (int i = 0; i < kThreads; ++i) {
      if (trees) MakeDirectory(fmt::format("s{}", i));
      MakeFile(trees ? fmt::format("s{}/x", i) : fmt::format("s{}", i));
    }
    const int wins = CountSuccesses(kThreads, [&](int i) {
      return fs().Rename(Path(fmt::format("s{}", i)), Path("target"), IfExists::kFail);
    });
    EXPECT_EQ(wins, 1);
    EXPECT_TRUE(Has(trees ? "target/x" : "target"));
    int left = 0;
    for (int i = 0; i < kThreads; ++i) {
      const std::string source = fmt::format("s{}", i);
      if (!Has(source)) continue;
      ++left;
      ASSERT_DONE(fs().DeleteTree(Path(source)));
    }
    EXPECT_EQ(left, kThreads - 1);
    ASSERT_DONE(fs().DeleteTree(Path("target")));
  }
}

TEST_P(FileSystemConformance, OfManyTreesThatReplaceAnEmptyDirectoryExactlyOneWins) {
  constexpr int kThreads = 8;
  MakeDirectory("target");
  for (int i = 0; i < kThreads; ++i) {
    MakeDirectory(fmt::format("s{}", i));
    MakeFile(fmt::format("s{}/x", i));
  }
  const int wins = CountSuccesses(kThreads, [&](int i) {
    return fs().Rename(Path(fmt::format("s{}", i)), Path("target"), IfExists::kReplace);
  });
  EXPECT_EQ(wins, 1);
  EXPECT_EQ(VisibleNames("target"), "x");
}

TEST_P(FileSystemConformance, OfManyRenamesFromOneNameExactlyOneWins) {
  MakeFile("s");
  const int wins = CountSuccesses(8, [&](int i) {
    return fs().Rename(Path("s"), Path(fmt::format("t{}", i)), IfExists::kFail);
  });
  EXPECT_EQ(wins, 1);
}

// ---- Deleting

TEST_P(FileSystemConformance, DeleteFileRemovesAFileAndNoDirectory) {
  MakeFile("f");
  MakeDirectory("d");
  EXPECT_KIND(fs().DeleteFile(Path("d")), kInvalidInput);
  EXPECT_DONE(fs().DeleteFile(Path("f")));
  EXPECT_EQ(VisibleNames(""), "d");
  EXPECT_KIND(fs().DeleteFile(Path("f")), kNotFound);
}

TEST_P(FileSystemConformance, DeleteDirectoryRemovesAnEmptyDirectoryAndNothingElse) {
  MakeFile("f");
  MakeDirectory("empty");
  MakeDirectory("full");
  MakeFile("full/.hidden");
  EXPECT_KIND(fs().DeleteDirectory(Path("f")), kInvalidInput);
  EXPECT_KIND(fs().DeleteDirectory(Path("full")), kAlreadyExists);
  EXPECT_DONE(fs().DeleteDirectory(Path("empty")));
  EXPECT_EQ(VisibleNames(""), "f full");
}

TEST_P(FileSystemConformance, DeleteTreeRemovesAFileOrADirectoryWithAllItHolds) {
  MakeFile("f");
  MakeDirectory("d");
  MakeDirectory("d/sub");
  MakeFile("d/sub/x");
  MakeFile("d/.hidden");
  MakeFile("keep");
  EXPECT_DONE(fs().DeleteTree(Path("f")));
  EXPECT_DONE(fs().DeleteTree(Path("d")));
  EXPECT_EQ(VisibleNames(""), "keep");
}

}  // namespace howdah
