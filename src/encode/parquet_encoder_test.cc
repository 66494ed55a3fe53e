// What a written file says of itself to a reader that is not ours.
#include <arrow/type.h>
#include <arrow/util/config.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <parquet/column_page.h>
#include <parquet/column_reader.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <random>

#include "base/version.h"
#include "encode/encode_test_files.h"

namespace howdah {
namespace {

using arrow::field;
using testing::ElementsAre;
using testing::HasSubstr;

arrow::FieldVector PredictionFields() {
  return {field("id", arrow::int64(), false),
          field("name", arrow::utf8()),
          field("kept_list", arrow::list(arrow::utf8())),
          field("score", arrow::float32(), false),
          field("probs", arrow::list(field("element", arrow::float32(), false)), false),
          field("label", arrow::utf8(), false)};
}
const std::vector<std::string> kKeys = {"id", "name", "kept_list"};
// The leaves of PredictionFields, in file order.
enum Leaf { kId, kName, kKeptList, kScore, kProbs, kLabel };

std::shared_ptr<arrow::RecordBatch> Predictions() {
  const auto fields = PredictionFields();
  return Batch(fields, {FromJson(fields[0]->type(), "[7, 8, 9]"),
                        FromJson(fields[1]->type(), R"(["a", null, "b"])"),
                        FromJson(fields[2]->type(), R"([["x"], null, [null]])"),
                        FromJson(fields[3]->type(), "[0.5, 0.25, 1]"),
                        FromJson(fields[4]->type(), "[[0.5, 0.5], [1, 0], [0, 1]]"),
                        FromJson(fields[5]->type(), R"(["p", "q", "p"])")});
}

/// `rows` rows of an int64 and a float32[10] in a list, of which no two are alike.
std::shared_ptr<arrow::RecordBatch> Noise(int64_t rows, uint32_t seed = 1) {
  std::mt19937 random(seed);
  arrow::Int64Builder ids;
  arrow::ListBuilder lists(arrow::default_memory_pool(),
                           std::make_shared<arrow::FloatBuilder>());
  auto& values = static_cast<arrow::FloatBuilder&>(*lists.value_builder());
  for (int64_t i = 0; i < rows; ++i) {
    EXPECT_TRUE(ids.Append(i).ok());
    EXPECT_TRUE(lists.Append().ok());
    for (int k = 0; k < 10; ++k) {
      EXPECT_TRUE(values.Append(static_cast<float>(random()) * 0x1p-32f).ok());
    }
  }
  return Batch({field("id", arrow::int64()), field("probs", lists.type())},
               {ids.Finish().ValueOrDie(), lists.Finish().ValueOrDie()});
}

std::unique_ptr<parquet::ColumnChunkMetaData> Chunk(
    const parquet::ParquetFileReader& file, int leaf) {
  return file.metadata()->RowGroup(0)->ColumnChunk(leaf);
}

TEST(ParquetEncoder, FloatsAndListElementsArePlainAndTheRestMayHaveADictionary) {
  const auto file = OpenRaw(Encode({Predictions()}, {.key_columns = kKeys}));
  for (const int leaf : {kKeptList, kScore, kProbs}) {
    EXPECT_FALSE(Chunk(*file, leaf)->has_dictionary_page()) << leaf;
    const auto chunk = Chunk(*file, leaf);
    EXPECT_FALSE(chunk->encoding_stats().empty()) << leaf;
    for (const auto& page : chunk->encoding_stats()) {
      EXPECT_EQ(page.encoding, parquet::Encoding::PLAIN) << leaf;
    }
  }
  for (const int leaf : {kName, kLabel}) {
    EXPECT_TRUE(Chunk(*file, leaf)->has_dictionary_page()) << leaf;
  }
}

TEST(ParquetEncoder, WholeNumbersHaveADictionaryIfTheFirstOnesRepeat) {
  const auto encode = [](const char* json) {
    return OpenRaw(
        Encode({Batch({field("n", arrow::int64())}, {FromJson(arrow::int64(), json)})}));
  };
  EXPECT_TRUE(Chunk(*encode("[1, 2, 1, 2, 1, 2]"), 0)->has_dictionary_page());
  EXPECT_TRUE(Chunk(*encode("[null, null, 1, 1]"), 0)->has_dictionary_page());
  EXPECT_FALSE(Chunk(*encode("[1, 2, 3, 4]"), 0)->has_dictionary_page());
}

TEST(ParquetEncoder, IntegersThatCeaseToRepeatFallBackToPlain) {
  arrow::Int64Builder same;
  for (int i = 0; i < 8192; ++i) EXPECT_TRUE(same.Append(7).ok());
  const auto noise = Noise(200000);
  const auto first = noise->Slice(0, 8192)->SetColumn(0, noise->schema()->field(0),
                                                      same.Finish().ValueOrDie());
  const auto file = OpenRaw(Encode({*first, noise}));
  bool plain = false;
  const auto chunk = Chunk(*file, 0);
  for (const auto& page : chunk->encoding_stats()) {
    plain |= page.page_type == parquet::PageType::DATA_PAGE &&
             page.encoding == parquet::Encoding::PLAIN;
  }
  EXPECT_TRUE(plain);
}

TEST(ParquetEncoder, DataPagesAreOfVersion1) {
  const auto file = OpenRaw(Encode({Predictions()}));
  for (int leaf = kId; leaf <= kLabel; ++leaf) {
    auto pages = file->RowGroup(0)->GetColumnPageReader(leaf);
    int data_pages = 0;
    while (auto page = pages->NextPage()) {
      if (page->type() == parquet::PageType::DICTIONARY_PAGE) continue;
      EXPECT_EQ(page->type(), parquet::PageType::DATA_PAGE) << leaf;
      ++data_pages;
    }
    EXPECT_EQ(data_pages, 1) << leaf;
  }
}

TEST(ParquetEncoder, EveryPageHasAChecksum) {
  std::string bytes = Encode({Noise(100)}, {.compression = "none"});
  const auto table = Decode(bytes);
  const auto& list = static_cast<const arrow::ListArray&>(*table->column(1)->chunk(0));
  const float value = static_cast<const arrow::FloatArray&>(*list.values()).Value(500);
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&value), 4));
  ASSERT_NE(at, std::string::npos);
  bytes[at] ^= 1;
  auto reader =
      parquet::arrow::FileReader::Make(arrow::default_memory_pool(), OpenRaw(bytes, true))
          .ValueOrDie();
  const Status read = reader->ReadTable().status();
  EXPECT_THAT(read.message(), HasSubstr("CRC"));
}

