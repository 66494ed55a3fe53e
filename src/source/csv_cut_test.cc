// Records that are hard to cut: what is written comes back, whatever the units are.
#include <arrow/csv/writer.h>
#include <arrow/io/memory.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "source/csv_source.h"
#include "source/source_test_support.h"

namespace howdah {
namespace {

/// A cell made of what can go wrong.
std::string NastyCell(std::mt19937& random) {
  static const std::vector<std::string> pieces = {
      ",", "\"", "\n", "\r", "\r\n", "a", "é", " ", "\t", "1", "", "\xef\xbb\xbf"};
  std::string cell;
  for (auto n = random() % 4; n > 0; --n) cell += pieces[random() % pieces.size()];
  return cell;
}

std::string Quoted(const std::string& cell) {
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

TEST(CsvCuts, ANewlineInQuotesIsNoPlaceToCut) {
  const std::string text = "a,b\n1,\"x\n2,y\"\n3,\"\"\"\n\"\n";
  const auto csv = MakeCsvSource({.unit_bytes = 1, .block_bytes = 1});
  MemorySource file("in.csv", text);
  const auto units = csv->Inspect(file, {}).ValueOrDie().units;
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].first_byte, 4);
  EXPECT_EQ(units[0].end_byte, 14);
  EXPECT_EQ(units[1].first_byte, 14);
  EXPECT_EQ(units[1].end_byte, static_cast<int64_t>(text.size()));
  EXPECT_EQ(units[0].rows, 1);
  EXPECT_EQ(units[1].rows, 1);
}

TEST(CsvCuts, EveryCutGivesTheRowsThatWereWritten) {
  std::mt19937 random(20261122);
  const std::vector<std::string> ends = {"\n", "\r\n", "\r"};
  for (int round = 0; round < 300; ++round) {
    const size_t columns = 1 + random() % 3;
    std::string text = "a,b,c";
    text.resize(2 * columns - 1);
    text += "\n";
    std::vector<arrow::StringBuilder> expected(columns);
    for (auto rows = random() % 12; rows > 0; --rows) {
      for (size_t i = 0; i < columns; ++i) {
        const std::string cell = NastyCell(random);
        const bool bare = cell.find_first_of(",\"\r\n") == std::string::npos &&
                          random() % 2 == 0 && (columns > 1 || !cell.empty());
        if (i > 0) text += ",";
        text += bare ? cell : Quoted(cell);
        ASSERT_TRUE(
            (bare && cell.empty() ? expected[i].AppendNull() : expected[i].Append(cell))
                .ok());
      }
      text += ends[random() % 3];
      while (random() % 5 == 0) text += ends[random() % 3];
    }
    if (random() % 2 == 0 && text.size() > 2 * columns) text.pop_back();
    arrow::ArrayVector arrays;
    for (auto& builder : expected) arrays.push_back(builder.Finish().ValueOrDie());
    for (const int64_t bytes : {1, 5, 17, 1000}) {
      const auto csv = MakeCsvSource({.unit_bytes = bytes, .block_bytes = bytes});
      const auto read = ReadTable(*csv, {Source("in.csv", text)},
                                  {.columns = {}, .text_columns = {"a", "b", "c"}}, 1);
      ASSERT_TRUE(read.ok()) << read.status() << "\n" << text;
      const auto rows = Flat(**read);
      for (size_t i = 0; i < columns; ++i) {
        ASSERT_TRUE(rows->column(static_cast<int>(i))->Equals(arrays[i]))
            << bytes << "\n"
            << text << rows->column(static_cast<int>(i))->ToString();
      }
    }
  }
}

TEST(CsvCuts, WhatArrowWritesComesBack) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    arrow::Int64Builder ids;
    arrow::DoubleBuilder scores;
    arrow::StringBuilder texts;
    arrow::BooleanBuilder flags;
    for (auto rows = 1 + random() % 40; rows > 0; --rows) {
      const auto id = static_cast<int64_t>(uint64_t{random()} << 32 | random());
      ASSERT_TRUE(ids.Append(id).ok());
      const double score = 0.1 + std::ldexp(static_cast<double>(random()), -40);
      ASSERT_TRUE((random() % 5 == 0 ? scores.AppendNull() : scores.Append(score)).ok());
      ASSERT_TRUE(texts.Append(NastyCell(random) + "x").ok());
      ASSERT_TRUE(flags.Append(random() % 2 == 0).ok());
    }
    const auto table =
        arrow::Table::Make(arrow::schema({arrow::field("id", arrow::int64()),
                                          arrow::field("score", arrow::float64()),
                                          arrow::field("text", arrow::utf8()),
                                          arrow::field("flag", arrow::boolean())}),
                           {ids.Finish().ValueOrDie(), scores.Finish().ValueOrDie(),
                            texts.Finish().ValueOrDie(), flags.Finish().ValueOrDie()});
    if (table->column(1)->null_count() == table->num_rows()) continue;
    auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    ASSERT_TRUE(
        arrow::csv::WriteCSV(*table, arrow::csv::WriteOptions::Defaults(), out.get())
            .ok());
    const auto file = Source("in.csv", out->Finish().ValueOrDie()->ToString());
    const auto csv = MakeCsvSource({.unit_bytes = 100, .block_bytes = 40});
    const auto read = ReadTable(*csv, {file}, {}, 1).ValueOrDie();
    EXPECT_TRUE(Flat(*read)->Equals(*Flat(*table))) << read->ToString();
  }
}

}  // namespace
}  // namespace howdah
