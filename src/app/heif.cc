#include "app/heif.h"

#include "codec/opener.h"
#include "sandbox/picture_processes.h"

namespace whittle::app {
namespace {

bool is_on = true;

void Use([[maybe_unused]] const codec::PictureOpener* opener, bool on) {
  is_on = on;
#if WHITTLE_HEIF
  codec::UseHeifOpener(opener);
  codec::UseHeif(on);
#endif
}

}  // namespace

HeifInput::HeifInput(const Settings& settings) {
  if (settings.image.heif == DecodeIn::kProcess) {
    // A picture may wait for its turn between its header and its first row.
    processes_ = std::make_unique<sandbox::PictureProcesses>(sandbox::PictureProcesses::Options{
        .time = settings.service.decode_deadline + settings.service.queue_wait});
  }
  Use(processes_.get(), settings.image.heif != DecodeIn::kNothing);
}

HeifInput::~HeifInput() { Use(nullptr, true); }

bool HeifInput::on() { return is_on; }

}  // namespace whittle::app
