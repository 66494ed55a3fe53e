#include "source/json_scan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace howdah {
namespace {

constexpr size_t kMostDepth = 100;
constexpr size_t kMostFields = 100'000;

/// Takes the parser's events for one line.
class LineHandler final : public nlohmann::json_sax<nlohmann::json> {
 public:
  LineHandler(JsonShape& root, std::span<const std::string> columns, int64_t& objects)
      : root_(root), columns_(columns), objects_(objects) {}

  const std::string& problem() const { return problem_; }

  bool null() override { return Value(nullptr, "null"); }
  bool boolean(bool) override { return Value(&JsonShape::MeetBool, "a boolean"); }
  bool string(string_t&) override { return Value(&JsonShape::MeetString, "a string"); }
  bool number_unsigned(number_unsigned_t value) override {
    return Whole(value, /*negative=*/false);
  }
  bool number_integer(number_integer_t value) override {
    // The parser gives only negative ones here; so 0 was -0, which only a double holds.
    if (value == 0) return Value(&JsonShape::MeetFraction, "a number");
    return Whole(uint64_t{0} - static_cast<uint64_t>(value), /*negative=*/true);
  }
  bool number_float(number_float_t value, const string_t& text) override {
    // Arrow's parser does not take 0e309, though it is 0.
    const size_t exponent = text.find_first_of("eE");
    if (value == 0 && exponent != std::string::npos && text[exponent + 1] != '-' &&
        text.size() - exponent > 3) {
      problem_ = fmt::format("the number {} has too large an exponent", text);
      return false;
    }
    if (text.find_first_of(".eE") == std::string::npos) {
      if (!IsInside("a number")) return false;
      if (Current() != nullptr) {
        problem_ = fmt::format(
            "{} holds the whole number {}, which 64 bits do not hold; write it as a "
            "string",
            Place(), text);
        return false;
      }
    }
    return Value(&JsonShape::MeetFraction, "a number");
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override {
    if (stack_.empty()) {
      stack_.push_back({&root_, false, ++objects_});
      return Took(root_.MeetObject());
    }
    if (!Value(&JsonShape::MeetObject, "an object")) return false;
    return Push({Current(), false, ++objects_});
  }
  bool start_array(std::size_t) override {
    if (!Value(&JsonShape::MeetList, "a list")) return false;
    JsonShape* const list = Current();
    return Push({list != nullptr ? list->items() : nullptr, true, 0});
  }
  bool end_object() override { return Pop(); }
  bool end_array() override { return Pop(); }

  bool key(string_t& name) override {
    Level& level = stack_.back();
    level.value = nullptr;
    level.name = name;
    const bool counts =
        stack_.size() > 1 || columns_.empty() ||
        std::find(columns_.begin(), columns_.end(), name) != columns_.end();
    if (level.shape == nullptr) return true;
    JsonShape::Field& field = level.shape->field(name);
    if (level.shape->num_fields() > kMostFields) {
      problem_ = fmt::format("{} is one more than {} different names in an object",
                             Place(), kMostFields);
      return false;
    }
    if (std::exchange(field.last_object, level.object) == level.object) {
      problem_ = fmt::format("{} stands twice in one object", Place());
      return false;
    }
    if (counts) level.value = field.shape.get();
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 4: syntax error …"
    std::string what = error.what();
    const size_t from = what.find(": ");
    if (from != std::string::npos) what = what.substr(from + 2);
    problem_ = fmt::format("no JSON at byte {} of the line: {}", position, what);
    return false;
  }

 private:
  struct Level {
    JsonShape* shape;  // of the object, or of the list's items; nullptr: does not count
    bool list;
    int64_t object;              // its number
    JsonShape* value = nullptr;  // of the object's field at hand
    std::string name;            // of that field
  };

  JsonShape* Current() const {
    const Level& level = stack_.back();
    return level.list ? level.shape : level.value;
  }

  bool Push(Level level) {
    if (stack_.size() == kMostDepth) {
      problem_ = fmt::format("{} is nested deeper than {} levels", Place(), kMostDepth);
      return false;
    }
    stack_.push_back(std::move(level));
    return true;
  }
  bool Pop() {
    stack_.pop_back();
    return true;
  }

  bool Whole(uint64_t magnitude, bool negative) {
    if (!IsInside("a number")) return false;
    JsonShape* const shape = Current();
    return shape == nullptr || Took(shape->MeetWhole(magnitude, negative));
  }
  bool Value(Status (JsonShape::*meet)(), std::string_view kind) {
    if (!IsInside(kind)) return false;
    JsonShape* const shape = Current();
    return shape == nullptr || meet == nullptr || Took((shape->*meet)());
  }
  bool IsInside(std::string_view kind) {
    if (!stack_.empty()) return true;
    problem_ = fmt::format(
        "it is {}, expected was one object, like {{\"column\": 1}}, on each line", kind);
    return false;
  }
  bool Took(const Status& met) {
    if (!met.ok()) problem_ = fmt::format("{} {}", Place(), met.message());
    return met.ok();
  }

  /// "column 'a.b[]'"
  std::string Place() const {
    std::string place;
    for (const Level& level : stack_) {
      if (level.list) {
        place += "[]";
      } else {
        place += (place.empty() ? "" : ".") + level.name;
      }
    }
    return fmt::format("column '{}'", place);
  }

  JsonShape& root_;
  const std::span<const std::string> columns_;
  int64_t& objects_;
  std::vector<Level> stack_;
  std::string problem_;
};

}  // namespace

Status JsonScan::ScanLine(std::string_view line) {
  LineHandler handler(shape_, columns_, objects_);
  std::string problem;
  // The parser would pass over the one, and take the other for the line's end.
  if (line.starts_with("\xef\xbb\xbf")) {
    problem = "no JSON: it begins with a byte order mark";
  } else if (const size_t nul = line.find('\0'); nul != std::string_view::npos) {
    problem = fmt::format("no JSON at byte {} of the line: a NUL byte", nul + 1);
  } else if (nlohmann::json::sax_parse(line.begin(), line.end(), &handler)) {
    return Status::OK();
  } else {
    problem = handler.problem();
  }
  return Error(ErrorKind::kCorruption, "{}: line {}: {}", file_, line_, problem);
}

Result<int64_t> JsonScan::Scan(std::string_view text) {
  int64_t rows = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    HOWDAH_RETURN_IF_ERROR(ScanLine(line));
    ++rows;
  }
  return rows;
}

}  // namespace howdah
