#include "encode/parquet_lake.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::HasSubstr;

Status Check(const std::shared_ptr<arrow::DataType>& type) {
  return FindFormat("parquet")
      ->StoredSchema(arrow::schema({field("c", type)}), {})
      .status();
}

/// One type that is allowed, and values of it.
struct Allowed {
  std::shared_ptr<arrow::DataType> type;
  std::string json;
};

std::vector<Allowed> AllowedTypes() {
  return {
      {arrow::boolean(), "[true, null, false]"},
      {arrow::int8(), "[-128, null, 127]"},
      {arrow::int16(), "[-32768, null, 32767]"},
      {arrow::int32(), "[-2147483648, null, 2147483647]"},
      {arrow::int64(), "[-9223372036854775808, null, 9223372036854775807]"},
      {arrow::uint8(), "[0, null, 255]"},
      {arrow::uint16(), "[0, null, 65535]"},
      {arrow::float32(), "[0.1, null, -0.0]"},
      {arrow::float64(), "[0.1, null, -0.0]"},
      {arrow::utf8(), R"(["", null, "é\u0000"])"},
      {arrow::large_utf8(), R"(["", null, "é"])"},
      {arrow::utf8_view(), R"(["", null, "longer than twelve bytes"])"},
      {arrow::binary(), R"(["", null, "x"])"},
      {arrow::large_binary(), R"(["", null, "x"])"},
      {arrow::binary_view(), R"(["", null, "longer than twelve bytes"])"},
      {arrow::fixed_size_binary(3), R"(["abc", null, "def"])"},
      {arrow::date32(), "[-1, null, 20000]"},
      {arrow::timestamp(arrow::TimeUnit::MILLI), "[-1, null, 1]"},
      {arrow::timestamp(arrow::TimeUnit::MICRO), "[-1, null, 1]"},
      {arrow::timestamp(arrow::TimeUnit::MICRO, "Europe/Paris"), "[-1, null, 1]"},
      {arrow::decimal32(5, 2), R"(["-1.25", null, "999.99"])"},
      {arrow::decimal64(15, 2), R"(["-1.25", null, "999.99"])"},
      {arrow::decimal128(38, 2), R"(["-1.25", null, "999.99"])"},
      {arrow::decimal256(38, 2), R"(["-1.25", null, "999.99"])"},
      {arrow::dictionary(arrow::int32(), arrow::utf8()), R"(["a", null, "b"])"},
      {arrow::dictionary(arrow::int8(), arrow::binary()), R"(["a", null, "b"])"},
      {arrow::list(arrow::float32()), "[[1, null], null, []]"},
      {arrow::list(field("element", arrow::float32(), false)), "[[1, 2], null, []]"},
      {arrow::list(field("item", arrow::list(arrow::utf8()))), R"([[["a"]], null, []])"},
      {arrow::large_list(arrow::int64()), "[[1, null], null, []]"},
      {arrow::fixed_size_list(arrow::int64(), 2), "[[1, null], null, [3, 4]]"},
      {arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1]], null, []])"},
      {arrow::struct_({field("a", arrow::int32())}), R"([{"a": 1}, null, {"a": null}])"}};
}

TEST(LakeSchema, EveryTypeThatIsAllowedComesBackTheSame) {
  for (const auto& [type, json] : AllowedTypes()) {
    ASSERT_TRUE(Check(type).ok()) << Check(type);
    const auto array = FromJson(type, json);
    // Slices, so that offsets inside arrays are not taken for 0.
    const auto whole = Batch({field("c", type)}, {array});
    const std::string bytes = Encode({whole->Slice(1, 2), whole->Slice(0, 1)});
    const auto table = Decode(bytes);
    EXPECT_TRUE(table->schema()->Equals(*whole->schema(), false))
        << table->schema()->ToString() << " for " << type->ToString();
    const auto expected =
        arrow::ChunkedArray::Make({array->Slice(1, 2), array->Slice(0, 1)}).ValueOrDie();
    EXPECT_TRUE(table->column(0)->Equals(*expected)) << type->ToString();
    MemorySource source(bytes);
    EXPECT_TRUE(FindFormat("parquet")
                    ->ReadBack(source, {})
                    .ValueOrDie()
                    .schema->Equals(*whole->schema(), false))
        << type->ToString();
  }
}

