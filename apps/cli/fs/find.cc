#include <algorithm>

#include "cli/fs/glob.h"
#include "cli/fs/verbs.h"

namespace howdah::cli {
namespace {

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// -name or -iname: a name fits if one of the patterns does.
struct NameTest {
  std::vector<std::string> patterns;
  bool ignores_case = false;

  bool Fits(std::string_view name) const {
    const std::string compared =
        ignores_case ? Lower(std::string(name)) : std::string(name);
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
      return MatchesPattern(pattern, compared);
    });
  }
};

Result<NameTest> ParseNameTest(std::string_view text, bool ignores_case) {
  NameTest test;
  test.ignores_case = ignores_case;
  HOWDAH_ASSIGN_OR_RETURN(
      test.patterns,
      ExpandBraces(ignores_case ? Lower(std::string(text)) : std::string(text)));
  for (const std::string& pattern : test.patterns) {
    HOWDAH_RETURN_IF_ERROR(CheckPattern(pattern));
  }
  return test;
}

int Find(FsCall& call) {
  std::vector<NameTest> tests;
  for (const std::string_view flag : {"-name", "-iname"}) {
    if (!call.has(flag)) continue;
    Result<NameTest> test = ParseNameTest(call.value(flag), flag == "-iname");
    if (!test.ok()) return call.Usage(test.status());
    tests.push_back(*std::move(test));
  }
  const char end = call.has("-print0") ? '\0' : '\n';
  const std::vector<std::string> here = {"."};
  return call.ForEach(call.words().empty() ? here : call.words(), [&](const Found& root) {
    ForTree(call, root, Order::kParentFirst, [&](const Found& found) {
      const bool fits = std::ranges::all_of(
          tests, [&](const NameTest& test) { return test.Fits(found.entry.name()); });
      if (fits) call.Print(found.place.shown + end);
      return Status::OK();
    });
    return Status::OK();
  });
}

}  // namespace

FsVerb FindVerb() {
  return {.name = "find",
          .arguments = "[PATH...] [-name GLOB] [-iname GLOB] [-print|-print0]",
          .summary = "print all below the paths whose names fit",
          .flags = {"-name=", "-iname=", "-print", "-print0", "-a", "-and"},
          .least = 0,
          .run = Find};
}

}  // namespace howdah::cli
