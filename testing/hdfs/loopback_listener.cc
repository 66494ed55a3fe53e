#include "testing/hdfs/loopback_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace howdah::hdfs {

LoopbackListener::LoopbackListener()
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(descriptor_, generic, size) != 0 || listen(descriptor_, 64) != 0 ||
      getsockname(descriptor_, generic, &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
}

LoopbackListener::~LoopbackListener() { close(descriptor_); }

Socket LoopbackListener::Accept() {
  const int accepted = accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
  if (accepted >= 0) {
    const int on = 1;
    setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return Socket::Adopt(accepted, "the client under test");
}

void LoopbackListener::Stop() { shutdown(descriptor_, SHUT_RDWR); }

}  // namespace howdah::hdfs
