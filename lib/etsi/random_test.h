// SPDX-License-Identifier: Apache-2.0
// etsi/random_test.h - values of every kind from a seed, for tests; all of them can be
// sent.
#pragma once

#include "etsi/pdu.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace etsi::samples {

class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed), content_(octets(70'000)) {}

    // Contents are views into this object.
    Pdu pdu()
    {
        Pdu pdu{header(), {}};
        const bool old = pdu.header.version < header_with_microseconds;
        switch (below(old ? 9 : 10)) {
        case 9:
            pdu.payload = Hi1Operation(operation());
            break;
        case 8:
        case 7:
        case 6:
            pdu.payload = tri(pdu.header.version);
            break;
        case 5:
        case 4:
            pdu.payload =
                several<CcPayload>([&] { return cc_payload(pdu.header.version); });
            break;
        default:
            pdu.payload = several<IriPayload>([&] { return iri_payload(); });
        }
        if (pdu.payload.index() > 1 && coin())
            pdu.header.cin.reset();
        return pdu;
    }

    EmailIri iri()
    {
        EmailIri iri;
        iri.version = between(oldest_email, newest_email);
        iri.event = static_cast<EmailEvent>(between(1, 9));
        maybe(iri.client, [&] { return address(); });
        maybe(iri.server, [&] { return address(); });
        maybe(iri.client_port, [&] { return static_cast<std::uint16_t>(number(16)); });
        maybe(iri.server_port, [&] { return static_cast<std::uint16_t>(number(16)); });
        iri.server_octets = number(63);
        iri.client_octets = number(63);
        iri.protocol = below(9) == 0 ? EmailProtocol::undefined
                                     : static_cast<EmailProtocol>(between(1, 4));
        maybe(iri.sender, [&] { return text(0, most_address); });
        maybe(iri.recipients, [&] { return recipients(); });
        iri.status = static_cast<EmailStatus>(between(1, 3));
        maybe(iri.total_recipients, [&] { return static_cast<std::uint32_t>(number(32)); });
        maybe(iri.message_id, [&] { return octets(below(100)); });
        maybe(iri.national, [&] { return octets(below(300)); });
        maybe(iri.national_country, [] { return std::string("DE"); });
        maybe(iri.aaa, [&] { return aaa(); });
        maybe(iri.validity, [&] { return static_cast<SenderValidity>(below(2)); });
        return iri;
    }

    std::size_t below(std::size_t end) { return engine_() % end; }
    std::string octets(std::size_t size)
    {
        std::string out(size, '\0');
        for (char& c : out)
            c = static_cast<char>(engine_());
        return out;
    }

private:
    bool coin() { return below(2) == 0; }
    unsigned between(unsigned least, unsigned most)
    {
        return least + static_cast<unsigned>(below(most - least + 1));
    }
    // Of any size up to so many bits.
    std::uint64_t number(unsigned bits) { return engine_() >> (64 - between(1, bits)); }
    template <class Value, class Make>
    void maybe(std::optional<Value>& value, const Make& make)
    {
        if (coin())
            value = make();
    }
    template <class Value, class Make>
    std::vector<Value> several(const Make& make)
    {
        std::vector<Value> all;
        do
            all.push_back(make());
        while (below(4) == 0);
        return all;
    }

    // UTF-8 of so many characters, with some that XER escapes.
    std::string text(std::size_t least, std::size_t most)
    {
        static const std::vector<std::string> characters = {"a",
                                                            "Z",
                                                            "0",
                                                            "@",
                                                            ".",
                                                            "<",
                                                            ">",
                                                            "&",
                                                            "\"",
                                                            " ",
                                                            "\xc3\xbc",
                                                            "\xe2\x82\xac",
                                                            "\xf0\x9f\x93\xa7"};
        std::string out;
        const std::size_t size = below(8) == 0 ? most : least + below(most - least + 1);
        for (std::size_t i = 0; i < size; ++i)
            out += characters[below(characters.size())];
        return out;
    }
    std::string printable(std::size_t least, std::size_t most)
    {
        constexpr std::string_view set = "AZaz09 '()+,-./:=?";
        std::string out(least + below(most - least + 1), ' ');
        for (char& c : out)
            c = set[below(set.size())];
        return out;
    }
    std::string country() { return coin() ? "" : coin() ? "DE" : "AT"; }
    MicroTime time()
    {
        const auto micros = static_cast<std::uint32_t>(below(1'000'000));
        return {number(32), below(3) == 0 ? micros / 1000 * 1000 : micros};
    }
    PsHeader header()
    {
        PsHeader header;
        header.version = coin() ? newest_header : between(oldest_header, newest_header);
        header.liid = octets(1 + below(most_liid));
        header.authorization_country = country();
        header.operator_id = octets(1 + below(most_operator_id));
        header.network_element = octets(below(most_network_element + 1));
        header.cin = static_cast<std::uint32_t>(number(32));
        header.delivery_country = country();
        header.sequence_number = static_cast<std::uint32_t>(number(32));
        header.interception_point = printable(0, most_interception_point);
        maybe(header.time, [&] { return time(); });
        header.qualifier = static_cast<TimeQualifier>(below(4));
        return header;
    }
    IpAddress address()
    {
        IpAddress address;
        address.v6 = coin();
        const std::string bytes = octets(address.v6 ? 16 : 4);
        std::copy(bytes.begin(), bytes.end(), address.octets.begin());
        address.assignment = static_cast<IpAssignment>(between(1, 3));
        maybe(address.nat_translated, [&] { return coin(); });
        return address;
    }
    std::vector<std::string> recipients()
    {
        std::vector<std::string> all(below(50) == 0 ? most_recipients : below(4));
        for (std::string& one : all)
            one = text(0, all.size() > 4 ? 9 : most_address);
        return all;
    }
    AaaInformation aaa()
    {
        AaaInformation aaa;
        aaa.kind = static_cast<AaaKind>(below(3));
        aaa.username = text(0, most_username);
        maybe(aaa.result, [&] { return static_cast<AaaResult>(between(1, 3)); });
        if (aaa.kind != AaaKind::smtp) {
            maybe(aaa.password, [&] { return text(0, most_username); });
            return aaa;
        }
        maybe(aaa.method, [&] { return static_cast<AaaMethod>(between(1, 3)); });
        maybe(aaa.challenge, [&] { return octets(below(90)); });
        maybe(aaa.response, [&] { return octets(below(90)); });
        return aaa;
    }
    PayloadDirection direction(unsigned version)
    {
        return static_cast<PayloadDirection>(
            below(version < header_with_microseconds ? 2 : 5));
    }
    IriPayload iri_payload()
    {
        IriPayload payload;
        maybe(payload.type, [&] { return static_cast<IriType>(between(1, 4)); });
        payload.iri = iri();
        maybe(payload.time, [&] { return time(); });
        payload.qualifier = static_cast<TimeQualifier>(below(4));
        maybe(payload.session_direction, [&] { return direction(newest_header); });
        maybe(payload.payload_direction, [&] { return direction(newest_header); });
        return payload;
    }
    CcPayload cc_payload(unsigned version)
    {
        CcPayload payload;
        maybe(payload.direction, [&] { return direction(version); });
        payload.cc.version = between(oldest_email, newest_email);
        payload.cc.format = static_cast<EmailFormat>(between(1, 2));
        payload.cc.content = std::string_view(content_).substr(
            0, number(16)); // of any size: a length in one, two, three octets
        maybe(payload.time, [&] { return time(); });
        payload.qualifier = static_cast<TimeQualifier>(below(4));
        return payload;
    }
    Tri tri(unsigned version)
    {
        constexpr TriFlag flags[] = {TriFlag::test_pdu,
                                     TriFlag::keep_alive,
                                     TriFlag::keep_alive_response,
                                     TriFlag::first_segment,
                                     TriFlag::last_segment,
                                     TriFlag::cin_reset,
                                     TriFlag::option_complete,
                                     TriFlag::acknowledgement_request,
                                     TriFlag::acknowledgement_response};
        const bool old = version < header_with_microseconds;
        switch (below(old ? 3 : 6)) {
        case 0:
            return flags[below(old ? 5 : std::size(flags))];
        case 1:
            return integrity(version);
        case 2:
            return PaddingPdu{octets(below(300))};
        case 3:
            return OperatorLeaMessage{static_cast<MessagePriority>(between(1, 2)),
                                      octets(1 + below(most_operator_message))};
        case 4:
            return OptionRequest{coin()};
        default:
            return OptionResponse{coin(), coin()};
        }
    }
    IntegrityCheck integrity(unsigned version)
    {
        IntegrityCheck check;
        do
            check.sequence_numbers.push_back(static_cast<std::uint32_t>(number(32)));
        while (below(20) != 0);
        check.data = static_cast<DataType>(between(1, 2));
        check.value = octets(1 + below(80));
        if (coin()) {
            maybe(check.hash, [&] { return static_cast<HashAlgorithm>(between(1, 4)); });
            return check;
        }
        check.type = CheckType::signature;
        const unsigned last = version < header_with_qualifier ? 2 : 3;
        maybe(check.signature,
              [&] { return static_cast<SignatureAlgorithm>(between(1, last)); });
        return check;
    }
    Hi1Time hi1_time()
    {
        Hi1Time out;
        out.time = {number(31), static_cast<std::uint32_t>(below(1'000'000))};
        if (coin()) {
            out.offset_minutes = coin() ? 60 : 120;
            out.season = static_cast<Season>(below(3));
        }
        return out;
    }
    Hi1Operation operation()
    {
        if (coin()) {
            Hi1Notification notice;
            notice.kind = static_cast<Hi1Kind>(between(1, 3));
            notice.domain_id = coin();
            notice.liid = octets(1 + below(most_liid));
            notice.operator_id = octets(below(most_hi1_operator + 1));
            notice.time = hi1_time();
            notice.target_information = octets(below(most_target_information + 1));
            return notice;
        }
        AlarmIndicator alarm;
        alarm.domain_id = coin();
        alarm.operator_id = octets(below(most_hi1_operator + 1));
        alarm.time = hi1_time();
        alarm.alarm_information = octets(1 + below(most_alarm_information));
        alarm.liid = octets(below(most_liid + 1));
        return alarm;
    }

    std::mt19937_64 engine_;
    std::string content_;
};

} // namespace etsi::samples
