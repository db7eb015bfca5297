// SPDX-License-Identifier: Apache-2.0
// Which courier carries to which destination.
#include "base/failure.h"
#include "base/file.h"
#include "handover/disc_courier.h"
#include "handover/disc_files.h"
#include "handover/file_courier.h"
#include "handover/file_parcels.h"
#include "handover/lane.h"
#include "handover/pdus.h"
#include "handover/peer_key.h"
#include "handover/stream_courier.h"

#include <unistd.h>

namespace handover {

namespace {

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

// Some host of it is known by a certificate that others have signed.
bool needs_authorities(const li::Destination& where)
{
    if (where.method != li::Method::tls && where.method != li::Method::ftps)
        return false;
    for (std::size_t host = 0; host <= where.standby.size(); ++host)
        if (peer_key_of(where.peer_key, host).empty())
            return true;
    return false;
}

// Its own certificates; else those of the file for all authorities; else the system's, but
// not because that file has been emptied.
std::string trusted_by(const Desk& desk, const li::Measure& measure,
                       const li::Destination& where)
{
    if (!needs_authorities(where))
        return {};
    std::string own = desk.trust_of(measure.authority);
    if (!own.empty())
        return own;
    const std::string& file = desk.places.tls_authorities;
    std::string all = base::read_file_if_there(file);
    if (all.empty() && exists(file))
        throw base::Failure(base::Remedy::fix_config, file + ": is empty");
    return all;
}

StreamOptions stream_options(const Desk& desk, const li::Measure& measure,
                             const li::Destination& where)
{
    const Places& places = desk.places;
    const bool own = exists(places.tls_certificate);
    StreamOptions options;
    options.certificate_file = own ? places.tls_certificate : places.certificate;
    options.key_file = own ? places.tls_key : places.key;
    options.trusted = trusted_by(desk, measure, where);
    options.header = header_of(measure, desk.sender, 0, 0, base::wall_microseconds());
    return options;
}

} // namespace

std::unique_ptr<Courier> make_courier(const Desk& desk, const li::Measure& measure,
                                      const li::Destination& where)
{
    if (is_on_disc(where))
        return make_disc_courier(disc_directory(desk.places, measure.handle));
    if (!is_uploaded(where))
        return make_stream_courier(where, stream_options(desk, measure, where));
    FileCourierSettings settings;
    if (exists(desk.places.ssh_key))
        settings.credentials.ssh_key = desk.places.ssh_key;
    settings.credentials.trusted = trusted_by(desk, measure, where);
    return make_file_courier(where, settings);
}

} // namespace handover
