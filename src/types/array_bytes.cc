#include "types/array_bytes.h"

#include <arrow/array/data.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

namespace howdah {
namespace {

int64_t BytesOf(const arrow::ArrayData& data, int64_t first, int64_t length);

/// Offsets of type T: what they point at, by `values(begin, count)`, and themselves.
template <typename T, typename Values>
int64_t WithOffsets(const arrow::ArrayData& data, int64_t first, int64_t length,
                    const Values& values) {
  if (length == 0 || data.buffers[1] == nullptr) return 0;
  const T* offsets = data.GetValues<T>(1, 0) + first;
  return length * static_cast<int64_t>(sizeof(T)) +
         values(offsets[0], offsets[length] - offsets[0]);
}

template <typename T>
int64_t ListBytes(const arrow::ArrayData& data, int64_t first, int64_t length) {
  const arrow::ArrayData& child = *data.child_data[0];
  return WithOffsets<T>(data, first, length, [&](int64_t begin, int64_t count) {
    return BytesOf(child, child.offset + begin, count);
  });
}

/// Elements [first, first + length) of `data`'s buffers.
int64_t BytesOf(const arrow::ArrayData& data, int64_t first, int64_t length) {
  const auto bytes = [](int64_t, int64_t count) { return count; };
  switch (data.type->id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return WithOffsets<int32_t>(data, first, length, bytes);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return WithOffsets<int64_t>(data, first, length, bytes);
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return ListBytes<int32_t>(data, first, length);
    case arrow::Type::LARGE_LIST:
      return ListBytes<int64_t>(data, first, length);
    case arrow::Type::FIXED_SIZE_LIST: {
      const int64_t size =
          static_cast<const arrow::FixedSizeListType&>(*data.type).list_size();
      const arrow::ArrayData& child = *data.child_data[0];
      return BytesOf(child, child.offset + first * size, length * size);
    }
    case arrow::Type::STRUCT: {
      int64_t sum = 0;
      for (const auto& child : data.child_data) {
        sum += BytesOf(*child, child->offset + first, length);
      }
      return sum;
    }
    default:
      break;
  }
  if (arrow::is_fixed_width(data.type->id())) {
    return (length * data.type->bit_width() + 7) / 8;
  }
  int64_t sum = 0;  // views and the like: all of their buffers
  for (const auto& buffer : data.buffers) sum += buffer == nullptr ? 0 : buffer->size();
  return sum;
}

}  // namespace

int64_t ApproximateBytes(const arrow::RecordBatch& batch) {
  int64_t sum = 0;
  for (const auto& column : batch.column_data()) {
    sum += BytesOf(*column, column->offset, column->length);
  }
  return sum;
}

}  // namespace howdah
