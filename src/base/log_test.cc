#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace howdah {
namespace {

using testing::MatchesRegex;
using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

constexpr const char* kTime = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z";

std::string Captured(LogFormat format, LogLevel least, auto action) {
  InitLog(format, least);
  CaptureStderr();
  action();
  std::string text = GetCapturedStderr();
  InitLog(LogFormat::kText, LogLevel::kInfo);
  return text;
}

TEST(Log, ATextLineHasTimeLevelAndMessage) {
  const std::string text = Captured(LogFormat::kText, LogLevel::kInfo,
                                    [] { Log(LogLevel::kInfo, "{} rows", 5); });
  EXPECT_THAT(text, MatchesRegex(std::string(kTime) + " INFO 5 rows\n"));
}

TEST(Log, ALineBreakInAMessageCannotForgeALine) {
  const std::string text = Captured(LogFormat::kText, LogLevel::kInfo,
                                    [] { LogLine(LogLevel::kWarning, "file 'a\nb\r'"); });
  EXPECT_THAT(text, MatchesRegex(std::string(kTime) + " WARNING file 'a b '\n"));
}

TEST(Log, WritesOnlyLevelsFromTheLeastOn) {
  const std::string text = Captured(LogFormat::kText, LogLevel::kWarning, [] {
    EXPECT_FALSE(LogEnabled(LogLevel::kInfo));
    EXPECT_TRUE(LogEnabled(LogLevel::kWarning));
    LogLine(LogLevel::kDebug, "debug");
    LogLine(LogLevel::kInfo, "info");
    LogLine(LogLevel::kWarning, "warning");
    LogLine(LogLevel::kError, "error");
  });
  EXPECT_THAT(text, MatchesRegex("[^\n]* WARNING warning\n[^\n]* ERROR error\n"));
}

TEST(Log, AJsonLineIsOneObject) {
  const std::string message = "quote \" backslash \\ newline \n tab \t bell \x07 ü €";
  const std::string text = Captured(LogFormat::kJson, LogLevel::kDebug,
                                    [&] { LogLine(LogLevel::kDebug, message); });
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  const auto line = nlohmann::json::parse(text);
  EXPECT_EQ(line.size(), 3u);
  EXPECT_EQ(line["message"], message);
  EXPECT_EQ(line["level"], "DEBUG");
  EXPECT_THAT(line["time"].get<std::string>(), MatchesRegex(kTime));
  EXPECT_TRUE(text.starts_with("{\"time\":"));
}

TEST(Log, BytesThatAreNotUtf8BecomeReplacementCharactersInJson) {
  const std::string text = Captured(LogFormat::kJson, LogLevel::kInfo, [] {
    LogLine(LogLevel::kError, "name \xff\xfe end");
  });
  EXPECT_EQ(nlohmann::json::parse(text)["message"], "name \uFFFD\uFFFD end");
}

TEST(WriteStderr, WritesTheTextAsItIs) {
  const std::string text = Captured(LogFormat::kJson, LogLevel::kError,
                                    [] { WriteStderr("error: {} \n no"); });
  EXPECT_EQ(text, "error: {} \n no");
}

TEST(WriteStderr, StandsBetweenLogLinesAndNotInsideThem) {
  constexpr int kEach = 200;
  const std::string text = Captured(LogFormat::kJson, LogLevel::kInfo, [] {
    std::latch start(4);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&start, t] {
        start.arrive_and_wait();
        for (int i = 0; i < kEach; ++i) {
          if (t < 2) {
            Log(LogLevel::kInfo, "{}-{}", t, i);
          } else {
            WriteStderr(fmt::format("plain {}-{}\n", t, i));
          }
        }
      });
    }
  });
  std::set<std::string> seen;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    seen.insert(line.starts_with("plain ")
                    ? line.substr(6)
                    : nlohmann::json::parse(line)["message"].get<std::string>());
  }
  EXPECT_EQ(seen.size(), 4u * kEach);
}

}  // namespace
}  // namespace howdah
