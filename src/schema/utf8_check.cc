#include "schema/utf8_check.h"

#include <arrow/array.h>
#include <arrow/util/utf8.h>

namespace howdah {
namespace {

template <typename ArrayType>
int64_t FirstInvalid(const ArrayType& array) {
  const int64_t rows = array.length();
  if (rows == 0) return -1;
  static const bool initialized = [] {
    arrow::util::InitializeUTF8();
    return true;
  }();
  static_cast<void>(initialized);

  // All bytes at once: they are good if together they are UTF-8 and no value begins in
  // the middle of a code point. Else, or when a null hides bytes, look at each value.
  const auto* offsets = array.raw_value_offsets();
  const auto first = offsets[0], last = offsets[rows];
  if (first == last) return -1;
  const uint8_t* bytes = array.raw_data();
  bool good = arrow::util::ValidateUTF8(bytes + first, last - first);
  for (int64_t i = 1; good && i < rows && offsets[i] < last; ++i) {
    good = (bytes[offsets[i]] & 0xC0) != 0x80;
  }
  if (good) return -1;
  for (int64_t i = 0; i < rows; ++i) {
    if (!array.IsNull(i) && !arrow::util::ValidateUTF8(array.GetView(i))) return i;
  }
  return -1;
}

}  // namespace

int64_t FirstInvalidUtf8(const arrow::Array& array) {
  const bool large = array.type_id() == arrow::Type::LARGE_STRING ||
                     array.type_id() == arrow::Type::LARGE_BINARY;
  return large ? FirstInvalid(static_cast<const arrow::LargeBinaryArray&>(array))
               : FirstInvalid(static_cast<const arrow::BinaryArray&>(array));
}

}  // namespace howdah
