#include "encode/text_rows.h"

#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "encode/text_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::HasSubstr;

/// Each scalar type with its ends, and null.
std::shared_ptr<arrow::RecordBatch> Scalars() {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  const auto add = [&](const std::shared_ptr<arrow::DataType>& type, const char* json) {
    fields.push_back(field("c" + std::to_string(fields.size()), type));
    arrays.push_back(FromJson(type, json));
  };
  add(arrow::boolean(), "[true, false, null]");
  add(arrow::int8(), "[-128, 127, null]");
  add(arrow::int16(), "[-32768, 32767, null]");
  add(arrow::int32(), "[-2147483648, 2147483647, null]");
  add(arrow::int64(), "[-9223372036854775808, 9223372036854775807, null]");
  add(arrow::uint8(), "[0, 255, null]");
  add(arrow::uint16(), "[0, 65535, null]");
  add(arrow::uint32(), "[0, 4294967295, null]");
  add(arrow::uint64(), "[0, 18446744073709551615, null]");
  add(arrow::float32(), "[0.1, -3.4028235e38, null]");
  add(arrow::float64(), "[0.1, 5e-324, null]");
  add(arrow::utf8(), R"(["", "a,\"b\"\n\r\\N\u0001\u0002 ", null])");
  add(arrow::large_utf8(), R"(["\\n", "\u2028😀", null])");
  add(arrow::binary(), R"(["", "foob", null])");
  add(arrow::fixed_size_binary(3), R"(["foo", "bar", null])");
  add(arrow::date32(), "[-719162, 2932896, null]");
  add(arrow::time32(arrow::TimeUnit::MILLI), "[0, 86399999, null]");
  add(arrow::time64(arrow::TimeUnit::MICRO), "[0, 86399999999, null]");
  add(arrow::timestamp(arrow::TimeUnit::MILLI), "[-1, 253402300799999, null]");
  add(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[-62135596800000000, 1, null]");
  add(arrow::decimal128(38, 10), R"(["-1.0000000001", "0.0000000000", null])");
  add(arrow::decimal256(50, 3),
      R"(["123456789012345678901234567890.125", "0.001", null])");
  return Batch(std::move(fields), std::move(arrays));
}

std::shared_ptr<arrow::RecordBatch> Nested() {
  const auto list = arrow::list(arrow::float32());
  const auto deep = arrow::list(arrow::list(arrow::utf8()));
  const auto map = arrow::map(arrow::utf8(), arrow::list(arrow::int32()));
  const auto record = arrow::struct_(
      {field("a", arrow::int64()), field("m", map), field("t", arrow::date32())});
  const auto fixed = arrow::fixed_size_list(arrow::int8(), 2);
  const auto shape = arrow::key_value_metadata({"tensor.shape"}, {"2,2"});
  return Batch({field("l", list), field("d", deep), field("m", map), field("r", record),
                field("f", fixed), field("s", list, true, shape)},
               {FromJson(list, "[[0.5, null], [], null]"),
                FromJson(deep, R"([[["a\nb", null], ["\u0001,\\"]], [], [null, ["x"]]])"),
                FromJson(map, R"([[["k", [1, 2]], ["\"", null]], [], null])"),
                FromJson(record, R"([[1, [["k", [3]]], 5], [null, [], null], null])"),
                FromJson(fixed, "[[1, 2], [3, null], null]"),
                FromJson(list, "[[1, 2, 3, 4], [5, 6, 7, 8], null]")});
}

struct Dialect {
  const char* name;
  const char* format;
  TextOptions text;
  const char* compression = "none";
  EncoderOptions options() const {
    EncoderOptions all = PlainText(text);
    all.compression = compression;
    return all;
  }
};

class TextRows : public testing::TestWithParam<Dialect> {};

TEST_P(TextRows, EveryScalarComesBackEqual) {
  ExpectRoundTrip(GetParam().format, {Scalars(), Scalars()->Slice(1)},
                  GetParam().options());
}

TEST_P(TextRows, NestedValuesComeBackEqual) {
  if (GetParam().format == std::string("csv") && GetParam().text.dialect == "rfc4180") {
    EXPECT_TRUE(Is(TryEncodeText("csv", {Nested()}, GetParam().options()).status(),
                   ErrorKind::kSchemaMismatch));
    return;
  }
  ExpectRoundTrip(GetParam().format, {Nested(), Nested()->Slice(1, 1)},
                  GetParam().options());
}

