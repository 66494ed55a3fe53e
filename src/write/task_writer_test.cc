#include "write/task_writer.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <sstream>

#include "base/digest.h"
#include "storage/memory_file_system.h"
#include "testing/storage/faulty_file_system.h"
#include "testing/storage/forwarding_file_system.h"
#include "testing/storage/temp_directory.h"
#include "write/partitioner.h"

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<arrow::Schema> Schema() {
  return arrow::schema({arrow::field("id", arrow::int64(), false),
                        arrow::field("score", arrow::float64(), false)});
}

/// `rows` rows of 16 bytes that do not compress; ids count from `first`.
std::shared_ptr<arrow::RecordBatch> Rows(int64_t first, int64_t rows) {
  std::mt19937_64 random(static_cast<uint64_t>(first));
  arrow::Int64Builder ids;
  arrow::DoubleBuilder scores;
  for (int64_t i = first; i < first + rows; ++i) {
    EXPECT_TRUE(ids.Append(i).ok());
    EXPECT_TRUE(scores.Append(static_cast<double>(random())).ok());
  }
  return arrow::RecordBatch::Make(
      Schema(), rows, {ids.Finish().ValueOrDie(), scores.Finish().ValueOrDie()});
}

class TaskWriterTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(memory_->CreateDirectory("/att").ok()); }

  static TaskWriterOptions Options(int64_t file_bytes) {
    return {
        .format = FindFormat("parquet"),
        .schema = Schema(),
        .encoder = {.compression = "none", .key_columns = {"id"}},
        .file_bytes = file_bytes,
        .directory = "/att",
        .data_file_name = [](int64_t n) { return fmt::format("part-{}.parquet", n); }};
  }

  std::vector<std::string> Staged() {
    std::vector<std::string> names;
    for (const FileInfo& info : memory_->List("/att").ValueOrDie()) {
      names.emplace_back(info.name());
    }
    return names;
  }

  const std::unique_ptr<FileSystem> memory_ = MakeMemoryFileSystem(Environment::System());
};

TEST_F(TaskWriterTest, ARecordSaysWhatTheFileIs) {
  auto writer = TaskWriter::Make(*memory_, Options(1 << 20)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Rows(0, 100)).ok());
  ASSERT_TRUE(writer->Write(*Rows(100, 50)).ok());
  EXPECT_GT(writer->BufferedBytes(), 150 * 8);
  const auto records = writer->Finish().ValueOrDie();
  ASSERT_EQ(records.size(), 1u);
  const FileRecord& record = records[0];
  const std::string bytes = ReadFile(*memory_, "/att/0.part").ValueOrDie();
  EXPECT_EQ(record.staged_path, "0.part");
  EXPECT_EQ(record.path, "part-0.parquet");
  EXPECT_EQ(record.rows, 150);
  EXPECT_EQ(record.row_groups, 1);
  EXPECT_EQ(record.bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(record.crc32c, Crc32c(0, std::as_bytes(std::span(bytes))));
  ASSERT_EQ(record.columns.size(), 2u);
  EXPECT_EQ(record.columns[0].name, "id");
  EXPECT_EQ(record.columns[1].null_count, 0);
  EXPECT_GT(record.columns[1].compressed_bytes.value(), 150 * 8);
}

