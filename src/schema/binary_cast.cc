#include "schema/binary_cast.h"

#include <arrow/array.h>
#include <arrow/builder.h>

#include <limits>

#include "schema/validity.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

constexpr int64_t kMostBytes = std::numeric_limits<int32_t>::max();

Status TooMuchText(int64_t bytes) {
  return Error(ErrorKind::kInvalidInput,
               "a batch holds {} bytes of text, more than 2 GiB; lower model.batch_rows",
               bytes);
}

Result<ArrayPtr> NarrowLarge(const arrow::LargeBinaryArray& large,
                             const std::shared_ptr<arrow::DataType>& type) {
  const int64_t rows = large.length();
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> offsets,
      arrow::AllocateBuffer((rows + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  out[0] = 0;
  std::shared_ptr<arrow::Buffer> values = large.value_data();
  if (rows > 0) {
    const int64_t* in = large.raw_value_offsets();
    const int64_t bytes = in[rows] - in[0];
    if (bytes > kMostBytes) return TooMuchText(bytes);
    for (int64_t i = 1; i <= rows; ++i) out[i] = static_cast<int32_t>(in[i] - in[0]);
    if (values != nullptr) values = arrow::SliceBuffer(values, in[0], bytes);
  }
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityFromZero(large));
  return arrow::MakeArray(arrow::ArrayData::Make(type, rows, {validity, offsets, values},
                                                 large.null_count()));
}

template <typename Builder>
Result<ArrayPtr> CopyViews(const arrow::BinaryViewArray& views) {
  int64_t bytes = 0;
  for (int64_t i = 0; i < views.length(); ++i) {
    if (!views.IsNull(i)) bytes += static_cast<int64_t>(views.GetView(i).size());
  }
  if (bytes > kMostBytes) return TooMuchText(bytes);
  Builder builder;
  HOWDAH_RETURN_IF_ERROR(builder.Reserve(views.length()));
  HOWDAH_RETURN_IF_ERROR(builder.ReserveData(bytes));
  for (int64_t i = 0; i < views.length(); ++i) {
    if (views.IsNull(i)) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(views.GetView(i));
    }
  }
  return builder.Finish();
}

}  // namespace

Result<ArrayPtr> NarrowBinary(const ArrayPtr& array) {
  switch (array->type_id()) {
    case arrow::Type::LARGE_STRING:
      return NarrowLarge(static_cast<const arrow::LargeBinaryArray&>(*array),
                         arrow::utf8());
    case arrow::Type::LARGE_BINARY:
      return NarrowLarge(static_cast<const arrow::LargeBinaryArray&>(*array),
                         arrow::binary());
    case arrow::Type::STRING_VIEW:
      return CopyViews<arrow::StringBuilder>(
          static_cast<const arrow::BinaryViewArray&>(*array));
    default:
      return CopyViews<arrow::BinaryBuilder>(
          static_cast<const arrow::BinaryViewArray&>(*array));
  }
}

}  // namespace howdah
