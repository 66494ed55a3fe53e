#include "source/avro_source.h"

#include <gmock/gmock.h>

#include "avro/block_codec.h"
#include "avro/container.h"
#include "avro/varint.h"
#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;

// Values as the specification encodes them, put together by hand.

std::string Num(int64_t value) {
  std::array<std::byte, kAvroLongRoom> bytes;
  const std::byte* const end = PutAvroLong(value, bytes.data());
  return {reinterpret_cast<const char*>(bytes.data()),
          static_cast<size_t>(end - bytes.data())};
}
std::string Text(const std::string& text) { return Num(std::ssize(text)) + text; }

template <typename T>
std::string Raw(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

constexpr SyncMarker kSync = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
const std::string kSyncBytes(reinterpret_cast<const char*>(kSync.data()), kSync.size());

std::string Header(const std::string& fields, AvroCodec codec = AvroCodec::kNull) {
  return SerializeHeader(
      {.schema = R"({"type": "record", "name": "r", "fields": [)" + fields + "]}",
       .codec = std::string(Name(codec)),
       .sync = kSync});
}

std::string Block(int64_t rows, const std::string& bytes,
                  AvroCodec codec = AvroCodec::kNull) {
  const auto compressor = MakeBlockCompressor(codec, nullptr).ValueOrDie();
  const StoredBlock stored =
      compressor->Compress(std::as_bytes(std::span(bytes.data(), bytes.size())))
          .ValueOrDie();
  std::string all;
  for (const auto piece : stored.pieces) {
    all.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  return Num(rows) + Num(std::ssize(all)) + all + kSyncBytes;
}

const SourceFormat& Avro() { return *FindSourceFormat("avro"); }

Result<std::shared_ptr<arrow::RecordBatch>> Read(
    const std::string& bytes, const std::vector<std::string>& columns = {}) {
  HOWDAH_ASSIGN_OR_RETURN(const auto table, ReadTable(Avro(), {Source("a.avro", bytes)},
                                                      {.columns = columns}));
  return Flat(*table);
}

/// One column `x` of Avro type `type`, of which `values` are `rows`.
Result<std::shared_ptr<arrow::Array>> Column(const std::string& type, int64_t rows,
                                             const std::string& values) {
  HOWDAH_ASSIGN_OR_RETURN(
      const auto batch,
      Read(Header(R"({"name": "x", "type": )" + type + "}") + Block(rows, values)));
  return batch->column(0);
}

void ExpectColumn(const std::string& type, int64_t rows, const std::string& values,
                  const std::shared_ptr<arrow::DataType>& arrow_type,
                  const std::string& json) {
  const auto column = Column(type, rows, values);
  ASSERT_TRUE(column.ok()) << type << ": " << column.status();
  const auto expected = FromJson(arrow_type, json);
  EXPECT_TRUE((*column)->Equals(expected))
      << type << ": " << (*column)->type()->ToString() << (*column)->ToString();
}

void ExpectDamaged(const Status& status, const std::string& words) {
  ASSERT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_THAT(status.message(), HasSubstr("a.avro"));
  EXPECT_THAT(status.message(), HasSubstr(words));
}

TEST(AvroSource, ReadsTheSpecificationsExample) {
  // {"a": 27, "b": "foo"} is 36 06 66 6f 6f.
  const std::string file =
      Header(R"({"name": "a", "type": "long"}, {"name": "b", "type": "string"})") +
      Block(1, "\x36\x06\x66\x6f\x6f");
  const auto rows = Read(file).ValueOrDie();
  EXPECT_TRUE(rows->column(0)->Equals(FromJson(arrow::int64(), "[27]")));
  EXPECT_TRUE(rows->column(1)->Equals(FromJson(arrow::utf8(), R"(["foo"])")));
}

TEST(AvroSource, ReadsTypes) {
  const auto element = [](const auto& type, bool nullable = false) {
    return arrow::list(arrow::field("element", type, nullable));
  };
  ExpectColumn(R"("boolean")", 2, std::string("\0\1", 2), arrow::boolean(),
               "[false, true]");
  ExpectColumn(R"(["null", "int"])", 3, Num(1) + Num(-5) + Num(0) + Num(1) + Num(7),
               arrow::int32(), "[-5, null, 7]");
  ExpectColumn(R"(["int", "null"])", 2, Num(0) + Num(-5) + Num(1), arrow::int32(),
               "[-5, null]");
  ExpectColumn(
      R"({"type": "array", "items": "float"})", 2,
      // one block with a count below 0 and its size, then another
      Num(-2) + Num(8) + Raw(1.0F) + Raw(2.0F) + Num(1) + Raw(3.0F) + Num(0) + Num(0),
      element(arrow::float32()), "[[1, 2, 3], []]");
  ExpectColumn(R"({"type": "array", "items": ["null", "string"]})", 1,
               Num(2) + Num(0) + Num(1) + Text("a") + Num(0),
               element(arrow::utf8(), true), R"([[null, "a"]])");
  ExpectColumn(R"({"type": "long", "logicalType": "timestamp-millis"})", 1, Num(-3),
               arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"), "[-3000]");
  ExpectColumn(R"({"type": "int", "logicalType": "time-millis"})", 2,
               Num(0) + Num(86'399'999), arrow::time32(arrow::TimeUnit::MILLI),
               "[0, 86399999]");
  ExpectColumn(R"(["null", {"type": "long", "logicalType": "time-micros"}])", 2,
               Num(1) + Num(86'399'999'999) + Num(0),
               arrow::time64(arrow::TimeUnit::MICRO), "[86399999999, null]");
  ExpectColumn(R"({"type": "long", "logicalType": "timestamp-nanos"})", 1, Num(-3),
               arrow::timestamp(arrow::TimeUnit::NANO, "UTC"), "[-3]");
  // A decimal's bytes may repeat its sign.
  ExpectColumn(R"({"type": "bytes", "logicalType": "decimal", "precision": 4})", 3,
               Text(std::string(30, '\xff') + "\xfe") + Text("") + Text("\x01"),
               arrow::decimal128(4, 0), R"(["-2", "0", "1"])");
  ExpectColumn(R"(["null", {"type": "record", "name": "p", "fields": [
                   {"name": "a", "type": "int"},
                   {"name": "b", "type": {"type": "map", "values": "long"}}]}])",
               2, Num(0) + Num(1) + Num(5) + Num(1) + Text("k") + Num(9) + Num(0),
               arrow::struct_(
                   {arrow::field("a", arrow::int32(), false),
                    arrow::field("b",
                                 arrow::map(arrow::utf8(),
                                            arrow::field("value", arrow::int64(), false)),
                                 false)}),
               R"([null, {"a": 5, "b": [["k", 9]]}])");
}

