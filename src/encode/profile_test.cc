// Format::Lint. Files of others, made by pyarrow and fastavro, are looked at by
// tests/interop.

#include <arrow/io/memory.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>

#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

/// Some rows of every type that lands, and lists and records of them.
BatchPtr EveryType(bool nullable) {
  using namespace arrow;
  const auto element = [&](const std::shared_ptr<DataType>& type) {
    return arrow::field("element", type, nullable);
  };
  const std::pair<std::shared_ptr<DataType>, const char*> cases[] = {
      {boolean(), "[true, false]"},
      {int8(), "[1, 2]"},
      {int16(), "[1, 2]"},
      {int32(), "[1, 1]"},
      {int64(), "[1, 2]"},
      {uint8(), "[1, 2]"},
      {uint16(), "[1, 2]"},
      {float32(), "[1, 1]"},
      {float64(), "[1, 1]"},
      {utf8(), R"(["a", "a"])"},
      {large_utf8(), R"(["a", ""])"},
      {binary(), R"(["a", "a"])"},
      {fixed_size_binary(1), R"(["a", "b"])"},
      {date32(), "[1, 2]"},
      {time32(TimeUnit::MILLI), "[1, 2]"},
      {time64(TimeUnit::MICRO), "[1, 2]"},
      {timestamp(TimeUnit::MICRO, "UTC"), "[1, 2]"},
      {timestamp(TimeUnit::MILLI), "[1, 2]"},
      {decimal128(5, 2), R"(["1.00", "2.00"])"},
      {list(element(float32())), "[[1, 1], []]"},
      {list(element(list(element(utf8())))), R"([[["a", "a"]], []])"},
      {fixed_size_list(element(float64()), 2), "[[1, 1], [1, 1]]"},
      {struct_({element(int32())}), R"([{"element": 1}, {"element": 1}])"},
      {map(utf8(), float32()), R"([[["a", 1]], []])"},
  };
  FieldVector fields;
  ArrayVector arrays;
  for (const auto& [type, json] : cases) {
    fields.push_back(arrow::field(fmt::format("c{}", fields.size()), type, nullable));
    arrays.push_back(FromJson(type, json));
  }
  return Batch(std::move(fields), std::move(arrays));
}

TEST(Lint, OurOwnFilesAreInsideTheirProfile) {
  for (const Format* format : BuiltinFormats()) {
    for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
      for (const std::string& compression : format->compressions(profile)) {
        for (const bool nullable : {false, true}) {
          const BatchPtr batch = EveryType(nullable);
          const EncoderOptions options{
              .profile = profile, .compression = compression, .key_columns = {"c4"}};
          MemorySink sink;
          auto encoder = format->MakeEncoder(batch->schema(), &sink, options);
          if (Is(encoder.status(), ErrorKind::kSchemaMismatch))
            continue;  // lists in text
          ASSERT_TRUE(encoder.ok()) << encoder.status();
          ASSERT_TRUE((*encoder)->Write(*batch).ok());
          ASSERT_TRUE((*encoder)->Close().ok());
          MemorySource file(sink.bytes);
          const auto findings = format->Lint(file, profile);
          if (Is(findings.status(), ErrorKind::kUnsupported))
            continue;  // has no profiles
          ASSERT_TRUE(findings.ok()) << findings.status();
          for (const ProfileFinding& finding : *findings) {
            EXPECT_FALSE(finding.outside)
                << format->name() << " " << compression << " " << finding.place << ": "
                << finding.rule << ": " << finding.detail;
            // Kept columns may have lists of values that may be null.
            EXPECT_TRUE(nullable && finding.rule == "optional elements")
                << finding.place << ": " << finding.rule;
          }
        }
      }
    }
  }
}

/// What Arrow makes of `batch` with `properties`.
std::string WriteByArrow(const BatchPtr& batch,
                         const std::shared_ptr<parquet::WriterProperties>& properties,
                         const std::shared_ptr<parquet::ArrowWriterProperties>& arrow) {
  const auto table = arrow::Table::FromRecordBatches({batch}).ValueOrDie();
  const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), out,
                                         1 << 20, properties, arrow)
                  .ok());
  return out->Finish().ValueOrDie()->ToString();
}

std::vector<ProfileFinding> Lint(const std::string& bytes, Profile profile,
                                 const char* format = "parquet") {
  MemorySource file(bytes);
  return FindFormat(format)->Lint(file, profile).ValueOrDie();
}

testing::Matcher<std::vector<ProfileFinding>> Finds(bool outside, const char* place,
                                                    const char* rule) {
  return Contains(AllOf(Field(&ProfileFinding::outside, outside),
                        Field(&ProfileFinding::place, place),
                        Field(&ProfileFinding::rule, rule)));
}

