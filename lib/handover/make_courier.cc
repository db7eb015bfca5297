// SPDX-License-Identifier: Apache-2.0
// Which courier carries to which destination.
#include "handover/file_courier.h"
#include "handover/file_parcels.h"
#include "handover/lane.h"
#include "handover/pdus.h"
#include "handover/stream_courier.h"

#include <unistd.h>

namespace handover {

namespace {

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

StreamOptions stream_options(const Desk& desk, const li::Measure& measure)
{
    const Places& places = desk.places;
    const bool own = exists(places.tls_certificate);
    StreamOptions options;
    options.certificate_file = own ? places.tls_certificate : places.certificate;
    options.key_file = own ? places.tls_key : places.key;
    if (exists(places.tls_authorities))
        options.ca_file = places.tls_authorities;
    options.header = header_of(measure, desk.sender, 0, 0, base::wall_microseconds());
    return options;
}

} // namespace

std::unique_ptr<Courier> make_courier(const Desk& desk, const li::Measure& measure,
                                      const li::Destination& where)
{
    if (where.method == li::Method::tcp || where.method == li::Method::tls)
        return make_stream_courier(where, stream_options(desk, measure));
    if (is_file(where)) {
        FileCourierSettings settings;
        if (exists(desk.places.ssh_key))
            settings.ssh_key = desk.places.ssh_key;
        return make_file_courier(where, settings);
    }
    return nullptr;
}

} // namespace handover
