#include "commit/ledger.h"

#include <gmock/gmock.h>

#include <functional>
#include <limits>

#include "commit/commit_test_support.h"
#include "commit/fin.h"

namespace howdah {
namespace {

using testing::HasSubstr;

TaskCommit MakeTask(int64_t split, int64_t rows) {
  TaskCommit task;
  task.split = split;
  task.attempt = "0123456789abcdef";
  task.input_rows = rows + 1;
  task.rows_written = rows;
  task.rows_quarantined = 1;
  task.started_us = 1'700'000'000'000'001;
  task.finished_us = 1'700'000'000'000'002;
  FileRecord file;
  file.staged_path = "sub/0.staged";
  file.path = fmt::format("dt=ä b/part-{}.parquet", split);
  file.bytes = (int64_t{1} << 53) + 1;
  file.rows = rows;
  file.row_groups = 2;
  file.crc32c = 0x0000BEEF;
  file.columns = {{"probs.list.element", 10, 20, std::nullopt},
                  {"id", 1, 2, 3},
                  {"text", std::nullopt, std::nullopt, 4}};
  task.files = {file};
  file.path = fmt::format(".howdah-quarantine/nightly/part-{}.quarantine", split);
  file.rows = 1;
  task.quarantine = {file};
  task.non_finite = {{"score", 3, 1}};
  return task;
}

Ledger MakeLedger() {
  Ledger ledger;
  ledger.howdah_version = "1.2.3";
  ledger.job_id = "nightly";
  ledger.generation = 3;
  ledger.published_us = 1'700'000'000'123'456;
  ledger.plan = MakePlan();
  ledger.tasks = {MakeTask(0, 9), MakeTask(1, 19)};
  ledger.run = R"({"seconds":1.5})";
  return ledger;
}

/// `text` with the one occurrence of `from` replaced.
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Ledger, TheTotalsAreSumsOverItsTasks) {
  const Ledger ledger = MakeLedger();
  EXPECT_EQ(ledger.input_rows(), 10 + 20);
  EXPECT_EQ(ledger.rows_written(), 9 + 19);
  EXPECT_EQ(ledger.rows_quarantined(), 2);
  EXPECT_EQ(ledger.files(), 2);
  EXPECT_EQ(ledger.bytes(), (int64_t{1} << 54) + 2);
}

TEST(Ledger, SurvivesBeingWrittenAndRead) {
  const Ledger ledger = MakeLedger();
  const auto read = ParseLedger(ToJson(ledger), "ledger");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(ToJson(*read), ToJson(ledger));
  EXPECT_EQ(read->howdah_version, "1.2.3");
  EXPECT_EQ(read->job_id, "nightly");
  EXPECT_EQ(read->plan.job_id, "nightly");
  EXPECT_EQ(read->generation, 3);
  EXPECT_EQ(read->plan.mode, PublishMode::kNew);
  EXPECT_EQ(read->published_us, 1'700'000'000'123'456);
  EXPECT_EQ(read->plan.semantic, kModelA);
  EXPECT_EQ(read->run, ledger.run);
  ASSERT_EQ(read->plan.inputs.size(), 2u);
  EXPECT_EQ(read->plan.inputs[1].url, "/in/b.parquet");
  EXPECT_EQ(read->plan.inputs[1].length, 2000);
  EXPECT_EQ(read->plan.inputs[1].mtime_us, 6);
  ASSERT_EQ(read->plan.splits.size(), 2u);
  const SplitPart& part = read->plan.splits[1].parts.at(1);
  EXPECT_EQ(part.file, 1);
  EXPECT_EQ(part.first_row_group, 0);
  EXPECT_EQ(part.end_row_group, 3);
  EXPECT_EQ(read->plan.splits[1].parts[0].first_row, 10);
  EXPECT_EQ(part.rows, 15);
}

TEST(Ledger, ATaskManifestSurvivesBeingWrittenAndRead) {
  const TaskCommit task = MakeTask(7, 9);
  const auto read = ParseTaskCommit(ToJson(task), "task");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->split, 7);
  EXPECT_EQ(read->attempt, "0123456789abcdef");
  EXPECT_EQ(read->input_rows, 10);
  EXPECT_EQ(read->rows_written, 9);
  EXPECT_EQ(read->rows_quarantined, 1);
  EXPECT_EQ(read->started_us, task.started_us);
  EXPECT_EQ(read->finished_us, task.finished_us);
  const FileRecord& file = read->files.at(0);
  EXPECT_EQ(file.staged_path, "sub/0.staged");
  EXPECT_EQ(file.path, "dt=ä b/part-7.parquet");
  EXPECT_EQ(file.bytes, (int64_t{1} << 53) + 1);
  EXPECT_EQ(file.row_groups, 2);
  EXPECT_EQ(file.crc32c, 0xBEEFu);
  ASSERT_EQ(file.columns.size(), 3u);
  EXPECT_EQ(file.columns[0].name, "probs.list.element");
  EXPECT_EQ(file.columns[0].null_count, std::nullopt);
  EXPECT_EQ(file.columns[1].null_count, 3);
  EXPECT_EQ(file.columns[1].compressed_bytes, 1);
  EXPECT_EQ(file.columns[1].uncompressed_bytes, 2);
  EXPECT_EQ(file.columns[2].compressed_bytes, std::nullopt) << "of a row format";
  EXPECT_EQ(file.columns[2].uncompressed_bytes, std::nullopt);
  EXPECT_EQ(file.columns[2].null_count, 4);
}

TEST(Ledger, HashesPartitionsAndBytesSurviveBeingWrittenAndRead) {
  TaskCommit task = MakeTask(7, 9);
  task.key_hash = 0x00000000000000ABu;
  task.files[0].row_hash = std::numeric_limits<uint64_t>::max();
  task.files[0].path = "dt=1/where=x/part.parquet";
  task.files[0].partition = {{"dt", "ä/b"}, {"where", std::nullopt}};
  const std::string text = ToJson(task);
  EXPECT_THAT(text, HasSubstr(R"("key_hash":"00000000000000ab")"));
  EXPECT_THAT(text, HasSubstr(R"("row_hash":"ffffffffffffffff")"));
  EXPECT_THAT(text, HasSubstr(R"("partition":[{"column":"dt","value":"ä/b"},)"
                              R"({"column":"where","value":null}])"));
  const auto read = ParseTaskCommit(text, "task");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->key_hash, task.key_hash);
  EXPECT_EQ(read->files[0].row_hash, task.files[0].row_hash);
  EXPECT_EQ(read->files[0].partition, task.files[0].partition);

