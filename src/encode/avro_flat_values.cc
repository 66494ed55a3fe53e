// Values that have no others inside.

#include <arrow/array/data.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cstring>

#include "avro/varint.h"
#include "encode/avro_values.h"

namespace howdah {
namespace {

class Booleans final : public AvroValues {
 public:
  void Bind(std::span<const ArrayDataPtr> columns) override {
    offset_ = columns.front()->offset;
    bits_ = columns.front()->GetValues<uint8_t>(1, 0);
  }
  int64_t Bound(int64_t, int64_t count) const override { return count; }
  int64_t EqualLength(int64_t, int64_t) override { return 1; }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      *out++ = std::byte{arrow::bit_util::GetBit(bits_, offset_ + i)};
    }
    return out;
  }

 private:
  const uint8_t* bits_ = nullptr;
  int64_t offset_ = 0;
};

/// Whole numbers, dates and times.
template <typename T>
class Numbers final : public AvroValues {
 public:
  void Bind(std::span<const ArrayDataPtr> columns) override {
    values_ = columns.front()->GetValues<T>(1);
  }
  int64_t Bound(int64_t, int64_t count) const override { return count * kAvroLongRoom; }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) out = PutAvroLong(values_[i], out);
    return out;
  }
  int64_t EqualLength(int64_t first, int64_t count) override {
    // Labels differ soon, keys seldom: a look at a few first.
    constexpr int64_t kFew = 8;
    uint64_t all = 0, least = ~uint64_t{0};
    const auto look = [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const uint64_t bits = ZigZag(values_[i]);
        all |= bits;
        least = std::min(least, bits);
      }
      const int64_t bytes = ZigZagBytes(all);
      return bytes == ZigZagBytes(least) ? bytes : -1;
    };
    if (look(first, first + std::min(count, kFew)) < 0) return -1;
    return look(first, first + count);
  }
  void PutEqual(int64_t first, int64_t count, int64_t stride, int64_t room,
                std::byte* out) override {
    const int64_t bytes = AvroLongBytes(values_[first]);
    constexpr int64_t kWord = sizeof(uint64_t);
    if (bytes > kWord || room < kWord) {
      for (int64_t i = 0; i < count; ++i) {
        PutAvroLongExactly(values_[first + i], out + i * stride);
      }
      return;
    }
    const uint64_t marks = GroupMarks(bytes);
    for (int64_t i = 0; i < count; ++i) {
      const uint64_t word = SpreadGroups(ZigZag(values_[first + i])) | marks;
      std::memcpy(out + i * stride, &word, sizeof word);
    }
  }
  void AddLengths(int64_t first, std::span<int64_t> lengths) override {
    const T* value = values_ + first;
    for (int64_t& length : lengths) length += AvroLongBytes(*value++);
  }
  void Scatter(int64_t first, std::span<std::byte*> ends) override {
    const T* value = values_ + first;
    for (std::byte*& end : ends) end = PutAvroLongExactly(*value++, end);
  }

 private:
  const T* values_ = nullptr;
};

class FixedBytes final : public AvroValues {
 public:
  explicit FixedBytes(int width) : width_(width) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    values_ = columns.front()->GetValues<std::byte>(1, columns.front()->offset * width_);
  }
  int64_t Bound(int64_t, int64_t count) const override { return count * width_; }
  int64_t EqualLength(int64_t, int64_t) override { return width_; }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    CopyShort(values_ + first * width_, count * width_, out);
    return out + count * width_;
  }

 private:
  const int64_t width_;
  const std::byte* values_ = nullptr;
};

/// Four values of 32 bits, loaded from and stored to anywhere.
using Four = uint32_t __attribute__((vector_size(16), aligned(4), may_alias));

/// Write rows of four columns each to out, out + stride, ...
void PutFourColumns(const uint32_t* const* columns, int64_t first, int64_t count,
                    int64_t stride, std::byte* out) {
  const uint32_t *c0 = columns[0] + first, *c1 = columns[1] + first,
                 *c2 = columns[2] + first, *c3 = columns[3] + first;
  int64_t i = 0;
  const auto put = [&](int64_t row, Four values) {
    std::memcpy(out + row * stride, &values, sizeof values);
  };
  const auto load = [&i](const uint32_t* column) {
    Four four;
    std::memcpy(&four, column + i, sizeof four);
    return four;
  };
  for (; i + 4 <= count; i += 4) {  // four rows of them, transposed
    const Four v0 = load(c0), v1 = load(c1), v2 = load(c2), v3 = load(c3);
    const Four low01 = __builtin_shufflevector(v0, v1, 0, 4, 1, 5);
    const Four low23 = __builtin_shufflevector(v2, v3, 0, 4, 1, 5);
    const Four high01 = __builtin_shufflevector(v0, v1, 2, 6, 3, 7);
    const Four high23 = __builtin_shufflevector(v2, v3, 2, 6, 3, 7);
    put(i, __builtin_shufflevector(low01, low23, 0, 1, 4, 5));
    put(i + 1, __builtin_shufflevector(low01, low23, 2, 3, 6, 7));
    put(i + 2, __builtin_shufflevector(high01, high23, 0, 1, 4, 5));
    put(i + 3, __builtin_shufflevector(high01, high23, 2, 3, 6, 7));
  }
  for (; i < count; ++i) put(i, Four{c0[i], c1[i], c2[i], c3[i]});
}

