#include "source/guard.h"

#include <exception>
#include <new>

namespace howdah {

Status Guarded(const std::function<Status()>& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return Status::OutOfMemory("not enough memory");
  } catch (const std::exception& e) {
    return Status::IOError(e.what());
  }
}

Status DecodeError(const Status& status, std::string_view place) {
  if (status.ok() || status.detail() != nullptr) return status;
  const bool memory = KindOf(status) == ErrorKind::kResourceExhausted;
  return Error(memory ? ErrorKind::kResourceExhausted : ErrorKind::kCorruption, "{}: {}",
               place, status.message());
}

}  // namespace howdah
