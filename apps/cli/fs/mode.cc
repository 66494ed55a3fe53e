#include "cli/fs/mode.h"

#include <algorithm>

namespace howdah::cli {
namespace {

constexpr uint32_t kSticky = 01000;

Status NotAMode(std::string_view text) {
  return Error(ErrorKind::kInvalidInput,
               "'{}' is no mode; write octal digits such as 644, or clauses such as "
               "u+x,go-w or a=rX",
               text);
}

}  // namespace

Result<ModeChange> ModeChange::Parse(std::string_view text) {
  ModeChange change;
  if (text.find_first_not_of("01234567") == text.npos) {
    if (text.empty() || text.size() > 4) return NotAMode(text);
    for (const char digit : text) {
      change.octal_ = change.octal_ * 8 + static_cast<uint32_t>(digit - '0');
    }
    return change;
  }
  std::string_view rest = text;
  while (true) {
    const size_t comma = std::min(rest.find(','), rest.size());
    HOWDAH_ASSIGN_OR_RETURN(Clause clause, ParseClause(rest.substr(0, comma), text));
    change.clauses_.push_back(clause);
    if (comma == rest.size()) return change;
    rest.remove_prefix(comma + 1);
  }
}

Result<ModeChange::Clause> ModeChange::ParseClause(std::string_view clause,
                                                   std::string_view text) {
  Clause parsed;
  const size_t act = clause.find_first_of("+-=");
  if (act == clause.npos) return NotAMode(text);
  for (const char who : clause.substr(0, act)) {
    if (who == 'u') {
      parsed.who |= 0700;
    } else if (who == 'g') {
      parsed.who |= 0070;
    } else if (who == 'o') {
      parsed.who |= 0007;
    } else if (who == 'a') {
      parsed.who |= 0777;
    } else {
      return NotAMode(text);
    }
  }
  if (parsed.who == 0) parsed.who = 0777;
  parsed.act = clause[act];
  for (const char what : clause.substr(act + 1)) {
    if (what == 'r') {
      parsed.what |= 4;
    } else if (what == 'w') {
      parsed.what |= 2;
    } else if (what == 'x') {
      parsed.what |= 1;
    } else if (what == 'X') {
      parsed.execute_if_any = true;
    } else if (what == 't') {
      parsed.sticky = true;
    } else {
      return NotAMode(text);
    }
  }
  if (act + 1 == clause.size() && parsed.act != '=') return NotAMode(text);
  return parsed;
}

uint32_t ModeChange::Apply(uint32_t mode, bool is_directory) const {
  if (clauses_.empty()) return octal_;
  for (const Clause& clause : clauses_) {
    uint32_t what = clause.what;
    if (clause.execute_if_any && (is_directory || (mode & 0111) != 0)) what |= 1;
    uint32_t bits = (what * 0111) & clause.who;
    if (clause.sticky) bits |= kSticky;
    if (clause.act == '+') {
      mode |= bits;
    } else if (clause.act == '-') {
      mode &= ~bits;
    } else {
      mode = (mode & ~clause.who) | bits;
    }
  }
  return mode;
}

std::string ModeText(uint32_t mode) {
  std::string text = "rwxrwxrwx";
  for (size_t i = 0; i < text.size(); ++i) {
    if ((mode >> (8 - i) & 1) == 0) text[i] = '-';
  }
  if ((mode & kSticky) != 0) text.back() = text.back() == 'x' ? 't' : 'T';
  return text;
}

}  // namespace howdah::cli
