#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_decimal.h>
#include <gmock/gmock.h>

#include <random>

#include "avro/block_codec.h"
#include "avro/container.h"
#include "base/environment.h"
#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

const Format& Avro() { return *FindFormat("avro"); }

EncoderOptions Stored() { return {.compression = "none"}; }

std::string EncodeAvro(const std::vector<BatchPtr>& batches,
                       const EncoderOptions& options = Stored(),
                       EncodedFile* encoded = nullptr) {
  MemorySink sink;
  auto encoder =
      Avro().MakeEncoder(batches.front()->schema(), &sink, options).ValueOrDie();
  for (const auto& batch : batches) {
    const Status written = encoder->Write(*batch);
    EXPECT_TRUE(written.ok()) << written;
  }
  auto closed = encoder->Close();
  EXPECT_TRUE(closed.ok()) << closed.status();
  if (encoded != nullptr && closed.ok()) *encoded = *closed;
  return sink.bytes;
}

struct Blocks {
  ContainerHeader header;
  std::vector<int64_t> rows;
  std::string bytes;  // of all blocks, decompressed
};

Blocks Open(const std::string& bytes) {
  MemorySource file(bytes);
  Blocks blocks{.header = ReadContainerHeader(file).ValueOrDie()};
  const AvroCodec codec = AvroCodecNamed(blocks.header.codec).ValueOrDie();
  const auto decompressor = MakeBlockDecompressor(codec, nullptr).ValueOrDie();
  BlockWalk walk(file, blocks.header);
  for (BlockPlace place; walk.Next(&place).ValueOrDie();) {
    const auto stored =
        std::as_bytes(std::span(bytes))
            .subspan(static_cast<size_t>(place.offset), static_cast<size_t>(place.bytes));
    const auto plain = decompressor->Decompress(stored, int64_t{1} << 31).ValueOrDie();
    blocks.bytes.append(reinterpret_cast<const char*>(plain.data()), plain.size());
    blocks.rows.push_back(place.rows);
  }
  return blocks;
}

/// The binary form of `json`'s elements in a column of `type`.
std::string Binary(const std::shared_ptr<arrow::DataType>& type, const std::string& json,
                   bool nullable = false) {
  return Open(EncodeAvro(
                  {Batch({arrow::field("x", type, nullable)}, {FromJson(type, json)})}))
      .bytes;
}

template <size_t N>
std::string Bytes(const char (&text)[N]) {  // NUL is a byte like others
  return std::string(text, N - 1);
}

std::shared_ptr<arrow::DataType> Floats() {
  return arrow::list(arrow::field("element", arrow::float32(), false));
}

TEST(AvroValues, AreAsTheSpecificationSays) {
  using namespace arrow;
  EXPECT_EQ(Binary(boolean(), "[true, false]"), Bytes("\1\0"));
  EXPECT_EQ(Binary(int8(), "[-1, 1, -128]"), Bytes("\x01\x02\xff\x01"));
  EXPECT_EQ(Binary(uint16(), "[65535]"), Bytes("\xfe\xff\x07"));
  EXPECT_EQ(Binary(int64(), "[9007199254740993, -64]"),  // 2^53 + 1
            Bytes("\x82\x80\x80\x80\x80\x80\x80\x20\x7f"));
  EXPECT_EQ(Binary(float32(), "[1, -0.0]"), Bytes("\0\0\x80\x3f\0\0\0\x80"));
  EXPECT_EQ(Binary(float64(), "[1]"), Bytes("\0\0\0\0\0\0\xf0\x3f"));
  EXPECT_EQ(Binary(utf8(), R"(["", "a\u0000b"])"), Bytes("\0\6a\0b"));
  EXPECT_EQ(Binary(large_utf8(), R"(["\ud83d\ude00"])"), Bytes("\x08\xf0\x9f\x98\x80"));
  EXPECT_EQ(Binary(fixed_size_binary(2), R"(["ab", "cd"])"), "abcd");
  EXPECT_EQ(Binary(date32(), "[-1, 1]"), Bytes("\1\2"));
  EXPECT_EQ(Binary(timestamp(TimeUnit::MICRO), "[64]"), Bytes("\x80\x01"));
}

