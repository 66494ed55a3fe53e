#include "schema/feed.h"

#include <arrow/builder.h>
#include <arrow/extension/fixed_shape_tensor.h>

#include "schema/test_data.h"

namespace howdah {
namespace {

constexpr int64_t kAny = kUnknownDim;

/// The tensor that column "x" of `array` gives an input "x".
Result<Tensor> FeedColumn(const ArrayPtr& array, DType dtype,
                          std::optional<Shape> shape) {
  const auto batch = BatchOf({{"x", array}});
  HOWDAH_ASSIGN_OR_RETURN(
      const Feed feed,
      Feed::Compile(*batch->schema(), SignatureOf({Spec("x", dtype, std::move(shape))}),
                    {}));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, feed.Tensors(*batch));
  return tensors.at(0);
}

TEST(Feed, ShapesColumnsAsTheSignatureSays) {
  const TypePtr f = arrow::float32();
  const TypePtr pairs = arrow::list(f), fixed = arrow::fixed_size_list(f, 2);
  struct Case {
    TypePtr type;
    const char* json;
    std::optional<Shape> spec;
    Shape shape;
    const char* values;
  };
  const Case cases[] = {
      {f, "[1, 2, 3]", Shape{kAny}, {3}, "[1, 2, 3]"},
      {f, "[1, 2, 3]", Shape{kAny, 1}, {3, 1}, "[1, 2, 3]"},
      {f, "[1, 2, 3]", Shape{kAny, kAny}, {3, 1}, "[1, 2, 3]"},
      {f, "[1, 2, 3]", std::nullopt, {3}, "[1, 2, 3]"},
      {f, "[7]", Shape{kAny}, {1}, "[7]"},
      {f, "[1, 2, 3]", Shape{32}, {3}, "[1, 2, 3]"},
      {pairs, "[[1, 2], [3, 4]]", Shape{kAny, 2}, {2, 2}, "[1, 2, 3, 4]"},
      {pairs, "[[1, 2], [3, 4]]", Shape{kAny, kAny}, {2, 2}, "[1, 2, 3, 4]"},
      {pairs, "[[1, 2], [3, 4]]", std::nullopt, {2, 2}, "[1, 2, 3, 4]"},
      {pairs, "[[], []]", Shape{kAny, kAny}, {2, 0}, "[]"},
      {arrow::large_list(f), "[[1, 2], [3, 4]]", Shape{kAny, 2}, {2, 2}, "[1, 2, 3, 4]"},
      {fixed, "[[1, 2], [3, 4]]", Shape{kAny, kAny}, {2, 2}, "[1, 2, 3, 4]"},
      {arrow::list(pairs),
       "[[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]]",
       Shape{kAny, 3, 2},
       {2, 3, 2},
       "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]"},
      {arrow::list(arrow::list(fixed)),
       "[[[[1, 2]], [[3, 4]]]]",
       Shape{kAny, 2, 1, 2},
       {1, 2, 1, 2},
       "[1, 2, 3, 4]"},
      {arrow::list(pairs), "[[], []]", Shape{kAny, kAny, 5}, {2, 0, 5}, "[]"},
      // A flat list, row-major, when all sizes are known.
      {pairs, "[[1, 2, 3, 4, 5, 6]]", Shape{kAny, 2, 3}, {1, 2, 3}, "[1, 2, 3, 4, 5, 6]"},
      {fixed, "[[1, 2]]", Shape{kAny, 2, 1}, {1, 2, 1}, "[1, 2]"},
      // No rows: what the batch does not say, the signature says.
      {f, "[]", Shape{kAny, 1}, {0, 1}, "[]"},
      {pairs, "[]", Shape{kAny, 9}, {0, 9}, "[]"},
      {pairs, "[]", Shape{kAny, kAny}, {0, 0}, "[]"},
      {fixed, "[]", Shape{kAny, kAny}, {0, 2}, "[]"},
      {pairs, "[]", Shape{kAny, 2, 3}, {0, 2, 3}, "[]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString() + " " + c.json);
    ExpectTensor(FeedColumn(ArrayOf(c.type, c.json), DType::kFloat, c.spec), c.shape,
                 ArrayOf(f, c.values));
  }
}

TEST(Feed, SharesMemoryThatHasTheTensorsForm) {
  const TypePtr i64 = arrow::int64();
  const ArrayPtr scalar = ArrayOf(i64, "[1, 2, 3, 4]");
  const Tensor whole = FeedColumn(scalar, DType::kInt64, Shape{kAny}).ValueOrDie();
  EXPECT_EQ(whole.values->data()->buffers[1], scalar->data()->buffers[1]);

  const ArrayPtr lists =
      Sliced(arrow::list(i64), "[[0, 0, 0]]", "[[1, 2], [3, 4]]", "[[9]]");
  const Tensor list = FeedColumn(lists, DType::kInt64, Shape{kAny, 2}).ValueOrDie();
  ExpectArray(*list.values, *scalar);
  EXPECT_EQ(list.values->data()->buffers[1], lists->data()->child_data[0]->buffers[1]);

  const ArrayPtr fixed =
      Sliced(arrow::fixed_size_list(i64, 2), "[[0, 0]]", "[[1, 2], [3, 4]]", "[[9, 9]]");
  const Tensor pairs = FeedColumn(fixed, DType::kInt64, Shape{kAny, 2}).ValueOrDie();
  ExpectArray(*pairs.values, *scalar);
  EXPECT_EQ(pairs.values->data()->buffers[1], fixed->data()->child_data[0]->buffers[1]);

  const ArrayPtr text = ArrayOf(arrow::utf8(), R"(["a", "bc"])");
  const Tensor string = FeedColumn(text, DType::kString, Shape{kAny}).ValueOrDie();
  EXPECT_EQ(string.values->data()->buffers, text->data()->buffers);

  const ArrayPtr large = ArrayOf(arrow::large_utf8(), R"(["a", "bc"])");
  const Tensor narrow = FeedColumn(large, DType::kString, Shape{kAny}).ValueOrDie();
  EXPECT_EQ(narrow.values->data()->buffers[2]->data(), large->data()->buffers[2]->data());
}

TEST(Feed, ReadsSlicesFromTheirOffset) {
  struct Case {
    TypePtr type;
    const char *before, *json, *after;
    DType dtype;
    Shape spec;
    Shape shape;
    const char* values;
  };
  const TypePtr i32 = arrow::int32();
  const Case cases[] = {
      {i32, "[7, null]", "[1, 2]", "[null]", DType::kInt32, {kAny}, {2}, "[1, 2]"},
      {i32, "[7]", "[1, 2]", "[8]", DType::kDouble, {kAny}, {2}, "[1, 2]"},
      {arrow::boolean(),
       "[true, true, true]",
       "[false, true]",
       "[null]",
       DType::kBool,
       {kAny},
       {2},
       "[false, true]"},
      {arrow::boolean(),
       "[true, true, true]",
       "[false, true]",
       "[null]",
       DType::kInt8,
       {kAny},
       {2},
       "[0, 1]"},
      {arrow::list(i32),
       "[[1, 2, 3], null]",
       "[[4, 5], [6, 7]]",
       "[[null]]",
       DType::kInt32,
       {kAny, 2},
       {2, 2},
       "[4, 5, 6, 7]"},
      {arrow::fixed_size_list(i32, 2),
       "[[1, 2], null]",
       "[[4, 5], [6, 7]]",
       "[[8, null]]",
       DType::kInt32,
       {kAny, 2},
       {2, 2},
       "[4, 5, 6, 7]"},
      {arrow::list(arrow::list(i32)),
       "[[[1], []]]",
       "[[[2, 3]], [[4, 5]]]",
       "[null]",
       DType::kInt32,
       {kAny, 1, 2},
       {2, 1, 2},
       "[2, 3, 4, 5]"},
      {arrow::large_binary(),
       R"(["xyz"])",
       R"(["a", ""])",
       R"(["q"])",
       DType::kString,
       {kAny},
       {2},
       R"(["a", ""])"},
      {arrow::utf8_view(),
       R"(["a text longer than a view holds"])",
       R"(["another text longer than a view", "s"])",
       "[null]",
       DType::kString,
       {kAny},
       {2},
       R"(["another text longer than a view", "s"])"},
      {arrow::dictionary(arrow::int8(), i32),
       "[9, null]",
       "[5, 6, 5]",
       "[null]",
       DType::kInt32,
       {kAny},
       {3},
       "[5, 6, 5]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString());
    const auto tensor =
        FeedColumn(Sliced(c.type, c.before, c.json, c.after), c.dtype, c.spec);
    ASSERT_TRUE(tensor.ok()) << tensor.status().message();
    EXPECT_EQ(tensor->shape, c.shape);
    ExpectArray(*tensor->values, *ArrayOf(tensor->values->type(), c.values));
  }
}

TEST(Feed, LooksUpDictionaries) {
  using arrow::dictionary;
  struct Case {
    TypePtr type;
    DType dtype;
    const char* json;
  };
  const Case cases[] = {
      {dictionary(arrow::int32(), arrow::utf8()), DType::kString,
       R"(["b", "", "b", "a"])"},
      {dictionary(arrow::uint8(), arrow::large_utf8()), DType::kString,
       R"(["b", "a", "b"])"},
      {dictionary(arrow::int32(), arrow::int64()), DType::kInt64,
       "[5, 9007199254740993, 5]"},
      {dictionary(arrow::int16(), arrow::int32()), DType::kFloat, "[5, 6, 5]"},
      {dictionary(arrow::int64(), arrow::boolean()), DType::kBool, "[true, false, true]"},
      {dictionary(arrow::int64(), arrow::int8()), DType::kInt8, "[1, 2, 1]"},
      {dictionary(arrow::int64(), arrow::uint16()), DType::kUint16, "[1, 2, 1]"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString());
    const auto tensor = FeedColumn(ArrayOf(c.type, c.json), c.dtype, Shape{kAny});
    ASSERT_TRUE(tensor.ok()) << tensor.status().message();
    ExpectArray(*tensor->values, *ArrayOf(tensor->values->type(), c.json));
  }
  const auto nested = arrow::list(dictionary(arrow::int32(), arrow::utf8()));
  ExpectTensor(FeedColumn(ArrayOf(nested, R"([["b", "a"], ["a", "b"]])"), DType::kString,
                          Shape{kAny, 2}),
               {2, 2}, ArrayOf(arrow::utf8(), R"(["b", "a", "a", "b"])"));
}

TEST(Feed, RefusesDictionaryIndicesThatPointNowhere) {
  const auto type = arrow::dictionary(arrow::int32(), arrow::utf8());
  for (const char* indices : {"[0, 1, 2]", "[0, 1, -1]"}) {
    const auto array = std::make_shared<arrow::DictionaryArray>(
        type, ArrayOf(arrow::int32(), indices), ArrayOf(arrow::utf8(), R"(["a", "b"])"));
    ExpectError(FeedColumn(array, DType::kString, Shape{kAny}), ErrorKind::kInvalidInput,
                {"column 'x'", "row 2", "dictionary of 2 values"});
  }
}

TEST(Feed, CountsANullValueOfADictionaryAsNull) {
  const auto array = std::make_shared<arrow::DictionaryArray>(
      arrow::dictionary(arrow::int32(), arrow::int64()),
      ArrayOf(arrow::int32(), "[0, 1]"), ArrayOf(arrow::int64(), "[7, null]"));
  ExpectError(FeedColumn(array, DType::kInt64, Shape{kAny}), ErrorKind::kInvalidInput,
              {"column 'x', row 1: a null"});
}

TEST(Feed, TakesTheStorageOfExtensionTypes) {
  const auto type = arrow::extension::fixed_shape_tensor(arrow::float32(), {2, 3});
  const ArrayPtr array = arrow::ExtensionType::WrapArray(
      type, ArrayOf(arrow::fixed_size_list(arrow::float32(), 6), "[[1, 2, 3, 4, 5, 6]]"));
  ExpectTensor(FeedColumn(array, DType::kFloat, Shape{kAny, 2, 3}), {1, 2, 3},
               ArrayOf(arrow::float32(), "[1, 2, 3, 4, 5, 6]"));
}

TEST(Feed, PacksColumnsRowByRow) {
  // More rows and columns than one block of the transpose holds, and not a multiple of
  // it.
  constexpr int64_t kRows = 150;
  constexpr int kColumns = 11;
  const auto value = [](int64_t row, int column) {
    return (row * kColumns + column) % 120;
  };
  for (const DType dtype : {DType::kInt8, DType::kUint16, DType::kHalf, DType::kInt32,
                            DType::kFloat, DType::kInt64, DType::kDouble}) {
    SCOPED_TRACE(Name(dtype));
    std::vector<std::pair<std::string, ArrayPtr>> columns;
    std::vector<std::string> names;
    for (int c = 0; c < kColumns; ++c) {
      arrow::Int16Builder builder;  // one value before the slice
      ASSERT_TRUE(builder.Append(-1).ok());
      for (int64_t row = 0; row < kRows; ++row) {
        ASSERT_TRUE(builder.Append(static_cast<int16_t>(value(row, c))).ok());
      }
      names.push_back("f" + std::to_string(c));
      columns.emplace_back(names.back(), builder.Finish().ValueOrDie()->Slice(1));
    }
    const auto batch = BatchOf(columns);
    const auto feed = Feed::Compile(
        *batch->schema(), SignatureOf({Spec("x", dtype, Shape{kAny, kColumns})}),
        {{"x", {{.columns = names}}}});
    ASSERT_TRUE(feed.ok()) << feed.status().message();
    const auto tensors = feed->Tensors(*batch);
    ASSERT_TRUE(tensors.ok()) << tensors.status().message();
    const Tensor& tensor = tensors->at(0);
    EXPECT_EQ(tensor.shape, (Shape{kRows, kColumns}));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.values->data()->buffers[1]->data()) % 64,
              0);
    for (int64_t i = 0; i < kRows * kColumns; ++i) {
      const auto scalar = tensor.values->GetScalar(i).ValueOrDie();
      EXPECT_EQ(std::stod(scalar->ToString()),
                static_cast<double>(value(i / kColumns, static_cast<int>(i % kColumns))));
    }
  }
}

TEST(Feed, PacksBitsAndText) {
  const auto batch = BatchOf({
      {"a", Sliced(arrow::boolean(), "[true]", "[false, true, true]", "[]")},
      {"b", ArrayOf(arrow::boolean(), "[true, false, true]")},
      {"s", Sliced(arrow::utf8(), R"(["no"])", R"(["x", "", "yz"])", "[]")},
      {"t", ArrayOf(arrow::dictionary(arrow::int8(), arrow::large_utf8()),
                    R"(["1", "2", "1"])")},
  });
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("bits", DType::kBool, Shape{kAny, 2}),
                                 Spec("text", DType::kString, std::nullopt)}),
                    {{"bits", {{"a", "b"}}}, {"text", {{"s", "t"}}}})
          .ValueOrDie();
  EXPECT_THAT(feed.columns(), testing::ElementsAre("a", "b", "s", "t"));
  const auto tensors = feed.Tensors(*batch).ValueOrDie();
  ExpectTensor(tensors[0], {3, 2},
               ArrayOf(arrow::boolean(), "[false, true, true, false, true, true]"));
  ExpectTensor(tensors[1], {3, 2},
               ArrayOf(arrow::binary(), R"(["x", "1", "", "2", "yz", "1"])"));
  const auto empty = feed.Tensors(*batch->Slice(0, 0)).ValueOrDie();
  ExpectTensor(empty[0], {0, 2}, ArrayOf(arrow::boolean(), "[]"));
  ExpectTensor(empty[1], {0, 2}, ArrayOf(arrow::binary(), "[]"));
}