TEST(LakeSchema, TypesThatSomeReaderBendsAreRefusedByNameWithACure) {
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, std::string>> refused = {
      {arrow::null(), "cast it to another"},
      {arrow::uint32(), "cast it to int64"},
      {arrow::uint64(), "cast it to int64"},
      {arrow::float16(), "cast it to float"},
      {arrow::date64(), "cast it to date32"},
      {arrow::time32(arrow::TimeUnit::SECOND), "cast it to time64[us]"},
      {arrow::time64(arrow::TimeUnit::NANO), "cast it to time64[us]"},
      {arrow::timestamp(arrow::TimeUnit::SECOND), "cast it to timestamp[us]"},
      {arrow::timestamp(arrow::TimeUnit::NANO), "cast it to timestamp[us]"},
      {arrow::duration(arrow::TimeUnit::MICRO), "cast it to int64"},
      {arrow::month_interval(), "cast it to another"},
      {arrow::month_day_nano_interval(), "cast it to another"},
      {arrow::decimal256(39, 2), "smaller decimal"},
      {arrow::decimal128(5, -1), "another decimal"},
      {arrow::decimal128(5, 6), "another decimal"},
      {arrow::dictionary(arrow::int32(), arrow::int64()), "cast it to int64"},
      {arrow::dictionary(arrow::int32(), arrow::large_utf8()), "cast it to large_string"},
      {arrow::struct_({}), "without fields"},
      {arrow::fixed_size_list(arrow::int8(), 0), "size 0"},
      {arrow::fixed_size_binary(0), "width 0"},
      {arrow::list_view(arrow::int8()), "cast it to another"},
      {arrow::run_end_encoded(arrow::int32(), arrow::utf8()), "cast it to another"},
      {arrow::dense_union({field("a", arrow::int8())}), "cast it to another"},
      {arrow::sparse_union({field("a", arrow::int8())}), "cast it to another"}};
  for (const auto& [type, cure] : refused) {
    const Status status = Check(type);
    EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << type->ToString();
    EXPECT_THAT(status.message(), HasSubstr("column 'c': type " + type->ToString() +
                                            " cannot be written to Parquet: "));
    EXPECT_THAT(status.message(), HasSubstr(cure));
  }
}

TEST(LakeSchema, ARefusalInsideNestingNamesThePath) {
  const auto type = arrow::list(field(
      "element",
      arrow::struct_({field("fine", arrow::int8()),
                      field("inner", arrow::map(arrow::utf8(), arrow::uint64()))})));
  EXPECT_THAT(Check(type).message(),
              HasSubstr("column 'c.element.inner.entries.value': type uint64 "));
}

TEST(LakeSchema, TwoColumnsOfOneNameAndNoColumnsAreRefused) {
  const Format& format = *FindFormat("parquet");
  const Status twice =
      format
          .StoredSchema(
              arrow::schema({field("x", arrow::int8()), field("x", arrow::int64())}), {})
          .status();
  EXPECT_TRUE(Is(twice, ErrorKind::kSchemaMismatch));
  EXPECT_EQ(twice.message(), "two columns are named 'x'");
  EXPECT_TRUE(Is(format.StoredSchema(arrow::schema({}), {}).status(),
                 ErrorKind::kSchemaMismatch));
}

TEST(LakeSchema, AnEncoderIsNotMadeForARefusedSchema) {
  MemorySink sink;
  const auto schema = arrow::schema({field("c", arrow::uint64())});
  EXPECT_TRUE(Is(FindFormat("parquet")->MakeEncoder(schema, &sink, {}).status(),
                 ErrorKind::kSchemaMismatch));
  EXPECT_EQ(sink.bytes, "");
}

TEST(LakeProperties, AnUnknownCompressionNamesThoseThereAre) {
  MemorySink sink;
  const auto schema = arrow::schema({field("c", arrow::int8())});
  const Status status = FindFormat("parquet")
                            ->MakeEncoder(schema, &sink, {.compression = "snapy"})
                            .status();
  EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput));
  EXPECT_EQ(status.message(),
            "no compression 'snapy' for parquet; there are 'snappy', 'none', "
            "'gzip', 'zstd', 'lz4'; did you mean 'snappy'?");
}

TEST(Formats, EachIsFoundByItsName) {
  for (const Format* format : BuiltinFormats()) {
    EXPECT_EQ(FindFormat(format->name()), format);
    for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
      const auto& compressions = format->compressions(profile);
      ASSERT_FALSE(compressions.empty());
      EXPECT_TRUE(format->extension(compressions.front()).starts_with("."));
    }
  }
  EXPECT_EQ(FindFormat("parket"), nullptr);
}

}  // namespace
}  // namespace howdah