TEST(AvroValues, ADecimalIsItsShortestTwosComplementWithTheHighestByteFirst) {
  EXPECT_EQ(Binary(arrow::decimal128(10, 2), R"(["0.00", "1.27", "1.28", "-1.28"])"),
            Bytes("\2\0\2\x7f\4\0\x80\2\x80"));
  EXPECT_EQ(Binary(arrow::decimal256(38, 0), R"(["-129"])"), Bytes("\4\xff\x7f"));
  EXPECT_EQ(Binary(arrow::decimal32(5, 0), R"(["-99999"])"), Bytes("\6\xfe\x79\x61"));
}

TEST(AvroValues, ANullIsTheFirstBranchAndAValueTheSecond) {
  EXPECT_EQ(Binary(arrow::int32(), "[null, 3]", true), Bytes("\0\2\6"));
  EXPECT_EQ(Binary(arrow::utf8(), R"([null, ""])", true), Bytes("\0\2\0"));
}

TEST(AvroValues, AListIsOneBlockWithAPositiveCount) {
  EXPECT_EQ(Binary(arrow::list(arrow::field("element", arrow::int32(), false)),
                   "[[1, 2], [], [3]]"),
            Bytes("\4\2\4\0\0\2\6\0"));
  EXPECT_EQ(Binary(arrow::large_list(arrow::int32()), "[[1, null]]"),
            Bytes("\4\2\2\0\0"));
  EXPECT_EQ(Binary(Floats(), "[[1, 2], []]"), Bytes("\4\0\0\x80\x3f\0\0\0\x40\0\0"));
  EXPECT_EQ(
      Binary(arrow::fixed_size_list(arrow::field("element", arrow::float32(), false), 1),
             "[[1]]"),
      Bytes("\2\0\0\x80\x3f\0"));
  EXPECT_EQ(Binary(arrow::list(arrow::field("element", Floats(), false)), "[[[1], []]]"),
            Bytes("\4\2\0\0\x80\x3f\0\0\0"));
}

TEST(AvroValues, MapsAndRecordsHoldOthers) {
  EXPECT_EQ(Binary(arrow::map(arrow::utf8(), arrow::int32()), R"([[["a", 1]], []])"),
            Bytes("\2\2a\2\2\0\0"));
  const auto inner = arrow::struct_({arrow::field("a", arrow::int32(), false),
                                     arrow::field("b", arrow::float32(), false),
                                     arrow::field("c", arrow::float32(), false)});
  EXPECT_EQ(Binary(inner, R"([{"a": 1, "b": 1, "c": 2}])"),
            Bytes("\2\0\0\x80\x3f\0\0\0\x40"));
  // A field that is not nullable may be null where the whole record is.
  EXPECT_EQ(Binary(inner, R"([null, {"a": 1, "b": 0, "c": 0}])", true),
            Bytes("\0\2\2\0\0\0\0\0\0\0\0"));
}

TEST(AvroValues, ASliceIsItsRowsOnly) {
  const auto type = arrow::struct_(
      {arrow::field("a", arrow::int32()), arrow::field("b", arrow::list(arrow::utf8()))});
  const auto whole =
      FromJson(type, R"([{"a": 1, "b": ["x"]}, {"a": null, "b": ["y", null]}, null])");
  const auto list = FromJson(Floats(), "[[1], [2, 2], []]");
  const auto batch =
      Batch({arrow::field("s", type), arrow::field("l", Floats(), false)}, {whole, list});
  EXPECT_EQ(Open(EncodeAvro({batch->Slice(1, 1)})).bytes,
            Bytes("\2\0\2\4\2\2y\0\0\4\0\0\0\x40\0\0\0\x40\0"));
}