  JobPlan plan = MakePlan();
  plan.splits[0].parts[0].first_byte = 0;
  plan.splits[0].parts[0].end_byte = int64_t{1} << 62;
  plan.splits[1].parts[0].first_byte = int64_t{1} << 62;
  plan.splits[1].parts[0].end_byte = std::numeric_limits<int64_t>::max();
  const auto plan_read = ParsePlan(ToJson(plan, 1), "plan");
  ASSERT_TRUE(plan_read.ok()) << plan_read.status();
  EXPECT_EQ(plan_read->splits[0].parts[0].first_byte, 0);
  EXPECT_EQ(plan_read->splits[0].parts[0].end_byte, int64_t{1} << 62);
  EXPECT_EQ(plan_read->splits[1].parts[0].end_byte, std::numeric_limits<int64_t>::max());
  EXPECT_EQ(ToJson(*plan_read, 1), ToJson(plan, 1));
}

TEST(Ledger, WhatWasNotTakenIsNotWritten) {
  const std::string text = ToJson(MakeLedger());
  for (const char* field : {"key_hash", "row_hash", "partition", "first_byte"}) {
    EXPECT_EQ(text.find(field), text.npos) << field;
  }
  const auto read = ParseLedger(text, "ledger");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->tasks[0].key_hash, std::nullopt);
  EXPECT_EQ(read->tasks[0].files[0].row_hash, std::nullopt);
  EXPECT_TRUE(read->tasks[0].files[0].partition.empty());
}

TEST(Ledger, FinSurvivesBeingWrittenAndRead) {
  for (const Outcome outcome :
       {Outcome::kPublished, Outcome::kConflict, Outcome::kAbandoned}) {
    const auto read = ParseFin(ToJson(Fin{"a:b", 4, outcome, 77}), "FIN");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->job_id, "a:b");
    EXPECT_EQ(read->generation, 4);
    EXPECT_EQ(read->outcome, outcome);
    EXPECT_EQ(read->finished_us, 77);
  }
  EXPECT_TRUE(Is(ParseFin(With(ToJson(Fin{}), "published", "perished"), "FIN").status(),
                 ErrorKind::kCorruption));
}

