#include "schema/value_checks.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace howdah {
namespace {

struct PolicyRow {
  NanPolicy policy;
  std::string name;
};

const std::vector<PolicyRow>& Policies() {
  static const auto* rows = new std::vector<PolicyRow>{
      {NanPolicy::kAllow, "allow"},
      {NanPolicy::kForbid, "forbid"},
      {NanPolicy::kNull, "null"},
      {NanPolicy::kString, "string"},
      {NanPolicy::kQuarantine, "quarantine"},
  };
  return *rows;
}

Result<double> ParseNumber(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(number)) {
    return Error(ErrorKind::kInvalidInput, "expected a number, got '{}'", text);
  }
  constexpr double kExact = 9007199254740992;  // 2^53
  if (std::abs(number) >= kExact && text.find_first_of(".eE") == text.npos) {
    return Error(ErrorKind::kInvalidInput,
                 "expected a number that a double holds exactly, below 2^53, got '{}'",
                 text);
  }
  return number;
}

/// \return false if both have a value, and not the same.
template <typename T>
bool Merge(const std::optional<T>& more, std::optional<T>* value) {
  if (more && *value && **value != *more) return false;
  if (more) *value = more;
  return true;
}

}  // namespace

std::string_view Name(NanPolicy policy) {
  for (const PolicyRow& row : Policies()) {
    if (row.policy == policy) return row.name;
  }
  return "";
}

Result<NanPolicy> ParseNanPolicy(const std::string& text) {
  std::vector<std::string> names;
  for (const PolicyRow& row : Policies()) {
    if (row.name == text) return row.policy;
    names.push_back(row.name);
  }
  return Error(ErrorKind::kInvalidInput, "expected one of {}, got '{}'{}",
               QuotedList(names), text, DidYouMean(text, names));
}

const std::vector<std::string>& CheckNames() {
  static const auto* names =
      new std::vector<std::string>{"nan", "min", "max", "sum", "sum_tolerance"};
  return *names;
}

Status SetCheck(const std::string& name, const std::string& text, ValueChecks* checks) {
  if (name == "nan") return ParseNanPolicy(text).Value(&checks->nan);
  HOWDAH_ASSIGN_OR_RETURN(const double number, ParseNumber(text));
  if (name == "min") checks->min = number;
  if (name == "max") checks->max = number;
  if (name == "sum") checks->sum = number;
  if (name == "sum_tolerance") {
    if (number < 0) {
      return Error(ErrorKind::kInvalidInput, "expected a number from 0, got '{}'", text);
    }
    checks->sum_tolerance = number;
  }
  return Status::OK();
}

std::string MergeChecks(const ValueChecks& more, ValueChecks* checks) {
  if (!Merge(more.nan, &checks->nan)) return "nan";
  if (!Merge(more.min, &checks->min)) return "min";
  if (!Merge(more.max, &checks->max)) return "max";
  if (!Merge(more.sum, &checks->sum)) return "sum";
  if (!Merge(more.sum_tolerance, &checks->sum_tolerance)) return "sum_tolerance";
  return "";
}

}  // namespace howdah