TEST(AvroSource, PassesOverWhatNobodyAsksFor) {
  const std::string file =
      Header(
          R"({"name": "u", "type": ["null", "int", {"type": "map", "values": "bytes"}]},
             {"name": "list", "type": {"type": "array", "items": "string"}},
             {"name": "tree", "type": ["null", "r"]},
             {"name": "x", "type": "int"})") +
      Block(2, Num(2) + Num(1) + Text("k") + Text("v") + Num(0) +  // u
                   Num(-1) + Num(2) + Text("s") + Num(0) +         // list
                   Num(1) + (Num(0) + Num(0) + Num(0) + Num(4)) +  // tree
                   Num(1) +                                        // x
                   Num(0) + Num(0) + Num(0) + Num(2));
  const auto rows = Read(file, {"x"}).ValueOrDie();
  EXPECT_TRUE(rows->GetColumnByName("x")->Equals(FromJson(arrow::int32(), "[1, 2]")));
  const auto all = Read(file).ValueOrDie();
  EXPECT_EQ(all->GetColumnByName("u")->type_id(), arrow::Type::NA);
  EXPECT_EQ(all->GetColumnByName("tree")->null_count(), 2);
  const auto tree = Read(file, {"tree"});
  ASSERT_TRUE(Is(tree.status(), ErrorKind::kSchemaMismatch));
  EXPECT_THAT(tree.status().message(), HasSubstr("field 'tree'"));
  EXPECT_THAT(tree.status().message(), HasSubstr("cannot be read"));
}

TEST(AvroSource, AColumnCanBeAskedForByAnAlias) {
  const std::string file =
      Header(R"({"name": "new", "type": "int", "aliases": ["old"]})") + Block(1, Num(3));
  const auto rows = Read(file, {"old"}).ValueOrDie();
  EXPECT_TRUE(rows->GetColumnByName("old")->Equals(FromJson(arrow::int32(), "[3]")));
}

