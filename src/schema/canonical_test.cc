#include "schema/canonical.h"

#include <arrow/builder.h>
#include <arrow/extension/uuid.h>
#include <arrow/util/key_value_metadata.h>

#include <bit>
#include <cmath>

#include "schema/test_data.h"

namespace howdah {
namespace {

using arrow::TimeUnit;

TypePtr ElementsOf(const TypePtr& type) {
  return arrow::list(arrow::field("element", type));
}

TypePtr StructOf(const TypePtr& a, const TypePtr& b, bool nullable = true) {
  return arrow::struct_({arrow::field("A b", a, nullable), arrow::field("b", b)});
}

struct Landed {
  Result<ArrayPtr> array;
  int64_t bad_row;
};

Landed Land(const ArrayPtr& array) {
  int64_t bad_row = -1;
  auto landed = ToCanonical(array, CanonicalType(array->type()).ValueOrDie(), &bad_row);
  return {std::move(landed), bad_row};
}

TEST(Canonical, LandsEachTypeWithItsValues) {
  const TypePtr u32 = arrow::uint32(), u64 = arrow::uint64(), i64 = arrow::int64();
  const TypePtr nanos = arrow::timestamp(TimeUnit::NANO, "Europe/Berlin");
  const TypePtr micros = arrow::timestamp(TimeUnit::MICRO, "Europe/Berlin");
  const TypePtr words = arrow::dictionary(arrow::int8(), arrow::utf8());
  struct Case {
    TypePtr from, to;
    const char* json;
    const char* landed;  // nullptr: as `json`
  };
  const Case cases[] = {
      {u32, i64, "[0, null, 4294967295]", nullptr},
      {u64, i64, "[0, null, 9223372036854775807]", nullptr},
      {nanos, micros, "[1000, null, -2000, 1700000000123456000]",
       "[1, null, -2, 1700000000123456]"},
      {arrow::timestamp(TimeUnit::NANO), arrow::timestamp(TimeUnit::MICRO), "[5000]",
       "[5]"},
      {arrow::time64(TimeUnit::NANO), arrow::time64(TimeUnit::MICRO), "[7000, null]",
       "[7, null]"},
      {arrow::utf8_view(), arrow::utf8(), R"(["a", null, "ä longer text than a view"])",
       nullptr},
      {arrow::binary_view(), arrow::binary(), R"(["a", null])", nullptr},
      {words, arrow::utf8(), R"(["a", null, "b", "a"])", nullptr},
      {arrow::dictionary(arrow::uint16(), u64), i64, "[1, 2, null, 1]", nullptr},
      {arrow::dictionary(arrow::int32(), arrow::boolean()), arrow::boolean(),
       "[true, null, false]", nullptr},
      {arrow::dictionary(arrow::int32(), arrow::decimal128(9, 2)),
       arrow::decimal128(9, 2), R"(["1.25", null, "3.50"])", nullptr},
      {arrow::dictionary(arrow::int32(), arrow::utf8_view()), arrow::utf8(),
       R"(["a", null])", nullptr},
      {ElementsOf(u32), ElementsOf(i64), "[[1, 2], null, [], [null]]", nullptr},
      {arrow::large_list(u64), arrow::large_list(i64), "[[1, 2], null, [3]]", nullptr},
      {arrow::fixed_size_list(u32, 2), arrow::fixed_size_list(i64, 2), "[[1, 2], null]",
       nullptr},
      {ElementsOf(ElementsOf(nanos)), ElementsOf(ElementsOf(micros)),
       "[[[1000], []], null]", "[[[1], []], null]"},
      {StructOf(u32, words), StructOf(i64, arrow::utf8()),
       R"([{"A b": 1, "b": "x"}, null, {"A b": null, "b": "y"}])", nullptr},
      {ElementsOf(StructOf(u32, arrow::int8())), ElementsOf(StructOf(i64, arrow::int8())),
       R"([[{"A b": 1, "b": 2}], []])", nullptr},
      {arrow::map(words, u32), arrow::map(arrow::utf8(), i64),
       R"([[["k", 1]], null, []])", nullptr},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.from->ToString());
    const char* expected = c.landed == nullptr ? c.json : c.landed;
    const TypePtr type = CanonicalType(c.from).ValueOrDie();
    EXPECT_TRUE(type->Equals(c.to, /*check_metadata=*/true)) << type->ToString();
    for (const ArrayPtr& array :
         {ArrayOf(c.from, c.json), Sliced(c.from, c.json, c.json, c.json)}) {
      const Landed landed = Land(array);
      ASSERT_TRUE(landed.array.ok()) << landed.array.status().message();
      ExpectArray(**landed.array, *ArrayOf(c.to, expected));
    }
    const Landed empty = Land(ArrayOf(c.from, "[]"));
    ASSERT_TRUE(empty.array.ok()) << empty.array.status().message();
    ExpectArray(**empty.array, *ArrayOf(c.to, "[]"));
  }
}

TEST(Canonical, LandsTheValuesOfADictionaryAsTheyWouldLandThemselves) {
  const TypePtr nanos = arrow::timestamp(TimeUnit::NANO, "UTC");
  const auto array = std::make_shared<arrow::DictionaryArray>(
      arrow::dictionary(arrow::int32(), nanos), ArrayOf(arrow::int32(), "[1, null, 0]"),
      ArrayOf(nanos, "[1000, 2000]"));
  const Landed landed = Land(array);
  ASSERT_TRUE(landed.array.ok()) << landed.array.status().message();
  ExpectArray(**landed.array,
              *ArrayOf(arrow::timestamp(TimeUnit::MICRO, "UTC"), "[2, null, 1]"));
}

TEST(Canonical, UnitsThatNoFormatHasLandInTheNextFinerOne) {
  const std::tuple<TypePtr, const char*, TypePtr, const char*> cases[] = {
      {arrow::date64(), "[86400000, null]", arrow::date32(), "[1, null]"},
      {arrow::timestamp(TimeUnit::SECOND, "UTC"), "[-1, null]",
       arrow::timestamp(TimeUnit::MICRO, "UTC"), "[-1000000, null]"},
      {arrow::time32(TimeUnit::SECOND), "[1, null]", arrow::time32(TimeUnit::MILLI),
       "[1000, null]"},
      {arrow::list_view(arrow::uint32()), "[[1, 2], null, []]",
       arrow::list(arrow::int64()), "[[1, 2], null, []]"},
      {arrow::large_list_view(arrow::utf8()), R"([["a"], []])",
       arrow::large_list(arrow::utf8()), R"([["a"], []])"},
  };
  for (const auto& [type, json, lands_as, expected] : cases) {
    SCOPED_TRACE(type->ToString());
    const Landed landed = Land(ArrayOf(type, json));
    ASSERT_TRUE(landed.array.ok()) << landed.array.status().message();
    ExpectArray(**landed.array, *ArrayOf(lands_as, expected));
  }
  const Landed late =
      Land(ArrayOf(arrow::timestamp(TimeUnit::SECOND), "[0, 9223372036854775807]"));
  EXPECT_FALSE(late.array.ok());
  EXPECT_EQ(late.bad_row, 1);
}

TEST(Canonical, SharesWhatItDoesNotChange) {
  const std::pair<TypePtr, const char*> cases[] = {
      {arrow::boolean(), "[true, null]"},
      {arrow::int8(), "[1]"},
      {arrow::uint8(), "[1]"},
      {arrow::uint16(), "[1]"},
      {arrow::float32(), "[1, null]"},
      {arrow::float64(), "[1]"},
      {arrow::utf8(), R"(["a", null])"},
      {arrow::large_utf8(), R"(["a", null])"},
      {arrow::binary(), R"(["a"])"},
      {arrow::fixed_size_binary(2), R"(["ab"])"},
      {arrow::date32(), "[1]"},
      {arrow::timestamp(TimeUnit::MILLI), "[1]"},
      {arrow::timestamp(TimeUnit::MICRO, "UTC"), "[1]"},
      {arrow::time32(TimeUnit::MILLI), "[1]"},
      {arrow::time64(TimeUnit::MICRO), "[1]"},
      {arrow::decimal128(38, 3), R"(["1.000"])"},
      {arrow::decimal256(60, 3), R"(["1.000"])"},
      {ElementsOf(arrow::float32()), "[[1], null, [2, null]]"},
      {arrow::fixed_size_list(arrow::int32(), 1), "[[1], null]"},
      {StructOf(arrow::int8(), arrow::utf8()), R"([{"A b": 1, "b": "x"}, null])"},
      {arrow::map(arrow::utf8(), arrow::int32()), R"([[["k", 1]], null])"},
  };
  for (const auto& [type, json] : cases) {
    SCOPED_TRACE(type->ToString());
    EXPECT_TRUE(CanonicalType(type).ValueOrDie()->Equals(type));
    for (const ArrayPtr& array : {ArrayOf(type, json), Sliced(type, json, json, json)}) {
      const Landed landed = Land(array);
      ASSERT_TRUE(landed.array.ok()) << landed.array.status().message();
      EXPECT_EQ(*landed.array, array);
    }
  }
}

TEST(Canonical, SharesTheBytesOfUint64) {
  const ArrayPtr array = ArrayOf(arrow::uint64(), "[1, 2]");
  EXPECT_EQ((*Land(array).array)->data()->buffers[1], array->data()->buffers[1]);
}

TEST(Canonical, NamesTheFirstRowThatDoesNotFit) {
  const TypePtr u64 = arrow::uint64();
  const TypePtr nanos = arrow::timestamp(TimeUnit::NANO);
  const char* big = "9223372036854775808";  // 2^63
  struct Case {
    TypePtr type;
    std::string json;
    int64_t row;
    const char* text;
  };
  const std::string b = big;
  const Case cases[] = {
      {u64, "[1, null, " + b + ", " + b + "]", 2, big},
      {u64, "[18446744073709551615]", 0, "18446744073709551615 is above 2^63-1"},
      {nanos, "[1000, null, 1001]", 2, "1001 ns"},
      {nanos, "[-1]", 0, "-1 ns"},
      {arrow::time64(TimeUnit::NANO), "[1000, 999]", 1, "999 ns"},
      {arrow::dictionary(arrow::int8(), u64), "[1, " + b + "]", 1, big},
      {arrow::list(u64), "[[1], [], [2, 3], [4, " + b + "]]", 3, big},
      {arrow::list(u64), "[[], [], [" + b + "], []]", 2, big},
      {arrow::large_list(u64), "[[1], null, [2, " + b + "], [3]]", 2, big},
      {arrow::fixed_size_list(u64, 2), "[[1, 2], [3, " + b + "]]", 1, big},
      {arrow::list(arrow::list(u64)), "[[[1]], [[2], [3, 4], [" + b + "]]]", 1, big},
      {StructOf(arrow::int8(), u64),
       R"([{"A b": 1, "b": 2}, {"A b": 1, "b": )" + b + "}]", 1, big},
      {arrow::list(StructOf(arrow::int8(), u64)), R"([[], [{"A b": 1, "b": )" + b + "}]]",
       1, big},
      {arrow::map(arrow::utf8(), u64), R"([[["k", 1]], [["l", )" + b + "]]]", 1, big},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type->ToString() + " " + c.json);
    for (const ArrayPtr& array :
         {ArrayOf(c.type, c.json), Sliced(c.type, c.json, c.json, c.json)}) {
      const Landed landed = Land(array);
      ExpectError(landed.array, ErrorKind::kInvalidInput, {c.text});
      EXPECT_EQ(landed.bad_row, c.row);
    }
  }
}