TEST(Feed, MayUseOneColumnTwice) {
  const auto batch = BatchOf({{"a", ArrayOf(arrow::int32(), "[1, 2]")}});
  const auto feed = Feed::Compile(*batch->schema(),
                                  SignatureOf({Spec("x", DType::kInt32, Shape{kAny}),
                                               Spec("y", DType::kFloat, Shape{kAny, 2})}),
                                  {{"x", {{"a"}}}, {"y", {{"a", "a"}}}})
                        .ValueOrDie();
  EXPECT_THAT(feed.columns(), testing::ElementsAre("a"));
  const auto tensors = feed.Tensors(*batch).ValueOrDie();
  ExpectTensor(tensors[1], {2, 2}, ArrayOf(arrow::float32(), "[1, 1, 2, 2]"));
}

TEST(Feed, LeavesADefaultInputWithoutAColumnOut) {
  const auto batch = BatchOf({{"x", ArrayOf(arrow::float32(), "[1]")}});
  Signature signature = SignatureOf({Spec("threshold", DType::kFloat, Shape{}),
                                     Spec("x", DType::kFloat, Shape{kAny, 1})});
  signature.inputs[0].has_default = true;
  const auto feed = Feed::Compile(*batch->schema(), signature, {}).ValueOrDie();
  const auto tensors = feed.Tensors(*batch).ValueOrDie();
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].values, nullptr);
  EXPECT_EQ(tensors[1].shape,
            (Shape{1, 1}));  // the default's rank 0 says nothing of the rows

  ExpectError(Feed::Compile(*batch->schema(), signature, {{"threshold", {{"x"}}}}),
              ErrorKind::kSchemaMismatch, {"'threshold'", "one value for a whole batch"});
}

