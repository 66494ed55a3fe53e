#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_io.h"

namespace arrow::io {
class InputStream;
}

namespace howdah {

/// "none" and "gzip".
const std::vector<std::string>& TextCompressions();
/// ".gz" of "gzip".
std::string TextCompressionExtension(const std::string& compression);

/// Where a file's text goes. Thread-confined.
class TextOutput {
 public:
  virtual ~TextOutput() = default;
  virtual Status Append(std::string_view text) = 0;
  /// All that is held goes to the sink.
  virtual Status Close() = 0;
  /// Bytes of the file, if it ended after `more` bytes of text: exact where nothing is
  /// compressed.
  virtual int64_t EstimatedBytes(int64_t more) const = 0;
  virtual int64_t BufferedBytes() const = 0;
};

/// `sink` must outlive it. InvalidInput: another compression.
Result<std::unique_ptr<TextOutput>> MakeTextOutput(ByteSink* sink,
                                                   const std::string& compression);

/// The text of `file`, which must outlive the stream.
Result<std::shared_ptr<arrow::io::InputStream>> OpenTextInput(
    ByteSource& file, const std::string& compression);

}  // namespace howdah