TEST(ParquetEncoder, KeysOutsideListsHaveAPageIndexAndNothingElseHas) {
  const auto file = OpenRaw(Encode({Predictions()}, {.key_columns = kKeys}));
  for (int leaf = kId; leaf <= kLabel; ++leaf) {
    const bool expected = leaf == kId || leaf == kName;
    EXPECT_EQ(Chunk(*file, leaf)->GetColumnIndexLocation().has_value(), expected) << leaf;
    EXPECT_EQ(Chunk(*file, leaf)->GetOffsetIndexLocation().has_value(), expected) << leaf;
  }
}

TEST(ParquetEncoder, StatisticsAreThereForWhatLiesOutsideLists) {
  const auto file = OpenRaw(Encode({Predictions()}, {.key_columns = kKeys}));
  for (int leaf = kId; leaf <= kLabel; ++leaf) {
    const bool expected = leaf != kKeptList && leaf != kProbs;
    EXPECT_EQ(Chunk(*file, leaf)->is_stats_set(), expected) << leaf;
  }
  const auto ids =
      std::static_pointer_cast<parquet::Int64Statistics>(Chunk(*file, kId)->statistics());
  EXPECT_EQ(ids->min(), 7);
  EXPECT_EQ(ids->max(), 9);
  EXPECT_EQ(Chunk(*file, kName)->statistics()->null_count(), 1);
}

