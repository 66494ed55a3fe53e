#include "testing/storage/faulty_file_system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "base/environment.h"
#include "storage/memory_file_system.h"

namespace howdah {
namespace {

using testing::ElementsAre;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class FaultyFileSystemTest : public testing::Test {
 protected:
  /// The fault for the call of this number; all others go through.
  void FaultAt(int64_t index, Fault fault) { faults_[index] = fault; }

  std::unique_ptr<FileSystem> memory_ = MakeMemoryFileSystem(Environment::System());
  std::vector<CallInfo> seen_;
  std::map<int64_t, Fault> faults_;
  FaultyFileSystem fs_{*memory_, [this](const CallInfo& call) {
                         seen_.push_back(call);
                         return faults_.contains(call.index) ? faults_[call.index]
                                                             : Fault{};
                       }};
};

TEST_F(FaultyFileSystemTest, TheHookSeesEveryCallInOrder) {
  ASSERT_TRUE(WriteFile(fs_, "/f", "text", IfExists::kFail).ok());
  ASSERT_TRUE(fs_.Rename("/f", "/g", IfExists::kFail).ok());
  ASSERT_EQ(ReadFile(fs_, "/g").ValueOrDie(), "text");
  std::vector<std::string> calls;
  for (const CallInfo& call : seen_) {
    calls.push_back(fmt::format("{} {} {}>{}{}", call.index, call.name, call.path,
                                call.target, call.changes_names ? " changes" : ""));
  }
  EXPECT_THAT(calls,
              ElementsAre("0 CreateFile /f>", "1 Append /f>", "2 Commit /f> changes",
                          "3 Rename /f>/g changes", "4 OpenInput /g>", "5 ReadAt /g>"));
  EXPECT_EQ(fs_.calls(), 6);
}

TEST_F(FaultyFileSystemTest, AFailedCallDoesNotHappen) {
  FaultAt(0, {Fault::Kind::kFail, ErrorKind::kPermissionDenied});
  EXPECT_TRUE(Is(fs_.CreateDirectory("/d"), ErrorKind::kPermissionDenied));
  EXPECT_FALSE(Exists(*memory_, "/d").ValueOrDie());
  EXPECT_TRUE(fs_.CreateDirectory("/d").ok());
}

TEST_F(FaultyFileSystemTest, WithALostAnswerTheCallHappens) {
  FaultAt(0, {Fault::Kind::kLostAnswer});
  EXPECT_TRUE(Is(fs_.CreateDirectory("/d"), ErrorKind::kCommitStateUnknown));
  EXPECT_TRUE(Exists(*memory_, "/d").ValueOrDie());
}

TEST_F(FaultyFileSystemTest, WithALostRequestTheCallDoesNotHappen) {
  FaultAt(0, {Fault::Kind::kLostRequest});
  EXPECT_TRUE(Is(fs_.CreateDirectory("/d"), ErrorKind::kCommitStateUnknown));
  EXPECT_FALSE(Exists(*memory_, "/d").ValueOrDie());
}

TEST_F(FaultyFileSystemTest, ALostCallThatChangesNoNamesIsTransient) {
  FaultAt(0, {Fault::Kind::kLostAnswer});
  FaultAt(1, {Fault::Kind::kLostRequest});
  EXPECT_TRUE(Is(fs_.Stat("/").status(), ErrorKind::kTransient));
  EXPECT_TRUE(Is(fs_.Stat("/").status(), ErrorKind::kTransient));
}

TEST_F(FaultyFileSystemTest, ACommitWithALostAnswerStaysCommitted) {
  FaultAt(2, {Fault::Kind::kLostAnswer});
  EXPECT_TRUE(Is(WriteFile(fs_, "/f", "text", IfExists::kFail).status(),
                 ErrorKind::kCommitStateUnknown));
  EXPECT_EQ(ReadFile(*memory_, "/f").ValueOrDie(), "text");
}

TEST_F(FaultyFileSystemTest, AFileWithAFailedAppendTakesNothingMoreAndCannotBeCommitted) {
  FaultAt(1, {Fault::Kind::kFail, ErrorKind::kResourceExhausted});
  auto file = fs_.CreateFile("/f").ValueOrDie();
  EXPECT_TRUE(Is(file->Append(Bytes("a")), ErrorKind::kResourceExhausted));
  EXPECT_TRUE(Is(file->Append(Bytes("b")), ErrorKind::kResourceExhausted));
  EXPECT_TRUE(Is(file->Commit(IfExists::kFail).status(), ErrorKind::kResourceExhausted));
  EXPECT_FALSE(Exists(*memory_, "/f").ValueOrDie());
}

TEST_F(FaultyFileSystemTest, AfterACrashEveryCallFailsAndReachesNothing) {
  auto file = fs_.CreateFile("/f").ValueOrDie();
  ASSERT_TRUE(WriteFile(fs_, "/g", "text", IfExists::kFail).ok());
  auto source = fs_.OpenInput("/g").ValueOrDie();
  FaultAt(fs_.calls(), {Fault::Kind::kCrashAfter});
  EXPECT_TRUE(Is(fs_.CreateDirectory("/d"), ErrorKind::kCancelled));
  EXPECT_TRUE(fs_.crashed());
  const size_t seen = seen_.size();
  std::byte out{};
  for (const Status& status :
       {fs_.Stat("/").status(), fs_.List("/").status(), fs_.OpenInput("/g").status(),
        fs_.CreateFile("/x").status(), fs_.CreateDirectory("/x"),
        fs_.Rename("/g", "/x", IfExists::kFail), fs_.DeleteFile("/g"),
        fs_.DeleteDirectory("/d"), fs_.DeleteTree("/g"), fs_.Checksum("/g").status(),
        fs_.CheckWritable("/"), source->ReadAt(0, std::span(&out, 1)).status(),
        file->Append(Bytes("a")), file->Commit(IfExists::kFail).status()}) {
    EXPECT_TRUE(Is(status, ErrorKind::kCancelled)) << status.ToString();
  }
  EXPECT_EQ(seen_.size(), seen);
  EXPECT_TRUE(Exists(*memory_, "/d").ValueOrDie());  // it happened, then the process died
  EXPECT_TRUE(Exists(*memory_, "/g").ValueOrDie());
  EXPECT_FALSE(Exists(*memory_, "/x").ValueOrDie());
  EXPECT_FALSE(Exists(*memory_, "/f").ValueOrDie());
}

TEST_F(FaultyFileSystemTest, ACrashBeforeACallLeavesItUndone) {
  FaultAt(0, {Fault::Kind::kCrashBefore});
  EXPECT_TRUE(Is(fs_.CreateDirectory("/d"), ErrorKind::kCancelled));
  EXPECT_FALSE(Exists(*memory_, "/d").ValueOrDie());
}

TEST_F(FaultyFileSystemTest, ACrashOfOneProcessLeavesOthersOfTheSameTreeAlive) {
  FaultyFileSystem other(*memory_, [](const CallInfo&) { return Fault{}; });
  fs_.Crash();
  EXPECT_TRUE(other.CreateDirectory("/d").ok());
}

}  // namespace
}  // namespace howdah
