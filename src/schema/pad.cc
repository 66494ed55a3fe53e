#include "schema/pad.h"

#include <arrow/array.h>
#include <arrow/type_traits.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

namespace howdah {
namespace {

using arrow::Array;
using ArrayPtr = std::shared_ptr<Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

constexpr int64_t kMostBytes = std::numeric_limits<int32_t>::max();

Status TooLarge(int64_t bytes) {
  return Error(ErrorKind::kInvalidInput,
               "a batch filled up to its longest lists holds {} bytes, more than 2 GiB; "
               "lower model.batch_rows",
               bytes);
}

/// A run of elements: an innermost list, and where it begins in the padded elements.
struct Run {
  int64_t from, to, length;
};

template <typename Word>
Result<ArrayPtr> PadWords(const Array& values, const std::vector<Run>& runs,
                          int64_t count, const Array& pad) {
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, static_cast<int64_t>(sizeof(Word)), &bytes)) {
    return TooLarge(std::numeric_limits<int64_t>::max());
  }
  if (bytes > kMostBytes) return TooLarge(bytes);
  ARROW_ASSIGN_OR_RAISE(BufferPtr buffer, arrow::AllocateBuffer(bytes));
  Word* out = reinterpret_cast<Word*>(buffer->mutable_data());
  std::fill_n(out, count, *pad.data()->GetValues<Word>(1));
  const Word* in = values.data()->GetValues<Word>(1);
  for (const Run& run : runs) std::copy_n(in + run.from, run.length, out + run.to);
  return arrow::MakeArray(
      arrow::ArrayData::Make(values.type(), count, {nullptr, std::move(buffer)}, 0));
}

Result<ArrayPtr> PadBits(const Array& values, const std::vector<Run>& runs, int64_t count,
                         const Array& pad) {
  if (count / 8 > kMostBytes) return TooLarge(count / 8);
  ARROW_ASSIGN_OR_RAISE(BufferPtr buffer, arrow::AllocateEmptyBitmap(count));
  uint8_t* out = buffer->mutable_data();
  if (static_cast<const arrow::BooleanArray&>(pad).Value(0)) {
    std::memset(out, 0xFF, static_cast<size_t>(buffer->size()));
  }
  const auto* in = values.data()->GetValues<uint8_t>(1, 0);
  for (const Run& run : runs) {
    arrow::internal::CopyBitmap(in, values.offset() + run.from, run.length, out, run.to);
  }
  return std::make_shared<arrow::BooleanArray>(count, std::move(buffer));
}

Result<ArrayPtr> PadText(const Array& values, const std::vector<Run>& runs, int64_t count,
                         const Array& pad) {
  const auto& text = static_cast<const arrow::BinaryArray&>(values);
  const std::string_view filler = static_cast<const arrow::BinaryArray&>(pad).GetView(0);
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count - text.length(), static_cast<int64_t>(filler.size()),
                             &bytes) ||
      __builtin_add_overflow(bytes, text.total_values_length(), &bytes)) {
    bytes = std::numeric_limits<int64_t>::max();
  }
  constexpr auto kWidth = static_cast<int64_t>(sizeof(int32_t));
  if (bytes > kMostBytes) return TooLarge(bytes);
  if (count >= kMostBytes / kWidth) return TooLarge(count);
  ARROW_ASSIGN_OR_RAISE(BufferPtr offsets, arrow::AllocateBuffer((count + 1) * kWidth));
  ARROW_ASSIGN_OR_RAISE(BufferPtr data, arrow::AllocateBuffer(bytes));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  int32_t end = 0;
  int64_t done = 0;
  offset[0] = 0;
  const auto append = [&](std::string_view value) {
    if (!value.empty())
      std::memcpy(data->mutable_data() + end, value.data(), value.size());
    end += static_cast<int32_t>(value.size());
    offset[++done] = end;
  };
  for (const Run& run : runs) {
    while (done < run.to) append(filler);
    for (int64_t i = 0; i < run.length; ++i) append(text.GetView(run.from + i));
  }
  while (done < count) append(filler);
  return std::make_shared<arrow::BinaryArray>(count, std::move(offsets), std::move(data));
}

Result<ArrayPtr> Fill(const Array& values, const std::vector<Run>& runs, int64_t count,
                      DType dtype, const Array& pad) {
  if (dtype == DType::kString) return PadText(values, runs, count, pad);
  if (dtype == DType::kBool) return PadBits(values, runs, count, pad);
  switch (values.type()->byte_width()) {
    case 1:
      return PadWords<uint8_t>(values, runs, count, pad);
    case 2:
      return PadWords<uint16_t>(values, runs, count, pad);
    case 4:
      return PadWords<uint32_t>(values, runs, count, pad);
    default:
      return PadWords<uint64_t>(values, runs, count, pad);
  }
}

/// The length that the lists of `level` are filled up to.
Result<int64_t> PaddedLength(const RaggedElements& ragged, size_t level, int64_t expected,
                             RowFault* fault) {
  const std::vector<int64_t>& offsets = ragged.offsets[level];
  int64_t longest = 0;
  size_t where = 0;
  for (size_t i = 0; i + 1 < offsets.size(); ++i) {
    if (offsets[i + 1] - offsets[i] > longest) {
      longest = offsets[i + 1] - offsets[i];
      where = i;
    }
  }
  if (expected == kUnknownDim) return longest;
  if (longest <= expected) return expected;
  return Blame(ragged.RowOf(static_cast<int64_t>(where), level), FaultCode::kLength,
               fmt::format("a list of {} elements, expected at most {}, as many as the "
                           "model takes; pad fills up shorter lists only",
                           longest, expected),
               fault);
}

}  // namespace

Result<Elements> PadLists(const RaggedElements& ragged,
                          const std::vector<int64_t>& lengths, DType dtype,
                          const Array& pad, RowFault* fault) {
  Elements elements;
  // Where each list of the level at hand lands, counted in lists of that level.
  std::vector<int64_t> places(ragged.offsets.front().size() - 1);
  for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int64_t>(i);
  auto count = static_cast<int64_t>(places.size());
  bool equal = true;
  std::vector<Run> runs;
  for (size_t level = 0; level < lengths.size(); ++level) {
    HOWDAH_ASSIGN_OR_RETURN(const int64_t length,
                            PaddedLength(ragged, level, lengths[level], fault));
    elements.lengths.push_back(length);
    if (__builtin_mul_overflow(count, length, &count) ||
        __builtin_mul_overflow(elements.per_row, length, &elements.per_row)) {
      return TooLarge(std::numeric_limits<int64_t>::max());
    }
    const std::vector<int64_t>& offsets = ragged.offsets[level];
    const bool innermost = level + 1 == lengths.size();
    std::vector<int64_t> inner;
    if (!innermost) inner.reserve(static_cast<size_t>(offsets.back()));
    for (size_t i = 0; i + 1 < offsets.size(); ++i) {
      const int64_t size = offsets[i + 1] - offsets[i], to = places[i] * length;
      equal &= size == length;
      if (innermost) {
        if (size > 0) runs.push_back({offsets[i], to, size});
      } else {
        for (int64_t j = 0; j < size; ++j) inner.push_back(to + j);
      }
    }
    places = std::move(inner);
  }
  if (equal && count == ragged.values->length()) {
    elements.values = ragged.values;
    return elements;
  }
  HOWDAH_ASSIGN_OR_RETURN(elements.values, Fill(*ragged.values, runs, count, dtype, pad));
  return elements;
}

}  // namespace howdah