/// Columns of float, or of double: bits, which are copied as they are.
template <typename Bits>
class Floats final : public AvroValues {
 public:
  explicit Floats(size_t columns) : values_(columns) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    for (size_t i = 0; i < values_.size(); ++i)
      values_[i] = columns[i]->GetValues<Bits>(1);
  }
  int64_t Bound(int64_t, int64_t count) const override {
    return count * static_cast<int64_t>(values_.size() * sizeof(Bits));
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    const Bits* const* const begin = values_.data();
    const Bits* const* const end = begin + values_.size();
    for (int64_t i = first; i < first + count; ++i) {
      for (const Bits* const* column = begin; column != end; ++column) {
        std::memcpy(out, *column + i, sizeof(Bits));
        out += sizeof(Bits);
      }
    }
    return out;
  }
  int64_t EqualLength(int64_t, int64_t) override { return Bound(0, 1); }
  void PutEqual(int64_t first, int64_t count, int64_t stride, int64_t,
                std::byte* out) override {
    size_t c = 0;
    if constexpr (sizeof(Bits) == sizeof(uint32_t)) {
      for (; c + 4 <= values_.size(); c += 4, out += 4 * sizeof(Bits)) {
        PutFourColumns(values_.data() + c, first, count, stride, out);
      }
    }
    for (; c + 2 <= values_.size(); c += 2, out += 2 * sizeof(Bits)) {
      const Bits *v0 = values_[c] + first, *v1 = values_[c + 1] + first;
      for (int64_t i = 0; i < count; ++i) {
        const Bits two[] = {v0[i], v1[i]};
        std::memcpy(out + i * stride, two, sizeof two);
      }
    }
    if (c == values_.size()) return;
    const Bits* value = values_[c] + first;
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(out + i * stride, value + i, sizeof(Bits));
    }
  }
  void AddLengths(int64_t, std::span<int64_t> lengths) override {
    for (int64_t& length : lengths) length += Bound(0, 1);
  }
  void Scatter(int64_t first, std::span<std::byte*> ends) override {
    const size_t columns = values_.size();
    size_t c = 0;
    for (; c + 4 <= columns; c += 4) {  // few enough that pointers stay in registers
      const Bits *v0 = values_[c] + first, *v1 = values_[c + 1] + first,
                 *v2 = values_[c + 2] + first, *v3 = values_[c + 3] + first;
      for (size_t i = 0; i < ends.size(); ++i) {
        const Bits four[] = {v0[i], v1[i], v2[i], v3[i]};
        std::memcpy(ends[i], four, sizeof four);
        ends[i] += sizeof four;
      }
    }
    for (; c < columns; ++c) {
      const Bits* value = values_[c] + first;
      for (std::byte*& end : ends) {
        std::memcpy(end, value++, sizeof(Bits));
        end += sizeof(Bits);
      }
    }
  }

 private:
  std::vector<const Bits*> values_;
};

/// Text and binary.
template <typename Offset>
class Strings final : public AvroValues {
 public:
  void Bind(std::span<const ArrayDataPtr> columns) override {
    offsets_ = columns.front()->GetValues<Offset>(1);
    data_ = columns.front()->GetValues<std::byte>(2, 0);
  }
  int64_t Bound(int64_t first, int64_t count) const override {
    if (count == 0) return 0;
    return count * kAvroLongRoom + offsets_[first + count] - offsets_[first];
  }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      const int64_t bytes = offsets_[i + 1] - offsets_[i];
      out = PutAvroLong(bytes, out);
      CopyShort(data_ + offsets_[i], bytes, out);
      out += bytes;
    }
    return out;
  }
  void AddLengths(int64_t first, std::span<int64_t> lengths) override {
    const Offset* offset = offsets_ + first;
    for (int64_t& length : lengths) {
      const int64_t bytes = offset[1] - offset[0];
      length += AvroLongBytes(bytes) + bytes;
      ++offset;
    }
  }
  void Scatter(int64_t first, std::span<std::byte*> ends) override {
    const Offset* offset = offsets_ + first;
    for (std::byte*& end : ends) {
      const int64_t bytes = offset[1] - offset[0];
      end = PutAvroLongExactly(bytes, end);
      CopyShort(data_ + *offset, bytes, end);
      end += bytes;
      ++offset;
    }
  }

 private:
  const Offset* offsets_ = nullptr;
  const std::byte* data_ = nullptr;
};

