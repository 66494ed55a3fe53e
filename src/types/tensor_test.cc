#include "types/tensor.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

namespace howdah {
namespace {

TEST(DType, NamesAreTensorFlowsPythonNames) {
  EXPECT_EQ(Name(DType::kHalf), "float16");
  EXPECT_EQ(Name(DType::kString), "string");
  EXPECT_EQ(Name(static_cast<DType>(8)), "complex64");
  EXPECT_EQ(Name(static_cast<DType>(99)), "dtype 99");
}

TEST(DType, ValueTypeIsNullWhereNotSupported) {
  EXPECT_TRUE(ValueType(DType::kString)->Equals(arrow::binary()));
  EXPECT_TRUE(ValueType(DType::kBfloat16)->Equals(arrow::uint16()));
  EXPECT_EQ(ValueType(static_cast<DType>(8)), nullptr);
  EXPECT_FALSE(IsSupported(DType::kInvalid));
}

TEST(TensorSpec, ToStringShowsUnknownDimensionsAsQuestionMarks) {
  TensorSpec spec{.name = "x", .dtype = DType::kFloat, .shape = {{kUnknownDim, 32}}};
  EXPECT_EQ(spec.ToString(), "float32 [?, 32]");
  spec.shape.reset();
  EXPECT_EQ(spec.ToString(), "float32 [unknown rank]");
}

}  // namespace
}  // namespace howdah
