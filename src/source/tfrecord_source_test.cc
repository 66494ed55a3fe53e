#include "source/tfrecord_source.h"

#include <gmock/gmock.h>

#include <bit>
#include <protozero/pbf_writer.hpp>

#include "base/digest.h"
#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using Writer = protozero::pbf_writer;

// Messages of tf.train, field by field as example.proto and feature.proto number them.

std::string Message(uint32_t field, const std::string& bytes) {
  std::string out;
  Writer(out).add_message(field, bytes);
  return out;
}

std::string Floats(const std::vector<float>& values) {
  std::string list;
  Writer(list).add_packed_float(1, values.begin(), values.end());
  return Message(2, list);
}

std::string Ints(const std::vector<int64_t>& values) {
  std::string list;
  Writer(list).add_packed_int64(1, values.begin(), values.end());
  return Message(3, list);
}

std::string Bytes(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) Writer(list).add_bytes(1, value);
  return Message(1, list);
}

using Features = std::vector<std::pair<std::string, std::string>>;

std::string Example(const Features& features) {
  std::string map;
  for (const auto& [name, feature] : features) {
    map += Message(1, Message(1, name) + Message(2, feature));
  }
  return Message(1, map);
}

template <typename T>
std::string Little(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

uint32_t Masked(const std::string& bytes) {
  const uint32_t crc = Crc32c(0, std::as_bytes(std::span(bytes)));
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

std::string Record(const std::string& data) {
  const std::string length = Little<uint64_t>(data.size());
  return length + Little(Masked(length)) + data + Little(Masked(data));
}

std::string Records(const std::vector<std::string>& examples) {
  std::string file;
  for (const std::string& example : examples) file += Record(example);
  return file;
}

const SourceFormat& TfRecords() { return *FindSourceFormat("tfrecord"); }

Result<std::shared_ptr<arrow::RecordBatch>> Read(
    const std::vector<std::string>& files, const std::vector<std::string>& columns = {}) {
  std::vector<std::shared_ptr<ByteSource>> sources;
  for (const std::string& bytes : files) {
    sources.push_back(Source(fmt::format("{}.tfrecord", sources.size()), bytes));
  }
  HOWDAH_ASSIGN_OR_RETURN(const auto table,
                          ReadTable(TfRecords(), sources, {.columns = columns}));
  return Flat(*table);
}

std::string Types(const std::string& bytes,
                  const std::vector<std::string>& columns = {}) {
  MemorySource file("a.tfrecord", bytes);
  const auto info = TfRecords().Inspect(file, {.columns = columns});
  if (!info.ok()) return info.status().message();
  std::string types;
  for (const auto& field : info->schema->fields()) {
    types += field->ToString(/*show_metadata=*/false) + "; ";
  }
  return types;
}

/// One column as JSON of Arrow says it.
void ExpectColumn(const arrow::RecordBatch& rows, const std::string& name,
                  const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  const auto column = rows.GetColumnByName(name);
  ASSERT_NE(column, nullptr) << name;
  EXPECT_TRUE(column->Equals(FromJson(type, json))) << column->ToString();
}

std::shared_ptr<arrow::DataType> ListOf(const std::shared_ptr<arrow::DataType>& type) {
  return arrow::list(arrow::field("element", type, false));
}

TEST(TfRecordSource, ColumnsAreWhatAllRecordsHave) {
  const std::string file = Records({
      Example({{"one", Floats({0.5F})},
               {"two", Ints({1, -1})},
               {"any", Bytes({"a", "", "b"})},
               {"some", Ints({7})}}),
      Example({{"two", Ints({INT64_MAX, INT64_MIN})},
               {"one", Floats({-2.0F})},
               {"any", Bytes({})}}),
  });
  EXPECT_EQ(Types(file),
            "example: binary not null; any: list<element: binary not null> not null; "
            "one: float not null; some: int64; "
            "two: fixed_size_list<element: int64 not null>[2] not null; ");
  const auto rows = Read({file}).ValueOrDie();
  ExpectColumn(*rows, "one", arrow::float32(), "[0.5, -2.0]");
  ExpectColumn(*rows, "two",
               arrow::fixed_size_list(arrow::field("element", arrow::int64(), false), 2),
               "[[1, -1], [9223372036854775807, -9223372036854775808]]");
  ExpectColumn(*rows, "any", ListOf(arrow::binary()), R"([["a", "", "b"], []])");
  ExpectColumn(*rows, "some", arrow::int64(), "[7, null]");
}

TEST(TfRecordSource, FloatsKeepTheirBits) {
  const std::vector<uint32_t> bits = {0x7fc01234, 0x80000000, 0x00000001, 0xff800000};
  std::vector<float> values;
  for (const uint32_t one : bits) values.push_back(std::bit_cast<float>(one));
  const auto rows =
      Read({Records({Example({{"x", Floats(values)}})})}, {"x"}).ValueOrDie();
  const auto& data = *rows->column(0)->data()->child_data[0];
  EXPECT_EQ(std::memcmp(data.GetValues<float>(1), bits.data(), 16), 0);
}

TEST(TfRecordSource, UnpackedValuesPartsAndUnknownFieldsAreReadAsProtobufReadsThem) {
  std::string floats, ints;
  Writer(floats).add_float(1, 1.5F);
  Writer(floats).add_string(9, "unknown");
  const std::vector<float> more = {2.5F};
  Writer(floats).add_packed_float(1, more.begin(), more.end());
  Writer(ints).add_int64(1, -3);
  Writer(ints).add_fixed64(4, 5);
  // The parts of one feature are joined; of a oneof the last kind counts.
  const std::string parts =
      Message(1, Message(1, "parts") + Message(2, Ints({1})) + Message(2, Ints({2})));
  const std::string kinds =
      Message(1, Message(1, "kinds") +
                     Message(2, Ints({1}) + Bytes({"x"}) + Floats({4}) + Floats({5})));
  // Of a map's key the last one counts.
  const std::string twice = Message(1, Message(1, "twice") + Message(2, Ints({1}))) +
                            Message(1, Message(1, "twice") + Message(2, Ints({2})));
  std::string unknown;
  Writer(unknown).add_uint32(15, 1);
  const std::string example =
      unknown +
      Example({{"floats", Message(2, floats)}, {"ints", unknown + Message(3, ints)}}) +
      Message(1, parts + kinds + unknown + twice);
  const auto rows = Read({Records({example})}).ValueOrDie();
  const auto pair = [](const auto& type) {
    return arrow::fixed_size_list(arrow::field("element", type, false), 2);
  };
  ExpectColumn(*rows, "floats", pair(arrow::float32()), "[[1.5, 2.5]]");
  ExpectColumn(*rows, "ints", arrow::int64(), "[-3]");
  ExpectColumn(*rows, "parts", pair(arrow::int64()), "[[1, 2]]");
  ExpectColumn(*rows, "kinds", pair(arrow::float32()), "[[4, 5]]");
  ExpectColumn(*rows, "twice", arrow::int64(), "[2]");
}

TEST(TfRecordSource, AFeatureWithoutAKindIsAsIfItWereNotThere) {
  const std::string file =
      Records({Example({{"x", Ints({1})}}), Example({{"x", ""}}), Example({})});
  ExpectColumn(*Read({file}).ValueOrDie(), "x", arrow::int64(), "[1, null, null]");
}

TEST(TfRecordSource, WholeRecordsAreAColumnAndNotLookedIntoForIt) {
  const std::string file = Records({"no protobuf at all", "", Example({})});
  const auto rows = Read({file}, {"example"}).ValueOrDie();
  ASSERT_EQ(rows->num_rows(), 3);
  const auto& records = static_cast<const arrow::BinaryArray&>(*rows->column(0));
  EXPECT_EQ(records.GetView(0), "no protobuf at all");
  EXPECT_EQ(records.GetView(1), "");
  EXPECT_EQ(records.GetView(2), Example({}));
  EXPECT_THAT(Types(file), HasSubstr("the record at byte 0 is no tf.Example"));
}

TEST(TfRecordSource, FilesWithScalarsAndListsAreListsTogether) {
  const std::string one = Records({Example({{"x", Ints({1})}})});
  const std::string two = Records({Example({{"x", Ints({2, 3})}})});
  const std::string none = Records({Example({{"y", Ints({9})}})});
  ExpectColumn(*Read({one, two, none}, {"x"}).ValueOrDie(), "x", ListOf(arrow::int64()),
               "[[1], [2, 3], null]");
  const std::string floats = Records({Example({{"x", Floats({1})}})});
  EXPECT_TRUE(Is(Read({one, floats}, {"x"}).status(), ErrorKind::kSchemaMismatch));
}

TEST(TfRecordSource, AFeatureOfTwoKindsIsRefusedByPlace) {
  const std::string first = Record(Example({{"x", Ints({1})}}));
  const std::string file = first + Record(Example({{"x", Floats({1})}}));
  EXPECT_EQ(Types(file),
            fmt::format("a.tfrecord: the record at byte {} has float values in feature "
                        "'x', where records before have int64 values",
                        first.size()));
  EXPECT_THAT(Types(file, {"y"}), HasSubstr("example: binary"));  // nobody asks for x
}

TEST(TfRecordSource, ASequenceExampleIsRefusedByName) {
  EXPECT_THAT(Types(Records({Message(1, "") + Message(2, "")})),
              HasSubstr("the record at byte 0 is a tf.SequenceExample"));
}

TEST(TfRecordSource, AFeatureOfTheRecordsColumnsNameIsRefused) {
  EXPECT_THAT(Types(Records({Example({{"example", Ints({1})}})})),
              HasSubstr("rename the feature"));
}

TEST(TfRecordSource, SplitsBeginAtRecords) {
  std::vector<std::string> examples;
  std::string json = "[";
  for (int i = 0; i < 100; ++i) {
    examples.push_back(Example({{"i", Ints({i})}}));
    json += (i > 0 ? "," : "") + std::to_string(i);
  }
  const auto format = MakeTfRecordSource({.unit_bytes = 200, .block_bytes = 100});
  const std::vector files = {Source("a", Records(examples))};
  const auto splits = PlanFiles(*format, files, {}, 300).ValueOrDie();
  EXPECT_GT(splits.size(), 5u);
  const auto table = ReadTable(*format, files, {.columns = {"i"}}, 300).ValueOrDie();
  ExpectColumn(*Flat(*table), "i", arrow::int64(), json + "]");
}

TEST(TfRecordSource, AnEmptyFileHasNoRows) {
  EXPECT_EQ(Types(""), "example: binary not null; ");
}

TEST(TfRecordSource, EveryCutIsRefusedUnlessItIsBetweenRecords) {
  const std::string first = Record(Example({{"x", Ints({1})}}));
  const std::string file = first + Record(Example({{"x", Ints({2})}}));
  for (size_t length = 1; length < file.size(); ++length) {
    const auto rows = Read({file.substr(0, length)});
    if (length == first.size()) {
      EXPECT_EQ(rows.ValueOrDie()->num_rows(), 1);
      continue;
    }
    ASSERT_TRUE(Is(rows.status(), ErrorKind::kCorruption)) << length;
    EXPECT_THAT(rows.status().message(), HasSubstr("cut TFRecord file: the record at"));
  }
}

TEST(TfRecordSource, EveryFlippedBitIsRefused) {
  const std::string file = Records({Example({{"x", Ints({1, 2})}, {"y", Bytes({"z"})}}),
                                    Example({{"x", Floats({1})}})});
  for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string flipped = file;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_TRUE(Is(Read({flipped}, {"example"}).status(), ErrorKind::kCorruption)) << bit;
  }
}

TEST(TfRecordSource, EveryFlippedBitInsideARecordIsRefusedOrReadSafely) {
  const std::string example =
      Example({{"x", Ints({1, 300})}, {"y", Bytes({"z"})}, {"w", Floats({1, 2})}});
  for (size_t bit = 0; bit < 8 * example.size(); ++bit) {
    std::string flipped = example;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto rows = Read({Records({example, flipped})});  // validates what it reads
    EXPECT_TRUE(!rows.ok() || (*rows)->num_rows() == 2);
  }
}

}  // namespace
}  // namespace howdah