TEST(Feed, FeedsADefaultInputThatHasAColumn) {
  const auto batch = BatchOf({{"x", ArrayOf(arrow::float32(), "[1]")}});
  Signature signature = SignatureOf({Spec("x", DType::kFloat, Shape{kAny})});
  signature.inputs[0].has_default = true;
  const auto feed = Feed::Compile(*batch->schema(), signature, {}).ValueOrDie();
  EXPECT_NE(feed.Tensors(*batch)->at(0).values, nullptr);
}

TEST(Feed, AddsTheRowsToShapesOfOneRow) {
  const auto batch =
      BatchOf({{"a", ArrayOf(arrow::int64(), "[1, 2]")},
               {"b", ArrayOf(arrow::list(arrow::float32()), "[[1, 2, 3], [4, 5, 6]]")},
               {"c", ArrayOf(arrow::float32(), "[7, 8]")}});
  const auto feed = Feed::Compile(
      *batch->schema(),
      SignatureOf({Spec("a", DType::kInt64, Shape{}), Spec("b", DType::kFloat, Shape{3}),
                   Spec("p", DType::kFloat, Shape{2})}),
      {{"p", {{"c", "c"}}}});
  ASSERT_TRUE(feed.ok()) << feed.status().message();
  const auto tensors = feed->Tensors(*batch).ValueOrDie();
  EXPECT_EQ(tensors[0].shape, (Shape{2}));
  EXPECT_EQ(tensors[1].shape, (Shape{2, 3}));
  EXPECT_EQ(tensors[2].shape, (Shape{2, 2}));

  ExpectError(Feed::Compile(*batch->schema(),
                            SignatureOf({Spec("a", DType::kInt64, Shape{}),
                                         Spec("b", DType::kFloat, Shape{kAny, 3})}),
                            {}),
              ErrorKind::kSchemaMismatch, {"'b' expects float32 [?, 3] for each row"});
}

