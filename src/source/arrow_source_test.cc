#include "source/arrow_source.h"

#include <arrow/io/memory.h>
#include <arrow/ipc/options.h>
#include <arrow/ipc/writer.h>
#include <arrow/type.h>
#include <arrow/util/compression.h>
#include <gmock/gmock.h>

#include <random>

#include "source/source_test_support.h"

namespace howdah {
namespace {

using testing::HasSubstr;

const SourceFormat& Arrow() { return *FindSourceFormat("arrow"); }

struct Format {
  bool stream = false;
  arrow::Compression::type compression = arrow::Compression::UNCOMPRESSED;
};

std::string ArrowBytes(const arrow::Table& table, int64_t batch_rows,
                       const Format& format = {}) {
  auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.unify_dictionaries = !format.stream;
  if (format.compression != arrow::Compression::UNCOMPRESSED) {
    options.codec = arrow::util::Codec::Create(format.compression).ValueOrDie();
  }
  auto writer =
      format.stream
          ? arrow::ipc::MakeStreamWriter(out, table.schema(), options).ValueOrDie()
          : arrow::ipc::MakeFileWriter(out, table.schema(), options).ValueOrDie();
  EXPECT_TRUE(writer->WriteTable(table, batch_rows).ok());
  EXPECT_TRUE(writer->Close().ok());
  return out->Finish().ValueOrDie()->ToString();
}

/// Columns of many kinds.
std::shared_ptr<arrow::Table> VariedTable() {
  using arrow::field;
  const arrow::FieldVector fields = {
      field("id", arrow::int64()),
      field("half", arrow::float16()),
      field("flag", arrow::boolean()),
      field("text", arrow::utf8()),
      field("view", arrow::utf8_view()),
      field("nothing", arrow::null()),
      field("word", arrow::dictionary(arrow::int8(), arrow::utf8())),
      field("list", arrow::list(arrow::int32())),
      field("fixed", arrow::fixed_size_list(arrow::float32(), 2)),
      field("struct", arrow::struct_({field("a", arrow::large_utf8()),
                                      field("b", arrow::list(arrow::int8()))}))};
  const std::vector<std::string> json = {
      "[1, 2, 3, 4, 5]",
      "[1.5, null, 2, 3, 4]",
      "[true, false, null, true, false]",
      R"(["a", null, "", "long enough to be no inline view", "é"])",
      R"(["a", null, "", "long enough to be no inline view", "é"])",
      "[null, null, null, null, null]",
      R"(["x", "y", null, "x", "y"])",
      "[[1, 2], null, [], [null], [5]]",
      "[[1, 2], null, [3, 4], [5, 6], [7, null]]",
      R"([{"a": "q", "b": [1]}, null, {"a": null, "b": []}, {"a": "", "b": null},
          {"a": "r", "b": [2, 3]}])"};
  arrow::ArrayVector arrays;
  for (size_t i = 0; i < fields.size(); ++i) {
    arrays.push_back(FromJson(fields[i]->type(), json[i]));
  }
  return arrow::Table::Make(arrow::schema(fields), arrays);
}

const std::vector<Format> kFormats = {{false, arrow::Compression::UNCOMPRESSED},
                                      {false, arrow::Compression::LZ4_FRAME},
                                      {false, arrow::Compression::ZSTD},
                                      {true, arrow::Compression::UNCOMPRESSED},
                                      {true, arrow::Compression::ZSTD}};

TEST(ArrowSource, EveryTypeComesBackFromFilesAndStreams) {
  const auto table = VariedTable();
  for (const Format& format : kFormats) {
    for (const int64_t batch_rows : {1, 2, 5}) {
      const auto file = Source("in.arrow", ArrowBytes(*table, batch_rows, format));
      const auto read = ReadTable(Arrow(), {file}, {}, 1, 5);
      ASSERT_TRUE(read.ok()) << read.status();
      const auto rows = Flat(**read);
      for (int i = 0; i < table->num_columns(); ++i) {
        EXPECT_TRUE(rows->column(i)->Equals(table->column(i)->chunk(0)))
            << table->field(i)->ToString();
      }
    }
  }
}

TEST(ArrowSource, UnitsAreTheRecordBatchesOfAFileAndTheWholeOfAStream) {
  const auto table = CountingTable(0, 25);
  MemorySource file("in.arrow", ArrowBytes(*table, 10));
  const auto info = Arrow().Inspect(file, {}).ValueOrDie();
  ASSERT_EQ(info.units.size(), 3u);
  EXPECT_EQ(info.units[0].rows, 10);
  EXPECT_EQ(info.units[2].rows, 5);
  EXPECT_EQ(info.units[0].bytes, 2 * 80);  // two columns of int64
  const auto one = Arrow()
                       .Inspect(file, {.columns = {"id", "absent"}, .text_columns = {}})
                       .ValueOrDie();
  EXPECT_EQ(one.units[0].bytes, 80);
  MemorySource stream("in.arrows", ArrowBytes(*table, 10, {.stream = true}));
  const auto whole = Arrow().Inspect(stream, {}).ValueOrDie();
  ASSERT_EQ(whole.units.size(), 1u);
  EXPECT_EQ(whole.units[0].rows, 25);
  EXPECT_EQ(whole.units[0].bytes, 2 * 25 * 8);
}

TEST(ArrowSource, OnlyTheColumnsAskedForAreReadInTheOrderAskedFor) {
  const auto table = VariedTable();
  for (const Format& format : kFormats) {
    const std::vector files = {Source("in.arrow", ArrowBytes(*table, 2, format))};
    const auto read =
        ReadTable(Arrow(), files, {.columns = {"word", "id"}, .text_columns = {}})
            .ValueOrDie();
    EXPECT_EQ(read->schema()->field_names(), (std::vector<std::string>{"word", "id"}));
    EXPECT_TRUE(Flat(*read)->column(1)->Equals(table->column(0)->chunk(0)));
  }
}

TEST(ArrowSource, FilesAndStreamsShareASplitAndItsBatches) {
  const std::vector files = {
      Source("a.arrow", ArrowBytes(*CountingTable(0, 25), 10)),
      Source("b.arrows", ArrowBytes(*CountingTable(25, 7), 3, {.stream = true})),
      Source("c.arrow", ArrowBytes(*CountingTable(32, 0), 3)),
      Source("d.arrow", ArrowBytes(*CountingTable(32, 1), 3))};
  for (const int64_t target : {1, 100, 100000}) {
    const auto table = ReadTable(Arrow(), files, {}, target, 8).ValueOrDie();
    EXPECT_TRUE(Flat(*table)->column(0)->Equals(Range(0, 33)));
  }
}

TEST(ArrowSource, StreamsMayReplaceTheirDictionaries) {
  const auto words = arrow::dictionary(arrow::int32(), arrow::utf8());
  const auto schema = arrow::schema({arrow::field("w", words)});
  const auto chunks = std::make_shared<arrow::ChunkedArray>(arrow::ArrayVector{
      FromJson(words, R"(["a", "b"])"), FromJson(words, R"(["c", "a", "c"])")});
  const std::vector files = {
      Source("in.arrows",
             ArrowBytes(*arrow::Table::Make(schema, {chunks}), 10, {.stream = true}))};
  const auto table = ReadTable(Arrow(), files, {}, 1, 5).ValueOrDie();
  const auto& read =
      static_cast<const arrow::DictionaryArray&>(*table->column(0)->chunk(0));
  const auto& values = static_cast<const arrow::StringArray&>(*read.dictionary());
  std::string text;
  for (int64_t i = 0; i < 5; ++i) text += values.GetView(read.GetValueIndex(i));
  EXPECT_EQ(text, "abcac");
}

Status Refusal(const std::string& bytes) {
  return ReadTable(Arrow(), {Source("in.arrow", bytes)}, {}, 1).status();
}

TEST(ArrowSource, FilesThatAreNoneAreRefused) {
  EXPECT_EQ(Refusal("").message(), "in.arrow: not an Arrow file: it is empty");
  EXPECT_THAT(Refusal("id,score\n1,2\n").message(),
              HasSubstr("in.arrow: not an Arrow file: it begins neither with 'ARROW1'"));
  EXPECT_TRUE(Is(Refusal("FEA1\0\0\0\0"), ErrorKind::kUnsupported));
  const auto twice =
      arrow::Table::Make(arrow::schema({arrow::field("x", arrow::int64()),
                                        arrow::field("x", arrow::int64())}),
                         {Range(0, 3), Range(3, 3)});
  EXPECT_EQ(Refusal(ArrowBytes(*twice, 10)).message(),
            "in.arrow: two columns are named 'x': rename one of them");
}

TEST(ArrowSource, AFileOrStreamCutAnywhereIsAnErrorThatSaysSo) {
  for (const Format& format : kFormats) {
    const std::string whole = ArrowBytes(*VariedTable(), 2, format);
    ASSERT_TRUE(Refusal(whole).ok());
    for (size_t length = 0; length < whole.size(); length += 1 + length % 7) {
      const Status status = Refusal(whole.substr(0, length));
      ASSERT_TRUE(Is(status, ErrorKind::kCorruption)) << length << ": " << status;
      ASSERT_THAT(status.message(), HasSubstr("in.arrow: "));
    }
  }
}

TEST(ArrowSource, StreamsThatWereJoinedAreRefused) {
  const std::string stream = ArrowBytes(*CountingTable(0, 3), 3, {.stream = true});
  EXPECT_THAT(Refusal(stream + stream).message(),
              HasSubstr("make files of streams that were joined"));
}

TEST(ArrowSource, FlippedBitsGiveRowsOrOneLineThatNamesTheFile) {
  for (const Format& format : kFormats) {
    const std::string whole = ArrowBytes(*VariedTable(), 2, format);
    std::mt19937 random(20261122);
    for (int round = 0; round < 1500; ++round) {
      std::string bytes = whole;
      for (int flips = round % 3; flips >= 0; --flips) {
        bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
      }
      const Status status = Refusal(bytes);
      if (status.ok()) continue;
      ASSERT_EQ(status.message().find('\n'), std::string::npos) << round;
      if (status.message().starts_with("no column")) continue;  // a name was hit
      ASSERT_THAT(status.message(), HasSubstr("in.arrow: ")) << round;
    }
  }
}

TEST(ArrowSource, AFileThatChangedIsRefused) {
  const auto schema = arrow::schema({arrow::field("id", arrow::int64())});
  for (const bool stream : {false, true}) {
    const Format format{.stream = stream};
    const auto split =
        PlanFiles(Arrow(), {Source("a", ArrowBytes(*CountingTable(0, 20), 10, format))})
            .ValueOrDie()[0];
    for (const int64_t rows : {0, 10, 19, 21, 30}) {
      const std::vector files = {
          Source("a.arrow", ArrowBytes(*CountingTable(0, rows), 10, format))};
      const auto read = ReadBatches(Arrow(), split, files, {.schema = schema});
      // A third record batch of a file lies outside of the plan.
      if (!stream && rows > 20) continue;
      EXPECT_TRUE(Is(read.status(), ErrorKind::kCorruption)) << rows;
      EXPECT_THAT(read.status().message(),
                  HasSubstr("changed since the job was planned"));
    }
  }
}

TEST(ArrowSource, FilesThatDisagreeOnATypeAreRefused) {
  const std::vector files = {Source("a.arrow", ArrowBytes(*CountingTable(0, 5), 10))};
  const auto split = PlanFiles(Arrow(), files).ValueOrDie()[0];
  const Status status =
      ReadBatches(Arrow(), split, files,
                  {.schema = arrow::schema({arrow::field("id", arrow::utf8())})})
          .status();
  EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch));
  EXPECT_EQ(status.message(),
            "a.arrow: column 'id' is int64, the input's other files have string");
}

}  // namespace
}  // namespace howdah
