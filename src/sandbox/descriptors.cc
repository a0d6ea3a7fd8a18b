#include "sandbox/descriptors.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace whittle::sandbox {
namespace {

Expected<Descriptor> NewFile() {
  Descriptor file(memfd_create("whittle", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return Fail(ErrorKind::kInternal, "memfd_create failed");
  return file;
}

}  // namespace

Mapping::~Mapping() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
}

std::optional<Mapping> Mapping::Of(const Descriptor& file, std::size_t size, bool writable) {
  if (size == 0 || SizeOf(file) < size) return std::nullopt;
  void* pages =
      mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, file.get(), 0);
  if (pages == MAP_FAILED) return std::nullopt;
  Mapping mapping;
  mapping.bytes_ = {static_cast<std::uint8_t*>(pages), size};
  return mapping;
}

Expected<Descriptor> FileOf(ByteView content) {
  WHITTLE_TRY(Descriptor file, NewFile());
  while (!content.empty()) {
    const ssize_t wrote = write(file.get(), content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return Fail(ErrorKind::kOverloaded, "no memory for a file");
    content = content.subspan(static_cast<std::size_t>(wrote));
  }
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
    return Fail(ErrorKind::kInternal, "cannot seal a file");
  }
  return file;
}

Expected<Descriptor> FileOfSize(std::size_t size) {
  WHITTLE_TRY(Descriptor file, NewFile());
  if (ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return Fail(ErrorKind::kInternal, "cannot seal a file");
  }
  return file;
}

std::size_t SizeOf(const Descriptor& file) {
  struct stat about{};
  return fstat(file.get(), &about) == 0 ? static_cast<std::size_t>(about.st_size) : 0;
}

Expected<SocketPair> ConnectedSockets() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return Fail(ErrorKind::kInternal, "socketpair failed");
  }
  return SocketPair{Descriptor(ends[0]), Descriptor(ends[1])};
}

bool Send(const Descriptor& socket, std::span<const std::byte> message, const Descriptor& file) {
  iovec part = {const_cast<std::byte*>(message.data()), message.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr head{};
  head.msg_iov = &part;
  head.msg_iovlen = 1;
  if (file) {
    head.msg_control = control;
    head.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&head);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = file.get();
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  ssize_t sent = 0;
  while ((sent = sendmsg(socket.get(), &head, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno == EINTR) {
  }
  return sent == static_cast<ssize_t>(message.size());
}

namespace {

// The one descriptor that came along. More are an attack on how many we may have.
Descriptor TakeOne(msghdr& head) {
  Descriptor first;
  for (const cmsghdr* part = CMSG_FIRSTHDR(&head); part != nullptr;
       part = CMSG_NXTHDR(&head, const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      Descriptor came(fd);
      if (!first) first = std::move(came);
    }
  }
  return first;
}

// ECONNRESET is told once, before what is there still: the other end was closed with something
// unread in it, as when a worker has died over a question.
ssize_t ReceiveInto(const Descriptor& socket, msghdr& head) {
  ssize_t got = 0;
  while ((got = recvmsg(socket.get(), &head, MSG_CMSG_CLOEXEC)) < 0 &&
         (errno == EINTR || errno == ECONNRESET)) {
  }
  return got;
}

}  // namespace

bool Receive(const Descriptor& socket, std::span<std::byte> message, Descriptor& file) {
  iovec part = {message.data(), message.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr head{};
  head.msg_iov = &part;
  head.msg_iovlen = 1;
  head.msg_control = control;
  head.msg_controllen = sizeof control;
  const ssize_t got = ReceiveInto(socket, head);
  if (got < 0) return false;
  file = TakeOne(head);
  return got == static_cast<ssize_t>(message.size()) && (head.msg_flags & MSG_TRUNC) == 0;
}

std::size_t ReceiveAny(const Descriptor& socket, std::span<std::byte> room) {
  iovec part = {room.data(), room.size()};
  msghdr head{};
  head.msg_iov = &part;
  head.msg_iovlen = 1;
  const ssize_t got = ReceiveInto(socket, head);
  return got < 0 || (head.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(got);
}

}  // namespace whittle::sandbox
