#include "pipeline/job_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace howdah {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kMinimal[] = R"(
[model]
path = "m"
[input]
path = "in/*.parquet"
[output]
path = "out"
)";

Result<JobSpec> Parse(const std::string& text, std::vector<std::string> sets = {}) {
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Setting> settings, ParseJobFile(text, "job.toml"));
  for (const std::string& set : sets) {
    HOWDAH_ASSIGN_OR_RETURN(Setting setting, ParseAssignment(set));
    settings.push_back(setting);
  }
  return MakeJobSpec(settings);
}

std::string ErrorOf(const std::string& text, std::vector<std::string> sets = {}) {
  const Result<JobSpec> spec = Parse(text, std::move(sets));
  return spec.ok() ? "no error" : spec.status().message();
}

TEST(JobFile, KeysLandInTheirFields) {
  const auto spec = Parse(R"(
[job]
id = "churn-1"
[model]
path = "m"
batch_rows = 64
tags = ["serve", "gpu"]
[input]
path = ["a", "b,c"]
[input.tensors]
features = ["f0", "f1"]
body = "text, with a comma"
[output]
path = "out"
keep = ["id"]
file_size = "64KiB"
[output.columns]
z_first = "output_0"
a_second = { from = "probs", as = "binary" }
)");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->job_id, "churn-1");
  EXPECT_EQ(spec->model.batch_rows, 64);
  EXPECT_THAT(spec->model.tags, ElementsAre("serve", "gpu"));
  EXPECT_THAT(spec->input.path, ElementsAre("a", "b,c"));
  EXPECT_THAT(spec->input.tensors.at("features").columns, ElementsAre("f0", "f1"));
  EXPECT_THAT(spec->input.tensors.at("body").columns, ElementsAre("text, with a comma"));
  EXPECT_EQ(spec->output.file_size, 65536);
  ASSERT_EQ(spec->output.columns.size(), 2u);
  EXPECT_EQ(spec->output.columns[0].name, "z_first") << "the order of the file is kept";
  EXPECT_EQ(spec->output.columns[1].from, "probs");
  EXPECT_EQ(spec->output.columns[1].as, OutputColumn::As::kBinary);
}

TEST(JobFile, TablesSayMoreOfTensorsAndColumns) {
  const auto spec = Parse(R"([model]
path = "m"
onednn = true
timeout = "90s"
[input]
path = "in"
[input.tensors]
tokens = { from = "ids", pad = -1 }
grid = { pad = 0.5 }
packed = { from = ["a", "b"] }
[output]
path = "out"
[output.columns]
label = { from = "probs", as = "argmax" }
best = { from = "probs", as = "topk:3" }
words = { from = "values", row_splits = "splits" }
)");
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->model.onednn, true);
  EXPECT_EQ(spec->model.timeout, std::chrono::seconds(90));
  EXPECT_THAT(spec->input.tensors.at("tokens").columns, ElementsAre("ids"));
  EXPECT_EQ(spec->input.tensors.at("tokens").pad, "-1");
  EXPECT_THAT(spec->input.tensors.at("grid").columns, ElementsAre("grid"));
  EXPECT_EQ(spec->input.tensors.at("grid").pad, "0.5");
  EXPECT_THAT(spec->input.tensors.at("packed").columns, ElementsAre("a", "b"));
  EXPECT_EQ(spec->input.tensors.at("packed").pad, std::nullopt);
  EXPECT_EQ(spec->output.columns[0].as, OutputColumn::As::kArgmax);
  EXPECT_EQ(spec->output.columns[1].as, OutputColumn::As::kTopK);
  EXPECT_EQ(spec->output.columns[1].top_k, 3);
  EXPECT_EQ(spec->output.row_splits.at("values"), "splits");
}

