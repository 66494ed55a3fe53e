#include "base/status.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace howdah {
namespace {

constexpr ErrorKind kAllKinds[] = {
    ErrorKind::kNotFound,           ErrorKind::kAlreadyExists,
    ErrorKind::kPermissionDenied,   ErrorKind::kInvalidInput,
    ErrorKind::kSchemaMismatch,     ErrorKind::kCorruption,
    ErrorKind::kResourceExhausted,  ErrorKind::kTransient,
    ErrorKind::kCancelled,          ErrorKind::kCommitConflict,
    ErrorKind::kCommitStateUnknown, ErrorKind::kTooManyBadRows,
    ErrorKind::kUnsupported,        ErrorKind::kInternal,
};

TEST(ErrorKind, SurvivesTheWayThroughAStatus) {
  for (const ErrorKind kind : kAllKinds) {
    const Status status = MakeError(kind, "a sentence");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(KindOf(status), kind);
    EXPECT_TRUE(Is(status, kind));
    EXPECT_EQ(status.message(), "a sentence");
    const Result<int> result = status;
    EXPECT_EQ(KindOf(result.status()), kind);
  }
}

TEST(ErrorKind, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (const ErrorKind kind : kAllKinds) names.emplace(Name(kind));
  EXPECT_EQ(names.size(), std::size(kAllKinds));
  EXPECT_TRUE(names.contains("CommitStateUnknown"));
}

TEST(ErrorKind, OnlyTransientMayBeRetriedBlindly) {
  for (const ErrorKind kind : kAllKinds) {
    EXPECT_EQ(IsRetryable(kind), kind == ErrorKind::kTransient) << Name(kind);
  }
}

TEST(Is, IsFalseForOkAndForOtherKinds) {
  EXPECT_FALSE(Is(Status::OK(), ErrorKind::kInternal));
  EXPECT_FALSE(Is(MakeError(ErrorKind::kNotFound, "x"), ErrorKind::kInternal));
}

TEST(Error, FormatsItsArguments) {
  EXPECT_EQ(Error(ErrorKind::kNotFound, "{}: no such file", "/a/b").message(),
            "/a/b: no such file");
}

TEST(MakeError, PutsTheMessageOnOneLine) {
  EXPECT_EQ(MakeError(ErrorKind::kInternal, "a\nb\r\nc").message(), "a b  c");
}

TEST(KindOf, AStatusThatArrowMadeIsReadFromItsCode) {
  EXPECT_EQ(KindOf(Status::Invalid("x")), ErrorKind::kInvalidInput);
  EXPECT_EQ(KindOf(Status::TypeError("x")), ErrorKind::kSchemaMismatch);
  EXPECT_EQ(KindOf(Status::OutOfMemory("x")), ErrorKind::kResourceExhausted);
  EXPECT_EQ(KindOf(Status::CapacityError("x")), ErrorKind::kResourceExhausted);
  EXPECT_EQ(KindOf(Status::Cancelled("x")), ErrorKind::kCancelled);
  EXPECT_EQ(KindOf(Status::NotImplemented("x")), ErrorKind::kUnsupported);
  EXPECT_EQ(KindOf(Status::IOError("x")), ErrorKind::kInternal);
}

TEST(WithContext, KeepsTheKindAndPutsTheContextInFront) {
  const Status status = WithContext(MakeError(ErrorKind::kCorruption, "bad footer"), "f");
  EXPECT_EQ(KindOf(status), ErrorKind::kCorruption);
  EXPECT_EQ(status.message(), "f: bad footer");
  EXPECT_TRUE(WithContext(Status::OK(), "f").ok());
}

TEST(Translate, ReplacesTheKind) {
  const Status status =
      Translate(Status::IOError("Couldn't\ndeserialize"), ErrorKind::kCorruption, "f");
  EXPECT_EQ(KindOf(status), ErrorKind::kCorruption);
  EXPECT_EQ(status.message(), "f: Couldn't deserialize");
  EXPECT_TRUE(Translate(Status::OK(), ErrorKind::kCorruption, "f").ok());
}

}  // namespace
}  // namespace howdah
