// The target of a request: routes and queries.

#include "fuzz/input.hpp"
#include "platform/http/query.hpp"

using namespace prevision;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::Input(data, size).rest();
    const platform::Query query(text);
    for (const auto* name : {"page", "rows", "a"}) {
        const auto value = query.get(name);
        fuzz::require(!value || !value->empty(), "an empty value is absent");
        fuzz::accepts([&] {
            const auto number = query.number(name, 5, 1, 100);
            fuzz::require(number >= 1 && number <= 100, "a number is in its range");
        });
    }
    return 0;
}
