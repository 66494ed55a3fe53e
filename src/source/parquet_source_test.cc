#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include "source/parquet_test_files.h"
#include "source/source.h"
#include "source/split_planner.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const SourceFormat& Parquet() { return *FindSourceFormat("parquet"); }

/// All of `files` as one split.
Split WholeSplit(const std::vector<std::shared_ptr<ByteSource>>& files) {
  const auto splits = PlanFiles(Parquet(), files).ValueOrDie();
  EXPECT_EQ(splits.size(), 1u);
  return splits.front();
}

struct Wanted {
  std::vector<std::string> columns;
  int64_t batch_rows = 1024;
};

/// `split` of `files`, by part; types are those of the first file.
Result<std::vector<SourceBatch>> ReadSplit(Split split,
                                           std::vector<std::shared_ptr<ByteSource>> files,
                                           const Wanted& wanted) {
  arrow::FieldVector fields;
  for (const std::string& name : wanted.columns) {
    std::shared_ptr<arrow::Field> field;
    if (!files.empty()) {
      field = Parquet().Inspect(*files[0], {}).ValueOrDie().schema->GetFieldByName(name);
    }
    fields.push_back(field != nullptr ? field : arrow::field(name, arrow::int64()));
  }
  HOWDAH_ASSIGN_OR_RETURN(auto reader, OpenSplit(Parquet(), split, std::move(files),
                                                 {.schema = arrow::schema(fields),
                                                  .batch_rows = wanted.batch_rows}));
  std::vector<SourceBatch> batches;
  for (;;) {
    HOWDAH_ASSIGN_OR_RETURN(SourceBatch batch, reader->Next(1));
    if (batch.rows == nullptr) return batches;
    EXPECT_TRUE(batch.rows->ValidateFull().ok());
    batches.push_back(std::move(batch));
  }
}

std::vector<int64_t> Lengths(const std::vector<SourceBatch>& batches) {
  std::vector<int64_t> lengths;
  for (const auto& batch : batches) lengths.push_back(batch.rows->num_rows());
  return lengths;
}

std::shared_ptr<arrow::Table> Together(const std::vector<SourceBatch>& batches) {
  std::vector<std::shared_ptr<arrow::RecordBatch>> rows;
  for (const auto& batch : batches) rows.push_back(batch.rows);
  return arrow::Table::FromRecordBatches(rows).ValueOrDie();
}

TEST(ParquetSource, BatchesCrossRowGroupsAndFiles) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 25), 10)),
                             Source("b", ParquetBytes(*CountingTable(25, 7), 3))};
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"id"}, .batch_rows = 8})
          .ValueOrDie();
  EXPECT_THAT(Lengths(batches), ElementsAre(8, 8, 8, 8));
  std::vector<std::pair<int64_t, int64_t>> places;
  for (const auto& batch : batches) places.emplace_back(batch.file, batch.first_row);
  EXPECT_THAT(places, ElementsAre(std::pair(0, 0), std::pair(0, 8), std::pair(0, 16),
                                  std::pair(0, 24)));
  EXPECT_TRUE(Together(batches)->column(0)->Equals(arrow::ChunkedArray(Range(0, 32))));
}

TEST(ParquetSource, TheLastBatchIsShort) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 25), 10))};
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"id"}, .batch_rows = 11})
          .ValueOrDie();
  EXPECT_THAT(Lengths(batches), ElementsAre(11, 11, 3));
}

TEST(ParquetSource, TinyRowGroupsGiveWholeBatches) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 100), 1))};
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"twice"}, .batch_rows = 64})
          .ValueOrDie();
  EXPECT_THAT(Lengths(batches), ElementsAre(64, 36));
}

TEST(ParquetSource, OnlyTheColumnsAskedForAreReadInTheOrderAskedFor) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(3, 2), 10))};
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"twice", "id"}}).ValueOrDie();
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_THAT(batches[0].rows->schema()->field_names(), ElementsAre("twice", "id"));
  EXPECT_TRUE(batches[0].rows->column(0)->Equals(FromJson(arrow::int64(), "[6, 8]")));
  EXPECT_TRUE(batches[0].rows->column(1)->Equals(FromJson(arrow::int64(), "[3, 4]")));
}

TEST(ParquetSource, APartIsReadFromItsFirstRowGroupToItsLast) {
  const auto file = Source("a", ParquetBytes(*CountingTable(0, 50), 10));
  const Split split{.id = 0,
                    .parts = {{.file = 4,
                               .first_row_group = 1,
                               .end_row_group = 3,
                               .first_row = 10,
                               .rows = 20}}};
  const auto batches =
      ReadSplit(split, {file}, {.columns = {"id"}, .batch_rows = 15}).ValueOrDie();
  EXPECT_THAT(Lengths(batches), ElementsAre(15, 5));
  EXPECT_EQ(batches[1].file, 4);
  EXPECT_EQ(batches[1].first_row, 25);
  EXPECT_TRUE(Together(batches)->column(0)->Equals(arrow::ChunkedArray(Range(10, 20))));
}