TEST(JobFile, OptionsThatThereAreNotAreRefused) {
  EXPECT_THAT(ErrorOf("[output.columns]\nx = { as = \"argmaxx\" }\n"),
              AllOf(HasSubstr("'output.columns.x.as'"), HasSubstr("'argmax'")));
  EXPECT_THAT(ErrorOf("[output.columns]\nx = { as = \"topk:0\" }\n"),
              HasSubstr("must be from 1"));
  EXPECT_THAT(ErrorOf("[output.columns]\nx = { as = [\"argmax\", \"expand\"] }\n"),
              HasSubstr("must be one value"));
  EXPECT_THAT(ErrorOf("[input.tensors]\nx = { form = \"a\" }\n"),
              HasSubstr("did you mean 'from'?"));
  EXPECT_THAT(ErrorOf("[model]\ntimeout = 5\n"), HasSubstr("a duration such as"));
  EXPECT_THAT(ErrorOf("[model]\nonednn = \"yes\"\n"), HasSubstr("true or false"));
}

TEST(JobFile, SyntaxErrorNamesLineAndColumn) {
  EXPECT_THAT(ErrorOf("[model]\npath = \"m\nx = 1\n"),
              HasSubstr("job.toml, line 2, column"));
}

TEST(JobFile, UnknownKeyNamesTheNearestAndItsLine) {
  EXPECT_THAT(ErrorOf("[model]\npaht = \"m\"\n"),
              AllOf(HasSubstr("job.toml, line 2"), HasSubstr("unknown key 'model.paht'"),
                    HasSubstr("did you mean 'model.path'?")));
  EXPECT_THAT(ErrorOf("[modle]\npath = \"m\"\n"),
              AllOf(HasSubstr("'modle.path'"), HasSubstr("did you mean 'model.path'?")));
}

TEST(JobFile, WrongTypeAndRangeAreRefusedByName) {
  EXPECT_THAT(ErrorOf("[model]\nbatch_rows = \"many\"\n"),
              HasSubstr("'model.batch_rows' must be a whole number"));
  EXPECT_THAT(ErrorOf("[model]\nbatch_rows = 0\n"), HasSubstr("must be from 1 to"));
  EXPECT_THAT(ErrorOf("[model]\nbatch_rows = 1.5\n"), HasSubstr("a whole number"));
  EXPECT_THAT(ErrorOf("[output]\nfile_size = \"big\"\n"),
              HasSubstr("'output.file_size'"));
  EXPECT_THAT(ErrorOf("[input]\npath = [1]\n"), HasSubstr("'input.path'"));
  EXPECT_THAT(ErrorOf("[output.columns]\nx = { form = \"a\" }\n"),
              HasSubstr("did you mean 'from'?"));
}

TEST(JobFile, ValuesOfALaterVersionAreToldApartFromSlips) {
  EXPECT_THAT(ErrorOf("[output]\nprofile = \"hive3\"\n"),
              HasSubstr("is not available in howdah"));
  EXPECT_THAT(ErrorOf("[output]\nmode = \"nwe\"\n"), HasSubstr("did you mean 'new'?"));
}

TEST(JobFile, ModesThatReadersWouldSeeHalfOfAreRefusedWithTheWayToDoIt) {
  for (const char* mode : {"merge", "overwrite_partitions"}) {
    const std::string error = ErrorOf(fmt::format("[output]\nmode = \"{}\"\n", mode));
    EXPECT_THAT(error, HasSubstr(mode));
    EXPECT_THAT(error, HasSubstr("table/dt=2026-11-22"));
  }
}

TEST(JobSpec, WhatMustBeThereIsNamedWithItsFlag) {
  EXPECT_THAT(ErrorOf("[model]\npath = \"m\"\n"), HasSubstr("--input"));
  EXPECT_TRUE(Parse(kMinimal).ok());
}

