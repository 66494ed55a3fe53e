#include "schema/element_cast.h"

#include <arrow/util/float16.h>

#include <bit>
#include <cmath>
#include <limits>

#include "schema/test_data.h"

namespace howdah {
namespace {

const std::vector<TypePtr>& Integers() {
  static const std::vector<TypePtr> types = {
      arrow::int8(),  arrow::uint8(),  arrow::int16(), arrow::uint16(),
      arrow::int32(), arrow::uint32(), arrow::int64(), arrow::uint64()};
  return types;
}

constexpr DType kIntegers[] = {DType::kInt8,   DType::kUint8, DType::kInt16,
                               DType::kUint16, DType::kInt32, DType::kUint32,
                               DType::kInt64,  DType::kUint64};
constexpr DType kFloats[] = {DType::kHalf, DType::kBfloat16, DType::kFloat,
                             DType::kDouble};

Result<ArrayPtr> Cast(const ArrayPtr& array, DType dtype, Misfit* misfit) {
  const ElementCast cast = FindElementCast(*array->type(), dtype);
  if (cast == nullptr) return Error(ErrorKind::kSchemaMismatch, "no cast");
  return cast(array, dtype, misfit);
}

TEST(ElementCast, CarriesEveryIntegerTypeIntoEveryNumber) {
  for (const TypePtr& from : Integers()) {
    for (const DType to : kIntegers) {
      Misfit misfit;
      const auto cast = Cast(ArrayOf(from, "[0, 1, 100]"), to, &misfit);
      ASSERT_TRUE(cast.ok());
      ExpectArray(**cast, *ArrayOf(ValueType(to), "[0, 1, 100]"));
    }
    for (const DType to : {DType::kFloat, DType::kDouble, DType::kHalf}) {
      Misfit misfit;
      const auto cast = Cast(ArrayOf(from, "[0, 1, 100]"), to, &misfit);
      ASSERT_TRUE(cast.ok());
      ExpectArray(**cast, *ArrayOf(ValueType(to), "[0.0, 1.0, 100.0]"));
    }
    Misfit misfit;  // bfloat16 is the upper half of a float32: 1.0 = 0x3f80'0000
    const auto cast = Cast(ArrayOf(from, "[0, 1, 100]"), DType::kBfloat16, &misfit);
    ASSERT_TRUE(cast.ok());
    ExpectArray(**cast, *Buffered<uint16_t>(arrow::uint16(), {0, 0x3f80, 0x42c8}));
  }
}

TEST(ElementCast, HoldsExactlyWhatTheTypeHolds) {
  struct Case {
    TypePtr from;
    const char* value;
    DType to;
    bool held;
  };
  const TypePtr i64 = arrow::int64(), u64 = arrow::uint64();
  const Case cases[] = {
      // 2^24 and 2^53 are where float and double stop holding each integer.
      {arrow::int32(), "16777216", DType::kFloat, true},
      {arrow::int32(), "16777217", DType::kFloat, false},
      {arrow::int32(), "-16777217", DType::kFloat, false},
      {arrow::int32(), "16777218", DType::kFloat, true},
      {arrow::int32(), "-2147483648", DType::kFloat, true},
      {arrow::int32(), "2147483647", DType::kFloat, false},
      {arrow::int32(), "2147483647", DType::kDouble, true},
      {i64, "9007199254740992", DType::kDouble, true},
      {i64, "9007199254740993", DType::kDouble, false},
      {i64, "9007199254740994", DType::kDouble, true},
      {i64, "-9223372036854775808", DType::kDouble, true},
      {i64, "-9223372036854775808", DType::kFloat, true},
      {i64, "9223372036854775807", DType::kDouble, false},
      {u64, "9223372036854775808", DType::kDouble, true},
      {u64, "18446744073709551615", DType::kDouble, false},
      {arrow::uint32(), "4294967295", DType::kFloat, false},
      // half: 11 digits, at most 65504; bfloat16: 8 digits.
      {arrow::int16(), "2048", DType::kHalf, true},
      {arrow::int16(), "2049", DType::kHalf, false},
      {arrow::int16(), "-2050", DType::kHalf, true},
      {arrow::int32(), "65504", DType::kHalf, true},
      {arrow::int32(), "65536", DType::kHalf, false},
      {arrow::int16(), "256", DType::kBfloat16, true},
      {arrow::int16(), "257", DType::kBfloat16, false},
      {arrow::int16(), "-258", DType::kBfloat16, true},
      // integers
      {u64, "9223372036854775807", DType::kInt64, true},
      {u64, "9223372036854775808", DType::kInt64, false},
      {i64, "-1", DType::kUint64, false},
      {i64, "2147483647", DType::kInt32, true},
      {i64, "2147483648", DType::kInt32, false},
      {i64, "-2147483648", DType::kInt32, true},
      {i64, "-2147483649", DType::kInt32, false},
      {arrow::int8(), "-1", DType::kUint8, false},
      {arrow::uint8(), "128", DType::kInt8, false},
      {arrow::uint8(), "127", DType::kInt8, true},
      {arrow::uint32(), "4294967295", DType::kInt64, true},
      {arrow::uint32(), "4294967295", DType::kInt32, false},
  };
  for (const Case& c : cases) {
    const std::string value = c.value;
    SCOPED_TRACE(c.from->ToString() + " " + value + " to " + Name(c.to));
    Misfit misfit;
    const auto cast =
        Cast(ArrayOf(c.from, "[1, 2, " + value + ", 3, " + value + "]"), c.to, &misfit);
    ASSERT_TRUE(cast.ok());
    EXPECT_EQ(misfit.index, c.held ? -1 : 2);
    EXPECT_EQ(misfit.value, c.held ? "" : value);
    EXPECT_EQ(*cast != nullptr, c.held);
  }
}

TEST(ElementCast, WidensLargeExactIntegersToTheirValue) {
  Misfit misfit;
  const auto cast =
      Cast(ArrayOf(arrow::uint64(), "[9223372036854775808, 3]"), DType::kFloat, &misfit);
  ASSERT_TRUE(cast.ok());
  ExpectArray(**cast, *Buffered<float>(arrow::float32(), {std::ldexp(1.0f, 63), 3.0f}));
}

TEST(ElementCast, TurnsBoolIntoZeroAndOne) {
  for (const DType to : kIntegers) {
    Misfit misfit;
    const auto cast = Cast(ArrayOf(arrow::boolean(), "[true, false, true]"), to, &misfit);
    ASSERT_TRUE(cast.ok());
    ExpectArray(**cast, *ArrayOf(ValueType(to), "[1, 0, 1]"));
  }
}

TEST(ElementCast, KeepsTheBitsOfFloats) {
  const std::vector<uint32_t> bits = {
      0x80000000,  // -0.0
      0x7fc12345,  // NaN with a payload
      0xffc00001,  // negative NaN
      0x00000001,  // the least denormal
      0x7f800000, 0xff800000,
  };
  const ArrayPtr array = Buffered(arrow::float32(), bits);
  Misfit misfit;
  const auto same = Cast(array, DType::kFloat, &misfit);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ((*same)->data()->buffers[1], array->data()->buffers[1]);

  const auto wide = Cast(array, DType::kDouble, &misfit);
  ASSERT_TRUE(wide.ok());
  const double* values = (*wide)->data()->GetValues<double>(1);
  EXPECT_EQ(std::bit_cast<uint64_t>(values[0]), uint64_t{1} << 63);
  // A payload moves to the top of the longer mantissa: 52 - 23 = 29 bits up.
  EXPECT_EQ(std::bit_cast<uint64_t>(values[1]),
            (uint64_t{0x7ff} << 52) | (uint64_t{0x412345} << 29));
  EXPECT_TRUE(std::isnan(values[2]) && std::signbit(values[2]));
  EXPECT_EQ(values[3], std::ldexp(1.0, -149));
  EXPECT_EQ(values[4], std::numeric_limits<double>::infinity());
  EXPECT_EQ(values[5], -std::numeric_limits<double>::infinity());
}

TEST(ElementCast, WidensHalf) {
  // 1.0, -0.0, the least denormal 2^-24, the greatest 65504, infinity
  const ArrayPtr half =
      Buffered<uint16_t>(arrow::float16(), {0x3c00, 0x8000, 0x0001, 0x7bff, 0x7c00});
  Misfit misfit;
  const auto narrow = Cast(half, DType::kFloat, &misfit);
  const auto wide = Cast(half, DType::kDouble, &misfit);
  ASSERT_TRUE(narrow.ok() && wide.ok());
  const float* floats = (*narrow)->data()->GetValues<float>(1);
  const double* doubles = (*wide)->data()->GetValues<double>(1);
  const double expected[] = {1, -0.0, std::ldexp(1.0, -24), 65504,
                             std::numeric_limits<double>::infinity()};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(floats[i]),
              std::bit_cast<uint32_t>(static_cast<float>(expected[i])));
    EXPECT_EQ(std::bit_cast<uint64_t>(doubles[i]), std::bit_cast<uint64_t>(expected[i]));
  }
}