TEST(Feed, NamesTheFirstNull) {
  const TypePtr f = arrow::float32();
  struct Case {
    ArrayPtr array;
    std::optional<Shape> spec;
    const char* text;
  };
  const Case cases[] = {
      {ArrayOf(f, "[1, null, null]"), Shape{kAny}, "row 1: a null,"},
      {Sliced(f, "[null]", "[1, 2, null]", "[]"), Shape{kAny}, "row 2: a null,"},
      {ArrayOf(arrow::list(f), "[[1], null]"), Shape{kAny, 1},
       "row 1: a null in place of a list,"},
      {ArrayOf(arrow::list(f), "[[1, 2], [1, 2], [3, null]]"), Shape{kAny, 2},
       "row 2: a null inside the list,"},
      {ArrayOf(arrow::fixed_size_list(f, 2), "[[1, 2], null]"), Shape{kAny, 2},
       "row 1: a null in place of a list,"},
      {ArrayOf(arrow::list(arrow::list(f)), "[[[1], [2]], [[3], null]]"), std::nullopt,
       "row 1: a null in place of an inner list,"},
      {ArrayOf(arrow::dictionary(arrow::int8(), f), "[1, null]"), Shape{kAny},
       "row 1: a null,"},
  };
  for (const Case& c : cases) {
    ExpectError(FeedColumn(c.array, DType::kFloat, c.spec), ErrorKind::kInvalidInput,
                {c.text});
  }
}