TEST_F(TaskWriterTest, AFileIsClosedOnceItHoldsItsBytes) {
  // About 16 KB a batch.
  auto writer = TaskWriter::Make(*memory_, Options(100'000)).ValueOrDie();
  for (int64_t i = 0; i < 30; ++i) {
    ASSERT_TRUE(writer->Write(*Rows(i * 1000, 1000)).ok());
  }
  const auto records = writer->Finish().ValueOrDie();
  ASSERT_THAT(records.size(), testing::AllOf(testing::Ge(4u), testing::Le(6u)));
  int64_t rows = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    rows += records[i].rows;
    EXPECT_EQ(records[i].staged_path, fmt::format("{}.part", i));
    EXPECT_EQ(records[i].path, fmt::format("part-{}.parquet", i));
    if (i + 1 < records.size()) {
      EXPECT_GT(records[i].bytes, 80'000);
    }
    EXPECT_LT(records[i].bytes, 130'000);
  }
  EXPECT_EQ(rows, 30'000);
}

TEST_F(TaskWriterTest, OneLargeBatchIsSpreadOverFiles) {
  auto writer = TaskWriter::Make(*memory_, Options(300'000)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Rows(0, 100'000)).ok());  // 1.6 MB
  const auto records = writer->Finish().ValueOrDie();
  EXPECT_THAT(records.size(), testing::AllOf(testing::Ge(4u), testing::Le(6u)));
  int64_t rows = 0;
  for (const FileRecord& record : records) rows += record.rows;
  EXPECT_EQ(rows, 100'000);
}

TEST_F(TaskWriterTest, RowsThatEndWithAFileLeaveNoEmptyFileBehind) {
  auto writer = TaskWriter::Make(*memory_, Options(1)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Rows(0, 10)).ok());
  ASSERT_TRUE(writer->Write(*Rows(10, 10)).ok());
  EXPECT_EQ(writer->BufferedBytes(), 0);
  EXPECT_EQ(writer->Finish().ValueOrDie().size(), 2u);
  EXPECT_THAT(Staged(), ElementsAre("0.part", "1.part"));
}

TEST_F(TaskWriterTest, AnAttemptWithoutRowsIsOneFileWithTheSchema) {
  for (const bool empty_batch : {false, true}) {
    auto writer = TaskWriter::Make(*memory_, Options(1 << 20)).ValueOrDie();
    if (empty_batch) {
      ASSERT_TRUE(writer->Write(*Rows(0, 0)).ok());
    }
    const auto records = writer->Finish().ValueOrDie();
    ASSERT_EQ(records.size(), 1u);
    EXPECT_EQ(records[0].rows, 0);
    const auto input = memory_->OpenInput("/att/0.part").ValueOrDie();
    const auto found = FindFormat("parquet")->ReadBack(*input, {}).ValueOrDie();
    EXPECT_TRUE(found.schema->Equals(*Schema(), false));
    ASSERT_TRUE(memory_->DeleteFile("/att/0.part").ok());
  }
}

TEST_F(TaskWriterTest, AWriterThatIsDroppedLeavesNoFile) {
  auto writer = TaskWriter::Make(*memory_, Options(1 << 20)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Rows(0, 100)).ok());
  writer.reset();
  EXPECT_THAT(Staged(), IsEmpty());
}

TEST_F(TaskWriterTest, ASchemaThatTheFormatCannotHoldIsRefusedBeforeAnyFile) {
  TaskWriterOptions options = Options(1 << 20);
  options.schema = arrow::schema({arrow::field("x", arrow::float16())});
  EXPECT_TRUE(
      Is(TaskWriter::Make(*memory_, options).status(), ErrorKind::kSchemaMismatch));
  EXPECT_THAT(Staged(), IsEmpty());
}

TEST_F(TaskWriterTest, AStagedNameThatIsTakenIsNotOverwritten) {
  ASSERT_TRUE(WriteFile(*memory_, "/att/0.part", "another's", IfExists::kFail).ok());
  auto writer = TaskWriter::Make(*memory_, Options(1 << 20)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Rows(0, 1)).ok());
  EXPECT_TRUE(Is(writer->Finish().status(), ErrorKind::kAlreadyExists));
  EXPECT_EQ(ReadFile(*memory_, "/att/0.part").ValueOrDie(), "another's");
}

/// A storage on which each closed file becomes `damage` of itself before it is opened
/// again.
class DamagingStorage {
 public:
  DamagingStorage(FileSystem& inner, std::function<std::string(std::string)> damage)
      : fs(inner, [&inner, damage = std::move(damage)](const CallInfo& call) {
          if (call.name == "OpenInput") {
            const std::string whole = ReadFile(inner, call.path).ValueOrDie();
            EXPECT_TRUE(
                WriteFile(inner, call.path, damage(whole), IfExists::kReplace).ok());
          }
          return Fault{};
        }) {}
  FaultyFileSystem fs;
};

Status WriteOneFile(FileSystem& fs, const TaskWriterOptions& options) {
  HOWDAH_ASSIGN_OR_RETURN(auto writer, TaskWriter::Make(fs, options));
  HOWDAH_RETURN_IF_ERROR(writer->Write(*Rows(0, 100)));
  return writer->Finish().status();
}

TEST_F(TaskWriterTest, AFileThatBecameShorterIsCorruption) {
  DamagingStorage storage(*memory_, [](const std::string& whole) {
    return whole.substr(0, whole.size() - 1);
  });
  const Status status = WriteOneFile(storage.fs, Options(1 << 20));
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_THAT(status.message(), HasSubstr("/att/0.part: written were "));
}

TEST_F(TaskWriterTest, AFooterThatDoesNotReadBackIsCorruption) {
  DamagingStorage storage(*memory_, [](std::string whole) {
    whole.back() = 'X';
    return whole;
  });
  const Status status = WriteOneFile(storage.fs, Options(1 << 20));
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_THAT(status.message(), HasSubstr("/att/0.part"));
}

/// The file that the writer would have made of `batch`, so that a storage can put it in
/// place.
std::string FileOf(FileSystem& fs, const TaskWriterOptions& options,
                   const arrow::RecordBatch& batch) {
  auto writer = TaskWriter::Make(fs, options).ValueOrDie();
  EXPECT_TRUE(writer->Write(batch).ok());
  EXPECT_EQ(writer->Finish().ValueOrDie().size(), 1u);
  const std::string bytes = ReadFile(fs, "/att/0.part").ValueOrDie();
  EXPECT_TRUE(fs.DeleteFile("/att/0.part").ok());
  return bytes;
}

TEST_F(TaskWriterTest, AnotherFileOfTheSameLengthIsCorruption) {
  // Files without a dictionary and without compression: their lengths can be made equal
  // by metadata that fills the difference.
  TaskWriterOptions options = Options(1 << 20);
  options.encoder.metadata = {{"fill", std::string(1000, '.')}};
  const std::string expected = FileOf(*memory_, options, *Rows(0, 100));
  std::string other;
  for (size_t fill = 0; fill < 4000 && other.size() != expected.size(); ++fill) {
    TaskWriterOptions other_options = Options(1 << 20);
    other_options.encoder.metadata = {{"fill", std::string(fill, '.')}};
    other = FileOf(*memory_, other_options, *Rows(0, 99));
  }
  ASSERT_EQ(other.size(), expected.size());
  DamagingStorage storage(*memory_, [&](const std::string&) { return other; });
  const Status status = WriteOneFile(storage.fs, options);
  EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << status;
  EXPECT_EQ(status.message(),
            "/att/0.part: written were 100 rows in 1 row groups, read back are 99 in 1");
}

TEST_F(TaskWriterTest, AnErrorOfAnyCallOnTheStorageIsReturned) {
  // The storage fails at its n-th call, for every n there is.
  for (int64_t failing = 0;; ++failing) {
    FaultyFileSystem fs(*memory_, [&](const CallInfo& call) {
      return call.index == failing ? Fault{Fault::Kind::kFail, ErrorKind::kTransient}
                                   : Fault{};
    });
    const Status status = WriteOneFile(fs, Options(1 << 20));
    if (fs.calls() <= failing) {
      EXPECT_TRUE(status.ok()) << status;
      EXPECT_GT(failing, 5);  // CreateFile, Appends, Commit, OpenInput, ReadAts
      break;
    }
    EXPECT_TRUE(Is(status, ErrorKind::kTransient)) << failing << ": " << status;
    for (const std::string& name : Staged()) {
      ASSERT_TRUE(memory_->DeleteFile("/att/" + name).ok());
    }
  }
}

/// `rows` rows of a partition column `p` = id mod `partitions`, and an id.
std::shared_ptr<arrow::RecordBatch> Partitioned(int64_t first, int64_t rows,
                                                int64_t partitions) {
  arrow::Int64Builder ids, values;
  for (int64_t i = first; i < first + rows; ++i) {
    EXPECT_TRUE(ids.Append(i).ok());
    EXPECT_TRUE(values.Append(i % partitions).ok());
  }
  return arrow::RecordBatch::Make(
      arrow::schema(
          {arrow::field("p", arrow::int64()), arrow::field("id", arrow::int64())}),
      rows, {values.Finish().ValueOrDie(), ids.Finish().ValueOrDie()});
}

class PartitionedWriterTest : public TaskWriterTest {
 protected:
  TaskWriterOptions PartitionedOptions() {
    TaskWriterOptions options = Options(1 << 20);
    options.schema = Partitioned(0, 0, 1)->schema();
    options.partition_by = {"p"};
    return options;
  }

  static std::vector<std::string> PathsOf(const std::vector<FileRecord>& records) {
    std::vector<std::string> paths;
    for (const FileRecord& record : records) paths.push_back(record.path);
    return paths;
  }
};

TEST_F(PartitionedWriterTest, EachPartitionHasItsDirectoryAndItsColumnIsNotInTheFile) {
  auto writer = TaskWriter::Make(*memory_, PartitionedOptions()).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Partitioned(0, 10, 2)).ok());
  ASSERT_TRUE(writer->Write(*Partitioned(10, 10, 2)).ok());
  const auto records = writer->Finish().ValueOrDie();
  EXPECT_THAT(PathsOf(records), ElementsAre("p=0/part-0.parquet", "p=1/part-1.parquet"));
  EXPECT_EQ(records[0].rows, 10);
  EXPECT_EQ(records[1].partition, (PartitionValues{{"p", "1"}}));
  const auto file = memory_->OpenInput("/att/1.part").ValueOrDie();
  const auto footer = FindFormat("parquet")->ReadBack(*file, {}).ValueOrDie();
  EXPECT_THAT(footer.schema->field_names(), ElementsAre("id"));
}

