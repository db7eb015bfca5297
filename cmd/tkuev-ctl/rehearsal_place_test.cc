// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "rehearsal_place.h"

#include <doctest/doctest.h>

using li::Destination;
using li::Method;

namespace {

Destination to(const std::string& host, std::uint16_t port,
               std::vector<li::Peer> standby = {}, Method method = Method::tcp)
{
    Destination where;
    where.method = method;
    where.peer = {host, port};
    where.standby = std::move(standby);
    return where;
}

db::StoredMeasure measure(std::uint8_t handle, const Destination& iri,
                          const std::optional<Destination>& cc = {})
{
    db::StoredMeasure stored;
    stored.measure.handle[0] = handle;
    stored.measure.iri = iri;
    stored.measure.cc = cc;
    return stored;
}

} // namespace

TEST_CASE("tkuev-ctl: a rehearsal receives only where no other measure goes")
{
    const Destination far = to("192.0.2.9", 9);
    struct Case {
        Destination iri;
        std::optional<Destination> cc;
        bool alone;
    };
    // Ours goes to 127.0.0.1, event data to port 1, content to port 2.
    const Case cases[] = {
        {far, {}, true},
        {far, far, true},
        {to("127.0.0.1", 3), to("::1", 4), true},
        {to("192.0.2.9", 1), to("2001:db8::9", 2), true},
        {to("127.0.0.1", 1), {}, false},
        {to("127.0.0.1", 2), {}, false},
        {far, to("127.0.0.1", 1), false},
        {far, to("127.0.0.1", 2), false},
        {to("192.0.2.9", 9, {{"127.0.0.1", 1}}), {}, false},
        {to("192.0.2.9", 9, {{"192.0.2.10", 9}, {"127.0.0.1", 2}}), {}, false},
        {far, to("192.0.2.9", 9, {{"127.0.0.1", 2}}), false},
        {to("192.0.2.9", 9, {{"192.0.2.10", 1}}), {}, true},
        {to("localhost", 1), {}, false},
        {to("lka.example.net", 2), {}, false},
        {to("::1", 1), {}, false},
        {to("::ffff:127.0.0.1", 1), {}, false},
        {to("0.0.0.0", 1), {}, false},
        {to("::", 2), {}, false},
        {to("127.0.0.1", 1, {}, Method::ftp), {}, false},
        {to("127.0.0.1", 1, {}, Method::cd), {}, true}, // goes nowhere by network
    };
    const auto ours = measure(1, to("127.0.0.1", 1), to("127.0.0.1", 2));
    for (const Case& one : cases) {
        CAPTURE(one.iri.peer.host);
        CAPTURE(one.iri.peer.port);
        std::vector<db::StoredMeasure> all = {ours, measure(2, one.iri, one.cc)};
        CHECK(tkuev::has_destination_alone(all, ours.measure) == one.alone);
        all[1].measure.life.state = li::State::cancelled; // it may owe something still
        CHECK(tkuev::has_destination_alone(all, ours.measure) == one.alone);
    }
    CHECK(tkuev::has_destination_alone(std::span(&ours, 1), ours.measure));
}

TEST_CASE("tkuev-ctl: a rehearsal gives passwords to our own gateway only")
{
    conf::Settings settings;
    for (const char* address : {"192.0.2.1:993", "*:143", "/run/imap"}) {
        conf::Listener listener;
        listener.address = address;
        listener.program = "imap-proxy";
        settings.listeners.push_back(listener);
    }
    const auto gate = [&](const std::string& named) {
        tkuev::Call call;
        call.options["imap"] = named;
        return tkuev::gates_of(call, settings).imap.value();
    };
    CHECK(tkuev::gates_of({}, settings).imap->address.text() == "192.0.2.1:993");
    CHECK_FALSE(tkuev::gates_of({}, settings).pop3);
    for (const char* ours :
         {"127.0.0.1:993", "127.0.0.9:143", "[::1]:10143", "192.0.2.1:993"}) {
        CHECK(gate(ours).address.text() == ours);
        CHECK(gate(ours).implicit_tls == std::string_view(ours).ends_with(":993"));
    }
    CHECK(gate("*:143").address.text() == "[::1]:143");
    for (const char* foreign : {"198.51.100.7:993", "192.0.2.1:143", "[2001:db8::7]:993",
                                "imap.example.org:993", "/run/imap", "", "993x"}) {
        CAPTURE(foreign);
        CHECK_THROWS_AS((void)gate(foreign), base::Failure);
    }
}
