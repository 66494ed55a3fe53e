#include "testing/storage/file_system_conformance.h"

#include <array>
#include <atomic>
#include <latch>
#include <span>
#include <thread>
#include <vector>

#include "testing/storage/expect_kind.h"

namespace howdah {

void FileSystemConformance::MakeFile(std::string_view name, std::string_view text) {
  ASSERT_DONE(WriteFile(fs(), Path(name), text, IfExists::kFail)) << name;
}

void FileSystemConformance::MakeDirectory(std::string_view name) {
  ASSERT_DONE(fs().CreateDirectory(Path(name))) << name;
}

std::string FileSystemConformance::Text(std::string_view name) {
  const Result<std::string> text = ReadFile(fs(), Path(name));
  EXPECT_DONE(text) << name;
  return text.ValueOr("(unreadable)");
}

bool FileSystemConformance::Has(std::string_view name) {
  const Result<bool> exists = Exists(fs(), Path(name));
  EXPECT_DONE(exists) << name;
  return exists.ValueOr(false);
}

std::string FileSystemConformance::VisibleNames(std::string_view name) {
  const auto entries = fs().List(Path(name));
  EXPECT_DONE(entries) << name;
  if (!entries.ok()) return "(unreadable)";
  std::vector<std::string> names;
  for (const FileInfo& entry : *entries) {
    if (!IsHiddenName(entry.name())) names.emplace_back(entry.name());
  }
  return fmt::format("{}", fmt::join(names, " "));
}

int FileSystemConformance::CountSuccesses(int count,
                                          const std::function<Status(int)>& action) {
  std::latch start(count);
  std::atomic<int> successes{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      if (action(i).ok()) ++successes;
    });
  }
  threads.clear();  // joins
  return successes;
}

}  // namespace howdah
