#include "cli/fs/glob.h"

#include <algorithm>

namespace howdah::cli {
namespace {

constexpr size_t kMostTexts = 10'000;

/// Where the letter that begins at `at` ends: a '\' belongs to what follows it.
size_t AfterEscaped(std::string_view text, size_t at) {
  return std::min(text.size(), at + (text[at] == '\\' ? 2 : 1));
}

/// Where the brace that opens at `open` closes, and the commas in it; npos: nowhere.
size_t FindClosing(std::string_view text, size_t open, std::vector<size_t>* commas) {
  int depth = 0;
  for (size_t at = open; at < text.size(); at = AfterEscaped(text, at)) {
    if (text[at] == '{') ++depth;
    if (text[at] == ',' && depth == 1) commas->push_back(at);
    if (text[at] == '}' && --depth == 0) return at;
  }
  return text.npos;
}

Status Expand(std::string_view whole, const std::string& text,
              std::vector<std::string>* texts) {
  size_t open = 0;
  while (open < text.size() && text[open] != '{') open = AfterEscaped(text, open);
  if (open >= text.size()) {
    if (texts->size() == kMostTexts) {
      return Error(ErrorKind::kInvalidInput, "'{}': the braces make more than {} names",
                   whole, kMostTexts);
    }
    texts->push_back(text);
    return Status::OK();
  }
  std::vector<size_t> ends;
  const size_t close = FindClosing(text, open, &ends);
  if (close == text.npos) {
    return Error(ErrorKind::kInvalidInput,
                 "'{}': a '{{' is not closed; write '\\{{' for the letter itself", whole);
  }
  ends.push_back(close);
  size_t begin = open + 1;
  for (const size_t end : ends) {
    HOWDAH_RETURN_IF_ERROR(Expand(
        whole,
        text.substr(0, open) + text.substr(begin, end - begin) + text.substr(close + 1),
        texts));
    begin = end + 1;
  }
  return Status::OK();
}

/// Take one UTF-8 letter, or one byte that is none, from the front.
std::string_view TakeLetter(std::string_view* text) {
  size_t size = 1;
  while (size < text->size() && size < 4 &&
         (static_cast<unsigned char>((*text)[size]) & 0xc0) == 0x80) {
    ++size;
  }
  if (static_cast<unsigned char>((*text)[0]) < 0xc0) size = 1;
  const std::string_view letter = text->substr(0, size);
  text->remove_prefix(size);
  return letter;
}

std::string_view TakeUnescaped(std::string_view* pattern) {
  if (pattern->size() > 1 && pattern->front() == '\\') pattern->remove_prefix(1);
  return TakeLetter(pattern);
}

/// Where the class that opens at the front of `pattern` closes; npos: nowhere. The first
/// letter in it may be a ']'.
size_t ClassEnd(std::string_view pattern) {
  size_t at = 1;
  if (at < pattern.size() && (pattern[at] == '^' || pattern[at] == '!')) ++at;
  if (at < pattern.size()) at = AfterEscaped(pattern, at);
  while (at < pattern.size() && pattern[at] != ']') at = AfterEscaped(pattern, at);
  return at < pattern.size() ? at : pattern.npos;
}

/// UTF-8 letters stand in the order of their bytes.
bool ClassHolds(std::string_view letters, std::string_view letter) {
  const bool negated = letters.starts_with('^') || letters.starts_with('!');
  if (negated) letters.remove_prefix(1);
  bool found = false;
  while (!letters.empty()) {
    const std::string_view first = TakeUnescaped(&letters);
    std::string_view last = first;
    if (letters.size() > 1 && letters.front() == '-') {
      letters.remove_prefix(1);
      last = TakeUnescaped(&letters);
    }
    found = found || (first <= letter && letter <= last);
  }
  return found != negated;
}

/// Take what matches one letter from the pattern. \return whether `letter` fits it.
bool TakeAndMatch(std::string_view* pattern, std::string_view letter) {
  if (pattern->front() == '?') {
    pattern->remove_prefix(1);
    return true;
  }
  if (pattern->front() == '[') {
    const size_t end = ClassEnd(*pattern);
    const std::string_view letters = pattern->substr(1, end - 1);
    pattern->remove_prefix(end + 1);
    return ClassHolds(letters, letter);
  }
  return TakeUnescaped(pattern) == letter;
}

}  // namespace

bool HasGlobLetters(std::string_view text) {
  return text.find_first_of("*?[{\\") != text.npos;
}

Result<std::vector<std::string>> ExpandBraces(std::string_view text) {
  std::vector<std::string> texts;
  HOWDAH_RETURN_IF_ERROR(Expand(text, std::string(text), &texts));
  return texts;
}

bool IsPattern(std::string_view text) {
  for (size_t at = 0; at < text.size(); at = AfterEscaped(text, at)) {
    if (text[at] == '*' || text[at] == '?' || text[at] == '[') return true;
  }
  return false;
}

std::string Unescape(std::string_view text) {
  std::string plain;
  while (!text.empty()) plain += TakeUnescaped(&text);
  return plain;
}

Status CheckPattern(std::string_view pattern) {
  for (size_t at = 0; at < pattern.size(); at = AfterEscaped(pattern, at)) {
    if (pattern[at] != '[') continue;
    const size_t end = ClassEnd(pattern.substr(at));
    if (end == pattern.npos) {
      return Error(ErrorKind::kInvalidInput,
                   "'{}': a '[' is not closed; write '\\[' for the letter itself",
                   pattern);
    }
    at += end;
  }
  return Status::OK();
}

bool MatchesPattern(std::string_view pattern, std::string_view name) {
  // After a mismatch the last '*' takes one letter more: earlier ones need not change.
  std::string_view after_star, name_after_star;
  bool has_star = false;
  while (true) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      name_after_star = name;
      has_star = true;
      continue;
    }
    if (name.empty()) return pattern.empty();
    const std::string_view letter = TakeLetter(&name);
    if (!pattern.empty() && TakeAndMatch(&pattern, letter)) continue;
    if (!has_star) return false;
    TakeLetter(&name_after_star);
    name = name_after_star;
    pattern = after_star;
  }
}

}  // namespace howdah::cli