TEST(AvroSource, FilesOfOneInputMayHaveDifferentSchemas) {
  const std::string newer =
      Header(R"({"name": "x", "type": "double"},
                {"name": "added", "type": "string", "default": "none"},
                {"name": "now", "aliases": ["then"], "type": "int"},
                {"name": "part", "type": {"type": "record", "name": "p", "fields": [
                  {"name": "a", "type": "int"},
                  {"name": "b", "type": ["null", "long"], "default": null}]}})") +
      Block(1, Raw(0.5) + Text("new") + Num(1) + Num(7) + Num(1) + Num(8));
  const std::string older =
      Header(R"({"name": "part", "type": {"type": "record", "name": "p", "fields": [
                  {"name": "a", "type": "int"}]}},
                {"name": "then", "type": "int"}, {"name": "gone", "type": "string"},
                {"name": "x", "type": "long"})") +
      Block(2, Num(9) + Num(2) + Text("?") + Num(3) +  //
                   Num(10) + Num(4) + Text("?") + Num(int64_t{1} << 53));
  const auto table =
      ReadTable(Avro(), {Source("new.avro", newer), Source("a.avro", older)},
                {.columns = {"x", "added", "now", "part"}});
  ASSERT_TRUE(table.ok()) << table.status();
  const auto rows = Flat(**table);
  const auto expect = [&](const char* name, const std::string& json) {
    const auto column = rows->GetColumnByName(name);
    EXPECT_TRUE(column->Equals(FromJson(column->type(), json))) << column->ToString();
  };
  expect("x", "[0.5, 3, 9007199254740992]");
  expect("added", R"(["new", "none", "none"])");
  expect("now", "[1, 2, 4]");
  expect("part", R"([{"a": 7, "b": 8}, {"a": 9, "b": null}, {"a": 10, "b": null}])");
}

TEST(AvroSource, ALongThatNoDoubleIsIsRefused) {
  const std::string doubles =
      Header(R"({"name": "x", "type": "double"})") + Block(1, Raw(0.5));
  for (const int64_t odd : {(int64_t{1} << 53) + 1, INT64_MAX, -(int64_t{1} << 53) - 1}) {
    const std::string longs =
        Header(R"({"name": "x", "type": "long"})") + Block(1, Num(odd));
    ExpectDamaged(
        ReadTable(Avro(), {Source("d.avro", doubles), Source("a.avro", longs)}).status(),
        "a long that no double is");
  }
}

TEST(AvroSource, SplitsBeginAtBlocks) {
  std::string file = Header(R"({"name": "x", "type": "int"})");
  std::string json = "[";
  for (int block = 0; block < 40; ++block) {
    std::string rows;
    for (int i = 0; i < 10; ++i) {
      rows += Num(block * 10 + i);
      json += (json.size() > 1 ? "," : "") + std::to_string(block * 10 + i);
    }
    file += Block(10, rows, AvroCodec::kNull) + Block(0, "");
  }
  const auto format = MakeAvroSource({.unit_bytes = 100, .block_bytes = 50});
  const std::vector files = {Source("a.avro", file)};
  EXPECT_GT(PlanFiles(*format, files, {}, 150).ValueOrDie().size(), 5u);
  const auto table = ReadTable(*format, files, {}, 150).ValueOrDie();
  EXPECT_TRUE(Flat(*table)->column(0)->Equals(FromJson(arrow::int32(), json + "]")));
}

