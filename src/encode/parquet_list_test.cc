// Columns of lists, whose pages are made here, as Arrow's reader finds them. It checks
// the checksum of each page.
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <gmock/gmock.h>
#include <parquet/column_reader.h>

#include <random>

#include "encode/encode_test_files.h"
#include "encode/parquet_levels.h"

namespace howdah {
namespace {

using arrow::field;

std::shared_ptr<arrow::Field> Required(const std::shared_ptr<arrow::DataType>& element) {
  return field("x", arrow::list(field("element", element, false)), false);
}

/// Lists of `lengths`, of `type`; all bits by chance, or the same few.
std::shared_ptr<arrow::RecordBatch> Lists(const std::vector<int32_t>& lengths,
                                          const std::shared_ptr<arrow::DataType>& type,
                                          bool repetitive = false, uint32_t seed = 1) {
  std::vector<int32_t> offsets = {0};
  for (const int32_t length : lengths) offsets.push_back(offsets.back() + length);
  const int64_t bytes = int64_t{offsets.back()} * type->byte_width();
  auto values = arrow::AllocateBuffer(bytes).ValueOrDie();
  std::mt19937 random(seed);
  for (int64_t i = 0; i < bytes; ++i) {
    values->mutable_data()[i] = static_cast<uint8_t>(repetitive ? i % 4 : random());
  }
  const auto count = static_cast<int64_t>(lengths.size());
  const auto elements = arrow::ArrayData::Make(
      type, offsets.back(), {nullptr, std::shared_ptr<arrow::Buffer>(std::move(values))});
  const auto list_field = Required(type);
  const auto lists = arrow::ArrayData::Make(
      list_field->type(), count, {nullptr, arrow::Buffer::FromVector(std::move(offsets))},
      {elements}, 0);
  return Batch({list_field}, {arrow::MakeArray(lists)});
}

/// Equal bit for bit, which NaNs are not for Equals.
void ExpectSameBits(const arrow::RecordBatch& expected, const arrow::Table& got) {
  ASSERT_TRUE(got.ValidateFull().ok()) << got.ValidateFull();
  ASSERT_EQ(got.num_rows(), expected.num_rows());
  const auto whole = got.CombineChunksToBatch().ValueOrDie();
  const auto& want = static_cast<const arrow::ListArray&>(*expected.column(0));
  const auto& have = static_cast<const arrow::ListArray&>(*whole->column(0));
  const auto width = static_cast<size_t>(want.values()->type()->byte_width());
  for (int64_t i = 0; i < want.length(); ++i) {
    ASSERT_EQ(have.value_length(i), want.value_length(i)) << "row " << i;
    const auto bytes = [&](const arrow::ListArray& lists) {
      const arrow::ArrayData& data = *lists.values()->data();
      const auto begin = static_cast<size_t>(data.offset + lists.value_offset(i));
      return std::string_view(
          reinterpret_cast<const char*>(data.buffers[1]->data()) + begin * width,
          static_cast<size_t>(lists.value_length(i)) * width);
    };
    ASSERT_EQ(bytes(have), bytes(want)) << "row " << i;
  }
}

std::vector<int32_t> Equal(size_t lists, int32_t length) {
  return std::vector<int32_t>(lists, length);
}

std::vector<int32_t> ByChance(size_t lists, int32_t longest, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int32_t> length(0, longest);
  std::vector<int32_t> lengths;
  for (size_t i = 0; i < lists; ++i) lengths.push_back(length(random));
  return lengths;
}

struct ListsCase {
  const char* name;
  std::vector<int32_t> lengths;
};

class ParquetLists : public testing::TestWithParam<ListsCase> {};

TEST_P(ParquetLists, ComeBackBitForBitWithEveryCompressionAndType) {
  const auto types = {arrow::float32(), arrow::float64(), arrow::int32(), arrow::int64()};
  for (const std::string& compression :
       FindFormat("parquet")->compressions(Profile::kLake)) {
    for (const auto& type : types) {
      for (const bool repetitive : {false, true}) {
        SCOPED_TRACE(fmt::format("{} {} {}", compression, type->ToString(), repetitive));
        const auto batch = Lists(GetParam().lengths, type, repetitive);
        ExpectSameBits(*batch, *Decode(Encode({batch}, {.compression = compression})));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Lengths, ParquetLists,
    testing::Values(
        ListsCase{"One", {1}}, ListsCase{"OneEmpty", {0}},
        ListsCase{"AllEmpty", Equal(300, 0)}, ListsCase{"OfOne", Equal(1000, 1)},
        ListsCase{"OfSeven", Equal(99, 7)}, ListsCase{"OfEight", Equal(99, 8)},
        ListsCase{"OfTen", Equal(5000, 10)}, ListsCase{"OfForty", Equal(100, 40)},
        ListsCase{"OfFortyOne", Equal(100, 41)}, ListsCase{"Of512", Equal(700, 512)},
        ListsCase{"LastDiffers", {3, 3, 3, 4}}, ListsCase{"FirstIsEmpty", {0, 3, 3}},
        ListsCase{"LastIsEmpty", {3, 3, 0}}, ListsCase{"ByChance", ByChance(3000, 9, 5)},
        ListsCase{"LargerThanAPage", {1, 300'000, 2, 600'000, 0}}),
    [](const auto& test) { return test.param.name; });

TEST(ParquetLists, ManyEmptyListsAreManyPages) {
  const auto batch = Lists(Equal(3'000'000, 0), arrow::float32());
  const std::string bytes = Encode({batch});
  const auto pages = OpenRaw(bytes)->RowGroup(0)->GetColumnPageReader(0);
  int count = 0;
  while (const auto page = pages->NextPage()) ++count;
  EXPECT_EQ(count, 3);
  EXPECT_EQ(Decode(bytes)->num_rows(), 3'000'000);
}

TEST(ParquetLists, PagesDoNotDependOnHowTheRowsCame) {
  const auto batch = Lists(ByChance(90'000, 20, 3), arrow::float32());
  std::vector<std::shared_ptr<arrow::RecordBatch>> pieces;
  for (int64_t row = 0, rows = 1; row < batch->num_rows(); row += rows, rows += 37) {
    pieces.push_back(batch->Slice(row, rows));
  }
  EXPECT_EQ(Encode(pieces), Encode({batch}));
}

TEST(ParquetLists, PagesThatBeginToCompressAreCompressed) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (const bool repetitive : {false, true, false, true}) {
    batches.push_back(Lists(Equal(80'000, 100), arrow::float32(), repetitive));
  }
  const std::string bytes = Encode(batches);
  const int64_t plain = 80'000 * 400;
  EXPECT_LT(bytes.size(), 4 * plain * 0.8);
  const auto read = Decode(bytes)->CombineChunksToBatch().ValueOrDie();
  for (int64_t i = 0; i < 4; ++i) {
    const auto part = arrow::Table::FromRecordBatches({read->Slice(i * 80'000, 80'000)});
    ExpectSameBits(*batches[static_cast<size_t>(i)], **part);
  }
}

TEST(ParquetLists, WhatSnappyCannotCompressCostsNextToNothing) {
  const auto batch = Lists(Equal(100'000, 100), arrow::float32());
  EXPECT_LT(Encode({batch}).size(), 100'000 * 400 * 1.001);
}

TEST(ParquetLists, StandBetweenColumnsThatArrowWrites) {
  const auto lists = Lists(Equal(3, 2), arrow::float64());
  const auto nested = arrow::struct_(
      {field("a", arrow::int64()), field("b", arrow::list(arrow::utf8()))});
  const auto batch = Batch(
      {field("id", arrow::int64(), false), lists->schema()->field(0), field("s", nested),
       field("y", lists->schema()->field(0)->type(), false),
       field("f", arrow::float32())},
      {FromJson(arrow::int64(), "[1, 2, 3]"), lists->column(0),
       FromJson(nested, R"([{"a": 1, "b": ["p", null]}, null, {"a": null, "b": []}])"),
       lists->column(0), FromJson(arrow::float32(), "[null, 0.5, 1]")});
  EncodedFile encoded;
  const auto read = Decode(Encode({batch}, {.key_columns = {"id"}}, &encoded));
  ASSERT_TRUE(read->ValidateFull().ok());
  EXPECT_EQ(encoded.rows, 3);
  for (int i = 0; i < batch->num_columns(); ++i) {
    EXPECT_TRUE(read->column(i)->chunk(0)->Equals(batch->column(i))) << i;
  }
}

TEST(ParquetLists, HaveAsManyRowsInEachRowGroupAsOtherColumns) {
  const auto lists = Lists(ByChance(60'000, 30, 9), arrow::float32());
  arrow::Int64Builder ids;
  for (int64_t i = 0; i < lists->num_rows(); ++i) ASSERT_TRUE(ids.Append(i).ok());
  const auto batch =
      Batch({field("id", arrow::int64(), false), lists->schema()->field(0)},
            {ids.Finish().ValueOrDie(), lists->column(0)});
  const std::string bytes = Encode({batch}, {.row_group_bytes = 1 << 20});
  const auto file = OpenRaw(bytes);
  EXPECT_GT(file->metadata()->num_row_groups(), 3);
  const auto read = Decode(bytes);
  EXPECT_EQ(read->num_rows(), 60'000);
  ExpectSameBits(*lists, *read->SelectColumns({1}).ValueOrDie());
}

TEST(ParquetLists, ANullInRequiredListsIsRefused) {
  const auto list_field = Required(arrow::float32());
  MemorySink sink;
  for (const char* json : {"[[1], null]", "[[1, null]]"}) {
    const auto lists = FromJson(arrow::list(arrow::float32()), json);
    auto data = lists->data()->Copy();
    data->type = list_field->type();
    auto encoder = FindFormat("parquet")
                       ->MakeEncoder(arrow::schema({list_field}), &sink, {})
                       .ValueOrDie();
    const auto status = encoder->Write(*Batch({list_field}, {arrow::MakeArray(data)}));
    EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << status;
  }
}

/// The repetition and definition levels in `bytes`, by Arrow's decoder.
std::vector<std::vector<int16_t>> DecodeLevels(const std::string& bytes, int count) {
  std::vector<std::vector<int16_t>> levels;
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  auto left = static_cast<int32_t>(bytes.size());
  for (int i = 0; i < 2; ++i) {
    parquet::LevelDecoder decoder;
    const int used = decoder.SetData(parquet::Encoding::RLE, 1, count, data, left);
    std::vector<int16_t> decoded(static_cast<size_t>(count) + 1);
    decoded.resize(static_cast<size_t>(decoder.Decode(count + 1, decoded.data())));
    levels.push_back(std::move(decoded));
    data += used;
    left -= used;
  }
  EXPECT_EQ(left, 0);
  return levels;
}

TEST(ListLevels, AreThoseOfTheFormat) {
  using Levels = std::vector<int16_t>;
  const std::vector<int32_t> lengths = {2, 0, 1, 3};
  EXPECT_THAT(
      DecodeLevels(ListLevels(lengths), 7),
      testing::ElementsAre(Levels{0, 1, 0, 0, 0, 1, 1}, Levels{1, 1, 0, 1, 1, 1, 1}));
}

TEST(ListLevels, OfEqualListsAreTheSameByEitherWay) {
  for (const int32_t length : {1, 2, 7, 8, 9, 39, 40, 41, 48, 49, 1000}) {
    for (const int64_t lists : {1, 2, 9}) {
      const int count = static_cast<int>(lists) * length;
      EXPECT_EQ(
          DecodeLevels(EqualListLevels(lists, length), count),
          DecodeLevels(ListLevels(Equal(static_cast<size_t>(lists), length)), count))
          << lists << " of " << length;
    }
  }
}

}  // namespace
}  // namespace howdah
