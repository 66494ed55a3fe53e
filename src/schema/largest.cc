#include "schema/largest.h"

#include <arrow/array.h>
#include <arrow/util/float16.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace howdah {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BufferPtr = std::shared_ptr<arrow::Buffer>;

/// How values are stored, and the number that they are compared by.
template <typename T>
struct Plain {
  using Stored = T;
  static T Key(T value) { return value; }
};

struct Half {
  using Stored = uint16_t;
  static float Key(uint16_t bits) {
    return arrow::util::Float16::FromBits(bits).ToFloat();
  }
};

struct Bfloat16 {
  using Stored = uint16_t;
  static float Key(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }
};

template <typename Key>
bool IsNan(Key key) {
  if constexpr (std::is_floating_point_v<Key>) return std::isnan(key);
  return false;
}

/// True if `a` comes before `b` in descending order.
template <typename Key>
bool IsLarger(Key a, Key b) {
  return a > b || (IsNan(a) && !IsNan(b));
}

template <typename T>
T* MutableData(const BufferPtr& buffer) {
  return reinterpret_cast<T*>(buffer->mutable_data());
}

Result<BufferPtr> Allocate(int64_t count, size_t width) {
  return arrow::AllocateBuffer(count * static_cast<int64_t>(width));
}

template <typename Kind>
Result<ArrayPtr> ArgMaxOf(const arrow::Array& values, int64_t rows, int64_t k) {
  const auto* row = values.data()->GetValues<typename Kind::Stored>(1);
  HOWDAH_ASSIGN_OR_RETURN(BufferPtr buffer, Allocate(rows, sizeof(int64_t)));
  auto* out = MutableData<int64_t>(buffer);
  for (int64_t i = 0; i < rows; ++i, row += k) {
    auto most = Kind::Key(row[0]);
    int64_t index = 0;
    for (int64_t j = 1; j < k && !IsNan(most); ++j) {
      const auto key = Kind::Key(row[j]);
      const bool larger = IsLarger(key, most);
      most = larger ? key : most;
      index = larger ? j : index;
    }
    out[i] = index;
  }
  return std::make_shared<arrow::Int64Array>(rows, std::move(buffer));
}

template <typename Kind>
Result<TopValues> TopKOf(const arrow::Array& array, int64_t rows, int64_t k,
                         int64_t top) {
  using Stored = typename Kind::Stored;
  const auto* row = array.data()->GetValues<Stored>(1);
  HOWDAH_ASSIGN_OR_RETURN(BufferPtr value_buffer, Allocate(rows * top, sizeof(Stored)));
  HOWDAH_ASSIGN_OR_RETURN(BufferPtr index_buffer, Allocate(rows * top, sizeof(int64_t)));
  auto* values = MutableData<Stored>(value_buffer);
  auto* indices = MutableData<int64_t>(index_buffer);
  std::vector<int32_t> order(static_cast<size_t>(rows > 0 ? k : 0));
  for (int64_t i = 0; i < rows; ++i, row += k) {
    std::iota(order.begin(), order.end(), 0);
    std::partial_sort(order.begin(), order.begin() + top, order.end(),
                      [row](int32_t a, int32_t b) {
                        const auto left = Kind::Key(row[a]), right = Kind::Key(row[b]);
                        if (IsLarger(left, right)) return true;
                        return !IsLarger(right, left) && a < b;
                      });
    for (int64_t j = 0; j < top; ++j) {
      const int32_t index = order[static_cast<size_t>(j)];
      *indices++ = index;
      *values++ = row[index];
    }
  }
  return TopValues{.values = arrow::MakeArray(arrow::ArrayData::Make(
                       array.type(), rows * top, {nullptr, std::move(value_buffer)}, 0)),
                   .indices = std::make_shared<arrow::Int64Array>(
                       rows * top, std::move(index_buffer))};
}

/// `visit` with the Kind of `dtype`.
template <typename Visit>
auto WithKind(DType dtype, Visit visit) -> decltype(visit(Plain<float>{})) {
  switch (dtype) {
    case DType::kFloat:
      return visit(Plain<float>{});
    case DType::kDouble:
      return visit(Plain<double>{});
    case DType::kHalf:
      return visit(Half{});
    case DType::kBfloat16:
      return visit(Bfloat16{});
    case DType::kInt8:
      return visit(Plain<int8_t>{});
    case DType::kUint8:
      return visit(Plain<uint8_t>{});
    case DType::kInt16:
      return visit(Plain<int16_t>{});
    case DType::kUint16:
      return visit(Plain<uint16_t>{});
    case DType::kInt32:
      return visit(Plain<int32_t>{});
    case DType::kUint32:
      return visit(Plain<uint32_t>{});
    case DType::kInt64:
      return visit(Plain<int64_t>{});
    case DType::kUint64:
      return visit(Plain<uint64_t>{});
    default:
      return Error(ErrorKind::kInternal, "values of {} have no order", Name(dtype));
  }
}

}  // namespace

Result<ArrayPtr> ArgMax(const Tensor& tensor, int64_t rows, int64_t k) {
  return WithKind(tensor.dtype, [&](auto kind) {
    return ArgMaxOf<decltype(kind)>(*tensor.values, rows, k);
  });
}

Result<TopValues> TopK(const Tensor& tensor, int64_t rows, int64_t k, int64_t top) {
  return WithKind(tensor.dtype, [&](auto kind) {
    return TopKOf<decltype(kind)>(*tensor.values, rows, k, top);
  });
}

}  // namespace howdah
