#pragma once

#include <string>

#include "base/status.h"
#include "schema/declared_schema.h"

namespace howdah {

/// Parse columns as Spark's DDL writes them: "id BIGINT NOT NULL, score FLOAT COMMENT
/// 'of the last layer', emb ARRAY<FLOAT>, s STRUCT<a: INT, b: STRING>"; `place` names the
/// text in messages. Safe on hostile text.
///   boolean; tinyint, smallint, int, bigint (byte, short, integer, long); float (real),
///   double; decimal(p, s) (dec, numeric; p at most 38, (10, 0) if not said); string,
///   varchar(n), char(n) -> utf8, whose length is not checked; binary; date -> date32;
///   timestamp, timestamp_ltz -> timestamp[us, UTC]; timestamp_ntz -> timestamp[us];
///   array<T>; map<string, T>; struct<name: T, …>. Words in any case; names plain or in
///   backquotes; NOT NULL and COMMENT 'text' behind a type.
/// What lists and maps hold may be null if what lands in them may
/// (DeclaredField::elements_as_given), since DDL cannot say it.
/// SchemaMismatch: a type that does not land (interval, void, variant, a key that is not
/// a string), two columns of one name, a name that the name rule would change.
/// InvalidInput: not DDL (says where, expected, got), nested deeper than 64, more than
/// 10,000 types or 1 MiB.
/// Source: Apache Spark 4 SQL reference, "Data Types" and "CREATE TABLE".
Result<DeclaredSchema> ParseSparkDdl(const std::string& text, const std::string& place);

}  // namespace howdah
