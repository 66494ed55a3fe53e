#include <arrow/type.h>
#include <gmock/gmock.h>

#include "source/parquet_test_files.h"
#include "source/source.h"

namespace howdah {
namespace {

using testing::HasSubstr;

Result<SourceFileInfo> Inspect(const std::string& bytes,
                               const std::vector<std::string>& columns = {}) {
  MemorySource file("in.parquet", bytes);
  return FindSourceFormat("parquet")->Inspect(file,
                                              {.columns = columns, .text_columns = {}});
}

TEST(ParquetInspect, UnitsAreRowGroups) {
  const auto info = Inspect(ParquetBytes(*CountingTable(0, 25), 10)).ValueOrDie();
  ASSERT_EQ(info.units.size(), 3u);
  EXPECT_EQ(info.units[0].rows, 10);
  EXPECT_EQ(info.units[1].rows, 10);
  EXPECT_EQ(info.units[2].rows, 5);
}

TEST(ParquetInspect, BytesAreThoseOfTheColumnsAskedFor) {
  const std::string bytes = ParquetBytes(*CountingTable(0, 1000), 1000);
  const int64_t one = Inspect(bytes, {"id"}).ValueOrDie().units[0].bytes;
  const int64_t all = Inspect(bytes).ValueOrDie().units[0].bytes;
  // PLAIN int64 is 8 bytes a value; page headers and levels come on top.
  EXPECT_GT(one, 8000);
  EXPECT_LT(one, 8400);
  EXPECT_EQ(all, 2 * one);
  EXPECT_EQ(Inspect(bytes, {"id", "absent"}).ValueOrDie().units[0].bytes, one);
}

TEST(ParquetInspect, BytesOfANestedColumnAreThoseOfItsLeaves) {
  const auto type = arrow::struct_(
      {arrow::field("a", arrow::int64()), arrow::field("b", arrow::int64())});
  const auto table = arrow::Table::Make(
      arrow::schema({arrow::field("s", type), arrow::field("id", arrow::int64())}),
      {FromJson(type, R"([{"a": 1, "b": 2}, {"a": 3, "b": 4}])"), Range(0, 2)});
  const std::string bytes = ParquetBytes(*table, 10);
  const int64_t all = Inspect(bytes).ValueOrDie().units[0].bytes;
  const int64_t nested = Inspect(bytes, {"s"}).ValueOrDie().units[0].bytes;
  const int64_t flat = Inspect(bytes, {"id"}).ValueOrDie().units[0].bytes;
  EXPECT_EQ(nested + flat, all);
  EXPECT_GT(nested, flat);
}

TEST(ParquetInspect, TheSchemaIsTheOneTheWriterStored) {
  const auto schema = arrow::schema(
      {arrow::field("list", arrow::large_list(arrow::float32())),
       arrow::field("fixed", arrow::fixed_size_list(arrow::int8(), 2)),
       arrow::field("word", arrow::dictionary(arrow::int32(), arrow::utf8())),
       arrow::field("when", arrow::timestamp(arrow::TimeUnit::MICRO, "Europe/Paris")),
       arrow::field("sum", arrow::decimal128(20, 3), /*nullable=*/false)});
  const auto table = arrow::Table::MakeEmpty(schema).ValueOrDie();
  const auto info = Inspect(ParquetBytes(*table, 10)).ValueOrDie();
  EXPECT_TRUE(info.schema->Equals(*schema, false)) << info.schema->ToString();
}

TEST(ParquetInspect, AFileWithoutRowsHasASchemaAndNoRows) {
  const auto info = Inspect(ParquetBytes(*CountingTable(0, 0), 10)).ValueOrDie();
  EXPECT_EQ(info.schema->num_fields(), 2);
  for (const SourceUnit& unit : info.units) EXPECT_EQ(unit.rows, 0);
}

TEST(ParquetInspect, TwoColumnsOfOneNameAreRefusedByName) {
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("x", arrow::int64()),
                                        arrow::field("x", arrow::int64())}),
                         {Range(0, 3), Range(3, 3)});
  const Status status = Inspect(ParquetBytes(*table, 10)).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << status;
  EXPECT_EQ(status.message(),
            "in.parquet: two columns are named 'x': rename one of them");
}

