#include "base/crash_note.h"

#include <gtest/gtest.h>

#include <array>

namespace howdah {
namespace {

std::string Notes(size_t most = 2000) {
  std::string text(most, '?');
  text.resize(CopyCrashNotes(text.data(), text.size()));
  return text;
}

TEST(CrashNote, IsThereAsLongAsItLives) {
  EXPECT_EQ(Notes(), "");
  {
    const CrashNote first(0, [] { return std::string("split 3"); });
    const CrashNote second(5, [] { return std::string("split 4"); });
    EXPECT_EQ(Notes(), "split 3 and split 4");
    EXPECT_EQ(Notes(9), "split 3 a");
  }
  EXPECT_EQ(Notes(), "");
}

TEST(CrashNote, ALongOneIsCutAndASlotTooFarIsPassedOver) {
  const CrashNote note(1, [] { return std::string(1000, 'x'); });
  const CrashNote far(CrashNote::kSlots, [] { return std::string("never"); });
  EXPECT_EQ(Notes(), std::string(512, 'x'));
}

}  // namespace
}  // namespace howdah
