#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace howdah::cli {

/// Hadoop's globs: '*' any letters, '?' one letter, '[a-c]' one of them, '[^a]' none of
/// them, '{a,b}' either, which may nest and hold '/', and '\' before a letter that means
/// itself. Letters are UTF-8. A leading '.' is not special. Sources: GlobPattern.java,
/// GlobExpander.java.

/// Whether `text` has any of the special letters, '\' included.
bool HasGlobLetters(std::string_view text);

/// `text` without braces: "a{b,c}" -> "ab", "ac". InvalidInput: a brace is not closed, or
/// it would be more than 10,000 texts.
Result<std::vector<std::string>> ExpandBraces(std::string_view text);

/// Whether a text without braces needs matching, beyond taking away its '\'.
bool IsPattern(std::string_view text);

/// `text` without the '\' before its letters.
std::string Unescape(std::string_view text);

/// OK if each '[' of the pattern, which has no braces, is closed. InvalidInput.
Status CheckPattern(std::string_view pattern);

/// Whether a name fits a pattern that CheckPattern has passed.
bool MatchesPattern(std::string_view pattern, std::string_view name);

}  // namespace howdah::cli