TEST(AvroSource, RefusesValuesThatCannotBe) {
  const auto read = [](const std::string& type, const std::string& bytes) {
    return Column(type, 1, bytes).status();
  };
  ExpectDamaged(read(R"("boolean")", "\2"), "neither 0 nor 1");
  ExpectDamaged(read(R"("int")", Num(int64_t{1} << 31)), "more than 32 bits");
  ExpectDamaged(read(R"("long")", std::string(10, '\xff')), "more than 64 bits");
  ExpectDamaged(read(R"("string")", Num(9) + "abc"), "goes beyond its block");
  ExpectDamaged(read(R"("string")", Num(-1)), "a length below 0");
  ExpectDamaged(read(R"("string")", Text("\xff")), "not UTF-8");
  ExpectDamaged(read(R"(["null", "int"])", Num(2)), "branch that does not exist");
  ExpectDamaged(read(R"({"type": "enum", "name": "e", "symbols": ["A"]})", Num(1)),
                "symbol that does not exist");
  ExpectDamaged(read(R"({"type": "array", "items": "float"})", Num(int64_t{1} << 60)),
                "more items");
  ExpectDamaged(read(R"({"type": "array", "items": "int"})", Num(INT64_MIN) + Num(1)),
                "more items");
  ExpectDamaged(
      read(R"({"type": "array", "items": "int"})", Num(-1) + Num(2) + Num(1) + Num(0)),
      "another size");
  ExpectDamaged(
      read(R"({"type": "long", "logicalType": "timestamp-millis"})", Num(INT64_MAX)),
      "64 bits of microseconds");
  for (const int64_t time : {-1, 86'400'000}) {
    ExpectDamaged(read(R"({"type": "int", "logicalType": "time-millis"})", Num(time)),
                  "a time that no day has");
  }
  ExpectDamaged(
      read(R"({"type": "long", "logicalType": "time-micros"})", Num(86'400'000'000)),
      "a time that no day has");
  ExpectDamaged(read(R"({"type": "bytes", "logicalType": "decimal", "precision": 1})",
                     Text("\x0a")),
                "more digits");
  ExpectDamaged(read(R"("int")", Num(1) + Num(2)), "1 bytes are left");
  ExpectDamaged(read(R"("float")", "abc"), "cannot hold 1 rows");
}

TEST(AvroSource, ASchemaThatNamesMoreThanCanBeCountedIsPassedOverOrRefused) {
  std::string fields = R"({"name": "x", "type": "int"}, {"name": "f0", "type":
      {"type": "record", "name": "r0", "fields": [{"name": "a", "type": "null"}]}})";
  for (int i = 1; i < 60; ++i) {
    fields += fmt::format(
        R"(, {{"name": "f{0}", "type": {{"type": "record", "name": "r{0}", "fields":
           [{{"name": "a", "type": "r{1}"}}, {{"name": "b", "type": "r{1}"}}]}}}})",
        i, i - 1);
  }
  const auto rows = Read(Header(fields) + Block(1, Num(1)), {"x"});
  ExpectDamaged(rows.status(), "cannot");
}

constexpr AvroCodec kCodecs[] = {AvroCodec::kNull, AvroCodec::kDeflate,
                                 AvroCodec::kSnappy, AvroCodec::kZstandard};

std::string SmallFile(AvroCodec codec) {
  const std::string row =
      Num(5) + Text("text") + Num(1) + Raw(0.5) + Num(2) + Raw(1.0F) + Raw(2.0F) + Num(0);
  return Header(R"({"name": "i", "type": "long"}, {"name": "t", "type": "string"},
                   {"name": "n", "type": ["null", "double"]},
                   {"name": "l", "type": {"type": "array", "items": "float"}})",
                codec) +
         Block(3, row + row + row, codec) + Block(1, row, codec);
}

TEST(AvroSource, EveryCutIsRefusedUnlessItIsBetweenBlocks) {
  for (const AvroCodec codec : kCodecs) {
    const std::string file = SmallFile(codec);
    ASSERT_EQ(Read(file).ValueOrDie()->num_rows(), 4);
    int between = 0;
    for (size_t length = 0; length < file.size(); ++length) {
      const auto rows = Read(file.substr(0, length));
      if (rows.ok()) {
        ++between;
        EXPECT_EQ((*rows)->num_rows() % 3, 0);
      } else {
        ASSERT_TRUE(Is(rows.status(), ErrorKind::kCorruption)) << rows.status();
        EXPECT_THAT(rows.status().message(), HasSubstr("a.avro: "));
      }
    }
    EXPECT_EQ(between, 2);  // behind the header, behind the first block
  }
}

TEST(AvroSource, EveryFlippedBitIsRefusedOrReadSafely) {
  for (const AvroCodec codec : kCodecs) {
    const std::string file = SmallFile(codec);
    for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
      std::string flipped = file;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      const auto rows = Read(flipped);  // validates what it reads
      if (rows.ok()) continue;
      EXPECT_THAT(rows.status().message(), HasSubstr("a.avro")) << bit;
      EXPECT_EQ(rows.status().message().find('\n'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace howdah
