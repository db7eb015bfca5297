// SPDX-License-Identifier: Apache-2.0
// seal/strict.cc - see the header.  Knows only as much DER as it has to.
#include "seal/strict.h"

#include "seal/openssl.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include <optional>

namespace seal {

namespace {

constexpr std::string_view authenticated{
    "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", 13};
constexpr std::string_view data_type{"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11};
constexpr std::size_t tag_bytes = 16;

struct Value {
    int tag = 0;
    int kind = 0; // class
    std::string_view whole;
    std::string_view content;
};

// Takes the first value off `der`.
std::optional<Value> take(std::string_view& der)
{
    const unsigned char* at = bytes_of(der);
    long length = 0;
    Value out;
    const int result =
        ASN1_get_object(&at, &length, &out.tag, &out.kind, static_cast<long>(der.size()));
    if ((result & 0x81) != 0) // malformed, or of indefinite length
        return {};
    const auto head = static_cast<std::size_t>(at - bytes_of(der));
    const std::size_t size = head + static_cast<std::size_t>(length);
    out.whole = der.substr(0, size);
    out.content = out.whole.substr(head);
    der.remove_prefix(size);
    return out;
}

// The first value's content, empty if there is none.
std::string_view inside(std::string_view der)
{
    const std::optional<Value> value = take(der);
    return value ? value->content : std::string_view();
}

// IssuerAndSerialNumber.  OpenSSL compares names without regard to case.
std::string name_of(const Certificate& recipient)
{
    return der_of(X509_get_issuer_name(recipient.get()), i2d_X509_NAME) +
           der_of(X509_get0_serialNumber(recipient.get()), i2d_ASN1_INTEGER);
}

// KeyAgreeRecipientInfo: the sender's key for this once is of whole bytes (the number of
// unused bits is not part of what is compared if those are zero anyway).
bool has_plain_originator(std::string_view info)
{
    (void)take(info); // version
    std::string_view key = inside(inside(info));
    (void)take(key); // algorithm
    return inside(key).starts_with('\0');
}

// Recipient infos (RFC 5652 section 6.2): by issuer and serial number, or by key agreement.
bool has_plain_recipients(std::string_view infos)
{
    while (!infos.empty()) {
        const std::optional<Value> info = take(infos);
        if (!info)
            return false;
        const bool agreed = info->kind == V_ASN1_CONTEXT_SPECIFIC;
        const char wanted = agreed ? '\3' : '\0';
        if (inside(info->content) != std::string_view(&wanted, 1) ||
            (agreed && !has_plain_originator(info->content)))
            return false;
    }
    return true;
}

// EncryptedContentInfo of AES-GCM (RFC 5084 section 3.2): the length of the tag is said
// twice, and only once where the key protects it.
bool has_whole_tag(std::string_view content, std::string_view tag)
{
    (void)take(content); // the type
    std::string_view algorithm = inside(content);
    (void)take(algorithm); // its name
    std::string_view parameters = inside(algorithm);
    (void)take(parameters); // nonce
    return tag.size() == tag_bytes && inside(parameters) == "\x10";
}

} // namespace

bool is_plain_envelope(std::string_view der, const Certificate& recipient)
{
    std::string_view outer = inside(der);
    const std::optional<Value> type = take(outer);
    std::string_view body = inside(inside(outer));
    const std::optional<Value> version = take(body);
    const std::optional<Value> recipients = take(body);
    const std::optional<Value> content = take(body);
    ERR_clear_error();
    if (!type || !version || !recipients || !content ||
        !content->content.starts_with(data_type) ||
        !has_plain_recipients(recipients->content) ||
        !recipients->content.contains(name_of(recipient)))
        return false;
    if (type->whole != authenticated)
        return body.empty();
    const std::optional<Value> tag = take(body);
    return version->content == std::string_view("\0", 1) && tag && body.empty() &&
           has_whole_tag(content->content, tag->content);
}

} // namespace seal
