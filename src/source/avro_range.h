#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "avro/arrow_type.h"
#include "avro/block_codec.h"
#include "avro/container.h"
#include "avro/schema.h"
#include "base/byte_io.h"
#include "source/avro_column.h"
#include "source/avro_cursor.h"
#include "source/range_reader.h"

namespace arrow {
class MemoryPool;
class RecordBatch;
class Schema;
struct Scalar;
}  // namespace arrow

namespace howdah {

/// What stands at the beginning of an Avro file.
struct AvroFile {
  ContainerHeader header;
  AvroSchema schema;
  AvroCodec codec = AvroCodec::kNull;
  int64_t least_row = 0;  ///< bytes that a row takes at least; more than 0
};

/// Errors name the file. Corruption: no container file. SchemaMismatch: not of records,
/// or of such as take no bytes. Unsupported: a codec that is not known.
Result<AvroFile> OpenAvroFile(ByteSource& file);

/// Whether so many rows can be in so many bytes. Corruption names file and offset.
Status CheckAvroBlock(const ByteSource& file, const AvroFile& avro,
                      const BlockPlace& block);

/// ColumnTypeOf for reading. SchemaMismatch names the field.
Result<AvroColumnType> AvroFieldColumn(const AvroField& field);

/// Decodes the blocks of a byte range of a file. Thread-confined.
class AvroRange {
 public:
  /// The range begins with a block and ends behind the marker of one.
  /// \param schema  the columns wanted; one that the file does not have is its default
  ///   (avro/resolution.h). \param chunk_bytes  what is decoded at once, by
  ///   and large.
  /// SchemaMismatch names the file and the column that it does not have so.
  static Result<std::unique_ptr<AvroRange>> Open(std::shared_ptr<ByteSource> file,
                                                 int64_t first_byte, int64_t end_byte,
                                                 std::shared_ptr<arrow::Schema> schema,
                                                 int64_t chunk_bytes,
                                                 arrow::MemoryPool* pool);

  /// The next rows; nullptr: there are none left. Corruption names the file, the block's
  /// offset and the byte in it.
  Result<std::shared_ptr<arrow::RecordBatch>> Next();

 private:
  struct Step {
    const AvroField* field = nullptr;
    AvroColumn* column = nullptr;  // nullptr: the field is passed over
  };

  struct Column {
    std::unique_ptr<AvroColumn> decoded;
    std::shared_ptr<arrow::Scalar> value;  // of all rows, where it is not decoded
  };

  AvroRange(std::shared_ptr<ByteSource> file, AvroFile avro, int64_t first_byte,
            int64_t end_byte, std::shared_ptr<arrow::Schema> schema,
            arrow::MemoryPool* pool);
  Status Compile();
  Status OpenBlock();
  Status DecodeRows(int64_t rows);
  Status Damaged(const std::string& what) const;

  const std::shared_ptr<ByteSource> file_;
  const AvroFile avro_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::MemoryPool* const pool_;
  RangeReader bytes_;
  std::unique_ptr<BlockDecompressor> decompressor_;
  std::vector<Column> columns_;  // of schema_
  std::vector<Step> steps_;      // of the file's fields
  int64_t chunk_bytes_ = 0, chunk_rows_ = 0;

  int64_t block_offset_ = 0;  // of the block being decoded
  int64_t rows_ = 0;          // in it
  int64_t rows_left_ = 0;     // of them, not decoded
  std::optional<AvroCursor> cursor_;
};

}  // namespace howdah