/// Two's complement, the highest byte first, in as few bytes as keep the sign.
class Decimals final : public AvroValues {
 public:
  explicit Decimals(int width) : width_(width) {}
  void Bind(std::span<const ArrayDataPtr> columns) override {
    values_ = columns.front()->GetValues<std::byte>(1, columns.front()->offset * width_);
  }
  int64_t Bound(int64_t, int64_t count) const override { return count * (1 + width_); }
  std::byte* Put(int64_t first, int64_t count, std::byte* out) override {
    for (int64_t i = first; i < first + count; ++i) {
      const std::byte* const value = values_ + i * width_;  // the lowest byte first
      const std::byte sign =
          value[width_ - 1] >> 7 == std::byte{1} ? std::byte{0xff} : std::byte{0};
      int64_t bytes = width_;
      while (bytes > 1 && value[bytes - 1] == sign &&
             (value[bytes - 2] & std::byte{0x80}) == (sign & std::byte{0x80})) {
        --bytes;
      }
      *out++ = static_cast<std::byte>(2 * bytes);
      out = std::reverse_copy(value, value + bytes, out);
    }
    return out;
  }

 private:
  const int64_t width_;
  const std::byte* values_ = nullptr;
};

}  // namespace

void AvroValues::PutEqual(int64_t first, int64_t count, int64_t stride, int64_t /*room*/,
                          std::byte* out) {
  for (int64_t i = 0; i < count; ++i) Put(first + i, 1, out + i * stride);
}

void AvroValues::AddLengths(int64_t first, std::span<int64_t> lengths) {
  const auto count = static_cast<int64_t>(lengths.size());
  const auto bytes = static_cast<size_t>(Bound(first, count) + kAvroLongRoom);
  if (put_.size() < bytes) put_.resize(bytes);
  lengths_.resize(lengths.size());
  std::byte* out = put_.data();
  for (size_t i = 0; i < lengths.size(); ++i) {
    std::byte* const end = Put(first + static_cast<int64_t>(i), 1, out);
    lengths_[i] = end - out;
    lengths[i] += lengths_[i];
    out = end;
  }
}

void AvroValues::Scatter(int64_t /*first*/, std::span<std::byte*> ends) {
  const std::byte* from = put_.data();
  for (size_t i = 0; i < ends.size(); ++i) {
    CopyShort(from, lengths_[i], ends[i]);
    from += lengths_[i];
    ends[i] += lengths_[i];
  }
}

std::unique_ptr<AvroValues> MakeAvroFloats(const arrow::DataType& type, size_t columns) {
  if (type.id() == arrow::Type::FLOAT) return std::make_unique<Floats<uint32_t>>(columns);
  return std::make_unique<Floats<uint64_t>>(columns);
}

std::unique_ptr<AvroValues> MakeAvroFlatValues(const arrow::DataType& type) {
  using arrow::Type;
  switch (type.id()) {
    case Type::BOOL:
      return std::make_unique<Booleans>();
    case Type::INT8:
      return std::make_unique<Numbers<int8_t>>();
    case Type::INT16:
      return std::make_unique<Numbers<int16_t>>();
    case Type::INT32:
    case Type::DATE32:
    case Type::TIME32:
      return std::make_unique<Numbers<int32_t>>();
    case Type::UINT8:
      return std::make_unique<Numbers<uint8_t>>();
    case Type::UINT16:
      return std::make_unique<Numbers<uint16_t>>();
    case Type::UINT32:
      return std::make_unique<Numbers<uint32_t>>();
    case Type::INT64:
    case Type::TIME64:
    case Type::TIMESTAMP:
      return std::make_unique<Numbers<int64_t>>();
    case Type::FLOAT:
    case Type::DOUBLE:
      return MakeAvroFloats(type, 1);
    case Type::FIXED_SIZE_BINARY:
      return std::make_unique<FixedBytes>(type.byte_width());
    case Type::STRING:
    case Type::BINARY:
      return std::make_unique<Strings<int32_t>>();
    case Type::LARGE_STRING:
    case Type::LARGE_BINARY:
      return std::make_unique<Strings<int64_t>>();
    case Type::DECIMAL32:
    case Type::DECIMAL64:
    case Type::DECIMAL128:
    case Type::DECIMAL256:
      return std::make_unique<Decimals>(type.byte_width());
    default:
      return nullptr;
  }
}

}  // namespace howdah
