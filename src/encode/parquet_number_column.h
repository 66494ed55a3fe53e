#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace arrow {
class MemoryPool;
class ResizableBuffer;
namespace io {
class OutputStream;
}  // namespace io
namespace util {
class Codec;
}  // namespace util
}  // namespace arrow

namespace howdah {

/// The least and the largest value of a column chunk, PLAIN. NaN is neither, and zeros
/// are of both signs: -0.0 the least, 0.0 the largest.
struct MinMax {
  std::string min, max;
};

/// Where a column chunk lies, and how large it is.
struct ColumnChunk {
  int64_t rows = 0;
  int64_t levels = 0;  ///< Parquet's "values": elements, and empty lists
  int64_t elements = 0;
  int64_t first_page = 0;
  int32_t pages = 0;
  int64_t compressed_bytes = 0;    ///< with the headers of the pages
  int64_t uncompressed_bytes = 0;  ///< the same
  /// Of numbers outside of lists; nullopt: there is none but NaN.
  std::optional<MinMax> min_max;
};

/// Makes the pages of a column of numbers as tensors give them, stored PLAIN: required
/// floating point, or required lists of required numbers of 4 or 8 bytes. Of equally long
/// lists the levels are the same few bytes again and again, where a general writer looks
/// at each element; and a page of numbers that Snappy cannot compress goes into the file
/// by one copy. Thread-confined.
///
/// What repeats from file to file is kept apart from the numbers: pages are made while
/// rows come, and written when the row group is.
class NumberColumn {
 public:
  /// Whether columns of `field` can be written by this class.
  static bool Fits(const arrow::Field& field);

  /// \param field  for which Fits says yes.
  /// \param codec  nullptr: pages are stored as they are.
  /// \param stores_incompressible  the codec is Snappy's: pages that it does not make
  ///   smaller are stored as literals.
  /// \param page_bytes  of values, at which a page ends; they are held from its begin on.
  NumberColumn(const arrow::Field& field, std::unique_ptr<arrow::util::Codec> codec,
               bool stores_incompressible, int64_t page_bytes, arrow::MemoryPool* pool);
  ~NumberColumn();

  /// Take `rows`, of the field's type; their values are copied. InvalidInput: there is a
  /// null. ResourceExhausted: a list larger than a page can be.
  Status Append(const arrow::Array& rows);
  /// Write the rows taken since the last call as a column chunk.
  Result<ColumnChunk> WriteChunk(arrow::io::OutputStream& out);

 private:
  struct Page {
    std::string head;  // levels; before them what the codec needs
    std::unique_ptr<arrow::ResizableBuffer> body;
    int32_t levels = 0;
    int32_t elements = 0;
    int32_t uncompressed_bytes = 0;
  };
  enum class Form { kStored, kLiterals, kCompressed };

  Status AppendLists(const arrow::Array& rows);
  Status AppendNumbers(const arrow::Array& rows);
  Status BeginPage();
  void AddLengths(const int32_t* offsets, int64_t lists);
  Status AddValues(const uint8_t* values, int64_t bytes);
  Status EndPage();
  Result<std::string> BeginSnappy(const std::string& levels, int64_t bytes);
  Status Compress(Page* page, const std::string& levels);

  const arrow::Type::type value_type_;
  const int64_t value_bytes_;
  const bool in_lists_;
  const std::unique_ptr<arrow::util::Codec> codec_;
  const bool stores_incompressible_;
  const int64_t page_bytes_;
  arrow::MemoryPool* const pool_;

  // Of the page at hand:
  Form form_ = Form::kStored;
  std::unique_ptr<arrow::ResizableBuffer> body_;
  int64_t body_bytes_ = 0;     // used in body_
  int64_t literal_bytes_ = 0;  // of the last literal in it
  int64_t values_size_ = 0;    // bytes of values
  int64_t page_rows_ = 0;
  int64_t length_ = 1;  // of all lists, unless lengths_ tells it of each
  std::vector<int32_t> lengths_;

  // Of the column chunk:
  std::vector<Page> pages_;
  int64_t rows_ = 0;
  std::optional<MinMax> min_max_;

  // Of the file:
  int64_t pages_begun_ = 0;
  bool compresses_ = true;  // the last page that was tried became smaller
};

}  // namespace howdah
