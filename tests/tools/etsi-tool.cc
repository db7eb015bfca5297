// SPDX-License-Identifier: Apache-2.0
// etsi-tool - PDUs of random values, and what a reader should make of them.
//
//     etsi-tool golden                the five golden vectors, a line of hexadecimal each
//     etsi-tool random SEED COUNT     COUNT PDUs of random values
//     etsi-tool stream SEED COUNT     the same as octets, one after another
//     etsi-tool values SEED COUNT     their values as canonical XER, a line each
//     etsi-tool flipped SEED COUNT    the same PDUs, each with one octet changed
//
// XER is written from the values alone.  Names, and the rule which version has which field,
// stand here a second time, so that a slip in lib/etsi does not confirm itself.
#include "etsi/pdu.h"
#include "etsi/random_test.h"
#include "etsi/samples_test.h"
#include "text/base64.h"
#include "text/lines.h"

#include <functional>
#include <initializer_list>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace etsi;

using Names = std::vector<std::string_view>; // from 0; "" where there is no value

std::string element(std::string_view name, std::string_view content)
{
    return "<" + std::string(name) + ">" + std::string(content) + "</" + std::string(name) +
           ">";
}

std::string name_of(std::size_t value, const Names& names)
{
    return "<" + std::string(names.at(value)) + "/>";
}

template <class Enumerated>
std::string choice(std::string_view name, Enumerated value, const Names& names)
{
    return element(name, name_of(static_cast<std::size_t>(value), names));
}

template <class Value>
std::string maybe_choice(std::string_view name, const std::optional<Value>& value,
                         const Names& names)
{
    return value ? choice(name, *value, names) : "";
}

std::string number(std::string_view name, std::uint64_t value)
{
    return element(name, std::to_string(value));
}

template <class Value>
std::string maybe_number(std::string_view name, const std::optional<Value>& value)
{
    return value ? number(name, *value) : "";
}

std::string hex(std::string_view name, std::string_view octets)
{
    return element(name, text::to_upper(text::hex(octets)));
}

std::string maybe_hex(std::string_view name, const std::optional<std::string>& octets)
{
    return octets ? hex(name, *octets) : "";
}

std::string unless_empty(std::string_view name, std::string_view content)
{
    return content.empty() ? "" : element(name, content);
}

std::string utf8(std::string_view name, std::string_view content)
{
    std::string escaped;
    for (const char c : content)
        escaped += c == '<'   ? "&lt;"
                   : c == '>' ? "&gt;"
                   : c == '&' ? "&amp;"
                              : std::string(1, c);
    return element(name, escaped);
}

std::string maybe_utf8(std::string_view name, const std::optional<std::string>& content)
{
    return content ? utf8(name, *content) : "";
}

const Names qualifiers = {"unknown", "timeOfInterception", "timeOfMediation",
                          "timeOfAggregation"};
const Names directions = {"fromTarget", "toTarget", "indeterminate", "combined",
                          "notapplicable"};
const Names results = {"", "resultUnknown", "aAAFailed", "aAASucceeded"};

std::string early_time(const std::optional<MicroTime>& time, unsigned version)
{
    return time && version < 17 ? element("timeStamp", generalized_time_text(*time)) : "";
}

std::string late_time(const std::optional<MicroTime>& time, TimeQualifier qualifier,
                      unsigned version)
{
    if (!time || version < 17)
        return "";
    return element("microSecondTimeStamp", number("seconds", time->seconds) +
                                               number("microSeconds", time->micros)) +
           (version >= 40 ? choice("timeStampQualifier", qualifier, qualifiers) : "");
}

