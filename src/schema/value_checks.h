#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace howdah {

/// What becomes of a NaN or an infinite value.
enum class NanPolicy {
  kAllow,       ///< it lands, and is counted
  kForbid,      ///< the run fails, naming column and row
  kNull,        ///< it lands as null
  kString,      ///< it lands as text ("NaN"), in a format that has only text for it
  kQuarantine,  ///< its row does not land
};

/// "allow", "forbid", "null", "string", "quarantine".
std::string_view Name(NanPolicy policy);
Result<NanPolicy> ParseNanPolicy(const std::string& text);

/// What is asked of the values of one column; of lists, of each element. Nulls pass.
struct ValueChecks {
  std::optional<NanPolicy> nan;         ///< nullopt: as the job says for all columns
  std::optional<double> min, max;       ///< inclusive; a NaN is neither below nor above
  std::optional<double> sum;            ///< of each list
  std::optional<double> sum_tolerance;  ///< kSumTolerance, unless given

  bool operator==(const ValueChecks&) const = default;
};

inline constexpr double kSumTolerance = 1e-3;

/// The names of the checks, in job files ("min") and, behind "check.", in schemas.
const std::vector<std::string>& CheckNames();

/// Set the check called `name` from the text of its value. InvalidInput: a clause says
/// what was expected.
Status SetCheck(const std::string& name, const std::string& text, ValueChecks* checks);

/// Add what `more` asks for to `checks`. \return the name of a check that both ask for in
/// different ways, or "".
std::string MergeChecks(const ValueChecks& more, ValueChecks* checks);

/// What becomes of rows that break a check, or that cannot be cast.
enum class BadRows { kFail, kQuarantine };

/// How an output format holds what is not finite, and nulls inside lists.
struct FormatAbilities {
  bool holds_nan = true;        ///< as a number
  bool holds_nan_text = false;  ///< as text in its place
  bool null_elements = false;   ///< readers see null elements of lists as null
};

/// A job's section [checks].
struct RowChecks {
  BadRows bad_rows = BadRows::kFail;
  NanPolicy nan = NanPolicy::kAllow;           ///< of all columns that have no other
  std::map<std::string, ValueChecks> columns;  ///< by the name that lands
  std::string format = "parquet";              ///< of the output, for messages
  FormatAbilities abilities;
};

}  // namespace howdah
