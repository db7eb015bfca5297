// SPDX-License-Identifier: Apache-2.0
// seal/openssl.cc - see the header.
#include "seal/openssl.h"

#include "base/failure.h"

#include <climits>
#include <openssl/err.h>

namespace seal {

std::string reason()
{
    const unsigned long code = ERR_get_error();
    ERR_clear_error();
    const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
    return text == nullptr ? "no reason given" : text;
}

void fail(std::string_view action)
{
    throw base::Failure(base::Remedy::report_bug, std::string(action) + ": " + reason());
}

Bio reading(std::string_view bytes)
{
    check(bytes.size() <= INT_MAX, "more than 2 GB at once");
    Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
    check(bio != nullptr, "no memory");
    return bio;
}

Bio writing()
{
    Bio bio(BIO_new(BIO_s_mem()));
    check(bio != nullptr, "no memory");
    return bio;
}

std::string content_of(const Bio& bio)
{
    char* at = nullptr;
    const long length = BIO_get_mem_data(bio.get(), &at);
    return {at, static_cast<std::size_t>(length)};
}

} // namespace seal