TEST(ParquetInspect, AnEmptyFileIsSaidToBeEmpty) {
  const Status status = Inspect("").status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_EQ(status.message(), "in.parquet: not a Parquet file: it is empty");
}

TEST(ParquetInspect, TextIsSaidToBeNoParquetFile) {
  for (const std::string text : {"id,score\n1,0.5\n2,0.75\n", "x", "id"}) {
    const Status status = Inspect(text).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
    EXPECT_THAT(status.message(),
                HasSubstr("in.parquet: not a Parquet file: it begins "));
  }
  EXPECT_EQ(Inspect("id,score\n1,0.5\n").status().message(),
            "in.parquet: not a Parquet file: it begins with 'id,s', a Parquet file with "
            "'PAR1'");
  EXPECT_THAT(
      Inspect(std::string("\x1f\x8b\x08\0more than twelve bytes", 26)).status().message(),
      HasSubstr("bytes 1f 8b 08 00"));
}

TEST(ParquetInspect, ACutFileIsSaidToBeCut) {
  const std::string whole = ParquetBytes(*CountingTable(0, 25), 10);
  for (const size_t length : {whole.size() - 1, whole.size() / 2, size_t{13}, size_t{12},
                              size_t{11}, size_t{4}, size_t{2}}) {
    const Status status = Inspect(whole.substr(0, length)).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << length;
    EXPECT_THAT(status.message(), HasSubstr("in.parquet: cut Parquet file: its end is "
                                            "missing"))
        << length;
  }
}

TEST(ParquetInspect, AFooterLengthBeyondTheFileIsCorruption) {
  std::string bytes = ParquetBytes(*CountingTable(0, 25), 10);
  bytes[bytes.size() - 5] = '\x7f';  // the top byte of the footer's length
  const Status status = Inspect(bytes).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption));
  EXPECT_THAT(status.message(), HasSubstr("in.parquet: corrupt Parquet footer: "));
  EXPECT_THAT(status.message(), testing::Not(HasSubstr("\n")));
}

TEST(ParquetInspect, AFooterOfNoiseIsCorruption) {
  std::string bytes = ParquetBytes(*CountingTable(0, 25), 10);
  std::fill(bytes.end() - 200, bytes.end() - 8, '\xee');
  const Status status = Inspect(bytes).status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_THAT(status.message(), HasSubstr("in.parquet: corrupt Parquet footer: "));
}

TEST(ParquetInspect, AnEncryptedFooterIsUnsupported) {
  // What such a file looks like from outside: magic 'PARE' at both ends.
  std::string bytes = ParquetBytes(*CountingTable(0, 25), 10);
  bytes.replace(0, 4, "PARE");
  bytes.replace(bytes.size() - 4, 4, "PARE");
  const Status status = Inspect(bytes).status();
  EXPECT_TRUE(Is(status, ErrorKind::kUnsupported)) << status;
  EXPECT_EQ(status.message(),
            "in.parquet: encrypted Parquet file: write it without encryption");
}

/// A storage that fails.
class BrokenSource final : public ByteSource {
 public:
  const std::string& name() const override { return name_; }
  int64_t size() const override { return 1000; }
  Result<int64_t> ReadAt(int64_t, std::span<std::byte>) override {
    return Error(ErrorKind::kTransient, "the disk is away");
  }

 private:
  const std::string name_ = "away.parquet";
};

TEST(ParquetInspect, AnErrorOfTheStorageIsPassedOnAsItIs) {
  BrokenSource file;
  const Status status = FindSourceFormat("parquet")->Inspect(file, {}).status();
  EXPECT_TRUE(Is(status, ErrorKind::kTransient));
  EXPECT_EQ(status.message(), "the disk is away");
}

TEST(SourceFormats, EachIsFoundByItsName) {
  for (const SourceFormat* format : BuiltinSourceFormats()) {
    EXPECT_EQ(FindSourceFormat(format->name()), format);
    EXPECT_FALSE(format->extensions().empty());
  }
  EXPECT_EQ(FindSourceFormat("parket"), nullptr);
}

}  // namespace
}  // namespace howdah