TEST(Ledger, SemanticTextsKeepEveryByte) {
  JobPlan plan = MakePlan();
  for (const char* semantic :
       {"{}", R"({"a":9007199254740993,"b":-9223372036854775808})",
        R"({"x":18446744073709551615})", R"({"a":0.1,"b":1.0,"c":1e+300})",
        R"({"text":"ä \"q\" \\ \u0001 /","z":[null,true,{"k":[]}]})"}) {
    plan.semantic = semantic;
    EXPECT_TRUE(IsCanonicalJsonObject(semantic)) << semantic;
    const auto read = ParsePlan(ToJson(plan, 1), "plan.json");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->semantic, semantic);
  }
  for (const char* text :
       {"", "[]", "{", R"({"b":1,"a":1})", R"({"a": 1})", "{\"a\":\"\xFF\"}"}) {
    EXPECT_FALSE(IsCanonicalJsonObject(text)) << text;
  }
}

TEST(Ledger, TheTextIsWhatOtherToolsExpect) {
  const std::string text = ToJson(MakeLedger());
  EXPECT_THAT(text, HasSubstr(R"("crc32c":"0000beef")"));
  EXPECT_THAT(text, HasSubstr(R"("bytes":9007199254740993)"));
  // date -u -d @1700000000
  EXPECT_THAT(text, HasSubstr(R"("published":"2023-11-14T22:13:20.123456Z")"));
  EXPECT_THAT(text, HasSubstr(R"("format_version":1)"));
  EXPECT_EQ(text.find('\n'), text.npos);
}