TEST(Feed, AllowsNullsOutsideTheSlice) {
  ExpectTensor(FeedColumn(Sliced(arrow::float32(), "[null]", "[1, 2]", "[null]"),
                          DType::kFloat, Shape{kAny}),
               {2}, ArrayOf(arrow::float32(), "[1, 2]"));
}

TEST(Feed, NamesTheFirstValueThatTheTensorCannotHold) {
  const TypePtr i64 = arrow::int64();
  struct Case {
    ArrayPtr array;
    DType dtype;
    Shape spec;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {ArrayOf(i64, "[1, 2147483648, 2147483649]"),
       DType::kInt32,
       {kAny},
       {"column 'x'", "row 1: 2147483648", "tensor 'x' of int32"}},
      {Sliced(i64, "[16777217]", "[1, 2, 16777217]", "[]"),
       DType::kFloat,
       {kAny},
       {"row 2: 16777217", "float32"}},
      {ArrayOf(arrow::list(i64), "[[1, 2], [1, 2], [3, -1]]"),
       DType::kUint8,
       {kAny, 2},
       {"row 2: -1", "uint8"}},
      {ArrayOf(arrow::dictionary(arrow::int8(), i64), "[1, 300, 1, 300]"),
       DType::kUint8,
       {kAny},
       {"row 1: 300", "uint8"}},
  };
  for (const Case& c : cases) {
    ExpectError(FeedColumn(c.array, c.dtype, c.spec), ErrorKind::kInvalidInput, c.parts);
  }
}