TEST(ParquetEncoder, SizeStatisticsCountLevelsAndBytesOfText) {
  const auto file = OpenRaw(Encode({Predictions()}));
  using Counts = std::vector<int64_t>;
  const auto names = Chunk(*file, kName)->size_statistics();  // one of three is null
  EXPECT_EQ(names->definition_level_histogram, (Counts{1, 2}));
  EXPECT_EQ(names->unencoded_byte_array_data_bytes, 2);
  const auto probs = Chunk(*file, kProbs)->size_statistics();  // three lists of two
  EXPECT_EQ(probs->definition_level_histogram, (Counts{0, 6}));
  EXPECT_EQ(probs->repetition_level_histogram, (Counts{3, 3}));
}

TEST(ParquetEncoder, AListIsThreeLevelsWithElementAsItsName) {
  const auto file = OpenRaw(Encode({Predictions()}));
  const auto& schema = *file->metadata()->schema();
  EXPECT_EQ(schema.Column(kProbs)->path()->ToDotString(), "probs.list.element");
  // Required list of required elements: only the repeated level counts.
  EXPECT_EQ(schema.Column(kProbs)->max_definition_level(), 1);
  EXPECT_EQ(schema.Column(kProbs)->max_repetition_level(), 1);
  EXPECT_EQ(schema.Column(kKeptList)->max_definition_level(), 3);
  EXPECT_EQ(schema.Column(kId)->max_definition_level(), 0);
  EXPECT_TRUE(schema.group_node()->field(4)->logical_type()->is_list());
}

TEST(ParquetEncoder, TimestampsKeepTheirUnitAndSayWhetherTheyAreUtc) {
  const auto utc = arrow::timestamp(arrow::TimeUnit::MICRO, "UTC");
  const auto naive = arrow::timestamp(arrow::TimeUnit::MICRO);
  const auto file =
      OpenRaw(Encode({Batch({field("utc", utc), field("naive", naive)},
                            {FromJson(utc, "[1]"), FromJson(naive, "[1]")})}));
  for (int leaf = 0; leaf < 2; ++leaf) {
    const auto& column = *file->metadata()->schema()->Column(leaf);
    EXPECT_EQ(column.physical_type(), parquet::Type::INT64);
    const auto& logical =
        static_cast<const parquet::TimestampLogicalType&>(*column.logical_type());
    EXPECT_EQ(logical.time_unit(), parquet::LogicalType::TimeUnit::MICROS);
    EXPECT_EQ(logical.is_adjusted_to_utc(), leaf == 0);
  }
}

TEST(ParquetEncoder, EveryCompressionIsWrittenAndReadBack) {
  const std::vector<std::pair<std::string, parquet::Compression::type>> codecs = {
      {"none", parquet::Compression::UNCOMPRESSED},
      {"snappy", parquet::Compression::SNAPPY},
      {"gzip", parquet::Compression::GZIP},
      {"zstd", parquet::Compression::ZSTD},
      {"lz4", parquet::Compression::LZ4}};
  ASSERT_EQ(codecs.size(), FindFormat("parquet")->compressions(Profile::kLake).size());
  const auto batch = Noise(1000);
  for (const auto& [name, codec] : codecs) {
    const std::string bytes = Encode({batch}, {.compression = name});
    EXPECT_EQ(Chunk(*OpenRaw(bytes), 1)->compression(), codec) << name;
    EXPECT_TRUE(Decode(bytes)->column(1)->Equals(arrow::ChunkedArray(batch->column(1))))
        << name;
  }
  // arrow::Compression::LZ4 is Parquet's LZ4_RAW: CompressionCodec 7 in parquet.thrift,
  // the i32 field 4 of ColumnMetaData, behind the list that is path_in_schema.
  const std::string lz4 = Encode({batch}, {.compression = "lz4"});
  EXPECT_NE(lz4.rfind("element\x15\x0e"), std::string::npos);
}