TEST(AvroValues, FloatsSideBySideKeepTheirBits) {
  const auto column = [](const std::vector<uint32_t>& bits) {
    return std::make_shared<arrow::FloatArray>(static_cast<int64_t>(bits.size()),
                                               arrow::Buffer::FromVector(bits));
  };
  // A NaN with a payload, the smallest denormal, -0.0, infinity.
  const auto batch = Batch({arrow::field("a", arrow::float32(), false),
                            arrow::field("b", arrow::float32(), false)},
                           {column({0x7fc00001, 1}), column({0x80000000, 0x7f800000})});
  EXPECT_EQ(Open(EncodeAvro({batch})).bytes,
            Bytes("\1\0\xc0\x7f\0\0\0\x80\1\0\0\0\0\0\x80\x7f"));
}

/// Rows of columns whose values have one length each, mostly: what many rows at a time
/// are written by.
BatchPtr RowsOfEqualLength(int64_t rows) {
  using arrow::field;
  const auto list = arrow::list(field("element", arrow::float32(), false));
  const auto pair = arrow::fixed_size_list(field("element", arrow::float64(), false), 2);
  arrow::FieldVector fields = {field("label", arrow::int32(), true)};
  for (int i = 0; i < 7; ++i) {
    fields.push_back(field(fmt::format("p{}", i), arrow::float32(), i == 0));
  }
  for (const auto& [name, type] : {std::pair{"key", arrow::int64()},
                                   {"list", list},
                                   {"yes", arrow::boolean()},
                                   {"large", arrow::int64()},
                                   {"d0", arrow::float64()},
                                   {"d1", arrow::float64()},
                                   {"pair", pair},
                                   {"small", arrow::int8()}}) {
    fields.push_back(field(name, type, false));
  }
  fields.push_back(field("late", arrow::int32(), true));
  std::string json;
  for (int64_t i = 0; i < rows; ++i) {
    // The length of a key changes at 8192; one column has a null.
    json += fmt::format(
        R"({}{{"label": {}, "key": {}, "list": [{}, 2], "yes": {}, "large": {}, )"
        R"("d0": {}, "d1": 0.5, "pair": [{}, -1], "small": {}, "late": {})",
        i == 0 ? "" : ",", i % 60, 8000 + i, i, i % 3 == 0, (int64_t{1} << 61) + i, i, i,
        i % 7, i == rows / 2 ? "null" : "5");
    for (int p = 0; p < 7; ++p) json += fmt::format(R"(, "p{}": {}.25)", p, i * (p + 1));
    json += "}";
  }
  const auto array = FromJson(arrow::struct_(fields), "[" + json + "]");
  return arrow::RecordBatch::FromStructArray(array).ValueOrDie();
}

TEST(AvroEncoder, ManyRowsAtATimeAreTheSameAsOneByOne) {
  const BatchPtr rows = RowsOfEqualLength(1000);
  std::vector<std::vector<int>> choices;
  std::vector<int> all;
  for (int i = 0; i < rows->num_columns(); ++i) {
    choices.push_back({i});  // alone, and before the smallest
    all.push_back(i);
    choices.push_back(all);
    const int smallest = rows->schema()->GetFieldIndex("small");
    if (i != smallest) choices.push_back({i, smallest});
  }
  for (const std::vector<int>& columns : choices) {
    const BatchPtr chosen = rows->SelectColumns(columns).ValueOrDie();
    std::vector<BatchPtr> single;
    for (int64_t i = 0; i < rows->num_rows(); ++i) single.push_back(chosen->Slice(i, 1));
    ASSERT_TRUE(Open(EncodeAvro({chosen})).bytes == Open(EncodeAvro(single)).bytes)
        << chosen->schema()->ToString();
  }
}

