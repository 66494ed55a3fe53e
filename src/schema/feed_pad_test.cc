#include <arrow/util/float16.h>

#include "schema/feed.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;

/// The tensor that column "x" of `array` gives an input "x" with a pad.
Result<Tensor> Padded(const ArrayPtr& array, const std::string& pad, DType dtype,
                      std::optional<Shape> shape) {
  const auto batch = BatchOf({{"x", array}});
  HOWDAH_ASSIGN_OR_RETURN(
      const Feed feed,
      Feed::Compile(*batch->schema(), SignatureOf({Spec("x", dtype, std::move(shape))}),
                    {{"x", {.columns = {"x"}, .pad = pad}}}));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, feed.Tensors(*batch));
  return tensors.at(0);
}

TEST(FeedPad, AShapeThatTheBatchSettlesIsKnown) {
  struct Case {
    Shape spec;
    std::optional<std::string> pad;
    bool depends;
  };
  const auto batch = BatchOf({{"x", ArrayOf(arrow::list(arrow::int64()), "[[1, 2]]")}});
  for (const Case& c : {Case{{kAny, 2}, {}, false}, Case{{kAny, kAny}, {}, true},
                        Case{{kAny, 2}, "0", true}, Case{{kAny, kAny}, "0", true}}) {
    const Feed feed =
        Feed::Compile(*batch->schema(), SignatureOf({Spec("x", DType::kInt64, c.spec)}),
                      {{"x", {.columns = {"x"}, .pad = c.pad}}})
            .ValueOrDie();
    EXPECT_EQ(feed.depends_on_batch(), c.depends) << ShapeToString(c.spec);
  }
}

TEST(FeedPad, FillsListsUpToTheLongestOfTheBatch) {
  const TypePtr i = arrow::int64(), lists = arrow::list(i);
  struct Case {
    TypePtr type;
    const char* json;
    std::optional<Shape> spec;
    Shape shape;
    const char* values;
  };
  const Case cases[] = {
      {lists, "[[1], [], [2, 3, 4]]", Shape{kAny, kAny}, {3, 3}, "[1,9,9,9,9,9,2,3,4]"},
      {lists, "[[1], [2]]", Shape{kAny, kAny}, {2, 1}, "[1, 2]"},
      {lists, "[[1], [2, 3]]", std::nullopt, {2, 2}, "[1, 9, 2, 3]"},
      {arrow::large_list(i), "[[1], [2, 3]]", Shape{kAny, kAny}, {2, 2}, "[1, 9, 2, 3]"},
      // Nothing to measure.
      {lists, "[]", Shape{kAny, kAny}, {0, 0}, "[]"},
      {lists, "[[], []]", Shape{kAny, kAny}, {2, 0}, "[]"},
      // A dimension that the signature fixes.
      {lists, "[[1], [2, 3]]", Shape{kAny, 3}, {2, 3}, "[1, 9, 9, 2, 3, 9]"},
      {lists, "[[], []]", Shape{kAny, 2}, {2, 2}, "[9, 9, 9, 9]"},
      {lists, "[]", Shape{kAny, 2}, {0, 2}, "[]"},
      {arrow::fixed_size_list(i, 2), "[[1, 2]]", Shape{kAny, 3}, {1, 3}, "[1, 2, 9]"},
      // Each level is as long as its longest list.
      {arrow::list(lists),
       "[[[1], [2, 3]], [[4]], []]",
       Shape{kAny, kAny, kAny},
       {3, 2, 2},
       "[1,9,2,3, 4,9,9,9, 9,9,9,9]"},
      {arrow::list(lists),
       "[[[1]], [[2], [3]]]",
       Shape{kAny, kAny, 2},
       {2, 2, 2},
       "[1,9,9,9, 2,9,3,9]"},
      {arrow::list(lists), "[[], []]", Shape{kAny, kAny, 2}, {2, 0, 2}, "[]"},
      {arrow::list(arrow::list(lists)),
       "[[[[1]]], [[[2, 3]], [[4], [5]]]]",
       Shape{kAny, kAny, kAny, kAny},
       {2, 2, 2, 2},
       "[1,9,9,9,9,9,9,9, 2,3,9,9,4,9,5,9]"},
      // A flat list, row-major.
      {lists, "[[1, 2, 3], [4]]", Shape{kAny, 2, 2}, {2, 2, 2}, "[1,2,3,9, 4,9,9,9]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString() + " " + c.json);
    ExpectTensor(Padded(ArrayOf(c.type, c.json), "9", DType::kInt64, c.spec), c.shape,
                 ArrayOf(i, c.values));
  }
}

TEST(FeedPad, ReadsSlicesFromTheirOffset) {
  const ArrayPtr lists = Sliced(arrow::list(arrow::int32()), "[[7, 7, 7], null]",
                                "[[1], [2, 3]]", "[[null]]");
  ExpectTensor(Padded(lists, "-1", DType::kInt32, Shape{kAny, kAny}), {2, 2},
               ArrayOf(arrow::int32(), "[1, -1, 2, 3]"));
}

TEST(FeedPad, TakesAnElementOfEveryDtype) {
  const auto half = [](float value) {
    return arrow::util::Float16::FromFloat(value).bits();
  };
  struct Case {
    TypePtr type;
    const char* json;
    const char* pad;
    DType dtype;
    ArrayPtr values;
  };
  const Case cases[] = {
      {arrow::float32(), "[[1], [2, 3]]", "0.5", DType::kFloat,
       ArrayOf(arrow::float32(), "[1, 0.5, 2, 3]")},
      {arrow::float32(), "[[1], [2, 3]]", "nan", DType::kDouble,
       ArrayOf(arrow::float64(), "[1, NaN, 2, 3]")},
      {arrow::int8(), "[[1], [2, 3]]", "-1", DType::kHalf,
       Buffered<uint16_t>(arrow::float16(), {half(1), half(-1), half(2), half(3)})},
      {arrow::int8(), "[[1], [2, 3]]", "-1", DType::kBfloat16,
       Buffered<uint16_t>(arrow::uint16(), {0x3f80, 0xbf80, 0x4000, 0x4040})},
      {arrow::uint64(), "[[1], [2, 3]]", "18446744073709551615", DType::kUint64,
       ArrayOf(arrow::uint64(), "[1, 18446744073709551615, 2, 3]")},
      {arrow::boolean(), "[[false], [true, false]]", "true", DType::kBool,
       ArrayOf(arrow::boolean(), "[false, true, true, false]")},
      {arrow::boolean(), "[[true], [true, false]]", "false", DType::kBool,
       ArrayOf(arrow::boolean(), "[true, false, true, false]")},
      {arrow::large_utf8(), R"([["a"], [], ["b", "cd"]])", "<pad>", DType::kString,
       ArrayOf(arrow::utf8(), R"(["a", "<pad>", "<pad>", "<pad>", "b", "cd"])")},
      {arrow::utf8(), R"([["a"], ["b", "cd"]])", "", DType::kString,
       ArrayOf(arrow::binary(), R"(["a", "", "b", "cd"])")},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString() + " " + c.pad);
    const auto tensor =
        Padded(ArrayOf(arrow::list(c.type), c.json), c.pad, c.dtype, Shape{kAny, kAny});
    ASSERT_TRUE(tensor.ok()) << tensor.status().message();
    const auto values = c.dtype == DType::kString
                            ? tensor->values->View(c.values->type()).ValueOrDie()
                            : tensor->values;
    ExpectArray(*values, *c.values);
  }
}