/// Counts the files that are open on a storage.
class CountingStorage {
 public:
  explicit CountingStorage(FileSystem& inner)
      : fs(inner, [this](const CallInfo& call) {
          open += call.name == "CreateFile" ? 1 : call.name == "Commit" ? -1 : 0;
          most = std::max(most, open);
          return Fault{};
        }) {}
  int64_t open = 0, most = 0;
  FaultyFileSystem fs;
};

/// Writes files whose lines are ids, so that tests can read them.
class SpillTest : public PartitionedWriterTest {
 protected:
  TaskWriterOptions TextOptions() {
    TaskWriterOptions options = PartitionedOptions();
    options.format = FindFormat("csv");
    options.encoder.text.header = false;
    options.spill_directory = spill_.path();
    return options;
  }

  /// The ids in the files of each directory, in order.
  std::map<std::string, std::vector<int64_t>> Landed(
      const std::vector<FileRecord>& records) {
    std::map<std::string, std::vector<int64_t>> landed;
    for (const FileRecord& record : records) {
      std::istringstream lines(
          ReadFile(*memory_, "/att/" + record.staged_path).ValueOrDie());
      auto& ids = landed[ParentPath("/" + record.path).substr(1)];
      const size_t before = ids.size();
      for (int64_t id = 0; lines >> id;) ids.push_back(id);
      EXPECT_EQ(static_cast<int64_t>(ids.size() - before), record.rows);
    }
    return landed;
  }