std::string header(const PsHeader& header)
{
    const std::string network =
        hex("operatorIdentifier", header.operator_id) +
        (header.network_element.empty()
             ? ""
             : hex("networkElementIdentifier", header.network_element));
    return element(
        "pSHeader",
        element("li-psDomainId", "0.4.0.2.2.5.1." + std::to_string(header.version)) +
            hex("lawfulInterceptionIdentifier", header.liid) +
            unless_empty("authorizationCountryCode", header.authorization_country) +
            element("communicationIdentifier",
                    element("networkIdentifier", network) +
                        maybe_number("communicationIdentityNumber", header.cin) +
                        unless_empty("deliveryCountryCode", header.delivery_country)) +
            number("sequenceNumber", header.sequence_number) +
            early_time(header.time, header.version) +
            (header.version < 17
                 ? ""
                 : unless_empty("interceptionPointID", header.interception_point)) +
            late_time(header.time, header.qualifier, header.version));
}

std::string address(std::string_view name, const std::optional<IpAddress>& address,
                    unsigned email_version)
{
    if (!address)
        return "";
    std::string nat;
    if (address->nat_translated && email_version >= 20)
        nat =
            element("iP-NAT-translated", *address->nat_translated ? "<true/>" : "<false/>");
    return element(name, choice("iP-type", address->v6, {"iPV4", "iPV6"}) +
                             element("iP-value", hex("iPBinaryAddress", address->bytes())) +
                             choice("iP-assignment", address->assignment,
                                    {"", "static", "dynamic", "notKnown"}) +
                             (address->v6 ? number("iPv6PrefixLength", 128)
                                          : hex("iPv4SubnetMask", "\xff\xff\xff\xff")) +
                             nat);
}

std::string login(const AaaInformation& aaa)
{
    const Names names = {"pOP3AAAInformation", "aSMTPAAAInformation", "iMAPAAAInformation"};
    return element(
        "aAAInformation",
        element(names.at(static_cast<std::size_t>(aaa.kind)),
                utf8("username", aaa.username) + maybe_utf8("password", aaa.password) +
                    maybe_choice("authMethod", aaa.method,
                                 {"", "undefinedAuthMethod", "cramMD5", "digestMD5"}) +
                    maybe_hex("challenge", aaa.challenge) +
                    maybe_hex("response", aaa.response) +
                    maybe_choice("aAAResult", aaa.result, results)));
}

std::string recipients(const EmailIri& iri)
{
    if (!iri.recipients)
        return "";
    std::string all;
    for (const std::string& one : *iri.recipients)
        all += utf8("MailAddress", one);
    return element("e-mail-Recipients", all);
}

std::string protocol(const EmailIri& iri)
{
    const bool known = iri.protocol != EmailProtocol::undefined;
    return choice("protocol-ID", known ? iri.protocol : EmailProtocol{},
                  {"undefined", "smtp", "pop3", "imap4", "webmail"});
}

std::string event(const EmailIri& iri)
{
    const Names events = {"",
                          "e-mail-send",
                          "e-mail-receive",
                          "e-mail-download",
                          "e-mail-logon-attempt",
                          "e-mail-logon",
                          "e-mail-logon-failure",
                          "e-mail-logoff",
                          "e-mail-partial-download",
                          "e-mail-upload"};
    const bool with_login =
        iri.aaa && (iri.aaa->kind != AaaKind::imap || iri.version >= 20);
    return element("emailIRIObjId", "5.2." + std::to_string(iri.version) + ".1") +
           choice("eventType", iri.event, events) +
           address("client-Address", iri.client, iri.version) +
           address("server-Address", iri.server, iri.version) +
           maybe_number("client-Port", iri.client_port) +
           maybe_number("server-Port", iri.server_port) +
           number("server-Octets-Sent", iri.server_octets) +
           number("client-Octets-Sent", iri.client_octets) + protocol(iri) +
           maybe_utf8("e-mail-Sender", iri.sender) + recipients(iri) +
           choice("status", iri.status,
                  {"", "status-unknown", "operation-failed", "operation-succeeded"}) +
           maybe_number("total-Recipient-Count", iri.total_recipients) +
           maybe_hex("message-ID", iri.message_id) +
           maybe_hex("nationalParameter", iri.national) +
           (iri.national_country ? element("national-EM-ASN1parameters",
                                           element("countryCode", *iri.national_country))
                                 : "") +
           (with_login ? login(*iri.aaa) : "") +
           maybe_choice("e-mail-Sender-Validity", iri.validity,
                        {"validated", "nonvalidated"});
}

