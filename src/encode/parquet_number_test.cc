// Columns of floating point, whose pages are made here, as Arrow's reader finds them. It
// checks the checksum of each page.
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <parquet/arrow/writer.h>
#include <parquet/statistics.h>

#include <bit>
#include <limits>
#include <random>

#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using arrow::field;

template <typename Type>
std::shared_ptr<arrow::RecordBatch> Column(
    const std::vector<typename Type::c_type>& values) {
  arrow::NumericBuilder<Type> builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  const auto array = builder.Finish().ValueOrDie();
  return Batch({field("x", array->type(), false)}, {array});
}

/// Values of all bits by chance: NaN with payloads, infinities, denormals among them.
std::shared_ptr<arrow::RecordBatch> AnyBits(size_t rows) {
  std::mt19937 random(static_cast<uint32_t>(rows));
  std::vector<float> values(rows);
  for (float& value : values)
    value = std::bit_cast<float>(static_cast<uint32_t>(random()));
  return Column<arrow::FloatType>(values);
}

std::string_view BytesOf(const arrow::Array& array) {
  const auto width = static_cast<size_t>(array.type()->byte_width());
  return {reinterpret_cast<const char*>(array.data()->buffers[1]->data()) +
              static_cast<size_t>(array.offset()) * width,
          static_cast<size_t>(array.length()) * width};
}

struct Range {
  bool operator==(const Range&) const = default;
  bool there = false;
  std::string min, max;
  int64_t nulls = -1;
};

/// What the only column chunk of a file says of its values.
Range RangeIn(const std::string& bytes) {
  const auto file = OpenRaw(bytes);
  const auto group = file->metadata()->RowGroup(0);
  const auto chunk = group->ColumnChunk(0);
  const auto statistics = chunk->statistics();
  if (statistics == nullptr) return {};
  return {.there = statistics->HasMinMax(),
          .min = statistics->EncodeMin(),
          .max = statistics->EncodeMax(),
          .nulls = statistics->null_count()};
}

std::string WrittenByArrow(const arrow::RecordBatch& batch) {
  auto sink = arrow::io::BufferOutputStream::Create().ValueOrDie();
  const auto table = arrow::Table::Make(batch.schema(), batch.columns());
  EXPECT_TRUE(
      parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), sink).ok());
  return sink->Finish().ValueOrDie()->ToString();
}

TEST(ParquetNumbers, ComeBackBitForBitWithEveryCompression) {
  for (const std::string& compression :
       FindFormat("parquet")->compressions(Profile::kLake)) {
    // Pages have 2^18 floats.
    for (const size_t rows : {1, 7, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 600'000}) {
      SCOPED_TRACE(fmt::format("{} {}", compression, rows));
      const auto batch = AnyBits(rows);
      const auto read = Decode(Encode({batch}, {.compression = compression}))
                            ->CombineChunksToBatch()
                            .ValueOrDie();
      EXPECT_TRUE(BytesOf(*read->column(0)) == BytesOf(*batch->column(0)));
    }
  }
}

TEST(ParquetNumbers, PagesDoNotDependOnHowTheRowsCame) {
  const auto batch = AnyBits(700'000);
  std::vector<std::shared_ptr<arrow::RecordBatch>> pieces;
  for (int64_t row = 0, rows = 1; row < batch->num_rows(); row += rows, rows += 999) {
    pieces.push_back(batch->Slice(row, rows));
  }
  EXPECT_EQ(Encode(pieces), Encode({batch}));
}

TEST(ParquetNumbers, HaveTheStatisticsThatArrowGivesThem) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<std::vector<float>> columns = {
      {1},
      {3, -2, 7, 0.5F, 9, -8, 1, 2, 3, 4, 5, -9, 11},
      {kNan, 4, kNan, -1},
      {kNan, kNan},
      {kInfinity, kInfinity},
      {-kInfinity, kNan},
      {0.0F, 0.0F},
      {-0.0F},
      {-0.0F, 5},
      {-5, 0.0F},
      {std::numeric_limits<float>::denorm_min(), 1e-40F}};
  for (const std::vector<float>& column : columns) {
    SCOPED_TRACE(testing::PrintToString(column));
    const auto batch = Column<arrow::FloatType>(column);
    EXPECT_EQ(RangeIn(Encode({batch})), RangeIn(WrittenByArrow(*batch)));
  }
}

TEST(ParquetNumbers, OfEachRowGroupHaveStatisticsOfTheirOwn) {
  std::vector<double> values(400'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  const std::string bytes = Encode({Column<arrow::DoubleType>(values)},
                                   {.compression = "none", .row_group_bytes = 1 << 20});
  const auto file = OpenRaw(bytes);
  ASSERT_GT(file->metadata()->num_row_groups(), 2);
  double first = 0;
  for (int i = 0; i < file->metadata()->num_row_groups(); ++i) {
    const auto group = file->metadata()->RowGroup(i);
    const auto chunk = group->ColumnChunk(0);
    const auto statistics =
        std::static_pointer_cast<parquet::DoubleStatistics>(chunk->statistics());
    EXPECT_EQ(statistics->min(), first);
    first += static_cast<double>(group->num_rows());
    EXPECT_EQ(statistics->max(), first - 1);
  }
}

TEST(ParquetNumbers, ManyColumnsDoNotHoldManyLargePages) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (int i = 0; i < 1000; ++i) {
    fields.push_back(field(fmt::format("x{}", i), arrow::float32(), false));
    arrays.push_back(FromJson(arrow::float32(), "[1.5]"));
  }
  MemorySink sink;
  auto encoder =
      FindFormat("parquet")->MakeEncoder(arrow::schema(fields), &sink, {}).ValueOrDie();
  ASSERT_TRUE(encoder->Write(*Batch(fields, arrays)).ok());
  EXPECT_LT(encoder->BufferedBytes(), int64_t{100} << 20);
  ASSERT_TRUE(encoder->Close().ok());
  EXPECT_EQ(Decode(sink.bytes)->num_columns(), 1000);
}

TEST(ParquetNumbers, ANullInARequiredColumnIsRefused) {
  const auto required = field("x", arrow::float32(), false);
  MemorySink sink;
  auto encoder = FindFormat("parquet")
                     ->MakeEncoder(arrow::schema({required}), &sink, {})
                     .ValueOrDie();
  const auto status =
      encoder->Write(*Batch({required}, {FromJson(arrow::float32(), "[1, null]")}));
  EXPECT_TRUE(Is(status, ErrorKind::kInvalidInput)) << status;
}

}  // namespace
}  // namespace howdah
