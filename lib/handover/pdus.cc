// SPDX-License-Identifier: Apache-2.0
#include "handover/pdus.h"

#include "base/failure.h"
#include "etsi/fit.h"
#include "etsi/national_keys.h"
#include "etsi/segment.h"
#include "seal/digest.h"
#include "text/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace handover {

namespace {

namespace key = etsi::key;

etsi::EmailEvent of_gap(const li::Event& event)
{
    if (event.protocol == li::Protocol::smtp)
        return event.direction == li::Direction::from_target ? etsi::EmailEvent::send
                                                             : etsi::EmailEvent::receive;
    return event.direction == li::Direction::from_target ? etsi::EmailEvent::upload
                                                         : etsi::EmailEvent::download;
}

etsi::EmailEvent email_event(const li::Event& event)
{
    switch (event.what) {
    case li::What::login:
        return etsi::EmailEvent::logon;
    case li::What::login_failed:
        return etsi::EmailEvent::logon_failure;
    case li::What::login_attempt:
        return etsi::EmailEvent::logon_attempt;
    case li::What::logout:
        return etsi::EmailEvent::logoff;
    case li::What::sent:
    case li::What::forwarded:
        return etsi::EmailEvent::send;
    case li::What::received:
        return etsi::EmailEvent::receive;
    case li::What::fetched:
        return etsi::EmailEvent::download;
    case li::What::partially_fetched:
        return etsi::EmailEvent::partial_download;
    case li::What::stored:
        return etsi::EmailEvent::upload;
    case li::What::gap:
        return of_gap(event);
    }
    return etsi::EmailEvent::send;
}

bool is_about_mail(li::What what)
{
    return what >= li::What::sent;
}

etsi::AaaInformation aaa_of(const li::Event& event)
{
    etsi::AaaInformation aaa;
    aaa.kind = event.protocol == li::Protocol::pop3   ? etsi::AaaKind::pop3
               : event.protocol == li::Protocol::imap ? etsi::AaaKind::imap
                                                      : etsi::AaaKind::smtp;
    aaa.username = event.user;
    if (aaa.kind == etsi::AaaKind::smtp)
        aaa.method = event.mechanism == "CRAM-MD5"     ? etsi::AaaMethod::cram_md5
                     : event.mechanism == "DIGEST-MD5" ? etsi::AaaMethod::digest_md5
                                                       : etsi::AaaMethod::undefined;
    aaa.result = event.what == li::What::login_failed    ? etsi::AaaResult::failed
                 : event.what == li::What::login_attempt ? etsi::AaaResult::unknown
                                                         : etsi::AaaResult::succeeded;
    return aaa;
}

void put_address(std::optional<etsi::IpAddress>& address,
                 std::optional<std::uint16_t>& port, const li::Endpoint& endpoint)
{
    address = etsi::IpAddress::parse(endpoint.address);
    if (endpoint.port != 0)
        port = endpoint.port;
}

class National {
public:
    void put(std::string_view name, std::string_view value)
    {
        if (!value.empty())
            pairs.emplace_back(name, value);
    }
    void put(std::string_view name, std::uint64_t value)
    {
        if (value != 0)
            pairs.emplace_back(name, std::to_string(value));
    }
    void put_time(std::string_view name, std::int64_t time)
    {
        if (time > 0)
            put(name, etsi::generalized_time_text(etsi::MicroTime::from_microseconds(
                          static_cast<std::uint64_t>(time))));
    }