std::string body(const IriPayloads& payloads, unsigned version)
{
    std::string all;
    for (const IriPayload& one : payloads)
        all += element(
            "IRIPayload",
            maybe_choice("iRIType", one.type,
                         {"", "iRI-Begin", "iRI-End", "iRI-Continue", "iRI-Report"}) +
                early_time(one.time, version) +
                element("iRIContents", element("emailIRI", event(one.iri))) +
                late_time(one.time, one.qualifier, version) +
                (version < 40
                     ? ""
                     : maybe_choice("sessionDirection", one.session_direction, directions) +
                           maybe_choice("payloadDirection", one.payload_direction,
                                        directions)));
    return element("iRIPayloadSequence", all);
}

std::string body(const CcPayloads& payloads, unsigned version)
{
    std::string all;
    for (const CcPayload& one : payloads)
        all += element(
            "CCPayload",
            maybe_choice("payloadDirection", one.direction, directions) +
                early_time(one.time, version) +
                element("cCContents",
                        element("emailCC",
                                element("emailCCObjId",
                                        "5.2." + std::to_string(one.cc.version) + ".2") +
                                    choice("email-Format", one.cc.format,
                                           {"", "ip-packet", "application"}) +
                                    hex("content", one.cc.content))) +
                late_time(one.time, one.qualifier, version));
    return element("cCPayloadSequence", all);
}

std::string options(std::string_view name, bool acknowledgement)
{
    return element(name,
                   acknowledgement ? "<pDUAcknowledgement></pDUAcknowledgement>" : "");
}

std::string alternative(TriFlag flag, unsigned)
{
    const Names names = {"",
                         "testPDU",
                         "",
                         "keep-alive",
                         "keep-aliveResponse",
                         "firstSegmentFlag",
                         "lastSegmentFlag",
                         "cINReset",
                         "",
                         "",
                         "",
                         "optionComplete",
                         "pDUAcknowledgementRequest",
                         "pDUAcknowledgementResponse"};
    return element(names.at(static_cast<std::size_t>(flag)), "");
}

std::string alternative(const IntegrityCheck& check, unsigned version)
{
    std::string numbers;
    for (const std::uint32_t one : check.sequence_numbers)
        numbers += number("SeqNo", one);
    return element("integrityCheck",
                   element("includedSequenceNumbers", numbers) +
                       choice("checkType", check.type, {"", "hash", "signature"}) +
                       choice("dataType", check.data, {"", "iRI", "cC"}) +
                       hex("checkValue", check.value) +
                       (version < 17
                            ? ""
                            : maybe_choice("hashAlgorithm", check.hash,
                                           {"", "sHA-1", "sHA-256", "sHA-384", "sHA-512"}) +
                                  maybe_choice("signatureAlgorithm", check.signature,
                                               {"", "dSA", "eCDSA", "edDSA"})));
}

std::string alternative(const PaddingPdu& padding, unsigned)
{
    return hex("paddingPDU", padding.octets);
}

std::string alternative(const OperatorLeaMessage& message, unsigned)
{
    return element("operatorLeaMessage", choice("messagePriority", message.priority,
                                                {"", "error", "informational"}) +
                                             hex("message", message.message));
}

std::string alternative(const OptionRequest& request, unsigned)
{
    return element("optionRequest", options("requestedOptions", request.acknowledgement));
}

std::string alternative(const OptionResponse& response, unsigned)
{
    return element("optionResponse",
                   options("acceptedOptions", response.acknowledgement_accepted) +
                       options("declinedOptions", response.acknowledgement_declined));
}

