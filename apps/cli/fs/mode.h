#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace howdah::cli {

/// What `chmod` is told: octal digits ("644", "1777"), or clauses ("u+x,go-w", "a=rX").
/// Who: u, g, o, a; none of them is all. What: r, w, x, t, and X: x for directories and
/// for what somebody may execute already. Source: ChmodParser.java.
class ModeChange {
 public:
  /// InvalidInput.
  static Result<ModeChange> Parse(std::string_view text);

  /// The new permission bits, 07777, of an entry that has `mode`.
  uint32_t Apply(uint32_t mode, bool is_directory) const;

 private:
  struct Clause {
    uint32_t who = 0;   ///< the bits of those concerned: of 0777
    char act = '=';     ///< + - =
    uint32_t what = 0;  ///< 07, as of one of them
    bool execute_if_any = false, sticky = false;
  };
  static Result<Clause> ParseClause(std::string_view clause, std::string_view text);

  std::vector<Clause> clauses_;
  uint32_t octal_ = 0;  ///< when there are no clauses
};

/// 01755 -> "rwxr-xr-t", as listings show it.
std::string ModeText(uint32_t mode);

}  // namespace howdah::cli