TEST(ParquetEncoder, CreatedByIsWhatParquetJavaCanParse) {
  const auto file = OpenRaw(Encode({Predictions()}));
  EXPECT_EQ(file->metadata()->created_by(),
            fmt::format("howdah version {} (build parquet-cpp-arrow version {})",
                        kVersion, ARROW_VERSION_STRING));
  EXPECT_EQ(file->metadata()->writer_version().application_, "howdah");
}

TEST(ParquetEncoder, MetadataOfTheFileAndOfFieldsIsKept) {
  const auto fields =
      arrow::FieldVector{field("probs", arrow::list(arrow::float32()), false,
                               arrow::key_value_metadata({{"tensor.shape", "2,3"}}))};
  const auto batch = Batch(fields, {FromJson(fields[0]->type(), "[[1]]")});
  const std::string bytes = Encode({batch}, {.metadata = {{"howdah.job", "churn"}}});
  EXPECT_EQ(
      OpenRaw(bytes)->metadata()->key_value_metadata()->Get("howdah.job").ValueOrDie(),
      "churn");
  EXPECT_EQ(
      Decode(bytes)->schema()->field(0)->metadata()->Get("tensor.shape").ValueOrDie(),
      "2,3");
}

template <typename Float, typename Bits>
void ExpectBitsSurvive(const std::shared_ptr<arrow::DataType>& type,
                       const std::vector<Bits>& bits) {
  const auto buffer = arrow::Buffer::FromVector(bits);
  const auto array = arrow::MakeArray(
      arrow::ArrayData::Make(type, static_cast<int64_t>(bits.size()), {nullptr, buffer}));
  const auto offsets = FromJson(arrow::int32(), fmt::format("[0, {}]", bits.size()));
  const auto list = arrow::ListArray::FromArrays(*offsets, *array).ValueOrDie();
  for (const std::string& compression :
       FindFormat("parquet")->compressions(Profile::kLake)) {
    const auto scalars = Decode(
        Encode({Batch({field("x", type)}, {array})}, {.compression = compression}));
    const auto lists = Decode(Encode({Batch({field("x", list->type())}, {list})},
                                     {.compression = compression}));
    const auto& values =
        *static_cast<const arrow::ListArray&>(*lists->column(0)->chunk(0)).values();
    for (size_t i = 0; i < bits.size(); ++i) {
      EXPECT_EQ(scalars->column(0)->chunk(0)->data()->template GetValues<Bits>(1)[i],
                bits[i]);
      EXPECT_EQ(values.data()->GetValues<Bits>(1)[i], bits[i]);
    }
  }
}

TEST(ParquetEncoder, EveryBitOfAFloatSurvives) {
  // Quiet and signalling NaNs with payloads, both zeros, denormals, infinities, the
  // extremes.
  ExpectBitsSurvive<float, uint32_t>(
      arrow::float32(),
      {0x7fc00000, 0xffc12345, 0x7f800001, 0xff800001, 0x00000000, 0x80000000, 0x00000001,
       0x807fffff, 0x7f800000, 0xff800000, 0x7f7fffff, 0x3dcccccd});
  ExpectBitsSurvive<double, uint64_t>(
      arrow::float64(),
      {0x7ff8000000000000, 0xfff8000000012345, 0x7ff0000000000001, 0x8000000000000000,
       0x0000000000000001, 0x800fffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
       0x7fefffffffffffff, 0x3fb999999999999a});
}

TEST(ParquetEncoder, NanIsNeverInMinAndMax) {
  arrow::FloatBuilder some, all;
  for (const float x : {std::nanf("1"), 2.0f, -1.0f, std::nanf("2")}) {
    ASSERT_TRUE(some.Append(x).ok());
    ASSERT_TRUE(all.Append(std::nanf("3")).ok());
  }
  const auto file = OpenRaw(
      Encode({Batch({field("some", arrow::float32()), field("all", arrow::float32())},
                    {some.Finish().ValueOrDie(), all.Finish().ValueOrDie()})},
             {.key_columns = {"some", "all"}}));
  const auto stats =
      std::static_pointer_cast<parquet::FloatStatistics>(Chunk(*file, 0)->statistics());
  EXPECT_EQ(stats->min(), -1.0f);
  EXPECT_EQ(stats->max(), 2.0f);
  EXPECT_FALSE(Chunk(*file, 1)->statistics()->HasMinMax());
}