TEST(ParquetSource, ASplitWithoutPartsHasNoRows) {
  EXPECT_TRUE(ReadSplit(Split{}, {}, {.columns = {"id"}}).ValueOrDie().empty());
}

TEST(ParquetSource, EveryTypeComesBackAsItWasWritten) {
  using arrow::field;
  const auto words = arrow::dictionary(arrow::int32(), arrow::utf8());
  const arrow::FieldVector fields = {
      field("bool", arrow::boolean()),
      field("u8", arrow::uint8()),
      field("u64", arrow::uint64()),
      field("half", arrow::float16()),
      field("text", arrow::utf8()),
      field("large", arrow::large_utf8()),
      field("bytes", arrow::binary()),
      field("word", words),
      field("day", arrow::date32()),
      field("ms", arrow::timestamp(arrow::TimeUnit::MILLI)),
      field("us", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")),
      field("ns", arrow::timestamp(arrow::TimeUnit::NANO)),
      field("decimal", arrow::decimal128(20, 2)),
      field("list", arrow::list(arrow::float32())),
      field("fixed", arrow::fixed_size_list(arrow::int16(), 2)),
      field("lists", arrow::list(arrow::list(arrow::utf8()))),
      field("struct", arrow::struct_({field("a", arrow::int64()),
                                      field("b", arrow::list(arrow::int8()))})),
      field("map", arrow::map(arrow::utf8(), arrow::int32()))};
  const std::vector<std::string> json = {
      "[true, null, false]",
      "[255, null, 0]",
      "[18446744073709551615, null, 0]",
      "[1.5, null, -2]",
      R"(["é", null, ""])",
      R"(["x", null, ""])",
      R"(["\u0000", null, ""])",
      R"(["a", null, "b"])",
      "[-1, null, 20000]",
      "[1, null, -1]",
      "[1, null, -1]",
      "[1, null, -1]",
      R"(["123456789012345678.90", null, "-0.01"])",
      "[[1.5, null], null, []]",
      "[[1, 2], null, [null, 4]]",
      R"([[["a", null], []], null, [null]])",
      R"([{"a": 1, "b": [1, null]}, null, {"a": null, "b": null}])",
      R"([[["k", 1]], null, []])"};
  arrow::ArrayVector arrays;
  std::vector<std::string> columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    arrays.push_back(FromJson(fields[i]->type(), json[i]));
    columns.push_back(fields[i]->name());
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  for (const int64_t group_rows : {1, 2, 3}) {
    const std::vector files = {Source(
        "a", ParquetBytes(*table, group_rows, parquet::default_writer_properties()))};
    const auto batches =
        ReadSplit(WholeSplit(files), files, {.columns = columns, .batch_rows = 3})
            .ValueOrDie();
    ASSERT_THAT(Lengths(batches), ElementsAre(3));
    for (size_t i = 0; i < arrays.size(); ++i) {
      const auto& read = batches[0].rows->column(static_cast<int>(i));
      EXPECT_TRUE(read->Equals(arrays[i])) << columns[i] << ": " << read->ToString();
    }
  }
}

TEST(ParquetSource, FilesWithDifferentDictionariesShareABatch) {
  const auto words = arrow::dictionary(arrow::int32(), arrow::utf8());
  std::vector<std::shared_ptr<ByteSource>> files;
  for (const char* json : {R"(["a", "b"])", R"(["c", "a"])"}) {
    const auto table = arrow::Table::Make(arrow::schema({arrow::field("w", words)}),
                                          {FromJson(words, json)});
    files.push_back(
        Source("f", ParquetBytes(*table, 10, parquet::default_writer_properties())));
  }
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"w"}, .batch_rows = 4})
          .ValueOrDie();
  ASSERT_THAT(Lengths(batches), ElementsAre(4));
  const auto& read =
      static_cast<const arrow::DictionaryArray&>(*batches[0].rows->column(0));
  const auto& values = static_cast<const arrow::StringArray&>(*read.dictionary());
  std::string text;
  for (int64_t i = 0; i < 4; ++i) text += values.GetView(read.GetValueIndex(i));
  EXPECT_EQ(text, "abca");
}

