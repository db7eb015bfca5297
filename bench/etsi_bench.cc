// SPDX-License-Identifier: Apache-2.0
// bench/etsi_bench.cc - the encoder of the hand-over alone: PDUs per second.
//
//     bench-etsi_bench [BYTES [SECONDS]]
//
// Content PDUs of BYTES (38000), each with one allocation of its own; events; and both read
// back.
#include "base/clock.h"
#include "etsi/received.h"

#include <fmt/format.h>

#include <cstdlib>
#include <string>

namespace {

etsi::PsHeader header()
{
    etsi::PsHeader header;
    header.liid = "BKA-TEST-0001";
    header.authorization_country = header.delivery_country = "DE";
    header.operator_id = "49999";
    header.network_element = "sponts-1";
    header.cin = 1;
    header.time = etsi::MicroTime{1735732800, 123456};
    return header;
}

etsi::Pdu content_of(std::string_view mail)
{
    etsi::CcPayload payload;
    payload.direction = etsi::PayloadDirection::to_target;
    payload.cc.content = mail;
    return {header(), etsi::CcPayloads{payload}};
}

etsi::Pdu event()
{
    etsi::IriPayload payload;
    payload.type = etsi::IriType::report;
    payload.iri.event = etsi::EmailEvent::receive;
    payload.iri.client = etsi::IpAddress::parse("192.0.2.10");
    payload.iri.server = etsi::IpAddress::parse("2001:db8::25");
    payload.iri.sender = "anna@example.de";
    payload.iri.recipients = {"bob@example.org", "carl@example.org"};
    payload.iri.message_id = "<1@example.de>";
    return {header(), etsi::IriPayloads{payload}};
}

template <class Step>
void measure(std::string_view what, double seconds, const Step& step)
{
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    const base::SteadyTime start = base::Steady::now();
    std::chrono::duration<double> spent{};
    do {
        for (int i = 0; i < 1000; ++i)
            bytes += step();
        count += 1000;
        spent = base::Steady::now() - start;
    } while (spent.count() < seconds);
    const auto number = static_cast<double>(count);
    fmt::print("{:<18} {:10.0f} PDU/s {:7.3f} us each {:8.0f} MB/s\n", what,
               number / spent.count(), spent.count() * 1e6 / number,
               static_cast<double>(bytes) / spent.count() / 1e6);
}

void measure_both(const std::string& name, etsi::Pdu pdu, double seconds)
{
    measure("write " + name, seconds, [&pdu] {
        ++pdu.header.sequence_number;
        return etsi::encode(pdu).value().size();
    });
    const std::string octets = etsi::encode(pdu).value();
    measure("read " + name, seconds, [&octets] {
        return etsi::read_pdu(octets, etsi::Rules::der).has_value() ? octets.size() : 0;
    });
}

} // namespace

int main(int argc, char** argv)
{
    const std::size_t bytes = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 38'000;
    const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 1.0;
    const std::string mail(bytes, 'x');
    measure_both("content", content_of(mail), seconds);
    measure_both("event", event(), seconds);
    return 0;
}