TEST(AvroEncoder, ANullInARequiredColumnIsRefusedByName) {
  const auto required = [](const std::shared_ptr<arrow::DataType>& type) {
    return arrow::field("element", type, false);
  };
  for (const auto& [type, json, path] :
       {std::tuple(arrow::int32(), "[1, null]", "'x'"),
        std::tuple(Floats(), "[[1, null]]", "'x.element'"),
        std::tuple(arrow::list(required(arrow::utf8())), "[[null]]", "'x.element'"),
        std::tuple(arrow::struct_({arrow::field("f", arrow::int32(), false)}),
                   R"([{"f": null}])", "'x.f'")}) {
    MemorySink sink;
    const auto batch = Batch({arrow::field("x", type, false)}, {FromJson(type, json)});
    auto encoder = Avro().MakeEncoder(batch->schema(), &sink, Stored()).ValueOrDie();
    const Status status = encoder->Write(*batch);
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << status;
    EXPECT_THAT(status.message(), HasSubstr(path));
  }
}

// -- the file --------------------------------------------------------------------------

BatchPtr Predictions(int64_t rows) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform;
  arrow::Int64Builder keys;
  arrow::ListBuilder lists(arrow::default_memory_pool(),
                           std::make_shared<arrow::FloatBuilder>(), Floats());
  auto& values = static_cast<arrow::FloatBuilder&>(*lists.value_builder());
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(keys.Append(i).ok() && lists.Append().ok());
    for (int k = 0; k < 10; ++k) EXPECT_TRUE(values.Append(uniform(random)).ok());
  }
  return Batch(
      {arrow::field("id", arrow::int64(), false), arrow::field("p", Floats(), false)},
      {keys.Finish().ValueOrDie(), lists.Finish().ValueOrDie()});
}

TEST(AvroEncoder, EveryCodecHoldsTheSameRowsInBlocksThatReadersCanSplitBy) {
  const BatchPtr batch = Predictions(30'000);
  const std::string plain = Open(EncodeAvro({batch})).bytes;
  for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
    for (const std::string& compression : Avro().compressions(profile)) {
      EncodedFile encoded;
      const Blocks blocks =
          Open(EncodeAvro({batch->Slice(0, 10'000), batch->Slice(10'000)},
                          {.profile = profile, .compression = compression}, &encoded));
      EXPECT_EQ(blocks.bytes, plain) << compression;
      EXPECT_EQ(blocks.header.codec, compression == "none" ? "null" : compression);
      // A block ends at 256 KiB, with the 32 KiB of rows at hand.
      EXPECT_GE(blocks.rows.size(), plain.size() / (288 << 10)) << compression;
      EXPECT_LE(blocks.rows.size(), plain.size() / (256 << 10) + 1) << compression;
      EXPECT_EQ(encoded.rows, 30'000);
      EXPECT_EQ(encoded.row_groups, static_cast<int64_t>(blocks.rows.size()));
    }
  }
}

TEST(AvroEncoder, TheHeaderSaysSchemaCodecAndMetadata) {
  EncoderOptions options = Stored();
  options.metadata = {{"howdah.job_id", "j"}};
  const Blocks blocks = Open(EncodeAvro({Predictions(1)}, options));
  EXPECT_EQ(blocks.header.schema,
            R"({"type":"record","name":"row","namespace":"howdah","fields":[)"
            R"({"name":"id","type":"long"},)"
            R"({"name":"p","type":{"type":"array","items":"float"}}]})");
  EXPECT_EQ(blocks.header.codec, "null");
  EXPECT_THAT(blocks.header.metadata, ElementsAre(Pair("howdah.job_id", "j")));
}

TEST(AvroEncoder, AvrosOwnMetadataKeysAreRefused) {
  MemorySink sink;
  const Status status =
      Avro()
          .MakeEncoder(Predictions(1)->schema(), &sink, {.metadata = {{"avro.x", ""}}})
          .status();
  EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput));
  EXPECT_THAT(status.message(), HasSubstr("'avro.x'"));
}

class Dice final : public Environment {
 public:
  int64_t NowMicros() override { return 0; }
  uint64_t Random64() override { return ++rolled_; }