// The worked example of docs/formats/ledger.md, without its line breaks.
TEST(Ledger, TheWorkedExampleIsReadAndWrittenByteForByte) {
  const std::string plan_text =
      R"({"format_version":1,"generation":1,)"
      R"("inputs":[{"length":2048,"mtime_us":1700000000000000,"url":"/in/a.parquet"}],)"
      R"("job_id":"demo","mode":"new","semantic":{"format":"parquet","model":{"sha256":"9f86d081"}},)"
      R"("splits":[{"id":0,"parts":[{"end_row_group":1,"file":0,"first_row":0,)"
      R"("first_row_group":0,"rows":3}]}]})";
  const auto plan = ParsePlan(plan_text, "plan.json");
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(ToJson(*plan, 1), plan_text);
  EXPECT_EQ(plan->splits.at(0).rows(), 3);

  const std::string task_text =
      R"({"attempt":"00112233aabbccdd","files":[{"bytes":412,"columns":[)"
      R"({"compressed_bytes":36,"name":"score","null_count":0,"uncompressed_bytes":34}],)"
      R"("crc32c":"e3069283","path":"part-00000-0-6542efcb9836ac0b.parquet",)"
      R"("row_groups":1,"rows":3,"staged_path":"0.staged"}],)"
      R"("finished":"2023-11-14T22:13:20.250000Z","finished_us":1700000000250000,)"
      R"("format_version":1,"input_rows":3,"rows_quarantined":0,"rows_written":3,)"
      R"("split":0,"started":"2023-11-14T22:13:20.000000Z","started_us":1700000000000000})";
  const auto task = ParseTaskCommit(task_text, "00000.json");
  ASSERT_TRUE(task.ok()) << task.status();
  EXPECT_EQ(ToJson(*task), task_text);
  EXPECT_EQ(task->files.at(0).crc32c, 0xE3069283u);

  EXPECT_EQ(
      ToJson(Fin{"demo", 1, Outcome::kPublished, 1'700'000'000'400'000}),
      R"({"finished":"2023-11-14T22:13:20.400000Z","finished_us":1700000000400000,)"
      R"("format_version":1,"generation":1,"job_id":"demo","outcome":"published"})");
}

TEST(Ledger, EveryControlFileSaysItsFormatAndANewerOneIsUnsupported) {
  struct File {
    std::string text;
    std::function<Status(const std::string&)> parse;
  };
  const std::vector<File> files = {
      {ToJson(MakePlan(), 1),
       [](auto& text) { return ParsePlan(text, "/x/y").status(); }},
      {ToJson(MakeTask(0, 9)),
       [](auto& text) { return ParseTaskCommit(text, "/x/y").status(); }},
      {ToJson(MakeLedger()),
       [](auto& text) { return ParseLedger(text, "/x/y").status(); }},
      {ToJson(Fin{"a", 1}), [](auto& text) { return ParseFin(text, "/x/y").status(); }}};
  const std::string ours = R"("format_version":1)";
  for (const File& file : files) {
    SCOPED_TRACE(file.text);
    EXPECT_TRUE(file.parse(file.text).ok());
    const Status newer = file.parse(With(file.text, ours, R"("format_version":2)"));
    EXPECT_TRUE(Is(newer, ErrorKind::kUnsupported)) << newer;
    EXPECT_THAT(newer.message(), HasSubstr("/x/y"));
    EXPECT_THAT(newer.message(), HasSubstr("format_version 2"));
    for (const char* damaged : {R"("format_version":0)", R"("format_version":-1)",
                                R"("format_version":"1")", R"("x":1)"}) {
      const Status refused = file.parse(With(file.text, ours, damaged));
      EXPECT_TRUE(Is(refused, ErrorKind::kCorruption)) << damaged << refused;
    }
  }
}

TEST(Ledger, AWrongFieldIsNamedWithItsPlace) {
  const std::string good = ToJson(MakeLedger());
  const auto message = [&](const std::string& from, const std::string& to) {
    const Status refused = ParseLedger(With(good, from, to), "here").status();
    EXPECT_TRUE(Is(refused, ErrorKind::kCorruption)) << refused;
    return refused.ok() ? "" : refused.message();
  };
  EXPECT_THAT(message(R"("job_id":"nightly")", R"("job_id":7)"),
              HasSubstr("here: field 'job_id'"));
  EXPECT_THAT(message(R"("rows_written":9)", R"("rows_written":-9)"),
              HasSubstr("'tasks[0].rows_written'"));
  EXPECT_THAT(message(R"("rows_written":9)", R"("rows_written":9.5)"),
              HasSubstr("'tasks[0].rows_written'"));
  EXPECT_THAT(message(R"("rows_written":9)", R"("rows_written":9223372036854775808)"),
              HasSubstr("'tasks[0].rows_written'"));
  EXPECT_THAT(message(R"("rows_written":9)", R"("rows_wrtten":9)"),
              HasSubstr("'tasks[0].rows_written' is not there"));
  EXPECT_THAT(message(R"("crc32c":"0000beef")", R"("crc32c":"beef")"),
              HasSubstr("'tasks[0].files[0].crc32c'"));
  EXPECT_THAT(message(R"("crc32c":"0000beef")", R"("crc32c":"0000beeg")"),
              HasSubstr("'tasks[0].files[0].crc32c'"));
  EXPECT_THAT(message("dt=ä b/part-0", "dt=ä b/../../part-0"),
              HasSubstr("'tasks[0].files[0].path'"));
  EXPECT_THAT(message("sub/0.staged", "/etc/passwd"),
              HasSubstr("'tasks[0].files[0].staged_path'"));
  EXPECT_THAT(message("0123456789abcdef", "../../x/y/z/0123"),
              HasSubstr("'tasks[0].attempt'"));
  EXPECT_THAT(message(R"("id":1)", R"("id":2)"), HasSubstr("'plan.splits[1].id'"));
  EXPECT_THAT(message(R"("file":1)", R"("file":2)"),
              HasSubstr("'plan.splits[1].parts[1].file'"));
  EXPECT_THAT(message(R"("end_row_group":2)", R"("end_row_group":0)"),
              HasSubstr("'plan.splits[1].parts[0].end_row_group'"));
  EXPECT_THAT(message(R"("run":{)", R"("run":[],"x":{)"), HasSubstr("'run'"));
  EXPECT_THAT(message(R"("null_count":3)", R"("null_count":"3")"),
              HasSubstr("'tasks[0].files[0].columns[1].null_count'"));
}

TEST(Ledger, HostileHashesPartitionsAndBytesAreRefused) {
  TaskCommit task = MakeTask(7, 9);
  task.key_hash = 1;
  task.files[0].row_hash = 2;
  task.files[0].partition = {{"dt", "x"}};
  const std::string good = ToJson(task);
  ASSERT_TRUE(ParseTaskCommit(good, "t").ok());
  const auto refused = [](const std::string& text, const std::string& field) {
    const Status status = ParseTaskCommit(text, "here").status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << text;
    EXPECT_THAT(status.ToString(), HasSubstr("'" + field + "'"));
  };
  const std::string key = R"("0000000000000001")";
  for (const char* bad : {R"("1")", "1", R"("000000000000000A")", R"("0x00000000000001")",
                          R"(" 000000000000001")", R"("00000000000000001")", "[]"}) {
    refused(With(good, key, bad), "key_hash");
    refused(With(good, R"("0000000000000002")", bad), "files[0].row_hash");
  }
  const std::string partition = R"([{"column":"dt","value":"x"}])";
  refused(With(good, partition, "7"), "files[0].partition");
  refused(With(good, partition, R"([{"column":"dt"}])"), "files[0].partition[0].value");
  refused(With(good, partition, R"([{"column":"dt","value":1}])"),
          "files[0].partition[0].value");
  refused(With(good, partition, R"([{"column":"","value":"x"}])"),
          "files[0].partition[0].column");
  refused(
      With(good, partition, R"([{"column":"a","value":"x"},{"column":"b","value":"y"}])"),
      "files[0].partition");

  JobPlan plan = MakePlan();
  plan.splits[0].parts[0].first_byte = 5;
  plan.splits[0].parts[0].end_byte = 6;
  const std::string text = ToJson(plan, 1);
  for (const char* bad : {"-1", "7.5", "9223372036854775808", "\"5\"", "7"}) {
    const Status status =
        ParsePlan(With(text, R"("first_byte":5)", R"("first_byte":)" + std::string(bad)),
                  "here")
            .status();
    EXPECT_TRUE(Is(status, ErrorKind::kCorruption)) << bad;
    EXPECT_THAT(status.ToString(), HasSubstr("splits[0].parts[0]."));
  }
}

TEST(Ledger, CountsThatTogetherExceed64BitsAreRefused) {
  TaskCommit task = MakeTask(0, 9);
  task.input_rows = std::numeric_limits<int64_t>::max();
  EXPECT_TRUE(Is(ParseTaskCommit(ToJson(task), "t").status(), ErrorKind::kCorruption));
}

TEST(Ledger, EveryTruncationIsRefused) {
  const std::string good = ToJson(MakeLedger());
  for (size_t length = 0; length < good.size(); ++length) {
    const Status refused = ParseLedger(good.substr(0, length), "cut").status();
    ASSERT_TRUE(Is(refused, ErrorKind::kCorruption)) << length;
  }
}

TEST(Ledger, AFlippedByteNeverCrashesTheReader) {
  const std::string good = ToJson(MakeLedger());
  for (size_t i = 0; i < good.size(); ++i) {
    for (const char change : {'\x01', '\x20', '\x7F'}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ change);
      static_cast<void>(ParseLedger(bad, "flipped"));
      static_cast<void>(DescribeDifference(good, bad));
    }
  }
}

TEST(Ledger, DeepNestingIsRefusedInsteadOfExhaustingTheStack) {
  const std::string deep = std::string(1'000'000, '[');
  EXPECT_TRUE(Is(ParseLedger(deep, "deep").status(), ErrorKind::kCorruption));
  EXPECT_TRUE(
      Is(ParsePlan(R"({"semantic":)" + deep, "deep").status(), ErrorKind::kCorruption));
  EXPECT_FALSE(IsCanonicalJsonObject(deep));
}

class ReadLedgerTest : public CommitTest {};

TEST_F(ReadLedgerTest, ADirectoryWithoutLedgerIsNotFoundAndSaysWhatWasLookedFor) {
  const Status missing = ReadLedger(*fs_, "/lake").status();
  EXPECT_TRUE(Is(missing, ErrorKind::kNotFound)) << missing;
  EXPECT_THAT(missing.message(), HasSubstr("/lake/.howdah-ledger"));
}

TEST_F(ReadLedgerTest, ADamagedLedgerIsNotTakenForNone) {
  Put("/lake/.howdah-ledger", "");
  EXPECT_TRUE(Is(ReadLedger(*fs_, "/lake").status(), ErrorKind::kCorruption));
}

}  // namespace
}  // namespace howdah
