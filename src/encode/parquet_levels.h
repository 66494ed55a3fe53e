#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace howdah {

/// The levels of a data page of version 1 of a list column: required lists of required
/// elements, which has one repetition and one definition level.
/// \param lengths  elements of each list; 0: one place without a value.
/// \return repetition levels, then definition levels, each with its length before it.
/// Source: Parquet's Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
std::string ListLevels(std::span<const int32_t> lengths);

/// The same for `lists` lists of `length` elements each, at least one.
std::string EqualListLevels(int64_t lists, int64_t length);

}  // namespace howdah
