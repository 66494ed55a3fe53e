#pragma once

#include "encode/encoder.h"

namespace howdah {

/// "csv" in two dialects, in UTF-8, with LF behind each record.
///
/// rfc4180: a header, and RFC 4180's quotes around text that has a comma, a quote, CR or
/// LF in it, is empty, or has a space at an end. null is an empty cell without quotes, or
/// what TextOptions::null says.
///
/// hive-text: what Hive's LazySimpleSerDe reads with its own separators and
/// `escape.delim` = '\': cells between ^A, items between ^B, ^C and so on, null is \N, no
/// header. LF and CR in text are \n and \r, which Hive reads since 2.0.
///
/// Floats are the shortest text that reads back; NaN, Infinity, -Infinity; times ISO 8601
/// (hive-text: as Hive reads them, in UTC); binary base64. Never destroyed.
const Format& CsvFormat();

}  // namespace howdah
