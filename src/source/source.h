#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_io.h"
#include "base/status.h"
#include "types/split.h"

namespace arrow {
class DataType;
class Field;
class MemoryPool;
class RecordBatch;
class Schema;
struct Scalar;
}  // namespace arrow

namespace howdah {

/// A piece of a file that can be read by itself: a row group, a record batch, a run of
/// lines.
struct SourceUnit {
  int64_t rows = 0;
  int64_t bytes = 0;       ///< uncompressed bytes of the columns asked for
  int64_t first_byte = 0;  ///< where it lies, for formats without a footer; else 0
  int64_t end_byte = 0;
};

struct InspectOptions {
  /// Names of the columns that will be read; others' bytes do not count, and of formats
  /// that do not say their types need not be found out. Names that the file does not have
  /// are passed over. Empty: all columns.
  std::vector<std::string> columns;
  /// Columns that hold text whatever it looks like, for formats that do not say.
  std::vector<std::string> text_columns;
};

/// What the planning pass knows of one input file.
struct SourceFileInfo {
  std::shared_ptr<arrow::Schema> schema;  ///< all its columns
  std::vector<SourceUnit> units;          ///< in file order
  /// Why the file is one unit, however large ("gzip cannot be begun in its middle");
  /// "": it can be cut.
  std::string undivided;
};

/// Rows on their way through the engine.
struct SourceBatch {
  std::shared_ptr<arrow::RecordBatch> rows;
  int64_t file = 0;       ///< index into the plan's input files, of the first row
  int64_t first_row = 0;  ///< that row's offset inside its file
};

/// Rows of one split in pieces of whatever size is cheap to decode. Thread-confined.
class ChunkReader {
 public:
  virtual ~ChunkReader() = default;
  /// The next rows in input order, at least one; rows == nullptr at the end. A chunk lies
  /// in one file; all chunks have one schema. Corruption names file and place.
  virtual Result<SourceBatch> NextChunk() = 0;
};

/// Reads one split in batches. Thread-confined.
class SplitReader {
 public:
  virtual ~SplitReader() = default;
  /// The next rows in input order: a whole number of batches of `batch_rows` rows, at
  /// least one and at most `batches`, as many as are decoded anyway; fewer rows in the
  /// split's last batch only; nullopt-like (rows == nullptr) at the end. Corruption names
  /// file and place.
  virtual Result<SourceBatch> Next(int64_t batches) = 0;
};

/// A column whose value is the same in all rows of a file: from a partition directory.
struct ConstantColumn {
  std::shared_ptr<arrow::Field> field;
  std::vector<std::shared_ptr<arrow::Scalar>> by_file;  ///< by index of the plan's files
};

struct SplitReadOptions {
  /// The columns to read, in this order, with the types that all files of the job agree
  /// on (SourceFormat::CommonType) and the metadata of the file that has them first. At
  /// least one.
  std::shared_ptr<arrow::Schema> schema;
  std::vector<ConstantColumn> constants;  ///< follow them in each batch
  int64_t batch_rows = 1024;
  arrow::MemoryPool* pool = nullptr;  ///< nullptr: Arrow's default
};

/// A format that inputs can have. Thread-safe, stateless.
class SourceFormat {
 public:
  virtual ~SourceFormat() = default;
  virtual const std::string& name() const = 0;  ///< "parquet"
  virtual const std::vector<std::string>& extensions()
      const = 0;  ///< {".parquet", ".parq"}

  /// Whether a number's type says how wide it is. Where it does not (text), a number may
  /// be rounded to the width that a tensor has.
  virtual bool numbers_have_width() const { return true; }

  /// Read what planning needs: schema and units. Formats with a footer read no rows;
  /// others read the file once, in bounded memory, count its rows and find out the types
  /// of its columns. Corruption: the bytes are not this format, or are cut (names the
  /// file, what was expected).
  virtual Result<SourceFileInfo> Inspect(ByteSource& file,
                                         const InspectOptions& options) const = 0;

  /// The type in which a column is read that one file has as `a` and another as `b`;
  /// either is nullptr where a file does not have the column at all. nullptr: such files
  /// cannot be one input.
  virtual std::shared_ptr<arrow::DataType> CommonType(
      const std::shared_ptr<arrow::DataType>& a,
      const std::shared_ptr<arrow::DataType>& b) const;

  /// The column of `schema`, another file's, that is `column` of this one; nullptr: it
  /// has none. By default that of its name.
  virtual std::shared_ptr<arrow::Field> FindColumn(const arrow::Schema& schema,
                                                   const arrow::Field& column) const;
  /// Whether OpenChunks reads `column`, with its metadata, of files that do not have it:
  /// a schema says what stands in its place.
  virtual bool HasDefault(const arrow::Field& /*column*/) const { return false; }

  /// Decode `split`; `files` are the opened files of its parts, by part. Called by
  /// OpenSplit, which has checked the arguments; constants are not its business.
  ///   SchemaMismatch: a column is missing, or of another type than options.schema says.
  ///   Corruption: rows differ from the split's; bytes that do not decode.
  virtual Result<std::unique_ptr<ChunkReader>> OpenChunks(
      const Split& split, std::vector<std::shared_ptr<ByteSource>> files,
      const SplitReadOptions& options) const = 0;
};

/// Open `split`, whose parts' files are opened in `files`: batches with the constants.
/// Errors as SourceFormat::OpenChunks.
Result<std::unique_ptr<SplitReader>> OpenSplit(
    const SourceFormat& format, const Split& split,
    std::vector<std::shared_ptr<ByteSource>> files, const SplitReadOptions& options);

/// Every format there is; the list that tests, `inspect` and the docs walk.
const std::vector<const SourceFormat*>& BuiltinSourceFormats();
/// By name; nullptr if there is none.
const SourceFormat* FindSourceFormat(std::string_view name);

}  // namespace howdah
