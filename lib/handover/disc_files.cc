// SPDX-License-Identifier: Apache-2.0
#include "handover/disc_files.h"

#include "base/failure.h"
#include "handover/image.h"
#include "li/words.h"

#include <cerrno>
#include <utility>

namespace handover {

namespace {

// tkuev-exportd(8) has it for a moment; an image takes longer.
constexpr base::milliseconds disc_patience{5000};

} // namespace

std::string disc_name(db::Stream stream, const std::string& name)
{
    return (stream == db::Stream::iri ? disc::events : disc::contents) + name;
}

std::string disc_directory(const Places& places, const li::Handle& measure)
{
    return places.discs + '/' + li::hex(measure);
}

std::string disc_path(const Places& places, const db::StoredFile& file)
{
    return disc_directory(places, file.measure) + '/' + disc_name(file.stream, file.name);
}

std::optional<DiscLock> DiscLock::within(const Places& places, base::milliseconds patience)
{
    try {
        return DiscLock(db::Ticket(places.discs, patience));
    } catch (const base::Failure& failure) {
        if (failure.error() != EWOULDBLOCK)
            throw;
        return std::nullopt;
    }
}

std::optional<DiscLock> DiscLock::try_take(const Places& places)
{
    return within(places, base::milliseconds{0});
}

DiscLock DiscLock::take(const Places& places)
{
    if (auto lock = within(places, disc_patience))
        return *std::move(lock);
    throw base::Failure(base::Remedy::try_later, "somebody else is at work on a disc");
}

} // namespace handover
