#include <arrow/array.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "schema/pack.h"

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using Arrays = std::vector<ArrayPtr>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

template <typename Word>
Result<Arrays> UnpackWords(const Array& values, int64_t n, int64_t k) {
  // Rows that stay in the first-level cache while each column takes its values from them.
  constexpr int64_t kBlockRows = 64;
  std::vector<BufferPtr> buffers(static_cast<size_t>(k));
  std::vector<Word*> out;
  for (BufferPtr& buffer : buffers) {
    ARROW_ASSIGN_OR_RAISE(buffer,
                          arrow::AllocateBuffer(n * static_cast<int64_t>(sizeof(Word))));
    out.push_back(reinterpret_cast<Word*>(buffer->mutable_data()));
  }
  const Word* in = values.data()->GetValues<Word>(1);
  for (int64_t row0 = 0; row0 < n; row0 += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, n - row0);
    for (int64_t c = 0; c < k; ++c) {
      const Word* cell = in + (row0 * k) + c;
      Word* column = out[static_cast<size_t>(c)] + row0;
      for (int64_t row = 0; row < rows; ++row) column[row] = cell[row * k];
    }
  }
  Arrays columns;
  for (BufferPtr& buffer : buffers) {
    columns.push_back(arrow::MakeArray(
        arrow::ArrayData::Make(values.type(), n, {nullptr, std::move(buffer)}, 0)));
  }
  return columns;
}

Result<Arrays> UnpackBits(const Array& values, int64_t n, int64_t k) {
  const auto* bits = values.data()->GetValues<uint8_t>(1, 0);
  Arrays columns;
  for (int64_t c = 0; c < k; ++c) {
    ARROW_ASSIGN_OR_RAISE(BufferPtr buffer, arrow::AllocateEmptyBitmap(n));
    for (int64_t row = 0; row < n; ++row) {
      if (arrow::bit_util::GetBit(bits, values.offset() + (row * k) + c)) {
        arrow::bit_util::SetBit(buffer->mutable_data(), row);
      }
    }
    columns.push_back(std::make_shared<arrow::BooleanArray>(n, std::move(buffer)));
  }
  return columns;
}

Result<Arrays> UnpackText(const Array& values, int64_t n, int64_t k) {
  const auto& text = static_cast<const arrow::BinaryArray&>(values);
  Arrays columns;
  for (int64_t c = 0; c < k; ++c) {
    ARROW_ASSIGN_OR_RAISE(
        BufferPtr offsets,
        arrow::AllocateBuffer((n + 1) * static_cast<int64_t>(sizeof(int32_t))));
    auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
    offset[0] = 0;
    for (int64_t row = 0; row < n; ++row) {
      offset[row + 1] = offset[row] + text.value_length((row * k) + c);
    }
    ARROW_ASSIGN_OR_RAISE(BufferPtr bytes, arrow::AllocateBuffer(offset[n]));
    for (int64_t row = 0; row < n; ++row) {
      const std::string_view value = text.GetView((row * k) + c);
      if (value.empty()) continue;
      std::memcpy(bytes->mutable_data() + offset[row], value.data(), value.size());
    }
    columns.push_back(arrow::MakeArray(arrow::ArrayData::Make(
        values.type(), n, {nullptr, std::move(offsets), std::move(bytes)}, 0)));
  }
  return columns;
}

}  // namespace

Result<Arrays> UnpackColumns(const Array& values, int64_t n, int64_t k) {
  if (arrow::is_base_binary_like(values.type_id())) return UnpackText(values, n, k);
  if (values.type_id() == arrow::Type::BOOL) return UnpackBits(values, n, k);
  switch (values.type()->byte_width()) {
    case 1:
      return UnpackWords<uint8_t>(values, n, k);
    case 2:
      return UnpackWords<uint16_t>(values, n, k);
    case 4:
      return UnpackWords<uint32_t>(values, n, k);
    default:
      return UnpackWords<uint64_t>(values, n, k);
  }
}

}  // namespace howdah