  const TempDirectory spill_;
};

TEST_F(SpillTest, EachPartitionHasOneFileHoweverManyThereAre) {
  CountingStorage storage(*memory_);
  TaskWriterOptions options = TextOptions();
  options.max_open_files = 2;
  auto writer = TaskWriter::Make(storage.fs, std::move(options)).ValueOrDie();
  for (int64_t first = 0; first < 30; first += 10) {
    ASSERT_TRUE(writer->Write(*Partitioned(first, 10, 5)).ok());
  }
  const auto records = writer->Finish().ValueOrDie();
  EXPECT_THAT(PathsOf(records), ElementsAre("p=0/part-0.parquet", "p=1/part-1.parquet",
                                            "p=2/part-2.parquet", "p=3/part-3.parquet",
                                            "p=4/part-4.parquet"));
  EXPECT_EQ(storage.most, 2);
  const auto landed = Landed(records);
  EXPECT_THAT(landed.at("p=0"), ElementsAre(0, 5, 10, 15, 20, 25));
  EXPECT_THAT(landed.at("p=4"), ElementsAre(4, 9, 14, 19, 24, 29));
  EXPECT_EQ(records[4].partition, (PartitionValues{{"p", "4"}}));
}

TEST_F(SpillTest, RowsOfAPartitionKeepTheirOrderWhereverTheyWaited) {
  // Many partitions of very different sizes, and files that are closed as they fill.
  constexpr int64_t kRows = 40'000, kMost = int64_t{64} << 10;
  std::mt19937_64 random(7);
  std::map<std::string, std::vector<int64_t>> expected;
  TaskWriterOptions options = TextOptions();
  options.max_open_files = 3;
  options.memory_bytes = int64_t{8} << 20;
  options.file_bytes = kMost;
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  for (int64_t row = 0; row < kRows;) {
    arrow::Int64Builder ids, values;
    for (const int64_t end = std::min<int64_t>(kRows, row + random() % 3000); row < end;
         ++row) {
      const auto partition = static_cast<int64_t>(std::sqrt(random() % 40'000));
      expected[fmt::format("p={}", partition)].push_back(row);
      EXPECT_TRUE(ids.Append(row).ok());
      EXPECT_TRUE(values.Append(partition).ok());
    }
    const auto values_array = values.Finish().ValueOrDie();
    const auto batch =
        arrow::RecordBatch::Make(Partitioned(0, 0, 1)->schema(), values_array->length(),
                                 {values_array, ids.Finish().ValueOrDie()});
    ASSERT_TRUE(writer->Write(*batch).ok());
  }
  const auto records = writer->Finish().ValueOrDie();
  EXPECT_EQ(Landed(records), expected);
  EXPECT_EQ(records.size(), expected.size());  // 1.1 KB each at most
  EXPECT_TRUE(std::filesystem::is_empty(spill_.path()));
}

TEST_F(SpillTest, ALargePartitionThatWaitedBecomesSeveralFiles) {
  TaskWriterOptions options = TextOptions();
  options.max_open_files = 1;
  options.file_bytes = 10'000;
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Partitioned(0, 20'000, 2)).ok());  // 6 bytes a row
  ASSERT_TRUE(writer->Write(*Partitioned(20'000, 20'000, 2)).ok());
  const auto records = writer->Finish().ValueOrDie();
  EXPECT_GT(records.size(), 4u);
  const auto landed = Landed(records);
  ASSERT_EQ(landed.size(), 2u);
  EXPECT_EQ(landed.at("p=1").size(), 20'000u);
  EXPECT_TRUE(std::ranges::is_sorted(landed.at("p=1")));
}

TEST_F(SpillTest, TheBudgetHoldsForAllThatWaits) {
  constexpr int64_t kBudget = int64_t{16} << 20, kPartitions = 2000, kBatch = 1024;
  for (const char* const format : {"parquet", "avro", "csv"}) {
    SCOPED_TRACE(format);
    CountingStorage storage(*memory_);
    TaskWriterOptions options = TextOptions();
    options.format = FindFormat(format);
    options.memory_bytes = kBudget;
    auto writer = TaskWriter::Make(storage.fs, std::move(options)).ValueOrDie();
    int64_t most = 0;
    for (int64_t first = 0; first < 400 * kBatch; first += kBatch) {
      ASSERT_TRUE(writer->Write(*Partitioned(first, kBatch, kPartitions)).ok());
      most = std::max(most, writer->BufferedBytes());
    }
    const auto records = writer->Finish().ValueOrDie();
    EXPECT_EQ(records.size(), static_cast<size_t>(kPartitions));
    const int64_t peak = writer->TakePeakBytes();
    EXPECT_GE(peak, most);
    EXPECT_LE(peak, kBudget);
    EXPECT_LE(storage.most, 8);  // half of the budget, in MiB
    int64_t rows = 0;
    for (const FileRecord& record : records) {
      rows += record.rows;
      ASSERT_TRUE(memory_->DeleteFile("/att/" + record.staged_path).ok());
    }
    EXPECT_EQ(rows, 400 * kBatch);
  }
}

/// A storage that holds much of each file that is being written.
class HoldingFileSystem final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  int64_t PendingFileBytes() const override { return int64_t{3} << 20; }
};

TEST_F(SpillTest, FewerFilesAreOpenWhereTheStorageHoldsMuchOfEach) {
  HoldingFileSystem holding(*memory_);
  CountingStorage storage(holding);
  TaskWriterOptions options = TextOptions();
  options.memory_bytes = int64_t{16} << 20;
  auto writer = TaskWriter::Make(storage.fs, std::move(options)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Partitioned(0, 1000, 100)).ok());
  EXPECT_EQ(writer->Finish().ValueOrDie().size(), 100u);
  EXPECT_EQ(storage.most, 1);
}

TEST_F(SpillTest, TooManyPartitionsAreRefusedByTheKeyThatRaisesTheLimit) {
  TaskWriterOptions options = TextOptions();
  options.max_partitions = 100;
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Partitioned(0, 100, 100)).ok());
  const Status status = writer->Write(*Partitioned(0, 101, 101));
  EXPECT_TRUE(Is(status, ErrorKind::kResourceExhausted)) << status;
  EXPECT_EQ(status.message(),
            "the rows have more than 100 different values of 'p', and each makes a file "
            "at least; partition by columns of fewer values, or raise "
            "'checks.max_files'");
}