TEST(Canonical, DoesNotCheckWhatANullHides) {
  const std::vector<uint64_t> values = {1, uint64_t{1} << 63};
  const auto child = arrow::MakeArray(arrow::ArrayData::Make(
      arrow::uint64(), 2, {nullptr, arrow::Buffer::FromVector(values)}, 0));
  const auto first_only = ArrayOf(arrow::boolean(), "[true, false]")->data()->buffers[1];
  const auto masked = arrow::MakeArray(arrow::ArrayData::Make(
      arrow::uint64(), 2, {first_only, child->data()->buffers[1]}, 1));
  ASSERT_TRUE(Land(masked).array.ok());
  ExpectArray(**Land(masked).array, *ArrayOf(arrow::int64(), "[1, null]"));

  for (const bool nullable : {true, false}) {
    const auto type = arrow::struct_({arrow::field("a", arrow::uint64(), nullable)});
    const auto parent = std::make_shared<arrow::StructArray>(
        type, 2, std::vector<ArrayPtr>{child}, first_only, 1);
    ASSERT_TRUE(Land(parent).array.ok());
    ExpectArray(**Land(parent).array,
                *ArrayOf(arrow::struct_({arrow::field("a", arrow::int64(), nullable)}),
                         R"([{"a": 1}, null])"));
  }
}