TEST(ParquetSource, BatchesShareTheMemoryOfALargerChunk) {
  const std::vector files = {
      Source("a", ParquetBytes(*CountingTable(0, 100000), 100000))};
  const auto batches =
      ReadSplit(WholeSplit(files), files, {.columns = {"id"}, .batch_rows = 1000})
          .ValueOrDie();
  ASSERT_EQ(batches.size(), 100u);
  std::set<uintptr_t> memory;
  for (const auto& batch : batches) {
    memory.insert(batch.rows->column_data(0)->buffers[1]->address());
  }
  // Chunks grow fourfold from one batch: 1 + 4 + 16 + 64 + 15 of 100 batches.
  EXPECT_EQ(memory.size(), 5u);
}

TEST(ParquetSource, MemoryIsThatOfAChunkAndNotOfTheFile) {
  // 100 distinct strings of 10 kB make 20,000 rows: 200 MB decoded, 1 MB in the file.
  arrow::StringBuilder builder;
  arrow::StringBuilder dictionary;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(
        dictionary.Append(std::string(10000, static_cast<char>('!' + i % 90))).ok());
  }
  const auto distinct =
      std::static_pointer_cast<arrow::StringArray>(dictionary.Finish().ValueOrDie());
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(builder.Append(distinct->GetView(i % 100)).ok());
  }
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("text", arrow::utf8())}),
                         {builder.Finish().ValueOrDie()});
  const auto properties =
      parquet::WriterProperties::Builder().dictionary_pagesize_limit(4 << 20)->build();
  const std::vector files = {Source("a", ParquetBytes(*table, 20000, properties))};
  EXPECT_LT(files[0]->size(), 2 << 20);

  arrow::ProxyMemoryPool pool(arrow::default_memory_pool());
  auto reader = OpenSplit(Parquet(), WholeSplit(files), files,
                          {.schema = table->schema(), .batch_rows = 64, .pool = &pool})
                    .ValueOrDie();
  int64_t rows = 0;
  for (;;) {
    const SourceBatch batch = reader->Next(1).ValueOrDie();
    if (batch.rows == nullptr) break;
    rows += batch.rows->num_rows();
  }
  EXPECT_EQ(rows, 20000);
  EXPECT_LT(pool.max_memory(), 64 << 20);  // decoded at once it would be 200 MB
}

TEST(ParquetSource, RowsOtherThanPlannedAreCorruption) {
  const auto file = Source("in.parquet", ParquetBytes(*CountingTable(0, 50), 10));
  for (const SplitPart part :
       {SplitPart{0, 1, 3, 0, 0, 10, 21}, SplitPart{0, 1, 3, 0, 0, 11, 20},
        SplitPart{0, 4, 6, 0, 0, 40, 20}, SplitPart{0, -1, 1, 0, 0, 0, 10},
        SplitPart{0, 3, 2, 0, 0, 20, 0}}) {
    const Status status =
        ReadSplit(Split{0, {part}}, {file}, {.columns = {"id"}}).status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
    EXPECT_THAT(status.message(), HasSubstr("in.parquet: row groups"));
    EXPECT_THAT(status.message(), HasSubstr("changed since the job was planned"));
  }
}

TEST(ParquetSource, AMissingColumnNamesTheNearest) {
  const std::vector files = {
      Source("in.parquet", ParquetBytes(*CountingTable(0, 5), 10))};
  const Status status =
      ReadSplit(WholeSplit(files), files, {.columns = {"twicy"}}).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch));
  EXPECT_EQ(status.message(), "in.parquet: no column 'twicy'; did you mean 'twice'?");
}

TEST(ParquetSource, FilesThatDisagreeOnATypeAreRefused) {
  const auto other =
      arrow::Table::Make(arrow::schema({arrow::field("id", arrow::utf8())}),
                         {FromJson(arrow::utf8(), R"(["x"])")});
  const std::vector files = {Source("a.parquet", ParquetBytes(*CountingTable(0, 5), 10)),
                             Source("b.parquet", ParquetBytes(*other, 10))};
  const Status status = ReadSplit(WholeSplit(files), files, {.columns = {"id"}}).status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch));
  EXPECT_EQ(status.message(),
            "b.parquet: column 'id' is string, the input's other files have int64");
}

TEST(ParquetSource, OptionsThatMakeNoSenseAreRefused) {
  const std::vector files = {Source("a", ParquetBytes(*CountingTable(0, 5), 10))};
  const Split split = WholeSplit(files);
  const auto id = arrow::schema({arrow::field("id", arrow::int64())});
  const auto kind = [&](const auto& opened, const SplitReadOptions& options) {
    return KindOf(OpenSplit(Parquet(), split, opened, options).status());
  };
  using Files = std::vector<std::shared_ptr<ByteSource>>;
  EXPECT_EQ(kind(files, {.schema = arrow::schema({})}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind(files, {.schema = nullptr}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind(files, {.schema = id, .batch_rows = 0}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind(Files{}, {.schema = id}), ErrorKind::kInternal);
}

}  // namespace
}  // namespace howdah
