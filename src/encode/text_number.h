#pragma once

#include <cstdint>

namespace howdah {

/// Room that WriteFloat needs: its text, and what it writes over behind it.
inline constexpr int64_t kFloatRoom = 40;
/// Bytes that the text of any float, double or integer has at most.
inline constexpr int64_t kFloatBytes = 25, kIntegerBytes = 20;

/// Write the shortest decimal text that reads back as `value`, which must be finite, and
/// return its end. Read as a float, or as a double that is then made a float, it gives
/// the same bits (which one float needs a digit more for). From 1e-6 to 1e16 it is digits
/// with a point, "0.1", "3.0", "-0.0": with a digit behind it, so that readers that guess
/// types see a fraction; else "1.5e-7". Every such text is a number of JSON, Java and
/// SQL.
char* WriteFloat(float value, char* out);
/// The same of a double.
char* WriteFloat(double value, char* out);

}  // namespace howdah