TEST(Lint, WhatArrowWritesByDefaultIsToldPointByPoint) {
  const auto floats = arrow::list(arrow::field("item", arrow::float32()));
  const auto batch =
      Batch({arrow::field("Score", arrow::float32(), false),
             arrow::field("score", arrow::timestamp(arrow::TimeUnit::NANO)),
             arrow::field("l", floats), arrow::field("u", arrow::uint64()),
             arrow::field("h", arrow::timestamp(arrow::TimeUnit::NANO))},
            {FromJson(arrow::float32(), "[1, 1]"),
             FromJson(arrow::timestamp(arrow::TimeUnit::NANO), "[1, 2]"),
             FromJson(floats, "[[1, null], [1]]"), FromJson(arrow::uint64(), "[1, 2]"),
             FromJson(arrow::timestamp(arrow::TimeUnit::NANO), "[1, 2]")});
  const auto nested =
      parquet::ArrowWriterProperties::Builder().disable_compliant_nested_types()->build();
  const auto findings = Lint(WriteByArrow(batch,
                                          parquet::WriterProperties::Builder()
                                              .compression(arrow::Compression::BROTLI)
                                              ->disable_write_page_index()
                                              ->build(),
                                          nested),
                             Profile::kLake);
  EXPECT_THAT(findings, Finds(true, "Score", "name"));
  EXPECT_THAT(findings, Finds(true, "score", "name"));  // the same but for its case
  EXPECT_THAT(findings, Finds(true, "score", "nanoseconds"));
  EXPECT_THAT(findings, Finds(true, "Score", "dictionary"));
  EXPECT_THAT(findings, Finds(true, "l.list.item", "dictionary"));
  EXPECT_THAT(findings, Finds(true, "l.list.item", "statistics"));
  EXPECT_THAT(findings, Finds(true, "l", "list structure"));
  EXPECT_THAT(findings, Finds(true, "u", "unsigned"));
  EXPECT_THAT(findings, Finds(true, "u", "codec"));
  EXPECT_THAT(findings, Finds(false, "l", "optional elements"));
  EXPECT_THAT(findings, Finds(false, "u", "page CRC"));
  EXPECT_THAT(findings, Finds(false, "the file", "page index"));
  EXPECT_THAT(findings, Finds(false, "the file", "Arrow schema"));
}

TEST(Lint, Int96PagesOfVersion2AndTheirEncodingsAreFound) {
  const auto batch = Batch({arrow::field("t", arrow::timestamp(arrow::TimeUnit::MICRO)),
                            arrow::field("i", arrow::int64(), false)},
                           {FromJson(arrow::timestamp(arrow::TimeUnit::MICRO), "[1, 2]"),
                            FromJson(arrow::int64(), "[1, 2]")});
  const auto properties = parquet::WriterProperties::Builder()
                              .data_page_version(parquet::ParquetDataPageVersion::V2)
                              ->disable_dictionary()
                              ->encoding("i", parquet::Encoding::DELTA_BINARY_PACKED)
                              ->build();
  const auto int96 = parquet::ArrowWriterProperties::Builder()
                         .enable_deprecated_int96_timestamps()
                         ->build();
  const auto findings = Lint(WriteByArrow(batch, properties, int96), Profile::kLake);
  EXPECT_THAT(findings, Finds(true, "t", "INT96"));
  EXPECT_THAT(findings, Finds(true, "i", "data page V2"));
  EXPECT_THAT(findings, Finds(true, "i", "encoding"));
}

TEST(Lint, WhatIsCompactIsOutsideOfLakeAndTheOtherWayRound) {
  const auto batch = Batch({arrow::field("x", arrow::float32(), false)},
                           {FromJson(arrow::float32(), "[1, 2]")});
  const std::string compact =
      Encode({batch}, {.profile = Profile::kCompact, .compression = "zstd"});
  EXPECT_THAT(Lint(compact, Profile::kLake), Finds(true, "x", "encoding"));
  const std::string lake = Encode({batch}, {.compression = "snappy"});
  EXPECT_THAT(Lint(lake, Profile::kCompact), Finds(true, "x", "codec"));
}

TEST(Lint, ADamagedFileIsCorruptAndNotOutside) {
  const std::string whole = Encode({EveryType(false)});
  for (const size_t bytes : {0UL, 3UL, 100UL, whole.size() - 1}) {
    MemorySource file(whole.substr(0, bytes));
    for (const char* format : {"parquet", "avro"}) {
      EXPECT_TRUE(Is(FindFormat(format)->Lint(file, Profile::kLake).status(),
                     ErrorKind::kCorruption))
          << format << bytes;
    }
  }
}

TEST(Profiles, AreFoundByTheirNames) {
  EXPECT_EQ(ProfileNamed("lake").ValueOrDie(), Profile::kLake);
  EXPECT_EQ(ProfileNamed(Name(Profile::kCompact)).ValueOrDie(), Profile::kCompact);
  EXPECT_TRUE(Is(ProfileNamed("hive").status(), ErrorKind::kInvalidInput));
}

}  // namespace
}  // namespace howdah