TEST(JobSpec, AssignmentsOverrideTheFileAndMayBePlainText) {
  const auto spec = Parse(kMinimal, {"output.path=else where", "model.batch_rows=7",
                                     "input.tensors.x=\"a,b\"", "output.keep=[\"k\"]",
                                     "input.tensors.y=a,b", "job.id=2026"});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->output.path, "else where");
  EXPECT_EQ(spec->model.batch_rows, 7);
  EXPECT_THAT(spec->input.tensors.at("y").columns, ElementsAre("a", "b"));
  EXPECT_THAT(spec->output.keep, ElementsAre("k"));
  EXPECT_EQ(spec->job_id, "2026");
  EXPECT_THAT(ErrorOf(kMinimal, {"nonsense"}), HasSubstr("section.key=value"));
}

TEST(JobSpec, EnvironmentIsExpandedInPathsOnly) {
  setenv("HOWDAH_TEST_DIR", "/data", 1);
  const auto spec = Parse(kMinimal, {"output.path=${HOWDAH_TEST_DIR}/p", "job.id=${X}"});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->output.path, "/data/p");
  EXPECT_EQ(spec->job_id, "${X}");
  EXPECT_THAT(ErrorOf(kMinimal, {"output.path=${HOWDAH_NOT_SET}"}),
              HasSubstr("'HOWDAH_NOT_SET' is not set"));
}

TEST(JobSpec, FormatsHaveTheirNamesAndKeys) {
  const auto csv = Parse(kMinimal, {"output.format=csv", "output.csv.dialect=rfc4180",
                                    "output.csv.header=false", "output.csv.null=NULL",
                                    "output.csv.decimals=3", "output.compression=gzip"});
  ASSERT_TRUE(csv.ok()) << csv.status();
  EXPECT_EQ(csv->output.format, "csv");
  EXPECT_FALSE(csv->output.text.header);
  EXPECT_EQ(csv->output.text.null, "NULL");
  EXPECT_EQ(csv->output.text.decimals, 3);
  EXPECT_EQ(csv->output.compression, "gzip");
  const auto hive = Parse(kMinimal, {"output.format=csv", "output.csv.dialect=hive-text",
                                     "output.csv.header=false"});
  ASSERT_TRUE(hive.ok()) << hive.status();
  EXPECT_EQ(hive->output.text.dialect, "hive-text");
  const auto avro = Parse(kMinimal, {"output.format=avro", "output.profile=compact"});
  ASSERT_TRUE(avro.ok()) << avro.status();
  EXPECT_EQ(avro->output.format, "avro");
  EXPECT_EQ(avro->output.profile, "compact");
  const auto jsonl = Parse(kMinimal, {"output.format=jsonl"});
  ASSERT_TRUE(jsonl.ok()) << jsonl.status();
  EXPECT_EQ(jsonl->output.format, "json") << "as it is called where it lands";
  EXPECT_EQ(Parse(kMinimal, {"input.format=avro"})->input.format, "avro");
  EXPECT_EQ(Parse(kMinimal, {"input.format=tfrecord"})->input.format, "tfrecord");
}

TEST(JobSpec, KeysOfAnotherFormatAreRefusedWithTheirPlace) {
  EXPECT_THAT(ErrorOf(std::string(kMinimal) + "csv.dialect = \"hive-text\"\n"),
              AllOf(HasSubstr("job.toml, line 8: 'output.csv.dialect'"),
                    HasSubstr("which here is 'parquet'")));
  for (const char* key : {"csv.header=true", "csv.null=x", "csv.decimals=2"}) {
    EXPECT_THAT(ErrorOf(kMinimal, {"output.format=json", std::string("output.") + key}),
                AllOf(HasSubstr("is for output.format = 'csv'"), HasSubstr("'json'")));
  }
  EXPECT_THAT(ErrorOf(kMinimal, {"output.csv.null=x", "output.format=avro"}),
              HasSubstr("--set: 'output.csv.null'"))
      << "whichever comes first";
  EXPECT_THAT(ErrorOf(kMinimal, {"output.format=csv", "output.csv.dialect=hive-text",
                                 "output.csv.header=true"}),
              HasSubstr("'hive-text' has no header"));
}