TEST(ParquetEncoder, RowGroupsAreCutByTheirEncodedBytes) {
  constexpr int64_t kTarget = 1 << 20;
  EncodedFile encoded;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
  for (uint32_t i = 0; i < 100; ++i) batches.push_back(Noise(1000, i));
  const std::string bytes =
      Encode(batches, {.compression = "none", .row_group_bytes = kTarget}, &encoded);
  const auto footer = OpenRaw(bytes)->metadata();
  EXPECT_EQ(encoded.rows, 100000);
  EXPECT_EQ(encoded.row_groups, footer->num_row_groups());
  // 48 bytes a row, and levels: 4.8 MB and a little in groups of 1 MiB and one batch
  // more.
  EXPECT_THAT(footer->num_row_groups(), testing::AllOf(testing::Ge(4), testing::Le(5)));
  for (int i = 0; i + 1 < footer->num_row_groups(); ++i) {
    EXPECT_GE(footer->RowGroup(i)->total_compressed_size(), kTarget * 8 / 10) << i;
    EXPECT_LE(footer->RowGroup(i)->total_compressed_size(), kTarget * 11 / 10) << i;
  }
}

TEST(ParquetEncoder, OneLargeBatchIsCutIntoRowGroupsToo) {
  const std::string bytes =
      Encode({Noise(100000)}, {.compression = "none", .row_group_bytes = 1 << 20});
  const auto footer = OpenRaw(bytes)->metadata();
  EXPECT_THAT(footer->num_row_groups(), testing::AllOf(testing::Ge(3), testing::Le(5)));
  EXPECT_EQ(footer->num_rows(), 100000);
}

TEST(ParquetEncoder, EstimatesFollowTheFile) {
  MemorySink sink;
  const auto batch = Noise(5000);
  auto encoder = FindFormat("parquet")
                     ->MakeEncoder(batch->schema(), &sink,
                                   {.compression = "none", .row_group_bytes = 1 << 20})
                     .ValueOrDie();
  for (int64_t i = 1; i <= 40; ++i) {
    ASSERT_TRUE(encoder->Write(*batch).ok());
    // A row is 40 bytes of floats, up to 10 of the id (in the dictionary, and its index),
    // up to 3 of levels, and some page headers.
    EXPECT_GE(encoder->EstimatedBytes(), i * 5000 * 40);
    EXPECT_LE(encoder->EstimatedBytes(), i * 5000 * 54);
    EXPECT_GE(encoder->BufferedBytes(),
              encoder->EstimatedBytes() - static_cast<int64_t>(sink.bytes.size()));
    EXPECT_LE(encoder->BufferedBytes(), 8 << 20);
  }
  const int64_t estimated = encoder->EstimatedBytes();
  ASSERT_TRUE(encoder->Close().ok());
  EXPECT_NEAR(static_cast<double>(sink.bytes.size()), static_cast<double>(estimated),
              0.05 * static_cast<double>(estimated));
}

TEST(ParquetEncoder, NoRowsAreAWholeFileWithTheSchema) {
  const auto empty = Predictions()->Slice(0, 0);
  for (const auto& batches : {std::vector{empty}, std::vector{empty, empty}}) {
    EncodedFile encoded;
    const std::string bytes = Encode(batches, {.key_columns = kKeys}, &encoded);
    EXPECT_EQ(encoded.rows, 0);
    EXPECT_EQ(encoded.row_groups, 0);
    EXPECT_EQ(encoded.columns.size(), 6u);
    EXPECT_EQ(Decode(bytes)->num_rows(), 0);
    EXPECT_TRUE(
        Decode(bytes)->schema()->Equals(*arrow::schema(PredictionFields()), false));
  }
}

