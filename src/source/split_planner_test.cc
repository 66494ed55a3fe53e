#include "source/split_planner.h"

#include <gtest/gtest.h>

#include <limits>

namespace howdah {
namespace {

SourceFileInfo FileOf(std::vector<SourceUnit> units) {
  return {.schema = nullptr, .units = std::move(units)};
}

/// "file:first-end@row+rows" of each part, splits between "|".
std::string Text(const std::vector<Split>& splits) {
  std::string text;
  for (size_t i = 0; i < splits.size(); ++i) {
    EXPECT_EQ(splits[i].id, static_cast<int64_t>(i));
    if (i > 0) text += "| ";
    for (const SplitPart& part : splits[i].parts) {
      text += fmt::format("{}:{}-{}@{}+{} ", part.file, part.first_row_group,
                          part.end_row_group, part.first_row, part.rows);
    }
  }
  return text;
}

TEST(PlanSplits, CutsAFileBetweenItsRowGroups) {
  const std::vector<SourceFileInfo> files = {
      FileOf({{10, 50}, {20, 50}, {30, 50}, {40, 50}})};
  EXPECT_EQ(Text(PlanSplits(files, 100)), "0:0-2@0+30 | 0:2-4@30+70 ");
}

TEST(PlanSplits, APartSpansTheBytesOfItsUnits) {
  const auto splits = PlanSplits(
      std::vector{FileOf({{1, 50, 3, 53}, {1, 50, 53, 103}, {1, 50, 103, 153}})}, 100);
  ASSERT_EQ(splits.size(), 2u);
  EXPECT_EQ(splits[0].parts[0].first_byte, 3);
  EXPECT_EQ(splits[0].parts[0].end_byte, 103);
  EXPECT_EQ(splits[1].parts[0].first_byte, 103);
  EXPECT_EQ(splits[1].parts[0].end_byte, 153);
}

TEST(PlanSplits, SmallFilesShareASplit) {
  const std::vector<SourceFileInfo> files = {FileOf({{1, 45}}), FileOf({{2, 45}}),
                                             FileOf({{3, 45}})};
  EXPECT_EQ(Text(PlanSplits(files, 100)), "0:0-1@0+1 1:0-1@0+2 | 2:0-1@0+3 ");
}

TEST(PlanSplits, ARowGroupLargerThanTheTargetIsASplitOfItsOwn) {
  const std::vector<SourceFileInfo> files = {FileOf({{1, 10}, {2, 1000}, {3, 10}})};
  EXPECT_EQ(Text(PlanSplits(files, 100)), "0:0-1@0+1 | 0:1-2@1+2 | 0:2-3@3+3 ");
}

TEST(PlanSplits, ASplitEndsWhereItIsNearestToTheTarget) {
  // 60 + 60 is nearer to 100 than 60 is; 90 + 60 is not nearer than 90.
  EXPECT_EQ(Text(PlanSplits(std::vector{FileOf({{1, 60}, {1, 60}, {1, 60}})}, 100)),
            "0:0-2@0+2 | 0:2-3@2+1 ");
  EXPECT_EQ(Text(PlanSplits(std::vector{FileOf({{1, 90}, {1, 60}})}, 100)),
            "0:0-1@0+1 | 0:1-2@1+1 ");
}

TEST(PlanSplits, RowGroupsWithoutRowsAreLeftOut) {
  const std::vector<SourceFileInfo> files = {FileOf({{0, 0}, {5, 10}, {0, 0}, {6, 10}}),
                                             FileOf({{0, 0}}), FileOf({{7, 10}})};
  EXPECT_EQ(Text(PlanSplits(files, 100)), "0:1-2@0+5 0:3-4@5+6 2:0-1@0+7 ");
}

TEST(PlanSplits, AnInputWithoutRowsIsOneSplitWithoutParts) {
  for (const auto& files :
       {std::vector<SourceFileInfo>{}, {FileOf({})}, {FileOf({{0, 0}}), FileOf({})}}) {
    const std::vector<Split> splits = PlanSplits(files, 100);
    ASSERT_EQ(splits.size(), 1u);
    EXPECT_EQ(splits[0].id, 0);
    EXPECT_TRUE(splits[0].parts.empty());
    EXPECT_EQ(splits[0].rows(), 0);
  }
}

TEST(PlanSplits, SizesAtTheEdgeOfTheirTypeDoNotOverflow) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const std::vector<SourceFileInfo> files = {
      FileOf({{1, kMost}, {1, kMost}, {1, kMost}})};
  EXPECT_EQ(Text(PlanSplits(files, kMost)), "0:0-1@0+1 | 0:1-2@1+1 | 0:2-3@2+1 ");
  EXPECT_EQ(Text(PlanSplits(files, 0)), "0:0-1@0+1 | 0:1-2@1+1 | 0:2-3@2+1 ");
}

TEST(PlanSplits, EveryRowIsInExactlyOneSplitAndInOrder) {
  std::vector<SourceFileInfo> files;
  for (int64_t f = 0; f < 7; ++f) {
    std::vector<SourceUnit> units;
    for (int64_t u = 0; u < f; ++u) units.push_back({(f * 5 + u * 3) % 4, 17 * u + f});
    files.push_back(FileOf(units));
  }
  for (const int64_t target : {1, 20, 60, 150, 1000}) {
    std::vector<std::pair<int64_t, int64_t>> planned, expected;
    for (const Split& split : PlanSplits(files, target)) {
      for (const SplitPart& part : split.parts) {
        for (int64_t row = 0; row < part.rows; ++row) {
          planned.emplace_back(part.file, part.first_row + row);
        }
      }
    }
    for (size_t f = 0; f < files.size(); ++f) {
      int64_t row = 0;
      for (const SourceUnit& unit : files[f].units) {
        for (int64_t i = 0; i < unit.rows; ++i) {
          expected.emplace_back(static_cast<int64_t>(f), row++);
        }
      }
    }
    EXPECT_EQ(planned, expected);
  }
}

}  // namespace
}  // namespace howdah