TEST(Canonical, ChecksThatTextIsUtf8) {
  const std::string split =
      "\xC3";  // the two halves of "ü": UTF-8 only when put together
  struct Case {
    std::vector<std::string> text;
    int64_t row;
  };
  const Case cases[] = {
      {{"plain", "größe", "", "温度"}, -1}, {{"ok", "a\xFFz", "\xFF"}, 1},
      {{"ok", split, "\xBC"}, 1},           {{"\xBC"}, 0},
      {{"", "ok", "cut \xE6\xB8"}, 2},
  };
  for (const Case& c : cases) {
    arrow::StringBuilder builder;
    arrow::LargeStringBuilder large_builder;
    ASSERT_TRUE(builder.Append("\xFF").ok());  // before the slice
    ASSERT_TRUE(builder.AppendValues(c.text).ok());
    ASSERT_TRUE(large_builder.AppendValues(c.text).ok());
    const ArrayPtr text = builder.Finish().ValueOrDie()->Slice(1);
    const ArrayPtr large = large_builder.Finish().ValueOrDie();
    for (const ArrayPtr& array : {text, large}) {
      const Landed landed = Land(array);
      EXPECT_EQ(landed.bad_row, c.row);
      EXPECT_EQ(landed.array.ok(), c.row < 0);
    }
  }
}