TEST(FeedPad, SharesMemoryWhenNothingIsMissing) {
  const ArrayPtr lists = ArrayOf(arrow::list(arrow::int64()), "[[1, 2], [3, 4]]");
  const Tensor tensor = Padded(lists, "0", DType::kInt64, Shape{kAny, kAny}).ValueOrDie();
  EXPECT_EQ(tensor.values->data()->buffers[1], lists->data()->child_data[0]->buffers[1]);
}

TEST(FeedPad, RefusesListsLongerThanTheSignature) {
  const TypePtr f = arrow::float32();
  ExpectError(Padded(ArrayOf(arrow::list(f), "[[1], [1, 2, 3]]"), "0", DType::kFloat,
                     Shape{kAny, 2}),
              ErrorKind::kInvalidInput,
              {"column 'x'", "row 1: a list of 3 elements", "expected at most 2"});
  ExpectError(Padded(ArrayOf(arrow::list(arrow::list(f)), "[[[1]], [[1], [1, 2, 3]]]"),
                     "0", DType::kFloat, Shape{kAny, kAny, 2}),
              ErrorKind::kInvalidInput,
              {"row 1: a list of 3 elements", "expected at most 2"});
  ExpectError(Padded(ArrayOf(arrow::fixed_size_list(f, 3), "[]"), "0", DType::kFloat,
                     Shape{kAny, 2}),
              ErrorKind::kSchemaMismatch, {"lists of 2 elements", "[3]"});
}

TEST(FeedPad, StillNamesNullsAndValuesThatDoNotFit) {
  const TypePtr i = arrow::int64();
  ExpectError(Padded(ArrayOf(arrow::list(i), "[[1], [], [2, null]]"), "0", DType::kInt64,
                     Shape{kAny, kAny}),
              ErrorKind::kInvalidInput, {"column 'x'", "row 2: a null inside the list"});
  ExpectError(Padded(ArrayOf(arrow::list(i), "[[1], null]"), "0", DType::kInt64,
                     Shape{kAny, kAny}),
              ErrorKind::kInvalidInput, {"row 1: a null in place of a list"});
  ExpectError(Padded(ArrayOf(arrow::list(i), "[[1, 2, 3], [], [4, 300]]"), "0",
                     DType::kUint8, Shape{kAny, kAny}),
              ErrorKind::kInvalidInput, {"row 2: 300", "uint8"});
}