TEST_F(SpillTest, APlaceThatCannotBeWrittenIsNamed) {
  TaskWriterOptions options = TextOptions();
  options.max_open_files = 1;
  options.spill_directory = "/no/such/directory";
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  ASSERT_TRUE(writer->Write(*Partitioned(0, 100, 2)).ok());
  const Status status = writer->Finish().status();
  EXPECT_EQ(status.message(),
            "rows of more than 1 partitions wait on disk until all are read: no "
            "temporary file can be made in '/no/such/directory': No such file or "
            "directory; set TMPDIR to a directory of a local disk");
}

TEST_F(PartitionedWriterTest, AboveTheBudgetRowGroupsEndEarlyAndFilesStayOpen) {
  TaskWriterOptions options = PartitionedOptions();
  options.memory_bytes = int64_t{16} << 20;
  options.file_bytes = int64_t{1} << 30;
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  for (int64_t i = 0; i < 300; ++i) {
    ASSERT_TRUE(writer->Write(*Partitioned(i * 10'000, 10'000, 4)).ok());
  }
  const auto records = writer->Finish().ValueOrDie();
  ASSERT_EQ(records.size(), 4u);
  for (const FileRecord& record : records) {
    EXPECT_EQ(record.rows, 750'000);
    EXPECT_GT(record.row_groups, 1);
    EXPECT_LT(record.row_groups, 20);
  }
  EXPECT_LE(writer->TakePeakBytes(), int64_t{16} << 20);
}

TEST_F(TaskWriterTest, AboveTheBudgetTheOnlyFileGivesItsRowGroupAway) {
  TaskWriterOptions options = Options(int64_t{1} << 30);
  options.memory_bytes = int64_t{4} << 20;
  auto writer = TaskWriter::Make(*memory_, std::move(options)).ValueOrDie();
  for (int64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(writer->Write(*Rows(i * 8000, 8000)).ok());  // 12.8 MB
    EXPECT_LE(writer->BufferedBytes(), int64_t{4} << 20);
  }
  EXPECT_GE(writer->TakePeakBytes(), writer->BufferedBytes());
  const auto records = writer->Finish().ValueOrDie();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_THAT(records[0].row_groups, testing::AllOf(testing::Ge(3), testing::Le(12)));
}

TEST_F(PartitionedWriterTest, WithoutRowsThereIsNoFile) {
  auto writer = TaskWriter::Make(*memory_, PartitionedOptions()).ValueOrDie();
  EXPECT_THAT(writer->Finish().ValueOrDie(), IsEmpty());
}

TEST_F(PartitionedWriterTest, WrongColumnsAreRefused) {
  const auto refusal = [&](std::vector<std::string> partition_by) {
    TaskWriterOptions options = PartitionedOptions();
    options.schema = arrow::schema({arrow::field("p", arrow::int64()),
                                    arrow::field("_q", arrow::int64()),
                                    arrow::field("f", arrow::float32())});
    options.partition_by = std::move(partition_by);
    return TaskWriter::Make(*memory_, std::move(options)).status().message();
  };
  EXPECT_THAT(refusal({"pp"}), HasSubstr("'pp', which is no column"));
  EXPECT_THAT(refusal({"p", "p"}), HasSubstr("'p', which is named twice"));
  EXPECT_THAT(refusal({"f"}), HasSubstr("which is of float"));
  EXPECT_THAT(refusal({"_q"}), HasSubstr("Hive hides"));
}

}  // namespace
}  // namespace howdah
