#include "schema/spark_ddl.h"

#include <arrow/type.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "base/text.h"
#include "schema/names.h"

namespace howdah {
namespace {

using TypePtr = std::shared_ptr<arrow::DataType>;

constexpr size_t kMostBytes = 1 << 20;
constexpr int kMostDepth = 64;
constexpr int kMostTypes = 10'000;

struct Token {
  enum class Kind { kWord, kQuotedName, kText, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;  ///< of words and signs as written, of others what is quoted
  size_t at = 0;     ///< byte, from 0
};

bool IsWordByte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Status Unfinished(size_t at, char quote) {
  return Error(ErrorKind::kInvalidInput, "character {}: a {} that nothing closes", at + 1,
               quote);
}

/// What stands in quotes at `*at`, which is moved behind them. In backquotes two of them
/// are one; in others \ takes the next character as it is.
Result<std::string> ReadQuoted(const std::string& text, size_t* at) {
  const char quote = text[*at];
  std::string inside;
  for (size_t i = *at + 1; i < text.size(); ++i) {
    if (text[i] == quote) {
      const bool twice = quote == '`' && i + 1 < text.size() && text[i + 1] == quote;
      if (!twice) {
        *at = i + 1;
        return inside;
      }
      ++i;
    } else if (text[i] == '\\' && quote != '`' && ++i == text.size()) {
      break;
    }
    inside += text[i];
  }
  return Unfinished(*at, quote);
}

Result<std::vector<Token>> Tokens(const std::string& text) {
  using Kind = Token::Kind;
  std::vector<Token> tokens;
  size_t at = 0;
  while (at < text.size()) {
    const size_t begin = at;
    const char c = text[at];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at;
    } else if (IsWordByte(c)) {
      while (at < text.size() && IsWordByte(text[at])) ++at;
      tokens.push_back({Kind::kWord, text.substr(begin, at - begin), begin});
    } else if (c == '`' || c == '\'' || c == '"') {
      HOWDAH_ASSIGN_OR_RETURN(std::string inside, ReadQuoted(text, &at));
      tokens.push_back(
          {c == '`' ? Kind::kQuotedName : Kind::kText, std::move(inside), begin});
    } else {
      tokens.push_back({Kind::kSign, std::string(1, c), begin});
      ++at;
    }
  }
  tokens.push_back({Kind::kEnd, "", text.size()});
  return tokens;
}

/// The types that are one word.
TypePtr PlainType(const std::string& word) {
  static const auto* types = new std::map<std::string, TypePtr>{
      {"boolean", arrow::boolean()},
      {"tinyint", arrow::int8()},
      {"byte", arrow::int8()},
      {"smallint", arrow::int16()},
      {"short", arrow::int16()},
      {"int", arrow::int32()},
      {"integer", arrow::int32()},
      {"bigint", arrow::int64()},
      {"long", arrow::int64()},
      {"float", arrow::float32()},
      {"real", arrow::float32()},
      {"double", arrow::float64()},
      {"string", arrow::utf8()},
      {"binary", arrow::binary()},
      {"date", arrow::date32()},
      {"timestamp", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
      {"timestamp_ltz", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC")},
      {"timestamp_ntz", arrow::timestamp(arrow::TimeUnit::MICRO)}};
  const auto found = types->find(word);
  return found == types->end() ? nullptr : found->second;
}

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<std::vector<DeclaredField>> Columns() {
    std::vector<DeclaredField> fields;
    std::set<std::string> names;
    do {
      const Token name = next();
      HOWDAH_ASSIGN_OR_RETURN(DeclaredField field, Field(/*depth=*/0));
      if (const std::string legal = LegalName(field.name); legal != field.name) {
        return At(name, ErrorKind::kSchemaMismatch,
                  fmt::format("column '{}': names are of at most 128 lower case letters, "
                              "digits and _; call it '{}'",
                              field.name, legal));
      }
      if (!names.insert(field.name).second) {
        return At(name, ErrorKind::kSchemaMismatch,
                  fmt::format("two columns are named '{}'", field.name));
      }
      fields.push_back(std::move(field));
    } while (Takes(","));
    if (next().kind != Token::Kind::kEnd) return Expected("',' or the end");
    return fields;
  }

 private:
  const Token& next() const { return tokens_[at_]; }

  static Status At(const Token& token, ErrorKind kind, const std::string& text) {
    return Error(kind, "character {}: {}", token.at + 1, text);
  }

  Status Expected(const std::string& what) const {
    constexpr size_t kMost = 40;
    const std::string got = next().kind == Token::Kind::kEnd
                                ? "the end"
                                : "'" + next().text.substr(0, kMost) + "'";
    return At(next(), ErrorKind::kInvalidInput,
              fmt::format("expected {}, got {}", what, got));
  }

  bool Takes(const char* sign) {
    if (next().kind != Token::Kind::kSign || next().text != sign) return false;
    ++at_;
    return true;
  }

  bool TakesWord(const char* word) {
    if (next().kind != Token::Kind::kWord || Lower(next().text) != word) return false;
    ++at_;
    return true;
  }

  Status Take(const char* sign) {
    return Takes(sign) ? Status::OK() : Expected(fmt::format("'{}'", sign));
  }

  /// name [:] type [NOT NULL] [COMMENT 'text']
  Result<DeclaredField> Field(int depth) {
    DeclaredField field{.nullable = true, .elements_as_given = true};
    const bool is_name =
        next().kind == Token::Kind::kWord || next().kind == Token::Kind::kQuotedName;
    if (!is_name || next().text.empty()) return Expected("a name");
    field.name = tokens_[at_++].text;
    Takes(":");
    HOWDAH_ASSIGN_OR_RETURN(field.type, Type(depth));
    if (TakesWord("not")) {
      if (!TakesWord("null")) return Expected("NULL behind NOT");
      field.nullable = false;
    }
    if (TakesWord("comment")) {
      if (next().kind != Token::Kind::kText) return Expected("a text in quotes");
      field.doc = tokens_[at_++].text;
    }
    return field;
  }

  Result<TypePtr> Type(int depth) {
    const Token token = next();
    if (token.kind != Token::Kind::kWord) return Expected("a type");
    if (depth >= kMostDepth) {
      return At(token, ErrorKind::kInvalidInput,
                fmt::format("types are nested deeper than {}", kMostDepth));
    }
    if (++types_ > kMostTypes) {
      return At(token, ErrorKind::kInvalidInput,
                fmt::format("more than {} types", kMostTypes));
    }
    ++at_;
    const std::string word = Lower(token.text);
    if (TypePtr type = PlainType(word)) return type;
    if (word == "varchar" || word == "char" || word == "character") {
      HOWDAH_RETURN_IF_ERROR(Numbers(1).status());
      return arrow::utf8();
    }
    if (word == "decimal" || word == "dec" || word == "numeric") return Decimal(token);
    if (word == "array") {
      HOWDAH_RETURN_IF_ERROR(Take("<"));
      HOWDAH_ASSIGN_OR_RETURN(TypePtr element, Type(depth + 1));
      HOWDAH_RETURN_IF_ERROR(Take(">"));
      return arrow::list(arrow::field("element", std::move(element)));
    }
    if (word == "map") return Map(token, depth);
    if (word == "struct") return Struct(token, depth);
    return At(
        token, ErrorKind::kSchemaMismatch,
        fmt::format("the type '{}' does not land; there are boolean, tinyint, "
                    "smallint, int, bigint, float, double, decimal, string, binary, "
                    "date, timestamp, timestamp_ntz, array, map and struct",
                    word.substr(0, 40)));
  }

  /// `(1, 2)`: at most so many numbers; none without the brackets.
  Result<std::vector<int32_t>> Numbers(size_t most) {
    std::vector<int32_t> numbers;
    if (!Takes("(")) return numbers;
    do {
      const std::string& text = next().text;
      int32_t number = 0;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
      if (numbers.size() == most || next().kind != Token::Kind::kWord ||
          parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
        return Expected(numbers.size() == most ? "')'" : "a whole number");
      }
      numbers.push_back(number);
      ++at_;
    } while (Takes(","));
    HOWDAH_RETURN_IF_ERROR(Take(")"));
    return numbers;
  }

  Result<TypePtr> Decimal(const Token& token) {
    constexpr int32_t kMostDigits = 38;
    HOWDAH_ASSIGN_OR_RETURN(std::vector<int32_t> digits, Numbers(2));
    if (digits.empty()) digits = {10};
    if (digits.size() == 1) digits.push_back(0);
    if (digits[0] < 1 || digits[0] > kMostDigits || digits[1] < 0 ||
        digits[1] > digits[0]) {
      return At(token, ErrorKind::kSchemaMismatch,
                fmt::format("decimal({}, {}) is none of 1 to {} digits", digits[0],
                            digits[1], kMostDigits));
    }
    return arrow::decimal128(digits[0], digits[1]);
  }

  Result<TypePtr> Map(const Token& token, int depth) {
    HOWDAH_RETURN_IF_ERROR(Take("<"));
    HOWDAH_ASSIGN_OR_RETURN(const TypePtr key, Type(depth + 1));
    HOWDAH_RETURN_IF_ERROR(Take(","));
    HOWDAH_ASSIGN_OR_RETURN(TypePtr item, Type(depth + 1));
    HOWDAH_RETURN_IF_ERROR(Take(">"));
    if (key->id() != arrow::Type::STRING) {
      return At(token, ErrorKind::kSchemaMismatch,
                fmt::format("a map's keys are strings, not {}", key->ToString()));
    }
    return arrow::map(key, std::move(item));
  }

  Result<TypePtr> Struct(const Token& token, int depth) {
    HOWDAH_RETURN_IF_ERROR(Take("<"));
    arrow::FieldVector fields;
    std::set<std::string> names;
    do {
      HOWDAH_ASSIGN_OR_RETURN(DeclaredField field, Field(depth + 1));
      if (!names.insert(Lower(field.name)).second) {
        return At(token, ErrorKind::kSchemaMismatch,
                  fmt::format("two fields of a struct are named '{}'", field.name));
      }
      fields.push_back(arrow::field(field.name, field.type, field.nullable));
    } while (Takes(","));
    HOWDAH_RETURN_IF_ERROR(Take(">"));
    return arrow::struct_(std::move(fields));
  }

  const std::vector<Token> tokens_;
  size_t at_ = 0;
  int types_ = 0;
};

}  // namespace

Result<DeclaredSchema> ParseSparkDdl(const std::string& text, const std::string& place) {
  const auto parse = [&]() -> Result<DeclaredSchema> {
    if (text.size() > kMostBytes) {
      return Error(ErrorKind::kInvalidInput,
                   "{} bytes are too many for a schema; expected at most {}", text.size(),
                   kMostBytes);
    }
    HOWDAH_ASSIGN_OR_RETURN(std::vector<Token> tokens, Tokens(text));
    DeclaredSchema schema{.name = "howdah"};
    HOWDAH_ASSIGN_OR_RETURN(schema.fields, Parser(std::move(tokens)).Columns());
    return schema;
  };
  Result<DeclaredSchema> schema = parse();
  if (!schema.ok()) return WithContext(schema.status(), place);
  return schema;
}

}  // namespace howdah