TEST(Feed, RefusesMoreTextThanABatchHolds) {
  // Only the offsets are looked at before the sum of lengths is known to be too large.
  const auto bytes = arrow::Buffer::FromString("x");
  const auto text = [&]<typename Offset>(Offset end) {
    return arrow::Buffer::FromVector(std::vector<Offset>{0, end});
  };
  const auto large =
      std::make_shared<arrow::LargeStringArray>(1, text(int64_t{1} << 31), bytes);
  ExpectError(FeedColumn(large, DType::kString, Shape{kAny}), ErrorKind::kInvalidInput,
              {"column 'x'", "2147483648 bytes", "batch_rows"});

  const auto half =
      std::make_shared<arrow::StringArray>(1, text(int32_t{1} << 30), bytes);
  const auto batch = BatchOf({{"a", half}});
  const auto feed =
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kString, Shape{kAny, 2})}),
                    {{"x", {{"a", "a"}}}})
          .ValueOrDie();
  ExpectError(feed.Tensors(*batch), ErrorKind::kInvalidInput,
              {"tensor 'x'", "2147483648 bytes", "batch_rows"});
}

TEST(Feed, NamesTheFirstListOfAnotherLength) {
  const TypePtr f = arrow::float32();
  struct Case {
    ArrayPtr array;
    Shape spec;
    const char* text;
  };
  const Case cases[] = {
      {ArrayOf(arrow::list(f), "[[1, 2], [1, 2], [3], []]"),
       {kAny, 2},
       "row 2: a list of 1 elements, expected 2"},
      {ArrayOf(arrow::list(f), "[[1, 2], [3]]"),
       {kAny, kAny},
       "a list of 1 elements in row 1, expected 2 as in the batch's first row"},
      {ArrayOf(arrow::list(f), "[[1, 2, 3]]"),
       {kAny, 2},
       "row 0: a list of 3 elements, expected 2"},
      {ArrayOf(arrow::list(f), "[[1, 2, 3, 4, 5]]"),
       {kAny, 2, 3},
       "row 0: a list of 5 elements, expected 6"},
      {ArrayOf(arrow::list(arrow::list(f)), "[[[1], [2]], [[3], [4, 5]]]"),
       {kAny, 2, 1},
       "row 1: a list of 2 elements, expected 1"},
      {ArrayOf(arrow::large_list(f), "[[1, 2], []]"),
       {kAny, 2},
       "row 1: a list of 0 elements, expected 2"},
  };
  for (const Case& c : cases) {
    ExpectError(FeedColumn(c.array, DType::kFloat, c.spec), ErrorKind::kInvalidInput,
                {c.text});
  }
}