 private:
  uint64_t rolled_ = 0;
};

TEST(AvroEncoder, TheMarkerIsRandomAndAnotherInEachFile) {
  Dice dice;
  EncoderOptions options = Stored();
  options.environment = &dice;
  const BatchPtr batch = Predictions(1);
  EXPECT_TRUE(
      EncodeAvro({batch}, options).ends_with(Bytes("\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0")));
  EXPECT_TRUE(
      EncodeAvro({batch}, options).ends_with(Bytes("\3\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0")));
  EXPECT_NE(Open(EncodeAvro({batch})).header.sync, Open(EncodeAvro({batch})).header.sync);
}

TEST(AvroEncoder, SeveralThreadsMakeTheSameBlocksInTheSameOrder) {
  const BatchPtr batch = Predictions(60'000);
  for (const Profile profile : {Profile::kLake, Profile::kCompact}) {
    for (const std::string& compression : Avro().compressions(profile)) {
      Blocks one;
      for (const int64_t threads : {1, 2, 3, 8, 100}) {
        SCOPED_TRACE(fmt::format("{} {}", compression, threads));
        EncodedFile encoded;
        const Blocks file = Open(EncodeAvro(
            {batch->Slice(0, 100), batch->Slice(100)},
            {.profile = profile, .compression = compression, .threads = threads},
            &encoded));
        if (threads == 1) one = file;
        EXPECT_TRUE(file.bytes == one.bytes);
        EXPECT_EQ(file.rows, one.rows);
        EXPECT_EQ(encoded.rows, 60'000);
        EXPECT_EQ(encoded.row_groups, static_cast<int64_t>(file.rows.size()));
      }
    }
  }
}

TEST(AvroEncoder, AFileMayBeGivenUpWhileThreadsCompressIt) {
  const BatchPtr batch = Predictions(20'000);
  MemorySink sink;
  auto encoder =
      Avro()
          .MakeEncoder(batch->schema(), &sink, {.compression = "deflate", .threads = 4})
          .ValueOrDie();
  EXPECT_TRUE(encoder->Write(*batch).ok());
  encoder.reset();
  EXPECT_FALSE(sink.bytes.empty());
}

TEST(AvroEncoder, AFileWithoutRowsHasTheSchemaAndNoBlock) {
  const Blocks blocks = Open(EncodeAvro({Predictions(0)}));
  EXPECT_TRUE(blocks.rows.empty());
  EXPECT_THAT(blocks.header.schema, HasSubstr("\"id\""));
}

TEST(AvroEncoder, ARowMayBeLargerThanABlock) {
  const std::string large(3 << 20, 'x');
  arrow::StringBuilder builder;
  for (const std::string_view text :
       {std::string_view("a"), std::string_view(large), std::string_view("b")}) {
    ASSERT_TRUE(builder.Append(text).ok());
  }
  const auto batch =
      Batch({arrow::field("t", arrow::utf8(), false)}, {builder.Finish().ValueOrDie()});
  for (const char* compression : {"none", "snappy", "deflate"}) {
    const Blocks blocks = Open(EncodeAvro({batch}, {.compression = compression}));
    // 3 Mi is 0x300000; twice that in groups of seven bits: 00 00 80 03.
    EXPECT_EQ(blocks.bytes, "\2a" + Bytes("\x80\x80\x80\x03") + large + "\2b");
  }
}

TEST(AvroEncoder, NullsAreCountedForEachColumn) {
  EncodedFile encoded;
  const auto batch =
      Batch({arrow::field("a", arrow::int32()), arrow::field("b", arrow::utf8())},
            {FromJson(arrow::int32(), "[null, 1, null]"),
             FromJson(arrow::utf8(), R"(["", null, "x"])")});
  EncodeAvro({batch, batch}, Stored(), &encoded);
  ASSERT_EQ(encoded.columns.size(), 2U);
  EXPECT_EQ(encoded.columns[0].name, "a");
  EXPECT_EQ(encoded.columns[0].null_count, 4);
  EXPECT_EQ(encoded.columns[1].null_count, 2);
}

TEST(AvroEncoder, ErrorsOfTheSinkAreItsOwn) {
  const BatchPtr batch = Predictions(20'000);
  for (const int64_t threads : {1, 2}) {
    for (const int64_t limit : {0, 100, 400, 300'000, 700'000}) {
      MemorySink sink;
      sink.limit = limit;
      auto encoder = Avro().MakeEncoder(batch->schema(), &sink, {.threads = threads});
      Status status = encoder.status();
      if (status.ok()) status = (*encoder)->Write(*batch);
      if (status.ok()) status = (*encoder)->Close().status();
      EXPECT_TRUE(Is(status, ErrorKind::kResourceExhausted)) << limit << status;
      EXPECT_EQ(status.message(), "the disk is full");
    }
  }
}

TEST(AvroEncoder, TheEstimateIsWhatTheFileComesTo) {
  MemorySink sink;
  const BatchPtr batch = Predictions(100'000);
  auto encoder =
      Avro().MakeEncoder(batch->schema(), &sink, {.compression = "deflate"}).ValueOrDie();
  ASSERT_TRUE(encoder->Write(*batch).ok());
  const int64_t estimate = encoder->EstimatedBytes();
  EXPECT_LT(encoder->BufferedBytes(), 4 << 20);
  ASSERT_TRUE(encoder->Close().ok());
  EXPECT_NEAR(static_cast<double>(estimate), static_cast<double>(sink.bytes.size()),
              static_cast<double>(sink.bytes.size()) / 50);
}

// -- read back -------------------------------------------------------------------------

TEST(AvroReadBack, AFileIsWhatItsEncoderSaidAndStoredSchemaPromised) {
  const auto fields = arrow::schema(
      {arrow::field("a", arrow::int8()), arrow::field("b", arrow::large_utf8(), false),
       arrow::field("c", arrow::timestamp(arrow::TimeUnit::MICRO, "Asia/Tokyo"))});
  EncoderOptions options{.compression = "snappy"};
  options.metadata = {{"k", "v"}};
  EncodedFile encoded;
  MemorySource file(EncodeAvro(
      {Batch(fields->fields(), {FromJson(fields->field(0)->type(), "[1, null]"),
                                FromJson(fields->field(1)->type(), R"(["x", ""])"),
                                FromJson(fields->field(2)->type(), "[null, 5]")})},
      options, &encoded));
  const auto account = Avro().ReadBack(file, options);
  ASSERT_TRUE(account.ok()) << account.status();
  EXPECT_EQ(account->rows, 2);
  EXPECT_EQ(account->row_groups, encoded.row_groups);
  EXPECT_TRUE(
      account->schema->Equals(*Avro().StoredSchema(fields, options).ValueOrDie()));
  EXPECT_THAT(account->metadata, ElementsAre(Pair("k", "v")));
}

TEST(AvroReadBack, EveryTruncationInsideABlockIsFound) {
  const std::string whole = EncodeAvro({Predictions(20'000)});
  MemorySource file(whole);
  const ContainerHeader header = ReadContainerHeader(file).ValueOrDie();
  std::vector<size_t> ends{static_cast<size_t>(header.bytes)};
  BlockWalk walk(file, header);
  for (BlockPlace place; walk.Next(&place).ValueOrDie();) {
    ends.push_back(static_cast<size_t>(place.offset + place.bytes) + sizeof(SyncMarker));
  }
  for (size_t bytes = 0; bytes < whole.size(); bytes += bytes < 1000 ? 1 : 997) {
    if (std::find(ends.begin(), ends.end(), bytes) != ends.end()) continue;
    MemorySource cut(whole.substr(0, bytes));
    EXPECT_TRUE(Is(Avro().ReadBack(cut, {}).status(), ErrorKind::kCorruption)) << bytes;
  }
}

}  // namespace
}  // namespace howdah