TEST(ParquetEncoder, AccountOfColumnsIsThatOfTheFooter) {
  EncodedFile encoded;
  const std::string bytes =
      Encode({Predictions(), Predictions()}, {.row_group_bytes = 1}, &encoded);
  const auto footer = OpenRaw(bytes)->metadata();
  ASSERT_EQ(footer->num_row_groups(), 2);
  ASSERT_EQ(encoded.columns.size(), 6u);
  EXPECT_EQ(encoded.columns[kProbs].name, "probs.list.element");
  EXPECT_EQ(encoded.columns[kProbs].null_count, std::nullopt);
  EXPECT_EQ(encoded.columns[kName].null_count, 2);
  EXPECT_EQ(encoded.columns[kId].null_count, 0);
  for (int leaf = kId; leaf <= kLabel; ++leaf) {
    int64_t compressed = 0;
    for (int group = 0; group < 2; ++group) {
      compressed += footer->RowGroup(group)->ColumnChunk(leaf)->total_compressed_size();
    }
    EXPECT_EQ(encoded.columns[static_cast<size_t>(leaf)].compressed_bytes, compressed);
  }
}

TEST(ParquetEncoder, DictionariesThatChangeBetweenBatchesAreOneColumn) {
  const auto type = arrow::dictionary(arrow::int32(), arrow::utf8());
  const auto table =
      Decode(Encode({Batch({field("w", type)}, {FromJson(type, R"(["a", "b"])")}),
                     Batch({field("w", type)}, {FromJson(type, R"(["c", null])")})}));
  std::string text;
  for (const auto& chunk : table->column(0)->chunks()) {
    const auto& words = static_cast<const arrow::DictionaryArray&>(*chunk);
    const auto& values = static_cast<const arrow::StringArray&>(*words.dictionary());
    for (int64_t i = 0; i < words.length(); ++i) {
      text += words.IsNull(i) ? "-" : values.GetString(words.GetValueIndex(i));
    }
  }
  EXPECT_EQ(text, "abc-");
}

TEST(ParquetEncoder, AnErrorOfTheSinkIsPassedOnAsItIs) {
  // At each byte that the file has: while opening, writing or closing.
  const auto batch = Noise(300);
  const EncoderOptions options{.compression = "none", .row_group_bytes = 4096};
  const auto size = static_cast<int64_t>(Encode({batch, batch}, options).size());
  for (int64_t limit = 0; limit < size; limit += 37) {
    MemorySink sink;
    sink.limit = limit;
    const auto write = [&]() -> Status {
      HOWDAH_ASSIGN_OR_RETURN(auto encoder, FindFormat("parquet")->MakeEncoder(
                                                batch->schema(), &sink, options));
      HOWDAH_RETURN_IF_ERROR(encoder->Write(*batch));
      HOWDAH_RETURN_IF_ERROR(encoder->Write(*batch));
      return encoder->Close().status();
    };
    const Status status = write();
    EXPECT_TRUE(Is(status, ErrorKind::kResourceExhausted)) << limit << ": " << status;
    EXPECT_EQ(status.message(), "the disk is full");
  }
}

TEST(ParquetEncoder, AnEncoderThatIsDroppedWritesNothingMore) {
  MemorySink sink;
  const auto batch = Noise(300);
  auto encoder =
      FindFormat("parquet")->MakeEncoder(batch->schema(), &sink, {}).ValueOrDie();
  ASSERT_TRUE(encoder->Write(*batch).ok());
  const std::string before = sink.bytes;
  encoder.reset();
  EXPECT_EQ(sink.bytes, before);
}

TEST(ParquetEncoder, ABatchOfAnotherSchemaIsRefused) {
  MemorySink sink;
  auto encoder =
      FindFormat("parquet")->MakeEncoder(Noise(1)->schema(), &sink, {}).ValueOrDie();
  EXPECT_TRUE(Is(encoder->Write(*Predictions()), ErrorKind::kInternal));
}

}  // namespace
}  // namespace howdah