TEST(Feed, CompileNamesWhatDoesNotFit) {
  const auto source = arrow::schema({
      arrow::field("age", arrow::int32()),
      arrow::field("weight", arrow::float64()),
      arrow::field("pixels", arrow::fixed_size_list(arrow::float32(), 4)),
      arrow::field("text", arrow::utf8()),
      arrow::field("day", arrow::date32()),
      arrow::field("price", arrow::decimal128(10, 2)),
      arrow::field("twice", arrow::int32()),
      arrow::field("twice", arrow::int32()),
      arrow::field("nothing", arrow::null()),
      arrow::field("parts", arrow::struct_({arrow::field("a", arrow::int32())})),
  });
  TensorSpec sparse = Spec("x", DType::kFloat, Shape{kAny});
  sparse.is_dense = false;
  struct Case {
    TensorSpec spec;
    TensorColumns mapping;
    std::vector<std::string> parts;
  };
  const DType f = DType::kFloat;
  const Case cases[] = {
      {Spec("Age", f, Shape{kAny}),
       {},
       {"column 'Age'", "did you mean 'age'?", "[input.tensors]"}},
      {Spec("x", f, Shape{kAny}),
       {{"x", {{"agee"}}}},
       {"column 'agee'", "did you mean 'age'?"}},
      {Spec("x", f, Shape{kAny}), {{"x", {}}}, {"gives no column for tensor 'x'"}},
      {Spec("twice", DType::kInt32, Shape{kAny}), {}, {"2 of that name"}},
      {Spec("weight", f, Shape{kAny}),
       {},
       {"float32", "'weight' is of double", "digits"}},
      {Spec("text", f, Shape{kAny}), {}, {"float32", "'text' is of string"}},
      {Spec("age", DType::kString, Shape{kAny}), {}, {"string", "'age' is of int32"}},
      {Spec("age", DType::kBool, Shape{kAny}), {}, {"bool", "'age' is of int32"}},
      {Spec("weight", DType::kInt64, Shape{kAny}),
       {},
       {"int64", "'weight' is of double"}},
      {Spec("day", DType::kInt32, Shape{kAny}),
       {},
       {"'day' is of date32", "as the number"}},
      {Spec("price", f, Shape{kAny}), {}, {"decimal128(10, 2)", "as the number"}},
      {Spec("nothing", f, Shape{kAny}), {}, {"'nothing' is of null"}},
      {Spec("parts", f, Shape{kAny}),
       {},
       {"'parts' is of struct", "columns of their own"}},
      {Spec("pixels", f, Shape{kAny}), {}, {"float32 [?], of rank 1", "of rank 2"}},
      {Spec("pixels", f, Shape{kAny, 3}), {}, {"lists of 3 elements", "[4]"}},
      {Spec("pixels", f, Shape{kAny, 2, 3}), {}, {"lists of 6 elements", "[4]"}},
      {Spec("pixels", f, Shape{kAny, kAny, 2}), {}, {"of rank 3", "of rank 2"}},
      {Spec("age", f, Shape{kAny, 2}),
       {},
       {"expects 2 values in a row", "name 2 columns"}},
      {Spec("age", f, Shape{kAny, 1, 1}), {}, {"of rank 3", "of rank 1"}},
      {Spec("x", f, Shape{kAny, 3}),
       {{"x", {{"age", "age"}}}},
       {"[?, 3]", "make [?, 2]"}},
      {Spec("x", f, Shape{kAny}), {{"x", {{"age", "age"}}}}, {"[?]", "make [?, 2]"}},
      {Spec("x", f, Shape{kAny, 2}),
       {{"x", {{"age", "pixels"}}}},
       {"must be a scalar", "'pixels'"}},
      {Spec("x", static_cast<DType>(21), Shape{kAny}), {{"x", {{"age"}}}}, {"variant"}},
      {sparse, {{"x", {{"age"}}}}, {"'x' is sparse"}},
      {Spec("age", f, Shape{kAny}),
       {{"agge", {{"age"}}}},
       {"'agge'", "did you mean 'age'?"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.spec.name + " " + c.spec.ToString());
    ExpectError(Feed::Compile(*source, SignatureOf({c.spec}), c.mapping),
                ErrorKind::kSchemaMismatch, c.parts);
  }
}

TEST(Feed, CompileTellsAllDisagreementsAtOnce) {
  const auto source = arrow::schema({arrow::field("age", arrow::utf8())});
  ExpectError(Feed::Compile(*source,
                            SignatureOf({Spec("age", DType::kFloat, Shape{kAny}),
                                         Spec("height", DType::kFloat, Shape{kAny})}),
                            {{"speed", {{"age"}}}}),
              ErrorKind::kSchemaMismatch,
              {"3 things do not fit", "(1) [input.tensors] names 'speed'",
               "(2) tensor 'age'", "(3) tensor 'height'"});
}

TEST(Feed, RefusesABatchOfAnotherSchema) {
  const auto feed =
      Feed::Compile(*arrow::schema({arrow::field("x", arrow::int32())}),
                    SignatureOf({Spec("x", DType::kInt32, Shape{kAny})}), {})
          .ValueOrDie();
  ExpectError(feed.Tensors(*BatchOf({{"x", ArrayOf(arrow::int64(), "[1]")}})),
              ErrorKind::kSchemaMismatch, {"'x' is of int64", "expected int32"});
  ExpectError(feed.Tensors(*BatchOf({{"y", ArrayOf(arrow::int32(), "[1]")}})),
              ErrorKind::kSchemaMismatch, {"'x'", "missing"});
}

}  // namespace
}  // namespace howdah