TEST(ElementCast, TakesStringsOfEveryKind) {
  for (const TypePtr& type :
       {arrow::utf8(), arrow::binary(), arrow::large_utf8(), arrow::large_binary(),
        arrow::utf8_view(), arrow::binary_view()}) {
    SCOPED_TRACE(type->ToString());
    Misfit misfit;
    const char* json = R"(["a", "", "some text that is longer than a view"])";
    for (const ArrayPtr& array : {ArrayOf(type, json), ArrayOf(type, "[]")}) {
      const auto cast = Cast(array, DType::kString, &misfit);
      ASSERT_TRUE(cast.ok());
      EXPECT_TRUE((*cast)->type_id() == arrow::Type::STRING ||
                  (*cast)->type_id() == arrow::Type::BINARY);
      ExpectArray(**cast, *ArrayOf((*cast)->type(), array->length() > 0 ? json : "[]"));
    }
  }
}

TEST(ElementCast, RefusesWhatWouldBend) {
  const TypePtr utf8 = arrow::utf8();
  std::vector<std::pair<TypePtr, DType>> refused = {
      {arrow::float64(), DType::kFloat},
      {arrow::float32(), DType::kHalf},
      {arrow::float32(), DType::kBfloat16},
      {arrow::float16(), DType::kBfloat16},
      {arrow::float32(), DType::kInt32},
      {arrow::float64(), DType::kInt64},
      {arrow::boolean(), DType::kFloat},
      {arrow::boolean(), DType::kString},
      {arrow::int8(), DType::kBool},
      {arrow::int8(), DType::kString},
      {utf8, DType::kInt64},
      {utf8, DType::kFloat},
      {utf8, DType::kBool},
      {arrow::date32(), DType::kInt32},
      {arrow::timestamp(arrow::TimeUnit::MICRO), DType::kInt64},
      {arrow::decimal128(5, 0), DType::kDouble},
      {arrow::fixed_size_binary(4), DType::kString},
      {arrow::int32(), DType::kInvalid},
      {arrow::int32(), static_cast<DType>(8)},
  };
  for (const auto& [type, dtype] : refused) {
    EXPECT_EQ(FindElementCast(*type, dtype), nullptr) << type->ToString() << Name(dtype);
  }
}

TEST(ElementCast, DoesNotTakeUint16ForTheBitsOfBfloat16) {
  Misfit misfit;
  const auto cast = Cast(ArrayOf(arrow::uint16(), "[2]"), DType::kBfloat16, &misfit);
  ASSERT_TRUE(cast.ok());
  ExpectArray(**cast, *ArrayOf(arrow::uint16(), "[16384]"));  // 2.0f = 0x4000'0000
}

TEST(ElementCast, GivesEmptyForEmpty) {
  for (const TypePtr& from : Integers()) {
    for (const DType to : kFloats) {
      Misfit misfit;
      const auto cast = Cast(ArrayOf(from, "[]"), to, &misfit);
      ASSERT_TRUE(cast.ok());
      EXPECT_EQ((*cast)->length(), 0);
    }
  }
  Misfit misfit;
  EXPECT_EQ((*Cast(ArrayOf(arrow::boolean(), "[]"), DType::kInt8, &misfit))->length(), 0);
}

}  // namespace
}  // namespace howdah
