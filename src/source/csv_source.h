#pragma once

#include <memory>

#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// "csv": RFC 4180 in UTF-8, with a header; files "*.tsv" have tabs for commas. Records
/// end with LF, CR LF or CR. Lines without a character are passed over, as Arrow's writer
/// and reader have it; so a null that is a record of its own is lost, write "" there.
///
/// A column's type comes from all its cells (CsvColumnType), unless the options say that
/// it is text. A column that holds null in all files has type null; such a column, like
/// any, can be read as utf8 too. Limits: a record of 256 MiB.
const SourceFormat& CsvSourceFormat();

/// The same, cut in other ways: for tests.
std::unique_ptr<SourceFormat> MakeCsvSource(const TextSourceOptions& options);

}  // namespace howdah
