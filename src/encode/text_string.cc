#include <arrow/array.h>
#include <arrow/type.h>
#include <arrow/util/base64.h>

#include <array>
#include <cstring>

#include "encode/text_column.h"

namespace howdah {
namespace {

// -- how text is written by each dialect: at most kPerByte bytes for each, and kMore ----

/// Quoted where RFC 4180 wants it, and where readers would trim it or take it for null.
class CsvText {
 public:
  static constexpr int64_t kPerByte = 2, kMore = 2;
  explicit CsvText(const TextStyle& style) : null_(style.null) {}
  static bool MayEscape(char c) { return c == '"'; }

  char* Write(std::string_view text, char* out) const {
    if (!NeedsQuotes(text)) return Put(text, out);
    *out++ = '"';
    for (;;) {
      const size_t quote = text.find('"');
      if (quote == text.npos) break;
      out = Put(text.substr(0, quote + 1), out);
      *out++ = '"';
      text.remove_prefix(quote + 1);
    }
    out = Put(text, out);
    *out++ = '"';
    return out;
  }

 private:
  bool NeedsQuotes(std::string_view text) const {
    if (text.empty() || text.front() == ' ' || text.back() == ' ') return true;
    for (const char c : text) {
      if (c == '"' || c == ',' || c == '\n' || c == '\r') return true;
    }
    return text == null_;
  }
  const std::string null_;
};

/// As LazySimpleSerDe writes it with escape.delim and serialization.escape.crlf, and
/// reads it with escape.delim alone. Source: LazyUtils.writeEscaped,
/// copyAndEscapeStringDataToText.
class HiveText {
 public:
  static constexpr int64_t kPerByte = 2, kMore = 0;
  explicit HiveText(const TextStyle&) {}
  static bool MayEscape(char c) {
    return c == '\n' || c == '\r' || c == '\\' || (c > 0 && c <= kMostHiveDepth);
  }

  char* Write(std::string_view text, char* out) const {
    for (const char c : text) {
      if (c == '\n' || c == '\r') {
        *out++ = '\\';
        *out++ = c == '\n' ? 'n' : 'r';
        continue;
      }
      if (MayEscape(c)) *out++ = '\\';
      *out++ = c;
    }
    return out;
  }
};

/// RFC 8259: what must be escaped is, all else stays UTF-8.
class JsonText {
 public:
  static constexpr int64_t kPerByte = 6, kMore = 2;
  explicit JsonText(const TextStyle&) {}
  static bool MayEscape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  }

  char* Write(std::string_view text, char* out) const {
    *out++ = '"';
    for (const char c : text) {
      if (MayEscape(c)) [[unlikely]] {
        out = Escape(c, out);
      } else {
        *out++ = c;
      }
    }
    *out++ = '"';
    return out;
  }

 private:
  static char* Escape(char c, char* out) {
    *out++ = '\\';
    constexpr std::string_view kNamed = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt";
    if (const size_t i = kNamed.find(c); i != kNamed.npos) {
      *out++ = kNames[i];
      return out;
    }
    constexpr char kHex[] = "0123456789abcdef";
    out = Put("u00", out);
    *out++ = kHex[c >> 4];
    *out++ = kHex[c & 0xf];
    return out;
  }
};

/// What GetView gives of arrays of strings and binary.
template <typename ArrayType>
int64_t BytesOf(const ArrayType& array, int64_t first, int64_t rows) {
  if constexpr (std::is_same_v<ArrayType, arrow::FixedSizeBinaryArray>) {
    return rows * array.byte_width();
  } else {
    return array.value_offset(first + rows) - array.value_offset(first);
  }
}

template <typename ArrayType, typename Text>
class StringColumn final : public TextColumn {
 public:
  StringColumn(const TextStyle& style, bool is_binary)
      : null_(style.null), text_(style), is_binary_(is_binary) {}

  Status Bind(const arrow::Array& array) override {
    array_ = &static_cast<const ArrayType&>(array);
    nulls_ = array.null_count() > 0;
    return Status::OK();
  }

  Result<int64_t> Bound(int64_t first, int64_t rows, int64_t*) override {
    const int64_t bytes = BytesOf(*array_, first, rows);
    const int64_t more = rows * (Text::kMore + static_cast<int64_t>(null_.size()));
    // Base64 makes four of three, and has nothing that is escaped.
    if (is_binary_) return bytes / 3 * 4 + 4 * rows + more;
    constexpr int64_t kMuch = int64_t{1} << 20;
    if (bytes < kMuch) return bytes * Text::kPerByte + more;
    // Room for the worst case would be six times a large text: look.
    int64_t escaped = 0;
    for (int64_t i = first; i < first + rows; ++i) {
      for (const char c : array_->GetView(i)) escaped += Text::MayEscape(c) ? 1 : 0;
    }
    return bytes + escaped * (Text::kPerByte - 1) + more;
  }

  char* Write(int64_t i, char* out) const override {
    if (nulls_ && array_->IsNull(i)) return Put(null_, out);
    if (is_binary_) {
      return text_.Write(arrow::util::base64_encode(array_->GetView(i)), out);
    }
    return text_.Write(array_->GetView(i), out);
  }

 private:
  const std::string null_;
  const Text text_;
  const bool is_binary_;
  const ArrayType* array_ = nullptr;
  bool nulls_ = false;
};

template <typename ArrayType>
std::unique_ptr<TextColumn> Make(const TextStyle& style, bool is_binary) {
  switch (style.dialect) {
    case TextDialect::kCsv:
      return std::make_unique<StringColumn<ArrayType, CsvText>>(style, is_binary);
    case TextDialect::kHive:
      return std::make_unique<StringColumn<ArrayType, HiveText>>(style, is_binary);
    case TextDialect::kJson:
      return std::make_unique<StringColumn<ArrayType, JsonText>>(style, is_binary);
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<TextColumn> MakeStringColumn(const arrow::DataType& type,
                                             const TextStyle& style) {
  using arrow::Type;
  switch (type.id()) {
    case Type::STRING:
      return Make<arrow::StringArray>(style, false);
    case Type::LARGE_STRING:
      return Make<arrow::LargeStringArray>(style, false);
    case Type::BINARY:
      return Make<arrow::BinaryArray>(style, true);
    case Type::LARGE_BINARY:
      return Make<arrow::LargeBinaryArray>(style, true);
    case Type::FIXED_SIZE_BINARY:
      return Make<arrow::FixedSizeBinaryArray>(style, true);
    default:
      return nullptr;
  }
}

}  // namespace howdah
