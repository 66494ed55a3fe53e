#include "schema/declaration.h"

#include <nlohmann/json.hpp>

#include "schema/landing.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

constexpr int64_t kAny = kUnknownDim;

Result<Landing> Land(const arrow::Schema& source, const std::vector<std::string>& keep,
                     const Signature& signature, const DeclaredSchema* declared = nullptr,
                     const RowChecks& checks = {}) {
  return Landing::Compile(source, keep, signature, {}, declared, checks);
}

Signature Scores() {
  return SignatureOf({}, {Spec("Dense/out:0", DType::kFloat, Shape{kAny, 2, 3}),
                          Spec("grid", DType::kInt64, Shape{kAny, kAny, kAny}),
                          Spec("half", DType::kInt8, Shape{kAny})});
}

/// The fields of what `landing` declares, which declares itself again.
Json FieldsOf(const arrow::Schema& source, const std::vector<std::string>& keep,
              const Signature& signature, const Landing& landing,
              const RowChecks& checks = {}) {
  const std::string text = landing.Declaration().ValueOrDie();
  const DeclaredSchema declared = ParseAvroSchema(text, "x.avsc").ValueOrDie();
  const auto again = Land(source, keep, signature, &declared, checks);
  EXPECT_TRUE(again.ok()) << again.status().message() << text;
  if (again.ok()) {
    EXPECT_EQ(again->Declaration().ValueOrDie(), text);
    EXPECT_EQ(again->checks(), landing.checks());
  }
  return Json::parse(text).at("fields");
}

TEST(Declaration, SaysWhichOutputAFieldIsOfAndOfWhichShape) {
  const auto source = arrow::schema({arrow::field("Id", arrow::int64(), false)});
  const Landing landing = Land(*source, {"Id"}, Scores()).ValueOrDie();
  EXPECT_EQ(FieldsOf(*source, {"Id"}, Scores(), landing), Json::parse(R"([
      {"name": "id", "type": "long", "doc": "Id"},
      {"name": "dense_out_0", "type": {"type": "array", "items": "float"},
       "doc": "Dense/out:0", "tensor.source": "Dense/out:0", "tensor.shape": [2, 3]},
      {"name": "grid", "tensor.source": "grid",
       "type": {"type": "array", "items": {"type": "array", "items": "long"}}},
      {"name": "half", "type": "int", "tensor.source": "half"}])"));
}

TEST(Declaration, SaysWhatTheJobAsksOfValues) {
  const arrow::Schema source({});
  RowChecks checks;
  checks.nan = NanPolicy::kForbid;
  checks.columns["dense_out_0"] = {.nan = NanPolicy::kAllow, .sum = 1};
  checks.columns["half"] = {.min = -0.5, .max = 1e3};
  checks.columns["grid"] = {.min = 0};
  const Landing landing = Land(source, {}, Scores(), nullptr, checks).ValueOrDie();
  const Json fields = FieldsOf(source, {}, Scores(), landing, checks);
  EXPECT_EQ(fields[0]["check.nan"], "allow");
  EXPECT_EQ(fields[0]["check.sum"], 1);
  EXPECT_FALSE(fields[0].contains("check.sum_tolerance"));
  EXPECT_EQ(fields[1]["check.min"], 0);
  EXPECT_FALSE(fields[1].contains("check.nan"));
  EXPECT_EQ(fields[2]["check.min"], -0.5);
  EXPECT_EQ(fields[2]["check.max"], 1000);
}

TEST(Declaration, OfADeclaredSchemaHasItsShapesDocsAndRounding) {
  const auto source = arrow::schema({arrow::field("v", arrow::list(arrow::float64())),
                                     arrow::field("d", arrow::float64())});
  DeclaredSchema declared{.name = "r"};
  declared.fields = {
      {.name = "v",
       .type = ListOf(arrow::float32()),
       .nullable = true,
       .round = true,
       .shape = Shape{2}},
      {.name = "d", .type = arrow::float64(), .doc = "as it was"},
      {.name = "grid", .type = ListOf(ListOf(arrow::int64())), .shape = Shape{2, kAny}}};
  const Landing landing = Land(*source, {"v", "d"}, Scores(), &declared).ValueOrDie();
  const Json fields = FieldsOf(*source, {"v", "d"}, Scores(), landing);
  EXPECT_EQ(fields[0]["tensor.shape"], Json::array({2}));
  EXPECT_EQ(fields[0]["tensor.round"], true);
  EXPECT_FALSE(fields[0].contains("tensor.source"));
  EXPECT_EQ(fields[1]["doc"], "as it was");
  EXPECT_EQ(fields[2]["tensor.shape"], Json::array({2, -1}));
}

TEST(Declaration, AShapeThatAKeptColumnHasFromItsFileIsNotAskedOfItsValues) {
  const auto source =
      arrow::schema({arrow::field("v", arrow::list(arrow::float32()), true,
                                  arrow::key_value_metadata({"tensor.shape"}, {"2,3"}))});
  const Landing landing = Land(*source, {"v"}, Scores()).ValueOrDie();
  EXPECT_FALSE(FieldsOf(*source, {"v"}, Scores(), landing)[0].contains("tensor.shape"));
}

TEST(Declaration, TypesThatAvroDoesNotHaveAreTheNextWiderOnes) {
  using namespace arrow;
  const auto source = schema(
      {field("i", int16()), field("u", uint32()), field("t", timestamp(TimeUnit::MILLI)),
       field("z", timestamp(TimeUnit::MILLI, "Europe/Berlin")), field("d", date64()),
       field("m", map(utf8(), int8())), field("l", large_list(field("item", utf8()))),
       field("f", fixed_size_binary(2)), field("n", decimal128(7, 2)),
       field("s",
             struct_({field("a", uint8()), field("b", timestamp(TimeUnit::NANO))}))});
  const std::vector<std::string> keep = source->field_names();
  const Landing landing = Land(*source, keep, Scores()).ValueOrDie();
  const Json fields = FieldsOf(*source, keep, Scores(), landing);
  EXPECT_EQ(fields[0]["type"], Json::array({"null", "int"}));
  EXPECT_EQ(fields[1]["type"], Json::array({"null", "long"}));
  EXPECT_EQ(fields[2]["type"][1]["logicalType"], "local-timestamp-micros");
  EXPECT_EQ(fields[3]["type"][1]["logicalType"], "timestamp-micros");
  EXPECT_EQ(fields[4]["type"][1]["logicalType"], "date");
}

TEST(Declaration, WhatNoAvroSchemaDeclaresIsRefusedByName) {
  using namespace arrow;
  for (const auto& type :
       {map(int32(), utf8()), struct_({field("First Name", utf8())})}) {
    const auto source = schema({field("who", type)});
    const Landing landing = Land(*source, {"who"}, Scores()).ValueOrDie();
    const Status status = landing.Declaration().status();
    EXPECT_TRUE(Is(status, ErrorKind::kSchemaMismatch)) << status.message();
    EXPECT_THAT(status.message(), HasSubstr("'who'"));
  }
}

TEST(Declaration, AnOutputWhoseNameIsNotUtf8IsDeclared) {
  const arrow::Schema source({});
  const Signature signature =
      SignatureOf({}, {Spec("out\xff", DType::kFloat, Shape{kAny})});
  const Landing landing = Land(source, {}, signature).ValueOrDie();
  const std::string text = landing.Declaration().ValueOrDie();
  EXPECT_EQ(Json::parse(text)["fields"][0]["tensor.source"], "out\xef\xbf\xbd");
}

}  // namespace
}  // namespace howdah
