#pragma once

#include <memory>

#include "source/source.h"
#include "source/text_options.h"

namespace howdah {

/// "tfrecord": TFRecord files, plain or gzip, of serialized tf.Example protobufs.
///
/// Each feature is a column: bytes, float or int64 -> binary, float, int64; a scalar if
/// each record that has the feature has one value in it, a fixed_size_list if each has
/// the same number, else a list; null where a record does not have it. These come from
/// all records, which are read once for it. The column "example" is the record itself,
/// whatever it holds; where no other is asked for records are not looked into.
/// Limits: a record of 256 MiB, 100,000 features.
const SourceFormat& TfRecordSourceFormat();

/// The same, cut in other ways: for tests.
std::unique_ptr<SourceFormat> MakeTfRecordSource(const TextSourceOptions& options);

}  // namespace howdah
