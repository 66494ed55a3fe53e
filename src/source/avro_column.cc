#include "source/avro_column.h"

#include <arrow/array/array_base.h>
#include <arrow/array/data.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/utf8.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "source/avro_skip.h"

namespace howdah {
namespace {

// Of the text of one chunk: beyond any block, but an enum's few bytes become long names.
constexpr int64_t kMostText = int64_t{1} << 30;
// Of the items of lists: those that are null take fewer bytes in the file than in memory.
constexpr int64_t kMostItemBytes = int64_t{1} << 30;
constexpr char kTooMuch[] = "more text than 1 GiB in one column of a chunk";

}  // namespace

Result<std::unique_ptr<AvroColumn>> AvroColumn::Make(const AvroNode& written,
                                                     const arrow::Field& wanted,
                                                     arrow::MemoryPool* pool) {
  std::unique_ptr<AvroColumn> column(new AvroColumn(written, wanted, pool));
  HOWDAH_RETURN_IF_ERROR(column->Compile());
  return column;
}

AvroColumn::AvroColumn(const AvroNode& written, const arrow::Field& wanted,
                       arrow::MemoryPool* pool)
    : written_(&written),
      type_(wanted.type()),
      pool_(pool),
      nullable_(wanted.nullable()),
      valid_(pool),
      bits_(pool),
      data_(pool),
      offsets_(pool) {}

bool AvroColumn::Decode(AvroCursor* cursor) {
  if (is_union_) {
    int64_t branch = 0;
    if (!cursor->Long(&branch)) return false;
    if (branch < 0 || branch >= branches_) {
      return cursor->Fail("a union's branch that does not exist");
    }
    if (branch == null_branch_) {
      ++nulls_;
      return cursor->Check(valid_.Append(false)) && cursor->Check(AppendEmpty());
    }
  }
  if (nullable_ && !cursor->Check(valid_.Append(true))) return false;
  ++length_;
  return DecodeValue(cursor);
}

bool AvroColumn::DecodeValue(AvroCursor* cursor) {
  int64_t number = 0;
  const std::byte* bytes = nullptr;
  switch (op_) {
    case Op::kSkip:
      return SkipAvro(*written_, cursor);
    case Op::kBoolean:
      if (!cursor->Take(1, &bytes)) return false;
      if (*bytes > std::byte{1}) return cursor->Fail("a boolean that is neither 0 nor 1");
      return cursor->Check(bits_.Append(*bytes == std::byte{1}));
    case Op::kInt32:
    case Op::kIntToInt64:
    case Op::kIntToDouble:
      if (!cursor->Long(&number)) return false;
      if (number != static_cast<int32_t>(number)) {
        return cursor->Fail("an int of more than 32 bits");
      }
      if (op_ == Op::kInt32) return Put(static_cast<int32_t>(number), cursor);
      if (op_ == Op::kIntToInt64) return Put(number, cursor);
      return Put(static_cast<double>(number), cursor);
    case Op::kInt64:
      return cursor->Long(&number) && Put(number, cursor);
    case Op::kLongToDouble: {
      if (!cursor->Long(&number)) return false;
      const auto value = static_cast<double>(number);
      // 2^63 itself is a double, but no long.
      if (value >= 0x1p63 || static_cast<int64_t>(value) != number) {
        return cursor->Fail(
            "a long that no double is, as which the input's other files have it");
      }
      return Put(value, cursor);
    }
    case Op::kMillisToMicros:
      if (!cursor->Long(&number)) return false;
      if (__builtin_mul_overflow(number, int64_t{1000}, &number)) {
        return cursor->Fail("a time that 64 bits of microseconds do not hold");
      }
      return Put(number, cursor);
    case Op::kTimeMillis:
    case Op::kTimeMicros: {
      const bool millis = op_ == Op::kTimeMillis;
      const int64_t day = int64_t{86'400} * (millis ? 1'000 : 1'000'000);
      if (!cursor->Long(&number)) return false;
      if (number < 0 || number >= day) return cursor->Fail("a time that no day has");
      return millis ? Put(static_cast<int32_t>(number), cursor) : Put(number, cursor);
    }
    case Op::kFloat:
      return cursor->Take(sizeof(float), &bytes) &&
             cursor->Check(data_.Append(bytes, sizeof(float)));
    case Op::kFloatToDouble: {
      if (!cursor->Take(sizeof(float), &bytes)) return false;
      float value = 0;
      std::memcpy(&value, bytes, sizeof value);
      return Put(static_cast<double>(value), cursor);
    }
    case Op::kDouble:
      return cursor->Take(sizeof(double), &bytes) &&
             cursor->Check(data_.Append(bytes, sizeof(double)));
    case Op::kText:
    case Op::kBytes:
      return DecodeText(cursor);
    case Op::kFixed:
      return cursor->Take(width_, &bytes) && cursor->Check(data_.Append(bytes, width_));
    case Op::kEnum:
      return DecodeEnum(cursor);
    case Op::kDecimal:
      return DecodeDecimal(cursor);
    case Op::kList:
    case Op::kMap:
      return DecodeItems(cursor);
    case Op::kStruct:
      for (Part& part : parts_) {
        const bool decoded = part.column != nullptr ? part.column->Decode(cursor)
                                                    : SkipAvro(*part.skipped, cursor);
        if (!decoded) return false;
      }
      return true;
  }
  return false;
}

bool AvroColumn::DecodeText(AvroCursor* cursor) {
  int64_t length = 0;
  const std::byte* bytes = nullptr;
  if (!cursor->Long(&length) || !cursor->Take(length, &bytes)) return false;
  if (op_ == Op::kText &&
      !arrow::util::ValidateUTF8(reinterpret_cast<const uint8_t*>(bytes), length)) {
    return cursor->Fail("text that is not UTF-8; write it as bytes");
  }
  return AppendText(bytes, length, cursor);
}

bool AvroColumn::AppendText(const std::byte* bytes, int64_t length, AvroCursor* cursor) {
  if (data_.length() + length > kMostText) return cursor->Fail(kTooMuch);
  return cursor->Check(offsets_.Append(static_cast<int32_t>(data_.length()))) &&
         cursor->Check(data_.Append(bytes, length));
}

bool AvroColumn::DecodeEnum(AvroCursor* cursor) {
  int64_t index = 0;
  if (!cursor->Long(&index)) return false;
  if (index < 0 || index >= std::ssize(written_->symbols)) {
    return cursor->Fail("an enum's symbol that does not exist");
  }
  const std::string& symbol = written_->symbols[static_cast<size_t>(index)];
  return AppendText(reinterpret_cast<const std::byte*>(symbol.data()), std::ssize(symbol),
                    cursor);
}

bool AvroColumn::DecodeDecimal(AvroCursor* cursor) {
  int64_t length = written_->size;
  const std::byte* bytes = nullptr;
  if (written_->kind == AvroKind::kBytes && !cursor->Long(&length)) return false;
  if (!cursor->Take(length, &bytes)) return false;
  // Bytes in front that only repeat the sign.
  constexpr int64_t kMost = sizeof(arrow::Decimal128);
  while (length > kMost) {
    const std::byte sign =
        (bytes[1] & std::byte{0x80}) == std::byte{0} ? std::byte{0} : std::byte{0xff};
    if (bytes[0] != sign) return cursor->Fail("a decimal of more than 128 bits");
    ++bytes;
    --length;
  }
  arrow::Decimal128 value;
  if (length > 0) {
    auto parsed = arrow::Decimal128::FromBigEndian(
        reinterpret_cast<const uint8_t*>(bytes), static_cast<int32_t>(length));
    if (!parsed.ok()) return cursor->Check(parsed.status());
    value = *parsed;
  }
  if (!value.FitsInPrecision(static_cast<int32_t>(written_->precision))) {
    return cursor->Fail("a decimal of more digits than its schema says");
  }
  std::array<uint8_t, sizeof(arrow::Decimal128)> stored = value.ToBytes();
  return cursor->Check(data_.Append(stored.data(), kMost));
}

bool AvroColumn::DecodeItems(AvroCursor* cursor) {
  AvroColumn& first = *parts_.front().column;
  if (!cursor->Check(offsets_.Append(static_cast<int32_t>(first.length_)))) return false;
  for (;;) {
    int64_t count = 0, size = -1;
    if (!cursor->Items(least_, &count, &size)) return false;
    if (count == 0) return true;
    if (count >
        kMostItemBytes / std::max<int64_t>(first.empty_bytes_, 1) - first.length_) {
      return cursor->Fail("more items in one column of a chunk than 1 GiB holds");
    }
    const int64_t begin = cursor->offset();
    if (!DecodeRun(count, cursor)) return false;
    if (size >= 0 && cursor->offset() - begin != size) {
      return cursor->Fail("a block of items that has another size than it says");
    }
  }
}

bool AvroColumn::DecodeRun(int64_t count, AvroCursor* cursor) {
  AvroColumn& first = *parts_.front().column;
  const bool plain = op_ == Op::kList && !first.is_union_ && !first.nullable_ &&
                     (first.op_ == Op::kFloat || first.op_ == Op::kDouble);
  if (plain) {
    const std::byte* bytes = nullptr;
    const int64_t size = count * first.width_;
    first.length_ += count;
    return cursor->Take(size, &bytes) && cursor->Check(first.data_.Append(bytes, size));
  }
  for (int64_t i = 0; i < count; ++i) {
    for (Part& part : parts_) {
      if (!part.column->Decode(cursor)) return false;
    }
  }
  return true;
}

Status AvroColumn::AppendEmpty() {
  ++length_;
  switch (op_) {
    case Op::kSkip:
      return Status::OK();
    case Op::kBoolean:
      return bits_.Append(false);
    case Op::kText:
    case Op::kBytes:
    case Op::kEnum:
      return offsets_.Append(static_cast<int32_t>(data_.length()));
    case Op::kList:
    case Op::kMap:
      return offsets_.Append(static_cast<int32_t>(parts_.front().column->length_));
    case Op::kStruct:
      for (Part& part : parts_) {
        if (part.column == nullptr) continue;
        if (part.column->nullable_) {
          HOWDAH_RETURN_IF_ERROR(part.column->valid_.Append(true));
        }
        HOWDAH_RETURN_IF_ERROR(part.column->AppendEmpty());
      }
      return Status::OK();
    default:
      return data_.Append(width_, 0);
  }
}

Result<std::shared_ptr<arrow::ArrayData>> AvroColumn::Finish() {
  const int64_t length = std::exchange(length_, 0), nulls = std::exchange(nulls_, 0);
  auto array = arrow::ArrayData::Make(type_, length, {nullptr}, nulls);
  if (op_ == Op::kSkip) {
    array->null_count = length;
    return array;
  }
  if (nullable_) {
    HOWDAH_ASSIGN_OR_RETURN(auto valid, valid_.Finish());
    if (nulls > 0) array->buffers[0] = std::move(valid);
  }
  const bool text = op_ == Op::kText || op_ == Op::kBytes || op_ == Op::kEnum;
  const bool list = op_ == Op::kList || op_ == Op::kMap;
  if (text || list) {
    const int64_t end = text ? data_.length() : parts_.front().column->length_;
    HOWDAH_RETURN_IF_ERROR(offsets_.Append(static_cast<int32_t>(end)));
    HOWDAH_ASSIGN_OR_RETURN(auto offsets, offsets_.Finish());
    array->buffers.push_back(std::move(offsets));
  }
  if (op_ == Op::kBoolean) {
    HOWDAH_ASSIGN_OR_RETURN(auto bits, bits_.Finish());
    array->buffers.push_back(std::move(bits));
  } else if (!list && op_ != Op::kStruct) {
    HOWDAH_ASSIGN_OR_RETURN(auto data, data_.Finish());
    array->buffers.push_back(std::move(data));
  }
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  if (op_ == Op::kStruct) {
    for (const Child& child : children_) {
      if (child.value == nullptr) {
        HOWDAH_ASSIGN_OR_RETURN(children.emplace_back(),
                                parts_[child.part].column->Finish());
        continue;
      }
      HOWDAH_ASSIGN_OR_RETURN(const auto values,
                              arrow::MakeArrayFromScalar(*child.value, length, pool_));
      children.push_back(values->data());
    }
  } else {
    for (Part& part : parts_) {
      HOWDAH_ASSIGN_OR_RETURN(auto child, part.column->Finish());
      children.push_back(std::move(child));
    }
  }
  if (op_ == Op::kMap) {
    const int64_t entries = children.front()->length;
    children = {arrow::ArrayData::Make(type_->field(0)->type(), entries, {nullptr},
                                       std::move(children), 0)};
  }
  array->child_data = std::move(children);
  return array;
}

}  // namespace howdah
