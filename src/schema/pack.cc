#include "schema/pack.h"

#include <arrow/array.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cstring>
#include <limits>

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;

// A block is small enough that what it reads and writes stays in the first-level cache:
// 64 rows touch 64 lines of the output, filled by 8 streams of input.
constexpr int64_t kBlockRows = 64, kBlockColumns = 8;

template <typename Word>
Result<ArrayPtr> PackWords(const std::vector<ArrayPtr>& columns,
                           const std::shared_ptr<arrow::DataType>& type) {
  const auto k = static_cast<int64_t>(columns.size());
  const int64_t n = columns.front()->length();
  std::vector<const Word*> in;
  for (const ArrayPtr& column : columns) {
    in.push_back(column->data()->GetValues<Word>(1));
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> values,
      arrow::AllocateBuffer(n * k * static_cast<int64_t>(sizeof(Word))));
  Word* out = reinterpret_cast<Word*>(values->mutable_data());
  for (int64_t row0 = 0; row0 < n; row0 += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, n - row0);
    for (int64_t c0 = 0; c0 < k; c0 += kBlockColumns) {
      const int64_t width = std::min(kBlockColumns, k - c0);
      for (int64_t c = c0; c < c0 + width; ++c) {
        const Word* column = in[static_cast<size_t>(c)] + row0;
        Word* cell = out + row0 * k + c;
        for (int64_t row = 0; row < rows; ++row) cell[row * k] = column[row];
      }
    }
  }
  return arrow::MakeArray(arrow::ArrayData::Make(type, n * k, {nullptr, values}, 0));
}

Result<ArrayPtr> PackBits(const std::vector<ArrayPtr>& columns) {
  const auto k = static_cast<int64_t>(columns.size());
  const int64_t n = columns.front()->length();
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateEmptyBitmap(n * k));
  for (int64_t c = 0; c < k; ++c) {
    const arrow::ArrayData& column = *columns[static_cast<size_t>(c)]->data();
    const uint8_t* bits = column.GetValues<uint8_t>(1, 0);
    for (int64_t row = 0; row < n; ++row) {
      if (arrow::bit_util::GetBit(bits, column.offset + row)) {
        arrow::bit_util::SetBit(values->mutable_data(), row * k + c);
      }
    }
  }
  return std::make_shared<arrow::BooleanArray>(n * k, std::move(values));
}

Result<ArrayPtr> PackText(const std::vector<ArrayPtr>& columns) {
  const auto k = static_cast<int64_t>(columns.size());
  const int64_t n = columns.front()->length();
  std::vector<const arrow::BinaryArray*> in;
  int64_t bytes = 0;
  for (const ArrayPtr& column : columns) {
    in.push_back(static_cast<const arrow::BinaryArray*>(column.get()));
    bytes += in.back()->total_values_length();
  }
  if (bytes > std::numeric_limits<int32_t>::max()) {
    return Error(
        ErrorKind::kInvalidInput,
        "a batch holds {} bytes of text, more than 2 GiB; lower model.batch_rows", bytes);
  }
  ARROW_ASSIGN_OR_RAISE(
      std::shared_ptr<arrow::Buffer> offsets,
      arrow::AllocateBuffer((n * k + 1) * static_cast<int64_t>(sizeof(int32_t))));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> values,
                        arrow::AllocateBuffer(bytes));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int32_t end = 0;
  *offset++ = end;
  for (int64_t row = 0; row < n; ++row) {
    for (const arrow::BinaryArray* column : in) {
      const std::string_view text = column->GetView(row);
      if (!text.empty()) {
        std::memcpy(values->mutable_data() + end, text.data(), text.size());
      }
      end += static_cast<int32_t>(text.size());
      *offset++ = end;
    }
  }
  return std::make_shared<arrow::BinaryArray>(n * k, std::move(offsets),
                                              std::move(values));
}

}  // namespace

Result<ArrayPtr> PackColumns(const std::vector<ArrayPtr>& columns, DType dtype) {
  if (dtype == DType::kString) return PackText(columns);
  if (dtype == DType::kBool) return PackBits(columns);
  const std::shared_ptr<arrow::DataType> type = ValueType(dtype);
  switch (type->byte_width()) {
    case 1:
      return PackWords<uint8_t>(columns, type);
    case 2:
      return PackWords<uint16_t>(columns, type);
    case 4:
      return PackWords<uint32_t>(columns, type);
    default:
      return PackWords<uint64_t>(columns, type);
  }
}

}  // namespace howdah