TEST(FeedPad, RefusesMoreThanABatchHolds) {
  // One long list, which all other rows would be filled up to.
  std::vector<int32_t> offsets(5000, 1 << 20);
  offsets[0] = 0;
  const auto values = Buffered(arrow::int8(), std::vector<int8_t>(1 << 20));
  const auto lists = std::make_shared<arrow::ListArray>(
      arrow::list(arrow::int8()), 4999, arrow::Buffer::FromVector(offsets), values);
  ExpectError(Padded(lists, "0", DType::kInt8, Shape{kAny, kAny}),
              ErrorKind::kInvalidInput, {"more than 2 GiB", "batch_rows"});
}

TEST(FeedPad, CompileRefusesAPadThatIsNoElement) {
  const auto source = arrow::schema({arrow::field("x", arrow::list(arrow::int8())),
                                     arrow::field("f", arrow::list(arrow::float32())),
                                     arrow::field("b", arrow::list(arrow::boolean())),
                                     arrow::field("s", arrow::int8())});
  struct Case {
    std::vector<std::string> columns;
    const char* pad;
    DType dtype;
    Shape shape;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {{"x"}, "a", DType::kInt32, {kAny, kAny}, {"'t'", "pad = 'a'", "int32"}},
      {{"x"}, "1.5", DType::kInt32, {kAny, kAny}, {"pad = '1.5'", "whole number"}},
      {{"x"}, "", DType::kInt32, {kAny, kAny}, {"pad = ''", "int32"}},
      {{"x"}, "300", DType::kUint8, {kAny, kAny}, {"pad = '300'", "uint8"}},
      {{"x"}, "-1", DType::kUint8, {kAny, kAny}, {"pad = '-1'", "uint8"}},
      {{"f"}, "1e39", DType::kFloat, {kAny, kAny}, {"pad = '1e39'", "float32"}},
      {{"f"}, "0 ", DType::kFloat, {kAny, kAny}, {"pad = '0 '", "a number"}},
      {{"b"}, "1", DType::kBool, {kAny, kAny}, {"pad = '1'", "'true' or 'false'"}},
      {{"s"}, "0", DType::kInt8, {kAny}, {"pad, which fills up lists", "'s' is of int8"}},
      {{"s"}, "0", DType::kInt8, {kAny, 1}, {"pad, which fills up lists"}},
      {{"s", "s"}, "0", DType::kInt8, {kAny, 2}, {"pad, which fills up lists"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.pad);
    ExpectError(Feed::Compile(*source, SignatureOf({Spec("t", c.dtype, c.shape)}),
                              {{"t", {.columns = c.columns, .pad = c.pad}}}),
                ErrorKind::kSchemaMismatch, c.parts);
  }
}

TEST(FeedPad, IsNamedWhereListsDiffer) {
  const auto batch =
      BatchOf({{"words", ArrayOf(arrow::list(arrow::int32()), "[[1], [2, 3]]")}});
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("ids", DType::kInt32, Shape{kAny, kAny})}),
                    {{"ids", {.columns = {"words"}}}})
          .ValueOrDie();
  ExpectError(feed.Tensors(*batch), ErrorKind::kInvalidInput,
              {"column 'words'", "a list of 2 elements in row 1",
               R"(input.tensors.ids = { from = "words", pad = 0 })"});
}

TEST(Feed, MakesTensorsOfRankFourFromNestedLists) {
  const TypePtr f = arrow::float32();
  const auto nested =
      arrow::fixed_size_list(arrow::fixed_size_list(arrow::fixed_size_list(f, 1), 2), 2);
  const auto batch = BatchOf({{"x", ArrayOf(nested, "[[[[1], [2]], [[3], [4]]]]")}});
  for (const auto& shape : {Shape{kAny, 2, 2, 1}, Shape{kAny, kAny, kAny, kAny}}) {
    const auto feed = Feed::Compile(*batch->schema(),
                                    SignatureOf({Spec("x", DType::kFloat, shape)}), {})
                          .ValueOrDie();
    const Tensor tensor = feed.Tensors(*batch).ValueOrDie().at(0);
    EXPECT_EQ(tensor.shape, (Shape{1, 2, 2, 1}));
    ExpectArray(*tensor.values, *ArrayOf(f, "[1, 2, 3, 4]"));
  }
  ExpectError(
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kFloat, Shape{kAny, 2, 3, 1})}), {}),
      ErrorKind::kSchemaMismatch, {"lists of 3 elements"});
}

}  // namespace
}  // namespace howdah
