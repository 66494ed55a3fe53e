#pragma once

#include <arrow/buffer_builder.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "avro/schema.h"
#include "base/status.h"
#include "source/avro_cursor.h"

namespace arrow {
struct ArrayData;
class DataType;
class Field;
class MemoryPool;
struct Scalar;
}  // namespace arrow

namespace howdah {

/// Decodes the values of one Avro type straight into the memory of an Arrow column.
/// Thread-confined.
class AvroColumn {
 public:
  /// \param written  the type in the file. \param wanted  what its values become:
  ///   ColumnTypeOf, or what CommonAvroType makes of it; null: they are passed over.
  /// SchemaMismatch, as a clause: `written` does not become `wanted`.
  static Result<std::unique_ptr<AvroColumn>> Make(const AvroNode& written,
                                                  const arrow::Field& wanted,
                                                  arrow::MemoryPool* pool);

  /// Decode one value.
  bool Decode(AvroCursor* cursor);

  /// Bytes of memory that a value takes at least.
  int64_t empty_bytes() const { return empty_bytes_; }

  /// All values as the column's array; begins anew.
  Result<std::shared_ptr<arrow::ArrayData>> Finish();

 private:
  // What is read, and what is written.
  enum class Op : uint8_t {
    kSkip,
    kBoolean,
    kInt32,
    kIntToInt64,
    kIntToDouble,
    kInt64,
    kLongToDouble,
    kMillisToMicros,
    kTimeMillis,
    kTimeMicros,
    kFloat,
    kFloatToDouble,
    kDouble,
    kText,
    kBytes,
    kFixed,
    kEnum,
    kDecimal,
    kList,
    kMap,
    kStruct,
  };
  struct Part {
    const AvroNode* skipped = nullptr;
    std::unique_ptr<AvroColumn> column;  // nullptr: skipped
  };
  struct Child {
    size_t part = 0;
    std::shared_ptr<arrow::Scalar> value;  // of all rows, where there is no part
  };

  AvroColumn(const AvroNode& written, const arrow::Field& wanted,
             arrow::MemoryPool* pool);

  Status Compile();
  Status CompileLeaf();
  Status CompileStruct();
  Status Mismatch() const;

  bool DecodeValue(AvroCursor* cursor);
  bool DecodeText(AvroCursor* cursor);
  bool DecodeEnum(AvroCursor* cursor);
  bool DecodeDecimal(AvroCursor* cursor);
  bool DecodeItems(AvroCursor* cursor);
  bool DecodeRun(int64_t count, AvroCursor* cursor);
  bool AppendText(const std::byte* bytes, int64_t length, AvroCursor* cursor);
  /// A value that nobody looks at, below a null.
  Status AppendEmpty();
  template <typename T>
  bool Put(T value, AvroCursor* cursor) {
    return cursor->Check(data_.Append(&value, sizeof value));
  }

  const AvroNode* written_;  // behind the union with null
  const std::shared_ptr<arrow::DataType> type_;
  arrow::MemoryPool* const pool_;
  bool nullable_;
  bool is_union_ = false;
  int64_t null_branch_ = -1;  // -1: none
  int64_t branches_ = 1;
  Op op_ = Op::kSkip;
  int64_t width_ = 0;  // bytes of a value, where all have as many
  int64_t least_ = 0;  // bytes that an item of a list takes in the file
  int64_t empty_bytes_ = 0;
  std::vector<Part> parts_;      // items; keys and values; fields in the file's order
  std::vector<Child> children_;  // of a struct, in the type's order

  int64_t length_ = 0, nulls_ = 0;
  arrow::TypedBufferBuilder<bool> valid_, bits_;
  arrow::BufferBuilder data_;
  arrow::TypedBufferBuilder<int32_t> offsets_;  // where values begin
};

/// The type in which values of both types are read without losing anything; nullptr:
/// there is none, or either is nullptr. int with long, int, long or float with double (a
/// long is then refused that no double is), text with bytes; lists, maps and structs part
/// by part, those of a struct by name or alias, where one has a field that the other has
/// not by its default (avro/resolution.h).
std::shared_ptr<arrow::DataType> CommonAvroType(
    const std::shared_ptr<arrow::DataType>& a, const std::shared_ptr<arrow::DataType>& b);

}  // namespace howdah