TEST_P(TextRows, ManyRowsOfAllBatchSizesComeBackEqual) {
  std::mt19937_64 random(20261126);
  arrow::Int64Builder ids;
  arrow::FloatBuilder scores;
  arrow::StringBuilder texts;
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bits = random();
    const auto score = std::bit_cast<float>(static_cast<uint32_t>(bits));
    ASSERT_TRUE(ids.Append(static_cast<int64_t>(bits)).ok());
    ASSERT_TRUE(scores.Append(std::isfinite(score) ? score : 0.5F).ok());
    ASSERT_TRUE(
        texts.Append(std::string(bits % 70, static_cast<char>(bits % 127 + 1))).ok());
  }
  const auto whole = Batch({field("i", arrow::int64()), field("f", arrow::float32()),
                            field("s", arrow::utf8())},
                           {ids.Finish().ValueOrDie(), scores.Finish().ValueOrDie(),
                            texts.Finish().ValueOrDie()});
  Batches batches;
  for (int64_t row = 0, rows = 1; row < whole->num_rows(); row += rows, rows += 97) {
    batches.push_back(whole->Slice(row, rows));
  }
  ExpectRoundTrip(GetParam().format, batches, GetParam().options());
}

TEST_P(TextRows, FlippedBitsGiveRowsOrOneLine) {
  const auto options = GetParam().options();
  const std::string whole =
      TryEncodeText(GetParam().format, {Scalars()}, options).ValueOrDie();
  std::mt19937 random(20261127);
  for (int round = 0; round < 500; ++round) {
    std::string bytes = whole;
    bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    const auto source = std::make_shared<MemorySource>(bytes);
    auto reader =
        FindFormat(GetParam().format)->ReadRows(source, Scalars()->schema(), options);
    Status status = reader.status();
    while (status.ok()) {
      const auto next = (*reader)->Next();
      status = next.status();
      if (next.ok() && *next == nullptr) break;
    }
    if (status.ok()) continue;
    ASSERT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
    ASSERT_THAT(status.message(), HasSubstr("out.parquet: "));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, TextRows,
    testing::Values(Dialect{"Csv", "csv", {}},
                    Dialect{"CsvWithNull", "csv", {.header = false, .null = "NULL"}},
                    Dialect{"CsvGzip", "csv", {}, "gzip"},
                    Dialect{"HiveText", "csv", {.dialect = "hive-text"}},
                    Dialect{"Json", "json", {}}, Dialect{"JsonGzip", "json", {}, "gzip"}),
    [](const auto& test) { return test.param.name; });

TEST(TextRows, SpecialFloatsComeBackAsTheyAreStored) {
  const auto bits = [](uint32_t value) { return std::bit_cast<float>(value); };
  arrow::FloatBuilder builder;
  for (const float value : {bits(0xffc00000), bits(0x7f800001), -0.0F, 0.0F,
                            std::numeric_limits<float>::infinity()}) {
    ASSERT_TRUE(builder.Append(value).ok());
  }
  const auto array = builder.Finish().ValueOrDie();
  const auto batch =
      Batch({field("a", arrow::float32()), field("b", arrow::float32())}, {array, array});
  for (const char* format : {"csv", "json"}) {
    const auto options = PlainText({.nan_as_string = true});
    const auto stored = FindFormat(format)->AsStored(batch, options).ValueOrDie();
    const std::string bytes = TryEncodeText(format, {batch}, options).ValueOrDie();
    auto reader =
        FindFormat(format)
            ->ReadRows(std::make_shared<MemorySource>(bytes), batch->schema(), options)
            .ValueOrDie();
    const auto read = reader->Next().ValueOrDie();
    for (int c = 0; c < 2; ++c) {
      EXPECT_EQ(
          std::memcmp(read->column_data(c)->GetValues<float>(1),
                      stored->column_data(c)->GetValues<float>(1), 5 * sizeof(float)),
          0);
      EXPECT_EQ(std::memcmp(stored->column_data(c)->GetValues<float>(1) + 2,
                            array->data()->GetValues<float>(1) + 2, 3 * sizeof(float)),
                0);
    }
  }
}

TEST(TextRows, NothingIsCopiedWhereTextHoldsAllBits) {
  const auto batch = Nested();
  EXPECT_EQ(FindFormat("json")->AsStored(batch, PlainText()).ValueOrDie(), batch);
}

TEST(TextRows, RoundedDecimalsAreWhatIsStored) {
  const auto values = FromJson(arrow::float32(), "[0.125, 0.1, 1e9, -0.001]");
  const auto batch = Batch({field("k", arrow::float32()), field("p", arrow::float32())},
                           {values, values});
  EncoderOptions options = PlainText({.decimals = 2});
  options.key_columns = {"k"};
  const auto stored = FindFormat("csv")->AsStored(batch, options).ValueOrDie();
  EXPECT_TRUE(stored->column(0)->Equals(values));
  EXPECT_TRUE(
      stored->column(1)->Equals(FromJson(arrow::float32(), "[0.12, 0.1, 1e9, 0]")));
  const std::string bytes = TryEncodeText("csv", {batch}, options).ValueOrDie();
  EXPECT_EQ(bytes, TryEncodeText("csv", {stored}, options).ValueOrDie());
  ExpectReadsBack("csv", bytes, {stored}, options);
}

TEST(TextRows, AWrongCellSaysWhereItIs) {
  const auto schema = arrow::schema({field("a", arrow::int64())});
  auto reader =
      FindFormat("csv")
          ->ReadRows(std::make_shared<MemorySource>("a\n1\n2x\n"), schema, PlainText())
          .ValueOrDie();
  EXPECT_EQ(reader->Next().status().message(),
            "out.parquet: record 2: column 'a': '2x' is no int64");
}

TEST(TextRows, ArraysWithoutEndAreNoNumber) {
  const auto schema = arrow::schema({field("a", arrow::int64())});
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  auto reader = FindFormat("json")
                    ->ReadRows(std::make_shared<MemorySource>("{\"a\":" + deep + "}\n"),
                               schema, PlainText())
                    .ValueOrDie();
  EXPECT_EQ(reader->Next().status().message(),
            "out.parquet: record 0: column 'a': a JSON array is no int64");
}

TEST(TextRows, ATimeHasNoSecondsBelowZero) {
  const auto schema = arrow::schema({field("a", arrow::time32(arrow::TimeUnit::SECOND))});
  auto reader =
      FindFormat("csv")
          ->ReadRows(std::make_shared<MemorySource>("a\n12:30:-5\n"), schema, PlainText())
          .ValueOrDie();
  EXPECT_THAT(reader->Next().status().message(), HasSubstr("'12:30:-5' is no time32"));
}

TEST(TextRows, ATimeThatNoDayHasIsRefused) {
  // As text the first would have 83 characters.
  for (const char* time : {"-3661000001", "-1", "86400000000"}) {
    SCOPED_TRACE(time);
    const auto type = arrow::time64(arrow::TimeUnit::MICRO);
    const std::string message =
        fmt::format("holds the time64[us] {}, which no day has", time);
    for (const char* format : {"csv", "json"}) {
      const Status status = TextOf(format, type, fmt::format("[0, {}]", time)).status();
      EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << status;
      EXPECT_THAT(status.message(), HasSubstr(message));
    }
    EXPECT_THAT(TextOf("json", arrow::list(type), fmt::format("[[0], [{}]]", time))
                    .status()
                    .message(),
                HasSubstr(message));
  }
}

TEST(TextRows, ADecimalOfMoreDigitsThanItsColumnHasIsRefused) {
  const auto read = [](const std::shared_ptr<arrow::DataType>& type,
                       const std::string& text) {
    const auto file = std::make_shared<MemorySource>("a\n" + text + "\n");
    const auto schema = arrow::schema({field("a", type)});
    auto reader = FindFormat("csv")->ReadRows(file, schema, PlainText()).ValueOrDie();
    return reader->Next();
  };
  const auto narrow = arrow::decimal128(5, 2), whole = arrow::decimal128(38, 0);
  const auto wide = arrow::decimal256(50, 7);
  for (const auto& [type, text] : std::vector{
           std::pair{narrow, std::string("1000")},  // with its two decimals six digits
           std::pair{whole, std::string(39, '1')},  // in 128 bits
           std::pair{whole, std::string(40, '9')},  // behind them
           std::pair{arrow::decimal128(38, 38), "1" + std::string(37, '0')},
           std::pair{wide, std::string(44, '9')},
           std::pair{wide, "-1" + std::string(77, '0')},  // behind 256 bits
           std::pair{wide, std::string("12e-7775808")},   // behind the powers of ten
           std::pair{narrow, std::string("1e-41")}}) {
    SCOPED_TRACE(text);
    const Status status = read(type, text).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
    EXPECT_THAT(status.message(), HasSubstr("is no " + type->ToString()));
  }
  EXPECT_TRUE(read(narrow, "-999.99").ok());
  EXPECT_TRUE(read(arrow::decimal128(2, 2), "0.00").ok());
  EXPECT_TRUE(read(wide, std::string(43, '9')).ok());
  EXPECT_TRUE(read(arrow::decimal128(5, -3), "99999000").ok());
}

TEST(TextRows, DecimalsWithMoreZerosThanDigitsAreRefused) {
  const auto zero = arrow::MakeArrayFromScalar(
      arrow::Decimal128Scalar(arrow::Decimal128(1), arrow::decimal128(5, 1 << 20)), 1);
  const auto batch =
      Batch({field("c", arrow::decimal128(5, 1 << 20))}, {zero.ValueOrDie()});
  const Status status = TryEncodeText("csv", {batch}, PlainText()).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << status;
  const auto most = arrow::decimal128(1, -76);
  const auto wide =
      arrow::MakeArrayFromScalar(arrow::Decimal128Scalar(arrow::Decimal128(1), most), 1)
          .ValueOrDie();
  EXPECT_EQ(
      TryEncodeText("csv", {Batch({field("c", most)}, {wide})}, PlainText()).ValueOrDie(),
      "c\n1" + std::string(76, '0') + "\n");
}

TEST(TextRows, BytesThatAreNotUtf8AreNoText) {
  const auto schema = arrow::schema({field("a", arrow::utf8())});
  for (const char* dialect : {"rfc4180", "hive-text"}) {
    const auto options = PlainText({.dialect = dialect, .header = false});
    auto reader =
        FindFormat("csv")
            ->ReadRows(std::make_shared<MemorySource>("x\n\xeb\n"), schema, options)
            .ValueOrDie();
    EXPECT_EQ(reader->Next().status().message(),
              "out.parquet: record 1: column 'a': text is not UTF-8");
  }
}

TEST(TextRows, TheFirstAndTheLastInstantComeBackEqual) {
  using arrow::TimeUnit;
  for (const auto unit :
       {TimeUnit::SECOND, TimeUnit::MILLI, TimeUnit::MICRO, TimeUnit::NANO}) {
    const auto type = arrow::timestamp(unit);
    const auto batch =
        Batch({field("a", type)},
              {FromJson(type, "[-9223372036854775808, 9223372036854775807]")});
    for (const char* format : {"csv", "json"}) {
      ExpectRoundTrip(format, {batch}, PlainText());
    }
  }
}

TEST(TextRows, AMapWithANullKeyIsRefused) {
  const auto schema =
      arrow::schema({field("a", arrow::map(arrow::utf8(), arrow::int64()))});
  auto reader = FindFormat("csv")
                    ->ReadRows(std::make_shared<MemorySource>("x\0031\002\\N\0037\n"),
                               schema, PlainText({.dialect = "hive-text"}))
                    .ValueOrDie();
  const Status status = reader->Next().status();
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_THAT(status.message(), HasSubstr("record 0: column 'a': a map has a null key"));
}

TEST(TextRows, AListOfFixedSizeHasThatSize) {
  const auto schema =
      arrow::schema({field("a", arrow::fixed_size_list(arrow::int8(), 2))});
  const auto read = [&](const char* format, const char* bytes) {
    const auto options = PlainText({.dialect = "hive-text"});
    auto reader = FindFormat(format)
                      ->ReadRows(std::make_shared<MemorySource>(bytes), schema, options)
                      .ValueOrDie();
    return reader->Next().status();
  };
  EXPECT_TRUE(read("csv", "1\0022\n\\N\n3\0024\n").ok());
  EXPECT_TRUE(read("json", "{\"a\":[1,2]}\n{\"a\":null}\n").ok());
  for (const char* bytes : {"1\n", "\n", "1\0022\0023\n"}) {
    EXPECT_THAT(read("csv", bytes).message(), HasSubstr("does not have 2 elements"));
  }
  for (const char* bytes : {"{\"a\":[1]}\n", "{\"a\":[]}\n", "{\"a\":[1,2,3]}\n"}) {
    EXPECT_THAT(read("json", bytes).message(), HasSubstr("does not have 2 elements"));
  }
}

}  // namespace
}  // namespace howdah