    etsi::NationalPairs pairs;
};

void put_content_facts(National& national, const li::Event& event)
{
    national.put(key::content_octets, event.content_octets);
    const bool digest =
        std::ranges::any_of(event.content_digest, [](auto octet) { return octet != 0; });
    if (digest)
        national.put(key::content_digest, seal::hex(event.content_digest));
}

etsi::NationalPairs national_of(const li::Event& event)
{
    National out;
    out.put(key::event, event_name(event.what));
    out.put(key::leg, event.leg);
    out.put(key::session, event.session);
    out.put_time(key::session_begin, event.session_begin);
    out.put_time(key::session_end, event.session_end);
    out.put(key::tls, event.tls);
    out.put(key::mechanism, event.mechanism);
    out.put(key::mailbox, event.mailbox);
    out.put(key::matched, event.matched);
    out.put(key::queue_id, event.queue_id);
    out.put(key::size, event.size);
    out.put(key::cause_layer, event.cause.layer);
    out.put(key::cause_code, event.cause.code);
    out.put(key::cause_enhanced, event.cause.enhanced);
    out.put(key::cause_text, event.cause.text);
    for (const auto& [name, value] : event.features)
        out.put(key::feature, fmt::format("{}={}", name, value));
    for (const std::string& address : event.forward_chain)
        out.put(key::forward, address);
    out.put(key::duplicate_of, event.duplicate_of);
    put_content_facts(out, event);
    return std::move(out.pairs);
}

// As much as the field may hold; the rest of an endless list is dropped from its end.
std::string national_text(etsi::NationalPairs pairs)
{
    auto text = etsi::national_text(pairs);
    while (!text && !pairs.empty()) {
        pairs.pop_back();
        text = etsi::national_text(pairs);
    }
    return text.value_or("");
}

[[noreturn]] void refuse(const etsi::Fault& fault)
{
    throw base::Failure(base::Remedy::fix_data, "cannot encode: " + fault.text());
}

void put_pdu(std::string& out, const etsi::Pdu& pdu)
{
    if (const auto done = etsi::append(out, pdu); !done)
        refuse(done.error());
}

const std::string& chosen(const std::string& own, const std::string& otherwise)
{
    return own.empty() ? otherwise : own;
}

std::string text_of(const seal::Digest& digest)
{
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Of what was appended.
PduPlace place_behind(std::string_view out, std::size_t before, std::uint32_t cin,
                      std::uint32_t number)
{
    return {cin, number, before, out.size() - before, seal::sha256(out.substr(before))};
}

// PDUs whose own digests are known: that of one alone is not made again.
class Hashed : public etsi::Digest {
public:
    void update(std::string_view octets) override { pdus_.push_back(octets); }
    void know(const seal::Digest& last) { last_ = last; }
    std::string finish() override
    {
        std::string all;
        if (pdus_.size() > 1)
            for (const std::string_view pdu : pdus_)
                all += pdu;
        const seal::Digest digest = pdus_.size() == 1 ? last_ : seal::sha256(all);
        pdus_.clear();
        return text_of(digest);
    }

private:
    std::vector<std::string_view> pdus_; // they outlive this
    seal::Digest last_{};
};

// What is to be signed, all at once; who signs digests it.
class Collected : public etsi::Digest {
public:
    void update(std::string_view octets) override { octets_ += octets; }
    std::string finish() override
    {
        last_ = std::move(octets_);
        octets_.clear();
        return {};
    }
    [[nodiscard]] const std::string& last() const { return last_; }

private:
    std::string octets_;
    std::string last_;
};

// The checks of one communication.
class Checks {
public:
    Checks(std::string& out, etsi::DataType data, etsi::PsHeader header,
           const CheckNumber& number, const SignOctets& sign)
        : out_(out), header_(std::move(header)), number_(number),
          hashes_(data, hashed_, etsi::HashAlgorithm::sha256, hashed_pdus),
          signatures_(
              data, signed_, etsi::SignatureAlgorithm::ecdsa,
              [this, &sign](std::string_view) { return sign(signed_.last()); },
              signed_hashes)
    {
    }

    void add(const PduPlace& place, std::string_view pdu)
    {
        hashed_.know(place.digest);
        if (hashes_.add(place.number, pdu))
            put_hash();
    }
    void finish()
    {
        put_hash();
        put_signature();
    }

private:
    void put_hash()
    {
        auto check = hashes_.take();
        if (!check)
            return;
        const std::size_t before = out_.size();
        const std::uint32_t number = put(*std::move(check));
        if (signatures_.add(number, std::string_view(out_).substr(before)))
            put_signature();
    }
    void put_signature()
    {
        if (auto check = signatures_.take())
            put(*std::move(check));
    }
    std::uint32_t put(etsi::IntegrityCheck check)
    {
        const std::uint32_t number = number_(*header_.cin);
        put_pdu(out_, etsi::check_pdu(header_, number, *header_.time, std::move(check)));
        return number;
    }

    std::string& out_;
    etsi::PsHeader header_;
    const CheckNumber& number_;
    Hashed hashed_;
    Collected signed_;
    etsi::IntegrityChecker hashes_;
    etsi::IntegrityChecker signatures_;
};

} // namespace

std::string_view event_name(li::What what)
{
    static constexpr std::array<std::string_view, 11> names = {"login",
                                                               "login_failed",
                                                               "login_attempt",
                                                               "logout",
                                                               "mail_sent",
                                                               "mail_received",
                                                               "mail_fetched",
                                                               "mail_partially_fetched",
                                                               "mail_stored",
                                                               "mail_forwarded",
                                                               "gap"};
    return names[static_cast<std::size_t>(what)];
}

etsi::IriType iri_type(const li::Event& event, li::Records records, bool in_session)
{
    if (records == li::Records::report)
        return etsi::IriType::report;
    if (event.what == li::What::login)
        return etsi::IriType::begin;
    if (event.what == li::What::logout)
        return in_session ? etsi::IriType::end : etsi::IriType::report;
    const bool continues =
        event.what == li::What::sent && event.status == li::Status::succeeded;
    return continues && in_session ? etsi::IriType::continuation : etsi::IriType::report;
}

etsi::PsHeader header_of(const li::Measure& measure, const li::Sender& sender,
                         std::uint32_t cin, std::uint32_t number, std::int64_t time)
{
    etsi::PsHeader header;
    header.version = measure.header_version;
    header.liid = measure.reference;
    header.authorization_country = chosen(measure.country_authorisation, sender.country);
    header.delivery_country = chosen(measure.country_delivery, sender.country);
    header.operator_id = chosen(measure.operator_id, sender.operator_id);
    header.network_element = chosen(measure.network_element, sender.network_element);
    header.interception_point =
        chosen(measure.interception_point, sender.interception_point);
    header.cin = cin;
    header.sequence_number = number;
    header.time = etsi::MicroTime::from_microseconds(static_cast<std::uint64_t>(time));
    return header;
}

etsi::EmailIri email_iri(const li::Event& event, unsigned version)
{
    etsi::EmailIri iri;
    iri.version = version;
    iri.event = email_event(event);
    put_address(iri.client, iri.client_port, event.client);
    put_address(iri.server, iri.server_port, event.server);
    iri.client_octets = event.client_octets;
    iri.server_octets = event.server_octets;
    iri.protocol = event.protocol == li::Protocol::smtp   ? etsi::EmailProtocol::smtp
                   : event.protocol == li::Protocol::pop3 ? etsi::EmailProtocol::pop3
                                                          : etsi::EmailProtocol::imap4;
    iri.status = event.status == li::Status::succeeded ? etsi::EmailStatus::succeeded
                 : event.status == li::Status::failed  ? etsi::EmailStatus::failed
                                                       : etsi::EmailStatus::unknown;
    if (is_about_mail(event.what)) {
        if (!event.sender.empty() || event.protocol == li::Protocol::smtp)
            iri.sender = event.sender;
        if (!event.recipients.empty())
            iri.recipients = event.recipients;
        if (event.total_recipients > 0)
            iri.total_recipients = event.total_recipients;
        if (!event.message_id.empty())
            iri.message_id = event.message_id;
    }
    if (!event.user.empty())
        iri.aaa = aaa_of(event);
    if (event.what == li::What::sent)
        iri.validity = event.sender_validated ? etsi::SenderValidity::validated
                                              : etsi::SenderValidity::nonvalidated;
    etsi::NationalPairs pairs = national_of(event);
    std::ranges::move(etsi::fit(iri), std::back_inserter(pairs));
    iri.national = national_text(std::move(pairs));
    return iri;
}

PduPlace append_event(std::string& out, const li::Measure& measure,
                      const li::Sender& sender, const li::Event& event, etsi::IriType type,
                      std::uint32_t cin, std::uint32_t number)
{
    etsi::IriPayload payload;
    payload.type = type;
    payload.iri = email_iri(event, measure.email_version);
    const std::size_t before = out.size();
    put_pdu(out, {header_of(measure, sender, cin, number, event.time),
                  etsi::IriPayloads{std::move(payload)}});
    return place_behind(out, before, cin, number);
}

std::uint32_t pdus_of_content(std::size_t size)
{
    return static_cast<std::uint32_t>(etsi::SegmentPlan(size, segment_size).steps());
}

void append_content(std::string& out, std::vector<PduPlace>& places,
                    const li::Measure& measure, const li::Sender& sender,
                    const li::Event& event, std::string_view content, std::uint32_t cin,
                    std::uint32_t number)
{
    etsi::CcPayload payload;
    payload.direction = event.direction == li::Direction::from_target
                            ? etsi::PayloadDirection::from_target
                            : etsi::PayloadDirection::to_target;
    payload.cc.version = measure.email_version;
    payload.cc.content = content;
    const etsi::Pdu whole{header_of(measure, sender, cin, number, event.time),
                          etsi::CcPayloads{payload}};
    const etsi::SegmentPlan plan(content.size(), segment_size);
    for (std::size_t i = 0; i < plan.steps(); ++i) {
        const std::size_t before = out.size();
        put_pdu(out, etsi::segment_pdu(whole, plan, i));
        places.push_back(
            place_behind(out, before, cin, number + static_cast<std::uint32_t>(i)));
    }
}

void append_checks(std::string& out, std::string_view octets,
                   const std::vector<PduPlace>& places, etsi::DataType data,
                   const li::Measure& measure, const li::Sender& sender, std::int64_t time,
                   const CheckNumber& number, const SignOctets& sign)
{
    std::map<std::uint32_t, std::vector<const PduPlace*>> by_cin;
    for (const PduPlace& place : places)
        by_cin[place.cin].push_back(&place);
    for (const auto& [cin, its] : by_cin) {
        Checks checks(out, data, header_of(measure, sender, cin, 0, time), number, sign);
        for (const PduPlace* place : its)
            checks.add(*place, octets.substr(place->offset, place->size));
        checks.finish();
    }
}

} // namespace handover