TEST(Canonical, PassesOverBytesUnderANullText) {
  const auto data = arrow::ArrayData::Make(
      arrow::utf8(), 2,
      {ArrayOf(arrow::boolean(), "[true, false]")->data()->buffers[1],
       arrow::Buffer::FromVector(std::vector<int32_t>{0, 1, 2}),
       arrow::Buffer::FromString("a\xFF")},
      1);
  EXPECT_TRUE(Land(arrow::MakeArray(data)).array.ok());
}

TEST(Canonical, WidensHalfBitForBit) {
  const std::vector<uint16_t> half = {0x3c00, 0x8000, 0x0001, 0x7bff, 0xfc00, 0x7e01};
  const auto array = arrow::MakeArray(arrow::ArrayData::Make(
      arrow::float16(), 6, {nullptr, arrow::Buffer::FromVector(half)}, 0));
  const Landed landed = Land(array);
  ASSERT_TRUE(landed.array.ok());
  const float* values = (*landed.array)->data()->GetValues<float>(1);
  const float expected[] = {1.0f, -0.0f, std::ldexp(1.0f, -24), 65504.0f, -INFINITY};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(std::bit_cast<uint32_t>(values[i]), std::bit_cast<uint32_t>(expected[i]))
        << i;
  }
  // The payload of a NaN moves to the top of the longer mantissa: 23 - 10 = 13 bits up.
  EXPECT_EQ(std::bit_cast<uint32_t>(values[5]), 0x7f800000u | (0x201u << 13));
}

TEST(Canonical, UnwrapsExtensionTypes) {
  const ArrayPtr storage =
      ArrayOf(arrow::fixed_size_binary(16), R"(["0123456789abcdef", null])");
  const ArrayPtr uuid =
      arrow::ExtensionType::WrapArray(arrow::extension::uuid(), storage);
  const Landed landed = Land(uuid);
  ASSERT_TRUE(landed.array.ok());
  ExpectArray(**landed.array, *storage);
}

TEST(Canonical, DropsMetadataOfFieldsInside) {
  const auto id = arrow::key_value_metadata({"PARQUET:field_id"}, {"7"});
  const auto type = arrow::list(arrow::field("item", arrow::int32(), false, id));
  const TypePtr canonical = CanonicalType(type).ValueOrDie();
  EXPECT_TRUE(canonical->Equals(arrow::list(arrow::field("item", arrow::int32(), false)),
                                /*check_metadata=*/true));
}

TEST(Canonical, RefusesTypesThatCannotBeCarried) {
  const TypePtr i32 = arrow::int32();
  const TypePtr types[] = {
      arrow::null(),
      arrow::list(arrow::null()),
      StructOf(i32, arrow::null()),
      arrow::sparse_union({arrow::field("a", i32)}),
      arrow::run_end_encoded(i32, i32),
      arrow::dictionary(i32, arrow::list(i32)),
      arrow::map(arrow::utf8(), arrow::null()),
  };
  for (const TypePtr& type : types) {
    SCOPED_TRACE(type->ToString());
    ExpectError(CanonicalType(type), ErrorKind::kSchemaMismatch, {"cannot be carried"});
  }
}

}  // namespace
}  // namespace howdah