TEST(JobSpec, ValuesThatTextDoesNotHaveAreRefused) {
  const auto error = [](const std::string& key) {
    return ErrorOf(kMinimal, {"output.format=csv", "output.csv." + key});
  };
  EXPECT_THAT(error("dialect=hive"), HasSubstr("one of 'rfc4180', 'hive-text'"));
  EXPECT_THAT(error("decimals=18"), HasSubstr("must be from 0 to 17, got 18"));
  EXPECT_THAT(error("header=1"), HasSubstr("true or false"));
  EXPECT_THAT(error("separator=x"), HasSubstr("unknown key 'output.csv.separator'"));
  EXPECT_THAT(ErrorOf(kMinimal, {"output.json.nan=string"}), HasSubstr("unknown key"));
}

TEST(JobSpec, BadRowsHaveAPolicyAndALimit) {
  const auto spec =
      Parse(kMinimal, {"checks.bad_rows=quarantine", "checks.max_bad_rows=0.5%"});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->checks.bad_rows, "quarantine");
  EXPECT_EQ(spec->checks.max_bad_rows, "0.5%");
  EXPECT_EQ(Parse(kMinimal)->checks.bad_rows, "fail");
  EXPECT_EQ(Parse(kMinimal)->checks.max_bad_rows, "1000");
  EXPECT_EQ(Parse(kMinimal, {"checks.max_bad_rows=7"})->checks.max_bad_rows, "7");
  EXPECT_THAT(ErrorOf(kMinimal, {"checks.bad_rows=quarantin"}),
              HasSubstr("did you mean 'quarantine'?"));
  for (const char* limit : {"101%", "-1%", "nan%", "%", "1%%"}) {
    EXPECT_THAT(ErrorOf(kMinimal, {fmt::format("checks.max_bad_rows='{}'", limit)}),
                HasSubstr("from \"0%\" to \"100%\""))
        << limit;
  }
  EXPECT_THAT(ErrorOf(kMinimal, {"checks.max_bad_rows=-1"}), HasSubstr("from 0"));
}

TEST(JobSpec, ChecksAreOfAllColumnsOrOfOne) {
  const auto spec = Parse(std::string(kMinimal) + R"(
[checks]
nan = "null"
[checks.columns]
score = { nan = "forbid", min = 0, max = 0.5 }
"p.q" = { sum = 1, sum_tolerance = 1e-4 }
)",
                          {"checks.columns.n={min=-3}"});
  ASSERT_TRUE(spec.ok()) << spec.status();
  EXPECT_EQ(spec->checks.nan, NanPolicy::kNull);
  const auto& columns = spec->checks.columns;
  ASSERT_EQ(columns.size(), 3);
  EXPECT_EQ(columns.at("score"),
            (ValueChecks{.nan = NanPolicy::kForbid, .min = 0, .max = 0.5}));
  EXPECT_EQ(columns.at("p.q"), (ValueChecks{.sum = 1, .sum_tolerance = 1e-4}));
  EXPECT_EQ(columns.at("n"), (ValueChecks{.min = -3}));
}

TEST(JobSpec, ChecksThatAreNoneAreRefused) {
  const auto error = [](const std::string& checks) {
    return ErrorOf(std::string(kMinimal) + "[checks.columns]\n" + checks);
  };
  EXPECT_THAT(error("a = { mean = 1 }"), HasSubstr("checks.columns.a.mean"));
  EXPECT_THAT(error("a = { min = \"x\" }"),
              HasSubstr("'checks.columns.a.min': expected a number, got 'x'"));
  EXPECT_THAT(error("a = { sum_tolerance = -1 }"), HasSubstr("from 0"));
  EXPECT_THAT(error("a = { min = 9007199254740993 }"), HasSubstr("2^53"));
  EXPECT_THAT(error("a = 1"), HasSubstr("a table"));
}

}  // namespace
}  // namespace howdah
