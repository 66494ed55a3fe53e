#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/status.h"

namespace howdah {

/// "OK", or the name of the error's kind: what the macros below compare and print.
inline std::string KindName(const Status& status) {
  return status.ok() ? "OK" : std::string(Name(KindOf(status)));
}
template <typename T>
std::string KindName(const Result<T>& result) {
  return KindName(result.status());
}

}  // namespace howdah

/// `EXPECT_KIND(fs.Stat(path), kNotFound)`: the Status or Result is an error of that
/// kind.
#define EXPECT_KIND(call, kind) \
  EXPECT_EQ(::howdah::KindName(call), ::howdah::Name(::howdah::ErrorKind::kind))
#define ASSERT_KIND(call, kind) \
  ASSERT_EQ(::howdah::KindName(call), ::howdah::Name(::howdah::ErrorKind::kind))
/// The Status or Result is no error.
#define EXPECT_DONE(call) EXPECT_EQ(::howdah::KindName(call), "OK")
#define ASSERT_DONE(call) ASSERT_EQ(::howdah::KindName(call), "OK")
