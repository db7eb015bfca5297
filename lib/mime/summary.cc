// SPDX-License-Identifier: Apache-2.0
#include "mime/summary.h"

#include "mime/charset.h"
#include "mime/lines.h"
#include "mime/structure.h"

#include <algorithm>

namespace mime {

Summary summarise(std::string_view message, const Limits& limits)
{
    Lines lines(message.substr(0, std::min<std::uint64_t>(message.size(), limits.input)));
    return Structure(lines, limits).summarise(message.size());
}

Summary summarise(int fd, std::uint64_t offset, std::uint64_t size, const Limits& limits)
{
    Lines lines(fd, offset, std::min(size, limits.input));
    return Structure(lines, limits).summarise(size);
}

void prepare()
{
    (void)keep_charsets(); // without a charset, mail is read as if none was named
}

} // namespace mime