std::string body(const Tri& tri, unsigned version)
{
    return element(
        "tRIPayload",
        std::visit([version](const auto& one) { return alternative(one, version); }, tri));
}

std::string moment(const Hi1Time& time)
{
    if (!time.offset_minutes)
        return element("timeStamp", element("utcTime", utc_time_text(time.time)));
    return element(
        "timeStamp",
        element("localTime", element("generalizedTime",
                                     local_time_text(time.time, *time.offset_minutes)) +
                                 choice("winterSummerIndication", time.season,
                                        {"notProvided", "winterTime", "summerTime"})));
}

std::string domain(bool there)
{
    return there ? element("domainID", "0.4.0.2.2.0.1.6") : "";
}

std::string hi1_operator(const std::string& id)
{
    return id.empty()
               ? ""
               : element("communicationIdentifier",
                         element("network-Identifier", hex("operator-Identifier", id)));
}

std::string notice(const Hi1Notification& notice)
{
    const Names names = {"", "liActivated", "liDeactivated", "liModified"};
    return element(names.at(static_cast<std::size_t>(notice.kind)),
                   domain(notice.domain_id) +
                       hex("lawfulInterceptionIdentifier", notice.liid) +
                       hi1_operator(notice.operator_id) + moment(notice.time) +
                       (notice.target_information.empty()
                            ? ""
                            : hex("target-Information", notice.target_information)));
}

std::string notice(const AlarmIndicator& alarm)
{
    return element(
        "alarms-indicator",
        domain(alarm.domain_id) + hi1_operator(alarm.operator_id) + moment(alarm.time) +
            hex("alarm-information", alarm.alarm_information) +
            (alarm.liid.empty() ? "" : hex("lawfulInterceptionIdentifier", alarm.liid)));
}

std::string body(const Hi1Operation& operation, unsigned)
{
    return element("hI1-Operation",
                   std::visit([](const auto& one) { return notice(one); }, operation));
}

std::string xer(const Pdu& pdu)
{
    return element("PS-PDU", header(pdu.header) +
                                 element("payload", std::visit(
                                                        [&pdu](const auto& one) {
                                                            return body(one,
                                                                        pdu.header.version);
                                                        },
                                                        pdu.payload)));
}

std::string flipped(std::string octets, samples::Random& random)
{
    octets[random.below(octets.size())] ^= static_cast<char>(1 + random.below(255));
    return octets;
}

void each(std::uint64_t seed, std::uint64_t count,
          const std::function<void(const Pdu&, const std::string&)>& show)
{
    samples::Random random(seed);
    for (std::uint64_t i = 0; i < count; ++i) {
        const Pdu pdu = random.pdu();
        show(pdu, encode(pdu).value());
    }
}

void golden()
{
    for (const Pdu& pdu : {samples::event(), samples::content(), samples::keep_alive(),
                           samples::first_segment(), samples::hash_of_event()})
        std::cout << text::hex(encode(pdu).value()) << '\n';
}

} // namespace

int main(int argc, char** argv)
{
    std::ios::sync_with_stdio(false);
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "golden") {
        golden();
        return 0;
    }
    if (argc != 4)
        return 64;
    samples::Random flips(std::stoull(argv[2]) + 1);
    const std::map<std::string, std::function<void(const Pdu&, const std::string&)>> ways =
        {{"random", [](auto&, auto& octets) { std::cout << text::hex(octets) << '\n'; }},
         {"stream", [](auto&, auto& octets) { std::cout << octets; }},
         {"values", [](auto& pdu, auto&) { std::cout << xer(pdu) << '\n'; }},
         {"flipped", [&flips](auto&, auto& octets) {
              std::cout << text::hex(flipped(octets, flips)) << '\n';
          }}};
    const auto way = ways.find(what);
    if (way == ways.end())
        return 64;
    each(std::stoull(argv[2]), std::stoull(argv[3]), way->second);
    return 0;
}
