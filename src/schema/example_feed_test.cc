#include "schema/feed.h"
#include "schema/test_data.h"

namespace howdah {
namespace {

/// The tf.Example strings that all columns of `batch` make for an input "x".
Result<Tensor> Examples(const std::shared_ptr<arrow::RecordBatch>& batch,
                        std::optional<Shape> shape = Shape{kUnknownDim},
                        bool round = false) {
  TensorInput input{.columns = batch->schema()->field_names(), .round = round};
  input.as_example = true;
  HOWDAH_ASSIGN_OR_RETURN(
      const Feed feed,
      Feed::Compile(*batch->schema(),
                    SignatureOf({Spec("x", DType::kString, std::move(shape))}),
                    {{"x", input}}));
  HOWDAH_ASSIGN_OR_RETURN(std::vector<Tensor> tensors, feed.Tensors(*batch));
  return tensors.at(0);
}

std::string Row(const Tensor& tensor, int64_t row) {
  return std::string(static_cast<const arrow::BinaryArray&>(*tensor.values).GetView(row));
}

/// A field of protobuf with a length below 128 in front.
std::string Field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number * 8 + 2), static_cast<char>(bytes.size())} +
         bytes;
}
std::string Entry(const std::string& name, int kind, const std::string& list) {
  return Field(1, Field(1, name) + Field(2, Field(kind, list)));
}

TEST(ExampleFeed, ARowIsTheExampleThatProtobufWrites) {
  // Written by TensorFlow's Python: tf.train.Example with int64 feature a = [1].
  const auto tensor =
      Examples(BatchOf({{"a", ArrayOf(arrow::int64(), "[1]")}})).ValueOrDie();
  EXPECT_EQ(tensor.shape, Shape{1});
  EXPECT_EQ(Row(tensor, 0), std::string("\n\x0c\n\n\n\x01"
                                        "a\x12\x05\x1a\x03\n\x01\x01"));
}

TEST(ExampleFeed, EachColumnIsTheFeatureOfItsKind) {
  const auto tensor =
      Examples(BatchOf({{"b", ArrayOf(arrow::boolean(), "[true, false]")},
                        {"i", ArrayOf(arrow::int16(), "[-1, 300]")},
                        {"f", ArrayOf(arrow::float32(), "[1, 2]")},
                        {"s", ArrayOf(arrow::utf8(), R"(["é", ""])")},
                        {"l", ArrayOf(arrow::list(arrow::uint8()), "[[1, 2, 3], []]")},
                        {"t", ArrayOf(arrow::fixed_size_list(arrow::utf8(), 2),
                                      R"([["a", "bc"], ["", ""]])")}}))
          .ValueOrDie();
  const std::string one("\0\0\x80\x3f", 4), two("\0\0\0\x40", 4);
  EXPECT_EQ(Row(tensor, 0),
            Field(1, Entry("b", 3, Field(1, "\x01")) +
                         Entry("i", 3, Field(1, std::string(9, '\xff') + "\x01")) +
                         Entry("f", 2, Field(1, one)) + Entry("s", 1, Field(1, "é")) +
                         Entry("l", 3, Field(1, "\x01\x02\x03")) +
                         Entry("t", 1, Field(1, "a") + Field(1, "bc"))));
  EXPECT_EQ(Row(tensor, 1),
            Field(1, Entry("b", 3, Field(1, std::string(1, '\0'))) +
                         Entry("i", 3, Field(1, "\xac\x02")) +
                         Entry("f", 2, Field(1, two)) + Entry("s", 1, Field(1, "")) +
                         Entry("l", 3, "") + Entry("t", 1, Field(1, "") + Field(1, ""))));
}

TEST(ExampleFeed, ANullLeavesTheFeatureOut) {
  const auto dictionary = arrow::dictionary(arrow::int8(), arrow::utf8());
  const auto tensor =
      Examples(
          BatchOf({{"i", ArrayOf(arrow::int64(), "[null, 2, null, 3]")},
                   {"l", ArrayOf(arrow::list(arrow::float32()), "[[], null, null, [1]]")},
                   {"n", ArrayOf(arrow::utf8(), "[null, null, null, null]")},
                   {"d", ArrayOf(dictionary, R"([null, "a", null, null])")}}))
          .ValueOrDie();
  EXPECT_EQ(Row(tensor, 0), Field(1, Entry("l", 2, "")));
  EXPECT_EQ(Row(tensor, 1),
            Field(1, Entry("i", 3, Field(1, "\x02")) + Entry("d", 1, Field(1, "a"))));
  EXPECT_EQ(Row(tensor, 2), Field(1, ""));
  EXPECT_EQ(Row(tensor, 3),
            Field(1, Entry("i", 3, Field(1, "\x03")) +
                         Entry("l", 2, Field(1, std::string("\0\0\x80\x3f", 4)))));
}

TEST(ExampleFeed, FeedsAColumnOfStringsToo) {
  const auto batch = BatchOf({{"a", ArrayOf(arrow::int64(), "[1, 2]")}});
  EXPECT_EQ(Examples(batch, Shape{kUnknownDim, 1}).ValueOrDie().shape, (Shape{2, 1}));
  EXPECT_EQ(Examples(batch, std::nullopt).ValueOrDie().shape, Shape{2});
}

TEST(ExampleFeed, DoublesAreRoundedIfAskedFor) {
  const auto batch = BatchOf({{"d", ArrayOf(arrow::float64(), "[1]")}});
  ExpectError(Examples(batch), ErrorKind::kSchemaMismatch, {"'d'", "round = true"});
  EXPECT_EQ(Row(Examples(batch, Shape{kUnknownDim}, true).ValueOrDie(), 0),
            Field(1, Entry("d", 2, Field(1, std::string("\0\0\x80\x3f", 4)))));
}

TEST(ExampleFeed, RefusesWhatNoFeatureHolds) {
  ExpectError(
      Examples(BatchOf({{"a", ArrayOf(arrow::uint64(), "[1, 18446744073709551615]")}})),
      ErrorKind::kInvalidInput, {"column 'a', row 1", "18446744073709551615"});
  ExpectError(Examples(BatchOf(
                  {{"a", ArrayOf(arrow::list(arrow::int64()), "[null, [1, null]]")}})),
              ErrorKind::kInvalidInput, {"column 'a', row 1", "null"});
  ExpectError(Examples(BatchOf({{"a", ArrayOf(arrow::date32(), "[1]")}})),
              ErrorKind::kSchemaMismatch, {"'a'", "date32"});
  ExpectError(
      Examples(BatchOf({{"a", ArrayOf(arrow::list(arrow::list(arrow::int64())), "[]")}})),
      ErrorKind::kSchemaMismatch, {"lists of lists"});
  ExpectError(
      Examples(BatchOf({{"a", ArrayOf(arrow::int64(), "[1]")}}), Shape{kUnknownDim, 3}),
      ErrorKind::kSchemaMismatch, {"one string a row"});
}

}  // namespace
}  // namespace howdah
